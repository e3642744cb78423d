package graph

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
)

// class is a set of element types that a primitive takes.
type class func(DType) bool

func floating(d DType) bool   { return d.IsFloat() }
func inexact(d DType) bool    { return d.IsInexact() }
func numeric(d DType) bool    { return d.IsFloat() || d.IsInt() }
func arithmetic(d DType) bool { return numeric(d) || d.IsComplex() }
func logical(d DType) bool    { return d == Bool || d.IsInt() }
func anyType(DType) bool      { return true }

// elementwise is the type rule of primitives whose operands and result have one type.
func elementwise(takes class) func(*Solver, *Attrs, []Type) (Type, error) {
	return func(s *Solver, _ *Attrs, in []Type) (Type, error) {
		for _, t := range in {
			if !takes(t.DType) {
				return Type{}, fmt.Errorf("does not take %s", t.DType)
			}
			if t.DType != in[0].DType || !s.SameShape(t.Shape, in[0].Shape) {
				return Type{}, fmt.Errorf("operands differ: %s", describe(in))
			}
		}
		return in[0], nil
	}
}

// evalUnary evaluates f in float64, or g for integers and bool.
func evalUnary(f func(float64) float64, g func(DType, int64) int64) func(*Attrs, []*Array, *Array) error {
	return func(_ *Attrs, in []*Array, out *Array) error {
		for i, x := range in[0].F {
			out.SetFloat(i, f(x))
		}
		for i, x := range in[0].I {
			out.SetInt(i, g(out.DType, x))
		}
		return nil
	}
}

// evalElementary evaluates f in float64, or c in complex128.
func evalElementary(f func(float64) float64, c func(complex128) complex128) func(*Attrs, []*Array, *Array) error {
	floats, complexes := evalUnary(f, noInts), evalComplex(c)
	return func(a *Attrs, in []*Array, out *Array) error {
		if in[0].C != nil {
			return complexes(a, in, out)
		}
		return floats(a, in, out)
	}
}

// elementary is within, of complex types as well.
func elementary(lo, hi float64) func(*rand.Rand) []Sample {
	return samples(1, lo, hi, Float32, Float64, Complex64, Complex128)
}

// tangent1 makes the JVP rule of one operand from dx ↦ f(x, dx); tangentOut from dx ↦ f(out, dx).
func tangent1(f func(x, dx *Value) *Value) func(*Value, []*Value) *Value {
	return func(out *Value, tan []*Value) *Value { return f(out.Args[0], tan[0]) }
}

func tangentOut(f func(y, dx *Value) *Value) func(*Value, []*Value) *Value {
	return func(out *Value, tan []*Value) *Value { return f(out, tan[0]) }
}

// flat is the JVP rule of functions that are constant almost everywhere.
func flat(*Value, []*Value) *Value { return nil }

// within makes samples of one operand drawn from [lo, hi], of float32 and float64.
func within(lo, hi float64) func(*rand.Rand) []Sample { return samples(1, lo, hi, Float32, Float64) }

func samples(operands int, lo, hi float64, dtypes ...DType) func(*rand.Rand) []Sample {
	return func(r *rand.Rand) []Sample {
		var out []Sample
		for _, d := range dtypes {
			for _, dims := range [][]int{{}, {7}, {3, 5}} {
				s := Sample{NoFD: !d.IsInexact()}
				for range operands {
					s.In = append(s.In, Uniform(r, d, lo, hi, dims...))
				}
				out = append(out, s)
			}
		}
		return out
	}
}

// Uniform draws an array for tests: floats and both parts of complex numbers from [lo, hi), integers likewise, bools
// evenly.
func Uniform(r *rand.Rand, d DType, lo, hi float64, dims ...int) *Array {
	a := NewArray(d, slices.Clone(dims)...)
	for i := range a.Len() {
		x := lo + (hi-lo)*r.Float64()
		switch {
		case d.IsFloat():
			a.SetFloat(i, x)
		case d.IsComplex():
			a.SetComplex(i, complex(x, lo+(hi-lo)*r.Float64()))
		case d == Bool:
			a.SetInt(i, r.Int64N(2))
		default:
			a.SetInt(i, int64(math.Floor(x)))
		}
	}
	return a
}

func noInts(DType, int64) int64 { panic("graph: an integer reached a function of floats") }

// Neg is −x.
var Neg *Primitive

