package graph

import (
	"fmt"
	"math/rand/v2"
	"slices"
)

// gatherShape is the shape that x indexed by idx along axis has: x's axes before axis, idx's axes beyond the batch
// axes, x's axes after it.
func gatherShape(s *Solver, a *Attrs, x, idx Type) (Shape, error) {
	if len(a.Axes) != 1 || a.Batch < 0 || a.Axes[0] < a.Batch || a.Axes[0] >= x.Rank() || a.Batch > idx.Rank() {
		return nil, fmt.Errorf("axis %v after %d batch axes of %s by %s", a.Axes, a.Batch, x, idx)
	}
	if !idx.DType.IsInt() {
		return nil, fmt.Errorf("indices are integers, not %s", idx.DType)
	}
	if !s.SameShape(x.Shape[:a.Batch], idx.Shape[:a.Batch]) {
		return nil, fmt.Errorf("the first %d sizes of %s and %s differ", a.Batch, x, idx)
	}
	return slices.Concat(x.Shape[:a.Axes[0]], idx.Shape[a.Batch:], x.Shape[a.Axes[0]+1:]), nil
}

// gatherWalk calls f with each flat index of the gathered array and the flat index in x that it reads.
func gatherWalk(a *Attrs, xd []int, idx *Array, f func(i, j int)) error {
	axis, nb := a.Axes[0], a.Batch
	batch, pre, post := prod(xd[:nb]), prod(xd[nb:axis]), prod(xd[axis+1:])
	per, n := prod(idx.Dims[nb:]), xd[axis]
	i := 0
	for b := range batch {
		for p := range pre {
			for k := range per {
				at := int(idx.I[b*per+k])
				if at < 0 || at >= n {
					return fmt.Errorf("index %d is out of range for an axis of %d", at, n)
				}
				for q := range post {
					f(i, ((b*pre+p)*n+at)*post+q)
					i++
				}
			}
		}
	}
	return nil
}

func prod(ns []int) int {
	p := 1
	for _, n := range ns {
		p *= n
	}
	return p
}

// Gather reads x along axis Axes[0] at the integers idx. The first Batch axes of x and idx run together. An index
// outside the axis is an error of the value.
var Gather *Primitive

var _ = define(&Gather, &Primitive{
	Name: "gather", Doc: "the first operand's slices along one axis at the integer indices in the second", Arity: 2, Exact: true, Checks: true,
	Batch: batchGather,
	Type: func(s *Solver, a *Attrs, in []Type) (Type, error) {
		shape, err := gatherShape(s, a, in[0], in[1])
		return Type{in[0].DType, shape}, err
	},
	JVP:    func(out *Value, tan []*Value) *Value { return Apply(Gather, out.Attrs, tan[0], out.Args[1]) },
	Linear: []bool{true, false},
	Transpose: func(v *Value, _ int, ct *Value) *Value {
		return Apply(ScatterAdd, v.Attrs, Zeros(ct.Home, v.Args[0].Type), v.Args[1], ct)
	},
	Eval: func(a *Attrs, in []*Array, out *Array) error {
		return gatherWalk(a, in[0].Dims, in[1], func(i, j int) { copyElement(out, i, in[0], j) })
	},
	Samples: func(r *rand.Rand) []Sample {
		var out []Sample
		for _, d := range []DType{Float32, Float64, Int64, Complex64, Complex128} {
			u := func(dims ...int) *Array { return Uniform(r, d, -4, 4, dims...) }
			at := func(n int, dims ...int) *Array { return Uniform(r, Int64, 0, float64(n), dims...) }
			out = append(out,
				Sample{Attrs: &Attrs{Axes: []int{0}}, In: []*Array{u(5, 3), at(5, 4)}, NoFD: !d.IsInexact()},
				Sample{Attrs: &Attrs{Axes: []int{1}, Batch: 1}, In: []*Array{u(4, 5), at(5, 4)}, NoFD: !d.IsInexact()},
				Sample{Attrs: &Attrs{Axes: []int{2}, Batch: 1}, In: []*Array{u(2, 3, 5, 2), at(5, 2, 4, 2)}, NoFD: !d.IsInexact()})
		}
		return out
	},
})

