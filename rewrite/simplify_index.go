package rewrite

import (
	"slices"

	"github.com/flambeau-ml/flambeau/graph"
)

// byIndex are the rules of what reads and writes by index.
var byIndex = func() (table graph.Rules) {
	for _, p := range []*graph.Primitive{graph.Gather, graph.ScatterAdd, graph.Scatter, graph.ScatterMul, graph.ScatterMax, graph.ScatterMin} {
		args := []*graph.Pattern{x, y, graph.Any("upd")}
		table = append(table, rule(p.Name+" at the same indices everywhere → "+p.Name+" of rows", op(p, args[:p.Arity]...).Where(sharedIndex), rowsAtOnce))
	}
	return table
}()

// indexLine is the line of indices that all members of v's batch share, if there is one: what PyTorch's users write as
// x.scatter_add(0, index.unsqueeze(1).expand_as(src), src).
func indexLine(v *graph.Value) (line *graph.Value, ok bool) {
	a, idx := v.Attr(), v.Args[1]
	if a.Batch == 0 || a.Axes[0] != a.Batch || idx.Rank() != a.Batch+1 {
		return nil, false
	}
	axis := a.Batch // of the broadcast, the one that the line lies along
	if idx.Op == graph.Permute {
		axis, idx = idx.Attr().Axes[axis], idx.Args[0]
	}
	if idx.Op != graph.Broadcast || idx.Args[0].Rank() != 1 || slices.Contains(idx.Attr().Axes, axis) {
		return nil, false
	}
	return idx.Args[0], true
}

func sharedIndex(v *graph.Value) bool {
	_, ok := indexLine(v)
	return ok
}

// rowsAtOnce moves the indexed axis before the batch, whose members are then parts of one row.
func rowsAtOnce(m graph.Match) *graph.Value {
	v := m.Root
	line, _ := indexLine(v)
	args := []*graph.Value{v.Args[0].MoveAxis(v.Attr().Batch, 0), line}
	if len(v.Args) > 2 {
		args = append(args, v.Args[2].MoveAxis(v.Attr().Batch, 0))
	}
	return instead(m, graph.Apply(v.Op, &graph.Attrs{Axes: []int{0}}, args...).MoveAxis(0, v.Attr().Batch))
}
