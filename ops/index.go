package ops

import (
	"math/rand/v2"
	"slices"

	"github.com/flambeau-ml/flambeau/graph"
)

// lastAxis moves an axis to the end; back moves it where it was.
func lastAxis(x *graph.Value, axis int) *graph.Value { return moveDims(x, []int{axis}, []int{-1}) }
func back(x *graph.Value, axis int) *graph.Value     { return moveDims(x, []int{-1}, []int{axis}) }

// gatherAlong reads x along axis at the places that index says; the other sizes are the same.
func gatherAlong(x *graph.Value, axis int, index *graph.Value) *graph.Value {
	last := x.Rank() - 1
	return back(lastAxis(x, axis).Gather(lastAxis(index, axis), last, last), axis)
}

func needIndex(op string, index *graph.Value) {
	if !index.DType.IsInt() {
		graph.Fail(op, "the index is %s: it must be of integers", index.Type)
	}
}

// within cuts x down to the sizes of index but along axis, and says whether that left something out.
func within(op string, x, index *graph.Value, axis int) (y *graph.Value, less bool) {
	if x.Rank() != index.Rank() {
		graph.Fail(op, "%s and the index %s differ in rank", x.Type, index.Type)
	}
	for i := range x.Shape {
		if i == axis || x.Shape[i].Equal(index.Shape[i]) {
			continue
		}
		n, ok1 := x.Shape[i].Int()
		k, ok2 := index.Shape[i].Int()
		if ok1 && ok2 && k > n {
			graph.Fail(op, "the index %s is larger than %s along dimension %d", index.Type, x.Type, i)
		}
		less = true
		x = x.SliceAxis(i, graph.N(0), index.Shape[i], 1)
	}
	return x, less
}

func gather(x *graph.Value, dim int, index *graph.Value) *graph.Value {
	needIndex("gather", index)
	if x.Rank() == 0 || index.Rank() == 0 {
		out := gather(atLeast1(x), dim, atLeast1(index))
		return out.Reshape(index.Shape...)
	}
	dim = wrapDim("gather", dim, x.Rank())
	x, _ = within("gather", x, index, dim)
	return gatherAlong(x, dim, index)
}

// takeAlongDim is gather with the other dimensions broadcast.
func takeAlongDim(x, index *graph.Value, dim *int) *graph.Value {
	needIndex("take_along_dim", index)
	if dim == nil {
		return gather(x.Reshape(x.Shape.Count()), 0, index.Reshape(index.Shape.Count()))
	}
	if x.Rank() != index.Rank() {
		graph.Fail("take_along_dim", "%s and the index %s differ in rank", x.Type, index.Type)
	}
	if x.Rank() == 0 {
		return gather(x, *dim, index)
	}
	d := wrapDim("take_along_dim", *dim, x.Rank())
	a, b := slices.Clone(x.Shape), slices.Clone(index.Shape)
	a[d], b[d] = graph.N(1), graph.N(1)
	shape, ok := graph.BroadcastShapes(x.Home.Solver(), a, b)
	if !ok {
		graph.Fail("take_along_dim", "%s and the index %s do not broadcast", x.Type, index.Type)
	}
	a, b = slices.Clone(shape), slices.Clone(shape)
	a[d], b[d] = x.Shape[d], index.Shape[d]
	return gatherAlong(x.Expand(a...), d, index.Expand(b...))
}

// places is an index of one axis: PyTorch takes a scalar for one place.
func places(op string, index *graph.Value) *graph.Value {
	needIndex(op, index)
	if index.Rank() > 1 {
		graph.Fail(op, "the index is %s: it must be a vector", index.Type)
	}
	return atLeast1(index)
}

func indexSelect(x *graph.Value, dim int, index *graph.Value) *graph.Value {
	i := places("index_select", index)
	if x.Rank() == 0 {
		wrapDim("index_select", dim, 0)
		return atLeast1(x).Gather(i, 0, 0).Reshape()
	}
	return x.Gather(i, wrapDim("index_select", dim, x.Rank()), 0)
}

func indexAdd(x *graph.Value, dim int, index, source *graph.Value, alpha graph.Scalar) *graph.Value {
	i := places("index_add", index)
	if x.DType != source.DType {
		graph.Fail("index_add", "%s and the source %s differ in dtype", x.Type, source.Type)
	}
	upd := source
	if !isOne(alpha) {
		_, upd = scaled("index_add", x, source, x.DType, alpha)
		upd = upd.Cast(x.DType)
	}
	if x.Rank() == 0 {
		return atLeast1(x).ScatterAdd(i, upd.Reshape(i.Shape...), 0, 0).Reshape()
	}
	return x.ScatterAdd(i, atLeast1(upd), wrapDim("index_add", dim, x.Rank()), 0)
}

