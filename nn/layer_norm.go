package nn

import (
	"fmt"

	"github.com/flambeau-ml/flambeau/tensor"
)

// LayerNorm brings the last dimensions to mean 0 and variance 1: PyTorch's nn.LayerNorm.
type LayerNorm struct {
	Weight *Parameter // of the normalised shape; nil where not affine
	Bias   *Parameter // of the normalised shape; nil where not affine, or without one

	shape []int
	eps   float64
}

// NewLayerNorm makes a normalisation of the last dimensions, which have the sizes of shape. It takes the options Eps
// (1e-5 without it), Affine and Bias.
func NewLayerNorm(shape []int, opts ...Option) *LayerNorm {
	s := settle("nn.LayerNorm", opts, "eps", "affine", "bias")
	if len(shape) == 0 {
		s.fail("normalises no dimension")
	}
	l := &LayerNorm{shape: shape, eps: get(s, "eps", 1e-5)}
	if get(s, "affine", true) {
		l.Weight = NewParameter(Ones(), shape...)
		if get(s, "bias", true) {
			l.Bias = NewParameter(Zeros(), shape...)
		}
	}
	return l
}

// Forward normalises [*, shape…].
func (l *LayerNorm) Forward(x *tensor.Tensor) *tensor.Tensor {
	return x.LayerNormWith(anys(l.shape), l.Weight.Value(), l.Bias.Value(), tensor.Eps(l.eps))
}

// String describes the layer.
func (l *LayerNorm) String() string { return fmt.Sprintf("LayerNorm(%s)", times(l.shape)) }

// RMSNorm divides the last dimensions by the root of their mean square: PyTorch's nn.RMSNorm.
type RMSNorm struct {
	Weight *Parameter // of the normalised shape; nil where not affine

	shape []int
	eps   []tensor.Option
}

// NewRMSNorm makes a normalisation of the last dimensions, which have the sizes of shape. It takes the options Eps (the
// smallest step of the input's dtype at 1 without it) and Affine.
func NewRMSNorm(shape []int, opts ...Option) *RMSNorm {
	s := settle("nn.RMSNorm", opts, "eps", "affine")
	if len(shape) == 0 {
		s.fail("normalises no dimension")
	}
	r := &RMSNorm{shape: shape}
	if s.has("eps") {
		r.eps = []tensor.Option{tensor.Eps(get(s, "eps", 0.0))}
	}
	if get(s, "affine", true) {
		r.Weight = NewParameter(Ones(), shape...)
	}
	return r
}

// Forward normalises [*, shape…].
func (r *RMSNorm) Forward(x *tensor.Tensor) *tensor.Tensor {
	return x.RMSNormWith(anys(r.shape), r.Weight.Value(), r.eps...)
}

// String describes the layer.
func (r *RMSNorm) String() string { return fmt.Sprintf("RMSNorm(%s)", times(r.shape)) }

// GroupNorm brings groups of channels of each sample to mean 0 and variance 1: PyTorch's nn.GroupNorm.
type GroupNorm struct {
	Weight *Parameter // [channels]; nil where not affine
	Bias   *Parameter // [channels]; nil where not affine

	groups, channels int
	eps              float64
}

// NewGroupNorm makes a normalisation of so many channels in groups. It takes the options Eps (1e-5 without it) and
// Affine.
func NewGroupNorm(groups, channels int, opts ...Option) *GroupNorm {
	s := settle("nn.GroupNorm", opts, "eps", "affine")
	s.positive("groups", groups)
	if channels < 0 || channels%groups != 0 {
		s.fail("%d channels do not divide into %d groups", channels, groups)
	}
	g := &GroupNorm{groups: groups, channels: channels, eps: get(s, "eps", 1e-5)}
	if get(s, "affine", true) {
		g.Weight, g.Bias = NewParameter(Ones(), channels), NewParameter(Zeros(), channels)
	}
	return g
}

// Forward normalises [N, channels, *].
func (g *GroupNorm) Forward(x *tensor.Tensor) *tensor.Tensor {
	return x.GroupNormWith(g.groups, g.Weight.Value(), g.Bias.Value(), tensor.Eps(g.eps))
}

// String describes the layer.
func (g *GroupNorm) String() string { return fmt.Sprintf("GroupNorm(%d, %d)", g.groups, g.channels) }
