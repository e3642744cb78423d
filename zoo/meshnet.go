package zoo

import (
	"fmt"

	"github.com/flambeau-ml/flambeau/nn"
	"github.com/flambeau-ml/flambeau/tensor"
)

// MeshNet labels each voxel of a volume, such as a magnetic resonance image of a head, by convolutions of 3 × 3 × 3 whose
// filters reach farther and farther: few parameters see a large part of the volume at full size (Fedorov et al., 2016).
type MeshNet struct {
	Model nn.Sequential // of *MeshLayer, and last a convolution
}

// MeshNetConfig is the shape of a MeshNet. Fields that are 0 are one channel, 3 classes, 5 channels within, the dilations
// 1, 2, 4, 8, 16, 8, 4, 2, 1, batch normalisation and ReLU.
type MeshNetConfig struct {
	Channels, Classes, Width int
	Dilations                []int
	// Norm is what is between a convolution and its activation: "batch"; "channel" for each channel of each sample by
	// itself, without weights, and then convolutions have no bias; "none", as where one was folded into the filters.
	Norm       string
	Activation string  // "relu", "elu" or "gelu"
	Dropout    float64 // of whole channels, behind each activation
}

var meshActivations = map[string]func(*tensor.Tensor) *tensor.Tensor{
	"relu": (*tensor.Tensor).ReLU, "elu": (*tensor.Tensor).ELU, "gelu": (*tensor.Tensor).GELU,
}

// NewMeshNet makes a MeshNet.
func NewMeshNet(c MeshNetConfig) *MeshNet {
	const op = "zoo.MeshNet"
	orElse(&c.Channels, 1)
	orElse(&c.Classes, 3)
	orElse(&c.Width, 5)
	orElse(&c.Norm, "batch")
	orElse(&c.Activation, "relu")
	if c.Dilations == nil {
		c.Dilations = []int{1, 2, 4, 8, 16, 8, 4, 2, 1}
	}
	act := meshActivations[c.Activation]
	if act == nil {
		panic(tensor.Errorf(op, `the activation must be "relu", "elu" or "gelu", not %q`, c.Activation))
	}
	m, in := &MeshNet{}, c.Channels
	for _, d := range c.Dilations {
		l := &MeshLayer{act: act}
		l.Conv = nn.NewConv3d(in, c.Width, 3, nn.Dilation(d), nn.Padding(d), nn.Bias(c.Norm != "channel"))
		switch c.Norm {
		case "batch":
			l.Norm = nn.NewBatchNorm3d(c.Width)
		case "channel":
			l.Norm = nn.NewFunc("ChannelNorm()", func(x *tensor.Tensor) *tensor.Tensor {
				return x.GroupNorm(c.Width, nil, nil)
			})
		case "none":
		default:
			panic(tensor.Errorf(op, `the normalisation must be "batch", "channel" or "none", not %q`, c.Norm))
		}
		if c.Dropout > 0 {
			l.Dropout = nn.NewDropout3d(c.Dropout)
		}
		m.Model = append(m.Model, l)
		in = c.Width
	}
	m.Model = append(m.Model, nn.NewConv3d(in, c.Classes, 1))
	return m
}

// Forward makes volumes [N, channels, D, H, W] into scores [N, classes, D, H, W].
func (m *MeshNet) Forward(x *tensor.Tensor) *tensor.Tensor {
	return m.Model.Forward(x)
}

// MeshLayer is a convolution with what is behind it.
type MeshLayer struct {
	Conv    *nn.Conv3d    `nn:"0"`
	Norm    nn.Layer      `nn:"1"` // nil without one
	Dropout *nn.Dropout3d `nn:"3"` // nil without one

	act func(*tensor.Tensor) *tensor.Tensor
}

// Forward gives a volume of the size of x.
func (l *MeshLayer) Forward(x *tensor.Tensor) *tensor.Tensor {
	x = l.Conv.Forward(x)
	if l.Norm != nil {
		x = l.Norm.Forward(x)
	}
	x = l.act(x)
	if l.Dropout != nil {
		x = l.Dropout.Forward(x)
	}
	return x
}

// String describes the layer.
func (l *MeshLayer) String() string { return fmt.Sprintf("MeshLayer(%v)", l.Conv) }
