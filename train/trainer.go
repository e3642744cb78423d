package train

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/flambeau-ml/flambeau/data"
	"github.com/flambeau-ml/flambeau/nn"
	"github.com/flambeau-ml/flambeau/optim"
	"github.com/flambeau-ml/flambeau/tensor"
)

// Trainer trains a model of type M on batches of type B. Its fields are set once; those without a comment that says
// otherwise may be left out.
type Trainer[M, B any] struct {
	Model M // what is trained; it must be there, and have its values

	// Forward computes the loss of a batch, and the output that metrics look at. It must be there, and compute with m:
	// validation passes another handle on the same model, in evaluation mode.
	Forward func(m M, b B) (loss, out *tensor.Tensor)

	Optimizer optim.Optimizer // it must be there
	Data      *data.Loader[B] // what is trained on; it must be there
	Valid     *data.Loader[B] // what is validated on after each epoch
	Epochs    int             // how often to go through Data; it must be there
	// Accumulate makes one step of so many batches, the last of an epoch of what is left: for losses that are means over
	// samples the step of one larger batch, in the memory that one of its parts takes.
	Accumulate int
	EMA        *EMA             // averages parameters over steps; validation is of the averages
	Scheduler  *optim.Scheduler // stepped after each step, or each epoch where PerEpoch is set
	PerEpoch   bool
	Plateau    *optim.ReduceLROnPlateau // given the figure that Best names after each epoch; not with a Scheduler
	ClipNorm   float64                  // gradients are scaled to at most this norm; 0 leaves them alone
	Metrics    []Metric[B]              // of validation
	Best       string                   // which figure of validation says what the best epoch was: "loss" without it

	Dir    string // where checkpoints go; without it there are none
	Every  int    // steps between checkpoints, besides those after each epoch
	Start  Start  // what to do with the checkpoint that is in Dir
	Config any    // what the run depends on, as JSON: resuming another run is an error

	Progress Progress             // shows how it goes
	OnStep   func(s Status) error // called after each step; an error ends training
	// OnEpoch is called after each epoch, before its checkpoint: a run that is killed in between calls it again, with the
	// same figures, when it is resumed. An error ends training.
	OnEpoch func(r Report) error

	at     position
	report Report
	config string
	store  *store
}

// Start says how a run begins.
type Start int

const (
	Fresh    Start = iota // from the beginning; a checkpoint in Dir is an error, for a run is not overwritten by accident
	Resume                // from the checkpoint in Dir, or the beginning where there is none
	Fallback              // as Resume; where that checkpoint is damaged, from the one before it
)

// Status is how a run stands after a step.
type Status struct {
	Epoch, Epochs int // the epoch that the step belongs to, from 0
	Step          int // steps done since the run began
	Batch         int // batches done in this epoch, of Batches
	Batches       int
	Loss          float64 // of the step's batch, or batches
	LR            float64 // the rate that the next step will use
}

// Report is the figures of an epoch.
type Report struct {
	Epoch int                `json:"epoch"`           // from 0
	Step  int                `json:"step"`            // steps done since the run began
	Loss  float64            `json:"loss"`            // mean over the training samples' batches
	Valid map[string]float64 `json:"valid,omitempty"` // "loss" and each metric, means over the validation samples
	Best  bool               `json:"best"`            // no epoch before was as good
}

// position is what changes as a run goes on, besides tensors.
type position struct {
	Epoch   int   `json:"epoch"`   // epochs done, validation included
	Step    int   `json:"step"`    // steps done
	Trained bool  `json:"trained"` // the epoch's batches are done, its validation is not
	LossSum float `json:"loss_sum"`
	Losses  int   `json:"losses"`
	HasBest bool  `json:"has_best"`
	Best    float `json:"best"`
}

// Interrupted says that a run ended because its context did; what it had done is in its last checkpoint.
type Interrupted struct {
	Step  int
	Dir   string // empty where no checkpoints are kept
	Cause error
}

// Error says where the run stands.
func (e *Interrupted) Error() string {
	if e.Dir == "" {
		return fmt.Sprintf("interrupted after step %d", e.Step)
	}
	return fmt.Sprintf("interrupted after step %d; the checkpoint in %s has it", e.Step, e.Dir)
}

// Unwrap is the error of the context.
func (e *Interrupted) Unwrap() error { return e.Cause }

// Run trains until all epochs are done. It returns what went wrong: an *Interrupted when ctx ends, after the step at
// hand and a checkpoint; a *tensor.Error with the line at fault where a value cannot be computed, as a label that is
// out of range. Checkpoints are good whatever happens.
func (t *Trainer[M, B]) Run(ctx context.Context) error {
	if err := t.begin(); err != nil {
		return fmt.Errorf("train: %w", err)
	}
	if t.Progress != nil {
		defer t.Progress.Close()
	}
	for t.at.Epoch < t.Epochs {
		if err := t.epoch(ctx); err != nil {
			return t.end(ctx, err)
		}
	}
	return nil
}

// Report is the figures of the last epoch that was done by this Run.
func (t *Trainer[M, B]) Report() Report { return t.report }

// Step is how many steps were done.
func (t *Trainer[M, B]) Step() int { return t.at.Step }

