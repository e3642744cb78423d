package cpu

import (
	"unsafe"

	"github.com/flambeau-ml/flambeau/backend/cpu/micro"
)

// A window that moves by one place at a time sees, at consecutive places of a plane, consecutive elements. So where
// planes have their padding around them, the matrix of patches need not be made: its row for a channel and an element of
// the window is the plane itself, from some element on. The columns are then the places of the padded plane, row after
// row; a few at the end of each row belong to no position and are computed for nothing.

// plane is a padded plane.
type plane struct {
	low     []int // padding in front, along each axis
	strides []int
	size    int
	columns int   // from the first position to the last
	taps    []int // where each element of the window is, from a position on
}

// paddedPlane lays out the plane that a placing needs.
func paddedPlane(pl *placing) plane {
	rank := len(pl.target)
	p := plane{low: make([]int, rank), strides: make([]int, rank), size: 1, columns: 1, taps: []int{0}}
	for d := rank - 1; d >= 0; d-- {
		high := 0
		for _, s := range pl.shift[d] {
			p.low[d], high = max(p.low[d], -s), max(high, s)
		}
		p.strides[d] = p.size
		p.size *= p.low[d] + max(pl.source[d], pl.target[d]+high)
		p.columns += (pl.target[d] - 1) * p.strides[d]
	}
	for d := range rank {
		next := make([]int, 0, len(p.taps)*len(pl.shift[d]))
		for _, at := range p.taps {
			for _, s := range pl.shift[d] {
				next = append(next, at+(p.low[d]+s)*p.strides[d])
			}
		}
		p.taps = next
	}
	return p
}

// direct reports whether it is better to compute columns of no use than to make the matrix of patches: each costs as
// many products as there are rows, and an element of the matrix about as much as 48.
func (p *plane) direct(rows, positions int) bool {
	return (p.columns-positions)*rows <= 48*positions
}

// pad writes a plane with zeros around it.
func pad[T number](to, from []T, p *plane, pl *placing) {
	last := len(p.low) - 1
	width, written := pl.source[last], 0
	for r := 0; r*width < len(from); r++ {
		at, i := p.low[last], r
		for d := last - 1; d >= 0; d-- {
			at += (p.low[d] + i%pl.source[d]) * p.strides[d]
			i /= pl.source[d]
		}
		clear(to[written:at])
		written = at + copy(to[at:], from[r*width:][:width])
	}
	clear(to[written:])
}

// directConv is a convolution whose windows move by one place at a time.
type directConv[T number] struct {
	plane
	pl               *placing
	src              []T // padded planes
	images, channels int
	per              int // channels of a group
	filters          []side[T]
	k                int
	rows             []int // distances of the rows of the matrix of patches from a group's first plane, in bytes
	to               sink[T]
	machine          *micro.Kernels
}

// overPlanes is overImages without a matrix of patches. It reports whether that was the better way.
func overPlanes[T number](e *env, src []T, x operand, per int, pl *placing, filters matrix, to sink[T]) bool {
	c := &directConv[T]{pl: pl, images: x.axes[0].size, channels: x.axes[1].size, per: per, k: filters.k.len(), to: to}
	groups, rows := filters.batch.len(), filters.rows.len()
	if e.engine != nil {
		c.machine = kernelsOf[T](e.engine)
	}
	if c.machine == nil || pl.shift == nil || c.k == 0 || pl.positions() <= 1 || c.images*groups*rows == 0 {
		return false
	}
	if c.plane = paddedPlane(pl); !c.direct(rows, pl.positions()) {
		return false
	}
	c.src = src
	if c.size != pl.plane {
		planes := c.images * c.channels
		mem := borrowSlice[T](planes * c.size)
		defer giveBackSlice(mem)
		e.pool.For(planes, max(1, 1<<14/c.size), func(_, lo, hi int) {
			for i := lo; i < hi; i++ {
				pad((*mem)[i*c.size:][:c.size], src[i*pl.plane:][:pl.plane], &c.plane, pl)
			}
		})
		c.src = *mem
	}
	size := int(unsafe.Sizeof(T(0)))
	for i := range per {
		for _, at := range c.taps {
			c.rows = append(c.rows, (i*c.size+at)*size)
		}
	}

	// The filters are packed once.
	m, l := c.machine, linesOf[T](filters)
	blocks := ceilDiv(c.k, kBlock)
	cut := evenly(rows, m.Rows)
	slot := m.Rows*kBlock + slack
	mem := borrowSlice[T](groups * blocks * cut.count * slot)
	defer giveBackSlice(mem)
	for g := range groups {
		c.filters = append(c.filters, side[T]{lines: &l, mem: (*mem)[g*blocks*cut.count*slot:], cut: cut, slot: slot})
	}
	e.pool.For(groups*blocks, max(1, 1<<14/(rows*kBlock)), func(worker, lo, hi int) {
		s := borrow[T](m)
		for u := lo; u < hi; u++ {
			f, q := &c.filters[u/blocks], u%blocks
			s.packPanels(m, &l, worker, u/blocks, 0, cut, 0, cut.count, q*kBlock, min(kBlock, c.k-q*kBlock), f.panel(q, 0), slot)
		}
		s.giveBack()
	})
	c.run(e, cut, intoWidth(c.columns, m.Width()))
	return true
}

