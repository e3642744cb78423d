package distributions

import (
	"math"

	"github.com/flambeau-ml/flambeau/tensor"
)

// Laplace is the double exponential distribution around Loc.
type Laplace struct {
	univariate
	// The parameters, broadcast to the batch shape.
	Loc, Scale *tensor.Tensor
}

// NewLaplace makes a Laplace: loc is real; scale is positive. It panics with *tensor.Error where they are not, or do
// not broadcast.
func NewLaplace(loc, scale *tensor.Tensor) *Laplace {
	u, ps := broadcast("Laplace",
		parameter{"loc", loc, Real},
		parameter{"scale", scale, Positive})
	return &Laplace{u, ps[0], ps[1]}
}

// Support is all numbers.
func (d *Laplace) Support() Constraint { return Real }

// RSample draws with gradients for the parameters.
func (d *Laplace) RSample(g *tensor.Generator, shape ...int) *tensor.Tensor {
	return d.ICDF(uniform(g, d.Loc, shape))
}

// Sample draws without gradients.
func (d *Laplace) Sample(g *tensor.Generator, shape ...int) *tensor.Tensor {
	return d.RSample(g, shape...).Detach()
}

// LogProb is the log density at value.
func (d *Laplace) LogProb(value *tensor.Tensor) *tensor.Tensor {
	return value.Sub(d.Loc).Abs().Div(d.Scale).Neg().Sub(d.Scale.MulScalar(2).Log())
}

// CDF is the probability of at most value.
func (d *Laplace) CDF(value *tensor.Tensor) *tensor.Tensor {
	z := value.Sub(d.Loc)
	return z.Sign().Mul(z.Abs().Div(d.Scale).Neg().Expm1()).MulScalar(-0.5).AddScalar(0.5)
}

// ICDF is the quantile at p, in [0, 1].
func (d *Laplace) ICDF(p *tensor.Tensor) *tensor.Tensor {
	q := p.SubScalar(0.5)
	return d.Loc.Sub(d.Scale.Mul(q.Sign()).Mul(q.Abs().MulScalar(-2).Log1p()))
}

// Mean is the expectation.
func (d *Laplace) Mean() *tensor.Tensor {
	return d.Loc
}

// Mode is the likeliest value.
func (d *Laplace) Mode() *tensor.Tensor {
	return d.Loc
}

// Variance is the variance.
func (d *Laplace) Variance() *tensor.Tensor {
	return d.Scale.Square().MulScalar(2)
}

// StdDev is the standard deviation.
func (d *Laplace) StdDev() *tensor.Tensor {
	return d.Scale.MulScalar(math.Sqrt2)
}

// Entropy is the differential entropy, in nats.
func (d *Laplace) Entropy() *tensor.Tensor {
	return d.Scale.MulScalar(2).Log().AddScalar(1)
}

// Gumbel is the distribution of extremes: the limit of the largest of many.
type Gumbel struct {
	univariate
	// The parameters, broadcast to the batch shape.
	Loc, Scale *tensor.Tensor
}

// NewGumbel makes a Gumbel: loc is real; scale is positive. It panics with *tensor.Error where they are not, or do
// not broadcast.
func NewGumbel(loc, scale *tensor.Tensor) *Gumbel {
	u, ps := broadcast("Gumbel",
		parameter{"loc", loc, Real},
		parameter{"scale", scale, Positive})
	return &Gumbel{u, ps[0], ps[1]}
}

// Support is all numbers.
func (d *Gumbel) Support() Constraint { return Real }

// RSample draws with gradients for the parameters.
func (d *Gumbel) RSample(g *tensor.Generator, shape ...int) *tensor.Tensor {
	return d.ICDF(uniform(g, d.Loc, shape))
}

// Sample draws without gradients.
func (d *Gumbel) Sample(g *tensor.Generator, shape ...int) *tensor.Tensor {
	return d.RSample(g, shape...).Detach()
}

// LogProb is the log density at value.
func (d *Gumbel) LogProb(value *tensor.Tensor) *tensor.Tensor {
	y := d.Loc.Sub(value).Div(d.Scale)
	return y.Sub(y.Exp()).Sub(d.Scale.Log())
}

// CDF is the probability of at most value.
func (d *Gumbel) CDF(value *tensor.Tensor) *tensor.Tensor {
	return d.Loc.Sub(value).Div(d.Scale).Exp().Neg().Exp()
}

// ICDF is the quantile at p, in [0, 1].
func (d *Gumbel) ICDF(p *tensor.Tensor) *tensor.Tensor {
	return d.Loc.Sub(d.Scale.Mul(p.Log().Neg().Log()))
}

// Mean is the expectation.
func (d *Gumbel) Mean() *tensor.Tensor {
	return d.Loc.Add(d.Scale.MulScalar(euler))
}

// Mode is the likeliest value.
func (d *Gumbel) Mode() *tensor.Tensor {
	return d.Loc
}

// Variance is the variance.
func (d *Gumbel) Variance() *tensor.Tensor {
	return d.StdDev().Square()
}

// StdDev is the standard deviation.
func (d *Gumbel) StdDev() *tensor.Tensor {
	return d.Scale.MulScalar(math.Pi / math.Sqrt(6))
}

// Entropy is the differential entropy, in nats.
func (d *Gumbel) Entropy() *tensor.Tensor {
	return d.Scale.Log().AddScalar(1 + euler)
}

// euler is the Euler–Mascheroni constant.
const euler = 0.57721566490153286060651209008240243
