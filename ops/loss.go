package ops

import (
	"math/rand/v2"

	"github.com/flambeau-ml/flambeau/graph"
)

// reduceLoss is what the argument reduction makes of the losses of all elements.
func reduceLoss(op string, x *graph.Value, reduction int) *graph.Value {
	all := allDims(x.Rank())
	switch reduction {
	case reduceNone:
		return x
	case reduceMean:
		return x.ReduceSum(all...).Div(countOf(x, all))
	case reduceSum:
		return x.ReduceSum(all...)
	}
	graph.Fail(op, "reduction is %d: it must be 0 (none), 1 (mean) or 2 (sum)", reduction)
	return nil
}

// elementLoss is a loss of operands that broadcast, computed in the wide form of their common dtype.
func elementLoss(op string, xs []*graph.Value, reduction int, f func(xs []*graph.Value) *graph.Value) *graph.Value {
	d := floatType(resultType(xs...))
	in := make([]*graph.Value, len(xs))
	for i, x := range xs {
		in[i] = x.Cast(wide(d))
	}
	y := f(in)
	if !y.DType.IsComplex() { // as of a distance of complex numbers
		d = graph.PartType(d)
	}
	return reduceLoss(op, y, reduction).Cast(d)
}

type lossBody = func(x, y *graph.Value, reduction int) *graph.Value

func loss(name, doc string, samples sampler, f binaryBody) Operator[lossBody] {
	return define(Op{Schema: name + "(Tensor self, Tensor target, int reduction=Mean) -> Tensor", Doc: doc, Samples: samples}, func(x, y *graph.Value, reduction int) *graph.Value {
		return elementLoss(name, []*graph.Value{x, y}, reduction, func(v []*graph.Value) *graph.Value { return f(v[0], v[1]) })
	})
}

func lossSamples(r *rand.Rand) []Sample {
	return withKwargs(func(r *rand.Rand) []Sample {
		return []Sample{call(f32(r, 3, 4), f32(r, 3, 4)), call(f32(r, 3, 4), f32(r, 4)), call(bf16(r, 5), bf16(r, 5))}
	}, "reduction", "none", "mean", "sum")(r)
}

// signs are −1 and 1.
func signs(r *rand.Rand, dims ...int) *graph.Array {
	a := bools(r, dims...)
	out := graph.NewArray(graph.Float32, dims...)
	for i, b := range a.I {
		out.SetFloat(i, float64(2*b-1))
	}
	return out
}

func signSamples(r *rand.Rand) []Sample { return []Sample{call(f32(r, 3, 4), signs(r, 3, 4))} }

// quadratic is the loss that is square below a width and linear above.
func quadratic(diff, width, scale *graph.Value) *graph.Value {
	a := diff.Abs()
	return a.Lt(width).Where(diff.Mul(diff).Scale(0.5).Div(scale), a.Sub(width.Scale(0.5)))
}

// probabilityLog is log x, but not below −100.
func probabilityLog(x *graph.Value) *graph.Value {
	l := x.Log()
	return l.Lt(l.Like(-100)).Where(l.Like(-100), l)
}

// bernoulliLoss is −(y·log x + (1 − y)·log(1 − x)).
func bernoulliLoss(x, y *graph.Value) *graph.Value {
	one := x.Like(1)
	return y.Sub(one).Mul(probabilityLog(one.Sub(x))).Sub(y.Mul(probabilityLog(x)))
}

func weighed(vs []*graph.Value, weights ...*graph.Value) []*graph.Value {
	for _, w := range weights {
		if w != nil {
			vs = append(vs, w)
		}
	}
	return vs
}

func sameSizes(op string, x, y *graph.Value) {
	if !x.Home.Solver().SameShape(x.Shape, y.Shape) {
		graph.Fail(op, "the input %s and the target %s differ in size", x.Type, y.Type)
	}
}

func bceWithLogits(x, y, weight, posWeight *graph.Value, reduction int) *graph.Value {
	const op = "binary_cross_entropy_with_logits"
	sameSizes(op, x, y)
	return elementLoss(op, weighed([]*graph.Value{x, y}, weight, posWeight), reduction, func(v []*graph.Value) *graph.Value {
		x, y, one := v[0], v[1], v[0].Like(1)
		l := logSigmoid(x)
		if posWeight != nil {
			l = l.Mul(v[len(v)-1].Sub(one).Mul(y).Add(one))
		}
		out := one.Sub(y).Mul(x).Sub(l)
		if weight != nil {
			out = out.Mul(v[2])
		}
		return out
	})
}

