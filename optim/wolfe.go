package optim

import (
	"math"

	"github.com/flambeau-ml/flambeau/tensor"
)

// point is a place along a direction: how far it is, the loss there, its gradient, and its slope along the direction.
type point struct {
	t, loss float64
	grad    *tensor.Tensor
	slope   float64
}

// wolfe searches along a direction for a point where the loss is lower in proportion to the way, and the slope flatter:
// the strong Wolfe conditions, as PyTorch's strong_wolfe looks for them.
type wolfe struct {
	step      *lbfgsStep
	from      []*tensor.Tensor // the parameters where the search begins
	d         *tensor.Tensor
	most      int // tries
	tolerance float64
	evals     int
}

const (
	lower   = 1e-4 // the part of the first slope that the loss must fall by
	flatter = 0.9  // the part of the first slope that the slope must not pass
)

// at evaluates the point at t and goes back.
func (w *wolfe) at(t float64) point {
	w.step.move(t, w.d)
	loss, grad := w.step.evaluate()
	w.step.set(w.from)
	w.evals++
	return point{t, loss, grad, grad.Dot(w.d).Item()}
}

// search returns the best point found, of which the first try is at t.
func (w *wolfe) search(start point, t float64) point {
	high := func(p point) bool { return p.loss > start.loss+lower*p.t*start.slope }
	flat := func(p point) bool { return math.Abs(p.slope) <= -flatter*start.slope }

	last, now := start, w.at(t)
	var low, far point // the bracket
	tries := 0
	for ; ; tries++ {
		if tries >= w.most {
			low, far = start, now
			break
		}
		if high(now) || tries > 1 && now.loss >= last.loss || !flat(now) && now.slope >= 0 {
			low, far = last, now
			break
		}
		if flat(now) {
			return now
		}
		next := cubic(last, now, now.t+0.01*(now.t-last.t), now.t*10)
		last, now = now, w.at(next)
	}
	return w.zoom(low, far, tries, largest(w.d), high, flat, start.slope)
}

// zoom makes a bracket that holds a good point smaller until it is found.
func (w *wolfe) zoom(a, b point, tries int, length float64, high, flat func(point) bool, slope float64) point {
	low, far := &a, &b
	if a.loss > b.loss {
		low, far = far, low
	}
	stuck := false
	for ; tries < w.most && math.Abs(b.t-a.t)*length >= w.tolerance; tries++ {
		least, most := min(a.t, b.t), max(a.t, b.t)
		t := cubic(a, b, least, most)
		margin := 0.1 * (most - least)
		if min(most-t, t-least) >= margin {
			stuck = false
		} else if stuck || t >= most || t <= least { // twice near an end, or at it: go a tenth inside
			if math.Abs(t-most) < math.Abs(t-least) {
				t = most - margin
			} else {
				t = least + margin
			}
			stuck = false
		} else {
			stuck = true
		}
		p := w.at(t)
		if high(p) || p.loss >= low.loss {
			*far = p
			if a.loss <= b.loss {
				low, far = &a, &b
			} else {
				low, far = &b, &a
			}
			continue
		}
		if flat(p) {
			return p
		}
		if p.slope*(far.t-low.t) >= 0 {
			*far = *low
		}
		*low = p
	}
	return *low
}

// cubic is where the cubic through two points with their slopes is lowest, between two bounds.
func cubic(p, q point, least, most float64) float64 {
	if p.t > q.t {
		p, q = q, p
	}
	d1 := p.slope + q.slope - 3*(p.loss-q.loss)/(p.t-q.t)
	square := d1*d1 - p.slope*q.slope
	d2 := math.Sqrt(square)
	t := q.t - (q.t-p.t)*((q.slope+d2-d1)/(q.slope-p.slope+2*d2))
	if math.IsNaN(t) { // there is none
		return (least + most) / 2
	}
	return min(max(t, least), most)
}
