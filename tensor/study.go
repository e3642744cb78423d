package tensor

import (
	"bytes"
	"fmt"
	"slices"
	"time"

	"github.com/flambeau-ml/flambeau/graph"
	"github.com/flambeau-ml/flambeau/internal/callers"
)

// ending is the end of a call of a compiled function, for the evaluation that computes it.
type ending struct {
	of    *Captured
	study *study
}

// before is called when the program is known and not launched yet. Under Device.mu.
func (x *ending) before(e *evaluation, ent *entry, p *plan) error {
	if x == nil {
		return nil
	}
	x.of.mu.Lock()
	defer x.of.mu.Unlock()
	x.of.ran(e, ent, p)
	if x.study != nil {
		return x.study.learn(e, ent, p)
	}
	return nil
}

// study is a call of a function to be frozen, which makes a form of what it did.
type study struct {
	*witness
	of        *Captured
	dev       *Device
	args      []*Tensor
	nodes     []*node // of args when the call began
	out       []*Tensor
	wanted    map[*node]bool     // by Eval
	gradients map[*storage]*leaf // those that are set
	splits    []callers.ID
	old       *frozen // a form that fits, which the call confirms
	form      *frozen // what the call made
	differs   *Error  // from old, which was ready
	begun     time.Time
	ran       time.Time // when its program was launched
}

// study begins to watch a call. It returns nil where another one is watched on the device, or each operator is computed
// at once.
func (c *Captured) study(k *capture, args []*Tensor) *study {
	d := k.dev
	if d.eager {
		c.note("the device computes each operator at once")
		return nil
	}
	if d != Default() {
		c.note("its tensors are not on the default device")
		return nil
	}
	s := &study{of: c, dev: d, args: args, witness: &witness{start: k.start, homes: map[*node]*storage{}, same: map[*node]*node{},
		written: map[*storage]bool{}, known: map[*leaf]bool{}}, wanted: map[*node]bool{}}
	for _, x := range args {
		if x == nil {
			s.spoil("an argument is nil")
			continue
		}
		Must(Eval(ctxNone, x)) // what it waits for is no part of the function
		s.nodes = append(s.nodes, x.st.node.Load())
	}
	s.old = c.fitting(args, false)
	if !d.witness.CompareAndSwap(nil, s.witness) {
		return nil
	}
	s.begun = time.Now()
	return s
}

// end stops watching.
func (s *study) end() {
	if s != nil {
		s.dev.witness.CompareAndSwap(s.witness, nil)
	}
}

func (c *Captured) note(why string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.why = why
}

// learn makes a form of the call, and compares it with what was known. Under Device.mu and Captured.mu.
func (s *study) learn(e *evaluation, ent *entry, p *plan) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ran = time.Now()
	if len(s.splits) > 0 {
		s.spoiled("a value is read at %s", s.splits[0])
	}
	f := &frozen{of: s.of, dev: s.dev, ent: ent, plan: p, prog: p.prog, results: len(s.out)}
	if s.why == "" {
		s.fill(f, e, p)
	}
	if s.why != "" {
		s.of.why = s.why
		return nil
	}
	s.form = f
	f.same = 1
	if s.old == nil {
		return nil
	}
	diff, where := s.old.differs(f)
	switch {
	case diff == "":
		f.same = s.old.same + 1
	case s.old.same >= 2 && s.old.plan != p && slices.Equal(s.old.ent.key, ent.key): // the program has learned what to keep
	case s.old.same >= 2:
		s.form = nil
		s.differs = &Error{Op: s.of.op, Msg: "a frozen function does something else than before: " + diff, where: where,
			Hint: "take numbers that change from a tensor.Scalar and modes from tensor.Watch, or do not freeze the function"}
		return s.differs
	default:
		s.of.why = diff + lineOf(where)
	}
	return nil
}

func lineOf(where callers.ID) string {
	if where == 0 {
		return ""
	}
	return " at " + where.String()
}

