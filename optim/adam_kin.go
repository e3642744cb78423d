package optim

import (
	"math"

	"github.com/flambeau-ml/flambeau/tensor"
)

// Adamax is PyTorch's Adamax (Kingma and Ba, 2015): Adam with the largest gradient in place of the mean square. It
// keeps step, exp_avg and exp_inf.
type Adamax struct{ core }

// NewAdamax makes an Adamax with PyTorch's defaults: a learning rate of 2e-3, betas 0.9 and 0.999, eps 1e-8. It takes
// LR, Betas, Eps, WeightDecay and Maximize. An option that makes no sense panics with *tensor.Error.
func NewAdamax(params []*tensor.Tensor, opts ...Option) *Adamax {
	o := &Adamax{core{
		op: "optim.Adamax", defaults: Hyper{LR: 2e-3, Betas: [2]float64{0.9, 0.999}, Eps: 1e-8}, check: checkAdam, update: adamax,
		names: []string{"exp_avg", "exp_inf"},
	}}
	o.start(params, opts)
	return o
}

func adamax(h *Hyper, s *slot, p, grad *tensor.Tensor) {
	grad = h.decayed(p, grad, false)
	mean, _ := s.get("exp_avg", p.ZerosLike)
	largest, _ := s.get("exp_inf", p.ZerosLike)
	mean.LerpScalar_(grad, 1-h.Betas[0])
	largest.Copy_(largest.MulScalar(h.Betas[1]).Maximum(grad.Abs().AddScalar(h.Eps)))
	correction := 1 - math.Pow(h.Betas[0], float64(s.step))
	p.AddcdivWith_(mean, largest, tensor.Value(-h.LR/correction))
}

// NAdam is PyTorch's NAdam (Dozat, 2016): Adam that looks ahead by one step of momentum. It keeps step, mu_product,
// exp_avg and exp_avg_sq.
type NAdam struct{ core }

// NewNAdam makes an NAdam with PyTorch's defaults: a learning rate of 2e-3, betas 0.9 and 0.999, eps 1e-8, a momentum
// decay of 4e-3. It takes LR, Betas, Eps, WeightDecay, DecoupledWeightDecay, MomentumDecay and Maximize. An option that
// makes no sense panics with *tensor.Error.
func NewNAdam(params []*tensor.Tensor, opts ...Option) *NAdam {
	o := &NAdam{core{
		op: "optim.NAdam", defaults: Hyper{LR: 2e-3, Betas: [2]float64{0.9, 0.999}, Eps: 1e-8, MomentumDecay: 4e-3}, update: nadam,
		check: func(h *Hyper) error {
			if err := checkAdam(h); err != nil {
				return err
			}
			return atLeast0([]string{"momentum_decay"}, h.MomentumDecay)
		},
		names: []string{"exp_avg", "exp_avg_sq"}, scalars: []string{"mu_product"},
	}}
	o.start(params, opts)
	return o
}

func nadam(h *Hyper, s *slot, p, grad *tensor.Tensor) {
	grad = h.decayed(p, grad, h.DecoupledWeightDecay)
	mean, square := moments(h, s, p, grad)
	mu := func(step int) float64 {
		return h.Betas[0] * (1 - 0.5*math.Pow(0.96, float64(step)*h.MomentumDecay))
	}
	now, next := mu(s.step), mu(s.step+1)
	product := s.setNumber("mu_product", s.number("mu_product", 1)*now)
	correction := 1 - math.Pow(h.Betas[1], float64(s.step))
	denom := square.DivScalar(correction).Sqrt().AddScalar(h.Eps)
	p.AddcdivWith_(grad, denom, tensor.Value(-h.LR*(1-now)/(1-product)))
	p.AddcdivWith_(mean, denom, tensor.Value(-h.LR*next/(1-product*next)))
}

// RAdam is PyTorch's RAdam (Liu et al., 2019): Adam that does not scale its steps until the mean square can be relied
// on. It keeps step, exp_avg and exp_avg_sq.
type RAdam struct{ core }

// NewRAdam makes an RAdam with PyTorch's defaults: a learning rate of 1e-3, betas 0.9 and 0.999, eps 1e-8. It takes LR,
// Betas, Eps, WeightDecay, DecoupledWeightDecay and Maximize. An option that makes no sense panics with *tensor.Error.
func NewRAdam(params []*tensor.Tensor, opts ...Option) *RAdam {
	o := &RAdam{core{
		op: "optim.RAdam", defaults: Hyper{LR: 1e-3, Betas: [2]float64{0.9, 0.999}, Eps: 1e-8}, check: checkAdam, update: radam,
		names: []string{"exp_avg", "exp_avg_sq"},
	}}
	o.start(params, opts)
	return o
}

func radam(h *Hyper, s *slot, p, grad *tensor.Tensor) {
	grad = h.decayed(p, grad, h.DecoupledWeightDecay)
	mean, square := moments(h, s, p, grad)
	step := float64(s.step)
	correction1, correction2 := 1-math.Pow(h.Betas[0], step), 1-math.Pow(h.Betas[1], step)
	most := 2/(1-h.Betas[1]) - 1
	samples := most - 2*step*math.Pow(h.Betas[1], step)/correction2 // as many as the mean square is worth
	if samples <= 5 {
		p.AddWith_(mean, tensor.Alpha(-h.LR/correction1))
		return
	}
	rectified := math.Sqrt((samples - 4) * (samples - 2) * most / ((most - 4) * (most - 2) * samples))
	scale := h.LR / correction1 * rectified * math.Sqrt(correction2)
	p.AddcdivWith_(mean, square.Sqrt().AddScalar(h.Eps), tensor.Value(-scale))
}