// embedding reads rows of weight; the row padding gets no derivative.
func embedding(weight, indices *graph.Value, padding graph.Size) *graph.Value {
	needIndex("embedding", indices)
	if weight.Rank() != 2 {
		graph.Fail("embedding", "the weight is %s: it must be a matrix", weight.Type)
	}
	rows := weight.Gather(indices, 0, 0)
	k, ok := padding.Int()
	if ok && k == -1 {
		return rows
	}
	at := graph.NewSize(weight.Home, indices.DType, padding)
	if ok && k < 0 {
		at = graph.NewSize(weight.Home, indices.DType, weight.Shape[0].Add(padding))
	}
	still := indices.Eq(at).Unsqueeze(indices.Rank())
	return still.Where(rows.Stop(), rows)
}

func gatherSamples(r *rand.Rand) []Sample {
	return []Sample{
		call(f32(r, 3, 5), 1, below(r, 5, 3, 2)), call(f32(r, 3, 5), 0, below(r, 3, 4, 5)), call(f32(r, 3, 5), -1, below(r, 5, 2, 4)).concrete(),
		call(f32(r, 2, 5, 2), 1, below(r, 5, 2, 6, 2)), call(f32(r), 0, below(r, 1)),
	}
}

func scatterSamples(r *rand.Rand) []Sample {
	return []Sample{
		call(f32(r, 3, 5), 1, below(r, 5, 3, 2), f32(r, 3, 2)), call(f32(r, 3, 5), 0, below(r, 3, 4, 5), f32(r, 4, 5)),
		call(f32(r, 3, 5), 1, below(r, 5, 2, 4), f32(r, 3, 4)).concrete(), call(below(r, 9, 4), 0, below(r, 4, 6), below(r, 9, 6)),
	}
}

// Elements by index.
var (
	Gather = define(Op{
		Schema: "gather(Tensor self, int dim, Tensor index, *, bool sparse_grad=False) -> Tensor", Doc: "The elements along a dimension at the places that index says, one by one.", Samples: gatherSamples,
	}, gather)
	TakeAlongDim = define(Op{
		Schema: "take_along_dim(Tensor self, Tensor indices, int? dim=None) -> Tensor", Doc: "The elements along a dimension at the places that indices say; the other dimensions broadcast.",
		Samples: func(r *rand.Rand) []Sample {
			return []Sample{call(f32(r, 3, 5), below(r, 5, 3, 2), 1), call(f32(r, 3, 5), below(r, 5, 1, 2), 1), call(f32(r, 3, 5), below(r, 15, 4))}
		},
	}, takeAlongDim)
	IndexSelect = define(Op{
		Schema: "index_select(Tensor self, int dim, Tensor index) -> Tensor", Doc: "The slices of a dimension that index names.",
		Samples: func(r *rand.Rand) []Sample {
			return []Sample{call(f32(r, 3, 5), 1, below(r, 5, 4)), call(f32(r, 3, 5), 0, below(r, 3)), call(f32(r), 0, below(r, 1, 1))}
		},
	}, indexSelect)
	IndexAdd = define(Op{
		Schema: "index_add(Tensor self, int dim, Tensor index, Tensor source, *, Scalar alpha=1) -> Tensor", Doc: "Self with alpha times the slices of source added at the places that index names.", InPlace: true,
		Samples: func(r *rand.Rand) []Sample {
			return []Sample{call(f32(r, 3, 5), 1, below(r, 5, 4), f32(r, 3, 4)), call(f32(r, 3, 5), 0, below(r, 3, 2), f32(r, 2, 5)).kw("alpha", 0.5)}
		},
	}, indexAdd)
	Embedding = define(Op{
		Schema: "embedding(Tensor weight, Tensor indices, SymInt padding_idx=-1, bool scale_grad_by_freq=False, bool sparse=False) -> Tensor", Doc: "The rows of weight that indices name.",
		Samples: func(r *rand.Rand) []Sample {
			return []Sample{call(f32(r, 7, 3), below(r, 7, 2, 4)), call(f32(r, 7, 3), below(r, 7, 5), 2), call(f32(r, 7, 3), below(r, 7))}
		},
	}, embedding)
)
