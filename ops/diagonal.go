package ops

import (
	"math/rand/v2"
	"slices"

	"github.com/flambeau-ml/flambeau/graph"
)

// onDiagonals says of each place of matrices of the given sizes whether it is on the diagonal that begins offset to the
// right of the first element, or below it if offset is negative.
func onDiagonals(b graph.Builder, rows, cols graph.Size, offset int) *graph.Value {
	t := graph.Type{DType: graph.Int64, Shape: graph.Shape{rows, cols}}
	return graph.NewIota(b, t, 0).Shift(float64(offset)).Eq(graph.NewIota(b, t, 1))
}

// twoDims are two different dimensions.
func twoDims(op string, x *graph.Value, dim1, dim2 int) (a, b int) {
	if x.Rank() < 2 {
		graph.Fail(op, "takes matrices, not %s", x.Type)
	}
	dims := wrapDims(op, []int{dim1, dim2}, x.Rank())
	return dims[0], dims[1]
}

// diagonal takes a diagonal of two dimensions, as a last one: of these two as one, each element after so many.
func diagonal(op string, x *graph.Value, offset, dim1, dim2 int) *graph.Value {
	a, b := twoDims(op, x, dim1, dim2)
	x = moveDims(x, []int{a, b}, []int{-2, -1})
	last := x.Rank() - 2
	rows, ok1 := x.Shape[last].Int()
	cols, ok2 := x.Shape[last+1].Int()
	if !ok1 || !ok2 {
		graph.Fail(op, "the length of a diagonal of %s is not known", x.Type)
	}
	n, start := min(rows, cols-offset), offset
	if offset < 0 {
		n, start = min(rows+offset, cols), -offset*cols
	}
	if n <= 0 {
		n, start = 0, 0
	}
	line := x.Reshape(slices.Concat(x.Shape[:last], graph.Shape{x.Shape[last:].Count()})...)
	return line.SliceAxis(last, graph.N(start), graph.N(n), cols+1)
}

// diagEmbed are matrices of zeros with x along a diagonal; rows and columns are the given dimensions of the result.
func diagEmbed(x *graph.Value, offset, dim1, dim2 int) *graph.Value {
	rank := x.Rank() + 1
	dims := wrapDims("diag_embed", []int{dim1, dim2}, rank)
	if x.Rank() == 0 {
		graph.Fail("diag_embed", "does not take a scalar")
	}
	n := x.Shape[x.Rank()-1].Add(graph.N(max(offset, -offset)))
	along := x.Unsqueeze(x.Rank()) // an element for each row, or for each column
	if offset < 0 {
		along = x.Unsqueeze(x.Rank() - 1)
	}
	if offset != 0 { // it lies at the beginning of that axis, and what is behind it is not on the diagonal
		axis := rank - 2
		if offset < 0 {
			axis = rank - 1
		}
		shape := slices.Clone(along.Shape)
		shape[axis] = n.Sub(x.Shape[x.Rank()-1])
		along = graph.ConcatValues(axis, along, graph.Zeros(x.Home, graph.Type{DType: x.DType, Shape: shape}))
	}
	out := onDiagonals(x.Home, n, n, offset).Where(along, x.Scalar(graph.IntOf(0)))
	return moveDims(out, []int{-2, -1}, dims)
}

func diag(x *graph.Value, offset int) *graph.Value {
	switch x.Rank() {
	case 1:
		return diagEmbed(x, offset, 0, 1)
	case 2:
		return diagonal("diag", x, offset, 0, 1)
	}
	graph.Fail("diag", "takes a vector or a matrix, not %s", x.Type)
	return nil
}

// diagonalScatter is x with a diagonal of two dimensions replaced.
func diagonalScatter(x, src *graph.Value, offset, dim1, dim2 int) *graph.Value {
	a, b := twoDims("diagonal_scatter", x, dim1, dim2)
	want := diagonal("diagonal_scatter", x, offset, a, b)
	if src.DType != x.DType || !x.Home.Solver().SameShape(src.Shape, want.Shape) {
		graph.Fail("diagonal_scatter", "the source %s does not fit the diagonal: it must be %s", src.Type, want.Type)
	}
	moved := moveDims(x, []int{a, b}, []int{-2, -1})
	last := moved.Rank() - 2
	line := moved.Reshape(slices.Concat(moved.Shape[:last], graph.Shape{moved.Shape[last:].Count()})...)
	cols, _ := moved.Shape[last+1].Int()
	start, step := make([]graph.Size, last+1), slices.Repeat([]int{1}, last+1)
	if start[last] = graph.N(offset); offset < 0 {
		start[last] = graph.N(-offset * cols)
	}
	if step[last] = cols + 1; src.Shape[last].Is(0) {
		return x
	}
	out := graph.Apply(graph.Update, &graph.Attrs{Start: start, Step: step}, line, src)
	return moveDims(out.Reshape(moved.Shape...), []int{-2, -1}, []int{a, b})
}

