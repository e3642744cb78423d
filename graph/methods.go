package graph

import "slices"

// The fluent methods that take attributes are written here; those of elementwise primitives are generated from the
// table (methods_gen.go). Binary methods broadcast: axes are aligned at the end, and a size of exactly 1 is repeated.

// Scalar is the constant s of v's dtype, by v's builder.
func (v *Value) Scalar(s Scalar) *Value { return NewConst(v.Home, v.DType, s) }

// Like is the constant f, written by a rule or operator, of v's dtype, as a scalar that broadcasts.
func (v *Value) Like(f float64) *Value { return v.Scalar(FloatOf(f)) }

// NewConst is the scalar constant s of dtype d.
func NewConst(b Builder, d DType, s Scalar) *Value {
	return ApplyIn(b, Const, &Attrs{DType: d, Value: s})
}

// NewNumber is the scalar s of dtype d that the user gave: a parameter of the program.
func NewNumber(b Builder, d DType, s Scalar) *Value {
	return ApplyIn(b, Number, &Attrs{DType: d, Value: s})
}

// NewSize is the size n as a scalar of dtype d.
func NewSize(b Builder, d DType, n Size) *Value {
	return ApplyIn(b, SizeOf, &Attrs{DType: d, Shape: []Size{n}})
}

// NewIota counts along axis of an array of the given type.
func NewIota(b Builder, t Type, axis int) *Value {
	return ApplyIn(b, Iota, &Attrs{DType: t.DType, Shape: t.Shape, Axes: []int{axis}})
}

// Zeros is an array of zeros of type t.
func Zeros(b Builder, t Type) *Value { return Full(b, t, FloatOf(0)) }

// Full is an array of the constant s of type t.
func Full(b Builder, t Type, s Scalar) *Value { return NewConst(b, t.DType, s).Expand(t.Shape...) }

// Scale is v times the constant f.
func (v *Value) Scale(f float64) *Value { return v.Mul(v.Like(f)) }

// Shift is v plus the constant f.
func (v *Value) Shift(f float64) *Value { return v.Add(v.Like(f)) }

// Cast converts to d; v itself where it is of that dtype, or d is NoDType.
func (v *Value) Cast(d DType) *Value {
	if d == v.DType || d == NoDType {
		return v
	}
	return Apply(Cast, &Attrs{DType: d}, v)
}

// Where is x where v (bool) is true, else y; the three broadcast.
func (v *Value) Where(x, y *Value) *Value {
	shape := broadcastShapes("select", v, x, y)
	return Apply(Select, nil, v.Expand(shape...), x.Expand(shape...), y.Expand(shape...))
}

func applyBinary(p *Primitive, x, y *Value) *Value {
	switch {
	case x.Shape.Equal(y.Shape):
	case y.Rank() == 0:
		y = y.stretch(x.Shape)
	case x.Rank() == 0:
		x = x.stretch(y.Shape)
	default:
		shape := broadcastShapes(p.Name, x, y)
		x, y = x.Expand(shape...), y.Expand(shape...)
	}
	return apply2(p, nil, x, y)
}

// BroadcastShapes is the shape to which shapes broadcast: aligned at the last axis, a size of exactly 1 gives way.
// ok is false where they do not fit.
func BroadcastShapes(s *Solver, shapes ...Shape) (out Shape, ok bool) {
	rank := 0
	for _, t := range shapes {
		rank = max(rank, len(t))
	}
	out = make(Shape, rank)
	for i := range out {
		out[i] = N(1)
	}
	for _, t := range shapes {
		for i, n := range t {
			k := rank - len(t) + i
			switch {
			case out[k].Is(1):
				out[k] = n
			case !n.Is(1) && !s.Same(out[k], n):
				return nil, false
			}
		}
	}
	return out, true
}

func broadcastShapes(op string, vs ...*Value) Shape {
	shapes, types := make([]Shape, len(vs)), make([]Type, len(vs))
	for i, v := range vs {
		shapes[i], types[i] = v.Shape, v.Type
	}
	out, ok := BroadcastShapes(vs[0].Home.Solver(), shapes...)
	if !ok {
		Fail(op, "shapes do not broadcast: %s", describe(types))
	}
	return out
}

