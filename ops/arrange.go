package ops

import (
	"math/rand/v2"
	"slices"

	"github.com/flambeau-ml/flambeau/graph"
)

func flip(x *graph.Value, dims []int) *graph.Value {
	if len(dims) == 0 || x.Rank() == 0 {
		return x
	}
	return x.Reverse(wrapDims("flip", dims, x.Rank())...)
}

// roll moves elements along dims by shifts; what leaves at one end comes back at the other.
func roll(x *graph.Value, shifts []graph.Size, dims []int) *graph.Value {
	if len(dims) == 0 {
		if len(shifts) != 1 {
			graph.Fail("roll", "%d shifts without dimensions: give one", len(shifts))
		}
		return roll(x.Reshape(x.Shape.Count()), shifts, []int{0}).Reshape(x.Shape...)
	}
	if len(shifts) != len(dims) {
		graph.Fail("roll", "shifts %s and dimensions %v differ in number", graph.Shape(shifts), dims)
	}
	for i, d := range dims {
		if x.Rank() == 0 {
			break
		}
		d = wrapDim("roll", d, x.Rank())
		n := x.Shape[d]
		if n.Is(0) {
			continue
		}
		cut := n.Sub(shifts[i].Mod(n)).Mod(n)
		if cut.Is(0) {
			continue
		}
		x = graph.ConcatValues(d, x.SliceAxis(d, cut, n.Sub(cut), 1), x.SliceAxis(d, graph.N(0), cut, 1))
	}
	return x
}

// repeat lays copies of x side by side, so many along each axis; new axes come first.
func repeat(op string, x *graph.Value, times []graph.Size) *graph.Value {
	checkSizes(op, times)
	if len(times) < x.Rank() {
		graph.Fail(op, "%s has more dimensions than the repeats %s", x.Type, graph.Shape(times))
	}
	x = atLeastRank(x, len(times))
	var spread, single, out []graph.Size
	for i, n := range x.Shape {
		spread, single, out = append(spread, times[i], n), append(single, graph.N(1), n), append(out, times[i].Mul(n))
	}
	return x.Reshape(single...).Expand(spread...).Reshape(out...)
}

func repeatInterleave(x *graph.Value, repeats int, dim *int) *graph.Value {
	if repeats < 0 {
		graph.Fail("repeat_interleave", "repeats is %d: it must not be negative", repeats)
	}
	d := 0
	if dim == nil {
		x = x.Reshape(x.Shape.Count())
	} else if x = atLeast1(x); true {
		d = wrapDim("repeat_interleave", *dim, x.Rank())
	}
	spread := slices.Insert(slices.Clone(x.Shape), d+1, graph.N(repeats))
	out := slices.Clone(x.Shape)
	out[d] = out[d].Mul(graph.N(repeats))
	return x.Unsqueeze(d + 1).Expand(spread...).Reshape(out...)
}

func rot90(x *graph.Value, k int, dims []int) *graph.Value {
	if len(dims) != 2 || x.Rank() < 2 {
		graph.Fail("rot90", "turns %s in two dimensions, not %v", x.Type, dims)
	}
	d := wrapDims("rot90", dims, x.Rank())
	switch ((k % 4) + 4) % 4 {
	case 1:
		return x.Reverse(d[1]).SwapAxes(d[0], d[1])
	case 2:
		return x.Reverse(d...)
	case 3:
		return x.Reverse(d[0]).SwapAxes(d[0], d[1])
	}
	return x
}

// pixelShuffle moves channels into space: [*, C·r², H, W] to [*, C, H·r, W·r].
func pixelShuffle(x *graph.Value, r int) *graph.Value {
	const op = "pixel_shuffle"
	n := x.Rank()
	if n < 3 || r < 1 {
		graph.Fail(op, "takes [*, C·r², H, W] and a positive factor, not %s and %d", x.Type, r)
	}
	c, h, w := x.Shape[n-3], x.Shape[n-2], x.Shape[n-1]
	if k, ok := c.Int(); ok && k%(r*r) != 0 {
		graph.Fail(op, "%d channels of %s do not part into %d²", k, x.Type, r)
	}
	f, lead := graph.N(r), x.Shape[:n-3]
	c = c.Div(graph.N(r * r))
	y := x.Reshape(slices.Concat(lead, graph.Shape{c, f, f, h, w})...)
	b := n - 3
	y = y.Permute(append(allDims(b), b, b+3, b+1, b+4, b+2)...)
	return y.Reshape(slices.Concat(lead, graph.Shape{c, h.Mul(f), w.Mul(f)})...)
}

// pixelUnshuffle moves space into channels: [*, C, H·r, W·r] to [*, C·r², H, W].
func pixelUnshuffle(x *graph.Value, r int) *graph.Value {
	const op = "pixel_unshuffle"
	n := x.Rank()
	if n < 3 || r < 1 {
		graph.Fail(op, "takes [*, C, H·r, W·r] and a positive factor, not %s and %d", x.Type, r)
	}
	for _, s := range x.Shape[n-2:] {
		if k, ok := s.Int(); ok && k%r != 0 {
			graph.Fail(op, "%d of %s is not a multiple of %d", k, x.Type, r)
		}
	}
	f, lead := graph.N(r), x.Shape[:n-3]
	c, h, w := x.Shape[n-3], x.Shape[n-2].Div(f), x.Shape[n-1].Div(f)
	b := n - 3
	y := x.Reshape(slices.Concat(lead, graph.Shape{c, h, f, w, f})...).Permute(append(allDims(b), b, b+2, b+4, b+1, b+3)...)
	return y.Reshape(slices.Concat(lead, graph.Shape{c.Mul(graph.N(r * r)), h, w})...)
}

