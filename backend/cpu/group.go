package cpu

import (
	"slices"
	"unsafe"

	"github.com/flambeau-ml/flambeau/backend/cpu/jit"
)

// rowGroup is a sequence of stages that go over the same rows, each row of which depends on nothing but the same row of
// what the others computed: softmax, normalisations. Each worker takes some rows through all stages before it goes on to
// the next, so that they stay in the cache, and what only the group needs is never a whole array in memory. A stage that
// reduces over the rows is part of it, too: it leaves the sums of runs, which are added up in the end.
type rowGroup struct {
	first, end int // stages
	rows       int
	block      int   // rows that are taken at a time
	elements   []int // of each stage that is a map: elements of a row
	local      []localBuffer
	scratch    int   // bytes for the local buffers
	runs       []int // stages that reduce over the rows
	work       int   // operations of a row
	skew       *skew
}

// localBuffer is a buffer that exists for a worker's rows alone.
type localBuffer struct{ buf, row, at int }

const (
	groupBytes = 320 << 10 // what the rows at hand may take of a cache
	groupParts = 16        // a worker's rows come in no more parts than that, each of which begins with nothing in the cache
	groupRows  = 8         // fewer rows than this for each thread are not worth a group
)

// group finds the row groups of a program that is laid out.
func (p *program) group(b *binding) {
	b.groups = make([]*rowGroup, len(p.stages))
	if p.d.loops == nil {
		return
	}
	for at := 0; at < len(p.stages); {
		g := p.groupAt(b, at)
		if g == nil {
			at++
			continue
		}
		b.groups[at] = g
		at = g.end
	}
	p.ahead(b)
	p.past(b)
	for _, g := range b.groups {
		if g != nil {
			p.skew(b, g)
		}
	}
}

// groupAt is the longest group that begins with stage at; nil where there is none of two stages.
func (p *program) groupAt(b *binding, at int) *rowGroup {
	rows := 0
	for i := at; i < min(at+2, len(p.stages)) && rows == 0; i++ { // the first reduction says what a row is
		if y := b.layouts[i]; y != nil && y.whole != nil && y.whole.kernel.Form == jit.Rows && y.u == 1 {
			rows = y.k
		}
	}
	if rows < groupRows*p.d.threads {
		return nil
	}
	g := &rowGroup{first: at, end: at, rows: rows}
	for g.end < len(p.stages) && p.joins(b, g, g.end) {
		g.end++
	}
	for g.end-at >= 2 && !p.rowLocal(b, g) {
		g.end--
	}
	if g.end-at < 2 {
		return nil
	}
	g.elements, g.runs = nil, nil
	perRow, seen := 0, map[int]bool{}
	for i := g.first; i < g.end; i++ {
		y := b.layouts[i]
		if y.whole.kernel.Form == jit.Runs {
			g.runs = append(g.runs, i-g.first)
		}
		g.elements = append(g.elements, y.n/rows)
		g.work += y.n / rows * len(y.whole.kernel.Instrs)
		for k := range y.whole.streams {
			if s := &y.whole.streams[k]; s.buf != ownReg && !seen[s.buf] && y.whole.withinRow(k, rows, b.bytes[s.buf]) {
				seen[s.buf] = true
				perRow += b.bytes[s.buf] / rows
			}
		}
	}
	if perRow > 4*groupBytes {
		return nil // a row alone fills the cache
	}
	g.block = min(max(groupBytes/max(perRow, 1), 1), block)
	p.localBuffers(b, g)
	return g
}

// joins reports whether stage at can be part of g.
func (p *program) joins(b *binding, g *rowGroup, at int) bool {
	c, y := p.stages[at], b.layouts[at]
	if c.kind != kindLoop || c.check != nil || y == nil || y.whole == nil || y.n == 0 || y.n%g.rows != 0 {
		return false
	}
	switch y.whole.kernel.Form {
	case jit.Rows:
		return y.u == 1 && y.k == g.rows && (y.after != nil || !y.stores(levelKept)) && !y.whole.reordered
	case jit.Map:
		return !y.whole.reordered
	case jit.Runs: // whose results are there when all rows are done
		return y.u == g.rows && len(y.whole.dims) == 2 && y.k <= 1<<16 && (y.after != nil || !y.stores(levelKept))
	}
	return false
}

// late are the buffers that stage at of a group writes once all rows are done.
func (p *program) late(b *binding, at int) []int {
	y := b.layouts[at]
	if y.whole.kernel.Form != jit.Runs {
		return nil
	}
	var out []int
	for _, i := range y.lists[levelKept] {
		if y.instrs[i].op == opStore {
			out = append(out, y.instrs[i].buf)
		}
	}
	return out
}

// stores reports whether there are stores of level lv.
func (y *layout) stores(lv level) bool {
	for _, i := range y.lists[lv] {
		if y.instrs[i].op == opStore {
			return true
		}
	}
	return false
}

