package cpu

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"sync/atomic"

	"github.com/flambeau-ml/flambeau/backend"
	"github.com/flambeau-ml/flambeau/graph"
	"github.com/flambeau-ml/flambeau/rewrite"
)

// program is a compiled graph.
type program struct {
	d       *Device
	name    string
	symbols []string
	guards  []graph.Guard
	numbers int
	params  []graph.Type
	shaped  []*graph.Value // values whose sizes may turn out not to fit

	table   sizeTable
	buffers []bufferID
	stages  []*compiled
	results []int  // buffers
	unsound []bool // buffers that depend on a check
	chains  []chain
	gifts   []gift // results that may take the memory of a donated parameter

	last atomic.Pointer[binding]
	dump *dump
}

// bufferID is a buffer with its size in the program's table.
type bufferID struct {
	buffer
	elements    sizeID
	first, last int // the stages that write it first and use it last; −1 where there are none
}

// compiled is a stage, prepared.
type compiled struct {
	*stage
	code  *code
	in    []sourceID
	out   []sizeID // sizes of the result of a contraction or special
	plain bool     // a contraction without epilogue

	bodies *bodies

	stores []needed // of the loop
	pairs  []pair   // stores that may take the memory of what the stage reads
	reads  []int
}

// needed is a store and the buffers that it depends on.
type needed struct {
	at    int // of the instruction
	reads []int
}

type sourceID struct {
	buf  int
	dims []sizeID
	axes []int
	at   affineID
}

// pair says that a store may go where a load of the same loop comes from: both go through all of their buffer in the
// same order.
type pair struct{ stage, to, from int }

// passes are those of a program for this backend, which takes few composites whole and contracts real numbers only.
func (d *Device) passes() []rewrite.Pass {
	return append([]rewrite.Pass{
		{Name: "inline-calls", Run: func(f *graph.Func) (*graph.Func, error) { return rewrite.InlineCalls(f, d.takesWhole) }},
		{Name: "share-calls", Run: rewrite.ShareCalls},
		{Name: "split-complex", Run: rewrite.SplitComplex},
	}, rewrite.Final...)
}

// Compile makes a program of f.
func (d *Device) Compile(f *graph.Func, opts backend.Options) (backend.Program, error) {
	p, err := d.compile(f, opts)
	if err != nil {
		return nil, err
	}
	return p, nil
}

func (d *Device) compile(f *graph.Func, opts backend.Options) (_ *program, err error) {
	p := &program{d: d, name: opts.Name, symbols: f.Symbols(), guards: f.Guards(), numbers: len(f.Numbers())}
	for _, v := range f.Params {
		p.params = append(p.params, v.Type)
	}
	var see func(pass string, before, after *graph.Func)
	if dir := os.Getenv("FLAMBEAU_DUMP"); dir != "" {
		if p.dump, err = newDump(dir, opts.Name, f); err != nil {
			return nil, err
		}
		see = p.dump.pass
	}
	if f, err = rewrite.Run(f, d.passes(), see); err != nil {
		return nil, err
	}
	if f, err = takeWhole(f); err != nil {
		return nil, err
	}
	model := d.model
	switch {
	case model != nil:
	case d.expand:
		model = &machined
	default:
		model = &interpreted
	}
	s, err := schedule(f, opts.Unfused, model)
	if err != nil {
		return nil, err
	}
	for _, v := range f.Values {
		if s.live[v] && shaped(v) {
			p.shaped = append(p.shaped, v)
		}
	}
	if err := p.prepare(s); err != nil {
		return nil, err
	}
	if p.dump != nil {
		p.dump.stages(p)
	}
	return p, nil
}

// shaped reports whether v's sizes may turn out not to fit when they are known: what the type rules could not see
// because sizes were symbolic.
func shaped(v *graph.Value) bool {
	symbolic := func(s graph.Shape) bool {
		_, ok := s.Ints()
		return !ok
	}
	some := symbolic(v.Shape) || symbolic(v.Attr().Shape) || symbolic(v.Attr().Start)
	for _, x := range v.Args {
		some = some || symbolic(x.Shape)
	}
	return some && !v.Op.Elementwise() && v.Op.Kind != graph.Leaf && v.Op != graph.Permute && v.Op != graph.Reverse && v.Op != graph.ReduceSum
}

// prepare puts sizes into the table and finds out what a run needs to know of each stage.
func (p *program) prepare(s *scheduler) error {
	for i := range s.buffers {
		b := &s.buffers[i]
		p.buffers = append(p.buffers, bufferID{buffer: *b, elements: p.table.id(b.typ.Shape.Count()), first: -1, last: -1})
	}
	p.results = s.results
	for i, k := range s.kernels {
		c := &compiled{stage: k}
		if k.loop != nil {
			k.loop.storesLast()
			if p.d.expand {
				k.loop.expand()
			}
			code, err := newCode(k.loop, &p.table)
			if err != nil {
				return fmt.Errorf("%w, in %s", err, k.value.Op)
			}
			c.code = code
		}
		if k.kind == kindBodies {
			b, err := p.newBodies(k)
			if err != nil {
				return err
			}
			c.bodies = b
		}
		if k.kind != kindLoop {
			c.out = p.table.all(k.value.Shape)
			for n, x := range k.value.Args {
				src := sourceID{buf: k.in[n].buf, dims: p.table.all(x.Shape)}
				if k.kind == kindTiled || k.kind == kindComposite {
					src.axes, src.at = k.in[n].axes, p.table.affine(k.in[n].at)
				}
				c.in = append(c.in, src)
			}
		}
		c.plain = k.kind == kindTiled && len(k.loop.instrs) == 2 && k.loop.instrs[1].buf == k.out
		p.stages = append(p.stages, c)
		c.dependencies()
		for _, b := range c.reads {
			p.buffers[b].last = i
		}
		for _, b := range c.writes() {
			if p.buffers[b].first < 0 {
				p.buffers[b].first = i
			}
			p.buffers[b].last = i
		}
	}
	for i, c := range p.stages {
		p.findPairs(i, c)
	}
	p.findChains()
	return nil
}

