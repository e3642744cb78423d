package cpu

import (
	"math"

	"github.com/flambeau-ml/flambeau/graph"
)

// Functions of float32 that are computed in float64, to 30 bits or more, and rounded once: nothing need be done about
// what single operations lose, nor about denormal results. This is faster than pairs of float32 numbers where functions
// have several steps.

// double is w for float64, and x in it.
func (w *formula) double(x val) (v *formula, wide val) {
	v = w.as(graph.Float64)
	return v, v.cast(x, graph.Float64)
}

// single is a result in float64 as float32.
func (w *formula) single(x val) val { return w.cast(x, graph.Float32) }

// expParts gives s and p, for which eˣ = s·(1 + p), s a power of two; p is exact to 31 bits where s is 1. |x| is below
// 700.
func (v *formula) expParts(x val) (s, p val) {
	n, bits := v.nearest(x, math.Log2E)
	r := v.fma(n, v.c(-math.Ln2), x)
	q := v.horner(r, 0x1.00000028358d9p-1, 0x1.555555585df3ap-3, 0x1.5554ac7279066p-5, 0x1.1110ed136eec5p-7,
		0x1.6d774d8d06d3cp-10, 0x1.a106520f1d937p-13)
	return v.power(bits, 0), v.fma(v.mul(r, r), q, r)
}

// expLess1 is eˣ − 1 to 31 bits.
func (v *formula) expLess1(x val) val {
	s, p := v.expParts(x)
	return v.fma(s, p, v.sub(s, v.c(1)))
}

// log1pOf is log(1 + f) to 33 bits, √½ ≤ 1 + f ≤ √2.
func (v *formula) log1pOf(f val) val {
	f2 := v.mul(f, f)
	q := v.poly(f, f2, -0x1.0000001b97496p-1, 0x1.555554d4e7d75p-2, -0x1.ffffa6e4051d0p-3, 0x1.9999ca329412ep-3,
		-0x1.55693be75bf04p-3, 0x1.249c5a17f9793p-3, -0x1.fc65ac44fc73fp-4, 0x1.c264a906e618fp-4, -0x1.bc7bd2853abffp-4,
		0x1.bc15e6f87ecccp-4, -0x1.f8735f50555c1p-5)
	return v.fma(f2, q, f)
}

// logPlus1 is log(1 + u) for −1 < u < 2¹⁰⁰⁰.
func (v *formula) logPlus1(u val) val {
	k, scaled, _ := v.split(v.add(u, v.c(1)))
	inverse := v.float(v.sub(v.ci(scaled, v.bias()<<v.mantissa()), scaled)) // 2⁻ᵏ
	f := v.fma(u, inverse, v.sub(inverse, v.c(1)))
	return v.fma(k, v.c(math.Ln2), v.log1pOf(f))
}

// logSingle is the logarithm of x to the base b with log b = ln.
func (w *formula) logSingle(x val, ln float64) val {
	v, wide := w.double(x)
	k, _, m := v.split(wide)
	l := v.log1pOf(v.sub(m, v.c(1)))
	y := v.fma(l, v.c(1/ln), v.mul(k, v.c(math.Ln2/ln)))
	return w.edges(w.single(y), x)
}

// angleSingle is x less a multiple n of π/2, and an integer that has n in its lowest bits.
func (w *formula) angleSingle(x val) (v *formula, r, n val) {
	v, wide := w.double(x)
	near, n := v.nearest(wide, 2/math.Pi)
	r = v.fma(near, v.c(-0x1.921fb54442d18p+0), wide)
	r = v.fma(near, v.c(-0x1.1a62633145c07p-54), r)

	ax := w.abs(x)
	isFar := w.le(w.c(w.far()), ax)
	f := w.rarely(isFar)
	r2, n2 := f.farSingle(f.greater(ax, w.c(w.far())))
	fv := f.as(graph.Float64)
	negative := fv.lt(wide, v.c(0))
	r2 = fv.sel(negative, fv.neg(r2), r2)
	n2 = fv.sel(negative, fv.sub(v.ci(n, 0), n2), n2)
	r2 = fv.sel(f.lt(ax, w.c(math.Inf(1))), r2, v.c(math.NaN()))
	return v, v.sel(isFar, r2, r), v.sel(isFar, n2, n)
}

