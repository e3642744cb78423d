package cpu

import (
	"math"
	"slices"

	"github.com/flambeau-ml/flambeau/backend/cpu/jit"
)

// compile makes machine code of y's levels, where that can be.
func (y *layout) compile(e *loopCompiler, name string) {
	form := jit.Map
	switch {
	case len(y.reduces) > 0 && len(y.trailing) > 0:
		form = jit.Rows
	case len(y.reduces) > 0:
		form = jit.Runs
	}
	if y.n == 0 || y.k == 0 {
		return
	}
	if y.whole = y.lower(e, levelFull, form, name); y.whole != nil && len(y.reduces) > 0 {
		y.after = y.lower(e, levelKept, jit.Map, name+" after")
	}
	if y.whole != nil && form == jit.Runs {
		y.findCombiners(e)
	}
}

// shape joins axes that all streams and positions pass through as if they were one, decides which lie along the
// elements and the rows of the kernel, and fills in steps. It reports whether the kernel's form allows it.
func (w *lowering) shape() bool {
	axes := w.joined(w.groups())
	if axes == nil {
		return false
	}
	if w.k.Form == jit.Map {
		w.order(axes)
	}
	if w.n.turning = w.tile(axes); w.n.turning != nil {
		w.n.reordered = true
	}
	n := len(axes)
	w.n.dims = make([]int, n)
	for d, a := range axes {
		w.n.dims[d] = a.size
	}
	for i := range w.n.streams {
		s := &w.n.streams[i]
		bytes := w.k.Streams[i].Type.Bytes()
		for _, a := range axes {
			s.steps = append(s.steps, a.steps[i]*bytes)
		}
		s.last = s.steps[n-1]
		switch {
		case s.last == bytes || w.n.dims[n-1] == 1 || w.n.turning != nil && slices.Contains(w.n.turning.streams, i):
			w.k.Streams[i].Step = jit.Next
		case s.last == 0:
			w.k.Streams[i].Step = jit.Same
		default:
			w.k.Streams[i].Step = jit.Strided
			if s.last*16 > math.MaxInt32 || s.last*16 < math.MinInt32 {
				return false
			}
		}
	}
	for i := range w.n.positions {
		p := &w.n.positions[i]
		p.steps = nil
		for _, a := range axes {
			p.steps = append(p.steps, a.steps[len(w.n.streams)+i])
		}
		p.last = p.steps[n-1]
	}
	w.k.Positions = len(w.n.positions)
	return true
}

// joinedAxis is one or several axes of a level, with the steps of each stream and then each position.
type joinedAxis struct {
	size  int
	steps []int
	group int
}

// groups says which axes may become one: those of a map all; of a reduction the kept, the folded and the trailing ones
// among themselves.
func (w *lowering) groups() []int {
	out := make([]int, len(w.axes))
	if w.k.Form == jit.Map {
		return out
	}
	for i, j := range w.axes {
		switch {
		case slices.Contains(w.y.kept, j):
			out[i] = 0
		case slices.Contains(w.y.folded, j):
			out[i] = 1
		default:
			out[i] = 2
		}
	}
	return out
}

// joined are the axes of the level, joined. For a reduction the reduced ones come to the place that its form gives
// them; nil where they cannot be one.
func (w *lowering) joined(group []int) []joinedAxis {
	var out []joinedAxis
	for i, n := range w.sizes {
		if n == 1 {
			continue
		}
		a := joinedAxis{size: n, group: group[i]}
		for _, steps := range w.raw {
			a.steps = append(a.steps, steps[i])
		}
		for k := range w.n.positions {
			a.steps = append(a.steps, w.n.positions[k].steps[i])
		}
		if k := len(out) - 1; k >= 0 && out[k].group == a.group {
			same := true
			for q := range a.steps {
				same = same && out[k].steps[q] == a.steps[q]*n
			}
			if same {
				out[k].size *= n
				out[k].steps = a.steps
				continue
			}
		}
		out = append(out, a)
	}
	one := joinedAxis{size: 1, steps: make([]int, len(w.raw)+len(w.n.positions))}
	of := func(g int) (as []joinedAxis) {
		for _, a := range out {
			if a.group == g {
				as = append(as, a)
			}
		}
		return as
	}
	single := func(g int) (joinedAxis, bool) {
		switch as := of(g); len(as) {
		case 0:
			return one, true
		case 1:
			return as[0], true
		}
		return one, false
	}
	switch w.k.Form {
	case jit.Rows: // outputs, which are kept and folded axes; then what is reduced
		t, ok := single(2)
		if !ok {
			return nil
		}
		rows := append(of(0), of(1)...)
		if len(rows) == 0 {
			rows = append(rows, one)
		}
		return append(rows, t)
	case jit.Runs: // what is reduced lies along the rows, before the last kept axis
		u, ok := single(1)
		if !ok || len(of(2)) > 0 {
			return nil
		}
		keptAxes := of(0)
		if len(keptAxes) == 0 {
			keptAxes = append(keptAxes, one)
		}
		return slices.Insert(keptAxes, len(keptAxes)-1, u)
	}
	if len(out) == 0 {
		out = append(out, one)
	}
	return out
}

// order brings the axis along which the stores go to the end, unless that is where it is: a map may go through its
// indices in any order. What lies in registers of a frame is counted in the order that it has.
func (w *lowering) order(axes []joinedAxis) {
	last := len(axes) - 1
	best, most := last, w.worth(axes[last])
	for d, a := range axes {
		if n := w.worth(a); n > most {
			best, most = d, n
		}
	}
	for i := range w.n.streams {
		if w.n.streams[i].buf == ownReg {
			return
		}
	}
	if best != last {
		w.n.reordered = true
		a := axes[best]
		copy(axes[best:], axes[best+1:])
		axes[last] = a
	}
}

// worth is how good an axis is as that of the elements: streams that go along it one after the other, stores most.
func (w *lowering) worth(a joinedAxis) int {
	n := 0
	for i := range w.k.Instrs {
		in := &w.k.Instrs[i]
		if in.Op != jit.Load && in.Op != jit.Store {
			continue
		}
		switch s := a.steps[in.N]; {
		case s == 1 && in.Op == jit.Store:
			n += 8
		case s == 1:
			n += 2
		case s == 0 && in.Op == jit.Load:
			n++
		}
	}
	if a.size < 4 { // hardly a vector
		n -= 6
	}
	return n
}
