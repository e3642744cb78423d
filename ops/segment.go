package ops

import (
	"math/rand/v2"
	"slices"

	"github.com/flambeau-ml/flambeau/graph"
)

// segments are stretches of an axis, one after the other, for each of some arrays.
type segments struct {
	lengths *graph.Value // [arrays, segments]
	number  *graph.Value // [arrays · n]: of the segment that an element belongs to, over all arrays
	count   graph.Size   // segments of all arrays; the number of what belongs to none
	loose   bool         // elements may belong to none
}

// segmentsOf are those of so many elements that lengths, or where they begin and the last ends, say. Unless loose is
// given lengths must take up all elements. What does not fit is an index out of range when the result is computed.
func segmentsOf(lengths, offsets *graph.Value, n graph.Size, loose bool) segments {
	given := lengths
	if given == nil {
		given = offsets
	}
	last := given.Rank() - 1
	rows := given.Shape[:last].Count()
	given = given.Cast(graph.Int64).Reshape(rows, given.Shape[last])
	var starts, ends *graph.Value
	if lengths != nil {
		lengths = given
		ends = lengths.CumSum(1)
		starts = ends.Sub(lengths)
	} else {
		k := given.Shape[1].Sub(graph.N(1))
		starts, ends = given.SliceAxis(1, graph.N(0), k, 1), given.SliceAxis(1, graph.N(1), k, 1)
		lengths = ends.Sub(starts)
	}
	k := lengths.Shape[1]
	size := graph.NewSize(given.Home, graph.Int64, n)
	zero := size.Like(0)
	wrong := lengths.Lt(zero).Or(starts.Lt(zero)).Or(size.Lt(ends))
	final := ends.SliceAxis(1, k.Sub(graph.N(1)), graph.N(1), 1)
	if !loose {
		wrong = wrong.Or(final.Ne(size))
	}
	whole := rows.Mul(n)
	before := graph.NewIota(given.Home, graph.Type{DType: graph.Int64, Shape: graph.Shape{rows, graph.N(1)}}, 0).Mul(size)
	at := starts.Add(before)
	end := graph.NewSize(given.Home, graph.Int64, whole)
	there := at.Lt(end)
	at = wrong.Where(size.Like(-1), there.Where(at, end.Shift(-1)))
	// Which segment an element is in: how many have begun, less one.
	places := graph.NewIota(given.Home, graph.Type{DType: graph.Int64, Shape: graph.Shape{whole}}, 0)
	begun := places.Eq(zero).Where(size.Like(-1), zero)
	flat := rows.Mul(k)
	s := segments{lengths: lengths, count: flat, loose: loose}
	s.number = begun.ScatterAdd(at.Reshape(flat), there.Cast(graph.Int64).Reshape(flat), 0, 0).CumSum(0)
	if loose {
		inside := graph.NewIota(given.Home, graph.Type{DType: graph.Int64, Shape: graph.Shape{rows, n}}, 1)
		out := inside.Lt(starts.SliceAxis(1, graph.N(0), graph.N(1), 1)).Or(final.Le(inside)).Reshape(whole)
		s.number = out.Where(graph.NewSize(given.Home, graph.Int64, flat), s.number)
	}
	return s
}

// join joins the slices of x [arrays · n, …] in each segment to the number from.
func (s *segments) join(op *graph.Primitive, x, from *graph.Value) *graph.Value {
	shape := slices.Clone(x.Shape)
	if shape[0] = s.count; s.loose {
		shape[0] = s.count.Add(graph.N(1))
	}
	out := from.Expand(shape...)
	if !x.Shape[0].Is(0) {
		out = graph.Apply(op, &graph.Attrs{Axes: []int{0}}, out, s.number, x)
	}
	return out.SliceAxis(0, graph.N(0), s.count, 1)
}

