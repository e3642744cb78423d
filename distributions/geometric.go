package distributions

import "github.com/flambeau-ml/flambeau/tensor"

// Geometric is how many trials fail before the first that succeeds, where each does with probability Probs.
type Geometric struct {
	univariate
	// Probs is the probability of success, and Logits is log(Probs/(1-Probs)); both are of the batch shape.
	Probs, Logits *tensor.Tensor
}

// NewGeometric makes a Geometric from probabilities above 0 and at most 1; it panics with *tensor.Error where they are
// not.
func NewGeometric(probs *tensor.Tensor) *Geometric {
	u, ps := broadcast("Geometric", parameter{"probs", probs, UnitInterval}, parameter{"probs", probs, Positive})
	return &Geometric{u, ps[0], logits(ps[0])}
}

// NewGeometricLogits makes a Geometric from log-odds, which are real.
func NewGeometricLogits(odds *tensor.Tensor) *Geometric {
	u, ps := broadcast("Geometric", parameter{"logits", odds, Real})
	return &Geometric{u, ps[0].Sigmoid(), ps[0]}
}

// Support is 0, 1, 2 and so on.
func (d *Geometric) Support() Constraint { return NonNegativeInteger }

// Sample draws whole numbers, of the parameters' dtype.
func (d *Geometric) Sample(g *tensor.Generator, shape ...int) *tensor.Tensor {
	return uniform(g, d.Probs, shape).Log().Div(d.Probs.Detach().Neg().Log1p()).Floor()
}

// LogProb is the log probability of value, a whole number that is not negative.
func (d *Geometric) LogProb(value *tensor.Tensor) *tensor.Tensor {
	sure := d.Probs.EqScalar(1).LogicalAnd(value.EqScalar(0))
	fails := tensor.WhereScalar(sure.LogicalNot(), d.Probs, 0)
	return value.Mul(fails.Neg().Log1p()).Add(d.Probs.Log())
}

// Mean is the expectation.
func (d *Geometric) Mean() *tensor.Tensor { return d.Probs.Reciprocal().SubScalar(1) }

// Mode is 0.
func (d *Geometric) Mode() *tensor.Tensor { return filled(d.Probs, 0) }

// Variance is the variance.
func (d *Geometric) Variance() *tensor.Tensor { return d.Mean().Div(d.Probs) }

// StdDev is the standard deviation.
func (d *Geometric) StdDev() *tensor.Tensor { return d.Variance().Sqrt() }

// Entropy is the entropy, in nats.
func (d *Geometric) Entropy() *tensor.Tensor {
	return d.Logits.Softplus().Sub(d.Probs.Mul(d.Logits)).Div(d.Probs)
}
