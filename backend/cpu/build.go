package cpu

import (
	"slices"
	"strings"

	"github.com/flambeau-ml/flambeau/graph"
)

// builder writes a loop: it computes values of the graph at places of the loop's index space, following producers
// until it meets values that have buffers. Movement operations only change the place.
type builder struct {
	s      *scheduler
	l      *loop
	places map[string]*spot
	memo   map[memoKey]int
	log    []memoKey             // what entered memo, in order, so that an attempt can be taken back
	own    map[*graph.Value]bool // values that this loop computes and that have buffers
	leaves map[*graph.Value]int  // constants and other leaves, which have no place
	zeros  map[graph.DType]int   // constants 0

	// blocked is a value that must have a buffer for the loop to be written; clash says that the loop uses a value of
	// its own at another place than where it computes it.
	blocked *graph.Value
	clash   bool
}

// spot is where in an array an element is read: an index for each of its axes, and what must hold for it to be there.
// A builder has one for each text form.
type spot struct {
	at    []affine
	masks []mask
}

type memoKey struct {
	v     *graph.Value
	p     *spot
	level level
}

func newBuilder(s *scheduler, shape graph.Shape) *builder {
	return &builder{s: s, l: newLoop(shape), places: map[string]*spot{}, memo: map[memoKey]int{}, own: map[*graph.Value]bool{},
		leaves: map[*graph.Value]int{}, zeros: map[graph.DType]int{}}
}

func (b *builder) stuck() bool { return b.blocked != nil || b.clash }

// mark and undo take back what an attempt wrote.
type builderMark struct{ instrs, log int }

func (b *builder) mark() builderMark { return builderMark{len(b.l.instrs), len(b.log)} }

func (b *builder) undo(m builderMark) {
	b.l.instrs = b.l.instrs[:m.instrs]
	for _, k := range b.log[m.log:] {
		delete(b.memo, k)
	}
	b.log = b.log[:m.log]
	for v, i := range b.leaves {
		if i >= m.instrs {
			delete(b.leaves, v)
		}
	}
	for d, i := range b.zeros {
		if i >= m.instrs {
			delete(b.zeros, d)
		}
	}
	b.blocked, b.clash = nil, false
}

func (b *builder) remember(k memoKey, i int) {
	b.memo[k] = i
	b.log = append(b.log, k)
}

// place is the one place with these indices and masks.
func (b *builder) place(at []affine, masks []mask) *spot {
	key := placeKey(at, masks)
	p := b.places[key]
	if p == nil {
		p = &spot{at, masks}
		b.places[key] = p
	}
	return p
}

func placeKey(at []affine, masks []mask) string {
	var t strings.Builder
	for _, a := range at {
		t.WriteString(a.String())
		t.WriteByte(',')
	}
	for _, m := range masks {
		t.WriteString(m.String())
		t.WriteByte(';')
	}
	return t.String()
}

// identity is the place of element i of an array of the loop's shape at index i.
func (b *builder) identity(lv level) *spot {
	_, axes := b.l.shape(lv)
	at := make([]affine, len(axes))
	for i, j := range axes {
		at[i] = along(j, len(b.l.axes))
	}
	return b.place(at, nil)
}

// match is the place in an array of the given shape that follows the loop through it in row-major order; nil where
// the shapes do not fit.
func (b *builder) match(shape graph.Shape, lv level) *spot {
	from, _ := b.l.shape(lv)
	if groups, ok := regroup(from, shape, false); ok {
		if p, ok := b.regrouped(groups, from, shape, b.identity(lv)); ok {
			return p
		}
	}
	return nil
}

// reshape is the place in an array of shape to that place p in its reshape of shape from is; nil where that is no
// affine function. It may split axes of the loop.
func (b *builder) reshape(from, to graph.Shape, p *spot) (*spot, bool) {
	groups, ok := regroup(from, to, true)
	if !ok {
		return nil, false
	}
	return b.regrouped(groups, from, to, p)
}

func (b *builder) regrouped(groups [][2][]int, from, to graph.Shape, p *spot) (*spot, bool) {
	for _, g := range groups {
		if len(g[0]) > 1 && len(g[1]) > 1 {
			return nil, false
		}
	}
	// Where several axes become one in from, the loop must run over them separately. Splitting changes p.
	for _, g := range groups {
		if len(g[1]) < 2 {
			continue
		}
		axis, ok := p.at[g[0][0]].axis()
		if !ok || !b.l.axes[axis].size.Equal(from[g[0][0]]) {
			return nil, false
		}
		sizes := make([]graph.Size, len(g[1]))
		for k, j := range g[1] {
			sizes[k] = to[j]
		}
		b.split(axis, sizes)
	}
	n := len(b.l.axes)
	at := make([]affine, len(to))
	for j := range at {
		at[j] = zero(n)
	}
	for _, g := range groups {
		if len(g[1]) == 1 { // one axis of to from one or several of from
			sum, stride := zero(n), graph.N(1)
			for k := len(g[0]) - 1; k >= 0; k-- {
				sum = sum.add(p.at[g[0][k]].scale(stride))
				stride = stride.Mul(from[g[0][k]])
			}
			at[g[1][0]] = sum
			continue
		}
		// p.at is now Σ iₖ·(product of the sizes after k) over the new axes: take it apart.
		whole := p.at[g[0][0]]
		k := len(g[1]) - 1
		for axis := n - 1; axis >= 0 && k >= 0; axis-- {
			if !whole.coef[axis].Is(0) {
				at[g[1][k]] = along(axis, n)
				k--
			}
		}
	}
	return b.place(at, p.masks), true
}

