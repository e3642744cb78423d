package cpu

import "math"

// The hyperbolic functions and those that undo them, of float64.

// tiny reports whether x is so small that functions like the hyperbolic sine are x.
func (w *formula) tiny(ax val) val { return w.lt(ax, w.c(0x1p-500)) }

// sinh is half of m + m/(m + 1) of |x|, m = eˣ − 1, or of a small m, m less half of m²/(m + 1). A quarter of it is
// computed, as m may overflow.
func (w *formula) sinh(x, _ val) val {
	if !w.wide() {
		return w.sinhSingle(x)
	}
	ax := w.abs(x)
	h, l := w.expm1Parts(w.lesser(w.c(710.48), ax), 2)
	m := w.add(h, l)
	l = w.add(w.sub(h, m), l)
	small := w.lt(m, w.c(0.25))
	part := w.sel(small, w.c(1), w.c(0.5))
	n := w.mul(m, w.sel(small, w.mul(m, w.c(-0.5)), w.c(0.125)))
	d, dl := w.twoSum(m, w.c(0.25))
	inv := w.div(w.c(1), d)
	q := w.mul(n, inv)
	nq := w.neg(q)
	q = w.fma(w.fma(nq, dl, w.fma(nq, d, n)), inv, q)
	y := w.fma(m, part, w.fma(l, part, q))
	y = w.mul(y, w.c(4))
	return w.withSign(w.sel(w.tiny(ax), ax, y), w.sign(x))
}

// cosh is (e + 1/e)/2, e = e^|x|, of which a quarter is a + t.
func (w *formula) cosh(x, _ val) val {
	if !w.wide() {
		return w.coshSingle(x)
	}
	x = w.lesser(w.c(710.48), w.abs(x))
	n, bits := w.nearest(x, math.Log2E)
	h, t := w.expSum(x, n)
	s := w.power(bits, 2)
	a, t := w.mul(s, h), w.mul(s, t)
	y := w.add(a, w.add(t, w.div(w.c(0.0625), w.add(a, t))))
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
