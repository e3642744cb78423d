package cpu

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/flambeau-ml/flambeau/graph"
	"github.com/flambeau-ml/flambeau/internal/workpool"
)

// TestContractionPast computes products of few elements of K through the caches and past them: the bits are the same.
func TestContractionPast(t *testing.T) {
	loops := newLoopCompiler("")
	if loops == nil {
		t.Skip("the processor has neither AVX2 nor AVX-512, or the system forbids pages of code: there is no machine code to test")
	}
	engine := engineFor("")
	pool := workpool.New(2)
	defer pool.Close()
	r := rand.New(rand.NewPCG(3, 4))
	for k := 1; k <= shallowMost+1; k++ {
		for _, n := range []int{64, 96, 1000} { // the last has rows that are no whole lines
			dims := [2][]int{{3, 200, k}, {3, k, n}}
			in := []array{arrayOf(graph.Uniform(r, graph.Float32, -2, 2, dims[0]...)), arrayOf(graph.Uniform(r, graph.Float32, -2, 2, dims[1]...))}
			a := &graph.Attrs{Dot: &graph.Dot{LBatch: []int{0}, RBatch: []int{0}, LContract: []int{2}, RContract: []int{1}}}
			var results [2][]float32
			for i, large := range []int{math.MaxInt, 1} {
				loops.large = large
				out := newArray(graph.Float32, []int{3, 200, n})
				if err := compute(&env{pool: pool, engine: engine, loops: loops}, graph.DotGeneral, a, in, out); err != nil {
					t.Fatal(err)
				}
				results[i] = elements[float32](out)
			}
			for i, want := range results[0] {
				if got := results[1][i]; math.Float32bits(got) != math.Float32bits(want) {
					t.Fatalf("%d × %d: element %d is %v past the caches, %v through them", k, n, i, got, want)
				}
			}
		}
	}
}
