package cpu

import (
	"runtime"
	"sync/atomic"
	"unsafe"

	"github.com/flambeau-ml/flambeau/backend/cpu/micro"
	"github.com/flambeau-ml/flambeau/internal/workpool"
)

const (
	packedRows  = 1 << 23    // elements of the left operand that are packed at a time
	packedCols  = 1 << 21    // and of the right one
	packedDepth = 8 * kBlock // of K, where the result is at hand for what comes later to be added to
	packedMost  = 1 << 21    // products of the smallest tile that is worth a turn of its own
)

// side is an operand of a large product, packed. Some panels at a time are packed when they are first asked for.
type side[T number] struct {
	lines *lines[T]
	mem   []T
	cut
	first int             // row of the operand
	slot  int             // elements of a panel of a block of K
	group int             // panels that are packed together
	ready []atomic.Uint32 // of each block of K of a group
}

// What is known of panels.
const (
	unpacked = iota
	inWork
	packed
)

// panel is where panel i of block q of K is.
func (s *side[T]) panel(q, i int) []T { return s.mem[(q*s.count+i)*s.slot:] }

// begin says that another part of the operand is to be packed.
func (s *side[T]) begin(c cut, first, group, blocks int) {
	s.cut, s.first, s.group = c, first, group
	groups := ceilDiv(c.count, group)
	if cap(s.ready) < groups*blocks {
		s.ready = make([]atomic.Uint32, groups*blocks)
	}
	s.ready = s.ready[:groups*blocks]
	for i := range s.ready {
		s.ready[i].Store(unpacked)
	}
}

// packing is a large product whose operands are packed.
type packing[T number] struct {
	*product[T]
	left, right side[T]
	sums        []T // of the part at hand, where K is in several stretches and C is not at hand
	ahead       int // tiles from one to the next that the same thread is likely to take

	batch, from, depth int // the stretch of K at hand
	high, wide         int // panels of a tile
}

// runPacked computes a large C. Its operands are packed in parts, by the threads that compute with them.
func (c *product[T]) runPacked(pool *workpool.Pool) {
	m := c.machine
	deep := c.k
	if c.out != nil {
		deep = min(deep, packedDepth)
	} else {
		deep = min(deep, 2*packedDepth)
	}
	deep = ceilDiv(ceilDiv(c.k, ceilDiv(c.k, deep)), kBlock) * kBlock
	blocks := ceilDiv(min(deep, c.k), kBlock)
	rows, cols := packedPart(c.m, packedRows/(blocks*kBlock), m.Rows), packedPart(c.n, packedCols/(blocks*kBlock), m.Width())

	p := &packing[T]{product: c, ahead: pool.Threads()}
	p.left = side[T]{lines: &c.a, slot: m.Rows*kBlock + slack}
	p.right = side[T]{lines: &c.b, slot: m.Width()*kBlock + slack}
	memA := borrowPanels[T](blocks * ceilDiv(rows, m.Rows) * p.left.slot)
	memB := borrowPanels[T](blocks * ceilDiv(cols, m.Width()) * p.right.slot)
	defer memA.giveBack()
	defer memB.giveBack()
	p.left.mem, p.right.mem = memA.mem, memB.mem
	if c.out == nil && deep < c.k {
		mem := borrowPanels[T](rows * cols)
		defer mem.giveBack()
		p.sums = mem.mem
	}
	p.shape(pool.Threads(), ceilDiv(rows, m.Rows), ceilDiv(cols, m.Width()), min(deep, c.k))
	tiles := func(worker, lo, hi int) {
		s := borrow[T](m)
		for u := lo; u < hi; u++ {
			p.tile(s, worker, u)
		}
		s.giveBack()
	}
	// Where C is at hand, each stretch of K is added to all of it, and nothing but the smaller side is packed twice.
	stretches := ceilDiv(c.k, deep)
	outer, inner := stretches, 1
	if c.out == nil {
		outer, inner = 1, stretches
	}
	for p.batch = range c.batch {
		for f := range outer {
			for i := 0; i < c.m; i += rows {
				for j := 0; j < c.n; j += cols {
					left, right := evenly(min(rows, c.m-i), m.Rows), intoWidth(min(cols, c.n-j), m.Width())
					for g := range inner {
						p.from = (f + g) * deep
						p.depth = min(deep, c.k-p.from)
						blocks := ceilDiv(p.depth, kBlock)
						// What the last round has packed may do again.
						if inner > 1 || j == 0 {
							p.left.begin(left, i, p.high, blocks)
						}
						if inner > 1 || cols < c.n || i == 0 {
							p.right.begin(right, j, p.wide, blocks)
						}
						pool.For(ceilDiv(left.count, p.high)*ceilDiv(right.count, p.wide), 1, tiles)
					}
				}
			}
		}
	}
}

