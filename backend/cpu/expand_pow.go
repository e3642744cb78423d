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
	k, m := w.normalSplit(x)
	h, l := w.log2(m)
	sum := w.add(k, h)
	l = w.add(l, w.add(w.sub(k, sum), h))

	y = w.between(y, -0x1p70, 0x1p70) // beyond, the power is 0, 1 or ∞ as it is here
	e := w.mul(y, sum)
	el := w.between(w.fma(y, l, w.fma(y, sum, w.neg(e))), -1, 1)
	e = w.between(e, -1100, 1100)
	n := w.round(e)
	r0 := w.sub(e, n)
	r := w.add(r0, el)
	rl := w.add(w.sub(r0, r), el)
	r2 := w.mul(r, r)
	p := w.poly(r, r2, 0x1.ebfbdff82c58fp-3, 0x1.c6b08d704a0c3p-5, 0x1.3b2ab6fba4da4p-7, 0x1.5d87fe78a484dp-10,
		0x1.430912f899754p-13, 0x1.ffcbfc6b81ca8p-17, 0x1.62c021b01a66ep-20, 0x1.b524ef5e8fa7dp-24, 0x1.e4d0c9d089b6fp-28,
		0x1.e9e7fd8df9ba5p-32, 0x1.c2a78999a98d0p-36)
	ln2 := w.c(math.Ln2)
	return w.scale(w.add(w.c(1), w.fma(r, ln2, w.fma(r2, p, w.mul(rl, ln2)))), n)
}

// log2 is log₂ m for m about 1, as a sum: 2/log 2 times artanh s = s·(1 + s²·(⅓ + s²·…)), s = (m−1)/(m+1).
func (w *formula) log2(m val) (h, l val) {
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

// atan2 is the angle of (x, y): the arc tangent of the lesser over the greater magnitude, from the axis that is near.
func (w *formula) atan2(y, x val) val {
	ax, ay := w.abs(x), w.abs(y)
	n, d := w.lesser(ay, ax), w.greater(ay, ax)
	q, ql := w.quotient(n, d)
	z := w.mul(q, q)
	p := w.alternating(z, 7, of(w,
		[]float64{-0x1.555540p-2, 0x1.999266p-3, -0x1.24262ap-3, 0x1.c0c8ecp-4, -0x1.58bd2ap-4, 0x1.dc9902p-5, -0x1.012fdap-5,
			0x1.6967e2p-7, -0x1.dcc83cp-10},
		[]float64{-0x1.555555555554ep-2, 0x1.9999999998db7p-3, -0x1.249249245c755p-3, 0x1.c71c71b78feaep-4, -0x1.745d15eab1e5dp-4,
			0x1.3b139d1ca94eap-4, -0x1.11103e04ee291p-4, 0x1.e1d51ebfd260bp-5, -0x1.aedd3d1fcc801p-5, 0x1.84bf5ea70d898p-5,
			-0x1.5f44c712598a3p-5, 0x1.3950043b80eacp-5, -0x1.0d1e692c4dae3p-5, 0x1.ae066c86ac656p-6, -0x1.32ba772e56114p-6,
			0x1.75e96ad7e3393p-7, -0x1.73d82729fb1c5p-8, 0x1.1de77e6757037p-9, -0x1.3c078a5d3e39dp-11, 0x1.bc2d8438071b8p-14,
			-0x1.28def3a5aa141p-17})...)
	t := w.fma(w.mul(q, z), p, w.mul(ql, w.fma(z, w.c(-0.5), w.c(1)))) // d arctan is nearly 1 − z/2

	steep := w.lt(ax, ay)
	sx := w.sign(x)
	left := w.lt(w.as1(w.signed(), x), w.constant(w.signed(), graph.IntOf(0)))
	pi := of(w, [2]float64{0x1.921fb6p+1, -0x1.777a5cp-24}, [2]float64{0x1.921fb54442d18p+1, 0x1.1a62633145c07p-53})
	pick := func(k int) val { return w.sel(steep, w.c(pi[k]/2), w.sel(left, w.c(pi[k]), w.c(0))) }
	base, basel := pick(0), pick(1)
	flip := w.xor(sx, w.sel(steep, w.ci(sx, w.signBit()), w.ci(sx, 0)))
	q, t = w.withSign(q, flip), w.withSign(t, flip)
	s := w.add(base, q)
	a := w.add(s, w.add(t, w.add(w.sub(q, w.sub(s, base)), basel)))
	both := w.add(ax, ay)
	return w.sel(w.eq(both, both), w.withSign(a, w.sign(y)), both)
}

// quotient is n/d as a sum, 0 ≤ n ≤ d; 0 and 1 where both are 0 or ∞.
func (w *formula) quotient(n, d val) (q, ql val) {
	same := w.eq(n, d)
	if !w.wide() {
		v := w.as(graph.Float64)
		q := v.div(v.cast(n, graph.Float64), v.cast(d, graph.Float64))
		q = v.sel(same, v.sel(w.eq(d, w.c(0)), v.c(0), v.c(1)), q)
		h := w.cast(q, graph.Float32)
		return h, w.cast(v.sub(q, w.cast(h, graph.Float64)), graph.Float32)
	}
	zero := w.c(0)
	infinite := w.eq(d, w.c(math.Inf(1)))
	c := w.sel(w.lt(w.c(0x1p500), d), w.c(0x1p-400), w.sel(w.lt(d, w.c(0x1p-400)), w.c(0x1p600), w.c(1)))
	n, d2 := w.mul(n, c), w.mul(d, c)
	inv := w.div(w.c(1), d2)
	q = w.mul(n, inv)
	ql = w.mul(w.fma(w.neg(q), d2, n), inv)
	q = w.sel(infinite, zero, q)
	ql = w.sel(infinite, zero, ql)
	return w.sel(same, w.sel(w.eq(d, zero), zero, w.c(1)), q), w.sel(same, zero, ql)
}
