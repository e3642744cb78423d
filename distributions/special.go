package distributions

import (
	"math"

	"github.com/flambeau-ml/flambeau/graph"
	"github.com/flambeau-ml/flambeau/tensor"
)

// inverseErf computes erf⁻¹ element by element; erfinv gives it its derivative.
var inverseErf = tensor.NewCustom("erfinv",
	func(in []graph.Type) ([]graph.Type, error) { return in[:1], nil },
	func(in, out []*graph.Array) error {
		for i, x := range in[0].F {
			out[0].F[i] = math.Erfinv(x)
		}
		return nil
	})

// erfinv is the inverse of erf: NaN outside [-1, 1].
func erfinv(x *tensor.Tensor) *tensor.Tensor {
	f := tensor.Function{
		Name:    "erfinv",
		Forward: func(xs []*tensor.Tensor) []*tensor.Tensor { return inverseErf.Apply(xs[0]) },
		Backward: func(xs, ys, grads []*tensor.Tensor) []*tensor.Tensor {
			return []*tensor.Tensor{grads[0].Mul(ys[0].Square().Exp().MulScalar(math.Sqrt(math.Pi) / 2))}
		},
	}
	return f.Apply(x)[0]
}
