package nn

import (
	"fmt"
	"slices"
	"strings"

	"github.com/flambeau-ml/flambeau/tensor"
)

// conv is what convolutions of all ranks share.
type conv struct {
	Weight *Parameter // [out, in/groups, kernel…]
	Bias   *Parameter // [out]; nil without one

	stride, padding, dilation []int
	before                    []any  // what is padded before the convolution, last dimension first, as tensor.Pad takes it; nil for none
	mode                      string // and how, as tensor.Pad calls it
	groups                    int
}

// padModes are PyTorch's padding modes, by what tensor.Pad calls them.
var padModes = map[string]string{"zeros": "constant", "reflect": "reflect", "replicate": "replicate", "circular": "circular"}

var convOptions = []string{"bias", "kernel_size", "stride", "padding", "same", "padding_mode", "dilation", "groups"}

func newConv(op string, rank, in, out, kernel int, opts []Option) conv {
	s := settle(op, opts, convOptions...)
	size := s.dims("kernel_size", rank, kernel, 1)
	c := conv{
		stride: s.dims("stride", rank, 1, 1), padding: s.dims("padding", rank, 0, 0),
		dilation: s.dims("dilation", rank, 1, 1), groups: get(s, "groups", 1),
	}
	s.channels(in, out, c.groups)
	c.mode = padModes[get(s, "padding_mode", "zeros")]
	if c.mode == "" {
		s.fail(`padding_mode must be "zeros", "reflect", "replicate" or "circular", not %q`, get(s, "padding_mode", ""))
	}
	ends := c.padding
	if get(s, "same", false) {
		ends = c.padSame(s, size)
	}
	c.padBefore(ends)
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

// padSame sets the padding at the beginnings with which the result is as large as the image, and returns that at the
// ends, where what is odd of it goes.
func (c *conv) padSame(s settings, size []int) (ends []int) {
	if s.has("padding") {
		s.fail("padding is given twice, as numbers and as the same")
	}
	for i, k := range size {
		if c.stride[i] != 1 {
			s.fail("the same padding needs stride 1, not %v", c.stride)
		}
		total := c.dilation[i] * (k - 1)
		c.padding[i] = total / 2
		ends = append(ends, total-total/2)
	}
	return ends
}

// padBefore leaves to the window of the convolution what it can pad: zeros, as many at the ends as at the beginnings.
func (c *conv) padBefore(ends []int) {
	zeros := c.mode == "constant"
	if zeros && slices.Equal(c.padding, ends) || all(c.padding, 0) && all(ends, 0) {
		return
	}
	for i := len(ends) - 1; i >= 0; i-- {
		if zeros {
			c.before = append(c.before, 0, ends[i]-c.padding[i])
		} else {
			c.before = append(c.before, c.padding[i], ends[i])
		}
	}
}

// pad is x with what the window of the convolution does not pad itself.
func (c *conv) pad(x *tensor.Tensor) *tensor.Tensor {
	if c.before == nil {
		return x
	}
	return x.PadWith(c.before, tensor.Mode(c.mode))
}

func (c *conv) describe(name string) string {
	w := c.Weight.Shape()
	return fmt.Sprintf("%s(%d, %d, %s%s%s)", name, w[1]*c.groups, w[0], times(w[2:]), c.describeWindow(), biasNote(c.Bias))
}

// describeWindow says what of the window is not as it is without options.
func (c *conv) describeWindow() string {
	var b strings.Builder
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
	return b.String()
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

// Conv3d slides filters over volumes: PyTorch's nn.Conv3d.
type Conv3d struct{ conv }

// NewConv3d makes a convolution from in channels to out with cubic filters of kernel elements a side. It takes the
// options of NewConv2d.
func NewConv3d(in, out, kernel int, opts ...Option) *Conv3d {
	return &Conv3d{newConv("nn.Conv3d", 3, in, out, kernel, opts)}
}

// Forward makes [N, in, D, H, W] into [N, out, D', H', W']. A single volume [in, D, H, W] gives [out, D', H', W'].
func (c *Conv3d) Forward(x *tensor.Tensor) *tensor.Tensor {
	return c.pad(x).Conv3dWith(c.Weight.Value(), c.Bias.Value(), c.window()...)
}

// String describes the layer.
func (c *Conv3d) String() string { return c.describe("Conv3d") }

// window is the window as the operators take it.
func (c *conv) window() []tensor.Option {
	padding := c.padding
	if c.mode != "constant" {
		padding = make([]int, len(padding)) // it is padded before
	}
	return []tensor.Option{tensor.Stride(c.stride...), tensor.Padding(padding...), tensor.Dilation(c.dilation...), tensor.Groups(c.groups)}
}
