package ops

import (
	"math/rand/v2"
	"slices"

	"github.com/flambeau-ml/flambeau/graph"
)

// selected are the flat indices of the elements of x that are not zero.
func selected(op string, x *graph.Value) *graph.Value {
	flags := flat(truth(x))
	return indicesOf(flags, countTrue(op, flags), 0)
}

func nonZero(op string) func(x *graph.Value) *graph.Value {
	return func(x *graph.Value) *graph.Value {
		at := selected(op, x)
		return columns(x.Home, coordinates(at, x.Shape), at.Shape[0])
	}
}

// nonZeroByAxis is nonzero with a vector for each axis; a scalar is a vector of one.
func nonZeroByAxis(op string) func(x *graph.Value) []*graph.Value {
	return func(x *graph.Value) []*graph.Value {
		return coordinates(selected(op, x), atLeast1(x).Shape)
	}
}

// nonZeroStatic has size rows whatever the values are: the first so many, or rows of fill behind all that there are.
func nonZeroStatic(x *graph.Value, size graph.Size, fill int) *graph.Value {
	if n, ok := size.Int(); ok && n < 0 {
		graph.Fail("nonzero_static", "size is %d: it must not be negative", n)
	}
	at := indicesOf(flat(truth(x)), size, -1)
	axes := coordinates(at, x.Shape)
	none := at.Lt(at.Like(0))
	for i, v := range axes {
		axes[i] = none.Where(at.Scalar(graph.IntOf(int64(fill))), v)
	}
	return columns(x.Home, axes, size)
}

func maskedSelect(x, mask *graph.Value) *graph.Value {
	if mask.DType != graph.Bool {
		graph.Fail("masked_select", "the mask is %s: it must be bool", mask.Type)
	}
	shape, ok := graph.BroadcastShapes(x.Home.Solver(), x.Shape, mask.Shape)
	if !ok {
		graph.Fail("masked_select", "%s and the mask %s do not broadcast", x.Type, mask.Type)
	}
	return flat(x.Expand(shape...)).Gather(selected("masked_select", mask.Expand(shape...)), 0, 0)
}

// repeats are, for each place of the result, the place that it is read from when each is read as often as a vector says.
func repeats(op string, times *graph.Value, size *graph.Size) *graph.Value {
	needIndex(op, times)
	needRank(op, times, "repeats", 1)
	times = times.Cast(graph.Int64)
	if size == nil {
		sum, none := times.ReduceSum(0), times.Like(-1)
		negative := times.Lt(times.Like(0)).Cast(graph.Int64).ReduceSum(0)
		n := count(op, negative.Gt(negative.Like(0)).Where(none, sum), nil)
		if k, ok := n.Int(); ok && k < 0 {
			graph.Fail(op, "a number of repeats is negative")
		}
		size = &n
	}
	// What is read at a place is how many runs have ended before it; a run that ends beyond the last is an error.
	ends := times.CumSum(0)
	marks := graph.Full(times.Home, graph.Type{DType: graph.Int64, Shape: graph.Shape{size.Add(graph.N(1))}}, graph.IntOf(0))
	ones := graph.Full(times.Home, graph.Type{DType: graph.Int64, Shape: times.Shape}, graph.IntOf(1))
	return marks.ScatterAdd(ends, ones, 0, 0).CumSum(0).SliceAxis(0, graph.N(0), *size, 1)
}

func repeatInterleaveBy(x, times *graph.Value, dim *int, size *graph.Size) *graph.Value {
	d := 0
	if dim == nil {
		x = flat(x)
	} else {
		x = atLeast1(x)
		d = wrapDim("repeat_interleave", *dim, x.Rank())
	}
	if times.Rank() == 0 || times.Rank() == 1 && times.Shape[0].Is(1) {
		times = times.Reshape(graph.N(1)).Expand(x.Shape[d])
	}
	if needRank("repeat_interleave", times, "repeats", 1); !x.Home.Solver().Same(times.Shape[0], x.Shape[d]) {
		graph.Fail("repeat_interleave", "repeats %s do not fit dimension %d of %s", times.Type, d, x.Type)
	}
	return x.Gather(repeats("repeat_interleave", times, size), d, 0)
}

