package ops

import (
	"math/rand/v2"

	"github.com/flambeau-ml/flambeau/graph"
)

// prod is the product over axes, half precision computed wide.
func prod(x *graph.Value, axes []int, keep bool, dtype graph.DType) *graph.Value {
	d := sumType(x.DType, dtype)
	if d == graph.Bool {
		return allOver(x, axes, keep).Cast(d)
	}
	return finish(x, x.Cast(d).ReduceProd(axes...), axes, keep)
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

// Products along dimensions, and differences.
var (
	Prod = define(Op{Schema: "prod(Tensor self, *, ScalarType? dtype=None) -> Tensor", Method: "Prod", Doc: "The product of all elements.", Samples: func(r *rand.Rand) []Sample {
		return []Sample{call(f32(r, 2, 3)), call(counts(r, 5)), call(f32(r)), call(bf16(r, 4))}
	}}, func(x *graph.Value, dtype graph.DType) *graph.Value {
		return prod(x, allDims(x.Rank()), false, dtype)
	})
	ProdDim = define(Op{
		Schema: "prod.dim_int(Tensor self, int dim, bool keepdim=False, *, ScalarType? dtype=None) -> Tensor", Method: "ProdDim", Doc: "The product along a dimension.",
		Samples: func(r *rand.Rand) []Sample {
			return []Sample{call(f32(r, 2, 5), 1), call(f32(r, 2, 3), 0, true), call(f32(r), 0)}
		},
	}, func(x *graph.Value, dim int, keep bool, dtype graph.DType) *graph.Value {
		return prod(x, wrapDims("prod", []int{dim}, x.Rank()), keep, dtype)
	})
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
		Schema: "linalg_vecdot(Tensor x, Tensor y, *, int dim=-1) -> Tensor", Method: "Vecdot", Doc: "The inner products of vectors along a dimension, of which the first are conjugated.", Samples: vectorSamples,
	}, func(x, y *graph.Value, dim int) *graph.Value {
		p := promoting(mul)(x.Conj(), y)
		return sumDims(p, []int{dim}, false, p.DType)
	})
	Softmin = define(Op{
		Schema: "softmin(Tensor self, int dim, ScalarType? dtype=None) -> Tensor", Doc: "The softmax of the negative along a dimension.", Samples: alongSamples,
	}, func(x *graph.Value, dim int, dtype graph.DType) *graph.Value {
		return alongDim("softmin", softmax)(x.Neg(), dim, dtype)
	})
)

func vectorSamples(r *rand.Rand) []Sample {
	return []Sample{call(f32(r, 2, 3), f32(r, 2, 3)), call(f32(r, 2, 3), f32(r, 3)).kw("dim", 1)}
}
