package tensor

import (
	"slices"
	"sync/atomic"

	"github.com/flambeau-ml/flambeau/graph"
)

// hook is a function that sees, and may replace, a cotangent on its way.
type hook struct {
	f       func(grad *Tensor) *Tensor
	removed atomic.Bool
}

// hooks is a list of hooks that grows while it is read: it is replaced whole.
type hooks struct{ list atomic.Pointer[[]*hook] }

func (h *hooks) add(k *hook) {
	for {
		old := h.list.Load()
		var list []*hook
		if old != nil {
			list = slices.DeleteFunc(slices.Clone(*old), func(k *hook) bool { return k.removed.Load() })
		}
		list = append(list, k)
		if h.list.CompareAndSwap(old, &list) {
			return
		}
	}
}

// RegisterHook makes Backward call f with the gradient with respect to t, the sum over all ways on which it came,
// before it goes further or is added to Grad. What f returns takes its place; nil leaves it. remove takes the hook off.
// The hook belongs to the value that t has now, or to the leaf that t is: writing a tensor that is no leaf leaves the
// hook with the old value. Hooks are called in the order in which they were registered. It panics with *Error for
// tensors without history, and for views, whose gradient is part of that of what they view.
func (t *Tensor) RegisterHook(f func(grad *Tensor) *Tensor) (remove func()) {
	r := record("register_hook")
	defer r.done()
	if t.via != nil {
		graph.Fail(r.op, "a view has no gradient of its own on the way: hook the tensor that it views")
	}
	n := nodeOf(r.read(t))
	if !n.needs {
		graph.Fail(r.op, "nothing that this tensor was computed from requires a gradient")
	}
	k := &hook{f: f}
	if n.leaf != nil {
		n.leaf.hooks.add(k)
	} else {
		n.hooks.add(k)
	}
	return func() { k.removed.Store(true) }
}

// call gives ct to the hooks and returns what becomes of it.
func (h *hooks) call(r *recorder, ct *graph.Value) *graph.Value {
	list := h.list.Load()
	if list == nil {
		return ct
	}
	for _, k := range *list {
		if k.removed.Load() {
			continue
		}
		if g := k.f(r.handle(ct)); g != nil {
			v := r.read(g)
			if !v.Type.Equal(ct.Type) {
				graph.Fail(r.op, "a hook returned %s in place of a gradient %s", v.Type, ct.Type)
			}
			ct = v
		}
	}
	return ct
}
