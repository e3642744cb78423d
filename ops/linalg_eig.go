package ops

import (
	"math/rand/v2"

	"github.com/flambeau-ml/flambeau/graph"
	"github.com/flambeau-ml/flambeau/ops/internal/linalg"
)

// eighHosts give eigenvectors, as columns, and under them a row of the eigenvalues, of Hermitian matrices of which they
// read the lower or the upper triangle; eigHost does so of any complex matrices.
var (
	eighHosts = map[bool]*graph.Host{}
	eigHost   = &graph.Host{Name: "eig", Leading: true, Infer: inferEig, Eval: eval(nil, eigEval)}
)

// eigvalshHost and eigvalsHost have the operands A, what eighHosts or eigHost made of it, and the eigenvalues, whose
// derivatives are those of these alone: they are there where eigenvalues coincide.
var (
	eigvalshHost = derivative("eigvalsh", func(out *graph.Value, tan []*graph.Value) *graph.Value {
		if tan[0] == nil {
			return nil
		}
		v, _ := eigenParts(out.Args[1])
		return realPart(v.Conj().Mul(mm(tan[0], v)).ReduceSum(v.Rank() - 2))
	})
	eigvalsHost = derivative("eigvals", func(out *graph.Value, tan []*graph.Value) *graph.Value {
		if tan[0] == nil {
			return nil
		}
		v, _ := eigenParts(out.Args[1])
		return mainDiagonal(newSolver(v).solve(mm(tan[0], v)))
	})
)

func init() {
	for _, upper := range []bool{false, true} {
		eighHosts[upper] = &graph.Host{
			Name: "eigh", Leading: true, Infer: inferEig, JVP: eighTangent,
			Eval: eval(eighEval[float64](upper), eighEval[complex128](upper)),
		}
	}
	eigHost.JVP = eigTangent
}

func inferEig(s *graph.Solver, in []graph.Type) ([]graph.Type, error) {
	if _, err := inferSquare(s, in); err != nil {
		return nil, err
	}
	n := in[0].Shape[len(in[0].Shape)-1]
	return []graph.Type{withSizes(in[0], 2, n.Add(graph.N(1)), n)}, nil
}

func eighEval[T linalg.Scalar](upper bool) evalFunc {
	return func(in, out []*graph.Array) error {
		a, y := numbers[T](in[0]), numbers[T](out[0])
		n, _ := sides(in[0])
		values := make([]float64, n)
		for i := range members(in[0], 2) {
			packed := member(y, i, (n+1)*n)
			copy(packed, member(a, i, n*n))
			if err := linalg.Eigh(packed[:n*n], n, upper, values); err != nil {
				return err
			}
			reals(packed[n*n:], values)
		}
		return nil
	}
}

// reals writes real numbers to x.
func reals[T linalg.Scalar](x []T, values []float64) {
	for i, v := range values {
		switch p := any(&x[i]).(type) {
		case *float64:
			*p = v
		case *complex128:
			*p = complex(v, 0)
		}
	}
}

func eigEval(in, out []*graph.Array) error {
	n, _ := sides(in[0])
	work := make([]complex128, n*n)
	for i := range members(in[0], 2) {
		packed := member(out[0].C, i, (n+1)*n)
		copy(work, member(in[0].C, i, n*n))
		if whole, ok := allReal(work); ok {
			if err := linalg.EigReal(whole, n, packed[n*n:], packed[:n*n]); err != nil {
				return err
			}
			continue
		}
		if err := linalg.Eig(work, n, packed[n*n:], packed[:n*n]); err != nil {
			return err
		}
	}
	return nil
}

// allReal are the real parts of x, where there are no others.
func allReal(x []complex128) (parts []float64, ok bool) {
	parts = make([]float64, len(x))
	for i, c := range x {
		if imag(c) != 0 {
			return nil, false
		}
		parts[i] = real(c)
	}
	return parts, true
}

// eigenParts are the vectors and the values of what eighHosts and eigHost give.
func eigenParts(packed *graph.Value) (vectors, values *graph.Value) {
	n := lastSize(packed, 1)
	return cut(packed, 2, graph.N(0), n), rowAt(packed, n)
}

// gaps are the differences of each column's value from each row's, and 1 on the diagonal.
func gaps(values *graph.Value) *graph.Value {
	last := values.Rank()
	d := values.Unsqueeze(last - 1).Sub(values.Unsqueeze(last))
	n := lastSize(d, 1)
	return onDiagonals(d.Home, n, n, 0).Where(d.Like(1), d)
}

// eighTangent: with P = Vᴴ·dA·V, the values move by the diagonal of P, the vectors by V times P over the gaps.
func eighTangent(out *graph.Value, tan []*graph.Value) *graph.Value {
	v, l := eigenParts(out)
	p := mm(mH(v), mm(tan[0], v))
	dl := realPart(mainDiagonal(p)).Cast(out.DType)
	dv := mm(v, withoutDiagonal(p.Div(gaps(l))))
	return under(dv, dl.Unsqueeze(dl.Rank()-1))
}

