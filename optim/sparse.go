package optim

import (
	"errors"

	"github.com/flambeau-ml/flambeau/tensor"
)

// sparseRule is the update of a parameter whose gradient is rows. It returns errDense where it needs the gradient as a
// whole, or another error where PyTorch refuses.
type sparseRule func(h *Hyper, s *slot, p *tensor.Tensor, grad *tensor.SparseParts) error

var errDense = errors.New("the whole gradient is needed")

// updateRows changes p where its gradient is made of rows, and reports whether it did.
func (c *core) updateRows(h *Hyper, s *slot, p *tensor.Tensor) bool {
	parts := p.SparseParts()
	if parts == nil {
		return false
	}
	err := errors.New("no rule for them: use SparseAdam, Adagrad or SGD")
	if c.sparse != nil { // in a scope: as long as the rows that were read are held, so is the table before the step
		tensor.Scope(func(rows *tensor.Scoped) { err = c.sparse(h, s, p.Detach(), parts.In(rows)) })
	}
	if err != nil && err != errDense {
		s.undo()
		c.fail("cannot take the sparse gradient of a table of shape %v: %v", p.Shape(), err)
	}
	return err == nil
}

// downhill are the gradients of rows, or what is against them where the options say Maximize.
func (h *Hyper) downhill(rows *tensor.SparseRows) *tensor.Tensor {
	if h.Maximize {
		return rows.Sums().Neg()
	}
	return rows.Sums()
}

var errDecay = errors.New("weights of rows that are not used cannot decay: weight_decay is not 0")
