package cpu

import (
	"fmt"
	"slices"

	"github.com/flambeau-ml/flambeau/graph"
)

// Bounds on what is joined into one kernel.
const (
	maxInstrs  = 256
	maxBuffers = 24
	maxTries   = 4

	// maxStreams bounds the arrays that go along with a contraction's result. Its elements come as tiles, in short rows: of
	// each row, and each array, something is lost at the beginning. An optimiser's update has more, and goes at the speed of
	// memory as a loop of its own.
	maxStreams = 4
)

// build writes the kernels of all roots. Values that must become roots are noted in forced.
func (s *scheduler) build() error {
	s.buffers, s.made, s.readers, s.kernels = nil, nil, nil, nil
	s.bufferOf = map[*graph.Value]int{}
	for i, v := range s.f.Params {
		s.buffers[s.buffer(v)].param = i
	}
	for _, v := range s.f.Values {
		if s.live[v] && s.roots[v] {
			if err := s.add(v); err != nil {
				return err
			}
		}
	}
	s.results = make([]int, len(s.f.Results))
	for i, v := range s.f.Results {
		b := s.buffer(base(v))
		if s.buffers[b].param >= 0 || s.buffers[b].output >= 0 {
			b = s.copied(v)
		}
		s.buffers[b].output = i
		s.results[i] = b
	}
	return nil
}

// buffer is the number of v's buffer.
func (s *scheduler) buffer(v *graph.Value) int {
	b, ok := s.bufferOf[v]
	if !ok {
		b = s.newBuffer(v)
		s.bufferOf[v] = b
	}
	return b
}

func (s *scheduler) newBuffer(v *graph.Value) int {
	s.buffers = append(s.buffers, buffer{value: v, typ: v.Type, param: -1, output: -1})
	s.made = append(s.made, -1)
	s.readers = append(s.readers, nil)
	return len(s.buffers) - 1
}

// copied is a new buffer with a copy of v, whose elements are in the buffer of another result or parameter.
func (s *scheduler) copied(v *graph.Value) int {
	to := s.newBuffer(v)
	b := newBuilder(s, v.Shape)
	p := b.match(v.Shape, levelFull)
	i := b.load(base(v), v.Shape, p, levelFull)
	b.store(to, b.l.instrs[i].at, i, levelFull, v)
	s.push(&stage{kind: kindLoop, value: v, loop: b.l}, to)
	return to
}

// push appends a kernel that writes the buffer out, the last of those that do.
func (s *scheduler) push(k *stage, out int) {
	s.kernels = append(s.kernels, k)
	at := len(s.kernels) - 1
	s.made[out] = at
	s.note(at, 0)
}

// note records what kernel number at reads, from instruction first of its loop on.
func (s *scheduler) note(at, first int) {
	k := s.kernels[at]
	read := func(buf int) {
		if r := s.readers[buf]; len(r) == 0 || r[len(r)-1] != at {
			if !slices.Contains(r, at) {
				s.readers[buf] = append(r, at)
			}
		}
	}
	if first == 0 {
		for _, x := range k.in {
			read(x.buf)
		}
	}
	if k.loop != nil {
		for i := first; i < len(k.loop.instrs); i++ {
			if k.loop.instrs[i].op == opLoad {
				read(k.loop.instrs[i].buf)
			}
		}
	}
}

// add writes the kernels of root v.
func (s *scheduler) add(v *graph.Value) error {
	switch {
	case v.Op == graph.Concat:
		s.concat(v)
	case v.Op == graph.Pad && dilated(v):
		s.dilate(v)
	case v.Op == graph.Update:
		s.update(v)
	case tiled(v):
		s.contraction(v)
	case whole(v):
		s.takeCall(v)
	case applies(v):
		s.apply(v)
	case byHand(v):
		if specials[v.Op] == nil {
			return fmt.Errorf("cpu: there is no kernel for %s", v.Op)
		}
		k := &stage{kind: kindSpecial, value: v, out: s.buffer(v)}
		for _, x := range v.Args {
			k.in = append(k.in, source{buf: s.buffer(base(x))})
		}
		if checks(v) {
			k.check = v
		}
		s.push(k, k.out)
	default:
		s.nest(v)
	}
	return nil
}