// farSingle is angleSingle of any x ≥ far. With x = M·2ᵉ it multiplies M by what of 2ᵉ·2/π is less than 4.
func (w *formula) farSingle(x val) (r, n val) {
	b := w.bits(x)
	at := w.sub(w.shr(b, w.mantissa()), w.ci(b, w.table().first))
	low := w.and(b, w.ci(b, 1<<w.mantissa()-1))
	v := w.as(graph.Float64)
	part := func(k int) val { return v.lookup(w.table(), k, at) }
	m := v.cast(w.as1(graph.Int32, w.or(low, w.ci(b, 1<<23))), graph.Float64)
	// Products of 24 and 28 bits are exact, and so are the sums before the last.
	p := v.mul(m, part(0))
	n1 := v.round(p)
	sum := v.add(v.sub(p, n1), v.mul(m, part(1)))
	n2 := v.round(sum)
	sum = v.fma(m, part(2), v.sub(sum, n2))
	return v.mul(sum, v.c(math.Pi/2)), v.bits(v.add(v.add(n1, n2), v.shifter()))
}

// waveSingle is the sine of x + k·π/2.
func (w *formula) waveSingle(x val, k uint64) val {
	v, r, n := w.angleSingle(x)
	if k > 0 {
		n = v.add(n, v.ci(n, k))
	}
	z := v.mul(r, r)
	sin := v.mul(r, v.horner(z, 1, -0x1.5555554cb20c6p-3, 0x1.111108907cc68p-7, -0x1.a00f98e916e2ap-13, 0x1.6cd733b2fa59dp-19))
	cos := v.horner(z, 1, -0.5, 0x1.55554aabe3224p-5, -0x1.6c0c86874c794p-10, 0x1.9a00cdedaa258p-16)
	odd := v.eq(v.and(n, v.ci(n, 1)), v.ci(n, 1))
	flip := v.and(v.shl(n, 62), v.ci(n, v.signBit()))
	return w.single(v.withSign(v.sel(odd, cos, sin), flip))
}

// tanSingle is the tangent of r, or −1/tan r where n is odd.
func (w *formula) tanSingle(x val) val {
	v, r, n := w.angleSingle(x)
	z := v.mul(r, r)
	t := v.mul(r, v.poly(z, v.mul(z, z), 1, 0x1.55555438ecf30p-2, 0x1.11118225f488cp-3, 0x1.b9fcfe544ad68p-5, 0x1.684df9a03f58dp-6,
		0x1.103c2cf9e4a28p-7, 0x1.4a361c577e980p-8, -0x1.50cefa7441922p-11, 0x1.0e0c33ffbf278p-9))
	odd := v.eq(v.and(n, v.ci(n, 1)), v.ci(n, 1))
	return w.single(v.div(v.sel(odd, v.c(-1), t), v.sel(odd, t, v.c(1))))
}

// arcTail is (arcsin s − s)/s, where z is s² and not above ¼.
func (v *formula) arcTail(z val) val {
	return v.mul(z, v.poly(z, v.mul(z, z), 0x1.55555609ad3bcp-3, 0x1.3332a7a3683ddp-4, 0x1.6ddb3d2dc0975p-5, 0x1.ed51470d0ca3dp-6,
		0x1.9367bb375a255p-6, 0x1.e8c1fb3ea77abp-8, 0x1.1c51c1b18a6f1p-5))
}

// arcSingle is the arc sine of |x|, or where that is above ½ of √((1 − |x|)/2), which is half of what is missing to a
// right angle.
func (w *formula) arcSingle(x val) (v *formula, steep, y val) {
	ax := w.abs(x)
	steep = w.lt(w.c(0.5), ax)
	z := w.fma(w.c(-0.5), ax, w.c(0.5))
	root := w.sqrt(z)
	v, wz := w.double(z)
	wr := v.cast(root, graph.Float64)
	// One step of Newton makes the root one of float64.
	half := w.div(w.c(0.5), w.greater(w.c(0x1p-30), root))
	wr = v.fma(v.fma(v.neg(wr), wr, wz), v.cast(half, graph.Float64), wr)
	wx := v.cast(ax, graph.Float64)
	s := v.sel(steep, wr, wx)
	return v, steep, v.fma(s, v.arcTail(v.sel(steep, wz, v.mul(wx, wx))), s)
}

