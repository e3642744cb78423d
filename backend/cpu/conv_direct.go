package cpu

import (
	"math"
	"unsafe"

	"github.com/flambeau-ml/flambeau/backend/cpu/micro"
)

const (
	partMost  = 96 << 10 // elements of the planes of a part: they stay in a core's second cache
	chunkMost = 512      // places of a chunk: the sums of a few filters stay in the first one
)

// directConv is a convolution that makes no matrix of patches.
type directConv[T number] struct {
	*planes
	machine          *micro.Kernels
	src              []T
	images, channels int
	per              int // channels of a group
	k                int
	filters          []side[T] // of each group, packed
	rows             []int     // distances of the rows of the matrix of patches from a group's first plane, in bytes
	to               sink[T]
}

// overPlanes is overImages by machine code and without a matrix of patches. It reports whether that was the better way.
func overPlanes[T number](e *env, src []T, x operand, per int, rs []reach, filters matrix, to sink[T]) bool {
	if e.engine == nil || kernelsOf[T](e.engine) == nil {
		return false
	}
	c := &directConv[T]{machine: kernelsOf[T](e.engine), src: src, images: x.axes[0].size, channels: x.axes[1].size, per: per, k: filters.k.len(), to: to}
	groups, rows := filters.batch.len(), filters.rows.len()
	if c.k == 0 || c.images*groups*rows == 0 || !c.layOut(rs, rows) {
		return false
	}
	m, size := c.machine, int(unsafe.Sizeof(T(0)))
	for i := range per {
		for _, at := range c.taps {
			c.rows = append(c.rows, (i*c.size+at)*size)
		}
	}

	// The filters are packed once.
	l := linesOf[T](filters)
	blocks := ceilDiv(c.k, kBlock)
	cut := evenly(rows, m.Rows)
	slot := ceilDiv(rows, cut.count)*min(kBlock, c.k) + slack
	mem := borrowSlice[T](groups * blocks * cut.count * slot)
	defer giveBackSlice(mem)
	for g := range groups {
		c.filters = append(c.filters, side[T]{lines: &l, mem: (*mem)[g*blocks*cut.count*slot:], cut: cut, slot: slot})
	}
	e.pool.For(groups*blocks, max(1, 1<<14/(rows*min(kBlock, c.k))), func(worker, lo, hi int) {
		s := borrow[T](m)
		for u := lo; u < hi; u++ {
			f, q := &c.filters[u/blocks], u%blocks
			s.packPanels(m, &l, worker, u/blocks, 0, cut, 0, cut.count, q*kBlock, min(kBlock, c.k-q*kBlock), f.panel(q, 0), slot)
		}
		s.giveBack()
	})
	c.run(e, rows)
	return true
}

// layOut chooses the part that costs least: the places that are computed for nothing, and what is written again for the
// next part. It reports whether that is not too much.
func (c *directConv[T]) layOut(rs []reach, rows int) bool {
	n := rs[0].target
	width := c.machine.Width()
	if rows == 1 {
		width = c.machine.Vector
	}
	best := math.MaxInt
	for parts, tried := 1, 0; parts <= n && tried < 12; parts++ {
		part := ceilDiv(n, parts)
		if parts > 1 && ceilDiv(n, parts-1) == part {
			continue
		}
		p := layPlanes(rs, part)
		if p.size*c.per > partMost && part > 1 {
			// So many parts that one may fit.
			parts = max(parts, min(n, p.size*c.per/partMost*parts*3/4)-1)
			continue
		}
		tried++
		cost := func(n int) int { return ceilDiv(p.columns(n), width)*width*rows*c.k + 16*p.size*c.per }
		full := n / part
		total := full * cost(part)
		if n%part > 0 {
			total += cost(n % part)
		}
		if total < best {
			best, c.planes = total, p
		}
	}
	if c.planes == nil {
		return false
	}
	// An element of the matrix of patches costs about as much as 48 products.
	positions := n * c.inner()
	return positions > 1 && best <= positions*c.k*(rows+48)
}

// run computes parts of images.
func (c *directConv[T]) run(e *env, rows int) {
	m, groups, threads := c.machine, len(c.filters), e.pool.Threads()
	n := c.rs[0].target
	parts := ceilDiv(n, c.part)
	panels := c.filters[0].count
	// Where there are few parts, several threads do one, each for some of the filters.
	split := 1
	for threads > 1 && c.images*groups*parts*split < 3*threads && panels >= 2*split {
		split *= 2
	}
	work := ceilDiv(rows, split)*c.columns(min(c.part, n))*c.k + 16*c.per*c.size // an element costs some products
	e.pool.For(c.images*groups*parts*split, max(1, machineMin/2/work), func(worker, lo, hi int) {
		s := borrow[T](m)
		local := borrowSlice[T](c.per * c.size)
		r := partRun[T]{directConv: c, s: s, worker: worker, planes: *local}
		for u := lo; u < hi; {
			first, last := u%split, min(split, u%split+hi-u)
			v := u / split
			r.part(v/parts/groups, v/parts%groups, v%parts*c.part, panels*first/split, panels*last/split)
			u += last - first
		}
		giveBackSlice(local)
		s.giveBack()
	})
}

