package graph

import (
	"math/rand/v2"
	"testing"
)

// TestHashSame checks what a hash does not depend on.
func TestHashSame(t *testing.T) {
	shape := Shape{Sym("N"), Sym("M"), N(4)}
	base := func() *Func {
		f := NewFunc("f")
		x, y := f.Param("x", Type{Float32, shape}), f.Param("y", Type{Float32, shape})
		f.Return(x.Exp().Add(y.Log()).Mul(NewNumber(f, Float32, FloatOf(0.1)).Expand(shape...)))
		return f
	}
	want := base().Hash()
	for name, build := range map[string]func() *Func{
		"itself": base,
		"other order": func() *Func {
			f := NewFunc("f")
			x, y := f.Param("x", Type{Float32, shape}), f.Param("y", Type{Float32, shape})
			n := NewNumber(f, Float32, FloatOf(0.1)).Expand(shape...)
			b := y.Log()
			a := x.Exp()
			f.Return(a.Add(b).Mul(n))
			return f
		},
		"dead values": func() *Func {
			f := NewFunc("f")
			x, y := f.Param("x", Type{Float32, shape}), f.Param("y", Type{Float32, shape})
			x.Sin()
			a := x.Exp()
			a.Neg()
			y.Like(3)
			f.Return(a.Add(y.Log()).Mul(NewNumber(f, Float32, FloatOf(0.1)).Expand(shape...)))
			return f
		},
		"other names": func() *Func {
			f := NewFunc("g")
			shape := Shape{Sym("Z"), Sym("A"), N(4)}
			x, y := f.Param("weight", Type{Float32, shape}), f.Param("", Type{Float32, shape})
			f.Return(x.Exp().Add(y.Log()).Mul(NewNumber(f, Float32, FloatOf(7)).Expand(shape...)))
			return f
		},
		"sizes found out": func() *Func {
			f := NewFunc("f")
			x, y := f.Param("x", Type{Float32, shape}), f.Param("y", Type{Float32, Shape{Sym("P"), Sym("Q"), N(4)}})
			f.Return(x.Exp().Add(y.Log()).Mul(NewNumber(f, Float32, FloatOf(0.1)).Expand(shape...)))
			return f
		},
		"shuffled": func() *Func { return shuffled(base(), rand.New(rand.NewPCG(1, 2))) },
	} {
		f := build()
		if f.Hash() != want {
			t.Errorf("%s: another hash\n%s%s", name, f.Canonical(), base().Canonical())
		}
		c := f.Canonical()
		if err := c.Verify(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if c.Canonical().String() != c.String() {
			t.Errorf("%s: the canonical form is not its own", name)
		}
	}
}

// TestHashDiffers checks what a hash depends on: no two of these functions have one.
func TestHashDiffers(t *testing.T) {
	x23 := T(Float32, 2, 3)
	seen := map[[32]byte]string{}
	for name, build := range map[string]func(f *Func){
		"nothing":       func(f *Func) {},
		"x":             func(f *Func) { f.Return(f.Param("x", x23)) },
		"x, x":          func(f *Func) { x := f.Param("x", x23); f.Return(x, x) },
		"of two":        func(f *Func) { x := f.Param("x", x23); f.Param("y", x23); f.Return(x) },
		"second of two": func(f *Func) { f.Param("x", x23); f.Return(f.Param("y", x23)) },
		"other shape":   func(f *Func) { f.Return(f.Param("x", T(Float32, 3, 2))) },
		"other dtype":   func(f *Func) { f.Return(f.Param("x", T(Float64, 2, 3))) },
		"symbolic":      func(f *Func) { f.Return(f.Param("x", Type{Float32, Shape{Sym("A"), N(3)}})) },
		"two symbols":   func(f *Func) { f.Return(f.Param("x", Type{Float32, Shape{Sym("A"), Sym("B")}})) },
		"one twice":     func(f *Func) { f.Return(f.Param("x", Type{Float32, Shape{Sym("A"), Sym("A")}})) },
		"guard": func(f *Func) {
			f.Return(f.Param("x", Type{Float32, Shape{Sym("A"), Sym("B")}}))
			f.Solver().Same(Sym("A").Mul(Sym("B")), N(6))
		},
		"exp":       func(f *Func) { f.Return(f.Param("x", x23).Exp()) },
		"log":       func(f *Func) { f.Return(f.Param("x", x23).Log()) },
		"x−y":       func(f *Func) { f.Return(f.Param("x", x23).Sub(f.Param("y", x23))) },
		"y−x":       func(f *Func) { x := f.Param("x", x23); f.Return(f.Param("y", x23).Sub(x)) },
		"shared":    func(f *Func) { x := f.Param("x", x23).Exp(); f.Return(x.Add(x)) },
		"unshared":  func(f *Func) { x := f.Param("x", x23); f.Return(x.Exp().Add(x.Exp())) },
		"constant":  func(f *Func) { f.Return(NewConst(f, Float32, FloatOf(1))) },
		"other":     func(f *Func) { f.Return(NewConst(f, Float32, FloatOf(2))) },
		"int":       func(f *Func) { f.Return(NewConst(f, Float32, IntOf(1))) },
		"number":    func(f *Func) { f.Return(NewNumber(f, Float32, FloatOf(1))) },
		"sum 0":     func(f *Func) { f.Return(f.Param("x", x23).ReduceSum(0)) },
		"sum 1":     func(f *Func) { f.Return(f.Param("x", x23).ReduceSum(1)) },
		"results":   func(f *Func) { x := f.Param("x", x23); f.Return(x.Exp(), x.Log()) },
		"reordered": func(f *Func) { x := f.Param("x", x23); f.Return(x.Log(), x.Exp()) },
	} {
		f := NewFunc("f")
		build(f)
		h := f.Hash()
		if other, ok := seen[h]; ok {
			t.Errorf("%q and %q have one hash", name, other)
		}
		seen[h] = name
	}
}

// shuffled is f with its values made in another order that puts operands before results.
func shuffled(f *Func, r *rand.Rand) *Func {
	g := NewFunc(f.Name)
	g.solver = f.Solver().clone()
	made := map[*Value]*Value{}
	for _, p := range f.Params {
		made[p] = g.Param(p.Attrs.Name, p.Type)
	}
	for len(made) < len(f.Values) {
		v := f.Values[r.IntN(len(f.Values))]
		ready := made[v] == nil
		args := make([]*Value, len(v.Args))
		for i, x := range v.Args {
			args[i] = made[x]
			ready = ready && args[i] != nil
		}
		if ready {
			made[v] = g.Emit(v.Op, v.Attrs, args, v.Type)
		}
	}
	for _, v := range f.Results {
		g.Results = append(g.Results, made[v])
	}
	return g
}

// TestHashProperty draws functions over symbolic sizes and checks that order, names of sizes and dead values do not
// count.
func TestHashProperty(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 500 {
		f := drawFunc(r)
		if err := f.Verify(); err != nil {
			t.Fatalf("%v\n%s", err, f)
		}
		parsed(t, f)
		want := f.Hash()
		if g := shuffled(f, r); g.Hash() != want {
			t.Fatalf("the order counts in\n%s%s", f.Canonical(), g.Canonical())
		}
		perm := r.Perm(len(sizeNames))
		rename := func(n Size) Size {
			return n.Subst(func(name string) (Size, bool) {
				for i, s := range sizeNames {
					if s == name {
						return Sym("q" + sizeNames[perm[i]]), true
					}
				}
				return Size{}, false
			})
		}
		g := NewFunc("")
		made := map[*Value]*Value{}
		for _, v := range f.Values {
			shape := make(Shape, v.Rank())
			for i, n := range v.Shape {
				shape[i] = rename(n)
			}
			if v.Op == Param {
				made[v] = g.Param("other", Type{v.DType, shape})
				continue
			}
			args := make([]*Value, len(v.Args))
			for i, x := range v.Args {
				args[i] = made[x]
			}
			made[v] = ApplyIn(g, v.Op, v.Attrs.MapSizes(rename), args...)
		}
		for _, v := range f.Results {
			g.Results = append(g.Results, made[v])
		}
		if g.Hash() != want {
			t.Fatalf("names of sizes count in\n%s%s", f.Canonical(), g.Canonical())
		}
	}
}

// drawFunc draws a function of elementwise primitives, reductions and reshapes over arrays with named sizes.
func drawFunc(r *rand.Rand) *Func {
	f := NewFunc("drawn")
	for range 2 {
		a, b := sizeNames[r.IntN(4)], sizeNames[r.IntN(4)]
		f.Param("", Type{Float32, Shape{Sym(a).Add(Sym(b)), Sym(a).Mul(N(1 + r.IntN(3))).Add(N(1)), Sym("C")}})
	}
	pick := func() *Value { return f.Values[r.IntN(len(f.Values))] }
	for range 8 {
		x := pick()
		switch r.IntN(5) {
		case 0:
			x.Exp()
		case 1:
			for range 9 {
				if y := pick(); y.Shape.Equal(x.Shape) {
					x.Sub(y)
					break
				}
			}
		case 2:
			if x.Rank() > 1 {
				x.ReduceSum(r.IntN(x.Rank()))
			}
		case 3:
			x.Reshape(x.Shape.Count())
		default:
			x.Mul(NewConst(f, Float32, IntOf(r.Int64N(3))))
		}
	}
	f.Return(pick(), pick())
	return f
}
