package ops

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/flambeau-ml/flambeau/graph"
)

// resize is how the last axes of [N, C, …] get other sizes: to sizes, or by factors, of which there is one for each axis.
type resize struct {
	op      string
	sizes   []graph.Size
	factors []float64
	align   bool // the centres of the corners lie on each other, and not their outer edges
}

// newResize checks the sizes and factors of an operator over n axes of x.
func newResize(op string, n int, x *graph.Value, sizes []graph.Size, factors []float64, align bool) resize {
	needRank(op, x, "the input", n+2)
	switch {
	case (sizes == nil) == (factors == nil):
		graph.Fail(op, "takes sizes or factors, one of the two")
	case sizes != nil && len(sizes) != n || factors != nil && len(factors) != n:
		graph.Fail(op, "takes %d sizes or factors, not %s and %v", n, graph.Shape(sizes), factors)
	}
	if sizes == nil {
		sizes = make([]graph.Size, n)
		for i, f := range factors {
			in, ok := x.Shape[2+i].Int()
			if !ok {
				graph.Fail(op, "factors need known sizes, not %s", x.Type)
			}
			sizes[i] = graph.N(int(float64(in) * f))
		}
	}
	for i, s := range append(slices.Clone(sizes), x.Shape[2:]...) {
		if k, ok := s.Int(); ok && k < 1 {
			graph.Fail(op, "size %d of dimension %d: the input %s and the result %s must have elements", k, 2+i%n, x.Type, graph.Shape(sizes))
		}
	}
	return resize{op, sizes, factors, align}
}

// number is the dtype that places are counted in.
func (r resize) number(x *graph.Value) graph.DType {
	if x.DType == graph.Float64 {
		return graph.Float64
	}
	return graph.Float32
}

// scale is how many elements of axis i of x one of the result stands for.
func (r resize) scale(x *graph.Value, i int) *graph.Value {
	b, d := x.Home, r.number(x)
	in, out := x.Shape[2+i], r.sizes[i]
	if r.align {
		if k, ok := out.Int(); ok && k == 1 {
			return graph.NewConst(b, d, graph.IntOf(0))
		}
		one := graph.N(1)
		return graph.NewSize(b, d, in.Sub(one)).Div(graph.NewSize(b, d, out.Sub(one)))
	}
	if r.factors != nil {
		return graph.NewNumber(b, d, graph.FloatOf(1/r.factors[i]))
	}
	return graph.NewSize(b, d, in).Div(graph.NewSize(b, d, out))
}

// places are 0, 1 … along axis i of the result.
func (r resize) places(x *graph.Value, i int) *graph.Value {
	return graph.NewIota(x.Home, graph.Type{DType: r.number(x), Shape: graph.Shape{r.sizes[i]}}, 0)
}

// sources are the places along axis i of x at which the centres of the result's elements lie.
func (r resize) sources(x *graph.Value, i int) *graph.Value {
	at, scale := r.places(x, i), r.scale(x, i)
	if r.align {
		return at.Mul(scale)
	}
	return at.Shift(0.5).Mul(scale).Shift(-0.5)
}

// held moves indices into an axis of n elements.
func held(at *graph.Value, n graph.Size) *graph.Value {
	return at.Max(at.Like(0)).Min(graph.NewSize(at.Home, at.DType, n.Sub(graph.N(1))))
}

// nearest takes the element in which a place lies, or with exact set the one whose centre is next to it.
func (r resize) nearest(x *graph.Value, exact bool) *graph.Value {
	for i := range r.sizes {
		at := r.places(x, i)
		if exact {
			at = at.Shift(0.5)
		}
		at = at.Mul(r.scale(x, i)).Floor().Cast(graph.Int64)
		x = x.Gather(held(at, x.Shape[2+i]), 2+i, 0)
	}
	return x
}

