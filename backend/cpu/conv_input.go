package cpu

import (
	"slices"

	"github.com/flambeau-ml/flambeau/graph"
)

// phase is what the places first, first+stride … along an axis of conv_input's result have in common: the elements of
// the window that can meet them. Those are tap, tap+step …; element i of them reads, at place j, position shift[i] + j.
type phase struct {
	first, places int
	tap, step     int
	shift         []int
}

// phases are those of axis d, which has n places.
func phases(w *graph.Window, d, n int) []phase {
	var out []phase
	for first := range min(w.Stride[d], n) {
		p := phase{first: first, places: ceilDiv(n-first, w.Stride[d]), step: 1}
		for k := range w.Size[d] {
			at := first + w.Low[d] - k*w.Dilation[d]
			if at%w.Stride[d] != 0 {
				continue
			}
			switch len(p.shift) {
			case 0:
				p.tap = k
			case 1:
				p.step = k - p.tap
			}
			p.shift = append(p.shift, at/w.Stride[d])
		}
		out = append(out, p)
	}
	return out
}

// convInput computes conv_input: from y [N, O, …] and filters [O, C/G, …] to [N, C, …] of sizes dims. With a stride
// of 1 there is one phase; otherwise each phase is a product of its own, and their places are collected before they
// are handed on.
func convInput[T number](e *env, a *graph.Attrs, in []operand, dims []int, to sink[T]) {
	y, f, g := in[0], in[1], a.Window.Groups
	mem, done := dense[T](e, y)
	defer done()
	axes := make([][]phase, len(dims)-2)
	combinations := 1
	for d := range axes {
		axes[d] = phases(a.Window, d, dims[2+d])
		combinations *= len(axes[d])
	}
	if combinations == 1 {
		ps := pickPhases(axes, 0)
		overImages(e, mem, y, f.axes[0].size/g, reachPhases(ps, sizes(y.axes[2:])), filtersOf(f, g, ps), to)
		return
	}
	whole := borrowSlice[T](count(dims))
	for i := range combinations {
		ps := pickPhases(axes, i)
		overImages(e, mem, y, f.axes[0].size/g, reachPhases(ps, sizes(y.axes[2:])), filtersOf(f, g, ps), sink[T]{write: scatterPhases(*whole, a.Window, ps, dims)})
	}
	e.pool.For(len(*whole), thinMax, func(worker, lo, hi int) { to.write(worker, lo, (*whole)[lo:hi]) })
	giveBackSlice(whole)
}

// pickPhases is combination i of one phase of each axis.
func pickPhases(axes [][]phase, i int) []phase {
	ps := make([]phase, len(axes))
	for d, all := range axes {
		ps[d], i = all[i%len(all)], i/len(all)
	}
	return ps
}

// reachPhases are what the places of phases read of y.
func reachPhases(ps []phase, source []int) []reach {
	rs := make([]reach, len(ps))
	for d, p := range ps {
		rs[d] = reach{source: source[d], target: p.places, step: 1, offset: p.shift}
	}
	return rs
}

// filtersOf are filters of g groups as matrices of channels by K, which runs over filters and the elements of the
// window that belong to the phases.
func filtersOf(f operand, g int, ps []phase) matrix {
	o := split(f.axes[0], g)
	k, begin := slices.Clone(o[1:]), 0
	for d, p := range ps {
		stride := f.axes[2+d].stride
		k = append(k, axis{len(p.shift), stride * p.step})
		begin += p.tap * stride
	}
	from := f.array
	from.data = from.data[min(begin*from.dtype.Bytes(), len(from.data)):]
	return matrix{from, o[:1], f.axes[1:2], k}
}

// scatterPhases writes planes of places of a phase to whole, which has the sizes dims.
func scatterPhases[T number](whole []T, w *graph.Window, ps []phase, dims []int) func(worker, at int, acc []T) {
	plane, z := count(dims[2:]), len(ps)-1
	rows := []int{0} // where each row of a plane of the phase begins in one of whole
	for d, p := range ps[:z] {
		var next []int
		for _, r := range rows {
			for j := range p.places {
				next = append(next, r*dims[2+d]+p.first+j*w.Stride[d])
			}
		}
		rows = next
	}
	width, nrows := ps[z].places, len(rows)
	return func(_, at int, acc []T) {
		for len(acc) > 0 {
			row, q := at/width, at%width
			n := min(len(acc), width-q)
			to := row/nrows*plane + rows[row%nrows]*dims[2+z] + ps[z].first + q*w.Stride[z]
			for _, x := range acc[:n] {
				whole[to] = x
				to += w.Stride[z]
			}
			at, acc = at+n, acc[n:]
		}
	}
}
