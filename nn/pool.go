package nn

import (
	"fmt"

	"github.com/flambeau-ml/flambeau/tensor"
)

// pooler is an operator that pools under windows.
type pooler func(x *tensor.Tensor, kernel []int, opts ...tensor.Option) *tensor.Tensor

// maxPools and avgPools are the operators by the number of dimensions that they pool.
var (
	maxPools = map[int]pooler{1: (*tensor.Tensor).MaxPool1dWith, 2: (*tensor.Tensor).MaxPool2dWith, 3: (*tensor.Tensor).MaxPool3dWith}
	avgPools = map[int]pooler{1: (*tensor.Tensor).AvgPool1dWith, 2: (*tensor.Tensor).AvgPool2dWith, 3: (*tensor.Tensor).AvgPool3dWith}
)

func maxPool(rank, kernel int, opts []Option) func(*tensor.Tensor) *tensor.Tensor {
	s := settle(fmt.Sprintf("nn.MaxPool%dd", rank), opts, "kernel_size", "stride", "padding", "dilation", "ceil_mode")
	size, window := s.pooling(rank, kernel)
	window = append(window, tensor.Dilation(s.dims("dilation", rank, 1, 1)...), tensor.CeilMode(get(s, "ceil_mode", false)))
	return func(x *tensor.Tensor) *tensor.Tensor { return maxPools[rank](x, size, window...) }
}

func avgPool(rank, kernel int, opts []Option) func(*tensor.Tensor) *tensor.Tensor {
	has := []string{"kernel_size", "stride", "padding", "ceil_mode", "count_include_pad"}
	if rank > 1 {
		has = append(has, "divisor_override")
	}
	s := settle(fmt.Sprintf("nn.AvgPool%dd", rank), opts, has...)
	size, window := s.pooling(rank, kernel)
	window = append(window, tensor.CeilMode(get(s, "ceil_mode", false)), tensor.CountIncludePad(get(s, "count_include_pad", true)))
	if s.has("divisor_override") {
		window = append(window, tensor.DivisorOverride(get(s, "divisor_override", 0)))
	}
	return func(x *tensor.Tensor) *tensor.Tensor { return avgPools[rank](x, size, window...) }
}

// pooling is the window that max and average pooling share.
func (s settings) pooling(rank, kernel int) (size []int, window []tensor.Option) {
	size = s.dims("kernel_size", rank, kernel, 1)
	stride := size
	if s.has("stride") {
		stride = s.dims("stride", rank, 1, 1)
	}
	return size, []tensor.Option{tensor.Stride(stride...), tensor.Padding(s.dims("padding", rank, 0, 0)...)}
}

// MaxPool1d is the largest element under each window of kernel elements, of x [N, C, L] or [C, L]. It takes
// the options of MaxPool2d.
func MaxPool1d(x *tensor.Tensor, kernel int, opts ...Option) *tensor.Tensor {
	return maxPool(1, kernel, opts)(x)
}

// NewMaxPool1d makes a layer of MaxPool1d.
func NewMaxPool1d(kernel int, opts ...Option) Func {
	return NewFunc(fmt.Sprintf("MaxPool1d(%d)", kernel), maxPool(1, kernel, opts))
}

// MaxPool2d is the largest element under each window of kernel elements a side, of x [N, C, H, W] or [C, H, W]. It
// takes the options KernelSize, Stride, Padding, Dilation and CeilMode; windows do not overlap where no stride is given.
func MaxPool2d(x *tensor.Tensor, kernel int, opts ...Option) *tensor.Tensor {
	return maxPool(2, kernel, opts)(x)
}

// NewMaxPool2d makes a layer of MaxPool2d.
func NewMaxPool2d(kernel int, opts ...Option) Func {
	return NewFunc(fmt.Sprintf("MaxPool2d(%d)", kernel), maxPool(2, kernel, opts))
}

// MaxPool3d is the largest element under each window of kernel elements a side, of x [N, C, D, H, W] or [C, D, H, W]. It takes
// the options of MaxPool2d.
func MaxPool3d(x *tensor.Tensor, kernel int, opts ...Option) *tensor.Tensor {
	return maxPool(3, kernel, opts)(x)
}

// NewMaxPool3d makes a layer of MaxPool3d.
func NewMaxPool3d(kernel int, opts ...Option) Func {
	return NewFunc(fmt.Sprintf("MaxPool3d(%d)", kernel), maxPool(3, kernel, opts))
}

// AvgPool1d is the mean under each window of kernel elements, of x [N, C, L] or [C, L]. It takes the options of
// AvgPool2d but DivisorOverride.
func AvgPool1d(x *tensor.Tensor, kernel int, opts ...Option) *tensor.Tensor {
	return avgPool(1, kernel, opts)(x)
}

// NewAvgPool1d makes a layer of AvgPool1d.
func NewAvgPool1d(kernel int, opts ...Option) Func {
	return NewFunc(fmt.Sprintf("AvgPool1d(%d)", kernel), avgPool(1, kernel, opts))
}

// AvgPool2d is the mean under each window of kernel elements a side, of x [N, C, H, W] or [C, H, W]. It takes the
// options KernelSize, Stride, Padding, CeilMode, CountIncludePad and DivisorOverride; windows do not overlap where no
// stride is given.
func AvgPool2d(x *tensor.Tensor, kernel int, opts ...Option) *tensor.Tensor {
	return avgPool(2, kernel, opts)(x)
}

// NewAvgPool2d makes a layer of AvgPool2d.
func NewAvgPool2d(kernel int, opts ...Option) Func {
	return NewFunc(fmt.Sprintf("AvgPool2d(%d)", kernel), avgPool(2, kernel, opts))
}

// AvgPool3d is the mean under each window of kernel elements a side, of x [N, C, D, H, W] or [C, D, H, W]. It takes
// the options of AvgPool2d.
func AvgPool3d(x *tensor.Tensor, kernel int, opts ...Option) *tensor.Tensor {
	return avgPool(3, kernel, opts)(x)
}

// NewAvgPool3d makes a layer of AvgPool3d.
func NewAvgPool3d(kernel int, opts ...Option) Func {
	return NewFunc(fmt.Sprintf("AvgPool3d(%d)", kernel), avgPool(3, kernel, opts))
}

// AdaptiveAvgPool1d is the means of x [N, C, L] or [C, L] under length windows that cover it evenly.
func AdaptiveAvgPool1d(x *tensor.Tensor, length int) *tensor.Tensor {
	return x.AdaptiveAvgPool1d(length)
}

// NewAdaptiveAvgPool1d makes a layer of AdaptiveAvgPool1d.
func NewAdaptiveAvgPool1d(length int) Func {
	return NewFunc(fmt.Sprintf("AdaptiveAvgPool1d(%d)", length), func(x *tensor.Tensor) *tensor.Tensor {
		return AdaptiveAvgPool1d(x, length)
	})
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

// AdaptiveAvgPool3d is the means of x [N, C, D, H, W] or [C, D, H, W] under depth·height·width windows that cover it evenly.
func AdaptiveAvgPool3d(x *tensor.Tensor, depth, height, width int) *tensor.Tensor {
	return x.AdaptiveAvgPool3d(depth, height, width)
}

// NewAdaptiveAvgPool3d makes a layer of AdaptiveAvgPool3d.
func NewAdaptiveAvgPool3d(depth, height, width int) Func {
	return NewFunc(fmt.Sprintf("AdaptiveAvgPool3d(%d, %d, %d)", depth, height, width), func(x *tensor.Tensor) *tensor.Tensor {
		return AdaptiveAvgPool3d(x, depth, height, width)
	})
}
