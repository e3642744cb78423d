package transform_test

import (
	"math"
	"testing"

	"github.com/flambeau-ml/flambeau/graph"
	"github.com/flambeau-ml/flambeau/tensor"
	"github.com/flambeau-ml/flambeau/transform"
)

// TestAttention transforms attention in float32, which a device may take whole, in all ways, and compares with what the same
// gives in float64, which is computed by primitives.
func TestAttention(t *testing.T) {
	masks := map[string]func(d graph.DType) (mask *tensor.Tensor, opts []tensor.Option){
		"plain": func(graph.DType) (*tensor.Tensor, []tensor.Option) { return nil, nil },
		"causal": func(graph.DType) (*tensor.Tensor, []tensor.Option) {
			return nil, []tensor.Option{tensor.IsCausal(true)}
		},
		"masked": func(d graph.DType) (*tensor.Tensor, []tensor.Option) {
			return tensor.Randn(tensor.NewGenerator(5), 6, 6).To(d), nil
		},
	}
	for name, mask := range masks {
		results := map[graph.DType]map[string][]float64{}
		for _, d := range []graph.DType{graph.Float32, graph.Float64} {
			g := tensor.NewGenerator(9)
			random := func(sizes ...any) *tensor.Tensor { return tensor.Randn(g, sizes...).To(d).Detach() }
			m, opts := mask(d)
			f := func(xs ...*tensor.Tensor) *tensor.Tensor {
				return tensor.ScaledDotProductAttentionWith(xs[0], xs[1], xs[2], m, opts...)
			}
			q, k, v := random(3, 2, 6, 5), random(3, 2, 6, 5), random(3, 2, 6, 4)
			dq, dk, dv := random(3, 2, 6, 5), random(3, 2, 6, 5), random(3, 2, 6, 4)
			square := func(xs ...*tensor.Tensor) *tensor.Tensor { y := f(xs...); return y.Mul(y).Sum() }
			got := map[string][]float64{}
			add := func(what string, x *tensor.Tensor) { got[what] = x.Detach().To(graph.Float64).Reshape(-1).Float64s() }
			add("forward", f(q, k, v))
			add("vmap", transform.Vmap(f)(q, k, v))
			add("vmap of vmap", transform.Vmap(transform.Vmap(f))(q, k, v))
			_, push := transform.JVP(transform.Func(f).Multi(), []*tensor.Tensor{q, k, v}, []*tensor.Tensor{dq, dk, dv})
			add("jvp", push[0])
			for i, what := range []string{"query", "key", "value"} {
				add("gradient, "+what, transform.Grad(square, i)(q, k, v))
				add("vmap of gradient, "+what, transform.Vmap(transform.Grad(square, i))(q, k, v))
				// The derivative of a gradient along a direction, forward over reverse and reverse over reverse.
				_, second := transform.JVP(transform.Func(transform.Grad(square, i)).Multi(), []*tensor.Tensor{q, k, v}, []*tensor.Tensor{dq, dk, dv})
				add("forward over reverse, "+what, second[0])
				along := func(xs ...*tensor.Tensor) *tensor.Tensor {
					return transform.Grad(square, i)(xs...).Mul([]*tensor.Tensor{dq, dk, dv}[i]).Sum()
				}
				add("reverse over reverse, "+what, transform.Grad(along, 0)(q, k, v))
			}
			results[d] = got
		}
		for what, want := range results[graph.Float64] {
			got, most := results[graph.Float32][what], 1e-3
			for _, x := range want {
				most = max(most, math.Abs(x))
			}
			if len(got) != len(want) {
				t.Fatalf("%s, %s: %d elements, want %d", name, what, len(got), len(want))
			}
			for i, x := range want {
				if math.Abs(got[i]-x) > 1e-5*most || math.IsNaN(got[i]) {
					t.Errorf("%s, %s: element %d is %g, want %g", name, what, i, got[i], x)
					break
				}
			}
		}
	}
}
