package rewrite

import (
	"slices"

	"github.com/flambeau-ml/flambeau/graph"
)

// moves are the rules of what rearranges, repeats, joins and converts elements.
var moves = graph.Rules{
	rule("reshape to the same shape → x", op(graph.Reshape, x), toX),
	rule("reshape(reshape(x)) → reshape(x)", op(graph.Reshape, op(graph.Reshape, x)), func(m graph.Match) *graph.Value {
		return m.X.Reshape(m.Root.Attr().Shape...)
	}),
	rule("permute to the same order → x", op(graph.Permute, x).Where(func(v *graph.Value) bool { return slices.IsSorted(v.Attr().Axes) }), toX),
	rule("permute(permute(x)) → permute(x)", op(graph.Permute, op(graph.Permute, x).As("inner")), func(m graph.Match) *graph.Value {
		return m.X.Permute(picked(m.Get("inner").Attr().Axes, m.Root.Attr().Axes)...)
	}),
	rule("broadcast along no axis → x", op(graph.Broadcast, x), toX),
	rule("broadcast(broadcast(x)) → broadcast(x)", op(graph.Broadcast, op(graph.Broadcast, x).As("inner")), mergeBroadcasts),
	rule("slice of everything → x", op(graph.Slice, x).Where(wholeFromStart), toX),
	rule("slice(slice(x)) → slice(x)", op(graph.Slice, op(graph.Slice, x).As("inner")), mergeSlices),
	rule("slice(broadcast(x)) → broadcast(slice(x))", op(graph.Slice, op(graph.Broadcast, x).As("inner")), sliceBeforeBroadcast),
	rule("pad with nothing → x", op(graph.Pad, x).Where(wholeFromStart), toX),
	rule("concat of one → x", op(graph.Concat).Where(func(v *graph.Value) bool { return len(v.Args) == 1 }), func(m graph.Match) *graph.Value {
		return instead(m, m.Root.Args[0])
	}),
	rule("concat without what is empty", op(graph.Concat), concatNonEmpty),
	rule("reverse along no axis → x", op(graph.Reverse, x).Where(func(v *graph.Value) bool { return len(v.Attr().Axes) == 0 }), toX),
	rule("reverse(reverse(x)) → x", op(graph.Reverse, op(graph.Reverse, x).As("inner")), func(m graph.Match) *graph.Value {
		if slices.Equal(slices.Sorted(slices.Values(m.Root.Attr().Axes)), slices.Sorted(slices.Values(m.Get("inner").Attr().Axes))) {
			return instead(m, m.X)
		}
		return nil
	}),
	rule("update of everything → y", op(graph.Update, x, y), func(m graph.Match) *graph.Value {
		if !m.X.Shape.Equal(m.Y.Shape) {
			return nil
		}
		return leaving(m.X, m, m.Y)
	}),
	rule("cast to the same type → x", op(graph.Cast, x), toX),
	rule("cast(cast(x)) → cast(x) where nothing is lost", op(graph.Cast, op(graph.Cast, x).As("inner")), func(m graph.Match) *graph.Value {
		if a, b, c := m.X.DType, m.Get("inner").DType, m.Root.DType; holds(b, a) || wraps(a, b, c) {
			return m.X.Cast(c)
		}
		return nil
	}),
	rule("reduce_max over no axis → x", op(graph.ReduceMax, x).Where(reducesNothing), toX),
	rule("reduce_min over no axis → x", op(graph.ReduceMin, x).Where(reducesNothing), toX),
	rule("reduce_max over axes of 1 → reshape(x)", op(graph.ReduceMax, x), reduceOnes),
	rule("reduce_min over axes of 1 → reshape(x)", op(graph.ReduceMin, x), reduceOnes),
	rule("reduce_max(broadcast(x)) → broadcast(reduce_max(x))", op(graph.ReduceMax, op(graph.Broadcast, x).As("inner")), reduceBeforeBroadcast),
	rule("reduce_min(broadcast(x)) → broadcast(reduce_min(x))", op(graph.ReduceMin, op(graph.Broadcast, x).As("inner")), reduceBeforeBroadcast),
}

func picked[T any](from []T, at []int) []T {
	out := make([]T, len(at))
	for i, k := range at {
		out[i] = from[k]
	}
	return out
}

// kept lists the axes of a rank that are not in axes: where a broadcast puts those of its operand.
func kept(rank int, axes []int) []int {
	var out []int
	for i := range rank {
		if !slices.Contains(axes, i) {
			out = append(out, i)
		}
	}
	return out
}

// mergeBroadcasts puts the new axes of both where the outer broadcast leaves them.
func mergeBroadcasts(m graph.Match) *graph.Value {
	outer, inner := m.Root.Attr().Axes, m.Get("inner").Attr().Axes
	axes := slices.Concat(outer, picked(kept(m.Root.Rank(), outer), inner))
	slices.Sort(axes)
	return graph.Apply(graph.Broadcast, &graph.Attrs{Axes: axes, Shape: picked(m.Root.Shape, axes)}, m.X)
}

