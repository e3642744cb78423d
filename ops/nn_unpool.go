package ops

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/flambeau-ml/flambeau/graph"
)

// windowsAlong are windows over one axis that differ in where they begin and in how long they are: the places that they
// cover, [windows, longest], or with an own set for each channel [N, C, windows, longest]. A window that is shorter than the
// longest repeats its last place.
type windowsAlong struct {
	at    *graph.Value
	batch int // how many leading axes at shares with the input
}

// adaptiveWindows part an axis of n elements into k windows that overlap as little as they can.
func adaptiveWindows(b graph.Builder, n, k int) windowsAlong {
	longest := 0
	for i := range k {
		longest = max(longest, ((i+1)*n+k-1)/k-i*n/k)
	}
	t := graph.T(graph.Int64, k, longest)
	i, of := graph.NewIota(b, t, 0), func(n int) *graph.Value { return graph.NewConst(b, graph.Int64, graph.IntOf(int64(n))) }
	from := i.Mul(of(n)).Div(of(k))
	to := i.Shift(1).Mul(of(n)).Add(of(k - 1)).Div(of(k))
	return windowsAlong{at: from.Add(graph.NewIota(b, t, 1)).Min(to.Shift(-1))}
}

// maxOver is the largest element of x [N, C, …] under each of the windows over its last axes, and its place in the
// flattened space.
func maxOver(x *graph.Value, windows []windowsAlong) (values, indices *graph.Value) {
	n := len(windows)
	space := x.Shape[2:]
	flat := graph.NewIota(x.Home, graph.Type{DType: graph.Int64, Shape: graph.Shape{space.Count()}}, 0).Reshape(space...)
	own := slices.ContainsFunc(windows, func(w windowsAlong) bool { return w.batch > 0 })
	if own {
		flat = flat.Expand(x.Shape...)
	}
	order := []int{0, 1}
	var outs, lengths []int
	for i, w := range windows {
		axis := 2 + 2*i
		x = x.Gather(w.at, axis, w.batch)
		if own {
			flat = flat.Gather(w.at, axis, w.batch)
		} else {
			flat = flat.Gather(w.at, axis-2, 0)
		}
		outs, lengths = append(outs, axis), append(lengths, axis+1)
	}
	if !own {
		flat = flat.Expand(x.Shape...)
	}
	order = slices.Concat(order, outs, lengths)
	lined := func(v *graph.Value) *graph.Value {
		v = v.Permute(order...)
		return v.Reshape(append(slices.Clone(v.Shape[:2+n]), v.Shape[2+n:].Count())...)
	}
	x, flat = lined(x), lined(flat)
	at := x.ArgMax(2 + n)
	return x.Gather(at, 2+n, 2+n), flat.Gather(at, 2+n, 2+n)
}

type adaptiveMaxBody = func(x *graph.Value, sizes []int) (values, indices *graph.Value)

func adaptiveMaxPool(op string, n int) adaptiveMaxBody {
	return func(x *graph.Value, sizes []int) (values, indices *graph.Value) {
		needFloat(op, x)
		x, restore := batched(op, x, n)
		windows := make([]windowsAlong, n)
		for i, k := range positives(op, "output_size", each(op, "output_size", sizes, n), 0) {
			in, known := x.Shape[2+i].Int()
			switch {
			case k == 1 && !known:
				windows[i].at = graph.NewIota(x.Home, graph.Type{DType: graph.Int64, Shape: graph.Shape{graph.N(1), x.Shape[2+i]}}, 1)
				continue
			case !known:
				graph.Fail(op, "%d windows of dimension %d of %s: its size must be known", k, 2+i, x.Type)
			case in == 0:
				graph.Fail(op, "%d windows of dimension %d of %s, which is empty", k, 2+i, x.Type)
			}
			if k == 0 {
				shape := slices.Clone(x.Shape)
				for j, k := range each(op, "output_size", sizes, n) {
					shape[2+j] = graph.N(k)
				}
				return restore(graph.Zeros(x.Home, graph.Type{DType: x.DType, Shape: shape})), restore(graph.Zeros(x.Home, graph.Type{DType: graph.Int64, Shape: shape}))
			}
			windows[i] = adaptiveWindows(x.Home, in, k)
		}
		values, indices = maxOver(x, windows)
		return restore(values), restore(indices)
	}
}

