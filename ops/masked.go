package ops

import (
	"math"
	"math/rand/v2"

	"github.com/flambeau-ml/flambeau/graph"
)

// The functions of torch.masked: a mask says which elements count. Each is another operator with something in the place
// of the others that changes nothing. Where none counts, the result is that thing, or NaN.

// filler is what stands in the place of elements of a dtype that do not count.
type filler func(d graph.DType) graph.Scalar

func fillWith(f float64) filler { return func(graph.DType) graph.Scalar { return graph.FloatOf(f) } }

func leastOf(d graph.DType) graph.Scalar { return farthest(d, true) }
func mostOf(d graph.DType) graph.Scalar  { return farthest(d, false) }

// masked is x with something else where mask, which may be nil, is false.
func masked(op string, x, mask *graph.Value, with filler) *graph.Value {
	if mask == nil {
		return x
	}
	shape, ok := graph.BroadcastShapes(x.Home.Solver(), x.Shape, mask.Shape)
	if mask.DType != graph.Bool || !ok || !shape.Equal(x.Shape) {
		graph.Fail(op, "the mask %s does not fit %s: it must be bool and broadcast to its sizes", mask.Type, x.Type)
	}
	return mask.Where(x, x.Scalar(with(x.DType)))
}

// counted is how many elements count along dims.
func counted(x, mask *graph.Value, dims []int, keep bool, d graph.DType) *graph.Value {
	ones := graph.Full(x.Home, graph.Type{DType: d, Shape: x.Shape}, graph.IntOf(1))
	return sumDims(masked("masked", ones, mask, fillWith(0)), dims, keep, graph.NoDType)
}

type (
	maskedDims = func(x *graph.Value, dims []int, keep bool, dtype graph.DType, mask *graph.Value) *graph.Value
	maskedDim  = func(x *graph.Value, dim int, dtype graph.DType, mask *graph.Value) *graph.Value
	maskedAt   = func(x *graph.Value, dim *int, keep bool, dtype graph.DType, mask *graph.Value) *graph.Value
)

const maskedEnd = "bool keepdim=False, ScalarType? dtype=None, Tensor? mask=None) -> Tensor"

func maskedSamples(r *rand.Rand) []Sample {
	return []Sample{
		call(f32(r, 2, 3, 4), []int{1}).kw("mask", bools(r, 2, 3, 4)), call(f32(r, 3, 4), []int{0, -1}).kw("keepdim", true).kw("mask", bools(r, 4)),
		call(f32(r, 3)), call(bf16(r, 3, 4), []int{1}).kw("mask", bools(r, 3, 1)), call(f32(r)).kw("mask", bools(r)),
	}
}

func maskedAtSamples(r *rand.Rand) []Sample {
	return []Sample{call(f32(r, 2, 3, 4), 1).kw("mask", bools(r, 2, 3, 4)), call(f32(r, 3)).kw("keepdim", true), call(bf16(r, 3, 4), -1).kw("mask", bools(r, 3, 1))}
}

func maskedDimSamples(r *rand.Rand) []Sample {
	return []Sample{call(f32(r, 2, 3, 4), 1).kw("mask", bools(r, 2, 3, 4)), call(f32(r, 3), 0), call(bf16(r, 3, 4), -1).kw("mask", bools(r, 4))}
}

func maskedReduction(name, doc string, with filler, f func(x *graph.Value, dims []int, keep bool) *graph.Value) Operator[maskedDims] {
	op := "masked_" + name
	return define(Op{
		Schema: op + "(Tensor input, int[1]? dim=None, *, " + maskedEnd, Doc: doc, Samples: maskedSamples,
	}, func(x *graph.Value, dims []int, keep bool, dtype graph.DType, mask *graph.Value) *graph.Value {
		return f(masked(op, x.Cast(dtype), mask, with), dims, keep)
	})
}

func maskedIndex(name, doc string, with filler, f func(x *graph.Value, dim *int, keep bool) *graph.Value) Operator[maskedAt] {
	op := "masked_" + name
	return define(Op{
		Schema: op + "(Tensor input, int? dim=None, *, " + maskedEnd, Doc: doc, Samples: maskedAtSamples,
	}, func(x *graph.Value, dim *int, keep bool, dtype graph.DType, mask *graph.Value) *graph.Value {
		x = x.Cast(dtype)
		return f(masked(op, x, mask, with), dim, keep).Cast(x.DType) // as PyTorch has it
	})
}

