package ops

import (
	"math/rand/v2"

	"github.com/flambeau-ml/flambeau/graph"
)

// What the argument reduction of losses says.
const (
	reduceNone = iota
	reduceMean
	reduceSum
)

// finish keeps the reduced axes of x with size 1 where keep says so, else drops them.
func finish(x, reduced *graph.Value, axes []int, keep bool) *graph.Value {
	if !keep {
		return reduced
	}
	shape := append(graph.Shape(nil), x.Shape...)
	for _, a := range axes {
		shape[a] = graph.N(1)
	}
	return reduced.Reshape(shape...)
}

// sumType is what sums of d are: integers and bools sum in int64.
func sumType(d, asked graph.DType) graph.DType {
	switch {
	case asked != graph.NoDType:
		return asked
	case d.IsInexact():
		return d
	}
	return graph.Int64
}

func sumDims(x *graph.Value, dims []int, keep bool, dtype graph.DType) *graph.Value {
	axes := wrapDims("sum", dims, x.Rank())
	return finish(x, x.Cast(sumType(x.DType, dtype)).ReduceSum(axes...), axes, keep)
}

// dimSamples are tensors reduced over some dimensions.
func dimSamples(r *rand.Rand) []Sample {
	return []Sample{
		call(f32(r, 2, 3, 4), []int{1}), call(f32(r, 2, 3, 4), []int{0, -1}, true), call(f32(r), []int{0}),
		call(bf16(r, 3, 4), []int{0}), call(f32(r, 2, 3), nil, true), call(f32(r, 2, 3), []int{}),
	}
}

// Sums.
var (
	SumAll = define(Op{
		Schema: "sum(Tensor self, *, ScalarType? dtype=None) -> Tensor", Method: "-", Doc: "The sum of all elements.",
		Samples: anySamples,
	}, func(x *graph.Value, dtype graph.DType) *graph.Value { return sumDims(x, nil, false, dtype) })
	Sum = define(Op{
		Schema: "sum.dim_IntList(Tensor self, int[1]? dim, bool keepdim=False, *, ScalarType? dtype=None) -> Tensor",
		Doc:    "The sum over some dimensions, or all.", Out: true, Samples: dimSamples,
	}, sumDims)
)
