package ops

import (
	"math"
	"math/rand/v2"
	"slices"

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
	d := q.DType
	w := wide(d)
	factor := reciprocal(graph.NewSize(q.Home, w, q.Shape[q.Rank()-1]).Sqrt())
	if scale != nil {
		factor = givenLike(factor, *scale)
	}
	q, k, v = q.Cast(w), k.Cast(w), v.Cast(w)
	if mask != nil {
		if mask.DType == graph.Bool {
			mask = mask.Where(factor.Like(0), factor.Like(math.Inf(-1)))
		}
		mask = mask.Cast(w)
	}
	var h heads
	if grouped {
		k, v = h.share(op, q, k, v)
	} else {
		h.pair(op, q, k, v, mask)
	}
	args := []*graph.Value{h.queries(q), h.keys(k), h.keys(v), factor}
	if mask != nil {
		args = append(args, h.mask(mask, q.Shape[q.Rank()-2], k.Shape[k.Rank()-2]))
	}
	y := attending{dtype: w, causal: causal, masked: mask != nil}.apply(args...)
	return y.Reshape(append(slices.Clone(h.lead), y.Shape[3:]...)...).Cast(d)
}

// heads says how leading sizes are those of batches, of heads of keys, and of groups of queries that share a head.
type heads struct {
	lead, leadKeys      []graph.Size // of queries and of the result, and of keys and values
	batch, heads, group graph.Size
}

func leading(x *graph.Value) []graph.Size { return x.Shape[:max(x.Rank()-2, 0)] }

// pair gives each head of queries its own keys and values. Leading sizes broadcast.
func (h *heads) pair(op string, q, k, v, mask *graph.Value) {
	shapes := []graph.Shape{leading(q), leading(k), leading(v)}
	if mask != nil {
		shapes = append(shapes, leading(mask))
	}
	all, ok := graph.BroadcastShapes(q.Home.Solver(), shapes...)
	if !ok {
		graph.Fail(op, "the leading sizes of query %s, key %s and value %s do not broadcast", q.Type, k.Type, v.Type)
	}
	h.lead, h.leadKeys = all, all
	h.batch, h.heads, h.group = graph.N(1), graph.N(1), graph.N(1)
	if n := len(all); n > 0 {
		h.batch, h.heads = all[:n-1].Count(), all[n-1]
	}
}

// share gives several heads of queries one head of keys and values.
func (h *heads) share(op string, q, k, v *graph.Value) (_, _ *graph.Value) {
	n, m, l := headsIn(op, q, k), headsIn(op, k, k), headsIn(op, v, k)
	for _, x := range []int{m, l} {
		if x == 0 || n%x != 0 {
			graph.Fail(op, "the heads of key %s and value %s do not part among those of query %s", k.Type, v.Type, q.Type)
		}
	}
	if m != l {
		k, v = eachHead(k, n/m), eachHead(v, n/l)
		m = n
	}
	batch := func(x *graph.Value) graph.Shape { return x.Shape[:x.Rank()-3] }
	all, ok := graph.BroadcastShapes(q.Home.Solver(), batch(q), batch(k), batch(v))
	if !ok {
		graph.Fail(op, "the leading sizes of query %s, key %s and value %s do not broadcast", q.Type, k.Type, v.Type)
	}
	h.lead, h.leadKeys = append(slices.Clone(all), graph.N(n)), append(slices.Clone(all), graph.N(m))
	h.batch, h.heads, h.group = all.Count(), graph.N(m), graph.N(n/m)
	return k, v
}

// headsIn is how many heads x has.
func headsIn(op string, x, k *graph.Value) int {
	if x.Rank() < 3 {
		graph.Fail(op, "enable_gqa takes heads, and %s has none", x.Type)
	}
	n, ok := x.Shape[x.Rank()-3].Int()
	if !ok {
		graph.Fail(op, "the heads of %s and %s are not known", x.Type, k.Type)
	}
	return n
}

// eachHead repeats the heads of x.
func eachHead(x *graph.Value, times int) *graph.Value {
	dim := x.Rank() - 3
	return repeatInterleave(x, times, &dim)
}

// queries is q as [B, H, G, L, E].
func (h *heads) queries(q *graph.Value) *graph.Value {
	last := q.Shape[q.Rank()-2:]
	return q.Expand(slices.Concat(h.lead, last)...).Reshape(h.batch, h.heads, h.group, last[0], last[1])
}

// keys is k, or values, as [B, H, S, E].
func (h *heads) keys(k *graph.Value) *graph.Value {
	last := k.Shape[k.Rank()-2:]
	return k.Expand(slices.Concat(h.leadKeys, last)...).Reshape(h.batch, h.heads, last[0], last[1])
}

// mask is what is added to scores as [B, H, G, L, S], of l queries and s keys. What it has one of is repeated in place.
func (h *heads) mask(x *graph.Value, l, s graph.Size) *graph.Value {
	whole := []graph.Size{h.batch, h.heads, h.group, l, s}
	if len(h.lead) > 2 {
		return x.Expand(append(slices.Clone(h.lead), l, s)...).Reshape(whole...)
	}
	shape := slices.Clone(x.Shape)
	for len(shape) < 4 {
		shape = slices.Insert(shape, 0, graph.N(1))
	}
	group := h.group
	switch {
	case shape[1].Is(1):
		group = graph.N(1)
	default:
		shape[1] = h.heads
	}
	return x.Reshape(slices.Insert(shape, 2, group)...).Expand(whole...)
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
