package ops

import (
	"slices"

	"github.com/flambeau-ml/flambeau/graph"
)

// mostDims is how many dimensions a tensor may have where some of them are named: PyTorch keeps them in 64 bits.
const mostDims = 64

// wrapDim counts a negative dimension from the end. A scalar has one dimension for this purpose, as in PyTorch.
func wrapDim(op string, d, rank int) int {
	n := max(rank, 1)
	if d < -n || d >= n {
		graph.Fail(op, "dimension %d is out of range for %d dimensions: it must lie from %d to %d", d, rank, -n, n-1)
	}
	if d < 0 {
		d += n
	}
	return d
}

// wrapDims wraps each of dims, which must differ. None at all stand for every dimension. Nobody may change the result.
func wrapDims(op string, dims []int, rank int) []int {
	if len(dims) == 0 {
		return everyDim(rank)
	}
	if rank > mostDims {
		graph.Fail(op, "takes at most %d dimensions, not %d", mostDims, rank)
	}
	out := make([]int, 0, len(dims))
	for _, d := range dims {
		d = wrapDim(op, d, rank)
		if slices.Contains(out, d) {
			graph.Fail(op, "dimension %d appears twice in %v", d, dims)
		}
		out = append(out, d)
	}
	if rank == 0 {
		return nil
	}
	return out
}

func allDims(rank int) []int {
	out := make([]int, rank)
	for i := range out {
		out[i] = i
	}
	return out
}

var firstDims = [...]int{0, 1, 2, 3, 4, 5, 6, 7}

// everyDim is allDims in memory that is shared: nobody may change it.
func everyDim(rank int) []int {
	if rank <= len(firstDims) {
		return firstDims[:rank:rank]
	}
	return allDims(rank)
}

// numberLike is the number s, given by the user, of dtype d, by v's builder.
func numberLike(v *graph.Value, d graph.DType, s graph.Scalar) *graph.Value {
	return graph.NewNumber(v.Home, d, s)
}

// givenLike is the number f, given by the user, of v's dtype.
func givenLike(v *graph.Value, f float64) *graph.Value {
	return graph.NewNumber(v.Home, v.DType, graph.FloatOf(f))
}

// isOne reports whether s is the number 1, which is what a default factor is.
func isOne(s graph.Scalar) bool {
	return s.Cell() == nil && s.Kind() <= graph.FloatScalar && s.Float() == 1
}
