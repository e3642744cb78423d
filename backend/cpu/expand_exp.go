package cpu

import "math"

// log 2 in two parts.
func (w *formula) ln2() (hi, lo float64) {
	if w.wide() {
		return 0x1.62e42fefa39efp-1, 0x1.abc9e3b39803fp-56
	}
	return 0x1.62e43p-1, -0x1.05c61p-29
}

// expCubes is (eʳ − 1 − r − r²/2)/r³ for |r| ≤ ½·log 2.
func (w *formula) expCubes(r, r2 val) val {
	return w.poly(r, r2, of(w,
		[]float64{0x1.555556p-3, 0x1.5554f4p-5, 0x1.11102ap-7, 0x1.6d40a8p-10, 0x1.a1f2bap-13},
		[]float64{0x1.5555555555559p-3, 0x1.5555555555563p-5, 0x1.111111110f53ap-7, 0x1.6c16c16c10c3ep-10,
			0x1.a01a01b0b7dabp-13, 0x1.a01a01bff8544p-16, 0x1.71ddf5d1b9475p-19, 0x1.27e4a9db7557fp-22,
			0x1.af63b1d995524p-26, 0x1.1fb9b9dfc2af6p-29})...)
}

// between is x, but lo below lo and hi above hi; NaN stays.
func (w *formula) between(x val, lo, hi float64) val {
	return w.greater(w.c(lo), w.lesser(w.c(hi), x))
}

// nearest is the integer n nearest to x·c, and a float that has n in its lowest bits.
func (w *formula) nearest(x val, c float64) (n, bits val) {
	t := w.fma(x, w.c(c), w.shifter())
	return w.sub(t, w.shifter()), w.bits(t)
}

// power is 2ⁿ⁻ᵏ, of the bits of n from nearest.
func (w *formula) power(bits val, k uint64) val {
	return w.float(w.shl(w.add(bits, w.ci(bits, w.bias()-k)), w.mantissa()))
}

// exp is 2ⁿ·eʳ where x = n·log 2 + r.
func (w *formula) exp(x, _ val) val {
	x = w.between(x, of(w, -104.0, -746), of(w, 89.0, 710))
	n, _ := w.nearest(x, math.Log2E)
	h, tail := w.expSum(x, n)
	return w.scaleSum(w.add(h, tail), h, tail, n)
}

// scaleSum is h + tail, of which sum is the sum, times 2ⁿ. Where that may be denormal it is rounded once, to a multiple of
// the least number.
func (w *formula) scaleSum(sum, h, tail, n val) val {
	denormal := w.lt(n, w.c(of(w, -125.0, -1021)))
	f := w.rarely(denormal)
	c := f.scale(w.c(1.5), f.sub(w.c(of(w, -126.0, -1022)), n)) // its unit is that number times 2⁻ⁿ
	near := f.sub(f.add(c, h), c)
	rest := f.add(f.sub(h, near), tail)
	rest = f.sub(f.add(c, rest), c)
	return w.scale(w.sel(denormal, f.add(near, rest), sum), n)
}

// expSum is eʳ = h + tail, where x = n·log 2 + r.
func (w *formula) expSum(x, n val) (h, tail val) {
	hi, lo := w.ln2()
	return w.expOf(w.fma(n, w.c(-hi), x), w.mul(n, w.c(-lo)))
}

// expOf is the exponential of r + rl as h + tail, |r| ≤ ½·log 2: h is 1 + r + r²/2, the tail what that lost, r³ and what
// rl changes. As the tail is small, little is lost but in the last sum.
func (w *formula) expOf(r, rl val) (h, tail val) {
	one := w.c(1)
	half, r2 := w.mul(r, w.c(0.5)), w.mul(r, r)
	r3, cubes := w.mul(r, r2), w.expCubes(r, r2)
	h = w.fma(half, r, w.add(one, r))
	lost := w.fma(half, r, w.add(w.sub(one, h), r)) // both sums are exact
	slope := h
	if w.wide() {
		slope = w.fma(r3, cubes, h)
	}
	return h, w.fma(r3, cubes, w.fma(rl, slope, lost))
}

// exp2 is 2ⁿ·2ʳ where x = n + r.
func (w *formula) exp2(x, _ val) val {
	x = w.between(x, of(w, -151.0, -1076), of(w, 129.0, 1025))
	n := w.round(x)
	r := w.sub(x, n)
	q := w.exp2Quotient(r)
	return w.scaleSum(w.fma(r, q, w.c(1)), w.c(1), w.mul(r, q), n)
}

