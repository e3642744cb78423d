package ops

import (
	"math/rand/v2"

	"github.com/flambeau-ml/flambeau/graph"
)

// search is, for each of x along the last axis, how many elements of seq, which is in order along its last axis, come
// before it; of equal ones none, or all where right says so. It sorts both together and counts: that costs n log n
// whatever the sizes, and NaN is greater than all else.
func search(seq, x *graph.Value, right bool) *graph.Value {
	axis := x.Rank() - 1
	parts, marks := []*graph.Value{x, seq}, []float64{0, 1}
	from := graph.N(0)
	if right { // sorting is stable: equal elements of seq count where they come first
		parts, marks, from = []*graph.Value{seq, x}, []float64{1, 0}, seq.Shape[axis]
	}
	all := graph.ConcatValues(axis, parts...)
	order := all.ArgSort(axis, false)
	flags := make([]*graph.Value, 2)
	for i, p := range parts {
		flags[i] = graph.Full(x.Home, graph.Type{DType: graph.Int64, Shape: p.Shape}, graph.FloatOf(marks[i]))
	}
	before := gatherAlong(graph.ConcatValues(axis, flags...), axis, order).CumSum(axis)
	back := scatterAlong("searchsorted", graph.Scatter, graph.Zeros(x.Home, before.Type), axis, order, before)
	return back.SliceAxis(axis, from, x.Shape[axis], 1)
}

// searchDType is the dtype of places.
func searchDType(narrow bool) graph.DType {
	if narrow {
		return graph.Int32
	}
	return graph.Int64
}

func searchSorted(seq, x *graph.Value, narrow, right bool, side string, sorter *graph.Value) *graph.Value {
	const op = "searchsorted"
	if seq.Rank() == 0 || x.DType != seq.DType {
		graph.Fail(op, "the boundaries %s do not fit %s: they must have a dimension, and the same dtype", seq.Type, x.Type)
	}
	switch {
	case side != "" && side != "left" && side != "right":
		graph.Fail(op, `side is %q: it must be "left" or "right"`, side)
	case side == "left" && right:
		graph.Fail(op, `side is "left", and right is true`)
	}
	if sorter != nil {
		if !seq.Home.Solver().SameShape(seq.Shape, sorter.Shape) || sorter.DType != graph.Int64 {
			graph.Fail(op, "the order %s does not fit the boundaries %s", sorter.Type, seq.Type)
		}
		seq = gatherAlong(seq, seq.Rank()-1, sorter)
	}
	right = right || side == "right"
	if seq.Rank() == 1 {
		return search(seq, flat(x), right).Reshape(x.Shape...).Cast(searchDType(narrow))
	}
	last := seq.Rank() - 1
	if x.Rank() != seq.Rank() || !x.Home.Solver().SameShape(x.Shape[:last], seq.Shape[:last]) {
		graph.Fail(op, "the boundaries %s and %s differ in other dimensions than the last", seq.Type, x.Type)
	}
	return search(seq, x, right).Cast(searchDType(narrow))
}

func bucketize(x, seq *graph.Value, narrow, right bool) *graph.Value {
	needRank("bucketize", seq, "the boundaries", 1)
	d := resultType(x, seq)
	return search(seq.Cast(d), flat(x.Cast(d)), right).Reshape(x.Shape...).Cast(searchDType(narrow))
}

// isIn says of each element whether it is among those of test.
func isIn(x, test *graph.Value, invert bool) *graph.Value {
	d := resultType(x, test)
	line, set := flat(x.Cast(d)), flat(test.Cast(d))
	in := graph.Full(x.Home, graph.Type{DType: graph.Bool, Shape: line.Shape}, graph.BoolOf(false))
	if n := set.Shape[0]; !n.Is(0) {
		set, _ = sorted(set, 0, false)
		at := search(set, line, false)
		last := graph.NewSize(x.Home, graph.Int64, n.Sub(graph.N(1)))
		in = set.Gather(at.Min(last), 0, 0).Eq(line)
	}
	if invert {
		in = in.Not()
	}
	return in.Reshape(x.Shape...)
}

// histc counts the elements in so many bins of equal width from least to most; where these are equal, between the
// smallest and the largest element.
func histc(x *graph.Value, bins int, least, most graph.Scalar) *graph.Value {
	needFloat("histc", x)
	if bins < 1 || least.Float() > most.Float() {
		graph.Fail("histc", "%d bins from %s to %s", bins, least, most)
	}
	w := flat(x.Cast(wide(x.DType)))
	low, high := numberLike(w, w.DType, least), numberLike(w, w.DType, most)
	if least.Float() == most.Float() && !w.Shape[0].Is(0) {
		low, high = w.ReduceMin(0), w.ReduceMax(0)
		same := low.Eq(high)
		low, high = same.Where(low.Shift(-1), low), same.Where(high.Shift(1), high)
	}
	inside := w.Ge(low).And(w.Le(high))
	n := w.Like(float64(bins))
	at := inside.Where(w.Sub(low).Mul(n).Div(high.Sub(low)), w.Like(0)).Floor().Min(n.Shift(-1)).Cast(graph.Int64)
	counts := graph.Zeros(x.Home, graph.T(w.DType, bins))
	return counts.ScatterAdd(at, inside.Cast(w.DType), 0, 0).Cast(x.DType)
}

