package nn

import (
	"fmt"

	"github.com/flambeau-ml/flambeau/tensor"
)

// LinearCrossEntropyLoss is a linear layer to the scores of classes, and their cross entropy: PyTorch's
// nn.LinearCrossEntropyLoss.
type LinearCrossEntropyLoss struct {
	Linear *Linear // to classes · the places of a sample

	classes int
	places  []int
	opts    []Option
}

// NewLinearCrossEntropyLoss makes a loss of so many classes on in features. It takes the options Bias (off without it),
// Places for a loss at each of several places of a sample, and those of CrossEntropy.
func NewLinearCrossEntropyLoss(in, classes int, opts ...Option) *LinearCrossEntropyLoss {
	s := settle("nn.LinearCrossEntropyLoss", opts, "bias", "places", "reduction", "weight", "ignore_index", "label_smoothing")
	s.positive("classes", classes)
	l := &LinearCrossEntropyLoss{classes: classes, places: get(s, "places", []int(nil))}
	if w := s.weights("weight"); w != nil && (w.Dim() != 1 || w.Size(0) != classes) {
		s.fail("weights of shape %s for %d classes", shapeString(w.Shape()), classes)
	}
	if x := get(s, "label_smoothing", 0.0); !(x >= 0 && x <= 1) {
		s.fail("label_smoothing must be from 0 to 1, and is %g", x)
	}
	out := classes
	for _, n := range l.places {
		s.positive("places", n)
		out *= n
	}
	for _, o := range opts {
		if o.name != "bias" && o.name != "places" {
			l.opts = append(l.opts, o)
		}
	}
	l.Linear = NewLinear(in, out, Bias(get(s, "bias", false)))
	return l
}

// Forward is the loss of x [N, in] or [in] for labels, as CrossEntropy takes them: of [N, places…] or [places…], or
// probabilities of classes [N, classes, places…] or [classes, places…].
func (l *LinearCrossEntropyLoss) Forward(x, labels *tensor.Tensor) *tensor.Tensor {
	scores := l.Linear.Forward(x)
	if len(l.places) > 0 {
		scores = scores.Unflatten(-1, append([]any{l.classes}, anys(l.places)...)...)
	}
	return CrossEntropy(scores, labels, l.opts...)
}

// String describes the layer.
func (l *LinearCrossEntropyLoss) String() string {
	return fmt.Sprintf("LinearCrossEntropyLoss(%d, %d)", l.Linear.Weight.Size(1), l.classes)
}
