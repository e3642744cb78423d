package graph

import (
	"fmt"
	"math/rand/v2"
	"slices"
)

func pooled(result func(x Type) DType) func(*Solver, *Attrs, []Type) (Type, error) {
	return func(_ *Solver, a *Attrs, in []Type) (Type, error) {
		x := in[0]
		if x.Rank() < 3 || !numeric(x.DType) {
			return Type{}, fmt.Errorf("takes [N, C, …], not %s", x)
		}
		if err := a.Window.check(x.Rank()-2, in...); err != nil {
			return Type{}, err
		}
		sp, err := a.Window.outs(x.Shape[2:])
		return Type{result(x), slices.Concat(x.Shape[:2], sp)}, err
	}
}

func sameType(x Type) DType { return x.DType }

// planes calls f for each of the N·C planes with the offsets of its elements in the big and the small array.
func planes(big, small []int, f func(b, s int)) {
	for p := range big[0] * big[1] {
		f(p*prod(big[2:]), p*prod(small[2:]))
	}
}

// WindowArgMax is, for each position of the window over x [N, C, …], the flat spatial index in x of the first largest
// element under it (the first NaN wins); padding never is.
var WindowArgMax *Primitive

var _ = define(&WindowArgMax, &Primitive{
	Name: "window_argmax", Doc: "the flat spatial index of the first largest element under each window of [N, C, …]", Arity: 1, Exact: true,
	Batch:      batchPlanes,
	Type:       pooled(func(Type) DType { return Int64 }),
	NoGradient: "the result is an integer",
	Eval: func(a *Attrs, in []*Array, out *Array) error {
		planes(in[0].Dims, out.Dims, func(b, s int) {
			n := prod(out.Dims[2:])
			for i := range n {
				out.I[s+i] = -1
			}
			a.Window.slide(in[0].Dims[2:], out.Dims[2:], func(p, _, at int) {
				best := int(out.I[s+p])
				if best >= 0 {
					x, y := b+at, b+best
					if in[0].F != nil && !(in[0].F[x] > in[0].F[y] || in[0].F[x] != in[0].F[x] && in[0].F[y] == in[0].F[y]) ||
						in[0].I != nil && !lessInt(in[0].DType, in[0].I[y], in[0].I[x]) {
						return
					}
				}
				out.I[s+p] = int64(at)
			})
		})
		return nil
	},
	Samples: poolSamples(func(r *rand.Rand, d DType, w *Window, x, y []int) Sample {
		return Sample{Attrs: &Attrs{Window: w}, In: []*Array{Uniform(r, d, -2, 2, x...)}, NoFD: true}
	}),
})

// WindowGather reads x [N, C, …] at the flat spatial indices idx [N, C, …], each of which lies under the window at
// its own position: max pooling is WindowGather(x, WindowArgMax(x)).
var WindowGather *Primitive

var _ = define(&WindowGather, &Primitive{
	Name: "window_gather", Doc: "the elements of [N, C, …] at flat spatial indices that lie under the window at their own position", Arity: 2, Exact: true, Checks: true,
	Batch: batchPlanes,
	Type: func(s *Solver, a *Attrs, in []Type) (Type, error) {
		t, err := pooled(sameType)(s, a, in)
		if err == nil && (in[1].DType != Int64 || !s.SameShape(t.Shape, in[1].Shape)) {
			err = fmt.Errorf("indices %s do not fit: they must be %s", in[1], Type{Int64, t.Shape})
		}
		return t, err
	},
	JVP:    func(out *Value, tan []*Value) *Value { return Apply(out.Op, out.Attrs, tan[0], out.Args[1]) },
	Linear: []bool{true, false},
	Transpose: func(v *Value, _ int, ct *Value) *Value {
		return Apply(WindowScatter, &Attrs{Window: v.Attrs.Window, Shape: v.Args[0].Shape[2:]}, ct, v.Args[1])
	},
	Eval: func(a *Attrs, in []*Array, out *Array) (err error) {
		n := prod(in[0].Dims[2:])
		planes(in[0].Dims, out.Dims, func(b, s int) {
			for p := range prod(out.Dims[2:]) {
				at := int(in[1].I[s+p])
				if at < 0 || at >= n {
					err = fmt.Errorf("index %d is out of range for %d elements", at, n)
					return
				}
				copyElement(out, s+p, in[0], b+at)
			}
		})
		return err
	},
	Samples: poolSamples(func(r *rand.Rand, d DType, w *Window, x, y []int) Sample {
		u := Uniform(r, d, -2, 2, x...)
		return Sample{Attrs: &Attrs{Window: w}, In: []*Array{u, argmaxOf(w, u, y)}, NoFD: !d.IsFloat()}
	}),
})

