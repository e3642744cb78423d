package tensor_test

import (
	"context"
	"testing"

	"github.com/flambeau-ml/flambeau/tensor"
)

// TestChainNeverRead builds a chain of 100,000 dependent operations that nobody reads: it is cut on the way, so that
// memory and programs stay bounded, and its end has the right value.
func TestChainNeverRead(t *testing.T) {
	for _, loop := range []struct {
		name string
		ops  int // of one round
		f    func(x, c *tensor.Tensor) *tensor.Tensor
		want func(x float32) float32
	}{
		{"one line", 1, func(x, c *tensor.Tensor) *tensor.Tensor { return x.Add(c) }, func(x float32) float32 { return x + 1 }},
		{"three lines", 3, func(x, c *tensor.Tensor) *tensor.Tensor {
			x = x.Add(c)
			x = x.Neg()
			return x.Mul(c)
		}, func(x float32) float32 { return -(x + 1) }},
		{"in place", 2, func(x, c *tensor.Tensor) *tensor.Tensor { return x.Add_(c).Neg_() }, func(x float32) float32 { return -(x + 1) }},
	} {
		onDevice(t, 2, false, func(d *tensor.Device) {
			x, c := tensor.New(make([]float32, 16)), tensor.New([]float32{1})
			want := float32(0)
			for range 100_000 / loop.ops {
				x = loop.f(x, c)
				want = loop.want(want)
			}
			s := d.Stats()
			if s.Programs > 3 || s.Forms > 6 {
				t.Errorf("%s: %d programs in %d forms", loop.name, s.Programs, s.Forms)
			}
			if s.Cuts == 0 {
				t.Errorf("%s: the chain was never cut", loop.name)
			}
			if peak := d.Memory().Peak; peak > 1<<20 {
				t.Errorf("%s: %d bytes for a chain of 64", loop.name, peak)
			}
			for i, v := range x.Float32s() {
				if v != want {
					t.Fatalf("%s: element %d is %v, want %v", loop.name, i, v, want)
				}
			}
		})
	}
}

// TestRowAssignments writes the rows of a large tensor one by one, through a view and by index, read between or not:
// no more than three times its bytes are written, the rows' own computation included.
func TestRowAssignments(t *testing.T) {
	rows, cols := 10_000, 1_000
	if testing.Short() {
		rows = 2_000
	}
	for _, read := range []bool{false, true} {
		for _, form := range []struct {
			name string
			set  func(x, row *tensor.Tensor, i int)
		}{
			{"Select.Copy_", func(x, row *tensor.Tensor, i int) { x.Select(0, i).Copy_(row) }},
			{"SetIndex", func(x, row *tensor.Tensor, i int) { x.SetIndex(row, i) }},
			{"Select.Add_", func(x, row *tensor.Tensor, i int) { x.Select(0, i).Add_(row) }},
		} {
			onDevice(t, 2, false, func(d *tensor.Device) {
				x, ramp := tensor.Zeros(rows, cols), tensor.Arange(cols).To(tensor.Float32)
				if err := tensor.Eval(context.Background(), x, ramp); err != nil {
					t.Fatal(err)
				}
				before := d.Memory().Written
				for i := range rows {
					form.set(x, ramp.AddScalar(i), i)
					if read {
						if got, want := x.Select(0, i).Select(0, 1).Item(), float64(1+i); got != want {
							t.Fatalf("%s: row %d holds %v, want %v", form.name, i, got, want)
						}
					}
				}
				tensor.Read(x, func(got []float32) {
					for i, v := range got {
						if want := float32(i/cols + i%cols); v != want {
							t.Fatalf("%s: [%d, %d] = %v, want %v", form.name, i/cols, i%cols, v, want)
						}
					}
				})
				own, m := int64(rows*cols*4), d.Memory()
				if moved := m.Written - before; moved > 3*own {
					t.Errorf("%s, read between: %v: %d bytes were written for %d", form.name, read, moved, own)
				}
				if m.Peak > own*3/2 {
					t.Errorf("%s, read between: %v: peak %d bytes for a tensor of %d", form.name, read, m.Peak, own)
				}
				if n := d.Stats().Programs; n > 3 {
					t.Errorf("%s, read between: %v: %d programs", form.name, read, n)
				}
			})
		}
	}
}
