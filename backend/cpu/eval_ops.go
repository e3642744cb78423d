package cpu

import (
	"errors"
	"math"
	"unsafe"

	"github.com/flambeau-ml/flambeau/graph"
)

// opFunc computes n elements of an operation at d from those at x, y and z. d may be one of its operands.
type opFunc func(d, x, y, z unsafe.Pointer, n int)

func vec[T any](p unsafe.Pointer, n int) []T { return unsafe.Slice((*T)(p), n) }

type integer interface {
	uint8 | uint16 | uint32 | uint64 | int8 | int16 | int32 | int64
}

type floating interface{ float32 | float64 }

// held is the type in which registers hold elements of dtype d: half precision is held as float32, bool as bytes.
func held(d graph.DType) graph.DType {
	switch d {
	case graph.Float16, graph.BFloat16:
		return graph.Float32
	case graph.Bool:
		return graph.Uint8
	}
	return d
}

// operation is the function that computes p on operands of dtype d; nil where there is none. Results in half precision
// are yet to be rounded.
func operation(p *graph.Primitive, d graph.DType) opFunc {
	if p == graph.Not && d == graph.Bool {
		return notBool
	}
	switch held(d) {
	case graph.Uint8:
		return integerOp[uint8](p)
	case graph.Uint16:
		return integerOp[uint16](p)
	case graph.Uint32:
		return integerOp[uint32](p)
	case graph.Uint64:
		return integerOp[uint64](p)
	case graph.Int8:
		return integerOp[int8](p)
	case graph.Int16:
		return integerOp[int16](p)
	case graph.Int32:
		return integerOp[int32](p)
	case graph.Int64:
		return integerOp[int64](p)
	case graph.Float32:
		if p == graph.Complex {
			return joinParts[float32, complex64]
		}
		if f := fused[p][0]; f != nil {
			return f
		}
		return floatOp[float32](p)
	case graph.Float64:
		if p == graph.Complex {
			return joinParts[float64, complex128]
		}
		if f := fused[p][1]; f != nil {
			return f
		}
		return floatOp[float64](p)
	case graph.Complex64:
		return complexOp[float32, complex64](p)
	case graph.Complex128:
		return complexOp[float64, complex128](p)
	}
	return nil
}

func commonOp[T integer | floating](p *graph.Primitive) opFunc {
	switch p {
	case graph.Add:
		return addOp[T]
	case graph.Sub:
		return subOp[T]
	case graph.Mul:
		return mulOp[T]
	case graph.Neg:
		return negOp[T]
	case graph.Max:
		return maxOp[T]
	case graph.Min:
		return minOp[T]
	case graph.Eq:
		return eqOp[T]
	case graph.Lt:
		return ltOp[T]
	case graph.Le:
		return leOp[T]
	}
	return nil
}

func addOp[T integer | floating](d, x, y, _ unsafe.Pointer, n int) {
	c, a, b := vec[T](d, n), vec[T](x, n), vec[T](y, n)
	for i := range c {
		c[i] = a[i] + b[i]
	}
}

func subOp[T integer | floating](d, x, y, _ unsafe.Pointer, n int) {
	c, a, b := vec[T](d, n), vec[T](x, n), vec[T](y, n)
	for i := range c {
		c[i] = a[i] - b[i]
	}
}

func mulOp[T integer | floating](d, x, y, _ unsafe.Pointer, n int) {
	c, a, b := vec[T](d, n), vec[T](x, n), vec[T](y, n)
	for i := range c {
		c[i] = a[i] * b[i]
	}
}

func negOp[T integer | floating](d, x, _, _ unsafe.Pointer, n int) {
	c, a := vec[T](d, n), vec[T](x, n)
	for i := range c {
		c[i] = -a[i]
	}
}

// The extrema of Go are those of graph.Max: NaN wins, and −0 is less than +0.

func maxOp[T integer | floating](d, x, y, _ unsafe.Pointer, n int) {
	c, a, b := vec[T](d, n), vec[T](x, n), vec[T](y, n)
	for i := range c {
		c[i] = max(a[i], b[i])
	}
}

func minOp[T integer | floating](d, x, y, _ unsafe.Pointer, n int) {
	c, a, b := vec[T](d, n), vec[T](x, n), vec[T](y, n)
	for i := range c {
		c[i] = min(a[i], b[i])
	}
}

func bit(b bool) uint8 {
	if b {
		return 1
	}
	return 0
}

func eqOp[T comparable](d, x, y, _ unsafe.Pointer, n int) {
	c, a, b := vec[uint8](d, n), vec[T](x, n), vec[T](y, n)
	for i := range c {
		c[i] = bit(a[i] == b[i])
	}
}

func ltOp[T integer | floating](d, x, y, _ unsafe.Pointer, n int) {
	c, a, b := vec[uint8](d, n), vec[T](x, n), vec[T](y, n)
	for i := range c {
		c[i] = bit(a[i] < b[i])
	}
}

func leOp[T integer | floating](d, x, y, _ unsafe.Pointer, n int) {
	c, a, b := vec[uint8](d, n), vec[T](x, n), vec[T](y, n)
	for i := range c {
		c[i] = bit(a[i] <= b[i])
	}
}

