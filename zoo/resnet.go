package zoo

import (
	"github.com/flambeau-ml/flambeau/nn"
	"github.com/flambeau-ml/flambeau/tensor"
)

// ResNet is a network of residual blocks for images (He et al., 2015), as torchvision has it: where a block halves the
// image, its 3 × 3 convolution does so.
type ResNet struct {
	Conv1  *nn.Conv2d
	Bn1    *nn.BatchNorm2d
	Layer1 nn.Sequential // of *BasicBlock or *Bottleneck
	Layer2 nn.Sequential
	Layer3 nn.Sequential
	Layer4 nn.Sequential
	Fc     *nn.Linear
}

// ResNet18 makes a network of 18 layers. It takes the options Classes, Channels and Width.
func ResNet18(opts ...Option) *ResNet {
	return newResNet("zoo.ResNet18", basic, [4]int{2, 2, 2, 2}, opts)
}

// ResNet34 makes a network of 34 layers. It takes the options of ResNet18.
func ResNet34(opts ...Option) *ResNet {
	return newResNet("zoo.ResNet34", basic, [4]int{3, 4, 6, 3}, opts)
}

// ResNet50 makes a network of 50 layers. It takes the options of ResNet18.
func ResNet50(opts ...Option) *ResNet {
	return newResNet("zoo.ResNet50", bottleneck, [4]int{3, 4, 6, 3}, opts)
}

// ResNet101 makes a network of 101 layers. It takes the options of ResNet18.
func ResNet101(opts ...Option) *ResNet {
	return newResNet("zoo.ResNet101", bottleneck, [4]int{3, 4, 23, 3}, opts)
}

// blocks is a kind of residual block.
type blocks struct {
	expand int // channels of the result for each of the inner ones
	block  func(in, inner, stride int) nn.Layer
}

var (
	basic      = blocks{1, newBasicBlock}
	bottleneck = blocks{4, newBottleneck}
)

func newResNet(op string, kind blocks, depths [4]int, opts []Option) *ResNet {
	s := settle(op, opts, "classes", "channels", "width")
	first := channels(op, 64, s)
	in := first
	stage := func(i int) nn.Sequential {
		var out nn.Sequential
		inner, stride := first<<i, min(i, 1)+1
		for range depths[i] {
			out = append(out, kind.block(in, inner, stride))
			in, stride = inner*kind.expand, 1
		}
		return out
	}
	return &ResNet{
		Conv1:  conv(get(s, "channels", 3), first, 7, 2, 1),
		Bn1:    nn.NewBatchNorm2d(first),
		Layer1: stage(0), Layer2: stage(1), Layer3: stage(2), Layer4: stage(3),
		Fc: nn.NewLinear(in, get(s, "classes", 1000)),
	}
}

// Forward makes images [N, channels, H, W] into scores [N, classes].
func (m *ResNet) Forward(x *tensor.Tensor) *tensor.Tensor { return m.Fc.Forward(m.Features(x)) }

// Features is what the last layer sees of images [N, channels, H, W]: [N, 512], or of bottlenecks [N, 2048].
func (m *ResNet) Features(x *tensor.Tensor) *tensor.Tensor {
	x = nn.MaxPool2d(m.Bn1.Forward(m.Conv1.Forward(x)).ReLU(), 3, nn.Stride(2), nn.Padding(1))
	for _, stage := range []nn.Sequential{m.Layer1, m.Layer2, m.Layer3, m.Layer4} {
		x = stage.Forward(x)
	}
	return nn.AdaptiveAvgPool2d(x, 1, 1).Flatten(1)
}

// BasicBlock is two convolutions of 3 × 3, and a way around them.
type BasicBlock struct {
	Conv1      *nn.Conv2d
	Bn1        *nn.BatchNorm2d
	Conv2      *nn.Conv2d
	Bn2        *nn.BatchNorm2d
	Downsample nn.Sequential // on the way around; nil where the sizes are the same
}

func newBasicBlock(in, out, stride int) nn.Layer {
	return &BasicBlock{
		Conv1: conv(in, out, 3, stride, 1), Bn1: nn.NewBatchNorm2d(out),
		Conv2: conv(out, out, 3, 1, 1), Bn2: nn.NewBatchNorm2d(out),
		Downsample: downsample(in, out, stride),
	}
}

// Forward makes [N, in, H, W] into [N, out, H/stride, W/stride].
func (b *BasicBlock) Forward(x *tensor.Tensor) *tensor.Tensor {
	y := b.Bn1.Forward(b.Conv1.Forward(x)).ReLU()
	y = b.Bn2.Forward(b.Conv2.Forward(y))
	return y.Add(b.Downsample.Forward(x)).ReLU()
}

// Bottleneck is a convolution of 3 × 3 between two of 1 × 1, which make channels fewer and more again, and a way around
// them.
type Bottleneck struct {
	Conv1      *nn.Conv2d
	Bn1        *nn.BatchNorm2d
	Conv2      *nn.Conv2d
	Bn2        *nn.BatchNorm2d
	Conv3      *nn.Conv2d
	Bn3        *nn.BatchNorm2d
	Downsample nn.Sequential // on the way around; nil where the sizes are the same
}

func newBottleneck(in, inner, stride int) nn.Layer {
	out := 4 * inner
	return &Bottleneck{
		Conv1: conv(in, inner, 1, 1, 1), Bn1: nn.NewBatchNorm2d(inner),
		Conv2: conv(inner, inner, 3, stride, 1), Bn2: nn.NewBatchNorm2d(inner),
		Conv3: conv(inner, out, 1, 1, 1), Bn3: nn.NewBatchNorm2d(out),
		Downsample: downsample(in, out, stride),
	}
}

// Forward makes [N, in, H, W] into [N, 4·inner, H/stride, W/stride].
func (b *Bottleneck) Forward(x *tensor.Tensor) *tensor.Tensor {
	y := b.Bn1.Forward(b.Conv1.Forward(x)).ReLU()
	y = b.Bn2.Forward(b.Conv2.Forward(y)).ReLU()
	y = b.Bn3.Forward(b.Conv3.Forward(y))
	return y.Add(b.Downsample.Forward(x)).ReLU()
}

// downsample brings the way around a block to the sizes of the block's result; nil, which gives what it gets, where it
// has them already.
func downsample(in, out, stride int) nn.Sequential {
	if stride == 1 && in == out {
		return nil
	}
	return nn.Sequential{conv(in, out, 1, stride, 1), nn.NewBatchNorm2d(out)}
}
