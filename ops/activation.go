package ops

import (
	"math"
	"math/rand/v2"

	"github.com/flambeau-ml/flambeau/graph"
)

// activation defines an activation of one tensor; half precision is computed in f32.
func activation(name, doc string, f unaryBody) Operator[unaryBody] {
	return define(Op{
		Schema: name + "(Tensor self) -> Tensor", Doc: doc, InPlace: true, Out: true, Samples: floatSamples(-8, 8),
	}, ofFloats(name, f))
}

// relu has derivative 0 at 0, and lets NaN through.
func relu(x *graph.Value) *graph.Value {
	zero := x.Like(0)
	return x.Le(zero).Where(zero, x)
}

// hardtanh has derivative 0 at its ends.
func hardtanh(x, lo, hi *graph.Value) *graph.Value {
	return x.Le(lo).Where(lo, x.Ge(hi).Where(hi, x))
}

func relu6(x *graph.Value) *graph.Value { return hardtanh(x, x.Like(0), x.Like(6)) }

func softplus(x *graph.Value) *graph.Value {
	e, negative := expNegAbs(x)
	return negative.Where(x.Like(0), x).Add(e.Log1p())
}

func logSigmoid(x *graph.Value) *graph.Value {
	e, negative := expNegAbs(x)
	return negative.Where(x, x.Like(0)).Sub(e.Log1p())
}

// elu is scale·x, and where x is not positive scale·alpha·(exp(inputScale·x) − 1); factors that are nil are 1.
func elu(x, alpha, scale, inputScale *graph.Value) *graph.Value {
	times := func(x, factor *graph.Value) *graph.Value {
		if factor == nil {
			return x
		}
		return x.Mul(factor)
	}
	zero := x.Like(0)
	positive := x.Gt(zero)
	below := positive.Where(zero, x) // keeps the exponential from overflowing, also in derivatives
	curve := times(times(times(below, inputScale).Expm1(), alpha), scale)
	return positive.Where(times(x, scale), curve)
}

func geluErf(x *graph.Value) *graph.Value {
	return x.Mul(x.Ndtr())
}

func geluTanh(x *graph.Value) *graph.Value {
	inner := x.Add(x.Mul(x).Mul(x).Scale(0.044715)).Scale(math.Sqrt2 / math.SqrtPi)
	return x.Scale(0.5).Mul(inner.Tanh().Shift(1))
}

// Activations without parameters.
var (
	ReLU = define(Op{
		Schema: "relu(Tensor self) -> Tensor", Doc: "Each element, or 0 where it is negative.", InPlace: true, Samples: anySamples,
	}, relu)
	ReLU6       = pointwise("relu6", "Each element, held between 0 and 6.", anySamples, relu6)
	SELU        = activation("selu", "The scaled exponential linear unit, which keeps mean 0 and variance 1.", selu)
	SiLU        = activation("silu", "Each element times its sigmoid.", func(x *graph.Value) *graph.Value { return x.Mul(sigmoid(x)) })
	Mish        = activation("mish", "Each element times the tanh of its softplus.", func(x *graph.Value) *graph.Value { return x.Mul(softplus(x).Tanh()) })
	Hardsigmoid = activation("hardsigmoid", "Each element plus 3, held between 0 and 6, over 6.", func(x *graph.Value) *graph.Value { return relu6(x.Shift(3)).Div(x.Like(6)) })
	Hardswish   = activation("hardswish", "Each element times its hardsigmoid.", func(x *graph.Value) *graph.Value { return x.Mul(relu6(x.Shift(3))).Div(x.Like(6)) })
	LogSigmoid  = activation("log_sigmoid", "The logarithm of the sigmoid of each element.", logSigmoid)
	Softsign    = pointwise("softsign", "Each element over 1 plus its absolute value.", anySamples, inWide(func(x *graph.Value) *graph.Value { return x.Div(absolute(x).Shift(1).Cast(x.DType)) }))
	Tanhshrink  = pointwise("tanhshrink", "Each element less its tanh.", anySamples, inWide(func(x *graph.Value) *graph.Value { return x.Sub(x.Tanh()) }))
)

func selu(x *graph.Value) *graph.Value {
	return elu(x, x.Like(1.6732632423543772848170429916717), x.Like(1.0507009873554804934193349852946), nil)
}

