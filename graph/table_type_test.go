package graph

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// TestSymbolicTypes gives every axis of every operand a name of its own: the rule must find out the rest, and the
// type that it makes must be the one it makes of numbers once the names are replaced by them.
func TestSymbolicTypes(t *testing.T) {
	eachSample(t, func(t *testing.T, p *Primitive, s Sample) {
		want, err := p.Infer(nil, s.Attrs, s.types()...)
		if err != nil {
			t.Fatal(err)
		}
		env := map[string]int64{}
		var types []Type
		for i, x := range s.In {
			typ := x.Type()
			for k, n := range x.Dims {
				name := fmt.Sprintf("d%d_%d", i, k)
				env[name] = int64(n)
				typ.Shape[k] = Sym(name)
			}
			types = append(types, typ)
		}
		solver := &Solver{}
		got, err := p.Infer(solver, s.Attrs, types...)
		if err != nil {
			t.Fatal(err)
		}
		checkSymbolic(t, solver, env, got, want)
	})
}

// TestSharedSymbols replaces each size, in operands and attributes alike, by one name; rules that accept that must
// agree with what they make of numbers, without a solver and with one.
func TestSharedSymbols(t *testing.T) {
	accepted := map[*Primitive]int{}
	eachSample(t, func(t *testing.T, p *Primitive, s Sample) {
		want, err := p.Infer(nil, s.Attrs, s.types()...)
		if err != nil {
			t.Fatal(err)
		}
		env := map[string]int64{}
		symbol := func(n Size) Size {
			k, _ := n.Int()
			name := fmt.Sprintf("n%d", k)
			env[name] = int64(k)
			return Sym(name)
		}
		var types []Type
		for _, x := range s.In {
			typ := x.Type()
			for k, n := range typ.Shape {
				typ.Shape[k] = symbol(n)
			}
			types = append(types, typ)
		}
		attrs := s.Attrs.MapSizes(symbol)
		for _, solver := range []*Solver{nil, {}} {
			got, err := p.Infer(solver, attrs, types...)
			if err != nil {
				continue
			}
			accepted[p]++
			checkSymbolic(t, solver, env, got, want)
		}
	})
	for _, p := range Primitives() {
		if p != Param && accepted[p] == 0 {
			t.Errorf("%s accepts no symbolic sample", p.Name)
		}
	}
}

func checkSymbolic(t *testing.T, s *Solver, env map[string]int64, got, want Type) {
	t.Helper()
	number := func(n Size) int64 {
		return s.Resolve(n).Eval(func(name string) (int64, bool) { x, ok := env[name]; return x, ok })
	}
	if got.DType != want.DType || got.Rank() != want.Rank() {
		t.Fatalf("the rule makes %s of names and %s of numbers", got, want)
	}
	for k, n := range got.Shape {
		if !want.Shape[k].Equal(Size{n: number(n)}) {
			t.Errorf("axis %d is %s = %d of names and %s of numbers", k, n, number(n), want.Shape[k])
		}
	}
	for name, x := range env {
		if number(Sym(name)) != x {
			t.Errorf("the rule requires %s = %s, but it is %d", name, s.Resolve(Sym(name)), x)
		}
	}
	if s == nil {
		return
	}
	for _, g := range s.Guards {
		if number(g.A) != number(g.B) {
			t.Errorf("the guard %s = %s does not hold", g.A, g.B)
		}
	}
}

