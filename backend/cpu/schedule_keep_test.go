package cpu

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/flambeau-ml/flambeau/graph"
	"github.com/flambeau-ml/flambeau/internal/randgraph"
)

// TestCut compares the price of the cuts of random networks with that of the cheapest of all divisions.
func TestCut(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		n := 1 + r.IntN(7)
		g := newFlowNet(n)
		type edge struct {
			from, to int
			price    float64
		}
		var edges []edge
		for range r.IntN(4 * n) {
			e := edge{r.IntN(n + 2), r.IntN(n + 2), float64(r.IntN(20))}
			if e.from == e.to || e.from == flowSink || e.to == flowSource {
				continue
			}
			edges = append(edges, e)
			g.edge(e.from, e.to, e.price)
		}
		price := func(early func(n int) bool) (sum float64) {
			for _, e := range edges {
				if early(e.from) && !early(e.to) {
					sum += e.price
				}
			}
			return sum
		}
		best := math.Inf(1)
		for set := range 1 << (n + 2) {
			if set>>flowSource&1 == 1 && set>>flowSink&1 == 0 {
				best = min(best, price(func(n int) bool { return set>>n&1 == 1 }))
			}
		}
		if !g.cut() {
			t.Fatal("there is no cut")
		}
		if got := price(g.reached); got != best || g.reached(flowSink) {
			t.Fatalf("the cut of %v costs %v, the cheapest %v", edges, got, best)
		}
	}
}

// dotted is x·w, contracted over the last axis of x and the first of w.
func dotted(x, w *graph.Value) *graph.Value {
	return x.Dot(w, graph.Dot{LContract: []int{1}, RContract: []int{0}})
}

// TestKept says what is stored between two products and later ones that need more of what was between them.
func TestKept(t *testing.T) {
	f32 := func(dims ...int) graph.Type { return graph.T(graph.Float32, dims...) }
	for _, c := range []struct {
		name  string
		build func(f *graph.Func, h, w *graph.Value)
		kept  map[graph.DType]int // of as many elements as h has, beside parameters and results
	}{
		{"relu", func(f *graph.Func, h, w *graph.Value) { // the operand of the product, and for its derivative a byte of each
			zero := h.Like(0)
			off := h.Le(zero)
			y := off.Where(zero, h)
			g := dotted(dotted(y, w).Exp(), w)
			f.Return(dotted(off.Where(zero, g), y))
		}, map[graph.DType]int{graph.Float32: 3, graph.Bool: 1}},
		{"cheap", func(f *graph.Func, h, w *graph.Value) { // a sum with a parameter is computed again
			y := h.Add(f.Param("b", f32(64, 64)))
			g := dotted(dotted(h, w), y.Neg())
			f.Return(dotted(g.Mul(y), w))
		}, map[graph.DType]int{graph.Float32: 5}},
		{"slope", func(f *graph.Func, h, w *graph.Value) { // of x·tanh x: what the later product is multiplied by, nothing else
			y := h.Tanh()
			g := dotted(dotted(h.Mul(y), w), w)
			f.Return(dotted(g.Mul(y.Add(h.Mul(h.Like(1).Sub(y.Mul(y))))), w))
		}, map[graph.DType]int{graph.Float32: 4}},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := graph.NewFunc(c.name)
			h := dotted(f.Param("x", f32(64, 64)), f.Param("v", f32(64, 64)))
			c.build(f, h, f.Param("w", f32(64, 64)))
			s, err := schedule(f, false, &machined)
			if err != nil {
				t.Fatal(err)
			}
			kept := map[graph.DType]int{}
			var seen []int
			for _, k := range s.kernels {
				_, writes := k.touched()
				for _, b := range writes {
					if x := &s.buffers[b]; x.output < 0 && !slices.Contains(seen, b) {
						seen = append(seen, b)
						kept[x.typ.DType]++
					}
				}
			}
			for d, n := range c.kept {
				if kept[d] != n {
					t.Errorf("%d values of %s are kept, want %d: %v", kept[d], d, n, kept)
				}
			}
		})
	}
}

// TestOrder is a chain of products whose weights have gradients: what forward kept for a weight's gradient must go before
// the next one is computed.
func TestOrder(t *testing.T) {
	const layers, n = 6, 32
	f := graph.NewFunc("chain")
	typ := graph.T(graph.Float32, n, n)
	x := f.Param("x", typ)
	var weights, inputs []*graph.Value
	for range layers {
		w := f.Param("w", typ)
		weights, inputs = append(weights, w), append(inputs, x)
		x = dotted(x, w).Tanh()
	}
	grads := []*graph.Value{x}
	for i := layers - 1; i > 0; i-- {
		grads = append(grads, dotted(grads[len(grads)-1], weights[i].SwapAxes(0, 1)).Exp())
	}
	var results []*graph.Value
	for i, in := range inputs {
		results = append(results, dotted(in.SwapAxes(0, 1), grads[layers-1-i]))
	}
	f.Return(results...)
	s, err := schedule(f, false, &machined)
	if err != nil {
		t.Fatal(err)
	}
	last, live, most := map[int]int{}, map[int]bool{}, 0
	for i, k := range s.kernels {
		reads, _ := k.touched()
		for _, b := range reads {
			last[b] = i
		}
	}
	for i, k := range s.kernels {
		reads, writes := k.touched()
		for _, b := range writes {
			live[b] = s.buffers[b].output < 0
		}
		alive := 0
		for _, is := range live {
			if is {
				alive++
			}
		}
		most = max(most, alive)
		for _, b := range reads {
			if last[b] == i {
				live[b] = false
			}
		}
	}
	if most > layers+2 {
		t.Errorf("%d arrays are alive at the same time, of a chain of %d", most, layers)
	}
}

// TestKeptBits compares programs that keep what the cut says with such that keep what each loop says: the bits are the same.
func TestKeptBits(t *testing.T) {
	cut, loops := New(Options{Threads: 2}), New(Options{Threads: 2})
	defer cut.Close()
	defer loops.Close()
	model := interpreted
	if loops.expand {
		model = machined
	}
	model.local = true
	loops.model = &model
	r := rand.New(rand.NewPCG(3, 4))
	for layers := 1; layers <= 2; layers++ {
		g := gradient(t, transformer(layers, 8, 2))
		for _, sizes := range []map[string]int{{"B": 2, "T": 5}, {"B": 1, "T": 1}, {"B": 3, "T": 16}} {
			if m := mismatch(t, g, uniformInputs(r, g, sizes), cut, loops, true, true); m != "" {
				t.Fatalf("%d layers, %v: %s", layers, sizes, m)
			}
		}
	}
	n := 300
	if testing.Short() {
		n = 50
	}
	for seed := range n {
		f, in := randgraph.New(uint64(seed)+1<<20, randgraph.Options{Values: 20 + seed%60, Special: seed%3 == 0})
		if showsNaNs(f) {
			continue
		}
		if m := mismatch(t, f, in, cut, loops, true, true); m != "" {
			t.Fatalf("seed %d: %s\n%s", seed, m, f)
		}
	}
}
