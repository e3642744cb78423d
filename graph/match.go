package graph

import (
	"fmt"
	"math"
	"strings"
)

// Pattern describes values: what primitive made them, of operands that fit patterns in turn. Patterns are data, made
// once, and safe for concurrent use.
//
//	OpOf(Mul, X, One).AnyOrder()                     x·1 and 1·x
//	OpOf(Sub, X, X)                                  the difference of a value and itself
//	OpOf(Cast, OpOf(Cast, X).As("inner"))            two casts in a row
//	Any("n").Where(func(v *Value) bool { … })        whatever the condition admits
type Pattern struct {
	op    *Primitive // nil: any
	args  []*Pattern // of op; nil: any operands
	swap  bool       // the two operands in either order
	konst bool       // a constant, seen through what repeats or reshapes it
	is    *Scalar    // the constant
	name  string
	where []func(*Value) bool
}

// Any matches every value and binds it to name. A name that stands twice in a pattern stands for one value: the same
// one, or the same constant of the same type.
func Any(name string) *Pattern { return &Pattern{name: name} }

// OpOf matches values made by p of operands that match args, one for each; without args, of any operands.
func OpOf(p *Primitive, args ...*Pattern) *Pattern {
	if p.Arity >= 0 && len(args) > 0 && len(args) != p.Arity {
		panic(fmt.Sprintf("graph: a pattern of %s with %d operands", p.Name, len(args)))
	}
	return &Pattern{op: p, args: args}
}

// AnyConst matches every value of which all elements are one constant of the program, and binds it to name.
func AnyConst(name string) *Pattern { return &Pattern{konst: true, name: name} }

// ConstEq matches every value of which all elements are the constant f, in the value's dtype and bit for bit: 0 does
// not match −0.
func ConstEq(f float64) *Pattern {
	s := FloatOf(f)
	return &Pattern{konst: true, is: &s}
}

// X, Y and Z match anything; a Match has fields for what they stand for. One and Zero match constants.
var (
	X    = Any("x")
	Y    = Any("y")
	Z    = Any("z")
	One  = ConstEq(1)
	Zero = ConstEq(0)
)

// AnyOrder is p with its two operands in either order; the order as written is tried first.
func (p *Pattern) AnyOrder() *Pattern {
	if len(p.args) != 2 {
		panic("graph: any order of other than two operands")
	}
	q := *p
	q.swap = true
	return &q
}

// As is p binding what it matches to name.
func (p *Pattern) As(name string) *Pattern {
	q := *p
	q.name = name
	return &q
}

// Where is p matching only values that cond admits.
func (p *Pattern) Where(cond func(v *Value) bool) *Pattern {
	q := *p
	q.where = append(append([]func(*Value) bool(nil), p.where...), cond)
	return &q
}

// Op is the primitive whose values p matches; nil where the primitive does not matter.
func (p *Pattern) Op() *Primitive { return p.op }

// String is the pattern for dumps: "mul(x, 1)".
func (p *Pattern) String() string {
	var b strings.Builder
	switch {
	case p.op != nil:
		b.WriteString(p.op.Name)
		switch {
		case len(p.args) > 0:
			args := make([]string, len(p.args))
			for i, a := range p.args {
				args[i] = a.String()
			}
			b.WriteString("(" + strings.Join(args, ", ") + ")")
		case p.op.Arity != 0:
			b.WriteString("(…)")
		}
		if p.name != "" {
			b.WriteString(" as " + p.name)
		}
	case p.is != nil && p.is.Float() == math.Trunc(p.is.Float()):
		fmt.Fprintf(&b, "%g", p.is.Float())
	case p.is != nil:
		b.WriteString(p.is.String())
	case p.konst:
		b.WriteString("const " + p.name)
	default:
		b.WriteString(p.name)
	}
	if len(p.where) > 0 {
		b.WriteString(" where …")
	}
	return b.String()
}

// Match is how a pattern fits a value.
type Match struct {
	Root    *Value // the value that was matched
	X, Y, Z *Value // what X, Y and Z stand for; nil where the pattern does not mention them

	bound []binding
}

type binding struct {
	name string
	v    *Value
}

// Get is the value bound to name. It panics where the pattern does not bind it.
func (m Match) Get(name string) *Value {
	if v := m.lookup(name); v != nil {
		return v
	}
	panic(fmt.Sprintf("graph: the pattern does not bind %q", name))
}

