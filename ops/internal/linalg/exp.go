package linalg

import "math"

// Exp writes the exponential of a, n by n, over it: a Padé approximation of degree 13 of a over a power of two, squared
// (Higham 2005).
func Exp[T Scalar](a []T, n int) {
	largest := 0.0 // sum of a column
	for j := range n {
		sum := 0.0
		for i := range n {
			sum += modulus(a[i*n+j])
		}
		if sum != sum {
			largest = sum
			break
		}
		largest = max(largest, sum)
	}
	if math.IsNaN(largest) || math.IsInf(largest, 0) {
		for i := range a {
			a[i] = of[T](math.NaN())
		}
		return
	}
	times := 0
	if largest > 5.371920351148152 {
		_, times = math.Frexp(largest / 5.371920351148152)
		scale(a, of[T](math.Ldexp(1, -times)))
	}
	b := [...]float64{64764752532480000, 32382376266240000, 7771770303897600, 1187353796428800, 129060195264000, 10559470521600, 670442572800, 33522128640, 1323241920, 40840800, 960960, 16380, 182, 1}
	square := func(x, y []T) []T {
		out := make([]T, n*n)
		for i := range n {
			for k := range n {
				if c := x[i*n+k]; c != 0 {
					axpy(out[i*n:i*n+n], c, y[k*n:k*n+n])
				}
			}
		}
		return out
	}
	a2 := square(a, a)
	a4 := square(a2, a2)
	a6 := square(a4, a2)
	sum := func(one, two, four, six float64) []T {
		out := make([]T, n*n)
		for i := range out {
			out[i] = of[T](two)*a2[i] + of[T](four)*a4[i] + of[T](six)*a6[i]
		}
		for i := range n {
			out[i*n+i] += of[T](one)
		}
		return out
	}
	add := func(x, y []T, f float64) {
		for i := range x {
			x[i] += of[T](f) * y[i]
		}
	}
	odd := square(a6, sum(0, b[9], b[11], b[13]))
	add(odd, sum(b[1], b[3], b[5], b[7]), 1)
	odd = square(a, odd)
	even := square(a6, sum(0, b[8], b[10], b[12]))
	add(even, sum(b[0], b[2], b[4], b[6]), 1)
	lu, x := make([]T, n*n), make([]T, n*n)
	copy(lu, even)
	add(lu, odd, -1)
	add(even, odd, 1)
	rows := make([]int, n)
	LU(lu, n, n, make([]int, n), rows, true)
	SolveLU(lu, rows, n, even, x, n, false)
	for range times {
		x = square(x, x)
	}
	copy(a, x)
}
