package zoo

import (
	"math"

	"github.com/flambeau-ml/flambeau/nn"
	"github.com/flambeau-ml/flambeau/tensor"
)

// MobileNet is a network of inverted residual blocks, light enough for phones: MobileNetV2 (Sandler et al., 2018), as
// torchvision has it.
type MobileNet struct {
	Features   nn.Sequential
	Classifier nn.Sequential
}

// MobileNetV2 makes a MobileNet. It takes the options Classes, Channels, Width and DropoutP (0.2 without it).
func MobileNetV2(opts ...Option) *MobileNet {
	const op = "zoo.MobileNetV2"
	s := settle(op, opts, "classes", "channels", "width", "dropout")
	width := get(s, "width", 1.0)
	if !(width > 0) {
		panic(tensor.Errorf(op, "a width of %g", width))
	}
	in := eighths(32 * width)
	last := eighths(1280 * max(1, width))
	m := &MobileNet{Features: nn.Sequential{convReLU6(get(s, "channels", 3), in, 3, 2, 1)}}
	for _, stage := range []struct{ expand, channels, blocks, stride int }{
		{1, 16, 1, 1}, {6, 24, 2, 2}, {6, 32, 3, 2}, {6, 64, 4, 2}, {6, 96, 3, 1}, {6, 160, 3, 2}, {6, 320, 1, 1},
	} {
		out, stride := eighths(float64(stage.channels)*width), stage.stride
		for range stage.blocks {
			m.Features = append(m.Features, newInvertedResidual(in, out, stride, stage.expand))
			in, stride = out, 1
		}
	}
	m.Features = append(m.Features, convReLU6(in, last, 1, 1, 1))
	m.Classifier = nn.Sequential{nn.NewDropout(get(s, "dropout", 0.2)), linear(last, get(s, "classes", 1000), 0.01)}
	return m
}

// eighths is a number of channels near x that 8 divides, and that is less than x by a tenth at most.
func eighths(x float64) int {
	n := max(8, int(math.Floor(x+4))/8*8)
	if float64(n) < 0.9*x {
		n += 8
	}
	return n
}

// convReLU6 is a convolution, a batch normalisation and a ReLU that ends at 6.
func convReLU6(in, out, kernel, stride, groups int) nn.Sequential {
	return nn.Sequential{conv(in, out, kernel, stride, groups), nn.NewBatchNorm2d(out), nn.NewReLU6()}
}

// Forward makes images [N, channels, H, W] into scores [N, classes].
func (m *MobileNet) Forward(x *tensor.Tensor) *tensor.Tensor {
	return m.Classifier.Forward(nn.AdaptiveAvgPool2d(m.Features.Forward(x), 1, 1).Flatten(1))
}

// InvertedResidual makes channels more, looks at each with a filter of its own, and makes them fewer again; there is a way
// around where the sizes allow it.
type InvertedResidual struct {
	Conv nn.Sequential

	around bool
}

func newInvertedResidual(in, out, stride, expand int) *InvertedResidual {
	b := &InvertedResidual{around: stride == 1 && in == out}
	inner := in * expand
	if expand != 1 {
		b.Conv = append(b.Conv, convReLU6(in, inner, 1, 1, 1))
	}
	b.Conv = append(b.Conv, convReLU6(inner, inner, 3, stride, inner), conv(inner, out, 1, 1, 1), nn.NewBatchNorm2d(out))
	return b
}

// Forward makes [N, in, H, W] into [N, out, H/stride, W/stride].
func (b *InvertedResidual) Forward(x *tensor.Tensor) *tensor.Tensor {
	if b.around {
		return x.Add(b.Conv.Forward(x))
	}
	return b.Conv.Forward(x)
}
