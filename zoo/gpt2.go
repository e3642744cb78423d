package zoo

import (
	"math"

	"github.com/flambeau-ml/flambeau/nn"
	"github.com/flambeau-ml/flambeau/tensor"
)

// GPT2 is a transformer that says how a text goes on (Radford et al., 2019): Hugging Face's GPT2LMHeadModel.
type GPT2 struct {
	Transformer *GPT2Model
	LmHead      GPT2Head // its weight is that of the table of tokens
}

// GPT2Model is a GPT2 without its head.
type GPT2Model struct {
	Wte  *nn.Embedding // of tokens
	Wpe  *nn.Embedding // of positions
	Drop *nn.Dropout
	H    []*GPT2Block
	LnF  *nn.LayerNorm
}

// GPT2Head makes scores of tokens.
type GPT2Head struct{ Weight *nn.Parameter }

// GPT2Config is the shape of a GPT2. Fields that are 0 are those of the smallest published model, of 124 million
// parameters; but nothing is dropped in training where Dropout is 0.
type GPT2Config struct {
	Layers, Heads, Width int
	Vocabulary           int
	Positions            int     // of the longest text
	Dropout              float64 // of embeddings, and of what each attention and each network gives
}

// NewGPT2 makes a GPT2.
func NewGPT2(c GPT2Config) *GPT2 {
	orElse(&c.Layers, 12)
	orElse(&c.Heads, 12)
	orElse(&c.Width, 768)
	orElse(&c.Vocabulary, 50257)
	orElse(&c.Positions, 1024)
	positive("zoo.GPT2", "Layers", c.Layers, "Heads", c.Heads, "Width", c.Width)
	shared("zoo.GPT2", c.Width, c.Heads)
	m := &GPT2Model{
		Wte: embedding(c.Vocabulary, c.Width, 0.02), Wpe: embedding(c.Positions, c.Width, 0.02),
		Drop: nn.NewDropout(c.Dropout), LnF: nn.NewLayerNorm([]int{c.Width}),
	}
	for range c.Layers {
		m.H = append(m.H, newGPT2Block(c))
	}
	return &GPT2{m, GPT2Head{m.Wte.Weight}}
}

// Forward makes tokens [N, T] into scores [N, T, vocabulary] of the tokens behind each.
func (m *GPT2) Forward(ids *tensor.Tensor) *tensor.Tensor {
	return m.Transformer.Forward(ids, nil).Linear(m.LmHead.Weight.Value(), nil)
}

// Loss is how far the scores behind each token of texts [N, T] are from the labels [N, T] of the next position, which are
// the tokens themselves, or −100 for those that do not count.
func (m *GPT2) Loss(ids, labels *tensor.Tensor) *tensor.Tensor {
	return nextTokenLoss(m.Forward(ids), labels)
}

// NewCache makes an empty cache for so many texts of up to length tokens.
func (m *GPT2) NewCache(batch, length int) *KVCache {
	a := m.Transformer.H[0].Attn
	return NewKVCache(len(m.Transformer.H), batch, a.heads, length, a.size)
}

// Decode adds tokens [N, T] to the texts in the cache and gives scores [N, vocabulary] for the token behind them.
func (m *GPT2) Decode(ids *tensor.Tensor, cache *KVCache) *tensor.Tensor {
	return m.Transformer.Forward(ids, cache).Select(1, -1).Linear(m.LmHead.Weight.Value(), nil)
}

// Forward makes tokens [N, T] into vectors [N, T, width]. The tokens stand behind those that the cache remembers, and are
// added to it; it may be nil.
func (m *GPT2Model) Forward(ids *tensor.Tensor, cache *KVCache) *tensor.Tensor {
	positions := m.Wpe.Forward(positionsFrom(cache.Len(), ids.Sym(1)))
	x := m.Drop.Forward(m.Wte.Forward(ids).Add(positions))
	for i, block := range m.H {
		x = block.forward(x, i, cache)
	}
	if cache != nil {
		cache.grow(ids.Size(1))
	}
	return m.LnF.Forward(x)
}

