package nn

import (
	"context"
	"math"

	"github.com/flambeau-ml/flambeau/graph"
	"github.com/flambeau-ml/flambeau/tensor"
)

// Initializer makes the values that a parameter of the given sizes begins with, drawing from g if at all.
type Initializer func(g *tensor.Generator, sizes []int) *tensor.Tensor

// Init gives every parameter of a model values, every buffer what it begins with and every generator its key, and
// returns the model. All of it follows from the seed and the names in the model: neither the order of fields and calls
// nor the number of goroutines matters. It panics with *tensor.Error where there is no memory for the values.
//
// A parameter that modules share is drawn under the first of its names.
func Init[M any](model M, seed uint64) M {
	var fresh []*tensor.Tensor
	for _, p := range NamedParameters(model) {
		if p.Of.init == nil {
			continue
		}
		g := tensor.NewGenerator(tensor.SeedFor(seed, p.Name))
		p.Detach().Copy_(p.Of.init(g, p.Shape()))
		p.Of.ready = true
		p.ZeroGrad()
		fresh = append(fresh, p.Tensor)
	}
	for _, b := range NamedBuffers(model) {
		b.Detach().Copy_(b.Of.init())
		fresh = append(fresh, b.Tensor)
	}
	for _, g := range Generators(model) {
		g.Of.Seed(tensor.SeedFor(seed, g.Name))
	}
	tensor.Must(tensor.Eval(context.Background(), fresh...))
	return model
}

// Constant fills with x.
func Constant(x float64) Initializer {
	return func(_ *tensor.Generator, sizes []int) *tensor.Tensor { return tensor.Full(anys(sizes), x) }
}

// Zeros fills with 0.
func Zeros() Initializer { return Constant(0) }

// Ones fills with 1.
func Ones() Initializer { return Constant(1) }

// Uniform draws uniformly from [low, high).
func Uniform(low, high float64) Initializer {
	return func(g *tensor.Generator, sizes []int) *tensor.Tensor {
		return tensor.Rand(g, anys(sizes)...).MulScalar(high - low).AddScalar(low)
	}
}

// Normal draws from a normal distribution.
func Normal(mean, std float64) Initializer {
	return func(g *tensor.Generator, sizes []int) *tensor.Tensor {
		return tensor.Randn(g, anys(sizes)...).MulScalar(std).AddScalar(mean)
	}
}

// TruncNormal draws from a normal distribution cut off at low and high: PyTorch's trunc_normal_, whose defaults are
// low −2 and high 2, whatever std is.
func TruncNormal(mean, std, low, high float64) Initializer {
	cdf := func(x float64) float64 { return (1 + math.Erf(x/math.Sqrt2)) / 2 }
	from, to := 2*cdf((low-mean)/std)-1, 2*cdf((high-mean)/std)-1
	return func(g *tensor.Generator, sizes []int) *tensor.Tensor {
		// The inverse of the distribution function at uniform places between its values at low and high, in float64:
		// there is none among the operators.
		n := 1
		for _, s := range sizes {
			n *= s
		}
		state := tensor.Data[uint64](g.State)
		out := make([]float32, n)
		for i := range out {
			word := graph.Philox(state[0], state[1]+uint64(i/4))[i%4]
			u := (float64(word) + 0.5) / (1 << 32)
			x := mean + std*math.Sqrt2*math.Erfinv(from+(to-from)*u)
			out[i] = float32(min(max(x, low), high))
		}
		g.State.Copy_(tensor.New([]uint64{state[0], state[1] + uint64((n+3)/4)}))
		return tensor.New(out, sizes...)
	}
}

// FanMode says which side of a weight an initialiser keeps the variance of.
type FanMode int

// The sides: inputs (the forward pass), or outputs (the backward pass).
const (
	FanIn FanMode = iota
	FanOut
)

// fans are the inputs of each output element of a weight [out, in, …], and the outputs of each input element.
func fans(sizes []int) (in, out float64) {
	if len(sizes) < 2 {
		panic(tensor.Errorf("nn.Init", "the fans of a weight of shape %s are not defined: it needs two dimensions", shapeString(sizes)))
	}
	field := 1
	for _, n := range sizes[2:] {
		field *= n
	}
	return float64(sizes[1] * field), float64(sizes[0] * field)
}

func fan(mode FanMode, sizes []int) float64 {
	in, out := fans(sizes)
	if mode == FanOut {
		return out
	}
	return in
}

// Gain is the factor that keeps the variance of activations behind a nonlinearity, by PyTorch's name for it; param is
// the slope of "leaky_relu". "linear", "conv2d" and "sigmoid" have 1.
func Gain(nonlinearity string, param float64) float64 {
	switch nonlinearity {
	case "linear", "conv1d", "conv2d", "conv3d", "sigmoid":
		return 1
	case "tanh":
		return 5.0 / 3
	case "relu":
		return math.Sqrt2
	case "leaky_relu":
		return math.Sqrt(2 / (1 + param*param))
	case "selu":
		return 0.75
	}
	panic(tensor.Errorf("nn.Gain", "no gain is known for %q", nonlinearity))
}

// KaimingUniform draws uniformly so that the variance behind a leaky ReLU of slope a stays (He et al., 2015).
func KaimingUniform(a float64, mode FanMode) Initializer {
	return func(g *tensor.Generator, sizes []int) *tensor.Tensor {
		bound := Gain("leaky_relu", a) * math.Sqrt(3/fan(mode, sizes))
		return Uniform(-bound, bound)(g, sizes)
	}
}

// KaimingNormal is the normal form of KaimingUniform.
func KaimingNormal(a float64, mode FanMode) Initializer {
	return func(g *tensor.Generator, sizes []int) *tensor.Tensor {
		return Normal(0, Gain("leaky_relu", a)/math.Sqrt(fan(mode, sizes)))(g, sizes)
	}
}

// XavierUniform draws uniformly so that the variance stays both forwards and backwards (Glorot and Bengio, 2010).
func XavierUniform(gain float64) Initializer {
	return func(g *tensor.Generator, sizes []int) *tensor.Tensor {
		in, out := fans(sizes)
		bound := gain * math.Sqrt(6/(in+out))
		return Uniform(-bound, bound)(g, sizes)
	}
}

// XavierNormal is the normal form of XavierUniform.
func XavierNormal(gain float64) Initializer {
	return func(g *tensor.Generator, sizes []int) *tensor.Tensor {
		in, out := fans(sizes)
		return Normal(0, gain*math.Sqrt(2/(in+out)))(g, sizes)
	}
}

// defaultBias is how PyTorch's linear and convolution layers start their biases: uniformly within 1/√fanIn.
func defaultBias(fanIn int) Initializer {
	if fanIn == 0 {
		return Zeros()
	}
	bound := 1 / math.Sqrt(float64(fanIn))
	return Uniform(-bound, bound)
}

// defaultWeight is how PyTorch's linear and convolution layers start their weights.
func defaultWeight() Initializer { return KaimingUniform(math.Sqrt(5), FanIn) }
