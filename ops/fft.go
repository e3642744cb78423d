package ops

import (
	"math"
	"math/rand/v2"
	"slices"

	"github.com/flambeau-ml/flambeau/graph"
	"github.com/flambeau-ml/flambeau/ops/internal/fft"
)

// fftScale says what a transform of n numbers is multiplied by: 1, 1/√n or 1/n.
type fftScale int

const (
	fftPlain fftScale = iota
	fftRoot
	fftMean
)

// fftHost is the transform along the last axis, forward or inverse.
type fftHost struct {
	inverse bool
	scale   fftScale
}

// fftHosts are all of them. The adjoint of one is another.
var fftHosts = map[fftHost]*graph.Host{}

func init() {
	for _, inverse := range []bool{false, true} {
		for scale := range fftMean + 1 {
			fftHosts[fftHost{inverse, scale}] = newFFT(fftHost{inverse, scale})
		}
	}
}

func newFFT(which fftHost) *graph.Host {
	adjoint := fftHost{!which.inverse, which.scale}
	return &graph.Host{
		Name: "fft", Leading: true, Linear: []bool{true},
		Infer:     func(_ *graph.Solver, in []graph.Type) ([]graph.Type, error) { return in, nil },
		Eval:      eval(nil, which.eval),
		JVP:       func(_ *graph.Value, tan []*graph.Value) *graph.Value { return which.of(tan[0]) },
		Transpose: func(_ *graph.Value, _ int, ct *graph.Value) *graph.Value { return adjoint.of(ct) },
	}
}

// of is the transform of x along its last axis.
func (h fftHost) of(x *graph.Value) *graph.Value { return hostCall(fftHosts[h], x) }

// eval computes the inverse by way of conjugates.
func (h fftHost) eval(in, out []*graph.Array) error {
	n := in[0].Dims[len(in[0].Dims)-1]
	if n == 0 {
		return nil
	}
	plan, row := fft.NewPlan(n), make([]complex128, n)
	by := []float64{1, 1 / math.Sqrt(float64(n)), 1 / float64(n)}[h.scale]
	sign := 1.0
	if h.inverse {
		sign = -1
	}
	for k := range members(in[0], 1) {
		y := member(out[0].C, k, n)
		for i, v := range member(in[0].C, k, n) {
			row[i] = complex(real(v), sign*imag(v))
		}
		plan.Transform(y, row)
		for i, v := range y {
			y[i] = complex(by*real(v), by*sign*imag(v))
		}
	}
	return nil
}

// fftNorms are the scales of forward and of inverse transforms by the names of norms.
var fftNorms = map[string][2]fftScale{"": {fftPlain, fftMean}, "backward": {fftPlain, fftMean}, "ortho": {fftRoot, fftRoot}, "forward": {fftMean, fftPlain}}

// spectrum is one call of a family of transforms.
type spectrum struct {
	op      string
	inverse bool
	scale   fftScale
}

// newSpectrum is a transform with the scale that norm names.
func newSpectrum(op string, inverse bool, norm string) spectrum {
	scales, ok := fftNorms[norm]
	if !ok {
		graph.Fail(op, "norm must be backward, ortho or forward, not %q", norm)
	}
	at := 0
	if inverse {
		at = 1
	}
	return spectrum{op, inverse, scales[at]}
}

// along is the transform of x, which is complex, along an axis.
func (s spectrum) along(x *graph.Value, axis int) *graph.Value {
	return back(fftHost{s.inverse, s.scale}.of(lastAxis(x, axis)), axis)
}

// alongAll transforms along several axes, one after the other, the last one first.
func (s spectrum) alongAll(x *graph.Value, axes []int) *graph.Value {
	for _, a := range slices.Backward(axes) {
		x = s.along(x, a)
	}
	return x
}

// half keeps of the transform of a real signal what does not follow from the rest.
func (s spectrum) half(x *graph.Value, axis int) *graph.Value {
	y := s.along(x.Cast(graph.ComplexType(x.DType)), axis)
	return y.SliceAxis(axis, graph.N(0), x.Shape[axis].Div(graph.N(2)).Add(graph.N(1)), 1)
}

