package tensor

import (
	"slices"
	"sync"
	"sync/atomic"
	"weak"

	"github.com/flambeau-ml/flambeau/graph"
	"github.com/flambeau-ml/flambeau/internal/callers"
)

// storage is what handles point at; views and Detach aliases share it. Writing rebinds it to another node.
type storage struct {
	node  atomic.Pointer[node]
	mu    sync.Mutex // writes
	leaf  *leaf
	state bool // written after it held a value: its write is pending until it is computed
	freed atomic.Uint32

	pending bool                  // under Device.mu
	self    weak.Pointer[storage] // set when it becomes state
}

// Tensor is a handle on a multi-dimensional array. Its methods record operations; Data, Item and printing compute.
// A Tensor may be used by several goroutines as long as none writes it.
type Tensor struct {
	st      *storage
	via     *view // how the storage is seen; nil: whole
	detach  bool  // reads carry no history
	typ     graph.Type
	strides []int // in elements, as PyTorch has them: they decide whether Reshape is a view
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
	n.top.Store(true)
	if old := st.node.Swap(n); old != nil {
		old.bound.Add(-1)
		old.unref()
	}
	r.tops = append(r.tops, n)
}

// handle gives the user a tensor whose value is v.
func (r *recorder) handle(v *graph.Value) *Tensor {
	h := &struct { // one allocation
		Tensor
		storage
	}{}
	n := nodeOf(v)
	h.Tensor.typ = n.typ
	h.Tensor.st = &h.storage
	r.bind(&h.storage, n)
	return &h.Tensor
}

// take holds the storage's current node.
func (st *storage) take(r *recorder) *graph.Value {
	for {
		if id := st.freed.Load(); id != 0 {
			graph.Fail(r.op, "this tensor was freed at %s", callers.ID(id))
		}
		if n := st.node.Load(); n.tryRef() {
			return r.hold(n)
		}
	}
}

// read is the value that the handle sees.
func (r *recorder) read(t *Tensor) *graph.Value {
	if t == nil {
		graph.Fail(r.op, "an operand is nil")
	}
	v := t.st.take(r)
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

// Free lets go of the tensor's memory at once. Its views end with it; using any of them afterwards is an error that
// names the Free.
func (t *Tensor) Free() {
	st := t.st
	st.mu.Lock()
	defer st.mu.Unlock()
	if !st.freed.CompareAndSwap(0, uint32(max(callers.Here(0), 1))) {
		return
	}
	n := st.node.Load()
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
