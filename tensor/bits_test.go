package tensor_test

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/flambeau-ml/flambeau/backend/cpu"
	"github.com/flambeau-ml/flambeau/tensor"
)

// onDevice runs f on a fresh CPU device.
func onDevice(t *testing.T, threads int, eager bool, f func(d *tensor.Device)) {
	t.Helper()
	old := tensor.Default()
	d := tensor.NewDevice(cpu.New(cpu.Options{Threads: threads}))
	d.SetEager(eager)
	tensor.SetDefault(d)
	defer tensor.SetDefault(old)
	f(d)
}

func bitsOf(t *testing.T, ts ...*tensor.Tensor) []byte {
	t.Helper()
	var all []byte
	for _, x := range ts {
		data, err := x.Bytes(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, data...)
	}
	return all
}

// trainSteps trains a small convolutional network for a few steps and returns every bit of its parameters and losses.
func trainSteps(t *testing.T) []byte {
	g := tensor.NewGenerator(5)
	param := func(scale float64, sizes ...any) *tensor.Tensor {
		p := tensor.Randn(g, sizes...).MulScalar(scale)
		if err := tensor.Eval(context.Background(), p); err != nil {
			t.Fatal(err)
		}
		return p.RequiresGrad()
	}
	w1, b1 := param(0.3, 8, 1, 3, 3), param(0.1, 8)
	w2, b2 := param(0.1, 8*4*4, 10), param(0.1, 10)
	params := []*tensor.Tensor{w1, b1, w2, b2}
	r := rand.New(rand.NewPCG(1, 2))
	var losses []*tensor.Tensor
	for step := range 6 {
		n := 5 + step%3
		pixels, labels := make([]float32, n*64), make([]int64, n)
		for i := range pixels {
			pixels[i] = r.Float32()
		}
		for i := range labels {
			labels[i] = r.Int64N(10)
		}
		x := tensor.New(pixels, n, 1, 8, 8)
		h := x.Conv2dWith(w1, b1, tensor.Padding(1, 1)).ReLU().MaxPool2d(2, 2)
		logits := h.Flatten(1).MatMul(w2).Add(b2)
		loss := logits.CrossEntropyLoss(tensor.New(labels), nil)
		loss.Backward()
		for _, p := range params {
			p.Detach().Sub_(p.Grad().MulScalar(0.1 / float64(step+1)))
		}
		var all []*tensor.Tensor
		for _, p := range params {
			all = append(all, p.Detach())
			p.ZeroGrad()
		}
		if err := tensor.Eval(context.Background(), all...); err != nil {
			t.Fatal(err)
		}
		losses = append(losses, loss)
	}
	return bitsOf(t, append(losses, w1.Detach(), b1.Detach(), w2.Detach(), b2.Detach())...)
}

// TestTrainingBits is the bit contract on a training run: threads, eager or deferred, cold or warm cache.
func TestTrainingBits(t *testing.T) {
	var want []byte
	for _, threads := range []int{1, 2, 7} {
		for _, eager := range []bool{false, true} {
			onDevice(t, threads, eager, func(d *tensor.Device) {
				for _, cache := range []string{"cold", "warm"} {
					got := trainSteps(t)
					if want == nil {
						want = got
					} else if !bytes.Equal(got, want) {
						t.Errorf("%d threads, eager %v, %s cache: other bits", threads, eager, cache)
					}
				}
			})
		}
	}
}

// randomProgram draws a program of operators over a few tensors; the same seed draws the same one.
func randomProgram(seed uint64) []*tensor.Tensor {
	r := rand.New(rand.NewPCG(seed, 9))
	rows, cols := 1+r.IntN(40), 1+r.IntN(70)
	draw := func(sizes ...int) *tensor.Tensor {
		n := 1
		for _, s := range sizes {
			n *= s
		}
		data := make([]float32, n)
		for i := range data {
			data[i] = float32(r.NormFloat64())
		}
		return tensor.New(data, sizes...)
	}
	live := []*tensor.Tensor{draw(rows, cols), draw(rows, cols), draw(1, cols), draw(rows, 1)}
	pick := func() *tensor.Tensor { return live[r.IntN(len(live))] }
	for range 12 {
		var y *tensor.Tensor
		switch r.IntN(12) {
		case 0:
			y = pick().Add(pick())
		case 1:
			y = pick().Mul(pick())
		case 2:
			y = pick().Sub(pick()).Tanh()
		case 3:
			y = pick().Sigmoid()
		case 4:
			y = pick().Softmax(1)
		case 5:
			y = pick().SumWith(tensor.Dims(r.IntN(2)), tensor.KeepDim(true))
		case 6:
			y = pick().MeanWith(tensor.Dims(1), tensor.KeepDim(true))
		case 7:
			x := pick()
			y = x.MatMul(x.Transpose(0, 1)).MatMul(x)
		case 8:
			y = pick().AddScalar(0.25).MulScalar(1.5)
		case 9:
			y = pick().Maximum(pick())
		case 10:
			y = pick().Exp().Log1p()
		default:
			x := pick()
			y = x.Narrow(0, 0, x.Size(0)).Abs().Sqrt()
		}
		live = append(live, y)
	}
	return live[4:]
}

// TestRandomProgramBits is the bit contract on random programs, read all at the end or one after the other.
func TestRandomProgramBits(t *testing.T) {
	for seed := range uint64(60) {
		var want []byte
		for _, threads := range []int{1, 2, 7} {
			for _, eager := range []bool{false, true} {
				onDevice(t, threads, eager, func(*tensor.Device) {
					for round := range 2 {
						ts := randomProgram(seed)
						if round == 1 { // the last first: other programs, the same values
							bitsOf(t, ts[len(ts)-1])
						}
						got := bitsOf(t, ts...)
						if want == nil {
							want = got
						} else if !bytes.Equal(got, want) {
							t.Errorf("seed %d, %d threads, eager %v, round %d: other bits", seed, threads, eager, round)
						}
					}
				})
			}
		}
	}
}

// TestMemoryIsFlat trains for ten times the steps: the peak stays what it was.
func TestMemoryIsFlat(t *testing.T) {
	peak := func(rounds int) int64 {
		var p int64
		onDevice(t, 2, false, func(d *tensor.Device) {
			for range rounds {
				trainSteps(t)
			}
			p = d.Memory().Peak
		})
		return p
	}
	few, many := peak(2), peak(20)
	if many > few+few/10+(1<<20) {
		t.Errorf("peak %d bytes after 2 rounds, %d after 20", few, many)
	}
	if testing.Verbose() {
		fmt.Printf("peak %d bytes after 2 rounds, %d after 20\n", few, many)
	}
}
