package tensor_test

import (
	"context"
	"math/rand/v2"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/flambeau-ml/flambeau/nn"
	"github.com/flambeau-ml/flambeau/optim"
	"github.com/flambeau-ml/flambeau/tensor"
)

// wantGone checks that using x is an error that says what let it go, and where.
func wantGone(t *testing.T, x *tensor.Tensor, by string) {
	t.Helper()
	for what, f := range map[string]func(){
		"read":     func() { x.Float32s() },
		"used":     func() { x.Exp() },
		"written":  func() { x.Add_(tensor.Of(float32(1))) },
		"viewed":   func() { x.Reshape(-1).Float32s() },
		"computed": func() { tensor.Must(tensor.Eval(context.Background(), x)) },
	} {
		err := tensor.Try(f)
		if err == nil || !strings.Contains(err.Error(), by) || !strings.Contains(err.Error(), "scope_test.go:") {
			t.Errorf("a tensor that is gone was %s: %v", what, err)
		}
	}
}

func TestScope(t *testing.T) {
	onDevice(t, 1, false, func(d *tensor.Device) {
		x, w := tensor.New(make([]float32, 1<<14)), tensor.New([]float32{2})
		total := tensor.New([]float32{0})
		tensor.Must(tensor.Eval(context.Background(), x, w, total))
		base := d.Memory().Live
		var gone, computed, kept, own, view, outside *tensor.Tensor
		tensor.Scope(func(s *tensor.Scoped) {
			in := s.In(x)
			gone = in.AddScalar(1)
			computed = gone.Mul(w)
			tensor.Must(tensor.Eval(context.Background(), computed))
			view = computed.Reshape(128, 128).Select(0, 1)
			kept = s.Keep(computed.Sum())
			own = s.Own(tensor.New(make([]float32, 1<<14)))
			outside = w.MulScalar(3) // of tensors from outside alone
			total.Add_(computed.Mean())
		})
		for _, x := range []*tensor.Tensor{gone, computed, own, view} {
			wantGone(t, x, "Scope")
		}
		if got := kept.Item(); got != 2<<14 {
			t.Errorf("what was kept is %v", got)
		}
		if got := total.Item(); got != 2 {
			t.Errorf("what was written is %v", got)
		}
		if got := outside.Item(); got != 6 {
			t.Errorf("what has nothing to do with the scope is %v", got)
		}
		if got := kept.AddScalar(1).Item(); got != 2<<14+1 {
			t.Errorf("what was computed of what was kept is %v", got)
		}
		if len(x.Float32s()) != 1<<14 {
			t.Error("what went in is gone")
		}
		if grown := d.Memory().Live - base; grown > 1024 {
			t.Errorf("a scope left %d bytes", grown)
		}
		runtime.KeepAlive([]*tensor.Tensor{gone, computed, own, view})
	})
}

// TestScopeOfInference lets go of all that a model computes, without a collection, whether its history is kept or not.
func TestScopeOfInference(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	onDevice(t, 1, false, func(d *tensor.Device) {
		m, r := newNet(1), rand.New(rand.NewPCG(3, 4))
		nn.Eval(m)
		x, _ := batch(r, 64)
		m.Forward(x).Float32s()
		var base int64
		for step := range 50 {
			tensor.Scope(func(s *tensor.Scoped) {
				h := m.Fc1.Forward(s.In(x))
				h.Float32s()
				m.Fc2.Forward(m.Norm.Forward(h).ReLU()).ArgMax(1).Int64s()
			})
			if step == 2 {
				base = d.Memory().Live
			}
		}
		if grown := d.Memory().Live - base; grown > 0 {
			t.Errorf("scopes left %d bytes", grown)
		}
	})
}

// TestScopeOfStep trains within scopes: parameters, gradients, momentum and running statistics stay.
func TestScopeOfStep(t *testing.T) {
	train := func(scoped bool) (bits []byte) {
		onDevice(t, 1, false, func(d *tensor.Device) {
			m, r := newNet(1), rand.New(rand.NewPCG(3, 4))
			opt := optim.NewSGD(nn.Parameters(m), optim.LR(1e-2), optim.Momentum(0.9))
			var lost []*tensor.Tensor
			for range 20 {
				x, y := batch(r, 16)
				body := func(x *tensor.Tensor) {
					logits := m.Forward(x)
					loss := nn.CrossEntropy(logits, y)
					loss.Item()
					logits.Float32s()
					loss.Backward()
					opt.Step()
					opt.ZeroGrad()
					lost = append(lost, loss, logits)
				}
				if scoped {
					tensor.Scope(func(s *tensor.Scoped) { body(s.Own(x)) })
				} else {
					body(x)
				}
				y.Free()
			}
			opt.Step()
			if scoped {
				wantGone(t, lost[0], "Scope")
			}
			for _, p := range nn.Parameters(m) {
				bits = append(bits, bitsOf(t, p)...)
			}
			bits = append(bits, bitsOf(t, m.Norm.RunningMean.Value(), m.Norm.RunningVar.Value())...)
		})
		return bits
	}
	if !slices.Equal(train(true), train(false)) {
		t.Error("a scope changed what was computed")
	}
}

