package nn_test

import (
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/flambeau-ml/flambeau/data"
	"github.com/flambeau-ml/flambeau/nn"
	"github.com/flambeau-ml/flambeau/tensor"
)

// digitNet is the network of the pretrained digits: the parameters carry the names that PyTorch gave them.
type digitNet struct {
	Conv1, Conv2, Conv3 *nn.Conv2d
	Norm1               *nn.BatchNorm2d
	Fc1, Fc2            *nn.Linear
	Norm2               *nn.BatchNorm1d
}

func newDigitNet() *digitNet {
	return &digitNet{
		Conv1: nn.NewConv2d(1, 8, 3), Conv2: nn.NewConv2d(8, 16, 3), Conv3: nn.NewConv2d(16, 24, 3),
		Norm1: nn.NewBatchNorm2d(24),
		Fc1:   nn.NewLinear(24*22*22, 32), Fc2: nn.NewLinear(32, 10),
		Norm2: nn.NewBatchNorm1d(10),
	}
}

func (m *digitNet) Forward(x *tensor.Tensor) *tensor.Tensor { // [N, 1, 28, 28] → [N, 10]
	x = m.Conv3.Forward(m.Conv2.Forward(m.Conv1.Forward(x).ReLU()).ReLU()).ReLU()
	x = m.Fc1.Forward(m.Norm1.Forward(x).Flatten(1)).ReLU()
	return m.Norm2.Forward(m.Fc2.Forward(x))
}

// TestPretrained loads a network that PyTorch trained and reads MNIST's 10,000 test digits with it: the same answers as
// PyTorch's in double precision, digit by digit, and the same logits.
func TestPretrained(t *testing.T) {
	if testing.Short() {
		t.Skip("reads 10,000 images")
	}
	dir := filepath.Join("..", "..", "shared", "data", "vision")
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		t.Skipf("no folder %s with the weights and images that this test reads", dir)
	}
	read := func(name string) *nn.Dict {
		t.Helper()
		d, _, err := nn.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	trained := nn.Init(newDigitNet(), 0)
	if _, err := nn.LoadStateDict(trained, read("mnist.safetensors"), true); err != nil {
		t.Fatal(err)
	}
	model := nn.Eval(nn.NoGrad(trained))
	reference := read("mnist_reference.safetensors")
	logits, answers := reference.Get("logits_first100").Float32s(), reference.Get("predictions").Int64s()
	_, digits, err := data.MNIST(filepath.Join(dir, "mnist"))
	if err != nil {
		t.Fatal(err)
	}
	seen, right, differ, worst := 0, 0, 0, 0.0
	for b, err := range data.NewLoader(digits, data.BatchSize(100), data.Workers(2)).Epoch(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		out := model.Forward(b.X.AddScalar(-0.1307).DivScalar(0.3081))
		if seen == 0 {
			for i, x := range out.Float32s() {
				worst = max(worst, math.Abs(float64(x-logits[i])))
			}
		}
		labels := b.Y.Int64s()
		for i, answer := range out.ArgMax(1).Int64s() {
			if answer == labels[i] {
				right++
			}
			if answer != answers[seen+i] {
				differ++
			}
		}
		seen += len(labels)
	}
	if seen != 10_000 || right != 9917 || differ != 0 {
		t.Errorf("%d of %d digits are right, want 9917 of 10000; %d answers are not PyTorch's", right, seen, differ)
	}
	if !(worst <= 1e-5) {
		t.Errorf("logits differ by up to %.3g, want 1e-5", worst)
	}
	t.Logf("logits differ by up to %.3g", worst)
}
