package graph

import (
	"encoding/binary"
	"fmt"
	"math"
)

// Array is a host array for reference evaluation and tests: elements row-major, kept exactly in the widest form of
// their kind. Floating elements are rounded to the array's dtype when they are set.
type Array struct {
	DType DType
	Dims  []int
	I     []int64      // bool (0 or 1) and integers; uint64 as its bits
	F     []float64    // floating
	C     []complex128 // complex
}

// NewArray makes an array of zeros.
func NewArray(d DType, dims ...int) *Array {
	n := 1
	for _, s := range dims {
		n *= s
	}
	a := &Array{DType: d, Dims: dims}
	switch {
	case d.IsFloat():
		a.F = make([]float64, n)
	case d.IsComplex():
		a.C = make([]complex128, n)
	default:
		a.I = make([]int64, n)
	}
	return a
}

// Len is the number of elements.
func (a *Array) Len() int { return len(a.I) + len(a.F) + len(a.C) }

// Type is the array's type.
func (a *Array) Type() Type {
	return T(a.DType, a.Dims...)
}

// SetFloat sets element i to f rounded to the array's dtype.
func (a *Array) SetFloat(i int, f float64) { a.F[i] = RoundFloat(a.DType, f) }

// SetInt sets element i to n wrapped to the array's dtype.
func (a *Array) SetInt(i int, n int64) { a.I[i] = WrapInt(a.DType, n) }

// SetComplex sets element i to c rounded to the array's dtype.
func (a *Array) SetComplex(i int, c complex128) {
	if a.DType == Complex64 {
		c = complex128(complex64(c))
	}
	a.C[i] = c
}

// RoundFloat rounds f to the floating type d, to nearest even.
func RoundFloat(d DType, f float64) float64 {
	switch d {
	case Float32:
		return float64(float32(f))
	case Float16:
		return HalfToFloat(FloatToHalf(f))
	case BFloat16:
		return float64(math.Float32frombits(uint32(FloatToBFloat16(f)) << 16))
	}
	return f
}

// WrapInt keeps of n what the integer type d (or Bool: is it not zero) can hold.
func WrapInt(d DType, n int64) int64 {
	switch d {
	case Bool:
		if n != 0 {
			return 1
		}
		return 0
	case Uint8:
		return int64(uint8(n))
	case Uint16:
		return int64(uint16(n))
	case Uint32:
		return int64(uint32(n))
	case Int8:
		return int64(int8(n))
	case Int16:
		return int64(int16(n))
	case Int32:
		return int64(int32(n))
	}
	return n
}

// FloatToBFloat16 rounds f once, to nearest even. The double rounding by way of float32 is avoided by rounding to odd.
func FloatToBFloat16(f float64) uint16 {
	if f != f {
		return 0x7fc0 | uint16(math.Float64bits(f)>>48)&0x8000
	}
	b := math.Float32bits(roundOdd(f))
	return uint16((b + 0x7fff + b>>16&1) >> 16)
}

// roundOdd is f as a float32, inexact results rounded so that the last bit is one.
func roundOdd(f float64) float32 {
	g := float32(f)
	if float64(g) == f || math.IsInf(float64(g), 0) {
		return g
	}
	b := math.Float32bits(g)
	if b&1 == 0 { // the odd neighbour on the other side of f
		if (float64(g) < f) == (f > 0) {
			b++
		} else {
			b--
		}
		if g == 0 && f < 0 {
			b = 1 | 1<<31
		} else if g == 0 {
			b = 1
		}
	}
	return math.Float32frombits(b)
}

// FloatToHalf rounds f once to IEEE binary16, to nearest even.
func FloatToHalf(f float64) uint16 {
	b := math.Float64bits(f)
	sign := uint16(b>>48) & 0x8000
	switch a := math.Abs(f); {
	case f != f:
		return sign | 0x7e00
	case a >= 65520:
		return sign | 0x7c00
	case a < 0x1p-14: // subnormal: units of 2^-24
		return sign | uint16(math.RoundToEven(a*0x1p24))
	}
	e := int(b>>52&0x7ff) - 1023
	m := math.RoundToEven(math.Ldexp(math.Abs(f), 10-e)) // 1024 … 2048
	return sign | uint16((e+14)<<10+int(m))
}

