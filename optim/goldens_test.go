package optim_test

import (
	"context"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/flambeau-ml/flambeau/graph"
	"github.com/flambeau-ml/flambeau/internal/goldens"
	"github.com/flambeau-ml/flambeau/optim"
	"github.com/flambeau-ml/flambeau/tensor"
)

func number(v any) float64 {
	switch v := v.(type) {
	case int:
		return float64(v)
	case float64:
		return v
	}
	panic(fmt.Sprintf("%v is no number", v))
}

// options are those that PyTorch's keyword arguments stand for.
func options(t *testing.T, kwargs map[string]any) (opts []optim.Option, decoupled bool) {
	for name, v := range kwargs {
		switch name {
		case "lr":
			opts = append(opts, optim.LR(number(v)))
		case "momentum":
			opts = append(opts, optim.Momentum(number(v)))
		case "dampening":
			opts = append(opts, optim.Dampening(number(v)))
		case "weight_decay":
			opts = append(opts, optim.WeightDecay(number(v)))
		case "eps":
			opts = append(opts, optim.Eps(number(v)))
		case "betas":
			b := v.([]any)
			opts = append(opts, optim.Betas(number(b[0]), number(b[1])))
		case "nesterov":
			opts = append(opts, optim.Nesterov())
		case "maximize":
			opts = append(opts, optim.Maximize())
		case "amsgrad":
			opts = append(opts, optim.AMSGrad())
		case "decoupled_weight_decay":
			decoupled = true
		case "params":
		default:
			t.Fatalf("no option %s", name)
		}
	}
	return opts, decoupled
}

var optimizers = map[string]func(p []*tensor.Tensor, opts ...optim.Option) optim.Optimizer{
	"SGD":   func(p []*tensor.Tensor, opts ...optim.Option) optim.Optimizer { return optim.NewSGD(p, opts...) },
	"Adam":  func(p []*tensor.Tensor, opts ...optim.Option) optim.Optimizer { return optim.NewAdam(p, opts...) },
	"AdamW": func(p []*tensor.Tensor, opts ...optim.Option) optim.Optimizer { return optim.NewAdamW(p, opts...) },
}

func TestOptimizers(t *testing.T) {
	for name := range optimizers {
		t.Run(name, func(t *testing.T) {
			f := goldens.Load(t, "optim", name)
			for i := range f.Samples {
				t.Run(fmt.Sprint(i), func(t *testing.T) { checkOptimizer(t, f, &f.Samples[i], name) })
			}
			for i := range f.MustFail {
				s := &f.MustFail[i]
				opts, _ := options(t, f.Must(t, anyMap(s.Kwargs)).(map[string]any))
				p := tensor.New([]float32{1, 2, 3, 4}, 2, 2).RequiresGrad()
				if err := tensor.Try(func() { optimizers[name]([]*tensor.Tensor{p}, opts...) }); err == nil {
					t.Errorf("%v did not fail", s.Kwargs)
				}
			}
		})
	}
}

func anyMap(m map[string]any) any { return m }

func checkOptimizer(t *testing.T, f *goldens.File, s *goldens.Sample, name string) {
	var params []*tensor.Tensor
	for _, v := range f.Must(t, s.Args[0]).([]any) {
		params = append(params, tensor.FromArray(v.(*goldens.Tensor).Array).RequiresGrad())
	}
	kwargs := f.Must(t, anyMap(s.Kwargs)).(map[string]any)
	opts, decoupled := options(t, kwargs)
	if decoupled {
		name = "AdamW"
	}
	make := optimizers[name]
	var opt optim.Optimizer
	if s.Groups == nil {
		opt = make(params, opts...)
	} else {
		opt = make(nil, opts...)
		for _, g := range s.Groups {
			own := f.Must(t, anyMap(g)).(map[string]any)
			var ps []*tensor.Tensor
			for _, i := range own["params"].([]any) {
				ps = append(ps, params[i.(int)])
			}
			groupOpts, _ := options(t, own)
			opt.AddGroup(ps, groupOpts...)
		}
	}
	var grads []*goldens.Tensor
	for i, v := range s.Gradients {
		grads = append(grads, gradients(f.Must(t, v), params[i].Shape()))
	}
	outputs := s.Outputs.(map[string]any)
	for step := 1; step <= 20; step++ {
		for i, p := range params {
			n := p.Numel()
			a := &graph.Array{DType: grads[i].DType, Dims: p.Shape(), F: grads[i].F[(step-1)*n : step*n]}
			p.SetGrad(tensor.FromArray(a))
		}
		opt.Step()
		if step == 10 { // a state of its own takes the optimiser on
			state := opt.State()
			for i := range state.Groups {
				state.Groups[i].LR *= 1 // and is what it was
			}
			if err := opt.LoadState(state); err != nil {
				t.Fatal(err)
			}
		}
		want, ok := outputs[fmt.Sprint(step)]
		if !ok {
			continue
		}
		for i, v := range f.Must(t, want).([]any) {
			compare(t, fmt.Sprintf("parameter %d after step %d", i, step), params[i], v.(*goldens.Tensor), s)
		}
	}
	state := opt.State()
	count := 0
	for i, v := range outputs["state"].([]any) {
		for what, v := range v.(map[string]any) {
			if v == nil {
				continue
			}
			count++
			got := state.Tensors.Get(fmt.Sprintf("%d.%s", i, what))
			if got == nil {
				t.Errorf("the state lacks %s of parameter %d", what, i)
				continue
			}
			compare(t, what, got, f.Must(t, v).(*goldens.Tensor), s)
		}
	}
	if name != "SGD" && count != state.Tensors.Len() {
		t.Errorf("the state has %v, PyTorch's %d tensors", state.Tensors.Names(), count)
	}
}

