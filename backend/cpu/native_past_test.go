package cpu

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/flambeau-ml/flambeau/backend"
	"github.com/flambeau-ml/flambeau/graph"
)

// TestPastCaches has everything go past the caches that may, alone and in groups: the bits are the same, and nothing
// stores to half a line.
func TestPastCaches(t *testing.T) {
	r := rand.New(rand.NewPCG(91, 92))
	portable := withoutCode(1)
	defer portable.Close()
	past := 0
	for _, level := range []string{"avx512", "avx2"} {
		d := New(Options{Threads: 2, CPU: level})
		defer d.Close()
		if d.loops == nil {
			t.Skip("the processor has neither AVX2 nor AVX-512, or the system forbids pages of code: there is no machine code to test")
		}
		d.loops.large = 1
		for i := range 120 {
			rows, cols := 1+r.IntN(300), []int{1, 7, 16, 64, 100, 256, 1024, 1040}[r.IntN(8)]
			typ := []graph.DType{graph.Float32, graph.Float64, graph.BFloat16, graph.Float32}[i%4]
			x := graph.Uniform(r, typ, -3, 3, rows, cols)
			w := graph.Uniform(r, typ, -3, 3, cols)
			f := graph.NewFunc("past")
			v, u := f.Param("x", x.Type()), f.Param("w", w.Type())
			scaled := v.Mul(u)
			centred := v.Sub(v.Mean(1))
			e := centred.Mul(centred)
			switch i % 5 {
			case 0:
				f.Return(v.Scale(2).Shift(1))
			case 1:
				f.Return(scaled, scaled.ReduceSum(0))
			case 2:
				f.Return(e.Div(e.Sum(1)))
			case 3:
				f.Return(centred, e.Mul(scaled).ReduceSum(0), e.ReduceSum(1))
			default:
				f.Return(graph.ConcatValues(0, scaled, v.Neg()), graph.ConcatValues(1, scaled, v.Neg()))
			}
			f.Settle()
			in := []*graph.Array{x, w}
			got, _ := evaluateOn(t, d, f, backend.Options{}, in)
			want, _ := evaluateOn(t, portable, f, backend.Options{}, in)
			for k := range got {
				if at, ok := same(got[k], want[k], 0); !ok {
					differs(t, fmt.Sprintf("%s: %s of %d by %d", level, f, rows, cols), got[k], want[k], at)
				}
			}
		}
		for key, c := range d.loops.codes {
			if c != nil && strings.Contains(key, " true") {
				past++
			}
		}
	}
	if past < 20 {
		t.Errorf("%d pieces of code go past the caches; want some of each function", past)
	}
}
