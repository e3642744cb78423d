package graph

import (
	"fmt"
	"slices"
	"strings"
	"sync"
)

// Value is the result of a primitive: a node of a graph in SSA form. Its fields are set when it is made and never
// changed. Methods of Value apply primitives; they panic with *Error where the operands do not fit.
type Value struct {
	Type
	Op    *Primitive
	Attrs *Attrs // nil where the primitive uses none
	Args  []*Value
	Home  Builder // who made it, and makes what is built from it
	ID    int     // unique among the values of its home, growing from operands to results
	Pos   int     // what the home says of where it came from: rewrites hand it on
	Tag   any     // for the home's own use
}

// Builder makes values. A Func collects them; a tensor library records them; a transform reads them with other eyes.
type Builder interface {
	// Emit makes the value of op applied to args. The types fit: typ is what op's rule says.
	Emit(op *Primitive, attrs *Attrs, args []*Value, typ Type) *Value
	// Solver decides on symbolic sizes; nil where all sizes are numbers.
	Solver() *Solver
	// Level orders builders: values of several are combined by the one of the highest level.
	Level() int
}

// Error says that operands do not fit a primitive or operator.
type Error struct {
	Op  string // the primitive or operator
	Msg string // what does not fit, with the types involved, and what would
}

func (e *Error) Error() string { return e.Op + ": " + e.Msg }

// Fail panics with an *Error.
func Fail(op, format string, args ...any) {
	panic(&Error{op, fmt.Sprintf(format, args...)})
}

// Apply checks the types of args by op's rule and makes the value. It panics with *Error where they do not fit.
func Apply(op *Primitive, attrs *Attrs, args ...*Value) *Value {
	if len(args) == 0 {
		panic("graph: Apply without operands: use Leaf")
	}
	b := args[0].Home
	for _, x := range args[1:] {
		if x.Home != b && x.Home.Level() > b.Level() {
			b = x.Home
		}
	}
	return ApplyIn(b, op, attrs, args...)
}

// A Lender is a Builder that does not keep the lists of operands it is given, and lends memory for one of n: so that
// the values of a tensor's recorder, most of which have one or two operands, cost no list each.
type Lender interface {
	Operands(n int) []*Value
}

// apply1 is Apply to one operand.
func apply1(op *Primitive, attrs *Attrs, x *Value) *Value {
	if l, ok := x.Home.(Lender); ok {
		args := l.Operands(1)
		args[0] = x
		return ApplyIn(x.Home, op, attrs, args...)
	}
	return ApplyIn(x.Home, op, attrs, x)
}

// apply2 is Apply to two operands.
func apply2(op *Primitive, attrs *Attrs, x, y *Value) *Value {
	if l, ok := x.Home.(Lender); ok && x.Home == y.Home {
		args := l.Operands(2)
		args[0], args[1] = x, y
		return ApplyIn(x.Home, op, attrs, args...)
	}
	return Apply(op, attrs, x, y)
}

// ApplyIn is Apply by a given builder. It serves primitives without operands.
func ApplyIn(b Builder, op *Primitive, attrs *Attrs, args ...*Value) *Value {
	scratch := typeLists.Get().(*[]Type) // rules are called through pointers: what they are given lies on the heap
	types := (*scratch)[:0]
	for _, x := range args {
		types = append(types, x.Type)
	}
	t, err := op.infer(b.Solver(), attrs, types)
	if err != nil {
		panic(op.misfit(err, types))
	}
	clear(types)
	*scratch = types
	typeLists.Put(scratch)
	return b.Emit(op, attrs, args, t)
}

// typeLists keeps the lists of operand types that type rules look at: one is needed for each value that is made.
var typeLists = sync.Pool{New: func() any { return new([]Type) }}

func (p *Primitive) infer(s *Solver, a *Attrs, in []Type) (Type, error) {
	if p.Arity >= 0 && len(in) != p.Arity {
		return Type{}, fmt.Errorf("takes %d operands, not %d", p.Arity, len(in))
	}
	if p.Arity < 0 && len(in) == 0 {
		return Type{}, fmt.Errorf("takes at least one operand")
	}
	if a == nil {
		a = &noAttrs
	}
	t, err := p.Type(s, a, in)
	if err != nil {
		return Type{}, err
	}
	for _, n := range t.Shape {
		if n.e == nil && n.n < 0 {
			return Type{}, fmt.Errorf("a size of %s in the result %s", n, t)
		}
	}
	return t, nil
}

