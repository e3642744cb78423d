package ops

import (
	"testing"

	"github.com/flambeau-ml/flambeau/graph"
)

// TestRepeatedOnce checks that a step is one function for all sizes, another where sizes are 1, and that all its sizes
// are those of operands.
func TestRepeatedOnce(t *testing.T) {
	step := func(n, in, hidden int) *graph.Func {
		f := graph.NewFunc("f")
		param := func(dims ...int) *graph.Value { return f.Param("", graph.T(graph.Float32, dims...)) }
		w := rnnWeights{param(4*hidden, in), param(4*hidden, hidden), param(4 * hidden), param(4 * hidden), nil}
		_, y := lstm.layer(param(7, n, in), nil, []*graph.Value{param(n, hidden), param(n, hidden)}, w, false)
		if want := graph.Ns(7, n, hidden); !y.Shape.Equal(want) {
			t.Fatalf("the result is %s", y.Type)
		}
		return y.Attrs.Body.Funcs[0]
	}
	f := step(2, 5, 3)
	if g := step(6, 4, 8); f != g {
		t.Error("other sizes have another function")
	}
	if g := step(1, 4, 8); f == g {
		t.Error("a batch of one has the function of larger ones")
	}
	if g := step(1, 4, 1); f == g {
		t.Error("one hidden feature has the function of more")
	}
	said := map[string]bool{}
	for _, p := range f.Params {
		for _, n := range p.Shape {
			if name, ok := n.Symbol(); ok {
				said[name] = true
			}
		}
	}
	if len(said) != 2 {
		t.Errorf("%d names for the batch and the hidden features: %v", len(said), f.Symbols())
	}
	for _, name := range f.Symbols() {
		if !said[name] {
			t.Errorf("no operand has the size %s", name)
		}
	}
}
