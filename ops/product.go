package ops

import (
	"math/rand/v2"

	"github.com/flambeau-ml/flambeau/graph"
)

// productAlong multiplies halves of an axis until one element is left, so that derivatives are right at zeros too.
func productAlong(x *graph.Value, axis int) *graph.Value {
	n, ok := x.Shape[axis].Int()
	if !ok {
		graph.Fail("prod", "dimension %d of %s must have a known size", axis, x.Type)
	}
	if n == 0 {
		return graph.Full(x.Home, x.ReduceSum(axis).Type, graph.IntOf(1))
	}
	for n > 1 {
		half := graph.N(n / 2)
		y := x.SliceAxis(axis, graph.N(0), half, 1).Mul(x.SliceAxis(axis, half, half, 1))
		if n%2 != 0 {
			y = graph.ConcatValues(axis, y, x.SliceAxis(axis, graph.N(n-1), graph.N(1), 1))
		}
		x, n = y, n/2+n%2
	}
	return dropAxis(x, axis)
}

func prodDim(x *graph.Value, dim int, keep bool, dtype graph.DType) *graph.Value {
	d := sumType(x.DType, dtype)
	axis := wrapDim("prod", dim, x.Rank())
	if d == graph.Bool {
		return allOver(x, []int{dim}, keep).Cast(d)
	}
	v := x.Cast(d).Cast(wide(d))
	if x.Rank() == 0 {
		return v.Cast(d)
	}
	return finish(x, productAlong(v, axis), []int{axis}, keep).Cast(d)
}

// difference is the difference of neighbours along a dimension, n times over.
func difference(x *graph.Value, n, dim int, prepend, after *graph.Value) *graph.Value {
	if x.Rank() == 0 || n < 0 {
		graph.Fail("diff", "takes dimensions and a number of times, not %s and %d", x.Type, n)
	}
	var parts []*graph.Value
	for _, p := range []*graph.Value{prepend, x, after} {
		if p != nil {
			parts = append(parts, p)
		}
	}
	if len(parts) > 1 {
		x = cat(parts, dim)
	}
	dim = wrapDim("diff", dim, x.Rank())
	for range n {
		m := x.Shape[dim].Sub(graph.N(1))
		if k, ok := m.Int(); ok && k < 0 {
			return x
		}
		a, b := x.SliceAxis(dim, graph.N(1), m, 1), x.SliceAxis(dim, graph.N(0), m, 1)
		if x.DType == graph.Bool {
			x = a.Xor(b)
		} else {
			x = a.Sub(b)
		}
	}
	return x
}

// cross is the product of vectors in space along a dimension.
func cross(op string, x, y *graph.Value, dim int) *graph.Value {
	x, y, _ = pairs(x, y)
	dim = wrapDim(op, dim, max(x.Rank(), y.Rank()))
	if x.Rank() != y.Rank() || x.Rank() == 0 || !x.Shape[dim].Is(3) || !y.Shape[dim].Is(3) {
		graph.Fail(op, "dimension %d of %s and %s must have size 3", dim, x.Type, y.Type)
	}
	turn := func(v *graph.Value, by int) *graph.Value { return roll(v, graph.Ns(by), []int{dim}) }
	return turn(x, -1).Mul(turn(y, -2)).Sub(turn(x, -2).Mul(turn(y, -1)))
}

// cdist is the distance of order p between each row of x and each of y.
func cdist(x, y *graph.Value, p float64) *graph.Value {
	needFloat("cdist", x, y)
	if x.Rank() < 2 || y.Rank() < 2 || p < 0 {
		graph.Fail("cdist", "takes […, P, M] and […, R, M], not %s and %s", x.Type, y.Type)
	}
	diff := x.Unsqueeze(x.Rank() - 1).Sub(y.Unsqueeze(y.Rank() - 2))
	return vectorNorm(diff, graph.FloatOf(p), []int{-1}, false, graph.NoDType)
}

func indexFill(x *graph.Value, dim int, index, value *graph.Value) *graph.Value {
	i := places("index_fill", index).Cast(graph.Int64)
	needRank("index_fill", value, "the value", 0)
	shape := x.Shape
	x = atLeast1(x)
	dim = wrapDim("index_fill", dim, x.Rank())
	ones := graph.Full(x.Home, graph.Type{DType: graph.Int64, Shape: i.Shape}, graph.IntOf(1))
	hits := graph.Zeros(x.Home, graph.Type{DType: graph.Int64, Shape: x.Shape[dim : dim+1]}).ScatterAdd(i, ones, 0, 0)
	sizes := make([]graph.Size, x.Rank()-dim)
	for k := range sizes {
		sizes[k] = graph.N(1)
	}
	sizes[0] = x.Shape[dim]
	hit := truth(hits).Reshape(sizes...)
	return hit.Where(value.Cast(x.DType), x).Reshape(shape...)
}

