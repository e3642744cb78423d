package rewrite

import (
	"fmt"
	"slices"

	"github.com/flambeau-ml/flambeau/graph"
)

// Copy makes v again in b, of the operands args. Where they have the types of v's own operands so has the result;
// otherwise v's primitive says. The place that v came from goes with it. The values of b must keep Pos, as those of a
// Func do.
func Copy(b graph.Builder, v *graph.Value, args []*graph.Value) *graph.Value {
	same := true
	for i, x := range v.Args {
		same = same && x.Type.Equal(args[i].Type)
	}
	var w *graph.Value
	if same {
		w = b.Emit(v.Op, v.Attrs, args, v.Type)
	} else {
		w = graph.ApplyIn(b, v.Op, v.Attrs, args...)
	}
	w.Pos = v.Pos
	return w
}

// Inline builds the body of f in b, its parameters replaced by args, and returns its results. Named sizes of f become
// those that args have.
func Inline(b graph.Builder, f *graph.Func, args []*graph.Value) ([]*graph.Value, error) {
	return catch(func() []*graph.Value {
		if len(args) != len(f.Params) {
			graph.Fail(f.Name, "takes %d operands, not %d", len(f.Params), len(args))
		}
		bind := map[string]graph.Size{}
		for i, p := range f.Params {
			bindSizes(bind, f, p, args[i])
		}
		subst := func(s graph.Size) graph.Size {
			return s.Subst(func(name string) (graph.Size, bool) { n, ok := bind[name]; return n, ok })
		}
		for i, p := range f.Params {
			shape := make(graph.Shape, len(p.Shape))
			for k, n := range p.Shape {
				shape[k] = subst(n)
			}
			if !sameType(b.Solver(), args[i].Type, graph.Type{DType: p.DType, Shape: shape}) {
				graph.Fail(f.Name, "operand %d is %s, not %s", i, args[i].Type, p.Type)
			}
		}
		for _, g := range f.Guards() {
			if x, y := subst(g.A), subst(g.B); !b.Solver().Same(x, y) {
				graph.Fail(f.Name, "needs the sizes %s and %s to be equal: they are %s and %s", g.A, g.B, x, y)
			}
		}
		to := newMapping(f)
		for i, p := range f.Params {
			to.set(p, args[i])
		}
		for _, v := range f.Values {
			if v.Op == graph.Param {
				continue
			}
			w := graph.ApplyIn(b, v.Op, v.Attrs.MapSizes(subst), slices.Clone(to.all(v.Args))...)
			w.Pos = v.Pos
			to.set(v, w)
		}
		return slices.Clone(to.all(f.Results))
	})
}

// bindSizes takes the sizes of arg for the named sizes that axes of the parameter p consist of.
func bindSizes(bind map[string]graph.Size, f *graph.Func, p, arg *graph.Value) {
	if len(p.Shape) != len(arg.Shape) || p.DType != arg.DType {
		graph.Fail(f.Name, "an operand is %s, not %s", arg.Type, p.Type)
	}
	for k, n := range p.Shape {
		if name, ok := n.Symbol(); ok {
			if _, ok := bind[name]; !ok {
				bind[name] = arg.Shape[k]
			}
		}
	}
}

// mapping says what the values of a function have become in another.
type mapping struct {
	to  []*graph.Value
	buf []*graph.Value
}

func newMapping(f *graph.Func) *mapping { return &mapping{to: make([]*graph.Value, len(f.Values))} }

func (m *mapping) set(v, w *graph.Value) { m.to[v.ID] = w }

func (m *mapping) get(v *graph.Value) *graph.Value { return m.to[v.ID] }

// all is what vs have become. The list is good until the next call.
func (m *mapping) all(vs []*graph.Value) []*graph.Value {
	m.buf = m.buf[:0]
	for _, v := range vs {
		m.buf = append(m.buf, m.to[v.ID])
	}
	return m.buf
}

// param makes the parameter p again in g.
func param(g *graph.Func, p *graph.Value) *graph.Value {
	q := g.Param(p.Attr().Name, p.Type)
	q.Pos = p.Pos
	return q
}

// derive begins a function made from f: named name, with f's guards.
func derive(f *graph.Func, name string) *graph.Func {
	g := graph.NewFunc(name)
	g.Solver().Guards = append(g.Solver().Guards, f.Guards()...)
	return g
}

// catch turns a panic with a *graph.Error into an error: in a derived graph it says that a rule is missing or wrong.
func catch[T any](f func() T) (out T, err error) {
	defer func() {
		switch e := recover().(type) {
		case nil:
		case *graph.Error:
			err = e
		default:
			panic(e)
		}
	}()
	return f(), nil
}

// mark says of the values of g from number n on that they came from pos.
func mark(g *graph.Func, n, pos int) {
	for _, v := range g.Values[n:] {
		v.Pos = pos
	}
}

// inexact checks that each of the parameters of f that wrt lists exists and has derivatives; nil lists all that have.
func inexact(f *graph.Func, wrt []int) []int {
	if wrt == nil {
		for i, p := range f.Params {
			if p.DType.IsInexact() {
				wrt = append(wrt, i)
			}
		}
		return wrt
	}
	for k, i := range wrt {
		if slices.Contains(wrt[:k], i) {
			graph.Fail(f.Name, "parameter %d is asked for twice", i)
		}
		if i < 0 || i >= len(f.Params) {
			graph.Fail(f.Name, "has %d parameters, no number %d", len(f.Params), i)
		}
		if !f.Params[i].DType.IsInexact() {
			graph.Fail(f.Name, "has no derivative in parameter %d, %s", i, f.Params[i].Type)
		}
	}
	return wrt
}

// names gives out names of parameters that no other parameter has.
type names map[string]int

// namesOf takes the names that g's parameters have.
func namesOf(g *graph.Func) names {
	taken := names{}
	for _, p := range g.Params {
		taken[p.Attr().Name]++
	}
	return taken
}

// fresh is name, or if that is taken name_1 or the next that is not.
func (taken names) fresh(name string) string {
	out := name
	for n := taken[name]; taken[out] > 0; n++ {
		out = fmt.Sprintf("%s_%d", name, n)
	}
	taken[name]++
	if out != name {
		taken[out]++
	}
	return out
}
