package graph

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
)

// Size is the length of an axis: a number, or an integer polynomial in named sizes such as 2*B+1, in which floor
// quotients and remainders may stand as factors. The zero Size is 0. Sizes are values: arithmetic makes new ones.
type Size struct {
	n int64
	e *sizeExpr // nil: the size is n
}

// sizeExpr is a polynomial in normal form: terms sorted by their factors, no zero coefficients.
type sizeExpr struct {
	terms []sizeTerm
	key   string // the text form, which equal polynomials share
	named bool   // it is one named size
}

type sizeTerm struct {
	coef  int64
	atoms []sizeAtom // sorted by key; none for the constant term
}

// sizeAtom is a named size, or a floor quotient or remainder that does not divide out.
type sizeAtom struct {
	key  string
	op   byte // 's' a symbol, '/' floor quotient, '%' remainder
	a, b Size
}

// N is the size n.
func N(n int) Size { return Size{n: int64(n)} }

// Sym is the size named name.
func Sym(name string) Size {
	return Size{e: &sizeExpr{[]sizeTerm{{1, []sizeAtom{{key: name, op: 's'}}}}, name, true}}
}

// Ns makes sizes of numbers.
func Ns(ns ...int) []Size {
	s := make([]Size, len(ns))
	for i, n := range ns {
		s[i] = N(n)
	}
	return s
}

// Int is the number that s is; ok is false where s is symbolic.
func (s Size) Int() (n int, ok bool) { return int(s.n), s.e == nil }

// Is reports whether s is the number n.
func (s Size) Is(n int) bool { return s.e == nil && s.n == int64(n) }

// Symbol is the name of s where s is one named size.
func (s Size) Symbol() (name string, ok bool) {
	if s.e == nil || !s.e.named {
		return "", false
	}
	return s.e.key, true
}

// Equal reports whether s and t are the same number or the same polynomial.
func (s Size) Equal(t Size) bool {
	if s.e == nil || t.e == nil {
		return s.e == nil && t.e == nil && s.n == t.n
	}
	return s.e == t.e || s.e.key == t.e.key
}

// String is the text form, "2*B+1", which ParseSize reads.
func (s Size) String() string {
	if s.e == nil {
		return strconv.FormatInt(s.n, 10)
	}
	return s.e.key
}

func (s Size) terms() []sizeTerm {
	if s.e != nil {
		return s.e.terms
	}
	if s.n == 0 {
		return nil
	}
	return []sizeTerm{{coef: s.n}}
}

func compareAtoms(a, b []sizeAtom) int {
	if d := cmp.Compare(len(b), len(a)); d != 0 {
		return d // higher degree first, the constant last
	}
	return slices.CompareFunc(a, b, func(x, y sizeAtom) int { return cmp.Compare(x.key, y.key) })
}

// fromTerms brings a sum of terms to normal form; atoms of each term are sorted already.
func fromTerms(ts []sizeTerm) Size {
	slices.SortStableFunc(ts, func(x, y sizeTerm) int { return compareAtoms(x.atoms, y.atoms) })
	out := ts[:0:0]
	for _, t := range ts {
		if k := len(out) - 1; k >= 0 && compareAtoms(out[k].atoms, t.atoms) == 0 {
			out[k].coef += t.coef
		} else {
			out = append(out, t)
		}
	}
	out = slices.DeleteFunc(out, func(t sizeTerm) bool { return t.coef == 0 })
	switch {
	case len(out) == 0:
		return Size{}
	case len(out) == 1 && len(out[0].atoms) == 0:
		return Size{n: out[0].coef}
	}
	var few [64]byte
	b := few[:0]
	for i, t := range out {
		if i > 0 && t.coef > 0 {
			b = append(b, '+')
		}
		switch {
		case len(t.atoms) == 0:
			b = strconv.AppendInt(b, t.coef, 10)
			continue
		case t.coef == -1:
			b = append(b, '-')
		case t.coef != 1:
			b = append(strconv.AppendInt(b, t.coef, 10), '*')
		}
		for j, a := range t.atoms {
			if j > 0 {
				b = append(b, '*')
			}
			if a.op != 's' && (len(t.atoms) > 1 || t.coef != 1) {
				b = append(append(append(b, '('), a.key...), ')')
				continue
			}
			b = append(b, a.key...)
		}
	}
	if len(out) > maxSizeTerms || len(b) > maxSizeText {
		Fail("size", "an expression of %d terms and %d bytes is too large", len(out), len(b))
	}
	first := &out[0]
	return Size{e: &sizeExpr{out, string(b), len(out) == 1 && first.coef == 1 && len(first.atoms) == 1 && first.atoms[0].op == 's'}}
}

