package cpu

import (
	"context"
	"fmt"
	"testing"

	"github.com/flambeau-ml/flambeau/backend"
	"github.com/flambeau-ml/flambeau/graph"
)

// benchmark runs f on parameters of ones. It reports the operations on elements a second, of all threads together.
func benchmark(b *testing.B, f *graph.Func, operations int) {
	for _, threads := range []int{1, 2} {
		b.Run(fmt.Sprintf("threads=%d", threads), func(b *testing.B) {
			d := New(Options{Threads: threads})
			defer d.Close()
			p, err := d.Compile(f, backend.Options{})
			if err != nil {
				b.Fatal(err)
			}
			l := &backend.Launch{Numbers: numbersOf(f)}
			for _, x := range f.Params {
				dims, _ := x.Shape.Ints()
				a := graph.NewArray(x.DType, dims...)
				for i := range a.F {
					a.SetFloat(i, float64(i%17)/8-1)
				}
				l.Inputs = append(l.Inputs, upload(b, d, a))
			}
			for b.Loop() {
				if err := p.Run(context.Background(), l); err != nil {
					b.Fatal(err)
				}
				for _, o := range l.Outputs {
					o.Buffer.Free()
				}
			}
			b.ReportMetric(float64(operations)*float64(b.N)/b.Elapsed().Seconds()/1e6, "Mop/s")
		})
	}
}

func unaryFunc(t graph.Type, body func(x *graph.Value) *graph.Value) *graph.Func {
	f := graph.NewFunc("bench")
	f.Return(body(f.Param("x", t)))
	f.Settle()
	return f
}

func BenchmarkChain(b *testing.B) { // x·a+b, its tanh form of gelu, + x
	const n = 1 << 22
	benchmark(b, unaryFunc(graph.T(graph.Float32, n), func(x *graph.Value) *graph.Value {
		y := x.Scale(1.5).Shift(0.25)
		u := y.Mul(y).Mul(y).Scale(0.044715).Add(y).Scale(0.7978845608)
		return u.Tanh().Shift(1).Mul(y).Scale(0.5).Add(x)
	}), 12*n)
}

func BenchmarkArithmetic(b *testing.B) {
	const n = 1 << 22
	benchmark(b, unaryFunc(graph.T(graph.Float32, n), func(x *graph.Value) *graph.Value {
		return x.Scale(1.5).Shift(0.25).Mul(x).Sub(x).Scale(3)
	}), 5*n)
}

func BenchmarkExp(b *testing.B) {
	const n = 1 << 22
	benchmark(b, unaryFunc(graph.T(graph.Float32, n), (*graph.Value).Exp), n)
}

func BenchmarkReduce(b *testing.B) {
	for _, c := range []struct {
		name string
		dims []int
		axes []int
	}{
		{"all", []int{1 << 22}, []int{0}},
		{"rows", []int{4096, 1024}, []int{1}},
		{"short rows", []int{1 << 18, 16}, []int{1}},
		{"columns", []int{4096, 1024}, []int{0}},
		{"few columns", []int{1 << 18, 16}, []int{0}},
		{"channels", []int{16, 64, 64, 64}, []int{0, 2, 3}},
	} {
		b.Run(c.name, func(b *testing.B) {
			benchmark(b, unaryFunc(graph.T(graph.Float32, c.dims...), func(x *graph.Value) *graph.Value { return x.ReduceSum(c.axes...) }), 1<<22)
		})
	}
	b.Run("max", func(b *testing.B) {
		benchmark(b, unaryFunc(graph.T(graph.Float32, 4096, 1024), func(x *graph.Value) *graph.Value { return x.ReduceMax(1) }), 1<<22)
	})
}

func BenchmarkSoftmax(b *testing.B) {
	benchmark(b, unaryFunc(graph.T(graph.Float32, 4096, 1024), func(x *graph.Value) *graph.Value {
		e := x.Sub(x.Amax(1)).Exp()
		return e.Div(e.Sum(1))
	}), 1<<22)
}

func BenchmarkTranspose(b *testing.B) {
	benchmark(b, unaryFunc(graph.T(graph.Float32, 2048, 2048), func(x *graph.Value) *graph.Value { return x.SwapAxes(0, 1).Shift(1) }), 1<<22)
}

func BenchmarkTiny(b *testing.B) {
	benchmark(b, unaryFunc(graph.T(graph.Float32, 16), func(x *graph.Value) *graph.Value { return x.Shift(1) }), 16)
}

// BenchmarkFormulas times the loops of elementary functions over a block, in nanoseconds an element.
func BenchmarkFormulas(b *testing.B) {
	for _, p := range formulaPrims() {
		b.Run(p.Name+"/float32", func(b *testing.B) { benchFormula[float32](b, p) })
		b.Run(p.Name+"/float64", func(b *testing.B) { benchFormula[float64](b, p) })
	}
}

func benchFormula[T floating](b *testing.B, p *graph.Primitive) {
	x, y := make([]T, block), make([]T, block)
	for i := range x {
		x[i], y[i] = T(i%311)/71+0.01, T(i%53)/13
	}
	for b.Loop() {
		callFused(p, x, y)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/block, "ns/element")
}
