package ops

import (
	"math"
	"slices"
	"sync"

	"github.com/flambeau-ml/flambeau/graph"
)

// attending is a form of attention, which is a composite: a call of queries [B, H, G, L, E], of which G groups share the
// keys [B, H, S, E] and values [B, H, S, V] of a head, of the factor of scores and, if there is one, of what is added to
// scores [B, H, G, L, S].
type attending struct {
	dtype          graph.DType
	causal, masked bool
}

// attentions are the bodies of the forms that were asked for: attending → *graph.Body. What is derived from a function is
// kept with it, so there must be one of each.
var attentions sync.Map

func (a attending) name() string {
	switch {
	case a.causal:
		return "scaled_dot_product_attention_causal"
	case a.masked:
		return "scaled_dot_product_attention_masked"
	}
	return "scaled_dot_product_attention"
}

// apply is attention over args.
func (a attending) apply(args ...*graph.Value) *graph.Value {
	body, ok := attentions.Load(a)
	if !ok {
		body, _ = attentions.LoadOrStore(a, a.body())
	}
	return graph.Apply(graph.Call, &graph.Attrs{Name: a.name(), Body: body.(*graph.Body)}, args...)
}

// body makes the functions: what attention is, the variant that also gives the logarithm of the sum of the exponentials of
// each query's scores, and the backward that makes the weights again with it.
func (a attending) body() *graph.Body {
	shape := func(names ...string) graph.Type {
		t := graph.Type{DType: a.dtype}
		for _, n := range names {
			t.Shape = append(t.Shape, graph.Sym(n))
		}
		return t
	}
	operands := []graph.Type{shape("B", "H", "G", "L", "E"), shape("B", "H", "S", "E"), shape("B", "H", "S", "V"), shape()}
	if a.masked {
		operands = append(operands, shape("B", "H", "G", "L", "S"))
	}
	out, log := shape("B", "H", "G", "L", "V"), shape("B", "H", "G", "L")
	function := func(name string, in []graph.Type, results func(xs []*graph.Value) []*graph.Value) *graph.Func {
		f := graph.NewFunc(name)
		xs := make([]*graph.Value, len(in))
		for i, t := range in {
			xs[i] = f.Param("", t)
		}
		f.Return(results(xs)...)
		f.Settle()
		return f
	}
	return &graph.Body{
		Version: 1,
		Funcs: []*graph.Func{function(a.name(), operands, func(xs []*graph.Value) []*graph.Value {
			y, _ := a.forward(xs)
			return []*graph.Value{y}
		})},
		Hidden: function(a.name()+"_log", operands, func(xs []*graph.Value) []*graph.Value {
			y, log := a.forward(xs)
			return []*graph.Value{y, log}
		}),
		Backward: function(a.name()+"_backward", append(slices.Clone(operands), out, log, out), a.backward),
	}
}

// scores are the products of queries and keys, scaled and masked, [B, H, G, L, S], and −∞, which is that of a key that a
// query must not look at.
func (a attending) scores(xs []*graph.Value) (s, never *graph.Value) {
	q, k, scale := xs[0], xs[1], xs[3]
	s = q.Mul(scale).Dot(k, graph.Dot{LBatch: []int{0, 1}, RBatch: []int{0, 1}, LContract: []int{4}, RContract: []int{3}})
	never = s.Like(math.Inf(-1))
	switch {
	case a.causal:
		t := graph.Type{DType: graph.Int64, Shape: s.Shape[3:]}
		s = graph.NewIota(s.Home, t, 1).Le(graph.NewIota(s.Home, t, 0)).Where(s, never)
	case a.masked:
		s = s.Add(xs[4])
	}
	return s, never
}

// forward is the attention and the logarithms. A query that may look at nothing gets 0, and the logarithm 0, relative to
// which its weights are 0.
func (a attending) forward(xs []*graph.Value) (y, log *graph.Value) {
	s, never := a.scores(xs)
	zero := s.Like(0)
	m := s.Stop().Amax(4)
	m = m.Eq(never).Where(zero, m)
	e := s.Sub(m).Exp()
	sum := e.Sum(4)
	none := sum.Eq(zero)
	sum = none.Where(s.Like(1), sum)
	y = e.Div(sum).Dot(xs[2], graph.Dot{LBatch: []int{0, 1}, RBatch: []int{0, 1}, LContract: []int{4}, RContract: []int{2}})
	return y, m.Add(sum.Log()).Reshape(s.Shape[:4]...)
}

// backward makes of operands, result, logarithms and the cotangent of the result the cotangents of the operands.
func (a attending) backward(xs []*graph.Value) []*graph.Value {
	n := len(xs) - 3
	q, k, v, scale, y, log, ct := xs[0], xs[1], xs[2], xs[3], xs[n], xs[n+1], xs[n+2]
	s, _ := a.scores(xs)
	p := s.Sub(log.Restore(s.Shape, 4)).Exp()
	keys := func(x, y *graph.Value) *graph.Value { // over all queries of a head
		return x.Dot(y, graph.Dot{LBatch: []int{0, 1}, RBatch: []int{0, 1}, LContract: []int{2, 3}, RContract: []int{2, 3}})
	}
	dp := ct.Dot(v, graph.Dot{LBatch: []int{0, 1}, RBatch: []int{0, 1}, LContract: []int{4}, RContract: []int{3}})
	ds := p.Mul(dp.Sub(ct.Mul(y).ReduceSum(4).Restore(s.Shape, 4)))
	dq := ds.Dot(k, graph.Dot{LBatch: []int{0, 1}, RBatch: []int{0, 1}, LContract: []int{4}, RContract: []int{2}})
	out := []*graph.Value{dq.Mul(scale), keys(ds, q).Mul(scale), keys(p, ct), dq.Mul(q).ReduceSum(0, 1, 2, 3, 4)}
	if a.masked {
		out = append(out, ds)
	}
	return out
}
