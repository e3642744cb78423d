package cpu

import (
	"slices"

	"github.com/flambeau-ml/flambeau/backend/cpu/jit"
)

// past has loops store past the caches whose results no cache holds until they are read: no memory is read then only to
// be overwritten.
func (p *program) past(b *binding) {
	for at, c := range p.stages {
		y := b.layouts[at]
		if c.kind != kindLoop || y == nil || y.whole == nil || y.whole.turning != nil || !p.bypasses(b, at) {
			continue
		}
		y.whole = p.d.loops.variant(y.whole, func(streams []jit.Stream) {
			for i := range y.whole.kernel.Instrs {
				if in := &y.whole.kernel.Instrs[i]; in.Op == jit.Store {
					streams[in.N].Past = true
				}
			}
		})
	}
}

// bypasses reports whether the results of stage at are larger than the caches, as is what it reads and writes together,
// lie on whole lines of these, and are not read by the group that the stage is part of.
func (p *program) bypasses(b *binding, at int) bool {
	n, total, moved, rows := b.layouts[at].whole, 0, 0, 1
	read := func(int) bool { return false }
	for _, g := range b.groups {
		if g != nil && at >= g.first && at < g.end {
			rows = g.rows
			read = func(w int) bool {
				return slices.ContainsFunc(p.stages[g.first:g.end], func(c *compiled) bool { return slices.Contains(c.reads, w) })
			}
		}
	}
	last := len(n.dims) - 1
	for i := range n.kernel.Instrs {
		in := &n.kernel.Instrs[i]
		if in.Op == jit.Load {
			moved += n.bytes(in.N)
		}
		if in.Op != jit.Store {
			continue
		}
		s, size := &n.streams[in.N], n.kernel.Streams[in.N].Type.Bytes()
		if s.buf == ownReg || n.kernel.Streams[in.N].Step != jit.Next || s.off%alignment != 0 || b.isLocal(at, s.buf) || read(s.buf) {
			return false
		}
		for _, step := range s.steps[:last] {
			if step%alignment != 0 {
				return false
			}
		}
		// A call begins with a row of the group, or with a multiple of whole lines in a row of its own.
		bytes := count(n.dims) * size
		if bytes/rows%alignment != 0 || last > 0 && n.dims[last]*size%alignment != 0 {
			return false
		}
		total += bytes
	}
	return total >= p.d.loops.large && total+moved >= 2*p.d.loops.large
}

// bytes is how much of memory stream i goes over; what it reads again counts once.
func (n *native) bytes(i int) int {
	bytes := n.kernel.Streams[i].Type.Bytes()
	for k, step := range n.streams[i].steps {
		if step != 0 {
			bytes *= n.dims[k]
		}
	}
	return bytes
}
