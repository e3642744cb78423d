package nn

import (
	"fmt"
	"math"

	"github.com/flambeau-ml/flambeau/tensor"
)

// dropout is what all dropouts share.
type dropout struct {
	Mode
	Generator *tensor.Generator // what it draws from; Init gives it its key

	name string
	p    float64
	drop func(x *tensor.Tensor, g *tensor.Generator, p float64) *tensor.Tensor
}

func newDropout(name string, p float64, drop func(x *tensor.Tensor, g *tensor.Generator, p float64) *tensor.Tensor) dropout {
	if !(p >= 0 && p <= 1) {
		settings{op: "nn." + name}.fail("a probability of %g", p)
	}
	return dropout{Generator: tensor.NewGenerator(0), name: name, p: p, drop: drop}
}

// Forward gives a tensor like x.
func (d *dropout) Forward(x *tensor.Tensor) *tensor.Tensor {
	if !d.Training() || d.p == 0 {
		return x
	}
	return d.drop(x, d.Generator, d.p)
}

// String describes the layer.
func (d *dropout) String() string { return fmt.Sprintf("%s(%g)", d.name, d.p) }

// Dropout puts 0 for elements at random in training, and multiplies the others so that the mean stays: PyTorch's
// nn.Dropout. In evaluation it gives what it gets.
type Dropout struct{ dropout }

// NewDropout makes a layer that drops elements with probability p.
func NewDropout(p float64) *Dropout { return &Dropout{newDropout("Dropout", p, dropElements)} }

func dropElements(x *tensor.Tensor, g *tensor.Generator, p float64) *tensor.Tensor {
	return x.Dropout(g, p, true)
}

// Dropout1d is Dropout of whole channels of sequences [N, C, L] or [C, L]: PyTorch's nn.Dropout1d.
type Dropout1d struct{ dropout }

// NewDropout1d makes a layer that drops channels with probability p.
func NewDropout1d(p float64) *Dropout1d {
	return &Dropout1d{newDropout("Dropout1d", p, dropChannels("nn.Dropout1d", 2, 3, 2))}
}

// Dropout2d is Dropout of whole channels of images [N, C, H, W]: PyTorch's nn.Dropout2d. As there, three dimensions are
// taken for [N, C, L].
type Dropout2d struct{ dropout }

// NewDropout2d makes a layer that drops channels with probability p.
func NewDropout2d(p float64) *Dropout2d {
	return &Dropout2d{newDropout("Dropout2d", p, dropChannels("nn.Dropout2d", 2, 5, 0))}
}

// Dropout3d is Dropout of whole channels of volumes [N, C, D, H, W] or [C, D, H, W]: PyTorch's nn.Dropout3d.
type Dropout3d struct{ dropout }

// NewDropout3d makes a layer that drops channels with probability p.
func NewDropout3d(p float64) *Dropout3d {
	return &Dropout3d{newDropout("Dropout3d", p, dropChannels("nn.Dropout3d", 4, 5, 4))}
}

// dropChannels drops channels of an input of least to most dimensions; one of single dimensions has no batch.
func dropChannels(op string, least, most, single int) func(x *tensor.Tensor, g *tensor.Generator, p float64) *tensor.Tensor {
	return func(x *tensor.Tensor, g *tensor.Generator, p float64) *tensor.Tensor {
		switch n := x.Dim(); {
		case n < least || n > most:
			panic(tensor.Errorf(op, "takes an input of %s dimensions, not of shape %s", between(least, most), shapeString(x.Shape())))
		case n == single:
			return x.Unsqueeze(0).FeatureDropout(g, p, true).Squeeze(0)
		}
		return x.FeatureDropout(g, p, true)
	}
}

// AlphaDropout puts SELU's least value for elements at random in training, and scales so that mean and variance stay:
// PyTorch's nn.AlphaDropout. In evaluation it gives what it gets.
type AlphaDropout struct{ dropout }

// NewAlphaDropout makes a layer that drops elements with probability p.
func NewAlphaDropout(p float64) *AlphaDropout {
	return &AlphaDropout{newDropout("AlphaDropout", p, func(x *tensor.Tensor, g *tensor.Generator, p float64) *tensor.Tensor {
		return alphaDrop(x, x.Detach(), g, p)
	})}
}

// FeatureAlphaDropout is AlphaDropout of whole channels of [N, C, …]: PyTorch's nn.FeatureAlphaDropout.
type FeatureAlphaDropout struct{ dropout }

// NewFeatureAlphaDropout makes a layer that drops channels with probability p.
func NewFeatureAlphaDropout(p float64) *FeatureAlphaDropout {
	return &FeatureAlphaDropout{newDropout("FeatureAlphaDropout", p, func(x *tensor.Tensor, g *tensor.Generator, p float64) *tensor.Tensor {
		if x.Dim() < 2 {
			panic(tensor.Errorf("nn.FeatureAlphaDropout", "takes an input with channels, not of shape %s", shapeString(x.Shape())))
		}
		each := []any{x.Sym(0), x.Sym(1)}
		for range x.Dim() - 2 {
			each = append(each, 1)
		}
		return alphaDrop(x, tensor.ZerosWith(each, tensor.As(x.DType())), g, p)
	})}
}

// alphaDrop draws what is kept for each element of like, which broadcasts to x.
func alphaDrop(x, like *tensor.Tensor, g *tensor.Generator, p float64) *tensor.Tensor {
	if p == 1 {
		return x.MulScalar(0.0)
	}
	const most = 1.7580993408473766 // λα of SELU, whose least value is −λα
	scale := 1 / math.Sqrt((most*most*p+1)*(1-p))
	kept := like.BernoulliP(g, 1-p)
	shift := kept.AddScalar(-1.0).MulScalar(most * scale).AddScalar(most * scale * p)
	return x.Mul(kept.MulScalar(scale)).Add(shift)
}
