package ops_test

import (
	"github.com/flambeau-ml/flambeau/internal/goldens"
	"github.com/flambeau-ml/flambeau/nn"
	"github.com/flambeau-ml/flambeau/tensor"
)

// floats is a number or a list of them, nil where there is none.
func (a arguments) floats(i int, name string) []float64 {
	v := a.get(i, name, nil)
	if x, ok := goldens.Number(v); ok {
		return []float64{x}
	}
	var out []float64
	list, _ := v.([]any)
	for _, e := range list {
		out = append(out, numberOf(e))
	}
	return out
}

// resize are the options of an interpolation.
func (a arguments) resize(mode bool) (opts []nn.Option) {
	if v := a.ints(0, "size"); v != nil {
		opts = append(opts, nn.OutputSize(v...))
	}
	if v := a.floats(1, "scale_factor"); v != nil {
		opts = append(opts, nn.ScaleFactor(v...))
	}
	if !mode {
		return opts
	}
	opts = append(opts, nn.ResizeMode(as[string]("mode", a.get(2, "mode", "nearest"))))
	if v := a.get(3, "align_corners", nil); v != nil && as[bool]("align_corners", v) {
		opts = append(opts, nn.AlignCorners())
	}
	if v := a.get(4, "recompute_scale_factor", nil); v != nil && as[bool]("recompute_scale_factor", v) {
		opts = append(opts, nn.RecomputeScaleFactor())
	}
	return opts
}

// each is n numbers of an argument that may be one, or have none where the input's size is meant.
func (a arguments) each(i int, name string, n int) []int {
	out := make([]int, n)
	switch v := a.get(i, name, nil).(type) {
	case int:
		for i := range out {
			out[i] = v
		}
	case []any:
		for i, e := range v {
			if e != nil {
				out[i] = as[int](name, e)
			}
		}
	}
	return out
}

// windowed are the options of a window with a kernel, from position first on.
func (a arguments) windowed(first int, names ...string) []nn.Option {
	return append(a.window(first+1, names...), nn.KernelSize(a.ints(first, "kernel_size")...))
}

func one(x *tensor.Tensor) []*tensor.Tensor { return []*tensor.Tensor{x} }

// counts are numbers that may be those of a tensor.
func (a arguments) counts(i int, name string) []int {
	t, ok := a.get(i, name, nil).(*tensor.Tensor)
	if !ok {
		return a.ints(i, name)
	}
	var out []int
	for _, x := range t.Float64s() {
		out = append(out, int(x))
	}
	return out
}

