package cpu

import (
	"math"
	"unsafe"

	"github.com/flambeau-ml/flambeau/graph"
)

// formulaOp is the function that computes an operation of formulas; nil where there is none.
func formulaOp(in *instr, from graph.DType) opFunc {
	switch in.op {
	case opBits:
		switch in.dtype.Bytes() {
		case 4:
			return moveOp[uint32]
		case 8:
			return moveOp[uint64]
		}
	case opLookup:
		t, part := in.table, in.index
		switch from {
		case graph.Uint32:
			return func(d, x, _, _ unsafe.Pointer, n int) { lookupOp[uint32](t, part, d, x, n) }
		case graph.Uint64:
			return func(d, x, _, _ unsafe.Pointer, n int) { lookupOp[uint64](t, part, d, x, n) }
		}
	}
	switch in.dtype {
	case graph.Float32:
		return formulaFloat(in.op, fma32, scale32)
	case graph.Float64:
		return formulaFloat(in.op, math.FMA, scale64)
	}
	return nil
}

func formulaFloat[T floating](op opcode, fma func(x, y, z T) T, scale func(x, n T) T) opFunc {
	switch op {
	case opFMA:
		return func(d, x, y, z unsafe.Pointer, n int) {
			r, a, b, c := vec[T](d, n), vec[T](x, n), vec[T](y, n), vec[T](z, n)
			for i := range r {
				r[i] = fma(a[i], b[i], c[i])
			}
		}
	case opLesser:
		return each2(func(x, y T) T {
			if x < y {
				return x
			}
			return y
		})
	case opGreater:
		return each2(func(x, y T) T {
			if x > y {
				return x
			}
			return y
		})
	case opScale:
		return each2(scale)
	}
	return nil
}

func moveOp[T any](d, x, _, _ unsafe.Pointer, n int) { copy(vec[T](d, n), vec[T](x, n)) }

func lookupOp[I uint32 | uint64](t *lookup, part int, d, x unsafe.Pointer, n int) {
	data, out := t.data(), vec[float64](d, n)
	for i, at := range vec[I](x, n) {
		out[i] = data[int(at)*t.parts+part]
	}
}

// fma32 is x·y + z, rounded once. In float64 the product is exact, and to round the sum twice is wrong only where it
// looks like the middle between two numbers of float32. Generated loops have it written out.
func fma32(x, y, z float32) float32 {
	s := float64(x)*float64(y) + float64(z)
	if middle(s) {
		return fmaMiddle(float64(x)*float64(y), float64(z), s)
	}
	return float32(s)
}

// middle reports whether s may be the middle between two numbers of float32: its last 29 bits are 1 and zeros, or it
// is less than the normal numbers.
func middle(s float64) bool {
	b := math.Float64bits(s)
	return b&(1<<28-1) == 0 && (b&(1<<28) != 0 || b<<1 < 897<<53)
}

// fmaMiddle rounds p + z, of which s is the sum in float64, to odd before it rounds to float32: then no sum that is
// not a middle looks like one.
//
//go:noinline
func fmaMiddle(p, z, s float64) float32 {
	b := s - p
	lost := (p - (s - b)) + (z - b)
	if bits := math.Float64bits(s); bits&1 == 0 && (lost < 0 || lost > 0) {
		if (lost > 0) == (s > 0) {
			s = math.Float64frombits(bits + 1)
		} else {
			s = math.Float64frombits(bits - 1)
		}
	}
	return float32(s)
}

// scale32 and scale64 are x·2ⁿ for x of magnitude ¼ to 4 and an integer n not beyond where the result is 0 or ∞.
func scale32(x, n float32) float32 {
	return float32(float64(x) * math.Float64frombits(uint64(int64(n)+1023)<<52))
}

func scale64(x, n float64) float64 {
	i := int64(n)
	half := i >> 1
	x *= math.Float64frombits(uint64(half+1023) << 52)
	return x * math.Float64frombits(uint64(i-half+1023)<<52)
}
