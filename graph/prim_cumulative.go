package graph

import (
	"fmt"
	"math/rand/v2"
)

// along is the type rule of primitives that go along axis Axes[0] of their operands, which have one type; result is
// the element type that they make of it.
func along(takes class, result func(DType) DType) func(*Solver, *Attrs, []Type) (Type, error) {
	same := elementwise(takes)
	return func(s *Solver, a *Attrs, in []Type) (Type, error) {
		t, err := same(s, a, in)
		if err == nil && (len(a.Axes) != 1 || a.Axes[0] < 0 || a.Axes[0] >= t.Rank()) {
			err = fmt.Errorf("takes one axis of %s, not %v", t, a.Axes)
		}
		return Type{result(t.DType), t.Shape}, err
	}
}

func sameDType(d DType) DType { return d }
func toInt64(DType) DType     { return Int64 }

// eachLine calls f for each line along axis: its n elements are at, at+step, …
func eachLine(dims []int, axis int, f func(at, step, n int)) {
	n, inner := dims[axis], prod(dims[axis+1:])
	for o := range prod(dims[:axis]) {
		for q := range inner {
			f(o*n*inner+q, inner, n)
		}
	}
}

// alongSamples are samples of so many operands along each axis of a small array; a long line has more blocks than one.
func alongSamples(operands int, lo, hi float64, long bool, dtypes ...DType) func(*rand.Rand) []Sample {
	return func(r *rand.Rand) []Sample {
		var out []Sample
		add := func(d DType, noFD bool, axis int, dims ...int) {
			s := Sample{Attrs: &Attrs{Axes: []int{axis}}, NoFD: noFD || !d.IsInexact()}
			for range operands {
				s.In = append(s.In, Uniform(r, d, lo, hi, dims...))
			}
			out = append(out, s)
		}
		for _, d := range dtypes {
			for axis := range 3 {
				add(d, false, axis, 3, 4, 5)
			}
			add(d, true, 0, 0, 2)
			if long {
				add(d, true, 1, 2, 2*cumulativeBlock+100)
			}
		}
		return out
	}
}

// heldType is the type in which elements of d are accumulated: half precision in float32.
func heldType(d DType) DType {
	if d == Float16 || d == BFloat16 {
		return Float32
	}
	return d
}

// The written order of cumulative sums: the elements of a line are cut into blocks of 4,096. Within a block the sum
// goes from its first element on, one after the other, beginning with +0. Block b > 0 begins at offset b, which is
// offset b−1 plus the last sum within block b−1; offset 0 is +0. An element of the result is its block's offset plus the
// sum within the block up to it. Products are the same with 1 and times. Half precision accumulates in float32, and
// each element is rounded once.
const cumulativeBlock = 4096

func cumulative(identity int64, f func(x, y float64) float64, g func(x, y int64) int64, c func(x, y complex128) complex128) func(*Attrs, []*Array, *Array) error {
	return func(a *Attrs, in []*Array, out *Array) error {
		x, held := in[0], heldType(out.DType)
		join := func(x, y float64) float64 { return RoundFloat(held, f(x, y)) }
		if x.C != nil {
			cumulativeComplex(a, x, out, complex(float64(identity), 0), c)
			return nil
		}
		eachLine(x.Dims, a.Axes[0], func(at, step, n int) {
			offset, sum := float64(identity), float64(identity)
			total := identity
			for k := range n {
				i := at + k*step
				if x.F == nil { // integers wrap around: their order does not matter
					total = g(total, x.I[i])
					out.SetInt(i, total)
					continue
				}
				if k > 0 && k%cumulativeBlock == 0 {
					offset, sum = join(offset, sum), float64(identity)
				}
				sum = join(sum, x.F[i])
				out.SetFloat(i, join(offset, sum))
			}
		})
		return nil
	}
}