type fractionalBody = func(x *graph.Value, size, out []int, random *graph.Value) (values, indices *graph.Value)

// fractionalMaxPool takes windows of one size whose distances are drawn: random [N, C, n] says how they begin.
func fractionalMaxPool(op string, n int) fractionalBody {
	return func(x *graph.Value, size, out []int, random *graph.Value) (values, indices *graph.Value) {
		needFloat(op, x, random)
		x, restore := batched(op, x, n)
		size, out = positives(op, "kernel_size", each(op, "kernel_size", size, n), 1), positives(op, "output_size", each(op, "output_size", out, n), 1)
		if s := x.Home.Solver(); random.Rank() != 3 || !s.SameShape(random.Shape, graph.Shape{x.Shape[0], x.Shape[1], graph.N(n)}) {
			graph.Fail(op, "the numbers drawn are %s, for %s they must be [N, C, %d]", random.Type, x.Type, n)
		}
		windows := make([]windowsAlong, n)
		for i, k := range out {
			in, known := x.Shape[2+i].Int()
			if !known || k+size[i]-1 > in {
				graph.Fail(op, "%d windows of %d do not lie in dimension %d of %s", k, size[i], 2+i, x.Type)
			}
			// The last axis is the first that numbers were drawn for.
			u := random.SliceAxis(2, graph.N(n-1-i), graph.N(1), 1).Cast(wide(x.DType))
			t := graph.Type{DType: u.DType, Shape: append(slices.Clone(x.Shape[:2]), graph.N(k))}
			begin := graph.Full(x.Home, t, graph.FloatOf(float64(in-size[i])))
			if k > 1 {
				alpha := float64(in-size[i]) / float64(k-1)
				number := graph.NewIota(x.Home, t, 2)
				drawn := number.Add(u).Scale(alpha).Floor().Sub(u.Scale(alpha).Floor())
				begin = number.Eq(number.Like(float64(k-1))).Where(begin, drawn)
			}
			t = graph.Type{DType: graph.Int64, Shape: append(slices.Clone(t.Shape), graph.N(size[i]))}
			windows[i] = windowsAlong{begin.Cast(graph.Int64).Unsqueeze(3).Add(graph.NewIota(x.Home, t, 3)), 2}
		}
		values, indices = maxOver(x, windows)
		return restore(values), restore(indices)
	}
}

// unpool puts the elements of x at the flat indices in spaces of the given sizes; what is nowhere named is 0. Each of several
// elements for one place gets that place's derivative.
func unpool(op string, n int, x, indices *graph.Value, sizes []graph.Size) *graph.Value {
	needFloat(op, x)
	if indices.DType != graph.Int64 || !x.Home.Solver().SameShape(x.Shape, indices.Shape) {
		graph.Fail(op, "the indices %s do not fit %s: they must be int64, one for each element", indices.Type, x.Type)
	}
	if len(sizes) != n {
		graph.Fail(op, "output_size is %s: it must have %d sizes", graph.Shape(sizes), n)
	}
	x, restore := batched(op, x, n)
	indices, _ = batched(op, indices, n)
	lead := x.Shape[:2]
	lined := func(v *graph.Value) *graph.Value {
		return v.Reshape(append(slices.Clone(lead), v.Shape[2:].Count())...)
	}
	x, indices = lined(x), lined(indices)
	empty := graph.Zeros(x.Home, graph.Type{DType: x.DType, Shape: append(slices.Clone(lead), graph.Shape(sizes).Count())})
	// What is added is zero but in its derivative, which all elements for a place have.
	still := x.Stop()
	nothing := still.Abs().Lt(x.Like(math.Inf(1))).Where(x.Sub(still), x.Like(0))
	out := empty.Scatter(indices, still, 2, 2).Add(empty.ScatterAdd(indices, nothing, 2, 2))
	return restore(out.Reshape(slices.Concat(lead, sizes)...))
}

