package graph

import (
	"fmt"
	"slices"
)

// Cond applies one of two functions to its operands after the first: Body.Funcs[0] where the first operand, a bool
// without axes, is true, else Body.Funcs[1]. Both have results of the same types.
var Cond *Primitive

// While applies Body.Funcs[1] to what it carries as long as Body.Funcs[0] of it is true. The operands are Body.Consts
// that both functions get as they are, and Body.Carry that the step gives anew. It has derivatives forwards only, as
// nobody knows how many steps there will be.
var While *Primitive

// Scan applies Body.Funcs[0] once for each of the Attrs.Shape[0] elements along the first axis of the operands after
// the first Body.Consts + Body.Carry. A step gets the operands that stay, what the step before gave of those that are
// carried, and one element of each of the others. Its results are the carried ones of the last step, and those of all
// steps of each other result, along a new first axis. With Body.Reverse it goes from the last element to the first.
var Scan *Primitive

var _ = define(&Cond, &Primitive{
	Name: "cond", Doc: "the results of the first function where the first operand is true, else those of the second", Arity: -1, Bodies: true,
	Type: func(s *Solver, a *Attrs, in []Type) (Type, error) {
		free, err := a.functions(2, 0)
		if err != nil {
			return Type{}, err
		}
		if !in[0].Equal(T(Bool)) {
			return Type{}, fmt.Errorf("the condition is a bool without axes, not %s", in[0])
		}
		var out [2]Type
		for i, f := range a.Body.Funcs {
			if len(f.Results) != len(a.Body.Funcs[0].Results) {
				return Type{}, fmt.Errorf("the functions have %d and %d results", len(a.Body.Funcs[0].Results), len(f.Results))
			}
			lookup, err := f.Bind(s, in[1:], a.Body.Free, free)
			if err != nil {
				return Type{}, err
			}
			out[i] = f.Results[a.Index].Type.subst(lookup)
		}
		if out[0].DType != out[1].DType || !s.SameShape(out[0].Shape, out[1].Shape) {
			return Type{}, fmt.Errorf("result %d is %s of one function and %s of the other", a.Index, out[0], out[1])
		}
		return out[0], nil
	},
	Eval: func(a *Attrs, in []*Array, out *Array) error {
		f := a.Body.Funcs[1]
		if in[0].I[0] != 0 {
			f = a.Body.Funcs[0]
		}
		return a.evalBody(f, a.Shape, in[1:], out)
	},
	Samples: condSamples,
})

var _ = define(&While, &Primitive{
	Name: "while", Doc: "what is carried once the first function of it is not true any more, the second giving it anew at each step", Arity: -1, Bodies: true,
	Type: func(s *Solver, a *Attrs, in []Type) (Type, error) {
		free, err := a.functions(2, 0)
		if err != nil {
			return Type{}, err
		}
		test := a.Body.Funcs[0]
		if len(test.Results) != 1 || !test.Results[0].Type.Equal(T(Bool)) {
			return Type{}, fmt.Errorf("the condition is one bool without axes")
		}
		if _, err := test.Bind(s, in, a.Body.Free, free); err != nil {
			return Type{}, err
		}
		if n := a.Body.Consts + a.Body.Carry; len(in) != n || len(a.Body.Funcs[1].Results) != a.Body.Carry {
			return Type{}, fmt.Errorf("%d operands of which %d are carried, and %d results of a step", len(in), a.Body.Carry, len(a.Body.Funcs[1].Results))
		}
		lookup, err := a.Body.Funcs[1].Bind(s, in, a.Body.Free, free)
		if err != nil {
			return Type{}, err
		}
		if err := a.carried(s, a.Body.Funcs[1], in, lookup); err != nil {
			return Type{}, err
		}
		return in[a.Body.Consts+a.Index], nil
	},
	Eval: func(a *Attrs, in []*Array, out *Array) error {
		args := slices.Clone(in)
		for {
			on, err := Eval(a.Body.Funcs[0], a.freeSizes(a.Shape), args)
			if err != nil {
				return err
			}
			if on[0].I[0] == 0 {
				copyArray(out, args[a.Body.Consts+a.Index])
				return nil
			}
			next, err := Eval(a.Body.Funcs[1], a.freeSizes(a.Shape), args)
			if err != nil {
				return err
			}
			copy(args[a.Body.Consts:], next)
		}
	},
	Samples: whileSamples,
})

