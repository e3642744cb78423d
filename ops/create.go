package ops

import (
	"math"
	"math/rand/v2"

	"github.com/flambeau-ml/flambeau/graph"
)

// orDefault is d where it is given, else the default dtype.
func orDefault(d graph.DType) graph.DType {
	if d == graph.NoDType {
		return DefaultDType
	}
	return d
}

func orLike(d graph.DType, x *graph.Value) graph.DType {
	if d == graph.NoDType {
		return x.DType
	}
	return d
}

func checkSizes(op string, sizes []graph.Size) {
	for _, n := range sizes {
		if k, ok := n.Int(); ok && k < 0 {
			graph.Fail(op, "%s has a negative size", graph.Shape(sizes))
		}
	}
}

// constant is an array of one constant.
func constant(op string, c graph.Scalar) func(b graph.Builder, sizes []graph.Size, dtype graph.DType) *graph.Value {
	return func(b graph.Builder, sizes []graph.Size, dtype graph.DType) *graph.Value {
		checkSizes(op, sizes)
		return graph.Full(b, graph.Type{DType: orDefault(dtype), Shape: sizes}, c)
	}
}

// constantLike is constant with the sizes and dtype of a tensor.
func constantLike(op string, c graph.Scalar) func(x *graph.Value, dtype graph.DType) *graph.Value {
	return func(x *graph.Value, dtype graph.DType) *graph.Value {
		return constant(op, c)(x.Home, x.Shape, orLike(dtype, x))
	}
}

// newConstant is constant with the dtype of a tensor.
func newConstant(op string, c graph.Scalar) func(x *graph.Value, sizes []graph.Size, dtype graph.DType) *graph.Value {
	return func(x *graph.Value, sizes []graph.Size, dtype graph.DType) *graph.Value {
		return constant(op, c)(x.Home, sizes, orLike(dtype, x))
	}
}

func full(b graph.Builder, sizes []graph.Size, s graph.Scalar, dtype graph.DType) *graph.Value {
	checkSizes("full", sizes)
	if dtype == graph.NoDType {
		dtype = scalarDType(s)
	}
	return graph.NewNumber(b, dtype, s).Expand(sizes...)
}

const (
	factory     = "ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None"
	factoryLike = "*, " + factory + ", MemoryFormat? memory_format=None) -> Tensor"
)

func shapes(*rand.Rand) []Sample {
	return []Sample{call([]int{2, 3}), call([]int{}), call([]int{0, 2}).kw("dtype", graph.Int64)}
}

func newSamples(r *rand.Rand) []Sample {
	return []Sample{call(f32(r, 2), []int{2, 3}), call(below(r, 9, 2), []int{4})}
}

func fill(name, doc string, c graph.Scalar) Operator[func(b graph.Builder, sizes []graph.Size, dtype graph.DType) *graph.Value] {
	return define(Op{Schema: name + "(SymInt[] size, *, " + factory + ") -> Tensor", Doc: doc, Samples: shapes}, constant(name, c))
}

func fillLike(name, doc string, c graph.Scalar) Operator[func(x *graph.Value, dtype graph.DType) *graph.Value] {
	return define(Op{Schema: name + "(Tensor self, " + factoryLike, Doc: doc, Samples: anySamples}, constantLike(name, c))
}

func fillNew(name, doc string, c graph.Scalar) Operator[func(x *graph.Value, sizes []graph.Size, dtype graph.DType) *graph.Value] {
	return define(Op{Schema: name + "(Tensor self, SymInt[] size, *, " + factory + ") -> Tensor", Doc: doc, Samples: newSamples}, newConstant(name, c))
}

