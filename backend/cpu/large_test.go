package cpu

import (
	"math/rand/v2"
	"testing"

	"github.com/flambeau-ml/flambeau/backend"
	"github.com/flambeau-ml/flambeau/graph"
	"github.com/flambeau-ml/flambeau/internal/randgraph"
)

// growing makes random graphs of elementwise operations, movements, reductions and products over arrays that span
// several blocks.
type growing struct {
	r    *rand.Rand
	f    *graph.Func
	pool []*graph.Value
}

const largest = 40000

func (g *growing) pick() *graph.Value {
	return g.pool[max(g.r.IntN(len(g.pool)), g.r.IntN(len(g.pool)))]
}

func (g *growing) keep(v *graph.Value) {
	if n, _ := v.Shape.Count().Int(); n > 0 && n <= largest {
		g.pool = append(g.pool, v)
	}
}

// like is a value of x's type: one of the pool, or made of a part of x.
func (g *growing) like(x *graph.Value) *graph.Value {
	for range 6 {
		if y := g.pick(); y != x && y.Type.Equal(x.Type) {
			return y
		}
	}
	if x.Rank() > 0 && g.r.IntN(2) == 0 {
		axis := g.r.IntN(x.Rank())
		return x.ReduceMax(axis).Restore(x.Shape, axis)
	}
	return x.Scale(1.25)
}

func (g *growing) step() {
	x := g.pick()
	dims, _ := x.Shape.Ints()
	rank := len(dims)
	axis := 0
	if rank > 0 {
		axis = g.r.IntN(rank)
	}
	switch g.r.IntN(14) {
	case 0, 1, 2:
		g.keep(x.Mul(g.like(x)))
	case 3:
		g.keep(x.Sub(g.like(x)).Tanh())
	case 4:
		g.keep(x.Scale(0.5).Shift(0.25))
	case 5:
		g.keep(x.Lt(g.like(x)).Where(x, x.Scalar(graph.FloatOf(1))))
	case 6:
		if rank > 1 {
			g.keep(x.SwapAxes(axis, (axis+1)%rank))
		}
	case 7: // merge two axes, or take one apart
		if rank > 1 && axis+1 < rank {
			g.keep(x.Reshape(graph.Ns(append(append(append([]int{}, dims[:axis]...), dims[axis]*dims[axis+1]), dims[axis+2:]...)...)...))
		} else if rank > 0 && dims[axis]%3 == 0 {
			g.keep(x.Reshape(graph.Ns(append(append(append([]int{}, dims[:axis]...), 3, dims[axis]/3), dims[axis+1:]...)...)...))
		}
	case 8:
		if rank > 0 && dims[axis] > 3 {
			from, by := g.r.IntN(3), 1+g.r.IntN(2)
			g.keep(x.SliceAxis(axis, graph.N(from), graph.N((dims[axis]-from+by-1)/by), by))
		}
	case 9:
		if rank > 0 {
			start, shape, steps := make([]int, rank), append([]int{}, dims...), make([]int, rank)
			for i := range steps {
				steps[i] = 1
			}
			start[axis], steps[axis] = g.r.IntN(3), 1+g.r.IntN(2)*g.r.IntN(2)
			shape[axis] = start[axis] + (dims[axis]-1)*steps[axis] + 1 + g.r.IntN(3)
			g.keep(graph.Apply(graph.Pad, &graph.Attrs{Start: graph.Ns(start...), Shape: graph.Ns(shape...), Step: steps}, x))
		}
	case 10:
		if rank > 0 {
			g.keep(x.Reverse(axis))
		}
	case 11:
		if rank > 0 {
			y := x.ReduceSum(axis)
			if g.r.IntN(2) == 0 {
				y = x.ReduceMax(axis)
			}
			g.keep(y)
			g.keep(x.Sub(y.Restore(x.Shape, axis)))
		}
	case 12:
		if rank > 0 {
			g.keep(graph.ConcatValues(axis, x, g.like(x)))
		}
	case 13:
		if rank == 2 && dims[1] < 200 {
			w := g.f.Param("w", graph.T(x.DType, dims[1], 1+g.r.IntN(40)))
			g.keep(x.Dot(w, graph.Dot{LContract: []int{1}, RContract: []int{0}}))
		}
	}
}

// TestLargeGraphs is TestRandomGraphs on larger arrays.
func TestLargeGraphs(t *testing.T) {
	one, two := New(Options{Threads: 1}), New(Options{Threads: 3})
	defer one.Close()
	defer two.Close()
	n := 250
	if testing.Short() {
		n = 20
	}
	for seed := range n {
		g := &growing{r: rand.New(rand.NewPCG(11, uint64(seed))), f: graph.NewFunc("large")}
		typ := []graph.DType{graph.Float32, graph.Float32, graph.BFloat16, graph.Float64}[seed%4]
		for _, dims := range [][]int{{90, 133}, {6, 30, 41}, {3000}, {2100, 7}} {
			g.keep(g.f.Param("x", graph.T(typ, dims...)))
		}
		for range 5 + g.r.IntN(25) {
			g.step()
		}
		var results []*graph.Value
		used := map[*graph.Value]bool{}
		for _, v := range g.f.Values {
			for _, x := range v.Args {
				used[x] = true
			}
		}
		for _, v := range g.pool {
			if !used[v] || g.r.IntN(6) == 0 {
				results = append(results, v)
			}
		}
		g.f.Return(results...)
		var in []*graph.Array
		for _, p := range g.f.Params {
			dims, _ := p.Shape.Ints()
			in = append(in, graph.Uniform(g.r, p.DType, -2, 2, dims...))
		}
		what := func(f *graph.Func, in []*graph.Array) string {
			if m := mismatch(t, f, in, one, two, true, false); m != "" {
				return m
			}
			return mismatch(t, f, in, one, two, true, true)
		}
		if m := what(g.f, in); m != "" {
			f, in := randgraph.Shrink(g.f, in, func(f *graph.Func, in []*graph.Array) bool { return what(f, in) != "" })
			t.Fatalf("seed %d: %s\n%s", seed, what(f, in), f)
		}
	}
	for _, o := range []backend.Options{{}, {Unfused: true}} {
		if _, err := one.Compile(graph.NewFunc("empty"), o); err != nil {
			t.Errorf("a function without values: %v", err)
		}
	}
}
