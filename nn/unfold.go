package nn

import (
	"fmt"

	"github.com/flambeau-ml/flambeau/graph"
	"github.com/flambeau-ml/flambeau/tensor"
)

// patches are the windows of Unfold and Fold over images.
type patches struct {
	settings
	kernel, stride, padding, dilation []int
}

func newPatches(op string, kernel int, opts []Option) *patches {
	s := settle(op, opts, "kernel_size", "stride", "padding", "dilation")
	return &patches{s, s.dims("kernel_size", 2, kernel, 1), s.dims("stride", 2, 1, 1), s.dims("padding", 2, 0, 0), s.dims("dilation", 2, 1, 1)}
}

// places are how many windows fit along dimension i, and the padded places of their elements: element by element, of
// each the windows.
func (p *patches) places(i, size int) (count int, places []int64) {
	count = (size+2*p.padding[i]-p.dilation[i]*(p.kernel[i]-1)-1)/p.stride[i] + 1
	if size+2*p.padding[i] < p.dilation[i]*(p.kernel[i]-1)+1 {
		p.fail("no window of %d elements fits into %d", p.kernel[i], size+2*p.padding[i])
	}
	for k := range p.kernel[i] {
		for w := range count {
			places = append(places, int64(k*p.dilation[i]+w*p.stride[i]))
		}
	}
	return count, places
}

// Unfold is the windows of kernel elements a side of images x [N, C, H, W] or [C, H, W], as columns [N, C·elements,
// windows]: PyTorch's unfold. It takes the options KernelSize, Stride, Padding and Dilation.
func Unfold(x *tensor.Tensor, kernel int, opts ...Option) *tensor.Tensor {
	return newPatches("nn.Unfold", kernel, opts).unfold(x)
}

// NewUnfold makes a layer of Unfold.
func NewUnfold(kernel int, opts ...Option) Func {
	return NewFunc(fmt.Sprintf("Unfold(%d)", kernel), newPatches("nn.Unfold", kernel, opts).unfold)
}

func (p *patches) unfold(x *tensor.Tensor) *tensor.Tensor {
	switch x.Dim() {
	case 3:
		return p.unfold(x.Unsqueeze(0)).Squeeze(0)
	case 4:
	default:
		p.fail("takes images [N, C, H, W] or [C, H, W], not of shape %s", shapeString(x.Shape()))
	}
	rows, rowPlaces := p.places(0, x.Size(2))
	columns, columnPlaces := p.places(1, x.Size(3))
	n, c := x.Sym(0), x.Sym(1)
	x = x.Pad(p.padding[1], p.padding[1], p.padding[0], p.padding[0])
	x = x.IndexSelect(2, tensor.New(rowPlaces)).IndexSelect(3, tensor.New(columnPlaces))
	x = x.Reshape(n, c, p.kernel[0], rows, p.kernel[1], columns).Permute(0, 1, 2, 4, 3, 5)
	return x.Reshape(n, c.Mul(graph.N(p.kernel[0]*p.kernel[1])), rows*columns)
}

// Fold is images [N, C, height, width] of columns [N, C·elements, windows], where windows overlap their sum: PyTorch's
// fold, of one sample without N. It takes the options of Unfold.
func Fold(x *tensor.Tensor, height, width, kernel int, opts ...Option) *tensor.Tensor {
	return newPatches("nn.Fold", kernel, opts).fold(x, height, width)
}

// NewFold makes a layer of Fold.
func NewFold(height, width, kernel int, opts ...Option) Func {
	p := newPatches("nn.Fold", kernel, opts)
	p.positive("height", height)
	p.positive("width", width)
	return NewFunc(fmt.Sprintf("Fold(%d, %d, %d)", height, width, kernel), func(x *tensor.Tensor) *tensor.Tensor { return p.fold(x, height, width) })
}

func (p *patches) fold(x *tensor.Tensor, height, width int) *tensor.Tensor {
	switch x.Dim() {
	case 2:
		return p.fold(x.Unsqueeze(0), height, width).Squeeze(0)
	case 3:
	default:
		p.fail("takes columns [N, C·elements, windows] or [C·elements, windows], not of shape %s", shapeString(x.Shape()))
	}
	rows, rowPlaces := p.places(0, height)
	columns, columnPlaces := p.places(1, width)
	elements := p.kernel[0] * p.kernel[1]
	if x.Size(1)%elements != 0 || x.Size(2) != rows*columns {
		p.fail("columns of shape %s for windows of %d elements, of which there are %d", shapeString(x.Shape()), elements, rows*columns)
	}
	n, c := x.Sym(0), x.Size(1)/elements
	x = x.Reshape(n, c, p.kernel[0], p.kernel[1], rows, columns).Permute(0, 1, 2, 4, 3, 5)
	x = x.Reshape(n, c, p.kernel[0]*rows, p.kernel[1]*columns)
	padded := []int{height + 2*p.padding[0], width + 2*p.padding[1]}
	x = tensor.ZerosWith([]any{n, c, padded[0], p.kernel[1] * columns}, tensor.As(x.DType())).IndexAdd(2, tensor.New(rowPlaces), x)
	x = tensor.ZerosWith([]any{n, c, padded[0], padded[1]}, tensor.As(x.DType())).IndexAdd(3, tensor.New(columnPlaces), x)
	return x.Narrow(2, p.padding[0], height).Narrow(3, p.padding[1], width)
}
