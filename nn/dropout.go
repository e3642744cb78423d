package nn

import (
	"fmt"

	"github.com/flambeau-ml/flambeau/tensor"
)

// Dropout puts 0 for elements at random in training, and multiplies the others so that the mean stays: PyTorch's
// nn.Dropout. In evaluation it gives what it gets.
type Dropout struct {
	Mode
	Generator *tensor.Generator // what it draws from; Init gives it its key

	p float64
}

// NewDropout makes a layer that drops elements with probability p.
func NewDropout(p float64) *Dropout {
	if !(p >= 0 && p <= 1) {
		settings{op: "nn.Dropout"}.fail("a probability of %g", p)
	}
	return &Dropout{Generator: tensor.NewGenerator(0), p: p}
}

// Forward gives a tensor like x.
func (d *Dropout) Forward(x *tensor.Tensor) *tensor.Tensor {
	if !d.Training() || d.p == 0 {
		return x
	}
	return x.Dropout(d.Generator, d.p, true)
}

// String describes the layer.
func (d *Dropout) String() string { return fmt.Sprintf("Dropout(%g)", d.p) }
