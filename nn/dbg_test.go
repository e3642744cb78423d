package nn_test
import ("testing";"github.com/flambeau-ml/flambeau/nn";"github.com/flambeau-ml/flambeau/tensor")
func BenchmarkTiny(b *testing.B) {
	m := nn.NoGrad(nn.Init(nn.NewLSTM(4, 4), 1))
	x := tensor.Randn(tensor.NewGenerator(1), 1000, 1, 4)
	for range b.N {
		y, _, _ := m.Forward(x, nil, nil)
		tensor.Must(tensor.Eval(b.Context(), y))
	}
}
