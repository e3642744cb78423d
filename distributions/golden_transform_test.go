package distributions_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/flambeau-ml/flambeau/distributions"
	"github.com/flambeau-ml/flambeau/internal/goldens"
	"github.com/flambeau-ml/flambeau/tensor"
)

// maps are the transforms, given their parameters, which are tensors or numbers in PyTorch's order.
var maps = map[string]func(ps []*tensor.Tensor) distributions.Transform{
	"ExpTransform":      func([]*tensor.Tensor) distributions.Transform { return distributions.ExpTransform{} },
	"SigmoidTransform":  func([]*tensor.Tensor) distributions.Transform { return distributions.SigmoidTransform{} },
	"TanhTransform":     func([]*tensor.Tensor) distributions.Transform { return distributions.TanhTransform{} },
	"SoftplusTransform": func([]*tensor.Tensor) distributions.Transform { return distributions.SoftplusTransform{} },
	"PowerTransform": func(ps []*tensor.Tensor) distributions.Transform {
		return distributions.PowerTransform{Exponent: ps[0]}
	},
	"AffineTransform": func(ps []*tensor.Tensor) distributions.Transform {
		return distributions.AffineTransform{Loc: ps[0], Scale: ps[1]}
	},
}

// transform makes the transform of a golden.
func (l leaves) transform(f *goldens.File, name string, c goldens.Call) (distributions.Transform, error) {
	if name == "ComposeTransform" {
		parts, ok := c.Args[0].([]any)
		if !ok {
			return nil, errors.New("composes no list")
		}
		var out distributions.Compose
		for _, p := range parts {
			m := p.(map[string]any)
			args, _ := m["args"].([]any)
			kwargs, _ := m["kwargs"].(map[string]any)
			part, err := l.transform(f, m["$transform"].(string), goldens.Call{Args: args, Kwargs: kwargs})
			if err != nil {
				return nil, err
			}
			out = append(out, part)
		}
		return out, nil
	}
	build, ok := maps[name]
	if !ok {
		return nil, fmt.Errorf("%s: %w", name, errNone)
	}
	if n := c.Kwargs["event_dim"]; n != nil {
		return nil, fmt.Errorf("event_dim: %w", errNone)
	}
	var ps []*tensor.Tensor
	for _, a := range c.Args {
		p, err := l.tensor(f, a)
		if err != nil {
			return nil, err
		}
		ps = append(ps, p)
	}
	return build(ps), nil
}

// checkTransform compares a transform, its inverse and log-determinant, and the gradients of the first and last.
func checkTransform(t *testing.T, f *goldens.File, name string, s *sample) error {
	l := leaves{}
	tr, err := l.transform(f, name, s.Constructor)
	if err != nil {
		return err
	}
	x, err := l.tensor(f, s.Inputs["x"])
	if err != nil {
		return err
	}
	y := tr.Forward(x)
	got := map[string]*tensor.Tensor{"y": y, "x_back": tr.Inverse(y), "log_abs_det_jacobian": tr.LogAbsDetJacobian(x, y)}
	outputs, ok := s.Outputs.(map[string]any)
	if !ok || len(outputs) == 0 {
		return errors.New("the sample has no outputs")
	}
	total := tensor.Of(float32(0))
	for key, want := range outputs {
		if got[key] == nil {
			return fmt.Errorf("no method for %s", key)
		}
		if err := compare(t, f, got[key], want, s); err != nil {
			return fmt.Errorf("%s: %w", key, err)
		}
		if s.Backward == nil {
			continue
		}
		if cot := s.Backward.Cotangents[want.(map[string]any)["$tensor"].(string)]; cot != nil {
			c, err := (leaves{}).tensor(f, cot)
			if err != nil {
				return err
			}
			total = total.Add(got[key].Mul(c).Sum())
		}
	}
	if s.Backward == nil {
		return nil
	}
	total.Backward()
	return l.compareGrads(t, f, s)
}
