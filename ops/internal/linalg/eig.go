package linalg

import (
	"math"
	"math/cmplx"
)

// Eig writes to values the eigenvalues of a, n by n, which it overwrites, and to v the eigenvectors, as columns of norm 1
// whose largest element is real. It reduces a to triangular form by unitary similarities: first to Hessenberg form by
// reflectors, then by shifted QR steps.
func Eig(a []complex128, n int, values, v []complex128) error {
	if s := norm(a); s != s || math.IsInf(s, 0) {
		return ErrConvergence
	}
	clear(v)
	for i := range n {
		v[i*n+i] = 1
	}
	hessenberg(a, n, v)
	if err := schur(a, n, v); err != nil {
		return err
	}
	for i := range n {
		values[i] = a[i*n+i]
	}
	triangularVectors(a, n, v)
	return nil
}

// hessenberg clears a below its first subdiagonal by a similarity, which it applies to the columns of v, too.
func hessenberg[T Scalar](a []T, n int, v []T) {
	x, w := make([]T, n), make([]T, n)
	for k := range n - 2 {
		for i := k + 1; i < n; i++ {
			x[i] = a[i*n+k]
		}
		tau := reflect(x[k+1:])
		a[(k+1)*n+k] = x[k+1]
		for i := k + 2; i < n; i++ {
			a[i*n+k] = 0
		}
		x[k+1] = 1
		apply(a, n, n, x, w, conj(tau), k+1, k+1) // Hᴴ·A
		for _, m := range [][]T{a, v} {           // ·H
			for i := range n {
				row := m[i*n+k+1 : i*n+n]
				s := tau * dot(row, x[k+1:])
				for j := range row {
					row[j] -= s * conj(x[k+1+j])
				}
			}
		}
	}
}

// schur makes the Hessenberg matrix a upper triangular by similarities, which it applies to the columns of v, too.
func schur(a []complex128, n int, v []complex128) error {
	const eps = 0x1p-52
	for high := n - 1; high > 0; {
		tries := 0
		for ; ; tries++ {
			low := high
			for ; low > 0; low-- {
				s := size(a[(low-1)*n+low-1]) + size(a[low*n+low])
				if s == 0 {
					s = norm(a)
				}
				if size(a[low*n+low-1]) <= eps*s {
					a[low*n+low-1] = 0
					break
				}
			}
			if low == high {
				break
			}
			if tries == 30*max(10, n) {
				return ErrConvergence
			}
			shift := wilkinson(a[(high-1)*n+high-1], a[(high-1)*n+high], a[high*n+high-1], a[high*n+high])
			if tries%10 == 9 { // it may go round in circles
				shift = a[high*n+high] + complex(0.75*math.Abs(real(a[high*n+high-1])), 0)
			}
			qrStep(a, n, v, low, high, shift)
		}
		high--
	}
	return nil
}

// wilkinson is the eigenvalue of a matrix of two rows that is nearer to its last element.
func wilkinson(a, b, c, d complex128) complex128 {
	half := (a - d) / 2
	root := cmplx.Sqrt(half*half + b*c)
	if real(half)*real(root)+imag(half)*imag(root) < 0 {
		root = -root
	}
	if half+root == 0 {
		return d
	}
	return d - b*c/(half+root)
}

// qrStep is one step with a shift on rows low to high: rotations of neighbouring rows make A − shift triangular, and are
// multiplied on again from the right.
func qrStep(a []complex128, n int, v []complex128, low, high int, shift complex128) {
	for i := low; i <= high; i++ {
		a[i*n+i] -= shift
	}
	type rotation struct {
		c float64
		s complex128
	}
	turns := make([]rotation, high-low)
	for k := low; k < high; k++ {
		f, g := a[k*n+k], a[(k+1)*n+k]
		t := rotation{c: 1}
		if fa := cmplx.Abs(f); g != 0 && fa == 0 {
			t = rotation{0, cmplx.Conj(g) / complex(cmplx.Abs(g), 0)}
		} else if g != 0 {
			r := math.Hypot(fa, cmplx.Abs(g))
			t = rotation{fa / r, f / complex(fa, 0) * cmplx.Conj(g) / complex(r, 0)}
		}
		turns[k-low] = t
		c, s := complex(t.c, 0), t.s
		x, y := a[k*n:k*n+n], a[(k+1)*n:(k+2)*n]
		for j := k; j < n; j++ {
			x[j], y[j] = c*x[j]+s*y[j], c*y[j]-cmplx.Conj(s)*x[j]
		}
		y[k] = 0
	}
	for k := low; k < high; k++ {
		c, s := complex(turns[k-low].c, 0), turns[k-low].s
		for i := range min(k+1, high) + 1 {
			x, y := a[i*n+k], a[i*n+k+1]
			a[i*n+k], a[i*n+k+1] = c*x+cmplx.Conj(s)*y, c*y-s*x
		}
		for i := range n {
			x, y := v[i*n+k], v[i*n+k+1]
			v[i*n+k], v[i*n+k+1] = c*x+cmplx.Conj(s)*y, c*y-s*x
		}
	}
	for i := low; i <= high; i++ {
		a[i*n+i] += shift
	}
}

// triangularVectors writes over v the eigenvectors of v·t·vᴴ for upper triangular t.
func triangularVectors(t []complex128, n int, v []complex128) {
	smallest := 0x1p-52 * norm(t)
	if smallest == 0 {
		smallest = 0x1p-1022
	}
	x, out := make([]complex128, n), make([]complex128, n*n)
	for k := range n {
		x[k] = 1
		for i := k - 1; i >= 0; i-- {
			sum := -t[i*n+k]
			for j := i + 1; j < k; j++ {
				sum -= t[i*n+j] * x[j]
			}
			d := t[i*n+i] - t[k*n+k]
			if size(d) < smallest {
				d = complex(smallest, 0)
			}
			x[i] = sum / d
		}
		by := complex(norm(x[:k+1]), 0)
		for i := range n {
			out[i*n+k] = dot(v[i*n:i*n+k+1], x[:k+1]) / by
		}
		turn(out, n, k)
	}
	copy(v, out)
}

// turn gives column k norm 1, and makes its largest element real.
func turn(v []complex128, n, k int) {
	column := make([]complex128, n)
	largest := complex128(0)
	for i := range n {
		if column[i] = v[i*n+k]; cmplx.Abs(column[i]) > cmplx.Abs(largest) {
			largest = column[i]
		}
	}
	if largest == 0 {
		return
	}
	by := complex(norm(column), 0) * largest / complex(cmplx.Abs(largest), 0)
	for i := range n {
		v[i*n+k] = column[i] / by
	}
}
