package nn

import "github.com/flambeau-ml/flambeau/tensor"

// CrossEntropy is how far logits [N, classes, …] are from labels, which are classes (int64, [N, …]) or probabilities of
// classes (of the shape of logits): PyTorch's cross_entropy. It takes the options Reduction, ClassWeights, IgnoreIndex
// and LabelSmoothing. A label that is no class is an error when the loss is computed.
func CrossEntropy(logits, labels *tensor.Tensor, opts ...Option) *tensor.Tensor {
	s := settle("nn.CrossEntropy", opts, "reduction", "weight", "ignore_index", "label_smoothing")
	return logits.CrossEntropyLossWith(labels, s.classWeights(logits), tensor.Reduction(get(s, "reduction", "mean")),
		tensor.IgnoreIndex(get(s, "ignore_index", -100)), tensor.LabelSmoothing(get(s, "label_smoothing", 0.0)))
}

// NLL is how far log-probabilities [N, classes, …] are from labels (int64, [N, …]): PyTorch's nll_loss. It takes the
// options Reduction, ClassWeights and IgnoreIndex.
func NLL(logProbs, labels *tensor.Tensor, opts ...Option) *tensor.Tensor {
	s := settle("nn.NLL", opts, "reduction", "weight", "ignore_index")
	return logProbs.NLLLossWith(labels, s.classWeights(logProbs), tensor.Reduction(get(s, "reduction", "mean")),
		tensor.IgnoreIndex(get(s, "ignore_index", -100)))
}

// MSE is the squared difference: PyTorch's mse_loss. It takes the option Reduction.
func MSE(x, target *tensor.Tensor, opts ...Option) *tensor.Tensor {
	s := settle("nn.MSE", opts, "reduction")
	return x.MSELossWith(target, tensor.Reduction(get(s, "reduction", "mean")))
}

// L1 is the absolute difference: PyTorch's l1_loss. It takes the option Reduction.
func L1(x, target *tensor.Tensor, opts ...Option) *tensor.Tensor {
	s := settle("nn.L1", opts, "reduction")
	return x.L1LossWith(target, tensor.Reduction(get(s, "reduction", "mean")))
}

// SmoothL1 is half the squared difference where that is below beta, and linear from there: PyTorch's smooth_l1_loss. It
// takes the option Reduction.
func SmoothL1(x, target *tensor.Tensor, beta float64, opts ...Option) *tensor.Tensor {
	s := settle("nn.SmoothL1", opts, "reduction")
	return x.SmoothL1LossWith(target, tensor.Reduction(get(s, "reduction", "mean")), tensor.Beta(beta))
}

// BCEWithLogits is the cross entropy of logits and targets from 0 to 1: PyTorch's binary_cross_entropy_with_logits. It
// takes the option Reduction.
func BCEWithLogits(logits, target *tensor.Tensor, opts ...Option) *tensor.Tensor {
	s := settle("nn.BCEWithLogits", opts, "reduction")
	return logits.BinaryCrossEntropyWithLogitsWith(target, nil, nil, tensor.Reduction(get(s, "reduction", "mean")))
}

// classWeights are the weights of classes for scores of that dtype; nil where none are given.
func (s settings) classWeights(scores *tensor.Tensor) *tensor.Tensor {
	w := get[*tensor.Tensor](s, "weight", nil)
	if w != nil && w.DType() != scores.DType() {
		s.fail("class weights of %v for scores of %v", w.DType(), scores.DType())
	}
	return w
}