// Arrays of one number.
var (
	Zeros     = fill("zeros", "Zeros.", graph.IntOf(0))
	Ones      = fill("ones", "Ones.", graph.IntOf(1))
	Empty     = define(Op{Schema: "empty.memory_format(SymInt[] size, *, " + factory + ", MemoryFormat? memory_format=None) -> Tensor", Method: "Empty", Doc: "An array whose elements are not promised (they are zeros).", Samples: shapes}, constant("empty", graph.IntOf(0)))
	ZerosLike = fillLike("zeros_like", "Zeros with the sizes and dtype of self.", graph.IntOf(0))
	OnesLike  = fillLike("ones_like", "Ones with the sizes and dtype of self.", graph.IntOf(1))
	EmptyLike = fillLike("empty_like", "An array with the sizes and dtype of self whose elements are not promised.", graph.IntOf(0))
	NewZeros  = fillNew("new_zeros", "Zeros with the dtype of self.", graph.IntOf(0))
	NewOnes   = fillNew("new_ones", "Ones with the dtype of self.", graph.IntOf(1))
	NewEmpty  = fillNew("new_empty", "An array with the dtype of self whose elements are not promised.", graph.IntOf(0))
	Full      = define(Op{
		Schema: "full(SymInt[] size, Scalar fill_value, *, " + factory + ") -> Tensor", Doc: "An array of one number.",
		Samples: func(*rand.Rand) []Sample {
			return []Sample{call([]int{2, 3}, 2.5), call([]int{2}, 3), call([]int{}, true), call([]int{2}, 3).kw("dtype", "float64")}
		},
	}, full)
	FullLike = define(Op{
		Schema: "full_like(Tensor self, Scalar fill_value, " + factoryLike, Doc: "An array of one number with the sizes and dtype of self.", Samples: numberSamples,
	}, func(x *graph.Value, s graph.Scalar, dtype graph.DType) *graph.Value {
		return full(x.Home, x.Shape, s, orLike(dtype, x))
	})
	NewFull = define(Op{
		Schema: "new_full(Tensor self, SymInt[] size, Scalar fill_value, *, " + factory + ") -> Tensor", Doc: "An array of one number with the dtype of self.",
		Samples: func(r *rand.Rand) []Sample { return []Sample{call(f32(r, 2), []int{2, 3}, 7)} },
	}, func(x *graph.Value, sizes []graph.Size, s graph.Scalar, dtype graph.DType) *graph.Value {
		return full(x.Home, sizes, s, orLike(dtype, x))
	})
	ScalarTensor = define(Op{
		Schema: "scalar_tensor(Scalar s, *, " + factory + ") -> Tensor", Doc: "A number as a tensor without axes.", Samples: func(*rand.Rand) []Sample { return []Sample{call(2.5), call(3)} },
	}, func(b graph.Builder, s graph.Scalar, dtype graph.DType) *graph.Value {
		return full(b, nil, s, orDefault(dtype))
	})
	FillScalar = define(Op{
		Schema: "fill.Scalar(Tensor self, Scalar value) -> Tensor", Method: "FillScalar", Doc: "One number in the place of every element.", InPlace: true, Samples: numberSamples,
	}, func(x *graph.Value, s graph.Scalar) *graph.Value { return flatIn(x, full(x.Home, x.Shape, s, x.DType)) })
	Fill = define(Op{
		Schema: "fill.Tensor(Tensor self, Tensor value) -> Tensor", Doc: "The value of a tensor without axes in the place of every element.", InPlace: true,
		Samples: func(r *rand.Rand) []Sample { return []Sample{call(f32(r, 2, 3), f32(r)), call(f32(r, 2), below(r, 9))} },
	}, func(x, v *graph.Value) *graph.Value {
		needRank("fill", v, "the value", 0)
		return flatIn(x, v.Cast(x.DType).Expand(x.Shape...))
	})
	Zero = define(Op{Schema: "zero(Tensor self) -> Tensor", Doc: "Zeros in the place of every element.", InPlace: true, Samples: anySamples}, func(x *graph.Value) *graph.Value { return flatIn(x, graph.Zeros(x.Home, x.Type)) })
)

// flatIn is v, which took the place of x: its derivative with respect to x is 0, as PyTorch has it, and not absent.
// Builders that say that no gradient is asked of x get v itself.
func flatIn(x, v *graph.Value) *graph.Value {
	b, ok := x.Home.(interface{ NeedsGrad(v *graph.Value) bool })
	if !ok || !b.NeedsGrad(x) {
		return v
	}
	return graph.NewConst(v.Home, graph.Bool, graph.BoolOf(true)).Expand(x.Shape...).Where(v, x)
}

// sequenceType is the dtype of numbers counted out: int64 where all are integers.
func sequenceType(d graph.DType, ss ...graph.Scalar) graph.DType {
	if d != graph.NoDType {
		return d
	}
	for _, s := range ss {
		if s.Kind() > graph.IntScalar {
			return DefaultDType
		}
	}
	return graph.Int64
}

// arange counts from start to before end by step.
func arange(b graph.Builder, start, end, step graph.Scalar, dtype graph.DType) *graph.Value {
	d := sequenceType(dtype, start, end, step)
	var n float64
	if max(start.Kind(), end.Kind(), step.Kind()) <= graph.IntScalar {
		if by := step.Int(); by != 0 {
			n = math.Ceil(float64(end.Int()-start.Int()) / float64(by))
		}
	} else {
		n = math.Ceil((end.Float() - start.Float()) / step.Float())
	}
	if step.Float() == 0 || n < 0 || n != n || math.IsInf(n, 0) {
		graph.Fail("arange", "cannot count from %s to %s by %s", start, end, step)
	}
	return sequence(b, graph.N(int(n)), d, func(d graph.DType) (*graph.Value, *graph.Value) {
		return graph.NewNumber(b, d, start), graph.NewNumber(b, d, step)
	})
}

