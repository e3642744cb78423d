package zoo

import (
	"github.com/flambeau-ml/flambeau/nn"
	"github.com/flambeau-ml/flambeau/tensor"
)

// BERT is a transformer that makes vectors of the tokens of a text, each seen with all others (Devlin et al., 2018):
// Hugging Face's BertModel.
type BERT struct {
	Embeddings *BERTEmbeddings
	Encoder    *BERTEncoder
	Pooler     *BERTPooler // nil in a BERTForMaskedLM
}

// BERTConfig is the shape of a BERT. Fields that are 0 are those of bert-base-uncased; but nothing is dropped in training
// where Dropout is 0.
type BERTConfig struct {
	Layers, Heads, Width, Inner int // Inner: of the hidden layer of the networks
	Vocabulary                  int
	Positions                   int     // of the longest text
	Types                       int     // of texts, such as question and answer
	Dropout                     float64 // of embeddings, and of what each attention and each network gives
}

// defaults checks a configuration and fills it in.
func (c *BERTConfig) defaults() {
	orElse(&c.Layers, 12)
	orElse(&c.Heads, 12)
	orElse(&c.Width, 768)
	orElse(&c.Inner, 4*c.Width)
	orElse(&c.Vocabulary, 30522)
	orElse(&c.Positions, 512)
	orElse(&c.Types, 2)
	positive("zoo.BERT", "Layers", c.Layers, "Heads", c.Heads, "Width", c.Width)
	shared("zoo.BERT", c.Width, c.Heads)
}

func (c *BERTConfig) norm() *nn.LayerNorm { return nn.NewLayerNorm([]int{c.Width}, nn.Eps(1e-12)) }

// NewBERT makes a BERT.
func NewBERT(c BERTConfig) *BERT {
	c.defaults()
	m := &BERT{
		Embeddings: &BERTEmbeddings{
			WordEmbeddings:      embedding(c.Vocabulary, c.Width, 0.02),
			PositionEmbeddings:  embedding(c.Positions, c.Width, 0.02),
			TokenTypeEmbeddings: embedding(c.Types, c.Width, 0.02),
			LayerNorm:           c.norm(), Dropout: nn.NewDropout(c.Dropout),
		},
		Encoder: &BERTEncoder{},
		Pooler:  &BERTPooler{linear(c.Width, c.Width, 0.02)},
	}
	for range c.Layers {
		m.Encoder.Layer = append(m.Encoder.Layer, newBERTLayer(c))
	}
	return m
}

// BERTInput is texts.
type BERTInput struct {
	IDs   *tensor.Tensor // [N, T], int64
	Types *tensor.Tensor // [N, T], int64: which of its texts each token belongs to; nil: all to the first
	Mask  *tensor.Tensor // [N, T]: 0 where a text has ended; nil: all are T tokens long
}

// Forward makes texts into vectors [N, T, width].
func (m *BERT) Forward(in BERTInput) *tensor.Tensor {
	return m.Encoder.Forward(m.Embeddings.Forward(in), in.Mask)
}

// Pooled is one vector for each text, [N, width]: made of that of its first token.
func (m *BERT) Pooled(in BERTInput) *tensor.Tensor { return m.Pooler.Forward(m.Forward(in)) }

// BERTEmbeddings makes vectors of tokens, their positions and types.
type BERTEmbeddings struct {
	WordEmbeddings      *nn.Embedding
	PositionEmbeddings  *nn.Embedding
	TokenTypeEmbeddings *nn.Embedding
	LayerNorm           *nn.LayerNorm `nn:"LayerNorm"`
	Dropout             *nn.Dropout
}

// Forward makes texts into vectors [N, T, width].
func (e *BERTEmbeddings) Forward(in BERTInput) *tensor.Tensor {
	x := e.WordEmbeddings.Forward(in.IDs)
	if in.Types != nil {
		x = x.Add(e.TokenTypeEmbeddings.Forward(in.Types))
	} else {
		x = x.Add(e.TokenTypeEmbeddings.Weight.Value().Narrow(0, 0, 1))
	}
	x = x.Add(e.PositionEmbeddings.Weight.Value().Narrow(0, 0, in.IDs.Sym(1)))
	return e.Dropout.Forward(e.LayerNorm.Forward(x))
}

// BERTEncoder is the layers of a BERT.
type BERTEncoder struct{ Layer []*BERTLayer }

// Forward makes vectors [N, T, width] into others; mask [N, T] is 0 where a text has ended, or nil.
func (e *BERTEncoder) Forward(x, mask *tensor.Tensor) *tensor.Tensor {
	if mask != nil {
		mask = mask.NeScalar(0).Unsqueeze(1).Unsqueeze(1) // of keys, for all heads and queries
	}
	for _, l := range e.Layer {
		x = l.forward(x, mask)
	}
	return x
}