// split makes axis j of the loop the axes of the given sizes, in all that is written so far.
func (b *builder) split(j int, sizes []graph.Size) {
	parts := make([]loopAxis, len(sizes))
	for k, n := range sizes {
		parts[k] = loopAxis{n, b.l.axes[j].role}
	}
	b.l.axes = slices.Replace(b.l.axes, j, j+1, parts...)
	b.l.each(func(a *affine) { *a = a.split(j, sizes) })
	places := make(map[string]*spot, len(b.places))
	for _, p := range b.places {
		at, masks := make([]affine, len(p.at)), make([]mask, len(p.masks))
		for i, a := range p.at {
			at[i] = a.split(j, sizes)
		}
		for i, m := range p.masks {
			masks[i] = mask{m.at.split(j, sizes), m.size}
		}
		p.at, p.masks = at, masks
		places[placeKey(at, masks)] = p
	}
	b.places = places
}

func (b *builder) emit(in instr) int {
	in.masks = slices.Clone(in.masks) // a split changes them in each instruction
	if in.op != opStore && in.op != opReduce && in.op != opAcc && in.level != levelUniform {
		uniform := len(in.masks) == 0
		for _, x := range in.args {
			uniform = uniform && b.l.instrs[x].level == levelUniform
		}
		for _, a := range in.functions() {
			uniform = uniform && a.constant()
		}
		if uniform {
			in.level = levelUniform
		}
	}
	b.l.instrs = append(b.l.instrs, in)
	return len(b.l.instrs) - 1
}

// value is the instruction that has v at p.
func (b *builder) value(v *graph.Value, p *spot, lv level) int {
	if b.stuck() {
		return 0
	}
	v = strip(v)
	if b.s.leaf(v) && v.Op != graph.Iota {
		i, ok := b.leaves[v]
		if !ok {
			i = b.leaf(v)
			b.leaves[v] = i
		}
		return i
	}
	key := memoKey{v, p, lv}
	if i, ok := b.memo[key]; ok {
		return i
	}
	var i int
	switch {
	case b.own[v]:
		b.clash = true
		return 0
	case b.s.stored(v):
		i = b.load(v, v.Shape, p, lv)
	default:
		i = b.compute(v, p, lv)
	}
	if !b.stuck() {
		b.remember(key, i)
	}
	return i
}

func (b *builder) leaf(v *graph.Value) int {
	in := instr{level: levelUniform, dtype: v.DType, src: v}
	switch v.Op {
	case graph.Const:
		in.op, in.value = opConst, v.Attrs.Value
	case graph.Number:
		in.op, in.index = opNumber, b.s.numbers[v]
	default:
		in.op, in.size = opSize, v.Attrs.Shape[0]
	}
	return b.emit(in)
}

func (b *builder) load(v *graph.Value, shape graph.Shape, p *spot, lv level) int {
	return b.emit(instr{op: opLoad, level: lv, dtype: v.DType, buf: b.s.buffer(v), at: rowMajorAt(shape, p.at, len(b.l.axes)), masks: p.masks, src: v})
}

// compute is the instruction that computes v at p by v's own operation.
func (b *builder) compute(v *graph.Value, p *spot, lv level) int {
	a := v.Attr()
	switch {
	case v.Op == graph.Const || v.Op == graph.Number || v.Op == graph.SizeOf:
		return b.leaf(v)
	case v.Op == graph.Iota:
		return b.emit(instr{op: opIndex, level: lv, dtype: v.DType, at: p.at[a.Axes[0]], src: v})
	case v.Op == graph.Reshape:
		return b.reshaped(v, p, lv)
	case v.Op == graph.Pad:
		return b.padded(v, p, lv)
	case v.Op.Kind == graph.Move:
		return b.value(v.Args[0], b.moved(v, p), lv)
	case v.Op.Kind == graph.Reduce: // over no axes
		x := b.value(v.Args[0], p, lv)
		if v.Op != graph.ReduceSum || b.stuck() {
			return x
		}
		return b.emit(instr{op: opCompute, level: lv, prim: graph.Add, dtype: v.DType, args: []int{x, b.zero(v.DType)}, src: v})
	case !v.Op.Elementwise():
		panic("cpu: " + v.Op.Name + " in a loop")
	}
	args := make([]int, len(v.Args))
	for k, x := range v.Args {
		if args[k] = b.value(x, p, lv); b.stuck() {
			return 0
		}
	}
	return b.emit(instr{op: opCompute, level: lv, prim: v.Op, dtype: v.DType, args: args, src: v})
}

