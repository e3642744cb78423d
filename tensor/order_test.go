package tensor_test

import (
	"math"
	"testing"

	"github.com/flambeau-ml/flambeau/optim"
	"github.com/flambeau-ml/flambeau/tensor"
	"github.com/flambeau-ml/flambeau/transform"
)

func wantNear(t *testing.T, what string, x *tensor.Tensor, want ...float64) {
	t.Helper()
	got := x.Float64s()
	if len(got) != len(want) {
		t.Fatalf("%s: %v, want %v", what, got, want)
	}
	for i, v := range got {
		if !(math.Abs(v-want[i]) <= 1e-9*max(1, math.Abs(want[i]))) {
			t.Fatalf("%s: %v, want %v", what, got, want)
		}
	}
}

// curve is x·sin x, elementwise; its derivatives by hand are in derivatives.
func curve(x *tensor.Tensor) *tensor.Tensor { return x.Mul(x.Sin()) }

var derivatives = []func(x float64) float64{
	func(x float64) float64 { return x * math.Sin(x) },
	func(x float64) float64 { return math.Sin(x) + x*math.Cos(x) },
	func(x float64) float64 { return 2*math.Cos(x) - x*math.Sin(x) },
	func(x float64) float64 { return -3*math.Sin(x) - x*math.Cos(x) },
}

func derivative(order int, xs ...float64) (ys []float64) {
	for _, x := range xs {
		ys = append(ys, derivatives[order](x))
	}
	return ys
}

// TestCreateGraph differentiates gradients in turn, whether values were read on the way, and so computed, or not.
func TestCreateGraph(t *testing.T) {
	at := []float64{0.5, -1.25, 3}
	for _, read := range []bool{false, true} {
		x := tensor.New(at).RequiresGrad()
		y := curve(x)
		for order := range derivatives {
			if read {
				wantNear(t, "derivative", y, derivative(order, at...)...)
			}
			y.Sum().Backward(tensor.CreateGraph())
			if order+1 == len(derivatives) {
				break
			}
			y = x.Grad()
			x.ZeroGrad()
			wantNear(t, "derivative", y, derivative(order+1, at...)...)
		}
	}
}

// TestGradOfGradReads has a function that reads its own values while it is differentiated twice and three times.
func TestGradOfGradReads(t *testing.T) {
	f := func(x *tensor.Tensor) *tensor.Tensor {
		y := curve(x)
		if y.Float64s()[0] > 100 { // a decision on a value
			y = y.Neg()
		}
		return y.Sum()
	}
	reads := func(f transform.Func) transform.Func {
		return func(xs ...*tensor.Tensor) *tensor.Tensor {
			y := f(xs...)
			y.Float64s()
			return y.Sum()
		}
	}
	at := []float64{0.5, -1.25, 3}
	x := tensor.New(at)
	g := transform.Grad(transform.F1(f))
	wantNear(t, "first", g(x), derivative(1, at...)...)
	g = transform.Grad(reads(g))
	wantNear(t, "second", g(x), derivative(2, at...)...)
	g = transform.Grad(reads(g))
	wantNear(t, "third", g(x), derivative(3, at...)...)
}

// TestRetain sweeps one history several times, its value read before, between and after.
func TestRetain(t *testing.T) {
	at := []float64{0.5, -1.25}
	d := derivative(1, at...)
	x := tensor.New(at).RequiresGrad()
	y := curve(x)
	s := y.Sum()
	s.Item()
	s.Backward(tensor.Retain())
	wantNear(t, "once", x.Grad(), d[0], d[1])
	wantNear(t, "value", y, derivative(0, at...)...)
	s.Backward(tensor.Retain())
	s.Backward()
	wantNear(t, "three times", x.Grad(), 3*d[0], 3*d[1])
	if tensor.Try(func() { s.Backward() }) == nil {
		t.Error("a history that ended was swept")
	}
}

// TestGradientPenalty differentiates a function of a gradient by parameters: forward values and the gradient are read
// before.
func TestGradientPenalty(t *testing.T) {
	x, w := tensor.New([]float64{1, -2, 3}), tensor.New([]float64{0.5, 2, -1}).RequiresGrad()
	score := transform.F1(func(x *tensor.Tensor) *tensor.Tensor {
		y := x.Mul(x).Mul(w)
		y.Float64s()
		return y.Sum()
	})
	g := transform.Grad(score)(x) // 2wx
	wantNear(t, "gradient", g, 1, -8, -6)
	g.Mul(g).Sum().Backward() // d/dw Σ(2wx)² = 8wx²
	wantNear(t, "penalty", w.Grad(), 4, 64, -72)

	leaf := tensor.New([]float64{1, -2, 3}).RequiresGrad() // the same by Backward twice
	leaf.Mul(leaf).Mul(w).Sum().Backward(tensor.CreateGraph())
	g = leaf.Grad()
	w.ZeroGrad()
	g.Mul(g).Sum().Backward()
	wantNear(t, "penalty", w.Grad(), 4, 64, -72)
}

// TestStepBetweenForwardAndBackward updates a discriminator between a forward pass through it and the backward pass.
// PyTorch refuses; here the gradient is of what was computed, with the values that were read.
func TestStepBetweenForwardAndBackward(t *testing.T) {
	for _, eager := range []bool{false, true} {
		for _, read := range []bool{false, true} {
			onDevice(t, 1, eager, func(*tensor.Device) {
				const z, rate = 1.5, 0.1
				wg, wd := 2.0, 0.75
				g, d := tensor.New([]float64{wg}).RequiresGrad(), tensor.New([]float64{wd}).RequiresGrad()
				optD, optG := optim.NewSGD([]*tensor.Tensor{d}, optim.LR(rate)), optim.NewSGD([]*tensor.Tensor{g}, optim.LR(rate))
				judge := func(x *tensor.Tensor) *tensor.Tensor { return x.Mul(x).Mul(d).Mul(d).Sum() } // (wd·x)²
				for range 3 {
					fake := g.MulScalar(z)
					judge(fake.Detach()).Neg().Backward()
					lossG := judge(fake) // reads d before its step
					if read {
						if got, want := lossG.Item(), wd*wd*wg*wg*z*z; math.Abs(got-want) > 1e-12 {
							t.Fatalf("loss %v, want %v", got, want)
						}
					}
					old := wd
					wd -= rate * -2 * wd * wg * wg * z * z
					optD.Step()
					optD.ZeroGrad()
					lossG.Backward()
					wantNear(t, "d's gradient", d.Grad(), 2*old*wg*wg*z*z)
					wantNear(t, "g's gradient", g.Grad(), 2*old*old*wg*z*z)
					wg -= rate * 2 * old * old * wg * z * z
					optG.Step()
					optG.ZeroGrad()
					optD.ZeroGrad()
					wantNear(t, "d", d, wd)
					wantNear(t, "g", g, wg)
				}
			})
		}
	}
}
