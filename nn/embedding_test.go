package nn_test

import (
	"math"
	"testing"

	"github.com/flambeau-ml/flambeau/nn"
	"github.com/flambeau-ml/flambeau/tensor"
)

// Rows that are looked up and are too long are made shorter in the table; others are not.
func TestMaxNorm(t *testing.T) {
	for name, look := range map[string]func(opts ...nn.Option) (*nn.Parameter, func(i *tensor.Tensor) *tensor.Tensor){
		"embedding": func(opts ...nn.Option) (*nn.Parameter, func(i *tensor.Tensor) *tensor.Tensor) {
			e := nn.Init(nn.NewEmbedding(4, 2, opts...), 1)
			return e.Weight, e.Forward
		},
		"bag": func(opts ...nn.Option) (*nn.Parameter, func(i *tensor.Tensor) *tensor.Tensor) {
			e := nn.Init(nn.NewEmbeddingBag(4, 2, append(opts, nn.BagMode("sum"))...), 1)
			return e.Weight, e.Forward
		},
	} {
		w, forward := look(nn.MaxNorm(5))
		w.Detach().Copy_(tensor.New([]float32{6, 8, 30, 40, 3, 0, 60, 80}, 4, 2))
		y := forward(tensor.New([]int64{0, 2, 0, 3}, 2, 2))
		y.Sum().Backward()
		near(t, name, w.Float64s(), []float64{3, 4, 30, 40, 3, 0, 3, 4})
		near(t, name+" gradient", w.Grad().Float64s(), []float64{2, 2, 0, 0, 1, 1, 1, 1})
		first := y.Float64s()[0]
		if want := map[string]float64{"embedding": 3, "bag": 6}[name]; math.Abs(first-want) > 1e-5 {
			t.Errorf("%s: the first number is %v, want %v", name, first, want)
		}
		w, forward = look(nn.MaxNorm(7), nn.NormType(1))
		w.Detach().Copy_(tensor.New([]float32{6, 8, 3, 4, 0, 0, 0, 0}, 4, 2))
		forward(tensor.New([]int64{0, 1}, 1, 2)).Sum().Item()
		near(t, name+" with another norm", w.Float64s(), []float64{3, 4, 3, 4, 0, 0, 0, 0})
	}
}

// Gradients are divided by how often a row is looked up, and values are not.
func TestScaleGradByFreq(t *testing.T) {
	indices := tensor.New([]int64{0, 2, 0, 0}, 2, 2)
	e := nn.Init(nn.NewEmbedding(3, 2, nn.ScaleGradByFreq()), 1)
	plain := nn.NewEmbedding(3, 2)
	plain.Weight = e.Weight
	y := e.Forward(indices)
	near(t, "values", y.Float64s(), plain.Forward(indices).Float64s())
	y.Mul(tensor.New([]float32{1, 1, 5, 5, 2, 2, 3, 3}, 2, 2, 2)).Sum().Backward()
	near(t, "gradient", e.Weight.Grad().Float64s(), []float64{2, 2, 0, 0, 5, 5})

	b := nn.Init(nn.NewEmbeddingBag(3, 2, nn.ScaleGradByFreq(), nn.BagMode("sum")), 1)
	b.Forward(indices).Sum().Backward()
	near(t, "gradient of bags", b.Weight.Grad().Float64s(), []float64{1, 1, 0, 0, 1, 1})
}
