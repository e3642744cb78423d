package declare

import (
	"github.com/flambeau-ml/flambeau/nn"
	"github.com/flambeau-ml/flambeau/tensor"
	"go.yaml.in/yaml/v3"
)

var denseEncoder = encoderKind{
	name:    "dense",
	doc:     "Fully connected layers.",
	options: func() encoderOptions { return new(dense) },
	keys:    fcKeys("", "output_size", 256, "num_layers", 1),
}

// dense are the options of the encoder dense.
type dense struct{ fc []fcLayer }

// UnmarshalYAML decodes the layers.
func (o *dense) UnmarshalYAML(n *yaml.Node) (err error) {
	o.fc, err = fcLayers(n, "", "output_size", "num_layers")
	return err
}

func (o *dense) check([]int) (string, error) { return "", nil }

func (o *dense) build(c inputCodec) (nn.Layer, int) {
	fc, width := newStack(volume(c.size()), o.fc)
	return &denseLayers{fc}, width
}

// denseLayers is the encoder dense.
type denseLayers struct {
	FC *stack `nn:"fc"`
}

// Forward makes [N, …] into [N, width].
func (e *denseLayers) Forward(x *tensor.Tensor) *tensor.Tensor { return e.FC.Forward(flat(x)) }