// placesFor are indices for samples: of an array of k elements an axis in spaces of twice as many.
func placesFor(r *rand.Rand, n, k int) *graph.Array {
	a := graph.NewArray(graph.Int64, spatial(n, []int{2, 3}, k)...)
	per, all := 1, 1
	for range n {
		per, all = per*k, all*2*k
	}
	for p := range 6 {
		for i, at := range r.Perm(all)[:per] {
			a.I[p*per+i] = int64(at)
		}
	}
	return a
}

func unpoolSamples(n int) sampler {
	return func(r *rand.Rand) []Sample {
		s := call(f32(r, spatial(n, []int{2, 3}, 3)...), placesFor(r, n, 3), slices.Repeat([]int{6}, n)).concrete()
		if n == 3 {
			s = s.kw("stride", []int{2, 2, 2}).kw("padding", []int{0, 0, 0})
		}
		return []Sample{s}
	}
}

func fractionalSamples(n int) sampler {
	return func(r *rand.Rand) []Sample {
		return []Sample{call(f32(r, spatial(n, []int{2, 3}, 9)...), slices.Repeat([]int{3}, n), slices.Repeat([]int{4}, n), graph.Uniform(r, graph.Float32, 0, 1, 2, 3, n)).concrete()}
	}
}

func adaptiveMaxOf(n int, along string) Operator[adaptiveMaxBody] {
	name := fmt.Sprintf("adaptive_max_pool%dd", n)
	return define(Op{
		Schema: fmt.Sprintf("%s(Tensor self, int[%d] output_size) -> (Tensor, Tensor)", name, n),
		Doc:    "The largest elements under so many windows as output_size says, over " + along + ", and their places.", Samples: adaptiveSamples(n),
	}, adaptiveMaxPool(name, n))
}

func fractionalOf(n int, along string) Operator[fractionalBody] {
	name := fmt.Sprintf("fractional_max_pool%dd", n)
	return define(Op{
		Schema: fmt.Sprintf("%s(Tensor self, int[%d] kernel_size, int[%d] output_size, Tensor random_samples) -> (Tensor, Tensor)", name, n, n),
		Doc:    "The largest elements under windows whose distances are drawn, over " + along + ", and their places.", Samples: fractionalSamples(n),
	}, fractionalMaxPool(name, n))
}

// Pooling with windows that differ, and back.
var (
	AdaptiveMaxPool1d = adaptiveMaxOf(1, "one dimension")
	AdaptiveMaxPool2d = adaptiveMaxOf(2, "two dimensions")
	AdaptiveMaxPool3d = adaptiveMaxOf(3, "three dimensions")

	FractionalMaxPool2d = fractionalOf(2, "two dimensions")
	FractionalMaxPool3d = fractionalOf(3, "three dimensions")

	MaxUnpool1d = define(Op{
		Schema: "max_unpool1d(Tensor self, Tensor indices, SymInt[1] output_size) -> Tensor", Doc: "The elements of a max pooling put where they were, in sequences of zeros.", Samples: unpoolSamples(1),
	}, func(x, indices *graph.Value, sizes []graph.Size) *graph.Value {
		return unpool("max_unpool1d", 1, x, indices, sizes)
	})
	MaxUnpool2d = define(Op{
		Schema: "max_unpool2d(Tensor self, Tensor indices, SymInt[2] output_size) -> Tensor", Doc: "The elements of a max pooling put where they were, in planes of zeros.", Samples: unpoolSamples(2),
	}, func(x, indices *graph.Value, sizes []graph.Size) *graph.Value {
		return unpool("max_unpool2d", 2, x, indices, sizes)
	})
	MaxUnpool3d = define(Op{
		Schema: "max_unpool3d(Tensor self, Tensor indices, SymInt[3] output_size, int[3] stride, int[3] padding) -> Tensor", Doc: "The elements of a max pooling put where they were, in spaces of zeros.", Samples: unpoolSamples(3),
	}, func(x, indices *graph.Value, sizes []graph.Size, stride, padding []int) *graph.Value {
		positives("max_unpool3d", "stride", each("max_unpool3d", "stride", stride, 3), 1)
		positives("max_unpool3d", "padding", each("max_unpool3d", "padding", padding, 3), 0)
		return unpool("max_unpool3d", 3, x, indices, sizes)
	})
)
