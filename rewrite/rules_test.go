package rewrite

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/flambeau-ml/flambeau/graph"
	"github.com/flambeau-ml/flambeau/internal/randgraph"
)

// bench builds a value on which a rule is tried: param makes parameters, whose inputs are drawn from the numbers on
// which rules go wrong.
type bench struct {
	f  *graph.Func
	in []*graph.Array
	r  *rand.Rand
	d  graph.DType
}

func (b *bench) array(d graph.DType, dims ...int) *graph.Value {
	a := graph.Uniform(b.r, d, -4, 4, dims...)
	for i := range a.Len() {
		switch {
		case d.IsFloat() && b.r.IntN(2) == 0:
			a.SetFloat(i, randgraph.Special[b.r.IntN(len(randgraph.Special))])
		case d.IsFloat():
			a.SetFloat(i, math.Ldexp(b.r.Float64()-0.5, b.r.IntN(300)-150))
		case d.IsInt() && b.r.IntN(2) == 0:
			a.SetInt(i, []int64{0, 1, -1, math.MinInt64, math.MaxInt64, math.MinInt32, -128, 255}[b.r.IntN(8)])
		case d.IsInt():
			a.SetInt(i, int64(b.r.Uint64()))
		}
	}
	b.in = append(b.in, a)
	return b.f.Param("", a.Type())
}

func (b *bench) param(dims ...int) *graph.Value { return b.array(b.d, dims...) }
func (b *bench) x() *graph.Value                { return b.param(4, 9) }
func (b *bench) full(f float64) *graph.Value {
	return graph.Full(b.f, graph.T(b.d, 4, 9), graph.FloatOf(f))
}

func apply(p *graph.Primitive, a graph.Attrs, args ...*graph.Value) *graph.Value {
	return graph.Apply(p, &a, args...)
}

func repeat(x *graph.Value, axes []int, sizes ...int) *graph.Value {
	return apply(graph.Broadcast, graph.Attrs{Axes: axes, Shape: graph.Ns(sizes...)}, x)
}

func slice(x *graph.Value, start, shape, step []int) *graph.Value {
	return x.Slice(graph.Ns(start...), graph.Ns(shape...), step)
}

// places are five indices of an axis of 9.
func (b *bench) places() *graph.Value {
	i := b.array(graph.Uint8, 5)
	return i.And(graph.Full(b.f, i.Type, graph.IntOf(7)))
}

// indexed is p of x [4, 9] and so many places in each of its lines.
func (b *bench) indexed(p *graph.Primitive, idx, x *graph.Value, places int) *graph.Value {
	args := []*graph.Value{x, idx, b.param(4, places)}
	return apply(p, graph.Attrs{Axes: []int{1}, Batch: 1}, args[:p.Arity]...)
}

func twice(p *graph.Primitive) func(*bench) *graph.Value {
	return func(b *bench) *graph.Value { return graph.Apply(p, nil, graph.Apply(p, nil, b.x())) }
}

func self(p *graph.Primitive) func(*bench) *graph.Value {
	return func(b *bench) *graph.Value { x := b.x(); return graph.Apply(p, nil, x, x) }
}

func with(p *graph.Primitive, c float64, first bool) func(*bench) *graph.Value {
	return func(b *bench) *graph.Value {
		if first {
			return graph.Apply(p, nil, b.full(c), b.x())
		}
		return graph.Apply(p, nil, b.x(), b.full(c))
	}
}

type build = func(b *bench) *graph.Value

func reduceCases(p *graph.Primitive) (nothing, ones, broadcasts []build) {
	reduced := func(x func(b *bench) *graph.Value, axes ...int) build {
		return func(b *bench) *graph.Value { return apply(p, graph.Attrs{Axes: axes}, x(b)) }
	}
	return []build{reduced((*bench).x)},
		[]build{reduced(func(b *bench) *graph.Value { return b.param(1, 7, 1) }, 0, 2), reduced(func(b *bench) *graph.Value { return b.param(1) }, 0)},
		[]build{
			reduced(func(b *bench) *graph.Value { return repeat(b.x(), []int{1}, 3) }, 1),
			reduced(func(b *bench) *graph.Value { return repeat(b.x(), []int{0, 3}, 2, 3) }, 0, 2),
			reduced(func(b *bench) *graph.Value { return repeat(b.x(), []int{0, 2}, 1, 3) }, 0),
			reduced(func(b *bench) *graph.Value { return repeat(b.param(), []int{0}, 5) }, 0),
		}
}

