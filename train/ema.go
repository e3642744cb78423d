package train

import (
	"fmt"

	"github.com/flambeau-ml/flambeau/nn"
	"github.com/flambeau-ml/flambeau/tensor"
)

// EMA is exponential moving averages of a model's parameters: after the first step what they are, and after each one
// Decay of what the averages were and 1 − Decay of the parameters. It is PyTorch's AveragedModel with
// get_ema_multi_avg_fn. An EMA belongs to one Trainer.
type EMA struct {
	Decay float64 // 0.999 in PyTorch where nothing else is said

	averages []*tensor.Tensor // in the order of nn.NamedParameters; nil before the first step
}

// update records the averages after a step.
func (e *EMA) update(model any) []*tensor.Tensor {
	params := nn.NamedParameters(model)
	if e.averages == nil {
		for _, p := range params {
			e.averages = append(e.averages, p.Detach().Clone())
		}
		return e.averages
	}
	for i, p := range params {
		e.averages[i].LerpScalar_(p.Detach(), 1-e.Decay)
	}
	return e.averages
}

// save puts the averages into d.
func (e *EMA) save(model any, d *nn.Dict) {
	if e == nil || e.averages == nil {
		return
	}
	for i, p := range nn.NamedParameters(model) {
		d.Set(averagePrefix+p.Name, e.averages[i])
	}
}

// restore takes the averages from d; before the first step there are none.
func (e *EMA) restore(model any, d *nn.Dict, steps int) error {
	e.averages = nil
	if steps == 0 {
		return nil
	}
	for _, p := range nn.NamedParameters(model) {
		x := d.Get(averagePrefix + p.Name)
		if x == nil {
			return fmt.Errorf("the average of %s is missing", p.Name)
		}
		if x.DType() != p.DType() || fmt.Sprint(x.Shape()) != fmt.Sprint(p.Shape()) {
			return fmt.Errorf("the average of %s is %v %v, the parameter %v %v", p.Name, x.DType(), x.Shape(), p.DType(), p.Shape())
		}
		e.averages = append(e.averages, x)
	}
	return nil
}

// Averaged is the model with the averages in place of its parameters, to evaluate or to save: buffers are shared with
// the model that is trained, modes are its own. Without an EMA, or before its first step, it is that model itself.
func (t *Trainer[M, B]) Averaged() M {
	if t.EMA == nil || t.EMA.averages == nil {
		return t.Model
	}
	return nn.WithParameters(t.Model, t.EMA.averages...)
}
