package ops

import (
	"math/rand/v2"
	"slices"

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
	shape := slices.Clone(x.Shape)
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

// countOf is the number of elements over axes, as a scalar of x's dtype.
func countOf(x *graph.Value, axes []int) *graph.Value {
	n := graph.N(1)
	for _, a := range axes {
		n = n.Mul(x.Shape[a])
	}
	return graph.NewSize(x.Home, x.DType, n)
}

func meanDims(x *graph.Value, dims []int, keep bool, dtype graph.DType) *graph.Value {
	x = x.Cast(dtype)
	needFloat("mean", x)
	axes := wrapDims("mean", dims, x.Rank())
	w := x.Cast(wide(x.DType))
	return finish(x, w.ReduceSum(axes...).Div(countOf(w, axes)).Cast(x.DType), axes, keep)
}

// dimSamples are tensors reduced over some dimensions.
func dimSamples(r *rand.Rand) []Sample {
	return []Sample{
		call(f32(r, 2, 3, 4), []int{1}), call(f32(r, 2, 3, 4), []int{0, -1}, true), call(f32(r), []int{0}),
		call(bf16(r, 3, 4), []int{0}), call(f32(r, 2, 3), []int{1, 0}, true), call(f32(r, 2, 3), []int{}),
	}
}

// single are the samples of operators over all elements.
func single(r *rand.Rand) []Sample {
	return []Sample{call(f32(r, 2, 3, 4)), call(f32(r)), call(bf16(r, 6))}
}

// Sums and means.
var (
	SumAll = define(Op{
		Schema: "sum(Tensor self, *, ScalarType? dtype=None) -> Tensor", Method: "-", Doc: "The sum of all elements.", Samples: anySamples,
	}, func(x *graph.Value, dtype graph.DType) *graph.Value { return sumDims(x, nil, false, dtype) })
	Sum = define(Op{
		Schema: "sum.dim_IntList(Tensor self, int[1]? dim, bool keepdim=False, *, ScalarType? dtype=None) -> Tensor",
		Doc:    "The sum over some dimensions, or all.", Out: true, Samples: dimSamples,
	}, sumDims)
	MeanAll = define(Op{
		Schema: "mean(Tensor self, *, ScalarType? dtype=None) -> Tensor", Method: "-", Doc: "The mean of all elements.", Samples: single,
	}, func(x *graph.Value, dtype graph.DType) *graph.Value { return meanDims(x, nil, false, dtype) })
	Mean = define(Op{
		Schema: "mean.dim(Tensor self, int[1]? dim, bool keepdim=False, *, ScalarType? dtype=None) -> Tensor",
		Doc:    "The mean over some dimensions, or all.", Out: true, Samples: dimSamples,
	}, meanDims)
	NanSum = define(Op{
		Schema: "nansum(Tensor self, int[1]? dim=None, bool keepdim=False, *, ScalarType? dtype=None) -> Tensor",
		Doc:    "The sum over some dimensions, or all, of what is not NaN.", Samples: dimSamples,
	}, func(x *graph.Value, dims []int, keep bool, dtype graph.DType) *graph.Value {
		return sumDims(known(x), dims, keep, dtype)
	})
	NanMean = define(Op{
		Schema: "nanmean(Tensor self, int[1]? dim=None, bool keepdim=False, *, ScalarType? dtype=None) -> Tensor",
		Doc:    "The mean over some dimensions, or all, of what is not NaN.", Samples: dimSamples,
	}, func(x *graph.Value, dims []int, keep bool, dtype graph.DType) *graph.Value {
		x = x.Cast(dtype)
		needFloat("nanmean", x)
		n := x.Eq(x).Cast(wide(x.DType))
		return sumDims(known(x).Cast(wide(x.DType)), dims, keep, graph.NoDType).Div(sumDims(n, dims, keep, graph.NoDType)).Cast(x.DType)
	})
	CountNonzero = define(Op{
		Schema: "count_nonzero.dim_IntList(Tensor self, int[] dim) -> Tensor", Doc: "How many elements over some dimensions are not zero.",
		Samples: func(r *rand.Rand) []Sample {
			return []Sample{call(below(r, 2, 3, 4), []int{1}), call(bools(r, 3, 4), []int{0, 1})}
		},
	}, func(x *graph.Value, dims []int) *graph.Value { return sumDims(truth(x), dims, false, graph.NoDType) })
	CountNonzeroDim = define(Op{
		Schema: "count_nonzero(Tensor self, int? dim=None) -> Tensor", Method: "-", Doc: "How many elements are not zero.", Samples: anySamples,
	}, func(x *graph.Value, dim *int) *graph.Value {
		return sumDims(truth(x), optionalDim(dim), false, graph.NoDType)
	})
)

// known is x with 0 in the place of NaN.
func known(x *graph.Value) *graph.Value {
	if !x.DType.IsInexact() {
		return x
	}
	return x.Ne(x).Where(x.Like(0), x)
}

func optionalDim(dim *int) []int {
	if dim == nil {
		return nil
	}
	return []int{*dim}
}

// deviation is the mean over axes, kept with size 1, and the variance with n − correction in the place of n.
func deviation(op string, x *graph.Value, axes []int, correction graph.Scalar) (mean, variance *graph.Value) {
	needFloat(op, x)
	n := countOf(x, axes)
	mean = x.Sum(axes...).Div(n)
	centred := x.Sub(mean)
	if correction.Kind() == graph.NoScalar {
		correction = graph.IntOf(1)
	}
	if correction.Float() != 0 {
		n = atLeastZero(n.Sub(numberLike(x, x.DType, correction)))
	}
	if x.DType.IsComplex() {
		n = n.Real()
	}
	return mean, square(centred).Sum(axes...).Div(n)
}

// atLeastZero is x, a count, or 0 where it is negative.
func atLeastZero(x *graph.Value) *graph.Value {
	if x.DType.IsComplex() {
		return atLeastZero(x.Real()).Cast(x.DType)
	}
	return x.Max(x.Like(0))
}

// moments is the variance or deviation over dims, and the mean.
func moments(op string, root bool) func(x *graph.Value, dims []int, correction graph.Scalar, keep bool) (v, mean *graph.Value) {
	return func(x *graph.Value, dims []int, correction graph.Scalar, keep bool) (v, mean *graph.Value) {
		needFloat(op, x)
		axes := wrapDims(op, dims, x.Rank())
		mean, v = deviation(op, x.Cast(wide(x.DType)), axes, correction)
		if root {
			v = safeSqrt(v)
		}
		shape := v.Shape
		if !keep {
			shape = slices.Clone(x.Shape)
			for i := len(shape) - 1; i >= 0; i-- {
				if slices.Contains(axes, i) {
					shape = slices.Delete(shape, i, i+1)
				}
			}
		}
		return v.Reshape(shape...).Cast(graph.PartType(x.DType)), mean.Reshape(shape...).Cast(x.DType)
	}
}

type (
	varBody     = func(x *graph.Value, dims []int, correction graph.Scalar, keep bool) *graph.Value
	varBoolBody = func(x *graph.Value, unbiased bool) *graph.Value
	varDimBody  = func(x *graph.Value, dims []int, unbiased, keep bool) *graph.Value
)

func besselOf(unbiased bool) graph.Scalar {
	if unbiased {
		return graph.IntOf(1)
	}
	return graph.IntOf(0)
}

func firstMoment(name string, root bool) (varBody, varBoolBody, varDimBody) {
	f := moments(name, root)
	return func(x *graph.Value, dims []int, c graph.Scalar, keep bool) *graph.Value {
			v, _ := f(x, dims, c, keep)
			return v
		}, func(x *graph.Value, unbiased bool) *graph.Value {
			v, _ := f(x, nil, besselOf(unbiased), false)
			return v
		}, func(x *graph.Value, dims []int, unbiased, keep bool) *graph.Value {
			v, _ := f(x, dims, besselOf(unbiased), keep)
			return v
		}
}

var (
	variance, varianceBool, varianceDim = firstMoment("var", false)
	stdDev, stdDevBool, stdDevDim       = firstMoment("std", true)
)

func varSamples(r *rand.Rand) []Sample {
	return []Sample{
		call(f32(r, 2, 3, 4), []int{1}), call(f32(r, 2, 3, 4), []int{0, -1}).kw("correction", 0).kw("keepdim", true),
		call(bf16(r, 3, 4), []int{0}), call(f32(r, 5)).kw("correction", 2),
	}
}

func biasSamples(r *rand.Rand) []Sample {
	return []Sample{call(f32(r, 2, 3), true), call(f32(r, 2, 3), false)}
}

func biasDimSamples(r *rand.Rand) []Sample {
	return []Sample{call(f32(r, 2, 3), []int{1}, true), call(f32(r, 2, 3), []int{0}, false, true)}
}

// Variances and deviations. With unbiased given they are PyTorch's older forms.
var (
	VarBias    = define(Op{Schema: "var(Tensor self, bool unbiased=True) -> Tensor", Method: "-", Doc: "The variance of all elements.", Samples: biasSamples}, varianceBool)
	VarBiasDim = define(Op{
		Schema: "var.dim(Tensor self, int[1]? dim, bool unbiased=True, bool keepdim=False) -> Tensor", Method: "-",
		Doc: "The variance over some dimensions.", Samples: biasDimSamples,
	}, varianceDim)
	Var = define(Op{
		Schema: "var.correction(Tensor self, int[1]? dim=None, *, Scalar? correction=None, bool keepdim=False) -> Tensor", Method: "Var", Out: true,
		Doc: "The variance over some dimensions, or all, of which correction (1) counts off.", Samples: varSamples,
	}, variance)
	StdBias    = define(Op{Schema: "std(Tensor self, bool unbiased=True) -> Tensor", Method: "-", Doc: "The standard deviation of all elements.", Samples: biasSamples}, stdDevBool)
	StdBiasDim = define(Op{
		Schema: "std.dim(Tensor self, int[1]? dim, bool unbiased=True, bool keepdim=False) -> Tensor", Method: "-",
		Doc: "The standard deviation over some dimensions.", Samples: biasDimSamples,
	}, stdDevDim)
	Std = define(Op{
		Schema: "std.correction(Tensor self, int[1]? dim=None, *, Scalar? correction=None, bool keepdim=False) -> Tensor", Method: "Std", Out: true,
		Doc: "The standard deviation over some dimensions, or all, of which correction (1) counts off.", Samples: varSamples,
	}, stdDev)
	VarMeanBias = define(Op{
		Schema: "var_mean(Tensor self, bool unbiased=True) -> (Tensor, Tensor)", Method: "-", Doc: "The variance and mean of all elements.", Samples: biasSamples,
	}, func(x *graph.Value, unbiased bool) (v, mean *graph.Value) {
		return moments("var_mean", false)(x, nil, besselOf(unbiased), false)
	})
	VarMean = define(Op{
		Schema: "var_mean.correction(Tensor self, int[1]? dim=None, *, Scalar? correction=None, bool keepdim=False) -> (Tensor, Tensor)", Method: "VarMean",
		Doc: "The variance and mean over some dimensions, or all.", Samples: varSamples,
	}, moments("var_mean", false))
	StdMeanBias = define(Op{
		Schema: "std_mean(Tensor self, bool unbiased=True) -> (Tensor, Tensor)", Method: "-", Doc: "The standard deviation and mean of all elements.", Samples: biasSamples,
	}, func(x *graph.Value, unbiased bool) (v, mean *graph.Value) {
		return moments("std_mean", true)(x, nil, besselOf(unbiased), false)
	})
	StdMean = define(Op{
		Schema: "std_mean.correction(Tensor self, int[1]? dim=None, *, Scalar? correction=None, bool keepdim=False) -> (Tensor, Tensor)", Method: "StdMean",
		Doc: "The standard deviation and mean over some dimensions, or all.", Samples: varSamples,
	}, moments("std_mean", true))
)
