package ops

import (
	"math/rand/v2"
	"slices"

	"github.com/flambeau-ml/flambeau/graph"
)

// quantile is what the share q of the elements along a dimension, or of all, lies below. A NaN makes it NaN, unless
// skip says that they do not count. The axis of q, if it has one, comes first.
func quantile(op string, x, q *graph.Value, dim *int, keep bool, interpolation string, skip bool) *graph.Value {
	if x.DType != graph.Float32 && x.DType != graph.Float64 || q.DType != x.DType || q.Rank() > 1 {
		graph.Fail(op, "takes float32 or float64 and q of the same dtype, a number or a vector, not %s and %s", x.Type, q.Type)
	}
	shape, axis := slices.Clone(x.Shape), 0
	line := flat(x)
	if dim != nil {
		axis = wrapDim(op, *dim, x.Rank())
		line = lastAxis(atLeast1(x), axis)
	}
	last := line.Rank() - 1
	if n := line.Shape[last]; n.Is(0) {
		graph.Fail(op, "%s has no elements", x.Type)
	}
	order := gatherAlong(line, last, line.ArgSort(last, false))
	end := graph.NewSize(x.Home, x.DType, line.Shape[last]).Shift(-1)
	lost := line.Ne(line).Cast(x.DType).Sum(last).Stop()
	rank := q.Reshape(q.Shape.Count()).Mul(end)
	if skip {
		rank = q.Reshape(q.Shape.Count()).Mul(end.Sub(lost).Max(end.Like(0)))
	} else {
		rank = lost.Gt(end.Like(0)).Where(end, rank) // NaNs come last
	}
	if rank.Rank() <= last {
		rank = rank.Expand(append(slices.Clone(line.Shape[:last]), rank.Shape[rank.Rank()-1])...)
	}
	at := func(v *graph.Value) *graph.Value {
		return order.Gather(v.Stop().Cast(graph.Int64), last, last)
	}
	var out *graph.Value
	switch interpolation {
	case "lower":
		out = at(rank.Floor())
	case "higher":
		out = at(rank.Ceil())
	case "nearest":
		out = at(rank.Round())
	case "midpoint":
		out = lerp(at(rank.Floor()), at(rank.Ceil()), rank.Like(0.5))
	case "linear":
		out = lerp(at(rank.Floor()), at(rank.Ceil()), rank.Sub(rank.Floor().Stop()))
	default:
		graph.Fail(op, "interpolation is %q: it must be linear, lower, higher, midpoint or nearest", interpolation)
	}
	out = moveDims(out, []int{-1}, []int{0})
	if keep {
		if dim == nil {
			shape = slices.Repeat([]graph.Size{graph.N(1)}, len(shape))
		} else if len(shape) > 0 {
			shape[axis] = graph.N(1)
		}
		out = out.Reshape(append([]graph.Size{out.Shape[0]}, shape...)...)
	}
	if q.Rank() == 0 {
		return dropAxis(out, 0)
	}
	return out
}

type (
	quantileBody       = func(x, q *graph.Value, dim *int, keep bool, interpolation string) *graph.Value
	quantileNumberBody = func(x *graph.Value, q float64, dim *int, keep bool, interpolation string) *graph.Value
)

func quantiles(name, method, doc string, skip bool) (Operator[quantileBody], Operator[quantileNumberBody]) {
	const rest = ", int? dim=None, bool keepdim=False, *, str interpolation='linear') -> Tensor"
	return define(Op{
			Schema: name + "(Tensor self, Tensor q" + rest, Method: method, Doc: doc,
			Samples: func(r *rand.Rand) []Sample {
				q := func(dims ...int) *graph.Array { return graph.Uniform(r, graph.Float32, 0, 1, dims...) }
				return []Sample{call(f32(r, 3, 5), q(2), 1), call(f32(r, 3, 5), q(), 0, true), call(f32(r, 3, 5), q(2)).kw("interpolation", "nearest"), call(f32(r), q(3))}
			},
		}, func(x, q *graph.Value, dim *int, keep bool, interpolation string) *graph.Value {
			return quantile(name, x, q, dim, keep, interpolation, skip)
		}), define(Op{
			Schema: name + ".scalar(Tensor self, float q" + rest, Method: method + "Scalar", Doc: doc,
			Samples: func(r *rand.Rand) []Sample {
				return []Sample{call(f32(r, 3, 5), 0.3, 1), call(f32(r, 3, 5), 0.7).kw("interpolation", "midpoint"), call(f32(r, 4), 0.5, 0, true)}
			},
		}, func(x *graph.Value, q float64, dim *int, keep bool, interpolation string) *graph.Value {
			if !(q >= 0 && q <= 1) {
				graph.Fail(name, "q is %v: it must lie from 0 to 1", q)
			}
			return quantile(name, x, givenLike(x, q), dim, keep, interpolation, skip)
		})
}

