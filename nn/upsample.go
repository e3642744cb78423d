package nn

import (
	"fmt"
	"math"

	"github.com/flambeau-ml/flambeau/graph"
	"github.com/flambeau-ml/flambeau/tensor"
)

// resizing is how images are made larger or smaller.
type resizing struct {
	settings
	mode    string
	size    []int
	factors []float64
	corners bool
	exactly bool // with the quotient of the sizes, not the factor that was given
}

// resizeModes are the modes with how many spatial dimensions each takes; 0 is 1 to 3.
var resizeModes = map[string]int{"nearest": 0, "nearest-exact": 0, "area": 0, "linear": 1, "bilinear": 2, "bicubic": 2, "trilinear": 3}

func newResizing(op string, opts []Option) *resizing {
	s := settle(op, opts, "size", "scale_factor", "resize_mode", "align_corners", "recompute_scale_factor")
	r := &resizing{settings: s, mode: get(s, "resize_mode", "nearest"), size: get(s, "size", []int(nil)), factors: get(s, "scale_factor", []float64(nil)),
		corners: get(s, "align_corners", false), exactly: get(s, "recompute_scale_factor", false)}
	_, known := resizeModes[r.mode]
	switch {
	case !known:
		s.fail("there is no mode %q", r.mode)
	case (r.size == nil) == (r.factors == nil):
		s.fail("takes a size or a scale factor: one of the two")
	case r.corners && (r.mode == "nearest" || r.mode == "nearest-exact" || r.mode == "area"):
		s.fail("corners are aligned in the linear and cubic modes, not %s", r.mode)
	case r.exactly && r.factors == nil:
		s.fail("there is no scale factor to compute anew")
	}
	for _, n := range r.size {
		s.positive("size", n)
	}
	for _, f := range r.factors {
		if !(f > 0) {
			s.fail("the scale factor must be above 0, and is %g", f)
		}
	}
	return r
}

// Interpolate makes x [N, C, size…] larger or smaller: PyTorch's interpolate. It takes the options OutputSize or
// ScaleFactor (one number for all dimensions, or one for each), ResizeMode ("nearest" without it), AlignCorners and
// RecomputeScaleFactor.
func Interpolate(x *tensor.Tensor, opts ...Option) *tensor.Tensor {
	return newResizing("nn.Interpolate", opts).apply(x)
}

// NewUpsample makes a layer of Interpolate, with its options.
func NewUpsample(opts ...Option) Func {
	r := newResizing("nn.Upsample", opts)
	return NewFunc(fmt.Sprintf("Upsample(%s)", r.mode), r.apply)
}

// NewUpsamplingNearest2d makes a layer that enlarges images by repeating pixels. It takes OutputSize or ScaleFactor.
func NewUpsamplingNearest2d(opts ...Option) Func {
	r := newResizing("nn.UpsamplingNearest2d", append([]Option{ResizeMode("nearest")}, opts...))
	return NewFunc("UpsamplingNearest2d()", r.apply)
}

// NewUpsamplingBilinear2d makes a layer that enlarges images by planes between pixels, corners aligned. It takes
// OutputSize or ScaleFactor.
func NewUpsamplingBilinear2d(opts ...Option) Func {
	r := newResizing("nn.UpsamplingBilinear2d", append([]Option{ResizeMode("bilinear"), AlignCorners()}, opts...))
	return NewFunc("UpsamplingBilinear2d()", r.apply)
}

func (r *resizing) apply(x *tensor.Tensor) *tensor.Tensor {
	rank := x.Dim() - 2
	if want := resizeModes[r.mode]; rank < 1 || rank > 3 || want > 0 && rank != want {
		r.fail("the mode %s does not take an input of shape %s", r.mode, shapeString(x.Shape()))
	}
	for _, n := range []int{len(r.size), len(r.factors)} {
		if n > 1 && n != rank {
			r.fail("%d numbers for %d dimensions", n, rank)
		}
	}
	to, steps := make([]int, rank), make([]float64, rank)
	for i := range rank {
		from := x.Size(2 + i)
		if from == 0 {
			r.fail("there is nothing to resize in an input of shape %s", shapeString(x.Shape()))
		}
		if r.factors == nil {
			to[i] = r.size[min(i, len(r.size)-1)]
			steps[i] = float64(from) / float64(to[i])
			continue
		}
		factor := r.factors[min(i, len(r.factors)-1)]
		to[i] = int(math.Floor(float64(from) * factor))
		if to[i] < 1 {
			r.fail("a size of %d times %g is none", from, factor)
		}
		if steps[i] = 1 / factor; r.exactly {
			steps[i] = float64(from) / float64(to[i])
		}
	}
	if r.mode == "area" {
		return r.area(x, to)
	}
	kind := x.DType()
	if kind == graph.Float16 || kind == graph.BFloat16 {
		x = x.To(graph.Float32)
	}
	for i := range rank {
		x = r.along(x, 2+i, to[i], steps[i])
	}
	return x.To(kind)
}

func (r *resizing) area(x *tensor.Tensor, to []int) *tensor.Tensor {
	switch len(to) {
	case 1:
		return x.AdaptiveAvgPool1d(to...)
	case 2:
		return x.AdaptiveAvgPool2d(to...)
	}
	return x.AdaptiveAvgPool3d(to...)
}

// along resizes one dimension: each new element is a weighted sum of taps, old elements near it.
func (r *resizing) along(x *tensor.Tensor, dim, to int, step float64) *tensor.Tensor {
	from := x.Size(dim)
	var taps [][]int64
	var weights [][]float64
	add := func(at int, i int, w float64) {
		for len(taps) <= at {
			taps, weights = append(taps, make([]int64, 0, to)), append(weights, make([]float64, 0, to))
		}
		taps[at] = append(taps[at], int64(min(max(i, 0), from-1)))
		weights[at] = append(weights[at], w)
	}
	step = float64(float32(step)) // places are float32 in PyTorch
	for j := range to {
		switch r.mode {
		case "nearest":
			add(0, int(float32(j)*float32(step)), 1)
			continue
		case "nearest-exact":
			add(0, int((float32(j)+0.5)*float32(step)), 1)
			continue
		}
		at := (float64(j)+0.5)*step - 0.5
		if r.corners {
			at = 0
			if to > 1 {
				at = float64(j) * float64(from-1) / float64(to-1)
			}
		}
		if r.mode == "bicubic" {
			low := math.Floor(at)
			for k, w := range cubicWeights(at - low) {
				add(k, int(low)-1+k, w)
			}
			continue
		}
		at = max(at, 0)
		low := min(math.Floor(at), float64(from-1))
		w := at - low
		add(0, int(low), 1-w)
		add(1, int(low)+1, w)
	}
	var out *tensor.Tensor
	for i := range taps {
		part := x.IndexSelect(dim, tensor.New(taps[i]))
		if len(taps) > 1 {
			w := tensor.New(weights[i]).To(x.DType())
			for range x.Dim() - 1 - dim {
				w = w.Unsqueeze(-1)
			}
			part = part.Mul(w)
		}
		if out != nil {
			part = out.Add(part)
		}
		out = part
	}
	return out
}

// cubicWeights are those of four neighbours for a place t of the way between the middle two: Keys' cubic with −0.75.
func cubicWeights(t float64) [4]float64 {
	const a = -0.75
	near := func(x float64) float64 { return ((a+2)*x-(a+3))*x*x + 1 }
	far := func(x float64) float64 { return ((a*x-5*a)*x+8*a)*x - 4*a }
	return [4]float64{far(t + 1), near(t), near(1 - t), far(2 - t)}
}
