package nn

import (
	"fmt"
	"math"

	"github.com/flambeau-ml/flambeau/tensor"
)

// RecurrentWeights are the weights of one layer of a recurrent network in one direction. A state dict names them after
// layer and direction: weight_ih_l0, weight_ih_l0_reverse.
type RecurrentWeights struct {
	WeightIH *Parameter // [gates·hidden, in]
	WeightHH *Parameter // [gates·hidden, features of the state]
	BiasIH   *Parameter // [gates·hidden]; nil without biases
	BiasHH   *Parameter // [gates·hidden]; nil without biases
	WeightHR *Parameter // [proj, hidden]; nil without a projection

	suffix string
}

func (w *RecurrentWeights) nameSuffix() string { return w.suffix }

// recurrent is what recurrent networks share.
type recurrent struct {
	Mode
	Generator *tensor.Generator   // what dropout between layers draws from; Init gives it its key
	Weights   []*RecurrentWeights // of each layer, and in it of each direction

	op                        string
	in, hidden, proj          int
	layers                    int
	dropout                   float64
	bias, batchFirst, twoWays bool
}

var recurrentOptions = []string{"num_layers", "bias", "batch_first", "dropout", "bidirectional"}

func newRecurrent(s settings, gates, in, hidden int) recurrent {
	r := recurrent{
		Generator: tensor.NewGenerator(0), op: s.op, in: in, hidden: hidden, proj: get(s, "proj_size", 0), layers: get(s, "num_layers", 1),
		dropout: s.probability("dropout", 0), bias: get(s, "bias", true), batchFirst: get(s, "batch_first", false), twoWays: get(s, "bidirectional", false),
	}
	if in < 0 {
		s.fail("%d features in", in)
	}
	s.positive("hidden", hidden)
	s.positive("num_layers", r.layers)
	if r.proj < 0 || r.proj >= hidden {
		s.fail("proj_size is %d: it must be less than the %d hidden features", r.proj, hidden)
	}
	bound := 1 / math.Sqrt(float64(hidden))
	draw := func(sizes ...int) *Parameter { return NewParameter(Uniform(-bound, bound), sizes...) }
	for i := range r.layers {
		for _, way := range []string{"", "_reverse"}[:r.directions()] {
			w := &RecurrentWeights{WeightIH: draw(gates*hidden, in), WeightHH: draw(gates*hidden, r.features()), suffix: fmt.Sprintf("_l%d%s", i, way)}
			if r.bias {
				w.BiasIH, w.BiasHH = draw(gates*hidden), draw(gates*hidden)
			}
			if r.proj > 0 {
				w.WeightHR = draw(r.proj, hidden)
			}
			r.Weights = append(r.Weights, w)
		}
		in = r.features() * r.directions()
	}
	return r
}

func (r *recurrent) directions() int {
	if r.twoWays {
		return 2
	}
	return 1
}

// features is how many features the state has that others see.
func (r *recurrent) features() int {
	if r.proj > 0 {
		return r.proj
	}
	return r.hidden
}

// params are the weights in the order in which operators take them.
func (r *recurrent) params() []*tensor.Tensor {
	var out []*tensor.Tensor
	for _, w := range r.Weights {
		for _, p := range []*Parameter{w.WeightIH, w.WeightHH, w.BiasIH, w.BiasHH, w.WeightHR} {
			if p != nil {
				out = append(out, p.Value())
			}
		}
	}
	return out
}

// state is h where it is given, else zeros of so many features, for a batch of the size n.
func (r *recurrent) state(x, h *tensor.Tensor, n any, features int) *tensor.Tensor {
	if h != nil {
		return h
	}
	return tensor.ZerosWith([]any{len(r.Weights), n, features}, tensor.As(x.DType()))
}

// batched is x with a batch: one sequence alone becomes a batch of one, and so do its states.
func (r *recurrent) batched(x *tensor.Tensor, states []*tensor.Tensor) (y *tensor.Tensor, alone bool) {
	if d := x.Dim(); d != 2 && d != 3 {
		panic(tensor.Errorf(r.op, "takes sequences [L, N, %d], or one [L, %d], not of shape %s", r.in, r.in, shapeString(x.Shape())))
	}
	for i, h := range states {
		if h == nil {
			continue
		}
		if h.Dim() != x.Dim() {
			panic(tensor.Errorf(r.op, "a state of shape %s for an input of shape %s: it must have as many dimensions", shapeString(h.Shape()), shapeString(x.Shape())))
		}
		if x.Dim() == 2 {
			states[i] = h.Unsqueeze(1)
		}
	}
	if x.Dim() == 2 {
		return x.Unsqueeze(1), true
	}
	return x, false
}

