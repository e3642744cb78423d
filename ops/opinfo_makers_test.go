package ops_test

import (
	"github.com/flambeau-ml/flambeau/internal/goldens"
	"github.com/flambeau-ml/flambeau/nn"
	"github.com/flambeau-ml/flambeau/tensor"
)

// arguments are those of a constructor, by position or name.
type arguments struct {
	args   []any
	kwargs map[string]any
}

func (a arguments) get(i int, name string, fallback any) any {
	if v, ok := a.kwargs[name]; ok {
		return v
	}
	if i >= 0 && i < len(a.args) {
		return a.args[i]
	}
	return fallback
}

// as is v as a T. A value of another kind is refused as a typed language does it.
func as[T any](name string, v any) T {
	x, ok := v.(T)
	if !ok {
		panic(tensor.Errorf("constructor", "%s is %v, a %T", name, v, v))
	}
	return x
}

func (a arguments) int(i int, name string, fallback int) int {
	return as[int](name, a.get(i, name, fallback))
}

func (a arguments) float(i int, name string, fallback float64) float64 {
	v := a.get(i, name, fallback)
	if x, ok := goldens.Number(v); ok {
		return x
	}
	return as[float64](name, v)
}

func (a arguments) bool(i int, name string, fallback bool) bool {
	return as[bool](name, a.get(i, name, fallback))
}

// ints is a number or a list of them.
func (a arguments) ints(i int, name string, fallback ...int) []int {
	switch v := a.get(i, name, nil).(type) {
	case int:
		return []int{v}
	case []any:
		var out []int
		for _, e := range v {
			out = append(out, as[int](name, e))
		}
		return out
	}
	return fallback
}

// window are the options of a window, from position first on.
func (a arguments) window(first int, names ...string) []nn.Option {
	options := map[string]func(...int) nn.Option{"stride": nn.Stride, "padding": nn.Padding, "dilation": nn.Dilation}
	var out []nn.Option
	for i, name := range names {
		if v := a.ints(first+i, name); v != nil {
			out = append(out, options[name](v...))
		}
	}
	return out
}

func conv(a arguments) (in, out int, opts []nn.Option) {
	switch word, _ := a.get(4, "padding", nil).(string); word {
	case "same":
		opts = append(opts, nn.PaddingSame())
	case "valid", "":
	default:
		panic(tensor.Errorf("constructor", "padding %q", word))
	}
	if mode := as[string]("padding_mode", a.get(8, "padding_mode", "zeros")); mode != "zeros" {
		opts = append(opts, nn.PaddingMode(mode))
	}
	opts = append(opts, a.window(3, "stride", "padding", "dilation")...)
	opts = append(opts, nn.KernelSize(a.ints(2, "kernel_size")...), nn.Groups(a.int(6, "groups", 1)), nn.Bias(a.bool(7, "bias", true)))
	return a.int(0, "in_channels", 0), a.int(1, "out_channels", 0), opts
}

func batchNorm(a arguments) (int, []nn.Option) {
	return a.int(0, "num_features", 0), []nn.Option{nn.Eps(a.float(1, "eps", 1e-5)), nn.Momentum(a.float(2, "momentum", 0.1)),
		nn.Affine(a.bool(3, "affine", true)), nn.TrackRunningStats(a.bool(4, "track_running_stats", true))}
}

// makers make our module as PyTorch's constructor of that name does.
var makers = map[string]func(a arguments) any{
	"Linear": func(a arguments) any {
		return nn.NewLinear(a.int(0, "in_features", 0), a.int(1, "out_features", 0), nn.Bias(a.bool(2, "bias", true)))
	},
	"Conv1d": func(a arguments) any {
		in, out, opts := conv(a)
		return nn.NewConv1d(in, out, 1, opts...)
	},
	"Conv2d": func(a arguments) any {
		in, out, opts := conv(a)
		return nn.NewConv2d(in, out, 1, opts...)
	},
	"BatchNorm1d": func(a arguments) any {
		n, opts := batchNorm(a)
		return nn.NewBatchNorm1d(n, opts...)
	},
	"BatchNorm2d": func(a arguments) any {
		n, opts := batchNorm(a)
		return nn.NewBatchNorm2d(n, opts...)
	},
	"LayerNorm": func(a arguments) any {
		return nn.NewLayerNorm(a.ints(0, "normalized_shape"), nn.Eps(a.float(1, "eps", 1e-5)), nn.Affine(a.bool(2, "elementwise_affine", true)), nn.Bias(a.bool(3, "bias", true)))
	},
	"Embedding": func(a arguments) any {
		return nn.NewEmbedding(a.int(0, "num_embeddings", 0), a.int(1, "embedding_dim", 0), a.given("_ _ padding_idx max_norm norm_type scale_grad_by_freq")...)
	},
	"Dropout": func(a arguments) any { return nn.NewDropout(a.float(0, "p", 0.5)) },
	"MaxPool2d": func(a arguments) any {
		opts := append(a.window(1, "stride", "padding", "dilation"), nn.KernelSize(a.ints(0, "kernel_size")...))
		if a.bool(5, "ceil_mode", false) {
			opts = append(opts, nn.CeilMode())
		}
		return nn.NewMaxPool2d(1, opts...)
	},
	"AvgPool2d": func(a arguments) any {
		opts := append(a.window(1, "stride", "padding"), nn.KernelSize(a.ints(0, "kernel_size")...), nn.CountIncludePad(a.bool(4, "count_include_pad", true)))
		if a.bool(3, "ceil_mode", false) {
			opts = append(opts, nn.CeilMode())
		}
		return nn.NewAvgPool2d(1, opts...)
	},
	"AdaptiveAvgPool2d": func(a arguments) any {
		n := a.ints(0, "output_size")
		return nn.NewAdaptiveAvgPool2d(n[0], n[len(n)-1])
	},
	"Flatten":    func(a arguments) any { return nn.NewFlatten(a.int(0, "start_dim", 1), a.int(1, "end_dim", -1)) },
	"Identity":   func(a arguments) any { return nn.NewIdentity() },
	"ReLU":       func(a arguments) any { return nn.NewReLU() },
	"GELU":       func(a arguments) any { return nn.NewGELU(as[string]("approximate", a.get(0, "approximate", "none"))) },
	"SiLU":       func(a arguments) any { return nn.NewSiLU() },
	"Tanh":       func(a arguments) any { return nn.NewTanh() },
	"Sigmoid":    func(a arguments) any { return nn.NewSigmoid() },
	"LeakyReLU":  func(a arguments) any { return nn.NewLeakyReLU(a.float(0, "negative_slope", 0.01)) },
	"ELU":        func(a arguments) any { return nn.NewELU(a.float(0, "alpha", 1)) },
	"Softmax":    func(a arguments) any { return nn.NewSoftmax(a.int(0, "dim", 0)) },
	"LogSoftmax": func(a arguments) any { return nn.NewLogSoftmax(a.int(0, "dim", 0)) },
}
