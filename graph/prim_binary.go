package graph

import (
	"fmt"
	"math"
	"math/rand/v2"
)

// evalBinary evaluates f in float64, or g for integers and bool; g may refuse.
func evalBinary(f func(x, y float64) float64, g func(d DType, x, y int64) (int64, error)) func(*Attrs, []*Array, *Array) error {
	return func(_ *Attrs, in []*Array, out *Array) error {
		for i, x := range in[0].F {
			out.SetFloat(i, f(x, in[1].F[i]))
		}
		for i, x := range in[0].I {
			n, err := g(in[0].DType, x, in[1].I[i])
			if err != nil {
				return err
			}
			out.SetInt(i, n)
		}
		return nil
	}
}

// evalArithmetic is evalBinary, of complex numbers as well.
func evalArithmetic(f func(x, y float64) float64, g func(d DType, x, y int64) (int64, error), c func(x, y complex128) complex128) func(*Attrs, []*Array, *Array) error {
	others := evalBinary(f, g)
	return func(a *Attrs, in []*Array, out *Array) error {
		for i, x := range in[0].C {
			out.SetComplex(i, c(x, in[1].C[i]))
		}
		return others(a, in, out)
	}
}

func ints(g func(x, y int64) int64) func(DType, int64, int64) (int64, error) {
	return func(_ DType, x, y int64) (int64, error) { return g(x, y), nil }
}

// plus adds two cotangents or tangents; nil is zero.
func plus(x, y *Value) *Value {
	switch {
	case x == nil:
		return y
	case y == nil:
		return x
	}
	return x.Add(y)
}

// times is x·dx; nil where the tangent dx is zero.
func times(x, dx *Value) *Value {
	if dx == nil {
		return nil
	}
	return x.Mul(dx)
}

// Add is x + y. Integers wrap around; for bool it is or.
var Add *Primitive

var _ = define(&Add, &Primitive{
	Name: "add", Doc: "x + y", Kind: Binary, Exact: true, Type: elementwise(arithmetic),
	JVP:    func(_ *Value, tan []*Value) *Value { return plus(tan[0], tan[1]) },
	Linear: []bool{true}, Joint: true,
	Transpose: func(_ *Value, _ int, ct *Value) *Value { return ct },
	Eval:      evalArithmetic(func(x, y float64) float64 { return x + y }, ints(func(x, y int64) int64 { return x + y }), complexBinaries["add"]),
	Samples:   samples(2, -4, 4, Float32, Float64, Int32, Int64, Uint8, Complex64, Complex128),
})

// Sub is x − y.
var Sub *Primitive

var _ = define(&Sub, &Primitive{
	Name: "sub", Doc: "x − y", Kind: Binary, Exact: true, Type: elementwise(arithmetic),
	JVP: func(_ *Value, tan []*Value) *Value {
		switch {
		case tan[1] == nil:
			return tan[0]
		case tan[0] == nil:
			return tan[1].Neg()
		}
		return tan[0].Sub(tan[1])
	},
	Linear: []bool{true}, Joint: true,
	Transpose: func(_ *Value, i int, ct *Value) *Value {
		if i == 1 {
			return ct.Neg()
		}
		return ct
	},
	Eval:    evalArithmetic(func(x, y float64) float64 { return x - y }, ints(func(x, y int64) int64 { return x - y }), complexBinaries["sub"]),
	Samples: samples(2, -4, 4, Float32, Float64, Int32, Int64, Complex64, Complex128),
})

// Mul is x · y.
var Mul *Primitive

var _ = define(&Mul, &Primitive{
	Name: "mul", Doc: "x · y", Kind: Binary, Exact: true, Type: elementwise(arithmetic),
	JVP: func(out *Value, tan []*Value) *Value {
		return plus(times(out.Args[1], tan[0]), times(out.Args[0], tan[1]))
	},
	Linear:    []bool{true},
	Transpose: func(v *Value, i int, ct *Value) *Value { return ct.Mul(v.Args[1-i].Conj()) },
	Eval:      evalArithmetic(func(x, y float64) float64 { return x * y }, ints(func(x, y int64) int64 { return x * y }), complexBinaries["mul"]),
	Samples:   samples(2, -4, 4, Float32, Float64, Int32, Int64, Complex64, Complex128),
})

