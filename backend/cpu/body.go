package cpu

import (
	"fmt"
	"slices"
	"unsafe"

	"github.com/flambeau-ml/flambeau/backend"
	"github.com/flambeau-ml/flambeau/graph"
	"github.com/flambeau-ml/flambeau/rewrite"
)

// bodies is the kernel of a primitive that applies functions: a program for each of them, which it runs on parts of its
// operands and results. One kernel computes all results of an application that are needed.
type bodies struct {
	op       *graph.Primitive
	programs []*program
	sizes    [][]sizeID // what each program's symbols are
	length   sizeID     // of a scan
	consts   int
	carry    int
	reverse  bool
	results  []int // of each program: the results of the function that it computes
}

// applies reports whether v is computed by functions, of the graph or of the host.
func applies(v *graph.Value) bool { return v.Op.Bodies || v.Op == graph.Custom }

// apply writes the kernel of v, or adds v to that of another result of the same application.
func (s *scheduler) apply(v *graph.Value) {
	for at, k := range s.kernels {
		if k.kind == kindBodies && graph.Siblings(k.value, v) {
			k.outs, k.index = append(k.outs, s.buffer(v)), append(k.index, v.Attrs.Index)
			s.made[s.buffer(v)] = at
			return
		}
	}
	k := &stage{kind: kindBodies, value: v, outs: []int{s.buffer(v)}, index: []int{v.Attrs.Index}, check: v}
	for _, x := range v.Args {
		k.in = append(k.in, source{buf: s.buffer(base(x))})
	}
	s.push(k, k.outs[0])
}

// newBodies compiles the functions that stage k applies. What nobody needs of their results is not computed.
func (p *program) newBodies(k *stage) (*bodies, error) {
	a := k.value.Attrs
	b := &bodies{op: k.value.Op}
	if a.Host != nil {
		return b, nil
	}
	b.consts, b.carry, b.reverse = a.Body.Consts, a.Body.Carry, a.Body.Reverse
	free, first, sliced := a.Shape, 0, len(k.value.Args)
	switch k.value.Op {
	case graph.Scan:
		b.length, free, sliced = p.table.id(a.Shape[0]), free[1:], b.consts+b.carry
	case graph.Cond:
		first = 1
	}
	var in []graph.Type
	for i, x := range k.value.Args[first:] {
		t := x.Type
		if i >= sliced {
			t.Shape = t.Shape[1:]
		}
		in = append(in, t)
	}
	for i := range b.carry { // a loop needs them all
		b.results = append(b.results, i)
	}
	for _, i := range k.index {
		if !slices.Contains(b.results, i) {
			b.results = append(b.results, i)
		}
	}
	slices.Sort(b.results)
	for i, f := range a.Body.Funcs {
		lookup, err := f.Bind(&graph.Solver{}, in, a.Body.Free, free)
		if err != nil {
			return nil, fmt.Errorf("cpu: %w", err)
		}
		if i > 0 || k.value.Op != graph.While { // whose condition has one result
			f = rewrite.Returning(f, b.results)
		}
		q, err := p.d.compile(f, backend.Options{Name: p.name + "." + f.Name})
		if err != nil {
			return nil, err
		}
		var sizes []sizeID
		for _, name := range q.symbols {
			n, ok := lookup(name)
			if !ok {
				return nil, fmt.Errorf("cpu: nothing says what the size %s of %s is", name, f.Name)
			}
			sizes = append(sizes, p.table.id(n))
		}
		b.programs, b.sizes = append(b.programs, q), append(b.sizes, sizes)
	}
	return b, nil
}

// piece is memory that a step reads.
type piece struct{ data []byte }

func (p *piece) Size() int64  { return int64(len(p.data)) }
func (p *piece) Host() []byte { return p.data }
func (p *piece) Free()        {}

