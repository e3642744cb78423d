package cpu

import "math"

// erfc is e^(−t²)·f(t), t = |x|; of negative numbers, that less than 2.
func (w *formula) erfc(x, _ val) val {
	if !w.wide() {
		return w.erfcSingle(x)
	}
	t := w.lesser(w.c(27.3), w.abs(x))
	z := w.mul(t, t)
	e := w.tailOf(t, z, w.fma(t, t, w.neg(z)), w.c(0), true)
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
	e := w.tailOf(w.mul(a, w.c(math.Sqrt2/2)), z, w.fma(half, a, w.neg(z)), w.c(-1), false)
	return w.sel(w.lt(x, w.c(0)), e, w.sub(w.c(1), e))
}

// tailTerms are the coefficients of the polynomial of tailOf, and what the first of them have lost.
var (
	tailTerms = []float64{
		0x1.18932bf08e154p+0, -0x1.f3fe31ecb49bfp-1, 0x1.8be202d26c707p-1, -0x1.14eacb1ad033dp-1, 0x1.52cac2371009cp-2,
		-0x1.645fd8a4bc017p-3, 0x1.38dbd2c8e7d35p-4, -0x1.b00c052c3eeb4p-6, 0x1.908f471e7f735p-8,
		-0x1.269b52114c72ap-12, -0x1.dd2841b416a66p-12, 0x1.72cda743bfb60p-13, -0x1.e7f3d84ffae92p-19,
		-0x1.3c6ed608b2d8ep-16, 0x1.3b1e815bcd051p-18, 0x1.7e53f27c51a3bp-20, -0x1.c7c5293e7af24p-21,
		-0x1.46534f30a5b0ap-24, 0x1.12ebd143e6cb9p-23, 0x1.eec7278fd62c8p-30, -0x1.3f949a034c2fdp-26,
		-0x1.cb17eb505f304p-31, 0x1.2156f2cb8de13p-29, 0x1.ca5fa23b8eb8fp-32,
	}
	tailTermsLost = [5]float64{0x1.07f461f4eba21p-54, -0x1.d253f9595e97cp-56, -0x1.4a44a5a789677p-56, 0x1.73514b8c298dap-56, 0x1.d5086fab7be27p-56}
)

// tailOf is erfc t times 2ⁿ, where t² is z + zl: (t + 4)·e^(t²)·erfc t is a polynomial of u = (t − 4)/(t + 4). Where it must
// be exact, the first terms are added as sums of two numbers. Names that end in l are the second parts of sums.
func (w *formula) tailOf(t, z, zl, n val, exact bool) val {
	k, _ := w.nearest(w.neg(z), math.Log2E)
	h, tail := w.expSum(w.neg(z), k)
	tail = w.fma(w.neg(zl), w.add(h, tail), tail)
	k = w.add(k, n)
	if !exact {
		inv := w.div(w.c(1), w.add(t, w.c(4)))
		u := w.fma(w.c(-8), inv, w.c(1))
		f := w.mul(inv, w.poly(u, w.mul(u, u), tailTerms...))
		return w.scale(w.fma(f, h, w.mul(f, tail)), k)
	}
	d, dl := w.twoSum(t, w.c(4))
	inv := w.div(w.c(1), d)
	invl := w.mul(inv, w.fma(w.neg(inv), dl, w.fma(w.neg(inv), d, w.c(1))))
	u, ul := w.twoSum(w.c(1), w.mul(inv, w.c(-8)))
	ul = w.fma(w.c(-8), invl, ul)
	c, cl := tailTerms, tailTermsLost
	p, pl := w.hornerSum(c[4], cl[4], u, ul, w.poly(u, w.mul(u, u), c[5:]...), -1)
	p, pl = w.hornerSum(c[3], cl[3], u, ul, p, pl)
	p, pl = w.hornerSum(c[2], cl[2], u, ul, p, pl)
	for i := 1; i >= 0; i-- { // the product may be more than the term
		p, pl = w.productSum(u, ul, p, pl)
		var lost val
		p, lost = w.twoSum(p, w.c(c[i]))
		pl = w.add(pl, w.add(lost, w.c(cl[i])))
	}
	f, fl := w.productSum(p, pl, inv, invl)
	return w.scale(w.fma(f, h, w.fma(f, tail, w.mul(fl, h))), k)
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