func klDiv(x, y *graph.Value, reduction int, logTarget bool) *graph.Value {
	return elementLoss("kl_div", []*graph.Value{x, y}, reduction, func(v []*graph.Value) *graph.Value {
		if logTarget {
			return v[1].Exp().Mul(v[1].Sub(v[0]))
		}
		return xlogy(v[1], v[1]).Sub(v[1].Mul(v[0]))
	})
}

// hinge is max(0, x), with derivative 0 at 0.
func hinge(x *graph.Value) *graph.Value { return relu(x) }

// Losses of elements.
var (
	MSELoss        = loss("mse_loss", "The square of the difference.", lossSamples, func(x, y *graph.Value) *graph.Value { d := x.Sub(y); return d.Mul(d) })
	L1Loss         = loss("l1_loss", "The absolute difference.", lossSamples, func(x, y *graph.Value) *graph.Value { return absolute(x.Sub(y)) })
	SoftMarginLoss = loss("soft_margin_loss", "The logarithm of 1 plus exp(−target·self).", signSamples, func(x, y *graph.Value) *graph.Value { return softplus(x.Mul(y).Neg()) })
	SmoothL1Loss   = define(Op{
		Schema: "smooth_l1_loss(Tensor self, Tensor target, int reduction=Mean, float beta=1.0) -> Tensor", Doc: "Half the square of the difference over beta, linear from beta on.",
		Samples: withKwargs(lossSamples, "beta", 1.0, 0.5),
	}, func(x, y *graph.Value, reduction int, beta float64) *graph.Value {
		if beta < 0 {
			graph.Fail("smooth_l1_loss", "beta is %v: it must not be negative", beta)
		}
		return elementLoss("smooth_l1_loss", []*graph.Value{x, y}, reduction, func(v []*graph.Value) *graph.Value {
			if beta == 0 {
				return v[0].Sub(v[1]).Abs()
			}
			b := givenLike(v[0], beta)
			return quadratic(v[0].Sub(v[1]), b, b)
		})
	})
	HuberLoss = define(Op{
		Schema: "huber_loss(Tensor self, Tensor target, int reduction=Mean, float delta=1.0) -> Tensor", Doc: "Half the square of the difference, linear from delta on.",
		Samples: withKwargs(lossSamples, "delta", 1.0, 0.5),
	}, func(x, y *graph.Value, reduction int, delta float64) *graph.Value {
		if delta <= 0 {
			graph.Fail("huber_loss", "delta is %v: it must be positive", delta)
		}
		return elementLoss("huber_loss", []*graph.Value{x, y}, reduction, func(v []*graph.Value) *graph.Value {
			b := givenLike(v[0], delta)
			return quadratic(v[0].Sub(v[1]), b, b).Mul(b)
		})
	})
	BinaryCrossEntropy = define(Op{
		Schema: "binary_cross_entropy(Tensor self, Tensor target, Tensor? weight=None, int reduction=Mean) -> Tensor", Doc: "The cross entropy of probabilities and targets between 0 and 1.",
		Samples: func(r *rand.Rand) []Sample {
			p := func() *graph.Array { return graph.Uniform(r, graph.Float32, 0.1, 0.9, 3, 4) }
			return []Sample{call(p(), p()), call(p(), p(), positive(r, 4), "sum")}
		},
	}, func(x, y, weight *graph.Value, reduction int) *graph.Value {
		sameSizes("binary_cross_entropy", x, y)
		return elementLoss("binary_cross_entropy", weighed([]*graph.Value{x, y}, weight), reduction, func(v []*graph.Value) *graph.Value {
			out := bernoulliLoss(v[0], v[1])
			if weight != nil {
				out = out.Mul(v[2])
			}
			return out
		})
	})
	BinaryCrossEntropyWithLogits = define(Op{
		Schema: "binary_cross_entropy_with_logits(Tensor self, Tensor target, Tensor? weight=None, Tensor? pos_weight=None, int reduction=Mean) -> Tensor",
		Doc:    "The cross entropy of logits and targets between 0 and 1.",
		Samples: func(r *rand.Rand) []Sample {
			p := func() *graph.Array { return graph.Uniform(r, graph.Float32, 0.1, 0.9, 3, 4) }
			return []Sample{call(f32(r, 3, 4), p()), call(f32(r, 3, 4), p(), positive(r, 4), positive(r, 4), "sum"), call(f32(r, 3, 4), p(), nil, positive(r, 4), "none")}
		},
	}, bceWithLogits)
	KLDiv = define(Op{
		Schema: "kl_div(Tensor self, Tensor target, int reduction=Mean, *, bool log_target=False) -> Tensor", Doc: "The divergence of target from the distribution whose logarithm self is.",
		Samples: func(r *rand.Rand) []Sample {
			return []Sample{call(f32(r, 3, 4), positive(r, 3, 4)), call(f32(r, 3, 4), f32(r, 3, 4), "sum").kw("log_target", true)}
		},
	}, klDiv)
	HingeEmbeddingLoss = define(Op{
		Schema: "hinge_embedding_loss(Tensor self, Tensor target, float margin=1.0, int reduction=Mean) -> Tensor", Doc: "Self where target is 1, else what margin lacks of it.", Samples: signSamples,
	}, func(x, y *graph.Value, margin float64, reduction int) *graph.Value {
		return elementLoss("hinge_embedding_loss", []*graph.Value{x, y}, reduction, func(v []*graph.Value) *graph.Value {
			one, zero := v[0].Like(1), v[0].Like(0)
			far := v[1].Eq(one).Where(zero, hinge(givenLike(v[0], margin).Sub(v[0])))
			return far.Add(v[1].Eq(one.Neg()).Where(zero, v[0]))
		})
	})
	MarginRankingLoss = define(Op{
		Schema: "margin_ranking_loss(Tensor input1, Tensor input2, Tensor target, float margin=0.0, int reduction=Mean) -> Tensor", Doc: "What the difference of two rankings lacks of margin, in the direction of target.",
		Samples: func(r *rand.Rand) []Sample { return []Sample{call(f32(r, 3), f32(r, 3), signs(r, 3), 0.5)} },
	}, func(a, b, y *graph.Value, margin float64, reduction int) *graph.Value {
		if d := resultType(a, b, y); d.IsUnsigned() { // the difference wraps around, as in PyTorch
			y = y.Cast(d).Neg().Mul(a.Cast(d).Sub(b.Cast(d)))
			return elementLoss("margin_ranking_loss", []*graph.Value{y}, reduction, func(v []*graph.Value) *graph.Value {
				return hinge(v[0].Add(givenLike(v[0], margin)))
			})
		}
		return elementLoss("margin_ranking_loss", []*graph.Value{a, b, y}, reduction, func(v []*graph.Value) *graph.Value {
			return hinge(v[2].Neg().Mul(v[0].Sub(v[1])).Add(givenLike(v[0], margin)))
		})
	})
	PoissonNLLLoss = define(Op{
		Schema: "poisson_nll_loss(Tensor input, Tensor target, bool log_input, bool full, float eps, int reduction) -> Tensor", Method: "PoissonNLLLoss",
		Doc: "The negative logarithm of the probability of target under a Poisson distribution.",
		Samples: func(r *rand.Rand) []Sample {
			return []Sample{call(f32(r, 3), positive(r, 3), true, true, 1e-8, 1), call(positive(r, 3), positive(r, 3), false, false, 1e-8, 0)}
		},
	}, poissonLoss)
)

func poissonLoss(x, y *graph.Value, logInput, full bool, eps float64, reduction int) *graph.Value {
	return elementLoss("poisson_nll_loss", []*graph.Value{x, y}, reduction, func(v []*graph.Value) *graph.Value {
		x, y := v[0], v[1]
		var out *graph.Value
		if logInput {
			out = x.Exp().Sub(y.Mul(x))
		} else {
			out = x.Sub(y.Mul(x.Add(givenLike(x, eps)).Log()))
		}
		if full {
			many := y.Gt(y.Like(1))
			safe := many.Where(y, y.Like(1))
			stirling := safe.Mul(safe.Log()).Sub(safe).Add(safe.Scale(6.283185307179586).Log().Scale(0.5))
			out = out.Add(many.Where(stirling, y.Like(0)))
		}
		return out
	})
}
