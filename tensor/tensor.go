package tensor

import (
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"weak"

	"github.com/flambeau-ml/flambeau/graph"
	"github.com/flambeau-ml/flambeau/internal/callers"
)

// storage is what handles point at; views and Detach aliases share it. Writing rebinds it to another node.
type storage struct {
	node  atomicPointer[node]
	mu    sync.Mutex // writes
	leaf  *leaf
	freed atomic.Uint32 // the line that freed it; 0: nobody did
	state bool          // written after it held a value: its write is pending until it is computed
	gone  goneHow       // set before freed

	pending bool                  // under Device.mu
	self    weak.Pointer[storage] // set when it becomes state
}

// Tensor is a handle on a multi-dimensional array. Its methods record operations; Data, Item and printing compute.
// A Tensor may be used by several goroutines as long as none writes it.
type Tensor struct {
	st  *storage
	typ *graph.Type
	*look
}

// look is how a handle sees its storage. It is never changed: handles share it.
type look struct {
	via     *view   // nil: whole
	strides []int   // in elements, as PyTorch has them: they decide whether Reshape is a view; nil: row-major
	detach  bool    // reads carry no history
	scope   *Scoped // of what is computed with it
}

// direct is the look of most handles.
var direct look

// detached is l with or without history.
func (l *look) detached(detach bool) *look {
	if l.detach == detach {
		return l
	}
	m := *l
	m.detach = detach
	return &m
}

// DType is the element type.
func (t *Tensor) DType() graph.DType { return t.typ.DType }

// Shape is the sizes of the axes.
func (t *Tensor) Shape() []int {
	s, _ := t.typ.Shape.Ints()
	return s
}

// Size is the size of axis i; a negative i counts from the end.
func (t *Tensor) Size(i int) int {
	n, _ := t.Sym(i).Int()
	return n
}

// Sym is the size of axis i as a size that adds, multiplies and divides; a negative i counts from the end.
func (t *Tensor) Sym(i int) graph.Size {
	k := i
	if k < 0 {
		k += t.Dim()
	}
	if k < 0 || k >= t.Dim() {
		fail("size", "axis %d of a tensor of %d axes %s", i, t.Dim(), t.typ.Shape)
	}
	return t.typ.Shape[k]
}

// Dim is the number of axes.
func (t *Tensor) Dim() int { return len(t.typ.Shape) }

// Numel is the number of elements.
func (t *Tensor) Numel() int {
	n, _ := t.typ.Shape.Count().Int()
	return n
}

// Device is where the tensor is computed.
func (t *Tensor) Device() *Device { return t.st.node.Load().dev }

// bind makes n the node of st and lets go of the old one.
func (r *recorder) bind(st *storage, n *node) {
	n.ref()
	n.bound.Add(1)
	if !n.is(top) {
		n.marks.Or(top)
	}
	if old := st.node.Swap(n); old != nil {
		old.bound.Add(-1)
		old.unref()
	}
	r.tops = append(r.tops, n)
}

// handle gives the user a tensor whose value is v.
func (r *recorder) handle(v *graph.Value) *Tensor {
	n := nodeOf(v)
	h := &n.first
	last := len(r.held) - 1
	young := n == r.young && r.held[last] == n
	switch {
	case young:
		n.marks.init(n.marks.v | top | shown)
	case n.marks.Or(top|shown)&shown != 0:
		h = &handle{}
	}
	h.typ, h.look = n.typ, &direct
	if r.scope != nil {
		h.look = &r.scope.look
		r.scope.add(&h.storage)
	}
	h.Tensor.st = &h.storage
	if young { // what bind does, while nobody else knows the node; the operator hands its own count on
		n.bound.init(1)
		h.storage.node.init(n)
		r.held[last] = nil
		r.held = r.held[:last]
		r.tops, r.young = append(r.tops, n), nil
		return &h.Tensor
	}
	r.bind(&h.storage, n)
	return &h.Tensor
}

