package nn

import "github.com/flambeau-ml/flambeau/tensor"

// CosineSimilarity is the cosine of the angle between vectors along a dimension: PyTorch's cosine_similarity. It takes
// the options Dim (1 without it) and Eps (1e-8 without it), the least that lengths count as.
func CosineSimilarity(x1, x2 *tensor.Tensor, opts ...Option) *tensor.Tensor {
	s := settle("nn.CosineSimilarity", opts, "dim", "eps")
	return tensor.CosineSimilarityWith(x1, x2, tensor.Dims(get(s, "dim", 1)), tensor.Eps(get(s, "eps", 1e-8)))
}

// PairwiseDistance is the norm of differences along the last dimension: PyTorch's pairwise_distance. It takes the
// options Power (2 without it), Eps (1e-6 without it), which is added to differences, and KeepDim.
func PairwiseDistance(x1, x2 *tensor.Tensor, opts ...Option) *tensor.Tensor {
	s := settle("nn.PairwiseDistance", opts, "p", "eps", "keepdim")
	return tensor.PairwiseDistanceWith(x1, x2, tensor.P(get(s, "p", 2.0)), tensor.Eps(get(s, "eps", 1e-6)), tensor.KeepDim(get(s, "keepdim", false)))
}

// CosineEmbedding brings vectors [N, D] together where the target [N] is 1, and apart where it is −1, by their angle:
// PyTorch's cosine_embedding_loss. It takes the options Margin (0 without it) and Reduction.
func CosineEmbedding(x1, x2, target *tensor.Tensor, opts ...Option) *tensor.Tensor {
	s := settle("nn.CosineEmbedding", opts, "margin", "reduction")
	return tensor.CosineEmbeddingLossWith(x1, x2, target, s.margin(0), s.reduction())
}

// HingeEmbedding is a distance where the target is 1, and what it lacks of a margin where that is −1: PyTorch's
// hinge_embedding_loss. It takes the options Margin (1 without it) and Reduction.
func HingeEmbedding(x, target *tensor.Tensor, opts ...Option) *tensor.Tensor {
	s := settle("nn.HingeEmbedding", opts, "margin", "reduction")
	return x.HingeEmbeddingLossWith(target, s.margin(1), s.reduction())
}

// MarginRanking wants x1 to be above x2 by a margin where the target is 1, and below where it is −1: PyTorch's
// margin_ranking_loss. It takes the options Margin (0 without it) and Reduction.
func MarginRanking(x1, x2, target *tensor.Tensor, opts ...Option) *tensor.Tensor {
	s := settle("nn.MarginRanking", opts, "margin", "reduction")
	return tensor.MarginRankingLossWith(x1, x2, target, s.margin(0), s.reduction())
}

// MultiMargin wants the score of the label [N] to be above all others [N, classes] by a margin: PyTorch's
// multi_margin_loss. It takes the options Power (1 or 2; 1 without it), Margin (1 without it), ClassWeights and
// Reduction.
func MultiMargin(scores, labels *tensor.Tensor, opts ...Option) *tensor.Tensor {
	s := settle("nn.MultiMargin", opts, "p", "margin", "weight", "reduction")
	return scores.MultiMarginLossWith(labels, s.classWeights(scores), tensor.P(get(s, "p", 1.0)), s.margin(1), s.reduction())
}

// SoftMargin is log(1 + exp(−target·x)) for targets 1 and −1: PyTorch's soft_margin_loss. It takes the option Reduction.
func SoftMargin(x, target *tensor.Tensor, opts ...Option) *tensor.Tensor {
	s := settle("nn.SoftMargin", opts, "reduction")
	return x.SoftMarginLossWith(target, s.reduction())
}

// MultiLabelSoftMargin is the mean over classes of the cross entropies of logits [N, classes] and targets 0 or 1:
// PyTorch's multilabel_soft_margin_loss. It takes the options ClassWeights and Reduction.
func MultiLabelSoftMargin(logits, target *tensor.Tensor, opts ...Option) *tensor.Tensor {
	s := settle("nn.MultiLabelSoftMargin", opts, "weight", "reduction")
	y := target.To(logits.DType())
	each := y.Mul(logits.LogSigmoid()).Add(y.RsubScalar(1.0).Mul(logits.Neg().LogSigmoid())).Neg()
	if w := s.classWeights(logits); w != nil {
		each = each.Mul(w)
	}
	return s.reduce(each.Mean(-1))
}

// TripletMargin wants anchors [N, D] to be nearer to positives than to negatives by a margin: PyTorch's
// triplet_margin_loss. It takes the options Margin (1 without it), Power (2 without it), Eps (1e-6 without it), Swap and
// Reduction.
func TripletMargin(anchor, positive, negative *tensor.Tensor, opts ...Option) *tensor.Tensor {
	s := settle("nn.TripletMargin", opts, "margin", "p", "eps", "swap", "reduction")
	return tensor.TripletMarginLossWith(anchor, positive, negative, s.margin(1), tensor.P(get(s, "p", 2.0)), tensor.Eps(get(s, "eps", 1e-6)),
		tensor.Swap(get(s, "swap", false)), s.reduction())
}

// TripletMarginWithDistance is TripletMargin with a distance of one's own: PyTorch's triplet_margin_with_distance_loss.
// It takes the options Margin (1 without it), Swap and Reduction.
func TripletMarginWithDistance(anchor, positive, negative *tensor.Tensor, distance func(a, b *tensor.Tensor) *tensor.Tensor, opts ...Option) *tensor.Tensor {
	s := settle("nn.TripletMarginWithDistance", opts, "margin", "swap", "reduction")
	near, far := distance(anchor, positive), distance(anchor, negative)
	if get(s, "swap", false) {
		far = far.Minimum(distance(positive, negative))
	}
	return s.reduce(near.Sub(far).AddScalar(get(s, "margin", 1.0)).ClampMin(0.0))
}

// margin is the option Margin as operators take it.
func (s settings) margin(fallback float64) tensor.Option {
	return tensor.Margin(get(s, "margin", fallback))
}

// MultiLabelMargin is how far scores [N, C] or [C] of wrong classes come within 1 of those of the right ones, over C.
// Target (int64, of the same shape) lists the right classes of each sample first, and −1 behind them. It is PyTorch's
// multilabel_margin_loss. It takes the option Reduction.
func MultiLabelMargin(x, target *tensor.Tensor, opts ...Option) *tensor.Tensor {
	s := settle("nn.MultiLabelMargin", opts, "reduction")
	n := x.Dim()
	if n < 1 || n > 2 || target.Dim() != n || shapeString(x.Shape()) != shapeString(target.Shape()) {
		s.fail("takes scores [N, C] or [C] and a target of that shape, not %s and %s", shapeString(x.Shape()), shapeString(target.Shape()))
	}
	ended := target.LtScalar(0).To(tensor.Int64).CumSum(-1).GtScalar(0)
	class := target.MaskedFillScalar(ended, 0)
	right := class.ZerosLike().ScatterAdd(-1, class, ended.LogicalNot().To(class.DType())).GtScalar(0)
	apart := x.Gather(-1, class).Unsqueeze(-1).Sub(x.Unsqueeze(-2)) // a right score less another
	hidden := ended.Unsqueeze(-1).LogicalOr(right.Unsqueeze(-2))
	each := apart.Neg().AddScalar(1.0).ReLU().MaskedFillScalar(hidden, 0.0).Sum(-2)
	return s.reduce(each.Mean(-1))
}
