package cpu

import (
	"unsafe"

	"github.com/flambeau-ml/flambeau/backend/cpu/micro"
	"github.com/flambeau-ml/flambeau/graph"
)

// reach says what positions along one axis read of a source: position p reads place p·step + offset[k] for element k of
// the window. Places outside are padding.
type reach struct {
	source, target int
	step           int
	offset         []int
}

// reaches are those of a window slid over in, at positions out.
func reaches(w *graph.Window, in, out []int) []reach {
	rs := make([]reach, len(in))
	for d := range rs {
		rs[d] = reach{source: in[d], target: out[d], step: w.Stride[d], offset: make([]int, w.Size[d])}
		for k := range rs[d].offset {
			rs[d].offset[k] = k*w.Dilation[d] - w.Low[d]
		}
	}
	return rs
}

// same reports whether each position reads the place of its own number alone.
func (r *reach) same() bool {
	return r.source == r.target && r.step == 1 && len(r.offset) == 1 && r.offset[0] == 0
}

// flatten is rs as one axis where each position reads the place of its own number alone, and otherwise rs.
func flatten(rs []reach) []reach {
	all := 1
	for i := range rs {
		r := &rs[i]
		if !r.same() {
			return rs
		}
		all *= r.target
	}
	return []reach{{source: all, target: all, step: 1, offset: []int{0}}}
}

// placingOf is the placing that rs describe.
func placingOf(rs []reach) placing {
	size, source, target := make([]int, len(rs)), make([]int, len(rs)), make([]int, len(rs))
	for d, r := range rs {
		size[d], source[d], target[d] = len(r.offset), r.source, r.target
	}
	return place(size, source, target, 1, rs[len(rs)-1].step, func(d, p, k int) int { return p*rs[d].step + rs[d].offset[k] })
}

// planes says how a part of the planes of a source is laid out so that the positions along a row read consecutive
// elements, for whichever element of the window, and padding is there as zeros. Then no matrix of patches need be made:
// its row for a channel and an element of the window is the plane itself, from some element on. The positions are places
// of the plane; a few places at the end of each row are no position and are computed for nothing.
//
// Where positions step over places, an axis is taken apart into its phases, one for each remainder, and there is a plane
// for each combination of phases. Zeros behind a row are those in front of the next one. The part is some positions along
// the first axis, and all along the others.
type planes struct {
	rs      []reach
	low     []int   // padding in front
	phases  [][]int // remainders of the places that are read, in the order of the planes
	extent  []int   // of a plane; along the first axis, that of a part
	strides []int
	part    int   // positions along the first axis of a part
	pitch   int   // from one image to the next
	plane   int   // elements of the planes of a combination of phases, of all images
	size    int   // of a channel
	overlap int   // zeros that rows share
	taps    []int // where each element of the window is, from a position on
}

// layPlanes lays out parts of so many positions along the first axis, of some images side by side.
func layPlanes(rs []reach, part, images int) *planes {
	z := len(rs) - 1
	p := &planes{rs: rs, part: part, low: make([]int, z+1), phases: make([][]int, z+1), extent: make([]int, z+1), strides: make([]int, z+1)}
	combinations := 1
	for d := range rs {
		r := &rs[d]
		far := 0
		for i, o := range r.offset {
			if i == 0 || -o > p.low[d] {
				p.low[d] = -o
			}
		}
		for _, o := range r.offset {
			p.phase(d, (o+p.low[d])%r.step)
			far = max(far, (o+p.low[d])/r.step)
		}
		combinations *= len(p.phases[d])
		p.extent[d] = r.target + far
		if d == 0 {
			p.extent[d] = part + far
		}
	}
	p.strides[z] = 1
	if z > 0 {
		front, back := p.extent[z], p.extent[z] // zeros of all rows
		for _, s := range p.spans(0, nil) {
			front, back = min(front, s.first), min(back, p.extent[z]-s.end)
		}
		p.overlap = min(front, back, p.extent[z]-rs[z].target) // positions do not overlap
		p.strides[z-1] = p.extent[z] - p.overlap
		for d := z - 2; d >= 0; d-- {
			p.strides[d] = p.strides[d+1] * p.extent[d+1]
		}
	}
	p.pitch = p.strides[0] * p.extent[0]
	p.plane = images*p.pitch + p.overlap
	// An odd number of cache lines, so that channels do not fall on the same ones of a cache.
	p.size = (combinations*p.plane+15)/16*16 | 16

	type spot struct{ combination, at int }
	spots := []spot{{}}
	for d := range rs {
		var next []spot
		for _, s := range spots {
			for _, o := range rs[d].offset {
				u := o + p.low[d]
				next = append(next, spot{s.combination*len(p.phases[d]) + p.phase(d, u%rs[d].step), s.at + u/rs[d].step*p.strides[d]})
			}
		}
		spots = next
	}
	for _, s := range spots {
		p.taps = append(p.taps, s.combination*p.plane+s.at)
	}
	return p
}

// phase is the number of a phase along axis d, which is noted.
func (p *planes) phase(d, remainder int) int {
	for i, r := range p.phases[d] {
		if r == remainder {
			return i
		}
	}
	p.phases[d] = append(p.phases[d], remainder)
	return len(p.phases[d]) - 1
}

