package cpu

import (
	"unsafe"

	"github.com/flambeau-ml/flambeau/backend/cpu/micro"
)

// filterLags is conv_filter by machine code where a group has few filters, as in depthwise convolutions: for each filter
// and channel the products of their rows, for all elements of the window side by side.
//
// The order of the sums depends on sizes alone: the images are cut into at most filterChunks chunks of nearly as many.
// Over the rows of a chunk one after the other, the products of element j of a row are added to sum j mod n, one after the
// other, where n elements take micro.LagsBytes. These n sums are added as a tree: the second half to the first, and so on;
// then the chunks one after the other.
type filterLags[T number] struct {
	*planes
	machine                *micro.Kernels
	x, y                   []T
	images, groups, cg, og int
	chunks                 cut
	distances              []int
	sums                   []T // of chunks, groups, filters, channels, elements of the window
}

// lanes is how many sums there are side by side.
func (c *filterLags[T]) lanes() int { return micro.LagsBytes / int(unsafe.Sizeof(T(0))) }

// run computes the sums, and hands the result on.
func (c *filterLags[T]) run(e *env, rs []reach, to sink[T]) {
	part := rs[0].target
	for c.planes = layPlanes(rs, part, 1); part > 1 && c.size > partMost; c.planes = layPlanes(rs, part, 1) {
		part = ceilDiv(part, 2)
		if len(rs) == 1 {
			part = ceilDiv(part, c.lanes()) * c.lanes() // rows go on where they were left
			if part == c.part {
				break
			}
		}
	}
	for _, at := range c.taps {
		c.distances = append(c.distances, at*int(unsafe.Sizeof(T(0))))
	}
	c.chunks = evenly(c.images, max(1, ceilDiv(c.images, filterChunks)))
	all := c.groups * c.og * c.cg * len(c.taps)
	mem := borrowSlice[T](c.chunks.count * all)
	defer giveBackSlice(mem)
	c.sums = *mem
	e.pool.For(c.groups*c.chunks.count, 1, func(_, lo, hi int) {
		r := lagsRun[T]{filterLags: c}
		local, lanes := borrowSlice[T](c.size), borrowSlice[T](c.og*len(c.taps)*c.lanes())
		r.plane, r.lanes = *local, *lanes
		for u := lo; u < hi; u++ {
			r.chunk(u/c.chunks.count, u%c.chunks.count, c.sums[u%c.chunks.count*all:][:all])
		}
		giveBackSlice(local)
		giveBackSlice(lanes)
	})
	for q := 1; q < c.chunks.count; q++ {
		for i, x := range c.sums[q*all:][:all] {
			c.sums[i] += x
		}
	}
	for at := 0; at < all; at += thinMax {
		to.write(0, at, c.sums[at:min(at+thinMax, all)])
	}
}

// lagsRun is what a worker needs to sum chunks.
type lagsRun[T number] struct {
	*filterLags[T]
	plane, lanes []T
	what         contents
}

// chunk sums chunk q of group g.
func (r *lagsRun[T]) chunk(g, q int, sums []T) {
	n, taps := r.filterLags.lanes(), len(r.taps)
	source := len(r.x) / (r.images * r.groups * r.cg)
	for ch := range r.cg {
		clear(r.lanes)
		for image := r.chunks.start(q); image < r.chunks.start(q+1); image++ {
			for start := 0; start < r.rs[0].target; start += r.part {
				r.what.find(r.planes, start)
				fillPlanes(r.machine, r.planes, &r.what, r.plane, r.x[((image*r.groups+g)*r.cg+ch)*source:][:source])
				for o := range r.og {
					r.multiply(r.lanes[o*taps*n:][:taps*n], (image*r.groups+g)*r.og+o, start, min(r.part, r.rs[0].target-start))
				}
			}
		}
		for o := range r.og {
			for t := range taps {
				sums[((g*r.og+o)*r.cg+ch)*taps+t] = halve(r.lanes[(o*taps+t)*n:][:n])
			}
		}
	}
}

// halve is the sum of x as a tree, which changes x.
func halve[T number](x []T) T {
	for n := len(x) / 2; n > 0; n /= 2 {
		for i, v := range x[n : 2*n] {
			x[i] += v
		}
	}
	return x[0]
}

// multiply adds the products of a plane of y, of the positions of a part, to the sums.
func (r *lagsRun[T]) multiply(lanes []T, plane, start, part int) {
	p, size := r.planes, int(unsafe.Sizeof(T(0)))
	z := len(p.rs) - 1
	inner, width, together := p.inner(), p.row(part), 1 // rows at one distance
	l := micro.Lags{YRow: width * size}
	if z > 0 {
		together = p.rs[z-1].target
		if z == 1 {
			together = part
		}
		l.XRow = p.strides[z-1] * size
	}
	l.Rows = together
	rows := part * inner / width
	if z == 0 {
		rows = 1
	}
	y := r.y[(plane*p.rs[0].target+start)*inner:][:part*inner]
	for row := 0; row < rows; row += together {
		l.Y, l.X = unsafe.Pointer(&y[row*width]), unsafe.Pointer(&r.plane[p.rowStart(row)])
		for c, i := evenly(len(p.taps), micro.LagsMost), 0; i < c.count; i++ {
			l.C, l.Distances = unsafe.Pointer(&lanes[c.start(i)*r.filterLags.lanes()]), unsafe.Pointer(&r.distances[c.start(i)])
			r.machine.MultiplyLags(&l, c.size(i), width)
		}
	}
}
