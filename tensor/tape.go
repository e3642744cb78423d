package tensor

import (
	"cmp"
	"slices"

	"github.com/flambeau-ml/flambeau/graph"
	"github.com/flambeau-ml/flambeau/rewrite"
)

// Tape carries derivatives through what is computed from its inputs, in both directions and as often as asked. What it
// computes has history itself, so that tapes nest. Package transform is made of it; programs use that, or Backward.
type Tape struct {
	op    string
	in    []*Tensor // handles of its own on the inputs: a function may rebind the ones it is given
	start uint64    // older nodes do not depend on the inputs
}

// NewTape makes a tape and its inputs: aliases of xs with storages of their own, so that writing one leaves xs alone.
// Those that are floating or complex carry derivatives. op names the transform in errors.
func NewTape(op string, xs ...*Tensor) (t *Tape, inputs []*Tensor) {
	r := record(op)
	defer r.done()
	t = &Tape{op: op}
	for i, x := range xs {
		old := r.read(x)
		if i == 0 {
			t.start = r.dev.ids.Add(1)
		}
		v := r.alias(old, nil)
		n := nodeOf(v)
		n.needs = v.DType.IsInexact()
		if val := nodeOf(old).val.Load(); val != nil { // held by us, so nobody takes it away
			n.val.Store(val.retain())
			if !n.history() {
				n.dropRecipe()
			}
			if tr := r.dev.witness.Load(); tr != nil {
				tr.equals(n, nodeOf(old))
			}
		}
		t.in = append(t.in, r.handle(v))
		inputs = append(inputs, r.handle(v))
	}
	return t, inputs
}

// inputs are the nodes of the inputs, held by r, by their place.
func (t *Tape) inputs(r *recorder) map[*node]int {
	at := make(map[*node]int, len(t.in))
	for i, x := range t.in {
		at[nodeOf(r.read(x))] = i
	}
	return at
}

// reached lists the nodes with history below roots that are not older than the tape, oldest first, the inputs among
// them. Histories of other leaves, and those that ended, are for each to say what they mean: f gets them.
func (t *Tape) reached(roots []*graph.Value, inputs map[*node]int) []*node {
	seen := map[*node]bool{}
	var order, stack []*node
	for _, v := range roots {
		stack = append(stack, nodeOf(v))
	}
	for len(stack) > 0 {
		n := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if !n.needs || n.id < t.start || seen[n] {
			continue
		}
		seen[n] = true
		order = append(order, n)
		if _, ok := inputs[n]; ok || n.leaf != nil {
			continue
		}
		stack = append(stack, t.sources(n)...)
	}
	slices.SortFunc(order, func(x, y *node) int { return cmp.Compare(x.id, y.id) })
	return order
}

// sources are the nodes that n has its derivative from.
func (t *Tape) sources(n *node) []*node {
	rec := n.recipe()
	switch {
	case rec == nil && n.since != 0:
		return nil // it stands for what a batch is taken of
	case rec == nil || n.is(ended):
		graph.Fail(t.op, "the history of a %s was swept by an earlier Backward, which ended it: give that one Retain()", n.op)
	}
	return rec.derived()
}

// active lists those of the nodes below roots that depend on the inputs, oldest first.
func (t *Tape) active(roots []*graph.Value, inputs map[*node]int) (order []*node, is map[*node]bool) {
	is = map[*node]bool{}
	for _, n := range t.reached(roots, inputs) {
		_, on := inputs[n]
		if !on && n.leaf == nil {
			on = slices.ContainsFunc(t.sources(n), func(x *node) bool { return is[x] })
		}
		if on {
			is[n] = true
			order = append(order, n)
		}
	}
	return order, is
}

// Pull is the cotangents of the inputs, given those of ys; nil ones are zero, and without any the ys are scalars and
// their cotangents 1. Inputs that have no derivatives get nil.
func (t *Tape) Pull(ys, cts []*Tensor) []*Tensor {
	r := record(t.op)
	defer r.done()
	roots := r.readAll(ys)
	inputs := t.inputs(r)
	order, active := t.active(roots, inputs)
	sum := map[*node]*graph.Value{}
	add := func(n *node, ct *graph.Value) {
		if old := sum[n]; old != nil && ct != nil {
			ct = old.Add(ct)
		}
		if ct != nil {
			sum[n] = ct
		}
	}
	for i, y := range roots {
		if !y.DType.IsInexact() {
			continue
		}
		if cts == nil {
			add(nodeOf(y), r.one(y))
		} else if cts[i] != nil {
			add(nodeOf(y), r.fitting("cotangent", cts[i], y))
		}
	}
	for i := len(order) - 1; i >= 0; i-- {
		n := order[i]
		ct := sum[n]
		if _, ok := inputs[n]; ok {
			continue
		}
		rec := n.rec.Load()
		if rec.call != nil {
			if rec.call.first(order, i) {
				rec.call.pullBack(r, true, sum, add)
			}
			continue
		}
		if rec.bodies() {
			if !slices.ContainsFunc(order[:i], func(m *node) bool { return sameApplication(n, m) }) {
				r.pullBackBodies(n, order[i:], sum, func(x *node) bool { return active[x] }, add)
			}
			continue
		}
		if ct == nil {
			continue
		}
		switch {
		case rec.hist != nil:
			add(rec.hist, ct)
		case rec.op == nil:
			add(rec.operands()[0], ct)
		default:
			r.pullBack([]*node{n}, []*graph.Value{ct}, func(x *node) bool { return active[x] }, add)
		}
		delete(sum, n)
	}
	return t.results(r, t.in, func(n *node) *graph.Value { return sum[n] })
}

