package ops

import (
	"math/rand/v2"

	"github.com/flambeau-ml/flambeau/graph"
)

// frames says how a signal is cut into windows for Fourier transforms of n numbers.
type frames struct {
	op     string
	n, hop int
	window *graph.Value // n numbers; nil where all are 1
}

// newFrames fills in what is absent: hops of a quarter of n, windows of n ones. A shorter window lies in the middle.
func newFrames(op string, n int, hop, length *int, window *graph.Value) frames {
	f := frames{op: op, n: n, hop: n / 4}
	if hop != nil {
		f.hop = *hop
	}
	size := n
	if length != nil {
		size = *length
	}
	if n < 1 || f.hop < 1 || size < 1 || size > n {
		graph.Fail(op, "takes windows of %d of %d numbers, %d apart: they must hold at least one number, and at most as many as are transformed", size, n, f.hop)
	}
	if window != nil && (window.Rank() != 1 || !window.Home.Solver().Same(window.Shape[0], graph.N(size))) {
		graph.Fail(op, "the window %s must hold %d numbers", window.Type, size)
	}
	if window != nil {
		f.window = window
	}
	if size == n {
		return f
	}
	f.window = f.middle(size)
	return f
}

// middle is the window, of size numbers, with zeros around it.
func (f frames) middle(size int) *graph.Value {
	if f.window == nil {
		return nil
	}
	left := (f.n - size) / 2
	return padConstant(f.window, graph.Ns(left, f.n-size-left), graph.IntOf(0))
}

// ones is the window of size ones, by the builder of x.
func (f frames) ones(x *graph.Value, size int) *graph.Value {
	w := graph.Full(x.Home, graph.T(graph.PartType(x.DType), size), graph.IntOf(1))
	return frames{n: f.n, window: w}.middle(size)
}

// stft are the transforms of overlapping windows of signals: frequencies, then windows, as last dimensions.
func stft(x *graph.Value, n int, hop, length *int, window *graph.Value, center bool, mode string, normalized bool, onesided, asComplex, _ *bool) *graph.Value {
	const op = "stft"
	needFloat(op, x)
	if x.Rank() != 1 && x.Rank() != 2 {
		graph.Fail(op, "takes one signal or a batch of them, not %s", x.Type)
	}
	f := newFrames(op, n, hop, length, window)
	if f.window == nil && length != nil {
		f.window = f.ones(x, *length)
	}
	vector := x.Rank() == 1
	if vector {
		x = x.Unsqueeze(0)
	}
	if center {
		side := n / 2
		x = pad(x, graph.Ns(side, side), mode, nil)
	}
	runs := unfold(x, 1, n, f.hop) // batch, window, number
	half := !x.DType.IsComplex()
	if f.window != nil {
		half = half && !f.window.DType.IsComplex()
		runs = promoting(mul)(runs, f.window)
	}
	if onesided != nil {
		if *onesided && !half {
			graph.Fail(op, "has one side alone of real signals and windows")
		}
		half = *onesided
	}
	norm := ""
	if normalized {
		norm = "ortho"
	}
	kind := forward
	if half {
		kind = ofReal
	}
	y := mT(kind(op)(runs, nil, []int{-1}, norm))
	if vector {
		y = dropAxis(y, 0)
	}
	if asComplex != nil && !*asComplex {
		return viewAsReal(y)
	}
	return y
}

