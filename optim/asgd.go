package optim

import (
	"math"

	"github.com/flambeau-ml/flambeau/tensor"
)

// ASGD is PyTorch's ASGD (Polyak and Juditsky, 1992): gradient descent that averages the parameters it went through. It
// keeps step, eta (the rate), mu (the weight of a step in the average) and ax (the average).
type ASGD struct{ core }

// NewASGD makes an ASGD with PyTorch's defaults: a learning rate of 1e-2, lambd 1e-4, alpha 0.75, t0 1e6. It takes LR,
// Lambd, Alpha, T0, WeightDecay and Maximize. An option that makes no sense panics with *tensor.Error.
func NewASGD(params []*tensor.Tensor, opts ...Option) *ASGD {
	o := &ASGD{core{
		op: "optim.ASGD", defaults: Hyper{LR: 1e-2, Lambd: 1e-4, Alpha: 0.75, T0: 1e6}, update: asgd,
		check: func(h *Hyper) error { return atLeast0([]string{"lr", "weight_decay"}, h.LR, h.WeightDecay) },
		names: []string{"ax"}, scalars: []string{"eta", "mu"},
	}}
	o.start(params, opts)
	return o
}

func asgd(h *Hyper, s *slot, p, grad *tensor.Tensor) {
	grad = h.decayed(p, grad, false)
	eta, mu := s.number("eta", float64(float32(h.LR))), s.number("mu", 1)
	p.MulScalar_(1-h.Lambd*eta).AddWith_(grad, tensor.Alpha(-eta))
	average, _ := s.get("ax", p.ZerosLike)
	if mu == 1 {
		average.Copy_(p)
	} else {
		average.Add_(p.Sub(average).MulScalar(mu))
	}
	s.setNumber("eta", h.LR/math.Pow(1+h.Lambd*h.LR*float64(s.step), h.Alpha))
	s.setNumber("mu", 1/max(1, float64(s.step)-h.T0))
}
