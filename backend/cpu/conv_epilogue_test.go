package cpu

import (
	"math/rand/v2"
	"testing"

	"github.com/flambeau-ml/flambeau/backend"
	"github.com/flambeau-ml/flambeau/graph"
)

// TestConvThenLoop has what comes after a convolution computed with it, where machine code takes several runs of sums at
// once, and in a program of its own: the bits are the same.
func TestConvThenLoop(t *testing.T) {
	r := rand.New(rand.NewPCG(17, 18))
	d := New(Options{Threads: 2})
	defer d.Close()
	for i := range 200 {
		c := randomConv(r)
		if len(c.y) != 4 || c.y[0] == 0 {
			continue
		}
		x, w := graph.Uniform(r, graph.Float32, -2, 2, c.x...), graph.Uniform(r, graph.Float32, -2, 2, c.f...)
		bias, rest := graph.Uniform(r, graph.Float32, -2, 2, c.y[1], 1, 1), graph.Uniform(r, graph.Float32, -2, 2, c.y...)
		then := func(y, bias, rest *graph.Value) *graph.Value { // with a row of the space for a channel, for all, and for a row
			switch i % 3 {
			case 0:
				return y.Add(bias).Scale(3)
			case 1:
				return y.Add(rest)
			}
			return y.Mul(rest.ReduceSum(3).Reshape(graph.Ns(append(c.y[:3:3], 1)...)...))
		}
		f := graph.NewFunc("together")
		px, pw := f.Param("x", x.Type()), f.Param("w", w.Type())
		pb, pr := f.Param("bias", bias.Type()), f.Param("rest", rest.Type())
		f.Return(then(graph.Apply(graph.Conv, &graph.Attrs{Window: &c.w}, px, pw), pb, pr))
		f.Settle()
		got, _ := evaluateOn(t, d, f, backend.Options{}, []*graph.Array{x, w, bias, rest})

		first := graph.NewFunc("convolution")
		first.Return(graph.Apply(graph.Conv, &graph.Attrs{Window: &c.w}, first.Param("x", x.Type()), first.Param("w", w.Type())))
		first.Settle()
		y, _ := evaluateOn(t, d, first, backend.Options{}, []*graph.Array{x, w})
		second := graph.NewFunc("loop")
		second.Return(then(second.Param("y", y[0].Type()), second.Param("bias", bias.Type()), second.Param("rest", rest.Type())))
		second.Settle()
		want, _ := evaluateOn(t, d, second, backend.Options{}, []*graph.Array{y[0], bias, rest})
		if at, ok := same(got[0], want[0], 0); !ok {
			differs(t, f.String(), got[0], want[0], at)
		}
	}
}
