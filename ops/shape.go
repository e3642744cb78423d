package ops

import (
	"math/rand/v2"
	"slices"

	"github.com/flambeau-ml/flambeau/graph"
)

// dropAxes removes axes, which have size 1.
func dropAxes(x *graph.Value, axes []int) *graph.Value {
	shape := graph.Shape{}
	for i, n := range x.Shape {
		if !slices.Contains(axes, i) {
			shape = append(shape, n)
		}
	}
	return x.Reshape(shape...)
}

func dropAxis(x *graph.Value, axis int) *graph.Value { return dropAxes(x, []int{axis}) }

// infer finds the one size of −1 that makes the sizes hold count elements.
func infer(op string, t graph.Type, count graph.Size, sizes []graph.Size) []graph.Size {
	sizes = slices.Clone(sizes)
	at, rest := -1, graph.N(1)
	for i, n := range sizes {
		k, ok := n.Int()
		switch {
		case ok && k == -1 && at >= 0:
			graph.Fail(op, "only one size of %s can be found out", graph.Shape(sizes))
		case ok && k == -1:
			at = i
		case ok && k < 0:
			graph.Fail(op, "%s has a negative size", graph.Shape(sizes))
		default:
			rest = rest.Mul(n)
		}
	}
	fail := func() {
		graph.Fail(op, "%s has %s elements, which do not fill %s", t, count, graph.Shape(sizes))
	}
	if at < 0 {
		if c, ok := count.Int(); ok {
			if k, ok := rest.Int(); ok && k != c {
				fail()
			}
		}
		return sizes
	}
	if rest.Is(0) {
		graph.Fail(op, "the size −1 of %s can be anything: the others hold no elements", graph.Shape(sizes))
	}
	if c, ok := count.Int(); ok {
		if k, ok := rest.Int(); ok && c%k != 0 {
			fail()
		}
	}
	sizes[at] = count.Div(rest)
	return sizes
}

func reshape(op string) func(x *graph.Value, sizes []graph.Size) *graph.Value {
	return func(x *graph.Value, sizes []graph.Size) *graph.Value {
		return x.Reshape(infer(op, x.Type, x.Shape.Count(), sizes)...)
	}
}

func flatten(x *graph.Value, start, end int) *graph.Value {
	if x.Rank() == 0 {
		wrapDim("flatten", start, 0)
		wrapDim("flatten", end, 0)
		return x.Reshape(graph.N(1))
	}
	start, end = wrapDim("flatten", start, x.Rank()), wrapDim("flatten", end, x.Rank())
	if start > end {
		graph.Fail("flatten", "start_dim %d is behind end_dim %d", start, end)
	}
	return x.Reshape(slices.Concat(x.Shape[:start], graph.Shape{x.Shape[start : end+1].Count()}, x.Shape[end+1:])...)
}

func unflatten(x *graph.Value, dim int, sizes []graph.Size) *graph.Value {
	if x.Rank() == 0 {
		graph.Fail("unflatten", "does not take a scalar")
	}
	dim = wrapDim("unflatten", dim, x.Rank())
	if len(sizes) == 0 {
		graph.Fail("unflatten", "needs sizes")
	}
	part := infer("unflatten", graph.Type{DType: x.DType, Shape: x.Shape[dim : dim+1]}, x.Shape[dim], sizes)
	return x.Reshape(slices.Concat(x.Shape[:dim], part, x.Shape[dim+1:])...)
}

func permute(x *graph.Value, dims []int) *graph.Value {
	if len(dims) != x.Rank() {
		graph.Fail("permute", "%v orders %d dimensions, and %s has %d", dims, len(dims), x.Type, x.Rank())
	}
	if x.Rank() == 0 {
		return x
	}
	return x.Permute(wrapDims("permute", dims, x.Rank())...)
}

func transpose(x *graph.Value, a, b int) *graph.Value {
	a, b = wrapDim("transpose", a, x.Rank()), wrapDim("transpose", b, x.Rank())
	if a == b {
		return x
	}
	return x.SwapAxes(a, b)
}

func t(x *graph.Value) *graph.Value {
	if x.Rank() > 2 {
		graph.Fail("t", "takes at most 2 dimensions, not %s: use transpose or mT", x.Type)
	}
	if x.Rank() < 2 {
		return x
	}
	return x.SwapAxes(0, 1)
}

// squeeze drops those of axes that have size 1; a symbolic size is taken not to be 1.
func squeeze(x *graph.Value, axes []int) *graph.Value {
	return dropAxes(x, slices.DeleteFunc(slices.Clone(axes), func(a int) bool { return !x.Shape[a].Is(1) }))
}

func squeezeDims(x *graph.Value, dims []int) *graph.Value {
	if dims == nil {
		dims = allDims(x.Rank())
	}
	if len(dims) == 0 {
		return x
	}
	return squeeze(x, wrapDims("squeeze", dims, x.Rank()))
}

func unsqueeze(x *graph.Value, dim int) *graph.Value {
	return x.Unsqueeze(wrapDim("unsqueeze", dim, x.Rank()+1))
}