// unravelIndex are the places along each axis of an array of the given sizes that flat indices stand for.
func unravelIndex(index *graph.Value, sizes []graph.Size) []*graph.Value {
	needIndex("unravel_index", index)
	for _, n := range sizes {
		if k, ok := n.Int(); ok && k < 0 {
			graph.Fail("unravel_index", "%s has a negative size", graph.Shape(sizes))
		}
	}
	total := graph.Shape(sizes).Count()
	if k, ok := total.Int(); ok && k == 0 && !index.Shape.Count().Is(0) {
		graph.Fail("unravel_index", "an array of %s has no elements", graph.Shape(sizes))
	}
	all := graph.NewIota(index.Home, graph.Type{DType: graph.Int64, Shape: graph.Shape{total}}, 0)
	return coordinates(all.Gather(wrapPlaces(index, total), 0, 0), sizes)
}

func increasing(r *rand.Rand, dims ...int) *graph.Array {
	a := f32(r, dims...)
	n := dims[len(dims)-1]
	for i := range a.F {
		a.SetFloat(i, float64(i%n)-2)
	}
	return a
}

// Places among others.
var (
	SearchSorted = define(Op{
		Schema: "searchsorted.Tensor(Tensor sorted_sequence, Tensor self, *, bool out_int32=False, bool right=False, str? side=None, Tensor? sorter=None) -> Tensor", Method: "SearchSorted",
		Doc: "How many elements of a sequence in order are less than each of self, or at most as large where right is true.",
		Samples: func(r *rand.Rand) []Sample {
			return []Sample{
				call(increasing(r, 6), f32(r, 2, 3)), call(increasing(r, 3, 6), f32(r, 3, 4)).kw("right", true), call(increasing(r, 5), increasing(r, 5)).kw("side", "right"),
				call(increasing(r, 5), increasing(r, 5)).kw("out_int32", true), call(increasing(r, 4), f32(r)), call(f32(r, 0), f32(r, 3)),
			}
		},
	}, searchSorted)
	SearchSortedScalar = define(Op{
		Schema: "searchsorted.Scalar(Tensor sorted_sequence, Scalar self, *, bool out_int32=False, bool right=False, str? side=None, Tensor? sorter=None) -> Tensor", Method: "-",
		Doc: "How many elements of a sequence in order are less than a number, or at most as large where right is true.",
		Samples: func(r *rand.Rand) []Sample {
			return []Sample{call(increasing(r, 6), 0.5), call(increasing(r, 6), 1).kw("right", true)}
		},
	}, func(seq *graph.Value, s graph.Scalar, narrow, right bool, side string, sorter *graph.Value) *graph.Value {
		return searchSorted(seq, numberLike(seq, seq.DType, s), narrow, right, side, sorter)
	})
	Bucketize = define(Op{
		Schema: "bucketize.Tensor(Tensor self, Tensor boundaries, *, bool out_int32=False, bool right=False) -> Tensor", Doc: "The number of the bucket between boundaries in order that each element falls in.",
		Samples: func(r *rand.Rand) []Sample {
			return []Sample{call(f32(r, 2, 3), increasing(r, 6)), call(f32(r), increasing(r, 4)).kw("right", true), call(below(r, 4, 5), increasing(r, 6)).kw("out_int32", true)}
		},
	}, bucketize)
	IsIn = define(Op{
		Schema: "isin.Tensor_Tensor(Tensor elements, Tensor test_elements, *, bool assume_unique=False, bool invert=False) -> Tensor", Method: "IsIn", Doc: "Whether each element is among those of a tensor.",
		Samples: func(r *rand.Rand) []Sample {
			return []Sample{call(below(r, 9, 3, 4), below(r, 9, 4)), call(f32(r, 3), f32(r, 0)), call(below(r, 5, 7), below(r, 5, 2)).kw("invert", true)}
		},
	}, func(x, test *graph.Value, _, invert bool) *graph.Value { return isIn(x, test, invert) })
	IsInScalar = define(Op{
		Schema: "isin.Tensor_Scalar(Tensor elements, Scalar test_element, *, bool assume_unique=False, bool invert=False) -> Tensor", Method: "-", Doc: "Whether each element is a number.",
		Samples: func(r *rand.Rand) []Sample { return []Sample{call(below(r, 4, 9), 2)} },
	}, func(x *graph.Value, s graph.Scalar, _, invert bool) *graph.Value {
		return isIn(x, numberLike(x, x.DType, s), invert)
	})
	ScalarIsIn = define(Op{
		Schema: "isin.Scalar_Tensor(Scalar element, Tensor test_elements, *, bool assume_unique=False, bool invert=False) -> Tensor", Method: "-", Doc: "Whether a number is among the elements of a tensor.",
		Samples: func(r *rand.Rand) []Sample { return []Sample{call(2, below(r, 4, 9))} },
	}, func(s graph.Scalar, test *graph.Value, _, invert bool) *graph.Value {
		return isIn(numberLike(test, test.DType, s), test, invert)
	})
	HistC = define(Op{
		Schema: "histc(Tensor self, int bins=100, Scalar min=0, Scalar max=0) -> Tensor", Needed: 4, Method: "HistC", Doc: "How many elements fall in each of so many bins of equal width between two numbers, or between the extrema.",
		Samples: func(r *rand.Rand) []Sample {
			return []Sample{call(f32(r, 30), 5, -2, 2), call(f32(r, 3, 4), 4), call(f32(r), 3), call(f32(r, 0), 3), call(bf16(r, 20), 4, 0, 3)}
		},
	}, histc)
	UnravelIndex = define(Op{
		Schema: "unravel_index(Tensor indices, SymInt[] shape) -> Tensor[]", Doc: "The places along each dimension that flat indices stand for in a tensor of the given sizes.",
		Samples: func(r *rand.Rand) []Sample {
			return []Sample{call(below(r, 24, 2, 3), []int{2, 3, 4}), call(below(r, 6), []int{6}), call(below(r, 1, 0), []int{2, 2})}
		},
	}, unravelIndex)
)
