package rewrite

import (
	"fmt"
	"slices"

	"github.com/flambeau-ml/flambeau/graph"
)

// Pass is a step from graph to graph. Run leaves its argument as it is, and returns it where there is nothing to
// change; the result has the same parameters, numbers and symbolic sizes, and computes the same bits.
type Pass struct {
	Name string
	Run  func(*graph.Func) (*graph.Func, error)
}

// Standard are the passes that every program goes through, in their order. They keep what derivatives are, too, so
// that their result can be differentiated.
var Standard = []Pass{
	{"dead-code", DeadCode},
	{"fold", Fold},
	{"simplify", Simplify},
	{"common", Common},
	{"simplify-again", Simplify},
	{"fold-again", Fold},
}

// Final are the passes of a program that nobody will differentiate any more.
var Final = append([]Pass{{"unstop", Unstop}, {"share-scans", ShareScans}}, Standard...)

// Run applies passes in order. Where dump is not nil it sees the graph before and after each pass that changed it.
func Run(f *graph.Func, passes []Pass, dump func(pass string, before, after *graph.Func)) (*graph.Func, error) {
	for _, p := range passes {
		g, err := p.Run(f)
		if err != nil {
			return nil, fmt.Errorf("pass %s: %w", p.Name, err)
		}
		if dump != nil && g != f {
			dump(p.Name, f, g)
		}
		f = g
	}
	return f, nil
}

// rebuild makes f again, each value replaced by what visit makes of its copy: the copy itself where there is nothing to
// change. Values that nobody needs any more are left out.
func rebuild(f *graph.Func, visit func(v *graph.Value) *graph.Value) (*graph.Func, error) {
	return Replace(f, func(_, v *graph.Value) *graph.Value { return visit(v) })
}

// Replace makes f again, each value old replaced by what visit makes of it and its copy: the copy itself where there is
// nothing to change. Values that nobody needs any more are left out.
func Replace(f *graph.Func, visit func(old, v *graph.Value) *graph.Value) (*graph.Func, error) {
	return catch(func() *graph.Func {
		g, to, changed := derive(f, f.Name), newMapping(f), false
		for _, v := range f.Values {
			if v.Op == graph.Param {
				to.set(v, param(g, v))
				continue
			}
			w := Copy(g, v, to.all(v.Args))
			n := len(g.Values)
			u := visit(v, w)
			mark(g, n, v.Pos)
			to.set(v, u)
			changed = changed || u != w
		}
		if !changed {
			return f
		}
		g.Return(slices.Clone(to.all(f.Results))...)
		g.Settle()
		return live(g)
	})
}

// DeadCode leaves out the values that no result needs. Parameters and numbers stay: they are what the program is given.
func DeadCode(f *graph.Func) (*graph.Func, error) { return live(f), nil }

func live(f *graph.Func) *graph.Func {
	needed := make([]bool, len(f.Values))
	for _, y := range f.Results {
		needed[y.ID] = true
	}
	all := true
	for k := len(f.Values) - 1; k >= 0; k-- {
		v := f.Values[k]
		if v.Op == graph.Param || v.Op == graph.Number {
			needed[k] = true
		}
		all = all && needed[k]
		if needed[k] {
			for _, x := range v.Args {
				needed[x.ID] = true
			}
		}
	}
	if all {
		return f
	}
	g, to := derive(f, f.Name), newMapping(f)
	for k, v := range f.Values {
		switch {
		case v.Op == graph.Param:
			to.set(v, param(g, v))
		case needed[k]:
			to.set(v, Copy(g, v, to.all(v.Args)))
		}
	}
	g.Return(slices.Clone(to.all(f.Results))...)
	return g
}
