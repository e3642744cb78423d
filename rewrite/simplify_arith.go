package rewrite

import (
	"math"
	"math/bits"

	"github.com/flambeau-ml/flambeau/graph"
)

func isReal(d graph.DType) bool { return !d.IsComplex() }

// arithmetic are the rules of numbers. That x + 0 → x is not among them for floats: −0 + 0 is 0. Nor is x·1 → x for
// complex numbers, in which an imaginary part of 0 is multiplied as well.
var arithmetic = graph.Rules{
	rule("x·1 → x", op(graph.Mul, x.Where(of(isReal)), one).AnyOrder(), toX),
	rule("x/1 → x", op(graph.Div, x.Where(of(isReal)), one), toX),
	rule("x − 0 → x", op(graph.Sub, x, zero), toX),
	rule("x + (−0) → x", op(graph.Add, x.Where(of(isReal)), negZero).AnyOrder(), toX),
	rule("x·0 → 0 for integers", op(graph.Mul, x.Where(of(graph.DType.IsInt)), zero).AnyOrder(), func(m graph.Match) *graph.Value {
		return leaving(m.X, m, zeros(m))
	}),
	rule("x − x → 0 for integers", op(graph.Sub, x.Where(of(graph.DType.IsInt)), x), func(m graph.Match) *graph.Value {
		return leaving(m.X, m, zeros(m))
	}),
	rule("−(−x) → x", op(graph.Neg, op(graph.Neg, x)), toX),
	rule("x + (−y) → x − y", op(graph.Add, x, op(graph.Neg, y)).AnyOrder(), func(m graph.Match) *graph.Value {
		return instead(m, m.X.Sub(m.Y))
	}),
	rule("x − (−y) → x + y", op(graph.Sub, x, op(graph.Neg, y)), func(m graph.Match) *graph.Value {
		return m.X.Add(m.Y)
	}),
	rule("(−x)·(−y) → x·y", op(graph.Mul, op(graph.Neg, x), op(graph.Neg, y)), func(m graph.Match) *graph.Value {
		return m.X.Mul(m.Y)
	}),
	rule("x/2ᵏ → x·2⁻ᵏ", op(graph.Div, x.Where(of(graph.DType.IsFloat)), graph.AnyConst("c")), func(m graph.Match) *graph.Value {
		c, _ := graph.ConstOf(m.Get("c"))
		if f := c.Float(); reciprocalIsExact(m.X.DType, f) {
			return m.X.Mul(m.X.Like(1 / f))
		}
		return nil
	}),
	rule("x/2ᵏ → x >> k for unsigned integers", op(graph.Div, x.Where(of(graph.DType.IsUnsigned)), graph.AnyConst("c")), func(m graph.Match) *graph.Value {
		c, _ := graph.ConstOf(m.Get("c"))
		if n := uint64(c.Int()); n != 0 && n&(n-1) == 0 {
			return graph.Apply(graph.ShiftRight, nil, m.X, m.X.Scalar(graph.IntOf(int64(bits.TrailingZeros64(n)))).Expand(m.X.Shape...))
		}
		return nil
	}),
	rule("| −x | → |x|", op(graph.Abs, op(graph.Neg, x.Where(func(v *graph.Value) bool { return !v.DType.IsUnsigned() }))), func(m graph.Match) *graph.Value {
		return m.X.Abs()
	}),
	idempotent(graph.Abs), idempotent(graph.Sign), idempotent(graph.Floor), idempotent(graph.Ceil), idempotent(graph.Round), idempotent(graph.Stop),
	rule("max(x, x) → x", op(graph.Max, x, x), toX),
	rule("min(x, x) → x", op(graph.Min, x, x), toX),
}

// idempotent is the rule that applying p twice is applying it once.
func idempotent(p *graph.Primitive) graph.Rule {
	return rule(p.Name+"("+p.Name+"(x)) → "+p.Name+"(x)", op(p, op(p).As("x")), toX)
}

// reciprocalIsExact reports whether f is a power of two whose reciprocal is a normal number of d: then division by f
// and multiplication by 1/f round the same number.
func reciprocalIsExact(d graph.DType, f float64) bool {
	if m, _ := math.Frexp(f); math.Abs(m) != 0.5 {
		return false
	}
	smallest := map[graph.DType]float64{graph.Float16: 0x1p-14, graph.BFloat16: 0x1p-126, graph.Float32: 0x1p-126, graph.Float64: 0x1p-1022}[d]
	r := math.Abs(1 / f)
	return r >= smallest && graph.RoundFloat(d, r) == r && !math.IsInf(r, 0)
}
