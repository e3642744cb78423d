package ops

import (
	"math"
	"math/rand/v2"

	"github.com/flambeau-ml/flambeau/graph"
)

// normalOf is the numbers of a draw times scale plus shift, each of which is an array that broadcasts to sizes.
func normalOf(op string, mean, std, state *graph.Value) (out, next *graph.Value) {
	d := resultType(mean, std)
	if !d.IsFloat() {
		graph.Fail(op, "draws floats, not %s and %s", mean.Type, std.Type)
	}
	shape, ok := graph.BroadcastShapes(mean.Home.Solver(), mean.Shape, std.Shape)
	if !ok {
		graph.Fail(op, "the mean %s and the deviation %s do not broadcast", mean.Type, std.Type)
	}
	z, next := gaussian(op, state, shape)
	return z.Cast(d).Mul(std.Cast(d)).Add(mean.Cast(d)), next
}

func needDeviation(op string, std float64) {
	if !(std >= 0) {
		graph.Fail(op, "the deviation is %v: it must not be negative", std)
	}
}

// cauchyOf is the tangent of angles drawn evenly.
func cauchyOf(op string, state *graph.Value, sizes []graph.Size) (z, next *graph.Value) {
	bits, next := words(op, state, sizes)
	return unit(bits, 0.5).Shift(-0.5).Scale(math.Pi).Tan(), next
}

// geometric counts the trials of probability p up to the first success.
func geometric(x *graph.Value, p float64, state *graph.Value) (out, next *graph.Value) {
	if !(p > 0 && p < 1) {
		graph.Fail("geometric", "the probability is %v: it must lie between 0 and 1", p)
	}
	bits, next := words("geometric", state, x.Shape)
	trials := unit(bits, 1).Log().Div(graph.NewNumber(x.Home, graph.Float32, graph.FloatOf(math.Log1p(-p)))).Ceil()
	return flatIn(x, trials.Max(trials.Like(1)).Cast(x.DType)), next
}

// multinomial draws columns with the probabilities that rows are, up to a factor. Without replacement, those are drawn
// whose exponential waiting times are shortest; with it, each draw looks a number up in the sums.
func multinomial(p *graph.Value, samples int, replacement bool, state *graph.Value) (out, next *graph.Value) {
	const op = "multinomial"
	needFloat(op, p)
	if p.Rank() != 1 && p.Rank() != 2 || p.DType.IsComplex() {
		graph.Fail(op, "takes a row or rows of probabilities, not %s", p.Type)
	}
	last := p.Rank() - 1
	n, known := p.Shape[last].Int()
	if samples < 1 || known && (n == 0 || !replacement && samples > n) {
		graph.Fail(op, "cannot draw %d columns of %s", samples, p.Type)
	}
	p = p.Cast(wide(p.DType))
	if !replacement {
		bits, next := words(op, state, p.Shape)
		wait := unit(bits, 1).Log().Neg().Shift(0x1p-30).Cast(p.DType)
		return p.Div(wait).ArgSort(last, true).SliceAxis(last, graph.N(0), graph.N(samples), 1), next
	}
	sizes := append([]graph.Size(nil), p.Shape...)
	sizes[last] = graph.N(samples)
	u, next := uniform(op, state, sizes)
	sums := p.CumSum(last)
	total := sums.SliceAxis(last, p.Shape[last].Sub(graph.N(1)), graph.N(1), 1)
	at := search(sums, u.Cast(p.DType).Mul(total), true)
	return at.Min(graph.NewSize(p.Home, graph.Int64, p.Shape[last]).Shift(-1)), next
}

// rrelu multiplies what is not positive by a factor: drawn in training, else the one in the middle.
func rrelu(x *graph.Value, lower, upper graph.Scalar, training bool, state *graph.Value) (out, next *graph.Value) {
	const op = "rrelu"
	needFloat(op, x)
	low, high := lower.Float(), upper.Float()
	if !(low <= high) {
		graph.Fail(op, "lower is %v and upper %v: they must not fall", low, high)
	}
	d := x.DType
	x = x.Cast(wide(d))
	factor, next := givenLike(x, (low+high)/2), state
	if training {
		factor, next = uniform(op, state, x.Shape)
		factor = factor.Mul(givenLike(factor, high-low)).Add(givenLike(factor, low)).Cast(x.DType)
	}
	return x.Gt(x.Like(0)).Where(x, x.Mul(factor)).Cast(d), next
}