// sigmoid is 2ᵏ/(2ᵏ + e⁻ʳ) where x = k·log 2 + r, both parts times 1.75: which makes the unit of the sum's last place small
// beside it. What is divided is never denormal, which would take processors long.
func (w *formula) sigmoid(x, _ val) val {
	x = w.between(x, of(w, -104.0, -746), of(w, 30.0, 45))
	k, _ := w.nearest(x, math.Log2E)
	hi, lo := w.ln2()
	r := w.fma(k, w.c(-lo), w.fma(k, w.c(-hi), x))
	squares := w.poly(r, w.mul(r, r), of(w, // 1.75·(e⁻ʳ − 1 + r)/r²
		[]float64{0x1.c00000p-1, -0x1.2aa9fap-2, 0x1.2aaa48p-4, -0x1.dfeb5ep-7, 0x1.3fa692p-9},
		[]float64{0x1.c000000000015p-1, -0x1.2aaaaaaaaaab0p-2, 0x1.2aaaaaaaa5e46p-4, -0x1.ddddddddd9d14p-7,
			0x1.3e93e95545d3cp-9, -0x1.6c16c17d2ae97p-12, 0x1.6c166304d4258p-15, -0x1.43a231d66adfdp-18,
			0x1.039ad627cc268p-21, -0x1.797ee2006ee77p-25})...)
	power := w.add(w.scale(w.c(1.75), k), w.c(1.75))
	sum := w.fma(r, w.fma(r, squares, w.c(-1.75)), power)
	return w.scale(w.div(w.c(1.75), sum), k)
}

// expRest is r = rh + rl = x − n·log 2, of which rh is what the first part of log 2 leaves, exactly; and r².
func (w *formula) expRest(x, n val) (rh, rl, r, r2 val) {
	hi, lo := w.ln2()
	rh = w.fma(n, w.c(-hi), x)
	rl = w.mul(n, w.c(-lo))
	r = w.add(rh, rl)
	return rh, rl, r, w.mul(r, r)
}

// expm1Parts is (eˣ − 1)/2ᵏ as a sum of two numbers, the second of them small: times 2ᵏ, the first adds 2ⁿ − 1, 2ⁿ·rh
// and 2ⁿ·r²/2, and the second what that loses, and r³.
func (w *formula) expm1Parts(x val, k uint64) (hi, lo val) {
	n, bits := w.nearest(x, math.Log2E)
	rh, rl, r, r2 := w.expRest(x, n)
	half := w.mul(r2, w.c(0.5))
	small := w.fma(w.c(0.5), w.fma(r, r, w.neg(r2)), rl)
	small = w.fma(w.mul(r2, r), w.expCubes(r, r2), small)
	s := w.power(bits, k)
	one := w.c(math.Ldexp(1, -int(k)))
	less := w.sub(s, one)
	first := w.fma(s, rh, less)
	lo = w.fma(s, small, w.fma(s, rh, w.sub(less, first)))
	lo = w.add(lo, w.sub(w.sub(s, less), one))
	hi = w.fma(s, half, first)
	return hi, w.add(lo, w.fma(s, half, w.sub(first, hi)))
}

func (w *formula) expm1(x, _ val) val {
	if !w.wide() {
		return w.expm1Single(x)
	}
	in := x
	x = w.between(x, -40, 709.9)
	hi, lo := w.expm1Parts(x, 1) // half of it, as 2ⁿ may overflow
	half := w.add(hi, lo)
	return w.sel(w.tiny(w.abs(in)), in, w.add(half, half))
}

// tanh is m/(m + 2), m = e²ˣ − 1, of |x|: a quotient q and its remainder over the divisor.
func (w *formula) tanh(x, _ val) val {
	if !w.wide() {
		return w.tanhSingle(x)
	}
	ax := w.abs(x)
	m, ml := w.expm1Parts(w.lesser(w.c(40), w.add(ax, ax)), 0)
	all := w.add(m, ml)
	m, ml = all, w.add(w.sub(m, all), ml)
	d, dl := w.twoSum(m, w.c(2))
	dl = w.add(dl, ml)
	inv := w.div(w.c(1), d)
	q := w.mul(m, inv)
	nq := w.neg(q)
	rest := w.fma(nq, dl, w.add(w.fma(nq, d, m), ml))
	return w.withSign(w.fma(rest, inv, q), w.sign(x))
}

