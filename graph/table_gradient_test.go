package graph

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// notDifferenced are the differentiable primitives that finite differences cannot check, with the reason.
var notDifferenced = map[string]string{"stop": "its derivative is 0 by definition"}

// TestJVP compares JVP rules with central differences in float64, and the rule for all tangents at once with the sum
// of what it says for each alone.
func TestJVP(t *testing.T) {
	checked := map[string]bool{}
	eachSample(t, func(t *testing.T, p *Primitive, s Sample) {
		if p.JVP == nil {
			return
		}
		r := rand.New(rand.NewPCG(3, 4))
		var tans []*Array
		for _, x := range s.In {
			if x.DType.IsInexact() {
				tans = append(tans, Uniform(r, x.DType, -1, 1, x.Dims...))
			} else {
				tans = append(tans, nil)
			}
		}
		out, err := EvalOp(p, s.Attrs, s.In...)
		if err != nil {
			t.Fatal(err)
		}
		if !out.DType.IsFloat() || !slices.ContainsFunc(tans, func(a *Array) bool { return a != nil }) {
			return
		}
		all := evalJVP(t, p, s, tans)
		sum := NewArray(out.DType, out.Dims...)
		for i, dx := range tans {
			if dx == nil {
				continue
			}
			one := make([]*Array, len(tans))
			one[i] = dx
			part := evalJVP(t, p, s, one)
			for k := range sum.F {
				sum.F[k] += part.F[k]
			}
		}
		if out.DType != Float64 {
			return
		}
		wantClose(t, "the sum of the tangents of each operand alone", sum, all, 1e-12)
		if s.NoFD || slices.ContainsFunc(s.In, func(x *Array) bool { return x.DType.IsFloat() && x.DType != Float64 }) {
			return
		}
		const h = 1e-6
		plus, minus := evalMoved(t, p, s, tans, h), evalMoved(t, p, s, tans, -h)
		fd := NewArray(out.DType, out.Dims...)
		for k := range fd.F {
			fd.F[k] = (plus.F[k] - minus.F[k]) / (2 * h)
		}
		wantClose(t, "the JVP rule", all, fd, 1e-7)
		checked[p.Name] = true
	})
	for _, p := range Primitives() {
		if p.JVP != nil && !checked[p.Name] && notDifferenced[p.Name] == "" {
			t.Errorf("no sample of %s could be compared with finite differences", p.Name)
		}
	}
}

