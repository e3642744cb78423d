package ops

import (
	"math"
	"math/rand/v2"

	"github.com/flambeau-ml/flambeau/graph"
)

// polynomials are a family of orthogonal polynomials: the one of degree 0 is 1.
type polynomials struct {
	first func(x *graph.Value) *graph.Value          // that of degree 1
	next  func(x, q, p, k *graph.Value) *graph.Value // that of degree k + 1, of those of degrees k and k − 1
	// known is what needs no steps of degree n, and where. n is a float, and even says whether it is.
	known func(x, n, even *graph.Value) (y, where *graph.Value)

	steps looped
}

// newPolynomials is a family with its steps: stays are x and the degree that is wanted, carried are k, and the
// polynomials of degrees k and k − 1.
func newPolynomials(name string, p *polynomials) *polynomials {
	p.steps.name = name
	p.steps.test = func(s, c []*graph.Value) *graph.Value { return c[0].Lt(s[1]).And(c[1].Eq(c[1])) }
	p.steps.step = func(s, c []*graph.Value) []*graph.Value {
		x, degree, k, q, before := s[0], s[1], c[0], c[1], c[2]
		on := k.Lt(degree)
		return []*graph.Value{k.Shift(1), on.Where(p.next(x, q, before, k.Cast(x.DType)), q), on.Where(q, before)}
	}
	return p
}

func (p *polynomials) of(x, n *graph.Value) *graph.Value {
	d := floatType(resultType(x, n))
	if d.IsComplex() {
		graph.Fail(p.steps.name, "takes real numbers, not %s and %s", x.Type, n.Type)
	}
	return broadcasting(p.steps.name, func(v []*graph.Value) *graph.Value {
		x, n := v[0], v[1]
		none := n.Like(0)
		y, known := p.known(x, n.Cast(x.DType), n.Rem(n.Like(2)).Eq(none))
		steps := known.Where(none, n)
		c := p.steps.run([]*graph.Value{x, steps}, []*graph.Value{none.Like(1), p.first(x), x.Like(1).Expand(x.Shape...)})
		out := known.Where(y, n.Eq(none).Where(x.Like(1), c[1]))
		return n.Lt(none).Where(x.Like(0), out)
	}, x.Cast(wide(d)), n.Cast(graph.Int64)).Cast(d)
}

// sloped says of a family that is next made of 2x·q − p.
func sloped(x, q, p, _ *graph.Value) *graph.Value { return x.Scale(2).Mul(q).Sub(p) }

// chosen is 1 where c is true, else −1, times x.
func chosen(c, x *graph.Value) *graph.Value { return c.Where(x, x.Neg()) }

// chebyshevPolynomials are those of one of four kinds. Inside of −1 and 1 high degrees have a formula: at has
// its value for the angle that x is the cosine of, and edge that at 1 or −1.
func chebyshevPolynomials(name string, from float64, first unaryBody, edge func(right, n, even *graph.Value) *graph.Value, at func(angle, n *graph.Value) *graph.Value) *polynomials {
	return newPolynomials(name, &polynomials{first: first, next: sloped, known: func(x, n, even *graph.Value) (y, where *graph.Value) {
		one := x.Like(1)
		border, inside := x.Abs().Eq(one), x.Abs().Lt(one).And(n.Gt(n.Like(from)))
		angle := inside.Where(x, x.Like(0)).Acos()
		return border.Where(edge(x.Gt(x.Like(0)), n, even), at(angle, n)), border.Or(inside)
	}})
}

func twice(x *graph.Value) *graph.Value { return x.Scale(2) }

func edgeT(right, n, even *graph.Value) *graph.Value { return chosen(right.Or(even), n.Like(1)) }
func edgeU(right, n, even *graph.Value) *graph.Value { return chosen(right.Or(even), n.Shift(1)) }
func edgeV(right, n, even *graph.Value) *graph.Value {
	return right.Where(n.Like(1), chosen(even, n.Scale(2).Shift(1)))
}
func edgeW(right, n, even *graph.Value) *graph.Value {
	return right.Where(n.Scale(2).Shift(1), chosen(even, n.Like(1)))
}