func maskedAlong(name, doc string, with filler, f func(x *graph.Value, dim int, dtype graph.DType) *graph.Value) Operator[maskedDim] {
	op := "masked_" + name
	return define(Op{
		Schema: op + "(Tensor input, int dim, *, ScalarType? dtype=None, Tensor? mask=None) -> Tensor", Doc: doc, Samples: maskedDimSamples,
	}, func(x *graph.Value, dim int, dtype graph.DType, mask *graph.Value) *graph.Value {
		return f(masked(op, x.Cast(dtype), mask, with), dim, dtype)
	})
}

// maskedMean is the mean, and what it was computed from.
func maskedMean(x *graph.Value, dims []int, keep bool, dtype graph.DType, mask *graph.Value) *graph.Value {
	x = x.Cast(floatType(orLike(dtype, x)))
	w := x.Cast(wide(x.DType))
	sum := sumDims(masked("masked_mean", w, mask, fillWith(0)), dims, keep, graph.NoDType)
	return sum.Div(counted(w, mask, dims, keep, w.DType)).Cast(x.DType)
}

// maskedMoment is the variance, or its root.
func maskedMoment(root bool) func(x *graph.Value, dims []int, unbiased *bool, correction graph.Scalar, keep bool, dtype graph.DType, mask *graph.Value) *graph.Value {
	return func(x *graph.Value, dims []int, unbiased *bool, correction graph.Scalar, keep bool, dtype graph.DType, mask *graph.Value) *graph.Value {
		switch {
		case unbiased != nil:
			correction = besselOf(*unbiased)
		case correction.Kind() == graph.NoScalar:
			correction = graph.IntOf(1)
		}
		d := floatType(orLike(dtype, x))
		w := x.Cast(d).Cast(wide(d))
		centred := w.Sub(maskedMean(w, dims, true, graph.NoDType, mask))
		sum := sumDims(masked("masked_var", centred.Mul(centred), mask, fillWith(0)), dims, keep, graph.NoDType)
		n := counted(w, mask, dims, keep, w.DType).Sub(numberLike(w, w.DType, correction)).Max(w.Like(0))
		v := sum.Div(n)
		if root {
			v = safeSqrt(v)
		}
		return v.Cast(d)
	}
}

func maskedNorm(x *graph.Value, p graph.Scalar, dims []int, keep bool, dtype graph.DType, mask *graph.Value) *graph.Value {
	with := fillWith(0)
	if p.Float() < 0 {
		with = fillWith(math.Inf(1))
	}
	x = masked("masked_norm", x.Cast(dtype), mask, with)
	return vectorNorm(x, p, dims, keep, graph.NoDType)
}

func maskedNormalize(x *graph.Value, p graph.Scalar, dim int, eps float64, dtype graph.DType, mask *graph.Value) *graph.Value {
	x = x.Cast(dtype)
	needFloat("masked_normalize", x)
	w := x.Cast(wide(x.DType))
	norm := maskedNorm(w, p, []int{dim}, true, graph.NoDType, mask)
	return masked("masked_normalize", w, mask, fillWith(0)).Div(norm.Max(givenLike(w, eps))).Cast(x.DType)
}

func maskedMedian(x *graph.Value, dim int, keep bool, dtype graph.DType, mask *graph.Value) *graph.Value {
	x = x.Cast(floatType(orLike(dtype, x)))
	values, _ := nanMedianDim(masked("masked_median", x, mask, fillWith(math.NaN())), dim, keep)
	return values
}

func maskedLogAddExp(x, y *graph.Value, dtype graph.DType, ofX, ofY *graph.Value) *graph.Value {
	none := fillWith(math.Inf(-1))
	return LogAddExp.Body(masked("masked_logaddexp", x.Cast(dtype), ofX, none), masked("masked_logaddexp", y.Cast(dtype), ofY, none))
}

