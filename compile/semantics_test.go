package compile_test

import (
	"bytes"
	"context"
	"strings"
	"sync"
	"testing"

	"github.com/flambeau-ml/flambeau/compile"
	"github.com/flambeau-ml/flambeau/nn"
	"github.com/flambeau-ml/flambeau/tensor"
	"github.com/flambeau-ml/flambeau/transform"
)

type fn = func(x *tensor.Tensor) *tensor.Tensor

func wantError(t *testing.T, f func(), words ...string) {
	t.Helper()
	err := tensor.Try(f)
	for _, w := range words {
		if err == nil || !strings.Contains(err.Error(), w) {
			t.Errorf("got the error %v, which does not say %q", err, w)
		}
	}
}

func wantExplained(t *testing.T, f fn, words ...string) {
	t.Helper()
	for _, w := range words {
		if s := compile.Explain(f); !strings.Contains(s, w) {
			t.Errorf("Explain does not say %q:\n%s", w, s)
		}
	}
}

func TestReadingInside(t *testing.T) {
	onDevice(t, func(d *tensor.Device) {
		f := func(x *tensor.Tensor) *tensor.Tensor {
			y := x.Exp()
			if y.Sum().Item() > 3 {
				return y.Neg()
			}
			return y
		}
		for _, g := range []fn{compile.Func(f), compile.Func(f, compile.Freeze())} {
			for range 3 {
				for _, v := range []float32{0, 2} {
					x := tensor.New([]float32{v, v})
					if got, want := bitsOf(t, g(x)), bitsOf(t, f(x)); !bytes.Equal(got, want) {
						t.Errorf("of %v: %v, want %v", v, got, want)
					}
				}
			}
			wantExplained(t, g, "semantics_test.go:", "split 6 times")
		}
		g := compile.Func(f, compile.Freeze())
		g(tensor.New([]float32{1}))
		wantExplained(t, g, "not frozen: a value is read at semantics_test.go:")
		whole := compile.Func(f, compile.FullGraph())
		wantError(t, func() { whole(tensor.New([]float32{1})) }, "FullGraph", "semantics_test.go:")
	})
}

func TestEscapes(t *testing.T) {
	onDevice(t, func(d *tensor.Device) {
		w := tensor.New([]float32{1, 2})
		total := tensor.New([]float32{0, 0})
		var inside, ofState, argument *tensor.Tensor
		g := compile.Func(func(x *tensor.Tensor) *tensor.Tensor {
			argument = x
			inside = x.Mul(w)
			ofState = w.MulScalar(3)
			total.Add_(inside)
			return inside.Sum()
		})
		x := tensor.New([]float32{3, 4})
		if got := g(x).Item(); got != 11 {
			t.Errorf("the result is %v", got)
		}
		for _, f := range []func(){func() { inside.Float32s() }, func() { inside.Exp() }, func() { inside.Neg_() }} {
			wantError(t, f, "inside a compiled function", "semantics_test.go:", "return it")
		}
		if got := ofState.Float32s(); got[0] != 3 || got[1] != 6 {
			t.Errorf("what was made of state alone is %v", got)
		}
		if got := total.Float32s(); got[0] != 3 || got[1] != 8 {
			t.Errorf("what was written is %v", got)
		}
		if got := argument.AddScalar(1).Float32s(); got[0] != 4 {
			t.Errorf("an argument seen outside is %v", got)
		}
	})
}

func TestResults(t *testing.T) {
	onDevice(t, func(d *tensor.Device) {
		w := tensor.New([]float32{1, 2})
		g := compile.Func(func(xs ...*tensor.Tensor) []*tensor.Tensor {
			y := xs[0].Add(xs[1])
			return []*tensor.Tensor{xs[0], w, y, y, y.Reshape(2, 1).Transpose(0, 1), nil}
		}, compile.Freeze())
		for i := range 6 {
			x := tensor.New([]float32{float32(i), 1})
			ys := g(x, x)
			w.Add_(x)
			if len(ys) != 6 || ys[5] != nil {
				t.Fatalf("%d results", len(ys))
			}
			if !bytes.Equal(bitsOf(t, ys[0], ys[1]), bitsOf(t, x, w)) {
				t.Error("what was passed through is not what it was")
			}
			for _, y := range ys[2:5] {
				if got := y.Float32s(); got[0] != 2*float32(i) || got[1] != 2 {
					t.Errorf("call %d: %v", i, got)
				}
			}
		}
		two := compile.Func(transform.Multi(func(xs ...*tensor.Tensor) []*tensor.Tensor { return xs }))
		if len(two(w, w)) != 2 {
			t.Error("a named function type")
		}
		wantError(t, func() { compile.Func(func(n int) int { return n }) }, "has a int")
	})
}

