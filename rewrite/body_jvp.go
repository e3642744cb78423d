package rewrite

import (
	"slices"

	"github.com/flambeau-ml/flambeau/graph"
)

// tangent gives the tangent of a result of an application; nil is zero.
type tangent func(k int) *graph.Value

// bodyJVP is the tangents of the results of the application that v is a result of. What it makes with tangents among
// the operands is linear in them, so that it can be transposed; but not the tangent of while.
func bodyJVP(b graph.Builder, v *graph.Value, tans []*graph.Value) tangent {
	a := applicationOf(b.Solver(), v)
	tans = slices.Clone(tans)
	on := make([]bool, len(v.Args)-a.first)
	for i, t := range tans[a.first:] {
		on[i] = t != nil
	}
	switch v.Op {
	case graph.Call:
		if a.body.Backward != nil {
			return a.ownTangent(on, tans)
		}
		return a.callTangent(on, tans)
	case graph.Cond:
		return a.condTangent(on, tans)
	case graph.While:
		return a.whileTangent(on, tans)
	}
	return a.scanTangent(on, tans)
}

// linearized is the derivative of a function: variant gives its results and then residuals, linear a tangent for each
// of the results that of lists.
type linearized struct {
	variant *graph.Body
	own     int // results that are not residuals
	linear  *graph.Body
	fixed   []residual // the operands of linear that are not tangents
	of      []int      // which result's tangent each result of linear is
}

// residual says where an operand of the linear part comes from: result or operand number at.
type residual struct {
	operand bool
	at      int
}

// callTangent is the tangent of a call: the linear part is a call of what the variant with residuals gives.
func (a *application) callTangent(on []bool, tans []*graph.Value) tangent {
	f := a.body.Funcs[0]
	wrt := places(on)
	d := derived(f, func() *linearized {
		_, linear, primal := split(f, wrt)
		d := &linearized{own: len(f.Results), variant: closed(graph.Body{Funcs: []*graph.Func{primal}, Version: a.body.Version})}
		n := len(linear.Params) - len(wrt)
		for k := range n {
			d.fixed = append(d.fixed, from(primal, d.own+k))
		}
		d.of = inexactResults(f)
		d.linear = closed(graph.Body{Funcs: []*graph.Func{linear}, Linear: sequence(n, len(wrt)), Version: a.body.Version})
		return d
	}, "tangent of call", wrt, a.body.Version)
	variant := a.apply(graph.Call, derivedName("residuals", a.Attrs.Name), d.variant, a.Args)
	var args []*graph.Value
	for _, r := range d.fixed {
		if r.operand {
			args = append(args, a.Args[r.at])
		} else {
			args = append(args, variant(r.at))
		}
	}
	return a.tangents(graph.Call, derivedName("tangent", a.Attrs.Name), d.linear, append(args, pick(tans, wrt)...), d.of)
}

// tangents are the results of op with body, of args: result i is the tangent of result of[i].
func (a *application) tangents(op *graph.Primitive, name string, body *graph.Body, args []*graph.Value, of []int) tangent {
	results := a.apply(op, name, body, args)
	return func(k int) *graph.Value {
		if i := slices.Index(of, k); i >= 0 {
			return results(i)
		}
		return nil
	}
}

// derivedName is the name of what is made of a composite; what has no name stays without.
func derivedName(what, name string) string {
	if name == "" {
		return ""
	}
	return what + "(" + name + ")"
}

// split linearises f, and also returns f itself.
func split(f *graph.Func, wrt []int) (of, linear, primal *graph.Func) {
	primal, linear, err := Linearize(f, wrt)
	built(0, err)
	return f, linear, primal
}

// from says where result k of f comes from: from a parameter as it is, or from f.
func from(f *graph.Func, k int) residual {
	if i := slices.Index(f.Params, f.Results[k]); i >= 0 {
		return residual{true, i}
	}
	return residual{false, k}
}

// inexactResults lists the results of f that have derivatives.
func inexactResults(f *graph.Func) []int {
	var out []int
	for i, y := range f.Results {
		if y.DType.IsInexact() {
			out = append(out, i)
		}
	}
	return out
}

// sequence is from, from+1 … of n numbers.
func sequence(from, n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = from + i
	}
	return out
}

