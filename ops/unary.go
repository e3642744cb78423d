package ops

import (
	"math"

	"github.com/flambeau-ml/flambeau/graph"
)

// pointwise defines an operator of one tensor, with an in-place and an out form.
func pointwise(name, doc string, samples sampler, body unaryBody) Operator[unaryBody] {
	return define(Op{Schema: name + "(Tensor self) -> Tensor", Doc: doc, InPlace: true, Out: true, Samples: samples}, body)
}

// inFloats is f on floats: integers and bools are converted to the default dtype.
func inFloats(f unaryBody) unaryBody {
	return func(x *graph.Value) *graph.Value { return f(x.Cast(floatType(x.DType))) }
}

// inWide is inFloats with half precision computed in f32: for compositions.
func inWide(f unaryBody) unaryBody {
	return func(x *graph.Value) *graph.Value {
		d := floatType(x.DType)
		return f(x.Cast(wide(d))).Cast(d)
	}
}

// ofFloats is f in the wide form of a floating dtype; op does not take integers.
func ofFloats(op string, f unaryBody) unaryBody {
	return func(x *graph.Value) *graph.Value {
		needFloat(op, x)
		return f(x.Cast(wide(x.DType))).Cast(x.DType)
	}
}

func needFloat(op string, xs ...*graph.Value) {
	for _, x := range xs {
		if x != nil && !x.DType.IsInexact() {
			graph.Fail(op, "takes floating tensors, not %s", x.Type)
		}
	}
}

// ofIntsAsIs is f on floats; integers are what they are.
func ofIntsAsIs(f unaryBody) unaryBody {
	return func(x *graph.Value) *graph.Value {
		switch {
		case x.DType.IsFloat():
			return f(x)
		case x.DType.IsComplex():
			graph.Fail("round", "complex numbers are not rounded: %s", x.Type)
		}
		return x
	}
}

func trunc(x *graph.Value) *graph.Value { return x.Lt(x.Like(0)).Where(x.Ceil(), x.Floor()) }

// expNegAbs is exp(−|x|), whose derivative at 0 is that from the right, and where x is negative.
func expNegAbs(x *graph.Value) (e, negative *graph.Value) {
	negative = x.Lt(x.Like(0))
	return negative.Where(x, x.Neg()).Exp(), negative
}

func sigmoid(x *graph.Value) *graph.Value {
	if x.DType.IsComplex() {
		return complexSigmoid(x)
	}
	return x.Sigmoid()
}

