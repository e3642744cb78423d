package cpu

import "unsafe"

// lines hands out the elements of a matrix of rows by K, a stretch of a line at a time, in the direction in which
// they lie together in memory.
type lines[T number] struct {
	// alongK says that a line is a row. Otherwise it holds the elements of all rows at one index of K.
	alongK bool
	// get returns elements lo to lo+n of line number line of a matrix of the batch: in buf, or where they lie. They are
	// not changed, and used before the next call with the same buf. It is nil where plain says it all.
	get func(worker, batch, line, lo, n int, buf []T) []T

	plain *plain[T] // where the elements lie, if they need no more than that
}

// plain says that all lines of a matrix of the batch lie in memory at one distance, in elements.
type plain[T number] struct {
	mem    []T
	batch  axes // where the first line of a matrix begins
	stride int
}

// at is where the element of a row at an index of K is.
func (p *plain[T]) at(alongK bool, batch, row, k int) unsafe.Pointer {
	if !alongK {
		row, k = k, row
	}
	return unsafe.Pointer(&p.mem[p.batch.offset(batch)+row*p.stride+k])
}

// vector writes depth elements of a row, from k on, to v.
func (s *scratch[T]) vector(v []T, l *lines[T], worker, batch, row, k, depth int) []T {
	v = v[:depth]
	if p := l.plain; p != nil {
		at, stride := p.batch.offset(batch)+row*p.stride+k, 1
		if !l.alongK {
			at, stride = p.batch.offset(batch)+k*p.stride+row, p.stride
		}
		for i := range v {
			v[i] = p.mem[at]
			at += stride
		}
		return v
	}
	if l.alongK {
		for q := 0; q < depth; q += kBlock {
			n := min(kBlock, depth-q)
			copy(v[q:], l.get(worker, batch, row, k+q, n, s.lines[0]))
		}
		return v
	}
	for i := range v {
		v[i] = l.get(worker, batch, k+i, row, 1, s.lines[0])[0]
	}
	return v
}

// four returns n elements from lo on of four lines; those beyond the first count are zeros.
func (s *scratch[T]) four(l *lines[T], worker, batch, line, count, lo, n int) (x [4][]T) {
	for i := range x {
		if i < count {
			x[i] = l.get(worker, batch, line+i, lo, n, s.lines[i])
		} else {
			x[i] = s.zero[:n]
		}
	}
	return x
}

// pack writes rows r to r+rows and depth elements of K from k on to dst, as panels of four rows: element (r, k) of a
// panel is its number 4·k + r. The depth is filled with zeros up to a multiple of four; what a missing row holds reaches
// no element of the result.
func (s *scratch[T]) pack(dst []T, l *lines[T], worker, batch, r, rows, k, depth int) {
	deep := (depth + 3) &^ 3
	if l.alongK {
		for i := 0; i < rows; i += 4 {
			x := s.four(l, worker, batch, r+i, rows-i, k, depth)
			panel := dst[i*deep:][:4*deep]
			interleave(panel, x[0], x[1], x[2], x[3])
			clear(panel[4*depth:])
		}
		return
	}
	whole := rows &^ 3
	for i := 0; i < deep; i += 4 {
		x := s.four(l, worker, batch, k+i, depth-i, r, rows)
		to := dst[4*i:]
		for at := 0; at < whole; at += 4 {
			p := (*[16]T)(to[at*deep:])
			*(*[4]T)(p[0:]) = [4]T(x[0][at:])
			*(*[4]T)(p[4:]) = [4]T(x[1][at:])
			*(*[4]T)(p[8:]) = [4]T(x[2][at:])
			*(*[4]T)(p[12:]) = [4]T(x[3][at:])
		}
		if whole < rows {
			p := (*[16]T)(to[whole*deep:])
			for q := range x {
				copy(p[4*q:4*q+4], x[q][whole:])
			}
		}
	}
}

// interleave writes four lines side by side.
func interleave[T number](dst, x0, x1, x2, x3 []T) {
	x1, x2, x3 = x1[:len(x0)], x2[:len(x0)], x3[:len(x0)]
	for i, x := range x0 {
		p := (*[4]T)(dst[4*i:])
		p[0], p[1], p[2], p[3] = x, x1[i], x2[i], x3[i]
	}
}
