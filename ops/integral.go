package ops

import (
	"math/rand/v2"
	"slices"

	"github.com/flambeau-ml/flambeau/graph"
)

// neighbours are the elements along axis but the last, and but the first.
func neighbours(x *graph.Value, axis int) (left, right *graph.Value) {
	n := x.Shape[axis].Sub(graph.N(1))
	return x.SliceAxis(axis, graph.N(0), n, 1), x.SliceAxis(axis, graph.N(1), n, 1)
}

// trapezoids are twice the areas between neighbours along a dimension, over distances of 1 or those of x.
func trapezoids(op string, y, x *graph.Value, dim int) (areas *graph.Value, axis int) {
	if y.Rank() == 0 || x != nil && x.Rank() == 0 {
		graph.Fail(op, "takes dimensions, not scalars")
	}
	axis = wrapDim(op, dim, y.Rank())
	if y.DType == graph.Bool || x != nil && x.DType == graph.Bool {
		graph.Fail(op, "does not take bool")
	}
	if y.Shape[axis].Is(0) {
		return y, axis
	}
	left, right := neighbours(y, axis)
	if areas = left.Add(right); x == nil {
		return areas, axis
	}
	if !x.Home.Solver().Same(x.Shape[xAxis(x, y, axis)], y.Shape[axis]) {
		graph.Fail(op, "%s and the places %s differ in size along dimension %d", y.Type, x.Type, dim)
	}
	if x.Rank() == 1 {
		x = x.Unsqueeze(slices.Repeat([]int{1}, y.Rank()-1-axis)...)
	}
	x = atLeastRank(x, y.Rank())
	from, to := neighbours(x, axis)
	return promoting(mul)(areas, to.Sub(from)), axis
}

// xAxis is the axis of the places x that goes along the given axis of y.
func xAxis(x, y *graph.Value, axis int) int {
	if x.Rank() == 1 {
		return 0
	}
	return max(axis-(y.Rank()-x.Rank()), 0)
}

type (
	integralAt = func(y, x *graph.Value, dim int) *graph.Value
	integralBy = func(y *graph.Value, dx graph.Scalar, dim int) *graph.Value
)

// half is areas, twice as large as they should be, in a float dtype.
func half(areas *graph.Value) *graph.Value {
	areas = areas.Cast(floatType(areas.DType))
	return areas.Scale(0.5)
}

// integrals are the two forms of an operator that joins the areas of trapezoids: at places, and by a distance.
func integrals(op string, join func(areas *graph.Value, axis int) *graph.Value) (integralAt, integralBy) {
	return func(y, x *graph.Value, dim int) *graph.Value {
			areas, axis := trapezoids(op, y, x, dim)
			return half(join(areas, axis))
		}, func(y *graph.Value, dx graph.Scalar, dim int) *graph.Value {
			areas, axis := trapezoids(op, y, nil, dim)
			sum := half(join(areas, axis))
			return sum.Mul(numberLike(sum, sum.DType, dx))
		}
}

var (
	trapezoidAt, trapezoidBy = integrals("trapezoid", func(areas *graph.Value, axis int) *graph.Value {
		return sumDims(areas, []int{axis}, false, graph.NoDType)
	})
	runningTrapezoidAt, runningTrapezoidBy = integrals("cumulative_trapezoid", func(areas *graph.Value, axis int) *graph.Value {
		return CumSum.Body(areas, axis, graph.NoDType)
	})
)

func atSamples(r *rand.Rand) []Sample {
	return []Sample{call(f32(r, 2, 4), f32(r, 4)), call(f32(r, 2, 4), f32(r, 2, 4)).kw("dim", 0), call(f32(r, 2, 3, 4), f32(r, 3, 1)).kw("dim", 1), call(below(r, 9, 5), f32(r, 5))}
}

func bySamples(r *rand.Rand) []Sample {
	return []Sample{call(f32(r, 2, 4)), call(f32(r, 2, 4)).kw("dx", 0.5).kw("dim", 0), call(below(r, 9, 5)).kw("dx", 2), call(f32(r, 1))}
}

