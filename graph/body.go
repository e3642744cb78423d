package graph

import (
	"fmt"
	"slices"
	"sync/atomic"
)

// Body is what a primitive that applies functions carries: the functions, and what its operands are to them. Its
// functions are complete and settled. Applications that differ in Attrs.Index alone are results of one and the same
// application, which a backend computes once.
type Body struct {
	Funcs   []*Func  // call and scan: one; cond: what is applied where the condition holds, and where not; while: the condition and the step
	Consts  int      // scan, while: how many operands, the first, each step gets as they are
	Carry   int      // scan, while: how many operands after them, and of results the first, a step hands to the next
	Reverse bool     // scan: goes from the last elements to the first
	Free    []string // sizes of the functions that no parameter has as an axis: the last of Attrs.Shape are theirs
	Linear  []int    // operands in which the application is linear, in all of them together

	// Of a composite, a call with a name:
	Version    int
	Hidden     *Func // the variant that gives, after the results, what Backward needs besides the operands; nil: there is no Backward
	Backward   *Func // of operands, results, hidden results and the cotangents of inexact results: the cotangents of inexact operands
	Transposed *Func // of a call that is linear: of the other operands and the cotangents of the results, the cotangents of the Linear ones
}

// Equal reports whether a and b apply the same functions in the same way; both may be nil.
func (a *Body) Equal(b *Body) bool {
	if a == b || a == nil || b == nil {
		return a == b
	}
	return slices.Equal(a.Funcs, b.Funcs) && a.Consts == b.Consts && a.Carry == b.Carry && a.Reverse == b.Reverse &&
		slices.Equal(a.Free, b.Free) && slices.Equal(a.Linear, b.Linear) && a.Version == b.Version &&
		a.Hidden == b.Hidden && a.Backward == b.Backward && a.Transposed == b.Transposed
}

// all are the functions of b, those that only derivatives use included.
func (a *Body) all() []*Func {
	fs := slices.Clone(a.Funcs)
	for _, f := range []*Func{a.Hidden, a.Backward, a.Transposed} {
		if f != nil {
			fs = append(fs, f)
		}
	}
	return fs
}

// mapFuncs is a with f applied to each function.
func (a *Body) mapFuncs(f func(*Func) *Func) *Body {
	b := *a
	b.Funcs = slices.Clone(a.Funcs)
	for i, g := range b.Funcs {
		b.Funcs[i] = f(g)
	}
	for _, g := range []**Func{&b.Hidden, &b.Backward, &b.Transposed} {
		if *g != nil {
			*g = f(*g)
		}
	}
	return &b
}

// Siblings reports whether v and w are results of one application of a primitive with bodies, or of one custom call.
func Siblings(v, w *Value) bool {
	if v.Op != w.Op || !v.Op.Bodies && v.Op != Custom {
		return false
	}
	a, b := v.Attr(), w.Attr()
	return a.Body.Equal(b.Body) && a.Host == b.Host && a.Name == b.Name && slices.Equal(v.Args, w.Args) &&
		(a.Host != nil || Shape(a.Shape).Equal(b.Shape)) // where it is the type of one result
}

// NumResults is how many results an application of op with attributes a has, of operands of types in.
func NumResults(op *Primitive, a *Attrs, in []Type) (int, error) {
	switch {
	case a.Host != nil:
		ts, err := a.Host.Types(in)
		return len(ts), err
	case a.Body != nil && len(a.Body.Funcs) > 0:
		return len(a.Body.Funcs[len(a.Body.Funcs)-1].Results), nil
	}
	return 1, nil
}

// ApplyAll makes all results of op, a primitive with several.
func ApplyAll(b Builder, op *Primitive, attrs *Attrs, args ...*Value) []*Value {
	types := make([]Type, len(args))
	for i, x := range args {
		types[i] = x.Type
		if x.Home.Level() > b.Level() {
			b = x.Home
		}
	}
	n, err := NumResults(op, attrs, types)
	if err != nil {
		panic(op.misfit(err, types))
	}
	out := make([]*Value, n)
	for i := range out {
		a := *attrs
		a.Index = i
		out[i] = ApplyIn(b, op, &a, args...)
	}
	return out
}