func TestShapesAreBounded(t *testing.T) {
	onDevice(t, func(d *tensor.Device) {
		for how := compiled; how <= frozen; how++ {
			tr := train(perceptron, 8, 1, how)
			ref := train(perceptron, 8, 1, plain)
			for range 2 {
				for n := 2; n <= 50; n++ {
					if !bytes.Equal(bitsOf(t, tr.batch(n)), bitsOf(t, ref.batch(n))) {
						t.Fatalf("mode %d: other bits for a batch of %d", how, n)
					}
				}
			}
			if !bytes.Equal(tr.state(t), ref.state(t)) {
				t.Errorf("mode %d: another state", how)
			}
			if s := compile.Explain(tr.step); !strings.Contains(s, "2 programs") {
				t.Error(s)
			}
		}
	})
}

func TestModesAndRatesAreFoundAgain(t *testing.T) {
	onDevice(t, func(d *tensor.Device) {
		for _, name := range []string{"mode", "rate", "decay"} {
			var bits [3][]byte
			for how := plain; how <= frozen; how++ {
				tr := train(perceptron, 8, 1, how)
				var got []byte
				for i := range 24 {
					switch {
					case name == "mode" && i%8 == 5:
						nn.Eval(tr.model)
					case name == "mode" && i%8 == 0:
						nn.Train(tr.model)
					case name == "rate":
						tr.opt.Groups()[0].LR *= 0.9
					case name == "decay" && i%6 == 5:
						tr.opt.Groups()[0].WeightDecay += 0.1
					}
					got = append(got, bitsOf(t, tr.batch(4))...)
				}
				bits[how] = append(got, tr.state(t)...)
				if how == frozen && name == "rate" && frozenCalls(compile.Explain(tr.step)) < 16 { // some are run again to be checked
					t.Errorf("a rate that changes: %s", compile.Explain(tr.step))
				}
			}
			if !bytes.Equal(bits[0], bits[1]) || !bytes.Equal(bits[0], bits[2]) {
				t.Errorf("%s: other bits, compiled %v, frozen %v", name, bytes.Equal(bits[0], bits[1]), bytes.Equal(bits[0], bits[2]))
			}
		}
	})
}

func TestNumbers(t *testing.T) {
	onDevice(t, func(d *tensor.Device) {
		x := tensor.New([]float32{1, 2})
		cell := tensor.NewScalar(2)
		g := compile.Func(func(x *tensor.Tensor) *tensor.Tensor { return x.MulScalar(cell) }, compile.Freeze())
		weight := tensor.NewScalar(0.25) // lerp does something else from 0.5 on
		h := compile.Func(func(x *tensor.Tensor) *tensor.Tensor { return x.LerpScalar(x.Neg(), weight) }, compile.Freeze())
		read := compile.Func(func(x *tensor.Tensor) *tensor.Tensor { return x.MulScalar(cell.Value()) }, compile.Freeze())
		n := 0.0
		plain := compile.Func(func(x *tensor.Tensor) *tensor.Tensor { n++; return x.MulScalar(n) }, compile.Freeze())
		for i := range 12 {
			cell.Set(float64(i/4 + 2))
			weight.Set(float64(i%4) / 4)
			for name, f := range map[string]fn{"cell": g, "read": read} {
				if got := f(x).Float32s()[1]; got != float32(2*(i/4+2)) {
					t.Errorf("%s, call %d: %v", name, i, got)
				}
			}
			if got, want := bitsOf(t, h(x)), bitsOf(t, x.LerpScalar(x.Neg(), weight)); !bytes.Equal(got, want) {
				t.Errorf("a weight of %v: other bits", weight.Value())
			}
			if got := plain(x).Float32s()[0]; got != float32(i+1) {
				t.Errorf("a number of Go's in call %d: %v", i, got)
			}
		}
		wantExplained(t, g, "run twice", "frozen: 10 times")
		wantExplained(t, plain, "run 12 times", "not frozen: the number", "semantics_test.go:")
	})
}

