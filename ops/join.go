package ops

import (
	"math/rand/v2"
	"slices"

	"github.com/flambeau-ml/flambeau/graph"
)

// alike casts all of xs to their common dtype.
func alike(op string, xs []*graph.Value) []*graph.Value {
	if len(xs) == 0 {
		graph.Fail(op, "needs at least one tensor")
	}
	d := resultType(xs...)
	out := make([]*graph.Value, len(xs))
	for i, x := range xs {
		out[i] = x.Cast(d)
	}
	return out
}

// cat joins tensors along a dimension. An empty vector counts for nothing, whatever the others are, as in PyTorch.
func cat(xs []*graph.Value, dim int) *graph.Value {
	xs = alike("cat", xs)
	rank := 0
	for _, x := range xs {
		if x.Rank() == 0 {
			graph.Fail("cat", "does not join scalars: use stack")
		}
		rank = max(rank, x.Rank())
	}
	parts := slices.DeleteFunc(slices.Clone(xs), func(x *graph.Value) bool { return x.Rank() == 1 && rank > 1 && x.Shape[0].Is(0) })
	if len(parts) == 0 {
		return xs[0]
	}
	dim = wrapDim("cat", dim, rank)
	for _, x := range parts {
		for i := range parts[0].Shape {
			if x.Rank() != rank || i != dim && !x.Home.Solver().Same(x.Shape[i], parts[0].Shape[i]) {
				graph.Fail("cat", "cannot join %s and %s along dimension %d: their other sizes differ", parts[0].Type, x.Type, dim)
			}
		}
	}
	return graph.ConcatValues(dim, parts...)
}

func stack(xs []*graph.Value, dim int) *graph.Value {
	xs = alike("stack", xs)
	dim = wrapDim("stack", dim, xs[0].Rank()+1)
	out := make([]*graph.Value, len(xs))
	for i, x := range xs {
		if !x.Home.Solver().SameShape(x.Shape, xs[0].Shape) {
			graph.Fail("stack", "cannot stack %s and %s: their sizes differ", xs[0].Type, x.Type)
		}
		out[i] = x.Unsqueeze(dim)
	}
	return graph.ConcatValues(dim, out...)
}

// ranked is cat of tensors with the rank raised to at least r, by way of raise.
func ranked(f func(x *graph.Value) *graph.Value, dim func(rank int) int) func(xs []*graph.Value) *graph.Value {
	return func(xs []*graph.Value) *graph.Value {
		out := make([]*graph.Value, len(xs))
		for i, x := range xs {
			out[i] = f(x)
		}
		rank := 0
		if len(out) > 0 {
			rank = out[0].Rank()
		}
		return cat(out, dim(rank))
	}
}

func atLeast1(x *graph.Value) *graph.Value { return atLeastRank(x, 1) }
func atLeast2(x *graph.Value) *graph.Value { return atLeastRank(x, 2) }

func atLeast3(x *graph.Value) *graph.Value {
	if x.Rank() == 3 {
		return x
	}
	if x = atLeastRank(x, 2); x.Rank() == 2 {
		x = x.Unsqueeze(2)
	}
	return x
}

// column is x as a column: vectors stand up.
func column(x *graph.Value) *graph.Value {
	if x.Rank() > 1 {
		return x
	}
	return atLeast1(x).Unsqueeze(1)
}

func joinSamples(r *rand.Rand) []Sample {
	return []Sample{
		call([]*graph.Array{f32(r, 2, 3), f32(r, 2, 3)}), call([]*graph.Array{f32(r, 2, 3), below(r, 9, 2, 3)}, -1),
		call([]*graph.Array{f32(r, 4), f32(r, 4), f32(r, 4)}, 0),
	}
}

func stackSamples(r *rand.Rand) []Sample {
	return []Sample{call([]*graph.Array{f32(r, 2, 3), f32(r, 2, 3)}), call([]*graph.Array{f32(r, 4), f32(r, 4)}), call([]*graph.Array{f32(r), f32(r)})}
}