// sequence is first + i·step for n places, computed in the wide form of d.
func sequence(b graph.Builder, n graph.Size, d graph.DType, ends func(d graph.DType) (first, step *graph.Value)) *graph.Value {
	w := wide(d)
	if d == graph.Bool {
		w = graph.Int64
	}
	first, step := ends(w)
	return graph.NewIota(b, graph.Type{DType: w, Shape: graph.Shape{n}}, 0).Mul(step).Add(first).Cast(d)
}

// linspace counts between numbers.
func linspace(b graph.Builder, start, end graph.Scalar, steps int, dtype graph.DType) *graph.Value {
	if dtype == graph.NoDType && max(start.Kind(), end.Kind()) == graph.ComplexScalar {
		dtype = graph.ComplexType(DefaultDType)
	}
	w := spaceType(dtype)
	return between(b, graph.NewNumber(b, w, start), graph.NewNumber(b, w, end), steps, orDefault(dtype))
}

// linspaceTensors counts between tensors without axes.
func linspaceTensors(start, end *graph.Value, steps int, dtype graph.DType) *graph.Value {
	needRank("linspace", start, "start", 0)
	needRank("linspace", end, "end", 0)
	w := spaceType(dtype)
	return between(start.Home, start.Cast(w), end.Cast(w), steps, orDefault(dtype))
}

// spaceType is the dtype in which numbers evenly apart are computed.
func spaceType(dtype graph.DType) graph.DType {
	if d := orDefault(dtype); d.IsInexact() {
		return wide(d)
	}
	return graph.Float64
}

// between counts from both ends, so that both are exact.
func between(b graph.Builder, first, last *graph.Value, steps int, d graph.DType) *graph.Value {
	if steps < 0 {
		graph.Fail("linspace", "steps is %d: it must not be negative", steps)
	}
	w := first.DType
	if steps == 1 {
		return first.Reshape(graph.N(1)).Cast(d)
	}
	place := graph.NewIota(b, graph.T(graph.PartType(w), steps), 0)
	i := place.Cast(w)
	step := last.Sub(first).Div(graph.NewNumber(b, w, graph.IntOf(int64(max(steps-1, 1)))))
	n := graph.NewNumber(b, w, graph.IntOf(int64(steps-1)))
	half := graph.NewNumber(b, place.DType, graph.IntOf(int64(steps/2)))
	return place.Lt(half).Where(first.Add(i.Mul(step)), last.Sub(n.Sub(i).Mul(step))).Cast(d)
}

func eye(b graph.Builder, n, m graph.Size, dtype graph.DType) *graph.Value {
	checkSizes("eye", []graph.Size{n, m})
	t := graph.Type{DType: graph.Int64, Shape: graph.Shape{n, m}}
	return graph.NewIota(b, t, 0).Eq(graph.NewIota(b, t, 1)).Cast(orDefault(dtype))
}

