package cpu

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/flambeau-ml/flambeau/backend"
	"github.com/flambeau-ml/flambeau/graph"
)

// compileHas compiles f, and fails unless op is among what it runs.
func compileHas(t *testing.T, d *Device, f *graph.Func, op *graph.Primitive) *program {
	t.Helper()
	p, err := d.compile(f, backend.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range p.stages {
		if c.value.Op == op {
			return p
		}
	}
	t.Fatalf("there is no %s", op)
	return nil
}

// TestFirstInOrder compares the beginnings of orders with the reference's whole ones.
func TestFirstInOrder(t *testing.T) {
	r := rand.New(rand.NewPCG(71, 72))
	types := []graph.DType{graph.Float32, graph.Float64, graph.Int64, graph.Int32, graph.Uint32, graph.Uint8, graph.Bool, graph.BFloat16}
	for i := range 96 {
		n := []int{5, 1500, 4000, 40_000}[i/24]
		dims := []int{1 + r.IntN(3), n, 1 + r.IntN(2)}
		k, step := 1+r.IntN(max(n/20, 1)), r.IntN(2)*2-1
		x := withTies(r, types[i%len(types)], dims...)
		for at := range x.F {
			if r.IntN(2) == 0 {
				x.SetFloat(at, r.Float64()*100-50)
			}
		}
		order := graph.NewArray(graph.Int64, dims...)
		if err := graph.ArgSort.Eval(&graph.Attrs{Axes: []int{1}, Step: []int{step}}, []*graph.Array{x}, order); err != nil {
			t.Fatal(err)
		}
		for _, pool := range testPools() {
			out := newArray(graph.Int64, []int{dims[0], k, dims[2]})
			if err := firstSorted(&env{pool: pool}, &graph.Attrs{Axes: []int{1}, Step: []int{step}}, []array{arrayOf(x)}, out); err != nil {
				t.Fatal(err)
			}
			for at, got := range elements[int64](out) {
				o, place, q := at/(k*dims[2]), at/dims[2]%k, at%dims[2]
				if want := order.I[(o*n+place)*dims[2]+q]; got != want {
					t.Fatalf("%v %v, order %d, %d threads: place %d of line %d is %d, want %d", x.DType, dims, step, pool.Threads(), place, o, got, want)
				}
			}
		}
	}
	d := New(Options{Threads: 2})
	f := graph.NewFunc("second")
	x := f.Param("x", graph.T(graph.Float32, 2, 6))
	f.Return(x.ArgSort(1, true).SliceAxis(1, graph.N(1), graph.N(2), 1))
	f.Settle()
	in := graph.NewArray(graph.Float32, 2, 6)
	copy(in.F, []float64{1, 9, 3, 9, 5, 4, 6, 5, 4, 3, 2, 1})
	l := &backend.Launch{Inputs: []backend.Buffer{upload(t, d, in)}}
	if err := compileHas(t, d, f, firstInOrder).Run(context.Background(), l); err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(elements[int64](array{data: l.Outputs[0].Buffer.Host()})); got != "[3 4 1 2]" {
		t.Errorf("the second and third are %s", got)
	}
}

// TestRowSum gives the bits of a gather and a sum, of few and of many rows, and their error.
func TestRowSum(t *testing.T) {
	r := rand.New(rand.NewPCG(73, 74))
	for i := range 40 {
		n, bags, each, width := 1+r.IntN(60), 1+r.IntN(9), []int{0, 1, 20, 64, 65, 200, 300}[i%7], []int{2, 3, 16, 64, 100, 140, 300}[r.IntN(7)]
		d := []graph.DType{graph.Float32, graph.Float64}[i%2]
		f := graph.NewFunc("bag")
		table, at := f.Param("table", graph.T(d, n, width)), f.Param("at", graph.T(graph.Int64, bags, each))
		f.Return(table.Gather(at, 0, 0).ReduceSum(1))
		f.Settle()
		in := []*graph.Array{graph.Uniform(r, d, -1, 1, n, width), graph.Uniform(r, graph.Int64, 0, float64(n), bags, each)}
		bad := each > 0 && i%5 == 0
		if bad {
			in[1].SetInt(r.IntN(bags*each), -1)
		}
		var want []byte
		for k, o := range []Options{{Threads: 1, CPU: "none"}, {Threads: 1}, {Threads: 2}, {Threads: 7}} {
			dev := New(o)
			p := compileHas(t, dev, f, rowSum)
			if k == 0 { // in its parts
				g, err := schedule(f, false, &interpreted)
				if err != nil {
					t.Fatal(err)
				}
				p = &program{d: dev}
				for _, v := range f.Params {
					p.params = append(p.params, v.Type)
				}
				if err := p.prepare(g); err != nil {
					t.Fatal(err)
				}
			}
			l := &backend.Launch{Inputs: []backend.Buffer{upload(t, dev, in[0]), upload(t, dev, in[1])}}
			if err := p.Run(context.Background(), l); err != nil {
				t.Fatal(err)
			}
			out := l.Outputs[0]
			switch {
			case bad && (out.Fault == nil || !strings.Contains(out.Fault.Msg, "index -1 is out of range")):
				t.Fatalf("index -1: %+v", out)
			case bad:
			case k == 0:
				want = bytes.Clone(out.Buffer.Host())
			case !bytes.Equal(out.Buffer.Host(), want):
				t.Fatalf("%v: %d bags of %d rows of %d, %+v: other bits than the parts", d, bags, each, width, o)
			}
			dev.Close()
		}
	}
}
