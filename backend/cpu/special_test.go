package cpu

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/flambeau-ml/flambeau/graph"
)

var numericTypes = []graph.DType{
	graph.Uint8, graph.Uint16, graph.Uint32, graph.Uint64, graph.Int8, graph.Int16, graph.Int32, graph.Int64,
	graph.Float16, graph.BFloat16, graph.Float32, graph.Float64,
}

// randomIndexing is the sizes of an array, of indices and of what is read there, and their attributes.
func randomIndexing(r *rand.Rand) (a *graph.Attrs, x, idx, read []int) {
	dim := func(most int) int { return r.IntN(most + 1) }
	nb, pre, per, post := r.IntN(3), r.IntN(2), r.IntN(3), r.IntN(3)
	for range nb {
		x = append(x, 1+dim(2))
	}
	idx = slices.Clone(x)
	for range pre {
		x = append(x, 1+dim(3))
	}
	read = slices.Clone(x)
	a = &graph.Attrs{Axes: []int{len(x)}, Batch: nb}
	x = append(x, 1+dim(9))
	for range per {
		n := dim(5)
		idx, read = append(idx, n), append(read, n)
	}
	for range post {
		n := []int{0, 1, 3, 20, 37}[r.IntN(5)]
		x, read = append(x, n), append(read, n)
	}
	return a, x, idx, read
}

func TestSpecialGather(t *testing.T) {
	r := rand.New(rand.NewPCG(21, 22))
	for i := range 200 {
		a, x, idx, _ := randomIndexing(r)
		d := append([]graph.DType{graph.Bool, graph.Complex64, graph.Complex128}, numericTypes...)[i%15]
		it := numericTypes[i%8]
		in := []*graph.Array{uniform(r, d, x...), graph.Uniform(r, it, 0, float64(x[a.Axes[0]]), idx...)}
		againstReference(t, graph.Gather, a, in, 1)
	}
}

// uniform is graph.Uniform for complex types as well.
func uniform(r *rand.Rand, d graph.DType, dims ...int) *graph.Array {
	if !d.IsComplex() {
		return graph.Uniform(r, d, 0, 9, dims...)
	}
	a := graph.NewArray(d, dims...)
	for i := range a.C {
		a.SetComplex(i, complex(r.Float64(), r.Float64()))
	}
	return a
}

// The definition of scatter_add: updates are added in the order of their indices, those of half precision in float32.
func TestSpecialScatterAdd(t *testing.T) {
	r := rand.New(rand.NewPCG(23, 24))
	for i := range 240 {
		a, x, idx, read := randomIndexing(r)
		d := append([]graph.DType{graph.Bool}, numericTypes...)[i%13]
		at := graph.Uniform(r, numericTypes[i%8], 0, float64(x[a.Axes[0]]), idx...)
		base, upd := graph.Uniform(r, d, 0, 9, x...), graph.Uniform(r, d, 0, 9, read...)
		in := []*graph.Array{base, at, upd}
		if d == graph.Float16 || d == graph.BFloat16 { // the reference rounds each sum
			wide := []*graph.Array{graph.NewArray(graph.Float32, x...), at, graph.NewArray(graph.Float32, read...)}
			copy(wide[0].F, base.F)
			copy(wide[2].F, upd.F)
			sums := graph.NewArray(graph.Float32, x...)
			want := graph.NewArray(d, x...)
			if err := graph.ScatterAdd.Eval(a, wide, sums); err != nil {
				t.Fatal(err)
			}
			for i, f := range sums.F {
				want.SetFloat(i, f)
			}
			got, err := runSpecial(t, graph.ScatterAdd, a, []array{arrayOf(base), arrayOf(at), arrayOf(upd)})
			if err != nil {
				t.Fatal(err)
			}
			compare(t, "scatter_add", hostOf(t, got), want, true, 0)
			continue
		}
		got, err := runSpecial(t, graph.ScatterAdd, a, []array{arrayOf(base), arrayOf(at), arrayOf(upd)})
		want := graph.NewArray(d, x...)
		if err != nil || graph.ScatterAdd.Eval(a, in, want) != nil {
			t.Fatal(err)
		}
		compare(t, "scatter_add", hostOf(t, got), want, true, 0) // the reference rounds each sum of float32 too
	}
	for _, d := range []graph.DType{graph.Complex64, graph.Complex128} {
		base, upd := uniform(r, d, 3, 2), uniform(r, d, 4, 2)
		at, _ := graph.FromBytes(graph.Uint8, []int{4}, []byte{2, 0, 2, 2})
		got, err := runSpecial(t, graph.ScatterAdd, &graph.Attrs{Axes: []int{0}}, []array{arrayOf(base), arrayOf(at), arrayOf(upd)})
		if err != nil {
			t.Fatal(err)
		}
		want := graph.NewArray(d, 3, 2)
		copy(want.C, base.C)
		for k, row := range at.I {
			for q := range 2 {
				want.SetComplex(int(row)*2+q, want.C[int(row)*2+q]+upd.C[k*2+q])
			}
		}
		compare(t, "scatter_add", hostOf(t, got), want, true, 0)
	}
}

