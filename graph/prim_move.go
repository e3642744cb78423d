package graph

import (
	"fmt"
	"math/rand/v2"
	"slices"
)

// moveEval evaluates a rearrangement: at maps each index of the result to an index of the operand.
func moveEval(at func(a *Attrs, in *Array, out *Array, idx []int) []int) func(*Attrs, []*Array, *Array) error {
	return func(a *Attrs, in []*Array, out *Array) error {
		st := stridesOf(in[0].Dims)
		each(out.Dims, func(i int, idx []int) {
			j := 0
			for k, x := range at(a, in[0], out, idx) {
				j += x * st[k]
			}
			copyElement(out, i, in[0], j)
		})
		return nil
	}
}

// each calls f with each flat and full index of an array of the given sizes; idx is reused.
func each(dims []int, f func(i int, idx []int)) {
	n := 1
	for _, d := range dims {
		n *= d
	}
	idx := make([]int, len(dims))
	for i := range n {
		f(i, idx)
		for k := len(dims) - 1; k >= 0; k-- {
			if idx[k]++; idx[k] < dims[k] {
				break
			}
			idx[k] = 0
		}
	}
}

// Reshape gives the elements, in row-major order, the sizes Shape.
var Reshape *Primitive

var _ = define(&Reshape, &Primitive{
	Name: "reshape", Doc: "the same elements in row-major order with sizes `shape`", Kind: Move, Exact: true,
	Batch: func(op *Primitive, a *Attrs, args []*Value, _ []bool, size Size) *Value {
		return args[0].Reshape(prepend(size, a.Shape)...)
	},
	Type: func(s *Solver, a *Attrs, in []Type) (Type, error) {
		if !s.Same(in[0].Shape.Count(), Shape(a.Shape).Count()) {
			return Type{}, fmt.Errorf("%s does not fit %s", in[0].Shape, Shape(a.Shape))
		}
		return Type{in[0].DType, a.Shape}, nil
	},
	JVP:       func(out *Value, tan []*Value) *Value { return tan[0].Reshape(out.Shape...) },
	Linear:    []bool{true},
	Transpose: func(v *Value, _ int, ct *Value) *Value { return ct.Reshape(v.Args[0].Shape...) },
	Eval: func(_ *Attrs, in []*Array, out *Array) error {
		for i := range out.Len() {
			copyElement(out, i, in[0], i)
		}
		return nil
	},
	Samples: moveSamples([]int{2, 3, 4}, &Attrs{Shape: Ns(6, 4)}, &Attrs{Shape: Ns(24)}, &Attrs{Shape: Ns(2, 1, 12)}, &Attrs{Shape: Ns(4, 3, 2)}),
})

// moveSamples applies each of the attributes to an array of the given sizes.
func moveSamples(dims []int, attrs ...*Attrs) func(*rand.Rand) []Sample {
	return func(r *rand.Rand) []Sample {
		var out []Sample
		for _, d := range []DType{Float32, Float64, Int64, Bool, Complex64, Complex128} {
			for _, a := range attrs {
				out = append(out, Sample{Attrs: a, In: []*Array{Uniform(r, d, -4, 4, dims...)}, NoFD: !d.IsInexact()})
			}
		}
		return out
	}
}

// Permute reorders the axes: axis i of the result is axis Axes[i] of the operand.
var Permute *Primitive

