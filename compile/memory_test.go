package compile_test

import (
	"runtime"
	"testing"
	"time"

	"github.com/flambeau-ml/flambeau/compile"
	"github.com/flambeau-ml/flambeau/nn"
	"github.com/flambeau-ml/flambeau/optim"
	"github.com/flambeau-ml/flambeau/tensor"
)

// TestStepsKeepNothing takes many steps of a compiled function, some of which run it again: what one such run computed
// is gone after the next.
func TestStepsKeepNothing(t *testing.T) {
	const batch, in, out = 64, 784, 512
	for _, mode := range []struct {
		name string
		opts []compile.Option
	}{{"compiled", nil}, {"frozen", []compile.Option{compile.Freeze()}}} {
		t.Run(mode.name, func(t *testing.T) {
			model := nn.Init(nn.Sequential{nn.NewLinear(in, out), nn.NewReLU(), nn.NewLinear(out, 10)}, 1)
			opt := optim.NewAdam(nn.Parameters(model), optim.LR(1e-3))
			step := compile.Func(func(x, y *tensor.Tensor) *tensor.Tensor {
				loss := nn.CrossEntropy(model.Forward(x), y)
				loss.Backward()
				opt.Step()
				opt.ZeroGrad()
				return loss.Detach()
			}, mode.opts...)
			x, y := tensor.New(make([]float32, batch*in), batch, in), tensor.New(make([]int64, batch), batch)
			settle := func() int64 {
				for range 3 {
					runtime.GC()
					time.Sleep(5 * time.Millisecond)
				}
				return tensor.Default().Memory().Live
			}
			run := func() {
				for range 400 { // a frozen function is run again now and then
					tensor.Must(tensor.Eval(t.Context(), step(x, y)))
				}
			}
			run()
			before := settle()
			run()
			const params = 4 * (in*out + out + 10*out + 10)
			if grown := settle() - before; grown > 3*params {
				t.Errorf("400 calls left %d bytes, %.1f times the parameters", grown, float64(grown)/params)
			}
		})
	}
}