// whole is the real transform of n numbers of which x has the half that does not follow from the rest.
func (s spectrum) whole(x *graph.Value, axis int, n graph.Size) *graph.Value {
	half := n.Div(graph.N(2)).Add(graph.N(1))
	x = resized(x, axis, half)
	mirrored := x.SliceAxis(axis, graph.N(1), n.Sub(half), 1).Conj().Reverse(axis)
	return s.along(graph.ConcatValues(axis, x, mirrored), axis).Real()
}

// resized cuts x along an axis down to n elements, or fills it up with zeros.
func resized(x *graph.Value, axis int, n graph.Size) *graph.Value {
	have := x.Shape[axis]
	if have.Equal(n) {
		return x
	}
	a, ok1 := have.Int()
	b, ok2 := n.Int()
	if known := ok1 && ok2; !known || b > a {
		t := graph.Type{DType: x.DType, Shape: slices.Clone(x.Shape)}
		if t.Shape[axis] = n; known {
			t.Shape[axis] = graph.N(b - a)
		}
		if x = graph.ConcatValues(axis, x, graph.Zeros(x.Home, t)); known {
			return x
		}
	}
	return x.SliceAxis(axis, graph.N(0), n, 1)
}

// signal checks x and makes its numbers floats: complex ones, unless it must be real.
func signal(op string, x *graph.Value, real bool) *graph.Value {
	x = x.Cast(floatType(x.DType))
	switch {
	case graph.ComplexType(x.DType) == graph.NoDType:
		graph.Fail(op, "does not transform %s: convert it to float32", x.Type)
	case x.Rank() == 0:
		graph.Fail(op, "takes at least one dimension")
	case real && x.DType.IsComplex():
		graph.Fail(op, "takes real numbers, not %s", x.Type)
	case !real:
		x = x.Cast(graph.ComplexType(x.DType))
	}
	return x
}

func needPoints(op string, n graph.Size) {
	if k, ok := n.Int(); ok && k < 1 {
		graph.Fail(op, "a transform has at least one number, not %d", k)
	}
}

// lengths are the axes of a transform of several dimensions and the sizes along them; a size of −1 stays. With half,
// the last one is given by half its spectrum.
func lengths(op string, x *graph.Value, s []graph.Size, dims []int, half bool) (axes []int, sizes []graph.Size) {
	switch {
	case dims != nil:
		if axes = wrapDims(op, dims, x.Rank()); len(dims) == 0 {
			axes = nil
		}
	case len(s) > 0:
		if len(s) > x.Rank() {
			graph.Fail(op, "%d sizes are given for %s", len(s), x.Type)
		}
		for i := range s {
			axes = append(axes, x.Rank()-len(s)+i)
		}
	default:
		axes = allDims(x.Rank())
	}
	if len(s) > 0 && len(s) != len(axes) {
		graph.Fail(op, "%d sizes are given for %d dimensions", len(s), len(axes))
	}
	if half && len(axes) == 0 {
		graph.Fail(op, "transforms at least one dimension")
	}
	for i, a := range axes {
		n := x.Shape[a]
		if len(s) > 0 && !s[i].Is(-1) {
			n = s[i]
		} else if half && i == len(axes)-1 {
			n = x.Shape[a].Sub(graph.N(1)).Mul(graph.N(2))
		}
		sizes = append(sizes, n)
	}
	return axes, sizes
}

// The four kinds of transforms, each over some axes of which the last is the one of half a spectrum.

// fftComplex is fft, ifft and their kin.
func fftComplex(op string, inverse bool) fftBody {
	return func(x *graph.Value, s []graph.Size, dims []int, norm string) *graph.Value {
		x = signal(op, x, false)
		axes, sizes := lengths(op, x, s, dims, false)
		for i, a := range axes {
			needPoints(op, sizes[i])
			x = resized(x, a, sizes[i])
		}
		return newSpectrum(op, inverse, norm).alongAll(x, axes)
	}
}

// fftReal is rfft and ihfft: of real signals, half the spectrum.
func fftReal(op string, hermitian bool) fftBody {
	return func(x *graph.Value, s []graph.Size, dims []int, norm string) *graph.Value {
		x = signal(op, x, true)
		axes, sizes := lengths(op, x, s, dims, false)
		if len(axes) == 0 {
			graph.Fail(op, "transforms at least one dimension")
		}
		for i, a := range axes {
			needPoints(op, sizes[i])
			x = resized(x, a, sizes[i])
		}
		last := len(axes) - 1
		y := newSpectrum(op, hermitian, norm).half(x, axes[last])
		return newSpectrum(op, hermitian, norm).alongAll(y, axes[:last])
	}
}

