package ops

import (
	"math/rand/v2"
	"slices"

	"github.com/flambeau-ml/flambeau/graph"
)

// padSides are how much is put before and after each axis: PyTorch lists pairs from the last axis on. Negative ones
// cut off.
func padSides(op string, x *graph.Value, pad []graph.Size) (low, high []graph.Size) {
	if len(pad)%2 != 0 || len(pad) > 2*x.Rank() {
		graph.Fail(op, "pad %s is not a pair for each of the last dimensions of %s", graph.Shape(pad), x.Type)
	}
	low, high = make([]graph.Size, x.Rank()), make([]graph.Size, x.Rank())
	for i := 0; i < len(pad); i += 2 {
		axis := x.Rank() - 1 - i/2
		low[axis], high[axis] = pad[i], pad[i+1]
	}
	return low, high
}

// crop cuts off what negative paddings say, and returns the paddings without those.
func crop(op string, x *graph.Value, low, high []graph.Size) (y *graph.Value, l, h []graph.Size) {
	l, h = slices.Clone(low), slices.Clone(high)
	for i := range low {
		a, ok1 := low[i].Int()
		b, ok2 := high[i].Int()
		from, off := 0, 0
		if ok1 && a < 0 {
			from, l[i] = -a, graph.N(0)
		}
		if ok2 && b < 0 {
			off, h[i] = -b, graph.N(0)
		}
		if from+off == 0 {
			continue
		}
		n := x.Shape[i].Sub(graph.N(from + off))
		if k, ok := n.Int(); ok && k < 0 {
			graph.Fail(op, "padding %s and %s cuts off more than dimension %d of %s has", low[i], high[i], i, x.Type)
		}
		x = x.SliceAxis(i, graph.N(from), n, 1)
	}
	return x, l, h
}

func padConstant(x *graph.Value, pad []graph.Size, value graph.Scalar) *graph.Value {
	const op = "constant_pad_nd"
	low, high := padSides(op, x, pad)
	x, low, high = crop(op, x, low, high)
	sizes, step := slices.Clone(x.Shape), slices.Repeat([]int{1}, x.Rank())
	grows := false
	for i := range sizes {
		sizes[i] = sizes[i].Add(low[i]).Add(high[i])
		grows = grows || !sizes[i].Equal(x.Shape[i])
	}
	if !grows {
		return x
	}
	if value.Float() == 0 {
		return graph.Apply(graph.Pad, &graph.Attrs{Start: low, Shape: sizes, Step: step}, x)
	}
	base := numberLike(x, x.DType, value).Expand(sizes...)
	return graph.Apply(graph.Update, &graph.Attrs{Start: low, Step: step}, base, x)
}

// padEdges pads axis by axis with what f puts before and after the elements of an axis; then negative paddings cut off.
func padEdges(x *graph.Value, pad []graph.Size, f func(x *graph.Value, axis, low, high int) *graph.Value) *graph.Value {
	const op = "pad"
	low, high := padSides(op, x, pad)
	for i := range low {
		l, ok1 := low[i].Int()
		h, ok2 := high[i].Int()
		if !ok1 || !ok2 {
			graph.Fail(op, "%s must be known", graph.Shape(pad))
		}
		if l > 0 || h > 0 {
			x = f(x, i, max(l, 0), max(h, 0))
		}
		low[i], high[i] = graph.N(min(l, 0)), graph.N(min(h, 0))
	}
	x, _, _ = crop(op, x, low, high)
	return x
}

// joined concatenates what is there of before, x and after.
func joined(axis int, parts ...*graph.Value) *graph.Value {
	return graph.ConcatValues(axis, slices.DeleteFunc(parts, func(v *graph.Value) bool { return v == nil || v.Shape[axis].Is(0) })...)
}

func reflectAxis(x *graph.Value, axis, low, high int) *graph.Value {
	n := x.Shape[axis]
	if k, ok := n.Int(); ok && (low >= k || high >= k) {
		graph.Fail("pad", "reflection by %d and %d takes more than dimension %d of %s has", low, high, axis, x.Type)
	}
	before := x.SliceAxis(axis, graph.N(1), graph.N(low), 1).Reverse(axis)
	after := x.SliceAxis(axis, n.Sub(graph.N(high+1)), graph.N(high), 1).Reverse(axis)
	return joined(axis, before, x, after)
}

func replicateAxis(x *graph.Value, axis, low, high int) *graph.Value {
	n := x.Shape[axis]
	if n.Is(0) {
		graph.Fail("pad", "dimension %d of %s has no edge to repeat", axis, x.Type)
	}
	edge := func(at graph.Size, times int) *graph.Value {
		sizes := slices.Clone(x.Shape)
		sizes[axis] = graph.N(times)
		return x.SliceAxis(axis, at, graph.N(1), 1).Expand(sizes...)
	}
	return joined(axis, edge(graph.N(0), low), x, edge(n.Sub(graph.N(1)), high))
}

func circularAxis(x *graph.Value, axis, low, high int) *graph.Value {
	n := x.Shape[axis]
	if k, ok := n.Int(); ok && (low > k || high > k) {
		graph.Fail("pad", "wrapping by %d and %d takes more than dimension %d of %s has", low, high, axis, x.Type)
	}
	return joined(axis, x.SliceAxis(axis, n.Sub(graph.N(low)), graph.N(low), 1), x, x.SliceAxis(axis, graph.N(0), graph.N(high), 1))
}

func pad(x *graph.Value, sides []graph.Size, mode string, value *float64) *graph.Value {
	switch mode {
	case "constant":
		v := graph.FloatOf(0)
		if value != nil {
			v = graph.FloatOf(*value)
		}
		return padConstant(x, sides, v)
	case "reflect":
		return padEdges(x, sides, reflectAxis)
	case "replicate":
		return padEdges(x, sides, replicateAxis)
	case "circular":
		return padEdges(x, sides, circularAxis)
	}
	graph.Fail("pad", `mode must be "constant", "reflect", "replicate" or "circular", not %q`, mode)
	return nil
}

// Padding.
var (
	ConstantPadNd = define(Op{
		Schema: "constant_pad_nd(Tensor self, SymInt[] pad, Scalar value=0) -> Tensor", Doc: "Self with a number around it: pairs of widths, from the last dimension on.",
		Samples: func(r *rand.Rand) []Sample {
			return []Sample{call(f32(r, 3, 4), []int{1, 2}, 1.5), call(f32(r, 3, 4), []int{1, 0, 2, 1}), call(f32(r, 3, 4), []int{-1, 2}).concrete()}
		},
	}, padConstant)
	Pad = define(Op{
		Schema: "pad(Tensor self, SymInt[] pad, str mode=\"constant\", float? value=None) -> Tensor", Doc: "Self with a border: of a number, or by reflection, repetition of the edge, or wrapping round.",
		Samples: func(r *rand.Rand) []Sample {
			var out []Sample
			for _, m := range []string{"constant", "reflect", "replicate", "circular"} {
				out = append(out, call(f32(r, 2, 3, 4), []int{1, 2}, m), call(f32(r, 2, 3, 4, 5), []int{1, 0, 2, 1}, m))
			}
			return out
		},
	}, pad)
)
