package ops_test

import (
	"github.com/flambeau-ml/flambeau/nn"
	"github.com/flambeau-ml/flambeau/tensor"
)

const layerSignature = "_ _ dim_feedforward dropout activation layer_norm_eps batch_first norm_first bias"

func encoderLayer(a arguments) *nn.TransformerEncoderLayer {
	return nn.NewTransformerEncoderLayer(a.int(0, "d_model", 0), a.int(1, "nhead", 0), a.given(layerSignature)...)
}

func decoderLayer(a arguments) *nn.TransformerDecoderLayer {
	return nn.NewTransformerDecoderLayer(a.int(0, "d_model", 0), a.int(1, "nhead", 0), a.given(layerSignature)...)
}

// module are the arguments of a module that is an argument; ok tells whether there is one.
func (a arguments) module(i int, name string) (of arguments, ok bool) {
	m, ok := a.get(i, name, nil).(map[string]any)
	if !ok {
		return of, false
	}
	return arguments{as[[]any]("args", m["args"]), as[map[string]any]("kwargs", m["kwargs"])}, true
}

func (a arguments) norm() *nn.LayerNorm {
	of, ok := a.module(2, "norm")
	if !ok {
		return nil
	}
	return nn.NewLayerNorm(of.ints(0, "normalized_shape"), of.given("_ eps elementwise_affine bias")...)
}

// masks are those of a sequence, by the names of the arguments. That a mask is causal is a hint in PyTorch, and hides
// nothing by itself.
func (a arguments) masks(i int, mask string, j int, padding string) nn.Masks {
	return nn.Masks{Attn: a.tensor(i, mask), KeyPadding: a.tensor(j, padding)}
}

func init() {
	makers["MultiheadAttention"] = func(a arguments) any {
		m := nn.NewMultiheadAttention(a.int(0, "embed_dim", 0), a.int(1, "num_heads", 0),
			a.given("_ _ dropout bias add_bias_kv add_zero_attn kdim vdim batch_first")...)
		return called{m, func(a arguments) []*tensor.Tensor {
			q, k, v := a.tensor(0, "query"), a.tensor(1, "key"), a.tensor(2, "value")
			masks := a.masks(5, "attn_mask", 3, "key_padding_mask")
			if !a.bool(4, "need_weights", true) {
				return []*tensor.Tensor{m.Forward(q, k, v, masks)}
			}
			out, weights := m.ForwardWeights(q, k, v, masks)
			if a.bool(6, "average_attn_weights", true) {
				weights = weights.Mean(-3)
			}
			return []*tensor.Tensor{out, weights}
		}}
	}
	makers["TransformerEncoderLayer"] = func(a arguments) any {
		m := encoderLayer(a)
		return called{m, func(a arguments) []*tensor.Tensor {
			return []*tensor.Tensor{m.ForwardMasked(a.tensor(0, "src"), a.masks(1, "src_mask", 2, "src_key_padding_mask"))}
		}}
	}
	makers["TransformerEncoder"] = func(a arguments) any {
		of, _ := a.module(0, "encoder_layer")
		m := nn.NewTransformerEncoder(a.norm())
		for range a.int(1, "num_layers", 0) {
			m.Layers = append(m.Layers, encoderLayer(of))
		}
		return called{m, func(a arguments) []*tensor.Tensor {
			return []*tensor.Tensor{m.ForwardMasked(a.tensor(0, "src"), a.masks(1, "mask", 2, "src_key_padding_mask"))}
		}}
	}
	decoding := func(a arguments) (tgt, memory *tensor.Tensor, masks, memoryMasks nn.Masks) {
		return a.tensor(0, "tgt"), a.tensor(1, "memory"), a.masks(2, "tgt_mask", 4, "tgt_key_padding_mask"), a.masks(3, "memory_mask", 5, "memory_key_padding_mask")
	}
	makers["TransformerDecoderLayer"] = func(a arguments) any {
		m := decoderLayer(a)
		return called{m, func(a arguments) []*tensor.Tensor { return []*tensor.Tensor{m.Forward(decoding(a))} }}
	}
	makers["TransformerDecoder"] = func(a arguments) any {
		of, _ := a.module(0, "decoder_layer")
		m := nn.NewTransformerDecoder(a.norm())
		for range a.int(1, "num_layers", 0) {
			m.Layers = append(m.Layers, decoderLayer(of))
		}
		return called{m, func(a arguments) []*tensor.Tensor { return []*tensor.Tensor{m.Forward(decoding(a))} }}
	}
	makers["Transformer"] = func(a arguments) any {
		m := nn.NewTransformer(a.int(0, "d_model", 512), a.int(1, "nhead", 8), a.int(2, "num_encoder_layers", 6), a.int(3, "num_decoder_layers", 6),
			a.given("_ _ _ _ dim_feedforward dropout activation _ _ layer_norm_eps batch_first norm_first bias")...)
		return called{m, func(a arguments) []*tensor.Tensor {
			return []*tensor.Tensor{m.Forward(a.tensor(0, "src"), a.tensor(1, "tgt"), a.masks(2, "src_mask", 5, "src_key_padding_mask"),
				a.masks(3, "tgt_mask", 6, "tgt_key_padding_mask"), a.masks(4, "memory_mask", 7, "memory_key_padding_mask"))}
		}}
	}
}