func (t *Trainer[M, B]) begin() error {
	switch {
	case t.Forward == nil || t.Optimizer == nil || t.Data == nil:
		return errors.New("the fields Forward, Optimizer and Data must be set")
	case t.Epochs < 1:
		return fmt.Errorf("%d epochs", t.Epochs)
	case t.Accumulate < 0:
		return fmt.Errorf("steps of %d batches", t.Accumulate)
	case t.Data.Batches() == 0:
		return errors.New("there are no batches to train on")
	case t.Plateau != nil && t.Scheduler != nil:
		return errors.New("a Scheduler and a Plateau both set the rates: leave one out")
	case t.Best != "" && t.Best != lossName && !slices.ContainsFunc(t.Metrics, func(m Metric[B]) bool { return m.Name == t.Best }):
		return fmt.Errorf("the field Best is %q, which is no metric", t.Best)
	}
	if t.EMA != nil {
		if err := t.EMA.check(); err != nil {
			return err
		}
	}
	config, err := hashConfig(t.Config)
	if err != nil {
		return err
	}
	t.config = config
	t.at = position{}
	if t.EMA != nil {
		t.EMA.averages = nil
	}
	t.Optimizer.ZeroGrad()
	nn.Train(t.Model)
	if t.Dir == "" {
		return nil
	}
	return t.open()
}

// end makes the error of Run of what ended an epoch, and saves where nothing went wrong.
func (t *Trainer[M, B]) end(ctx context.Context, err error) error {
	cause := context.Cause(ctx)
	if cause == nil || !errors.Is(err, cause) && !errors.Is(err, ctx.Err()) {
		return fmt.Errorf("train: epoch %d, step %d: %w", t.at.Epoch+1, t.at.Step, err)
	}
	if err := t.save(ctx); err != nil {
		return fmt.Errorf("train: interrupted after step %d: %w", t.at.Step, err)
	}
	return &Interrupted{t.at.Step, t.Dir, cause}
}

// epoch does what is left of an epoch.
func (t *Trainer[M, B]) epoch(ctx context.Context) error {
	if t.Progress != nil {
		t.Progress.Epoch(t.at.Epoch, t.Epochs, t.Data.Batches())
	}
	if !t.at.Trained {
		if err := t.batches(ctx); err != nil {
			return err
		}
		t.at.Trained = true
	}
	r := Report{Epoch: t.at.Epoch, Step: t.at.Step, Loss: float64(t.at.LossSum) / float64(max(t.at.Losses, 1))}
	if t.Valid != nil {
		figures, err := t.Validate(ctx)
		if err != nil {
			return err
		}
		r.Valid = figures
	}
	t.judge(&r)
	switch {
	case t.Plateau != nil:
		t.Plateau.Step(t.Optimizer, t.figure(&r))
	case t.Scheduler != nil && t.PerEpoch:
		t.Scheduler.Step()
	}
	t.report = r
	if t.Progress != nil {
		t.Progress.Report(r)
	}
	if t.OnEpoch != nil {
		if err := t.OnEpoch(r); err != nil {
			return err
		}
	}
	t.at.Epoch++
	t.at.Trained, t.at.LossSum, t.at.Losses = false, 0, 0
	return t.save(ctx)
}

// batches trains on what the loader has left of the epoch.
func (t *Trainer[M, B]) batches(ctx context.Context) error {
	if t.Data.Done() && t.at.Losses > 0 {
		return nil // all were done before a checkpoint
	}
	step := t.newStep(ctx)
	defer step.end()
	for b, err := range t.Data.Epoch(step.loading) {
		if err != nil {
			return err
		}
		loss, done, err := step.add(b)
		if err != nil {
			return err
		}
		if !done {
			continue
		}
		if err := t.after(ctx, loss); err != nil {
			return err
		}
	}
	return nil
}

// bufferSteps is how often buffers are computed that no step needs, such as counts of batches: else each step would make
// what they wait for longer.
const bufferSteps = 32

// after does what follows a step.
func (t *Trainer[M, B]) after(ctx context.Context, loss float64) error {
	t.at.Step++
	t.at.LossSum += float(loss)
	t.at.Losses++
	if t.Scheduler != nil && !t.PerEpoch {
		t.Scheduler.Step()
	}
	if t.at.Step%bufferSteps == 0 {
		if err := tensor.Eval(context.WithoutCancel(ctx), nn.Buffers(t.Model)...); err != nil {
			return err
		}
	}
	s := Status{Epoch: t.at.Epoch, Epochs: t.Epochs, Step: t.at.Step, Batch: t.Data.State().Next, Batches: t.Data.Batches(),
		Loss: loss, LR: t.Optimizer.Groups()[0].LR}
	if t.Progress != nil {
		t.Progress.Step(s)
	}
	if t.OnStep != nil {
		if err := t.OnStep(s); err != nil {
			return err
		}
	}
	if err := context.Cause(ctx); err != nil {
		return err // the checkpoint comes with it
	}
	if t.Every > 0 && t.at.Step%t.Every == 0 {
		return t.save(ctx)
	}
	return nil
}

// best is the name of the figure that says how good an epoch was, and whether larger is better.
func (t *Trainer[M, B]) best() (name string, larger bool) {
	if t.Valid == nil || t.Best == "" {
		return lossName, false
	}
	for _, m := range t.Metrics {
		larger = larger || m.Name == t.Best && m.Larger
	}
	return t.Best, larger
}

// figure is what best names: of validation, where there is one.
func (t *Trainer[M, B]) figure(r *Report) float64 {
	if t.Valid == nil {
		return r.Loss
	}
	name, _ := t.best()
	return r.Valid[name]
}

// judge says whether the epoch was the best so far.
func (t *Trainer[M, B]) judge(r *Report) {
	figure := t.figure(r)
	if _, larger := t.best(); larger {
		figure = -figure
	}
	if !math.IsNaN(figure) && (!t.at.HasBest || figure < float64(t.at.Best)) {
		t.at.HasBest, t.at.Best, r.Best = true, float(figure), true
	}
}
