package ops

import (
	"math/rand/v2"

	"github.com/flambeau-ml/flambeau/graph"
)

// recurrence is a recurrent network: what kinds of them differ in. Its first state is h, what others see of it.
type recurrence struct {
	name   string
	gates  int
	states int
	// next makes the next states of the linear forms x of the input and h of the first state, [N, gates·H] each.
	next func(x, h *graph.Value, state []*graph.Value) []*graph.Value

	steps repeated[stepOptions]
}

// stepOptions say what a step is given besides states and the linear form of its input.
type stepOptions struct{ bias, project, mask bool }

func newRecurrence(name string, gates, states int, next func(x, h *graph.Value, state []*graph.Value) []*graph.Value) *recurrence {
	k := &recurrence{name: name, gates: gates, states: states, next: next}
	k.steps.name, k.steps.step = name, k.step
	return k
}

var (
	rnnTanh = newRecurrence("rnn_tanh", 1, 1, func(x, h *graph.Value, _ []*graph.Value) []*graph.Value { return []*graph.Value{x.Add(h).Tanh()} })
	rnnReLU = newRecurrence("rnn_relu", 1, 1, func(x, h *graph.Value, _ []*graph.Value) []*graph.Value { return []*graph.Value{relu(x.Add(h))} })
	gru     = newRecurrence("gru", 3, 1, func(x, h *graph.Value, state []*graph.Value) []*graph.Value {
		gate := gatesOf(state[0])
		reset, keep := sigmoid(gate(x, 0).Add(gate(h, 0))), sigmoid(gate(x, 1).Add(gate(h, 1)))
		fresh := gate(x, 2).Add(reset.Mul(gate(h, 2))).Tanh()
		return []*graph.Value{fresh.Add(keep.Mul(state[0].Sub(fresh)))}
	})
	lstm = newRecurrence("lstm", 4, 2, func(x, h *graph.Value, state []*graph.Value) []*graph.Value {
		memory := state[1]
		gate, all := gatesOf(memory), x.Add(h)
		in, forget, fresh, out := sigmoid(gate(all, 0)), sigmoid(gate(all, 1)), gate(all, 2).Tanh(), sigmoid(gate(all, 3))
		memory = forget.Mul(memory).Add(in.Mul(fresh))
		return []*graph.Value{out.Mul(memory.Tanh()), memory}
	})
)

// gatesOf takes gate i of a linear form apart, as large as one state.
func gatesOf(state *graph.Value) func(form *graph.Value, i int) *graph.Value {
	hidden := state.Shape[state.Rank()-1]
	return func(form *graph.Value, i int) *graph.Value {
		return form.SliceAxis(form.Rank()-1, hidden.Mul(graph.N(i)), hidden, 1)
	}
}

// rnnWeights are those of one layer in one direction; biases and projection may be nil.
type rnnWeights struct{ ih, hh, bih, bhh, project *graph.Value }

// cell is the states after one step; x is the linear form of the input. Half precision is computed in f32 between the
// products.
func (k *recurrence) cell(x *graph.Value, state []*graph.Value, w rnnWeights) []*graph.Value {
	d, memory := x.DType, state[len(state)-1]
	if n := memory.Shape[memory.Rank()-1].Mul(graph.N(k.gates)); !x.Home.Solver().Same(x.Shape[x.Rank()-1], n) {
		graph.Fail(k.name, "%s has not %s features for the gates", x.Type, n)
	}
	wides := make([]*graph.Value, len(state))
	for i, s := range state {
		wides[i] = s.Cast(wide(d))
	}
	next := k.next(x.Cast(wide(d)), linear(state[0], w.hh, w.bhh).Cast(wide(d)), wides)
	for i, s := range next {
		next[i] = s.Cast(d)
	}
	if w.project != nil {
		next[0] = linear(next[0], w.project, nil)
	}
	return next
}

// step is one step of a scan: of the weights that the options say and, where there is a mask, whether each sequence goes
// on.
func (k *recurrence) step(o stepOptions, stays, carried, x []*graph.Value) (next []*graph.Value, y *graph.Value) {
	w := rnnWeights{hh: stays[0]}
	if o.bias {
		w.bhh = stays[1]
	}
	if o.project {
		w.project = stays[len(stays)-1]
	}
	next = k.cell(x[0], carried, w)
	if o.mask {
		for i, s := range next {
			next[i] = x[1].Where(s, carried[i])
		}
	}
	return next, next[0]
}

