package graph

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
)

// reduced is the type rule of reductions: the axes in Attrs.Axes, growing, are dropped.
func reduced(takes class) func(*Solver, *Attrs, []Type) (Type, error) {
	return func(_ *Solver, a *Attrs, in []Type) (Type, error) {
		if !takes(in[0].DType) {
			return Type{}, fmt.Errorf("does not take %s", in[0].DType)
		}
		for i, x := range a.Axes {
			if x < 0 || x >= in[0].Rank() || i > 0 && x <= a.Axes[i-1] {
				return Type{}, fmt.Errorf("axes %v of %s: they must grow and exist", a.Axes, in[0])
			}
		}
		if len(a.Axes) == in[0].Rank() {
			return Type{in[0].DType, nil}, nil
		}
		shape := make(Shape, 0, in[0].Rank()-len(a.Axes))
		for i, n := range in[0].Shape {
			if !slices.Contains(a.Axes, i) {
				shape = append(shape, n)
			}
		}
		return Type{in[0].DType, shape}, nil
	}
}

// groups calls f with each index of the result and the flat indices of the operand's elements that it reduces.
func groups(a *Attrs, in *Array, out *Array, f func(i int, from []int)) {
	st := stridesOf(in.Dims)
	var keep, drop, dropSt []int
	for i, n := range in.Dims {
		if slices.Contains(a.Axes, i) {
			drop, dropSt = append(drop, n), append(dropSt, st[i])
		} else {
			keep = append(keep, st[i])
		}
	}
	var from []int
	each(out.Dims, func(i int, idx []int) {
		base := 0
		for k, x := range idx {
			base += x * keep[k]
		}
		from = from[:0]
		each(drop, func(_ int, idx []int) {
			j := base
			for k, x := range idx {
				j += x * dropSt[k]
			}
			from = append(from, j)
		})
		f(i, from)
	})
}

// setAny sets element i to that of f, n and c which is of the array's kind.
func setAny(a *Array, i int, f float64, n int64, c complex128) {
	switch {
	case a.F != nil:
		a.SetFloat(i, f)
	case a.C != nil:
		a.SetComplex(i, c)
	default:
		a.SetInt(i, n)
	}
}

func reduceSamples(dtypes ...DType) func(*rand.Rand) []Sample {
	return func(r *rand.Rand) []Sample {
		var out []Sample
		for _, d := range dtypes {
			for _, axes := range [][]int{{0}, {1}, {2}, {0, 2}, {0, 1, 2}, {}} {
				out = append(out, Sample{Attrs: &Attrs{Axes: axes}, In: []*Array{Uniform(r, d, -4, 4, 3, 4, 5)}, NoFD: !d.IsInexact()})
			}
		}
		return out
	}
}

// ReduceSum sums over the axes Axes, in the written reduction order. Half precision accumulates in float32 and is
// rounded once. The sum of nothing is 0.
var ReduceSum *Primitive

var _ = define(&ReduceSum, &Primitive{
	Name: "reduce_sum", Doc: "the sum over the axes `axes`", Kind: Reduce, Type: reduced(arithmetic),
	JVP:       func(out *Value, tan []*Value) *Value { return tan[0].ReduceSum(out.Attr().Axes...) },
	Linear:    []bool{true},
	Transpose: func(v *Value, _ int, ct *Value) *Value { return ct.restore(v.Args[0].Shape, v.Attr().Axes) },
	Eval: func(a *Attrs, in []*Array, out *Array) error {
		groups(a, in[0], out, func(i int, from []int) {
			f, n, c := 0.0, int64(0), complex128(0)
			for _, j := range from {
				switch {
				case in[0].F != nil:
					f += in[0].F[j]
				case in[0].C != nil:
					c += in[0].C[j]
				default:
					n += in[0].I[j]
				}
			}
			setAny(out, i, f, n, c)
		})
		return nil
	},
	Samples: reduceSamples(Float32, Float64, Int64, Int32, BFloat16, Complex64, Complex128),
})

