package ops_test

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/flambeau-ml/flambeau/internal/goldens"
	"github.com/flambeau-ml/flambeau/nn"
	"github.com/flambeau-ml/flambeau/tensor"
)

// moduleSubject is a module, by what makes it.
type moduleSubject struct {
	make func(a arguments) any
}

func (m moduleSubject) try(r *trial) error {
	module, err := m.build(r)
	if err != nil || r.s.On == "construction" {
		return err
	}
	out, err := m.forward(r, module)
	if err != nil {
		return err
	}
	return compute([]any{out})
}

// build makes the module, with its state and mode.
func (m moduleSubject) build(r *trial) (any, error) {
	c := r.s.Constructor
	args, kwargs, err := (&trial{f: r.f, s: &goldens.Sample{Call: c}, leaves: r.leaves}).arguments()
	if err != nil {
		return nil, err
	}
	module := m.make(arguments{args, kwargs})
	if _, layer := module.(nn.Layer); !layer {
		return module, nil // a loss has its weights from its constructor
	}
	module = nn.Init(module, 1)
	state := &nn.Dict{}
	names := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(r.s.State)) {
		v, err := r.f.Decode(r.s.State[name])
		if err != nil {
			return nil, err
		}
		t := v.(*goldens.Tensor)
		names[name] = t.Name
		state.Set(name, tensor.FromArray(t.Array))
	}
	if r.s.State != nil {
		if _, err := nn.LoadStateDict(module, state, true); err != nil {
			return nil, err
		}
	}
	for _, p := range nn.NamedParameters(module) {
		r.leaves[names[p.Name]] = p.Tensor
	}
	if !r.s.Training {
		nn.Eval(module)
	}
	return module, nil
}

func (m moduleSubject) forward(r *trial, module any) (*tensor.Tensor, error) {
	args, kwargs, err := r.arguments()
	if err != nil {
		return nil, err
	}
	for _, name := range []string{"input", "target"} {
		if v, ok := kwargs[name]; ok {
			args = append(args, v)
			delete(kwargs, name)
		}
	}
	if len(kwargs) > 0 {
		return nil, fmt.Errorf("%w: forward with %v", goldens.ErrUnsupported, slices.Sorted(maps.Keys(kwargs)))
	}
	var in []*tensor.Tensor
	for _, v := range args {
		in = append(in, as[*tensor.Tensor]("an input", v))
	}
	switch f := module.(type) {
	case nn.Layer:
		if len(in) == 1 {
			return f.Forward(in[0]), nil
		}
	case func(x, y *tensor.Tensor) *tensor.Tensor:
		if len(in) == 2 {
			return f(in[0], in[1]), nil
		}
	}
	return nil, fmt.Errorf("%w: a %T with %d inputs", goldens.ErrUnsupported, module, len(in))
}

func (m moduleSubject) check(r *trial) error {
	module, err := m.build(r)
	if err != nil {
		return err
	}
	out, err := m.forward(r, module)
	if err != nil {
		return err
	}
	answer, err := r.f.Decode(r.s.Outputs)
	if err != nil {
		return err
	}
	want, ok := answer.(*goldens.Tensor)
	if !ok {
		return errors.New("more than one output")
	}
	if err := r.compare(out, want); err != nil {
		return err
	}
	if err := r.backward(map[string]*tensor.Tensor{want.Name: out}); err != nil {
		return err
	}
	if err := r.mutated(); err != nil {
		return err
	}
	if _, layer := module.(nn.Layer); !layer {
		return nil
	}
	dict := nn.StateDict(module)
	for _, name := range slices.Sorted(maps.Keys(r.s.State)) {
		after := r.s.State[name]
		if v, changes := r.s.StateAfter[name]; changes {
			after = v
		}
		want, err := r.f.Decode(after)
		if err != nil {
			return err
		}
		if err := r.compare(dict.Get(name), want.(*goldens.Tensor)); err != nil {
			return fmt.Errorf("%s afterwards: %w", name, err)
		}
	}
	return nil
}
