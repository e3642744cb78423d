package graph

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
)

// TestHalfRounding goes through all 65,536 values of each 16-bit type: each is itself, and between each and the next
// the midpoint goes to the even one and its neighbours in float64 to the nearer.
func TestHalfRounding(t *testing.T) {
	for _, c := range []struct {
		d       DType
		inf     uint16 // bits of infinity
		past    float64
		from    func(float64) uint16
		float64 func(uint16) float64
	}{
		{Float16, 0x7c00, 0x1p16, FloatToHalf, HalfToFloat},
		{BFloat16, 0x7f80, 0x1p128, FloatToBFloat16, func(b uint16) float64 { return float64(math.Float32frombits(uint32(b) << 16)) }},
	} {
		for i := range 1 << 16 {
			h := uint16(i)
			f := c.float64(h)
			if h&0x7fff > c.inf {
				if f == f || c.from(f)&0x7fff <= c.inf || c.from(f)&0x8000 != h&0x8000 {
					t.Fatalf("%s %#04x: a NaN becomes %v and %#04x", c.d, h, f, c.from(f))
				}
				continue
			}
			if got := c.from(f); got != h {
				t.Fatalf("%s %#04x is %v, which becomes %#04x", c.d, h, f, got)
			}
			if h&0x7fff == c.inf {
				continue
			}
			next, sign := h+1, 1.0 // away from 0
			g := c.float64(next)
			if h&0x8000 != 0 {
				sign = -1
			}
			if math.IsInf(g, 0) {
				g = sign * c.past
			}
			mid, even := f+(g-f)/2, h
			if h&1 == 1 {
				even = next
			}
			for _, at := range []struct {
				x    float64
				want uint16
			}{{mid, even}, {math.Nextafter(mid, f), h}, {math.Nextafter(mid, g), next}, {math.Nextafter(g, f), next}, {math.Nextafter(f, g), h}} {
				if got := c.from(at.x); got != at.want {
					t.Fatalf("%s: %v between %#04x and %#04x becomes %#04x, want %#04x", c.d, at.x, h, next, got, at.want)
				}
			}
		}
		for _, x := range []float64{math.MaxFloat64, math.Inf(1), c.past} {
			if c.from(x) != c.inf || c.from(-x) != c.inf|0x8000 {
				t.Errorf("%s of ±%v is %#04x and %#04x", c.d, x, c.from(x), c.from(-x))
			}
		}
		if tiny := math.SmallestNonzeroFloat64; c.from(tiny) != 0 || c.from(-tiny) != 0x8000 {
			t.Errorf("%s of ±%v is not ±0", c.d, tiny)
		}
	}
}

// TestHalfAgainstBig compares rounding of drawn numbers with that of package big.
func TestHalfAgainstBig(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 20000 {
		for _, c := range []struct {
			d        DType
			prec     uint
			min, max int // exponents of the normal range
		}{{Float16, 11, -14, 15}, {BFloat16, 8, -126, 127}} {
			x := math.Ldexp(1+r.Float64(), c.min+r.IntN(c.max-c.min))
			want, _ := new(big.Float).SetPrec(c.prec).SetMode(big.ToNearestEven).SetFloat64(x).Float64()
			if got := RoundFloat(c.d, x); got != want {
				t.Fatalf("%s of %v is %v, want %v", c.d, x, got, want)
			}
		}
	}
}

func TestFloatToInt(t *testing.T) {
	const lowest = math.MinInt64
	for _, c := range []struct {
		d    DType
		f    float64
		want int64
	}{
		{Int64, 2.9, 2}, {Int64, -2.9, -2}, {Int64, math.NaN(), lowest}, {Int64, math.Inf(1), lowest}, {Int64, math.Inf(-1), lowest},
		{Int64, 0x1p63, lowest}, {Int64, -0x1p63, lowest}, {Int64, math.Nextafter(0x1p63, 0), 1<<63 - 1024}, {Int64, math.Copysign(0, -1), 0},
		{Int32, 0x1p31, math.MinInt32}, {Int32, 0x1p32 + 5, 5}, {Int32, math.NaN(), 0}, {Int8, 200, -56}, {Int16, -40000, 25536},
		{Uint8, -1, 255}, {Uint8, 256.5, 0}, {Uint16, 65537, 1}, {Uint32, -1, 0xffffffff}, {Uint64, -1, -1},
		{Uint64, 0x1p63, lowest}, {Uint64, 0x1.8p63, -1 << 62}, {Uint64, 0x1p64, lowest}, {Uint64, math.NaN(), lowest},
	} {
		if got := FloatToInt(c.d, c.f); got != c.want {
			t.Errorf("FloatToInt(%s, %v) = %d, want %d", c.d, c.f, got, c.want)
		}
	}
}

func TestWrapInt(t *testing.T) {
	for _, c := range []struct {
		d       DType
		n, want int64
	}{
		{Bool, 0, 0}, {Bool, -7, 1}, {Uint8, 256, 0}, {Uint8, -1, 255}, {Int8, 128, -128}, {Uint16, -1, 65535}, {Int16, 32768, -32768},
		{Uint32, -1, 1<<32 - 1}, {Int32, 1 << 31, -1 << 31}, {Int64, math.MinInt64, math.MinInt64}, {Uint64, -1, -1},
	} {
		if got := WrapInt(c.d, c.n); got != c.want {
			t.Errorf("WrapInt(%s, %d) = %d, want %d", c.d, c.n, got, c.want)
		}
	}
}

