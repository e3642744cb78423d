package compile_test

import (
	"bytes"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/flambeau-ml/flambeau/compile"
	"github.com/flambeau-ml/flambeau/tensor"
	"github.com/flambeau-ml/flambeau/transform"
)

// histories are functions whose results have a history through w, and through x where a gradient may be asked of that.
var histories = []struct {
	name string
	f    func(x, w, z *tensor.Tensor) []*tensor.Tensor
}{
	{"chain", func(x, w, z *tensor.Tensor) []*tensor.Tensor {
		y := x.Mul(w)
		for range 7 {
			y = y.Add(w).Sin()
		}
		return []*tensor.Tensor{y}
	}},
	{"two results", func(x, w, z *tensor.Tensor) []*tensor.Tensor {
		h := x.Mul(w).Exp()
		return []*tensor.Tensor{h, h.Mul(z).Sigmoid()}
	}},
	{"the same twice, and one without", func(x, w, z *tensor.Tensor) []*tensor.Tensor {
		h := x.Mul(w).Tanh()
		return []*tensor.Tensor{h, h, h.Detach().Mul(z)}
	}},
	{"a result in another", func(x, w, z *tensor.Tensor) []*tensor.Tensor {
		h := x.Mul(w).MulScalar(0.5)
		return []*tensor.Tensor{h, h.Cos().Mul(h.Detach())}
	}},
	{"a view", func(x, w, z *tensor.Tensor) []*tensor.Tensor {
		return []*tensor.Tensor{x.Mul(w).Exp().Narrow(0, 1, 2)}
	}},
	{"reductions", func(x, w, z *tensor.Tensor) []*tensor.Tensor {
		return []*tensor.Tensor{x.Mul(w).LogSoftmax(0), w.Mul(z).Sum()}
	}},
}

// swept is the bits of what f gives and of the gradients of x and w. Results that have a history are differentiated one after
// the other, or all at once.
func swept(t *testing.T, f func(x, w, z *tensor.Tensor) []*tensor.Tensor, x, w, z *tensor.Tensor, one bool) []byte {
	t.Helper()
	x.ZeroGrad()
	w.ZeroGrad()
	ys := f(x, w, z)
	var sum *tensor.Tensor
	var bits []byte
	for i, y := range ys {
		bits = append(bits, bitsOf(t, y.Detach())...)
		if !y.NeedsGrad() {
			continue
		}
		part := y.Mul(y).Sum().MulScalar(float64(i + 1))
		switch {
		case one:
			part.Backward(tensor.Retain())
		case sum == nil:
			sum = part
		default:
			sum = sum.Add(part)
		}
	}
	if sum != nil {
		sum.Backward()
	}
	for _, l := range []*tensor.Tensor{x, w} {
		if g := l.Grad(); g != nil {
			bits = append(bits, bitsOf(t, g)...)
		}
	}
	return bits
}

// frozenCalls is how many calls Explain says were frozen.
func frozenCalls(explained string) int {
	_, after, _ := strings.Cut(explained, "\nfrozen: ")
	if strings.HasPrefix(after, "once") {
		return 1
	} else if strings.HasPrefix(after, "twice") {
		return 2
	}
	n := 0
	fmt.Sscan(after, &n)
	return n
}

func TestFrozenHistory(t *testing.T) {
	onDevice(t, func(d *tensor.Device) {
		for _, h := range histories {
			for _, one := range []bool{false, true} {
				t.Run(fmt.Sprint(h.name, " ", one), func(t *testing.T) {
					f := compile.Func(h.f, compile.Freeze())
					for i := range 12 {
						make := func() (x, w, z *tensor.Tensor) {
							x, w, z = tensor.New([]float32{1, 2, float32(i)}), tensor.New([]float32{3, -1, 0.5}).RequiresGrad(), tensor.New([]float32{-2, float32(i), 1})
							if i%4 == 3 {
								x = x.RequiresGrad()
							}
							return x, w, z
						}
						x, w, z := make()
						want := swept(t, h.f, x, w, z, one)
						x, w, z = make()
						if got := swept(t, f, x, w, z, one); !bytes.Equal(got, want) {
							t.Errorf("call %d: other bits", i)
						}
						if i%3 == 1 {
							runtime.GC()
						}
					}
					if n := frozenCalls(compile.Explain(f)); n < 4 {
						t.Errorf("%d frozen calls: %s", n, compile.Explain(f))
					}
				})
			}
		}
	})
}

