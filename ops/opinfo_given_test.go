package ops_test

import (
	"strings"

	"github.com/flambeau-ml/flambeau/nn"
	"github.com/flambeau-ml/flambeau/tensor"
)

func (a arguments) tensor(i int, name string) *tensor.Tensor {
	if v := a.get(i, name, nil); v != nil {
		return as[*tensor.Tensor](name, v)
	}
	return nil
}

// given are the options of the names that are there: options by the name PyTorch gives them, places in a signature.
func (a arguments) given(signature string) (opts []nn.Option) {
	for i, name := range strings.Fields(signature) {
		v := a.get(i, name, nil)
		if v == nil || name == "_" {
			continue
		}
		switch f := knobs[name].(type) {
		case func(float64) nn.Option:
			opts = append(opts, f(a.float(i, name, 0)))
		case func(int) nn.Option:
			opts = append(opts, f(a.int(i, name, 0)))
		case func(bool) nn.Option:
			opts = append(opts, f(a.bool(i, name, false)))
		case func(string) nn.Option:
			opts = append(opts, f(as[string](name, v)))
		case func(...int) nn.Option:
			opts = append(opts, f(a.ints(i, name)...))
		case func(*tensor.Tensor) nn.Option:
			opts = append(opts, f(a.tensor(i, name)))
		case func() nn.Option:
			if a.bool(i, name, false) {
				opts = append(opts, f())
			}
		default:
			panic(tensor.Errorf("options", "no option %s", name))
		}
	}
	return opts
}

// knobs are our options by PyTorch's names.
var knobs = map[string]any{
	"eps": nn.Eps, "bias": nn.Bias, "elementwise_affine": nn.Affine, "padding_idx": nn.PaddingIdx, "mode": nn.BagMode,
	"include_last_offset": nn.IncludeLastOffset, "dropout": nn.DropoutP, "add_bias_kv": nn.AddBiasKV, "add_zero_attn": nn.AddZeroAttn,
	"kdim": nn.KeySize, "vdim": nn.ValueSize, "batch_first": nn.BatchFirst, "norm_first": nn.NormFirst, "dim_feedforward": nn.DimFeedforward,
	"layer_norm_eps": nn.Eps, "activation": activation, "reduction": nn.Reduction, "margin": nn.Margin, "swap": nn.Swap, "p": nn.Power,
	"max_norm": nn.MaxNorm, "norm_type": nn.NormType, "scale_grad_by_freq": nn.ScaleGradByFreq,
	"num_layers": nn.NumLayers, "bidirectional": nn.Bidirectional, "proj_size": nn.ProjSize, "nonlinearity": nn.Nonlinearity,
	"keepdim": nn.KeepDim, "weight": nn.ClassWeights, "ignore_index": nn.IgnoreIndex, "label_smoothing": nn.LabelSmoothing,
}

func activation(name string) nn.Option {
	f := map[string]func(*tensor.Tensor) *tensor.Tensor{"relu": (*tensor.Tensor).ReLU, "gelu": (*tensor.Tensor).GELU}[name]
	if f == nil {
		panic(tensor.Errorf("options", "no activation %s", name))
	}
	return nn.Activation(f)
}

func init() {
	makers["EmbeddingBag"] = func(a arguments) any {
		m := nn.NewEmbeddingBag(a.int(0, "num_embeddings", 0), a.int(1, "embedding_dim", 0), a.given("_ _ max_norm norm_type scale_grad_by_freq mode _ _ include_last_offset padding_idx")...)
		return called{m, func(a arguments) []*tensor.Tensor {
			return []*tensor.Tensor{m.ForwardBags(a.tensor(0, "input"), nn.Bags{Offsets: a.tensor(1, "offsets"), Weights: a.tensor(2, "per_sample_weights")})}
		}}
	}
	makers["LocalResponseNorm"] = func(a arguments) any {
		return nn.NewLocalResponseNorm(a.int(0, "size", 0), a.float(1, "alpha", 1e-4), a.float(2, "beta", 0.75), a.float(3, "k", 1))
	}
	makers["TripletMarginWithDistanceLoss"] = func(a arguments) any {
		distance := func(x, y *tensor.Tensor) *tensor.Tensor { return nn.PairwiseDistance(x, y) }
		if d, ok := a.kwargs["distance_function"].(map[string]any); ok && d["$fn"] == "pairwise_distance" {
			opts := arguments{kwargs: d}.given("p eps keepdim")
			distance = func(x, y *tensor.Tensor) *tensor.Tensor { return nn.PairwiseDistance(x, y, opts...) }
		}
		opts := a.given("margin swap reduction")
		return func(x, y, z *tensor.Tensor) *tensor.Tensor {
			return nn.TripletMarginWithDistance(x, y, z, distance, opts...)
		}
	}
}
