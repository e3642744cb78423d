package declare

import (
	"math"

	"github.com/flambeau-ml/flambeau/optim"
	"github.com/flambeau-ml/flambeau/tensor"
)

// make makes the optimiser that the configuration asks for.
func (o *Optimizer) make(params []*tensor.Tensor, lr float64) optim.Optimizer {
	opts := []optim.Option{optim.LR(lr), optim.WeightDecay(o.WeightDecay)}
	if o.Type == "sgd" {
		opts = append(opts, optim.Momentum(o.Momentum), optim.Dampening(o.Dampening))
		if o.Nesterov {
			opts = append(opts, optim.Nesterov())
		}
		return optim.NewSGD(params, opts...)
	}
	opts = append(opts, optim.Betas(o.Betas[0], o.Betas[1]), optim.Eps(o.Eps))
	if o.Type == "adamw" {
		return optim.NewAdamW(params, opts...)
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