// selectScatter is x with one slice of a dimension replaced.
func selectScatter(x, src *graph.Value, dim int, index graph.Size) *graph.Value {
	want := selectIndex(x, dim, index)
	dim = wrapDim("select_scatter", dim, x.Rank())
	if src.DType != x.DType || !x.Home.Solver().SameShape(src.Shape, want.Shape) {
		graph.Fail("select_scatter", "the source %s does not fit the slice: it must be %s", src.Type, want.Type)
	}
	start, step := make([]graph.Size, x.Rank()), slices.Repeat([]int{1}, x.Rank())
	if start[dim] = index; true {
		if k, ok := index.Int(); ok && k < 0 {
			start[dim] = x.Shape[dim].Add(index)
		}
	}
	return graph.Apply(graph.Update, &graph.Attrs{Start: start, Step: step}, x, src.Unsqueeze(dim))
}

// sliceScatter is x with a slice of a dimension replaced.
func sliceScatter(x, src *graph.Value, dim int, from, to *graph.Size, by graph.Size) *graph.Value {
	want := slice(x, dim, from, to, by)
	dim = wrapDim("slice_scatter", dim, x.Rank())
	if src.DType != x.DType {
		graph.Fail("slice_scatter", "%s and the source %s differ in dtype", x.Type, src.Type)
	}
	if s, ok := graph.BroadcastShapes(x.Home.Solver(), src.Shape, want.Shape); !ok || !s.Equal(want.Shape) {
		graph.Fail("slice_scatter", "the source %s does not fit the slice: it must be %s", src.Type, want.Type)
	}
	if want.Shape[dim].Is(0) {
		return x
	}
	start, step := make([]graph.Size, x.Rank()), slices.Repeat([]int{1}, x.Rank())
	if from != nil {
		start[dim] = bound(*from, x.Shape[dim])
	}
	step[dim], _ = by.Int()
	return graph.Apply(graph.Update, &graph.Attrs{Start: start, Step: step}, x, src.Expand(want.Shape...))
}

// unfold are the runs of size elements along a dimension, each step after the one before, as a last dimension.
func unfold(x *graph.Value, dim, size, step int) *graph.Value {
	dim = wrapDim("unfold", dim, x.Rank())
	scalar := x.Rank() == 0
	x = atLeast1(x)
	n, ok := x.Shape[dim].Int()
	if size < 0 || step < 1 || ok && size > n {
		graph.Fail("unfold", "runs of %d elements, %d apart, along dimension %d of %s", size, step, dim, x.Type)
	}
	count := x.Shape[dim].Sub(graph.N(size)).Div(graph.N(step)).Add(graph.N(1))
	t := graph.Type{DType: graph.Int64, Shape: graph.Shape{count, graph.N(size)}}
	at := graph.NewIota(x.Home, t, 0).Scale(float64(step)).Add(graph.NewIota(x.Home, t, 1))
	runs := moveDims(x.Gather(at, dim, 0), []int{dim + 1}, []int{-1})
	if scalar {
		return runs.Reshape(graph.N(size))
	}
	return runs
}

// blockDiag are matrices along the diagonal of one of zeros.
func blockDiag(xs []*graph.Value) *graph.Value {
	xs = alike("block_diag", xs)
	cols := graph.N(0)
	for i, x := range xs {
		if x.Rank() > 2 {
			graph.Fail("block_diag", "takes matrices, vectors and scalars, not %s", x.Type)
		}
		xs[i] = atLeast2(x)
		cols = cols.Add(xs[i].Shape[1])
	}
	left := graph.N(0)
	for i, x := range xs {
		shape := graph.Shape{x.Shape[0], cols}
		start := []graph.Size{graph.N(0), left}
		left = left.Add(x.Shape[1])
		xs[i] = graph.Apply(graph.Pad, &graph.Attrs{Start: start, Shape: shape, Step: []int{1, 1}}, x)
	}
	return graph.ConcatValues(0, xs...)
}

// cartesianProd are the rows of one element of each vector.
func cartesianProd(xs []*graph.Value) *graph.Value {
	xs = alike("cartesian_prod", xs)
	shape := make(graph.Shape, len(xs))
	for i, x := range xs {
		needRank("cartesian_prod", x, "each tensor", 1)
		shape[i] = x.Shape[0]
	}
	if len(xs) == 1 {
		return xs[0]
	}
	for i, x := range xs {
		xs[i] = flat(x.Unsqueeze(slices.Repeat([]int{1}, len(xs)-1-i)...).Expand(shape...)).Unsqueeze(1)
	}
	return graph.ConcatValues(1, xs...)
}

