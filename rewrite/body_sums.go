package rewrite

import (
	"slices"

	"github.com/flambeau-ml/flambeau/graph"
)

// The cotangent of an operand that stays the same in each step of a scan is a sum over the steps. Where what a step adds
// is a product or a sum itself, as for weights and biases, the sum over all steps is one product or sum, of what the
// steps give along the scan: nothing as large as the weights is read and written at each step.

// term is a product or sum that a step adds to a cotangent.
type term struct {
	of    *graph.Value   // the product or sum
	moved []*graph.Value // movements of it, the first one first
	from  []factor       // its operands
}

// factor is where the operand of a term is to be found for all steps: among the operands of the scan, or its results.
type factor struct {
	operand bool
	at      int
}

// terms takes v apart into products and sums of what steady says differs from step to step; nil if it is anything else.
func terms(v *graph.Value, steady []bool) []*term {
	if v.Op == graph.Add {
		x, y := terms(v.Args[0], steady), terms(v.Args[1], steady)
		if x == nil || y == nil {
			return nil
		}
		return append(x, y...)
	}
	var moved []*graph.Value
	for v.Op == graph.Permute || v.Op == graph.Reshape {
		moved = append(moved, v)
		v = v.Args[0]
	}
	if v.Op != graph.DotGeneral && v.Op != graph.ReduceSum {
		return nil
	}
	for _, x := range v.Args {
		if steady[x.ID] {
			return nil
		}
	}
	slices.Reverse(moved)
	return []*term{{of: v, moved: moved}}
}

// sameEachStep says which values of f depend on nothing but its first n parameters.
func sameEachStep(f *graph.Func, n int) []bool {
	on := make([]bool, len(f.Values))
	for _, v := range f.Values {
		on[v.ID] = v.Op != graph.Param || slices.Contains(f.Params[:n], v)
		for _, x := range v.Args {
			on[v.ID] = on[v.ID] && on[x.ID]
		}
	}
	return on
}

// overSteps is t for all steps at once, of its operands for all steps, whose first axis counts those.
func (t *term) overSteps(lookup func(string) (graph.Size, bool), args []*graph.Value) *graph.Value {
	behind := func(axes []int) []int {
		out := make([]int, len(axes))
		for i, x := range axes {
			out[i] = x + 1
		}
		return out
	}
	var y *graph.Value
	if t.of.Op == graph.ReduceSum {
		y = args[0].ReduceSum(append([]int{0}, behind(t.of.Attrs.Axes)...)...)
	} else {
		d := *t.of.Attrs.Dot
		d.LBatch, d.RBatch = behind(d.LBatch), behind(d.RBatch)
		d.LContract, d.RContract = append([]int{0}, behind(d.LContract)...), append([]int{0}, behind(d.RContract)...)
		y = args[0].Dot(args[1], d)
	}
	for _, m := range t.moved {
		y = graph.Apply(m.Op, m.Attrs.MapSizes(func(n graph.Size) graph.Size { return n.Subst(lookup) }), y)
	}
	return y
}