// packedPart is how many of n rows or columns, most or a few more, are packed at a time: parts of nearly the same size,
// of whole panels.
func packedPart(n, most, unit int) int {
	most = max(most, 8*unit)
	if n <= most {
		return n
	}
	return ceilDiv(ceilDiv(n, ceilDiv(n, most)), unit) * unit
}

// shape chooses tiles for so many panels: large ones, unless that leaves threads without work in the end.
func (p *packing[T]) shape(threads, rows, cols, depth int) {
	m := p.machine
	p.high, p.wide = machineRows/m.Rows, machineCols/m.Width()
	for threads > 1 && p.high*p.wide > 2 && ceilDiv(rows, p.high)*ceilDiv(cols, p.wide) < 12*threads {
		if p.high*m.Rows*p.wide*m.Width()*depth < packedMost {
			break
		}
		if p.high*m.Rows > p.wide*m.Width() {
			p.high = ceilDiv(p.high, 2)
		} else {
			p.wide = ceilDiv(p.wide, 2)
		}
	}
	p.high = ceilDiv(rows, ceilDiv(rows, p.high))
}

// need waits until the panels of a group are packed for block q of K, and packs them itself if nobody does, or others
// that will be needed soon.
func (p *packing[T]) need(s *scratch[T], worker int, side *side[T], group, q int) {
	blocks := ceilDiv(p.depth, kBlock)
	ready := side.ready[group*blocks:][:blocks]
	for spins := 0; ready[q].Load() != packed; {
		next := q
		for next < blocks && !ready[next].CompareAndSwap(unpacked, inWork) {
			next++
		}
		if next < blocks {
			p.pack(s, worker, side, group, next, &ready[next])
		} else if spins++; spins > 1000 {
			runtime.Gosched()
		}
	}
}

func (p *packing[T]) pack(s *scratch[T], worker int, side *side[T], group, q int, ready *atomic.Uint32) {
	defer ready.Store(packed) // also if it panics: nobody waits for that
	i := group * side.group
	end := min(i+side.group, side.count)
	s.packPanels(p.machine, side.lines, worker, p.batch, side.first, side.cut, i, end, p.from+q*kBlock, min(kBlock, p.depth-q*kBlock), side.panel(q, i), side.slot)
}

