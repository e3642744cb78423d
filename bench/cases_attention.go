package bench

import "github.com/flambeau-ml/flambeau/tensor"

// attentions is attention over queries, keys and values of some heads: causal, forward and with gradients, and of a single
// query over many keys, as in generating text.
func attentions() []Case {
	const batch, heads, length, width = 8, 12, 1024, 64
	const elements = batch * heads * length * width
	// Products with half of the keys: two forwards, and five more backwards.
	const product = batch * heads * length * (length + 1) * width
	operands := func(in *Inputs) (q, k, v *tensor.Tensor) {
		l := in.Size(length, 70)
		make := func() *tensor.Tensor { return in.Randn(in.Size(batch, 2), in.Size(heads, 3), l, in.Size(width, 9)) }
		return make(), make(), make()
	}
	causal := func(q, k, v *tensor.Tensor) *tensor.Tensor {
		return tensor.ScaledDotProductAttentionWith(q, k, v, nil, tensor.IsCausal(true))
	}
	const many = 4096
	return []Case{
		{
			Name: "attn_8x12x1024x64_causal",
			Work: Work{Flops: 2 * product, Read: 12 * elements, Write: 4 * elements},
			Make: func(in *Inputs) Step {
				q, k, v := operands(in)
				return func() []*tensor.Tensor { return one(causal(q, k, v)) }
			},
		},
		{
			Name: "attn_8x12x1024x64_causal_fwdbwd",
			Work: Work{Flops: 7 * product, Read: 28 * elements, Write: 16 * elements},
			Make: func(in *Inputs) Step {
				q, k, v := operands(in)
				leaves := []*tensor.Tensor{q.RequiresGrad(), k.RequiresGrad(), v.RequiresGrad()}
				seed, _, _ := operands(in)
				return func() []*tensor.Tensor {
					for _, x := range leaves {
						x.ZeroGrad()
					}
					causal(q, k, v).Backward(tensor.Seed(seed))
					return []*tensor.Tensor{q.Grad(), k.Grad(), v.Grad()}
				}
			},
		},
		{
			Name: "attn_8x12x1x64_over4096",
			Work: Work{Flops: 4 * batch * heads * many * width, Read: 8 * batch * heads * many * width},
			Make: func(in *Inputs) Step {
				b, h, w, s := in.Size(batch, 2), in.Size(heads, 3), in.Size(width, 9), in.Size(many, 70)
				q, k, v := in.Randn(b, h, 1, w), in.Randn(b, h, s, w), in.Randn(b, h, s, w)
				return func() []*tensor.Tensor { return one(tensor.ScaledDotProductAttention(q, k, v, nil)) }
			},
		},
	}
}