var errDivide = fmt.Errorf("integer division by zero")

func unsignedPair(d DType, x, y int64, f func(x, y uint64) uint64, g func(x, y int64) int64) (int64, error) {
	switch {
	case y == 0:
		return 0, errDivide
	case d.IsUnsigned():
		return int64(f(uint64(x), uint64(y))), nil
	case y == -1: // MinInt / −1 wraps around, without a trap
		return g(x, -1), nil
	}
	return g(x, y), nil
}

// Div is x / y. Integers are cut off towards zero; an integer divided by zero is an error of the value.
var Div *Primitive

var _ = define(&Div, &Primitive{
	Name: "div", Doc: "x / y; integers are cut off towards zero", Kind: Binary, Exact: true, Checks: true, Type: elementwise(arithmetic),
	JVP: func(out *Value, tan []*Value) *Value { // d(x/y) = (dx − (x/y)·dy)/y
		n := tan[0]
		if tan[1] != nil {
			if n == nil {
				n = out.Mul(tan[1]).Neg()
			} else {
				n = n.Sub(out.Mul(tan[1]))
			}
		}
		return n.Div(out.Args[1])
	},
	Linear:    []bool{true, false},
	Transpose: func(v *Value, _ int, ct *Value) *Value { return ct.Div(v.Args[1].Conj()) },
	Eval: evalArithmetic(func(x, y float64) float64 { return x / y }, func(d DType, x, y int64) (int64, error) {
		return unsignedPair(d, x, y, func(x, y uint64) uint64 { return x / y }, func(x, y int64) int64 {
			if y == -1 {
				return -x
			}
			return x / y
		})
	}, complexBinaries["div"]),
	Samples: samples(2, 1, 9, Float32, Float64, Int32, Int64, Complex64, Complex128),
})

// Rem is the remainder x − y·trunc(x/y), with the sign of x (C's fmod).
var Rem *Primitive

var _ = define(&Rem, &Primitive{
	Name: "rem", Doc: "the remainder of x / y cut off towards zero", Kind: Binary, Exact: true, Checks: true, Type: elementwise(numeric),
	JVP: func(out *Value, tan []*Value) *Value {
		d := tan[0]
		if tan[1] != nil {
			q := out.Args[0].Sub(out).Div(out.Args[1]).Round()
			if d == nil {
				d = q.Mul(tan[1]).Neg()
			} else {
				d = d.Sub(q.Mul(tan[1]))
			}
		}
		return d
	},
	Eval: evalBinary(math.Mod, func(d DType, x, y int64) (int64, error) {
		return unsignedPair(d, x, y, func(x, y uint64) uint64 { return x % y }, func(x, y int64) int64 {
			if y == -1 {
				return 0
			}
			return x % y
		})
	}),
	Samples: samples(2, 1, 9, Float32, Float64, Int32, Int64),
})

// Pow is xʸ. Where the exponent is 0 the derivative in x is 0; where x is 0 and y is real and not negative that in y is
// 0. Integers wrap around; to a negative power they are 1/xⁿ cut off towards zero, and 0 for x = 0, as PyTorch has it.
var Pow *Primitive

