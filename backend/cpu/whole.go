package cpu

import (
	"slices"
	"unsafe"

	"github.com/flambeau-ml/flambeau/graph"
	"github.com/flambeau-ml/flambeau/rewrite"
)

// What this backend computes whole though it is several primitives: the primitives here stand for them in a schedule and
// are in no table.
var (
	// firstInOrder is the first Shape[0] indices along an axis of what argsort gives.
	firstInOrder = &graph.Primitive{
		Name: "first_in_order", Arity: 1, Exact: true,
		Type: func(_ *graph.Solver, a *graph.Attrs, in []graph.Type) (graph.Type, error) {
			shape := slices.Clone(in[0].Shape)
			shape[a.Axes[0]] = a.Shape[0]
			return graph.Type{DType: graph.Int64, Shape: shape}, nil
		},
	}
	// rowSum is the sum over the last axis of the indices of the rows of a table that they name.
	rowSum = &graph.Primitive{
		Name: "row_sum", Arity: 2, Checks: true,
		Type: func(_ *graph.Solver, _ *graph.Attrs, in []graph.Type) (graph.Type, error) {
			return graph.Type{DType: in[0].DType, Shape: append(slices.Clone(in[1].Shape[:in[1].Rank()-1]), in[0].Shape[1])}, nil
		},
	}
	// rowMove is the first operand with rows of the third, which the fourth names, added to the rows that the second
	// names. Index is the place of the gather among errors.
	rowMove = &graph.Primitive{
		Name: "row_move", Arity: 4, Checks: true,
		Type: func(_ *graph.Solver, _ *graph.Attrs, in []graph.Type) (graph.Type, error) { return in[0], nil },
	}
)

// takeWhole puts them where they stand for something that nobody needs in its parts.
func takeWhole(f *graph.Func) (*graph.Func, error) {
	uses := map[*graph.Value]int{}
	for _, v := range f.Values {
		for _, x := range v.Args {
			uses[x]++
		}
	}
	for _, v := range f.Results {
		uses[v]++
	}
	places := map[*graph.Attrs]int{} // errors are those of the operation that checks
	g, err := rewrite.Replace(f, func(old, v *graph.Value) *graph.Value {
		if len(v.Args) == 0 {
			return v
		}
		switch from := v.Args[0]; {
		case uses[old.Args[0]] != 1:
		case v.Op == graph.Slice && from.Op == graph.ArgSort:
			return beginning(v, from)
		case v.Op == graph.ReduceSum && from.Op == graph.Gather && sumsRows(v, from):
			a := &graph.Attrs{}
			places[a] = from.Pos
			return graph.Apply(rowSum, a, from.Args...)
		}
		if v.Op == graph.ScatterAdd && uses[old.Args[2]] == 1 && movesRows(v) {
			a := &graph.Attrs{Axes: []int{0}, Index: v.Args[2].Pos}
			places[a] = v.Pos
			return graph.Apply(rowMove, a, v.Args[0], v.Args[1], v.Args[2].Args[0], v.Args[2].Args[1])
		}
		return v
	})
	if err != nil || len(places) == 0 {
		return g, err
	}
	for _, v := range g.Values {
		if pos, ok := places[v.Attrs]; ok {
			v.Pos = pos
		}
	}
	return g, nil
}

// beginning is the slice v of an order, of its beginning alone where that is what v takes.
func beginning(v, order *graph.Value) *graph.Value {
	a, axis := v.Attr(), order.Attr().Axes[0]
	end := a.Start[axis].Add(a.Shape[axis])
	if a.Step[axis] != 1 || end.Equal(order.Shape[axis]) {
		return v
	}
	of := &graph.Attrs{Axes: order.Attr().Axes, Step: order.Attr().Step, Shape: graph.Shape{end}}
	return graph.Apply(firstInOrder, of, order.Args[0]).Slice(a.Start, a.Shape, a.Step)
}

// sumsRows reports whether v is a sum of rows of a table, over the last axis of their indices.
func sumsRows(v, rows *graph.Value) bool {
	a, table, idx := rows.Attr(), rows.Args[0], rows.Args[1]
	return (v.DType == graph.Float32 || v.DType == graph.Float64) && a.Axes[0] == 0 && a.Batch == 0 && table.Rank() == 2 && !table.Shape[1].Is(1) &&
		idx.Rank() > 0 && slices.Equal(v.Attr().Axes, []int{idx.Rank() - 1})
}

func firstSorted(e *env, a *graph.Attrs, in []array, out array) error {
	return sortLines(e, a, in[0], out, out.dims[a.Axes[0]])
}

func sumRows(e *env, _ *graph.Attrs, in []array, out array) error {
	ix, done, err := indexingOf(e, &graph.Attrs{Axes: []int{0}}, in[0], in[1])
	if err != nil {
		return err
	}
	defer done()
	each := in[1].dims[len(in[1].dims)-1]
	if out.dtype == graph.Float64 {
		sumRowsIn[float64](e, &ix, each, in[0], out)
	} else {
		sumRowsIn[float32](e, &ix, each, in[0], out)
	}
	return nil
}

// sumRowsIn adds up each rows at a time, in the written order of sums: runs, and a tree of their sums.
func sumRowsIn[T floating](e *env, ix *indexing, each int, table, out array) {
	width, size := ix.post, out.dtype.Bytes()
	to := elements[T](out)
	if len(to) == 0 {
		return
	}
	if each == 0 {
		clear(to)
		return
	}
	runs := ceilDiv(each, runTerms)
	e.pool.For(len(to)/width, grainOf(each*width), func(_, lo, hi int) {
		if runs == 1 {
			addRows(e.rows, ix.at[lo*each:hi*each], each, table, to[lo*width:hi*width], width, size)
			return
		}
		mem := borrowSlice[T](runs * width)
		defer giveBackSlice(mem)
		sums := *mem
		for ; lo < hi; lo++ {
			at := ix.at[lo*each:][:each]
			whole := each / runTerms
			addRows(e.rows, at[:whole*runTerms], runTerms, table, sums[:whole*width], width, size)
			if whole < runs {
				addRows(e.rows, at[whole*runTerms:], each-whole*runTerms, table, sums[whole*width:], width, size)
			}
			for n := runs; n > 1; n = (n + 1) / 2 {
				for k := range n / 2 {
					a, b, sum := sums[2*k*width:][:width], sums[(2*k+1)*width:][:width], sums[k*width:][:width]
					for i, x := range a {
						sum[i] = x + b[i]
					}
				}
				if n%2 == 1 {
					copy(sums[n/2*width:][:width], sums[(n-1)*width:])
				}
			}
			copy(to[lo*width:][:width], sums)
		}
	})
}

// addRows makes each line of width elements the sum of the rows of the table that the next of the indices name, one
// after the other.
func addRows[T floating](rows *rowCode, at []int64, each int, table array, lines []T, width, size int) {
	if rows != nil && len(lines) > 0 {
		mem := unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(lines))), len(lines)*size)
		rows.sum(size, at, each, table.data, width*size, mem, width*size, width*size)
		return
	}
	x := elements[T](table)
	clear(lines)
	for ; len(at) > 0; at, lines = at[each:], lines[width:] {
		for _, row := range at[:each] {
			y, x := lines[:width], x[int(row)*width:][:width]
			for i := range y {
				y[i] += x[i]
			}
		}
	}
}
