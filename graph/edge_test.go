package graph

import (
	"math"
	"testing"
)

// TestGradientEdges checks derivatives at ties, kinks and edges, where finite differences say nothing; PyTorch's
// conventions hold.
func TestGradientEdges(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	vec := func(fs ...float64) *Array { return floats(Float64, []int{len(fs)}, fs...) }
	for _, c := range []struct {
		name string
		p    *Primitive
		a    *Attrs
		in   []*Array
		wrt  int
		want []float64 // the tangent for a tangent of ones
	}{
		{"abs at 0", Abs, nil, []*Array{vec(0, -2, 2)}, 0, []float64{0, -1, 1}},
		{"sign", Sign, nil, []*Array{vec(0, -2, 2)}, 0, []float64{0, 0, 0}},
		{"floor", Floor, nil, []*Array{vec(0, -2.5)}, 0, []float64{0, 0}},
		{"stop", Stop, nil, []*Array{vec(1, 2)}, 0, []float64{0, 0}},
		{"max of equals, left", Max, nil, []*Array{vec(1, 1, 2), vec(1, 2, 1)}, 0, []float64{0.5, 0, 1}},
		{"max of equals, right", Max, nil, []*Array{vec(1, 1, 2), vec(1, 2, 1)}, 1, []float64{0.5, 1, 0}},
		{"min of equals, left", Min, nil, []*Array{vec(1, 1, 2), vec(1, 2, 1)}, 0, []float64{0.5, 1, 0}},
		{"min of equals, right", Min, nil, []*Array{vec(1, 1, 2), vec(1, 2, 1)}, 1, []float64{0.5, 0, 1}},
		{"amax of ties", ReduceMax, &Attrs{Axes: []int{0}}, []*Array{vec(3, 1, 3, 3)}, 0, []float64{1}},
		{"pow at exponent 0", Pow, nil, []*Array{vec(0, 2), vec(0, 0)}, 0, []float64{0, 0}},
		{"pow at base 0, in the exponent", Pow, nil, []*Array{vec(0, 0), vec(0, 2)}, 1, []float64{0, 0}},
		{"sqrt at 0", Sqrt, nil, []*Array{vec(0)}, 0, []float64{inf}},
		{"log at 0", Log, nil, []*Array{vec(0)}, 0, []float64{inf}},
		{"atan2 at the origin", Atan2, nil, []*Array{vec(0), vec(0)}, 0, []float64{0}},
		{"select ignores what it does not take", Select, nil, []*Array{
			{DType: Bool, Dims: []int{2}, I: []int64{1, 0}}, vec(1, nan), vec(nan, 2)}, 1, []float64{1, 0}},
	} {
		tans := make([]*Array, len(c.in))
		tans[c.wrt] = NewArray(Float64, c.in[c.wrt].Dims...)
		for i := range tans[c.wrt].F {
			tans[c.wrt].F[i] = 1
		}
		got := evalJVP(t, c.p, Sample{Attrs: c.a, In: c.in}, tans)
		for i, want := range c.want {
			if got.F[i] != want {
				t.Errorf("%s: element %d is %v, want %v", c.name, i, got.F[i], want)
			}
		}
	}
	// The share of each tied element, which a tangent of ones cannot show.
	got := evalJVP(t, ReduceMax, Sample{Attrs: &Attrs{Axes: []int{0}}, In: []*Array{vec(3, 1, 3, 3)}}, []*Array{vec(6, 100, 0, 0)})
	if got.F[0] != 2 {
		t.Errorf("the tangent of the first of three largest counts %v/6", got.F[0])
	}
}

