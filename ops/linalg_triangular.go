package ops

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/flambeau-ml/flambeau/graph"
	"github.com/flambeau-ml/flambeau/ops/internal/linalg"
)

// triangular is the form of a triangular matrix: with unit, its diagonal is taken for ones.
type triangular struct{ upper, unit bool }

// triangularHosts solve A·X = B for A of each form.
var triangularHosts = map[triangular]*graph.Host{}

func init() {
	for _, f := range []triangular{{false, false}, {false, true}, {true, false}, {true, true}} {
		triangularHosts[f] = &graph.Host{
			Name: "solve_triangular", Leading: true, Linear: []bool{false, true}, Infer: inferSolution,
			Eval: eval(solveTriangularEval[float64](f), solveTriangularEval[complex128](f)),
			JVP: func(out *graph.Value, tan []*graph.Value) *graph.Value {
				a, db := out.Args[0], tan[1]
				if da := tan[0]; da != nil {
					db = less(db, mm(f.part(da), out))
				}
				return f.solve(a, db)
			},
			Transpose: func(v *graph.Value, _ int, ct *graph.Value) *graph.Value {
				return f.adjoint().solve(mH(v.Args[0]), ct)
			},
		}
	}
	choleskyHost.JVP, choleskyExHost.JVP = choleskyTangent, choleskyTangent
	choleskySolveHost.JVP = func(out *graph.Value, tan []*graph.Value) *graph.Value {
		l, db := out.Args[0], tan[1]
		if dl := tan[0]; dl != nil {
			da := mm(dl, mH(part(l, 0, true)))
			db = less(db, mm(da.Add(mH(da)), out))
		}
		return hostCall(choleskySolveHost, l, db)
	}
	choleskySolveHost.Transpose = func(v *graph.Value, _ int, ct *graph.Value) *graph.Value {
		return hostCall(choleskySolveHost, v.Args[0], ct)
	}
}

// less is x − y, where x may be absent.
func less(x, y *graph.Value) *graph.Value {
	if x == nil {
		return y.Neg()
	}
	return x.Sub(y)
}

// solve is the solution X of A·X = B.
func (f triangular) solve(a, b *graph.Value) *graph.Value { return hostCall(triangularHosts[f], a, b) }

// solveRight is the solution X of X·A = B.
func (f triangular) solveRight(a, b *graph.Value) *graph.Value {
	return mT(f.adjoint().solve(mT(a), mT(b)))
}

// adjoint is the form of the transpose.
func (f triangular) adjoint() triangular { return triangular{!f.upper, f.unit} }

// part is what of a the form reads.
func (f triangular) part(a *graph.Value) *graph.Value {
	diagonal := 0
	switch {
	case f.unit && f.upper:
		diagonal = 1
	case f.unit:
		diagonal = -1
	}
	return part(a, diagonal, !f.upper)
}

// part keeps a triangle of matrices, from a diagonal on.
func part(x *graph.Value, diagonal int, lower bool) *graph.Value {
	t := graph.Type{DType: graph.Int64, Shape: x.Shape[x.Rank()-2:]}
	row, col := graph.NewIota(x.Home, t, 0).Shift(float64(diagonal)), graph.NewIota(x.Home, t, 1)
	keep := row.Le(col)
	if lower {
		keep = col.Le(row)
	}
	return keep.Where(x, x.Like(0))
}

// inferSolution is the type rule of A·X = B, the last operand being B: X is of its type.
func inferSolution(s *graph.Solver, in []graph.Type) ([]graph.Type, error) {
	b := in[len(in)-1]
	for _, a := range in[:len(in)-1] {
		n := len(a.Shape)
		if n < 2 || n != len(b.Shape) || a.DType != b.DType || !s.Same(a.Shape[n-2], b.Shape[n-2]) || !s.SameShape(a.Shape[:n-2], b.Shape[:n-2]) {
			return nil, fmt.Errorf("the system %s does not fit the right side %s", a, b)
		}
	}
	return in[len(in)-1:], nil
}

func solveTriangularEval[T linalg.Scalar](f triangular) evalFunc {
	return func(in, out []*graph.Array) error {
		a, b, x := numbers[T](in[0]), numbers[T](in[1]), numbers[T](out[0])
		n, k := sides(in[1])
		copy(x, b)
		for i := range members(in[0], 2) {
			linalg.SolveTriangular(member(a, i, n*n), n, member(x, i, n*k), k, f.upper, f.unit)
		}
		return nil
	}
}

