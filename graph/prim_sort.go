package graph

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
)

// ArgSort is the indices along axis Axes[0] that put the elements in order: upwards where Step is 1, downwards where it
// is −1. Equal elements (0 and −0 are equal) keep their order either way; NaN is greater than all else.
var ArgSort *Primitive

var _ = define(&ArgSort, &Primitive{
	Name: "argsort", Doc: "the indices that put the elements along one axis in order, upwards where `step` is 1, downwards where it is −1", Arity: 1, Exact: true,
	NoGradient: "the result is an integer", Batch: batchAxes,
	Type: func(s *Solver, a *Attrs, in []Type) (Type, error) {
		if len(a.Step) != 1 || a.Step[0] != 1 && a.Step[0] != -1 {
			return Type{}, fmt.Errorf("the order is 1 or −1, not %v", a.Step)
		}
		return along(func(d DType) bool { return numeric(d) || d == Bool }, toInt64)(s, a, in)
	},
	Eval: func(a *Attrs, in []*Array, out *Array) error {
		x := in[0]
		compare := func(i, j int) int {
			switch {
			case x.F == nil && x.DType == Uint64:
				return cmp.Compare(uint64(x.I[i]), uint64(x.I[j]))
			case x.F == nil:
				return cmp.Compare(x.I[i], x.I[j])
			}
			return -cmp.Compare(-x.F[i], -x.F[j]) // for cmp, NaN is less than all else
		}
		eachLine(x.Dims, a.Axes[0], func(at, step, n int) {
			order := upTo(0, n)
			slices.SortStableFunc(order, func(i, j int) int { return a.Step[0] * compare(at+i*step, at+j*step) })
			for k, i := range order {
				out.I[at+k*step] = int64(i)
			}
		})
		return nil
	},
	Samples: func(r *rand.Rand) []Sample {
		var out []Sample
		for _, d := range []DType{Float32, Float64, Int64, Uint8, Bool, BFloat16} {
			for axis := range 3 {
				for _, step := range []int{1, -1} {
					out = append(out, Sample{Attrs: &Attrs{Axes: []int{axis}, Step: []int{step}}, In: []*Array{Uniform(r, d, -3, 3, 3, 4, 5)}, NoFD: true})
				}
			}
		}
		return out
	},
})