// erf is a polynomial below an edge; above, 1 − 2⁻ʰ with a polynomial h for −log₂ of what is missing.
func (w *formula) erf(x, _ val) val {
	edge := of(w, 0.8, 0.9)
	ax := w.abs(x)
	z := w.mul(x, x)
	small := w.fma(x, w.alternating(z, 3, of(w,
		[]float64{0x1.06eba8p-3, -0x1.812740p-2, 0x1.ce2d60p-4, -0x1.b80064p-6, 0x1.543f5ep-8, -0x1.a586fep-11, 0x1.4d38c8p-14},
		[]float64{0x1.06eba8214db69p-3, -0x1.812746b037a26p-2, 0x1.ce2f21a045a88p-4, -0x1.b82ce3135fd09p-6,
			0x1.565bcd2e2884ap-8, -0x1.c02db970238ccp-11, 0x1.f9a3ba08e4c6cp-14, -0x1.f4dc225731920p-17,
			0x1.ba4d0945126b2p-20, -0x1.61c490cb762dfp-23, 0x1.02d317c88b2b0p-26, -0x1.2779f5428b9c2p-30})...), x)

	t := w.lesser(w.c(of(w, 4.0, 6)), ax)
	t = w.sub(t, w.c(1))
	c := of(w,
		[]float64{0x1.558eaep+1, 0x1.e7532ap+1, 0x1.37622ap+0, 0x1.eb2a4cp-5, -0x1.d7d6b2p-7, 0x1.6817bep-9, -0x1.5bd1eap-12, 0x1.0c727ep-16},
		[]float64{0x1.558eada6637f3p+1, 0x1.e75328fe78c59p+1, 0x1.37627e9b5c28fp+0, 0x1.eb31368a28abdp-5, -0x1.da5764dd7883fp-7,
			0x1.7603efeaa50a4p-9, -0x1.6704ab207b8fdp-12, -0x1.3df97c85ef48dp-15, 0x1.48a29972c7a84p-15, -0x1.d12dd594c3a36p-17,
			0x1.9095363ee4e80p-19, -0x1.e93b091a2aedcp-23, -0x1.0210481333edfp-23, 0x1.0b6f948eecc03p-24, -0x1.1451d672ede34p-26,
			0x1.6236e9f93f27ep-29, -0x1.0b48e1cf071d1p-32, 0x1.6c879a21bdb40p-37})
	slope, first := w.poly(t, w.mul(t, t), c[1:]...), w.c(c[0])
	h := w.fma(slope, t, first)
	hl := w.fma(slope, t, w.sub(first, h)) // what h has lost

	shifted := w.add(h, w.shifter())
	f := w.sub(w.sub(w.sub(shifted, w.shifter()), h), hl) // 2⁻ʰ is 2ᶠ·2⁻ⁿ
	b := w.bits(shifted)
	minus := w.float(w.sub(w.ci(b, w.signBit()+w.bias()<<w.mantissa()), w.shl(b, w.mantissa()))) // −2⁻ⁿ
	power := w.mul(f, w.exp2Quotient(f))                                                         // less 1
	large := w.withSign(w.fma(minus, power, w.add(w.c(1), minus)), w.sign(x))
	return w.sel(w.lt(ax, w.c(edge)), small, large)
}

// exp2Quotient is (2ʳ − 1)/r for |r| ≤ ½.
func (w *formula) exp2Quotient(r val) val {
	if !w.wide() {
		return w.fma(r, w.poly(r, w.mul(r, r), 0x1.ebfbe0p-3, 0x1.c6af70p-5, 0x1.3b2a82p-7, 0x1.5f11b2p-10, 0x1.43eebap-13), w.c(0x1.62e430p-1))
	}
	lo := w.c(0x1.abc9e3b39803fp-56) // the second part of log 2
	return w.add(w.c(math.Ln2), w.fma(r, w.exp2Squares(r), lo))
}

// exp2Squares is (2ʳ − 1 − r·log 2)/r² of float64, |r| ≤ ½.
func (w *formula) exp2Squares(r val) val {
	return w.poly(r, w.mul(r, r), 0x1.ebfbdff82c58fp-3, 0x1.c6b08d704a0c3p-5, 0x1.3b2ab6fba4da4p-7, 0x1.5d87fe78a484dp-10,
		0x1.430912f899754p-13, 0x1.ffcbfc6b81ca8p-17, 0x1.62c021b01a66ep-20, 0x1.b524ef5e8fa7dp-24, 0x1.e4d0c9d089b6fp-28,
		0x1.e9e7fd8df9ba5p-32, 0x1.c2a78999a98d0p-36)
}
