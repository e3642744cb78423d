package ops

import (
	"math"
	"math/rand/v2"

	"github.com/flambeau-ml/flambeau/graph"
)

// vectorNorm is (Σ|x|ᵖ)^(1/p) over dims, with derivative 0 at 0.
func vectorNorm(x *graph.Value, p graph.Scalar, dims []int, keep bool, dtype graph.DType) *graph.Value {
	x = x.Cast(dtype)
	needFloat("norm", x)
	d, axes, ord := x.DType, wrapDims("norm", dims, x.Rank()), p.Float()
	x = x.Cast(wide(d))
	a := absolute(x)
	var out *graph.Value
	switch {
	case ord == 0:
		out = x.Ne(x.Like(0)).Cast(a.DType).ReduceSum(axes...)
	case ord == 1:
		out = a.ReduceSum(axes...)
	case ord == 2:
		out = safeSqrt(square(x).ReduceSum(axes...))
	case math.IsInf(ord, 1):
		out = amax(a, axes, false)
	case math.IsInf(ord, -1):
		out = amin(a, axes, false)
	default:
		out = powerNorm(a, numberLike(x, a.DType, p), axes, ord > 0)
	}
	return finish(x, out, axes, keep).Cast(graph.PartType(d))
}

// powerNorm keeps zeros out of powers where their derivative would be infinite.
func powerNorm(a, p *graph.Value, axes []int, positive bool) *graph.Value {
	inverse := reciprocal(p)
	if !positive {
		return a.Pow(p).ReduceSum(axes...).Pow(inverse)
	}
	zero, one := a.Like(0), a.Like(1)
	none := a.Eq(zero)
	s := none.Where(zero, none.Where(one, a).Pow(p)).ReduceSum(axes...)
	none = s.Eq(zero)
	return none.Where(zero, none.Where(one, s).Pow(inverse))
}

// orTwo is p where it is given, else 2.
func orTwo(p graph.Scalar) graph.Scalar {
	if p.Kind() == graph.NoScalar {
		return graph.IntOf(2)
	}
	return p
}

func normSamples(r *rand.Rand) []Sample {
	var out []Sample
	for _, p := range []any{2, 1, 0, 3, 0.5, math.Inf(1), math.Inf(-1), -2} {
		out = append(out, call(f32(r, 3, 4), p, []int{1}))
	}
	return append(out, call(bf16(r, 3, 4), 2, []int{0, 1}, true), call(f32(r, 3), 2, []int{0}))
}

func logSumExp(x *graph.Value, dims []int, keep bool) *graph.Value {
	x = x.Cast(floatType(x.DType))
	axes, d := wrapDims("logsumexp", dims, x.Rank()), x.DType
	x = x.Cast(wide(d))
	m := finiteOr0(realPart(x.Stop()).Amax(axes...)).Cast(x.DType)
	out := x.Sub(m).Exp().Sum(axes...).Log().Add(m)
	if !keep {
		out = dropAxes(out, axes)
	}
	return out.Cast(d)
}

// normalize divides by the norm along a dimension, which counts at least eps.
func normalize(x *graph.Value, p float64, dim int, eps float64) *graph.Value {
	needFloat("normalize", x)
	dim = wrapDim("normalize", dim, x.Rank())
	d := x.DType
	x = x.Cast(wide(d))
	n := vectorNorm(x, graph.FloatOf(p), []int{dim}, true, graph.NoDType)
	return x.Div(atLeast(n, givenLike(n, eps)).Cast(x.DType)).Cast(d)
}

// lessWrapped is x − y in the wide form of their floating dtype; that of integers wraps around first.
func lessWrapped(x, y *graph.Value) *graph.Value {
	x, y, d := pairs(x, y)
	if d.IsInexact() {
		x, y = x.Cast(wide(d)), y.Cast(wide(d))
	}
	return sub(x, y).Cast(wide(floatType(d)))
}

// cosineSimilarity is the product of unit vectors along a dimension.
func cosineSimilarity(x, y *graph.Value, dim int, eps float64) *graph.Value {
	x, y, d := pairs(x, y)
	needFloat("cosine_similarity", x)
	x, y = x.Cast(wide(d)), y.Cast(wide(d))
	shape, ok := graph.BroadcastShapes(x.Home.Solver(), x.Shape, y.Shape)
	if !ok {
		graph.Fail("cosine_similarity", "shapes do not broadcast: %s and %s", x.Type, y.Type)
	}
	x, y = x.Expand(shape...), y.Expand(shape...)
	dim = wrapDim("cosine_similarity", dim, x.Rank())
	least := givenLike(x, eps)
	unit := func(x *graph.Value) *graph.Value {
		return x.Div(atLeast(safeSqrt(x.Mul(x).Sum(dim)), least))
	}
	return unit(x).Mul(unit(y)).ReduceSum(dim).Cast(d)
}

