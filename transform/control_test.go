package transform_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/flambeau-ml/flambeau/graph"
	"github.com/flambeau-ml/flambeau/tensor"
	"github.com/flambeau-ml/flambeau/transform"
)

// cell is a step of a small recurrent net: what is carried and one element of xs to what is carried on and a result.
func cell(w, b, h, x *T) (next, y *T) {
	next = h.MatMul(w).Add(x).Add(b).Tanh()
	return next, next.Mul(x.Sin())
}

// byScan and byLoop apply cell to each element of xs [T, B, H].
func byScan(w, b, h, xs *T, opts ...transform.ScanOption) (last, ys *T) {
	carry, out := transform.Scan(func(carry, x []*T) (next, ys []*T) {
		n, y := cell(w, b, carry[0], x[0])
		return []*T{n}, []*T{y}
	}, []*T{h}, []*T{xs}, opts...)
	return carry[0], out[0]
}

func byLoop(w, b, h, xs *T, reverse bool) (last, all *T) {
	n := xs.Size(0)
	ys := make([]*T, n)
	for k := range n {
		if reverse {
			k = n - 1 - k
		}
		h, ys[k] = cell(w, b, h, xs.Select(0, k))
	}
	return h, tensor.Stack(ys)
}

func close64(t *testing.T, what string, got, want *T) {
	t.Helper()
	a, b := tensor.Data[float64](got), tensor.Data[float64](want)
	if len(a) != len(b) {
		t.Fatalf("%s: %d elements, want %d", what, len(a), len(b))
	}
	for i := range a {
		if !(math.Abs(a[i]-b[i]) <= 1e-11*(1+math.Abs(b[i]))) {
			t.Fatalf("%s: element %d is %v, want %v", what, i, a[i], b[i])
		}
	}
}

// TestScan compares a scan with a loop: values, gradients by Backward with a captured leaf, second order, batches.
func TestScan(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, reverse := range []bool{false, true} {
		var opts []transform.ScanOption
		if reverse {
			opts = append(opts, transform.Reverse())
		}
		const B, H = 2, 3
		for _, n := range []int{1, 2, 7} {
			w, b, h, xs := vector(r, H, H), vector(r, H), vector(r, B, H), vector(r, n, B, H)
			type run func(w, b, h, xs *T) (last, ys *T)
			scan := func(w, b, h, xs *T) (last, ys *T) { return byScan(w, b, h, xs, opts...) }
			loop := func(w, b, h, xs *T) (last, ys *T) { return byLoop(w, b, h, xs, reverse) }
			grads := func(f run) []*T {
				w, b, h, xs := w.Clone().RequiresGrad(), b.Clone().RequiresGrad(), h.Clone().RequiresGrad(), xs.Clone().RequiresGrad()
				last, ys := f(w, b, h, xs)
				last.Mul(last).Sum().Add(ys.Exp().Sum()).Backward()
				return []*T{last, ys, w.Grad(), b.Grad(), h.Grad(), xs.Grad()}
			}
			got, want := grads(scan), grads(loop)
			for i := range want {
				close64(t, "values and gradients", got[i], want[i])
			}
			second := func(f run) *T {
				loss := func(w *T) *T { last, ys := f(w, b, h, xs); return last.Sum().Mul(ys.Sum()) }
				return transform.Grad(transform.F1(func(w *T) *T {
					g := transform.Grad(transform.F1(loss))(w)
					return g.Mul(g).Sum()
				}))(w)
			}
			close64(t, "second order", second(scan), second(loop))
			batch := func(f run) *T {
				return transform.Vmap(transform.F2(func(b, xs *T) *T { _, ys := f(w, b, h, xs); return ys }), transform.In(0, 1))(
					vector(rand.New(rand.NewPCG(3, 4)), 4, H), vector(rand.New(rand.NewPCG(5, 6)), n, 4, B, H))
			}
			close64(t, "a batch", batch(scan), batch(loop))
			push := func(f run) *T {
				_, dys := transform.JVP(func(xs ...*T) []*T { last, _ := f(w, b, xs[0], xs[1]); return []*T{last} }, []*T{h, xs}, []*T{h.Sin(), nil})
				return dys[0]
			}
			close64(t, "forward derivative", push(scan), push(loop))
		}
	}
}

