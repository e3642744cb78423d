package cpu

import "math"

// The hyperbolic functions and those that undo them, of float64.

// tiny reports whether x is so small that functions like the hyperbolic sine are x.
func (w *formula) tiny(ax val) val { return w.lt(ax, w.c(0x1p-500)) }

// hyperbolicSum is a quarter of eᵃ ± e⁻ᵃ as a sum, plus if even, a = |x|: with a = n·log 2 + r these are sums of products of
// cosh r and sinh r with (2ⁿ ± 2⁻ⁿ)/4. Names that end in l are the second parts of sums.
func (w *formula) hyperbolicSum(a val, even bool) (sum, l val) {
	a = w.lesser(w.c(710.48), a)
	n, bits := w.nearest(a, math.Log2E)
	ln2, ln2l := w.ln2()
	first, rl := w.fma(n, w.c(-ln2), a), w.mul(n, w.c(-ln2l))
	r := w.add(first, rl)
	rl = w.add(w.sub(first, r), rl)
	z := w.mul(r, r)
	zl := w.fma(w.add(r, r), rl, w.fma(r, r, w.neg(z)))
	z2 := w.mul(z, z)

	q := w.poly(z, z2, 0x1.5555555555558p-5, 0x1.6c16c16c15018p-10, 0x1.a01a01ad763bap-16, 0x1.27e4cc22a3491p-22,
		0x1.1f8bc427c7f7ep-29)
	h, hl := w.hornerSum(0.5, 0, z, zl, q, -1)
	h, hl = w.productSum(z, zl, h, hl)
	c := w.add(w.c(1), h)
	cl := w.add(w.add(w.sub(w.c(1), c), h), hl)

	q = w.poly(z, z2, 0x1.1111111111112p-7, 0x1.a01a01a01912cp-13, 0x1.71de3a5c8c3ccp-19, 0x1.ae642404b9573p-26,
		0x1.61cd1d405b7fbp-33)
	m, ml := w.hornerSum(0x1.5555555555555p-3, 0x1.5555555555555p-57, z, -1, q, -1)
	m, ml = w.productSum(z, zl, m, ml)
	s := w.fma(m, r, r)
	sl := w.add(w.fma(m, r, w.sub(r, s)), w.fma(r, ml, w.fma(rl, m, rl)))

	up := w.power(bits, 2)
	down := w.power(w.bits(w.sub(w.shifter(), w.lesser(w.c(100), n))), 2)
	plus, minus := w.add(up, down), w.sub(up, down)
	plusl, minusl := w.add(w.sub(up, plus), down), w.sub(w.sub(up, minus), down)
	if !even {
		plus, plusl, minus, minusl = minus, minusl, plus, plusl
	}
	p := w.mul(c, plus)
	pl := w.fma(c, plusl, w.fma(cl, plus, w.fma(c, plus, w.neg(p))))
	sum = w.fma(s, minus, p)
	return sum, w.add(w.fma(s, minus, w.sub(p, sum)), w.add(pl, w.fma(sl, minus, w.mul(s, minusl))))
}

func (w *formula) sinh(x, _ val) val {
	if !w.wide() {
		return w.sinhSingle(x)
	}
	ax := w.abs(x)
	h, l := w.hyperbolicSum(ax, false)
	y := w.add(h, l)
	return w.withSign(w.sel(w.tiny(ax), ax, w.add(y, y)), w.sign(x))
}

func (w *formula) cosh(x, _ val) val {
	if !w.wide() {
		return w.coshSingle(x)
	}
	h, l := w.hyperbolicSum(w.abs(x), true)
	y := w.add(h, l)
	return w.add(y, y)
}

// inverseHyperbolic is log(1 + u + ul), but log 2x where far says that x is large.
func (w *formula) inverseHyperbolic(u, ul, far, x val) val {
	y := w.log1pSum(w.sel(far, w.mul(x, w.c(0.5)), u), w.sel(far, w.c(0), ul))
	return w.add(y, w.sel(far, w.c(2*math.Ln2), w.c(0)))
}

// asinh is log(1 + u), u = a + a²/(1 + √(1 + a²)), a = |x|; of a large a, log 2 + log a.
func (w *formula) asinh(x, _ val) val {
	if !w.wide() {
		return w.asinhSingle(x)
	}
	ax := w.abs(x)
	far := w.lt(w.c(0x1p60), ax)
	a := w.lesser(w.c(0x1p60), ax)
	z := w.mul(a, a)
	more := w.div(z, w.add(w.sqrt(w.add(z, w.c(1))), w.c(1)))
	u := w.add(a, more)
	ul := w.add(w.sub(a, u), more)
	y := w.inverseHyperbolic(u, ul, far, ax)
	return w.withSign(w.sel(w.tiny(ax), ax, y), w.sign(x))
}

// acosh is log(1 + u), u = t + √(t·(t + 2)), t = x − 1.
func (w *formula) acosh(x, _ val) val {
	if !w.wide() {
		return w.acoshSingle(x)
	}
	far := w.lt(w.c(0x1p60), x)
	t := w.sub(w.lesser(w.c(0x1p60), x), w.c(1))
	root := w.sqrt(w.mul(t, w.add(t, w.c(2))))
	u, ul := w.twoSum(root, t)
	return w.sel(w.lt(x, w.c(1)), w.c(math.NaN()), w.inverseHyperbolic(u, ul, far, x))
}

// atanh is half of log(1 + u), u = 2a/(1 − a), a = |x|.
func (w *formula) atanh(x, _ val) val {
	if !w.wide() {
		return w.atanhSingle(x)
	}
	ax := w.abs(x)
	one := w.c(1)
	d := w.sub(one, ax)
	dl := w.sub(w.sub(one, d), ax)
	inv := w.div(one, d)
	twice := w.add(ax, ax)
	u := w.mul(twice, inv)
	ul := w.mul(w.fma(w.neg(u), dl, w.fma(w.neg(u), d, twice)), inv)
	y := w.mul(w.log1pSum(u, ul), w.c(0.5))
	y = w.sel(w.lt(ax, one), y, w.sel(w.eq(ax, one), w.c(math.Inf(1)), w.c(math.NaN())))
	return w.withSign(w.sel(w.tiny(ax), ax, y), w.sign(x))
}
