package ops

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/flambeau-ml/flambeau/graph"
	"github.com/flambeau-ml/flambeau/ops/internal/gamma"
)

// Draws by rejection are functions of the host. Each element has two random words of its own, from which its stream of
// numbers begins, so that how many it takes is nobody else's business.

// drawHost draws an element from its parameters, the first operands; the last two are words.
func drawHost(name string, what string, f func(x []float64, b *gamma.Bits) float64) *graph.Host {
	return &graph.Host{
		Name: name, Leading: true, Infer: inferFirst,
		Eval: func(in, out []*graph.Array) error {
			n := len(in) - 2
			x := make([]float64, n)
			for i := range out[0].F {
				given := true
				for k := range x {
					x[k] = in[k].F[i]
					given = given && x[k] == x[k]
				}
				y := f(x, gamma.NewBits(uint32(in[n].I[i]), uint32(in[n+1].I[i])))
				if y != y && given {
					return fmt.Errorf("%s of element %d is out of range: %v", what, i, x)
				}
				out[0].SetFloat(i, y)
			}
			return nil
		},
		JVP: func(*graph.Value, []*graph.Value) *graph.Value { return nil }, // whole numbers do not move
	}
}

var (
	logGammaHost = drawHost("log_gamma", "the parameter", func(x []float64, b *gamma.Bits) float64 { return gamma.LogGammaDraw(x[0], b) })
	poissonHost  = drawHost("poisson", "the rate", func(x []float64, b *gamma.Bits) float64 { return gamma.PoissonDraw(x[0], b) })
	binomialHost = drawHost("binomial", "the count or the probability", func(x []float64, b *gamma.Bits) float64 {
		return gamma.BinomialDraw(x[0], x[1], b)
	})
)

func init() {
	logGammaHost.JVP = func(out *graph.Value, tan []*graph.Value) *graph.Value {
		return tan[0].Mul(hostCall(logSlopeHost, out.Args[0], out))
	}
}

// drawEach is a draw of h for each element of parameters of one shape.
func drawEach(op string, h *graph.Host, state *graph.Value, xs ...*graph.Value) (out, next *graph.Value) {
	needFloat(op, xs...)
	needReal(op, xs...)
	bits, next := words(op, state, append([]graph.Size{graph.N(2)}, xs[0].Shape...))
	args := append([]*graph.Value{}, xs...)
	for i := range 2 {
		args = append(args, dropAxis(bits.SliceAxis(0, graph.N(i), graph.N(1), 1), 0))
	}
	return hostCall(h, args...), next
}

// logGamma draws the logarithms of numbers of the gamma distribution.
func logGamma(op string, a, state *graph.Value) (out, next *graph.Value) {
	return drawEach(op, logGammaHost, state, a.Cast(wide(a.DType)))
}

// standardGamma keeps draws off 0, as PyTorch does.
func standardGamma(a, state *graph.Value) (out, next *graph.Value) {
	z, next := logGamma("_standard_gamma", a, state)
	least := 0x1p-126
	if z.DType == graph.Float64 {
		least = 0x1p-1022
	}
	return z.Max(z.Like(math.Log(least))).Exp().Cast(a.DType), next
}

// sampleDirichlet draws by the logarithms of gamma draws, which do not vanish where all parameters are small.
func sampleDirichlet(a, state *graph.Value) (out, next *graph.Value) {
	const op = "_sample_dirichlet"
	if a.Rank() < 1 {
		graph.Fail(op, "takes vectors of parameters, not %s", a.Type)
	}
	z, next := logGamma(op, a, state)
	return Softmax.Body(z, -1, graph.NoDType).Cast(a.DType), next
}

func poisson(rate, state *graph.Value) (out, next *graph.Value) {
	z, next := drawEach("poisson", poissonHost, state, rate.Cast(wide(rate.DType)))
	return z.Cast(rate.DType), next
}

func binomial(count, prob, state *graph.Value) (out, next *graph.Value) {
	const op = "binomial"
	needFloat(op, count, prob)
	d := resultType(count, prob)
	w := wide(d)
	shape, ok := graph.BroadcastShapes(count.Home.Solver(), count.Shape, prob.Shape)
	if !ok {
		graph.Fail(op, "%s and %s do not broadcast", count.Type, prob.Type)
	}
	z, next := drawEach(op, binomialHost, state, count.Cast(w).Expand(shape...), prob.Cast(w).Expand(shape...))
	return z.Cast(d), next
}

// Random numbers that are drawn by rejection.
var (
	StandardGamma = define(Op{
		Schema: "_standard_gamma(Tensor self, Generator? generator=None) -> Tensor", Method: "StandardGamma", Doc: "Numbers drawn from the gamma distribution with the parameters that the elements are and rate 1.",
		Samples: func(r *rand.Rand) []Sample {
			return []Sample{call(positive(r, 3, 4)).kw("generator", seed(r)), call(positive(r)).kw("generator", seed(r))}
		},
	}, standardGamma)
	SampleDirichlet = define(Op{
		Schema: "_sample_dirichlet(Tensor self, Generator? generator=None) -> Tensor", Method: "SampleDirichlet", Doc: "Vectors along the last dimension drawn from the Dirichlet distributions with the parameters that they are.",
		Samples: func(r *rand.Rand) []Sample { return []Sample{call(positive(r, 3, 4)).kw("generator", seed(r))} },
	}, sampleDirichlet)
	Poisson = define(Op{
		Schema: "poisson(Tensor self, Generator? generator=None) -> Tensor", Doc: "Numbers drawn from the Poisson distribution with the rates that the elements are.",
		Samples: func(r *rand.Rand) []Sample { return []Sample{call(positive(r, 3, 4)).kw("generator", seed(r))} },
	}, poisson)
	Binomial = define(Op{
		Schema: "binomial(Tensor count, Tensor prob, Generator? generator=None) -> Tensor", Doc: "How many trials succeed, of as many as count says and with probabilities prob.",
		Samples: func(r *rand.Rand) []Sample {
			return []Sample{call(positive(r, 3, 4), graph.Uniform(r, graph.Float32, 0, 1, 4)).kw("generator", seed(r))}
		},
	}, binomial)
)