// nest writes the loop of an elementwise value, a movement or a reduction, and joins it to an earlier kernel where
// that is possible.
func (s *scheduler) nest(v *graph.Value) {
	b := newBuilder(s, space(v))
	if s.write(b, v, levelFull); b.stuck() {
		if b.blocked != nil {
			s.forced[b.blocked] = true
		}
		return
	}
	if checks(v) {
		s.push(&stage{kind: kindLoop, value: v, loop: b.l, check: v}, s.buffer(v))
		return
	}
	if !s.unfused {
		if s.permuted(v) {
			return
		}
		for _, at := range s.candidates(b.l) {
			if s.join(at, v) {
				return
			}
		}
	}
	s.push(&stage{kind: kindLoop, value: v, loop: b.l, b: b}, s.buffer(v))
}

// permuted stores v, a permutation of a value that an earlier kernel computes, from there, in the order of v.
func (s *scheduler) permuted(v *graph.Value) bool {
	if v.Op != graph.Permute || !s.roots[strip(v.Args[0])] {
		return false
	}
	u := strip(v.Args[0])
	at := s.made[s.buffer(u)]
	if at < 0 || s.kernels[at].b == nil { // −1: it will be written once more values have buffers
		return false
	}
	k := s.kernels[at]
	for _, lv := range []level{levelFull, levelKept} {
		p := k.b.match(u.Shape, lv)
		if p == nil {
			continue
		}
		if i, ok := k.b.memo[memoKey{u, p, lv}]; ok && k.b.own[u] {
			there := make([]affine, len(v.Shape))
			for n, axis := range v.Attrs.Axes {
				there[n] = p.at[axis]
			}
			k.b.keep(v, i, k.b.place(there, nil), lv)
			k.b.own[v] = true
			s.made[s.buffer(v)] = at
			return true
		}
	}
	return false
}

// space is the shape that the loop of v runs over.
func space(v *graph.Value) graph.Shape {
	if fixed(v) && v.Op.Kind == graph.Reduce {
		return v.Args[0].Shape
	}
	return v.Shape
}

// write adds the computation of root v to a loop. It reports whether the loop runs over v's space.
func (s *scheduler) write(b *builder, v *graph.Value, lv level) bool {
	p := b.match(space(v), lv)
	if p == nil {
		return false
	}
	if !fixed(v) || v.Op.Kind != graph.Reduce {
		b.root(v, p, lv)
		b.own[v] = true
		return true
	}
	roles := b.roles(v, p)
	reduces := b.l.reduces()
	for j := range roles {
		if reduces && b.l.axes[j].role != roles[j] {
			return false
		}
		b.l.axes[j].role = roles[j]
	}
	b.reduction(v, p)
	b.own[v] = true
	return true
}

// candidates are the kernels that a loop may join: the last one that it depends on, and later ones that read what it
// reads.
func (s *scheduler) candidates(l *loop) []int {
	last := -1
	for i := range l.instrs {
		if l.instrs[i].op == opLoad {
			last = max(last, s.made[l.instrs[i].buf])
		}
	}
	var out []int
	if last >= 0 {
		out = append(out, last)
	}
	for i := range l.instrs {
		if in := &l.instrs[i]; in.op == opLoad && in.level != levelUniform {
			for _, at := range s.readers[in.buf] {
				if at > last && !slices.Contains(out, at) && len(out) < maxTries {
					out = append(out, at)
				}
			}
		}
	}
	return out
}