// histogram is how much of the elements, or of their weights, lies between each two of edges that grow; what lies on
// the last edge counts for the last bin. Each of the columns of x has edges of its own.
func histogram(op string, x *graph.Value, edges []*graph.Value, weight *graph.Value, density bool) *graph.Value {
	home, d := x.Home, x.DType
	lead := x.Shape[:x.Rank()-1].Count()
	x = x.Reshape(lead, graph.N(len(edges)))
	counts := graph.Full(home, graph.Type{DType: d, Shape: graph.Shape{lead}}, graph.IntOf(1))
	if weight != nil {
		if weight.DType != d || !home.Solver().Same(weight.Shape.Count(), lead) {
			graph.Fail(op, "the weights %s do not fit %s elements of %s", weight.Type, lead, d)
		}
		counts = flat(weight)
	}
	var bins graph.Shape
	var at *graph.Value
	for i, e := range edges {
		needRank(op, e, "a list of edges", 1)
		n := e.Shape[0].Sub(graph.N(1))
		v := dropAxis(x.SliceAxis(1, graph.N(i), graph.N(1), 1), 1)
		end := dropAxis(e.SliceAxis(0, n, graph.N(1), 1), 0)
		k := search(e, v, true).Shift(-1)
		last := graph.NewSize(home, graph.Int64, n)
		k = v.Eq(end).Where(last.Shift(-1), k)
		in := k.Ge(k.Like(0)).And(k.Lt(last)).And(v.Eq(v))
		k, counts = in.Where(k, k.Like(0)), in.Where(counts, counts.Like(0))
		if at == nil {
			at = k
		} else {
			at = at.Mul(last).Add(k)
		}
		bins = append(bins, n)
	}
	out := graph.Zeros(home, graph.Type{DType: d, Shape: graph.Shape{bins.Count()}}).ScatterAdd(at, counts, 0, 0).Reshape(bins...)
	if density {
		out = out.Div(out.ReduceSum(allDims(out.Rank())...))
		for i, e := range edges {
			n := bins[i]
			width := e.SliceAxis(0, graph.N(1), n, 1).Sub(e.SliceAxis(0, graph.N(0), n, 1))
			out = out.Div(width.Reshape(append([]graph.Size{n}, slices.Repeat([]graph.Size{graph.N(1)}, len(edges)-1-i)...)...))
		}
	}
	return out
}

// evenEdges are the edges of bins of one width between two numbers, or between the extrema of a column.
func evenEdges(op string, column *graph.Value, bins int, span []float64) *graph.Value {
	if bins < 1 {
		graph.Fail(op, "%d bins: there must be one at least", bins)
	}
	var low, high *graph.Value
	if len(span) == 2 {
		if !(span[0] <= span[1]) {
			graph.Fail(op, "the range is %v: it must not fall", span)
		}
		low, high = givenLike(column, span[0]), givenLike(column, span[1])
	} else if column.Shape[0].Is(0) {
		low, high = column.Like(0), column.Like(1)
	} else {
		low, high = column.ReduceMin(0), column.ReduceMax(0)
	}
	flat := low.Eq(high)
	low, high = flat.Where(low.Shift(-0.5), low), flat.Where(high.Shift(0.5), high)
	at := graph.NewIota(column.Home, graph.T(column.DType, bins+1), 0)
	step := high.Sub(low).Scale(1 / float64(bins))
	return at.Lt(at.Like(float64(bins+1)/2)).Where(low.Add(at.Mul(step)), high.Sub(at.Neg().Shift(float64(bins)).Mul(step)))
}