// along multiplies x by weights, which lie along an axis.
func along(x, weights *graph.Value, axis int) *graph.Value {
	shape := slices.Repeat([]graph.Size{graph.N(1)}, x.Rank()-axis)
	shape[0] = weights.Shape[0]
	return x.Mul(weights.Cast(x.DType).Reshape(shape...))
}

// linear is the mean of the two elements next to a place, weighted by how near they are.
func (r resize) linear(x *graph.Value) *graph.Value {
	for i := range r.sizes {
		at := r.sources(x, i)
		at = at.Max(at.Like(0))
		low := held(at.Floor().Cast(graph.Int64), x.Shape[2+i])
		high := held(low.Shift(1), x.Shape[2+i])
		share := at.Sub(low.Cast(at.DType))
		x = along(x.Gather(low, 2+i, 0), share.Neg().Shift(1), 2+i).Add(along(x.Gather(high, 2+i, 0), share, 2+i))
	}
	return x
}

// cubicWeight is the weight of an element at a distance, by the convolution of Keys with coefficient a.
func cubicWeight(distance *graph.Value, a float64) *graph.Value {
	t := distance.Abs()
	near := t.Scale(a + 2).Shift(-(a + 3)).Mul(t).Mul(t).Shift(1)
	far := t.Scale(a).Shift(-5 * a).Mul(t).Shift(8 * a).Mul(t).Shift(-4 * a)
	return t.Le(t.Like(1)).Where(near, t.Lt(t.Like(2)).Where(far, t.Like(0)))
}

// cubic weighs the four elements around a place.
func (r resize) cubic(x *graph.Value) *graph.Value {
	for i := range r.sizes {
		at := r.sources(x, i)
		low := at.Floor()
		share := at.Sub(low)
		var sum *graph.Value
		for k := -1; k <= 2; k++ {
			term := along(x.Gather(held(low.Cast(graph.Int64).Shift(float64(k)), x.Shape[2+i]), 2+i, 0), cubicWeight(share.Shift(-float64(k)), -0.75), 2+i)
			if sum == nil {
				sum = term
			} else {
				sum = sum.Add(term)
			}
		}
		x = sum
	}
	return x
}

// smooth weighs all elements that an element of the result covers, by a filter of the given reach that is as much wider
// as the result is smaller.
func (r resize) smooth(x *graph.Value, reach float64, filter unaryBody) *graph.Value {
	for i := range r.sizes {
		n, axis := x.Shape[2+i], 2+i
		scale := r.scale(x, i)
		wider := scale.Max(scale.Like(1))
		centre := r.places(x, i).Shift(0.5).Mul(scale).Unsqueeze(1)
		support := wider.Scale(reach)
		from := held(trunc(centre.Sub(support).Shift(0.5)), n.Add(graph.N(1)))
		to := held(trunc(centre.Add(support).Shift(0.5)), n.Add(graph.N(1)))
		t := graph.Type{DType: scale.DType, Shape: graph.Shape{r.sizes[i], n}}
		at := graph.NewIota(x.Home, t, 1)
		w := from.Le(at).And(at.Lt(to)).Where(filter(at.Sub(centre).Shift(0.5).Div(wider)), at.Like(0))
		w = w.Div(w.Sum(1)).Cast(x.DType)
		last := lastAxis(x, axis)
		x = back(last.Contract(w, last.Rank()-1, 1), axis)
	}
	return x
}

// triangleWeight falls from 1 to 0 at a distance of 1.
func triangleWeight(distance *graph.Value) *graph.Value {
	return hinge(distance.Abs().Neg().Shift(1))
}

type (
	nearestBody = func(x *graph.Value, sizes []graph.Size, factors []float64) *graph.Value
	resizeBody  = func(x *graph.Value, sizes []graph.Size, align bool, factors []float64) *graph.Value
)

// weighted computes f in the wide form of x's dtype. Bytes are rounded and held in their range.
func weighted(op string, x *graph.Value, f unaryBody) *graph.Value {
	if x.DType == graph.Uint8 {
		y := f(x.Cast(graph.Float32)).Round()
		return y.Max(y.Like(0)).Min(y.Like(255)).Cast(graph.Uint8)
	}
	return ofFloats(op, f)(x)
}