// take holds the storage's current node.
func (st *storage) take(r *recorder) *graph.Value {
	for {
		if id := st.freed.Load(); id != 0 {
			switch st.gone {
			case goneScope:
				graph.Fail(r.op, "this tensor was let go at the end of the Scope at %s: Keep it, or read it inside", callers.ID(id))
			case goneCaptured:
				graph.Fail(r.op, "this tensor was computed at %s inside a compiled function, which has ended: return it from there", callers.ID(id))
			}
			graph.Fail(r.op, "this tensor was freed at %s", callers.ID(id))
		}
		if n := st.node.Load(); n.tryRef() {
			if tr := n.dev.witness.Load(); tr != nil {
				tr.took(st, n)
			}
			return r.hold(n)
		}
		runtime.Gosched() // a frozen function is overwriting it
	}
}

// read is the value that the handle sees.
func (r *recorder) read(t *Tensor) *graph.Value {
	if t == nil {
		graph.Fail(r.op, "an operand is nil")
	}
	v := t.st.take(r)
	if t.scope != nil {
		r.enter(t.scope)
	}
	if t.detach {
		v = r.stop(v)
	}
	return t.via.apply(v)
}

// readAll reads each of ts.
func (r *recorder) readAll(ts []*Tensor) []*graph.Value {
	vs := make([]*graph.Value, len(ts))
	for i, t := range ts {
		vs[i] = r.read(t)
	}
	return vs
}

// readAllOpt reads each of ts that is not nil.
func (r *recorder) readAllOpt(ts []*Tensor) []*graph.Value {
	vs := make([]*graph.Value, len(ts))
	for i, t := range ts {
		vs[i] = r.readOpt(t)
	}
	return vs
}

// readOpt is read, or nil where t is nil.
func (r *recorder) readOpt(t *Tensor) *graph.Value {
	if t == nil {
		return nil
	}
	return r.read(t)
}

// handles gives the user a tensor for each value.
func (r *recorder) handles(vs []*graph.Value) []*Tensor {
	ts := make([]*Tensor, len(vs))
	for i, v := range vs {
		ts[i] = r.handle(v)
	}
	return ts
}

// Free lets go of the tensor's memory at once. Its views and Detach aliases end with it; using any of them afterwards is
// an error that names the Free. What was computed from it is not touched, nor is who reads it at the moment. A second
// Free does nothing.
func (t *Tensor) Free() { t.st.free(callers.Here(0), goneFreed) }

// goneHow says what let a storage go.
type goneHow uint8

const (
	goneFreed    goneHow = iota // at the line
	goneScope                   // at the end of the Scope at the line
	goneCaptured                // at the end of a compiled function; it was computed at the line
)

// free lets go of what st holds. where is the line that how speaks of.
func (st *storage) free(where callers.ID, how goneHow) {
	st.mu.Lock()
	defer st.mu.Unlock()
	if st.freed.Load() != 0 {
		return
	}
	st.gone = how
	st.freed.Store(uint32(max(where, 1)))
	n := st.node.Load()
	for !st.node.CompareAndSwap(n, &n.dev.gone) { // whoever takes the node off lets go of it
		n = st.node.Load()
	}
	n.bound.Add(-1)
	n.unref()
}

// IsContiguous reports whether the elements lie in row-major order without gaps, as strides say it.
func (t *Tensor) IsContiguous() bool {
	return t.strides == nil || contiguous(t.Shape(), t.strides)
}

// Strides are the distances, in elements, of neighbours along each axis.
func (t *Tensor) Strides() []int {
	if t.strides == nil {
		return rowMajor(t.Shape())
	}
	return slices.Clone(t.strides)
}

func rowMajor(shape []int) []int {
	st, n := make([]int, len(shape)), 1
	for i := len(shape) - 1; i >= 0; i-- {
		st[i] = n
		n *= max(shape[i], 1)
	}
	return st
}

func contiguous(shape, strides []int) bool {
	n := 1
	for i := len(shape) - 1; i >= 0; i-- {
		if shape[i] == 0 {
			return true
		}
		if shape[i] != 1 && strides[i] != n {
			return false
		}
		n *= shape[i]
	}
	return true
}