func cumulativeComplex(a *Attrs, x, out *Array, identity complex128, f func(x, y complex128) complex128) {
	one := NewArray(out.DType)
	join := func(x, y complex128) complex128 { // rounded to the dtype
		one.SetComplex(0, f(x, y))
		return one.C[0]
	}
	eachLine(x.Dims, a.Axes[0], func(at, step, n int) {
		offset, sum := identity, identity
		for k := range n {
			i := at + k*step
			if k > 0 && k%cumulativeBlock == 0 {
				offset, sum = join(offset, sum), identity
			}
			sum = join(sum, x.C[i])
			out.C[i] = join(offset, sum)
		}
	})
}

// CumSum is the sum of the elements up to each, along axis Axes[0], in the written order of cumulative sums.
var CumSum *Primitive

var _ = define(&CumSum, &Primitive{
	Name: "cumsum", Doc: "the sum up to each element along one axis", Arity: 1, Type: along(arithmetic, sameDType), Batch: batchAxes,
	JVP:    func(out *Value, tan []*Value) *Value { return Apply(CumSum, out.Attrs, tan[0]) },
	Linear: []bool{true},
	Transpose: func(v *Value, _ int, ct *Value) *Value {
		return Apply(CumSum, v.Attrs, ct.Reverse(v.Attrs.Axes...)).Reverse(v.Attrs.Axes...)
	},
	Eval:    cumulative(0, func(x, y float64) float64 { return x + y }, func(x, y int64) int64 { return x + y }, complexAdd),
	Samples: alongSamples(1, -4, 4, true, Float32, Float64, Int64, Uint8, BFloat16, Complex64, Complex128),
})

// CumProd is the product of the elements up to each, along axis Axes[0], in the written order of cumulative sums. Its
// derivative is a recurrence and divides by nothing: it is right where elements are 0, to any order.
var CumProd *Primitive

var _ = define(&CumProd, &Primitive{
	Name: "cumprod", Doc: "the product up to each element along one axis", Arity: 1, Type: along(arithmetic, sameDType), Batch: batchAxes,
	JVP: func(out *Value, tan []*Value) *Value { // d yₖ = xₖ·d yₖ₋₁ + yₖ₋₁·d xₖ
		return Apply(Recurrence, out.Attrs, out.Args[0], out.Delay(out.Attrs.Axes[0], 1).Mul(tan[0]))
	},
	Eval: cumulative(1, func(x, y float64) float64 { return x * y }, func(x, y int64) int64 { return x * y }, complexMul),
	Samples: func(r *rand.Rand) []Sample {
		out := alongSamples(1, 0.5, 1.5, false, Float32, Float64, Int64, BFloat16, Complex64, Complex128)(r)
		zeros := Uniform(r, Float64, -2, 2, 2, 6)
		zeros.F[1], zeros.F[4], zeros.F[8] = 0, 0, 0
		long := Uniform(r, Float32, 0.99, 1.01, 2, cumulativeBlock+100)
		return append(out, Sample{Attrs: &Attrs{Axes: []int{1}}, In: []*Array{zeros}}, Sample{Attrs: &Attrs{Axes: []int{1}}, In: []*Array{long}})
	},
})

// Delay is v moved on by one place along axis; first stands in the place that falls free.
func (v *Value) Delay(axis int, first float64) *Value {
	n := v.Shape[axis]
	start, step := make([]Size, v.Rank()), make([]int, v.Rank())
	for i := range step {
		step[i] = 1
	}
	shape := append(Shape(nil), v.Shape...)
	start[axis], shape[axis] = N(1), n.Add(N(1)) // not n−1 elements, of which an empty axis has none
	moved := Apply(Pad, &Attrs{Start: start, Shape: shape, Step: step}, v).SliceAxis(axis, N(0), n, 1)
	if first == 0 {
		return moved
	}
	at := NewIota(v.Home, Type{Int64, v.Shape}, axis)
	return at.Eq(at.Like(0)).Where(v.Like(first), moved)
}

