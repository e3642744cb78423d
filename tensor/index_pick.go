package tensor

import (
	"slices"

	"github.com/flambeau-ml/flambeau/graph"
	"github.com/flambeau-ml/flambeau/ops"
)

// picking is indexing by tensors of integers in one form: the indexed axes of a value first, joined to one, and one
// index into it.
type picking struct {
	order []int        // of the value's axes: the indexed ones, then the rest
	sizes []graph.Size // of the axes in that order
	rest  graph.Shape  // of the axes that are not indexed
	index *graph.Value // into the joined axis; its shape is that to which the indices broadcast
	front int          // how many axes of rest come before those of index in the result
}

// wrapped is the index with negative places counted from the end of an axis of size n. What is out of range stays what
// it was, so that the error says what the user wrote.
func wrapped(i *graph.Value, n graph.Size) *graph.Value {
	i = i.Cast(Int64)
	size := graph.NewSize(i.Home, Int64, n)
	fits := i.Lt(i.Like(0)).And(i.Ge(size.Neg()))
	return fits.Where(i.Add(size), i)
}

// places is what p names on an axis of size n. Of a mask these are the places where it is true.
func (r *recorder) places(p pick, n graph.Size) *graph.Value {
	v := r.read(p.index)
	if p.mask() {
		return ops.NonZeroByAxis.Body(v.Reshape(n))[0]
	}
	return wrapped(v, n)
}

// pick is x at the places that picks name.
func (r *recorder) pick(x *graph.Value, picks []pick) *graph.Value {
	if len(picks) == 1 {
		p := picks[0]
		return x.Gather(r.places(p, x.Shape[p.axis]), p.axis, 0)
	}
	k := r.picking(x, picks)
	return k.home(k.joined(x).Gather(k.index, 0, 0))
}

// picking lays out what picks name of x.
func (r *recorder) picking(x *graph.Value, picks []pick) *picking {
	k := &picking{}
	indices := make([]*graph.Value, len(picks))
	shapes := make([]graph.Shape, len(picks))
	for i, p := range picks {
		k.order = append(k.order, p.axis)
		indices[i] = r.places(p, x.Shape[p.axis])
		shapes[i] = indices[i].Shape
	}
	shape, ok := graph.BroadcastShapes(nil, shapes...)
	if !ok {
		graph.Fail(r.op, "index tensors of shapes %v do not broadcast to one shape", shapes)
	}
	for axis := range x.Shape {
		if !slices.Contains(k.order[:len(picks)], axis) {
			k.order = append(k.order, axis)
			k.rest = append(k.rest, x.Shape[axis])
		}
	}
	for _, axis := range k.order {
		k.sizes = append(k.sizes, x.Shape[axis])
	}
	k.front = frontOf(picks)
	for i, p := range picks {
		n := x.Shape[p.axis]
		at := indices[i].Expand(shape...)
		if len(picks) > 1 { // joined, a place beyond one axis would be a place within another: look at each by itself
			at = graph.NewIota(r, graph.Type{DType: Int64, Shape: graph.Shape{n}}, 0).Gather(at, 0, 0)
		}
		if k.index == nil {
			k.index = at
		} else {
			k.index = k.index.Mul(graph.NewSize(r, Int64, n)).Add(at)
		}
	}
	return k
}

// frontOf is how many axes stay before those of the index: as many as lie before the indexed ones, if these lie side
// by side. Tensors without axes pick as ints do: they do not count, neither as indexed nor as lying between.
func frontOf(picks []pick) int {
	var arrays []int
	dropped := 0
	for _, p := range picks {
		if p.index.Dim() == 0 && !p.mask() {
			dropped++
			continue
		}
		arrays = append(arrays, p.axis-dropped)
	}
	if len(arrays) == 0 || arrays[len(arrays)-1]-arrays[0] != len(arrays)-1 {
		return 0
	}
	return arrays[0]
}

// joined is x with the indexed axes first and as one.
func (k *picking) joined(x *graph.Value) *graph.Value {
	n := k.sizes[:len(k.sizes)-len(k.rest)]
	return x.Permute(k.order...).Reshape(slices.Concat([]graph.Size{graph.Shape(n).Count()}, k.rest)...)
}

// parted is the inverse of joined.
func (k *picking) parted(x *graph.Value) *graph.Value {
	back := make([]int, len(k.order))
	for i, axis := range k.order {
		back[axis] = i
	}
	return x.Reshape(k.sizes...).Permute(back...)
}

// home moves the axes of the index, which come first, to where they belong in the result; lead is the inverse.
func (k *picking) home(x *graph.Value) *graph.Value { return x.Permute(k.places()...) }

func (k *picking) lead(x *graph.Value) *graph.Value {
	places := k.places()
	back := make([]int, len(places))
	for i, axis := range places {
		back[axis] = i
	}
	return x.Permute(back...)
}

func (k *picking) places() []int {
	n := k.index.Rank()
	var order []int
	for i := range k.front {
		order = append(order, n+i)
	}
	for i := range n {
		order = append(order, i)
	}
	for i := k.front; i < len(k.rest); i++ {
		order = append(order, n+i)
	}
	return order
}

// put is x with value at the places that picks name: of several values for one place the last.
func (r *recorder) put(x *graph.Value, picks []pick, value *graph.Value) *graph.Value {
	k := r.picking(x, picks)
	shape := slices.Concat(graph.Shape(k.rest[:k.front]), k.index.Shape, k.rest[k.front:])
	value = dropOnes(value, len(shape))
	if s, ok := graph.BroadcastShapes(nil, value.Shape, shape); !ok || !s.Equal(shape) {
		graph.Fail(r.op, "a value of shape %s does not fit the part of shape %s that the indices name", value.Shape, shape)
	}
	count := k.index.Shape.Count()
	value = k.lead(value.Expand(shape...)).Reshape(slices.Concat([]graph.Size{count}, k.rest)...)
	index := k.index.Reshape(count)
	base := k.joined(x)
	if n, _ := value.Shape.Count().Int(); n == 0 {
		return x
	}
	return k.parted(base.Scatter(index, value, 0, 0))
}

// putMask is x with value where the one mask that ix has is true. It is nil where more is picked, or where the value
// differs between the places that the mask picks, so that these must be known.
func (r *recorder) putMask(x *graph.Value, ix *indexing, value *graph.Value) *graph.Value {
	p := ix.picks[0]
	if len(ix.picks) > 1 || !p.mask() {
		return nil
	}
	m := r.read(p.index)
	after := x.Rank() - p.at - m.Rank()
	if lead := value.Rank() - after; lead > 0 { // the axis of what the mask picks
		if !value.Shape[lead-1].Is(1) {
			return nil
		}
		ones := slices.Repeat([]graph.Size{graph.N(1)}, m.Rank())
		value = value.Reshape(slices.Concat(value.Shape[:lead-1], ones, value.Shape[lead:])...)
		value = dropOnes(value, x.Rank())
	}
	if s, ok := graph.BroadcastShapes(nil, value.Shape, x.Shape); !ok || !s.Equal(x.Shape) {
		graph.Fail(r.op, "a value of shape %s does not fit the tensor of shape %s under the mask", value.Shape, x.Shape)
	}
	for range after {
		m = m.Unsqueeze(m.Rank())
	}
	return m.Where(value, x)
}
