package ops

import (
	"math/rand/v2"
	"slices"

	"github.com/flambeau-ml/flambeau/graph"
)

// each is v with one entry for every of n axes: a single entry holds for all.
func each(op, what string, v []int, n int) []int {
	switch len(v) {
	case n:
		return v
	case 1:
		return slices.Repeat(v, n)
	}
	graph.Fail(op, "%s is %v: it must have 1 or %d entries", what, v, n)
	return nil
}

// batched adds the batch axis to an input that lacks it; the second result takes it off again.
func batched(op string, x *graph.Value, n int) (*graph.Value, func(*graph.Value) *graph.Value) {
	switch x.Rank() {
	case n + 2:
		return x, func(y *graph.Value) *graph.Value { return y }
	case n + 1:
		return x.Unsqueeze(0), func(y *graph.Value) *graph.Value { return dropAxis(y, 0) }
	}
	graph.Fail(op, "the input is %s: it must have %d dimensions, or %d without a batch", x.Type, n+2, n+1)
	return nil, nil
}

// filterSize is the window of filters.
func filterSize(op string, w *graph.Value, n int) []int {
	needRank(op, w, "the weight", n+2)
	size, ok := w.Shape[2:].Ints()
	if !ok {
		graph.Fail(op, "the window of the weight %s must have known sizes", w.Type)
	}
	return size
}

func positives(op, what string, v []int, least int) []int {
	for _, k := range v {
		if k < least {
			graph.Fail(op, "%s is %v: it must be at least %d", what, v, least)
		}
	}
	return v
}

// addChannels adds a bias for each channel of y.
func addChannels(op string, y, bias *graph.Value) *graph.Value {
	if bias == nil {
		return y
	}
	if bias.Rank() != 1 || bias.DType != y.DType || !y.Home.Solver().Same(bias.Shape[0], y.Shape[1]) {
		graph.Fail(op, "the bias %s does not fit %s channels of %s", bias.Type, y.Shape[1], y.DType)
	}
	shape := make([]graph.Size, y.Rank()-1)
	for i := range shape {
		shape[i] = graph.N(1)
	}
	shape[0] = bias.Shape[0]
	return y.Add(bias.Reshape(shape...))
}

type convBody = func(x, weight, bias *graph.Value, stride, padding, dilation []int, groups int) *graph.Value

func convolve(op string, n int) convBody {
	return func(x, weight, bias *graph.Value, stride, padding, dilation []int, groups int) *graph.Value {
		p := each(op, "padding", padding, n)
		return convPadded(op, n, x, weight, bias, stride, p, p, dilation, groups)
	}
}

func convPadded(op string, n int, x, weight, bias *graph.Value, stride, low, high, dilation []int, groups int) *graph.Value {
	x, restore := batched(op, x, n)
	w := &graph.Window{
		Size: filterSize(op, weight, n), Stride: positives(op, "stride", each(op, "stride", stride, n), 1), Low: positives(op, "padding", low, 0),
		High: positives(op, "padding", high, 0), Dilation: positives(op, "dilation", each(op, "dilation", dilation, n), 1), Groups: groups,
	}
	if groups < 1 || x.DType != weight.DType {
		graph.Fail(op, "cannot convolve %s with %s in %d groups", x.Type, weight.Type, groups)
	}
	if c := weight.Shape[1].Mul(graph.N(groups)); !x.Home.Solver().Same(x.Shape[1], c) {
		graph.Fail(op, "%s has %s channels, the weight %s in %d groups wants %s", x.Type, x.Shape[1], weight.Type, groups, c)
	}
	return restore(addChannels(op, graph.Apply(graph.Conv, &graph.Attrs{Window: w}, x, weight), bias))
}

type convNamedBody = func(x, weight, bias *graph.Value, stride []int, padding string, dilation []int, groups int) *graph.Value