// Recurrence is y along axis Axes[0] where yₖ = aₖ·yₖ₋₁ + bₖ, one element after the other; y₀ = b₀. The product is
// rounded before the sum. It is the derivative of cumprod, closed under differentiation, and what moving averages are.
var Recurrence *Primitive

var _ = define(&Recurrence, &Primitive{
	Name: "recurrence", Doc: "yₖ = xₖ·yₖ₋₁ + zₖ along one axis, where x and z are the operands and y₀ = z₀", Arity: 2, Type: along(inexact, sameDType), Batch: batchAxes,
	JVP: func(out *Value, tan []*Value) *Value {
		d := tan[1]
		if tan[0] != nil {
			d = plus(out.Delay(out.Attrs.Axes[0], 0).Mul(tan[0]), d)
		}
		return Apply(Recurrence, out.Attrs, out.Args[0], d)
	},
	Linear: []bool{false, true},
	Transpose: func(v *Value, _ int, ct *Value) *Value { // λₖ = aₖ₊₁·λₖ₊₁ + ctₖ
		axis := v.Attrs.Axes[0]
		return Apply(Recurrence, v.Attrs, v.Args[0].Conj().Reverse(axis).Delay(axis, 0), ct.Reverse(axis)).Reverse(axis)
	},
	Eval: func(a *Attrs, in []*Array, out *Array) error {
		held := heldType(out.DType)
		eachLine(out.Dims, a.Axes[0], func(at, step, n int) {
			if out.C != nil {
				for k := range n {
					i := at + k*step
					if k == 0 {
						out.C[i] = in[1].C[i]
						continue
					}
					out.SetComplex(i, complexMul(in[0].C[i], out.C[i-step]))
					out.SetComplex(i, out.C[i]+in[1].C[i])
				}
				return
			}
			y := 0.0
			for k := range n {
				i := at + k*step
				if k == 0 {
					y = in[1].F[i]
				} else {
					p := RoundFloat(held, in[0].F[i]*y)
					y = RoundFloat(held, p+in[1].F[i])
				}
				out.SetFloat(i, y)
			}
		})
		return nil
	},
	Samples: alongSamples(2, -1.2, 1.2, false, Float32, Float64, BFloat16, Complex64, Complex128),
})

func cumulativeArg(at **Primitive, name, doc string, better func(x *Array, j, best int) bool) bool {
	return define(at, &Primitive{
		Name: name, Doc: doc, Arity: 1, Exact: true, NoGradient: "the result is an integer", Batch: batchAxes,
		Type: along(func(d DType) bool { return numeric(d) || d == Bool }, toInt64),
		Eval: func(a *Attrs, in []*Array, out *Array) error {
			eachLine(out.Dims, a.Axes[0], func(at, step, n int) {
				best := 0
				for k := range n {
					if better(in[0], at+k*step, at+best*step) {
						best = k
					}
					out.I[at+k*step] = int64(best)
				}
			})
			return nil
		},
		Samples: func(r *rand.Rand) []Sample {
			return alongSamples(1, -3, 3, false, Float32, Float64, Int64, Bool, Uint8)(r)
		},
	})
}

// CumArgMax and CumArgMin are the index along axis Axes[0] of the largest or smallest element up to each: of equal
// ones the last, and of NaN, which is never overtaken but by another, the last.
var CumArgMax, CumArgMin *Primitive

var (
	_ = cumulativeArg(&CumArgMax, "cumargmax", "the index of the last largest element up to each along one axis", func(x *Array, j, best int) bool {
		if x.F != nil {
			return x.F[j] >= x.F[best] || x.F[j] != x.F[j]
		}
		return !lessInt(x.DType, x.I[j], x.I[best])
	})
	_ = cumulativeArg(&CumArgMin, "cumargmin", "the index of the last smallest element up to each along one axis", func(x *Array, j, best int) bool {
		if x.F != nil {
			return x.F[j] <= x.F[best] || x.F[j] != x.F[j]
		}
		return !lessInt(x.DType, x.I[best], x.I[j])
	})
)