// alphaDropout puts the number that SELU falls towards in place of elements with probability p, all elements of the
// last axes alike that follow the first mask ones, and keeps mean and variance.
func alphaDropout(op string, mask func(rank int) int) func(x *graph.Value, p float64, train bool, state *graph.Value) (out, next *graph.Value) {
	return func(x *graph.Value, p float64, train bool, state *graph.Value) (out, next *graph.Value) {
		const alpha = 1.7580993408473766
		if p < 0 || p > 1 || p != p {
			graph.Fail(op, "the probability is %v: it must lie from 0 to 1", p)
		}
		if !train || p == 0 {
			return x, state
		}
		needFloat(op, x)
		if p == 1 {
			return x.Mul(x.Like(0)), state
		}
		sizes := append([]graph.Size(nil), x.Shape...)
		for i := mask(x.Rank()); i < x.Rank(); i++ {
			sizes[i] = graph.N(1)
		}
		u, next := uniform(op, state, sizes)
		keep := givenLike(u, p).Le(u)
		d := x.DType
		x = x.Cast(wide(d))
		a := 1 / math.Sqrt((alpha*alpha*p+1)*(1-p))
		return keep.Where(x.Mul(givenLike(x, a)), givenLike(x, -alpha*a)).Add(givenLike(x, alpha*a*p)).Cast(d), next
	}
}

