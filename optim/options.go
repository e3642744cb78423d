package optim

import "fmt"

// Hyper is the options of all optimisers, by PyTorch's names; each optimiser looks at its own.
type Hyper struct {
	LR          float64 `json:"lr"`
	InitialLR   float64 `json:"initial_lr,omitempty"` // what a scheduler started from
	WeightDecay float64 `json:"weight_decay"`
	Maximize    bool    `json:"maximize"`

	Momentum  float64 `json:"momentum,omitempty"`
	Dampening float64 `json:"dampening,omitempty"`
	Nesterov  bool    `json:"nesterov,omitempty"`

	Betas   [2]float64 `json:"betas,omitzero"`
	Eps     float64    `json:"eps,omitempty"`
	AMSGrad bool       `json:"amsgrad,omitempty"`
}

// Option changes an option of an optimiser or of one of its groups.
type Option func(*Hyper)

// LR is the learning rate.
func LR(x float64) Option { return func(h *Hyper) { h.LR = x } }

// WeightDecay pulls parameters towards 0.
func WeightDecay(x float64) Option { return func(h *Hyper) { h.WeightDecay = x } }

// Maximize goes up instead of down.
func Maximize() Option { return func(h *Hyper) { h.Maximize = true } }

// Momentum is how much of the last step SGD keeps.
func Momentum(x float64) Option { return func(h *Hyper) { h.Momentum = x } }

// Dampening is how much less than the whole gradient goes into SGD's momentum.
func Dampening(x float64) Option { return func(h *Hyper) { h.Dampening = x } }

// Nesterov makes SGD look ahead by one step of momentum.
func Nesterov() Option { return func(h *Hyper) { h.Nesterov = true } }

// Betas are how much Adam keeps of the mean gradient and of the mean squared gradient.
func Betas(first, second float64) Option {
	return func(h *Hyper) { h.Betas = [2]float64{first, second} }
}

// Eps is what Adam adds to the denominator.
func Eps(x float64) Option { return func(h *Hyper) { h.Eps = x } }

// AMSGrad makes Adam divide by the largest mean squared gradient so far.
func AMSGrad() Option { return func(h *Hyper) { h.AMSGrad = true } }

// atLeast checks that options are not below 0, and are numbers.
func atLeast0(names []string, values ...float64) error {
	for i, x := range values {
		if !(x >= 0) {
			return fmt.Errorf("%s must not be below 0, and is %g", names[i], x)
		}
	}
	return nil
}
