package ops

import (
	"math"
	"math/rand/v2"

	"github.com/flambeau-ml/flambeau/graph"
)

// in3 brings operands to their common dtype's wide form, applies f, and casts back.
func in3(f func(x, y, z *graph.Value) *graph.Value, x, y, z *graph.Value) *graph.Value {
	d := resultType(x, y, z)
	w := wide(d)
	return f(x.Cast(w), y.Cast(w), z.Cast(w)).Cast(d)
}

// lerp takes the end that is nearer as its base, so that weight 1 gives end exactly.
func lerp(start, end, weight *graph.Value) *graph.Value {
	diff := end.Sub(start)
	size := absolute(weight)
	near := size.Lt(size.Like(0.5))
	return near.Where(start.Add(weight.Mul(diff)), end.Sub(diff.Mul(weight.Like(1).Sub(weight))))
}

func tripleSamples(r *rand.Rand) []Sample {
	return []Sample{call(f32(r, 3, 4), f32(r, 4), positive(r, 3, 4)), call(f32(r, 3), f32(r, 3), positive(r)), call(bf16(r, 4), bf16(r, 4), graph.Uniform(r, graph.BFloat16, 0.5, 2, 4))}
}

func addcmul(x, a, b *graph.Value, value graph.Scalar) *graph.Value {
	return in3(func(x, a, b *graph.Value) *graph.Value {
		return x.Add(times(a, value).Mul(b))
	}, x, a, b)
}

func addcdiv(x, a, b *graph.Value, value graph.Scalar) *graph.Value {
	if !resultType(x, a, b).IsInexact() {
		graph.Fail("addcdiv", "does not divide integers: convert them to floats")
	}
	return in3(func(x, a, b *graph.Value) *graph.Value {
		return x.Add(times(a, value).Div(b))
	}, x, a, b)
}

// times is x·s, and x itself where s is 1.
func times(x *graph.Value, s graph.Scalar) *graph.Value {
	if isOne(s) {
		return x
	}
	return x.Mul(numberLike(x, x.DType, s))
}

// xlogy is x·log y, and 0 where x is 0 unless y is NaN.
func xlogy(x, y *graph.Value) *graph.Value { return timesLog(x, y, y.Like(0), (*graph.Value).Log) }

// timesLog is x·log(y), where log is -∞ at edge: 0 where x is 0 and the logarithm is not a number or infinite. Elsewhere x is
// a factor at 0, too, so that its gradient there is the logarithm.
func timesLog(x, y, edge *graph.Value, log func(y *graph.Value) *graph.Value) *graph.Value {
	zero := x.Like(0)
	none := x.Eq(zero).And(y.Le(edge).Or(y.Eq(y.Like(math.Inf(1)))))
	return none.Where(zero, x.Mul(log(none.Where(y.Like(1), y))))
}

// finiteOr0 is x, or 0 where it is infinite.
func finiteOr0(x *graph.Value) *graph.Value {
	return x.Abs().Eq(x.Like(math.Inf(1))).Where(x.Like(0), x)
}

func logAddExp(x, y *graph.Value, base float64) *graph.Value {
	var m *graph.Value
	if x, y := x.Stop(), y.Stop(); x.DType.IsComplex() { // the one of larger real part, whose branch the result has
		m = x.Real().Lt(y.Real()).Where(y, x)
		m = m.Real().Abs().Lt(m.Real().Like(math.Inf(1))).Where(m, m.Like(0))
	} else {
		m = finiteOr0(x.Max(y))
	}
	ln := x.Like(base)
	return x.Sub(m).Mul(ln).Exp().Add(y.Sub(m).Mul(ln).Exp()).Log().Div(ln).Add(m)
}

// binaryFloat defines an operator of two tensors whose result is floating.
func binaryFloat(name, doc string, samples sampler, f binaryBody) Operator[binaryBody] {
	return define(Op{Schema: name + "(Tensor self, Tensor other) -> Tensor", Doc: doc, Out: true, Samples: samples}, func(x, y *graph.Value) *graph.Value {
		d := floatType(resultType(x, y))
		return f(x.Cast(d).Cast(wide(d)), y.Cast(d).Cast(wide(d))).Cast(d)
	})
}

func hypot(x, y *graph.Value) *graph.Value { return safeSqrt(x.Mul(x).Add(y.Mul(y))) }

// safeSqrt is √x with derivative 0 at 0.
func safeSqrt(x *graph.Value) *graph.Value {
	zero := x.Eq(x.Like(0))
	return zero.Where(x.Like(0), zero.Where(x.Like(1), x).Sqrt())
}

