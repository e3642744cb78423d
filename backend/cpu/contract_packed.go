package cpu

import (
	"unsafe"

	"github.com/flambeau-ml/flambeau/backend/cpu/micro"
	"github.com/flambeau-ml/flambeau/internal/workpool"
)

const (
	packedMost  = 1 << 22     // elements of an operand that are packed at a time
	packedDepth = 16 * kBlock // of K, where it is longer than that
)

// side is an operand of a large product, packed.
type side[T number] struct {
	lines *lines[T]
	mem   []T
	cut
	first int // row of the operand
	slot  int // elements of a panel of a block of K
}

func newSide[T number](l *lines[T], c cut, first, unit, more int) side[T] {
	return side[T]{lines: l, cut: c, first: first, slot: unit*kBlock + more}
}

// panel is where panel i of block q of K is.
func (s *side[T]) panel(q, i int) []T { return s.mem[(q*s.count+i)*s.slot:] }

// runPacked computes a large C. The operands are packed first, or as much of them as is kept at a time, by all threads,
// which then share what is packed.
func (c *product[T]) runPacked(pool *workpool.Pool) {
	m := c.machine
	deep := c.k
	if deep > packedDepth {
		deep = packedDepth
	}
	blocks := ceilDiv(deep, kBlock)
	rows, cols := packedPart(c.m, blocks, m.Rows), packedPart(c.n, blocks, m.Width())

	slots := func(n, unit, more int) int { return blocks * ceilDiv(n, unit) * (unit*kBlock + more) }
	memA, memB := borrowSlice[T](slots(rows, m.Rows, slack)), borrowSlice[T](slots(cols, m.Width(), 0))
	defer giveBackSlice(memA)
	defer giveBackSlice(memB)
	var sums []T // of a part of C, where K is in several parts and C is not at hand
	if c.out == nil && deep < c.k {
		mem := borrowSlice[T](rows * cols)
		defer giveBackSlice(mem)
		sums = *mem
	}
	for b := range c.batch {
		for j := 0; j < c.n; j += cols {
			right := newSide(&c.b, intoWidth(min(cols, c.n-j), m.Width()), j, m.Width(), 0)
			right.mem = *memB
			for i := 0; i < c.m; i += rows {
				left := newSide(&c.a, evenly(min(rows, c.m-i), m.Rows), i, m.Rows, slack)
				left.mem = *memA
				for k := 0; k < c.k; k += deep {
					depth := min(deep, c.k-k)
					// What the last round has packed may do again.
					packA := deep < c.k || rows < c.m || j == 0
					packB := deep < c.k || i == 0
					c.packSides(pool, b, k, depth, &left, &right, packA, packB)
					c.multiplySides(pool, b, k, depth, &left, &right, sums)
				}
			}
		}
	}
}

// packedPart is how many of n rows or columns are packed at a time, with so many blocks of K: parts of nearly the same
// size, of whole panels.
func packedPart(n, blocks, unit int) int {
	most := max(packedMost/(blocks*kBlock), 8*unit)
	if n <= most {
		return n
	}
	return ceilDiv(ceilDiv(n, ceilDiv(n, most)), unit) * unit
}

// packTogether is how many panels are packed at a time.
const packTogether = 8

// packSides packs the sides for depth elements of K.
func (c *product[T]) packSides(pool *workpool.Pool, batch, k, depth int, left, right *side[T], a, b bool) {
	blocks := ceilDiv(depth, kBlock)
	var tasksA, tasksB int
	if a {
		tasksA = blocks * ceilDiv(left.count, packTogether)
	}
	if b {
		tasksB = blocks * ceilDiv(right.count, packTogether)
	}
	pool.For(tasksA+tasksB, 1, func(worker, lo, hi int) {
		s := borrow[T](c.machine)
		for u := lo; u < hi; u++ {
			side, task := left, u
			if u >= tasksA {
				side, task = right, u-tasksA
			}
			q, i := task%blocks, task/blocks*packTogether
			end := min(i+packTogether, side.count)
			s.packPanels(c.machine, side.lines, worker, batch, side.first, side.cut, i, end, k+q*kBlock, min(kBlock, depth-q*kBlock), side.panel(q, i), side.slot)
		}
		s.giveBack()
	})
}

// multiplySides computes the part of C of two sides over depth elements of K from k on, or adds it to what is there:
// in C itself, or in sums, or in a tile that is finished at once.
func (c *product[T]) multiplySides(pool *workpool.Pool, batch, k, depth int, left, right *side[T], sums []T) {
	m, size := c.machine, c.bytes()
	high, wide := machineRows/m.Rows, machineCols/m.Width()
	for high*wide > 4 && ceilDiv(left.count, high)*ceilDiv(right.count, wide) < 12*pool.Threads() {
		if high*m.Rows > wide*m.Width() {
			high = ceilDiv(high, 2)
		} else {
			wide = ceilDiv(wide, 2)
		}
	}
	high = ceilDiv(left.count, ceilDiv(left.count, high))
	tall := ceilDiv(left.count, high)
	pool.For(tall*ceilDiv(right.count, wide), 1, func(worker, lo, hi int) {
		s := borrow[T](m)
		for u := lo; u < hi; u++ {
			i, j := u%tall*high, u/tall*wide
			endI, endJ := min(i+high, left.count), min(j+wide, right.count)
			p := tile{batch, left.first + left.start(i), left.start(endI) - left.start(i), right.first + right.start(j), right.start(endJ) - right.start(j)}
			acc := s.acc
			switch {
			case c.out != nil:
				s.acc, s.ld = c.out[(p.batch*c.m+p.i)*c.n+p.j:], c.n
			case sums != nil:
				s.acc, s.ld = sums[left.start(i)*right.n+right.start(j):], right.n
			default:
				s.ld = ceilDiv(p.cols, m.Vector) * m.Vector
			}
			t := micro.Tile{ARow: size, BK: m.Width() * size, BPanel: right.slot * size, CRow: s.ld * size, CPanel: m.Width() * size}
			for q := 0; q*kBlock < depth; q++ {
				t.Depth = min(kBlock, depth-q*kBlock)
				if k+q > 0 {
					t.Add = 1
				}
				t.B = unsafe.Pointer(&right.panel(q, j)[0])
				for i := i; i < endI; i++ {
					n := left.size(i)
					t.A, t.AK = unsafe.Pointer(&left.panel(q, i)[0]), n*size
					multiplyPanels(m, &t, n, &right.cut, j, endJ, unsafe.Pointer(&s.acc[(left.start(i)-(p.i-left.first))*s.ld]))
				}
			}
			if c.out == nil && k+depth == c.k {
				c.rows(s, p, func(at int, acc []T) { c.write(worker, at, acc) })
			}
			s.acc = acc
		}
		s.giveBack()
	})
}
