package tensor

import (
	"cmp"
	"math"
	"slices"

	"github.com/flambeau-ml/flambeau/graph"
	"github.com/flambeau-ml/flambeau/rewrite"
)

// Randomness says what random numbers are for the members of a batch.
type Randomness uint8

// What a draw inside a batched function is.
const (
	RandomnessError     Randomness = iota // an error
	RandomnessSame                        // the same for all members
	RandomnessDifferent                   // each member's own
)

// NotBatched stands for the axis of what is the same for all members of a batch.
const NotBatched = math.MinInt

// Batching says how Batched runs a function.
type Batching struct {
	Op     string        // the transform, in errors
	In     []int         // the axis of each argument that holds the batch, or NotBatched; negative ones count from the end
	Out    func(int) int // the axis that will hold it in each result
	Random Randomness
}

// Batched runs f once, on tensors that stand for each member of a batch, and applies what f did to all members at once.
// Those tensors have no value: reading one is an error. It is what transform.Vmap is made of.
//
// Draws from a generator are numbered once, so the generator moves on as for one member. Where each member draws its
// own numbers, they come from a key that is a hash of the generator's key and counter. A draw that f reads has the
// numbers that all members would share.
func (o Batching) Batched(f func(xs []*Tensor) []*Tensor, xs []*Tensor) []*Tensor {
	b := &batch{Batching: o}
	args := b.begin(xs)
	defer b.close()
	return b.end(f(args))
}

// batch is a batch that is traced.
type batch struct {
	Batching
	dev   *Device
	size  graph.Size
	start uint64
	stand []*node   // stands for each member of …
	whole []*Tensor // … a batch, which lies along the first axis
	to    map[*node]*member
}

// member is what a node has become: a value for all members, which lies along the first axis where they differ.
type member struct {
	v      *graph.Value
	differ bool
}

// begin makes the tensors that f is called with.
func (b *batch) begin(xs []*Tensor) []*Tensor {
	r := record(b.Op)
	defer r.done()
	if len(b.In) != len(xs) {
		graph.Fail(r.op, "%d axes are given for %d arguments", len(b.In), len(xs))
	}
	args, found := slices.Clone(xs), false
	values := make([]*graph.Value, len(xs))
	for i, x := range xs {
		v := r.read(x)
		axis := b.In[i]
		if axis == NotBatched {
			continue
		}
		if axis < 0 {
			axis += v.Rank()
		}
		if axis < 0 || axis >= v.Rank() {
			graph.Fail(r.op, "argument %d, %s, has no axis %d to hold a batch", i, v.Type, b.In[i])
		}
		if n := v.Shape[axis]; !found {
			b.size, found = n, true
		} else if !n.Equal(b.size) {
			graph.Fail(r.op, "argument %d, %s, holds a batch of %s along axis %d, another one a batch of %s", i, v.Type, n, b.In[i], b.size)
		}
		values[i] = v.MoveAxis(axis, 0)
	}
	if !found {
		graph.Fail(r.op, "no argument holds a batch")
	}
	b.dev, b.start = r.dev, r.dev.ids.Add(1)
	for i, v := range values {
		if v == nil {
			continue
		}
		n := &node{dev: r.dev, id: r.dev.ids.Add(1), op: r.op, where: r.where, since: b.start, needs: nodeOf(v).needs,
			typ: &graph.Type{DType: v.DType, Shape: v.Shape[1:]}}
		n.refs.Store(1)
		r.held = append(r.held, n)
		b.stand, b.whole = append(b.stand, n), append(b.whole, r.handle(v))
		args[i] = r.handle(r.wrapNode(n))
	}
	b.dev.batches.Add(1)
	return args
}

// close lets go of what only the batch needed.
func (b *batch) close() {
	b.dev.batches.Add(-1)
	for _, x := range b.whole {
		x.Free()
	}
}

// end applies what was recorded to all members.
func (b *batch) end(ys []*Tensor) []*Tensor {
	r := record(b.Op)
	defer r.done()
	roots := r.readAll(ys)
	b.to = map[*node]*member{}
	for i, n := range b.stand {
		b.to[n] = &member{r.read(b.whole[i]), true}
	}
	order := b.below(roots)
	op, where := r.op, r.where
	for _, n := range order {
		r.op, r.where = n.op, n.where // what is recorded belongs to the operator that recorded n
		b.to[n] = b.apply(r, n)
	}
	r.op, r.where = op, where
	out := make([]*Tensor, len(ys))
	for i, y := range roots {
		m := b.of(r, nodeOf(y))
		v, axis := m.all(b.size), b.Out(i)
		if axis < 0 {
			axis += v.Rank()
		}
		if axis < 0 || axis >= v.Rank() {
			graph.Fail(r.op, "result %d, %s for each member, cannot hold a batch along axis %d", i, y.Type, b.Out(i))
		}
		out[i] = r.handle(v.MoveAxis(0, axis))
	}
	for _, n := range order {
		if n.since == b.start {
			n.dropRecipe() // nobody computes it, and it would count what it reads for ever
		}
	}
	return out
}

