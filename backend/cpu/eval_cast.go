package cpu

import (
	"math"
	"unsafe"

	"github.com/flambeau-ml/flambeau/graph"
)

// casting is the function that converts from one dtype to another, both as registers hold them, and rounds.
func casting(from, to graph.DType) opFunc {
	switch held(from) {
	case graph.Uint8:
		return castInteger[uint8](to)
	case graph.Uint16:
		return castInteger[uint16](to)
	case graph.Uint32:
		return castInteger[uint32](to)
	case graph.Uint64:
		return castInteger[uint64](to)
	case graph.Int8:
		return castInteger[int8](to)
	case graph.Int16:
		return castInteger[int16](to)
	case graph.Int32:
		return castInteger[int32](to)
	case graph.Int64:
		return castInteger[int64](to)
	case graph.Float32:
		if to == graph.Float16 || to == graph.BFloat16 {
			round := rounding(to)
			return func(d, x, _, _ unsafe.Pointer, n int) {
				copy(vec[float32](d, n), vec[float32](x, n))
				round(d, n)
			}
		}
		return castFloat[float32](to)
	case graph.Float64:
		return castFloat[float64](to)
	case graph.Complex64:
		return castComplex[float32, complex64](from, to)
	case graph.Complex128:
		return castComplex[float64, complex128](from, to)
	}
	return nil
}

func castInteger[A integer](to graph.DType) opFunc {
	switch to {
	case graph.Uint8:
		return convert[A, uint8]
	case graph.Uint16:
		return convert[A, uint16]
	case graph.Uint32:
		return convert[A, uint32]
	case graph.Uint64:
		return convert[A, uint64]
	case graph.Int8:
		return convert[A, int8]
	case graph.Int16:
		return convert[A, int16]
	case graph.Int32:
		return convert[A, int32]
	case graph.Int64:
		return convert[A, int64]
	}
	return castAny[A](to)
}

func castAny[A integer | floating](to graph.DType) opFunc {
	switch to {
	case graph.Bool:
		return func(d, x, _, _ unsafe.Pointer, n int) {
			c := vec[uint8](d, n)
			for i, v := range vec[A](x, n) {
				c[i] = bit(v != 0)
			}
		}
	case graph.Float32:
		return convert[A, float32]
	case graph.Float64:
		return convert[A, float64]
	case graph.Float16, graph.BFloat16: // rounded once, so not by way of float32
		return func(d, x, _, _ unsafe.Pointer, n int) {
			c := vec[float32](d, n)
			for i, v := range vec[A](x, n) {
				c[i] = float32(graph.RoundFloat(to, float64(v)))
			}
		}
	case graph.Complex64:
		return func(d, x, _, _ unsafe.Pointer, n int) {
			c := vec[complex64](d, n)
			for i, v := range vec[A](x, n) {
				c[i] = complex64(complex(float64(v), 0))
			}
		}
	case graph.Complex128:
		return func(d, x, _, _ unsafe.Pointer, n int) {
			c := vec[complex128](d, n)
			for i, v := range vec[A](x, n) {
				c[i] = complex(float64(v), 0)
			}
		}
	}
	return nil
}

func convert[A, B integer | floating](d, x, _, _ unsafe.Pointer, n int) {
	c, a := vec[B](d, n), vec[A](x, n)
	for i := range c {
		c[i] = B(a[i])
	}
}

func castFloat[A floating](to graph.DType) opFunc {
	switch to {
	case graph.Uint8:
		return truncate[A, uint8](to)
	case graph.Uint16:
		return truncate[A, uint16](to)
	case graph.Uint32:
		return truncate[A, uint32](to)
	case graph.Uint64:
		return truncate[A, uint64](to)
	case graph.Int8:
		return truncate[A, int8](to)
	case graph.Int16:
		return truncate[A, int16](to)
	case graph.Int32:
		return truncate[A, int32](to)
	case graph.Int64:
		return truncate[A, int64](to)
	}
	return castAny[A](to)
}

// truncate cuts off towards zero and wraps, as graph.FloatToInt says.
func truncate[A floating, B integer](to graph.DType) opFunc {
	return func(d, x, _, _ unsafe.Pointer, n int) {
		c, a := vec[B](d, n), vec[A](x, n)
		for i := range c {
			f := float64(a[i])
			if math.Abs(f) < 0x1p63 {
				c[i] = B(int64(f))
			} else {
				c[i] = B(graph.FloatToInt(to, f))
			}
		}
	}
}

// rounding is the function that rounds float32 in place to what the half-precision type d can hold; nil for others.
func rounding(d graph.DType) func(p unsafe.Pointer, n int) {
	switch d {
	case graph.Float16:
		return func(p unsafe.Pointer, n int) {
			x := vec[float32](p, n)
			for i, f := range x {
				x[i] = toFloat16(f).float32()
			}
		}
	case graph.BFloat16:
		return func(p unsafe.Pointer, n int) {
			x := vec[float32](p, n)
			for i, f := range x {
				x[i] = toBFloat16(f).float32()
			}
		}
	}
	return nil
}

// widen and narrowTo convert between half precision in memory and float32 in registers.
func widen(d graph.DType, dst, src unsafe.Pointer, n int) {
	to := vec[float32](dst, n)
	if d == graph.Float16 {
		for i, h := range vec[float16](src, n) {
			to[i] = h.float32()
		}
		return
	}
	for i, h := range vec[bfloat16](src, n) {
		to[i] = h.float32()
	}
}

func narrowTo(d graph.DType, dst, src unsafe.Pointer, n int) {
	from := vec[float32](src, n)
	if d == graph.Float16 {
		to := vec[float16](dst, n)
		for i, f := range from {
			to[i] = toFloat16(f)
		}
		return
	}
	to := vec[bfloat16](dst, n)
	for i, f := range from {
		to[i] = toBFloat16(f)
	}
}

// setScalar writes s as one element of dtype d, as a register holds it.
func setScalar(p unsafe.Pointer, d graph.DType, s graph.Scalar) {
	switch {
	case d == graph.Float64:
		*(*float64)(p) = s.Float()
	case d.IsFloat():
		*(*float32)(p) = float32(graph.RoundFloat(d, s.Float()))
	case d == graph.Complex64:
		*(*complex64)(p) = complex64(s.Complex())
	case d == graph.Complex128:
		*(*complex128)(p) = s.Complex()
	case d == graph.Bool:
		*(*uint8)(p) = bit(s.Complex() != 0)
	default:
		setInteger(p, d.Bytes(), s.Int())
	}
}

func setInteger(p unsafe.Pointer, bytes int, n int64) {
	switch bytes {
	case 1:
		*(*uint8)(p) = uint8(n)
	case 2:
		*(*uint16)(p) = uint16(n)
	case 4:
		*(*uint32)(p) = uint32(n)
	default:
		*(*uint64)(p) = uint64(n)
	}
}