var _ = define(&Permute, &Primitive{
	Name: "permute", Doc: "axis i of the result is axis `axes[i]` of the operand", Kind: Move, Exact: true,
	Batch: func(op *Primitive, a *Attrs, args []*Value, _ []bool, _ Size) *Value {
		return args[0].Permute(prepend(0, shift(a.Axes))...)
	},
	Type: func(_ *Solver, a *Attrs, in []Type) (Type, error) {
		seen := make([]bool, in[0].Rank())
		shape := make(Shape, 0, len(a.Axes))
		for _, x := range a.Axes {
			if x < 0 || x >= len(seen) || seen[x] || len(a.Axes) != len(seen) {
				return Type{}, fmt.Errorf("%v is no order of the %d axes of %s", a.Axes, len(seen), in[0])
			}
			seen[x] = true
			shape = append(shape, in[0].Shape[x])
		}
		if len(a.Axes) != len(seen) {
			return Type{}, fmt.Errorf("%v is no order of the %d axes of %s", a.Axes, len(seen), in[0])
		}
		return Type{in[0].DType, shape}, nil
	},
	JVP:       func(out *Value, tan []*Value) *Value { return tan[0].Permute(out.Attr().Axes...) },
	Linear:    []bool{true},
	Transpose: func(v *Value, _ int, ct *Value) *Value { return ct.Permute(inverse(v.Attr().Axes)...) },
	Eval: moveEval(func(a *Attrs, _, _ *Array, idx []int) []int {
		at := make([]int, len(idx))
		for i, x := range a.Axes {
			at[x] = idx[i]
		}
		return at
	}),
	Samples: moveSamples([]int{2, 3, 4}, &Attrs{Axes: []int{2, 0, 1}}, &Attrs{Axes: []int{1, 0, 2}}, &Attrs{Axes: []int{0, 1, 2}}),
})

func inverse(order []int) []int {
	inv := make([]int, len(order))
	for i, x := range order {
		inv[x] = i
	}
	return inv
}

// Broadcast repeats the operand along new axes: Axes are their places in the result, growing, and Shape their sizes.
var Broadcast *Primitive

var _ = define(&Broadcast, &Primitive{
	Name: "broadcast", Doc: "the operand repeated along new axes at the places `axes` of the result, of sizes `shape`", Kind: Move, Exact: true,
	Batch: batchAxes,
	Type: func(_ *Solver, a *Attrs, in []Type) (Type, error) {
		rank := in[0].Rank() + len(a.Axes)
		if len(a.Axes) != len(a.Shape) || !slices.IsSorted(a.Axes) || len(a.Axes) > 0 && (a.Axes[0] < 0 || a.Axes[len(a.Axes)-1] >= rank) {
			return Type{}, fmt.Errorf("new axes %v of sizes %v do not fit %s", a.Axes, Shape(a.Shape), in[0])
		}
		if in[0].Rank() == 0 && len(a.Axes) > 0 && a.Axes[0] == 0 && distinct(a.Axes) {
			return Type{in[0].DType, a.Shape}, nil
		}
		shape := make(Shape, 0, rank)
		j, k := 0, 0
		for i := range rank {
			if k < len(a.Axes) && a.Axes[k] == i {
				shape = append(shape, a.Shape[k])
				k++
			} else if j < in[0].Rank() {
				shape = append(shape, in[0].Shape[j])
				j++
			}
		}
		if len(shape) != rank {
			return Type{}, fmt.Errorf("new axes %v are not distinct", a.Axes)
		}
		return Type{in[0].DType, shape}, nil
	},
	JVP:       func(out *Value, tan []*Value) *Value { return Apply(out.Op, out.Attrs, tan[0]) },
	Linear:    []bool{true},
	Transpose: func(v *Value, _ int, ct *Value) *Value { return ct.ReduceSum(v.Attr().Axes...) },
	Eval: moveEval(func(a *Attrs, _, _ *Array, idx []int) []int {
		var at []int
		for i, x := range idx {
			if !slices.Contains(a.Axes, i) {
				at = append(at, x)
			}
		}
		return at
	}),
	Samples: moveSamples([]int{2, 3}, &Attrs{Axes: []int{0}, Shape: Ns(4)}, &Attrs{Axes: []int{1, 3}, Shape: Ns(4, 5)}, &Attrs{Axes: []int{2}, Shape: Ns(1)}),
})

// Slice takes elements Start, Start+Step … of each axis, Shape of them.
var Slice *Primitive

