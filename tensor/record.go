package tensor

import (
	"slices"
	"sync"

	"github.com/flambeau-ml/flambeau/graph"
	"github.com/flambeau-ml/flambeau/internal/callers"
)

// recorder is one operator at work: a graph.Builder whose values stand for nodes. It counts what it reads and makes
// until it is done, so that nothing it works with can go away under it.
type recorder struct {
	dev    *Device
	op     string
	where  callers.ID
	noGrad bool
	scope  *Scoped // what the operator computes belongs to it; nil: to none

	capture *capture // and this

	held  []*node // counted by this operator: what it reads and what it makes
	young *node   // the last of held, where nobody else knows it
	tops  []*node // what handles and storages got
	slabs [][]graph.Value
	used  int
	lent  [2]*graph.Value // operands of the primitive that is being applied
}

const slab = 32

var recorders = sync.Pool{New: func() any { return &recorder{} }}

// record begins the operator op. Its caller must not be inlined away from the user's line for more than callers keeps.
func record(op string) *recorder {
	r := recorders.Get().(*recorder)
	r.op, r.where = op, callers.Here(0)
	return r
}

// done ends the operator; deferred, so that it turns a panic of the body into an *Error.
func (r *recorder) done() {
	e := recover()
	d := r.dev
	tops := slices.DeleteFunc(r.tops, func(n *node) bool { return n.since != 0 })
	for _, n := range r.held {
		if e == nil && len(tops) > 0 && d.eager {
			continue // counted until it is computed, below
		}
		n.unref()
	}
	if e != nil {
		e = r.wrap(e)
	} else if len(tops) > 0 && d.eager {
		if err := d.compute(tops); err != nil {
			e = asError(err)
		}
		for _, n := range r.held {
			n.unref()
		}
	} else if len(tops) > 0 {
		for _, n := range tops {
			d.budget(n)
		}
	}
	clear(r.held)
	clear(r.tops)
	r.held, r.tops = r.held[:0], r.tops[:0]
	for i := range r.used {
		r.slabs[i/slab][i%slab] = graph.Value{}
	}
	clear(r.lent[:])
	r.young = nil
	r.dev, r.used, r.noGrad, r.scope, r.capture = nil, 0, false, nil, nil
	recorders.Put(r)
	if e != nil {
		panic(e)
	}
}

// value is fresh memory for a graph value that lives as long as the operator works.
func (r *recorder) value() *graph.Value {
	if r.used == len(r.slabs)*slab {
		r.slabs = append(r.slabs, make([]graph.Value, slab))
	}
	v := &r.slabs[r.used/slab][r.used%slab]
	r.used++
	return v
}

// on sets the device, or checks that operands are on one.
func (r *recorder) on(d *Device) {
	if r.dev == nil {
		r.dev = d
	} else if r.dev != d {
		graph.Fail(r.op, "operands are on different devices: %s and %s", r.dev, d)
	}
}

// wrapNode is the graph value that stands for n, which the recorder holds.
func (r *recorder) wrapNode(n *node) *graph.Value {
	v := r.value()
	v.Type, v.Home, v.Tag = *n.typ, r, n
	return v
}

// hold counts n, which the caller has counted, until the operator is done.
func (r *recorder) hold(n *node) *graph.Value {
	r.on(n.dev)
	r.held = append(r.held, n)
	return r.wrapNode(n)
}

func nodeOf(v *graph.Value) *node { return v.Tag.(*node) }

// Level of a recorder is 0: transforms read its values with builders of higher levels.
func (r *recorder) Level() int { return 0 }

// Solver is nil: the sizes of recorded values are numbers.
func (r *recorder) Solver() *graph.Solver { return nil }

// Operands lends memory for the operands of one primitive: Emit does not keep the list.
func (r *recorder) Operands(n int) []*graph.Value { return r.lent[:n] }

// Emit records a node.
func (r *recorder) Emit(op *graph.Primitive, attrs *graph.Attrs, args []*graph.Value, typ graph.Type) *graph.Value {
	rec := &recipe{op: op, attrs: attrs, rare: &plain}
	in := rec.room(len(args))
	for i, a := range args {
		in[i] = nodeOf(a)
	}
	v := r.emit(rec, typ)
	v.Op, v.Attrs = op, attrs
	return v
}

// NeedsGrad reports whether a gradient may be asked of v.
func (r *recorder) NeedsGrad(v *graph.Value) bool { return nodeOf(v).needs && !r.noGrad }

func (r *recorder) emit(rec *recipe, typ graph.Type) *graph.Value {
	if r.dev == nil {
		r.dev = Default()
	}
	n := &node{dev: r.dev, id: r.dev.ids.Add(1), op: r.op, where: r.where}
	depth, drawn := int32(0), rec.op == graph.RandomBits
	for _, x := range rec.operands() {
		if n.typ == nil && x.typ.Equal(typ) {
			n.typ = x.typ
		}
		n.needs, n.since, drawn = n.needs || x.needs, max(n.since, x.since), drawn || x.drawn
		if r.capture == nil {
			r.capture = x.capture()
		}
		if x.val.Load() == nil {
			depth = max(depth, x.depth.Load())
		}
	}
	if n.typ == nil {
		n.typ = r.shared(typ)
	}
	if rec.hist != nil {
		n.since = max(n.since, rec.hist.since)
	}
	n.drawn = drawn && r.dev.batches.Load() > 0
	rec.edges((*node).ref) // safe: the recorder holds them
	n.needs = n.needs && !rec.stop && rec.op != graph.Stop && typ.DType.IsInexact() && !r.noGrad || rec.hist != nil
	n.depth.init(depth + 1)
	if r.capture != nil {
		n.marks.init(r.capture.slot << captureShift)
	}
	n.rec.init(rec)
	n.refs.init(1)
	r.held = append(r.held, n)
	r.young = n
	return r.wrapNode(n)
}

// scalars is the types of scalars.
var scalars = func() (ts [256]graph.Type) {
	for d := range ts {
		ts[d].DType = graph.DType(d)
	}
	return ts
}()

// shared is typ where it lies already, as of what this operator reads or made, or else in memory of its own.
func (r *recorder) shared(typ graph.Type) *graph.Type {
	if len(typ.Shape) == 0 {
		return &scalars[typ.DType]
	}
	for _, x := range r.held[:min(len(r.held), 4)] {
		if x.typ.Equal(typ) {
			return x.typ
		}
	}
	own := typ // copied here alone
	return &own
}

// alias records a node that has the value of x. why is what else its recipe has, if it has anything.
func (r *recorder) alias(x *graph.Value, why *rare) *graph.Value {
	rec := &recipe{rare: &plain}
	if why != nil {
		rec.rare = why
	}
	rec.few[0] = nodeOf(x)
	return r.emit(rec, x.Type)
}

// stop records an alias of x that autograd does not see through.
func (r *recorder) stop(x *graph.Value) *graph.Value {
	if !nodeOf(x).needs {
		return x
	}
	return r.alias(x, &rare{stop: true})
}
