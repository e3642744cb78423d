package distributions_test

import (
	"math"
	"slices"
	"testing"

	"github.com/flambeau-ml/flambeau/distributions"
	"github.com/flambeau-ml/flambeau/tensor"
)

// continuous is a distribution with all that the tests below ask.
type continuous interface {
	distributions.Reparametrised
	CDF(*tensor.Tensor) *tensor.Tensor
	ICDF(*tensor.Tensor) *tensor.Tensor
}

// TestContinuous checks that cdf(draws) is uniform by Kolmogorov and Smirnov, that ICDF undoes CDF, and that gradients
// of draws and log densities are those of finite differences, in float64.
func TestContinuous(t *testing.T) {
	for name, k := range kinds {
		if name == "Bernoulli" || name == "Geometric" {
			continue // they are discrete
		}
		values := []float64{0.7, 1.9}[2-len(k.params):]
		build := func(values []float64) (continuous, []*tensor.Tensor, bool) {
			var ps []*tensor.Tensor
			for _, v := range values {
				ps = append(ps, tensor.Of(v).RequiresGrad())
			}
			d, ok := k.make(ps).(continuous)
			return d, ps, ok
		}
		d, ps, ok := build(values)
		if !ok {
			t.Errorf("%s lacks RSample, CDF or ICDF", name)
			continue
		}
		t.Run(name, func(t *testing.T) {
			const n = 20000
			x := d.Sample(tensor.NewGenerator(3), n)
			u := d.CDF(x)
			if off := d.ICDF(u).Sub(x).Abs().Div(x.Abs().AddScalar(1)).Amax().Item(); !(off < 1e-6) {
				t.Errorf("ICDF(CDF(x)) is off x by %v", off)
			}
			us := slices.Sorted(slices.Values(u.Float64s()))
			var gap float64
			for i, u := range us {
				gap = max(gap, math.Abs(u-float64(i)/n), math.Abs(u-float64(i+1)/n))
			}
			if !(gap < 1.95/math.Sqrt(n)) { // exceeded once in a thousand
				t.Errorf("cdf(draws) is %v off uniform", gap)
			}
			point := x.Index(0).Detach()
			for what, f := range map[string]func(d continuous) *tensor.Tensor{
				"draws":       func(d continuous) *tensor.Tensor { return d.RSample(tensor.NewGenerator(5), 3).Sum() },
				"log density": func(d continuous) *tensor.Tensor { return d.LogProb(point) },
			} {
				for _, p := range ps {
					p.ZeroGrad()
				}
				f(d).Backward(tensor.Retain())
				for i, p := range ps {
					const h = 1e-6
					at := func(h float64) float64 {
						moved := slices.Clone(values)
						moved[i] += h
						d, _, _ := build(moved)
						return f(d).Item()
					}
					want := (at(h) - at(-h)) / (2 * h)
					got := 0.0
					if g := p.Grad(); g != nil {
						got = g.Item()
					}
					if !(math.Abs(got-want) <= 1e-5*(1+math.Abs(want))) {
						t.Errorf("gradient of %s for %s is %v, by differences %v", what, k.params[i], got, want)
					}
				}
			}
		})
	}
}
