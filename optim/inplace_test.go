package optim

import (
	"context"
	"testing"
	"unsafe"

	"github.com/flambeau-ml/flambeau/tensor"
)

// TestStepsWriteInPlace holds that a step overwrites what is kept for a parameter where it lies: nothing that the rule
// made in between asks for what it held before.
func TestStepsWriteInPlace(t *testing.T) {
	const n = 1 << 12
	place := func(x *tensor.Tensor) (at unsafe.Pointer) {
		tensor.Read(x, func(data []float32) { at = unsafe.Pointer(unsafe.SliceData(data)) })
		return at
	}
	type optimizer interface {
		Optimizer
		slotOf(p *tensor.Tensor) *slot
	}
	for name, make := range map[string]func(p []*tensor.Tensor) optimizer{
		"Adam":              func(p []*tensor.Tensor) optimizer { return NewAdam(p) },
		"Adam with decay":   func(p []*tensor.Tensor) optimizer { return NewAdam(p, WeightDecay(0.1)) },
		"AdamW":             func(p []*tensor.Tensor) optimizer { return NewAdamW(p) },
		"AMSGrad":           func(p []*tensor.Tensor) optimizer { return NewAdamW(p, AMSGrad()) },
		"SGD with momentum": func(p []*tensor.Tensor) optimizer { return NewSGD(p, Momentum(0.9)) },
		"Nesterov":          func(p []*tensor.Tensor) optimizer { return NewSGD(p, Momentum(0.9), Nesterov()) },
		"RMSprop":           func(p []*tensor.Tensor) optimizer { return NewRMSprop(p, Momentum(0.9)) },
		"Adagrad":           func(p []*tensor.Tensor) optimizer { return NewAdagrad(p) },
		"NAdam":             func(p []*tensor.Tensor) optimizer { return NewNAdam(p) },
	} {
		t.Run(name, func(t *testing.T) {
			p := tensor.Full([]any{n}, 0.5).RequiresGrad()
			x := tensor.Full([]any{n}, 0.25)
			tensor.Must(tensor.Eval(context.Background(), p, x))
			o := make([]*tensor.Tensor{p})
			step := func() {
				loss := p.Mul(x).Sum()
				loss.Backward()
				o.Step()
				o.ZeroGrad()
			}
			step()
			step()
			before := map[string]unsafe.Pointer{}
			for what, s := range o.slotOf(p).tensors {
				before[what] = place(s)
			}
			if len(before) == 0 {
				t.Fatal("nothing is kept")
			}
			for range 3 {
				step()
			}
			for what, s := range o.slotOf(p).tensors {
				if place(s) != before[what] {
					t.Errorf("%s has moved", what)
				}
			}
		})
	}
}

func (c *core) slotOf(p *tensor.Tensor) *slot { return c.slots[p] }