// ruleCases are values to which the rule of each name applies.
func ruleCases() map[string][]build {
	m := map[string][]build{
		"x·1 → x":                             {with(graph.Mul, 1, false), with(graph.Mul, 1, true)},
		"x/1 → x":                             {with(graph.Div, 1, false)},
		"x − 0 → x":                           {with(graph.Sub, 0, false)},
		"x + (−0) → x":                        {with(graph.Add, math.Copysign(0, -1), false), with(graph.Add, math.Copysign(0, -1), true)},
		"x·0 → 0 for integers":                {with(graph.Mul, 0, false), with(graph.Mul, 0, true)},
		"x − x → 0 for integers":              {self(graph.Sub)},
		"−(−x) → x":                           {twice(graph.Neg)},
		"x + (−y) → x − y":                    {func(b *bench) *graph.Value { return b.x().Add(b.x().Neg()) }, func(b *bench) *graph.Value { return b.x().Neg().Add(b.x()) }},
		"x − (−y) → x + y":                    {func(b *bench) *graph.Value { return b.x().Sub(b.x().Neg()) }},
		"(−x)·(−y) → x·y":                     {func(b *bench) *graph.Value { return b.x().Neg().Mul(b.x().Neg()) }},
		"x/2ᵏ → x·2⁻ᵏ":                        {with(graph.Div, 2, false), with(graph.Div, 0.25, false), with(graph.Div, -1024, false)},
		"x/2ᵏ → x >> k for unsigned integers": {with(graph.Div, 2, false), with(graph.Div, 1, false), with(graph.Div, 64, false)},
		"| −x | → |x|":                        {func(b *bench) *graph.Value { return b.x().Neg().Abs() }},
		"max(x, x) → x":                       {self(graph.Max)},
		"min(x, x) → x":                       {self(graph.Min)},

		"not not x → x":            {twice(graph.Not)},
		"x and x → x":              {self(graph.And)},
		"x or x → x":               {self(graph.Or)},
		"x xor x → 0":              {self(graph.Xor)},
		"x and all ones → x":       {with(graph.And, -1, false), with(graph.And, -1, true)},
		"x or 0 → x":               {with(graph.Or, 0, false), with(graph.Or, 0, true)},
		"x xor 0 → x":              {with(graph.Xor, 0, false), with(graph.Xor, 0, true)},
		"x and 0 → 0":              {with(graph.And, 0, false), with(graph.And, 0, true)},
		"x or all ones → all ones": {with(graph.Or, -1, false), with(graph.Or, -1, true)},
		"select(true, x, y) → x": {func(b *bench) *graph.Value {
			return graph.NewConst(b.f, graph.Bool, graph.BoolOf(true)).Where(b.x(), b.x())
		}},
		"select(false, x, y) → y": {func(b *bench) *graph.Value {
			return graph.NewConst(b.f, graph.Bool, graph.BoolOf(false)).Where(b.x(), b.x())
		}},
		"select(c, x, x) → x": {func(b *bench) *graph.Value { x := b.x(); return b.array(graph.Bool, 4, 9).Where(x, x) }},
		"select(not c, x, y) → select(c, y, x)": {func(b *bench) *graph.Value {
			return b.array(graph.Bool, 4, 9).Not().Where(b.x(), b.x())
		}},

		"reshape to the same shape → x":    {func(b *bench) *graph.Value { return apply(graph.Reshape, graph.Attrs{Shape: graph.Ns(4, 9)}, b.x()) }},
		"reshape(reshape(x)) → reshape(x)": {func(b *bench) *graph.Value { return b.x().Reshape(graph.Ns(36)...).Reshape(graph.Ns(3, 12)...) }},
		"permute to the same order → x":    {func(b *bench) *graph.Value { return apply(graph.Permute, graph.Attrs{Axes: []int{0, 1}}, b.x()) }, func(b *bench) *graph.Value { return graph.Apply(graph.Permute, nil, b.param()) }},
		"permute(permute(x)) → permute(x)": {
			func(b *bench) *graph.Value { return b.param(2, 3, 4).Permute(1, 2, 0).Permute(0, 2, 1) },
			func(b *bench) *graph.Value { return b.param(2, 3, 4).Permute(1, 2, 0).Permute(1, 2, 0) },
			func(b *bench) *graph.Value { return b.param(2, 3, 4).Permute(1, 2, 0).Permute(2, 0, 1) }},
		"broadcast along no axis → x": {func(b *bench) *graph.Value { return repeat(b.x(), nil) }},
		"broadcast(broadcast(x)) → broadcast(x)": {
			func(b *bench) *graph.Value { return repeat(repeat(b.x(), []int{1}, 2), []int{0, 3}, 3, 5) },
			func(b *bench) *graph.Value { return repeat(repeat(b.param(4), []int{0, 2}, 2, 3), []int{1, 2}, 3, 5) }},
		"slice of everything → x": {func(b *bench) *graph.Value { return slice(b.x(), []int{0, 0}, []int{4, 9}, []int{1, 1}) }},
		"slice(slice(x)) → slice(x)": {func(b *bench) *graph.Value {
			return slice(slice(b.x(), []int{1, 1}, []int{3, 4}, []int{1, 2}), []int{1, 1}, []int{2, 2}, []int{1, 2})
		}},
		"slice(broadcast(x)) → broadcast(slice(x))": {
			func(b *bench) *graph.Value {
				return slice(repeat(b.x(), []int{0, 2}, 3, 5), []int{1, 0, 2, 3}, []int{2, 4, 2, 3}, []int{1, 1, 2, 2})
			},
			func(b *bench) *graph.Value {
				return slice(repeat(b.param(), []int{0}, 3), []int{1}, []int{2}, []int{1})
			},
			func(b *bench) *graph.Value {
				return slice(repeat(b.param(2), []int{0}, 3), []int{1, 0}, []int{2, 2}, []int{1, 1})
			}},
		"pad with nothing → x": {func(b *bench) *graph.Value {
			return apply(graph.Pad, graph.Attrs{Start: graph.Ns(0, 0), Shape: graph.Ns(4, 9), Step: []int{1, 1}}, b.x())
		}},
		"concat of one → x": {func(b *bench) *graph.Value { return apply(graph.Concat, graph.Attrs{Axes: []int{1}}, b.x()) }},
		"concat without what is empty": {
			func(b *bench) *graph.Value { return graph.ConcatValues(0, b.param(0, 9), b.x(), b.param(0, 9), b.x()) },
			func(b *bench) *graph.Value { return graph.ConcatValues(0, b.param(0, 9), b.x()) }},
		"reverse along no axis → x": {func(b *bench) *graph.Value { return b.x().Reverse() }},
		"reverse(reverse(x)) → x":   {func(b *bench) *graph.Value { return b.x().Reverse(1, 0).Reverse(0, 1) }},
		"update of everything → y": {func(b *bench) *graph.Value {
			return apply(graph.Update, graph.Attrs{Start: graph.Ns(0, 0), Step: []int{1, 1}}, b.x(), b.x())
		}},
		"cast to the same type → x": {func(b *bench) *graph.Value { return apply(graph.Cast, graph.Attrs{DType: b.d}, b.x()) }},

		"dot(permute(x), y) → dot(x, y)": {
			func(b *bench) *graph.Value {
				return b.param(2, 3).Permute(1, 0).Dot(b.param(2, 4), graph.Dot{LContract: []int{1}, RContract: []int{0}})
			},
			func(b *bench) *graph.Value {
				return b.param(2, 3, 4, 5).Permute(3, 0, 2, 1).Dot(b.param(5, 4, 6), graph.Dot{LBatch: []int{0}, RBatch: []int{0}, LContract: []int{2}, RContract: []int{1}})
			}},
		"dot(x, permute(y)) → dot(x, y)": {
			func(b *bench) *graph.Value {
				return b.param(2, 3).Dot(b.param(4, 3).Permute(1, 0), graph.Dot{LContract: []int{1}, RContract: []int{0}})
			},
			func(b *bench) *graph.Value {
				return b.param(2, 3, 4).Dot(b.param(5, 2, 3, 4).Permute(1, 2, 0, 3), graph.Dot{LBatch: []int{0}, RBatch: []int{0}, LContract: []int{2, 1}, RContract: []int{3, 1}})
			}},
	}
	for _, p := range []*graph.Primitive{graph.Abs, graph.Sign, graph.Floor, graph.Ceil, graph.Round, graph.Stop} {
		m[idempotent(p).Name] = []build{twice(p)}
	}
	for _, p := range []*graph.Primitive{graph.ReduceMax, graph.ReduceMin} {
		nothing, ones, broadcasts := reduceCases(p)
		m[p.Name+" over no axis → x"] = nothing
		m[p.Name+" over axes of 1 → reshape(x)"] = ones
		m[p.Name+"(broadcast(x)) → broadcast("+p.Name+"(x))"] = broadcasts
	}
	const casts = "cast(cast(x)) → cast(x) where nothing is lost"
	for _, mid := range graph.DTypes {
		for _, to := range graph.DTypes {
			m[casts] = append(m[casts], func(b *bench) *graph.Value {
				x := apply(graph.Cast, graph.Attrs{DType: mid}, b.x())
				return apply(graph.Cast, graph.Attrs{DType: to}, x)
			})
		}
	}
	return m
}

