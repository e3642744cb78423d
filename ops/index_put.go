package ops

import (
	"math/rand/v2"
	"slices"

	"github.com/flambeau-ml/flambeau/graph"
)

// wrapPlaces is the index in int64 with negative places counted from the end of an axis of size n. What is out of range
// stays what it was, so that the error says what was written.
func wrapPlaces(i *graph.Value, n graph.Size) *graph.Value {
	i = i.Cast(graph.Int64)
	size := graph.NewSize(i.Home, graph.Int64, n)
	fits := i.Lt(i.Like(0)).And(i.Ge(size.Neg()))
	return fits.Where(i.Add(size), i)
}

func take(x, index *graph.Value) *graph.Value {
	needIndex("take", index)
	n := x.Shape.Count()
	return x.Reshape(n).Gather(wrapPlaces(index, n), 0, 0)
}

// scatterFor is the scatter that writes, or that adds up.
func scatterFor(accumulate bool) *graph.Primitive {
	if accumulate {
		return graph.ScatterAdd
	}
	return graph.Scatter
}

func put(x, index, source *graph.Value, accumulate bool) *graph.Value {
	needIndex("put", index)
	if x.DType != source.DType {
		graph.Fail("put", "%s and the source %s differ in dtype", x.Type, source.Type)
	}
	n, k := x.Shape.Count(), index.Shape.Count()
	if !x.Home.Solver().Same(k, source.Shape.Count()) {
		graph.Fail("put", "the index %s and the source %s differ in their number of elements", index.Type, source.Type)
	}
	flat := graph.Apply(scatterFor(accumulate), &graph.Attrs{Axes: []int{0}}, x.Reshape(n), wrapPlaces(index.Reshape(k), n), source.Reshape(k))
	return flat.Reshape(x.Shape...)
}

// unmasked are indices with the places at which each mask is true, a vector for each of its axes, in its place.
func unmasked(op string, x *graph.Value, indices []*graph.Value) []*graph.Value {
	var out []*graph.Value
	for _, i := range indices {
		if !isMask(i) {
			out = append(out, i)
			continue
		}
		if at := len(out); i.Rank() == 0 || at+i.Rank() > x.Rank() || !x.Home.Solver().SameShape(i.Shape, x.Shape[at:at+i.Rank()]) {
			graph.Fail(op, "the mask %s does not fit %s from dimension %d on", i.Type, x.Type, at)
		}
		out = append(out, nonZeroByAxis(op)(i)...)
	}
	return out
}

func isMask(i *graph.Value) bool {
	return i != nil && (i.DType == graph.Bool || i.DType == graph.Uint8)
}

// joint is one index in the place of several, one for each axis of an array.
type joint struct {
	order []int        // of the array's axes: the indexed ones, then the rest
	base  *graph.Value // the array with its axes so, the indexed ones as one
	index *graph.Value // into that axis; its shape is that to which the indices broadcast
	moved graph.Shape  // the array's sizes in that order
	rest  graph.Shape  // of the axes that are not indexed
	front int          // how many axes of rest come before those of index in what is indexed
}

// jointly lays out indices of x; nil stands for a whole axis.
func jointly(op string, x *graph.Value, indices []*graph.Value) *joint {
	indices = unmasked(op, x, indices)
	if len(indices) > x.Rank() {
		graph.Fail(op, "%d indices for %s", len(indices), x.Type)
	}
	var axes []int
	var shapes []graph.Shape
	for axis, i := range indices {
		if i != nil {
			needIndex(op, i)
			axes, shapes = append(axes, axis), append(shapes, i.Shape)
		}
	}
	if len(axes) == 0 {
		graph.Fail(op, "no axis of %s is indexed", x.Type)
	}
	shape, ok := graph.BroadcastShapes(x.Home.Solver(), shapes...)
	if !ok {
		graph.Fail(op, "indices of shapes %v do not broadcast to one shape", shapes)
	}
	k := &joint{order: slices.Clone(axes)}
	for axis := range x.Shape {
		if !slices.Contains(axes, axis) {
			k.order = append(k.order, axis)
		}
	}
	moved := x.Permute(k.order...)
	k.moved, k.rest = moved.Shape, moved.Shape[len(axes):]
	k.base = moved.Reshape(slices.Concat(graph.Shape{moved.Shape[:len(axes)].Count()}, k.rest)...)
	for _, axis := range axes {
		n := x.Shape[axis]
		at := wrapPlaces(indices[axis], n).Expand(shape...)
		if len(axes) > 1 { // joined, a place beyond one axis would be a place within another: look at each by itself
			at = graph.NewIota(x.Home, graph.Type{DType: graph.Int64, Shape: graph.Shape{n}}, 0).Gather(at, 0, 0)
		}
		if k.index != nil {
			at = k.index.Mul(graph.NewSize(x.Home, graph.Int64, n)).Add(at)
		}
		k.index = at
	}
	if axes[len(axes)-1]-axes[0] == len(axes)-1 { // side by side: those of the index take their place
		k.front = axes[0]
	}
	return k
}

