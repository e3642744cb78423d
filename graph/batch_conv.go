package graph

// Batching of the convolutions. A batch of images joins N. A batch of filters joins their output or input channels,
// inside each group; where both operands are batched each member has groups of its own.

// batchConv is the rule of Conv.
func batchConv(op *Primitive, a *Attrs, args []*Value, batched []bool, size Size) *Value {
	x, w, g := args[0], args[1], a.Window.Groups
	switch {
	case !batched[1]:
		return batchImages(op, a, x, w, size)
	case !batched[0]:
		per := w.Shape[1].Div(N(g))
		return Apply(op, a, x, joinChannels(w, 1, g)).splitChannels(1, g, size, per)
	}
	o := w.Shape[1]
	return Apply(op, a.ownGroups(op, size), joinChannels(x, 2, 1), joinChannels(w, 1, 1)).splitChannels(1, 1, size, o)
}

// batchConvInput is the rule of ConvInput.
func batchConvInput(op *Primitive, a *Attrs, args []*Value, batched []bool, size Size) *Value {
	y, w, g := args[0], args[1], a.Window.Groups
	switch {
	case !batched[1]:
		return batchImages(op, a, y, w, size)
	case !batched[0]:
		return Apply(op, a, y, joinChannels(w, 2, 1)).splitChannels(1, g, size, w.Shape[2])
	}
	c := w.Shape[2].Mul(N(g))
	return Apply(op, a.ownGroups(op, size), joinChannels(y, 2, 1), joinChannels(w, 1, 1)).splitChannels(1, 1, size, c)
}

// batchConvFilter is the rule of ConvFilter.
func batchConvFilter(op *Primitive, a *Attrs, args []*Value, batched []bool, size Size) *Value {
	x, y, g := args[0], args[1], a.Window.Groups
	switch {
	case !batched[1]:
		per := x.Shape[2].Div(N(g))
		return Apply(op, a, joinChannels(x, 2, g), y).splitChannels(1, 1, size, per)
	case !batched[0]:
		per := y.Shape[2].Div(N(g))
		return Apply(op, a, x, joinChannels(y, 2, g)).splitChannels(0, g, size, per)
	}
	o := y.Shape[2]
	return Apply(op, a.ownGroups(op, size), joinChannels(x, 2, 1), joinChannels(y, 2, 1)).splitChannels(0, 1, size, o)
}

// batchImages applies op to a batch of images and filters that are the same for all.
func batchImages(op *Primitive, a *Attrs, x, w *Value, size Size) *Value {
	n := x.Shape[1]
	return Apply(op, a, x.mergeAxes(0), w).splitAxis(0, size, n)
}

// joinChannels makes the batch, the first axis of v, a part of the channels at axis: of each of g groups, outside what
// the group has.
func joinChannels(v *Value, axis, g int) *Value {
	v = v.splitAxis(axis, N(g), v.Shape[axis].Div(N(g)))
	return v.MoveAxis(0, axis).mergeAxes(axis - 1).mergeAxes(axis - 1)
}

// splitChannels is the way back: of the channels at axis, g groups of size times per, it takes the batch as first axis.
func (v *Value) splitChannels(axis, g int, size, per Size) *Value {
	v = v.splitAxis(axis, N(g), size.Mul(per)).splitAxis(axis+1, size, per)
	return v.MoveAxis(axis+1, 0).mergeAxes(axis + 1)
}

// ownGroups is a with groups for each of size members. How many groups there are is structure, so the size must be
// known.
func (a *Attrs) ownGroups(op *Primitive, size Size) *Attrs {
	n, ok := size.Int()
	if !ok {
		Fail(op.Name, "a batch of both operands needs a size that is a number, not %s", size)
	}
	w := *a.Window
	w.Groups *= n
	b := *a
	b.Window = &w
	return &b
}
