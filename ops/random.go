package ops

import (
	"math"
	"math/rand/v2"

	"github.com/flambeau-ml/flambeau/graph"
)

// Draws take the state (key, counter) that they begin at and return the state after them: the counter moves on by one
// for every four words. Nothing else is random, so computing a draw again gives the same.

// words draws 32-bit words.
func words(op string, state *graph.Value, sizes []graph.Size) (bits, next *graph.Value) {
	if state == nil {
		graph.Fail(op, "needs a generator")
	}
	checkSizes(op, sizes)
	bits = graph.Apply(graph.RandomBits, &graph.Attrs{Shape: sizes}, state)
	blocks := graph.Shape(sizes).Count().Add(graph.N(3)).Div(graph.N(4))
	step := graph.ConcatValues(0, graph.Full(state.Home, graph.T(graph.Uint64, 1), graph.IntOf(0)), graph.NewSize(state.Home, graph.Uint64, blocks).Reshape(graph.N(1)))
	return bits, state.Add(step)
}

// unit turns words into numbers from 0 to below 1 with the 24 bits that f32 holds, plus offset of their last place.
func unit(bits *graph.Value, offset float64) *graph.Value {
	return bits.Div(bits.Scalar(graph.IntOf(256))).Cast(graph.Float32).Shift(offset).Scale(0x1p-24)
}

func uniform(op string, state *graph.Value, sizes []graph.Size) (u, next *graph.Value) {
	bits, next := words(op, state, sizes)
	return unit(bits, 0), next
}

// gaussian is the transform of Box and Muller: √(−2·log u)·cos(2π·v).
func gaussian(op string, state *graph.Value, sizes []graph.Size) (z, next *graph.Value) {
	bits, next := words(op, state, append([]graph.Size{graph.N(2)}, sizes...))
	half := func(i int) *graph.Value { return dropAxis(bits.SliceAxis(0, graph.N(i), graph.N(1), 1), 0) }
	radius := unit(half(0), 1).Log().Scale(-2).Sqrt()
	return radius.Mul(unit(half(1), 0).Scale(2 * math.Pi).Cos()), next
}

// complexGaussian is normal in both parts, with half the variance each.
func complexGaussian(op string, d graph.DType, state *graph.Value, sizes []graph.Size) (z, next *graph.Value) {
	z, next = gaussian(op, state, append([]graph.Size{graph.N(2)}, sizes...))
	z = z.Scale(math.Sqrt(0.5)).Cast(graph.PartType(d))
	half := func(i int) *graph.Value { return dropAxis(z.SliceAxis(0, graph.N(i), graph.N(1), 1), 0) }
	return half(0).Complex(half(1)), next
}

// normal draws floats or complex numbers.
func normal(op string) drawBody {
	floats := draw(op, gaussian)
	return func(sizes []graph.Size, state *graph.Value, dtype graph.DType) (out, next *graph.Value) {
		if dtype.IsComplex() {
			return complexGaussian(op, dtype, state, sizes)
		}
		return floats(sizes, state, dtype)
	}
}

func floatOnly(op string, d graph.DType) graph.DType {
	if d = orDefault(d); !d.IsFloat() {
		graph.Fail(op, "draws floats, not %s", d)
	}
	return d
}

type (
	drawBody     = func(sizes []graph.Size, state *graph.Value, dtype graph.DType) (out, next *graph.Value)
	drawLikeBody = func(x *graph.Value, state *graph.Value, dtype graph.DType) (out, next *graph.Value)
)

func draw(op string, f func(string, *graph.Value, []graph.Size) (*graph.Value, *graph.Value)) drawBody {
	return func(sizes []graph.Size, state *graph.Value, dtype graph.DType) (out, next *graph.Value) {
		d := floatOnly(op, dtype)
		out, next = f(op, state, sizes)
		return out.Cast(d), next
	}
}

func drawLike(op string, f func(string, *graph.Value, []graph.Size) (*graph.Value, *graph.Value)) drawLikeBody {
	return func(x, state *graph.Value, dtype graph.DType) (out, next *graph.Value) {
		return draw(op, f)(x.Shape, state, orLike(dtype, x))
	}
}

