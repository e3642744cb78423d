package tensor

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"
	"time"

	"github.com/flambeau-ml/flambeau/backend"
	"github.com/flambeau-ml/flambeau/graph"
)

// run is one execution: a claim while it goes on, afterwards the memory of its interior nodes.
type run struct {
	e      *entry
	done   chan struct{} // closed at its end; made by the first who waits. Under Device.mu
	active bool          // under Device.mu
}

// ended is closed when the run is over. Under Device.mu.
func (r *run) ended() <-chan struct{} {
	if r.done == nil {
		r.done = make(chan struct{})
	}
	return r.done
}

// evaluation collects what has to be computed, runs it as one program, and publishes the values.
type evaluation struct {
	d      *Device
	epoch  uint32
	limit  uint64 // pending writes younger than this are left alone
	order  []*node
	recs   []*recipe
	inputs []*node
	roots  []*node
	states []*storage // of the pending writes among roots, else nil
	also   []*node
	wait   *run
	gone   *node // a node that can no longer be computed
	failed bool  // a node got the error of an operand

	compileFrom time.Time // when compiling began, and how long it took; 0 where there was nothing to compile
	compiling   time.Duration

	launched backend.Launch
	vals     []*value // of inputs
	out      []*value // of results
}

// evaluations keeps the memory of evaluations that are over.
var evaluations = sync.Pool{New: func() any { return &evaluation{} }}

// evaluation begins one that leaves pending writes younger than limit alone.
func (d *Device) evaluation(limit uint64) *evaluation {
	e := evaluations.Get().(*evaluation)
	e.d, e.limit = d, limit
	return e
}

// forget makes e the memory of another evaluation.
func (e *evaluation) forget() {
	l := &e.launched
	*e = evaluation{
		order: emptied(e.order), recs: emptied(e.recs), inputs: emptied(e.inputs), roots: emptied(e.roots), states: emptied(e.states), also: emptied(e.also),
		vals: emptied(e.vals), out: emptied(e.out),
		launched: backend.Launch{Sizes: l.Sizes[:0], Numbers: emptied(l.Numbers), Inputs: emptied(l.Inputs), Donate: l.Donate[:0],
			Outputs: emptied(l.Outputs), Taken: l.Taken[:0]},
	}
	evaluations.Put(e)
}

// emptied is the memory of s, which holds on to nothing.
func emptied[T any](s []T) []T {
	clear(s)
	return s[:0]
}

// sized is s with n elements, all zero.
func sized[T any](s []T, n int) []T {
	s = slices.Grow(s[:0], n)[:n]
	clear(s)
	return s
}

// nowhere is the slot of a node that an evaluation came to, and that is neither computed nor an input.
const nowhere = math.MinInt32

// visit collects the uncomputed cone of n in canonical order: operands first, from left to right. by is the run whose
// node reads n; asked says that somebody reads it from outside.
func (e *evaluation) visit(n *node, by *run, asked bool) {
	if n.run != nil && !n.run.active && (asked || by != n.run) {
		n.run.e.learned[n.pos] = true // read from outside its run: keep it from the next round on
	}
	if n.mark == e.epoch {
		return
	}
	n.mark, n.slot = e.epoch, nowhere
	if v := n.val.Load(); v != nil {
		if v.err != nil {
			return // who reads it fails without being computed: see below
		}
		e.inputs = append(e.inputs, n)
		n.slot = -int32(len(e.inputs))
		return
	}
	if n.run != nil && n.run.active {
		e.wait = n.run
		return
	}
	r := n.rec.Load()
	if r == nil {
		e.gone = n
		n.slot = 0
		return
	}
	for _, x := range r.operands() {
		if e.wait == nil {
			e.visit(x, n.run, false)
		}
	}
	if e.fail(n, r) {
		return
	}
	if r.also != nil {
		e.also = append(e.also, r.also)
	}
	n.slot = int32(len(e.order))
	e.order = append(e.order, n)
	e.recs = append(e.recs, r)
}

// fail gives n the error of an operand that has one instead of a value, if there is one.
func (e *evaluation) fail(n *node, r *recipe) bool {
	for _, x := range r.operands() {
		if v := x.val.Load(); v != nil && v.err != nil {
			n.val.CompareAndSwap(nil, failedValue(e.d, v.err))
			e.failed = true
			return true
		}
	}
	return false
}

