package ops

import (
	"fmt"
	"math/rand/v2"

	"github.com/flambeau-ml/flambeau/graph"
	"github.com/flambeau-ml/flambeau/ops/internal/linalg"
)

// expHost is the exponential of matrices, slopeHost its derivative at A in the direction E, linear in E.
var (
	expHost   = &graph.Host{Name: "matrix_exp", Leading: true, Infer: inferSquare, Eval: eval(expEval[float64], expEval[complex128])}
	slopeHost = &graph.Host{
		Name: "matrix_exp_slope", Leading: true, Linear: []bool{false, true}, Infer: inferSolution,
		Eval: eval(slopeEval[float64], slopeEval[complex128]),
	}
)

func init() {
	expHost.JVP = func(out *graph.Value, tan []*graph.Value) *graph.Value {
		return hostCall(slopeHost, out.Args[0], tan[0])
	}
	slopeHost.Transpose = func(v *graph.Value, _ int, ct *graph.Value) *graph.Value {
		return hostCall(slopeHost, mH(v.Args[0]), ct)
	}
	slopeHost.JVP = func(out *graph.Value, tan []*graph.Value) *graph.Value {
		a, e, da, de := out.Args[0], out.Args[1], tan[0], tan[1]
		if da == nil {
			return hostCall(slopeHost, a, de)
		}
		if de == nil {
			de = graph.Zeros(a.Home, e.Type)
		}
		n := lastSize(a, 1)
		slope := hostCall(slopeHost, twoBlocks(a, e), twoBlocks(da, de))
		return cut(cut(slope, 2, graph.N(0), n), 1, n, n)
	}
}

// twoBlocks are matrices with a twice on the diagonal, and e above.
func twoBlocks(a, e *graph.Value) *graph.Value {
	n := lastSize(a, 1)
	return under(beside(a, e), beside(zerosOf(a, n, n), a))
}

func expEval[T linalg.Scalar](in, out []*graph.Array) error {
	y := numbers[T](out[0])
	copy(y, numbers[T](in[0]))
	n, _ := sides(in[0])
	for i := range members(in[0], 2) {
		linalg.Exp(member(y, i, n*n), n)
	}
	return nil
}

// slopeEval reads the derivative off the exponential of a matrix of two blocks.
func slopeEval[T linalg.Scalar](in, out []*graph.Array) error {
	a, e, y := numbers[T](in[0]), numbers[T](in[1]), numbers[T](out[0])
	n, _ := sides(in[0])
	big := make([]T, 4*n*n)
	for i := range members(in[0], 2) {
		clear(big)
		x, d, out := member(a, i, n*n), member(e, i, n*n), member(y, i, n*n)
		for r := range n {
			copy(big[r*2*n:], x[r*n:r*n+n])
			copy(big[r*2*n+n:], d[r*n:r*n+n])
			copy(big[(n+r)*2*n+n:], x[r*n:r*n+n])
		}
		linalg.Exp(big, 2*n)
		for r := range n {
			copy(out[r*n:r*n+n], big[r*2*n+n:])
		}
	}
	return nil
}

func matrixExp(op string) unaryBody {
	return func(x *graph.Value) *graph.Value {
		d := x.DType
		needFloat(op, x)
		x = x.Cast(wide(d))
		needSquare(op, x)
		return hostCall(expHost, x).Cast(d)
	}
}

// ldlHosts factorise symmetric matrices, or Hermitian ones: beside the factors stands a column of pivots. ldlSolveHosts
// solve systems with such factors and pivots.
var ldlHosts, ldlSolveHosts = map[bool]*graph.Host{}, map[bool]*graph.Host{}

func init() {
	for _, hermitian := range []bool{false, true} {
		ldlHosts[hermitian] = &graph.Host{
			Name: "ldl", Leading: true, Eval: eval(ldlEval[float64](hermitian), ldlEval[complex128](hermitian)),
			Infer: func(s *graph.Solver, in []graph.Type) ([]graph.Type, error) {
				if _, err := inferSquare(s, in); err != nil {
					return nil, err
				}
				n := in[0].Shape[len(in[0].Shape)-1]
				return []graph.Type{withSizes(in[0], 1, n.Add(graph.N(1)))}, nil
			},
		}
		ldlSolveHosts[hermitian] = &graph.Host{
			Name: "ldl_solve", Leading: true, Eval: eval(ldlSolveEval[float64](hermitian), ldlSolveEval[complex128](hermitian)),
			Infer: func(s *graph.Solver, in []graph.Type) ([]graph.Type, error) {
				n := len(in[0].Shape)
				if _, err := inferSquare(s, in); err != nil {
					return nil, err
				}
				if in[1].DType != graph.Int32 || len(in[1].Shape) != n-1 || !s.SameShape(in[1].Shape, in[0].Shape[:n-1]) {
					return nil, fmt.Errorf("pivots %s do not fit the factors %s", in[1], in[0])
				}
				return inferSolution(s, []graph.Type{in[0], in[2]})
			},
		}
	}
}

