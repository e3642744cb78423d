package graph

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Canonical is a copy of f that depends on nothing but what f computes and how: values that no result needs are gone,
// the others are numbered in the order of a depth-first walk from the results, and sizes are settled and named s0,
// s1 … The names of f and its parameters stay.
func (f *Func) Canonical() *Func { return f.canonical(nil) }

// canonical is Canonical of a function of a body; the sizes free are named f0, f1 …
func (f *Func) canonical(free []string) *Func {
	s := f.Solver().clone()
	s.settle()
	order := f.order()
	rename := canonicalNames(s, order, free)
	size := func(n Size) Size { return s.Resolve(n).Subst(rename) }
	g := NewFunc(f.Name)
	made := make(map[*Value]*Value, len(order))
	isParam := make(map[*Value]bool, len(f.Params))
	for _, v := range f.Params {
		isParam[v] = true
	}
	for _, v := range order {
		args := make([]*Value, len(v.Args))
		for i, x := range v.Args {
			args[i] = made[x]
		}
		shape := make(Shape, v.Rank())
		for i, n := range v.Shape {
			shape[i] = size(n)
		}
		attrs := v.Attrs.MapSizes(size)
		if attrs != nil && attrs.Body != nil {
			a := *attrs
			a.Body = attrs.Body.canonical()
			attrs = &a
		}
		w := g.Emit(v.Op, attrs, args, Type{DType: v.DType, Shape: shape})
		w.Pos = v.Pos
		if isParam[v] {
			g.Params = append(g.Params, w)
		}
		made[v] = w
	}
	for _, v := range f.Results {
		g.Results = append(g.Results, made[v])
	}
	g.solver.Guards = canonicalGuards(s.Guards, size)
	return g
}

// canonicalGuards renames guards and puts them, and their two sides, in order.
func canonicalGuards(guards []Guard, size func(Size) Size) []Guard {
	var out []Guard
	for _, g := range guards {
		a, b := size(g.A), size(g.B)
		if b.String() < a.String() {
			a, b = b, a
		}
		out = append(out, Guard{a, b})
	}
	slices.SortFunc(out, func(g, h Guard) int {
		return cmp.Or(strings.Compare(g.A.String(), h.A.String()), strings.Compare(g.B.String(), h.B.String()))
	})
	return out
}

// canonicalNames numbers the named sizes of values by where they appear first. Among names that appear first in the
// same expression, what decides is how they stand in all expressions: each is written with the name in question as
// one letter and all other names as another.
func canonicalNames(s *Solver, order []*Value, free []string) func(name string) (Size, bool) {
	first := map[string]int{}
	stands := map[string]*strings.Builder{}
	site := 0
	visit := func(n Size) {
		site++
		names := map[string]bool{}
		n = s.Resolve(n)
		n.Symbols(func(name string) { names[name] = true })
		for name := range names {
			b := stands[name]
			if b == nil {
				first[name] = site
				b = &strings.Builder{}
				stands[name] = b
			}
			b.WriteString(strconv.Itoa(site) + ":" + role(n, name) + " ")
		}
	}
	for _, v := range order {
		for _, list := range [][]Size{v.Shape, v.Attr().Shape, v.Attr().Start} {
			for _, n := range list {
				visit(n)
			}
		}
	}
	names := slices.SortedFunc(maps.Keys(first), func(x, y string) int {
		return cmp.Or(cmp.Compare(first[x], first[y]), strings.Compare(stands[x].String(), stands[y].String()), strings.Compare(x, y))
	})
	for _, g := range s.Guards { // names that only guards know come last
		for _, n := range []Size{g.A, g.B} {
			n.Symbols(func(name string) {
				if !slices.Contains(names, name) {
					names = append(names, name)
				}
			})
		}
	}
	number := make(map[string]Size, len(names))
	for i, name := range names {
		number[name] = Sym("s" + strconv.Itoa(i))
	}
	for i, name := range free {
		number[name] = Sym("f" + strconv.Itoa(i))
	}
	return func(name string) (Size, bool) { n, ok := number[name]; return n, ok }
}

// canonical is a with its functions in canonical form.
func (a *Body) canonical() *Body {
	b := a.mapFuncs(func(f *Func) *Func { return f.canonical(a.Free) })
	b.Free = nil
	for i := range a.Free {
		b.Free = append(b.Free, "f"+strconv.Itoa(i))
	}
	return b
}

// role is how name stands in n, whatever all the names are.
func role(n Size, name string) (text string) {
	var err error
	defer func() {
		if err != nil {
			text = "?" // taking all other names for one has made a divisor 0
		}
	}()
	defer catch(&err)
	return n.Subst(func(other string) (Size, bool) {
		if other == name {
			return Sym("a"), true
		}
		return Sym("b"), true
	}).String()
}

// order lists the values that f's results are computed from, in the order of a depth-first walk from the results:
// parameters first, operands before what is computed from them.
func (f *Func) order() []*Value {
	out := make([]*Value, 0, len(f.Values))
	seen := make(map[*Value]bool, len(f.Values))
	for _, v := range f.Params {
		if !seen[v] {
			seen[v] = true
			out = append(out, v)
		}
	}
	type frame struct {
		v    *Value
		next int // the operand to visit
	}
	var stack []frame
	for _, r := range f.Results {
		if !seen[r] {
			seen[r] = true
			stack = append(stack, frame{r, 0})
		}
		for len(stack) > 0 {
			top := &stack[len(stack)-1]
			if top.next == len(top.v.Args) {
				out = append(out, top.v)
				stack = stack[:len(stack)-1]
				continue
			}
			x := top.v.Args[top.next]
			top.next++
			if !seen[x] {
				seen[x] = true
				stack = append(stack, frame{x, 0})
			}
		}
	}
	return out
}