// system brings a, square matrices, and b to common leading sizes; b must have as many rows, or columns where it stands
// on the left.
func system(op string, a, b *graph.Value, left bool) (*graph.Value, *graph.Value) {
	needSquare(op, a)
	needMatrices(op, b)
	if a.DType != b.DType {
		graph.Fail(op, "the dtypes of %s and %s differ", a.Type, b.Type)
	}
	fromEnd := 1
	if left {
		fromEnd = 2
	}
	s := a.Home.Solver()
	lead, ok := graph.BroadcastShapes(s, a.Shape[:a.Rank()-2], b.Shape[:b.Rank()-2])
	if !ok || !s.Same(lastSize(a, 1), lastSize(b, fromEnd)) {
		graph.Fail(op, "the system %s does not fit the right side %s", a.Type, b.Type)
	}
	grown := func(x *graph.Value) *graph.Value { return x.Expand(slices.Concat(lead, x.Shape[x.Rank()-2:])...) }
	return grown(a), grown(b)
}

func solveTriangular(op string, a, b *graph.Value, left bool, f triangular) *graph.Value {
	a, b = system(op, a, b, left)
	if left {
		return f.solve(a, b)
	}
	return f.solveRight(a, b)
}

// choleskyHost gives the lower factor of Hermitian matrices, of which it reads the lower triangle, and fails where there
// is none; choleskyExHost says so in a second result.
var (
	choleskyHost = &graph.Host{
		Name: "cholesky", Leading: true, Infer: inferSquare,
		Eval: eval(choleskyEval[float64], choleskyEval[complex128]),
	}
	choleskyExHost = &graph.Host{
		Name: "cholesky_ex", Leading: true,
		Infer: func(s *graph.Solver, in []graph.Type) ([]graph.Type, error) {
			ts, err := inferSquare(s, in)
			if err != nil {
				return nil, err
			}
			info := withSizes(in[0], 2)
			info.DType = graph.Int32
			return []graph.Type{ts[0], info}, nil
		},
		Eval: eval(choleskyEval[float64], choleskyEval[complex128]),
	}
)

// choleskySolveHost solves L·Lᴴ·X = B. Of L it reads the lower triangle, but its derivative is that by all elements of a
// matrix L, as PyTorch has it.
var choleskySolveHost = &graph.Host{
	Name: "cholesky_solve", Leading: true, Linear: []bool{false, true}, Infer: inferSolution,
	Eval: eval(choleskySolveEval[float64], choleskySolveEval[complex128]),
}

func choleskySolveEval[T linalg.Scalar](in, out []*graph.Array) error {
	l, x := numbers[T](in[0]), numbers[T](out[0])
	copy(x, numbers[T](in[1]))
	n, k := sides(in[1])
	h := make([]T, n*n)
	for i := range members(in[0], 2) {
		one, b := member(l, i, n*n), member(x, i, n*k)
		linalg.Adjoint(h, one, n, n)
		linalg.SolveTriangular(one, n, b, k, false, false)
		linalg.SolveTriangular(h, n, b, k, true, false)
	}
	return nil
}

func choleskyEval[T linalg.Scalar](in, out []*graph.Array) error {
	l := numbers[T](out[0])
	copy(l, numbers[T](in[0]))
	n, _ := sides(in[0])
	for i := range members(in[0], 2) {
		info := linalg.Cholesky(member(l, i, n*n), n)
		switch {
		case len(out) > 1:
			out[1].SetInt(i, int64(info))
		case info != 0:
			return fmt.Errorf("matrix %d of the batch is not positive definite: its leading minor of order %d is not positive", i, info)
		}
	}
	return nil
}

// choleskyTangent is dL = L·Φ(L⁻¹·dA·L⁻ᴴ), where Φ keeps the lower triangle and half the diagonal. dA counts by its
// Hermitian part.
func choleskyTangent(l *graph.Value, tan []*graph.Value) *graph.Value {
	lower := triangular{}
	da := tan[0].Add(mH(tan[0])).Scale(0.5)
	x := mH(lower.solve(l, mH(lower.solve(l, da))))
	n := lastSize(x, 1)
	half := part(x, 0, true).Sub(onDiagonals(x.Home, n, n, 0).Where(x.Scale(0.5), x.Like(0)))
	return mm(l, half)
}

// cholesky is the factor of x, and which minor is not positive where a check does not fail for it.
func cholesky(op string, x *graph.Value, upper, check bool) (factor, info *graph.Value) {
	needSquare(op, x)
	if upper {
		x = mH(x)
	}
	if check {
		factor = hostCall(choleskyHost, x)
		info = graph.Zeros(x.Home, graph.Type{DType: graph.Int32, Shape: x.Shape[:x.Rank()-2]})
	} else {
		factor, info = hostResult(choleskyExHost, 0, x), hostResult(choleskyExHost, 1, x)
	}
	if upper {
		factor = mH(factor)
	}
	return factor, info
}

// choleskySolve solves A·X = B given the factor of A.
func choleskySolve(op string, b, factor *graph.Value, upper bool) *graph.Value {
	factor, b = system(op, factor, b, true)
	if upper {
		factor = mH(factor)
	}
	return hostCall(choleskySolveHost, factor, b)
}

