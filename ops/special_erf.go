package ops

import (
	"math"

	"github.com/flambeau-ml/flambeau/graph"
)

// erfcx is exp(x²)·erfc(x).
func erfcx(x *graph.Value) *graph.Value {
	below := x.Lt(x.Like(0))
	a := below.Where(x.Neg(), x)
	t := a.Like(1).Sub(a.Like(7.5).Div(a.Shift(3.75)))
	y := chebyshev(t, -1, 1, erfcxScaled).Div(a.Scale(2).Shift(1))
	left := below.Where(x, x.Like(0))
	return below.Where(left.Mul(left).Exp().Scale(2).Sub(y), y)
}

func logNdtr(x *graph.Value) *graph.Value {
	t := x.Scale(math.Sqrt2 / 2)
	low := x.Lt(x.Like(-1))
	far := low.Where(t, t.Like(-1))
	near := low.Where(t.Like(0), t)
	return low.Where(erfcx(far.Neg()).Scale(0.5).Log().Sub(far.Mul(far)), near.Erfc().Scale(-0.5).Log1p())
}

// upperTail is what the normal distribution exceeds with probability q, which is at most ⅛.
func upperTail(q *graph.Value) *graph.Value {
	s := q.Log().Scale(-2).Sqrt()
	most := s.Gt(s.Like(6))
	v := reciprocal(most.Where(s, s.Like(6)))
	return s.Mul(most.Where(chebyshev(v, 0.025, 1./6, tailFar), chebyshev(s, 1.9, 6, tailNear)))
}

// atEnds is y where it is not at an end of its domain, and at an end x times infinity, whose derivative is infinite, too.
func atEnds(ends, x, y *graph.Value) *graph.Value {
	return ends.Where(ends.Where(x, x.Like(0)).Scale(math.Inf(1)), y)
}

// erfinv is what erf makes y of.
func erfinv(y *graph.Value) *graph.Value {
	a := y.Abs()
	ends := a.Eq(a.Like(1))
	outer := a.Gt(a.Like(0.75)).And(ends.Not())
	tail := upperTail(outer.Where(a.Neg().Shift(1).Scale(0.5), y.Like(0.125))).Scale(math.Sqrt2 / 2)
	return atEnds(ends, y, outer.Where(y.Sign().Mul(tail), y.Mul(chebyshev(y.Mul(y), 0, 0.5625, erfinvNear))))
}

// ndtri is what the standard normal distribution stays below with probability p.
func ndtri(p *graph.Value) *graph.Value {
	y := p.Shift(-0.5)
	ends := p.Eq(p.Like(0)).Or(p.Eq(p.Like(1)))
	low, high := y.Lt(y.Like(-0.375)).And(ends.Not()), y.Gt(y.Like(0.375)).And(ends.Not())
	q := low.Where(p, high.Where(p.Neg().Shift(1), p.Like(0.125)))
	tail := upperTail(q)
	z := y.Scale(2)
	middle := z.Mul(chebyshev(z.Mul(z), 0, 0.5625, erfinvNear)).Scale(math.Sqrt2)
	return atEnds(ends, y, low.Where(tail.Neg(), high.Where(tail, middle)))
}

// Functions of the normal distribution.
var (
	Erfinv         = pointwise("erfinv", "What the Gauss error function makes each element of.", floatSamples(-0.95, 0.95), inWide(erfinv))
	SpecialErfcx   = special("erfcx", "1 less the Gauss error function, times exp(x²).", anySamples, erfcx)
	SpecialNdtri   = special("ndtri", "What a standard normal number stays below with the probability of each element.", floatSamples(0.02, 0.98), ndtri)
	SpecialLogNdtr = special("log_ndtr", "The logarithm of the probability that a standard normal number is at most each element.", anySamples, logNdtr)
)