// TestScanEdges checks scans of no steps, of nothing to go over, and what is refused.
func TestScanEdges(t *testing.T) {
	h := tensor.New([]float64{1, 2})
	last, ys := byScan(vector(rand.New(rand.NewPCG(1, 2)), 2, 2), h, h.Reshape(1, 2), zeros(0, 1, 2))
	close64(t, "no steps", last, h)
	if got := ys.Shape(); got[0] != 0 || got[2] != 2 {
		t.Errorf("results of no steps are %v", got)
	}
	carry, out := transform.Scan(func(c, _ []*T) (next, ys []*T) {
		return []*T{c[0].MulScalar(2)}, []*T{c[0]}
	}, []*T{h}, nil, transform.Length(3))
	close64(t, "over nothing", carry[0], tensor.New([]float64{8, 16}))
	close64(t, "over nothing", out[0], tensor.New([]float64{1, 2, 2, 4, 4, 8}))
	for what, f := range map[string]func(){
		"becomes f64[1]": func() {
			transform.Scan(func(c, _ []*T) (next, ys []*T) { return []*T{c[0].Narrow(0, 0, 1)}, nil }, []*T{h}, nil, transform.Length(2))
		},
		"it stands for what each application gets": func() {
			transform.Scan(func(c, _ []*T) (next, ys []*T) { c[0].Sum().Item(); return c, nil }, []*T{h}, nil, transform.Length(2))
		},
		"returns 0": func() {
			transform.Scan(func(c, _ []*T) (next, ys []*T) { return nil, nil }, []*T{h}, nil, transform.Length(2))
		},
		"3 and 2 elements": func() {
			transform.Scan(func(c, _ []*T) (next, ys []*T) { return c, nil }, []*T{h}, []*T{zeros(3), zeros(2)})
		},
		"from outside it": func() {
			transform.Scan(func(c, _ []*T) (next, ys []*T) { h.Add_(c[0]); return c, nil }, []*T{h}, nil, transform.Length(2))
		},
		"draws random numbers": func() {
			g := tensor.NewGenerator(1)
			transform.Scan(func(c, _ []*T) (next, ys []*T) { return []*T{c[0].Add(c[0].RandLike(g))}, nil }, []*T{h}, nil, transform.Length(2))
		},
	} {
		err := tensor.Try(f)
		if err == nil || !strings.Contains(err.Error(), what) || !strings.Contains(err.Error(), "control_test.go") {
			t.Errorf("error %v, want %q", err, what)
		}
	}
}

// TestScanTrains trains the weight of a scan for many lengths and batch sizes: as a loop does, and programs do not
// multiply.
func TestScanTrains(t *testing.T) {
	train := func(last func(w, b, h, xs *T) *T) (losses []float64, more int) {
		r := rand.New(rand.NewPCG(1, 2))
		w, b := vector(r, 3, 3).RequiresGrad(), vector(r, 3).RequiresGrad()
		d, programs := tensor.Default(), 0
		for k := range 60 {
			batch := 2 + k%7
			w.ZeroGrad()
			b.ZeroGrad()
			loss := last(w, b, zeros(batch, 3), vector(r, 2+k%9, batch, 3)).SubScalar(0.5).Square().Mean()
			loss.Backward()
			for _, p := range []*T{w, b} {
				p.Detach().Sub_(p.Grad().MulScalar(0.2))
			}
			losses = append(losses, loss.Item())
			if k == 2 {
				programs = d.Stats().Programs
			}
		}
		return losses, d.Stats().Programs - programs
	}
	got, more := train(func(w, b, h, xs *T) *T { last, _ := byScan(w, b, h, xs); return last })
	want, _ := train(func(w, b, h, xs *T) *T { last, _ := byLoop(w, b, h, xs, false); return last })
	for i := range want {
		if !(math.Abs(got[i]-want[i]) <= 1e-9*want[i]) {
			t.Fatalf("the loss of step %d is %v, of a loop %v", i, got[i], want[i])
		}
	}
	if more > 2 {
		t.Errorf("%d programs more after the third step", more)
	}
}

func TestWhile(t *testing.T) {
	limit := tensor.New([]float64{100})
	double := func(x *T) []*T {
		return transform.While(
			func(c ...*T) *T { return c[0].Sum().Lt(limit) },
			func(c ...*T) []*T { return []*T{c[0].Mul(c[0]), c[1].AddScalar(1)} }, x, tensor.New([]int64{0}))
	}
	out := double(tensor.New([]float64{2, 1.5}))
	close64(t, "squared until it is large", out[0], tensor.New([]float64{256, 25.62890625}))
	if n := tensor.Data[int64](out[1])[0]; n != 3 {
		t.Errorf("%d steps, want 3", n)
	}
	// d/dx x⁸ = 8·x⁷ forwards; in reverse there is none.
	x := tensor.New([]float64{2, 1.5})
	_, dys := transform.JVP(func(xs ...*T) []*T { return double(xs[0])[:1] }, []*T{x}, []*T{tensor.New([]float64{1, 1})})
	close64(t, "the derivative forwards", dys[0], tensor.New([]float64{8 * 128, 8 * math.Pow(1.5, 7)}))
	err := tensor.Try(func() { transform.Grad(transform.F1(func(x *T) *T { return double(x)[0].Sum() }))(x) })
	if err == nil || !strings.Contains(err.Error(), "has no derivative in reverse") {
		t.Errorf("the gradient of a while: %v", err)
	}
	// Each member of a batch stops by itself.
	ys := transform.Vmap(transform.F1(func(x *T) *T { return double(x.Reshape(1))[0] }))(tensor.New([]float64{2, 20, 200, 3}))
	close64(t, "a batch", ys, tensor.New([]float64{256, 400, 200, 6561}))
}

