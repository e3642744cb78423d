package randgraph

import (
	"slices"
	"testing"

	"github.com/flambeau-ml/flambeau/graph"
)

// TestNew makes graphs, checks and evaluates them, and sees that every primitive turns up.
func TestNew(t *testing.T) {
	seen := map[*graph.Primitive]int{}
	for seed := range uint64(500) {
		o := Options{Special: seed%2 == 0}
		if seed%4 == 3 {
			o.DTypes = []graph.DType{graph.Float32, graph.Float64, graph.Complex64, graph.Complex128, graph.Bool}
		}
		f, in := New(seed, o)
		if err := f.Verify(); err != nil {
			t.Fatalf("seed %d: %v\n%s", seed, err, f)
		}
		if _, err := graph.Eval(f, nil, in); err != nil {
			t.Fatalf("seed %d: %v\n%s", seed, err, f)
		}
		if g, _ := New(seed, o); seed < 20 && g.String() != f.String() {
			t.Fatalf("seed %d makes two graphs", seed)
		}
		for _, v := range f.Values {
			seen[v.Op]++
		}
	}
	for _, p := range graph.Primitives() {
		if seen[p] < 5 {
			t.Errorf("%s turned up %d times", p, seen[p])
		}
	}
}

func TestOptions(t *testing.T) {
	for seed := range uint64(50) {
		f, _ := New(seed, Options{Values: 30, DTypes: []graph.DType{graph.Float32}, Without: func(p *graph.Primitive) bool { return p == graph.Exp }})
		for _, v := range f.Values {
			if v.Op == graph.Exp || v.DType == graph.Float64 { // integers stand for indices and starts

				t.Fatalf("%s: %s in %s", v.Op, v.Type, f)
			}
		}
	}
}

// TestShrink shrinks graphs that "fail" as long as they have a tanh.
func TestShrink(t *testing.T) {
	shrunk := 0
	for seed := range uint64(60) {
		f, in := New(seed, Options{})
		fails := func(f *graph.Func, in []*graph.Array) bool {
			if _, err := graph.Eval(f, nil, in); err != nil {
				t.Fatalf("%v\n%s", err, f)
			}
			return slices.ContainsFunc(f.Values, func(v *graph.Value) bool { return v.Op == graph.Tanh })
		}
		if !fails(f, in) {
			continue
		}
		shrunk++
		if g, gin := Shrink(f, in, fails); len(g.Values) != 2 || len(g.Results) != 1 || len(gin) > 1 {
			t.Errorf("seed %d: not shrunk:\n%s", seed, g)
		}
	}
	if shrunk < 5 {
		t.Errorf("only %d graphs had a tanh", shrunk)
	}
}
