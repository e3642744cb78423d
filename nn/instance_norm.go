package nn

import "github.com/flambeau-ml/flambeau/tensor"

// instanceNorm is what instance normalisations of all ranks share. Parameters and buffers are those of a batch
// normalisation; PyTorch counts no batches here, though there is a buffer for it.
type instanceNorm struct {
	batchNorm
	rank int
}

func newInstanceNorm(op string, rank, channels int, opts []Option) instanceNorm {
	return instanceNorm{newStats(settle(op, opts, "eps", "momentum", "affine", "track_running_stats"), channels, false), rank}
}

// Forward normalises each channel of [N, channels, size…], or of [channels, size…] where there is one sample.
func (n *instanceNorm) Forward(x *tensor.Tensor) *tensor.Tensor {
	if d := x.Dim(); d != n.rank+1 && d != n.rank+2 {
		panic(tensor.Errorf(n.op, "takes an input of %s dimensions, not of shape %s", between(n.rank+1, n.rank+2), shapeString(x.Shape())))
	}
	single := x.Dim() == n.rank+1
	if single {
		x = x.Unsqueeze(0)
	}
	own := n.Training() || n.RunningMean == nil
	y := x.InstanceNorm(n.Weight.Value(), n.Bias.Value(), n.RunningMean.Value(), n.RunningVar.Value(), own, n.momentum, n.eps)
	if single {
		y = y.Squeeze(0)
	}
	return y
}

// own says that this is no batch normalisation.
func (n *instanceNorm) own() *batchNorm { return nil }

// InstanceNorm1d brings each channel of each sequence to mean 0 and variance 1: PyTorch's nn.InstanceNorm1d.
type InstanceNorm1d struct{ instanceNorm }

// NewInstanceNorm1d makes an instance normalisation of so many channels. It takes the options Eps (1e-5 without it),
// Momentum (0.1 without it), Affine and TrackRunningStats; without these two it has no parameters and no statistics.
func NewInstanceNorm1d(channels int, opts ...Option) *InstanceNorm1d {
	return &InstanceNorm1d{newInstanceNorm("nn.InstanceNorm1d", 1, channels, opts)}
}

// String describes the layer.
func (n *InstanceNorm1d) String() string { return n.describe("InstanceNorm1d") }

// InstanceNorm2d brings each channel of each image to mean 0 and variance 1: PyTorch's nn.InstanceNorm2d.
type InstanceNorm2d struct{ instanceNorm }

// NewInstanceNorm2d makes an instance normalisation of so many channels. It takes the options of NewInstanceNorm1d.
func NewInstanceNorm2d(channels int, opts ...Option) *InstanceNorm2d {
	return &InstanceNorm2d{newInstanceNorm("nn.InstanceNorm2d", 2, channels, opts)}
}

// String describes the layer.
func (n *InstanceNorm2d) String() string { return n.describe("InstanceNorm2d") }

// InstanceNorm3d brings each channel of each volume to mean 0 and variance 1: PyTorch's nn.InstanceNorm3d.
type InstanceNorm3d struct{ instanceNorm }

// NewInstanceNorm3d makes an instance normalisation of so many channels. It takes the options of NewInstanceNorm1d.
func NewInstanceNorm3d(channels int, opts ...Option) *InstanceNorm3d {
	return &InstanceNorm3d{newInstanceNorm("nn.InstanceNorm3d", 3, channels, opts)}
}

// String describes the layer.
func (n *InstanceNorm3d) String() string { return n.describe("InstanceNorm3d") }
