package ops

import (
	"math/rand/v2"
	"slices"

	"github.com/flambeau-ml/flambeau/graph"
)

// poolWindow is the geometry of pooling over the last n axes of x. In ceil mode a window that begins inside the
// input or its padding counts, though it may end beyond.
func poolWindow(op string, n int, x *graph.Value, size, stride, padding, dilation []int, ceil bool) *graph.Window {
	size = positives(op, "kernel_size", each(op, "kernel_size", size, n), 1)
	if len(stride) == 0 {
		stride = size
	}
	w := &graph.Window{Size: size, Stride: positives(op, "stride", each(op, "stride", stride, n), 1), Low: positives(op, "padding", each(op, "padding", padding, n), 0),
		Dilation: positives(op, "dilation", each(op, "dilation", dilation, n), 1), Groups: 1}
	w.High = slices.Clone(w.Low)
	for i := range n {
		if w.Low[i] > size[i]/2 {
			graph.Fail(op, "padding %v is more than half of kernel_size %v", w.Low, size)
		}
		in, known := x.Shape[x.Rank()-n+i].Int()
		if ceil && !known {
			graph.Fail(op, "ceil_mode takes known sizes, not %s", x.Type)
		}
		span := w.Dilation[i]*(size[i]-1) + 1
		if known && in+2*w.Low[i] < span && !ceil {
			graph.Fail(op, "a window of %v (dilation %v) does not fit %s with padding %v", size, w.Dilation, x.Type, w.Low)
		}
		if ceil {
			s := w.Stride[i]
			out := (in+2*w.Low[i]-span+s-1)/s + 1
			if (out-1)*s >= in+w.Low[i] {
				out--
			}
			w.High[i] = max((out-1)*s+span-in-w.Low[i], 0)
		}
	}
	return w
}

type maxPoolBody = func(x *graph.Value, size, stride, padding, dilation []int, ceil bool) *graph.Value
type maxPoolIndexBody = func(x *graph.Value, size, stride, padding, dilation []int, ceil bool) (values, indices *graph.Value)

func maxPoolWithIndices(op string, n int) maxPoolIndexBody {
	return func(x *graph.Value, size, stride, padding, dilation []int, ceil bool) (values, indices *graph.Value) {
		x, restore := batched(op, x, n)
		a := &graph.Attrs{Window: poolWindow(op, n, x, size, stride, padding, dilation, ceil)}
		indices = graph.Apply(graph.WindowArgMax, a, x)
		return restore(graph.Apply(graph.WindowGather, a, x, indices)), restore(indices)
	}
}

func maxPool(op string, n int) maxPoolBody {
	f := maxPoolWithIndices(op, n)
	return func(x *graph.Value, size, stride, padding, dilation []int, ceil bool) *graph.Value {
		v, _ := f(x, size, stride, padding, dilation, ceil)
		return v
	}
}

// avgPool divides sums under windows by how many elements each counts: those of the input and, where asked for, of
// its padding, but not what ceil mode adds.
func avgPool(op string, n int, x *graph.Value, size, stride, padding []int, ceil, countPadding bool, divisor *int) *graph.Value {
	if x.DType != graph.Int64 { // whose mean is cut off towards zero
		needFloat(op, x)
	}
	x, restore := batched(op, x, n)
	w := poolWindow(op, n, x, size, stride, padding, []int{1}, ceil)
	d := x.DType
	x = x.Cast(wide(d))
	sum := graph.Apply(graph.WindowSum, &graph.Attrs{Window: w}, x)
	if divisor != nil {
		if *divisor == 0 {
			graph.Fail(op, "divisor_override must not be 0")
		}
		return restore(sum.Div(givenLike(x, float64(*divisor))).Cast(d))
	}
	if countPadding && slices.Equal(w.High, w.Low) {
		count := 1
		for _, k := range w.Size {
			count *= k
		}
		return restore(sum.Div(x.Like(float64(count))).Cast(d))
	}
	v := *w
	sizes := slices.Clone(x.Shape)
	sizes[0], sizes[1] = graph.N(1), graph.N(1)
	if countPadding {
		for i := range n {
			sizes[2+i] = sizes[2+i].Add(graph.N(2 * w.Low[i]))
		}
		v.High, v.Low = slices.Clone(w.High), make([]int, n)
		for i := range n {
			v.High[i] = max(w.High[i]-w.Low[i], 0)
		}
	}
	ones := graph.Full(x.Home, graph.Type{DType: x.DType, Shape: sizes}, graph.FloatOf(1))
	return restore(sum.Div(graph.Apply(graph.WindowSum, &graph.Attrs{Window: &v}, ones)).Cast(d))
}

