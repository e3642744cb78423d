package ops

import "github.com/flambeau-ml/flambeau/graph"

// Counter is a builder that can say how large a result is whose size depends on values. The body of such an operator
// ([Op.Counted]) first builds what counts, then asks for the count, then builds a result of that size: what the two parts share
// is built once.
type Counter interface {
	graph.Builder
	// Count is the number that n, an i64 without axes, holds. A builder that computes gives the number; one that exports
	// a program gives a new named size. It is at most most, where that is not nil.
	Count(n *graph.Value, most *graph.Size) graph.Size
}

// count asks the builder of n how much it is.
func count(op string, n *graph.Value, most *graph.Size) graph.Size {
	c, ok := n.Home.(Counter)
	if !ok {
		graph.Fail(op, "the size of its result depends on values, which cannot be read while a graph is built")
	}
	return c.Count(n, most)
}

// countTrue is how many elements of a vector of bool are true.
func countTrue(op string, flags *graph.Value) graph.Size {
	return count(op, flags.Cast(graph.Int64).ReduceSum(0), new(flags.Shape[0]))
}

// indicesOf are the indices of the first n true elements of a vector of bool, in order, and fill where there are fewer.
func indicesOf(flags *graph.Value, n graph.Size, fill int64) *graph.Value {
	number := flags.Cast(graph.Int64).CumSum(0)
	end := graph.NewSize(flags.Home, graph.Int64, n)
	at := flags.And(number.Le(end)).Where(number.Shift(-1), end) // the others go to one more place, which is cut off
	places := graph.Full(flags.Home, graph.Type{DType: graph.Int64, Shape: graph.Shape{n.Add(graph.N(1))}}, graph.IntOf(fill))
	index := graph.NewIota(flags.Home, graph.Type{DType: graph.Int64, Shape: flags.Shape}, 0)
	return places.Scatter(at, index, 0, 0).SliceAxis(0, graph.N(0), n, 1)
}

// flat is x as a vector.
func flat(x *graph.Value) *graph.Value { return x.Reshape(x.Shape.Count()) }

// coordinates are the places along each axis of an array of the given shape at which the flat indices of a vector lie.
func coordinates(index *graph.Value, shape graph.Shape) []*graph.Value {
	out := make([]*graph.Value, len(shape))
	for i := len(shape) - 1; i > 0; i-- {
		n := graph.NewSize(index.Home, graph.Int64, shape[i])
		above := index.Div(n)
		out[i] = index.Sub(above.Mul(n))
		index = above
	}
	if len(out) > 0 {
		out[0] = index
	}
	return out
}

// columns are vectors of n integers side by side.
func columns(b graph.Builder, vectors []*graph.Value, n graph.Size) *graph.Value {
	if len(vectors) == 0 {
		return graph.Zeros(b, graph.Type{DType: graph.Int64, Shape: graph.Shape{n, graph.N(0)}})
	}
	out := make([]*graph.Value, len(vectors))
	for i, v := range vectors {
		out[i] = v.Unsqueeze(1)
	}
	return graph.ConcatValues(1, out...)
}