func TestNestedScopes(t *testing.T) {
	var a, b, c *tensor.Tensor
	tensor.Scope(func(outer *tensor.Scoped) {
		x := outer.In(tensor.New([]float32{1, 2}))
		tensor.Scope(func(inner *tensor.Scoped) {
			y := inner.In(tensor.New([]float32{3, 4}))
			a = x.Add(y)
			b = x.MulScalar(2)
			c = outer.Keep(inner.Keep(y.Add(x)))
		})
		wantGone(t, a, "Scope")
		if got := b.Float32s(); !slices.Equal(got, []float32{2, 4}) {
			t.Errorf("the outer scope's is %v", got)
		}
	})
	wantGone(t, b, "Scope")
	if got := c.Float32s(); !slices.Equal(got, []float32{4, 6}) {
		t.Errorf("what both kept is %v", got)
	}
}

// TestScopeEndsByPanic lets go of what a function made that panicked.
func TestScopeEndsByPanic(t *testing.T) {
	var y *tensor.Tensor
	err := tensor.Try(func() {
		tensor.Scope(func(s *tensor.Scoped) {
			y = s.In(tensor.New([]float32{1, 2})).Exp()
			y.MatMul(tensor.Ones(7, 7))
		})
	})
	if err == nil || strings.Contains(err.Error(), "Scope") {
		t.Errorf("got %v", err)
	}
	wantGone(t, y, "Scope")
}

func TestFreeTwice(t *testing.T) {
	onDevice(t, 1, false, func(d *tensor.Device) {
		x := tensor.New(make([]float32, 1<<12))
		y := x.AddScalar(1) // waits for x
		view, alias := x.Reshape(64, 64).Select(0, 3), x.Detach()
		live := d.Memory().Live
		x.Free()
		x.Free()
		alias.Free()
		view.Free()
		for _, x := range []*tensor.Tensor{x, view, alias} {
			wantGone(t, x, "freed at")
		}
		if got := y.Float32s(); got[7] != 1 { // what was computed from it still is
			t.Errorf("got %v", got[7])
		}
		y.Free()
		if got := d.Memory().Live; got > live-4<<12+1024 {
			t.Errorf("%d bytes live, %d before", got, live)
		}

		x = tensor.New(make([]float32, 1<<12)) // the other way: a view frees what it views
		x.Reshape(64, 64).Select(0, 3).Free()
		wantGone(t, x, "freed at")
		if got := d.Memory().Live; got > live-4<<12+1024 {
			t.Errorf("%d bytes live, %d before", got, live)
		}
	})
}

// TestFreeOfPendingWrite frees a tensor whose write is not computed, and one whose write fails.
func TestFreeOfPendingWrite(t *testing.T) {
	onDevice(t, 1, false, func(d *tensor.Device) {
		live := d.Memory().Live
		x := tensor.New([]float32{1, 2, 3})
		y := x.MulScalar(2)
		x.Add_(tensor.New([]float32{1, 2}).IndexSelect(0, tensor.New([]int64{0, 1, 2})))
		x.Free()
		if got := y.Float32s(); !slices.Equal(got, []float32{2, 4, 6}) {
			t.Errorf("got %v", got)
		}
		y.Free()
		d.Collect()
		if got := d.Memory().Live; got != live {
			t.Errorf("%d bytes live, %d before", got, live)
		}
	})
}

// TestReadLends has a tensor written, freed and read again while its memory is lent: what was lent does not change.
func TestReadLends(t *testing.T) {
	onDevice(t, 2, false, func(d *tensor.Device) {
		for range 20 {
			x := tensor.New(slices.Repeat([]float32{1}, 1<<14))
			tensor.Read(x, func(lent []float32) {
				var others sync.WaitGroup
				others.Go(func() {
					x.Add_(tensor.Of(float32(1)))
					tensor.Must(tensor.Eval(context.Background(), x))
					x.Select(0, 5).Copy_(tensor.Of(float32(9)))
					tensor.Must(tensor.Eval(context.Background(), x))
					x.Free()
				})
				others.Go(func() { // may come before or after
					y := tensor.New(slices.Repeat([]float32{7}, 1<<14))
					tensor.Must(tensor.Eval(context.Background(), y.Exp()))
					y.Free()
				})
				for range 10 {
					for _, v := range lent {
						if v != 1 {
							t.Errorf("what is lent became %v", v)
							return
						}
					}
				}
				others.Wait()
				for i, v := range lent {
					if v != 1 {
						t.Fatalf("what is lent became %v at %d", v, i)
					}
				}
			})
			wantGone(t, x, "freed at")
		}
	})
}

// TestReadNested reads within a read: the same tensor, one computed from it, and after a panic inside.
func TestReadNested(t *testing.T) {
	onDevice(t, 1, false, func(d *tensor.Device) {
		x := tensor.New([]float32{1, 2, 3})
		live := d.Memory().Live
		sum := float32(0)
		tensor.Read(x, func(a []float32) {
			tensor.Read(x, func(b []float32) {
				tensor.Read(x.Mul(x), func(c []float32) {
					for i := range a {
						sum += a[i] + b[i] + c[i]
					}
				})
			})
		})
		if sum != 26 {
			t.Errorf("got %v", sum)
		}
		func() {
			defer func() {
				if recover() != "mine" {
					t.Error("a panic inside Read did not come out")
				}
			}()
			tensor.Read(x, func([]float32) { panic("mine") })
		}()
		if got := x.Float32s(); !slices.Equal(got, []float32{1, 2, 3}) {
			t.Errorf("after a panic: %v", got)
		}
		x.Free() // nothing holds it any more
		d.Collect()
		if got := d.Memory().Live; got >= live {
			t.Errorf("%d bytes live, %d before", got, live)
		}
	})
}