// gradients are those of all steps, stacked; rows that name the same place add up.
func gradients(v any, shape []int) *goldens.Tensor {
	if dense, ok := v.(*goldens.Tensor); ok {
		return dense
	}
	sparse := v.(map[string]any)["$sparse_rows"].(map[string]any)
	rows, values := sparse["rows"].(*goldens.Tensor), sparse["values"].(*goldens.Tensor)
	steps, perStep := rows.Dims[0], rows.Dims[1]
	out := graph.NewArray(graph.Float32, append([]int{steps}, shape...)...)
	width := len(values.F) / (steps * perStep)
	for i, row := range rows.I {
		at := i/perStep*(len(out.F)/steps) + int(row)*width
		for j := range width {
			out.F[at+j] += values.F[i*width+j]
		}
	}
	return &goldens.Tensor{Array: out}
}

func compare(t *testing.T, what string, got *tensor.Tensor, want *goldens.Tensor, s *goldens.Sample) {
	t.Helper()
	a, err := got.Array(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if d := goldens.Diff(a, want.Array, s.Err64[want.Name]); d != "" {
		t.Errorf("%s: %s", what, d)
	}
}

// function is one of the functions of an integer that options name.
func function(v map[string]any) func(int) float64 {
	switch v["$fn"] {
	case "power":
		return func(e int) float64 { return math.Pow(number(v["base"]), float64(e)) }
	case "inverse_sqrt":
		return func(e int) float64 { return 1 / math.Sqrt(float64(e+1)) }
	case "constant":
		return func(int) float64 { return number(v["value"]) }
	case "staircase":
		return func(e int) float64 { return math.Pow(number(v["factor"]), float64(e/v["every"].(int))) }
	case "alternate":
		return func(e int) float64 {
			if e%2 == 1 {
				return number(v["a"])
			}
			return number(v["b"])
		}
	}
	panic(v)
}

// kwargs are the options of a schedule.
type kwargs map[string]any

func (k kwargs) float(name string, fallback float64) float64 {
	if v, ok := k[name]; ok && v != nil {
		return number(v)
	}
	return fallback
}

func (k kwargs) int(name string, fallback int) int { return int(k.float(name, float64(fallback))) }

func (k kwargs) bool(name string, fallback bool) bool {
	if v, ok := k[name]; ok {
		return v.(bool)
	}
	return fallback
}

// group is an option that may have a number for each group.
func (k kwargs) group(name string, group int) float64 {
	if list, ok := k[name].([]any); ok {
		return number(list[group])
	}
	return number(k[name])
}

func (k kwargs) ints(name string) (out []int) {
	for _, v := range k[name].([]any) {
		out = append(out, v.(int))
	}
	return out
}

func (k kwargs) schedules(group int) (out []optim.Schedule) {
	for _, v := range k["schedulers"].([]any) {
		m := v.(map[string]any)
		name := m["$scheduler"].(string)[len("optim.lr_scheduler."):]
		out = append(out, schedules[name](kwargs(m["kwargs"].(map[string]any)), group))
	}
	return out
}

func (k kwargs) function(name string, group int) func(int) float64 {
	if list, ok := k[name].([]any); ok {
		return function(list[group].(map[string]any))
	}
	return function(k[name].(map[string]any))
}

// schedules make a group's schedule as PyTorch's constructor of that name does.
var schedules = map[string]func(k kwargs, group int) optim.Schedule{}

func init() {
	schedules["ConstantLR"] = func(k kwargs, _ int) optim.Schedule {
		return optim.ConstantLR(k.float("factor", 1.0/3), k.int("total_iters", 5))
	}
	schedules["LinearLR"] = func(k kwargs, _ int) optim.Schedule {
		return optim.LinearLR(k.float("start_factor", 1.0/3), k.float("end_factor", 1), k.int("total_iters", 5))
	}
	schedules["StepLR"] = func(k kwargs, _ int) optim.Schedule {
		return optim.StepLR(k.int("step_size", 0), k.float("gamma", 0.1))
	}
	schedules["MultiStepLR"] = func(k kwargs, _ int) optim.Schedule {
		return optim.MultiStepLR(k.float("gamma", 0.1), k.ints("milestones")...)
	}
	schedules["ExponentialLR"] = func(k kwargs, _ int) optim.Schedule { return optim.ExponentialLR(k.float("gamma", 0)) }
	schedules["LambdaLR"] = func(k kwargs, g int) optim.Schedule { return optim.LambdaLR(k.function("lr_lambda", g)) }
	schedules["MultiplicativeLR"] = func(k kwargs, g int) optim.Schedule {
		return optim.MultiplicativeLR(k.function("lr_lambda", g))
	}
	schedules["PolynomialLR"] = func(k kwargs, _ int) optim.Schedule {
		return optim.PolynomialLR(k.int("total_iters", 5), k.float("power", 1))
	}
	schedules["CosineAnnealingLR"] = func(k kwargs, _ int) optim.Schedule {
		return optim.CosineAnnealingLR(k.int("T_max", 0), k.float("eta_min", 0))
	}
	schedules["CosineAnnealingWarmRestarts"] = func(k kwargs, _ int) optim.Schedule {
		return optim.CosineAnnealingWarmRestarts(k.int("T_0", 0), k.int("T_mult", 1), k.float("eta_min", 0))
	}
	schedules["SequentialLR"] = func(k kwargs, g int) optim.Schedule {
		return optim.SequentialLR(k.ints("milestones"), k.schedules(g)...)
	}
	schedules["SWALR"] = func(k kwargs, g int) optim.Schedule {
		return optim.SWALR(k.group("swa_lr", g), k.int("anneal_epochs", 10), k["anneal_strategy"] == "linear")
	}
	schedules["ChainedScheduler"] = func(k kwargs, g int) optim.Schedule { return optim.ChainedLR(k.schedules(g)...) }
}

// cycle is a schedule that also moves momentum.
type cycle interface {
	LR() optim.Schedule
	Momentum() optim.Schedule
}

func oneCycle(k kwargs, group int) cycle {
	steps := k.int("total_steps", 0)
	if steps == 0 {
		steps = k.int("epochs", 0) * k.int("steps_per_epoch", 0)
	}
	return optim.OneCycle{Max: k.group("max_lr", group), Steps: steps, Rise: k.float("pct_start", 0), Div: k.float("div_factor", 0),
		FinalDiv: k.float("final_div_factor", 0), ThreePhase: k.bool("three_phase", false), Linear: k["anneal_strategy"] == "linear"}
}

func cyclic(k kwargs, group int) cycle {
	c := optim.Cyclic{Low: k.group("base_lr", group), High: k.group("max_lr", group), Up: k.int("step_size_up", 2000), Down: k.int("step_size_down", 0),
		LowMomentum: k.float("base_momentum", 0.8), HighMomentum: k.float("max_momentum", 0.9)}
	gamma := k.float("gamma", 1)
	switch k["mode"] {
	case "triangular2":
		c.Scale = func(cycle, _ float64) float64 { return math.Pow(2, 1-cycle) }
	case "exp_range":
		c.Scale = func(_, step float64) float64 { return math.Pow(gamma, step) }
	}
	if k["scale_fn"] != nil {
		f := k.function("scale_fn", 0)
		c.Scale = func(cycle, step float64) float64 {
			if k["scale_mode"] == "iterations" {
				return f(int(step))
			}
			return f(int(cycle))
		}
	}
	return c
}

func TestCycles(t *testing.T) {
	for name, make := range map[string]func(k kwargs, group int) cycle{"OneCycleLR": oneCycle, "CyclicLR": cyclic} {
		t.Run(name, func(t *testing.T) {
			f := goldens.Load(t, "optim", "lr_scheduler_"+name)
			for i := range f.Samples {
				t.Run(fmt.Sprint(i), func(t *testing.T) {
					s := &f.Samples[i]
					opt := groupsOf(t, f, s)
					k := kwargs(f.Must(t, anyMap(s.Kwargs)).(map[string]any))
					var rates, momenta []optim.Schedule
					for g := range opt.Groups() {
						rates, momenta = append(rates, make(k, g).LR()), append(momenta, make(k, g).Momentum())
					}
					sched := optim.NewScheduler(opt, rates...)
					if k.bool("cycle_momentum", true) {
						sched.MoveMomentum(momenta...)
					}
					checkRates(t, f, s, opt, func(int) { sched.Step() })
				})
			}
		})
	}
}

func TestSchedules(t *testing.T) {
	for name := range schedules {
		t.Run(name, func(t *testing.T) {
			f := goldens.Load(t, "optim", "lr_scheduler_"+name)
			for i := range f.Samples {
				t.Run(fmt.Sprint(i), func(t *testing.T) {
					s := &f.Samples[i]
					opt := groupsOf(t, f, s)
					k := kwargs(f.Must(t, anyMap(s.Kwargs)).(map[string]any))
					var each []optim.Schedule
					for g := range opt.Groups() {
						each = append(each, schedules[name](k, g))
					}
					sched := optim.NewScheduler(opt, each...)
					checkRates(t, f, s, opt, func(step int) {
						if s.Fed != nil {
							sched.StepTo(s.Fed[step])
						} else {
							sched.Step()
						}
					})
				})
			}
		})
	}
}

func TestReduceLROnPlateau(t *testing.T) {
	f := goldens.Load(t, "optim", "lr_scheduler_ReduceLROnPlateau")
	for i := range f.Samples {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			s := &f.Samples[i]
			opt := groupsOf(t, f, s)
			k := kwargs(f.Must(t, anyMap(s.Kwargs)).(map[string]any))
			r := &optim.ReduceLROnPlateau{Maximize: k["mode"] == "max", Factor: k.float("factor", 0.1), Patience: k.int("patience", 10),
				Threshold: k.float("threshold", 1e-4), Absolute: k["threshold_mode"] == "abs", Cooldown: k.int("cooldown", 0)}
			switch v := k["min_lr"].(type) {
			case []any:
				for _, x := range v {
					r.MinLR = append(r.MinLR, number(x))
				}
			case nil:
			default:
				r.MinLR = []float64{number(v)}
			}
			checkRates(t, f, s, opt, func(step int) { r.Step(opt, s.Fed[step]) })
		})
	}
}

