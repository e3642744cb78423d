package cpu

import "github.com/flambeau-ml/flambeau/graph"

// placing says, for each element of a window, which elements of a source plane stand at the positions of a target
// plane: those that a window slid over the source sees (gathered), or those whose windows see the target (spread).
// The rows of a plane are its stretches along the last axis.
type placing struct {
	plane  int // elements of the source plane
	nrows  int // rows of the target
	width  int // of a row of the target
	window int // elements of the window
	last   int // of them along the last axis

	rows  []int  // where in the source plane each row of the target reads, for each element of the window but the last axis; or -1
	spans []span // along the last axis, for each element of the window
	step  int    // distance of the positions of a span
	skip  int    // distance of the elements that they read
}

// span is a stretch of a row whose positions first, first+step … before end read the source's row from at on.
type span struct{ first, end, at int }

func (p *placing) positions() int { return p.nrows * p.width }

// same reports whether every position reads the place of its own number.
func (p *placing) same() bool {
	if p.window != 1 || p.positions() != p.plane || p.step != 1 || p.skip != 1 || p.spans[0] != (span{0, p.width, 0}) {
		return false
	}
	for i, r := range p.rows {
		if r != i*p.width {
			return false
		}
	}
	return true
}

// gathered is the placing of a window slid over in, at positions out: position p reads p·stride + k·dilation − low.
func gathered(w *graph.Window, in, out []int) placing {
	return place(w.Size, in, out, 1, w.Stride[len(in)-1], func(d, p, k int) int {
		return p*w.Stride[d] + k*w.Dilation[d] - w.Low[d]
	})
}

// spread is its transpose: position s reads (s + low − k·dilation)/stride, where that is whole.
func spread(w *graph.Window, in, out []int) placing {
	return place(w.Size, out, in, w.Stride[len(in)-1], 1, func(d, s, k int) int {
		at := s + w.Low[d] - k*w.Dilation[d]
		if at < 0 || at%w.Stride[d] != 0 {
			return -1
		}
		return at / w.Stride[d]
	})
}

// place is a placing of a window of the given size whose positions read at(d, p, k) along axis d of the source; step
// and skip describe its spans.
func place(size, source, target []int, step, skip int, at func(d, p, k int) int) placing {
	z := len(target) - 1
	pl := placing{plane: 1, nrows: 1, width: target[z], window: 1, last: size[z], step: step, skip: skip, rows: []int{0}}
	for d, n := range source {
		pl.plane *= n
		pl.window *= size[d]
		if d == z {
			break
		}
		// Element [k, p] of rows becomes elements [k, k', p, p'].
		rows := make([]int, 0, len(pl.rows)*size[d]*target[d])
		for outer := 0; outer < len(pl.rows); outer += pl.nrows {
			for k := range size[d] {
				for _, base := range pl.rows[outer:][:pl.nrows] {
					for p := range target[d] {
						to := -1
						if s := at(d, p, k); base >= 0 && s >= 0 && s < n {
							to = base*n + s
						}
						rows = append(rows, to)
					}
				}
			}
		}
		pl.rows, pl.nrows = rows, pl.nrows*target[d]
	}
	for i, r := range pl.rows {
		if r > 0 {
			pl.rows[i] = r * source[z]
		}
	}
	for k := range size[z] {
		var s span
		for p := target[z] - 1; p >= 0; p-- {
			if to := at(z, p, k); to >= 0 && to < source[z] {
				if s.end == 0 {
					s.end = p + 1
				}
				s.first, s.at = p, to
			}
		}
		pl.spans = append(pl.spans, s)
	}
	return pl
}

// patches are the lines of a matrix gathered from src, a contiguous [N, C, …] of the sizes of x with per channels in
// each group: line (c, k) of group g holds what element k of the window reads in channel c of that group, at the
// positions of all images, one image after the other.
func patches[T any](src []T, x operand, per int, pl placing) func(worker, batch, line, lo, n int, buf []T) []T {
	image := x.axes[1].size * pl.plane
	positions := pl.positions()
	whole := pl.same()
	return func(_, g, line, lo, n int, buf []T) []T {
		channel, k := g*per+line/pl.window, line%pl.window
		from, p := lo/positions*image+channel*pl.plane, lo%positions
		if whole && p+n <= positions {
			return src[from+p:][:n]
		}
		rows, s := pl.rows[k/pl.last*pl.nrows:][:pl.nrows], pl.spans[k%pl.last]
		row, q := p/pl.width, p%pl.width
		for to := buf[:n]; len(to) > 0; {
			part := to[:min(len(to), pl.width-q)]
			to = to[len(part):]
			first, end := max(s.first, q), min(s.end, q+len(part))
			switch base := rows[row]; {
			case base < 0 || first >= end:
				clear(part)
			case pl.step == 1 && pl.skip == 1:
				clear(part[:first-q])
				copy(part[first-q:end-q], src[from+base+s.at+first-s.first:])
				clear(part[end-q:])
			default:
				clear(part)
				i := ceilDiv(first-s.first, pl.step)
				at := from + base + s.at + i*pl.skip
				for to := s.first + i*pl.step - q; to < end-q; to += pl.step {
					part[to] = src[at]
					at += pl.skip
				}
			}
			q = 0
			if row++; row == pl.nrows {
				row, from = 0, from+image
			}
		}
		return buf[:n]
	}
}
