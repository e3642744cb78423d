package ops

import (
	"math"

	"github.com/flambeau-ml/flambeau/graph"
)

// entr is −x·log x, 0 at 0 and −∞ below. At 0 it is written as a square root, whose derivatives are infinite there, too.
func entr(x *graph.Value) *graph.Value {
	zero, one := x.Like(0), x.Like(1)
	none, below := x.Eq(zero), x.Lt(zero)
	inner := none.Or(below).Where(one, x)
	return below.Where(x.Like(math.Inf(-1)), none.Where(none.Where(x, one).Sqrt(), inner.Mul(inner.Log()).Neg()))
}

// ndtr keeps the relative precision of small probabilities, which 1 + erf would lose.
func ndtr(x *graph.Value) *graph.Value {
	return x.Mul(x.Like(-math.Sqrt2 / 2)).Erfc().Mul(x.Like(0.5))
}

// xlog1py is x·log(1 + y), and 0 where x is 0 unless y is NaN.
func xlog1py(x, y *graph.Value) *graph.Value {
	return timesLog(x, y, y.Like(-1), (*graph.Value).Log1p)
}

// Special functions.
var (
	SpecialEntr = define(Op{
		Schema: "special_entr(Tensor self) -> Tensor", Doc: "Minus each element times its logarithm: 0 at 0, −∞ below.", Out: true, Samples: floatSamples(0.2, 4),
	}, inWide(entr))
	SpecialNdtr = define(Op{
		Schema: "special_ndtr(Tensor self) -> Tensor", Doc: "The probability that a standard normal number is at most each element.", Out: true, Samples: anySamples,
	}, inWide(ndtr))
	SpecialXlog1py = define(Op{
		Schema: "special_xlog1py(Tensor self, Tensor other) -> Tensor", Doc: "Self times the logarithm of 1 + other, 0 where self is 0.", Samples: pairSamples,
	}, func(x, y *graph.Value) *graph.Value {
		d := floatType(resultType(x, y))
		return xlog1py(x.Cast(wide(d)), y.Cast(wide(d))).Cast(d)
	})
)
