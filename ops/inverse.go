package ops

import (
	"math"
	"math/rand/v2"

	"github.com/flambeau-ml/flambeau/graph"
)

func degrees(x *graph.Value) *graph.Value { return x.Mul(x.Like(180 / math.Pi)) }
func radians(x *graph.Value) *graph.Value { return x.Mul(x.Like(math.Pi / 180)) }

// sinc is sin(πx)/(πx), 1 at 0.
func sinc(x *graph.Value) *graph.Value {
	zero := x.Eq(x.Like(0))
	p := zero.Where(x.Like(1), x).Scale(math.Pi)
	return zero.Where(x.Like(1), p.Sin().Div(p))
}

// More elementary functions.
var (
	Erfc    = pointwise("erfc", "One less the Gauss error function of each element.", anySamples, inWide((*graph.Value).Erfc))
	Asin    = pointwise("asin", "The angle whose sine each element is.", floatSamples(-0.9, 0.9), inWide(ofComplex(complexAsin, (*graph.Value).Asin)))
	Acos    = pointwise("acos", "The angle whose cosine each element is.", floatSamples(-0.9, 0.9), inWide(ofComplex(complexAcos, (*graph.Value).Acos)))
	Atan    = pointwise("atan", "The angle whose tangent each element is.", anySamples, inWide(ofComplex(complexAtan, (*graph.Value).Atan)))
	Asinh   = pointwise("asinh", "The number whose hyperbolic sine each element is.", anySamples, inWide(ofComplex(complexAsinh, (*graph.Value).Asinh)))
	Acosh   = pointwise("acosh", "The number whose hyperbolic cosine each element is.", floatSamples(1.1, 4), inWide(ofComplex(complexAcosh, (*graph.Value).Acosh)))
	Atanh   = pointwise("atanh", "The number whose hyperbolic tangent each element is.", floatSamples(-0.9, 0.9), inWide(ofComplex(complexAtanh, (*graph.Value).Atanh)))
	Sinc    = pointwise("sinc", "The sine of π times each element, over that.", anySamples, inWide(sinc))
	Deg2Rad = pointwise("deg2rad", "Each element in degrees as radians.", anySamples, inWide(radians))
	Rad2Deg = pointwise("rad2deg", "Each element in radians as degrees.", anySamples, inWide(degrees))

	RoundDecimals = define(Op{
		Schema: "round.decimals(Tensor self, *, int decimals) -> Tensor", Method: "RoundDecimals", Doc: "Each element rounded to so many decimals.",
		InPlace: true, Samples: withKwargs(floatSamples(-9, 9), "decimals", 1, -1),
	}, roundDecimals)
	Logit = define(Op{
		Schema: "logit(Tensor self, float? eps=None) -> Tensor", Doc: "The logarithm of the odds of each element, held eps away from 0 and 1.",
		Samples: withKwargs(floatSamples(0.1, 0.9), "eps", nil, 0.2),
	}, logit)
	NanToNum = define(Op{
		Schema: "nan_to_num(Tensor self, float? nan=None, float? posinf=None, float? neginf=None) -> Tensor",
		Doc:    "Each element, with numbers in the place of NaN and infinities.", InPlace: true,
		Samples: func(r *rand.Rand) []Sample {
			return []Sample{call(f32(r, 3, 4)), call(bf16(r, 3), 1.0), call(below(r, 9, 3))}
		},
	}, nanToNum)
)

func roundDecimals(x *graph.Value, decimals int) *graph.Value {
	if !x.DType.IsFloat() {
		return x
	}
	d := x.DType
	x = x.Cast(wide(d))
	scale := givenLike(x, math.Pow(10, math.Abs(float64(decimals))))
	if decimals < 0 {
		return x.Div(scale).Round().Mul(scale).Cast(d)
	}
	return x.Mul(scale).Round().Div(scale).Cast(d)
}

func logit(x *graph.Value, eps *float64) *graph.Value {
	return inWide(func(x *graph.Value) *graph.Value {
		if eps != nil {
			lo, hi := givenLike(x, *eps), givenLike(x, 1-*eps)
			x = atMost(atLeast(x, lo), hi)
		}
		return x.Div(x.Like(1).Sub(x)).Log()
	})(x)
}

// largest is the largest finite number of a floating dtype.
func largest(d graph.DType) float64 {
	switch d {
	case graph.Float16:
		return 65504
	case graph.BFloat16:
		return 0x1.fep127
	case graph.Float32:
		return math.MaxFloat32
	}
	return math.MaxFloat64
}

func nanToNum(x *graph.Value, nan, posinf, neginf *float64) *graph.Value {
	if x.DType.IsComplex() {
		return nanToNum(x.Real(), nan, posinf, neginf).Complex(nanToNum(x.Imag(), nan, posinf, neginf))
	}
	if !x.DType.IsFloat() {
		return x
	}
	or := func(p *float64, fallback float64) *graph.Value {
		if p == nil {
			return x.Like(fallback)
		}
		return givenLike(x, *p)
	}
	m := largest(x.DType)
	y := x.Ne(x).Where(or(nan, 0), x)
	y = x.Eq(x.Like(math.Inf(1))).Where(or(posinf, m), y)
	return x.Eq(x.Like(math.Inf(-1))).Where(or(neginf, -m), y)
}
