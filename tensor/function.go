package tensor

import (
	"slices"

	"github.com/flambeau-ml/flambeau/graph"
)

// Function is a function of tensors with a derivative of its own, as PyTorch's autograd.Function: for a derivative
// that is cheaper or better behaved than what follows from the operations, or for one that is meant to be another
// (straight-through estimators, gradient reversal).
//
//	clip := tensor.Function{
//		Name:     "clip_straight_through",
//		Forward:  func(xs []*tensor.Tensor) []*tensor.Tensor { return []*tensor.Tensor{xs[0].Round()} },
//		Backward: func(xs, ys, grads []*tensor.Tensor) []*tensor.Tensor { return grads },
//	}
//	y := clip.Apply(x)[0]
type Function struct {
	Name string
	// Forward computes the results. What it does has no history.
	Forward func(xs []*Tensor) []*Tensor
	// Backward gives the gradient with respect to each of xs, nil for none, given those with respect to ys, which are
	// zeros where none came. It must use nothing but its arguments where derivatives of higher order are wanted.
	Backward func(xs, ys, grads []*Tensor) []*Tensor
}

// applied is one application of a Function; the recipes of its results share it.
type applied struct {
	f      *Function
	in, ys []*node // operands, and results without history: counted by each recipe
	outs   []*node // results as the user has them: not counted
}

// Apply computes f. The results have history where an operand has: Backward and transforms other than JVP call
// f.Backward in place of the derivative of what Forward did.
func (f Function) Apply(xs ...*Tensor) []*Tensor {
	inner := make([]*Tensor, len(xs))
	for i, x := range xs {
		inner[i] = x.Detach()
	}
	ys := f.Forward(inner)
	if len(xs) == 0 {
		return ys
	}
	r := record(f.Name)
	defer r.done()
	call := &applied{f: &f}
	needs := false
	for _, v := range r.readAll(xs) {
		call.in = append(call.in, nodeOf(v))
		needs = needs || nodeOf(v).needs
	}
	results := r.readAll(ys)
	if !needs {
		return r.handles(results)
	}
	for i, v := range results {
		results[i] = r.stop(v)
		call.ys = append(call.ys, nodeOf(results[i]))
	}
	out := make([]*Tensor, len(results))
	for i, v := range results {
		w := r.alias(v, &rare{call: call})
		n := nodeOf(w)
		n.needs = v.DType.IsInexact()
		call.outs = append(call.outs, n)
		out[i] = r.handle(w)
	}
	return out
}

// pullBack calls Backward with what cts has for the results, and adds what it gives to the operands. With history the
// derivative can be differentiated again.
func (c *applied) pullBack(r *recorder, history bool, cts map[*node]*graph.Value, add func(*node, *graph.Value)) {
	show := func(n *node) *Tensor {
		t := r.handle(r.again(n))
		t.look = t.look.detached(!history)
		return t
	}
	var xs, ys, grads []*Tensor
	for _, n := range c.in {
		xs = append(xs, show(n))
	}
	for i, n := range c.ys {
		y, ct := c.outs[i], cts[c.outs[i]]
		if ct == nil && n.typ.DType.IsInexact() {
			ct = graph.Zeros(r, *n.typ)
		}
		if history && y.refs.Load() >= 0 && y.tryRef() {
			ys = append(ys, r.handle(r.hold(y)))
		} else {
			ys = append(ys, show(n))
		}
		var g *Tensor
		if ct != nil {
			g = r.handle(ct)
		}
		grads = append(grads, g)
	}
	got := c.f.Backward(xs, ys, grads)
	if len(got) != len(c.in) {
		graph.Fail(c.f.Name, "Backward returned %d gradients for %d operands", len(got), len(c.in))
	}
	for i, g := range got {
		if g == nil || !c.in[i].needs {
			continue
		}
		v := r.read(g)
		if !v.Type.Equal(*c.in[i].typ) {
			graph.Fail(c.f.Name, "Backward returned %s as the gradient of operand %d, which is %s", v.Type, i, c.in[i].typ)
		}
		if !history {
			v = r.stop(v)
		}
		add(c.in[i], v)
	}
}

// last reports whether no node after place i of order, which goes from younger to older, is a result of the same
// application: all cotangents of its results are there.
func (c *applied) last(order []*node, i int) bool {
	return !c.among(order[i+1 : min(i+len(c.outs), len(order))])
}

// first is last for an order from older to younger, gone through backwards.
func (c *applied) first(order []*node, i int) bool {
	return !c.among(order[max(i-len(c.outs)+1, 0):i])
}

func (c *applied) among(ns []*node) bool {
	return slices.ContainsFunc(ns, func(n *node) bool { return slices.Contains(c.outs, n) })
}