func angleT(a, n *graph.Value) *graph.Value { return n.Mul(a).Cos() }
func angleU(a, n *graph.Value) *graph.Value { return n.Shift(1).Mul(a).Sin().Div(a.Sin()) }
func angleV(a, n *graph.Value) *graph.Value {
	return n.Shift(0.5).Mul(a).Cos().Div(a.Scale(0.5).Cos())
}
func angleW(a, n *graph.Value) *graph.Value {
	return n.Shift(0.5).Mul(a).Sin().Div(a.Scale(0.5).Sin())
}

func firstV(x *graph.Value) *graph.Value { return x.Scale(2).Shift(-1) }
func firstW(x *graph.Value) *graph.Value { return x.Scale(2).Shift(1) }

// hermiteLimit is the degree beyond which Hermite polynomials are NaN: they would be infinite soon.
func hermiteLimit(x, n, _ *graph.Value) (y, where *graph.Value) {
	limit := 128.0
	if x.DType == graph.Float64 {
		limit = 512
	}
	return x.Like(math.NaN()), n.Gt(n.Like(limit))
}

func identity(x *graph.Value) *graph.Value { return x }

type degreeBody = func(x *graph.Value, n graph.Scalar) *graph.Value
type atNumberBody = func(x graph.Scalar, n *graph.Value) *graph.Value

// family defines the operators of a family: of tensors, and of a tensor and a number. inner is applied to x before.
func family(name, doc string, inner unaryBody, p *polynomials) (tensors Operator[binaryBody], number Operator[atNumberBody], degree Operator[degreeBody]) {
	op := "special_" + name
	f := func(x, n *graph.Value) *graph.Value {
		d := floatType(resultType(x, n))
		return p.of(inner(x.Cast(wide(d))), n).Cast(d)
	}
	doc += " of the degrees n at x."
	return define(Op{
			Schema: op + "(Tensor x, Tensor n) -> Tensor", Doc: doc, Out: true,
			Samples: func(r *rand.Rand) []Sample {
				return []Sample{call(f32(r, 3, 4), below(r, 12, 4)), call(graph.Uniform(r, graph.Float64, -1, 1, 9), below(r, 12, 9)), call(f32(r, 4), f32(r, 4))}
			},
		}, f), define(Op{
			Schema: op + ".x_scalar(Scalar x, Tensor n) -> Tensor", Method: "-", Doc: doc, Samples: func(r *rand.Rand) []Sample { return []Sample{call(0.3, below(r, 9, 4))} },
		}, func(x graph.Scalar, n *graph.Value) *graph.Value { return f(numberLike(n, scalarDType(x), x), n) }), define(Op{
			Schema: op + ".n_scalar(Tensor x, Scalar n) -> Tensor", Method: GoWord(op) + "Scalar", Doc: doc, Samples: func(r *rand.Rand) []Sample { return []Sample{call(f32(r, 4), 5)} },
		}, func(x *graph.Value, n graph.Scalar) *graph.Value { return f(x, numberLike(x, scalarDType(n), n)) })
}

