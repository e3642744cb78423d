package rewrite

import (
	"fmt"
	"slices"

	"github.com/flambeau-ml/flambeau/graph"
)

// VJPFunc is the function that computes f and its derivative transposed: of f's parameters x… and then a cotangent for
// each of f's results that has derivatives, it computes f's results y… and then a cotangent for each of the parameters
// wrt (nil: all that have derivatives).
func VJPFunc(f *graph.Func, wrt []int) (*graph.Func, error) {
	return catch(func() *graph.Func {
		var taken names
		return pullBack(f, f.Name+"_vjp", wrt, func(g *graph.Func, i int, y *graph.Value) *graph.Value {
			if taken == nil {
				taken = namesOf(g)
			}
			return g.Param(taken.fresh(fmt.Sprintf("ct%d", i)), y.Type)
		})
	})
}

// Grad is the function that computes f and the gradient of its first result, a floating scalar: of f's parameters x… it
// computes f's results y… and then the gradient by each of the parameters wrt (nil: all that have derivatives).
func Grad(f *graph.Func, wrt []int) (*graph.Func, error) {
	return catch(func() *graph.Func {
		if len(f.Results) == 0 || !f.Results[0].DType.IsFloat() || f.Results[0].Rank() != 0 {
			graph.Fail(f.Name, "has no gradient: its first result is not a floating scalar")
		}
		return pullBack(f, f.Name+"_grad", wrt, func(g *graph.Func, i int, y *graph.Value) *graph.Value {
			if i > 0 {
				return nil
			}
			return graph.NewConst(g, y.DType, graph.FloatOf(1))
		})
	})
}

// pullBack builds f and then the cotangents of its parameters wrt, in a new function; seed makes the cotangent of the
// result i, nil where it is zero.
func pullBack(f *graph.Func, name string, wrt []int, seed func(g *graph.Func, i int, y *graph.Value) *graph.Value) *graph.Func {
	wrt = inexact(f, wrt)
	g, to := derive(f, name), newMapping(f)
	active := make([]bool, len(f.Values)) // whose cotangent reaches a parameter of wrt
	for _, p := range f.Params {
		to.set(p, param(g, p))
	}
	for _, i := range wrt {
		active[f.Params[i].ID] = true
	}
	cts := newMapping(f) // a result that is returned twice has the sum
	for i, y := range f.Results {
		if y.DType.IsInexact() {
			cts.set(y, add(cts.get(y), seed(g, i, y)))
		}
	}
	for _, v := range f.Values {
		if v.Op == graph.Param {
			continue
		}
		to.set(v, Copy(g, v, to.all(v.Args)))
		for _, x := range v.Args {
			active[v.ID] = active[v.ID] || active[x.ID] && v.DType.IsInexact()
		}
	}
	var want []bool
	for k := len(f.Values) - 1; k >= 0; k-- {
		v := f.Values[k]
		vs := siblings(f.Values, k)
		if v.Op.Kind == graph.Leaf || !active[k] || len(vs) == 0 {
			continue
		}
		want = want[:0]
		for _, x := range v.Args {
			want = append(want, active[x.ID])
		}
		n := len(g.Values)
		for i, ct := range VJPs(g, slices.Clone(to.all(vs)), slices.Clone(cts.all(vs)), want) {
			cts.set(v.Args[i], add(cts.get(v.Args[i]), ct))
		}
		mark(g, n, v.Pos)
	}
	results := slices.Clone(to.all(f.Results))
	for _, i := range wrt {
		ct := cts.get(f.Params[i])
		if ct == nil {
			ct = graph.Zeros(g, to.get(f.Params[i]).Type)
		}
		results = append(results, ct)
	}
	g.Return(results...)
	g.Settle()
	return g
}

// siblings lists the results of the application that values[k] is a result of: none unless it is the first of them,
// and itself alone where its primitive has one result.
func siblings(values []*graph.Value, k int) []*graph.Value {
	v := values[k]
	if !v.Op.Bodies {
		return values[k : k+1]
	}
	same := func(w *graph.Value) bool { return graph.Siblings(v, w) }
	if slices.ContainsFunc(values[:k], same) {
		return nil
	}
	out := values[k : k+1 : k+1]
	for _, w := range values[k+1:] {
		if same(w) {
			out = append(out, w)
		}
	}
	return out
}
