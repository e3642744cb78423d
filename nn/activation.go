package nn

import (
	"fmt"

	"github.com/flambeau-ml/flambeau/tensor"
)

// NewIdentity makes a layer that gives what it gets.
func NewIdentity() Func {
	return NewFunc("Identity()", func(x *tensor.Tensor) *tensor.Tensor { return x })
}

// NewReLU makes a layer that puts 0 for what is negative.
func NewReLU() Func { return NewFunc("ReLU()", (*tensor.Tensor).ReLU) }

// NewGELU makes a layer of Gaussian error linear units; approximate is "none" or "tanh".
func NewGELU(approximate string) Func {
	if approximate != "none" && approximate != "tanh" {
		settings{op: "nn.GELU"}.fail(`approximate must be "none" or "tanh", not %q`, approximate)
	}
	return NewFunc(fmt.Sprintf("GELU(%s)", approximate), func(x *tensor.Tensor) *tensor.Tensor {
		return x.GELUWith(tensor.Approximate(approximate))
	})
}

// NewSiLU makes a layer of x·sigmoid(x).
func NewSiLU() Func { return NewFunc("SiLU()", (*tensor.Tensor).SiLU) }

// NewTanh makes a layer of hyperbolic tangents.
func NewTanh() Func { return NewFunc("Tanh()", (*tensor.Tensor).Tanh) }

// NewSigmoid makes a layer of logistic functions.
func NewSigmoid() Func { return NewFunc("Sigmoid()", (*tensor.Tensor).Sigmoid) }

// NewLeakyReLU makes a layer that multiplies what is negative by slope: 0.01 in PyTorch where nothing else is said.
func NewLeakyReLU(slope float64) Func {
	return NewFunc(fmt.Sprintf("LeakyReLU(%g)", slope), func(x *tensor.Tensor) *tensor.Tensor {
		return x.LeakyReLUWith(tensor.NegativeSlope(slope))
	})
}

// NewELU makes a layer that puts alpha·(exp(x) − 1) for what is negative; alpha is 1 in PyTorch where nothing else is
// said.
func NewELU(alpha float64) Func {
	return NewFunc(fmt.Sprintf("ELU(%g)", alpha), func(x *tensor.Tensor) *tensor.Tensor {
		return x.ELUWith(tensor.Alpha(alpha))
	})
}

// NewSoftmax makes a layer of softmax along dim.
func NewSoftmax(dim int) Func {
	return NewFunc(fmt.Sprintf("Softmax(%d)", dim), func(x *tensor.Tensor) *tensor.Tensor { return x.Softmax(dim) })
}

// NewLogSoftmax makes a layer of the logarithm of softmax along dim.
func NewLogSoftmax(dim int) Func {
	return NewFunc(fmt.Sprintf("LogSoftmax(%d)", dim), func(x *tensor.Tensor) *tensor.Tensor { return x.LogSoftmax(dim) })
}

// NewFlatten makes a layer that makes one dimension of start to end: 1 and −1 keep the batch and flatten the rest.
func NewFlatten(start, end int) Func {
	return NewFunc(fmt.Sprintf("Flatten(%d, %d)", start, end), func(x *tensor.Tensor) *tensor.Tensor { return x.Flatten(start, end) })
}
