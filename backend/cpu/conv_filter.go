package cpu

import (
	"unsafe"

	"github.com/flambeau-ml/flambeau/backend/cpu/micro"
	"github.com/flambeau-ml/flambeau/graph"
)

// The order in which machine code sums conv_filter depends on sizes alone. An image's positions are cut into blocks of
// nearly the same length, as few as there can be of at most kBlock; where it has fewer than half of that, a block is
// several images. The blocks are cut into at most filterChunks chunks of nearly as many blocks, fewer where the result is
// large. Products of a block are summed one after the other, then the sums of the blocks of a chunk, then the chunks. So
// chunks can be computed at the same time, and each looks at its images once.
const (
	filterChunks = 16
	filterMost   = 1 << 18 // elements of the sums of all chunks, if there is more than one
	filterLeast  = 16      // positions of an image
	filterLanes  = 8       // filters of a group: the sums lie side by side in vectors
)

// filterBlocks are the blocks of conv_filter.
type filterBlocks struct {
	images, positions int
	each              cut // the blocks of an image
	together          int // images of a block
	chunks            cut // of all blocks
}

func blocksOf(images, positions, elements int) filterBlocks {
	b := filterBlocks{images: images, positions: positions, each: evenly(positions, kBlock), together: max(1, kBlock/positions)}
	n := ceilDiv(images, b.together) * b.each.count
	chunks := min(filterChunks, n, max(1, filterMost/max(1, elements)))
	b.chunks = cut{n: n, count: chunks}
	return b
}

// filterDirect is convFilter for windows whose positions come in rows: the sums are products of some channels, or of some
// elements of the window, with the filters, over the positions of a block.
type filterDirect[T number] struct {
	*planes
	filterBlocks
	machine        *micro.Kernels
	x, y           []T
	groups, cg, og int
	sets           []rowSet
	results        []int // for each row of sums, which element of a filter it is
	sums           []T   // of chunks, groups, rows, filters
}

// rowSet is rows of the matrix of patches that lie at one distance in the planes of a group: count of them from place at
// on, the first of them row number first of the sums.
type rowSet struct{ at, distance, count, first int }

// filterByBlocks is convFilter by machine code and without a matrix of patches. It reports whether that was the better way.
func filterByBlocks[T number](e *env, w *graph.Window, x, y operand, dims []int, to sink[T]) bool {
	if e.engine == nil || kernelsOf[T](e.engine) == nil || count(dims) == 0 || y.axes.len() == 0 {
		return false
	}
	c := &filterDirect[T]{machine: kernelsOf[T](e.engine), groups: w.Groups, cg: dims[1], og: dims[0] / w.Groups}
	rs := reaches(w, sizes(x.axes[2:]), sizes(y.axes[2:]))
	positions := rs[0].target
	for _, r := range rs[1:] {
		positions *= r.target
	}
	if rs[len(rs)-1].target < 4 || positions < filterLeast {
		return false
	}
	if c.og < filterLanes {
		l := &filterLags[T]{machine: c.machine, images: x.axes[0].size, groups: c.groups, cg: c.cg, og: c.og}
		var doneX, doneY func()
		l.x, doneX = dense[T](e, x)
		defer doneX()
		l.y, doneY = dense[T](e, y)
		defer doneY()
		l.run(e, rs, to)
		return true
	}
	c.filterBlocks = blocksOf(x.axes[0].size, positions, count(dims))
	c.layOut(rs)
	c.findSets()
	var doneX, doneY func()
	c.x, doneX = dense[T](e, x)
	defer doneX()
	c.y, doneY = dense[T](e, y)
	defer doneY()
	mem := borrowSlice[T](c.chunks.count * count(dims))
	defer giveBackSlice(mem)
	c.sums = *mem
	c.run(e)
	c.collect(e, to)
	return true
}

// layOut lays out planes of whole images, or where these are too large of a part that holds several blocks.
func (c *filterDirect[T]) layOut(rs []reach) {
	n := rs[0].target
	part, need := n, c.each.size(0) // along a single axis, blocks begin anywhere
	if len(rs) > 1 {
		need = min(n, ceilDiv(c.each.size(0)-1, c.positions/n)+1)
	}
	for c.planes = layPlanes(rs, part, 1); part > need && c.size*c.cg > partMost; c.planes = layPlanes(rs, part, 1) {
		part = max(need, part/2)
	}
}

