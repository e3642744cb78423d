package ops

import (
	"math"
	"math/rand/v2"

	"github.com/flambeau-ml/flambeau/graph"
)

// argSort is the order of the elements along a dimension. Equal elements keep theirs; NaN is greater than all else.
func argSort(x *graph.Value, dim int, descending bool) *graph.Value {
	axis := wrapDim("argsort", dim, x.Rank())
	return atLeast1(x).ArgSort(axis, descending).Reshape(x.Shape...)
}

// sorted is x in order along a dimension, and where each element was.
func sorted(x *graph.Value, dim int, descending bool) (values, indices *graph.Value) {
	axis := wrapDim("sort", dim, x.Rank())
	line := atLeast1(x)
	at := line.ArgSort(axis, descending)
	return gatherAlong(line, axis, at).Reshape(x.Shape...), at.Reshape(x.Shape...)
}

// inOrder are the elements along axis that stand at n places from place from on when they are in order.
func inOrder(x *graph.Value, axis int, descending bool, from, n graph.Size) (values, indices *graph.Value) {
	at := x.ArgSort(axis, descending).SliceAxis(axis, from, n, 1)
	return gatherAlong(x, axis, at), at
}

func topK(x *graph.Value, k graph.Size, dim int, largest, _ bool) (values, indices *graph.Value) {
	axis := wrapDim("topk", dim, x.Rank())
	line := atLeast1(x)
	needPlace("topk", x, axis, k, 0)
	values, indices = inOrder(line, axis, largest, graph.N(0), k)
	if x.Rank() == 0 {
		return values.Reshape(), indices.Reshape()
	}
	return values, indices
}

// needPlace checks that k is from least to the size of the axis, where both are known.
func needPlace(op string, x *graph.Value, axis int, k graph.Size, least int) {
	n, ok := atLeast1(x).Shape[axis].Int()
	if i, known := k.Int(); known && (i < least || ok && i > n) {
		graph.Fail(op, "k is %d: dimension %d of %s takes %d to %d", i, axis, x.Type, least, n)
	}
}

func kthValue(x *graph.Value, k graph.Size, dim int, keep bool) (values, indices *graph.Value) {
	axis := wrapDim("kthvalue", dim, x.Rank())
	needPlace("kthvalue", x, axis, k, 1)
	values, indices = inOrder(atLeast1(x), axis, false, k.Sub(graph.N(1)), graph.N(1))
	return fitted(values, x, axis, keep), fitted(indices, x, axis, keep)
}

// fitted is v, of which the axis has size 1, in the shape that a reduction of x has.
func fitted(v, x *graph.Value, axis int, keep bool) *graph.Value {
	if x.Rank() == 0 {
		return v.Reshape()
	}
	if keep {
		return v
	}
	return dropAxis(v, axis)
}

// middle is the lower median along axis, which stays with size 1, and its index. A NaN makes it NaN, unless skip says
// that they do not count.
func middle(op string, x *graph.Value, axis int, skip bool) (values, indices *graph.Value) {
	n := x.Shape[axis]
	if n.Is(0) {
		graph.Fail(op, "dimension %d of %s is empty", axis, x.Type)
	}
	if !x.DType.IsFloat() {
		return inOrder(x, axis, false, n.Sub(graph.N(1)).Div(graph.N(2)), graph.N(1))
	}
	size := graph.NewSize(x.Home, graph.Int64, n)
	lost := x.Ne(x).Cast(graph.Int64).Sum(axis)
	known := size.Sub(lost)
	two := size.Like(2)
	at := known.Sub(size.Like(1)).Max(size.Like(0)).Div(two)
	if !skip {
		at = lost.Gt(size.Like(0)).Where(known, size.Sub(size.Like(1)).Div(two)) // NaNs come last: the first of them
	}
	indices = gatherAlong(x.ArgSort(axis, false), axis, at)
	return gatherAlong(x, axis, indices), indices
}

type (
	medianBody    = unaryBody
	medianDimBody = func(x *graph.Value, dim int, keep bool) (values, indices *graph.Value)
)

// medians are the median of all elements, in whose derivative those equal to it share, and along a dimension, whose
// derivative goes to the element with the index.
func medians(op string, skip bool) (medianBody, medianDimBody) {
	return func(x *graph.Value) *graph.Value {
			flat := x.Reshape(x.Shape.Count())
			if flat.Shape[0].Is(0) && x.DType.IsFloat() {
				return x.Like(math.NaN())
			}
			m, _ := middle(op, flat, 0, skip)
			if !x.DType.IsFloat() {
				return m.Reshape()
			}
			m = m.Stop()
			most := flat.Eq(m).Where(flat, flat.Like(math.Inf(-1))).ReduceMax(0)
			return m.Eq(m).Where(most.Unsqueeze(0), m).Reshape()
		}, func(x *graph.Value, dim int, keep bool) (values, indices *graph.Value) {
			axis := wrapDim(op, dim, x.Rank())
			values, indices = middle(op, atLeast1(x), axis, skip)
			return fitted(values, x, axis, keep), fitted(indices, x, axis, keep)
		}
}

