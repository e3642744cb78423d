package zoo

import (
	"github.com/flambeau-ml/flambeau/nn"
	"github.com/flambeau-ml/flambeau/tensor"
)

// LeNet is two convolutions with pooling and two linear layers, for images of 28 × 28 pixels: the network that everything
// began with (LeCun et al., 1998), with the activations and pooling of today.
type LeNet struct {
	Conv1, Conv2 *nn.Conv2d
	Fc1, Fc2     *nn.Linear
}

// NewLeNet makes a LeNet. It takes the options Classes (10 without it) and Channels (1 without it).
func NewLeNet(opts ...Option) *LeNet {
	s := settle("zoo.LeNet", opts, "classes", "channels")
	return &LeNet{
		Conv1: nn.NewConv2d(get(s, "channels", 1), 16, 5, nn.Padding(2)),
		Conv2: nn.NewConv2d(16, 32, 5, nn.Padding(2)),
		Fc1:   nn.NewLinear(32*7*7, 128),
		Fc2:   nn.NewLinear(128, get(s, "classes", 10)),
	}
}

// Forward makes images [N, channels, 28, 28] into scores [N, classes].
func (m *LeNet) Forward(x *tensor.Tensor) *tensor.Tensor {
	x = nn.MaxPool2d(m.Conv1.Forward(x).ReLU(), 2)
	x = nn.MaxPool2d(m.Conv2.Forward(x).ReLU(), 2)
	return m.Fc2.Forward(m.Fc1.Forward(x.Flatten(1)).ReLU())
}
