package rewrite

import (
	"sync"

	"github.com/flambeau-ml/flambeau/graph"
)

// VJP is the cotangents of v's operands, given the cotangent ct of v; all are values of b, the home of v. The JVP rule
// of v is linearised: what does not depend on tangents b builds at once (residuals); the linear part is transposed into
// b. want says of which operands the cotangent is asked for. A nil result is zero, and so is a nil ct. Of a primitive
// with bodies, VJPs of all results at a time is cheaper.
func VJP(b graph.Builder, v *graph.Value, ct *graph.Value, want []bool) []*graph.Value {
	return VJPs(b, []*graph.Value{v}, []*graph.Value{ct}, want)
}

// VJPs is VJP for several results of one application, see graph.Siblings, given a cotangent of each.
func VJPs(b graph.Builder, vs, cts []*graph.Value, want []bool) []*graph.Value {
	v := vs[0]
	out := make([]*graph.Value, len(v.Args))
	some := false
	for i, ct := range cts {
		if ct == nil || !vs[i].DType.IsInexact() {
			continue
		}
		if !sameType(b.Solver(), ct.Type, vs[i].Type) {
			graph.Fail(v.Op.Name, "the cotangent %s of a value %s must be of its type", ct.Type, vs[i].Type)
		}
		some = true
	}
	if !some {
		return out
	}
	asked, linear := false, true
	for i, x := range v.Args {
		if want[i] && x.DType.IsInexact() {
			asked, linear = true, linear && v.IsLinear(i)
		}
	}
	switch {
	case !asked:
	case v.Op.JVP == nil && !v.Op.Bodies:
		missingJVP(v.Op)
	case linear && v.Op.Bodies:
		for i, ct := range bodyTranspose(b, vs, cts) {
			if want[i] {
				out[i] = ct
			}
		}
	case linear: // its own linear part, in each operand with the others fixed
		for i, x := range v.Args {
			if want[i] && x.DType.IsInexact() {
				out[i] = cotangent(b, v, i, cts[0])
			}
		}
	default:
		t := pool.Get().(*tape)
		t.open(b)
		t.pullBack(vs, cts, want, out)
		t.close()
		pool.Put(t)
	}
	return out
}

// pool keeps tapes: VJP runs for every node of every step.
var pool = sync.Pool{New: func() any { return new(tape) }}

// pullBack is VJPs by way of the JVP rule.
func (t *tape) pullBack(vs, seeds []*graph.Value, want []bool, out []*graph.Value) {
	v := vs[0]
	tans := t.tangents(len(v.Args))
	n := 0
	for i, x := range v.Args {
		if want[i] && x.DType.IsInexact() {
			tans[i] = t.input(x.Type)
			n++
		}
	}
	dvs := make([]*graph.Value, len(vs))
	var shared tangent
	if v.Op.Bodies {
		shared = bodyJVP(t.base, v, tans)
	}
	for i, v := range vs {
		if seeds[i] != nil {
			dvs[i] = jvp(t.base, v, tans, shared)
		}
	}
	t.sealed = true
	cts := t.cotangents()
	for i, dv := range dvs {
		t.seed(cts, dv, seeds[i], v.Op)
	}
	t.sweep(cts, n, nil)
	k := 0
	for i := range v.Args {
		if tans[i] != nil {
			out[i] = cts[k]
			k++
		}
	}
}

// PushForward is the tangents of results vs of one application, see graph.Siblings, given those of its operands, one of
// which is not nil; a nil tangent is zero. All are values of b, the home of vs.
func PushForward(b graph.Builder, vs, tans []*graph.Value) []*graph.Value {
	out := make([]*graph.Value, len(vs))
	var shared tangent
	if vs[0].Op.Bodies {
		shared = bodyJVP(b, vs[0], tans)
	}
	for i, v := range vs {
		out[i] = jvp(b, v, tans, shared)
	}
	return out
}

// jvp is the tangent of v by its rule, checked. Values that have no derivative have no tangent. shared is what
// bodyJVP gave for the application that v is a result of; nil where v's primitive has a rule of its own.
func jvp(b graph.Builder, v *graph.Value, tans []*graph.Value, shared tangent) *graph.Value {
	if !v.DType.IsInexact() {
		return nil
	}
	var dv *graph.Value
	switch {
	case shared != nil:
		dv = shared(v.Attrs.Index)
	case v.Op.JVP == nil:
		missingJVP(v.Op)
	default:
		dv = v.Op.JVP(v, tans)
	}
	if dv != nil && !sameType(b.Solver(), dv.Type, v.Type) {
		graph.Fail(v.Op.Name, "its JVP rule gives a tangent %s to a value %s", dv.Type, v.Type)
	}
	return dv
}

// missingJVP is the loud error for a primitive that would be differentiated and has no rule.
func missingJVP(op *graph.Primitive) {
	graph.Fail(op.Name, "has no JVP rule: %s", op.NoGradient)
}

// cotangent is what the transpose rule of v says for operand i, checked; nil is zero.
func cotangent(b graph.Builder, v *graph.Value, i int, ct *graph.Value) *graph.Value {
	if !v.IsLinear(i) {
		graph.Fail(v.Op.Name, "has no transpose rule for operand %d, in which it is not linear", i)
	}
	c := v.Op.Transpose(v, i, ct)
	if c != nil && !sameType(b.Solver(), c.Type, v.Args[i].Type) {
		graph.Fail(v.Op.Name, "its transpose rule gives operand %d, %s, a cotangent %s", i, v.Args[i].Type, c.Type)
	}
	return c
}

// sameType reports whether t and u are the same type as far as s knows. Sizes that only a guard makes equal count as
// equal, and the guard is kept.
func sameType(s *graph.Solver, t, u graph.Type) bool {
	return t.DType == u.DType && s.SameShape(t.Shape, u.Shape)
}

// add sums two cotangents; nil is zero.
func add(x, y *graph.Value) *graph.Value {
	switch {
	case x == nil:
		return y
	case y == nil:
		return x
	}
	return x.Add(y)
}
