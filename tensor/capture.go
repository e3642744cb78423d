package tensor

import (
	"cmp"
	"slices"
	"sync"

	"github.com/flambeau-ml/flambeau/graph"
	"github.com/flambeau-ml/flambeau/internal/callers"
)

// capture is one call of a compiled function: what it computes from its arguments, and what state makes of that, is one
// program. Nodes say that they belong to it by its slot, see node.capture; handles by its scope.
type capture struct {
	scope  Scoped // of the handles
	dev    *Device
	slot   uint32 // its place in Device.captures, counted from 1
	start  uint64 // younger nodes were recorded by it, or at the same time
	of     *Captured
	mu     sync.Mutex
	wanted []wanted
	writes map[*storage]bool // from outside that were written
	grads  []gradBefore      // of leaves whose gradient changed
	graded map[*leaf]bool    // those
	splits []callers.ID
	ending ending
	few    few
}

// few is memory for what a call with few arguments and results needs.
type few struct {
	in, results [3]*Tensor
	roots       [4]*node
}

// forget lets go of all that the call knew: handles and nodes that were born in it lead to c, and may live for long.
func (c *capture) forget() {
	c.few, c.ending = few{}, ending{}
	c.wanted, c.writes, c.grads, c.graded = nil, nil, nil, nil
}

// wanted is what Eval was asked for in a capture.
type wanted struct {
	nodes []*node // counted
	undo  func(i int)
}

// gradBefore is the gradient that a leaf had when a capture first came to it.
type gradBefore struct {
	leaf *leaf
	grad *Tensor
}

// byLeaf orders leaves by age: programs must not depend on the order in which a sweep comes to them.
func byLeaf(x, y gradBefore) int { return cmp.Compare(x.leaf.id, y.leaf.id) }

// The captures that can be open at a time. A call that finds no slot runs like any other function.
const maxCaptures = 256

// captureShift is where the slot of a node's capture lies in its marks.
const captureShift = 16

// capture is the open capture that n belongs to, or nil.
func (n *node) capture() *capture {
	k := n.marks.Load() >> captureShift
	if k == 0 {
		return nil
	}
	c := n.dev.captures[k-1].Load()
	if c == nil || n.id <= c.start { // the slot has gone to a later one
		return nil
	}
	return c
}

// open begins a capture. It returns nil where too many are open.
func (d *Device) open(of *Captured) *capture {
	for k := range d.captures {
		if d.captures[k].Load() != nil {
			continue
		}
		c := &capture{dev: d, slot: uint32(k + 1), of: of}
		c.scope.id = scopes.Add(1)
		c.scope.full = 64
		c.scope.look.scope = &c.scope
		c.scope.capture = c
		c.start = d.ids.Add(1)
		if d.captures[k].CompareAndSwap(nil, c) {
			return c
		}
	}
	return nil
}

// close ends the membership of nodes and lets go of the handles born inside.
func (c *capture) close() {
	c.dev.captures[c.slot-1].CompareAndSwap(c, nil)
	c.scope.end(0)
}

// want puts off what Eval was asked for until the capture ends.
func (c *capture) want(ns []*node, undo func(i int)) {
	for _, n := range ns {
		n.ref() // safe: who asks holds it
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.wanted = append(c.wanted, wanted{ns, undo})
}

// split ends the program so far, since a value is read.
func (c *capture) split(r *recorder) {
	if c.of.fullGraph {
		graph.Fail(r.op, "a value is read inside a compiled function, which FullGraph says is one program")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.splits = append(c.splits, r.where)
	c.scope.mu.Lock()
	defer c.scope.mu.Unlock()
	c.scope.settle()
}

// wrote notes that st, which held old, was written: should the call fail, it holds that again.
func (c *capture) wrote(st *storage, old *node) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.writes[st] && old.before(c) != nil {
		if c.writes == nil {
			c.writes = map[*storage]bool{}
		}
		c.writes[st] = true
	}
}

// grades notes the gradient of l before it changes. Under l.mu.
func (c *capture) grades(l *leaf) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.graded[l] {
		return
	}
	if c.graded == nil {
		c.graded = map[*leaf]bool{}
	}
	c.graded[l] = true
	c.grads = append(c.grads, gradBefore{l, l.grad})
}