// extent is one more than the largest of a vector of integers, at least least; −1 where one is negative.
func extent(x *graph.Value, least graph.Size) *graph.Value {
	x = x.Cast(graph.Int64)
	size := x.ReduceMax(0).Shift(1).Max(graph.NewSize(x.Home, graph.Int64, least))
	return x.ReduceMin(0).Lt(x.Like(0)).Where(x.Like(-1), size)
}

// binCount counts how often each number appears, or sums what weights give for it.
func binCount(x, weights *graph.Value, least graph.Size) *graph.Value {
	needIndex("bincount", x)
	needRank("bincount", x, "the tensor", 1)
	if n, ok := least.Int(); ok && n < 0 {
		graph.Fail("bincount", "minlength is %d: it must not be negative", n)
	}
	d := graph.Int64
	if weights != nil {
		if d = weights.DType; d != graph.Float32 {
			d = graph.Float64
		}
		if !x.Home.Solver().SameShape(x.Shape, weights.Shape) {
			graph.Fail("bincount", "%s and the weights %s differ in shape", x.Type, weights.Type)
		}
	}
	if x.Shape[0].Is(0) {
		return graph.Zeros(x.Home, graph.Type{DType: graph.Int64, Shape: graph.Shape{least}})
	}
	size := count("bincount", extent(x, least), nil)
	if n, ok := size.Int(); ok && n < 0 {
		graph.Fail("bincount", "an element is negative")
	}
	upd := graph.Full(x.Home, graph.Type{DType: d, Shape: x.Shape}, graph.IntOf(1))
	if weights != nil {
		upd = weights.Cast(d)
	}
	return graph.Zeros(x.Home, graph.Type{DType: d, Shape: graph.Shape{size}}).ScatterAdd(x, upd, 0, 0)
}

func oneHot(x *graph.Value, classes int) *graph.Value {
	if x.DType != graph.Int64 {
		graph.Fail("one_hot", "takes int64, not %s", x.Type)
	}
	size := graph.N(classes)
	switch {
	case classes < -1 || classes == 0:
		graph.Fail("one_hot", "num_classes is %d: it must be positive, or −1 for one more than the largest element", classes)
	case classes == -1:
		if x.Shape.Count().Is(0) {
			graph.Fail("one_hot", "the elements decide on the number of classes, and %s has none", x.Type)
		}
		size = count("one_hot", extent(flat(x), graph.N(0)), nil)
		if n, ok := size.Int(); ok && n < 0 {
			graph.Fail("one_hot", "an element is negative")
		}
	}
	t := graph.Type{DType: graph.Int64, Shape: graph.Shape{size}}
	return x.Unsqueeze(x.Rank()).Eq(graph.NewIota(x.Home, t, 0)).Cast(graph.Int64)
}

func flagSamples(r *rand.Rand) []Sample {
	none := graph.NewArray(graph.Int64, 4)
	return []Sample{
		call(bools(r, 3, 4)), call(below(r, 2, 7)), call(bools(r)), call(f32(r, 2, 3, 2)), call(none), call(bools(r, 0, 3)), call(below(r, 3, 300, 31)),
	}
}

