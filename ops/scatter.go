package ops

import (
	"math"
	"math/rand/v2"
	"slices"

	"github.com/flambeau-ml/flambeau/graph"
)

// placing writes updates to places of an array by one of the scatters.
type placing func(p *graph.Primitive, base, upd *graph.Value) *graph.Value

// scatterAlong writes src along a dimension to the places that index says, one by one; the other sizes of index may be
// less than those of x and src.
func scatterAlong(op string, p *graph.Primitive, x *graph.Value, dim int, index, src *graph.Value) *graph.Value {
	needIndex(op, index)
	if src.DType != x.DType {
		graph.Fail(op, "%s and the source %s differ in dtype", x.Type, src.Type)
	}
	if x.Rank() == 0 || index.Rank() == 0 || src.Rank() == 0 {
		return scatterAlong(op, p, atLeast1(x), dim, atLeast1(index), atLeast1(src)).Reshape(x.Shape...)
	}
	if src.Rank() != x.Rank() {
		graph.Fail(op, "%s and the source %s differ in rank", x.Type, src.Type)
	}
	dim = wrapDim(op, dim, x.Rank())
	src, _ = within(op, src, index, dim)
	src = src.SliceAxis(dim, graph.N(0), index.Shape[dim], 1)
	part, less := within(op, x, index, dim)
	last := x.Rank() - 1
	attrs := &graph.Attrs{Axes: []int{last}, Batch: last}
	out := back(graph.Apply(p, attrs, lastAxis(part, dim), lastAxis(index, dim), lastAxis(src, dim)), dim)
	if !less {
		return out
	}
	start, step := make([]graph.Size, x.Rank()), slices.Repeat([]int{1}, x.Rank())
	return graph.Apply(graph.Update, &graph.Attrs{Start: start, Step: step}, x, out)
}

// slicesAt writes slices of a dimension to the places that a vector of indices names.
func slicesAt(op string, p *graph.Primitive, x *graph.Value, dim int, index, src *graph.Value) *graph.Value {
	i := places(op, index)
	if src.DType != x.DType {
		graph.Fail(op, "%s and the source %s differ in dtype", x.Type, src.Type)
	}
	dim = wrapDim(op, dim, x.Rank())
	if x.Rank() == 0 {
		src = src.Reshape(i.Shape...)
	}
	attrs := &graph.Attrs{Axes: []int{dim}}
	return graph.Apply(p, attrs, atLeast1(x), i, atLeast1(src)).Reshape(x.Shape...)
}

// numbersLike is the number s for each element of index.
func numbersLike(x, index *graph.Value, s graph.Scalar) *graph.Value {
	return numberLike(x, x.DType, s).Expand(index.Shape...)
}

// farthest is the number of d that no other is less than, or greater than.
func farthest(d graph.DType, least bool) graph.Scalar {
	bits := uint(8 * d.Bytes())
	switch {
	case d.IsFloat() && least:
		return graph.FloatOf(math.Inf(-1))
	case d.IsFloat():
		return graph.FloatOf(math.Inf(1))
	case least && d.IsSigned():
		return graph.IntOf(-1 << (bits - 1))
	case least:
		return graph.IntOf(0)
	case d.IsSigned():
		return graph.IntOf(1<<(bits-1) - 1)
	}
	return graph.IntOf(int64(uint64(math.MaxUint64) >> (64 - bits)))
}

// reduceAt joins upd to x where at places it, in the way that the name says. Unless include says so, what x has there
// does not count.
func reduceAt(op, how string, x, upd *graph.Value, include bool, at placing) *graph.Value {
	constant := func(s graph.Scalar) *graph.Value { return graph.Full(upd.Home, upd.Type, s) }
	from := func(s graph.Scalar) *graph.Value {
		if include {
			return x
		}
		return at(graph.Scatter, x, constant(s))
	}
	switch how {
	case "sum", "add":
		return at(graph.ScatterAdd, from(graph.IntOf(0)), upd)
	case "prod", "multiply":
		return at(graph.ScatterMul, from(graph.IntOf(1)), upd)
	case "amax", "amin":
		p, start := graph.ScatterMax, farthest(x.DType, true)
		if how == "amin" {
			p, start = graph.ScatterMin, farthest(x.DType, false)
		}
		base := from(start)
		if !include && x.DType.IsFloat() { // where x happens to be the result, its share of the derivative is lost, as in PyTorch
			tie := x.Eq(at(p, base, upd)).Where(x.Stop(), x.Scalar(start))
			hit := at(graph.Scatter, graph.Zeros(x.Home, x.Type), constant(graph.IntOf(1)))
			base = truth(hit).Where(tie, x)
		}
		return at(p, base, upd)
	case "mean":
		sum := at(graph.ScatterAdd, from(graph.IntOf(0)), upd)
		one := constant(graph.IntOf(1))
		n := graph.Full(x.Home, x.Type, graph.IntOf(1))
		if !include {
			n = at(graph.Scatter, n, constant(graph.IntOf(0)))
		}
		n = at(graph.ScatterAdd, n, one)
		if x.DType.IsFloat() {
			return sum.Div(n)
		}
		return floorDivide(sum, n)
	}
	graph.Fail(op, "there is no reduction %q", how)
	return nil
}

