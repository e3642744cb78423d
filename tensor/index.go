package tensor

import (
	"fmt"
	"slices"

	"github.com/flambeau-ml/flambeau/graph"
)

// Place is an index that names no number.
type Place uint8

// Indices without numbers, as Python writes :, ... and None.
const (
	All      Place = iota + 1 // the whole axis
	Ellipsis                  // as many whole axes as the other indices leave
	NewAxis                   // an axis of 1 that the tensor does not have
)

// String is the name of p in Go.
func (p Place) String() string {
	switch p {
	case All:
		return "All"
	case Ellipsis:
		return "Ellipsis"
	case NewAxis:
		return "NewAxis"
	}
	return fmt.Sprintf("Place(%d)", uint8(p))
}

// Span is a run of places along an axis: what Python writes start:stop:step. As there, negative ends count from the
// end of the axis, and ends beyond it are cut off.
type Span struct {
	start, stop, step int
	open              bool // to the end
}

// String is the span as Python writes it.
func (s Span) String() string {
	if s.open {
		return fmt.Sprintf("%d::%d", s.start, max(s.step, 1))
	}
	return fmt.Sprintf("%d:%d:%d", s.start, s.stop, max(s.step, 1))
}

// Range is start:stop, or start:stop:step.
func Range(start, stop int, step ...int) Span { return Span{start, stop, oneStep(step), false} }

// From is start:, or start::step.
func From(start int, step ...int) Span { return Span{start, 0, oneStep(step), true} }

// To is :stop, or :stop:step.
func To(stop int, step ...int) Span { return Span{0, stop, oneStep(step), false} }

func oneStep(step []int) int {
	switch {
	case len(step) == 0:
		return 1
	case len(step) > 1:
		fail("index", "a span has one step, not %v", step)
	case step[0] < 1:
		fail("index", "a step must be greater than zero, not %d", step[0])
	}
	return step[0]
}

// on is where the span begins on an axis of size n, and how many elements it has.
func (s Span) on(n int) (start, count int) {
	end := func(i int) int {
		if i < 0 {
			i += n
		}
		return min(max(i, 0), n)
	}
	start, stop := end(s.start), n
	if !s.open {
		stop = end(s.stop)
	}
	return start, (max(stop-start, 0) + max(s.step, 1) - 1) / max(s.step, 1)
}

// Index is the part of t that the indices name, one for each axis from the first on, as Python's t[…] has it:
//
//	t.Index(2)                       // t[2]
//	t.Index(-1, tensor.From(0, 2))   // t[-1, ::2]
//	t.Index(tensor.Ellipsis, tensor.NewAxis, tensor.Range(1, 3))  // t[..., None, 1:3]
//	t.Index(rows, []int{0, 3})       // t[rows, [0, 3]]
//
// With ints, spans and places the result is a view: what is written to it is written to t. Tensors of integers and
// lists of ints pick single places: they broadcast to one shape, which takes the place of their axes where these lie
// side by side, else comes first, and the result is a tensor of its own. A tensor without axes picks as an int does,
// but gives no view, since its value is not known yet. Negative indices count from the end. An index out of range is
// an error at once where it is an int, else when the value is read.
//
// A mask of bool, of the sizes of the axes that it stands for, picks the places at which it is true, as one tensor of
// integers would along these axes joined to one. How many they are is computed at once.
func (t *Tensor) Index(args ...any) *Tensor {
	r := record("index")
	defer r.done()
	ix := r.indexing(t, args)
	v := r.view(t, ix.basic)
	if len(ix.picks) == 0 {
		return v
	}
	return r.handle(r.pick(r.read(v).Reshape(ix.joined...), ix.picks))
}

// SetIndex writes value, a tensor or a number, to the part of t that the indices name, as Python's t[…] = value does.
// The value is converted to t's dtype and broadcasts. Where tensors of integers name a place several times, the last
// of its values stays. How many places a mask of bool picks is computed at once, unless it is the only tensor among the
// indices and the value is the same for all of them.
func (t *Tensor) SetIndex(value any, args ...any) {
	r := record("set_index")
	defer r.done()
	ix := r.indexing(t, args)
	v := r.view(t, ix.basic)
	base := r.read(v)
	x := r.valueFor(value, base.DType)
	if len(ix.picks) == 0 {
		r.write(v, dropOnes(x, base.Rank()))
		return
	}
	put := r.putMask(base, ix, x)
	if put == nil {
		put = r.put(base.Reshape(ix.joined...), ix.picks, x).Reshape(base.Shape...)
	}
	r.write(v, put)
}

// valueFor is a value that is to be written to a tensor of dtype d.
func (r *recorder) valueFor(value any, d graph.DType) *graph.Value {
	if x, ok := value.(*Tensor); ok {
		v := r.read(x)
		if v.DType.IsComplex() && !d.IsComplex() {
			graph.Fail(r.op, "a value of %s cannot be written to a tensor of %s", v.DType, d)
		}
		return v.Cast(d)
	}
	s, err := graph.ScalarOf(value)
	if err != nil {
		graph.Fail(r.op, "writes a *Tensor or a number, not %T", value)
	}
	if s.Kind() == graph.ComplexScalar && !d.IsComplex() {
		graph.Fail(r.op, "a complex number cannot be written to a tensor of %s", d)
	}
	return graph.NewNumber(r, d, s)
}

// dropOnes drops leading axes of 1 beyond the given rank.
func dropOnes(x *graph.Value, rank int) *graph.Value {
	shape := x.Shape
	for len(shape) > rank && shape[0].Is(1) {
		shape = shape[1:]
	}
	return x.Reshape(shape...)
}