// adaptiveAvgPool averages along each of the last n axes in turn: every window of an axis has as many elements in
// all places of the others, so that the mean of means is the mean.
func adaptiveAvgPool(op string, n int) func(x *graph.Value, sizes []int) *graph.Value {
	return func(x *graph.Value, sizes []int) *graph.Value {
		needFloat(op, x)
		x, restore := batched(op, x, n)
		d := x.DType
		y := x.Cast(wide(d))
		for i, k := range positives(op, "output_size", each(op, "output_size", sizes, n), 0) {
			y = adaptiveAxis(op, y, 2+i, k)
		}
		return restore(y.Cast(d))
	}
}

func adaptiveAxis(op string, x *graph.Value, axis, k int) *graph.Value {
	n, known := x.Shape[axis].Int()
	switch {
	case k == 1:
		return x.Mean(axis)
	case !known:
		graph.Fail(op, "%d windows of dimension %d of %s: its size must be known", k, axis, x.Type)
	case k == n:
		return x
	case k > 0 && n%k == 0:
		shape := slices.Insert(slices.Clone(x.Shape), axis+1, graph.N(n/k))
		shape[axis] = graph.N(k)
		return dropAxis(x.Reshape(shape...).Mean(axis+1), axis+1)
	case k == 0 || n == 0:
		graph.Fail(op, "%d windows of dimension %d of %s", k, axis, x.Type)
	}
	parts := make([]*graph.Value, k)
	for i := range parts {
		from, to := i*n/k, ((i+1)*n+k-1)/k
		parts[i] = x.SliceAxis(axis, graph.N(from), graph.N(to-from), 1).Mean(axis)
	}
	return graph.ConcatValues(axis, parts...)
}

func maxPoolSchema(name, n, results string) string {
	return name + "(Tensor self, int[" + n + "] kernel_size, int[" + n + "] stride=[], int[" + n + "] padding=0, int[" + n + "] dilation=1, bool ceil_mode=False) -> " + results
}

func avgPoolSchema(name, n string) string {
	return name + "(Tensor self, int[" + n + "] kernel_size, int[" + n + "] stride=[], int[" + n + "] padding=0, bool ceil_mode=False, bool count_include_pad=True, int? divisor_override=None) -> Tensor"
}

func poolSamples(n int) sampler {
	return func(r *rand.Rand) []Sample {
		x := func(k int) *graph.Array { return f32(r, spatial(n, []int{2, 3}, k)...) }
		return []Sample{
			call(x(6), 2), call(x(7), 3, 2, 1).concrete(), call(f32(r, spatial(n, []int{3}, 6)...), 2).concrete(), call(x(7), 3, 2, 1).kw("ceil_mode", true).concrete(),
		}
	}
}

func adaptiveSamples(n int) sampler {
	return func(r *rand.Rand) []Sample {
		return []Sample{call(f32(r, spatial(n, []int{2, 3}, 6)...), 1), call(f32(r, spatial(n, []int{2, 3}, 6)...), 3).concrete(), call(f32(r, spatial(n, []int{2, 3}, 7)...), 3).concrete()}
	}
}

type avgPoolBody = func(x *graph.Value, size, stride, padding []int, ceil, countPadding bool, divisor *int) *graph.Value