var _ = define(&Slice, &Primitive{
	Name: "slice", Doc: "`shape` elements of each axis from `start` on, `step` apart", Kind: Move, Exact: true,
	Batch: batchSizes,
	Type: func(_ *Solver, a *Attrs, in []Type) (Type, error) {
		n := in[0].Rank()
		if len(a.Start) != n || len(a.Shape) != n || len(a.Step) != n {
			return Type{}, fmt.Errorf("start %v, sizes %v and steps %v for %s", Shape(a.Start), Shape(a.Shape), a.Step, in[0])
		}
		for i := range n {
			if err := spans(a.Start[i], a.Shape[i], a.Step[i], in[0].Shape[i]); err != nil {
				return Type{}, fmt.Errorf("axis %d of %s: %w", i, in[0], err)
			}
		}
		return Type{in[0].DType, a.Shape}, nil
	},
	JVP:    func(out *Value, tan []*Value) *Value { return Apply(out.Op, out.Attrs, tan[0]) },
	Linear: []bool{true},
	Transpose: func(v *Value, _ int, ct *Value) *Value {
		a := v.Attr()
		return Apply(Pad, &Attrs{Start: a.Start, Step: a.Step, Shape: v.Args[0].Shape}, ct)
	},
	Eval: moveEval(func(a *Attrs, _, _ *Array, idx []int) []int {
		at := make([]int, len(idx))
		for i, x := range idx {
			s, _ := a.Start[i].Int()
			at[i] = s + x*a.Step[i]
		}
		return at
	}),
	Samples: moveSamples([]int{5, 6}, &Attrs{Start: Ns(1, 0), Shape: Ns(3, 3), Step: []int{1, 2}}, &Attrs{Start: Ns(0, 5), Shape: Ns(5, 1), Step: []int{1, 1}},
		&Attrs{Start: Ns(0, 0), Shape: Ns(0, 6), Step: []int{1, 1}}),
})

// spans checks that n elements from start on, step apart, lie in size; symbolic sizes are the caller's word.
func spans(start, n Size, step int, size Size) error {
	if step < 1 {
		return fmt.Errorf("step %d", step)
	}
	b, ok1 := start.Int()
	c, ok2 := n.Int()
	s, ok3 := size.Int()
	if ok1 && ok2 && ok3 && (b < 0 || c < 0 || c > 0 && b+(c-1)*step >= s) {
		return fmt.Errorf("%d elements from %d on, %d apart, of %d", c, b, step, s)
	}
	return nil
}

// Pad lays the operand into zeros of sizes Shape: element i of an axis comes to Start + i·Step. It is the transpose of
// Slice with the same attributes.
var Pad *Primitive

var _ = define(&Pad, &Primitive{
	Name: "pad", Doc: "zeros of sizes `shape` with the operand's elements from `start` on, `step` apart", Kind: Move, Exact: true,
	Batch: batchSizes,
	Type: func(_ *Solver, a *Attrs, in []Type) (Type, error) {
		n := in[0].Rank()
		if len(a.Start) != n || len(a.Shape) != n || len(a.Step) != n {
			return Type{}, fmt.Errorf("start %v, sizes %v and steps %v for %s", Shape(a.Start), Shape(a.Shape), a.Step, in[0])
		}
		for i := range n {
			if err := spans(a.Start[i], in[0].Shape[i], a.Step[i], a.Shape[i]); err != nil {
				return Type{}, fmt.Errorf("axis %d of %s: %w", i, in[0], err)
			}
		}
		return Type{in[0].DType, a.Shape}, nil
	},
	JVP:    func(out *Value, tan []*Value) *Value { return Apply(out.Op, out.Attrs, tan[0]) },
	Linear: []bool{true},
	Transpose: func(v *Value, _ int, ct *Value) *Value {
		a := v.Attr()
		return Apply(Slice, &Attrs{Start: a.Start, Step: a.Step, Shape: v.Args[0].Shape}, ct)
	},
	Eval: func(a *Attrs, in []*Array, out *Array) error {
		st := stridesOf(out.Dims)
		each(in[0].Dims, func(i int, idx []int) {
			j := 0
			for k, x := range idx {
				s, _ := a.Start[k].Int()
				j += (s + x*a.Step[k]) * st[k]
			}
			copyElement(out, j, in[0], i)
		})
		return nil
	},
	Samples: moveSamples([]int{2, 3}, &Attrs{Start: Ns(1, 0), Shape: Ns(4, 6), Step: []int{1, 2}}, &Attrs{Start: Ns(0, 2), Shape: Ns(2, 5), Step: []int{1, 1}}),
})

// Concat joins operands along axis Axes[0].
var Concat *Primitive