// Functions of two and three tensors.
var (
	Lerp = define(Op{
		Schema: "lerp.Tensor(Tensor self, Tensor end, Tensor weight) -> Tensor", Doc: "The point between self and end that weight says.", InPlace: true, Samples: tripleSamples,
	}, func(x, end, weight *graph.Value) *graph.Value { return in3(lerp, x, end, weight) })
	LerpScalar = define(Op{
		Schema: "lerp.Scalar(Tensor self, Tensor end, Scalar weight) -> Tensor", Doc: "The point between self and end that a number says.", InPlace: true,
		Samples: func(r *rand.Rand) []Sample {
			return []Sample{call(f32(r, 3, 4), f32(r, 4), 0.3), call(bf16(r, 4), bf16(r, 4), 0.8)}
		},
	}, func(x, end *graph.Value, weight graph.Scalar) *graph.Value {
		x, end, d := pairs(x, end)
		x, end = x.Cast(wide(d)), end.Cast(wide(d))
		return lerp(x, end, numberLike(x, x.DType, weight)).Cast(d)
	})
	Addcmul = define(Op{
		Schema: "addcmul(Tensor self, Tensor tensor1, Tensor tensor2, *, Scalar value=1) -> Tensor", Doc: "Self plus value times the product of tensor1 and tensor2.",
		InPlace: true, Samples: withKwargs(tripleSamples, "value", 1, 0.5),
	}, addcmul)
	Addcdiv = define(Op{
		Schema: "addcdiv(Tensor self, Tensor tensor1, Tensor tensor2, *, Scalar value=1) -> Tensor", Doc: "Self plus value times the quotient of tensor1 and tensor2.",
		InPlace: true, Samples: withKwargs(tripleSamples, "value", 1, 0.5),
	}, addcdiv)
	Atan2      = binaryFloat("atan2", "The angle of the point with ordinate self and abscissa other.", pairSamples, (*graph.Value).Atan2)
	Hypot      = binaryFloat("hypot", "The hypotenuse over legs self and other.", pairSamples, hypot)
	LogAddExp  = binaryFloat("logaddexp", "The logarithm of the sum of the exponentials of self and other.", pairSamples, func(x, y *graph.Value) *graph.Value { return logAddExp(x, y, 1) })
	LogAddExp2 = binaryFloat("logaddexp2", "The logarithm to base 2 of the sum of 2 to the powers of self and other.", pairSamples, func(x, y *graph.Value) *graph.Value { return logAddExp(x, y, math.Ln2) })
	Ldexp      = define(Op{
		Schema: "ldexp.Tensor(Tensor self, Tensor other) -> Tensor", Doc: "Self times 2 to the power of other.", Samples: pairSamples,
	}, func(x, y *graph.Value) *graph.Value {
		two := y.Cast(floatType(y.DType))
		return promoting(mul)(x, two.Like(2).Pow(two))
	})
	Xlogy = define(Op{
		Schema: "xlogy.Tensor(Tensor self, Tensor other) -> Tensor", Doc: "Self times the logarithm of other, 0 where self is 0.", InPlace: true, Samples: pairSamples,
	}, func(x, y *graph.Value) *graph.Value {
		d := floatType(resultType(x, y))
		return xlogy(x.Cast(wide(d)), y.Cast(wide(d))).Cast(d)
	})
	XlogyScalar = define(Op{
		Schema: "xlogy.Scalar_Other(Tensor self, Scalar other) -> Tensor", Method: "XlogyScalar", Doc: "Self times the logarithm of a number, 0 where self is 0.", Samples: numberSamples,
	}, func(x *graph.Value, s graph.Scalar) *graph.Value {
		d := floatType(ResultType{}.Value(x).Scalar(s).DType())
		x = x.Cast(wide(d))
		return xlogy(x, numberLike(x, x.DType, s)).Cast(d)
	})
	Heaviside = define(Op{
		Schema: "heaviside(Tensor self, Tensor values) -> Tensor", Doc: "0 where self is negative, 1 where it is positive, else values.", Samples: sameTypeSamples,
	}, func(x, values *graph.Value) *graph.Value {
		if x.DType != values.DType {
			graph.Fail("heaviside", "%s and %s differ in dtype", x.Type, values.Type)
		}
		if x.DType == graph.Bool {
			return x.Or(values)
		}
		zero := x.Like(0)
		return x.Eq(zero).Where(values, x.Lt(zero).Where(zero, x.Like(1)))
	})
)

func sameTypeSamples(r *rand.Rand) []Sample {
	return []Sample{call(f32(r, 3, 4), f32(r, 4)), call(below(r, 3, 4), below(r, 9, 4))}
}