func avgPoolOf(op string, n int) avgPoolBody {
	return func(x *graph.Value, size, stride, padding []int, ceil, countPadding bool, divisor *int) *graph.Value {
		return avgPool(op, n, x, size, stride, padding, ceil, countPadding, divisor)
	}
}

// Pooling.
var (
	MaxPool1d = define(Op{Schema: maxPoolSchema("max_pool1d", "1", "Tensor"), Doc: "The largest element under each window over one dimension.", Samples: poolSamples(1)}, maxPool("max_pool1d", 1))
	MaxPool2d = define(Op{Schema: maxPoolSchema("max_pool2d", "2", "Tensor"), Doc: "The largest element under each window over two dimensions.", Samples: poolSamples(2)}, maxPool("max_pool2d", 2))
	MaxPool3d = define(Op{Schema: maxPoolSchema("max_pool3d", "3", "Tensor"), Doc: "The largest element under each window over three dimensions.", Samples: poolSamples(3)}, maxPool("max_pool3d", 3))

	MaxPool1dWithIndices = define(Op{
		Schema: maxPoolSchema("max_pool1d_with_indices", "1", "(Tensor, Tensor)"), Doc: "The largest element under each window over one dimension, and its place.", Samples: poolSamples(1),
	}, maxPoolWithIndices("max_pool1d_with_indices", 1))
	MaxPool2dWithIndices = define(Op{
		Schema: maxPoolSchema("max_pool2d_with_indices", "2", "(Tensor, Tensor)"), Doc: "The largest element under each window over two dimensions, and its place in the flattened plane.", Samples: poolSamples(2),
	}, maxPoolWithIndices("max_pool2d_with_indices", 2))
	MaxPool3dWithIndices = define(Op{
		Schema: maxPoolSchema("max_pool3d_with_indices", "3", "(Tensor, Tensor)"), Doc: "The largest element under each window over three dimensions, and its place in the flattened space.", Samples: poolSamples(3),
	}, maxPoolWithIndices("max_pool3d_with_indices", 3))

	AvgPool1d = define(Op{
		Schema: "avg_pool1d(Tensor self, int[1] kernel_size, int[1] stride=[], int[1] padding=0, bool ceil_mode=False, bool count_include_pad=True) -> Tensor",
		Doc:    "The mean under each window over one dimension.", Samples: poolSamples(1),
	}, func(x *graph.Value, size, stride, padding []int, ceil, countPadding bool) *graph.Value {
		return avgPool("avg_pool1d", 1, x, size, stride, padding, ceil, countPadding, nil)
	})
	AvgPool2d = define(Op{Schema: avgPoolSchema("avg_pool2d", "2"), Doc: "The mean under each window over two dimensions.", Samples: poolSamples(2)}, avgPoolOf("avg_pool2d", 2))
	AvgPool3d = define(Op{Schema: avgPoolSchema("avg_pool3d", "3"), Doc: "The mean under each window over three dimensions.", Samples: poolSamples(3)}, avgPoolOf("avg_pool3d", 3))

	AdaptiveAvgPool1d = define(Op{
		Schema: "adaptive_avg_pool1d(Tensor self, int[1] output_size) -> Tensor", Doc: "The means under so many windows as output_size says, over one dimension.", Samples: adaptiveSamples(1),
	}, adaptiveAvgPool("adaptive_avg_pool1d", 1))
	AdaptiveAvgPool2d = define(Op{
		Schema: "adaptive_avg_pool2d(Tensor self, SymInt[2] output_size) -> Tensor", Doc: "The means under so many windows as output_size says, over two dimensions.", Samples: adaptiveSamples(2),
	}, adaptiveAvgPool("adaptive_avg_pool2d", 2))
	AdaptiveAvgPool3d = define(Op{
		Schema: "adaptive_avg_pool3d(Tensor self, SymInt[3] output_size) -> Tensor", Doc: "The means under so many windows as output_size says, over three dimensions.", Samples: adaptiveSamples(3),
	}, adaptiveAvgPool("adaptive_avg_pool3d", 3))
)
