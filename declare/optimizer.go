package declare

import (
	"math"

	"github.com/flambeau-ml/flambeau/optim"
	"github.com/flambeau-ml/flambeau/tensor"
)

// make makes the optimiser that the configuration asks for. Options that the type does not have are 0.
func (o *Optimizer) make(params []*tensor.Tensor, lr float64) optim.Optimizer {
	opts := []optim.Option{optim.LR(lr), optim.WeightDecay(o.WeightDecay)}
	for _, on := range []struct {
		set    bool
		option func() optim.Option
	}{{o.Nesterov, optim.Nesterov}, {o.AMSGrad, optim.AMSGrad}, {o.Centered, optim.Centered}, {o.Decoupled, optim.DecoupledWeightDecay}} {
		if on.set {
			opts = append(opts, on.option())
		}
	}
	if o.Type == "adafactor" { // its eps is the least difference of the dtype
		return optim.NewAdafactor(params, append(opts, optim.Beta2Decay(o.Beta2Decay), optim.ClipThreshold(o.Clip))...)
	}
	if o.Type == "sgd" {
		return optim.NewSGD(params, append(opts, optim.Momentum(o.Momentum), optim.Dampening(o.Dampening))...)
	}
	opts = append(opts, optim.Eps(o.Eps))
	switch o.Type {
	case "rmsprop":
		return optim.NewRMSprop(params, append(opts, optim.Alpha(o.Alpha), optim.Momentum(o.Momentum))...)
	case "adagrad":
		return optim.NewAdagrad(params, append(opts, optim.LRDecay(o.LRDecay), optim.InitialAccumulator(o.Initial))...)
	case "adadelta":
		return optim.NewAdadelta(params, append(opts, optim.Rho(o.Rho))...)
	}
	opts = append(opts, optim.Betas(o.Betas[0], o.Betas[1]))
	switch o.Type {
	case "adamw":
		return optim.NewAdamW(params, opts...)
	case "adamax":
		return optim.NewAdamax(params, opts...)
	case "nadam":
		return optim.NewNAdam(params, append(opts, optim.MomentumDecay(o.MuDecay))...)
	case "radam":
		return optim.NewRAdam(params, opts...)
	}
	return optim.NewAdam(params, opts...)
}

// schedule is the learning rate as a function of the step, of so many.
func (s *Scheduler) schedule(steps int) optim.Schedule {
	warm := int(s.WarmupFraction * float64(steps))
	left := max(steps-warm, 1)
	return func(base, step float64) float64 {
		if step < float64(warm) {
			return base * (step + 1) / float64(warm)
		}
		step -= float64(warm)
		done := min(step/float64(left), 1)
		switch s.Decay {
		case "linear":
			return base + (s.EtaMin-base)*done
		case "cosine":
			return s.EtaMin + (base-s.EtaMin)*(1+math.Cos(math.Pi*done))/2
		case "exponential":
			times := step / float64(s.DecaySteps)
			if s.Staircase {
				times = math.Floor(times)
			}
			return base * math.Pow(s.DecayRate, times)
		}
		return base
	}
}
