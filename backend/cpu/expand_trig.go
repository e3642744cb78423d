package cpu

import (
	"math"
	"sync"
)

// far is the magnitude from which an angle is reduced with the digits of 2/π that matter for it.
func (w *formula) far() float64 { return of(w, 0x1p28, 0x1p20) }

// quadrant is x ≥ 0 less a multiple n of π/2, as a sum hi + lo, and an integer that has n in its lowest bits. x is of
// float64.
func (w *formula) quadrant(x val) (hi, lo, n val) {
	near, n := w.nearest(x, 2/math.Pi)
	c := [3]float64{0x1.921fb54442d18p+0, 0x1.1a62633145c07p-54, -0x1.f1976b7ed8fbcp-110}
	r := w.fma(near, w.c(-c[0]), x) // exact
	p := w.mul(near, w.c(-c[1]))
	hi = w.add(r, p)
	lo = w.sub(p, w.sub(hi, r)) // exact: where r is less than p it has few digits
	lo = w.add(lo, w.fma(near, w.c(-c[2]), w.fma(near, w.c(-c[1]), w.neg(p))))

	isFar := w.le(w.c(w.far()), x)
	hi2, lo2, n2 := w.rarely(isFar).farQuadrant(w.rarely(isFar).greater(x, w.c(w.far())))
	return w.sel(isFar, hi2, hi), w.sel(isFar, lo2, lo), w.sel(isFar, n2, n)
}

// farQuadrant is quadrant for any x ≥ far. With x = M·2ᵉ it multiplies M by what of 2ᵉ·2/π is less than 4.
func (w *formula) farQuadrant(x val) (hi, lo, n val) {
	b := w.bits(x)
	at := w.sub(w.shr(b, w.mantissa()), w.ci(b, w.table().first))
	low := w.and(b, w.ci(b, 1<<w.mantissa()-1))
	part := func(k int) val { return w.lookup(w.table(), k, at) }
	m := w.float(w.or(low, w.ci(b, 0x4330000000000000))) // 2⁵² + low: the first bit of M is not among its bits
	product := func(x, y val) (hi, lo val) {
		hi = w.mul(x, y)
		return hi, w.fma(x, y, w.neg(hi))
	}
	h1, l1 := product(m, part(0))
	h2, l2 := product(m, part(1))
	h3, l3 := product(m, part(2))
	h4 := w.mul(m, part(3))
	h1 = w.fma(w.round(w.mul(h1, w.c(0.25))), w.c(-4), h1)
	s, e1 := w.twoSum(h1, l1)
	s, e2 := w.twoSum(s, h2)
	near := w.round(s)
	s = w.sub(s, near)
	var rest val
	for i, term := range []val{e2, e1, l2, h3, l3, h4} {
		var e val
		s, e = w.twoSum(s, term)
		if i == 0 {
			rest = e
		} else {
			rest = w.add(rest, e)
		}
	}
	hi, lo = product(s, w.c(0x1.921fb54442d18p+0))
	lo = w.fma(rest, w.c(0x1.921fb54442d18p+0), w.fma(s, w.c(0x1.1a62633145c07p-54), lo))
	return hi, lo, w.bits(w.add(near, w.shifter()))
}

// twoSum is x + y, and what that lost.
func (w *formula) twoSum(x, y val) (sum, lost val) {
	sum = w.add(x, y)
	b := w.sub(sum, x)
	return sum, w.add(w.sub(x, w.sub(sum, b)), w.sub(y, b))
}

// waves are sine and cosine of hi + lo, up to π/4.
func (w *formula) waves(hi, lo val) (sin, cos val) {
	z := w.mul(hi, hi)
	z2 := w.mul(z, z)
	p := w.poly(z, z2, -0x1.5555555555547p-3, 0x1.111111110f579p-7, -0x1.a01a019badd5ap-13, 0x1.71de351e8624bp-19,
		-0x1.ae5e1e901f8c2p-26, 0x1.5d7dc22113d9ep-33)
	c := w.fma(w.c(-0.5), z, w.c(1)) // about the cosine, for lo
	sin = w.add(hi, w.fma(w.mul(hi, z), p, w.mul(lo, c)))

	p = w.poly(z, z2, 0x1.555555555554ap-5, -0x1.6c16c16c14dc4p-10, 0x1.a01a019c5152ap-16, -0x1.27e4f7c22e3fep-22,
		0x1.1ee9b9dcfd18ap-29, -0x1.8f941c6112ed1p-37)
	tail := w.fma(w.c(-0.5), z, w.sub(w.c(1), c)) // what c has lost of 1 − z/2, and z of hi²
	tail = w.fma(w.c(-0.5), w.fma(hi, hi, w.neg(z)), tail)
	cos = w.add(c, w.fma(z2, p, w.fma(w.neg(hi), lo, tail)))
	return sin, cos
}

// angle is |x|, and NaN for infinities.
func (w *formula) angle(x val) val {
	ax := w.abs(x)
	return w.sel(w.lt(ax, w.c(math.Inf(1))), ax, w.c(math.NaN()))
}

