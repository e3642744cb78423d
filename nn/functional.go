package nn

import (
	"reflect"

	"github.com/flambeau-ml/flambeau/tensor"
)

// WithParameters is the same model computing with ts in place of its parameters, which they follow in the order of
// [Parameters]: torch.func.functional_call. Buffers and generators are shared with model. It makes of a model a
// function of its parameters, for package transform:
//
//	loss := func(xs ...*tensor.Tensor) *tensor.Tensor { // parameters, then one sample
//		return nn.CrossEntropy(nn.WithParameters(model, xs[:n]...).Forward(xs[n]), xs[n+1])
//	}
func WithParameters[M any](model M, ts ...*tensor.Tensor) M {
	named := NamedParameters(model)
	if len(ts) != len(named) {
		panic(tensor.Errorf("nn.WithParameters", "%d tensors are given for %d parameters", len(ts), len(named)))
	}
	a := aliaser{params: map[*Parameter]*Parameter{}, seen: map[pointer]reflect.Value{}}
	for i, p := range named {
		if !ts[i].DType().IsInexact() || !reflect.DeepEqual(ts[i].Shape(), p.Shape()) {
			panic(tensor.Errorf("nn.WithParameters", "a tensor of %s %v does not fit the parameter %s of %s %v",
				ts[i].DType(), ts[i].Shape(), p.Name, p.DType(), p.Shape()))
		}
		a.params[p.Of] = &Parameter{Tensor: ts[i], init: p.Of.init, ready: true, frozen: p.Of.frozen}
	}
	v := reflect.ValueOf(&model).Elem()
	if w, changed := a.value(v); changed {
		v.Set(w)
	}
	return model
}
