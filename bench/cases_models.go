package bench

import (
	"context"
	"fmt"

	"github.com/flambeau-ml/flambeau/compile"
	"github.com/flambeau-ml/flambeau/nn"
	"github.com/flambeau-ml/flambeau/optim"
	"github.com/flambeau-ml/flambeau/tensor"
)

var background = context.Background()

// convolutions is single layers, forward, and forward with gradients of input and parameters.
func convolutions() []Case {
	const n, side, px = 8, 56, 8 * 56 * 56
	layers := []struct {
		name     string
		out      int
		flops    float64
		kernel   int
		groups   int
		features int // that each output reads
	}{
		{"conv3x3_n8c64k64_56", 64, 2 * px * 64 * 64 * 9, 3, 1, 64},
		{"conv1x1_n8c64k256_56", 256, 2 * px * 64 * 256, 1, 1, 64},
		{"dwconv3x3_n8c64_56", 64, 2 * px * 64 * 9, 3, 64, 1},
	}
	var cases []Case
	for _, l := range layers {
		read, write := int64(4*px*64+4*l.out*l.features*l.kernel*l.kernel), int64(4*px*l.out)
		layer := func(in *Inputs) (*nn.Conv2d, *tensor.Tensor, *tensor.Tensor) {
			c := nn.Init(nn.NewConv2d(64, l.out, l.kernel, nn.Padding(l.kernel/2), nn.Groups(l.groups)), 1)
			in.Keep(nn.Parameters(c)...)
			n, side := in.Size(n, 1), in.Size(side, 7)
			return c, in.Randn(n, 64, side, side), in.Randn(n, l.out, side, side)
		}
		cases = append(cases,
			Case{Name: l.name + "_fwd", Work: Work{Flops: l.flops, Read: read, Write: write}, Make: func(in *Inputs) Step {
				c, x, _ := layer(in)
				c = nn.NoGrad(c)
				return func() []*tensor.Tensor { return one(c.Forward(x)) }
			}},
			Case{
				Name: l.name + "_fwdbwd",
				Work: Work{Flops: 3 * l.flops, Read: 2*read + write, Write: write + read},
				Make: func(in *Inputs) Step {
					c, x, seed := layer(in)
					x.RequiresGrad()
					return func() []*tensor.Tensor {
						c.Weight.ZeroGrad()
						c.Bias.ZeroGrad()
						x.ZeroGrad()
						c.Forward(x).Backward(tensor.Seed(seed))
						return []*tensor.Tensor{c.Weight.Grad(), c.Bias.Grad(), x.Grad()}
					}
				},
			})
	}
	return cases
}

// mlp is three linear layers: 784, 512, 512, 10.
func mlp() nn.Sequential {
	return nn.Sequential{
		nn.NewLinear(784, 512), nn.NewReLU(), nn.NewLinear(512, 512), nn.NewReLU(), nn.NewLinear(512, 10),
	}
}

// lenet is two convolutions of 5 × 5 and two linear layers, for images of 28 × 28.
func lenet() nn.Sequential {
	return nn.Sequential{
		nn.NewConv2d(1, 16, 5, nn.Padding(2)), nn.NewReLU(), nn.NewMaxPool2d(2),
		nn.NewConv2d(16, 32, 5, nn.Padding(2)), nn.NewReLU(), nn.NewMaxPool2d(2),
		nn.NewFlatten(1, -1), nn.NewLinear(32*7*7, 128), nn.NewReLU(), nn.NewLinear(128, 10),
	}
}

// adam is the bytes that a step of Adam reads and writes, for each number of parameters: values and two moments.
const adam = 12

func models() []Case {
	const (
		mlpMACs     = 784*512 + 512*512 + 512*10
		mlpParams   = mlpMACs + 512 + 512 + 10
		lenetMACs   = 784*16*25 + 196*32*16*25 + 1568*128 + 1280
		lenetParams = 16*25 + 16 + 32*16*25 + 32 + 1568*128 + 128 + 1280 + 10
	)
	var cases []Case
	for _, b := range []int{64, 512} {
		cases = append(cases, training(fmt.Sprintf("mlp_train_adam_b%d", b), b, mlpMACs, mlpParams, mlp, 784)...)
		cases = append(cases, inference(fmt.Sprintf("mlp_infer_b%d", b), b, mlpMACs, mlpParams, mlp, 784))
	}
	cases = append(cases, training("lenet_train_adam_b64", 64, lenetMACs, lenetParams, lenet, 1, 28, 28)...)
	return append(cases, inference("lenet_infer_b64", 64, lenetMACs, lenetParams, lenet, 1, 28, 28))
}

// training is a step of Adam on a batch of examples of the given sizes, classified into ten, as it is and frozen.
func training(name string, batch, macs, params int, model func() nn.Sequential, sizes ...int) []Case {
	c := Case{
		Name: name, Calls: 3,
		Work: Work{Flops: 6 * float64(batch) * float64(macs), Read: adam * int64(params), Write: adam * int64(params), Items: batch},
	}
	return inWays(c, []string{"", "_frozen"}, func(in *Inputs, how func(f function) function) Step {
		f, x, y := trainer(in, in.Size(batch, 3), model, sizes...)
		f = how(f)
		return func() []*tensor.Tensor { return one(f(x, y)) }
	})
}

// trainer is the step of training a model, with a batch of examples of the given sizes and their classes.
func trainer(in *Inputs, n int, model func() nn.Sequential, sizes ...int) (step function, x, y *tensor.Tensor) {
	m := nn.Train(nn.Init(model(), seed))
	in.Keep(nn.Parameters(m)...)
	opt := optim.NewAdam(nn.Parameters(m), optim.LR(1e-3))
	x, y = in.Randn(append([]int{n}, sizes...)...), in.Randint(10, n)
	return func(xs ...*tensor.Tensor) *tensor.Tensor {
		loss := nn.CrossEntropy(m.Forward(xs[0]), xs[1])
		loss.Backward()
		opt.Step()
		opt.ZeroGrad()
		return loss
	}, x, y
}

// compiling is what a first call takes: of one kernel, and of a whole step of training.
func compiling() []Case {
	return []Case{
		{Name: "compile_kernel", Family: "compiling", Cold: true, Make: func(in *Inputs) Step {
			x := in.Randn(1000)
			f := compile.Func(func(x *tensor.Tensor) *tensor.Tensor { return x.MulScalar(1.5).AddScalar(0.5).GELU().Add(x) })
			return func() []*tensor.Tensor { return one(f(x)) }
		}},
		{Name: "compile_lenet_train_adam_b64", Family: "compiling", Cold: true, Make: func(in *Inputs) Step {
			f, x, y := trainer(in, in.Size(64, 3), lenet, 1, 28, 28)
			f = compile.Func(f)
			return func() []*tensor.Tensor { return one(f(x, y)) }
		}},
	}
}

// inference is the scores of a batch.
func inference(name string, batch, macs, params int, model func() nn.Sequential, sizes ...int) Case {
	return Case{
		Name: name,
		Work: Work{Flops: 2 * float64(batch) * float64(macs), Read: 4 * int64(params), Write: 4 * 10 * int64(batch), Items: batch},
		Make: func(in *Inputs) Step {
			m := nn.Init(model(), seed)
			in.Keep(nn.Parameters(m)...)
			m = nn.NoGrad(nn.Eval(m))
			x := in.Randn(append([]int{in.Size(batch, 3)}, sizes...)...)
			return func() []*tensor.Tensor { return one(m.Forward(x)) }
		},
	}
}
