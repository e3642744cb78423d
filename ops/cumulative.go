package ops

import (
	"math"
	"math/rand/v2"

	"github.com/flambeau-ml/flambeau/graph"
)

// runningIn is f along a dimension in the dtype of sums, half precision computed wide; a scalar is a line of one.
func runningIn(op string, f func(x *graph.Value, axis int) *graph.Value) func(x *graph.Value, dim int, dtype graph.DType) *graph.Value {
	return func(x *graph.Value, dim int, dtype graph.DType) *graph.Value {
		axis := wrapDim(op, dim, x.Rank())
		d := sumType(x.DType, dtype)
		if d == graph.Bool {
			graph.Fail(op, "does not give bool")
		}
		v := atLeast1(x.Cast(d).Cast(wide(d)))
		return f(v, axis).Reshape(x.Shape...).Cast(d)
	}
}

// runningExtremum is the extremum up to each element along a dimension, of equal ones the last, with its index.
func runningExtremum(op string, f func(x *graph.Value, axis int) *graph.Value) func(x *graph.Value, dim int) (values, indices *graph.Value) {
	return func(x *graph.Value, dim int) (values, indices *graph.Value) {
		axis := wrapDim(op, dim, x.Rank())
		line := atLeast1(x)
		at := f(line, axis)
		return gatherAlong(line, axis, at).Reshape(x.Shape...), at.Reshape(x.Shape...)
	}
}

// logCumSumExp is log Σ exp xᵢ over the elements up to each. With mₖ the largest of them, sₖ = Σ exp(xᵢ − mₖ) lies
// between 1 and k and follows sₖ = exp(mₖ₋₁ − mₖ)·sₖ₋₁ + exp(xₖ − mₖ), so that nothing overflows.
func logCumSumExp(x *graph.Value, dim int) *graph.Value {
	needFloat("logcumsumexp", x)
	axis := wrapDim("logcumsumexp", dim, x.Rank())
	if x.Rank() == 0 {
		return x
	}
	v := x.Cast(wide(x.DType))
	still := realPart(v.Stop()) // the result does not depend on m
	most := gatherAlong(still, axis, still.CumArgMax(axis))
	m := finiteOr0(most).Cast(v.DType) // infinities are left to exp
	before := most.Delay(axis, 0)
	factor := before.Eq(most).Where(most.Like(1), before.Sub(most).Exp()).Cast(v.DType)
	sum := factor.Recurrence(v.Sub(m).Exp(), axis)
	none := sum.Eq(v.Like(0)) // of −∞ alone: the logarithm of 0, without its derivative
	log := none.Where(v.Like(math.Inf(-1)), none.Where(v.Like(1), sum).Log())
	return m.Add(log).Cast(x.DType)
}

func runningSamples(r *rand.Rand) []Sample {
	return append(alongSamples(r), call(below(r, 9, 5), 0), call(bools(r, 3, 4), 1), call(f32(r, 0, 2), 0))
}

func runningExtremumSamples(r *rand.Rand) []Sample {
	return []Sample{call(f32(r, 2, 3, 4), 1), call(f32(r), 0), call(below(r, 4, 7), -1), call(bools(r, 4), 0), call(bf16(r, 3, 4), 0)}
}

// What is gathered on the way along a dimension.
var (
	CumSum = define(Op{
		Schema: "cumsum(Tensor self, int dim, *, ScalarType? dtype=None) -> Tensor", Doc: "The sums of the elements up to each along a dimension.", InPlace: true, Out: true, Samples: runningSamples,
	}, runningIn("cumsum", (*graph.Value).CumSum))
	CumProd = define(Op{
		Schema: "cumprod(Tensor self, int dim, *, ScalarType? dtype=None) -> Tensor", Doc: "The products of the elements up to each along a dimension.", InPlace: true, Out: true, Samples: runningSamples,
	}, runningIn("cumprod", (*graph.Value).CumProd))
	CumMax = define(Op{
		Schema: "cummax(Tensor self, int dim) -> (Tensor values, Tensor indices)", Doc: "The largest of the elements up to each along a dimension, the last of equal ones, and their indices.", Samples: runningExtremumSamples,
	}, runningExtremum("cummax", (*graph.Value).CumArgMax))
	CumMin = define(Op{
		Schema: "cummin(Tensor self, int dim) -> (Tensor values, Tensor indices)", Doc: "The smallest of the elements up to each along a dimension, the last of equal ones, and their indices.", Samples: runningExtremumSamples,
	}, runningExtremum("cummin", (*graph.Value).CumArgMin))
	LogCumSumExp = define(Op{
		Schema: "logcumsumexp(Tensor self, int dim) -> Tensor", Doc: "The logarithms of the sums of the exponentials of the elements up to each along a dimension.", Out: true,
		Samples: func(r *rand.Rand) []Sample {
			return []Sample{call(f32(r, 3, 5), 1), call(f32(r, 3, 5), -2), call(f32(r), 0), call(bf16(r, 4, 3), 0)}
		},
	}, logCumSumExp)
)
