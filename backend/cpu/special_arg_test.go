package cpu

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/flambeau-ml/flambeau/graph"
)

// TestSearch finds extrema along lines and across columns, in Go and by machine code: the first wins, and the first NaN
// over all.
func TestSearch(t *testing.T) {
	r := rand.New(rand.NewPCG(81, 82))
	levels := []*loopCompiler{nil, newLoopCompiler("avx2"), newLoopCompiler("avx512")}
	types := append([]graph.DType{graph.Bool}, numericTypes...)
	for i := range 300 {
		d := types[i%len(types)]
		dims := []int{1 + r.IntN(4), []int{1, 2, 9, 15, 16, 17, 63, 64, 65, 128, 129, 300, 1000}[r.IntN(13)], []int{1, 1, 3, 16, 17, 64, 65, 130, 200}[r.IntN(9)]}
		x := withTies(r, d, dims...)
		switch i % 4 {
		case 1: // the best come last
			slices.Sort(x.F)
			slices.Sort(x.I)
		case 2: // without NaN
			for k, v := range x.F {
				if v != v {
					x.F[k] = math.Inf(-1)
				}
			}
		}
		searchEveryWay(t, levels, x, 1)
	}
	for _, d := range []graph.DType{graph.Float32, graph.Int8, graph.Float64} { // lines in parts
		for _, n := range []int{1<<18 + 5, 300000} {
			x := withTies(r, d, n)
			searchEveryWay(t, levels, x, 0)
			for k := range x.F {
				x.F[k] = min(float64(k%1000), 500)
			}
			searchEveryWay(t, levels, x, 0)
		}
	}
	searchEveryWay(t, levels, withTies(r, graph.Float32, 2000, 300), 0)
}

func searchEveryWay(t *testing.T, levels []*loopCompiler, x *graph.Array, axis int) {
	t.Helper()
	for _, op := range []*graph.Primitive{graph.ArgMax, graph.ArgMin} {
		a := &graph.Attrs{Axes: []int{axis}}
		typ, err := op.Infer(nil, a, x.Type())
		if err != nil {
			t.Fatal(err)
		}
		dims, _ := typ.Shape.Ints()
		want := graph.NewArray(typ.DType, dims...)
		if err := op.Eval(a, []*graph.Array{x}, want); err != nil {
			t.Fatal(err)
		}
		for k, l := range levels {
			for _, pool := range testPools() {
				out := newArray(typ.DType, dims)
				if err := specials[op](&env{pool: pool, loops: l}, a, []array{arrayOf(x)}, out); err != nil {
					t.Fatal(err)
				}
				for i, at := range elements[int64](out) {
					if at != want.I[i] {
						t.Fatalf("%s of %v %v, level %d, %d threads: %d at %d, want %d", op, x.DType, x.Dims, k, pool.Threads(), at, i, want.I[i])
					}
				}
			}
		}
	}
}
