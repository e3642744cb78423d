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

	Beta2Decay    float64 `json:"beta2_decay,omitempty"`
	Eps2          float64 `json:"eps2,omitempty"`
	ClipThreshold float64 `json:"d,omitempty"`

	NSCoefficients [3]float64 `json:"ns_coefficients,omitzero"`
	NSSteps        int        `json:"ns_steps,omitempty"`
	AdjustLR       string     `json:"adjust_lr_fn,omitempty"`

	MaxIter         int     `json:"max_iter,omitempty"`
	MaxEval         int     `json:"max_eval,omitempty"`
	ToleranceGrad   float64 `json:"tolerance_grad,omitempty"`
	ToleranceChange float64 `json:"tolerance_change,omitempty"`
	HistorySize     int     `json:"history_size,omitempty"`
	StrongWolfe     bool    `json:"strong_wolfe,omitempty"`
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

// NoNesterov makes Muon step along its momentum, without looking ahead.
func NoNesterov() Option { return func(h *Hyper) { h.Nesterov = false } }

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

// Beta2Decay is the power of the step, not above 0, with which the part of a gradient in Adafactor's means falls.
func Beta2Decay(power float64) Option { return func(h *Hyper) { h.Beta2Decay = power } }

// Eps2 is the least root mean square of a parameter that Adafactor takes its steps to be relative to. What Eps is, is
// the least of its mean squares; 0 stands for the smallest difference of the parameter's dtype.
func Eps2(x float64) Option { return func(h *Hyper) { h.Eps2 = x } }

// ClipThreshold is the largest root mean square that a step of Adafactor has before it is scaled by the rate: PyTorch's d.
func ClipThreshold(x float64) Option { return func(h *Hyper) { h.ClipThreshold = x } }

// NSCoefficients are those of Muon's iteration: a·x + b·xxᵀx + c·(xxᵀ)²x.
func NSCoefficients(a, b, c float64) Option {
	return func(h *Hyper) { h.NSCoefficients = [3]float64{a, b, c} }
}

// NSSteps is how often Muon's iteration is applied.
func NSSteps(n int) Option { return func(h *Hyper) { h.NSSteps = n } }

// AdjustLR says how Muon's rate depends on the shape of a matrix: "original" is √max(1, rows/columns), which it is
// without it, "match_rms_adamw" 0.2·√max(rows, columns), as large as AdamW's, and "spectral_unclamped" √(rows/columns).
func AdjustLR(how string) Option { return func(h *Hyper) { h.AdjustLR = how } }

// MaxIter is how often LBFGS changes the parameters in one step.
func MaxIter(n int) Option { return func(h *Hyper) { h.MaxIter = n } }

// MaxEval is after how many evaluations of the loss a step of LBFGS ends; 0 is a quarter more than MaxIter.
func MaxEval(n int) Option { return func(h *Hyper) { h.MaxEval = n } }

// Tolerances are below which gradient, and below which change of the parameters or the loss, a step of LBFGS ends.
func Tolerances(grad, change float64) Option {
	return func(h *Hyper) { h.ToleranceGrad, h.ToleranceChange = grad, change }
}

// HistorySize is how many changes LBFGS keeps, to know the curvature from.
func HistorySize(n int) Option { return func(h *Hyper) { h.HistorySize = n } }

// StrongWolfe makes LBFGS search along its directions for a point that satisfies the strong Wolfe conditions.
func StrongWolfe() Option { return func(h *Hyper) { h.StrongWolfe = true } }

// decayed takes weight decay into account: decoupled, it makes p smaller at once; else it is added to the gradient,
// which is returned.
func (h *Hyper) decayed(p, grad *tensor.Tensor, decoupled bool) *tensor.Tensor {
	switch {
	case h.WeightDecay == 0:
	case decoupled:
		p.MulScalar_(tensor.Number(p, func() float64 { return 1 - h.LR*h.WeightDecay }))
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
