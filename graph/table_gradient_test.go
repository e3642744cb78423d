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
	checked, checkedComplex := map[string]bool{}, map[string]bool{}
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
		if !out.DType.IsInexact() || !slices.ContainsFunc(tans, func(a *Array) bool { return a != nil }) {
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
			addTimes(sum, 1, part)
		}
		if !exactEnough(out) {
			return
		}
		wantClose(t, "the sum of the tangents of each operand alone", sum, all, 1e-12)
		if s.NoFD || slices.ContainsFunc(s.In, func(x *Array) bool { return x.DType.IsInexact() && !exactEnough(x) }) {
			return
		}
		const h = 1e-6
		plus, minus := evalMoved(t, p, s, tans, h), evalMoved(t, p, s, tans, -h)
		fd := NewArray(out.DType, out.Dims...)
		addTimes(fd, 1/(2*h), plus)
		addTimes(fd, -1/(2*h), minus)
		wantClose(t, "the JVP rule", all, fd, 1e-7)
		checked[p.Name] = true
		checkedComplex[p.Name] = checkedComplex[p.Name] || takesComplex(s)
	})
	for _, p := range Primitives() {
		if p.JVP != nil && !checked[p.Name] && notDifferenced[p.Name] == "" {
			t.Errorf("no sample of %s could be compared with finite differences", p.Name)
		}
	}
	for _, p := range arithmeticOfComplex() {
		if !checkedComplex[p.Name] {
			t.Errorf("no complex sample of %s could be compared with finite differences", p.Name)
		}
	}
}

// arithmeticOfComplex are the primitives whose derivatives are those of complex analysis, or move complex numbers.
func arithmeticOfComplex() []*Primitive {
	return []*Primitive{Add, Sub, Mul, Div, Pow, Neg, Sqrt, Rsqrt, Exp, Expm1, Log, Log1p, Sin, Cos, Tanh,
		Real, Imag, Conjugate, Modulus, Cast, Select, ReduceSum, ReduceProd, CumSum, CumProd, Recurrence, DotGeneral, Conv,
		ConvInput, ConvFilter, Gather, Scatter, ScatterAdd, ScatterMul, DynamicSlice, DynamicUpdate, Update, Reshape, Permute,
		Broadcast, Slice, Pad, Concat, Reverse}
}

func takesComplex(s Sample) bool {
	return slices.ContainsFunc(s.In, func(x *Array) bool { return x.DType == Complex128 })
}

// exactEnough reports whether a is of a type that finite differences can be computed in.
func exactEnough(a *Array) bool { return a.DType == Float64 || a.DType == Complex128 }

// addTimes adds f times x to sum; their kinds are the same.
func addTimes(sum *Array, f float64, x *Array) {
	for k := range sum.F {
		sum.F[k] += f * x.F[k]
	}
	for k := range sum.C {
		sum.C[k] += complex(f, 0) * x.C[k]
	}
}

func evalMoved(t *testing.T, p *Primitive, s Sample, tans []*Array, h float64) *Array {
	t.Helper()
	in := slices.Clone(s.In)
	for i, dx := range tans {
		if dx == nil {
			continue
		}
		in[i] = NewArray(s.In[i].DType, s.In[i].Dims...)
		addTimes(in[i], 1, s.In[i])
		addTimes(in[i], h, dx)
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
			if !v.IsLinear(i) {
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
	g, w := parts(got), parts(want)
	scale := 1.0
	for _, x := range w {
		scale = max(scale, math.Abs(x))
	}
	for i := range w {
		if !(math.Abs(g[i]-w[i]) <= tol*scale) {
			t.Errorf("%s: number %d is %v, want %v", what, i, g[i], w[i])
			return
		}
	}
}

// parts are the elements of an array as real numbers: those of a complex one by two.
func parts(a *Array) []float64 {
	if a.C == nil {
		return a.F
	}
	out := make([]float64, 0, 2*len(a.C))
	for _, c := range a.C {
		out = append(out, real(c), imag(c))
	}
	return out
}

// linearOperands lists the operands in which p is linear and of which, as of the result, the sample has float64 or
// complex128.
func linearOperands(p *Primitive, s Sample) []int {
	out, err := p.Infer(nil, s.Attrs, s.types()...)
	if err != nil || out.DType != Float64 && out.DType != Complex128 {
		return nil
	}
	var is []int
	for i, x := range s.In {
		if (&Value{Op: p, Attrs: s.Attrs}).IsLinear(i) && exactEnough(x) {
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
		out[i] = NewArray(x[i].DType, x[i].Dims...)
		addTimes(out[i], a, x[i])
		addTimes(out[i], b, y[i])
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
				x = append(x, Uniform(r, s.In[i].DType, -2, 2, s.In[i].Dims...))
				y = append(y, Uniform(r, s.In[i].DType, -2, 2, s.In[i].Dims...))
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

// TestTranspose checks that ⟨ct, L(x)⟩ = ⟨Lᵀ(ct), x⟩ for each linear operand, in the real inner product, and that the
// transpose does not look at the operand itself.
func TestTranspose(t *testing.T) {
	checked := map[string]bool{}
	eachSample(t, func(t *testing.T, p *Primitive, s Sample) {
		r := rand.New(rand.NewPCG(7, 8))
		maps, apply := linearMaps(t, p, s)
		for _, moved := range maps {
			var x []*Array
			for _, i := range moved {
				x = append(x, Uniform(r, s.In[i].DType, -2, 2, s.In[i].Dims...))
			}
			y := apply(moved, x)
			ct := Uniform(r, y.DType, -2, 2, y.Dims...)
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

// inner is the real inner product, for complex arrays Re Σ conj(x)·y.
func inner(x, y *Array) float64 {
	a, b, sum := parts(x), parts(y), 0.0
	for i := range a {
		sum += a[i] * b[i]
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