func (w *formula) asinSingle(x val) val {
	v, steep, y := w.arcSingle(x)
	return w.withSign(w.single(v.sel(steep, v.fma(v.c(-2), y, v.c(math.Pi/2)), y)), w.sign(x))
}

func (w *formula) acosSingle(x val) val {
	v, steep, y := w.arcSingle(x)
	y = v.sel(steep, v.add(y, y), v.sub(v.c(math.Pi/2), y)) // of |x|
	return w.single(v.sel(w.lt(x, w.c(0)), v.sub(v.c(math.Pi), y), y))
}

// arcTangent is arctan n/d, 0 ≤ n ≤ d, 0 < d < ∞. Above the tangent of π/8 it goes from π/4.
func (v *formula) arcTangent(n, d val) val {
	steep := v.lt(v.mul(d, v.c(math.Sqrt2-1)), n)
	q := v.div(v.sel(steep, v.sub(n, d), n), v.sel(steep, v.add(n, d), d))
	z := v.mul(q, q)
	p := v.poly(z, v.mul(z, z), -0x1.555554c8a3517p-2, 0x1.99991a50f1ac4p-3, -0x1.247f07915e062p-3, 0x1.c4681e4b97041p-4,
		-0x1.5b460f55227e0p-4, 0x1.84f886a6b491fp-5)
	a := v.fma(v.mul(q, z), p, q)
	return v.add(a, v.sel(steep, v.c(math.Pi/4), v.c(0)))
}

func (w *formula) atanSingle(x val) val {
	ax := w.abs(x)
	steep := w.lt(w.c(1), ax)
	v := w.as(graph.Float64)
	n, d := v.cast(w.sel(steep, w.c(1), ax), graph.Float64), v.cast(w.sel(steep, ax, w.c(1)), graph.Float64)
	a := v.arcTangent(n, d)
	return w.withSign(w.single(v.sel(steep, v.sub(v.c(math.Pi/2), a), a)), w.sign(x))
}

func (w *formula) atan2Single(y, x val) val {
	ax, ay := w.abs(x), w.abs(y)
	v := w.as(graph.Float64)
	n, d := v.cast(w.lesser(ay, ax), graph.Float64), v.cast(w.greater(ay, ax), graph.Float64)
	n, d = v.lesser(v.c(0x1p1000), n), v.greater(v.c(0x1p-1000), v.lesser(v.c(0x1p1000), d)) // so 0/0 is 0, and ∞/∞ is 1
	a := v.arcTangent(n, d)
	a = v.sel(w.lt(ax, ay), v.sub(v.c(math.Pi/2), a), a)
	left := w.lt(w.as1(w.signed(), x), w.constant(w.signed(), graph.IntOf(0)))
	a = v.sel(left, v.sub(v.c(math.Pi), a), a)
	both := w.add(ax, ay)
	return w.sel(w.eq(both, both), w.withSign(w.single(a), w.sign(y)), both)
}

func (w *formula) expm1Single(x val) val {
	v, wide := w.double(w.between(x, -30, 100))
	y := w.single(v.expLess1(wide))
	return w.float(w.or(w.bits(y), w.sign(x))) // −0 stays
}

func (w *formula) tanhSingle(x val) val {
	ax := w.abs(x)
	v, wide := w.double(w.lesser(w.c(20), w.add(ax, ax)))
	m := v.expLess1(wide)
	return w.withSign(w.single(v.div(m, v.add(m, v.c(2)))), w.sign(x))
}

