package optim

import (
	"fmt"
	"math"

	"github.com/flambeau-ml/flambeau/graph"
	"github.com/flambeau-ml/flambeau/tensor"
)

// Adafactor is PyTorch's Adafactor (Shazeer and Stern, 2018): steps are divided by the root of a running mean of squared
// gradients, of which a matrix keeps only the means of its rows and of its columns. It keeps step and, of a parameter of
// two dimensions or more, row_var and col_var, of others variance.
type Adafactor struct{ core }

// NewAdafactor makes an Adafactor with PyTorch's defaults: a learning rate of 1e-2, a beta2 decay of −0.8, eps and eps2
// the smallest difference of the parameter's dtype and 1e-3, a clipping threshold of 1. It takes LR, Beta2Decay, Eps,
// Eps2, ClipThreshold, WeightDecay and Maximize. An option that makes no sense panics with *tensor.Error.
func NewAdafactor(params []*tensor.Tensor, opts ...Option) *Adafactor {
	o := &Adafactor{core{
		op: "optim.Adafactor", defaults: Hyper{LR: 1e-2, Beta2Decay: -0.8, Eps2: 1e-3, ClipThreshold: 1}, update: adafactor,
		check: func(h *Hyper) error {
			switch {
			case !(h.Beta2Decay <= 0):
				return fmt.Errorf("beta2_decay must not be above 0, and is %g", h.Beta2Decay)
			case !(h.ClipThreshold >= 1):
				return fmt.Errorf("the clipping threshold must be at least 1, and is %g", h.ClipThreshold)
			}
			return atLeast0([]string{"lr", "eps", "eps2", "weight_decay"}, h.LR, h.Eps, h.Eps2, h.WeightDecay)
		},
		names: []string{"row_var", "col_var", "variance"},
		shape: func(name string, param []int) []int {
			switch n := len(param); {
			case n < 2 || name == "variance":
			case name == "row_var":
				param[n-1] = 1
			default:
				param[n-2] = 1
			}
			return param
		},
	}}
	o.start(params, opts)
	return o
}

// resolution is the difference of 1 and the next larger number of a dtype.
func resolution(d graph.DType) float64 {
	switch d {
	case graph.Float64:
		return 0x1p-52
	case graph.Float16:
		return 0x1p-10
	case graph.BFloat16:
		return 0x1p-7
	}
	return 0x1p-23
}

// rms is the root of the mean square of x: a scalar, of float32 where x is of fewer bits.
func rms(x *tensor.Tensor) *tensor.Tensor {
	if x.DType() != tensor.Float64 {
		x = x.To(tensor.Float32)
	}
	return x.Square().Sum().Sqrt().DivScalar(math.Sqrt(float64(x.Numel())))
}

func adafactor(h *Hyper, s *slot, p, grad *tensor.Tensor) {
	least := h.Eps
	if least == 0 {
		least = resolution(p.DType())
	}
	fresh := math.Pow(float64(s.step), h.Beta2Decay) // the part of a mean that is this gradient's
	rate := rms(p).ClampMin(h.Eps2).MulScalar(min(h.LR, 1/math.Sqrt(float64(s.step))))
	if h.WeightDecay != 0 {
		p.MulScalar_(1 - h.LR*h.WeightDecay)
	}
	var spread *tensor.Tensor
	if grad.Dim() > 1 {
		mean := func(name string, dim int) *tensor.Tensor {
			now := grad.Square().MeanWith(tensor.Dims(dim), tensor.KeepDim(true))
			v, _ := s.get(name, now.ZerosLike)
			return v.LerpScalar_(now, fresh)
		}
		rows, columns := mean("row_var", -1), mean("col_var", -2)
		spread = rows.MatMul(columns).Div(rows.MeanWith(tensor.Dims(-2), tensor.KeepDim(true)).ClampMin(least))
	} else {
		spread, _ = s.get("variance", grad.ZerosLike)
		spread.LerpScalar_(grad.Square(), fresh)
	}
	step := spread.ClampMin(least * least).Rsqrt().Mul(grad)
	p.Sub_(step.Mul(rate.Div(rms(step).DivScalar(h.ClipThreshold).ClampMin(1.0))))
}
