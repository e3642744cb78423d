package ops_test

import (
	"fmt"
	"maps"
	"reflect"
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
	return compute(out)
}

// called is a module that takes more than tensors one after the other.
type called struct {
	module  any // nil of a function
	forward func(a arguments) []*tensor.Tensor
}

// stateful is what of a module has a state; nil of a function: a loss has its weights from its constructor.
func stateful(module any) any {
	if c, ok := module.(called); ok {
		return c.module
	}
	if reflect.TypeOf(module).Kind() == reflect.Func {
		return nil
	}
	return module
}

// build makes the module, with its state and mode.
func (m moduleSubject) build(r *trial) (any, error) {
	c := r.s.Constructor
	args, kwargs, err := (&trial{f: r.f, s: &goldens.Sample{Call: c}, leaves: r.leaves}).arguments()
	if err != nil {
		return nil, err
	}
	module := m.make(arguments{args, kwargs})
	own := stateful(module)
	if own == nil {
		return module, nil
	}
	nn.Init(own, 1)
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
		if _, err := nn.LoadStateDict(own, state, true); err != nil {
			return nil, err
		}
	}
	for _, p := range nn.NamedParameters(own) {
		r.leaves[names[p.Name]] = p.Tensor
	}
	if !r.s.Training {
		nn.Eval(own)
	}
	return module, nil
}

// forward calls the module's Forward, or a loss itself, which takes tensors.
func (m moduleSubject) forward(r *trial, module any) ([]any, error) {
	args, kwargs, err := r.arguments()
	if err != nil {
		return nil, err
	}
	if c, ok := module.(called); ok {
		var out []any
		for _, x := range c.forward(arguments{args, kwargs}) {
			out = append(out, x)
		}
		return out, nil
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
	f := reflect.ValueOf(module)
	if f.Kind() != reflect.Func {
		f = f.MethodByName("Forward")
	}
	if !f.IsValid() || f.Type().NumIn() != len(args) {
		return nil, fmt.Errorf("%w: a %T with %d inputs", goldens.ErrUnsupported, module, len(args))
	}
	var in []reflect.Value
	for i, v := range args {
		x := reflect.ValueOf(as[*tensor.Tensor]("an input", v))
		if !x.Type().AssignableTo(f.Type().In(i)) {
			return nil, fmt.Errorf("%w: a %T whose input %d is no tensor", goldens.ErrUnsupported, module, i)
		}
		in = append(in, x)
	}
	var out []any
	for _, v := range f.Call(in) {
		out = append(out, v.Interface())
	}
	return out, nil
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
	want := wanted(answer)
	if len(out) != len(want) {
		return fmt.Errorf("%d outputs, want %d", len(out), len(want))
	}
	outs := map[string]*tensor.Tensor{}
	for i, w := range want {
		if err := r.compareValue(out[i], w); err != nil {
			return err
		}
		if w, ok := w.(*goldens.Tensor); ok {
			outs[w.Name] = out[i].(*tensor.Tensor)
		}
	}
	if err := r.backward(outs); err != nil {
		return err
	}
	if err := r.mutated(); err != nil {
		return err
	}
	own := stateful(module)
	if own == nil {
		return nil
	}
	dict := nn.StateDict(own)
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
