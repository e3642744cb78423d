package cpu

import (
	"math"
	"unsafe"

	"github.com/flambeau-ml/flambeau/backend/cpu/micro"
	"github.com/flambeau-ml/flambeau/graph"
)

// attendForward computes the attention [B, H, G, L, V] and the logarithms of the sums of exponentials of scores
// [B, H, G, L]; 0 for a query that may look at nothing.
func attendForward(e *env, v *graph.Value, in []operand, out [][]byte) {
	a := newAttention(e, v, in)
	defer a.close()
	f := &attendingForward{attention: a}
	if out[0] != nil {
		f.out = elements[float32](array{data: out[0]})
	}
	if len(out) > 1 && out[1] != nil {
		f.log = elements[float32](array{data: out[1]})
	}
	if a.batch*a.heads*a.each() == 0 {
		return
	}
	if a.noValues {
		f.out = nil
	}
	if a.keys == 0 {
		clear(f.out)
		clear(f.log)
		return
	}
	f.panels = evenly(a.each(), a.m.Rows)
	f.blocks = ceilDiv(f.panels.count, attendRows)
	f.scratch = make([]*forwardScratch, e.pool.Threads())
	defer func() {
		for _, s := range f.scratch {
			if s != nil {
				s.mem.giveBack()
			}
		}
	}()
	units := a.batch * a.heads * f.blocks
	grain := f.blocks
	if a.batch*a.heads < 4*e.pool.Threads() { // not every thread gets whole heads
		grain = max(1, units/(8*e.pool.Threads()))
	}
	e.pool.For(units, grain, func(worker, lo, hi int) {
		s := f.scratch[worker]
		if s == nil {
			s = f.newScratch()
			f.scratch[worker] = s
		}
		for u := lo; u < hi; u++ {
			if f.isFew() {
				f.few(s, u)
				continue
			}
			f.block(s, u/f.blocks, u%f.blocks)
		}
	})
}

type attendingForward struct {
	*attention
	out, log []float32
	panels   cut // of the queries of a head
	blocks   int // of panels that go through the keys together
	scratch  []*forwardScratch
}

// forwardScratch is what a worker has of its own: the keys and values of a head, and what its queries have come to.
type forwardScratch struct {
	mem                                     panels[float32]
	head                                    int // whose keys are packed, or −1
	packed                                  int // up to this key
	keys, values, query, scores, sums, tops []float32
	totals                                  []float32
	ld, ldOut, slot                         int
}

func (f *attendingForward) newScratch() *forwardScratch {
	m := f.m
	s := &forwardScratch{head: -1, ld: attendKeys + attendSlack, ldOut: ceilDiv(f.wide, m.Vector) * m.Vector, slot: m.Rows*f.width + slack}
	most := attendRows * m.Rows
	keys := f.keys
	if f.isFew() {
		keys = 0
	}
	s.mem = carve([]portion{
		{&s.keys, ceilDiv(keys, m.Width()) * m.Width() * f.width}, {&s.values, keys * ceilDiv(f.wide, m.Width()) * m.Width()},
		{&s.query, attendRows * s.slot}, {&s.scores, m.Rows * s.ld}, {&s.sums, most * s.ldOut}, {&s.tops, most}, {&s.totals, most},
	})
	return s
}

// pack packs the keys and values of a head as far as they are needed, in stretches.
func (f *attendingForward) pack(s *forwardScratch, head, upTo int) {
	if s.head != head {
		s.head, s.packed = head, 0
	}
	columns := intoWidth(f.wide, f.m.Width())
	for ; s.packed < upTo; s.packed += attendKeys {
		n := min(attendKeys, f.keys-s.packed)
		f.packKeys(&f.k, head, s.packed, n, f.width, s.keys[s.packed*f.width:])
		f.packLines(f.v.row(head/f.heads, head%f.heads, 0, s.packed), f.v.stride[3], n, &columns, s.values[s.packed*columns.count*columns.width:], n)
	}
}

// block takes block number u of the queries of a head through the keys.
func (f *attendingForward) block(s *forwardScratch, head, u int) {
	m := f.m
	from := u * attendRows
	end := min(from+attendRows, f.panels.count)
	lo, hi := f.panels.start(from), f.panels.start(end)
	f.pack(s, head, f.last(lo, hi))
	for i := from; i < end; i++ {
		f.packPanel(&f.q, head, f.panels.start(i), f.panels.size(i), f.width, s.query[(i-from)*s.slot:])
	}
	for i := range hi - lo {
		s.tops[i], s.totals[i] = float32(math.Inf(-1)), 0
	}
	columns := intoWidth(f.wide, m.Width())
	for key := 0; key < f.keys; key += attendKeys {
		count := min(attendKeys, f.keys-key)
		for i := from; i < end; i++ {
			first, rows := f.panels.start(i), f.panels.size(i)
			n := min(count, f.last(first, first+rows)-key)
			if n <= 0 {
				continue
			}
			t := micro.Tile{A: unsafe.Pointer(&s.query[(i-from)*s.slot]), B: unsafe.Pointer(&s.keys[key*f.width]), BPanel: 4 * m.Width() * f.width,
				CRow: 4 * s.ld, CPanel: 4 * m.Width(), Depth: f.width}
			t.Ahead = uintptr(t.A)
			scores := intoWidth(n, m.Width())
			multiplyPacked(m, &t, rows, &scores, 0, scores.count, unsafe.Pointer(&s.scores[0]))

			f.soften(s, head, first, rows, first-lo, key, n)
			t = micro.Tile{B: unsafe.Pointer(&s.values[key*columns.count*columns.width]), BK: 4 * m.Width(), BPanel: 4 * count * m.Width(), CPanel: 4 * m.Width()}
			f.add(s, &t, &columns, rows, first-lo, key, n)
		}
	}
	f.finish(s, head, lo, hi)
}