// fill describes the call in f, or spoils.
func (s *study) fill(f *frozen, e *evaluation, p *plan) {
	l := e.launch(p)
	f.sizes, f.numbers, f.needed = slices.Clone(l.Sizes), slices.Clone(l.Numbers), e.needed(p)
	for i, x := range s.args {
		f.args = append(f.args, argument{typ: x.typ, via: x.via, detach: x.detach, needs: x.NeedsGrad(), like: sameStorage(s.args, i)})
	}
	for k, at := range p.numbers {
		if c := e.recs[at].attrs.Value.Cell(); c != nil {
			f.cells = append(f.cells, cellAt{k, c.(*use).Scalar})
		}
	}
	for i, n := range e.order {
		f.lines = append(f.lines, line{n.op, n.where, numberOf(e.recs[i])})
	}
	s.gradients = map[*storage]*leaf{}
	for _, l := range s.leaves {
		if l.grad != nil {
			s.gradients[l.grad.st] = l.leaf
		}
	}
	for i, n := range e.inputs {
		f.inputs = append(f.inputs, s.source(i, n))
	}
	for _, c := range s.cells {
		if c.read.Load() {
			was := c.now()
			s.guards = append(s.guards, guard{holds: func() bool { return equalBits(c.now(), was) }})
		}
	}
	f.guards = s.guards
	s.targets(f, e, p)
	if s.why == "" {
		s.replays(f, e, p)
	}
	at := map[*storage]int{}
	for k, t := range f.targets {
		if t.st != nil {
			at[t.st] = k
		}
	}
	for _, c := range s.counts {
		k, ok := at[c.st]
		if !ok {
			s.spoiled("a count goes on with a tensor that the program does not write")
			return
		}
		f.counts = append(f.counts, countOf{k, c.n})
	}
}

func numberOf(r *recipe) graph.Scalar {
	if r.op == graph.Number {
		return r.attrs.Value
	}
	return graph.Scalar{}
}

// source says where input i of the program, which is n, comes from.
func (s *study) source(i int, n *node) source {
	for o := s.same[n]; o != nil; o = s.same[n] {
		n = o
	}
	if k := slices.Index(s.nodes, n); k >= 0 {
		return source{kind: fromArgument, arg: k}
	}
	st := s.homes[n]
	if l := s.gradients[st]; l != nil {
		return source{kind: fromGradient, leaf: l}
	}
	switch {
	case n.id > s.start && n.is(given):
		v := n.val.Load()
		if host := v.buf.Host(); host != nil && len(host) <= maxConstant {
			return source{kind: fromConstant, fixed: n, data: bytes.Clone(host), where: n.where}
		}
		s.spoiled("a tensor is made of Go's data%s", lineOf(n.where))
	case n.id > s.start:
		s.spoiled("a program of its own computes the %s%s", n.op, lineOf(n.where))
	case st == nil:
		s.spoiled("it is not known where the %s%s is kept", n.op, lineOf(n.where))
	}
	return source{kind: fromStorage, st: st, needs: n.needs, where: n.where}
}

// maxConstant is the largest tensor, in bytes, that a frozen function may make of Go's data in each call.
const maxConstant = 1 << 20