// GPT2Block is an attention and a network on each vector, each behind a normalisation and with a way around.
type GPT2Block struct {
	Ln1  *nn.LayerNorm `nn:"ln_1"`
	Attn *GPT2Attention
	Ln2  *nn.LayerNorm `nn:"ln_2"`
	Mlp  *GPT2MLP
}

func newGPT2Block(c GPT2Config) *GPT2Block {
	last := 0.02 / math.Sqrt(2*float64(c.Layers)) // what the ways around add up
	return &GPT2Block{
		Ln1: nn.NewLayerNorm([]int{c.Width}),
		Attn: &GPT2Attention{
			CAttn: newConv1D(c.Width, 3*c.Width, 0.02), CProj: newConv1D(c.Width, c.Width, last),
			Drop: nn.NewDropout(c.Dropout), heads: c.Heads, size: c.Width / c.Heads,
		},
		Ln2: nn.NewLayerNorm([]int{c.Width}),
		Mlp: &GPT2MLP{
			CFc: newConv1D(c.Width, 4*c.Width, 0.02), CProj: newConv1D(4*c.Width, c.Width, last), Drop: nn.NewDropout(c.Dropout),
		},
	}
}

func (b *GPT2Block) forward(x *tensor.Tensor, layer int, cache *KVCache) *tensor.Tensor {
	x = x.Add(b.Attn.forward(b.Ln1.Forward(x), layer, cache))
	return x.Add(b.Mlp.Forward(b.Ln2.Forward(x)))
}

// GPT2Attention lets each token look at itself and those before it.
type GPT2Attention struct {
	CAttn *Conv1D // makes queries, keys and values
	CProj *Conv1D
	Drop  *nn.Dropout

	heads, size int
}

func (a *GPT2Attention) forward(x *tensor.Tensor, layer int, cache *KVCache) *tensor.Tensor {
	parts := a.CAttn.Forward(x).Chunk(3, -1)
	q, k, v := heads(parts[0], a.heads, a.size), heads(parts[1], a.heads, a.size), heads(parts[2], a.heads, a.size)
	k, v = cache.put(layer, k, v)
	return a.Drop.Forward(a.CProj.Forward(merge(attendCausally(q, k, v, cache.Len()))))
}

// GPT2MLP is the network on each vector.
type GPT2MLP struct {
	CFc   *Conv1D
	CProj *Conv1D
	Drop  *nn.Dropout
}

// Forward makes [*, width] into [*, width].
func (m *GPT2MLP) Forward(x *tensor.Tensor) *tensor.Tensor {
	return m.Drop.Forward(m.CProj.Forward(m.CFc.Forward(x).GELUWith(tensor.Approximate("tanh"))))
}

// Conv1D is a linear layer whose weight is the other way round than nn.Linear has it: that of GPT-2's checkpoints.
type Conv1D struct {
	Weight *nn.Parameter // [in, out]
	Bias   *nn.Parameter // [out]
}

func newConv1D(in, out int, std float64) *Conv1D {
	return &Conv1D{nn.NewParameter(nn.Normal(0, std), in, out), nn.NewParameter(nn.Zeros(), out)}
}

// Forward makes [*, in] into [*, out].
func (c *Conv1D) Forward(x *tensor.Tensor) *tensor.Tensor {
	return x.MatMul(c.Weight.Value()).Add(c.Bias.Value())
}

// nextTokenLoss is the cross entropy of scores [N, T, vocabulary] and the labels [N, T] one position later.
func nextTokenLoss(scores, labels *tensor.Tensor) *tensor.Tensor {
	return nn.CrossEntropy(scores.Slice(1, 0, -1).Flatten(0, 1), labels.Slice(1, 1, nil).Flatten(0, 1))
}