// parted cuts a dimension, which depends on the rank, into so many equal pieces.
func parted(op string, dim func(rank int) int, least int) func(x *graph.Value, sections int) []*graph.Value {
	return func(x *graph.Value, sections int) []*graph.Value {
		d := partedDim(op, x, dim, least)
		if n := lengthOf(op, x, d); sections < 1 || n%sections != 0 {
			graph.Fail(op, "cannot cut dimension %d of %s into %d equal pieces", d, x.Type, sections)
		}
		return tensorSplit(x, sections, d)
	}
}

func partedDim(op string, x *graph.Value, dim func(rank int) int, least int) int {
	if x.Rank() < least {
		graph.Fail(op, "takes at least %d dimensions, not %s", least, x.Type)
	}
	return dim(x.Rank())
}

func partedAt(op string, dim func(rank int) int, least int) func(x *graph.Value, indices []int) []*graph.Value {
	return func(x *graph.Value, indices []int) []*graph.Value {
		return tensorSplitAt(x, indices, partedDim(op, x, dim, least))
	}
}

func columnsOf(rank int) int { return min(rank-1, 1) }
func rowsOf(int) int         { return 0 }
func depthOf(int) int        { return 2 }

func diagonalSamples(r *rand.Rand) []Sample {
	var out []Sample
	for _, s := range []Sample{call(f32(r, 3, 4)), call(f32(r, 3, 4), 1), call(f32(r, 4, 3), -2), call(f32(r, 2, 3, 4), 0, 1, 2), call(f32(r, 3, 2, 4), 1, -1, 0), call(f32(r, 3, 3), 5)} {
		out = append(out, s.concrete())
	}
	return out
}

func partSamples(n any) sampler {
	return func(r *rand.Rand) []Sample { return []Sample{call(f32(r, 4, 4, 4), n).concrete()} }
}

