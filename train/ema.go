package train

import (
	"context"
	"errors"
	"fmt"

	"github.com/flambeau-ml/flambeau/data"
	"github.com/flambeau-ml/flambeau/nn"
	"github.com/flambeau-ml/flambeau/tensor"
)

// EMA is averages of a model's parameters over steps: at first what they are, and after each further step Decay of what
// the averages were and 1 − Decay of the parameters. With Equal all steps count alike, as in stochastic weight averaging,
// for which optim.SWALR makes the rates. It is PyTorch's AveragedModel. An EMA belongs to one Trainer.
type EMA struct {
	Decay float64 // 0.999 in PyTorch where nothing else is said; not with Equal
	Equal bool    // the averages are means over the steps that count
	From  int     // so many steps of the run do not count, and validation is of the model until they are done
	Every int     // of the others, the first in so many counts; 0 is 1

	averages []*tensor.Tensor // in the order of nn.NamedParameters; nil before the first step that counts
}

// check finds what makes no sense.
func (e *EMA) check() error {
	switch {
	case !(e.Decay >= 0 && e.Decay <= 1):
		return fmt.Errorf("an average that keeps %g of itself: it must be from 0 to 1", e.Decay)
	case e.Equal && e.Decay != 0:
		return fmt.Errorf("an average of equal parts that keeps %g of itself: only one of the two can be", e.Decay)
	case e.From < 0 || e.Every < 0:
		return fmt.Errorf("an average from step %d, every %d: neither may be below 0", e.From, e.Every)
	}
	return nil
}

// update records the averages after a step, the first of which is 1.
func (e *EMA) update(model any, step int) []*tensor.Tensor {
	after, every := step-e.From-1, max(e.Every, 1)
	if after < 0 || after%every != 0 {
		return nil
	}
	params := nn.NamedParameters(model)
	if e.averages == nil {
		for _, p := range params {
			e.averages = append(e.averages, p.Detach().Clone())
		}
		return e.averages
	}
	fresh := 1 - e.Decay
	if e.Equal {
		fresh = 1 / float64(after/every+1)
	}
	for i, p := range params {
		e.averages[i].LerpScalar_(p.Detach(), fresh)
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

// restore takes the averages from d; before the first step that counts there are none.
func (e *EMA) restore(model any, d *nn.Dict, steps int) error {
	e.averages = nil
	if steps <= e.From {
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
// the model that is trained, modes are its own. Without an EMA, or before its first step that counts, it is that model
// itself. Running statistics of batch normalisations are those of the model that is trained: see UpdateStatistics.
func (t *Trainer[M, B]) Averaged() M {
	if t.EMA == nil || t.EMA.averages == nil {
		return t.Model
	}
	return nn.WithParameters(t.Model, t.EMA.averages...)
}

// UpdateStatistics finds the running statistics of the batch normalisations anew, for the averages of the parameters: as
// means over one epoch of Data. It is PyTorch's update_bn, for when training is done; they are shared with Model.
func (t *Trainer[M, B]) UpdateStatistics(ctx context.Context) (err error) {
	at := t.Data.State()
	if err := t.Data.Restore(data.State{}); err != nil {
		return fmt.Errorf("train: %w", err)
	}
	defer func() { err = errors.Join(err, t.Data.Restore(at)) }()
	model := nn.FreshStatistics(t.Averaged())
	for b, err := range t.Data.Epoch(ctx) {
		if err == nil {
			err = tensor.Try(func() { t.Forward(model, b) })
		}
		if err == nil {
			err = tensor.Eval(ctx, nn.Buffers(model)...)
		}
		if err != nil {
			return fmt.Errorf("train: finding running statistics: %w", err)
		}
	}
	return nil
}
