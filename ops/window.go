package ops

import (
	"math"
	"math/rand/v2"

	"github.com/flambeau-ml/flambeau/graph"
)

// window is f of the places of a window of n points, as numbers from 0 to n − 1 with their distance from both ends taken
// as span. A periodic window is the symmetric one of one more point, without that.
func window(op string, b graph.Builder, n int, symmetric bool, dtype graph.DType, f func(k *graph.Value, span float64) *graph.Value) *graph.Value {
	d := orDefault(dtype)
	if n < 0 || !d.IsFloat() {
		graph.Fail(op, "a window of %d points of %s: the number must not be negative, and the dtype a float", n, d)
	}
	t := graph.T(d, n)
	if n <= 1 {
		return graph.Full(b, t, graph.IntOf(1))
	}
	span := n
	if symmetric {
		span--
	}
	t.DType = wide(d)
	return f(graph.NewIota(b, t, 0), float64(span)).Cast(d)
}

// cosines is Σ (−1)ⁱ aᵢ cos(2πi·k/span).
func cosines(op string, b graph.Builder, n int, a []float64, symmetric bool, dtype graph.DType) *graph.Value {
	if len(a) == 0 {
		graph.Fail(op, "needs coefficients")
	}
	return window(op, b, n, symmetric, dtype, func(k *graph.Value, span float64) *graph.Value {
		var sum *graph.Value
		for i, c := range a {
			if i%2 == 1 {
				c = -c
			}
			term := k.Scale(2 * math.Pi * float64(i) / span).Cos().Scale(c)
			if sum == nil {
				sum = term
			} else {
				sum = sum.Add(term)
			}
		}
		return sum
	})
}

const windowArgs = "bool sym=True, " + factory + ") -> Tensor"

type (
	windowBody = func(b graph.Builder, n int, symmetric bool, dtype graph.DType) *graph.Value
)

func cosineWindow(name, doc string, a ...float64) Operator[windowBody] {
	op := "signal_windows_" + name
	return define(Op{
		Schema: op + "(int M, *, " + windowArgs, Method: GoWord(name) + "Window", Doc: doc, Samples: windowSamples,
	}, func(b graph.Builder, n int, symmetric bool, dtype graph.DType) *graph.Value {
		return cosines(op, b, n, a, symmetric, dtype)
	})
}

func windowSamples(*rand.Rand) []Sample {
	return []Sample{call(0), call(1), call(5), call(6).kw("sym", false), call(7).kw("dtype", graph.Float64)}
}

// centred is the distance from a centre, or from the middle of a window.
func centred(k *graph.Value, span float64, centre *float64) *graph.Value {
	if centre != nil {
		return k.Shift(-*centre)
	}
	return k.Shift(-span / 2)
}

// Windows.
var (
	HannWindow           = cosineWindow("hann", "A raised cosine.", 0.5, 0.5)
	BlackmanWindow       = cosineWindow("blackman", "The window of Blackman.", 0.42, 0.5, 0.08)
	NuttallWindow        = cosineWindow("nuttall", "The window of Nuttall.", 0.3635819, 0.4891775, 0.1365995, 0.0106411)
	HammingWindow        = cosineWindow("hamming", "The window of Hamming.", 0.54, 0.46)
	GeneralHammingWindow = define(Op{
		Schema: "signal_windows_general_hamming(int M, *, float alpha=0.54, " + windowArgs, Method: "GeneralHammingWindow", Doc: "A raised cosine with a share alpha of the constant.",
		Samples: withKwargs(windowSamples, "alpha", 0.6),
	}, func(b graph.Builder, n int, alpha float64, symmetric bool, dtype graph.DType) *graph.Value {
		return cosines("general_hamming", b, n, []float64{alpha, 1 - alpha}, symmetric, dtype)
	})
	GeneralCosineWindow = define(Op{
		Schema: "signal_windows_general_cosine(int M, *, float[] a, " + windowArgs, Method: "GeneralCosineWindow", Doc: "A sum of cosines with the coefficients a, of alternating signs.",
		Samples: withKwargs(windowSamples, "a", []float64{0.4, 0.5, 0.1}),
	}, func(b graph.Builder, n int, a []float64, symmetric bool, dtype graph.DType) *graph.Value {
		return cosines("general_cosine", b, n, a, symmetric, dtype)
	})
	BartlettWindow = define(Op{
		Schema: "signal_windows_bartlett(int M, *, " + windowArgs, Method: "BartlettWindow", Doc: "A triangle.", Samples: windowSamples,
	}, func(b graph.Builder, n int, symmetric bool, dtype graph.DType) *graph.Value {
		return window("bartlett", b, n, symmetric, dtype, func(k *graph.Value, span float64) *graph.Value {
			return k.Like(1).Sub(k.Scale(2 / span).Shift(-1).Abs())
		})
	})
	CosineWindow = define(Op{
		Schema: "signal_windows_cosine(int M, *, " + windowArgs, Method: "CosineWindow", Doc: "Half a period of a sine.", Samples: windowSamples,
	}, func(b graph.Builder, n int, symmetric bool, dtype graph.DType) *graph.Value {
		return window("cosine", b, n, symmetric, dtype, func(k *graph.Value, span float64) *graph.Value {
			return k.Shift(0.5).Scale(math.Pi / (span + 1)).Sin()
		})
	})
	GaussianWindow = define(Op{
		Schema: "signal_windows_gaussian(int M, *, float std=1.0, " + windowArgs, Method: "GaussianWindow", Doc: "A bell of a standard deviation in points.", Samples: withKwargs(windowSamples, "std", 1.5),
	}, func(b graph.Builder, n int, std float64, symmetric bool, dtype graph.DType) *graph.Value {
		if std <= 0 {
			graph.Fail("gaussian", "std is %v: it must be positive", std)
		}
		return window("gaussian", b, n, symmetric, dtype, func(k *graph.Value, span float64) *graph.Value {
			z := centred(k, span, nil).Scale(1 / (std * math.Sqrt2))
			return z.Mul(z).Neg().Exp()
		})
	})
	ExponentialWindow = define(Op{
		Schema: "signal_windows_exponential(int M, *, float? center=None, float tau=1.0, " + windowArgs, Method: "ExponentialWindow", Doc: "An exponential that falls off to both sides.", Samples: withKwargs(windowSamples, "tau", 2.5),
	}, func(b graph.Builder, n int, centre *float64, tau float64, symmetric bool, dtype graph.DType) *graph.Value {
		switch {
		case tau <= 0:
			graph.Fail("exponential", "tau is %v: it must be positive", tau)
		case centre != nil && symmetric:
			graph.Fail("exponential", "a symmetric window has its centre in the middle")
		}
		return window("exponential", b, n, symmetric, dtype, func(k *graph.Value, span float64) *graph.Value {
			return centred(k, span, centre).Abs().Scale(-1 / tau).Exp()
		})
	})
)