// Infer is the type of p applied to operands of the given types.
func (p *Primitive) Infer(s *Solver, a *Attrs, in ...Type) (Type, error) {
	t, err := p.infer(s, a, in)
	if err != nil {
		return t, p.misfit(err, in)
	}
	return t, nil
}

// misfit is what a type rule says of operands in, with their types where it does not mention them.
func (p *Primitive) misfit(err error, in []Type) *Error {
	msg := err.Error()
	for _, t := range in {
		if !strings.Contains(msg, t.Shape.String()) {
			msg += fmt.Sprintf(" (operands: %s)", describe(in))
			break
		}
	}
	return &Error{p.Name, msg}
}

// Attr is v's attributes; never nil.
func (v *Value) Attr() *Attrs {
	if v.Attrs == nil {
		return &noAttrs
	}
	return v.Attrs
}

// Func is a graph with parameters and results: a program over arrays. It is the Builder of its own values, and keeps
// them in the order in which they were made, operands before results.
type Func struct {
	Name    string
	Params  []*Value
	Values  []*Value // all, parameters included
	Results []*Value

	solver   *Solver
	identity identity
	derived  sync.Map // see Derived
}

// NewFunc makes an empty function. With symbolic sizes it solves for those that its primitives require to be equal.
func NewFunc(name string) *Func { return &Func{Name: name, solver: &Solver{}} }

// Param adds a parameter.
func (f *Func) Param(name string, t Type) *Value {
	v := f.Emit(Param, &Attrs{Name: name}, nil, t)
	f.Params = append(f.Params, v)
	return v
}

// Return names the results.
func (f *Func) Return(vs ...*Value) { f.Results = vs }

// Computing is f with the results vs, which are among its values: it shares them with f, and is for reading only.
func (f *Func) Computing(vs ...*Value) *Func {
	return &Func{Name: f.Name, Params: f.Params, Values: f.Values, Results: vs, solver: f.solver}
}

// Emit appends a value; Func is a Builder.
func (f *Func) Emit(op *Primitive, attrs *Attrs, args []*Value, typ Type) *Value {
	v := &Value{Type: typ, Op: op, Attrs: attrs, Args: append([]*Value(nil), args...), Home: f, ID: len(f.Values)}
	v.Pos = v.ID
	f.Values = append(f.Values, v)
	return v
}

// Solver decides on f's symbolic sizes.
func (f *Func) Solver() *Solver {
	if f.solver == nil {
		f.solver = &Solver{}
	}
	return f.solver
}

// Level of a plain function is 0.
func (f *Func) Level() int { return 0 }

// Guards are the equalities that the sizes of f must satisfy and that building f could not solve.
func (f *Func) Guards() []Guard { return f.Solver().Guards }

// Settle writes what building found out about sizes into all types and attributes. Call it once, when f is complete.
func (f *Func) Settle() {
	s := f.Solver()
	s.settle()
	if len(s.bound) == 0 {
		return
	}
	for _, v := range f.Values {
		v.Type = s.resolveType(v.Type)
		v.Attrs = v.Attrs.MapSizes(s.Resolve)
	}
}

func (s *Solver) resolveType(t Type) Type {
	return Type{DType: t.DType, Shape: s.resolveShape(t.Shape)}
}

func (s *Solver) resolveShape(in []Size) Shape {
	shape := Shape(in)
	for i, n := range in {
		m := s.Resolve(n)
		if m.e == n.e && m.n == n.n {
			continue
		}
		if &shape[0] == &in[0] {
			shape = slices.Clone(shape)
		}
		shape[i] = m
	}
	return shape
}

// Symbols are the named sizes of f in the order of their first appearance.
func (f *Func) Symbols() []string {
	var names []string
	seen := map[string]bool{}
	add := func(name string) {
		if !seen[name] {
			seen[name] = true
			names = append(names, name)
		}
	}
	for _, v := range f.Values {
		for _, list := range [][]Size{v.Shape, v.Attr().Shape, v.Attr().Start} {
			for _, n := range list {
				n.Symbols(add)
			}
		}
	}
	return names
}

// Numbers are the values of f that stand for numbers given at run time, in order.
func (f *Func) Numbers() []*Value {
	var out []*Value
	for _, v := range f.Values {
		if v.Op == Number {
			out = append(out, v)
		}
	}
	return out
}

// describe lists types for an error message: "f32[2, 3] and f32[4]".
func describe(ts []Type) string {
	s := make([]string, len(ts))
	for i, t := range ts {
		s[i] = t.String()
	}
	return strings.Join(s, " and ")
}
