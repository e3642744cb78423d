package ops

import (
	"math/rand/v2"

	"github.com/flambeau-ml/flambeau/graph"
)

type (
	unaryBody  = func(x *graph.Value) *graph.Value
	binaryBody = func(x, y *graph.Value) *graph.Value
	scalarBody = func(x *graph.Value, y graph.Scalar) *graph.Value
)

// pairs brings x and y to their common dtype d.
func pairs(x, y *graph.Value) (a, b *graph.Value, d graph.DType) {
	d = resultType(x, y)
	return x.Cast(d), y.Cast(d), d
}

// withNumber brings x and the number s to the dtype in which their common dtype d is computed.
func withNumber(x *graph.Value, s graph.Scalar) (a, b *graph.Value, d graph.DType) {
	d = ResultType{}.Value(x).Scalar(s).DType()
	a = x.Cast(d).Cast(wide(d))
	return a, numberLike(x, a.DType, s), d
}

// scaled is alpha times y, computed and left in the wide form of d; y itself where alpha is 1.
func scaled(op string, x, y *graph.Value, d graph.DType, alpha graph.Scalar) (a, b *graph.Value) {
	if isOne(alpha) {
		return x, y
	}
	if alpha.Kind() > graph.IntScalar && !d.IsInexact() || alpha.Kind() > graph.BoolScalar && d == graph.Bool {
		graph.Fail(op, "alpha is %s, but the result is %s: it must be an integer", alpha, d)
	}
	x, y = x.Cast(wide(d)), y.Cast(wide(d))
	return x, mul(y, numberLike(y, y.DType, alpha))
}

func add(x, y *graph.Value) *graph.Value {
	if x.DType == graph.Bool {
		return x.Or(y)
	}
	return x.Add(y)
}

func mul(x, y *graph.Value) *graph.Value {
	if x.DType == graph.Bool {
		return x.And(y)
	}
	return x.Mul(y)
}

func sub(x, y *graph.Value) *graph.Value {
	if x.DType == graph.Bool {
		graph.Fail("sub", "does not subtract bool: use logical_xor or bitwise_xor")
	}
	return x.Sub(y)
}

type (
	alphaBody       = func(x, y *graph.Value, alpha graph.Scalar) *graph.Value
	alphaScalarBody = func(x *graph.Value, y, alpha graph.Scalar) *graph.Value
)

func alphaed(name string, f binaryBody) alphaBody {
	return func(x, y *graph.Value, alpha graph.Scalar) *graph.Value {
		x, y, d := pairs(x, y)
		x, y = scaled(name, x, y, d, alpha)
		return f(x, y).Cast(d)
	}
}

func alphaedNumber(name string, f binaryBody) alphaScalarBody {
	return func(x *graph.Value, y, alpha graph.Scalar) *graph.Value {
		a, b, d := withNumber(x, y)
		a, b = scaled(name, a, b, d, alpha)
		return f(a, b).Cast(d)
	}
}

// Sums, differences and products.
var (
	Add = define(Op{
		Schema: "add.Tensor(Tensor self, Tensor other, *, Scalar alpha=1) -> Tensor", Doc: "The sum of self and alpha times other.",
		InPlace: true, Out: true, Samples: pairSamples,
	}, alphaed("add", add))
	AddScalar = define(Op{
		Schema: "add.Scalar(Tensor self, Scalar other, Scalar alpha=1) -> Tensor", Doc: "The sum of self and alpha times a number.",
		InPlace: true, Samples: numberSamples,
	}, alphaedNumber("add", add))
	Sub = define(Op{
		Schema: "sub.Tensor(Tensor self, Tensor other, *, Scalar alpha=1) -> Tensor", Doc: "Self less alpha times other.",
		InPlace: true, Out: true, Samples: pairSamples,
	}, alphaed("sub", sub))
	SubScalar = define(Op{
		Schema: "sub.Scalar(Tensor self, Scalar other, Scalar alpha=1) -> Tensor", Doc: "Self less alpha times a number.",
		InPlace: true, Samples: numberSamples,
	}, alphaedNumber("sub", sub))
	Rsub = define(Op{
		Schema: "rsub.Tensor(Tensor self, Tensor other, *, Scalar alpha=1) -> Tensor", Doc: "Other less alpha times self.",
		Samples: pairSamples,
	}, func(x, y *graph.Value, alpha graph.Scalar) *graph.Value { return alphaed("rsub", sub)(y, x, alpha) })
	RsubScalar = define(Op{
		Schema: "rsub.Scalar(Tensor self, Scalar other, Scalar alpha=1) -> Tensor", Doc: "A number less alpha times self.",
		Samples: numberSamples,
	}, func(x *graph.Value, y, alpha graph.Scalar) *graph.Value {
		a, b, d := withNumber(x, y)
		b, a = scaled("rsub", b, a, d, alpha)
		return sub(b, a).Cast(d)
	})
	Mul = define(Op{
		Schema: "mul.Tensor(Tensor self, Tensor other) -> Tensor", Doc: "The product of self and other.",
		InPlace: true, Out: true, Samples: pairSamples,
	}, promoting(mul))
	MulScalar = define(Op{
		Schema: "mul.Scalar(Tensor self, Scalar other) -> Tensor", Doc: "The product of self and a number.",
		InPlace: true, Samples: numberSamples,
	}, promotingNumber(mul))
)