// Products along dimensions, and differences.
var (
	Prod = define(Op{Schema: "prod(Tensor self, *, ScalarType? dtype=None) -> Tensor", Method: "Prod", Doc: "The product of all elements.", Samples: func(r *rand.Rand) []Sample {
		return []Sample{call(f32(r, 2, 3)).concrete(), call(counts(r, 5)).concrete(), call(f32(r)), call(bf16(r, 4)).concrete()}
	}}, func(x *graph.Value, dtype graph.DType) *graph.Value {
		return prodDim(x.Reshape(x.Shape.Count()), 0, false, dtype)
	})
	ProdDim = define(Op{
		Schema: "prod.dim_int(Tensor self, int dim, bool keepdim=False, *, ScalarType? dtype=None) -> Tensor", Method: "ProdDim", Doc: "The product along a dimension.",
		Samples: func(r *rand.Rand) []Sample {
			return []Sample{call(f32(r, 2, 5), 1).concrete(), call(f32(r, 2, 3), 0, true).concrete()}
		},
	}, prodDim)
	Diff = define(Op{
		Schema: "diff(Tensor self, int n=1, int dim=-1, Tensor? prepend=None, Tensor? append=None) -> Tensor", Method: "Diff", Needed: 3, Doc: "The differences of neighbours along a dimension, n times over.",
		Samples: func(r *rand.Rand) []Sample {
			return []Sample{call(f32(r, 3, 5)), call(f32(r, 5, 2), 2, 0), call(f32(r, 5), 1, 0, f32(r, 2)), call(bools(r, 5))}
		},
	}, difference)
	Cross = define(Op{
		Schema: "linalg_cross(Tensor self, Tensor other, *, int dim=-1) -> Tensor", Method: "Cross", Doc: "The product of vectors in space along a dimension.",
		Samples: func(r *rand.Rand) []Sample {
			return []Sample{call(f32(r, 2, 3), f32(r, 2, 3)).concrete(), call(f32(r, 3, 2), f32(r, 3, 1)).kw("dim", 0).concrete()}
		},
	}, func(x, y *graph.Value, dim int) *graph.Value { return cross("linalg_cross", x, y, dim) })
	Cdist = define(Op{
		Schema: "cdist(Tensor x1, Tensor x2, float p=2, int? compute_mode=None) -> Tensor", Doc: "The distances of order p between rows.",
		Samples: func(r *rand.Rand) []Sample {
			return []Sample{call(f32(r, 2, 3, 4), f32(r, 2, 5, 4)), call(f32(r, 3, 4), f32(r, 5, 4), 1.0)}
		},
	}, func(x, y *graph.Value, p float64, _ *int) *graph.Value { return cdist(x, y, p) })
	Vecdot = define(Op{
		Schema: "linalg_vecdot(Tensor x, Tensor y, *, int dim=-1) -> Tensor", Method: "Vecdot", Doc: "The inner products of vectors along a dimension.", Samples: vectorSamples,
	}, func(x, y *graph.Value, dim int) *graph.Value {
		p := promoting(mul)(x, y)
		return sumDims(p, []int{dim}, false, p.DType)
	})
	IndexFill = define(Op{
		Schema: "index_fill.int_Tensor(Tensor self, int dim, Tensor index, Tensor value) -> Tensor", Method: "IndexFill", Doc: "Self with the value of a tensor without axes in the slices that index names.", InPlace: true,
		Samples: func(r *rand.Rand) []Sample { return []Sample{call(f32(r, 3, 5), 1, below(r, 5, 2), f32(r))} },
	}, indexFill)
	IndexFillScalar = define(Op{
		Schema: "index_fill.int_Scalar(Tensor self, int dim, Tensor index, Scalar value) -> Tensor", Method: "IndexFillScalar", Doc: "Self with a number in the slices that index names.", InPlace: true,
		Samples: func(r *rand.Rand) []Sample {
			return []Sample{call(f32(r, 3, 5), 0, below(r, 3, 2), 2.5), call(f32(r), 0, below(r, 1), 3)}
		},
	}, func(x *graph.Value, dim int, index *graph.Value, s graph.Scalar) *graph.Value {
		return indexFill(x, dim, index, numberLike(x, x.DType, s))
	})
	Softmin = define(Op{
		Schema: "softmin(Tensor self, int dim, ScalarType? dtype=None) -> Tensor", Doc: "The softmax of the negative along a dimension.", Samples: alongSamples,
	}, func(x *graph.Value, dim int, dtype graph.DType) *graph.Value {
		return alongDim("softmin", softmax)(x.Cast(dtype).Neg(), dim, graph.NoDType)
	})
)

func vectorSamples(r *rand.Rand) []Sample {
	return []Sample{call(f32(r, 2, 3), f32(r, 2, 3)), call(f32(r, 2, 3), f32(r, 3)).kw("dim", 1)}
}
