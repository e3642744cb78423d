package rewrite

import "github.com/flambeau-ml/flambeau/graph"

// logic are the rules of bool, bits and choice.
var logic = graph.Rules{
	rule("not not x → x", op(graph.Not, op(graph.Not, x)), toX),
	rule("x and x → x", op(graph.And, x, x), toX),
	rule("x or x → x", op(graph.Or, x, x), toX),
	rule("x and all ones → x", op(graph.And, x, ones).AnyOrder(), toX),
	rule("x or 0 → x", op(graph.Or, x, zero).AnyOrder(), toX),
	rule("x xor 0 → x", op(graph.Xor, x, zero).AnyOrder(), toX),
	rule("x and 0 → 0", op(graph.And, x, zero.As("c")).AnyOrder(), func(m graph.Match) *graph.Value {
		return leaving(m.X, m, m.Get("c"))
	}),
	rule("x or all ones → all ones", op(graph.Or, x, ones.As("c")).AnyOrder(), func(m graph.Match) *graph.Value {
		return leaving(m.X, m, m.Get("c"))
	}),
	rule("x xor x → 0", op(graph.Xor, x, x), func(m graph.Match) *graph.Value {
		return leaving(m.X, m, zeros(m))
	}),
	rule("select(true, x, y) → x", op(graph.Select, one, x, y), func(m graph.Match) *graph.Value {
		return leaving(m.Y, m, m.X)
	}),
	rule("select(false, x, y) → y", op(graph.Select, zero, x, y), func(m graph.Match) *graph.Value {
		return leaving(m.X, m, m.Y)
	}),
	rule("select(c, x, x) → x", op(graph.Select, graph.Any("c"), x, x), func(m graph.Match) *graph.Value {
		return leaving(m.Get("c"), m, m.X)
	}),
	rule("select(not c, x, y) → select(c, y, x)", op(graph.Select, op(graph.Not, graph.Any("c")), x, y), func(m graph.Match) *graph.Value {
		return instead(m, m.Get("c").Where(m.Y, m.X))
	}),
}
