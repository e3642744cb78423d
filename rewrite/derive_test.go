package rewrite

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/flambeau-ml/flambeau/graph"
)

// wrap is the function that applies p to parameters of the types of the sample's operands.
func wrap(p *graph.Primitive, s graph.Sample) *graph.Func {
	f := graph.NewFunc(p.Name)
	args := make([]*graph.Value, len(s.In))
	for i, x := range s.In {
		args[i] = f.Param(fmt.Sprintf("x%d", i), x.Type())
	}
	f.Return(graph.ApplyIn(f, p, s.Attrs, args...))
	return f
}

func eval(t *testing.T, f *graph.Func, in ...*graph.Array) []*graph.Array {
	t.Helper()
	if err := f.Verify(); err != nil {
		t.Fatalf("%v\n%s", err, f)
	}
	out, err := graph.Eval(f, nil, in)
	if err != nil {
		t.Fatalf("%v\n%s", err, f)
	}
	return out
}

// directions draws a vector for each of the arrays that has derivatives.
func directions(r *rand.Rand, like []*graph.Array) []*graph.Array {
	var out []*graph.Array
	for _, x := range like {
		if x.DType.IsInexact() {
			out = append(out, graph.Uniform(r, x.DType, -1, 1, x.Dims...))
		}
	}
	return out
}

// moved is x + h·d, in the operands that have derivatives.
func moved(x, d []*graph.Array, h float64) []*graph.Array {
	var out []*graph.Array
	for _, a := range x {
		if a.DType.IsInexact() {
			b := graph.NewArray(a.DType, a.Dims...)
			for i := range b.F {
				b.SetFloat(i, a.F[i]+h*d[0].F[i])
			}
			for i := range b.C {
				b.SetComplex(i, a.C[i]+complex(h, 0)*d[0].C[i])
			}
			a, d = b, d[1:]
		}
		out = append(out, a)
	}
	return out
}

// parts are the elements of an array as real numbers: those of a complex one by two.
func parts(a *graph.Array) []float64 {
	if a.C == nil {
		return a.F
	}
	out := make([]float64, 0, 2*len(a.C))
	for _, c := range a.C {
		out = append(out, real(c), imag(c))
	}
	return out
}

// inner is the real inner product.
func inner(x, y []*graph.Array) (sum, scale float64) {
	for i := range x {
		a, b := parts(x[i]), parts(y[i])
		for k := range a {
			p := a[k] * b[k]
			sum += p
			scale += math.Abs(p)
		}
	}
	return sum, scale + 1
}

func closeTo(t *testing.T, what string, got, want []*graph.Array, tol float64) {
	t.Helper()
	for i := range want {
		g := parts(got[i])
		for k, w := range parts(want[i]) {
			if g := g[k]; !(math.Abs(g-w) <= tol*(1+math.Abs(w))) {
				t.Errorf("%s: result %d, number %d is %g, want %g", what, i, k, g, w)
				return
			}
		}
	}
}

func must(t *testing.T) func(*graph.Func, error) *graph.Func {
	return func(f *graph.Func, err error) *graph.Func {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
}

func inexactOf(arrays []*graph.Array) []*graph.Array {
	var out []*graph.Array
	for _, a := range arrays {
		if a.DType.IsInexact() {
			out = append(out, a)
		}
	}
	return out
}

// float64Samples calls test with every sample of every differentiable primitive whose inexact operands are float64 or
// complex128.
func float64Samples(t *testing.T, test func(t *testing.T, p *graph.Primitive, s graph.Sample, r *rand.Rand)) {
	tried := 0
	for _, p := range graph.Primitives() {
		if p.JVP == nil && !p.Bodies {
			continue
		}
		t.Run(p.Name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(1, 2))
			n := 0
			for _, s := range p.Samples(r) {
				floats := 0
				for _, x := range s.In {
					if x.DType == graph.Float64 || x.DType == graph.Complex128 {
						floats++
					} else if x.DType.IsInexact() {
						floats = -len(s.In)
					}
				}
				if floats > 0 {
					test(t, p, s, r)
					n++
				}
			}
			if n == 0 {
				t.Error("no sample of float64 or complex128")
			}
			tried++
		})
	}
	if tried < 40 {
		t.Errorf("only %d primitives", tried)
	}
}

