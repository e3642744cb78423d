package graph

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
)

// checkStarts checks that starts are integer scalars, one for each of Axes, which grow and are axes of x.
func checkStarts(a *Attrs, x Type, starts []Type) error {
	for i, at := range a.Axes {
		if at < 0 || at >= x.Rank() || i > 0 && at <= a.Axes[i-1] {
			return fmt.Errorf("axes %v of %s: they must grow and exist", a.Axes, x)
		}
	}
	if len(starts) != len(a.Axes) {
		return fmt.Errorf("%d starts for axes %v", len(starts), a.Axes)
	}
	for _, t := range starts {
		if !t.DType.IsInt() || t.Rank() != 0 {
			return fmt.Errorf("a start is an integer without axes, not %s", t)
		}
	}
	return nil
}

// fitsIn checks that a part of n elements lies in size; symbolic sizes are the caller's word.
func fitsIn(n, size Size) error {
	k, ok1 := n.Int()
	s, ok2 := size.Int()
	if ok1 && (k < 0 || ok2 && k > s) {
		return fmt.Errorf("%s elements of %s", n, size)
	}
	return nil
}

// startsOf is where a part of sizes part begins in an array of sizes whole, given the starts along axes: each is moved
// so that the part lies inside.
func startsOf(axes []int, whole, part []int, starts []*Array) []int {
	at := make([]int, len(whole))
	for k, x := range axes {
		n := starts[k].I[0]
		if starts[k].DType == Uint64 && n < 0 {
			n = math.MaxInt64
		}
		at[x] = int(min(max(n, 0), int64(whole[x]-part[x])))
	}
	return at
}

// eachPart calls f with each flat index of a part and its flat index in the whole.
func eachPart(whole, part, at []int, f func(i, j int)) {
	st := stridesOf(whole)
	each(part, func(i int, idx []int) {
		j := 0
		for k, x := range idx {
			j += (at[k] + x) * st[k]
		}
		f(i, j)
	})
}

// DynamicSlice takes Shape elements along the axes Axes, and all along the others. Where it begins along each of Axes is
// said by an operand: an integer without axes, moved so that the slice lies inside, as XLA does.
var DynamicSlice *Primitive

var _ = define(&DynamicSlice, &Primitive{
	Name: "dynamic_slice", Doc: "`shape` elements of the first operand along the axes `axes`, from where the further operands say", Arity: -1, Exact: true,
	Type: func(_ *Solver, a *Attrs, in []Type) (Type, error) {
		x := in[0]
		if err := checkStarts(a, x, in[1:]); err != nil {
			return Type{}, err
		}
		if len(a.Shape) != len(a.Axes) {
			return Type{}, fmt.Errorf("sizes %v for axes %v", Shape(a.Shape), a.Axes)
		}
		shape := slices.Clone(x.Shape)
		for k, at := range a.Axes {
			if err := fitsIn(a.Shape[k], x.Shape[at]); err != nil {
				return Type{}, fmt.Errorf("axis %d of %s: %w", at, x, err)
			}
			shape[at] = a.Shape[k]
		}
		return Type{x.DType, shape}, nil
	},
	JVP: func(out *Value, tan []*Value) *Value {
		return Apply(DynamicSlice, out.Attrs, append([]*Value{tan[0]}, out.Args[1:]...)...)
	},
	Batch:  batchDynamicSlice,
	Linear: []bool{true, false},
	Transpose: func(v *Value, _ int, ct *Value) *Value {
		args := append([]*Value{Zeros(ct.Home, v.Args[0].Type), ct}, v.Args[1:]...)
		return Apply(DynamicUpdate, &Attrs{Axes: v.Attr().Axes}, args...)
	},
	Eval: func(a *Attrs, in []*Array, out *Array) error {
		eachPart(in[0].Dims, out.Dims, startsOf(a.Axes, in[0].Dims, out.Dims, in[1:]), func(i, j int) { copyElement(out, i, in[0], j) })
		return nil
	},
	Samples: func(r *rand.Rand) []Sample {
		return dynamicSamples(r, func(u func(dims ...int) *Array, axes []int, shape []int, part []int) (*Attrs, []*Array) {
			sizes := make([]Size, len(axes))
			for k, x := range axes {
				sizes[k] = N(part[x])
			}
			return &Attrs{Axes: axes, Shape: sizes}, []*Array{u(shape...)}
		})
	},
})

// dynamicSamples have starts inside, before and behind.
func dynamicSamples(r *rand.Rand, operands func(u func(dims ...int) *Array, axes, whole, part []int) (*Attrs, []*Array)) []Sample {
	var out []Sample
	for _, d := range []DType{Float32, Float64, Int64, Complex64, Complex128} {
		u := func(dims ...int) *Array { return Uniform(r, d, -4, 4, dims...) }
		for _, c := range []struct{ axes, whole, part, starts []int }{
			{[]int{0}, []int{5, 3}, []int{2, 3}, []int{1}},
			{[]int{1}, []int{2, 6}, []int{2, 4}, []int{9}},
			{[]int{0, 2}, []int{4, 2, 5}, []int{3, 2, 1}, []int{-2, 3}},
			{nil, []int{3}, []int{3}, nil},
		} {
			a, in := operands(u, c.axes, c.whole, c.part)
			for k, n := range c.starts {
				s := NewArray([]DType{Int64, Int32}[k%2])
				s.SetInt(0, int64(n))
				in = append(in, s)
			}
			out = append(out, Sample{Attrs: a, In: in, NoFD: !d.IsInexact()})
		}
	}
	return out
}