// Orthogonal polynomials. Those of negative degrees are 0.
var (
	SpecialChebyshevPolynomialT, SpecialChebyshevPolynomialTAt, SpecialChebyshevPolynomialTScalar = family("chebyshev_polynomial_t", "The Chebyshev polynomials of the first kind", identity,
		chebyshevPolynomials("chebyshev_t", 6, identity, edgeT, angleT))
	SpecialChebyshevPolynomialU, SpecialChebyshevPolynomialUAt, SpecialChebyshevPolynomialUScalar = family("chebyshev_polynomial_u", "The Chebyshev polynomials of the second kind", identity,
		chebyshevPolynomials("chebyshev_u", 8, twice, edgeU, angleU))
	SpecialChebyshevPolynomialV, SpecialChebyshevPolynomialVAt, SpecialChebyshevPolynomialVScalar = family("chebyshev_polynomial_v", "The Chebyshev polynomials of the third kind", identity,
		chebyshevPolynomials("chebyshev_v", 8, firstV, edgeV, angleV))
	SpecialChebyshevPolynomialW, SpecialChebyshevPolynomialWAt, SpecialChebyshevPolynomialWScalar = family("chebyshev_polynomial_w", "The Chebyshev polynomials of the fourth kind", identity,
		chebyshevPolynomials("chebyshev_w", 8, firstW, edgeW, angleW))

	SpecialShiftedChebyshevPolynomialT, SpecialShiftedChebyshevPolynomialTAt, SpecialShiftedChebyshevPolynomialTScalar = family("shifted_chebyshev_polynomial_t", "The Chebyshev polynomials of the first kind, shifted to 0 and 1,", firstV,
		chebyshevPolynomials("shifted_chebyshev_t", 6, identity, edgeT, angleT))
	SpecialShiftedChebyshevPolynomialU, SpecialShiftedChebyshevPolynomialUAt, SpecialShiftedChebyshevPolynomialUScalar = family("shifted_chebyshev_polynomial_u", "The Chebyshev polynomials of the second kind, shifted to 0 and 1,", firstV,
		chebyshevPolynomials("shifted_chebyshev_u", 6, twice, edgeU, angleU))
	SpecialShiftedChebyshevPolynomialV, SpecialShiftedChebyshevPolynomialVAt, SpecialShiftedChebyshevPolynomialVScalar = family("shifted_chebyshev_polynomial_v", "The Chebyshev polynomials of the third kind, shifted to 0 and 1,", firstV,
		chebyshevPolynomials("shifted_chebyshev_v", 6, firstV, edgeV, angleV))
	SpecialShiftedChebyshevPolynomialW, SpecialShiftedChebyshevPolynomialWAt, SpecialShiftedChebyshevPolynomialWScalar = family("shifted_chebyshev_polynomial_w", "The Chebyshev polynomials of the fourth kind, shifted to 0 and 1,", firstV,
		chebyshevPolynomials("shifted_chebyshev_w", 4, firstW, edgeW, angleW))

	SpecialHermitePolynomialH, SpecialHermitePolynomialHAt, SpecialHermitePolynomialHScalar = family("hermite_polynomial_h", "The Hermite polynomials of physics", identity,
		newPolynomials("hermite_h", &polynomials{first: twice, known: hermiteLimit, next: func(x, q, p, k *graph.Value) *graph.Value {
			return x.Mul(q).Sub(k.Mul(p)).Scale(2)
		}}))
	SpecialHermitePolynomialHe, SpecialHermitePolynomialHeAt, SpecialHermitePolynomialHeScalar = family("hermite_polynomial_he", "The Hermite polynomials of statistics", identity,
		newPolynomials("hermite_he", &polynomials{first: identity, known: hermiteLimit, next: func(x, q, p, k *graph.Value) *graph.Value {
			return x.Mul(q).Sub(k.Mul(p))
		}}))
	SpecialLaguerrePolynomialL, SpecialLaguerrePolynomialLAt, SpecialLaguerrePolynomialLScalar = family("laguerre_polynomial_l", "The Laguerre polynomials", identity,
		newPolynomials("laguerre", &polynomials{
			first: func(x *graph.Value) *graph.Value { return x.Neg().Shift(1) },
			known: func(x, _, _ *graph.Value) (y, where *graph.Value) { return x.Like(1), x.Eq(x.Like(0)) },
			next: func(x, q, p, k *graph.Value) *graph.Value {
				return k.Scale(2).Shift(1).Sub(x).Mul(q).Sub(k.Mul(p)).Div(k.Shift(1))
			},
		}))
	SpecialLegendrePolynomialP, SpecialLegendrePolynomialPAt, SpecialLegendrePolynomialPScalar = family("legendre_polynomial_p", "The Legendre polynomials", identity,
		newPolynomials("legendre", &polynomials{
			first: identity,
			known: func(x, n, even *graph.Value) (y, where *graph.Value) {
				return edgeT(x.Gt(x.Like(0)), n, even), x.Abs().Eq(x.Like(1))
			},
			next: func(x, q, p, k *graph.Value) *graph.Value {
				return k.Scale(2).Shift(1).Mul(x).Mul(q).Sub(k.Mul(p)).Div(k.Shift(1))
			},
		}))
)