// TestBadTypes applies every primitive to operands that are wrong in dtype, sizes, rank and number: a refusal is an
// *Error that names the primitive and the shapes of all operands.
func TestBadTypes(t *testing.T) {
	shapes := []Shape{nil, Ns(97), Ns(97, 89), Ns(101, 97, 89, 83, 79, 73)}
	for _, p := range Primitives() {
		if p.Arity == 0 {
			continue
		}
		t.Run(p.Name, func(t *testing.T) {
			refused := 0
			for _, s := range p.Samples(rand.New(rand.NewPCG(1, 2))) {
				for i := range s.In {
					for _, shape := range append(shapes, nil) {
						for _, d := range DTypes {
							types := s.types()
							types[i].DType = d
							if shape != nil || d != s.In[i].DType {
								types[i].Shape = shape
							}
							_, err := p.Infer(nil, s.Attrs, types...)
							if err == nil {
								continue
							}
							refused++
							checkRefusal(t, p, err, types)
						}
					}
				}
				types := append(s.types(), T(Float32, 97))
				if p.Arity > 0 {
					if _, err := p.Infer(nil, s.Attrs, types...); err == nil {
						t.Errorf("takes %d operands", len(types))
					} else {
						checkRefusal(t, p, err, types)
					}
				}
			}
			if _, err := p.Infer(nil, nil); err == nil {
				t.Error("takes no operands")
			}
			if refused == 0 && p != Stop && p != Cast { // which take anything
				t.Error("takes anything")
			}
		})
	}
}

func checkRefusal(t *testing.T, p *Primitive, err error, types []Type) {
	t.Helper()
	var e *Error
	if !errors.As(err, &e) {
		t.Fatalf("%v is no *Error", err)
	}
	if e.Op != p.Name || !strings.HasPrefix(err.Error(), p.Name+": ") {
		t.Errorf("%q does not name %s", err, p.Name)
	}
	for _, typ := range types {
		if !strings.Contains(err.Error(), typ.Shape.String()) {
			t.Errorf("%q does not mention %s", err, typ)
		}
	}
}

// TestOtherSizes makes each axis of each operand one longer and one shorter: what the type rule still accepts must
// evaluate to the type that it says, or fail with an error.
func TestOtherSizes(t *testing.T) {
	eachSample(t, func(t *testing.T, p *Primitive, s Sample) {
		for i, x := range s.In {
			for k := range x.Dims {
				for _, by := range []int{-1, 1} {
					dims := slices.Clone(x.Dims)
					if dims[k] += by; dims[k] < 0 {
						continue
					}
					in := slices.Clone(s.In)
					in[i] = Uniform(rand.New(rand.NewPCG(1, 2)), x.DType, 1, 2, dims...)
					types := s.types()
					types[i] = in[i].Type()
					want, err := p.Infer(nil, s.Attrs, types...)
					if err != nil {
						continue
					}
					if out, err := EvalOp(p, s.Attrs, in...); err != nil && !p.Checks {
						t.Errorf("%s: %v", describe(types), err)
					} else if err == nil && !out.Type().Equal(want) {
						t.Errorf("%s: %s, want %s", describe(types), out.Type(), want)
					}
				}
			}
		}
	})
}

