package ops

import (
	"math/rand/v2"
	"slices"

	"github.com/flambeau-ml/flambeau/graph"
)

// bound is where a slice of an axis of n begins or ends: negative places count from the end, and where numbers are
// known what lies beyond the ends is cut off. Symbolic sizes are taken at their word.
func bound(at, n graph.Size) graph.Size {
	k, ok := at.Int()
	size, known := n.Int()
	switch {
	case ok && k < 0 && known:
		return graph.N(max(k+size, 0))
	case ok && k < 0:
		return n.Add(at)
	case ok && known:
		return graph.N(min(k, size))
	}
	return at
}

// endless is where PyTorch says that a slice ends when it runs to the end of its axis.
const endless = 1<<63 - 1

func slice(x *graph.Value, dim int, start, end *graph.Size, step graph.Size) *graph.Value {
	if x.Rank() == 0 {
		graph.Fail("slice", "does not take a scalar")
	}
	dim = wrapDim("slice", dim, x.Rank())
	by, ok := step.Int()
	if !ok || by < 1 {
		graph.Fail("slice", "step is %s: it must be a positive number", step)
	}
	n := x.Shape[dim]
	from, to := graph.N(0), n
	if start != nil {
		from = bound(*start, n)
	}
	if end != nil && !end.Is(endless) {
		to = bound(*end, n)
	}
	length := to.Sub(from).Add(graph.N(by - 1)).Div(graph.N(by))
	if k, ok := length.Int(); ok && k <= 0 {
		from, length = graph.N(0), graph.N(0)
	}
	return x.SliceAxis(dim, from, length, by)
}

func narrow(x *graph.Value, dim int, start, length graph.Size) *graph.Value {
	if x.Rank() == 0 {
		graph.Fail("narrow", "does not take a scalar")
	}
	dim = wrapDim("narrow", dim, x.Rank())
	n := x.Shape[dim]
	if k, ok := start.Int(); ok && k < 0 {
		start = n.Add(start)
	}
	checkSpan("narrow", x, dim, start, length)
	return x.SliceAxis(dim, start, length, 1)
}

// narrowFrom is narrow from where an integer says, which must lie in range.
func narrowFrom(x *graph.Value, dim int, start *graph.Value, length graph.Size) *graph.Value {
	needIndex("narrow", start)
	needRank("narrow", start, "the start", 0)
	if x.Rank() == 0 {
		graph.Fail("narrow", "does not take a scalar")
	}
	dim = wrapDim("narrow", dim, x.Rank())
	checkSpan("narrow", x, dim, graph.N(0), length)
	n := x.Shape[dim]
	// A start beyond the last would be moved to it: reading it from a list of all that there are says that it is wrong.
	all := graph.Shape{n.Sub(length).Add(graph.N(1))}
	start = graph.NewIota(x.Home, graph.Type{DType: graph.Int64, Shape: all}, 0).Gather(wrapPlaces(start, n), 0, 0)
	return x.DynamicSlice(dim, start, length)
}

func checkSpan(op string, x *graph.Value, dim int, start, length graph.Size) {
	s, ok1 := start.Int()
	l, ok2 := length.Int()
	n, ok3 := x.Shape[dim].Int()
	if ok1 && s < 0 || ok2 && l < 0 || ok1 && ok2 && ok3 && s+l > n {
		graph.Fail(op, "%s elements from %s on do not lie in dimension %d of %s", length, start, dim, x.Type)
	}
}

func selectIndex(x *graph.Value, dim int, index graph.Size) *graph.Value {
	if x.Rank() == 0 {
		graph.Fail("select", "does not take a scalar")
	}
	dim = wrapDim("select", dim, x.Rank())
	n := x.Shape[dim]
	k, ok := index.Int()
	if size, known := n.Int(); ok && known && (k < -size || k >= size) {
		graph.Fail("select", "index %d is out of range for dimension %d of %s", k, dim, x.Type)
	}
	if ok && k < 0 {
		index = n.Add(index)
	}
	return dropAxis(x.SliceAxis(dim, index, graph.N(1), 1), dim)
}

// lengthOf is the size of a dimension that must be a number, because so many results depend on it.
func lengthOf(op string, x *graph.Value, dim int) int {
	n, ok := x.Shape[dim].Int()
	if !ok {
		graph.Fail(op, "the number of results depends on dimension %d of %s, which is not known", dim, x.Type)
	}
	return n
}

