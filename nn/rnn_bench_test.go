package nn_test

import (
	"testing"

	"github.com/flambeau-ml/flambeau/nn"
	"github.com/flambeau-ml/flambeau/tensor"
)

// BenchmarkLSTM runs an LSTM over 32 steps of 16 sequences, 128 features in and out: forward, and forward and backward.
func BenchmarkLSTM(b *testing.B) {
	m := nn.Init(nn.NewLSTM(128, 128), 1)
	x := tensor.Randn(tensor.NewGenerator(1), 32, 16, 128)
	b.Run("forward", func(b *testing.B) {
		eval := nn.NoGrad(m)
		for range b.N {
			y, _, _ := eval.Forward(x, nil, nil)
			tensor.Must(tensor.Eval(b.Context(), y))
		}
	})
	b.Run("backward", func(b *testing.B) {
		params := nn.Parameters(m)
		for range b.N {
			y, _, _ := m.Forward(x, nil, nil)
			y.Sum().Backward()
			grads := make([]*tensor.Tensor, len(params))
			for i, p := range params {
				grads[i] = p.Grad()
				p.ZeroGrad()
			}
			tensor.Must(tensor.Eval(b.Context(), grads...))
		}
	})
}
