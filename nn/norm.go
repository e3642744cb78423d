package nn

import (
	"fmt"
	"reflect"

	"github.com/flambeau-ml/flambeau/tensor"
)

// batchNorm is what batch normalisations of all ranks share.
type batchNorm struct {
	Mode
	Weight            *Parameter // [channels]; nil where not affine
	Bias              *Parameter // [channels]; nil where not affine
	RunningMean       *Buffer    // [channels]; nil where not tracked
	RunningVar        *Buffer    // [channels]; nil where not tracked
	NumBatchesTracked *Buffer    // int64; nil where not tracked

	op            string
	channels      int
	eps, momentum float64
	cumulative    bool
}

func newBatchNorm(op string, channels int, opts []Option) batchNorm {
	s := settle(op, opts, "eps", "momentum", "cumulative", "affine", "track_running_stats")
	b := newStats(s, channels, true)
	b.cumulative = get(s, "cumulative", false)
	if b.cumulative && s.has("momentum") {
		s.fail("takes a momentum or the cumulative average, not both")
	}
	return b
}

// newStats makes what normalisations that can keep running statistics share; full says whether they are affine and
// keep them where nothing else is said.
func newStats(s settings, channels int, full bool) batchNorm {
	if channels < 0 {
		s.fail("%d channels", channels)
	}
	b := batchNorm{op: s.op, channels: channels, eps: get(s, "eps", 1e-5), momentum: get(s, "momentum", 0.1)}
	if get(s, "affine", full) {
		b.Weight, b.Bias = NewParameter(Ones(), channels), NewParameter(Zeros(), channels)
	}
	if get(s, "track_running_stats", full) {
		b.RunningMean = NewBuffer(func() *tensor.Tensor { return zeros(tensor.Float32, channels) })
		b.RunningVar = NewBuffer(func() *tensor.Tensor { return Ones()(nil, []int{channels}) })
		b.NumBatchesTracked = NewBuffer(func() *tensor.Tensor { return zeros(tensor.Int64) })
	}
	return b
}

// forward normalises an x of one of the given numbers of dimensions.
func (b *batchNorm) forward(x *tensor.Tensor, least, most int) *tensor.Tensor {
	switch n := x.Dim(); {
	case n < least || n > most:
		panic(tensor.Errorf(b.op, "takes an input of %s dimensions, not of shape %s", between(least, most), shapeString(x.Shape())))
	case !(b.eps > 0):
		panic(tensor.Errorf(b.op, "eps must be above 0, and is %g", b.eps))
	}
	tracked := b.RunningMean != nil
	momentum := b.momentum
	if tracked && b.Training() && b.cumulative {
		momentum = 1 / (b.NumBatchesTracked.Item() + 1) // it must be known: evaluation waits for it
	}
	y := x.BatchNorm(b.Weight.Value(), b.Bias.Value(), b.RunningMean.Value(), b.RunningVar.Value(), b.Training() || !tracked, momentum, b.eps)
	if tracked && b.Training() {
		b.count()
	}
	return y
}

// count counts a batch, together with the running statistics that it went into: the sum of none of the running means is
// 0, and makes whoever computes these compute the count, too. By itself no step would, and the counts still to be
// computed would become more with each.
func (b *batchNorm) count() {
	none := b.RunningMean.Narrow(0, 0, 0).Sum().To(tensor.Int64)
	b.NumBatchesTracked.Add_(none.AddScalar(1))
}

// own is b, unless something that is made of a batch normalisation says that it is none.
func (b *batchNorm) own() *batchNorm { return b }

// FreshStatistics is the same model in training mode, on detached aliases of its parameters, whose batch normalisations
// begin their running statistics anew, as means over all batches that it is given: what PyTorch's update_bn computes
// with. The statistics are shared with model, whose modes and momenta stay what they are.
func FreshStatistics[M any](model M) M {
	model = Train(NoGrad(model))
	walk(model, &visitor{module: func(_ string, v reflect.Value) {
		if !v.CanAddr() {
			return
		}
		m, ok := v.Addr().Interface().(interface{ own() *batchNorm })
		if !ok || m.own() == nil || m.own().RunningMean == nil {
			return
		}
		b := m.own()
		b.cumulative = true
		for _, x := range []*Buffer{b.RunningMean, b.RunningVar, b.NumBatchesTracked} {
			x.Detach().Copy_(x.init())
		}
	}})
	return model
}

func between(least, most int) string {
	if least == most {
		return fmt.Sprint(least)
	}
	return fmt.Sprintf("%d to %d", least, most)
}

func (b *batchNorm) describe(name string) string {
	note := ""
	if b.Weight == nil {
		note += ", not affine"
	}
	if b.RunningMean == nil {
		note += ", not tracking"
	}
	return fmt.Sprintf("%s(%d%s)", name, b.channels, note)
}

// BatchNorm1d brings each channel to mean 0 and variance 1 over the batch, and keeps running statistics with which it
// does so in evaluation: PyTorch's nn.BatchNorm1d.
type BatchNorm1d struct{ batchNorm }

// NewBatchNorm1d makes a batch normalisation of so many channels. It takes the options Eps (1e-5 without it), Momentum
// (0.1 without it), CumulativeAverage, Affine and TrackRunningStats.
func NewBatchNorm1d(channels int, opts ...Option) *BatchNorm1d {
	return &BatchNorm1d{newBatchNorm("nn.BatchNorm1d", channels, opts)}
}

// Forward normalises [N, channels] or [N, channels, L].
func (b *BatchNorm1d) Forward(x *tensor.Tensor) *tensor.Tensor { return b.forward(x, 2, 3) }

// String describes the layer.
func (b *BatchNorm1d) String() string { return b.describe("BatchNorm1d") }

// BatchNorm2d brings each channel to mean 0 and variance 1 over a batch of images, and keeps running statistics with
// which it does so in evaluation: PyTorch's nn.BatchNorm2d.
type BatchNorm2d struct{ batchNorm }

// NewBatchNorm2d makes a batch normalisation of so many channels. It takes the options of NewBatchNorm1d.
func NewBatchNorm2d(channels int, opts ...Option) *BatchNorm2d {
	return &BatchNorm2d{newBatchNorm("nn.BatchNorm2d", channels, opts)}
}

// Forward normalises [N, channels, H, W].
func (b *BatchNorm2d) Forward(x *tensor.Tensor) *tensor.Tensor { return b.forward(x, 4, 4) }

// String describes the layer.
func (b *BatchNorm2d) String() string { return b.describe("BatchNorm2d") }

// BatchNorm3d brings each channel to mean 0 and variance 1 over a batch of volumes, and keeps running statistics with
// which it does so in evaluation: PyTorch's nn.BatchNorm3d.
type BatchNorm3d struct{ batchNorm }

// NewBatchNorm3d makes a batch normalisation of so many channels. It takes the options of NewBatchNorm1d.
func NewBatchNorm3d(channels int, opts ...Option) *BatchNorm3d {
	return &BatchNorm3d{newBatchNorm("nn.BatchNorm3d", channels, opts)}
}

// Forward normalises [N, channels, D, H, W].
func (b *BatchNorm3d) Forward(x *tensor.Tensor) *tensor.Tensor { return b.forward(x, 5, 5) }

// String describes the layer.
func (b *BatchNorm3d) String() string { return b.describe("BatchNorm3d") }