// pieces cuts a dimension at the given lengths.
func pieces(x *graph.Value, dim int, lengths []graph.Size) []*graph.Value {
	out := make([]*graph.Value, len(lengths))
	at := graph.N(0)
	for i, n := range lengths {
		out[i] = x.SliceAxis(dim, at, n, 1)
		at = at.Add(n)
	}
	return out
}

func split(x *graph.Value, size graph.Size, dim int) []*graph.Value {
	if x.Rank() == 0 {
		graph.Fail("split", "does not take a scalar")
	}
	dim = wrapDim("split", dim, x.Rank())
	n := lengthOf("split", x, dim)
	k, ok := size.Int()
	if !ok || k < 0 || k == 0 && n > 0 {
		graph.Fail("split", "pieces of %s of %s: they must have a positive length", size, x.Type)
	}
	lengths := []graph.Size{graph.N(min(k, n))}
	for left := n - k; left > 0; left -= k {
		lengths = append(lengths, graph.N(min(k, left)))
	}
	return pieces(x, dim, lengths)
}

func splitWithSizes(x *graph.Value, sizes []graph.Size, dim int) []*graph.Value {
	if x.Rank() == 0 {
		graph.Fail("split", "does not take a scalar")
	}
	dim = wrapDim("split", dim, x.Rank())
	total := graph.N(0)
	for _, n := range sizes {
		if k, ok := n.Int(); ok && k < 0 {
			graph.Fail("split", "%s has a negative length", graph.Shape(sizes))
		}
		total = total.Add(n)
	}
	if !x.Home.Solver().Same(total, x.Shape[dim]) {
		graph.Fail("split", "lengths %s do not add up to dimension %d of %s", graph.Shape(sizes), dim, x.Type)
	}
	return pieces(x, dim, sizes)
}

func chunk(x *graph.Value, chunks, dim int) []*graph.Value {
	if x.Rank() == 0 || chunks < 1 {
		graph.Fail("chunk", "cannot cut %s into %d", x.Type, chunks)
	}
	dim = wrapDim("chunk", dim, x.Rank())
	n := lengthOf("chunk", x, dim)
	if n == 0 {
		return slices.Repeat([]*graph.Value{x}, chunks)
	}
	return split(x, graph.N((n+chunks-1)/chunks), dim)
}

// tensorSplit cuts a dimension into n pieces whose lengths differ by at most 1.
func tensorSplit(x *graph.Value, sections, dim int) []*graph.Value {
	if x.Rank() == 0 || sections < 1 {
		graph.Fail("tensor_split", "cannot cut %s into %d", x.Type, sections)
	}
	dim = wrapDim("tensor_split", dim, x.Rank())
	n := lengthOf("tensor_split", x, dim)
	lengths := make([]graph.Size, sections)
	for i := range lengths {
		lengths[i] = graph.N(n / sections)
		if i < n%sections {
			lengths[i] = graph.N(n/sections + 1)
		}
	}
	return pieces(x, dim, lengths)
}

func tensorSplitAt(x *graph.Value, indices []int, dim int) []*graph.Value {
	if x.Rank() == 0 {
		graph.Fail("tensor_split", "does not take a scalar")
	}
	out := make([]*graph.Value, 0, len(indices)+1)
	from := graph.N(0)
	for _, i := range indices {
		to := graph.N(i)
		out = append(out, slice(x, dim, &from, &to, graph.N(1)))
		from = to
	}
	return append(out, slice(x, dim, &from, nil, graph.N(1)))
}

func unbind(x *graph.Value, dim int) []*graph.Value {
	if x.Rank() == 0 {
		graph.Fail("unbind", "does not take a scalar")
	}
	dim = wrapDim("unbind", dim, x.Rank())
	out := make([]*graph.Value, lengthOf("unbind", x, dim))
	for i := range out {
		out[i] = selectIndex(x, dim, graph.N(i))
	}
	return out
}

func cutSamples(args ...any) sampler {
	return func(r *rand.Rand) []Sample {
		return []Sample{call(append([]any{f32(r, 5, 4)}, args...)...).concrete(), call(append([]any{below(r, 9, 6)}, args...)...).kw("dim", 0).concrete()}
	}
}