// parametric applies f in the wide form of x's dtype with numbers made of ps.
func parametric(op string, x *graph.Value, ps []graph.Scalar, f func(x *graph.Value, p []*graph.Value) *graph.Value) *graph.Value {
	needFloat(op, x)
	d := x.DType
	x = x.Cast(wide(d))
	vs := make([]*graph.Value, len(ps))
	for i, p := range ps {
		if isOne(p) {
			vs[i] = x.Like(1) // a factor that programs do without
			continue
		}
		vs[i] = numberLike(x, x.DType, p)
	}
	return f(x, vs).Cast(d)
}

func activationSamples(kw string, v any) sampler {
	return func(r *rand.Rand) []Sample {
		return append(floatSamples(-8, 8)(r), call(f32(r, 3, 4)).kw(kw, v))
	}
}

// Activations with parameters.
var (
	LeakyReLU = define(Op{
		Schema: "leaky_relu(Tensor self, Scalar negative_slope=0.01) -> Tensor", Doc: "Each element, times negative_slope where it is negative.",
		InPlace: true, Samples: activationSamples("negative_slope", 0.2),
	}, func(x *graph.Value, slope graph.Scalar) *graph.Value {
		return parametric("leaky_relu", x, []graph.Scalar{slope}, func(x *graph.Value, p []*graph.Value) *graph.Value {
			return x.Gt(x.Like(0)).Where(x, x.Mul(p[0]))
		})
	})
	ELU = define(Op{
		Schema: "elu(Tensor self, Scalar alpha=1, Scalar scale=1, Scalar input_scale=1) -> Tensor", Doc: "Each element, alpha times its exponential less 1 where it is negative.",
		InPlace: true, Samples: activationSamples("alpha", 0.7),
	}, func(x *graph.Value, alpha, scale, inputScale graph.Scalar) *graph.Value {
		return parametric("elu", x, []graph.Scalar{alpha, scale, inputScale}, func(x *graph.Value, p []*graph.Value) *graph.Value {
			for i, factor := range []graph.Scalar{alpha, scale, inputScale} {
				if isOne(factor) {
					p[i] = nil
				}
			}
			return elu(x, p[0], p[1], p[2])
		})
	})
	CELU = define(Op{
		Schema: "celu(Tensor self, Scalar alpha=1.0) -> Tensor", Doc: "The exponential linear unit whose derivative is continuous for every alpha.",
		InPlace: true, Samples: activationSamples("alpha", 0.7),
	}, func(x *graph.Value, alpha graph.Scalar) *graph.Value {
		return parametric("celu", x, []graph.Scalar{alpha}, func(x *graph.Value, p []*graph.Value) *graph.Value {
			return elu(x, p[0], nil, reciprocal(p[0]))
		})
	})
	GELU = define(Op{
		Schema: "gelu(Tensor self, *, str approximate='none') -> Tensor", Doc: "Each element times the normal distribution function of it, or its approximation by tanh.",
		InPlace: true, Samples: activationSamples("approximate", "tanh"),
	}, func(x *graph.Value, approximate string) *graph.Value {
		switch approximate {
		case "none":
			return ofFloats("gelu", geluErf)(x)
		case "tanh":
			return ofFloats("gelu", geluTanh)(x)
		}
		graph.Fail("gelu", `approximate must be "none" or "tanh", not %q`, approximate)
		return nil
	})
	Softplus = define(Op{
		Schema: "softplus(Tensor self, Scalar beta=1, Scalar threshold=20) -> Tensor", Doc: "The logarithm of 1 plus the exponential, a smooth relu; linear above threshold.",
		Samples: activationSamples("beta", 2),
	}, func(x *graph.Value, beta, threshold graph.Scalar) *graph.Value {
		return parametric("softplus", x, []graph.Scalar{beta, threshold}, func(x *graph.Value, p []*graph.Value) *graph.Value {
			z := x.Mul(p[0])
			return z.Gt(p[1]).Where(x, softplus(z).Div(p[0]))
		})
	})
	Hardtanh = define(Op{
		Schema: "hardtanh(Tensor self, Scalar min_val=-1, Scalar max_val=1) -> Tensor", Doc: "Each element, held between min_val and max_val.",
		InPlace: true, Samples: activationSamples("max_val", 2),
	}, func(x *graph.Value, lo, hi graph.Scalar) *graph.Value {
		if lo.Float() > hi.Float() {
			graph.Fail("hardtanh", "min_val %s is above max_val %s", lo, hi)
		}
		if x.DType.IsUnsigned() && lo.Float() < 0 {
			lo = graph.IntOf(0)
		}
		return hardtanh(x, numberLike(x, x.DType, lo), numberLike(x, x.DType, hi))
	})
	Threshold = define(Op{
		Schema: "threshold(Tensor self, Scalar threshold, Scalar value) -> Tensor", Doc: "Each element, or value where it is not above threshold.",
		InPlace: true, Samples: func(r *rand.Rand) []Sample { return []Sample{call(f32(r, 3, 4), 0.5, 2), call(below(r, 9, 4), 3, 1)} },
	}, func(x *graph.Value, threshold, value graph.Scalar) *graph.Value {
		return x.Le(numberLike(x, x.DType, threshold)).Where(numberLike(x, x.DType, value), x)
	})
	Softshrink = define(Op{
		Schema: "softshrink(Tensor self, Scalar lambd=0.5) -> Tensor", Doc: "Each element moved towards 0 by lambd.", Samples: activationSamples("lambd", 1),
	}, func(x *graph.Value, lambd graph.Scalar) *graph.Value {
		if lambd.Float() < 0 {
			graph.Fail("softshrink", "lambd is %s: it must not be negative", lambd)
		}
		return parametric("softshrink", x, []graph.Scalar{lambd}, func(x *graph.Value, p []*graph.Value) *graph.Value {
			zero := x.Like(0)
			nan := x.Ne(x)
			return x.Gt(p[0]).Where(x.Sub(p[0]), x.Lt(p[0].Neg()).Where(x.Add(p[0]), nan.Where(x, zero)))
		})
	})
	Hardshrink = define(Op{
		Schema: "hardshrink(Tensor self, Scalar lambd=0.5) -> Tensor", Doc: "Each element, or 0 where it lies between −lambd and lambd.", Samples: activationSamples("lambd", 1),
	}, func(x *graph.Value, lambd graph.Scalar) *graph.Value {
		return parametric("hardshrink", x, []graph.Scalar{lambd}, func(x *graph.Value, p []*graph.Value) *graph.Value {
			return p[0].Neg().Le(x).And(x.Le(p[0])).Where(x.Like(0), x)
		})
	})
	Prelu = define(Op{
		Schema: "prelu(Tensor self, Tensor weight) -> Tensor", Doc: "Each element, times the weight of its channel where it is negative.",
		Samples: func(r *rand.Rand) []Sample {
			return []Sample{call(f32(r, 2, 3, 4), f32(r, 3)), call(f32(r, 2, 3), f32(r, 1)), call(f32(r, 4), f32(r, 1)), call(f32(r), f32(r, 1))}
		},
	}, prelu)
	GLU = define(Op{
		Schema: "glu(Tensor self, int dim=-1) -> Tensor", Doc: "The first half along a dimension times the sigmoid of the second.",
		Samples: func(r *rand.Rand) []Sample {
			return []Sample{call(f32(r, 3, 6)), call(f32(r, 4, 3), 0), call(bf16(r, 4))}
		},
	}, glu)
)

