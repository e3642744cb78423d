package rewrite

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/flambeau-ml/flambeau/graph"
)

func uniform(r *rand.Rand, dims ...int) *graph.Array {
	return graph.Uniform(r, graph.Float64, -1, 1, dims...)
}

// function is a settled function of parameters of types in.
func function(name string, in []graph.Type, body func(ps []*graph.Value) []*graph.Value) *graph.Func {
	f := graph.NewFunc(name)
	ps := make([]*graph.Value, len(in))
	for i, typ := range in {
		ps[i] = f.Param(fmt.Sprintf("p%d", i), typ)
	}
	f.Return(body(ps)...)
	f.Settle()
	return f
}

func symbols(names ...string) graph.Shape {
	s := make(graph.Shape, len(names))
	for i, n := range names {
		s[i] = graph.Sym(n)
	}
	return s
}

func f64(names ...string) graph.Type {
	return graph.Type{DType: graph.Float64, Shape: symbols(names...)}
}

// rnn is a scan over x [T, B, H] from h [B, H] with weights w [H, H] and u, which only scales; its step is a cond in a
// scan with sizes that have names. It returns a loss that depends on what is carried last and on what is given at each
// step, and both.
func rnn(t *testing.T, unrolled int) (*graph.Func, []*graph.Array) {
	t.Helper()
	cell := func(w, u, h, x *graph.Value) (next, y *graph.Value) {
		next = h.Dot(w.SwapAxes(0, 1), graph.Dot{LContract: []int{1}, RContract: []int{0}}).Add(x).Tanh()
		return next, next.Mul(x.Sin()).Mul(u.Exp().Expand(x.Shape...))
	}
	const T, B, H = 5, 2, 3
	r := rand.New(rand.NewPCG(3, 4))
	in := []*graph.Array{uniform(r, H, H), uniform(r), uniform(r, B, H), uniform(r, T, B, H)}
	f := graph.NewFunc("rnn")
	var ps []*graph.Value
	for _, x := range in {
		ps = append(ps, f.Param("", x.Type()))
	}
	w, u, h, x := ps[0], ps[1], ps[2], ps[3]
	var ys *graph.Value
	if unrolled > 0 {
		var all []*graph.Value
		for k := range T {
			xk := x.SliceAxis(0, graph.N(k), graph.N(1), 1).Reshape(x.Shape[1:]...)
			var y *graph.Value
			h, y = cell(w, u, h, xk)
			all = append(all, y.Reshape(graph.Ns(1, B, H)...))
		}
		ys = graph.ConcatValues(0, all...)
	} else {
		step := function("cell", []graph.Type{f64("H", "H"), f64(), f64("B", "H"), f64("B", "H")}, func(ps []*graph.Value) []*graph.Value {
			next, y := cell(ps[0], ps[1], ps[2], ps[3])
			return []*graph.Value{next, y}
		})
		out := graph.ApplyAll(f, graph.Scan, &graph.Attrs{Shape: graph.Ns(T), Body: &graph.Body{Funcs: []*graph.Func{step}, Consts: 2, Carry: 1}}, ps...)
		h, ys = out[0], out[1]
	}
	loss := h.Mul(h).ReduceSum(0, 1).Add(ys.Exp().ReduceSum(0, 1, 2))
	f.Return(loss, h, ys)
	f.Settle()
	return f, in
}

