package ops

import (
	"math/rand/v2"

	"github.com/flambeau-ml/flambeau/graph"
)

// extremum is the reduction f over dims, none of which may be empty.
func extremum(op string, f func(x *graph.Value, axes ...int) *graph.Value) func(x *graph.Value, dims []int, keep bool) *graph.Value {
	return func(x *graph.Value, dims []int, keep bool) *graph.Value {
		axes := wrapDims(op, dims, x.Rank())
		for _, a := range axes {
			if x.Shape[a].Is(0) {
				graph.Fail(op, "dimension %d of %s is empty, and nothing has no %s", a, x.Type, op)
			}
		}
		return finish(x, f(x, axes...), axes, keep)
	}
}

var (
	amax = extremum("amax", (*graph.Value).ReduceMax)
	amin = extremum("amin", (*graph.Value).ReduceMin)
)

// argExtremum is the index of the extremum along a dimension, or in the flattened tensor.
func argExtremum(op string, f func(x *graph.Value, axis int) *graph.Value) func(x *graph.Value, dim *int, keep bool) *graph.Value {
	return func(x *graph.Value, dim *int, keep bool) *graph.Value {
		if x.DType == graph.Bool {
			x = x.Cast(graph.Uint8)
		}
		if dim == nil || x.Rank() == 0 {
			if dim != nil {
				wrapDim(op, *dim, 0)
			}
			return finish(x, f(x.Reshape(x.Shape.Count()), 0), allDims(x.Rank()), keep)
		}
		axis := wrapDim(op, *dim, x.Rank())
		if x.Shape[axis].Is(0) {
			graph.Fail(op, "dimension %d of %s is empty", axis, x.Type)
		}
		return finish(x, f(x, axis), []int{axis}, keep)
	}
}

// extremumAt is the extremum along a dimension with its index: the derivative goes to that element alone.
func extremumAt(op string, f func(x *graph.Value, axis int) *graph.Value) func(x *graph.Value, dim int, keep bool) (values, indices *graph.Value) {
	at := argExtremum(op, f)
	return func(x *graph.Value, dim int, keep bool) (values, indices *graph.Value) {
		indices = at(x, &dim, true)
		if x.Rank() == 0 {
			return x, indices
		}
		axis := wrapDim(op, dim, x.Rank())
		values = gatherAlong(x, axis, indices)
		if !keep {
			values, indices = dropAxis(values, axis), dropAxis(indices, axis)
		}
		return values, indices
	}
}

func extremumDimSamples(r *rand.Rand) []Sample {
	return []Sample{call(f32(r, 2, 3, 4), 1), call(f32(r, 2, 3), -1, true), call(f32(r), 0), call(below(r, 90, 5), 0), call(bools(r, 4), 0), call(bf16(r, 3, 4), 0)}
}

func truthOver(op string, f func(x *graph.Value, axes ...int) *graph.Value, ofNone bool) func(x *graph.Value, dims []int, keep bool) *graph.Value {
	return func(x *graph.Value, dims []int, keep bool) *graph.Value {
		axes := wrapDims(op, dims, x.Rank())
		for _, a := range axes {
			if x.Shape[a].Is(0) {
				empty := finish(x, x.Cast(graph.Float32).ReduceSum(axes...), axes, keep)
				return graph.Full(x.Home, graph.Type{DType: graph.Bool, Shape: empty.Shape}, graph.BoolOf(ofNone))
			}
		}
		out := finish(x, f(truth(x), axes...), axes, keep)
		if x.DType == graph.Uint8 {
			return out.Cast(graph.Uint8) // as PyTorch, for the sake of its past
		}
		return out
	}
}

var (
	allOver = truthOver("all", (*graph.Value).ReduceMin, true)
	anyOver = truthOver("any", (*graph.Value).ReduceMax, false)
)

// overDim is f over one dimension.
func overDim(f func(x *graph.Value, dims []int, keep bool) *graph.Value) func(x *graph.Value, dim int, keep bool) *graph.Value {
	return func(x *graph.Value, dim int, keep bool) *graph.Value { return f(x, []int{dim}, keep) }
}

// overAll is f over all dimensions.
func overAll(f func(x *graph.Value, dims []int, keep bool) *graph.Value) unaryBody {
	return func(x *graph.Value) *graph.Value { return f(x, nil, false) }
}