// soften makes weights of the scores of some queries and n keys from key on; what these queries have come to begins in row
// at of the scratch.
func (f *attendingForward) soften(s *forwardScratch, head, first, rows, at, key, n int) {
	m := f.m
	scale := f.exponents(s.scores, s.ld, head, first, rows, key, n)
	vectors := ceilDiv(n, m.Vector)
	for r := range rows {
		f.hide(s.scores[r*s.ld:], first+r, key, n, vectors*m.Vector, float32(math.Inf(-1)))
	}
	w := micro.Softening{Scores: unsafe.Pointer(&s.scores[0]), Row: 4 * s.ld, Vectors: vectors, Max: unsafe.Pointer(&s.tops[at]), Sum: unsafe.Pointer(&s.totals[at]),
		Out: unsafe.Pointer(&s.sums[at*s.ldOut]), OutRow: 4 * s.ldOut, Scale: scale}
	if key > 0 {
		w.OutVectors = s.ldOut / m.Vector
	}
	m.Soften(&w, rows)
}

// add adds n values from key on, where t says, by their weights.
func (f *attendingForward) add(s *forwardScratch, t *micro.Tile, columns *cut, rows, at, key, n int) {
	t.A, t.ARow, t.AK, t.Depth = unsafe.Pointer(&s.scores[0]), 4*s.ld, 4, n
	t.CRow = 4 * s.ldOut
	if key > 0 {
		t.Add = 1
	}
	multiplyPanels(f.m, t, rows, columns, 0, columns.count, unsafe.Pointer(&s.sums[at*s.ldOut]))
}

// isFew reports whether the queries of a head are so few that its keys and values are read once, where they lie.
func (f *attendingForward) isFew() bool {
	return f.each() <= micro.DotRows && f.m.DotGroups(f.each()) > 0
}

// few takes all queries of a head through the keys.
func (f *attendingForward) few(s *forwardScratch, head int) {
	m, rows := f.m, f.each()
	for i := range rows {
		copy(s.query[i*f.width:], unsafe.Slice((*float32)(f.query(&f.q, head, i)), f.width))
		s.tops[i], s.totals[i] = float32(math.Inf(-1)), 0
	}
	width := m.Width()
	if rows == 1 {
		width = m.Wide * m.Vector
	}
	columns := intoWidth(f.wide, width)
	end := f.last(0, rows)
	for key := 0; key < end; key += attendKeys {
		n := min(attendKeys, end-key)
		f.score(s, head, rows, key, n)
		f.soften(s, head, 0, rows, 0, key, n)
		t := micro.Tile{B: f.v.row(head/f.heads, head%f.heads, 0, key), BK: 4 * f.v.stride[3], BPanel: 4 * width, CPanel: 4 * width}
		f.add(s, &t, &columns, rows, 0, key, n)
	}
	f.finish(s, head, 0, rows)
}

// score computes the scores of the queries of a head and n keys from key on, as scalar products.
func (f *attendingForward) score(s *forwardScratch, head, rows, key, n int) {
	m := f.m
	most := m.DotGroups(rows) * m.Vector
	d := micro.Dots{X: unsafe.Pointer(&s.query[0]), XRow: 4 * f.width, CRow: 4 * s.ld, Count: f.width, Ahead: 4 * most * f.k.stride[3]}
	for j := 0; j < n; j += most {
		lines := min(most, n-j)
		groups := ceilDiv(lines, m.Vector)
		for i := range groups * m.Vector {
			d.From[i] = f.k.row(head/f.heads, head%f.heads, 0, key+j+min(i, lines-1))
		}
		d.C, d.Tail = unsafe.Pointer(&s.scores[j]), lines-(groups-1)*m.Vector
		m.Dots(&d, rows, groups)
	}
}

// finish writes the results of queries lo to hi.
func (f *attendingForward) finish(s *forwardScratch, head, lo, hi int) {
	m := f.m
	at := head*f.each() + lo
	if f.out != nil {
		d := micro.Dividing{From: unsafe.Pointer(&s.sums[0]), FromRow: 4 * s.ldOut, To: unsafe.Pointer(&f.out[at*f.wide]), ToRow: 4 * f.wide, By: unsafe.Pointer(&s.totals[0]),
			Vectors: s.ldOut / m.Vector, Tail: f.wide - (s.ldOut - m.Vector)}
		m.Divide(&d, hi-lo)
	}
	if f.log != nil {
		for i := range hi - lo {
			f.log[at+i] = 0
			if sum := s.totals[i]; sum != 0 {
				f.log[at+i] = float32(float64(s.tops[i])*math.Ln2 + math.Log(float64(sum)))
			}
		}
	}
}
