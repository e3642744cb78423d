package distributions

import (
	"math"

	"github.com/flambeau-ml/flambeau/tensor"
)

// Uniform is the uniform distribution from Low to High.
type Uniform struct {
	univariate
	// The parameters, broadcast to the batch shape.
	Low, High *tensor.Tensor
}

// NewUniform makes a Uniform: low is real; high is above low. It panics with *tensor.Error where they are not, or do
// not broadcast.
func NewUniform(low, high *tensor.Tensor) *Uniform {
	u, ps := broadcast("Uniform",
		parameter{"low", low, Real},
		parameter{"high", high, Above(low)})
	return &Uniform{u, ps[0], ps[1]}
}

// Support is the closed interval from Low to High.
func (d *Uniform) Support() Constraint { return Interval(d.Low, d.High) }

// RSample draws with gradients for the parameters.
func (d *Uniform) RSample(g *tensor.Generator, shape ...int) *tensor.Tensor {
	return d.ICDF(drawn(d.Low, shape).RandLike(g))
}

// Sample draws without gradients.
func (d *Uniform) Sample(g *tensor.Generator, shape ...int) *tensor.Tensor {
	return d.RSample(g, shape...).Detach()
}

// LogProb is the log density at value.
func (d *Uniform) LogProb(value *tensor.Tensor) *tensor.Tensor {
	in := d.Low.Le(value).LogicalAnd(d.High.Gt(value))
	return in.To(d.Low.DType()).Log().Sub(d.High.Sub(d.Low).Log())
}

// CDF is the probability of at most value.
func (d *Uniform) CDF(value *tensor.Tensor) *tensor.Tensor {
	return value.Sub(d.Low).Div(d.High.Sub(d.Low)).Clamp(0, 1)
}

// ICDF is the quantile at p, in [0, 1].
func (d *Uniform) ICDF(p *tensor.Tensor) *tensor.Tensor {
	return p.Mul(d.High.Sub(d.Low)).Add(d.Low)
}

// Mean is the expectation.
func (d *Uniform) Mean() *tensor.Tensor {
	return d.High.Add(d.Low).MulScalar(0.5)
}

// Mode is the likeliest value.
func (d *Uniform) Mode() *tensor.Tensor {
	return filled(d.Low, math.NaN())
}

// Variance is the variance.
func (d *Uniform) Variance() *tensor.Tensor {
	return d.High.Sub(d.Low).Square().MulScalar(1. / 12)
}

// StdDev is the standard deviation.
func (d *Uniform) StdDev() *tensor.Tensor {
	return d.High.Sub(d.Low).MulScalar(1 / math.Sqrt(12))
}

// Entropy is the differential entropy, in nats.
func (d *Uniform) Entropy() *tensor.Tensor {
	return d.High.Sub(d.Low).Log()
}
