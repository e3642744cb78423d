package optim

import "math"

// OneCycle is a rise to a large rate and a fall to a tiny one, over the whole of a training: PyTorch's OneCycleLR
// (Smith and Topin, 2018). What the optimiser's rate was does not matter. A number that is 0 stands for PyTorch's
// default.
type OneCycle struct {
	Max        float64
	Steps      int
	Rise       float64 // the part of the steps that rises: PyTorch's pct_start, by default 0.3
	Div        float64 // the first rate is Max over it: by default 25
	FinalDiv   float64 // the last rate is the first over it: by default 10,000
	ThreePhase bool    // falls to the first rate as long as it rose, and then to the last
	Linear     bool    // in straight lines, not half cosines

	LowMomentum, HighMomentum float64 // by default 0.85 and 0.95
}

func or(x, fallback float64) float64 {
	if x == 0 {
		return fallback
	}
	return x
}

// between goes from one number to another.
func (o OneCycle) between(from, to, done float64) float64 {
	if o.Linear {
		return from + (to-from)*done
	}
	return cosine(from, to, done)
}

// phases goes through values at the ends of the phases.
func (o OneCycle) phases(step float64, values ...float64) float64 {
	rise, last := or(o.Rise, 0.3)*float64(o.Steps), float64(o.Steps-1)
	ends := []float64{0, rise - 1, last}
	if o.ThreePhase {
		ends = []float64{0, rise - 1, 2*rise - 2, last}
	}
	i := 1
	for i < len(ends)-1 && step > ends[i] {
		i++
	}
	return o.between(values[i-1], values[i], (step-ends[i-1])/(ends[i]-ends[i-1]))
}

// LR is the rate.
func (o OneCycle) LR() Schedule {
	first := o.Max / or(o.Div, 25)
	last := first / or(o.FinalDiv, 1e4)
	return func(_, step float64) float64 {
		if o.ThreePhase {
			return o.phases(step, first, o.Max, first, last)
		}
		return o.phases(step, first, o.Max, last)
	}
}

// Momentum falls while the rate rises.
func (o OneCycle) Momentum() Schedule {
	low, high := or(o.LowMomentum, 0.85), or(o.HighMomentum, 0.95)
	return func(_, step float64) float64 { return o.phases(step, high, low, high, high) }
}

// Cyclic goes up and down between two rates: PyTorch's CyclicLR (Smith, 2017).
type Cyclic struct {
	Low, High float64
	Up, Down  int // steps up, and down; 0 down is as many as up
	// Scale is what the height of a cycle is multiplied by, given its number, from 1, and the step; nil is 1.
	Scale func(cycle, step float64) float64

	LowMomentum, HighMomentum float64 // PyTorch's defaults are 0.8 and 0.9
}

// height is how far up between the two rates the cycle is.
func (c Cyclic) height(step float64) float64 {
	up, down := float64(c.Up), float64(c.Down)
	if c.Down == 0 {
		down = up
	}
	cycle := math.Floor(1 + step/(up+down))
	x := 1 + step/(up+down) - cycle
	ratio := up / (up + down)
	h := x / ratio
	if x > ratio {
		h = (x - 1) / (ratio - 1)
	}
	if c.Scale != nil {
		h *= c.Scale(cycle, step)
	}
	return h
}

// LR is the rate.
func (c Cyclic) LR() Schedule {
	return func(_, step float64) float64 { return c.Low + (c.High-c.Low)*c.height(step) }
}

// Momentum falls while the rate rises.
func (c Cyclic) Momentum() Schedule {
	return func(_, step float64) float64 {
		return c.HighMomentum - (c.HighMomentum-c.LowMomentum)*c.height(step)
	}
}

// SWALR goes in so many epochs from the rate to another, and stays there while weights are averaged: as half a cosine,
// or in a straight line. PyTorch's default for epochs is 10.
func SWALR(to float64, epochs int, linear bool) Schedule {
	o := OneCycle{Linear: linear}
	return func(base, step float64) float64 { return o.between(base, to, min(step/max(float64(epochs), 1), 1)) }
}
