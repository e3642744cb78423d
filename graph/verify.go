package graph

import (
	"errors"
	"fmt"
)

// Verify checks that f is well formed: every value belongs to f and comes after its operands, its primitive is one of
// the table, its attributes are in order and its type is what the primitive's rule says; parameters and results are
// values of f; and no equality of sizes is needed that f's guards do not say. The error names the value in text form.
func (f *Func) Verify() error {
	c := newChecker(f)
	for _, v := range f.Values {
		if err := c.value(v); err != nil {
			return fmt.Errorf("graph: %s: %s: %w", f.label(), f.line(v), err)
		}
	}
	if err := c.whole(); err != nil {
		return fmt.Errorf("graph: %s: %w", f.label(), err)
	}
	return nil
}

type checker struct {
	f      *Func
	solver *Solver // what f knows of sizes
	trial  *Solver // a copy for the rules to solve with
	seen   map[*Value]bool
	param  map[*Value]bool
	lastID int
}

func newChecker(f *Func) *checker {
	c := &checker{f: f, solver: f.Solver().clone(), seen: make(map[*Value]bool, len(f.Values)), param: map[*Value]bool{}, lastID: -1}
	c.solver.settle()
	c.trial = c.solver.clone()
	for _, v := range f.Params {
		c.param[v] = true
	}
	return c
}

// value checks v, given that the values before it are checked.
func (c *checker) value(v *Value) error {
	switch {
	case v.Op == nil || byName[v.Op.Name] != v.Op:
		return errors.New("the primitive is not in the table")
	case c.seen[v]:
		return errors.New("the value is listed twice")
	case v.Home != Builder(c.f):
		return errors.New("the value belongs to another function")
	case v.ID <= c.lastID:
		return fmt.Errorf("its ID %d does not follow the %d before it", v.ID, c.lastID)
	}
	for i, x := range v.Args {
		if !c.seen[x] {
			return fmt.Errorf("operand %d does not come before it", i)
		}
	}
	if err := c.wellFormed(v); err != nil {
		return err
	}
	if err := c.typed(v); err != nil {
		return err
	}
	c.lastID = v.ID
	c.seen[v] = true
	return nil
}

// wellFormed checks what no type rule looks at.
func (c *checker) wellFormed(v *Value) error {
	if v.DType == NoDType || v.DType >= numDTypes || v.Attr().DType >= numDTypes {
		return fmt.Errorf("%s and %s are not both element types", v.DType, v.Attr().DType)
	}
	var err error
	if b := v.Attr().Body; b != nil {
		if !v.Op.Bodies {
			return fmt.Errorf("it does not apply functions")
		}
		for _, f := range b.all() {
			if err := f.Verify(); err != nil {
				return err
			}
		}
	}
	for _, list := range [][]Size{v.Shape, v.Attr().Shape, v.Attr().Start} {
		for _, n := range list {
			n.Symbols(func(name string) {
				if !isName(name) {
					err = fmt.Errorf("%q cannot name a size", name)
				}
			})
		}
	}
	for _, n := range v.Shape {
		if n = c.solver.Resolve(n); n.e == nil && n.n < 0 {
			return fmt.Errorf("a size of %s", n)
		}
	}
	return err
}

// typed checks v's type against its primitive's rule.
func (c *checker) typed(v *Value) (err error) {
	defer catch(&err)
	if v.Op == Param {
		if !c.param[v] {
			return errors.New("it is not among the function's parameters")
		}
		return nil
	}
	types := make([]Type, len(v.Args))
	for i, x := range v.Args {
		types[i] = c.solver.resolveType(x.Type)
	}
	t, err := v.Op.infer(c.trial, v.Attrs.MapSizes(c.solver.Resolve), types)
	if err != nil {
		return err
	}
	if len(c.trial.bound) > len(c.solver.bound) || len(c.trial.Guards) > len(c.solver.Guards) {
		return errors.New("sizes must be equal that nothing in the function says are")
	}
	if want := c.solver.resolveType(v.Type); !want.Equal(c.solver.resolveType(t)) {
		return fmt.Errorf("its type should be %s", t)
	}
	return nil
}

// whole checks what is left once every value is checked.
func (c *checker) whole() error {
	if len(c.param) != len(c.f.Params) {
		return errors.New("a parameter is listed twice")
	}
	for i, v := range c.f.Params {
		if !c.seen[v] || v.Op != Param {
			return fmt.Errorf("parameter %d is no parameter of the function", i)
		}
	}
	for i, v := range c.f.Results {
		if !c.seen[v] {
			return fmt.Errorf("result %d is not a value of the function", i)
		}
	}
	for _, g := range c.solver.Guards {
		_, ok1 := g.A.Int()
		_, ok2 := g.B.Int()
		if ok1 && ok2 {
			return fmt.Errorf("the sizes %s and %s cannot be equal", g.A, g.B)
		}
	}
	return nil
}
