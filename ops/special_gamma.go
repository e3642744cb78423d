package ops

import (
	"math"
	"math/rand/v2"

	"github.com/flambeau-ml/flambeau/graph"
	"github.com/flambeau-ml/flambeau/ops/internal/gamma"
)

// The gamma function and its kin are functions of the host, number by number.

// perElement is the kernel of a function of as many numbers as there are operands, all of them of one shape.
func perElement(f func(x []float64) float64) evalFunc {
	return func(in, out []*graph.Array) error {
		x := make([]float64, len(in))
		for i := range out[0].F {
			for k, a := range in {
				x[k] = a.F[i]
			}
			out[0].SetFloat(i, f(x))
		}
		return nil
	}
}

// inferFirst is the type rule of functions whose result is of the first operand's type.
func inferFirst(_ *graph.Solver, in []graph.Type) ([]graph.Type, error) { return in[:1], nil }

func elementHost(name string, f func(x []float64) float64) *graph.Host {
	return &graph.Host{Name: name, Leading: true, Infer: inferFirst, Eval: perElement(f)}
}

var (
	lgammaHost    = elementHost("lgamma", func(x []float64) float64 { return gamma.LogGamma(x[0]) })
	polygammaHost = elementHost("polygamma", func(x []float64) float64 { return gamma.Polygamma(x[1], x[0]) }) // of x and the order
	igammaHost    = elementHost("igamma", func(x []float64) float64 { p, _ := gamma.Incomplete(x[0], x[1]); return p })
	igammacHost   = elementHost("igammac", func(x []float64) float64 { _, q := gamma.Incomplete(x[0], x[1]); return q })

	// logSlopeHost is the derivative of the logarithm of a gamma draw by the parameter, of both.
	logSlopeHost = elementHost("log_gamma_slope", func(x []float64) float64 { return gamma.LogGammaSlope(x[0], x[1]) })
)

func init() {
	lgammaHost.JVP = func(out *graph.Value, tan []*graph.Value) *graph.Value {
		return tan[0].Mul(polygamma(0, out.Args[0]))
	}
	polygammaHost.JVP = func(out *graph.Value, tan []*graph.Value) *graph.Value {
		if tan[0] == nil {
			return nil // orders are constant
		}
		return tan[0].Mul(hostCall(polygammaHost, out.Args[0], out.Args[1].Shift(1)))
	}
	igammaHost.JVP = incompleteTangent
	igammacHost.JVP = func(out *graph.Value, tan []*graph.Value) *graph.Value { return incompleteTangent(out, tan).Neg() }
}

// incompleteTangent is that of P(a, x). The derivative by x is the density of the gamma distribution, and that by a follows
// from how a quantile moves.
func incompleteTangent(out *graph.Value, tan []*graph.Value) *graph.Value {
	a, x := out.Args[0], out.Args[1]
	log := x.Log()
	timesX := a.Mul(log).Sub(x).Sub(hostCall(lgammaHost, a))
	var sum *graph.Value
	if tan[1] != nil {
		sum = tan[1].Mul(timesX.Sub(log).Exp())
	}
	if tan[0] != nil {
		by := tan[0].Mul(timesX.Exp().Mul(hostCall(logSlopeHost, a, log)).Neg())
		if sum == nil {
			return by
		}
		sum = sum.Add(by)
	}
	return sum
}

// polygamma is the derivative of order n of the digamma function.
func polygamma(n int, x *graph.Value) *graph.Value {
	return hostCall(polygammaHost, x, givenLike(x, float64(n)).Expand(x.Shape...))
}

func needReal(op string, xs ...*graph.Value) {
	for _, x := range xs {
		if x.DType.IsComplex() {
			graph.Fail(op, "takes real numbers, not %s", x.Type)
		}
	}
}

// inReal is f in float32 or float64, for real operands.
func inReal(op string, f unaryBody) unaryBody {
	return func(x *graph.Value) *graph.Value {
		needReal(op, x)
		return inWide(f)(x)
	}
}

