package optim

import (
	"fmt"
	"math"

	"github.com/flambeau-ml/flambeau/tensor"
)

// Adam is PyTorch's Adam (Kingma and Ba, 2015): steps are scaled by running means of the gradient and of its square.
// It keeps step, exp_avg, exp_avg_sq and, for AMSGrad, max_exp_avg_sq.
type Adam struct{ core }

// AdamW is Adam with weight decay that does not go through the gradient (Loshchilov and Hutter, 2019).
type AdamW struct{ core }

// NewAdam makes an Adam with PyTorch's defaults: a learning rate of 1e-3, betas 0.9 and 0.999, eps 1e-8. It takes LR,
// Betas, Eps, WeightDecay, AMSGrad and Maximize. An option that makes no sense panics with *tensor.Error.
func NewAdam(params []*tensor.Tensor, opts ...Option) *Adam {
	o := &Adam{newAdam("optim.Adam", 0, false)}
	o.start(params, opts)
	return o
}

// NewAdamW makes an AdamW with PyTorch's defaults: those of NewAdam, and a weight decay of 0.01.
func NewAdamW(params []*tensor.Tensor, opts ...Option) *AdamW {
	o := &AdamW{newAdam("optim.AdamW", 1e-2, true)}
	o.start(params, opts)
	return o
}

func newAdam(op string, decay float64, decoupled bool) core {
	return core{
		op:       op,
		defaults: Hyper{LR: 1e-3, Betas: [2]float64{0.9, 0.999}, Eps: 1e-8, WeightDecay: decay},
		check:    checkAdam,
		finds:    true,
		update:   func(h *Hyper, s *slot, p, grad *tensor.Tensor) { adam(h, s, p, grad, decoupled) },
		names:    []string{"exp_avg", "exp_avg_sq", "max_exp_avg_sq"},
	}
}

func checkAdam(h *Hyper) error {
	for i, b := range h.Betas {
		if !(b >= 0 && b < 1) {
			return fmt.Errorf("beta %d must lie in [0, 1), and is %g", i+1, b)
		}
	}
	return atLeast0([]string{"lr", "eps", "weight_decay"}, h.LR, h.Eps, h.WeightDecay)
}

// moments are the running means of the gradient and of its square, with this gradient.
func moments(h *Hyper, s *slot, p, grad *tensor.Tensor) (mean, square *tensor.Tensor) {
	mean, _ = s.get("exp_avg", p.ZerosLike)
	square, _ = s.get("exp_avg_sq", p.ZerosLike)
	mean.LerpScalar_(grad, 1-h.Betas[0])
	meanSquare(square, grad, h.Betas[1])
	return mean, square
}

// meanSquare takes a gradient into a running mean of squares, of which it keeps so much.
func meanSquare(square, grad *tensor.Tensor, keep float64) {
	square.MulScalar_(keep).AddcmulWith_(grad, grad, tensor.Value(1-keep))
}

func adam(h *Hyper, s *slot, p, grad *tensor.Tensor, decoupled bool) {
	grad = h.decayed(p, grad, decoupled)
	mean, square := moments(h, s, p, grad)
	if h.AMSGrad {
		largest, made := s.get("max_exp_avg_sq", square.Clone)
		if !made {
			largest.Copy_(largest.Maximum(square))
		}
		square = largest
	}
	denom := square.Sqrt().DivScalar(tensor.Number(p, func() float64 {
		_, root := corrections(h, s)
		return root
	})).AddScalar(h.Eps)
	p.AddcdivWith_(mean, denom, tensor.Value(tensor.Number(p, func() float64 {
		correction, _ := corrections(h, s)
		return -h.LR / correction
	})))
}

// corrections are what the mean gradient, and the root of the mean square, are divided by: they began as zeros.
func corrections(h *Hyper, s *slot) (mean, root float64) {
	step := float64(s.step)
	return 1 - math.Pow(h.Betas[0], step), math.Sqrt(1 - math.Pow(h.Betas[1], step))
}
