package cpu

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
	"unsafe"

	"github.com/flambeau-ml/flambeau/backend"
	"github.com/flambeau-ml/flambeau/graph"
)

// state is what one run of any program needs besides memory for its buffers.
type state struct {
	eval    *evaluation
	base    []unsafe.Pointer // of each buffer
	faults  []*backend.Fault // of each buffer
	members []*evaluation    // of the stages of a group
	scratch [][]uint64       // of each worker, for a group's own buffers
	skip    []bool           // stores of a stage that are not done
	run     run              // memory of the run itself
}

// nothing is where buffers of no bytes are.
var nothing [alignment]byte

// run is one run of a program.
type run struct {
	*program
	*state
	l        *backend.Launch
	b        *binding
	arena    *memory
	fresh    []*memory // for each result, its own memory; nil where it took a parameter's
	gift     []int     // for each result, the parameter whose memory it took, or −1
	gave     []bool    // for each parameter, whether a result took its memory
	touched  bool      // an input may have been overwritten
	finished bool
	into     []unsafe.Pointer // where the results go; nil: to memory of their own
	failed   error            // nothing was computed
}

// Run computes the results.
func (p *program) Run(ctx context.Context, l *backend.Launch) error {
	if len(l.Sizes) != len(p.symbols) || len(l.Numbers) != p.numbers || len(l.Inputs) != len(p.params) || l.Donate != nil && len(l.Donate) != len(p.params) {
		return fmt.Errorf("cpu: %d sizes, %d numbers and %d inputs for a program of %d, %d and %d",
			len(l.Sizes), len(l.Numbers), len(l.Inputs), len(p.symbols), p.numbers, len(p.params))
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	b, err := p.bind(l.Sizes)
	if err != nil {
		return err
	}
	s := p.d.states.Get().(*state)
	defer p.d.states.Put(s)
	r := &s.run
	r.program, r.state, r.l, r.b = p, s, l, b
	defer func() {
		r.release()
		r.forget()
	}()
	if err := r.allocate(); err != nil {
		return err
	}
	for at := 0; at < len(p.stages); {
		if !r.touched {
			if err := ctx.Err(); err != nil {
				return err
			}
		}
		start := time.Time{}
		if p.dump != nil || l.Trace != nil {
			start = time.Now()
		}
		first := at
		if at = r.next(at); r.failed != nil {
			return r.failed
		}
		if p.dump != nil {
			p.dump.time(first, at, time.Since(start), r.effort(first, at))
		}
		if l.Trace != nil {
			l.Trace(r.trace(first, p.stages[first], start))
		}
	}
	r.finish()
	return nil
}

// allocate finds memory for all buffers.
func (r *run) allocate() error {
	n := len(r.buffers)
	r.base = slices.Grow(r.base[:0], n)[:n]
	r.faults = slices.Grow(r.faults[:0], n)[:n]
	clear(r.faults)
	r.gift = slices.Grow(r.gift[:0], len(r.results))[:len(r.results)]
	r.fresh = slices.Grow(r.fresh[:0], len(r.results))[:len(r.results)]
	r.gave = slices.Grow(r.gave[:0], len(r.params))[:len(r.params)]
	clear(r.fresh)
	clear(r.gave)
	for i := range r.gift {
		r.gift[i] = -1
	}
	for i := range r.buffers {
		if x := &r.buffers[i]; x.param >= 0 {
			host := r.l.Inputs[x.param].Host()
			if len(host) < r.b.bytes[i] {
				return fmt.Errorf("cpu: input %d has %d bytes of %d", x.param, len(host), r.b.bytes[i])
			}
			r.base[i] = address(host)
		}
	}
	if r.l.Donate != nil {
		for _, g := range r.gifts {
			from, to := &r.buffers[g.from], &r.buffers[g.to]
			if r.l.Donate[from.param] && !r.gave[from.param] && r.gift[to.output] < 0 && r.b.bytes[g.from] == r.b.bytes[g.to] && r.b.host[g.via] == g.to && r.mayTake(g) &&
				r.l.Inputs[from.param].Size() == int64(r.b.bytes[g.from]) {
				r.gift[to.output], r.gave[from.param] = from.param, true
				r.base[g.to] = r.base[g.from]
			}
		}
	}
	for i, b := range r.results {
		if r.gift[i] >= 0 {
			continue
		}
		if r.into != nil {
			r.base[b] = r.into[i]
			continue
		}
		m, err := r.d.alloc(int64(r.b.bytes[b]))
		if err != nil {
			return err
		}
		r.fresh[i] = m
		r.base[b] = address(m.Host())
	}
	for i, h := range r.b.host {
		if h != i {
			r.base[i] = r.base[h]
		}
	}
	if r.b.arena == 0 {
		return nil
	}
	m, err := r.d.alloc(int64(r.b.arena))
	if err != nil {
		return err
	}
	r.arena = m
	host := address(m.Host())
	for i, at := range r.b.offset {
		if at >= 0 {
			r.base[i] = unsafe.Add(host, at)
		}
	}
	return nil
}

func address(b []byte) unsafe.Pointer {
	if len(b) == 0 {
		return unsafe.Pointer(&nothing)
	}
	return unsafe.Pointer(unsafe.SliceData(b))
}

// release gives back what the caller does not get.
func (r *run) release() {
	if r.arena != nil {
		r.arena.Free()
	}
	if !r.finished {
		for _, m := range r.fresh {
			if m != nil {
				m.Free()
			}
		}
	}
	clear(r.base)
	r.eval.layout, r.eval.numbers = nil, nil
}

// forget makes r the memory of the next run.
func (r *run) forget() {
	clear(r.fresh)
	*r = run{gift: r.gift, fresh: r.fresh, gave: r.gave}
}

// finish hands the results out.
func (r *run) finish() {
	r.finished = true
	r.l.Outputs = slices.Grow(r.l.Outputs[:0], len(r.results))[:len(r.results)] // a launch may be used again
	r.l.Taken = slices.Grow(r.l.Taken[:0], len(r.params))[:len(r.params)]
	clear(r.l.Outputs)
	clear(r.l.Taken)
	for i, b := range r.results {
		out := &r.l.Outputs[i]
		switch m := r.fresh[i]; {
		case r.faults[b] != nil:
			out.Fault = r.faults[b]
			if m != nil {
				m.Free()
			}
		case m != nil:
			out.Buffer = m
		default:
			out.Buffer = r.l.Inputs[r.gift[i]]
			r.l.Taken[r.gift[i]] = true
		}
	}
}

// faultOf is the first fault among buffers.
func (r *run) faultOf(bufs []int) *backend.Fault {
	for _, b := range bufs {
		if r.faults[b] != nil {
			return r.faults[b]
		}
	}
	return nil
}

// next runs stage at, or the group that begins there, and returns which comes then.
func (r *run) next(at int) int {
	if g := r.b.groups[at]; g != nil {
		r.group(g)
		return g.end
	}
	r.stage(at, r.stages[at])
	return at + 1
}

// stage runs stage number at. What depends on a fault is not stored.
func (r *run) stage(at int, c *compiled) {
	if c.kind == kindBodies {
		r.bodies(c)
		return
	}
	if c.kind == kindComposite {
		r.composite(c)
		return
	}
	if c.kind == kindSpecial {
		if f := r.faultOf(c.reads); f != nil {
			r.faults[c.stage.out] = f
			return
		}
		r.d.written.Add(int64(r.b.bytes[c.stage.out]))
		if err := r.special(c); err != nil {
			r.faults[c.stage.out] = fault(c.value, err)
		} else {
			r.touch(c.stage.out)
		}
		return
	}
	n, stays := len(c.loop.instrs), r.stays(c)
	r.skip = slices.Grow(r.skip[:0], n)[:n]
	clear(r.skip)
	good := false
	for _, s := range c.stores {
		in := &c.loop.instrs[s.at]
		if f := r.faultOf(s.reads); f != nil {
			r.skip[s.at] = true
			if r.faults[in.buf] == nil {
				r.faults[in.buf] = f
			}
			continue
		}
		if stays {
			continue
		}
		good = true
		r.d.written.Add(int64(r.b.layouts[at].indices(in.level) * r.buffers[in.buf].typ.DType.Bytes()))
		r.touch(in.buf)
	}
	if !good {
		return
	}
	e := r.evaluate(at, c)
	if c.kind == kindTiled {
		r.contract(at, c, e)
		return
	}
	if err := e.execute(); err != nil {
		for _, b := range c.writes() {
			r.faults[b] = fault(c.check, err)
		}
	}
}

// touch notes that buffer b was written, which may be an input's memory.
func (r *run) touch(b int) {
	if out := r.buffers[r.b.host[b]].output; out >= 0 && r.gift[out] >= 0 {
		r.touched = true
	}
}

// bodies runs a stage that applies functions. A fault in one of them is the fault of all results. Memory that could not
// be had ends the run while that leaves the inputs as they were.
func (r *run) bodies(c *compiled) {
	f := r.faultOf(c.reads)
	if f == nil {
		var err error
		f, err = r.runBodies(c)
		var full *backend.LimitError
		switch {
		case f != nil:
			f = &backend.Fault{Op: f.Op, Pos: c.value.Pos, Msg: f.Msg}
		case errors.As(err, &full) && !r.touched:
			r.failed = err
		case err != nil:
			f = fault(c.value, err)
		}
	}
	for _, b := range c.outs {
		r.faults[b] = f
	}
}

func fault(v *graph.Value, err error) *backend.Fault {
	op, pos := v.Op, v.Pos
	var picked *pickFault
	switch {
	case errors.As(err, &picked):
		op, pos = graph.Gather, v.Attrs.Index
	case op == rowSum:
		op = graph.Gather // which is what checks
	case op == rowMove:
		op = graph.ScatterAdd
	}
	return &backend.Fault{Op: op.Name, Pos: pos, Msg: err.Error()}
}

func (r *run) evaluate(at int, c *compiled) *evaluation {
	e := r.eval
	e.id++
	e.layout, e.base, e.skip, e.numbers = r.b.layouts[at], r.base, r.skip, r.l.Numbers
	e.failed.Store(nil)
	return e
}

// contract runs a contraction, with the loop e over its result unless that only stores it.
func (r *run) contract(at int, c *compiled, e *evaluation) {
	var ep *epilogue
	if !c.plain {
		ep = e.epilogue()
	}
	if dot := r.b.dots[at]; dot != nil {
		var out unsafe.Pointer
		if c.plain {
			out = r.base[c.loop.instrs[1].buf]
		}
		dot.run(&r.d.env, r.base[c.in[0].buf], r.base[c.in[1].buf], out, ep)
		return
	}
	sizes := r.b.sizes
	out := array{dtype: c.value.DType, dims: sizes.all(c.out)}
	if c.plain {
		out.data = r.bytes(c.loop.instrs[1].buf)
	}
	in := make([]operand, len(c.in))
	for i, x := range c.in {
		if in[i] = x.operand(r.buffers, sizes); in[i].len() > 0 {
			in[i].data = r.bytes(x.buf)[sizes[x.at.off]*in[i].dtype.Bytes():]
		}
	}
	contractions[c.value.Op](&r.d.env, c.value.Attrs, in, out, ep)
}

// special runs a kernel of a primitive's own.
func (r *run) special(c *compiled) error {
	sizes := r.b.sizes
	in := make([]array, len(c.in))
	for i, x := range c.in {
		in[i] = array{dtype: r.buffers[x.buf].typ.DType, dims: sizes.all(x.dims), data: r.bytes(x.buf)}
	}
	out := array{dtype: c.value.DType, dims: sizes.all(c.out), data: r.bytes(c.stage.out)}
	return specials[c.value.Op](&env{pool: r.d.pool, rows: r.d.rows, loops: r.d.loops}, c.value.Attr(), in, out)
}

func (r *run) bytes(b int) []byte { return unsafe.Slice((*byte)(r.base[b]), r.b.bytes[b]) }