// eigTangent is eighTangent with V⁻¹ in the place of Vᴴ; columns keep the norm 1.
func eigTangent(out *graph.Value, tan []*graph.Value) *graph.Value {
	v, l := eigenParts(out)
	p := newSolver(v).solve(mm(tan[0], v))
	dl := mainDiagonal(p)
	dv := mm(v, withoutDiagonal(p.Div(gaps(l))))
	longer := v.Conj().Mul(dv).ReduceSum(v.Rank() - 2).Real()
	dv = dv.Sub(overColumns(v, longer))
	return under(dv, dl.Unsqueeze(dl.Rank()-1))
}

// ofTriangle reports whether the upper triangle is to be read.
func ofTriangle(op, uplo string) bool {
	switch uplo {
	case "L", "l":
		return false
	case "U", "u":
		return true
	}
	graph.Fail(op, "UPLO must be L or U, not %q", uplo)
	return false
}

func eigh(op string, a *graph.Value, uplo string) (values, vectors *graph.Value) {
	needSquare(op, a)
	v, l := eigenParts(hostCall(eighHosts[ofTriangle(op, uplo)], a))
	return realPart(l), v
}

func eigvalsh(op string, a *graph.Value, uplo string) *graph.Value {
	needSquare(op, a)
	packed := hostCall(eighHosts[ofTriangle(op, uplo)], a)
	_, l := eigenParts(packed.Stop())
	return hostCall(eigvalshHost, a, packed, realPart(l))
}

func eig(op string, a *graph.Value) (values, vectors *graph.Value) {
	needSquare(op, a)
	v, l := eigenParts(hostCall(eigHost, a.Cast(graph.ComplexType(a.DType))))
	return l, v
}

func eigvals(op string, a *graph.Value) *graph.Value {
	needSquare(op, a)
	a = a.Cast(graph.ComplexType(a.DType))
	packed := hostCall(eigHost, a)
	_, l := eigenParts(packed.Stop())
	return hostCall(eigvalsHost, a, packed, l)
}

// sqrtHost has the operands A, what eighHosts made of it, and the root R, whose derivative solves
// R·dR + dR·R = dA; dA counts by its Hermitian part.
var sqrtHost = derivative("matrix_sqrth", func(out *graph.Value, tan []*graph.Value) *graph.Value {
	if tan[0] == nil {
		return nil
	}
	v, l := eigenParts(out.Args[1])
	root := notNegative(realPart(l)).Sqrt().Cast(v.DType)
	sums := root.Unsqueeze(root.Rank() - 1).Add(root.Unsqueeze(root.Rank()))
	da := tan[0].Add(mH(tan[0])).Scale(0.5)
	return mm(v, mm(mm(mH(v), mm(da, v)).Div(sums), mH(v)))
})

func notNegative(x *graph.Value) *graph.Value { return x.Max(x.Like(0)) }

func matrixSqrt(op string, a *graph.Value) *graph.Value {
	needSquare(op, a)
	packed := hostCall(eighHosts[false], a)
	v, l := eigenParts(packed.Stop())
	root := mm(overColumns(v, notNegative(realPart(l)).Sqrt()), mH(v))
	return hostCall(sqrtHost, a, packed, root)
}

func triangleNameSamples(r *rand.Rand) []Sample {
	return append(squareSamples(r), call(regular(r, graph.Float64, 3, 3), "U"))
}

// Eigenvalues.
var (
	Eigh = define(Op{
		Schema: "linalg_eigh(Tensor self, str UPLO='L') -> (Tensor eigenvalues, Tensor eigenvectors)", Method: "Eigh", Doc: "The eigenvalues of Hermitian matrices, ascending, and the eigenvectors, as columns.", Samples: triangleNameSamples,
	}, func(a *graph.Value, uplo string) (values, vectors *graph.Value) { return eigh("linalg_eigh", a, uplo) })
	Eigvalsh = define(Op{
		Schema: "linalg_eigvalsh(Tensor self, str UPLO='L') -> Tensor", Method: "Eigvalsh", Doc: "The eigenvalues of Hermitian matrices, ascending.", Samples: triangleNameSamples,
	}, func(a *graph.Value, uplo string) *graph.Value { return eigvalsh("linalg_eigvalsh", a, uplo) })
	Eig = define(Op{
		Schema: "linalg_eig(Tensor self) -> (Tensor eigenvalues, Tensor eigenvectors)", Method: "Eig", Doc: "The complex eigenvalues of matrices, and the eigenvectors, as columns.", Samples: squareSamples,
	}, func(a *graph.Value) (values, vectors *graph.Value) { return eig("linalg_eig", a) })
	Eigvals = define(Op{
		Schema: "linalg_eigvals(Tensor self) -> Tensor", Method: "Eigvals", Doc: "The complex eigenvalues of matrices.", Samples: squareSamples,
	}, func(a *graph.Value) *graph.Value { return eigvals("linalg_eigvals", a) })
	MatrixSqrtH = define(Op{
		Schema: "linalg_matrix_sqrth(Tensor self) -> Tensor", Method: "MatrixSqrtH", Doc: "The positive roots of positive matrices, which are Hermitian.", Samples: squareSamples,
	}, func(a *graph.Value) *graph.Value { return matrixSqrt("linalg_matrix_sqrth", a) })
)
