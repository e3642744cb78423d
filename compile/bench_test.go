package compile_test

import (
	"testing"

	"github.com/flambeau-ml/flambeau/compile"
	"github.com/flambeau-ml/flambeau/tensor"
)

// modes are the ways in which benchmarks run a function.
var modes = []struct {
	name string
	wrap func(f func(x *tensor.Tensor) *tensor.Tensor) func(x *tensor.Tensor) *tensor.Tensor
}{
	{"deferred", func(f func(x *tensor.Tensor) *tensor.Tensor) func(x *tensor.Tensor) *tensor.Tensor { return f }},
	{"compiled", func(f func(x *tensor.Tensor) *tensor.Tensor) func(x *tensor.Tensor) *tensor.Tensor {
		return compile.Func(f)
	}},
	{"frozen", func(f func(x *tensor.Tensor) *tensor.Tensor) func(x *tensor.Tensor) *tensor.Tensor {
		return compile.Func(f, compile.Freeze())
	}},
}

func run(b *testing.B, f func(x *tensor.Tensor) *tensor.Tensor, x *tensor.Tensor) {
	for _, m := range modes {
		b.Run(m.name, func(b *testing.B) {
			g := m.wrap(f)
			b.ReportAllocs()
			for b.Loop() {
				y := g(x)
				if m.name == "deferred" {
					tensor.Read(y, func([]float32) {})
				}
				y.Free()
			}
			if m.name == "frozen" {
				b.Log(compile.Explain(g))
			}
		})
	}
}

// BenchmarkTinyCall is one operator on 16 numbers.
func BenchmarkTinyCall(b *testing.B) {
	run(b, func(x *tensor.Tensor) *tensor.Tensor { return x.Add(x) }, tensor.New(make([]float32, 16)))
}

// BenchmarkTinyAddChain100 is 100 dependent sums of 16 numbers, without gradients.
func BenchmarkTinyAddChain100(b *testing.B) {
	run(b, func(x *tensor.Tensor) *tensor.Tensor {
		y := x
		for range 100 {
			y = y.Add(x)
		}
		return y
	}, tensor.New(make([]float32, 16)))
}

// BenchmarkTinyAddChain100Forward is the same where gradients may be asked for.
func BenchmarkTinyAddChain100Forward(b *testing.B) {
	w := tensor.New(make([]float32, 16)).RequiresGrad()
	run(b, func(x *tensor.Tensor) *tensor.Tensor {
		y := w.Add(x)
		for range 99 {
			y = y.Add(w)
		}
		return y
	}, tensor.New(make([]float32, 16)))
}

// BenchmarkTinyAddChain100Backward is the same with the gradients.
func BenchmarkTinyAddChain100Backward(b *testing.B) {
	w := tensor.New(make([]float32, 16)).RequiresGrad()
	run(b, func(x *tensor.Tensor) *tensor.Tensor {
		w.ZeroGrad()
		y := w.Add(x)
		for range 99 {
			y = y.Add(w)
		}
		y.Sum().Backward()
		return w.Grad().MulScalar(1)
	}, tensor.New(make([]float32, 16)))
}

// BenchmarkTinyProducts100 is 100 dependent products of 4×4 matrices with a sum between each.
func BenchmarkTinyProducts100(b *testing.B) {
	eye := tensor.New([]float32{1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1}, 4, 4)
	run(b, func(x *tensor.Tensor) *tensor.Tensor {
		y := x
		for range 100 {
			y = y.MatMul(x)
			y = y.Div(y.Sum())
		}
		return y
	}, eye)
}
