package rewrite

import (
	"testing"

	"github.com/flambeau-ml/flambeau/graph"
)

// TestScanSumsOnce checks that the gradient of a weight is one product over all steps, and is not carried; that of a
// number which is scaled at each step is carried.
func TestScanSumsOnce(t *testing.T) {
	f, _ := rnn(t, 0)
	df := must(t)(Grad(f, nil))
	products := 0
	for _, v := range df.Values {
		if v.Op == graph.DotGeneral && len(v.Attrs.Dot.LContract) == 2 && v.Shape.Equal(graph.Ns(3, 3)) {
			products++
		}
		if v.Op != graph.Scan || !v.Attrs.Body.Reverse {
			continue
		}
		b := v.Attrs.Body
		if b.Carry != 2 {
			t.Errorf("%d are carried backwards: the state's cotangent and the number's are 2", b.Carry)
		}
		for _, y := range b.Funcs[0].Results[:b.Carry] {
			if y.Shape.Equal(symbols("H", "H")) {
				t.Errorf("the gradient of the weight, %s, is carried", y.Type)
			}
		}
	}
	if products != 1 {
		t.Errorf("%d products over all steps", products)
	}
}
