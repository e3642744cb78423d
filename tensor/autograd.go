package tensor

import (
	"cmp"
	"context"
	"slices"
	"sync"

	"github.com/flambeau-ml/flambeau/graph"
	"github.com/flambeau-ml/flambeau/rewrite"
)

// leaf is the accumulator of a tensor that requires a gradient.
type leaf struct {
	dev   *Device
	id    uint64
	mu    sync.Mutex
	grad  *Tensor
	hooks hooks

	sparse bool         // its gradient is shown as parts, too
	parts  *SparseParts // the last that were found
}

// RequiresGrad makes t a leaf whose gradient Backward computes, and returns t. Only floating tensors can be one, and
// only tensors that nothing differentiable computed. A Detach alias becomes a
// tensor of its own: it keeps the value, and shares memory no longer.
func (t *Tensor) RequiresGrad() *Tensor {
	r := record("requires_grad")
	defer r.done()
	v := r.read(t)
	if t.detach && t.via == nil && v.DType.IsInexact() {
		own := &storage{}
		r.bind(own, nodeOf(v))
		l := *t.look
		l.detach = false
		t.st, t.look = own, &l
	}
	switch {
	case t.st.leaf != nil:
		return t
	case !v.DType.IsInexact():
		graph.Fail(r.op, "only floating and complex tensors have gradients, not %s", v.Type)
	case nodeOf(v).needs:
		graph.Fail(r.op, "this tensor was computed from tensors that require gradients: use Detach() first")
	case t.via != nil:
		graph.Fail(r.op, "a view cannot become a leaf: Clone it first")
	}
	t.st.mu.Lock()
	defer t.st.mu.Unlock()
	n := nodeOf(r.alias(v, nil))
	if val := nodeOf(v).val.Load(); val != nil { // held by us, so nobody takes it away
		n.val.Store(val.retain())
		if !n.drawn {
			n.dropRecipe()
		}
	}
	n.leaf = &leaf{dev: r.dev, id: r.dev.ids.Add(1)}
	n.needs = true
	t.st.leaf = n.leaf
	r.bind(t.st, n)
	return t
}

// IsLeaf reports whether t is a tensor that requires a gradient and was not computed from others. Views and Detach
// aliases of one are none.
func (t *Tensor) IsLeaf() bool { return t.leaf() != nil }

func (t *Tensor) leaf() *leaf {
	if t.detach || t.via != nil {
		return nil
	}
	return t.st.leaf
}

// NeedsGrad reports whether a gradient may be asked of t: it requires one, or was computed from what does.
func (t *Tensor) NeedsGrad() bool { return !t.detach && t.st.node.Load().needs }

