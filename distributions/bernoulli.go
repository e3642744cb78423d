package distributions

import (
	"math"

	"github.com/flambeau-ml/flambeau/tensor"
)

// Bernoulli is 1 with probability Probs, else 0.
type Bernoulli struct {
	univariate
	// Probs is the probability of 1, and Logits is log(Probs/(1-Probs)); both are of the batch shape.
	Probs, Logits *tensor.Tensor
}

// NewBernoulli makes a Bernoulli from probabilities in [0, 1]; it panics with *tensor.Error where they are not.
func NewBernoulli(probs *tensor.Tensor) *Bernoulli {
	u, ps := broadcast("Bernoulli", parameter{"probs", probs, UnitInterval})
	return &Bernoulli{u, ps[0], logits(ps[0])}
}

// NewBernoulliLogits makes a Bernoulli from log-odds, which are real.
func NewBernoulliLogits(odds *tensor.Tensor) *Bernoulli {
	u, ps := broadcast("Bernoulli", parameter{"logits", odds, Real})
	return &Bernoulli{u, ps[0].Sigmoid(), ps[0]}
}

// logits is log(p/(1-p)), finite where p is 0 or 1.
func logits(p *tensor.Tensor) *tensor.Tensor {
	eps := 2 * unit(p)
	p = p.Clamp(eps, 1-eps)
	return p.Log().Sub(p.Neg().Log1p())
}

// Support is 0 and 1.
func (d *Bernoulli) Support() Constraint { return Boolean }

// Sample draws zeros and ones, of the parameters' dtype.
func (d *Bernoulli) Sample(g *tensor.Generator, shape ...int) *tensor.Tensor {
	return drawn(d.Probs, shape).Bernoulli(g)
}

// LogProb is the log probability of value, which is 0 or 1.
func (d *Bernoulli) LogProb(value *tensor.Tensor) *tensor.Tensor {
	return value.Mul(d.Logits).Sub(d.Logits.Softplus())
}

// Mean is the expectation.
func (d *Bernoulli) Mean() *tensor.Tensor { return d.Probs }

// Mode is the likelier of 0 and 1, NaN where both are as likely.
func (d *Bernoulli) Mode() *tensor.Tensor {
	one := d.Probs.GeScalar(0.5).To(d.Probs.DType())
	return tensor.WhereScalar(d.Probs.NeScalar(0.5), one, math.NaN())
}

// Variance is the variance.
func (d *Bernoulli) Variance() *tensor.Tensor { return d.Probs.Mul(d.Probs.RsubScalar(1)) }

// StdDev is the standard deviation.
func (d *Bernoulli) StdDev() *tensor.Tensor { return d.Variance().Sqrt() }

// Entropy is the entropy, in nats.
func (d *Bernoulli) Entropy() *tensor.Tensor { return d.Logits.Softplus().Sub(d.Probs.Mul(d.Logits)) }

// EnumerateSupport is 0 and 1 along a first dimension, followed by ones for the batch; with expand, by the batch.
func (d *Bernoulli) EnumerateSupport(expand bool) *tensor.Tensor {
	size := []any{2}
	for range d.batch {
		size = append(size, 1)
	}
	v := tensor.New([]float32{0, 1}, 2).To(d.Probs.DType()).Reshape(size...)
	if !expand {
		return v
	}
	for i, n := range d.batch {
		size[i+1] = n
	}
	return v.Expand(size...)
}