// below lists what was recorded for the batch and roots depend on, oldest first.
func (b *batch) below(roots []*graph.Value) []*node {
	seen := map[*node]bool{}
	for _, n := range b.stand {
		seen[n] = true
	}
	var order, stack []*node
	for _, v := range roots {
		stack = append(stack, nodeOf(v))
	}
	for len(stack) > 0 {
		n := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if seen[n] || n.since != b.start && !(n.drawn && n.id > b.start && b.Random != RandomnessSame) {
			continue
		}
		seen[n] = true
		order = append(order, n)
		rec := n.rec.Load()
		stack = append(stack, rec.operands()...)
		if rec.hist != nil {
			stack = append(stack, rec.hist)
		}
	}
	slices.SortFunc(order, func(x, y *node) int { return cmp.Compare(x.id, y.id) })
	return order
}

// of is what n has become: itself where it was not recorded for the batch.
func (b *batch) of(r *recorder, n *node) *member {
	if m := b.to[n]; m != nil {
		return m
	}
	return &member{r.again(n), false}
}

// all is m with the batch along the first axis.
func (m *member) all(size graph.Size) *graph.Value {
	if m.differ {
		return m.v
	}
	shape := append(graph.Shape{size}, m.v.Shape...)
	return m.v.Restore(shape, 0)
}

// apply does for all members what n says for one.
func (b *batch) apply(r *recorder, n *node) *member {
	rec := n.rec.Load()
	if rec.op == nil {
		return b.alias(r, rec)
	}
	args, which := make([]*graph.Value, len(rec.operands())), make([]bool, len(rec.operands()))
	for i, x := range rec.operands() {
		m := b.of(r, x)
		args[i], which[i] = m.v, m.differ
	}
	switch {
	case slices.Contains(which, true):
		return &member{rewrite.ApplyBatch(rec.op, rec.attrs, args, which, b.size), true}
	case rec.op == graph.RandomBits:
		return b.draw(r, rec, args[0])
	}
	return &member{r.again(n), false}
}

// alias is the recipe of a node that has the value of another.
func (b *batch) alias(r *recorder, rec *recipe) *member {
	m := b.of(r, rec.operands()[0])
	switch {
	case rec.hist != nil:
		h := b.of(r, rec.hist)
		differ := m.differ || h.differ
		v, hist := m.v, h.v
		if differ {
			v, hist = m.all(b.size), h.all(b.size)
		}
		return &member{r.alias(v, &rare{hist: nodeOf(hist)}), differ}
	case rec.stop:
		return &member{r.stop(m.v), m.differ}
	}
	return m
}

// draw is a draw from a state that all members share.
func (b *batch) draw(r *recorder, rec *recipe, state *graph.Value) *member {
	if b.Random == RandomnessError {
		graph.Fail(r.op, "draws random numbers in a function that is batched: say transform.Randomness(transform.Same) or transform.Different")
	}
	sizes := append([]graph.Size{b.size}, rec.attrs.Shape...)
	return &member{graph.Apply(graph.RandomBits, &graph.Attrs{Shape: sizes}, splitState(state)), true}
}

// splitState is a state for draws of many members from the place where state is: its key is a hash of state's key and
// counter, as splitmix64 mixes them, and its counter 0.
func splitState(state *graph.Value) *graph.Value {
	word := func(x uint64) *graph.Value { return state.Scalar(graph.IntOf(int64(x))) }
	part := func(i int) *graph.Value { return state.SliceAxis(0, graph.N(i), graph.N(1), 1) }
	mix := func(z *graph.Value, shift int, by uint64) *graph.Value {
		return z.Xor(z.Div(word(1 << shift))).Mul(word(by))
	}
	z := part(0).Add(part(1).Shift(1).Mul(word(0x9e3779b97f4a7c15)))
	z = mix(mix(z, 30, 0xbf58476d1ce4e5b9), 27, 0x94d049bb133111eb)
	z = z.Xor(z.Div(word(1 << 31)))
	return graph.ConcatValues(0, z, graph.Zeros(state.Home, z.Type))
}

// wantValue fails where n has no value, as it stands for each member of a batch.
func (r *recorder) wantValue(n *node) {
	if n.since != 0 {
		graph.Fail(r.op, "this tensor has no value: in a function that is recorded (by Vmap, Scan, While or Cond) it stands for what each application gets")
	}
}