// randint draws integers from low to before high.
func randint(low, high int, sizes []graph.Size, state *graph.Value, dtype graph.DType) (out, next *graph.Value) {
	if high <= low || high-low > math.MaxUint32 {
		graph.Fail("randint", "draws from %d to before %d: there must be between 1 and 2³²−1 numbers", low, high)
	}
	bits, next := words("randint", state, sizes)
	home := state.Home
	span, least := graph.NewNumber(home, graph.Uint32, graph.IntOf(int64(high-low))), graph.NewNumber(home, graph.Int64, graph.IntOf(int64(low)))
	out = bits.Rem(span).Cast(graph.Int64).Add(least)
	if dtype == graph.NoDType {
		return out, next
	}
	return out.Cast(dtype), next
}

// bernoulli is 1 with probability p, which broadcasts to x's sizes, else 0.
func bernoulli(x, p, state *graph.Value) (out, next *graph.Value) {
	u, next := uniform("bernoulli", state, x.Shape)
	return flatIn(x, u.Lt(p.Cast(graph.Float32)).Cast(x.DType)), next
}

// dropout zeroes elements with probability p and scales the others by 1/(1 − p), all elements of the last axes alike
// that follow the first mask ones.
func dropout(op string, mask func(rank int) int) func(x *graph.Value, p float64, train bool, state *graph.Value) (out, next *graph.Value) {
	return func(x *graph.Value, p float64, train bool, state *graph.Value) (out, next *graph.Value) {
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
		return keep.Where(x.Mul(givenLike(x, 1/(1-p))), x.Like(0)).Cast(d), next
	}
}

// scaledDraw is f·scale + shift in x's sizes and dtype.
func scaledDraw(op string, f func(string, *graph.Value, []graph.Size) (*graph.Value, *graph.Value), x *graph.Value, shift, scale float64, state *graph.Value) (out, next *graph.Value) {
	needFloat(op, x)
	out, next = f(op, state, x.Shape)
	return flatIn(x, out.Mul(givenLike(out, scale)).Add(givenLike(out, shift)).Cast(x.DType)), next
}

// seed is a state for samples.
func seed(*rand.Rand) *graph.Array {
	a := graph.NewArray(graph.Uint64, 2)
	a.I[0], a.I[1] = 42, 7
	return a
}

func drawSamples(r *rand.Rand) []Sample {
	return []Sample{call([]int{2, 3}).kw("generator", seed(r)), call([]int{}).kw("generator", seed(r)).kw("dtype", graph.BFloat16)}
}

func drawLikeSamples(r *rand.Rand) []Sample {
	return []Sample{call(f32(r, 2, 3)).kw("generator", seed(r)), call(bf16(r, 5)).kw("generator", seed(r))}
}

func dropoutSamples(r *rand.Rand) []Sample {
	return []Sample{call(f32(r, 2, 3, 4), 0.5, true).kw("generator", seed(r)), call(f32(r, 2, 3, 4), 0.5, false), call(bf16(r, 2, 3, 4), 0.3, true).kw("generator", seed(r))}
}

func elements(rank int) int { return rank }
func channels(rank int) int { return min(rank, 2) }

