package cpu

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/flambeau-ml/flambeau/backend"
	"github.com/flambeau-ml/flambeau/graph"
)

// joining is addition or multiplication, and what it begins with.
type joining[T floating] struct {
	join  func(x, y T) T
	begin T
}

func addition[T floating]() joining[T] { return joining[T]{func(x, y T) T { return x + y }, 0} }

func multiplication[T floating]() joining[T] {
	return joining[T]{func(x, y T) T { return x * y }, 1}
}

// neighbours joins results as the written order says.
func (j joining[T]) neighbours(x []T) T {
	if len(x) == 0 {
		return j.begin
	}
	for len(x) > 1 {
		var next []T
		for i := 0; i < len(x); i += 2 {
			if i+1 < len(x) {
				next = append(next, j.join(x[i], x[i+1]))
			} else {
				next = append(next, x[i])
			}
		}
		x = next
	}
	return x[0]
}

func (j joining[T]) trailing(x []T) T {
	var blocks []T
	for ; len(x) > 0; x = x[min(len(x), 4096):] {
		var p [32]T
		for i := range p {
			p[i] = j.begin
		}
		for i, y := range x[:min(len(x), 4096)] {
			p[i%32] = j.join(p[i%32], y)
		}
		for n := 16; n > 0; n /= 2 {
			for i := range n {
				p[i] = j.join(p[i], p[i+n])
			}
		}
		blocks = append(blocks, p[0])
	}
	return j.neighbours(blocks)
}

func (j joining[T]) runs(x []T) T {
	var runs []T
	for ; len(x) > 0; x = x[min(len(x), 64):] {
		sum := j.begin
		for _, y := range x[:min(len(x), 64)] {
			sum = j.join(sum, y)
		}
		runs = append(runs, sum)
	}
	return j.neighbours(runs)
}

// written reduces x over axes in the written order.
func (j joining[T]) written(x []T, dims, axes []int) []T {
	inner := len(dims)
	for inner > 0 && slices.Contains(axes, inner-1) {
		inner--
	}
	n := count(dims[inner:])
	rows := make([]T, count(dims[:inner]))
	for i := range rows {
		rows[i] = j.trailing(x[i*n : (i+1)*n])
		if inner == len(dims) {
			rows[i] = x[i]
		}
	}
	if inner == 0 || axes[0] >= inner {
		return rows
	}
	var outDims []int
	for k := range inner {
		if !slices.Contains(axes, k) {
			outDims = append(outDims, dims[k])
		}
	}
	groups := make([][]T, count(outDims))
	for i, y := range rows {
		at, rest, out, stride := 0, i, len(outDims)-1, 1
		for k := inner - 1; k >= 0; k-- {
			if !slices.Contains(axes, k) {
				at += rest % dims[k] * stride
				stride *= outDims[out]
				out--
			}
			rest /= dims[k]
		}
		groups[at] = append(groups[at], y)
	}
	sums := make([]T, len(groups))
	for i, g := range groups {
		sums[i] = j.runs(g)
	}
	return sums
}

