package ops

import (
	"math/rand/v2"

	"github.com/flambeau-ml/flambeau/graph"
)

func power(x, y *graph.Value) *graph.Value {
	if x.DType == graph.Bool {
		graph.Fail("pow", "does not take bool")
	}
	return x.Pow(y)
}

// powerNumber is x to the power of a number. Small powers are products, and square roots what they are.
func powerNumber(x *graph.Value, s graph.Scalar) *graph.Value {
	d := ResultType{}.Value(x).Scalar(s).DType()
	if d.IsInt() && s.Float() < 0 {
		graph.Fail("pow", "raises integers to the power of %s: convert %s to floats", s, x.Type)
	}
	x = x.Cast(d).Cast(wide(d))
	return powerBy(x, s).Cast(d)
}

func powerBy(x *graph.Value, s graph.Scalar) *graph.Value {
	p := s.Float()
	switch {
	case imag(s.Complex()) != 0:
	case p == 1:
		return x
	case p == 2:
		return mul(x, x)
	case p == 3:
		return mul(mul(x, x), x)
	case !x.DType.IsInexact():
	case p == 0.5:
		return x.Sqrt()
	case p == -0.5:
		return x.Rsqrt()
	case p == -1:
		return reciprocal(x)
	case p == -2:
		return reciprocal(x.Mul(x))
	}
	return power(x, numberLike(x, x.DType, s))
}

func powSamples(r *rand.Rand) []Sample {
	return []Sample{
		call(positive(r, 3, 4), f32(r, 4)), call(counts(r, 4), below(r, 4, 4)),
		call(graph.Uniform(r, graph.BFloat16, 0.3, 2, 5), bf16(r, 5)),
	}
}

func powNumberSamples(r *rand.Rand) []Sample {
	var out []Sample
	for _, p := range []any{2, 3, 0.5, -0.5, -1, -2, 1.7, 0, 1} {
		out = append(out, call(positive(r, 3, 4), p))
	}
	return append(out, call(counts(r, 4), 4), call(counts(r, 4), 2.5), call(graph.Uniform(r, graph.BFloat16, 0.3, 2, 5), 2.2))
}

// widest is float64, or complex128 for complex types.
func widest(d graph.DType) graph.DType {
	if d.IsComplex() {
		return graph.Complex128
	}
	return graph.Float64
}

// Powers.
var (
	Pow = define(Op{
		Schema: "pow.Tensor_Tensor(Tensor self, Tensor exponent) -> Tensor", Method: "Pow", Doc: "Self to the power of exponent.",
		InPlace: true, Out: true, Samples: powSamples,
	}, promoting(power))
	PowScalar = define(Op{
		Schema: "pow.Tensor_Scalar(Tensor self, Scalar exponent) -> Tensor", Method: "PowScalar", Doc: "Self to the power of a number.",
		InPlace: true, Samples: powNumberSamples,
	}, powerNumber)
	PowOf = define(Op{
		Schema: "pow.Scalar(Scalar self, Tensor exponent) -> Tensor", Method: "PowOf", Doc: "A number to the power of exponent.",
		Samples: func(r *rand.Rand) []Sample {
			return []Sample{call(2.5, f32(r, 3)), call(2, below(r, 5, 4)), call(1, f32(r, 2))}
		},
	}, func(s graph.Scalar, y *graph.Value) *graph.Value {
		b, a, d := withNumber(y, s)
		return power(a, b).Cast(d)
	})
	FloatPower = define(Op{
		Schema: "float_power.Tensor_Tensor(Tensor self, Tensor exponent) -> Tensor", Method: "FloatPower", Doc: "Self to the power of exponent, in float64.",
		Samples: powSamples,
	}, func(x, y *graph.Value) *graph.Value {
		d := widest(resultType(x, y))
		return x.Cast(d).Pow(y.Cast(d))
	})
	FloatPowerScalar = define(Op{
		Schema: "float_power.Tensor_Scalar(Tensor self, Scalar exponent) -> Tensor", Method: "FloatPowerScalar", Doc: "Self to the power of a number, in float64.",
		Samples: powNumberSamples,
	}, func(x *graph.Value, s graph.Scalar) *graph.Value {
		return powerBy(x.Cast(widest(ResultType{}.Value(x).Scalar(s).DType())), s)
	})
)
