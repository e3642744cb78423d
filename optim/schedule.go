package optim

import (
	"math"
	"slices"
)

// Schedule is a learning rate as a function of the rate it starts from and the number of steps (or epochs) done. It
// has no state; a [Scheduler] counts.
type Schedule func(base, step float64) float64

// ConstantLR is the rate times factor for the first iters steps, and then the rate. PyTorch's defaults are 1/3 and 5.
func ConstantLR(factor float64, iters int) Schedule {
	return func(base, step float64) float64 {
		if step < float64(iters) {
			return base * factor
		}
		return base
	}
}

// LinearLR goes from start times the rate to end times the rate in iters steps: a warm-up where start is the smaller.
// PyTorch's defaults are 1/3, 1 and 5.
func LinearLR(start, end float64, iters int) Schedule {
	return func(base, step float64) float64 {
		return base * (start + (end-start)*min(step, float64(iters))/float64(iters))
	}
}

// StepLR multiplies the rate by gamma every size steps. PyTorch's default gamma is 0.1.
func StepLR(size int, gamma float64) Schedule {
	return func(base, step float64) float64 { return base * math.Pow(gamma, math.Floor(step/float64(size))) }
}

// MultiStepLR multiplies the rate by gamma at each milestone.
func MultiStepLR(gamma float64, milestones ...int) Schedule {
	return func(base, step float64) float64 {
		n := 0
		for _, m := range milestones {
			if step >= float64(m) {
				n++
			}
		}
		return base * math.Pow(gamma, float64(n))
	}
}

// ExponentialLR multiplies the rate by gamma at each step.
func ExponentialLR(gamma float64) Schedule {
	return func(base, step float64) float64 { return base * math.Pow(gamma, step) }
}

// LambdaLR is the rate times f of the step.
func LambdaLR(f func(step int) float64) Schedule {
	return func(base, step float64) float64 { return base * f(int(step)) }
}

// MultiplicativeLR multiplies the rate at each step by f of the step.
func MultiplicativeLR(f func(step int) float64) Schedule {
	return func(base, step float64) float64 {
		for i := 1; i <= int(step); i++ {
			base *= f(i)
		}
		return base
	}
}

// PolynomialLR falls to 0 in iters steps, as the power of the steps left. PyTorch's defaults are 5 and 1.
func PolynomialLR(iters int, power float64) Schedule {
	return func(base, step float64) float64 {
		return base * math.Pow(1-min(step, float64(iters))/float64(iters), power)
	}
}

// CosineAnnealingLR falls as half a cosine from the rate to etaMin in tMax steps, and would rise again after them.
func CosineAnnealingLR(tMax int, etaMin float64) Schedule {
	return func(base, step float64) float64 { return cosine(base, etaMin, step/float64(tMax)) }
}

// cosine goes from one number to another as half a cosine.
func cosine(from, to, done float64) float64 { return to + (from-to)*(1+math.Cos(math.Pi*done))/2 }

// CosineAnnealingWarmRestarts is CosineAnnealingLR that starts again after t0 steps, then after tMult times as many,
// and so on.
func CosineAnnealingWarmRestarts(t0, tMult int, etaMin float64) Schedule {
	return func(base, step float64) float64 {
		period := float64(t0)
		for step >= period {
			if tMult == 1 {
				step = math.Mod(step, period)
				break
			}
			step -= period
			period *= float64(tMult)
		}
		return cosine(base, etaMin, step/period)
	}
}

// SequentialLR follows each schedule up to its milestone, and then the next one from its beginning. There is one
// milestone less than schedules.
func SequentialLR(milestones []int, schedules ...Schedule) Schedule {
	return func(base, step float64) float64 {
		i, _ := slices.BinarySearchFunc(milestones, step, func(m int, s float64) int {
			if float64(m) <= s {
				return -1
			}
			return 1
		})
		if i > 0 {
			step -= float64(milestones[i-1])
		}
		return schedules[i](base, step)
	}
}

// ChainedLR applies schedules one after the other, each to what the last one gave: PyTorch's ChainedScheduler.
func ChainedLR(schedules ...Schedule) Schedule {
	return func(base, step float64) float64 {
		for _, s := range schedules {
			base = s(base, step)
		}
		return base
	}
}
