package zoo_test

import (
	"context"
	"testing"

	"github.com/flambeau-ml/flambeau/compile"
	"github.com/flambeau-ml/flambeau/nn"
	"github.com/flambeau-ml/flambeau/tensor"
	"github.com/flambeau-ml/flambeau/zoo"
)

// TestSizes runs models on one size after the other, sizes of 1 and such as equal a layer's width among them: what is
// compiled for the first two serves all others. Texts of one token are among the first, since their reshapes merge no axes.
func TestSizes(t *testing.T) {
	g := tensor.NewGenerator(1)
	const width = 32
	bert := nn.Eval(nn.NoGrad(nn.Init(zoo.NewBERT(zoo.BERTConfig{Layers: 2, Heads: 4, Width: width, Vocabulary: 97}), 1)))
	resNet := nn.Eval(nn.NoGrad(nn.Init(zoo.ResNet18(zoo.Width(1/8.)), 1)))
	encode := compile.Func(func(x *tensor.Tensor) *tensor.Tensor { return bert.Encoder.Forward(x, nil) })
	classify := compile.Func(resNet.Forward)
	texts := [][]int{{2, 24}, {1, 1}}
	for _, batch := range []int{1, 2, 4, 7, 8, 16, 32} {
		for _, length := range []int{16, 31, 32, 33, 64, 1} {
			texts = append(texts, []int{batch, length})
		}
	}
	texts = append(texts, []int{1, 128}, []int{2, 512})
	images := [][]int{{2, 32}, {3, 64}, {1, 32}, {4, 32}, {8, 33}, {16, 64}, {32, 32}, {1, 64}, {1, 33}}
	for _, c := range []struct {
		name  string
		sizes [][]int
		input func(size []int) *tensor.Tensor
		run   func(x *tensor.Tensor) *tensor.Tensor
	}{
		{"BERT", texts, func(size []int) *tensor.Tensor { return tensor.Randn(g, size[0], size[1], width) }, encode},
		{"ResNet", images, func(size []int) *tensor.Tensor { return tensor.Randn(g, size[0], 3, size[1], size[1]) }, classify},
	} {
		t.Run(c.name, func(t *testing.T) {
			for i, size := range c.sizes {
				x := c.input(size)
				if err := tensor.Eval(context.Background(), x); err != nil {
					t.Fatal(err)
				}
				before := tensor.Default().Stats().Forms
				y := c.run(x)
				tensor.Data[float32](y)
				y.Free()
				x.Free()
				if n := tensor.Default().Stats().Forms - before; n > 0 && i >= 2 {
					t.Errorf("%v compiles %d programs", size, n)
				}
			}
		})
	}
}
