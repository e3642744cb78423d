package nn

import (
	"fmt"
	"math"

	"github.com/flambeau-ml/flambeau/graph"
	"github.com/flambeau-ml/flambeau/tensor"
)

// MultiheadAttention lets each element of one sequence look at those of another, in several ways at once: PyTorch's
// nn.MultiheadAttention.
type MultiheadAttention struct {
	Mode
	InProjWeight *Parameter // [3·embed, embed]: of queries, keys and values; nil where keys or values have other sizes
	QProjWeight  *Parameter // [embed, embed]; nil unless they do
	KProjWeight  *Parameter // [embed, key size]
	VProjWeight  *Parameter // [embed, value size]
	InProjBias   *Parameter // [3·embed]; nil without one
	BiasK, BiasV *Parameter // [1, 1, embed]: one more key and value; nil without them
	OutProj      *Linear
	Generator    *tensor.Generator // what dropout draws from; Init gives it its key

	embed, heads        int
	dropout             float64
	batchFirst, addZero bool // addZero: one more key and value, of zeros
}

// Masks says what attention does not look at. Its zero value hides nothing.
type Masks struct {
	// Attn is what is added to scores, or, of booleans, true where a query must not look at a key: [L, S], or
	// [N·heads, L, S].
	Attn *tensor.Tensor
	// KeyPadding is the same for the keys of each sample, whatever the query: [N, S], or [S] where there is no N.
	KeyPadding *tensor.Tensor
	Causal     bool // a query must not look at keys behind it
}

// NewMultiheadAttention makes an attention over vectors of embed numbers, which the heads divide among them. It takes
// the options Bias, DropoutP (of the weights of attention), KeySize, ValueSize, AddBiasKV, AddZeroAttn and BatchFirst.
func NewMultiheadAttention(embed, heads int, opts ...Option) *MultiheadAttention {
	s := settle("nn.MultiheadAttention", opts, "bias", "dropout", "key_size", "value_size", "add_bias_kv", "add_zero_attn", "batch_first")
	s.positive("embed", embed)
	s.positive("heads", heads)
	if embed%heads != 0 {
		s.fail("%d heads do not divide %d numbers among them", heads, embed)
	}
	m := &MultiheadAttention{
		OutProj: NewLinear(embed, embed, Bias(get(s, "bias", true))), Generator: tensor.NewGenerator(0), embed: embed, heads: heads,
		dropout: s.probability("dropout", 0), batchFirst: get(s, "batch_first", false), addZero: get(s, "add_zero_attn", false),
	}
	keys, values := get(s, "key_size", embed), get(s, "value_size", embed)
	if keys == embed && values == embed {
		m.InProjWeight = NewParameter(XavierUniform(1), 3*embed, embed)
	} else {
		m.QProjWeight = NewParameter(XavierUniform(1), embed, embed)
		m.KProjWeight = NewParameter(XavierUniform(1), embed, keys)
		m.VProjWeight = NewParameter(XavierUniform(1), embed, values)
	}
	if get(s, "bias", true) {
		m.InProjBias = NewParameter(Zeros(), 3*embed)
		m.OutProj.Bias = NewParameter(Zeros(), embed)
	}
	if get(s, "add_bias_kv", false) {
		m.BiasK, m.BiasV = NewParameter(XavierNormal(1), 1, 1, embed), NewParameter(XavierNormal(1), 1, 1, embed)
	}
	return m
}

// probability is an option between 0 and 1.
func (s settings) probability(name string, fallback float64) float64 {
	p := get(s, name, fallback)
	if !(p >= 0 && p <= 1) {
		s.fail("%s: a probability of %g", name, p)
	}
	return p
}

// Forward makes queries [L, N, embed] look at keys [S, N, key size] and gives values [S, N, value size] as it finds
// them: [L, N, embed]. With BatchFirst, N is first; a single sample has no N.
func (m *MultiheadAttention) Forward(query, key, value *tensor.Tensor, masks Masks) *tensor.Tensor {
	out, _ := m.attend(query, key, value, masks, false)
	return out
}

// ForwardWeights is Forward that also gives how much each query looked at each key, by heads: [N, heads, L, S], without
// N where there is none. Their mean over heads is what PyTorch gives where nothing else is said.
func (m *MultiheadAttention) ForwardWeights(query, key, value *tensor.Tensor, masks Masks) (out, weights *tensor.Tensor) {
	return m.attend(query, key, value, masks, true)
}

