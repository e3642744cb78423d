package tensor_test

import (
	"context"
	"math/rand/v2"
	"testing"

	"github.com/flambeau-ml/flambeau/tensor"
)

// BenchmarkConvStep is a training step of a small convolutional network on 64 images of 8×8, as examples/digits.yaml
// trains.
func BenchmarkConvStep(b *testing.B) {
	g := tensor.NewGenerator(5)
	param := func(scale float64, sizes ...any) *tensor.Tensor {
		p := tensor.Randn(g, sizes...).MulScalar(scale)
		if err := tensor.Eval(context.Background(), p); err != nil {
			b.Fatal(err)
		}
		return p.RequiresGrad()
	}
	params := []*tensor.Tensor{param(0.3, 16, 1, 3, 3), param(0.1, 16), param(0.1, 32, 16, 3, 3), param(0.1, 32), param(0.1, 32*4*4, 64), param(0.1, 64), param(0.1, 64, 10), param(0.1, 10)}
	const n = 64
	r := rand.New(rand.NewPCG(1, 2))
	pixels, labels := make([]float32, n*64), make([]int64, n)
	for i := range pixels {
		pixels[i] = r.Float32()
	}
	for i := range labels {
		labels[i] = r.Int64N(10)
	}
	x, y := tensor.New(pixels, n, 1, 8, 8), tensor.New(labels)
	b.ReportAllocs()
	for b.Loop() {
		h := x.Conv2dWith(params[0], params[1], tensor.Padding(1, 1)).ReLU()
		h = h.Conv2dWith(params[2], params[3], tensor.Padding(1, 1)).ReLU().MaxPool2d(2, 2)
		h = h.Flatten(1).MatMul(params[4]).Add(params[5]).ReLU()
		loss := h.MatMul(params[6]).Add(params[7]).CrossEntropyLoss(y, nil)
		loss.Backward()
		var all []*tensor.Tensor
		for _, p := range params {
			all = append(all, p.Detach().Sub_(p.Grad().MulScalar(0.01)))
			p.ZeroGrad()
		}
		if err := tensor.Eval(context.Background(), append(all, loss)...); err != nil {
			b.Fatal(err)
		}
	}
}
