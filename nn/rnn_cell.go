package nn

import (
	"fmt"
	"math"

	"github.com/flambeau-ml/flambeau/tensor"
)

// cell is what recurrent cells share: a linear form of the input and one of the state, for each gate.
type cell struct {
	WeightIH *Parameter // [gates·hidden, in]
	WeightHH *Parameter // [gates·hidden, hidden]
	BiasIH   *Parameter // [gates·hidden]; nil without biases
	BiasHH   *Parameter // [gates·hidden]; nil without biases

	op     string
	hidden int
}

func newCell(s settings, gates, in, hidden int) cell {
	if in < 0 {
		s.fail("%d features in", in)
	}
	s.positive("hidden", hidden)
	bound := 1 / math.Sqrt(float64(hidden))
	draw := Uniform(-bound, bound)
	c := cell{op: s.op, hidden: hidden, WeightIH: NewParameter(draw, gates*hidden, in), WeightHH: NewParameter(draw, gates*hidden, hidden)}
	if get(s, "bias", true) {
		c.BiasIH, c.BiasHH = NewParameter(draw, gates*hidden), NewParameter(draw, gates*hidden)
	}
	return c
}

// state is h for an input x, zeros where it is nil.
func (c *cell) state(x, h *tensor.Tensor) *tensor.Tensor {
	switch n := x.Dim(); {
	case n != 1 && n != 2:
		panic(tensor.Errorf(c.op, "takes an input [N, in] or [in], not of shape %s", shapeString(x.Shape())))
	case h != nil && (h.Dim() != n || h.Size(-1) != c.hidden):
		panic(tensor.Errorf(c.op, "a state of shape %s for an input of shape %s: it must be of %d dimensions, and %d features",
			shapeString(h.Shape()), shapeString(x.Shape()), n, c.hidden))
	case h == nil && n == 1:
		return tensor.ZerosWith([]any{c.hidden}, tensor.As(x.DType()))
	case h == nil:
		return tensor.ZerosWith([]any{x.Sym(0), c.hidden}, tensor.As(x.DType()))
	case n == 2:
		return h.Reshape(x.Sym(0), c.hidden) // refuses another batch
	}
	return h
}

func (c *cell) describe(name string) string {
	return fmt.Sprintf("%s(%d, %d%s)", name, c.WeightIH.Size(1), c.hidden, biasNote(c.BiasIH))
}

// RNNCell is one step of a plain recurrent network, h' = tanh(W·x + b + U·h + c): PyTorch's nn.RNNCell.
type RNNCell struct {
	cell
	relu bool
}

// NewRNNCell makes a cell from in features to hidden. It takes the options Bias and Nonlinearity ("tanh", which it is
// without it, or "relu").
func NewRNNCell(in, hidden int, opts ...Option) *RNNCell {
	s := settle("nn.RNNCell", opts, "bias", "nonlinearity")
	return &RNNCell{newCell(s, 1, in, hidden), s.relu()}
}

// Forward makes an input [N, in] and a state [N, hidden] into the next state; without N where there is one sample. The
// state is zeros where h is nil.
func (c *RNNCell) Forward(x, h *tensor.Tensor) *tensor.Tensor {
	f := x.RNNTanhCell
	if c.relu {
		f = x.RNNReLUCell
	}
	return f(c.state(x, h), c.WeightIH.Value(), c.WeightHH.Value(), c.BiasIH.Value(), c.BiasHH.Value())
}

// String describes the layer.
func (c *RNNCell) String() string { return c.describe("RNNCell") }

// LSTMCell is one step of a network with long short-term memory: PyTorch's nn.LSTMCell. Its gates are in PyTorch's
// order: input, forget, cell, output.
type LSTMCell struct{ cell }

// NewLSTMCell makes a cell from in features to hidden. It takes the option Bias.
func NewLSTMCell(in, hidden int, opts ...Option) *LSTMCell {
	return &LSTMCell{newCell(settle("nn.LSTMCell", opts, "bias"), 4, in, hidden)}
}

// Forward makes an input [N, in], a state h and a cell state c, both [N, hidden], into the next two; without N where
// there is one sample. The states are zeros where they are nil.
func (c *LSTMCell) Forward(x, h, memory *tensor.Tensor) (nextH, nextMemory *tensor.Tensor) {
	states := []*tensor.Tensor{c.state(x, h), c.state(x, memory)}
	return x.LSTMCell(states, c.WeightIH.Value(), c.WeightHH.Value(), c.BiasIH.Value(), c.BiasHH.Value())
}

// String describes the layer.
func (c *LSTMCell) String() string { return c.describe("LSTMCell") }

// GRUCell is one step of a network of gated recurrent units: PyTorch's nn.GRUCell. Its gates are in PyTorch's order:
// reset, update, new.
type GRUCell struct{ cell }

// NewGRUCell makes a cell from in features to hidden. It takes the option Bias.
func NewGRUCell(in, hidden int, opts ...Option) *GRUCell {
	return &GRUCell{newCell(settle("nn.GRUCell", opts, "bias"), 3, in, hidden)}
}

// Forward makes an input [N, in] and a state [N, hidden] into the next state; without N where there is one sample. The
// state is zeros where h is nil.
func (c *GRUCell) Forward(x, h *tensor.Tensor) *tensor.Tensor {
	return x.GRUCell(c.state(x, h), c.WeightIH.Value(), c.WeightHH.Value(), c.BiasIH.Value(), c.BiasHH.Value())
}

// String describes the layer.
func (c *GRUCell) String() string { return c.describe("GRUCell") }