// TestScanAgainstUnrolled compares a scan, its gradient and the gradient of a function of its gradient with those of
// its steps written out.
func TestScanAgainstUnrolled(t *testing.T) {
	f, in := rnn(t, 0)
	g, _ := rnn(t, 1)
	compare := func(what string, f, g *graph.Func) {
		t.Helper()
		closeTo(t, what, eval(t, f, in...), eval(t, g, in...), 1e-12)
	}
	compare("forward", f, g)
	df, dg := must(t)(Grad(f, nil)), must(t)(Grad(g, nil))
	compare("gradient", df, dg)
	scans := 0
	for _, v := range df.Values {
		if v.Op == graph.Scan && v.Attrs.Body.Reverse && v.Attrs.Index == 0 {
			scans++
		}
	}
	if scans != 1 {
		t.Errorf("%d scans backwards for two results with cotangents, not 1", scans)
	}
	norm := func(df *graph.Func) *graph.Func {
		h := graph.NewFunc("norm")
		var ps []*graph.Value
		for _, p := range df.Params {
			ps = append(ps, h.Param("", p.Type))
		}
		out, err := Inline(h, df, ps)
		if err != nil {
			t.Fatal(err)
		}
		sum := graph.NewConst(h, graph.Float64, graph.FloatOf(0))
		for _, d := range out[3:] {
			axes := make([]int, d.Rank())
			for i := range axes {
				axes[i] = i
			}
			sum = sum.Add(d.Mul(d).ReduceSum(axes...))
		}
		h.Return(sum)
		h.Settle()
		return h
	}
	compare("second order", must(t)(Grad(norm(df), nil)), must(t)(Grad(norm(dg), nil)))

	bf, _, err := Batch(df, graph.N(3), []int{0, 0, NotBatched, 1})
	if err != nil {
		t.Fatal(err)
	}
	bg, _, err := Batch(dg, graph.N(3), []int{0, 0, NotBatched, 1})
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(5, 6))
	in = []*graph.Array{uniform(r, 3, 3, 3), uniform(r, 3), in[2], uniform(r, 5, 3, 2, 3)}
	compare("a batch of gradients", bf, bg)
}

// TestNestedBodies differentiates a scan whose step is a cond of a call of a scan.
func TestNestedBodies(t *testing.T) {
	innermost := function("inner", []graph.Type{f64(), f64("N"), f64("N")}, func(ps []*graph.Value) []*graph.Value {
		return []*graph.Value{ps[1].Mul(ps[2]).Add(ps[0].Expand(ps[1].Shape...)).Sin()}
	})
	scan := func(c, h, x *graph.Value) *graph.Value {
		return graph.Apply(graph.Scan, &graph.Attrs{Shape: x.Shape[:1], Body: &graph.Body{Funcs: []*graph.Func{innermost}, Consts: 1, Carry: 1}}, c, h, x)
	}
	called := function("called", []graph.Type{f64(), f64("N"), f64("T", "N")}, func(ps []*graph.Value) []*graph.Value {
		return []*graph.Value{scan(ps[0], ps[1], ps[2])}
	})
	other := function("other", []graph.Type{f64(), f64("N"), f64("T", "N")}, func(ps []*graph.Value) []*graph.Value {
		return []*graph.Value{ps[1].Mul(ps[0].Expand(ps[1].Shape...))}
	})
	step := function("step", []graph.Type{f64(), f64("N"), f64("T", "N")}, func(ps []*graph.Value) []*graph.Value {
		h := ps[1]
		on := h.ReduceSum(0).Gt(h.Like(0))
		yes := &graph.Body{Funcs: []*graph.Func{function("yes", []graph.Type{f64(), f64("N"), f64("T", "N")}, func(ps []*graph.Value) []*graph.Value {
			return []*graph.Value{graph.Apply(graph.Call, &graph.Attrs{Body: &graph.Body{Funcs: []*graph.Func{called}}}, ps...)}
		}), other}}
		return []*graph.Value{graph.Apply(graph.Cond, &graph.Attrs{Body: yes}, append([]*graph.Value{on}, ps...)...)}
	})
	f := function("f", []graph.Type{graph.T(graph.Float64), graph.T(graph.Float64, 3), graph.T(graph.Float64, 4, 2, 3)}, func(ps []*graph.Value) []*graph.Value {
		y := graph.Apply(graph.Scan, &graph.Attrs{Shape: graph.Ns(4), Body: &graph.Body{Funcs: []*graph.Func{step}, Consts: 1, Carry: 1}}, ps...)
		return []*graph.Value{y.Mul(y).ReduceSum(0)}
	})
	r := rand.New(rand.NewPCG(1, 2))
	in := []*graph.Array{uniform(r), uniform(r, 3), uniform(r, 4, 2, 3)}
	grad := must(t)(Grad(f, nil))
	d := directions(r, in)
	const h = 1e-6
	hi, lo := eval(t, f, moved(in, d, h)...)[0].F[0], eval(t, f, moved(in, d, -h)...)[0].F[0]
	got, _ := inner(eval(t, grad, in...)[1:], d)
	if want := (hi - lo) / (2 * h); got-want > 1e-7 || want-got > 1e-7 {
		t.Errorf("the gradient along a direction is %g, the slope %g", got, want)
	}
	again, err := graph.Parse(grad.String())
	if err != nil {
		t.Fatal(err)
	}
	closeTo(t, "the text form", eval(t, again, in...), eval(t, grad, in...), 0)
	if again.Hash() != grad.Hash() {
		t.Error("the text form has another hash")
	}
}