func (b *builder) zero(d graph.DType) int {
	i, ok := b.zeros[d]
	if !ok {
		i = b.emit(instr{op: opConst, level: levelUniform, dtype: d, value: graph.IntOf(0)})
		b.zeros[d] = i
	}
	return i
}

// moved is the place in the operand of a movement operation that place p in its result is.
func (b *builder) moved(v *graph.Value, p *spot) *spot {
	a, x := v.Attr(), v.Args[0]
	n := len(b.l.axes)
	at := make([]affine, len(x.Shape))
	switch v.Op {
	case graph.Permute:
		for i, k := range a.Axes {
			at[k] = p.at[i]
		}
	case graph.Broadcast:
		k := 0
		for i := range p.at {
			if !slices.Contains(a.Axes, i) {
				at[k] = p.at[i]
				k++
			}
		}
	case graph.Slice:
		for i := range at {
			at[i] = p.at[i].scale(graph.N(a.Step[i])).shift(a.Start[i])
		}
	case graph.Reverse:
		for i := range at {
			if at[i] = p.at[i]; slices.Contains(a.Axes, i) {
				at[i] = p.at[i].scale(graph.N(-1)).shift(x.Shape[i].Sub(graph.N(1)))
			}
		}
	default:
		panic("cpu: " + v.Op.Name + " is no movement of indices")
	}
	for i := range at {
		if x.Shape[i].Is(1) && len(p.masks) == 0 {
			at[i] = zero(n)
		}
	}
	return b.place(at, p.masks)
}

func (b *builder) reshaped(v *graph.Value, p *spot, lv level) int {
	x := strip(v.Args[0])
	base := x
	for base.Op == graph.Reshape {
		base = strip(base.Args[0])
	}
	if b.s.stored(base) && !b.own[base] { // the same elements in the same order
		return b.load(base, v.Shape, p, lv)
	}
	q, ok := b.reshape(v.Shape, x.Shape, p)
	switch {
	case ok:
		return b.value(x, q, lv)
	case b.own[base]:
		b.clash = true
	default:
		b.blocked = x
	}
	return 0
}

func (b *builder) padded(v *graph.Value, p *spot, lv level) int {
	a, x := v.Attr(), v.Args[0]
	at, masks := make([]affine, len(p.at)), slices.Clone(p.masks)
	var news []mask
	for i := range at {
		at[i] = p.at[i].shift(graph.N(0).Sub(a.Start[i]))
		if !a.Start[i].Is(0) || !x.Shape[i].Equal(v.Shape[i]) {
			news = append(news, mask{at[i], x.Shape[i]})
		}
	}
	masks = append(masks, news...)
	q := b.place(at, masks)
	y := b.value(x, q, lv)
	news = q.masks[len(q.masks)-len(news):] // which a split of the loop has changed
	if b.stuck() || b.l.instrs[y].op == opLoad && len(b.l.instrs[y].masks) >= len(masks) || len(news) == 0 {
		return y
	}
	m := b.emit(instr{op: opMask, level: lv, dtype: graph.Bool, masks: news})
	return b.emit(instr{op: opCompute, level: lv, prim: graph.Select, dtype: v.DType, args: []int{m, y, b.zero(v.DType)}, src: v})
}

// root writes the loop's part of computing v, which has a buffer, at p, and storing it.
func (b *builder) root(v *graph.Value, p *spot, lv level) {
	i := b.compute(v, p, lv)
	b.keep(v, i, p, lv)
}

// keep stores instruction i as v, of which it is the element at p.
func (b *builder) keep(v *graph.Value, i int, p *spot, lv level) {
	if b.stuck() {
		return
	}
	b.remember(memoKey{v, p, lv}, i)
	b.store(b.s.buffer(v), rowMajorAt(v.Shape, p.at, len(b.l.axes)), i, lv, v)
}

func (b *builder) store(buf int, at affine, i int, lv level, src *graph.Value) {
	b.emit(instr{op: opStore, level: lv, dtype: src.DType, buf: buf, at: at, args: []int{i}, src: src})
}

// reduction writes the reduction v of its operand, whose elements p follows.
func (b *builder) reduction(v *graph.Value, p *spot) {
	x := b.value(v.Args[0], p, levelFull)
	if b.stuck() {
		return
	}
	i := b.emit(instr{op: opReduce, level: levelKept, prim: v.Op, dtype: v.DType, args: []int{x}, src: v})
	q := b.match(v.Shape, levelKept)
	if q == nil {
		b.clash = true
		return
	}
	b.keep(v, i, q, levelKept)
}

// roles are what a reduction over axes does with each axis of the loop, where p follows its operand; ok is false
// where an axis of the loop runs over reduced and kept axes.
func (b *builder) roles(v *graph.Value, p *spot) []role {
	rank, axes := len(v.Args[0].Shape), v.Attr().Axes
	inner := rank // the first of the trailing axes that are all reduced
	for inner > 0 && slices.Contains(axes, inner-1) {
		inner--
	}
	out := make([]role, len(b.l.axes))
	for _, x := range axes {
		for j, c := range p.at[x].coef {
			switch {
			case c.Is(0):
			case x >= inner:
				out[j] = trailing
			default:
				out[j] = folded
			}
		}
	}
	return out
}
