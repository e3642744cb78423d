package tensor_test

import (
	"math/rand/v2"
	"runtime"
	"testing"

	"github.com/flambeau-ml/flambeau/nn"
	"github.com/flambeau-ml/flambeau/optim"
	"github.com/flambeau-ml/flambeau/tensor"
)

// net is a small network with what makes programs interesting: batch norm's running statistics, a hidden layer.
type net struct {
	Fc1  *nn.Linear
	Norm *nn.BatchNorm1d
	Fc2  *nn.Linear
}

func newNet(seed uint64) *net {
	return nn.Train(nn.Init(&net{nn.NewLinear(6, 16), nn.NewBatchNorm1d(16), nn.NewLinear(16, 3)}, seed))
}

func (m *net) Forward(x *tensor.Tensor) *tensor.Tensor {
	return m.Fc2.Forward(m.Norm.Forward(m.Fc1.Forward(x)).ReLU())
}

func batch(r *rand.Rand, n int) (x, y *tensor.Tensor) {
	data, labels := make([]float32, 6*n), make([]int64, n)
	for i := range labels {
		labels[i] = r.Int64N(3)
		for k := range 6 {
			data[6*i+k] = float32(r.NormFloat64()) + float32(labels[i])*float32(k%2)
		}
	}
	return tensor.New(data, n, 6), tensor.New(labels)
}

// TestProgramsOverBatchSizes trains over all batch sizes 2…50 with a changing rate: sizes and numbers are parameters.
func TestProgramsOverBatchSizes(t *testing.T) {
	onDevice(t, 2, false, func(d *tensor.Device) {
		m, r := newNet(1), rand.New(rand.NewPCG(3, 4))
		opt := optim.NewAdamW(nn.Parameters(m), optim.LR(1e-2))
		after2 := 0
		for step := range 500 {
			opt.Groups()[0].LR = 1e-2 / float64(step+1)
			x, y := batch(r, 2+step%49)
			loss := nn.CrossEntropy(m.Forward(x), y)
			loss.Backward()
			opt.Step()
			opt.ZeroGrad()
			loss.Item()
			if step == 1 {
				after2 = d.Stats().Programs
			}
		}
		if got := d.Stats().Programs; got > after2+3 {
			t.Errorf("%d programs after 2 steps, %d after 500", after2, got)
		}
	})
}

// TestItemBeforeBackward reads the loss first: from the second step on the forward pass runs once.
func TestItemBeforeBackward(t *testing.T) {
	onDevice(t, 2, false, func(d *tensor.Device) {
		m, r := newNet(1), rand.New(rand.NewPCG(3, 4))
		opt := optim.NewSGD(nn.Parameters(m), optim.LR(1e-2))
		forms, runs := 0, 0
		for step := range 6 {
			x, y := batch(r, 8)
			loss := nn.CrossEntropy(m.Forward(x), y)
			loss.Item()
			loss.Backward()
			before := d.Stats()
			opt.Step()
			opt.ZeroGrad()
			after := d.Stats()
			if step >= 2 && after.Runs-before.Runs != 1 {
				t.Errorf("step %d: %d runs for one Step", step, after.Runs-before.Runs)
			}
			if step == 2 {
				forms, runs = after.Forms, after.Runs
			} else if step > 2 && after.Forms != forms {
				t.Errorf("step %d: %d forms, %d at step 2", step, after.Forms, forms)
			}
		}
		if runs == 0 {
			t.Error("nothing ran")
		}
	})
}

// TestInferenceKeepsNothing runs a model whose parameters require gradients: memory does not grow, and no recipe of
// an intermediate stays behind a result that was dropped.
func TestInferenceKeepsNothing(t *testing.T) {
	onDevice(t, 2, false, func(d *tensor.Device) {
		m, r := nn.Eval(newNet(1)), rand.New(rand.NewPCG(3, 4))
		x, _ := batch(r, 64)
		m.Forward(x).Float32s()
		base := d.Memory().Live
		out := make([]*tensor.Tensor, 100)
		for i := range out {
			out[i] = nn.NoGrad(m).Forward(x)
			out[i].Float32s()
		}
		if grown := d.Memory().Live - base; grown > int64(len(out))*64*3*4*2 {
			t.Errorf("%d bytes for %d results of %d bytes", grown, len(out), 64*3*4)
		}
		runtime.KeepAlive(out)
	})
}

// TestKeptResults keeps losses and logits of every step and a running total that is never read: right values, and
// memory for what is kept alone.
func TestKeptResults(t *testing.T) {
	onDevice(t, 2, false, func(d *tensor.Device) {
		m, r := newNet(1), rand.New(rand.NewPCG(3, 4))
		opt := optim.NewSGD(nn.Parameters(m), optim.LR(1e-2))
		total := tensor.New([]float32{0})
		var losses, logits []*tensor.Tensor
		var seen []float64
		const steps = 60
		for range steps {
			x, y := batch(r, 16)
			out := m.Forward(x)
			loss := nn.CrossEntropy(out, y)
			loss.Backward()
			opt.Step()
			opt.ZeroGrad()
			total.Add_(loss.Detach())
			losses, logits = append(losses, loss.Detach()), append(logits, out.Detach())
			seen = append(seen, loss.Item())
		}
		sum := 0.0
		for i, l := range losses {
			if got := l.Item(); got != seen[i] {
				t.Errorf("loss %d: %v, was %v", i, got, seen[i])
			}
			sum += seen[i]
		}
		if got := total.Item(); got < sum*0.999 || got > sum*1.001 {
			t.Errorf("running total %v, losses sum to %v", got, sum)
		}
		for _, l := range logits {
			if l.Size(0) != 16 || len(l.Float32s()) != 48 {
				t.Fatal("logits are wrong")
			}
		}
		if live := d.Memory().Live; live > 64<<20 {
			t.Errorf("%d bytes live", live)
		}
	})
}

// TestRunningStatistics updates batch norm's statistics by forward passes alone.
func TestRunningStatistics(t *testing.T) {
	onDevice(t, 2, false, func(*tensor.Device) {
		m, r := newNet(1), rand.New(rand.NewPCG(3, 4))
		for range 20 {
			x, _ := batch(r, 32)
			m.Forward(x).Float32s()
		}
		if got := m.Norm.NumBatchesTracked.Item(); got != 20 {
			t.Errorf("%v batches tracked", got)
		}
		if v := m.Norm.RunningMean.Float32s(); v[0] == 0 {
			t.Error("the running mean did not move")
		}
	})
}
