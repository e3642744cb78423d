package graph

import (
	"errors"
	"fmt"
	"maps"
	"slices"
)

// maxEval is how many elements a value may have that is evaluated here: a function from outside cannot ask for more.
const maxEval = 1 << 28

// EvalOp is p applied to arrays by its reference evaluation. The attributes must not have symbolic sizes.
func EvalOp(p *Primitive, attrs *Attrs, in ...*Array) (*Array, error) {
	var buf [4]Type
	types := buf[:0]
	for _, x := range in {
		types = append(types, x.Type())
	}
	t, err := p.Infer(nil, attrs, types...)
	if err != nil {
		return nil, err
	}
	out, err := allocate(t)
	if err != nil {
		return nil, &Error{p.Name, err.Error()}
	}
	if attrs == nil {
		attrs = &noAttrs
	}
	if p.Eval == nil {
		return nil, &Error{p.Name, p.missing("evaluation")}
	}
	if err := p.Eval(attrs, in, out); err != nil {
		return nil, &Error{p.Name, err.Error()}
	}
	return out, nil
}

func allocate(t Type) (*Array, error) {
	dims, ok := t.Shape.Ints()
	if !ok {
		return nil, fmt.Errorf("%s has sizes without a value", t)
	}
	n := 1
	for _, d := range dims {
		if d > 0 && n > maxEval/d {
			return nil, fmt.Errorf("%s has more elements than the reference evaluates", t)
		}
		n *= d
	}
	return NewArray(t.DType, dims...), nil
}

// Eval is the reference evaluation of a whole function: plain, slow, right. Named sizes have the values in env; a
// name that is an axis of a parameter may be left to that parameter's argument. Arguments that do not fit, guards
// that do not hold and errors of values are returned.
func Eval(f *Func, env map[string]int64, in []*Array) (out []*Array, err error) {
	sizes, err := f.bind(env, in)
	if err != nil {
		return nil, fmt.Errorf("graph: %s: %w", f.label(), err)
	}
	arrays := make(map[*Value]*Array, len(f.Values))
	for i, p := range f.Params {
		arrays[p] = in[i]
	}
	var args []*Array
	for _, v := range f.order() {
		if arrays[v] != nil {
			continue
		}
		args = args[:0]
		for _, x := range v.Args {
			args = append(args, arrays[x])
		}
		a, err := evalValue(v, sizes, args)
		if err != nil {
			return nil, fmt.Errorf("graph: %s: in %s: %w", f.label(), f.line(v), err)
		}
		arrays[v] = a
	}
	for _, v := range f.Results {
		out = append(out, arrays[v])
	}
	return out, nil
}

func evalValue(v *Value, b *bindings, args []*Array) (a *Array, err error) {
	defer catch(&err)
	if v.Op == Param {
		return nil, errors.New("it is not a parameter of this function")
	}
	a, err = EvalOp(v.Op, v.Attrs.MapSizes(b.number), args...)
	if err != nil {
		return nil, err
	}
	for i, n := range v.Shape {
		if n = b.number(n); !n.Is(a.Dims[i]) {
			return nil, fmt.Errorf("axis %d has %d elements, not the %s of %s", i, a.Dims[i], n, v.Type)
		}
	}
	return a, nil
}

// catch turns a panic with *Error, by which code over values says that something does not fit, into an error.
func catch(err *error) {
	switch e := recover().(type) {
	case nil:
	case *Error:
		*err = e
	default:
		panic(e)
	}
}

// bindings are the numbers that a function's named sizes have in one evaluation.
type bindings struct {
	solver *Solver
	env    map[string]int64
}

// number is n with every name replaced by its number.
func (b *bindings) number(n Size) Size {
	if n.e == nil {
		return n
	}
	return Size{n: b.solver.Resolve(n).Eval(func(name string) (int64, bool) {
		x, ok := b.env[name]
		return x, ok
	})}
}

// bind finds numbers for the named sizes of f and checks the arguments and guards.
func (f *Func) bind(env map[string]int64, in []*Array) (b *bindings, err error) {
	defer catch(&err)
	if len(in) != len(f.Params) {
		return nil, fmt.Errorf("takes %d arguments, not %d", len(f.Params), len(in))
	}
	s := f.Solver()
	b = &bindings{s, maps.Clone(env)}
	if b.env == nil {
		b.env = map[string]int64{}
	}
	for i, p := range f.Params {
		if in[i].DType != p.DType || len(in[i].Dims) != p.Rank() {
			return nil, fmt.Errorf("argument %d is %s, not %s", i, in[i].Type(), p.Type)
		}
		for k, n := range p.Shape {
			if name, ok := s.Resolve(n).Symbol(); ok {
				if _, known := b.env[name]; !known {
					b.env[name] = int64(in[i].Dims[k])
				}
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(env)) { // names that turned out to be something else
		if m := b.number(Sym(name)); !m.Equal(Size{n: env[name]}) {
			return nil, fmt.Errorf("the size %s must be %s, not %d", name, m, env[name])
		}
	}
	for i, p := range f.Params {
		for k, n := range p.Shape {
			if m := b.number(n); !m.Is(in[i].Dims[k]) {
				return nil, fmt.Errorf("argument %d is %s, not %s: axis %d is %s", i, in[i].Type(), p.Type, k, m)
			}
		}
	}
	for _, g := range s.Guards {
		if x, y := b.number(g.A), b.number(g.B); !x.Equal(y) {
			return nil, fmt.Errorf("the sizes %s and %s must be equal, but are %s and %s", g.A, g.B, x, y)
		}
	}
	return b, nil
}
