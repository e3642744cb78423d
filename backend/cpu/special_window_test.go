package cpu

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/flambeau-ml/flambeau/graph"
)

// Machine code finds what the reference finds: the first of equals, the first NaN, whatever the padding.
func TestWindowSearchByMachine(t *testing.T) {
	r := rand.New(rand.NewPCG(51, 52))
	for _, level := range []string{"avx512", "avx2"} {
		loops := newLoopCompiler(level)
		if loops == nil {
			continue
		}
		found := 0
		for range 300 {
			c := randomConv(r)
			x := slices.Clone(c.x)
			x[0], x[1] = 1+r.IntN(3), 1+r.IntN(20)
			y := append(slices.Clone(x[:2]), c.y[2:]...)
			in := graph.Uniform(r, graph.Float32, 0, 4, x...)
			for k := range in.F {
				if in.F[k] = math.Floor(in.F[k]); r.IntN(16) == 0 {
					in.F[k] = math.NaN()
				}
			}
			want := graph.NewArray(graph.Int64, y...)
			if err := graph.WindowArgMax.Eval(&graph.Attrs{Window: &c.w}, []*graph.Array{in}, want); err != nil {
				t.Fatal(err)
			}
			for _, pool := range testPools() {
				got := make([]int64, count(y))
				e := &env{pool: pool, loops: loops}
				if !searchByMachine(e, &c.w, x[0]*x[1], elements[float32](arrayOf(in)), x[2:], got, y[2:]) {
					if !slices.Contains(want.I, -1) {
						t.Fatalf("%s: no code for %+v over %v", level, c.w, x)
					}
					continue
				}
				found++
				if !slices.Equal(got, want.I) {
					t.Fatalf("%s: %+v over %v: %v, want %v", level, c.w, x, got, want.I)
				}
			}
		}
		if found == 0 {
			t.Errorf("%s: no window was searched", level)
		}
	}
}
