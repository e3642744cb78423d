package transform_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/flambeau-ml/flambeau/nn"
	"github.com/flambeau-ml/flambeau/tensor"
	"github.com/flambeau-ml/flambeau/transform"
)

// wantError checks that f panics with a *tensor.Error that says what, with a line of this file.
func wantError(t *testing.T, what string, f func()) {
	t.Helper()
	var e *tensor.Error
	switch err := tensor.Try(f); {
	case !errors.As(err, &e):
		t.Errorf("no error, want %q", what)
	case !strings.Contains(e.Error(), what) || !strings.Contains(e.Line(), "semantics_test.go"):
		t.Errorf("got %v, want %q", e, what)
	}
}

func square(x *T) *T { return x.Mul(x) }

func TestReadingUnderVmap(t *testing.T) {
	x := tensor.New([]float64{1, 2, 3})
	for name, read := range map[string]func(x *T){
		"data":  func(x *T) { tensor.Data[float64](x) },
		"item":  func(x *T) { x.Item() },
		"print": func(x *T) { _ = x.String() },
		"eval":  func(x *T) { tensor.Must(tensor.Eval(t.Context(), x)) },
		"later": func(x *T) { x.Sin().Add(x).Item() },
	} {
		t.Run(name, func(t *testing.T) {
			wantError(t, "it stands for what each application gets", func() {
				transform.Vmap(transform.F1(func(x *T) *T { read(x); return x }))(x)
			})
		})
	}
	var leaked *T
	transform.Vmap(transform.F1(func(x *T) *T { leaked = x.Sin(); return leaked }))(x)
	wantError(t, "has no value", func() { leaked.Item() })
}

func TestControlFlowUnderGrad(t *testing.T) {
	f := transform.F1(func(x *T) *T {
		n := 0
		for x.Item() < 100 { // x → x² until it is large
			x = square(x)
			n++
		}
		if n > 2 {
			return x.Neg()
		}
		return x
	})
	for _, c := range []struct{ x, want float64 }{{3, 8 * 3 * 3 * 3 * 3 * 3 * 3 * 3}, {20, 40}, {200, 1}} {
		sign := 1.0
		if c.x == 3 {
			sign = -1
		}
		if got := transform.Grad(f)(tensor.Of(c.x)).Item(); got != sign*c.want {
			t.Errorf("at %g the gradient is %g, want %g", c.x, got, sign*c.want)
		}
	}
}

func TestHistoryOutside(t *testing.T) {
	x := tensor.New([]float64{1, 2, 3})
	cube := transform.F1(func(x *T) *T { return square(x).Mul(x).Sum() })
	g := transform.Grad(cube)
	if g(x).NeedsGrad() {
		t.Error("a gradient by a plain tensor has history")
	}
	y, grads := transform.ValueAndGrad(cube)(x)
	if y.NeedsGrad() || grads[0].NeedsGrad() || y.Item() != 36 {
		t.Errorf("the value %g has history: %v", y.Item(), y.NeedsGrad())
	}
	ys, pull := transform.VJP(cube.Multi(), x)
	if ys[0].NeedsGrad() || pull(tensor.Of(1.0))[0].NeedsGrad() {
		t.Error("results of VJP have history")
	}

	// A penalty on the gradient: Backward goes through the transform, to arguments and to what the function captured.
	w := tensor.New([]float64{1, 2, 3}).RequiresGrad()
	g(w).Sum().Backward()
	wantClose(t, "d Σ3w²", w.Grad(), w.Detach().MulScalar(6), 0)
	w.ZeroGrad()
	scaled := transform.F1(func(x *T) *T { return square(x).Mul(w).Sum() })
	transform.Grad(scaled)(x).Sum().Backward()
	wantClose(t, "d Σ2xw by w", w.Grad(), x.MulScalar(2), 0)
	w.ZeroGrad()
	transform.Vmap(transform.Grad(transform.F2(func(x, w *T) *T { return square(x).Mul(w) })))(x, w).Sum().Backward()
	wantClose(t, "through Vmap", w.Grad(), x.MulScalar(2), 0)
}

