package ops

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/flambeau-ml/flambeau/graph"
)

// symbolicType gives every size but 0 and 1 a name; equal sizes share one.
func symbolicType(env map[string]int64) func(*graph.Array) graph.Type {
	return func(a *graph.Array) graph.Type {
		t := graph.Type{DType: a.DType}
		for _, n := range a.Dims {
			if n < 2 || a.DType == graph.Uint64 { // the state of a generator has two elements, always
				t.Shape = append(t.Shape, graph.N(n))
				continue
			}
			name := fmt.Sprintf("n%d", n)
			env[name] = int64(n)
			t.Shape = append(t.Shape, graph.Sym(name))
		}
		return t
	}
}

func sameArray(a, b *graph.Array) error {
	if a == nil || b == nil {
		if a != b {
			return errors.New("one is missing")
		}
		return nil
	}
	if !a.Type().Equal(b.Type()) {
		return fmt.Errorf("%s and %s", a.Type(), b.Type())
	}
	for i := range a.F {
		if math.Float64bits(a.F[i]) != math.Float64bits(b.F[i]) && (a.F[i] == a.F[i] || b.F[i] == b.F[i]) {
			return fmt.Errorf("element %d: %v and %v", i, a.F[i], b.F[i])
		}
	}
	for i := range a.I {
		if a.I[i] != b.I[i] {
			return fmt.Errorf("element %d: %v and %v", i, a.I[i], b.I[i])
		}
	}
	return nil
}

// TestSamples runs every operator on its samples, with sizes as numbers and as names.
func TestSamples(t *testing.T) {
	concrete, symbolic := 0, 0
	for _, op := range Table() {
		t.Run(op.Name(), func(t *testing.T) {
			if op.Samples == nil {
				t.Fatal("has no samples")
			}
			named := 0
			samples := op.Samples(rand.New(rand.NewPCG(1, 2)))
			for i, s := range samples {
				want, err := run(op.Name(), s.Args, s.Kwargs, concreteType, nil)
				if err != nil {
					t.Errorf("sample %d: %v", i, err)
					continue
				}
				concrete++
				if s.Concrete {
					continue
				}
				named++
				env := map[string]int64{}
				got, err := run(op.Name(), s.Args, s.Kwargs, symbolicType(env), env)
				if err != nil {
					t.Errorf("sample %d with named sizes: %v", i, err)
					continue
				}
				symbolic++
				for k := range want {
					if err := sameArray(want[k], got[k]); err != nil {
						t.Errorf("sample %d, result %d: with named sizes %v", i, k, err)
					}
				}
			}
			if len(samples) == 0 {
				t.Error("has no samples")
			}
		})
	}
	t.Logf("%d operators, %d calls, %d of them with named sizes too", len(table), concrete, symbolic)
}

// TestNames checks that Go's names are there once, and that docs read as sentences.
func TestNames(t *testing.T) {
	seen := map[string]string{}
	for _, op := range Table() {
		name := op.GoName()
		if other := seen[name]; name != "" && other != "" {
			t.Errorf("%s and %s are both %s", other, op.Name(), name)
		}
		seen[name] = op.Name()
		if op.Doc == "" || !strings.HasSuffix(op.Doc, ".") || strings.Contains(op.Doc, "\n") {
			t.Errorf("%s: its doc is not a sentence: %q", op.Name(), op.Doc)
		}
	}
}

// TestErrors checks that what does not fit is an error of graph that names the operator and the shapes.
func TestErrors(t *testing.T) {
	f := graph.NewFunc("f")
	x := f.Param("x", graph.T(graph.Float32, 64, 784))
	y := f.Param("y", graph.T(graph.Float32, 512, 10))
	k := f.Param("k", graph.T(graph.Int64, 3))
	for _, c := range []struct {
		name string
		args []any
		want []string
	}{
		{"matmul", []any{x, y}, []string{"[64, 784]", "[512, 10]", "inner sizes 784 and 512 differ"}},
		{"mm", []any{x, k}, []string{"i64[3]", "2 dimensions"}},
		{"linear", []any{x, y, nil}, []string{"[64, 784]", "[512, 10]", "784 and 10"}},
		{"add", []any{x, y, 1}, []string{"takes 2 arguments by position"}},
		{"add.Tensor", []any{x, y}, []string{"do not broadcast", "f32[64, 784]", "f32[512, 10]"}},
		{"softmax", []any{x, 2}, []string{"dimension 2", "2 dimensions", "-2 to 1"}},
		{"softmax", []any{k, 0}, []string{"i64[3]"}},
		{"reshape", []any{x, []int{11, -1}}, []string{"f32[64, 784]", "[11, -1]"}},
		{"cat", []any{[]*graph.Value{x, y}, 0}, []string{"f32[64, 784]", "f32[512, 10]", "dimension 0"}},
		{"conv2d", []any{x, y}, []string{"f32[64, 784]", "4 dimensions"}},
		{"cross_entropy_loss", []any{x, k}, []string{"i64[3]", "[64]"}},
		{"layer_norm", []any{x, []int{10}}, []string{"f32[64, 784]", "[10]"}},
		{"embedding", []any{x, y}, []string{"f32[512, 10]", "integers"}},
		{"max_pool2d", []any{x, 2}, []string{"f32[64, 784]"}},
		{"narrow", []any{x, 0, 60, 5}, []string{"5 elements from 60", "f32[64, 784]"}},
		{"mean", []any{k}, []string{"i64[3]"}},
	} {
		out, err := Call(f, c.name, c.args, nil)
		if err == nil {
			t.Errorf("%s gave %s", c.name, out[0].Type)
			continue
		}
		for _, w := range c.want {
			if !strings.Contains(err.Error(), w) {
				t.Errorf("%s: %v\nlacks %q", c.name, err, w)
			}
		}
		var g *graph.Error
		if !errors.As(err, &g) && !strings.Contains(c.want[0], "takes") {
			t.Errorf("%s: %T is no *graph.Error: %v", c.name, err, err)
		}
	}
}

