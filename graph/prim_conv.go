package graph

import (
	"fmt"
	"math/rand/v2"
	"slices"
)

// The three convolutions are one trilinear form Σ x[n, g·C+c, s] · w[g·O+o, c, k] · y[n, g·O+o, p] with
// s = p·stride + k·dilation − low, each solved for another factor; so they are closed under transposition.

func (w *Window) check(rank int, in ...Type) error {
	if w == nil {
		return fmt.Errorf("needs a window")
	}
	for _, l := range [][]int{w.Size, w.Stride, w.Low, w.High, w.Dilation} {
		if len(l) != rank {
			return fmt.Errorf("a window of %d axes for %s", len(l), describe(in))
		}
	}
	for i := range rank {
		if w.Size[i] < 1 || w.Stride[i] < 1 || w.Dilation[i] < 1 || w.Low[i] < 0 || w.High[i] < 0 {
			return fmt.Errorf("window size %v, stride %v, padding %v and %v, dilation %v", w.Size, w.Stride, w.Low, w.High, w.Dilation)
		}
	}
	return nil
}

// outs are the spatial sizes of a window slid over spatial sizes in.
func (w *Window) outs(in Shape) (Shape, error) {
	out := make(Shape, len(in))
	for i, n := range in {
		out[i] = w.Out(i, n)
		if k, ok := out[i].Int(); ok && k < 1 {
			return nil, fmt.Errorf("a window of %d (dilation %d) does not fit %s with padding %d and %d", w.Size[i], w.Dilation[i], n, w.Low[i], w.High[i])
		}
	}
	return out, nil
}

// convCheck relates the channels of x [N, C, …], w [O, C/G, …] and y [N, O, …].
func (w *Window) filterFits(s *Solver, f Type) error {
	for i, n := range w.Size {
		if !s.Same(f.Shape[i+2], N(n)) {
			return fmt.Errorf("the filter %s does not have the window %v", f, w.Size)
		}
	}
	if o, ok := f.Shape[0].Int(); ok && o%w.Groups != 0 {
		return fmt.Errorf("%d output channels do not divide into %d groups", o, w.Groups)
	}
	return nil
}

func convPair(a *Attrs, in []Type) error {
	if in[0].DType != in[1].DType || !arithmetic(in[0].DType) || in[0].Rank() != in[1].Rank() || in[0].Rank() < 3 {
		return fmt.Errorf("takes two operands [N, C, …] of one type and rank, not %s", describe(in))
	}
	if err := a.Window.check(in[0].Rank()-2, in...); err != nil {
		return err
	}
	if a.Window.Groups < 1 {
		return fmt.Errorf("%d groups", a.Window.Groups)
	}
	return nil
}

// Conv convolves (as deep learning says it: correlates) x [N, C, …] with filters w [O, C/Groups, …]; the result is
// [N, O, …].
var Conv *Primitive

var _ = define(&Conv, &Primitive{
	Name: "conv", Doc: "the convolution of [N, C, …] with filters [O, C/groups, …]", Arity: 2,
	Batch: batchConv,
	Type: func(s *Solver, a *Attrs, in []Type) (Type, error) {
		if err := convPair(a, in); err != nil {
			return Type{}, err
		}
		x, w := in[0], in[1]
		if err := a.Window.filterFits(s, w); err != nil {
			return Type{}, err
		}
		if c := w.Shape[1].Mul(N(a.Window.Groups)); !s.Same(x.Shape[1], c) {
			return Type{}, fmt.Errorf("%s has %s channels, the filter %s in %d groups wants %s", x, x.Shape[1], w, a.Window.Groups, c)
		}
		sp, err := a.Window.outs(x.Shape[2:])
		return Type{x.DType, slices.Concat(Shape{x.Shape[0], w.Shape[0]}, sp)}, err
	},
	JVP:    bilinear,
	Linear: []bool{true},
	Transpose: func(v *Value, i int, ct *Value) *Value {
		x, w := v.Args[0], v.Args[1]
		if i == 0 {
			return Apply(ConvInput, &Attrs{Window: v.Attrs.Window, Shape: x.Shape[2:]}, ct, w.Conj())
		}
		return Apply(ConvFilter, &Attrs{Window: v.Attrs.Window}, x.Conj(), ct)
	},
	Eval: func(a *Attrs, in []*Array, out *Array) error {
		convWalk(a.Window, in[0].Dims, in[1].Dims, out.Dims, func(x, w, y int) { out.addProduct(y, in[0], x, in[1], w) })
		return roundAll(out)
	},
	Samples: convSamples(func(r *rand.Rand, d DType, w *Window, x, f, y []int) Sample {
		return Sample{Attrs: &Attrs{Window: w}, In: []*Array{Uniform(r, d, -2, 2, x...), Uniform(r, d, -2, 2, f...)}}
	}),
})

