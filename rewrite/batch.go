package rewrite

import (
	"slices"

	"github.com/flambeau-ml/flambeau/graph"
)

// NotBatched stands for an axis of what is the same for all members of a batch.
const NotBatched = -1

// Batch is the function that applies f to each member of a batch of the given size at once. in has the axis of each
// parameter along which it holds the batch, or NotBatched. Each result holds the batch along its first axis, or, where
// out says NotBatched, is the same for all members.
func Batch(f *graph.Func, size graph.Size, in []int) (g *graph.Func, out []int, err error) {
	g, err = catch(func() *graph.Func {
		if len(in) != len(f.Params) {
			graph.Fail(f.Name, "has %d parameters, not %d", len(f.Params), len(in))
		}
		g, to := derive(f, f.Name+"_batch"), newMapping(f)
		batched := make([]bool, len(f.Values))
		for i, p := range f.Params {
			if in[i] == NotBatched {
				to.set(p, param(g, p))
				continue
			}
			if in[i] < 0 || in[i] > p.Rank() {
				graph.Fail(f.Name, "parameter %d, %s, cannot hold a batch along axis %d", i, p.Type, in[i])
			}
			q := g.Param(p.Attr().Name, graph.Type{DType: p.DType, Shape: slices.Insert(slices.Clone(p.Shape), in[i], size)})
			q.Pos = p.Pos
			to.set(p, q)
		}
		for i, p := range f.Params { // moved once all parameters are there
			if in[i] != NotBatched {
				batched[p.ID] = true
				to.set(p, to.get(p).MoveAxis(in[i], 0))
			}
		}
		for _, v := range f.Values {
			if v.Op == graph.Param {
				continue
			}
			var which []bool
			for _, x := range v.Args {
				which = append(which, batched[x.ID])
			}
			n := len(g.Values)
			if batched[v.ID] = slices.Contains(which, true); batched[v.ID] {
				to.set(v, ApplyBatch(v.Op, v.Attrs, slices.Clone(to.all(v.Args)), which, size))
			} else {
				to.set(v, Copy(g, v, to.all(v.Args)))
			}
			mark(g, n, v.Pos)
		}
		out = make([]int, len(f.Results))
		for i, y := range f.Results {
			if !batched[y.ID] {
				out[i] = NotBatched
			}
		}
		g.Return(slices.Clone(to.all(f.Results))...)
		g.Settle()
		return g
	})
	return g, out, err
}