// layer is one layer in one direction over x [T, N, in]: the product with the input is one for all steps.
func (k *recurrence) layer(x, mask *graph.Value, state []*graph.Value, w rnnWeights, reverse bool) (last []*graph.Value, y *graph.Value) {
	stays, over := []*graph.Value{w.hh}, []*graph.Value{linear(x, w.ih, w.bih)}
	for _, v := range []*graph.Value{w.bhh, w.project} {
		if v != nil {
			stays = append(stays, v)
		}
	}
	if mask != nil {
		over = append(over, mask)
	}
	return k.steps.over(stepOptions{w.bhh != nil, w.project != nil, mask != nil}, reverse, x.Shape[0], stays, state, over)
}

// stacked are the options of several layers, which draw from generator what is dropped between them.
type stacked struct {
	biases        bool
	layers        int
	dropout       float64
	train         bool
	bidirectional bool
	generator     *graph.Value
}

func (n stacked) directions() int {
	if n.bidirectional {
		return 2
	}
	return 1
}

// fit checks a weight's type against the sizes it must have.
func (k *recurrence) fit(x *graph.Value, what string, w *graph.Value, sizes ...graph.Size) {
	if w != nil && (w.DType != x.DType || !x.Home.Solver().SameShape(w.Shape, sizes)) {
		graph.Fail(k.name, "%s is %s: it must be %s for an input %s", what, w.Type, graph.Type{DType: x.DType, Shape: sizes}, x.Type)
	}
}

// fitWeights checks the weights of a layer for x and the states.
func (k *recurrence) fitWeights(x *graph.Value, state []*graph.Value, w rnnWeights) {
	last := func(v *graph.Value) graph.Size { return v.Shape[v.Rank()-1] }
	hidden, seen := last(state[len(state)-1]), last(state[0])
	if w.project != nil && k.states == 1 {
		graph.Fail(k.name, "has no projection")
	}
	if w.project == nil && !x.Home.Solver().Same(hidden, seen) {
		graph.Fail(k.name, "the states %s and %s differ in features, and there is no projection", state[0].Type, state[1].Type)
	}
	gates := hidden.Mul(graph.N(k.gates))
	k.fit(x, "the weight of the input", w.ih, gates, last(x))
	k.fit(x, "the weight of the state", w.hh, gates, seen)
	k.fit(x, "the bias of the input", w.bih, gates)
	k.fit(x, "the bias of the state", w.bhh, gates)
	k.fit(x, "the projection", w.project, seen, hidden)
}

// weights are the weights of each layer and direction.
func (k *recurrence) weights(params []*graph.Value, n stacked) []rnnWeights {
	count, each := n.layers*n.directions(), 2
	if n.biases {
		each = 4
	}
	if count < 1 {
		graph.Fail(k.name, "%d layers: there must be at least one", n.layers)
	}
	project := len(params) == count*(each+1)
	if len(params) != count*each && !project {
		graph.Fail(k.name, "%d weights and biases for %d layers in %d directions: each has %d, and one more where it projects", len(params), n.layers, n.directions(), each)
	}
	var out []rnnWeights
	for len(params) > 0 {
		w := rnnWeights{ih: params[0], hh: params[1]}
		if n.biases {
			w.bih, w.bhh = params[2], params[3]
		}
		params = params[each:]
		if project {
			w.project, params = params[0], params[1:]
		}
		out = append(out, w)
	}
	return out
}

// run is the whole network over x [T, N, in], beginning at the states hx [layers·directions, N, …].
func (k *recurrence) run(x, mask *graph.Value, hx, params []*graph.Value, n stacked) (y *graph.Value, last []*graph.Value, next *graph.Value) {
	needFloat(k.name, x)
	if x.Rank() != 3 || x.DType.IsComplex() {
		graph.Fail(k.name, "the input is %s: it must have sequences, a batch and features", x.Type)
	}
	if len(hx) != k.states {
		graph.Fail(k.name, "%d states are given for %d", len(hx), k.states)
	}
	weights := k.weights(params, n)
	for _, h := range hx {
		if h.Rank() != 3 || h.DType != x.DType || !x.Home.Solver().SameShape(h.Shape[:2], graph.Shape{graph.N(len(weights)), x.Shape[1]}) {
			graph.Fail(k.name, "a state is %s: it must be %s[%d, %s, …] for an input %s", h.Type, x.DType, len(weights), x.Shape[1], x.Type)
		}
	}
	ends := make([][]*graph.Value, k.states)
	next = n.generator
	for i := range n.layers {
		if i > 0 {
			x, next = dropout(k.name, elements)(x, n.dropout, n.train, next)
		}
		var ys []*graph.Value
		for j := range n.directions() {
			at := i*n.directions() + j
			var state []*graph.Value
			for _, h := range hx {
				state = append(state, dropAxis(h.SliceAxis(0, graph.N(at), graph.N(1), 1), 0))
			}
			k.fitWeights(x, state, weights[at])
			end, y := k.layer(x, mask, state, weights[at], j == 1)
			ys = append(ys, y)
			for s, e := range end {
				ends[s] = append(ends[s], e.Unsqueeze(0))
			}
		}
		x = graph.ConcatValues(2, ys...)
	}
	for _, es := range ends {
		last = append(last, graph.ConcatValues(0, es...))
	}
	return x, last, next
}

