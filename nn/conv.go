package nn

import (
	"fmt"
	"slices"
	"strings"

	"github.com/flambeau-ml/flambeau/tensor"
)

// conv is what convolutions of one and of two dimensions share.
type conv struct {
	Weight *Parameter // [out, in/groups, kernel…]
	Bias   *Parameter // [out]; nil without one

	stride, padding, dilation []int
	more                      []any // padding at the ends alone, last dimension first, as tensor.Pad takes it; nil for none
	groups                    int
}

var convOptions = []string{"bias", "kernel_size", "stride", "padding", "same", "padding_mode", "dilation", "groups"}

func newConv(op string, rank, in, out, kernel int, opts []Option) conv {
	s := settle(op, opts, convOptions...)
	size := s.dims("kernel_size", rank, kernel, 1)
	c := conv{
		stride: s.dims("stride", rank, 1, 1), padding: s.dims("padding", rank, 0, 0),
		dilation: s.dims("dilation", rank, 1, 1), groups: get(s, "groups", 1),
	}
	s.positive("in", in)
	s.positive("out", out)
	s.positive("groups", c.groups)
	if in%c.groups != 0 || out%c.groups != 0 {
		s.fail("%d channels in and %d out do not divide into %d groups", in, out, c.groups)
	}
	if mode := get(s, "padding_mode", "zeros"); mode != "zeros" {
		s.fail("padding_mode %q is not supported, only zeros: pad the input before the layer", mode)
	}
	if get(s, "same", false) {
		c.padSame(s, size)
	}
	shape := append([]int{out, in / c.groups}, size...)
	fanIn := 1
	for _, n := range shape[1:] {
		fanIn *= n
	}
	c.Weight = NewParameter(defaultWeight(), shape...)
	if get(s, "bias", true) {
		c.Bias = NewParameter(defaultBias(fanIn), out)
	}
	return c
}

// padSame sets the padding with which the result is as large as the image. What is odd of it goes to the end.
func (c *conv) padSame(s settings, size []int) {
	if s.has("padding") {
		s.fail("padding is given twice, as numbers and as the same")
	}
	for i, k := range size {
		if c.stride[i] != 1 {
			s.fail("the same padding needs stride 1, not %v", c.stride)
		}
		total := c.dilation[i] * (k - 1)
		c.padding[i] = total / 2
		if total%2 != 0 {
			c.more = slices.Concat([]any{0, 1}, c.more)
		} else {
			c.more = slices.Concat([]any{0, 0}, c.more)
		}
	}
	if !slices.Contains(c.more, any(1)) {
		c.more = nil
	}
}

// pad is x with what the window of the convolution does not pad itself.
func (c *conv) pad(x *tensor.Tensor) *tensor.Tensor {
	if c.more == nil {
		return x
	}
	return x.ConstantPadNd(c.more...)
}

func (c *conv) describe(name string) string {
	w := c.Weight.Shape()
	var b strings.Builder
	fmt.Fprintf(&b, "%s(%d, %d, %s", name, w[1]*c.groups, w[0], times(w[2:]))
	for _, o := range []struct {
		name string
		v    []int
		not  int
	}{{"stride", c.stride, 1}, {"padding", c.padding, 0}, {"dilation", c.dilation, 1}} {
		if !all(o.v, o.not) {
			fmt.Fprintf(&b, ", %s %s", o.name, times(o.v))
		}
	}
	if c.groups > 1 {
		fmt.Fprintf(&b, ", %d groups", c.groups)
	}
	return b.String() + biasNote(c.Bias) + ")"
}

func all(v []int, x int) bool {
	for _, n := range v {
		if n != x {
			return false
		}
	}
	return true
}

// times writes sizes as 3×3.
func times(v []int) string { return strings.Trim(strings.ReplaceAll(fmt.Sprint(v), " ", "×"), "[]") }

// Conv2d slides filters over images: PyTorch's nn.Conv2d.
type Conv2d struct{ conv }

// NewConv2d makes a convolution from in channels to out with square filters of kernel elements a side. It takes the
// options Bias, KernelSize, Stride, Padding, PaddingSame, PaddingMode, Dilation and Groups.
func NewConv2d(in, out, kernel int, opts ...Option) *Conv2d {
	return &Conv2d{newConv("nn.Conv2d", 2, in, out, kernel, opts)}
}

// Forward makes [N, in, H, W] into [N, out, H', W']. A single image [in, H, W] gives [out, H', W'].
func (c *Conv2d) Forward(x *tensor.Tensor) *tensor.Tensor {
	return c.pad(x).Conv2dWith(c.Weight.Value(), c.Bias.Value(), c.window()...)
}

// String describes the layer.
func (c *Conv2d) String() string { return c.describe("Conv2d") }

// Conv1d slides filters over sequences: PyTorch's nn.Conv1d.
type Conv1d struct{ conv }

// NewConv1d makes a convolution from in channels to out with filters of kernel elements. It takes the options of
// NewConv2d.
func NewConv1d(in, out, kernel int, opts ...Option) *Conv1d {
	return &Conv1d{newConv("nn.Conv1d", 1, in, out, kernel, opts)}
}

// Forward makes [N, in, L] into [N, out, L']. A single sequence [in, L] gives [out, L'].
func (c *Conv1d) Forward(x *tensor.Tensor) *tensor.Tensor {
	return c.pad(x).Conv1dWith(c.Weight.Value(), c.Bias.Value(), c.window()...)
}

// String describes the layer.
func (c *Conv1d) String() string { return c.describe("Conv1d") }

func (c *conv) window() []tensor.Option {
	return []tensor.Option{tensor.Stride(c.stride...), tensor.Padding(c.padding...), tensor.Dilation(c.dilation...), tensor.Groups(c.groups)}
}