func (w *formula) sinhSingle(x val) val {
	v, wide := w.double(w.lesser(w.c(100), w.abs(x)))
	m := v.expLess1(wide)
	half := v.mul(m, v.c(0.5))
	return w.withSign(w.single(v.add(half, v.div(half, v.add(m, v.c(1))))), w.sign(x))
}

func (w *formula) coshSingle(x val) val {
	v, wide := w.double(w.lesser(w.c(100), w.abs(x)))
	s, p := v.expParts(wide)
	e := v.fma(s, p, s)
	return w.single(v.mul(v.add(e, v.div(v.c(1), e)), v.c(0.5)))
}

func (w *formula) asinhSingle(x val) val {
	ax := w.abs(x)
	v, a := w.double(w.lesser(w.c(math.MaxFloat32), ax))
	z := v.mul(a, a)
	u := v.add(a, v.div(z, v.add(v.sqrt(v.add(z, v.c(1))), v.c(1))))
	y := w.single(v.logPlus1(u))
	return w.withSign(w.sel(w.eq(ax, w.c(math.Inf(1))), ax, y), w.sign(x))
}

func (w *formula) acoshSingle(x val) val {
	v, a := w.double(w.lesser(w.c(math.MaxFloat32), x))
	t := v.sub(a, v.c(1))
	u := v.add(t, v.sqrt(v.mul(t, v.add(t, v.c(2)))))
	y := w.sel(w.eq(x, w.c(math.Inf(1))), x, w.single(v.logPlus1(u)))
	return w.sel(w.lt(x, w.c(1)), w.c(math.NaN()), y)
}

// atanhSingle is half of log((1 + x)/(1 − x)) of |x|: with 1 − x = 2ᵏ·m, that of (1 + x)/m is the artanh of
// (1 + x − m)/(1 + x + m), where the numerator is 2x if k is 0.
func (w *formula) atanhSingle(x val) val {
	ax := w.abs(x)
	v, a := w.double(ax)
	k, _, m := v.split(v.sub(v.c(1), a))
	p := v.add(a, v.c(1))
	s := v.div(v.sel(v.eq(k, v.c(0)), v.add(a, a), v.sub(p, m)), v.add(p, m))
	z := v.mul(s, s)
	q := v.poly(z, v.mul(z, z), 0x1.5555563834ce9p-2, 0x1.9998d869c2564p-3, 0x1.24adff6890adep-3, 0x1.c35ef7c87e514p-4,
		0x1.966942d3fbbf9p-4, 0x1.2bd2c73c30a99p-5, 0x1.48197bfbeaa02p-3)
	y := w.single(v.fma(k, v.c(-math.Ln2/2), v.fma(v.mul(s, z), q, s)))
	one := w.c(1)
	y = w.sel(w.lt(ax, one), y, w.sel(w.eq(ax, one), w.c(math.Inf(1)), w.c(math.NaN())))
	return w.withSign(y, w.sign(x))
}

// erfcSingle is e^(−t²)·f(t), t = |x|, where (t + 3)·f(t) is a polynomial of (t − 3)/(t + 3).
func (w *formula) erfcSingle(x val) val {
	v, t := w.double(w.lesser(w.c(10.2), w.abs(x)))
	inv := v.div(v.c(1), v.add(t, v.c(3)))
	u := v.fma(v.c(-6), inv, v.c(1))
	f := v.mul(inv, v.poly(u, v.mul(u, u), 0x1.12f21ddd9b50ap+0, -0x1.c44c47217442bp-1, 0x1.2e32694e7284cp-1, -0x1.3deb1ed2db051p-2,
		0x1.e995ebb87d8f1p-4, -0x1.b78bed01f3471p-6, -0x1.3dd68b14bb7e8p-10, 0x1.8e2851243845dp-9, -0x1.1e5b14bff1cf3p-11,
		-0x1.2d20975fa6044p-12, 0x1.94dded2074b7ep-14, 0x1.4e4681038f778p-15))
	s, p := v.expParts(v.neg(v.mul(t, t)))
	e := v.mul(s, v.fma(f, p, f))
	return w.single(v.sel(w.lt(x, w.c(0)), v.sub(v.c(2), e), e))
}
