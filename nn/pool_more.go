package nn

import (
	"fmt"

	"github.com/flambeau-ml/flambeau/tensor"
)

// lpPool is the p-norm under windows.
func lpPool(rank int, p float64, kernel int, opts []Option) func(*tensor.Tensor) *tensor.Tensor {
	s := settle(fmt.Sprintf("nn.LPPool%dd", rank), opts, "kernel_size", "stride", "ceil_mode")
	if p == 0 {
		s.fail("there is no norm of power 0")
	}
	size, window := s.pooling(rank, kernel)
	window = append(window, tensor.CeilMode(get(s, "ceil_mode", false)))
	elements := 1
	for _, n := range size {
		elements *= n
	}
	return func(x *tensor.Tensor) *tensor.Tensor {
		if n := x.Dim(); n != rank+1 && n != rank+2 {
			s.fail("takes an input of %s dimensions, not of shape %s", between(rank+1, rank+2), shapeString(x.Shape()))
		}
		mean := avgPools[rank](x.PowScalar(p), size, window...)
		return mean.Sign().Mul(mean.Abs().ReLU()).MulScalar(elements).PowScalar(1 / p)
	}
}

// NewLPPool1d makes a layer of the p-norms (sums of powers, where they are not negative) under windows of kernel elements
// of x [N, C, L] or [C, L]. It takes the options KernelSize, Stride and CeilMode.
func NewLPPool1d(p float64, kernel int, opts ...Option) Func {
	return NewFunc(fmt.Sprintf("LPPool1d(%g, %d)", p, kernel), lpPool(1, p, kernel, opts))
}

// NewLPPool2d makes a layer as NewLPPool1d does, for images [N, C, H, W] or [C, H, W].
func NewLPPool2d(p float64, kernel int, opts ...Option) Func {
	return NewFunc(fmt.Sprintf("LPPool2d(%g, %d)", p, kernel), lpPool(2, p, kernel, opts))
}

// NewLPPool3d makes a layer as NewLPPool1d does, for volumes [N, C, D, H, W] or [C, D, H, W].
func NewLPPool3d(p float64, kernel int, opts ...Option) Func {
	return NewFunc(fmt.Sprintf("LPPool3d(%g, %d)", p, kernel), lpPool(3, p, kernel, opts))
}

// AdaptiveMaxPool1d is the largest elements of x [N, C, L] or [C, L] under length windows that cover it evenly, and their
// places in it.
func AdaptiveMaxPool1d(x *tensor.Tensor, length int) (y, indices *tensor.Tensor) {
	return adaptiveMaxPool("nn.AdaptiveMaxPool1d", x, length)
}

// AdaptiveMaxPool2d is the largest elements of x [N, C, H, W] or [C, H, W] under height·width windows that cover it
// evenly, and their places in each flattened image. A size of 0 is that of x.
func AdaptiveMaxPool2d(x *tensor.Tensor, height, width int) (y, indices *tensor.Tensor) {
	return adaptiveMaxPool("nn.AdaptiveMaxPool2d", x, height, width)
}

// AdaptiveMaxPool3d is AdaptiveMaxPool2d of volumes [N, C, D, H, W] or [C, D, H, W].
func AdaptiveMaxPool3d(x *tensor.Tensor, depth, height, width int) (y, indices *tensor.Tensor) {
	return adaptiveMaxPool("nn.AdaptiveMaxPool3d", x, depth, height, width)
}

func adaptiveMaxPool(op string, x *tensor.Tensor, to ...int) (y, indices *tensor.Tensor) {
	rank := len(to)
	if n := x.Dim(); n != rank+1 && n != rank+2 {
		panic(tensor.Errorf(op, "takes an input of %s dimensions, not of shape %s", between(rank+1, rank+2), shapeString(x.Shape())))
	}
	// Dimension after dimension, the last first, so that of equal elements it is the first that counts.
	stride := 1
	for i := rank - 1; i >= 0; i-- {
		dim := x.Dim() - rank + i
		from, windows := x.Size(dim), to[i]
		if windows == 0 {
			windows = from
		}
		if windows < 0 || from == 0 {
			panic(tensor.Errorf(op, "makes nothing of size %d of an input of shape %s", windows, shapeString(x.Shape())))
		}
		most := 0
		ends := func(w int) (int, int) { return w * from / windows, (w*from + from + windows - 1) / windows }
		for w := range windows {
			a, b := ends(w)
			most = max(most, b-a)
		}
		var places []int64
		for w := range windows {
			a, b := ends(w)
			for k := range most {
				places = append(places, int64(min(a+k, b-1))) // the last again, where a window is shorter
			}
		}
		at := tensor.New(places)
		best, which := x.IndexSelect(dim, at).Unflatten(dim, windows, most).MaxDim(dim + 1)
		for range x.Dim() - 1 - dim {
			at = at.Unsqueeze(-1)
		}
		offset := at.MulScalar(stride).Add(x.ZerosLikeWith(tensor.As(tensor.Int64)).Narrow(dim, 0, 1))
		if indices != nil {
			offset = offset.Add(indices.IndexSelect(dim, tensor.New(places)))
		}
		indices = offset.Unflatten(dim, windows, most).Gather(dim+1, which.Unsqueeze(dim+1)).Squeeze(dim + 1)
		x = best
		stride *= from
	}
	return x, indices
}