func polygammaBody(op string) func(n int, x *graph.Value) *graph.Value {
	return func(n int, x *graph.Value) *graph.Value {
		if n < 0 {
			graph.Fail(op, "the order is %d: it must not be negative", n)
		}
		return inReal(op, func(x *graph.Value) *graph.Value { return polygamma(n, x) })(x)
	}
}

// mvlgamma is that of p dimensions: a sum of ordinary ones.
func mvlgamma(x *graph.Value, p int) *graph.Value {
	const op = "mvlgamma"
	if p < 1 {
		graph.Fail(op, "p is %d: it must be at least 1", p)
	}
	return inReal(op, func(x *graph.Value) *graph.Value {
		d := float64(p)
		last := x.Rank()
		shape := append(append(graph.Shape{}, x.Shape...), graph.N(p))
		half := graph.NewIota(x.Home, graph.Type{DType: graph.Int64, Shape: shape}, last).Cast(x.DType).Scale(0.5)
		terms := hostCall(lgammaHost, x.Unsqueeze(last).Expand(shape...).Sub(half))
		return terms.ReduceSum(last).Shift(d * (d - 1) / 4 * math.Log(math.Pi))
	})(x)
}

func incomplete(op string, h *graph.Host) binaryBody {
	return func(a, x *graph.Value) *graph.Value {
		needReal(op, a, x)
		d := floatType(resultType(a, x))
		w := wide(d)
		a, x, _ = pairs(a.Cast(w), x.Cast(w))
		shape, ok := graph.BroadcastShapes(a.Home.Solver(), a.Shape, x.Shape)
		if !ok {
			graph.Fail(op, "%s and %s do not broadcast", a.Type, x.Type)
		}
		return hostCall(h, a.Expand(shape...), x.Expand(shape...)).Cast(d)
	}
}

func positivePairSamples(r *rand.Rand) []Sample {
	return []Sample{call(positive(r, 3, 4), positive(r, 4)), call(positive(r, 5), positive(r, 1))}
}

// The gamma function.
var (
	Lgamma  = pointwise("lgamma", "The logarithm of the absolute value of the gamma function of each element.", floatSamples(0.2, 4), inReal("lgamma", func(x *graph.Value) *graph.Value { return hostCall(lgammaHost, x) }))
	Digamma = pointwise("digamma", "The derivative of the logarithm of the gamma function at each element.", floatSamples(0.2, 4), inReal("digamma", func(x *graph.Value) *graph.Value { return polygamma(0, x) }))

	Polygamma = define(Op{
		Schema: "polygamma(int n, Tensor self) -> Tensor", Method: "-", Doc: "The derivative of order n of the digamma function at each element.", Out: true,
		Samples: func(r *rand.Rand) []Sample { return []Sample{call(1, positive(r, 3, 4)), call(3, positive(r, 5))} },
	}, polygammaBody("polygamma"))
	Mvlgamma = define(Op{
		Schema: "mvlgamma(Tensor self, int p) -> Tensor", Doc: "The logarithm of the gamma function of p dimensions at each element, which is above (p − 1)/2.", InPlace: true, Out: true,
		Samples: func(r *rand.Rand) []Sample {
			return []Sample{call(graph.Uniform(r, graph.Float32, 1.2, 4, 3, 4), 3), call(positive(r, 5), 1)}
		},
	}, mvlgamma)
	Igamma = define(Op{
		Schema: "igamma(Tensor self, Tensor other) -> Tensor", Doc: "The lower incomplete gamma function with parameter self at other, over the whole.", InPlace: true, Out: true, Samples: positivePairSamples,
	}, incomplete("igamma", igammaHost))
	Igammac = define(Op{
		Schema: "igammac(Tensor self, Tensor other) -> Tensor", Doc: "The upper incomplete gamma function with parameter self at other, over the whole.", InPlace: true, Out: true, Samples: positivePairSamples,
	}, incomplete("igammac", igammacHost))
)