// convolveNamed takes padding as "valid" or "same".
func convolveNamed(op string, n int) convNamedBody {
	return func(x, weight, bias *graph.Value, stride []int, padding string, dilation []int, groups int) *graph.Value {
		low, high := make([]int, n), make([]int, n)
		switch padding {
		case "valid":
		case "same":
			size, dil := filterSize(op, weight, n), each(op, "dilation", dilation, n)
			for i := range n {
				if each(op, "stride", stride, n)[i] != 1 {
					graph.Fail(op, `padding "same" takes stride 1, not %v`, stride)
				}
				low[i] = dil[i] * (size[i] - 1) / 2
				high[i] = dil[i]*(size[i]-1) - low[i]
			}
		default:
			graph.Fail(op, `padding must be "valid" or "same", not %q`, padding)
		}
		return convPadded(op, n, x, weight, bias, stride, low, high, dilation, groups)
	}
}

type convTransposeBody = func(x, weight, bias *graph.Value, stride, padding, outputPadding []int, groups int, dilation []int) *graph.Value

func convTranspose(op string, n int) convTransposeBody {
	return func(x, weight, bias *graph.Value, stride, padding, outputPadding []int, groups int, dilation []int) *graph.Value {
		x, restore := batched(op, x, n)
		w := &graph.Window{
			Size: filterSize(op, weight, n), Stride: positives(op, "stride", each(op, "stride", stride, n), 1),
			Low: positives(op, "padding", each(op, "padding", padding, n), 0), Dilation: positives(op, "dilation", each(op, "dilation", dilation, n), 1), Groups: groups,
		}
		extra := positives(op, "output_padding", each(op, "output_padding", outputPadding, n), 0)
		if groups < 1 || x.DType != weight.DType || !x.Home.Solver().Same(x.Shape[1], weight.Shape[0]) {
			graph.Fail(op, "%s does not fit the weight %s in %d groups: it must have %s channels", x.Type, weight.Type, groups, weight.Shape[0])
		}
		sizes := make([]graph.Size, n)
		w.High = slices.Clone(w.Low)
		for i := range n {
			if extra[i] >= max(w.Stride[i], w.Dilation[i]) {
				graph.Fail(op, "output_padding %v must be smaller than stride %v or dilation %v", extra, w.Stride, w.Dilation)
			}
			if extra[i] >= w.Stride[i] { // else the windows of the larger result would be one more
				if w.High[i] < extra[i] {
					graph.Fail(op, "output_padding %v beyond stride %v takes padding of at least as much, not %v", extra, w.Stride, w.Low)
				}
				w.High[i] -= extra[i]
			}
			fixed := w.Dilation[i]*(w.Size[i]-1) + extra[i] + 1 - 2*w.Low[i]
			sizes[i] = x.Shape[2+i].Sub(graph.N(1)).Mul(graph.N(w.Stride[i])).Add(graph.N(fixed))
			if k, ok := sizes[i].Int(); ok && k < 1 {
				graph.Fail(op, "padding %v leaves nothing of %s by %s", w.Low, x.Type, weight.Type)
			}
		}
		return restore(addChannels(op, graph.Apply(graph.ConvInput, &graph.Attrs{Window: w, Shape: sizes}, x, weight), bias))
	}
}

func convSchema(name, n string) string {
	return name + "(Tensor input, Tensor weight, Tensor? bias=None, SymInt[" + n + "] stride=1, SymInt[" + n + "] padding=0, SymInt[" + n + "] dilation=1, SymInt groups=1) -> Tensor"
}

func convNamedSchema(name, n string) string {
	return name + ".padding(Tensor input, Tensor weight, Tensor? bias=None, SymInt[" + n + "] stride=1, str padding=\"valid\", SymInt[" + n + "] dilation=1, SymInt groups=1) -> Tensor"
}

func convTransposeSchema(name, n string) string {
	return name + "(Tensor input, Tensor weight, Tensor? bias=None, SymInt[" + n + "] stride=1, SymInt[" + n + "] padding=0, SymInt[" + n + "] output_padding=0, SymInt groups=1, SymInt[" + n + "] dilation=1) -> Tensor"
}

