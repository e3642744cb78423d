package graph

import (
	"math"
	"math/cmplx"
)

// Complex numbers are computed in complex128 by the functions of this file, in the reference and on the CPU; complex64
// is rounded once. Every product is rounded before it is added, so that the bits are the same wherever Go may contract.

// ComplexFunc is the function of one complex number that p computes; nil where there is none.
func ComplexFunc(p *Primitive) func(complex128) complex128 { return complexFuncs[p.Name] }

// ComplexBinary is the function of two complex numbers that p computes; nil where there is none.
func ComplexBinary(p *Primitive) func(x, y complex128) complex128 { return complexBinaries[p.Name] }

// The tables have names, not primitives, whose variables are set when the table is put together.
var complexFuncs = map[string]func(complex128) complex128{
	"neg": func(x complex128) complex128 { return -x }, "conj": cmplx.Conj,
	"sqrt": cmplx.Sqrt, "rsqrt": func(x complex128) complex128 { return complexDiv(1, cmplx.Sqrt(x)) },
	"exp": cmplx.Exp, "expm1": complexExpm1, "log": complexLog, "log1p": complexLog1p,
	"sin": cmplx.Sin, "cos": cmplx.Cos, "tanh": complexTanh,
}

var complexBinaries = map[string]func(x, y complex128) complex128{
	"add": complexAdd, "sub": func(x, y complex128) complex128 { return x - y },
	"mul": complexMul, "div": complexDiv, "pow": complexPow,
}

func complexAdd(x, y complex128) complex128 { return x + y }

func complexMul(x, y complex128) complex128 {
	a, b, c, d := real(x), imag(x), real(y), imag(y)
	return complex(float64(a*c)-float64(b*d), float64(a*d)+float64(b*c))
}

// complexDiv divides by the larger part of y first, so that nothing overflows on the way (Smith 1962).
func complexDiv(x, y complex128) complex128 {
	a, b, c, d := real(x), imag(x), real(y), imag(y)
	if math.Abs(c) >= math.Abs(d) {
		if c == 0 && d == 0 { // infinite, or NaN
			return complex(a/math.Abs(c), b/math.Abs(c))
		}
		q := d / c
		n := c + float64(d*q)
		return complex((a+float64(b*q))/n, (b-float64(a*q))/n)
	}
	q := c / d
	n := float64(c*q) + d
	return complex((float64(a*q)+b)/n, (float64(b*q)-a)/n)
}

// complexPow is 1 for the exponent 0, and 0 where x is 0 and y has a positive real part.
func complexPow(x, y complex128) complex128 {
	switch y {
	case 0:
		return 1
	case 1:
		return x
	}
	if x == 0 && math.IsNaN(real(y)) { // where cmplx.Pow panics
		return cmplx.NaN()
	}
	return cmplx.Pow(x, y)
}

// complexExpm1 is eˣ·cos y − 1 without loss near 0: expm1(x)·cos y − 2·sin²(y/2).
func complexExpm1(z complex128) complex128 {
	x, y := real(z), imag(z)
	sin, cos := math.Sincos(y)
	half := math.Sin(y / 2)
	return complex(float64(math.Expm1(x)*cos)-float64(2*half*half), float64(math.Exp(x)*sin))
}

// complexLog keeps the digits of log |z| where |z| is near 1.
func complexLog(z complex128) complex128 {
	x, y := math.Abs(real(z)), math.Abs(imag(z))
	if x < y {
		x, y = y, x
	}
	re := 0.0
	if x > 0.5 && x < 2 {
		re = 0.5 * math.Log1p(float64((x-1)*(x+1))+float64(y*y))
	} else {
		re = math.Log(math.Hypot(x, y))
	}
	return complex(re, math.Atan2(imag(z), real(z)))
}

// complexLog1p is log(1 + z): of |1 + z|² − 1 where that is small, else of 1 + z.
func complexLog1p(z complex128) complex128 {
	x, y := real(z), imag(z)
	if math.Abs(x) > 0.5 || math.Abs(y) > 0.5 {
		return complexLog(complex(1+x, y))
	}
	return complex(0.5*math.Log1p(float64(x*(x+2))+float64(y*y)), math.Atan2(y, 1+x))
}

// complexTanh overflows nowhere (Kahan 1987, "Branch cuts for complex elementary functions").
func complexTanh(z complex128) complex128 {
	x, y := real(z), imag(z)
	if math.Abs(x) > 22 { // 1 − |tanh| is below the last bit; what is left of the imaginary part is 4·sin y·cos y·e^(−2|x|)
		if math.IsInf(x, 0) && (math.IsInf(y, 0) || math.IsNaN(y)) {
			return complex(math.Copysign(1, x), 0)
		}
		sin, cos := math.Sincos(y)
		return complex(math.Copysign(1, x), float64(4*sin*cos)*math.Exp(-2*math.Abs(x)))
	}
	t, s := math.Tan(y), math.Sinh(x)
	beta := 1 + float64(t*t)
	rho := math.Sqrt(1 + float64(s*s))
	n := 1 + float64(float64(beta*s)*s)
	return complex(float64(float64(beta*rho)*s)/n, t/n)
}
