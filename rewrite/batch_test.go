package rewrite

import (
	"fmt"
	"math"
	"math/cmplx"
	"math/rand/v2"
	"testing"

	"github.com/flambeau-ml/flambeau/graph"
)

// member is one member of the batch that x holds along axis.
func member(t *testing.T, x *graph.Array, axis, i int) *graph.Array {
	t.Helper()
	a := &graph.Attrs{Start: graph.Ns(make([]int, len(x.Dims))...), Shape: graph.Ns(x.Dims...), Step: make([]int, len(x.Dims))}
	for k := range a.Step {
		a.Step[k] = 1
	}
	a.Start[axis], a.Shape[axis] = graph.N(i), graph.N(1)
	one, err := graph.EvalOp(graph.Slice, a, x)
	if err != nil {
		t.Fatal(err)
	}
	shape := append([]int{}, x.Dims[:axis]...)
	one, err = graph.EvalOp(graph.Reshape, &graph.Attrs{Shape: graph.Ns(append(shape, x.Dims[axis+1:]...)...)}, one)
	if err != nil {
		t.Fatal(err)
	}
	return one
}

// stacked draws a batch of arrays like x, the members of which are as good as x as operands: they are x itself with
// its elements in another order along the first axis, or x scaled where it is floating.
func stacked(t *testing.T, r *rand.Rand, x *graph.Array, n, axis int) *graph.Array {
	t.Helper()
	parts := make([]*graph.Array, n)
	for i := range parts {
		y := graph.NewArray(x.DType, x.Dims...)
		by := 0.5 + r.Float64()
		for k := range x.Len() {
			switch {
			case x.F != nil:
				y.SetFloat(k, x.F[k]*by)
			case x.C != nil:
				y.SetComplex(k, x.C[k]*complex(by, 0))
			default:
				y.I[k] = x.I[k]
			}
		}
		if len(x.Dims) > 0 && x.I != nil && x.DType != graph.Uint64 && x.Dims[0] > 0 && r.IntN(2) == 0 {
			rev, err := graph.EvalOp(graph.Reverse, &graph.Attrs{Axes: []int{0}}, y)
			if err != nil {
				t.Fatal(err)
			}
			y = rev
		}
		if x.DType == graph.Uint64 {
			y.I[0] += int64(i)
		}
		shape := append(append(append([]int{}, x.Dims[:axis]...), 1), x.Dims[axis:]...)
		var err error
		if parts[i], err = graph.EvalOp(graph.Reshape, &graph.Attrs{Shape: graph.Ns(shape...)}, y); err != nil {
			t.Fatal(err)
		}
	}
	all, err := graph.EvalOp(graph.Concat, &graph.Attrs{Axes: []int{axis}}, parts...)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// wantSame compares what a batch computed with what a loop did: the same bits where exact, else closely.
func wantSame(t *testing.T, got, want *graph.Array, exact bool) {
	t.Helper()
	if !got.Type().Equal(want.Type()) {
		t.Fatalf("got %s, want %s", got.Type(), want.Type())
	}
	tol := 1e-12
	switch got.DType {
	case graph.Float32, graph.Complex64:
		tol = 1e-5
	case graph.Float16, graph.BFloat16:
		tol = 1e-2
	}
	for i := range got.F {
		x, y := got.F[i], want.F[i]
		if x != y && !(x != x && y != y) && (exact || math.Abs(x-y) > tol*(1+math.Abs(y))) {
			t.Fatalf("element %d is %g, not %g", i, x, y)
		}
	}
	for i := range got.I {
		if got.I[i] != want.I[i] {
			t.Fatalf("element %d is %d, not %d", i, got.I[i], want.I[i])
		}
	}
	for i := range got.C {
		if x, y := got.C[i], want.C[i]; x != y && !(cmplx.IsNaN(x) && cmplx.IsNaN(y)) && (exact || cmplx.Abs(x-y) > tol*(1+cmplx.Abs(y))) {
			t.Fatalf("element %d is %v, not %v", i, got.C[i], want.C[i])
		}
	}
}

// batchCase is a function of one application with a choice of operands that hold a batch, and the axes they do along.
type batchCase struct {
	f    *graph.Func
	in   []*graph.Array
	axes []int
}

func newBatchCase(t *testing.T, r *rand.Rand, p *graph.Primitive, s graph.Sample, n int, which uint) batchCase {
	t.Helper()
	c := batchCase{f: graph.NewFunc(p.Name)}
	var args []*graph.Value
	for i, x := range s.In {
		args = append(args, c.f.Param("", x.Type()))
		axis := NotBatched
		if which&(1<<i) != 0 {
			axis = r.IntN(len(x.Dims) + 1)
			x = stacked(t, r, x, n, axis)
		}
		c.in, c.axes = append(c.in, x), append(c.axes, axis)
	}
	c.f.Return(graph.ApplyIn(c.f, p, s.Attrs, args...))
	c.f.Settle()
	return c
}

// check compares the batched function with a loop over the members.
func (c batchCase) check(t *testing.T, size graph.Size, n int, exact bool) {
	t.Helper()
	g, out, err := Batch(c.f, size, c.axes)
	if err != nil {
		t.Fatal(err)
	}
	if err := g.Verify(); err != nil {
		t.Fatal(err)
	}
	got, err := graph.Eval(g, nil, c.in)
	if err != nil {
		t.Fatal(err)
	}
	for i := range n {
		one := make([]*graph.Array, len(c.in))
		for k, x := range c.in {
			if one[k] = x; c.axes[k] != NotBatched {
				one[k] = member(t, x, c.axes[k], i)
			}
		}
		want, err := graph.Eval(c.f, nil, one)
		if err != nil {
			t.Fatal(err)
		}
		y := got[0]
		if out[0] != NotBatched {
			y = member(t, y, out[0], i)
		}
		wantSame(t, y, want[0], exact)
	}
}

// TestBatchTable compares the batching rule of each primitive with a loop, for each choice of batched operands.
func TestBatchTable(t *testing.T) {
	for _, p := range graph.Primitives() {
		if p.Kind == graph.Leaf {
			continue
		}
		t.Run(p.Name, func(t *testing.T) {
			if p.Batch == nil && !p.Bodies {
				if p.NoBatch == "" {
					t.Fatal("neither a batching rule nor a reason")
				}
				return
			}
			r := rand.New(rand.NewPCG(5, 6))
			for k, s := range p.Samples(rand.New(rand.NewPCG(1, 2))) {
				for which := uint(1); which < 1<<len(s.In); which++ {
					t.Run(fmt.Sprintf("%d/%b", k, which), func(t *testing.T) {
						newBatchCase(t, r, p, s, 3, which).check(t, graph.N(3), 3, p.Exact)
					})
				}
			}
		})
	}
}

// TestBatchNamedSize batches with a size that has a name, where the rules can.
func TestBatchNamedSize(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for _, p := range graph.Primitives() {
		if p.Kind == graph.Leaf || p.Batch == nil && !p.Bodies || p == graph.RandomBits {
			continue
		}
		for _, s := range p.Samples(rand.New(rand.NewPCG(1, 2)))[:1] {
			all := uint(1)<<len(s.In) - 1
			if p == graph.Conv || p == graph.ConvInput || p == graph.ConvFilter {
				all = 1 // groups for each member are structure
			}
			t.Run(p.Name, func(t *testing.T) { newBatchCase(t, r, p, s, 2, all).check(t, graph.Sym("B"), 2, p.Exact) })
		}
	}
}

// TestBatchEmpty batches no members at all.
func TestBatchEmpty(t *testing.T) {
	f := graph.NewFunc("f")
	x, y := f.Param("x", graph.T(graph.Float32, 2, 3)), f.Param("y", graph.T(graph.Float32, 3))
	f.Return(x.Mul(y).ReduceSum(1), y.Exp())
	g, out, err := Batch(f, graph.N(0), []int{1, NotBatched})
	if err != nil {
		t.Fatal(err)
	}
	got, err := graph.Eval(g, nil, []*graph.Array{graph.NewArray(graph.Float32, 2, 0, 3), graph.NewArray(graph.Float32, 3)})
	if err != nil {
		t.Fatal(err)
	}
	if out[0] != 0 || out[1] != NotBatched || fmt.Sprint(got[0].Dims, got[1].Dims) != "[0 2] [3]" {
		t.Errorf("out %v, sizes %v %v", out, got[0].Dims, got[1].Dims)
	}
}

// TestBatchNested batches what is batched already, and compares with two loops.
func TestBatchNested(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	for _, p := range graph.Primitives() {
		if p.Kind == graph.Leaf || p.Batch == nil && !p.Bodies {
			continue
		}
		s := p.Samples(rand.New(rand.NewPCG(1, 2)))[0]
		t.Run(p.Name, func(t *testing.T) {
			inner := newBatchCase(t, r, p, s, 2, 1)
			g, _, err := Batch(inner.f, graph.N(2), inner.axes)
			if err != nil {
				t.Fatal(err)
			}
			outer := batchCase{f: g}
			for _, x := range inner.in {
				axis := r.IntN(len(x.Dims) + 1)
				outer.in, outer.axes = append(outer.in, stackedSame(t, x, 3, axis)), append(outer.axes, axis)
			}
			outer.check(t, graph.N(3), 3, p.Exact)
		})
	}
}

// stackedSame repeats x along a new axis.
func stackedSame(t *testing.T, x *graph.Array, n, axis int) *graph.Array {
	t.Helper()
	y, err := graph.EvalOp(graph.Broadcast, &graph.Attrs{Axes: []int{axis}, Shape: graph.Ns(n)}, x)
	if err != nil {
		t.Fatal(err)
	}
	return y
}

func TestBatchErrors(t *testing.T) {
	f := graph.NewFunc("f")
	f.Return(f.Param("x", graph.T(graph.Float32, 2)).Exp())
	for _, in := range [][]int{{}, {2}, {-2}} {
		if _, _, err := Batch(f, graph.N(3), in); err == nil {
			t.Errorf("axes %v are taken", in)
		}
	}
}
