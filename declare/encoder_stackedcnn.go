package declare

import (
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/flambeau-ml/flambeau/nn"
	"github.com/flambeau-ml/flambeau/tensor"
	"go.yaml.in/yaml/v3"
)

var stackedCNNEncoder = encoderKind{
	name:    "stacked_cnn",
	doc:     "Convolutions with pooling, one after the other, and fully connected layers.",
	options: func() encoderOptions { return new(stackedCNN) },
	keys: append([]key{
		{name: "out_channels", kind: kindInt, def: 32, in: between(1, 1<<16),
			doc: "Filters of a convolution that does not say it."},
		{name: "kernel_size", kind: kindInt, def: 3, in: between(1, 1<<10), doc: "Side of its filters."},
		{name: "stride", kind: kindInt, def: 1, in: between(1, 1<<10), doc: "Step of its filters."},
		{name: "padding", kind: kindInt, words: []string{"valid", "same"}, def: "valid", in: between(0, 1<<10),
			doc: "Zeroes around its image: a number, `same` for as many as keep the size, `valid` for none."},
		{name: "conv_use_bias", kind: kindBool, def: true, doc: "Whether it has a bias."},
		{name: "conv_norm", kind: kindString, words: []string{"batch"}, null: true, doc: "Normalisation after it."},
		{name: "conv_activation", kind: kindString, words: activations, null: true, def: "relu",
			doc: "Activation after that."},
		{name: "conv_dropout", kind: kindNumber, def: 0.0, in: between(0, 0.999),
			doc: "Share of the numbers that dropout zeroes after that, while training."},
		{name: "pool_function", kind: kindString, words: []string{"max", "average"}, def: "max",
			doc: "What pooling takes of each window."},
		{name: "pool_kernel_size", aka: "pool_size", kind: kindInt, def: 2, null: true, in: between(1, 1<<10),
			doc: "Side of the windows of pooling; null for none."},
		{name: "pool_stride", kind: kindInt, null: true, in: between(1, 1<<10),
			doc: "Step of the windows; their side when null."},
		{name: "num_conv_layers", kind: kindInt, def: 2, in: between(1, 1000),
			doc: "How many convolutions there are, all alike, where `conv_layers` does not list them."},
		{name: "conv_layers", kind: kindSections, null: true, of: &convSection, doc: "The convolutions, one by one."},
	}, fcKeys("fc_", "output_size", 128, "num_fc_layers", 1)...),
}

var convSection = section{keys: []key{
	{name: "out_channels", aka: "num_filters", kind: kindInt, from: "out_channels", in: between(1, 1<<16), doc: "Filters."},
	{name: "kernel_size", aka: "filter_size", kind: kindInt, from: "kernel_size", in: between(1, 1<<10),
		doc: "Side of the filters."},
	{name: "stride", aka: "strides", kind: kindInt, from: "stride", in: between(1, 1<<10), doc: "Step of the filters."},
	{name: "padding", kind: kindInt, words: []string{"valid", "same"}, from: "padding", in: between(0, 1<<10),
		doc: "Zeroes around the image."},
	{name: "use_bias", kind: kindBool, from: "conv_use_bias", doc: "Whether the convolution has a bias."},
	{name: "norm", kind: kindString, words: []string{"batch"}, null: true, from: "conv_norm", doc: "Normalisation."},
	{name: "activation", kind: kindString, words: activations, null: true, from: "conv_activation", doc: "Activation."},
	{name: "dropout", kind: kindNumber, from: "conv_dropout", in: between(0, 0.999), doc: "Dropout."},
	{name: "pool_function", kind: kindString, words: []string{"max", "average"}, from: "pool_function",
		doc: "What pooling takes of each window."},
	{name: "pool_kernel_size", aka: "pool_size", kind: kindInt, null: true, from: "pool_kernel_size",
		in: between(1, 1<<10), doc: "Side of the windows of pooling; null for none."},
	{name: "pool_stride", aka: "pool_strides", kind: kindInt, null: true, from: "pool_stride", in: between(1, 1<<10),
		doc: "Step of the windows; their side when null."},
}}

// stackedCNN are the options of the encoder stacked_cnn.
type stackedCNN struct {
	convs []conv
	fc    []fcLayer
}

// conv is one convolution: then norm, activation, dropout and pooling.
type conv struct {
	OutChannels  int     `yaml:"out_channels"`
	KernelSize   int     `yaml:"kernel_size"`
	Stride       int     `yaml:"stride"`
	Padding      string  `yaml:"padding"`
	UseBias      bool    `yaml:"use_bias"`
	Norm         string  `yaml:"norm"`
	Activation   string  `yaml:"activation"`
	Dropout      float64 `yaml:"dropout"`
	PoolFunction string  `yaml:"pool_function"`
	PoolSize     int     `yaml:"pool_kernel_size"`
	PoolStride   int     `yaml:"pool_stride"`
}

