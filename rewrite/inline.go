package rewrite

import (
	"slices"

	"github.com/flambeau-ml/flambeau/graph"
)

// InlineCalls replaces calls by what their functions compute, but for those that whole accepts: composites that a backend
// takes whole. A nil function accepts none.
func InlineCalls(f *graph.Func, whole func(v *graph.Value) bool) (*graph.Func, error) {
	if whole == nil {
		whole = func(*graph.Value) bool { return false }
	}
	var done []inlined
	return rebuild(f, func(v *graph.Value) *graph.Value {
		if v.Op != graph.Call || whole(v) {
			return v
		}
		return inlineCall(v.Home, v, whole, &done)
	})
}

// inlined is an application of a function that was replaced by its results.
type inlined struct {
	v       *graph.Value
	results []*graph.Value
}

// inlineCall builds in b what the call v computes; done are the calls so far, whose results siblings share.
func inlineCall(b graph.Builder, v *graph.Value, whole func(v *graph.Value) bool, done *[]inlined) *graph.Value {
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
		inner := &graph.Value{Type: w.Type, Op: w.Op, Attrs: attrs, Args: args, Home: b}
		if w.Op == graph.Call && !whole(inner) {
			u = inlineCall(b, inner, whole, done)
		} else {
			u = graph.ApplyIn(b, w.Op, attrs, args...)
		}
		to.set(w, u)
	}
	results := slices.Clone(to.all(f.Results))
	*done = append(*done, inlined{v, results})
	return results[v.Attrs.Index]
}

// ShareCalls lets a composite take its results from a variant of it that gives more, where both are called with the same
// operands: what its backward needs of it is computed along with its results.
func ShareCalls(f *graph.Func) (*graph.Func, error) {
	variants := map[*graph.Func][]*graph.Value{} // calls by their functions
	hidden := false
	for _, v := range f.Values {
		if v.Op == graph.Call {
			variants[v.Attrs.Body.Funcs[0]] = append(variants[v.Attrs.Body.Funcs[0]], v)
			hidden = hidden || v.Attrs.Body.Hidden != nil
		}
	}
	if !hidden {
		return f, nil
	}
	return Replace(f, func(old, v *graph.Value) *graph.Value {
		if v.Op != graph.Call || v.Attrs.Body.Hidden == nil {
			return v
		}
		for _, w := range variants[v.Attrs.Body.Hidden] {
			if slices.Equal(w.Args, old.Args) && graph.Shape(w.Attrs.Shape).Equal(old.Attrs.Shape) {
				attrs := *w.Attrs
				attrs.Index = v.Attrs.Index
				return graph.ApplyIn(v.Home, graph.Call, &attrs, v.Args...)
			}
		}
		return v
	})
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
