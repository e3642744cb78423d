package ops

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/flambeau-ml/flambeau/graph"
	"github.com/flambeau-ml/flambeau/rewrite"
)

// smooth are functions of matrices whose derivatives finite differences can check: of results with a phase or a sign
// that nothing determines, what does not depend on it.
var smooth = map[string]func(a *graph.Value) *graph.Value{
	"cholesky": func(a *graph.Value) *graph.Value { return Cholesky.Body(a.Add(mH(a)), false) },
	"upper":    func(a *graph.Value) *graph.Value { return Cholesky.Body(a.Add(mH(a)), true) },
	"triangular": func(a *graph.Value) *graph.Value {
		return SolveTriangular.Body(a, mT(a), true, true, false).Add(SolveTriangular.Body(a, a, false, false, true))
	},
	"lu": func(a *graph.Value) *graph.Value {
		_, l, u := LU.Body(a, true)
		return l.Sub(u)
	},
	"wide lu": func(a *graph.Value) *graph.Value {
		lu, _ := LUFactor.Body(beside(a, a.Mul(a)), true)
		return lu
	},
	"tall lu": func(a *graph.Value) *graph.Value {
		lu, _ := LUFactor.Body(under(a, a.Mul(a)), true)
		return lu
	},
	"solve":   func(a *graph.Value) *graph.Value { return Solve.Body(a, a.Mul(a), true) },
	"right":   func(a *graph.Value) *graph.Value { return Solve.Body(a, a.Mul(a), false) },
	"inv":     func(a *graph.Value) *graph.Value { return Inv.Body(a) },
	"det":     func(a *graph.Value) *graph.Value { return Det.Body(a) },
	"slogdet": func(a *graph.Value) *graph.Value { s, l := SLogDet.Body(a); return s.Mul(l.Cast(s.DType)) },
	"qr":      func(a *graph.Value) *graph.Value { q, r := QR.Body(a, "reduced"); return q.Sub(r) },
	"tall qr": func(a *graph.Value) *graph.Value { q, r := QR.Body(under(a, a.Mul(a)), "reduced"); return under(q, r) },
	"wide qr": func(a *graph.Value) *graph.Value {
		q, r := QR.Body(beside(a, a.Mul(a)), "reduced")
		return beside(q, r)
	},
	"reflectors": func(a *graph.Value) *graph.Value {
		return HouseholderProduct.Body(a, mainDiagonal(a))
	},
	"eigh": func(a *graph.Value) *graph.Value {
		l, v := Eigh.Body(a.Add(mH(a)), "L")
		return mm(overColumns(v, l.Exp()), mH(v))
	},
	"eigvalsh": func(a *graph.Value) *graph.Value { return Eigvalsh.Body(a.Add(mH(a)), "U") },
	"eig": func(a *graph.Value) *graph.Value {
		l, v := Eig.Body(a)
		return mm(overColumns(v, l), Inv.Body(v))
	},
	"root": func(a *graph.Value) *graph.Value { return MatrixSqrtH.Body(a.Add(mH(a))) },
	"svd": func(a *graph.Value) *graph.Value {
		u, s, vh := SVD.Body(under(a, a.Mul(a)), false, "")
		return mm(overColumns(u, s.Mul(s)), vh)
	},
	"svdvals": func(a *graph.Value) *graph.Value { return SVDVals.Body(beside(a, a.Mul(a)), "") },
	"pinv":    func(a *graph.Value) *graph.Value { return Pinv.Body(under(a, a.Mul(a)), nil, nil, false) },
	"polar":   func(a *graph.Value) *graph.Value { u, p := PolarFactors.Body(under(a, a.Mul(a))); return under(u, p) },
	"exp":     func(a *graph.Value) *graph.Value { return MatrixExp.Body(a.Scale(0.3)) },
	"power":   func(a *graph.Value) *graph.Value { return MatrixPower.Body(a, -3) },
	"fft":     func(a *graph.Value) *graph.Value { return FFTN.Body(a, nil, nil, "ortho") },
	"irfft":   func(a *graph.Value) *graph.Value { return IRFFT2.Body(a, graph.Ns(4, 5), []int{0, 1}, "") },
}