// ownTangent is the tangent of a composite with a backward of its own. It is computed from the operands as that of any
// function would be, and transposed to the composite's backward.
func (a *application) ownTangent(on []bool, tans []*graph.Value) tangent {
	f, hidden := a.body.Funcs[0], a.body.Hidden
	wrt := places(on)
	type forms struct{ variant, linear *graph.Body }
	d := derived(hidden, func() forms {
		tangent := derive(f, f.Name+"_tangent")
		operands := parameters(tangent, f.Params)
		parameters(tangent, hidden.Results)
		dxs := parameters(tangent, pick(f.Params, wrt))
		_, linear, primal := split(f, wrt)
		ys := built(Inline(tangent, primal, operands))
		tangent.Return(built(Inline(tangent, linear, append(ys[len(f.Results):], dxs...)))...)
		tangent.Settle()
		fixed := len(f.Params) + len(hidden.Results)
		var inexact []int
		for i, p := range f.Params {
			if p.DType.IsInexact() {
				inexact = append(inexact, i)
			}
		}
		var kept []int
		for _, i := range wrt {
			kept = append(kept, slices.Index(inexact, i))
		}
		back := selected(a.body.Backward, a.body.Backward.Name, sequence(0, len(a.body.Backward.Params)), kept)
		return forms{
			closed(graph.Body{Funcs: []*graph.Func{hidden}, Version: a.body.Version}),
			closed(graph.Body{Funcs: []*graph.Func{live(tangent)}, Linear: sequence(fixed, len(wrt)), Transposed: back, Version: a.body.Version}),
		}
	}, "own tangent", wrt, f.Identity(), a.body.Backward.Identity(), a.body.Version)
	variant := a.apply(graph.Call, derivedName("residuals", a.Attrs.Name), d.variant, a.Args)
	args := slices.Clone(a.Args)
	for i := range hidden.Results {
		args = append(args, variant(i))
	}
	return a.tangents(graph.Call, derivedName("tangent", a.Attrs.Name), d.linear, append(args, pick(tans, wrt)...), inexactResults(f))
}

// condTangent is the tangent of a cond: a cond of the branches' tangents, each of which computes again what it needs.
func (a *application) condTangent(on []bool, tans []*graph.Value) tangent {
	wrt := places(on)
	yes, no := a.body.Funcs[0], a.body.Funcs[1]
	d := derived(yes, func() *graph.Body {
		var fs []*graph.Func
		for _, f := range a.body.Funcs {
			fs = append(fs, tangentOf(f, wrt))
		}
		return closed(graph.Body{Funcs: fs, Linear: sequence(1+len(yes.Params), len(wrt))})
	}, "tangent of cond", wrt, no.Identity())
	return a.tangents(graph.Cond, "", d, slices.Concat(a.Args, pick(tans[1:], wrt)), inexactResults(yes))
}

// tangentOf is the function of f's parameters and a tangent for each of wrt that gives a tangent for each inexact result.
func tangentOf(f *graph.Func, wrt []int) *graph.Func {
	g := derive(f, f.Name+"_tangent")
	operands := parameters(g, f.Params)
	dxs := parameters(g, pick(f.Params, wrt))
	_, linear, primal := split(f, wrt)
	ys := built(Inline(g, primal, operands))
	g.Return(built(Inline(g, linear, append(ys[len(f.Results):], dxs...)))...)
	g.Settle()
	return live(g)
}

// whileTangent is the tangent of a while: a while that carries tangents along. Its condition does not see them.
func (a *application) whileTangent(on []bool, tans []*graph.Value) tangent {
	step := a.body.Funcs[1]
	consts, carry := a.body.Consts, a.body.Carry
	carried(step, consts, carry, on)
	wrt := places(on)
	var fixed, moving []int // tangents of what stays and of what is carried, as parameters of the step
	for _, i := range wrt {
		if i < consts {
			fixed = append(fixed, i)
		} else {
			moving = append(moving, i)
		}
	}
	d := derived(step, func() *graph.Body {
		build := func(f *graph.Func, results func(g *graph.Func, ps, dfixed, dmoving []*graph.Value) []*graph.Value) *graph.Func {
			g := derive(f, f.Name+"_jvp")
			ps := parameters(g, f.Params[:consts])
			dfixed := parameters(g, pick(f.Params, fixed))
			ps = append(ps, parameters(g, f.Params[consts:])...)
			dmoving := parameters(g, pick(f.Params, moving))
			g.Return(results(g, ps, dfixed, dmoving)...)
			g.Settle()
			return g
		}
		test := build(a.body.Funcs[0], func(g *graph.Func, ps, _, _ []*graph.Value) []*graph.Value {
			return built(Inline(g, a.body.Funcs[0], ps))
		})
		next := build(step, func(g *graph.Func, ps, dfixed, dmoving []*graph.Value) []*graph.Value {
			_, linear, primal := split(step, wrt)
			ys := built(Inline(g, primal, ps))
			dys := built(Inline(g, linear, slices.Concat(ys[carry:], dfixed, dmoving)))
			results := ys[:carry:carry]
			of := inexactResults(step)
			for _, i := range moving {
				results = append(results, dys[slices.Index(of, i-consts)])
			}
			return results
		})
		return closed(graph.Body{Funcs: []*graph.Func{test, next}, Consts: consts + len(fixed), Carry: carry + len(moving)})
	}, "tangent of while", wrt, consts, a.body.Funcs[0].Identity())
	args := slices.Clone(a.Args[:consts])
	args = append(args, a.begin(tans, fixed)...)
	args = append(args, a.Args[consts:]...)
	args = append(args, a.begin(tans, moving)...)
	of := slices.Repeat([]int{-1}, carry)
	for _, i := range moving {
		of = append(of, i-consts)
	}
	return a.tangents(graph.While, "", d, args, of)
}

// begin are the tangents of operands at, zeros where they have none: of what is carried and begins without.
func (a *application) begin(tans []*graph.Value, at []int) []*graph.Value {
	out := make([]*graph.Value, len(at))
	for i, k := range at {
		if out[i] = tans[k]; out[i] == nil {
			out[i] = graph.Zeros(a.Home, a.Args[k].Type)
		}
	}
	return out
}
