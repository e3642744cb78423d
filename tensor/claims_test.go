package tensor_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"github.com/flambeau-ml/flambeau/nn"
	"github.com/flambeau-ml/flambeau/tensor"
)

// TestTenReadOneModel runs one model on ten goroutines, while its values are read, by layers that share a forward pass
// as well.
func TestTenReadOneModel(t *testing.T) {
	onDevice(t, 2, false, func(*tensor.Device) {
		m, r := nn.Eval(newNet(1)), rand.New(rand.NewPCG(3, 4))
		x, _ := batch(r, 16)
		want := m.Forward(x).Float32s()
		shared := m.Fc1.Forward(x) // computed by whoever comes first
		wantShared := nn.Eval(newNet(1)).Fc1.Forward(x).Float32s()
		var all sync.WaitGroup
		for i := range 10 {
			all.Go(func() {
				for range 20 {
					var got, want2 []float32
					if i%2 == 0 {
						got, want2 = m.Forward(x).Float32s(), want
					} else {
						got, want2 = m.Fc2.Forward(m.Norm.Forward(shared).ReLU()).Float32s(), want
					}
					if !slices.Equal(got, want2) {
						t.Errorf("goroutine %d: %v, want %v", i, got, want2)
					}
				}
				if got := shared.Float32s(); !slices.Equal(got, wantShared) {
					t.Errorf("goroutine %d: the shared layer is %v, want %v", i, got, wantShared)
				}
			})
		}
		all.Wait()
	})
}

// TestOverlapWithFailures computes overlapping graphs on ten goroutines, of which some are cancelled, some depend on a
// value that fails, and one writes.
func TestOverlapWithFailures(t *testing.T) {
	rounds := 40
	if testing.Short() {
		rounds = 10
	}
	onDevice(t, 2, false, func(*tensor.Device) {
		for range rounds {
			x := tensor.New([]float32{1, 2, 3})
			shared := x.Mul(x)
			for range 10 {
				shared = shared.Add(x)
			}
			bad := shared.IndexSelect(0, tensor.New([]int64{0, 7, 1}))
			total := tensor.New([]float32{0, 0, 0})
			total.Float32s()
			var all sync.WaitGroup
			for i := range 10 {
				y := shared.MulScalar(float64(i))
				switch i % 5 {
				case 3:
					y = y.Add(bad)
				case 4:
					total.Add_(y)
				}
				all.Go(func() {
					switch i % 5 {
					case 2:
						ctx, cancel := context.WithCancel(context.Background())
						go cancel()
						if err := tensor.Eval(ctx, y); err != nil && !errors.Is(err, context.Canceled) {
							t.Errorf("goroutine %d: %v", i, err)
						}
					case 3:
						var e *tensor.Error
						if err := tensor.Eval(context.Background(), y); !errors.As(err, &e) || e.Line() == "" {
							t.Errorf("goroutine %d: %v where an index is out of range", i, err)
						}
						return
					}
					f := float32(i)
					if got, want := y.Float32s(), []float32{11 * f, 24 * f, 39 * f}; !slices.Equal(got, want) {
						t.Errorf("goroutine %d: %v, want %v", i, got, want)
					}
				})
			}
			all.Wait()
			if got, want := total.Float32s(), []float32{11 * 13, 24 * 13, 39 * 13}; !slices.Equal(got, want) {
				t.Errorf("what was written is %v, want %v", got, want)
			}
		}
	})
}
