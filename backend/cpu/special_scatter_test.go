package cpu

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/flambeau-ml/flambeau/graph"
)

func TestSpecialScatters(t *testing.T) {
	r := rand.New(rand.NewPCG(51, 52))
	for i := range 240 {
		a, x, idx, read := randomIndexing(r)
		at := graph.Uniform(r, numericTypes[i%8], 0, float64(x[a.Axes[0]]), idx...)
		d := append([]graph.DType{graph.Bool, graph.Complex64, graph.Complex128}, numericTypes...)[i%15]
		exactly(t, graph.Scatter, a, uniform(r, d, x...), at, uniform(r, d, read...))
		d = numericTypes[i%12]
		exactly(t, graph.ScatterMul, a, graph.Uniform(r, d, 0.5, 2, x...), at, graph.Uniform(r, d, 0.5, 2, read...))
		exactly(t, graph.ScatterMax, a, withTies(r, d, x...), at, withTies(r, d, read...))
		exactly(t, graph.ScatterMin, a, withTies(r, d, x...), at, withTies(r, d, read...))
	}
}

func TestSpecialScatterOutOfRange(t *testing.T) {
	base, upd := graph.NewArray(graph.Float32, 3, 2), graph.NewArray(graph.Float32, 4, 2)
	idx := graph.NewArray(graph.Int64, 4)
	idx.I[2] = 3
	for _, op := range []*graph.Primitive{graph.Scatter, graph.ScatterMul, graph.ScatterMax, graph.ScatterMin} {
		againstReference(t, op, &graph.Attrs{Axes: []int{0}}, []*graph.Array{base, idx, upd}, 1)
	}
}

// TestSpecialDynamic reads and writes parts of arrays of any rank, from starts of any integer type.
func TestSpecialDynamic(t *testing.T) {
	r := rand.New(rand.NewPCG(53, 54))
	for i := range 300 {
		d := append([]graph.DType{graph.Bool, graph.Complex64, graph.Complex128}, numericTypes...)[i%15]
		slice, update := &graph.Attrs{}, &graph.Attrs{}
		var whole, part []int
		var starts []*graph.Array
		for axis := range r.IntN(5) {
			n := r.IntN(7)
			whole, part = append(whole, n), append(part, n)
			if r.IntN(2) == 0 {
				continue
			}
			part[axis] = r.IntN(n + 1)
			slice.Axes, update.Axes = append(slice.Axes, axis), append(update.Axes, axis)
			slice.Shape = append(slice.Shape, graph.N(part[axis]))
			s := graph.Uniform(r, numericTypes[r.IntN(8)], -3, 9)
			if r.IntN(8) == 0 {
				s.SetInt(0, math.MinInt64)
			}
			starts = append(starts, s)
		}
		x := uniform(r, d, whole...)
		exactly(t, graph.DynamicSlice, slice, append([]*graph.Array{x}, starts...)...)
		exactly(t, graph.DynamicUpdate, update, append([]*graph.Array{x, uniform(r, d, part...)}, starts...)...)
	}
	big := graph.Uniform(r, graph.Float32, -1, 1, 3, 40_000) // rows of several pieces
	at := graph.NewArray(graph.Int32)
	at.I[0] = 1
	exactly(t, graph.DynamicSlice, &graph.Attrs{Axes: []int{0}, Shape: graph.Ns(2)}, big, at)
	exactly(t, graph.DynamicUpdate, &graph.Attrs{Axes: []int{1}}, big, graph.Uniform(r, graph.Float32, -1, 1, 3, 30_000), at)
}