var _ = define(&Pow, &Primitive{
	Name: "pow", Doc: "x to the power of y", Kind: Binary, Type: elementwise(arithmetic),
	JVP: func(out *Value, tan []*Value) *Value {
		x, y := out.Args[0], out.Args[1]
		var d *Value
		if tan[0] != nil {
			zero := y.Like(0)
			g := y.Mul(x.Pow(y.Shift(-1)))
			d = y.Eq(zero).Where(zero, g).Mul(tan[0])
		}
		if tan[1] != nil {
			zero := x.Like(0)
			var nonNegative *Value
			if x.DType.IsComplex() {
				re := y.Real()
				nonNegative = re.Like(0).Le(re).And(y.Imag().Eq(re.Like(0)))
			} else {
				nonNegative = zero.Le(y)
			}
			cond := x.Eq(zero).And(nonNegative)
			d = plus(d, cond.Where(zero, out.Mul(x.Log())).Mul(tan[1]))
		}
		return d
	},
	Eval: evalArithmetic(math.Pow, func(d DType, x, y int64) (int64, error) {
		if !d.IsUnsigned() && y < 0 { // 1/x cut off towards zero; of 0 it is 0, as PyTorch has it
			if x != 1 && x != -1 {
				return 0, nil
			}
			y &= 1
		}
		p := int64(1)
		for n := uint64(y); n > 0; n >>= 1 {
			if n&1 != 0 {
				p *= x
			}
			x *= x
		}
		return p, nil
	}, complexBinaries["pow"]),
	Samples: func(r *rand.Rand) []Sample {
		return append(samples(2, 0.2, 3, Float32, Float64, Int32, Complex64, Complex128)(r),
			Sample{In: []*Array{Uniform(r, Int64, -2, 3, 40), Uniform(r, Int64, -3, 4, 40)}, NoFD: true})
	},
})

// Atan2 is the angle of the point (y, x): the first operand is y.
var Atan2 *Primitive

var _ = define(&Atan2, &Primitive{
	Name: "atan2", Doc: "the angle of the point with ordinate x and abscissa y", Kind: Binary, Type: elementwise(floating),
	JVP: func(out *Value, tan []*Value) *Value {
		y, x := out.Args[0], out.Args[1]
		den := x.Mul(x).Add(y.Mul(y))
		zero := den.Like(0)
		part := func(n *Value) *Value { return den.Eq(zero).Where(zero, n.Div(den)) }
		return plus(times(part(x), tan[0]), times(part(y.Neg()), tan[1]))
	},
	Eval: evalBinary(math.Atan2, nil), Samples: samples(2, 0.2, 3, Float32, Float64),
})

func extremum(at **Primitive, name, doc string, first func(x, y *Value) *Value, f func(x, y float64) float64, less func(d DType, x, y int64) bool) bool {
	return define(at, &Primitive{
		Name: name, Doc: doc, Kind: Binary, Exact: true, Type: elementwise(func(d DType) bool { return numeric(d) || d == Bool }),
		JVP: func(out *Value, tan []*Value) *Value { // equal operands share evenly
			x, y := out.Args[0], out.Args[1]
			one, half, zero := x.Like(1), x.Like(0.5), x.Like(0)
			weight := func(a, b *Value) *Value { return a.Eq(b).Where(half, first(a, b).Where(one, zero)) }
			var d *Value
			if tan[0] != nil {
				d = weight(x, y).Mul(tan[0])
			}
			if tan[1] != nil {
				d = plus(d, weight(y, x).Mul(tan[1]))
			}
			return d
		},
		Eval: evalBinary(f, func(d DType, x, y int64) (int64, error) {
			if less(d, x, y) {
				return x, nil
			}
			return y, nil
		}),
		Samples: samples(2, -4, 4, Float32, Float64, Int32, Bool),
	})
}

func lessInt(d DType, x, y int64) bool {
	if d == Uint64 {
		return uint64(x) < uint64(y)
	}
	return x < y
}

// nanOr is NaN where an operand is, else f: the extrema of PyTorch.
func nanOr(f func(x, y float64) float64) func(x, y float64) float64 {
	return func(x, y float64) float64 {
		if x != x || y != y {
			return math.NaN()
		}
		return f(x, y)
	}
}

// Max and Min are the larger and the smaller operand; NaN wins, and equal operands share the derivative.
var Max, Min *Primitive

var (
	_ = extremum(&Max, "max", "the larger of x and y; NaN if either is", func(a, b *Value) *Value { return b.Lt(a) },
		nanOr(math.Max), func(d DType, x, y int64) bool { return lessInt(d, y, x) })
	_ = extremum(&Min, "min", "the smaller of x and y; NaN if either is", func(a, b *Value) *Value { return a.Lt(b) },
		nanOr(math.Min), lessInt)
)

func bitwise(at **Primitive, name, doc string, g func(x, y int64) int64) bool {
	return define(at, &Primitive{
		Name: name, Doc: doc, Kind: Binary, Exact: true, Type: elementwise(logical), NoGradient: "takes no floats",
		Eval: evalBinary(nil, ints(g)), Samples: samples(2, -9, 9, Bool, Int32, Uint8),
	})
}

