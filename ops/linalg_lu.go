package ops

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/flambeau-ml/flambeau/graph"
	"github.com/flambeau-ml/flambeau/ops/internal/linalg"
)

// An LU factorisation is one array: the factors, m rows of n, and beside them two columns, the order of the rows and,
// counted from 1, the row that each step swapped its own with.
var (
	luHost        = &graph.Host{Name: "lu", Leading: true, Infer: inferLU, Eval: eval(luEval[float64](true), luEval[complex128](true))}
	luInPlaceHost = &graph.Host{Name: "lu", Leading: true, Infer: inferLU, Eval: eval(luEval[float64](false), luEval[complex128](false))}

	// rowsHost gives the order of rows, of factors and swaps.
	rowsHost = &graph.Host{
		Name: "rows", Leading: true,
		Infer: func(s *graph.Solver, in []graph.Type) ([]graph.Type, error) {
			n := len(in[0].Shape)
			if n < 2 || in[1].DType != graph.Int32 || len(in[1].Shape) != n-1 || !s.SameShape(in[0].Shape[:n-2], in[1].Shape[:n-2]) {
				return nil, fmt.Errorf("pivots %s do not fit the factors %s", in[1], in[0])
			}
			return []graph.Type{{DType: graph.Int64, Shape: in[0].Shape[:n-1]}}, nil
		},
		Eval: rowsEval,
	}

	// solveHosts solve A·X = B, or Aᴴ·X = B, given what luHost made of A.
	solveHosts = map[bool]*graph.Host{}
)

func init() {
	luHost.JVP, luInPlaceHost.JVP = luTangent, luTangent
	for _, adjoint := range []bool{false, true} {
		solveHosts[adjoint] = &graph.Host{
			Name: "solve", Leading: true, Linear: []bool{false, false, true}, Infer: inferSolution,
			Eval: eval(solveEval[float64](adjoint), solveEval[complex128](adjoint)),
			JVP: func(out *graph.Value, tan []*graph.Value) *graph.Value {
				lu, a, db := out.Args[0], out.Args[1], tan[2]
				if da := tan[1]; da != nil {
					if adjoint {
						da = mH(da)
					}
					db = less(db, mm(da, out))
				}
				if db == nil {
					return nil
				}
				return hostCall(solveHosts[adjoint], lu, a, db)
			},
			Transpose: func(v *graph.Value, _ int, ct *graph.Value) *graph.Value {
				return hostCall(solveHosts[!adjoint], v.Args[0], v.Args[1], ct)
			},
		}
	}
}

func inferLU(_ *graph.Solver, in []graph.Type) ([]graph.Type, error) {
	n := len(in[0].Shape)
	return []graph.Type{withSizes(in[0], 1, in[0].Shape[n-1].Add(graph.N(2)))}, nil
}

func luEval[T linalg.Scalar](pivot bool) evalFunc {
	return func(in, out []*graph.Array) error {
		a, y := numbers[T](in[0]), numbers[T](out[0])
		m, n := sides(in[0])
		lu, swaps, rows := make([]T, m*n), make([]int, min(m, n)), make([]int, m)
		for i := range members(in[0], 2) {
			copy(lu, member(a, i, m*n))
			linalg.LU(lu, m, n, swaps, rows, pivot)
			packed := member(y, i, m*(n+2))
			for r := range m {
				row := packed[r*(n+2) : (r+1)*(n+2)]
				copy(row, lu[r*n:r*n+n])
				row[n], row[n+1] = number[T](rows[r]), number[T](r+1)
				if r < len(swaps) {
					row[n+1] = number[T](swaps[r] + 1)
				}
			}
		}
		return nil
	}
}

// number is the integer n.
func number[T linalg.Scalar](n int) T {
	var x T
	switch p := any(&x).(type) {
	case *float64:
		*p = float64(n)
	case *complex128:
		*p = complex(float64(n), 0)
	}
	return x
}

// integer is the integer that x is.
func integer[T linalg.Scalar](x T) int {
	switch x := any(x).(type) {
	case float64:
		return int(x)
	case complex128:
		return int(real(x))
	}
	return 0
}