func TestSpecialIndexOutOfRange(t *testing.T) {
	r := rand.New(rand.NewPCG(25, 26))
	for _, d := range []graph.DType{graph.Int64, graph.Int32, graph.Int8, graph.Uint64} {
		x, idx := graph.Uniform(r, graph.Float32, 0, 1, 10, 3), graph.Uniform(r, d, 0, 10, 70_000)
		upd := graph.Uniform(r, graph.Float32, 0, 1, 70_000, 3)
		a := &graph.Attrs{Axes: []int{0}}
		for _, bad := range []int64{12, 10, -1, math.MinInt64} {
			idx.SetInt(66_000, bad)
			idx.SetInt(69_999, 100)
			if uint64(idx.I[66_000]) < 10 { // wrapped
				continue
			}
			againstReference(t, graph.Gather, a, []*graph.Array{x, idx}, 1)
			againstReference(t, graph.ScatterAdd, a, []*graph.Array{x, idx, upd}, 1)
		}
	}
	w := &graph.Window{Size: []int{2}, Stride: []int{1}, Low: []int{0}, High: []int{0}, Dilation: []int{1}, Groups: 1}
	idx := graph.NewArray(graph.Int64, 1, 1, 9)
	idx.I[4] = 10
	x := graph.Uniform(r, graph.Float32, 0, 1, 1, 1, 10)
	againstReference(t, graph.WindowGather, &graph.Attrs{Window: w}, []*graph.Array{x, idx}, 1)
	ct := graph.Uniform(r, graph.Float32, 0, 1, 1, 1, 9)
	againstReference(t, graph.WindowScatter, &graph.Attrs{Window: w, Shape: graph.Ns(10)}, []*graph.Array{ct, idx}, 1)

	_, err := runSpecial(t, graph.Gather, &graph.Attrs{Axes: []int{0}}, []array{arrayOf(graph.NewArray(graph.Bool, 10)), {graph.Int8, []int{1}, []byte{12}}})
	if err == nil || !strings.Contains(err.Error(), "index 12 is out of range for an axis of 10") {
		t.Errorf("error %v", err)
	}
}

func TestSpecialRandomBits(t *testing.T) {
	for _, n := range []int{0, 1, 3, 4, 5, 4096, 70_001} {
		state := graph.NewArray(graph.Uint64, 2)
		state.I[0], state.I[1] = int64(n)*12345, -1 // the counter wraps around
		againstReference(t, graph.RandomBits, &graph.Attrs{Shape: graph.Ns(n)}, []*graph.Array{state}, 1)
	}
}