// tile computes tile u of the part of C at hand over the stretch of K at hand, or adds that to what is there: in C
// itself, or in sums, or in scratch where the tile is finished at once.
func (p *packing[T]) tile(s *scratch[T], worker, u int) {
	left, right, m, size := &p.left, &p.right, p.machine, p.bytes()
	tall := ceilDiv(left.count, p.high)
	gi, gj := u%tall, u/tall
	i, j := gi*p.high, gj*p.wide
	endI, endJ := min(i+p.high, left.count), min(j+p.wide, right.count)
	at := tile{p.batch, left.first + left.start(i), left.start(endI) - left.start(i), right.first + right.start(j), right.start(endJ) - right.start(j)}

	// Between blocks of K the sums are in scratch, which stays in the cache.
	s.ld = ceilDiv(at.cols, m.Vector) * m.Vector
	here := unsafe.Pointer(&s.acc[0])
	home, ld := unsafe.Pointer(nil), 0
	switch {
	case p.out != nil:
		home, ld = unsafe.Pointer(&p.out[(at.batch*p.m+at.i)*p.n+at.j]), p.n
	case p.sums != nil:
		home, ld = unsafe.Pointer(&p.sums[left.start(i)*right.n+right.start(j)]), right.n
	}
	blocks := ceilDiv(p.depth, kBlock)
	finished := p.from+p.depth == p.k
	t := micro.Tile{BPanel: right.slot * size, CPanel: m.Width() * size, SumPanel: m.Width() * size}
	for q := range blocks {
		t.Depth = min(kBlock, p.depth-q*kBlock)
		to, toLD := here, s.ld
		sum, sumLD := here, s.ld
		if q == blocks-1 && home != nil && (p.out != nil || !finished) {
			to, toLD = home, ld
		}
		if q == 0 {
			sum, sumLD = home, ld
		}
		if t.Add = 2; p.from+q == 0 {
			t.Add = 0
		}
		t.CRow, t.SumRow = toLD*size, sumLD*size
		p.need(s, worker, left, gi, q)
		p.need(s, worker, right, gj, q)
		for r := i; r < endI; r++ {
			n := left.size(r)
			row := left.start(r) - left.start(i)
			t.A, t.B = unsafe.Pointer(&left.panel(q, r)[0]), unsafe.Pointer(&right.panel(q, j)[0])
			t.Sum = uintptr(sum) + uintptr(row*t.SumRow)
			p.lookAhead(&t, u, q, r-i, endI-i, endJ-j)
			multiplyPacked(m, &t, n, &right.cut, j, endJ, unsafe.Add(to, row*t.CRow))
		}
	}
	runtime.KeepAlive(p)
	if p.out == nil && finished {
		p.rows(s, at, func(at int, acc []T) { p.write(worker, at, acc) })
	}
}

// lookAhead has part r of n of the panels that are needed after block q of tile u brought near, if they are packed by now.
func (p *packing[T]) lookAhead(t *micro.Tile, u, q, r, n, panels int) {
	blocks := ceilDiv(p.depth, kBlock)
	if q++; q == blocks {
		q, u = 0, u+p.ahead
	}
	t.Ahead, t.Next = uintptr(t.A), 0
	tall := ceilDiv(p.left.count, p.high)
	gi, gj := u%tall, u/tall
	if gj*p.wide >= p.right.count {
		return
	}
	// The first turns fetch what is needed of the left operand, the others of the right one.
	side, group, turns := &p.left, gi, max(1, n*p.high*p.left.slot/(p.high*p.left.slot+p.wide*p.right.slot))
	if r >= turns {
		side, group, r, turns = &p.right, gj, r-turns, n-turns
	}
	if side.ready[group*blocks+q].Load() != packed {
		return
	}
	part := ceilDiv(side.group*side.slot*p.bytes(), turns)
	t.Next = min(64, ceilDiv(part, max(panels*(t.Depth/2), 1)))
	t.Ahead = addressAfter(side.panel(q, group*side.group), r*part)
}

// addressAfter is the address of so many bytes after the first element, which need not be there: it is only brought near.
func addressAfter[T number](s []T, bytes int) uintptr {
	return uintptr(unsafe.Pointer(unsafe.SliceData(s))) + uintptr(bytes)
}

// multiplyPacked multiplies n rows, at t.A, with panels j to end of cols, at t.B, into c.
func multiplyPacked(m *micro.Kernels, t *micro.Tile, n int, cols *cut, j, end int, c unsafe.Pointer) {
	t.C = c
	whole := min(end, cols.n/cols.width) - j
	if whole > 0 {
		t.Tail = m.Vector
		m.MultiplyPacked(t, n, cols.width/m.Vector, whole)
	}
	if j += max(whole, 0); j == end {
		return
	}
	if whole > 0 {
		t.B, t.C = unsafe.Add(t.B, whole*t.BPanel), unsafe.Add(c, whole*t.CPanel)
	}
	vectors := ceilDiv(cols.size(j), m.Vector)
	t.Tail = cols.size(j) - (vectors-1)*m.Vector
	m.MultiplyPacked(t, n, vectors, 1)
}