func scatterReduce(x *graph.Value, dim int, index, src *graph.Value, how string, include bool) *graph.Value {
	if x.DType == graph.Bool && src.DType == graph.Bool && how != "sum" {
		return scatterReduce(x.Cast(graph.Uint8), dim, index, src.Cast(graph.Uint8), how, include).Cast(graph.Bool)
	}
	needReduction("scatter_reduce", how, "sum", "prod", "mean", "amax", "amin")
	if index.Rank() == 0 && src.Rank() > 0 || index.Rank() > 0 && src.Rank() == 0 {
		index, src = atLeast1(index), atLeast1(src)
	}
	upd := src
	if src.Rank() > 0 && index.Rank() == src.Rank() { // what index does not reach does not take part
		dim := wrapDim("scatter_reduce", dim, src.Rank())
		upd, _ = within("scatter_reduce", src, index, dim)
		upd = upd.SliceAxis(dim, graph.N(0), index.Shape[dim], 1)
	}
	return reduceAt("scatter_reduce", how, x, upd, include, func(p *graph.Primitive, base, upd *graph.Value) *graph.Value {
		return scatterAlong("scatter_reduce", p, base, dim, index, upd)
	})
}

func needReduction(op, how string, of ...string) {
	if !slices.Contains(of, how) {
		graph.Fail(op, "there is no reduction %q: it must be one of %q", how, of)
	}
}

func scatterNamed(x *graph.Value, dim int, index, src *graph.Value, how string) *graph.Value {
	needReduction("scatter", how, "add", "multiply")
	return reduceAt("scatter", how, x, src, true, func(p *graph.Primitive, base, upd *graph.Value) *graph.Value {
		return scatterAlong("scatter", p, base, dim, index, upd)
	})
}

func indexReduce(x *graph.Value, dim int, index, src *graph.Value, how string, include bool) *graph.Value {
	needReduction("index_reduce", how, "prod", "mean", "amax", "amin")
	return reduceAt("index_reduce", how, x, src, include, func(p *graph.Primitive, base, upd *graph.Value) *graph.Value {
		return slicesAt("index_reduce", p, base, dim, index, upd)
	})
}

func indexFill(x *graph.Value, dim int, index, value *graph.Value) *graph.Value {
	i := places("index_fill", index)
	needRank("index_fill", value, "the value", 0)
	line := atLeast1(x)
	shape := slices.Clone(line.Shape)
	shape[wrapDim("index_fill", dim, x.Rank())] = i.Shape[0]
	return slicesAt("index_fill", graph.Scatter, line, dim, i, value.Cast(x.DType).Expand(shape...)).Reshape(x.Shape...)
}

func reductionSamples(names ...string) sampler {
	return func(r *rand.Rand) []Sample {
		var out []Sample
		for _, how := range names {
			for _, s := range scatterSamples(r) {
				s.Args = append(s.Args, how)
				out = append(out, s, s.kw("include_self", false))
			}
		}
		return out
	}
}

func scatterValueSamples(r *rand.Rand) []Sample {
	return []Sample{call(f32(r, 3, 5), 1, below(r, 5, 3, 2), 2.5), call(f32(r, 3, 5), 0, below(r, 3, 4, 5), 1), call(f32(r), 0, below(r, 1), 3), call(below(r, 9, 4), 0, below(r, 4, 6), 7)}
}

func indexSliceSamples(r *rand.Rand) []Sample {
	return []Sample{call(f32(r, 3, 5), 1, below(r, 5, 4), f32(r, 3, 4)), call(f32(r, 3, 5), 0, below(r, 3, 2), f32(r, 2, 5)), call(f32(r), 0, below(r, 1, 1), f32(r)), call(below(r, 9, 4), 0, below(r, 4, 6), below(r, 9, 6))}
}