// runBodies runs the functions of stage c.
func (r *run) runBodies(c *compiled) (*backend.Fault, error) {
	if c.value.Op == graph.Custom {
		return nil, r.callHost(c)
	}
	b := c.bodies
	a := &applying{bodies: b, r: r, c: c, runs: make([]*repeated, len(b.programs))}
	defer a.close()
	for i := range b.programs {
		a.sizes = append(a.sizes, nil)
		for _, id := range b.sizes[i] {
			a.sizes[i] = append(a.sizes[i], int64(r.b.sizes[id]))
		}
	}
	for _, x := range c.in {
		a.in = append(a.in, &piece{r.bytes(x.buf)})
	}
	switch c.value.Op {
	case graph.Scan:
		return a.scan()
	case graph.While:
		return a.while()
	case graph.Cond:
		k := 1
		if a.in[0].data[0] != 0 {
			k = 0
		}
		return a.once(k, a.in[1:])
	}
	return a.once(0, a.in)
}

// applying is one run of a kernel that applies functions.
type applying struct {
	*bodies
	r     *run
	c     *compiled
	sizes [][]int64 // of each program
	in    []*piece  // the operands
	runs  []*repeated
}

func (a *applying) close() {
	for _, p := range a.runs {
		if p != nil {
			p.close()
		}
	}
}

// out is the memory of result k of the application, nil where it is not needed.
func (a *applying) out(k int) []byte {
	if i := slices.Index(a.c.index, k); i >= 0 {
		return a.r.bytes(a.c.outs[i])
	}
	return nil
}

// step runs program k on in, the same pieces at each step, and puts its results where into says.
func (a *applying) step(k int, in []*piece, into [][]byte) (*backend.Fault, error) {
	if a.runs[k] == nil {
		p, err := a.programs[k].repeat(a.sizes[k], in)
		if err != nil {
			return nil, err
		}
		a.runs[k] = p
	}
	return a.runs[k].once(into)
}

// once runs program k once, its results being those of the application.
func (a *applying) once(k int, in []*piece) (*backend.Fault, error) {
	into := make([][]byte, len(a.results))
	for i, n := range a.results {
		into[i] = a.out(n)
	}
	return a.step(k, in, into)
}

// state is memory for what is carried, twice: a step reads one and writes the other.
type carriedState struct {
	memory *memory
	at     [2][][]byte
}

func (a *applying) newState() (*carriedState, error) {
	total := 0
	sizes := make([]int, a.carry)
	for i := range sizes {
		sizes[i] = len(a.in[a.consts+i].data)
		total += 2 * roundUp(sizes[i])
	}
	m, err := a.r.d.alloc(int64(max(total, 1)))
	if err != nil {
		return nil, err
	}
	s := &carriedState{memory: m}
	data := m.Host()
	for k := range s.at {
		for _, n := range sizes {
			s.at[k] = append(s.at[k], data[:n:n])
			data = data[roundUp(n):]
		}
	}
	return s, nil
}

// while runs the step as long as the condition holds.
func (a *applying) while() (*backend.Fault, error) {
	s, err := a.newState()
	if err != nil {
		return nil, err
	}
	defer s.memory.Free()
	on := make([]byte, alignment)
	for k := 0; ; k = 1 - k {
		if f, err := a.step(0, a.in, [][]byte{on[:1]}); f != nil || err != nil {
			return f, err
		}
		if on[0] == 0 {
			break
		}
		if f, err := a.step(1, a.in, s.at[k]); f != nil || err != nil {
			return f, err
		}
		for i, data := range s.at[k] {
			a.in[a.consts+i].data = data
		}
	}
	for i := range a.carry {
		if out := a.out(i); out != nil {
			copyBytes(&env{pool: a.r.d.pool}, out, a.in[a.consts+i].data)
		}
	}
	return nil, nil
}

