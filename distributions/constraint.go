package distributions

import "github.com/flambeau-ml/flambeau/tensor"

// Constraint is a set of numbers: where a parameter or a draw may lie.
type Constraint struct {
	name  string
	check func(x *tensor.Tensor) *tensor.Tensor
}

// Check says of each element of x whether it lies in the set: a tensor of x's shape, of booleans. NaN lies in none.
func (c Constraint) Check(x *tensor.Tensor) *tensor.Tensor { return c.check(x) }

// String is the name of the set, as an error says it.
func (c Constraint) String() string { return c.name }

// The constraints without parameters.
var (
	// Real is all numbers, infinities too.
	Real = Constraint{"real", func(x *tensor.Tensor) *tensor.Tensor { return x.Eq(x) }}
	// Positive is x > 0.
	Positive = Constraint{"positive", func(x *tensor.Tensor) *tensor.Tensor { return x.GtScalar(0) }}
	// NonNegative is x ≥ 0.
	NonNegative = Constraint{"nonnegative", func(x *tensor.Tensor) *tensor.Tensor { return x.GeScalar(0) }}
	// UnitInterval is 0 ≤ x ≤ 1.
	UnitInterval = Constraint{"in [0, 1]", func(x *tensor.Tensor) *tensor.Tensor {
		return x.GeScalar(0).LogicalAnd(x.LeScalar(1))
	}}
	// Boolean is 0 and 1.
	Boolean = Constraint{"0 or 1", func(x *tensor.Tensor) *tensor.Tensor {
		return x.EqScalar(0).LogicalOr(x.EqScalar(1))
	}}
	// NonNegativeInteger is 0, 1, 2 and so on.
	NonNegativeInteger = Constraint{"nonnegative integers", func(x *tensor.Tensor) *tensor.Tensor {
		return x.GeScalar(0).LogicalAnd(x.Eq(x.Floor()))
	}}
)

// Interval is low ≤ x ≤ high, where both broadcast with x.
func Interval(low, high *tensor.Tensor) Constraint {
	return Constraint{"between low and high", func(x *tensor.Tensor) *tensor.Tensor {
		return low.Le(x).LogicalAnd(x.Le(high))
	}}
}

// AtLeast is x ≥ low, where low broadcasts with x.
func AtLeast(low *tensor.Tensor) Constraint {
	return Constraint{"at least the lower bound", func(x *tensor.Tensor) *tensor.Tensor { return low.Le(x) }}
}

// Above is x > low, where low broadcasts with x.
func Above(low *tensor.Tensor) Constraint {
	return Constraint{"above the lower bound", func(x *tensor.Tensor) *tensor.Tensor { return low.Detach().Lt(x) }}
}
