package distributions

import (
	"math"

	"github.com/flambeau-ml/flambeau/tensor"
)

// Normal is the Gaussian of mean Loc and standard deviation Scale.
type Normal struct {
	univariate
	// The parameters, broadcast to the batch shape.
	Loc, Scale *tensor.Tensor
}

// NewNormal makes a Normal: loc is real; scale is positive. It panics with *tensor.Error where they are not, or do
// not broadcast.
func NewNormal(loc, scale *tensor.Tensor) *Normal {
	u, ps := broadcast("Normal",
		parameter{"loc", loc, Real},
		parameter{"scale", scale, Positive})
	return &Normal{u, ps[0], ps[1]}
}

// Support is all numbers.
func (d *Normal) Support() Constraint { return Real }

// RSample draws with gradients for the parameters.
func (d *Normal) RSample(g *tensor.Generator, shape ...int) *tensor.Tensor {
	return drawn(d.Loc, shape).RandnLike(g).Mul(d.Scale).Add(d.Loc)
}

// Sample draws without gradients.
func (d *Normal) Sample(g *tensor.Generator, shape ...int) *tensor.Tensor {
	return d.RSample(g, shape...).Detach()
}

// LogProb is the log density at value.
func (d *Normal) LogProb(value *tensor.Tensor) *tensor.Tensor {
	z := value.Sub(d.Loc).Div(d.Scale)
	return z.Square().MulScalar(-0.5).Sub(d.Scale.Log()).SubScalar(math.Log(2*math.Pi) / 2)
}

// CDF is the probability of at most value.
func (d *Normal) CDF(value *tensor.Tensor) *tensor.Tensor {
	return value.Sub(d.Loc).Div(d.Scale).MulScalar(-math.Sqrt2 / 2).Erfc().MulScalar(0.5)
}

// ICDF is the quantile at p, in [0, 1].
func (d *Normal) ICDF(p *tensor.Tensor) *tensor.Tensor {
	return erfinv(p.MulScalar(2).SubScalar(1)).Mul(d.Scale).MulScalar(math.Sqrt2).Add(d.Loc)
}

// Mean is the expectation.
func (d *Normal) Mean() *tensor.Tensor {
	return d.Loc
}

// Mode is the likeliest value.
func (d *Normal) Mode() *tensor.Tensor {
	return d.Loc
}

// Variance is the variance.
func (d *Normal) Variance() *tensor.Tensor {
	return d.Scale.Square()
}

// StdDev is the standard deviation.
func (d *Normal) StdDev() *tensor.Tensor {
	return d.Scale
}

// Entropy is the differential entropy, in nats.
func (d *Normal) Entropy() *tensor.Tensor {
	return d.Scale.Log().AddScalar(0.5 + math.Log(2*math.Pi)/2)
}

// LogNormal is the distribution of exp(x) for a Normal x of Loc and Scale.
type LogNormal struct {
	univariate
	// The parameters, broadcast to the batch shape.
	Loc, Scale *tensor.Tensor
}

// NewLogNormal makes a LogNormal: loc is real; scale is positive. It panics with *tensor.Error where they are not, or do
// not broadcast.
func NewLogNormal(loc, scale *tensor.Tensor) *LogNormal {
	u, ps := broadcast("LogNormal",
		parameter{"loc", loc, Real},
		parameter{"scale", scale, Positive})
	return &LogNormal{u, ps[0], ps[1]}
}

// Support is the positive numbers.
func (d *LogNormal) Support() Constraint { return Positive }

// RSample draws with gradients for the parameters.
func (d *LogNormal) RSample(g *tensor.Generator, shape ...int) *tensor.Tensor {
	return d.base().RSample(g, shape...).Exp()
}

// Sample draws without gradients.
func (d *LogNormal) Sample(g *tensor.Generator, shape ...int) *tensor.Tensor {
	return d.RSample(g, shape...).Detach()
}

// LogProb is the log density at value.
func (d *LogNormal) LogProb(value *tensor.Tensor) *tensor.Tensor {
	x := value.Log()
	return d.base().LogProb(x).Sub(x)
}