// DynamicUpdate is the first operand with the second in place of a part of it. Where the part begins along each of the
// axes Axes is said by a further operand: an integer without axes, moved so that the part lies inside, as XLA does.
// Along the other axes the part is whole.
var DynamicUpdate *Primitive

var _ = define(&DynamicUpdate, &Primitive{
	Name: "dynamic_update", Doc: "the first operand with the second in place of its elements from where the further operands say, along the axes `axes`", Arity: -1, Exact: true,
	Type: func(s *Solver, a *Attrs, in []Type) (Type, error) {
		if len(in) < 2 {
			return Type{}, fmt.Errorf("takes an array and a part of it")
		}
		base, x := in[0], in[1]
		if err := checkStarts(a, base, in[2:]); err != nil {
			return Type{}, err
		}
		if x.DType != base.DType || x.Rank() != base.Rank() {
			return Type{}, fmt.Errorf("%s is no part of %s", x, base)
		}
		for i, n := range x.Shape {
			if !slices.Contains(a.Axes, i) {
				if !s.Same(n, base.Shape[i]) {
					return Type{}, fmt.Errorf("axis %d of %s and %s differs", i, base, x)
				}
			} else if err := fitsIn(n, base.Shape[i]); err != nil {
				return Type{}, fmt.Errorf("axis %d of %s: %w", i, base, err)
			}
		}
		return base, nil
	},
	JVP: func(out *Value, tan []*Value) *Value {
		args := slices.Clone(out.Args)
		for i := range 2 {
			if args[i] = tan[i]; tan[i] == nil {
				args[i] = Zeros(out.Home, out.Args[i].Type)
			}
		}
		return Apply(DynamicUpdate, out.Attrs, args...)
	},
	Batch:  batchDynamicUpdate,
	Linear: []bool{true, true, false}, Joint: true,
	Transpose: func(v *Value, i int, ct *Value) *Value {
		x, axes := v.Args[1].Type, v.Attr().Axes
		if i == 0 {
			return Apply(DynamicUpdate, v.Attrs, append([]*Value{ct, Zeros(ct.Home, x)}, v.Args[2:]...)...)
		}
		return Apply(DynamicSlice, &Attrs{Axes: axes, Shape: pick(x.Shape, axes)}, append([]*Value{ct}, v.Args[2:]...)...)
	},
	Eval: func(a *Attrs, in []*Array, out *Array) error {
		for i := range out.Len() {
			copyElement(out, i, in[0], i)
		}
		eachPart(out.Dims, in[1].Dims, startsOf(a.Axes, out.Dims, in[1].Dims, in[2:]), func(i, j int) { copyElement(out, j, in[1], i) })
		return nil
	},
	Samples: func(r *rand.Rand) []Sample {
		return dynamicSamples(r, func(u func(dims ...int) *Array, axes, whole, part []int) (*Attrs, []*Array) {
			return &Attrs{Axes: axes}, []*Array{u(whole...), u(part...)}
		})
	},
})

// batchDynamicSlice takes the same part of each member, or one axis after the other by a gather for each member.
func batchDynamicSlice(op *Primitive, a *Attrs, args []*Value, batched []bool, size Size) *Value {
	if !slices.Contains(batched[1:], true) {
		return Apply(op, a.shifted(), args...)
	}
	args = allBatched(args, batched, size)
	x := args[0]
	for k, axis := range a.Axes {
		x = x.Gather(placesFrom(args[1+k], x.Shape[axis+1], a.Shape[k]), axis+1, 1)
	}
	return x
}

// batchDynamicUpdate puts the part into the same place of each member. Where members differ in it, the place is read as
// batchDynamicSlice does, and what was read along each axis is put back where it came from.
func batchDynamicUpdate(op *Primitive, a *Attrs, args []*Value, batched []bool, size Size) *Value {
	if !slices.Contains(batched[2:], true) {
		return Apply(op, a.shifted(), append(allBatched(args[:2], batched, size), args[2:]...)...)
	}
	args = allBatched(args, batched, size)
	part := args[1]
	wholes, places := make([]*Value, len(a.Axes)), make([]*Value, len(a.Axes))
	x := args[0]
	for k, axis := range a.Axes {
		wholes[k], places[k] = x, placesFrom(args[2+k], x.Shape[axis+1], part.Shape[axis+1])
		x = x.Gather(places[k], axis+1, 1)
	}
	for k := len(a.Axes) - 1; k >= 0; k-- {
		part = wholes[k].Scatter(places[k], part, a.Axes[k]+1, 1)
	}
	return part
}

// placesFrom is, for each member of a batch of starts, the places of n elements of an axis of size from there on.
func placesFrom(starts *Value, size, n Size) *Value {
	last := size.Sub(n)
	if starts.DType == Uint64 { // beyond the largest int64 as well
		starts = starts.Min(NewSize(starts.Home, Uint64, last))
	}
	starts = starts.Cast(Int64)
	starts = starts.Max(starts.Like(0)).Min(NewSize(starts.Home, Int64, last))
	return starts.Unsqueeze(1).Add(NewIota(starts.Home, Type{Int64, Shape{n}}, 0))
}
