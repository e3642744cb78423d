package ops

import (
	"math/rand/v2"

	"github.com/flambeau-ml/flambeau/graph"
)

// alongDim is f along dimension dim of x, computed in the wide form; the result has the dtype asked for, or x's.
func alongDim(op string, f func(x *graph.Value, axis int) *graph.Value) func(x *graph.Value, dim int, dtype graph.DType) *graph.Value {
	return func(x *graph.Value, dim int, dtype graph.DType) *graph.Value {
		dim = wrapDim(op, dim, x.Rank())
		x = x.Cast(dtype)
		needFloat(op, x)
		d := x.DType
		if x.Rank() == 0 {
			return f(x.Cast(wide(d)).Reshape(graph.N(1)), 0).Cast(d).Reshape()
		}
		return f(x.Cast(wide(d)), dim).Cast(d)
	}
}

// The largest element is subtracted for range alone: the result does not depend on it, and neither do derivatives.

func softmax(x *graph.Value, axis int) *graph.Value {
	e := x.Sub(x.Stop().Amax(axis)).Exp()
	return e.Div(e.Sum(axis))
}

func logSoftmax(x *graph.Value, axis int) *graph.Value {
	x = x.Sub(x.Stop().Amax(axis))
	return x.Sub(x.Exp().Sum(axis).Log())
}

func alongSamples(r *rand.Rand) []Sample {
	return []Sample{call(f32(r, 3, 5), 1), call(f32(r, 3, 5), -2), call(f32(r), 0), call(bf16(r, 4, 3), 0), call(below(r, 5, 3), 0).kw("dtype", graph.Float32)}
}

// Softmax and its logarithm.
var (
	Softmax = define(Op{
		Schema: "softmax.int(Tensor self, int dim, ScalarType? dtype=None) -> Tensor",
		Doc:    "The exponentials of the elements over their sum along a dimension.", Samples: alongSamples,
	}, alongDim("softmax", softmax))
	LogSoftmax = define(Op{
		Schema: "log_softmax.int(Tensor self, int dim, ScalarType? dtype=None) -> Tensor",
		Doc:    "The logarithm of softmax along a dimension.", Samples: alongSamples,
	}, alongDim("log_softmax", logSoftmax))
)