// whole is the shape of what is indexed.
func (k *joint) whole() graph.Shape {
	return slices.Concat(k.rest[:k.front], k.index.Shape, k.rest[k.front:])
}

// lead is the order of the axes of what is indexed in which those of the index come first.
func (k *joint) lead() []int {
	n := k.index.Rank()
	order := allDims(n + len(k.rest))
	for i := range order[:n+k.front] {
		if order[i] = k.front + i; i >= n {
			order[i] = i - n
		}
	}
	return order
}

func inverseOrder(order []int) []int {
	back := make([]int, len(order))
	for i, axis := range order {
		back[axis] = i
	}
	return back
}

// index reads the places that indices name together, one for each axis of x; nil stands for a whole axis.
func index(x *graph.Value, indices []*graph.Value) *graph.Value {
	k := jointly("index", x, indices)
	return k.base.Gather(k.index, 0, 0).Permute(inverseOrder(k.lead())...)
}

// indexPut writes values to the places that indices name together, one for each axis of x; nil stands for a whole axis.
func indexPut(x *graph.Value, indices []*graph.Value, values *graph.Value, accumulate bool) *graph.Value {
	if values.DType != x.DType {
		graph.Fail("index_put", "%s and the values %s differ in dtype", x.Type, values.Type)
	}
	if out := maskPut(x, indices, values, accumulate); out != nil {
		return out
	}
	k := jointly("index_put", x, indices)
	whole, n := k.whole(), k.index.Shape.Count()
	if s, ok := graph.BroadcastShapes(x.Home.Solver(), values.Shape, whole); !ok || !s.Equal(whole) {
		graph.Fail("index_put", "values %s do not fit what the indices name: they must broadcast to %s", values.Type, whole)
	}
	upd := values.Expand(whole...).Permute(k.lead()...).Reshape(slices.Concat(graph.Shape{n}, k.rest)...)
	out := graph.Apply(scatterFor(accumulate), &graph.Attrs{Axes: []int{0}}, k.base, k.index.Reshape(n), upd)
	return out.Reshape(k.moved...).Permute(inverseOrder(k.order)...)
}

// maskPut writes one number to the places where a mask, which is the only index, is true: how many these are need not
// be known. It is nil where more is asked for.
func maskPut(x *graph.Value, indices []*graph.Value, values *graph.Value, accumulate bool) *graph.Value {
	at := slices.IndexFunc(indices, func(i *graph.Value) bool { return i != nil })
	if at < 0 || !isMask(indices[at]) || slices.ContainsFunc(indices[at+1:], func(i *graph.Value) bool { return i != nil }) {
		return nil
	}
	for _, n := range values.Shape {
		if !n.Is(1) {
			return nil
		}
	}
	mask := indices[at]
	if at+mask.Rank() > x.Rank() || !x.Home.Solver().SameShape(mask.Shape, x.Shape[at:at+mask.Rank()]) {
		graph.Fail("index_put", "the mask %s does not fit %s from dimension %d on", mask.Type, x.Type, at)
	}
	value := values.Reshape()
	if accumulate {
		value = x.Add(value)
	}
	after := slices.Clone(mask.Shape)
	for range x.Rank() - at - mask.Rank() {
		after = append(after, graph.N(1))
	}
	return truth(mask).Reshape(after...).Where(value, x)
}

// maskedScatter puts the elements of source, one after the other, where mask is true.
func maskedScatter(x, mask, source *graph.Value) *graph.Value {
	if mask.DType != graph.Bool {
		graph.Fail("masked_scatter", "the mask is %s: it must be bool", mask.Type)
	}
	if x.DType != source.DType {
		graph.Fail("masked_scatter", "%s and the source %s differ in dtype", x.Type, source.Type)
	}
	shape, ok := graph.BroadcastShapes(x.Home.Solver(), x.Shape, mask.Shape)
	if !ok {
		graph.Fail("masked_scatter", "%s and the mask %s do not broadcast", x.Type, mask.Type)
	}
	n := shape.Count()
	flat := mask.Expand(shape...).Reshape(n)
	number := flat.Cast(graph.Int64).CumSum(0)
	at := flat.Where(number.Sub(number.Like(1)), number.Like(0)) // read where the mask is false, but not used
	if k := source.Shape.Count(); !k.Is(0) {
		return flat.Where(source.Reshape(k).Gather(at, 0, 0), x.Expand(shape...).Reshape(n)).Reshape(shape...)
	}
	// There is nothing to read: an index for each place that the mask selects is out of range.
	none := graph.Zeros(x.Home, graph.Type{DType: x.DType, Shape: graph.Ns(1)})
	return flat.Where(none.Gather(flat.Cast(graph.Int64), 0, 0), x.Expand(shape...).Reshape(n)).Reshape(shape...)
}

