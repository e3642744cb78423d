package nn

import (
	"fmt"
	"math"

	"github.com/flambeau-ml/flambeau/tensor"
)

// Bilinear is a form of two inputs, x1ᵀ·W·x2 + b for each feature: PyTorch's nn.Bilinear.
type Bilinear struct {
	Weight *Parameter // [out, in1, in2]
	Bias   *Parameter // [out]; nil without one
}

// NewBilinear makes a bilinear layer from in1 and in2 features to out. It takes the option Bias.
func NewBilinear(in1, in2, out int, opts ...Option) *Bilinear {
	s := settle("nn.Bilinear", opts, "bias")
	s.positive("in1", in1)
	bound := 1 / math.Sqrt(float64(in1))
	b := &Bilinear{Weight: NewParameter(Uniform(-bound, bound), out, in1, in2)}
	if get(s, "bias", true) {
		b.Bias = NewParameter(Uniform(-bound, bound), out)
	}
	return b
}

// Forward makes [*, in1] and [*, in2] into [*, out].
func (b *Bilinear) Forward(x1, x2 *tensor.Tensor) *tensor.Tensor {
	return tensor.Bilinear(x1, x2, b.Weight.Value(), b.Bias.Value())
}

// String describes the layer.
func (b *Bilinear) String() string {
	w := b.Weight.Shape()
	return fmt.Sprintf("Bilinear(%d, %d, %d%s)", w[1], w[2], w[0], biasNote(b.Bias))
}
