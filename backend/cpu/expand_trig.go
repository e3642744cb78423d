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

// turn is b·(1 + z·(c₁ + z·(c₂ + z·q))) as a sum, where what is left of an angle is hi + lo and z + zl its square. Names that
// end in l are the second parts of sums; q may leave its own out as −1.
func (w *formula) turn(b, bl, hi, lo, c1, c1l, c2, c2l val, q func(z, zl, z2 val) (q, ql val)) (sum, l val) {
	z := w.mul(hi, hi)
	zl := w.fma(w.add(hi, hi), lo, w.fma(hi, hi, w.neg(z)))
	u, ul := q(z, zl, w.mul(z, z))
	u, ul = w.hornerSumOn(c2, c2l, z, zl, u, ul)
	v, vl := w.hornerSumOn(c1, c1l, z, zl, u, ul)
	m, ml := w.productSum(z, zl, v, vl)
	sum = w.fma(m, b, b)
	return sum, w.add(w.fma(m, b, w.sub(b, sum)), w.fma(b, ml, w.fma(bl, m, bl)))
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
	odd := w.eq(w.and(n, w.ci(n, 1)), w.ci(n, 1))
	pick := func(cos, sin float64) val { return w.sel(odd, w.c(cos), w.c(sin)) }
	y, l := w.turn(w.sel(odd, w.c(1), hi), w.sel(odd, w.c(0), lo), hi, lo,
		pick(-0.5, -0x1.5555555555555p-3), pick(0, -0x1.5555555555555p-57),
		pick(0x1.5555555555555p-5, 0x1.1111111111111p-7), pick(0x1.5555555555555p-59, 0x1.1111111111111p-63),
		func(z, zl, z2 val) (q, ql val) {
			part := func(k int) val { // as in poly
				c := waveTerms
				p := pick(c[k+4][0], c[k+4][1])
				p = w.fma(p, z2, pick(c[k+2][0], c[k+2][1]))
				return w.fma(p, z2, pick(c[k][0], c[k][1]))
			}
			return w.fma(part(1), z, part(0)), -1
		})
	flip := w.and(w.shl(n, of[uint64](w, 30, 62)), w.ci(n, w.signBit()))
	if sign >= 0 {
		flip = w.xor(flip, sign)
	}
	return w.withSign(w.add(y, l), flip)
}

// waveTerms are the coefficients of cosine and sine from the third on.
var waveTerms = [6][2]float64{{-0x1.6c16c16c16c15p-10, -0x1.a01a01a01a019p-13}, {0x1.a01a01a0196fap-16,
	0x1.71de3a556c35bp-19}, {-0x1.27e4fb7686befp-22, -0x1.ae64567e79e31p-26}, {0x1.1eed8d2e30fe7p-29,
	0x1.61245fb26ba1ep-33}, {-0x1.9393c6e94ee82p-37, -0x1.ae7c487b14c34p-41}, {0x1.ab00a9fc584a1p-45, 0x1.923ad9dc3e1cap-49}}

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
	s, l := w.turn(hi, lo, hi, lo, w.c(0x1.5555555555555p-2), w.c(0x1.5555555555555p-56), w.c(0x1.1111111111111p-3),
		w.c(0x1.1111111111111p-59),
		func(z, zl, z2 val) (q, ql val) {
			return w.hornerSum(0x1.ba1ba1ba1ba1cp-5, -0x1.7917917917918p-59, z, zl, w.poly(z, z2, 0x1.664f4882f1c09p-6,
				0x1.226e354aaec71p-7, 0x1.d6d3d7c5b6d45p-9, 0x1.7da2b30cc3325p-10, 0x1.3563a921695d4p-11,
				0x1.f476700e5df7ep-13, 0x1.9ecec665483c7p-14, 0x1.191a3a0c32d71p-15, 0x1.d583ff5985e0fp-16,
				-0x1.7ec9340ac35b3p-17, 0x1.59ba70a9e6c49p-16, -0x1.59765675532cdp-17, 0x1.117953d9ee1f3p-18), -1)
		})
	t := w.add(s, l)
	tl := w.add(w.sub(s, t), l)
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