// batchGather reads a batch of arrays, or one array at a batch of indices, as a gather with fewer or more axes; both
// together, and arrays that share axes with their indices, run along the batch.
func batchGather(op *Primitive, a *Attrs, args []*Value, batched []bool, size Size) *Value {
	axis := a.Axes[0]
	switch {
	case a.Batch > 0 || batched[0] && batched[1]:
		return Apply(op, a.sharing(), allBatched(args, batched, size)...)
	case batched[0]:
		return Apply(op, a.shifted(), args...)
	}
	return Apply(op, a, args...).MoveAxis(axis, 0)
}

// sharing is a with one more axis that operand and index share.
func (a *Attrs) sharing() *Attrs {
	b := a.shifted()
	b.Batch++
	return b
}

// ScatterAdd adds the slices upd to base along axis Axes[0] at the integers idx, in the order of the indices; the
// shapes are those of Gather(base, idx) = upd. The operands are base, idx, upd.
var ScatterAdd *Primitive

var _ = define(&ScatterAdd, &Primitive{
	Name: "scatter_add", Doc: "the first operand with the third's slices added along one axis at the indices in the second", Arity: 3, Checks: true,
	Batch: func(op *Primitive, a *Attrs, args []*Value, batched []bool, size Size) *Value {
		return Apply(op, a.sharing(), allBatched(args, batched, size)...)
	},
	Type: func(s *Solver, a *Attrs, in []Type) (Type, error) {
		shape, err := gatherShape(s, a, in[0], in[1])
		if err == nil && (in[2].DType != in[0].DType || !s.SameShape(shape, in[2].Shape)) {
			err = fmt.Errorf("updates %s do not fit %s by %s: they must be %s", in[2], in[0], in[1], Type{in[0].DType, shape})
		}
		return in[0], err
	},
	JVP: func(out *Value, tan []*Value) *Value {
		base, upd := tan[0], tan[2]
		if base == nil {
			base = Zeros(out.Home, out.Type)
		}
		if upd == nil {
			return base
		}
		return Apply(ScatterAdd, out.Attrs, base, out.Args[1], upd)
	},
	Linear: []bool{true, false, true}, Joint: true,
	Transpose: func(v *Value, i int, ct *Value) *Value {
		if i == 0 {
			return ct
		}
		return Apply(Gather, v.Attrs, ct, v.Args[1])
	},
	Eval: func(a *Attrs, in []*Array, out *Array) error {
		for i := range out.Len() {
			copyElement(out, i, in[0], i)
		}
		return gatherWalk(a, out.Dims, in[1], func(i, j int) {
			switch {
			case out.F != nil:
				out.SetFloat(j, out.F[j]+in[2].F[i])
			case out.C != nil:
				out.SetComplex(j, out.C[j]+in[2].C[i])
			default:
				out.SetInt(j, out.I[j]+in[2].I[i])
			}
		})
	},
	Samples: func(r *rand.Rand) []Sample {
		var out []Sample
		for _, d := range []DType{Float32, Float64, Int64, Complex64, Complex128} {
			u := func(dims ...int) *Array { return Uniform(r, d, -4, 4, dims...) }
			at := func(n int, dims ...int) *Array { return Uniform(r, Int64, 0, float64(n), dims...) }
			out = append(out,
				Sample{Attrs: &Attrs{Axes: []int{0}}, In: []*Array{u(5, 3), at(5, 4), u(4, 3)}, NoFD: !d.IsInexact()},
				Sample{Attrs: &Attrs{Axes: []int{1}, Batch: 1}, In: []*Array{u(4, 5), at(5, 4), u(4)}, NoFD: !d.IsInexact()},
				Sample{Attrs: &Attrs{Axes: []int{2}, Batch: 1}, In: []*Array{u(2, 3, 5, 2), at(5, 2, 4), u(2, 3, 4, 2)}, NoFD: !d.IsInexact()})
		}
		return out
	},
})