// Diagonals.
var (
	Diagonal = define(Op{
		Schema: "diagonal(Tensor(a) self, int offset=0, int dim1=0, int dim2=1) -> Tensor(a)", View: true, Doc: "A diagonal of two dimensions, as a last dimension.", Samples: diagonalSamples,
	}, func(x *graph.Value, offset, dim1, dim2 int) *graph.Value {
		return diagonal("diagonal", x, offset, dim1, dim2)
	})
	LinalgDiagonal = define(Op{
		Schema: "linalg_diagonal(Tensor(a) A, *, int offset=0, int dim1=-2, int dim2=-1) -> Tensor(a)", Method: "-", View: true, Doc: "A diagonal of two dimensions, the last ones, as a last dimension.",
		Samples: func(r *rand.Rand) []Sample {
			return []Sample{call(f32(r, 2, 3, 4)).concrete(), call(f32(r, 3, 4)).kw("offset", 1).concrete()}
		},
	}, func(x *graph.Value, offset, dim1, dim2 int) *graph.Value {
		return diagonal("linalg_diagonal", x, offset, dim1, dim2)
	})
	Diag = define(Op{
		Schema: "diag(Tensor self, int diagonal=0) -> Tensor", Needed: 2, Doc: "A diagonal of a matrix, or a matrix of zeros with a vector along a diagonal.",
		Samples: func(r *rand.Rand) []Sample {
			return []Sample{call(f32(r, 3)), call(f32(r, 3), 2), call(f32(r, 4), -1), call(f32(r, 3, 4), 1).concrete(), call(below(r, 9, 2))}
		},
	}, diag)
	DiagEmbed = define(Op{
		Schema: "diag_embed(Tensor self, int offset=0, int dim1=-2, int dim2=-1) -> Tensor", Doc: "Matrices of zeros with the last dimension along a diagonal.",
		Samples: func(r *rand.Rand) []Sample {
			return []Sample{call(f32(r, 2, 3)), call(f32(r, 2, 3), 1), call(f32(r, 3, 2), -2, 0, 2), call(f32(r, 4), 0, 1, 0)}
		},
	}, diagEmbed)
	Diagflat = define(Op{
		Schema: "diagflat(Tensor self, int offset=0) -> Tensor", Needed: 2, Doc: "A matrix of zeros with all elements along a diagonal.",
		Samples: func(r *rand.Rand) []Sample { return []Sample{call(f32(r, 2, 3)), call(f32(r), 1), call(f32(r, 3), -1)} },
	}, func(x *graph.Value, offset int) *graph.Value { return diagEmbed(flat(x), offset, 0, 1) })
	DiagonalScatter = define(Op{
		Schema: "diagonal_scatter(Tensor self, Tensor src, int offset=0, int dim1=0, int dim2=1) -> Tensor", Doc: "Self with a diagonal of two dimensions replaced.",
		Samples: func(r *rand.Rand) []Sample {
			return []Sample{call(f32(r, 3, 4), f32(r, 3)).concrete(), call(f32(r, 3, 4), f32(r, 1), 3).concrete(), call(f32(r, 4, 3), f32(r, 2), -2).concrete(), call(f32(r, 3, 2, 4), f32(r, 2, 3), -1, 2, 0).concrete()}
		},
	}, diagonalScatter)
	SelectScatter = define(Op{
		Schema: "select_scatter(Tensor self, Tensor src, int dim, SymInt index) -> Tensor", Doc: "Self with one slice of a dimension replaced.",
		Samples: func(r *rand.Rand) []Sample {
			return []Sample{call(f32(r, 3, 4), f32(r, 4), 0, 1), call(f32(r, 3, 4), f32(r, 3), -1, -2)}
		},
	}, selectScatter)
	SliceScatter = define(Op{
		Schema: "slice_scatter(Tensor self, Tensor src, int dim=0, SymInt? start=None, SymInt? end=None, SymInt step=1) -> Tensor", Doc: "Self with a slice of a dimension replaced.",
		Samples: func(r *rand.Rand) []Sample {
			return []Sample{call(f32(r, 5, 4), f32(r, 2, 4), 0, 1, 3).concrete(), call(f32(r, 5, 4), f32(r, 5, 2), -1, 0, 4, 2).concrete(), call(f32(r, 5), f32(r, 5))}
		},
	}, sliceScatter)
	Unfold = define(Op{
		Schema: "unfold(Tensor(a) self, int dimension, int size, int step) -> Tensor(a)", Doc: "The runs of some elements along a dimension, in equal distances, as a last dimension; a tensor of its own.",
		Samples: func(r *rand.Rand) []Sample {
			return []Sample{call(f32(r, 7), 0, 3, 2), call(f32(r, 2, 5, 3), 1, 2, 1), call(f32(r), 0, 1, 1), call(f32(r, 4), 0, 4, 1)}
		},
	}, unfold)
	BlockDiag = define(Op{
		Schema: "block_diag(Tensor[] tensors) -> Tensor", Doc: "Matrices along the diagonal of a matrix of zeros.",
		Samples: func(r *rand.Rand) []Sample {
			return []Sample{call([]*graph.Array{f32(r, 2, 3), f32(r, 4), f32(r), f32(r, 1, 2)})}
		},
	}, blockDiag)
	CartesianProd = define(Op{
		Schema: "cartesian_prod(Tensor[] tensors) -> Tensor", Doc: "The rows of one element of each vector, the last one changing first.",
		Samples: func(r *rand.Rand) []Sample {
			return []Sample{call([]*graph.Array{f32(r, 2), f32(r, 3)}), call([]*graph.Array{f32(r, 2), below(r, 9, 3), f32(r, 2)}), call([]*graph.Array{f32(r, 4)})}
		},
	}, cartesianProd)
	HSplit   = define(Op{Schema: "hsplit.int(Tensor(a -> *) self, int sections) -> Tensor(a)[]", Method: "HSplit", View: true, Doc: "So many equal pieces along the columns.", Samples: partSamples(2)}, parted("hsplit", columnsOf, 1))
	HSplitAt = define(Op{Schema: "hsplit.array(Tensor(a -> *) self, int[] indices) -> Tensor(a)[]", Method: "HSplitAt", View: true, Doc: "The pieces of the columns between the given places.", Samples: partSamples([]int{1, 3})}, partedAt("hsplit", columnsOf, 1))
	VSplit   = define(Op{Schema: "vsplit.int(Tensor(a -> *) self, int sections) -> Tensor(a)[]", Method: "VSplit", View: true, Doc: "So many equal pieces along the rows.", Samples: partSamples(2)}, parted("vsplit", rowsOf, 2))
	VSplitAt = define(Op{Schema: "vsplit.array(Tensor(a -> *) self, int[] indices) -> Tensor(a)[]", Method: "VSplitAt", View: true, Doc: "The pieces of the rows between the given places.", Samples: partSamples([]int{1, 3})}, partedAt("vsplit", rowsOf, 2))
	DSplit   = define(Op{Schema: "dsplit.int(Tensor(a -> *) self, int sections) -> Tensor(a)[]", Method: "DSplit", View: true, Doc: "So many equal pieces along the third dimension.", Samples: partSamples(2)}, parted("dsplit", depthOf, 3))
	DSplitAt = define(Op{Schema: "dsplit.array(Tensor(a -> *) self, int[] indices) -> Tensor(a)[]", Method: "DSplitAt", View: true, Doc: "The pieces of the third dimension between the given places.", Samples: partSamples([]int{1, 3})}, partedAt("dsplit", depthOf, 3))
)
