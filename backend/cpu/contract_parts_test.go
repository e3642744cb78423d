package cpu

import (
	"math/rand/v2"
	"testing"

	"github.com/flambeau-ml/flambeau/graph"
)

// TestContractionParts multiplies matrices that are packed in several parts along each of their axes, and compares some
// elements with the written order. Elements go where they belong at once, or to a function.
func TestContractionParts(t *testing.T) {
	if testing.Short() {
		t.Skip("some hundred million products")
	}
	const m, n, k = packedRows/packedDepth + 70, packedCols/packedDepth + 90, packedDepth + 300
	r := rand.New(rand.NewPCG(21, 22))
	for _, layout := range [][2][3]int{{layouts[0], layouts[1]}, {layouts[1], layouts[0]}} {
		va, a := randomView(r, graph.Float32, layout[0], [3]int{1, m, k})
		vb, b := randomView(r, graph.Float32, layout[1], [3]int{1, n, k})
		for _, machine := range testEngines() {
			if machine == portable {
				continue // too slow, and it packs nothing
			}
			for _, pool := range testPools() {
				e := &env{pool: pool, engine: machine}
				out := newArray(graph.Float32, []int{1, m, n})
				multiply[float32](e, va, vb, out)
				handed := make([]float32, m*n)
				c := productOf[float32](va, vb)
				c.write = func(worker, at int, acc []float32) { copy(handed[at:], acc) }
				c.run(e)
				stored := elements[float32](out)
				for range 300 {
					i, j := r.IntN(m), r.IntN(n)
					want := writtenOrder(machine, k, func(k int) float32 { return float32(a(0, i, k)) }, func(k int) float32 { return float32(b(0, j, k)) })
					if x, y := stored[i*n+j], handed[i*n+j]; x != want || y != want {
						t.Fatalf("%s, %d threads: element [%d, %d] is %g where it belongs and %g handed out, want %g", machine.name, pool.Threads(), i, j, x, y, want)
					}
				}
			}
		}
	}
}