var _ = define(&Neg, &Primitive{
	Name: "neg", Doc: "−x", Kind: Unary, Exact: true, Type: elementwise(arithmetic),
	JVP:       tangent1(func(_, dx *Value) *Value { return dx.Neg() }),
	Linear:    []bool{true},
	Transpose: func(_ *Value, _ int, ct *Value) *Value { return ct.Neg() },
	Eval: func(a *Attrs, in []*Array, out *Array) error {
		if in[0].C != nil {
			return evalComplex(complexFuncs["neg"])(a, in, out)
		}
		return evalUnary(func(x float64) float64 { return -x }, func(_ DType, x int64) int64 { return -x })(a, in, out)
	},
	Samples: samples(1, -4, 4, Float32, Float64, Int32, Int64, Complex64, Complex128),
})

// Abs is |x|. Its derivative at 0 is 0.
var Abs *Primitive

var _ = define(&Abs, &Primitive{
	Name: "abs", Doc: "|x|", Kind: Unary, Exact: true, Type: elementwise(numeric),
	JVP: tangent1(func(x, dx *Value) *Value { return x.Sign().Mul(dx) }),
	Eval: evalUnary(math.Abs, func(d DType, x int64) int64 {
		if d.IsSigned() && x < 0 {
			return -x
		}
		return x
	}),
	Samples: samples(1, -4, 4, Float32, Float64, Int32),
})

// Sign is −1, 0 or 1; NaN stays NaN.
var Sign *Primitive

var _ = define(&Sign, &Primitive{
	Name: "sign", Doc: "−1, 0 or 1", Kind: Unary, Exact: true, Type: elementwise(numeric), JVP: flat,
	Eval: evalUnary(func(x float64) float64 {
		switch {
		case x > 0:
			return 1
		case x < 0:
			return -1
		case x == 0:
			return 0
		}
		return x
	}, func(d DType, x int64) int64 {
		switch {
		case x == 0:
			return 0
		case x < 0 && d != Uint64:
			return -1
		}
		return 1
	}),
	Samples: samples(1, -4, 4, Float32, Float64, Int32),
})

func rounding(at **Primitive, name, doc string, f func(float64) float64) bool {
	return define(at, &Primitive{
		Name: name, Doc: doc, Kind: Unary, Exact: true, Type: elementwise(floating), JVP: flat,
		Eval: evalUnary(f, noInts), Samples: within(-4, 4),
	})
}

// Floor, Ceil and Round round to an integer: down, up, and to nearest with ties to even.
var Floor, Ceil, Round *Primitive

var (
	_ = rounding(&Floor, "floor", "the largest integer ≤ x", math.Floor)
	_ = rounding(&Ceil, "ceil", "the smallest integer ≥ x", math.Ceil)
	_ = rounding(&Round, "round", "x rounded to the nearest integer, ties to even", math.RoundToEven)
)

// Sqrt is √x.
var Sqrt *Primitive

var _ = define(&Sqrt, &Primitive{
	Name: "sqrt", Doc: "√x", Kind: Unary, Exact: true, Type: elementwise(inexact),
	JVP:  tangentOut(func(y, dx *Value) *Value { return dx.Div(y.Scale(2)) }),
	Eval: evalElementary(math.Sqrt, complexFuncs["sqrt"]), Samples: elementary(0.1, 4),
})

// Rsqrt is 1/√x.
var Rsqrt *Primitive

var _ = define(&Rsqrt, &Primitive{
	Name: "rsqrt", Doc: "1/√x", Kind: Unary, Type: elementwise(inexact),
	JVP:  tangentOut(func(y, dx *Value) *Value { return y.Mul(y).Mul(y).Scale(-0.5).Mul(dx) }),
	Eval: evalElementary(func(x float64) float64 { return 1 / math.Sqrt(x) }, complexFuncs["rsqrt"]), Samples: elementary(0.1, 4),
})

// Exp is eˣ.
var Exp *Primitive

var _ = define(&Exp, &Primitive{
	Name: "exp", Doc: "eˣ", Kind: Unary, Type: elementwise(inexact),
	JVP:  tangentOut(func(y, dx *Value) *Value { return y.Mul(dx) }),
	Eval: evalElementary(math.Exp, complexFuncs["exp"]), Samples: elementary(-4, 4),
})

// Expm1 is eˣ − 1, accurate near 0.
var Expm1 *Primitive