func TestBadAttrs(t *testing.T) {
	x, img := T(Float32, 2, 3), T(Float32, 1, 2, 5, 5)
	win := func(change func(*Window)) *Attrs {
		w := &Window{[]int{3, 3}, []int{1, 1}, []int{0, 0}, []int{0, 0}, []int{1, 1}, 1}
		change(w)
		return &Attrs{Window: w}
	}
	for _, c := range []struct {
		p    *Primitive
		a    *Attrs
		in   []Type
		says string
	}{
		{Const, nil, nil, "needs a dtype and a value"},
		{Number, &Attrs{DType: Float32}, nil, "needs a dtype and a value"},
		{SizeOf, &Attrs{DType: Float32}, nil, "one size"},
		{Iota, &Attrs{DType: Int64, Shape: Ns(4), Axes: []int{1}}, nil, "axis"},
		{Iota, &Attrs{DType: Bool, Shape: Ns(4), Axes: []int{0}}, nil, "bool"},
		{Iota, &Attrs{DType: Int64, Shape: Ns(-1), Axes: []int{0}}, nil, "-1"},
		{Broadcast, &Attrs{Axes: []int{0}, Shape: Ns(-2)}, []Type{x}, "-2"},
		{Broadcast, &Attrs{Axes: []int{1, 1}, Shape: Ns(2, 2)}, []Type{x}, "distinct"},
		{Reshape, &Attrs{Shape: Ns(4)}, []Type{x}, "does not fit"},
		{Reshape, &Attrs{Shape: Ns(-2, -3)}, []Type{x}, "-2"},
		{Permute, &Attrs{Axes: []int{0, 0}}, []Type{x}, "no order"},
		{Permute, &Attrs{Axes: []int{0}}, []Type{x}, "no order"},
		{Reverse, &Attrs{Axes: []int{1, 1}}, []Type{x}, "distinct"},
		{Reverse, &Attrs{Axes: []int{2}}, []Type{x}, "axis 2"},
		{Slice, &Attrs{Start: Ns(0, 0), Shape: Ns(2, 3), Step: []int{0, 1}}, []Type{x}, "step 0"},
		{Slice, &Attrs{Start: Ns(0, 1), Shape: Ns(2, 3), Step: []int{1, 1}}, []Type{x}, "axis 1"},
		{Pad, &Attrs{Start: Ns(0, 0), Shape: Ns(2, 2), Step: []int{1, 1}}, []Type{x}, "axis 1"},
		{Concat, nil, []Type{x, x}, "axis"},
		{Cast, nil, []Type{x}, "needs a dtype"},
		{Lt, nil, []Type{T(Complex64, 2), T(Complex64, 2)}, "complex64"},
		{ReduceSum, &Attrs{Axes: []int{1, 0}}, []Type{x}, "grow"},
		{ReduceMax, &Attrs{Axes: []int{0}}, []Type{T(Float32, 0, 2)}, "no elements"},
		{ArgMax, nil, []Type{x}, "one axis"},
		{ArgMin, &Attrs{Axes: []int{0}}, []Type{T(Float32, 0)}, "no elements"},
		{DotGeneral, nil, []Type{x, x}, "pairs"},
		{DotGeneral, &Attrs{Dot: &Dot{LContract: []int{1, 1}, RContract: []int{1, 1}}}, []Type{x, x}, "twice"},
		{DotGeneral, &Attrs{Dot: &Dot{LBatch: []int{0}, RBatch: []int{0}, LContract: []int{0}, RContract: []int{1}}}, []Type{x, x}, "twice"},
		{DotGeneral, &Attrs{Dot: &Dot{LContract: []int{2}, RContract: []int{0}}}, []Type{x, x}, "axes 2 and 0"},
		{DotGeneral, &Attrs{Dot: &Dot{LContract: []int{1}, RContract: []int{0}}}, []Type{x, x}, "3 and 2 differ"},
		{Gather, &Attrs{Axes: []int{2}}, []Type{x, T(Int64, 2)}, "axis"},
		{Gather, &Attrs{Axes: []int{0}, Batch: 1}, []Type{x, T(Int64, 2)}, "axis"},
		{Conv, nil, []Type{img, T(Float32, 4, 2, 3, 3)}, "window"},
		{Conv, win(func(w *Window) {}), []Type{img, T(Float32, 4, 3, 3, 3)}, "has 2 channels"},
		{Conv, win(func(w *Window) {}), []Type{img, T(Float32, 4, 2, 3, 2)}, "does not have the window"},
		{ConvInput, &Attrs{Window: win(func(w *Window) {}).Window, Shape: Ns(5, 5)}, []Type{T(Float32, 1, 3, 3, 3), T(Float32, 4, 2, 3, 3)}, "does not fit"},
		{ConvFilter, win(func(w *Window) {}), []Type{img, T(Float32, 2, 4, 3, 3)}, "do not fit"},
		{WindowGather, win(func(w *Window) {}), []Type{img, T(Int64, 1, 2, 3, 4)}, "indices"},
		{WindowScatter, &Attrs{Window: win(func(w *Window) {}).Window, Shape: Ns(5, 5)}, []Type{T(Float32, 1, 2, 3, 4), T(Int64, 1, 2, 3, 4)}, "leave"},
		{WindowSpread, &Attrs{Window: win(func(w *Window) {}).Window, Shape: Ns(5, 5)}, []Type{T(Float32, 1, 2, 3, 4)}, "leave"},
		{ScatterAdd, &Attrs{Axes: []int{0}}, []Type{x, T(Int64, 4), T(Float32, 4, 2)}, "must be f32[4, 3]"},
		{Select, nil, []Type{T(Bool, 3), T(Float32, 3), T(Float32, 2)}, "do not fit"},
		{Conv, win(func(w *Window) { w.Groups = 0 }), []Type{img, T(Float32, 4, 2, 3, 3)}, "0 groups"},
		{Conv, win(func(w *Window) { w.Stride[0] = 0 }), []Type{img, T(Float32, 4, 2, 3, 3)}, "stride"},
		{Conv, win(func(w *Window) { w.Dilation[1] = 3 }), []Type{img, T(Float32, 4, 2, 3, 3)}, "does not fit"},
		{Conv, win(func(w *Window) { w.Groups = 2 }), []Type{img, T(Float32, 3, 1, 3, 3)}, "3 output channels"},
		{ConvFilter, win(func(w *Window) { w.Groups = 2 }), []Type{img, T(Float32, 1, 3, 3, 3)}, "3 output channels"},
		{WindowSum, nil, []Type{img}, "window"},
		{WindowSum, win(func(w *Window) { w.Low = nil }), []Type{img}, "window"},
		{RandomBits, &Attrs{Shape: Ns(4)}, []Type{T(Uint64, 3)}, "u64[2]"},
		{CumSum, nil, []Type{x}, "one axis"},
		{CumProd, &Attrs{Axes: []int{2}}, []Type{x}, "one axis"},
		{Recurrence, &Attrs{Axes: []int{0}}, []Type{x, T(Float32, 2, 2)}, "differ"},
		{Recurrence, &Attrs{Axes: []int{0}}, []Type{T(Int64, 2), T(Int64, 2)}, "i64"},
		{ArgSort, &Attrs{Axes: []int{0}}, []Type{x}, "1 or −1"},
		{ArgSort, &Attrs{Axes: []int{0}, Step: []int{2}}, []Type{x}, "1 or −1"},
		{Scatter, &Attrs{Axes: []int{0}}, []Type{x, T(Int64, 4), T(Float32, 4, 2)}, "must be f32[4, 3]"},
		{ScatterMul, &Attrs{Axes: []int{0}}, []Type{T(Bool, 3), T(Int64, 4), T(Bool, 4)}, "bool"},
		{ScatterMax, &Attrs{Axes: []int{0}}, []Type{x, T(Float32, 4), T(Float32, 4, 3)}, "integers"},
		{ReduceProd, &Attrs{Axes: []int{1, 0}}, []Type{x}, "grow"},
		{Bitcast, nil, []Type{x}, "does not read"},
		{Bitcast, &Attrs{DType: Int64}, []Type{x}, "does not read"},
		{Bitcast, &Attrs{DType: Bool}, []Type{T(Uint8, 2)}, "does not read"},
		{ShiftLeft, nil, []Type{x, x}, "float32"},
		{DynamicSlice, &Attrs{Axes: []int{0}, Shape: Ns(3)}, []Type{x, T(Int64)}, "3 elements of 2"},
		{DynamicSlice, &Attrs{Axes: []int{1, 0}, Shape: Ns(1, 1)}, []Type{x, T(Int64), T(Int64)}, "grow"},
		{DynamicSlice, &Attrs{Axes: []int{0}, Shape: Ns(1)}, []Type{x}, "0 starts"},
		{DynamicSlice, &Attrs{Axes: []int{0}, Shape: Ns(1)}, []Type{x, T(Int64, 1)}, "without axes"},
		{DynamicSlice, &Attrs{Axes: []int{0}}, []Type{x, T(Int64)}, "sizes"},
		{DynamicUpdate, &Attrs{Axes: []int{0}}, []Type{x, T(Float32, 1, 2), T(Int64)}, "axis 1"},
		{DynamicUpdate, &Attrs{Axes: []int{0}}, []Type{x, T(Float32, 3, 3), T(Int64)}, "3 elements of 2"},
		{DynamicUpdate, &Attrs{Axes: []int{0}}, []Type{x}, "part"},
		{Param, nil, nil, "Func.Param"},
	} {
		_, err := c.p.Infer(nil, c.a, c.in...)
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s of %s with %+v: %v, want an error with %q", c.p, describe(c.in), c.a, err, c.says)
		}
	}
}