// Expressions beyond these bounds are nobody's sizes; they would let a small text describe a huge polynomial.
const (
	maxSizeTerms = 1 << 10
	maxSizeText  = 1 << 13
)

// operand is s as the operand of a quotient or remainder.
func (s Size) operand() string {
	if _, ok := s.Symbol(); ok || s.e == nil && s.n >= 0 {
		return s.String()
	}
	return "(" + s.String() + ")"
}

// Add is s + t.
func (s Size) Add(t Size) Size {
	if s.e == nil && t.e == nil {
		return Size{n: s.n + t.n}
	}
	if s.Is(0) {
		return t
	}
	if t.Is(0) {
		return s
	}
	return fromTerms(slices.Concat(s.terms(), t.terms()))
}

// Sub is s − t.
func (s Size) Sub(t Size) Size { return s.Add(t.Mul(Size{n: -1})) }

// Mul is s · t.
func (s Size) Mul(t Size) Size {
	if s.e == nil && t.e == nil {
		return Size{n: s.n * t.n}
	}
	if s.Is(1) {
		return t
	}
	if t.Is(1) {
		return s
	}
	if n := len(s.terms()) * len(t.terms()); n > maxSizeTerms {
		Fail("size", "a product of %d terms is too large", n)
	}
	var out []sizeTerm
	for _, x := range s.terms() {
		for _, y := range t.terms() {
			atoms := slices.Concat(x.atoms, y.atoms)
			slices.SortFunc(atoms, func(a, b sizeAtom) int { return cmp.Compare(a.key, b.key) })
			out = append(out, sizeTerm{x.coef * y.coef, atoms})
		}
	}
	return fromTerms(out)
}

// Div is the floor quotient s / t. It panics with *Error when t is 0.
func (s Size) Div(t Size) Size {
	if t.e == nil {
		if t.n == 0 {
			Fail("size", "%s is divided by zero", s)
		}
		if s.e == nil {
			q := s.n / t.n
			if s.n%t.n != 0 && (s.n < 0) != (t.n < 0) {
				q--
			}
			return Size{n: q}
		}
		if t.n == 1 {
			return s
		}
	}
	if q, ok := s.exactDiv(t); ok {
		return q
	}
	return fromTerms([]sizeTerm{{1, []sizeAtom{{key: s.operand() + "/" + t.operand(), op: '/', a: s, b: t}}}})
}

// exactDiv divides by a single term when every term of s has it as a factor.
func (s Size) exactDiv(t Size) (Size, bool) {
	if s.Equal(t) {
		return N(1), true
	}
	d := t.terms()
	if len(d) != 1 {
		return Size{}, false
	}
	var out []sizeTerm
	for _, x := range s.terms() {
		if x.coef%d[0].coef != 0 {
			return Size{}, false
		}
		atoms := slices.Clone(x.atoms)
		for _, a := range d[0].atoms {
			i := slices.IndexFunc(atoms, func(y sizeAtom) bool { return y.key == a.key })
			if i < 0 {
				return Size{}, false
			}
			atoms = slices.Delete(atoms, i, i+1)
		}
		out = append(out, sizeTerm{x.coef / d[0].coef, atoms})
	}
	return fromTerms(out), true
}

// Mod is the remainder s − t·⌊s/t⌋. It panics with *Error when t is 0.
func (s Size) Mod(t Size) Size {
	if t.e == nil && (s.e == nil || t.n == 0) {
		return s.Sub(t.Mul(s.Div(t)))
	}
	if _, ok := s.exactDiv(t); ok {
		return Size{}
	}
	return fromTerms([]sizeTerm{{1, []sizeAtom{{key: s.operand() + "%" + t.operand(), op: '%', a: s, b: t}}}})
}

// Subst replaces each named size by what lookup says; names for which it says false stay.
func (s Size) Subst(lookup func(name string) (Size, bool)) Size {
	if s.e == nil {
		return s
	}
	sum := Size{}
	for _, t := range s.e.terms {
		p := Size{n: t.coef}
		for _, a := range t.atoms {
			switch a.op {
			case 's':
				if v, ok := lookup(a.key); ok {
					p = p.Mul(v)
				} else {
					p = p.Mul(Sym(a.key))
				}
			case '/':
				p = p.Mul(a.a.Subst(lookup).Div(a.b.Subst(lookup)))
			default:
				p = p.Mul(a.a.Subst(lookup).Mod(a.b.Subst(lookup)))
			}
		}
		sum = sum.Add(p)
	}
	return sum
}

