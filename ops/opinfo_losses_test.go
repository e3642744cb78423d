package ops_test

import (
	"github.com/flambeau-ml/flambeau/nn"
	"github.com/flambeau-ml/flambeau/tensor"
)

type (
	ofTwo   = func(x, y *tensor.Tensor) *tensor.Tensor
	ofThree = func(x, y, z *tensor.Tensor) *tensor.Tensor
)

// lossOptions are the options that PyTorch's arguments of a loss stand for; names are those of the arguments by
// position. What is its default is not said, for there are losses that do not have the option.
func lossOptions(a arguments, names ...string) []nn.Option {
	given := map[string]any{}
	for i, v := range a.args {
		if i >= len(names) {
			panic(tensor.Errorf("constructor", "takes %d arguments", len(names)))
		}
		given[names[i]] = v
	}
	for name, v := range a.kwargs {
		given[name] = v
	}
	var opts []nn.Option
	for name, v := range given {
		if v == nil {
			continue
		}
		if option := lossNumbers[name]; option != nil {
			opts = append(opts, option(numberOf(v)))
			continue
		}
		on, _ := v.(bool)
		switch name {
		case "reduction":
			opts = append(opts, nn.Reduction(as[string](name, v)))
		case "weight":
			opts = append(opts, nn.ClassWeights(as[*tensor.Tensor](name, v)))
		case "pos_weight":
			opts = append(opts, nn.PosWeights(as[*tensor.Tensor](name, v)))
		case "ignore_index":
			opts = append(opts, nn.IgnoreIndex(as[int](name, v)))
		case "dim":
			opts = append(opts, nn.Dim(as[int](name, v)))
		case "log_input":
			opts = append(opts, nn.LogInput(as[bool](name, v)))
		case "log_target", "full", "swap", "keepdim":
			if on {
				opts = append(opts, map[string]func() nn.Option{"log_target": nn.LogTarget, "full": nn.Full, "swap": nn.Swap, "keepdim": nn.KeepDim}[name]())
			}
		case "beta", "delta": // arguments of their own in Go
		default:
			panic(tensor.Errorf("constructor", "no option %s", name))
		}
	}
	return opts
}

var lossNumbers = map[string]func(float64) nn.Option{"label_smoothing": nn.LabelSmoothing, "margin": nn.Margin, "p": nn.Power, "eps": nn.Eps}

func init() {
	for name, f := range map[string]func(x, y *tensor.Tensor, opts ...nn.Option) *tensor.Tensor{
		"CrossEntropyLoss": nn.CrossEntropy, "NLLLoss": nn.NLL, "MSELoss": nn.MSE, "L1Loss": nn.L1, "BCELoss": nn.BCE,
		"BCEWithLogitsLoss": nn.BCEWithLogits, "KLDivLoss": nn.KLDiv, "PoissonNLLLoss": nn.PoissonNLL, "SoftMarginLoss": nn.SoftMargin,
		"HingeEmbeddingLoss": nn.HingeEmbedding, "MultiMarginLoss": nn.MultiMargin, "MultiLabelMarginLoss": nn.MultiLabelMargin, "MultiLabelSoftMarginLoss": nn.MultiLabelSoftMargin,
		"CosineSimilarity": nn.CosineSimilarity, "PairwiseDistance": nn.PairwiseDistance,
	} {
		makers[name] = func(a arguments) any {
			opts := lossOptions(a, map[string][]string{"CosineSimilarity": {"dim", "eps"}, "PairwiseDistance": {"p", "eps", "keepdim"},
				"CrossEntropyLoss": {"weight"}, "NLLLoss": {"weight"}, "BCELoss": {"weight"}, "BCEWithLogitsLoss": {"weight"},
				"MultiMarginLoss": {"p", "margin", "weight"}, "MultiLabelSoftMarginLoss": {"weight"}, "HingeEmbeddingLoss": {"margin"},
				"PoissonNLLLoss": {"log_input", "full"}}[name]...)
			return ofTwo(func(x, y *tensor.Tensor) *tensor.Tensor { return f(x, y, opts...) })
		}
	}
	for name, f := range map[string]func(x, y *tensor.Tensor, edge float64, opts ...nn.Option) *tensor.Tensor{
		"SmoothL1Loss": nn.SmoothL1, "HuberLoss": nn.Huber,
	} {
		makers[name] = func(a arguments) any {
			edge := a.float(-1, map[string]string{"SmoothL1Loss": "beta", "HuberLoss": "delta"}[name], 1)
			opts := lossOptions(a)
			return ofTwo(func(x, y *tensor.Tensor) *tensor.Tensor { return f(x, y, edge, opts...) })
		}
	}
	for name, f := range map[string]func(x, y, z *tensor.Tensor, opts ...nn.Option) *tensor.Tensor{
		"GaussianNLLLoss": nn.GaussianNLL, "CosineEmbeddingLoss": nn.CosineEmbedding, "MarginRankingLoss": nn.MarginRanking,
		"TripletMarginLoss": nn.TripletMargin,
	} {
		makers[name] = func(a arguments) any {
			names := []string{"margin"}
			if name == "TripletMarginLoss" {
				names = []string{"margin", "p", "eps", "swap"}
			}
			opts := lossOptions(a, names...)
			return ofThree(func(x, y, z *tensor.Tensor) *tensor.Tensor { return f(x, y, z, opts...) })
		}
	}
}