func segmentReduce(data *graph.Value, how string, lengths, indices, offsets *graph.Value, axis int, unsafe bool, initial graph.Scalar) *graph.Value {
	const op = "segment_reduce"
	needReduction(op, how, "sum", "mean", "max", "min", "prod")
	of := lengths
	if of == nil {
		of = offsets
	}
	switch {
	case indices != nil:
		graph.Fail(op, "segments are given by lengths or offsets, not by indices")
	case of == nil || lengths != nil && offsets != nil:
		graph.Fail(op, "needs either lengths or offsets")
	case !data.DType.IsFloat():
		graph.Fail(op, "takes floats, not %s", data.Type)
	case of.Rank() == 0 || of.Rank() > data.Rank():
		graph.Fail(op, "segments %s do not fit %s", of.Type, data.Type)
	}
	needIndex(op, of)
	if axis = wrapDim(op, axis, data.Rank()); axis != of.Rank()-1 {
		graph.Fail(op, "the axis must be the last one of the segments %s, not %d", of.Type, axis)
	}
	if s := of.Shape[axis]; offsets != nil && s.Is(0) {
		graph.Fail(op, "offsets begin with where the first segment does: they are %s", of.Type)
	}
	for i := range axis {
		if !data.Home.Solver().Same(data.Shape[i], of.Shape[i]) {
			graph.Fail(op, "segments %s do not fit %s", of.Type, data.Type)
		}
	}
	s := segmentsOf(lengths, offsets, data.Shape[axis], unsafe || offsets != nil)
	rest := data.Shape[axis+1:]
	x := data.Reshape(append(graph.Shape{data.Shape[:axis+1].Count()}, rest...)...)
	start := func(otherwise graph.Scalar) *graph.Value {
		if initial.Kind() != graph.NoScalar {
			otherwise = initial
		}
		return numberLike(x, x.DType, otherwise)
	}
	var out *graph.Value
	switch how {
	case "sum":
		out = s.join(graph.ScatterAdd, x, start(graph.IntOf(0)))
	case "prod":
		out = s.join(graph.ScatterMul, x, start(graph.IntOf(1)))
	case "max":
		out = s.join(graph.ScatterMax, x, start(farthest(x.DType, true)))
	case "min":
		out = s.join(graph.ScatterMin, x, start(farthest(x.DType, false)))
	case "mean":
		n := s.lengths.Reshape(append(graph.Shape{s.count}, slices.Repeat(graph.Ns(1), len(rest))...)...)
		sum := s.join(graph.ScatterAdd, x, start(graph.IntOf(0)))
		out = sum.Div(n.Cast(x.DType))
		if initial.Kind() != graph.NoScalar {
			out = n.Eq(n.Like(0)).Where(sum, out)
		}
	}
	shape := slices.Clone(data.Shape)
	shape[axis] = s.lengths.Shape[1]
	return out.Reshape(shape...)
}

// SegmentReduce brings together what lies in one stretch of an axis.
var SegmentReduce = define(Op{
	Schema: "segment_reduce(Tensor data, str reduce, *, Tensor? lengths=None, Tensor? indices=None, Tensor? offsets=None, int axis=0, bool unsafe=False, Scalar? initial=None) -> Tensor",
	Doc:    "The sum, mean, max, min or prod of each segment of an axis; lengths, or offsets with the end of the last, say what these are.",
	Samples: func(r *rand.Rand) []Sample {
		ints := func(ns ...int64) *graph.Array {
			a := graph.NewArray(graph.Int64, len(ns))
			copy(a.I, ns)
			return a
		}
		var out []Sample
		for _, how := range []string{"sum", "mean", "max", "min", "prod"} {
			two := graph.NewArray(graph.Int64, 2, 3)
			copy(two.I, []int64{1, 3, 1, 2, 1, 2})
			out = append(out, call(f32(r, 6, 3), how).kw("lengths", ints(2, 3, 1)), call(f32(r, 6), how).kw("lengths", ints(2, 0, 4)).kw("initial", 1.5),
				call(f32(r, 7, 2), how).kw("offsets", ints(1, 3, 6)), call(f32(r, 2, 5, 3), how).kw("lengths", two).kw("axis", 1), call(f32(r, 6), how).kw("lengths", ints(2, 1)).kw("unsafe", true))
		}
		return out
	},
}, segmentReduce)
