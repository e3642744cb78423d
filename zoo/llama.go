package zoo

import (
	"math"

	"github.com/flambeau-ml/flambeau/nn"
	"github.com/flambeau-ml/flambeau/tensor"
)

// Llama is a transformer that says how a text goes on, of the shape that most open language models have: RMSNorm, rotated
// positions, gated networks, heads that share keys and values (Touvron et al., 2023). It is Hugging Face's
// LlamaForCausalLM.
type Llama struct {
	Model  *LlamaModel
	LmHead *nn.Linear
}

// LlamaModel is a Llama without its head.
type LlamaModel struct {
	EmbedTokens *nn.Embedding
	Layers      []*LlamaLayer
	Norm        *nn.RMSNorm

	rope rope
}

// LlamaConfig is the shape of a Llama. Fields that are 0 are those of Llama 2 with 7 billion parameters; but KVHeads and
// HeadSize follow from Heads and Width.
type LlamaConfig struct {
	Layers, Heads, Width, Inner int     // Inner: of the hidden layer of the networks
	KVHeads                     int     // of keys and values; without it, Heads
	HeadSize                    int     // without it, Width / Heads
	Vocabulary                  int     //
	Theta                       float64 // the base of the angles that positions are rotated by
	Eps                         float64 // of the normalisations
	Tied                        bool    // the head's weight is the table of tokens
}

// NewLlama makes a Llama.
func NewLlama(c LlamaConfig) *Llama {
	const op = "zoo.Llama"
	orElse(&c.Layers, 32)
	orElse(&c.Heads, 32)
	orElse(&c.Width, 4096)
	orElse(&c.Inner, 11008)
	orElse(&c.KVHeads, c.Heads)
	orElse(&c.Vocabulary, 32000)
	orElse(&c.Theta, 10000)
	orElse(&c.Eps, 1e-6)
	positive(op, "Layers", c.Layers, "Heads", c.Heads, "Width", c.Width, "KVHeads", c.KVHeads)
	shared(op, c.Heads, c.KVHeads)
	if c.HeadSize == 0 {
		c.HeadSize = shared(op, c.Width, c.Heads)
	}
	if c.HeadSize < 0 || c.HeadSize%2 != 0 {
		panic(tensor.Errorf(op, "heads of %d numbers cannot be rotated in pairs", c.HeadSize))
	}
	m := &Llama{
		Model:  &LlamaModel{EmbedTokens: embedding(c.Vocabulary, c.Width, 0.02), Norm: c.norm(), rope: newRope(c.HeadSize, c.Theta)},
		LmHead: c.linear(c.Width, c.Vocabulary),
	}
	for range c.Layers {
		m.Model.Layers = append(m.Model.Layers, newLlamaLayer(c))
	}
	if c.Tied {
		m.LmHead.Weight = m.Model.EmbedTokens.Weight
	}
	return m
}

func (c *LlamaConfig) norm() *nn.RMSNorm { return nn.NewRMSNorm([]int{c.Width}, nn.Eps(c.Eps)) }

func (c *LlamaConfig) linear(in, out int) *nn.Linear {
	l := linear(in, out, 0.02)
	l.Bias = nil
	return l
}

// Forward makes tokens [N, T] into scores [N, T, vocabulary] of the tokens behind each.
func (m *Llama) Forward(ids *tensor.Tensor) *tensor.Tensor {
	return m.LmHead.Forward(m.Model.Forward(ids, nil))
}

// Loss is how far the scores behind each token of texts [N, T] are from the labels [N, T] of the next position, which are
// the tokens themselves, or −100 for those that do not count.
func (m *Llama) Loss(ids, labels *tensor.Tensor) *tensor.Tensor {
	return nextTokenLoss(m.Forward(ids), labels)
}

// NewCache makes an empty cache for so many texts of up to length tokens.
func (m *Llama) NewCache(batch, length int) *KVCache {
	a := m.Model.Layers[0].SelfAttn
	return NewKVCache(len(m.Model.Layers), batch, a.kvHeads, length, a.size)
}

// Decode adds tokens [N, T] to the texts in the cache and gives scores [N, vocabulary] for the token behind them.
func (m *Llama) Decode(ids *tensor.Tensor, cache *KVCache) *tensor.Tensor {
	return m.LmHead.Forward(m.Model.Forward(ids, cache).Select(1, -1))
}