func TestCond(t *testing.T) {
	w := tensor.New([]float64{3, 4}).RequiresGrad()
	f := func(pred, x *T) *T {
		return transform.Cond(pred,
			func(xs ...*T) []*T { return []*T{xs[0].Mul(w).Sin()} },
			func(xs ...*T) []*T { return []*T{xs[0].Exp()} }, x)[0]
	}
	x := tensor.New([]float64{0.5, -1})
	yes, no := tensor.New([]bool{true}), tensor.New([]bool{false})
	close64(t, "yes", f(yes, x), x.Mul(w.Detach()).Sin())
	close64(t, "no", f(no, x), x.Exp())
	f(yes, x).Sum().Backward()
	close64(t, "the gradient of what one branch captures", w.Grad(), x.Mul(w.Detach()).Cos().Mul(x))
	w.ZeroGrad()
	f(no, x).Sum().Backward()
	close64(t, "where the other is taken", w.Grad(), zeros(2))
	grad := func(pred *T) *T { return transform.Grad(transform.F1(func(x *T) *T { return f(pred, x).Sum() }))(x) }
	close64(t, "gradient of yes", grad(yes), x.Mul(w.Detach()).Cos().Mul(w.Detach()))
	close64(t, "gradient of no", grad(no), x.Exp())
	both := transform.Vmap(transform.F2(f))(tensor.New([]bool{true, false}), tensor.Stack([]*T{x, x}))
	close64(t, "a condition for each member", both, tensor.Stack([]*T{f(yes, x), f(no, x)}))
	err := tensor.Try(func() {
		transform.Cond(yes, func(xs ...*T) []*T { return xs }, func(xs ...*T) []*T { return []*T{xs[0].Sum()} }, x)
	})
	if err == nil || !strings.Contains(err.Error(), "result 0 is f64[2] of one function and f64[] of the other") {
		t.Errorf("branches that differ: %v", err)
	}
}

// TestLoopFaults checks that an error of values in a loop is given to whoever reads a result, and to nobody else.
func TestLoopFaults(t *testing.T) {
	table := tensor.New([]float64{1, 2, 3})
	take := func(index []int64) []*T {
		_, ys := transform.Scan(func(_, x []*T) (next, ys []*T) {
			return nil, []*T{table.IndexSelect(0, x[0].Reshape(1)), x[0].MulScalar(2)}
		}, nil, []*T{tensor.New(index)})
		return ys
	}
	close64(t, "good indices", take([]int64{2, 0})[0], tensor.New([]float64{3, 1}))
	ys := take([]int64{2, 7})
	var e *tensor.Error
	if err := tensor.Try(func() { tensor.Data[float64](ys[0]) }); !errors.As(err, &e) || !strings.Contains(err.Error(), "7") {
		t.Errorf("an index out of range in a scan: %v", err)
	}
}

func TestCustom(t *testing.T) {
	calls := 0
	sorted := tensor.NewCustom("half", func(in []graph.Type) ([]graph.Type, error) {
		if len(in) != 1 || in[0].DType != graph.Float64 {
			return nil, errors.New("takes one tensor of float64")
		}
		return in, nil
	}, func(in, out []*graph.Array) error {
		calls++
		for i, x := range in[0].F {
			if x < 0 {
				return errors.New("a number below zero")
			}
			out[0].SetFloat(i, x/2)
		}
		return nil
	})
	x := tensor.New([]float64{4, 6})
	y := sorted.Apply(x.MulScalar(2))[0].AddScalar(1)
	if calls != 0 {
		t.Error("called before anybody needs the result")
	}
	close64(t, "a custom function", y, tensor.New([]float64{5, 7}))
	close64(t, "each member of a batch", transform.Vmap(transform.F1(func(x *T) *T { return sorted.Apply(x)[0] }))(tensor.New([]float64{2, 4, 6}, 3, 1)), tensor.New([]float64{1, 2, 3}))
	if err := tensor.Try(func() { sorted.Apply(tensor.New([]float32{1})) }); err == nil || !strings.Contains(err.Error(), "half: takes one tensor of float64") {
		t.Errorf("a wrong type: %v", err)
	}
	if err := tensor.Try(func() { tensor.Data[float64](sorted.Apply(x.Neg())[0]) }); err == nil || !strings.Contains(err.Error(), "a number below zero") {
		t.Errorf("an error of values: %v", err)
	}
	seen := 0.0
	log := tensor.Custom{Name: "log", Effect: true,
		Results: func(in []graph.Type) ([]graph.Type, error) { return nil, nil },
		Call:    func(in, _ []*graph.Array) error { seen += in[0].F[0]; return nil }}
	for k := range 3 {
		log.Apply(x.MulScalar(float64(k)).Sum())
	}
	if seen != 30 {
		t.Errorf("effects add up to %v, want 30", seen)
	}
	if err := tensor.Try(func() {
		transform.Vmap(transform.F1(func(x *T) *T { log.Apply(x); return x }))(x)
	}); err == nil {
		t.Error("an effect for each member of a batch is accepted")
	}
}

func zeros(dims ...int) *T {
	n := 1
	for _, d := range dims {
		n *= d
	}
	return tensor.New(make([]float64, n), dims...)
}
