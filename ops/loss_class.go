package ops

import (
	"math/rand/v2"
	"slices"

	"github.com/flambeau-ml/flambeau/graph"
)

// classLast brings the class axis of [C] or [N, C, …] to the end.
func classLast(op string, x *graph.Value) *graph.Value {
	if x.Rank() == 0 {
		graph.Fail(op, "takes [C] or [N, C, …], not %s", x.Type)
	}
	if x.Rank() < 3 {
		return x
	}
	return lastAxis(x, 1)
}

func checkWeight(op string, x, weight *graph.Value) {
	if weight != nil && (weight.Rank() != 1 || !x.Home.Solver().Same(weight.Shape[0], x.Shape[x.Rank()-1])) {
		graph.Fail(op, "the weight %s does not have one number for each of %s classes", weight.Type, x.Shape[x.Rank()-1])
	}
}

// classLoss is −weight·logp at the target classes, of logp [..., C], and the weight counted for each element. Elements
// whose target is ignored count nothing. smoothing moves that share of a target evenly to all classes.
func classLoss(op string, logp, target, weight *graph.Value, ignore int, smoothing float64, reduction int) *graph.Value {
	lead := logp.Shape[:logp.Rank()-1]
	if !target.DType.IsInt() {
		graph.Fail(op, "the target is %s: classes are integers", target.Type)
	}
	if !logp.Home.Solver().SameShape(lead, target.Shape) {
		graph.Fail(op, "the target %s does not fit the input: it must have sizes %s", target.Type, graph.Shape(lead))
	}
	checkWeight(op, logp, weight)
	target = target.Cast(graph.Int64)
	zero, n := logp.Like(0), len(lead)
	counts := target.Ne(graph.NewNumber(target.Home, target.DType, graph.IntOf(int64(ignore))))
	safe := counts.Where(target, target.Scalar(graph.IntOf(0)))
	w := counts.Cast(logp.DType)
	if weight != nil {
		weight = weight.Cast(logp.DType)
		w = counts.Where(weight.Gather(safe, 0, 0), zero)
	}
	out := counts.Where(logp.Gather(safe, n, n).Neg().Mul(w), zero)
	if smoothing != 0 {
		rest := logp
		if weight != nil {
			rest = rest.Mul(weight)
		}
		rest = counts.Where(rest.ReduceSum(n).Neg(), zero)
		s := givenLike(logp, smoothing)
		out = out.Mul(s.Neg().Shift(1)).Add(rest.Mul(s.Div(graph.NewSize(logp.Home, logp.DType, logp.Shape[n]))))
	}
	if reduction == reduceMean {
		all := allDims(n)
		return out.ReduceSum(all...).Div(w.ReduceSum(all...))
	}
	return reduceLoss(op, out, reduction)
}

func nllLoss(op string) func(x, target, weight *graph.Value, reduction int, ignore int) *graph.Value {
	return func(x, target, weight *graph.Value, reduction int, ignore int) *graph.Value {
		needFloat(op, x)
		d := x.DType
		return classLoss(op, classLast(op, x).Cast(wide(d)), target, weight, ignore, 0, reduction).Cast(d)
	}
}

func crossEntropy(x, target, weight *graph.Value, reduction int, ignore int, smoothing float64) *graph.Value {
	const op = "cross_entropy_loss"
	needFloat(op, x)
	if smoothing < 0 || smoothing > 1 {
		graph.Fail(op, "label_smoothing is %v: it must lie from 0 to 1", smoothing)
	}
	d := x.DType
	logp := classLast(op, x).Cast(wide(d))
	logp = logSoftmax(logp, logp.Rank()-1)
	if !target.DType.IsFloat() {
		return classLoss(op, logp, target, weight, ignore, smoothing, reduction).Cast(d)
	}
	sameSizes(op, x, target)
	checkWeight(op, logp, weight)
	last := logp.Rank() - 1
	target = classLast(op, target).Cast(logp.DType)
	if smoothing != 0 {
		s := givenLike(logp, smoothing)
		target = target.Mul(s.Neg().Shift(1)).Add(s.Div(graph.NewSize(logp.Home, logp.DType, logp.Shape[last])))
	}
	out := logp.Mul(target)
	if weight != nil {
		out = out.Mul(weight.Cast(logp.DType))
	}
	return reduceLoss(op, out.ReduceSum(last).Neg(), reduction).Cast(d)
}

