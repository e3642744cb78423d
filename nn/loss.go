package nn

import (
	"math"

	"github.com/flambeau-ml/flambeau/tensor"
)

// CrossEntropy is how far logits [N, classes, …] are from labels, which are classes (int64, [N, …]) or probabilities of
// classes (of the shape of logits): PyTorch's cross_entropy. It takes the options Reduction, ClassWeights, IgnoreIndex
// and LabelSmoothing. A label that is no class is an error when the loss is computed.
func CrossEntropy(logits, labels *tensor.Tensor, opts ...Option) *tensor.Tensor {
	s := settle("nn.CrossEntropy", opts, "reduction", "weight", "ignore_index", "label_smoothing")
	return logits.CrossEntropyLossWith(labels, s.classWeights(logits), s.reduction(),
		tensor.IgnoreIndex(get(s, "ignore_index", -100)), tensor.LabelSmoothing(get(s, "label_smoothing", 0.0)))
}

// NLL is how far log-probabilities [N, classes, …] are from labels (int64, [N, …]): PyTorch's nll_loss. It takes the
// options Reduction, ClassWeights and IgnoreIndex.
func NLL(logProbs, labels *tensor.Tensor, opts ...Option) *tensor.Tensor {
	s := settle("nn.NLL", opts, "reduction", "weight", "ignore_index")
	return logProbs.NLLLossWith(labels, s.classWeights(logProbs), s.reduction(),
		tensor.IgnoreIndex(get(s, "ignore_index", -100)))
}

// MSE is the squared difference: PyTorch's mse_loss. It takes the option Reduction.
func MSE(x, target *tensor.Tensor, opts ...Option) *tensor.Tensor {
	s := settle("nn.MSE", opts, "reduction")
	return x.MSELossWith(target, s.reduction())
}

// L1 is the absolute difference: PyTorch's l1_loss. It takes the option Reduction.
func L1(x, target *tensor.Tensor, opts ...Option) *tensor.Tensor {
	s := settle("nn.L1", opts, "reduction")
	return x.L1LossWith(target, s.reduction())
}

// SmoothL1 is half the squared difference where that is below beta, and linear from there: PyTorch's smooth_l1_loss. It
// takes the option Reduction.
func SmoothL1(x, target *tensor.Tensor, beta float64, opts ...Option) *tensor.Tensor {
	s := settle("nn.SmoothL1", opts, "reduction")
	return x.SmoothL1LossWith(target, s.reduction(), tensor.Beta(beta))
}

// Huber is half the squared difference where that is below delta, and linear from there: PyTorch's huber_loss. It takes
// the option Reduction.
func Huber(x, target *tensor.Tensor, delta float64, opts ...Option) *tensor.Tensor {
	s := settle("nn.Huber", opts, "reduction")
	return x.HuberLossWith(target, s.reduction(), tensor.Delta(delta))
}

// BCE is the cross entropy of probabilities and targets, both from 0 to 1: PyTorch's binary_cross_entropy. It takes the
// options Reduction and Weights.
func BCE(probs, target *tensor.Tensor, opts ...Option) *tensor.Tensor {
	s := settle("nn.BCE", opts, "reduction", "weight")
	return probs.BinaryCrossEntropyWith(target, s.weights("weight"), s.reduction())
}

// BCEWithLogits is the cross entropy of logits and targets from 0 to 1: PyTorch's binary_cross_entropy_with_logits. It
// takes the options Reduction, Weights and PosWeights.
func BCEWithLogits(logits, target *tensor.Tensor, opts ...Option) *tensor.Tensor {
	s := settle("nn.BCEWithLogits", opts, "reduction", "weight", "pos_weight")
	return logits.BinaryCrossEntropyWithLogitsWith(target, s.weights("weight"), s.weights("pos_weight"), s.reduction())
}

// KLDiv is the divergence of a distribution target from the one whose logarithm logProbs is: PyTorch's kl_div. It takes
// the options Reduction, which may also be "batchmean" (the sum over the number of samples), and LogTarget.
func KLDiv(logProbs, target *tensor.Tensor, opts ...Option) *tensor.Tensor {
	s := settle("nn.KLDiv", opts, "reduction", "log_target")
	log := tensor.LogTarget(get(s, "log_target", false))
	if get(s, "reduction", "mean") != "batchmean" {
		return logProbs.KLDivWith(target, s.reduction(), log)
	}
	each := logProbs.KLDivWith(target, tensor.Reduction("none"), log)
	if each.Dim() > 1 {
		each = each.Flatten(1).Sum(1)
	}
	return each.Mean()
}

// GaussianNLL is the negative log-likelihood of targets under normal distributions of the given means and variances,
// which may have one element for the last dimension of mean, or lack that dimension: PyTorch's gaussian_nll_loss. It
// takes the options Reduction, Full and Eps, below which no variance counts (1e-6 without it).
func GaussianNLL(mean, target, variance *tensor.Tensor, opts ...Option) *tensor.Tensor {
	s := settle("nn.GaussianNLL", opts, "reduction", "full", "eps")
	eps := get(s, "eps", 1e-6)
	if !(eps > 0) {
		s.fail("eps must be above 0, and is %g", eps)
	}
	if variance.Dim() == mean.Dim()-1 {
		variance = variance.Unsqueeze(-1)
	}
	if variance.Dim() != mean.Dim() {
		s.fail("variances of shape %s for means of shape %s", shapeString(variance.Shape()), shapeString(mean.Shape()))
	}
	v := variance.Clone()
	v.Detach().ClampMin_(eps) // of which the gradient knows nothing
	loss := v.Log().Add(mean.Sub(target).Square().Div(v)).MulScalar(0.5)
	if get(s, "full", false) {
		loss = loss.AddScalar(0.5 * math.Log(2*math.Pi))
	}
	return s.reduce(loss)
}

// PoissonNLL is the negative log-likelihood of targets under Poisson distributions of the given rates, or logarithms of
// rates: PyTorch's poisson_nll_loss. It takes the options Reduction, LogInput (true without it), Full and Eps (1e-8
// without it).
func PoissonNLL(x, target *tensor.Tensor, opts ...Option) *tensor.Tensor {
	s := settle("nn.PoissonNLL", opts, "reduction", "log_input", "full", "eps")
	return x.PoissonNLLLoss(target, get(s, "log_input", true), get(s, "full", false), get(s, "eps", 1e-8), get(s, "reduction", "mean"))
}

// reduction is the option Reduction as operators take it.
func (s settings) reduction() tensor.Option { return tensor.Reduction(get(s, "reduction", "mean")) }

// reduce makes of the losses of samples what the option Reduction says.
func (s settings) reduce(loss *tensor.Tensor) *tensor.Tensor {
	switch r := get(s, "reduction", "mean"); r {
	case "mean":
		return loss.Mean()
	case "sum":
		return loss.Sum()
	case "none":
	default:
		s.fail(`reduction must be "none", "mean" or "sum", not %q`, r)
	}
	return loss
}

// weights is an option with weights; nil where there are none.
func (s settings) weights(name string) *tensor.Tensor { return get[*tensor.Tensor](s, name, nil) }

// classWeights are the weights of classes for scores of that dtype; nil where none are given.
func (s settings) classWeights(scores *tensor.Tensor) *tensor.Tensor {
	w := s.weights("weight")
	if w != nil && w.DType() != scores.DType() {
		s.fail("class weights of %v for scores of %v", w.DType(), scores.DType())
	}
	return w
}