// expand broadcasts to sizes, of which −1 stays what it is.
func expand(op string) func(x *graph.Value, sizes []graph.Size) *graph.Value {
	return func(x *graph.Value, sizes []graph.Size) *graph.Value {
		lead := len(sizes) - x.Rank()
		if lead < 0 {
			graph.Fail(op, "%s has more dimensions than %s", x.Type, graph.Shape(sizes))
		}
		sizes = slices.Clone(sizes)
		for i, n := range sizes {
			k, ok := n.Int()
			switch {
			case ok && k == -1 && i >= lead:
				sizes[i] = x.Shape[i-lead]
			case ok && k < 0:
				graph.Fail(op, "%s has a negative size for a new dimension of %s", graph.Shape(sizes), x.Type)
			case i >= lead && !x.Shape[i-lead].Is(1) && !x.Home.Solver().Same(x.Shape[i-lead], n):
				graph.Fail(op, "%s does not expand to %s: size %s of dimension %d is neither 1 nor %s", x.Type, graph.Shape(sizes), x.Shape[i-lead], i-lead, n)
			}
		}
		return x.Expand(sizes...)
	}
}

func moveDims(x *graph.Value, from, to []int) *graph.Value {
	if len(from) != len(to) {
		graph.Fail("movedim", "source %v and destination %v differ in length", from, to)
	}
	if len(from) == 0 || x.Rank() == 0 {
		return x
	}
	from, to = wrapDims("movedim", from, x.Rank()), wrapDims("movedim", to, x.Rank())
	order := make([]int, x.Rank())
	rest := slices.DeleteFunc(allDims(x.Rank()), func(a int) bool { return slices.Contains(from, a) })
	for i := range order {
		if k := slices.Index(to, i); k >= 0 {
			order[i] = from[k]
		} else {
			order[i], rest = rest[0], rest[1:]
		}
	}
	return x.Permute(order...)
}

// atLeastRank puts axes of 1 in front of x until it has rank r.
func atLeastRank(x *graph.Value, r int) *graph.Value {
	for x.Rank() < r {
		x = x.Unsqueeze(0)
	}
	return x
}

// sizeSamples are tensors of 24 elements with sizes for them.
func sizeSamples(r *rand.Rand) []Sample {
	return []Sample{
		call(f32(r, 2, 3, 4), []int{6, 4}).concrete(), call(f32(r, 2, 3, 4), []int{-1, 4}), call(f32(r, 2, 12), []int{2, 3, -1}).concrete(),
		call(below(r, 9, 4, 6), []int{24}).concrete(), call(bools(r), []int{1}),
	}
}

func dimOf(dims ...any) sampler {
	return func(r *rand.Rand) []Sample {
		return []Sample{call(append([]any{f32(r, 2, 3, 4)}, dims...)...), call(append([]any{below(r, 9, 2, 1, 4)}, dims...)...)}
	}
}

func sameSamples(r *rand.Rand) []Sample {
	return []Sample{call(f32(r, 2, 3)), call(below(r, 9, 4)), call(bools(r))}
}

