package train

import (
	"context"
	"sync"

	"github.com/flambeau-ml/flambeau/data"
	"github.com/flambeau-ml/flambeau/optim"
	"github.com/flambeau-ml/flambeau/tensor"
)

// step is a step in the making: batches whose gradients add up.
type step[M, B any] struct {
	*Trainer[M, B]
	ctx     context.Context
	loading context.Context // ends with ctx, but not before the step at hand is done
	stop    context.CancelCauseFunc
	release func() bool

	mu    sync.Mutex
	ended bool // loading did
	parts int  // batches that are in the step

	last    int // the batch that ends the step
	samples int // in all its batches
	loss    float64
}

func (t *Trainer[M, B]) newStep(ctx context.Context) *step[M, B] {
	s := &step[M, B]{Trainer: t, ctx: ctx}
	s.loading, s.stop = context.WithCancelCause(context.WithoutCancel(ctx))
	s.release = context.AfterFunc(ctx, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.parts == 0 {
			s.ended = true
			s.stop(context.Cause(ctx))
		}
	})
	return s
}

func (s *step[M, B]) end() {
	s.release()
	s.stop(nil)
}

// begin finds out of which batches the step will be that begins with the one at hand. An error says that ctx has ended
// before it.
func (s *step[M, B]) begin() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	at := s.Data.State()
	if s.ended {
		if err := s.Data.Restore(data.State{Epoch: at.Epoch, Next: at.Next - 1}); err != nil {
			return err
		}
		return context.Cause(s.ctx)
	}
	s.parts, s.loss, s.samples = 1, 0, 0
	s.last = min(at.Next-1+max(s.Accumulate, 1), s.Data.Batches()) - 1
	for i := at.Next - 1; i <= s.last; i++ {
		s.samples += s.Data.Samples(i)
	}
	return nil
}

// add trains on one batch. Where that ends the step, it is done, and loss is that of all its batches.
func (s *step[M, B]) add(b B) (loss float64, done bool, err error) {
	if s.parts == 0 {
		if err := s.begin(); err != nil {
			return 0, false, err
		}
	}
	batch := s.Data.State().Next - 1
	share := float64(s.Data.Samples(batch)) / float64(s.samples)
	done = batch == s.last
	err = tensor.Try(func() {
		l, _ := s.Forward(s.Model, b)
		if share != 1 {
			l = l.MulScalar(share)
		}
		l.Backward()
		if done {
			s.update()
		} else {
			s.compute(l)
		}
		s.loss += l.Item()
	})
	if !done || err != nil {
		return 0, false, err
	}
	s.mu.Lock()
	s.parts = 0
	s.mu.Unlock()
	return s.loss, true, nil
}

// compute computes the gradients so far, so that nothing of the batches is kept for the next.
func (s *step[M, B]) compute(loss *tensor.Tensor) {
	all := []*tensor.Tensor{loss}
	for _, p := range s.params() {
		if g := p.Grad(); g != nil {
			all = append(all, g)
		}
	}
	tensor.Must(tensor.Eval(context.WithoutCancel(s.ctx), all...))
}

func (t *Trainer[M, B]) params() []*tensor.Tensor {
	var all []*tensor.Tensor
	for _, g := range t.Optimizer.Groups() {
		all = append(all, g.Params...)
	}
	return all
}

// update changes the parameters, and their averages, in one program.
func (s *step[M, B]) update() {
	if s.ClipNorm > 0 {
		optim.ClipGradNorm(s.params(), s.ClipNorm)
	}
	if s.EMA == nil {
		s.Optimizer.Step()
	} else {
		all := s.Optimizer.Update()
		all = append(all, s.EMA.update(s.Model, s.at.Step+1)...)
		tensor.Must(tensor.Eval(context.WithoutCancel(s.ctx), all...))
	}
	s.Optimizer.ZeroGrad()
}
