package nn

import (
	"fmt"

	"github.com/flambeau-ml/flambeau/tensor"
)

// transformerOptions are the options of all that Transformers are made of.
var transformerOptions = []string{"dim_feedforward", "dropout", "activation", "eps", "batch_first", "norm_first", "bias"}

// feedForward is what layers of encoders and decoders share: two linear layers, one vector at a time.
type feedForward struct {
	Linear1  *Linear
	Dropout  *Dropout
	Linear2  *Linear
	Dropout2 *Dropout

	activation func(*tensor.Tensor) *tensor.Tensor
	normFirst  bool
}

func (f *feedForward) forward(x *tensor.Tensor) *tensor.Tensor {
	return f.Linear2.Forward(f.Dropout.Forward(f.activation(f.Linear1.Forward(x))))
}

// around is one part of a layer with its shortcut and its norm, which is before it or behind both.
func (f *feedForward) around(x *tensor.Tensor, norm *LayerNorm, drop *Dropout, part func(*tensor.Tensor) *tensor.Tensor) *tensor.Tensor {
	if f.normFirst {
		return x.Add(drop.Forward(part(norm.Forward(x))))
	}
	return norm.Forward(x.Add(drop.Forward(part(x))))
}

// transformerParts are makers of the parts of layers.
type transformerParts struct {
	settings
	model, heads int
	bias         Option
	p            float64
}

func newParts(op string, model, heads int, opts []Option) transformerParts {
	s := settle(op, opts, transformerOptions...)
	return transformerParts{s, model, heads, Bias(get(s, "bias", true)), s.probability("dropout", 0.1)}
}

func (t transformerParts) attention() *MultiheadAttention {
	opts := []Option{t.bias, DropoutP(t.p)}
	if get(t.settings, "batch_first", false) {
		opts = append(opts, BatchFirst())
	}
	return NewMultiheadAttention(t.model, t.heads, opts...)
}

func (t transformerParts) norm() *LayerNorm {
	return NewLayerNorm([]int{t.model}, Eps(get(t.settings, "eps", 1e-5)), t.bias)
}

func (t transformerParts) drop() *Dropout { return NewDropout(t.p) }

func (t transformerParts) feedForward() feedForward {
	hidden := get(t.settings, "dim_feedforward", 2048)
	return feedForward{
		Linear1: NewLinear(t.model, hidden, t.bias), Dropout: t.drop(), Linear2: NewLinear(hidden, t.model, t.bias), Dropout2: t.drop(),
		activation: get(t.settings, "activation", (*tensor.Tensor).ReLU), normFirst: get(t.settings, "norm_first", false),
	}
}

// TransformerEncoderLayer is attention of a sequence to itself, and a small network: PyTorch's
// nn.TransformerEncoderLayer.
type TransformerEncoderLayer struct {
	SelfAttn *MultiheadAttention
	feedForward
	Norm1, Norm2 *LayerNorm
	Dropout1     *Dropout
}

// NewTransformerEncoderLayer makes a layer over vectors of model numbers with so many heads. It takes the options
// DimFeedforward (2048 without it), DropoutP (0.1 without it), Activation (ReLU without it), Eps, BatchFirst, NormFirst
// and Bias.
func NewTransformerEncoderLayer(model, heads int, opts ...Option) *TransformerEncoderLayer {
	t := newParts("nn.TransformerEncoderLayer", model, heads, opts)
	return &TransformerEncoderLayer{t.attention(), t.feedForward(), t.norm(), t.norm(), t.drop()}
}

// Forward makes [S, N, model] into the same shape; with BatchFirst, N is first, and a single sample has no N.
func (l *TransformerEncoderLayer) Forward(src *tensor.Tensor) *tensor.Tensor {
	return l.ForwardMasked(src, Masks{})
}

// ForwardMasked is Forward with something hidden.
func (l *TransformerEncoderLayer) ForwardMasked(src *tensor.Tensor, masks Masks) *tensor.Tensor {
	src = l.around(src, l.Norm1, l.Dropout1, func(x *tensor.Tensor) *tensor.Tensor { return l.SelfAttn.Forward(x, x, x, masks) })
	return l.around(src, l.Norm2, l.Dropout2, l.forward)
}

// String describes the layer.
func (l *TransformerEncoderLayer) String() string {
	return fmt.Sprintf("TransformerEncoderLayer(%d, %d heads)", l.SelfAttn.embed, l.SelfAttn.heads)
}

// TransformerDecoderLayer is attention of a sequence to itself and to another, its memory, and a small network:
// PyTorch's nn.TransformerDecoderLayer.
type TransformerDecoderLayer struct {
	SelfAttn      *MultiheadAttention
	MultiheadAttn *MultiheadAttention
	feedForward
	Norm1, Norm2, Norm3 *LayerNorm
	Dropout1, Dropout3  *Dropout
}

// NewTransformerDecoderLayer makes a layer over vectors of model numbers with so many heads. It takes the options of
// NewTransformerEncoderLayer.
func NewTransformerDecoderLayer(model, heads int, opts ...Option) *TransformerDecoderLayer {
	t := newParts("nn.TransformerDecoderLayer", model, heads, opts)
	return &TransformerDecoderLayer{t.attention(), t.attention(), t.feedForward(), t.norm(), t.norm(), t.norm(), t.drop(), t.drop()}
}

