package cpu

import "math"

// erfc is e^(−t²)·f(t), t = |x|; of negative numbers, that less than 2.
func (w *formula) erfc(x, _ val) val {
	if !w.wide() {
		return w.erfcSingle(x)
	}
	t := w.lesser(w.c(27.3), w.abs(x))
	z := w.mul(t, t)
	e := w.tailOf(t, z, w.fma(t, t, w.neg(z)), w.c(0))
	return w.sel(w.lt(x, w.c(0)), w.sub(w.c(2), e), e)
}

// ndtr is half the erfc of −x/√2.
func (w *formula) ndtr(x, _ val) val {
	if !w.wide() {
		return w.ndtrSingle(x)
	}
	a := w.lesser(w.c(38.6), w.abs(x))
	half := w.mul(a, w.c(0.5))
	z := w.mul(half, a)
	e := w.tailOf(w.mul(a, w.c(math.Sqrt2/2)), z, w.fma(half, a, w.neg(z)), w.c(-1))
	return w.sel(w.lt(x, w.c(0)), e, w.sub(w.c(1), e))
}

// tailOf is erfc t times 2ⁿ, where t² is z + zl: (t + 4)·e^(t²)·erfc t is a polynomial of (t − 4)/(t + 4).
func (w *formula) tailOf(t, z, zl, n val) val {
	inv := w.div(w.c(1), w.add(t, w.c(4)))
	u := w.fma(w.c(-8), inv, w.c(1))
	f := w.mul(inv, w.poly(u, w.mul(u, u), 0x1.18932bf08e154p+0, -0x1.f3fe31ecb49c0p-1, 0x1.8be202d26c703p-1, -0x1.14eacb1ad02e2p-1,
		0x1.52cac23710287p-2, -0x1.645fd8a4bf301p-3, 0x1.38dbd2c8dc364p-4, -0x1.b00c052a9f134p-6, 0x1.908f472823a1bp-8,
		-0x1.269b55af72d26p-12, -0x1.dd28469fae4dcp-12, 0x1.72cdcda279ae4p-13, -0x1.e7e6e018f9c91p-19, -0x1.3c72c0e86cd94p-16,
		0x1.3b081b882e688p-18, 0x1.7ed08c8101f29p-20, -0x1.c633dd80d66d6p-21, -0x1.4eee9314d8b03p-24, 0x1.0a2d185c8831ep-23,
		0x1.674c356b56fb8p-29, -0x1.087a26d0e5345p-26, -0x1.a7111d1d971d7p-32, 0x1.17853756a007fp-30))
	z = w.neg(z)
	k, _ := w.nearest(z, math.Log2E)
	h, tail := w.expSum(z, k)
	tail = w.fma(w.neg(zl), w.add(h, tail), tail)
	return w.scale(w.fma(f, h, w.mul(f, tail)), w.add(k, n))
}

// ndtrSingle is ½ and a rational function of x², times x.
func (w *formula) ndtrSingle(x val) val {
	x = w.between(x, -5.6, 5.6)
	z := w.mul(x, x)
	z2 := w.mul(z, z)
	p := w.poly(z, z2, 0.39894212588781724, 0.037114882746396856, 0.004587710799449773, 0.0001824927764035392, 3.36188963282686e-06,
		-2.199755324513311e-08, 1.0802206394778229e-10)
	q := w.poly(z, z2, 1, 0.25969733431316855, 0.02978737479812692, 0.001901618559971432, 6.625651410196058e-05)
	return w.greater(w.c(0), w.add(w.div(w.mul(x, p), q), w.c(0.5)))
}