// covariance is that of variables, the rows, over observations, the columns, which may have weights.
func covariance(x *graph.Value, correction int, times, weights *graph.Value) *graph.Value {
	if x.Rank() > 2 {
		graph.Fail("cov", "takes a vector or a matrix, not %s", x.Type)
	}
	d := floatType(x.DType)
	x = x.Cast(wide(d))
	if x.Rank() < 2 {
		x = x.Reshape(graph.N(1), x.Shape.Count())
	}
	n := x.Shape[1]
	ones := graph.Full(x.Home, graph.Type{DType: x.DType, Shape: graph.Shape{n}}, graph.IntOf(1))
	w := ones
	for _, v := range []*graph.Value{times, weights} {
		if v == nil {
			continue
		}
		if needRank("cov", v, "the weights", 1); !v.Home.Solver().Same(v.Shape[0], n) {
			graph.Fail("cov", "weights %s do not fit %s observations", v.Type, n)
		}
		w = w.Mul(v.Cast(x.DType))
	}
	if times != nil && !times.DType.IsInt() || weights != nil && !weights.DType.IsFloat() {
		graph.Fail("cov", "fweights are integers, and aweights floats")
	}
	total := w.ReduceSum(0)
	off := total.Like(float64(correction))
	if weights != nil {
		off = off.Mul(w.Mul(weights.Cast(x.DType)).ReduceSum(0)).Div(total)
	}
	centred := x.Sub(x.Mul(w).ReduceSum(1).Div(total).Unsqueeze(1))
	c := matmul("cov", centred.Mul(w), centred.SwapAxes(0, 1)).Div(total.Sub(off).Max(total.Like(0)))
	if x.Shape[0].Is(1) {
		c = c.Reshape()
	}
	return c.Cast(d)
}

// correlation is the covariance over the roots of its diagonal, held between −1 and 1.
func correlation(x *graph.Value) *graph.Value {
	d := floatType(x.DType)
	c := covariance(x.Cast(wide(d)), 1, nil, nil)
	if c.Rank() == 0 {
		return c.Div(c).Cast(d)
	}
	n := c.Shape[0]
	same := onDiagonals(c.Home, n, n, 0)
	deviations := same.Where(c, c.Like(0)).ReduceSum(1).Sqrt()
	c = c.Div(deviations.Unsqueeze(1)).Div(deviations.Unsqueeze(0))
	return c.Max(c.Like(-1)).Min(c.Like(1)).Cast(d)
}

// mode is the most frequent element along a dimension, of several the smallest, and the last index at which it stands.
func mode(x *graph.Value, dim int, keep bool) (values, indices *graph.Value) {
	axis := wrapDim("mode", dim, x.Rank())
	line := atLeast1(x)
	if line.Shape[axis].Is(0) {
		graph.Fail("mode", "dimension %d of %s is empty", dim, x.Type)
	}
	number, _, order := ranks(line, axis)
	ones := graph.Full(x.Home, number.Type, graph.IntOf(1))
	times := scatterAlong("mode", graph.ScatterAdd, graph.Zeros(x.Home, number.Type), axis, number, ones)
	often := gatherAlong(gatherAlong(times, axis, number), axis, order)
	at := often.ArgMax(axis).Unsqueeze(axis)
	last := at.Add(gatherAlong(often, axis, at)).Shift(-1)
	indices = gatherAlong(order, axis, last)
	values = gatherAlong(line, axis, indices)
	return fitted(values, x, axis, keep), fitted(indices, x, axis, keep)
}

// renorm makes slices of a dimension whose norm is larger than most as small as that.
func renorm(x *graph.Value, p graph.Scalar, dim int, most graph.Scalar) *graph.Value {
	needFloat("renorm", x)
	if x.Rank() < 2 || p.Float() <= 0 || most.Float() < 0 {
		graph.Fail("renorm", "takes at least 2 dimensions, p > 0 and maxnorm ≥ 0, not %s, %s and %s", x.Type, p, most)
	}
	axis := wrapDim("renorm", dim, x.Rank())
	others := slices.DeleteFunc(allDims(x.Rank()), func(a int) bool { return a == axis })
	w := x.Cast(wide(x.DType))
	norm, limit := vectorNorm(w, p, others, true, graph.NoDType), numberLike(w, w.DType, most)
	factor := norm.Gt(limit).Where(limit.Div(norm.Shift(1e-7)), w.Like(1))
	return w.Mul(factor).Cast(x.DType)
}

