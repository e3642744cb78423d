package bench

import (
	"math"

	"github.com/flambeau-ml/flambeau/nn"
	"github.com/flambeau-ml/flambeau/optim"
	"github.com/flambeau-ml/flambeau/tensor"
)

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
	return append([]Case{
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
	}, longStep("gptblock_train_s4096", func(q, k, v *tensor.Tensor) *tensor.Tensor { return causal(q, k, v) }), longStep("gptblock_train_s4096_written", written))
}

// written is causal attention with the matrix of its weights.
func written(q, k, v *tensor.Tensor) *tensor.Tensor {
	n := q.Size(2)
	behind := tensor.Arange(n).Unsqueeze(0).Gt(tensor.Arange(n).Unsqueeze(1))
	scores := q.MatMul(k.Transpose(-2, -1)).MulScalar(1/math.Sqrt(float64(q.Size(3)))).MaskedFillScalar(behind, math.Inf(-1))
	return scores.Softmax(-1).MatMul(v)
}

// gptBlock is a block of GPT-2 small.
type gptBlock struct {
	Norm, Norm2        *nn.LayerNorm
	QKV, Out, Up, Down *nn.Linear
}

// longStep is a step of Adam with a block of GPT-2 small on a text of 4,096 tokens, by some attention.
func longStep(name string, attend func(q, k, v *tensor.Tensor) *tensor.Tensor) Case {
	const length, heads, size = 4096, 12, 64
	const width = heads * size
	const params = 12 * width * width
	return Case{
		Name: name, Heavy: true,
		Work: Work{Flops: 6*length*params + 7*heads*length*(length+1)*size, Read: adam * params, Write: adam * params, Items: length},
		Make: func(in *Inputs) Step {
			l := in.Size(length, 40)
			m := nn.Init(&gptBlock{
				Norm: nn.NewLayerNorm([]int{width}), Norm2: nn.NewLayerNorm([]int{width}),
				QKV: nn.NewLinear(width, 3*width), Out: nn.NewLinear(width, width), Up: nn.NewLinear(width, 4*width), Down: nn.NewLinear(4*width, width),
			}, seed)
			in.Keep(nn.Parameters(m)...)
			opt := optim.NewAdam(nn.Parameters(m), optim.LR(1e-3))
			x := in.Randn(1, l, width)
			return func() []*tensor.Tensor {
				parts := m.QKV.Forward(m.Norm.Forward(x)).Reshape(1, l, 3*heads, size).Transpose(1, 2).Chunk(3, 1)
				y := attend(parts[0], parts[1], parts[2]).Transpose(1, 2).Reshape(1, l, width)
				h := x.Add(m.Out.Forward(y))
				h = h.Add(m.Down.Forward(m.Up.Forward(m.Norm2.Forward(h)).GELU()))
				loss := h.Mul(h).Mean()
				loss.Backward()
				opt.Step()
				opt.ZeroGrad()
				return one(loss)
			}
		},
	}
}
