package cpu

import (
	"context"
	"math"
	"math/cmplx"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/flambeau-ml/flambeau/backend"
	"github.com/flambeau-ml/flambeau/graph"
)

// numbersOf are the present values of f's numbers.
func numbersOf(f *graph.Func) []graph.Scalar {
	var out []graph.Scalar
	for _, v := range f.Numbers() {
		out = append(out, v.Attrs.Value)
	}
	return out
}

// upload makes a buffer of an array.
func upload(t testing.TB, d *Device, a *graph.Array) backend.Buffer {
	t.Helper()
	data := a.Bytes()
	b, err := d.Alloc(int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Write(b, data); err != nil {
		t.Fatal(err)
	}
	return b
}

func download(t testing.TB, d *Device, typ graph.DType, dims []int, b backend.Buffer) *graph.Array {
	t.Helper()
	data := make([]byte, b.Size())
	if err := d.Read(data, b); err != nil {
		t.Fatal(err)
	}
	a, err := graph.FromBytes(typ, dims, data)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// sizesFor binds f's symbols by the sizes of its parameters.
func sizesFor(f *graph.Func, in []*graph.Array) []int64 {
	var out []int64
	for _, name := range f.Symbols() {
		n := int64(-1)
		for i, p := range f.Params {
			for k, s := range p.Shape {
				if is, ok := s.Symbol(); ok && is == name {
					n = int64(in[i].Dims[k])
				}
			}
		}
		out = append(out, n)
	}
	return out
}

// evaluateOn compiles and runs f. Results that are faulty are nil.
func evaluateOn(t testing.TB, d *Device, f *graph.Func, o backend.Options, in []*graph.Array) ([]*graph.Array, []*backend.Fault) {
	t.Helper()
	p, err := d.Compile(f, o)
	if err != nil {
		t.Fatalf("compile: %v\n%s", err, f)
	}
	return launch(t, d, f, p, in)
}

func launch(t testing.TB, d *Device, f *graph.Func, p backend.Program, in []*graph.Array) ([]*graph.Array, []*backend.Fault) {
	t.Helper()
	l := &backend.Launch{Sizes: sizesFor(f, in), Numbers: numbersOf(f)}
	for _, a := range in {
		l.Inputs = append(l.Inputs, upload(t, d, a))
	}
	if err := p.Run(context.Background(), l); err != nil {
		t.Fatalf("run: %v\n%s", err, f)
	}
	env := func(name string) (int64, bool) {
		i := slices.Index(f.Symbols(), name)
		if i < 0 {
			return 0, false
		}
		return l.Sizes[i], true
	}
	var out []*graph.Array
	var faults []*backend.Fault
	for i, v := range f.Results {
		faults = append(faults, l.Outputs[i].Fault)
		if l.Outputs[i].Fault != nil {
			out = append(out, nil)
			continue
		}
		dims := make([]int, len(v.Shape))
		for k, n := range v.Shape {
			dims[k] = int(n.Eval(env))
		}
		out = append(out, download(t, d, v.DType, dims, l.Outputs[i].Buffer))
		l.Outputs[i].Buffer.Free()
	}
	for i, b := range l.Inputs {
		if l.Taken[i] {
			t.Errorf("input %d was taken though it was not given", i)
		}
		b.Free()
	}
	return out, faults
}

// same compares elements: bit for bit but for the payload of NaNs, or to a relative tolerance.
func same(a, b *graph.Array, tol float64) (at int, ok bool) {
	if a.DType != b.DType || !slices.Equal(a.Dims, b.Dims) {
		return -1, false
	}
	for i := range a.I {
		if a.I[i] != b.I[i] {
			return i, false
		}
	}
	for i, x := range a.F {
		if !near(x, b.F[i], tol, math.Abs(b.F[i])) {
			return i, false
		}
	}
	for i, x := range a.C {
		y := b.C[i]
		if !near(real(x), real(y), tol, cmplx.Abs(x)) || !near(imag(x), imag(y), tol, cmplx.Abs(x)) {
			return i, false
		}
	}
	return 0, true
}

// near compares numbers as same does; scale is the size of what they belong to.
func near(x, y, tol, scale float64) bool {
	return x != x && y != y || math.Float64bits(x) == math.Float64bits(y) || tol > 0 && math.Abs(x-y) <= tol*max(1, math.Abs(x), math.Abs(y), scale)
}

func differs(t testing.TB, what string, got, want *graph.Array, at int) {
	t.Helper()
	if at < 0 {
		t.Fatalf("%s: %v, want %v", what, got.Type(), want.Type())
	}
	switch {
	case got.F != nil:
		t.Fatalf("%s: element %d of %v is %v, want %v", what, at, got.Type(), got.F[at], want.F[at])
	case got.I != nil:
		t.Fatalf("%s: element %d of %v is %v, want %v", what, at, got.Type(), got.I[at], want.I[at])
	}
	t.Fatalf("%s: element %d of %v is %v, want %v", what, at, got.Type(), got.C[at], want.C[at])
}

// closeTo is how near results must come to those of the reference, which computes in float64.
func closeTo(p *graph.Primitive, d graph.DType) float64 {
	switch {
	case p.Exact:
		return 0
	case d == graph.Float16:
		return 4e-3
	case d == graph.BFloat16:
		return 3e-2
	case d == graph.Float32:
		return 2e-6
	case d == graph.Complex64: // differences of sums that are larger
		return 1e-5
	}
	return 1e-13
}

func singleOp(p *graph.Primitive, attrs *graph.Attrs, in []*graph.Array) *graph.Func {
	f := graph.NewFunc(p.Name)
	var args []*graph.Value
	for _, a := range in {
		args = append(args, f.Param("x", a.Type()))
	}
	f.Return(graph.ApplyIn(f, p, attrs, args...))
	f.Settle()
	return f
}

// TestSamples runs every primitive on its samples, and on the elements of these in other types that it takes.
func TestSamples(t *testing.T) {
	d := New(Options{Threads: 2})
	defer d.Close()
	r := rand.New(rand.NewPCG(1, 2))
	for _, p := range graph.Primitives() {
		if p.Samples == nil {
			continue
		}
		t.Run(p.Name, func(t *testing.T) {
			for _, s := range p.Samples(r) {
				for _, in := range variants(p, s) {
					f := singleOp(p, s.Attrs, in)
					want, err := graph.EvalOp(p, s.Attrs, in...)
					if err != nil {
						t.Fatal(err)
					}
					got, faults := evaluateOn(t, d, f, backend.Options{}, in)
					if faults[0] != nil {
						t.Fatal(faults[0])
					}
					if at, ok := same(got[0], want, closeTo(p, want.DType)); !ok {
						differs(t, f.String(), got[0], want, at)
					}
				}
			}
		})
	}
}

// variants are a sample's operands, and these in every other type of their kind that p takes; of integers bool as well.
func variants(p *graph.Primitive, s graph.Sample) [][]*graph.Array {
	out := [][]*graph.Array{s.In}
	if len(s.In) == 0 || s.In[0].DType != graph.Float64 && s.In[0].DType != graph.Int64 && s.In[0].DType != graph.Complex128 {
		return out
	}
	var types []graph.Type
	for _, a := range s.In {
		types = append(types, a.Type())
	}
	for _, d := range graph.DTypes {
		if of := s.In[0].DType; d.IsFloat() != of.IsFloat() || d.IsComplex() != of.IsComplex() {
			continue
		}
		cast := slices.Clone(s.In)
		for i, a := range s.In {
			if a.DType != s.In[0].DType || i > 0 && (p == graph.Gather || p == graph.ScatterAdd || p == graph.WindowGather || p == graph.WindowScatter) && a.I != nil {
				continue
			}
			c, err := graph.EvalOp(graph.Cast, &graph.Attrs{DType: d}, a)
			if err != nil {
				continue
			}
			cast[i], types[i] = c, c.Type()
		}
		if _, err := p.Infer(nil, s.Attrs, types...); err == nil {
			out = append(out, cast)
		}
	}
	return out
}
