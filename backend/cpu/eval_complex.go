package cpu

import (
	"math"
	"unsafe"

	"github.com/flambeau-ml/flambeau/graph"
)

type complexes interface{ complex64 | complex128 }

// complexOp is the function that computes p on complex operands T, whose parts are P. What is more than sums and signs
// is computed in complex128 and rounded once, as the reference does.
func complexOp[P floating, T complexes](p *graph.Primitive) opFunc {
	switch p {
	case graph.Add:
		return addComplex[T]
	case graph.Sub:
		return subComplex[T]
	case graph.Mul:
		return mulComplex[P]
	case graph.Neg:
		return each1(func(x T) T { return -x })
	case graph.Eq:
		return eqOp[T]
	case graph.Real:
		return partOp[P](0)
	case graph.Imag:
		return partOp[P](1)
	case graph.Modulus:
		return func(d, x, _, _ unsafe.Pointer, n int) {
			c, a := vec[P](d, n), vec[[2]P](x, n)
			for i := range c {
				c[i] = P(math.Hypot(float64(a[i][0]), float64(a[i][1])))
			}
		}
	}
	if f := graph.ComplexFunc(p); f != nil {
		return each1(func(x T) T { return T(f(complex128(x))) })
	}
	if f := graph.ComplexBinary(p); f != nil {
		return each2(func(x, y T) T { return T(f(complex128(x), complex128(y))) })
	}
	return nil
}

func addComplex[T complexes](d, x, y, _ unsafe.Pointer, n int) {
	c, a, b := vec[T](d, n), vec[T](x, n), vec[T](y, n)
	for i := range c {
		c[i] = a[i] + b[i]
	}
}

func subComplex[T complexes](d, x, y, _ unsafe.Pointer, n int) {
	c, a, b := vec[T](d, n), vec[T](x, n), vec[T](y, n)
	for i := range c {
		c[i] = a[i] - b[i]
	}
}

// mulComplex rounds each of the four products in float64, and complex64 once more at the end.
func mulComplex[P floating](d, x, y, _ unsafe.Pointer, n int) {
	c, a, b := vec[[2]P](d, n), vec[[2]P](x, n), vec[[2]P](y, n)
	for i := range c {
		c[i] = timesComplex(a[i], b[i])
	}
}

func timesComplex[P floating](x, y [2]P) [2]P {
	a, b, p, q := float64(x[0]), float64(x[1]), float64(y[0]), float64(y[1])
	return [2]P{P(float64(a*p) - float64(b*q)), P(float64(a*q) + float64(b*p))}
}

// partOp is the real or the imaginary part, number 0 or 1. The result may lie where the operand does.
func partOp[P floating](which int) opFunc {
	return func(d, x, _, _ unsafe.Pointer, n int) {
		c, a := vec[P](d, n), vec[[2]P](x, n)
		for i := range c {
			c[i] = a[i][which]
		}
	}
}

func joinParts[P floating, T complexes](d, x, y, _ unsafe.Pointer, n int) {
	c, a, b := vec[[2]P](d, n), vec[P](x, n), vec[P](y, n)
	for i := range c {
		c[i] = [2]P{a[i], b[i]}
	}
}

// castComplex is the function that converts complex numbers: to real types their real part, to bool whether they are
// not zero.
func castComplex[P floating, T complexes](from, to graph.DType) opFunc {
	switch to {
	case graph.Complex64:
		return func(d, x, _, _ unsafe.Pointer, n int) {
			c, a := vec[complex64](d, n), vec[T](x, n)
			for i := range c {
				c[i] = complex64(a[i])
			}
		}
	case graph.Complex128:
		return func(d, x, _, _ unsafe.Pointer, n int) {
			c, a := vec[complex128](d, n), vec[T](x, n)
			for i := range c {
				c[i] = complex128(a[i])
			}
		}
	case graph.Bool:
		return func(d, x, _, _ unsafe.Pointer, n int) {
			c, a := vec[uint8](d, n), vec[T](x, n)
			for i := range c {
				c[i] = bit(a[i] != 0)
			}
		}
	}
	convert := casting(graph.PartType(from), to)
	if convert == nil {
		return nil
	}
	get := partOp[P](0)
	return func(d, x, _, _ unsafe.Pointer, n int) {
		var re [block]P
		for n > 0 {
			m := min(n, block)
			get(unsafe.Pointer(&re), x, nil, nil, m)
			convert(d, unsafe.Pointer(&re), nil, nil, m)
			d, x, n = unsafe.Add(d, m*held(to).Bytes()), unsafe.Add(x, m*from.Bytes()), n-m
		}
	}
}
