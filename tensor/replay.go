package tensor

import (
	"slices"
	"sync"
	"weak"

	"github.com/flambeau-ml/flambeau/graph"
	"github.com/flambeau-ml/flambeau/internal/callers"
)

// replay is the recipes of a call of a frozen function whose results have a history, by which later calls make them
// again should they be asked for: by Backward, a transform, or whatever else differentiates. Until then a result has a
// recipe without a primitive that counts what the recipes read, and says of which call it is (rare.past).
type replay struct {
	steps   []recorded
	reads   []int32 // the inputs of the program that the steps read
	kept    []int32 // the steps whose values the program keeps, and are no results: what it learned to keep
	numbers bool    // some are told at each call
}

// recorded is one of them. Operands are steps, or, as −k−1, inputs of the program.
type recorded struct {
	op     *graph.Primitive
	attrs  *graph.Attrs
	in     []int32
	stop   bool
	needs  bool
	typ    *graph.Type
	name   string
	where  callers.ID
	at     int32 // its place in the program
	source int32 // of its value, if that is kept
	number int32 // that is told at each call; −1: none
	result bool
}

func (s *recorded) equal(t *recorded) bool {
	return s.op == t.op && slices.Equal(s.in, t.in) && s.stop == t.stop && s.needs == t.needs && s.at == t.at && s.source == t.source &&
		s.number == t.number && s.result == t.result
}

func (p *replay) equal(q *replay) bool {
	if p == nil || q == nil {
		return p == q
	}
	return slices.EqualFunc(p.steps, q.steps, func(s, t recorded) bool { return s.equal(&t) })
}

// past is what the results of one frozen call have in common.
type past struct {
	of      *frozen
	base    uint64         // the step i was recorded as node base+i
	reads   []*node        // the inputs, then the kept: counted by each folded recipe
	numbers []graph.Scalar // of the call
	run     *run

	mu   sync.Mutex
	done bool
	outs []pastResult
	few  [1]pastResult // memory of outs, where one is enough
}

// pastResult is a result, which may be gone.
type pastResult struct {
	step int32
	node weak.Pointer[node]
}

// remembered is all that a result of a frozen call with a history is, in one allocation.
type remembered struct {
	result
	folded recipe
	rare   rare
}

// replays describes the history of those results of the call that have one, in f. It spoils where that cannot be made
// again from its inputs.
func (s *study) replays(f *frozen, e *evaluation, p *plan) {
	at := map[int32]int32{} // step, by place in the program
	r := &replay{}
	reads := map[int32]bool{}
	var add func(n *node) int32
	add = func(n *node) int32 {
		if n.mark != e.epoch || n.slot == nowhere {
			s.spoiled("the history of a result is not of the call%s", lineOf(n.where))
			return 0
		}
		if n.slot < 0 {
			if k := -n.slot - 1; !reads[k] {
				reads[k] = true
				r.reads = append(r.reads, k)
			}
			return n.slot
		}
		if i, ok := at[n.slot]; ok {
			return i
		}
		rec := e.recs[n.slot]
		switch {
		case n.leaf != nil:
			s.spoiled("a result has a history through a leaf that is written%s", lineOf(n.where))
			return 0
		case rec.hist != nil || rec.call != nil || n.drawn || n.hooks.list.Load() != nil || rec.attrs != nil && rec.attrs.Host != nil && rec.attrs.Host.Effect:
			s.spoiled("a result has a history through the %s%s: detach it", n.op, lineOf(n.where))
			return 0
		}
		st := recorded{op: rec.op, attrs: rec.attrs, stop: rec.stop, needs: n.needs, typ: n.typ, name: n.op, where: n.where, at: n.slot, number: -1}
		for _, x := range rec.operands() {
			st.in = append(st.in, add(x))
		}
		if p.keep[n.slot] {
			st.source = p.source[n.slot]
		}
		i := int32(len(r.steps))
		at[n.slot] = i
		r.steps = append(r.steps, st)
		return i
	}
	for k := range f.targets {
		t := &f.targets[k]
		t.step = -1
		if t.kind != toResult {
			continue
		}
		if n := s.out[t.result].st.node.Load(); n.history() && n.leaf == nil {
			if t.step = add(n); s.why != "" {
				return
			}
			r.steps[t.step].result = true
		}
	}
	if len(r.steps) == 0 {
		return
	}
	for _, c := range f.cells {
		if i, ok := at[int32(p.numbers[c.at])]; ok {
			r.steps[i].number = int32(c.at)
			r.numbers = true
		}
	}
	for i := range r.steps {
		if st := &r.steps[i]; p.keep[st.at] && !st.result {
			r.kept = append(r.kept, int32(i))
		}
	}
	for _, k := range r.reads {
		f.inputs[k].mayGo = false // the history reads it
	}
	f.replay = r
}

// hold counts the nodes that the history of a call reads. Under Device.mu.
func (f *frozen) hold(r *frozenRun) bool {
	if f.replay == nil {
		return true
	}
	for _, k := range f.replay.reads {
		if !r.nodes[k].tryRef() {
			return false
		}
		r.held = append(r.held, r.nodes[k])
	}
	return true
}

