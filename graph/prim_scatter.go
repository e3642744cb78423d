package graph

import (
	"fmt"
	"math"
	"math/rand/v2"
)

// scattered is the type rule of scatters: the updates are what Gather(base, idx) would read.
func scattered(takes class) func(*Solver, *Attrs, []Type) (Type, error) {
	return func(s *Solver, a *Attrs, in []Type) (Type, error) {
		if !takes(in[0].DType) {
			return Type{}, fmt.Errorf("does not take %s", in[0].DType)
		}
		shape, err := gatherShape(s, a, in[0], in[1])
		if err == nil && (in[2].DType != in[0].DType || !s.SameShape(shape, in[2].Shape)) {
			err = fmt.Errorf("updates %s do not fit %s by %s: they must be %s", in[2], in[0], in[1], Type{in[0].DType, shape})
		}
		return in[0], err
	}
}

// scatterSamples have indices that name a place twice and leave others out; take changes the values.
func scatterSamples(take func(*Array), dtypes ...DType) func(*rand.Rand) []Sample {
	return func(r *rand.Rand) []Sample {
		var out []Sample
		for _, d := range dtypes {
			u := func(dims ...int) *Array {
				a := Uniform(r, d, -4, 4, dims...)
				take(a)
				return a
			}
			at := func(n int, dims ...int) *Array { return Uniform(r, Int64, 0, float64(n), dims...) }
			out = append(out,
				Sample{Attrs: &Attrs{Axes: []int{0}}, In: []*Array{u(5, 3), at(5, 4), u(4, 3)}, NoFD: !d.IsInexact()},
				Sample{Attrs: &Attrs{Axes: []int{0}}, In: []*Array{u(3, 2), at(3, 2, 4), u(2, 4, 2)}, NoFD: !d.IsInexact()},
				Sample{Attrs: &Attrs{Axes: []int{1}, Batch: 1}, In: []*Array{u(4, 5), at(5, 4), u(4)}, NoFD: !d.IsInexact()},
				Sample{Attrs: &Attrs{Axes: []int{2}, Batch: 1}, In: []*Array{u(2, 3, 5, 2), at(5, 2, 7), u(2, 3, 7, 2)}, NoFD: !d.IsInexact()})
		}
		return out
	}
}

func asDrawn(*Array) {}

// batchScatter writes to a batch of arrays along the batch, which they share with their indices.
func batchScatter(op *Primitive, a *Attrs, args []*Value, batched []bool, size Size) *Value {
	return Apply(op, a.sharing(), allBatched(args, batched, size)...)
}

// Scatter is base with the slices upd in place of its own along axis Axes[0] at the integers idx; where several name
// one place, the last in the order of the indices stays. The operands are base, idx, upd; the shapes are those of
// Gather(base, idx) = upd.
var Scatter *Primitive

var _ = define(&Scatter, &Primitive{
	Name: "scatter", Doc: "the first operand with the third's slices in place of its own along one axis at the indices in the second, the last of several", Arity: 3,
	Exact: true, Checks: true, Type: scattered(anyType), Batch: batchScatter,
	JVP: func(out *Value, tan []*Value) *Value {
		base, upd := tan[0], tan[2]
		if base == nil {
			base = Zeros(out.Home, out.Type)
		}
		if upd == nil {
			upd = Zeros(out.Home, out.Args[2].Type)
		}
		return Apply(Scatter, out.Attrs, base, out.Args[1], upd)
	},
	Linear: []bool{true, false, true}, Joint: true,
	Transpose: func(v *Value, i int, ct *Value) *Value {
		if i == 0 {
			return Apply(Scatter, v.Attrs, ct, v.Args[1], Zeros(ct.Home, v.Args[2].Type))
		}
		read := Apply(Gather, v.Attrs, ct, v.Args[1])
		return lasting(v).Where(read, read.Like(0))
	},
	Eval: func(a *Attrs, in []*Array, out *Array) error {
		for i := range out.Len() {
			copyElement(out, i, in[0], i)
		}
		return gatherWalk(a, out.Dims, in[1], func(i, j int) { copyElement(out, j, in[2], i) })
	},
	Samples: scatterSamples(asDrawn, Float32, Float64, Int64, Bool, Complex64, Complex128),
})

// lasting says of each of the updates of the scatter v whether it is the one that stays: whether its number among the
// indices is the one that a scatter of these numbers leaves at its place.
func lasting(v *Value) *Value {
	idx, a := v.Args[1], v.Attrs
	nb, axis := a.Batch, a.Axes[0]
	own := idx.Shape[nb:]
	number := NewIota(idx.Home, Type{Int64, Shape{own.Count()}}, 0).Reshape(own...).restore(idx.Shape, upTo(0, nb))
	places := append(append(Shape(nil), idx.Shape[:nb]...), v.Shape[axis])
	left := Full(idx.Home, Type{Int64, places}, IntOf(0)).Scatter(idx, number, nb, nb)
	stays := left.Gather(idx, nb, nb).Eq(number)
	// Its axes are those of idx: the updates have those between batch and axis, and those after it, as well.
	news := append(upTo(nb, axis-nb), upTo(axis+len(own), v.Args[2].Rank()-axis-len(own))...)
	return stays.restore(v.Args[2].Shape, news)
}

