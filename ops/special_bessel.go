package ops

import (
	"math"

	"github.com/flambeau-ml/flambeau/graph"
)

// chebyshev is a series in Chebyshev polynomials on the interval from a to b. Elements outside of it give the value at
// a, with no derivative: another formula stands for them.
func chebyshev(x *graph.Value, a, b float64, series []float64) *graph.Value {
	low := x.Like(a)
	x = x.Lt(low).Or(x.Gt(x.Like(b))).Where(low, x) // NaN stays
	t := x.Sub(low).Scale(4 / (b - a)).Shift(-2)
	n := len(series) - 1
	one, two := t.Like(series[n]), t.Like(0)
	for i := n - 1; i > 0; i-- {
		one, two = t.Mul(one).Sub(two).Shift(series[i]), one
	}
	return t.Scale(0.5).Mul(one).Sub(two).Shift(series[0])
}

// modified is exp(−|x|) times the modified Bessel function of the first kind of an order, over x for order 1.
func modified(x *graph.Value, near, far []float64, odd bool) *graph.Value {
	a := x.Abs()
	large := a.Gt(a.Like(8))
	v := reciprocal(large.Where(a, a.Like(8)))
	tail := chebyshev(v, 0, 0.125, far).Mul(v.Sqrt())
	if odd {
		return large.Where(x.Sign().Mul(tail), x.Mul(chebyshev(a, 0, 8, near)))
	}
	return large.Where(tail, chebyshev(a, 0, 8, near))
}

func i0e(x *graph.Value) *graph.Value { return modified(x, i0Near, i0Far, false) }
func i1e(x *graph.Value) *graph.Value { return modified(x, i1Near, i1Far, true) }
func i0(x *graph.Value) *graph.Value  { return i0e(x).Mul(x.Abs().Exp()) }
func i1(x *graph.Value) *graph.Value  { return i1e(x).Mul(x.Abs().Exp()) }

// secondKind is the modified Bessel function of the second kind of order 0 or 1; scaled says to multiply it by exp(x).
func secondKind(order int, scaled bool) unaryBody {
	return func(x *graph.Value) *graph.Value {
		large := x.Gt(x.Like(2))
		small := large.Where(x.Like(1), x)
		log, square := small.Scale(0.5).Log(), small.Mul(small)
		v := reciprocal(large.Where(x, x.Like(2)))
		var near, far *graph.Value
		if order == 0 {
			near = chebyshev(square, 0, 4, k0Near).Sub(log.Mul(i0(small)))
			far = chebyshev(v, 0, 0.5, k0Far)
		} else {
			near = chebyshev(square, 0, 4, k1Near).Div(small).Add(log.Mul(i1(small)))
			near = small.Eq(x.Like(0)).Where(x.Like(math.Inf(1)), near)
			far = chebyshev(v, 0, 0.5, k1Far)
		}
		far = far.Mul(v.Sqrt())
		if scaled {
			near = near.Mul(small.Exp())
		} else {
			far = far.Mul(x.Neg().Exp())
		}
		return large.Where(far, near)
	}
}

// waves are the parts of the Bessel functions of an order beyond 8: √(2/πx)·P, √(2/πx)·Q, and the cosine and sine of x less
// (order/2 + ¼)π.
func waves(x *graph.Value, order int) (p, q, cos, sin *graph.Value) {
	v := reciprocal(x).Scale(8)
	t := v.Mul(v)
	r := v.Scale(1 / (4 * math.Pi)).Sqrt()
	c, s := x.Cos().Scale(math.Sqrt2/2), x.Sin().Scale(math.Sqrt2/2)
	if order == 0 {
		return r.Mul(chebyshev(t, 0, 1, bessel0Cosine)), r.Mul(chebyshev(t, 0, 1, bessel0Sine)).Div(x), c.Add(s), s.Sub(c)
	}
	return r.Mul(chebyshev(t, 0, 1, bessel1Cosine)), r.Mul(chebyshev(t, 0, 1, bessel1Sine)).Div(x), s.Sub(c), c.Add(s).Neg()
}

func besselJ0(x *graph.Value) *graph.Value {
	a := x.Abs()
	large := a.Gt(a.Like(8))
	p, q, cos, sin := waves(large.Where(a, a.Like(8)), 0)
	return large.Where(p.Mul(cos).Sub(q.Mul(sin)), chebyshev(a.Mul(a), 0, 64, j0Near))
}

func besselJ1(x *graph.Value) *graph.Value {
	a := x.Abs()
	large := a.Gt(a.Like(8))
	p, q, cos, sin := waves(large.Where(a, a.Like(8)), 1)
	return large.Where(x.Sign().Mul(p.Mul(cos).Sub(q.Mul(sin))), x.Mul(chebyshev(a.Mul(a), 0, 64, j1Near)))
}

func besselY0(x *graph.Value) *graph.Value {
	large := x.Gt(x.Like(8))
	p, q, cos, sin := waves(large.Where(x, x.Like(8)), 0)
	small := large.Where(x.Like(1), x)
	square := small.Mul(small)
	near := small.Log().Scale(2 / math.Pi).Mul(chebyshev(square, 0, 64, j0Near)).Add(chebyshev(square, 0, 64, y0Near))
	return large.Where(p.Mul(sin).Add(q.Mul(cos)), near)
}

func besselY1(x *graph.Value) *graph.Value {
	large := x.Gt(x.Like(8))
	p, q, cos, sin := waves(large.Where(x, x.Like(8)), 1)
	small := large.Where(x.Like(1), x)
	square := small.Mul(small)
	j1 := small.Mul(chebyshev(square, 0, 64, j1Near))
	near := small.Log().Mul(j1).Sub(reciprocal(small)).Scale(2 / math.Pi).Add(small.Mul(chebyshev(square, 0, 64, y1Near)))
	near = small.Eq(x.Like(0)).Where(x.Like(math.Inf(-1)), near)
	return large.Where(p.Mul(sin).Add(q.Mul(cos)), near)
}