// And, Or and Xor are logical for bool and bitwise for integers.
var And, Or, Xor *Primitive

var (
	_ = bitwise(&And, "and", "x and y, bit by bit", func(x, y int64) int64 { return x & y })
	_ = bitwise(&Or, "or", "x or y, bit by bit", func(x, y int64) int64 { return x | y })
	_ = bitwise(&Xor, "xor", "x exclusive-or y, bit by bit", func(x, y int64) int64 { return x ^ y })
)

func comparison(at **Primitive, name, doc string, takes class, f func(x, y float64) bool, g func(d DType, x, y int64) bool) bool {
	same := elementwise(takes)
	return define(at, &Primitive{
		Name: name, Doc: doc, Kind: Compare, Exact: true, NoGradient: "the result is bool",
		Type: func(s *Solver, a *Attrs, in []Type) (Type, error) {
			t, err := same(s, a, in)
			return Type{Bool, t.Shape}, err
		},
		Eval: func(_ *Attrs, in []*Array, out *Array) error {
			for i, x := range in[0].F {
				out.I[i] = int64(boolInt(f(x, in[1].F[i])))
			}
			for i, x := range in[0].I {
				out.I[i] = int64(boolInt(g(in[0].DType, x, in[1].I[i])))
			}
			for i, x := range in[0].C {
				out.I[i] = int64(boolInt(x == in[1].C[i]))
			}
			return nil
		},
		Samples: func(r *rand.Rand) []Sample {
			out := samples(2, -3, 3, Float32, Int32, Bool)(r)
			if takes(Complex64) {
				x := Uniform(r, Complex64, -3, 3, 4)
				y := Uniform(r, Complex64, -3, 3, 4)
				y.C[1], y.C[2] = x.C[1], complex(real(x.C[2]), 9)
				out = append(out, Sample{In: []*Array{x, y}, NoFD: true})
			}
			return out
		},
	})
}

func ordered(d DType) bool { return !d.IsComplex() }

// Eq, Lt and Le compare; comparisons with NaN are false. Complex numbers have no order.
var Eq, Lt, Le *Primitive

var (
	_ = comparison(&Eq, "eq", "x = y", anyType, func(x, y float64) bool { return x == y }, func(_ DType, x, y int64) bool { return x == y })
	_ = comparison(&Lt, "lt", "x < y", ordered, func(x, y float64) bool { return x < y }, lessInt)
	_ = comparison(&Le, "le", "x ≤ y", ordered, func(x, y float64) bool { return x <= y }, func(d DType, x, y int64) bool { return !lessInt(d, y, x) })
)

// Select is x where cond is true, else y. The operands are cond, x, y.
var Select *Primitive

var _ = define(&Select, &Primitive{
	Name: "select", Doc: "the second operand where the first is true, else the third", Arity: 3, Exact: true,
	Batch: batchElementwise,
	Type: func(s *Solver, _ *Attrs, in []Type) (Type, error) {
		if in[0].DType != Bool || in[1].DType != in[2].DType || !s.SameShape(in[0].Shape, in[1].Shape) || !s.SameShape(in[1].Shape, in[2].Shape) {
			return Type{}, fmt.Errorf("operands do not fit: %s", describe(in))
		}
		return in[1], nil
	},
	JVP: func(out *Value, tan []*Value) *Value {
		x, y := tan[1], tan[2]
		if x == nil {
			x = out.Args[1].Like(0)
		}
		if y == nil {
			y = out.Args[2].Like(0)
		}
		return out.Args[0].Where(x, y)
	},
	Linear: []bool{false, true, true}, Joint: true,
	Transpose: func(v *Value, i int, ct *Value) *Value {
		zero := ct.Like(0)
		if i == 1 {
			return v.Args[0].Where(ct, zero)
		}
		return v.Args[0].Where(zero, ct)
	},
	Eval: func(_ *Attrs, in []*Array, out *Array) error {
		for i, c := range in[0].I {
			x := in[2]
			if c != 0 {
				x = in[1]
			}
			copyElement(out, i, x, i)
		}
		return nil
	},
	Samples: func(r *rand.Rand) []Sample {
		var out []Sample
		for _, d := range []DType{Float32, Float64, Int64, Complex64, Complex128} {
			out = append(out, Sample{In: []*Array{Uniform(r, Bool, 0, 1, 3, 4), Uniform(r, d, -4, 4, 3, 4), Uniform(r, d, -4, 4, 3, 4)}, NoFD: !d.IsInexact()})
		}
		return out
	},
})