// TestDifference changes what a frozen function does behind its back.
func TestDifference(t *testing.T) {
	onDevice(t, func(d *tensor.Device) {
		factor, sum := 2.0, tensor.New([]float32{0})
		g := compile.Func(func(x *tensor.Tensor) *tensor.Tensor {
			sum.Add_(x)
			return x.MulScalar(factor)
		}, compile.Freeze())
		x := tensor.New([]float32{1})
		for range 5 {
			g(x)
		}
		factor = 3
		before := 0.0
		var err error
		for range 1 << 20 {
			before = sum.Item()
			if err = tensor.Try(func() { g(x) }); err != nil {
				break
			}
		}
		if err == nil || !strings.Contains(err.Error(), "the number 3.0 was 2.0") || !strings.Contains(err.Error(), "semantics_test.go:") {
			t.Fatalf("got %v", err)
		}
		if got := sum.Item(); got != before {
			t.Errorf("the call that failed wrote %v over %v", got, before)
		}
		if got := g(x).Item(); got != 3 {
			t.Errorf("the next call gives %v", got)
		}
	})
}

func TestPanicLeavesAllAsItWas(t *testing.T) {
	onDevice(t, func(d *tensor.Device) {
		for how := compiled; how <= frozen; how++ {
			tr := train(perceptron, 8, 3, how)
			fail := false
			inner := tr.model.(nn.Sequential)
			tr.model = append(inner, layerFunc(func(x *tensor.Tensor) *tensor.Tensor { return x }))
			step := compile.Func(func(x, y *tensor.Tensor) *tensor.Tensor {
				loss := tr.model.Forward(x).CrossEntropyLoss(y, nil)
				loss.Backward()
				tr.opt.Step()
				if fail {
					panic("enough")
				}
				tr.opt.ZeroGrad()
				return loss
			})
			tr.step = step
			tr.batch(4)
			tr.batch(4)
			before := tr.state(t)
			fail = true
			func() {
				defer func() {
					if recover() != "enough" {
						t.Error("the panic did not go on")
					}
				}()
				tr.batch(4)
			}()
			fail = false
			if !bytes.Equal(tr.state(t), before) {
				t.Error("a panic changed the state")
			}
			for _, p := range nn.Parameters(tr.model) {
				if p.Grad() != nil {
					t.Error("a panic left a gradient")
				}
			}
			tr.batch(4)
		}
	})
}

type layerFunc func(x *tensor.Tensor) *tensor.Tensor

func (f layerFunc) Forward(x *tensor.Tensor) *tensor.Tensor { return f(x) }

// TestBadLabel checks that a step that cannot be computed changes nothing and is not counted.
func TestBadLabel(t *testing.T) {
	onDevice(t, func(d *tensor.Device) {
		for how := compiled; how <= frozen; how++ {
			tr, ref := train(lenet, 64, 2, how), train(lenet, 64, 2, plain)
			for i := range 12 {
				if i%4 == 3 {
					wantError(t, func() { tr.step(tensor.New(make([]float32, 2*64), 2, 64), tensor.New([]int64{1, 99})) }, "99", "func_test.go:")
					wantError(t, func() { ref.step(tensor.New(make([]float32, 2*64), 2, 64), tensor.New([]int64{1, 99})) }, "99")
					tr.opt.ZeroGrad()
					ref.opt.ZeroGrad()
				}
				if !bytes.Equal(bitsOf(t, tr.batch(2)), bitsOf(t, ref.batch(2))) {
					t.Fatalf("mode %d, step %d: another loss", how, i)
				}
			}
			if !bytes.Equal(tr.state(t), ref.state(t)) {
				t.Errorf("mode %d: another state", how)
			}
		}
	})
}

