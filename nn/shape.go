package nn

import (
	"fmt"

	"github.com/flambeau-ml/flambeau/tensor"
)

// NewFlatten makes a layer that makes one dimension of start to end: 1 and −1 keep the batch and flatten the rest.
func NewFlatten(start, end int) Func {
	return NewFunc(fmt.Sprintf("Flatten(%d, %d)", start, end), func(x *tensor.Tensor) *tensor.Tensor { return x.Flatten(start, end) })
}

// NewUnflatten makes a layer that makes dimensions of the given sizes of one; −1 is what is left.
func NewUnflatten(dim int, sizes ...int) Func {
	return NewFunc(fmt.Sprintf("Unflatten(%d, %s)", dim, times(sizes)), func(x *tensor.Tensor) *tensor.Tensor {
		return x.Unflatten(dim, anys(sizes)...)
	})
}

// NewPixelShuffle makes a layer that makes images [*, C·f², H, W] into larger ones [*, C, H·f, W·f].
func NewPixelShuffle(factor int) Func {
	return NewFunc(fmt.Sprintf("PixelShuffle(%d)", factor), func(x *tensor.Tensor) *tensor.Tensor { return x.PixelShuffle(factor) })
}

// NewPixelUnshuffle makes a layer that makes images [*, C, H·f, W·f] into smaller ones [*, C·f², H, W].
func NewPixelUnshuffle(factor int) Func {
	return NewFunc(fmt.Sprintf("PixelUnshuffle(%d)", factor), func(x *tensor.Tensor) *tensor.Tensor { return x.PixelUnshuffle(factor) })
}

// NewChannelShuffle makes a layer that deals the channels of [N, C, *] out anew among groups.
func NewChannelShuffle(groups int) Func {
	return NewFunc(fmt.Sprintf("ChannelShuffle(%d)", groups), func(x *tensor.Tensor) *tensor.Tensor { return x.ChannelShuffle(groups) })
}
