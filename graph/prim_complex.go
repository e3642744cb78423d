package graph

import (
	"fmt"
	"math"
	"math/rand/v2"
)

// ComplexType is the complex type whose parts are of the real type d, and PartType the real type of the parts of a
// complex d; both are d itself where it is of that kind already. There is none for half precision: ComplexType is
// NoDType.
func ComplexType(d DType) DType {
	switch d {
	case Float32:
		return Complex64
	case Float64:
		return Complex128
	case Complex64, Complex128:
		return d
	}
	return NoDType
}

// PartType is the real type of the parts of d: d itself where it is not complex.
func PartType(d DType) DType {
	switch d {
	case Complex64:
		return Float32
	case Complex128:
		return Float64
	}
	return d
}

// partType is the type rule of what takes complex numbers to real ones.
func partType(_ *Solver, _ *Attrs, in []Type) (Type, error) {
	if !in[0].DType.IsComplex() {
		return Type{}, fmt.Errorf("takes complex numbers, not %s", in[0])
	}
	return Type{PartType(in[0].DType), in[0].Shape}, nil
}

func evalPart(f func(complex128) float64) func(*Attrs, []*Array, *Array) error {
	return func(_ *Attrs, in []*Array, out *Array) error {
		for i, c := range in[0].C {
			out.SetFloat(i, f(c))
		}
		return nil
	}
}

// Real is the real part of a complex number.
var Real *Primitive

var _ = define(&Real, &Primitive{
	Name: "real", Doc: "the real part of x, which is complex", Kind: Unary, Exact: true, Type: partType,
	JVP:       tangent1(func(_, dx *Value) *Value { return dx.Real() }),
	Linear:    []bool{true},
	Transpose: func(v *Value, _ int, ct *Value) *Value { return ct.Cast(v.Args[0].DType) },
	Eval:      evalPart(func(c complex128) float64 { return real(c) }), Samples: samples(1, -4, 4, Complex64, Complex128),
})

// Imag is the imaginary part of a complex number.
var Imag *Primitive

var _ = define(&Imag, &Primitive{
	Name: "imag", Doc: "the imaginary part of x, which is complex", Kind: Unary, Exact: true, Type: partType,
	JVP:       tangent1(func(_, dx *Value) *Value { return dx.Imag() }),
	Linear:    []bool{true},
	Transpose: func(_ *Value, _ int, ct *Value) *Value { return ct.Like(0).Complex(ct) },
	Eval:      evalPart(func(c complex128) float64 { return imag(c) }), Samples: samples(1, -4, 4, Complex64, Complex128),
})

// Complex is the complex number x + i·y of two real ones, of float32 or float64.
var Complex *Primitive

var _ = define(&Complex, &Primitive{
	Name: "complex", Doc: "the complex number of real part x and imaginary part y", Kind: Binary, Exact: true,
	Type: func(s *Solver, a *Attrs, in []Type) (Type, error) {
		t, err := elementwise(func(d DType) bool { return d == Float32 || d == Float64 })(s, a, in)
		return Type{ComplexType(t.DType), t.Shape}, err
	},
	JVP: func(out *Value, tan []*Value) *Value {
		x, y := tan[0], tan[1]
		if x == nil {
			x = Zeros(out.Home, out.Args[0].Type)
		}
		if y == nil {
			y = Zeros(out.Home, out.Args[1].Type)
		}
		return x.Complex(y)
	},
	Linear: []bool{true}, Joint: true,
	Transpose: func(_ *Value, i int, ct *Value) *Value {
		if i == 0 {
			return ct.Real()
		}
		return ct.Imag()
	},
	Eval: func(_ *Attrs, in []*Array, out *Array) error {
		for i, x := range in[0].F {
			out.SetComplex(i, complex(x, in[1].F[i]))
		}
		return nil
	},
	Samples: samples(2, -4, 4, Float32, Float64),
})

// Conjugate is the complex conjugate; [Value.Conj] leaves real values as they are.
var Conjugate *Primitive

var _ = define(&Conjugate, &Primitive{
	Name: "conj", Doc: "the complex conjugate of x", Kind: Unary, Exact: true, Type: elementwise(DType.IsComplex),
	JVP:       tangent1(func(_, dx *Value) *Value { return dx.Conjugate() }),
	Linear:    []bool{true},
	Transpose: func(_ *Value, _ int, ct *Value) *Value { return ct.Conjugate() },
	Eval:      evalComplex(complexFuncs["conj"]), Samples: samples(1, -4, 4, Complex64, Complex128),
})

// Modulus is the absolute value of a complex number, a real one. Its derivative at 0 is 0.
var Modulus *Primitive

var _ = define(&Modulus, &Primitive{
	Name: "modulus", Doc: "the absolute value of x, which is complex", Kind: Unary, Type: partType,
	JVP:  func(out *Value, tan []*Value) *Value { return out.Args[0].unit(out).Conj().Mul(tan[0]).Real() },
	Eval: evalPart(func(c complex128) float64 { return math.Hypot(real(c), imag(c)) }), Samples: func(r *rand.Rand) []Sample {
		out := samples(1, -4, 4, Complex64, Complex128)(r)
		zero := NewArray(Complex128, 2)
		zero.C[1] = 3 - 4i
		return append(out, Sample{In: []*Array{zero}, NoFD: true})
	},
})

// Conj is the complex conjugate of v; v itself where it is real.
func (v *Value) Conj() *Value {
	if !v.DType.IsComplex() {
		return v
	}
	return v.Conjugate()
}

// Unit is v/|v| for complex v, and 0 where v is 0: what PyTorch's sgn is of complex numbers.
func (v *Value) Unit() *Value { return v.unit(v.Modulus()) }

func (v *Value) unit(modulus *Value) *Value {
	zero := modulus.Eq(modulus.Like(0))
	return zero.Where(v.Like(0), v.Div(zero.Where(modulus.Like(1), modulus).Cast(v.DType)))
}

// evalComplex evaluates f on complex operands.
func evalComplex(f func(complex128) complex128) func(*Attrs, []*Array, *Array) error {
	return func(_ *Attrs, in []*Array, out *Array) error {
		for i, c := range in[0].C {
			out.SetComplex(i, f(c))
		}
		return nil
	}
}