// More random numbers.
var (
	NormalTensors = define(Op{
		Schema: "normal.Tensor_Tensor(Tensor mean, Tensor std, *, Generator? generator=None) -> Tensor", Method: "-", Doc: "Numbers drawn from normal distributions with means and deviations.",
		Samples: func(r *rand.Rand) []Sample {
			return []Sample{call(f32(r, 3, 4), positive(r, 4)).kw("generator", seed(r))}
		},
	}, func(mean, std, state *graph.Value) (out, next *graph.Value) {
		return normalOf("normal", mean, std, state)
	})
	NormalMeans = define(Op{
		Schema: "normal.Tensor_float(Tensor mean, float std=1, *, Generator? generator=None) -> Tensor", Method: "-", Doc: "Numbers drawn from normal distributions with means and one deviation.",
		Samples: func(r *rand.Rand) []Sample { return []Sample{call(f32(r, 3, 4), 0.5).kw("generator", seed(r))} },
	}, func(mean *graph.Value, std float64, state *graph.Value) (out, next *graph.Value) {
		needDeviation("normal", std)
		return normalOf("normal", mean, givenLike(mean, std), state)
	})
	NormalDeviations = define(Op{
		Schema: "normal.float_Tensor(float mean, Tensor std, *, Generator? generator=None) -> Tensor", Method: "-", Doc: "Numbers drawn from normal distributions with one mean and deviations.",
		Samples: func(r *rand.Rand) []Sample { return []Sample{call(0.5, positive(r, 3, 4)).kw("generator", seed(r))} },
	}, func(mean float64, std, state *graph.Value) (out, next *graph.Value) {
		return normalOf("normal", givenLike(std, mean), std, state)
	})
	NormalNumbers = define(Op{
		Schema: "normal.float_float(float mean, float std, SymInt[] size, *, Generator? generator=None, " + factory + ") -> Tensor", Method: "-", Doc: "Numbers drawn from a normal distribution with a mean and a deviation.",
		Samples: func(r *rand.Rand) []Sample { return []Sample{call(0.5, 2.0, []int{2, 3}).kw("generator", seed(r))} },
	}, func(mean, std float64, sizes []graph.Size, state *graph.Value, dtype graph.DType) (out, next *graph.Value) {
		needDeviation("normal", std)
		z, next := draw("normal", gaussian)(sizes, state, dtype)
		return z.Mul(givenLike(z, std)).Add(givenLike(z, mean)), next
	})
	Cauchy = define(Op{
		Schema: "cauchy(Tensor self, float median=0, float sigma=1, *, Generator? generator=None) -> Tensor", Needed: 3, InPlace: true, Samples: drawLikeSamples,
		Doc: "Numbers drawn from the Cauchy distribution with a median and a width, with the sizes and dtype of self.",
	}, func(x *graph.Value, median, sigma float64, state *graph.Value) (out, next *graph.Value) {
		if !(sigma > 0) {
			graph.Fail("cauchy", "sigma is %v: it must be positive", sigma)
		}
		return scaledDraw("cauchy", cauchyOf, x, median, sigma, state)
	})
	LogNormal = define(Op{
		Schema: "log_normal(Tensor self, float mean=1, float std=2, *, Generator? generator=None) -> Tensor", Needed: 3, InPlace: true, Samples: drawLikeSamples,
		Doc: "Numbers whose logarithms are drawn from a normal distribution, with the sizes and dtype of self.",
	}, func(x *graph.Value, mean, std float64, state *graph.Value) (out, next *graph.Value) {
		if !(std > 0) {
			graph.Fail("log_normal", "the deviation is %v: it must be positive", std)
		}
		return scaledDraw("log_normal", func(op string, state *graph.Value, sizes []graph.Size) (z, next *graph.Value) {
			z, next = gaussian(op, state, sizes)
			return z.Mul(givenLike(z, std)).Add(givenLike(z, mean)).Exp(), next
		}, x, 0, 1, state)
	})
	Geometric = define(Op{
		Schema: "geometric(Tensor self, float p, *, Generator? generator=None) -> Tensor", InPlace: true, Doc: "How many trials of probability p there are up to the first success, with the sizes and dtype of self.",
		Samples: func(r *rand.Rand) []Sample {
			return []Sample{call(f32(r, 3, 4), 0.3).kw("generator", seed(r)), call(below(r, 9, 3), 0.3).kw("generator", seed(r))}
		},
	}, geometric)
	RandintLikeBelow = define(Op{
		Schema: "randint_like.generator(Tensor self, SymInt high, *, Generator? generator, " + factory + ") -> Tensor", Method: "-", Doc: "Integers drawn evenly from 0 to before high, with the sizes and dtype of self.",
		Samples: func(r *rand.Rand) []Sample { return []Sample{call(f32(r, 3, 4), 9).kw("generator", seed(r))} },
	}, func(x *graph.Value, high int, state *graph.Value, dtype graph.DType) (out, next *graph.Value) {
		return randint(0, high, x.Shape, state, orLike(dtype, x))
	})
	RandintLike = define(Op{
		Schema: "randint_like.low_generator_dtype(Tensor self, SymInt low, SymInt high, *, Generator? generator, " + factory + ") -> Tensor", Method: "RandintLike",
		Doc:     "Integers drawn evenly from low to before high, with the sizes and dtype of self.",
		Samples: func(r *rand.Rand) []Sample { return []Sample{call(f32(r, 3, 4), -2, 9).kw("generator", seed(r))} },
	}, func(x *graph.Value, low, high int, state *graph.Value, dtype graph.DType) (out, next *graph.Value) {
		return randint(low, high, x.Shape, state, orLike(dtype, x))
	})
	Multinomial = define(Op{
		Schema: "multinomial(Tensor self, SymInt num_samples, bool replacement=False, *, Generator? generator=None) -> Tensor", Doc: "Columns drawn with the probabilities that rows are, up to a factor.",
		Samples: func(r *rand.Rand) []Sample {
			return []Sample{call(positive(r, 5), 3).kw("generator", seed(r)), call(positive(r, 2, 5), 7, true).kw("generator", seed(r))}
		},
	}, multinomial)
	RReLU = define(Op{
		Schema: "rrelu(Tensor self, Scalar lower=0.125, Scalar upper=0.3333333333333333, bool training=False, Generator? generator=None) -> Tensor", Method: "-", InPlace: true,
		Doc: "The elements, those below 0 times a factor that is drawn in training.",
		Samples: func(r *rand.Rand) []Sample {
			return []Sample{call(f32(r, 3, 4)), call(f32(r, 3, 4), 0.1, 0.3, true).kw("generator", seed(r))}
		},
	}, rrelu)
	AlphaDropout = define(Op{
		Schema: "alpha_dropout(Tensor input, float p, bool train, *, Generator? generator=None) -> Tensor", Doc: "Elements set to what SELU falls towards with probability p, so that mean and variance stay.", Samples: dropoutSamples,
	}, alphaDropout("alpha_dropout", elements))
	FeatureAlphaDropout = define(Op{
		Schema: "feature_alpha_dropout(Tensor input, float p, bool train, *, Generator? generator=None) -> Tensor", Doc: "Whole channels set to what SELU falls towards with probability p, so that mean and variance stay.", Samples: dropoutSamples,
	}, alphaDropout("feature_alpha_dropout", channels))
	NativeDropoutBackward = define(Op{
		Schema: "native_dropout_backward(Tensor grad_output, Tensor mask, float scale) -> Tensor", Method: "-", Doc: "The derivative of dropout, which kept what mask says.",
		Samples: func(r *rand.Rand) []Sample { return []Sample{call(f32(r, 3, 4), bools(r, 3, 4), 2.0)} },
	}, func(ct, mask *graph.Value, scale float64) *graph.Value {
		ct, factor, d := withNumber(ct, graph.FloatOf(scale))
		return ct.Mul(mask.Cast(ct.DType)).Mul(factor).Cast(d)
	})
)
