package distributions

import (
	"math"

	"github.com/flambeau-ml/flambeau/tensor"
)

// Cauchy is the Cauchy distribution: Student's of one degree of freedom, which has no moments.
type Cauchy struct {
	univariate
	// The parameters, broadcast to the batch shape.
	Loc, Scale *tensor.Tensor
}

// NewCauchy makes a Cauchy: loc is real; scale is positive. It panics with *tensor.Error where they are not, or do
// not broadcast.
func NewCauchy(loc, scale *tensor.Tensor) *Cauchy {
	u, ps := broadcast("Cauchy",
		parameter{"loc", loc, Real},
		parameter{"scale", scale, Positive})
	return &Cauchy{u, ps[0], ps[1]}
}

// Support is all numbers.
func (d *Cauchy) Support() Constraint { return Real }

// RSample draws with gradients for the parameters.
func (d *Cauchy) RSample(g *tensor.Generator, shape ...int) *tensor.Tensor {
	return d.ICDF(uniform(g, d.Loc, shape))
}

// Sample draws without gradients.
func (d *Cauchy) Sample(g *tensor.Generator, shape ...int) *tensor.Tensor {
	return d.RSample(g, shape...).Detach()
}

// LogProb is the log density at value.
func (d *Cauchy) LogProb(value *tensor.Tensor) *tensor.Tensor {
	z := value.Sub(d.Loc).Div(d.Scale)
	return z.Square().Log1p().Neg().Sub(d.Scale.Log()).SubScalar(math.Log(math.Pi))
}

// CDF is the probability of at most value.
func (d *Cauchy) CDF(value *tensor.Tensor) *tensor.Tensor {
	return value.Sub(d.Loc).Div(d.Scale).Atan().MulScalar(1 / math.Pi).AddScalar(0.5)
}

// ICDF is the quantile at p, in [0, 1].
func (d *Cauchy) ICDF(p *tensor.Tensor) *tensor.Tensor {
	return p.SubScalar(0.5).MulScalar(math.Pi).Tan().Mul(d.Scale).Add(d.Loc)
}

// Mean is the expectation.
func (d *Cauchy) Mean() *tensor.Tensor {
	return filled(d.Loc, math.NaN())
}

// Mode is the likeliest value.
func (d *Cauchy) Mode() *tensor.Tensor {
	return d.Loc
}

// Variance is the variance.
func (d *Cauchy) Variance() *tensor.Tensor {
	return filled(d.Loc, math.Inf(1))
}

// StdDev is the standard deviation.
func (d *Cauchy) StdDev() *tensor.Tensor {
	return d.Variance().Sqrt()
}

// Entropy is the differential entropy, in nats.
func (d *Cauchy) Entropy() *tensor.Tensor {
	return d.Scale.Log().AddScalar(math.Log(4 * math.Pi))
}

// HalfCauchy is the distribution of |x| for a Cauchy x around 0.
type HalfCauchy struct {
	univariate
	// The parameters, broadcast to the batch shape.
	Scale *tensor.Tensor
}

// NewHalfCauchy makes a HalfCauchy: scale is positive. It panics with *tensor.Error where they are not, or do
// not broadcast.
func NewHalfCauchy(scale *tensor.Tensor) *HalfCauchy {
	u, ps := broadcast("HalfCauchy",
		parameter{"scale", scale, Positive})
	return &HalfCauchy{u, ps[0]}
}

// Support is the numbers that are not negative.
func (d *HalfCauchy) Support() Constraint { return NonNegative }

// RSample draws with gradients for the parameters.
func (d *HalfCauchy) RSample(g *tensor.Generator, shape ...int) *tensor.Tensor {
	return d.base().RSample(g, shape...).Abs()
}

// Sample draws without gradients.
func (d *HalfCauchy) Sample(g *tensor.Generator, shape ...int) *tensor.Tensor {
	return d.RSample(g, shape...).Detach()
}

// LogProb is the log density at value.
func (d *HalfCauchy) LogProb(value *tensor.Tensor) *tensor.Tensor {
	return above(value, d.base().LogProb(value).AddScalar(math.Ln2))
}

// CDF is the probability of at most value.
func (d *HalfCauchy) CDF(value *tensor.Tensor) *tensor.Tensor {
	return d.base().CDF(value).MulScalar(2).SubScalar(1)
}

// ICDF is the quantile at p, in [0, 1].
func (d *HalfCauchy) ICDF(p *tensor.Tensor) *tensor.Tensor {
	return d.base().ICDF(p.AddScalar(1).MulScalar(0.5))
}

// Mean is the expectation.
func (d *HalfCauchy) Mean() *tensor.Tensor {
	return filled(d.Scale, math.Inf(1))
}

// Mode is the likeliest value.
func (d *HalfCauchy) Mode() *tensor.Tensor {
	return filled(d.Scale, 0)
}

// Variance is the variance.
func (d *HalfCauchy) Variance() *tensor.Tensor {
	return filled(d.Scale, math.Inf(1))
}

// StdDev is the standard deviation.
func (d *HalfCauchy) StdDev() *tensor.Tensor {
	return d.Variance().Sqrt()
}

// Entropy is the differential entropy, in nats.
func (d *HalfCauchy) Entropy() *tensor.Tensor {
	return d.base().Entropy().SubScalar(math.Ln2)
}

func (d *HalfCauchy) base() *Cauchy { return &Cauchy{d.univariate, filled(d.Scale, 0), d.Scale} }
