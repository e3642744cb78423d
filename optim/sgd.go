package optim

import (
	"errors"

	"github.com/flambeau-ml/flambeau/tensor"
)

// SGD is stochastic gradient descent, with momentum where asked: PyTorch's SGD. It keeps momentum_buffer.
type SGD struct{ core }

// NewSGD makes an SGD with a learning rate of 1e-3. It takes LR, Momentum, Dampening, Nesterov, WeightDecay and
// Maximize. An option that makes no sense panics with *tensor.Error.
func NewSGD(params []*tensor.Tensor, opts ...Option) *SGD {
	o := &SGD{core{op: "optim.SGD", defaults: Hyper{LR: 1e-3}, check: checkSGD, update: sgd, sparse: sgdRows, finds: true, names: []string{"momentum_buffer"}}}
	o.start(params, opts)
	return o
}

func checkSGD(h *Hyper) error {
	if h.Nesterov && (h.Momentum <= 0 || h.Dampening != 0) {
		return errors.New("nesterov needs a momentum, and no dampening")
	}
	return atLeast0([]string{"lr", "momentum", "weight_decay"}, h.LR, h.Momentum, h.WeightDecay)
}

func sgd(h *Hyper, s *slot, p, grad *tensor.Tensor) {
	grad = h.decayed(p, grad, false)
	if h.Momentum != 0 {
		buf, made := s.get("momentum_buffer", grad.Clone)
		if !made {
			buf.MulScalar_(h.Momentum).AddWith_(grad, tensor.Alpha(1-h.Dampening))
		}
		if h.Nesterov {
			grad = grad.AddWith(buf, tensor.Alpha(h.Momentum))
		} else {
			grad = buf
		}
	}
	p.AddWith_(grad, tensor.Alpha(tensor.Number(p, func() float64 { return -h.LR })))
}

// sgdRows is sgd of the rows that a gradient is made of. A momentum goes on for the others, too.
func sgdRows(h *Hyper, _ *slot, p *tensor.Tensor, grad *tensor.SparseParts) error {
	switch {
	case h.WeightDecay != 0:
		return errDecay
	case h.Momentum != 0:
		return errDense
	}
	rows := grad.Coalesce()
	rows.AddTo(p, h.downhill(rows).MulScalar(tensor.Number(p, func() float64 { return -h.LR })))
	return nil
}
