package ops

import (
	"fmt"
	"math/rand/v2"

	"github.com/flambeau-ml/flambeau/graph"
	"github.com/flambeau-ml/flambeau/ops/internal/linalg"
)

// svdHost decomposes matrices of m rows of n, m ≥ n: its result is U, m rows of n, under it V, n by n, and under that a
// row of the singular values.
var svdHost = &graph.Host{
	Name: "svd", Leading: true, Eval: eval(svdEval[float64], svdEval[complex128]),
	Infer: func(_ *graph.Solver, in []graph.Type) ([]graph.Type, error) {
		n := len(in[0].Shape)
		m, k := in[0].Shape[n-2], in[0].Shape[n-1]
		return []graph.Type{withSizes(in[0], 2, m.Add(k).Add(graph.N(1)), k)}, nil
	},
}

func init() { svdHost.JVP = svdTangent }

func svdEval[T linalg.Scalar](in, out []*graph.Array) error {
	a, y := numbers[T](in[0]), numbers[T](out[0])
	m, n := sides(in[0])
	if m < n {
		return fmt.Errorf("takes matrices with at least as many rows as columns, not %d rows of %d", m, n)
	}
	work, values := make([]T, m*n), make([]float64, n)
	for i := range members(in[0], 2) {
		copy(work, member(a, i, m*n))
		packed := member(y, i, (m+n+1)*n)
		if err := linalg.SVD(work, m, n, packed[:m*n], values, packed[m*n:(m+n)*n]); err != nil {
			return err
		}
		reals(packed[(m+n)*n:], values)
	}
	return nil
}

// singular are the parts of a decomposition A = U·diag(s)·Vᴴ.
type singular struct {
	u, s, v *graph.Value
	packed  *graph.Value // of a, which is as high as wide at least
	a       *graph.Value
	wide    bool // a is the adjoint of the matrix that was given
}

func singularParts(packed *graph.Value) (u, s, v *graph.Value) {
	n := lastSize(packed, 1)
	m := lastSize(packed, 2).Sub(n).Sub(graph.N(1))
	return cut(packed, 2, graph.N(0), m), realPart(rowAt(packed, m.Add(n))), cut(packed, 2, m, n)
}

func decomposed(op string, a *graph.Value) singular {
	needMatrices(op, a)
	d := singular{a: a}
	if noMore(op, a) && !lastSize(a, 1).Equal(lastSize(a, 2)) {
		d.a, d.wide = mH(a), true
	}
	d.packed = hostCall(svdHost, d.a)
	if d.u, d.s, d.v = singularParts(d.packed); d.wide {
		d.u, d.v = d.v, d.u
	}
	return d
}

// svdTangent: with X = Uᴴ·dA·V, the values move by the diagonal of X; U moves by U·Ω and what of dA·V/s is orthogonal to
// it, V by V·Ω', where Ω and Ω' are the skew matrices for which X = Ω·S + dS − S·Ω'. Of complex ones the diagonals are
// not determined: they take half of it each.
func svdTangent(out *graph.Value, tan []*graph.Value) *graph.Value {
	u, s, v := singularParts(out)
	dav := mm(tan[0], v)
	x := mm(mH(u), dav)
	c := s.Cast(out.DType)
	row, column := c.Unsqueeze(c.Rank()-1), c.Unsqueeze(c.Rank())
	n := lastSize(x, 1)
	squares := row.Sub(column).Mul(row.Add(column))
	squares = onDiagonals(x.Home, n, n, 0).Where(squares.Like(1), squares)
	skew := func(y *graph.Value) *graph.Value { return withoutDiagonal(y.Add(mH(y)).Div(squares)) }
	left, right := skew(x.Mul(row)), skew(x.Mul(column))
	if out.DType.IsComplex() {
		im := mainDiagonal(x).Imag().Div(s.Scale(2))
		half := diagEmbed(im.Like(0).Complex(im), 0, -2, -1)
		left, right = left.Add(half), right.Sub(half)
	}
	du := mm(u, left)
	if !lastSize(u, 2).Equal(n) {
		y := dav.Div(row)
		du = du.Add(y.Sub(mm(u, mm(mH(u), y))))
	}
	ds := realPart(mainDiagonal(x)).Cast(out.DType)
	return under(du, mm(v, right), ds.Unsqueeze(ds.Rank()-1))
}

