package graph

import "slices"

// batchByKind are the rules of primitives that share a form.
var batchByKind = map[Kind]func(*Primitive, *Attrs, []*Value, []bool, Size) *Value{
	Unary: batchElementwise, Binary: batchElementwise, Compare: batchElementwise, Reduce: batchAxes,
}

// ApplyBatch is op applied to each member of a batch at once, by its batching rule. Operands that batched marks hold the
// batch along their first axis, of the given size, and so does the result; the others are the same for all members.
func ApplyBatch(op *Primitive, attrs *Attrs, args []*Value, batched []bool, size Size) *Value {
	if attrs == nil {
		attrs = &noAttrs
	}
	if op.Batch == nil {
		Fail(op.Name, "%s: %s", op.missing("batching"), op.NoBatch)
	}
	b := args[0].Home
	types := make([]Type, len(args))
	for i, x := range args {
		if x.Home.Level() > b.Level() {
			b = x.Home
		}
		types[i] = x.Type
		if !batched[i] {
			continue
		}
		if x.Rank() == 0 || !b.Solver().Same(x.Shape[0], size) {
			Fail(op.Name, "operand %d, %s, does not hold a batch of %s along its first axis", i, x.Type, size)
		}
		types[i].Shape = x.Shape[1:]
	}
	one, err := op.infer(b.Solver(), attrs, types)
	if err != nil {
		panic(op.misfit(err, types))
	}
	out := op.Batch(op, attrs, args, batched, size)
	if out.DType != one.DType || !b.Solver().SameShape(out.Shape, prepend(size, one.Shape)) {
		Fail(op.Name, "its batching rule makes %s of a batch of %s times %s", out.Type, size, one)
	}
	return out
}

// batchElementwise is the rule of primitives whose operands and result have one shape.
func batchElementwise(op *Primitive, a *Attrs, args []*Value, batched []bool, size Size) *Value {
	return Apply(op, a, allBatched(args, batched, size)...)
}

// batchAxes is the rule of primitives that act on the axes Axes.
func batchAxes(op *Primitive, a *Attrs, args []*Value, batched []bool, size Size) *Value {
	return Apply(op, a.shifted(), allBatched(args, batched, size)...)
}

// batchSizes is the rule of primitives whose attributes list all axes: the new one is taken whole.
func batchSizes(op *Primitive, a *Attrs, args []*Value, batched []bool, size Size) *Value {
	b := *a
	if a.Shape != nil {
		b.Shape = prepend(size, a.Shape)
	}
	if a.Start != nil {
		b.Start = prepend(N(0), a.Start)
	}
	if a.Step != nil {
		b.Step = prepend(1, a.Step)
	}
	return Apply(op, &b, allBatched(args, batched, size)...)
}

// batchPlanes is the rule of primitives over [N, C, …] whose members do not meet along N: the batch joins it.
func batchPlanes(op *Primitive, a *Attrs, args []*Value, batched []bool, size Size) *Value {
	args = allBatched(args, batched, size)
	n := args[0].Shape[1]
	for i, x := range args {
		args[i] = x.mergeAxes(0)
	}
	return Apply(op, a, args...).splitAxis(0, size, n)
}

// allBatched repeats the operands that are the same for all members along the batch.
func allBatched(args []*Value, batched []bool, size Size) []*Value {
	out := slices.Clone(args)
	for i, x := range out {
		if !batched[i] {
			out[i] = x.Restore(prepend(size, x.Shape), 0)
		}
	}
	return out
}

// shifted is a with its axes moved up by one.
func (a *Attrs) shifted() *Attrs {
	b := *a
	b.Axes = shift(a.Axes)
	return &b
}

// shift moves axes up by one.
func shift(axes []int) []int {
	out := make([]int, len(axes))
	for i, x := range axes {
		out[i] = x + 1
	}
	return out
}

func prepend[T any](x T, list []T) []T { return append([]T{x}, list...) }

// MoveAxis takes axis from to the place to; the others keep their order.
func (v *Value) MoveAxis(from, to int) *Value {
	order := upTo(0, v.Rank())
	order = slices.Delete(order, from, from+1)
	return v.Permute(slices.Insert(order, to, from)...)
}

// mergeAxes makes one axis of axis and the next.
func (v *Value) mergeAxes(axis int) *Value {
	shape := slices.Clone(v.Shape)
	shape[axis] = shape[axis].Mul(shape[axis+1])
	return v.Reshape(slices.Delete(shape, axis+1, axis+2)...)
}

// splitAxis makes two axes, of m and n, of one.
func (v *Value) splitAxis(axis int, m, n Size) *Value {
	shape := slices.Clone(v.Shape)
	shape[axis] = m
	return v.Reshape(slices.Insert(shape, axis+1, n)...)
}