// Forward makes tokens [N, T] into vectors [N, T, width]. The tokens stand behind those that the cache remembers, and are
// added to it; it may be nil.
func (m *LlamaModel) Forward(ids *tensor.Tensor, cache *KVCache) *tensor.Tensor {
	x := m.EmbedTokens.Forward(ids)
	turn := m.rope.at(cache.Len(), ids)
	for i, l := range m.Layers {
		x = x.Add(l.SelfAttn.forward(l.InputLayernorm.Forward(x), turn, i, cache))
		x = x.Add(l.Mlp.Forward(l.PostAttentionLayernorm.Forward(x)))
	}
	if cache != nil {
		cache.grow(ids.Size(1))
	}
	return m.Norm.Forward(x)
}

// LlamaLayer is an attention and a network on each vector, each behind a normalisation and with a way around.
type LlamaLayer struct {
	SelfAttn               *LlamaAttention
	Mlp                    *LlamaMLP
	InputLayernorm         *nn.RMSNorm
	PostAttentionLayernorm *nn.RMSNorm
}

func newLlamaLayer(c LlamaConfig) *LlamaLayer {
	return &LlamaLayer{
		SelfAttn: &LlamaAttention{
			QProj: c.linear(c.Width, c.Heads*c.HeadSize), KProj: c.linear(c.Width, c.KVHeads*c.HeadSize),
			VProj: c.linear(c.Width, c.KVHeads*c.HeadSize), OProj: c.linear(c.Heads*c.HeadSize, c.Width),
			heads: c.Heads, kvHeads: c.KVHeads, size: c.HeadSize,
		},
		Mlp: &LlamaMLP{
			GateProj: c.linear(c.Width, c.Inner), UpProj: c.linear(c.Width, c.Inner), DownProj: c.linear(c.Inner, c.Width),
		},
		InputLayernorm: c.norm(), PostAttentionLayernorm: c.norm(),
	}
}

// LlamaAttention lets each token look at itself and those before it.
type LlamaAttention struct {
	QProj, KProj, VProj, OProj *nn.Linear

	heads, kvHeads, size int
}

func (a *LlamaAttention) forward(x *tensor.Tensor, turn rotation, layer int, cache *KVCache) *tensor.Tensor {
	q := turn.apply(heads(a.QProj.Forward(x), a.heads, a.size))
	k := turn.apply(heads(a.KProj.Forward(x), a.kvHeads, a.size))
	v := heads(a.VProj.Forward(x), a.kvHeads, a.size)
	k, v = cache.put(layer, k, v)
	return a.OProj.Forward(merge(attendCausally(q, k, v, cache.Len())))
}

// LlamaMLP is the network on each vector, one half of whose hidden layer opens and closes the other.
type LlamaMLP struct {
	GateProj, UpProj, DownProj *nn.Linear
}

// Forward makes [*, width] into [*, width].
func (m *LlamaMLP) Forward(x *tensor.Tensor) *tensor.Tensor {
	return m.DownProj.Forward(m.GateProj.Forward(x).SiLU().Mul(m.UpProj.Forward(x)))
}

// rope is the angles by which one position rotates each pair of numbers of a head.
type rope []float32

func newRope(size int, theta float64) rope {
	r := make(rope, size/2)
	for i := range r {
		r[i] = float32(1 / math.Pow(theta, float64(2*i)/float64(size)))
	}
	return r
}

// rotation is the sines and cosines of the angles of some positions, [T, size/2].
type rotation struct{ cos, sin *tensor.Tensor }

// at is the rotation of as many positions from the first one on as ids [N, T] has tokens.
func (r rope) at(first int, ids *tensor.Tensor) rotation {
	angles := positionsFrom(first, ids.Sym(1)).To(tensor.Float32).Unsqueeze(1).Mul(tensor.New([]float32(r), len(r)))
	return rotation{angles.Cos(), angles.Sin()}
}

// apply rotates x [N, heads, T, size]; the number i of each head makes a pair with the number i + size/2.
func (r rotation) apply(x *tensor.Tensor) *tensor.Tensor {
	half := x.Chunk(2, -1)
	return tensor.Cat([]*tensor.Tensor{
		half[0].Mul(r.cos).Sub(half[1].Mul(r.sin)), half[1].Mul(r.cos).Add(half[0].Mul(r.sin)),
	}, -1)
}
