package rewrite

import (
	"fmt"
	"slices"

	"github.com/flambeau-ml/flambeau/graph"
)

// JVP is the function that computes f and its directional derivative: of f's parameters x… and then a tangent dx for
// each of them that has derivatives, it computes f's results y… and then a tangent dy for each that has. f is complete
// and settled, here and in the other transforms.
func JVP(f *graph.Func) (*graph.Func, error) {
	return catch(func() *graph.Func {
		g, to := derive(f, f.Name+"_jvp"), newMapping(f)
		for _, p := range f.Params {
			to.set(p, param(g, p))
		}
		tan, taken := newMapping(f), namesOf(g)
		for _, i := range inexact(f, nil) {
			p := f.Params[i]
			tan.set(p, g.Param(taken.fresh("d"+p.Attr().Name), p.Type))
		}
		pushForward(g, nil, f, to, tan)
		results := slices.Clone(to.all(f.Results))
		for _, y := range f.Results {
			if y.DType.IsInexact() {
				dy := tan.get(y)
				if dy == nil {
					dy = graph.Zeros(g, to.get(y).Type)
				}
				results = append(results, dy)
			}
		}
		g.Return(results...)
		g.Settle()
		return g
	})
}

// pushForward builds the body of f in g, and the tangents of its values in g too, or on t where t is not nil. to and
// tan hold what f's parameters and their tangents have become, and get the same of all other values.
func pushForward(g *graph.Func, t *tape, f *graph.Func, to, tan *mapping) {
	type application struct {
		v    *graph.Value
		tans tangent
	}
	var bodies []application // whose results share what the rule makes
	for _, v := range f.Values {
		if v.Op == graph.Param {
			continue
		}
		w := Copy(g, v, to.all(v.Args))
		to.set(v, w)
		if v.Op.Kind == graph.Leaf {
			continue
		}
		tans := tan.all(v.Args)
		if !slices.ContainsFunc(tans, func(t *graph.Value) bool { return t != nil }) {
			continue
		}
		n := len(g.Values)
		if t != nil {
			t.pos = v.Pos
		}
		var shared tangent
		for _, s := range bodies {
			if v.Op.Bodies && graph.Siblings(s.v, v) {
				shared = s.tans
			}
		}
		if v.Op.Bodies && shared == nil {
			shared = bodyJVP(g, w, tans)
			bodies = append(bodies, application{v, shared})
		}
		tan.set(v, jvp(g, w, tans, shared))
		mark(g, n, v.Pos)
	}
}

// Linearize splits the derivative of f by the parameters wrt (nil: all that have one) into what depends on the point
// alone and what is linear. primal computes f's results and then the residuals: the values that the linear part needs.
// linear takes the residuals and then a tangent for each parameter in wrt, and gives a tangent for each result of f
// that has derivatives; it is linear in the tangents.
func Linearize(f *graph.Func, wrt []int) (primal, linear *graph.Func, err error) {
	linear, err = catch(func() *graph.Func {
		wrt := inexact(f, wrt)
		g, to := derive(f, f.Name+"_primal"), newMapping(f)
		for _, p := range f.Params {
			to.set(p, param(g, p))
		}
		t, tan := new(tape), newMapping(f)
		t.open(g)
		for _, i := range wrt {
			tan.set(f.Params[i], t.input(f.Params[i].Type))
		}
		pushForward(g, t, f, to, tan)
		g.Settle()
		l := t.split(f, wrt, tan)
		g.Return(slices.Concat(to.all(f.Results), l.residuals)...)
		primal = g
		return l.fn
	})
	if err != nil {
		return nil, nil, err
	}
	return primal, linear, nil
}

// split writes what was recorded as a function of its own, whose parameters are what it needs of the function below
// and then the inputs.
func (t *tape) split(f *graph.Func, wrt []int, tan *mapping) *linearPart {
	g := t.base.(*graph.Func)
	resolve := g.Solver().Resolve
	resolved := func(typ graph.Type) graph.Type {
		shape := make(graph.Shape, len(typ.Shape))
		for i, n := range typ.Shape {
			shape[i] = resolve(n)
		}
		return graph.Type{DType: typ.DType, Shape: shape}
	}
	l := &linearPart{fn: derive(g, f.Name+"_linear"), from: map[*graph.Value]*graph.Value{}}

	needed := make([]bool, t.n)
	for _, y := range f.Results {
		if dy := tan.get(y); dy != nil {
			needed[dy.ID] = true
		}
	}
	for k := t.n - 1; k >= 0; k-- {
		if needed[k] {
			for _, x := range t.values[k].Args {
				if x.Home == t {
					needed[x.ID] = true
				}
			}
		}
	}
	for k, v := range t.values[:t.n] {
		for _, x := range v.Args {
			if needed[k] && x.Home != t {
				l.need(x)
			}
		}
	}
	for i, r := range l.residuals {
		l.from[r] = l.fn.Param(fmt.Sprintf("r%d", i), r.Type)
		l.from[r].Pos = r.Pos
	}
	taken := namesOf(l.fn)
	for _, i := range wrt {
		p := f.Params[i]
		l.from[tan.get(p)] = l.fn.Param(taken.fresh("d"+p.Attr().Name), resolved(p.Type))
	}
	for k, v := range t.values[:t.n] {
		if needed[k] && v.Op != graph.Param {
			args := make([]*graph.Value, len(v.Args))
			for i, x := range v.Args {
				args[i] = l.value(x)
			}
			l.from[v] = graph.ApplyIn(l.fn, v.Op, v.Attrs.MapSizes(resolve), args...)
			l.from[v].Pos = v.Pos
		}
	}
	var results []*graph.Value
	for _, y := range f.Results {
		if !y.DType.IsInexact() {
			continue
		}
		dy := tan.get(y)
		if dy == nil {
			results = append(results, graph.Zeros(l.fn, resolved(y.Type)))
		} else {
			results = append(results, l.from[dy])
		}
	}
	l.fn.Return(results...)
	l.fn.Settle()
	return l
}

// linearPart is the linear function of a linearisation while it is built.
type linearPart struct {
	fn        *graph.Func
	residuals []*graph.Value                // values of the primal function
	from      map[*graph.Value]*graph.Value // recorded values, residuals and constants to values of fn
}

// need makes x a residual, unless it is a constant, which is cheaper to build again than to keep.
func (l *linearPart) need(x *graph.Value) {
	if _, seen := l.from[x]; !seen && !constant(x) {
		l.residuals = append(l.residuals, x)
		l.from[x] = nil
	}
}

// value is what x, recorded, residual or constant, has become in fn.
func (l *linearPart) value(x *graph.Value) *graph.Value {
	if v := l.from[x]; v != nil {
		return v
	}
	args := make([]*graph.Value, len(x.Args))
	for i, a := range x.Args {
		args[i] = l.value(a)
	}
	v := Copy(l.fn, x, args)
	l.from[x] = v
	return v
}

// constant reports whether x is built of constants and sizes alone, by moving them.
func constant(x *graph.Value) bool {
	switch x.Op {
	case graph.Const, graph.SizeOf, graph.Iota:
		return true
	}
	return x.Op.Kind == graph.Move && constant(x.Args[0])
}