func TestArguments(t *testing.T) {
	x, n := tensor.New([]float64{1, 2}), tensor.New([]int64{3, 4})
	f := transform.F2(func(x, n *T) *T { return x.Mul(n).Sum() })
	wantClose(t, "by the floating ones", transform.Grads(f)(x, n)[0], n.To(tensor.Float64), 0)
	if got := len(transform.Grads(f)(x, n)); got != 1 {
		t.Errorf("%d gradients", got)
	}
	ys, pull := transform.VJP(f.Multi(), x, n)
	cts := pull(tensor.Of(1.0))
	if cts[1] != nil || ys[0].Item() != 11 {
		t.Errorf("cotangents %v, value %v", cts, ys[0])
	}
	wantClose(t, "no cotangent", pull(nil)[0], tensor.New([]float64{0, 0}), 0)
	two := transform.Multi(func(xs ...*T) []*T { return []*T{xs[0].Mul(xs[1]), xs[1].ArgMax(0), xs[1]} })
	_, dys := transform.JVP(two, []*T{x, x}, []*T{nil, tensor.New([]float64{1, 1})})
	wantClose(t, "one tangent", dys[0], x, 0)
	if dys[1] != nil {
		t.Error("an integer has a tangent")
	}
	wantClose(t, "not reached", transform.Grad(transform.F2(func(x, y *T) *T { return y.Sum() }))(x, x), x.MulScalar(0), 0)

	wantError(t, "argument 1, of int64, has no derivative", func() { transform.Grad(f, 1)(x, n) })
	wantError(t, "no argument 2", func() { transform.Grad(f, 2)(x, n) })
	wantError(t, "more than one element", func() { transform.Grad(transform.F1(square))(x) })
	wantError(t, "has no gradient", func() { transform.Grad(transform.F1(func(x *T) *T { return x.ArgMax(0) }))(x) })
	wantError(t, "a function of 2 tensors is called with 1", func() { f(x) })
	wantError(t, "1 tangents are given for 2 primals", func() { transform.JVP(two, []*T{x, x}, []*T{x}) })
	wantError(t, "a tangent of f64[] does not fit", func() { transform.JVP(two, []*T{x, x}, []*T{tensor.Of(1.0), nil}) })
	wantError(t, "2 cotangents are given for 1 results", func() { pull(x, x) })
	wantError(t, "no number 3", func() { two.Result(3)(x, x) })
}

func TestWrites(t *testing.T) {
	x := tensor.New([]float64{1, 2, 3})
	inPlace := transform.F1(func(x *T) *T { x.Mul_(x); return x.Sum() })
	wantClose(t, "an argument, differentiated", transform.Grad(inPlace)(x), x.MulScalar(2), 0)
	wantClose(t, "an argument, batched", transform.Vmap(inPlace)(x), square(x), 0)
	wantClose(t, "both", transform.Vmap(transform.Grad(inPlace))(x), x.MulScalar(2), 0)
	wantClose(t, "the caller's tensor", x, tensor.New([]float64{1, 2, 3}), 0)

	outside := tensor.New([]float64{10})
	wantError(t, "from outside it", func() {
		transform.Vmap(transform.F1(func(x *T) *T { return outside.Add_(x) }))(x)
	})
	calls := transform.F1(func(x *T) *T { outside.AddScalar_(1); return x.Add(outside) })
	wantClose(t, "the same for all members", transform.Vmap(calls)(x).Squeeze(1), x.AddScalar(11), 0)
	if outside.Item() != 11 {
		t.Errorf("the tensor outside is %g", outside.Item())
	}
	made := transform.F1(func(x *T) *T {
		y := tensor.New([]float64{1, 1})
		_ = y.Sum().Item() // computed before it is written
		y.Narrow(0, 1, 1).Add_(x)
		return y.Sum()
	})
	wantClose(t, "a tensor made inside", transform.Vmap(made)(x), x.AddScalar(2), 0)
	tensor.Must(tensor.Eval(t.Context(), x.Add(outside))) // nothing is left pending

	w := tensor.Of(2.0).RequiresGrad()
	wantError(t, "use transform.Grad", func() {
		transform.Vmap(transform.F1(func(x *T) *T { y := x.Mul(w); y.Backward(); return y }))(x)
	})
	// Surgery through Detach keeps the history of the value that was there.
	patched := transform.F1(func(x *T) *T {
		y := square(x)
		y.Detach().MulScalar_(10)
		return y.Mul(y).Sum()
	})
	_, d := transform.JVP(patched.Multi(), []*T{tensor.Of(3.0)}, []*T{tensor.Of(1.0)})
	if got := transform.Grad(patched)(tensor.Of(3.0)).Item(); got != 2*90*6 || d[0].Item() != got {
		t.Errorf("backwards %g, forwards %g, want %d", got, d[0].Item(), 2*90*6)
	}
	wantClose(t, "surgery, batched", transform.Grad(transform.F1(func(x *T) *T { return transform.Vmap(patched)(x).Sum() }))(x),
		transform.Vmap(transform.Grad(patched))(x), 0)
}

