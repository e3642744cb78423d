package nn

import (
	"fmt"

	"github.com/flambeau-ml/flambeau/tensor"
)

// MaxPool2d is the largest element under each window of kernel elements a side, of x [N, C, H, W] or [C, H, W]. It
// takes the options KernelSize, Stride, Padding, Dilation and CeilMode; windows do not overlap where no stride is given.
func MaxPool2d(x *tensor.Tensor, kernel int, opts ...Option) *tensor.Tensor {
	return maxPool2d(kernel, opts)(x)
}

// NewMaxPool2d makes a layer of MaxPool2d.
func NewMaxPool2d(kernel int, opts ...Option) Func {
	return NewFunc(fmt.Sprintf("MaxPool2d(%d)", kernel), maxPool2d(kernel, opts))
}

func maxPool2d(kernel int, opts []Option) func(*tensor.Tensor) *tensor.Tensor {
	s := settle("nn.MaxPool2d", opts, "kernel_size", "stride", "padding", "dilation", "ceil_mode")
	size, window := s.pooling(kernel)
	window = append(window, tensor.Dilation(s.dims("dilation", 2, 1, 1)...), tensor.CeilMode(get(s, "ceil_mode", false)))
	return func(x *tensor.Tensor) *tensor.Tensor { return x.MaxPool2dWith(size, window...) }
}

// pooling is the window that pooling in two dimensions shares.
func (s settings) pooling(kernel int) (size []int, window []tensor.Option) {
	size = s.dims("kernel_size", 2, kernel, 1)
	stride := size
	if s.has("stride") {
		stride = s.dims("stride", 2, 1, 1)
	}
	return size, []tensor.Option{tensor.Stride(stride...), tensor.Padding(s.dims("padding", 2, 0, 0)...)}
}

// AvgPool2d is the mean under each window of kernel elements a side, of x [N, C, H, W] or [C, H, W]. It takes the
// options KernelSize, Stride, Padding, CeilMode, CountIncludePad and DivisorOverride; windows do not overlap where no
// stride is given.
func AvgPool2d(x *tensor.Tensor, kernel int, opts ...Option) *tensor.Tensor {
	return avgPool2d(kernel, opts)(x)
}

// NewAvgPool2d makes a layer of AvgPool2d.
func NewAvgPool2d(kernel int, opts ...Option) Func {
	return NewFunc(fmt.Sprintf("AvgPool2d(%d)", kernel), avgPool2d(kernel, opts))
}

func avgPool2d(kernel int, opts []Option) func(*tensor.Tensor) *tensor.Tensor {
	s := settle("nn.AvgPool2d", opts, "kernel_size", "stride", "padding", "ceil_mode", "count_include_pad", "divisor_override")
	size, window := s.pooling(kernel)
	window = append(window, tensor.CeilMode(get(s, "ceil_mode", false)), tensor.CountIncludePad(get(s, "count_include_pad", true)))
	if s.has("divisor_override") {
		window = append(window, tensor.DivisorOverride(get(s, "divisor_override", 0)))
	}
	return func(x *tensor.Tensor) *tensor.Tensor { return x.AvgPool2dWith(size, window...) }
}

// AdaptiveAvgPool2d is the means of x [N, C, H, W] or [C, H, W] under height·width windows that cover it evenly.
func AdaptiveAvgPool2d(x *tensor.Tensor, height, width int) *tensor.Tensor {
	return x.AdaptiveAvgPool2d(height, width)
}

// NewAdaptiveAvgPool2d makes a layer of AdaptiveAvgPool2d.
func NewAdaptiveAvgPool2d(height, width int) Func {
	return NewFunc(fmt.Sprintf("AdaptiveAvgPool2d(%d, %d)", height, width), func(x *tensor.Tensor) *tensor.Tensor {
		return AdaptiveAvgPool2d(x, height, width)
	})
}
