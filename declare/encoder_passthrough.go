package declare

import (
	"github.com/flambeau-ml/flambeau/nn"
	"github.com/flambeau-ml/flambeau/tensor"
)

var passthroughEncoder = encoderKind{
	name:    "passthrough",
	doc:     "The numbers as they are.",
	options: func() encoderOptions { return new(passthrough) },
}

// passthrough has no options.
type passthrough struct{}

func (o *passthrough) check([]int) (string, error) { return "", nil }

func (o *passthrough) build(c inputCodec) (nn.Layer, int) { return o, volume(c.size()) }

// Forward makes [N, …] into [N, n].
func (o *passthrough) Forward(x *tensor.Tensor) *tensor.Tensor { return flat(x) }
