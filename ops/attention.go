package ops

import (
	"math"
	"math/rand/v2"

	"github.com/flambeau-ml/flambeau/graph"
)

// attention is softmax(q·kᵀ·scale + mask)·v over the last two dimensions. A query that may look at nothing gets 0.
func attention(q, k, v, mask *graph.Value, dropout float64, causal bool, scale *float64, grouped bool) *graph.Value {
	const op = "scaled_dot_product_attention"
	needFloat(op, q, k, v)
	switch {
	case q.Rank() < 2 || k.Rank() < 2 || v.Rank() < 2 || q.DType != k.DType || q.DType != v.DType:
		graph.Fail(op, "query %s, key %s and value %s do not fit: they must be […, L, E], […, S, E] and […, S, Ev] of one dtype", q.Type, k.Type, v.Type)
	case dropout != 0:
		graph.Fail(op, "dropout_p is %v: drop the weights with dropout, which takes a generator", dropout)
	case mask != nil && causal:
		graph.Fail(op, "takes a mask or is_causal, not both")
	}
	if grouped {
		k, v = eachHead(op, q, k), eachHead(op, q, v)
	}
	d := q.DType
	w := q.Cast(wide(d))
	factor := reciprocal(graph.NewSize(q.Home, w.DType, q.Shape[q.Rank()-1]).Sqrt())
	if scale != nil {
		factor = givenLike(w, *scale)
	}
	s := matmul(op, w.Mul(factor), k.Cast(w.DType).SwapAxes(k.Rank()-2, k.Rank()-1))
	never := s.Like(math.Inf(-1))
	switch {
	case causal:
		t := graph.Type{DType: graph.Int64, Shape: s.Shape[s.Rank()-2:]}
		s = graph.NewIota(s.Home, t, 1).Le(graph.NewIota(s.Home, t, 0)).Where(s, never)
	case mask != nil && mask.DType == graph.Bool:
		s = mask.Where(s, never)
	case mask != nil:
		s = s.Add(mask.Cast(s.DType))
	}
	last := s.Rank() - 1
	m := s.Stop().Amax(last)
	m = m.Eq(never).Where(s.Like(0), m)
	e := s.Sub(m).Exp()
	sum := e.Sum(last)
	none := sum.Eq(s.Like(0))
	p := none.Where(s.Like(0), e.Div(none.Where(s.Like(1), sum)))
	return matmul(op, p, v.Cast(w.DType)).Cast(d)
}

// eachHead repeats the heads of x so that there is one for each head of q.
func eachHead(op string, q, x *graph.Value) *graph.Value {
	if q.Rank() < 3 || x.Rank() < 3 {
		graph.Fail(op, "enable_gqa takes heads, and %s or %s has none", q.Type, x.Type)
	}
	n, ok1 := q.Shape[q.Rank()-3].Int()
	m, ok2 := x.Shape[x.Rank()-3].Int()
	if !ok1 || !ok2 || m == 0 || n%m != 0 {
		graph.Fail(op, "the heads of %s do not part among those of %s", q.Type, x.Type)
	}
	dim := x.Rank() - 3
	return repeatInterleave(x, n/m, &dim)
}

// Attention.
var ScaledDotProductAttention = define(Op{
	Schema: "scaled_dot_product_attention(Tensor query, Tensor key, Tensor value, Tensor? attn_mask=None, float dropout_p=0.0, bool is_causal=False, *, float? scale=None, bool enable_gqa=False) -> Tensor",
	Doc:    "The values weighted by the softmax of the scaled products of queries and keys.",
	Samples: func(r *rand.Rand) []Sample {
		return []Sample{
			call(f32(r, 2, 3, 4, 8), f32(r, 2, 3, 5, 8), f32(r, 2, 3, 5, 6)), call(f32(r, 2, 4, 8), f32(r, 2, 4, 8), f32(r, 2, 4, 8)).kw("is_causal", true),
			call(f32(r, 4, 8), f32(r, 5, 8), f32(r, 5, 8), bools(r, 4, 5)), call(f32(r, 4, 8), f32(r, 5, 8), f32(r, 5, 8), f32(r, 4, 5)).kw("scale", 0.3),
			call(f32(r, 2, 4, 3, 8), f32(r, 2, 2, 3, 8), f32(r, 2, 2, 3, 8)).kw("enable_gqa", true).concrete(), call(bf16(r, 4, 8), bf16(r, 5, 8), bf16(r, 5, 8)),
		}
	},
}, attention)
