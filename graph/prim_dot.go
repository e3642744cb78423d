package graph

import (
	"fmt"
	"math/rand/v2"
	"slices"
)

// free lists the axes of a rank that are in neither list, growing.
func free(rank int, lists ...[]int) []int {
	var out []int
	for i := range rank {
		if !slices.ContainsFunc(lists, func(l []int) bool { return slices.Contains(l, i) }) {
			out = append(out, i)
		}
	}
	return out
}

// axisSet is a set of axes below 64.
type axisSet uint64

// add puts axes into s, and reports whether none was there; axes that cannot be members are left to others to refuse.
func (s *axisSet) add(axes []int) bool {
	for _, x := range axes {
		if x < 0 || x >= 64 {
			continue
		}
		if *s>>x&1 != 0 {
			return false
		}
		*s |= 1 << x
	}
	return true
}

func (s axisSet) has(x int) bool { return s>>x&1 != 0 }

// distinct reports whether no axis is in lists twice.
func distinct(lists ...[]int) bool {
	var s axisSet
	for _, l := range lists {
		if !s.add(l) {
			return false
		}
	}
	return true
}

func pick[T any](from []T, at []int) []T {
	out := make([]T, len(at))
	for i, x := range at {
		out[i] = from[x]
	}
	return out
}

// DotGeneral contracts two operands as Attrs.Dot says. The sum runs over the contracted axes in the order in which
// Dot lists them, in blocks of K fixed by dtype; half precision accumulates in float32.
var DotGeneral *Primitive

