package cpu

import (
	"math"
	"slices"
	"unsafe"

	"github.com/flambeau-ml/flambeau/backend/cpu/micro"
	"github.com/flambeau-ml/flambeau/graph"
)

// cotangentOf says for each result of the backward of an attention which operand it is the cotangent of: the one of its
// symbolic type.
func cotangentOf(f *graph.Func) []int {
	out := make([]int, len(f.Results))
	for i, y := range f.Results {
		out[i] = slices.IndexFunc(f.Params, func(p *graph.Value) bool { return p.Shape.Equal(y.Shape) })
	}
	return out
}

// attendsBackward reports whether only cotangents of queries, keys and values are asked for.
func attendsBackward(v *graph.Value) bool {
	return floats32(v) && !slices.ContainsFunc(cotangentOf(v.Attrs.Body.Funcs[0]), func(k int) bool { return k < 0 || k > 2 })
}

// attendBackward computes the cotangents of queries, keys and values, of the operands of attention, its result, its
// logarithms and the cotangent of the result. A head's keys go through its queries in stretches: all of a head is one
// thread's.
func attendBackward(e *env, v *graph.Value, in []operand, out [][]byte) {
	n := len(in) - 3
	a := newAttention(e, v, in[:n])
	defer a.close()
	b := &attendingBack{attention: a, y: a.operand(e, in[n]), ct: a.operand(e, in[n+2])}
	log, done := dense[float32](e, in[n+1])
	defer done()
	b.log = log
	for i, k := range cotangentOf(v.Attrs.Body.Funcs[0]) {
		if out[i] != nil {
			b.out[k] = elements[float32](array{data: out[i]})
		}
	}
	if a.noValues {
		b.y, b.ct, b.out[2] = zeroVectors(), zeroVectors(), nil
	}
	if a.noWidth {
		b.out[0], b.out[1] = nil, nil
	}
	if a.batch*a.heads*a.each()*a.keys == 0 {
		for _, x := range b.out {
			clear(x)
		}
		return
	}
	b.panels = evenly(a.each(), a.m.Rows)
	b.blocks = ceilDiv(b.panels.count, attendRows)
	scratch := make([]*backScratch, e.pool.Threads())
	defer func() {
		for _, s := range scratch {
			if s != nil {
				s.mem.giveBack()
			}
		}
	}()
	e.pool.For(a.batch*a.heads, 1, func(worker, lo, hi int) {
		if scratch[worker] == nil {
			scratch[worker] = b.newScratch()
		}
		for head := lo; head < hi; head++ {
			b.head(scratch[worker], head)
		}
	})
}

type attendingBack struct {
	*attention
	y, ct  attended
	log    []float32    // of the sums of exponentials
	out    [3][]float32 // the cotangents of queries, keys and values; nil: nobody needs them
	panels cut          // of the queries of a head
	blocks int          // of panels that are worked on together
}

// backScratch is what a worker has of its own: the operands of a head as its products need them, and a stretch of weights
// and of cotangents of scores.
type backScratch struct {
	mem                           panels[float32]
	keys, values                  []float32 // with the elements of the same number side by side
	queries, cts                  []float32 // as left operands
	keyLines, queryLines, ctLines []float32 // as right operands whose rows are elements of K
	weights, scores, logs, means  []float32
	ld, slotQuery, slotCt         int
	columns, valueColumns         cut // of queries and keys, and of values
}

func (b *attendingBack) newScratch() *backScratch {
	m := b.m
	s := &backScratch{ld: attendBack + attendSlack, slotQuery: m.Rows*b.width + slack, slotCt: m.Rows*b.wide + slack}
	s.columns, s.valueColumns = intoWidth(b.width, m.Width()), intoWidth(b.wide, m.Width())
	width, wide := s.columns.count*m.Width(), s.valueColumns.count*m.Width()
	keys, each := ceilDiv(b.keys, m.Width())*m.Width(), b.each()
	tile := attendRows * m.Rows * s.ld
	s.mem = carve([]portion{
		{&s.keys, keys * b.width}, {&s.values, keys * b.wide}, {&s.queries, b.panels.count * s.slotQuery}, {&s.cts, b.panels.count * s.slotCt},
		{&s.keyLines, b.keys * width}, {&s.queryLines, each * width}, {&s.ctLines, each * wide},
		{&s.weights, tile}, {&s.scores, tile}, {&s.logs, each}, {&s.means, each},
	})
	return s
}