func TestArrayBytes(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, d := range DTypes {
		a := Uniform(r, d, -100, 100, 3, 4)
		b, err := FromBytes(d, a.Dims, a.Bytes())
		if err != nil || !equalArrays(a, b) {
			t.Errorf("%s: the bytes of %v are read as %v, %v", d, a, b, err)
		}
		if _, err := FromBytes(d, a.Dims, a.Bytes()[1:]); err == nil {
			t.Errorf("%s: an array of too few bytes", d)
		}
	}
}

func TestDTypeNames(t *testing.T) {
	for _, d := range DTypes {
		for _, name := range []string{d.String(), d.Short()} {
			if got, err := ParseDType(name); err != nil || got != d {
				t.Errorf("ParseDType(%q) = %v, %v", name, got, err)
			}
		}
	}
	for _, name := range []string{"", "none", "f8", "Float32"} {
		if got, err := ParseDType(name); err == nil {
			t.Errorf("ParseDType(%q) = %v", name, got)
		}
	}
}

func TestScalar(t *testing.T) {
	otherNaN := math.Float64frombits(0xfff8000000000000)
	for _, c := range []struct {
		s    Scalar
		text string
	}{
		{BoolOf(true), "true"}, {BoolOf(false), "false"}, {IntOf(3), "3"}, {IntOf(math.MinInt64), "-9223372036854775808"},
		{FloatOf(2.5), "2.5"}, {FloatOf(3), "3.0"}, {FloatOf(0), "0.0"}, {FloatOf(math.Copysign(0, -1)), "-0.0"}, {FloatOf(1e300), "1e+300"},
		{FloatOf(math.Inf(1)), "inf"}, {FloatOf(math.Inf(-1)), "-inf"}, {FloatOf(math.NaN()), "nan"}, {FloatOf(otherNaN), "nan:fff8000000000000"},
		{FloatOf(math.SmallestNonzeroFloat64), "5e-324"}, {FloatOf(0.1), "0.1"},
		{ComplexOf(1 + 2i), "(1.0+2.0i)"}, {ComplexOf(complex(-1e-9, -2e+30)), "(-1e-09-2e+30i)"},
		{ComplexOf(complex(math.Inf(-1), math.Inf(1))), "(-inf+infi)"}, {ComplexOf(complex(math.NaN(), otherNaN)), "(nan+nan:fff8000000000000i)"},
	} {
		if c.s.String() != c.text {
			t.Errorf("%#v prints as %s, want %s", c.s, c.s, c.text)
		}
		got, err := parseScalar(c.text)
		if err != nil || !got.Equal(c.s) {
			t.Errorf("%s is read as %s, %v", c.text, got, err)
		}
	}
	for _, text := range []string{"", "x", "1+2i", "(1.0i)", "(1.0+2.0)", "1e999", "nan:7ff0000000000000", "nan:x", "(+i)", "none"} {
		if got, err := parseScalar(text); err == nil {
			t.Errorf("%q is read as %s", text, got)
		}
	}
	for _, x := range []any{true, 1, int8(1), int16(1), int32(1), int64(1), uint8(1), uint16(1), uint32(1), float32(1), 1.0, complex64(1), 1 + 0i, IntOf(1)} {
		s, err := ScalarOf(x)
		if err != nil || s.Int() != 1 || s.Float() != 1 || s.Complex() != 1 {
			t.Errorf("ScalarOf(%T) = %s, %v", x, s, err)
		}
	}
	if s, err := ScalarOf("1"); err == nil {
		t.Errorf(`ScalarOf("1") = %s`, s)
	}
	if IntOf(0).Equal(BoolOf(false)) || FloatOf(0).Equal(FloatOf(math.Copysign(0, -1))) || !FloatOf(math.NaN()).Equal(FloatOf(math.NaN())) {
		t.Error("Equal is not by kind and bits")
	}
	if FloatOf(math.NaN()).Int() != math.MinInt64 || FloatOf(-2.9).Int() != -2 {
		t.Error("Int does not cut off as FloatToInt does")
	}
}

// TestConst checks what a scalar of each kind is in each dtype.
func TestConst(t *testing.T) {
	for _, c := range []struct {
		d    DType
		s    Scalar
		want Scalar
	}{
		{Float32, FloatOf(0.1), FloatOf(float64(float32(0.1)))}, {BFloat16, IntOf(257), FloatOf(256)}, {Int32, FloatOf(-2.7), IntOf(-2)},
		{Int64, FloatOf(math.NaN()), IntOf(math.MinInt64)}, {Uint8, IntOf(-1), IntOf(255)}, {Bool, FloatOf(0.5), BoolOf(true)},
		{Bool, ComplexOf(0.5i), BoolOf(true)}, {Bool, IntOf(256), BoolOf(true)}, {Float64, BoolOf(true), FloatOf(1)},
		{Complex64, ComplexOf(0.1i), ComplexOf(complex(0, float64(float32(0.1))))}, {Complex128, IntOf(2), ComplexOf(2)},
		{Uint64, FloatOf(0x1p63), IntOf(math.MinInt64)},
	} {
		f := NewFunc("")
		got, ok := ConstOf(NewConst(f, c.d, c.s).Expand(N(2), N(3)).Permute(1, 0))
		if !ok || !got.Equal(c.want) {
			t.Errorf("%s as %s is %s, want %s", c.s, c.d, got, c.want)
		}
	}
}