// CDF is the probability of at most value.
func (d *LogNormal) CDF(value *tensor.Tensor) *tensor.Tensor {
	return d.base().CDF(value.Log())
}

// ICDF is the quantile at p, in [0, 1].
func (d *LogNormal) ICDF(p *tensor.Tensor) *tensor.Tensor {
	return d.base().ICDF(p).Exp()
}

// Mean is the expectation.
func (d *LogNormal) Mean() *tensor.Tensor {
	return d.Loc.Add(d.Scale.Square().MulScalar(0.5)).Exp()
}

// Mode is the likeliest value.
func (d *LogNormal) Mode() *tensor.Tensor {
	return d.Loc.Sub(d.Scale.Square()).Exp()
}

// Variance is the variance.
func (d *LogNormal) Variance() *tensor.Tensor {
	v := d.Scale.Square()
	return v.Expm1().Mul(d.Loc.MulScalar(2).Add(v).Exp())
}

// StdDev is the standard deviation.
func (d *LogNormal) StdDev() *tensor.Tensor {
	return d.Variance().Sqrt()
}

// Entropy is the differential entropy, in nats.
func (d *LogNormal) Entropy() *tensor.Tensor {
	return d.base().Entropy().Add(d.Loc)
}

func (d *LogNormal) base() *Normal { return &Normal{d.univariate, d.Loc, d.Scale} }

// HalfNormal is the distribution of |x| for a Normal x of mean 0 and standard deviation Scale.
type HalfNormal struct {
	univariate
	// The parameters, broadcast to the batch shape.
	Scale *tensor.Tensor
}

// NewHalfNormal makes a HalfNormal: scale is positive. It panics with *tensor.Error where they are not, or do
// not broadcast.
func NewHalfNormal(scale *tensor.Tensor) *HalfNormal {
	u, ps := broadcast("HalfNormal",
		parameter{"scale", scale, Positive})
	return &HalfNormal{u, ps[0]}
}

// Support is the numbers that are not negative.
func (d *HalfNormal) Support() Constraint { return NonNegative }

// RSample draws with gradients for the parameters.
func (d *HalfNormal) RSample(g *tensor.Generator, shape ...int) *tensor.Tensor {
	return d.base().RSample(g, shape...).Abs()
}

// Sample draws without gradients.
func (d *HalfNormal) Sample(g *tensor.Generator, shape ...int) *tensor.Tensor {
	return d.RSample(g, shape...).Detach()
}

// LogProb is the log density at value.
func (d *HalfNormal) LogProb(value *tensor.Tensor) *tensor.Tensor {
	return above(value, d.base().LogProb(value).AddScalar(math.Ln2))
}

// CDF is the probability of at most value.
func (d *HalfNormal) CDF(value *tensor.Tensor) *tensor.Tensor {
	return d.base().CDF(value).MulScalar(2).SubScalar(1)
}

// ICDF is the quantile at p, in [0, 1].
func (d *HalfNormal) ICDF(p *tensor.Tensor) *tensor.Tensor {
	return d.base().ICDF(p.AddScalar(1).MulScalar(0.5))
}

// Mean is the expectation.
func (d *HalfNormal) Mean() *tensor.Tensor {
	return d.Scale.MulScalar(math.Sqrt(2 / math.Pi))
}

// Mode is the likeliest value.
func (d *HalfNormal) Mode() *tensor.Tensor {
	return filled(d.Scale, 0)
}

// Variance is the variance.
func (d *HalfNormal) Variance() *tensor.Tensor {
	return d.Scale.Square().MulScalar(1 - 2/math.Pi)
}

// StdDev is the standard deviation.
func (d *HalfNormal) StdDev() *tensor.Tensor {
	return d.Variance().Sqrt()
}

// Entropy is the differential entropy, in nats.
func (d *HalfNormal) Entropy() *tensor.Tensor {
	return d.base().Entropy().SubScalar(math.Ln2)
}

func (d *HalfNormal) base() *Normal { return &Normal{d.univariate, filled(d.Scale, 0), d.Scale} }

// above is x where value is not negative, and -∞ where it is.
func above(value, x *tensor.Tensor) *tensor.Tensor {
	return tensor.WhereScalar(value.GeScalar(0), x, math.Inf(-1))
}