// TestEvalEdges checks values at the edges of integers and floats, as the primitives' documentation promises them.
func TestEvalEdges(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	vec := func(fs ...float64) *Array { return floats(Float64, []int{len(fs)}, fs...) }
	ints := func(d DType, ns ...int64) *Array { return &Array{DType: d, Dims: []int{len(ns)}, I: ns} }
	const lowest = math.MinInt64
	for _, c := range []struct {
		name string
		p    *Primitive
		a    *Attrs
		in   []*Array
		want *Array
	}{
		{"lowest / −1", Div, nil, []*Array{ints(Int64, lowest, 7), ints(Int64, -1, -1)}, ints(Int64, lowest, -7)},
		{"lowest rem −1", Rem, nil, []*Array{ints(Int64, lowest), ints(Int64, -1)}, ints(Int64, 0)},
		{"signs of rem", Rem, nil, []*Array{ints(Int32, 7, -7, 7, -7), ints(Int32, 3, 3, -3, -3)}, ints(Int32, 1, -1, 1, -1)},
		{"u64 / u64", Div, nil, []*Array{ints(Uint64, -1), ints(Uint64, 2)}, ints(Uint64, math.MaxInt64)},
		{"u64 < u64", Lt, nil, []*Array{ints(Uint64, -1, 1), ints(Uint64, 1, -1)}, ints(Bool, 0, 1)},
		{"wrap", Add, nil, []*Array{ints(Uint8, 200), ints(Uint8, 100)}, ints(Uint8, 44)},
		{"−lowest", Neg, nil, []*Array{ints(Int8, -128)}, ints(Int8, -128)},
		{"NaN wins max", Max, nil, []*Array{vec(nan, 1, 1), vec(1, nan, 2)}, vec(nan, nan, 2)},
		{"NaN wins min", Min, nil, []*Array{vec(nan, 1, 1), vec(1, nan, 2)}, vec(nan, nan, 1)},
		{"NaN wins amax", ReduceMax, &Attrs{Axes: []int{0}}, []*Array{vec(1, nan, 3)}, floats(Float64, nil, nan)},
		{"first NaN wins argmax", ArgMax, &Attrs{Axes: []int{0}}, []*Array{vec(5, nan, nan, 9)}, &Array{DType: Int64, Dims: []int{}, I: []int64{1}}},
		{"first of ties", ArgMin, &Attrs{Axes: []int{0}}, []*Array{vec(5, 1, 1, 9)}, &Array{DType: Int64, Dims: []int{}, I: []int64{1}}},
		{"comparisons with NaN", Le, nil, []*Array{vec(nan, 1), vec(1, nan)}, ints(Bool, 0, 0)},
		{"sign", Sign, nil, []*Array{vec(-inf, 0, 3, nan)}, vec(-1, 0, 1, nan)},
		{"ties to even", Round, nil, []*Array{vec(0.5, 1.5, -2.5)}, vec(0, 2, -2)},
		{"u64 to float", Cast, &Attrs{DType: Float64}, []*Array{ints(Uint64, -1)}, vec(0x1p64)},
		{"one rounding to f32", Cast, &Attrs{DType: Float32}, []*Array{ints(Int64, 1<<60+1<<36+1)}, floats(Float32, []int{1}, 1<<60+1<<37)},
		{"float to bool", Cast, &Attrs{DType: Bool}, []*Array{vec(0, 0.5, nan)}, ints(Bool, 0, 1, 1)},
		{"i64 to u8", Cast, &Attrs{DType: Uint8}, []*Array{ints(Int64, 257, -1)}, ints(Uint8, 1, 255)},
		{"sum of nothing", ReduceSum, &Attrs{Axes: []int{0}}, []*Array{vec()}, floats(Float64, nil, 0)},
		{"integers to negative powers", Pow, nil, []*Array{ints(Int64, 1, -1, -1, 2, 0), ints(Int64, -3, -3, -2, -1, -1)}, ints(Int64, 1, -1, 1, 0, 0)},
		{"complex =", Eq, nil, []*Array{{DType: Complex64, Dims: []int{2}, C: []complex128{1i, 2}}, {DType: Complex64, Dims: []int{2}, C: []complex128{1i, 3}}}, ints(Bool, 1, 0)},
		{"complex scatter", ScatterAdd, &Attrs{Axes: []int{0}}, []*Array{{DType: Complex64, Dims: []int{2}, C: []complex128{1, 2}}, ints(Int64, 1, 1),
			{DType: Complex64, Dims: []int{2}, C: []complex128{1i, 2i}}}, &Array{DType: Complex64, Dims: []int{2}, C: []complex128{1, 2 + 3i}}},
	} {
		got, err := EvalOp(c.p, c.a, c.in...)
		if err != nil || !equalArrays(got, c.want) {
			t.Errorf("%s: %v, %v; want %v", c.name, got, err, c.want)
		}
	}
	for _, p := range []*Primitive{Div, Rem} {
		if _, err := EvalOp(p, nil, ints(Int32, 1), ints(Int32, 0)); err == nil {
			t.Errorf("%s divides by zero", p)
		}
	}
}