// sumToSize sums over the dimensions that sizes, which would broadcast to x's, do not have.
func sumToSize(x *graph.Value, sizes []graph.Size) *graph.Value {
	lead := x.Rank() - len(sizes)
	var axes []int
	for i := range x.Shape {
		switch {
		case lead < 0:
		case i < lead || sizes[i-lead].Is(1) && !x.Shape[i].Is(1):
			axes = append(axes, i)
			continue
		case x.Home.Solver().Same(x.Shape[i], sizes[i-lead]):
			continue
		}
		graph.Fail("sum_to_size", "%s does not sum to %s", x.Type, graph.Shape(sizes))
	}
	return x.ReduceSum(axes...).Reshape(sizes...)
}

// firstOfThree is the first dimension of size 3.
func firstOfThree(x *graph.Value) int {
	i := slices.IndexFunc(x.Shape, func(n graph.Size) bool { return n.Is(3) })
	if i < 0 {
		graph.Fail("cross", "%s has no dimension of size 3", x.Type)
	}
	return i
}

// powers are base to the power of numbers evenly apart.
func powers(exponents *graph.Value, base float64, dtype graph.DType) *graph.Value {
	return givenLike(exponents, base).Pow(exponents).Cast(orDefault(dtype))
}

func logspace(b graph.Builder, start, end graph.Scalar, steps int, base float64, dtype graph.DType) *graph.Value {
	w := spaceType(dtype)
	return powers(between(b, graph.NewNumber(b, w, start), graph.NewNumber(b, w, end), steps, w), base, dtype)
}

func logspaceTensors(start, end *graph.Value, steps int, base float64, dtype graph.DType) *graph.Value {
	needRank("logspace", start, "start", 0)
	needRank("logspace", end, "end", 0)
	w := spaceType(dtype)
	return powers(between(start.Home, start.Cast(w), end.Cast(w), steps, w), base, dtype)
}

const logspaceEnd = ", int steps, float base=10.0, *, " + factory + ") -> Tensor"