func prelu(x, w *graph.Value) *graph.Value {
	if w.Rank() > 1 || x.DType != w.DType {
		graph.Fail("prelu", "weight %s does not fit %s", w.Type, x.Type)
	}
	switch {
	case w.Rank() == 0 || w.Shape[0].Is(1):
		w = w.Reshape()
	case x.Rank() < 2:
		graph.Fail("prelu", "%s has one channel, the weight %s", x.Type, w.Type)
	default:
		shape := make([]graph.Size, x.Rank()-1)
		for i := range shape {
			shape[i] = graph.N(1)
		}
		shape[0] = w.Shape[0]
		w = w.Reshape(shape...)
	}
	d := x.DType
	x, w = x.Cast(wide(d)), w.Cast(wide(d))
	return x.Gt(x.Like(0)).Where(x, x.Mul(w)).Cast(d)
}

func glu(x *graph.Value, dim int) *graph.Value {
	needFloat("glu", x)
	if x.Rank() == 0 {
		graph.Fail("glu", "does not take a scalar")
	}
	dim = wrapDim("glu", dim, x.Rank())
	n := x.Shape[dim]
	if k, ok := n.Int(); ok && k%2 != 0 {
		graph.Fail("glu", "dimension %d of %s cannot be halved", dim, x.Type)
	}
	half, d := n.Div(graph.N(2)), x.DType
	x = x.Cast(wide(d))
	return x.SliceAxis(dim, graph.N(0), half, 1).Mul(sigmoid(x.SliceAxis(dim, half, half, 1))).Cast(d)
}
