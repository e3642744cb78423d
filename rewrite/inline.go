package rewrite

import (
	"slices"

	"github.com/flambeau-ml/flambeau/graph"
)

// InlineCalls replaces calls by what their functions compute: for a backend that takes no composite whole.
func InlineCalls(f *graph.Func) (*graph.Func, error) {
	var done []inlined
	return rebuild(f, func(v *graph.Value) *graph.Value {
		if v.Op != graph.Call {
			return v
		}
		return inlineCall(v.Home, v, &done)
	})
}

// inlined is an application of a function that was replaced by its results.
type inlined struct {
	v       *graph.Value
	results []*graph.Value
}

// inlineCall builds in b what the call v computes; done are the calls so far, whose results siblings share.
func inlineCall(b graph.Builder, v *graph.Value, done *[]inlined) *graph.Value {
	for _, d := range *done {
		if graph.Siblings(d.v, v) {
			return d.results[v.Attrs.Index]
		}
	}
	a := applicationOf(b.Solver(), v)
	f := a.body.Funcs[0]
	to := newMapping(f)
	for i, p := range f.Params {
		to.set(p, v.Args[i])
	}
	subst := func(n graph.Size) graph.Size { return n.Subst(a.lookup) }
	for _, w := range f.Values {
		if w.Op == graph.Param {
			continue
		}
		args := slices.Clone(to.all(w.Args))
		attrs := w.Attrs.MapSizes(subst)
		var u *graph.Value
		if w.Op == graph.Call {
			inner := &graph.Value{Type: w.Type, Op: w.Op, Attrs: attrs, Args: args, Home: b}
			u = inlineCall(b, inner, done)
		} else {
			u = graph.ApplyIn(b, w.Op, attrs, args...)
		}
		to.set(w, u)
	}
	results := slices.Clone(to.all(f.Results))
	*done = append(*done, inlined{v, results})
	return results[v.Attrs.Index]
}

// variantOf marks a function as f with more results.
const variantOf = "variant of"

// ShareScans lets a scan take its results from one that does the same and gives more: what the derivative of a scan
// needs of it is computed along with its results.
func ShareScans(f *graph.Func) (*graph.Func, error) {
	var scans []*graph.Value
	for _, v := range f.Values {
		if v.Op == graph.Scan {
			scans = append(scans, v)
		}
	}
	if len(scans) < 2 {
		return f, nil
	}
	wider := func(v *graph.Value) *graph.Body {
		for _, w := range scans {
			a, b := v.Attrs.Body, w.Attrs.Body
			if b.Consts == a.Consts && b.Carry == a.Carry && b.Reverse == a.Reverse && slices.Equal(v.Args, w.Args) &&
				b.Funcs[0].Derived(variantOf, func() any { return (*graph.Func)(nil) }) == any(a.Funcs[0]) && len(a.Free) == 0 && len(b.Free) == 0 {
				return b
			}
		}
		return nil
	}
	at := 0
	return rebuild(f, func(v *graph.Value) *graph.Value {
		if v.Op != graph.Scan {
			return v
		}
		old := scans[at]
		at++
		if b := wider(old); b != nil {
			attrs := *v.Attrs
			attrs.Body = b
			return graph.ApplyIn(v.Home, graph.Scan, &attrs, v.Args...)
		}
		return v
	})
}

// Returning is f with only those of its results that are listed.
func Returning(f *graph.Func, results []int) *graph.Func {
	return selected(f, f.Name, sequence(0, len(f.Params)), results)
}