// spatial is n times k.
func spatial(n int, first []int, k int) []int {
	return slices.Concat(first, slices.Repeat([]int{k}, n))
}

func convSamples(n int) sampler {
	return func(r *rand.Rand) []Sample {
		return []Sample{
			call(f32(r, spatial(n, []int{2, 4}, 6)...), f32(r, spatial(n, []int{6, 4}, 3)...), f32(r, 6)).concrete(),
			call(f32(r, spatial(n, []int{2, 4}, 7)...), f32(r, spatial(n, []int{6, 2}, 3)...), nil, 2, 1, 1, 2).concrete(),
			call(f32(r, spatial(n, []int{4}, 6)...), f32(r, spatial(n, []int{3, 4}, 2)...), f32(r, 3), 1, 0, 2).concrete(),
		}
	}
}

func convNamedSamples(n int) sampler {
	return func(r *rand.Rand) []Sample {
		return []Sample{call(f32(r, spatial(n, []int{2, 4}, 6)...), f32(r, spatial(n, []int{6, 4}, 2)...), f32(r, 6), 1, "same").concrete(),
			call(f32(r, spatial(n, []int{2, 4}, 6)...), f32(r, spatial(n, []int{6, 4}, 2)...), nil, 1, "valid").concrete()}
	}
}

func convTransposeSamples(n int) sampler {
	return func(r *rand.Rand) []Sample {
		return []Sample{
			call(f32(r, spatial(n, []int{2, 4}, 4)...), f32(r, spatial(n, []int{4, 3}, 3)...), f32(r, 3)).concrete(),
			call(f32(r, spatial(n, []int{2, 4}, 4)...), f32(r, spatial(n, []int{4, 3}, 3)...), nil, 2, 1, 1, 2).concrete(),
		}
	}
}

// Convolutions.
var (
	Conv1d = define(Op{Schema: convSchema("conv1d", "1"), Doc: "The convolution over one dimension.", Samples: convSamples(1)}, convolve("conv1d", 1))
	Conv2d = define(Op{Schema: convSchema("conv2d", "2"), Doc: "The convolution over two dimensions.", Samples: convSamples(2)}, convolve("conv2d", 2))
	Conv3d = define(Op{Schema: convSchema("conv3d", "3"), Doc: "The convolution over three dimensions.", Samples: convSamples(3)}, convolve("conv3d", 3))

	Conv1dPadding = define(Op{
		Schema: convNamedSchema("conv1d", "1"), Method: "-", Doc: "The convolution over one dimension, padded as a name says: \"valid\" or \"same\".", Samples: convNamedSamples(1),
	}, convolveNamed("conv1d", 1))
	Conv2dPadding = define(Op{
		Schema: convNamedSchema("conv2d", "2"), Method: "-", Doc: "The convolution over two dimensions, padded as a name says: \"valid\" or \"same\".", Samples: convNamedSamples(2),
	}, convolveNamed("conv2d", 2))
	Conv3dPadding = define(Op{
		Schema: convNamedSchema("conv3d", "3"), Method: "-", Doc: "The convolution over three dimensions, padded as a name says: \"valid\" or \"same\".", Samples: convNamedSamples(3),
	}, convolveNamed("conv3d", 3))

	ConvTranspose1d = define(Op{
		Schema: convTransposeSchema("conv_transpose1d", "1"), Doc: "The transposed convolution over one dimension.", Samples: convTransposeSamples(1),
	}, convTranspose("conv_transpose1d", 1))
	ConvTranspose2d = define(Op{
		Schema: convTransposeSchema("conv_transpose2d.input", "2"), Method: "ConvTranspose2d", Doc: "The transposed convolution over two dimensions.", Samples: convTransposeSamples(2),
	}, convTranspose("conv_transpose2d", 2))
	ConvTranspose3d = define(Op{
		Schema: convTransposeSchema("conv_transpose3d.input", "3"), Method: "ConvTranspose3d", Doc: "The transposed convolution over three dimensions.", Samples: convTransposeSamples(3),
	}, convTranspose("conv_transpose3d", 3))
)
