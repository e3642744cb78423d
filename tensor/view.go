package tensor

import (
	"slices"

	"github.com/flambeau-ml/flambeau/graph"
)

// view is one step from what the handle below it sees to what this one sees: a movement primitive, or one that takes a
// part of complex numbers or conjugates them.
type view struct {
	up    *view
	op    *graph.Primitive
	attrs *graph.Attrs
	from  graph.Type // of what the step reads
}

// apply is what the view shows of its base.
func (v *view) apply(base *graph.Value) *graph.Value {
	if v == nil {
		return base
	}
	return graph.Apply(v.op, v.attrs, v.up.apply(base))
}

// back is the base after what the view shows became x. first is the index of the view's first element in what v shows:
// of an expanded axis a view that can be written sees one place only, and that is where it is read back.
func (v *view) back(base, x *graph.Value, first []int) *graph.Value {
	if v == nil {
		return x
	}
	at := make([]int, len(v.from.Shape))
	switch v.op {
	case graph.Slice:
		whole := v.up.apply(base)
		x = graph.Apply(graph.Update, &graph.Attrs{Start: v.attrs.Start, Step: v.attrs.Step}, whole, x)
		for i := range at {
			start, _ := v.attrs.Start[i].Int()
			at[i] = start + first[i]*v.attrs.Step[i]
		}
	case graph.Real:
		x = x.Complex(v.up.apply(base).Imag())
		copy(at, first)
	case graph.Imag:
		x = v.up.apply(base).Real().Complex(x)
		copy(at, first)
	case graph.Conjugate:
		x = x.Conj()
		copy(at, first)
	case graph.Permute:
		order := make([]int, len(v.attrs.Axes))
		for i, a := range v.attrs.Axes {
			order[a] = i
			at[a] = first[i]
		}
		x = x.Permute(order...)
	case graph.Reshape:
		n := 0
		for i, size := range x.Shape {
			k, _ := size.Int()
			n = n*k + first[i]
		}
		for i := len(at) - 1; i >= 0; i-- {
			k, _ := v.from.Shape[i].Int()
			at[i], n = n%k, n/k
		}
		x = x.Reshape(v.from.Shape...)
	default:
		at = at[:0]
		for i, k := range first {
			if slices.Contains(v.attrs.Axes, i) {
				x = x.SliceAxis(i, graph.N(k), graph.N(1), 1)
			} else {
				at = append(at, k)
			}
		}
		x = x.Reshape(v.from.Shape...)
	}
	return v.up.back(base, x, at)
}

// overlaps reports whether several elements of t are one place in memory, as those of an expanded axis are.
func (t *Tensor) overlaps() bool {
	for i, stride := range t.strides {
		if stride == 0 && !t.typ.Shape[i].Is(1) {
			return true
		}
	}
	return false
}

// steps is a graph.Builder that reads a view operator's body as a chain of such steps; it records nothing.
type steps struct {
	chain *view
	lost  bool // something that is no movement of the one operand
}

func (s *steps) Level() int            { return 0 }
func (s *steps) Solver() *graph.Solver { return nil }

func (s *steps) Emit(op *graph.Primitive, attrs *graph.Attrs, args []*graph.Value, typ graph.Type) *graph.Value {
	v := &graph.Value{Type: typ, Op: op, Attrs: attrs, Home: s}
	switch op {
	case graph.Slice, graph.Permute, graph.Reshape, graph.Broadcast, graph.Real, graph.Imag, graph.Conjugate:
		up, _ := args[0].Tag.(*view)
		s.chain = &view{up, op, attrs, args[0].Type}
		v.Tag = s.chain
	default:
		s.lost = true
	}
	return v
}

// view is the handle that a view operator gives: an alias of t's storage seen through the movements of body. Where
// PyTorch would copy, because strides cannot say it, it is a tensor of its own.
func (r *recorder) view(t *Tensor, body func(*graph.Value) *graph.Value) *Tensor {
	s := &steps{}
	in := &graph.Value{Type: *t.typ, Home: s, Tag: t.via}
	r.on(t.Device())
	out := body(in)
	if out == in {
		u := *t
		return &u
	}
	strides, ok := t.Strides(), !s.lost
	var chain []*view
	for v := s.chain; ok && v != t.via; v = v.up {
		chain = append(chain, v)
	}
	slices.Reverse(chain)
	for _, v := range chain {
		if strides, ok = v.strides(strides); !ok {
			break
		}
	}
	if !ok {
		if r.op == "view" {
			graph.Fail(r.op, "%s with strides %v cannot be seen as %s without a copy: use Reshape", t.typ, t.Strides(), out.Type)
		}
		return r.handle(body(r.read(t)))
	}
	return &Tensor{st: t.st, typ: &out.Type, look: &look{via: s.chain, strides: strides, detach: t.detach, scope: t.scope}}
}

// strides are those of what the step shows, given those of what it reads; ok is false where no strides can say it.
func (v *view) strides(from []int) (to []int, ok bool) {
	shape, _ := v.from.Shape.Ints()
	switch v.op {
	case graph.Slice:
		for i, s := range from {
			to = append(to, s*v.attrs.Step[i])
		}
	case graph.Real, graph.Imag: // counted in elements of half the size
		for _, s := range from {
			to = append(to, 2*s)
		}
	case graph.Conjugate:
		return from, true
	case graph.Permute:
		for _, a := range v.attrs.Axes {
			to = append(to, from[a])
		}
	case graph.Broadcast:
		to = slices.Clone(from)
		for _, a := range v.attrs.Axes {
			to = slices.Insert(to, a, 0)
		}
	default:
		target, _ := graph.Shape(v.attrs.Shape).Ints()
		return reshapeStrides(shape, from, target)
	}
	return to, true
}

// reshapeStrides are the strides with which an array can be seen with other sizes without a copy, if it can: axes of
// the result may split or merge only runs of axes that lie contiguous to each other.
func reshapeStrides(shape, strides, to []int) (out []int, ok bool) {
	if slices.Contains(shape, 0) {
		return rowMajor(to), true
	}
	out = make([]int, len(to))
	j := len(to) - 1
	chunk := 1 // elements of the run so far
	base := 1
	if len(strides) > 0 {
		base = strides[len(strides)-1]
	}
	taken := 1
	for i := len(shape) - 1; i >= 0; i-- {
		chunk *= shape[i]
		if i > 0 && (shape[i-1] == 1 || strides[i-1] == chunk*base) {
			continue // the next axis goes on with this run
		}
		for j >= 0 && (taken < chunk || to[j] == 1) {
			out[j] = taken * base
			taken *= to[j]
			j--
		}
		if taken != chunk {
			return nil, false
		}
		if i > 0 {
			base, chunk, taken = strides[i-1], 1, 1
		}
	}
	for ; j >= 0; j-- {
		if to[j] != 1 {
			return nil, false
		}
		out[j] = taken * base
	}
	return out, true
}