func rowsEval(in, out []*graph.Array) error {
	m, _ := sides(in[0])
	k := in[1].Dims[len(in[1].Dims)-1]
	swaps, rows := make([]int, k), make([]int, m)
	for i := range members(in[0], 2) {
		for j, p := range member(in[1].I, i, k) {
			if p < 1 || p > int64(m) || k > m {
				return fmt.Errorf("a pivot of %d: it must lie from 1 to %d", p, m)
			}
			swaps[j] = int(p) - 1
		}
		linalg.Rows(swaps, rows)
		for j, r := range rows {
			out[0].SetInt(i*m+j, int64(r))
		}
	}
	return nil
}

func solveEval[T linalg.Scalar](adjoint bool) evalFunc {
	return func(in, out []*graph.Array) error {
		packed, b, x := numbers[T](in[0]), numbers[T](in[2]), numbers[T](out[0])
		n, k := sides(in[2])
		lu, rows := make([]T, n*n), make([]int, n)
		for i := range members(in[2], 2) {
			one := member(packed, i, n*(n+2))
			for r := range n {
				copy(lu[r*n:r*n+n], one[r*(n+2):])
				rows[r] = integer(one[r*(n+2)+n])
			}
			linalg.SolveLU(lu, rows, n, member(b, i, n*k), member(x, i, n*k), k, adjoint)
		}
		return nil
	}
}

// factors are the parts of an LU factorisation.
type factors struct {
	packed *graph.Value
	n      graph.Size // columns
}

func luOf(op string, a *graph.Value, pivot bool) factors {
	needMatrices(op, a)
	h := luHost
	if !pivot {
		h = luInPlaceHost
	}
	return factors{hostCall(h, a), lastSize(a, 1)}
}

// lu are the factors in one matrix.
func (f factors) lu() *graph.Value { return cut(f.packed, 1, graph.N(0), f.n) }

// whole is a column of integers.
func (f factors) whole(at graph.Size, d graph.DType) *graph.Value {
	return realPart(columnAt(f.packed, at).Stop()).Cast(d)
}

// rows is the order of the rows.
func (f factors) rows() *graph.Value { return f.whole(f.n, graph.Int64) }

// pivots are the rows that each step swapped its own with, counted from 1.
func (f factors) pivots(op string) *graph.Value {
	p := f.whole(f.n.Add(graph.N(1)), graph.Int32)
	return cut(p, 1, graph.N(0), shorter(op, f.lu()))
}

// info is the first of the diagonal's places that are 0, counted from 1, or 0.
func (f factors) info(op string) *graph.Value {
	k := shorter(op, f.lu())
	d := mainDiagonal(cut(cut(f.lu(), 1, graph.N(0), k), 2, graph.N(0), k).Stop())
	return firstZero(d)
}

// firstZero is the first place of vectors that is 0, counted from 1, or 0.
func firstZero(d *graph.Value) *graph.Value {
	axis, k := d.Rank()-1, lastSize(d, 1)
	t := graph.Type{DType: graph.Int32, Shape: d.Shape}
	size := graph.NewSize(d.Home, graph.Int32, k)
	left := size.Sub(graph.NewIota(d.Home, t, axis)) // k at the first place
	left = d.Eq(d.Like(0)).Where(left, left.Like(0))
	none := graph.Zeros(d.Home, withSizes(t, 1, graph.N(1)))
	most := graph.ConcatValues(axis, none, left).ReduceMax(axis)
	return most.Eq(most.Like(0)).Where(most.Like(0), size.Sub(most).Shift(1))
}

// permuted are the rows of x in the order rows.
func permuted(x, rows *graph.Value) *graph.Value {
	return gatherAlong(x, x.Rank()-2, rows.Unsqueeze(rows.Rank()).Expand(x.Shape...))
}

