package train_test

import (
	"context"
	"fmt"
	"math"
	"os"
	"testing"

	"github.com/flambeau-ml/flambeau/data"
	"github.com/flambeau-ml/flambeau/nn"
	"github.com/flambeau-ml/flambeau/optim"
	"github.com/flambeau-ml/flambeau/tensor"
	"github.com/flambeau-ml/flambeau/train"
)

// plain is a model of which each sample's loss depends on that sample alone.
type plain struct{ A, B *nn.Linear }

func (m *plain) Forward(x *tensor.Tensor) *tensor.Tensor {
	return m.B.Forward(m.A.Forward(x.Flatten(1)).Tanh())
}

func plainTrainer(t testing.TB, batch, accumulate int) *train.Trainer[*plain, data.Batch] {
	training, _ := digits(t, 50)
	m := nn.Init(&plain{nn.NewLinear(64, 16), nn.NewLinear(16, 10)}, 3)
	return &train.Trainer[*plain, data.Batch]{
		Model: m, Optimizer: optim.NewSGD(nn.Parameters(m), optim.LR(0.1), optim.Momentum(0.9)), Epochs: 2, ClipNorm: 0.5,
		Data: data.NewLoader(training, data.BatchSize(batch), data.Shuffle(5)), Accumulate: accumulate,
		Forward: train.Supervised[*plain](func(out, y *tensor.Tensor) *tensor.Tensor { return nn.CrossEntropy(out, y) }),
	}
}

// Steps of several batches are those of larger ones, also where the last batch is smaller and the last step has fewer:
// 50 samples are 4 steps of 16, and 13 batches of 4, of which the last has 2.
func TestAccumulate(t *testing.T) {
	large, parts := plainTrainer(t, 16, 0), plainTrainer(t, 4, 4)
	var want []float64
	large.OnStep = func(s train.Status) error { want = append(want, s.Loss); return nil }
	i := 0
	parts.OnStep = func(s train.Status) error {
		if math.Abs(s.Loss-want[i]) > 1e-5 {
			t.Errorf("the loss of step %d is %v, want %v", s.Step, s.Loss, want[i])
		}
		i++
		return nil
	}
	for _, tr := range []*train.Trainer[*plain, data.Batch]{large, parts} {
		if err := tr.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		if tr.Step() != 8 {
			t.Errorf("%d steps, want 8", tr.Step())
		}
	}
	theirs := nn.StateDict(large.Model)
	for name, x := range nn.StateDict(parts.Model).All() {
		want := theirs.Get(name).Float32s()
		for i, got := range x.Float32s() {
			if math.Abs(float64(got-want[i])) > 1e-5 {
				t.Fatalf("element %d of %s is %v, want %v", i, name, got, want[i])
			}
		}
	}
}

// averaged is a trainer that accumulates and averages.
func averaged(t testing.TB, dir string) *trainer {
	tr := newTrainer(t, dir, 40, 2)
	training, _ := digits(t, 40)
	tr.Data = data.NewLoader(training, data.BatchSize(8), data.Shuffle(7), data.Workers(2)) // 5 batches: steps of 2, 2 and 1
	tr.Accumulate, tr.EMA = 2, &train.EMA{Decay: 0.7}
	return tr
}

func averagedBits(t testing.TB, tr *trainer) map[string][]byte {
	out := bits(t, tr)
	for name, x := range nn.StateDict(tr.Averaged()).All() {
		b, err := x.Bytes(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		out["average."+name] = b
	}
	return out
}

// A run with averages and steps of several batches, cancelled in whichever batch, ends its step and goes on with the
// same bits.
func TestResumeAccumulatedAverages(t *testing.T) {
	whole := averaged(t, t.TempDir())
	if err := whole.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if whole.Step() != 6 {
		t.Fatalf("%d steps, want 6", whole.Step())
	}
	want := averagedBits(t, whole)
	for stop := 1; stop < 10; stop++ {
		dir := t.TempDir()
		first := averaged(t, dir)
		ctx, cancel := context.WithCancel(t.Context())
		forward, batches := first.Forward, 0
		first.Forward = func(m *net, b data.Batch) (l, out *tensor.Tensor) {
			if m.Drop.Training() {
				if batches++; batches == stop {
					cancel()
				}
			}
			return forward(m, b)
		}
		if err := first.Run(ctx); err == nil {
			t.Fatalf("cancelled in batch %d, it ran to its end", stop)
		}
		cancel()
		second := averaged(t, dir)
		second.Start = train.Resume
		if err := second.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		sameBits(t, fmt.Sprintf("cancelled in batch %d", stop), averagedBits(t, second), want)
		if got, want := second.Report().Valid["loss"], whole.Report().Valid["loss"]; got != want {
			t.Errorf("cancelled in batch %d: validation gives %v, want %v", stop, got, want)
		}
	}
	other := averaged(t, whole.Dir)
	other.Start, other.EMA = train.Resume, nil
	if err := other.Run(t.Context()); err == nil {
		t.Error("a run with averages went on without")
	}
}

// Averages are what their formula says, and what validation is of.
func TestEMA(t *testing.T) {
	tr := plainTrainer(t, 25, 0)
	tr.EMA = &train.EMA{Decay: 0.9}
	var want []float64
	tr.OnStep = func(s train.Status) error {
		for i, p := range tr.Model.B.Bias.Float64s() {
			if s.Step == 1 {
				want = append(want, p)
			} else {
				want[i] += 0.1 * (p - want[i])
			}
		}
		return nil
	}
	valid, _ := digits(t, 20)
	tr.Valid = data.NewLoader(valid, data.BatchSize(20))
	if err := tr.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	mean := tr.Averaged()
	for i, x := range mean.B.Bias.Float64s() {
		if math.Abs(x-want[i]) > 1e-6 {
			t.Errorf("average %d is %v, want %v", i, x, want[i])
		}
	}
	b, err := valid.Batch(t.Context(), data.Pick{Indices: []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19}})
	if err != nil {
		t.Fatal(err)
	}
	loss := func(m *plain) float64 { return nn.CrossEntropy(m.Forward(b.X), b.Y).Item() }
	if got := tr.Report().Valid["loss"]; math.Abs(got-loss(mean)) > 1e-6 || math.Abs(got-loss(tr.Model)) < 1e-6 {
		t.Errorf("validation gives %v, the averages %v, the model %v", got, loss(mean), loss(tr.Model))
	}
}

// Averages cost a step no program of their own.
func TestEMAIsPartOfTheStep(t *testing.T) {
	tensor.Default().SetEager(false)
	t.Cleanup(func() { tensor.Default().SetEager(os.Getenv("FLAMBEAU_EAGER") == "1") })
	runs := func(ema *train.EMA) int {
		tr := plainTrainer(t, 25, 0)
		tr.EMA, tr.Epochs = ema, 6
		var at [2]int
		tr.OnStep = func(s train.Status) error {
			switch s.Step {
			case 4: // by now all programs have run before
				at[0] = tensor.Default().Stats().Runs
			case 12:
				at[1] = tensor.Default().Stats().Runs
			}
			return nil
		}
		if err := tr.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		return at[1] - at[0]
	}
	if without, with := runs(nil), runs(&train.EMA{Decay: 0.9}); with != without {
		t.Errorf("8 steps are %d programs with averages, and %d without", with, without)
	}
}