// promoting is f on operands of their common dtype.
func promoting(f binaryBody) binaryBody {
	return func(x, y *graph.Value) *graph.Value {
		x, y, _ = pairs(x, y)
		return f(x, y)
	}
}

// promotingNumber is f on a tensor and a number of their common dtype.
func promotingNumber(f binaryBody) scalarBody {
	return func(x *graph.Value, s graph.Scalar) *graph.Value {
		a, b, d := withNumber(x, s)
		return f(a, b).Cast(d)
	}
}

// widely is f computed in the wide form of the common dtype.
func widely(f binaryBody) binaryBody {
	return func(x, y *graph.Value) *graph.Value {
		x, y, d := pairs(x, y)
		return f(x.Cast(wide(d)), y.Cast(wide(d))).Cast(d)
	}
}

func trueDivide(x, y *graph.Value) *graph.Value {
	d := floatType(resultType(x, y))
	return x.Cast(d).Div(y.Cast(d))
}

func trueDivideNumber(x *graph.Value, s graph.Scalar) *graph.Value {
	d := floatType(ResultType{}.Value(x).Scalar(s).DType())
	x = x.Cast(wide(d))
	return x.Div(numberLike(x, x.DType, s)).Cast(d)
}

// different reports where exactly one of x and y is negative.
func different(x, y *graph.Value) *graph.Value {
	zero := x.Like(0)
	return x.Lt(zero).Xor(y.Lt(zero))
}

// floorDivide is ⌊x/y⌋, which no rounding of the quotient puts on the wrong side of an integer. It is not differentiable.
func floorDivide(x, y *graph.Value) *graph.Value { return roundedDown(x.Stop(), y.Stop()) }

// roundedDown is floorDivide with the derivative 0.
func roundedDown(x, y *graph.Value) *graph.Value {
	if x.DType == graph.Bool {
		graph.Fail("floor_divide", "does not divide bool")
	}
	if x.DType.IsUnsigned() {
		return x.Div(y)
	}
	zero, mod := x.Like(0), x.Rem(y)
	short := mod.Ne(zero).And(different(mod, y)) // rounded towards zero, away from the floor
	if x.DType.IsInt() {
		q := x.Div(y)
		return short.Where(q.Shift(-1), q)
	}
	q := x.Sub(mod).Div(y)
	q = short.Where(q.Shift(-1), q)
	f := q.Floor()
	f = q.Sub(f).Gt(x.Like(0.5)).Where(f.Shift(1), f)
	plain := x.Div(y)
	f = q.Eq(zero).Where(plain.Mul(zero), f)  // keeps the sign of zero
	return y.Eq(zero).Where(plain, f).Floor() // the same number, and flat
}

func truncDivide(x, y *graph.Value) *graph.Value {
	if x.DType.IsFloat() {
		return trunc(x.Div(y))
	}
	return x.Div(y)
}

// remainder has the sign of y.
func remainder(x, y *graph.Value) *graph.Value {
	if x.DType.IsUnsigned() {
		return x.Rem(y)
	}
	mod := x.Rem(y)
	return mod.Ne(x.Like(0)).And(different(mod, y)).Where(mod.Add(y), mod)
}

