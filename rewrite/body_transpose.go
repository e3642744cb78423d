package rewrite

import (
	"slices"

	"github.com/flambeau-ml/flambeau/graph"
)

// bodyTranspose is the cotangents of the operands in which an application is linear, given those of its results vs,
// which are siblings; a nil cotangent is zero. Results are by the number of the operand.
func bodyTranspose(b graph.Builder, vs []*graph.Value, cts []*graph.Value) map[int]*graph.Value {
	a := applicationOf(b.Solver(), vs[0])
	if len(a.body.Linear) == 0 {
		if a.Op == graph.While {
			graph.Fail(a.Op.Name, "has no derivative in reverse, since nobody knows how many steps it takes: a scan has one")
		}
		graph.Fail(a.Op.Name, "is not linear in the operands whose cotangents are asked for")
	}
	given := make([]*graph.Value, len(a.results()))
	for i, v := range vs {
		if cts[i] != nil {
			given[v.Attrs.Index] = add(given[v.Attrs.Index], cts[i])
		}
	}
	var at []int
	for k, ct := range given {
		if ct != nil {
			at = append(at, k)
		}
	}
	if len(at) == 0 {
		return nil
	}
	switch {
	case a.Op == graph.Scan:
		return a.transposeScan(b, given)
	case a.body.Transposed != nil:
		return a.transposeOwn(b, given)
	}
	return a.transposeCall(b, given, at)
}

// linearOperands are the parameters of the functions in which they are linear, and the others.
func (a *application) linearOperands() (linear, fixed []int) {
	for _, i := range a.body.Linear {
		linear = append(linear, i-a.first)
	}
	return linear, others(len(a.body.Funcs[0].Params), linear)
}

// byOperand makes a map of the results of an application: one for each operand in which a is linear.
func (a *application) byOperand(result func(k int) *graph.Value) map[int]*graph.Value {
	out := map[int]*graph.Value{}
	for k, i := range a.body.Linear {
		out[i] = result(k)
	}
	return out
}

// transposeCall is the transpose of a linear call or cond: a call or cond of the transposed functions, of the results
// that have cotangents.
func (a *application) transposeCall(b graph.Builder, given []*graph.Value, at []int) map[int]*graph.Value {
	linear, fixed := a.linearOperands()
	f := a.body.Funcs[0]
	second := uint64(0)
	if a.Op == graph.Cond {
		second = a.body.Funcs[1].Identity()
	}
	d := derived(f, func() *graph.Body {
		var fs []*graph.Func
		for _, f := range a.body.Funcs {
			ordered := selected(f, f.Name, slices.Concat(fixed, linear), at)
			fs = append(fs, built(Transpose(ordered, len(fixed))))
		}
		return closed(graph.Body{Funcs: fs, Version: a.body.Version})
	}, "transpose", a.Op.Name, linear, at, second, a.body.Version)
	args := slices.Clone(a.Args[:a.first])
	args = append(args, pick(a.Args[a.first:], fixed)...)
	args = append(args, pick(given, at)...)
	return a.byOperand(a.onto(b).apply(a.Op, derivedName("transpose", a.Attrs.Name), d, args))
}

// transposeOwn is the transpose of a composite's tangent: the composite's backward.
func (a *application) transposeOwn(b graph.Builder, given []*graph.Value) map[int]*graph.Value {
	_, fixed := a.linearOperands()
	back := a.body.Transposed
	d := derived(back, func() *graph.Body { return closed(graph.Body{Funcs: []*graph.Func{back}, Version: a.body.Version}) }, "backward", a.body.Version)
	args := pick(a.Args, fixed)
	for k, ct := range given {
		if ct == nil {
			ct = graph.Zeros(b, a.resultType(k))
		}
		args = append(args, ct)
	}
	return a.byOperand(a.onto(b).apply(graph.Call, derivedName("backward", a.Attrs.Name), d, args))
}

// onto is a as b's: what it makes of no operands of another builder's b makes.
func (a *application) onto(b graph.Builder) *application {
	v, c := *a.Value, *a
	v.Home = b
	c.Value = &v
	return &c
}

// resultType is the type of result k.
func (a *application) resultType(k int) graph.Type {
	y := a.results()[k]
	shape := make(graph.Shape, 0, len(y.Shape)+1)
	if a.Op == graph.Scan && k >= a.body.Carry {
		shape = append(shape, a.length[0])
	}
	for _, n := range y.Shape {
		shape = append(shape, n.Subst(a.lookup))
	}
	return graph.Type{DType: y.DType, Shape: shape}
}

