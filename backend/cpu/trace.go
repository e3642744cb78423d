package cpu

import (
	"slices"
	"time"

	"github.com/flambeau-ml/flambeau/backend"
	"github.com/flambeau-ml/flambeau/graph"
)

// trace says what stage number at was, which began at start and has just ended.
func (r *run) trace(at int, c *compiled, start time.Time) backend.Kernel {
	k := backend.Kernel{Start: start, Took: time.Since(start), Name: c.kind.String() + " " + c.value.Op.Name}
	k.Bytes = r.touches(at, c)
	k.Pos, k.Main = c.positions(), -1
	if c.kind != kindLoop {
		k.Main = c.value.Pos
	}
	return k
}

// positions are the places of the values that the stage computes.
func (c *compiled) positions() []int {
	var pos []int
	if c.kind != kindLoop {
		pos = append(pos, c.value.Pos)
	}
	if c.loop != nil {
		for i := range c.loop.instrs {
			switch in := &c.loop.instrs[i]; in.op {
			case opLoad, opConst, opNumber, opSize, opMask: // computed elsewhere, or nothing to compute
			default:
				if in.src != nil {
					pos = append(pos, in.src.Pos)
				}
			}
		}
	}
	slices.Sort(pos)
	return slices.Compact(pos)
}

// touches is how many bytes the stage reads and writes, each buffer counted once.
func (r *run) touches(at int, c *compiled) (total int64) {
	for _, n := range r.traffic(at, c) {
		total += int64(n)
	}
	return total
}

// traffic is how many bytes of each buffer the stage reads or writes: all of it, or where a loop has fewer indices one element
// for each of them, and of a table from which is picked as much as is picked.
func (r *run) traffic(at int, c *compiled) map[int]int {
	all := map[int]int{}
	count := func(b, most int) {
		if most < 0 || most > r.b.bytes[b] {
			most = r.b.bytes[b]
		}
		all[b] = max(all[b], most)
	}
	if c.kind == kindLoop {
		most := map[int]int{}
		for i := range c.loop.instrs {
			if in := &c.loop.instrs[i]; in.op == opLoad || in.op == opStore {
				n := r.b.layouts[at].indices(in.level) * r.buffers[in.buf].typ.DType.Bytes()
				most[in.buf] = max(most[in.buf], n)
			}
		}
		for b, n := range most {
			count(b, n)
		}
		return all
	}
	for _, b := range c.reads {
		if c.value.Op == graph.Gather && b == c.stage.in[0].buf {
			count(b, r.b.bytes[c.stage.out])
			continue
		}
		count(b, -1)
	}
	for _, b := range c.writes() {
		if !slices.Contains(c.reads, b) {
			count(b, -1)
		}
	}
	return all
}
