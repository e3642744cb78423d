package graph

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

// parsed is f's text form read back; printing it again must give the same text.
func parsed(t *testing.T, f *Func) *Func {
	t.Helper()
	text := f.String()
	g, err := Parse(text)
	if err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	if again := g.String(); again != text {
		t.Fatalf("the text\n%sbecomes\n%s", text, again)
	}
	if err := g.Verify(); err != nil {
		t.Fatal(err)
	}
	return g
}

// mlp is a function with most of what the text form has to show.
func mlp() *Func {
	f := NewFunc("mlp")
	B, H := Sym("B"), Sym("H")
	x := f.Param("x", Type{Float32, Shape{B, N(10)}})
	w := f.Param("w", Type{Float32, Shape{N(10), H.Mul(N(2)).Add(N(1))}})
	h := x.Dot(w, Dot{LContract: []int{1}, RContract: []int{0}})
	f.Return(h, h.Like(2.5))
	return f
}

const mlpText = `func mlp(%0 x: f32[B, 10], %1 w: f32[10, 2*H+1]) {
  %2 = dot(%0, %1) {lcontract=[1], rcontract=[0]} : f32[B, 2*H+1]
  %3 = const {value=2.5} : f32[]
  return %2, %3
}
`

const poolText = `func "max pool"(%0 "0": f16[N, 3, H, W]) {
  %1 = cast(%0) : f32[N, 3, H, W]
  %2 = window_argmax(%1) {size=[3, 3], stride=[2, 2], low=[1, 1], high=[1, 1], dilation=[1, 1], groups=0} : i64[N, 3, (H-1)/2+1, (W-1)/2+1]
  %3 = window_gather(%1, %2) {size=[3, 3], stride=[2, 2], low=[1, 1], high=[1, 1], dilation=[1, 1], groups=0} : f32[N, 3, (H-1)/2+1, (W-1)/2+1]
  %4 = reshape(%3) {shape=[N, 3*((H-1)/2)*((W-1)/2)+3*((H-1)/2)+3*((W-1)/2)+3]} : f32[N, 3*((H-1)/2)*((W-1)/2)+3*((H-1)/2)+3*((W-1)/2)+3]
  %5 = slice(%0) {shape=[N, 1, H/2, 1], start=[0, 2, H%2, 0], step=[1, 1, 2, 1]} : f16[N, 1, H/2, 1]
  %6 = size {shape=[3*N]} : f32[]
  %7 = number {value=0.1} : f32[]
  %8 = iota {axes=[1], shape=[N, 4]} : i32[N, 4]
  return %4, %5, %6, %7, %8
}
`

func pool() *Func {
	f := NewFunc("max pool")
	n, h, w := Sym("N"), Sym("H"), Sym("W")
	half := f.Param("0", Type{Float16, Shape{n, N(3), h, w}})
	x := half.Cast(Float32)
	win := &Attrs{Window: &Window{Size: []int{3, 3}, Stride: []int{2, 2}, Low: []int{1, 1}, High: []int{1, 1}, Dilation: []int{1, 1}}}
	y := Apply(WindowGather, win, x, Apply(WindowArgMax, win, x))
	flat := y.Reshape(n, Shape(y.Shape[1:]).Count())
	corner := half.Slice([]Size{N(0), N(2), h.Mod(N(2)), N(0)}, []Size{n, N(1), h.Div(N(2)), N(1)}, []int{1, 1, 2, 1})
	f.Return(flat, corner, NewSize(f, Float32, n.Mul(N(3))), NewNumber(f, Float32, FloatOf(0.1)), NewIota(f, Type{Int32, Shape{n, N(4)}}, 1))
	return f
}

func TestTextGolden(t *testing.T) {
	for _, c := range []struct {
		f    *Func
		want string
	}{
		{mlp(), mlpText},
		{pool(), poolText},
		{NewFunc(""), "func () {\n  return\n}\n"},
	} {
		if got := c.f.String(); got != c.want {
			t.Errorf("got\n%swant\n%s", got, c.want)
		}
		parsed(t, c.f)
	}
}

// TestTextSolved checks that text shows what building found out about sizes, and that guards stay.
func TestTextSolved(t *testing.T) {
	f := NewFunc("f")
	x := f.Param("x", Type{Float32, Shape{Sym("A"), Sym("B")}})
	y := f.Param("y", Type{Float32, Shape{Sym("C")}})
	z := x.Reshape(Sym("C").Mul(Sym("D")))
	f.Return(z, y.Add(NewConst(f, Float32, IntOf(1)).Expand(Sym("E"))))
	const want = `func f(%0 x: f32[A, B], %1 y: f32[E]) where A*B = D*E {
  %2 = reshape(%0) {shape=[D*E]} : f32[D*E]
  %3 = const {value=1} : f32[]
  %4 = broadcast(%3) {axes=[0], shape=[E]} : f32[E]
  %5 = add(%1, %4) : f32[E]
  return %2, %5
}
`
	if got := f.String(); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	g := parsed(t, f)
	if len(g.Guards()) != 1 {
		t.Errorf("the guard is lost, or there are more: %v", g.Guards())
	}
	f.Settle()
	if got := f.String(); got != want {
		t.Errorf("settled, it is\n%swant\n%s", got, want)
	}
}

