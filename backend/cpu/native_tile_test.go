package cpu

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/flambeau-ml/flambeau/backend"
	"github.com/flambeau-ml/flambeau/graph"
)

// TestTiles permutes arrays of all sizes, alone and within larger loops: the bits are those of the evaluator.
func TestTiles(t *testing.T) {
	r := rand.New(rand.NewPCG(71, 72))
	types := []graph.DType{graph.Float32, graph.Float64, graph.Float16, graph.BFloat16, graph.Int8, graph.Bool, graph.Int32, graph.Uint64, graph.Int16}
	near := func() int { // about a tile or a few, of any type
		return max(1, []int{1, 3, 8, 16, 32, 64, 128, 200, 300}[r.IntN(9)]+r.IntN(5)-2)
	}
	portable := withoutCode(1)
	defer portable.Close()
	tiles := 0
	for _, level := range []string{"avx512", "avx2"} {
		d := New(Options{Threads: 2, CPU: level})
		defer d.Close()
		if d.loops == nil {
			t.Skip("the processor has neither AVX2 nor AVX-512, or the system forbids pages of code: there is no machine code to test")
		}
		d.loops.large = 1 << 16 // so that some go past the caches
		for i := range 300 {
			dims, axes := []int{near(), near()}, []int{1, 0}
			if i%3 > 0 {
				dims, axes = append(dims, 1+r.IntN(6)), r.Perm(3)
				r.Shuffle(3, func(i, j int) { dims[i], dims[j] = dims[j], dims[i] })
			}
			if i%12 == 9 {
				dims[1] = dims[0]
			}
			typ := types[i%len(types)]
			x := graph.Uniform(r, typ, -9, 9, dims...)
			f := graph.NewFunc("permute")
			v := f.Param("x", x.Type())
			p := v.Permute(axes...)
			in := []*graph.Array{x}
			switch {
			case typ == graph.Bool || i%2 == 0:
				f.Return(p)
			case i%4 == 1 && p.Type.Equal(v.Type): // of which the operand's memory might be the result's
				f.Return(v.Add(p))
			default:
				back, _ := p.Shape.Ints()
				y := graph.Uniform(r, typ, -9, 9, back...)
				in = append(in, y)
				w := f.Param("y", y.Type())
				f.Return(p.Mul(w).Add(p), w)
			}
			f.Settle()
			got, _ := evaluateOn(t, d, f, backend.Options{}, in)
			want, _ := evaluateOn(t, portable, f, backend.Options{}, in)
			for k := range got {
				if at, ok := same(got[k], want[k], 0); !ok {
					differs(t, fmt.Sprintf("%s: %s of %v by %v", level, f, dims, axes), got[k], want[k], at)
				}
			}
		}
		for key, c := range d.loops.codes {
			if c != nil && key[0] == 't' {
				tiles++
			}
		}
	}
	if tiles < 8 {
		t.Errorf("%d pieces of code transpose tiles; want those of four sizes at each level", tiles)
	}
}
