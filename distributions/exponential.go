package distributions

import "github.com/flambeau-ml/flambeau/tensor"

// Exponential is the waiting time of events at Rate.
type Exponential struct {
	univariate
	// The parameters, broadcast to the batch shape.
	Rate *tensor.Tensor
}

// NewExponential makes an Exponential: rate is positive. It panics with *tensor.Error where they are not, or do
// not broadcast.
func NewExponential(rate *tensor.Tensor) *Exponential {
	u, ps := broadcast("Exponential",
		parameter{"rate", rate, Positive})
	return &Exponential{u, ps[0]}
}

// Support is the numbers that are not negative.
func (d *Exponential) Support() Constraint { return NonNegative }

// RSample draws with gradients for the parameters.
func (d *Exponential) RSample(g *tensor.Generator, shape ...int) *tensor.Tensor {
	return d.ICDF(uniform(g, d.Rate, shape))
}

// Sample draws without gradients.
func (d *Exponential) Sample(g *tensor.Generator, shape ...int) *tensor.Tensor {
	return d.RSample(g, shape...).Detach()
}

// LogProb is the log density at value.
func (d *Exponential) LogProb(value *tensor.Tensor) *tensor.Tensor {
	return d.Rate.Log().Sub(d.Rate.Mul(value))
}

// CDF is the probability of at most value.
func (d *Exponential) CDF(value *tensor.Tensor) *tensor.Tensor {
	return d.Rate.Mul(value).Neg().Expm1().Neg()
}

// ICDF is the quantile at p, in [0, 1].
func (d *Exponential) ICDF(p *tensor.Tensor) *tensor.Tensor {
	return p.Neg().Log1p().Neg().Div(d.Rate)
}

// Mean is the expectation.
func (d *Exponential) Mean() *tensor.Tensor {
	return d.Rate.Reciprocal()
}

// Mode is the likeliest value.
func (d *Exponential) Mode() *tensor.Tensor {
	return filled(d.Rate, 0)
}

// Variance is the variance.
func (d *Exponential) Variance() *tensor.Tensor {
	return d.Rate.Square().Reciprocal()
}

// StdDev is the standard deviation.
func (d *Exponential) StdDev() *tensor.Tensor {
	return d.Rate.Reciprocal()
}

// Entropy is the differential entropy, in nats.
func (d *Exponential) Entropy() *tensor.Tensor {
	return d.Rate.Log().Neg().AddScalar(1)
}

// Pareto is the power law above Scale with exponent Alpha.
type Pareto struct {
	univariate
	// The parameters, broadcast to the batch shape.
	Scale, Alpha *tensor.Tensor
}

// NewPareto makes a Pareto: scale is positive; alpha is positive. It panics with *tensor.Error where they are not, or do
// not broadcast.
func NewPareto(scale, alpha *tensor.Tensor) *Pareto {
	u, ps := broadcast("Pareto",
		parameter{"scale", scale, Positive},
		parameter{"alpha", alpha, Positive})
	return &Pareto{u, ps[0], ps[1]}
}

// Support is the numbers from Scale on.
func (d *Pareto) Support() Constraint { return AtLeast(d.Scale) }

// RSample draws with gradients for the parameters.
func (d *Pareto) RSample(g *tensor.Generator, shape ...int) *tensor.Tensor {
	return d.ICDF(uniform(g, d.Scale, shape))
}

// Sample draws without gradients.
func (d *Pareto) Sample(g *tensor.Generator, shape ...int) *tensor.Tensor {
	return d.RSample(g, shape...).Detach()
}

// LogProb is the log density at value.
func (d *Pareto) LogProb(value *tensor.Tensor) *tensor.Tensor {
	x := value.Div(d.Scale).Log()
	return d.Alpha.Log().Sub(d.Alpha.Mul(x)).Sub(x).Sub(d.Scale.Log())
}

// CDF is the probability of at most value.
func (d *Pareto) CDF(value *tensor.Tensor) *tensor.Tensor {
	return d.Alpha.Mul(value.Div(d.Scale).Log()).Neg().Expm1().Neg()
}

// ICDF is the quantile at p, in [0, 1].
func (d *Pareto) ICDF(p *tensor.Tensor) *tensor.Tensor {
	return d.Scale.Mul(p.Neg().Log1p().Neg().Div(d.Alpha).Exp())
}

// Mean is the expectation.
func (d *Pareto) Mean() *tensor.Tensor {
	a := d.Alpha.ClampMin(1)
	return a.Mul(d.Scale).Div(a.SubScalar(1))
}

// Mode is the likeliest value.
func (d *Pareto) Mode() *tensor.Tensor {
	return d.Scale
}

// Variance is the variance.
func (d *Pareto) Variance() *tensor.Tensor {
	a := d.Alpha.ClampMin(2)
	return d.Scale.Square().Mul(a).Div(a.SubScalar(1).Square().Mul(a.SubScalar(2)))
}

// StdDev is the standard deviation.
func (d *Pareto) StdDev() *tensor.Tensor {
	return d.Variance().Sqrt()
}

// Entropy is the differential entropy, in nats.
func (d *Pareto) Entropy() *tensor.Tensor {
	return d.Scale.Div(d.Alpha).Log().Add(d.Alpha.Reciprocal()).AddScalar(1)
}