// Norms.
var (
	VectorNorm = define(Op{
		Schema: "linalg_vector_norm(Tensor self, Scalar ord=2, int[1]? dim=None, bool keepdim=False, *, ScalarType? dtype=None) -> Tensor", Method: "VectorNorm",
		Doc: "The norm of order ord over some dimensions, or all.", Samples: normSamples,
	}, vectorNorm)
	NormOf = define(Op{
		Schema: "norm.Scalar(Tensor self, Scalar p=2) -> Tensor", Method: "-", Doc: "The norm of order p of all elements.", Samples: single,
	}, func(x *graph.Value, p graph.Scalar) *graph.Value { return vectorNorm(x, p, nil, false, graph.NoDType) })
	Norm = define(Op{
		Schema: "norm.ScalarOpt_dim(Tensor self, Scalar? p, int[1] dim, bool keepdim=False) -> Tensor", Method: "Norm",
		Doc: "The norm of order p over some dimensions.", Samples: normSamples,
	}, func(x *graph.Value, p graph.Scalar, dims []int, keep bool) *graph.Value {
		return vectorNorm(x, orTwo(p), dims, keep, graph.NoDType)
	})
	NormDType = define(Op{
		Schema: "norm.ScalarOpt_dim_dtype(Tensor self, Scalar? p, int[1] dim, bool keepdim, *, ScalarType dtype) -> Tensor", Method: "-",
		Doc: "The norm of order p over some dimensions, computed in a dtype.", Samples: func(r *rand.Rand) []Sample {
			return []Sample{call(f32(r, 3, 4), 2, []int{1}, false).kw("dtype", graph.Float64)}
		},
	}, func(x *graph.Value, p graph.Scalar, dims []int, keep bool, dtype graph.DType) *graph.Value {
		return vectorNorm(x, orTwo(p), dims, keep, dtype)
	})
	LogSumExp = define(Op{
		Schema: "logsumexp(Tensor self, int[1] dim, bool keepdim=False) -> Tensor", Doc: "The logarithm of the sum of exponentials over some dimensions.", Out: true, Samples: dimSamples,
	}, logSumExp)
	Normalize = define(Op{
		Schema: "normalize(Tensor input, float p=2.0, int dim=1, float eps=1e-12) -> Tensor", Doc: "Vectors along a dimension over their norms of order p.",
		Samples: func(r *rand.Rand) []Sample {
			return []Sample{call(f32(r, 3, 4)), call(f32(r, 3, 4), 1.0, 0), call(bf16(r, 2, 3))}
		},
	}, normalize)
	CosineSimilarity = define(Op{
		Schema: "cosine_similarity(Tensor x1, Tensor x2, int dim=1, float eps=1e-08) -> Tensor", Doc: "The cosine of the angle between vectors along a dimension.",
		Samples: func(r *rand.Rand) []Sample {
			return []Sample{call(f32(r, 3, 4), f32(r, 3, 4)), call(f32(r, 2, 3, 4), f32(r, 3, 1), -2)}
		},
	}, cosineSimilarity)
	PairwiseDistance = define(Op{
		Schema: "pairwise_distance(Tensor x1, Tensor x2, float p=2, float eps=1e-06, bool keepdim=False) -> Tensor", Doc: "The norm of order p of differences along the last dimension.",
		Samples: func(r *rand.Rand) []Sample {
			return []Sample{call(f32(r, 3, 4), f32(r, 3, 4)), call(f32(r, 3, 4), f32(r, 4), 1.0)}
		},
	}, func(x, y *graph.Value, p, eps float64, keep bool) *graph.Value {
		d := floatType(resultType(x, y))
		diff := lessWrapped(x, y)
		return vectorNorm(diff.Add(givenLike(diff, eps)), graph.FloatOf(p), []int{-1}, keep, graph.NoDType).Cast(graph.PartType(d))
	})
	Dist = define(Op{
		Schema: "dist(Tensor self, Tensor other, Scalar p=2) -> Tensor", Doc: "The norm of order p of the difference of self and other.", Samples: distSamples,
	}, func(x, y *graph.Value, p graph.Scalar) *graph.Value {
		return vectorNorm(alphaed("dist", sub)(x, y, graph.IntOf(1)), p, nil, false, graph.NoDType)
	})
)

func distSamples(r *rand.Rand) []Sample {
	return []Sample{call(f32(r, 3, 4), f32(r, 4)), call(f32(r, 3), f32(r, 3), 1)}
}