// Bind says what the named sizes of f are where its parameters get operands of types in, and those named by names the
// sizes free. Where the operands do not fit it returns an error.
func (f *Func) Bind(s *Solver, in []Type, names []string, free []Size) (lookup func(string) (Size, bool), err error) {
	if len(in) != len(f.Params) {
		return nil, fmt.Errorf("%s takes %d operands, not %d", f.label(), len(f.Params), len(in))
	}
	bound := make(map[string]Size, 8)
	for i, name := range names {
		bound[name] = free[i]
	}
	lookup = func(name string) (Size, bool) { n, ok := bound[name]; return n, ok }
	for i, p := range f.Params {
		if p.DType != in[i].DType || len(p.Shape) != len(in[i].Shape) {
			return nil, fmt.Errorf("operand %d of %s is %s, not %s", i, f.label(), in[i], p.Type)
		}
		for k, n := range p.Shape {
			if name, ok := n.Symbol(); ok {
				if _, known := bound[name]; !known {
					bound[name] = in[i].Shape[k]
				}
			}
		}
	}
	for i, p := range f.Params {
		for k, n := range p.Shape {
			if want := n.Subst(lookup); !s.Same(in[i].Shape[k], want) {
				return nil, fmt.Errorf("operand %d of %s is %s, not %s: axis %d should be %s", i, f.label(), in[i], p.Type, k, want)
			}
		}
	}
	for _, g := range f.Guards() {
		if a, b := g.A.Subst(lookup), g.B.Subst(lookup); !s.Same(a, b) {
			return nil, fmt.Errorf("%s needs the sizes %s and %s to be equal: they are %s and %s", f.label(), g.A, g.B, a, b)
		}
	}
	return lookup, nil
}

// subst is t with its named sizes replaced.
func (t Type) subst(lookup func(string) (Size, bool)) Type {
	shape := make(Shape, len(t.Shape))
	for i, n := range t.Shape {
		if n.e != nil {
			n = n.Subst(lookup)
		}
		shape[i] = n
	}
	return Type{t.DType, shape}
}

// functions checks that a has n functions and sizes for all Free names, and returns those.
func (a *Attrs) functions(n int, own int) (free []Size, err error) {
	switch b := a.Body; {
	case b == nil || len(b.Funcs) != n:
		return nil, fmt.Errorf("needs %d functions", n)
	case b.Consts < 0 || b.Carry < 0:
		return nil, fmt.Errorf("%d operands that stay and %d that are carried are not numbers of operands", b.Consts, b.Carry)
	case len(a.Shape) != own+len(b.Free):
		return nil, fmt.Errorf("%d sizes are given for %d", len(a.Shape), own+len(b.Free))
	case a.Index < 0 || a.Index >= len(b.Funcs[n-1].Results):
		return nil, fmt.Errorf("there is no result %d of %d", a.Index, len(b.Funcs[n-1].Results))
	}
	return a.Shape[own:], nil
}

// identities count functions that were asked who they are.
var identities atomic.Uint64

// Identity is a number that no other function has in this process, by which caches know f. It stays the same; the
// first function that is asked gets 1.
func (f *Func) Identity() uint64 { return f.identity.number() }

// Identity is a number that no other function of the host has in this process.
func (h *Host) Identity() uint64 { return h.identity.number() }

// identity is a number that is given to who is asked for it.
type identity struct{ n atomic.Uint64 }

func (i *identity) number() uint64 {
	if n := i.n.Load(); n != 0 {
		return n
	}
	i.n.CompareAndSwap(0, identities.Add(1))
	return i.n.Load()
}

// Derived is what make makes of f, kept with f under key: derivatives and batched forms of the bodies of primitives,
// which every application needs again, and which are told apart by their identity. make may be called more than once
// where several ask at a time; all get the same.
func (f *Func) Derived(key string, make func() any) any {
	if x, ok := f.derived.Load(key); ok {
		return x
	}
	x, _ := f.derived.LoadOrStore(key, make())
	return x
}
