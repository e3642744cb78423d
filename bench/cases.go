package bench

import (
	"fmt"
	"slices"

	"github.com/flambeau-ml/flambeau/tensor"
)

// Cases is the suite: products, elementwise work, reductions, what moves data, convolutions, small models.
func Cases() []Case {
	return slices.Concat(products(), elementwise(), reductions(), arranging(), convolutions(), models(), tiny(), tables())
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

func products() []Case {
	var cases []Case
	for _, n := range []int{32, 128, 256, 512, 1024, 2048, 4096} {
		f := float64(n)
		cases = append(cases, Case{
			Name: fmt.Sprintf("sgemm_%d", n), Heavy: n > 2048,
			Work: Work{Flops: 2 * f * f * f, Read: 8 * int64(n) * int64(n), Write: 4 * int64(n) * int64(n)},
			Make: func(in *Inputs) Step {
				m := in.Size(n, min(n, 65))
				x, y := in.Randn(m, m), in.Randn(m, m)
				return func() []*tensor.Tensor { return one(x.Mm(y)) }
			},
		})
	}
	return append(cases, Case{
		Name: "linear_64x784x512",
		Work: Work{Flops: 2 * 64 * 784 * 512, Read: 4 * (64*784 + 784*512 + 512), Write: 4 * 64 * 512},
		Make: func(in *Inputs) Step {
			x, w, b := in.Randn(64, 784), in.Randn(512, 784), in.Randn(512)
			return func() []*tensor.Tensor { return one(x.Linear(w, b)) }
		},
	})
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
	}
	for i := range cases {
		cases[i].Family = "ew_(chain|chain_tanhgelu|add)_16M"
	}
	return cases
}

func reductions() []Case {
	rows, few := []int{8192, 1024}, []int{17, 100}
	const all = 8192 * 1024
	return []Case{
		unary("softmax_8192x1024", rows, few, all, func(x *tensor.Tensor) *tensor.Tensor { return x.Softmax(-1) }),
		unary("sum_8192x1024", rows, few, 8192, func(x *tensor.Tensor) *tensor.Tensor { return x.Sum(-1) }),
		unary("sum_dim0_8192x1024", rows, few, 1024, func(x *tensor.Tensor) *tensor.Tensor { return x.Sum(0) }),
		unary("mean_all_8192x1024", rows, few, 1, func(x *tensor.Tensor) *tensor.Tensor { return x.Mean() }),
		unary("argmax_8192x1024", rows, few, 2*8192, func(x *tensor.Tensor) *tensor.Tensor { return x.ArgMax(-1) }),
		{
			Name: "layernorm_8192x768", Work: Work{Read: 4 * 8192 * 768, Write: 4 * 8192 * 768},
			Make: func(in *Inputs) Step {
				x := in.Randn(in.Size(8192, 5), 768)
				w, b := in.Randn(768), in.Randn(768)
				return func() []*tensor.Tensor { return one(x.LayerNorm([]any{768}, w, b)) }
			},
		},
	}
}

func arranging() []Case {
	rows, few := []int{8192, 1024}, []int{17, 100}
	const all = 8192 * 1024
	return []Case{
		unary("cumsum_8192x1024", rows, few, all, func(x *tensor.Tensor) *tensor.Tensor { return x.CumSum(-1) }),
		unary("transpose_8192x1024", rows, few, all, func(x *tensor.Tensor) *tensor.Tensor {
			return x.Transpose(0, 1).Contiguous()
		}),
		pair("sort_1024x4096", []int{1024, 4096}, 3*1024*4096, func(x *tensor.Tensor) (*tensor.Tensor, *tensor.Tensor) { return x.Sort(-1) }),
		pair("topk10_1024x4096", []int{1024, 4096}, 3*1024*10, func(x *tensor.Tensor) (*tensor.Tensor, *tensor.Tensor) { return x.TopK(10, -1) }),
	}
}

// pair is unary for an operator of two results.
func pair(name string, sizes []int, writes int64, f func(x *tensor.Tensor) (*tensor.Tensor, *tensor.Tensor)) Case {
	c := unary(name, sizes, nil, writes, nil)
	c.Make = func(in *Inputs) Step {
		x := in.Randn(in.Size(sizes[0], 7), in.Size(sizes[1], 130))
		return func() []*tensor.Tensor {
			y, i := f(x)
			return []*tensor.Tensor{y, i}
		}
	}
	return c
}

// tiny is cases whose time is that of handling operators, not of computing them.
func tiny() []Case {
	chain := func(x, z *tensor.Tensor) *tensor.Tensor {
		for range 100 {
			x = x.Add(z)
		}
		return x
	}
	return []Case{
		{Name: "tiny_add_chain100_nograd", Work: Work{Ops: 100}, Make: func(in *Inputs) Step {
			x, z := in.Randn(16), in.Randn(16)
			return func() []*tensor.Tensor { return one(chain(x, z)) }
		}},
		{Name: "tiny_add_chain100_grad_fwd", Work: Work{Ops: 100}, Make: func(in *Inputs) Step {
			x, z := in.Randn(16).RequiresGrad(), in.Randn(16)
			return func() []*tensor.Tensor { return one(chain(x, z)) }
		}},
		{Name: "tiny_add_chain100_grad_fwdbwd", Work: Work{Ops: 100}, Make: func(in *Inputs) Step {
			x, z := in.Randn(16).RequiresGrad(), in.Randn(16)
			return func() []*tensor.Tensor {
				x.ZeroGrad()
				chain(x, z).Sum().Backward()
				return one(x.Grad())
			}
		}},
		{Name: "tiny_add_call100_nograd", Work: Work{Ops: 100}, Make: func(in *Inputs) Step {
			x, z := in.Randn(16), in.Randn(16)
			return func() []*tensor.Tensor { // each add is computed before the next
				y := x
				for range 100 {
					next := y.Add(z)
					tensor.Must(tensor.Eval(background, next))
					if y != x {
						y.Free()
					}
					y = next
				}
				return one(y)
			}
		}},
	}
}
