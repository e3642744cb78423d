package graph

import (
	"fmt"
	"slices"
	"sync/atomic"
)

// Call applies Body.Funcs[0] to its operands. With a name it is a composite: a backend that knows the name may take it
// whole, every other one sees the function. A composite may bring its own derivative, see Body.
var Call *Primitive

// Custom applies a function of the host, Attrs.Host, of which nothing is known here but what the Host says.
var Custom *Primitive

// Host is a function of arrays written in Go: one that the user gives, or one of the factorisations that are no
// composition of primitives. Programs know it by its address, so a package makes each of its functions once.
type Host struct {
	Name string
	// Results are the types of the results, given those of the operands, whose sizes are numbers. Its error says what
	// does not fit.
	Results func(in []Type) ([]Type, error)
	// Infer, where it is given, stands in the place of Results and takes sizes with names, too: s decides which are equal.
	Infer func(s *Solver, in []Type) ([]Type, error)
	// Eval computes the results, which are allocated. Operands are only read. It may be called from any goroutine. Its
	// error is one of values: whoever reads a result gets it.
	Eval func(in, out []*Array) error
	// Effect says that a call does more than compute its results: it is made exactly once, in its order.
	Effect bool
	// Leading says that the operands of Eval may all have the same further axes in front, and that it then computes for
	// each of their members: so a batch is one more such axis.
	Leading bool

	// JVP, Transpose and Linear are the rules that a Primitive has, of a function that has derivatives. Linear may mark
	// fewer operands than there are; the others are not linear. It is linear in each of them alone.
	JVP       func(out *Value, tan []*Value) *Value
	Transpose func(v *Value, i int, ct *Value) *Value
	Linear    []bool

	each     atomic.Pointer[Host] // see forEach
	identity identity
}

var _ = define(&Call, &Primitive{
	Name: "call", Doc: "the results of a function; with a name, a composite that a backend may take whole", Arity: -1, Bodies: true,
	Type: func(s *Solver, a *Attrs, in []Type) (Type, error) {
		free, err := a.functions(1, 0)
		if err != nil {
			return Type{}, err
		}
		lookup, err := a.Body.Funcs[0].Bind(s, in, a.Body.Free, free)
		if err != nil {
			return Type{}, err
		}
		return a.Body.Funcs[0].Results[a.Index].Type.subst(lookup), nil
	},
	Eval: func(a *Attrs, in []*Array, out *Array) error {
		return a.evalBody(a.Body.Funcs[0], a.Shape, in, out)
	},
	Samples: callSamples,
})

var _ = define(&Custom, &Primitive{
	Name: "custom", Doc: "the results of a function of the host, written in Go", Arity: -1, Checks: true,
	JVP: func(out *Value, tan []*Value) *Value {
		h := out.Attrs.Host
		if h.JVP == nil {
			Fail(out.Op.Name, "%s has no JVP rule: tensor.Function gives a derivative to a function of which nothing is known", h.Name)
		}
		return h.JVP(out, tan)
	},
	Transpose: func(v *Value, i int, ct *Value) *Value { return v.Attrs.Host.Transpose(v, i, ct) },
	Linear:    []bool{false}, // but where the Host says so
	Type: func(s *Solver, a *Attrs, in []Type) (Type, error) {
		if a.Host == nil || a.Host.Results == nil && a.Host.Infer == nil || a.Host.Eval == nil {
			return Type{}, fmt.Errorf("there is no function to call")
		}
		if a.Host.Infer != nil {
			ts, err := a.Host.Infer(s, slices.Clone(in))
			switch {
			case err != nil:
				return Type{}, err
			case a.Index < 0 || a.Index >= len(ts):
				return Type{}, fmt.Errorf("there is no result %d of %d", a.Index, len(ts))
			}
			return ts[a.Index], nil
		}
		for i, t := range in {
			if _, ok := t.Shape.Ints(); !ok {
				if len(a.Shape) == 0 && a.DType == NoDType {
					return Type{}, fmt.Errorf("operand %d of %s is %s: its sizes must be numbers", i, a.Host.Name, t)
				}
				return Type{a.DType, a.Shape}, nil // what it turned out to be when it was called
			}
		}
		ts, err := a.Host.Results(slices.Clone(in))
		switch {
		case err != nil:
			return Type{}, err
		case a.Index < 0 || a.Index >= len(ts):
			return Type{}, fmt.Errorf("there is no result %d of %d", a.Index, len(ts))
		case a.DType != NoDType && (a.DType != ts[a.Index].DType || !s.SameShape(a.Shape, ts[a.Index].Shape)):
			return Type{}, fmt.Errorf("result %d of %s is %s, not %s", a.Index, a.Host.Name, ts[a.Index], Type{a.DType, a.Shape})
		}
		return ts[a.Index], nil
	},
	Batch: func(op *Primitive, a *Attrs, args []*Value, batched []bool, size Size) *Value {
		if a.Host.Effect {
			Fail(op.Name, "%s has an effect: it cannot be called once for each member of a batch", a.Host.Name)
		}
		if a.Host.Leading {
			return Apply(op, a, allBatched(args, batched, size)...)
		}
		b := *a
		b.Host = a.Host.forEach()
		if a.Shape != nil {
			b.Shape = prepend(size, a.Shape)
		}
		return Apply(op, &b, allBatched(args, batched, size)...)
	},
	Eval: func(a *Attrs, in []*Array, out *Array) error {
		ys, err := a.Host.call(in)
		if err != nil {
			return err
		}
		copyArray(out, ys[a.Index])
		return nil
	},
	Samples: customSamples,
})

// Types are the types of the results, given those of the operands, whose sizes are numbers.
func (h *Host) Types(in []Type) ([]Type, error) {
	if h.Infer != nil {
		return h.Infer(nil, in)
	}
	return h.Results(in)
}

// call calls h on arrays.
func (h *Host) call(in []*Array) ([]*Array, error) {
	types := make([]Type, len(in))
	for i, x := range in {
		types[i] = x.Type()
	}
	ts, err := h.Types(types)
	if err != nil {
		return nil, err
	}
	out := make([]*Array, len(ts))
	for i, t := range ts {
		if out[i], err = allocate(t); err != nil {
			return nil, err
		}
	}
	if err := h.Eval(in, out); err != nil {
		return nil, fmt.Errorf("%s: %w", h.Name, err)
	}
	return out, nil
}

// forEach is the function that calls h for each member of a batch, which lies along the first axes.
func (h *Host) forEach() *Host {
	if e := h.each.Load(); e != nil {
		return e
	}
	one := func(x *Array, k int) *Array {
		y := NewArray(x.DType, x.Dims[1:]...)
		for e := range y.Len() {
			copyElement(y, e, x, k*y.Len()+e)
		}
		return y
	}
	h.each.CompareAndSwap(nil, &Host{
		Name: h.Name,
		Results: func(in []Type) ([]Type, error) {
			member := make([]Type, len(in))
			for i, t := range in {
				member[i] = Type{t.DType, t.Shape[1:]}
			}
			ts, err := h.Types(member)
			for i := range ts {
				ts[i].Shape = prepend(in[0].Shape[0], ts[i].Shape)
			}
			return ts, err
		},
		Eval: func(in, out []*Array) error {
			for k := range in[0].Dims[0] {
				args := make([]*Array, len(in))
				for i, x := range in {
					args[i] = one(x, k)
				}
				ys, err := h.call(args)
				if err != nil {
					return err
				}
				for i, y := range ys {
					for e := range y.Len() {
						copyElement(out[i], k*y.Len()+e, y, e)
					}
				}
			}
			return nil
		},
	})
	return h.each.Load()
}
