package rewrite

import (
	"slices"

	"github.com/flambeau-ml/flambeau/graph"
)

// scanLinear is the derivative of a scan. Its variant gives all residuals of each step that are not operands anyway; the
// linear scan gets, as what stays, the operands that stay which it needs and tangents of such; it carries tangents; and
// it goes over residuals, operands and tangents of operands that the scan goes over.
type scanLinear struct {
	linearized
	stay, over []residual // fixed operands of the linear scan
	dstay      []int      // parameters of the step whose tangents stay, are carried, are gone over
	dcarry     []int
	dover      []int
}

// scanTangent is the tangent of a scan.
func (a *application) scanTangent(on []bool, tans []*graph.Value) tangent {
	f := a.body.Funcs[0]
	consts, carry := a.body.Consts, a.body.Carry
	out := carried(f, consts, carry, on)
	wrt := places(on)
	d := derived(f, func() *scanLinear { return linearizeScan(f, a.body, wrt, places(out)) }, "tangent of scan", wrt, consts, carry, a.body.Reverse)
	variant := a.apply(graph.Scan, "", d.variant, a.Args)
	value := func(r residual) *graph.Value {
		if r.operand {
			return a.Args[r.at]
		}
		return variant(r.at)
	}
	var args []*graph.Value
	for _, r := range d.stay {
		args = append(args, value(r))
	}
	args = append(args, pick(tans, d.dstay)...)
	args = append(args, a.begin(tans, d.dcarry)...)
	for _, r := range d.over {
		args = append(args, value(r))
	}
	args = append(args, pick(tans, d.dover)...)
	return a.tangents(graph.Scan, "", d.linear, args, d.of)
}

// linearizeScan linearises the step f of a scan by the parameters wrt; out are the results with tangents.
func linearizeScan(f *graph.Func, body *graph.Body, wrt, out []int) *scanLinear {
	consts, carry := body.Consts, body.Carry
	d := &scanLinear{}
	for _, i := range wrt {
		switch {
		case i < consts:
			d.dstay = append(d.dstay, i)
		case i < consts+carry:
			d.dcarry = append(d.dcarry, i)
		default:
			d.dover = append(d.dover, i)
		}
	}
	for _, i := range d.dcarry {
		d.of = append(d.of, i-consts)
	}
	for _, k := range out {
		if k >= carry {
			d.of = append(d.of, k)
		}
	}
	_, linear, primal := split(f, wrt)
	d.own = len(f.Results)

	// What depends on nothing but operands that stay is computed again from them rather than kept for each step.
	steady := make([]bool, len(primal.Values))
	for _, v := range primal.Values {
		steady[v.ID] = v.Op.Kind == graph.Leaf && v.Op != graph.Param || slices.Contains(primal.Params[:consts], v)
		if len(v.Args) > 0 {
			steady[v.ID] = true
			for _, x := range v.Args {
				steady[v.ID] = steady[v.ID] && steady[x.ID]
			}
		}
	}
	variant := slices.Clone(primal.Results[:d.own])
	var stays []int // parameters of f
	kept := map[*graph.Value]int{}
	need := func(v *graph.Value) {
		var visit func(v *graph.Value)
		visit = func(v *graph.Value) {
			if i := slices.Index(primal.Params, v); i >= 0 && !slices.Contains(stays, i) {
				stays = append(stays, i)
			}
			for _, x := range v.Args {
				visit(x)
			}
		}
		visit(v)
	}
	for _, r := range primal.Results[d.own:] {
		i := slices.Index(primal.Params, r)
		switch {
		case steady[r.ID]:
			need(r)
		case i >= consts+carry:
		default:
			if _, seen := kept[r]; !seen {
				kept[r] = len(variant)
				variant = append(variant, r)
			}
		}
	}
	slices.Sort(stays)
	for _, i := range stays {
		d.stay = append(d.stay, residual{true, i})
	}
	// The residuals that are gone over, each once.
	var over []*graph.Value
	for _, r := range primal.Results[d.own:] {
		if steady[r.ID] || slices.Contains(over, r) {
			continue
		}
		over = append(over, r)
		if i := slices.Index(primal.Params, r); i >= consts+carry {
			d.over = append(d.over, residual{true, i})
		} else {
			d.over = append(d.over, residual{false, kept[r]})
		}
	}
	step := derive(f, f.Name+"_tangent")
	from := map[*graph.Value]*graph.Value{}
	for _, i := range stays {
		from[primal.Params[i]] = step.Param("", primal.Params[i].Type)
	}
	dstay := parameters(step, pick(f.Params, d.dstay))
	dcarry := parameters(step, pick(f.Params, d.dcarry))
	for _, r := range over {
		from[r] = step.Param("", r.Type)
	}
	dover := parameters(step, pick(f.Params, d.dover))
	var again func(v *graph.Value) *graph.Value
	again = func(v *graph.Value) *graph.Value {
		if w := from[v]; w != nil {
			return w
		}
		args := make([]*graph.Value, len(v.Args))
		for i, x := range v.Args {
			args[i] = again(x)
		}
		from[v] = Copy(step, v, args)
		return from[v]
	}
	var args []*graph.Value
	for _, r := range primal.Results[d.own:] {
		args = append(args, again(r))
	}
	dys := built(Inline(step, linear, slices.Concat(args, dstay, dcarry, dover)))
	of := inexactResults(f)
	var results []*graph.Value
	for _, k := range d.of {
		results = append(results, dys[slices.Index(of, k)])
	}
	step.Return(results...)
	step.Settle()

	primal = returning(primal, f.Name+"_residuals", primal.Params, variant)
	primal.Derived(variantOf, func() any { return f })
	d.variant = closed(graph.Body{Funcs: []*graph.Func{primal}, Consts: consts, Carry: carry, Reverse: body.Reverse})
	n := len(stays)
	first := n + len(d.dstay) + len(d.dcarry)
	d.linear = closed(graph.Body{
		Funcs: []*graph.Func{live(step)}, Consts: n + len(d.dstay), Carry: len(d.dcarry), Reverse: body.Reverse,
		Linear: slices.Concat(sequence(n, len(d.dstay)+len(d.dcarry)), sequence(first+len(over), len(d.dover))),
	})
	return d
}