// storesLast moves the stores to the end, so that one that overwrites what the loop loads comes after all uses.
func (l *loop) storesLast() {
	number := make([]int, len(l.instrs))
	out := make([]instr, 0, len(l.instrs))
	for _, stores := range []bool{false, true} {
		for i, in := range l.instrs {
			if (in.op == opStore) == stores {
				number[i] = len(out)
				out = append(out, in)
			}
		}
	}
	for i := range out {
		out[i].renumber(number)
	}
	l.instrs = out
}

// dependencies finds what the stage reads, and what each store depends on.
func (c *compiled) dependencies() {
	for _, x := range c.stage.in {
		if !slices.Contains(c.reads, x.buf) {
			c.reads = append(c.reads, x.buf)
		}
	}
	if c.loop == nil {
		return
	}
	operands := slices.Clone(c.reads)
	n := len(c.loop.instrs)
	reached := make([]map[int]bool, n)
	for i := range c.loop.instrs {
		in := &c.loop.instrs[i]
		reached[i] = map[int]bool{}
		switch in.op {
		case opLoad:
			reached[i][in.buf] = true
			if !slices.Contains(c.reads, in.buf) {
				c.reads = append(c.reads, in.buf)
			}
		case opAcc:
			for _, b := range operands {
				reached[i][b] = true
			}
		}
		for _, x := range in.args {
			for b := range reached[x] {
				reached[i][b] = true
			}
		}
		if in.op == opStore {
			c.stores = append(c.stores, needed{i, slices.Sorted(maps.Keys(reached[i]))})
		}
	}
}

// writes are the buffers that the stage writes.
func (c *compiled) writes() []int {
	switch c.kind {
	case kindSpecial:
		return []int{c.stage.out}
	case kindBodies, kindComposite:
		return c.outs
	}
	var out []int
	for i := range c.loop.instrs {
		if in := &c.loop.instrs[i]; in.op == opStore && !slices.Contains(out, in.buf) {
			out = append(out, in.buf)
		}
	}
	return out
}

// findPairs finds the stores of stage number at that may overwrite a buffer which nobody needs afterwards.
func (p *program) findPairs(at int, c *compiled) {
	if c.kind == kindSpecial && overFirst[c.value.Op] {
		to, from := c.stage.out, c.stage.in[0].buf
		again := slices.ContainsFunc(c.stage.in[1:], func(x source) bool { return x.buf == from })
		if !again && p.buffers[from].last == at && p.buffers[from].output < 0 {
			c.pairs = append(c.pairs, pair{at, to, from})
		}
	}
	if c.loop == nil || c.check != nil {
		return
	}
	// A store of what was loaded as it is may find it overwritten by another store; alone it is harmless.
	stores, copies := 0, 0
	for i := range c.loop.instrs {
		if in := &c.loop.instrs[i]; in.op == opStore {
			stores++
			if c.loop.instrs[in.args[0]].op == opLoad {
				copies++
			}
		}
	}
	if copies > 0 && stores > 1 {
		return
	}
	for i := range c.loop.instrs {
		st := &c.loop.instrs[i]
		if st.op != opStore || p.buffers[st.buf].first != at {
			continue
		}
		for _, b := range c.reads {
			if p.buffers[b].last != at || p.buffers[b].output >= 0 || !c.samePath(st, b) {
				continue
			}
			c.pairs = append(c.pairs, pair{at, st.buf, b})
		}
	}
}

// samePath reports whether the stage reads buffer b only where st writes at the same index, elements of the same size.
func (c *compiled) samePath(st *instr, b int) bool {
	for _, x := range c.stage.in {
		if x.buf == b {
			return false
		}
	}
	for i := range c.loop.instrs {
		in := &c.loop.instrs[i]
		if in.op == opLoad && in.buf == b &&
			(in.level != st.level || len(in.masks) > 0 || in.dtype.Bytes() != st.dtype.Bytes() || !in.at.equal(st.at)) {
			return false
		}
		if in.op == opReduce { // it takes place after the stores of its block
			if x := &c.loop.instrs[in.args[0]]; x.op == opLoad && x.buf == b {
				return false
			}
		}
	}
	return true
}

// overwrites reports whether store i may change what load j of the stage's loop reads.
func (c *compiled) overwrites(i, j int) bool {
	return slices.ContainsFunc(c.pairs, func(p pair) bool {
		return p.to == c.loop.instrs[i].buf && p.from == c.loop.instrs[j].buf
	})
}