// Places of several axes at once, and of all.
var (
	Take = define(Op{
		Schema: "take(Tensor self, Tensor index) -> Tensor", Doc: "The elements of the flattened tensor that index names.", Out: true,
		Samples: func(r *rand.Rand) []Sample {
			return []Sample{call(f32(r, 3, 5), below(r, 15, 2, 4)), call(below(r, 9, 7), graph.Uniform(r, graph.Int64, -7, 7, 9)), call(f32(r), below(r, 1))}
		},
	}, take)
	Put = define(Op{
		Schema: "put(Tensor self, Tensor index, Tensor source, bool accumulate=False) -> Tensor", Doc: "Self with the elements of source, or these added, at the places of the flattened tensor that index names.", InPlace: true,
		Samples: func(r *rand.Rand) []Sample {
			return []Sample{call(f32(r, 3, 5), below(r, 15, 2, 4), f32(r, 8)), call(f32(r, 3), graph.Uniform(r, graph.Int64, -3, 3, 9), f32(r, 9), true), call(f32(r), below(r, 1), f32(r))}
		},
	}, put)
	IndexTensor = define(Op{
		Schema: "index.Tensor(Tensor self, Tensor?[] indices) -> Tensor", Method: "-", Counted: true, Doc: "The elements at the places that indices name together, one for each axis.",
		Samples: func(r *rand.Rand) []Sample {
			list := func(is ...*graph.Array) []*graph.Array { return is }
			return []Sample{
				call(f32(r, 5, 4), list(below(r, 5, 3))), call(f32(r, 5, 4, 3), list(below(r, 5, 2, 1), below(r, 4, 6))), call(f32(r, 5, 4), []any{nil, below(r, 4, 7)}),
				call(f32(r, 2, 3, 4, 5), []any{nil, below(r, 3, 7), below(r, 4, 7)}), call(f32(r, 2, 3, 4), []any{below(r, 2, 7), nil, below(r, 4, 7)}),
				call(f32(r, 3, 4), list(bools(r, 3, 4))), call(f32(r, 2, 3, 4), []any{nil, bools(r, 3, 4)}), call(f32(r, 2, 3, 4), []any{bools(r, 2), nil, below(r, 4, 1)}),
			}
		},
	}, index)
	IndexPut = define(Op{
		Schema: "index_put(Tensor self, Tensor?[] indices, Tensor values, bool accumulate=False) -> Tensor", Doc: "Self with values, or these added, at the places that indices name together, one for each axis.", InPlace: true, Counted: true,
		Samples: func(r *rand.Rand) []Sample {
			list := func(is ...*graph.Array) []*graph.Array { return is }
			return []Sample{
				call(f32(r, 5, 4), list(below(r, 5, 3)), f32(r, 3, 4)), call(f32(r, 5, 4), list(below(r, 5, 6)), f32(r), true),
				call(f32(r, 5, 4, 3), list(below(r, 5, 2, 1), below(r, 4, 6)), f32(r, 3)), call(f32(r, 5, 4), []any{nil, below(r, 4, 7)}, f32(r, 5, 7)),
				call(f32(r, 2, 3, 4, 5), []any{nil, below(r, 3, 7), below(r, 4, 7)}, f32(r, 2, 7, 5), true), call(f32(r, 2, 3, 4), []any{below(r, 2, 7), nil, below(r, 4, 7)}, f32(r, 7, 3)),
				call(f32(r, 3, 4), list(bools(r, 3, 4)), f32(r)), call(f32(r, 3, 4), list(bools(r, 3)), f32(r, 4)), call(f32(r, 2, 3, 4), []any{nil, bools(r, 3, 4)}, f32(r, 2, 1), true),
			}
		},
	}, indexPut)
	MaskedScatter = define(Op{
		Schema: "masked_scatter(Tensor self, Tensor mask, Tensor source) -> Tensor", Doc: "Self with the elements of source, one after the other, where mask is true.", InPlace: true,
		Samples: func(r *rand.Rand) []Sample {
			return []Sample{call(f32(r, 3, 4), bools(r, 3, 4), f32(r, 12)), call(f32(r, 3, 4), bools(r, 4), f32(r, 13)), call(f32(r), bools(r), f32(r, 2))}
		},
	}, maskedScatter)
)