// groupsOf is an optimiser with a group for each base rate.
func groupsOf(t *testing.T, f *goldens.File, s *goldens.Sample) optim.Optimizer {
	opts, _ := options(t, f.Must(t, s.Optimizer["kwargs"]).(map[string]any))
	opt := optimizers[strings.TrimPrefix(s.Optimizer["op"].(string), "optim.")](nil, opts...)
	for _, lr := range f.Must(t, s.Optimizer["lr"]).([]any) {
		opt.AddGroup(nil, optim.LR(number(lr)))
	}
	return opt
}

func checkRates(t *testing.T, f *goldens.File, s *goldens.Sample, opt optim.Optimizer, step func(int)) {
	outputs := f.Must(t, s.Outputs).(map[string]any)
	rates := outputs["lr"].([]any)
	momenta, _ := outputs["momentum"].([]any)
	same := func(what string, step int, got float64, want any) {
		if w := number(want); math.Abs(got-w) > 1e-12+1e-9*math.Abs(w) {
			t.Fatalf("the %s is %v after %d steps, want %v", what, got, step, w)
		}
	}
	for i := range 61 {
		if i > 0 {
			step(i - 1)
		}
		for g, group := range opt.Groups() {
			same("rate", i, group.LR, rates[g].([]any)[i])
			if momenta != nil {
				m := group.Momentum
				if group.Betas[1] != 0 {
					m = group.Betas[0]
				}
				same("momentum", i, m, momenta[g].([]any)[i])
			}
		}
	}
}