// network applies an operator to x and the states, of which there are len(features).
func (r *recurrent) network(x *tensor.Tensor, states []*tensor.Tensor, features []int, apply func(x *tensor.Tensor, states []*tensor.Tensor, batchFirst bool) []*tensor.Tensor) []*tensor.Tensor {
	x, alone := r.batched(x, states)
	batchFirst := r.batchFirst && !alone
	n := x.Sym(1)
	if batchFirst {
		n = x.Sym(0)
	}
	for i, h := range states {
		states[i] = r.state(x, h, n, features[i])
	}
	out := apply(x, states, batchFirst)
	if alone {
		for i, y := range out {
			out[i] = y.Squeeze(1)
		}
	}
	return out
}

// packed applies an operator to packed sequences.
func (r *recurrent) packed(p *PackedSequence, states []*tensor.Tensor, features []int, apply func(sizes *tensor.Tensor, states []*tensor.Tensor) []*tensor.Tensor) (*PackedSequence, []*tensor.Tensor) {
	for i, h := range states {
		if h = r.state(p.Data, h, p.batch(), features[i]); p.SortedIndices != nil {
			h = h.IndexSelect(1, indices(p.SortedIndices))
		}
		states[i] = h
	}
	out := apply(indices(p.BatchSizes), states)
	if p.UnsortedIndices != nil {
		for i, h := range out[1:] {
			out[1+i] = h.IndexSelect(1, indices(p.UnsortedIndices))
		}
	}
	q := *p
	q.Data = out[0]
	return &q, out[1:]
}

func (r *recurrent) describe(name string) string {
	note := ""
	if r.layers > 1 {
		note += fmt.Sprintf(", %d layers", r.layers)
	}
	if r.twoWays {
		note += ", both ways"
	}
	if r.proj > 0 {
		note += fmt.Sprintf(", projected to %d", r.proj)
	}
	return fmt.Sprintf("%s(%d, %d%s%s)", name, r.in, r.hidden, note, biasNote(r.Weights[0].BiasIH))
}

// RNN is a plain recurrent network over sequences, h' = tanh(W·x + b + U·h + c), of one or several layers: PyTorch's
// nn.RNN.
type RNN struct {
	recurrent
	relu bool
}

// NewRNN makes a network from in features to hidden. It takes the options NumLayers, Nonlinearity ("tanh", which it is
// without it, or "relu"), Bias, BatchFirst, DropoutP (of what a layer gives to the next) and Bidirectional.
func NewRNN(in, hidden int, opts ...Option) *RNN {
	s := settle("nn.RNN", opts, append([]string{"nonlinearity"}, recurrentOptions...)...)
	return &RNN{newRecurrent(s, 1, in, hidden), s.relu()}
}

// relu reads the option Nonlinearity.
func (s settings) relu() bool {
	switch f := get(s, "nonlinearity", "tanh"); f {
	case "tanh":
		return false
	case "relu":
		return true
	default:
		s.fail(`the nonlinearity is %q: it must be "tanh" or "relu"`, f)
		return false
	}
}

// Forward makes sequences x [L, N, in] into the states of the last layer at each step, [L, N, D·hidden] where D is 2
// for both directions, else 1, and the last states of all layers [layers·D, N, hidden]. With BatchFirst, x and the first
// result have N first; one sequence [L, in] has no N anywhere. h is the states to begin with, zeros where it is nil.
func (r *RNN) Forward(x, h *tensor.Tensor) (y, last *tensor.Tensor) {
	out := r.network(x, []*tensor.Tensor{h}, []int{r.hidden}, func(x *tensor.Tensor, states []*tensor.Tensor, batchFirst bool) []*tensor.Tensor {
		f := x.RNNTanh
		if r.relu {
			f = x.RNNReLU
		}
		y, h := f(r.Generator, states[0], r.params(), r.bias, r.layers, r.dropout, r.Training(), r.twoWays, batchFirst)
		return []*tensor.Tensor{y, h}
	})
	return out[0], out[1]
}

// ForwardPacked is Forward for sequences of several lengths.
func (r *RNN) ForwardPacked(p *PackedSequence, h *tensor.Tensor) (y *PackedSequence, last *tensor.Tensor) {
	y, ends := r.packed(p, []*tensor.Tensor{h}, []int{r.hidden}, func(sizes *tensor.Tensor, states []*tensor.Tensor) []*tensor.Tensor {
		f := tensor.RNNTanhPacked
		if r.relu {
			f = tensor.RNNReLUPacked
		}
		y, h := f(r.Generator, p.Data, sizes, states[0], r.params(), r.bias, r.layers, r.dropout, r.Training(), r.twoWays)
		return []*tensor.Tensor{y, h}
	})
	return y, ends[0]
}