// wholeFromStart reports whether a slice or pad leaves its operand as it is.
func wholeFromStart(v *graph.Value) bool {
	a := v.Attr()
	for i, n := range v.Args[0].Shape {
		if !a.Start[i].Is(0) || a.Step[i] != 1 || !v.Shape[i].Equal(n) {
			return false
		}
	}
	return true
}

func mergeSlices(m graph.Match) *graph.Value {
	outer, inner := m.Root.Attr(), m.Get("inner").Attr()
	start, step := make([]graph.Size, len(outer.Start)), make([]int, len(outer.Step))
	for i := range start {
		start[i] = inner.Start[i].Add(outer.Start[i].Mul(graph.N(inner.Step[i])))
		step[i] = inner.Step[i] * outer.Step[i]
	}
	return m.X.Slice(start, m.Root.Shape, step)
}

// sliceBeforeBroadcast repeats less: along new axes only the sizes change, along the others the operand is sliced.
func sliceBeforeBroadcast(m graph.Match) *graph.Value {
	a, axes := m.Root.Attr(), m.Get("inner").Attr().Axes
	old := kept(m.Root.Rank(), axes)
	w := m.X.Slice(picked(a.Start, old), picked(m.Root.Shape, old), picked(a.Step, old))
	if wholeFromStart(w) {
		w = m.X
	}
	return graph.Apply(graph.Broadcast, &graph.Attrs{Axes: axes, Shape: picked(m.Root.Shape, axes)}, w)
}

func concatNonEmpty(m graph.Match) *graph.Value {
	axis := m.Root.Attr().Axes[0]
	var parts []*graph.Value
	for _, v := range m.Root.Args {
		if !v.Shape[axis].Is(0) {
			parts = append(parts, v)
		}
	}
	if len(parts) == 0 || len(parts) == len(m.Root.Args) {
		return nil
	}
	return instead(m, graph.ConcatValues(axis, parts...))
}

// holds reports whether each value of the type b of a number or bool is one of the type a too.
func holds(a, b graph.DType) bool {
	switch {
	case a == b:
		return true
	case b.IsBool():
		return !a.IsComplex()
	case b.IsInt():
		bits := 8 * b.Bytes()
		switch {
		case a.IsInt() && b.IsSigned() == a.IsSigned():
			return a.Bytes() >= b.Bytes()
		case a.IsInt():
			return a.IsSigned() && a.Bytes() > b.Bytes()
		case a == graph.Float64:
			return bits <= 32
		case a == graph.Float32:
			return bits <= 16
		case a == graph.Float16 || a == graph.BFloat16:
			return bits <= 8
		}
	case b == graph.Float16 || b == graph.BFloat16:
		return a == graph.Float32 || a == graph.Float64
	case b == graph.Float32:
		return a == graph.Float64
	}
	return false
}

// wraps reports whether converting integers from a to b to c keeps of a just what c can hold, as converting from a to
// c does.
func wraps(a, b, c graph.DType) bool {
	return a.IsInt() && b.IsInt() && c.IsInt() && c.Bytes() <= b.Bytes()
}

func reducesNothing(v *graph.Value) bool { return len(v.Attr().Axes) == 0 }

func reduceOnes(m graph.Match) *graph.Value {
	for _, k := range m.Root.Attr().Axes {
		if !m.X.Shape[k].Is(1) {
			return nil
		}
	}
	return m.X.Reshape(m.Root.Shape...)
}

// reduceBeforeBroadcast leaves out what is repeated only to be reduced. A reduced axis that might be empty stays: the
// largest of nothing is an error.
func reduceBeforeBroadcast(m graph.Match) *graph.Value {
	inner, axes := m.Get("inner"), m.Root.Attr().Axes
	old := kept(inner.Rank(), inner.Attr().Axes)
	var reduce, repeat []int // axes of x, and new axes of the result
	var sizes []graph.Size
	place := 0
	fewer := false
	for k := range inner.Rank() {
		at := slices.Index(old, k)
		switch reduced := slices.Contains(axes, k); {
		case reduced && at >= 0:
			reduce = append(reduce, at)
		case reduced:
			if n, ok := inner.Shape[k].Int(); !ok || n < 1 {
				return nil
			}
			fewer = true
		case at < 0:
			repeat, sizes = append(repeat, place), append(sizes, inner.Shape[k])
			place++
		default:
			place++
		}
	}
	if !fewer {
		return nil
	}
	w := m.X
	if len(reduce) > 0 {
		w = graph.Apply(m.Root.Op, &graph.Attrs{Axes: reduce}, w)
	}
	if len(repeat) > 0 {
		w = graph.Apply(graph.Broadcast, &graph.Attrs{Axes: repeat, Shape: sizes}, w)
	}
	return w
}