// UnmarshalYAML takes the layers that are listed, or makes as many as are asked for of what is said of all.
func (o *stackedCNN) UnmarshalYAML(n *yaml.Node) error {
	var listed struct {
		Layers     []conv  `yaml:"conv_layers"`
		Number     int     `yaml:"num_conv_layers"`
		UseBias    bool    `yaml:"conv_use_bias"`
		Norm       string  `yaml:"conv_norm"`
		Activation string  `yaml:"conv_activation"`
		Dropout    float64 `yaml:"conv_dropout"`
	}
	var alike conv
	if err := errors.Join(n.Decode(&listed), n.Decode(&alike)); err != nil {
		return err
	}
	alike.UseBias, alike.Norm = listed.UseBias, listed.Norm
	alike.Activation, alike.Dropout = listed.Activation, listed.Dropout
	if o.convs = listed.Layers; o.convs == nil {
		o.convs = slices.Repeat([]conv{alike}, listed.Number)
	}
	var err error
	o.fc, err = fcLayers(n, "fc_", "output_size", "num_fc_layers")
	return err
}

// pad is how many zeroes there are before and after a row of n pixels.
func (c *conv) pad() (int, error) {
	switch c.Padding {
	case "valid":
		return 0, nil
	case "same":
		if c.KernelSize%2 == 0 || c.Stride != 1 {
			return 0, errors.New("padding \"same\" takes an odd kernel_size and a stride of 1")
		}
		return c.KernelSize / 2, nil
	}
	return strconv.Atoi(c.Padding)
}

// poolStep is the step of pooling.
func (c *conv) poolStep() int {
	if c.PoolStride == 0 {
		return c.PoolSize
	}
	return c.PoolStride
}

// after is the side of an image of n pixels after the convolution and its pooling.
func (c *conv) after(n int) (int, error) {
	pad, err := c.pad()
	if err != nil {
		return 0, err
	}
	if n+2*pad < c.KernelSize {
		return 0, fmt.Errorf("the image has %d pixels left here, fewer than a filter of %d", n, c.KernelSize)
	}
	n = (n+2*pad-c.KernelSize)/c.Stride + 1
	if c.PoolSize == 0 {
		return n, nil
	}
	if n < c.PoolSize {
		return 0, fmt.Errorf("the image has %d pixels left here, fewer than a pool of %d", n, c.PoolSize)
	}
	return (n-c.PoolSize)/c.poolStep() + 1, nil
}

// shape is [C, H, W] after the convolutions; an error names the layer at fault.
func (o *stackedCNN) shape(in []int) (out []int, layer int, err error) {
	c, h, w := in[0], in[1], in[2]
	for i := range o.convs {
		if h, err = o.convs[i].after(h); err == nil {
			w, err = o.convs[i].after(w)
		}
		if err != nil {
			return nil, i, err
		}
		c = o.convs[i].OutChannels
	}
	return []int{c, h, w}, 0, nil
}

// check finds layers for which nothing is left of the image.
func (o *stackedCNN) check(in []int) (key string, err error) {
	if len(in) != 3 || in[0] == 0 {
		return "", nil // the image's own keys are at fault
	}
	_, i, err := o.shape(in)
	if err != nil {
		key = fmt.Sprintf("conv_layers[%d]", i)
	}
	return key, err
}

func (o *stackedCNN) build(c inputCodec) (nn.Layer, int) {
	in := c.size()
	e := &cnn{}
	for i := range o.convs {
		channels := in[0]
		if i > 0 {
			channels = o.convs[i-1].OutChannels
		}
		e.Convs = append(e.Convs, newConvBlock(channels, &o.convs[i]))
	}
	shape, _, _ := o.shape(in) // checked with the configuration
	var width int
	e.FC, width = newStack(volume(shape), o.fc)
	return e, width
}

// cnn is the encoder stacked_cnn.
type cnn struct {
	Convs []*convBlock
	FC    *stack `nn:"fc"`
}

// Forward makes [N, C, H, W] into [N, width].
func (e *cnn) Forward(x *tensor.Tensor) *tensor.Tensor {
	for _, c := range e.Convs {
		x = c.Forward(x)
	}
	return e.FC.Forward(x.Flatten(1))
}

// convBlock is a convolution, then norm, activation, dropout and pooling, where there are any.
type convBlock struct {
	Conv    *nn.Conv2d
	Norm    nn.Layer
	Dropout nn.Layer
	options *conv
}

func newConvBlock(in int, o *conv) *convBlock {
	pad, _ := o.pad() // checked with the configuration
	b := &convBlock{options: o,
		Conv: nn.NewConv2d(in, o.OutChannels, o.KernelSize, nn.Stride(o.Stride), nn.Padding(pad), nn.Bias(o.UseBias))}
	if o.Norm == "batch" {
		b.Norm = nn.NewBatchNorm2d(o.OutChannels)
	}
	if o.Dropout > 0 {
		b.Dropout = nn.NewDropout(o.Dropout)
	}
	return b
}

// Forward makes [N, in, H, W] into [N, out, H', W'].
func (b *convBlock) Forward(x *tensor.Tensor) *tensor.Tensor {
	x = b.Conv.Forward(x)
	if b.Norm != nil {
		x = b.Norm.Forward(x)
	}
	x = activate(b.options.Activation, x)
	if b.Dropout != nil {
		x = b.Dropout.Forward(x)
	}
	switch size, step := b.options.PoolSize, nn.Stride(b.options.poolStep()); {
	case size == 0:
		return x
	case b.options.PoolFunction == "average":
		return nn.AvgPool2d(x, size, step)
	default:
		return nn.MaxPool2d(x, size, step)
	}
}