// probe is the function of a flat vector of reals that the real and imaginary parts of f's result make, weighted.
func probe(f func(*graph.Value) *graph.Value, complex bool, n int, weights func(k int) float64) *graph.Func {
	g := graph.NewFunc("probe")
	size := n * n
	if complex {
		size *= 2
	}
	x := g.Param("x", graph.T(graph.Float64, size))
	a := x.SliceAxis(0, graph.N(0), graph.N(n*n), 1).Reshape(graph.Ns(n, n)...)
	if complex {
		a = a.Complex(x.SliceAxis(0, graph.N(n*n), graph.N(n*n), 1).Reshape(graph.Ns(n, n)...))
	}
	y := f(a)
	parts := []*graph.Value{y}
	if y.DType.IsComplex() {
		parts = []*graph.Value{y.Real(), y.Imag()}
	}
	sum := x.Like(0)
	for k, p := range parts {
		p = p.Reshape(p.Shape.Count())
		w := graph.NewIota(g, p.Type, 0).Scale(weights(k)).Cos()
		sum = sum.Add(p.Mul(w).ReduceSum(0))
	}
	g.Return(sum)
	return g
}

// TestLinalgDerivatives compares gradients, and gradients of gradients, with central differences.
func TestLinalgDerivatives(t *testing.T) {
	const n = 3
	for name, f := range smooth {
		for _, complex := range []bool{false, true} {
			t.Run(fmt.Sprint(name, complex), func(t *testing.T) {
				r := rand.New(rand.NewPCG(1, 2))
				p := probe(f, complex, n, func(k int) float64 { return 0.7 + float64(k) })
				grad, err := rewrite.Grad(p, nil)
				if err != nil {
					t.Fatal(err)
				}
				size, _ := p.Params[0].Shape[0].Int()
				x := graph.NewArray(graph.Float64, size)
				for i := range x.F {
					x.F[i] = r.Float64() - 0.5
					if i < n*n && i%(n+1) == 0 {
						x.F[i] += 2 + float64(i)/4
					}
				}
				dir := graph.NewArray(graph.Float64, size)
				for i := range dir.F {
					dir.F[i] = r.Float64() - 0.5
				}
				slope := func(g *graph.Func, result int, of func(*graph.Array) float64) float64 {
					const h = 1e-5
					at := func(h float64) float64 {
						y := graph.NewArray(graph.Float64, size)
						for i := range y.F {
							y.F[i] = x.F[i] + h*dir.F[i]
						}
						out, err := graph.Eval(g, nil, []*graph.Array{y})
						if err != nil {
							t.Fatal(err)
						}
						return of(out[result])
					}
					return (at(h) - at(-h)) / (2 * h)
				}
				along := func(a *graph.Array) float64 {
					s := 0.0
					for i, v := range a.F {
						s += v * dir.F[i]
					}
					return s
				}
				check := func(what string, got, want float64) {
					if !(math.Abs(got-want) <= 1e-6*(1+math.Abs(want))) {
						t.Errorf("%s along a direction is %v, by differences %v", what, got, want)
					}
				}
				out, err := graph.Eval(grad, nil, []*graph.Array{x})
				if err != nil {
					t.Fatal(err)
				}
				check("the gradient", along(out[1]), slope(p, 0, func(a *graph.Array) float64 { return a.F[0] }))
				twice, err := rewrite.JVP(grad)
				if err != nil {
					t.Fatal(err)
				}
				second, err := graph.Eval(twice, nil, []*graph.Array{x, dir})
				if err != nil {
					t.Fatal(err)
				}
				check("the second derivative", along(second[3]), slope(grad, 1, along))
			})
		}
	}
}
