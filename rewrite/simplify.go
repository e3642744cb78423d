package rewrite

import (
	"fmt"
	"math"

	"github.com/flambeau-ml/flambeau/graph"
)

// Simplify applies the rules that make a graph smaller and keep its bits: the tables arithmetic, logic, moves,
// contractions and byIndex. A NaN stays a NaN; which of the many bit patterns of one it is, engines may choose.
func Simplify(f *graph.Func) (*graph.Func, error) { return rebuild(f, simplifier) }

// Unstop removes what cuts values off from differentiation: in evaluation it does nothing.
func Unstop(f *graph.Func) (*graph.Func, error) {
	return rebuild(f, func(v *graph.Value) *graph.Value {
		if v.Op == graph.Stop {
			return v.Args[0]
		}
		return v
	})
}

// tables are the rules of Simplify.
var tables = []graph.Rules{arithmetic, logic, moves, contractions, byIndex}

// byOp are the rules that apply to the values of each primitive, in their order. The primitive that a rule starts from
// is asked of its pattern.
var byOp = func() map[*graph.Primitive]graph.Rules {
	m := map[*graph.Primitive]graph.Rules{}
	for _, table := range tables {
		for _, r := range table {
			op := r.Pattern.Op()
			if op == nil {
				panic(fmt.Sprintf("rewrite: the rule %q names no primitive", r.Name))
			}
			m[op] = append(m[op], r)
		}
	}
	return m
}()

// maxRules bounds how often one value is replaced; no chain of rules is as long.
const maxRules = 100

// simplifier is what the rules make of v until none applies.
func simplifier(v *graph.Value) *graph.Value {
	for range maxRules {
		w := byOp[v.Op].Apply(v)
		if w == nil {
			return v
		}
		v = w
	}
	panic(fmt.Sprintf("rewrite: the rules of %s do not come to an end", v.Op))
}

// What the tables of rules are written with.
var (
	x    = graph.X
	y    = graph.Y
	one  = graph.One
	zero = graph.Zero
	ones = graph.ConstEq(-1) // all bits set: true, or −1

	// negZero is −0 for floats and 0 for integers: what may be added to any number without changing a bit.
	negZero = graph.ConstEq(math.Copysign(0, -1))
)

func rule(name string, p *graph.Pattern, make func(m graph.Match) *graph.Value) graph.Rule {
	return graph.Rule{Name: name, Pattern: p, Make: make}
}

func op(p *graph.Primitive, args ...*graph.Pattern) *graph.Pattern { return graph.OpOf(p, args...) }

// of admits values of the element types that is accepts.
func of(is func(graph.DType) bool) func(*graph.Value) bool {
	return func(v *graph.Value) bool { return is(v.DType) }
}

// toX is a rule's answer that X takes the place of the root.
func toX(m graph.Match) *graph.Value { return instead(m, m.X) }

// instead is w where it is of the type of what it takes the place of, else nil: sizes that are equal only by a guard
// are not the same type.
func instead(m graph.Match, w *graph.Value) *graph.Value {
	if !w.Type.Equal(m.Root.Type) {
		return nil
	}
	return w
}

// leaving is instead, provided that leaving out x loses no error that computing x could find.
func leaving(x *graph.Value, m graph.Match, w *graph.Value) *graph.Value {
	if !safe(x, map[*graph.Value]bool{}) {
		return nil
	}
	return instead(m, w)
}

// safe reports whether nothing that x is computed from checks values. Floats are never an error of arithmetic.
func safe(x *graph.Value, seen map[*graph.Value]bool) bool {
	if seen[x] {
		return true
	}
	seen[x] = true
	if x.Op.Checks && (x.Op.Kind != graph.Binary || !x.DType.IsFloat()) {
		return false
	}
	for _, a := range x.Args {
		if !safe(a, seen) {
			return false
		}
	}
	return true
}

// zeros is the constant 0 in place of the root.
func zeros(m graph.Match) *graph.Value { return graph.Zeros(m.Root.Home, m.Root.Type) }
