package tensor

import (
	"math"
	"slices"

	"github.com/flambeau-ml/flambeau/graph"
	"github.com/flambeau-ml/flambeau/internal/callers"
)

// SparseParts is the gradient of a table of which a sweep came to few rows: a list of slices, each of which belongs to
// the row of the table that its index names. It is PyTorch's sparse gradient before it is coalesced.
type SparseParts struct {
	index, values *Tensor // [n], and [n / each, …]
	each          int     // indices that share a slice, one after the other
	op            string  // whose an error of the indices is
	where         callers.ID

	grad *Tensor // it is the gradient while the leaf holds this
	node *node   // and that is not written
}

// ShowSparse says whether [Tensor.SparseParts] gives the parts of the gradient of t, which must be a leaf. It is what
// layers do that are made with PyTorch's sparse=True.
func (t *Tensor) ShowSparse(on bool) *Tensor {
	l := t.leaf()
	if l == nil {
		fail("show_sparse", "the tensor does not require a gradient")
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sparse = on
	return t
}

// SparseParts is the gradient of t as rows, without computing what [Tensor.Grad] is as a whole. It is nil where t does
// not ShowSparse, and where the gradient is not made of rows that were looked up: there are other uses of t, or the
// gradient was set or written.
func (t *Tensor) SparseParts() *SparseParts {
	l := t.leaf()
	if l == nil {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.seen(nil)
	p := l.partsNow()
	if p == nil {
		return nil
	}
	if w := l.dev.witness.Load(); w != nil && p.node.id <= w.start {
		w.spoil("a sparse gradient from outside is read%s", lineOf(p.where))
	}
	return p
}

// partsNow are the parts of the gradient that l holds. Under l.mu.
func (l *leaf) partsNow() *SparseParts {
	p := l.parts
	if p == nil || p.grad != l.grad || p.grad.st.node.Load() != p.node || p.index.st.freed.Load() != 0 || p.values.st.freed.Load() != 0 {
		return nil
	}
	return p
}

// keepParts notes the parts of the gradient that l has now: those of old, which it had before, and of ct. Under l.mu.
func (l *leaf) keepParts(r *recorder, old *Tensor, ct *graph.Value) {
	p := r.sparseParts(nodeOf(ct))
	if old != nil {
		before := l.parts
		if before == nil || before.grad != old || old.st.node.Load() != before.node {
			p = nil
		} else {
			p = r.joinParts(before, p)
		}
	}
	if l.parts = p; p != nil {
		p.grad, p.node = l.grad, l.grad.st.node.Load()
	}
}

// In is p as it is seen in a scope, see [Scoped.In].
func (p *SparseParts) In(s *Scoped) *SparseParts {
	q := *p
	q.index, q.values = s.In(p.index), s.In(p.values)
	return &q
}

// Indices are the rows of the table, [n].
func (p *SparseParts) Indices() *Tensor { return p.index }

// Values are the slices that belong to them, [n, …].
func (p *SparseParts) Values() *Tensor {
	r := record("sparse_values")
	defer r.done()
	return r.handle(p.expanded(r))
}

func (p *SparseParts) expanded(r *recorder) *graph.Value {
	v := r.read(p.values)
	if p.each == 1 {
		return v
	}
	row := v.Shape[1:]
	v = graph.Apply(graph.Broadcast, &graph.Attrs{Axes: []int{1}, Shape: graph.Ns(p.each)}, v)
	return v.Reshape(append(graph.Shape{v.Shape[0].Mul(v.Shape[1])}, row...)...)
}

// sparseParts are the parts that n is the sum of, or nil.
func (r *recorder) sparseParts(n *node) *SparseParts {
	rec := n.rec.Load()
	switch {
	case rec == nil:
	case rec.op == nil:
		if rec.rare == &plain {
			return r.sparseParts(rec.operands()[0])
		}
	case rec.op == graph.Add:
		if a := r.sparseParts(rec.operands()[0]); a != nil {
			return r.joinParts(a, r.sparseParts(rec.operands()[1]))
		}
	case rec.op == graph.ScatterAdd && rec.attrs.Batch == 0 && rec.attrs.Axes[0] == 0 && isZeros(rec.operands()[0]):
		return r.partsOf(n, rec)
	}
	return nil
}

// isZeros reports whether n is a broadcast 0.
func isZeros(n *node) bool {
	rec := n.rec.Load()
	if rec == nil || rec.op != graph.Broadcast {
		return false
	}
	c := rec.operands()[0].rec.Load()
	return c != nil && c.op == graph.Const && c.attrs.Value.Equal(graph.FloatOf(0))
}

// partsOf are the parts that n, a scatter to zeros, has not added up yet.
func (r *recorder) partsOf(n *node, rec *recipe) *SparseParts {
	idx, upd := r.again(rec.operands()[1]), rec.operands()[2]
	p := &SparseParts{each: 1, op: n.op, where: n.where}
	row := n.typ.Shape[1:]
	var v *graph.Value
	last := idx.Rank() - 1
	if b := upd.rec.Load(); last >= 0 && b != nil && b.op == graph.Broadcast && slices.Equal(b.attrs.Axes, []int{last}) {
		p.each, _ = idx.Shape[last].Int()
		v = r.again(b.operands()[0]).Reshape(append(graph.Shape{idx.Shape[:last].Count()}, row...)...)
	}
	if p.each < 1 || v == nil {
		p.each = 1
		v = r.again(upd).Reshape(append(graph.Shape{idx.Shape.Count()}, row...)...)
	}
	p.index, p.values = r.handle(idx.Cast(graph.Int64).Reshape(idx.Shape.Count())), r.handle(v)
	return p
}

// joinParts are those of a, then those of b; nil where one is.
func (r *recorder) joinParts(a, b *SparseParts) *SparseParts {
	if a == nil || b == nil {
		return nil
	}
	p := &SparseParts{each: 1, op: b.op, where: b.where}
	p.index = r.handle(graph.ConcatValues(0, r.read(a.index), r.read(b.index)))
	p.values = r.handle(graph.ConcatValues(0, a.expanded(r), b.expanded(r)))
	return p
}

// SparseRows is a sparse gradient in which each row of the table is there once: n slots in the order of the rows. Slots
// that are left over name the last row again, and hold zeros.
type SparseRows struct {
	parts *SparseParts
	index *Tensor // [n]
	used  *Tensor // [n, 1, …]: bool
	sums  *Tensor // [n, …]
}

// Coalesce adds up the slices that belong to the same row, in their order, beginning with 0: the bits of the rows of
// [Tensor.Grad] where all come from one lookup, while that adds up the sums of several.
func (p *SparseParts) Coalesce() *SparseRows {
	r := p.record()
	defer r.done()
	idx, v := r.read(p.index), r.read(p.values)
	n := idx.Shape[0]
	order := idx.ArgSort(0, false)
	sorted := idx.Gather(order, 0, 0)
	slot, count := graph.Zeros(r, idx.Type), graph.NewSize(r, graph.Int64, n)
	if rest := n.Sub(graph.N(1)); !n.Is(0) && !rest.Is(0) {
		fresh := sorted.SliceAxis(0, graph.N(1), rest, 1).Ne(sorted.SliceAxis(0, graph.N(0), rest, 1)).Cast(graph.Int64)
		slot = graph.ConcatValues(0, graph.Zeros(r, graph.Type{DType: graph.Int64, Shape: graph.Ns(1)}), fresh.CumSum(0))
		count = slot.SliceAxis(0, rest, graph.N(1), 1).Reshape().Shift(1)
		last := sorted.SliceAxis(0, rest, graph.N(1), 1).Reshape()
		sorted = last.Expand(n).Scatter(slot, sorted, 0, 0)
	}
	if p.each > 1 {
		owners := graph.NewIota(r, graph.Type{DType: graph.Int64, Shape: graph.Shape{v.Shape[0], graph.N(p.each)}}, 0)
		order = owners.Reshape(n).Gather(order, 0, 0)
	}
	zeros := graph.Zeros(r, graph.Type{DType: v.DType, Shape: append(graph.Shape{n}, v.Shape[1:]...)})
	sums := zeros.ScatterAdd(slot, v.Gather(order, 0, 0), 0, 0)
	flags := append(graph.Shape{n}, slices.Repeat(graph.Ns(1), v.Rank()-1)...)
	mask := graph.NewIota(r, idx.Type, 0).Lt(count).Reshape(flags...)
	return &SparseRows{p, r.handle(sorted), r.handle(mask), r.handle(sums)}
}

// record begins an operator whose errors are those of the lookup.
func (p *SparseParts) record() *recorder {
	r := record("coalesce")
	r.op, r.where = p.op, p.where
	return r
}

// Sums are the gradients of the rows.
func (s *SparseRows) Sums() *Tensor { return s.sums }

// Of is the rows of t, a tensor of the table's shape, to which the gradients belong.
func (s *SparseRows) Of(t *Tensor) *Tensor {
	r := s.parts.record()
	defer r.done()
	return r.handle(r.read(t).Gather(r.read(s.index), 0, 0))
}

// AddTo adds x, of the shape of Sums, to these rows of t, in place; slots that are left over add nothing.
func (s *SparseRows) AddTo(t, x *Tensor) {
	r := s.parts.record()
	defer r.done()
	v := r.read(x)
	v = r.read(s.used).Where(v, v.Like(math.Copysign(0, -1))) // which changes no bit of what it is added to
	r.write(t, r.read(t).ScatterAdd(r.read(s.index), v, 0, 0))
}