// Views with other sizes.
var (
	Reshape = define(Op{
		Schema: "reshape(Tensor(a) self, SymInt[] shape) -> Tensor(a)", View: true, Doc: "The same elements with other sizes, one of which may be −1.", Samples: sizeSamples,
	}, reshape("reshape"))
	View = define(Op{
		Schema: "view(Tensor(a) self, SymInt[] size) -> Tensor(a)", View: true, Doc: "The same elements with other sizes, one of which may be −1, always in the same memory.", Samples: sizeSamples,
	}, reshape("view"))
	ViewAs = define(Op{
		Schema: "view_as(Tensor(a) self, Tensor other) -> Tensor(a)", Method: "-", Doc: "The same elements with the sizes of other.",
		Samples: func(r *rand.Rand) []Sample { return []Sample{call(f32(r, 2, 6), f32(r, 3, 4)).concrete()} },
	}, func(x, y *graph.Value) *graph.Value { return reshape("view_as")(x, y.Shape) })
	ReshapeAs = define(Op{
		Schema: "reshape_as(Tensor(a) self, Tensor other) -> Tensor(a)", Method: "-", Doc: "The same elements with the sizes of other.",
		Samples: func(r *rand.Rand) []Sample { return []Sample{call(f32(r, 2, 6), f32(r, 3, 4)).concrete()} },
	}, func(x, y *graph.Value) *graph.Value { return reshape("reshape_as")(x, y.Shape) })
	Flatten = define(Op{
		Schema: "flatten.using_ints(Tensor(a) self, int start_dim=0, int end_dim=-1) -> Tensor(a)", Method: "Flatten", View: true,
		Doc: "The same elements with the dimensions from start_dim to end_dim made one.", Samples: dimOf(1),
	}, flatten)
	Ravel     = define(Op{Schema: "ravel(Tensor(a) self) -> Tensor(a)", View: true, Doc: "The same elements with one dimension.", Samples: sameSamples}, func(x *graph.Value) *graph.Value { return flatten(x, 0, -1) })
	Unflatten = define(Op{
		Schema: "unflatten.int(Tensor(a) self, int dim, SymInt[] sizes) -> Tensor(a)", View: true, Doc: "The same elements with one dimension made several.",
		Samples: func(r *rand.Rand) []Sample {
			return []Sample{call(f32(r, 2, 12), 1, []int{3, -1}).concrete(), call(f32(r, 6, 2), 0, []int{2, 3}).concrete()}
		},
	}, unflatten)
	Squeeze = define(Op{
		Schema: "squeeze.dims(Tensor(a) self, int[] dim) -> Tensor(a)", Method: "Squeeze", View: true, Doc: "The same elements without those of the dimensions that have size 1, in Go all where none are named.", Samples: dimOf([]int{1}),
	}, squeezeDims)
	SqueezeAll = define(Op{
		Schema: "squeeze(Tensor(a) self) -> Tensor(a)", Method: "-", Doc: "The same elements without the dimensions of size 1.", Samples: dimOf(),
	}, func(x *graph.Value) *graph.Value { return squeeze(x, allDims(x.Rank())) })
	SqueezeDim = define(Op{
		Schema: "squeeze.dim(Tensor(a) self, int dim) -> Tensor(a)", Method: "-", Doc: "The same elements without a dimension if its size is 1.", Samples: dimOf(1),
	}, func(x *graph.Value, dim int) *graph.Value { return squeezeDims(x, []int{dim}) })
	Unsqueeze = define(Op{
		Schema: "unsqueeze(Tensor(a) self, int dim) -> Tensor(a)", View: true, Doc: "The same elements with a dimension of size 1 more.", Samples: dimOf(-1),
	}, unsqueeze)
	Expand = define(Op{
		Schema: "expand(Tensor(a) self, SymInt[] size, *, bool implicit=False) -> Tensor(a)", View: true, Doc: "The elements repeated along dimensions of size 1 and new ones in front.",
		Samples: func(r *rand.Rand) []Sample {
			return []Sample{call(f32(r, 3, 1), []int{2, -1, 4}), call(below(r, 9), []int{3})}
		},
	}, expand("expand"))
	BroadcastTo = define(Op{
		Schema: "broadcast_to(Tensor(a) self, SymInt[] size) -> Tensor(a)", View: true, Doc: "The elements repeated along dimensions of size 1 and new ones in front.",
		Samples: func(r *rand.Rand) []Sample { return []Sample{call(f32(r, 3, 1), []int{2, -1, 4})} },
	}, expand("broadcast_to"))
	ExpandAs = define(Op{
		Schema: "expand_as(Tensor(a) self, Tensor other) -> Tensor(a)", Method: "-", Doc: "The elements repeated to the sizes of other.", Samples: func(r *rand.Rand) []Sample {
			return []Sample{call(f32(r, 3, 1), f32(r, 2, 3, 4))}
		},
	}, func(x, y *graph.Value) *graph.Value { return expand("expand_as")(x, y.Shape) })
)

// Views with the dimensions in another order.
var (
	Permute = define(Op{
		Schema: "permute(Tensor(a) self, int[] dims) -> Tensor(a)", View: true, Doc: "The same elements with the dimensions in another order.",
		Samples: func(r *rand.Rand) []Sample { return []Sample{call(f32(r, 2, 3, 4), []int{2, 0, -2})} },
	}, permute)
	Transpose = define(Op{
		Schema: "transpose.int(Tensor(a) self, int dim0, int dim1) -> Tensor(a)", View: true, Doc: "The same elements with two dimensions exchanged.", Samples: dimOf(0, -1),
	}, transpose)
	T  = define(Op{Schema: "t(Tensor(a) self) -> Tensor(a)", View: true, Doc: "The transpose of a matrix; vectors stay.", Samples: sameSamples}, t)
	MT = define(Op{
		Schema: "mT(Tensor(a) self) -> Tensor(a)", Method: "MT", View: true, Doc: "The transposes of matrices.", Samples: dimOf(),
	}, func(x *graph.Value) *graph.Value {
		if x.Rank() < 2 {
			graph.Fail("mT", "takes matrices, not %s", x.Type)
		}
		return x.SwapAxes(x.Rank()-2, x.Rank()-1)
	})
	MovedimList = define(Op{
		Schema: "movedim.intlist(Tensor(a) self, int[] source, int[] destination) -> Tensor(a)", Method: "MovedimList", View: true, Doc: "The same elements with some dimensions at other places.",
		Samples: dimOf([]int{0, 1}, []int{2, 0}),
	}, moveDims)
	Movedim = define(Op{
		Schema: "movedim.int(Tensor(a) self, int source, int destination) -> Tensor(a)", View: true, Doc: "The same elements with a dimension at another place.", Samples: dimOf(0, 2),
	}, func(x *graph.Value, from, to int) *graph.Value { return moveDims(x, []int{from}, []int{to}) })
)