// luTangent solves d(P·A) = dL·U + L·dU: of X = L⁻¹·d(P·A)·U⁻¹ for the square part, dL is L times what lies below the
// diagonal, dU what is left times U; what is beside or below the square follows.
func luTangent(out *graph.Value, tan []*graph.Value) *graph.Value {
	f := factors{out, lastSize(out.Args[0], 1)}
	lu, da := f.lu(), permuted(tan[0], f.rows())
	m, n := lastSize(lu, 2), lastSize(lu, 1)
	wide := noMore("lu", lu)
	k := n
	if wide {
		k = m
	}
	zero := graph.N(0)
	square := func(x *graph.Value) *graph.Value { return cut(cut(x, 1, zero, k), 2, zero, k) }
	s := square(lu)
	unit, upper := triangular{false, true}, triangular{true, false}
	below, onward := part(s, -1, true), part(s, 0, false)
	x := upper.solveRight(s, unit.solve(s, square(da)))
	dl := part(x, -1, true)
	dl = dl.Add(mm(below, dl))
	du := mm(part(x, 0, false), onward)
	d := dl.Add(du)
	switch {
	case m.Equal(n):
	case wide:
		rest := func(x *graph.Value) *graph.Value { return cut(x, 1, k, n.Sub(k)) }
		d = beside(d, unit.solve(s, rest(da).Sub(mm(dl, rest(lu)))))
	default:
		rest := func(x *graph.Value) *graph.Value { return cut(x, 2, k, m.Sub(k)) }
		d = under(d, upper.solveRight(s, rest(da).Sub(mm(rest(lu), du))))
	}
	return beside(d, zerosOf(d, m, graph.N(2)))
}

// unpacked are L and U of factors in one matrix.
func unpacked(op string, lu *graph.Value) (l, u *graph.Value) {
	k, zero := shorter(op, lu), graph.N(0)
	l = part(cut(lu, 1, zero, k), -1, true)
	l = onDiagonals(l.Home, lastSize(l, 2), k, 0).Where(l.Like(1), l)
	return l, part(cut(lu, 2, zero, k), 0, false)
}

// permutation are the matrices P such that P·U has the rows of U where the order rows took them from.
func permutation(rows *graph.Value, d graph.DType) *graph.Value {
	n := lastSize(rows, 1)
	t := withSizes(rows.Type, 1, n, n)
	return graph.NewIota(rows.Home, t, rows.Rank()-1).Eq(rows.Unsqueeze(rows.Rank() - 1).Expand(t.Shape...)).Cast(d)
}

// solver solves systems with a, which are square: the factors are made once.
type solver struct{ lu, a *graph.Value }

func newSolver(a *graph.Value) solver { return solver{hostCall(luHost, a.Stop()), a} }

func (s solver) solve(b *graph.Value) *graph.Value { return hostCall(solveHosts[false], s.lu, s.a, b) }

// checked fails, when it is computed, where the matrix is singular.
func (s solver) checked(op string) solver { return solver{hostCall(singularHosts[op], s.lu), s.a} }

func (s solver) info(op string) *graph.Value {
	return factors{s.lu, lastSize(s.a, 1)}.info(op)
}

// singularHosts pass factors on of which none is singular.
var singularHosts = map[string]*graph.Host{"linalg_inv": newSingular("linalg_inv"), "linalg_solve": newSingular("linalg_solve")}

func newSingular(name string) *graph.Host {
	h := derivative(name, nil)
	pass := h.Eval
	h.Eval = func(in, out []*graph.Array) error {
		m, n := sides(in[0])
		for i := range members(in[0], 2) {
			for r := range m {
				if at := (i*m+r)*n + r; in[0].F != nil && in[0].F[at] == 0 || in[0].C != nil && in[0].C[at] == 0 {
					return fmt.Errorf("matrix %d of the batch is singular: diagonal element %d of its factor is 0", i, r+1)
				}
			}
		}
		return pass(in, out)
	}
	return h
}

// solveSystem solves with the right side b, which may be a vector for each matrix.
func solveSystem(op string, a, b *graph.Value, left, check bool) (x, info *graph.Value) {
	needSquare(op, a)
	needWhole(op, b)
	vector := b.Rank() == 1 || b.Rank() == a.Rank()-1 && b.Shape.Equal(a.Shape[:a.Rank()-1])
	if vector {
		if !left {
			graph.Fail(op, "takes a vector on the right side alone: left must be true")
		}
		b = b.Unsqueeze(b.Rank())
	}
	s := newSolver(a) // before it is repeated for right sides
	info = s.info(op)
	if check {
		s = s.checked("linalg_solve")
	}
	grown, b := system(op, a, b, left)
	s.lu, s.a = s.lu.Expand(slices.Concat(grown.Shape[:grown.Rank()-1], s.lu.Shape[s.lu.Rank()-1:])...), grown
	if left {
		x = s.solve(b)
	} else { // X·A = B is Aᴴ·Xᴴ = Bᴴ
		x = mH(hostCall(solveHosts[true], s.lu, s.a, mH(b)))
	}
	if vector {
		x = dropAxis(x, x.Rank()-1)
	}
	return x, info
}