// TestOwnBackward gives a composite a backward that is not its derivative, and checks that it is what is used: in
// reverse, while forwards the derivative is that of what is computed.
func TestOwnBackward(t *testing.T) {
	types := []graph.Type{f64("N"), f64("N")}
	body := func(ps []*graph.Value) (y, hidden *graph.Value) {
		hidden = ps[0].Exp()
		return hidden.Mul(ps[1]), hidden
	}
	plain := function("scaled_exp", types, func(ps []*graph.Value) []*graph.Value { y, _ := body(ps); return []*graph.Value{y} })
	variant := function("scaled_exp", types, func(ps []*graph.Value) []*graph.Value { y, h := body(ps); return []*graph.Value{y, h} })
	back := function("scaled_exp_backward", []graph.Type{f64("N"), f64("N"), f64("N"), f64("N"), f64("N")}, func(ps []*graph.Value) []*graph.Value {
		hidden, ct := ps[3], ps[4]
		return []*graph.Value{ct.Scale(100), ct.Mul(hidden)}
	})
	composite := &graph.Body{Funcs: []*graph.Func{plain}, Version: 1, Hidden: variant, Backward: back}
	f := function("f", []graph.Type{graph.T(graph.Float64, 3), graph.T(graph.Float64, 3)}, func(ps []*graph.Value) []*graph.Value {
		return []*graph.Value{graph.Apply(graph.Call, &graph.Attrs{Name: "scaled_exp", Body: composite}, ps...)}
	})
	r := rand.New(rand.NewPCG(1, 2))
	in, ct := []*graph.Array{uniform(r, 3), uniform(r, 3)}, uniform(r, 3)
	got := eval(t, must(t)(VJPFunc(f, nil)), in[0], in[1], ct)
	for i, c := range ct.F {
		if got[1].F[i] != 100*c {
			t.Errorf("the gradient is %g, not that of its own backward, %g", got[1].F[i], 100*c)
		}
	}
	only := eval(t, must(t)(VJPFunc(f, []int{1})), in[0], in[1], ct)
	closeTo(t, "the second operand alone", only[1:], got[2:], 0)
	forward := eval(t, must(t)(JVP(f)), slices.Concat(in, []*graph.Array{ct, ct})...)
	plainF := function("g", []graph.Type{graph.T(graph.Float64, 3), graph.T(graph.Float64, 3)}, func(ps []*graph.Value) []*graph.Value {
		y, _ := body(ps)
		return []*graph.Value{y}
	})
	closeTo(t, "forwards", forward, eval(t, must(t)(JVP(plainF)), slices.Concat(in, []*graph.Array{ct, ct})...), 1e-14)
	// The gradient has a derivative again, that of its backward's body.
	second := must(t)(JVP(must(t)(VJPFunc(f, nil))))
	eval(t, second, slices.Concat(in, []*graph.Array{ct}, in, []*graph.Array{ct})...)
}

