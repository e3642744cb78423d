package cpu

import (
	"context"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/flambeau-ml/flambeau/backend"
	"github.com/flambeau-ml/flambeau/graph"
	"github.com/flambeau-ml/flambeau/rewrite"
)

// transformer is the mean of a small language model's output, with sizes of batch and sequence symbolic.
func transformer(layers, width, heads int) *graph.Func {
	f := graph.NewFunc("transformer")
	b, t, c := graph.Sym("B"), graph.Sym("T"), graph.N(width)
	x := f.Param("x", graph.Type{DType: graph.Float32, Shape: graph.Shape{b, t, c}})
	weight := func(dims ...int) *graph.Value { return f.Param("w", graph.T(graph.Float32, dims...)) }
	linear := func(x *graph.Value, in, out int) *graph.Value {
		return x.Dot(weight(in, out), graph.Dot{LContract: []int{2}, RContract: []int{0}}).Add(weight(out))
	}
	norm := func(x *graph.Value) *graph.Value {
		d := x.Sub(x.Mean(2))
		return d.Mul(d.Mul(d).Mean(2).Shift(1e-5).Rsqrt()).Mul(weight(width)).Add(weight(width))
	}
	per := width / heads
	for range layers {
		h := norm(x)
		split := func(y *graph.Value) *graph.Value {
			return y.Reshape(b, t, graph.N(heads), graph.N(per)).Permute(0, 2, 1, 3)
		}
		q, k, v := split(linear(h, width, width)), split(linear(h, width, width)), split(linear(h, width, width))
		s := q.Dot(k, graph.Dot{LBatch: []int{0, 1}, RBatch: []int{0, 1}, LContract: []int{3}, RContract: []int{3}}).Scale(0.25)
		square := graph.Type{DType: graph.Int32, Shape: graph.Shape{t, t}}
		s = graph.NewIota(f, square, 1).Le(graph.NewIota(f, square, 0)).Where(s, s.Like(-1e9))
		e := s.Sub(s.Amax(3)).Exp()
		a := e.Div(e.Sum(3)).Dot(v, graph.Dot{LBatch: []int{0, 1}, RBatch: []int{0, 1}, LContract: []int{3}, RContract: []int{2}})
		x = x.Add(linear(a.Permute(0, 2, 1, 3).Reshape(b, t, c), width, width))
		m := linear(norm(x), width, 4*width)
		m = m.Mul(m.Scale(0.7071).Erf().Shift(1)).Scale(0.5)
		x = x.Add(linear(m, 4*width, width))
	}
	y := norm(x)
	f.Return(y.Mul(y).Mul(y).Mean(0, 1, 2).Reshape())
	f.Settle()
	return f
}

func uniformInputs(r *rand.Rand, f *graph.Func, sizes map[string]int) []*graph.Array {
	var in []*graph.Array
	for _, p := range f.Params {
		var dims []int
		for _, n := range p.Shape {
			dims = append(dims, int(n.Eval(func(name string) (int64, bool) { return int64(sizes[name]), true })))
		}
		in = append(in, graph.Uniform(r, p.DType, -0.3, 0.3, dims...))
	}
	return in
}

func gradient(t testing.TB, f *graph.Func) *graph.Func {
	wrt := make([]int, len(f.Params)-1)
	for i := range wrt {
		wrt[i] = i + 1
	}
	g, err := rewrite.Grad(f, wrt)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// TestTraining computes gradients of a transformer fused and unfused.
func TestTraining(t *testing.T) {
	g := gradient(t, transformer(2, 8, 2))
	in := uniformInputs(rand.New(rand.NewPCG(1, 2)), g, map[string]int{"B": 2, "T": 5})
	one, two := New(Options{Threads: 1}), New(Options{Threads: 2})
	if m := mismatch(t, g, in, one, two, true, false); m != "" {
		t.Fatal(m)
	}
	want, err := graph.Eval(g, nil, in)
	if err != nil {
		t.Fatal(err)
	}
	got, _ := evaluateOn(t, two, g, backend.Options{}, in)
	for i := range got {
		if at, ok := same(got[i], want[i], 1e-4); !ok {
			differs(t, "gradient", got[i], want[i], at)
		}
	}
}

func BenchmarkCompile(b *testing.B) {
	g := gradient(b, transformer(12, 64, 4))
	d := New(Options{Threads: 2})
	var p backend.Program
	for b.Loop() {
		var err error
		if p, err = d.Compile(g, backend.Options{}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(len(g.Values)), "values")
	b.ReportMetric(float64(len(p.(*program).stages)), "kernels")

	in := uniformInputs(rand.New(rand.NewPCG(1, 2)), g, map[string]int{"B": 1, "T": 4})
	l := &backend.Launch{Sizes: sizesFor(g, in), Numbers: numbersOf(g)}
	for _, a := range in {
		l.Inputs = append(l.Inputs, upload(b, d, a))
	}
	start := time.Now()
	if _, err := p.(*program).bind(l.Sizes); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(time.Since(start).Microseconds()), "bind-µs")
	start = time.Now()
	const runs = 20
	for range runs {
		if err := p.Run(context.Background(), l); err != nil {
			b.Fatal(err)
		}
		for _, o := range l.Outputs {
			o.Buffer.Free()
		}
	}
	b.ReportMetric(float64(time.Since(start).Microseconds())/runs, "run-µs")
}
