package bench

import (
	"slices"

	"github.com/flambeau-ml/flambeau/tensor"
)

// Cases is the suite: products, elementwise work, reductions, what moves data, convolutions, attention, small models, tiny operators,
// tables, compiling, and the models of package zoo.
func Cases() []Case {
	return withBars(slices.Concat(products(), elementwise(), functions(), reductions(), arranging(), convolutions(), attentions(), models(), tiny(), tables(), compiling(), zooCases()))
}

// one makes the results of a step of a single tensor.
func one(t *tensor.Tensor) []*tensor.Tensor { return []*tensor.Tensor{t} }

// unary is a case of an operator on one tensor of float32 of the given sizes, which it reads once; it writes so many
// elements.
func unary(name string, sizes, small []int, writes int64, f func(x *tensor.Tensor) *tensor.Tensor) Case {
	read := int64(4)
	for _, n := range sizes {
		read *= int64(n)
	}
	return Case{Name: name, Work: Work{Read: read, Write: 4 * writes}, Make: func(in *Inputs) Step {
		shape := sizes
		if in.small {
			shape = small
		}
		x := in.Randn(shape...)
		return func() []*tensor.Tensor { return one(f(x)) }
	}}
}

func elementwise() []Case {
	const n = 16 << 20
	size, small := []int{n}, []int{1000}
	cases := []Case{
		unary("ew_chain_16M", size, small, n, func(x *tensor.Tensor) *tensor.Tensor {
			return x.MulScalar(1.5).AddScalar(0.5).GELU().Add(x)
		}),
		unary("ew_chain_tanhgelu_16M", size, small, n, func(x *tensor.Tensor) *tensor.Tensor {
			return x.MulScalar(1.5).AddScalar(0.5).GELUWith(tensor.Approximate("tanh")).Add(x)
		}),
		unary("ew_add_16M", size, small, n, func(x *tensor.Tensor) *tensor.Tensor { return x.Add(x) }),
		gradient("ew_chain_16M_fwdbwd", size, small, func(x *tensor.Tensor, _ []*tensor.Tensor) *tensor.Tensor {
			return x.MulScalar(1.5).AddScalar(0.5).GELU().Add(x)
		}),
	}
	for i := range cases {
		cases[i].Family = "elementwise"
	}
	return cases
}

func arranging() []Case {
	rows, few := []int{8192, 1024}, []int{17, 100}
	const all = 8192 * 1024
	return []Case{
		unary("cumsum_8192x1024", rows, few, all, func(x *tensor.Tensor) *tensor.Tensor { return x.CumSum(-1) }),
		unary("transpose_8192x1024", rows, few, all, func(x *tensor.Tensor) *tensor.Tensor {
			return x.Transpose(0, 1).Contiguous()
		}),
		unary("cumsum_dim0_8192x1024", rows, few, all, func(x *tensor.Tensor) *tensor.Tensor { return x.CumSum(0) }),
		pair("sort_1M", []int{1 << 20}, 3<<20, func(x *tensor.Tensor) (*tensor.Tensor, *tensor.Tensor) { return x.Sort() }),
		pair("topk100_1M", []int{1 << 20}, 300, func(x *tensor.Tensor) (*tensor.Tensor, *tensor.Tensor) { return x.TopK(100) }),
		pair("sort_1024x4096", []int{1024, 4096}, 3*1024*4096, func(x *tensor.Tensor) (*tensor.Tensor, *tensor.Tensor) { return x.Sort(-1) }),
		pair("topk10_1024x4096", []int{1024, 4096}, 3*1024*10, func(x *tensor.Tensor) (*tensor.Tensor, *tensor.Tensor) { return x.TopK(10, -1) }),
	}
}

// pair is unary for an operator of two results.
func pair(name string, sizes []int, writes int64, f func(x *tensor.Tensor) (*tensor.Tensor, *tensor.Tensor)) Case {
	c := unary(name, sizes, nil, writes, nil)
	c.Make = func(in *Inputs) Step {
		shape := slices.Clone(sizes)
		for i, n := range sizes {
			shape[i] = in.Size(n, min(n, 130))
		}
		x := in.Randn(shape...)
		return func() []*tensor.Tensor {
			y, i := f(x)
			return []*tensor.Tensor{y, i}
		}
	}
	return c
}