// partRun is what a worker needs to compute parts.
type partRun[T number] struct {
	*directConv[T]
	s         *scratch[T]
	worker    int
	planes    []T
	what      contents
	stretches []stretch
}

// stretch is n places of a chunk, from its place at on, that are the positions of a part from to on.
type stretch struct{ at, to, n int }

// part computes panels i to end of a group's filters over the part of an image that begins at position start.
func (r *partRun[T]) part(image, g, start, i, end int) {
	if i >= end {
		return
	}
	p := r.directConv.planes
	n := min(p.part, p.rs[0].target-start)
	r.what.find(p, start)
	plane := len(r.src) / (r.images * r.channels)
	for ch := range r.per {
		fillPlanes(p, &r.what, r.planes[ch*p.size:][:p.size], r.src[(image*r.channels+g*r.per+ch)*plane:][:plane])
	}
	columns, f := p.columns(n), &r.filters[g]
	base := (image*len(r.filters)+g)*f.n*p.rs[0].target*p.inner() + start*p.inner()
	chunk := ceilDiv(columns, ceilDiv(columns, chunkMost))
	chunk = ceilDiv(chunk, r.machine.Width()) * r.machine.Width()
	for at := 0; at < columns; at += chunk {
		r.chunk(f, at, min(chunk, columns-at), n, base, i, end)
	}
}

// chunk computes count places from place from on.
func (r *partRun[T]) chunk(f *side[T], from, count, n, base, i, end int) {
	m, size := r.machine, int(unsafe.Sizeof(T(0)))
	positions := r.rs[0].target * r.inner()
	r.findStretches(n, from, count)
	whole := len(r.stretches) == 1 && r.stretches[0].n == count && r.to.mem != nil // sums go where they belong
	cols := intoWidth(count, m.Width())
	s := r.s
	for p := i; p < end; p++ {
		rows, first := f.size(p), f.start(p)
		if rows == 1 {
			cols = intoWidth(count, m.Wide*m.Vector)
		} else {
			cols.width, cols.count = m.Width(), ceilDiv(count, m.Width())
		}
		acc, ld := s.acc, ceilDiv(count, m.Vector)*m.Vector
		if whole {
			acc, ld = r.to.mem[base+first*positions+r.stretches[0].to:], positions
		}
		t := micro.Tile{ARow: size, BPanel: cols.width * size, CRow: ld * size, CPanel: cols.width * size}
		t.B = unsafe.Pointer(&r.planes[from])
		for q := 0; q*kBlock < r.k; q++ {
			t.Depth, t.Rows = min(kBlock, r.k-q*kBlock), unsafe.Pointer(&r.directConv.rows[q*kBlock])
			t.A, t.AK = unsafe.Pointer(&f.panel(q, p)[0]), rows*size
			multiplyPanels(m, &t, rows, &cols, 0, cols.count, unsafe.Pointer(&acc[0]))
			t.Add = 1
		}
		if whole {
			continue
		}
		for i := range rows {
			r.write(acc[i*ld:][:count], base+(first+i)*positions)
		}
	}
}

// write hands on the positions of a row of sums.
func (r *partRun[T]) write(acc []T, base int) {
	if mem := r.to.mem; mem != nil {
		for _, x := range r.stretches {
			copy(mem[base+x.to:][:x.n], acc[x.at:])
		}
		return
	}
	n := 0
	for _, x := range r.stretches { // the positions of a part have consecutive numbers
		if x.at != n {
			copy(acc[n:][:x.n], acc[x.at:][:x.n])
		}
		n += x.n
	}
	if n > 0 {
		r.to.write(r.worker, base+r.stretches[0].to, acc[:n])
	}
}

// findStretches finds the positions among count places from a place on, of n positions along the first axis.
func (r *partRun[T]) findStretches(n, from, count int) {
	p := r.directConv.planes
	r.stretches = r.stretches[:0]
	width := p.row(n)
	rows := n * p.inner() / width
	if len(p.rs) == 1 {
		rows = 1
	}
	row := 0
	if len(p.rs) > 1 {
		row = from / p.strides[0] * (p.inner() / width)
	}
	for ; row < rows; row++ {
		at := p.rowStart(row) - from
		if at >= count {
			break
		}
		skip := max(0, -at)
		if k := min(width-skip, count-at-skip); k > 0 {
			r.stretches = append(r.stretches, stretch{at + skip, row*width + skip, k})
		}
	}
}