// Forward makes [T, N, model] with a memory [S, N, model] into the shape of the first, where the masks hide something
// of the sequence itself and of the memory. With BatchFirst, N is first, and a single sample has no N.
func (l *TransformerDecoderLayer) Forward(tgt, memory *tensor.Tensor, masks, memoryMasks Masks) *tensor.Tensor {
	tgt = l.around(tgt, l.Norm1, l.Dropout1, func(x *tensor.Tensor) *tensor.Tensor { return l.SelfAttn.Forward(x, x, x, masks) })
	tgt = l.around(tgt, l.Norm2, l.Dropout2, func(x *tensor.Tensor) *tensor.Tensor {
		return l.MultiheadAttn.Forward(x, memory, memory, memoryMasks)
	})
	return l.around(tgt, l.Norm3, l.Dropout3, l.forward)
}

// String describes the layer.
func (l *TransformerDecoderLayer) String() string {
	return fmt.Sprintf("TransformerDecoderLayer(%d, %d heads)", l.SelfAttn.embed, l.SelfAttn.heads)
}

// TransformerEncoder is encoder layers one after the other, and a norm: PyTorch's nn.TransformerEncoder.
type TransformerEncoder struct {
	Layers []*TransformerEncoderLayer
	Norm   *LayerNorm // nil without one
}

// NewTransformerEncoder makes an encoder of layers, and a norm where it is not nil.
func NewTransformerEncoder(norm *LayerNorm, layers ...*TransformerEncoderLayer) *TransformerEncoder {
	return &TransformerEncoder{layers, norm}
}

// Forward makes [S, N, model] into the same shape; with BatchFirst, N is first, and a single sample has no N.
func (e *TransformerEncoder) Forward(src *tensor.Tensor) *tensor.Tensor {
	return e.ForwardMasked(src, Masks{})
}

// ForwardMasked is Forward with something hidden.
func (e *TransformerEncoder) ForwardMasked(src *tensor.Tensor, masks Masks) *tensor.Tensor {
	for _, l := range e.Layers {
		src = l.ForwardMasked(src, masks)
	}
	if e.Norm != nil {
		src = e.Norm.Forward(src)
	}
	return src
}

// TransformerDecoder is decoder layers one after the other, and a norm: PyTorch's nn.TransformerDecoder.
type TransformerDecoder struct {
	Layers []*TransformerDecoderLayer
	Norm   *LayerNorm // nil without one
}

// NewTransformerDecoder makes a decoder of layers, and a norm where it is not nil.
func NewTransformerDecoder(norm *LayerNorm, layers ...*TransformerDecoderLayer) *TransformerDecoder {
	return &TransformerDecoder{layers, norm}
}

// Forward makes [T, N, model] with a memory [S, N, model] into the shape of the first, as the layers do.
func (d *TransformerDecoder) Forward(tgt, memory *tensor.Tensor, masks, memoryMasks Masks) *tensor.Tensor {
	for _, l := range d.Layers {
		tgt = l.Forward(tgt, memory, masks, memoryMasks)
	}
	if d.Norm != nil {
		tgt = d.Norm.Forward(tgt)
	}
	return tgt
}

// Transformer is an encoder, and a decoder whose memory is what it makes (Vaswani et al., 2017): PyTorch's
// nn.Transformer.
type Transformer struct {
	Encoder *TransformerEncoder
	Decoder *TransformerDecoder
}

// NewTransformer makes a Transformer over vectors of model numbers with so many heads, of so many layers: PyTorch's
// defaults are 512, 8, 6 and 6. It takes the options of NewTransformerEncoderLayer. Matrices begin as XavierUniform
// makes them.
func NewTransformer(model, heads, encoders, decoders int, opts ...Option) *Transformer {
	t := newParts("nn.Transformer", model, heads, opts)
	m := &Transformer{NewTransformerEncoder(t.norm()), NewTransformerDecoder(t.norm())}
	for range encoders {
		m.Encoder.Layers = append(m.Encoder.Layers, NewTransformerEncoderLayer(model, heads, opts...))
	}
	for range decoders {
		m.Decoder.Layers = append(m.Decoder.Layers, NewTransformerDecoderLayer(model, heads, opts...))
	}
	for _, p := range NamedParameters(m) {
		if p.Dim() > 1 {
			p.Of.init = XavierUniform(1)
		}
	}
	return m
}

// Forward makes a target [T, N, model] with a source [S, N, model] into the shape of the target, where the masks hide
// something of the source, of the target, and of what the encoder made of the source. With BatchFirst, N is first, and
// a single sample has no N.
func (t *Transformer) Forward(src, tgt *tensor.Tensor, srcMasks, tgtMasks, memoryMasks Masks) *tensor.Tensor {
	return t.Decoder.Forward(tgt, t.Encoder.ForwardMasked(src, srcMasks), tgtMasks, memoryMasks)
}