func reduceExtremum(at **Primitive, name, doc string, f func(x, y float64) float64, less func(d DType, x, y int64) bool) bool {
	return define(at, &Primitive{
		Name: name, Doc: doc, Kind: Reduce, Exact: true,
		Type: func(s *Solver, a *Attrs, in []Type) (Type, error) {
			for _, x := range a.Axes {
				if x >= 0 && x < in[0].Rank() && in[0].Shape[x].Is(0) {
					return Type{}, fmt.Errorf("no elements along axis %d of %s", x, in[0])
				}
			}
			return reduced(func(d DType) bool { return numeric(d) || d == Bool })(s, a, in)
		},
		JVP: func(out *Value, tan []*Value) *Value { // ties share evenly
			x, axes := out.Args[0], out.Attr().Axes
			one, zero := x.Like(1), x.Like(0)
			hit := x.Eq(out.restore(x.Shape, axes)).Where(one, zero)
			return hit.Mul(tan[0]).ReduceSum(axes...).Div(hit.ReduceSum(axes...))
		},
		Eval: func(a *Attrs, in []*Array, out *Array) error {
			groups(a, in[0], out, func(i int, from []int) {
				for k, j := range from {
					switch {
					case k == 0:
						copyElement(out, i, in[0], j)
					case in[0].F != nil:
						out.F[i] = f(out.F[i], in[0].F[j])
					case less(in[0].DType, in[0].I[j], out.I[i]):
						out.I[i] = in[0].I[j]
					}
				}
			})
			return nil
		},
		Samples: reduceSamples(Float32, Float64, Int64, Bool),
	})
}

// ReduceMax and ReduceMin are the largest and smallest element over the axes Axes; NaN wins, ties share the
// derivative evenly.
var ReduceMax, ReduceMin *Primitive

var (
	_ = reduceExtremum(&ReduceMax, "reduce_max", "the largest element over the axes `axes`; NaN if one is", nanOr(math.Max),
		func(d DType, x, y int64) bool { return lessInt(d, y, x) })
	_ = reduceExtremum(&ReduceMin, "reduce_min", "the smallest element over the axes `axes`; NaN if one is", nanOr(math.Min),
		lessInt)
)

func argExtremum(at **Primitive, name, doc string, better func(in *Array, j, best int) bool) bool {
	return define(at, &Primitive{
		Name: name, Doc: doc, Arity: 1, Exact: true, NoGradient: "the result is an integer", Batch: batchAxes,
		Type: func(s *Solver, a *Attrs, in []Type) (Type, error) {
			if len(a.Axes) != 1 {
				return Type{}, fmt.Errorf("takes one axis, not %v", a.Axes)
			}
			t, err := reduced(func(d DType) bool { return numeric(d) || d == Bool })(s, a, in)
			if err == nil && in[0].Shape[a.Axes[0]].Is(0) {
				err = fmt.Errorf("no elements along axis %d of %s", a.Axes[0], in[0])
			}
			return Type{Int64, t.Shape}, err
		},
		Eval: func(a *Attrs, in []*Array, out *Array) error {
			groups(a, in[0], out, func(i int, from []int) {
				best := 0
				for k := range from {
					if better(in[0], from[k], from[best]) {
						best = k
					}
				}
				out.I[i] = int64(best)
			})
			return nil
		},
		Samples: func(r *rand.Rand) []Sample {
			var out []Sample
			for _, d := range []DType{Float32, Float64, Int64} {
				for axis := range 3 {
					out = append(out, Sample{Attrs: &Attrs{Axes: []int{axis}}, In: []*Array{Uniform(r, d, -4, 4, 3, 4, 5)}, NoFD: true})
				}
			}
			return out
		},
	})
}

// ArgMax and ArgMin are the index along axis Axes[0] of the first largest or smallest element; the first NaN wins.
var ArgMax, ArgMin *Primitive

var (
	_ = argExtremum(&ArgMax, "argmax", "the index of the first largest element along one axis", func(in *Array, j, best int) bool {
		if in.F != nil {
			return in.F[j] > in.F[best] || in.F[j] != in.F[j] && in.F[best] == in.F[best]
		}
		return lessInt(in.DType, in.I[best], in.I[j])
	})
	_ = argExtremum(&ArgMin, "argmin", "the index of the first smallest element along one axis", func(in *Array, j, best int) bool {
		if in.F != nil {
			return in.F[j] < in.F[best] || in.F[j] != in.F[j] && in.F[best] == in.F[best]
		}
		return lessInt(in.DType, in.I[j], in.I[best])
	})
)
