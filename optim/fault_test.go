package optim_test

import (
	"bytes"
	"context"
	"testing"

	"github.com/flambeau-ml/flambeau/optim"
	"github.com/flambeau-ml/flambeau/tensor"
)

// TestStepFault has a label out of range in the first, or a later, step: parameters stay, and training goes on as if
// that step had never been.
func TestStepFault(t *testing.T) {
	for name, make := range map[string]func([]*tensor.Tensor) optim.Optimizer{
		"SGD":   func(ps []*tensor.Tensor) optim.Optimizer { return optim.NewSGD(ps, optim.LR(0.1), optim.Momentum(0.9)) },
		"Adam":  func(ps []*tensor.Tensor) optim.Optimizer { return optim.NewAdam(ps, optim.LR(0.1)) },
		"NAdam": func(ps []*tensor.Tensor) optim.Optimizer { return optim.NewNAdam(ps, optim.LR(0.1)) },
	} {
		train := func(fault int) []byte {
			w := tensor.Randn(tensor.NewGenerator(1), 3, 4).MulScalar(0.1).RequiresGrad() // not computed when it is first written
			opt := make([]*tensor.Tensor{w})
			step := func(label int64) error {
				defer opt.ZeroGrad()
				return tensor.Try(func() {
					tensor.Ones(2, 3).MatMul(w).CrossEntropyLoss(tensor.New([]int64{0, label}), nil).Backward()
					opt.Step()
				})
			}
			for i := range 4 {
				if i == fault && step(77) == nil {
					t.Errorf("%s: no error", name)
				}
				if err := step(3); err != nil {
					t.Fatalf("%s: step %d after a fault at %d: %v", name, i, fault, err)
				}
			}
			data, err := w.Bytes(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			return data
		}
		want := train(-1)
		for fault := range 3 {
			if !bytes.Equal(train(fault), want) {
				t.Errorf("%s: a fault before step %d changed what came after", name, fault)
			}
		}
	}
}