func copyElement(dst *Array, i int, src *Array, j int) {
	switch {
	case src.F != nil:
		dst.F[i] = src.F[j]
	case src.C != nil:
		dst.C[i] = src.C[j]
	default:
		dst.I[i] = src.I[j]
	}
}

// Cast converts to DType: floats to integers towards zero (NaN, and what does not fit, as PyTorch on x86: the lowest
// value of 64 bits, wrapped), anything to bool by x ≠ 0, to half precision by one rounding, complex numbers to real ones by
// leaving out the imaginary part.
var Cast *Primitive

var _ = define(&Cast, &Primitive{
	Name: "cast", Doc: "x converted to `dtype`", Arity: 1, Exact: true,
	Batch: batchElementwise,
	Type: func(_ *Solver, a *Attrs, in []Type) (Type, error) {
		if a.DType == NoDType {
			return Type{}, fmt.Errorf("needs a dtype")
		}
		return Type{a.DType, in[0].Shape}, nil
	},
	JVP:       func(out *Value, tan []*Value) *Value { return tan[0].Cast(out.DType) },
	Linear:    []bool{true},
	Transpose: func(v *Value, _ int, ct *Value) *Value { return ct.Cast(v.Args[0].DType) },
	Eval: func(_ *Attrs, in []*Array, out *Array) error {
		for i, x := range in[0].F {
			switch {
			case out.DType.IsFloat():
				out.SetFloat(i, x)
			case out.DType.IsComplex():
				out.SetComplex(i, complex(x, 0))
			case out.DType == Bool:
				out.I[i] = int64(boolInt(x != 0))
			default:
				out.SetInt(i, FloatToInt(out.DType, x))
			}
		}
		for i, x := range in[0].I {
			f := float64(x)
			if in[0].DType == Uint64 {
				f = float64(uint64(x))
			}
			switch {
			case out.DType.IsFloat():
				if out.DType == Float32 { // one rounding, not two by way of float64
					f = float64(float32(x))
					if in[0].DType == Uint64 {
						f = float64(float32(uint64(x)))
					}
				}
				out.SetFloat(i, f)
			case out.DType.IsComplex():
				out.SetComplex(i, complex(f, 0))
			default:
				out.SetInt(i, x)
			}
		}
		for i, x := range in[0].C {
			switch {
			case out.DType.IsFloat():
				out.SetFloat(i, real(x))
			case out.DType.IsComplex():
				out.SetComplex(i, x)
			case out.DType == Bool:
				out.I[i] = int64(boolInt(x != 0))
			default:
				out.SetInt(i, FloatToInt(out.DType, real(x)))
			}
		}
		return nil
	},
	Samples: func(r *rand.Rand) []Sample {
		var out []Sample
		for _, from := range DTypes {
			for _, to := range DTypes {
				wide := func(d DType) bool { return d == Float64 || d == Complex128 }
				out = append(out, Sample{Attrs: &Attrs{DType: to}, In: []*Array{Uniform(r, from, 0, 9, 6)}, NoFD: !wide(from) || !wide(to)})
			}
		}
		return out
	},
})

// FloatToInt cuts f off towards zero and wraps it to d. NaN and what 64 bits do not hold become the lowest int64
// (uint64: values from 2⁶³ on are held).
func FloatToInt(d DType, f float64) int64 {
	switch {
	case f != f || f < -0x1p63:
		return WrapInt(d, math.MinInt64)
	case f >= 0x1p63:
		if d == Uint64 && f < 0x1p64 {
			return int64(uint64(f))
		}
		return WrapInt(d, math.MinInt64)
	}
	return WrapInt(d, int64(f))
}
