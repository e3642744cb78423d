package cpu

import (
	"slices"

	"github.com/flambeau-ml/flambeau/graph"
)

// The convolutions are products of matrices in which one operand is gathered from an array [N, C, …] while it is
// packed: never is the whole matrix in memory. K runs
//
//	conv        over the channels of the group, and the window
//	conv_input  over the filters of the group, and the elements of the window that can meet the place at all: where
//	            the stride is not 1, not every element does
//	conv_filter over the images, and the positions
//
// each in row-major order, in blocks of kBlock. Padding counts as zeros, which are multiplied like any other element.
// Machine code makes no such matrix where windows have several positions (conv_direct.go, conv_stencil.go), transforms tiles
// where that takes fewer products, in which case the sums are others (conv_winograd.go), and cuts K of conv_filter in
// another way (conv_filter.go, conv_lags.go).

// conv computes conv: from x [N, C, …] and filters [O, C/G, …] to [N, O, …] of sizes dims.
func conv[T number](e *env, a *graph.Attrs, in []operand, dims []int, to sink[T]) {
	x, f, g := in[0], in[1], a.Window.Groups
	o, c := split(f.axes[0], g), f.axes[1]
	filters := matrix{f.array, o[:1], o[1:], f.axes[1:]}
	mem, done := dense[T](e, x)
	defer done()
	overImages(e, mem, x, c.size, reaches(a.Window, sizes(x.axes[2:]), dims[2:]), filters, to)
}

// convFilter computes conv_filter: from x [N, C, …] and y [N, O, …] to filters [O, C/G, …].
func convFilter[T number](e *env, a *graph.Attrs, in []operand, dims []int, to sink[T]) {
	x, y, g := in[0], in[1], a.Window.Groups
	if filterByBlocks(e, a.Window, x, y, dims, to) {
		return
	}
	o, c := split(y.axes[1], g), dims[1]
	ys := matrix{y.array, o[:1], o[1:], slices.Concat(y.axes[:1], y.axes[2:])}
	pl := placingOf(reaches(a.Window, sizes(x.axes[2:]), sizes(y.axes[2:])))
	p := &product[T]{batch: g, m: o[1].size, n: c * pl.window, k: ys.k.len(), a: linesOf[T](ys), write: to.write, out: to.mem}
	mem, done := dense[T](e, x)
	defer done()
	p.b = lines[T]{alongK: true, get: patches(mem, x, c, pl)}
	p.run(e)
}

// split is an axis of channels as an axis of g groups and one of the channels of a group.
func split(x axis, g int) axes {
	n := x.size / g
	return axes{{g, n * x.stride}, {n, x.stride}}
}

func sizes(x axes) []int {
	out := make([]int, len(x))
	for i, a := range x {
		out[i] = a.size
	}
	return out
}

// overImages computes the products of filters with the patches of src, the elements of x, which has per channels in
// each group. Their result [N, rows of all groups, positions] goes to a sink.
func overImages[T number](e *env, src []T, x operand, per int, rs []reach, filters matrix, to sink[T]) {
	rs = flatten(rs)
	if byStencil(e, src, x, per, rs, filters, to) || byWinograd(e, src, x, per, rs, filters, to) || overPlanes(e, src, x, per, rs, filters, to) {
		return
	}
	pl := placingOf(rs)
	images, g, rows, positions := x.axes[0].size, filters.batch.len(), filters.rows.len(), pl.positions()
	p := &product[T]{batch: g, m: rows, n: images * positions, k: filters.k.len(), a: linesOf[T](filters)}
	p.b = lines[T]{get: patches(src, x, per, pl)}
	if positions == 1 { // what lies together in the result are the rows
		p.a, p.b, p.m, p.n = p.b, p.a, p.n, p.m
		p.write = func(worker, at int, acc []T) {
			for len(acc) > 0 {
				group, image, row := at/rows/images, at/rows%images, at%rows
				n := min(len(acc), rows-row)
				to.write(worker, (image*g+group)*rows+row, acc[:n])
				at, acc = at+n, acc[n:]
			}
		}
	} else if images == 1 {
		p.write, p.out = to.write, to.mem
	} else {
		p.write = func(worker, at int, acc []T) {
			for len(acc) > 0 {
				row, image, pos := at/p.n, at%p.n/positions, at%positions
				n := min(len(acc), positions-pos)
				to.write(worker, (image*g*rows+row)*positions+pos, acc[:n])
				at, acc = at+n, acc[n:]
			}
		}
	}
	p.run(e)
}