// touches reports whether the uncomputed cone of n shares a node, computed or not, with what is collected.
func (e *evaluation) touches(n *node) bool {
	if n.mark == e.epoch || n.seen == e.epoch || n.val.Load() != nil {
		return n.mark == e.epoch
	}
	n.seen = e.epoch
	if r := n.rec.Load(); r != nil {
		for _, x := range r.operands() {
			if e.touches(x) {
				return true
			}
		}
	}
	return false
}

// joinPending takes along each pending write that shares a node with the program.
func (e *evaluation) joinPending() {
	d := e.d
	for again := true; again; {
		again = false
		keep := d.pending[:0]
		for _, p := range d.pending {
			st := p.Value()
			if st == nil {
				continue
			}
			n := st.node.Load()
			touched := e.wait == nil && n.val.Load() == nil && n.refs.Load() >= 0 && n.since == 0 && n.id <= e.limit && e.touches(n)
			if touched {
				e.visit(n, nil, false)
			}
			switch v := n.val.Load(); {
			case v != nil && v.err != nil:
				st.pending = false
				st.restoreBefore(n)
			case v != nil || n.refs.Load() < 0 || n.since != 0:
				st.pending = false
			case touched:
				st.pending = false
				e.root(n, st)
				again = true
			default:
				keep = append(keep, p)
			}
		}
		clear(d.pending[len(keep):])
		d.pending = keep
	}
}

func (e *evaluation) root(n *node, st *storage) {
	e.roots, e.states = append(e.roots, n), append(e.states, st)
}

// giveUp puts the pending writes that were collected back.
func (e *evaluation) giveUp() {
	for _, st := range e.states {
		if st != nil {
			e.d.addPending(st)
		}
	}
}

// collectRoots visits what was asked for and what goes along with it.
func (e *evaluation) collectRoots(asked []*node) {
	for _, n := range asked {
		e.visit(n, nil, true)
		if n.val.Load() == nil && e.wait == nil {
			e.root(n, nil)
		}
	}
	for i := 0; i < len(e.also) && e.wait == nil; i++ {
		if n := e.also[i]; n.val.Load() == nil {
			e.visit(n, nil, false)
			if n.val.Load() == nil && e.wait == nil {
				e.root(n, nil)
			}
		}
	}
	if (len(e.order) > 0 || e.failed) && e.wait == nil {
		e.joinPending()
	}
}

var errGone = errors.New("this tensor's value is gone: what it was computed from was freed")

// eval computes nodes, and with them the pending writes not younger than limit that share their work. The caller
// counts asked.
func (d *Device) eval(ctx context.Context, asked []*node, limit uint64) error {
	return d.evalCaptured(ctx, asked, limit, nil)
}

// evalCaptured is eval at the end of a call of a compiled function.
func (d *Device) evalCaptured(ctx context.Context, asked []*node, limit uint64, end *ending) error {
	d.maybeCollect()
	retried := false
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		e := d.evaluation(limit)
		wait, err := e.compute(ctx, asked, end)
		e.forget()
		switch {
		case wait != nil:
			select {
			case <-wait:
			case <-ctx.Done():
				return ctx.Err()
			}
		case err == nil:
			d.computeFound(ctx)
			return nil
		case retried || !outOfMemory(err):
			return err
		default:
			retried, end = true, nil
			d.collect() // what handles have forgotten may be enough
		}
	}
}

func outOfMemory(err error) bool {
	var full *backend.LimitError
	return errors.As(err, &full)
}