func histogramColumns(op string, x *graph.Value, bins []int, span []float64, weight *graph.Value, density bool) (h *graph.Value, edges []*graph.Value) {
	if x.DType != graph.Float32 && x.DType != graph.Float64 || x.Rank() < 2 {
		graph.Fail(op, "takes [..., D] of float32 or float64, not %s", x.Type)
	}
	n, ok := x.Shape[x.Rank()-1].Int()
	if !ok || n != len(bins) || span != nil && len(span) != 2*n {
		graph.Fail(op, "%d numbers of bins and the range %v for the columns of %s", len(bins), span, x.Type)
	}
	for i, k := range bins {
		column := flat(x.SliceAxis(x.Rank()-1, graph.N(i), graph.N(1), 1))
		var own []float64
		if span != nil {
			own = span[2*i : 2*i+2]
		}
		edges = append(edges, evenEdges(op, column, k, own))
	}
	return histogram(op, x, edges, weight, density), edges
}

// Quantiles and histograms.
var (
	Quantile, QuantileScalar       = quantiles("quantile", "Quantile", "What shares q of the elements along a dimension, or of all, lie below; NaN if one is.", false)
	NanQuantile, NanQuantileScalar = quantiles("nanquantile", "NanQuantile", "What shares q of the elements that are not NaN lie below, along a dimension or of all.", true)

	HistogramBins = define(Op{
		Schema: "histogram.bins_tensor(Tensor self, Tensor bins, *, Tensor? weight=None, bool density=False) -> (Tensor hist, Tensor bin_edges)", Method: "HistogramBins",
		Doc: "How many elements lie between each two of the edges that bins are.",
		Samples: func(r *rand.Rand) []Sample {
			return []Sample{call(f32(r, 3, 5), increasing(r, 4)), call(f32(r, 9), increasing(r, 4)).kw("weight", f32(r, 9)).kw("density", true)}
		},
	}, func(x, bins, weight *graph.Value, density bool) (h, edges *graph.Value) {
		if x.DType != bins.DType || x.DType != graph.Float32 && x.DType != graph.Float64 {
			graph.Fail("histogram", "takes float32 or float64 and edges of the same dtype, not %s and %s", x.Type, bins.Type)
		}
		return histogram("histogram", flat(x).Unsqueeze(1), []*graph.Value{bins}, weight, density), bins
	})
	Histogram = define(Op{
		Schema: "histogram.bin_ct(Tensor self, int bins=100, *, float[]? range=None, Tensor? weight=None, bool density=False) -> (Tensor hist, Tensor bin_edges)", Method: "-",
		Doc: "How many elements lie in each of so many bins of one width between two numbers, or between the extrema, and the edges of the bins.",
		Samples: func(r *rand.Rand) []Sample {
			return []Sample{call(f32(r, 3, 5), 4), call(f32(r, 9), 3).kw("range", []float64{-1, 2}).kw("density", true)}
		},
	}, func(x *graph.Value, bins int, span []float64, weight *graph.Value, density bool) (h, edges *graph.Value) {
		h, all := histogramColumns("histogram", flat(x).Unsqueeze(1), []int{bins}, span, weight, density)
		return h, all[0]
	})
	HistogramDD = define(Op{
		Schema: "histogramdd(Tensor self, int[] bins, float[]? range=None, Tensor? weight=None, bool density=False) -> (Tensor hist, Tensor[] bin_edges)", Method: "-",
		Doc:     "How many rows of [..., D] lie in each of a grid of bins, and the edges of the bins of each column.",
		Samples: func(r *rand.Rand) []Sample { return []Sample{call(f32(r, 9, 2), []int{2, 3}).concrete()} },
	}, func(x *graph.Value, bins []int, span []float64, weight *graph.Value, density bool) (h *graph.Value, edges []*graph.Value) {
		return histogramColumns("histogramdd", x, bins, span, weight, density)
	})
)
