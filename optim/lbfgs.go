package optim

import (
	"context"
	"errors"
	"math"
	"slices"

	"github.com/flambeau-ml/flambeau/tensor"
)

// LBFGS is PyTorch's LBFGS (after Nocedal, 1980), for losses that are the same function at every evaluation: a step goes
// along directions that the curvature found so far suggests. It keeps HistorySize changes of the parameters and of the
// gradient. There is one group of parameters. As a step evaluates the loss several times, it takes a function for it.
type LBFGS struct {
	c  core
	at lbfgsState
}

// lbfgsState is what is known of the loss. Its fields have PyTorch's names; vectors are all parameters in one row.
type lbfgsState struct {
	evals, iters     int
	d                *tensor.Tensor // the last direction; nil before the first step, as the vectors below
	prevGrad         *tensor.Tensor
	oldDirs, oldStps []*tensor.Tensor // changes of the gradient, and of the parameters
	ro               []float64        // reciprocals of their products
	t, hDiag, loss   float64
}

// NewLBFGS makes an LBFGS with PyTorch's defaults: a rate of 1, at most 20 iterations and 25 evaluations in a step, a
// history of 100, tolerances of 1e-7 and 1e-9, and no search along directions. It takes LR, MaxIter, MaxEval, Tolerances,
// HistorySize, StrongWolfe and Maximize. An option that makes no sense panics with *tensor.Error.
func NewLBFGS(params []*tensor.Tensor, opts ...Option) *LBFGS {
	o := &LBFGS{c: core{
		op: "optim.LBFGS", defaults: Hyper{LR: 1, MaxIter: 20, ToleranceGrad: 1e-7, ToleranceChange: 1e-9, HistorySize: 100},
		check: func(h *Hyper) error {
			switch {
			case h.MaxIter < 1 || h.MaxEval < 0 || h.HistorySize < 1:
				return errors.New("max_iter and history_size must be at least 1, and max_eval not below 0")
			case h.WeightDecay != 0:
				return errors.New("has no weight decay: add it to the loss")
			}
			return atLeast0([]string{"lr", "tolerance_grad", "tolerance_change"}, h.LR, h.ToleranceGrad, h.ToleranceChange)
		},
		fits: func(p *tensor.Tensor) error {
			if !p.DType().IsFloat() {
				return errors.New("is not of real numbers")
			}
			return nil
		},
	}}
	o.c.start(params, opts)
	return o
}

// Groups are the parameters with their options, which may be changed between steps: one group, or none.
func (o *LBFGS) Groups() []*Group { return o.c.groups }

// ZeroGrad forgets all gradients.
func (o *LBFGS) ZeroGrad() { o.c.ZeroGrad() }

// AddGroup adds the parameters, where none were given to NewLBFGS. A second group panics with *tensor.Error.
func (o *LBFGS) AddGroup(params []*tensor.Tensor, opts ...Option) {
	if len(o.c.groups) > 0 {
		o.c.fail("has one group of parameters, and was given another")
	}
	o.c.AddGroup(params, opts...)
}

// Step goes MaxIter times along a direction, or less often where the loss, the gradient or the parameters hardly change
// any more. Closure forgets gradients, computes the loss, differentiates it and returns it:
//
//	loss, err := opt.Step(func() *tensor.Tensor {
//		opt.ZeroGrad()
//		loss := nn.MSE(model.Forward(x), y)
//		loss.Backward()
//		return loss
//	})
//
// Step returns the loss where it began. An error is a *tensor.Error that closure panicked with, or that computing gave:
// parameters and state are then what they were before.
func (o *LBFGS) Step(closure func() *tensor.Tensor) (loss float64, err error) {
	if len(o.c.groups) == 0 || len(o.c.groups[0].Params) == 0 {
		err := tensor.Try(func() { loss = closure().Item() })
		return loss, err
	}
	g := o.c.groups[0]
	s := &lbfgsStep{Hyper: g.Hyper, params: g.Params, closure: closure, state: o.at}
	if s.MaxEval == 0 {
		s.MaxEval = s.MaxIter * 5 / 4
	}
	s.state.oldDirs, s.state.oldStps, s.state.ro = slices.Clone(o.at.oldDirs), slices.Clone(o.at.oldStps), slices.Clone(o.at.ro)
	before := s.clone()
	if err := tensor.Try(func() { loss = s.run() }); err != nil {
		return 0, errors.Join(err, tensor.Try(func() { s.set(before) }))
	}
	o.at = s.state
	return loss, nil
}

// lbfgsStep is a step in the making.
type lbfgsStep struct {
	Hyper
	params  []*tensor.Tensor
	closure func() *tensor.Tensor
	state   lbfgsState
}

// flat is one row of a tensor for each parameter.
func (s *lbfgsStep) flat(of func(p *tensor.Tensor) *tensor.Tensor) *tensor.Tensor {
	rows := make([]*tensor.Tensor, len(s.params))
	for i, p := range s.params {
		rows[i] = of(p).Reshape(-1)
	}
	return tensor.Cat(rows)
}

