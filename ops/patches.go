package ops

import (
	"math/rand/v2"
	"slices"

	"github.com/flambeau-ml/flambeau/graph"
)

// patchwork says how patches lie in images.
type patchwork struct {
	kernel, dilation, padding, stride [2]int
}

func twoOf(op, what string, v []int, least int) [2]int {
	if len(v) == 1 {
		v = []int{v[0], v[0]}
	}
	if len(v) != 2 || min(v[0], v[1]) < least {
		graph.Fail(op, "%s is %v: it must be two numbers of at least %d", what, v, least)
	}
	return [2]int(v)
}

func newPatchwork(op string, kernel, dilation, padding, stride []int) patchwork {
	return patchwork{twoOf(op, "kernel_size", kernel, 1), twoOf(op, "dilation", dilation, 1), twoOf(op, "padding", padding, 0), twoOf(op, "stride", stride, 1)}
}

// count is how many patches lie along axis i of images of the given size.
func (p patchwork) count(op string, i int, size graph.Size) graph.Size {
	span := p.dilation[i]*(p.kernel[i]-1) + 1
	n := size.Add(graph.N(2*p.padding[i] - span)).Div(graph.N(p.stride[i])).Add(graph.N(1))
	if k, ok := n.Int(); ok && k < 1 {
		graph.Fail(op, "patches of %v do not lie in images of %s along axis %d", p.kernel, size, i)
	}
	return n
}

// places are, for padded images of the given sizes whose axes are joined, the places that patches take: a row for each
// place in a patch, a column for each patch.
func (p patchwork) places(op string, b graph.Builder, sizes graph.Shape) *graph.Value {
	at := make([]*graph.Value, 2)
	var within, patches graph.Size
	for i := range at {
		t := graph.Type{DType: graph.Int64, Shape: graph.Shape{graph.N(p.kernel[i]), p.count(op, i, sizes[i])}}
		at[i] = graph.NewIota(b, t, 0).Scale(float64(p.dilation[i])).Add(graph.NewIota(b, t, 1).Scale(float64(p.stride[i])))
	}
	within = at[0].Shape[0].Mul(at[1].Shape[0])
	patches = at[0].Shape[1].Mul(at[1].Shape[1])
	width := graph.NewSize(b, graph.Int64, sizes[1].Add(graph.N(2*p.padding[1])))
	rows := at[0].Reshape(at[0].Shape[0], graph.N(1), at[0].Shape[1], graph.N(1)).Mul(width)
	return rows.Add(at[1].Reshape(graph.N(1), at[1].Shape[0], graph.N(1), at[1].Shape[1])).Reshape(within, patches)
}

func (p patchwork) padded(sizes graph.Shape) graph.Shape {
	return graph.Shape{sizes[0].Add(graph.N(2 * p.padding[0])), sizes[1].Add(graph.N(2 * p.padding[1]))}
}

// im2col lays the patches of images out as columns.
func im2col(x *graph.Value, kernel, dilation, padding, stride []int) *graph.Value {
	const op = "im2col"
	p := newPatchwork(op, kernel, dilation, padding, stride)
	if x.Rank() == 3 {
		return dropAxis(im2col(x.Unsqueeze(0), kernel, dilation, padding, stride), 0)
	}
	needRank(op, x, "the images", 4)
	sizes := x.Shape[2:]
	at := p.places(op, x.Home, sizes)
	whole := slices.Concat(x.Shape[:2], p.padded(sizes))
	start := []graph.Size{graph.N(0), graph.N(0), graph.N(p.padding[0]), graph.N(p.padding[1])}
	x = graph.Apply(graph.Pad, &graph.Attrs{Start: start, Shape: whole, Step: []int{1, 1, 1, 1}}, x)
	x = x.Reshape(whole[0], whole[1], whole[2:].Count()).Gather(at, 2, 0)
	return x.Reshape(whole[0], whole[1].Mul(at.Shape[0]), at.Shape[1])
}

// col2im adds columns up where they lie in images: what im2col is the transpose of.
func col2im(x *graph.Value, sizes []graph.Size, kernel, dilation, padding, stride []int) *graph.Value {
	const op = "col2im"
	p := newPatchwork(op, kernel, dilation, padding, stride)
	if x.Rank() == 2 {
		return dropAxis(col2im(x.Unsqueeze(0), sizes, kernel, dilation, padding, stride), 0)
	}
	needRank(op, x, "the columns", 3)
	if len(sizes) != 2 {
		graph.Fail(op, "output_size is %s: it must be two sizes", graph.Shape(sizes))
	}
	at := p.places(op, x.Home, sizes)
	channels := x.Shape[1].Div(at.Shape[0])
	if k, ok := x.Shape[1].Mod(at.Shape[0]).Int(); ok && k != 0 || !x.Home.Solver().Same(x.Shape[2], at.Shape[1]) {
		graph.Fail(op, "columns %s do not fit patches of %v in images of %s", x.Type, p.kernel, graph.Shape(sizes))
	}
	whole := slices.Concat(graph.Shape{x.Shape[0], channels}, p.padded(sizes))
	base := graph.Zeros(x.Home, graph.Type{DType: x.DType, Shape: graph.Shape{whole[0], whole[1], whole[2:].Count()}})
	out := base.ScatterAdd(at, x.Reshape(whole[0], channels, at.Shape[0], at.Shape[1]), 2, 0).Reshape(whole...)
	for i, n := range sizes {
		out = out.SliceAxis(i+2, graph.N(p.padding[i]), n, 1)
	}
	return out
}

// Patches of images.
var (
	Im2Col = define(Op{
		Schema: "im2col(Tensor self, int[2] kernel_size, int[2] dilation, int[2] padding, int[2] stride) -> Tensor", Method: "Im2Col", Doc: "The patches of images as columns.",
		Samples: func(r *rand.Rand) []Sample {
			return []Sample{call(f32(r, 2, 3, 5, 4), []int{2, 3}, []int{1, 1}, []int{0, 0}, []int{1, 1}).concrete(), call(f32(r, 1, 6, 7), []int{2}, []int{2}, []int{1, 0}, []int{2, 1}).concrete()}
		},
	}, im2col)
	Col2Im = define(Op{
		Schema: "col2im(Tensor self, SymInt[2] output_size, int[2] kernel_size, int[2] dilation, int[2] padding, int[2] stride) -> Tensor", Method: "Col2Im", Doc: "Columns added up where the patches that they are lie in images.",
		Samples: func(r *rand.Rand) []Sample {
			return []Sample{call(f32(r, 2, 18, 8), []int{5, 4}, []int{2, 3}, []int{1, 1}, []int{0, 0}, []int{1, 1}).concrete(), call(f32(r, 4, 15), []int{6, 7}, []int{2}, []int{2}, []int{1, 0}, []int{2, 1}).concrete()}
		},
	}, col2im)
)
