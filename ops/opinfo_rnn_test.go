package ops_test

import (
	"github.com/flambeau-ml/flambeau/nn"
	"github.com/flambeau-ml/flambeau/tensor"
)

// ofOneState is a recurrent network with one state.
type ofOneState interface {
	Forward(x, h *tensor.Tensor) (y, last *tensor.Tensor)
}

func recurrent(m ofOneState) any {
	return called{m, func(a arguments) []*tensor.Tensor {
		y, last := m.Forward(a.tensor(0, "input"), a.tensor(1, "hx"))
		return []*tensor.Tensor{y, last}
	}}
}

func init() {
	makers["RNN"] = func(a arguments) any {
		return recurrent(nn.NewRNN(a.int(0, "input_size", 0), a.int(1, "hidden_size", 0), a.given("_ _ num_layers nonlinearity bias batch_first dropout bidirectional")...))
	}
	makers["GRU"] = func(a arguments) any {
		return recurrent(nn.NewGRU(a.int(0, "input_size", 0), a.int(1, "hidden_size", 0), a.given("_ _ num_layers bias batch_first dropout bidirectional")...))
	}
	makers["LSTM"] = func(a arguments) any {
		m := nn.NewLSTM(a.int(0, "input_size", 0), a.int(1, "hidden_size", 0), a.given("_ _ num_layers bias batch_first dropout bidirectional proj_size")...)
		return called{m, func(a arguments) []*tensor.Tensor {
			var h, c *tensor.Tensor
			if pair, ok := a.get(1, "hx", nil).([]any); ok {
				h, c = pair[0].(*tensor.Tensor), pair[1].(*tensor.Tensor)
			}
			y, h, c := m.Forward(a.tensor(0, "input"), h, c)
			return []*tensor.Tensor{y, h, c}
		}}
	}
}
