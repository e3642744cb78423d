package nn

import (
	"fmt"

	"github.com/flambeau-ml/flambeau/tensor"
)

// PReLU multiplies what is negative by a slope that is learned, one for all channels or one for each: PyTorch's
// nn.PReLU.
type PReLU struct {
	Weight *Parameter // [n]
}

// NewPReLU makes a layer of n slopes, 1 or as many as there are channels, that begin at 0.25.
func NewPReLU(n int) *PReLU {
	settings{op: "nn.PReLU"}.positive("n", n)
	return &PReLU{NewParameter(Constant(0.25), n)}
}

// Forward makes [N, n, *] into the same shape; where there is one slope, x may have any.
func (p *PReLU) Forward(x *tensor.Tensor) *tensor.Tensor { return x.Prelu(p.Weight.Value()) }

// String describes the layer.
func (p *PReLU) String() string { return fmt.Sprintf("PReLU(%d)", p.Weight.Size(0)) }

// RReLU multiplies what is negative by slopes drawn at random in training, and by their mean in evaluation: PyTorch's
// nn.RReLU.
type RReLU struct {
	Mode
	Generator *tensor.Generator // what it draws from; Init gives it its key

	lower, upper float64
}

// NewRReLU makes a layer of slopes from lower to upper: 1/8 and 1/3 in PyTorch where nothing else is said.
func NewRReLU(lower, upper float64) *RReLU {
	if !(lower <= upper) {
		settings{op: "nn.RReLU"}.fail("slopes from %g to %g", lower, upper)
	}
	return &RReLU{Generator: tensor.NewGenerator(0), lower: lower, upper: upper}
}

// Forward gives a tensor like x.
func (r *RReLU) Forward(x *tensor.Tensor) *tensor.Tensor {
	if !r.Training() {
		return x.LeakyReLUWith(tensor.NegativeSlope((r.lower + r.upper) / 2))
	}
	slope := x.Detach().Uniform(r.Generator, r.lower, r.upper)
	return tensor.Where(x.GeScalar(0), x, x.Mul(slope))
}

// String describes the layer.
func (r *RReLU) String() string { return fmt.Sprintf("RReLU(%g, %g)", r.lower, r.upper) }