func TestTextLongHeader(t *testing.T) {
	f := NewFunc("many")
	for i := range 9 {
		f.Param(fmt.Sprintf("layer%d.weight", i), T(Float32, 64, 64))
	}
	f.Return(f.Params[8])
	if !strings.HasPrefix(f.String(), "func many(\n    %0 layer0.weight: f32[64, 64],\n    %1 layer1") {
		t.Error(f.String())
	}
	parsed(t, f)
}

// TestTextAttrs draws attributes of all kinds; whatever they are, they come back.
func TestTextAttrs(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	ints := func() []int {
		out := make([]int, r.IntN(3))
		for i := range out {
			out[i] = r.IntN(9) - 3
		}
		return out
	}
	sizes := func() []Size {
		out := make([]Size, r.IntN(3))
		for i := range out {
			out[i] = drawSize(r, 3).size
		}
		return out
	}
	scalars := []Scalar{{}, BoolOf(true), IntOf(-7), FloatOf(math.Inf(-1)), FloatOf(1e-7), ComplexOf(2 - 3i), FloatOf(math.NaN())}
	names := []string{"", "a", "fc.weight", "two words", "%0", "a\"b\n", "日本", "}\xff"}
	for range 3000 {
		a := &Attrs{Axes: ints(), Shape: sizes(), Start: sizes(), Step: ints(), DType: DType(r.IntN(int(numDTypes))),
			Value: scalars[r.IntN(len(scalars))], Batch: r.IntN(3), Name: names[r.IntN(len(names))]}
		if r.IntN(2) == 0 {
			a.Window = &Window{ints(), ints(), ints(), ints(), ints(), r.IntN(3)}
		}
		if r.IntN(2) == 0 {
			a.Dot = &Dot{ints(), ints(), ints(), ints()}
		}
		f := NewFunc("")
		v := f.Emit(Exp, a, nil, T(Float32))
		fields := strings.Join(f.printer().withLabels().fields(v), ", ")
		p := &funcParser{scanner: scanner{text: fields}}
		b := &Attrs{}
		err := p.guarded(func() {
			for p.peek() != 0 {
				key := p.word()
				p.expect('=')
				p.field(b, key)
				p.accept(',')
			}
		})
		if err != nil || !a.Equal(b) {
			t.Fatalf("%s is read as %+v, %v; want %+v", fields, b, err, a)
		}
	}
}

func TestParse(t *testing.T) {
	f, err := Parse(`
// A comment.
func f(
	%7 x: float32[2*B/2, 3], // another
	%3: f32[B, 3,],
) {
	%0 = add(%7, %3) : f32[B, 3] %1 = sum_is_no_op
}`)
	if err == nil {
		t.Fatal(f)
	}
	f, err = Parse("func f(%7 x:float32[2*B/2,3],%3:f32[C,3,],)where B+C=2*C{%0=add(%7,%3):f32[B,3]\nreturn %0}")
	if err != nil {
		t.Fatal(err)
	}
	want := "func f(%0 x: f32[B, 3], %1: f32[B, 3]) {\n  %2 = add(%0, %1) : f32[B, 3]\n  return %2\n}\n"
	if f.String() != want {
		t.Errorf("got\n%swant\n%s", f, want)
	}
	if pos := f.Values[2].Pos; pos != 1 {
		t.Errorf("the sum is on line %d", pos)
	}
}

