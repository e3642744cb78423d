package tensor

import (
	"cmp"
	"crypto/sha256"
	"slices"
	"strconv"
	"weak"

	"github.com/flambeau-ml/flambeau/graph"
)

// tracing records functions of tensors as functions of a graph: the bodies of loops and branches. They run once, on
// tensors that stand for what each application gets and have no value. What they use besides becomes operands.
type tracing struct {
	op    string
	once  bool // each function is applied at most once: it may draw random numbers
	dev   *Device
	start uint64
	stand []*node   // the parameters
	args  []*Tensor // handles on them
	roots [][]*node // the results of each function
	held  []*node   // counted until close
	outer []*node   // what the functions read that they did not compute
}

// newTracing makes a tracing with a parameter of each of types.
func newTracing(r *recorder, types []graph.Type) *tracing {
	if r.dev == nil {
		r.dev = Default()
	}
	t := &tracing{op: r.op, dev: r.dev, start: r.dev.ids.Add(1)}
	for _, typ := range types {
		n := &node{dev: r.dev, id: r.dev.ids.Add(1), op: r.op, where: r.where, since: t.start, needs: typ.DType.IsInexact(), typ: &typ}
		n.refs.Store(1)
		r.held = append(r.held, n)
		t.stand = append(t.stand, n)
		t.args = append(t.args, r.handle(r.wrapNode(n)))
	}
	return t
}

// run records f.
func (t *tracing) run(f func(xs []*Tensor) []*Tensor) {
	t.dev.batches.Add(1)
	ys := func() []*Tensor {
		defer t.dev.batches.Add(-1)
		return f(t.handles())
	}()
	r := record(t.op)
	defer r.done()
	var roots []*node
	for _, v := range r.readAll(ys) {
		n := nodeOf(v)
		n.ref()
		t.held = append(t.held, n)
		roots = append(roots, n)
	}
	t.roots = append(t.roots, roots)
}

// handles are fresh handles on the parameters: a function may rebind the ones it is given.
func (t *tracing) handles() []*Tensor {
	r := record(t.op)
	defer r.done()
	return r.handles(r.readAll(t.args))
}

// close lets go of what was recorded.
func (t *tracing) close() {
	for _, n := range t.held {
		n.unref()
	}
	for _, x := range t.args {
		x.Free()
	}
}

// inside reports whether the functions compute n each time they are applied: what depends on their parameters, and
// constants and movements that they recorded, which are cheaper to build than to pass in.
func (t *tracing) inside(n *node) bool {
	if n.since == t.start {
		return true
	}
	if n.id < t.start || n.since != 0 {
		return false
	}
	rec := n.rec.Load()
	return rec != nil && rec.op != nil && rec.op != graph.Number && (rec.op.Kind == graph.Leaf || rec.op.Kind == graph.Move && len(rec.operands()) == 1 && t.inside(rec.operands()[0]))
}

// collect lists what each function computes, oldest first, and finds what they read from outside.
func (t *tracing) collect(r *recorder) (orders [][]*node) {
	known := map[*node]bool{}
	for _, roots := range t.roots {
		seen := map[*node]bool{}
		for _, n := range t.stand {
			seen[n] = true
		}
		var order []*node
		stack := slices.Clone(roots)
		for len(stack) > 0 {
			n := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			if seen[n] {
				continue
			}
			seen[n] = true
			if !t.inside(n) {
				if n.drawn && n.id > t.start && !t.once {
					graph.Fail(t.op, "the function draws random numbers (%s): it is recorded once, so every step would see the same; draw them before and pass them in", n.op)
				}
				if !known[n] {
					known[n] = true
					t.outer = append(t.outer, n)
				}
				continue
			}
			order = append(order, n)
			stack = append(stack, n.rec.Load().operands()...)
		}
		slices.SortFunc(order, func(x, y *node) int { return cmp.Compare(x.id, y.id) })
		orders = append(orders, order)
	}
	slices.SortFunc(t.outer, func(x, y *node) int { return cmp.Compare(x.id, y.id) })
	return orders
}

// bodies makes functions of what was recorded: of what they read from outside and then of the parameters. free are
// the sizes that body.Free names.
func (t *tracing) bodies(r *recorder) (body *graph.Body, free []graph.Size) {
	body = &graph.Body{}
	values := map[string]graph.Size{}
	for i, order := range t.collect(r) {
		f := t.function(r, order, t.roots[i], "b"+strconv.Itoa(i)+"_", values)
		f = t.dev.interned(f)
		said := map[string]bool{}
		for _, p := range f.Params {
			for _, n := range p.Shape {
				if name, ok := n.Symbol(); ok {
					said[name] = true
				}
			}
		}
		for _, name := range f.Symbols() {
			if !said[name] {
				body.Free, free = append(body.Free, name), append(free, values[name])
			}
		}
		body.Funcs = append(body.Funcs, f)
	}
	return body, free
}