// multiMargin is the mean over the wrong classes of what the right one lacks of leading them by margin.
func multiMargin(x, target *graph.Value, p, margin graph.Scalar, weight *graph.Value, reduction int) *graph.Value {
	const op = "multi_margin_loss"
	needFloat(op, x)
	d := x.DType
	v := x.Cast(wide(d))
	if v.Rank() > 2 || p.Float() != 1 && p.Float() != 2 {
		graph.Fail(op, "takes [N, C] and p of 1 or 2, not %s and %s", x.Type, p)
	}
	if v.Rank() < 2 {
		v, target = atLeastRank(v, 2), target.Reshape(graph.N(1))
	}
	if target.Rank() != 1 || !v.Home.Solver().Same(target.Shape[0], v.Shape[0]) {
		graph.Fail(op, "the target %s does not fit %s", target.Type, x.Type)
	}
	checkWeight(op, v, weight)
	right := v.Gather(target, 1, 1).Unsqueeze(1)
	lack := hinge(v.Sub(right).Add(numberLike(v, v.DType, margin)))
	if p.Float() == 2 {
		lack = lack.Mul(lack)
	}
	if weight != nil {
		lack = lack.Mul(weight.Cast(v.DType).Gather(target, 0, 0).Unsqueeze(1))
	}
	class := graph.NewIota(v.Home, graph.Type{DType: target.DType, Shape: v.Shape}, 1)
	lack = class.Eq(target.Unsqueeze(1)).Where(lack.Like(0), lack)
	out := lack.ReduceSum(1).Div(graph.NewSize(v.Home, v.DType, v.Shape[1]))
	if x.Rank() < 2 {
		out = out.Reshape()
	}
	return reduceLoss(op, out, reduction).Cast(d)
}

// cosineEmbedding is 1 less the cosine where target is 1, else what the cosine has above margin.
func cosineEmbedding(x, y, target *graph.Value, margin float64, reduction int) *graph.Value {
	d := floatType(resultType(x, y))
	x, y = x.Cast(wide(d)), y.Cast(wide(d))
	last := x.Rank() - 1
	tiny := x.Like(1e-12)
	dot := func(a, b *graph.Value) *graph.Value { return a.Mul(b).ReduceSum(last) }
	cos := dot(x, y).Div(dot(x, x).Add(tiny).Mul(dot(y, y).Add(tiny)).Sqrt())
	target = target.Cast(cos.DType)
	one, zero := cos.Like(1), cos.Like(0)
	near := target.Eq(one).Where(one.Sub(cos), zero)
	far := target.Eq(one.Neg()).Where(hinge(cos.Sub(givenLike(cos, margin))), zero)
	return reduceLoss("cosine_embedding_loss", near.Add(far), reduction).Cast(d)
}

// tripletMargin is what the distance to the negative lacks of exceeding that to the positive by margin.
func tripletMargin(anchor, positive, negative *graph.Value, margin, p, eps float64, swap bool, reduction int) *graph.Value {
	if margin <= 0 {
		graph.Fail("triplet_margin_loss", "margin is %v: it must be positive", margin)
	}
	d := floatType(resultType(anchor, positive, negative))
	far := func(x, y *graph.Value) *graph.Value {
		diff := lessWrapped(x, y)
		return vectorNorm(diff.Add(givenLike(diff, eps)), graph.FloatOf(p), []int{-1}, false, graph.NoDType)
	}
	dn := far(anchor, negative)
	if swap {
		dn = dn.Min(far(positive, negative))
	}
	dp := far(anchor, positive)
	return reduceLoss("triplet_margin_loss", hinge(dp.Sub(dn).Add(givenLike(dp, margin))), reduction).Cast(graph.PartType(d))
}

