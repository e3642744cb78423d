package ops

import (
	"math"
	"math/rand/v2"

	"github.com/flambeau-ml/flambeau/graph"
)

// comparing is f on operands of their common dtype.
func comparing(f binaryBody) binaryBody { return promoting(f) }

// comparingNumber is f on a tensor and a number, in their common dtype: PyTorch rounds the number to it, and does not
// widen half precision.
func comparingNumber(f binaryBody) scalarBody {
	return func(x *graph.Value, s graph.Scalar) *graph.Value {
		d := ResultType{}.Value(x).Scalar(s).DType()
		return f(x.Cast(d), numberLike(x, d, s))
	}
}

func compareSamples(r *rand.Rand) []Sample {
	return []Sample{
		call(below(r, 3, 3, 4), below(r, 3, 4)), call(f32(r, 3, 4), f32(r, 4)), call(bf16(r, 5), f32(r, 5)),
		call(bools(r, 6), bools(r, 6)), call(below(r, 3, 6), f32(r)),
	}
}

func compareNumberSamples(r *rand.Rand) []Sample {
	return []Sample{call(below(r, 3, 3, 4), 1), call(f32(r, 3, 4), 0.5), call(below(r, 3, 4), 0.5), call(bf16(r, 4), 1)}
}

func comparison(name, doc string, f binaryBody) Operator[binaryBody] {
	return define(Op{
		Schema: name + ".Tensor(Tensor self, Tensor other) -> Tensor", Doc: "Whether each element of self is " + doc + " that of other.",
		Out: true, Samples: compareSamples,
	}, comparing(f))
}

func numberComparison(name, doc string, f binaryBody) Operator[scalarBody] {
	return define(Op{
		Schema: name + ".Scalar(Tensor self, Scalar other) -> Tensor", Doc: "Whether each element is " + doc + " a number.",
		Samples: compareNumberSamples,
	}, comparingNumber(f))
}

// Comparisons. They are false where an operand is NaN, Ne true.
var (
	Eq       = comparison("eq", "equal to", (*graph.Value).Eq)
	EqScalar = numberComparison("eq", "equal to", (*graph.Value).Eq)
	Ne       = comparison("ne", "different from", (*graph.Value).Ne)
	NeScalar = numberComparison("ne", "different from", (*graph.Value).Ne)
	Lt       = comparison("lt", "less than", (*graph.Value).Lt)
	LtScalar = numberComparison("lt", "less than", (*graph.Value).Lt)
	Le       = comparison("le", "at most", (*graph.Value).Le)
	LeScalar = numberComparison("le", "at most", (*graph.Value).Le)
	Gt       = comparison("gt", "greater than", (*graph.Value).Gt)
	GtScalar = numberComparison("gt", "greater than", (*graph.Value).Gt)
	Ge       = comparison("ge", "at least", (*graph.Value).Ge)
	GeScalar = numberComparison("ge", "at least", (*graph.Value).Ge)
)

func truth(x *graph.Value) *graph.Value { return x.Cast(graph.Bool) }

func logical(name, doc string, f binaryBody) Operator[binaryBody] {
	return define(Op{
		Schema: name + "(Tensor self, Tensor other) -> Tensor", Doc: doc, InPlace: true, Out: true, Samples: compareSamples,
	}, func(x, y *graph.Value) *graph.Value { return f(truth(x), truth(y)) })
}

func bitwise(name, doc string, f binaryBody) Operator[binaryBody] {
	return define(Op{
		Schema: name + ".Tensor(Tensor self, Tensor other) -> Tensor", Doc: doc, InPlace: true, Out: true, Samples: bitSamples,
	}, promoting(f))
}

func bitwiseNumber(name, doc string, f binaryBody) Operator[scalarBody] {
	return define(Op{
		Schema: name + ".Scalar(Tensor self, Scalar other) -> Tensor", Doc: doc, InPlace: true,
		Samples: func(r *rand.Rand) []Sample { return []Sample{call(below(r, 9, 4), 3), call(bools(r, 4), true)} },
	}, promotingNumber(f))
}

func bitSamples(r *rand.Rand) []Sample {
	return []Sample{call(below(r, 9, 3, 4), below(r, 9, 4)), call(bools(r, 5), bools(r, 5)), call(bools(r, 5), below(r, 3, 5))}
}

