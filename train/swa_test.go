package train_test

import (
	"bytes"
	"context"
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/flambeau-ml/flambeau/data"
	"github.com/flambeau-ml/flambeau/nn"
	"github.com/flambeau-ml/flambeau/optim"
	"github.com/flambeau-ml/flambeau/tensor"
	"github.com/flambeau-ml/flambeau/train"
)

// Equal averages are the mean of the parameters after the steps that count: of 8 steps, 3, 5 and 7. A run that is
// interrupted and resumed has the same bits.
func TestEqualAverages(t *testing.T) {
	swa := func() *train.EMA { return &train.EMA{Equal: true, From: 2, Every: 2} }
	sums := map[string][]float64{}
	tr := plainTrainer(t, 16, 0)
	tr.EMA = swa()
	tr.OnStep = func(s train.Status) error {
		if s.Step == 3 || s.Step == 5 || s.Step == 7 {
			for _, p := range nn.NamedParameters(tr.Model) {
				if sums[p.Name] == nil {
					sums[p.Name] = make([]float64, p.Numel())
				}
				for i, x := range p.Float64s() {
					sums[p.Name][i] += x / 3
				}
			}
		}
		return nil
	}
	if err := tr.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	got := nn.StateDict(tr.Averaged())
	for name, want := range sums {
		for i, x := range got.Get(name).Float64s() {
			if math.Abs(x-want[i]) > 1e-6 {
				t.Fatalf("%s[%d] is %v, the mean is %v", name, i, x, want[i])
			}
		}
	}

	for _, stop := range []int{1, 4} {
		dir := t.TempDir()
		ctx, cancel := context.WithCancel(t.Context())
		first := plainTrainer(t, 16, 0)
		first.EMA, first.Dir = swa(), dir
		first.OnStep = func(s train.Status) error {
			if s.Step == stop {
				cancel()
			}
			return nil
		}
		var interrupted *train.Interrupted
		if err := first.Run(ctx); !errors.As(err, &interrupted) {
			t.Fatalf("error %v", err)
		}
		second := plainTrainer(t, 16, 0)
		second.EMA, second.Dir, second.Start = swa(), dir, train.Resume
		if err := second.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		for name, x := range nn.StateDict(second.Averaged()).All() {
			a, _ := x.Bytes(t.Context())
			b, _ := got.Get(name).Bytes(t.Context())
			if !bytes.Equal(a, b) {
				t.Errorf("stopped after step %d, %s has other bits", stop, name)
			}
		}
	}
	for want, e := range map[string]*train.EMA{"only one": {Equal: true, Decay: 0.5}, "below 0": {From: -1}, "from 0 to 1": {Decay: 2}} {
		tr := plainTrainer(t, 16, 0)
		tr.EMA = e
		if err := tr.Run(t.Context()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v does not say %q", err, want)
		}
	}
}

// normed is a model whose running statistics depend on a parameter.
type normed struct {
	A    *nn.Linear
	Norm *nn.BatchNorm1d
}

func (m *normed) Forward(x *tensor.Tensor) *tensor.Tensor {
	return m.Norm.Forward(m.A.Forward(x.Flatten(1)))
}

// UpdateStatistics leaves the means over the epoch that the averaged model has, and all else alone.
func TestUpdateStatistics(t *testing.T) {
	training, _ := digits(t, 48)
	m := nn.Init(&normed{nn.NewLinear(64, 10), nn.NewBatchNorm1d(10)}, 3)
	tr := &train.Trainer[*normed, data.Batch]{
		Model: m, Optimizer: optim.NewSGD(nn.Parameters(m), optim.LR(0.5)), Epochs: 3,
		Data: data.NewLoader(training, data.BatchSize(16), data.Shuffle(5)), EMA: &train.EMA{Equal: true, From: 3},
		Forward: train.Supervised[*normed](func(out, y *tensor.Tensor) *tensor.Tensor { return nn.CrossEntropy(out, y) }),
	}
	if err := tr.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	at := tr.Data.State()
	if err := tr.UpdateStatistics(t.Context()); err != nil {
		t.Fatal(err)
	}
	if tr.Data.State() != at {
		t.Errorf("the loader is at %v, was at %v", tr.Data.State(), at)
	}
	if n := m.Norm.NumBatchesTracked.Item(); n != 3 {
		t.Errorf("%v batches counted", n)
	}
	var mean []float64
	averaged := nn.NoGrad(tr.Averaged())
	for b, err := range data.NewLoader(training, data.BatchSize(48)).Epoch(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		mean = averaged.A.Forward(b.X.Flatten(1)).Mean(0).Float64s()
	}
	for i, x := range m.Norm.RunningMean.Float64s() {
		if math.Abs(x-mean[i]) > 1e-4 {
			t.Errorf("running mean %d is %v, want %v", i, x, mean[i])
		}
	}
	before := m.Norm.RunningMean.Float64s()[0]
	m.Forward(tensor.Zeros(4, 64)).Sum().Item() // momenta of the model itself are what they were
	bias := m.A.Bias.Float64s()[0]
	if got, want := m.Norm.RunningMean.Float64s()[0], before+0.1*(bias-before); math.Abs(got-want) > 1e-5 {
		t.Errorf("the running mean went to %v, want %v", got, want)
	}
}