// findSets finds the rows of sums: for each element of the window the channels, or where they are few, for each channel
// and some elements along the last axis.
func (c *filterDirect[T]) findSets() {
	add := func(at, distance, count int, result func(i int) int) {
		for parts, p := evenly(count, c.machine.Rows), 0; p < parts.count; p++ {
			c.sets = append(c.sets, rowSet{at + parts.start(p)*distance, distance, parts.size(p), len(c.results)})
			for i := range parts.size(p) {
				c.results = append(c.results, result(parts.start(p)+i))
			}
		}
	}
	last := c.rs[len(c.rs)-1]
	if c.cg*last.step >= len(last.offset) {
		for k, at := range c.taps {
			add(at, c.size, c.cg, func(i int) int { return i*len(c.taps) + k })
		}
		return
	}
	for ch := range c.cg {
		for k := 0; k < len(c.taps); k += len(last.offset) {
			for _, t := range regular(c.taps[k:][:len(last.offset)], last.offset, last.step) {
				add(ch*c.size+t.at, t.distance, t.count, func(i int) int { return ch*len(c.taps) + k + t.first + i*t.step })
			}
		}
	}
}

// run computes the sums of chunks.
func (c *filterDirect[T]) run(e *env) {
	m, threads := c.machine, e.pool.Threads()
	panels := ceilDiv(c.og, m.Width())
	split := 1 // of the filters
	for threads > 1 && c.groups*c.chunks.count*split < 3*threads && panels >= 2*split {
		split *= 2
	}
	l := lines[T]{alongK: true, plain: &plain[T]{c.y, axes{{c.images * c.groups, c.og * c.positions}}, c.positions}}
	e.pool.For(c.groups*c.chunks.count*split, 1, func(worker, lo, hi int) {
		r := filterRun[T]{filterDirect: c, s: borrow[T](m), y: &l, worker: worker}
		local := borrowSlice[T](c.together * c.cg * c.size)
		r.planes = *local
		for u := lo; u < hi; u++ {
			part, q, g := u%split, u/split%c.chunks.count, u/split/c.chunks.count
			r.chunk(g, q, panels*part/split, panels*(part+1)/split)
		}
		giveBackSlice(local)
		r.s.giveBack()
	})
}

// filterRun is what a worker needs to sum chunks.
type filterRun[T number] struct {
	*filterDirect[T]
	s         *scratch[T]
	y         *lines[T]
	worker    int
	planes    []T
	what      contents
	filled    int    // images that have been laid out side by side
	held      [3]int // group, image and first position of what the planes hold, each and 1
	stretches []micro.Stretch
}

// chunk sums chunk q of group g, for panels j to end of the filters.
func (r *filterRun[T]) chunk(g, q, j, end int) {
	m, size, rows := r.machine, int(unsafe.Sizeof(T(0))), len(r.results)
	sums := r.sums[(q*r.groups+g)*rows*r.og:][:rows*r.og]
	pitch := min(m.Width(), ceilDiv(r.og, m.Vector)*m.Vector)
	w := micro.Walk{Tile: micro.Tile{AK: size, BK: pitch * size, CRow: r.og * size}}
	for b := r.chunks.start(q); b < r.chunks.start(q+1); b++ {
		image, lo := b/r.each.count*r.together, r.each.start(b%r.each.count)
		images, hi := min(r.together, r.images-image), r.each.start(b%r.each.count+1)
		at := r.look(g, image, images, lo, hi)
		for j := j; j < end; j++ {
			o := j * m.Width()
			n := min(m.Width(), r.og-o)
			for i := range images {
				r.s.packTransposed(m, r.y, r.worker, (image+i)*r.groups+g, o, n, lo, hi-lo, r.s.b[i*(hi-lo)*pitch:], pitch)
			}
			vectors := ceilDiv(n, m.Vector)
			w.B, w.Tail = unsafe.Pointer(&r.s.b[0]), n-(vectors-1)*m.Vector
			w.Stretches, w.Count = unsafe.Pointer(&r.stretches[0]), len(r.stretches)
			for i := range r.sets {
				s := &r.sets[i]
				w.A, w.ARow = unsafe.Pointer(&r.planes[at+s.at]), s.distance*size
				w.C = unsafe.Pointer(&sums[s.first*r.og+o])
				m.MultiplyWalk(&w, s.count, vectors, 1)
			}
		}
		w.Add = 1
	}
}