// HalfToFloat is the value of an IEEE binary16 number.
func HalfToFloat(h uint16) float64 {
	m, e := float64(h&0x3ff), int(h>>10&0x1f)
	var f float64
	switch e {
	case 0:
		f = m * 0x1p-24
	case 31:
		f = math.Inf(1)
		if m != 0 {
			f = math.NaN()
		}
	default:
		f = math.Ldexp(1024+m, e-25)
	}
	if h&0x8000 != 0 {
		f = math.Copysign(f, -1)
	}
	return f
}

// FromBytes reads little-endian row-major elements.
func FromBytes(d DType, dims []int, data []byte) (*Array, error) {
	a := NewArray(d, dims...)
	if len(data) != a.Len()*d.Bytes() {
		return nil, fmt.Errorf("%d bytes for %d elements of %s", len(data), a.Len(), d)
	}
	le := binary.LittleEndian
	for i := range a.Len() {
		p := data[i*d.Bytes():]
		switch d {
		case Bool, Uint8:
			a.I[i] = int64(p[0])
		case Int8:
			a.I[i] = int64(int8(p[0]))
		case Uint16:
			a.I[i] = int64(le.Uint16(p))
		case Int16:
			a.I[i] = int64(int16(le.Uint16(p)))
		case Uint32:
			a.I[i] = int64(le.Uint32(p))
		case Int32:
			a.I[i] = int64(int32(le.Uint32(p)))
		case Uint64, Int64:
			a.I[i] = int64(le.Uint64(p))
		case Float16:
			a.F[i] = HalfToFloat(le.Uint16(p))
		case BFloat16:
			a.F[i] = float64(math.Float32frombits(uint32(le.Uint16(p)) << 16))
		case Float32:
			a.F[i] = float64(math.Float32frombits(le.Uint32(p)))
		case Float64:
			a.F[i] = math.Float64frombits(le.Uint64(p))
		case Complex64:
			a.C[i] = complex(float64(math.Float32frombits(le.Uint32(p))), float64(math.Float32frombits(le.Uint32(p[4:]))))
		case Complex128:
			a.C[i] = complex(math.Float64frombits(le.Uint64(p)), math.Float64frombits(le.Uint64(p[8:])))
		}
	}
	return a, nil
}

// Bytes writes the elements little-endian and row-major.
func (a *Array) Bytes() []byte {
	le := binary.LittleEndian
	out := make([]byte, 0, a.Len()*a.DType.Bytes())
	for i := range a.Len() {
		switch a.DType {
		case Bool, Uint8, Int8:
			out = append(out, byte(a.I[i]))
		case Uint16, Int16:
			out = le.AppendUint16(out, uint16(a.I[i]))
		case Uint32, Int32:
			out = le.AppendUint32(out, uint32(a.I[i]))
		case Uint64, Int64:
			out = le.AppendUint64(out, uint64(a.I[i]))
		case Float16:
			out = le.AppendUint16(out, FloatToHalf(a.F[i]))
		case BFloat16:
			out = le.AppendUint16(out, FloatToBFloat16(a.F[i]))
		case Float32:
			out = le.AppendUint32(out, math.Float32bits(float32(a.F[i])))
		case Float64:
			out = le.AppendUint64(out, math.Float64bits(a.F[i]))
		case Complex64:
			out = le.AppendUint32(out, math.Float32bits(float32(real(a.C[i]))))
			out = le.AppendUint32(out, math.Float32bits(float32(imag(a.C[i]))))
		case Complex128:
			out = le.AppendUint64(out, math.Float64bits(real(a.C[i])))
			out = le.AppendUint64(out, math.Float64bits(imag(a.C[i])))
		}
	}
	return out
}