// Operators on the elements that a mask says.
var (
	MaskedSum = maskedReduction("sum", "The sum over some dimensions, or all, of the elements where a mask is true.", fillWith(0), func(x *graph.Value, dims []int, keep bool) *graph.Value {
		return sumDims(x, dims, keep, graph.NoDType)
	})
	MaskedProd = maskedReduction("prod", "The product over some dimensions, or all, of the elements where a mask is true.", fillWith(1), func(x *graph.Value, dims []int, keep bool) *graph.Value {
		return prod(x, wrapDims("masked_prod", dims, x.Rank()), keep, graph.NoDType)
	})
	MaskedAmax = maskedReduction("amax", "The largest over some dimensions, or all, of the elements where a mask is true.", leastOf, amax)
	MaskedAmin = maskedReduction("amin", "The smallest over some dimensions, or all, of the elements where a mask is true.", mostOf, amin)
	MaskedMean = define(Op{
		Schema: "masked_mean(Tensor input, int[1]? dim=None, *, " + maskedEnd, Doc: "The mean over some dimensions, or all, of the elements where a mask is true.", Samples: maskedSamples,
	}, maskedMean)
	MaskedLogSumExp = maskedReduction("logsumexp", "The logarithm of the sum of the exponentials over some dimensions, or all, of the elements where a mask is true.", leastOf, logSumExp)
	MaskedVar       = define(Op{
		Schema: "masked_var(Tensor input, int[1]? dim=None, bool? unbiased=None, *, Scalar? correction=None, " + maskedEnd, Doc: "The variance over some dimensions, or all, of the elements where a mask is true.", Method: "-", Samples: maskedSamples,
	}, maskedMoment(false))
	MaskedStd = define(Op{
		Schema: "masked_std(Tensor input, int[1]? dim=None, bool? unbiased=None, *, Scalar? correction=None, " + maskedEnd, Doc: "The standard deviation over some dimensions, or all, of the elements where a mask is true.", Method: "-", Samples: maskedSamples,
	}, maskedMoment(true))
	MaskedNorm = define(Op{
		Schema: "masked_norm(Tensor input, Scalar ord=2, int[1]? dim=None, *, " + maskedEnd, Doc: "The norm over some dimensions, or all, of the elements where a mask is true.", Method: "-",
		Samples: func(r *rand.Rand) []Sample {
			return []Sample{call(f32(r, 3, 4), 2, []int{1}).kw("mask", bools(r, 3, 4)), call(f32(r, 3, 4), math.Inf(-1)), call(f32(r, 5), 1, []int{0}).kw("keepdim", true)}
		},
	}, maskedNorm)
	MaskedNormalize = define(Op{
		Schema: "masked_normalize(Tensor input, Scalar ord, int dim, *, float eps=1e-12, ScalarType? dtype=None, Tensor? mask=None) -> Tensor", Doc: "The elements where a mask is true over their norm along a dimension.", Method: "-",
		Samples: func(r *rand.Rand) []Sample {
			return []Sample{call(f32(r, 3, 4), 2, 1).kw("mask", bools(r, 3, 4)), call(f32(r, 5), 1, 0)}
		},
	}, maskedNormalize)
	MaskedArgMax = maskedIndex("argmax", "The index of the first largest of the elements where a mask is true.", leastOf, ArgMax.Body)
	MaskedArgMin = maskedIndex("argmin", "The index of the first smallest of the elements where a mask is true.", mostOf, ArgMin.Body)
	MaskedMedian = define(Op{
		Schema: "masked_median(Tensor input, int dim=-1, *, " + maskedEnd, Doc: "The lower median along a dimension of the elements where a mask is true.", Samples: maskedAtSamples,
	}, maskedMedian)
	MaskedSoftmax    = maskedAlong("softmax", "The softmax along a dimension of the elements where a mask is true.", leastOf, Softmax.Body)
	MaskedLogSoftmax = maskedAlong("log_softmax", "The logarithm of the softmax along a dimension of the elements where a mask is true.", leastOf, LogSoftmax.Body)
	MaskedSoftmin    = maskedAlong("softmin", "The softmin along a dimension of the elements where a mask is true.", mostOf, func(x *graph.Value, dim int, dtype graph.DType) *graph.Value {
		return Softmax.Body(x.Neg(), dim, dtype)
	})
	MaskedCumSum    = maskedAlong("cumsum", "The sums up to each along a dimension of the elements where a mask is true.", fillWith(0), CumSum.Body)
	MaskedCumProd   = maskedAlong("cumprod", "The products up to each along a dimension of the elements where a mask is true.", fillWith(1), CumProd.Body)
	MaskedLogAddExp = define(Op{
		Schema: "masked_logaddexp(Tensor input, Tensor other, *, ScalarType? dtype=None, Tensor? input_mask=None, Tensor? other_mask=None) -> Tensor", Doc: "The logarithm of the sum of the exponentials of the elements of two tensors where masks are true.", Method: "-",
		Samples: func(r *rand.Rand) []Sample {
			return []Sample{call(f32(r, 3, 4), f32(r, 3, 4)).kw("input_mask", bools(r, 3, 4)).kw("other_mask", bools(r, 4)), call(f32(r, 3), f32(r, 3))}
		},
	}, maskedLogAddExp)
)
