package rewrite

import (
	"slices"

	"github.com/flambeau-ml/flambeau/graph"
)

// contractions are the rules of products. The order in which a product sums is that in which its axes are listed, so
// renaming axes keeps it.
var contractions = graph.Rules{
	rule("dot(permute(x), y) → dot(x, y)", op(graph.DotGeneral, op(graph.Permute, x).As("moved"), y), func(m graph.Match) *graph.Value {
		d, order := m.Root.Attrs.Dot, m.Get("moved").Attrs.Axes
		batch, contract := picked(order, d.LBatch), picked(order, d.LContract)
		if !keepsOrder(order, d.LBatch, d.LContract) {
			return nil
		}
		return instead(m, m.X.Dot(m.Y, graph.Dot{LBatch: batch, RBatch: d.RBatch, LContract: contract, RContract: d.RContract}))
	}),
	rule("dot(x, permute(y)) → dot(x, y)", op(graph.DotGeneral, x, op(graph.Permute, y).As("moved")), func(m graph.Match) *graph.Value {
		d, order := m.Root.Attrs.Dot, m.Get("moved").Attrs.Axes
		batch, contract := picked(order, d.RBatch), picked(order, d.RContract)
		if !keepsOrder(order, d.RBatch, d.RContract) {
			return nil
		}
		return instead(m, m.X.Dot(m.Y, graph.Dot{LBatch: d.LBatch, RBatch: batch, LContract: d.LContract, RContract: contract}))
	}),
}

// keepsOrder reports whether a permutation leaves the axes that are in neither list in their order.
func keepsOrder(order, batch, contract []int) bool {
	var free []int
	for _, k := range kept(len(order), slices.Concat(batch, contract)) {
		free = append(free, order[k])
	}
	return slices.IsSorted(free)
}