// Grad is the gradient that sweeps added up since the last ZeroGrad; nil if there was none. It is always nil for
// tensors that are no leaves.
func (t *Tensor) Grad() *Tensor {
	l := t.leaf()
	if l == nil {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.seen(nil)
	return l.grad
}

// SetGrad replaces the gradient of a leaf; g may be nil.
func (t *Tensor) SetGrad(g *Tensor) {
	l := t.leaf()
	if l == nil {
		fail("set_grad", "the tensor does not require a gradient")
	}
	if g != nil && (!g.typ.Equal(*t.typ)) {
		fail("set_grad", "a gradient of %s does not fit the tensor %s", g.typ, t.typ)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if g != nil {
		l.seen(g.st.node.Load().capture())
	} else {
		l.seen(nil)
	}
	l.grad, l.parts = g, nil
}

// ZeroGrad forgets the gradient: Grad is nil again.
func (t *Tensor) ZeroGrad() {
	if l := t.leaf(); l != nil {
		l.mu.Lock()
		defer l.mu.Unlock()
		if l.grad != nil {
			l.seen(l.grad.st.node.Load().capture())
		} else {
			l.seen(nil)
		}
		l.grad, l.parts = nil, nil
	}
}

// Detach is an alias of t that autograd does not see: what is computed from it has no history, and what is written
// through it leaves the history of t alone. The storage is shared.
func (t *Tensor) Detach() *Tensor {
	u := *t
	u.look = t.look.detached(true)
	return &u
}

// Retain lets Backward keep the history it sweeps, so that it can be swept again.
func Retain() BackwardOption { return func(o *backwardOptions) { o.retain = true } }

// Seed is the cotangent to start from, of the tensor's shape; without it the tensor must have one element, and the
// seed is 1.
func Seed(g *Tensor) BackwardOption { return func(o *backwardOptions) { o.seed = g } }

// CreateGraph gives gradients a history of their own, so that they can be differentiated in turn, as a penalty on a
// gradient is. It implies Retain.
func CreateGraph() BackwardOption { return func(o *backwardOptions) { o.graph, o.retain = true, true } }

// BackwardOption changes how Backward works.
type BackwardOption func(*backwardOptions)

type backwardOptions struct {
	retain bool
	graph  bool
	seed   *Tensor
}

// Backward adds to the gradient of each leaf that t was computed from the derivative of t with respect to it. It ends
// the history that it sweeps, unless Retain is given: a second Backward through it is an error. Nothing is computed
// yet: gradients are tensors like others.
func (t *Tensor) Backward(opts ...BackwardOption) {
	var o backwardOptions
	for _, f := range opts {
		f(&o)
	}
	r := record("backward")
	defer r.done()
	rootV := r.read(t) // with history: t may be a view
	root := nodeOf(rootV)
	r.noGrad = !o.graph
	if root.since != 0 {
		graph.Fail(r.op, "a leaf has no room for the gradient of each member of a batch: under Vmap use transform.Grad")
	}
	if !root.needs {
		graph.Fail(r.op, "nothing that this tensor was computed from requires a gradient")
	}
	var seed *graph.Value
	switch {
	case o.seed != nil:
		seed = r.read(o.seed)
		if !seed.Type.Equal(*root.typ) {
			graph.Fail(r.op, "a seed of %s does not fit the tensor %s", seed.Type, root.typ)
		}
	case t.Numel() != 1:
		graph.Fail(r.op, "the tensor %s has more than one element: give a Seed of its shape", root.typ)
	case root.typ.DType.IsComplex():
		graph.Fail(r.op, "the tensor %s is complex: give a Seed, or a real loss", root.typ)
	default:
		seed = rootV.Like(1).Expand(root.typ.Shape...)
	}
	seed = r.alias(seed, &rare{also: root})
	swept, got := r.sweep(rootV, seed)
	for _, g := range got {
		g.leaf.mu.Lock()
		g.leaf.seen(r.capture)
		ct := g.ct
		old := g.leaf.grad
		if old != nil {
			ct = r.read(old).Add(ct)
		}
		r.scope = nil // a gradient stays with its leaf
		g.leaf.grad = r.handle(ct)
		if g.leaf.sparse {
			g.leaf.keepParts(r, old, g.ct)
		}
		g.leaf.mu.Unlock()
	}
	if !o.retain {
		for _, n := range swept {
			n.endHistory()
		}
	}
}

// leafGrad is what a sweep found for one leaf.
type leafGrad struct {
	leaf *leaf
	ct   *graph.Value
}

// sweep propagates cotangents from root in reverse order of recording. It returns the nodes it went through, and the
// cotangent of each leaf in the order in which the sweep met them: zeros where what is between is flat.
func (r *recorder) sweep(root, seed *graph.Value) (swept []*node, got []leafGrad) {
	order := r.differentiable(nodeOf(root))
	slices.SortFunc(order, func(x, y *node) int { return cmp.Compare(y.id, x.id) })
	cts := map[*node]*graph.Value{nodeOf(root): seed}
	add := func(n *node, ct *graph.Value) {
		if ct == nil {
			return
		}
		if old := cts[n]; old != nil {
			ct = old.Add(ct)
		}
		cts[n] = ct
	}
	at := map[*leaf]int{}
	for i, n := range order {
		ct := cts[n]
		if rec := n.rec.Load(); n.leaf == nil && rec.call != nil {
			swept = append(swept, n)
			if ct != nil {
				cts[n] = n.hooks.call(r, ct)
			}
			if rec.call.last(order, i) {
				rec.call.pullBack(r, !r.noGrad, cts, add)
			}
			continue
		}
		if rec := n.rec.Load(); n.leaf == nil && rec.bodies() {
			swept = append(swept, n)
			if ct != nil {
				cts[n] = n.hooks.call(r, ct)
			}
			if !slices.ContainsFunc(order[i+1:], func(m *node) bool { return sameApplication(n, m) }) {
				r.pullBackBodies(n, order[:i+1], cts, func(x *node) bool { return x.needs }, add)
			}
			continue
		}
		if ct == nil && n.leaf == nil {
			continue
		}
		if ct == nil {
			ct = graph.Zeros(r, *n.typ)
		}
		if l := n.leaf; l != nil {
			if i, ok := at[l]; ok {
				got[i].ct = got[i].ct.Add(ct)
			} else {
				at[l] = len(got)
				got = append(got, leafGrad{l, ct})
			}
			continue
		}
		swept = append(swept, n)
		ct = n.hooks.call(r, ct)
		rec := n.rec.Load()
		switch {
		case rec.hist != nil:
			add(rec.hist, ct)
		case rec.op == nil:
			add(rec.operands()[0], ct)
		default:
			r.pullBack([]*node{n}, []*graph.Value{ct}, func(x *node) bool { return x.needs }, add)
		}
		delete(cts, n)
	}
	for i := range got {
		got[i].ct = got[i].leaf.hooks.call(r, got[i].ct)
	}
	return swept, got
}

// pullBack adds the cotangents of those operands that are wanted, given those of ns, results of one application. What
// it records belongs to the operator that recorded them, as far as errors are concerned.
func (r *recorder) pullBack(ns []*node, cts []*graph.Value, wanted func(*node) bool, add func(*node, *graph.Value)) {
	op, where := r.op, r.where
	r.op, r.where = ns[0].op, ns[0].where
	defer func() { r.op, r.where = op, where }()
	rec := ns[0].rec.Load()
	vs := make([]*graph.Value, len(ns))
	for i, n := range ns {
		vs[i] = r.applied(n, n.rec.Load())
		if i > 0 {
			vs[i].Args = vs[0].Args
		}
	}
	want := make([]bool, len(rec.operands()))
	for i, x := range rec.operands() {
		want[i] = wanted(x)
	}
	for i, g := range rewrite.VJPs(r, vs, cts, want) {
		add(rec.operands()[i], g)
	}
}

// applied is the value of n, which something held keeps alive, as the application that its recipe is.
func (r *recorder) applied(n *node, rec *recipe) *graph.Value {
	v := r.again(n)
	v.Op, v.Attrs = rec.op, rec.attrs
	v.Args = make([]*graph.Value, len(rec.operands()))
	for i, x := range rec.operands() {
		v.Args[i] = r.again(x)
	}
	return v
}

// again holds a node that something held already keeps alive.
func (r *recorder) again(n *node) *graph.Value {
	n.ref()
	return r.hold(n)
}

// differentiable lists the nodes between root and the leaves.
func (r *recorder) differentiable(root *node) []*node {
	seen := map[*node]bool{}
	var order []*node
	stack := []*node{root}
	for len(stack) > 0 {
		n := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if !n.needs || seen[n] {
			continue
		}
		seen[n] = true
		order = append(order, n)
		if n.leaf != nil {
			continue
		}
		rec := n.recipe()
		if rec == nil || n.is(ended) {
			graph.Fail(r.op, "the history of a %s was swept by an earlier Backward, which ended it: give that one Retain()", n.op)
		}
		stack = append(stack, rec.derived()...)
	}
	return order
}

// Eval computes tensors, and with them the pending writes that share their work, as one program. It returns the error
// of values that cannot be computed, of a memory limit, or of ctx.
//
// Inside a compiled function it does nothing for what that computes: the end of the function is where it is computed.
func Eval(ctx context.Context, ts ...*Tensor) error {
	if len(ts) == 0 {
		return nil
	}
	var err error
	if e := Try(func() { err = evalAll(ctx, ts) }); e != nil {
		return e
	}
	return err
}

// PutOff leaves ts to the end of the compiled function that computes one of them, and reports whether there is one. Where
// it turns out that ts[i] cannot be computed, undo(i) is called. It is what steps of optimisers do, which count.
func PutOff(undo func(i int), ts ...*Tensor) bool {
	r := record("eval")
	defer r.done()
	return r.putOff(r.nodes(ts), undo)
}

func (r *recorder) putOff(ns []*node, undo func(i int)) bool {
	for _, n := range ns {
		if n.val.Load() != nil {
			continue
		}
		if c := n.capture(); c != nil {
			c.want(ns, undo)
			return true
		}
	}
	return false
}

// nodes are what handles point at, which must have values.
func (r *recorder) nodes(ts []*Tensor) []*node {
	ns := make([]*node, 0, len(ts))
	for _, t := range ts {
		n := nodeOf(r.read(t))
		r.wantValue(n)
		ns = append(ns, n)
	}
	return ns
}

func evalAll(ctx context.Context, ts []*Tensor) error {
	r := record("eval")
	defer r.done()
	ns := r.nodes(ts)
	if r.putOff(ns, nil) {
		return nil
	}
	if err := r.dev.eval(ctx, ns, ^uint64(0)); err != nil {
		return err
	}
	for _, n := range ns {
		if v := n.val.Load(); v != nil && v.err != nil {
			return v.err
		}
	}
	return nil
}