func resizeSamples(n int) sampler {
	return func(r *rand.Rand) []Sample {
		x := func() *graph.Array { return f32(r, spatial(n, []int{2, 3}, 4)...) }
		return []Sample{
			call(x(), slices.Repeat([]int{3}, n)).kw("scale_factors", nil).concrete(),
			call(x(), slices.Repeat([]int{6}, n)).kw("scale_factors", nil).concrete(),
			call(x(), nil).kw("scale_factors", slices.Repeat([]float64{1.7}, n)).concrete(),
		}
	}
}

func nearestOf(name string, n int, exact bool) Operator[nearestBody] {
	doc := fmt.Sprintf("The last %d axes of [N, C, …] with other sizes, or sizes times factors: the elements in which places lie.", n)
	if exact {
		doc = fmt.Sprintf("The last %d axes of [N, C, …] with other sizes, or sizes times factors: the elements whose centres are nearest.", n)
	}
	return define(Op{
		Schema: name + ".vec(Tensor input, SymInt[]? output_size, float[]? scale_factors) -> Tensor", Method: "-", Doc: doc, Samples: resizeSamples(n),
	}, func(x *graph.Value, sizes []graph.Size, factors []float64) *graph.Value {
		return newResize(name, n, x, sizes, factors, false).nearest(x, exact)
	})
}

func resizeOf(name, doc string, n int, f func(r resize, x *graph.Value) *graph.Value) Operator[resizeBody] {
	return define(Op{
		Schema: name + ".vec(Tensor input, SymInt[]? output_size, bool align_corners, float[]? scale_factors) -> Tensor", Method: "-",
		Doc:     fmt.Sprintf("The last %d axes of [N, C, …] with other sizes, or sizes times factors: %s.", n, doc),
		Samples: withKwargs(resizeSamples(n), "align_corners", false, true),
	}, func(x *graph.Value, sizes []graph.Size, align bool, factors []float64) *graph.Value {
		r := newResize(name, n, x, sizes, factors, align)
		return weighted(name, x, func(x *graph.Value) *graph.Value { return f(r, x) })
	})
}

// Images of other sizes.
var (
	UpsampleNearest1d      = nearestOf("upsample_nearest1d", 1, false)
	UpsampleNearest2d      = nearestOf("upsample_nearest2d", 2, false)
	UpsampleNearest3d      = nearestOf("upsample_nearest3d", 3, false)
	UpsampleNearestExact1d = nearestOf("_upsample_nearest_exact1d", 1, true)
	UpsampleNearestExact2d = nearestOf("_upsample_nearest_exact2d", 2, true)
	UpsampleNearestExact3d = nearestOf("_upsample_nearest_exact3d", 3, true)

	UpsampleLinear1d    = resizeOf("upsample_linear1d", "means of the elements next to places", 1, resize.linear)
	UpsampleBilinear2d  = resizeOf("upsample_bilinear2d", "means of the elements next to places", 2, resize.linear)
	UpsampleTrilinear3d = resizeOf("upsample_trilinear3d", "means of the elements next to places", 3, resize.linear)
	UpsampleBicubic2d   = resizeOf("upsample_bicubic2d", "cubic convolutions of the elements around places", 2, resize.cubic)

	UpsampleBilinear2dAA = resizeOf("_upsample_bilinear2d_aa", "means of all elements that one of the result covers", 2, func(r resize, x *graph.Value) *graph.Value {
		return r.smooth(x, 1, triangleWeight)
	})
	UpsampleBicubic2dAA = resizeOf("_upsample_bicubic2d_aa", "cubic convolutions of all elements that one of the result covers", 2, func(r resize, x *graph.Value) *graph.Value {
		return r.smooth(x, 2, func(d *graph.Value) *graph.Value { return cubicWeight(d, -0.5) })
	})
)
