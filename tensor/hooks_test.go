package tensor_test

import (
	"slices"
	"testing"

	"github.com/flambeau-ml/flambeau/tensor"
)

func TestHooks(t *testing.T) {
	w := tensor.New([]float32{1, 2}).RequiresGrad()
	h := w.MulScalar(3)
	var seen []float32
	remove := h.RegisterHook(func(g *tensor.Tensor) *tensor.Tensor {
		seen = tensor.Data[float32](g)
		return g.MulScalar(10)
	})
	w.RegisterHook(func(g *tensor.Tensor) *tensor.Tensor { return g.AddScalar(1) })
	h.Mul(h).Add(h).Sum().Backward(tensor.Retain()) // d/dh = 2h + 1: the hook sees the sum of both ways
	if want := []float32{7, 13}; !slices.Equal(seen, want) {
		t.Errorf("the hook saw %v, want %v", seen, want)
	}
	if got, want := tensor.Data[float32](w.Grad()), []float32{211, 391}; !slices.Equal(got, want) {
		t.Errorf("gradient %v, want %v", got, want)
	}
	remove()
	w.ZeroGrad()
	h.Sum().Backward()
	if got, want := tensor.Data[float32](w.Grad()), []float32{4, 4}; !slices.Equal(got, want) {
		t.Errorf("gradient %v after the hook was removed, want %v", got, want)
	}
	if err := tensor.Try(func() { tensor.Of(float32(1)).RegisterHook(nil) }); err == nil {
		t.Error("a tensor without history was hooked")
	}
}
