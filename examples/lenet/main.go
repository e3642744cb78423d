// Command lenet trains a small convolutional network on the UCI handwritten digits, which are part of the module: a
// model, a training loop and a test, with nothing hidden.
//
//	go run ./examples/lenet
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"os/signal"

	"github.com/flambeau-ml/flambeau/data"
	"github.com/flambeau-ml/flambeau/nn"
	"github.com/flambeau-ml/flambeau/optim"
	"github.com/flambeau-ml/flambeau/tensor"
	"github.com/flambeau-ml/flambeau/train"
)

const (
	epochs = 10
	batch  = 64
)

// LeNet is two convolutions and two linear layers.
type LeNet struct {
	Conv1, Conv2 *nn.Conv2d
	Fc1, Fc2     *nn.Linear
}

// NewLeNet makes a network for images of 8 × 8 pixels.
func NewLeNet(classes int) *LeNet {
	return &LeNet{
		Conv1: nn.NewConv2d(1, 16, 3, nn.Padding(1)),
		Conv2: nn.NewConv2d(16, 32, 3, nn.Padding(1)),
		Fc1:   nn.NewLinear(32*2*2, 64),
		Fc2:   nn.NewLinear(64, classes),
	}
}

// Forward makes [N, 1, 8, 8] into [N, classes].
func (m *LeNet) Forward(x *tensor.Tensor) *tensor.Tensor {
	x = nn.MaxPool2d(m.Conv1.Forward(x).ReLU(), 2)
	x = nn.MaxPool2d(m.Conv2.Forward(x).ReLU(), 2)
	return m.Fc2.Forward(m.Fc1.Forward(x.Flatten(1)).ReLU())
}

func main() {
	log.SetFlags(0)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context) error {
	digits, err := data.Digits()
	if err != nil {
		return err
	}
	parts, err := data.StratifiedSplit(digits.Y, 0, 0.8, 0.2)
	if err != nil {
		return err
	}
	loader := data.NewLoader(data.Subset[data.Batch](digits, parts[0]), data.BatchSize(batch), data.Shuffle(42))
	held := data.NewLoader(data.Subset[data.Batch](digits, parts[1]), data.BatchSize(batch))

	model := nn.Init(NewLeNet(10), 42) // the seed decides every parameter, whatever the order
	opt := optim.NewAdamW(nn.Parameters(model), optim.LR(3e-3))
	steps := epochs * loader.Batches()
	schedule := optim.NewScheduler(opt, optim.CosineAnnealingLR(steps, 0))

	bar := train.NewBar(os.Stderr, steps, "training")
	defer bar.Close()
	for range epochs {
		for b, err := range loader.Epoch(ctx) {
			if err != nil {
				return err
			}
			loss := nn.CrossEntropy(model.Forward(b.X), b.Y)
			loss.Backward()
			opt.Step()
			opt.ZeroGrad()
			schedule.Step()
			bar.Add(1, "loss", loss.Item())
		}
	}
	bar.Close()

	right, err := test(ctx, model, held)
	if err != nil {
		return err
	}
	fmt.Printf("test accuracy %.2f%% (%d of %d)\n", 100*float64(right)/float64(held.Len()), right, held.Len())
	if right < held.Len()*9/10 {
		return errors.New("the network has not learned the digits")
	}
	return nil
}

// test counts the images that the model recognises.
func test(ctx context.Context, model *LeNet, held *data.Loader[data.Batch]) (right int, err error) {
	model = nn.NoGrad(nn.Eval(model))
	for b, err := range held.Epoch(ctx) {
		if err != nil {
			return 0, err
		}
		right += int(model.Forward(b.X).ArgMax(1).Eq(b.Y).Sum().Item())
	}
	return right, nil
}
