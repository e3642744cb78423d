package bench

import (
	"context"
	"math"
	"testing"

	"github.com/flambeau-ml/flambeau/backend/cpu"
	"github.com/flambeau-ml/flambeau/backend/reference"
	"github.com/flambeau-ml/flambeau/tensor"
)

// results are the numbers of the first calls of a case with small inputs on the default device.
func results(t *testing.T, c Case) (all [][]float64, digest Digest) {
	t.Helper()
	in := NewInputs(true)
	defer in.Free()
	step := c.Make(in)
	d := newDigester()
	for range max(c.Calls, 1) {
		out, err := compute(t.Context(), step)
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range out {
			if err := d.add(context.Background(), x); err != nil {
				t.Fatal(err)
			}
			all = append(all, x.Float64s())
			x.Free()
		}
	}
	return all, d.digest()
}

// on computes f with another default device.
func on(d *tensor.Device, f func()) {
	old := tensor.Default()
	tensor.SetDefault(d)
	defer tensor.SetDefault(old)
	f()
}

// TestCases compares every case, with small inputs, to the reference device, and the bits with other threads.
func TestCases(t *testing.T) {
	names := map[string]bool{}
	for _, c := range Cases() {
		if names[c.Name] {
			t.Errorf("there are two cases %s", c.Name)
		}
		names[c.Name] = true
		t.Run(c.Name, func(t *testing.T) {
			var want, got [][]float64
			var ref, one, two Digest
			on(tensor.NewDevice(&reference.Device{}), func() { want, ref = results(t, c) })
			on(tensor.NewDevice(cpu.New(cpu.Options{Threads: 1})), func() { _, one = results(t, c) })
			on(tensor.NewDevice(cpu.New(cpu.Options{Threads: 2})), func() { got, two = results(t, c) })
			if one.Sum != two.Sum {
				t.Errorf("the results differ with the number of threads: %+v, %+v", one, two)
			}
			if !ref.Close(two) {
				t.Errorf("digest %+v, the reference's is %+v", two, ref)
			}
			if len(got) != len(want) {
				t.Fatalf("%d results, want %d", len(got), len(want))
			}
			for i := range want {
				for j := range want[i] {
					if d := math.Abs(got[i][j] - want[i][j]); !(d <= 1e-3*max(1, math.Abs(want[i][j]))) {
						t.Fatalf("result %d, element %d is %g, want %g", i, j, got[i][j], want[i][j])
					}
				}
			}
		})
	}
}

// TestDigest has a digest tell what is wrong from what is rounded.
func TestDigest(t *testing.T) {
	of := func(x []float32) Digest {
		d := newDigester()
		if err := d.add(t.Context(), tensor.New(x, len(x))); err != nil {
			t.Fatal(err)
		}
		return d.digest()
	}
	x := tensor.Data[float32](tensor.Randn(tensor.NewGenerator(1), 100_000))
	was := of(x)
	if now := of(x); now != was {
		t.Errorf("digests of the same numbers: %+v, %+v", was, now)
	}
	rounded := make([]float32, len(x))
	for i, v := range x {
		rounded[i] = v * (1 + float32(i%3-1)*0x1p-22)
	}
	if now := of(rounded); now.Sum == was.Sum || !now.Close(was) {
		t.Errorf("digests of rounded numbers: %+v, %+v", was, now)
	}
	for _, at := range []int{0, 5000, 99_999} {
		for _, v := range []float32{x[at] + 1, float32(math.NaN())} {
			old := x[at]
			x[at] = v
			if now := of(x); now.Close(was) {
				t.Errorf("element %d is %g instead of %g, and the digests %+v and %+v count as close", at, v, old, now, was)
			}
			x[at] = old
		}
	}
	swapped := append([]float32(nil), x...)
	for i := 0; i+1 < len(x); i += 2 {
		swapped[i], swapped[i+1] = x[i+1], x[i]
	}
	if of(swapped).Close(was) {
		t.Error("numbers in another order count as close")
	}
}