// TestRulesKeepBits tries every rule by itself, on every element type that it takes.
func TestRulesKeepBits(t *testing.T) {
	cases := ruleCases()
	for _, p := range []*graph.Primitive{graph.Gather, graph.ScatterAdd, graph.Scatter, graph.ScatterMul, graph.ScatterMax, graph.ScatterMin} {
		cases[p.Name+" at the same indices everywhere → "+p.Name+" of rows"] = []build{
			func(b *bench) *graph.Value { // along the last axis
				return b.indexed(p, repeat(b.places(), []int{0}, 4), b.x(), 5)
			},
			func(b *bench) *graph.Value { // along the first, moved there
				return b.indexed(p, repeat(b.places(), []int{1}, 4).Permute(1, 0), b.x(), 5)
			},
		}
	}
	for _, table := range tables {
		for _, rule := range table {
			if len(cases[rule.Name]) == 0 {
				t.Errorf("no case for the rule %q", rule.Name)
			}
			for i, build := range cases[rule.Name] {
				fired := 0
				for _, d := range graph.DTypes {
					for seed := range uint64(12) {
						if tryRule(t, rule, build, d, seed) {
							fired++
						}
					}
				}
				if fired == 0 && len(cases[rule.Name]) < 20 {
					t.Errorf("rule %q does not fire on its case %d", rule.Name, i)
				}
			}
			delete(cases, rule.Name)
		}
	}
	for name := range cases {
		t.Errorf("cases for a rule %q that there is not", name)
	}
}