// indexing is a list of indices laid out for one tensor: a view made of one slice and one reshape, and what is picked
// from that.
type indexing struct {
	start, count []graph.Size // of each axis of the tensor
	step         []int
	shape        []graph.Size // of the view
	joined       []graph.Size // its sizes with the axes of each mask joined to one
	picks        []pick
}

// pick is a tensor of integers, or a mask, for an axis of a view whose masked axes are joined.
type pick struct {
	axis  int
	index *Tensor
	at    int // of a mask: the first axis of the view that it is for
}

func (p pick) mask() bool { return p.index.DType() == Bool }

// keep adds an axis to the view.
func (ix *indexing) keep(n graph.Size) {
	ix.shape, ix.joined = append(ix.shape, n), append(ix.joined, n)
}

func (ix *indexing) basic(v *graph.Value) *graph.Value {
	for i, n := range v.Shape {
		if !ix.count[i].Equal(n) || ix.step[i] != 1 {
			v = v.Slice(ix.start, ix.count, ix.step)
			break
		}
	}
	return v.Reshape(ix.shape...)
}

// indexing reads the indices for t.
func (r *recorder) indexing(t *Tensor, args []any) *indexing {
	args = slices.Clone(args)
	used, ellipsis := 0, -1
	for i, a := range args {
		args[i] = r.indexTensor(t, a)
		switch a := args[i].(type) {
		case Place:
			if a == Ellipsis {
				if ellipsis >= 0 {
					graph.Fail(r.op, "there can be only one Ellipsis among the indices")
				}
				ellipsis = i
			}
			if a != All {
				continue
			}
		case *Tensor:
			if a.DType() == Bool {
				used += a.Dim() - 1
			}
		}
		used++
	}
	if used > t.Dim() {
		graph.Fail(r.op, "%d indices are too many for a tensor of %d axes %s", used, t.Dim(), t.typ.Shape)
	}
	whole := make([]any, t.Dim()-used)
	for i := range whole {
		whole[i] = All
	}
	if ellipsis < 0 {
		args = append(args, whole...)
	} else {
		args = slices.Replace(args, ellipsis, ellipsis+1, whole...)
	}
	ix := &indexing{start: make([]graph.Size, t.Dim()), count: slices.Clone(t.typ.Shape), step: make([]int, t.Dim())}
	for i := range ix.step {
		ix.step[i] = 1
	}
	axis := 0
	for _, a := range args {
		axis += r.indexAxis(t, ix, axis, a)
	}
	return ix
}

// indexTensor makes a tensor of a list of ints; other indices stay what they are.
func (r *recorder) indexTensor(t *Tensor, a any) any {
	switch a := a.(type) {
	case []int:
		return fromBytes(t.Device(), r.op, Int64, []int{len(a)}, widen(a))
	case []int64:
		return fromBytes(t.Device(), r.op, Int64, []int{len(a)}, rawBytes(a))
	}
	return a
}

// indexAxis adds index a, which acts on t from the given axis on, and returns on how many axes it does.
func (r *recorder) indexAxis(t *Tensor, ix *indexing, axis int, a any) int {
	size := func() int { n, _ := t.typ.Shape[axis].Int(); return n }
	switch a := a.(type) {
	case int:
		n, i := size(), a
		if i < 0 {
			i += n
		}
		if i < 0 || i >= n {
			graph.Fail(r.op, "index %d is out of range for axis %d of size %d of a tensor of shape %s", a, axis, n, t.typ.Shape)
		}
		ix.start[axis], ix.count[axis] = graph.N(i), graph.N(1)
		return 1
	case Span:
		start, count := a.on(size())
		ix.start[axis], ix.count[axis], ix.step[axis] = graph.N(start), graph.N(count), max(a.step, 1)
		ix.keep(ix.count[axis])
		return 1
	case Place:
		switch a {
		case NewAxis:
			ix.keep(graph.N(1))
			return 0
		case All:
			ix.keep(t.typ.Shape[axis])
			return 1
		}
	case *Tensor:
		if a != nil {
			return r.indexByTensor(t, ix, axis, a)
		}
	case nil:
	default:
		graph.Fail(r.op, "an index of type %T for axis %d: indices are int, Range, From, To, All, Ellipsis, NewAxis, []int and *Tensor", a, axis)
	}
	graph.Fail(r.op, "the index for axis %d is nil: a new axis is NewAxis", axis)
	return 0
}

func (r *recorder) indexByTensor(t *Tensor, ix *indexing, axis int, a *Tensor) int {
	switch d := a.DType(); {
	case d == Bool:
		under := t.typ.Shape[axis : axis+a.Dim()]
		if !a.typ.Shape.Equal(under) {
			graph.Fail(r.op, "a mask of shape %s does not fit the axes %s, from axis %d on, of a tensor of shape %s", a.typ.Shape, under, axis, t.typ.Shape)
		}
		ix.picks = append(ix.picks, pick{len(ix.joined), a, len(ix.shape)})
		ix.shape, ix.joined = append(ix.shape, under...), append(ix.joined, under.Count())
		return a.Dim()
	case !d.IsSigned():
		graph.Fail(r.op, "a tensor of %s is no index for axis %d: convert it to int64, or to bool for a mask", d, axis)
	}
	ix.picks = append(ix.picks, pick{axis: len(ix.joined), index: a})
	ix.keep(t.typ.Shape[axis])
	return 1
}
