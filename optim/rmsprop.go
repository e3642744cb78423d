package optim

import "github.com/flambeau-ml/flambeau/tensor"

// RMSprop is PyTorch's RMSprop (Hinton, 2012): steps are divided by a running root of the mean squared gradient. It
// keeps step, square_avg and, where asked for, momentum_buffer and grad_avg.
type RMSprop struct{ core }

// NewRMSprop makes an RMSprop with PyTorch's defaults: a learning rate of 1e-2, alpha 0.99, eps 1e-8. It takes LR,
// Alpha, Eps, WeightDecay, Momentum, Centered and Maximize. An option that makes no sense panics with *tensor.Error.
func NewRMSprop(params []*tensor.Tensor, opts ...Option) *RMSprop {
	o := &RMSprop{core{
		op: "optim.RMSprop", defaults: Hyper{LR: 1e-2, Alpha: 0.99, Eps: 1e-8}, update: rmsprop,
		check: func(h *Hyper) error {
			return atLeast0([]string{"lr", "eps", "momentum", "weight_decay", "alpha"}, h.LR, h.Eps, h.Momentum, h.WeightDecay, h.Alpha)
		},
		names: []string{"square_avg", "momentum_buffer", "grad_avg"},
	}}
	o.start(params, opts)
	return o
}

func rmsprop(h *Hyper, s *slot, p, grad *tensor.Tensor) {
	grad = h.decayed(p, grad, false)
	square, _ := s.get("square_avg", p.ZerosLike)
	meanSquare(square, grad, h.Alpha)
	spread := square
	if h.Centered {
		mean, _ := s.get("grad_avg", p.ZerosLike)
		mean.LerpScalar_(grad, 1-h.Alpha)
		spread = square.AddcmulWith(mean, mean, tensor.Value(-1.0))
	}
	denom := spread.Sqrt().AddScalar(h.Eps)
	if h.Momentum > 0 {
		buf, _ := s.get("momentum_buffer", p.ZerosLike)
		buf.MulScalar_(h.Momentum).Addcdiv_(grad, denom)
		p.AddWith_(buf, tensor.Alpha(-h.LR))
		return
	}
	p.AddcdivWith_(grad, denom, tensor.Value(-h.LR))
}