// rowLocal reports whether no stage of g reads or writes, of memory that the group changes, anything but the row at hand.
func (p *program) rowLocal(b *binding, g *rowGroup) bool {
	changed, late := map[int]bool{}, map[int]bool{}
	for i := g.first; i < g.end; i++ {
		for _, r := range p.stages[i].reads {
			if late[r] {
				return false
			}
		}
		for _, w := range p.late(b, i) {
			late[w] = true
		}
		for _, w := range p.stages[i].writes() {
			changed[w] = !late[w]
		}
		for _, pr := range p.stages[i].pairs {
			changed[pr.from] = true
		}
	}
	for x, h := range b.host { // the memory of a chain's result
		if h != x && (changed[x] || changed[h]) {
			changed[x], changed[h] = true, true
		}
	}
	for _, x := range p.gifts {
		if changed[x.via] || changed[x.to] {
			changed[x.from] = true
		}
	}
	for i := g.first; i < g.end; i++ {
		y := b.layouts[i]
		for _, n := range []*native{y.whole, y.after} {
			if n == nil || n == y.after && y.whole.kernel.Form == jit.Runs {
				continue
			}
			for k := range n.streams {
				s := &n.streams[k]
				if s.buf != ownReg && changed[s.buf] && !n.withinRow(k, g.rows, b.bytes[s.buf]) {
					return false
				}
			}
		}
	}
	return true
}

// withinRow reports whether stream k goes, in row r of rows, through nothing but part r of a buffer of so many bytes
// that is divided into as many parts.
func (n *native) withinRow(k, rows, bytes int) bool {
	if bytes%rows != 0 {
		return false
	}
	s := &n.streams[k]
	row := bytes / rows
	lo, hi := s.off, s.off+n.kernel.Streams[k].Type.Bytes()
	left := rows // rows that axes from here on still make up
	for d, size := range n.dims {
		step := s.steps[d]
		inner := size
		if left > 1 {
			if left >= size {
				if left%size != 0 || size > 1 && step != row*(left/size) {
					return false
				}
				left /= size
				continue
			}
			// An axis that holds rows and elements.
			if size%left != 0 {
				return false
			}
			inner = size / left
			if step*inner != row {
				return false
			}
			left = 1
		}
		if span := step * (inner - 1); span < 0 {
			lo += span
		} else {
			hi += span
		}
	}
	return left == 1 && lo >= 0 && hi <= row
}

// localBuffers finds the buffers that nobody outside the group needs.
func (p *program) localBuffers(b *binding, g *rowGroup) {
	for i := g.first; i < g.end; i++ {
		for _, w := range p.stages[i].writes() {
			x := &p.buffers[w]
			if slices.Contains(p.late(b, i), w) || x.first < g.first || x.last >= g.end || x.output >= 0 || x.param >= 0 || slices.ContainsFunc(g.local, func(l localBuffer) bool { return l.buf == w }) {
				continue
			}
			row := b.bytes[w] / g.rows
			g.local = append(g.local, localBuffer{w, row, g.scratch})
			g.scratch += roundUp(row * g.block)
		}
	}
}

// isLocal reports whether buffer w is one of a group's own.
func (b *binding) isLocal(at, w int) bool {
	for _, g := range b.groups {
		if g != nil && at >= g.first && at < g.end {
			return slices.ContainsFunc(g.local, func(l localBuffer) bool { return l.buf == w })
		}
	}
	return false
}

// groupEnd is the stage after which memory that stage at lets go may be used again.
func (b *binding) groupEnd(at int) int {
	for _, g := range b.groups {
		if g != nil && at >= g.first && at < g.end {
			return g.end - 1
		}
	}
	return at
}

