package cpu

import "math"

// float16 and bfloat16 are the bits of half-precision numbers.
type (
	float16  uint16
	bfloat16 uint16
)

func (h bfloat16) float32() float32 { return math.Float32frombits(uint32(h) << 16) }

// toBFloat16 rounds to nearest, ties to even.
func toBFloat16(f float32) bfloat16 {
	b := math.Float32bits(f)
	if f != f {
		return bfloat16(0x7fc0 | b>>16&0x8000)
	}
	return bfloat16((b + 0x7fff + b>>16&1) >> 16)
}

func (h float16) float32() float32 {
	sign, b := uint32(h&0x8000)<<16, uint32(h&0x7fff)<<13
	switch {
	case b >= 0x7c00<<13: // infinity, NaN
		return math.Float32frombits(sign | b | 0x7f800000)
	case b >= 0x0400<<13:
		return math.Float32frombits(sign | (b + (127-15)<<23))
	}
	return math.Float32frombits(sign | math.Float32bits(float32(h&0x7fff)*0x1p-24))
}

// toFloat16 rounds to nearest, ties to even.
func toFloat16(f float32) float16 {
	b := math.Float32bits(f)
	sign, b := float16(b>>16&0x8000), b&0x7fffffff
	switch {
	case b > 0x7f800000:
		return sign | 0x7e00
	case b >= 0x477ff000: // 65520
		return sign | 0x7c00
	case b < 0x38800000: // 2⁻¹⁴: adding 1/2 rounds to a multiple of 2⁻²⁴
		return sign | float16(math.Float32bits(math.Float32frombits(b)+0.5)-0x3f000000)
	}
	return sign | float16((b-(127-15)<<23+0xfff+b>>13&1)>>13)
}
