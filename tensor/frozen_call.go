package tensor

import (
	"time"

	"github.com/flambeau-ml/flambeau/backend"
	"github.com/flambeau-ml/flambeau/graph"
)

// audit says after how many calls the function is run again, so that this takes less than 2% of the time.
func (f *frozen) audit(s *study) {
	record, run := s.ran.Sub(s.begun), max(time.Since(s.ran), 1)
	f.left.Store(int64(100*record/run) - 1)
}

// call does one call, unless something has no value that should.
func (f *frozen) call(args, out []*Tensor) bool {
	f.dev.maybeCollect()
	r, _ := f.runs.Get().(*frozenRun)
	if r == nil {
		n, k := len(f.inputs), len(f.plan.results)
		r = &frozenRun{nodes: make([]*node, n), vals: make([]*value, n), out: make([]*value, k)}
		r.launch = backend.Launch{Sizes: f.sizes, Numbers: append([]graph.Scalar(nil), f.numbers...), Needed: f.needed,
			Inputs: make([]backend.Buffer, n), Donate: make([]bool, n)}
	}
	for _, c := range f.counts {
		*c.n++
	}
	for _, c := range f.cells {
		r.launch.Numbers[c.at] = graph.FloatOf(c.s.now())
	}
	if !f.gather(r, args) && !(f.settle(args) && f.gather(r, args)) {
		f.uncount()
		f.runs.Put(r)
		return false
	}
	err := f.run(r)
	if err == nil {
		err = f.publish(r, args, out)
	} else {
		f.uncount()
	}
	f.clean(r)
	f.runs.Put(r)
	if err != nil {
		panic(asError(err))
	}
	f.of.calls.Add(1)
	return true
}

func (f *frozen) uncount() {
	for _, c := range f.counts {
		*c.n--
	}
}

// settle computes the inputs that have no value, and reports whether they have then.
func (f *frozen) settle(args []*Tensor) bool {
	var held []*node
	defer func() {
		for _, n := range held {
			n.unref()
		}
	}()
	for i := range f.inputs {
		if n := f.inputs[i].node(args); n != nil && n.val.Load() == nil {
			if !n.tryRef() {
				return false
			}
			held = append(held, n)
		}
	}
	return f.dev.eval(ctxNone, held, ^uint64(0)) == nil
}

// node is what an input is now, or nil.
func (s *source) node(args []*Tensor) *node {
	switch s.kind {
	case fromArgument:
		return args[s.arg].st.node.Load()
	case fromStorage:
		return s.st.node.Load()
	case fromGradient:
		s.leaf.mu.Lock()
		defer s.leaf.mu.Unlock()
		if g := s.leaf.grad; g != nil {
			return g.st.node.Load()
		}
		return nil
	}
	return s.fixed
}

// gather finds the inputs. Those that the program may overwrite are taken off their nodes.
func (f *frozen) gather(r *frozenRun, args []*Tensor) bool {
	d := f.dev
	d.mu.Lock()
	defer d.mu.Unlock()
	for i := range f.inputs {
		s := &f.inputs[i]
		n := s.node(args)
		var v *value
		if n != nil {
			v = n.val.Load()
		}
		if v == nil || v.err != nil {
			r.restore(i)
			f.clean(r)
			return false
		}
		r.nodes[i], r.vals[i], r.launch.Inputs[i] = n, v, v.buf
		if s.mayGo && v.refs.Load() == 1 && n.refs.CompareAndSwap(1, dead+1) {
			r.launch.Donate[i] = true
			n.val.Store(nil)
		} else {
			v.retain()
		}
	}
	if !f.hold(r) {
		r.restore(len(f.inputs))
		f.clean(r)
		return false
	}
	d.stats.Runs++
	return true
}

// restore puts back what was taken off the first n nodes and is not used up.
func (r *frozenRun) restore(n int) {
	for i := range n {
		if r.launch.Donate[i] && r.vals[i] != nil {
			r.giveBack(i)
		}
	}
}

func (r *frozenRun) giveBack(i int) {
	r.nodes[i].val.Store(r.vals[i])
	r.nodes[i].refs.Add(-dead)
	r.vals[i] = nil
}

// run launches the program. Also when the backend panics, what was taken is put back.
func (f *frozen) run(r *frozenRun) (err error) {
	err = errPanicked
	defer func() {
		if err != nil {
			r.restore(len(r.nodes))
		}
		if err == errPanicked {
			f.clean(r)
		}
	}()
	err = f.prog.Run(ctxNone, &r.launch)
	return err
}

// clean lets go of what a run held.
func (f *frozen) clean(r *frozenRun) {
	for i, v := range r.vals {
		if v != nil && !r.launch.Donate[i] {
			v.release()
		}
	}
	for _, n := range r.held {
		n.unref()
	}
	clear(r.held)
	r.held = r.held[:0]
	clear(r.nodes)
	clear(r.vals)
	clear(r.out)
	clear(r.launch.Inputs)
	clear(r.launch.Donate)
	clear(r.launch.Outputs)
}

