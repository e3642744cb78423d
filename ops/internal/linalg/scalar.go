// Package linalg factorises dense matrices and solves systems with them. Matrices are slices, row after row, of float64
// or complex128; what holds a result is given. Loops run along rows, in one order, so that results are the same bits
// everywhere.
package linalg

import (
	"math"
	"math/cmplx"
)

// Scalar is the type of a matrix's elements.
type Scalar interface{ float64 | complex128 }

// of is the real number f.
func of[T Scalar](f float64) T {
	var x T
	switch p := any(&x).(type) {
	case *float64:
		*p = f
	case *complex128:
		*p = complex(f, 0)
	}
	return x
}

// conj is the complex conjugate.
func conj[T Scalar](x T) T {
	if p, ok := any(&x).(*complex128); ok {
		*p = cmplx.Conj(*p)
	}
	return x
}

// re is the real part, im the imaginary one.
func re[T Scalar](x T) float64 {
	switch x := any(x).(type) {
	case float64:
		return x
	case complex128:
		return real(x)
	}
	return 0
}

func im[T Scalar](x T) float64 {
	if x, ok := any(x).(complex128); ok {
		return imag(x)
	}
	return 0
}

// modulus is the absolute value.
func modulus[T Scalar](x T) float64 {
	switch x := any(x).(type) {
	case float64:
		return math.Abs(x)
	case complex128:
		return cmplx.Abs(x)
	}
	return 0
}

// size is the absolute value, or for complex numbers the sum of those of the parts: what pivots are compared by.
func size[T Scalar](x T) float64 { return math.Abs(re(x)) + math.Abs(im(x)) }

// axpy adds a·x to y.
func axpy[T Scalar](y []T, a T, x []T) {
	x = x[:len(y)]
	for i := range y {
		y[i] += a * x[i]
	}
}

// scale multiplies x by a.
func scale[T Scalar](x []T, a T) {
	for i := range x {
		x[i] *= a
	}
}

// dot is Σ x·y.
func dot[T Scalar](x, y []T) T {
	var s T
	y = y[:len(x)]
	for i := range x {
		s += x[i] * y[i]
	}
	return s
}

// inner is Σ conj(x)·y.
func inner[T Scalar](x, y []T) T {
	var s T
	y = y[:len(x)]
	for i := range x {
		s += conj(x[i]) * y[i]
	}
	return s
}

// norm is √Σ|x|², without overflow on the way.
func norm[T Scalar](x []T) float64 {
	largest := 0.0
	for _, v := range x {
		m := size(v)
		if m != m {
			return m
		}
		largest = max(largest, m)
	}
	if largest == 0 || math.IsInf(largest, 0) {
		return largest
	}
	s := 0.0
	for _, v := range x {
		a, b := re(v)/largest, im(v)/largest
		s += a*a + b*b
	}
	return largest * math.Sqrt(s)
}

// swap exchanges two rows.
func swap[T Scalar](x, y []T) {
	for i := range x {
		x[i], y[i] = y[i], x[i]
	}
}

// Adjoint writes the conjugate transpose of a, m rows of n, to out.
func Adjoint[T Scalar](out, a []T, m, n int) {
	for i := range m {
		for j := range n {
			out[j*m+i] = conj(a[i*n+j])
		}
	}
}
