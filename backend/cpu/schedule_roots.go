package cpu

import (
	"slices"

	"github.com/flambeau-ml/flambeau/graph"
)

// costModel says what is done again in each loop that needs it, rather than stored: an element that is stored costs the
// way to memory and back, in which an engine does so many operations.
type costModel struct {
	cheap   int                      // the most operations that are done again
	weights map[*graph.Primitive]int // of primitives that are more than one operation
	local   bool                     // for tests: what later kernels need again is not weighed against keeping it
}

// interpreted is the model of the evaluator, each of whose operations goes to the first cache and back; machined is that
// of machine code, to which functions are the operations of their formulas.
var (
	interpreted = costModel{cheap: 3, weights: map[*graph.Primitive]int{graph.Div: 2, graph.Sqrt: 2, graph.Rem: 2, graph.Exp: 8, graph.Expm1: 8, graph.Log: 8, graph.Log1p: 8,
		graph.Sin: 8, graph.Cos: 8, graph.Tanh: 8, graph.Erf: 8, graph.Rsqrt: 8, graph.Pow: 8, graph.Atan2: 8,
		graph.Exp2: 8, graph.Log2: 8, graph.Log10: 8, graph.Tan: 8, graph.Asin: 8, graph.Acos: 8, graph.Atan: 8, graph.Sinh: 8, graph.Cosh: 8,
		graph.Asinh: 8, graph.Acosh: 8, graph.Atanh: 8, graph.Erfc: 8, graph.Ndtr: 8, graph.Sigmoid: 8}}
	machined = costModel{cheap: 16, weights: map[*graph.Primitive]int{graph.Div: 4, graph.Sqrt: 6, graph.Rem: 60, graph.Exp: 20, graph.Expm1: 26, graph.Log: 22, graph.Log1p: 26,
		graph.Sin: 32, graph.Cos: 32, graph.Tanh: 30, graph.Erf: 38, graph.Rsqrt: 10, graph.Pow: 60, graph.Atan2: 40,
		graph.Exp2: 14, graph.Log2: 36, graph.Log10: 36, graph.Tan: 40, graph.Asin: 40, graph.Acos: 40, graph.Atan: 40, graph.Sinh: 36, graph.Cosh: 36,
		graph.Asinh: 50, graph.Acosh: 50, graph.Atanh: 50, graph.Erfc: 60, graph.Ndtr: 26, graph.Sigmoid: 24}}
)

// weight is the cost of an elementwise primitive.
func (m *costModel) weight(op *graph.Primitive) int { return max(m.weights[op], 1) }

// fixed reports whether v is computed by a kernel or a reduction of its own, whatever surrounds it.
func fixed(v *graph.Value) bool {
	switch {
	case v.Op.Kind == graph.Leaf:
		return false
	case v.Op.Elementwise():
		return checks(v)
	case v.Op == graph.Pad:
		return dilated(v)
	case v.Op.Kind == graph.Reduce:
		return len(v.Attr().Axes) > 0
	}
	return v.Op.Kind != graph.Move
}

// checks reports whether computing v can fail depending on values.
func checks(v *graph.Value) bool {
	return v.Op.Checks && (!v.Op.Elementwise() || v.DType.IsInt())
}

// dilated reports whether the pad v puts zeros between elements.
func dilated(v *graph.Value) bool {
	for i, n := range v.Attrs.Step {
		if n != 1 && !v.Args[0].Shape[i].Is(1) {
			return true
		}
	}
	return false
}

// tiled reports whether v is a contraction.
func tiled(v *graph.Value) bool { return contractions[v.Op] != nil }

// byHand reports whether v is computed by a kernel of its primitive's own.
func byHand(v *graph.Value) bool {
	return v.Op.Kind == graph.Other && !v.Op.Elementwise() && !tiled(v) && v.Op != graph.Concat && v.Op != graph.Update
}

func scalar(v *graph.Value) bool {
	for _, n := range v.Shape {
		if !n.Is(1) {
			return false
		}
	}
	return true
}

// many stands for more loops than one.
var many = &graph.Value{}

// want is a loop that needs a value, where the movement by finds it.
type want struct {
	owner, by *graph.Value
	at        int // the time of the loop where that makes a difference, else 0
}

// wants are the loops that need each value, one for each time. At two places a value is computed twice.
type wants [][]want

func (w wants) meet(x *graph.Value, n want) {
	for i := range w[x.ID] {
		if y := &w[x.ID][i]; y.at == n.at {
			if y.owner != n.owner || y.by != n.by {
				y.owner = many
			}
			return
		}
	}
	w[x.ID] = append(w[x.ID], n)
}

// several reports whether several loops of a time need v.
func (w wants) several(v *graph.Value) bool {
	return slices.ContainsFunc(w[v.ID], func(n want) bool { return n.owner == many })
}

