package nn_test

import (
	"fmt"

	"github.com/flambeau-ml/flambeau/nn"
	"github.com/flambeau-ml/flambeau/optim"
	"github.com/flambeau-ml/flambeau/tensor"
)

type LeNet struct {
	Conv1, Conv2 *nn.Conv2d
	Fc1, Fc2     *nn.Linear
}

func NewLeNet(classes int) *LeNet {
	return &LeNet{
		Conv1: nn.NewConv2d(1, 32, 3, nn.Padding(1)),
		Conv2: nn.NewConv2d(32, 64, 3, nn.Padding(1)),
		Fc1:   nn.NewLinear(64*7*7, 128),
		Fc2:   nn.NewLinear(128, classes),
	}
}

func (m *LeNet) Forward(x *tensor.Tensor) *tensor.Tensor { // [N, 1, 28, 28] → [N, classes]
	x = nn.MaxPool2d(m.Conv1.Forward(x).ReLU(), 2)
	x = nn.MaxPool2d(m.Conv2.Forward(x).ReLU(), 2)
	return m.Fc2.Forward(m.Fc1.Forward(x.Flatten(1)).ReLU())
}

// A model is a struct, and a step of training a few lines.
func Example() {
	model := nn.Init(NewLeNet(10), 42) // the seed decides every parameter, whatever the order
	opt := optim.NewAdamW(nn.Parameters(model), optim.LR(1e-3))

	x, y := tensor.Ones(2, 1, 28, 28), tensor.New([]int64{3, 7})
	loss := nn.CrossEntropy(model.Forward(x), y)
	loss.Backward()
	opt.Step()
	opt.ZeroGrad()

	fmt.Print(nn.Summary(model))
	// Output:
	// LeNet
	//   conv1  Conv2d(1, 32, 3×3, padding 1×1)            320
	//   conv2  Conv2d(32, 64, 3×3, padding 1×1)        18,496
	//   fc1  Linear(3136, 128)                        401,536
	//   fc2  Linear(128, 10)                            1,290
	// 421,642 parameters
}
