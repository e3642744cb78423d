package graph

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// eachSample runs check on every sample of every primitive, and fails where a primitive has none.
func eachSample(t *testing.T, check func(t *testing.T, p *Primitive, s Sample)) {
	t.Helper()
	for _, p := range Primitives() {
		if p == Param {
			continue
		}
		t.Run(p.Name, func(t *testing.T) {
			if p.Samples == nil {
				t.Fatal("no samples")
			}
			for i, s := range p.Samples(rand.New(rand.NewPCG(1, 2))) {
				t.Run(fmt.Sprint(i), func(t *testing.T) { check(t, p, s) })
			}
		})
	}
}

func (s *Sample) types() []Type {
	types := make([]Type, len(s.In))
	for i, x := range s.In {
		types[i] = x.Type()
	}
	return types
}

// apply makes a function of one application with the sample's operands as parameters.
func (s *Sample) apply(p *Primitive) (f *Func, v *Value) {
	f = NewFunc(p.Name)
	args := make([]*Value, len(s.In))
	for i, x := range s.In {
		args[i] = f.Param("", x.Type())
	}
	v = ApplyIn(f, p, s.Attrs, args...)
	f.Return(v)
	return f, v
}

func TestTable(t *testing.T) {
	for _, p := range Primitives() {
		if p.Doc == "" {
			t.Errorf("%s has no doc", p.Name)
		}
		if p.JVP == nil && p.NoGradient == "" && !p.Bodies {
			t.Errorf("%s has neither a JVP rule nor a reason", p.Name)
		}
		if q, ok := Lookup(p.Name); !ok || q != p {
			t.Errorf("Lookup(%q) does not find it", p.Name)
		}
		if p.Joint && len(p.Linear) == 0 {
			t.Errorf("%s is jointly linear in nothing", p.Name)
		}
	}
	eachSample(t, func(t *testing.T, p *Primitive, s Sample) {
		typ, err := p.Infer(nil, s.Attrs, s.types()...)
		if err != nil {
			t.Fatal(err)
		}
		out, err := EvalOp(p, s.Attrs, s.In...)
		if err != nil {
			t.Fatal(err)
		}
		if !out.Type().Equal(typ) {
			t.Fatalf("the rule says %s, evaluation made %s", typ, out.Type())
		}
		for i := range out.Len() {
			before, after := NewArray(out.DType), NewArray(out.DType)
			copyElement(before, 0, out, i)
			switch {
			case out.F != nil:
				after.SetFloat(0, out.F[i])
			case out.C != nil:
				after.SetComplex(0, out.C[i])
			default:
				after.SetInt(0, out.I[i])
			}
			if string(before.Bytes()) != string(after.Bytes()) || !out.DType.IsFloat() && !equalArrays(before, after) {
				t.Fatalf("element %d of the result is no %s", i, out.DType)
			}
		}
	})
}

func TestTableFunctions(t *testing.T) {
	eachSample(t, func(t *testing.T, p *Primitive, s Sample) {
		f, _ := s.apply(p)
		if err := f.Verify(); err != nil {
			t.Fatal(err)
		}
		want, err := EvalOp(p, s.Attrs, s.In...)
		if err != nil {
			t.Fatal(err)
		}
		if s.Attrs != nil && s.Attrs.Host != nil {
			t.Skip("a function of the host has no text form")
		}
		g := parsed(t, f)
		if f.Hash() != g.Hash() {
			t.Error("the hash changes with the text form")
		}
		got, err := Eval(g, nil, s.In)
		if err != nil {
			t.Fatal(err)
		}
		if !equalArrays(got[0], want) {
			t.Error("the text form computes something else")
		}
	})
}

// equalArrays reports whether a and b are the same bits; NaNs are all alike.
func equalArrays(a, b *Array) bool {
	if !a.Type().Equal(b.Type()) {
		return false
	}
	same := func(x, y float64) bool { return math.Float64bits(x) == math.Float64bits(y) || x != x && y != y }
	for i := range a.F {
		if !same(a.F[i], b.F[i]) {
			return false
		}
	}
	for i := range a.I {
		if a.I[i] != b.I[i] {
			return false
		}
	}
	for i := range a.C {
		if !same(real(a.C[i]), real(b.C[i])) || !same(imag(a.C[i]), imag(b.C[i])) {
			return false
		}
	}
	return true
}

// TestNoWriteToOperands checks that evaluation leaves its operands alone.
func TestNoWriteToOperands(t *testing.T) {
	eachSample(t, func(t *testing.T, p *Primitive, s Sample) {
		var before []string
		for _, x := range s.In {
			before = append(before, string(x.Bytes()))
		}
		if _, err := EvalOp(p, s.Attrs, s.In...); err != nil {
			t.Fatal(err)
		}
		for i, x := range s.In {
			if string(x.Bytes()) != before[i] {
				t.Errorf("operand %d was changed", i)
			}
		}
	})
}