// svdvalsHost has the operands A, what svdHost made of it, and the values, whose derivative is there where values
// coincide.
var svdvalsHost = derivative("svdvals", func(out *graph.Value, tan []*graph.Value) *graph.Value {
	if tan[0] == nil {
		return nil
	}
	u, _, v := singularParts(out.Args[1])
	return realPart(u.Conj().Mul(mm(tan[0], v)).ReduceSum(u.Rank() - 2))
})

func svdvals(op string, a *graph.Value) *graph.Value {
	d := decomposed(op, a)
	return hostCall(svdvalsHost, d.a, d.packed, d.s.Stop())
}

// svd gives U, the values, and V; with full, U and V are square.
func svd(op string, a *graph.Value, full bool) (u, s, v *graph.Value) {
	d := decomposed(op, a)
	square := func(q *graph.Value) *graph.Value {
		if full && !lastSize(q, 1).Equal(lastSize(q, 2)) {
			return beside(q, hostCall(complementHost, q.Stop()))
		}
		return q
	}
	return square(d.u), d.s, square(d.v)
}

// pinvHost has the operands A and its pseudoinverse.
var pinvHost = derivative("pinv", func(p *graph.Value, tan []*graph.Value) *graph.Value {
	a, da := p.Args[0], tan[0]
	if da == nil {
		return nil
	}
	h, ph := mH(da), mH(p)
	d := mm(p, mm(da, p)).Neg()
	x := mm(h, mm(ph, p))
	d = d.Add(x.Sub(mm(p, mm(a, x))))
	y := mm(mm(p, ph), h)
	return d.Add(y.Sub(mm(mm(y, a), p)))
})

// threshold is what singular values must exceed to count: the larger of atol and rtol times the largest value.
func threshold(a, values *graph.Value, atol, rtol *float64) *graph.Value {
	largest := values.Amax(values.Rank() - 1)
	switch {
	case rtol != nil:
		largest = largest.Mul(givenLike(values, *rtol))
	case atol != nil && *atol > 0:
		largest = largest.Mul(largest.Like(0))
	default:
		eps := 0x1p-23
		if values.DType == graph.Float64 {
			eps = 0x1p-52
		}
		size := func(i int) *graph.Value { return graph.NewSize(a.Home, values.DType, lastSize(a, i)) }
		largest = largest.Mul(size(1).Max(size(2)).Scale(eps))
	}
	if atol != nil {
		largest = largest.Max(givenLike(values, *atol))
	}
	return largest
}

// pinv leaves out the directions whose singular values are below the threshold.
func pinv(op string, a *graph.Value, atol, rtol *float64, hermitian bool) *graph.Value {
	needMatrices(op, a)
	if lastSize(a, 1).Is(0) || lastSize(a, 2).Is(0) {
		return mH(a)
	}
	var u, s, v *graph.Value
	if hermitian {
		s, v = eigh(op, a.Stop(), "L")
		u = v
	} else {
		d := decomposed(op, a.Stop())
		u, s, v = d.u, d.s, d.v
	}
	size := s.Abs()
	counts := threshold(a, size, atol, rtol).Lt(size)
	inverse := counts.Where(reciprocal(counts.Where(s, s.Like(1))), s.Like(0))
	return hostCall(pinvHost, a, mm(overColumns(v, inverse), mH(u)))
}

func matrixRank(op string, a *graph.Value, atol, rtol *float64, hermitian bool) *graph.Value {
	needMatrices(op, a)
	var s *graph.Value
	if hermitian {
		s, _ = eigh(op, a.Stop(), "L")
		s = s.Abs()
	} else {
		s = decomposed(op, a.Stop()).s
	}
	if lastSize(s, 1).Is(0) {
		return graph.Zeros(a.Home, graph.Type{DType: graph.Int64, Shape: a.Shape[:a.Rank()-2]})
	}
	return threshold(a, s, atol, rtol).Lt(s).Cast(graph.Int64).ReduceSum(s.Rank() - 1)
}

// polarHost has the operands A, its decomposition, and the unitary factor.
var polarHost = derivative("polar", func(u *graph.Value, tan []*graph.Value) *graph.Value {
	if tan[0] == nil {
		return nil
	}
	_, s, v := singularParts(u.Args[1])
	c := s.Cast(u.DType)
	sums := c.Unsqueeze(c.Rank() - 1).Add(c.Unsqueeze(c.Rank()))
	x := mm(mH(u), tan[0])
	k := mm(v, mm(mm(mH(v), mm(x.Sub(mH(x)), v)).Div(sums), mH(v))) // K·P + P·K = Uᴴ·dA − dAᴴ·U
	du := mm(u, k)
	if !lastSize(u, 2).Equal(lastSize(u, 1)) {
		rest := tan[0].Sub(mm(u, x))
		du = du.Add(mm(mm(rest, v).Div(c.Unsqueeze(c.Rank()-1)), mH(v)))
	}
	return du
})