// padded is run for sequences [T, N, in], or [N, T, in] with batchFirst.
func (k *recurrence) padded(x *graph.Value, hx, params []*graph.Value, n stacked, batchFirst bool) (y *graph.Value, last []*graph.Value, next *graph.Value) {
	if batchFirst && x.Rank() == 3 {
		x = x.SwapAxes(0, 1)
	}
	y, last, next = k.run(x, nil, hx, params, n)
	if batchFirst {
		y = y.SwapAxes(0, 1)
	}
	return y, last, next
}

// packed is run for sequences of several lengths, the longest first: data [sum of sizes, in] holds the elements of all
// sequences that have a first one, then of all that have a second one …; sizes says how many those are. It is run on
// padded sequences, whose states stay as they are where they have no element.
func (k *recurrence) packed(data, sizes *graph.Value, hx, params []*graph.Value, n stacked) (y *graph.Value, last []*graph.Value, next *graph.Value) {
	needIndex(k.name, sizes)
	if data.Rank() != 2 || sizes.Rank() != 1 || len(hx) == 0 || hx[0].Rank() != 3 {
		graph.Fail(k.name, "packed sequences are %s with sizes %s: they must be [elements, features] and [steps], and states of 3 dimensions", data.Type, sizes.Type)
	}
	b, total := data.Home, data.Shape[0]
	steps, batch := sizes.Shape[0], hx[0].Shape[1]
	grid := graph.Type{DType: graph.Int64, Shape: graph.Shape{steps, batch}}
	sizes = sizes.Cast(graph.Int64)
	before := sizes.CumSum(0).Sub(sizes).Unsqueeze(1)
	member := graph.NewIota(b, grid, 1)
	mask := member.Lt(sizes.Unsqueeze(1))
	place := before.Add(member)
	x := data.Gather(mask.Where(place, place.Like(0)), 0, 0)

	y, last, next = k.run(x, mask.Unsqueeze(2), hx, params, n)

	// The element at each place of the packed form; what is beyond a sequence's end goes to one place behind.
	cells := steps.Mul(batch)
	none := graph.NewSize(b, graph.Int64, total)
	from := graph.NewIota(b, graph.Type{DType: graph.Int64, Shape: graph.Shape{cells}}, 0)
	elements := graph.NewSize(b, graph.Int64, cells).Expand(total.Add(graph.N(1))).Scatter(mask.Where(place, none).Reshape(cells), from, 0, 0)
	elements = elements.SliceAxis(0, graph.N(0), total, 1)
	return y.Reshape(cells, y.Shape[2]).Gather(elements, 0, 0), last, next
}

// one is a single step on x [N, in] or [in].
func (k *recurrence) one(x *graph.Value, state []*graph.Value, w rnnWeights) []*graph.Value {
	op := k.name + "_cell"
	needFloat(op, x)
	if len(state) != k.states {
		graph.Fail(op, "%d states are given for %d", len(state), k.states)
	}
	for _, h := range state {
		if x.Rank() < 1 || x.Rank() > 2 || h.Rank() != x.Rank() || h.DType != x.DType || !x.Home.Solver().SameShape(h.Shape[:x.Rank()-1], x.Shape[:x.Rank()-1]) {
			graph.Fail(op, "a state %s does not fit an input %s: they must be [N, features] or [features]", h.Type, x.Type)
		}
	}
	k.fitWeights(x, state, w)
	return k.cell(linear(x, w.ih, w.bih), state, w)
}

type (
	rnnBody       = func(x, h *graph.Value, params []*graph.Value, biases bool, layers int, dropout float64, train, bidirectional, batchFirst bool, generator *graph.Value) (y, last, next *graph.Value)
	rnnPackedBody = func(data, sizes, h *graph.Value, params []*graph.Value, biases bool, layers int, dropout float64, train, bidirectional bool, generator *graph.Value) (y, last, next *graph.Value)
	rnnCellBody   = func(x, h, ih, hh, bih, bhh *graph.Value) *graph.Value
)

