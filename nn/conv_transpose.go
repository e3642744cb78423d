package nn

import (
	"fmt"

	"github.com/flambeau-ml/flambeau/tensor"
)

// convTranspose is what transposed convolutions of all ranks share.
type convTranspose struct {
	conv // its Weight is [in, out/groups, kernel…]

	op            string
	outputPadding []int
	apply         transposedConv
}

// transposedConv is an operator of one rank.
type transposedConv func(x, weight, bias *tensor.Tensor, opts ...tensor.Option) *tensor.Tensor

func newConvTranspose(op string, rank, in, out, kernel int, opts []Option, apply transposedConv) convTranspose {
	s := settle(op, opts, "bias", "kernel_size", "stride", "padding", "output_padding", "dilation", "groups")
	size := s.dims("kernel_size", rank, kernel, 1)
	c := convTranspose{op: op, outputPadding: s.dims("output_padding", rank, 0, 0), apply: apply, conv: conv{
		stride: s.dims("stride", rank, 1, 1), padding: s.dims("padding", rank, 0, 0), dilation: s.dims("dilation", rank, 1, 1),
		groups: get(s, "groups", 1), mode: "constant",
	}}
	s.channels(in, out, c.groups)
	shape := append([]int{in, out / c.groups}, size...)
	c.Weight = NewParameter(defaultWeight(), shape...)
	if get(s, "bias", true) {
		fanIn, _ := fans(shape)
		c.Bias = NewParameter(defaultBias(int(fanIn)), out)
	}
	return c
}

// channels checks that channels divide into groups.
func (s settings) channels(in, out, groups int) {
	s.positive("in", in)
	s.positive("out", out)
	s.positive("groups", groups)
	if in%groups != 0 || out%groups != 0 {
		s.fail("%d channels in and %d out do not divide into %d groups", in, out, groups)
	}
}

// Forward makes [N, in, size…] into [N, out, larger size…]; without N where there is one sample.
func (c *convTranspose) Forward(x *tensor.Tensor) *tensor.Tensor {
	return c.forward(x, c.outputPadding)
}

// ForwardSize is Forward with a result of the given spatial sizes, one of those that the convolution could have made x
// from: PyTorch's argument output_size.
func (c *convTranspose) ForwardSize(x *tensor.Tensor, sizes ...int) *tensor.Tensor {
	kernel := c.Weight.Shape()[2:]
	if len(sizes) != len(kernel) || x.Dim() < len(kernel) {
		panic(tensor.Errorf(c.op, "output sizes %v for an input of shape %s: there must be %d", sizes, shapeString(x.Shape()), len(kernel)))
	}
	extra := make([]int, len(sizes))
	for i, k := range kernel {
		least := (x.Size(i-len(kernel))-1)*c.stride[i] - 2*c.padding[i] + c.dilation[i]*(k-1) + 1
		extra[i] = sizes[i] - least
		if extra[i] < 0 || extra[i] >= c.stride[i] {
			panic(tensor.Errorf(c.op, "no output of size %d in dimension %d: it can be %d to %d", sizes[i], i, least, least+c.stride[i]-1))
		}
	}
	return c.forward(x, extra)
}

func (c *convTranspose) forward(x *tensor.Tensor, extra []int) *tensor.Tensor {
	return c.apply(x, c.Weight.Value(), c.Bias.Value(), append(c.window(), tensor.OutputPadding(extra...))...)
}

func (c *convTranspose) describe(name string) string {
	w, note := c.Weight.Shape(), ""
	if !all(c.outputPadding, 0) {
		note = ", output padding " + times(c.outputPadding)
	}
	return fmt.Sprintf("%s(%d, %d, %s%s%s%s)", name, w[0], w[1]*c.groups, times(w[2:]), c.describeWindow(), note, biasNote(c.Bias))
}

// ConvTranspose1d is the gradient of a Conv1d for its input, as a layer that makes sequences longer: PyTorch's
// nn.ConvTranspose1d.
type ConvTranspose1d struct{ convTranspose }

// NewConvTranspose1d makes a transposed convolution from in channels to out with filters of kernel elements. It takes
// the options Bias, KernelSize, Stride, Padding, OutputPadding, Dilation and Groups.
func NewConvTranspose1d(in, out, kernel int, opts ...Option) *ConvTranspose1d {
	return &ConvTranspose1d{newConvTranspose("nn.ConvTranspose1d", 1, in, out, kernel, opts, (*tensor.Tensor).ConvTranspose1dWith)}
}

// String describes the layer.
func (c *ConvTranspose1d) String() string { return c.describe("ConvTranspose1d") }

// ConvTranspose2d is the gradient of a Conv2d for its input, as a layer that makes images larger: PyTorch's
// nn.ConvTranspose2d.
type ConvTranspose2d struct{ convTranspose }

// NewConvTranspose2d makes a transposed convolution from in channels to out with square filters of kernel elements a
// side. It takes the options of NewConvTranspose1d.
func NewConvTranspose2d(in, out, kernel int, opts ...Option) *ConvTranspose2d {
	return &ConvTranspose2d{newConvTranspose("nn.ConvTranspose2d", 2, in, out, kernel, opts, (*tensor.Tensor).ConvTranspose2dWith)}
}

// String describes the layer.
func (c *ConvTranspose2d) String() string { return c.describe("ConvTranspose2d") }

// ConvTranspose3d is the gradient of a Conv3d for its input, as a layer that makes volumes larger: PyTorch's
// nn.ConvTranspose3d.
type ConvTranspose3d struct{ convTranspose }

// NewConvTranspose3d makes a transposed convolution from in channels to out with cubic filters of kernel elements a
// side. It takes the options of NewConvTranspose1d.
func NewConvTranspose3d(in, out, kernel int, opts ...Option) *ConvTranspose3d {
	return &ConvTranspose3d{newConvTranspose("nn.ConvTranspose3d", 3, in, out, kernel, opts, (*tensor.Tensor).ConvTranspose3dWith)}
}

// String describes the layer.
func (c *ConvTranspose3d) String() string { return c.describe("ConvTranspose3d") }