var (
	median, medianDim       = medians("median", false)
	nanMedian, nanMedianDim = medians("nanmedian", true)
)

func sortSamples(r *rand.Rand) []Sample {
	return []Sample{call(f32(r, 3, 5)), call(f32(r, 3, 5), 0, true), call(f32(r), 0), call(below(r, 4, 9), -1, true), call(bools(r, 6)), call(bf16(r, 4, 3), 0)}
}

func stableSamples(r *rand.Rand) []Sample {
	return []Sample{call(below(r, 3, 3, 5)).kw("stable", true), call(below(r, 3, 9)).kw("stable", true).kw("descending", true), call(f32(r, 3, 5)).kw("stable", false).kw("dim", 0)}
}

func medianSamples(r *rand.Rand) []Sample {
	return []Sample{call(f32(r, 2, 3, 4), 1), call(f32(r, 2, 5), -1, true), call(f32(r), 0), call(below(r, 90, 6), 0), call(bf16(r, 3, 4), 0)}
}

// Orders.
var (
	Sort = define(Op{
		Schema: "sort(Tensor self, int dim=-1, bool descending=False) -> (Tensor values, Tensor indices)", Doc: "The elements along a dimension in order, and where they were; NaN is greater than all else.", Samples: sortSamples,
	}, sorted)
	SortStable = define(Op{
		Schema: "sort.stable(Tensor self, *, bool? stable, int dim=-1, bool descending=False) -> (Tensor values, Tensor indices)", Method: "-",
		Doc: "The elements along a dimension in order, equal ones in theirs, and where they were.", Samples: stableSamples,
	}, func(x *graph.Value, _ *bool, dim int, descending bool) (values, indices *graph.Value) {
		return sorted(x, dim, descending)
	})
	ArgSort = define(Op{
		Schema: "argsort(Tensor self, int dim=-1, bool descending=False) -> Tensor", Doc: "The indices that put the elements along a dimension in order.", Samples: sortSamples,
	}, argSort)
	ArgSortStable = define(Op{
		Schema: "argsort.stable(Tensor self, *, bool stable, int dim=-1, bool descending=False) -> Tensor", Method: "-",
		Doc: "The indices that put the elements along a dimension in order, equal ones in theirs.", Samples: stableSamples,
	}, func(x *graph.Value, _ bool, dim int, descending bool) *graph.Value {
		return argSort(x, dim, descending)
	})
	MSort = define(Op{
		Schema: "msort(Tensor self) -> Tensor", Doc: "The elements along the first dimension in order.", Samples: anySamples,
	}, func(x *graph.Value) *graph.Value {
		values, _ := sorted(x, 0, false)
		return values
	})
	TopK = define(Op{
		Schema: "topk(Tensor self, SymInt k, int dim=-1, bool largest=True, bool sorted=True) -> (Tensor values, Tensor indices)",
		Doc:    "The k largest or smallest elements along a dimension in order, and their indices.",
		Samples: func(r *rand.Rand) []Sample {
			return []Sample{call(f32(r, 3, 5), 2), call(f32(r, 5, 3), 3, 0, false), call(f32(r), 1), call(below(r, 4, 9), 9), call(bf16(r, 7), 0)}
		},
	}, topK)
	KthValue = define(Op{
		Schema: "kthvalue(Tensor self, SymInt k, int dim=-1, bool keepdim=False) -> (Tensor values, Tensor indices)", Doc: "The k-th smallest element along a dimension, counted from 1, and its index.",
		Samples: func(r *rand.Rand) []Sample {
			return []Sample{call(f32(r, 3, 5), 2), call(f32(r, 5, 3), 5, 0, true), call(f32(r), 1), call(below(r, 4, 9), 4)}
		},
	}, kthValue)
	Median    = define(Op{Schema: "median(Tensor self) -> Tensor", Doc: "The lower median of all elements; NaN if one is.", Samples: anySamples}, median)
	MedianDim = define(Op{
		Schema: "median.dim(Tensor self, int dim, bool keepdim=False) -> (Tensor values, Tensor indices)", Method: "MedianDim", Doc: "The lower median along a dimension and its index; NaN if one is.", Samples: medianSamples,
	}, medianDim)
	NanMedian    = define(Op{Schema: "nanmedian(Tensor self) -> Tensor", Doc: "The lower median of all elements that are not NaN.", Samples: anySamples}, nanMedian)
	NanMedianDim = define(Op{
		Schema: "nanmedian.dim(Tensor self, int dim, bool keepdim=False) -> (Tensor values, Tensor indices)", Method: "NanMedianDim", Doc: "The lower median along a dimension of what is not NaN, and its index.", Samples: medianSamples,
	}, nanMedianDim)
)