func TestWrittenOrder(t *testing.T) {
	devices := []*Device{New(Options{Threads: 1}), New(Options{Threads: 2}), New(Options{Threads: 7})}
	r := rand.New(rand.NewPCG(3, 4))
	for _, c := range []struct{ dims, axes []int }{
		{[]int{5}, []int{0}}, {[]int{0}, []int{0}}, {[]int{40}, []int{0}}, {[]int{1030}, []int{0}}, {[]int{4096}, []int{0}},
		{[]int{4097}, []int{0}}, {[]int{300000}, []int{0}}, {[]int{3, 70001}, []int{1}}, {[]int{0, 4}, []int{1}}, {[]int{4, 0}, []int{1}},
		{[]int{333, 17}, []int{1}}, {[]int{50, 1024}, []int{1}}, {[]int{50, 1025}, []int{1}}, {[]int{7, 3, 500}, []int{1, 2}},
		{[]int{100, 3}, []int{0}}, {[]int{64, 7}, []int{0}}, {[]int{129, 1500}, []int{0}}, {[]int{70000, 2}, []int{0}},
		{[]int{70000, 1}, []int{0}}, {[]int{0, 5}, []int{0}}, {[]int{3000, 60}, []int{0}}, {[]int{3, 200, 11}, []int{1}},
		{[]int{3, 200, 11, 5}, []int{0, 2}}, {[]int{5, 2000, 3}, []int{1}}, {[]int{8, 6, 13, 17}, []int{0, 2, 3}},
		{[]int{70, 2, 5000}, []int{0, 2}}, {[]int{140000, 2, 3}, []int{0, 2}}, {[]int{3, 0, 4, 5}, []int{1, 3}},
		{[]int{2, 3, 0}, []int{0, 2}}, {[]int{1, 9, 1}, []int{0, 2}}, {[]int{2, 9, 1}, []int{0, 2}}, {[]int{200, 500, 2}, []int{0, 2}},
	} {
		n := count(c.dims)
		if testing.Short() && n > 80000 {
			continue
		}
		for _, p := range []*graph.Primitive{graph.ReduceSum, graph.ReduceProd} {
			j64, j32 := addition[float64](), addition[float32]()
			if p == graph.ReduceProd {
				j64, j32 = multiplication[float64](), multiplication[float32]()
			}
			x64, x32 := make([]float64, n), make([]float32, n)
			a64, a32 := graph.NewArray(graph.Float64, c.dims...), graph.NewArray(graph.Float32, c.dims...)
			for i := range x64 {
				x64[i] = r.NormFloat64() * math.Exp(3*r.NormFloat64())
				if p == graph.ReduceProd { // so that it stays in range
					x64[i] = 1 + 0.01*r.NormFloat64()
				}
				x32[i] = float32(x64[i])
				a64.F[i], a32.F[i] = x64[i], float64(x32[i])
			}
			want64, want32 := j64.written(x64, c.dims, c.axes), j32.written(x32, c.dims, c.axes)
			for _, d := range devices {
				for _, fused := range []bool{false, true} {
					f := graph.NewFunc("sums")
					var results []*graph.Value
					for _, typ := range []graph.DType{graph.Float64, graph.Float32} {
						x := f.Param("x", graph.T(typ, c.dims...))
						if fused {
							x = x.Add(x).Scale(0.5)
						}
						results = append(results, graph.Apply(p, &graph.Attrs{Axes: c.axes}, x))
					}
					f.Return(results...)
					out, _ := evaluateOn(t, d, f, backend.Options{Unfused: !fused}, []*graph.Array{a64, a32})
					what := fmt.Sprintf("%s of %v over %v, %d threads", p, c.dims, c.axes, d.Threads())
					for i, want := range want64 {
						if math.Float64bits(out[0].F[i]) != math.Float64bits(want) {
							t.Fatalf("%s: result %d of f64 is %v, want %v", what, i, out[0].F[i], want)
						}
					}
					for i, want := range want32 {
						if math.Float64bits(out[1].F[i]) != math.Float64bits(float64(want)) {
							t.Fatalf("%s: result %d of f32 is %v, want %v", what, i, out[1].F[i], want)
						}
					}
				}
			}
		}
	}
}

// TestExtrema checks NaN and zeros of both signs wherever they stand.
func TestExtrema(t *testing.T) {
	d := New(Options{Threads: 2})
	nan, inf, minus := math.NaN(), math.Inf(1), math.Copysign(0, -1)
	for _, dims := range [][]int{{3, 9}, {9, 3}, {5000, 2}, {2, 5000}} {
		for _, special := range [][]float64{{0, minus}, {minus, minus}, {nan, inf}, {-inf, -inf}, {1, -inf}} {
			for axis := range 2 {
				for _, at := range []int{0, 1, 7, count(dims) - 2} {
					x := graph.NewArray(graph.Float32, dims...)
					for i := range x.F {
						x.F[i] = special[1]
					}
					x.F[at] = special[0]
					for _, p := range []*graph.Primitive{graph.ReduceMax, graph.ReduceMin} {
						a := &graph.Attrs{Axes: []int{axis}}
						want, err := graph.EvalOp(p, a, x)
						if err != nil {
							t.Fatal(err)
						}
						got, _ := evaluateOn(t, d, singleOp(p, a, []*graph.Array{x}), backend.Options{}, []*graph.Array{x})
						if i, ok := same(got[0], want, 0); !ok {
							differs(t, fmt.Sprintf("%s of %v along %d", p, special, axis), got[0], want, i)
						}
					}
				}
			}
		}
	}
}