// String describes the layer.
func (r *RNN) String() string { return r.describe("RNN") }

// GRU is a network of gated recurrent units over sequences, of one or several layers: PyTorch's nn.GRU, whose order of
// gates it has: reset, update, new.
type GRU struct{ recurrent }

// NewGRU makes a network from in features to hidden. It takes the options NumLayers, Bias, BatchFirst, DropoutP (of what
// a layer gives to the next) and Bidirectional.
func NewGRU(in, hidden int, opts ...Option) *GRU {
	return &GRU{newRecurrent(settle("nn.GRU", opts, recurrentOptions...), 3, in, hidden)}
}

// Forward is as RNN's.
func (r *GRU) Forward(x, h *tensor.Tensor) (y, last *tensor.Tensor) {
	out := r.network(x, []*tensor.Tensor{h}, []int{r.hidden}, func(x *tensor.Tensor, states []*tensor.Tensor, batchFirst bool) []*tensor.Tensor {
		y, h := x.GRU(r.Generator, states[0], r.params(), r.bias, r.layers, r.dropout, r.Training(), r.twoWays, batchFirst)
		return []*tensor.Tensor{y, h}
	})
	return out[0], out[1]
}

// ForwardPacked is Forward for sequences of several lengths.
func (r *GRU) ForwardPacked(p *PackedSequence, h *tensor.Tensor) (y *PackedSequence, last *tensor.Tensor) {
	y, ends := r.packed(p, []*tensor.Tensor{h}, []int{r.hidden}, func(sizes *tensor.Tensor, states []*tensor.Tensor) []*tensor.Tensor {
		y, h := tensor.GRUPacked(r.Generator, p.Data, sizes, states[0], r.params(), r.bias, r.layers, r.dropout, r.Training(), r.twoWays)
		return []*tensor.Tensor{y, h}
	})
	return y, ends[0]
}

// String describes the layer.
func (r *GRU) String() string { return r.describe("GRU") }

// LSTM is a network with long short-term memory over sequences, of one or several layers: PyTorch's nn.LSTM, whose order
// of gates it has: input, forget, cell, output.
type LSTM struct{ recurrent }

// NewLSTM makes a network from in features to hidden. It takes the options NumLayers, Bias, BatchFirst, DropoutP (of
// what a layer gives to the next), Bidirectional and ProjSize.
func NewLSTM(in, hidden int, opts ...Option) *LSTM {
	return &LSTM{newRecurrent(settle("nn.LSTM", opts, append([]string{"proj_size"}, recurrentOptions...)...), 4, in, hidden)}
}

// Forward makes sequences x [L, N, in] into the states of the last layer at each step, [L, N, D·hidden] where D is 2
// for both directions, else 1, and the last states and memories of all layers, [layers·D, N, hidden] each. With a
// projection, states have its size. With BatchFirst, x and the first result have N first; one sequence [L, in] has no N
// anywhere. h and memory are what to begin with, zeros where they are nil.
func (r *LSTM) Forward(x, h, memory *tensor.Tensor) (y, last, lastMemory *tensor.Tensor) {
	out := r.network(x, []*tensor.Tensor{h, memory}, []int{r.features(), r.hidden}, func(x *tensor.Tensor, states []*tensor.Tensor, batchFirst bool) []*tensor.Tensor {
		y, h, c := x.LSTM(r.Generator, states, r.params(), r.bias, r.layers, r.dropout, r.Training(), r.twoWays, batchFirst)
		return []*tensor.Tensor{y, h, c}
	})
	return out[0], out[1], out[2]
}

// ForwardPacked is Forward for sequences of several lengths.
func (r *LSTM) ForwardPacked(p *PackedSequence, h, memory *tensor.Tensor) (y *PackedSequence, last, lastMemory *tensor.Tensor) {
	y, ends := r.packed(p, []*tensor.Tensor{h, memory}, []int{r.features(), r.hidden}, func(sizes *tensor.Tensor, states []*tensor.Tensor) []*tensor.Tensor {
		y, h, c := tensor.LSTMPacked(r.Generator, p.Data, sizes, states, r.params(), r.bias, r.layers, r.dropout, r.Training(), r.twoWays)
		return []*tensor.Tensor{y, h, c}
	})
	return y, ends[0], ends[1]
}

// String describes the layer.
func (r *LSTM) String() string { return r.describe("LSTM") }
