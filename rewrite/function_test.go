package rewrite

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/flambeau-ml/flambeau/graph"
)

// crossEntropy is the mean of −log softmax(logits)[label] over the batch.
func crossEntropy(logits, labels *graph.Value) *graph.Value {
	shifted := logits.Sub(logits.Amax(1).Stop())
	logp := shifted.Sub(shifted.Exp().Sum(1).Log())
	picked := logp.Gather(labels.Reshape(labels.Shape[0], graph.N(1)), 1, 1)
	n := labels.Shape[0]
	return picked.ReduceSum(0, 1).Neg().Div(graph.NewSize(logits.Home, logits.DType, n))
}

func linear(x, w, b *graph.Value) *graph.Value {
	return x.Dot(w, graph.Dot{LContract: []int{1}, RContract: []int{1}}).Add(b)
}

// mlp is the loss of two layers over a batch of symbolic size.
func mlp() *graph.Func {
	f := graph.NewFunc("mlp")
	batch := graph.Sym("B")
	x := f.Param("x", graph.Type{DType: graph.Float64, Shape: graph.Shape{batch, graph.N(4)}})
	labels := f.Param("labels", graph.Type{DType: graph.Int64, Shape: graph.Shape{batch}})
	w1, b1 := f.Param("w1", graph.T(graph.Float64, 5, 4)), f.Param("b1", graph.T(graph.Float64, 5))
	w2, b2 := f.Param("w2", graph.T(graph.Float64, 3, 5)), f.Param("b2", graph.T(graph.Float64, 3))
	logits := linear(linear(x, w1, b1).Tanh(), w2, b2)
	f.Return(crossEntropy(logits, labels), logits)
	f.Settle()
	return f
}

// convnet is the loss of a convolution, a nonlinearity, max pooling and a linear layer.
func convnet() *graph.Func {
	f := graph.NewFunc("convnet")
	batch := graph.Sym("N")
	x := f.Param("x", graph.Type{DType: graph.Float64, Shape: graph.Shape{batch, graph.N(2), graph.N(6), graph.N(6)}})
	labels := f.Param("labels", graph.Type{DType: graph.Int64, Shape: graph.Shape{batch}})
	w := f.Param("w", graph.T(graph.Float64, 3, 2, 3, 3))
	fc, b := f.Param("fc", graph.T(graph.Float64, 4, 27)), f.Param("b", graph.T(graph.Float64, 4))
	conv := graph.Window{Size: []int{3, 3}, Stride: []int{1, 1}, Low: []int{1, 1}, High: []int{1, 1}, Dilation: []int{1, 1}, Groups: 1}
	pool := graph.Window{Size: []int{2, 2}, Stride: []int{2, 2}, Low: []int{0, 0}, High: []int{0, 0}, Dilation: []int{1, 1}}
	h := graph.Apply(graph.Conv, &graph.Attrs{Window: &conv}, x, w)
	h = h.Erf().Shift(1).Mul(h)
	h = graph.Apply(graph.WindowGather, &graph.Attrs{Window: &pool}, h, graph.Apply(graph.WindowArgMax, &graph.Attrs{Window: &pool}, h))
	f.Return(crossEntropy(linear(h.Reshape(batch, graph.N(27)), fc, b), labels))
	f.Settle()
	return f
}

// inputs draws arrays for the parameters of f, three for each symbolic size; integers are below 3.
func inputs(f *graph.Func, r *rand.Rand) []*graph.Array {
	var in []*graph.Array
	for _, p := range f.Params {
		var dims []int
		for _, n := range p.Shape {
			dims = append(dims, int(n.Eval(func(string) (int64, bool) { return 3, true })))
		}
		if p.DType.IsInt() {
			in = append(in, graph.Uniform(r, p.DType, 0, 3, dims...))
		} else {
			in = append(in, graph.Uniform(r, p.DType, -1, 1, dims...))
		}
	}
	return in
}