// Expand broadcasts v to the given sizes: new axes come first, and axes of exactly 1 are repeated.
func (v *Value) Expand(sizes ...Size) *Value {
	if v.Shape.Equal(sizes) {
		return v
	}
	lead := len(sizes) - v.Rank()
	if lead < 0 {
		Fail("expand", "%s has more axes than %s", v.Type, Shape(sizes))
	}
	var axes []int
	var news []Size
	kept := make([]Size, 0, len(sizes))
	for i, n := range sizes {
		switch {
		case i < lead:
		case v.Shape[i-lead].Is(1) && !n.Is(1):
		case v.Home.Solver().Same(v.Shape[i-lead], n):
			kept = append(kept, v.Shape[i-lead])
			continue
		default:
			Fail("expand", "%s does not broadcast to %s", v.Type, Shape(sizes))
		}
		axes, news = append(axes, i), append(news, n)
	}
	if len(axes) == 0 {
		return v
	}
	return apply1(Broadcast, &Attrs{Axes: axes, Shape: news}, v.Reshape(kept...))
}

// Reshape gives the elements the sizes sizes; v itself where it has them.
func (v *Value) Reshape(sizes ...Size) *Value {
	if v.Shape.Equal(sizes) {
		return v
	}
	return apply1(Reshape, &Attrs{Shape: sizes}, v)
}

// Permute reorders the axes: axis i of the result is axis order[i] of v.
func (v *Value) Permute(order ...int) *Value {
	same := true
	for i, x := range order {
		same = same && i == x
	}
	if same && len(order) == v.Rank() {
		return v
	}
	return Apply(Permute, &Attrs{Axes: order}, v)
}

// SwapAxes exchanges axes a and b.
func (v *Value) SwapAxes(a, b int) *Value {
	order := upTo(0, v.Rank())
	order[a], order[b] = b, a
	return v.Permute(order...)
}

// Unsqueeze puts an axis of 1 at each of the given places of the result, which grow.
func (v *Value) Unsqueeze(axes ...int) *Value {
	shape := slices.Clone(v.Shape)
	for _, x := range axes {
		shape = slices.Insert(shape, x, N(1))
	}
	return v.Reshape(shape...)
}

// restore repeats v, which was reduced over axes of an array of the given shape, along them.
func (v *Value) restore(shape Shape, axes []int) *Value {
	if len(axes) == 0 {
		return v
	}
	return Apply(Broadcast, &Attrs{Axes: axes, Shape: pick(shape, axes)}, v)
}

// Restore repeats v, which was reduced over axes of an array of the given shape, along them.
func (v *Value) Restore(shape Shape, axes ...int) *Value { return v.restore(shape, sorted(axes)) }

func sorted(axes []int) []int {
	axes = slices.Clone(axes)
	slices.Sort(axes)
	return axes
}

func (v *Value) reduce(p *Primitive, axes []int) *Value {
	if len(axes) == 0 {
		return v
	}
	return apply1(p, axesAttrs(axes), v)
}

// ReduceSum sums over axes and drops them.
func (v *Value) ReduceSum(axes ...int) *Value { return v.reduce(ReduceSum, axes) }

// ReduceProd multiplies over axes and drops them.
func (v *Value) ReduceProd(axes ...int) *Value { return v.reduce(ReduceProd, axes) }

// ReduceMax is the largest element over axes, which it drops.
func (v *Value) ReduceMax(axes ...int) *Value { return v.reduce(ReduceMax, axes) }

// ReduceMin is the smallest element over axes, which it drops.
func (v *Value) ReduceMin(axes ...int) *Value { return v.reduce(ReduceMin, axes) }

func (v *Value) keep(r *Value, axes []int) *Value {
	shape := slices.Clone(v.Shape)
	for _, x := range axes {
		shape[x] = N(1)
	}
	return r.Reshape(shape...)
}

// Sum sums over axes, which stay with size 1, so that the result broadcasts back.
func (v *Value) Sum(axes ...int) *Value { return v.keep(v.ReduceSum(axes...), axes) }

// Amax is the largest element over axes, which stay with size 1.
func (v *Value) Amax(axes ...int) *Value { return v.keep(v.ReduceMax(axes...), axes) }

// Amin is the smallest element over axes, which stay with size 1.
func (v *Value) Amin(axes ...int) *Value { return v.keep(v.ReduceMin(axes...), axes) }

// Mean is the mean over axes, which stay with size 1.
func (v *Value) Mean(axes ...int) *Value {
	n := N(1)
	for _, x := range axes {
		n = n.Mul(v.Shape[x])
	}
	return v.Sum(axes...).Div(NewSize(v.Home, v.DType, n))
}

// Slice takes shape elements of each axis from start on, step apart.
func (v *Value) Slice(start, shape []Size, step []int) *Value {
	return Apply(Slice, &Attrs{Start: start, Shape: shape, Step: step}, v)
}

// SliceAxis takes n elements of one axis from start on, step apart.
func (v *Value) SliceAxis(axis int, start, n Size, step int) *Value {
	if start.Is(0) && step == 1 && n.Equal(v.Shape[axis]) {
		return v
	}
	from, steps := make([]Size, v.Rank()), make([]int, v.Rank())
	for i := range steps {
		steps[i] = 1
	}
	shape := slices.Clone(v.Shape)
	from[axis], shape[axis], steps[axis] = start, n, step
	return v.Slice(from, shape, steps)
}