// Eval is the number that s is when named sizes have the values that env gives. It panics with *Error on a name that
// env lacks and on a division by zero, which are mistakes of whoever binds the sizes.
func (s Size) Eval(env func(name string) (int64, bool)) int64 {
	if s.e == nil {
		return s.n
	}
	var sum int64
	for _, t := range s.e.terms {
		p := t.coef
		for _, a := range t.atoms {
			if a.op == 's' {
				v, ok := env(a.key)
				if !ok {
					Fail("size", "%s has no value", a.key)
				}
				p *= v
				continue
			}
			x, y := Size{n: a.a.Eval(env)}, Size{n: a.b.Eval(env)}
			if a.op == '/' {
				p *= x.Div(y).n
			} else {
				p *= x.Mod(y).n
			}
		}
		sum += p
	}
	return sum
}

// Symbols calls yield with each name in s, repeats included.
func (s Size) Symbols(yield func(name string)) {
	if s.e == nil {
		return
	}
	for _, t := range s.e.terms {
		for _, a := range t.atoms {
			if a.op == 's' {
				yield(a.key)
			} else {
				a.a.Symbols(yield)
				a.b.Symbols(yield)
			}
		}
	}
}

// Solver decides which sizes are equal while a graph is built. Where one side is a name that is still free it becomes
// the other; what cannot be solved so is kept as a guard for whoever binds the sizes. The nil Solver takes sizes to
// be equal only where they are the same.
type Solver struct {
	bound  map[string]Size
	Guards []Guard
}

// Guard says that two sizes must turn out equal.
type Guard struct{ A, B Size }

// Same reports whether a and b are, or are from now on, equal.
func (s *Solver) Same(a, b Size) bool {
	if a.e == nil && b.e == nil {
		return a.n == b.n
	}
	if s == nil {
		return a.Equal(b)
	}
	a, b = s.shorten(a), s.shorten(b)
	if a.Equal(b) {
		return true
	}
	if a.e == nil && b.e == nil {
		return false
	}
	for range 2 {
		if name, ok := a.Symbol(); ok && !b.mentions(name) {
			if s.bound == nil {
				s.bound = map[string]Size{}
			}
			s.bound[name] = b
			return true
		}
		a, b = b, a
	}
	if !s.guards(a, b) {
		s.Guards = append(s.Guards, Guard{a, b})
	}
	return true
}

// settle solves the guards again, now that more is known. One that cannot hold stays.
func (s *Solver) settle() {
	for {
		guards, known := s.Guards, len(s.bound)
		s.Guards = nil
		for _, g := range guards {
			if a, b := s.Resolve(g.A), s.Resolve(g.B); !s.Same(a, b) {
				s.Guards = append(s.Guards, Guard{a, b})
			}
		}
		if len(s.bound) == known {
			return
		}
	}
}

func (s *Solver) clone() *Solver {
	return &Solver{bound: maps.Clone(s.bound), Guards: slices.Clone(s.Guards)}
}

// guards reports whether the equality of a and b is a guard already.
func (s *Solver) guards(a, b Size) bool {
	return slices.ContainsFunc(s.Guards, func(g Guard) bool {
		x, y := s.Resolve(g.A), s.Resolve(g.B)
		return x.Equal(a) && y.Equal(b) || x.Equal(b) && y.Equal(a)
	})
}

func (s Size) mentions(name string) (found bool) {
	s.Symbols(func(n string) { found = found || n == name })
	return found
}

// shorten is Resolve. It lets a name that has become something else by way of others become that at once: else the way
// grows with each layer of a network.
func (s *Solver) shorten(a Size) Size {
	b := s.Resolve(a)
	for name, ok := a.Symbol(); ok; name, ok = a.Symbol() {
		next, bound := s.bound[name]
		if !bound {
			break
		}
		s.bound[name] = b
		a = next
	}
	return b
}

// Resolve replaces the names in a that have become something else.
func (s *Solver) Resolve(a Size) Size {
	if s == nil || len(s.bound) == 0 {
		return a
	}
	for a.e != nil {
		if name, ok := a.Symbol(); ok { // as most are: no expression need be built
			b, bound := s.bound[name]
			if !bound {
				return a
			}
			a = b
			continue
		}
		bound := false
		a.Symbols(func(name string) {
			if !bound {
				_, bound = s.bound[name]
			}
		})
		if !bound {
			return a
		}
		b := a.Subst(func(name string) (Size, bool) { v, ok := s.bound[name]; return v, ok })
		a = b
	}
	return a
}