// regular are well-conditioned matrices, hermitian ones positive definite ones.
func regular(r *rand.Rand, d graph.DType, dims ...int) *graph.Array {
	a := graph.Uniform(r, d, -1, 1, dims...)
	n, rows := dims[len(dims)-1], dims[len(dims)-2]
	for i := range a.Len() {
		if row := i / n % rows; row == i%n && a.C == nil {
			a.SetFloat(i, a.F[i]+float64(n)+1)
		} else if row == i%n {
			a.SetComplex(i, complex(real(a.C[i])+float64(n)+1, 0))
		}
	}
	return a
}

// squareSamples are well-conditioned square matrices.
func squareSamples(r *rand.Rand) []Sample {
	return []Sample{call(regular(r, graph.Float32, 3, 3)), call(regular(r, graph.Float64, 2, 4, 4)), call(regular(r, graph.Complex128, 3, 3)), call(regular(r, graph.Float32, 1, 1))}
}

func systemSamples(r *rand.Rand) []Sample {
	return []Sample{
		call(regular(r, graph.Float32, 3, 3), f32(r, 3, 2)), call(regular(r, graph.Float64, 2, 4, 4), graph.Uniform(r, graph.Float64, -1, 1, 4, 3)),
		call(regular(r, graph.Complex128, 3, 3), graph.Uniform(r, graph.Complex128, -1, 1, 2, 3, 1)),
	}
}

// swappedSamples are samples whose first two arguments change places.
func swappedSamples(f sampler) sampler {
	return func(r *rand.Rand) []Sample {
		out := f(r)
		for i := range out {
			out[i].Args[0], out[i].Args[1] = out[i].Args[1], out[i].Args[0]
		}
		return out
	}
}

// Triangular systems and Cholesky factors.
var (
	SolveTriangular = define(Op{
		Schema: "linalg_solve_triangular(Tensor self, Tensor B, *, bool upper, bool left=True, bool unitriangular=False) -> Tensor", Method: "SolveTriangular",
		Doc:     "The solution of systems with triangular matrices, of which the other triangle is not read.",
		Samples: withKwargs(systemSamples, "upper", true, false),
	}, func(a, b *graph.Value, upper, left, unit bool) *graph.Value {
		return solveTriangular("linalg_solve_triangular", a, b, left, triangular{upper, unit})
	})
	TriangularSolve = define(Op{
		Schema: "triangular_solve(Tensor self, Tensor A, bool upper=True, bool transpose=False, bool unitriangular=False) -> (Tensor solution, Tensor cloned_coefficient)", Method: "-",
		Doc: "The solution of systems with triangular matrices, and these.", Samples: swappedSamples(systemSamples),
	}, func(b, a *graph.Value, upper, transposed, unit bool) (x, coefficients *graph.Value) {
		f := triangular{upper, unit}
		a, b = system("triangular_solve", a, b, true)
		if transposed {
			return f.adjoint().solve(mT(a), b), a
		}
		return f.solve(a, b), a
	})
	Cholesky = define(Op{
		Schema: "linalg_cholesky(Tensor self, *, bool upper=False) -> Tensor", Method: "Cholesky", Doc: "The triangular factor L of positive definite matrices L·Lᴴ.", Samples: withKwargs(squareSamples, "upper", false, true),
	}, func(x *graph.Value, upper bool) *graph.Value {
		l, _ := cholesky("linalg_cholesky", x, upper, true)
		return l
	})
	CholeskyOld = define(Op{
		Schema: "cholesky(Tensor self, bool upper=False) -> Tensor", Method: "-", Doc: "The triangular factor L of positive definite matrices L·Lᴴ.", Samples: squareSamples,
	}, func(x *graph.Value, upper bool) *graph.Value {
		l, _ := cholesky("cholesky", x, upper, true)
		return l
	})
	CholeskyEx = define(Op{
		Schema: "linalg_cholesky_ex(Tensor self, *, bool upper=False, bool check_errors=False) -> (Tensor L, Tensor info)", Method: "CholeskyEx",
		Doc: "The triangular factor of matrices, and the order of the first leading minor that is not positive, or 0.", Samples: squareSamples,
	}, func(x *graph.Value, upper, check bool) (l, info *graph.Value) {
		return cholesky("linalg_cholesky_ex", x, upper, check)
	})
	CholeskySolve = define(Op{
		Schema: "cholesky_solve(Tensor self, Tensor input2, bool upper=False) -> Tensor", Doc: "The solution of systems with the right side self, given the triangular factor of their matrices.", Samples: swappedSamples(systemSamples),
	}, func(b, factor *graph.Value, upper bool) *graph.Value {
		return choleskySolve("cholesky_solve", b, factor, upper)
	})
	CholeskyInverse = define(Op{
		Schema: "cholesky_inverse(Tensor self, bool upper=False) -> Tensor", Doc: "The inverses of matrices whose triangular factors are given.", Samples: squareSamples,
	}, func(factor *graph.Value, upper bool) *graph.Value {
		needSquare("cholesky_inverse", factor)
		return choleskySolve("cholesky_inverse", identityLike(factor), factor, upper)
	})
)