// one is the cotangent 1 of the scalar y.
func (r *recorder) one(y *graph.Value) *graph.Value {
	if n, _ := y.Shape.Count().Int(); n != 1 {
		graph.Fail(r.op, "the function's result %s has more than one element: its gradient is a Jacobian, or VJP with a cotangent", y.Type)
	}
	seed := y.Like(1).Expand(y.Shape...)
	if nodeOf(y).since != 0 {
		return seed
	}
	return r.alias(seed, &rare{also: nodeOf(y)}) // who computes the derivative computes the value
}

// fitting is the value of the derivative x, which must be of the type of v.
func (r *recorder) fitting(what string, x *Tensor, v *graph.Value) *graph.Value {
	d := r.read(x)
	if !d.Type.Equal(v.Type) {
		graph.Fail(r.op, "a %s of %s does not fit a tensor of %s", what, d.Type, v.Type)
	}
	return d
}

// results gives the user a derivative for each of xs: zeros where there is none, nil where there cannot be.
func (t *Tape) results(r *recorder, xs []*Tensor, of func(*node) *graph.Value) []*Tensor {
	out := make([]*Tensor, len(xs))
	for i, x := range xs {
		v := r.read(x)
		if !v.DType.IsInexact() {
			continue
		}
		d := of(nodeOf(v))
		if d == nil {
			d = graph.Zeros(r, v.Type)
		}
		out[i] = r.handle(d)
	}
	return out
}

// Push is the tangents of ys, given those of the inputs; nil ones are zero. What has no derivatives gets nil.
func (t *Tape) Push(ys, tangents []*Tensor) []*Tensor {
	r := record(t.op)
	defer r.done()
	roots := r.readAll(ys)
	inputs := t.inputs(r)
	order, _ := t.active(roots, inputs)
	tan := map[*node]*graph.Value{}
	for n, i := range inputs {
		if tangents[i] != nil {
			tan[n] = r.fitting("tangent", tangents[i], r.again(n))
		}
	}
	shared := map[*node]bool{} // results whose tangents came with those of another result of the same application
	for i, n := range order {
		if _, ok := inputs[n]; ok || shared[n] {
			continue
		}
		var d *graph.Value
		switch rec := n.rec.Load(); {
		case rec.bodies():
			same := []*node{n}
			for _, m := range order[i+1:] {
				if sameApplication(n, m) {
					same, shared[m] = append(same, m), true
				}
			}
			for k, d := range r.pushForward(same, tan) {
				if d != nil {
					tan[same[k]] = d
				}
			}
			continue
		case rec.call != nil:
			graph.Fail(t.op, "%s has a Backward of its own, and nothing that carries tangents forward", rec.call.f.Name)
		case rec.hist != nil:
			d = tan[rec.hist]
		case rec.op == nil:
			d = tan[rec.operands()[0]]
		default:
			d = r.pushForward([]*node{n}, tan)[0]
		}
		if d != nil {
			tan[n] = d
		}
	}
	out := make([]*Tensor, len(ys))
	for i, v := range roots {
		if !v.DType.IsInexact() {
			continue
		}
		d := tan[nodeOf(v)]
		if d == nil {
			d = graph.Zeros(r, v.Type)
		}
		out[i] = r.handle(d)
	}
	return out
}

// pushForward is the tangents of ns, results of one application. What it records belongs to the operator that recorded
// them.
func (r *recorder) pushForward(ns []*node, tan map[*node]*graph.Value) []*graph.Value {
	rec := ns[0].rec.Load()
	tans, some := make([]*graph.Value, len(rec.operands())), false
	for i, x := range rec.operands() {
		tans[i] = tan[x]
		some = some || tans[i] != nil
	}
	if !some {
		return make([]*graph.Value, len(ns))
	}
	op, where := r.op, r.where
	r.op, r.where = ns[0].op, ns[0].where
	vs := make([]*graph.Value, len(ns))
	for i, n := range ns {
		vs[i] = r.applied(n, n.rec.Load())
		if i > 0 {
			vs[i].Args = vs[0].Args
		}
	}
	out := rewrite.PushForward(r, vs, tans)
	r.op, r.where = op, where
	return out
}

// Leave is ys as whoever is outside the tape sees them: without history, unless they depend on something there that has
// it. nil stays nil.
func (t *Tape) Leave(ys []*Tensor) []*Tensor { return t.leave(ys, false) }

// Close is Leave, and the last use of the tape: what only it needed is let go.
func (t *Tape) Close(ys []*Tensor) []*Tensor {
	out := t.leave(ys, true)
	for _, x := range t.in {
		x.Free()
	}
	return out
}

func (t *Tape) leave(ys []*Tensor, last bool) []*Tensor {
	r := record(t.op)
	defer r.done()
	var roots []*graph.Value
	for _, y := range ys {
		if y != nil {
			roots = append(roots, r.read(y))
		}
	}
	inputs := t.inputs(r)
	open := map[*node]bool{} // depend on what has history outside
	outside := func(x *node) bool { return x.needs && x.id < t.start || open[x] }
	var over []*node
	for _, n := range t.reached(roots, inputs) {
		_, in := inputs[n]
		rec := n.rec.Load()
		switch {
		case n.leaf != nil || rec == nil:
			open[n] = true
		case in:
			open[n] = rec.operands()[0].needs
		default:
			open[n] = slices.ContainsFunc(t.sources(n), outside)
		}
		if last && !open[n] && !in {
			r.again(n) // until it is ended
			over = append(over, n)
		}
	}
	out := make([]*Tensor, len(ys))
	k := 0
	for i, y := range ys {
		if y == nil {
			continue
		}
		v := roots[k]
		k++
		if !outside(nodeOf(v)) {
			v = r.stop(v)
		}
		out[i] = r.handle(v)
	}
	for _, n := range over {
		n.endHistory()
	}
	return out
}
