package ops

import (
	"math/rand/v2"

	"github.com/flambeau-ml/flambeau/graph"
)

// groups are elements in groups: the number of the group of each, and the flags of those that begin one where the
// elements stand in the order of the groups. order is that order; nil where they stand in it already.
type groups struct {
	number *graph.Value // vector
	first  *graph.Value
	order  *graph.Value
}

// runs groups the elements of a vector, of which differs says whether each differs from the one before it. What it says
// of the first does not count.
func runs(differs *graph.Value) groups {
	at := graph.NewIota(differs.Home, graph.Type{DType: graph.Int64, Shape: differs.Shape}, 0)
	first := differs.Or(at.Eq(at.Like(0)))
	return groups{number: first.Cast(graph.Int64).CumSum(0).Shift(-1), first: first}
}

// before is x with each slice of an axis in the place of the next one.
func before(x *graph.Value, axis int) *graph.Value {
	t := graph.Type{DType: graph.Int64, Shape: x.Shape[axis : axis+1]}
	at := graph.NewIota(x.Home, t, 0)
	return x.Gather(at.Shift(-1).Max(at.Like(0)), axis, 0)
}

// ranks are the groups of equal elements along axis, in order, with the numbers of the elements where they stand in x.
func ranks(x *graph.Value, axis int) (number, first, order *graph.Value) {
	order = x.ArgSort(axis, false)
	line := gatherAlong(x, axis, order)
	at := graph.NewIota(x.Home, graph.Type{DType: graph.Int64, Shape: x.Shape}, axis)
	first = line.Ne(before(line, axis)).Or(at.Eq(at.Like(0)))
	sorted := first.Cast(graph.Int64).CumSum(axis).Shift(-1)
	return scatterAlong("unique", graph.Scatter, graph.Zeros(x.Home, sorted.Type), axis, order, sorted), first, order
}

// byValue groups the equal elements of a vector.
func byValue(x *graph.Value) groups {
	number, first, order := ranks(x, 0)
	return groups{number, first, order}
}

// bySlice groups the equal slices of the first axis of a matrix, in lexical order. The ranks of the elements of each
// column are joined two by two, and what that gives is ranked again, until there is one column.
func bySlice(x *graph.Value) groups {
	rows, cols := x.Shape[0], x.Shape[1]
	if cols.Is(0) {
		x, cols = graph.Zeros(x.Home, graph.Type{DType: graph.Int64, Shape: graph.Shape{rows, graph.N(1)}}), graph.N(1)
	}
	n, ok := cols.Int()
	if !ok {
		graph.Fail("unique_dim", "needs slices of a size that is a number, not %s", cols)
	}
	for ; n > 1; n = (n + 1) / 2 {
		x, _, _ = ranks(x, 0)
		even := x.SliceAxis(1, graph.N(0), graph.N((n+1)/2), 2)
		odd := x.SliceAxis(1, graph.N(1), graph.N(n/2), 2)
		if n%2 == 1 {
			odd = graph.ConcatValues(1, odd, graph.Zeros(x.Home, graph.Type{DType: graph.Int64, Shape: graph.Shape{rows, graph.N(1)}}))
		}
		x = even.Mul(graph.NewSize(x.Home, graph.Int64, rows)).Add(odd)
	}
	return byValue(x.Reshape(rows))
}

// results are what the operators give: which element or slice stands for each group, and, where they are asked for, the
// number of the group of each and how many each has.
func (g groups) results(op string, inverse, counts bool) (stands, number, sizes *graph.Value) {
	b, n := g.number.Home, countTrue(op, g.first)
	stands = indicesOf(g.first, n, 0)
	if g.order != nil {
		stands = g.order.Gather(stands, 0, 0)
	}
	none := graph.Zeros(b, graph.T(graph.Int64, 0))
	number, sizes = none, none
	if inverse {
		number = g.number
	}
	if counts {
		ones := graph.Full(b, g.number.Type, graph.IntOf(1))
		sizes = graph.Zeros(b, graph.Type{DType: graph.Int64, Shape: graph.Shape{n}}).ScatterAdd(g.number, ones, 0, 0)
	}
	return stands, number, sizes
}

// ofElements are the results for the elements of x, which g groups.
func (g groups) ofElements(op string, x *graph.Value, inverse, counts bool) (values, number, sizes *graph.Value) {
	stands, number, sizes := g.results(op, inverse, counts)
	if inverse {
		number = number.Reshape(x.Shape...)
	}
	return flat(x).Gather(stands, 0, 0), number, sizes
}

