package optim_test

import (
	"context"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/flambeau-ml/flambeau/nn"
	"github.com/flambeau-ml/flambeau/optim"
	"github.com/flambeau-ml/flambeau/tensor"
)

// A new rate and a new step are numbers of the same programs, and a step is one of them.
func TestStepsShareAProgram(t *testing.T) {
	tensor.Default().SetEager(false)
	t.Cleanup(func() { tensor.Default().SetEager(os.Getenv("FLAMBEAU_EAGER") == "1") })
	m := nn.Init(nn.Sequential{nn.NewLinear(4, 8), nn.NewReLU(), nn.NewLinear(8, 3)}, 1)
	opt := optim.NewAdamW(nn.Parameters(m), optim.AMSGrad())
	sched := optim.NewScheduler(opt, optim.CosineAnnealingLR(100, 0))
	x, y := tensor.New(make([]float32, 5*4), 5, 4), tensor.New([]int64{0, 1, 2, 0, 1})
	var programs, runs int
	for i := range 12 {
		before := tensor.Default().Stats()
		loss := nn.CrossEntropy(m.Forward(x), y)
		loss.Backward()
		opt.Step()
		opt.ZeroGrad()
		sched.Step()
		after := tensor.Default().Stats()
		if i > 3 {
			programs += after.Programs - before.Programs
			runs += after.Runs - before.Runs
		}
	}
	if programs != 0 || runs != 8 {
		t.Errorf("8 steps made %d new programs and ran %d, want 0 and 8", programs, runs)
	}
}

func TestClip(t *testing.T) {
	a, b := tensor.New([]float32{0, 0}).RequiresGrad(), tensor.New([]float32{0}).RequiresGrad()
	none := tensor.New([]float32{0}).RequiresGrad()
	set := func() {
		a.SetGrad(tensor.New([]float32{3, 0}))
		b.SetGrad(tensor.New([]float32{-4}))
	}
	params := []*tensor.Tensor{a, none, b}
	set()
	if n := optim.ClipGradNorm(params, 1).Item(); math.Abs(n-5) > 1e-6 {
		t.Errorf("norm %v, want 5", n)
	}
	if g := append(a.Grad().Float64s(), b.Grad().Float64s()...); math.Abs(g[0]-0.6) > 1e-6 || math.Abs(g[2]+0.8) > 1e-6 || none.Grad() != nil {
		t.Errorf("gradients %v", g)
	}
	set()
	optim.ClipGradNorm(params, 10)
	if g := append(a.Grad().Float32s(), b.Grad().Float32s()...); !slices.Equal(g, []float32{3, 0, -4}) {
		t.Errorf("gradients below the norm became %v", g)
	}
	optim.ClipGradValue(params, 3.5)
	if g := append(a.Grad().Float32s(), b.Grad().Float32s()...); !slices.Equal(g, []float32{3, 0, -3.5}) {
		t.Errorf("gradients clipped by value are %v", g)
	}
	if n := optim.ClipGradNorm([]*tensor.Tensor{none}, 1).Item(); n != 0 {
		t.Errorf("the norm of no gradients is %v", n)
	}
}

func TestLoadStateErrors(t *testing.T) {
	p := func() []*tensor.Tensor {
		return []*tensor.Tensor{tensor.New([]float32{1, 2}).RequiresGrad(), tensor.New([]float32{3}).RequiresGrad()}
	}
	params := p()
	opt := optim.NewAdam(params)
	for _, x := range params {
		x.SetGrad(x.OnesLike())
	}
	opt.Step()
	for want, change := range map[string]func(s *optim.State){
		"a state of 0 groups":       func(s *optim.State) { s.Groups = nil },
		"has 3 parameters":          func(s *optim.State) { s.Groups[0].Params = 3 },
		"lr must not be below 0":    func(s *optim.State) { s.Groups[0].LR = -1 },
		"7.exp_avg":                 func(s *optim.State) { s.Tensors.Set("7.exp_avg", tensor.New([]float32{1})) },
		"keeps step and exp_avg":    func(s *optim.State) { s.Tensors.Set("0.momentum_buffer", tensor.New([]float32{1, 2})) },
		"has shape [1], the param":  func(s *optim.State) { s.Tensors.Set("0.exp_avg", tensor.New([]float32{1})) },
		"has more than one element": func(s *optim.State) { s.Tensors.Set("0.step", tensor.New([]float32{1, 2})) },
	} {
		s := opt.State()
		change(s)
		other := optim.NewAdam(p())
		err := other.LoadState(s)
		if err == nil || !strings.Contains(err.Error(), want) && want != "has more than one element" {
			t.Errorf("error %v does not say %q", err, want)
		}
		if n := other.State().Tensors.Len(); n != 0 {
			t.Errorf("%q: %d tensors were loaded all the same", want, n)
		}
	}
}

func TestParameterErrors(t *testing.T) {
	p := tensor.New([]float32{1}).RequiresGrad()
	for want, f := range map[string]func(){
		"no leaf":          func() { optim.NewSGD([]*tensor.Tensor{tensor.New([]float32{1})}) },
		"is there already": func() { optim.NewSGD([]*tensor.Tensor{p, p}) },
		"for 2 groups": func() {
			o := optim.NewSGD(nil)
			for range 2 {
				o.AddGroup(nil)
			}
			optim.NewScheduler(o, nil, nil, nil)
		},
	} {
		if err := tensor.Try(f); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v does not say %q", err, want)
		}
	}
}

// TestClipGradNormTypes clips gradients of other types than float32: they keep them, and float64 its range.
func TestClipGradNormTypes(t *testing.T) {
	half := tensor.Of(float32(3)).To(tensor.Float16)
	if err := tensor.Eval(context.Background(), half); err != nil {
		t.Fatal(err)
	}
	wide := tensor.New([]float64{1, 1}).RequiresGrad()
	half = half.Detach().Clone().RequiresGrad()
	half.Mul(half).Backward()
	wide.Mul(tensor.New([]float64{3e100, 4e100})).Sum().Backward()
	norm := optim.ClipGradNorm([]*tensor.Tensor{half, wide}, 5)
	if got := norm.Item(); got < 4.999e100 || got > 5.001e100 {
		t.Errorf("norm %v", got)
	}
	if g := wide.Grad().Float64s(); g[0] < 2.99 || g[0] > 3.01 || g[1] < 3.99 || g[1] > 4.01 {
		t.Errorf("clipped to %v", g)
	}
	if d := half.Grad().DType(); d != tensor.Float16 {
		t.Errorf("a gradient of float16 became %s", d)
	}
}