// tryRule applies one rule and compares; it reports whether the rule fired.
func tryRule(t *testing.T, rule graph.Rule, build build, d graph.DType, seed uint64) (fired bool) {
	t.Helper()
	b := &bench{graph.NewFunc(""), nil, rand.New(rand.NewPCG(seed, uint64(d))), d}
	v, err := catch(func() *graph.Value { return build(b) })
	if err != nil { // the primitive does not take d
		return false
	}
	w := graph.Rules{rule}.Apply(v)
	if w == nil {
		return false
	}
	b.f.Return(v, w)
	out := eval(t, b.f, b.in...)
	if !sameBits(out[:1], out[1:]) {
		t.Errorf("rule %q changes bits:\n%s", rule.Name, b.f)
	}
	return true
}

// TestRulesThatMustNotBe checks what looks like a rule and is none.
func TestRulesThatMustNotBe(t *testing.T) {
	b := &bench{graph.NewFunc(""), nil, rand.New(rand.NewPCG(1, 1)), graph.Float32}
	i := b.array(graph.Int32, 4, 9)
	zero := graph.NewConst(b.f, graph.Int32, graph.IntOf(0))
	number := graph.NewNumber(b.f, graph.Float32, graph.FloatOf(1))
	for what, v := range map[string]*graph.Value{
		"x + 0 for floats":               b.x().Add(b.full(0)),
		"x − (−0) for floats":            b.x().Sub(b.full(math.Copysign(0, -1))),
		"x·0 for floats":                 b.x().Mul(b.full(0)),
		"x/3":                            b.x().Div(b.full(3)),
		"x/2^−149, whose inverse is inf": b.x().Div(b.full(0x1p-149)),
		"x·number":                       b.x().Mul(number),
		"a sum over an axis of 1":        b.param(1, 3).ReduceSum(0),
		"(i/i)·0, which may fail":        i.Div(i).Mul(zero),
		"f64 → f32 → f64":                b.array(graph.Float64, 2).Cast(graph.Float32).Cast(graph.Float64),
		"i64 → f32 → i64":                b.array(graph.Int64, 2).Cast(graph.Float32).Cast(graph.Int64),
		"i64 → i8 → i64":                 b.array(graph.Int64, 2).Cast(graph.Int8).Cast(graph.Int64),
		"dot that would move axes":       b.param(3, 3, 4).Permute(1, 0, 2).Dot(b.param(4), graph.Dot{LContract: []int{2}, RContract: []int{0}}),
	} {
		if w := simplifier(v); w != v {
			t.Errorf("%s becomes %s", what, w.Op)
		}
	}
}