// NewAdaptiveMaxPool1d makes a layer of the largest elements that AdaptiveMaxPool1d finds.
func NewAdaptiveMaxPool1d(length int) Func {
	return NewFunc(fmt.Sprintf("AdaptiveMaxPool1d(%d)", length), func(x *tensor.Tensor) *tensor.Tensor {
		y, _ := AdaptiveMaxPool1d(x, length)
		return y
	})
}

// NewAdaptiveMaxPool2d makes a layer of the largest elements that AdaptiveMaxPool2d finds.
func NewAdaptiveMaxPool2d(height, width int) Func {
	return NewFunc(fmt.Sprintf("AdaptiveMaxPool2d(%d, %d)", height, width), func(x *tensor.Tensor) *tensor.Tensor {
		y, _ := AdaptiveMaxPool2d(x, height, width)
		return y
	})
}

// NewAdaptiveMaxPool3d makes a layer of the largest elements that AdaptiveMaxPool3d finds.
func NewAdaptiveMaxPool3d(depth, height, width int) Func {
	return NewFunc(fmt.Sprintf("AdaptiveMaxPool3d(%d, %d, %d)", depth, height, width), func(x *tensor.Tensor) *tensor.Tensor {
		y, _ := AdaptiveMaxPool3d(x, depth, height, width)
		return y
	})
}

// MaxUnpool puts the elements of a max pooling back where they were, among zeros: PyTorch's nn.MaxUnpool1d to 3d.
type MaxUnpool struct {
	settings
	kernel, stride, padding []int
}

func newMaxUnpool(rank, kernel int, opts []Option) *MaxUnpool {
	s := settle(fmt.Sprintf("nn.MaxUnpool%dd", rank), opts, "kernel_size", "stride", "padding")
	u := &MaxUnpool{settings: s, kernel: s.dims("kernel_size", rank, kernel, 1), padding: s.dims("padding", rank, 0, 0)}
	u.stride = u.kernel
	if s.has("stride") {
		u.stride = s.dims("stride", rank, 1, 1)
	}
	return u
}

// NewMaxUnpool1d makes a layer that undoes a max pooling of sequences. It takes the options KernelSize, Stride and Padding
// of that pooling.
func NewMaxUnpool1d(kernel int, opts ...Option) *MaxUnpool { return newMaxUnpool(1, kernel, opts) }

// NewMaxUnpool2d makes a layer as NewMaxUnpool1d does, for images.
func NewMaxUnpool2d(kernel int, opts ...Option) *MaxUnpool { return newMaxUnpool(2, kernel, opts) }

// NewMaxUnpool3d makes a layer as NewMaxUnpool1d does, for volumes.
func NewMaxUnpool3d(kernel int, opts ...Option) *MaxUnpool { return newMaxUnpool(3, kernel, opts) }

// Forward makes [N, C, size…] into [N, C, larger size…]; indices are those that the pooling gave, places in each
// flattened image. Without N where there is one sample.
func (u *MaxUnpool) Forward(x, indices *tensor.Tensor) *tensor.Tensor {
	var to []int
	for i, k := range u.kernel {
		if d := x.Dim() - len(u.kernel) + i; d > 0 {
			to = append(to, (x.Size(d)-1)*u.stride[i]-2*u.padding[i]+k)
		}
	}
	return u.ForwardSize(x, indices, to...)
}

// ForwardSize is Forward with a result of the given spatial sizes: PyTorch's argument output_size.
func (u *MaxUnpool) ForwardSize(x, indices *tensor.Tensor, sizes ...int) *tensor.Tensor {
	rank := len(u.kernel)
	lead := x.Dim() - rank
	if lead != 1 && lead != 2 || len(sizes) != rank {
		u.fail("takes an input of %s dimensions and %d sizes, not of shape %s and %v", between(rank+1, rank+2), rank, shapeString(x.Shape()), sizes)
	}
	if fmt.Sprint(indices.Shape()) != fmt.Sprint(x.Shape()) {
		u.fail("indices of shape %s for an input of shape %s", shapeString(indices.Shape()), shapeString(x.Shape()))
	}
	all := 1
	for i, n := range sizes {
		least := (x.Size(lead+i)-1)*u.stride[i] - 2*u.padding[i] + u.kernel[i]
		if n <= least-u.stride[i] || n >= least+u.stride[i] {
			u.fail("no output of size %d in dimension %d: it can be %d to %d", n, i, least-u.stride[i]+1, least+u.stride[i]-1)
		}
		all *= n
	}
	var shape []any
	for i := range lead {
		shape = append(shape, x.Sym(i))
	}
	flat := tensor.ZerosWith(append(shape[:lead:lead], all), tensor.As(x.DType()))
	y := flat.Scatter(-1, indices.Flatten(lead, -1), x.Flatten(lead, -1))
	return y.Reshape(append(shape[:lead:lead], anys(sizes)...)...)
}

// String describes the layer.
func (u *MaxUnpool) String() string {
	return fmt.Sprintf("MaxUnpool%dd(%s)", len(u.kernel), times(u.kernel))
}