// polarFactors are orthonormal columns U and positive P, Hermitian, of which A is the product.
func polarFactors(op string, a *graph.Value) (u, p *graph.Value) {
	d := decomposed(op, a)
	if d.wide {
		graph.Fail(op, "takes matrices with at least as many rows as columns, not %s", a.Type)
	}
	u = hostCall(polarHost, a, d.packed, mm(d.u, mH(d.v)).Stop())
	p = mm(mH(u), a)
	return u, p.Add(mH(p)).Scale(0.5)
}

// Singular values.
var (
	SVD = define(Op{
		Schema: "linalg_svd(Tensor A, bool full_matrices=True, *, str? driver=None) -> (Tensor U, Tensor S, Tensor Vh)", Method: "SVD", Doc: "Matrices as products U·diag(S)·Vh of orthonormal columns, values, descending, and orthonormal rows.",
		Samples: withKwargs(anyMatrixSamples, "full_matrices", true, false),
	}, func(a *graph.Value, full bool, _ string) (u, s, vh *graph.Value) {
		u, s, v := svd("linalg_svd", a, full)
		return u, s, mH(v)
	})
	SVDOld = define(Op{
		Schema: "svd(Tensor self, bool some=True, bool compute_uv=True) -> (Tensor U, Tensor S, Tensor V)", Method: "-", Doc: "Matrices as products U·diag(S)·Vᴴ of orthonormal columns, values, descending, and orthonormal rows.",
		Samples: anyMatrixSamples,
	}, func(a *graph.Value, some, vectors bool) (u, s, v *graph.Value) {
		if vectors {
			return svd("svd", a, !some)
		}
		s = svdvals("svd", a)
		m, n := lastSize(a, 2), lastSize(a, 1)
		return zerosOf(a, m, m), s, zerosOf(a, n, n)
	})
	SVDVals = define(Op{
		Schema: "linalg_svdvals(Tensor A, *, str? driver=None) -> Tensor", Method: "SVDVals", Doc: "The singular values of matrices, descending.", Samples: anyMatrixSamples,
	}, func(a *graph.Value, _ string) *graph.Value { return svdvals("linalg_svdvals", a) })
	Pinv = define(Op{
		Schema: "linalg_pinv.atol_rtol_float(Tensor self, *, float? atol=None, float? rtol=None, bool hermitian=False) -> Tensor", Method: "Pinv", Doc: "The pseudoinverses of matrices.", Samples: func(r *rand.Rand) []Sample {
			return append(anyMatrixSamples(r), call(regular(r, graph.Float64, 3, 3)).kw("hermitian", true), call(f32(r, 4, 2)).kw("atol", 0.1).concrete())
		},
	}, func(a *graph.Value, atol, rtol *float64, hermitian bool) *graph.Value {
		return pinv("linalg_pinv", a, atol, rtol, hermitian)
	})
	Pinverse = define(Op{
		Schema: "pinverse(Tensor self, float rcond=1e-15) -> Tensor", Method: "-", Doc: "The pseudoinverses of matrices.", Samples: tallSamples,
	}, func(a *graph.Value, rcond float64) *graph.Value { return pinv("pinverse", a, nil, &rcond, false) })
	MatrixRank = define(Op{
		Schema: "linalg_matrix_rank.atol_rtol_float(Tensor self, *, float? atol=None, float? rtol=None, bool hermitian=False) -> Tensor", Method: "MatrixRank", Doc: "How many singular values of matrices are not 0 but for rounding.", Samples: anyMatrixSamples,
	}, func(a *graph.Value, atol, rtol *float64, hermitian bool) *graph.Value {
		return matrixRank("linalg_matrix_rank", a, atol, rtol, hermitian)
	})
	PolarFactors = define(Op{
		Schema: "linalg_polar(Tensor A) -> (Tensor U, Tensor P)", Method: "PolarFactors", Doc: "Matrices as products of orthonormal columns U and positive P.", Samples: tallSamples,
	}, func(a *graph.Value) (u, p *graph.Value) { return polarFactors("linalg_polar", a) })
)