// TestShareScans checks that the loop of a scan runs once, though its result and its derivative need it.
func TestShareScans(t *testing.T) {
	f, in := rnn(t, 0)
	grad := must(t)(Grad(f, nil))
	shared := must(t)(Run(grad, Final, nil))
	var loops []*graph.Value
	for _, v := range shared.Values {
		if v.Op == graph.Scan && !slices.ContainsFunc(loops, func(w *graph.Value) bool { return graph.Siblings(v, w) }) {
			loops = append(loops, v)
		}
	}
	if len(loops) != 2 {
		t.Errorf("%d loops, want one forward and one back:\n%s", len(loops), shared)
	}
	closeTo(t, "shared", eval(t, shared, in...), eval(t, grad, in...), 0)
}

// TestInlineCalls checks that calls, one in another and twice the same, become what they compute.
func TestInlineCalls(t *testing.T) {
	inside := function("inside", []graph.Type{f64("N")}, func(ps []*graph.Value) []*graph.Value {
		return []*graph.Value{ps[0].Exp(), graph.NewIota(ps[0].Home, ps[0].Type, 0).Mul(ps[0])}
	})
	outer := function("outer", []graph.Type{f64("A", "B")}, func(ps []*graph.Value) []*graph.Value {
		flat := ps[0].Reshape(ps[0].Shape.Count())
		ys := graph.ApplyAll(ps[0].Home, graph.Call, &graph.Attrs{Body: &graph.Body{Funcs: []*graph.Func{inside}}}, flat)
		return []*graph.Value{ys[0].Add(ys[1])}
	})
	f := function("f", []graph.Type{graph.T(graph.Float64, 2, 3)}, func(ps []*graph.Value) []*graph.Value {
		ys := graph.ApplyAll(ps[0].Home, graph.Call, &graph.Attrs{Name: "twice", Body: &graph.Body{Funcs: []*graph.Func{outer}, Version: 2}}, ps[0])
		return []*graph.Value{ys[0], ys[0].Sin()}
	})
	g := must(t)(InlineCalls(f, nil))
	for _, v := range g.Values {
		if v.Op == graph.Call {
			t.Errorf("a call is left:\n%s", g)
		}
	}
	x := uniform(rand.New(rand.NewPCG(1, 2)), 2, 3)
	closeTo(t, "inlined", eval(t, g, x), eval(t, f, x), 0)
}

// TestShareCalls checks that a composite and the variant of it that its backward needs are one call, and that a composite
// of other operands stays.
func TestShareCalls(t *testing.T) {
	half := function("half", []graph.Type{f64("N")}, func(ps []*graph.Value) []*graph.Value { return []*graph.Value{ps[0].Exp()} })
	both := function("both", []graph.Type{f64("N")}, func(ps []*graph.Value) []*graph.Value {
		return []*graph.Value{ps[0].Exp(), ps[0].Sin()}
	})
	f := graph.NewFunc("f")
	x := f.Param("x", f64("N"))
	call := func(name string, body *graph.Body, k int, x *graph.Value) *graph.Value {
		return graph.Apply(graph.Call, &graph.Attrs{Name: name, Body: body, Index: k}, x)
	}
	one, two := &graph.Body{Funcs: []*graph.Func{half}, Hidden: both}, &graph.Body{Funcs: []*graph.Func{both}}
	f.Return(call("half", one, 0, x), call("half", one, 0, x.Neg()), call("both", two, 1, x))
	f.Settle()
	g := must(t)(ShareCalls(f))
	names := map[string]int{}
	for _, v := range g.Values {
		if v.Op == graph.Call {
			names[v.Attrs.Name]++
		}
	}
	if names["half"] != 1 || names["both"] != 2 {
		t.Errorf("calls %v, want 1 of half and 2 of both", names)
	}
	in := uniform(rand.New(rand.NewPCG(1, 2)), 4)
	closeTo(t, "shared", eval(t, g, in), eval(t, f, in), 0)
}