// Sequences and the identity.
var (
	Arange = define(Op{
		Schema: "arange(Scalar end, *, " + factory + ") -> Tensor", Doc: "0, 1, 2 … to before end.",
		Samples: func(*rand.Rand) []Sample {
			return []Sample{call(5), call(4.5), call(3).kw("dtype", graph.Float32), call(0)}
		},
	}, func(b graph.Builder, end graph.Scalar, dtype graph.DType) *graph.Value {
		zero, one := graph.IntOf(0), graph.IntOf(1)
		return arange(b, zero, end, one, dtype)
	})
	ArangeStart = define(Op{
		Schema: "arange.start(Scalar start, Scalar end, *, " + factory + ") -> Tensor", Method: "-", Doc: "Start, start + 1 … to before end.",
		Samples: func(*rand.Rand) []Sample { return []Sample{call(2, 5), call(0.5, 4.5)} },
	}, func(b graph.Builder, start, end graph.Scalar, dtype graph.DType) *graph.Value {
		return arange(b, start, end, graph.IntOf(1), dtype)
	})
	ArangeStep = define(Op{
		Schema: "arange.start_step(Scalar start, Scalar end, Scalar step=1, *, " + factory + ") -> Tensor", Needed: 3, Method: "ArangeStep", Doc: "Start, start + step … to before end.",
		Samples: func(*rand.Rand) []Sample {
			return []Sample{call(2, 9, 3), call(5, 0, -2), call(0, 1, 0.25).kw("dtype", graph.BFloat16)}
		},
	}, arange)
	Linspace = define(Op{
		Schema: "linspace(Scalar start, Scalar end, int steps, *, " + factory + ") -> Tensor", Doc: "So many numbers from start to end, evenly apart.",
		Samples: func(*rand.Rand) []Sample {
			return []Sample{call(0, 1, 5), call(-2.5, 3, 1), call(3, 0, 4).kw("dtype", graph.Int64), call(0, 1, 0)}
		},
	}, linspace)
	LinspaceTensor = define(Op{
		Schema: "linspace.Tensor_Tensor(Tensor start, Tensor end, int steps, *, " + factory + ") -> Tensor", Method: "LinspaceTensor", Doc: "So many numbers from one tensor without axes to another, evenly apart.",
		Samples: func(r *rand.Rand) []Sample { return []Sample{call(f32(r), f32(r), 4)} },
	}, linspaceTensors)
	LinspaceTensorScalar = define(Op{
		Schema: "linspace.Tensor_Scalar(Tensor start, Scalar end, int steps, *, " + factory + ") -> Tensor", Method: "-", Doc: "So many numbers from a tensor without axes to a number, evenly apart.",
		Samples: func(r *rand.Rand) []Sample { return []Sample{call(f32(r), 2.5, 4)} },
	}, func(start *graph.Value, end graph.Scalar, steps int, dtype graph.DType) *graph.Value {
		return linspaceTensors(start, numberLike(start, spaceType(dtype), end), steps, dtype)
	})
	LinspaceScalarTensor = define(Op{
		Schema: "linspace.Scalar_Tensor(Scalar start, Tensor end, int steps, *, " + factory + ") -> Tensor", Method: "-", Doc: "So many numbers from a number to a tensor without axes, evenly apart.",
		Samples: func(r *rand.Rand) []Sample { return []Sample{call(2.5, f32(r), 4)} },
	}, func(start graph.Scalar, end *graph.Value, steps int, dtype graph.DType) *graph.Value {
		return linspaceTensors(numberLike(end, spaceType(dtype), start), end, steps, dtype)
	})
	Eye = define(Op{
		Schema: "eye(SymInt n, *, " + factory + ") -> Tensor", Doc: "The identity matrix.", Samples: func(*rand.Rand) []Sample { return []Sample{call(3), call(0)} },
	}, func(b graph.Builder, n graph.Size, dtype graph.DType) *graph.Value { return eye(b, n, n, dtype) })
	EyeM = define(Op{
		Schema: "eye.m(SymInt n, SymInt m, *, " + factory + ") -> Tensor", Doc: "Ones where row and column are the same, of n rows and m columns.", Samples: func(*rand.Rand) []Sample { return []Sample{call(3, 4)} },
	}, eye)
)

func castTo(x *graph.Value, dtype graph.DType) *graph.Value { return x.Cast(dtype) }

// Copies and conversions.
var (
	To = define(Op{
		Schema: "to.dtype(Tensor(a) self, ScalarType dtype, bool non_blocking=False, bool copy=False, MemoryFormat? memory_format=None) -> Tensor(a)", Method: "To", Needed: 2, Doc: "The elements converted to a dtype.",
		Samples: func(r *rand.Rand) []Sample {
			return []Sample{call(f32(r, 3), graph.Int64), call(f32(r, 3), "bfloat16"), call(below(r, 9, 3), graph.Float32)}
		},
	}, castTo)
	ToCopy = define(Op{
		Schema: "_to_copy(Tensor self, *, " + factory + ", bool non_blocking=False, MemoryFormat? memory_format=None) -> Tensor", Method: "-", Doc: "A copy, converted to a dtype.",
		Samples: withKwargs(anySamples, "dtype", graph.Float64, nil),
	}, castTo)
	TypeAs = define(Op{
		Schema: "type_as(Tensor self, Tensor other) -> Tensor", Doc: "The elements converted to the dtype of other.", Samples: pairSamples,
	}, func(x, y *graph.Value) *graph.Value { return x.Cast(y.DType) })
	Clone = define(Op{
		Schema: "clone(Tensor self, *, MemoryFormat? memory_format=None) -> Tensor", Doc: "A copy.", Samples: anySamples,
	}, func(x *graph.Value) *graph.Value { return x })
	Contiguous = define(Op{
		Schema: "contiguous(Tensor(a) self, *, MemoryFormat memory_format=contiguous_format) -> Tensor(a)", Doc: "The elements, lying in memory in their order.", Samples: anySamples,
	}, func(x *graph.Value) *graph.Value { return x })
	Copy = define(Op{
		Schema: "copy(Tensor self, Tensor src, bool non_blocking=False) -> Tensor", Doc: "The elements of src with the sizes and dtype of self.", InPlace: true,
		Samples: func(r *rand.Rand) []Sample {
			return []Sample{call(f32(r, 2, 3), f32(r, 3)), call(below(r, 9, 2), f32(r, 2))}
		},
	}, func(x, src *graph.Value) *graph.Value { return expand("copy")(src, x.Shape).Cast(x.DType) })
)