func (m *Match) lookup(name string) *Value {
	for _, b := range m.bound {
		if b.name == name {
			return b.v
		}
	}
	return nil
}

// Match fits p to v.
func (p *Pattern) Match(v *Value) (Match, bool) {
	m := Match{Root: v}
	if !p.fit(v, &m, func() bool { return true }) {
		return Match{}, false
	}
	m.X, m.Y, m.Z = m.lookup("x"), m.lookup("y"), m.lookup("z")
	return m, true
}

// fit extends m so that p fits v and the rest of the whole pattern, which next tries, fits too; where it cannot, m is
// as before.
func (p *Pattern) fit(v *Value, m *Match, next func() bool) bool {
	if p.op != nil && (v.Op != p.op || p.args != nil && len(p.args) != len(v.Args)) {
		return false
	}
	if p.konst {
		s, ok := ConstOf(v)
		if !ok || p.is != nil && !s.Equal(inDType(v.DType, *p.is)) {
			return false
		}
	}
	for _, cond := range p.where {
		if !cond(v) {
			return false
		}
	}
	n := len(m.bound)
	if p.name != "" {
		if w := m.lookup(p.name); w == nil {
			m.bound = append(m.bound, binding{p.name, v})
		} else if !interchangeable(v, w) {
			return false
		}
	}
	if len(p.args) == 0 {
		if next() {
			return true
		}
	} else if fitAll(p.args, v.Args, m, next) {
		return true
	} else if p.swap && fitAll(p.args, []*Value{v.Args[1], v.Args[0]}, m, next) {
		return true
	}
	m.bound = m.bound[:n]
	return false
}

func fitAll(ps []*Pattern, vs []*Value, m *Match, next func() bool) bool {
	if len(ps) == 0 {
		return next()
	}
	return ps[0].fit(vs[0], m, func() bool { return fitAll(ps[1:], vs[1:], m, next) })
}

func interchangeable(v, w *Value) bool {
	if v == w {
		return true
	}
	s, ok1 := ConstOf(v)
	t, ok2 := ConstOf(w)
	return ok1 && ok2 && v.Type.Equal(w.Type) && s.Equal(t)
}

// ConstOf is the number, as v's dtype holds it, that every element of v is; ok is false where v is anything but a
// constant of the program, seen through broadcast, reshape, permute and reverse.
func ConstOf(v *Value) (s Scalar, ok bool) {
	for v.Op == Broadcast || v.Op == Reshape || v.Op == Permute || v.Op == Reverse {
		v = v.Args[0]
	}
	if v.Op != Const {
		return Scalar{}, false
	}
	return inDType(v.DType, v.Attrs.Value), true
}

// inDType is s as an element of d holds it.
func inDType(d DType, s Scalar) Scalar {
	a := NewArray(d)
	fillScalar(a, s)
	switch {
	case d == Bool:
		return BoolOf(a.I[0] != 0)
	case d.IsFloat():
		return FloatOf(a.F[0])
	case d.IsComplex():
		return ComplexOf(a.C[0])
	}
	return IntOf(a.I[0])
}

// Rule replaces the values that fit a pattern.
type Rule struct {
	Name    string // what it does, as a reader of a dump wants to know it: "x·1 → x"
	Pattern *Pattern
	// Make is the value, of the same type, that takes the place of m.Root; nil where the rule does not apply after
	// all.
	Make func(m Match) *Value
}

// Rules are a pass: a table of rules, of which the first that applies to a value wins.
type Rules []Rule

// Apply is what takes the place of v by the first rule that fires; nil where none does.
func (rs Rules) Apply(v *Value) *Value {
	w, _ := rs.Fire(v)
	return w
}

// Fire is Apply, telling which rule fired, for dumps; both are nil where none did. A rule that changes the type of a
// value is a mistake in the table: Fire panics.
func (rs Rules) Fire(v *Value) (*Value, *Rule) {
	for i := range rs {
		r := &rs[i]
		m, ok := r.Pattern.Match(v)
		if !ok {
			continue
		}
		w := r.Make(m)
		if w == nil {
			continue
		}
		if s := v.Home.Solver(); !s.resolveType(w.Type).Equal(s.resolveType(v.Type)) {
			panic(fmt.Sprintf("graph: rule %q makes %s of %s", r.Name, w.Type, v.Type))
		}
		return w, r
	}
	return nil, nil
}