// istft adds the windows up again where they lay, over the sum of the squares of the windows there.
func istft(x *graph.Value, n int, hop, length *int, window *graph.Value, center, normalized bool, onesided *bool, size *int, asComplex bool) *graph.Value {
	const op = "istft"
	needComplex(op, x)
	if x.Rank() != 2 && x.Rank() != 3 {
		graph.Fail(op, "takes one transform or a batch of them, not %s", x.Type)
	}
	f := newFrames(op, n, hop, length, window)
	if f.window == nil {
		k := n
		if length != nil {
			k = *length
		}
		f.window = f.ones(x, k)
	}
	vector := x.Rank() == 2
	if vector {
		x = x.Unsqueeze(0)
	}
	half := !x.Shape[1].Is(n)
	if onesided != nil {
		half = *onesided
	}
	want := n
	if half {
		want = n/2 + 1
	}
	if half && asComplex {
		graph.Fail(op, "has complex signals of both sides alone: onesided must be false")
	}
	if !x.Shape[1].Is(want) {
		graph.Fail(op, "%s must have %d frequencies", x.Type, want)
	}
	count, ok := x.Shape[2].Int()
	if !ok || count < 1 {
		graph.Fail(op, "%s must have a number of windows that is known, at least one", x.Type)
	}
	norm := ""
	if normalized {
		norm = "ortho"
	}
	x = mT(x) // batch, window, frequency
	var y *graph.Value
	if asComplex {
		y = inverse(op)(x, nil, []int{-1}, norm)
	} else { // of both sides one is enough
		y = toReal(op)(x, graph.Ns(n), []int{-1}, norm)
	}
	y = promoting(mul)(y, f.window)
	total := n + f.hop*(count-1)
	weights := square(f.window).Cast(y.DType).Expand(graph.Ns(1, count, n)...)
	sum, weight := f.overlapped(y, count, total), f.overlapped(weights, count, total)
	start, end := 0, total
	if center {
		start, end = n/2, total-n/2
	}
	if size != nil {
		end = start + *size
	}
	if end <= start {
		graph.Fail(op, "nothing is left of %d numbers from %d on", total, start)
	}
	if end > total {
		sum, weight = resized(sum, 1, graph.N(end)), padConstant(weight, graph.Ns(0, end-total), graph.IntOf(1))
	}
	keep := func(v *graph.Value) *graph.Value { return v.SliceAxis(1, graph.N(start), graph.N(end-start), 1) }
	y = keep(sum).Div(keep(weight).Expand(keep(sum).Shape...))
	if vector {
		y = dropAxis(y, 0)
	}
	return y
}

// overlapped adds up windows, the last two axes, hop numbers apart.
func (f frames) overlapped(y *graph.Value, count, total int) *graph.Value {
	t := graph.T(graph.Int64, count, f.n)
	at := graph.NewIota(y.Home, t, 0).Scale(float64(f.hop)).Add(graph.NewIota(y.Home, t, 1)).Reshape(graph.N(count * f.n))
	flat := y.Reshape(y.Shape[0], graph.N(count*f.n))
	zeros := graph.Zeros(y.Home, graph.Type{DType: y.DType, Shape: graph.Shape{y.Shape[0], graph.N(total)}})
	return zeros.ScatterAdd(at, flat, 1, 0)
}

// Fourier transforms of windows.
var (
	STFT = define(Op{
		Schema: "stft.center(Tensor self, int n_fft, int? hop_length=None, int? win_length=None, Tensor? window=None, bool center=True, str pad_mode='reflect', bool normalized=False, bool? onesided=None, bool? return_complex=None, bool? align_to_window=None) -> Tensor",
		Method: "STFT", Doc: "The Fourier transforms of overlapping windows of signals.",
		Samples: func(r *rand.Rand) []Sample {
			return []Sample{call(f32(r, 20), 8).concrete(), call(f32(r, 2, 20), 6, 3, 4, f32(r, 4)).kw("normalized", true).concrete(), call(c64(r, 12), 4).kw("center", false).concrete()}
		},
	}, stft)
	ISTFT = define(Op{
		Schema: "istft(Tensor self, int n_fft, int? hop_length=None, int? win_length=None, Tensor? window=None, bool center=True, bool normalized=False, bool? onesided=None, int? length=None, bool return_complex=False) -> Tensor",
		Method: "ISTFT", Doc: "The signals whose Fourier transforms of overlapping windows are given.",
		Samples: func(r *rand.Rand) []Sample {
			return []Sample{call(c64(r, 5, 6), 8).concrete(), call(c64(r, 2, 6, 4), 6).kw("return_complex", true).concrete()}
		},
	}, istft)
)