// spans appends which elements of a row of each phase along the last axis hold places of the source, and the first such
// place, for a part that begins at position start along the first axis.
func (p *planes) spans(start int, out []span) []span {
	z := len(p.rs) - 1
	if z > 0 {
		start = 0
	}
	r := &p.rs[z]
	for _, phase := range p.phases[z] {
		from := start*r.step + phase - p.low[z] // the place at element 0
		first := min(max(0, ceilDiv(-from, r.step)), p.extent[z])
		end := min(max(first, ceilDiv(r.source-from, r.step)), p.extent[z])
		out = append(out, span{first, end, from + first*r.step})
	}
	return out
}

// columns is how many places there are from the first of n positions along the first axis to the last, of some images.
func (p *planes) columns(images, n int) int {
	c := (images-1)*p.pitch + (n-1)*p.strides[0] + 1
	for d := 1; d < len(p.rs); d++ {
		c += (p.rs[d].target - 1) * p.strides[d]
	}
	return c
}

// inner is how many positions there are for one along the first axis.
func (p *planes) inner() int {
	n := 1
	for _, r := range p.rs[1:] {
		n *= r.target
	}
	return n
}

// row is how many positions lie together, of n along the first axis.
func (p *planes) row(n int) int {
	if len(p.rs) == 1 {
		return n
	}
	return p.rs[len(p.rs)-1].target
}

// rowStart is the place of the first position of a row; rows are counted through by all axes but the last.
func (p *planes) rowStart(row int) int {
	at := 0
	for d := len(p.rs) - 2; d > 0; d-- {
		at += row % p.rs[d].target * p.strides[d]
		row /= p.rs[d].target
	}
	return at + row*p.strides[0]
}

// contents says what the planes of a part hold: where in a channel of the source each of their rows begins, or −1 for
// padding, and the spans.
type contents struct {
	rows, other []int
	spans       []span
	start       int  // where the part begins
	padded      bool // whether the planes have been filled before, so that zeros beside the rows are there
	same        bool // whether that was for a part with the same start, so that all zeros are there
}

// find makes c say it for the part that begins at position start along the first axis.
func (c *contents) find(p *planes, start int) {
	z := len(p.rs) - 1
	if c.same = c.rows != nil && start == c.start; c.same {
		return
	}
	c.padded = c.rows != nil && z > 0
	c.start = start
	c.spans = p.spans(start, c.spans[:0])
	rows := append(c.rows[:0], 0)
	next, before := c.other, 1
	for d := range z {
		r := &p.rs[d]
		// Element [combination, row] becomes elements [combination, phase, row, place].
		next = next[:0]
		for i := 0; i < len(rows); i += before {
			for _, phase := range p.phases[d] {
				for _, base := range rows[i:][:before] {
					for i := range p.extent[d] {
						at := i*r.step + phase - p.low[d]
						if d == 0 {
							at += start * r.step
						}
						if base < 0 || at < 0 || at >= r.source {
							at = -1
						} else {
							at += base * r.source
						}
						next = append(next, at)
					}
				}
			}
		}
		before *= p.extent[d]
		rows, next = next, rows
	}
	for i, r := range rows {
		if r > 0 {
			rows[i] = r * p.rs[z].source
		}
	}
	c.rows, c.other = rows, next
}

// fillPlanes writes a channel's planes, each time in the same place; src is the channel of the source.
func fillPlanes[T number](m *micro.Kernels, p *planes, c *contents, to, src []T) {
	z := len(p.rs) - 1
	step, extent, combinations := p.rs[z].step, p.extent[z], 1
	for _, phases := range p.phases[:z] {
		combinations *= len(phases)
	}
	each := len(c.rows) / combinations
	seconds := step == 2 && m.HasSeconds()
	for i := range combinations {
		for f, s := range c.spans {
			at := (i*len(c.spans) + f) * p.plane
			rows := c.rows[i*each:][:each]
			if seconds && s.first < s.end {
				fillSeconds(m, to[at+s.first:], src, extent-p.overlap, s, rows)
			}
			for _, row := range rows {
				dst := to[at:][:extent]
				at += extent - p.overlap
				switch {
				case row < 0 && c.same:
					continue
				case row < 0:
					clear(dst)
					continue
				case seconds:
				case step == 1:
					copy(dst[s.first:s.end], src[row+s.at:])
				default:
					x := src[row:][:p.rs[z].source]
					i := s.at
					for q := s.first; q < s.end; q++ {
						dst[q] = x[i]
						i += step
					}
				}
				if !c.padded && !c.same {
					clear(dst[:s.first])
					clear(dst[s.end:])
				}
			}
		}
	}
}

// fillSeconds writes what rows of float32 hold of a span, every second element of the source; those of padding are left
// out.
func fillSeconds[T number](m *micro.Kernels, to, src []T, pitch int, s span, rows []int) {
	n, size := s.end-s.first, int(unsafe.Sizeof(T(0)))
	for i := 0; i < len(rows); {
		if rows[i] < 0 {
			i++
			continue
		}
		apart, count := 0, 1
		for ; i+count < len(rows) && rows[i+count] >= 0; count++ {
			if d := rows[i+count] - rows[i+count-1]; count == 1 {
				apart = d
			} else if d != apart {
				break
			}
		}
		last := src[rows[i]+(count-1)*apart+s.at:]
		_, _ = last[2*(n-1)], to[(i+count-1)*pitch+n-1]
		m.Seconds(unsafe.Pointer(&to[i*pitch]), unsafe.Pointer(&src[rows[i]+s.at]), pitch*size, apart*size, count, n)
		i += count
	}
}