func inverseOf(op string, a *graph.Value, check bool) (inv, info *graph.Value) {
	needSquare(op, a)
	s := newSolver(a)
	info = s.info(op)
	if check {
		s = s.checked("linalg_inv")
	}
	return s.solve(identityLike(a)), info
}

// luSolve solves A·X = B given factors and pivots of A.
func luSolve(op string, lu, pivots, b *graph.Value, left, adjoint bool) *graph.Value {
	rows := hostCall(rowsHost, lu, pivots)
	lu, b = system(op, lu, b, left)
	rows = rows.Expand(lu.Shape[:lu.Rank()-1]...)
	if !left { // X·A = B is Aᴴ·Xᴴ = Bᴴ
		return mH(luApply(lu, rows, mH(b), !adjoint))
	}
	return luApply(lu, rows, b, adjoint)
}

func luApply(lu, rows, b *graph.Value, adjoint bool) *graph.Value {
	unit, upper := triangular{false, true}, triangular{true, false}
	if !adjoint {
		return upper.solve(lu, unit.solve(lu, permuted(b, rows)))
	}
	h := mH(lu)
	y := unit.adjoint().solve(h, upper.adjoint().solve(h, b))
	return permuted(y, rows.ArgSort(rows.Rank()-1, false))
}

func luSamples(r *rand.Rand) []Sample {
	return append(squareSamples(r), call(f32(r, 2, 3, 5)).concrete(), call(graph.Uniform(r, graph.Complex64, -1, 1, 4, 2)).concrete())
}

func luSolveSamples(r *rand.Rand) []Sample {
	p := graph.NewArray(graph.Int32, 3)
	p.I[0], p.I[1], p.I[2] = 2, 3, 3
	return []Sample{call(regular(r, graph.Float32, 3, 3), p, f32(r, 3, 2))}
}