// remember begins the history of a call: the nodes that hold what the program learned to keep for it.
func (f *frozen) remember(r *frozenRun) *past {
	if f.replay == nil {
		return nil
	}
	p := &past{of: f}
	p.outs = p.few[:0]
	k := uint64(len(f.replay.steps))
	p.base = f.dev.ids.Add(k) - k + 1
	p.reads = slices.Clone(r.held)
	if f.replay.numbers {
		p.numbers = slices.Clone(r.launch.Numbers)
	}
	if len(f.replay.kept) == 0 {
		return p
	}
	p.run = &run{e: f.ent}
	for _, i := range f.replay.kept {
		s := &f.replay.steps[i]
		n := p.node(i)
		n.refs.Store(1)
		n.run, n.pos = p.run, s.at
		n.val.Store(f.value(r, s.source, &value{}))
		r.held = append(r.held, n)
		p.reads = append(p.reads, n)
	}
	f.dev.mu.Lock()
	if f.ent.watched < f.dev.gcs { // as evaluations do
		f.ent.watched = f.dev.gcs
		for k, i := range f.replay.kept {
			f.dev.watch(p.reads[len(f.replay.reads)+k], f.ent, f.replay.steps[i].at)
		}
	}
	f.dev.mu.Unlock()
	return p
}

// value is what the program gave as source, held once more. own is memory for it.
func (f *frozen) value(r *frozenRun, source int32, own *value) *value {
	switch {
	case source < 0:
		return r.vals[-source-1].retain()
	case r.out[source] != nil:
		return r.out[source].retain()
	}
	f.fill(own, r, source)
	r.out[source] = own
	return own
}

// node is the node of step i, that nothing counts and has no recipe yet.
func (p *past) node(i int32) *node {
	n := &node{}
	p.step(n, i)
	return n
}

func (p *past) step(n *node, i int32) {
	s := &p.of.replay.steps[i]
	n.dev, n.id, n.typ, n.op, n.where, n.needs = p.of.dev, p.base+uint64(i), s.typ, s.name, s.where, s.needs
}

// recall gives the result in x, which is step i, its history.
func (p *past) recall(x *remembered, i int32) {
	n := &x.node
	p.step(n, i)
	x.rare = rare{past: p, many: p.reads}
	x.folded.rare = &x.rare
	x.folded.edges((*node).ref) // safe: the run holds them
	n.rec.Store(&x.folded)
	p.outs = append(p.outs, pastResult{i, weak.Make(n)})
}

// recipe is how n was computed: what a frozen call left folded is unfolded. n is held by the caller.
func (n *node) recipe() *recipe {
	r := n.rec.Load()
	if r != nil && r.past != nil {
		r.past.unfold()
		r = n.rec.Load()
	}
	return r
}

// unfold makes the nodes and recipes that the call would have recorded, and gives them to its results.
func (p *past) unfold() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.done {
		return
	}
	for i, x := range p.reads {
		if !x.tryRef() { // who asked has lost its history meanwhile
			for _, y := range p.reads[:i] {
				y.unref()
			}
			return
		}
	}
	p.done = true
	if p.run == nil {
		p.run = &run{e: p.of.ent}
	}
	rep := p.of.replay
	inputs, nodes := map[int32]*node{}, make([]*node, len(rep.steps))
	for k, at := range rep.reads {
		inputs[-at-1] = p.reads[k]
	}
	for k, i := range rep.kept {
		nodes[i] = p.reads[len(rep.reads)+k]
	}
	outs := map[int32][]*node{}
	for _, o := range p.outs {
		if n := o.node.Value(); n != nil {
			outs[o.step] = append(outs[o.step], n)
		}
	}
	var own []*node
	for i := range rep.steps {
		s := &rep.steps[i]
		again := func() *recipe {
			rec := &recipe{op: s.op, attrs: s.attrs, rare: &plain}
			if s.stop {
				rec.rare = &rare{stop: true}
			}
			if s.number >= 0 {
				a := *s.attrs
				a.Value = p.numbers[s.number]
				rec.attrs = &a
			}
			in := rec.room(len(s.in))
			for i, k := range s.in {
				if k < 0 {
					in[i] = inputs[k]
				} else {
					in[i] = nodes[k]
				}
			}
			rec.edges((*node).ref)
			return rec
		}
		depth := int32(0)
		for _, k := range s.in {
			if k >= 0 && nodes[k].val.Load() == nil {
				depth = max(depth, nodes[k].depth.Load())
			}
		}
		for _, n := range outs[int32(i)] {
			if old, rec := n.rec.Load(), again(); old != nil && n.rec.CompareAndSwap(old, rec) {
				old.edges(unref)
				if n.tryRef() {
					nodes[i] = n
					own = append(own, n)
				}
			} else {
				rec.edges(unref)
			}
		}
		n := nodes[i]
		if n == nil {
			n = p.node(int32(i))
			n.refs.Store(1)
			n.run, n.pos = p.run, s.at
			nodes[i] = n
			own = append(own, n)
		}
		n.depth.Store(depth + 1)
		if n.rec.Load() == nil {
			n.rec.Store(again())
		}
	}
	for _, n := range slices.Backward(own) {
		n.unref()
	}
	for _, x := range p.reads {
		x.unref()
	}
}