// TestGrad checks gradients of whole functions against central differences, and against a simplified program's.
func TestGrad(t *testing.T) {
	for _, f := range []*graph.Func{mlp(), convnet()} {
		r := rand.New(rand.NewPCG(5, 6))
		grad := must(t)(Grad(f, nil))
		in := inputs(f, r)
		out := eval(t, grad, in...)
		dirs := directions(r, in)
		const h = 1e-5
		hi, lo := eval(t, f, moved(in, dirs, h)...)[0].F[0], eval(t, f, moved(in, dirs, -h)...)[0].F[0]
		got, _ := inner(out[len(f.Results):], dirs)
		want := (hi - lo) / (2 * h)
		if d := got - want; d > 1e-6 || d < -1e-6 {
			t.Errorf("%s: directional derivative %g, want %g", f.Name, got, want)
		}
		if want < 1e-4 && want > -1e-4 {
			t.Errorf("%s: the derivative %g says nothing", f.Name, want)
		}
		small := must(t)(Run(grad, Final, nil))
		if !sameBits(out, eval(t, small, in...)) {
			t.Errorf("%s: passes change the gradient's bits", f.Name)
		}
		if len(small.Values) >= len(grad.Values) {
			t.Errorf("%s: passes leave %d of %d values", f.Name, len(small.Values), len(grad.Values))
		}
		// The same by way of the linearisation.
		primal, lin, err := Linearize(f, nil)
		if err != nil {
			t.Fatal(err)
		}
		back := must(t)(Transpose(lin, len(primal.Results)-len(f.Results)))
		res := eval(t, primal, in...)
		cts := []*graph.Array{{DType: graph.Float64, F: []float64{1}}}
		for _, y := range res[1:len(f.Results)] {
			cts = append(cts, graph.NewArray(y.DType, y.Dims...))
		}
		closeTo(t, f.Name+" transposed", eval(t, back, slices.Concat(res[len(f.Results):], cts)...), out[len(f.Results):], 1e-12)
	}
}

// TestSecondOrder checks the derivative of the gradient: forward over reverse against differences, and reverse over
// reverse against forward over reverse.
func TestSecondOrder(t *testing.T) {
	for _, f := range []*graph.Func{mlp(), convnet()} {
		r := rand.New(rand.NewPCG(7, 8))
		in := inputs(f, r)
		dirs := directions(r, in)
		grad := must(t)(Grad(f, nil))
		k := len(f.Results)
		forward := must(t)(JVP(grad))
		hv := eval(t, forward, slices.Concat(in, dirs)...)[len(grad.Results)+k:]
		const h = 1e-5
		hi, lo := eval(t, grad, moved(in, dirs, h)...)[k:], eval(t, grad, moved(in, dirs, -h)...)[k:]
		for i := range hi {
			for j := range hi[i].F {
				hi[i].F[j] = (hi[i].F[j] - lo[i].F[j]) / (2 * h)
			}
		}
		closeTo(t, f.Name+" forward over reverse", hv, hi, 1e-8)

		reverse := must(t)(VJPFunc(grad, nil))
		cts := slices.Clone(dirs)
		for i := k - 1; i >= 0; i-- {
			y := eval(t, f, in...)[i]
			cts = slices.Insert(cts, 0, graph.NewArray(y.DType, y.Dims...))
		}
		closeTo(t, f.Name+" reverse over reverse", eval(t, reverse, slices.Concat(in, cts)...)[len(grad.Results):], hv, 1e-10)
	}
}

// TestWrt asks for some derivatives only: nothing is built for the others.
func TestWrt(t *testing.T) {
	f := mlp()
	g := must(t)(Run(must(t)(Grad(f, []int{5})), Final, nil))
	if n := len(g.Results); n != 3 {
		t.Errorf("%d results", n)
	}
	for _, v := range g.Values[len(g.Params):] {
		if v.Op == graph.DotGeneral && v.Shape.Equal(f.Params[2].Shape) {
			t.Errorf("the gradient of w1 is built: %s", g)
		}
	}
	for _, wrt := range [][]int{{1}, {17}, {2, 2}, {-1}} {
		if _, err := Grad(f, wrt); err == nil {
			t.Errorf("no error for parameters %v", wrt)
		}
	}
	f.Return(f.Results[1])
	if _, err := Grad(f, nil); err == nil {
		t.Error("the gradient of a matrix is no error")
	}
}