// What is selected by value.
var (
	NonZero = define(Op{
		Schema: "nonzero(Tensor self) -> Tensor", Method: "NonZero", Counted: true, Doc: "The places of the elements that are not zero, a row for each.", Samples: flagSamples,
	}, nonZero("nonzero"))
	ArgWhere = define(Op{
		Schema: "argwhere(Tensor self) -> Tensor", Method: "ArgWhere", Counted: true, Doc: "The places of the elements that are not zero, a row for each.", Samples: flagSamples,
	}, nonZero("argwhere"))
	NonZeroByAxis = define(Op{
		Schema: "nonzero_numpy(Tensor self) -> Tensor[]", Method: "NonZeroByAxis", Counted: true, Doc: "The places of the elements that are not zero, a vector for each dimension.", Samples: flagSamples,
	}, nonZeroByAxis("nonzero"))
	WhereTrue = define(Op{
		Schema: "where(Tensor condition) -> Tensor[]", Method: "-", Counted: true, Doc: "The places of the elements that are not zero, a vector for each dimension.", Samples: flagSamples,
	}, nonZeroByAxis("where"))
	NonZeroStatic = define(Op{
		Schema: "nonzero_static(Tensor self, *, SymInt size, int fill_value=-1) -> Tensor", Method: "NonZeroStatic", Needed: 2,
		Doc: "The places of the first elements that are not zero, a row for each, so many rows: those behind the last one are filled.",
		Samples: func(r *rand.Rand) []Sample {
			return []Sample{call(bools(r, 3, 4)).kw("size", 5), call(f32(r, 4)).kw("size", 6).kw("fill_value", 7), call(bools(r)).kw("size", 2), call(bools(r, 0, 2)).kw("size", 2), call(bools(r, 5)).kw("size", 0)}
		},
	}, nonZeroStatic)
	MaskedSelect = define(Op{
		Schema: "masked_select(Tensor self, Tensor mask) -> Tensor", Counted: true, Doc: "The elements where a mask, which broadcasts, is true, one after the other.",
		Samples: func(r *rand.Rand) []Sample {
			return []Sample{call(f32(r, 3, 4), bools(r, 3, 4)), call(f32(r, 3, 4), bools(r, 4)), call(f32(r, 4), bools(r, 3, 1)), call(f32(r), bools(r)), call(below(r, 9, 5), bools(r, 5)), call(f32(r, 0), bools(r, 0))}
		},
	}, maskedSelect)
	RepeatInterleaveBy = define(Op{
		Schema: "repeat_interleave.self_Tensor(Tensor self, Tensor repeats, int? dim=None, *, SymInt? output_size=None) -> Tensor", Method: "RepeatInterleaveBy", Counted: true,
		Doc: "Each slice of a dimension, or element, as often as a tensor says.",
		Samples: func(r *rand.Rand) []Sample {
			return []Sample{call(f32(r, 3, 4), below(r, 3, 3), 0), call(f32(r, 3, 4), counts(r, 4), -1), call(f32(r, 5), below(r, 4, 5)), call(f32(r, 3), counts(r)), call(f32(r, 2, 3), counts(r, 1), 1), call(f32(r), counts(r, 1))}
		},
	}, repeatInterleaveBy)
	RepeatIndices = define(Op{
		Schema: "repeat_interleave.Tensor(Tensor repeats, *, SymInt? output_size=None) -> Tensor", Method: "RepeatIndices", Counted: true, Doc: "The index of each element of repeats, as often as it says.",
		Samples: func(r *rand.Rand) []Sample {
			return []Sample{call(below(r, 4, 5)), call(counts(r, 3)), call(below(r, 4, 0))}
		},
	}, func(times *graph.Value, size *graph.Size) *graph.Value {
		return repeats("repeat_interleave", times, size)
	})
	BinCount = define(Op{
		Schema: "bincount(Tensor self, Tensor? weights=None, SymInt minlength=0) -> Tensor", Needed: 3, Counted: true,
		Doc: "How often each number from 0 to the largest element appears, or the sum of its weights; minlength numbers at least.",
		Samples: func(r *rand.Rand) []Sample {
			return []Sample{call(below(r, 5, 20), nil, 5), call(below(r, 5, 20), f32(r, 20), 8), call(below(r, 9, 7)), call(below(r, 9, 0), nil, 3)}
		},
	}, binCount)
	OneHot = define(Op{
		Schema: "one_hot(Tensor self, int num_classes=-1) -> Tensor", Needed: 2, Counted: true, Doc: "Vectors that are 1 at the place that each element names, else 0; −1 classes are as many as the largest element needs.",
		Samples: func(r *rand.Rand) []Sample {
			return []Sample{call(below(r, 5, 3), 5), call(below(r, 4, 2, 3), 6), call(below(r, 4, 2, 3)), call(below(r, 3))}
		},
	}, oneHot)
)