func argmaxOf(w *Window, x *Array, y []int) *Array {
	idx := NewArray(Int64, y...)
	if err := WindowArgMax.Eval(&Attrs{Window: w}, []*Array{x}, idx); err != nil {
		panic(err)
	}
	return idx
}

// WindowScatter is the transpose of WindowGather: an array [N, C, Shape…] of sums of the elements of ct whose index
// is there, in the order of the windows.
var WindowScatter *Primitive

var _ = define(&WindowScatter, &Primitive{
	Name: "window_scatter", Doc: "the transpose of window_gather: [N, C, shape…] of sums of what was read from each place", Arity: 2, Checks: true,
	Batch: batchPlanes,
	Type: func(s *Solver, a *Attrs, in []Type) (Type, error) {
		ct := in[0]
		if ct.Rank() < 3 || !numeric(ct.DType) || in[1].DType != Int64 || !s.SameShape(ct.Shape, in[1].Shape) {
			return Type{}, fmt.Errorf("operands do not fit: %s", describe(in))
		}
		if err := a.Window.check(ct.Rank()-2, in...); err != nil {
			return Type{}, err
		}
		sp, err := a.Window.outs(a.Shape)
		if err == nil && !s.SameShape(sp, ct.Shape[2:]) {
			err = fmt.Errorf("%s is not what windows %v over %s leave", ct, a.Window.Size, Shape(a.Shape))
		}
		return Type{ct.DType, slices.Concat(ct.Shape[:2], a.Shape)}, err
	},
	JVP:    func(out *Value, tan []*Value) *Value { return Apply(out.Op, out.Attrs, tan[0], out.Args[1]) },
	Linear: []bool{true, false},
	Transpose: func(v *Value, _ int, ct *Value) *Value {
		return Apply(WindowGather, &Attrs{Window: v.Attrs.Window}, ct, v.Args[1])
	},
	Eval: func(a *Attrs, in []*Array, out *Array) (err error) {
		n := prod(out.Dims[2:])
		planes(out.Dims, in[0].Dims, func(b, s int) {
			for p := range prod(in[0].Dims[2:]) {
				at := int(in[1].I[s+p])
				switch {
				case at < 0 || at >= n:
					err = fmt.Errorf("index %d is out of range for %d elements", at, n)
					return
				case out.F != nil:
					out.SetFloat(b+at, out.F[b+at]+in[0].F[s+p])
				default:
					out.SetInt(b+at, out.I[b+at]+in[0].I[s+p])
				}
			}
		})
		return err
	},
	Samples: poolSamples(func(r *rand.Rand, d DType, w *Window, x, y []int) Sample {
		return Sample{Attrs: &Attrs{Window: w, Shape: Ns(x[2:]...)},
			In: []*Array{Uniform(r, d, -2, 2, y...), argmaxOf(w, Uniform(r, d, -2, 2, x...), y)}, NoFD: !d.IsFloat()}
	}),
})

// WindowSum sums the elements of x [N, C, …] under each window, in the window's order; padding counts as 0.
var WindowSum *Primitive