// look makes the planes hold what positions lo to hi of some images read in group g, and finds the stretches in which
// these lie. It returns the place of the first.
func (r *filterRun[T]) look(g, image, images, lo, hi int) int {
	p, size := r.filterDirect.planes, int(unsafe.Sizeof(T(0)))
	inner, width := p.inner(), p.row(r.rs[0].target)
	start, held := lo/inner, r.held[2]-1
	if r.held[0] != g+1 || r.held[1] != image+1 || start < held || (hi-1)/inner >= held+p.part {
		if images > r.filled { // there are no zeros yet beside the rows of some
			r.what.rows, r.filled = nil, images
		}
		r.what.find(p, start)
		plane := len(r.x) / (r.images * r.groups * r.cg)
		for i := range images {
			for ch := range r.cg {
				fillPlanes(r.machine, p, &r.what, r.planes[(i*r.cg+ch)*p.size:][:p.size], r.x[(((image+i)*r.groups+g)*r.cg+ch)*plane:][:plane])
			}
		}
		held = start
		r.held = [3]int{g + 1, image + 1, start + 1}
	}
	r.stretches = r.stretches[:0]
	first, at := 0, 0 // places of the first position, and behind the last one
	for i := range images {
		for q := lo; q < hi; {
			n := min(hi-q, width-q%width)
			from := i * r.cg * p.size
			if len(p.rs) == 1 {
				from += q - held
			} else {
				from += p.rowStart(q/width-held*(inner/width)) + q%width
			}
			if k := len(r.stretches); k == 0 {
				first = from
			} else {
				r.stretches[k-1].Leap = (from - at) * size
			}
			r.stretches = append(r.stretches, micro.Stretch{Count: n})
			q, at = q+n, from+n
		}
	}
	return first
}

// collect adds the chunks and hands the result on.
func (c *filterDirect[T]) collect(e *env, to sink[T]) {
	rows := len(c.results)
	all := c.groups * rows * c.og
	total := c.sums[:all]
	if c.chunks.count > 1 {
		e.pool.For(all, 1<<12, func(_, lo, hi int) {
			acc := total[lo:hi]
			for q := 1; q < c.chunks.count; q++ {
				from := c.sums[q*all+lo:][:len(acc)]
				for i, x := range from {
					acc[i] += x
				}
			}
		})
	}
	e.pool.For(c.groups*c.og, max(1, 1<<12/rows), func(worker, lo, hi int) {
		buf := borrowSlice[T](rows)
		for u := lo; u < hi; u++ {
			filter := *buf
			if to.mem != nil {
				filter = to.mem[u*rows:][:rows]
			}
			at := u/c.og*rows*c.og + u%c.og
			for _, i := range c.results {
				filter[i] = total[at]
				at += c.og
			}
			if to.mem == nil {
				to.write(worker, u*rows, filter)
			}
		}
		giveBackSlice(buf)
	})
}

// tapGroup is elements of a window along an axis, the numbers first, first+step …, that lie at one distance.
type tapGroup struct{ first, step, count, at, distance int }

// regular are the elements at places taps in groups of those whose offsets have one remainder by step.
func regular(taps, offset []int, step int) []tapGroup {
	var out []tapGroup
	taken := make([]bool, len(taps))
	for first := range taps {
		if taken[first] {
			continue
		}
		g := tapGroup{first: first, step: 1, at: taps[first]}
		for k := first; k < len(taps); k++ {
			if (offset[k]-offset[first])%step != 0 {
				continue
			}
			if g.count == 1 {
				g.step, g.distance = k-first, taps[k]-g.at
			}
			taken[k] = true
			g.count++
		}
		out = append(out, g)
	}
	return out
}
