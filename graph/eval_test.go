package graph

import (
	"slices"
	"strings"
	"testing"
)

func floats(d DType, dims []int, fs ...float64) *Array {
	a := NewArray(d, dims...)
	for i, f := range fs {
		a.SetFloat(i, f)
	}
	return a
}

func TestEval(t *testing.T) {
	f := mlp()
	x, w := floats(Float32, []int{1, 10}, 1, 2, 3), NewArray(Float32, 10, 3)
	for i := range w.F {
		w.F[i] = float64(i)
	}
	out, err := Eval(f, map[string]int64{"H": 1}, []*Array{x, w})
	if err != nil {
		t.Fatal(err)
	}
	if want := floats(Float32, []int{1, 3}, 0+6+18, 1+8+21, 2+10+24); !equalArrays(out[0], want) {
		t.Errorf("got %v, want %v", out[0], want)
	}
	if want := floats(Float32, nil, 2.5); !equalArrays(out[1], want) {
		t.Errorf("got %v, want %v", out[1], want)
	}
}

// TestEvalSymbols evaluates a mean over a named axis, and sizes that building found to be others.
func TestEvalSymbols(t *testing.T) {
	f := NewFunc("f")
	x := f.Param("x", Type{Float64, Shape{Sym("A"), N(2)}})
	y := f.Param("y", Type{Float64, Shape{Sym("B"), N(2)}})
	f.Return(x.Add(y).Mean(0), NewIota(f, Type{Int64, Shape{Sym("B").Div(N(2))}}, 0))
	in := []*Array{floats(Float64, []int{3, 2}, 1, 2, 3, 4, 5, 6), floats(Float64, []int{3, 2}, 2, 2, 2, 2, 2, 2)}
	for _, env := range []map[string]int64{nil, {"A": 3}, {"A": 3, "B": 3, "unused": 9}} {
		out, err := Eval(f, env, in)
		if err != nil {
			t.Fatal(err)
		}
		if want := floats(Float64, []int{1, 2}, 5, 6); !equalArrays(out[0], want) || !slices.Equal(out[1].I, []int64{0}) {
			t.Errorf("got %v and %v", out[0], out[1])
		}
	}
}

func TestEvalErrors(t *testing.T) {
	ab := Type{Float32, Shape{Sym("A"), Sym("B")}}
	a23, a32, a6 := NewArray(Float32, 2, 3), NewArray(Float32, 3, 2), NewArray(Float32, 6)
	zero, one := NewArray(Int64), NewArray(Int64)
	one.I[0] = 1
	for _, c := range []struct {
		name  string
		build func(f *Func)
		env   map[string]int64
		in    []*Array
		says  string
	}{
		{"too few", func(f *Func) { f.Param("x", ab) }, nil, nil, "takes 1 arguments, not 0"},
		{"dtype", func(f *Func) { f.Param("x", ab) }, nil, []*Array{NewArray(Float64, 2, 3)}, "argument 0 is f64[2, 3], not f32[A, B]"},
		{"rank", func(f *Func) { f.Param("x", ab) }, nil, []*Array{a6}, "argument 0 is f32[6], not f32[A, B]"},
		{"env", func(f *Func) { f.Param("x", ab) }, map[string]int64{"A": 3}, []*Array{a23}, "axis 0 is 3"},
		{"same name", func(f *Func) { f.Param("x", ab); f.Param("y", ab) }, nil, []*Array{a23, a32}, "argument 1 is f32[3, 2]"},
		{"solved", func(f *Func) {
			f.Return(f.Param("x", ab).Add(f.Param("y", Type{Float32, Shape{Sym("C"), Sym("B")}})))
		}, map[string]int64{"A": 2, "C": 3}, []*Array{a23, a23}, "the size A must be 3, not 2"},
		{"guard", func(f *Func) { f.Return(f.Param("x", ab).Reshape(Sym("A"), Sym("A"))) }, nil, []*Array{a23}, "the sizes A*B and A*A must be equal, but are 6 and 4"},
		{"unbound", func(f *Func) { f.Return(NewSize(f, Int64, Sym("Q"))) }, nil, nil, "%0 = size {shape=[Q]} : i64[]: size: Q has no value"},
		{"by zero", func(f *Func) { f.Return(f.Param("x", T(Int64)).Div(f.Param("y", T(Int64)))) }, nil, []*Array{one, zero},
			"graph: function f: in %2 = div(%0, %1) : i64[]: div: integer division by zero"},
		{"index", func(f *Func) { f.Return(f.Param("x", T(Float32, 6)).Gather(f.Param("i", T(Int64, 1)).Shift(9), 0, 0)) }, nil,
			[]*Array{a6, NewArray(Int64, 1)}, "index 9 is out of range for an axis of 6"},
		{"size by zero", func(f *Func) { f.Return(NewSize(f, Int64, Sym("A").Div(Sym("B")))) }, map[string]int64{"A": 1, "B": 0}, nil, "divided by zero"},
		{"too large", func(f *Func) { f.Return(Zeros(f, T(Float32, 1<<20, 1<<20, 1<<20))) }, nil, nil, "more elements than the reference evaluates"},
		{"slice", func(f *Func) {
			f.Return(f.Param("x", ab).Slice([]Size{N(0), N(0)}, []Size{N(2), N(4)}, []int{1, 1}))
		}, nil, []*Array{a23}, "4 elements from 0 on"},
		{"not a parameter", func(f *Func) { f.Return(NewFunc("g").Param("x", ab)) }, nil, nil, "not a parameter of this function"},
	} {
		f := NewFunc("f")
		c.build(f)
		_, err := Eval(f, c.env, c.in)
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %q", c.name, err, c.says)
		}
	}
}

// TestEvalDead checks that values that no result needs are not computed.
func TestEvalDead(t *testing.T) {
	f := NewFunc("f")
	x := f.Param("x", T(Int64))
	x.Div(x)
	f.Return(x.Neg())
	if _, err := Eval(f, nil, []*Array{NewArray(Int64)}); err != nil {
		t.Error(err)
	}
}

func TestEvalOpErrors(t *testing.T) {
	if _, err := EvalOp(Param, nil); err == nil {
		t.Error("evaluates a parameter")
	}
	if _, err := EvalOp(Iota, &Attrs{DType: Int64, Shape: []Size{Sym("A")}, Axes: []int{0}}); err == nil || !strings.Contains(err.Error(), "without a value") {
		t.Errorf("a symbolic size: %v", err)
	}
}
