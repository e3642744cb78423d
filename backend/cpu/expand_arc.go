package cpu

import (
	"math"

	"github.com/flambeau-ml/flambeau/graph"
)

// The inverse functions of angles, of float64. Names that end in l are the second parts of sums.

// arc is arcsin s of s = |x|, or where that is above ½ of √((1 − |x|)/2), which is half of what is missing to a right
// angle; as a sum.
func (w *formula) arc(x val) (steep, s, tail val) {
	ax := w.abs(x)
	steep = w.lt(w.c(0.5), ax)
	z := w.fma(w.c(-0.5), ax, w.c(0.5)) // exact where it matters
	root := w.sqrt(z)
	rootl := w.mul(w.fma(w.neg(root), root, z), w.div(w.c(0.5), w.greater(w.c(0x1p-60), root)))
	s = w.sel(steep, root, ax)
	z = w.sel(steep, z, w.mul(ax, ax))
	p := w.poly(z, w.mul(z, z), 0x1.5555555555384p-3, 0x1.333333336fe2ap-4, 0x1.6db6db41982c0p-5, 0x1.f1c72c810aa55p-6,
		0x1.6e89ed951a453p-6, 0x1.1c6c44f1a72fep-6, 0x1.c6f630d0ab184p-7, 0x1.8ef40cd70982dp-7, 0x1.aa2c05349380ap-8,
		0x1.41104deeeee6cp-6, -0x1.0b8b7505a2e22p-6, 0x1.0602ca5463322p-5)
	return steep, s, w.fma(w.mul(s, z), p, w.sel(steep, rootl, w.c(0)))
}

// pi are the parts of π.
var pi = [2]float64{0x1.921fb54442d18p+1, 0x1.1a62633145c07p-53}

// fromAngle is base·π + c·(s + tail), where base is not 0.
func (w *formula) fromAngle(base, c float64, s, tail val) val {
	b := w.c(base * pi[0])
	cs := w.mul(s, w.c(c))
	sum := w.add(b, cs)
	lost := w.add(w.sub(b, sum), cs)
	return w.add(sum, w.add(lost, w.fma(tail, w.c(c), w.c(base*pi[1]))))
}

func (w *formula) asin(x, _ val) val {
	if !w.wide() {
		return w.asinSingle(x)
	}
	steep, s, tail := w.arc(x)
	return w.withSign(w.sel(steep, w.fromAngle(0.5, -2, s, tail), w.add(s, tail)), w.sign(x))
}

func (w *formula) acos(x, _ val) val {
	if !w.wide() {
		return w.acosSingle(x)
	}
	steep, s, tail := w.arc(x)
	sign := w.sign(x)
	flat := w.fromAngle(0.5, -1, w.withSign(s, sign), w.withSign(tail, sign))
	y := w.add(s, tail)
	y = w.sel(w.lt(x, w.c(0)), w.fromAngle(1, -2, s, tail), w.add(y, y))
	return w.sel(steep, y, flat)
}

// octants is the angle of which n/d is the tangent, 0 ≤ n ≤ d, as q + t and as many times π/4 as from says, 0 or 1.
// Where d is 0 or n infinite it is what C's atan2 says.
func (w *formula) octants(n, d val) (q, t, from val) {
	inf, zero := w.c(math.Inf(1)), w.c(0)
	infinite, diagonal := w.eq(d, inf), w.eq(n, inf)
	c := w.sel(w.lt(w.c(0x1p1000), d), w.c(0x1p-100), w.sel(w.lt(d, w.c(0x1p500)), w.c(0x1p500), w.c(1))) // lest products be denormal
	n, d = w.mul(n, c), w.greater(w.c(0x1p-600), w.mul(d, c))
	steep := w.lt(w.mul(d, w.c(math.Sqrt2-1)), n)
	lower := w.sub(n, d)
	lowerl := w.sub(n, w.add(lower, d))
	upper := w.add(d, n)
	upperl := w.sub(n, w.sub(upper, d))
	n, nl := w.sel(steep, lower, n), w.sel(steep, lowerl, zero)
	d, dl := w.sel(steep, upper, d), w.sel(steep, upperl, zero)
	inv := w.div(w.c(1), d)
	q = w.mul(n, inv)
	ql := w.mul(w.fma(w.neg(q), dl, w.add(w.fma(w.neg(q), d, n), nl)), inv)
	z := w.mul(q, q)
	p := w.poly(z, w.mul(z, z), -0x1.555555555553dp-2, 0x1.999999999589bp-3, -0x1.24924922af09ap-3, 0x1.c71c70e6c7c14p-4,
		-0x1.745cf8f19874fp-4, 0x1.3b111a8f4aba3p-4, -0x1.10ebc826e84d0p-4, 0x1.df10269c89e7fp-5, -0x1.9cd65d568883cp-5,
		0x1.37de3730bac7ap-5, -0x1.257bab8b6b818p-6)
	t = w.fma(w.mul(q, z), p, w.fma(w.neg(z), ql, ql)) // d arctan is nearly 1 − z
	from = w.sel(steep, w.c(1), zero)
	return w.sel(infinite, zero, q), w.sel(infinite, zero, t), w.sel(diagonal, w.c(1), from)
}

// turned is quarters·π/4 ± (q + t).
func (w *formula) turned(quarters, q, t val) val {
	base := w.mul(quarters, w.c(pi[0]/4))
	basel := w.fma(quarters, w.c(pi[1]/4), w.fma(quarters, w.c(pi[0]/4), w.neg(base)))
	s := w.add(base, q)
	return w.add(s, w.add(t, w.add(w.sub(q, w.sub(s, base)), basel)))
}

func (w *formula) atan(x, _ val) val {
	if !w.wide() {
		return w.atanSingle(x)
	}
	ax := w.abs(x)
	one := w.c(1)
	steep := w.lt(one, ax)
	q, t, from := w.octants(w.lesser(ax, one), w.greater(ax, one))
	from = w.sel(steep, w.sub(w.c(2), from), from)
	flip := w.sel(steep, w.ci(w.bits(x), w.signBit()), w.ci(w.bits(x), 0))
	y := w.withSign(w.turned(from, w.withSign(q, flip), w.withSign(t, flip)), w.sign(x))
	return w.sel(w.eq(x, x), y, x)
}

// atan2 is the angle of (x, y): that of the lesser over the greater magnitude, from the axis or diagonal that is near.
func (w *formula) atan2(y, x val) val {
	if !w.wide() {
		return w.atan2Single(y, x)
	}
	ax, ay := w.abs(x), w.abs(y)
	q, t, from := w.octants(w.lesser(ay, ax), w.greater(ay, ax))
	steep := w.lt(ax, ay)
	sx := w.sign(x)
	left := w.lt(w.as1(w.signed(), x), w.constant(w.signed(), graph.IntOf(0)))
	from = w.sel(steep, w.sub(w.c(2), from), from)
	from = w.sel(left, w.sub(w.c(4), from), from)
	flip := w.xor(sx, w.sel(steep, w.ci(sx, w.signBit()), w.ci(sx, 0)))
	a := w.turned(from, w.withSign(q, flip), w.withSign(t, flip))
	both := w.add(ax, ay)
	return w.sel(w.eq(both, both), w.withSign(a, w.sign(y)), both)
}
