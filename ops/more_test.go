package ops_test

import (
	"math"
	"testing"

	"github.com/flambeau-ml/flambeau/tensor"
)

// TestNumberParts checks that frexp and nextafter agree with the standard library, at the ends of the range as well.
func TestNumberParts(t *testing.T) {
	one := func(name string, args ...float64) []*tensor.Tensor {
		t.Helper()
		var ts []any
		for _, x := range args {
			ts = append(ts, tensor.New([]float64{x}, 1))
		}
		out, err := tensor.Call(name, ts, nil)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	same := func(a, b float64) bool { return a == b && math.Signbit(a) == math.Signbit(b) || a != a && b != b }
	numbers := []float64{0, math.Copysign(0, -1), 1, -1, 0.3, -7.5, 5e-324, -3e-310, 2.2250738585072014e-308, math.MaxFloat64, math.Inf(1), math.Inf(-1), math.NaN()}
	for _, x := range numbers {
		out := one("frexp", x)
		m, e := math.Frexp(x)
		if gm, ge := out[0].Item(), out[1].Item(); !same(gm, m) || ge != float64(e) {
			t.Errorf("frexp of %v is %v and %v, want %v and %d", x, gm, ge, m, e)
		}
		for _, y := range numbers {
			if got, want := one("nextafter", x, y)[0].Item(), math.Nextafter(x, y); got != want && !(got != got && want != want) {
				t.Errorf("what is next to %v on the way to %v is %v, want %v", x, y, got, want)
			}
			if got, want := one("copysign", x, y)[0].Item(), math.Copysign(x, y); !same(got, want) && y == y {
				t.Errorf("%v with the sign of %v is %v, want %v", x, y, got, want)
			}
		}
	}
}

// TestHistogramEdges checks that an element on the last edge counts for the last bin, and what lies outside for none.
func TestHistogramEdges(t *testing.T) {
	x := tensor.New([]float64{0, 1, 1.5, 2, 3, -1, math.NaN()}, 7)
	out, err := tensor.Call("histogram", []any{x, tensor.New([]float64{0, 1, 2}, 3)}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []float64{1, 3} {
		if got := out[0].Index(i).Item(); got != want {
			t.Errorf("bin %d has %v elements, want %v", i, got, want)
		}
	}
}