func (m *MultiheadAttention) attend(query, key, value *tensor.Tensor, masks Masks, want bool) (out, weights *tensor.Tensor) {
	single := query.Dim() == 2
	if d := query.Dim(); d != 2 && d != 3 || key.Dim() != d || value.Dim() != d {
		panic(tensor.Errorf("nn.MultiheadAttention", "takes three inputs of 2 or 3 dimensions, not of shapes %s, %s and %s",
			shapeString(query.Shape()), shapeString(key.Shape()), shapeString(value.Shape())))
	}
	// From here on, N is first.
	first := func(x *tensor.Tensor) *tensor.Tensor {
		switch {
		case single:
			return x.Unsqueeze(0)
		case m.batchFirst:
			return x
		}
		return x.Transpose(0, 1)
	}
	q, k, v := m.project(first, query, key, value)
	if single && masks.KeyPadding != nil {
		masks.KeyPadding = masks.KeyPadding.Unsqueeze(0)
	}
	mask := m.mask(masks, q.Sym(0), q.Sym(1), k.Sym(1), q.DType())
	k, v, mask = m.moreKeys(k, v, mask)
	q, k, v = m.split(q), m.split(k), m.split(v)
	drop := m.dropout > 0 && m.Training()
	if want || drop {
		scores := q.MulScalar(1 / math.Sqrt(float64(m.embed/m.heads))).MatMul(k.Transpose(2, 3))
		if mask != nil {
			scores = scores.Add(mask)
		}
		weights = scores.Softmax(-1)
		if drop {
			weights = weights.Dropout(m.Generator, m.dropout, true)
		}
		out = weights.MatMul(v)
	} else {
		out = tensor.ScaledDotProductAttention(q, k, v, mask)
	}
	out = m.OutProj.Forward(out.Transpose(1, 2).Flatten(2))
	switch {
	case single:
		out = out.Squeeze(0)
		if weights != nil {
			weights = weights.Squeeze(0)
		}
	case !m.batchFirst:
		out = out.Transpose(0, 1)
	}
	return out, weights
}

// project makes queries, keys and values [N, length, embed]: in one product where they are made of one tensor.
func (m *MultiheadAttention) project(first func(*tensor.Tensor) *tensor.Tensor, query, key, value *tensor.Tensor) (q, k, v *tensor.Tensor) {
	bias := m.InProjBias.Value()
	if m.InProjWeight != nil && query == key && key == value {
		all := first(query).Linear(m.InProjWeight.Value(), bias).Split(m.embed, -1)
		return all[0], all[1], all[2]
	}
	part := func(i int, x *tensor.Tensor, own *Parameter) *tensor.Tensor {
		var b *tensor.Tensor
		if bias != nil {
			b = bias.Narrow(0, i*m.embed, m.embed)
		}
		w := own.Value()
		if w == nil {
			w = m.InProjWeight.Value().Narrow(0, i*m.embed, m.embed)
		}
		return first(x).Linear(w, b)
	}
	return part(0, query, m.QProjWeight), part(1, key, m.KProjWeight), part(2, value, m.VProjWeight)
}

// mask is all that masks hide as what is added to scores [N, heads, L, S]; nil where they hide nothing.
func (m *MultiheadAttention) mask(masks Masks, n, l, s graph.Size, d graph.DType) (mask *tensor.Tensor) {
	add := func(x *tensor.Tensor) {
		if x.DType() == tensor.Bool {
			x = x.To(d).ZerosLike().MaskedFillScalar(x, math.Inf(-1))
		}
		if mask != nil {
			x = mask.Add(x)
		}
		mask = x
	}
	switch a := masks.Attn; {
	case a == nil:
	case a.Dim() == 2:
		add(a)
	case a.Dim() == 3:
		add(a.Reshape(n, m.heads, l, s))
	default:
		panic(tensor.Errorf("nn.MultiheadAttention", "a mask of shape %s: it must be [L, S] or [N·heads, L, S]", shapeString(a.Shape())))
	}
	if masks.Causal {
		add(tensor.OnesWith([]any{l, s}, tensor.As(tensor.Bool)).Triu(1))
	}
	if p := masks.KeyPadding; p != nil {
		add(p.Reshape(n, 1, 1, s))
	}
	return mask
}

// moreKeys adds the learned key and value and those that are 0, which every query may look at.
func (m *MultiheadAttention) moreKeys(k, v, mask *tensor.Tensor) (_, _, _ *tensor.Tensor) {
	more := func(key, value *tensor.Tensor) {
		k, v = tensor.Cat([]*tensor.Tensor{k, key}, 1), tensor.Cat([]*tensor.Tensor{v, value}, 1)
		if mask != nil {
			mask = mask.ConstantPadNd(0, 1)
		}
	}
	if m.BiasK != nil {
		more(m.BiasK.Value().Expand(k.Sym(0), 1, m.embed), m.BiasV.Value().Expand(k.Sym(0), 1, m.embed))
	}
	if m.addZero {
		zero := tensor.ZerosWith([]any{k.Sym(0), 1, m.embed}, tensor.As(k.DType()))
		more(zero, zero)
	}
	return k, v, mask
}

// split makes [N, length, embed] into [N, heads, length, embed/heads].
func (m *MultiheadAttention) split(x *tensor.Tensor) *tensor.Tensor {
	return x.Unflatten(2, m.heads, m.embed/m.heads).Transpose(1, 2)
}

// String describes the layer.
func (m *MultiheadAttention) String() string {
	return fmt.Sprintf("MultiheadAttention(%d, %d heads%s)", m.embed, m.heads, biasNote(m.InProjBias))
}
