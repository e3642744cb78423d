package nn_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

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

func (a arguments) int(i int, name string, fallback int) int {
	return a.get(i, name, fallback).(int)
}

func (a arguments) float(i int, name string, fallback float64) float64 {
	switch v := a.get(i, name, fallback).(type) {
	case int:
		return float64(v)
	case float64:
		return v
	}
	panic("no number")
}

func (a arguments) bool(i int, name string, fallback bool) bool {
	return a.get(i, name, fallback).(bool)
}

// ints is a number or a list of them.
func (a arguments) ints(i int, name string, fallback ...int) []int {
	switch v := a.get(i, name, nil).(type) {
	case int:
		return []int{v}
	case []any:
		var out []int
		for _, e := range v {
			out = append(out, e.(int))
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
	opts = append(a.window(3, "stride", "padding", "dilation"), nn.KernelSize(a.ints(2, "kernel_size")...), nn.Groups(a.int(6, "groups", 1)), nn.Bias(a.bool(7, "bias", true)))
	return a.int(0, "in_channels", 0), a.int(1, "out_channels", 0), opts
}

func batchNorm(a arguments) (int, []nn.Option) {
	return a.int(0, "num_features", 0), []nn.Option{nn.Eps(a.float(1, "eps", 1e-5)), nn.Momentum(a.float(2, "momentum", 0.1)),
		nn.Affine(a.bool(3, "affine", true)), nn.TrackRunningStats(a.bool(4, "track_running_stats", true))}
}

// loss makes a module of a loss.
func loss(f func(x, y *tensor.Tensor, opts ...nn.Option) *tensor.Tensor) func(a arguments) any {
	return func(a arguments) any {
		var opts []nn.Option
		if r, ok := a.get(-1, "reduction", "mean").(string); ok {
			opts = append(opts, nn.Reduction(r))
		}
		if w, ok := a.get(0, "weight", nil).(*goldens.Tensor); ok {
			opts = append(opts, nn.ClassWeights(tensor.FromArray(w.Array)))
		}
		if _, ok := a.kwargs["ignore_index"]; ok {
			opts = append(opts, nn.IgnoreIndex(a.int(-1, "ignore_index", 0)))
		}
		return func(x, y *tensor.Tensor) *tensor.Tensor { return f(x, y, opts...) }
	}
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
		var opts []nn.Option
		if a.get(2, "padding_idx", nil) != nil {
			opts = append(opts, nn.PaddingIdx(a.int(2, "padding_idx", 0)))
		}
		return nn.NewEmbedding(a.int(0, "num_embeddings", 0), a.int(1, "embedding_dim", 0), opts...)
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
	"GELU":       func(a arguments) any { return nn.NewGELU(a.get(0, "approximate", "none").(string)) },
	"SiLU":       func(a arguments) any { return nn.NewSiLU() },
	"Tanh":       func(a arguments) any { return nn.NewTanh() },
	"Sigmoid":    func(a arguments) any { return nn.NewSigmoid() },
	"LeakyReLU":  func(a arguments) any { return nn.NewLeakyReLU(a.float(0, "negative_slope", 0.01)) },
	"ELU":        func(a arguments) any { return nn.NewELU(a.float(0, "alpha", 1)) },
	"Softmax":    func(a arguments) any { return nn.NewSoftmax(a.int(0, "dim", 0)) },
	"LogSoftmax": func(a arguments) any { return nn.NewLogSoftmax(a.int(0, "dim", 0)) },

	"CrossEntropyLoss": loss(nn.CrossEntropy),
	"NLLLoss":          loss(nn.NLL),
	"MSELoss":          loss(nn.MSE),
	"L1Loss":           loss(nn.L1),
}

func TestGoldens(t *testing.T) {
	for name, make := range makers {
		t.Run(name, func(t *testing.T) {
			f := goldens.Load(t, "nn", name)
			for i := range f.Samples {
				t.Run(fmt.Sprint(i), func(t *testing.T) { checkSample(t, f, &f.Samples[i], make) })
			}
			for i := range f.MustFail {
				t.Run(fmt.Sprintf("fails%d", i), func(t *testing.T) {
					s := &f.MustFail[i]
					err := tensor.Try(func() {
						defer func() { // what Go's types do not allow counts as failing
							if e := recover(); e != nil {
								if _, ok := e.(*tensor.Error); !ok {
									e = &tensor.Error{Msg: fmt.Sprint(e)}
								}
								panic(e)
							}
						}()
						g := &golden{t: t, f: f, s: s}
						g.build(make)
						if s.On == "forward" {
							g.call().Float64s()
						}
					})
					if err == nil {
						t.Errorf("%v of %v did not fail", s.On, s.Constructor)
					}
				})
			}
		})
	}
}

// golden is a sample at work.
type golden struct {
	t      *testing.T
	f      *goldens.File
	s      *goldens.Sample
	module any
	inputs map[string]*tensor.Tensor // by the names of the tensors
}

func (g *golden) arguments(c goldens.Call) arguments {
	a := arguments{kwargs: map[string]any{}}
	for _, v := range c.Args {
		a.args = append(a.args, g.f.Must(g.t, v))
	}
	for k, v := range c.Kwargs {
		a.kwargs[k] = g.f.Must(g.t, v)
	}
	return a
}

// build makes the module, with its state and mode.
func (g *golden) build(make func(a arguments) any) {
	g.t.Helper()
	g.inputs = map[string]*tensor.Tensor{}
	g.module = nn.Init(make(g.arguments(g.s.Constructor)), 1)
	state := &nn.Dict{}
	for name, v := range g.s.State {
		state.Set(name, tensor.FromArray(g.f.Must(g.t, v).(*goldens.Tensor).Array))
	}
	if _, layer := g.module.(nn.Layer); layer && len(g.s.State) > 0 {
		if _, err := nn.LoadStateDict(g.module, state, true); err != nil {
			g.t.Fatal(err)
		}
	}
	for _, p := range nn.NamedParameters(g.module) {
		if v, ok := g.s.State[p.Name]; ok {
			g.inputs[g.f.Must(g.t, v).(*goldens.Tensor).Name] = p.Tensor
		}
	}
	if !g.s.Training {
		nn.Eval(g.module)
	}
}

func (g *golden) call() *tensor.Tensor {
	var in []*tensor.Tensor
	a := g.arguments(g.s.Call)
	for _, name := range []string{"input", "target"} {
		if v, ok := a.kwargs[name]; ok {
			a.args = append(a.args, v)
		}
	}
	for _, v := range a.args {
		x := v.(*goldens.Tensor)
		y := tensor.FromArray(x.Array)
		if x.RequiresGrad {
			y.RequiresGrad()
		}
		g.inputs[x.Name] = y
		in = append(in, y)
	}
	switch m := g.module.(type) {
	case nn.Layer:
		return m.Forward(in[0])
	case func(x, y *tensor.Tensor) *tensor.Tensor:
		return m(in[0], in[1])
	}
	g.t.Fatalf("a %T is no layer", g.module)
	return nil
}

// compare compares a tensor with the value of that name.
func (g *golden) compare(what string, got *tensor.Tensor, v any) {
	g.t.Helper()
	want := g.f.Must(g.t, v).(*goldens.Tensor)
	if got == nil {
		g.t.Errorf("%s: there is none", what)
		return
	}
	a, err := got.Array(context.Background())
	if err != nil {
		g.t.Fatal(err)
	}
	if d := goldens.Diff(a, want.Array, g.s.Err64[want.Name]); d != "" {
		g.t.Errorf("%s: %s", what, d)
	}
}

func checkSample(t *testing.T, f *goldens.File, s *goldens.Sample, make func(a arguments) any) {
	g := &golden{t: t, f: f, s: s}
	g.build(make)
	out := g.call()
	if s.Check != "value" {
		want := s.Outputs.(map[string]any)["shape"]
		if got := strings.ReplaceAll(fmt.Sprint(out.Shape()), ",", ""); got != fmt.Sprint(want) {
			t.Errorf("the output has shape %s, want %v", got, want)
		}
		return
	}
	g.compare("output", out, s.Outputs)
	if s.Backward != nil {
		for _, ct := range s.Backward.Cotangents {
			out.Backward(tensor.Seed(tensor.FromArray(f.Must(t, ct).(*goldens.Tensor).Array)))
		}
		for name, want := range s.Backward.Grads {
			if want == nil {
				if x := g.inputs[name]; x != nil && x.Grad() != nil {
					t.Errorf("%s has a gradient, and should have none", name)
				}
				continue
			}
			g.compare("gradient of "+name, g.inputs[name].Grad(), want)
		}
	}
	if _, layer := g.module.(nn.Layer); !layer {
		return // a loss has its weights from its constructor
	}
	dict := nn.StateDict(g.module)
	for name, want := range s.StateAfter {
		g.compare(name+" afterwards", dict.Get(name), want)
	}
	for name, before := range s.State {
		if _, changes := s.StateAfter[name]; !changes {
			g.compare(name+" afterwards", dict.Get(name), before)
		}
	}
}
