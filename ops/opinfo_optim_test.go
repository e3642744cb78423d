package ops_test

import (
	"fmt"
	"strings"

	"github.com/flambeau-ml/flambeau/graph"
	"github.com/flambeau-ml/flambeau/internal/goldens"
	"github.com/flambeau-ml/flambeau/optim"
	"github.com/flambeau-ml/flambeau/tensor"
)

// optimizers make our optimiser as PyTorch's constructor of that name does.
var optimizers = map[string]func(p []*tensor.Tensor, opts ...optim.Option) optim.Optimizer{
	"SGD":        func(p []*tensor.Tensor, opts ...optim.Option) optim.Optimizer { return optim.NewSGD(p, opts...) },
	"Adam":       func(p []*tensor.Tensor, opts ...optim.Option) optim.Optimizer { return optim.NewAdam(p, opts...) },
	"AdamW":      func(p []*tensor.Tensor, opts ...optim.Option) optim.Optimizer { return optim.NewAdamW(p, opts...) },
	"Adagrad":    func(p []*tensor.Tensor, opts ...optim.Option) optim.Optimizer { return optim.NewAdagrad(p, opts...) },
	"Adadelta":   func(p []*tensor.Tensor, opts ...optim.Option) optim.Optimizer { return optim.NewAdadelta(p, opts...) },
	"Adamax":     func(p []*tensor.Tensor, opts ...optim.Option) optim.Optimizer { return optim.NewAdamax(p, opts...) },
	"NAdam":      func(p []*tensor.Tensor, opts ...optim.Option) optim.Optimizer { return optim.NewNAdam(p, opts...) },
	"RAdam":      func(p []*tensor.Tensor, opts ...optim.Option) optim.Optimizer { return optim.NewRAdam(p, opts...) },
	"ASGD":       func(p []*tensor.Tensor, opts ...optim.Option) optim.Optimizer { return optim.NewASGD(p, opts...) },
	"RMSprop":    func(p []*tensor.Tensor, opts ...optim.Option) optim.Optimizer { return optim.NewRMSprop(p, opts...) },
	"Rprop":      func(p []*tensor.Tensor, opts ...optim.Option) optim.Optimizer { return optim.NewRprop(p, opts...) },
	"Muon":       func(p []*tensor.Tensor, opts ...optim.Option) optim.Optimizer { return optim.NewMuon(p, opts...) },
	"Adafactor":  func(p []*tensor.Tensor, opts ...optim.Option) optim.Optimizer { return optim.NewAdafactor(p, opts...) },
	"SparseAdam": func(p []*tensor.Tensor, opts ...optim.Option) optim.Optimizer { return optim.NewSparseAdam(p, opts...) },
}

// optimSubject finds an optimiser or a schedule.
func optimSubject(f *goldens.File) subject {
	name := f.Op[strings.LastIndexByte(f.Op, '.')+1:]
	switch {
	case f.Kind == "optimizer" && name == "LBFGS":
		return lbfgsSubject{}
	case f.Kind == "optimizer" && optimizers[name] != nil:
		return optimizerSubject(name)
	case f.Kind == "lr_scheduler" && (schedules[name] != nil || cycles[name] != nil || name == "ReduceLROnPlateau"):
		return scheduleSubject(name)
	}
	return nil
}

// optimizerSubject is an optimiser, by its name.
type optimizerSubject string

// options are those that PyTorch's keyword arguments stand for, and the optimiser that they mean.
func options(name string, kwargs map[string]any) (string, []optim.Option, error) {
	var opts []optim.Option
	for key, v := range kwargs {
		switch key {
		case "lr":
			opts = append(opts, optim.LR(numberOf(v)))
		case "momentum":
			opts = append(opts, optim.Momentum(numberOf(v)))
		case "dampening":
			opts = append(opts, optim.Dampening(numberOf(v)))
		case "weight_decay":
			opts = append(opts, optim.WeightDecay(numberOf(v)))
		case "eps":
			pair, ok := v.([]any)
			if !ok {
				pair = []any{v}
			}
			if pair[0] != nil {
				opts = append(opts, optim.Eps(numberOf(pair[0])))
			}
			if len(pair) > 1 {
				opts = append(opts, optim.Eps2(numberOf(pair[1])))
			}
		case "beta2_decay":
			opts = append(opts, optim.Beta2Decay(numberOf(v)))
		case "d":
			opts = append(opts, optim.ClipThreshold(numberOf(v)))
		case "ns_steps":
			opts = append(opts, optim.NSSteps(as[int](key, v)))
		case "ns_coefficients":
			c := as[[]any](key, v)
			opts = append(opts, optim.NSCoefficients(numberOf(c[0]), numberOf(c[1]), numberOf(c[2])))
		case "adjust_lr_fn":
			if v != nil {
				opts = append(opts, optim.AdjustLR(as[string](key, v)))
			}
		case "alpha":
			opts = append(opts, optim.Alpha(numberOf(v)))
		case "lr_decay":
			opts = append(opts, optim.LRDecay(numberOf(v)))
		case "initial_accumulator_value":
			opts = append(opts, optim.InitialAccumulator(numberOf(v)))
		case "rho":
			opts = append(opts, optim.Rho(numberOf(v)))
		case "momentum_decay":
			opts = append(opts, optim.MomentumDecay(numberOf(v)))
		case "lambd":
			opts = append(opts, optim.Lambd(numberOf(v)))
		case "t0":
			opts = append(opts, optim.T0(numberOf(v)))
		case "betas", "etas", "step_sizes":
			b := as[[]any](key, v)
			if len(b) != 2 {
				panic(tensor.Errorf("options", "%d %s", len(b), key))
			}
			pair := map[string]func(x, y float64) optim.Option{"betas": optim.Betas, "etas": optim.Etas, "step_sizes": optim.StepSizes}[key]
			opts = append(opts, pair(numberOf(b[0]), numberOf(b[1])))
		case "nesterov", "maximize", "amsgrad", "centered", "decoupled_weight_decay":
			switch on := as[bool](key, v); {
			case !on && key == "nesterov":
				opts = append(opts, optim.NoNesterov())
			case !on:
			case key == "nesterov":
				opts = append(opts, optim.Nesterov())
			case key == "maximize":
				opts = append(opts, optim.Maximize())
			case key == "amsgrad":
				opts = append(opts, optim.AMSGrad())
			case key == "centered":
				opts = append(opts, optim.Centered())
			case name == "Adam":
				name = "AdamW"
			default:
				opts = append(opts, optim.DecoupledWeightDecay())
			}
		case "params", "foreach", "fused", "capturable", "differentiable": // how it is computed is our own affair
		default:
			return "", nil, fmt.Errorf("%w: no option %s", goldens.ErrUnsupported, key)
		}
	}
	return name, opts, nil
}

