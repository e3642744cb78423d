package graph

import (
	"fmt"
	"math/rand/v2"
	"slices"
)

// Update is the first operand with the second in place of the elements from Start on, Step apart: what a write through
// a slice makes of its base. Where nobody else needs the first operand, backends write into its memory.
var Update *Primitive

var _ = define(&Update, &Primitive{
	Name: "update", Doc: "the first operand with the second in place of its elements from `start` on, `step` apart", Arity: 2, Exact: true,
	Batch: batchSizes,
	Type: func(_ *Solver, a *Attrs, in []Type) (Type, error) {
		base, x := in[0], in[1]
		if base.DType != x.DType || base.Rank() != x.Rank() || len(a.Start) != base.Rank() || len(a.Step) != base.Rank() {
			return Type{}, fmt.Errorf("start %v and steps %v do not fit %s", Shape(a.Start), a.Step, describe(in))
		}
		for i := range x.Shape {
			if err := spans(a.Start[i], x.Shape[i], a.Step[i], base.Shape[i]); err != nil {
				return Type{}, fmt.Errorf("axis %d of %s: %w", i, base, err)
			}
		}
		return base, nil
	},
	JVP: func(out *Value, tan []*Value) *Value {
		parts := slices.Clone(tan)
		for i, t := range parts {
			if t == nil {
				parts[i] = Zeros(out.Home, out.Args[i].Type)
			}
		}
		return Apply(out.Op, out.Attrs, parts...)
	},
	Linear: []bool{true}, Joint: true,
	Transpose: func(v *Value, i int, ct *Value) *Value {
		x := v.Args[1].Type
		if i == 0 {
			return Apply(Update, v.Attrs, ct, Zeros(ct.Home, x))
		}
		a := v.Attr()
		return Apply(Slice, &Attrs{Start: a.Start, Step: a.Step, Shape: x.Shape}, ct)
	},
	Eval: func(a *Attrs, in []*Array, out *Array) error {
		for i := range out.Len() {
			copyElement(out, i, in[0], i)
		}
		st := stridesOf(out.Dims)
		each(in[1].Dims, func(i int, idx []int) {
			j := 0
			for k, x := range idx {
				s, _ := a.Start[k].Int()
				j += (s + x*a.Step[k]) * st[k]
			}
			copyElement(out, j, in[1], i)
		})
		return nil
	},
	Samples: func(r *rand.Rand) []Sample {
		var out []Sample
		for _, d := range []DType{Float32, Float64, Int64, Complex64, Complex128} {
			u := func(dims ...int) *Array { return Uniform(r, d, -4, 4, dims...) }
			out = append(out, Sample{Attrs: &Attrs{Start: Ns(1, 0), Step: []int{1, 2}}, In: []*Array{u(5, 6), u(3, 3)}, NoFD: !d.IsInexact()},
				Sample{Attrs: &Attrs{Start: Ns(0), Step: []int{1}}, In: []*Array{u(4), u(4)}, NoFD: !d.IsInexact()})
		}
		return out
	},
})