// TestBind checks what calls by name refuse before anything is computed.
func TestBind(t *testing.T) {
	f := graph.NewFunc("f")
	x := f.Param("x", graph.T(graph.Float32, 2, 3))
	for _, c := range []struct {
		name   string
		args   []any
		kwargs map[string]any
		want   string
	}{
		{"no_such_op", nil, nil, "no operator"},
		{"aten.softmax.int", []any{x}, nil, "dim is missing"},
		{"softmax.int", []any{x, "1"}, nil, `dim must be int, not "1"`},
		{"softmax.int", []any{x, 1.5}, nil, "dim must be int"},
		{"softmax.int", []any{x, true}, nil, "dim must be int"},
		{"softmax.int", []any{x, 1, nil, 4}, nil, "takes 3 arguments"},
		{"softmax.int", []any{x, 1}, map[string]any{"dim": 0}, "dim is given twice"},
		{"softmax.int", []any{x, 1}, map[string]any{"axis": 0}, "takes no argument axis"},
		{"softmax.int", []any{nil, 1}, nil, "self must be Tensor"},
		{"softmax.int", []any{(*graph.Value)(nil), 1}, nil, "self must be Tensor"},
		{"softmax.int", []any{x, 1}, map[string]any{"dtype": "float99"}, "dtype must be"},
		{"mse_loss", []any{x, x}, map[string]any{"reduction": "max"}, "reduction must be"},
		{"cat", []any{[]any{x, 3}}, nil, "tensors must be Tensor[]"},
		{"zeros", []any{[]any{2, "x"}}, nil, "size must be SymInt[]"},
	} {
		_, err := Call(f, c.name, c.args, c.kwargs)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s%v%v: got %v, want %q", c.name, c.args, c.kwargs, err, c.want)
		}
		if op, ok := Lookup(c.name); ok && err != nil && !strings.Contains(err.Error(), op.Schema) {
			t.Errorf("%s: %v does not name the schema", c.name, err)
		}
	}
	if _, err := Call(nil, "zeros", []any{[]int{2}}, nil); err == nil {
		t.Error("a creation without a builder succeeded")
	}
	for _, name := range []string{"add", "aten.add", "aten.add.Tensor", "add.Tensor", "softmax", "multiply", "aten.multiply.Tensor", "permute_copy"} {
		args := []any{x, x}
		switch {
		case strings.Contains(name, "softmax"):
			args[1] = 1
		case strings.Contains(name, "permute"):
			args[1] = []int{1, 0}
		}
		if _, err := Call(f, name, args, nil); err != nil {
			t.Error(err)
		}
	}
}

// FuzzCall throws calls at the table: whatever the arguments, there is a result or an error.
func FuzzCall(f *testing.F) {
	for i := range 20 * len(table) {
		f.Add(uint16(i%len(table)), uint64(i)*7919)
	}
	all := Table()
	f.Fuzz(func(t *testing.T, at uint16, seed uint64) {
		op := all[int(at)%len(all)]
		r := rand.New(rand.NewPCG(seed, 1))
		fn := graph.NewFunc("f")
		param := func() *graph.Value {
			shape := make([]int, r.IntN(4))
			for i := range shape {
				shape[i] = r.IntN(4)
			}
			return fn.Param("x", graph.T(graph.DTypes[r.IntN(len(graph.DTypes))], shape...))
		}
		small := func() int { return r.IntN(6) - 2 }
		list := func() []int {
			out := make([]int, r.IntN(4))
			for i := range out {
				out[i] = small()
			}
			return out
		}
		some := func(t ArgType) any {
			switch {
			case t.Optional && r.IntN(4) == 0 || r.IntN(50) == 0:
				return nil
			case t.Base == "Tensor" && t.List:
				return []*graph.Value{param(), param()}
			case t.Base == "Tensor":
				return param()
			case t.Base == "Generator":
				return fn.Param("g", graph.T(graph.Uint64, 2))
			case t.List:
				return list()
			case t.Base == "int" || t.Base == "SymInt":
				return small()
			case t.Base == "Scalar":
				return []any{small(), r.NormFloat64(), true}[r.IntN(3)]
			case t.Base == "bool":
				return r.IntN(2) == 0
			case t.Base == "ScalarType":
				return graph.DTypes[r.IntN(len(graph.DTypes))]
			case t.Base == "str":
				return []string{"", "none", "tanh", "floor", "reflect", "same", "ij,jk", "...i->i", "ii"}[r.IntN(9)]
			}
			return r.NormFloat64()
		}
		var args []any
		kwargs := map[string]any{}
		for _, a := range op.schema.Args {
			switch {
			case !Passed(a) && !a.KwOnly:
				args = append(args, nil)
			case !Passed(a) || a.Default != "" && a.KwOnly && r.IntN(2) == 0:
			case a.KwOnly:
				kwargs[a.Name] = some(a.Type)
			default:
				args = append(args, some(a.Type))
			}
		}
		out, err := Call(fn, op.Name(), args, kwargs)
		if err != nil && (strings.Contains(err.Error(), "runtime error") || strings.Contains(err.Error(), "graph: ")) {
			t.Errorf("%s%v%v: %v", op.Name(), args, kwargs, err)
		}
		if err == nil && len(op.schema.Returns) > 0 && !op.schema.Returns[0].Type.List && len(out) == 0 {
			t.Errorf("%s: no result", op.Name())
		}
	})
}
