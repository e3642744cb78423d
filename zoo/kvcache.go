package zoo

import (
	"github.com/flambeau-ml/flambeau/graph"
	"github.com/flambeau-ml/flambeau/tensor"
)

// KVCache is what the attentions of a decoder remember of the tokens so far: of each layer keys and values
// [N, heads, length, size], of which the first Len are filled. They are written in place. Where they are filled to is a
// number of the program, and attention looks at a whole number of stretches of the cache, a mask hiding what is not filled:
// so the program of a token, and its plan, serve for many.
type KVCache struct {
	keys, values   []*tensor.Tensor
	filled, length int
}

// stretch is how many tokens of a cache are looked at together.
const stretch = 64

// NewKVCache makes an empty cache for so many layers, sequences, heads of keys, tokens, and numbers of each head.
func NewKVCache(layers, batch, heads, length, size int) *KVCache {
	positive("zoo.KVCache", "layers", layers, "batch", batch, "heads", heads, "length", length, "size", size)
	c := &KVCache{length: length}
	// One more than there can be, so that it is always a part that is looked at: the whole would be another program.
	rows := (length+stretch-1)/stretch*stretch + 1
	for range layers {
		c.keys = append(c.keys, tensor.Zeros(batch, heads, rows, size))
		c.values = append(c.values, tensor.Zeros(batch, heads, rows, size))
	}
	return c
}

// Len is how many tokens the cache remembers; of a nil one 0.
func (c *KVCache) Len() int {
	if c == nil {
		return 0
	}
	return c.filled
}

// Truncate forgets all but the first n tokens.
func (c *KVCache) Truncate(n int) {
	if n < 0 || n > c.filled {
		panic(tensor.Errorf("zoo.KVCache", "%d of %d tokens cannot be kept", n, c.filled))
	}
	c.filled = n
}

// Tensors are the tensors that the cache keeps.
func (c *KVCache) Tensors() []*tensor.Tensor {
	return append(append([]*tensor.Tensor(nil), c.keys...), c.values...)
}

// put writes the keys and values of more tokens of a layer, [N, heads, T, size], behind the others, and gives all of them,
// with more behind. A nil cache remembers nothing.
func (c *KVCache) put(layer int, k, v *tensor.Tensor) (keys, values *tensor.Tensor) {
	if c == nil {
		return k, v
	}
	if layer >= len(c.keys) {
		panic(tensor.Errorf("zoo.KVCache", "is of %d layers, and the model has more", len(c.keys)))
	}
	add := func(all, more *tensor.Tensor) *tensor.Tensor {
		n := more.Size(2)
		if c.filled+n > c.length {
			e := tensor.Errorf("zoo.KVCache", "%d tokens more than %d do not fit into %d", n, c.filled, c.length)
			e.Hint = "make a longer cache, or Truncate it"
			panic(e)
		}
		all.IndexCopy_(2, positionsFrom(c.filled, more.Sym(2)), more)
		return all.Narrow(2, 0, (c.filled+n+stretch-1)/stretch*stretch)
	}
	return add(c.keys[layer], k), add(c.values[layer], v)
}

// grow counts n tokens that all layers have put.
func (c *KVCache) grow(n int) {
	if c != nil {
		c.filled += n
	}
}

// attendCausally is attention of queries [N, heads, T, size], which stand behind past tokens, to keys and values
// [N, kvHeads, past+T or more, size]: none looks at a key behind it. Heads of queries share those of keys where these are
// fewer.
func attendCausally(q, k, v *tensor.Tensor, past int) *tensor.Tensor {
	opts := []tensor.Option{tensor.EnableGqa(!k.Sym(1).Equal(q.Sym(1)))}
	if k.Sym(2).Equal(q.Sym(2)) {
		return tensor.ScaledDotProductAttentionWith(q, k, v, nil, append(opts, tensor.IsCausal(true))...)
	}
	mask := positionsFrom(0, k.Sym(2)).Le(positionsFrom(past, q.Sym(2)).Unsqueeze(1))
	return tensor.ScaledDotProductAttentionWith(q, k, v, mask, opts...)
}

// positionsFrom is n numbers, one after the other, from first on.
func positionsFrom(first int, n graph.Size) *tensor.Tensor {
	return tensor.OnesWith([]any{n}, tensor.As(tensor.Int64)).CumSum(0).AddScalar(first - 1)
}