// TestZeroDerivatives has results and parameters that do not depend on each other, and parameters as results.
func TestZeroDerivatives(t *testing.T) {
	f := graph.NewFunc("f")
	x, y := f.Param("x", graph.T(graph.Float64, 2)), f.Param("y", graph.T(graph.Float64, 3))
	f.Return(x, x.Exp(), x.Exp().Stop(), graph.Full(f, y.Type, graph.FloatOf(3)), x, x.Floor().Cast(graph.Int64))
	r := rand.New(rand.NewPCG(1, 1))
	in := inputs(f, r)
	out := eval(t, f, in...)
	tan, ct := directions(r, in), directions(r, out)
	primal, lin, err := Linearize(f, nil)
	if err != nil {
		t.Fatal(err)
	}
	res := eval(t, primal, in...)[len(f.Results):]
	dy := eval(t, must(t)(JVP(f)), slices.Concat(in, tan)...)[len(f.Results):]
	closeTo(t, "linear", eval(t, lin, slices.Concat(res, tan)...), dy, 0)
	dx := eval(t, must(t)(VJPFunc(f, nil)), slices.Concat(in, ct)...)[len(f.Results):]
	closeTo(t, "transposed", eval(t, must(t)(Transpose(lin, len(res))), slices.Concat(res, ct)...), dx, 1e-15)
	a, _ := inner(ct, dy)
	b, _ := inner(dx, tan)
	if d := a - b; d > 1e-12 || d < -1e-12 {
		t.Errorf("%g and %g differ", a, b)
	}
	if v := dx[1].F; v[0] != 0 || v[1] != 0 || v[2] != 0 {
		t.Errorf("y has the gradient %v", v)
	}
}

