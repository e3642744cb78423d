package graph

import (
	"strings"
	"testing"
)

func TestVerify(t *testing.T) {
	x23 := T(Float32, 2, 3)
	symbols := Type{Float32, Shape{Sym("A"), Sym("B")}}
	unknown := &Primitive{Name: "frobnicate"}
	impostor := &Primitive{Name: "exp", Arity: 1, Type: Exp.Type}
	for _, c := range []struct {
		name  string
		build func(f *Func)
		says  string // empty: it is well formed
	}{
		{"good", func(f *Func) {
			x := f.Param("x", symbols)
			f.Return(x.Exp().Add(f.Param("y", symbols)), x)
		}, ""},
		{"solved", func(f *Func) {
			x, y := f.Param("x", symbols), f.Param("y", Type{Float32, Shape{Sym("C"), N(4)}})
			f.Return(x.Exp().Add(y).Reshape(Sym("D"), Sym("E")))
		}, ""},
		{"settled", func(f *Func) {
			x, y := f.Param("x", symbols), f.Param("y", Type{Float32, Shape{Sym("C"), N(4)}})
			f.Return(x.Exp().Add(y).Reshape(Sym("D"), Sym("E")))
			f.Settle()
		}, ""},
		{"unknown primitive", func(f *Func) { f.Emit(unknown, nil, nil, x23) }, "%0 = frobnicate : f32[2, 3]: the primitive is not in the table"},
		{"impostor", func(f *Func) { f.Emit(impostor, nil, []*Value{f.Param("x", x23)}, x23) }, "%1 = exp(%0) : f32[2, 3]: the primitive"},
		{"no primitive", func(f *Func) { f.Emit(nil, nil, nil, x23) }, "%0 = ? : f32[2, 3]: the primitive"},
		{"wrong type", func(f *Func) { f.Emit(Exp, nil, []*Value{f.Param("x", x23)}, T(Float32, 3, 2)) }, "%1 = exp(%0) : f32[3, 2]: its type should be f32[2, 3]"},
		{"wrong dtype", func(f *Func) { f.Emit(Exp, nil, []*Value{f.Param("x", x23)}, T(Float64, 2, 3)) }, "its type should be f32[2, 3]"},
		{"no dtype", func(f *Func) { f.Param("x", Type{}) }, "are not both element types"},
		{"bad dtype attribute", func(f *Func) { f.Emit(Exp, &Attrs{DType: 99}, []*Value{f.Param("x", x23)}, x23) }, "are not both element types"},
		{"misfit", func(f *Func) { f.Emit(Add, nil, []*Value{f.Param("x", x23), f.Param("y", T(Float32, 4))}, x23) }, "%2 = add(%0, %1) : f32[2, 3]: operands differ"},
		{"operand count", func(f *Func) { f.Emit(Add, nil, []*Value{f.Param("x", x23)}, x23) }, "takes 2 operands, not 1"},
		{"negative size", func(f *Func) { f.Param("x", T(Float32, -1)) }, "%0 x: f32[-1]: a size of -1"},
		{"bad symbol", func(f *Func) { f.Param("x", Type{Float32, Shape{Sym("a b")}}) }, `"a b" cannot name a size`},
		{"foreign operand", func(f *Func) {
			g := NewFunc("g")
			f.Emit(Exp, nil, []*Value{g.Param("x", x23)}, x23)
		}, "%0 = exp(%?) : f32[2, 3]: operand 0 does not come before it"},
		{"foreign value", func(f *Func) {
			g := NewFunc("g")
			f.Values = append(f.Values, g.Param("x", x23))
		}, "belongs to another function"},
		{"foreign result", func(f *Func) { f.Return(NewFunc("g").Param("x", x23)) }, "result 0 is not a value"},
		{"nil result", func(f *Func) { f.Return(nil) }, "result 0 is not a value"},
		{"out of order", func(f *Func) {
			f.Param("x", x23).Exp().Log()
			f.Values[1], f.Values[2] = f.Values[2], f.Values[1]
		}, "operand 0 does not come before it"},
		{"twice", func(f *Func) {
			f.Param("x", x23).Exp()
			f.Values = append(f.Values, f.Values[1])
		}, "listed twice"},
		{"IDs", func(f *Func) {
			f.Param("x", x23).Exp()
			f.Values[1].ID = 0
		}, "its ID 0 does not follow"},
		{"lost parameter", func(f *Func) {
			f.Param("x", x23)
			f.Params = nil
		}, "not among the function's parameters"},
		{"parameter twice", func(f *Func) {
			f.Param("x", x23)
			f.Params = append(f.Params, f.Params[0])
		}, "a parameter is listed twice"},
		{"parameter that is none", func(f *Func) { f.Params = append(f.Params, f.Param("x", x23).Exp()) }, "parameter 1 is no parameter"},
		{"foreign parameter", func(f *Func) { f.Params = append(f.Params, NewFunc("g").Param("x", x23)) }, "parameter 0 is no parameter"},
		{"unsaid equality", func(f *Func) {
			x, y := f.Param("x", symbols), f.Param("y", Type{Float32, Shape{Sym("C"), Sym("B")}})
			f.Emit(Add, nil, []*Value{x, y}, symbols)
		}, "sizes must be equal that nothing in the function says are"},
		{"unsaid guard", func(f *Func) {
			f.Emit(Reshape, &Attrs{Shape: []Size{Sym("C").Mul(Sym("D"))}}, []*Value{f.Param("x", symbols)}, Type{Float32, Shape{Sym("C").Mul(Sym("D"))}})
		}, "sizes must be equal"},
		{"impossible guard", func(f *Func) {
			s := f.Solver()
			s.Same(Sym("A").Add(N(1)), N(3))
			s.Same(Sym("A"), N(5))
		}, "6 and 3 cannot be equal"},
	} {
		f := NewFunc("f")
		c.build(f)
		err := f.Verify()
		switch {
		case err == nil && c.says != "":
			t.Errorf("%s: accepted", c.name)
		case err != nil && (c.says == "" || !strings.Contains(err.Error(), c.says) || !strings.HasPrefix(err.Error(), "graph: function f: ")):
			t.Errorf("%s: %v; want %q", c.name, err, c.says)
		}
	}
}

// TestSettle checks that settling says the same of sizes in types, attributes and guards.
func TestSettle(t *testing.T) {
	f := NewFunc("f")
	x := f.Param("x", Type{Float32, Shape{Sym("A"), Sym("B")}})
	y := x.Reshape(Sym("C").Mul(Sym("D")))
	z := f.Param("z", Type{Float32, Shape{N(2), N(6), Sym("D")}})
	f.Return(y, z.Reshape(N(12), Sym("A")))
	f.Settle()
	if n, _ := f.Solver().Resolve(Sym("D")).Symbol(); n != "D" && n != "A" {
		t.Errorf("D is %s", f.Solver().Resolve(Sym("D")))
	}
	if err := f.Verify(); err != nil {
		t.Fatalf("%v\n%s", err, f)
	}
	text := f.String()
	f.Settle()
	if f.String() != text {
		t.Errorf("settled twice, it is\n%s", f)
	}
	parsed(t, f)
}