// chooseRoots decides which values get buffers. Going from the results to the parameters, it notes for each value
// which loop needs it; what several need is stored, unless it is cheap.
func (s *scheduler) chooseRoots() {
	s.roots = map[*graph.Value]bool{}
	for v := range s.forced {
		s.roots[v] = true
	}
	store := func(v *graph.Value) {
		if v.Op != graph.Param {
			s.roots[v] = true
		}
	}
	for _, v := range s.f.Results {
		store(base(v))
	}
	cost, constant := s.costs()
	need := make(wants, len(s.f.Values))
	// meet notes that the loop of n needs x. Values that later times compute again are theirs at each of these.
	meet := func(x *graph.Value, n want, at int) {
		n.at = 0
		if s.keep.again[x.ID] && at > s.keep.time[x.ID] {
			n.at = at
		}
		need.meet(x, n)
	}
	for i := len(s.f.Values) - 1; i >= 0; i-- {
		v := s.f.Values[i]
		if !s.live[v] || v.Op.Kind == graph.Leaf || strip(v) != v {
			if len(v.Args) == 1 { // what strip goes through
				for _, n := range need[i] {
					meet(v.Args[0], n, max(n.at, s.keep.time[i]))
				}
			}
			continue
		}
		switch {
		case s.roots[v]:
		case fixed(v) || s.keep.kept[i]:
			store(v)
		case v.Op.Kind == graph.Move:
			if s.unfused && v.Op != graph.Reshape {
				store(v)
			}
		case s.unfused || cost[v] > s.model.cheap && need.several(v):
			store(v)
		}
		from := need[i]
		if s.roots[v] {
			from = []want{{owner: v}}
		}
		s.required(v, cost, constant, store)
		for _, n := range from {
			if v.Op.Kind == graph.Move {
				n.by = v
			}
			for _, x := range v.Args {
				meet(x, n, max(n.at, s.keep.use(v)))
			}
		}
	}
}

// required calls store with what must have a buffer so that v can be computed.
func (s *scheduler) required(v *graph.Value, cost map[*graph.Value]int, constant map[*graph.Value]bool, store func(*graph.Value)) {
	for _, x := range v.Args {
		switch {
		case tiled(v) || whole(v):
			if y, ok := s.viewed(x, constant); ok {
				store(y)
			}
		case byHand(v):
			store(base(x))
		case v.Op == graph.Update && x != v.Args[0]: // computed before the base is overwritten
			if y := computed(x); y != nil {
				store(y)
			}
		case v.Op == graph.Broadcast:
			if y := s.multiplied(v, cost, constant); y != nil {
				store(y)
			}
		}
	}
}

// costs are the operations needed for an element of each value, from what has a buffer in any case, and whether it
// depends on leaves alone.
func (s *scheduler) costs() (cost map[*graph.Value]int, constant map[*graph.Value]bool) {
	cost, constant = map[*graph.Value]int{}, map[*graph.Value]bool{}
	for _, v := range s.f.Values {
		switch {
		case !s.live[v] || v.Op == graph.Param || fixed(v) || s.keep != nil && s.keep.kept[v.ID]:
		case v.Op.Kind == graph.Leaf:
			constant[v] = true
		default:
			n, same := 0, true
			if v.Op.Elementwise() && strip(v) == v {
				n = s.model.weight(v.Op)
			}
			for _, x := range v.Args {
				n += cost[x]
				same = same && constant[x]
			}
			if v.Op == graph.Broadcast && s.multiplied(v, cost, constant) != nil {
				n = 0 // it is stored
			}
			cost[v], constant[v] = min(n, 1<<20), same
		}
	}
	return cost, constant
}

// repeats reports whether the broadcast v makes more elements of its operand.
func repeats(v *graph.Value) bool {
	for _, n := range v.Attrs.Shape {
		if !n.Is(1) {
			return true
		}
	}
	return false
}

// multiplied is the value that the broadcast v makes more elements of, and that is worth storing for it; nil where there is
// none.
func (s *scheduler) multiplied(v *graph.Value, cost map[*graph.Value]int, constant map[*graph.Value]bool) *graph.Value {
	if !repeats(v) {
		return nil
	}
	if y := computed(v.Args[0]); y != nil && !scalar(y) && !(constant[y] && cost[y] <= s.model.cheap) {
		return y
	}
	return nil
}

// computed is the elementwise value that x moves; nil where it moves something else.
func computed(x *graph.Value) *graph.Value {
	for x = strip(x); x.Op.Kind == graph.Move && !fixed(x); x = strip(x.Args[0]) {
	}
	if x.Op.Elementwise() {
		return x
	}
	return nil
}

// viewed is the value that must have a buffer so that a contraction can read x where it lies.
func (s *scheduler) viewed(x *graph.Value, constant map[*graph.Value]bool) (*graph.Value, bool) {
	y := strip(x)
	for y.Op == graph.Permute || y.Op == graph.Broadcast || y.Op == graph.Slice || y.Op == graph.Reshape {
		y = strip(y.Args[0])
	}
	switch {
	case s.unfused:
		return base(x), true
	case y.Op == graph.Param || fixed(y):
		return nil, false
	case s.leaf(y):
		return base(x), true
	}
	return y, true
}
