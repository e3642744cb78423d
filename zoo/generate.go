package zoo

import (
	"context"
	"iter"

	"github.com/flambeau-ml/flambeau/compile"
	"github.com/flambeau-ml/flambeau/nn"
	"github.com/flambeau-ml/flambeau/tensor"
)

// Decoder is a language model that says token by token how a text goes on.
type Decoder interface {
	// NewCache makes an empty cache for so many texts of up to length tokens.
	NewCache(batch, length int) *KVCache
	// Decode adds tokens [N, T] to the texts in the cache and gives scores [N, vocabulary] for the token behind them.
	Decode(ids *tensor.Tensor, cache *KVCache) *tensor.Tensor
}

// Greedy goes on with a text, always by the token of the highest score, for up to n tokens; who ranges over it may stop
// earlier, at a token that ends texts say. The model computes in evaluation mode. After an error, such as that of a context
// that is done, there is no other token.
//
//	for token, err := range zoo.Greedy(ctx, model, prompt, 100) {
func Greedy(ctx context.Context, m Decoder, prompt []int64, n int) iter.Seq2[int64, error] {
	return func(yield func(int64, error) bool) {
		if len(prompt) == 0 {
			yield(0, tensor.Errorf("zoo.Greedy", "the prompt has no token to go on from"))
			return
		}
		m := nn.Eval(nn.NoGrad(m))
		cache := m.NewCache(1, len(prompt)+n)
		defer func() {
			for _, t := range cache.Tensors() {
				t.Free()
			}
		}()
		step := compile.Func(func(ids *tensor.Tensor) *tensor.Tensor {
			return m.Decode(ids, cache).ArgMax(-1).Unsqueeze(1)
		})
		next := tensor.New(prompt, 1, len(prompt))
		for range n {
			err := ctx.Err()
			var token int64
			if err == nil {
				err = tensor.Try(func() {
					ids := next
					next = step(ids)
					ids.Free()
					token = next.Int64s()[0]
				})
			}
			if !yield(token, err) || err != nil {
				return
			}
		}
	}
}
