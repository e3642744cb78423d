package graph

import "math"

// Elementary functions of real numbers that no composition of others gives to the last place. For complex numbers there
// are compositions.

// elementaryReal defines a function of real numbers, with the JVP rule f(x, y, dx).
func elementaryReal(at **Primitive, name, doc string, f func(float64) float64, lo, hi float64, jvp func(x, y, dx *Value) *Value) bool {
	return define(at, &Primitive{
		Name: name, Doc: doc, Kind: Unary, Type: elementwise(floating),
		JVP:  func(y *Value, tan []*Value) *Value { return jvp(y.Args[0], y, tan[0]) },
		Eval: evalUnary(f, noInts), Samples: within(lo, hi),
	})
}

// squareLess is 1 − x².
func squareLess(x *Value) *Value { return x.Mul(x).Neg().Shift(1) }

// Exp2 is 2ˣ; Log2 and Log10 are the logarithms to the bases 2 and 10.
var Exp2, Log2, Log10 *Primitive

var (
	_ = elementaryReal(&Exp2, "exp2", "2ˣ", math.Exp2, -4, 4, func(_, y, dx *Value) *Value { return y.Scale(math.Ln2).Mul(dx) })
	_ = elementaryReal(&Log2, "log2", "the logarithm to base 2", math.Log2, 0.1, 4, func(x, _, dx *Value) *Value { return dx.Div(x.Scale(math.Ln2)) })
	_ = elementaryReal(&Log10, "log10", "the logarithm to base 10", math.Log10, 0.1, 4, func(x, _, dx *Value) *Value { return dx.Div(x.Scale(math.Ln10)) })
)

// Tan is the tangent of an angle in radians; Asin, Acos and Atan are the angles of which x is sine, cosine and tangent.
var Tan, Asin, Acos, Atan *Primitive

var (
	_ = elementaryReal(&Tan, "tan", "the tangent of x radians", math.Tan, -1.4, 1.4, func(_, y, dx *Value) *Value { return y.Mul(y).Shift(1).Mul(dx) })
	_ = elementaryReal(&Asin, "asin", "the angle whose sine is x", math.Asin, -0.9, 0.9, func(x, _, dx *Value) *Value { return squareLess(x).Rsqrt().Mul(dx) })
	_ = elementaryReal(&Acos, "acos", "the angle whose cosine is x", math.Acos, -0.9, 0.9, func(x, _, dx *Value) *Value { return squareLess(x).Rsqrt().Neg().Mul(dx) })
	_ = elementaryReal(&Atan, "atan", "the angle whose tangent is x", math.Atan, -4, 4, func(x, _, dx *Value) *Value { return dx.Div(x.Mul(x).Shift(1)) })
)

// Sinh and Cosh are the hyperbolic sine and cosine; Asinh, Acosh and Atanh undo them and the hyperbolic tangent.
var Sinh, Cosh, Asinh, Acosh, Atanh *Primitive

var (
	_ = elementaryReal(&Sinh, "sinh", "the hyperbolic sine", math.Sinh, -4, 4, func(x, _, dx *Value) *Value { return x.Cosh().Mul(dx) })
	_ = elementaryReal(&Cosh, "cosh", "the hyperbolic cosine", math.Cosh, -4, 4, func(x, _, dx *Value) *Value { return x.Sinh().Mul(dx) })
	_ = elementaryReal(&Asinh, "asinh", "the number whose hyperbolic sine is x", math.Asinh, -4, 4, func(x, _, dx *Value) *Value { return x.Mul(x).Shift(1).Rsqrt().Mul(dx) })
	_ = elementaryReal(&Acosh, "acosh", "the number whose hyperbolic cosine is x", math.Acosh, 1.1, 4, func(x, _, dx *Value) *Value { return x.Mul(x).Shift(-1).Rsqrt().Mul(dx) })
	_ = elementaryReal(&Atanh, "atanh", "the number whose hyperbolic tangent is x", math.Atanh, -0.9, 0.9, func(x, _, dx *Value) *Value { return dx.Div(squareLess(x)) })
)

// Erfc is 1 less the Gauss error function, accurate where that is nearly 1.
var Erfc *Primitive

var _ = elementaryReal(&Erfc, "erfc", "1 less the Gauss error function", math.Erfc, -4, 4, func(x, _, dx *Value) *Value {
	return x.Mul(x).Neg().Exp().Scale(-2 / math.SqrtPi).Mul(dx)
})

// Ndtr is the distribution function of the standard normal distribution, exact to the last place of 1, as factors such
// as that of GELU need it: small values are not exact to their own last place.
var Ndtr *Primitive

var _ = elementaryReal(&Ndtr, "ndtr", "the distribution function of the standard normal distribution",
	func(x float64) float64 { return 0.5 * math.Erfc(-x/math.Sqrt2) }, -4, 4, func(x, _, dx *Value) *Value {
		return x.Mul(x).Scale(-0.5).Exp().Scale(math.Sqrt2 / math.SqrtPi / 2).Mul(dx)
	})

// Sigmoid is the logistic function 1/(1 + e⁻ˣ).
var Sigmoid *Primitive

var _ = elementaryReal(&Sigmoid, "sigmoid", "1/(1 + e⁻ˣ)", logistic, -8, 8, func(_, y, dx *Value) *Value {
	return y.Neg().Shift(1).Mul(y).Mul(dx)
})

func logistic(x float64) float64 {
	e := math.Exp(-math.Abs(x))
	if x < 0 {
		return e / (1 + e)
	}
	return 1 / (1 + e)
}