func notBool(d, x, _, _ unsafe.Pointer, n int) {
	c, a := vec[uint8](d, n), vec[uint8](x, n)
	for i := range c {
		c[i] = a[i] ^ 1
	}
}

func integerOp[T integer](p *graph.Primitive) opFunc {
	switch p {
	case graph.Abs:
		return each1(func(x T) T {
			if x < 0 {
				return -x
			}
			return x
		})
	case graph.Sign:
		return each1(func(x T) T {
			switch {
			case x < 0:
				return ^T(0)
			case x > 0:
				return 1
			}
			return 0
		})
	case graph.Not:
		return each1(func(x T) T { return ^x })
	case graph.And:
		return each2(func(x, y T) T { return x & y })
	case graph.Or:
		return each2(func(x, y T) T { return x | y })
	case graph.Xor:
		return each2(func(x, y T) T { return x ^ y })
	case graph.ShiftLeft: // a negative amount, as an unsigned number, is beyond all widths
		return each2(func(x, y T) T { return x << uint64(y) })
	case graph.ShiftRight:
		return each2(func(x, y T) T { return x >> uint64(y) })
	case graph.Div: // Go wraps MinInt / −1 around, as graph.Div does
		return each2(func(x, y T) T {
			if y == 0 {
				return 0
			}
			return x / y
		})
	case graph.Rem:
		return each2(func(x, y T) T {
			if y == 0 {
				return 0
			}
			return x % y
		})
	case graph.Pow:
		return each2(func(x, y T) T {
			if y < 0 {
				if x != 1 && x != ^T(0) {
					return 0
				}
				y &= 1
			}
			p := T(1)
			for ; y > 0; y >>= 1 {
				if y&1 != 0 {
					p *= x
				}
				x *= x
			}
			return p
		})
	}
	return commonOp[T](p)
}

func floatOp[T floating](p *graph.Primitive) opFunc {
	switch p {
	case graph.Abs:
		return each1(func(x T) T { return T(math.Abs(float64(x))) })
	case graph.Sign:
		return each1(func(x T) T {
			switch {
			case x > 0:
				return 1
			case x < 0:
				return -1
			case x == 0:
				return 0
			}
			return x
		})
	case graph.Floor:
		return each1(func(x T) T { return T(math.Floor(float64(x))) })
	case graph.Ceil:
		return each1(func(x T) T { return T(math.Ceil(float64(x))) })
	case graph.Round:
		return each1(func(x T) T { return T(math.RoundToEven(float64(x))) })
	case graph.Sqrt:
		return sqrtOp[T]
	case graph.Div:
		return divOp[T]
	case graph.Rem:
		return each2(func(x, y T) T { return T(math.Mod(float64(x), float64(y))) })
	}
	return commonOp[T](p)
}

func sqrtOp[T floating](d, x, _, _ unsafe.Pointer, n int) {
	c, a := vec[T](d, n), vec[T](x, n)
	for i := range c {
		c[i] = T(math.Sqrt(float64(a[i])))
	}
}

func divOp[T floating](d, x, y, _ unsafe.Pointer, n int) {
	c, a, b := vec[T](d, n), vec[T](x, n), vec[T](y, n)
	for i := range c {
		c[i] = a[i] / b[i]
	}
}

// each1 and each2 apply a function to each element: for operations that need not be fast.
func each1[T any](f func(x T) T) opFunc {
	return func(d, x, _, _ unsafe.Pointer, n int) {
		c, a := vec[T](d, n), vec[T](x, n)
		for i := range c {
			c[i] = f(a[i])
		}
	}
}

func each2[T any](f func(x, y T) T) opFunc {
	return func(d, x, y, _ unsafe.Pointer, n int) {
		c, a, b := vec[T](d, n), vec[T](x, n), vec[T](y, n)
		for i := range c {
			c[i] = f(a[i], b[i])
		}
	}
}

var errDivide = errors.New("integer division by zero")

// checking is the function that finds operands on which p fails; nil where there are none.
func checking(p *graph.Primitive, d graph.DType) func(y unsafe.Pointer, n int) error {
	if !d.IsInt() {
		return nil
	}
	switch p {
	case graph.Div, graph.Rem:
		switch d.Bytes() {
		case 1:
			return findZero[uint8]
		case 2:
			return findZero[uint16]
		case 4:
			return findZero[uint32]
		}
		return findZero[uint64]
	}
	return nil
}

func findZero[T integer](y unsafe.Pointer, n int) error {
	for _, v := range vec[T](y, n) {
		if v == 0 {
			return errDivide
		}
	}
	return nil
}

// selection is graph.Select of elements of the given bytes: it copies bits.
func selection(bytes int) opFunc {
	switch bytes {
	case 1:
		return selectOp[uint8]
	case 2:
		return selectOp[uint16]
	case 4:
		return selectOp[uint32]
	case 8:
		return selectOp[uint64]
	}
	return selectOp[[2]uint64]
}

func selectOp[T any](d, x, y, z unsafe.Pointer, n int) {
	c, cond, a, b := vec[T](d, n), vec[uint8](x, n), vec[T](y, n), vec[T](z, n)
	for i := range c {
		v := b[i]
		if cond[i] != 0 {
			v = a[i]
		}
		c[i] = v
	}
}