// join tries to compute v in kernel number at.
func (s *scheduler) join(at int, v *graph.Value) bool {
	k := s.kernels[at]
	reduction := fixed(v) && v.Op.Kind == graph.Reduce
	if k.b == nil || k.kind != kindLoop && reduction || len(k.loop.instrs) > maxInstrs {
		return false
	}
	levels := []level{levelFull}
	if !reduction && k.loop.reduces() {
		levels = append(levels, levelKept)
	}
	for _, lv := range levels {
		m, reduces := k.b.mark(), k.loop.reduces()
		if s.write(k.b, v, lv) && !k.b.stuck() && s.ordered(at, m.instrs) {
			s.made[s.buffer(v)] = at
			s.note(at, m.instrs)
			return true
		}
		k.b.undo(m)
		delete(k.b.own, v)
		if !reduces {
			for j := range k.loop.axes {
				k.loop.axes[j].role = kept
			}
		}
	}
	return false
}

// ordered reports whether all that kernel number at reads from instruction first on is there when it runs, and
// whether it is still of a handy size.
func (s *scheduler) ordered(at, first int) bool {
	l := s.kernels[at].loop
	var bufs []int
	for i := range l.instrs {
		in := &l.instrs[i]
		if in.op != opLoad && in.op != opStore {
			continue
		}
		if in.op == opLoad && i >= first && s.made[in.buf] >= at {
			return false
		}
		if !slices.Contains(bufs, in.buf) {
			bufs = append(bufs, in.buf)
		}
	}
	return len(bufs) <= maxBuffers
}

// region writes x into the region of v's buffer that begins at start, its elements step apart.
func (s *scheduler) region(v, x *graph.Value, start []graph.Size, step []int) {
	b := newBuilder(s, x.Shape)
	p := b.match(x.Shape, levelFull)
	i := b.value(x, p, levelFull)
	if b.stuck() {
		s.forced[b.blocked] = true
		return
	}
	at := make([]affine, len(p.at))
	for k := range at {
		at[k] = p.at[k].scale(graph.N(step[k])).shift(start[k])
	}
	b.store(s.buffer(v), rowMajorAt(v.Shape, at, len(b.l.axes)), i, levelFull, v)
	s.push(&stage{kind: kindLoop, value: v, loop: b.l}, s.buffer(v))
}

func (s *scheduler) concat(v *graph.Value) {
	x := v.Attrs.Axes[0]
	start, step := make([]graph.Size, len(v.Shape)), make([]int, len(v.Shape))
	for k := range step {
		step[k] = 1
	}
	for _, u := range v.Args {
		s.region(v, u, start, step)
		start[x] = start[x].Add(u.Shape[x])
	}
}

// update writes a copy of the first operand, which costs nothing where it can be made in place, and the second operand
// into its region.
func (s *scheduler) update(v *graph.Value) {
	b := newBuilder(s, v.Shape)
	p := b.match(v.Shape, levelFull)
	i := b.value(v.Args[0], p, levelFull)
	if b.stuck() {
		s.forced[b.blocked] = true
		return
	}
	b.store(s.buffer(v), rowMajorAt(v.Shape, p.at, len(b.l.axes)), i, levelFull, v)
	s.push(&stage{kind: kindLoop, value: v, loop: b.l}, s.buffer(v))
	s.region(v, v.Args[1], v.Attrs.Start, v.Attrs.Step)
}

// dilate writes a pad with zeros between the elements: zeros first, then the elements.
func (s *scheduler) dilate(v *graph.Value) {
	b := newBuilder(s, v.Shape)
	p := b.match(v.Shape, levelFull)
	b.store(s.buffer(v), rowMajorAt(v.Shape, p.at, len(b.l.axes)), b.zero(v.DType), levelFull, v)
	s.push(&stage{kind: kindLoop, value: v, loop: b.l}, s.buffer(v))
	s.region(v, v.Args[0], v.Attrs.Start, v.Attrs.Step)
}

// part finds the contractions whose loops have become too broad, and lets nothing join them any more.
func (s *scheduler) part() {
	for _, k := range s.kernels {
		if k.kind == kindTiled && k.b != nil && k.loop.streams() > maxStreams {
			s.apart[k.value] = true
		}
	}
}