// abort takes back what the call wrote, as far as no program has run.
func (c *capture) abort() {
	c.dev.captures[c.slot-1].CompareAndSwap(c, nil)
	for i := len(c.wanted) - 1; i >= 0; i-- {
		w := c.wanted[i]
		for k := len(w.nodes) - 1; k >= 0; k-- {
			n := w.nodes[k]
			if w.undo != nil && (n == nil || n.val.Load() == nil) {
				w.undo(k)
			}
			if n != nil {
				n.unref()
			}
		}
	}
	c.wanted = nil
	for st := range c.writes {
		st.rewind(c)
	}
	for _, g := range c.grads {
		g.leaf.mu.Lock()
		g.leaf.grad = g.grad
		g.leaf.mu.Unlock()
	}
	c.scope.end(0)
}

// rewind binds what st held before c, or what the last program of c gave it.
func (st *storage) rewind(c *capture) {
	st.mu.Lock()
	defer st.mu.Unlock()
	n := st.node.Load()
	o := n.before(c)
	if o == nil || o == n || !o.tryRef() {
		return
	}
	o.bound.Add(1)
	st.node.Store(o)
	n.bound.Add(-1)
	n.unref()
	if o.val.Load() == nil {
		c.dev.mu.Lock()
		c.dev.addPending(st)
		c.dev.mu.Unlock()
	}
}

// device is the device that a call computes on, or nil where an argument belongs to an open capture.
func (c *Captured) device(args []*Tensor) *Device {
	var d *Device
	for _, x := range args {
		if x == nil {
			continue
		}
		n := x.st.node.Load()
		if x.scope != nil && x.scope.capture != nil && !x.scope.ended() || n.capture() != nil || n.since != 0 {
			return nil
		}
		if d == nil {
			d = n.dev
		}
	}
	if d == nil {
		d = Default()
	}
	return d
}

// finish computes what the call recorded: results, what Eval was asked for, gradients that are still set, and the pending
// writes that share work with these. done is set when what was recorded can no longer be taken back.
func (c *capture) finish(ys []*Tensor, study *study, done *bool) []*Tensor {
	r := record(c.of.op)
	defer r.done()
	r.on(c.dev)
	out, roots := make([]*Tensor, len(ys)), c.few.roots[:0]
	for i, y := range ys {
		if y == nil {
			continue
		}
		out[i] = c.scope.Keep(y)
		roots = append(roots, nodeOf(out[i].st.take(r))) // of a view, what it views
	}
	slices.SortFunc(c.grads, byLeaf)
	for _, g := range c.grads {
		if g.leaf.grad != nil {
			roots = append(roots, nodeOf(r.read(g.leaf.grad)))
		}
	}
	c.close()
	for i := range c.wanted {
		for k, n := range c.wanted[i].nodes {
			if n.bound.Load() == 0 { // written again since, or a handle that was let go
				n.unref()
				c.wanted[i].nodes[k] = nil
				continue
			}
			roots = append(roots, n)
		}
	}
	if study != nil {
		study.out, study.splits = out, c.splits
		for _, w := range c.wanted {
			for _, n := range w.nodes {
				study.wanted[n] = true
			}
		}
	}
	c.ending = ending{c.of, study}
	err := c.dev.evalCaptured(ctxNone, roots, ^uint64(0), &c.ending)
	if study != nil && study.differs != nil {
		c.of.mu.Lock()
		c.of.replace(study)
		c.of.mu.Unlock()
		panic(study.differs)
	}
	*done = true
	c.of.ended(c, study)
	if err != nil {
		c.unwant()
		panic(asError(err))
	}
	var failed error
	for _, w := range c.wanted {
		for k, n := range w.nodes {
			if n == nil {
				continue
			}
			if v := n.val.Load(); v != nil && v.err != nil {
				failed = v.err
				if w.undo != nil {
					w.undo(k)
				}
			}
		}
	}
	c.unwant()
	if failed != nil {
		panic(asError(failed))
	}
	return out
}

// before is what a storage that holds n held before c, or what the last program of c gave it; nil if that is not known.
func (n *node) before(c *capture) *node {
	for n.id > c.start && n.val.Load() == nil {
		r := n.rec.Load()
		if r == nil || r.old == nil {
			return nil
		}
		n = r.old
	}
	return n
}

// unwant lets go of what Eval was asked for.
func (c *capture) unwant() {
	for _, w := range c.wanted {
		for _, n := range w.nodes {
			if n != nil {
				n.unref()
			}
		}
	}
	c.wanted = nil
}
