package cpu

import (
	"math/rand/v2"
	"testing"

	"github.com/flambeau-ml/flambeau/backend"
	"github.com/flambeau-ml/flambeau/graph"
)

// TestFusion counts the kernels of well-known patterns.
func TestFusion(t *testing.T) {
	d := New(Options{Threads: 1})
	f32 := func(dims ...int) graph.Type { return graph.T(graph.Float32, dims...) }
	for _, c := range []struct {
		name    string
		kernels int
		build   func(f *graph.Func)
	}{
		{"chain", 1, func(f *graph.Func) {
			x := f.Param("x", f32(4, 8))
			f.Return(x.Scale(2).Tanh().Mul(x).Add(f.Param("b", f32(8))).Exp())
		}},
		{"softmax", 3, func(f *graph.Func) {
			x := f.Param("x", f32(4, 8))
			e := x.Sub(x.Amax(1)).Exp()
			f.Return(e.Div(e.Sum(1)))
		}},
		{"linear with relu", 1, func(f *graph.Func) {
			x, w := f.Param("x", f32(4, 8)), f.Param("w", f32(16, 8))
			y := x.Dot(w.SwapAxes(0, 1), graph.Dot{LContract: []int{1}, RContract: []int{0}}).Add(f.Param("b", f32(16)))
			f.Return(y.Max(y.Like(0)))
		}},
		{"linear over tokens", 1, func(f *graph.Func) {
			x, w, z := f.Param("x", f32(2, 3, 8)), f.Param("w", f32(8, 16)), f.Param("z", f32(2, 3, 16))
			y := x.Reshape(graph.N(6), graph.N(8)).Dot(w, graph.Dot{LContract: []int{1}, RContract: []int{0}})
			f.Return(y.Reshape(graph.N(2), graph.N(3), graph.N(16)).Add(z))
		}},
		{"several results", 1, func(f *graph.Func) { step2(f) }},
		{"transposed product", 1, func(f *graph.Func) {
			x, w := f.Param("x", f32(4, 8)), f.Param("w", f32(8, 16))
			f.Return(x.Dot(w, graph.Dot{LContract: []int{1}, RContract: []int{0}}).SwapAxes(0, 1))
		}},
		{"heads", 2, func(f *graph.Func) { // [B, T, H·D] → [B, H, T, D], scaled, and back
			x := f.Param("x", f32(2, 5, 12))
			h := x.Reshape(graph.Ns(2, 5, 3, 4)...).Permute(0, 2, 1, 3).Scale(0.5)
			f.Return(h, h.Permute(0, 2, 1, 3).Reshape(graph.Ns(2, 5, 12)...).Exp())
		}},
		{"padded", 1, func(f *graph.Func) {
			x := f.Param("x", f32(4, 8)).Shift(1)
			p := graph.Apply(graph.Pad, &graph.Attrs{Start: graph.Ns(1, 0), Shape: graph.Ns(6, 8), Step: []int{1, 1}}, x)
			f.Return(p.Exp())
		}},
	} {
		f := graph.NewFunc(c.name)
		c.build(f)
		p, err := d.Compile(f, backend.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if n := len(p.(*program).stages); n != c.kernels {
			t.Errorf("%s: %d kernels, want %d", c.name, n, c.kernels)
			for i, st := range p.(*program).stages {
				t.Logf("%d %s", i, st)
			}
		}
	}
}

func step2(f *graph.Func) {
	t := graph.T(graph.Float32, 8, 8)
	w, m, v, g := f.Param("w", t), f.Param("m", t), f.Param("v", t), f.Param("g", t)
	m2, v2 := m.Scale(0.9).Add(g.Scale(0.1)), v.Scale(0.99).Add(g.Mul(g).Scale(0.01))
	f.Return(m2, v2, w.Sub(m2.Div(v2.Sqrt().Shift(1e-8))))
}

// TestMaskedSteps reads padded arrays at steps and backwards.
func TestMaskedSteps(t *testing.T) {
	d := New(Options{Threads: 1})
	r := rand.New(rand.NewPCG(2, 2))
	for step := 1; step <= 4; step++ {
		for low := range 5 {
			f := graph.NewFunc("masked")
			x := f.Param("x", graph.T(graph.Float32, 3, 7))
			p := graph.Apply(graph.Pad, &graph.Attrs{Start: graph.Ns(1, low), Shape: graph.Ns(6, 9+low), Step: []int{1, 1}}, x)
			s := p.SliceAxis(1, graph.N(1), graph.N((8+low+step-1)/step), step)
			f.Return(s, s.Reverse(1, 0).Exp(), s.SwapAxes(0, 1).Tanh())
			in := []*graph.Array{graph.Uniform(r, graph.Float32, 1, 2, 3, 7)}
			want, err := graph.Eval(f, nil, in)
			if err != nil {
				t.Fatal(err)
			}
			got, _ := evaluateOn(t, d, f, backend.Options{}, in)
			for i := range got {
				if at, ok := same(got[i], want[i], 1e-6); !ok {
					differs(t, f.String(), got[i], want[i], at)
				}
			}
		}
	}
}

// TestSeveralSums reduces the same elements in several ways and computes with the results in one kernel.
func TestSeveralSums(t *testing.T) {
	d := New(Options{Threads: 2})
	f := graph.NewFunc("moments")
	x := f.Param("x", graph.T(graph.Float32, 40, 70))
	n := graph.NewSize(f, graph.Float32, graph.N(70))
	mean, square, most := x.ReduceSum(1).Div(n), x.Mul(x).ReduceSum(1).Div(n), x.ReduceMax(1)
	f.Return(square.Sub(mean.Mul(mean)).Shift(1).Rsqrt(), most.Sub(mean).Exp(), x.ReduceMin(1).Add(square))
	in := []*graph.Array{graph.Uniform(rand.New(rand.NewPCG(4, 4)), graph.Float32, -1, 1, 40, 70)}
	want, err := graph.Eval(f, nil, in)
	if err != nil {
		t.Fatal(err)
	}
	p, err := d.Compile(f, backend.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if n := len(p.(*program).stages); n != 1 {
		t.Errorf("%d kernels", n)
	}
	got, _ := launch(t, d, f, p, in)
	for i := range got {
		if at, ok := same(got[i], want[i], 1e-5); !ok {
			differs(t, f.String(), got[i], want[i], at)
		}
	}
}

// TestSplitAfterMasks takes an axis of a loop apart after masked loads were written.
func TestSplitAfterMasks(t *testing.T) {
	d := New(Options{Threads: 1})
	f := graph.NewFunc("split")
	x, y, z := f.Param("x", graph.T(graph.Float32, 20)), f.Param("y", graph.T(graph.Float32, 20)), f.Param("z", graph.T(graph.Float32, 6, 4))
	pad := func(v *graph.Value) *graph.Value {
		return graph.Apply(graph.Pad, &graph.Attrs{Start: graph.Ns(3), Shape: graph.Ns(24), Step: []int{1}}, v)
	}
	f.Return(pad(x).Mul(pad(y)).Add(pad(x.Exp())).Add(z.SwapAxes(0, 1).Shift(1).Reshape(graph.N(24))))
	r := rand.New(rand.NewPCG(6, 6))
	in := []*graph.Array{graph.Uniform(r, graph.Float32, -1, 1, 20), graph.Uniform(r, graph.Float32, -1, 1, 20), graph.Uniform(r, graph.Float32, -1, 1, 6, 4)}
	want, err := graph.Eval(f, nil, in)
	if err != nil {
		t.Fatal(err)
	}
	got, _ := evaluateOn(t, d, f, backend.Options{}, in)
	if at, ok := same(got[0], want[0], 1e-6); !ok {
		differs(t, f.String(), got[0], want[0], at)
	}
}
