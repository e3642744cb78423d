package tensor

import (
	"sync/atomic"

	"github.com/flambeau-ml/flambeau/graph"
	"github.com/flambeau-ml/flambeau/internal/callers"
)

// dead marks a count of a node that nobody can ask for any more.
const dead = -1 << 30

// node is an immutable header, a recipe and a value. Go cannot tell which handles live, so refs counts what is known:
// recipes that read the node, storages bound to it, operators at work and runs. At zero nobody can ask for it: it
// lets go of its inputs and of its buffer.
type node struct {
	dev   *Device
	id    uint64
	typ   *graph.Type // shared with that of an operand where they are equal
	op    string      // the operator at work
	where callers.ID  // and its caller
	refs  atomicInt32
	leaf  *leaf // of a tensor that requires a gradient
	rec   atomicPointer[recipe]
	val   atomic.Pointer[value]
	since uint64 // the batch of which it stands for each member: it has no value. 0: it has, or will have
	hooks hooks
	bound atomicInt32 // how many of refs are storages
	depth atomicInt32 // longest chain of uncomputed nodes below
	marks atomicUint32
	needs bool // a gradient may be asked of it
	drawn bool // computed from random numbers while a batch is traced

	// Below: under Device.mu.
	mark, seen uint32 // the evaluation that visited it
	slot       int32  // its place there: ≥ 0 computed, < 0 input −slot−1
	pos        int32  // its place in run
	run        *run   // computes it now, or computed it as interior or learned output

	first handle // the first tensor that shows it, as most nodes get one: no allocation of its own
}

// handle is a tensor and its storage.
type handle struct {
	Tensor
	storage
}

// The marks of a node. The slot of the capture that it was recorded in is above captureShift.
const (
	top   = 1 << iota // a storage got it: cuts end at such nodes, never inside an operator
	ended             // its history was swept and not retained
	given             // its value was not computed
	shown             // first is taken
)

func (n *node) is(mark uint32) bool { return n.marks.Load()&mark != 0 }

// recipe says how to compute a node. One without a primitive has the value of its only input.
type recipe struct {
	op    *graph.Primitive
	attrs *graph.Attrs
	few   [3]*node // the operands, if there are no more
	*rare          // never nil
}

// operands are the nodes that r computes from.
func (r *recipe) operands() []*node {
	if r.rare != &plain && r.many != nil {
		return r.many
	}
	n := 0
	for n < len(r.few) && r.few[n] != nil {
		n++
	}
	return r.few[:n]
}

// room is memory for n operands, to be filled before r is shown to anybody.
func (r *recipe) room(n int) []*node {
	if n <= len(r.few) {
		return r.few[:n]
	}
	own := *r.rare
	own.many = make([]*node, n)
	r.rare = &own
	return own.many
}

// rare is what few recipes have.
type rare struct {
	many []*node  // operands, more than a recipe has room for
	stop bool     // an alias without history
	hist *node    // where the tangent comes from, of a write through a Detach alias; never computed for this node's sake
	also *node    // a loss, on the seed of its sweep: who computes the seed computes the loss
	call *applied // of a result of a Function, whose Backward is its derivative
	old  *node    // what the storage held before this write: bound again should the write fail
	past *past    // of a result of a frozen call, which has a value: the recipe stands for those of the call, see node.recipe
}

// plain is the rest of most recipes.
var plain rare

// edges calls f with every node that the recipe counts.
func (r *recipe) edges(f func(*node)) {
	for _, x := range r.operands() {
		f(x)
	}
	if r.rare == &plain {
		return
	}
	for _, x := range [...]*node{r.hist, r.also, r.old} {
		if x != nil {
			f(x)
		}
	}
	if r.call != nil {
		for _, x := range r.call.in {
			f(x)
		}
		for _, x := range r.call.ys {
			f(x)
		}
	}
}

// derived is where the derivative of what r computes comes from.
func (r *recipe) derived() []*node {
	switch {
	case r.hist != nil:
		return []*node{r.hist}
	case r.call != nil:
		return r.call.in
	}
	return r.operands()
}

func (n *node) ref() { n.refs.Add(1) }
func unref(n *node)  { n.unref() }

// history reports whether n's recipe stays when its value is computed, so that differentiation sees through it, or a
// batch that is traced can draw anew for each member.
func (n *node) history() bool { return n.needs && n.leaf == nil && !n.is(ended) || n.drawn }

// tryRef counts the caller in, unless n is dead already.
func (n *node) tryRef() bool {
	for {
		c := n.refs.Load()
		if c < 0 {
			return false
		}
		if n.refs.CompareAndSwap(c, c+1) {
			return true
		}
	}
}

// unref counts one holder out; the last one ends the node.
func (n *node) unref() {
	if n.refs.Add(-1) == 0 && n.refs.CompareAndSwap(0, dead) {
		n.dropRecipe()
		if v := n.val.Swap(nil); v != nil {
			v.release()
		}
	}
}

func (n *node) dropRecipe() {
	if r := n.rec.Swap(nil); r != nil {
		r.edges(unref)
	}
}

// endHistory lets go of the recipe of a computed node whose gradient was swept.
func (n *node) endHistory() {
	if n.marks.Or(ended)&ended == 0 && n.val.Load() != nil && n.leaf == nil && !n.drawn {
		n.dropRecipe()
	}
}