const (
	rnnOptions = "Tensor[] params, bool has_biases, int num_layers, float dropout, bool train, bool bidirectional"
	drawing    = "*, Generator? generator=None"
)

// ofState defines the network over padded sequences for kinds with one state.
func (k *recurrence) ofState(method, doc string) Operator[rnnBody] {
	return define(Op{
		Schema: k.name + ".input(Tensor input, Tensor hx, " + rnnOptions + ", bool batch_first, " + drawing + ") -> (Tensor, Tensor)",
		Method: method, Doc: doc, Samples: k.samples,
	}, func(x, h *graph.Value, params []*graph.Value, biases bool, layers int, dropout float64, train, bidirectional, batchFirst bool, generator *graph.Value) (y, last, next *graph.Value) {
		y, ends, next := k.padded(x, []*graph.Value{h}, params, stacked{biases, layers, dropout, train, bidirectional, generator}, batchFirst)
		return y, ends[0], next
	})
}

// ofPacked is ofState for packed sequences.
func (k *recurrence) ofPacked(method, doc string) Operator[rnnPackedBody] {
	return define(Op{
		Schema: k.name + ".data(Tensor data, Tensor batch_sizes, Tensor hx, " + rnnOptions + ", " + drawing + ") -> (Tensor, Tensor)",
		Method: method, Doc: doc, Samples: k.packedSamples,
	}, func(data, sizes, h *graph.Value, params []*graph.Value, biases bool, layers int, dropout float64, train, bidirectional bool, generator *graph.Value) (y, last, next *graph.Value) {
		y, ends, next := k.packed(data, sizes, []*graph.Value{h}, params, stacked{biases, layers, dropout, train, bidirectional, generator})
		return y, ends[0], next
	})
}

// ofCell defines a single step for kinds with one state.
func (k *recurrence) ofCell(method, doc string) Operator[rnnCellBody] {
	return define(Op{
		Schema: k.name + "_cell(Tensor input, Tensor hx, Tensor w_ih, Tensor w_hh, Tensor? b_ih=None, Tensor? b_hh=None) -> Tensor",
		Method: method, Doc: doc, Samples: k.cellSamples,
	}, func(x, h, ih, hh, bih, bhh *graph.Value) *graph.Value {
		return k.one(x, []*graph.Value{h}, rnnWeights{ih: ih, hh: hh, bih: bih, bhh: bhh})[0]
	})
}

// Recurrent networks.
var (
	RNNTanh       = rnnTanh.ofState("RNNTanh", "The states of a recurrent network with tanh over sequences, and the last ones.")
	RNNReLU       = rnnReLU.ofState("RNNReLU", "The states of a recurrent network with ReLU over sequences, and the last ones.")
	GRU           = gru.ofState("GRU", "The states of a network of gated recurrent units over sequences, and the last ones.")
	RNNTanhPacked = rnnTanh.ofPacked("RNNTanhPacked", "The states of a recurrent network with tanh over packed sequences, and the last ones.")
	RNNReLUPacked = rnnReLU.ofPacked("RNNReLUPacked", "The states of a recurrent network with ReLU over packed sequences, and the last ones.")
	GRUPacked     = gru.ofPacked("GRUPacked", "The states of a network of gated recurrent units over packed sequences, and the last ones.")
	RNNTanhCell   = rnnTanh.ofCell("RNNTanhCell", "One step of a recurrent network with tanh.")
	RNNReLUCell   = rnnReLU.ofCell("RNNReLUCell", "One step of a recurrent network with ReLU.")
	GRUCell       = gru.ofCell("GRUCell", "One step of a network of gated recurrent units.")

	LSTM = define(Op{
		Schema: "lstm.input(Tensor input, Tensor[] hx, " + rnnOptions + ", bool batch_first, " + drawing + ") -> (Tensor, Tensor, Tensor)",
		Method: "LSTM", Doc: "The states of a network with long short-term memory over sequences, and the last states and memories.", Samples: lstm.samples,
	}, func(x *graph.Value, hx, params []*graph.Value, biases bool, layers int, dropout float64, train, bidirectional, batchFirst bool, generator *graph.Value) (y, h, c, next *graph.Value) {
		y, ends, next := lstm.padded(x, hx, params, stacked{biases, layers, dropout, train, bidirectional, generator}, batchFirst)
		return y, ends[0], ends[1], next
	})
	LSTMPacked = define(Op{
		Schema: "lstm.data(Tensor data, Tensor batch_sizes, Tensor[] hx, " + rnnOptions + ", " + drawing + ") -> (Tensor, Tensor, Tensor)",
		Method: "LSTMPacked", Doc: "The states of a network with long short-term memory over packed sequences, and the last states and memories.", Samples: lstm.packedSamples,
	}, func(data, sizes *graph.Value, hx, params []*graph.Value, biases bool, layers int, dropout float64, train, bidirectional bool, generator *graph.Value) (y, h, c, next *graph.Value) {
		y, ends, next := lstm.packed(data, sizes, hx, params, stacked{biases, layers, dropout, train, bidirectional, generator})
		return y, ends[0], ends[1], next
	})
	LSTMCell = define(Op{
		Schema: "lstm_cell(Tensor input, Tensor[] hx, Tensor w_ih, Tensor w_hh, Tensor? b_ih=None, Tensor? b_hh=None) -> (Tensor, Tensor)",
		Method: "LSTMCell", Doc: "One step of a network with long short-term memory: the next state and memory.", Samples: lstm.cellSamples,
	}, func(x *graph.Value, hx []*graph.Value, ih, hh, bih, bhh *graph.Value) (h, c *graph.Value) {
		next := lstm.one(x, hx, rnnWeights{ih: ih, hh: hh, bih: bih, bhh: bhh})
		return next[0], next[1]
	})
)