// evaluate computes the loss and its gradient; both are negative where they are to grow.
func (s *lbfgsStep) evaluate() (loss float64, grad *tensor.Tensor) {
	l := s.closure()
	grad = s.flat(func(p *tensor.Tensor) *tensor.Tensor {
		if g := p.Grad(); g != nil {
			return g.Detach()
		}
		return p.Detach().ZerosLike()
	})
	if s.Maximize {
		grad = grad.Neg()
	}
	tensor.Must(tensor.Eval(context.Background(), l, grad))
	loss = l.Item()
	if s.Maximize {
		loss = -loss
	}
	return loss, grad
}

func (s *lbfgsStep) clone() []*tensor.Tensor {
	out := make([]*tensor.Tensor, len(s.params))
	for i, p := range s.params {
		out[i] = p.Detach().Clone()
	}
	return out
}

func (s *lbfgsStep) set(values []*tensor.Tensor) {
	for i, p := range s.params {
		p.Detach().Copy_(values[i])
	}
}

// move adds t times the direction to the parameters.
func (s *lbfgsStep) move(t float64, d *tensor.Tensor) {
	at := 0
	for _, p := range s.params {
		n := p.Numel()
		p.Detach().AddWith_(d.Narrow(0, at, n).Reshape(sizes(p)...), tensor.Alpha(t))
		at += n
	}
}

func sizes(p *tensor.Tensor) []any {
	out := make([]any, p.Dim())
	for i := range out {
		out[i] = p.Size(i)
	}
	return out
}

// largest is the largest magnitude in x.
func largest(x *tensor.Tensor) float64 {
	if x.Numel() == 0 {
		return 0
	}
	return x.Abs().Amax().Item()
}

// run does the step, and returns the loss where it began, as closure gave it.
func (s *lbfgsStep) run() float64 {
	st := &s.state
	loss, grad := s.evaluate()
	evals := 1
	st.evals++
	first := loss
	if s.Maximize {
		first = -loss
	}
	if largest(grad) <= s.ToleranceGrad {
		return first
	}
	for i := 1; i <= s.MaxIter; i++ {
		st.iters++
		s.direct(grad)
		st.prevGrad, st.loss = grad, loss
		st.t = s.LR
		if st.iters == 1 {
			st.t *= min(1, 1/grad.Abs().Sum().Item())
		}
		slope := grad.Dot(st.d).Item()
		if slope > -s.ToleranceChange {
			break
		}
		more := 0
		switch {
		case s.StrongWolfe:
			w := &wolfe{step: s, from: s.clone(), d: st.d, most: s.MaxEval - evals, tolerance: s.ToleranceChange}
			p := w.search(point{0, loss, grad, slope}, st.t)
			loss, grad, st.t, more = p.loss, p.grad, p.t, w.evals
			s.move(st.t, st.d)
		default:
			s.move(st.t, st.d)
			if i < s.MaxIter { // what comes after the last is the next step's
				loss, grad = s.evaluate()
				more = 1
			}
		}
		evals += more
		st.evals += more
		if i == s.MaxIter || evals >= s.MaxEval || largest(grad) <= s.ToleranceGrad ||
			largest(st.d)*math.Abs(st.t) <= s.ToleranceChange || math.Abs(loss-st.loss) < s.ToleranceChange {
			break
		}
	}
	all := append([]*tensor.Tensor{st.d, st.prevGrad}, s.params...)
	tensor.Must(tensor.Eval(context.Background(), all...))
	return first
}

// direct finds the direction at a gradient: minus the gradient times an inverse Hessian that the history implies.
func (s *lbfgsStep) direct(grad *tensor.Tensor) {
	st := &s.state
	if st.iters == 1 {
		st.d, st.hDiag = grad.Neg(), 1
		st.oldDirs, st.oldStps, st.ro = nil, nil, nil
		return
	}
	y, step := grad.Sub(st.prevGrad), st.d.MulScalar(st.t)
	ys, yy := y.Dot(step), y.Dot(y)
	tensor.Must(tensor.Eval(context.Background(), y, step, ys, yy))
	if ys := ys.Item(); ys > 1e-10 {
		if n := len(st.oldDirs) - s.HistorySize + 1; n > 0 {
			st.oldDirs, st.oldStps, st.ro = st.oldDirs[n:], st.oldStps[n:], st.ro[n:]
		}
		st.oldDirs, st.oldStps, st.ro = append(st.oldDirs, y), append(st.oldStps, step), append(st.ro, 1/ys)
		st.hDiag = ys / yy.Item()
	}
	weights := make([]*tensor.Tensor, len(st.ro))
	q := grad.Neg()
	for i := len(weights) - 1; i >= 0; i-- {
		weights[i] = st.oldStps[i].Dot(q).MulScalar(st.ro[i])
		q = q.Sub(st.oldDirs[i].Mul(weights[i]))
	}
	d := q.MulScalar(st.hDiag)
	for i, w := range weights {
		d = d.Add(st.oldStps[i].Mul(w.Sub(st.oldDirs[i].Dot(d).MulScalar(st.ro[i]))))
	}
	st.d = d
	tensor.Must(tensor.Eval(context.Background(), d))
}
