package cpu

import (
	"fmt"
	"slices"
	"testing"

	"github.com/flambeau-ml/flambeau/backend"
	"github.com/flambeau-ml/flambeau/graph"
	"github.com/flambeau-ml/flambeau/internal/randgraph"
)

// mismatch is how two ways of running f differ; "" where they do not.
func mismatch(t testing.TB, f *graph.Func, in []*graph.Array, a, b *Device, fusedA, fusedB bool) string {
	x, fx := evaluateOn(t, a, f, backend.Options{Unfused: !fusedA}, in)
	y, fy := evaluateOn(t, b, f, backend.Options{Unfused: !fusedB}, in)
	for i := range x {
		switch {
		case (fx[i] == nil) != (fy[i] == nil):
			return fmt.Sprintf("result %d: faults %v and %v", i, fx[i], fy[i])
		case fx[i] != nil:
		default:
			if at, ok := same(x[i], y[i], 0); !ok {
				return fmt.Sprintf("result %d of %v differs at %d", i, x[i].Type(), at)
			}
		}
	}
	return ""
}

// showsNaNs reports whether f looks at the bits of floats: which of the NaNs a NaN is, nobody promises.
func showsNaNs(f *graph.Func) bool {
	return slices.ContainsFunc(f.Values, func(v *graph.Value) bool { return v.Op == graph.Bitcast && v.Args[0].DType.IsFloat() })
}

// TestRandomGraphs runs random graphs fused and unfused and with different numbers of threads: the bits are the same.
func TestRandomGraphs(t *testing.T) {
	one, two, seven := New(Options{Threads: 1}), New(Options{Threads: 2}), New(Options{Threads: 7})
	defer one.Close()
	defer two.Close()
	defer seven.Close()
	n := 1500
	if testing.Short() {
		n = 150
	}
	halves := []graph.DType{graph.Float32, graph.Float16, graph.BFloat16, graph.Uint8, graph.Bool}
	complexes := []graph.DType{graph.Float32, graph.Float64, graph.Complex64, graph.Complex128, graph.Bool}
	for seed := range n {
		o := randgraph.Options{Values: 6 + seed%40, Special: seed%3 == 0}
		if seed%4 == 1 {
			o.DTypes = halves
		}
		if seed%4 == 2 {
			o.DTypes = complexes
		}
		f, in := randgraph.New(uint64(seed), o)
		if showsNaNs(f) {
			continue
		}
		what := func(f *graph.Func, in []*graph.Array) string {
			if m := mismatch(t, f, in, one, two, true, false); m != "" {
				return "fused and unfused: " + m
			}
			if m := mismatch(t, f, in, one, seven, true, true); m != "" {
				return "1 and 7 threads: " + m
			}
			return ""
		}
		if m := what(f, in); m != "" {
			f, in = randgraph.Shrink(f, in, func(f *graph.Func, in []*graph.Array) bool { return what(f, in) != "" })
			t.Fatalf("seed %d: %s\n%s", seed, what(f, in), f)
		}
	}
	for _, d := range []*Device{one, two, seven} {
		if m := d.Memory(); m.Live != 0 {
			t.Errorf("%d bytes are still live", m.Live)
		}
	}
}
