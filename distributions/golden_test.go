package distributions_test

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"slices"
	"testing"

	"github.com/flambeau-ml/flambeau/distributions"
	"github.com/flambeau-ml/flambeau/internal/goldens"
	"github.com/flambeau-ml/flambeau/tensor"
)

var goldensDir = flag.String("goldens", "", "folder of goldens: a set, or sets; relative to the module's root")

// errNone says that the package has no distribution of the name.
var errNone = errors.New("no such distribution here")

// kind is a distribution as the goldens make it: the names of its parameters, in order, and its constructor.
type kind struct {
	params []string
	make   func(ps []*tensor.Tensor) distributions.Distribution
}

func one[D distributions.Distribution](name string, f func(a *tensor.Tensor) D) kind {
	return kind{[]string{name}, func(ps []*tensor.Tensor) distributions.Distribution { return f(ps[0]) }}
}

func two[D distributions.Distribution](first, second string, f func(a, b *tensor.Tensor) D) kind {
	return kind{[]string{first, second}, func(ps []*tensor.Tensor) distributions.Distribution { return f(ps[0], ps[1]) }}
}

var kinds = map[string]kind{
	"Bernoulli":   one("probs", distributions.NewBernoulli),
	"Cauchy":      two("loc", "scale", distributions.NewCauchy),
	"Exponential": one("rate", distributions.NewExponential),
	"Geometric":   one("probs", distributions.NewGeometric),
	"Gumbel":      two("loc", "scale", distributions.NewGumbel),
	"HalfCauchy":  one("scale", distributions.NewHalfCauchy),
	"HalfNormal":  one("scale", distributions.NewHalfNormal),
	"Laplace":     two("loc", "scale", distributions.NewLaplace),
	"LogNormal":   two("loc", "scale", distributions.NewLogNormal),
	"Normal":      two("loc", "scale", distributions.NewNormal),
	"Pareto":      two("scale", "alpha", distributions.NewPareto),
	"Uniform":     two("low", "high", distributions.NewUniform),
}

// sample is what a golden of a distribution has besides what all have.
type sample struct {
	goldens.Sample
	BatchShape []int          `json:"batch_shape"`
	Inputs     map[string]any `json:"inputs"`
	Sampling   map[string]any `json:"sampling"`
}

// leaves are the tensors of a call by name, so that their gradients can be compared.
type leaves map[string]*tensor.Tensor

func (l leaves) tensor(f *goldens.File, v any) (*tensor.Tensor, error) {
	x, err := f.Decode(v)
	if err != nil {
		return nil, err
	}
	if n, ok := goldens.Number(x); ok {
		return tensor.Of(float32(n)), nil
	}
	g, ok := x.(*goldens.Tensor)
	if !ok || g.Array == nil {
		return nil, fmt.Errorf("no tensor: %v", v)
	}
	t := tensor.FromArray(g.Array)
	if g.RequiresGrad {
		t = t.RequiresGrad()
	}
	l[g.Name] = t
	return t, nil
}

func (l leaves) build(f *goldens.File, name string, c goldens.Call) (d distributions.Distribution, err error) {
	k, ok := kinds[name]
	if !ok {
		return nil, errNone
	}
	if v := c.Kwargs["logits"]; v != nil && (name == "Bernoulli" || name == "Geometric") {
		odds, err := l.tensor(f, v)
		if err != nil {
			return nil, err
		}
		err = tensor.Try(func() {
			if d = distributions.NewBernoulliLogits(odds); name == "Geometric" {
				d = distributions.NewGeometricLogits(odds)
			}
		})
		return d, err
	}
	ps := make([]*tensor.Tensor, len(k.params))
	for i, p := range k.params {
		v, given := c.Kwargs[p]
		if i < len(c.Args) {
			v, given = c.Args[i], true
		}
		if !given {
			v = json.Number([]string{"0", "1"}[i]) // PyTorch's defaults where it has some: loc 0 and scale 1
		}
		if ps[i], err = l.tensor(f, v); err != nil {
			return nil, err
		}
	}
	err = tensor.Try(func() { d = k.make(ps) })
	return d, err
}

