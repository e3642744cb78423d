package ops

import (
	"math/rand/v2"
	"slices"

	"github.com/flambeau-ml/flambeau/graph"
)

// slopes estimates the derivative of x along an axis at its elements, which lie at coordinates at, or width apart where
// that is nil. At both ends it goes by the two or, for edge order 2, three outermost elements.
func slopes(x *graph.Value, axis int, at, width *graph.Value, order int) *graph.Value {
	n := x.Shape[axis]
	if k, ok := n.Int(); ok && k < order+1 {
		graph.Fail("gradient", "dimension %d of %s has too few elements for edge_order %d", axis, x.Type, order)
	}
	inner := n.Sub(graph.N(2))
	part := func(from graph.Size, k graph.Size) *graph.Value { return x.SliceAxis(axis, from, k, 1) }
	one, two, three := graph.N(1), graph.N(2), graph.N(3)
	left, middle, right := part(graph.N(0), inner), part(one, inner), part(two, inner)
	// left and right of each element, and of it itself, by the distances to the left and the right
	weigh := func(a, b *graph.Value) (l, m, r *graph.Value) {
		sum := a.Add(b)
		return b.Neg().Div(a.Mul(sum)), b.Sub(a).Div(a.Mul(b)), a.Div(b.Mul(sum))
	}
	steps := func(from, k graph.Size) *graph.Value { // the distances of k elements to the next ones
		if at == nil {
			return width
		}
		d := at.SliceAxis(0, from.Add(one), k, 1).Sub(at.SliceAxis(0, from, k, 1))
		return d.Reshape(append([]graph.Size{k}, slices.Repeat([]graph.Size{one}, x.Rank()-1-axis)...)...)
	}
	var centre *graph.Value
	if at == nil {
		centre = right.Sub(left).Div(width.Scale(2))
	} else {
		l, m, r := weigh(steps(graph.N(0), inner), steps(one, inner))
		centre = left.Mul(l).Add(middle.Mul(m)).Add(right.Mul(r))
	}
	zero := graph.N(0)
	if order == 1 {
		last := n.Sub(two)
		first := part(one, one).Sub(part(zero, one)).Div(steps(zero, one))
		end := part(n.Sub(one), one).Sub(part(last, one)).Div(steps(last, one))
		return graph.ConcatValues(axis, first, centre, end)
	}
	edge := func(a, b, p, q, s *graph.Value) *graph.Value { // at the outermost of three, from the nearest distance on
		sum := a.Add(b)
		return p.Mul(a.Scale(2).Add(b).Div(a.Mul(sum))).Neg().Add(q.Mul(sum.Div(a.Mul(b)))).Sub(s.Mul(a.Div(b.Mul(sum))))
	}
	first := edge(steps(zero, one), steps(one, one), part(zero, one), part(one, one), part(two, one))
	end := edge(steps(n.Sub(two), one), steps(n.Sub(three), one), part(n.Sub(one), one), part(n.Sub(two), one), part(n.Sub(three), one)).Neg()
	return graph.ConcatValues(axis, first, centre, end)
}

// gradients are the slopes along some dimensions; place says where the elements along the i-th lie.
func gradients(x *graph.Value, dims []int, count, order int, place func(i int, x *graph.Value) (at, width *graph.Value)) []*graph.Value {
	const op = "gradient"
	if order != 1 && order != 2 {
		graph.Fail(op, "edge_order is %d: it must be 1 or 2", order)
	}
	if x.Rank() == 0 || len(dims) != count {
		graph.Fail(op, "%d spacings for the dimensions %v of %s", count, dims, x.Type)
	}
	if len(dims) == 0 {
		return nil
	}
	d := floatType(x.DType)
	v := x.Cast(wide(d))
	out := make([]*graph.Value, len(dims))
	for i, axis := range slices.Clone(wrapDims(op, dims, x.Rank())) {
		at, width := place(i, v)
		if at != nil && (at.Rank() != 1 || !x.Home.Solver().Same(at.Shape[0], x.Shape[axis])) {
			graph.Fail(op, "the coordinates %s do not fit dimension %d of %s", at.Type, axis, x.Type)
		}
		out[i] = slopes(v, axis, at, width, order).Cast(d)
	}
	return out
}

// Slopes of sampled functions.
var (
	Gradient = define(Op{
		Schema: "gradient.scalararray(Tensor self, *, float[] spacing, int[] dim, int edge_order=1) -> Tensor[]", Method: "-",
		Doc: "The slopes along some dimensions of functions whose values, some width apart, the elements are.",
		Samples: func(r *rand.Rand) []Sample {
			return []Sample{call(f32(r, 4, 5)).kw("spacing", []float64{2, 0.5}).kw("dim", []int{0, 1}), call(f32(r, 5)).kw("spacing", []float64{1}).kw("dim", []int{-1}).kw("edge_order", 2)}
		},
	}, func(x *graph.Value, spacing []float64, dims []int, order int) []*graph.Value {
		return gradients(x, dims, len(spacing), order, func(i int, x *graph.Value) (at, width *graph.Value) { return nil, givenLike(x, spacing[i]) })
	})
	GradientAt = define(Op{
		Schema: "gradient.tensorarray(Tensor self, *, Tensor[] spacing, int[] dim, int edge_order=1) -> Tensor[]", Method: "-",
		Doc: "The slopes along some dimensions of functions whose values at some coordinates the elements are.",
		Samples: func(r *rand.Rand) []Sample {
			return []Sample{call(f32(r, 3, 5)).kw("spacing", []*graph.Array{increasing(r, 5)}).kw("dim", []int{1}).kw("edge_order", 2)}
		},
	}, func(x *graph.Value, spacing []*graph.Value, dims []int, order int) []*graph.Value {
		return gradients(x, dims, len(spacing), order, func(i int, x *graph.Value) (at, width *graph.Value) { return spacing[i].Cast(x.DType), nil })
	})
)
