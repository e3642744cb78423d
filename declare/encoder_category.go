package declare

import (
	"github.com/flambeau-ml/flambeau/nn"
	"github.com/flambeau-ml/flambeau/tensor"
)

var embeddingEncoder = encoderKind{
	name:    "dense",
	doc:     "A vector for each category, which training finds.",
	options: func() encoderOptions { return new(embedding) },
	keys: []key{
		{name: "embedding_size", kind: kindInt, def: 50, in: between(1, 1<<20),
			doc: "Numbers of a vector; no more than there are categories."},
		{name: "dropout", kind: kindNumber, def: 0.0, in: between(0, 0.999),
			doc: "Share of them that dropout zeroes while training."},
	},
}

var onehotEncoder = encoderKind{
	name:    "onehot",
	doc:     "A number for each category: 1 for the one that it is, 0 for the others.",
	options: func() encoderOptions { return new(onehot) },
}

// embedding are the options of the encoder dense of categories.
type embedding struct {
	Size    int     `yaml:"embedding_size"`
	Dropout float64 `yaml:"dropout"`
}

// onehot has no options.
type onehot struct{}

func (o *embedding) check([]int) (string, error) { return "", nil }
func (o *onehot) check([]int) (string, error)    { return "", nil }

func (o *embedding) build(c inputCodec) (nn.Layer, int) {
	categories := len(c.(*categoryCodec).state.Vocabulary)
	size := min(o.Size, categories)
	e := &embeddingLayer{Embedding: nn.NewEmbedding(categories, size)}
	if o.Dropout > 0 {
		e.Dropout = nn.NewDropout(o.Dropout)
	}
	return e, size
}

// embeddingLayer is the encoder dense of categories.
type embeddingLayer struct {
	Embedding *nn.Embedding
	Dropout   nn.Layer
}

// Forward makes categories [N] into vectors [N, size].
func (e *embeddingLayer) Forward(x *tensor.Tensor) *tensor.Tensor {
	x = e.Embedding.Forward(x)
	if e.Dropout != nil {
		x = e.Dropout.Forward(x)
	}
	return x
}

func (o *onehot) build(c inputCodec) (nn.Layer, int) {
	n := len(c.(*categoryCodec).state.Vocabulary)
	return &onehotLayer{n}, n
}

// onehotLayer is the encoder onehot.
type onehotLayer struct{ categories int }

// Forward makes categories [N] into [N, categories].
func (e *onehotLayer) Forward(x *tensor.Tensor) *tensor.Tensor {
	return x.OneHot(e.categories).MulScalar(1.0) // which makes floats of whole numbers
}
