package declare

import (
	"fmt"

	"github.com/flambeau-ml/flambeau/nn"
	"github.com/flambeau-ml/flambeau/tensor"
)

// Model is the network of a configuration: an encoder for each input feature, what joins them, and a decoder for each
// output feature. Its parameters are named after the features: input_features.image.convs.0.conv.weight.
type Model struct {
	Inputs   map[string]nn.Layer `nn:"input_features"`
	Combiner *stack              `nn:"combiner"`
	Outputs  map[string]*decoder `nn:"output_features"`

	inputs, outputs []string // the modules' names in the order of the features
}

// newModel builds the network for features as their codecs have learned them.
func newModel(c *Config, codecs *codecs) *Model {
	m := &Model{Inputs: map[string]nn.Layer{}, Outputs: map[string]*decoder{}}
	width := 0
	for i := range c.InputFeatures {
		name := module(c.InputFeatures[i].Name)
		e, n := c.InputFeatures[i].Encoder.options.build(codecs.in[i])
		m.Inputs[name] = e
		m.inputs = append(m.inputs, name)
		width += n
	}
	m.Combiner, width = newStack(width, c.Combiner.fc)
	for i := range c.OutputFeatures {
		name := module(c.OutputFeatures[i].Name)
		m.Outputs[name] = newDecoder(width, &c.OutputFeatures[i].Decoder, codecs.out[i].width())
		m.outputs = append(m.outputs, name)
	}
	return m
}

// Forward makes a prediction [N, width] for each output feature of a tensor [N, …] for each input feature, both in the
// order of the configuration.
func (m *Model) Forward(in []*tensor.Tensor) []*tensor.Tensor {
	encoded := make([]*tensor.Tensor, len(in))
	for i, name := range m.inputs {
		encoded[i] = m.Inputs[name].Forward(in[i])
	}
	x := encoded[0]
	if len(encoded) > 1 {
		x = tensor.Cat(encoded, 1)
	}
	x = m.Combiner.Forward(x)
	out := make([]*tensor.Tensor, len(m.outputs))
	for i, name := range m.outputs {
		out[i] = m.Outputs[name].Forward(x)
	}
	return out
}

// decoder is fully connected layers and a last, linear one.
type decoder struct {
	FC     *stack `nn:"fc"`
	Linear *nn.Linear
}

func newDecoder(in int, o *Decoder, out int) *decoder {
	d := &decoder{}
	d.FC, in = newStack(in, o.fc)
	d.Linear = nn.NewLinear(in, out, nn.Bias(o.UseBias))
	return d
}

// Forward makes [N, in] into [N, out].
func (d *decoder) Forward(x *tensor.Tensor) *tensor.Tensor { return d.Linear.Forward(d.FC.Forward(x)) }

// stack is fully connected layers one after the other.
type stack struct{ Layers []*fullyConnected }

// newStack makes the layers, and says how many numbers the last one gives.
func newStack(in int, layers []fcLayer) (*stack, int) {
	s := &stack{}
	for _, l := range layers {
		f := &fullyConnected{Linear: nn.NewLinear(in, l.OutputSize, nn.Bias(l.UseBias)), activation: l.Activation}
		switch l.Norm {
		case "batch":
			f.Norm = nn.NewBatchNorm1d(l.OutputSize)
		case "layer":
			f.Norm = nn.NewLayerNorm([]int{l.OutputSize})
		}
		if l.Dropout > 0 {
			f.Dropout = nn.NewDropout(l.Dropout)
		}
		s.Layers = append(s.Layers, f)
		in = l.OutputSize
	}
	return s, in
}

// Forward applies the layers.
func (s *stack) Forward(x *tensor.Tensor) *tensor.Tensor {
	for _, l := range s.Layers {
		x = l.Forward(x)
	}
	return x
}

// fullyConnected is a linear layer, then norm, activation and dropout, where there are any.
type fullyConnected struct {
	Linear     *nn.Linear
	Norm       nn.Layer
	Dropout    nn.Layer
	activation string
}

// Forward makes [N, in] into [N, out].
func (f *fullyConnected) Forward(x *tensor.Tensor) *tensor.Tensor {
	x = f.Linear.Forward(x)
	if f.Norm != nil {
		x = f.Norm.Forward(x)
	}
	x = activate(f.activation, x)
	if f.Dropout != nil {
		x = f.Dropout.Forward(x)
	}
	return x
}

// activate applies an activation by its name; "" is none.
func activate(name string, x *tensor.Tensor) *tensor.Tensor {
	switch name {
	case "":
		return x
	case "relu":
		return x.ReLU()
	case "leakyRelu":
		return x.LeakyReLU()
	case "elu":
		return x.ELU()
	case "gelu":
		return x.GELU()
	case "silu":
		return x.SiLU()
	case "sigmoid":
		return x.Sigmoid()
	case "tanh":
		return x.Tanh()
	}
	panic(fmt.Sprintf("declare: activation %q passed the check of the configuration", name))
}

// flat makes [N, …] into [N, n].
func flat(x *tensor.Tensor) *tensor.Tensor {
	if x.Dim() == 1 {
		return x.Unsqueeze(1)
	}
	return x.Flatten(1)
}

func volume(shape []int) int {
	n := 1
	for _, s := range shape {
		n *= s
	}
	return n
}
