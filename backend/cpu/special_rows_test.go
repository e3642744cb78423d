package cpu

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"syscall"
	"testing"
	"time"

	"github.com/flambeau-ml/flambeau/graph"
)

// everyWay runs op's kernel in Go and as machine code, with any number of threads, into memory of its own and, where
// inPlace says so, over its first operand. All must give the bits of the reference.
func everyWay(t *testing.T, op *graph.Primitive, a *graph.Attrs, inPlace bool, in ...*graph.Array) {
	t.Helper()
	var types []graph.Type
	for _, x := range in {
		types = append(types, x.Type())
	}
	typ, err := op.Infer(nil, a, types...)
	if err != nil {
		t.Fatal(err)
	}
	dims, _ := typ.Shape.Ints()
	want := graph.NewArray(typ.DType, dims...)
	wantErr := op.Eval(a, in, want)
	for _, rows := range []*rowCode{nil, rowCodesHere()} {
		for _, pool := range testPools() {
			for _, over := range []bool{false, true}[:map[bool]int{false: 1, true: 2}[inPlace]] {
				arrays := make([]array, len(in))
				for i, x := range in {
					arrays[i] = arrayOf(x)
				}
				out := newArray(typ.DType, dims)
				if over {
					out = arrays[0]
				}
				before := bytes.Clone(out.data)
				err := specials[op](&env{pool: pool, rows: rows}, a, arrays, out)
				what := fmt.Sprintf("%s %+v of %v %v, machine code %t, %d threads, in place %t", op, a, in[0].DType, dimsOf(in), rows != nil, pool.Threads(), over)
				switch {
				case (err == nil) != (wantErr == nil):
					t.Fatalf("%s: error %v, want %v", what, err, wantErr)
				case err != nil && over && !bytes.Equal(out.data, before):
					t.Fatalf("%s: what could not be computed was written", what)
				case err == nil && !bytes.Equal(sameNaN(out).data, sameNaN(arrayOf(want)).data):
					t.Fatalf("%s: other bits than the reference", what)
				}
			}
		}
	}
}

// sameNaN is x with one NaN for all: which it is depends on the engine.
func sameNaN(x array) array {
	y := newArray(x.dtype, x.dims)
	copy(y.data, x.data)
	switch x.dtype {
	case graph.Float32:
		for i, f := range elements[float32](y) {
			if f != f {
				elements[float32](y)[i] = float32(math.NaN())
			}
		}
	case graph.Float64:
		for i, f := range elements[float64](y) {
			if f != f {
				elements[float64](y)[i] = math.NaN()
			}
		}
	}
	return y
}

// rowCodesHere is the machine code, where it can run.
func rowCodesHere() *rowCode {
	if newLoopCompiler("") == nil {
		return nil
	}
	return rowCodes()
}

// TestRows gathers and scatters rows of all widths: those that machine code takes, and those that threads share by rows.
func TestRows(t *testing.T) {
	r := rand.New(rand.NewPCG(61, 62))
	types := []graph.DType{graph.Float32, graph.Float64, graph.Int8, graph.Int16, graph.Int32, graph.Int64, graph.Uint8, graph.Uint64}
	for i := range 200 {
		d := types[i%len(types)]
		n, per, post := 1+r.IntN(50), r.IntN(300), []int{1, 2, 3, 15, 16, 17, 64, 65, 100, 260, 600}[r.IntN(11)]
		lead := []int{1, 1, 3}[r.IntN(3)]
		a := &graph.Attrs{Axes: []int{1}}
		at := graph.Uniform(r, []graph.DType{graph.Int64, graph.Int32}[i%2], 0, float64(n), per)
		if per > 0 && r.IntN(10) == 0 {
			at.SetInt(r.IntN(per), int64(n))
		}
		base, upd := graph.Uniform(r, d, -9, 9, lead, n, post), graph.Uniform(r, d, -9, 9, lead, per, post)
		everyWay(t, graph.Gather, a, false, base, at)
		everyWay(t, graph.ScatterAdd, a, true, base, at, upd)
		everyWay(t, graph.Scatter, a, true, base, at, upd)
		if d.IsFloat() {
			for _, x := range []*graph.Array{base, upd} {
				for k := range x.F {
					if r.IntN(4) == 0 {
						x.SetFloat(k, []float64{math.NaN(), 0, math.Copysign(0, -1), math.Inf(1), math.Inf(-1)}[r.IntN(5)])
					}
				}
			}
		}
		everyWay(t, graph.ScatterMax, a, true, base, at, upd)
		everyWay(t, graph.ScatterMin, a, true, base, at, upd)
	}
	half := graph.Uniform(r, graph.Float16, 0, 1, 20, 3)
	everyWay(t, graph.ScatterAdd, &graph.Attrs{Axes: []int{0}}, true, half, graph.Uniform(r, graph.Int64, 0, 20, 20), graph.NewArray(graph.Float16, 20, 3))
	wide := graph.Uniform(r, graph.Float32, -1, 1, 3000, 64) // past the caches
	everyWay(t, graph.Gather, &graph.Attrs{Axes: []int{0}}, false, wide, graph.Uniform(r, graph.Int64, 0, 3000, largeBytes/256+3))
}

