package cpu

import "github.com/flambeau-ml/flambeau/graph"

// What a program computes early and needs again much later, as backward needs what forward computed, is either kept in
// memory all the while or computed again from something that is. Which values to keep so that the least is written, read
// and held is the cheapest cut of a network: kept values are cut between what is computed early and what is needed late,
// and work that is done again has a price, too. The two kinds of price meet in bytes.
const (
	workPrice = 1.0 / 12 // of an operation on an element that is done again: as many operations take as long as a byte's way
	sizeHint  = 256      // stands for sizes that are not known yet
)

// keeping is what a program keeps for later.
type keeping struct {
	time  []int  // of each value, by its number: how many kernels that nothing fuses with come before it
	kept  []bool // it is stored although the loops at its time do not ask for it
	again []bool // loops at later times compute it anew
}

// barrier reports whether v has a kernel that separates what comes before from what comes after: nothing that it needs can
// be in the same loop as what needs it.
func barrier(v *graph.Value) bool { return tiled(v) || whole(v) || byHand(v) }

// use is the time at which v uses its operands.
func (k *keeping) use(v *graph.Value) int {
	if barrier(v) {
		return k.time[v.ID] - 1
	}
	return k.time[v.ID]
}

// timed says when each value can be computed first; what depends on nothing but parameters, as a mask of random bits does,
// is computed with the first that needs it.
func (s *scheduler) timed() *keeping {
	n := len(s.f.Values)
	k := &keeping{time: make([]int, n), kept: make([]bool, n), again: make([]bool, n)}
	free := make([]bool, n)
	for i, v := range s.f.Values {
		free[i] = !tiled(v)
		for _, x := range v.Args {
			k.time[i] = max(k.time[i], k.time[x.ID])
			free[i] = free[i] && free[x.ID]
		}
		if barrier(v) {
			k.time[i]++
		}
	}
	first := make([]int, n) // the time at which it is used first, and 1; 0 where it is not
	for i := n - 1; i >= 0; i-- {
		v := s.f.Values[i]
		if !s.live[v] {
			continue
		}
		if free[i] {
			k.time[i] = max(k.time[i], first[i]-1)
		}
		for _, x := range v.Args {
			if at := max(k.use(v), 0) + 1; first[x.ID] == 0 || at < first[x.ID] {
				first[x.ID] = at
			}
		}
	}
	return k
}

// choose decides what is kept.
func (s *scheduler) choose() *keeping {
	k := s.timed()
	if s.unfused || s.model.local {
		return k
	}
	cost, constant := s.costs()
	must := make([]bool, len(s.f.Values)) // it has a buffer in any case
	for _, v := range s.f.Results {
		must[base(v).ID] = true
	}
	held := make([]bool, len(s.f.Values)) // it is in memory late in any case
	for _, v := range s.f.Values {
		if s.live[v] && strip(v) == v {
			s.required(v, cost, constant, func(y *graph.Value) {
				must[y.ID] = true
				held[y.ID] = held[y.ID] || k.use(v) > k.time[y.ID]
			})
		}
	}
	late := make([]bool, len(s.f.Values)) // a loop at a later time needs it
	some := false
	for _, v := range s.f.Values {
		if !s.live[v] || barrier(v) {
			continue
		}
		for _, x := range v.Args {
			if k.time[v.ID] > k.time[x.ID] && x.Op.Kind != graph.Leaf && x.Op != graph.Param {
				late[x.ID], some = true, true
			}
		}
	}
	if !some {
		return k
	}
	// What late values can be computed from.
	node, order := make([]int, len(s.f.Values)), []*graph.Value(nil)
	for i := len(s.f.Values) - 1; i >= 0; i-- {
		v := s.f.Values[i]
		if !late[i] && node[i] == 0 || s.leaf(v) {
			continue
		}
		order = append(order, v)
		node[i] = 2 * len(order)
		if !given(v, must) {
			for _, x := range v.Args {
				node[x.ID] = max(node[x.ID], 1)
			}
		}
	}
	g := newFlowNet(2 * len(order))
	for _, v := range order {
		in, out := node[v.ID], node[v.ID]+1
		size := s.elements(v)
		bytes := size * float64(v.DType.Bytes())
		price := bytes // to read it
		if !must[v.ID] && v.Op != graph.Param && !(byHand(v) || whole(v) || v.Op.Kind == graph.Reduce) {
			price += bytes // to write it
		}
		if !held[v.ID] && v.Op != graph.Param {
			price += bytes // to hold it
		}
		switch {
		case given(v, must):
			g.edge(flowSource, in, unbounded)
		case v.Op.Kind == graph.Move || strip(v) != v:
			price = unbounded // where it comes from is kept
		default:
			g.edge(flowSource, in, size*float64(s.model.weight(v.Op))*workPrice)
		}
		g.edge(in, out, price)
		if late[v.ID] {
			g.edge(out, flowSink, unbounded)
		}
		if !given(v, must) {
			for _, x := range v.Args {
				if n := node[x.ID]; n > 1 {
					g.edge(n+1, in, unbounded)
				}
			}
		}
	}
	if !g.cut() {
		return k
	}
	for _, v := range order {
		switch in, out := g.reached(node[v.ID]), g.reached(node[v.ID]+1); {
		case given(v, must):
		case !in:
			k.again[v.ID] = true
		case !out:
			k.kept[v.ID] = true
		}
	}
	return k
}

// given reports whether v is never computed again.
func given(v *graph.Value, must []bool) bool {
	return v.Op == graph.Param || fixed(v) || must[v.ID]
}

// elements is about how many elements v has.
func (s *scheduler) elements(v *graph.Value) float64 {
	n := 1.0
	for _, d := range v.Shape {
		n *= float64(d.Eval(func(string) (int64, bool) { return sizeHint, true }))
	}
	return max(n, 0)
}
