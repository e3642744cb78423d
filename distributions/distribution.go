package distributions

import (
	"slices"

	"github.com/flambeau-ml/flambeau/tensor"
)

// Distribution is what every distribution has. What only some have (CDF, ICDF, Entropy, moments, RSample) are methods
// of those.
type Distribution interface {
	// BatchShape is the shape of the parameters, broadcast.
	BatchShape() []int
	// EventShape is the shape of one draw of one distribution of the batch.
	EventShape() []int
	// Sample draws a tensor of the sample shape followed by batch and event. It has no history.
	Sample(g *tensor.Generator, shape ...int) *tensor.Tensor
	// LogProb is the logarithm of the density or mass at value, which broadcasts with the batch and event.
	LogProb(value *tensor.Tensor) *tensor.Tensor
	// Support is where the density or mass is positive.
	Support() Constraint
}

// Reparametrised is a distribution whose draws have gradients with respect to its parameters.
type Reparametrised interface {
	Distribution
	// RSample is Sample as a differentiable function of the parameters.
	RSample(g *tensor.Generator, shape ...int) *tensor.Tensor
}

// univariate is the batch of a distribution of single numbers.
type univariate struct{ batch []int }

// BatchShape is the shape of the parameters, broadcast.
func (u univariate) BatchShape() []int { return slices.Clone(u.batch) }

// EventShape is empty: a draw is a number.
func (u univariate) EventShape() []int { return nil }

// parameter is an argument of a distribution, before it is broadcast.
type parameter struct {
	name  string
	value *tensor.Tensor
	in    Constraint
}

// broadcast checks the parameters of the distribution op and gives them one shape.
func broadcast(op string, ps ...parameter) (univariate, []*tensor.Tensor) {
	ts := make([]*tensor.Tensor, len(ps))
	for i, p := range ps {
		if p.value == nil {
			panic(tensor.Errorf(op, "%s is nil", p.name))
		}
		if !p.value.DType().IsFloat() {
			panic(tensor.Errorf(op, "%s is %v: parameters are floating point", p.name, p.value.DType()))
		}
		if p.in.Check(p.value.Detach()).All().Item() == 0 {
			panic(tensor.Errorf(op, "%s has values that are not %s", p.name, p.in))
		}
		ts[i] = p.value
	}
	ts = tensor.BroadcastTensors(ts)
	return univariate{ts[0].Shape()}, ts
}

// drawn is a tensor of p's dtype and of the shape of a draw, for operators that fill one like it.
func drawn(p *tensor.Tensor, shape []int) *tensor.Tensor {
	size := make([]any, 0, len(shape)+p.Dim())
	for _, n := range slices.Concat(shape, p.Shape()) {
		size = append(size, n)
	}
	return p.Detach().Expand(size...)
}

// uniform draws from the open interval (0, 1).
func uniform(g *tensor.Generator, p *tensor.Tensor, shape []int) *tensor.Tensor {
	eps := unit(p)
	return drawn(p, shape).RandLike(g).Clamp(eps, 1-eps)
}

// filled is a tensor of p's shape and dtype that holds x.
func filled(p *tensor.Tensor, x float64) *tensor.Tensor {
	return p.Detach().ZerosLike().AddScalar(x)
}

// unit is the distance from 1 to the next number below it, in p's dtype.
func unit(p *tensor.Tensor) float64 {
	switch p.DType() {
	case tensor.Float32:
		return 0x1p-24
	case tensor.Float16:
		return 0x1p-11
	case tensor.BFloat16:
		return 0x1p-8
	}
	return 0x1p-53
}