// choices are the indices of the places at which a mask over an array of the given shape is true, of which there are n.
func choices(mask *graph.Value, n int) []*graph.Value {
	return coordinates(indicesOf(flat(mask), graph.N(n), 0), mask.Shape)
}

// combinations are the rows of r elements of a vector, in order.
func combinations(x *graph.Value, r int, again bool) *graph.Value {
	needRank("combinations", x, "the tensor", 1)
	n, ok := x.Shape[0].Int()
	switch {
	case r < 0:
		graph.Fail("combinations", "r is %d: it must not be negative", r)
	case r == 0:
		return graph.Zeros(x.Home, graph.Type{DType: x.DType, Shape: graph.Ns(0)})
	case !ok:
		graph.Fail("combinations", "needs a size that is a number, not %s", x.Shape[0])
	}
	shape := slices.Repeat(graph.Shape{x.Shape[0]}, r)
	mask := graph.Full(x.Home, graph.Type{DType: graph.Bool, Shape: shape}, graph.BoolOf(true))
	t := graph.Type{DType: graph.Int64, Shape: shape}
	for i := range r - 1 {
		a, b := graph.NewIota(x.Home, t, i), graph.NewIota(x.Home, t, i+1)
		if again {
			mask = mask.And(a.Le(b))
		} else {
			mask = mask.And(a.Lt(b))
		}
	}
	if again {
		n += r - 1
	}
	total := 1
	for i := range r {
		total = total * max(n-i, 0) / (i + 1)
	}
	return x.Gather(columns(x.Home, choices(mask, total), graph.N(total)), 0, 0)
}

// triangleIndices are the rows and the columns of the places of a matrix on one side of a diagonal, which it includes.
func triangleIndices(op string, upper bool) func(b graph.Builder, rows, cols, offset int, dtype graph.DType) *graph.Value {
	return func(b graph.Builder, rows, cols, offset int, dtype graph.DType) *graph.Value {
		if rows < 0 || cols < 0 {
			graph.Fail(op, "%d rows of %d: sizes are not negative", rows, cols)
		}
		if dtype == graph.NoDType {
			dtype = graph.Int64
		}
		t := graph.T(graph.Int64, rows, cols)
		i, j := graph.NewIota(b, t, 0), graph.NewIota(b, t, 1)
		by := j.Sub(i)
		limit := graph.NewNumber(b, graph.Int64, graph.IntOf(int64(offset)))
		mask, n := by.Le(limit), 0
		if upper {
			mask = by.Ge(limit)
		}
		for row := range rows {
			if upper {
				n += cols - min(max(row+offset, 0), cols)
			} else {
				n += min(max(row+offset+1, 0), cols)
			}
		}
		axes := choices(mask, n)
		return graph.ConcatValues(0, axes[0].Unsqueeze(0), axes[1].Unsqueeze(0)).Cast(dtype)
	}
}

func triangleIndexSamples(*rand.Rand) []Sample {
	return []Sample{call(3, 4), call(4, 3, -1), call(3, 3, 2), call(2, 5, -4), call(0, 3)}
}

// Choices of places.
var (
	Combinations = define(Op{
		Schema: "combinations(Tensor self, int r=2, bool with_replacement=False) -> Tensor", Needed: 2, Doc: "Each choice of r elements of a vector, in their order.",
		Samples: func(r *rand.Rand) []Sample {
			return []Sample{call(f32(r, 4)).concrete(), call(f32(r, 4), 3).concrete(), call(below(r, 9, 3), 2, true).concrete(), call(f32(r, 2), 3).concrete(), call(f32(r, 3), 0)}
		},
	}, combinations)
	TrilIndices = define(Op{
		Schema: "tril_indices(int row, int col, int offset=0, *, " + factory + ") -> Tensor", Doc: "The rows and the columns of the places of a matrix on and below a diagonal.", Samples: triangleIndexSamples,
	}, triangleIndices("tril_indices", false))
	TriuIndices = define(Op{
		Schema: "triu_indices(int row, int col, int offset=0, *, " + factory + ") -> Tensor", Doc: "The rows and the columns of the places of a matrix on and above a diagonal.", Samples: triangleIndexSamples,
	}, triangleIndices("triu_indices", true))
)