// ConvInput is the transpose of Conv in x: from y [N, O, …] and filters w [O, C/Groups, …] to [N, C, …] with spatial
// sizes Shape. It is also the transposed convolution.
var ConvInput *Primitive

var _ = define(&ConvInput, &Primitive{
	Name: "conv_input", Doc: "the transpose of conv in its input: from [N, O, …] and filters to [N, C, …] of spatial sizes `shape`", Arity: 2,
	Batch: batchConvInput,
	Type: func(s *Solver, a *Attrs, in []Type) (Type, error) {
		if err := convPair(a, in); err != nil {
			return Type{}, err
		}
		y, w := in[0], in[1]
		if err := a.Window.filterFits(s, w); err != nil {
			return Type{}, err
		}
		sp, err := a.Window.outs(a.Shape)
		if err == nil && (!s.Same(y.Shape[1], w.Shape[0]) || !s.SameShape(y.Shape[2:], sp)) {
			err = fmt.Errorf("%s does not fit filters %s over %s", y, w, Shape(a.Shape))
		}
		return Type{y.DType, slices.Concat(Shape{y.Shape[0], w.Shape[1].Mul(N(a.Window.Groups))}, a.Shape)}, err
	},
	JVP:    bilinear,
	Linear: []bool{true},
	Transpose: func(v *Value, i int, ct *Value) *Value {
		if i == 0 {
			return Apply(Conv, &Attrs{Window: v.Attrs.Window}, ct, v.Args[1].Conj())
		}
		return Apply(ConvFilter, &Attrs{Window: v.Attrs.Window}, ct, v.Args[0].Conj())
	},
	Eval: func(a *Attrs, in []*Array, out *Array) error {
		convWalk(a.Window, out.Dims, in[1].Dims, in[0].Dims, func(x, w, y int) { out.addProduct(x, in[0], y, in[1], w) })
		return roundAll(out)
	},
	Samples: convSamples(func(r *rand.Rand, d DType, w *Window, x, f, y []int) Sample {
		return Sample{Attrs: &Attrs{Window: w, Shape: Ns(x[2:]...)}, In: []*Array{Uniform(r, d, -2, 2, y...), Uniform(r, d, -2, 2, f...)}}
	}),
})

// ConvFilter is the transpose of Conv in w: from x [N, C, …] and y [N, O, …] to filters [O, C/Groups, Size…].
var ConvFilter *Primitive

var _ = define(&ConvFilter, &Primitive{
	Name: "conv_filter", Doc: "the transpose of conv in its filters: from [N, C, …] and [N, O, …] to [O, C/groups, size…]", Arity: 2,
	Batch: batchConvFilter,
	Type: func(s *Solver, a *Attrs, in []Type) (Type, error) {
		if err := convPair(a, in); err != nil {
			return Type{}, err
		}
		x, y := in[0], in[1]
		sp, err := a.Window.outs(x.Shape[2:])
		if err == nil && (!s.Same(x.Shape[0], y.Shape[0]) || !s.SameShape(y.Shape[2:], sp)) {
			err = fmt.Errorf("%s and %s do not fit the window %v", x, y, a.Window.Size)
		}
		if c, ok := x.Shape[1].Int(); ok && err == nil && c%a.Window.Groups != 0 {
			err = fmt.Errorf("%d channels do not divide into %d groups", c, a.Window.Groups)
		}
		if o, ok := y.Shape[1].Int(); ok && err == nil && o%a.Window.Groups != 0 {
			err = fmt.Errorf("%d output channels do not divide into %d groups", o, a.Window.Groups)
		}
		return Type{x.DType, slices.Concat(Shape{y.Shape[1], x.Shape[1].Div(N(a.Window.Groups))}, Ns(a.Window.Size...))}, err
	},
	JVP:    bilinear,
	Linear: []bool{true},
	Transpose: func(v *Value, i int, ct *Value) *Value {
		if i == 0 {
			return Apply(ConvInput, &Attrs{Window: v.Attrs.Window, Shape: v.Args[0].Shape[2:]}, v.Args[1].Conj(), ct)
		}
		return Apply(Conv, &Attrs{Window: v.Attrs.Window}, v.Args[0].Conj(), ct)
	},
	Eval: func(a *Attrs, in []*Array, out *Array) error {
		convWalk(a.Window, in[0].Dims, out.Dims, in[1].Dims, func(x, w, y int) { out.addProduct(w, in[0], x, in[1], y) })
		return roundAll(out)
	},
	Samples: convSamples(func(r *rand.Rand, d DType, w *Window, x, f, y []int) Sample {
		return Sample{Attrs: &Attrs{Window: w}, In: []*Array{Uniform(r, d, -2, 2, x...), Uniform(r, d, -2, 2, y...)}}
	}),
})

