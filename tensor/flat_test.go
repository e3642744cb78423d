package tensor_test

import (
	"math"
	"testing"

	"github.com/flambeau-ml/flambeau/tensor"
)

// TestFlat checks that what is flat has the gradient 0, and not none.
func TestFlat(t *testing.T) {
	for name, f := range map[string]func(x *tensor.Tensor) *tensor.Tensor{
		"floor": (*tensor.Tensor).Floor, "sign": (*tensor.Tensor).Sign, "zero": (*tensor.Tensor).Zero,
		"fill":  func(x *tensor.Tensor) *tensor.Tensor { return x.FillScalar(3) },
		"div":   func(x *tensor.Tensor) *tensor.Tensor { return x.DivMode(x, "floor") },
		"zero_": func(x *tensor.Tensor) *tensor.Tensor { y := x.Clone(); y.Zero_(); return y },
	} {
		x := tensor.New([]float32{1.5, -2, 3}, 3).RequiresGrad()
		f(x).Sum().Backward()
		if g := x.Grad(); g == nil {
			t.Errorf("%s has no gradient", name)
		} else if s := g.Abs().Sum().Item(); s != 0 {
			t.Errorf("the gradient of %s is %v", name, g)
		}
	}
	x := tensor.New([]float32{1.5}, 1).RequiresGrad()
	if y := x.Detach().Zero(); y.NeedsGrad() {
		t.Error("a gradient can be asked of zeros in the place of a constant")
	}
}

// TestAsinAtEnds checks that the slope of the arc sine is infinite at ±1, and no NaN.
func TestAsinAtEnds(t *testing.T) {
	x := tensor.New([]float32{1, -1}, 2).RequiresGrad()
	x.Asin().Sub(x.Acos()).Sum().Backward()
	for _, g := range x.Grad().Float64s() {
		if !math.IsInf(g, 1) {
			t.Errorf("the slope is %v", g)
		}
	}
}