// group runs the stages of g. Where something that they need is faulty they run one after the other.
func (r *run) group(g *rowGroup) {
	s := r.state
	for len(s.members) < g.end-g.first {
		s.members = append(s.members, newEvaluation(r.d.pool, r.d.threads))
	}
	clean := true
	for at := g.first; at < g.end; at++ {
		clean = clean && r.faultOf(r.stages[at].reads) == nil
	}
	members := s.members[:g.end-g.first]
	for k, e := range members {
		if !clean {
			break
		}
		c := r.stages[g.first+k]
		e.id++
		e.layout, e.base, e.numbers = r.b.layouts[g.first+k], r.base, r.l.Numbers
		e.skip = slices.Grow(e.skip[:0], len(c.loop.instrs))[:len(c.loop.instrs)]
		clear(e.skip)
		e.failed.Store(nil)
		e.begin()
		clean = e.machine
	}
	if !clean {
		r.oneByOne(g)
		return
	}
	for at := g.first; at < g.end; at++ {
		c := r.stages[at]
		for i := range c.loop.instrs {
			in := &c.loop.instrs[i]
			if in.op != opStore {
				continue
			}
			r.d.written.Add(int64(r.b.layouts[at].indices(in.level) * r.buffers[in.buf].typ.DType.Bytes()))
			if out := r.buffers[r.b.host[in.buf]].output; out >= 0 && r.gift[out] >= 0 {
				r.touched = true
			}
		}
	}
	for len(s.scratch) < r.d.threads {
		s.scratch = append(s.scratch, nil)
	}
	grain := max(g.block, 1<<19/max(g.work, 1)/g.block*g.block, g.rows/(r.d.threads*groupParts)/g.block*g.block)
	if len(g.runs) > 0 {
		grain = (grain + runTerms - 1) &^ (runTerms - 1) // a run is one worker's
		for _, k := range g.runs {
			members[k].beginRuns(g.rows)
		}
	}
	r.d.pool.For(g.rows, grain, func(worker, lo, hi int) {
		if n := g.blocks()*g.scratch/8 + alignment/8; len(s.scratch[worker]) < n {
			s.scratch[worker] = make([]uint64, n)
		}
		host := unsafe.Pointer(unsafe.SliceData(s.scratch[worker]))
		host = unsafe.Add(host, -uintptr(host)&(alignment-1))
		if g.skew != nil {
			g.takeSkewed(members, worker, lo, hi, host)
			return
		}
		for ; lo < hi; lo += g.block {
			g.take(members, worker, lo, min(g.block, hi-lo), host)
		}
	})
	for _, k := range g.runs {
		members[k].endRuns(g.rows)
	}
	for _, e := range members {
		e.layout, e.numbers, e.base = nil, nil, nil
	}
}

// take takes n rows from lo on through all stages, with memory for the local buffers.
func (g *rowGroup) take(members []*evaluation, worker, lo, n int, host unsafe.Pointer) {
	for k := range members {
		g.stage(members, k, worker, lo, n, host)
	}
}

// stage takes n rows from lo on through stage k.
func (g *rowGroup) stage(members []*evaluation, k, worker, lo, n int, host unsafe.Pointer) {
	e := members[k]
	f := e.frame(worker)
	g.place(f, lo, host)
	switch e.whole.kernel.Form {
	case jit.Map:
		e.whole.begin(e, f, 0).flat(lo*g.elements[k], (lo+n)*g.elements[k])
	case jit.Runs:
		e.addRows(f, lo, n)
	default:
		e.rows(f, lo, n, e.outputs(f), 0)
		if e.after != nil {
			e.kept(f, lo, n)
		}
	}
	f.local = f.local[:0]
}

// place says where the local buffers are, for rows from lo on.
func (g *rowGroup) place(f *frame, lo int, host unsafe.Pointer) {
	f.local = f.local[:0]
	for _, l := range g.local {
		f.local = append(f.local, localBase{l.buf, uintptr(host) + uintptr(l.at) - uintptr(lo*l.row)})
	}
}

// oneByOne runs the stages of g one after the other, with memory for its buffers.
func (r *run) oneByOne(g *rowGroup) {
	for _, l := range g.local {
		m, err := r.d.alloc(int64(r.b.bytes[l.buf]))
		if err != nil {
			r.failed = err
			return
		}
		defer m.Free()
		r.base[l.buf] = address(m.Host())
	}
	for at := g.first; at < g.end; at++ {
		r.stage(at, r.stages[at])
	}
}

// beginRuns prepares memory for the sums of the runs of so many rows.
func (e *evaluation) beginRuns(rows int) {
	e.runSums = e.scratchFor(0, (rows+runTerms-1)/runTerms*e.k)
}

// addRows adds n rows from lo on to the sums of their runs.
func (e *evaluation) addRows(f *frame, lo, n int) {
	c := e.whole.begin(e, f, 0)
	to := f.accs()
	for n > 0 {
		run, m := lo/runTerms, min(n, runTerms-lo%runTerms)
		for r := range to {
			t := &f.reductions[r].tree
			to[r] = unsafe.Add(e.runSums[r], run*e.k*t.width)
			if lo%runTerms == 0 {
				t.r.clear(to[r], e.k)
			}
		}
		c.run(0, e.k, lo, lo+m, to)
		lo, n = lo+m, n-m
	}
}

// endRuns adds the sums of runs up, and executes level kept.
func (e *evaluation) endRuns(rows int) {
	runs := (rows + runTerms - 1) / runTerms
	e.pool.For(e.k, block, func(worker, lo, hi int) {
		f := e.frame(worker)
		n := hi - lo
		for r, out := range e.outputs(f) {
			t := &f.reductions[r].tree
			t.begin(n)
			for run := range runs {
				t.push(unsafe.Add(e.runSums[r], (run*e.k+lo)*t.width))
			}
			move(out, t.sum(), t.width, n)
		}
		e.kept(f, lo, n)
	})
	e.runSums = nil
}
