package rewrite

import (
	"fmt"
	"slices"
	"strings"

	"github.com/flambeau-ml/flambeau/graph"
)

// The derivatives and batched forms of primitives that apply functions are applications of functions that are made from
// theirs. What is made of a function is kept with it (graph.Func.Derived): results of one application, and all later
// applications, share it.

// application is an application of a primitive with bodies: the value v is one of its results.
type application struct {
	*graph.Value
	body   *graph.Body
	length []graph.Size // of a scan: the number of steps
	first  int          // the operand that the first parameter of its functions stands for
	lookup func(string) (graph.Size, bool)
}

// applicationOf takes v apart. s decides on sizes.
func applicationOf(s *graph.Solver, v *graph.Value) *application {
	a := &application{Value: v, body: v.Attrs.Body}
	free := v.Attrs.Shape
	if v.Op == graph.Scan {
		a.length, free = free[:1:1], free[1:]
	}
	if v.Op == graph.Cond {
		a.first = 1
	}
	var in []graph.Type
	for i, x := range v.Args[a.first:] {
		t := x.Type
		if a.sliced(i) {
			t.Shape = t.Shape[1:]
		}
		in = append(in, t)
	}
	f := a.body.Funcs[len(a.body.Funcs)-1]
	lookup, err := f.Bind(s, in, a.body.Free, free)
	if err != nil {
		graph.Fail(v.Op.Name, "%v", err)
	}
	a.lookup = lookup
	return a
}

// sliced reports whether a step of a scan gets one element of what parameter i stands for.
func (a *application) sliced(i int) bool {
	return a.Op == graph.Scan && i >= a.body.Consts+a.body.Carry
}

// results is how many results the application has.
func (a *application) results() []*graph.Value { return a.body.Funcs[len(a.body.Funcs)-1].Results }

// apply makes result k of op with body, which was derived from a's, of args; k < 0 makes all.
func (a *application) apply(op *graph.Primitive, name string, body *graph.Body, args []*graph.Value) func(k int) *graph.Value {
	attrs := &graph.Attrs{Name: name, Body: body}
	if op == graph.Scan {
		attrs.Shape = append(attrs.Shape, a.length...)
	}
	for _, n := range body.Free {
		size, ok := a.lookup(n)
		if !ok {
			graph.Fail(op.Name, "nothing says what the size %s is", n)
		}
		attrs.Shape = append(attrs.Shape, size)
	}
	b := a.Home
	for _, x := range args {
		if x.Home.Level() > b.Level() {
			b = x.Home
		}
	}
	made := map[int]*graph.Value{}
	return func(k int) *graph.Value {
		if made[k] == nil {
			at := *attrs
			at.Index = k
			made[k] = graph.ApplyIn(b, op, &at, args...)
		}
		return made[k]
	}
}

// closed makes a body of what is set in b: the sizes that its functions' parameters do not say are free.
func closed(b graph.Body) *graph.Body {
	b.Free = nil
	for _, f := range b.Funcs {
		said := map[string]bool{}
		for _, p := range f.Params {
			for _, n := range p.Shape {
				if name, ok := n.Symbol(); ok {
					said[name] = true
				}
			}
		}
		for _, name := range f.Symbols() {
			if !said[name] && !slices.Contains(b.Free, name) {
				b.Free = append(b.Free, name)
			}
		}
	}
	return &b
}

// unused is a name for a size that f does not have.
func unused(f *graph.Func, name string) string {
	taken := f.Symbols()
	for slices.Contains(taken, name) {
		name += "_"
	}
	return name
}

// derived is what make makes of f, kept with it under a key of kind and what fmt writes of what it depends on.
func derived[T any](f *graph.Func, make func() T, kind string, on ...any) T {
	var key strings.Builder
	key.WriteString(kind)
	for _, x := range on {
		fmt.Fprintf(&key, " %v", x)
	}
	return f.Derived(key.String(), func() any { return make() }).(T)
}

// built unwraps what the transforms of functions return: inside a rule, an error goes up as a panic with *graph.Error.
func built[T any](x T, err error) T {
	if err != nil {
		if e, ok := err.(*graph.Error); ok {
			panic(e)
		}
		graph.Fail("body", "%v", err)
	}
	return x
}

// active says which results of f depend on the parameters that from marks, and have derivatives.
func active(f *graph.Func, from []bool) []bool {
	on := make([]bool, len(f.Values))
	for i, p := range f.Params {
		on[p.ID] = from[i]
	}
	for _, v := range f.Values {
		for _, x := range v.Args {
			on[v.ID] = on[v.ID] || on[x.ID] && v.DType.IsInexact()
		}
	}
	out := make([]bool, len(f.Results))
	for i, y := range f.Results {
		out[i] = on[y.ID]
	}
	return out
}

// carried is active for a function that is applied again to the results that it carries: from grows by those.
func carried(f *graph.Func, consts, carry int, from []bool) []bool {
	for {
		out, grown := active(f, from), false
		for i, on := range out[:carry] {
			if on && !from[consts+i] {
				from[consts+i], grown = true, true
			}
		}
		if !grown {
			return out
		}
	}
}

// places lists where on is true.
func places(on []bool) []int {
	var out []int
	for i, x := range on {
		if x {
			out = append(out, i)
		}
	}
	return out
}

// pick lists the elements of xs at the places at.
func pick[T any](xs []T, at []int) []T {
	out := make([]T, len(at))
	for i, k := range at {
		out[i] = xs[k]
	}
	return out
}

// others lists the numbers below n that are not among at.
func others(n int, at []int) []int {
	var out []int
	for i := range n {
		if !slices.Contains(at, i) {
			out = append(out, i)
		}
	}
	return out
}

// selected is f with its parameters in the order params and the results that are listed.
func selected(f *graph.Func, name string, params, results []int) *graph.Func {
	return returning(f, name, pick(f.Params, params), pick(f.Results, results))
}

// returning is f with all its parameters in the order params, and with the results ys.
func returning(f *graph.Func, name string, params, ys []*graph.Value) *graph.Func {
	g, to := derive(f, name), newMapping(f)
	for _, p := range params {
		to.set(p, param(g, p))
	}
	for _, v := range f.Values {
		if v.Op != graph.Param {
			to.set(v, Copy(g, v, to.all(v.Args)))
		}
	}
	g.Return(slices.Clone(to.all(ys))...)
	g.Settle()
	return live(g)
}

// parameters adds to g what of f's parameters at lists, under their types.
func parameters(g *graph.Func, ps []*graph.Value) []*graph.Value {
	out := make([]*graph.Value, len(ps))
	for i, p := range ps {
		out[i] = g.Param("", p.Type)
	}
	return out
}
