package cpu

import (
	"runtime"
	"slices"
	"unsafe"

	"github.com/flambeau-ml/flambeau/backend/cpu/jit"
	"github.com/flambeau-ml/flambeau/internal/asm/exec"
)

// skew is the map of a group that works on the block of rows before the one at hand, in one loop with a reduction of the
// rows at hand: while memory takes the results of the one, the processor computes the other. In softmax they are
// the division and the exponentials. Nothing that either computes changes.
type skew struct {
	reduce, mapped int     // stages of the group, counted from its first
	both           *native // the reduction's streams, uniforms and positions first; the map's are a block of rows behind
}

// skew finds the map of g that may be a block of rows behind, and the reduction that it goes with.
func (p *program) skew(b *binding, g *rowGroup) {
	m := g.end - 1
	for m > g.first && b.layouts[m].whole.kernel.Form == jit.Runs { // its results come when all rows are done
		m--
	}
	y := b.layouts[m].whole
	if y.kernel.Form != jit.Map || !y.skewable(g.rows) || !slices.ContainsFunc(y.kernel.Streams, func(s jit.Stream) bool { return s.Past }) || p.laterReads(b, g, m) {
		return
	}
	heaviest := -1
	for at := g.first; at < m; at++ {
		l := b.layouts[at]
		if r := l.whole; r.kernel.Form == jit.Rows && r.skewable(g.rows) && l.t <= blockTerms && r.dims[1] == y.dims[1] &&
			(heaviest < 0 || len(r.kernel.Instrs) >= len(b.layouts[heaviest].whole.kernel.Instrs)) {
			heaviest = at
		}
	}
	if heaviest < 0 {
		return
	}
	if both := p.d.loops.both(b.layouts[heaviest].whole, y, g.block); both != nil {
		g.skew = &skew{heaviest - g.first, m - g.first, both}
	}
}

// skewable reports whether n goes over so many rows, and nothing of it is in the registers of a frame.
func (n *native) skewable(rows int) bool {
	return n.turning == nil && len(n.dims) == 2 && n.dims[0] == rows && !slices.ContainsFunc(n.streams, func(s nativeStream) bool { return s.buf == ownReg })
}

// laterReads reports whether a stage of g after stage m reads the memory that this one writes.
func (p *program) laterReads(b *binding, g *rowGroup, m int) bool {
	for _, w := range p.stages[m].writes() {
		for _, later := range p.stages[m+1 : g.end] {
			if slices.ContainsFunc(later.reads, func(x int) bool { return b.host[x] == b.host[w] }) {
				return true
			}
		}
	}
	return false
}

// both is a reduction of rows r and a map m of as many elements, so many rows behind, as one kernel; nil where there is
// no machine code of that.
func (e *loopCompiler) both(r, m *native, behind int) *native {
	k := *r.kernel
	n := *r
	n.kernel = &k
	k.Name += " and " + m.kernel.Name
	k.Instrs = slices.Concat(m.kernel.Instrs, r.kernel.Instrs)
	k.Streams = slices.Concat(r.kernel.Streams, m.kernel.Streams)
	for i := range k.Instrs {
		in := &k.Instrs[i]
		if i < len(m.kernel.Instrs) {
			switch in.Op {
			case jit.Load, jit.Store:
				in.N += len(r.kernel.Streams)
			case jit.Uniform:
				in.N += r.kernel.Uniforms
			case jit.Index, jit.Inside:
				in.N += r.kernel.Positions
			case jit.Lookup:
				in.N += r.kernel.Tables
			}
			continue
		}
		for a := range in.Args {
			if in.Args[a] != jit.NoArg {
				in.Args[a] += len(m.kernel.Instrs)
			}
		}
		if in.Op == jit.Load && in.Mask != jit.NoArg {
			in.Mask += len(m.kernel.Instrs)
		}
		if in.Rare > 0 {
			in.Rare += len(m.kernel.Instrs)
		}
	}
	k.Uniforms += m.kernel.Uniforms
	k.Positions += m.kernel.Positions
	k.Tables += m.kernel.Tables
	n.streams, n.positions, n.tables = slices.Clone(r.streams), slices.Clone(r.positions), slices.Concat(r.tables, m.tables)
	for _, s := range m.streams {
		s.off -= behind * s.steps[0]
		n.streams = append(n.streams, s)
	}
	for _, p := range m.positions {
		p.off -= behind * p.steps[0]
		n.positions = append(n.positions, p)
	}
	if n.code = e.code(&k); n.code == nil {
		return nil
	}
	runtime.AddCleanup(&n, func(c *exec.Code) { c.Release() }, n.code)
	return &n
}

// blocks is of how many blocks of rows the local buffers are there at a time.
func (g *rowGroup) blocks() int {
	if g.skew != nil {
		return 2
	}
	return 1
}

// takeSkewed takes rows lo to hi through all stages, a block at a time. host is memory for the local buffers of two.
func (g *rowGroup) takeSkewed(members []*evaluation, worker, lo, hi int, host unsafe.Pointer) {
	k := g.skew
	before := false // there is a block whose map is still to do
	other := unsafe.Add(host, g.scratch)
	for ; lo < hi; lo += g.block {
		n := min(g.block, hi-lo)
		if before && n < g.block {
			g.stage(members, k.mapped, worker, lo-g.block, g.block, other)
			before = false
		}
		for i := range members {
			switch {
			case i == k.mapped && n == g.block && lo+n < hi: // with the next block, or before it
			case i == k.reduce && before:
				g.stageSkewed(members, worker, lo, host, other)
			default:
				g.stage(members, i, worker, lo, n, host)
			}
		}
		before = n == g.block && lo+n < hi
		host, other = other, host
	}
}

// stageSkewed does the reduction of the block from row lo on, and the map of the block before it.
func (g *rowGroup) stageSkewed(members []*evaluation, worker, lo int, host, other unsafe.Pointer) {
	k := g.skew
	e, m := members[k.reduce], members[k.mapped]
	f := e.frame(worker)
	g.place(f, lo, host)
	c := k.both.begin(e, f, 0)
	c.behind(m, g.local, other, lo-g.block, e.whole, g.block)
	at := e.outputs(f)
	c.outputs(at, 0)
	c.idx[0], c.idx[1] = lo, 0
	c.invoke(c.idx[:2], g.block, c.dims[1])
	if e.after != nil {
		e.kept(f, lo, g.block)
	}
	f.local = f.local[:0]
}

// behind sets what a call of code for two has of the map m: its uniforms, and where its local buffers are, which hold
// rows from row on.
func (c *call) behind(m *evaluation, local []localBuffer, host unsafe.Pointer, row int, reduce *native, block int) {
	for u, i := range m.whole.uniforms {
		c.args.SetUniform(c.kernel, reduce.kernel.Uniforms+u, *(*uint64)(m.uniform.reg[i]))
	}
	for i := len(reduce.streams); i < len(c.streams); i++ {
		s := &c.streams[i]
		for _, l := range local {
			if l.buf == s.buf {
				c.base[i] = uintptr(host) + uintptr(l.at) - uintptr(row*l.row) + uintptr(s.off)
			}
		}
	}
}
