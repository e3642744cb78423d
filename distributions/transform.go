package distributions

import (
	"math"

	"github.com/flambeau-ml/flambeau/tensor"
)

// Transform is a differentiable map of tensors with a density: what carries one distribution to another.
type Transform interface {
	// Forward is the value at x.
	Forward(x *tensor.Tensor) *tensor.Tensor
	// Inverse is an x whose value is y: the only one, for transforms that are one to one.
	Inverse(y *tensor.Tensor) *tensor.Tensor
	// LogAbsDetJacobian is log |dy/dx|, where y is Forward(x).
	LogAbsDetJacobian(x, y *tensor.Tensor) *tensor.Tensor
}

// ExpTransform is y = exp(x).
type ExpTransform struct{}

// Forward is exp(x).
func (ExpTransform) Forward(x *tensor.Tensor) *tensor.Tensor { return x.Exp() }

// Inverse is log(y).
func (ExpTransform) Inverse(y *tensor.Tensor) *tensor.Tensor { return y.Log() }

// LogAbsDetJacobian is x.
func (ExpTransform) LogAbsDetJacobian(x, y *tensor.Tensor) *tensor.Tensor { return x }

// PowerTransform is y = x^Exponent, for positive x. Exponent broadcasts with x.
type PowerTransform struct{ Exponent *tensor.Tensor }

// Forward is x to the power of the exponent.
func (t PowerTransform) Forward(x *tensor.Tensor) *tensor.Tensor { return x.Pow(t.Exponent) }

// Inverse is the root.
func (t PowerTransform) Inverse(y *tensor.Tensor) *tensor.Tensor {
	return y.Pow(t.Exponent.Reciprocal())
}

// LogAbsDetJacobian is log |Exponent · y / x|.
func (t PowerTransform) LogAbsDetJacobian(x, y *tensor.Tensor) *tensor.Tensor {
	return t.Exponent.Mul(y).Div(x).Abs().Log()
}

// SigmoidTransform is y = 1/(1+exp(-x)).
type SigmoidTransform struct{}

// Forward is the logistic function, kept inside (0, 1).
func (SigmoidTransform) Forward(x *tensor.Tensor) *tensor.Tensor { return inside(x.Sigmoid()) }

// Inverse is log(y/(1-y)).
func (SigmoidTransform) Inverse(y *tensor.Tensor) *tensor.Tensor {
	y = inside(y)
	return y.Log().Sub(y.Neg().Log1p())
}

// LogAbsDetJacobian is -softplus(-x) - softplus(x).
func (SigmoidTransform) LogAbsDetJacobian(x, y *tensor.Tensor) *tensor.Tensor {
	return x.Neg().Softplus().Neg().Sub(x.Softplus())
}

// TanhTransform is y = tanh(x).
type TanhTransform struct{}

// Forward is tanh(x).
func (TanhTransform) Forward(x *tensor.Tensor) *tensor.Tensor { return x.Tanh() }

// Inverse is artanh(y), infinite at 1 and -1.
func (TanhTransform) Inverse(y *tensor.Tensor) *tensor.Tensor { return y.Atanh() }

// LogAbsDetJacobian is 2(log 2 - x - softplus(-2x)), which is log(1-y²) without its cancellation.
func (TanhTransform) LogAbsDetJacobian(x, y *tensor.Tensor) *tensor.Tensor {
	return x.Add(x.MulScalar(-2).Softplus()).RsubScalar(math.Ln2).MulScalar(2)
}

// SoftplusTransform is y = log(1+exp(x)).
type SoftplusTransform struct{}

// Forward is softplus(x).
func (SoftplusTransform) Forward(x *tensor.Tensor) *tensor.Tensor { return x.Softplus() }

// Inverse is log(exp(y)-1).
func (SoftplusTransform) Inverse(y *tensor.Tensor) *tensor.Tensor {
	return y.Neg().Expm1().Neg().Log().Add(y)
}

// LogAbsDetJacobian is -softplus(-x).
func (SoftplusTransform) LogAbsDetJacobian(x, y *tensor.Tensor) *tensor.Tensor {
	return x.Neg().Softplus().Neg()
}

// AffineTransform is y = Loc + Scale·x, number by number. Both broadcast with x.
type AffineTransform struct{ Loc, Scale *tensor.Tensor }

// Forward is Loc + Scale·x.
func (t AffineTransform) Forward(x *tensor.Tensor) *tensor.Tensor { return t.Scale.Mul(x).Add(t.Loc) }

// Inverse is (y-Loc)/Scale.
func (t AffineTransform) Inverse(y *tensor.Tensor) *tensor.Tensor { return y.Sub(t.Loc).Div(t.Scale) }

// LogAbsDetJacobian is log |Scale|, of x's shape.
func (t AffineTransform) LogAbsDetJacobian(x, y *tensor.Tensor) *tensor.Tensor {
	return tensor.BroadcastTensors([]*tensor.Tensor{t.Scale.Abs().Log(), x})[0]
}

// Compose is one transform after the other, the first first, all of them number by number; none is the identity.
type Compose []Transform

// Forward applies all.
func (c Compose) Forward(x *tensor.Tensor) *tensor.Tensor {
	for _, t := range c {
		x = t.Forward(x)
	}
	return x
}

// Inverse undoes all, the last first.
func (c Compose) Inverse(y *tensor.Tensor) *tensor.Tensor {
	for i := len(c) - 1; i >= 0; i-- {
		y = c[i].Inverse(y)
	}
	return y
}

// LogAbsDetJacobian is the sum of those of the parts, each where it is applied.
func (c Compose) LogAbsDetJacobian(x, y *tensor.Tensor) *tensor.Tensor {
	sum := x.ZerosLike()
	for _, t := range c {
		next := t.Forward(x)
		sum = sum.Add(t.LogAbsDetJacobian(x, next))
		x = next
	}
	return sum
}

// inside keeps p off 0 and 1, by the least that its dtype can tell from them.
func inside(p *tensor.Tensor) *tensor.Tensor {
	low, eps := 0x1p-126, unit(p)
	if p.DType() == tensor.Float64 {
		low = 0x1p-1022
	} else if p.DType() == tensor.Float16 {
		low = 0x1p-14
	}
	return p.Clamp(low, 1-2*eps)
}
