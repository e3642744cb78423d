package fft

import (
	"math"
	"math/cmplx"
	"math/rand/v2"
	"testing"
)

// TestTransform compares with the definition, lengths with small factors and large primes.
func TestTransform(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{1, 2, 3, 4, 5, 6, 7, 8, 12, 15, 16, 17, 30, 37, 41, 49, 64, 74, 82, 97, 100, 120, 211, 256, 1009} {
		in, out := make([]complex128, n), make([]complex128, n)
		size := 0.0
		for i := range in {
			in[i] = complex(r.NormFloat64(), r.NormFloat64())
			size = math.Hypot(size, cmplx.Abs(in[i]))
		}
		NewPlan(n).Transform(out, in)
		for k := range n {
			var want complex128
			for j, x := range in {
				want += x * root(j*k%n, n)
			}
			if d := cmplx.Abs(out[k] - want); !(d <= 1e-15*size*math.Sqrt(float64(n))*4) {
				t.Fatalf("length %d: element %d is %v, want %v", n, k, out[k], want)
			}
		}
	}
}

// TestRoot checks the exact roots, and the others against the definition.
func TestRoot(t *testing.T) {
	for k, want := range []complex128{1, -1i, -1, 1i} {
		if got := root(k, 4); got != want {
			t.Errorf("root %d of 4 is %v, want %v", k, got, want)
		}
	}
	for n := 1; n < 50; n++ {
		for k := range 2 * n {
			s, c := math.Sincos(-2 * math.Pi * float64(k) / float64(n))
			if d := cmplx.Abs(root(k, n) - complex(c, s)); d > 1e-14 {
				t.Errorf("root %d of %d is %v", k, n, root(k, n))
			}
		}
	}
}