// LU factors and what is computed by them.
var (
	LUFactor = define(Op{
		Schema: "linalg_lu_factor(Tensor A, *, bool pivot=True) -> (Tensor LU, Tensor pivots)", Method: "LUFactor", Doc: "The LU factors of matrices, in one matrix, and the rows that were swapped, counted from 1.", Samples: luSamples,
	}, func(a *graph.Value, pivot bool) (lu, pivots *graph.Value) {
		f := luOf("linalg_lu_factor", a, pivot)
		return f.lu(), f.pivots("linalg_lu_factor")
	})
	LUFactorEx = define(Op{
		Schema: "linalg_lu_factor_ex(Tensor A, *, bool pivot=True, bool check_errors=False) -> (Tensor LU, Tensor pivots, Tensor info)", Method: "LUFactorEx",
		Doc: "The LU factors of matrices, in one matrix, the rows that were swapped, and the first place of the diagonal that is 0, counted from 1.", Samples: luSamples,
	}, func(a *graph.Value, pivot, _ bool) (lu, pivots, info *graph.Value) {
		f := luOf("linalg_lu_factor_ex", a, pivot)
		return f.lu(), f.pivots("linalg_lu_factor_ex"), f.info("linalg_lu_factor_ex")
	})
	LU = define(Op{
		Schema: "linalg_lu(Tensor A, *, bool pivot=True) -> (Tensor P, Tensor L, Tensor U)", Method: "LU", Doc: "The factors of matrices P·L·U, a permutation and two triangular ones.", Samples: luSamples,
	}, func(a *graph.Value, pivot bool) (p, l, u *graph.Value) {
		f := luOf("linalg_lu", a, pivot)
		l, u = unpacked("linalg_lu", f.lu())
		return permutation(f.rows(), a.DType), l, u
	})
	LUUnpack = define(Op{
		Schema: "lu_unpack(Tensor LU_data, Tensor LU_pivots, bool unpack_data=True, bool unpack_pivots=True) -> (Tensor P, Tensor L, Tensor U)", Method: "LUUnpack",
		Doc:     "The factors P, L and U of what lu_factor gives; what is not asked for is empty.",
		Samples: func(r *rand.Rand) []Sample { return []Sample{call(luSolveSamples(r)[0].Args[:2]...)} },
	}, func(lu, pivots *graph.Value, data, withPivots bool) (p, l, u *graph.Value) {
		needMatrices("lu_unpack", lu)
		p = graph.Zeros(lu.Home, graph.Type{DType: lu.DType, Shape: graph.Ns(0)})
		l, u = p, p
		if data {
			l, u = unpacked("lu_unpack", lu)
		}
		if withPivots {
			p = permutation(hostCall(rowsHost, lu.Stop(), pivots), lu.DType)
		}
		return p, l, u
	})
	LUSolve = define(Op{
		Schema: "linalg_lu_solve(Tensor LU, Tensor pivots, Tensor B, *, bool left=True, bool adjoint=False) -> Tensor", Method: "LUSolve",
		Doc: "The solution of systems, given what lu_factor makes of their matrices.", Samples: withKwargs(luSolveSamples, "adjoint", false, true),
	}, func(lu, pivots, b *graph.Value, left, adjoint bool) *graph.Value {
		return luSolve("linalg_lu_solve", lu, pivots, b, left, adjoint)
	})
	LUSolveOld = define(Op{
		Schema: "lu_solve(Tensor self, Tensor LU_data, Tensor LU_pivots) -> Tensor", Method: "-", Doc: "The solution of systems, given what lu_factor makes of their matrices.",
		Samples: func(r *rand.Rand) []Sample {
			a := luSolveSamples(r)[0].Args
			return []Sample{call(a[2], a[0], a[1])}
		},
	}, func(b, lu, pivots *graph.Value) *graph.Value { return luSolve("lu_solve", lu, pivots, b, true, false) })
	Solve = define(Op{
		Schema: "linalg_solve(Tensor A, Tensor B, *, bool left=True) -> Tensor", Method: "Solve", Doc: "The solution X of A·X = B, or of X·A = B.", Samples: solveSamples,
	}, func(a, b *graph.Value, left bool) *graph.Value {
		x, _ := solveSystem("linalg_solve", a, b, left, true)
		return x
	})
	SolveEx = define(Op{
		Schema: "linalg_solve_ex(Tensor A, Tensor B, *, bool left=True, bool check_errors=False) -> (Tensor result, Tensor info)", Method: "SolveEx",
		Doc: "The solution of systems, and the first place of the factor's diagonal that is 0, counted from 1.", Samples: solveSamples,
	}, func(a, b *graph.Value, left, check bool) (x, info *graph.Value) {
		return solveSystem("linalg_solve_ex", a, b, left, check)
	})
	Inv = define(Op{
		Schema: "linalg_inv(Tensor A) -> Tensor", Method: "Inv", Doc: "The inverses of matrices.", Samples: squareSamples,
	}, func(a *graph.Value) *graph.Value {
		inv, _ := inverseOf("linalg_inv", a, true)
		return inv
	})
	Inverse = define(Op{
		Schema: "inverse(Tensor self) -> Tensor", Method: "-", Doc: "The inverses of matrices.", Samples: squareSamples,
	}, Inv.Body)
	InvEx = define(Op{
		Schema: "linalg_inv_ex(Tensor A, *, bool check_errors=False) -> (Tensor inverse, Tensor info)", Method: "InvEx",
		Doc: "The inverses of matrices, and the first place of the factor's diagonal that is 0, counted from 1.", Samples: squareSamples,
	}, func(a *graph.Value, check bool) (inv, info *graph.Value) { return inverseOf("linalg_inv_ex", a, check) })
)

func solveSamples(r *rand.Rand) []Sample {
	return append(systemSamples(r), call(regular(r, graph.Float32, 3, 3), f32(r, 3)), call(regular(r, graph.Float32, 2, 3, 3), f32(r, 2, 4, 3)).kw("left", false))
}