// sampleOf are weights and states for samples, for sequences of in features and the given sizes.
func (k *recurrence) sampleOf(r *rand.Rand, d graph.DType, in, hidden, batch, layers, directions int, biases bool) (hx any, params []*graph.Array) {
	draw := func(dims ...int) *graph.Array { return graph.Uniform(r, d, -1, 1, dims...) }
	var states []*graph.Array
	for range k.states {
		states = append(states, draw(layers*directions, batch, hidden))
	}
	for range layers {
		for range directions {
			params = append(params, draw(k.gates*hidden, in), draw(k.gates*hidden, hidden))
			if biases {
				params = append(params, draw(k.gates*hidden), draw(k.gates*hidden))
			}
		}
		in = hidden * directions
	}
	if k.states == 1 {
		return states[0], params
	}
	return states, params
}

func (k *recurrence) samples(r *rand.Rand) []Sample {
	one, w1 := k.sampleOf(r, graph.Float32, 5, 3, 2, 1, 1, true)
	two, w2 := k.sampleOf(r, graph.Float64, 5, 3, 2, 2, 2, false)
	half, w3 := k.sampleOf(r, graph.BFloat16, 5, 3, 2, 1, 1, true)
	drop, w4 := k.sampleOf(r, graph.Float32, 5, 3, 2, 2, 1, true)
	return []Sample{
		call(f32(r, 7, 2, 5), one, w1, true, 1, 0.0, false, false, false),
		call(graph.Uniform(r, graph.Float64, -3, 3, 2, 7, 5), two, w2, false, 2, 0.0, true, true, true),
		call(bf16(r, 7, 2, 5), half, w3, true, 1, 0.0, false, false, false),
		call(f32(r, 7, 2, 5), drop, w4, true, 2, 0.3, true, false, false).kw("generator", seed(r)),
	}
}

func (k *recurrence) packedSamples(r *rand.Rand) []Sample {
	sizes := graph.NewArray(graph.Int64, 4)
	for i, n := range []int64{3, 3, 2, 1} {
		sizes.SetInt(i, n)
	}
	one, w1 := k.sampleOf(r, graph.Float32, 5, 7, 3, 1, 1, true)
	two, w2 := k.sampleOf(r, graph.Float32, 5, 7, 3, 2, 2, false)
	return []Sample{
		call(f32(r, 9, 5), sizes, one, w1, true, 1, 0.0, false, false),
		call(f32(r, 9, 5), sizes, two, w2, false, 2, 0.0, false, true),
	}
}

func (k *recurrence) cellSamples(r *rand.Rand) []Sample {
	draw := func(dims ...int) *graph.Array { return graph.Uniform(r, graph.Float32, -1, 1, dims...) }
	hx := func(dims ...int) any {
		if k.states == 1 {
			return draw(dims...)
		}
		return []*graph.Array{draw(dims...), draw(dims...)}
	}
	n := 3 * k.gates
	return []Sample{
		call(f32(r, 2, 5), hx(2, 3), draw(n, 5), draw(n, 3), draw(n), draw(n)),
		call(f32(r, 5), hx(3), draw(n, 5), draw(n, 3)),
	}
}