// TestVJPAgainstJVP checks ⟨ct, J·t⟩ = ⟨Jᵀ·ct, t⟩, where Jᵀ comes node by node and by transposing the linearisation.
func TestVJPAgainstJVP(t *testing.T) {
	float64Samples(t, func(t *testing.T, p *graph.Primitive, s graph.Sample, r *rand.Rand) {
		f := wrap(p, s)
		jvp := must(t)(JVP(f))
		if p == graph.While && f.Results[0].DType.IsInexact() {
			if _, err := VJPFunc(f, nil); err == nil || !strings.Contains(err.Error(), "while: has no derivative in reverse") {
				t.Errorf("a loop of unknown length in reverse: %v", err)
			}
			return
		}
		vjp := must(t)(VJPFunc(f, nil))
		primal, linear, err := Linearize(f, nil)
		if err != nil {
			t.Fatal(err)
		}
		residuals := len(primal.Results) - 1
		back := must(t)(Transpose(linear, residuals))

		tan := directions(r, s.In)
		y := eval(t, f, s.In...)
		if !y[0].DType.IsInexact() {
			return
		}
		ct := directions(r, y)
		dy := eval(t, jvp, slices.Concat(s.In, tan)...)[1:]
		dx := eval(t, vjp, slices.Concat(s.In, ct)...)[1:]
		res := eval(t, primal, s.In...)[1:]
		dy2 := eval(t, linear, slices.Concat(res, tan)...)
		dx2 := eval(t, back, slices.Concat(res, ct)...)
		closeTo(t, "linearised", dy2, dy, 1e-12)
		closeTo(t, "transposed", dx2, dx, 1e-12)
		a, scale := inner(ct, dy)
		b, _ := inner(dx, tan)
		tol := map[graph.DType]float64{graph.Float64: 1e-11, graph.Float32: 1e-6, graph.Float16: 1e-2, graph.BFloat16: 1e-1, graph.Complex128: 1e-11, graph.Complex64: 1e-6}[y[0].DType]
		if !(math.Abs(a-b) <= tol*scale) {
			t.Errorf("%v: ⟨ct, JVP⟩ = %g, ⟨VJP, t⟩ = %g\n%s", s.Attrs, a, b, vjp)
		}
	})
}

// TestDerivatives checks the JVP, and the JVP of the VJP, against central differences.
func TestDerivatives(t *testing.T) {
	float64Samples(t, func(t *testing.T, p *graph.Primitive, s graph.Sample, r *rand.Rand) {
		if s.NoFD {
			return
		}
		f := wrap(p, s)
		tan := directions(r, s.In)
		const h = 1e-5
		slope := func(f *graph.Func, in, d []*graph.Array) []*graph.Array {
			hi, lo := inexactOf(eval(t, f, moved(in, d, h)...)), inexactOf(eval(t, f, moved(in, d, -h)...))
			var out []*graph.Array
			for i := range hi { // into new arrays: two results may be one value
				a := graph.NewArray(hi[i].DType, hi[i].Dims...)
				for k := range a.F {
					a.F[k] = (hi[i].F[k] - lo[i].F[k]) / (2 * h)
				}
				for k := range a.C {
					a.C[k] = (hi[i].C[k] - lo[i].C[k]) / (2 * h)
				}
				out = append(out, a)
			}
			return out
		}
		y := eval(t, f, s.In...)
		if !y[0].DType.IsInexact() {
			return
		}
		d := eval(t, must(t)(JVP(f)), slices.Concat(s.In, tan)...)
		closeTo(t, "first order", d[1:], slope(f, s.In, tan), 1e-6)
		if p == graph.While {
			return
		}

		vjp := must(t)(VJPFunc(f, nil))
		in := slices.Concat(s.In, directions(r, y))
		tan = directions(r, in)
		second := must(t)(JVP(vjp))
		d = eval(t, second, slices.Concat(in, tan)...)
		closeTo(t, "second order", d[len(vjp.Results):], slope(vjp, in, tan), 1e-6)
	})
}

func TestMissingRule(t *testing.T) {
	f := graph.NewFunc("f")
	x := f.Param("x", graph.T(graph.Float32, 3))
	draws := *graph.RandomBits // as if it drew floats from floats
	draws.Type = func(_ *graph.Solver, _ *graph.Attrs, in []graph.Type) (graph.Type, error) { return in[0], nil }
	f.Return(graph.Apply(&draws, nil, x))
	const want = "random_bits: has no JVP rule: draws are constants"
	_, _, err := Linearize(f, nil)
	for _, e := range []error{err, second(JVP(f)), second(VJPFunc(f, nil))} {
		if e == nil || !strings.Contains(e.Error(), want) {
			t.Errorf("error %v, want %q", e, want)
		}
	}
}

func second(_ *graph.Func, err error) error { return err }
