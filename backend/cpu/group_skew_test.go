package cpu

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/flambeau-ml/flambeau/backend"
	"github.com/flambeau-ml/flambeau/graph"
)

// TestSkew has groups of several blocks do their last map a block late and ask for rows ahead, with what the code of two
// loops at a time must keep apart: numbers, tables, indices, masks, instructions that are seldom needed, sums over rows.
func TestSkew(t *testing.T) {
	r := rand.New(rand.NewPCG(93, 94))
	portable := withoutCode(1)
	defer portable.Close()
	for _, level := range []string{"avx512", "avx2"} {
		d := New(Options{Threads: 2, CPU: level})
		defer d.Close()
		if d.loops == nil {
			t.Skip("the processor has neither AVX2 nor AVX-512, or the system forbids pages of code: there is no machine code to test")
		}
		d.loops.large, d.loops.far = 1, 1
		cases := 70
		if testing.Short() {
			cases = 14
		}
		var skewed [7]int
		for i := range cases {
			rows, cols := 100+r.IntN(1200), []int{16, 64, 80, 256, 768, 1024}[r.IntN(6)]
			typ := []graph.DType{graph.Float32, graph.Float32, graph.Float64, graph.BFloat16}[r.IntN(4)]
			x := graph.Uniform(r, typ, -3, 3, rows, cols)
			w := graph.Uniform(r, typ, 0.1, 3, cols)
			f := graph.NewFunc("skew")
			v, u := f.Param("x", x.Type()), f.Param("w", w.Type())
			e := v.Sub(v.Amax(1)).Exp()
			switch i % 7 {
			case 0:
				f.Return(e.Div(e.Sum(1)))
			case 1:
				f.Return(e.Div(e.Sum(1)).Scale(1.25).Shift(-0.5))
			case 2: // both loops have instructions that are seldom needed
				f.Return(e.Sub(e.Sum(1)).Exp())
			case 3: // sums over rows come when all rows are done
				y := e.Div(e.Sum(1))
				f.Return(y.Mul(u), v.Mul(u).ReduceSum(0))
			case 4: // rows of the reduction itself are kept, too
				y := e.Div(e.Sum(1))
				f.Return(y, v.Sub(v.Mul(y).Sum(1)).Mul(y))
			case 5:
				f.Return(e.Div(e.Sum(1)).Pow(u))
			default:
				f.Return(e.Div(e.Sum(1)).Add(graph.NewIota(f, x.Type(), i%2)))
			}
			f.Settle()
			in := []*graph.Array{x, w}
			p, err := d.Compile(f, backend.Options{})
			if err != nil {
				t.Fatal(err)
			}
			bound, err := p.(*program).bind(nil)
			if err != nil {
				t.Fatal(err)
			}
			for _, g := range bound.groups {
				if g != nil && g.skew != nil {
					skewed[i%7]++
				}
			}
			got, _ := launch(t, d, f, p, in)
			want, _ := evaluateOn(t, portable, f, backend.Options{}, in)
			for k := range got {
				if at, ok := same(got[k], want[k], 0); !ok {
					differs(t, fmt.Sprintf("%s: %s of %d by %d", level, f, rows, cols), got[k], want[k], at)
				}
			}
		}
		for i, n := range skewed { // or nothing was tested
			if n == 0 && i != 3 { // there, the map is part of the sums over rows
				t.Errorf("%s: no group of case %d has a map a block late", level, i)
			}
		}
	}
}
