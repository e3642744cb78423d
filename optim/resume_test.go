package optim_test

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/flambeau-ml/flambeau/nn"
	"github.com/flambeau-ml/flambeau/optim"
	"github.com/flambeau-ml/flambeau/tensor"
)

// stored is a state after it went through a file.
func stored(t *testing.T, s *optim.State) *optim.State {
	t.Helper()
	var b bytes.Buffer
	if err := s.Tensors.Write(context.Background(), &b, nil); err != nil {
		t.Fatal(err)
	}
	groups, err := json.Marshal(s.Groups)
	if err != nil {
		t.Fatal(err)
	}
	out := &optim.State{}
	if out.Tensors, _, err = nn.Parse(b.Bytes()); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(groups, &out.Groups); err != nil {
		t.Fatal(err)
	}
	return out
}

func bits(t *testing.T, x *tensor.Tensor) []byte {
	t.Helper()
	b, err := x.Bytes(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestResume stops every optimiser after 5 of 10 steps, and goes on with another that is given its stored state: the
// bits are those of 10 steps.
func TestResume(t *testing.T) {
	for name, start := range map[string]func([]*tensor.Tensor) optim.Optimizer{
		"SGD":      func(p []*tensor.Tensor) optim.Optimizer { return optim.NewSGD(p, optim.Momentum(0.9)) },
		"Adam":     func(p []*tensor.Tensor) optim.Optimizer { return optim.NewAdam(p, optim.AMSGrad()) },
		"AdamW":    func(p []*tensor.Tensor) optim.Optimizer { return optim.NewAdamW(p) },
		"Adagrad":  func(p []*tensor.Tensor) optim.Optimizer { return optim.NewAdagrad(p, optim.LRDecay(0.1)) },
		"Adadelta": func(p []*tensor.Tensor) optim.Optimizer { return optim.NewAdadelta(p) },
		"Adamax":   func(p []*tensor.Tensor) optim.Optimizer { return optim.NewAdamax(p) },
		"NAdam":    func(p []*tensor.Tensor) optim.Optimizer { return optim.NewNAdam(p) },
		"RAdam":    func(p []*tensor.Tensor) optim.Optimizer { return optim.NewRAdam(p) },
		"ASGD":     func(p []*tensor.Tensor) optim.Optimizer { return optim.NewASGD(p, optim.T0(3)) },
		"RMSprop": func(p []*tensor.Tensor) optim.Optimizer {
			return optim.NewRMSprop(p, optim.Centered(), optim.Momentum(0.5))
		},
		"Rprop":      func(p []*tensor.Tensor) optim.Optimizer { return optim.NewRprop(p) },
		"Adafactor":  func(p []*tensor.Tensor) optim.Optimizer { return optim.NewAdafactor(p, optim.WeightDecay(0.1)) },
		"SparseAdam": func(p []*tensor.Tensor) optim.Optimizer { return optim.NewSparseAdam(p) },
		"Muon":       func(p []*tensor.Tensor) optim.Optimizer { return optim.NewMuon(p[:1], optim.NoNesterov()) },
	} {
		run := func(stop int) []byte {
			g := tensor.NewGenerator(7)
			params := []*tensor.Tensor{tensor.Randn(g, 4, 3).RequiresGrad(), tensor.Randn(g, 3).RequiresGrad()}
			opt := start(params)
			for i := range 10 {
				if i == stop {
					s := stored(t, opt.State())
					opt = start(params)
					if err := opt.LoadState(s); err != nil {
						t.Fatalf("%s: %v", name, err)
					}
				}
				x := tensor.Randn(tensor.NewGenerator(uint64(i)), 5, 4)
				x.MatMul(params[0]).Add(params[1]).Tanh().Square().Sum().Backward()
				opt.Step()
				opt.ZeroGrad()
			}
			return append(bits(t, params[0]), bits(t, params[1])...)
		}
		if !bytes.Equal(run(-1), run(5)) {
			t.Errorf("%s: 5 steps and 5 more from the stored state are not 10 steps", name)
		}
	}
}

// valley is Rosenbrock's function of w, whose lowest point is at ones.
func valley(w *tensor.Tensor) *tensor.Tensor {
	a, b := w.Narrow(0, 0, w.Size(0)-1), w.Narrow(0, 1, w.Size(0)-1)
	return b.Sub(a.Square()).Square().MulScalar(100.0).Add(a.Neg().AddScalar(1.0).Square()).Sum()
}

func descend(t *testing.T, opt *optim.LBFGS, w *tensor.Tensor) float64 {
	t.Helper()
	loss, err := opt.Step(func() *tensor.Tensor {
		opt.ZeroGrad()
		y := valley(w)
		y.Backward()
		return y
	})
	if err != nil {
		t.Fatal(err)
	}
	return loss
}

// TestLBFGSResume goes on from a stored state, with a history of more than ten changes.
func TestLBFGSResume(t *testing.T) {
	run := func(stop int) ([]byte, float64) {
		w := tensor.New([]float64{-1.2, 1, -0.5, 2}).RequiresGrad()
		start := func() *optim.LBFGS {
			return optim.NewLBFGS([]*tensor.Tensor{w}, optim.MaxIter(6), optim.HistorySize(13), optim.StrongWolfe())
		}
		opt := start()
		var loss float64
		for i := range 8 {
			if i == stop {
				s := stored(t, opt.State())
				opt = start()
				if err := opt.LoadState(s); err != nil {
					t.Fatal(err)
				}
			}
			loss = descend(t, opt, w)
		}
		return bits(t, w), loss
	}
	want, loss := run(-1)
	if loss > 1e-6 {
		t.Errorf("the loss is %v after 8 steps", loss)
	}
	if got, _ := run(4); !bytes.Equal(got, want) {
		t.Error("4 steps and 4 more from the stored state are not 8 steps")
	}
}

// TestLBFGSFault has a closure fail in the middle of a step: parameters and state are what they were, and the next step
// is as if that one had never been.
func TestLBFGSFault(t *testing.T) {
	run := func(fault int) []byte {
		w := tensor.New([]float64{-1.2, 1, -0.5, 2}).RequiresGrad()
		opt := optim.NewLBFGS([]*tensor.Tensor{w}, optim.MaxIter(4), optim.StrongWolfe())
		descend(t, opt, w)
		if fault >= 0 {
			calls := 0
			_, err := opt.Step(func() *tensor.Tensor {
				opt.ZeroGrad()
				y := valley(w)
				if calls++; calls > fault {
					y = y.Add(w.IndexSelect(0, tensor.New([]int64{9})).Sum()) // found out when it is computed
				}
				y.Backward()
				return y
			})
			if err == nil || !strings.Contains(err.Error(), "index") {
				t.Errorf("error %v at evaluation %d", err, fault)
			}
		}
		descend(t, opt, w)
		return bits(t, w)
	}
	want := run(-1)
	for fault := range 3 {
		if !bytes.Equal(run(fault), want) {
			t.Errorf("a fault at evaluation %d changed what came after", fault)
		}
	}
}

// TestLBFGSStates refuses states that do not fit.
func TestLBFGSStates(t *testing.T) {
	w := tensor.New([]float64{-1.2, 1}).RequiresGrad()
	opt := optim.NewLBFGS([]*tensor.Tensor{w})
	descend(t, opt, w)
	for want, change := range map[string]func(d *nn.Dict){
		"has shape [3]": func(d *nn.Dict) { d.Set("0.d", tensor.New([]float64{1, 2, 3})) },
		"not whole":     func(d *nn.Dict) { d.Delete("0.H_diag") },
		"are known":     func(d *nn.Dict) { d.Set("1.d", tensor.New([]float64{1, 2})) },
	} {
		s := opt.State()
		change(s.Tensors)
		if err := opt.LoadState(s); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v does not say %q", err, want)
		}
	}
	for want, f := range map[string]func(){
		"another":     func() { opt.AddGroup(nil) },
		"max_iter":    func() { optim.NewLBFGS(nil, optim.MaxIter(0)) },
		"no matrix":   func() { optim.NewMuon([]*tensor.Tensor{w}) },
		"threshold":   func() { optim.NewAdafactor(nil, optim.ClipThreshold(0.5)) },
		"adjusted as": func() { optim.NewMuon(nil, optim.AdjustLR("so")) },
	} {
		if err := tensor.Try(f); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v does not say %q", err, want)
		}
	}
}

// TestSparseAdamWaits leaves rows alone that have no gradient.
func TestSparseAdamWaits(t *testing.T) {
	w := tensor.Ones(3, 2).RequiresGrad()
	opt := optim.NewSparseAdam([]*tensor.Tensor{w}, optim.LR(0.1))
	for range 3 {
		w.SetGrad(tensor.New([]float32{0, 0, 1, 0, 0, 0}, 3, 2))
		opt.Step()
	}
	got := w.Float32s()
	if got[0] != 1 || got[1] != 1 || got[4] != 1 || got[2] > 0.8 {
		t.Errorf("parameters %v", got)
	}
}