// compute collects what computes asked, and runs it. Where somebody else is at work on some of it, it does nothing but
// say when that will be over.
func (e *evaluation) compute(ctx context.Context, asked []*node, end *ending) (wait <-chan struct{}, err error) {
	d := e.d
	d.mu.Lock()
	locked := true
	unlock := func() {
		locked = false
		d.mu.Unlock()
	}
	defer func() {
		if locked {
			unlock()
		}
	}()
	d.epoch++
	e.epoch = d.epoch
	e.collectRoots(asked)
	if e.gone != nil {
		e.giveUp()
		return nil, errGone
	}
	if e.wait != nil { // it holds no claim while it waits, so there is no cycle
		e.giveUp()
		return e.wait.ended(), nil
	}
	if len(e.order) == 0 {
		return nil, nil
	}
	ent := d.program(e)
	p, err := ent.plan(d, e)
	if err != nil {
		e.giveUp()
		return nil, err
	}
	if err := end.before(e, ent, p); err != nil {
		e.giveUp()
		return nil, err
	}
	l := e.launch(p)
	rn := &run{e: ent, active: true}
	for i, n := range e.order {
		if p.keep[i] {
			n.run, n.pos = rn, int32(i)
		}
	}
	l.Needed = e.needed(p)
	e.donate(p, l)
	d.stats.Runs++
	watched := e.observe(ent, l)
	unlock()
	watched.begin(e)

	err = errPanicked
	defer func() {
		e.publish(p, rn, l, err) // also when the backend panics
		watched.end()
	}()
	err = p.prog.Run(ctx, l)
	return nil, err
}

var errPanicked = errors.New("the backend panicked")

// computeFound computes nodes that a collection found alive, so that they pin their own bytes only. Nobody asked for
// them: that one cannot be computed, or has died meanwhile, is no error of whoever does it.
func (d *Device) computeFound(ctx context.Context) {
	d.mu.Lock()
	found := d.rescue
	d.rescue = nil
	d.mu.Unlock()
	var held []*node
	for _, n := range found {
		switch {
		case !n.tryRef():
		case n.val.Load() != nil:
			n.unref()
		default:
			held = append(held, n)
		}
	}
	if len(held) == 0 {
		return
	}
	_ = d.eval(ctx, held, ^uint64(0))
	for _, n := range held {
		n.unref()
	}
}

// launch gathers the run-time parameters of the program.
func (e *evaluation) launch(p *plan) *backend.Launch {
	l := &e.launched
	l.Sizes, l.Inputs, l.Donate = sized(l.Sizes, len(p.symbols)), sized(l.Inputs, len(e.inputs)), sized(l.Donate, len(e.inputs))
	l.Numbers = l.Numbers[:0]
	for i, s := range p.symbols {
		var n graph.Size
		if s.at < 0 {
			n = e.inputs[-s.at-1].typ.Shape[s.k]
		} else if a := e.recs[s.at].attrs; s.start {
			n = a.Start[s.k]
		} else {
			n = a.Shape[s.k]
		}
		k, _ := n.Int()
		l.Sizes[i] = int64(k)
	}
	for _, at := range p.numbers {
		l.Numbers = append(l.Numbers, e.recs[at].attrs.Value.Plain())
	}
	return l
}

// donate lets the program take the buffers of inputs that only recipes which this run makes superfluous can still ask
// for. It counts the values of the inputs in; donated ones are taken off their nodes until publish.
func (e *evaluation) donate(p *plan, l *backend.Launch) {
	e.vals = sized(e.vals, len(e.inputs))
	vals := e.vals
	k := len(e.inputs) + len(e.order)
	e.d.drops = slices.Grow(e.d.drops[:0], k)[:k]
	drops := e.d.drops // counts that the run lets go, by slot from the last input on
	clear(drops)
	inputs := int32(len(e.inputs))
	drop := func(x *node) {
		if x.mark == e.epoch && x.slot != nowhere {
			drops[x.slot+inputs]++
		}
	}
	for i := len(e.order) - 1; i >= 0; i-- {
		n := e.order[i]
		if p.keep[i] && !n.history() || !p.keep[i] && n.refs.Load() == drops[int32(i)+inputs] {
			e.recs[i].edges(drop)
		}
	}
	for i, n := range e.inputs {
		v := n.val.Load()
		if k := drops[n.slot+inputs]; k > 0 && v.err == nil && v.refs.Load() == 1 && !p.shared[i] && n.refs.CompareAndSwap(k, dead+k) {
			l.Donate[i] = true
			n.val.Store(nil)
			vals[i] = v
		} else {
			vals[i] = v.retain()
		}
		l.Inputs[i] = v.buf
	}
}

// needed tells for each input the result that is a write over it: should that fail, the storage holds the input again.
func (e *evaluation) needed(p *plan) (by []int) {
	for k, n := range e.roots {
		if e.states[k] == nil || n.slot < 0 || p.source[n.slot] < 0 {
			continue
		}
		old := n
		for old != nil && old.mark == e.epoch && old.val.Load() == nil {
			old = e.recs[old.slot].old
		}
		if old == nil || old.mark != e.epoch || old.val.Load().err != nil {
			continue
		}
		if by == nil {
			by = slices.Repeat([]int{-1}, len(e.inputs))
		}
		by[-old.slot-1] = int(p.source[n.slot])
	}
	return by
}