// airy is the Airy function Ai; NaN at both infinities.
func airy(x *graph.Value) *graph.Value {
	right, left := x.Gt(x.Like(1)), x.Lt(x.Like(-3))
	zeta := func(a *graph.Value) *graph.Value { return a.Mul(a.Sqrt()).Scale(2. / 3) }
	a := right.Where(x, x.Like(1))
	z := zeta(a)
	falling := chebyshev(reciprocal(z), 0, 1.5, airyFar).Mul(z.Neg().Exp()).Div(a.Sqrt().Sqrt()).Scale(0.5 / math.Sqrt(math.Pi))
	a = left.Where(x.Neg(), x.Like(3))
	z = zeta(a)
	t, most := reciprocal(z.Mul(z)), 1/12.0 // ζ² is 12 at 3
	c, s := z.Cos().Scale(math.Sqrt2/2), z.Sin().Scale(math.Sqrt2/2)
	swinging := c.Add(s).Mul(chebyshev(t, 0, most, airySine)).Sub(c.Sub(s).Mul(chebyshev(t, 0, most, airyCosine)).Div(z))
	swinging = swinging.Div(a.Sqrt().Sqrt()).Scale(1 / math.Sqrt(math.Pi))
	y := right.Where(falling, left.Where(swinging, chebyshev(x, -3, 1, airyMiddle)))
	return x.Abs().Eq(x.Like(math.Inf(1))).Where(x.Like(math.NaN()), y)
}

// sphericalJ0 is sin x / x.
func sphericalJ0(x *graph.Value) *graph.Value {
	small := x.Abs().Lt(x.Like(0.5))
	square := small.Where(x, x.Like(0))
	square = square.Mul(square)
	sum := x.Like(1. / 6227020800)
	for _, n := range []float64{-39916800, 362880, -5040, 120, -6, 1} {
		sum = sum.Mul(square).Shift(1 / n)
	}
	large := small.Where(x.Like(1), x)
	endless := x.Abs().Eq(x.Like(math.Inf(1)))
	return endless.Where(x.Like(0), small.Where(sum, endless.Where(x.Like(1), large).Sin().Div(large)))
}

func special(name, doc string, samples sampler, body unaryBody) Operator[unaryBody] {
	return define(Op{Schema: "special_" + name + "(Tensor self) -> Tensor", Doc: doc, Out: true, Samples: samples}, inWide(body))
}

// Bessel functions and their kin.
var (
	I0                      = pointwise("i0", "The modified Bessel function of the first kind of order 0.", anySamples, inWide(i0))
	SpecialI0e              = special("i0e", "The modified Bessel function of the first kind of order 0 times exp(−|x|).", anySamples, i0e)
	SpecialI1               = special("i1", "The modified Bessel function of the first kind of order 1.", anySamples, i1)
	SpecialI1e              = special("i1e", "The modified Bessel function of the first kind of order 1 times exp(−|x|).", anySamples, i1e)
	SpecialModifiedBesselI0 = special("modified_bessel_i0", "The modified Bessel function of the first kind of order 0.", anySamples, i0)
	SpecialModifiedBesselI1 = special("modified_bessel_i1", "The modified Bessel function of the first kind of order 1.", anySamples, i1)

	SpecialModifiedBesselK0       = special("modified_bessel_k0", "The modified Bessel function of the second kind of order 0.", floatSamples(0.2, 4), secondKind(0, false))
	SpecialModifiedBesselK1       = special("modified_bessel_k1", "The modified Bessel function of the second kind of order 1.", floatSamples(0.2, 4), secondKind(1, false))
	SpecialScaledModifiedBesselK0 = define(Op{
		Schema: "special_scaled_modified_bessel_k0(Tensor x) -> Tensor", Doc: "The modified Bessel function of the second kind of order 0 times exp(x).", Out: true, Samples: floatSamples(0.2, 4),
	}, inWide(secondKind(0, true)))
	SpecialScaledModifiedBesselK1 = define(Op{
		Schema: "special_scaled_modified_bessel_k1(Tensor x) -> Tensor", Doc: "The modified Bessel function of the second kind of order 1 times exp(x).", Out: true, Samples: floatSamples(0.2, 4),
	}, inWide(secondKind(1, true)))

	SpecialBesselJ0 = special("bessel_j0", "The Bessel function of the first kind of order 0.", floatSamples(-20, 20), besselJ0)
	SpecialBesselJ1 = special("bessel_j1", "The Bessel function of the first kind of order 1.", floatSamples(-20, 20), besselJ1)
	SpecialBesselY0 = special("bessel_y0", "The Bessel function of the second kind of order 0.", floatSamples(0.2, 20), besselY0)
	SpecialBesselY1 = special("bessel_y1", "The Bessel function of the second kind of order 1.", floatSamples(0.2, 20), besselY1)

	SpecialAiryAi = define(Op{
		Schema: "special_airy_ai(Tensor x) -> Tensor", Doc: "The Airy function Ai.", Out: true, Samples: floatSamples(-9, 9),
	}, inWide(airy))
	SpecialSphericalBesselJ0 = define(Op{
		Schema: "special_spherical_bessel_j0(Tensor x) -> Tensor", Doc: "The sine of each element over the element.", Out: true, Samples: floatSamples(-9, 9),
	}, inWide(sphericalJ0))
)
