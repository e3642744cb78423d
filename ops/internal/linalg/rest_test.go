package linalg

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

func TestEig(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for _, n := range []int{0, 1, 2, 3, 8, 30} {
		all := kinds[complex128](r, n)
		cycle := make([]complex128, n*n) // eigenvalues on the circle: shifts that are all alike
		for i := range n {
			cycle[i*n+(i+1)%n] = 1
		}
		all["cycle"] = cycle
		for name, a := range all {
			values, v := make([]complex128, n), make([]complex128, n*n)
			if err := Eig(clone(a), n, values, v); err != nil {
				t.Fatal(name, n, err)
			}
			vl := clone(v)
			for i := range n {
				for j := range n {
					vl[i*n+j] *= values[j]
				}
			}
			near(t, fmt.Sprint(name, n), mul(a, v, n, n, n), vl, n, norm(a))
		}
	}
	if err := Eig([]complex128{complex(math.NaN(), 0)}, 1, make([]complex128, 1), make([]complex128, 1)); err == nil {
		t.Error("the eigenvalues of NaN")
	}
}

func TestEigReal(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for _, n := range []int{0, 1, 2, 3, 8, 30} {
		all := kinds[float64](r, n)
		cycle := make([]float64, n*n)
		for i := range n {
			cycle[i*n+(i+1)%n] = 1
		}
		all["cycle"] = cycle
		for name, a := range all {
			values, v := make([]complex128, n), make([]complex128, n*n)
			if err := EigReal(clone(a), n, values, v); err != nil {
				t.Fatal(name, n, err)
			}
			c, vl := make([]complex128, n*n), clone(v)
			for i := range n {
				for j := range n {
					c[i*n+j] = complex(a[i*n+j], 0)
					vl[i*n+j] *= values[j]
				}
				if j := i + 1; imag(values[i]) > 0 && (j == n || values[j] != conj(values[i])) {
					t.Errorf("%s %d: %v has no conjugate", name, n, values[i])
				}
			}
			near(t, fmt.Sprint(name, n), mul(c, v, n, n, n), vl, n, norm(a))
			for j := range n {
				column := make([]complex128, n)
				for i := range n {
					column[i] = v[i*n+j]
				}
				if d := norm(column) - 1; !(math.Abs(d) < 1e-14) {
					t.Errorf("%s %d: the norm of vector %d is 1 and %v", name, n, j, d)
				}
			}
		}
	}
}

func testLDL[T Scalar](t *testing.T, r *rand.Rand) {
	for _, n := range []int{0, 1, 2, 3, 5, 12} {
		for _, hermitian := range []bool{false, true} {
			for range 5 {
				b := random[T](r, n*n)
				a := make([]T, n*n)
				for i := range n {
					for j := range n {
						o := b[j*n+i]
						if hermitian {
							o = conj(o)
						}
						a[i*n+j] = b[i*n+j] + o
					}
					if n > 1 && r.IntN(2) == 0 {
						a[i*n+i] = 0 // which needs blocks of two rows
					}
				}
				f, pivots := clone(a), make([]int, n)
				LDL(f, n, hermitian, pivots)
				rhs := random[T](r, n*2)
				x := clone(rhs)
				SolveLDL(f, n, hermitian, pivots, x, 2)
				near(t, fmt.Sprint("the system of ", n), mul(a, x, n, n, 2), rhs, 10*n, norm(a)*norm(x))
			}
		}
	}
}

func TestLDL(t *testing.T) { both(t, testLDL[float64], testLDL[complex128]) }

func testExp[T Scalar](t *testing.T, r *rand.Rand) {
	for _, n := range []int{0, 1, 2, 5, 12} {
		for _, s := range []float64{0, 0.01, 1, 30} {
			a := random[T](r, n*n)
			h := adjoint(a, n, n)
			for i := range a { // eigenvalues and vectors say what the exponential is
				a[i] = (a[i] + h[i]) * of[T](s)
			}
			v, values := clone(a), make([]float64, n)
			if err := Eigh(v, n, false, values); err != nil {
				t.Fatal(err)
			}
			scaled := clone(v)
			for i := range n {
				for j := range n {
					scaled[i*n+j] *= of[T](math.Exp(values[j]))
				}
			}
			want := mul(scaled, adjoint(v, n, n), n, n, n)
			Exp(a, n)
			near(t, fmt.Sprint(n, s), a, want, n, norm(want)*(1+s*float64(n)))
		}
	}
}

func TestExp(t *testing.T) { both(t, testExp[float64], testExp[complex128]) }
