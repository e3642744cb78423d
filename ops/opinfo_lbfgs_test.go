package ops_test

import (
	"fmt"
	"math"

	"github.com/flambeau-ml/flambeau/internal/goldens"
	"github.com/flambeau-ml/flambeau/optim"
	"github.com/flambeau-ml/flambeau/tensor"
)

// lbfgsSubject is LBFGS, which is given a function and no gradients.
type lbfgsSubject struct{}

func (lbfgsSubject) start(r *trial, params []*tensor.Tensor) (*optim.LBFGS, error) {
	kwargs, err := r.f.DecodeMap(r.s.Kwargs)
	if err != nil {
		return nil, err
	}
	var opts []optim.Option
	change := 1e-9
	for key, v := range kwargs {
		switch key {
		case "lr":
			opts = append(opts, optim.LR(numberOf(v)))
		case "max_iter":
			opts = append(opts, optim.MaxIter(as[int](key, v)))
		case "max_eval":
			opts = append(opts, optim.MaxEval(as[int](key, v)))
		case "history_size":
			opts = append(opts, optim.HistorySize(as[int](key, v)))
		case "tolerance_grad":
			opts = append(opts, optim.Tolerances(numberOf(v), change))
		case "line_search_fn":
			if v != nil {
				opts = append(opts, optim.StrongWolfe())
			}
		case "maximize":
			if as[bool](key, v) {
				opts = append(opts, optim.Maximize())
			}
		default:
			return nil, fmt.Errorf("%w: no option %s", goldens.ErrUnsupported, key)
		}
	}
	return optim.NewLBFGS(params, opts...), nil
}

func (s lbfgsSubject) try(r *trial) error {
	_, err := s.start(r, []*tensor.Tensor{tensor.New([]float32{1, 2, 3, 4}, 2, 2).RequiresGrad()})
	return err
}

// minimised is the function of a sample.
func minimised(r *trial) (func(x *tensor.Tensor) *tensor.Tensor, error) {
	f, err := r.f.DecodeMap(r.s.Function)
	if err != nil {
		return nil, err
	}
	switch f["name"] {
	case "quadratic":
		a, b := tensor.FromArray(f["A"].(*goldens.Tensor).Array), tensor.FromArray(f["b"].(*goldens.Tensor).Array)
		return func(x *tensor.Tensor) *tensor.Tensor {
			return x.Dot(a.MatMul(x)).MulScalar(0.5).Sub(b.Dot(x))
		}, nil
	case "rosenbrock":
		return func(x *tensor.Tensor) *tensor.Tensor {
			n := x.Size(0)
			head, tail := x.Narrow(0, 0, n-1), x.Narrow(0, 1, n-1)
			return tail.Sub(head.Square()).Square().MulScalar(100.0).Add(head.Neg().AddScalar(1.0).Square()).Sum()
		}, nil
	}
	return nil, fmt.Errorf("%w: a function %v", goldens.ErrUnsupported, f["name"])
}

func (s lbfgsSubject) check(r *trial) error {
	given, err := r.f.Decode(r.s.Args[0])
	if err != nil {
		return err
	}
	f, err := minimised(r)
	if err != nil {
		return err
	}
	x := tensor.FromArray(given.([]any)[0].(*goldens.Tensor).Array).RequiresGrad()
	opt, err := s.start(r, []*tensor.Tensor{x})
	if err != nil {
		return err
	}
	decoded, err := r.f.Decode(r.s.Outputs)
	if err != nil {
		return err
	}
	outputs := decoded.(map[string]any)
	for step := 1; step <= 20; step++ {
		loss, err := opt.Step(func() *tensor.Tensor {
			opt.ZeroGrad()
			y := f(x)
			y.Backward()
			return y
		})
		if err != nil {
			return err
		}
		want := numberOf(outputs["loss"].([]any)[step-1])
		if d := math.Abs(loss - want); !(d <= 1e-5+1e-4*math.Abs(want)) {
			return fmt.Errorf("the loss is %v at step %d, want %v", loss, step, want)
		}
		if step == 10 {
			if err := opt.LoadState(opt.State()); err != nil {
				return err
			}
		}
		if want, ok := outputs[fmt.Sprint(step)].([]any); ok {
			if err := r.compare(x, want[0].(*goldens.Tensor)); err != nil {
				return fmt.Errorf("after step %d: %w", step, err)
			}
		}
	}
	for what, want := range outputs["state"].([]any)[0].(map[string]any) {
		got, want := opt.State().Tensors.Get("0."+what).Item(), numberOf(want)
		if math.Abs(got-want) > 5 { // a search may stop a little earlier or later at its tolerance
			return fmt.Errorf("%s is %v, want %v", what, got, want)
		}
	}
	return nil
}
