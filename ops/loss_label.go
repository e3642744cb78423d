package ops

import (
	"math"
	"math/rand/v2"

	"github.com/flambeau-ml/flambeau/graph"
)

// gaussianNLL is half of log v + (x − y)²/v, where the variance v is held at eps, and takes no derivative from that.
func gaussianNLL(x, y, variance *graph.Value, full bool, eps float64, reduction int) *graph.Value {
	const op = "gaussian_nll_loss"
	if eps <= 0 {
		graph.Fail(op, "eps is %v: it must be positive", eps)
	}
	s, n := x.Home.Solver(), x.Rank()
	if !s.SameShape(variance.Shape, x.Shape) {
		switch {
		case n > 0 && s.SameShape(variance.Shape, x.Shape[:n-1]):
			variance = variance.Unsqueeze(n - 1)
		case n > 0 && variance.Rank() == n && variance.Shape[n-1].Is(1) && s.SameShape(variance.Shape[:n-1], x.Shape[:n-1]):
		default:
			graph.Fail(op, "the variance %s does not fit %s", variance.Type, x.Type)
		}
	}
	return elementLoss(op, []*graph.Value{x, y, variance}, reduction, func(v []*graph.Value) *graph.Value {
		least, diff := givenLike(v[2], eps), v[0].Sub(v[1])
		held := v[2].Add(v[2].Lt(least).Where(least.Sub(v[2]), v[2].Like(0)).Stop())
		out := held.Log().Add(diff.Mul(diff).Div(held)).Scale(0.5)
		if full {
			out = out.Shift(0.5 * math.Log(2*math.Pi))
		}
		return out
	})
}

// multilabelSoftMargin is the mean over classes of the cross entropies of logits and labels.
func multilabelSoftMargin(x, y, weight *graph.Value, reduction int) *graph.Value {
	const op = "multilabel_soft_margin_loss"
	if x.Rank() == 0 {
		graph.Fail(op, "takes […, C], not %s", x.Type)
	}
	d := floatType(resultType(x, y))
	a, b := x.Cast(wide(d)), y.Cast(wide(d))
	out := b.Mul(logSigmoid(a)).Add(b.Neg().Shift(1).Mul(logSigmoid(a.Neg()))).Neg()
	if weight != nil {
		out = out.Mul(weight.Cast(out.DType))
	}
	last := out.Rank() - 1
	return reduceLoss(op, out.ReduceSum(last).Div(graph.NewSize(x.Home, out.DType, out.Shape[last])), reduction).Cast(d)
}

// pdist are the distances of order p between each two rows.
func pdist(x *graph.Value, p float64) *graph.Value {
	needRank("pdist", x, "the input", 2)
	needFloat("pdist", x)
	n, ok := x.Shape[0].Int()
	if !ok || p < 0 {
		graph.Fail("pdist", "takes a known number of rows and p of at least 0, not %s and %v", x.Type, p)
	}
	parts := []*graph.Value{x.SliceAxis(0, graph.N(0), graph.N(0), 1).ReduceSum(1)} // none, which have a derivative
	for i := range n - 1 {
		rest := x.SliceAxis(0, graph.N(i+1), graph.N(n-1-i), 1)
		parts = append(parts, vectorNorm(x.SliceAxis(0, graph.N(i), graph.N(1), 1).Sub(rest), graph.FloatOf(p), []int{1}, false, graph.NoDType))
	}
	return graph.ConcatValues(0, parts...)
}

// Losses of labels, and distances of rows.
var (
	GaussianNLLLoss = define(Op{
		Schema: "gaussian_nll_loss(Tensor input, Tensor target, Tensor var, bool full=False, float eps=1e-06, int reduction=Mean) -> Tensor", Method: "-",
		Doc: "The negative logarithm of the density of normal numbers with means and variances.",
		Samples: func(r *rand.Rand) []Sample {
			return []Sample{call(f32(r, 3, 4), f32(r, 3, 4), positive(r, 3, 4)), call(f32(r, 3, 4), f32(r, 3, 1), positive(r, 3, 1), true).kw("reduction", "none").concrete()}
		},
	}, gaussianNLL)
	MultilabelSoftMarginLoss = define(Op{
		Schema: "multilabel_soft_margin_loss(Tensor input, Tensor target, Tensor? weight=None, int reduction=Mean) -> Tensor", Method: "-",
		Doc: "The mean over classes of the cross entropies of logits and labels.",
		Samples: func(r *rand.Rand) []Sample {
			return []Sample{call(f32(r, 3, 4), graph.Uniform(r, graph.Float32, 0, 1, 3, 4)), call(f32(r, 4), graph.Uniform(r, graph.Float32, 0, 1, 4), positive(r, 4), 2)}
		},
	}, multilabelSoftMargin)
	PDist = define(Op{
		Schema: "pdist(Tensor self, float p=2) -> Tensor", Method: "-", Doc: "The distances of order p between each two rows.",
		Samples: func(r *rand.Rand) []Sample {
			return []Sample{call(f32(r, 4, 3)).concrete(), call(f32(r, 3, 2), 1.0).concrete(), call(f32(r, 1, 2)).concrete()}
		},
	}, pdist)
)