// fault is the error that a failed check of the program gives to whoever reads what depends on it.
func (e *evaluation) fault(f *backend.Fault) *Error {
	n := e.order[f.Pos]
	msg := f.Msg
	op := n.op
	if op == "" {
		op = f.Op
	}
	return &Error{Op: op, Msg: msg, where: n.where, cause: f}
}

// publish stores the values of a run, releases its claims, and puts back what it did not use.
func (e *evaluation) publish(p *plan, rn *run, l *backend.Launch, err error) {
	d := e.d
	e.out = sized(e.out, len(p.results))
	out, vals := e.out, e.vals
	if err == nil {
		for i := range l.Outputs {
			if f := l.Outputs[i].Fault; f != nil {
				out[i] = failedValue(d, e.fault(f))
			} else {
				out[i] = d.newValue(l.Outputs[i].Buffer)
			}
		}
	}
	d.mu.Lock()
	for i, n := range e.inputs {
		if !l.Donate[i] {
			continue
		}
		if err == nil && i < len(l.Taken) && l.Taken[i] {
			vals[i].disown()
			continue
		}
		n.val.Store(vals[i]) // not used up
		vals[i] = nil
		n.refs.Add(-dead)
	}
	samples := err == nil && rn.e.watched < d.gcs
	if samples {
		rn.e.watched = d.gcs
	}
	for i, n := range e.order {
		if err != nil {
			if n.run == rn {
				n.run = nil
			}
			continue
		}
		n.run, n.pos = rn, int32(i)
		if p.keep[i] {
			v := e.result(p.source[i], out, vals)
			if !n.val.CompareAndSwap(nil, v.retain()) {
				v.release()
			}
		}
		_, learned := rn.e.learned[int32(i)]
		if samples && (learned || !p.keep[i] && n.bound.Load() > 0) {
			d.watch(n, rn.e, int32(i))
		}
	}
	for k, n := range e.roots { // failed writes leave the storage as it was
		n.run = nil // a root is nobody's interior
		st := e.states[k]
		if st == nil {
			continue
		}
		if err != nil {
			d.addPending(st)
		} else if v := n.val.Load(); v != nil && v.err != nil {
			st.restoreBefore(n)
		}
	}
	rn.active = false
	if rn.done != nil {
		close(rn.done)
	}
	d.mu.Unlock()
	for i, n := range e.order {
		if err == nil && p.keep[i] && !n.history() {
			n.dropRecipe()
		}
		if n.refs.Load() < 0 { // died meanwhile
			n.dropRecipe()
			if v := n.val.Swap(nil); v != nil {
				v.release()
			}
		}
	}
	for _, v := range out {
		if v != nil {
			v.release()
		}
	}
	for _, v := range vals {
		if v != nil {
			v.release()
		}
	}
}

// result is the value that a kept node gets: an output of the program, or an input that it aliases.
func (e *evaluation) result(source int32, out, vals []*value) *value {
	if source >= 0 {
		return out[source]
	}
	return vals[-source-1]
}

func (d *Device) addPending(st *storage) {
	if !st.pending {
		st.pending = true
		d.pending = append(d.pending, st.self)
	}
}

// value computes n and returns its value, counted in, or its error.
func (d *Device) value(ctx context.Context, n *node) (*value, error) {
	for {
		var end *ending
		if c := n.capture(); c != nil {
			end = &ending{of: c.of}
		}
		if err := d.evalCaptured(ctx, []*node{n}, ^uint64(0), end); err != nil {
			return nil, err
		}
		d.mu.Lock()
		v := n.val.Load()
		if v != nil {
			v.retain()
		}
		d.mu.Unlock()
		switch {
		case v == nil: // taken by a run that overwrote it between the two: compute again
			if n.rec.Load() == nil {
				return nil, fmt.Errorf("%w (recorded by %s)", errGone, n.op)
			}
		case v.err != nil:
			return nil, v.err
		default:
			return v, nil
		}
	}
}
