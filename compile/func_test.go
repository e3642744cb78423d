package compile_test

import (
	"bytes"
	"context"
	"math/rand/v2"
	"testing"

	"github.com/flambeau-ml/flambeau/backend/cpu"
	"github.com/flambeau-ml/flambeau/compile"
	"github.com/flambeau-ml/flambeau/nn"
	"github.com/flambeau-ml/flambeau/optim"
	"github.com/flambeau-ml/flambeau/tensor"
)

// onDevice runs f with a default device of its own.
func onDevice(t testing.TB, f func(d *tensor.Device)) {
	t.Helper()
	old := tensor.Default()
	d := tensor.NewDevice(cpu.New(cpu.Options{Threads: 2}))
	tensor.SetDefault(d)
	defer tensor.SetDefault(old)
	f(d)
}

func bitsOf(t testing.TB, ts ...*tensor.Tensor) []byte {
	t.Helper()
	var all []byte
	for _, x := range ts {
		data, err := x.Bytes(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, data...)
	}
	return all
}

// perceptron is a network with dropout and running statistics.
func perceptron() nn.Layer {
	return nn.Sequential{nn.NewLinear(8, 16), nn.NewBatchNorm1d(16), nn.NewReLU(), nn.NewDropout(0.3), nn.NewLinear(16, 4)}
}

// lenet is a small convolutional network.
func lenet() nn.Layer {
	return nn.Sequential{nn.NewUnflatten(1, 1, 8, 8), nn.NewConv2d(1, 4, 3, nn.Padding(1)), nn.NewReLU(), nn.NewMaxPool2d(2),
		nn.NewConv2d(4, 8, 3, nn.Padding(1)), nn.NewReLU(), nn.NewMaxPool2d(2), nn.NewFlatten(1, -1), nn.NewLinear(32, 16), nn.NewDropout(0.5), nn.NewLinear(16, 4)}
}

// mode is how a step is run.
type mode int

const (
	plain mode = iota
	compiled
	frozen
)

// trained is a model in training.
type trained struct {
	model nn.Layer
	opt   *optim.Adam
	step  func(x, y *tensor.Tensor) *tensor.Tensor
	rnd   *rand.Rand
	width int
}

func train(make func() nn.Layer, width int, seed uint64, m mode) *trained {
	tr := &trained{model: nn.Init(make(), seed), rnd: rand.New(rand.NewPCG(seed, 1)), width: width}
	tr.opt = optim.NewAdam(nn.Parameters(tr.model), optim.LR(1e-2))
	tr.step = func(x, y *tensor.Tensor) *tensor.Tensor {
		loss := tr.model.Forward(x).CrossEntropyLoss(y, nil)
		loss.Backward()
		tr.opt.Step()
		tr.opt.ZeroGrad()
		return loss
	}
	switch m {
	case compiled:
		tr.step = compile.Func(tr.step, compile.FullGraph())
	case frozen:
		tr.step = compile.Func(tr.step, compile.Freeze())
	}
	return tr
}

// batch makes the next step, with n samples.
func (tr *trained) batch(n int) *tensor.Tensor {
	x, y := make([]float32, n*tr.width), make([]int64, n)
	for i := range x {
		x[i] = float32(tr.rnd.NormFloat64())
	}
	for i := range y {
		y[i] = tr.rnd.Int64N(4)
	}
	return tr.step(tensor.New(x, n, tr.width), tensor.New(y))
}

// state is all bits of a model and its optimiser.
func (tr *trained) state(t testing.TB) []byte {
	all := bitsOf(t, nn.Parameters(tr.model)...)
	all = append(all, bitsOf(t, nn.Buffers(tr.model)...)...)
	for _, g := range nn.Generators(tr.model) {
		all = append(all, bitsOf(t, g.Tensor)...)
	}
	for name, x := range tr.opt.State().Tensors.All() {
		all = append(append(all, name...), bitsOf(t, x)...)
	}
	return all
}

var models = map[string]struct {
	make  func() nn.Layer
	width int
}{"perceptron": {perceptron, 8}, "lenet": {lenet, 64}}

func TestTrainingHasTheSameBits(t *testing.T) {
	for name, m := range models {
		for seed := range uint64(3) {
			onDevice(t, func(d *tensor.Device) {
				var want, losses []byte
				for how := plain; how <= frozen; how++ {
					tr := train(m.make, m.width, seed, how)
					var got []byte
					for i := range 20 {
						if i == 10 {
							tr.opt.Groups()[0].LR /= 2
						}
						got = append(got, bitsOf(t, tr.batch(16))...)
					}
					if how == plain {
						want, losses = tr.state(t), got
						continue
					}
					if !bytes.Equal(got, losses) || !bytes.Equal(tr.state(t), want) {
						t.Errorf("%s, seed %d, mode %d: other bits than without compiling", name, seed, how)
					}
					t.Log(name, how, compile.Explain(tr.step))
				}
			})
		}
	}
}
