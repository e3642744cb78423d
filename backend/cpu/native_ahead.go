package cpu

import (
	"runtime"
	"slices"

	"github.com/flambeau-ml/flambeau/backend/cpu/jit"
	"github.com/flambeau-ml/flambeau/internal/asm/exec"
)

// variant is n with streams that change has changed; n where there is no machine code of that.
func (e *loopCompiler) variant(n *native, change func(streams []jit.Stream)) *native {
	v, k := *n, *n.kernel
	k.Streams = slices.Clone(k.Streams)
	change(k.Streams)
	v.kernel = &k
	if v.code = e.code(&k); v.code == nil {
		return n
	}
	runtime.AddCleanup(&v, func(c *exec.Code) { c.Release() }, v.code)
	return &v
}

// ahead has groups ask for the rows that come next while they work on the rows at hand. The last stage that reads an array
// does so as it goes through the rows: it finds them in a cache, and leaves memory with nothing to do.
func (p *program) ahead(b *binding) {
	for _, g := range b.groups {
		if g == nil {
			continue
		}
		asked := map[int]bool{}
		for at := g.end - 1; at > g.first; at-- {
			n := b.layouts[at].whole
			ahead := map[int]int{}
			for i := range n.kernel.Instrs {
				in := &n.kernel.Instrs[i]
				if in.Op != jit.Load || n.kernel.Streams[in.N].Step != jit.Next {
					continue
				}
				buf := n.streams[in.N].buf
				if buf != ownReg && !asked[buf] && !b.isLocal(at, buf) && b.bytes[buf] >= p.d.loops.far && n.withinRow(in.N, g.rows, b.bytes[buf]) {
					asked[buf] = true
					ahead[in.N] = b.bytes[buf] / g.rows * g.block
				}
			}
			if len(ahead) > 0 {
				b.layouts[at].whole = p.d.loops.variant(n, func(streams []jit.Stream) {
					for s, bytes := range ahead {
						streams[s].Ahead = bytes
					}
				})
			}
		}
	}
}