// TestGradientsThatStay adds up gradients over calls.
func TestGradientsThatStay(t *testing.T) {
	onDevice(t, func(d *tensor.Device) {
		for how := compiled; how <= frozen; how++ {
			w := tensor.New([]float32{1, 2}).RequiresGrad()
			f := func(x *tensor.Tensor) *tensor.Tensor {
				y := x.Mul(w).Sum()
				y.Backward()
				return y.Detach()
			}
			g := compile.Func(f)
			if how == frozen {
				g = compile.Func(f, compile.Freeze())
			}
			for i := range 9 {
				g(tensor.New([]float32{1, float32(i)}))
				if i == 6 {
					w.ZeroGrad()
				}
			}
			if got := w.Grad().Float32s(); got[0] != 2 || got[1] != 15 {
				t.Errorf("mode %d: the gradient is %v\n%s", how, got, compile.Explain(g))
			}
		}
	})
}

func TestNested(t *testing.T) {
	onDevice(t, func(d *tensor.Device) {
		inner := compile.Func(func(x *tensor.Tensor) *tensor.Tensor { return x.Exp() }, compile.Freeze())
		outer := compile.Func(func(x *tensor.Tensor) *tensor.Tensor { return inner(x.AddScalar(1)).Add(inner(x)) }, compile.FullGraph(), compile.Freeze())
		x := tensor.New([]float32{1, 2})
		for range 3 {
			inner(x)
		}
		want := bitsOf(t, x.AddScalar(1).Exp().Add(x.Exp()))
		for range 5 {
			if !bytes.Equal(bitsOf(t, outer(x)), want) {
				t.Error("other bits")
			}
		}
		wantExplained(t, outer, "1 program")
		grad := transform.Grad(func(xs ...*tensor.Tensor) *tensor.Tensor { return inner(xs[0]).Sum() })
		g := compile.Func(func(x *tensor.Tensor) *tensor.Tensor { return grad(x) }, compile.FullGraph(), compile.Freeze())
		for range 5 {
			if !bytes.Equal(bitsOf(t, g(x)), bitsOf(t, x.Exp())) {
				t.Error("another gradient")
			}
		}
		wantExplained(t, g, "frozen: 3 times")
	})
}

func TestConcurrentCalls(t *testing.T) {
	onDevice(t, func(d *tensor.Device) {
		model := nn.Eval(nn.NoGrad(nn.Init(perceptron(), 1)))
		for _, g := range []fn{compile.Func(model.Forward), compile.Func(model.Forward, compile.Freeze())} {
			var wg sync.WaitGroup
			for k := range 4 {
				wg.Go(func() {
					for i := range 50 {
						x := tensor.New(make([]float32, 8*(1+i%3)), 1+i%3, 8).AddScalar(k)
						if !bytes.Equal(bitsOf(t, g(x)), bitsOf(t, model.Forward(x))) {
							t.Error("other bits")
						}
					}
				})
			}
			wg.Wait()
		}
	})
}

func TestMemoryStaysFlat(t *testing.T) {
	onDevice(t, func(d *tensor.Device) {
		steps := 10_000
		if testing.Short() {
			steps = 1000
		}
		for how := compiled; how <= frozen; how++ {
			tr := train(perceptron, 8, 1, how)
			for range 10 {
				tr.batch(4).Free()
			}
			base := d.Memory()
			for i := range steps {
				loss := tr.batch(4)
				if i%100 == 0 {
					tensor.Must(tensor.Eval(context.Background(), loss))
				}
				loss.Free()
			}
			if m := d.Memory(); m.Reserved > base.Reserved+1<<20 || m.Live > base.Live+(8<<20) {
				t.Errorf("mode %d: %d steps took live memory from %d to %d, reserved from %d to %d", how, steps, base.Live, m.Live, base.Reserved, m.Reserved)
			}
		}
	})
}

func TestEager(t *testing.T) {
	onDevice(t, func(d *tensor.Device) {
		want := train(perceptron, 8, 1, plain)
		for range 5 {
			want.batch(4)
		}
		d.SetEager(true)
		for how := compiled; how <= frozen; how++ {
			tr := train(perceptron, 8, 1, how)
			for range 5 {
				tr.batch(4)
			}
			if !bytes.Equal(tr.state(t), want.state(t)) {
				t.Errorf("mode %d: other bits", how)
			}
		}
	})
}