// publish gives the results to whom they belong.
func (f *frozen) publish(r *frozenRun, args, out []*Tensor) (failed error) {
	l := &r.launch
	for i, n := range r.nodes {
		switch {
		case !l.Donate[i]:
		case i < len(l.Taken) && l.Taken[i]:
			if t := &f.targets[f.inputs[i].target]; t.source >= 0 && l.Outputs[t.source].Buffer == l.Inputs[i] {
				n.val.Store(r.vals[i]) // written in place: nobody else knows the node
				r.out[t.source] = r.vals[i]
				n.refs.Add(-dead)
			} else {
				r.vals[i].disown()
			}
			r.vals[i] = nil
		default:
			r.giveBack(i)
		}
	}
	past := f.remember(r)
	for k := range f.targets {
		t := &f.targets[k]
		switch t.kind {
		case toResult:
			out[t.result] = f.fresh(r, t, past)
		case toAlias:
			y := *t.tensor
			if t.arg > 0 {
				y.st = args[t.arg-1].st
			}
			out[t.result] = &y
		case toTwin:
			y := *t.tensor
			y.st = out[t.arg-1].st
			out[t.result] = &y
		case toStorage:
			if err := f.store(r, t); err != nil {
				for _, c := range f.counts {
					if c.target == k {
						*c.n--
					}
				}
				if t.wanted {
					failed = err
				}
			}
		case toGradient:
			var g *Tensor
			if !t.none {
				g = f.fresh(r, t, nil)
			}
			t.leaf.mu.Lock()
			t.leaf.grad = g
			t.leaf.mu.Unlock()
		}
	}
	for j := range l.Outputs { // what the program learned to keep, and nobody here asked for
		if b := l.Outputs[j].Buffer; r.out[j] == nil && b != nil {
			b.Free()
		}
	}
	return failed
}

// result is all that a result of a frozen call is, in one allocation.
type result struct {
	node
	value
}

// fresh is a new tensor with what t says.
func (f *frozen) fresh(r *frozenRun, t *target, past *past) *Tensor {
	var x *result
	if t.step >= 0 && past != nil {
		m := &remembered{}
		x = &m.result
		f.bear(&x.node, t.base, f.value(r, t.source, &x.value))
		past.recall(m, t.step)
	} else {
		x = &result{}
		f.bear(&x.node, t.base, f.value(r, t.source, &x.value))
	}
	x.marks.Store(top | shown)
	x.first.node.Store(&x.node)
	x.first.Tensor = Tensor{&x.first.storage, t.tensor.typ, t.tensor.look}
	return &x.first.Tensor
}

// bear makes n a computed node that a storage is bound to.
func (f *frozen) bear(n *node, typ *graph.Type, v *value) {
	n.dev, n.id, n.typ, n.op = f.dev, f.dev.ids.Add(1), typ, f.of.op
	n.val.Store(v)
	n.refs.Store(1)
	n.bound.Store(1)
	n.marks.Store(top)
}

// fill makes v the value that the program gives as source.
func (f *frozen) fill(v *value, r *frozenRun, source int32) {
	o := &r.launch.Outputs[source]
	if o.Fault != nil {
		v.dev, v.err = f.dev, f.fault(o.Fault)
		v.refs.Store(1)
		return
	}
	f.dev.initValue(v, o.Buffer)
}

// fault is the error of a failed check.
func (f *frozen) fault(x *backend.Fault) *Error {
	at := f.lines[x.Pos]
	op := at.op
	if op == "" {
		op = x.Op
	}
	return &Error{Op: op, Msg: x.Msg, where: at.where, cause: x}
}

// store binds what t says, unless that was written in place. After an error the storage is as it was.
func (f *frozen) store(r *frozenRun, t *target) error {
	var v *value
	switch {
	case t.source < 0:
		v = r.vals[-t.source-1].retain()
	case r.launch.Outputs[t.source].Fault != nil:
		return f.fault(r.launch.Outputs[t.source].Fault)
	case r.out[t.source] != nil:
		v = r.out[t.source]
		if t.own >= 0 && r.nodes[t.own].val.Load() == v {
			return nil
		}
		v.retain()
	default:
		v = &value{}
		f.fill(v, r, t.source)
		r.out[t.source] = v
	}
	n := &node{}
	f.bear(n, t.base, v)
	n.where = t.where
	st := t.st
	st.mu.Lock()
	defer st.mu.Unlock()
	if st.freed.Load() != 0 {
		n.unref()
		return nil
	}
	if st.leaf != nil {
		n.leaf, n.needs = st.leaf, true
	}
	old := st.node.Swap(n)
	old.bound.Add(-1)
	old.unref()
	return nil
}
