package optim

import (
	"fmt"

	"github.com/flambeau-ml/flambeau/tensor"
)

// SparseAdam is PyTorch's SparseAdam, for tables of which a step uses only some rows: Adam for those alone, while the
// moments of the others wait. Of layers made with nn.Sparse it changes the rows that were looked up, and no more work is
// done than these ask for. Of other gradients, which PyTorch refuses, a row that is 0 throughout counts as one that was not
// used. It keeps step, exp_avg and exp_avg_sq.
type SparseAdam struct{ core }

// NewSparseAdam makes a SparseAdam with PyTorch's defaults: a learning rate of 1e-3, betas 0.9 and 0.999, eps 1e-8. It
// takes LR, Betas, Eps and Maximize. An option that makes no sense panics with *tensor.Error.
func NewSparseAdam(params []*tensor.Tensor, opts ...Option) *SparseAdam {
	o := &SparseAdam{core{
		op: "optim.SparseAdam", defaults: Hyper{LR: 1e-3, Betas: [2]float64{0.9, 0.999}, Eps: 1e-8}, update: sparseAdam, sparse: sparseAdamRows,
		check: func(h *Hyper) error {
			switch {
			case h.LR == 0 || h.Eps == 0:
				return fmt.Errorf("lr and eps must be above 0, and are %g and %g", h.LR, h.Eps)
			case h.WeightDecay != 0:
				return fmt.Errorf("weights of rows that are not used cannot decay: weight_decay is %g", h.WeightDecay)
			}
			return checkAdam(h)
		},
		names: []string{"exp_avg", "exp_avg_sq"},
		fits: func(p *tensor.Tensor) error {
			if p.Dim() == 0 || p.DType().IsComplex() {
				return fmt.Errorf("is %s of shape %v, no table of real numbers", p.DType(), p.Shape())
			}
			return nil
		},
	}}
	o.start(params, opts)
	return o
}

func sparseAdam(h *Hyper, s *slot, p, grad *tensor.Tensor) {
	used := grad.NeScalar(0)
	for i := 1; i < grad.Dim(); i++ {
		used = used.AnyWith(tensor.Dims(i), tensor.KeepDim(true))
	}
	mean, _ := s.get("exp_avg", p.ZerosLike)
	square, _ := s.get("exp_avg_sq", p.ZerosLike)
	mean.Copy_(tensor.Where(used, mean.LerpScalar(grad, 1-h.Betas[0]), mean))
	square.Copy_(tensor.Where(used, square.LerpScalar(grad.Square(), 1-h.Betas[1]), square))
	correction1, correction2 := corrections(h, s)
	step := mean.Div(square.Sqrt().AddScalar(h.Eps)).MaskedFillScalar(used.LogicalNot(), 0.0)
	p.SubWith_(step, tensor.Alpha(h.LR*correction2/correction1))
}

// sparseAdamRows is sparseAdam of the rows that a gradient is made of.
func sparseAdamRows(h *Hyper, s *slot, p *tensor.Tensor, grad *tensor.SparseParts) error {
	rows := grad.Coalesce()
	g := h.downhill(rows)
	first, _ := s.get("exp_avg", p.ZerosLike)
	second, _ := s.get("exp_avg_sq", p.ZerosLike)
	mean, square := rows.Of(first), rows.Of(second)
	meanStep := g.Sub(mean).MulScalar(1 - h.Betas[0])
	squareStep := g.Square().Sub(square).MulScalar(1 - h.Betas[1])
	correction1, correction2 := corrections(h, s)
	step := mean.Add(meanStep).Div(square.Add(squareStep).Sqrt().AddScalar(h.Eps))
	rows.AddTo(first, meanStep)
	rows.AddTo(second, squareStep)
	rows.AddTo(p, step.MulScalar(h.LR*correction2/correction1).Neg())
	return nil
}