// Elementary functions.
var (
	Neg        = pointwise("neg", "The negative of each element.", anySamples, (*graph.Value).Neg)
	Abs        = pointwise("abs", "The absolute value of each element.", anySamples, abs)
	Sign       = pointwise("sign", "−1, 0 or 1: the sign of each element.", anySamples, sign)
	Sgn        = pointwise("sgn", "−1, 0 or 1: the sign of each element; complex numbers over their absolute value.", anySamples, sgn)
	Positive   = define(Op{Schema: "positive(Tensor(a) self) -> Tensor(a)", Doc: "The tensor itself.", Samples: anySamples}, positiveBody)
	Sqrt       = pointwise("sqrt", "The square root of each element.", floatSamples(0.1, 4), inFloats((*graph.Value).Sqrt))
	Rsqrt      = pointwise("rsqrt", "The reciprocal of the square root of each element.", floatSamples(0.1, 4), inFloats((*graph.Value).Rsqrt))
	Square     = pointwise("square", "The square of each element.", anySamples, squared)
	Reciprocal = pointwise("reciprocal", "One over each element.", floatSamples(0.3, 3), inFloats(reciprocal))
	Exp        = pointwise("exp", "The exponential of each element.", anySamples, inFloats((*graph.Value).Exp))
	Exp2       = pointwise("exp2", "Two to the power of each element.", anySamples, inFloats(ofReals(func(x *graph.Value) *graph.Value { return x.Like(2).Pow(x) }, (*graph.Value).Exp2)))
	Expm1      = pointwise("expm1", "The exponential of each element, less 1.", anySamples, inFloats((*graph.Value).Expm1))
	Log        = pointwise("log", "The natural logarithm of each element.", floatSamples(0.1, 4), inFloats((*graph.Value).Log))
	Log2       = pointwise("log2", "The logarithm to base 2 of each element.", floatSamples(0.1, 4), inWide(ofReals(logBase(math.Ln2), (*graph.Value).Log2)))
	Log10      = pointwise("log10", "The logarithm to base 10 of each element.", floatSamples(0.1, 4), inWide(ofReals(logBase(math.Ln10), (*graph.Value).Log10)))
	Log1p      = pointwise("log1p", "The natural logarithm of 1 plus each element.", floatSamples(-0.8, 4), inFloats((*graph.Value).Log1p))
	Sin        = pointwise("sin", "The sine of each element.", anySamples, inFloats((*graph.Value).Sin))
	Cos        = pointwise("cos", "The cosine of each element.", anySamples, inFloats((*graph.Value).Cos))
	Tan        = pointwise("tan", "The tangent of each element.", floatSamples(-1.4, 1.4), inWide(ofComplex(complexTan, (*graph.Value).Tan)))
	Sinh       = pointwise("sinh", "The hyperbolic sine of each element.", anySamples, inWide(ofReals(sinh, (*graph.Value).Sinh)))
	Cosh       = pointwise("cosh", "The hyperbolic cosine of each element.", anySamples, inWide(ofReals(cosh, (*graph.Value).Cosh)))
	Tanh       = pointwise("tanh", "The hyperbolic tangent of each element.", anySamples, inFloats((*graph.Value).Tanh))
	Sigmoid    = pointwise("sigmoid", "The logistic function 1/(1 + exp(−x)) of each element.", anySamples, inWide(sigmoid))
	Erf        = pointwise("erf", "The Gauss error function of each element.", anySamples, inFloats((*graph.Value).Erf))
	Floor      = pointwise("floor", "The largest integer not above each element.", anySamples, ofIntsAsIs((*graph.Value).Floor))
	Ceil       = pointwise("ceil", "The smallest integer not below each element.", anySamples, ofIntsAsIs((*graph.Value).Ceil))
	Round      = pointwise("round", "The integer nearest to each element, ties to even.", anySamples, ofIntsAsIs((*graph.Value).Round))
	Trunc      = pointwise("trunc", "Each element cut off towards zero.", anySamples, ofIntsAsIs(trunc))
	Frac       = pointwise("frac", "What is behind the point of each element, with its sign.", floatSamples(-3, 3), func(x *graph.Value) *graph.Value { return x.Sub(trunc(x)) })
)

func abs(x *graph.Value) *graph.Value {
	if x.DType == graph.Bool {
		return x
	}
	return absolute(x)
}

// absolute is the absolute value of a number, of complex ones a real number.
func absolute(x *graph.Value) *graph.Value {
	if x.DType.IsComplex() {
		return x.Modulus()
	}
	return x.Abs()
}

// squared is x·x; of bool an integer.
func squared(x *graph.Value) *graph.Value {
	if x.DType == graph.Bool {
		x = x.Cast(graph.Int64)
	}
	return x.Mul(x)
}

func sgn(x *graph.Value) *graph.Value {
	if x.DType.IsComplex() {
		return x.Unit()
	}
	return sign(x)
}

// square is |x|², a real number: its derivative at 0 is 0 without a root in between.
func square(x *graph.Value) *graph.Value {
	if !x.DType.IsComplex() {
		return x.Mul(x)
	}
	re, im := x.Real(), x.Imag()
	return re.Mul(re).Add(im.Mul(im))
}

func sign(x *graph.Value) *graph.Value {
	if x.DType == graph.Bool {
		return x
	}
	return x.Sign()
}

func positiveBody(x *graph.Value) *graph.Value {
	if x.DType == graph.Bool {
		graph.Fail("positive", "does not take bool")
	}
	return x
}

func reciprocal(x *graph.Value) *graph.Value { return x.Like(1).Div(x) }

func logBase(ln float64) unaryBody {
	return func(x *graph.Value) *graph.Value { return x.Log().Div(x.Like(ln)) }
}

// ofReals is real, but for complex numbers f.
func ofReals(f, real unaryBody) unaryBody {
	return func(x *graph.Value) *graph.Value {
		if x.DType.IsComplex() {
			return f(x)
		}
		return real(x)
	}
}

// sinh by way of expm1 keeps small values exact.
func sinh(x *graph.Value) *graph.Value {
	half := x.Like(0.5)
	return half.Mul(x.Expm1()).Sub(half.Mul(x.Neg().Expm1()))
}

func cosh(x *graph.Value) *graph.Value {
	half := x.Like(0.5)
	return half.Mul(x.Exp()).Add(half.Mul(x.Neg().Exp()))
}