// wave is the sine of x + k·π/2, where x is not negative, with a sign to change it by.
func (w *formula) wave(x val, k uint64, sign val) val {
	hi, lo, n := w.quadrant(x)
	if k > 0 {
		n = w.add(n, w.ci(n, k))
	}
	sin, cos := w.waves(hi, lo)
	even := w.eq(w.and(n, w.ci(n, 1)), w.ci(n, 0))
	flip := w.and(w.shl(n, of[uint64](w, 30, 62)), w.ci(n, w.signBit()))
	if sign >= 0 {
		flip = w.xor(flip, sign)
	}
	return w.withSign(w.sel(even, sin, cos), flip)
}

func (w *formula) sin(x, _ val) val {
	if !w.wide() {
		return w.waveSingle(x, 0)
	}
	return w.wave(w.angle(x), 0, w.sign(x))
}

func (w *formula) cos(x, _ val) val {
	if !w.wide() {
		return w.waveSingle(x, 1)
	}
	return w.wave(w.angle(x), 1, -1)
}

// tan is the tangent of what is left of the angle, or −1 over that.
func (w *formula) tan(x, _ val) val {
	if !w.wide() {
		return w.tanSingle(x)
	}
	hi, lo, n := w.quadrant(w.angle(x))
	z := w.mul(hi, hi)
	p := w.poly(z, w.mul(z, z), 0x1.55555555554e4p-2, 0x1.11111111190dep-3, 0x1.ba1ba1b3cd065p-5, 0x1.664f49c49749ep-6,
		0x1.226e0f6605fd7p-7, 0x1.d6d999b39987dp-9, 0x1.7d56b800a4b7bp-10, 0x1.38201fcea3b9bp-11, 0x1.d0c541650c556p-13,
		0x1.217cb7cdf5709p-13, -0x1.dd53951549a4cp-16, 0x1.7ee94a5703858p-14, -0x1.808d3b0a464f2p-15, 0x1.61d17e65256e3p-16)
	tail := w.fma(w.mul(hi, z), p, w.fma(lo, z, lo)) // d tan is nearly 1 + z
	t := w.add(hi, tail)
	tl := w.add(w.sub(hi, t), tail)
	odd := w.eq(w.and(n, w.ci(n, 1)), w.ci(n, 1))
	inv := w.div(w.c(-1), t)
	inv = w.fma(w.fma(inv, tl, w.fma(inv, t, w.c(1))), inv, inv)
	return w.withSign(w.sel(odd, inv, t), w.sign(x))
}

// lookup is a table of float64 numbers in several parts, one row for each exponent.
type lookup struct {
	name        string
	parts, rows int
	first       uint64 // the exponent of the first row
	data        func() []float64
}

var (
	twoOverPi32 = newTwoOverPi("twoOverPi32", 3, 28, 127+28, 256, 127+23)
	twoOverPi64 = newTwoOverPi("twoOverPi64", 4, 53, 1023+20, 2048, 1023+52)
)

func (w *formula) table() *lookup { return of(w, twoOverPi32, twoOverPi64) }

// newTwoOverPi has in each row what of 2ᵉ·2/π is less than 4, in parts of the given bits; e is the exponent less unit.
func newTwoOverPi(name string, parts, width int, first, end, unit int) *lookup {
	t := &lookup{name: name, parts: parts, rows: end - first, first: uint64(first)}
	t.data = sync.OnceValue(func() []float64 {
		out := make([]float64, 0, parts*t.rows)
		for e := first - unit; e < end-unit; e++ {
			for k := range parts {
				// The part's highest bit has weight 2^(1−k·width), in 2/π 2^(1−k·width−e).
				from := e - 2 + k*width
				out = append(out, math.Ldexp(float64(digits(from, width)), 2-(k+1)*width))
			}
		}
		return out
	})
	return t
}

// digits are n binary digits of 2/π, after the first from behind the point; in front of it there are zeros.
func digits(from, n int) uint64 {
	at := from + 64 // in words with zeros in front
	word := func(i int) uint64 {
		if i < 1 || i > len(twoOverPi) {
			return 0
		}
		return twoOverPi[i-1]
	}
	i, s := at/64, uint(at%64)
	x := word(i)<<s | word(i+1)>>(64-s)
	return x >> (64 - n)
}

// twoOverPi are the first 1,280 binary digits of 2/π.
var twoOverPi = [...]uint64{
	0xa2f9836e4e441529, 0xfc2757d1f534ddc0, 0xdb6295993c439041, 0xfe5163abdebbc561,
	0xb7246e3a424dd2e0, 0x06492eea09d1921c, 0xfe1deb1cb129a73e, 0xe88235f52ebb4484,
	0xe99c7026b45f7e41, 0x3991d639835339f4, 0x9c845f8bbdf9283b, 0x1ff897ffde05980f,
	0xef2f118b5a0a6d1f, 0x6d367ecf27cb09b7, 0x4f463f669e5fea2d, 0x7527bac7ebe5f17b,
	0x3d0739f78a5292ea, 0x6bfb5fb11f8d5d08, 0x56033046fc7b6bab, 0xf0cfbc209af4361d,
}
