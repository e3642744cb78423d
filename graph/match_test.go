package graph

import (
	"math"
	"testing"
)

func TestMatch(t *testing.T) {
	f := NewFunc("")
	x, y := f.Param("x", T(Float32, 2, 3)), f.Param("y", T(Float32, 2, 3))
	i := f.Param("i", T(Int64, 2))
	e := x.Exp()
	big := Any("big").Where(func(v *Value) bool { return v.Rank() == 2 })
	for _, c := range []struct {
		name string
		p    *Pattern
		v    *Value
		want bool
	}{
		{"any", X, x, true},
		{"op", OpOf(Exp, X), x.Exp(), true},
		{"other op", OpOf(Exp, X), x.Log(), false},
		{"any operands", OpOf(Add), x.Add(y), true},
		{"nested", OpOf(Log, OpOf(Exp, X)), x.Exp().Log(), true},
		{"nested other", OpOf(Log, OpOf(Exp, X)), x.Log().Exp(), false},
		{"x−x", OpOf(Sub, X, X), x.Sub(x), true},
		{"x−y as x−x", OpOf(Sub, X, X), x.Sub(y), false},
		{"x−y", OpOf(Sub, X, Y), x.Sub(x), true},
		{"equal constants", OpOf(Sub, X, X), x.Like(2).Sub(x.Like(2)), true},
		{"other constants", OpOf(Sub, X, X), x.Like(2).Sub(x.Like(3)), false},
		{"x·1", OpOf(Mul, X, One), x.Scale(1), true},
		{"x·2", OpOf(Mul, X, One), x.Scale(2), false},
		{"1·x in order", OpOf(Mul, X, One), x.Like(1).Mul(x), false},
		{"1·x in any order", OpOf(Mul, X, One).AnyOrder(), x.Like(1).Mul(x), true},
		{"x·1 in any order", OpOf(Mul, X, One).AnyOrder(), x.Scale(1), true},
		{"i·1", OpOf(Mul, X, One), i.Scale(1), true},
		{"i·1.5 as integers", OpOf(Mul, X, One), i.Scale(1.5), true},
		{"a number is no constant", One, NewNumber(f, Float32, FloatOf(1)), false},
		{"0", Zero, x.Like(0), true},
		{"−0", Zero, x.Like(math.Copysign(0, -1)), false},
		{"−0 of integers", Zero, i.Like(math.Copysign(0, -1)), true},
		{"0.1 as f32", ConstEq(0.1), NewConst(f, Float32, FloatOf(float64(float32(0.1)))), true},
		{"any constant", AnyConst("c"), x.Like(7).Expand(N(2), N(3)), true},
		{"no constant", AnyConst("c"), x, false},
		{"where", OpOf(Exp, big), x.Exp(), true},
		{"where not", OpOf(Neg, big), i.Neg(), false},
		// The first order binds big to y and then fails on the other operand: the binding must be undone.
		{"backtracking", OpOf(Add, OpOf(Mul, X, Y).AnyOrder(), Y), x.Mul(y).Add(x), true},
		{"backtracking deeper", OpOf(Add, OpOf(Mul, X, Y).AnyOrder(), OpOf(Mul, Y, Z).AnyOrder()).AnyOrder(),
			e.Mul(y).Add(x.Log().Mul(e)), true},
		{"backtracking in vain", OpOf(Add, OpOf(Mul, X, Y).AnyOrder(), Z).AnyOrder(), x.Exp().Add(y), false},
		{"no such operand count", OpOf(Concat, X, Y), ConcatValues(0, x, y, x), false},
		{"operand count", OpOf(Concat, X, Y), ConcatValues(0, x, y), true},
	} {
		m, ok := c.p.Match(c.v)
		if ok != c.want {
			t.Errorf("%s: %s matches %s: %v", c.name, c.p, f.line(c.v), ok)
		}
		if ok && m.Root != c.v {
			t.Errorf("%s: the root is %s", c.name, f.line(m.Root))
		}
	}
	m, _ := OpOf(Add, OpOf(Mul, X, Y).AnyOrder().As("product"), Y).Match(x.Mul(y).Add(x))
	if m.X != y || m.Y != x || m.Z != nil || m.Get("product").Op != Mul {
		t.Errorf("bound %v, %v, %v, %v", m.X, m.Y, m.Z, m.Get("product"))
	}
	defer func() {
		if recover() == nil {
			t.Error("Get of a name that is not bound does not panic")
		}
	}()
	m.Get("nothing")
}

func TestPatternString(t *testing.T) {
	for _, c := range []struct {
		p    *Pattern
		want string
	}{
		{OpOf(Mul, X, One), "mul(x, 1)"}, {OpOf(Concat), "concat(…)"}, {OpOf(Const), "const"}, {ConstEq(0.5), "0.5"}, {AnyConst("c"), "const c"},
		{OpOf(Cast, OpOf(Cast, X).As("inner")), "cast(cast(x) as inner)"},
		{OpOf(Exp, X).Where(func(*Value) bool { return true }), "exp(x) where …"},
	} {
		if c.p.String() != c.want {
			t.Errorf("%s, want %s", c.p, c.want)
		}
	}
}

func TestRules(t *testing.T) {
	rules := Rules{
		{"never", OpOf(Mul, X, Y), func(Match) *Value { return nil }},
		{"x·1 → x", OpOf(Mul, X, One).AnyOrder(), func(m Match) *Value { return m.X }},
		{"x·c → x+c", OpOf(Mul, X, AnyConst("c")), func(m Match) *Value { return m.X.Add(m.Get("c")) }},
		{"exp → sum", OpOf(Exp, X), func(m Match) *Value { return m.X.ReduceSum(0) }},
	}
	f := NewFunc("")
	x := f.Param("x", T(Float32, 2))
	if got := rules.Apply(x.Scale(1)); got != x {
		t.Errorf("x·1 becomes %v", got)
	}
	if got, r := rules.Fire(x.Scale(3)); got.Op != Add || r.Name != "x·c → x+c" {
		t.Errorf("x·3 becomes %s by %q", f.line(got), r.Name)
	}
	if got := rules.Apply(x.Sin()); got != nil {
		t.Errorf("sin x becomes %s", f.line(got))
	}
	defer func() {
		if recover() == nil {
			t.Error("a rule that changes the type does not panic")
		}
	}()
	rules.Apply(x.Exp())
}

// TestPatternMistakes checks that patterns that can match nothing are refused where they are made.
func TestPatternMistakes(t *testing.T) {
	for name, f := range map[string]func(){
		"operand count": func() { OpOf(Add, X) },
		"any order":     func() { OpOf(Exp, X).AnyOrder() },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: accepted", name)
				}
			}()
			f()
		}()
	}
}
