package declare

import (
	"fmt"
	"strings"
	"testing"

	"github.com/flambeau-ml/flambeau/optim"
	"github.com/flambeau-ml/flambeau/tensor"
)

// Every form of the optimizer makes the optimiser of its name, with the options that are given, and makes steps.
func TestOptimizers(t *testing.T) {
	for _, c := range []struct {
		text, made string
		has        func(h optim.Hyper) bool
	}{
		{"{type: sgd, momentum: 0.5, nesterov: true}", "SGD", func(h optim.Hyper) bool { return h.Momentum == 0.5 && h.Nesterov }},
		{"{type: adam, amsgrad: true}", "Adam", func(h optim.Hyper) bool { return h.AMSGrad && h.Eps == 1e-8 }},
		{"{type: adamw, betas: [0.5, 0.75]}", "AdamW", func(h optim.Hyper) bool { return h.Betas == [2]float64{0.5, 0.75} && !h.AMSGrad }},
		{"{type: adamax, eps: 0.1}", "Adamax", func(h optim.Hyper) bool { return h.Eps == 0.1 }},
		{"{type: nadam, momentum_decay: 0.1, decoupled_weight_decay: true}", "NAdam", func(h optim.Hyper) bool { return h.MomentumDecay == 0.1 && h.DecoupledWeightDecay }},
		{"{type: radam, weight_decay: 0.2}", "RAdam", func(h optim.Hyper) bool { return h.WeightDecay == 0.2 && !h.DecoupledWeightDecay }},
		{"{type: rmsprop, alpha: 0.5, centered: true, momentum: 0.25}", "RMSprop", func(h optim.Hyper) bool { return h.Alpha == 0.5 && h.Centered && h.Momentum == 0.25 }},
		{"{type: adagrad, lr_decay: 0.5, initial_accumulator_value: 2}", "Adagrad", func(h optim.Hyper) bool { return h.LRDecay == 0.5 && h.InitialAccumulator == 2 && h.Eps == 1e-10 }},
		{"{type: adadelta, rho: 0.5}", "Adadelta", func(h optim.Hyper) bool { return h.Rho == 0.5 && h.Eps == 1e-6 }},
		{"{type: adafactor, beta2_decay: -1, clipping_threshold: 2}", "Adafactor", func(h optim.Hyper) bool { return h.Beta2Decay == -1 && h.ClipThreshold == 2 }},
	} {
		cfg, err := Parse("c.yaml", []byte("dataset: digits\ninput_features: [{name: x, type: number}]\noutput_features: [{name: class, type: category}]\n"+
			"trainer: {optimizer: "+c.text+"}\n"))
		if err != nil {
			t.Errorf("%s: %v", c.text, err)
			continue
		}
		p := tensor.Ones(2, 2).RequiresGrad()
		opt := cfg.Trainer.Optimizer.make([]*tensor.Tensor{p}, 0.125)
		if made := strings.TrimPrefix(fmt.Sprintf("%T", opt), "*optim."); made != c.made {
			t.Errorf("%s makes %s", c.text, made)
		}
		if h := opt.Groups()[0].Hyper; !c.has(h) || h.LR != 0.125 {
			t.Errorf("%s: options %+v", c.text, h)
		}
		p.SetGrad(p.OnesLike())
		opt.Step()
		if p.Float64s()[0] >= 1 {
			t.Errorf("%s: a step leads to %v", c.text, p.Float64s())
		}
	}
}
