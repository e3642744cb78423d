package tensor

import (
	"context"
	"weak"
)

// sample watches one node of one run, to see whether a collection finds it alive.
type sample struct {
	n   weak.Pointer[node]
	e   *entry
	pos int32
}

func (d *Device) watch(n *node, e *entry, pos int32) {
	d.samples = append(d.samples, sample{weak.Make(n), e, pos})
}

// inspect runs after a forced collection. Interior nodes found alive are learned and computed, so that they pin their
// own bytes only; learned outputs neither read since the last collection nor alive are dropped.
func (d *Device) inspect() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.gcs++
	for _, s := range d.samples {
		n := s.n.Value()
		read, learned := s.e.learned[s.pos]
		switch {
		case n == nil && learned && !read:
			delete(s.e.learned, s.pos)
		case n != nil && !learned, learned:
			s.e.learned[s.pos] = false
		}
		if n != nil && n.val.Load() == nil && n.refs.Load() > 0 {
			d.rescue = append(d.rescue, n)
		}
	}
	d.samples = d.samples[:0]
}

// budget keeps chains short; it is called for each node that a storage gets.
func (d *Device) budget(n *node) {
	depth := n.depth.Load()
	if depth < 64 || n.val.Load() != nil {
		return
	}
	if n.capture() != nil {
		return // what a compiled function does is one program
	}
	if depth > 2*cutDepth || depth&(depth-1) == 0 && d.pins(n) > cutBudget {
		d.cut(n)
	}
}

// cone makes e the uncomputed nodes that n waits for, operands first, and the computed ones that they read.
func (e *evaluation) cone(d *Device, n *node) {
	d.epoch++
	e.d, e.epoch = d, d.epoch
	e.walk(n)
}

func (e *evaluation) walk(n *node) {
	if n.mark == e.epoch {
		return
	}
	n.mark = e.epoch
	r := n.rec.Load()
	if n.val.Load() != nil || r == nil {
		e.inputs = append(e.inputs, n)
		return
	}
	for _, x := range r.operands() {
		e.walk(x)
	}
	n.slot = int32(len(e.order))
	e.order, e.recs = append(e.order, n), append(e.recs, r)
}

func (d *Device) pins(n *node) (bytes int64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	e := &d.pinned
	e.cone(d, n)
	for _, x := range e.inputs {
		if v := x.val.Load(); v != nil && v.buf != nil {
			bytes += v.buf.Size()
		}
	}
	clear(e.inputs)
	clear(e.order)
	clear(e.recs)
	e.inputs, e.order, e.recs = e.inputs[:0], e.order[:0], e.recs[:0]
	return bytes
}

func mix(a, b uint64) uint64 {
	a = (a ^ b) * 0x9e3779b97f4a7c15
	return a ^ a>>31
}

// windowHashes describes each collected node by what it and its uncomputed operands to depth 4 are and who made them.
func (e *evaluation) windowHashes() []uint64 {
	h, g := make([]uint64, len(e.order)), make([]uint64, len(e.order))
	for round := range 5 {
		for i, x := range e.order {
			v := mix(uint64(x.where), uint64(len(x.typ.Shape)))
			if op := e.recs[i].op; op != nil {
				v = mix(v, uint64(op.ID()))
			}
			if round > 0 {
				for _, y := range e.recs[i].operands() {
					if y.val.Load() == nil && y.mark == e.epoch {
						v = mix(v, h[y.slot])
					}
				}
			}
			g[i] = v
		}
		h, g = g, h
	}
	return h
}

// cut computes the older half of what n waits for: all nodes recorded up to the one whose windowed hash is smallest
// among those near the middle that a storage got. The same loop is so cut at the same line, whatever its period.
func (d *Device) cut(n *node) {
	d.mu.Lock()
	e := &evaluation{}
	e.cone(d, n)
	h := e.windowHashes()
	best, whole := -1, n.depth.Load()
	far := func(i int) int32 { x := e.order[i].depth.Load() - whole/2; return max(x, -x) }
	for i := range e.order {
		if e.order[i].is(top) && far(i) <= whole/4 && (best < 0 || h[i] < h[best] || h[i] == h[best] && far(i) < far(best)) {
			best = i
		}
	}
	at := n.id
	if best >= 0 {
		at = e.order[best].id
	}
	var outs []*node
	d.epoch++
	for i, x := range e.order {
		for _, y := range e.recs[i].operands() {
			if x.id > at && y.val.Load() == nil && y.id <= at && y.seen != d.epoch {
				y.seen = d.epoch
				outs = append(outs, y)
			}
		}
	}
	if len(outs) == 0 {
		outs, at = []*node{n}, n.id
	}
	d.stats.Cuts++
	d.mu.Unlock()
	if err := d.eval(context.Background(), outs, at); err != nil {
		panic(asError(err))
	}
	for i, x := range e.order { // the younger half counts from the cut
		if x.val.Load() != nil {
			continue
		}
		k := int32(0)
		for _, y := range e.recs[i].operands() {
			if y.val.Load() == nil {
				k = max(k, y.depth.Load())
			}
		}
		x.depth.Store(k + 1)
	}
}