// pack lays out the operands of a head.
func (b *attendingBack) pack(s *backScratch, head int) {
	b.packKeys(&b.k, head, 0, b.keys, b.width, s.keys)
	b.packKeys(&b.v, head, 0, b.keys, b.wide, s.values)
	for key := 0; key < b.keys; key += attendBack {
		n := min(attendBack, b.keys-key)
		b.packLines(b.k.row(head/b.heads, head%b.heads, 0, key), b.k.stride[3], n, &s.columns, s.keyLines[key*s.columns.count*s.columns.width:], n)
	}
	for i := range b.panels.count {
		first, n := b.panels.start(i), b.panels.size(i)
		b.packPanel(&b.q, head, first, n, b.width, s.queries[i*s.slotQuery:])
		b.packPanel(&b.ct, head, first, n, b.wide, s.cts[i*s.slotCt:])
	}
	for u := range b.blocks {
		lo, hi := b.block(u)
		b.packQueries(&b.q, head, lo, hi, &s.columns, s.queryLines[lo*s.columns.count*s.columns.width:])
		b.packQueries(&b.ct, head, lo, hi, &s.valueColumns, s.ctLines[lo*s.valueColumns.count*s.valueColumns.width:])
	}
	for i := range b.each() {
		y, ct := unsafe.Slice((*float32)(b.query(&b.y, head, i)), b.wide), unsafe.Slice((*float32)(b.query(&b.ct, head, i)), b.wide)
		s.means[i] = product32(y, ct) * b.scale
		s.logs[i] = b.log[head*b.each()+i] * math.Log2E
	}
}

// product32 is the scalar product of x and y, in four sums.
func product32(x, y []float32) float32 {
	var a, b, c, d float32
	y = y[:len(x)]
	for ; len(x) >= 4; x, y = x[4:], y[4:] {
		a += float32(x[0] * y[0])
		b += float32(x[1] * y[1])
		c += float32(x[2] * y[2])
		d += float32(x[3] * y[3])
	}
	for i := range x {
		a += float32(x[i] * y[i])
	}
	return (a + b) + (c + d)
}

// block is the queries of block number u.
func (b *attendingBack) block(u int) (lo, hi int) {
	return b.panels.start(u * attendRows), b.panels.start(min((u+1)*attendRows, b.panels.count))
}

// head computes what belongs to one head of keys.
func (b *attendingBack) head(s *backScratch, head int) {
	b.pack(s, head)
	for key := 0; key < b.keys; key += attendBack {
		n := min(attendBack, b.keys-key)
		seen := false // by a query
		for u := range b.blocks {
			lo, hi := b.block(u)
			if b.last(lo, hi) <= key {
				continue
			}
			for i := u * attendRows; i < min((u+1)*attendRows, b.panels.count); i++ {
				b.weigh(s, head, i, lo, key, n)
			}
			b.gather(s, head, lo, hi, key, n, b.out[2], s.weights, s.ctLines, &s.valueColumns, seen)
			b.gather(s, head, lo, hi, key, n, b.out[1], s.scores, s.queryLines, &s.columns, seen)
			seen = true
		}
		if !seen {
			for k, width := range []int{1: b.width, 2: b.wide} {
				if b.out[k] != nil {
					clear(b.out[k][(head*b.keys+key)*width:][:n*width])
				}
			}
		}
	}
}