func classSamples(r *rand.Rand) []Sample {
	return []Sample{
		call(f32(r, 3, 5), below(r, 5, 3)), call(f32(r, 3, 5), below(r, 5, 3), positive(r, 5), 2), call(f32(r, 5), below(r, 5)),
		call(f32(r, 2, 5, 3), below(r, 5, 2, 3), nil, 0), call(f32(r, 3, 5), below(r, 5, 3), positive(r, 5), 1, 2), call(bf16(r, 3, 4), below(r, 4, 3)),
	}
}

// Losses of classes.
var (
	NLLLoss = define(Op{
		Schema: "nll_loss(Tensor self, Tensor target, Tensor? weight=None, int reduction=Mean, SymInt ignore_index=-100) -> Tensor",
		Doc:    "The negative of what self, logarithms of probabilities, says at the target classes.", Samples: classSamples,
	}, nllLoss("nll_loss"))
	NLLLossNd = define(Op{
		Schema: "nll_loss_nd(Tensor self, Tensor target, Tensor? weight=None, int reduction=Mean, SymInt ignore_index=-100) -> Tensor", Method: "-",
		Doc: "Nll_loss for any number of dimensions.", Samples: classSamples,
	}, nllLoss("nll_loss_nd"))
	CrossEntropyLoss = define(Op{
		Schema: "cross_entropy_loss(Tensor self, Tensor target, Tensor? weight=None, int reduction=Mean, SymInt ignore_index=-100, float label_smoothing=0.0) -> Tensor",
		Doc:    "The cross entropy of logits and target classes, or probabilities of classes.",
		Samples: func(r *rand.Rand) []Sample {
			out := slices.Concat(classSamples(r), withKwargs(classSamples, "label_smoothing", 0.2)(r))
			return append(out, call(f32(r, 3, 5), positive(r, 3, 5)), call(f32(r, 2, 5, 3), positive(r, 2, 5, 3), positive(r, 5), 2, -100, 0.1))
		},
	}, crossEntropy)
	MultiMarginLoss = define(Op{
		Schema: "multi_margin_loss(Tensor self, Tensor target, Scalar p=1, Scalar margin=1, Tensor? weight=None, int reduction=Mean) -> Tensor",
		Doc:    "What the score of the target class lacks of leading the others by margin.",
		Samples: func(r *rand.Rand) []Sample {
			return []Sample{call(f32(r, 3, 5), below(r, 5, 3)), call(f32(r, 3, 5), below(r, 5, 3), 2, 0.5, positive(r, 5), 0), call(f32(r, 5), below(r, 5))}
		},
	}, multiMargin)
	CosineEmbeddingLoss = define(Op{
		Schema:  "cosine_embedding_loss(Tensor input1, Tensor input2, Tensor target, float margin=0.0, int reduction=Mean) -> Tensor",
		Doc:     "One less the cosine where target is 1, else what the cosine has above margin.",
		Samples: func(r *rand.Rand) []Sample { return []Sample{call(f32(r, 3, 4), f32(r, 3, 4), signs(r, 3), 0.2)} },
	}, cosineEmbedding)
	TripletMarginLoss = define(Op{
		Schema: "triplet_margin_loss(Tensor anchor, Tensor positive, Tensor negative, float margin=1.0, float p=2, float eps=1e-06, bool swap=False, int reduction=Mean) -> Tensor",
		Doc:    "What the distance to the negative lacks of exceeding that to the positive by margin.",
		Samples: func(r *rand.Rand) []Sample {
			return []Sample{call(f32(r, 3, 4), f32(r, 3, 4), f32(r, 3, 4)), call(f32(r, 3, 4), f32(r, 3, 4), f32(r, 3, 4)).kw("swap", true)}
		},
	}, tripletMargin)
)
