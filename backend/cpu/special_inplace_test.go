package cpu

import (
	"context"
	"testing"

	"github.com/flambeau-ml/flambeau/backend"
	"github.com/flambeau-ml/flambeau/graph"
)

// A scatter writes over a donated base, unless an index is wrong: then the base is what it was.
func TestScatterInPlace(t *testing.T) {
	d := New(Options{Threads: 2})
	f := graph.NewFunc("step")
	base, at, upd := f.Param("base", graph.T(graph.Float32, 50, 3)), f.Param("at", graph.T(graph.Int64, 4)), f.Param("upd", graph.T(graph.Float32, 4, 3))
	f.Return(base.ScatterAdd(at, upd, 0, 0))
	f.Settle()
	p, err := d.Compile(f, backend.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range []bool{false, true} {
		idx, ones := graph.NewArray(graph.Int64, 4), graph.NewArray(graph.Float32, 4, 3)
		for i := range ones.F {
			ones.F[i] = 1
		}
		copy(idx.I, []int64{7, 0, 7, 49})
		if bad {
			idx.I[3] = 50
		}
		in := upload(t, d, graph.NewArray(graph.Float32, 50, 3))
		l := &backend.Launch{Inputs: []backend.Buffer{in, upload(t, d, idx), upload(t, d, ones)}, Donate: []bool{true, false, false}}
		written := d.Memory().Written
		if err := p.Run(context.Background(), l); err != nil {
			t.Fatal(err)
		}
		got := elements[float32](array{data: in.Host()})
		switch {
		case bad && (l.Outputs[0].Fault == nil || l.Taken[0] || got[7*3] != 0):
			t.Errorf("index 50 of 50: %+v, taken %v, the base holds %v", l.Outputs[0], l.Taken, got[:9])
		case !bad && (!l.Taken[0] || l.Outputs[0].Buffer != in || got[7*3] != 2 || got[49*3+2] != 1 || got[3] != 0):
			t.Errorf("taken %v, the result is %v", l.Taken, got)
		case !bad && d.Memory().Written-written > 50*3*4:
			t.Errorf("%d bytes were written", d.Memory().Written-written)
		}
	}
}