func TestStops(t *testing.T) {
	x := tensor.New([]float64{1, 2, 3})
	f := transform.F1(func(x *T) *T { return x.Mul(square(x).Detach()).Sum() })
	wantClose(t, "Detach", transform.Grad(f)(x), square(x), 0)
	wantClose(t, "Detach under Vmap", transform.Grad(transform.F1(func(x *T) *T { return transform.Vmap(f)(x).Sum() }))(x), square(x), 0)
}

func TestVmapAxes(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	a, b := vector(r, 2, 5, 3), vector(r, 3, 4)
	f := transform.VmapMulti(func(xs ...*T) []*T { return []*T{xs[0].Mm(xs[1]), xs[1], tensor.Of(1.0)} },
		transform.In(1, transform.None), transform.Out(-1, 1, 0))
	ys := f(a, b)
	for i := range 5 {
		wantClose(t, "a product", ys[0].Select(2, i), a.Select(1, i).Mm(b), 1e-15)
		wantClose(t, "from outside it", ys[1].Select(1, i), b, 0)
	}
	if fmt.Sprint(ys[2].Shape()) != "[5]" {
		t.Errorf("a constant is %v", ys[2].Shape())
	}
	id := transform.F1(func(x *T) *T { return x })
	if got := transform.Vmap(id, transform.In(-1))(a).Shape(); fmt.Sprint(got) != "[3 2 5]" {
		t.Errorf("the last axis comes to %v", got)
	}
	add := transform.F2(func(x, y *T) *T { return x.Add(y) })
	wantError(t, "holds a batch of 3", func() { transform.Vmap(add)(a, b) })
	wantError(t, "no argument holds a batch", func() { transform.Vmap(id, transform.In(transform.None))(a) })
	wantError(t, "has no axis 3", func() { transform.Vmap(id, transform.In(3))(a) })
	wantError(t, "cannot hold a batch along axis 3", func() { transform.Vmap(id, transform.Out(3))(a) })
	wantError(t, "3 axes are given for 2 arguments", func() { transform.Vmap(add, transform.In(0, 0, 0))(a, a) })
	wantError(t, "2 axes are given for 1 results", func() { transform.Vmap(id, transform.Out(0, 0))(a) })
	wantError(t, "mm", func() { transform.Vmap(transform.F1(func(x *T) *T { return x.Mm(b.Mm(x)) }))(a) })
}