// TestBadRules sees that a rule that is wrong is found out, not believed.
func TestBadRules(t *testing.T) {
	try := func(jvp func(out *graph.Value, tan []*graph.Value) *graph.Value, want string) {
		t.Helper()
		f := graph.NewFunc("f")
		x := f.Param("x", graph.T(graph.Float64, 2))
		bad := *graph.Mul
		bad.Name, bad.JVP, bad.Linear, bad.Transpose = "bad", jvp, nil, nil
		f.Return(graph.Apply(&bad, nil, x, x))
		if _, err := VJPFunc(f, nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
	try(func(_ *graph.Value, tan []*graph.Value) *graph.Value { return tan[0].Mul(tan[1]) }, "mul: a JVP rule applies it to two tangents")
	try(func(_ *graph.Value, tan []*graph.Value) *graph.Value { return tan[0].Exp() }, "exp: has no transpose rule for operand 0")
	try(func(_ *graph.Value, tan []*graph.Value) *graph.Value { return tan[0].ReduceSum(0) }, "bad: its JVP rule gives a tangent f64[] to a value f64[2]")
	try(func(out *graph.Value, _ []*graph.Value) *graph.Value { return out.Args[0] }, "bad: its JVP rule gives a tangent that does not depend")

	f := graph.NewFunc("f")
	x := f.Param("x", graph.T(graph.Float64, 2))
	bad := *graph.Neg
	f.Return(graph.Apply(&bad, nil, x))
	bad.Transpose = func(_ *graph.Value, _ int, ct *graph.Value) *graph.Value { return ct.ReduceSum(0) }
	if _, err := VJPFunc(f, nil); err == nil || !strings.Contains(err.Error(), "neg: its transpose rule gives operand 0, f64[2], a cotangent f64[]") {
		t.Error(err)
	}
	bad.Transpose = func(v *graph.Value, _ int, _ *graph.Value) *graph.Value { return v.Args[0].Exp() }
	_, lin, err := Linearize(f, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range lin.Values {
		if v.Op == graph.Neg {
			v.Op = &bad
		}
	}
	if _, err := Transpose(lin, 0); err == nil || !strings.Contains(err.Error(), "exp: a transpose rule reads a value in which it is linear") {
		t.Error(err)
	}

	f.Return(x.Shift(1))
	if _, err := Transpose(f, 0); err != nil {
		t.Error(err)
	}
	f.Return(graph.Full(f, x.Type, graph.FloatOf(1)))
	if _, err := Transpose(f, 0); err == nil || !strings.Contains(err.Error(), "does not depend on") {
		t.Errorf("error %v for a constant result", err)
	}
}

// TestVJP asks for the cotangents of some operands of one node.
func TestVJP(t *testing.T) {
	f := graph.NewFunc("f")
	x, y := f.Param("x", graph.T(graph.Float32, 2)), f.Param("y", graph.T(graph.Float32, 2))
	n := f.Param("n", graph.T(graph.Int64, 2))
	for _, v := range []*graph.Value{x.Mul(y), x.Div(y), x.Pow(y), x.Max(y), n.Le(n).Where(x, y), n.Add(n), x.Le(y), x.Cast(graph.Int64)} {
		ct := f.Param("ct", v.Type)
		for mask := range 8 {
			want := []bool{mask&1 > 0, mask&2 > 0, mask&4 > 0}[:len(v.Args)]
			before := len(f.Values)
			cts := VJP(f, v, ct, want)
			if len(cts) != len(v.Args) {
				t.Fatalf("%s: %d cotangents", v.Op, len(cts))
			}
			for i, c := range cts {
				if has := want[i] && v.DType.IsInexact() && v.Args[i].DType.IsInexact(); (c != nil) != has {
					t.Errorf("%s, %v: cotangent %d is %v", v.Op, want, i, c)
				}
				if c != nil && (c.Home != f || !c.Type.Equal(v.Args[i].Type)) {
					t.Errorf("%s: cotangent %d is %s, by another builder", v.Op, i, c.Type)
				}
			}
			if cts = VJP(f, v, nil, want); slices.ContainsFunc(cts, func(c *graph.Value) bool { return c != nil }) {
				t.Errorf("%s: the cotangent zero gives %v", v.Op, cts)
			}
			if !slices.Contains(want, true) && len(f.Values) > before {
				t.Errorf("%s: values are built for nothing", v.Op)
			}
		}
	}
	if err := f.Verify(); err != nil {
		t.Error(err)
	}
}

func BenchmarkVJP(b *testing.B) {
	f := graph.NewFunc("f")
	x := f.Param("x", graph.T(graph.Float32, 2, 3))
	for _, v := range []*graph.Value{x.Mul(x), x.Tanh(), x.Div(x)} {
		ct := f.Param("ct", v.Type)
		n := len(f.Values)
		b.Run(v.Op.Name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				f.Values = f.Values[:n]
				VJP(f, v, ct, []bool{true, true})
			}
		})
	}
}

func TestInline(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	f := must(t)(Grad(mlp(), nil))
	g := graph.NewFunc("caller")
	var args []*graph.Value
	for _, p := range f.Params { // the batch is 3 here, and twice the size M there
		shape := slices.Clone(p.Shape)
		for i, n := range shape {
			if _, ok := n.Symbol(); ok {
				shape[i] = graph.Sym("M").Mul(graph.N(2)).Add(graph.N(1))
			}
		}
		args = append(args, g.Param(p.Attr().Name, graph.Type{DType: p.DType, Shape: shape}))
	}
	results, err := Inline(g, f, args)
	if err != nil {
		t.Fatal(err)
	}
	g.Return(results...)
	in := inputs(f, r)
	if err := g.Verify(); err != nil {
		t.Fatal(err)
	}
	out, err := graph.Eval(g, map[string]int64{"M": 1}, in)
	if err != nil || !sameBits(out, eval(t, f, in...)) {
		t.Errorf("inlined, it computes something else: %v", err)
	}
	if _, err := Inline(g, f, args[1:]); err == nil {
		t.Error("no error for a missing operand")
	}
	args[2], args[4] = args[4], args[2]
	if _, err := Inline(g, f, args); err == nil {
		t.Error("no error for operands that do not fit")
	}
}

// TestPositions sees that what is derived from a value comes from where the value does.
func TestPositions(t *testing.T) {
	f := mlp()
	for _, v := range f.Values {
		v.Pos = 1000 + v.ID
	}
	grad := must(t)(Grad(f, nil))
	jvp := must(t)(JVP(grad))
	small := must(t)(Run(jvp, Final, nil))
	seed := 0
	for _, g := range []*graph.Func{grad, jvp, small} {
		for _, v := range g.Values {
			if v.Pos < 1000 && v.Op != graph.Param && v.Op.Kind != graph.Leaf && v.Op != graph.Broadcast {
				seed++
				t.Errorf("%s in %s has the position %d", v.Op, g.Name, v.Pos)
			}
		}
	}
}