var _ = define(&WindowSum, &Primitive{
	Name: "window_sum", Doc: "the sum under each window of [N, C, …]", Arity: 1, Type: pooled(sameType),
	Batch:  batchPlanes,
	JVP:    func(out *Value, tan []*Value) *Value { return Apply(out.Op, out.Attrs, tan[0]) },
	Linear: []bool{true},
	Transpose: func(v *Value, _ int, ct *Value) *Value {
		return Apply(WindowSpread, &Attrs{Window: v.Attrs.Window, Shape: v.Args[0].Shape[2:]}, ct)
	},
	Eval: func(a *Attrs, in []*Array, out *Array) error {
		planes(in[0].Dims, out.Dims, func(b, s int) {
			a.Window.slide(in[0].Dims[2:], out.Dims[2:], func(p, _, at int) { accumulate(out, s+p, in[0], b+at) })
		})
		return roundAll(out)
	},
	Samples: poolSamples(func(r *rand.Rand, d DType, w *Window, x, y []int) Sample {
		return Sample{Attrs: &Attrs{Window: w}, In: []*Array{Uniform(r, d, -2, 2, x...)}, NoFD: !d.IsFloat()}
	}),
})

func accumulate(dst *Array, i int, src *Array, j int) {
	if dst.F != nil {
		dst.F[i] += src.F[j]
	} else {
		dst.SetInt(i, dst.I[i]+src.I[j])
	}
}

// WindowSpread is the transpose of WindowSum: each element of [N, C, Shape…] is the sum of ct over the windows that
// cover it.
var WindowSpread *Primitive

var _ = define(&WindowSpread, &Primitive{
	Name: "window_spread", Doc: "the transpose of window_sum: each element of [N, C, shape…] sums over the windows that cover it", Arity: 1,
	Batch: batchPlanes,
	Type: func(s *Solver, a *Attrs, in []Type) (Type, error) {
		ct := in[0]
		if ct.Rank() < 3 || !numeric(ct.DType) {
			return Type{}, fmt.Errorf("takes [N, C, …], not %s", ct)
		}
		if err := a.Window.check(ct.Rank()-2, in...); err != nil {
			return Type{}, err
		}
		sp, err := a.Window.outs(a.Shape)
		if err == nil && !s.SameShape(sp, ct.Shape[2:]) {
			err = fmt.Errorf("%s is not what windows %v over %s leave", ct, a.Window.Size, Shape(a.Shape))
		}
		return Type{ct.DType, slices.Concat(ct.Shape[:2], a.Shape)}, err
	},
	JVP:       func(out *Value, tan []*Value) *Value { return Apply(out.Op, out.Attrs, tan[0]) },
	Linear:    []bool{true},
	Transpose: func(v *Value, _ int, ct *Value) *Value { return Apply(WindowSum, &Attrs{Window: v.Attrs.Window}, ct) },
	Eval: func(a *Attrs, in []*Array, out *Array) error {
		planes(out.Dims, in[0].Dims, func(b, s int) {
			a.Window.slide(out.Dims[2:], in[0].Dims[2:], func(p, _, at int) { accumulate(out, b+at, in[0], s+p) })
		})
		return roundAll(out)
	},
	Samples: poolSamples(func(r *rand.Rand, d DType, w *Window, x, y []int) Sample {
		return Sample{Attrs: &Attrs{Window: w, Shape: Ns(x[2:]...)}, In: []*Array{Uniform(r, d, -2, 2, y...)}, NoFD: !d.IsFloat()}
	}),
})

func poolSamples(f func(r *rand.Rand, d DType, w *Window, x, y []int) Sample) func(*rand.Rand) []Sample {
	return func(r *rand.Rand) []Sample {
		var out []Sample
		for _, d := range []DType{Float32, Float64, Int64} {
			for i := range windows {
				g := &windows[i]
				sp, _ := g.w.outs(Ns(g.x[2:]...))
				y, _ := sp.Ints()
				out = append(out, f(r, d, &g.w, g.x, append(slices.Clone(g.x[:2]), y...)))
			}
		}
		return out
	}
}
