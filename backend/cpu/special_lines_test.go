package cpu

import (
	"bytes"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/flambeau-ml/flambeau/graph"
)

// linesOfAnySize are the sizes of an array whose middle axis is gone along.
func linesOfAnySize(r *rand.Rand) []int {
	return []int{r.IntN(4), []int{0, 1, 2, 9, 300, 4096, 4097, 9000}[r.IntN(8)], []int{1, 1, 3, 130}[r.IntN(4)]}
}

// exactly runs op's kernel, which must give the bits of the reference; NaNs are all alike.
func exactly(t *testing.T, op *graph.Primitive, a *graph.Attrs, in ...*graph.Array) {
	t.Helper()
	arrays := make([]array, len(in))
	for i, x := range in {
		arrays[i] = arrayOf(x)
	}
	got, err := runSpecial(t, op, a, arrays)
	if err != nil {
		t.Fatal(err)
	}
	want := graph.NewArray(got.dtype, got.dims...)
	if err := op.Eval(a, in, want); err != nil {
		t.Fatal(err)
	}
	host := hostOf(t, got)
	for _, a := range []*graph.Array{host, want} {
		for i, f := range a.F {
			if f != f {
				a.F[i] = math.NaN()
			}
		}
	}
	have, need, width := host.Bytes(), want.Bytes(), want.DType.Bytes()
	for i := range want.Len() {
		if x, y := have[i*width:][:width], need[i*width:][:width]; !bytes.Equal(x, y) {
			t.Fatalf("%s %+v of %v %v: element %d is %x, want %x", op, a, in[0].DType, dimsOf(in), i, x, y)
		}
	}
}

// The reference follows the written order of cumulative sums, so the bits are equal.
func TestSpecialCumulative(t *testing.T) {
	r := rand.New(rand.NewPCG(41, 42))
	a := &graph.Attrs{Axes: []int{1}}
	for i := range 120 {
		dims := linesOfAnySize(r)
		d := numericTypes[i%12]
		exactly(t, graph.CumSum, a, graph.Uniform(r, d, -9, 9, dims...))
		exactly(t, graph.CumProd, a, graph.Uniform(r, d, 0.9, 1.11, dims...))
		if d.IsFloat() {
			exactly(t, graph.Recurrence, a, graph.Uniform(r, d, -1, 1, dims...), graph.Uniform(r, d, -9, 9, dims...))
		}
	}
}

// TestCumulativeOrder adds up by the definition, without the help of the reference.
func TestCumulativeOrder(t *testing.T) {
	r := rand.New(rand.NewPCG(43, 44))
	for _, n := range []int{1, 4095, 4096, 4097, 3*4096 + 5} {
		x := graph.Uniform(r, graph.Float32, -4, 4, n)
		want := make([]float32, n)
		var offset, sum float32
		for i, f := range x.F {
			if i > 0 && i%4096 == 0 {
				offset, sum = offset+sum, 0
			}
			sum += float32(f)
			want[i] = offset + sum
		}
		for _, dims := range [][]int{{n}, {n, 1}} {
			x.Dims = dims
			got, err := runSpecial(t, graph.CumSum, &graph.Attrs{Axes: []int{0}}, []array{arrayOf(x)})
			if err != nil {
				t.Fatal(err)
			}
			for i, y := range elements[float32](got) {
				if math.Float32bits(y) != math.Float32bits(want[i]) {
					t.Fatalf("of %d elements: sum %d is %v, want %v", n, i, y, want[i])
				}
			}
		}
	}
}

// withTies is an array with few values, NaN, infinities and zeros of both signs among them.
func withTies(r *rand.Rand, d graph.DType, dims ...int) *graph.Array {
	x := graph.Uniform(r, d, 0, 4, dims...)
	for k := range x.F {
		switch r.IntN(12) {
		case 0:
			x.F[k] = math.NaN()
		case 1:
			x.F[k] = math.Inf(r.IntN(2)*2 - 1)
		case 2:
			x.F[k] = math.Copysign(0, -1)
		default:
			x.F[k] = math.Floor(x.F[k]) - 1
		}
	}
	for k := range x.I {
		if d != graph.Bool && r.IntN(6) == 0 {
			x.SetInt(k, -x.I[k]) // large where there is no sign
		}
	}
	return x
}

func TestSpecialOrders(t *testing.T) {
	r := rand.New(rand.NewPCG(45, 46))
	for i := range 130 {
		x := withTies(r, append([]graph.DType{graph.Bool}, numericTypes...)[i%13], linesOfAnySize(r)...)
		a := &graph.Attrs{Axes: []int{1}}
		exactly(t, graph.CumArgMax, a, x)
		exactly(t, graph.CumArgMin, a, x)
		for _, step := range []int{1, -1} {
			exactly(t, graph.ArgSort, &graph.Attrs{Axes: []int{1}, Step: []int{step}}, x)
		}
	}
	for _, d := range []graph.DType{graph.Float32, graph.Float64, graph.Int64} { // no ties: all bytes of the keys
		exactly(t, graph.ArgSort, &graph.Attrs{Axes: []int{0}, Step: []int{1}}, graph.Uniform(r, d, -1e18, 1e18, 5000))
	}
}

func BenchmarkLines(b *testing.B) {
	r := rand.New(rand.NewPCG(47, 48))
	x := arrayOf(graph.Uniform(r, graph.Float32, -1, 1, 1<<20))
	e := &env{pool: testPools()[1]}
	for _, op := range []*graph.Primitive{graph.CumSum, graph.CumArgMax, graph.ArgSort} {
		b.Run(op.Name, func(b *testing.B) {
			d := graph.Int64
			if op == graph.CumSum {
				d = graph.Float32
			}
			out := newArray(d, x.dims)
			for b.Loop() {
				if err := specials[op](e, &graph.Attrs{Axes: []int{0}, Step: []int{1}}, []array{x}, out); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(x.len()), "ns/element")
		})
	}
}
