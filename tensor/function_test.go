package tensor_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/flambeau-ml/flambeau/tensor"
	"github.com/flambeau-ml/flambeau/transform"
)

// straight rounds, and passes gradients as if it did not.
var straight = tensor.Function{
	Name:     "straight_through",
	Forward:  func(xs []*tensor.Tensor) []*tensor.Tensor { return []*tensor.Tensor{xs[0].Round()} },
	Backward: func(_, _, grads []*tensor.Tensor) []*tensor.Tensor { return grads },
}

// both is x·y and x + y, whose Backward gets the cotangents of both at once.
var both = tensor.Function{
	Name: "both",
	Forward: func(xs []*tensor.Tensor) []*tensor.Tensor {
		return []*tensor.Tensor{xs[0].Mul(xs[1]), xs[0].Add(xs[1])}
	},
	Backward: func(xs, _, g []*tensor.Tensor) []*tensor.Tensor {
		return []*tensor.Tensor{g[0].Mul(xs[1]).Add(g[1]), g[0].Mul(xs[0]).Add(g[1])}
	},
}

func TestFunction(t *testing.T) {
	w := tensor.New([]float32{1.2, -0.7}).RequiresGrad()
	y := straight.Apply(w.MulScalar(2))[0]
	if got := tensor.Data[float32](y); !slices.Equal(got, []float32{2, -1}) {
		t.Errorf("forward: %v", got)
	}
	y.Mul(tensor.New([]float32{3, 5})).Sum().Backward()
	if got := tensor.Data[float32](w.Grad()); !slices.Equal(got, []float32{6, 10}) {
		t.Errorf("gradient: %v", got)
	}

	a, b := tensor.New([]float32{2, 3}).RequiresGrad(), tensor.New([]float32{5, 7}).RequiresGrad()
	out := both.Apply(a, b)
	out[0].MulScalar(10).Add(out[1]).Sum().Backward()
	if got := tensor.Data[float32](a.Grad()); !slices.Equal(got, []float32{51, 71}) {
		t.Errorf("da: %v", got)
	}
	if got := tensor.Data[float32](b.Grad()); !slices.Equal(got, []float32{21, 31}) {
		t.Errorf("db: %v", got)
	}
	a.ZeroGrad()
	both.Apply(a, tensor.New([]float32{5, 7}))[1].Sum().Backward() // one result alone
	if got := tensor.Data[float32](a.Grad()); !slices.Equal(got, []float32{1, 1}) {
		t.Errorf("da of the sum alone: %v", got)
	}
	if a.Grad().NeedsGrad() {
		t.Error("a gradient has history")
	}
}

func TestFunctionUnderTransforms(t *testing.T) {
	cube := tensor.Function{
		Name:    "cube",
		Forward: func(xs []*tensor.Tensor) []*tensor.Tensor { return []*tensor.Tensor{xs[0].Mul(xs[0]).Mul(xs[0])} },
		Backward: func(xs, _, g []*tensor.Tensor) []*tensor.Tensor {
			return []*tensor.Tensor{xs[0].Mul(xs[0]).MulScalar(3).Mul(g[0])}
		},
	}
	f := transform.F1(func(x *tensor.Tensor) *tensor.Tensor { return cube.Apply(x)[0].Sum() })
	x := tensor.New([]float64{2, -1})
	if got := tensor.Data[float64](transform.Grad(f)(x)); !slices.Equal(got, []float64{12, 3}) {
		t.Errorf("grad: %v", got)
	}
	second := transform.Grad(transform.F1(func(x *tensor.Tensor) *tensor.Tensor { return transform.Grad(f)(x).Sum() }))
	if got := tensor.Data[float64](second(x)); !slices.Equal(got, []float64{12, -6}) {
		t.Errorf("second derivative: %v", got)
	}
	err := tensor.Try(func() { transform.JVP(f.Multi(), []*tensor.Tensor{x}, []*tensor.Tensor{x}) })
	if err == nil || !strings.Contains(err.Error(), "cube") {
		t.Errorf("JVP gave %v", err)
	}
}

func TestFunctionRefuses(t *testing.T) {
	w := tensor.New([]float32{1, 2}).RequiresGrad()
	wrong := tensor.Function{Name: "wrong", Forward: straight.Forward,
		Backward: func(_, _, g []*tensor.Tensor) []*tensor.Tensor { return []*tensor.Tensor{g[0].Sum()} }}
	err := tensor.Try(func() { wrong.Apply(w)[0].Sum().Backward() })
	if err == nil || !strings.Contains(err.Error(), "operand 0") {
		t.Errorf("a gradient of another shape gave %v", err)
	}
}
