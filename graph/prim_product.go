package graph

import (
	"math/rand/v2"
	"slices"
)

// ReduceProd multiplies over the axes Axes, in the written reduction order. Half precision accumulates in float32 and is
// rounded once. The product of nothing is 1.
var ReduceProd *Primitive

var _ = define(&ReduceProd, &Primitive{
	Name: "reduce_prod", Doc: "the product over the axes `axes`", Kind: Reduce, Type: reduced(arithmetic),
	JVP: func(out *Value, tan []*Value) *Value {
		x, axes := out.Args[0], out.Attrs.Axes
		return x.others(axes).Mul(tan[0]).ReduceSum(axes...)
	},
	Eval: func(a *Attrs, in []*Array, out *Array) error {
		groups(a, in[0], out, func(i int, from []int) {
			f, n, c := 1.0, int64(1), complex128(1)
			for _, j := range from {
				switch {
				case in[0].F != nil:
					f *= in[0].F[j]
				case in[0].C != nil:
					c = complexMul(c, in[0].C[j])
				default:
					n *= in[0].I[j]
				}
			}
			setAny(out, i, f, n, c)
		})
		return nil
	},
	Samples: func(r *rand.Rand) []Sample {
		out := reduceSamples(Float32, Float64, Int64, Int32, BFloat16, Complex64, Complex128)(r)
		x := Uniform(r, Float64, -2, 2, 3, 4)
		x.F[1], x.F[5], x.F[6] = 0, 0, 0 // one zero in a row, two, none
		return append(out, Sample{Attrs: &Attrs{Axes: []int{1}}, In: []*Array{x}}, Sample{Attrs: &Attrs{Axes: []int{0, 1}}, In: []*Array{x}})
	},
})

// others is for each element of v the product of all others over axes: of those before it times those after it, so
// that nothing is divided by zero.
func (v *Value) others(axes []int) *Value {
	if len(axes) == 0 {
		return Full(v.Home, v.Type, IntOf(1))
	}
	var order []int
	for i := range v.Shape {
		if !slices.Contains(axes, i) {
			order = append(order, i)
		}
	}
	kept := len(order)
	order = append(order, axes...)
	moved := v.Permute(order...)
	flat := moved.Reshape(append(slices.Clone(moved.Shape[:kept]), moved.Shape[kept:].Count())...)
	before := func(x *Value) *Value { return x.Delay(kept, 1).CumProd(kept) }
	p := before(flat).Mul(before(flat.Reverse(kept)).Reverse(kept))
	return p.Reshape(moved.Shape...).Permute(inverse(order)...)
}