// Views of parts.
var (
	Slice = define(Op{
		Schema: "slice.Tensor(Tensor(a) self, int dim=0, SymInt? start=None, SymInt? end=None, SymInt step=1) -> Tensor(a)", View: true, Needed: 4,
		Doc: "The elements of a dimension from start to before end, step apart.",
		Samples: func(r *rand.Rand) []Sample {
			return []Sample{call(f32(r, 5, 4), 0, 1, 4, 2).concrete(), call(f32(r, 5, 4), 1, -3, nil).concrete(), call(f32(r, 5), 0, nil, endless), call(f32(r, 5), 0, nil, nil, 2)}
		},
	}, slice)
	Narrow = define(Op{
		Schema: "narrow(Tensor(a) self, int dim, SymInt start, SymInt length) -> Tensor(a)", View: true, Doc: "So many elements of a dimension, from start on.",
		Samples: func(r *rand.Rand) []Sample {
			return []Sample{call(f32(r, 5, 4), 0, 1, 3), call(f32(r, 5, 4), -1, -2, 2)}
		},
	}, narrow)
	NarrowFrom = define(Op{
		Schema: "narrow.Tensor(Tensor(a) self, int dim, Tensor start, SymInt length) -> Tensor(a)", Method: "NarrowFrom",
		Doc: "So many elements of a dimension, from where a tensor without axes says on, as a tensor of its own.",
		Samples: func(r *rand.Rand) []Sample {
			return []Sample{call(f32(r, 5, 4), 0, below(r, 2), 3), call(f32(r, 5, 4), -1, graph.Uniform(r, graph.Int64, -2, -1), 2)}
		},
	}, narrowFrom)
	Select = define(Op{
		Schema: "select.int(Tensor(a) self, int dim, SymInt index) -> Tensor(a)", View: true, Doc: "One slice of a dimension, which goes away.",
		Samples: func(r *rand.Rand) []Sample { return []Sample{call(f32(r, 5, 4), 0, 1), call(f32(r, 5, 4), -1, -2)} },
	}, selectIndex)
	Split = define(Op{
		Schema: "split.Tensor(Tensor(a -> *) self, SymInt split_size, int dim=0) -> Tensor(a)[]", View: true, Doc: "Pieces of one length along a dimension; the last may be shorter.", Samples: cutSamples(2),
	}, split)
	SplitWithSizes = define(Op{
		Schema: "split_with_sizes(Tensor(a -> *) self, SymInt[] split_sizes, int dim=0) -> Tensor(a)[]", View: true, Doc: "Pieces of the given lengths along a dimension.",
		Samples: func(r *rand.Rand) []Sample {
			return []Sample{call(f32(r, 5, 4), []int{2, 3}).concrete(), call(f32(r, 2, 6), []int{1, 2, 3}, 1).concrete()}
		},
	}, splitWithSizes)
	SplitSizes = define(Op{
		Schema: "split.sizes(Tensor(a -> *) self, SymInt[] split_size, int dim=0) -> Tensor(a)[]", Method: "-", Doc: "Pieces of the given lengths along a dimension.",
		Samples: func(r *rand.Rand) []Sample { return []Sample{call(f32(r, 5, 4), []int{2, 3}).concrete()} },
	}, splitWithSizes)
	Chunk = define(Op{
		Schema: "chunk(Tensor(a -> *) self, int chunks, int dim=0) -> Tensor(a)[]", View: true, Doc: "At most so many pieces of equal length along a dimension; the last may be shorter.", Samples: cutSamples(3),
	}, chunk)
	TensorSplit = define(Op{
		Schema: "tensor_split.sections(Tensor(a -> *) self, SymInt sections, int dim=0) -> Tensor(a)[]", Method: "TensorSplit", View: true,
		Doc: "So many pieces along a dimension, of lengths as equal as they can be.", Samples: cutSamples(3),
	}, tensorSplit)
	TensorSplitAt = define(Op{
		Schema: "tensor_split.indices(Tensor(a -> *) self, SymInt[] indices, int dim=0) -> Tensor(a)[]", Method: "TensorSplitAt", View: true,
		Doc: "The pieces of a dimension between the given places.", Samples: cutSamples([]int{1, 3}),
	}, tensorSplitAt)
	Unbind = define(Op{
		Schema: "unbind.int(Tensor(a -> *) self, int dim=0) -> Tensor(a)[]", View: true, Doc: "The slices of a dimension, which goes away.", Samples: cutSamples(),
	}, unbind)
)
