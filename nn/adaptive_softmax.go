package nn

import (
	"fmt"
	"math"

	"github.com/flambeau-ml/flambeau/tensor"
)

// AdaptiveLogSoftmaxWithLoss gives probabilities to very many classes, of which the first are the frequent ones (Grave
// et al., 2017): the head has them and one score for each cluster of rarer classes, whose own scores come from fewer and
// fewer features. It is PyTorch's nn.AdaptiveLogSoftmaxWithLoss.
type AdaptiveLogSoftmaxWithLoss struct {
	Head *Linear
	Tail []Sequential // of each cluster: to fewer features, and to its classes

	cutoffs []int // where clusters begin, and the number of classes
}

// NewAdaptiveLogSoftmaxWithLoss makes it for so many classes; cutoffs are the first classes of the clusters, in order. It
// takes the options DivValue, by which each cluster has fewer features than the one before (4 without it), and Bias, of
// the head (off without it).
func NewAdaptiveLogSoftmaxWithLoss(in, classes int, cutoffs []int, opts ...Option) *AdaptiveLogSoftmaxWithLoss {
	s := settle("nn.AdaptiveLogSoftmaxWithLoss", opts, "div_value", "bias")
	last := 0
	for _, c := range cutoffs {
		if c <= last || c >= classes {
			s.fail("cutoffs %v: they must rise, from at least 1 to at most %d", cutoffs, classes-1)
		}
		last = c
	}
	if len(cutoffs) == 0 {
		s.fail("there are no cutoffs")
	}
	div := get(s, "div_value", 4.0)
	if !(div > 0) {
		s.fail("div_value must be above 0, and is %g", div)
	}
	a := &AdaptiveLogSoftmaxWithLoss{cutoffs: append(append([]int{}, cutoffs...), classes)}
	a.Head = NewLinear(in, cutoffs[0]+len(cutoffs), Bias(get(s, "bias", false)))
	for i := range cutoffs {
		features := int(math.Floor(float64(in) / math.Pow(div, float64(i+1))))
		a.Tail = append(a.Tail, Sequential{NewLinear(in, features, Bias(false)), NewLinear(features, a.cutoffs[i+1]-a.cutoffs[i], Bias(false))})
	}
	return a
}

// Forward gives the log-probabilities of targets [N] for x [N, in], and minus their mean: the loss. Without N where there
// is one sample. A target that is no class is an error when one of them is computed.
func (a *AdaptiveLogSoftmaxWithLoss) Forward(x, target *tensor.Tensor) (logProbs, loss *tensor.Tensor) {
	if n := target.Dim(); n > 1 || x.Dim() != n+1 {
		panic(tensor.Errorf("nn.AdaptiveLogSoftmaxWithLoss", "takes [N, in] and [N], or [in] and [], not %s and %s", shapeString(x.Shape()), shapeString(target.Shape())))
	}
	of := func(scores, class *tensor.Tensor) *tensor.Tensor {
		return scores.LogSoftmax(-1).Gather(-1, class.Unsqueeze(-1)).Squeeze(-1)
	}
	first := a.cutoffs[0]
	inHead := target // a cluster's place in the head for a class of it
	var out *tensor.Tensor
	for i, tail := range a.Tail {
		from, to := a.cutoffs[i], a.cutoffs[i+1]
		here := target.GeScalar(from)
		if i < len(a.Tail)-1 {
			here = here.LogicalAnd(target.LtScalar(to)) // the last one finds out what is no class
		}
		inHead = inHead.MaskedFillScalar(here, first+i)
		class := target.SubScalar(from).MaskedFillScalar(here.LogicalNot(), 0)
		own := of(tail.Forward(x), class).MaskedFillScalar(here.LogicalNot(), 0.0)
		if out == nil {
			out = own
		} else {
			out = out.Add(own)
		}
	}
	logProbs = out.Add(of(a.Head.Forward(x), inHead))
	return logProbs, logProbs.Neg().Mean()
}

// LogProb is the log-probabilities of all classes [N, classes] for x [N, in].
func (a *AdaptiveLogSoftmaxWithLoss) LogProb(x *tensor.Tensor) *tensor.Tensor {
	head := a.Head.Forward(x).LogSoftmax(-1)
	parts := []*tensor.Tensor{head.Narrow(-1, 0, a.cutoffs[0])}
	for i, tail := range a.Tail {
		parts = append(parts, tail.Forward(x).LogSoftmax(-1).Add(head.Narrow(-1, a.cutoffs[0]+i, 1)))
	}
	return tensor.Cat(parts, -1)
}

// Predict is the most probable class of each sample [N].
func (a *AdaptiveLogSoftmaxWithLoss) Predict(x *tensor.Tensor) *tensor.Tensor {
	return a.LogProb(x).ArgMaxWith(tensor.Dims(-1))
}

// String describes the layer.
func (a *AdaptiveLogSoftmaxWithLoss) String() string {
	return fmt.Sprintf("AdaptiveLogSoftmaxWithLoss(%d, %v)", a.Head.Weight.Size(1), a.cutoffs)
}
