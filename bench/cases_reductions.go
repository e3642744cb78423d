package bench

import (
	"fmt"

	"github.com/flambeau-ml/flambeau/tensor"
)

// reductions is sums and the like of eight million numbers over inner, outer and middle dimensions, and what is made of
// them: softmax and normalisation, with gradients, too.
func reductions() []Case {
	rows, few := []int{8192, 1024}, []int{17, 100}
	const all = 8192 * 1024
	cases := []Case{
		unary("softmax_8192x1024", rows, few, all, func(x *tensor.Tensor) *tensor.Tensor { return x.Softmax(-1) }),
		gradient("softmax_8192x1024_fwdbwd", rows, few, func(x *tensor.Tensor, _ []*tensor.Tensor) *tensor.Tensor { return x.Softmax(-1) }),
		{
			Name: "layernorm_8192x768", Work: Work{Read: 4 * 8192 * 768, Write: 4 * 8192 * 768},
			Make: func(in *Inputs) Step {
				x := in.Randn(in.Size(8192, 5), 768)
				w, b := in.Randn(768), in.Randn(768)
				return func() []*tensor.Tensor { return one(x.LayerNorm([]any{768}, w, b)) }
			},
		},
		gradient("layernorm_8192x768_fwdbwd", []int{8192, 768}, []int{5, 768}, func(x *tensor.Tensor, p []*tensor.Tensor) *tensor.Tensor {
			return x.LayerNorm([]any{768}, p[0], p[1])
		}, 768, 768),
		unary("argmax_8192x1024", rows, few, 2*8192, func(x *tensor.Tensor) *tensor.Tensor { return x.ArgMax(-1) }),
		unary("mean_all_8192x1024", rows, few, 1, func(x *tensor.Tensor) *tensor.Tensor { return x.Mean() }),
	}
	for _, f := range []struct {
		name string
		of   func(x *tensor.Tensor, dim int) *tensor.Tensor
	}{
		{"sum", func(x *tensor.Tensor, dim int) *tensor.Tensor { return x.Sum(dim) }},
		{"amax", func(x *tensor.Tensor, dim int) *tensor.Tensor { return x.Amax(dim) }},
		{"mean", func(x *tensor.Tensor, dim int) *tensor.Tensor { return x.Mean(dim) }},
		{"var", func(x *tensor.Tensor, dim int) *tensor.Tensor { return x.Var(1, dim) }},
	} {
		family := fmt.Sprintf("%s reductions", f.name)
		for _, d := range []struct {
			name         string
			dim          int
			sizes, small []int
		}{
			{"8192x1024", 1, rows, few},
			{"dim0_8192x1024", 0, rows, few},
			{"dim1_64x1024x128", 1, []int{64, 1024, 128}, []int{3, 70, 20}},
		} {
			c := unary(f.name+"_"+d.name, d.sizes, d.small, int64(all/d.sizes[d.dim]), func(x *tensor.Tensor) *tensor.Tensor { return f.of(x, d.dim) })
			c.Family = family
			cases = append(cases, c)
		}
	}
	return cases
}

// gradient is a case of an operator on x and on parameters of one dimension, forward and backward: the gradients of x and
// of the parameters are computed from that of the result, which has the sizes of x.
func gradient(name string, sizes, small []int, f func(x *tensor.Tensor, params []*tensor.Tensor) *tensor.Tensor, params ...int) Case {
	bytes := int64(4)
	for _, n := range sizes {
		bytes *= int64(n)
	}
	return Case{Name: name, Work: Work{Read: 2 * bytes, Write: bytes}, Make: func(in *Inputs) Step {
		shape := sizes
		if in.small {
			shape = small
		}
		x, seed := in.Randn(shape...).RequiresGrad(), in.Randn(shape...)
		var ps []*tensor.Tensor
		for _, n := range params {
			ps = append(ps, in.Randn(n).RequiresGrad())
		}
		leaves := append([]*tensor.Tensor{x}, ps...)
		return func() []*tensor.Tensor {
			for _, l := range leaves {
				l.ZeroGrad()
			}
			f(x, ps).Backward(tensor.Seed(seed))
			out := make([]*tensor.Tensor, len(leaves))
			for i, l := range leaves {
				out[i] = l.Grad()
			}
			return out
		}
	}}
}