func truthSamples(r *rand.Rand) []Sample {
	return []Sample{call(bools(r, 3, 4), 1), call(below(r, 2, 3, 4), -1, true), call(f32(r, 3), 0)}
}

// The largest and the smallest.
var (
	Amax = define(Op{
		Schema: "amax(Tensor self, int[1] dim=[], bool keepdim=False) -> Tensor", Doc: "The largest element over some dimensions, or all; ties share the derivative.", Out: true, Samples: dimSamples,
	}, amax)
	Amin = define(Op{
		Schema: "amin(Tensor self, int[1] dim=[], bool keepdim=False) -> Tensor", Doc: "The smallest element over some dimensions, or all; ties share the derivative.", Out: true, Samples: dimSamples,
	}, amin)
	Aminmax = define(Op{
		Schema: "aminmax(Tensor self, *, int? dim=None, bool keepdim=False) -> (Tensor min, Tensor max)", Doc: "The smallest and the largest element along a dimension, or of all.", Samples: anySamples,
	}, func(x *graph.Value, dim *int, keep bool) (lo, hi *graph.Value) {
		return amin(x, optionalDim(dim), keep), amax(x, optionalDim(dim), keep)
	})
	Max = define(Op{Schema: "max(Tensor self) -> Tensor", Doc: "The largest element.", Samples: anySamples}, overAll(extremum("max", (*graph.Value).ReduceMax)))
	Min = define(Op{Schema: "min(Tensor self) -> Tensor", Doc: "The smallest element.", Samples: anySamples}, overAll(extremum("min", (*graph.Value).ReduceMin)))

	MaxDim = define(Op{
		Schema: "max.dim(Tensor self, int dim, bool keepdim=False) -> (Tensor values, Tensor indices)", Method: "MaxDim",
		Doc: "The largest element along a dimension and its index.", Samples: extremumDimSamples,
	}, extremumAt("max", (*graph.Value).ArgMax))
	MinDim = define(Op{
		Schema: "min.dim(Tensor self, int dim, bool keepdim=False) -> (Tensor values, Tensor indices)", Method: "MinDim",
		Doc: "The smallest element along a dimension and its index.", Samples: extremumDimSamples,
	}, extremumAt("min", (*graph.Value).ArgMin))
	ArgMax = define(Op{
		Schema: "argmax(Tensor self, int? dim=None, bool keepdim=False) -> Tensor", Doc: "The index of the first largest element, along a dimension or of all.", Samples: extremumDimSamples,
	}, argExtremum("argmax", (*graph.Value).ArgMax))
	ArgMin = define(Op{
		Schema: "argmin(Tensor self, int? dim=None, bool keepdim=False) -> Tensor", Doc: "The index of the first smallest element, along a dimension or of all.", Samples: extremumDimSamples,
	}, argExtremum("argmin", (*graph.Value).ArgMin))
	AllOf  = define(Op{Schema: "all(Tensor self) -> Tensor", Method: "-", Doc: "Whether all elements are true, or not zero.", Samples: anySamples}, overAll(allOver))
	AllDim = define(Op{Schema: "all.dim(Tensor self, int dim, bool keepdim=False) -> Tensor", Method: "-", Doc: "Whether all elements along a dimension are true.", Samples: truthSamples}, overDim(allOver))
	All    = define(Op{
		Schema: "all.dims(Tensor self, int[]? dim=None, bool keepdim=False) -> Tensor", Method: "All", Doc: "Whether all elements over some dimensions, or all, are true.", Samples: dimSamples,
	}, allOver)
	AnyOf  = define(Op{Schema: "any(Tensor self) -> Tensor", Method: "-", Doc: "Whether any element is true, or not zero.", Samples: anySamples}, overAll(anyOver))
	AnyDim = define(Op{Schema: "any.dim(Tensor self, int dim, bool keepdim=False) -> Tensor", Method: "-", Doc: "Whether any element along a dimension is true.", Samples: truthSamples}, overDim(anyOver))
	Any    = define(Op{
		Schema: "any.dims(Tensor self, int[]? dim=None, bool keepdim=False) -> Tensor", Method: "Any", Doc: "Whether any element over some dimensions, or all, is true.", Samples: dimSamples,
	}, anyOver)
)