// streams is the number of arrays of as many elements as the loop has that it reads and writes.
func (l *loop) streams() int {
	var bufs []int
	for i := range l.instrs {
		in := &l.instrs[i]
		if in.op != opLoad && in.op != opStore || in.level != levelFull || slices.Contains(bufs, in.buf) {
			continue
		}
		if !slices.ContainsFunc(in.at.coef, func(c graph.Size) bool { return c.Is(0) }) {
			bufs = append(bufs, in.buf)
		}
	}
	return len(bufs)
}

// contraction writes the kernel of a contraction. Loops over its result may join it.
func (s *scheduler) contraction(v *graph.Value) {
	k := &stage{kind: kindTiled, value: v, out: s.buffer(v)}
	for _, x := range v.Args {
		src, ok := s.source(x)
		if !ok {
			s.forced[base(x)] = true
		}
		k.in = append(k.in, src)
	}
	b := newBuilder(s, v.Shape)
	p := b.match(v.Shape, levelFull)
	i := b.emit(instr{op: opAcc, level: levelFull, dtype: v.DType, src: v})
	b.keep(v, i, p, levelFull)
	b.own[v] = true
	k.loop = b.l
	if !s.unfused && !s.apart[v] {
		k.b = b
	}
	s.push(k, k.out)
}

// source is how a contraction reads x; ok is false where x must have a buffer of its own.
func (s *scheduler) source(x *graph.Value) (source, bool) {
	y := base(x)
	if s.stored(y) {
		b := newBuilder(s, x.Shape)
		return s.sourceAt(b, s.buffer(y), rowMajorAt(x.Shape, b.match(x.Shape, levelFull).at, len(b.l.axes)), x), true
	}
	for y := strip(x); !s.stored(y); y = strip(y.Args[0]) {
		if y.Op.Kind != graph.Move || y.Op == graph.Reverse || y.Op == graph.Pad {
			return source{}, false
		}
	}
	b := newBuilder(s, x.Shape)
	axes := len(b.l.axes)
	i := b.value(x, b.match(x.Shape, levelFull), levelFull)
	if b.stuck() || len(b.l.axes) != axes || len(b.l.instrs) != 1 || b.l.instrs[i].op != opLoad {
		return source{}, false
	}
	return s.sourceAt(b, b.l.instrs[i].buf, b.l.instrs[i].at, x), true
}

func (s *scheduler) sourceAt(b *builder, buf int, at affine, x *graph.Value) source {
	src := source{buf: buf, at: at, axes: make([]int, len(x.Shape))}
	j := 0
	for i, n := range x.Shape {
		src.axes[i] = -1
		if !n.Is(1) {
			src.axes[i] = j
			j++
		}
	}
	return src
}

// drop takes away stores that nothing reads, what only they needed, and kernels that are then empty.
func (s *scheduler) drop() {
	read := make([]bool, len(s.buffers))
	for _, b := range s.results {
		read[b] = true
	}
	for i := len(s.kernels) - 1; i >= 0; i-- {
		k := s.kernels[i]
		if k.loop != nil {
			k.loop.instrs = without(k.loop, func(in *instr) bool { return in.op == opStore && !read[in.buf] })
			k.loop.prune()
			for j := range k.loop.instrs {
				if in := &k.loop.instrs[j]; in.op == opLoad {
					read[in.buf] = true
				}
			}
		}
		if k.loop != nil && len(k.loop.instrs) == 0 {
			s.kernels[i] = nil
			continue
		}
		for _, x := range k.in {
			read[x.buf] = true
		}
		k.b = nil
	}
	s.kernels = slices.DeleteFunc(s.kernels, func(k *stage) bool { return k == nil })
}

// without is the loop's instructions but for stores that f picks: nothing uses those, so numbers change alone.
func without(l *loop, f func(*instr) bool) []instr {
	number := make([]int, len(l.instrs))
	var out []instr
	for i, in := range l.instrs {
		if f(&in) {
			continue
		}
		number[i] = len(out)
		for k, x := range in.args {
			in.args[k] = number[x]
		}
		out = append(out, in)
	}
	return out
}
