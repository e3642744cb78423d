package nn

import (
	"fmt"

	"github.com/flambeau-ml/flambeau/tensor"
)

// Linear is x·Wᵀ + b: PyTorch's nn.Linear.
type Linear struct {
	Weight *Parameter // [out, in]
	Bias   *Parameter // [out]; nil without one
}

// NewLinear makes a linear layer from in features to out. It takes the option Bias.
func NewLinear(in, out int, opts ...Option) *Linear {
	s := settle("nn.Linear", opts, "bias")
	if in < 0 || out < 0 {
		s.fail("%d features in, %d out", in, out)
	}
	l := &Linear{Weight: NewParameter(defaultWeight(), out, in)}
	if get(s, "bias", true) {
		l.Bias = NewParameter(defaultBias(in), out)
	}
	return l
}

// Forward makes [*, in] into [*, out].
func (l *Linear) Forward(x *tensor.Tensor) *tensor.Tensor {
	return x.Linear(l.Weight.Value(), l.Bias.Value())
}

// String describes the layer.
func (l *Linear) String() string {
	return fmt.Sprintf("Linear(%d, %d%s)", l.Weight.Size(1), l.Weight.Size(0), biasNote(l.Bias))
}

func biasNote(b *Parameter) string {
	if b == nil {
		return ", no bias"
	}
	return ""
}

// Embedding is rows of a table, looked up by their numbers: PyTorch's nn.Embedding.
type Embedding struct {
	Weight *Parameter // [rows, dim]

	padding int // −1 without one
}

// NewEmbedding makes a table of rows vectors of dim numbers, drawn from a normal distribution. It takes the option
// PaddingIdx.
func NewEmbedding(rows, dim int, opts ...Option) *Embedding {
	s := settle("nn.Embedding", opts, "padding_idx")
	if rows < 0 || dim < 0 {
		s.fail("a table of %d rows of %d", rows, dim)
	}
	pad := s.paddingIdx(rows)
	return &Embedding{NewParameter(tableInit(rows, pad), rows, dim), pad}
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

// Forward makes indices [*] into [*, dim]. An index that is no row's is an error when the result is computed.
func (e *Embedding) Forward(indices *tensor.Tensor) *tensor.Tensor {
	return tensor.EmbeddingWith(e.Weight.Value(), indices, tensor.PaddingIdx(e.padding))
}

// String describes the layer.
func (e *Embedding) String() string {
	return fmt.Sprintf("Embedding(%d, %d)", e.Weight.Size(0), e.Weight.Size(1))
}