// Tensors joined.
var (
	Cat = define(Op{
		Schema: "cat(Tensor[] tensors, int dim=0) -> Tensor", Doc: "Tensors one after the other along a dimension.",
		Samples: func(r *rand.Rand) []Sample {
			return append(joinSamples(r), call([]*graph.Array{f32(r, 2, 3), f32(r, 0), f32(r, 1, 3)}))
		},
	}, cat)
	Stack = define(Op{Schema: "stack(Tensor[] tensors, int dim=0) -> Tensor", Doc: "Tensors of the same sizes along a new dimension.", Samples: joinSamples}, stack)

	Hstack = define(Op{
		Schema: "hstack(Tensor[] tensors) -> Tensor", Doc: "Tensors side by side: along the second dimension, vectors along the first.", Samples: stackSamples,
	}, ranked(atLeast1, func(rank int) int { return min(rank-1, 1) }))
	Vstack = define(Op{
		Schema: "vstack(Tensor[] tensors) -> Tensor", Doc: "Tensors below each other: along the first dimension, vectors as rows.", Samples: stackSamples,
	}, ranked(atLeast2, func(int) int { return 0 }))
	Dstack = define(Op{
		Schema: "dstack(Tensor[] tensors) -> Tensor", Doc: "Tensors behind each other: along the third dimension.", Samples: stackSamples,
	}, ranked(atLeast3, func(int) int { return 2 }))
	ColumnStack = define(Op{
		Schema: "column_stack(Tensor[] tensors) -> Tensor", Doc: "Tensors side by side, vectors as columns.", Samples: stackSamples,
	}, ranked(column, func(int) int { return 1 }))
	AtLeast1d = define(Op{Schema: "atleast_1d(Tensor self) -> Tensor", Method: "AtLeast1d", Doc: "The tensor with at least one dimension.", Samples: sameSamples}, atLeast1)
	AtLeast2d = define(Op{Schema: "atleast_2d(Tensor self) -> Tensor", Method: "AtLeast2d", Doc: "The tensor with at least two dimensions.", Samples: sameSamples}, atLeast2)
	AtLeast3d = define(Op{Schema: "atleast_3d(Tensor self) -> Tensor", Method: "AtLeast3d", Doc: "The tensor with at least three dimensions.", Samples: sameSamples}, atLeast3)

	BroadcastTensors = define(Op{
		Schema: "broadcast_tensors(Tensor[] tensors) -> Tensor[]", Doc: "Tensors expanded to the sizes that they broadcast to.",
		Samples: func(r *rand.Rand) []Sample {
			return []Sample{call([]*graph.Array{f32(r, 2, 1), f32(r, 3), below(r, 9)})}
		},
	}, func(xs []*graph.Value) []*graph.Value {
		shapes := make([]graph.Shape, len(xs))
		for i, x := range xs {
			shapes[i] = x.Shape
		}
		if len(xs) == 0 {
			return nil
		}
		shape, ok := graph.BroadcastShapes(xs[0].Home.Solver(), shapes...)
		if !ok {
			graph.Fail("broadcast_tensors", "shapes do not broadcast: %v", shapes)
		}
		out := make([]*graph.Value, len(xs))
		for i, x := range xs {
			out[i] = x.Expand(shape...)
		}
		return out
	})
	Meshgrid = define(Op{
		Schema: "meshgrid.indexing(Tensor[] tensors, *, str indexing) -> Tensor[]", Method: "Meshgrid", Doc: "The coordinates of a grid; indexing is \"ij\" or \"xy\".",
		Samples: func(r *rand.Rand) []Sample {
			return []Sample{call([]*graph.Array{f32(r, 3), f32(r, 4)}).kw("indexing", "ij"), call([]*graph.Array{f32(r, 3), f32(r, 4), f32(r, 2)}).kw("indexing", "xy")}
		},
	}, meshgrid)
	MeshgridIJ = define(Op{
		Schema: "meshgrid(Tensor[] tensors) -> Tensor[]", Method: "-", Doc: "The coordinates of a grid, the first along rows.",
		Samples: func(r *rand.Rand) []Sample { return []Sample{call([]*graph.Array{f32(r, 3), f32(r, 4)})} },
	}, func(xs []*graph.Value) []*graph.Value { return meshgrid(xs, "ij") })
)

func meshgrid(xs []*graph.Value, indexing string) []*graph.Value {
	if indexing != "ij" && indexing != "xy" {
		graph.Fail("meshgrid", `indexing must be "ij" or "xy", not %q`, indexing)
	}
	shape := graph.Shape{}
	for _, x := range xs {
		if x.Rank() > 1 || x.DType != xs[0].DType {
			graph.Fail("meshgrid", "takes vectors of one dtype, not %s", x.Type)
		}
		shape = append(shape, x.Shape.Count())
	}
	out := make([]*graph.Value, len(xs))
	for i, x := range xs {
		sizes := make([]graph.Size, len(xs))
		for k := range sizes {
			sizes[k] = graph.N(1)
		}
		sizes[i] = shape[i]
		out[i] = x.Reshape(sizes...).Expand(shape...)
		if indexing == "xy" && len(xs) > 1 {
			out[i] = out[i].SwapAxes(0, 1)
		}
	}
	return out
}