// scatterWith evaluates a scatter that joins what is at a place with each update for it, in the order of the indices.
func scatterWith(f func(x, y float64) float64, g func(d DType, x, y int64) int64, c func(x, y complex128) complex128) func(*Attrs, []*Array, *Array) error {
	return func(a *Attrs, in []*Array, out *Array) error {
		held := NewArray(heldType(out.DType), out.Dims...)
		for i := range out.Len() {
			copyElement(held, i, in[0], i)
		}
		err := gatherWalk(a, out.Dims, in[1], func(i, j int) {
			switch {
			case held.F != nil:
				held.SetFloat(j, f(held.F[j], in[2].F[i]))
			case held.C != nil:
				held.SetComplex(j, c(held.C[j], in[2].C[i]))
			default:
				held.SetInt(j, g(held.DType, held.I[j], in[2].I[i]))
			}
		})
		for i := range out.Len() {
			if out.F != nil {
				out.SetFloat(i, held.F[i])
			} else {
				copyElement(out, i, held, i)
			}
		}
		return err
	}
}

// ScatterMul multiplies base by the slices upd along axis Axes[0] at the integers idx, in the order of the indices; its
// operands are those of Scatter. Half precision is multiplied in float32 and rounded once. The derivative counts
// the factors of a place that are 0: the first and the second are right whatever they are, those of a higher order
// where fewer than three are 0.
var ScatterMul *Primitive

var _ = define(&ScatterMul, &Primitive{
	Name: "scatter_mul", Doc: "the first operand multiplied by the third's slices along one axis at the indices in the second", Arity: 3, Checks: true,
	Type: scattered(arithmetic), Batch: batchScatter,
	JVP: func(out *Value, tan []*Value) *Value {
		base, idx, upd := out.Args[0], out.Args[1], out.Args[2]
		one, zero := base.Like(1), base.Like(0)
		isZero := func(x *Value) *Value { return x.Eq(zero).Where(one.Expand(x.Shape...), zero) }
		filled := func(x *Value) *Value { return x.Eq(zero).Where(one, x) }
		zeros := Apply(ScatterAdd, out.Attrs, isZero(base), idx, isZero(upd))
		rest := Apply(ScatterMul, out.Attrs, filled(base), idx, filled(upd)) // the product of what is not 0
		// sum is 0, but has the derivatives of the factors that are: where one is, it stands for it.
		lost := func(x *Value) *Value { return x.Eq(zero).Where(x, zero) }
		sum := Apply(ScatterAdd, out.Attrs, lost(base), idx, lost(upd))
		// others is the product of all factors of a place but x, which is one of them.
		others := func(x, zeros, rest, sum *Value) *Value {
			first := func(n, then, other *Value) *Value { return zeros.Eq(n).Where(then, other) }
			lone := first(one, one, first(x.Like(2), sum.Sub(x), zero))
			return rest.Mul(x.Eq(zero).Where(lone, first(zero, one, first(one, sum, zero)).Div(filled(x))))
		}
		at := func(x *Value) *Value { return Apply(Gather, out.Attrs, x, idx) }
		var d *Value
		if tan[0] != nil {
			d = others(base, zeros, rest, sum).Mul(tan[0])
		}
		if tan[2] != nil {
			if d == nil {
				d = Zeros(out.Home, out.Type)
			}
			d = Apply(ScatterAdd, out.Attrs, d, idx, others(upd, at(zeros), at(rest), at(sum)).Mul(tan[2]))
		}
		return d
	},
	Eval: scatterWith(func(x, y float64) float64 { return x * y }, func(_ DType, x, y int64) int64 { return x * y }, complexMul),
	Samples: scatterSamples(func(a *Array) {
		if a.DType == Float64 {
			for i := 1; i < len(a.F); i += 3 {
				a.F[i] = 0
			}
		}
	}, Float32, Float64, Int64, Uint8, BFloat16, Complex64, Complex128),
})

func scatterExtremum(at **Primitive, name, doc string, f func(x, y float64) float64, less func(d DType, x, y int64) bool) bool {
	return define(at, &Primitive{
		Name: name, Doc: doc, Arity: 3, Exact: true, Checks: true, Type: scattered(numeric), Batch: batchScatter,
		JVP: func(out *Value, tan []*Value) *Value { // what is equal to the result shares evenly
			base, idx, upd := out.Args[0], out.Args[1], out.Args[2]
			one, zero := base.Like(1), base.Like(0)
			hit := func(x, y *Value) *Value { return x.Eq(y).Where(one, zero) }
			ours, theirs := hit(base, out), hit(upd, Apply(Gather, out.Attrs, out, idx))
			n := Apply(ScatterAdd, out.Attrs, ours, idx, theirs)
			d := Zeros(out.Home, out.Type)
			if tan[0] != nil {
				d = ours.Mul(tan[0])
			}
			if tan[2] != nil {
				d = Apply(ScatterAdd, out.Attrs, d, idx, theirs.Mul(tan[2]))
			}
			return d.Div(n)
		},
		Eval: scatterWith(f, func(d DType, x, y int64) int64 {
			if less(d, y, x) {
				return y
			}
			return x
		}, nil),
		Samples: scatterSamples(asDrawn, Float32, Float64, Int64, Uint8, BFloat16),
	})
}

// ScatterMax and ScatterMin keep, at each place, the largest or smallest of base and of the slices upd that idx has
// there; NaN wins. Their operands are those of Scatter. What is equal to the result shares its derivative evenly.
var ScatterMax, ScatterMin *Primitive

var (
	_ = scatterExtremum(&ScatterMax, "scatter_max", "the larger of the first operand and the third's slices along one axis at the indices in the second; NaN if one is", nanOr(math.Max),
		func(d DType, x, y int64) bool { return lessInt(d, y, x) })
	_ = scatterExtremum(&ScatterMin, "scatter_min", "the smaller of the first operand and the third's slices along one axis at the indices in the second; NaN if one is", nanOr(math.Min), lessInt)
)
