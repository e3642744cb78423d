package rewrite

import "github.com/flambeau-ml/flambeau/graph"

// SplitComplex makes four real contractions of each complex one: (a + ib)·(c + id) is (ac − bd) + i(ad + bc), and dot
// and the convolutions are linear. It is for backends that contract real numbers only; complex sums then have the order
// of real ones.
func SplitComplex(f *graph.Func) (*graph.Func, error) {
	return rebuild(f, func(v *graph.Value) *graph.Value {
		switch v.Op {
		case graph.DotGeneral, graph.Conv, graph.ConvInput, graph.ConvFilter:
		default:
			return v
		}
		if !v.DType.IsComplex() {
			return v
		}
		product := func(x, y *graph.Value) *graph.Value { return graph.Apply(v.Op, v.Attrs, x, y) }
		a, b, c, d := v.Args[0].Real(), v.Args[0].Imag(), v.Args[1].Real(), v.Args[1].Imag()
		return product(a, c).Sub(product(b, d)).Complex(product(a, d).Add(product(b, c)))
	})
}