func TestSpecialArgExtremum(t *testing.T) {
	r := rand.New(rand.NewPCG(27, 28))
	for i := range 200 {
		dims := []int{r.IntN(4), 1 + r.IntN(9), []int{1, 1, 3, 127, 200}[r.IntN(5)]}
		d := append([]graph.DType{graph.Bool}, numericTypes...)[i%13]
		x := graph.Uniform(r, d, 0, 4, dims...) // ties
		for k := range x.F {
			switch r.IntN(8) {
			case 0:
				x.F[k] = math.NaN()
			case 1:
				x.F[k] = math.Inf(r.IntN(3) - 1)
			default:
				x.F[k] = math.Floor(x.F[k])
			}
		}
		for k := range x.I {
			if r.IntN(6) == 0 {
				x.SetInt(k, -x.I[k]) // large where there is no sign
			}
		}
		for _, op := range []*graph.Primitive{graph.ArgMax, graph.ArgMin} {
			againstReference(t, op, &graph.Attrs{Axes: []int{1}}, []*graph.Array{x}, 1)
		}
	}
}

func TestSpecialWindows(t *testing.T) {
	r := rand.New(rand.NewPCG(29, 30))
	for i := range 400 {
		c := randomConv(r)
		x := c.x
		y := append(slices.Clone(x[:2]), c.y[2:]...)
		d := numericTypes[i%12]
		a, back := &graph.Attrs{Window: &c.w}, &graph.Attrs{Window: &c.w, Shape: graph.Ns(x[2:]...)}
		in := graph.Uniform(r, d, 0, 4, x...)
		for k := range in.F {
			if in.F[k] = math.Floor(in.F[k]); r.IntN(16) == 0 {
				in.F[k] = math.NaN()
			}
		}
		againstReference(t, graph.WindowArgMax, a, []*graph.Array{in}, 1)
		idx := graph.NewArray(graph.Int64, y...)
		if err := graph.WindowArgMax.Eval(a, []*graph.Array{in}, idx); err != nil {
			t.Fatal(err)
		}
		againstReference(t, graph.WindowGather, a, []*graph.Array{in, idx}, 1) // a window in the padding is an error

		in, ct := graph.Uniform(r, d, 0, 4, x...), graph.Uniform(r, d, 0, 4, y...)
		againstReference(t, graph.WindowSum, a, []*graph.Array{in}, 1)
		againstReference(t, graph.WindowSpread, back, []*graph.Array{ct}, 1)
		if !slices.Contains(idx.I, -1) {
			againstReference(t, graph.WindowScatter, back, []*graph.Array{ct, idx}, 1)
		}
	}
}

// The order of the sums: under a window in its order, over windows in theirs.
func TestSpecialWindowOrder(t *testing.T) {
	r := rand.New(rand.NewPCG(31, 32))
	for range 200 {
		c := randomConv(r)
		x := append([]int{1, 2}, c.x[2:]...)
		y := append([]int{1, 2}, c.y[2:]...)
		xs, ys := count(c.x[2:]), count(c.y[2:])
		u, ct := graph.Uniform(r, graph.Float32, -4, 4, x...), graph.Uniform(r, graph.Float32, -4, 4, y...)
		idx := graph.NewArray(graph.Int64, y...)
		sum, spread, scatter := make([]float32, 2*ys), make([]float32, 2*xs), make([]float32, 2*xs)
		whole := true
		for p := range 2 * ys {
			idx.I[p] = -1
			for k := range count(c.w.Size) {
				if s, ok := reads(&c.w, c.x[2:], c.y[2:], p%ys, k); ok {
					sum[p] += float32(u.F[p/ys*xs+s])
					spread[p/ys*xs+s] += float32(ct.F[p])
					if idx.I[p] < 0 || r.IntN(2) == 0 {
						idx.I[p] = int64(s)
					}
				}
			}
			if idx.I[p] < 0 {
				whole = false
				continue
			}
			scatter[p/ys*xs+int(idx.I[p])] += float32(ct.F[p])
		}
		a, back := &graph.Attrs{Window: &c.w}, &graph.Attrs{Window: &c.w, Shape: graph.Ns(c.x[2:]...)}
		check := func(op *graph.Primitive, at *graph.Attrs, want []float32, in ...*graph.Array) {
			arrays := make([]array, len(in))
			for i, x := range in {
				arrays[i] = arrayOf(x)
			}
			got, err := runSpecial(t, op, at, arrays)
			if err != nil || !slices.Equal(elements[float32](got), want) {
				t.Fatalf("%s %+v: %v, %v; want %v", op, c.w, elements[float32](got), err, want)
			}
		}
		check(graph.WindowSum, a, sum, u)
		check(graph.WindowSpread, back, spread, ct)
		if whole {
			check(graph.WindowScatter, back, scatter, ct, idx)
		}
	}
}