func TestFold(t *testing.T) {
	f := graph.NewFunc("")
	c := func(v float64) *graph.Value { return graph.NewConst(f, graph.Float32, graph.FloatOf(v)) }
	n := graph.NewNumber(f, graph.Float32, graph.FloatOf(2))
	typ := graph.T(graph.Float32, 2, 3)
	f.Return(
		graph.Full(f, typ, graph.FloatOf(1)).Add(graph.Full(f, typ, graph.FloatOf(2))).SwapAxes(0, 1),
		c(1).Div(c(3)), c(0).Div(c(0)), c(2).Exp(), n.Mul(c(2)), c(3).Lt(c(4)), graph.NewSize(f, graph.Float32, graph.N(3)).Mul(c(2)),
		graph.NewConst(f, graph.Int32, graph.IntOf(1)).Div(graph.NewConst(f, graph.Int32, graph.IntOf(0))),
	)
	g := must(t)(Fold(f))
	want := []*graph.Primitive{graph.Broadcast, graph.Const, graph.Div, graph.Exp, graph.Mul, graph.Const, graph.Mul, graph.Div}
	for i, v := range g.Results {
		if v.Op != want[i] || !v.Type.Equal(f.Results[i].Type) {
			t.Errorf("result %d becomes %s, not %s\n%s", i, v.Op, want[i], g)
		}
	}
	if s, ok := graph.ConstOf(g.Results[1]); !ok || s.Float() != float64(float32(1)/3) {
		t.Errorf("1/3 is %v", s)
	}
}

func TestCommon(t *testing.T) {
	f := graph.NewFunc("")
	x := f.Param("x", graph.T(graph.Float32, 3))
	state := f.Param("s", graph.T(graph.Uint64, 2))
	draw := func(n int) *graph.Value {
		return apply(graph.RandomBits, graph.Attrs{Shape: graph.Ns(n)}, state)
	}
	number := func() *graph.Value { return graph.NewNumber(f, graph.Float32, graph.FloatOf(2)) }
	f.Return(x.Exp(), x.Exp(), x.Scale(2), x.Scale(2), x.Scale(math.Copysign(0, -1)), x.Scale(0), draw(3), draw(3), draw(4), x.Mul(number()), x.Mul(number()), x.Sub(x.Exp()), x.Exp().Sub(x))
	g := must(t)(Common(f))
	distinct := func(vs []*graph.Value) int {
		return len(slices.CompactFunc(slices.Clone(vs), func(a, b *graph.Value) bool { return a == b }))
	}
	for _, k := range [][2]int{{0, 1}, {2, 3}, {6, 7}} {
		if g.Results[k[0]] != g.Results[k[1]] {
			t.Errorf("results %v are not merged", k)
		}
	}
	if n := distinct(g.Results); n != 10 {
		t.Errorf("%d distinct results, not 10:\n%s", n, g)
	}
	if len(g.Numbers()) != 2 {
		t.Errorf("numbers were merged:\n%s", g)
	}
}