func TestRandomness(t *testing.T) {
	zeros := tensor.New(make([]float32, 6), 6)
	g := tensor.NewGenerator(3)
	noise := transform.F1(func(x *T) *T { return x.Add(tensor.Rand(g, 2)) })
	state := func() []uint64 { return tensor.Data[uint64](g.State) }

	tensor.Rand(g, 2)
	after := state()
	run := func(m transform.Mode) *T {
		g.Seed(3)
		y := transform.Vmap(noise, transform.Randomness(m))(zeros)
		if fmt.Sprint(state()) != fmt.Sprint(after) {
			t.Errorf("the generator is at %v, not at %v", state(), after)
		}
		return y
	}
	g.Seed(3)
	one := tensor.Rand(g, 2)
	same := run(transform.Same)
	for i := range 6 {
		wantClose(t, "the same numbers", same.Select(0, i), one, 0)
	}
	distinct := func(y *T, n int) {
		t.Helper()
		seen := map[float64]bool{}
		for _, v := range y.Float64s() {
			seen[v] = true
		}
		if len(seen) != n {
			t.Errorf("%d different numbers, want %d", len(seen), n)
		}
	}
	different := run(transform.Different)
	distinct(different, 12)
	wantClose(t, "drawing again", run(transform.Different), different, 0)
	distinct(transform.Vmap(noise, transform.Randomness(transform.Different))(zeros).Sub(different), 12)

	inner := transform.Vmap(noise, transform.Randomness(transform.Different))
	grid := tensor.New(make([]float32, 12), 3, 4)
	distinct(transform.Vmap(inner, transform.Randomness(transform.Different))(grid), 24)
	distinct(transform.Vmap(inner, transform.Randomness(transform.Same))(grid), 8)
	distinct(transform.Vmap(transform.Vmap(noise, transform.Randomness(transform.Same)), transform.Randomness(transform.Different))(grid), 6)
	wantError(t, "draws random numbers", func() { transform.Vmap(noise)(zeros) })
	wantError(t, "draws random numbers", func() { transform.Vmap(inner)(grid) })

	// A generator of each member's own.
	states := tensor.New([]uint64{1, 0, 2, 0, 2, 0}, 3, 2)
	own := transform.Vmap(transform.F1(func(s *T) *T { return tensor.Rand(&tensor.Generator{State: s}, 2) }))(states)
	wantClose(t, "the state 1", own.Select(0, 0), tensor.Rand(tensor.NewGenerator(1), 2), 0)
	wantClose(t, "the state 2", own.Select(0, 2), tensor.Rand(tensor.NewGenerator(2), 2), 0)
}

type net struct {
	Conv *nn.Conv2d
	Fc   *nn.Linear
}

func (m *net) Forward(x *T) *T { // [N, 2, 6, 6] → [N, 3]
	x = nn.MaxPool2d(m.Conv.Forward(x).ReLU(), 2)
	return m.Fc.Forward(x.Flatten(1))
}

// TestPerSampleGradients compares the gradients for each sample of a small network with a loop of Backward.
func TestPerSampleGradients(t *testing.T) {
	model := nn.Init(&net{nn.NewConv2d(2, 4, 3), nn.NewLinear(4*2*2, 3)}, 5)
	params := nn.Parameters(model)
	r := rand.New(rand.NewPCG(2, 2))
	x, y := vector(r, 5, 2, 6, 6).To(tensor.Float32), tensor.New([]int64{0, 2, 1, 1, 0})
	n := len(params)
	loss := transform.Func(func(xs ...*T) *T {
		logits := nn.WithParameters(model, xs[:n]...).Forward(xs[n].Unsqueeze(0))
		return nn.CrossEntropy(logits, xs[n+1].Unsqueeze(0))
	})
	var by, axes []int
	args := []*T{}
	for i, p := range params {
		by, axes, args = append(by, i), append(axes, transform.None), append(args, p.Detach())
	}
	axes, args = append(axes, 0, 0), append(args, x, y)
	grads := transform.VmapMulti(transform.Grads(loss, by...), transform.In(axes...))(args...)
	for i := range 5 {
		nn.CrossEntropy(model.Forward(x.Narrow(0, i, 1)), y.Narrow(0, i, 1)).Backward()
		for k, p := range params {
			wantClose(t, fmt.Sprintf("sample %d, parameter %d", i, k), grads[k].Select(0, i), p.Grad(), 1e-5)
			p.ZeroGrad()
		}
	}
	wantError(t, "1 tensors are given for 4 parameters", func() { nn.WithParameters(model, x) })
	wantError(t, "does not fit the parameter conv.weight", func() { nn.WithParameters(model, x, x, x, x) })
}