var _ = define(&Scan, &Primitive{
	Name: "scan", Doc: "the results of a function applied to one element after the other, each step carrying results on to the next", Arity: -1, Bodies: true,
	Type: func(s *Solver, a *Attrs, in []Type) (Type, error) {
		free, err := a.functions(1, 1)
		if err != nil {
			return Type{}, err
		}
		f, first := a.Body.Funcs[0], a.Body.Consts+a.Body.Carry
		if len(in) < first || len(f.Results) < a.Body.Carry {
			return Type{}, fmt.Errorf("%d operands and %d results are too few to carry %d", len(in), len(f.Results), a.Body.Carry)
		}
		step := slices.Clone(in)
		for i := first; i < len(in); i++ {
			if len(in[i].Shape) == 0 || !s.Same(in[i].Shape[0], a.Shape[0]) {
				return Type{}, fmt.Errorf("operand %d, %s, does not have %s elements along its first axis", i, in[i], a.Shape[0])
			}
			step[i].Shape = in[i].Shape[1:]
		}
		lookup, err := f.Bind(s, step, a.Body.Free, free)
		if err != nil {
			return Type{}, err
		}
		if err := a.carried(s, f, in, lookup); err != nil {
			return Type{}, err
		}
		if a.Index < a.Body.Carry {
			return in[a.Body.Consts+a.Index], nil
		}
		t := f.Results[a.Index].Type.subst(lookup)
		t.Shape = prepend(a.Shape[0], t.Shape)
		return t, nil
	},
	Eval: func(a *Attrs, in []*Array, out *Array) error {
		n, _ := a.Shape[0].Int()
		first := a.Body.Consts + a.Body.Carry
		args := slices.Clone(in)
		for k := range n {
			if a.Body.Reverse {
				k = n - 1 - k
			}
			for i := first; i < len(in); i++ {
				args[i] = NewArray(in[i].DType, in[i].Dims[1:]...)
				for e := range args[i].Len() {
					copyElement(args[i], e, in[i], k*args[i].Len()+e)
				}
			}
			next, err := Eval(a.Body.Funcs[0], a.freeSizes(a.Shape[1:]), args)
			if err != nil {
				return err
			}
			if y := next[a.Index]; a.Index >= a.Body.Carry {
				for e := range y.Len() {
					copyElement(out, k*y.Len()+e, y, e)
				}
			}
			copy(args[a.Body.Consts:first], next)
		}
		if a.Index < a.Body.Carry {
			copyArray(out, args[a.Body.Consts+a.Index])
		}
		return nil
	},
	Samples: scanSamples,
})

// carried checks that a step gives what it carries as it gets it.
func (a *Attrs) carried(s *Solver, f *Func, in []Type, lookup func(string) (Size, bool)) error {
	for i, y := range f.Results[:a.Body.Carry] {
		want := in[a.Body.Consts+i]
		if t := y.Type.subst(lookup); t.DType != want.DType || !s.SameShape(t.Shape, want.Shape) {
			return fmt.Errorf("what is carried as number %d begins as %s and becomes %s", i, want, t)
		}
	}
	return nil
}

// freeSizes are the values of the sizes that no parameter has.
func (a *Attrs) freeSizes(sizes []Size) map[string]int64 {
	env := make(map[string]int64, len(sizes))
	for i, name := range a.Body.Free {
		env[name] = sizes[i].n
	}
	return env
}

// evalBody evaluates result Index of f into out.
func (a *Attrs) evalBody(f *Func, free []Size, in []*Array, out *Array) error {
	ys, err := Eval(f, a.freeSizes(free), in)
	if err != nil {
		return err
	}
	copyArray(out, ys[a.Index])
	return nil
}

func copyArray(dst, src *Array) {
	for i := range src.Len() {
		copyElement(dst, i, src, i)
	}
}