// operands are what the functions read from outside, held.
func (t *tracing) operands(r *recorder) []*graph.Value {
	out := make([]*graph.Value, len(t.outer))
	for i, n := range t.outer {
		out[i] = r.again(n)
	}
	return out
}

// function builds the graph of one function, with a named size for each size that is not structure; values gets what
// the names stand for.
func (t *tracing) function(r *recorder, order, roots []*node, prefix string, values map[string]graph.Size) *graph.Func {
	f := graph.NewFunc(t.op)
	to := map[*node]*graph.Value{}
	fresh := func(n graph.Size) graph.Size {
		name := prefix + strconv.Itoa(len(values))
		values[name] = n
		return graph.Sym(name)
	}
	for _, n := range slices.Concat(t.outer, t.stand) {
		shape := make(graph.Shape, len(n.typ.Shape))
		for k, size := range n.typ.Shape {
			shape[k] = fresh(size)
		}
		to[n] = f.Param("", graph.Type{DType: n.typ.DType, Shape: shape})
	}
	op, where := r.op, r.where
	defer func() { r.op, r.where = op, where }()
	for _, n := range order {
		rec := n.rec.Load()
		r.op, r.where = n.op, n.where
		args := make([]*graph.Value, len(rec.operands()))
		for i, x := range rec.operands() {
			args[i] = to[x]
		}
		switch {
		case rec.call != nil:
			graph.Fail(t.op, "%s has a Backward of its own, which a function that is applied by %s cannot have", rec.call.f.Name, t.op)
		case rec.hist != nil:
			graph.Fail(t.op, "the function writes through a Detach alias what has a gradient: return the new value instead")
		case rec.stop:
			to[n] = graph.Apply(graph.Stop, nil, args[0])
		case rec.op == nil:
			to[n] = args[0]
		default:
			attrs := symbolicAttrs(rec, args, f.Solver(), func(start bool, k int) graph.Size {
				if start {
					return fresh(rec.attrs.Start[k])
				}
				return fresh(rec.attrs.Shape[k])
			})
			to[n] = graph.ApplyIn(f, rec.op, attrs, args...)
		}
	}
	for _, n := range roots {
		f.Results = append(f.Results, to[n])
	}
	f.Settle()
	return f
}

// interned is f, or an equal function that was interned before: what is derived from a function is kept with it.
func (d *Device) interned(f *graph.Func) *graph.Func {
	key := sha256.Sum256([]byte(f.String()))
	d.mu.Lock()
	defer d.mu.Unlock()
	if g := d.bodies[key].Value(); g != nil {
		return g
	}
	if d.bodies == nil {
		d.bodies = map[[32]byte]weak.Pointer[graph.Func]{}
	}
	if len(d.bodies) >= 2*d.bodiesAlive+64 {
		for k, p := range d.bodies {
			if p.Value() == nil {
				delete(d.bodies, k)
			}
		}
		d.bodiesAlive = len(d.bodies)
	}
	d.bodies[key] = weak.Make(f)
	return f
}

// sameApplication reports whether n and m are results of one application of a primitive with bodies.
func sameApplication(n, m *node) bool {
	if n == m {
		return true
	}
	a, b := n.rec.Load(), m.rec.Load()
	return a != nil && b != nil && a.op == b.op && a.op != nil && a.op.Bodies && slices.Equal(a.operands(), b.operands()) && a.attrs.Body.Equal(b.attrs.Body) &&
		a.attrs.Name == b.attrs.Name && graph.Shape(a.attrs.Shape).Equal(b.attrs.Shape)
}

// bodies reports whether the recipe applies functions.
func (r *recipe) bodies() bool { return r != nil && r.op != nil && r.op.Bodies }

// pullBackBodies adds the cotangents of the operands of an application of functions, given those of its results among
// nodes.
func (r *recorder) pullBackBodies(n *node, nodes []*node, cts map[*node]*graph.Value, wanted func(*node) bool, add func(*node, *graph.Value)) {
	var results []*node
	var given []*graph.Value
	for _, m := range nodes {
		if ct := cts[m]; ct != nil && sameApplication(n, m) {
			results, given = append(results, m), append(given, ct)
			delete(cts, m)
		}
	}
	if len(results) > 0 {
		r.pullBack(results, given, wanted, add)
	}
}
