package linalg

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

const eps = 0x1p-52

func random[T Scalar](r *rand.Rand, n int) []T {
	out := make([]T, n)
	for i := range out {
		switch p := any(&out[i]).(type) {
		case *float64:
			*p = r.NormFloat64()
		case *complex128:
			*p = complex(r.NormFloat64(), r.NormFloat64())
		}
	}
	return out
}

func mul[T Scalar](a, b []T, m, k, n int) []T {
	out := make([]T, m*n)
	for i := range m {
		for j := range k {
			axpy(out[i*n:i*n+n], a[i*k+j], b[j*n:j*n+n])
		}
	}
	return out
}

func adjoint[T Scalar](a []T, m, n int) []T {
	out := make([]T, m*n)
	Adjoint(out, a, m, n)
	return out
}

func identity[T Scalar](n int) []T {
	out := make([]T, n*n)
	for i := range n {
		out[i*n+i] = 1
	}
	return out
}

// near checks that got is want but for n·eps times size.
func near[T Scalar](t *testing.T, what string, got, want []T, n int, size float64) {
	t.Helper()
	for i := range want {
		if d := modulus(got[i] - want[i]); !(d <= 20*float64(n+1)*eps*size) {
			t.Errorf("%s: element %d is %v, want %v", what, i, got[i], want[i])
			return
		}
	}
}

func both(t *testing.T, real func(*testing.T, *rand.Rand), complex func(*testing.T, *rand.Rand)) {
	t.Run("real", func(t *testing.T) { real(t, rand.New(rand.NewPCG(1, 2))) })
	t.Run("complex", func(t *testing.T) { complex(t, rand.New(rand.NewPCG(3, 4))) })
}

// kinds are square matrices: random, singular, graded, of one value, the identity, zero.
func kinds[T Scalar](r *rand.Rand, n int) map[string][]T {
	singular := random[T](r, n*n)
	graded := random[T](r, n*n)
	for i := range n {
		if i > 0 {
			copy(singular[i*n:i*n+n], singular[:n])
		}
		scale(graded[i*n:i*n+n], of[T](math.Pow(10, -3*float64(i))))
	}
	ones := make([]T, n*n)
	for i := range ones {
		ones[i] = 1
	}
	return map[string][]T{"random": random[T](r, n*n), "singular": singular, "graded": graded, "ones": ones, "identity": identity[T](n), "zero": make([]T, n*n)}
}

func clone[T Scalar](a []T) []T { return append([]T(nil), a...) }

func testCholesky[T Scalar](t *testing.T, r *rand.Rand) {
	for _, n := range []int{0, 1, 2, 5, 17} {
		b := random[T](r, n*n)
		a := mul(b, adjoint(b, n, n), n, n, n)
		l := clone(a)
		if info := Cholesky(l, n); info != 0 {
			t.Fatalf("%d: minor %d is not positive", n, info)
		}
		near(t, fmt.Sprint("L·Lᴴ of ", n), mul(l, adjoint(l, n, n), n, n, n), a, n, norm(a))
		x := random[T](r, n*3)
		for _, upper := range []bool{false, true} {
			f := l
			if upper {
				f = adjoint(l, n, n)
			}
			y := clone(x)
			SolveTriangular(f, n, y, 3, upper, false)
			near(t, "the triangular system", mul(f, y, n, n, 3), x, n, norm(f)*norm(y))
		}
	}
	bad := []T{1, 2, 2, 1}
	if info := Cholesky(bad, 2); info != 2 {
		t.Errorf("an indefinite matrix: %d, want 2", info)
	}
}

func TestCholesky(t *testing.T) { both(t, testCholesky[float64], testCholesky[complex128]) }

func testLU[T Scalar](t *testing.T, r *rand.Rand) {
	for _, s := range [][2]int{{0, 0}, {1, 1}, {4, 4}, {3, 5}, {5, 3}, {16, 16}} {
		m, n := s[0], s[1]
		k := min(m, n)
		all := map[string][]T{"random": random[T](r, m*n)}
		if m == n {
			all = kinds[T](r, n)
		}
		for name, a := range all {
			lu, swaps, rows := clone(a), make([]int, k), make([]int, m)
			LU(lu, m, n, swaps, rows, true)
			again := make([]int, m)
			Rows(swaps, again)
			if fmt.Sprint(rows) != fmt.Sprint(again) {
				t.Errorf("rows %v, by swaps %v", rows, again)
			}
			l, u, pa := make([]T, m*k), make([]T, k*n), make([]T, m*n)
			for i := range m {
				for j := range k {
					if j < i {
						l[i*k+j] = lu[i*n+j]
					}
				}
				if i < k {
					l[i*k+i] = 1
					copy(u[i*n+i:i*n+n], lu[i*n+i:i*n+n])
				}
				copy(pa[i*n:i*n+n], a[rows[i]*n:rows[i]*n+n])
			}
			near(t, fmt.Sprint(name, m, n), mul(l, u, m, k, n), pa, n, norm(a))
			if name != "random" || m != n {
				continue
			}
			for _, adj := range []bool{false, true} {
				b, x := random[T](r, n*2), make([]T, n*2)
				SolveLU(lu, rows, n, b, x, 2, adj)
				f := a
				if adj {
					f = adjoint(a, n, n)
				}
				near(t, "the system", mul(f, x, n, n, 2), b, n, norm(a)*norm(x))
			}
		}
	}
}