// answer is what the method of a golden's name gives.
func answer(d distributions.Distribution, name string, in leaves) (t *tensor.Tensor, err error) {
	err = tensor.Try(func() {
		switch name {
		case "log_prob":
			t = d.LogProb(in["value"])
		case "in_support":
			t = d.Support().Check(in["probe"])
		case "cdf":
			t = d.(interface {
				CDF(*tensor.Tensor) *tensor.Tensor
			}).CDF(in["value"])
		case "icdf":
			t = d.(interface {
				ICDF(*tensor.Tensor) *tensor.Tensor
			}).ICDF(in["quantile"])
		case "mean":
			t = d.(interface{ Mean() *tensor.Tensor }).Mean()
		case "mode":
			t = d.(interface{ Mode() *tensor.Tensor }).Mode()
		case "variance":
			t = d.(interface{ Variance() *tensor.Tensor }).Variance()
		case "stddev":
			t = d.(interface{ StdDev() *tensor.Tensor }).StdDev()
		case "entropy":
			t = d.(interface{ Entropy() *tensor.Tensor }).Entropy()
		case "enumerate_support":
			t = d.(*distributions.Bernoulli).EnumerateSupport(false)
		default:
			panic(tensor.Errorf("golden", "no method for %s", name))
		}
	})
	return t, err
}

func compare(t *testing.T, f *goldens.File, got *tensor.Tensor, want any, s *sample) error {
	w, err := f.Decode(want)
	if err != nil {
		return err
	}
	g := w.(*goldens.Tensor)
	a, err := got.Array(t.Context())
	if err != nil {
		return err
	}
	_, err = goldens.Compare(a, g, s.Err64[g.Name])
	return err
}

// compareGrads compares the gradients of all leaves.
func (l leaves) compareGrads(t *testing.T, f *goldens.File, s *sample) error {
	for key, want := range s.Backward.Grads {
		if want == nil {
			continue
		}
		g := l[key].Grad()
		if g == nil {
			return fmt.Errorf("no gradient of %s", key)
		}
		if err := compare(t, f, g, want, s); err != nil {
			return fmt.Errorf("gradient of %s: %w", key, err)
		}
	}
	return nil
}

func check(t *testing.T, f *goldens.File, name string, s *sample) error {
	l, in := leaves{}, leaves{}
	d, err := l.build(f, name, s.Constructor)
	if err != nil {
		return err
	}
	if !slices.Equal(d.BatchShape(), s.BatchShape) {
		return fmt.Errorf("the batch shape is %v, want %v", d.BatchShape(), s.BatchShape)
	}
	for key, v := range s.Inputs {
		if in[key], err = l.tensor(f, v); err != nil {
			return err
		}
	}
	outputs, ok := s.Outputs.(map[string]any)
	if !ok || len(outputs) == 0 {
		return errors.New("the sample has no outputs")
	}
	for key, want := range outputs {
		got, err := answer(d, key, in)
		if err == nil {
			err = compare(t, f, got, want, s)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", key, err)
		}
	}
	if s.Backward != nil {
		for _, v := range s.Backward.Cotangents { // one, of log_prob
			seed, err := (leaves{}).tensor(f, v)
			if err != nil {
				return err
			}
			d.LogProb(in["value"]).Backward(tensor.Seed(seed))
		}
		if err := l.compareGrads(t, f, s); err != nil {
			return err
		}
	}
	return moments(f, d, s)
}

// moments draws as often as the golden says and compares mean and variance within its tolerances.
func moments(f *goldens.File, d distributions.Distribution, s *sample) error {
	n, ok := goldens.Number(decoded(f, s.Sampling["n"]))
	if !ok {
		return nil
	}
	draws := d.Sample(tensor.NewGenerator(1), int(n)).To(tensor.Float64)
	for key, got := range map[string]*tensor.Tensor{"mean": draws.Mean(0), "variance": draws.Var(1, 0)} {
		if s.Sampling[key] == nil {
			continue
		}
		want, err := (leaves{}).tensor(f, s.Sampling[key])
		if err != nil {
			return err
		}
		tol, err := (leaves{}).tensor(f, s.Sampling[key+"_tol"])
		if err != nil {
			return err
		}
		g, w, e := got.Float64s(), want.Float64s(), tol.Float64s()
		for i := range w {
			if diff := g[i] - w[i]; !(diff <= e[i] && -diff <= e[i]) {
				return fmt.Errorf("the %s of %v draws is %v, want %v ± %v", key, n, g[i], w[i], e[i])
			}
		}
	}
	return nil
}

func decoded(f *goldens.File, v any) any {
	x, err := f.Decode(v)
	if err != nil {
		return nil
	}
	return x
}