// fftBack is irfft and hfft: real signals of half a spectrum.
func fftBack(op string, hermitian bool) fftBody {
	return func(x *graph.Value, s []graph.Size, dims []int, norm string) *graph.Value {
		x = signal(op, x, false)
		axes, sizes := lengths(op, x, s, dims, true)
		last := len(axes) - 1
		n := sizes[last]
		if n.Is(-1) {
			n = x.Shape[axes[last]].Sub(graph.N(1)).Mul(graph.N(2))
		}
		needPoints(op, n)
		for i, a := range axes[:last] {
			needPoints(op, sizes[i])
			x = resized(x, a, sizes[i])
		}
		t := newSpectrum(op, !hermitian, norm)
		return t.whole(t.alongAll(x, axes[:last]), axes[last], n)
	}
}

type (
	fftBody     = func(x *graph.Value, s []graph.Size, dims []int, norm string) *graph.Value
	fftLineBody = func(x *graph.Value, n *graph.Size, dim int, norm string) *graph.Value
)

// fftLine defines the transform along one dimension.
func fftLine(name, goName, doc string, samples sampler, f func(op string) fftBody) Operator[fftLineBody] {
	body := f(name)
	return define(Op{
		Schema: name + "(Tensor self, SymInt? n=None, int dim=-1, str? norm=None) -> Tensor", Method: goName, Doc: doc, Out: true, Samples: samples,
	}, func(x *graph.Value, n *graph.Size, dim int, norm string) *graph.Value {
		var s []graph.Size
		if n != nil {
			s = []graph.Size{*n}
		}
		return body(x, s, []int{dim}, norm)
	})
}

// fftPlanes and fftAll define the transforms along two dimensions and along several.
func fftPlanes(name, goName, doc string, samples sampler, f func(op string) fftBody) Operator[fftBody] {
	return define(Op{
		Schema: name + "(Tensor self, SymInt[1]? s=None, int[1] dim=[-2,-1], str? norm=None) -> Tensor", Method: goName, Doc: doc, Out: true, Samples: samples,
	}, f(name))
}

func fftAll(name, goName, doc string, samples sampler, f func(op string) fftBody) Operator[fftBody] {
	return define(Op{
		Schema: name + "(Tensor self, SymInt[1]? s=None, int[1]? dim=None, str? norm=None) -> Tensor", Method: goName, Doc: doc, Out: true, Samples: samples,
	}, f(name))
}

func forward(op string) fftBody   { return fftComplex(op, false) }
func inverse(op string) fftBody   { return fftComplex(op, true) }
func ofReal(op string) fftBody    { return fftReal(op, false) }
func toReal(op string) fftBody    { return fftBack(op, false) }
func hermitian(op string) fftBody { return fftBack(op, true) }
func toHermit(op string) fftBody  { return fftReal(op, true) }

func lineSamples(r *rand.Rand) []Sample {
	return []Sample{call(f32(r, 3, 8)), call(f32(r, 6, 5)).kw("dim", 0).kw("norm", "ortho"), call(f32(r, 3, 4), 7).concrete(), call(f32(r, 9), 4).concrete()}
}

func complexLineSamples(r *rand.Rand) []Sample {
	return append(lineSamples(r), call(c64(r, 3, 5)), call(c64(r, 5)).kw("norm", "forward"))
}

func planeSamples(r *rand.Rand) []Sample {
	return []Sample{call(f32(r, 2, 3, 8)), call(f32(r, 3, 4, 5)).kw("dim", []int{0, 2}).kw("norm", "ortho"), call(f32(r, 3, 4), []int{5, 3}).concrete()}
}

func complexPlaneSamples(r *rand.Rand) []Sample { return append(planeSamples(r), call(c64(r, 3, 5))) }