// Random numbers. Every draw takes its generator: there is no hidden one.
var (
	Rand = define(Op{
		Schema: "rand.generator(SymInt[] size, *, Generator? generator, " + factory + ") -> Tensor", Method: "Rand", Doc: "Numbers drawn evenly from 0 to below 1.", Samples: drawSamples,
	}, draw("rand", uniform))
	Randn = define(Op{
		Schema: "randn.generator(SymInt[] size, *, Generator? generator, " + factory + ") -> Tensor", Method: "Randn", Doc: "Numbers drawn from the normal distribution.", Samples: drawSamples,
	}, normal("randn"))
	RandLike = define(Op{
		Schema: "rand_like.generator(Tensor self, *, Generator? generator, " + factory + ") -> Tensor", Method: "RandLike", Doc: "Numbers drawn evenly from 0 to below 1, with the sizes and dtype of self.", Samples: drawLikeSamples,
	}, drawLike("rand_like", uniform))
	RandnLike = define(Op{
		Schema: "randn_like.generator(Tensor self, *, Generator? generator, " + factory + ") -> Tensor", Method: "RandnLike", Doc: "Numbers drawn from the normal distribution, with the sizes and dtype of self.", Samples: drawLikeSamples,
	}, func(x, state *graph.Value, dtype graph.DType) (out, next *graph.Value) {
		return normal("randn_like")(x.Shape, state, orLike(dtype, x))
	})
	Randint = define(Op{
		Schema: "randint.low_generator(SymInt low, SymInt high, SymInt[] size, *, Generator? generator, " + factory + ") -> Tensor", Method: "Randint", Doc: "Integers drawn evenly from low to before high.",
		Samples: func(r *rand.Rand) []Sample { return []Sample{call(-2, 9, []int{3, 4}).kw("generator", seed(r))} },
	}, randint)
	Bernoulli = define(Op{
		Schema: "bernoulli(Tensor self, *, Generator? generator=None) -> Tensor", Doc: "1 with the probability that each element says, else 0.",
		Samples: func(r *rand.Rand) []Sample {
			return []Sample{call(graph.Uniform(r, graph.Float32, 0, 1, 3, 4)).kw("generator", seed(r))}
		},
	}, func(x, state *graph.Value) (out, next *graph.Value) { return bernoulli(x, x, state) })
	BernoulliP = define(Op{
		Schema: "bernoulli.p(Tensor self, float p, *, Generator? generator=None) -> Tensor", Method: "BernoulliP", Doc: "1 with probability p, else 0, with the sizes and dtype of self.", InPlace: true,
		Samples: func(r *rand.Rand) []Sample {
			return []Sample{call(f32(r, 3, 4), 0.3).kw("generator", seed(r)), call(below(r, 9, 3), 0.3).kw("generator", seed(r))}
		},
	}, func(x *graph.Value, p float64, state *graph.Value) (out, next *graph.Value) {
		return bernoulli(x, graph.NewNumber(x.Home, graph.Float32, graph.FloatOf(p)), state)
	})
	Uniform = define(Op{
		Schema: "uniform(Tensor self, float from=0, float to=1, *, Generator? generator=None) -> Tensor", Needed: 3, Doc: "Numbers drawn evenly from one number to below another, with the sizes and dtype of self.", InPlace: true, Samples: drawLikeSamples,
	}, func(x *graph.Value, from, to float64, state *graph.Value) (out, next *graph.Value) {
		if to < from {
			graph.Fail("uniform", "draws from %v to %v, which is below", from, to)
		}
		return scaledDraw("uniform", uniform, x, from, to-from, state)
	})
	Normal = define(Op{
		Schema: "normal_functional(Tensor self, float mean=0, float std=1, *, Generator? generator=None) -> Tensor", Method: "Normal", Needed: 3, InPlace: true,
		Doc: "Numbers drawn from the normal distribution with a mean and a deviation, with the sizes and dtype of self.", Samples: drawLikeSamples,
	}, func(x *graph.Value, mean, std float64, state *graph.Value) (out, next *graph.Value) {
		if std < 0 {
			graph.Fail("normal", "the deviation is %v: it must not be negative", std)
		}
		return scaledDraw("normal", gaussian, x, mean, std, state)
	})
	Exponential = define(Op{
		Schema: "exponential(Tensor self, float lambd=1, *, Generator? generator=None) -> Tensor", Needed: 2, Doc: "Numbers drawn from the exponential distribution with rate lambd, with the sizes and dtype of self.",
		InPlace: true, Samples: drawLikeSamples,
	}, func(x *graph.Value, lambd float64, state *graph.Value) (out, next *graph.Value) {
		needFloat("exponential", x)
		if lambd <= 0 {
			graph.Fail("exponential", "the rate is %v: it must be positive", lambd)
		}
		bits, next := words("exponential", state, x.Shape)
		return flatIn(x, unit(bits, 1).Log().Neg().Div(graph.NewNumber(x.Home, graph.Float32, graph.FloatOf(lambd))).Cast(x.DType)), next
	})
	Dropout = define(Op{
		Schema: "dropout(Tensor input, float p, bool train, *, Generator? generator=None) -> Tensor", Doc: "Elements zeroed with probability p, the others scaled so that the mean stays.", Samples: dropoutSamples,
	}, dropout("dropout", elements))
	FeatureDropout = define(Op{
		Schema: "feature_dropout(Tensor input, float p, bool train, *, Generator? generator=None) -> Tensor", Doc: "Whole channels zeroed with probability p, the others scaled so that the mean stays.", Samples: dropoutSamples,
	}, dropout("feature_dropout", channels))
)