func channelShuffle(x *graph.Value, groups int) *graph.Value {
	if x.Rank() < 3 || groups < 1 {
		graph.Fail("channel_shuffle", "takes [N, C, …] and a positive number of groups, not %s and %d", x.Type, groups)
	}
	c := x.Shape[1]
	if k, ok := c.Int(); ok && k%groups != 0 {
		graph.Fail("channel_shuffle", "%d channels of %s do not part into %d groups", k, x.Type, groups)
	}
	split := slices.Concat(graph.Shape{x.Shape[0], graph.N(groups), c.Div(graph.N(groups))}, x.Shape[2:])
	return x.Reshape(split...).SwapAxes(1, 2).Reshape(x.Shape...)
}

func trace(x *graph.Value) *graph.Value {
	needRank("trace", x, "self", 2)
	t := graph.Type{DType: graph.Int64, Shape: x.Shape}
	same := graph.NewIota(x.Home, t, 0).Eq(graph.NewIota(x.Home, t, 1))
	return sumDims(same.Where(x, x.Scalar(graph.BoolOf(false))), nil, false, graph.NoDType)
}

// Elements put elsewhere.
var (
	Flip = define(Op{
		Schema: "flip(Tensor self, int[] dims) -> Tensor", Doc: "The elements with some dimensions turned round.", Samples: dimOf([]int{0, -1}),
	}, flip)
	Fliplr = define(Op{Schema: "fliplr(Tensor self) -> Tensor", Doc: "The elements with the second dimension turned round.", Samples: dimOf()}, func(x *graph.Value) *graph.Value {
		if x.Rank() < 2 {
			graph.Fail("fliplr", "takes at least two dimensions, not %s", x.Type)
		}
		return x.Reverse(1)
	})
	Flipud = define(Op{Schema: "flipud(Tensor self) -> Tensor", Doc: "The elements with the first dimension turned round.", Samples: dimOf()}, func(x *graph.Value) *graph.Value {
		if x.Rank() < 1 {
			graph.Fail("flipud", "takes at least one dimension, not %s", x.Type)
		}
		return x.Reverse(0)
	})
	Roll = define(Op{
		Schema: "roll(Tensor self, SymInt[1] shifts, int[1] dims=[]) -> Tensor", Needed: 3, Doc: "The elements moved along dimensions; what leaves at one end comes back at the other.",
		Samples: func(r *rand.Rand) []Sample {
			return []Sample{call(f32(r, 5, 4), []int{2, -1}, []int{0, 1}).concrete(), call(f32(r, 3, 4), 3).concrete()}
		},
	}, roll)
	Rot90 = define(Op{Schema: "rot90(Tensor self, int k=1, int[] dims=[0,1]) -> Tensor", Needed: 3, Doc: "The elements turned k times by a right angle.", Samples: dimOf(1)}, rot90)

	Repeat = define(Op{
		Schema: "repeat(Tensor self, SymInt[] repeats) -> Tensor", Doc: "Copies side by side, so many along each dimension.", Samples: func(r *rand.Rand) []Sample {
			return []Sample{call(f32(r, 2, 3), []int{2, 1, 3}), call(f32(r), []int{2})}
		},
	}, func(x *graph.Value, times []graph.Size) *graph.Value { return repeat("repeat", x, times) })
	Tile = define(Op{
		Schema: "tile(Tensor self, SymInt[] dims) -> Tensor", Doc: "Copies side by side, so many along each dimension; leading ones may be left out.", Samples: func(r *rand.Rand) []Sample {
			return []Sample{call(f32(r, 2, 3), []int{2}), call(f32(r, 3), []int{2, 2})}
		},
	}, func(x *graph.Value, times []graph.Size) *graph.Value {
		for len(times) < x.Rank() {
			times = slices.Insert(slices.Clone(times), 0, graph.N(1))
		}
		return repeat("tile", x, times)
	})
	RepeatInterleave = define(Op{
		Schema: "repeat_interleave.self_int(Tensor self, SymInt repeats, int? dim=None, *, SymInt? output_size=None) -> Tensor", Method: "RepeatInterleave", Doc: "Each element so many times, along a dimension or flattened.",
		Samples: dimOf(2, 1),
	}, func(x *graph.Value, repeats int, dim *int, _ *graph.Size) *graph.Value {
		return repeatInterleave(x, repeats, dim)
	})
	PixelShuffle = define(Op{
		Schema: "pixel_shuffle(Tensor self, int upscale_factor) -> Tensor", Doc: "Channels moved into space.", Samples: func(r *rand.Rand) []Sample {
			return []Sample{call(f32(r, 2, 8, 3, 2), 2).concrete(), call(f32(r, 4, 3, 2), 2)}
		},
	}, pixelShuffle)
	PixelUnshuffle = define(Op{
		Schema: "pixel_unshuffle(Tensor self, int downscale_factor) -> Tensor", Doc: "Space moved into channels.", Samples: func(r *rand.Rand) []Sample { return []Sample{call(f32(r, 2, 3, 4, 6), 2).concrete()} },
	}, pixelUnshuffle)
	ChannelShuffle = define(Op{
		Schema: "channel_shuffle(Tensor self, SymInt groups) -> Tensor", Doc: "Channels dealt out anew among groups.", Samples: func(r *rand.Rand) []Sample { return []Sample{call(f32(r, 2, 6, 3), 2).concrete()} },
	}, channelShuffle)
	Trace = define(Op{Schema: "trace(Tensor self) -> Tensor", Doc: "The sum of the diagonal.", Samples: func(r *rand.Rand) []Sample { return []Sample{call(f32(r, 3, 4)), call(below(r, 9, 3, 3))} }}, trace)
)
