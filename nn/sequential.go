package nn

import "github.com/flambeau-ml/flambeau/tensor"

// Sequential applies layers one after the other: PyTorch's nn.Sequential. They are named by their index.
//
//	nn.Sequential{nn.NewLinear(784, 128), nn.NewReLU(), nn.NewLinear(128, 10)}
type Sequential []Layer

// Forward applies the layers in order.
func (s Sequential) Forward(x *tensor.Tensor) *tensor.Tensor {
	for _, l := range s {
		x = l.Forward(x)
	}
	return x
}

// Func is a layer that has nothing but a function.
type Func struct {
	name  string
	apply func(*tensor.Tensor) *tensor.Tensor
}

// NewFunc makes a layer of a function; the name is for printing.
func NewFunc(name string, f func(x *tensor.Tensor) *tensor.Tensor) Func { return Func{name, f} }

// Forward applies the function.
func (f Func) Forward(x *tensor.Tensor) *tensor.Tensor { return f.apply(x) }

// String is the name.
func (f Func) String() string { return f.name }
