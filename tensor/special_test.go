package tensor_test

import (
	"math"
	"testing"

	"github.com/flambeau-ml/flambeau/tensor"
)

// TestLogarithmGradientsAtEdges holds PyTorch's gradients where a composition would give 0·∞ or lose a factor.
func TestLogarithmGradientsAtEdges(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	entr := func(x, _ *tensor.Tensor) *tensor.Tensor { return x.SpecialEntr() }
	for _, c := range []struct {
		name                string
		f                   func(x, y *tensor.Tensor) *tensor.Tensor
		x, y, value, dx, dy float64
	}{
		{"entr", entr, 0, 1, 0, inf, 0},
		{"entr", entr, 0.5, 1, 0.5 * math.Ln2, math.Ln2 - 1, 0},
		{"entr", entr, nan, 1, nan, nan, 0},
		{"xlogy", (*tensor.Tensor).Xlogy, 0, 0.5, 0, -math.Ln2, 0},
		{"xlogy", (*tensor.Tensor).Xlogy, 0, 0, 0, 0, 0},
		{"xlogy", (*tensor.Tensor).Xlogy, 0, nan, nan, nan, nan},
		{"xlogy", (*tensor.Tensor).Xlogy, 2, 0.5, -2 * math.Ln2, -math.Ln2, 4},
		{"xlog1py", (*tensor.Tensor).SpecialXlog1py, 0, 1, 0, math.Ln2, 0},
		{"xlog1py", (*tensor.Tensor).SpecialXlog1py, 0, -2, 0, 0, 0},
		{"xlog1py", (*tensor.Tensor).SpecialXlog1py, 2, -1, -inf, -inf, inf},
		{"xlog1py", (*tensor.Tensor).SpecialXlog1py, 0, nan, nan, nan, nan},
	} {
		x, y := tensor.Of(c.x).RequiresGrad(), tensor.Of(c.y).RequiresGrad()
		v := c.f(x, y)
		v.Backward()
		grad := func(x *tensor.Tensor) float64 {
			if x.Grad() == nil {
				return 0
			}
			return x.Grad().Item()
		}
		for what, p := range map[string][2]float64{"value": {v.Item(), c.value}, "gradient of x": {grad(x), c.dx}, "gradient of y": {grad(y), c.dy}} {
			got, want := p[0], p[1]
			if got != want && !(math.IsNaN(got) && math.IsNaN(want)) && !(math.Abs(got-want) < 1e-15) {
				t.Errorf("%s(%v, %v): the %s is %v, want %v", c.name, c.x, c.y, what, got, want)
			}
		}
	}
}