// Writes by index.
var (
	ScatterAdd = define(Op{
		Schema: "scatter_add(Tensor self, int dim, Tensor index, Tensor src) -> Tensor", Doc: "Self with the elements of src added along a dimension at the places that index says.",
		InPlace: true, Samples: scatterSamples,
	}, func(x *graph.Value, dim int, index, src *graph.Value) *graph.Value {
		return scatterAlong("scatter_add", graph.ScatterAdd, x, dim, index, src)
	})
	Scatter = define(Op{
		Schema: "scatter.src(Tensor self, int dim, Tensor index, Tensor src) -> Tensor", Method: "Scatter", InPlace: true, Samples: scatterSamples,
		Doc: "Self with the elements of src along a dimension at the places that index says; of several for one place the last.",
	}, func(x *graph.Value, dim int, index, src *graph.Value) *graph.Value {
		return scatterAlong("scatter", graph.Scatter, x, dim, index, src)
	})
	ScatterValue = define(Op{
		Schema: "scatter.value(Tensor self, int dim, Tensor index, Scalar value) -> Tensor", Method: "ScatterValue", InPlace: true, Samples: scatterValueSamples,
		Doc: "Self with a number along a dimension at the places that index says.",
	}, func(x *graph.Value, dim int, index *graph.Value, s graph.Scalar) *graph.Value {
		return scatterAlong("scatter", graph.Scatter, x, dim, index, numbersLike(x, index, s))
	})
	ScatterNamed = define(Op{
		Schema: "scatter.reduce(Tensor self, int dim, Tensor index, Tensor src, *, str reduce) -> Tensor", Method: "-", Samples: withKwargs(scatterSamples, "reduce", "add", "multiply"),
		Doc: "Self with the elements of src added or multiplied in along a dimension at the places that index says.",
	}, scatterNamed)
	ScatterNamedValue = define(Op{
		Schema: "scatter.value_reduce(Tensor self, int dim, Tensor index, Scalar value, *, str reduce) -> Tensor", Method: "-", Samples: withKwargs(scatterValueSamples, "reduce", "add", "multiply"),
		Doc: "Self with a number added or multiplied in along a dimension at the places that index says.",
	}, func(x *graph.Value, dim int, index *graph.Value, s graph.Scalar, how string) *graph.Value {
		return scatterNamed(x, dim, index, numbersLike(x, index, s), how)
	})
	ScatterReduce = define(Op{
		Schema: "scatter_reduce.two(Tensor self, int dim, Tensor index, Tensor src, str reduce, *, bool include_self=True) -> Tensor", Method: "ScatterReduce", InPlace: true,
		Doc: "Self with the elements of src joined in, as a sum, prod, mean, amax or amin, along a dimension at the places that index says.", Samples: reductionSamples("sum", "prod", "mean", "amax", "amin"),
	}, scatterReduce)
	IndexCopy = define(Op{
		Schema: "index_copy(Tensor self, int dim, Tensor index, Tensor source) -> Tensor", Doc: "Self with the slices of source at the places of a dimension that index names.", InPlace: true, Samples: indexSliceSamples,
	}, func(x *graph.Value, dim int, index, source *graph.Value) *graph.Value {
		return slicesAt("index_copy", graph.Scatter, x, dim, index, source)
	})
	IndexReduce = define(Op{
		Schema: "index_reduce(Tensor self, int dim, Tensor index, Tensor source, str reduce, *, bool include_self=True) -> Tensor", InPlace: true,
		Doc: "Self with the slices of source joined in, as a prod, mean, amax or amin, at the places of a dimension that index names.",
		Samples: func(r *rand.Rand) []Sample {
			var out []Sample
			for _, how := range []string{"prod", "mean", "amax", "amin"} {
				for _, s := range indexSliceSamples(r) {
					s.Args = append(s.Args, how)
					out = append(out, s, s.kw("include_self", false))
				}
			}
			return out
		},
	}, indexReduce)
	IndexFill = define(Op{
		Schema: "index_fill.int_Tensor(Tensor self, int dim, Tensor index, Tensor value) -> Tensor", Method: "IndexFill", Doc: "Self with the value of a tensor without axes in the slices that index names.", InPlace: true,
		Samples: func(r *rand.Rand) []Sample { return []Sample{call(f32(r, 3, 5), 1, below(r, 5, 2), f32(r))} },
	}, indexFill)
	IndexFillScalar = define(Op{
		Schema: "index_fill.int_Scalar(Tensor self, int dim, Tensor index, Scalar value) -> Tensor", Method: "IndexFillScalar", Doc: "Self with a number in the slices that index names.", InPlace: true,
		Samples: func(r *rand.Rand) []Sample {
			return []Sample{call(f32(r, 3, 5), 0, below(r, 3, 2), 2.5), call(f32(r), 0, below(r, 1), 3)}
		},
	}, func(x *graph.Value, dim int, index *graph.Value, s graph.Scalar) *graph.Value {
		return indexFill(x, dim, index, numberLike(x, x.DType, s))
	})
)