func init() {
	makers["CTCLoss"] = func(a arguments) any {
		opts := []nn.Option{nn.Blank(a.int(0, "blank", 0)), nn.Reduction(as[string]("reduction", a.get(1, "reduction", "mean")))}
		if a.bool(2, "zero_infinity", false) {
			opts = append(opts, nn.ZeroInfinity())
		}
		return called{nil, func(a arguments) []*tensor.Tensor {
			return one(nn.CTC(a.tensor(0, "log_probs"), a.tensor(1, "targets"), a.counts(2, "input_lengths"), a.counts(3, "target_lengths"), opts...))
		}}
	}
	for name, f := range map[string]func(kernel int, opts ...nn.Option) *nn.FractionalMaxPool{
		"FractionalMaxPool2d": nn.NewFractionalMaxPool2d, "FractionalMaxPool3d": nn.NewFractionalMaxPool3d,
	} {
		makers[name] = func(a arguments) any {
			opts := []nn.Option{nn.KernelSize(a.ints(0, "kernel_size")...)}
			if n := a.ints(1, "output_size"); n != nil {
				opts = append(opts, nn.OutputSize(n...))
			}
			if r := a.floats(2, "output_ratio"); r != nil {
				opts = append(opts, nn.OutputRatio(r...))
			}
			if x := a.tensor(4, "_random_samples"); x != nil {
				opts = append(opts, nn.RandomSamples(x))
			}
			m, indices := f(1, opts...), a.bool(3, "return_indices", false)
			return called{m, func(a arguments) []*tensor.Tensor {
				y, at := m.ForwardIndices(a.tensor(0, "input"))
				if indices {
					return []*tensor.Tensor{y, at}
				}
				return one(y)
			}}
		}
	}
	makers["RNNCell"] = func(a arguments) any {
		m := nn.NewRNNCell(a.int(0, "input_size", 0), a.int(1, "hidden_size", 0), a.given("_ _ bias nonlinearity")...)
		return called{m, func(a arguments) []*tensor.Tensor { return one(m.Forward(a.tensor(0, "input"), a.tensor(1, "hx"))) }}
	}
	makers["GRUCell"] = func(a arguments) any {
		m := nn.NewGRUCell(a.int(0, "input_size", 0), a.int(1, "hidden_size", 0), nn.Bias(a.bool(2, "bias", true)))
		return called{m, func(a arguments) []*tensor.Tensor { return one(m.Forward(a.tensor(0, "input"), a.tensor(1, "hx"))) }}
	}
	makers["LSTMCell"] = func(a arguments) any {
		m := nn.NewLSTMCell(a.int(0, "input_size", 0), a.int(1, "hidden_size", 0), nn.Bias(a.bool(2, "bias", true)))
		return called{m, func(a arguments) []*tensor.Tensor {
			var h, c *tensor.Tensor
			if pair, ok := a.get(1, "hx", nil).([]any); ok {
				h, c = pair[0].(*tensor.Tensor), pair[1].(*tensor.Tensor)
			}
			h, c = m.Forward(a.tensor(0, "input"), h, c)
			return []*tensor.Tensor{h, c}
		}}
	}
	makers["LinearCrossEntropyLoss"] = func(a arguments) any {
		opts := a.given("_ _ reduction weight ignore_index label_smoothing")
		if a.bool(-1, "bias", false) {
			opts = append(opts, nn.Bias(true))
		}
		if places := a.ints(-1, "out_features"); len(places) > 0 {
			opts = append(opts, nn.Places(places...))
		}
		return nn.NewLinearCrossEntropyLoss(a.int(0, "in_features", 0), a.int(1, "num_classes", 0), opts...)
	}
	makers["AdaptiveLogSoftmaxWithLoss"] = func(a arguments) any {
		return nn.NewAdaptiveLogSoftmaxWithLoss(a.int(0, "in_features", 0), a.int(1, "n_classes", 0), a.ints(2, "cutoffs"),
			nn.DivValue(a.float(3, "div_value", 4)), nn.Bias(a.bool(4, "head_bias", false)))
	}
	makers["Upsample"] = func(a arguments) any { return nn.NewUpsample(a.resize(true)...) }
	makers["UpsamplingNearest2d"] = func(a arguments) any { return nn.NewUpsamplingNearest2d(a.resize(false)...) }
	makers["UpsamplingBilinear2d"] = func(a arguments) any { return nn.NewUpsamplingBilinear2d(a.resize(false)...) }
	makers["Unfold"] = func(a arguments) any {
		return nn.NewUnfold(1, append(a.window(1, "dilation", "padding", "stride"), nn.KernelSize(a.ints(0, "kernel_size")...))...)
	}
	makers["Fold"] = func(a arguments) any {
		size := a.each(0, "output_size", 2)
		return nn.NewFold(size[0], size[1], 1, append(a.window(2, "dilation", "padding", "stride"), nn.KernelSize(a.ints(1, "kernel_size")...))...)
	}
	for name, f := range map[string]func(p float64, kernel int, opts ...nn.Option) nn.Func{
		"LPPool1d": nn.NewLPPool1d, "LPPool2d": nn.NewLPPool2d, "LPPool3d": nn.NewLPPool3d,
	} {
		makers[name] = func(a arguments) any {
			opts := a.windowed(1, "stride")
			if a.bool(3, "ceil_mode", false) {
				opts = append(opts, nn.CeilMode())
			}
			return f(a.float(0, "norm_type", 0), 1, opts...)
		}
	}
	for name, f := range map[string]func(kernel int, opts ...nn.Option) *nn.MaxUnpool{
		"MaxUnpool1d": nn.NewMaxUnpool1d, "MaxUnpool2d": nn.NewMaxUnpool2d, "MaxUnpool3d": nn.NewMaxUnpool3d,
	} {
		makers[name] = func(a arguments) any {
			m := f(1, a.windowed(0, "stride", "padding")...)
			return called{m, func(a arguments) []*tensor.Tensor {
				x, indices := a.tensor(0, "input"), a.tensor(1, "indices")
				if size := a.ints(2, "output_size"); size != nil {
					if n := len(size) - x.Dim(); n == 0 { // PyTorch takes the sizes of all dimensions, too
						size = size[2:]
					}
					return one(m.ForwardSize(x, indices, size...))
				}
				return one(m.Forward(x, indices))
			}}
		}
	}
	for name, rank := range map[string]int{"AdaptiveMaxPool1d": 1, "AdaptiveMaxPool2d": 2, "AdaptiveMaxPool3d": 3} {
		makers[name] = func(a arguments) any {
			n, indices := a.each(0, "output_size", rank), a.bool(1, "return_indices", false)
			return called{nil, func(a arguments) []*tensor.Tensor {
				var y, at *tensor.Tensor
				switch x := a.tensor(0, "input"); rank {
				case 1:
					y, at = nn.AdaptiveMaxPool1d(x, n[0])
				case 2:
					y, at = nn.AdaptiveMaxPool2d(x, n[0], n[1])
				default:
					y, at = nn.AdaptiveMaxPool3d(x, n[0], n[1], n[2])
				}
				if indices {
					return []*tensor.Tensor{y, at}
				}
				return one(y)
			}}
		}
	}
}