// divideMode is division with a rounding mode: "" for none.
func divideMode(x, y *graph.Value, mode string) *graph.Value {
	switch mode {
	case "":
		return trueDivide(x, y)
	case "trunc":
		return widely(truncDivide)(x, y)
	case "floor":
		return widely(roundedDown)(x, y)
	}
	graph.Fail("div", `rounding_mode must be "trunc" or "floor", not %q`, mode)
	return nil
}

func divideNumberMode(x *graph.Value, s graph.Scalar, mode string) *graph.Value {
	switch mode {
	case "":
		return trueDivideNumber(x, s)
	case "trunc":
		return promotingNumber(truncDivide)(x, s)
	case "floor":
		return promotingNumber(roundedDown)(x, s)
	}
	graph.Fail("div", `rounding_mode must be "trunc" or "floor", not %q`, mode)
	return nil
}

// Quotients and remainders.
var (
	Div = define(Op{
		Schema: "div.Tensor(Tensor self, Tensor other) -> Tensor", Doc: "The quotient of self and other; integers give floats.",
		InPlace: true, Out: true, Samples: pairSamples,
	}, trueDivide)
	DivScalar = define(Op{
		Schema: "div.Scalar(Tensor self, Scalar other) -> Tensor", Doc: "The quotient of self and a number; integers give floats.",
		InPlace: true, Samples: numberSamples,
	}, trueDivideNumber)
	DivMode = define(Op{
		Schema: "div.Tensor_mode(Tensor self, Tensor other, *, str? rounding_mode) -> Tensor", Method: "DivMode",
		Doc:     "The quotient of self and other, rounded as rounding_mode says: \"trunc\", \"floor\" or not at all.",
		InPlace: true, Samples: withKwargs(pairSamples, "rounding_mode", "floor", "trunc"),
	}, divideMode)
	DivScalarMode = define(Op{
		Schema: "div.Scalar_mode(Tensor self, Scalar other, *, str? rounding_mode) -> Tensor", Method: "DivScalarMode",
		Doc:     "The quotient of self and a number, rounded as rounding_mode says: \"trunc\", \"floor\" or not at all.",
		InPlace: true, Samples: withKwargs(numberSamples, "rounding_mode", "floor", "trunc"),
	}, divideNumberMode)
	FloorDivide = define(Op{
		Schema: "floor_divide(Tensor self, Tensor other) -> Tensor", Doc: "The floor of the quotient of self and other.",
		InPlace: true, Out: true, Samples: pairSamples,
	}, widely(floorDivide))
	FloorDivideScalar = define(Op{
		Schema: "floor_divide.Scalar(Tensor self, Scalar other) -> Tensor", Doc: "The floor of the quotient of self and a number.",
		InPlace: true, Samples: numberSamples,
	}, promotingNumber(floorDivide))
	Remainder = define(Op{
		Schema: "remainder.Tensor(Tensor self, Tensor other) -> Tensor", Doc: "What division leaves, with the sign of other.",
		InPlace: true, Out: true, Samples: pairSamples,
	}, widely(remainder))
	RemainderScalar = define(Op{
		Schema: "remainder.Scalar(Tensor self, Scalar other) -> Tensor", Doc: "What division by a number leaves, with the number's sign.",
		InPlace: true, Samples: numberSamples,
	}, promotingNumber(remainder))
	Fmod = define(Op{
		Schema: "fmod.Tensor(Tensor self, Tensor other) -> Tensor", Doc: "What division leaves, with the sign of self.",
		InPlace: true, Out: true, Samples: pairSamples,
	}, promoting((*graph.Value).Rem))
	FmodScalar = define(Op{
		Schema: "fmod.Scalar(Tensor self, Scalar other) -> Tensor", Doc: "What division by a number leaves, with the sign of self.",
		InPlace: true, Samples: numberSamples,
	}, promotingNumber((*graph.Value).Rem))
)

// RemainderOf divides a number by a tensor.
var RemainderOf = define(Op{
	Schema: "remainder.Scalar_Tensor(Scalar self, Tensor other) -> Tensor", Method: "RemainderOf", Doc: "What division of a number leaves, with the sign of other.",
	Samples: func(r *rand.Rand) []Sample { return []Sample{call(7.5, positive(r, 3)), call(7, counts(r, 4))} },
}, func(s graph.Scalar, y *graph.Value) *graph.Value {
	b, a, d := withNumber(y, s)
	return remainder(a, b).Cast(d)
})
