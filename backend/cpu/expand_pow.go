package cpu

import (
	"math"

	"github.com/flambeau-ml/flambeau/graph"
)

// pow is 2 to the power of y·log₂|x|, which takes more digits than the dtype has: float64 for float32, pairs of numbers
// for float64. Edge cases are those of C.
func (w *formula) pow(x, y val) val {
	ax := w.abs(x)
	var p val
	if w.wide() {
		p = w.pow64(ax, y)
	} else {
		v := w.as(graph.Float64)
		p = w.cast(v.pow32(v.cast(ax, graph.Float64), v.cast(y, graph.Float64)), graph.Float32)
	}
	zero, inf := w.c(0), w.c(math.Inf(1))
	whole := w.eq(w.floor(y), y)
	p = w.sel(whole, p, w.sel(w.lt(x, zero), w.c(math.NaN()), p))
	inverse := w.sel(w.eq(ax, zero), inf, w.sel(w.eq(ax, inf), zero, ax)) // NaN stays
	edge := w.sel(w.lt(zero, y), ax, inverse)
	p = w.sel(w.lt(zero, ax), w.sel(w.lt(ax, inf), p, edge), edge)
	half := w.mul(y, w.c(0.5))
	none := w.ci(w.bits(x), 0)
	p = w.withSign(p, w.sel(whole, w.sel(w.eq(w.floor(half), half), none, w.sign(x)), none))
	p = w.sel(w.eq(y, y), p, y)
	return w.sel(w.eq(x, w.c(1)), w.c(1), w.sel(w.eq(y, zero), w.c(1), p))
}

// pow32 is xʸ in float64, to 30 bits, for 0 < x < ∞.
func (w *formula) pow32(x, y val) val {
	k, _, m := w.split(x)
	s := w.div(w.sub(m, w.c(1)), w.add(m, w.c(1)))
	z := w.mul(s, s)
	l := w.fma(s, w.poly(z, w.mul(z, z), 0x1.71547652bf3eep+1, 0x1.ec709d0b5c51cp-1, 0x1.277785bcea938p-1,
		0x1.a58aad1d7b242p-2, 0x1.5d1f5d1e54341p-2), k)
	y = w.between(y, -0x1p130, 0x1p130) // ∞ times 0 is no number
	e := w.between(w.mul(y, l), -160, 130)
	t := w.add(e, w.shifter())
	r := w.sub(e, w.sub(t, w.shifter()))
	p := w.poly(r, w.mul(r, r), 0x1.62e430da94ff1p-1, 0x1.ebfbe005b8992p-3, 0x1.c6aebb64d222cp-5,
		0x1.3b2a6963373d5p-7, 0x1.5f535cce99e4cp-10, 0x1.43f9caf0d3216p-13)
	return w.mul(w.fma(r, p, w.c(1)), w.power(w.bits(t), 0))
}

// pow64 is xʸ for 0 < x < ∞. Names that end in l are the second parts of sums.
func (w *formula) pow64(x, y val) val {
	sum, l := w.log2Sum(x)

	y = w.between(y, -0x1p70, 0x1p70) // beyond, the power is 0, 1 or ∞ as it is here
	e := w.mul(y, sum)
	el := w.between(w.fma(y, l, w.fma(y, sum, w.neg(e))), -1, 1)
	e = w.between(e, -1100, 1100)
	n := w.round(e)
	r0 := w.sub(e, n)
	r := w.add(r0, el)
	rl := w.add(w.sub(r0, r), el)
	hi, lo := w.ln2()
	v := w.mul(r, w.c(hi))
	vl := w.fma(r, w.c(hi), w.neg(v))
	h, tail := w.expOf(v, w.fma(r, w.c(lo), w.fma(rl, w.c(hi), vl)))
	return w.scale(w.add(h, tail), n)
}

// log2Near is log₂ m for m about 1, as a sum: 2/log 2 times artanh s = s·(1 + s²·(⅓ + s²·…)), s = (m−1)/(m+1).
func (w *formula) log2Near(m val) (h, l val) {
	d := w.add(m, w.c(1))
	dl := w.sub(m, w.sub(d, w.c(1)))
	f := w.sub(m, w.c(1))
	inv := w.div(w.c(1), d)
	s := w.mul(f, inv)
	ns := w.neg(s)
	sl := w.mul(w.fma(ns, dl, w.fma(ns, d, f)), inv)

	z := w.mul(s, s)
	zl := w.fma(w.add(s, s), sl, w.fma(s, s, w.neg(z)))
	u := w.poly(z, w.mul(z, z), 0x1.999999999999ap-3, 0x1.2492492492365p-3, 0x1.c71c71c74755ap-4, 0x1.745d172c49573p-4,
		0x1.3b13ba2136de7p-4, 0x1.110f2aa047d73p-4, 0x1.e2615f4414a7cp-5, 0x1.a55926433b5b2p-5, 0x1.ea1da0beac873p-5)
	zu := w.mul(z, u)
	third := w.c(0x1.5555555555555p-2)
	t := w.add(third, zu)
	tl := w.fma(zl, u, w.add(w.add(w.sub(third, t), zu), w.c(0x1.5555555555555p-56)))
	v := w.mul(z, t)
	vl := w.fma(zl, t, w.fma(z, tl, w.fma(z, t, w.neg(v))))
	p := w.mul(s, v)
	pl := w.fma(sl, v, w.fma(s, vl, w.fma(s, v, w.neg(p))))
	a := w.add(s, p)
	al := w.add(w.add(w.sub(s, a), p), w.add(sl, pl))
	c := w.c(0x1.71547652b82fep+1)
	h = w.mul(a, c)
	return h, w.fma(al, c, w.fma(a, w.c(0x1.777d0ffda0d24p-55), w.fma(a, c, w.neg(h))))
}