// BERTLayer is an attention and a network on each vector, each with a way around and a normalisation behind it.
type BERTLayer struct {
	Attention    *BERTAttention
	Intermediate BERTDense
	Output       *BERTOutput
}

// BERTDense is a linear layer.
type BERTDense struct{ Dense *nn.Linear }

// BERTAttention is an attention with what is behind it.
type BERTAttention struct {
	Self   *BERTSelfAttention
	Output *BERTOutput
}

// BERTSelfAttention makes queries, keys and values.
type BERTSelfAttention struct {
	Query, Key, Value *nn.Linear

	heads, size int
}

// BERTOutput is the end of a way around.
type BERTOutput struct {
	Dense     *nn.Linear
	LayerNorm *nn.LayerNorm `nn:"LayerNorm"`
	Dropout   *nn.Dropout
}

func newBERTLayer(c BERTConfig) *BERTLayer {
	output := func(in int) *BERTOutput {
		return &BERTOutput{linear(in, c.Width, 0.02), c.norm(), nn.NewDropout(c.Dropout)}
	}
	square := func() *nn.Linear { return linear(c.Width, c.Width, 0.02) }
	return &BERTLayer{
		Attention: &BERTAttention{
			&BERTSelfAttention{square(), square(), square(), c.Heads, c.Width / c.Heads}, output(c.Width),
		},
		Intermediate: BERTDense{linear(c.Width, c.Inner, 0.02)},
		Output:       output(c.Inner),
	}
}

func (l *BERTLayer) forward(x, mask *tensor.Tensor) *tensor.Tensor {
	x = l.Attention.Output.forward(l.Attention.Self.forward(x, mask), x)
	return l.Output.forward(l.Intermediate.Dense.Forward(x).GELU(), x)
}

func (a *BERTSelfAttention) forward(x, mask *tensor.Tensor) *tensor.Tensor {
	part := func(l *nn.Linear) *tensor.Tensor { return heads(l.Forward(x), a.heads, a.size) }
	return merge(tensor.ScaledDotProductAttention(part(a.Query), part(a.Key), part(a.Value), mask))
}

// forward adds what was computed of x to x.
func (o *BERTOutput) forward(y, x *tensor.Tensor) *tensor.Tensor {
	return o.LayerNorm.Forward(x.Add(o.Dropout.Forward(o.Dense.Forward(y))))
}

// BERTPooler makes a vector of a text.
type BERTPooler struct{ Dense *nn.Linear }

// Forward makes [N, T, width] into [N, width].
func (p *BERTPooler) Forward(x *tensor.Tensor) *tensor.Tensor {
	return p.Dense.Forward(x.Select(1, 0)).Tanh()
}

// BERTForMaskedLM is a BERT that guesses tokens that are hidden from it: Hugging Face's BertForMaskedLM.
type BERTForMaskedLM struct {
	Bert *BERT
	Cls  struct{ Predictions *BERTPredictions }
}

// BERTPredictions makes scores of tokens.
type BERTPredictions struct {
	Bias      *nn.Parameter // [vocabulary]
	Transform struct {
		Dense     *nn.Linear
		LayerNorm *nn.LayerNorm `nn:"LayerNorm"`
	}
	Decoder *nn.Linear // its weight is the table of tokens, its bias is Bias
}

// NewBERTForMaskedLM makes a BERT that guesses tokens.
func NewBERTForMaskedLM(c BERTConfig) *BERTForMaskedLM {
	c.defaults()
	m := &BERTForMaskedLM{Bert: NewBERT(c)}
	m.Bert.Pooler = nil
	p := &BERTPredictions{Bias: nn.NewParameter(nn.Zeros(), c.Vocabulary)}
	p.Transform.Dense, p.Transform.LayerNorm = linear(c.Width, c.Width, 0.02), c.norm()
	p.Decoder = &nn.Linear{Weight: m.Bert.Embeddings.WordEmbeddings.Weight, Bias: p.Bias}
	m.Cls.Predictions = p
	return m
}

// Forward makes texts into scores [N, T, vocabulary].
func (m *BERTForMaskedLM) Forward(in BERTInput) *tensor.Tensor {
	p := m.Cls.Predictions
	x := p.Transform.LayerNorm.Forward(p.Transform.Dense.Forward(m.Bert.Forward(in)).GELU())
	return p.Decoder.Forward(x)
}

// Loss is how far the scores are from labels [N, T]: the tokens that were hidden, and −100 everywhere else.
func (m *BERTForMaskedLM) Loss(in BERTInput, labels *tensor.Tensor) *tensor.Tensor {
	return nn.CrossEntropy(m.Forward(in).Flatten(0, 1), labels.Flatten())
}