// scan runs the step for each element. The last one writes what is carried to where it is needed.
func (a *applying) scan() (*backend.Fault, error) {
	n := a.r.b.sizes[a.length]
	s, err := a.newState()
	if err != nil {
		return nil, err
	}
	defer s.memory.Free()
	whole := make([][]byte, len(a.in)) // of what the scan goes over
	for i := a.consts + a.carry; i < len(a.in); i++ {
		whole[i] = a.in[i].data
		a.in[i] = &piece{}
	}
	ys := make([][]byte, len(a.results)) // of what is given at each step
	for i := a.carry; i < len(a.results); i++ {
		ys[i] = a.out(a.results[i])
	}
	into := make([][]byte, len(a.results))
	for k := range n {
		at := k
		if a.reverse {
			at = n - 1 - k
		}
		for i := a.consts + a.carry; i < len(a.in); i++ {
			size := len(whole[i]) / n
			a.in[i].data = whole[i][at*size:][:size]
		}
		copy(into, s.at[k%2])
		for i := range a.carry {
			if out := a.out(i); out != nil && k == n-1 {
				into[i] = out
			}
		}
		for i := a.carry; i < len(into); i++ {
			size := len(ys[i]) / n
			into[i] = ys[i][at*size:][:size]
		}
		if f, err := a.step(0, a.in, into); f != nil || err != nil {
			return f, err
		}
		for i := range a.carry {
			a.in[a.consts+i].data = into[i]
		}
	}
	for i := range a.carry {
		if out := a.out(i); out != nil && n == 0 {
			copy(out, a.in[a.consts+i].data)
		}
	}
	return nil, nil
}

// callHost calls a function of the host.
func (r *run) callHost(c *compiled) error {
	var in, out []*graph.Array
	var types []graph.Type
	for _, x := range c.in {
		a, err := graph.FromBytes(r.buffers[x.buf].typ.DType, r.b.sizes.all(x.dims), r.bytes(x.buf))
		if err != nil {
			return err
		}
		in, types = append(in, a), append(types, a.Type())
	}
	h := c.value.Attrs.Host
	ts, err := h.Types(types)
	if err != nil {
		return err
	}
	for _, t := range ts {
		dims, _ := t.Shape.Ints()
		out = append(out, graph.NewArray(t.DType, dims...))
	}
	if err := h.Eval(in, out); err != nil {
		return fmt.Errorf("%s: %w", h.Name, err)
	}
	for i, k := range c.index {
		copy(r.bytes(c.outs[i]), out[k].Bytes())
	}
	return nil
}

// repeated is a program that runs again and again for the same sizes: its memory is found once.
type repeated struct {
	run
	ready bool
}

// repeat makes ready to run p on what the pieces in hold at each run.
func (p *program) repeat(sizes []int64, in []*piece) (*repeated, error) {
	b, err := p.bind(sizes)
	if err != nil {
		return nil, err
	}
	l := &backend.Launch{Inputs: make([]backend.Buffer, len(in))}
	for i, x := range in {
		l.Inputs[i] = x
	}
	return &repeated{run: run{program: p, state: p.d.states.Get().(*state), l: l, b: b, into: make([]unsafe.Pointer, len(p.results))}}, nil
}

// once runs the program and puts its results where out says. What the operands hold is not overwritten.
func (r *repeated) once(out [][]byte) (*backend.Fault, error) {
	for i, data := range out {
		r.into[i] = address(data)
	}
	if !r.ready {
		if err := r.allocate(); err != nil {
			return nil, err
		}
		r.ready = true
	} else {
		r.move()
	}
	for at := 0; at < len(r.stages); {
		if at = r.next(at); r.failed != nil {
			return nil, r.failed
		}
	}
	for _, b := range r.results {
		if f := r.faults[b]; f != nil {
			return f, nil
		}
	}
	return nil, nil
}

// move finds operands and results where they are now; everything else stays where it is.
func (r *repeated) move() {
	clear(r.faults)
	for i := range r.buffers {
		if x := &r.buffers[i]; x.param >= 0 {
			r.base[i] = address(r.l.Inputs[x.param].Host())
		}
	}
	for i, b := range r.results {
		r.base[b] = r.into[i]
	}
	for i, h := range r.b.host {
		if h != i {
			r.base[i] = r.base[h]
		}
	}
}

// close gives back what the program needed.
func (r *repeated) close() {
	r.release()
	r.d.states.Put(r.state)
}
