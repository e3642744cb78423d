package tensor_test

import (
	"bytes"
	"testing"

	"github.com/flambeau-ml/flambeau/tensor"
)

// TestCountedBits is the bit contract where sizes depend on values: forward, backward and what is written.
func TestCountedBits(t *testing.T) {
	var want []byte
	for _, threads := range []int{1, 4} {
		for _, eager := range []bool{false, true} {
			onDevice(t, threads, eager, func(*tensor.Device) {
				for range 3 {
					x := tensor.Randn(tensor.NewGenerator(3), 61, 83).RequiresGrad()
					y := x.Tanh().Mul(x)
					mask := y.GtScalar(0.3)
					picked := y.MaskedSelect(mask)
					rows := y.Index(mask.Any(1)).Softmax(-1)
					values, inverse, counts := y.MulScalar(7).Floor().UniqueWith(tensor.ReturnInverse(true), tensor.ReturnCounts(true))
					z := y.Clone()
					z.SetIndex(picked.Exp(), mask)
					picked.Square().Sum().Add(rows.Square().Sum()).Add(z.Sum()).Backward()
					got := bitsOf(t, picked, rows, values, inverse, counts, z, x.Grad(), mask.NonZero())
					if want == nil {
						want = got
					} else if !bytes.Equal(got, want) {
						t.Errorf("%d threads, eager %v: other bits", threads, eager)
					}
				}
			})
		}
	}
}
