package tensor_test

import (
	"context"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"

	"github.com/flambeau-ml/flambeau/nn"
	"github.com/flambeau-ml/flambeau/optim"
	"github.com/flambeau-ml/flambeau/tensor"
)

// TestMemoryIsWhatIsKept trains with something kept from each step, undetached and not read: after a collection memory
// is larger than where nothing is kept by the bytes of what is, and not by the activations and old parameters that it was
// computed from. That holds for the step before the first collection, too, when nobody knew that something would be kept: it is
// found alive.
func TestMemoryIsWhatIsKept(t *testing.T) {
	const steps, size = 200, 32
	const block = 64 // the least that a buffer takes
	live := func(keep func(loss, logits *tensor.Tensor, kept []*tensor.Tensor) []*tensor.Tensor) (live int64) {
		onDevice(t, 2, false, func(d *tensor.Device) {
			m, r := nn.Train(nn.Init(&struct{ A, B *nn.Linear }{nn.NewLinear(6, 256), nn.NewLinear(256, 3)}, 1)), rand.New(rand.NewPCG(3, 4))
			opt := optim.NewSGD(nn.Parameters(m), optim.LR(1e-2))
			var kept []*tensor.Tensor
			for step := range steps {
				x, y := batch(r, size)
				logits := m.B.Forward(m.A.Forward(x).ReLU())
				loss := nn.CrossEntropy(logits, y)
				loss.Backward()
				opt.Step()
				opt.ZeroGrad()
				if kept = keep(loss, logits, kept); step%20 == 0 {
					d.Collect()
				}
			}
			if len(kept) > 0 { // and what was found alive
				tensor.Must(tensor.Eval(context.Background(), kept[len(kept)-1]))
			}
			d.Collect()
			live = d.Memory().Live
			sum := 0.0
			for _, x := range kept {
				sum += x.Float64s()[0]
			}
			if len(kept) > 0 && sum == 0 {
				t.Error("what was kept is zero")
			}
			runtime.KeepAlive(m)
		})
		return live
	}
	nothing := live(func(_, _ *tensor.Tensor, kept []*tensor.Tensor) []*tensor.Tensor { return kept })
	for _, c := range []struct {
		name string
		keep func(loss, logits *tensor.Tensor, kept []*tensor.Tensor) []*tensor.Tensor
		each int64 // bytes kept of a step
	}{
		{"losses", func(loss, _ *tensor.Tensor, kept []*tensor.Tensor) []*tensor.Tensor { return append(kept, loss) }, block},
		{"logits", func(_, logits *tensor.Tensor, kept []*tensor.Tensor) []*tensor.Tensor { return append(kept, logits) }, size * 3 * 4},
		{"running total", func(loss, _ *tensor.Tensor, kept []*tensor.Tensor) []*tensor.Tensor {
			if kept == nil {
				kept = []*tensor.Tensor{tensor.Zeros()}
			}
			kept[0].Add_(loss.Detach())
			return kept
		}, 0},
	} {
		more := live(c.keep) - nothing
		if most := c.each*steps + 4<<10; more > most {
			t.Errorf("%s: %d bytes more are live after %d steps than where nothing is kept; at most %d are kept", c.name, more, steps, most)
		}
		t.Logf("%s: %d bytes more, %d kept", c.name, more, c.each*steps)
	}
}

// TestFailedWriteInAChain has a write that fails after others into the same tensor. Writes that were not computed before
// go with it, so that a step is done as a whole or not at all: the tensor has the last value that was computed, though
// the first writes could have been done in its memory.
func TestFailedWriteInAChain(t *testing.T) {
	for _, eager := range []bool{false, true} {
		onDevice(t, 1, eager, func(*tensor.Device) {
			x := tensor.New([]float32{1, 2, 3, 4})
			x.Float32s()
			x.Mul_(tensor.New([]float32{10, 10, 10, 10}))
			x.Select(0, 1).Add_(tensor.Of(float32(5)))
			err := tensor.Try(func() {
				x.Select(0, 0).Copy_(tensor.New([]float32{1, 2}).IndexSelect(0, tensor.New([]int64{2})).Sum())
				x.Float32s()
			})
			if err == nil {
				t.Fatal("an index out of range is no error")
			}
			got := x.Float32s()
			want := []float32{1, 2, 3, 4}
			if eager {
				want = []float32{10, 25, 30, 40}
			}
			if !slices.Equal(got, want) {
				t.Fatalf("eager %v: after a failed write %v, want %v", eager, got, want)
			}
		})
	}
}

// TestFailedWriteBesideReaders has a program that reads a tensor for another result, and fails to write it: the other
// result does not take its memory.
func TestFailedWriteBesideReaders(t *testing.T) {
	for _, first := range []bool{false, true} {
		onDevice(t, 1, false, func(*tensor.Device) {
			x := tensor.New([]float32{1, 2, 3, 4})
			x.Float32s()
			y := x.Exp()
			x.Select(0, 0).Copy_(tensor.New([]float32{1, 2}).IndexSelect(0, tensor.New([]int64{2})).Sum())
			both := []*tensor.Tensor{y, x}
			if first {
				both = []*tensor.Tensor{x, y}
			}
			if err := tensor.Eval(context.Background(), both...); err == nil {
				t.Fatal("an index out of range is no error")
			}
			if got := y.Float32s()[0]; got < 2.7 || got > 2.8 {
				t.Errorf("the other result is %v", got)
			}
			if got, want := x.Float32s(), []float32{1, 2, 3, 4}; !slices.Equal(got, want) {
				t.Errorf("after a failed write %v, want %v", got, want)
			}
		})
	}
}
