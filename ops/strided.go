package ops

import (
	"math/rand/v2"
	"slices"

	"github.com/flambeau-ml/flambeau/graph"
)

// stridedPlaces are the places in memory of the elements of an array with strides.
func stridedPlaces(op string, x *graph.Value, sizes []graph.Size, strides []int, offset *int) *graph.Value {
	if len(sizes) != len(strides) {
		graph.Fail(op, "%d sizes have %d strides", len(sizes), len(strides))
	}
	positives(op, "stride", strides, 0)
	checkSizes(op, sizes)
	from := 0
	if offset != nil {
		from = *offset
	}
	last, known := from, true
	at := graph.Full(x.Home, graph.Type{DType: graph.Int64, Shape: sizes}, graph.IntOf(int64(from)))
	for i, n := range sizes {
		at = at.Add(graph.NewIota(x.Home, at.Type, i).Scale(float64(strides[i])))
		k, ok := n.Int()
		if known = known && ok; k == 0 && ok {
			return at
		}
		last += (k - 1) * strides[i]
	}
	if n, ok := x.Shape.Count().Int(); from < 0 || known && ok && last >= n {
		graph.Fail(op, "the elements from %d to %d do not lie in %s", from, last, x.Type)
	}
	return at
}

func asStrided(x *graph.Value, sizes []graph.Size, strides []int, offset *int) *graph.Value {
	return flat(x).Gather(stridedPlaces("as_strided", x, sizes, strides, offset), 0, 0)
}

func asStridedScatter(x, src *graph.Value, sizes []graph.Size, strides []int, offset *int) *graph.Value {
	const op = "as_strided_scatter"
	at := stridedPlaces(op, x, sizes, strides, offset)
	if !x.Home.Solver().SameShape(src.Shape, sizes) {
		graph.Fail(op, "the source %s does not have the sizes %s", src.Type, graph.Shape(sizes))
	}
	return flat(x).Scatter(at, src.Cast(x.DType), 0, 0).Reshape(x.Shape...)
}

// emptyStrided is an array of zeros: how it lies in memory is no business of a graph.
func emptyStrided(op string, b graph.Builder, sizes []graph.Size, strides []int, dtype graph.DType) *graph.Value {
	if len(sizes) != len(strides) {
		graph.Fail(op, "%d sizes have %d strides", len(sizes), len(strides))
	}
	positives(op, "stride", strides, 0)
	return constant(op, graph.IntOf(0))(b, sizes, dtype)
}

func emptyPermuted(b graph.Builder, sizes []graph.Size, layout []int, dtype graph.DType) *graph.Value {
	const op = "empty_permuted"
	if sorted := slices.Sorted(slices.Values(layout)); !slices.Equal(sorted, allDims(len(sizes))) {
		graph.Fail(op, "physical_layout %v is no order of %d dimensions", layout, len(sizes))
	}
	return constant(op, graph.IntOf(0))(b, sizes, dtype)
}

// Arrays by strides.
var (
	AsStrided = define(Op{
		Schema: "as_strided(Tensor(a) self, SymInt[] size, SymInt[] stride, SymInt? storage_offset=None) -> Tensor(a)", Needed: 3,
		Doc: "The elements of self, one after the other, that an array of some sizes and strides takes, as a tensor of its own.",
		Samples: func(r *rand.Rand) []Sample {
			return []Sample{call(f32(r, 3, 3), []int{2, 2}, []int{1, 2}, 1).concrete(), call(f32(r, 10), []int{3, 4}, []int{2, 1}).concrete(), call(below(r, 9, 4), []int{}, []int{}).concrete()}
		},
	}, asStrided)
	AsStridedScatter = define(Op{
		Schema: "as_strided_scatter(Tensor self, Tensor src, SymInt[] size, SymInt[] stride, SymInt? storage_offset=None) -> Tensor", Needed: 4,
		Doc: "Self with src in place of the elements that an array of some sizes and strides takes.",
		Samples: func(r *rand.Rand) []Sample {
			return []Sample{call(f32(r, 3, 3), f32(r, 2, 2), []int{2, 2}, []int{1, 2}, 1).concrete()}
		},
	}, asStridedScatter)
	EmptyStrided = define(Op{
		Schema: "empty_strided(SymInt[] size, SymInt[] stride, *, " + factory + ") -> Tensor", Method: "-", Doc: "An array whose elements are not promised (they are zeros).",
		Samples: func(*rand.Rand) []Sample { return []Sample{call([]int{2, 3}, []int{3, 1})} },
	}, func(b graph.Builder, sizes []graph.Size, strides []int, dtype graph.DType) *graph.Value {
		return emptyStrided("empty_strided", b, sizes, strides, dtype)
	})
	NewEmptyStrided = define(Op{
		Schema: "new_empty_strided(Tensor self, SymInt[] size, SymInt[] stride, *, " + factory + ") -> Tensor", Method: "-", Doc: "An array with the dtype of self whose elements are not promised.",
		Samples: func(r *rand.Rand) []Sample { return []Sample{call(f32(r, 2), []int{2, 3}, []int{3, 1})} },
	}, func(x *graph.Value, sizes []graph.Size, strides []int, dtype graph.DType) *graph.Value {
		return emptyStrided("new_empty_strided", x.Home, sizes, strides, orLike(dtype, x))
	})
	EmptyPermuted = define(Op{
		Schema: "empty_permuted(SymInt[] size, int[] physical_layout, *, " + factory + ") -> Tensor", Method: "-", Doc: "An array whose elements are not promised (they are zeros).",
		Samples: func(*rand.Rand) []Sample { return []Sample{call([]int{2, 3}, []int{1, 0})} },
	}, emptyPermuted)
)
