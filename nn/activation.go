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

// NewReLU6 makes a layer that holds elements between 0 and 6.
func NewReLU6() Func { return NewFunc("ReLU6()", (*tensor.Tensor).ReLU6) }

// NewSELU makes a layer of scaled exponential linear units, behind which means and variances come to 0 and 1.
func NewSELU() Func { return NewFunc("SELU()", (*tensor.Tensor).SELU) }

// NewMish makes a layer of x·tanh(softplus(x)).
func NewMish() Func { return NewFunc("Mish()", (*tensor.Tensor).Mish) }

// NewSoftsign makes a layer of x/(1 + |x|).
func NewSoftsign() Func { return NewFunc("Softsign()", (*tensor.Tensor).Softsign) }

// NewHardsigmoid makes a layer of logistic functions in three straight pieces.
func NewHardsigmoid() Func { return NewFunc("Hardsigmoid()", (*tensor.Tensor).Hardsigmoid) }

// NewHardswish makes a layer of x·hardsigmoid(x).
func NewHardswish() Func { return NewFunc("Hardswish()", (*tensor.Tensor).Hardswish) }

// NewLogSigmoid makes a layer of logarithms of logistic functions.
func NewLogSigmoid() Func { return NewFunc("LogSigmoid()", (*tensor.Tensor).LogSigmoid) }

// NewTanhshrink makes a layer of x − tanh(x).
func NewTanhshrink() Func { return NewFunc("Tanhshrink()", (*tensor.Tensor).Tanhshrink) }

// NewCELU makes a layer of continuously differentiable exponential linear units; alpha is 1 in PyTorch where nothing
// else is said.
func NewCELU(alpha float64) Func {
	if alpha == 0 {
		settings{op: "nn.CELU"}.fail("alpha is 0, and is divided by")
	}
	return NewFunc(fmt.Sprintf("CELU(%g)", alpha), func(x *tensor.Tensor) *tensor.Tensor {
		return x.CELUWith(tensor.Alpha(alpha))
	})
}

// NewSoftplus makes a layer of log(1 + exp(beta·x))/beta, and of x where beta·x is above threshold: 1 and 20 in PyTorch
// where nothing else is said.
func NewSoftplus(beta, threshold float64) Func {
	return NewFunc(fmt.Sprintf("Softplus(%g, %g)", beta, threshold), func(x *tensor.Tensor) *tensor.Tensor {
		return x.SoftplusWith(tensor.Beta(beta), tensor.Threshold(threshold))
	})
}

// NewHardtanh makes a layer that holds elements between low and high: −1 and 1 in PyTorch where nothing else is said.
func NewHardtanh(low, high float64) Func {
	if !(low < high) {
		settings{op: "nn.Hardtanh"}.fail("there is nothing between %g and %g", low, high)
	}
	return NewFunc(fmt.Sprintf("Hardtanh(%g, %g)", low, high), func(x *tensor.Tensor) *tensor.Tensor {
		return x.HardtanhWith(tensor.MinVal(low), tensor.MaxVal(high))
	})
}

// NewHardshrink makes a layer that puts 0 for what is within lambd of 0: 0.5 in PyTorch where nothing else is said.
func NewHardshrink(lambd float64) Func {
	return NewFunc(fmt.Sprintf("Hardshrink(%g)", lambd), func(x *tensor.Tensor) *tensor.Tensor {
		return x.HardshrinkWith(tensor.Lambd(lambd))
	})
}

// NewSoftshrink makes a layer that brings elements nearer to 0 by lambd: 0.5 in PyTorch where nothing else is said.
func NewSoftshrink(lambd float64) Func {
	return NewFunc(fmt.Sprintf("Softshrink(%g)", lambd), func(x *tensor.Tensor) *tensor.Tensor {
		return x.SoftshrinkWith(tensor.Lambd(lambd))
	})
}

// NewThreshold makes a layer that puts value for what is not above threshold.
func NewThreshold(threshold, value float64) Func {
	return NewFunc(fmt.Sprintf("Threshold(%g, %g)", threshold, value), func(x *tensor.Tensor) *tensor.Tensor {
		return x.Threshold(threshold, value)
	})
}

// NewGLU makes a layer of gated linear units: along dim, the first half times the logistic function of the second. Dim
// is −1 in PyTorch where nothing else is said.
func NewGLU(dim int) Func {
	return NewFunc(fmt.Sprintf("GLU(%d)", dim), func(x *tensor.Tensor) *tensor.Tensor { return x.GLU(dim) })
}

// NewSoftmin makes a layer of softmax of −x along dim.
func NewSoftmin(dim int) Func {
	return NewFunc(fmt.Sprintf("Softmin(%d)", dim), func(x *tensor.Tensor) *tensor.Tensor { return x.Softmin(dim) })
}

// NewSoftmax2d makes a layer of softmax over the channels of images [N, C, H, W] or [C, H, W].
func NewSoftmax2d() Func {
	return NewFunc("Softmax2d()", func(x *tensor.Tensor) *tensor.Tensor {
		if n := x.Dim(); n != 3 && n != 4 {
			settings{op: "nn.Softmax2d"}.fail("takes an input of 3 to 4 dimensions, not of shape %s", shapeString(x.Shape()))
		}
		return x.Softmax(-3)
	})
}