var _ = define(&DotGeneral, &Primitive{
	Name: "dot", Doc: "the contraction of two operands: batch axes, then the left's free axes, then the right's", Arity: 2,
	Batch: batchDot,
	Type: func(s *Solver, a *Attrs, in []Type) (Type, error) {
		d := a.Dot
		if d == nil || len(d.LBatch) != len(d.RBatch) || len(d.LContract) != len(d.RContract) {
			return Type{}, fmt.Errorf("needs pairs of axes, not %+v", d)
		}
		if !distinct(d.LBatch, d.LContract) || !distinct(d.RBatch, d.RContract) {
			return Type{}, fmt.Errorf("pairs an axis twice: %+v", *d)
		}
		x, y := in[0], in[1]
		if x.DType != y.DType || !arithmetic(x.DType) {
			return Type{}, fmt.Errorf("does not contract %s with %s", x, y)
		}
		for _, pair := range [][2][]int{{d.LBatch, d.RBatch}, {d.LContract, d.RContract}} {
			for i, l := range pair[0] {
				r := pair[1][i]
				if l < 0 || l >= x.Rank() || r < 0 || r >= y.Rank() {
					return Type{}, fmt.Errorf("axes %d and %d of %s and %s", l, r, x, y)
				}
				if !s.Same(x.Shape[l], y.Shape[r]) {
					return Type{}, fmt.Errorf("axis %d of %s and axis %d of %s: the sizes %s and %s differ", l, x.Shape, r, y.Shape, x.Shape[l], y.Shape[r])
				}
			}
		}
		if x.Rank() > 64 || y.Rank() > 64 {
			return Type{}, fmt.Errorf("contracts at most 64 axes, not those of %s and %s", x, y)
		}
		var few [8]Size
		shape := Shape(few[:0])
		if n := x.Rank() + y.Rank() - len(d.RBatch) - 2*len(d.LContract); n > len(few) {
			shape = make(Shape, 0, n)
		}
		var left, right axisSet
		left.add(d.LContract)
		right.add(d.RBatch)
		right.add(d.RContract)
		for _, l := range d.LBatch {
			shape = append(shape, x.Shape[l])
		}
		left.add(d.LBatch)
		for i, n := range x.Shape {
			if !left.has(i) {
				shape = append(shape, n)
			}
		}
		for i, n := range y.Shape {
			if !right.has(i) {
				shape = append(shape, n)
			}
		}
		for i := range in { // shapes are shared where they can be: that of a square product is its operand's
			if shape.Equal(in[i].Shape) {
				return Type{x.DType, in[i].Shape}, nil
			}
		}
		return Type{x.DType, slices.Clone(shape)}, nil
	},
	JVP: func(out *Value, tan []*Value) *Value {
		var a, b *Value
		if tan[0] != nil {
			a = Apply(DotGeneral, out.Attrs, tan[0], out.Args[1])
		}
		if tan[1] != nil {
			b = Apply(DotGeneral, out.Attrs, out.Args[0], tan[1])
		}
		return plus(a, b)
	},
	Linear: []bool{true},
	Transpose: func(v *Value, i int, ct *Value) *Value {
		d, x, y := v.Attrs.Dot, v.Args[0], v.Args[1]
		other := v.Args[1-i].Conj()
		nb := len(d.LBatch)
		xf, yf := free(x.Rank(), d.LBatch, d.LContract), free(y.Rank(), d.RBatch, d.RContract)
		if i == 0 { // ct [batch, xf, yf] with y over yf gives [batch, xf, contracted in the order of y's axes]
			t := Apply(DotGeneral, &Attrs{Dot: &Dot{upTo(0, nb), d.RBatch, upTo(nb+len(xf), len(yf)), yf}}, ct, other)
			return t.Permute(inverse(slices.Concat(d.LBatch, xf, pairedWith(d.RContract, d.LContract)))...)
		}
		t := Apply(DotGeneral, &Attrs{Dot: &Dot{upTo(0, nb), d.LBatch, upTo(nb, len(xf)), xf}}, ct, other)
		return t.Permute(inverse(slices.Concat(d.RBatch, yf, pairedWith(d.LContract, d.RContract)))...)
	},
	Eval: func(a *Attrs, in []*Array, out *Array) error {
		d, x, y := a.Dot, in[0], in[1]
		xs, ys := stridesOf(x.Dims), stridesOf(y.Dims)
		xf, yf := free(len(x.Dims), d.LBatch, d.LContract), free(len(y.Dims), d.RBatch, d.RContract)
		nb := len(d.LBatch)
		kd := pick(x.Dims, d.LContract)
		each(out.Dims, func(o int, idx []int) {
			i, j := 0, 0
			for k, n := range idx {
				switch {
				case k < nb:
					i, j = i+n*xs[d.LBatch[k]], j+n*ys[d.RBatch[k]]
				case k < nb+len(xf):
					i += n * xs[xf[k-nb]]
				default:
					j += n * ys[yf[k-nb-len(xf)]]
				}
			}
			f, n, c := 0.0, int64(0), complex128(0)
			each(kd, func(_ int, kidx []int) {
				p, q := i, j
				for k, m := range kidx {
					p, q = p+m*xs[d.LContract[k]], q+m*ys[d.RContract[k]]
				}
				switch {
				case x.F != nil:
					f += x.F[p] * y.F[q]
				case x.C != nil:
					c += complexMul(x.C[p], y.C[q])
				default:
					n += x.I[p] * y.I[q]
				}
			})
			setAny(out, o, f, n, c)
		})
		return nil
	},
	Samples: func(r *rand.Rand) []Sample {
		var out []Sample
		for _, t := range []DType{Float32, Float64, Int64, BFloat16, Complex64, Complex128} {
			u := func(dims ...int) *Array { return Uniform(r, t, -2, 2, dims...) }
			nofd := !t.IsInexact() || t == BFloat16
			for _, s := range []Sample{
				{Attrs: &Attrs{Dot: &Dot{LContract: []int{1}, RContract: []int{0}}}, In: []*Array{u(3, 4), u(4, 5)}},
				{Attrs: &Attrs{Dot: &Dot{LContract: []int{1}, RContract: []int{1}}}, In: []*Array{u(3, 4), u(5, 4)}},
				{Attrs: &Attrs{Dot: &Dot{LContract: []int{0}, RContract: []int{0}}}, In: []*Array{u(4), u(4)}},
				{Attrs: &Attrs{Dot: &Dot{LBatch: []int{0}, RBatch: []int{2}, LContract: []int{2}, RContract: []int{0}}}, In: []*Array{u(2, 3, 4), u(4, 5, 2)}},
				{Attrs: &Attrs{Dot: &Dot{LContract: []int{0, 2}, RContract: []int{2, 0}}}, In: []*Array{u(2, 3, 4), u(4, 5, 2)}},
				{Attrs: &Attrs{Dot: &Dot{LContract: []int{2, 0}, RContract: []int{0, 2}}}, In: []*Array{u(2, 3, 4), u(4, 5, 2)}},
				{Attrs: &Attrs{Dot: &Dot{}}, In: []*Array{u(2), u(3)}},
			} {
				s.NoFD = nofd
				out = append(out, s)
			}
		}
		return out
	},
})

// batchDot joins the batch to the batch axes where both operands have it, and else to the free axes of the one that has.
func batchDot(op *Primitive, a *Attrs, args []*Value, batched []bool, _ Size) *Value {
	d := *a.Dot
	at := 0 // where the batch comes to in the result
	switch {
	case batched[0] && batched[1]:
		d = Dot{prepend(0, shift(d.LBatch)), prepend(0, shift(d.RBatch)), shift(d.LContract), shift(d.RContract)}
	case batched[0]:
		at = len(d.LBatch)
		d.LBatch, d.LContract = shift(d.LBatch), shift(d.LContract)
	default:
		at = args[0].Rank() - len(d.LContract)
		d.RBatch, d.RContract = shift(d.RBatch), shift(d.RContract)
	}
	return args[0].Dot(args[1], d).MoveAxis(at, 0)
}

// upTo is from, from+1, … n of them.
func upTo(from, n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = from + i
	}
	return out
}

// pairedWith lists the partners of key's entries in growing order of key: a contraction over the free axes of an
// operand leaves its contracted axes in that order.
func pairedWith(key, partner []int) []int {
	order := upTo(0, len(key))
	slices.SortFunc(order, func(i, j int) int { return key[i] - key[j] })
	return pick(partner, order)
}