// bilinear is the JVP rule of a primitive that is linear in each of its two operands.
func bilinear(out *Value, tan []*Value) *Value {
	var a, b *Value
	if tan[0] != nil {
		a = Apply(out.Op, out.Attrs, tan[0], out.Args[1])
	}
	if tan[1] != nil {
		b = Apply(out.Op, out.Attrs, out.Args[0], tan[1])
	}
	return plus(a, b)
}

// addProduct adds the product of x's element j and y's element k to element i, without rounding.
func (a *Array) addProduct(i int, x *Array, j int, y *Array, k int) {
	switch {
	case a.C != nil:
		a.C[i] += complexMul(x.C[j], y.C[k])
	case a.F != nil:
		a.F[i] += x.F[j] * y.F[k]
	default:
		a.I[i] += x.I[j] * y.I[k]
	}
}

func roundAll(a *Array) error {
	for i, f := range a.F {
		a.SetFloat(i, f)
	}
	for i, c := range a.C {
		a.SetComplex(i, c)
	}
	for i, n := range a.I {
		a.SetInt(i, n)
	}
	return nil
}

// slide calls f with each output position, window position and the flat input position under it, of spatial sizes.
func (w *Window) slide(in, out []int, f func(p, k, s int)) {
	st := stridesOf(in)
	each(out, func(p int, pi []int) {
		each(w.Size, func(k int, ki []int) {
			s := 0
			for d := range in {
				at := pi[d]*w.Stride[d] + ki[d]*w.Dilation[d] - w.Low[d]
				if at < 0 || at >= in[d] {
					return
				}
				s += at * st[d]
			}
			f(p, k, s)
		})
	})
}

// convWalk calls f with the flat indices of each term of the form.
func convWalk(w *Window, x, f, y []int, term func(x, w, y int)) {
	cg, og := f[1], y[1]/w.Groups
	xs, fs, ys := prod(x[2:]), prod(w.Size), prod(y[2:])
	for n := range x[0] {
		for o := range y[1] {
			g := o / og
			for c := range cg {
				w.slide(x[2:], y[2:], func(p, k, s int) {
					term((n*x[1]+g*cg+c)*xs+s, (o*cg+c)*fs+k, (n*y[1]+o)*ys+p)
				})
			}
		}
	}
}

// windows are the geometries that samples try: sizes of x beside them.
var windows = []struct {
	w    Window
	x    []int
	outC int
}{
	{Window{[]int{3, 3}, []int{1, 1}, []int{1, 1}, []int{1, 1}, []int{1, 1}, 1}, []int{2, 3, 5, 4}, 4},
	{Window{[]int{3, 2}, []int{2, 1}, []int{0, 1}, []int{1, 0}, []int{1, 2}, 1}, []int{1, 2, 6, 5}, 3},
	{Window{[]int{2, 2}, []int{2, 2}, []int{0, 0}, []int{0, 0}, []int{1, 1}, 2}, []int{2, 4, 5, 5}, 6},
	{Window{[]int{1, 1}, []int{1, 1}, []int{0, 0}, []int{0, 0}, []int{1, 1}, 1}, []int{2, 3, 3, 3}, 2},
	{Window{[]int{3}, []int{2}, []int{1}, []int{1}, []int{1}, 3}, []int{2, 3, 7}, 3},
}

func convSamples(f func(r *rand.Rand, d DType, w *Window, x, filter, y []int) Sample) func(*rand.Rand) []Sample {
	return func(r *rand.Rand) []Sample {
		var out []Sample
		for _, d := range []DType{Float32, Float64, Int64, Complex64, Complex128} {
			for i := range windows {
				g := &windows[i]
				sp, _ := g.w.outs(Ns(g.x[2:]...))
				y, _ := sp.Ints()
				s := f(r, d, &g.w, g.x, append([]int{g.outC, g.x[1] / g.w.Groups}, g.w.Size...), append([]int{g.x[0], g.outC}, y...))
				s.NoFD = !d.IsInexact()
				out = append(out, s)
			}
		}
		return out
	}
}
