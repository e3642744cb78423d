package optim

import (
	"fmt"
	"math"

	"github.com/flambeau-ml/flambeau/tensor"
)

// Muon is PyTorch's Muon (Jordan, 2024) for the matrices of hidden layers: a step is the momentum with all its singular
// values brought near 1. It keeps momentum_buffer. Embeddings, biases and last layers are for another optimiser.
type Muon struct{ core }

// NewMuon makes a Muon with PyTorch's defaults: a learning rate of 1e-3, a weight decay of 0.1, a momentum of 0.95 that
// looks ahead, 5 steps of the iteration with coefficients 3.4445, −4.775 and 2.0315, eps 1e-7. It takes LR, WeightDecay,
// Momentum, NoNesterov, NSCoefficients, NSSteps, Eps, AdjustLR and Maximize. An option that makes no sense, and a
// parameter that is no matrix, panic with *tensor.Error.
func NewMuon(params []*tensor.Tensor, opts ...Option) *Muon {
	o := &Muon{core{
		op: "optim.Muon", update: muon, names: []string{"momentum_buffer"},
		defaults: Hyper{LR: 1e-3, WeightDecay: 0.1, Momentum: 0.95, Nesterov: true, Eps: 1e-7,
			NSCoefficients: [3]float64{3.4445, -4.7750, 2.0315}, NSSteps: 5},
		check: func(h *Hyper) error {
			switch {
			case h.NSSteps < 0 || h.NSSteps >= 100:
				return fmt.Errorf("ns_steps must be from 0 to 99, and is %d", h.NSSteps)
			case h.AdjustLR != "" && muonRates[h.AdjustLR] == nil:
				return fmt.Errorf(`the rate is adjusted as "original", "match_rms_adamw" or "spectral_unclamped" say, not %q`, h.AdjustLR)
			}
			return atLeast0([]string{"lr", "weight_decay", "momentum", "eps"}, h.LR, h.WeightDecay, h.Momentum, h.Eps)
		},
		fits: func(p *tensor.Tensor) error {
			if p.Dim() != 2 {
				return fmt.Errorf("has shape %v and is no matrix", p.Shape())
			}
			return nil
		},
	}}
	o.start(params, opts)
	return o
}

// muonRates are what the rate is multiplied by, for a matrix of so many rows and columns.
var muonRates = map[string]func(rows, columns float64) float64{
	"original":           func(r, c float64) float64 { return math.Sqrt(max(1, r/c)) },
	"match_rms_adamw":    func(r, c float64) float64 { return 0.2 * math.Sqrt(max(r, c)) },
	"spectral_unclamped": func(r, c float64) float64 { return math.Sqrt(r / c) },
}

func muon(h *Hyper, s *slot, p, grad *tensor.Tensor) {
	buf, _ := s.get("momentum_buffer", grad.ZerosLike)
	buf.LerpScalar_(grad, 1-h.Momentum)
	step := buf
	if h.Nesterov {
		step = grad.LerpScalar(buf, h.Momentum)
	}
	how := h.AdjustLR
	if how == "" {
		how = "original"
	}
	rate := h.LR * muonRates[how](float64(p.Size(0)), float64(p.Size(1)))
	p.MulScalar_(1-h.LR*h.WeightDecay).SubWith_(orthogonal(h, step).To(p.DType()), tensor.Alpha(rate))
}

// orthogonal brings the singular values of a matrix near 1, by an iteration of Newton and Schulz in bfloat16 whose
// coefficients let small ones grow fastest: it ends between 0.5 and 1.5, which does for a step.
func orthogonal(h *Hyper, x *tensor.Tensor) *tensor.Tensor {
	tall := x.Size(0) > x.Size(1)
	x = x.To(tensor.BFloat16)
	if tall {
		x = x.T()
	}
	x = x.Div(x.VectorNorm().ClampMin(h.Eps)) // no singular value is above 1
	c := h.NSCoefficients
	for range h.NSSteps {
		gram := x.MatMul(x.T())
		gram = gram.AddmmWith(gram, gram, tensor.Beta(c[1]), tensor.Alpha(c[2]))
		x = x.AddmmWith(gram, x, tensor.Beta(c[0]))
	}
	if tall {
		x = x.T()
	}
	return x
}