var _ = define(&Expm1, &Primitive{
	Name: "expm1", Doc: "eˣ − 1", Kind: Unary, Type: elementwise(inexact),
	JVP:  tangentOut(func(y, dx *Value) *Value { return y.Shift(1).Mul(dx) }),
	Eval: evalElementary(math.Expm1, complexFuncs["expm1"]), Samples: elementary(-4, 4),
})

// Log is the natural logarithm.
var Log *Primitive

var _ = define(&Log, &Primitive{
	Name: "log", Doc: "the natural logarithm", Kind: Unary, Type: elementwise(inexact),
	JVP:  tangent1(func(x, dx *Value) *Value { return dx.Div(x) }),
	Eval: evalElementary(math.Log, complexFuncs["log"]), Samples: elementary(0.1, 4),
})

// Log1p is log(1 + x), accurate near 0.
var Log1p *Primitive

var _ = define(&Log1p, &Primitive{
	Name: "log1p", Doc: "log(1 + x)", Kind: Unary, Type: elementwise(inexact),
	JVP:  tangent1(func(x, dx *Value) *Value { return dx.Div(x.Shift(1)) }),
	Eval: evalElementary(math.Log1p, complexFuncs["log1p"]), Samples: elementary(-0.8, 4),
})

// Sin is the sine of an angle in radians.
var Sin *Primitive

var _ = define(&Sin, &Primitive{
	Name: "sin", Doc: "the sine of x radians", Kind: Unary, Type: elementwise(inexact),
	JVP:  tangent1(func(x, dx *Value) *Value { return x.Cos().Mul(dx) }),
	Eval: evalElementary(math.Sin, complexFuncs["sin"]), Samples: elementary(-4, 4),
})

// Cos is the cosine of an angle in radians.
var Cos *Primitive

var _ = define(&Cos, &Primitive{
	Name: "cos", Doc: "the cosine of x radians", Kind: Unary, Type: elementwise(inexact),
	JVP:  tangent1(func(x, dx *Value) *Value { return x.Sin().Neg().Mul(dx) }),
	Eval: evalElementary(math.Cos, complexFuncs["cos"]), Samples: elementary(-4, 4),
})

// Tanh is the hyperbolic tangent.
var Tanh *Primitive

var _ = define(&Tanh, &Primitive{
	Name: "tanh", Doc: "the hyperbolic tangent", Kind: Unary, Type: elementwise(inexact),
	JVP:  tangentOut(func(y, dx *Value) *Value { return y.Mul(y).Neg().Shift(1).Mul(dx) }),
	Eval: evalElementary(math.Tanh, complexFuncs["tanh"]), Samples: elementary(-4, 4),
})

// Erf is the Gauss error function.
var Erf *Primitive

var _ = define(&Erf, &Primitive{
	Name: "erf", Doc: "the Gauss error function", Kind: Unary, Type: elementwise(floating),
	JVP: tangent1(func(x, dx *Value) *Value { // d erf(x) = 2/√π · exp(−x²) · dx
		return x.Mul(x).Neg().Exp().Scale(2 / math.SqrtPi).Mul(dx)
	}),
	Eval: evalUnary(math.Erf, noInts), Samples: within(-4, 4),
})

// Not is logical not of bool, bitwise not of integers.
var Not *Primitive

var _ = define(&Not, &Primitive{
	Name: "not", Doc: "not x, bit by bit", Kind: Unary, Exact: true, Type: elementwise(logical),
	NoGradient: "takes no floats",
	Eval: evalUnary(nil, func(d DType, x int64) int64 {
		if d == Bool {
			return 1 - x
		}
		return ^x
	}),
	Samples: samples(1, -4, 4, Bool, Int32, Uint8),
})

// Stop is x, without its derivative.
var Stop *Primitive

var _ = define(&Stop, &Primitive{
	Name: "stop", Doc: "x, cut off from differentiation", Kind: Unary, Exact: true, Type: elementwise(anyType), JVP: flat,
	Eval: func(_ *Attrs, in []*Array, out *Array) error {
		for i := range out.Len() {
			copyElement(out, i, in[0], i)
		}
		return nil
	},
	Samples: func(r *rand.Rand) []Sample {
		var out []Sample
		for _, d := range []DType{Float32, Float64, Int64, Bool, Complex64, Complex128} {
			out = append(out, Sample{In: []*Array{Uniform(r, d, -1, 1, 4)}, NoFD: true})
		}
		return out
	},
})