func BenchmarkSpecial(b *testing.B) {
	r := rand.New(rand.NewPCG(33, 34))
	w := &graph.Window{Size: []int{2, 2}, Stride: []int{2, 2}, Low: []int{0, 0}, High: []int{0, 0}, Dilation: []int{1, 1}, Groups: 1}
	x := graph.Uniform(r, graph.Float32, 0, 1, 64, 16, 16, 16)
	pooled := graph.Uniform(r, graph.Float32, 0, 1, 64, 16, 8, 8)
	idx := graph.NewArray(graph.Int64, 64, 16, 8, 8)
	if err := graph.WindowArgMax.Eval(&graph.Attrs{Window: w}, []*graph.Array{x}, idx); err != nil {
		b.Fatal(err)
	}
	table, rows := graph.Uniform(r, graph.Float32, 0, 1, 10_000, 64), graph.Uniform(r, graph.Int64, 0, 10_000, 50_000)
	upd := graph.Uniform(r, graph.Float32, 0, 1, 50_000, 64)
	state := graph.NewArray(graph.Uint64, 2)
	for _, c := range []struct {
		op *graph.Primitive
		a  *graph.Attrs
		in []*graph.Array
	}{
		{graph.Gather, &graph.Attrs{Axes: []int{0}}, []*graph.Array{table, rows}},
		{graph.ScatterAdd, &graph.Attrs{Axes: []int{0}}, []*graph.Array{table, rows, upd}},
		{graph.RandomBits, &graph.Attrs{Shape: graph.Ns(1 << 20)}, []*graph.Array{state}},
		{graph.ArgMax, &graph.Attrs{Axes: []int{1}}, []*graph.Array{upd}},
		{graph.ArgMax, &graph.Attrs{Axes: []int{0}}, []*graph.Array{upd}},
		{graph.WindowArgMax, &graph.Attrs{Window: w}, []*graph.Array{x}},
		{graph.WindowGather, &graph.Attrs{Window: w}, []*graph.Array{x, idx}},
		{graph.WindowScatter, &graph.Attrs{Window: w, Shape: graph.Ns(16, 16)}, []*graph.Array{pooled, idx}},
		{graph.WindowSum, &graph.Attrs{Window: w}, []*graph.Array{x}},
		{graph.WindowSpread, &graph.Attrs{Window: w, Shape: graph.Ns(16, 16)}, []*graph.Array{pooled}},
	} {
		b.Run(c.op.Name, func(b *testing.B) {
			var in []array
			var types []graph.Type
			for _, x := range c.in {
				in, types = append(in, arrayOf(x)), append(types, x.Type())
			}
			typ, err := c.op.Infer(nil, c.a, types...)
			if err != nil {
				b.Fatal(err)
			}
			dims, _ := typ.Shape.Ints()
			out := newArray(typ.DType, dims)
			e := &env{pool: testPools()[1]}
			b.ReportAllocs()
			for b.Loop() {
				if err := specials[c.op](e, c.a, in, out); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(max(in[0].len(), out.len())), "ns/element")
		})
	}
}