func unique(x *graph.Value, _, inverse, counts bool) (values, number, sizes *graph.Value) {
	return byValue(flat(x)).ofElements("unique", x, inverse, counts)
}

// slicesOf is x as a matrix with a row for each slice of a dimension.
func slicesOf(op string, x *graph.Value, dim int) (rows *graph.Value, axis int) {
	axis = wrapDim(op, dim, x.Rank())
	moved := moveDims(atLeast1(x), []int{axis}, []int{0})
	if rest := moved.Shape[1:].Count(); rest.Is(0) && !moved.Shape[0].Is(0) {
		graph.Fail(op, "the slices of dimension %d of %s have no elements to tell them by", dim, x.Type)
	}
	return moved.Reshape(moved.Shape[0], moved.Shape[1:].Count()), axis
}

func uniqueDim(x *graph.Value, dim int, _, inverse, counts bool) (values, number, sizes *graph.Value) {
	rows, axis := slicesOf("unique_dim", x, dim)
	stands, number, sizes := bySlice(rows).results("unique_dim", inverse, counts)
	return atLeast1(x).Gather(stands, axis, 0), number, sizes
}

func uniqueConsecutive(x *graph.Value, inverse, counts bool, dim *int) (values, number, sizes *graph.Value) {
	if dim == nil {
		line := flat(x)
		return runs(line.Ne(before(line, 0))).ofElements("unique_consecutive", x, inverse, counts)
	}
	rows, axis := slicesOf("unique_consecutive", x, *dim)
	differ := rows.Ne(before(rows, 0)).Cast(graph.Int64).ReduceSum(1)
	stands, number, sizes := runs(differ.Gt(differ.Like(0))).results("unique_consecutive", inverse, counts)
	return atLeast1(x).Gather(stands, axis, 0), number, sizes
}

func uniqueSamples(r *rand.Rand) []Sample {
	return []Sample{
		call(below(r, 4, 9)), call(below(r, 3, 3, 5)).kw("return_inverse", true), call(f32(r, 4)).kw("return_counts", true).kw("return_inverse", true),
		call(f32(r)).kw("return_counts", true), call(bools(r, 6)).kw("return_inverse", true), call(f32(r, 0)).kw("return_inverse", true), call(below(r, 40, 700)).kw("return_counts", true),
	}
}

func uniqueDimSamples(r *rand.Rand) []Sample {
	return []Sample{
		call(below(r, 2, 9, 2), 0).concrete(), call(below(r, 2, 2, 9), -1).kw("return_inverse", true).concrete(), call(below(r, 2, 8, 3), 0).kw("return_counts", true).kw("return_inverse", true).concrete(),
		call(below(r, 2, 2, 3, 7), 2).kw("return_inverse", true).concrete(), call(below(r, 3, 9), 0).kw("return_counts", true),
	}
}

// Different values.
var (
	Unique = define(Op{
		Schema: "_unique2(Tensor self, bool sorted=True, bool return_inverse=False, bool return_counts=False) -> (Tensor, Tensor, Tensor)", Method: "Unique", Counted: true,
		Doc: "The different elements in order; where asked for, also which of them each element is, and how often each appears.", Samples: uniqueSamples,
	}, unique)
	UniqueDim = define(Op{
		Schema: "unique_dim(Tensor self, int dim, bool sorted=True, bool return_inverse=False, bool return_counts=False) -> (Tensor, Tensor, Tensor)", Method: "UniqueDim", Counted: true,
		Doc: "The different slices of a dimension in lexical order; where asked for, also which of them each slice is, and how often each appears.", Samples: uniqueDimSamples,
	}, uniqueDim)
	UniqueConsecutive = define(Op{
		Schema: "unique_consecutive(Tensor self, bool return_inverse=False, bool return_counts=False, int? dim=None) -> (Tensor, Tensor, Tensor)", Counted: true,
		Doc: "The elements, or slices of a dimension, that differ from the one before them; where asked for, also which of them each one is, and how long each run is.",
		Samples: func(r *rand.Rand) []Sample {
			out := uniqueSamples(r)
			for _, s := range uniqueDimSamples(r) {
				s.Args, s.Concrete = []any{s.Args[0], false, false, s.Args[1]}, true
				delete(s.Kwargs, "return_inverse")
				delete(s.Kwargs, "return_counts")
				out = append(out, s)
			}
			return out
		},
	}, uniqueConsecutive)
)
