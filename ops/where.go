package ops

import (
	"math/rand/v2"

	"github.com/flambeau-ml/flambeau/graph"
)

// condition is what chooses: bool, or PyTorch's old uint8.
func condition(op string, c *graph.Value) *graph.Value {
	if c.DType != graph.Bool && c.DType != graph.Uint8 {
		graph.Fail(op, "the condition is %s: it must be bool", c.Type)
	}
	return truth(c)
}

func where(c, x, y *graph.Value) *graph.Value {
	x, y, _ = pairs(x, y)
	return condition("where", c).Where(x, y)
}

// maskedFill is x, or v where mask is true, in x's dtype.
func maskedFill(x, mask, v *graph.Value) *graph.Value {
	if mask.DType != graph.Bool {
		graph.Fail("masked_fill", "the mask is %s: it must be bool", mask.Type)
	}
	if v.Rank() != 0 {
		graph.Fail("masked_fill", "the value is %s: it must be a number or a tensor without axes", v.Type)
	}
	if v.DType.IsComplex() && !x.DType.IsComplex() {
		graph.Fail("masked_fill", "a complex number does not fit in %s", x.Type)
	}
	return mask.Where(v.Cast(x.DType), x)
}

// Choices.
var (
	Where = define(Op{
		Schema: "where.self(Tensor condition, Tensor self, Tensor other) -> Tensor", Method: "Where",
		Doc: "The elements of self where condition is true, else those of other.", Out: true,
		Samples: func(r *rand.Rand) []Sample {
			return []Sample{call(bools(r, 3, 4), f32(r, 3, 4), f32(r, 4)), call(bools(r, 3, 1), f32(r, 4), below(r, 9)), call(bools(r), below(r, 9, 2), bf16(r, 2))}
		},
	}, where)
	WhereScalar = define(Op{
		Schema: "where.ScalarOther(Tensor condition, Tensor self, Scalar other) -> Tensor", Method: "WhereScalar",
		Doc: "The elements of self where condition is true, else a number.",
		Samples: func(r *rand.Rand) []Sample {
			return []Sample{call(bools(r, 3, 4), f32(r, 4), 1), call(bools(r, 3), below(r, 9), 2.5)}
		},
	}, func(c, x *graph.Value, s graph.Scalar) *graph.Value {
		d := ResultType{}.Value(x).Scalar(s).DType()
		return condition("where", c).Where(x.Cast(d), numberLike(x, d, s))
	})
	WhereScalarSelf = define(Op{
		Schema: "where.ScalarSelf(Tensor condition, Scalar self, Tensor other) -> Tensor", Method: "-",
		Doc:     "A number where condition is true, else the elements of other.",
		Samples: func(r *rand.Rand) []Sample { return []Sample{call(bools(r, 3, 4), 1, f32(r, 4))} },
	}, func(c *graph.Value, s graph.Scalar, y *graph.Value) *graph.Value {
		d := ResultType{}.Value(y).Scalar(s).DType()
		return condition("where", c).Where(numberLike(y, d, s), y.Cast(d))
	})
	WhereScalars = define(Op{
		Schema: "where.Scalar(Tensor condition, Scalar self, Scalar other) -> Tensor", Method: "WhereScalars",
		Doc:     "One number where condition is true, else another.",
		Samples: func(r *rand.Rand) []Sample { return []Sample{call(bools(r, 3, 4), 1, 2.5), call(bools(r, 3), 1, 0)} },
	}, func(c *graph.Value, s, t graph.Scalar) *graph.Value {
		d := ResultType{}.Scalar(s).Scalar(t).DType()
		return condition("where", c).Where(numberLike(c, d, s), numberLike(c, d, t))
	})
	MaskedFill = define(Op{
		Schema: "masked_fill.Tensor(Tensor self, Tensor mask, Tensor value) -> Tensor", Doc: "The elements of self, or value where mask is true.", InPlace: true,
		Samples: func(r *rand.Rand) []Sample {
			return []Sample{call(f32(r, 3, 4), bools(r, 4), f32(r)), call(f32(r, 3), bools(r, 2, 3), below(r, 9))}
		},
	}, maskedFill)
	MaskedFillScalar = define(Op{
		Schema: "masked_fill.Scalar(Tensor self, Tensor mask, Scalar value) -> Tensor", Doc: "The elements of self, or a number where mask is true.", InPlace: true,
		Samples: func(r *rand.Rand) []Sample {
			return []Sample{call(f32(r, 3, 4), bools(r, 4), -1.5), call(below(r, 9, 3), bools(r, 3), 7)}
		},
	}, func(x, mask *graph.Value, s graph.Scalar) *graph.Value {
		if s.Kind() == graph.ComplexScalar && !x.DType.IsComplex() {
			graph.Fail("masked_fill", "a complex number does not fit in %s", x.Type)
		}
		return maskedFill(x, mask, numberLike(x, x.DType, s))
	})
)

// triangle keeps the elements of the last two axes whose column less row is at most, or at least, diagonal.
func triangle(op string, x *graph.Value, diagonal int, lower bool) *graph.Value {
	if x.Rank() < 2 {
		graph.Fail(op, "takes matrices, not %s", x.Type)
	}
	t := graph.Type{DType: graph.Int64, Shape: x.Shape[x.Rank()-2:]}
	row, col := graph.NewIota(x.Home, t, 0), graph.NewIota(x.Home, t, 1)
	edge := row.Add(numberLike(x, graph.Int64, graph.IntOf(int64(diagonal))))
	keep := edge.Le(col)
	if lower {
		keep = col.Le(edge)
	}
	return keep.Where(x, x.Scalar(graph.BoolOf(false)))
}

func triangleSamples(r *rand.Rand) []Sample {
	return []Sample{call(f32(r, 3, 4)), call(f32(r, 2, 4, 3), 1), call(below(r, 9, 4, 4), -2), call(bools(r, 3, 3), 0)}
}

// Triangles of matrices.
var (
	Tril = define(Op{
		Schema: "tril(Tensor self, SymInt diagonal=0) -> Tensor", Needed: 2, Doc: "The lower triangle of each matrix, up to a diagonal; zeros above.",
		InPlace: true, Samples: triangleSamples,
	}, func(x *graph.Value, diagonal int) *graph.Value { return triangle("tril", x, diagonal, true) })
	Triu = define(Op{
		Schema: "triu(Tensor self, SymInt diagonal=0) -> Tensor", Needed: 2, Doc: "The upper triangle of each matrix, from a diagonal on; zeros below.",
		InPlace: true, Samples: triangleSamples,
	}, func(x *graph.Value, diagonal int) *graph.Value { return triangle("triu", x, diagonal, false) })
)
