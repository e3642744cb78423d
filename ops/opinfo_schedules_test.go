package ops_test

import (
	"fmt"
	"math"
	"strings"

	"github.com/flambeau-ml/flambeau/internal/goldens"
	"github.com/flambeau-ml/flambeau/optim"
	"github.com/flambeau-ml/flambeau/tensor"
)

// function is one of the functions of an integer that options name.
func function(v map[string]any) func(int) float64 {
	switch v["$fn"] {
	case "power":
		return func(e int) float64 { return math.Pow(numberOf(v["base"]), float64(e)) }
	case "inverse_sqrt":
		return func(e int) float64 { return 1 / math.Sqrt(float64(e+1)) }
	case "constant":
		return func(int) float64 { return numberOf(v["value"]) }
	case "staircase":
		return func(e int) float64 { return math.Pow(numberOf(v["factor"]), float64(e/v["every"].(int))) }
	case "alternate":
		return func(e int) float64 {
			if e%2 == 1 {
				return numberOf(v["a"])
			}
			return numberOf(v["b"])
		}
	}
	panic(v)
}

// kwargs are the options of a schedule.
type kwargs map[string]any

func (k kwargs) float(name string, fallback float64) float64 {
	if v, ok := k[name]; ok && v != nil {
		return numberOf(v)
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
		return numberOf(list[group])
	}
	return numberOf(k[name])
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

var cycles = map[string]func(k kwargs, group int) cycle{"OneCycleLR": oneCycle, "CyclicLR": cyclic}

// scheduleSubject is a learning-rate schedule, by its name.
type scheduleSubject string

func (name scheduleSubject) check(r *trial) error {
	opt, step, err := name.start(r)
	if err != nil {
		return err
	}
	outputs, err := r.f.Decode(r.s.Outputs)
	if err != nil {
		return err
	}
	rates := outputs.(map[string]any)["lr"].([]any)
	momenta, _ := outputs.(map[string]any)["momentum"].([]any)
	same := func(what string, step int, got float64, want any) error {
		w := numberOf(want)
		d := math.Abs(got - w)
		if r.worst = max(r.worst, d); !(d <= 1e-12+1e-9*math.Abs(w)) {
			return fmt.Errorf("the %s is %v after %d steps, want %v", what, got, step, w)
		}
		return nil
	}
	if n := len(rates[0].([]any)); n != 61 {
		return fmt.Errorf("%d rates are stored, want 61", n)
	}
	for i := range 61 {
		if i > 0 {
			step(i - 1)
		}
		for g, group := range opt.Groups() {
			if err := same("rate", i, group.LR, rates[g].([]any)[i]); err != nil {
				return err
			}
			if momenta == nil {
				continue
			}
			m := group.Momentum
			if group.Betas[1] != 0 {
				m = group.Betas[0]
			}
			if err := same("momentum", i, m, momenta[g].([]any)[i]); err != nil {
				return err
			}
		}
	}
	return nil
}

func (name scheduleSubject) try(r *trial) error {
	_, step, err := name.start(r)
	if err == nil {
		step(0)
	}
	return err
}

// start makes the optimiser and its schedule; the result makes one step.
func (name scheduleSubject) start(r *trial) (optim.Optimizer, func(i int), error) {
	opt, err := groupsOf(r)
	if err != nil {
		return nil, nil, err
	}
	options, err := r.f.DecodeMap(r.s.Kwargs)
	if err != nil {
		return nil, nil, err
	}
	k := kwargs(options)
	if name == "ReduceLROnPlateau" {
		p := plateau(k)
		return opt, func(i int) { p.Step(opt, r.s.Fed[i]) }, nil
	}
	var rates, momenta []optim.Schedule
	for g := range opt.Groups() {
		if c := cycles[string(name)]; c != nil {
			rates, momenta = append(rates, c(k, g).LR()), append(momenta, c(k, g).Momentum())
		} else {
			rates = append(rates, schedules[string(name)](k, g))
		}
	}
	s := optim.NewScheduler(opt, rates...)
	if momenta != nil && k.bool("cycle_momentum", true) {
		s.MoveMomentum(momenta...)
	}
	return opt, func(i int) {
		if r.s.Fed != nil {
			s.StepTo(r.s.Fed[i])
		} else {
			s.Step()
		}
	}, nil
}

func plateau(k kwargs) *optim.ReduceLROnPlateau {
	p := &optim.ReduceLROnPlateau{Maximize: k["mode"] == "max", Factor: k.float("factor", 0.1), Patience: k.int("patience", 10),
		Threshold: k.float("threshold", 1e-4), Absolute: k["threshold_mode"] == "abs", Cooldown: k.int("cooldown", 0)}
	switch v := k["min_lr"].(type) {
	case []any:
		for _, x := range v {
			p.MinLR = append(p.MinLR, numberOf(x))
		}
	case nil:
	default:
		p.MinLR = []float64{numberOf(v)}
	}
	return p
}

// groupsOf is an optimiser with a group for each base rate.
func groupsOf(r *trial) (optim.Optimizer, error) {
	o, err := r.f.DecodeMap(r.s.Optimizer)
	if err != nil {
		return nil, err
	}
	name := strings.TrimPrefix(fmt.Sprint(o["op"]), "optim.")
	if optimizers[name] == nil {
		return nil, fmt.Errorf("%w: optimiser %s", errMissing, name)
	}
	own, _ := o["kwargs"].(map[string]any)
	_, opts, err := options(name, own)
	if err != nil {
		return nil, err
	}
	opt := optimizers[name](nil, opts...)
	for _, lr := range o["lr"].([]any) {
		opt.AddGroup(nil, optim.LR(numberOf(lr)))
	}
	return opt, nil
}

// numberOf is a number among options; all else is refused.
func numberOf(v any) float64 {
	x, ok := goldens.Number(v)
	if !ok {
		panic(tensor.Errorf("options", "%v is no number", v))
	}
	return x
}
