package cpu

import (
	"math"
	"testing"
	"unsafe"

	"github.com/flambeau-ml/flambeau/graph"
)

// ulps is how many units of the last place of want got is away.
func ulps(got float32, want float64) float64 {
	if float64(got) == want || got != got && want != want {
		return 0
	}
	w := float32(want)
	if math.IsInf(float64(w), 0) || math.IsInf(float64(got), 0) {
		if got == w {
			return 0
		}
		return math.Inf(1)
	}
	unit := float64(math.Nextafter32(float32(math.Abs(float64(w))), math.MaxFloat32)) - math.Abs(float64(w))
	return math.Abs(float64(got)-want) / unit
}

// TestElementary compares the functions with loops of their own with Go's in float64, over the bit patterns of float32.
func TestElementary(t *testing.T) {
	step := uint64(997)
	if testing.Short() {
		step = 99991
	}
	for p, f := range elementary32 {
		exact := elementary[p]
		worst, at := 0.0, float32(0)
		x, y := make([]float32, block), make([]float32, block)
		check := func(n int) {
			f(unsafe.Pointer(&y[0]), unsafe.Pointer(&x[0]), nil, nil, n)
			for i, v := range x[:n] {
				if e := ulps(y[i], exact(float64(v))); e > worst || e != e {
					worst, at = e, v
				}
			}
		}
		n := 0
		for b := uint64(0); b < 1<<32; b += step {
			x[n] = math.Float32frombits(uint32(b))
			if n++; n == block {
				check(n)
				n = 0
			}
		}
		n = copy(x, []float32{0, float32(math.Copysign(0, -1)), 1, -1, float32(math.Inf(1)), float32(math.Inf(-1)), float32(math.NaN()),
			math.MaxFloat32, math.SmallestNonzeroFloat32, -math.SmallestNonzeroFloat32, 88.722839, 88.72284, -103.97208, -103.9721, -87.5, 0x1p-126})
		check(n)
		if !(worst <= 0.6) {
			t.Errorf("%s: %.3f units of the last place at %v", p, worst, at)
		}
		for _, s := range []float32{0, float32(math.Copysign(0, -1))} { // the sign of zero
			x[0] = s
			f(unsafe.Pointer(&y[0]), unsafe.Pointer(&x[0]), nil, nil, 1)
			if w := float32(exact(float64(s))); math.Float32bits(w) != math.Float32bits(y[0]) {
				t.Errorf("%s of %v is %v, want %v", p, s, y[0], w)
			}
		}
	}
	if len(elementary32) == 0 || elementary32[graph.Exp] == nil {
		t.Error("exp has no loop of its own")
	}
}
