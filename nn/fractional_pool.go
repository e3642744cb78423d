package nn

import (
	"fmt"

	"github.com/flambeau-ml/flambeau/graph"
	"github.com/flambeau-ml/flambeau/tensor"
)

// FractionalMaxPool is the largest elements under windows that are spread over images at random (Graham, 2014), so that
// sizes need not be halved: PyTorch's nn.FractionalMaxPool2d and 3d. It draws in evaluation, too.
type FractionalMaxPool struct {
	Samples   *Buffer           `nn:"_random_samples"` // [N or 1, C, dimensions], from 0 to 1; nil where they are drawn
	Generator *tensor.Generator // what it draws from; Init gives it its key

	settings
	kernel, to []int
	ratios     []float64
}

func newFractional(rank, kernel int, opts []Option) *FractionalMaxPool {
	s := settle(fmt.Sprintf("nn.FractionalMaxPool%dd", rank), opts, "kernel_size", "size", "output_ratio", "random_samples")
	p := &FractionalMaxPool{settings: s, kernel: s.dims("kernel_size", rank, kernel, 1), Generator: tensor.NewGenerator(0)}
	if s.has("size") == s.has("output_ratio") {
		s.fail("takes an output size or an output ratio: one of the two")
	}
	if s.has("size") {
		p.to = s.dims("size", rank, 1, 1)
	} else {
		p.ratios = get(s, "output_ratio", []float64(nil))
		if len(p.ratios) == 1 && rank > 1 {
			for len(p.ratios) < rank {
				p.ratios = append(p.ratios, p.ratios[0])
			}
		}
		if len(p.ratios) != rank {
			s.fail("output ratios %v: there must be 1 or %d", p.ratios, rank)
		}
		for _, r := range p.ratios {
			if !(r > 0 && r < 1) {
				s.fail("output ratios must lie between 0 and 1, and are %v", p.ratios)
			}
		}
	}
	if x := get[*tensor.Tensor](s, "random_samples", nil); x != nil {
		if x.Dim() != 3 || x.Size(2) != rank {
			s.fail("random samples of shape %s: they must be [N, C, %d]", shapeString(x.Shape()), rank)
		}
		p.Samples = NewBuffer(func() *tensor.Tensor { return x.To(tensor.Float32).Clone() })
	}
	return p
}

// NewFractionalMaxPool2d makes a layer for images [N, C, H, W] or [C, H, W] with windows of kernel elements a side. It
// takes the options KernelSize, OutputSize or OutputRatio, and RandomSamples.
func NewFractionalMaxPool2d(kernel int, opts ...Option) *FractionalMaxPool {
	return newFractional(2, kernel, opts)
}

// NewFractionalMaxPool3d makes a layer as NewFractionalMaxPool2d does, for volumes.
func NewFractionalMaxPool3d(kernel int, opts ...Option) *FractionalMaxPool {
	return newFractional(3, kernel, opts)
}

// Forward is the largest elements.
func (p *FractionalMaxPool) Forward(x *tensor.Tensor) *tensor.Tensor {
	y, _ := p.ForwardIndices(x)
	return y
}

// ForwardIndices is the largest elements, and their places in each flattened image.
func (p *FractionalMaxPool) ForwardIndices(x *tensor.Tensor) (y, indices *tensor.Tensor) {
	rank := len(p.kernel)
	switch x.Dim() {
	case rank + 1:
		y, indices = p.ForwardIndices(x.Unsqueeze(0))
		return y.Squeeze(0), indices.Squeeze(0)
	case rank + 2:
	default:
		p.fail("takes an input of %s dimensions, not of shape %s", between(rank+1, rank+2), shapeString(x.Shape()))
	}
	samples := p.Samples.Value()
	if samples == nil {
		samples = tensor.Rand(p.Generator, x.Sym(0), x.Sym(1), rank)
	}
	stride := 1
	for i := rank - 1; i >= 0; i-- { // the last dimension first, so that of equal elements it is the first that counts
		dim, from, k := 2+i, x.Size(2+i), p.kernel[i]
		to := 0
		if p.to != nil {
			to = p.to[i]
		} else {
			to = int(float64(from) * p.ratios[i])
		}
		if to < 1 || to+k-1 > from {
			p.fail("makes no %d windows of %d of an input of shape %s", to, k, shapeString(x.Shape()))
		}
		column := i
		if rank == 2 { // PyTorch's samples are those of the width and of the height in images, but those of the depth first in volumes
			column = 1 - i
		}
		at := p.places(samples.Narrow(2, column, 1), from, to, k)
		shape := make([]any, x.Dim()) // of at, among the dimensions of x
		whole := make([]any, x.Dim())
		for d := range shape {
			shape[d], whole[d] = 1, x.Sym(d)
		}
		shape[0], shape[1], shape[dim] = at.Sym(0), at.Sym(1), to*k
		whole[dim] = to * k
		at = at.Reshape(shape...).Expand(whole...)
		best, which := x.Gather(dim, at).Unflatten(dim, to, k).MaxDim(dim + 1)
		place := at.MulScalar(stride)
		if indices != nil {
			place = place.Add(indices.Gather(dim, at))
		}
		indices = place.Unflatten(dim, to, k).Gather(dim+1, which.Unsqueeze(dim+1)).Squeeze(dim + 1)
		x, stride = best, stride*from
	}
	return x, indices
}

// places are those of the elements of the windows along a dimension: [N or 1, C, to·k], for samples [N or 1, C, 1].
func (p *FractionalMaxPool) places(sample *tensor.Tensor, from, to, k int) *tensor.Tensor {
	last := tensor.Full([]any{sample.Sym(0), sample.Sym(1), 1}, from-k)
	starts := last
	if to > 1 {
		step := float64(float32(from-k) / float32(to-1))
		moved := sample.Add(tensor.Arange(to - 1).To(sample.DType())).MulScalar(step).To(tensor.Int64)
		starts = tensor.Cat([]*tensor.Tensor{moved.Sub(sample.MulScalar(step).To(tensor.Int64)), last}, 2)
	}
	return starts.Unsqueeze(-1).Add(tensor.Arange(k)).Reshape(sample.Sym(0), sample.Sym(1), graph.N(to*k))
}

// String describes the layer.
func (p *FractionalMaxPool) String() string {
	return fmt.Sprintf("FractionalMaxPool%dd(%s)", len(p.kernel), times(p.kernel))
}