// Integrals, statistics of lines, and numbers evenly apart.
var (
	TrapezoidAt = define(Op{
		Schema: "trapezoid.x(Tensor y, Tensor x, *, int dim=-1) -> Tensor", Method: "TrapezoidAt", Doc: "The integral along a dimension by trapezoids between the places x.", Samples: atSamples,
	}, trapezoidAt)
	Trapezoid = define(Op{
		Schema: "trapezoid.dx(Tensor y, *, Scalar dx=1, int dim=-1) -> Tensor", Method: "Trapezoid", Doc: "The integral along a dimension by trapezoids between places dx apart.", Samples: bySamples,
	}, trapezoidBy)
	TrapzAt = define(Op{
		Schema: "trapz.x(Tensor y, Tensor x, *, int dim=-1) -> Tensor", Method: "-", Doc: "The integral along a dimension by trapezoids between the places x.", Samples: atSamples,
	}, trapezoidAt)
	Trapz = define(Op{
		Schema: "trapz.dx(Tensor y, *, Scalar dx=1, int dim=-1) -> Tensor", Method: "-", Doc: "The integral along a dimension by trapezoids between places dx apart.", Samples: bySamples,
	}, trapezoidBy)
	CumulativeTrapezoidAt = define(Op{
		Schema: "cumulative_trapezoid.x(Tensor y, Tensor x, *, int dim=-1) -> Tensor", Method: "CumulativeTrapezoidAt", Doc: "The integrals up to each of the places x along a dimension, by trapezoids.", Samples: atSamples,
	}, runningTrapezoidAt)
	CumulativeTrapezoid = define(Op{
		Schema: "cumulative_trapezoid.dx(Tensor y, *, Scalar dx=1, int dim=-1) -> Tensor", Method: "CumulativeTrapezoid", Doc: "The integrals up to each of the places dx apart along a dimension, by trapezoids.", Samples: bySamples,
	}, runningTrapezoidBy)
	Cov = define(Op{
		Schema: "cov(Tensor self, *, int correction=1, Tensor? fweights=None, Tensor? aweights=None) -> Tensor", Doc: "The covariance of variables, the rows, over observations, the columns, which may have counts and weights.",
		Samples: func(r *rand.Rand) []Sample {
			return []Sample{call(f32(r, 3, 5)), call(f32(r, 5)), call(f32(r, 2, 5)).kw("correction", 0).kw("fweights", counts(r, 5)).kw("aweights", positive(r, 5)), call(bf16(r, 2, 4))}
		},
	}, covariance)
	CorrCoef = define(Op{
		Schema: "corrcoef(Tensor self) -> Tensor", Method: "CorrCoef", Doc: "The correlations of variables, the rows, over observations, the columns.",
		Samples: func(r *rand.Rand) []Sample { return []Sample{call(f32(r, 3, 5)), call(f32(r, 5)), call(bf16(r, 2, 4))} },
	}, correlation)
	Mode = define(Op{
		Schema: "mode(Tensor self, int dim=-1, bool keepdim=False) -> (Tensor values, Tensor indices)", Doc: "The most frequent element along a dimension, of several the smallest, and the last index at which it stands.",
		Samples: func(r *rand.Rand) []Sample {
			return []Sample{call(below(r, 3, 2, 7)), call(below(r, 4, 9, 2), 0, true), call(f32(r)), call(f32(r, 3))}
		},
	}, mode)
	Renorm = define(Op{
		Schema: "renorm(Tensor self, Scalar p, int dim, Scalar maxnorm) -> Tensor", Doc: "Self with the slices of a dimension whose norm is larger than a number made as small as that.", InPlace: true,
		Samples: func(r *rand.Rand) []Sample {
			return []Sample{call(f32(r, 3, 4), 2, 0, 2.5), call(f32(r, 2, 3, 4), 1, -1, 3)}
		},
	}, renorm)
	SumToSize = define(Op{
		Schema: "sum_to_size(Tensor self, SymInt[] size) -> Tensor", Doc: "The sum over the dimensions that the given sizes, which broadcast to self's, do not have.",
		Samples: func(r *rand.Rand) []Sample {
			return []Sample{call(f32(r, 2, 3), []int{1, 3}).concrete(), call(f32(r, 2, 3), []int{}), call(f32(r, 2, 3, 1), []int{1, 1})}
		},
	}, sumToSize)
	CrossFirst = define(Op{
		Schema: "cross(Tensor self, Tensor other, int? dim=None) -> Tensor", Method: "-", Doc: "The product of vectors in space along a dimension, or the first of size 3.",
		Samples: func(r *rand.Rand) []Sample {
			return []Sample{call(f32(r, 2, 3), f32(r, 2, 3)).concrete(), call(f32(r, 3, 3), f32(r, 3, 3), 1).concrete()}
		},
	}, func(x, y *graph.Value, dim *int) *graph.Value {
		if dim == nil {
			return cross("cross", x, y, firstOfThree(x))
		}
		return cross("cross", x, y, *dim)
	})
	Logspace = define(Op{
		Schema: "logspace(Scalar start, Scalar end" + logspaceEnd, Doc: "A base to the power of numbers evenly apart.",
		Samples: func(*rand.Rand) []Sample {
			return []Sample{call(0, 2, 5), call(-1.5, 1, 4, 2.0), call(0, 3, 1), call(0, 3, 0)}
		},
	}, logspace)
	LogspaceTensors = define(Op{
		Schema: "logspace.Tensor_Tensor(Tensor start, Tensor end" + logspaceEnd, Method: "-", Doc: "A base to the power of numbers evenly apart.",
		Samples: func(r *rand.Rand) []Sample { return []Sample{call(f32(r), f32(r), 5)} },
	}, logspaceTensors)
	LogspaceFrom = define(Op{
		Schema: "logspace.Tensor_Scalar(Tensor start, Scalar end" + logspaceEnd, Method: "-", Doc: "A base to the power of numbers evenly apart.",
		Samples: func(r *rand.Rand) []Sample { return []Sample{call(f32(r), 2, 5)} },
	}, func(start *graph.Value, end graph.Scalar, steps int, base float64, dtype graph.DType) *graph.Value {
		return logspaceTensors(start, numberLike(start, spaceType(dtype), end), steps, base, dtype)
	})
	LogspaceTo = define(Op{
		Schema: "logspace.Scalar_Tensor(Scalar start, Tensor end" + logspaceEnd, Method: "-", Doc: "A base to the power of numbers evenly apart.",
		Samples: func(r *rand.Rand) []Sample { return []Sample{call(1, f32(r), 5)} },
	}, func(start graph.Scalar, end *graph.Value, steps int, base float64, dtype graph.DType) *graph.Value {
		return logspaceTensors(numberLike(end, spaceType(dtype), start), end, steps, base, dtype)
	})
)