func evalMoved(t *testing.T, p *Primitive, s Sample, tans []*Array, h float64) *Array {
	t.Helper()
	in := slices.Clone(s.In)
	for i, dx := range tans {
		if dx == nil {
			continue
		}
		in[i] = NewArray(Float64, s.In[i].Dims...)
		for k, x := range s.In[i].F {
			in[i].F[k] = x + h*dx.F[k]
		}
	}
	out, err := EvalOp(p, s.Attrs, in...)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// evalJVP evaluates p's JVP rule; operands without a tangent have nil.
func evalJVP(t *testing.T, p *Primitive, s Sample, tans []*Array) *Array {
	t.Helper()
	f, v := s.apply(p)
	in := slices.Clone(s.In)
	dx := make([]*Value, len(tans))
	for i, a := range tans {
		if a != nil {
			dx[i] = f.Param("", a.Type())
			in = append(in, a)
		}
	}
	d := p.JVP(v, dx)
	if d == nil {
		d = Zeros(f, v.Type)
	}
	if !d.Type.Equal(v.Type) {
		t.Fatalf("the tangent of %s is %s", v.Type, d.Type)
	}
	f.Return(d)
	if err := f.Verify(); err != nil {
		t.Fatal(err)
	}
	checkTangentsLinear(t, f, dx)
	out, err := Eval(f, nil, in)
	if err != nil {
		t.Fatal(err)
	}
	return out[0]
}

// checkTangentsLinear checks that tangents, and what is computed from them, stand only in operands in which
// primitives are linear.
func checkTangentsLinear(t *testing.T, f *Func, tans []*Value) {
	t.Helper()
	tangent := map[*Value]bool{}
	for _, dx := range tans {
		if dx != nil {
			tangent[dx] = true
		}
	}
	for _, v := range f.Values {
		n := 0
		for i, x := range v.Args {
			if !tangent[x] {
				continue
			}
			n++
			tangent[v] = true
			if !v.Op.IsLinear(i) {
				t.Errorf("the rule uses a tangent in operand %d of %s", i, f.line(v))
			}
		}
		if n > 1 && !v.Op.Joint {
			t.Errorf("the rule uses %d tangents in %s, which is linear in each alone", n, f.line(v))
		}
	}
}

func wantClose(t *testing.T, what string, got, want *Array, tol float64) {
	t.Helper()
	if !slices.Equal(got.Dims, want.Dims) {
		t.Fatalf("%s: %s, want %s", what, got.Type(), want.Type())
	}
	scale := 1.0
	for _, x := range want.F {
		scale = max(scale, math.Abs(x))
	}
	for i := range want.F {
		if !(math.Abs(got.F[i]-want.F[i]) <= tol*scale) {
			t.Errorf("%s: element %d is %v, want %v", what, i, got.F[i], want.F[i])
			return
		}
	}
}

// linearOperands lists the operands in which p is linear and of which, as of the result, the sample has float64.
func linearOperands(p *Primitive, s Sample) []int {
	out, err := p.Infer(nil, s.Attrs, s.types()...)
	if err != nil || out.DType != Float64 {
		return nil
	}
	var is []int
	for i, x := range s.In {
		if p.IsLinear(i) && x.DType == Float64 {
			is = append(is, i)
		}
	}
	return is
}

// linearMaps are the linear maps that p is: in all its linear operands together, or in each with the others as the
// sample has them.
func linearMaps(t *testing.T, p *Primitive, s Sample) (maps [][]int, apply func(moved []int, x []*Array) *Array) {
	is := linearOperands(p, s)
	if p.Joint && len(is) > 0 {
		maps = [][]int{is}
	} else {
		for _, i := range is {
			maps = append(maps, []int{i})
		}
	}
	return maps, func(moved []int, x []*Array) *Array {
		t.Helper()
		in := slices.Clone(s.In)
		for k, i := range moved {
			in[i] = x[k]
		}
		out, err := EvalOp(p, s.Attrs, in...)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
}

func combine(a float64, x []*Array, b float64, y []*Array) []*Array {
	out := make([]*Array, len(x))
	for i := range x {
		out[i] = NewArray(Float64, x[i].Dims...)
		for k := range x[i].F {
			out[i].F[k] = a*x[i].F[k] + b*y[i].F[k]
		}
	}
	return out
}

func TestLinear(t *testing.T) {
	checked := map[string]bool{}
	eachSample(t, func(t *testing.T, p *Primitive, s Sample) {
		r := rand.New(rand.NewPCG(5, 6))
		maps, apply := linearMaps(t, p, s)
		for _, moved := range maps {
			var x, y []*Array
			for _, i := range moved {
				x = append(x, Uniform(r, Float64, -2, 2, s.In[i].Dims...))
				y = append(y, Uniform(r, Float64, -2, 2, s.In[i].Dims...))
			}
			fx, fy := apply(moved, x), apply(moved, y)
			wantClose(t, "L(x+y)", apply(moved, combine(1, x, 1, y)), combine(1, []*Array{fx}, 1, []*Array{fy})[0], 1e-12)
			wantClose(t, "L(−2.5·x)", apply(moved, combine(-2.5, x, 0, x)), combine(-2.5, []*Array{fx}, 0, []*Array{fx})[0], 1e-12)
			checked[p.Name] = true
		}
	})
	for _, p := range Primitives() {
		if len(p.Linear) > 0 && !checked[p.Name] {
			t.Errorf("no sample of %s could be checked for linearity", p.Name)
		}
	}
}

// TestTranspose checks that ⟨ct, L(x)⟩ = ⟨Lᵀ(ct), x⟩ for each linear operand, and that the transpose does not look at
// the operand itself.
func TestTranspose(t *testing.T) {
	checked := map[string]bool{}
	eachSample(t, func(t *testing.T, p *Primitive, s Sample) {
		r := rand.New(rand.NewPCG(7, 8))
		maps, apply := linearMaps(t, p, s)
		for _, moved := range maps {
			var x []*Array
			for _, i := range moved {
				x = append(x, Uniform(r, Float64, -2, 2, s.In[i].Dims...))
			}
			y := apply(moved, x)
			ct := Uniform(r, Float64, -2, 2, y.Dims...)
			left, right := inner(ct, y), 0.0
			for k, i := range moved {
				right += inner(evalTranspose(t, p, s, i, ct), x[k])
			}
			if math.Abs(left-right) > 1e-11*(1+math.Abs(left)) {
				t.Errorf("in operands %v: ⟨ct, L(x)⟩ = %v, ⟨Lᵀ(ct), x⟩ = %v", moved, left, right)
			}
			checked[p.Name] = true
		}
	})
	for _, p := range Primitives() {
		if len(p.Linear) > 0 && !checked[p.Name] {
			t.Errorf("no sample of %s could be transposed", p.Name)
		}
	}
}

func inner(x, y *Array) float64 {
	sum := 0.0
	for i := range x.F {
		sum += x.F[i] * y.F[i]
	}
	return sum
}

func evalTranspose(t *testing.T, p *Primitive, s Sample, i int, ct *Array) *Array {
	t.Helper()
	f, v := s.apply(p)
	c := p.Transpose(v, i, f.Param("", v.Type))
	if !c.Type.Equal(v.Args[i].Type) {
		t.Fatalf("the cotangent of operand %d, %s, is %s", i, v.Args[i].Type, c.Type)
	}
	f.Return(c)
	if err := f.Verify(); err != nil {
		t.Fatal(err)
	}
	for _, u := range f.order() {
		if slices.Contains(u.Args, v.Args[i]) {
			t.Errorf("the transpose in operand %d uses the operand: %s", i, f.line(u))
		}
	}
	out, err := Eval(f, nil, append(slices.Clone(s.In), ct))
	if err != nil {
		t.Fatal(err)
	}
	return out[0]
}
