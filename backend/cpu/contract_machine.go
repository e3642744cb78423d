package cpu

import (
	"unsafe"

	"github.com/flambeau-ml/flambeau/backend/cpu/micro"
)

// slack is how many elements beyond a panel of rows the routines that lay it out may write.
const slack = 16

// machinePanels is how many elements the panels of a tile's rows take. A micro-kernel has at least six rows.
const machinePanels = machineRows*kBlock + (machineRows/6+1)*slack

// cut is how the rows or columns of a tile are cut into panels.
type cut struct{ n, count, width int }

// evenly cuts n rows into as few panels of at most most rows as there can be, all of nearly the same size.
func evenly(n, most int) cut { return cut{n: n, count: ceilDiv(n, most)} }

// intoWidth cuts n columns into panels of a width, of which the last may be narrower.
func intoWidth(n, width int) cut { return cut{n, ceilDiv(n, width), width} }

// start is where panel i begins.
func (c *cut) start(i int) int {
	if c.width > 0 {
		return min(i*c.width, c.n)
	}
	return c.n/c.count*i + min(i, c.n%c.count)
}

func (c *cut) size(i int) int { return c.start(i+1) - c.start(i) }

func (c *product[T]) bytes() int { return int(unsafe.Sizeof(T(0))) }

// inPlace computes tile p where it belongs in the result.
func (c *product[T]) inPlace(worker int, s *scratch[T], p tile) {
	acc := s.acc
	s.acc, s.ld = c.out[(p.batch*c.m+p.i)*c.n+p.j:], c.n
	if c.inDots(p.rows) {
		s.dots(c, worker, p, 0, c.k, false)
		s.acc = acc
		return
	}
	for k := 0; k < c.k; k += kBlock {
		s.multiply(c, worker, p, k, min(kBlock, c.k-k), k > 0)
	}
	s.acc = acc
}

// multiply is block by machine code, for a tile in s.acc whose rows lie s.ld apart. What lies well in memory is not
// packed if it would not be read often.
func (s *scratch[T]) multiply(c *product[T], worker int, p tile, k, depth int, add bool) {
	m, size := c.machine, c.bytes()
	if c.inDots(p.rows) {
		s.dots(c, worker, p, k, depth, add)
		return
	}
	rows, cols := evenly(p.rows, m.Rows), intoWidth(p.cols, m.Width())
	t := micro.Tile{CRow: s.ld * size, CPanel: m.Width() * size, Depth: depth}
	if add {
		t.Add = 1
	}

	slotA := m.Rows*kBlock + slack
	var direct unsafe.Pointer // the first row of A
	if l := c.a.plain; l != nil && (cols.count <= 2 || cols.count <= 8 && l.stride*size%1024 != 0) {
		direct = l.at(c.a.alongK, p.batch, p.i, k)
		t.ARow, t.AK = size, l.stride*size
		if c.a.alongK {
			t.ARow, t.AK = t.AK, t.ARow
		}
	} else {
		s.packPanels(m, &c.a, worker, p.batch, p.i, rows, 0, rows.count, k, depth, s.a, slotA)
	}
	// panels multiplies all rows with panels j to end of B, at t.B.
	panels := func(j, end int) {
		for i := range rows.count {
			first, n := rows.start(i), rows.size(i)
			if direct != nil {
				t.A = unsafe.Add(direct, first*t.ARow)
			} else {
				t.A, t.ARow, t.AK = unsafe.Pointer(&s.a[i*slotA]), size, n*size
			}
			multiplyPanels(m, &t, n, &cols, j, end, unsafe.Pointer(&s.acc[first*s.ld+cols.start(j)]))
		}
	}

	if l := c.b.plain; l != nil && !c.b.alongK && rows.count <= 2 {
		t.B, t.BK, t.BPanel = l.at(false, p.batch, p.j, k), l.stride*size, t.CPanel
		if p.rows == 1 {
			cols = intoWidth(p.cols, m.Wide*m.Vector)
			t.BPanel = cols.width * size
			t.CPanel = t.BPanel
		}
		panels(0, cols.count)
		return
	}
	// Lines along K make one panel after the other, others some at once.
	together := 1
	if !c.b.alongK {
		together = machineCols / m.Width()
	}
	slotB := m.Width() * kBlock
	t.B, t.BK, t.BPanel = unsafe.Pointer(&s.b[0]), m.Width()*size, slotB*size
	for j := 0; j < cols.count; j += together {
		end := min(j+together, cols.count)
		s.packPanels(m, &c.b, worker, p.batch, p.j, cols, j, end, k, depth, s.b, slotB)
		panels(j, end)
	}
}

// multiplyPanels multiplies n rows, at t.A, with panels j to end of cols, at t.B, into c.
func multiplyPanels(m *micro.Kernels, t *micro.Tile, n int, cols *cut, j, end int, c unsafe.Pointer) {
	t.C = c
	whole := min(end, cols.n/cols.width) - j
	if whole > 0 {
		t.Tail = m.Vector
		m.Multiply(t, n, cols.width/m.Vector, whole)
	}
	if j += max(whole, 0); j == end {
		return
	}
	b := t.B
	if whole > 0 {
		t.B, t.C = unsafe.Add(b, whole*t.BPanel), unsafe.Add(c, whole*t.CPanel)
	}
	vectors := ceilDiv(cols.size(j), m.Vector)
	t.Tail = cols.size(j) - (vectors-1)*m.Vector
	m.Multiply(t, n, vectors, 1)
	t.B = b
}