// Fourier transforms.
var (
	FFT    = fftLine("fft_fft", "FFT", "The discrete Fourier transform along a dimension.", complexLineSamples, forward)
	IFFT   = fftLine("fft_ifft", "IFFT", "The inverse discrete Fourier transform along a dimension.", complexLineSamples, inverse)
	RFFT   = fftLine("fft_rfft", "RFFT", "The first half of the discrete Fourier transform of real numbers along a dimension.", lineSamples, ofReal)
	IRFFT  = fftLine("fft_irfft", "IRFFT", "The real numbers whose half transform is given along a dimension.", complexLineSamples, toReal)
	HFFT   = fftLine("fft_hfft", "HFFT", "The real discrete Fourier transform of a Hermitian signal, given by half, along a dimension.", complexLineSamples, hermitian)
	IHFFT  = fftLine("fft_ihfft", "IHFFT", "The first half of the Hermitian signal whose transform is given along a dimension.", lineSamples, toHermit)
	FFT2   = fftPlanes("fft_fft2", "FFT2", "The discrete Fourier transform along two dimensions.", complexPlaneSamples, forward)
	IFFT2  = fftPlanes("fft_ifft2", "IFFT2", "The inverse discrete Fourier transform along two dimensions.", complexPlaneSamples, inverse)
	RFFT2  = fftPlanes("fft_rfft2", "RFFT2", "The first half of the discrete Fourier transform of real numbers along two dimensions.", planeSamples, ofReal)
	IRFFT2 = fftPlanes("fft_irfft2", "IRFFT2", "The real numbers whose half transform is given along two dimensions.", complexPlaneSamples, toReal)
	HFFT2  = fftPlanes("fft_hfft2", "HFFT2", "The real discrete Fourier transform of a Hermitian signal, given by half, along two dimensions.", complexPlaneSamples, hermitian)
	IHFFT2 = fftPlanes("fft_ihfft2", "IHFFT2", "The first half of the Hermitian signal whose transform is given along two dimensions.", planeSamples, toHermit)
	FFTN   = fftAll("fft_fftn", "FFTN", "The discrete Fourier transform along some dimensions, or all.", complexPlaneSamples, forward)
	IFFTN  = fftAll("fft_ifftn", "IFFTN", "The inverse discrete Fourier transform along some dimensions, or all.", complexPlaneSamples, inverse)
	RFFTN  = fftAll("fft_rfftn", "RFFTN", "The first half of the discrete Fourier transform of real numbers along some dimensions, or all.", planeSamples, ofReal)
	IRFFTN = fftAll("fft_irfftn", "IRFFTN", "The real numbers whose half transform is given along some dimensions, or all.", complexPlaneSamples, toReal)
	HFFTN  = fftAll("fft_hfftn", "HFFTN", "The real discrete Fourier transform of a Hermitian signal, given by half, along some dimensions, or all.", complexPlaneSamples, hermitian)
	IHFFTN = fftAll("fft_ihfftn", "IHFFTN", "The first half of the Hermitian signal whose transform is given along some dimensions, or all.", planeSamples, toHermit)

	FFTShift = define(Op{
		Schema: "fft_fftshift(Tensor self, int[1]? dim=None) -> Tensor", Method: "FFTShift", Doc: "The elements with frequency 0 in the middle of some dimensions, or all.", Samples: fftShiftSamples,
	}, func(x *graph.Value, dims []int) *graph.Value {
		return shifted(x, dims, func(n graph.Size) graph.Size { return n.Div(graph.N(2)) })
	})
	IFFTShift = define(Op{
		Schema: "fft_ifftshift(Tensor self, int[1]? dim=None) -> Tensor", Method: "IFFTShift", Doc: "The elements with frequency 0 back at the beginning of some dimensions, or all.", Samples: fftShiftSamples,
	}, func(x *graph.Value, dims []int) *graph.Value {
		return shifted(x, dims, func(n graph.Size) graph.Size { return n.Add(graph.N(1)).Div(graph.N(2)) })
	})
)

// shifted rolls x along dims, by what by says of their sizes.
func shifted(x *graph.Value, dims []int, by func(n graph.Size) graph.Size) *graph.Value {
	if dims == nil {
		dims = allDims(x.Rank())
	}
	for _, d := range dims {
		axis := wrapDim("fftshift", d, x.Rank())
		if x.Rank() == 0 {
			continue
		}
		x = roll(x, []graph.Size{by(x.Shape[axis])}, []int{axis})
	}
	return x
}

func fftShiftSamples(r *rand.Rand) []Sample {
	return []Sample{call(f32(r, 4, 5)), call(f32(r, 3, 5)).kw("dim", []int{1}), call(bf16(r, 6))}
}