var _ = define(&Concat, &Primitive{
	Name: "concat", Doc: "the operands one after the other along one axis", Arity: -1, Exact: true,
	Batch: batchAxes,
	Type: func(s *Solver, a *Attrs, in []Type) (Type, error) {
		if len(a.Axes) != 1 || a.Axes[0] < 0 || a.Axes[0] >= in[0].Rank() {
			return Type{}, fmt.Errorf("axis %v of %s", a.Axes, in[0])
		}
		x := a.Axes[0]
		shape := slices.Clone(in[0].Shape)
		for _, t := range in[1:] {
			fits := t.DType == in[0].DType && t.Rank() == len(shape)
			for i := range shape {
				fits = fits && (i == x || s.Same(shape[i], t.Shape[i]))
			}
			if !fits {
				return Type{}, fmt.Errorf("along axis %d operands do not fit: %s", x, describe(in))
			}
			shape[x] = shape[x].Add(t.Shape[x])
		}
		return Type{in[0].DType, shape}, nil
	},
	JVP: func(out *Value, tan []*Value) *Value {
		parts := make([]*Value, len(tan))
		for i, t := range tan {
			if parts[i] = t; t == nil {
				parts[i] = Zeros(out.Home, out.Args[i].Type)
			}
		}
		return Apply(out.Op, out.Attrs, parts...)
	},
	Linear: []bool{true}, Joint: true,
	Transpose: func(v *Value, i int, ct *Value) *Value {
		x, from := v.Attr().Axes[0], N(0)
		for _, u := range v.Args[:i] {
			from = from.Add(u.Shape[x])
		}
		return ct.SliceAxis(x, from, v.Args[i].Shape[x], 1)
	},
	Eval: func(a *Attrs, in []*Array, out *Array) error {
		x, from, st := a.Axes[0], 0, stridesOf(out.Dims)
		for _, part := range in {
			each(part.Dims, func(i int, idx []int) {
				j := from * st[x]
				for k, n := range idx {
					j += n * st[k]
				}
				copyElement(out, j, part, i)
			})
			from += part.Dims[x]
		}
		return nil
	},
	Samples: func(r *rand.Rand) []Sample {
		var out []Sample
		for _, d := range []DType{Float32, Float64, Int64, Complex64, Complex128} {
			u := func(dims ...int) *Array { return Uniform(r, d, -4, 4, dims...) }
			out = append(out, Sample{Attrs: &Attrs{Axes: []int{0}}, In: []*Array{u(2, 3), u(1, 3), u(0, 3)}, NoFD: !d.IsInexact()},
				Sample{Attrs: &Attrs{Axes: []int{1}}, In: []*Array{u(2, 3), u(2, 4)}, NoFD: !d.IsInexact()})
		}
		return out
	},
})

// Reverse turns the axes Axes round.
var Reverse *Primitive

var _ = define(&Reverse, &Primitive{
	Name: "reverse", Doc: "the operand with the axes `axes` turned round", Kind: Move, Exact: true,
	Batch: batchAxes,
	Type: func(_ *Solver, a *Attrs, in []Type) (Type, error) {
		for _, x := range a.Axes {
			if x < 0 || x >= in[0].Rank() {
				return Type{}, fmt.Errorf("axis %d of %s", x, in[0])
			}
		}
		if !distinct(a.Axes) {
			return Type{}, fmt.Errorf("axes %v of %s are not distinct", a.Axes, in[0])
		}
		return in[0], nil
	},
	JVP:       func(out *Value, tan []*Value) *Value { return Apply(out.Op, out.Attrs, tan[0]) },
	Linear:    []bool{true},
	Transpose: func(v *Value, _ int, ct *Value) *Value { return Apply(v.Op, v.Attrs, ct) },
	Eval: moveEval(func(a *Attrs, in, _ *Array, idx []int) []int {
		at := slices.Clone(idx)
		for _, x := range a.Axes {
			at[x] = in.Dims[x] - 1 - at[x]
		}
		return at
	}),
	Samples: moveSamples([]int{3, 4}, &Attrs{Axes: []int{0}}, &Attrs{Axes: []int{0, 1}}),
})
