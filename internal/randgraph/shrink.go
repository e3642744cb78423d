package randgraph

import (
	"slices"

	"github.com/flambeau-ml/flambeau/graph"
)

// Shrink makes a function on which a test fails smaller, as long as it fails: it drops results, puts operands in
// place of what is computed from them and parameters in place of values, and drops what is not needed any more.
func Shrink(f *graph.Func, in []*graph.Array, fails func(*graph.Func, []*graph.Array) bool) (*graph.Func, []*graph.Array) {
	for again := true; again; {
		again = false
		try := func(results []*graph.Value, replace map[*graph.Value]*graph.Value, given map[*graph.Value]*graph.Array) bool {
			if len(results) == 0 {
				return false
			}
			g, gin := rebuild(f, in, results, replace, given)
			if len(g.Values) >= len(f.Values) && len(g.Results) >= len(f.Results) && len(given) == 0 || !fails(g, gin) {
				return false
			}
			f, in, again = g, gin, true
			return true
		}
		for k := len(f.Results) - 1; k >= 0 && len(f.Results) > 1; k-- {
			if k < len(f.Results) {
				try(slices.Delete(slices.Clone(f.Results), k, k+1), nil, nil)
			}
		}
		for k := len(f.Results) - 1; k >= 0; k-- {
			if k < len(f.Results) { // what a result is computed from, in its place
				try(slices.Concat(f.Results[:k], f.Results[k].Args, f.Results[k+1:]), nil, nil)
			}
		}
		for k := len(f.Values) - 1; k >= 0; k-- {
			if k >= len(f.Values) || f.Values[k].Op == graph.Param {
				continue
			}
			v := f.Values[k]
			same := slices.IndexFunc(v.Args, func(x *graph.Value) bool { return x.Type.Equal(v.Type) })
			if same >= 0 && try(f.Results, map[*graph.Value]*graph.Value{v: v.Args[same]}, nil) {
				continue
			}
			if a := valueOf(f, in, v); a != nil && len(v.Args) > 0 {
				try(f.Results, nil, map[*graph.Value]*graph.Array{v: a})
			}
		}
	}
	return f, in
}

// valueOf is what v evaluates to; nil where it does not.
func valueOf(f *graph.Func, in []*graph.Array, v *graph.Value) *graph.Array {
	out, err := graph.Eval(f.Computing(v), nil, in)
	if err != nil {
		return nil
	}
	return out[0]
}

// rebuild makes f again with other results, some values replaced by others and some by new parameters with the given
// inputs, without what is not needed.
func rebuild(f *graph.Func, in []*graph.Array, results []*graph.Value, replace map[*graph.Value]*graph.Value, given map[*graph.Value]*graph.Array) (*graph.Func, []*graph.Array) {
	needed := map[*graph.Value]bool{}
	var need func(v *graph.Value)
	need = func(v *graph.Value) {
		if w := replace[v]; w != nil {
			v = w
		}
		if needed[v] {
			return
		}
		needed[v] = true
		if given[v] == nil {
			for _, x := range v.Args {
				need(x)
			}
		}
	}
	for _, v := range results {
		need(v)
	}
	g, to := graph.NewFunc(f.Name), map[*graph.Value]*graph.Value{}
	var gin []*graph.Array
	get := func(vs []*graph.Value) []*graph.Value {
		out := make([]*graph.Value, len(vs))
		for i, v := range vs {
			if w := replace[v]; w != nil {
				v = w
			}
			out[i] = to[v]
		}
		return out
	}
	for i, p := range f.Params {
		if needed[p] {
			to[p] = g.Param(p.Attr().Name, p.Type)
			gin = append(gin, in[i])
		}
	}
	for _, v := range f.Values {
		switch {
		case !needed[v] || v.Op == graph.Param:
		case given[v] != nil:
			to[v] = g.Param("", v.Type)
			gin = append(gin, given[v])
		default:
			to[v] = g.Emit(v.Op, v.Attrs, get(v.Args), v.Type)
		}
	}
	g.Return(get(results)...)
	return g, gin
}