// TestFrozenHistoryOfClosures differentiates, in several ways, what a frozen function made of a parameter that it reads from
// outside, which changes between the calls, and of a number in a cell.
func TestFrozenHistoryOfClosures(t *testing.T) {
	onDevice(t, func(d *tensor.Device) {
		w, cell := tensor.New([]float32{1, 2, 3}).RequiresGrad(), tensor.NewScalar(1)
		f := func(x *tensor.Tensor) *tensor.Tensor { return x.Mul(w).Mul(w).MulScalar(cell).Sin() }
		g := compile.Func(f, compile.Freeze())
		grads := func(f fn, x *tensor.Tensor) (bits []byte) {
			w.ZeroGrad()
			y := f(x)
			loss := y.Sum()
			loss.Backward(tensor.CreateGraph())
			first := w.Grad()
			w.ZeroGrad()
			first.Mul(first).Sum().Backward()
			bits = append(bitsOf(t, first.Detach()), bitsOf(t, w.Grad())...)
			pull := transform.Grad(func(xs ...*tensor.Tensor) *tensor.Tensor { return f(xs[0]).Sum() })
			bits = append(bits, bitsOf(t, pull(x).Detach())...)
			_, push := transform.JVP(func(xs ...*tensor.Tensor) []*tensor.Tensor { return []*tensor.Tensor{f(xs[0])} }, []*tensor.Tensor{x}, []*tensor.Tensor{x})
			return append(bits, bitsOf(t, push[0].Detach())...)
		}
		for i := range 12 {
			x := tensor.New([]float32{0.25, 0.5, float32(i)})
			cell.Set(1 + float64(i)/8)
			if !bytes.Equal(grads(g, x), grads(f, x)) {
				t.Errorf("call %d: other bits", i)
			}
			w.Detach().Mul_(tensor.New([]float32{1.125}))
		}
		if n := frozenCalls(compile.Explain(g)); n < 6 {
			t.Errorf("%d frozen calls: %s", n, compile.Explain(g))
		}
	})
}

// TestFrozenHistoryAfterPlainCalls asks for gradients when all calls before did not.
func TestFrozenHistoryAfterPlainCalls(t *testing.T) {
	onDevice(t, func(d *tensor.Device) {
		w := tensor.New([]float32{1, 2})
		g := compile.Func(func(x *tensor.Tensor) *tensor.Tensor { return x.Mul(w).Exp() }, compile.Freeze())
		for range 5 {
			g(tensor.New([]float32{1, 2}))
		}
		x := tensor.New([]float32{1, 2}).RequiresGrad()
		g(x).Sum().Backward()
		if x.Grad() == nil || x.Grad().Float32s()[1] == 0 {
			t.Error("an argument that requires a gradient has none")
		}
		w.RequiresGrad()
		for i := range 5 {
			g(tensor.New([]float32{1, 2})).Sum().Backward()
			if w.Grad() == nil {
				t.Fatalf("call %d: what is read from outside has no gradient", i)
			}
			w.ZeroGrad()
		}
	})
}

// TestFrozenHistoryIsSweptOnce sweeps a history twice, from results of one call.
func TestFrozenHistoryIsSweptOnce(t *testing.T) {
	onDevice(t, func(d *tensor.Device) {
		w := tensor.New([]float32{1, 2}).RequiresGrad()
		g := compile.Func(func(x *tensor.Tensor) (*tensor.Tensor, *tensor.Tensor) {
			h := x.Mul(w).Exp()
			return h.Sum(), h.Mul(w).Sum()
		}, compile.Freeze())
		for range 5 {
			a, b := g(tensor.New([]float32{1, 2}))
			a.Backward()
			if err := tensor.Try(func() { b.Backward() }); err == nil || !strings.Contains(err.Error(), "swept") {
				t.Errorf("a second sweep through what the first one ended: %v", err)
			}
			w.ZeroGrad()
		}
	})
}

// TestFrozenHistoryKeepsNothing frees the results of calls: what their histories read must come back.
func TestFrozenHistoryKeepsNothing(t *testing.T) {
	onDevice(t, func(d *tensor.Device) {
		w := tensor.New(make([]float32, 1<<12)).RequiresGrad()
		g := compile.Func(func(x *tensor.Tensor) *tensor.Tensor { return x.Mul(w).Exp().Mul(w) }, compile.Freeze())
		step := func(sweep bool) {
			x := tensor.New(make([]float32, 1<<12))
			y := g(x)
			if sweep {
				y.Sum().Backward()
				w.ZeroGrad()
			}
			y.Free()
			x.Free()
		}
		for i := range 50 {
			step(i < 10) // learns what backward reads, too
		}
		before := d.Memory().Live
		for range 50 {
			step(false)
		}
		if after := d.Memory().Live; after > before {
			t.Errorf("%d bytes live after 50 calls more, %d before", after, before)
		}
		if n := frozenCalls(compile.Explain(g)); n < 50 {
			t.Errorf("%d frozen calls: %s", n, compile.Explain(g))
		}
	})
}

// TestFrozenHistoryConcurrently calls and sweeps on several goroutines, whose results share what they read.
func TestFrozenHistoryConcurrently(t *testing.T) {
	onDevice(t, func(d *tensor.Device) {
		w := tensor.New([]float32{1, 2, 3})
		f := func(x *tensor.Tensor) (*tensor.Tensor, *tensor.Tensor) {
			h := x.Mul(w).Exp()
			return h.Sum(), h.Sin().Sum()
		}
		g := compile.Func(f, compile.Freeze())
		for range 4 {
			g(tensor.New([]float32{1, 2, 3}).RequiresGrad())
		}
		var wg sync.WaitGroup
		for k := range 4 {
			wg.Go(func() {
				for i := range 50 {
					x := tensor.New([]float32{1, float32(k), float32(i) / 50}).RequiresGrad()
					a, b := g(x)
					var both sync.WaitGroup
					both.Go(func() { a.Backward(tensor.Retain()) })
					b.Backward(tensor.Retain())
					both.Wait()
					got := bitsOf(t, x.Grad())
					x.ZeroGrad()
					a, b = f(x)
					b.Backward(tensor.Retain())
					a.Backward()
					if want := bitsOf(t, x.Grad()); !bytes.Equal(got, want) {
						t.Error("other bits")
					}
				}
			})
		}
		wg.Wait()
	})
}
