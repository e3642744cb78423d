package zoo

import (
	"github.com/flambeau-ml/flambeau/nn"
	"github.com/flambeau-ml/flambeau/tensor"
)

// Tagger scores tags for each token of a text, by a network with long short-term memory that reads it in both directions.
type Tagger struct {
	Embed *nn.Embedding
	Lstm  *nn.LSTM
	Tags  *nn.Linear
}

// TaggerConfig is the shape of a Tagger. Fields that are 0 are 10,000 tokens, 17 tags (those of Universal Dependencies),
// vectors of 128 numbers, 256 hidden features in each direction, and 1 layer.
type TaggerConfig struct {
	Vocabulary, Tags      int
	Width, Hidden, Layers int
	Dropout               float64 // of what a layer gives to the next
}

// NewTagger makes a Tagger.
func NewTagger(c TaggerConfig) *Tagger {
	orElse(&c.Vocabulary, 10_000)
	orElse(&c.Tags, 17)
	orElse(&c.Width, 128)
	orElse(&c.Hidden, 256)
	orElse(&c.Layers, 1)
	return &Tagger{
		Embed: nn.NewEmbedding(c.Vocabulary, c.Width),
		Lstm:  nn.NewLSTM(c.Width, c.Hidden, nn.NumLayers(c.Layers), nn.Bidirectional(), nn.BatchFirst(), nn.DropoutP(c.Dropout)),
		Tags:  nn.NewLinear(2*c.Hidden, c.Tags),
	}
}

// Forward makes tokens [N, T] into scores [N, T, tags].
func (m *Tagger) Forward(ids *tensor.Tensor) *tensor.Tensor {
	y, _, _ := m.Lstm.Forward(m.Embed.Forward(ids), nil, nil)
	return m.Tags.Forward(y)
}

// Loss is how far the scores are from tags [N, T], of which −100 do not count.
func (m *Tagger) Loss(ids, tags *tensor.Tensor) *tensor.Tensor {
	return nn.CrossEntropy(m.Forward(ids).Flatten(0, 1), tags.Flatten())
}