// Logic, of truth and of bits.
var (
	LogicalAnd       = logical("logical_and", "Whether both elements are true, or not zero.", (*graph.Value).And)
	LogicalOr        = logical("logical_or", "Whether either element is true, or not zero.", (*graph.Value).Or)
	LogicalXor       = logical("logical_xor", "Whether just one of the elements is true, or not zero.", (*graph.Value).Xor)
	LogicalNot       = pointwise("logical_not", "Whether each element is false, or zero.", anySamples, func(x *graph.Value) *graph.Value { return truth(x).Not() })
	BitwiseAnd       = bitwise("bitwise_and", "The bits that self and other share.", (*graph.Value).And)
	BitwiseAndScalar = bitwiseNumber("bitwise_and", "The bits that self and a number share.", (*graph.Value).And)
	BitwiseOr        = bitwise("bitwise_or", "The bits that self or other has.", (*graph.Value).Or)
	BitwiseOrScalar  = bitwiseNumber("bitwise_or", "The bits that self or a number has.", (*graph.Value).Or)
	BitwiseXor       = bitwise("bitwise_xor", "The bits that just one of self and other has.", (*graph.Value).Xor)
	BitwiseXorScalar = bitwiseNumber("bitwise_xor", "The bits that just one of self and a number has.", (*graph.Value).Xor)
	BitwiseNot       = pointwise("bitwise_not", "The bits that self does not have.", func(r *rand.Rand) []Sample {
		return []Sample{call(below(r, 9, 3, 4)), call(bools(r, 5))}
	}, (*graph.Value).Not)
)

// test defines an operator of one tensor that gives bool: f for floats, others for integers and bool.
func test(name, doc string, f unaryBody, others bool) Operator[unaryBody] {
	return define(Op{Schema: name + "(Tensor self) -> Tensor", Doc: doc, Samples: anySamples}, func(x *graph.Value) *graph.Value {
		if x.DType.IsInexact() {
			return f(x)
		}
		return graph.Full(x.Home, graph.Type{DType: graph.Bool, Shape: x.Shape}, graph.BoolOf(others))
	})
}

// eitherPart asks f of floats, and of both parts of complex numbers; bothParts wants it of both.
func eitherPart(f unaryBody) unaryBody {
	return func(x *graph.Value) *graph.Value {
		if !x.DType.IsComplex() {
			return f(x)
		}
		return f(x.Real()).Or(f(x.Imag()))
	}
}

func bothParts(f unaryBody) unaryBody {
	return func(x *graph.Value) *graph.Value {
		if !x.DType.IsComplex() {
			return f(x)
		}
		return f(x.Real()).And(f(x.Imag()))
	}
}

// equals compares with a float; complex numbers have no order, and so no infinities of a sign.
func equals(op string, f float64) unaryBody {
	return func(x *graph.Value) *graph.Value {
		if x.DType.IsComplex() {
			graph.Fail(op, "does not take complex numbers: %s", x.Type)
		}
		return x.Eq(x.Like(f))
	}
}

// Kinds of numbers.
var (
	IsNaN    = test("isnan", "Whether each element is not a number.", func(x *graph.Value) *graph.Value { return x.Ne(x) }, false)
	IsInf    = test("isinf", "Whether each element is infinite.", eitherPart(func(x *graph.Value) *graph.Value { return x.Abs().Eq(x.Like(math.Inf(1))) }), false)
	IsFinite = test("isfinite", "Whether each element is a finite number.", bothParts(func(x *graph.Value) *graph.Value { return x.Abs().Lt(x.Like(math.Inf(1))) }), true)
	IsPosInf = test("isposinf", "Whether each element is positive infinity.", equals("isposinf", math.Inf(1)), false)
	IsNegInf = test("isneginf", "Whether each element is negative infinity.", equals("isneginf", math.Inf(-1)), false)
	IsReal   = test("isreal", "Whether each element is a real number.", func(x *graph.Value) *graph.Value {
		if x.DType.IsComplex() {
			return x.Imag().Eq(x.Imag().Like(0))
		}
		return x.Eq(x).Or(x.Ne(x))
	}, true)
)

// IsClose compares with a tolerance.
var IsClose = define(Op{
	Schema: "isclose(Tensor self, Tensor other, float rtol=1e-05, float atol=1e-08, bool equal_nan=False) -> Tensor",
	Doc:    "Whether elements differ by at most atol + rtol·|other|.", Samples: compareSamples,
}, func(x, y *graph.Value, rtol, atol float64, equalNaN bool) *graph.Value {
	if rtol < 0 || atol < 0 {
		graph.Fail("isclose", "tolerances %v and %v must not be negative", rtol, atol)
	}
	x, y, d := pairs(x, y)
	same := x.Eq(y)
	if equalNaN && d.IsInexact() {
		same = same.Or(x.Ne(x).And(y.Ne(y)))
	}
	d = floatType(d)
	x, y = x.Cast(wide(d)), y.Cast(wide(d))
	size, diff := absolute(y), absolute(x.Sub(y))
	slack := givenLike(size, rtol).Mul(size).Add(givenLike(size, atol))
	return same.Or(diff.Le(slack).And(diff.Lt(diff.Like(math.Inf(1)))))
})