// transposeScan is the transpose of a linear scan: a scan in the other direction. It carries the cotangents of what the
// scan carried, and adds up those of linear operands that stay unless that can be done once for all steps; it goes over
// those of the scan's other results, and gives those of linear operands that the scan went over.
func (a *application) transposeScan(b graph.Builder, given []*graph.Value) map[int]*graph.Value {
	consts, carry := a.body.Consts, a.body.Carry
	linear, fixed := a.linearOperands()
	var stay, over []int // of fixed
	for _, i := range fixed {
		if i < consts {
			stay = append(stay, i)
		} else {
			over = append(over, i)
		}
	}
	var dstay, dcarry, dover []int // of linear
	for _, i := range linear {
		switch {
		case i < consts:
			dstay = append(dstay, i)
		case i < consts+carry:
			dcarry = append(dcarry, i)
		default:
			dover = append(dover, i)
		}
	}
	if len(dcarry) != carry {
		graph.Fail(a.Op.Name, "a scan that is linear in some of what it carries alone has no transpose")
	}
	var ys []int // results along the scan that have cotangents
	for k := carry; k < len(given); k++ {
		if given[k] != nil {
			ys = append(ys, k)
		}
	}
	f := a.body.Funcs[0]
	type form struct {
		body *graph.Body
		sums []int           // of dstay: those that the scan adds up
		late map[int][]*term // of the others: what is added up once all steps are done
	}
	d := derived(f, func() form {
		results := append(sequence(0, carry), ys...)
		ordered := selected(f, f.Name, slices.Concat(stay, over, dcarry, dstay, dover), results)
		t := built(Transpose(ordered, len(fixed)))
		d := form{late: map[int][]*term{}}
		steady := sameEachStep(t, len(stay))
		given := slices.Clone(t.Results[:carry])
		for i := range dstay {
			if ts := terms(t.Results[carry+i], steady); ts != nil {
				d.late[i] = ts
			} else {
				d.sums, given = append(d.sums, i), append(given, t.Results[carry+i])
			}
		}
		given = append(given, t.Results[carry+len(dstay):]...)
		along := carry + len(d.sums) // the first result along the scan
		for i := range dstay {
			for _, m := range d.late[i] {
				for _, x := range m.of.Args {
					if k := slices.Index(t.Params[len(stay):len(fixed)], x); k >= 0 {
						m.from = append(m.from, factor{true, over[k]})
						continue
					}
					k := slices.Index(given[along:], x)
					if k < 0 {
						k, given = len(given)-along, append(given, x)
					}
					m.from = append(m.from, factor{false, along + k})
				}
			}
		}
		g := derive(f, f.Name+"_transpose")
		pstay := parameters(g, pick(f.Params, stay))
		cts := parameters(g, pick(f.Results, sequence(0, carry)))
		sums := parameters(g, pick(f.Params, pick(dstay, d.sums)))
		pover := parameters(g, pick(f.Params, over))
		cts = append(cts, parameters(g, pick(f.Results, ys))...)
		out := built(Inline(g, t.Computing(given...), slices.Concat(pstay, pover, cts)))
		for i, s := range sums {
			out[carry+i] = s.Add(out[carry+i])
		}
		g.Return(out...)
		g.Settle()
		d.body = closed(graph.Body{Funcs: []*graph.Func{live(g)}, Consts: len(stay), Carry: along, Reverse: !a.body.Reverse})
		return d
	}, "transpose of scan", linear, ys, consts, carry, a.body.Reverse)
	args := pick(a.Args, stay)
	for k := range carry {
		ct := given[k]
		if ct == nil {
			ct = graph.Zeros(b, a.resultType(k))
		}
		args = append(args, ct)
	}
	for _, i := range d.sums {
		args = append(args, graph.Zeros(b, a.Args[dstay[i]].Type))
	}
	args = append(args, pick(a.Args, over)...)
	args = append(args, pick(given, ys)...)
	result := a.onto(b).apply(graph.Scan, "", d.body, args)
	out := map[int]*graph.Value{}
	for k, i := range slices.Concat(dcarry, pick(dstay, d.sums), dover) {
		out[i] = result(k)
	}
	for i := range dstay {
		for _, t := range d.late[i] {
			var factors []*graph.Value
			for _, x := range t.from {
				if x.operand {
					factors = append(factors, a.Args[x.at])
				} else {
					factors = append(factors, result(x.at))
				}
			}
			out[dstay[i]] = add(out[dstay[i]], t.overSteps(a.lookup, factors))
		}
	}
	return out
}
