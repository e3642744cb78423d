package nn

import (
	"fmt"

	"github.com/flambeau-ml/flambeau/tensor"
)

// Embedding is rows of a table, looked up by their numbers: PyTorch's nn.Embedding.
type Embedding struct {
	Weight *Parameter // [rows, dim]

	lookup
}

// NewEmbedding makes a table of rows vectors of dim numbers, drawn from a normal distribution. It takes the options
// PaddingIdx, MaxNorm, NormType, ScaleGradByFreq and Sparse.
func NewEmbedding(rows, dim int, opts ...Option) *Embedding {
	s := settle("nn.Embedding", opts, lookupOptions...)
	l := s.lookup(rows, dim)
	return &Embedding{NewParameter(tableInit(rows, l.padding), rows, dim), l}
}

// lookup is how rows of a table are looked up.
type lookup struct {
	padding       int     // −1 without one
	maxNorm, norm float64 // of rows; 0 without a bound
	byFreq        bool
	sparse        bool
}

var lookupOptions = []string{"padding_idx", "max_norm", "norm_type", "scale_grad_by_freq", "sparse"}

// lookup reads the options for a table of so many rows of dim numbers.
func (s settings) lookup(rows, dim int) lookup {
	if rows < 0 || dim < 0 {
		s.fail("a table of %d rows of %d", rows, dim)
	}
	l := lookup{padding: s.paddingIdx(rows), maxNorm: get(s, "max_norm", 0.0), norm: get(s, "norm_type", 2.0), byFreq: get(s, "scale_grad_by_freq", false), sparse: get(s, "sparse", false)}
	if l.byFreq && l.sparse {
		s.fail("sparse gradients cannot be scaled by frequency")
	}
	if s.has("max_norm") && !(l.maxNorm > 0) {
		s.fail("max_norm must be above 0, and is %g", l.maxNorm)
	}
	return l
}

// of is the rows [*, dim] of a table. Rows that are too long are made shorter in the table first.
func (l *lookup) of(table *Parameter, indices *tensor.Tensor) *tensor.Tensor {
	w := table.Value()
	if l.maxNorm > 0 {
		flat := indices.Flatten()
		rows := w.Detach().IndexSelect(0, flat)
		norms := rows.VectorNormWith(tensor.Ord(l.norm), tensor.Dims(-1), tensor.KeepDim(true))
		short := norms.AddScalar(1e-7).Reciprocal().MulScalar(l.maxNorm)
		w.Detach().IndexCopy_(0, flat, tensor.Where(norms.GtScalar(l.maxNorm), rows.Mul(short), rows))
	}
	if l.sparse && w.IsLeaf() {
		w.ShowSparse(true)
	}
	x := tensor.EmbeddingWith(w, indices, tensor.PaddingIdx(l.padding))
	if !l.byFreq || !x.NeedsGrad() {
		return x
	}
	// The value is x as it is; its derivative is divided by how often each row is there.
	flat := indices.Flatten()
	often := tensor.ZerosWith([]any{w.Sym(0)}, tensor.As(x.DType())).IndexAdd(0, flat, tensor.OnesWith([]any{flat.Sym(0)}, tensor.As(x.DType())))
	share := often.Take(indices).Reciprocal().Unsqueeze(-1)
	return x.Detach().Add(x.Sub(x.Detach()).Mul(share))
}

// paddingIdx is the option PaddingIdx for a table of so many rows; −1 without it.
func (s settings) paddingIdx(rows int) int {
	if !s.has("padding_idx") {
		return -1
	}
	pad := get(s, "padding_idx", -1)
	if pad < -rows || pad >= rows {
		s.fail("padding_idx %d of %d rows", pad, rows)
	}
	if pad < 0 {
		pad += rows
	}
	return pad
}

// tableInit draws from a normal distribution; the row for padding is 0.
func tableInit(rows, padding int) Initializer {
	return func(g *tensor.Generator, sizes []int) *tensor.Tensor {
		w := Normal(0, 1)(g, sizes)
		if padding < 0 {
			return w
		}
		keep := make([]float32, rows)
		for i := range keep {
			if i != padding {
				keep[i] = 1
			}
		}
		return w.Mul(tensor.New(keep, rows, 1))
	}
}

// Forward makes indices [*] into [*, dim]. An index that is no row's is an error when the result is computed. With MaxNorm
// it writes the table, in evaluation too: then it is for one goroutine at a time.
func (e *Embedding) Forward(indices *tensor.Tensor) *tensor.Tensor {
	return e.of(e.Weight, indices)
}

// String describes the layer.
func (e *Embedding) String() string {
	return fmt.Sprintf("Embedding(%d, %d)", e.Weight.Size(0), e.Weight.Size(1))
}
