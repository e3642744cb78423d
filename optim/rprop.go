package optim

import (
	"fmt"

	"github.com/flambeau-ml/flambeau/tensor"
)

// Rprop is PyTorch's Rprop (Riedmiller and Braun, 1993): each element has a step size of its own, which grows while its
// gradient keeps its sign. It keeps step, prev and step_size.
type Rprop struct{ core }

// NewRprop makes an Rprop with PyTorch's defaults: first steps of 1e-2 (LR), etas 0.5 and 1.2, step sizes from 1e-6 to
// 50. It takes LR, Etas, StepSizes and Maximize. An option that makes no sense panics with *tensor.Error.
func NewRprop(params []*tensor.Tensor, opts ...Option) *Rprop {
	o := &Rprop{core{
		op: "optim.Rprop", defaults: Hyper{LR: 1e-2, Etas: [2]float64{0.5, 1.2}, StepSizes: [2]float64{1e-6, 50}}, update: rprop,
		check: func(h *Hyper) error {
			if !(0 < h.Etas[0] && h.Etas[0] < 1 && 1 < h.Etas[1]) {
				return fmt.Errorf("etas must lie around 1, and are %v", h.Etas)
			}
			return atLeast0([]string{"lr"}, h.LR)
		},
		names: []string{"prev", "step_size"},
	}}
	o.start(params, opts)
	return o
}

func rprop(h *Hyper, s *slot, p, grad *tensor.Tensor) {
	before, _ := s.get("prev", p.ZerosLike)
	size, _ := s.get("step_size", func() *tensor.Tensor { return p.FullLike(h.LR) })
	agree := grad.Mul(before)
	turned := agree.LtScalar(0)
	one := p.FullLike(1.0)
	factor := tensor.WhereScalar(turned.LogicalNot(), tensor.WhereScalar(agree.GtScalar(0).LogicalNot(), one, h.Etas[1]), h.Etas[0])
	size.Mul_(factor).Clamp_(h.StepSizes[0], h.StepSizes[1])
	grad = grad.MaskedFillScalar(turned, 0.0) // after a turn, one step is left out
	p.AddcmulWith_(grad.Sign(), size, tensor.Value(-1.0))
	before.Copy_(grad)
}
