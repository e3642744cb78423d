package zoo_test

import (
	"strings"
	"testing"

	"github.com/flambeau-ml/flambeau/compile"
	"github.com/flambeau-ml/flambeau/nn"
	"github.com/flambeau-ml/flambeau/optim"
	"github.com/flambeau-ml/flambeau/tensor"
	"github.com/flambeau-ml/flambeau/zoo"
)

// TestWrong has each mistake be told by an error that names what is wrong.
func TestWrong(t *testing.T) {
	for want, f := range map[string]func(){
		"zoo.ResNet18: has no option image_size": func() { zoo.ResNet18(zoo.ImageSize(2)) },
		"a width of 0.001":                       func() { zoo.ResNet34(zoo.Width(0.001)) },
		"option classes is given twice":          func() { zoo.ResNet50(zoo.Classes(2), zoo.Classes(3)) },
		"a width of -1":                          func() { zoo.MobileNetV2(zoo.Width(-1)) },
		"5 heads do not divide 32":               func() { zoo.NewGPT2(zoo.GPT2Config{Heads: 5, Width: 32}) },
		"Layers is -1":                           func() { zoo.NewBERT(zoo.BERTConfig{Layers: -1}) },
		"do not part into patches":               func() { zoo.ViTB16(zoo.ImageSize(225)) },
		"3 heads do not divide 8":                func() { zoo.NewLlama(zoo.LlamaConfig{Heads: 8, KVHeads: 3, Width: 64}) },
		"cannot be rotated in pairs":             func() { zoo.NewLlama(zoo.LlamaConfig{Heads: 8, Width: 24}) },
		"has no tables":                          func() { zoo.NewDLRM(zoo.DLRMConfig{}) },
		"features of categories for 1 tables":    func() { zoo.NewDLRM(zoo.DLRMConfig{Tables: []int{3}}).Forward(number("x", 2, 13)) },
		`not "tanh"`:                             func() { zoo.NewMeshNet(zoo.MeshNetConfig{Activation: "tanh"}) },
		`not "layer"`:                            func() { zoo.NewMeshNet(zoo.MeshNetConfig{Norm: "layer"}) },
		"an edge at node 3 of 3":                 func() { zoo.NewGraph(3, []int64{0}, []int64{3}, false) },
		"1 edges begin and 2 end":                func() { zoo.NewGraph(3, []int64{0}, []int64{1, 2}, false) },
		"Features is 0":                          func() { zoo.NewGCN(zoo.GraphConfig{Classes: 2}) },
		"7 numbers among them":                   func() { zoo.NewGAT(zoo.GraphConfig{Features: 2, Classes: 2, Hidden: 7}) },
		"length is 0":                            func() { zoo.NewKVCache(1, 1, 1, 0, 1) },
		"1 of 0 tokens cannot be kept":           func() { zoo.NewKVCache(1, 1, 1, 1, 1).Truncate(1) },
	} {
		if err := tensor.Try(f); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want an error that says %q", err, want)
		}
	}
}

// TestSteps has a frozen training step bring losses down, with the bits of a plain one.
func TestSteps(t *testing.T) {
	ids := whole("ids", 97, 2, 16)
	run := func(wrap func(func(x *tensor.Tensor) *tensor.Tensor) func(x *tensor.Tensor) *tensor.Tensor) []float32 {
		m := nn.Train(nn.Init(zoo.NewGPT2(zoo.GPT2Config{Layers: 2, Heads: 2, Width: 16, Vocabulary: 97, Positions: 16, Dropout: 0.1}), 5))
		opt := optim.NewAdamW(nn.Parameters(m), optim.LR(1e-2))
		step := wrap(func(x *tensor.Tensor) *tensor.Tensor {
			loss := m.Loss(x, x)
			loss.Backward()
			opt.Step()
			opt.ZeroGrad()
			return loss
		})
		var losses []float32
		for range 12 {
			losses = append(losses, float32(step(ids).Item()))
		}
		return losses
	}
	plain := run(func(f func(x *tensor.Tensor) *tensor.Tensor) func(x *tensor.Tensor) *tensor.Tensor { return f })
	frozen := run(func(f func(x *tensor.Tensor) *tensor.Tensor) func(x *tensor.Tensor) *tensor.Tensor {
		return compile.Func(f, compile.Freeze(), compile.FullGraph())
	})
	for i := range plain {
		if plain[i] != frozen[i] {
			t.Fatalf("loss %d is %g, and frozen %g", i, plain[i], frozen[i])
		}
	}
	if last := plain[len(plain)-1]; !(last < plain[0]-0.5) {
		t.Errorf("losses are %v", plain)
	}
}

// TestResNetSteps is TestSteps for a network with running statistics.
func TestResNetSteps(t *testing.T) {
	x, y := number("x", 4, 3, 32, 32), whole("y", 10, 4)
	run := func(opts ...compile.Option) (losses []float32, mean []float32) {
		m := nn.Train(nn.Init(zoo.ResNet18(zoo.Classes(10)), 5))
		opt := optim.NewSGD(nn.Parameters(m), optim.LR(0.01), optim.Momentum(0.9))
		step := compile.Func(func(x, y *tensor.Tensor) *tensor.Tensor {
			loss := nn.CrossEntropy(m.Forward(x), y)
			loss.Backward()
			opt.Step()
			opt.ZeroGrad()
			return loss
		}, opts...)
		for range 5 {
			losses = append(losses, float32(step(x, y).Item()))
		}
		if n := m.Bn1.NumBatchesTracked.Item(); n != 5 {
			t.Errorf("%g batches were counted, want 5", n)
		}
		return losses, m.Layer4[1].(*zoo.BasicBlock).Bn2.RunningMean.Float32s()
	}
	losses, mean := run()
	frozen, same := run(compile.Freeze())
	for i := range losses {
		if losses[i] != frozen[i] || mean[i] != same[i] {
			t.Fatalf("loss %d is %g, and frozen %g; means are %g and %g", i, losses[i], frozen[i], mean[i], same[i])
		}
	}
	if !(losses[4] < losses[0]) {
		t.Errorf("losses are %v", losses)
	}
}
