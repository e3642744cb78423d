package nn

import (
	"fmt"
	"slices"

	"github.com/flambeau-ml/flambeau/tensor"
)

// padding makes a layer that pads the last rank dimensions: by one width, or by one for each side, the last dimension
// first. A mode other than "constant" needs an input with channels.
func padding(name, mode string, rank int, value float64, widths []int) Func {
	name = fmt.Sprintf("%sPad%dd", name, rank)
	s := settings{op: "nn." + name}
	switch len(widths) {
	case 1:
		widths = slices.Repeat(widths, 2*rank)
	case 2 * rank:
	default:
		s.fail("widths %v: it needs 1 or %d", widths, 2*rank)
	}
	pad := anys(widths)
	opts := []tensor.Option{tensor.Mode(mode)}
	if mode == "constant" {
		opts = append(opts, tensor.Value(value))
	}
	return NewFunc(fmt.Sprintf("%s(%s)", name, times(widths)), func(x *tensor.Tensor) *tensor.Tensor {
		if n := x.Dim(); mode != "constant" && n != rank+1 && n != rank+2 {
			s.fail("takes an input of %s dimensions, not of shape %s", between(rank+1, rank+2), shapeString(x.Shape()))
		}
		return x.PadWith(pad, opts...)
	})
}

// NewConstantPad1d makes a layer that puts value around sequences [*, L], by one width, or by one at the start and one at the end.
// A negative width cuts off.
func NewConstantPad1d(value float64, widths ...int) Func {
	return padding("Constant", "constant", 1, value, widths)
}

// NewConstantPad2d makes a layer that puts value around images [*, H, W], by one width, or by one each for left, right, top and bottom.
// A negative width cuts off.
func NewConstantPad2d(value float64, widths ...int) Func {
	return padding("Constant", "constant", 2, value, widths)
}

// NewConstantPad3d makes a layer that puts value around volumes [*, D, H, W], by one width, or by one each for left, right, top, bottom, front and back.
// A negative width cuts off.
func NewConstantPad3d(value float64, widths ...int) Func {
	return padding("Constant", "constant", 3, value, widths)
}

// NewZeroPad1d makes a layer that puts zeros around sequences [*, L], as NewConstantPad1d does.
func NewZeroPad1d(widths ...int) Func { return padding("Zero", "constant", 1, 0, widths) }

// NewZeroPad2d makes a layer that puts zeros around images [*, H, W], as NewConstantPad2d does.
func NewZeroPad2d(widths ...int) Func { return padding("Zero", "constant", 2, 0, widths) }

// NewZeroPad3d makes a layer that puts zeros around volumes [*, D, H, W], as NewConstantPad3d does.
func NewZeroPad3d(widths ...int) Func { return padding("Zero", "constant", 3, 0, widths) }

// NewReflectionPad1d makes a layer that continues sequences [N, C, L] by reflection at the edge, which is not repeated. N may be missing.
func NewReflectionPad1d(widths ...int) Func { return padding("Reflection", "reflect", 1, 0, widths) }

// NewReflectionPad2d makes a layer that continues images [N, C, H, W] by reflection at the edge, which is not repeated. N may be missing.
func NewReflectionPad2d(widths ...int) Func { return padding("Reflection", "reflect", 2, 0, widths) }

// NewReflectionPad3d makes a layer that continues volumes [N, C, D, H, W] by reflection at the edge, which is not repeated. N may be missing.
func NewReflectionPad3d(widths ...int) Func { return padding("Reflection", "reflect", 3, 0, widths) }

// NewReplicationPad1d makes a layer that continues sequences [N, C, L] by the elements of the edge. N may be missing.
func NewReplicationPad1d(widths ...int) Func {
	return padding("Replication", "replicate", 1, 0, widths)
}

// NewReplicationPad2d makes a layer that continues images [N, C, H, W] by the elements of the edge. N may be missing.
func NewReplicationPad2d(widths ...int) Func {
	return padding("Replication", "replicate", 2, 0, widths)
}

// NewReplicationPad3d makes a layer that continues volumes [N, C, D, H, W] by the elements of the edge. N may be missing.
func NewReplicationPad3d(widths ...int) Func {
	return padding("Replication", "replicate", 3, 0, widths)
}

// NewCircularPad1d makes a layer that continues sequences [N, C, L] by those of the other side. N may be missing.
func NewCircularPad1d(widths ...int) Func { return padding("Circular", "circular", 1, 0, widths) }

// NewCircularPad2d makes a layer that continues images [N, C, H, W] by those of the other side. N may be missing.
func NewCircularPad2d(widths ...int) Func { return padding("Circular", "circular", 2, 0, widths) }

// NewCircularPad3d makes a layer that continues volumes [N, C, D, H, W] by those of the other side. N may be missing.
func NewCircularPad3d(widths ...int) Func { return padding("Circular", "circular", 3, 0, widths) }