func ldlEval[T linalg.Scalar](hermitian bool) evalFunc {
	return func(in, out []*graph.Array) error {
		a, y := numbers[T](in[0]), numbers[T](out[0])
		n, _ := sides(in[0])
		work, pivots := make([]T, n*n), make([]int, n)
		for i := range members(in[0], 2) {
			copy(work, member(a, i, n*n))
			linalg.LDL(work, n, hermitian, pivots)
			packed := member(y, i, n*(n+1))
			for r := range n {
				copy(packed[r*(n+1):], work[r*n:r*n+r+1])
				packed[r*(n+1)+n] = number[T](pivots[r])
			}
		}
		return nil
	}
}

func ldlSolveEval[T linalg.Scalar](hermitian bool) evalFunc {
	return func(in, out []*graph.Array) error {
		a, x := numbers[T](in[0]), numbers[T](out[0])
		copy(x, numbers[T](in[2]))
		n, k := sides(in[2])
		pivots := make([]int, n)
		for i := range members(in[2], 2) {
			for r, p := range member(in[1].I, i, n) {
				if p == 0 || p > int64(n) || -p > int64(n) {
					return fmt.Errorf("a pivot of %d: its absolute value must lie from 1 to %d", p, n)
				}
				pivots[r] = int(p)
			}
			linalg.SolveLDL(member(a, i, n*n), n, hermitian, pivots, member(x, i, n*k), k)
		}
		return nil
	}
}

func ldlFactor(op string, a *graph.Value, hermitian bool) (ld, pivots *graph.Value) {
	needSquare(op, a)
	n := lastSize(a, 1)
	packed := hostCall(ldlHosts[hermitian && a.DType.IsComplex()], a)
	return cut(packed, 1, graph.N(0), n), realPart(columnAt(packed.Stop(), n)).Cast(graph.Int32)
}

func hermitianSamples(r *rand.Rand) []Sample {
	return []Sample{call(regular(r, graph.Float32, 3, 3)), call(regular(r, graph.Complex128, 2, 3, 3)), call(f32(r, 4, 4)).kw("hermitian", true)}
}

// The exponential, and the factors of symmetric matrices.
var (
	MatrixExp = define(Op{
		Schema: "linalg_matrix_exp(Tensor self) -> Tensor", Method: "MatrixExp", Doc: "The exponentials of matrices.", Samples: squareSamples,
	}, matrixExp("linalg_matrix_exp"))
	MatrixExpOld = define(Op{
		Schema: "matrix_exp(Tensor self) -> Tensor", Method: "-", Doc: "The exponentials of matrices.", Samples: squareSamples,
	}, matrixExp("matrix_exp"))
	LDLFactor = define(Op{
		Schema: "linalg_ldl_factor(Tensor self, *, bool hermitian=False) -> (Tensor LD, Tensor pivots)", Method: "LDLFactor",
		Doc: "The factors L and D of symmetric or Hermitian matrices, in one matrix, and the pivots.", Samples: hermitianSamples,
	}, func(a *graph.Value, hermitian bool) (ld, pivots *graph.Value) {
		return ldlFactor("linalg_ldl_factor", a, hermitian)
	})
	LDLFactorEx = define(Op{
		Schema: "linalg_ldl_factor_ex(Tensor self, *, bool hermitian=False, bool check_errors=False) -> (Tensor LD, Tensor pivots, Tensor info)", Method: "LDLFactorEx",
		Doc: "The factors L and D of symmetric or Hermitian matrices, in one matrix, the pivots, and the first place of the diagonal that is 0, counted from 1.", Samples: hermitianSamples,
	}, func(a *graph.Value, hermitian, _ bool) (ld, pivots, info *graph.Value) {
		ld, pivots = ldlFactor("linalg_ldl_factor_ex", a, hermitian)
		alone := mainDiagonal(ld.Stop())
		alone = pivots.Lt(pivots.Like(0)).Where(alone.Like(1), alone) // what is in a block is not 0 by itself
		return ld, pivots, firstZero(alone)
	})
	LDLSolve = define(Op{
		Schema: "linalg_ldl_solve(Tensor LD, Tensor pivots, Tensor B, *, bool hermitian=False) -> Tensor", Method: "LDLSolve", Doc: "The solution of systems, given what ldl_factor makes of their matrices.",
		Samples: func(r *rand.Rand) []Sample {
			p := graph.NewArray(graph.Int32, 3)
			p.I[0], p.I[1], p.I[2] = 1, 2, 3
			return []Sample{call(regular(r, graph.Float32, 3, 3), p, f32(r, 3, 2))}
		},
	}, func(ld, pivots, b *graph.Value, hermitian bool) *graph.Value {
		grown, b := system("linalg_ldl_solve", ld, b, true)
		return hostCall(ldlSolveHosts[hermitian && ld.DType.IsComplex()], grown, pivots.Expand(grown.Shape[:grown.Rank()-1]...), b)
	})
)
