package nn

import (
	"fmt"

	"github.com/flambeau-ml/flambeau/tensor"
)

// Linear is x·Wᵀ + b: PyTorch's nn.Linear.
type Linear struct {
	Weight *Parameter // [out, in]
	Bias   *Parameter // [out]; nil without one
}

// NewLinear makes a linear layer from in features to out. It takes the option Bias.
func NewLinear(in, out int, opts ...Option) *Linear {
	s := settle("nn.Linear", opts, "bias")
	if in < 0 || out < 0 {
		s.fail("%d features in, %d out", in, out)
	}
	l := &Linear{Weight: NewParameter(defaultWeight(), out, in)}
	if get(s, "bias", true) {
		l.Bias = NewParameter(defaultBias(in), out)
	}
	return l
}

// Forward makes [*, in] into [*, out].
func (l *Linear) Forward(x *tensor.Tensor) *tensor.Tensor {
	return x.Linear(l.Weight.Value(), l.Bias.Value())
}

// String describes the layer.
func (l *Linear) String() string {
	return fmt.Sprintf("Linear(%d, %d%s)", l.Weight.Size(1), l.Weight.Size(0), biasNote(l.Bias))
}

func biasNote(b *Parameter) string {
	if b == nil {
		return ", no bias"
	}
	return ""
}
