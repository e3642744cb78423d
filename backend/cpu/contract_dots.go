package cpu

import (
	"unsafe"

	"github.com/flambeau-ml/flambeau/backend/cpu/micro"
)

const (
	// dotRows is how many rows of A are multiplied with lines of B along K as these lie, without packing them.
	dotRows = 2 * micro.DotRows

	// dotDepth is how many elements of K at most are multiplied with a line before the next line's turn.
	dotDepth = 8 * kBlock

	// Lines that the caches hold are best read at two places at a time, a little ahead; those that they do not, at one
	// place, far ahead.
	dotBlocks = 2
	dotAhead  = 512     // bytes
	dotCached = 1 << 24 // bytes of all lines
)

var _ = [1]int{}[micro.DotBlock-kBlock] // which are the same

// inDots reports whether a product of few rows is best made of lines of B along K.
func (c *product[T]) inDots(rows int) bool {
	if c.machine == nil || !c.b.alongK || c.machine.DotGroups(1) == 0 {
		return false
	}
	return rows <= micro.DotRows || rows <= dotRows && c.b.plain != nil
}

// dots computes depth elements of K of a tile of few rows and lines of B along K, or adds them to what is in s.acc.
func (s *scratch[T]) dots(c *product[T], worker int, p tile, k, depth int, add bool) {
	size := c.bytes()
	chunk := ceilDiv(p.rows, ceilDiv(p.rows, micro.DotRows))
	for q := 0; q < depth; q += dotDepth {
		d := micro.Dots{Count: min(dotDepth, depth-q), CRow: s.ld * size}
		if add || q > 0 {
			d.Add = 1
		}
		if a := c.a.plain; a != nil && c.a.alongK {
			d.X, d.XRow = a.at(true, p.batch, p.i, k+q), a.stride*size
		} else {
			for i := range p.rows {
				s.vector(s.a[i*dotDepth:], &c.a, worker, p.batch, p.i+i, k+q, d.Count)
			}
			d.X, d.XRow = unsafe.Pointer(&s.a[0]), dotDepth*size
		}
		if c.b.plain != nil && d.Count >= 2*kBlock {
			s.deepDots(c, &d, p, k+q, chunk)
		} else {
			s.wideDots(c, worker, &d, p, k+q, chunk)
		}
	}
}

// deepDots takes a group of lines at a time, and several blocks of K of them.
func (s *scratch[T]) deepDots(c *product[T], d *micro.Dots, p tile, k, chunk int) {
	m, l, size, depth, add, x := c.machine, c.b.plain, c.bytes(), d.Count, d.Add, d.X
	line := l.stride * size
	blocks, far := min(dotBlocks, m.DotGroups(chunk)), c.n*c.k*size > dotCached
	if far {
		blocks = 1
	}
	for j := 0; j < p.cols; j += m.Vector {
		d.Tail = min(m.Vector, p.cols-j)
		from := l.at(true, p.batch, p.j+j, k)
		for i := range m.Vector {
			d.From[i] = unsafe.Add(from, min(i, d.Tail-1)*line)
		}
		d.Add = add
		for q := 0; q < depth; {
			groups := min((depth-q)/kBlock, blocks)
			d.Count = kBlock
			if groups == 0 {
				groups, d.Count = 1, depth-q
			}
			d.At = q * size
			n := groups * d.Count
			switch {
			case !far:
				d.Ahead = dotAhead
			case q+n < depth: // more of the lines
				d.Ahead = n * size
			default: // the next lines
				d.Ahead = m.Vector*line - d.At
			}
			for i := 0; i < p.rows; i += chunk {
				d.X, d.C = unsafe.Add(x, i*d.XRow+d.At), unsafe.Pointer(&s.acc[i*s.ld+j])
				m.DeepDots(d, min(chunk, p.rows-i), groups)
			}
			d.Add = 1
			q += n
		}
	}
}

// wideDots takes several groups of lines at a time, and a block of K of them.
func (s *scratch[T]) wideDots(c *product[T], worker int, d *micro.Dots, p tile, k, chunk int) {
	m, size, depth, add, x := c.machine, c.bytes(), d.Count, d.Add, d.X
	most := m.DotGroups(chunk)
	if c.b.plain == nil {
		most = 1 // as many buffers as there are
	}
	for j := 0; j < p.cols; j += most * m.Vector {
		n := min(most*m.Vector, p.cols-j)
		groups := ceilDiv(n, m.Vector)
		d.Tail, d.Add = n-(groups-1)*m.Vector, add
		for q := 0; q < depth; q += kBlock {
			d.Count = min(kBlock, depth-q)
			if l := c.b.plain; l != nil {
				from, line := l.at(true, p.batch, p.j+j, k+q), l.stride*size
				for i := range groups * m.Vector {
					d.From[i] = unsafe.Add(from, min(i, n-1)*line)
				}
				d.Ahead = n * line
			} else {
				for i := range m.Vector {
					if i < n {
						d.From[i] = unsafe.Pointer(unsafe.SliceData(c.b.get(worker, p.batch, p.j+j+i, k+q, d.Count, s.lines[i])))
					} else {
						d.From[i] = d.From[0]
					}
				}
			}
			for i := 0; i < p.rows; i += chunk {
				d.X, d.C = unsafe.Add(x, i*d.XRow+q*size), unsafe.Pointer(&s.acc[i*s.ld+j])
				m.Dots(d, min(chunk, p.rows-i), groups)
			}
			d.Add = 1
		}
	}
}
