package cpu

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/flambeau-ml/flambeau/graph"
)

// TestReductionsByMachine compares reductions of many blocks, and of many runs of rows as wide as registers are or not,
// with the portable evaluator: without NaNs, and with one.
func TestReductionsByMachine(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 9))
	reductions := map[string]func(x *graph.Value, axes ...int) *graph.Value{
		"sum": (*graph.Value).ReduceSum, "max": (*graph.Value).ReduceMax, "min": (*graph.Value).ReduceMin,
	}
	for _, level := range []string{"avx512", "avx2"} {
		code, portable := New(Options{Threads: 2, CPU: level}), withoutCode(1)
		defer code.Close()
		defer portable.Close()
		for _, c := range []struct{ dims, axes []int }{
			{[]int{9*blockTerms + 17}, []int{0}}, {[]int{3, 6*blockTerms - 1}, []int{1}}, {[]int{37, 1024}, []int{1}},
			{[]int{2, 300, 128}, []int{1}}, {[]int{2, 67, 256}, []int{1}}, {[]int{2, 200, 33}, []int{1}}, {[]int{130, 64}, []int{0}},
		} {
			for name, reduce := range reductions {
				for _, d := range []graph.DType{graph.Float32, graph.Float64, graph.BFloat16} {
					for _, with := range []bool{false, true} {
						f := unaryFunc(graph.T(d, c.dims...), func(x *graph.Value) *graph.Value { return reduce(x, c.axes...) })
						a := graph.NewArray(d, c.dims...)
						for i := range a.Len() {
							a.SetFloat(i, float64(r.IntN(2001)-1000)/64)
						}
						if with {
							a.SetFloat(r.IntN(a.Len()), math.NaN())
						}
						t.Run(fmt.Sprint(level, " ", name, " ", d, " ", c.dims, " ", with), func(t *testing.T) {
							if m := mismatch(t, f, []*graph.Array{a}, code, portable, true, true); m != "" {
								t.Error(m)
							}
						})
					}
				}
			}
		}
	}
}
