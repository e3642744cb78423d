package optim

import (
	"math"

	"github.com/flambeau-ml/flambeau/tensor"
)

// Rated is what a scheduler sets the learning rates of: an [Optimizer], or an [LBFGS].
type Rated interface {
	Groups() []*Group
}

// Scheduler sets the learning rates of an optimiser's groups as schedules say.
type Scheduler struct {
	opt       Rated
	schedules []Schedule
	momenta   []Schedule
	step      float64
}

// NewScheduler makes a Scheduler at step 0 and sets the rates of that. One schedule is for all groups; otherwise there
// is one for each.
func NewScheduler(opt Rated, schedules ...Schedule) *Scheduler {
	groups := opt.Groups()
	if len(schedules) != 1 && len(schedules) != len(groups) {
		panic(tensor.Errorf("optim.NewScheduler", "%d schedules for %d groups: there must be one for all, or one for each", len(schedules), len(groups)))
	}
	for _, g := range groups {
		if g.InitialLR == 0 {
			g.InitialLR = g.LR
		}
	}
	s := &Scheduler{opt: opt, schedules: schedules}
	s.StepTo(0)
	return s
}

// MoveMomentum makes the scheduler set the momentum of the groups, too (of Adam: its first beta), and returns it. One
// schedule is for all groups; otherwise there is one for each.
func (s *Scheduler) MoveMomentum(schedules ...Schedule) *Scheduler {
	s.momenta = schedules
	s.StepTo(s.step)
	return s
}

// Step counts one step, or epoch, and sets the rates after it.
func (s *Scheduler) Step() { s.StepTo(s.step + 1) }

// StepTo sets the rates after so many steps, which may be a fraction.
func (s *Scheduler) StepTo(step float64) {
	s.step = step
	for i, g := range s.opt.Groups() {
		g.LR = s.schedules[min(i, len(s.schedules)-1)](g.InitialLR, step)
		if n := len(s.momenta); n > 0 {
			at := &g.Momentum
			if g.Betas[1] != 0 {
				at = &g.Betas[0]
			}
			*at = s.momenta[min(i, n-1)](*at, step)
		}
	}
}

// Steps is how many steps were counted: with the optimiser's state, all that there is to keep.
func (s *Scheduler) Steps() float64 { return s.step }

// ReduceLROnPlateau multiplies the rates of an optimiser by Factor when a metric has not become better for more than
// Patience epochs: PyTorch's scheduler of that name. Its fields are its state.
type ReduceLROnPlateau struct {
	Maximize  bool      `json:"maximize"`  // better is larger
	Factor    float64   `json:"factor"`    // PyTorch's default is 0.1
	Patience  int       `json:"patience"`  // PyTorch's default is 10
	Threshold float64   `json:"threshold"` // how much better counts: relative, unless Absolute; PyTorch's default is 1e-4
	Absolute  bool      `json:"absolute"`
	Cooldown  int       `json:"cooldown"`         // epochs to wait after a reduction
	MinLR     []float64 `json:"min_lr,omitempty"` // one for all groups, or one for each; without it, 0

	Best    float64 `json:"best"`
	Started bool    `json:"started"` // there is a Best
	Bad     int     `json:"bad"`     // epochs since it
	Cooling int     `json:"cooling"` // epochs of cooldown left
}

// Step takes the metric of one epoch, and reduces the rates of opt where it is time.
func (r *ReduceLROnPlateau) Step(opt Rated, metric float64) {
	if r.better(metric) {
		r.Best, r.Started, r.Bad = metric, true, 0
	} else {
		r.Bad++
	}
	if r.Cooling > 0 {
		r.Cooling--
		r.Bad = 0
	}
	if r.Bad <= r.Patience {
		return
	}
	for i, g := range opt.Groups() {
		least := 0.0
		if n := len(r.MinLR); n > 0 {
			least = r.MinLR[min(i, n-1)]
		}
		if lr := math.Max(g.LR*r.Factor, least); g.LR-lr > 1e-8 {
			g.LR = lr
		}
	}
	r.Cooling, r.Bad = r.Cooldown, 0
}

func (r *ReduceLROnPlateau) better(x float64) bool {
	margin := r.Threshold
	if !r.Absolute {
		margin *= r.Best
	}
	switch {
	case !r.Started:
		return x == x
	case r.Maximize:
		return x > r.Best+margin
	}
	return x < r.Best-margin
}