func TestLU(t *testing.T) { both(t, testLU[float64], testLU[complex128]) }

func testQR[T Scalar](t *testing.T, r *rand.Rand) {
	for _, s := range [][2]int{{0, 0}, {3, 0}, {1, 1}, {4, 4}, {7, 3}, {16, 16}} {
		m, n := s[0], s[1]
		all := map[string][]T{"random": random[T](r, m*n)}
		if m == n {
			all = kinds[T](r, n)
		}
		for name, a := range all {
			q, rr := make([]T, m*n), make([]T, n*n)
			QR(clone(a), m, n, q, rr)
			near(t, fmt.Sprint(name, m, n), mul(q, rr, m, n, n), a, m, norm(a))
			near(t, "QᴴQ", mul(adjoint(q, m, n), q, n, m, n), identity[T](n), m, 1)
			rest := make([]T, m*(m-n))
			Complement(clone(q), m, n, rest)
			near(t, "the complement", mul(adjoint(rest, m, m-n), rest, m-n, m, m-n), identity[T](m-n), m, 1)
			near(t, "the complement's product", mul(adjoint(q, m, n), rest, n, m, m-n), make([]T, n*(m-n)), m, 1)
		}
	}
}

func TestQR(t *testing.T) { both(t, testQR[float64], testQR[complex128]) }

func testEigh[T Scalar](t *testing.T, r *rand.Rand) {
	for _, n := range []int{0, 1, 2, 3, 8, 30} {
		for name, b := range kinds[T](r, n) {
			a := make([]T, n*n)
			for i := range a {
				a[i] = b[i]
			}
			h := adjoint(b, n, n)
			for i := range a {
				a[i] += h[i]
			}
			for _, upper := range []bool{false, true} {
				v, values := clone(a), make([]float64, n)
				for i := range n { // the other triangle is not read
					for j := range i {
						if upper {
							v[i*n+j] = of[T](math.NaN())
						} else {
							v[j*n+i] = of[T](math.NaN())
						}
					}
				}
				if err := Eigh(v, n, upper, values); err != nil {
					t.Fatal(name, n, err)
				}
				vl := clone(v)
				for i := range n {
					for j := range n {
						vl[i*n+j] *= of[T](values[j])
					}
					if i > 0 && values[i] < values[i-1] {
						t.Errorf("%v do not ascend", values)
					}
				}
				near(t, fmt.Sprint(name, n), mul(a, v, n, n, n), vl, n, norm(a))
				near(t, name+" VᴴV", mul(adjoint(v, n, n), v, n, n, n), identity[T](n), n, 1)
			}
		}
	}
	if err := Eigh([]T{of[T](math.NaN()), 0, 1, 1}, 2, false, make([]float64, 2)); err == nil {
		t.Error("the eigenvalues of NaN")
	}
}

func TestEigh(t *testing.T) { both(t, testEigh[float64], testEigh[complex128]) }

func testSVD[T Scalar](t *testing.T, r *rand.Rand) {
	for _, s := range [][2]int{{0, 0}, {3, 0}, {1, 1}, {2, 2}, {4, 4}, {7, 3}, {30, 30}} {
		m, n := s[0], s[1]
		all := map[string][]T{"random": random[T](r, m*n)}
		if m == n {
			all = kinds[T](r, n)
		}
		for name, a := range all {
			u, values, v := make([]T, m*n), make([]float64, n), make([]T, n*n)
			if err := SVD(clone(a), m, n, u, values, v); err != nil {
				t.Fatal(name, m, n, err)
			}
			us := clone(u)
			for i := range m {
				for j := range n {
					us[i*n+j] *= of[T](values[j])
				}
			}
			near(t, fmt.Sprint(name, m, n), mul(us, adjoint(v, n, n), m, n, n), a, m, norm(a))
			near(t, name+" UᴴU", mul(adjoint(u, m, n), u, n, m, n), identity[T](n), m, 1)
			near(t, name+" VᴴV", mul(adjoint(v, n, n), v, n, n, n), identity[T](n), m, 1)
		}
	}
}

func TestSVD(t *testing.T) { both(t, testSVD[float64], testSVD[complex128]) }