// Reverse turns axes round.
func (v *Value) Reverse(axes ...int) *Value { return Apply(Reverse, &Attrs{Axes: axes}, v) }

// ConcatValues joins values along axis.
func ConcatValues(axis int, vs ...*Value) *Value {
	if len(vs) == 1 {
		return vs[0]
	}
	return Apply(Concat, &Attrs{Axes: []int{axis}}, vs...)
}

// Dot contracts v and w as d says.
func (v *Value) Dot(w *Value, d Dot) *Value { return Apply(DotGeneral, &Attrs{Dot: &d}, v, w) }

// Gather reads v along axis at the integers idx, the first batch axes of both running together.
func (v *Value) Gather(idx *Value, axis, batch int) *Value {
	return Apply(Gather, &Attrs{Axes: []int{axis}, Batch: batch}, v, idx)
}

// ScatterAdd adds upd to v along axis at the integers idx: the shapes are those of v.Gather(idx, axis, batch) = upd.
func (v *Value) ScatterAdd(idx, upd *Value, axis, batch int) *Value {
	return Apply(ScatterAdd, &Attrs{Axes: []int{axis}, Batch: batch}, v, idx, upd)
}

// Scatter puts upd in place of what v has along axis at the integers idx: the shapes are those of ScatterAdd.
func (v *Value) Scatter(idx, upd *Value, axis, batch int) *Value {
	return Apply(Scatter, &Attrs{Axes: []int{axis}, Batch: batch}, v, idx, upd)
}

// ArgSort is the indices that put v in order along axis, downwards if so asked; equal elements keep their order.
func (v *Value) ArgSort(axis int, descending bool) *Value {
	step := 1
	if descending {
		step = -1
	}
	return Apply(ArgSort, &Attrs{Axes: []int{axis}, Step: []int{step}}, v)
}

// CumSum is the sum up to each element along axis.
func (v *Value) CumSum(axis int) *Value { return Apply(CumSum, &Attrs{Axes: []int{axis}}, v) }

// CumProd is the product up to each element along axis.
func (v *Value) CumProd(axis int) *Value { return Apply(CumProd, &Attrs{Axes: []int{axis}}, v) }

// CumArgMax is the index of the last largest element up to each along axis.
func (v *Value) CumArgMax(axis int) *Value { return Apply(CumArgMax, &Attrs{Axes: []int{axis}}, v) }

// CumArgMin is the index of the last smallest element up to each along axis.
func (v *Value) CumArgMin(axis int) *Value { return Apply(CumArgMin, &Attrs{Axes: []int{axis}}, v) }

// Recurrence is y with yₖ = vₖ·yₖ₋₁ + wₖ along axis and y₀ = w₀.
func (v *Value) Recurrence(w *Value, axis int) *Value {
	return Apply(Recurrence, &Attrs{Axes: []int{axis}}, v, w)
}

// Bitcast reads the bits of v as those of d, which has as many; v itself where it is of that dtype.
func (v *Value) Bitcast(d DType) *Value {
	if d == v.DType {
		return v
	}
	return Apply(Bitcast, &Attrs{DType: d}, v)
}

// DynamicSlice takes n elements along axis from start on, an integer without axes that is moved so that they are there.
func (v *Value) DynamicSlice(axis int, start *Value, n Size) *Value {
	return Apply(DynamicSlice, &Attrs{Axes: []int{axis}, Shape: []Size{n}}, v, start)
}

// DynamicUpdate puts part in place of the elements along axis from start on, as DynamicSlice takes them.
func (v *Value) DynamicUpdate(part *Value, axis int, start *Value) *Value {
	return Apply(DynamicUpdate, &Attrs{Axes: []int{axis}}, v, part, start)
}

// ArgMax is the index of the first largest element along axis, which it drops.
func (v *Value) ArgMax(axis int) *Value { return Apply(ArgMax, &Attrs{Axes: []int{axis}}, v) }

// ArgMin is the index of the first smallest element along axis, which it drops.
func (v *Value) ArgMin(axis int) *Value { return Apply(ArgMin, &Attrs{Axes: []int{axis}}, v) }

// Ge is v ≥ w; Gt is v > w; Ne is v ≠ w.
func (v *Value) Ge(w *Value) *Value { return w.Le(v) }

// Gt is v > w.
func (v *Value) Gt(w *Value) *Value { return w.Lt(v) }

// Ne is v ≠ w; true where either is NaN.
func (v *Value) Ne(w *Value) *Value { return v.Eq(w).Not() }