// targets says where the results of the program go.
func (s *study) targets(f *frozen, e *evaluation, p *plan) {
	from := func(n *node, what string, result bool) (int32, bool) {
		if n.mark != e.epoch || n.slot < 0 || !p.keep[n.slot] {
			s.spoiled("%s is not computed by the program of the call%s", what, lineOf(n.where))
			return 0, false
		}
		if n.history() && n.leaf == nil && !result {
			s.spoiled("%s has a history%s: detach it", what, lineOf(n.where))
		}
		return p.source[n.slot], true
	}
	for i, y := range s.out {
		t := target{kind: toResult, result: i}
		if y == nil {
			continue
		}
		n := y.st.node.Load()
		t.tensor, t.base = y, n.typ
		if k := slices.IndexFunc(s.args, func(x *Tensor) bool { return x.st == y.st }); k >= 0 {
			t.kind, t.arg = toAlias, k+1
		} else if n.id <= s.start || s.written[y.st] {
			t.kind = toAlias
		} else if k := slices.IndexFunc(s.out[:i], func(x *Tensor) bool { return x != nil && x.st == y.st }); k >= 0 {
			t.kind, t.arg = toTwin, k+1
		} else if src, ok := from(n, "a result", true); ok {
			t.source = src
		}
		f.targets = append(f.targets, t)
	}
	homes := map[*storage]int{}
	for i, x := range f.inputs {
		if x.kind == fromStorage {
			homes[x.st] = i
		}
	}
	for _, w := range s.writes {
		if !w.older || w.st.freed.Load() != 0 {
			continue
		}
		n := w.st.node.Load()
		if n.id <= s.start {
			continue // it was given back what it held
		}
		if src, ok := from(n, "what is written"+lineOf(w.where), false); ok {
			own, ok := homes[w.st]
			if !ok {
				own = -1
			}
			if slices.ContainsFunc(s.args, func(x *Tensor) bool { return x.st == w.st }) {
				s.spoiled("an argument is written%s", lineOf(w.where))
			}
			f.targets = append(f.targets, target{kind: toStorage, source: src, st: w.st, own: own, base: n.typ, where: w.where, wanted: s.wanted[n]})
			if own >= 0 && !p.shared[own] {
				f.inputs[own].mayGo, f.inputs[own].target = true, len(f.targets)-1
			}
		}
	}
	slices.SortFunc(s.leaves, byLeaf)
	for _, l := range s.leaves {
		g := l.leaf.grad
		f.leaves = append(f.leaves, leafState{l.leaf, l.grad != nil, l.grad != nil && l.grad.NeedsGrad()})
		switch {
		case g == l.grad && g == nil:
		case g == nil:
			f.targets = append(f.targets, target{kind: toGradient, leaf: l.leaf, none: true})
		case g == l.grad:
		default:
			if src, ok := from(g.st.node.Load(), "a gradient", false); ok {
				f.targets = append(f.targets, target{kind: toGradient, leaf: l.leaf, source: src, tensor: g, base: g.st.node.Load().typ})
			}
		}
	}
	for k := range e.roots {
		if st := e.states[k]; st != nil && !s.written[st] {
			s.spoiled("what was written before the call is computed along with it")
		}
	}
}

// differs says how g, made of a later call, differs from f, and where; nothing if it does not.
func (f *frozen) differs(g *frozen) (diff string, where callers.ID) {
	if !slices.Equal(f.ent.key, g.ent.key) || len(f.lines) != len(g.lines) {
		for i := range min(len(f.lines), len(g.lines)) {
			if x, y := f.lines[i], g.lines[i]; x.op != y.op || x.where != y.where {
				return fmt.Sprintf("%s where there was %s%s", y.op, x.op, lineOf(x.where)), y.where
			}
		}
		return "another program", 0
	}
	if f.plan != g.plan {
		return "the program keeps other results", 0
	}
	cell := func(h *frozen, k int) *Scalar {
		for _, c := range h.cells {
			if c.at == k {
				return c.s
			}
		}
		return nil
	}
	for k, at := range f.plan.numbers {
		x, y := f.numbers[k], g.numbers[k]
		cx, cy := cell(f, k), cell(g, k)
		switch {
		case (cx == nil) != (cy == nil):
			return "a number comes from elsewhere", g.lines[at].where
		case cx != nil && !equalBits(cx.now(), y.Float()), cx == nil && !x.Equal(y):
			return fmt.Sprintf("the number %s was %s", y, x), g.lines[at].where
		}
	}
	for i, n := range f.sizes {
		if n != g.sizes[i] {
			at := max(g.plan.symbols[i].at, 0)
			return fmt.Sprintf("a size of %d was %d", g.sizes[i], n), g.lines[at].where
		}
	}
	for i := range f.inputs {
		if !f.inputs[i].equal(&g.inputs[i]) {
			return "another tensor is read", g.inputs[i].where
		}
	}
	if !slices.EqualFunc(f.targets, g.targets, target.equal) || !slices.Equal(f.counts, g.counts) {
		return "other tensors are written", 0
	}
	if !f.replay.equal(g.replay) {
		return "results have another history", 0
	}
	return "", 0
}
