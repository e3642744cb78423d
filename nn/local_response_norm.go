package nn

import (
	"fmt"

	"github.com/flambeau-ml/flambeau/tensor"
)

// NewLocalResponseNorm makes a layer that divides each element by (k + alpha·m)^beta, m being the mean square over size
// neighbouring channels of [N, C, *]: PyTorch's nn.LocalResponseNorm, whose defaults are 1e-4, 0.75 and 1.
func NewLocalResponseNorm(size int, alpha, beta, k float64) Func {
	s := settings{op: "nn.LocalResponseNorm"}
	s.positive("size", size)
	return NewFunc(fmt.Sprintf("LocalResponseNorm(%d, %g, %g, %g)", size, alpha, beta, k), func(x *tensor.Tensor) *tensor.Tensor {
		if x.Dim() < 3 {
			s.fail("takes an input of 3 dimensions or more, not of shape %s", shapeString(x.Shape()))
		}
		squares := x.Square().Flatten(2).Unsqueeze(1).ConstantPadNd(0, 0, size/2, (size-1)/2)
		mean := squares.AvgPool2dWith([]int{size, 1}, tensor.Stride(1, 1)).Squeeze(1).ReshapeAs(x)
		return x.Div(mean.MulScalar(alpha).AddScalar(k).PowScalar(beta))
	})
}
