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
	together         int       // images of a part, side by side
	inPlace          bool      // whether the source itself is what the planes would be
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
	if c.k == 0 || c.images*groups*rows == 0 || !c.layOut(rs, rows, groups, e.pool.Threads()) {
		return false
	}
	m, size := c.machine, int(unsafe.Sizeof(T(0)))
	for i := range per {
		for _, at := range c.taps {
			if at += i * c.size; c.inPlace {
				at = i * rs[0].source
			}
			c.rows = append(c.rows, at*size)
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
func (c *directConv[T]) layOut(rs []reach, rows, groups, threads int) bool {
	n, vector := rs[0].target, c.machine.Vector
	best := math.MaxInt
	cost := func(p *planes, images, n int) int {
		return ceilDiv(p.columns(images, n), vector)*vector*rows*c.k + 16*p.size*c.per
	}
	c.together = 1
	for parts, tried := 1, 0; parts <= n && tried < 12; parts++ {
		part := ceilDiv(n, parts)
		if parts > 1 && ceilDiv(n, parts-1) == part {
			continue
		}
		p := layPlanes(rs, part, 1)
		if p.size*c.per > partMost && part > 1 {
			// So many parts that one may fit.
			parts = max(parts, min(n, p.size*c.per/partMost*parts*3/4)-1)
			continue
		}
		tried++
		full := n / part
		total := full * cost(p, 1, part)
		if n%part > 0 {
			total += cost(p, 1, n%part)
		}
		if total < best {
			best, c.planes = total, p
		}
	}
	// Small images side by side have fewer such places, and what filters are read from memory serves all of them.
	if c.planes != nil && c.part == n {
		for images := 2; images <= c.images && ceilDiv(c.images, images)*groups >= 2*threads; images++ {
			p := layPlanes(rs, n, images)
			if p.size*c.per > partMost {
				break
			}
			if total := cost(p, images, n) / images; total < best {
				best, c.planes, c.together = total, p, images
			}
		}
	}
	// Planes at distances that fall on few lines of a cache are better copied.
	if r := &rs[0]; len(rs) == 1 && r.same() && n*int(unsafe.Sizeof(T(0)))%1024 != 0 {
		part := n
		for c.images*groups*ceilDiv(n, part) < 2*threads && part > 2*chunkMost {
			part = ceilDiv(part/2, c.machine.Width()) * c.machine.Width()
		}
		if total := ceilDiv(n, vector) * vector * rows * c.k; total < best {
			best, c.planes, c.together, c.inPlace = total, layPlanes(rs, part, 1), 1, true
		}
	}
	if c.planes == nil {
		return false
	}
	// An element of the matrix of patches costs about as much as 48 products, and what becomes of sums that are not yet in
	// rows more than the places for nothing, unless the filters are so large that it matters how often they are read.
	positions, most := n*c.inner(), rows+48
	if c.k <= 4*kBlock {
		most += 3 * rows / 8
	}
	return positions > 1 && best <= positions*c.k*most
}

// run computes parts of images.
func (c *directConv[T]) run(e *env, rows int) {
	m, groups, threads := c.machine, len(c.filters), e.pool.Threads()
	n := c.rs[0].target
	parts := ceilDiv(n, c.part)
	panels := c.filters[0].count
	// Where there are few parts, several threads do one, each for some of the filters.
	split, units := 1, ceilDiv(c.images, c.together)*groups*parts
	for threads > 1 && units*split < 2*threads && panels >= 2*split {
		split *= 2
	}
	work := ceilDiv(rows, split)*c.columns(c.together, min(c.part, n))*c.k + 16*c.per*c.size // an element costs some products
	e.pool.For(units*split, max(1, machineMin/2/work), func(worker, lo, hi int) {
		s := borrow[T](m)
		r := partRun[T]{directConv: c, s: s, worker: worker}
		if !c.inPlace {
			local := borrowSlice[T](c.per * c.size)
			defer giveBackSlice(local)
			r.planes = *local
		}
		for u := lo; u < hi; {
			first, last := u%split, min(split, u%split+hi-u)
			v := u / split
			r.part(v/parts/groups*c.together, v/parts%groups, v%parts*c.part, panels*first/split, panels*last/split)
			u += last - first
		}
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
	filled    int // images that have been laid out side by side
	stretches []stretch
}

// stretch is n places of a chunk, from its place at on, that are the positions of a part from to on, as far from those of
// its first image as results are.
type stretch struct{ at, to, n int }

// part computes panels i to end of a group's filters over the part of some images that begins at position start.
func (r *partRun[T]) part(image, g, start, i, end int) {
	if i >= end {
		return
	}
	p := r.directConv.planes
	n, images := min(p.part, p.rs[0].target-start), min(r.together, r.images-image)
	plane := len(r.src) / (r.images * r.channels)
	from := r.src[(image*r.channels+g*r.per)*plane:]
	if r.inPlace {
		from = from[start:]
	} else {
		if images > r.filled { // there are no zeros yet beside the rows of some
			r.what.rows, r.filled = nil, images
		}
		r.what.find(p, start)
		for j := range images {
			for ch := range r.per {
				fillPlanes(r.machine, p, &r.what, r.planes[ch*p.size+j*p.pitch:(ch+1)*p.size], from[(j*r.channels+ch)*plane:][:plane])
			}
		}
		from = r.planes
	}
	columns, f := p.columns(images, n), &r.filters[g]
	base := (image*len(r.filters)+g)*f.n*p.rs[0].target*p.inner() + start*p.inner()
	chunk := ceilDiv(columns, ceilDiv(columns, chunkMost))
	chunk = ceilDiv(chunk, r.machine.Width()) * r.machine.Width()
	for at := 0; at < columns; at += chunk {
		count := min(chunk, columns-at)
		r.findStretches(images, n, at, count)
		r.chunk(f, from[at:], count, base, i, end)
	}
}

// chunk computes the count places from the first of planes on, in which the positions lie in the stretches.
func (r *partRun[T]) chunk(f *side[T], planes []T, count, base, i, end int) {
	m, size := r.machine, int(unsafe.Sizeof(T(0)))
	positions := r.rs[0].target * r.inner()
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
		t.B = unsafe.Pointer(&planes[0])
		for q := 0; q*kBlock < r.k; q++ {
			t.Depth, t.Rows = min(kBlock, r.k-q*kBlock), unsafe.Pointer(&r.directConv.rows[q*kBlock])
			t.A, t.AK = unsafe.Pointer(&f.panel(q, p)[0]), rows*size
			multiplyPanels(m, &t, rows, &cols, 0, cols.count, unsafe.Pointer(&acc[0]))
			t.Add = 1
		}
		if !whole {
			r.write(acc, ld, rows, base+first*positions)
		}
	}
}

// write hands on the positions of rows of sums, which lie ld elements apart; base is position 0 of the first.
func (r *partRun[T]) write(acc []T, ld, rows, base int) {
	positions := r.rs[0].target * r.inner()
	if mem := r.to.mem; mem != nil {
		for i := range rows {
			for _, x := range r.stretches {
				copy(mem[base+i*positions+x.to:][:x.n], acc[i*ld+x.at:])
			}
		}
		return
	}
	for i := 0; i < len(r.stretches); {
		first, n := r.stretches[i], 0
		for ; i < len(r.stretches) && r.stretches[i].to == first.to+n; i++ { // consecutive positions
			x := r.stretches[i]
			for row := 0; row < rows && x.at != first.at+n; row++ {
				copy(acc[row*ld+first.at+n:][:x.n], acc[row*ld+x.at:])
			}
			n += x.n
		}
		r.to.writeRows(r.worker, runs{base + first.to, positions, n, rows, ld}, acc[first.at:])
	}
}

// findStretches finds the positions among count places from a place on, of n positions along the first axis of some images.
func (r *partRun[T]) findStretches(images, n, from, count int) {
	p := r.directConv.planes
	r.stretches = r.stretches[:0]
	width, apart := p.row(n), len(r.filters)*r.filters[0].n*p.rs[0].target*p.inner()
	rows := n * p.inner() / width
	for image := from / p.pitch; image < images; image++ {
		begin, row := image*p.pitch-from, 0
		if len(p.rs) > 1 && begin < 0 {
			row = -begin / p.strides[0] * (p.inner() / width)
		}
		for ; row < rows; row++ {
			at := begin + p.rowStart(row)
			if at >= count {
				return
			}
			skip := max(0, -at)
			k := min(width-skip, count-at-skip)
			if k <= 0 {
				continue
			}
			x := stretch{at + skip, image*apart + row*width + skip, k}
			if i := len(r.stretches) - 1; i >= 0 && r.stretches[i].at+r.stretches[i].n == x.at && r.stretches[i].to+r.stretches[i].n == x.to {
				r.stretches[i].n += k // nothing lies between them
			} else {
				r.stretches = append(r.stretches, x)
			}
		}
	}
}