func TestParseErrors(t *testing.T) {
	line := func(s string) string { return "func f(%0: f32[A, 3], %1: i64[3]) {\n  " + s + "\n  return %2\n}" }
	for _, c := range []struct {
		text string
		line int
		says string
	}{
		{"", 1, `"func" expected, not the end`},
		{"func f", 1, `'(' expected, not the end`},
		{"func f() {\n\n}", 3, `"return" expected, not "}"`},
		{"func f() { return }\nx", 2, `"x" after the function`},
		{"func f() { return %0 }", 1, "%0 is not defined"},
		{"func f(%0: f32[], %0: f32[]) { return }", 1, "%0 is defined twice"},
		{"func f(%0: f33[]) { return }", 1, `"f33" is no dtype`},
		{"func f(%0: none[]) { return }", 1, `"none" is no dtype`},
		{"func f(%0: f32[-1]) { return }", 1, "a size of -1"},
		{"func f(%0: f32[A/0]) { return }", 1, "divided by zero"},
		{"func f(%0: f32[2A]) { return }", 1, "']' expected"},
		{"func f(%0 \"x: f32[A]) { return }", 1, "does not end"},
		{"func f(%99999999999999999999: f32[]) { return }", 1, "does not fit"},
		{"func f(%x: f32[]) { return }", 1, "the number of a value expected"},
		{"func f(%0: f32[A], %1: f32[B])\n where 2 = 3 {\n return }", 2, "the sizes 2 and 3 differ"},
		{"func f(%0: f32[A], %1: f32[B]) where\n A = 2,\n A = 3 {\n return }", 3, "the sizes A and 3 differ"},
		{"func f(%0: f32[A], %1: f32[B]) where A*B = 6, A = 2, B = 2 {\n return\n}", 3, "the sizes 4 and 6 cannot be equal"},
		{"func f(%0: f32[A]) whence A = 2 { return }", 1, `"where" expected, not "whence"`},
		{line("%2 = frobnicate(%0) : f32[A, 3]"), 2, `there is no primitive "frobnicate"`},
		{line("%2 = exp(%0) : f32[A, 4]"), 2, "%2 is f32[A, 3], not f32[A, 4]"},
		{line("%2 = exp(%0) : f16[A, 3]"), 2, "%2 is f32[A, 3], not f16[A, 3]"},
		{line("%2 = exp(%0, %0) : f32[A, 3]"), 2, "exp: takes 1 operands, not 2"},
		{line("%2 = exp : f32[A, 3]"), 2, "exp: takes 1 operands, not 0"},
		{line("%2 = concat {axes=[0]} : f32[A, 3]"), 2, "at least one operand"},
		{line("%2 = add(%0, %1) : f32[A, 3]"), 2, "add: operands differ: f32[A, 3] and i64[3]"},
		{line("%2 = param {name=x} : f32[A, 3]"), 2, "Func.Param"},
		{line("%2 = exp(%0)"), 3, "':' expected"},
		{line("%2 = reduce_sum(%0) {axes=[0], axes=[1]} : f32[3]"), 2, "axes is given twice"},
		{line("%2 = reduce_sum(%0) {axis=[0]} : f32[3]"), 2, `there is no attribute "axis"`},
		{line("%2 = reduce_sum(%0) {axes=[0 1]} : f32[3]"), 2, "']' expected"},
		{line("%2 = const {value=1x} : f32[]"), 2, `"1x" is no number`},
		{line("%2 = const : f32[]"), 2, "needs a dtype and a value"},
		{line("%2 = const {dtype=f64, value=1} : f32[]"), 2, "%2 is f64[], not f32[]"},
		{line("%0 = exp(%0) : f32[A, 3]"), 2, "%0 is defined twice"},
		{line("%2 = exp(%5) : f32[A, 3]"), 2, "%5 is not defined"},
		{line("%2 = exp(%2) : f32[A, 3]"), 2, "%2 is not defined"},
		{line("%2 = reshape(%0) {shape=[A/(A-A), 3]} : f32[A, 3]"), 2, "divided by zero"},
		{line("%2 = slice(%0) {start=[B, 0], shape=[1, 3], step=[1, 1]} : f32[1, 3]\n%3 = cast(%1) : i32[3]\n" +
			"%4 = reshape(%0) {shape=[2, 3]} : f32[2, 3]\n%5 = add(%4, %0) : f32[2, 3]\n%6 = iota {axes=[0], shape=[B]} : i32[B]\n" +
			"%7 = iota {axes=[0], shape=[7]} : i32[7]\n%8 = add(%6, %7) : i32[7]"), 2, "1 elements from 7 on"},
	} {
		f, err := Parse(c.text)
		if err == nil {
			t.Errorf("accepted:\n%s", f)
			continue
		}
		if where := fmt.Sprintf("graph: line %d: ", c.line); !strings.HasPrefix(err.Error(), where) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%v; want %s… %s", err, where, c.says)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(mlpText)
	f.Add(poolText)
	f.Add("func f(%0: f32[A], %1: f32[B]) where A*2 = B*B { return %1 }")
	for _, p := range Primitives() {
		if p == Param {
			continue
		}
		for i, s := range p.Samples(rand.New(rand.NewPCG(1, 2))) {
			if i < 3 {
				g, _ := s.apply(p)
				f.Add(g.String())
			}
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		g, err := Parse(text)
		if err != nil {
			return
		}
		if err := g.Verify(); err != nil {
			t.Fatalf("%v in\n%s", err, g)
		}
		once := g.String()
		h, err := Parse(once)
		if err != nil {
			t.Fatalf("%v in\n%s", err, once)
		}
		if again := h.String(); again != once {
			t.Fatalf("the text\n%sbecomes\n%s", once, again)
		}
		if g.Hash() != h.Hash() {
			t.Fatalf("the hash changes with the text form of\n%s", once)
		}
		if c := g.Canonical(); c.Verify() != nil || c.Hash() != g.Hash() {
			t.Fatalf("the canonical form is not one: %v\n%s", c.Verify(), c)
		}
	})
}