// run computes tiles of some rows and columns of one image and group.
func (c *directConv[T]) run(e *env, rows, cols cut) {
	m, groups := c.machine, len(c.filters)
	high, wide := min(machineRows/m.Rows, rows.count), min(machineCols/m.Width(), cols.count)
	for high*wide > 2 && c.images*groups*ceilDiv(rows.count, high)*ceilDiv(cols.count, wide) < 6*e.pool.Threads() {
		if wide == 1 || high > 1 && high*m.Rows > wide*m.Width() {
			high = ceilDiv(high, 2)
		} else {
			wide = ceilDiv(wide, 2)
		}
	}
	tall, broad := ceilDiv(rows.count, high), ceilDiv(cols.count, wide)
	high, wide = ceilDiv(rows.count, tall), ceilDiv(cols.count, broad)
	work := min(high*m.Rows, rows.n) * wide * m.Width() * c.k
	e.pool.For(c.images*groups*broad*tall, max(1, machineMin/work), func(worker, lo, hi int) {
		s := borrow[T](m)
		for u := lo; u < hi; u++ {
			i, j := u%tall*high, u/tall%broad*wide
			c.tile(s, worker, u/(tall*broad)/groups, u/(tall*broad)%groups, i, min(i+high, rows.count), &cols, j, min(j+wide, cols.count))
		}
		s.giveBack()
	})
}

// tile computes panels i to endI of a group's filters with panels j to endJ of an image's places.
func (c *directConv[T]) tile(s *scratch[T], worker, image, g, i, endI int, cols *cut, j, endJ int) {
	if i >= endI || j >= endJ {
		return
	}
	m, f, size := c.machine, &c.filters[g], int(unsafe.Sizeof(T(0)))
	from, count := cols.start(j), cols.start(endJ)-cols.start(j)
	s.ld = ceilDiv(count, m.Vector) * m.Vector
	first := f.start(i)
	t := micro.Tile{ARow: size, BPanel: m.Width() * size, CRow: s.ld * size, CPanel: m.Width() * size}
	t.B = unsafe.Pointer(&c.src[(image*c.channels+g*c.per)*c.size+from])
	for q := 0; q*kBlock < c.k; q++ {
		t.Depth, t.Rows = min(kBlock, c.k-q*kBlock), unsafe.Pointer(&c.rows[q*kBlock])
		for p := i; p < endI; p++ {
			n := f.size(p)
			t.A, t.AK = unsafe.Pointer(&f.panel(q, p)[0]), n*size
			multiplyPanels(m, &t, n, cols, j, endJ, unsafe.Pointer(&s.acc[(f.start(p)-first)*s.ld]))
		}
		t.Add = 1
	}
	positions := c.pl.positions()
	var room [64]stretch
	stretches := c.stretches(room[:0], from, count)
	for r := range f.start(endI) - first {
		base := ((image*len(c.filters)+g)*f.n + first + r) * positions
		acc := s.acc[r*s.ld:][:count]
		for _, x := range stretches {
			if c.to.mem != nil {
				copy(c.to.mem[base+x.to:][:x.n], acc[x.at:])
			} else {
				c.to.write(worker, base+x.to, acc[x.at:][:x.n])
			}
		}
	}
}

// stretch is n places from a tile's place at on that are the positions from to on.
type stretch struct{ at, to, n int }

// stretches appends those of count places from a place on that are positions.
func (c *directConv[T]) stretches(out []stretch, from, count int) []stretch {
	last := len(c.low) - 1
	width := c.pl.target[last]
	for at := 0; at < count; {
		row, rest, inside := 0, from+at, true
		for d := range last { // the row's number among the positions, if it is one of them
			i := rest / c.strides[d]
			rest %= c.strides[d]
			row, inside = row*c.pl.target[d]+i, inside && i < c.pl.target[d]
		}
		next := min(count-at, c.width(last)-rest)
		if n := min(next, width-rest); inside && n > 0 {
			out = append(out, stretch{at, row*width + rest, n})
		}
		at += next
	}
	return out
}

// width is how many places a row has.
func (c *directConv[T]) width(last int) int {
	if last == 0 {
		return c.size
	}
	return c.strides[last-1]
}