// packPanels writes panels j to end of a cut that begins at row r, and depth elements of K from k on, to dst, each panel
// slot elements after the one before. Elements of a panel with the same index of K lie together, as many as the cut's
// width says, or as the panel has rows.
func (s *scratch[T]) packPanels(m *micro.Kernels, l *lines[T], worker, batch, r int, c cut, j, end, k, depth int, dst []T, slot int) {
	if l.alongK {
		for ; j < end; j++ {
			pitch := c.width
			if pitch == 0 {
				pitch = c.size(j)
			}
			s.packTransposed(m, l, worker, batch, r+c.start(j), c.size(j), k, depth, dst, pitch)
			dst = dst[min(slot, len(dst)):]
		}
		return
	}
	var base, stride int
	if l.plain != nil {
		base, stride = l.plain.batch.offset(batch)+r+c.start(j), l.plain.stride
	}
	size := int(unsafe.Sizeof(T(0)))
	if l.plain != nil && c.width == 2*m.Vector {
		packLines(m, unsafe.Pointer(&l.plain.mem[base+k*stride]), stride*size, &c, j, end, depth, unsafe.Pointer(&dst[0]), slot*size, size)
		return
	}
	first, from := c.start(j), j
	for q := 0; q < depth; q += micro.Lines {
		y := micro.Layout{Count: min(micro.Lines, depth-q), Panel: slot * size}
		for i := range y.Count {
			if l.plain != nil {
				y.From[i] = unsafe.Pointer(&l.plain.mem[base+(k+q+i)*stride])
			} else {
				y.From[i] = unsafe.Pointer(unsafe.SliceData(l.get(worker, batch, k+q+i, r+first, c.start(end)-first, s.lines[i])))
			}
		}
		// Panels of the same number of rows are written at once.
		for j := j; j < end; {
			n, same := c.size(j), 1
			for j+same < end && c.size(j+same) == n {
				same++
			}
			pitch := max(c.width, n)
			at := y
			off := c.start(j) - first
			for i := range at.Count {
				at.From[i] = unsafe.Add(at.From[i], off*size)
			}
			vectors := ceilDiv(n, m.Vector)
			at.To = unsafe.Pointer(&dst[(j-from)*slot+q*pitch])
			at.Pitch, at.Step, at.Tail = pitch*size, n*size, n-(vectors-1)*m.Vector
			m.Copy(&at, vectors, same)
			j += same
		}
	}
}

// packLines is packPanels for lines at one distance and panels of two vectors.
func packLines(m *micro.Kernels, from unsafe.Pointer, line int, c *cut, j, end, depth int, to unsafe.Pointer, slot, size int) {
	const together = 8 // lines that are brought near
	y := micro.Copying{From: from, To: to, Line: line, Pitch: c.width * size, Panel: slot, Count: depth, Tail: m.Vector, Ahead: together * line}
	whole := min(end, c.n/c.width) - j
	if whole > 0 {
		m.CopyLines(&y, 2, whole)
	}
	if j += max(whole, 0); j == end {
		return
	}
	if whole > 0 {
		y.From, y.To = unsafe.Add(from, whole*c.width*size), unsafe.Add(to, whole*slot)
	}
	vectors := ceilDiv(c.size(j), m.Vector)
	y.Tail = c.size(j) - (vectors-1)*m.Vector
	m.CopyLines(&y, vectors, 1)
}

// packTransposed writes one panel of n rows that lie along K. Where the pitch is more than that, what stands between is
// of no meaning.
func (s *scratch[T]) packTransposed(m *micro.Kernels, l *lines[T], worker, batch, r, n, k, depth int, dst []T, pitch int) {
	size := int(unsafe.Sizeof(T(0)))
	whole := depth - depth%m.Group()
	y := micro.Layout{Pitch: pitch * size, Count: whole}
	if l.plain != nil { // the next panel's lines
		y.Ahead = n * l.plain.stride * size
	}
	// What a vector writes beyond the panel's rows is what the next one begins with: the first rows come last.
	for g := (n - 1) / m.Vector * m.Vector; g >= 0; g -= m.Vector {
		count := min(m.Vector, n-g)
		for i := range m.Vector {
			switch {
			case i >= count:
				y.From[i] = y.From[0]
			case l.plain != nil:
				y.From[i] = unsafe.Pointer(&l.plain.mem[l.plain.batch.offset(batch)+(r+g+i)*l.plain.stride+k])
			default:
				y.From[i] = unsafe.Pointer(unsafe.SliceData(l.get(worker, batch, r+g+i, k, depth, s.lines[i])))
			}
		}
		y.To = unsafe.Pointer(&dst[g])
		m.Transpose(&y)
		for q := whole; q < depth; q++ {
			to := dst[q*pitch+g:][:count]
			for i := range to {
				to[i] = *(*T)(unsafe.Add(y.From[i], q*size))
			}
		}
	}
}
