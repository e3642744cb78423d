package optim

import (
	"fmt"

	"github.com/flambeau-ml/flambeau/tensor"
)

// Adagrad is PyTorch's Adagrad (Duchi, Hazan and Singer, 2011): steps are divided by the root of the sum of squared
// gradients. It keeps step and sum.
type Adagrad struct{ core }

// NewAdagrad makes an Adagrad with PyTorch's defaults: a learning rate of 1e-2, eps 1e-10. It takes LR, LRDecay,
// InitialAccumulator, Eps, WeightDecay and Maximize. An option that makes no sense panics with *tensor.Error.
func NewAdagrad(params []*tensor.Tensor, opts ...Option) *Adagrad {
	o := &Adagrad{core{
		op: "optim.Adagrad", defaults: Hyper{LR: 1e-2, Eps: 1e-10}, update: adagrad, sparse: adagradRows,
		check: func(h *Hyper) error {
			return atLeast0([]string{"lr", "lr_decay", "weight_decay", "initial_accumulator_value", "eps"},
				h.LR, h.LRDecay, h.WeightDecay, h.InitialAccumulator, h.Eps)
		},
		names: []string{"sum"},
	}}
	o.start(params, opts)
	return o
}

func adagrad(h *Hyper, s *slot, p, grad *tensor.Tensor) {
	grad = h.decayed(p, grad, false)
	sum, _ := s.get("sum", func() *tensor.Tensor { return p.FullLike(h.InitialAccumulator) })
	sum.Addcmul_(grad, grad)
	rate := h.LR / (1 + float64(s.step-1)*h.LRDecay)
	p.AddcdivWith_(grad, sum.Sqrt().AddScalar(h.Eps), tensor.Value(-rate))
}

// adagradRows is adagrad of the rows that a gradient is made of.
func adagradRows(h *Hyper, s *slot, p *tensor.Tensor, grad *tensor.SparseParts) error {
	if h.WeightDecay != 0 {
		return errDecay
	}
	rows := grad.Coalesce()
	g := h.downhill(rows)
	sum, _ := s.get("sum", func() *tensor.Tensor { return p.FullLike(h.InitialAccumulator) })
	square := g.Square()
	rate := h.LR / (1 + float64(s.step-1)*h.LRDecay)
	step := g.MulScalar(-rate).Div(rows.Of(sum).Add(square).Sqrt().AddScalar(h.Eps))
	rows.AddTo(sum, square)
	rows.AddTo(p, step)
	return nil
}

// Adadelta is PyTorch's Adadelta (Zeiler, 2012): steps are as large as the last ones were, by mean squares of both. It
// keeps step, square_avg and acc_delta.
type Adadelta struct{ core }

// NewAdadelta makes an Adadelta with PyTorch's defaults: a learning rate of 1, rho 0.9, eps 1e-6. It takes LR, Rho,
// Eps, WeightDecay and Maximize. An option that makes no sense panics with *tensor.Error.
func NewAdadelta(params []*tensor.Tensor, opts ...Option) *Adadelta {
	o := &Adadelta{core{
		op: "optim.Adadelta", defaults: Hyper{LR: 1, Rho: 0.9, Eps: 1e-6}, update: adadelta,
		check: func(h *Hyper) error {
			if !(h.Rho >= 0 && h.Rho <= 1) {
				return fmt.Errorf("rho must lie in [0, 1], and is %g", h.Rho)
			}
			return atLeast0([]string{"lr", "eps", "weight_decay"}, h.LR, h.Eps, h.WeightDecay)
		},
		names: []string{"square_avg", "acc_delta"},
	}}
	o.start(params, opts)
	return o
}

func adadelta(h *Hyper, s *slot, p, grad *tensor.Tensor) {
	grad = h.decayed(p, grad, false)
	square, _ := s.get("square_avg", p.ZerosLike)
	moved, _ := s.get("acc_delta", p.ZerosLike)
	meanSquare(square, grad, h.Rho)
	delta := moved.AddScalar(h.Eps).Sqrt().Div(square.AddScalar(h.Eps).Sqrt()).Mul(grad)
	meanSquare(moved, delta, h.Rho)
	p.AddWith_(delta, tensor.Alpha(-h.LR))
}
