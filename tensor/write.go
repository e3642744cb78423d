package tensor

import (
	"weak"

	"github.com/flambeau-ml/flambeau/graph"
)

// write makes the handle, and all others of its storage, see x where this one looks.
func (r *recorder) write(t *Tensor, x *graph.Value) *Tensor {
	st := t.st
	switch {
	case st.leaf != nil && !t.detach && !r.noGrad:
		graph.Fail(r.op, "a leaf that requires a gradient is written in place: write its Detach() alias")
	case x.DType != t.typ.DType:
		if !canCast(x.DType, t.typ.DType) {
			graph.Fail(r.op, "a result of %s cannot be written to a tensor of %s", x.DType, t.typ.DType)
		}
		x = x.Cast(t.typ.DType)
	}
	if s := x.Shape; !s.Equal(t.typ.Shape) {
		if out, ok := graph.BroadcastShapes(nil, s, t.typ.Shape); !ok || !out.Equal(t.typ.Shape) {
			graph.Fail(r.op, "a result of shape %s does not fit the tensor of shape %s that is written", s, t.typ.Shape)
		}
		x = x.Expand(t.typ.Shape...)
	}
	if n, _ := x.Shape.Count().Int(); n == 0 {
		return t
	}
	if t.overlaps() {
		graph.Fail(r.op, "cannot write through an expanded tensor: several elements are one place in memory; Clone it first")
	}
	st.mu.Lock()
	defer st.mu.Unlock()
	base := st.take(r)
	old := nodeOf(base)
	if t.via == nil && nodeOf(x) == old {
		return t // what it holds already: batch norm outside training writes its running statistics so
	}
	if s := nodeOf(x).since; s > old.since && old.id < s {
		graph.Fail(r.op, "what a function that is recorded (by Vmap, Scan, While or Cond) computes is written to a tensor from outside it: return it, or write a Clone made inside the function")
	}
	from := base
	if t.detach {
		from = r.stop(base)
		x = r.stop(x) // what is written through a Detach alias carries no history of its own
	}
	v := t.via.back(from, x, make([]int, t.Dim()))
	c := nodeOf(v).capture()
	if c != nil {
		c.wrote(st, old)
	}
	if tr := r.dev.witness.Load(); tr != nil {
		tr.wrote(st, old, r.where)
	}
	st.state = st.state || st.leaf != nil || old.val.Load() != nil || c != nil && old.id <= c.start
	hist := t.detach && old.needs && st.leaf == nil
	pending := st.state && nodeOf(v).since == 0 // what stands for a batch is never computed
	if pending || hist || st.leaf != nil {
		var why *rare // nil: nothing
		if hist || pending {
			why = &rare{}
		}
		if hist {
			why.hist = old
		}
		if pending {
			why.old = old
		}
		v = r.alias(v, why)
	}
	n := nodeOf(v)
	if st.leaf != nil {
		n.leaf, n.needs = st.leaf, true
	}
	r.bind(st, n)
	if pending {
		d := r.dev
		d.mu.Lock()
		if st.self == (weak.Pointer[storage]{}) {
			st.self = weak.Make(st)
		}
		d.addPending(st)
		d.mu.Unlock()
	}
	return t
}

// canCast reports whether PyTorch lets a result of one type be written to another: never to a lower category.
func canCast(from, to graph.DType) bool {
	category := func(d graph.DType) int {
		switch {
		case d.IsComplex():
			return 3
		case d.IsFloat():
			return 2
		case d.IsInt():
			return 1
		}
		return 0
	}
	return category(from) <= category(to)
}

// restoreBefore binds what st held before the failed write n: the last known value, or what it held first if that is
// not computed yet. Under Device.mu.
func (st *storage) restoreBefore(n *node) {
	o := n
	for o != nil && failedOrUnknown(o) {
		r := o.rec.Load()
		if r == nil {
			return
		}
		if r.old == nil && o.val.Load() == nil {
			break
		}
		o = r.old
	}
	if o == nil || !o.tryRef() {
		return
	}
	if st.node.CompareAndSwap(n, o) {
		o.bound.Add(1)
		n.bound.Add(-1)
		n.unref()
	} else {
		o.unref()
	}
}

func failedOrUnknown(n *node) bool {
	v := n.val.Load()
	return v == nil || v.err != nil
}