// start makes the optimiser of a sample.
func (name optimizerSubject) start(r *trial, params []*tensor.Tensor) (optim.Optimizer, error) {
	kwargs, err := r.f.DecodeMap(r.s.Kwargs)
	if err != nil {
		return nil, err
	}
	made, opts, err := options(string(name), kwargs)
	if err != nil {
		return nil, err
	}
	if r.s.Groups == nil {
		return optimizers[made](params, opts...), nil
	}
	opt := optimizers[made](nil, opts...)
	for _, g := range r.s.Groups {
		own, err := r.f.DecodeMap(g)
		if err != nil {
			return nil, err
		}
		_, opts, err := options(string(name), own)
		if err != nil {
			return nil, err
		}
		var ps []*tensor.Tensor
		for _, i := range own["params"].([]any) {
			ps = append(ps, params[i.(int)])
		}
		opt.AddGroup(ps, opts...)
	}
	return opt, nil
}

func (name optimizerSubject) try(r *trial) error {
	p := tensor.New([]float32{1, 2, 3, 4}, 2, 2).RequiresGrad()
	_, err := name.start(r, []*tensor.Tensor{p})
	return err
}

func (name optimizerSubject) check(r *trial) error {
	given, err := r.f.Decode(r.s.Args[0])
	if err != nil {
		return err
	}
	var params []*tensor.Tensor
	for _, v := range given.([]any) {
		params = append(params, tensor.FromArray(v.(*goldens.Tensor).Array).RequiresGrad())
	}
	opt, err := name.start(r, params)
	if err != nil {
		return err
	}
	var grads []*graph.Array
	for i, v := range r.s.Gradients {
		x, err := r.f.Decode(v)
		if err != nil {
			return err
		}
		grads = append(grads, gradients(x, params[i].Shape()))
	}
	if len(grads) != len(params) {
		return fmt.Errorf("%w: steps without gradients", goldens.ErrUnsupported)
	}
	decoded, err := r.f.Decode(r.s.Outputs)
	if err != nil {
		return err
	}
	outputs := decoded.(map[string]any)
	for step := 1; step <= 20; step++ {
		for i, p := range params {
			n := p.Numel()
			p.SetGrad(tensor.FromArray(&graph.Array{DType: grads[i].DType, Dims: p.Shape(), F: grads[i].F[(step-1)*n : step*n]}))
		}
		opt.Step()
		if step == 10 { // a state of its own takes the optimiser on
			if err := opt.LoadState(opt.State()); err != nil {
				return err
			}
		}
		want, _ := outputs[fmt.Sprint(step)].([]any)
		for i, v := range want {
			if err := r.compare(params[i], v.(*goldens.Tensor)); err != nil {
				return fmt.Errorf("parameter %d after step %d: %w", i, step, err)
			}
		}
	}
	return r.compareState(opt.State(), outputs["state"].([]any))
}

// compareState compares what the optimiser keeps.
func (r *trial) compareState(state *optim.State, want []any) error {
	count := 0
	for i, v := range want {
		for what, v := range v.(map[string]any) {
			if v == nil {
				continue
			}
			count++
			got := state.Tensors.Get(fmt.Sprintf("%d.%s", i, what))
			if got == nil {
				return fmt.Errorf("the state lacks %s of parameter %d", what, i)
			}
			if err := r.compareValue(got, v); err != nil {
				return fmt.Errorf("%s of parameter %d: %w", what, i, err)
			}
		}
	}
	// Ours counts the steps of every optimiser; PyTorch's SGD does not.
	if extra := state.Tensors.Len() - count; extra != 0 && extra != len(want) {
		return fmt.Errorf("the state has %v, PyTorch's %d tensors", state.Tensors.Names(), count)
	}
	return nil
}

// gradients are those of all steps, stacked; rows that name the same place add up.
func gradients(v any, shape []int) *graph.Array {
	if dense, ok := v.(*goldens.Tensor); ok {
		return dense.Array
	}
	sparse := v.(map[string]any)["$sparse_rows"].(map[string]any)
	rows, values := sparse["rows"].(*goldens.Tensor).Array, sparse["values"].(*goldens.Tensor).Array
	steps, perStep := rows.Dims[0], rows.Dims[1]
	out := graph.NewArray(graph.Float32, append([]int{steps}, shape...)...)
	width := len(values.F) / (steps * perStep)
	for i, row := range rows.I {
		at := i/perStep*(len(out.F)/steps) + int(row)*width
		for j := range width {
			out.F[at+j] += values.F[i*width+j]
		}
	}
	return out
}
