package optim

import (
	"errors"
	"fmt"
	"slices"

	"github.com/flambeau-ml/flambeau/nn"
	"github.com/flambeau-ml/flambeau/tensor"
)

// numbers are those of the state by PyTorch's names.
func (st *lbfgsState) numbers() map[string]*float64 {
	return map[string]*float64{"t": &st.t, "H_diag": &st.hDiag, "prev_loss": &st.loss}
}

// counts are those of the state by PyTorch's names.
func (st *lbfgsState) counts() map[string]*int {
	return map[string]*int{"func_evals": &st.evals, "n_iter": &st.iters}
}

// vectors are those of the state by PyTorch's names.
func (st *lbfgsState) vectors() map[string]**tensor.Tensor {
	return map[string]**tensor.Tensor{"d": &st.d, "prev_flat_grad": &st.prevGrad}
}

// State is all that must be kept for training to go on: a copy that later steps do not change. As in PyTorch it is kept
// under the name of the first parameter; old_dirs, old_stps and ro are numbered from the oldest.
func (o *LBFGS) State() *State {
	s := o.c.State()
	if o.at.evals == 0 {
		return s
	}
	at := o.at
	for _, name := range []string{"func_evals", "n_iter"} {
		s.Tensors.Set("0."+name, stepTensor(*at.counts()[name]))
	}
	if at.d == nil {
		return s
	}
	for _, name := range []string{"t", "H_diag", "prev_loss"} {
		s.Tensors.Set("0."+name, tensor.Of(*at.numbers()[name]))
	}
	for _, name := range []string{"d", "prev_flat_grad"} {
		s.Tensors.Set("0."+name, (*at.vectors()[name]).Clone())
	}
	for i := range at.ro {
		s.Tensors.Set(fmt.Sprintf("0.old_dirs.%d", i), at.oldDirs[i].Clone())
		s.Tensors.Set(fmt.Sprintf("0.old_stps.%d", i), at.oldStps[i].Clone())
		s.Tensors.Set(fmt.Sprintf("0.ro.%d", i), tensor.Of(at.ro[i]))
	}
	return s
}

// LoadState goes on from a state, which must fit the parameters. After an error the optimiser is as it was.
func (o *LBFGS) LoadState(s *State) error {
	params, err := o.c.match(s)
	if err != nil {
		return err
	}
	total := 0
	for _, p := range params {
		total += p.Numel()
	}
	var at lbfgsState
	if err := at.load(s.Tensors, total); err != nil {
		return fmt.Errorf("%s: %w", o.c.op, err)
	}
	o.at = at
	for i, g := range o.c.groups {
		g.Hyper = s.Groups[i].Hyper
	}
	return nil
}

// load takes the tensors of a state for so many numbers in all parameters.
func (st *lbfgsState) load(d *nn.Dict, total int) error {
	known := 0
	take := func(name string, f func(t *tensor.Tensor) error) (bool, error) {
		t := d.Get("0." + name)
		if t == nil {
			return false, nil
		}
		known++
		if err := f(t); err != nil {
			return true, fmt.Errorf("0.%s of the state: %w", name, err)
		}
		return true, nil
	}
	vector := func(to **tensor.Tensor) func(*tensor.Tensor) error {
		return func(t *tensor.Tensor) error {
			if !slices.Equal(t.Shape(), []int{total}) {
				return fmt.Errorf("has shape %v, the parameters %d numbers", t.Shape(), total)
			}
			*to = t.Clone()
			return nil
		}
	}
	var errs []error
	for name, to := range st.counts() {
		_, err := take(name, func(t *tensor.Tensor) error { return tensor.Try(func() { *to = int(t.Item()) }) })
		errs = append(errs, err)
	}
	for name, to := range st.numbers() {
		_, err := take(name, func(t *tensor.Tensor) error { return tensor.Try(func() { *to = t.Item() }) })
		errs = append(errs, err)
	}
	for name, to := range st.vectors() {
		_, err := take(name, vector(to))
		errs = append(errs, err)
	}
	for i := 0; ; i++ { // the history, from the oldest
		var ro float64
		there, err := take(fmt.Sprintf("ro.%d", i), func(t *tensor.Tensor) error { return tensor.Try(func() { ro = t.Item() }) })
		if errs = append(errs, err); !there {
			break
		}
		st.ro = append(st.ro, ro)
		for name, list := range map[string]*[]*tensor.Tensor{"old_dirs": &st.oldDirs, "old_stps": &st.oldStps} {
			*list = append(*list, nil)
			_, err := take(fmt.Sprintf("%s.%d", name, i), vector(&(*list)[i]))
			errs = append(errs, err)
		}
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	if n := d.Len(); n != known {
		return fmt.Errorf("the state has %d tensors, of which only %d are known: %v", n, known, d.Names())
	}
	whole := len(st.counts()) + len(st.numbers()) + len(st.vectors()) + 3*len(st.ro)
	if st.iters > 0 && known != whole {
		return fmt.Errorf("the state is not whole: it has %v", d.Names())
	}
	return nil
}
