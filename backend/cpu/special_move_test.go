package cpu

import (
	"bytes"
	"context"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/flambeau-ml/flambeau/backend"
	"github.com/flambeau-ml/flambeau/graph"
)

// inParts is f as a program of its primitives, nothing taken whole.
func inParts(t *testing.T, d *Device, f *graph.Func) *program {
	t.Helper()
	g, err := schedule(f, false, &interpreted)
	if err != nil {
		t.Fatal(err)
	}
	p := &program{d: d}
	for _, v := range f.Params {
		p.params = append(p.params, v.Type)
	}
	if err := p.prepare(g); err != nil {
		t.Fatal(err)
	}
	return p
}

// TestRowMove gives the bits and the errors of a gather and a scatter, whatever the order of the indices.
func TestRowMove(t *testing.T) {
	r := rand.New(rand.NewPCG(83, 84))
	for i := range 60 {
		n, m, edges, width := 1+r.IntN(600), 1+r.IntN(60), []int{0, 1, 5, 100, 3000}[i%5], []int{1, 3, 16, 33, 64, 300}[r.IntN(6)]
		d := []graph.DType{graph.Float32, graph.Float64}[i%2]
		f := graph.NewFunc("move")
		base, to := f.Param("base", graph.T(d, n, width)), f.Param("to", graph.T(graph.Int64, edges))
		table, from := f.Param("table", graph.T(d, m, width)), f.Param("from", graph.T(graph.Int64, edges))
		f.Return(base.ScatterAdd(to, table.Gather(from, 0, 0), 0, 0))
		f.Settle()
		in := []*graph.Array{graph.Uniform(r, d, -1, 1, n, width), graph.Uniform(r, graph.Int64, 0, float64(n), edges),
			graph.Uniform(r, d, -1, 1, m, width), graph.Uniform(r, graph.Int64, 0, float64(m), edges)}
		if i%3 == 0 {
			slices.Sort(in[1].I)
		}
		bad, op := 0, ""
		if edges > 0 {
			switch i % 7 {
			case 0:
				bad, op = n, "scatter_add"
				in[1].SetInt(edges-1, int64(bad))
			case 1:
				bad, op = m, "gather"
				in[3].SetInt(r.IntN(edges), int64(bad))
			}
		}
		var want []byte
		for k, o := range []Options{{Threads: 1, CPU: "none"}, {Threads: 1}, {Threads: 2}, {Threads: 7}} {
			dev := New(o)
			p := compileHas(t, dev, f, rowMove)
			if k == 0 {
				p = inParts(t, dev, f)
			}
			l := &backend.Launch{}
			for _, x := range in {
				l.Inputs = append(l.Inputs, upload(t, dev, x))
			}
			if err := p.Run(context.Background(), l); err != nil {
				t.Fatal(err)
			}
			out := l.Outputs[0]
			switch {
			case op != "" && (out.Fault == nil || out.Fault.Op != op || !strings.Contains(out.Fault.Msg, "is out of range")):
				t.Fatalf("%s of a wrong index: %+v", op, out.Fault)
			case op != "":
			case k == 0:
				want = bytes.Clone(out.Buffer.Host())
			case !bytes.Equal(out.Buffer.Host(), want):
				t.Fatalf("%v: %d rows of %d moved to %d, %+v: other bits than the parts", d, edges, width, n, o)
			}
			dev.Close()
		}
	}
}

// TestSortedScatter scatters by indices that are in order, in runs as long as they may be.
func TestSortedScatter(t *testing.T) {
	r := rand.New(rand.NewPCG(85, 86))
	for i := range 40 {
		n, width := []int{1, 2, 40, 4000}[i%4], []int{1, 8, 20, 64}[r.IntN(4)]
		at := graph.Uniform(r, graph.Int64, 0, float64(n), 5000)
		slices.Sort(at.I)
		a := &graph.Attrs{Axes: []int{0}}
		d := []graph.DType{graph.Float32, graph.Float64, graph.Int32}[r.IntN(3)]
		exactly(t, graph.ScatterAdd, a, graph.Uniform(r, d, -2, 2, n, width), at, graph.Uniform(r, d, -2, 2, 5000, width))
		exactly(t, graph.Scatter, a, graph.Uniform(r, d, -2, 2, n, width), at, graph.Uniform(r, d, -2, 2, 5000, width))
	}
}
