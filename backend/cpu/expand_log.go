package cpu

import "math"

// lowest is the least mantissa m that split gives: ⅔ or √½.
func (w *formula) lowest() uint64 { return of[uint64](w, 0x3f2aaaab, 0x3fe6a09e667f3bcd) }

// split is x = 2ᵏ·m with m about 1, for a normal positive x; scaled is k shifted to the place of the exponent.
func (w *formula) split(x val) (k, scaled, m val) {
	b := w.bits(x)
	one := w.bias() << w.mantissa()
	t := w.add(b, w.ci(b, one-w.lowest())) // its exponent is that of 2ᵏ
	scaled = w.sub(w.and(t, w.ci(t, w.exponents())), w.ci(t, one))
	m = w.float(w.sub(b, scaled))
	// As the lowest bits of a number so large that its unit is 1, the exponent becomes a float.
	big := of[uint64](w, 0x4b000000, 0x4330000000000000)
	e := w.float(w.or(w.shr(t, w.mantissa()), w.ci(t, big)))
	k = w.sub(e, w.c(of(w, 0x1p23+127, 0x1p52+1023)))
	return k, scaled, m
}

// exponents are the bits of the exponent.
func (w *formula) exponents() uint64 { return of[uint64](w, 0x7f800000, 0x7ff0000000000000) }

// logSum is k·log 2 + log(1 + f) + more, where more is small. Nothing is lost of k·log 2 + f, as the first part of log 2
// has few bits.
func (w *formula) logSum(k, f, more val) val {
	kl := w.mul(k, w.c(of(w, 0x1.62e4p-1, 0x1.62e42feep-1)))
	hi := w.add(kl, f)
	lo := w.fma(k, w.c(of(w, 0x1.7f7d1cf79abcap-20, 0x1.a39ef35793c76p-33)), w.sub(f, w.sub(hi, kl)))
	if more >= 0 {
		lo = w.add(lo, more)
	}
	f2 := w.mul(f, f)
	if !w.wide() {
		q := w.poly(f, f2, 0x1.55550ap-2, -0x1.fffe66p-3, 0x1.99cf4cp-3, -0x1.55b5bep-3, 0x1.1edd3ap-3, -0x1.f0924cp-4,
			0x1.1e6704p-3, -0x1.0d32p-3)
		return w.add(hi, w.fma(f2, w.fma(f, q, w.c(-0.5)), lo))
	}
	// log(1 + f) is 2·artanh s, which is f − f²/2 + s·(f²/2 + s²·r). The first two are added exactly.
	s := w.div(f, w.add(f, w.c(2)))
	z := w.mul(s, s)
	r := w.poly(z, w.mul(z, z), 0x1.5555555555597p-1, 0x1.999999997e2e7p-2, 0x1.2492494388300p-2, 0x1.c71c50a9c5bcep-3,
		0x1.74668b0c46d7cp-3, 0x1.3999ac94274b7p-3, 0x1.2f5a30f481974p-3)
	half := w.mul(w.c(0.5), f2)
	first := w.sub(hi, half)
	lo = w.add(lo, w.fma(w.c(-0.5), w.fma(f, f, w.neg(f2)), w.sub(w.sub(hi, first), half)))
	return w.add(first, w.fma(s, w.fma(z, r, half), lo))
}

// edges are those of a logarithm: y where 0 < x < ∞, and else −∞, NaN, or x.
func (w *formula) edges(y, x val) val {
	y = w.sel(w.lt(x, w.c(math.Inf(1))), y, x)
	return w.sel(w.lt(w.c(0), x), y, w.sel(w.eq(x, w.c(0)), w.c(math.Inf(-1)), w.c(math.NaN())))
}

func (w *formula) log(x, _ val) val {
	k, m := w.normalSplit(x)
	f := w.sub(m, w.c(1))
	return w.edges(w.logSum(k, f, -1), x)
}

// normalSplit is split of any positive x.
func (w *formula) normalSplit(x val) (k, m val) {
	tiny := w.lt(x, w.c(of(w, 0x1p-126, 0x1p-1022)))
	k, _, m = w.split(w.sel(tiny, w.mul(x, w.c(of(w, 0x1p24, 0x1p54))), x))
	return w.sub(k, w.sel(tiny, w.c(of(w, 24.0, 54)), w.c(0))), m
}

func (w *formula) log1p(x, _ val) val {
	y := w.log1pSum(x, -1)
	return w.sel(w.eq(x, w.c(0)), x, y)
}

// log1pSum is log(1 + x + xl), where xl is much less than x; −1: 0. It takes 1 + x apart, and then from x what it has
// found.
func (w *formula) log1pSum(x, xl val) val {
	u := w.add(x, w.c(1))
	k, scaled, _ := w.split(u)
	huge := w.lt(w.c(of(w, 0x1p30, 0x1p60)), x)
	less := w.sub(w.sel(huge, w.c(0), w.float(w.sub(w.ci(scaled, w.bias()<<w.mantissa()), scaled))), w.c(1)) // 2⁻ᵏ − 1
	part := w.float(w.sub(w.bits(x), scaled))                                                                // x·2⁻ᵏ
	f := w.add(part, less)
	more := w.sub(part, w.sub(f, less))
	if xl >= 0 {
		more = w.fma(xl, w.float(w.sub(w.ci(scaled, w.bias()<<w.mantissa()), scaled)), more)
	}
	return w.edges(w.logSum(k, f, w.fma(w.neg(f), more, more)), u)
}

func (w *formula) log2(x, _ val) val {
	if !w.wide() {
		return w.logSingle(x, math.Ln2)
	}
	h, l := w.log2Sum(x)
	return w.edges(w.add(h, l), x)
}

func (w *formula) log10(x, _ val) val {
	if !w.wide() {
		return w.logSingle(x, math.Ln10)
	}
	h, l := w.log2Sum(x)
	c := [2]float64{0x1.34413509f79ffp-2, -0x1.9dc1da994fd21p-59} // log₁₀ 2
	y := w.mul(h, w.c(c[0]))
	yl := w.fma(h, w.c(c[0]), w.neg(y))
	return w.edges(w.add(y, w.fma(l, w.c(c[0]), w.fma(h, w.c(c[1]), yl))), x)
}

// log2Sum is log₂ x as a sum, of float64.
func (w *formula) log2Sum(x val) (sum, l val) {
	k, m := w.normalSplit(x)
	h, l := w.log2Near(m)
	sum = w.add(k, h)
	return sum, w.add(l, w.add(w.sub(k, sum), h))
}
