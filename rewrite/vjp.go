package rewrite

import (
	"sync"

	"github.com/flambeau-ml/flambeau/graph"
)

// VJP is the cotangents of v's operands, given the cotangent ct of v; all are values of b, the home of v. The JVP rule
// of v is linearised: what does not depend on tangents b builds at once (residuals); the linear part is transposed into
// b. want says of which operands the cotangent is asked for. A nil result is zero, and so is a nil ct.
func VJP(b graph.Builder, v *graph.Value, ct *graph.Value, want []bool) []*graph.Value {
	out := make([]*graph.Value, len(v.Args))
	if ct == nil || !v.DType.IsInexact() {
		return out
	}
	if !sameType(b.Solver(), ct.Type, v.Type) {
		graph.Fail(v.Op.Name, "the cotangent %s of a value %s must be of its type", ct.Type, v.Type)
	}
	asked, linear := false, true
	for i, x := range v.Args {
		if want[i] && x.DType.IsInexact() {
			asked, linear = true, linear && v.Op.IsLinear(i)
		}
	}
	switch {
	case !asked:
	case v.Op.JVP == nil:
		missingJVP(v.Op)
	case linear: // its own linear part, in each operand with the others fixed
		for i, x := range v.Args {
			if want[i] && x.DType.IsInexact() {
				out[i] = cotangent(b, v, i, ct)
			}
		}
	default:
		t := pool.Get().(*tape)
		t.open(b)
		t.pullBack(v, ct, want, out)
		t.close()
		pool.Put(t)
	}
	return out
}

// pool keeps tapes: VJP runs for every node of every step.
var pool = sync.Pool{New: func() any { return new(tape) }}

// pullBack is VJP by way of the JVP rule.
func (t *tape) pullBack(v, ct *graph.Value, want []bool, out []*graph.Value) {
	tans := t.tangents(len(v.Args))
	n := 0
	for i, x := range v.Args {
		if want[i] && x.DType.IsInexact() {
			tans[i] = t.input(x.Type)
			n++
		}
	}
	dv := jvp(t.base, v, tans)
	t.sealed = true
	cts := t.cotangents()
	t.seed(cts, dv, ct, v.Op)
	t.sweep(cts, n, nil)
	k := 0
	for i := range v.Args {
		if tans[i] != nil {
			out[i] = cts[k]
			k++
		}
	}
}

// PushForward is the tangent of v, given those of its operands, one of which is not nil; a nil tangent is zero. All are
// values of b, the home of v.
func PushForward(b graph.Builder, v *graph.Value, tans []*graph.Value) *graph.Value {
	return jvp(b, v, tans)
}

// jvp applies the JVP rule of v, one of whose operands has a tangent, and checks what it gives. Values that have no
// derivative have no tangent.
func jvp(b graph.Builder, v *graph.Value, tans []*graph.Value) *graph.Value {
	if !v.DType.IsInexact() {
		return nil
	}
	if v.Op.JVP == nil {
		missingJVP(v.Op)
	}
	dv := v.Op.JVP(v, tans)
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
	if !v.Op.IsLinear(i) {
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
