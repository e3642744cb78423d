package optim

import "github.com/flambeau-ml/flambeau/tensor"

// ClipGradNorm scales the gradients of params, where their norm taken together is above max, so that it is max: PyTorch's
// clip_grad_norm_. It returns the norm before; reading it is not needed. Parameters without a gradient are passed over.
func ClipGradNorm(params []*tensor.Tensor, max float64) *tensor.Tensor {
	var total *tensor.Tensor
	for _, p := range params {
		if g := p.Grad(); g != nil {
			if g.DType() != tensor.Float64 {
				g = g.To(tensor.Float32)
			}
			n := g.Square().Sum()
			if total != nil {
				n = total.Add(n)
			}
			total = n
		}
	}
	if total == nil {
		return tensor.Of(float32(0))
	}
	norm := total.Sqrt()
	scale := norm.AddScalar(1e-6).Reciprocal().MulScalar(max).Clamp(nil, 1.0)
	for _, p := range params {
		if g := p.Grad(); g != nil {
			p.SetGrad(g.Mul(scale).To(g.DType()))
		}
	}
	return norm
}

// ClipGradValue holds each element of the gradients of params between −max and max: PyTorch's clip_grad_value_.
func ClipGradValue(params []*tensor.Tensor, max float64) {
	for _, p := range params {
		if g := p.Grad(); g != nil {
			p.SetGrad(g.Clamp(-max, max))
		}
	}
}