// weigh computes the weights of the queries of panel i for n keys from key on, and the cotangents of their scores, to the
// stretch that begins with query lo, and adds up the cotangents of the queries.
func (b *attendingBack) weigh(s *backScratch, head, i, lo, key, n int) {
	m := b.m
	first, rows := b.panels.start(i), b.panels.size(i)
	at := (first - lo) * s.ld
	count := min(n, b.last(first, first+rows)-key)
	vectors := 0
	if count > 0 {
		vectors = ceilDiv(count, m.Vector)
		scores := intoWidth(count, m.Width())
		t := micro.Tile{A: unsafe.Pointer(&s.queries[i*s.slotQuery]), B: unsafe.Pointer(&s.keys[key*b.width]), BPanel: 4 * m.Width() * b.width,
			CRow: 4 * s.ld, CPanel: 4 * m.Width(), Depth: b.width}
		t.Ahead = uintptr(t.A)
		multiplyPacked(m, &t, rows, &scores, 0, scores.count, unsafe.Pointer(&s.weights[at]))
		t.A, t.B, t.BPanel, t.Depth = unsafe.Pointer(&s.cts[i*s.slotCt]), unsafe.Pointer(&s.values[key*b.wide]), 4*m.Width()*b.wide, b.wide
		t.Ahead = uintptr(t.A)
		multiplyPacked(m, &t, rows, &scores, 0, scores.count, unsafe.Pointer(&s.scores[at]))

		scale := b.exponents(s.weights[at:], s.ld, head, first, rows, key, count)
		for r := range rows {
			b.hide(s.weights[at+r*s.ld:], first+r, key, count, vectors*m.Vector, float32(math.Inf(-1)))
			b.hide(s.scores[at+r*s.ld:], first+r, key, count, vectors*m.Vector, 0)
		}
		w := micro.Weighing{Scores: unsafe.Pointer(&s.weights[at]), Cotangents: unsafe.Pointer(&s.scores[at]), Row: 4 * s.ld, Vectors: vectors,
			Log: unsafe.Pointer(&s.logs[first]), Mean: unsafe.Pointer(&s.means[first]), Scale: scale, Factor: b.scale}
		m.Weigh(&w, rows)
		if dq := b.out[0]; dq != nil {
			t := micro.Tile{A: unsafe.Pointer(&s.scores[at]), ARow: 4 * s.ld, AK: 4, B: unsafe.Pointer(&s.keyLines[key*s.columns.count*s.columns.width]), BK: 4 * m.Width(),
				BPanel: 4 * n * m.Width(), CRow: 4 * b.width, CPanel: 4 * m.Width(), Depth: count}
			if key > 0 {
				t.Add = 1
			}
			multiplyPanels(m, &t, rows, &s.columns, 0, s.columns.count, unsafe.Pointer(&dq[(head*b.each()+first)*b.width]))
		}
	}
	if rest := vectors * m.Vector; rest < n {
		for r := range rows {
			clear(s.weights[at+r*s.ld+rest:][:n-rest])
			clear(s.scores[at+r*s.ld+rest:][:n-rest])
		}
	}
}

// gather makes of a stretch, of the queries lo to hi and n keys from key on, and of a row for each query a row for each key:
// in to, or added to what is there.
func (b *attendingBack) gather(s *backScratch, head, lo, hi, key, n int, to, stretch, lines []float32, columns *cut, add bool) {
	if to == nil {
		return
	}
	m := b.m
	panels := evenly(n, m.Rows)
	for i := range panels.count {
		first, rows := panels.start(i), panels.size(i)
		skip := 0 // queries that do not see these keys
		if b.causal && lo/b.rows == (hi-1)/b.rows {
			skip = max(0, key+first-lo%b.rows)
		}
		at := to[(head*b.keys+key+first)*columns.n:]
		if skip >= hi-lo {
			if !add {
				clear(at[:rows*columns.n])
			}
			continue
		}
		t := micro.Tile{A: unsafe.Pointer(&stretch[first+skip*s.ld]), ARow: 4, AK: 4 * s.ld, B: unsafe.Pointer(&lines[lo*columns.count*columns.width+skip*columns.width]),
			BK: 4 * m.Width(), BPanel: 4 * (hi - lo) * m.Width(), CRow: 4 * columns.n, CPanel: 4 * m.Width(), Depth: hi - lo - skip}
		if add {
			t.Add = 1
		}
		multiplyPanels(m, &t, rows, columns, 0, columns.count, unsafe.Pointer(&at[0]))
	}
}
