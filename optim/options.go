package optim

import (
	"fmt"

	"github.com/flambeau-ml/flambeau/tensor"
)

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

	Alpha                float64    `json:"alpha,omitempty"`
	Centered             bool       `json:"centered,omitempty"`
	LRDecay              float64    `json:"lr_decay,omitempty"`
	InitialAccumulator   float64    `json:"initial_accumulator_value,omitempty"`
	Rho                  float64    `json:"rho,omitempty"`
	MomentumDecay        float64    `json:"momentum_decay,omitempty"`
	DecoupledWeightDecay bool       `json:"decoupled_weight_decay,omitempty"`
	Lambd                float64    `json:"lambd,omitempty"`
	T0                   float64    `json:"t0,omitempty"`
	Etas                 [2]float64 `json:"etas,omitzero"`
	StepSizes            [2]float64 `json:"step_sizes,omitzero"`
}

// Option changes an option of an optimiser or of one of its groups.
type Option func(*Hyper)

// LR is the learning rate.
func LR(x float64) Option { return func(h *Hyper) { h.LR = x } }

// WeightDecay pulls parameters towards 0.
func WeightDecay(x float64) Option { return func(h *Hyper) { h.WeightDecay = x } }

// Maximize goes up instead of down.
func Maximize() Option { return func(h *Hyper) { h.Maximize = true } }

// Momentum is how much of the last step SGD and RMSprop keep.
func Momentum(x float64) Option { return func(h *Hyper) { h.Momentum = x } }

// Dampening is how much less than the whole gradient goes into SGD's momentum.
func Dampening(x float64) Option { return func(h *Hyper) { h.Dampening = x } }

// Nesterov makes SGD look ahead by one step of momentum.
func Nesterov() Option { return func(h *Hyper) { h.Nesterov = true } }

// Betas are how much Adam, and what descends from it, keeps of the mean gradient and of the mean squared gradient.
func Betas(first, second float64) Option {
	return func(h *Hyper) { h.Betas = [2]float64{first, second} }
}

// Eps is what an optimiser that divides by a mean of gradients adds to it.
func Eps(x float64) Option { return func(h *Hyper) { h.Eps = x } }

// AMSGrad makes Adam divide by the largest mean squared gradient so far.
func AMSGrad() Option { return func(h *Hyper) { h.AMSGrad = true } }

// Alpha is how much RMSprop keeps of the mean squared gradient, or the power with which the rate of ASGD falls.
func Alpha(x float64) Option { return func(h *Hyper) { h.Alpha = x } }

// Centered makes RMSprop divide by the deviation of gradients, not by the root of their mean square.
func Centered() Option { return func(h *Hyper) { h.Centered = true } }

// LRDecay is how fast the rate of Adagrad falls with the steps.
func LRDecay(x float64) Option { return func(h *Hyper) { h.LRDecay = x } }

// InitialAccumulator is what Adagrad's sums of squared gradients begin at: PyTorch's initial_accumulator_value.
func InitialAccumulator(x float64) Option { return func(h *Hyper) { h.InitialAccumulator = x } }

// Rho is how much Adadelta keeps of the mean squares.
func Rho(x float64) Option { return func(h *Hyper) { h.Rho = x } }

// MomentumDecay is how fast NAdam's momentum comes to its first beta.
func MomentumDecay(x float64) Option { return func(h *Hyper) { h.MomentumDecay = x } }

// DecoupledWeightDecay makes NAdam and RAdam decay weights as AdamW does, not through the gradient.
func DecoupledWeightDecay() Option { return func(h *Hyper) { h.DecoupledWeightDecay = true } }

// Lambd is how fast ASGD pulls parameters towards 0 and lowers its rate.
func Lambd(x float64) Option { return func(h *Hyper) { h.Lambd = x } }

// T0 is the step at which ASGD begins to average.
func T0(steps float64) Option { return func(h *Hyper) { h.T0 = steps } }

// Etas are what Rprop multiplies a step size by where the gradient changed its sign, and where it did not.
func Etas(minus, plus float64) Option { return func(h *Hyper) { h.Etas = [2]float64{minus, plus} } }

// StepSizes are the least and the largest step of Rprop.
func StepSizes(least, most float64) Option {
	return func(h *Hyper) { h.StepSizes = [2]float64{least, most} }
}

// decayed takes weight decay into account: decoupled, it makes p smaller at once; else it is added to the gradient,
// which is returned.
func (h *Hyper) decayed(p, grad *tensor.Tensor, decoupled bool) *tensor.Tensor {
	switch {
	case h.WeightDecay == 0:
	case decoupled:
		p.MulScalar_(1 - h.LR*h.WeightDecay)
	default:
		return grad.AddWith(p, tensor.Alpha(h.WeightDecay))
	}
	return grad
}

// atLeast0 checks that options are not below 0, and are numbers.
func atLeast0(names []string, values ...float64) error {
	for i, x := range values {
		if !(x >= 0) {
			return fmt.Errorf("%s must not be below 0, and is %g", names[i], x)
		}
	}
	return nil
}