func BenchmarkRows(b *testing.B) {
	const edges, nodes, width = 1_000_000, 100_000, 64
	r := rand.New(rand.NewPCG(63, 64))
	at := newArray(graph.Int64, []int{edges})
	for i := range elements[int64](at) {
		elements[int64](at)[i] = r.Int64N(nodes)
	}
	upd, table, out := newArray(graph.Float32, []int{edges, width}), newArray(graph.Float32, []int{nodes, width}), newArray(graph.Float32, []int{edges, width})
	for i := range elements[float32](upd) {
		elements[float32](upd)[i] = float32(i%7) - 3
	}
	a := &graph.Attrs{Axes: []int{0}}
	for k, threads := range []int{1, 2} {
		e := &env{pool: testPools()[k], rows: rowCodesHere()}
		run := func(name string, f func() error) {
			b.Run(fmt.Sprintf("%s/threads=%d", name, threads), func(b *testing.B) {
				best := time.Hour
				var u0, u1 syscall.Rusage
				syscall.Getrusage(syscall.RUSAGE_SELF, &u0)
				for b.Loop() {
					start := time.Now()
					if err := f(); err != nil {
						b.Fatal(err)
					}
					best = min(best, time.Since(start))
				}
				b.ReportMetric(best.Seconds()*1e3, "ms-best")
				syscall.Getrusage(syscall.RUSAGE_SELF, &u1)
				b.ReportMetric(float64(u1.Utime.Nano()-u0.Utime.Nano()+u1.Stime.Nano()-u0.Stime.Nano())/float64(b.N)/1e6, "ms-cpu")
			})
		}
		run("scatter_add", func() error {
			clear(table.data)
			return scatterAdd(e, a, []array{table, at, upd}, table)
		})
		run("scatter_add one column", func() error {
			base := array{graph.Float32, []int{nodes}, table.data[:4*nodes]}
			return scatterAdd(e, a, []array{base, at, {graph.Float32, []int{edges}, upd.data[:4*edges]}}, base)
		})
		run("gather", func() error { return gather(e, a, []array{table, at}, out) })
	}
}

// TestRandomMachine draws as many words as there are ways to be left over, past the end of the counter.
func TestRandomMachine(t *testing.T) {
	for _, n := range []int{0, 1, 31, 32, 33, 4096, 70_001} {
		state := graph.NewArray(graph.Uint64, 2)
		state.I[0], state.I[1] = int64(n)*0x123456789abcdef+5, -3
		everyWay(t, graph.RandomBits, &graph.Attrs{Shape: graph.Ns(n)}, false, state)
	}
}

func BenchmarkRandom(b *testing.B) {
	out := newArray(graph.Uint32, []int{1 << 20})
	e := &env{pool: testPools()[0], rows: rowCodesHere()}
	for b.Loop() {
		if err := randomBits(e, nil, []array{{graph.Uint64, []int{2}, make([]byte, 16)}}, out); err != nil {
			b.Fatal(err)
		}
	}
}
