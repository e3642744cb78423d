package ops

import (
	"math"
	"math/rand/v2"
	"slices"

	"github.com/flambeau-ml/flambeau/graph"
)

// matrixNorm is the norm of order ord of matrices along two dimensions: "fro", "nuc", ±1, ±2 or ±∞.
func matrixNorm(op string, x *graph.Value, ord any, dims []int, keep bool, dtype graph.DType) *graph.Value {
	if len(dims) != 2 {
		graph.Fail(op, "takes two dimensions, not %v", dims)
	}
	x = x.Cast(dtype)
	needFloat(op, x)
	if x.Rank() < 2 {
		graph.Fail(op, "takes matrices, not %s", x.Type)
	}
	axes := wrapDims(op, dims, x.Rank())
	d := x.DType
	m := moveDims(x.Cast(wide(d)), axes, []int{-2, -1})
	var out *graph.Value
	last := m.Rank() - 1
	end := func(v *graph.Value, largest bool) *graph.Value {
		if largest {
			return v.ReduceMax(v.Rank() - 1)
		}
		return v.ReduceMin(v.Rank() - 1)
	}
	switch o := ord.(type) {
	case string:
		switch o {
		case "fro":
			out = vectorNorm(m, graph.IntOf(2), []int{-2, -1}, false, graph.NoDType)
		case "nuc":
			s := svdvals(op, m)
			out = s.ReduceSum(s.Rank() - 1)
		default:
			graph.Fail(op, "the order of a norm of matrices is fro, nuc, ±1, ±2 or ±inf, not %q", o)
		}
	case float64:
		switch math.Abs(o) {
		case 2:
			out = end(svdvals(op, m), o > 0)
		case 1:
			out = end(absolute(m).ReduceSum(last-1), o > 0)
		case math.Inf(1):
			out = end(absolute(m).ReduceSum(last), o > 0)
		default:
			graph.Fail(op, "the order of a norm of matrices is fro, nuc, ±1, ±2 or ±inf, not %v", o)
		}
	}
	return finish(x, out, axes, keep).Cast(graph.PartType(d))
}

// anyNorm is the norm of vectors along one dimension or of all elements, of matrices along two.
func anyNorm(op string, x *graph.Value, ord any, dims []int, keep bool, dtype graph.DType) *graph.Value {
	if ord != nil && dims == nil {
		switch x.Rank() {
		case 1:
			dims = []int{0}
		case 2:
			dims = []int{0, 1}
		default:
			graph.Fail(op, "takes vectors or matrices where no dimensions are given, not %s", x.Type)
		}
	}
	if ord != nil && len(dims) == 2 {
		return matrixNorm(op, x, ord, dims, keep, dtype)
	}
	p := graph.IntOf(2)
	switch o := ord.(type) {
	case string:
		graph.Fail(op, "the norm %s is one of matrices, along two dimensions", o)
	case float64:
		p = graph.FloatOf(o)
	}
	return vectorNorm(x, p, dims, keep, dtype)
}

// orderOf is the number p, or nil where there is none.
func orderOf(p graph.Scalar) any {
	if p.Kind() == graph.NoScalar {
		return nil
	}
	return p.Float()
}

// cond is the norm of matrices times that of their inverses; of order 2 the ratio of singular values.
func cond(op string, a *graph.Value, ord any) *graph.Value {
	needMatrices(op, a)
	if o, ok := ord.(float64); ord == nil || ok && math.Abs(o) == 2 {
		s := svdvals(op, a)
		most, least := s.ReduceMax(s.Rank()-1), s.ReduceMin(s.Rank()-1)
		if ok && o < 0 {
			most, least = least, most
		}
		return most.Div(least)
	}
	inv, _ := inverseOf(op, a, false)
	dims := []int{-2, -1}
	return matrixNorm(op, a, ord, dims, false, graph.NoDType).Mul(matrixNorm(op, inv, ord, dims, false, graph.NoDType))
}

// matrixPower multiplies a by itself, as often as the bits of n say.
func matrixPower(op string, a *graph.Value, n int) *graph.Value {
	if a.Rank() < 2 || !a.Home.Solver().Same(lastSize(a, 1), lastSize(a, 2)) {
		graph.Fail(op, "takes square matrices, not %s", a.Type)
	}
	if n < 0 {
		inv, _ := inverseOf(op, a, true)
		a, n = inv, -n
	}
	if n == 0 {
		k := lastSize(a, 1)
		one, zero := a.Scalar(graph.IntOf(1)), a.Scalar(graph.IntOf(0))
		never := graph.NewConst(a.Home, graph.Bool, graph.BoolOf(false)) // a has a gradient, of zeros
		return never.Where(a, onDiagonals(a.Home, k, k, 0).Where(one, zero).Expand(a.Shape...))
	}
	var out *graph.Value
	for ; n > 0; n /= 2 {
		if n%2 == 1 {
			if out == nil {
				out = a
			} else {
				out = mm(out, a)
			}
		}
		if n > 1 {
			a = mm(a, a)
		}
	}
	return out
}

// multiDot multiplies matrices in the order that takes the fewest products of numbers; the first and the last may be
// vectors.
func multiDot(op string, xs []*graph.Value) *graph.Value {
	if len(xs) < 2 {
		graph.Fail(op, "takes at least two matrices, not %d", len(xs))
	}
	xs = slices.Clone(xs)
	last := len(xs) - 1
	row, column := xs[0].Rank() == 1, xs[last].Rank() == 1
	if row {
		xs[0] = xs[0].Unsqueeze(0)
	}
	if column {
		xs[last] = xs[last].Unsqueeze(1)
	}
	sizes := []int{}
	for i, x := range xs {
		needRank(op, x, "each operand", 2)
		for a, n := range x.Shape {
			k, ok := n.Int()
			if !ok {
				k = 1
			}
			if a == 1 || i == 0 {
				sizes = append(sizes, k)
			}
		}
	}
	out := chain(op, xs, cheapest(sizes), 0, last)
	if row {
		out = dropAxis(out, 0)
	}
	if column {
		out = dropAxis(out, out.Rank()-1)
	}
	return out
}

// cheapest says where to part the product of matrices i to j, of which the k-th has sizes[k] rows and sizes[k+1] columns.
func cheapest(sizes []int) [][]int {
	n := len(sizes) - 1
	cost, at := make([][]int, n), make([][]int, n)
	for i := range n {
		cost[i], at[i] = make([]int, n), make([]int, n)
	}
	for length := 1; length < n; length++ {
		for i := 0; i+length < n; i++ {
			j := i + length
			cost[i][j] = math.MaxInt
			for k := i; k < j; k++ {
				if c := cost[i][k] + cost[k+1][j] + sizes[i]*sizes[k+1]*sizes[j+1]; c < cost[i][j] {
					cost[i][j], at[i][j] = c, k
				}
			}
		}
	}
	return at
}

func chain(op string, xs []*graph.Value, at [][]int, i, j int) *graph.Value {
	if i == j {
		return xs[i]
	}
	k := at[i][j]
	return matmul(op, chain(op, xs, at, i, k), chain(op, xs, at, k+1, j))
}

// vander are the powers of each element, from 0 to before n.
func vander(x *graph.Value, n *graph.Size) *graph.Value {
	if x.DType == graph.Bool || !x.DType.IsInexact() {
		x = x.Cast(graph.Int64)
	}
	x = atLeast1(x)
	axis := x.Rank()
	count := x.Shape[axis-1]
	if n != nil {
		count = *n
	}
	if k, ok := count.Int(); ok && k < 1 {
		graph.Fail("linalg_vander", "takes at least one column, not %d", k)
	}
	col := x.Unsqueeze(axis)
	shape := append(slices.Clone(x.Shape), count.Sub(graph.N(1)))
	one := graph.Full(x.Home, col.Type, graph.IntOf(1))
	return graph.ConcatValues(axis, one, col.Expand(shape...)).CumProd(axis)
}

// tensorInv inverts x as a map from its last dimensions to its first ind.
func tensorInv(x *graph.Value, ind int) *graph.Value {
	if ind <= 0 || ind > x.Rank() {
		graph.Fail("linalg_tensorinv", "ind is %d: it must lie from 1 to the %d dimensions", ind, x.Rank())
	}
	from, to := x.Shape[ind:], x.Shape[:ind]
	inv, _ := inverseOf("linalg_tensorinv", x.Reshape(to.Count(), from.Count()), true)
	return inv.Reshape(slices.Concat(from, to)...)
}

// tensorSolve solves a·x = b, where the product sums over the last dimensions of a.
func tensorSolve(a, b *graph.Value, dims []int) *graph.Value {
	if len(dims) > 0 {
		to := make([]int, len(dims))
		for i := range to {
			to[i] = i - len(dims)
		}
		a = moveDims(a, dims, to)
	}
	if a.Rank() < b.Rank() {
		graph.Fail("linalg_tensorsolve", "%s has fewer dimensions than %s", a.Type, b.Type)
	}
	rest := a.Shape[b.Rank():]
	x, _ := solveSystem("linalg_tensorsolve", a.Reshape(b.Shape.Count(), rest.Count()), b.Reshape(b.Shape.Count()), true, true)
	return x.Reshape(rest...)
}

// lstsq is the solution of least squares, of least norm; the residuals of systems with more rows than columns; and the
// rank and the singular values, where the driver of PyTorch's knows them.
func lstsq(a, b *graph.Value, rcond *float64, driver string) (x, residuals, rank, values *graph.Value) {
	const op = "linalg_lstsq"
	needMatrices(op, a)
	needWhole(op, b)
	vector := b.Rank() == 1 || b.Rank() == a.Rank()-1 && b.Shape.Equal(a.Shape[:a.Rank()-1])
	if vector {
		b = b.Unsqueeze(b.Rank())
	}
	if b.Rank() < 2 || !a.Home.Solver().Same(lastSize(a, 2), lastSize(b, 2)) || a.DType != b.DType {
		graph.Fail(op, "the matrices %s do not fit the right sides %s", a.Type, b.Type)
	}
	if !slices.Contains([]string{"", "gels", "gelsy", "gelsd", "gelss"}, driver) {
		graph.Fail(op, "driver must be gels, gelsy, gelsd or gelss, not %q", driver)
	}
	none := func(d graph.DType) *graph.Value { return graph.Zeros(a.Home, graph.Type{DType: d, Shape: graph.Ns(0)}) }
	real := graph.PartType(a.DType)
	rank, values = none(graph.Int64), none(real)
	x = matmul(op, pinv(op, a, nil, rcond, false), b)
	residuals = realPart(x.Reshape(x.Shape.Count()).SliceAxis(0, graph.N(0), graph.N(0), 1))
	if !noMore(op, a) {
		r := square(matmul(op, a, x).Sub(b))
		residuals = r.ReduceSum(r.Rank() - 2)
	}
	if driver != "gels" {
		rank = matrixRank(op, a, nil, rcond, false)
	}
	if driver == "gelsd" || driver == "gelss" {
		values = svdvals(op, a.Stop())
	}
	if vector {
		x = dropAxis(x, x.Rank()-1)
	}
	return x, residuals, rank, values
}

func matrixNormSamples(r *rand.Rand) []Sample {
	var out []Sample
	for _, p := range []any{1, -1, 2, -2, math.Inf(1), math.Inf(-1)} {
		out = append(out, call(f32(r, 2, 3, 4), p).concrete())
	}
	return append(out, call(f32(r, 3, 2, 3), 1, []int{0, 2}, true))
}

func namedNormSamples(r *rand.Rand) []Sample {
	return []Sample{call(f32(r, 3, 3), "nuc"), call(f32(r, 2, 3, 3), "fro", []int{0, 1}, true)}
}

// Norms of matrices, and functions of systems.
var (
	MatrixNorm = define(Op{
		Schema: "linalg_matrix_norm(Tensor self, Scalar ord, int[] dim=[-2,-1], bool keepdim=False, *, ScalarType? dtype=None) -> Tensor", Method: "MatrixNorm",
		Doc: "The norm of order ord of matrices: ±1, ±2 or ±inf.", Samples: matrixNormSamples,
	}, func(x *graph.Value, ord graph.Scalar, dims []int, keep bool, dtype graph.DType) *graph.Value {
		return matrixNorm("linalg_matrix_norm", x, ord.Float(), dims, keep, dtype)
	})
	MatrixNormNamed = define(Op{
		Schema: "linalg_matrix_norm.str_ord(Tensor self, str ord='fro', int[] dim=[-2,-1], bool keepdim=False, *, ScalarType? dtype=None) -> Tensor", Method: "MatrixNormNamed",
		Doc: "The norm of matrices of the name fro or nuc.", Samples: namedNormSamples,
	}, func(x *graph.Value, ord string, dims []int, keep bool, dtype graph.DType) *graph.Value {
		return matrixNorm("linalg_matrix_norm", x, ord, dims, keep, dtype)
	})
	LinalgNorm = define(Op{
		Schema: "linalg_norm(Tensor self, Scalar? ord=None, int[1]? dim=None, bool keepdim=False, *, ScalarType? dtype=None) -> Tensor", Method: "LinalgNorm",
		Doc: "The norm of order ord of vectors or of matrices.", Samples: func(r *rand.Rand) []Sample {
			return []Sample{call(f32(r, 3, 4)), call(f32(r, 3), 1), call(f32(r, 3, 3), 2), call(f32(r, 2, 3, 4), 3, []int{1}, true)}
		},
	}, func(x *graph.Value, ord graph.Scalar, dims []int, keep bool, dtype graph.DType) *graph.Value {
		return anyNorm("linalg_norm", x, orderOf(ord), dims, keep, dtype)
	})
	LinalgNormNamed = define(Op{
		Schema: "linalg_norm.ord_str(Tensor self, str ord, int[1]? dim=None, bool keepdim=False, *, ScalarType? dtype=None) -> Tensor", Method: "LinalgNormNamed",
		Doc: "The norm of matrices of the name fro or nuc.", Samples: func(r *rand.Rand) []Sample { return []Sample{call(f32(r, 3, 3), "nuc")} },
	}, func(x *graph.Value, ord string, dims []int, keep bool, dtype graph.DType) *graph.Value {
		return anyNorm("linalg_norm", x, ord, dims, keep, dtype)
	})
	NuclearNorm = define(Op{
		Schema: "nuclear_norm.dim(Tensor self, int[2] dim, bool keepdim=False) -> Tensor", Method: "NuclearNorm", Doc: "The sum of the singular values of matrices.",
		Samples: func(r *rand.Rand) []Sample { return []Sample{call(f32(r, 3, 3), []int{0, 1})} },
	}, func(x *graph.Value, dims []int, keep bool) *graph.Value {
		return matrixNorm("nuclear_norm", x, "nuc", dims, keep, graph.NoDType)
	})
	Cond = define(Op{
		Schema: "linalg_cond(Tensor self, Scalar? p=None) -> Tensor", Method: "Cond", Doc: "The condition of matrices in the norm of order p.", Samples: withKwargs(squareSamples, "p", nil, 1, -2),
	}, func(a *graph.Value, p graph.Scalar) *graph.Value { return cond("linalg_cond", a, orderOf(p)) })
	CondNamed = define(Op{
		Schema: "linalg_cond.p_str(Tensor self, str p) -> Tensor", Method: "CondNamed", Doc: "The condition of matrices in the norm of the name fro or nuc.",
		Samples: func(r *rand.Rand) []Sample { return []Sample{call(regular(r, graph.Float32, 3, 3), "fro")} },
	}, func(a *graph.Value, p string) *graph.Value { return cond("linalg_cond", a, p) })
	MatrixPower = define(Op{
		Schema: "linalg_matrix_power(Tensor self, int n) -> Tensor", Method: "MatrixPower", Doc: "Matrices multiplied n times by themselves; negative n says of their inverses.", Samples: powerSamples,
	}, func(a *graph.Value, n int) *graph.Value { return matrixPower("linalg_matrix_power", a, n) })
	MatrixPowerOld = define(Op{
		Schema: "matrix_power(Tensor self, int n) -> Tensor", Method: "-", Doc: "Matrices multiplied n times by themselves; negative n says of their inverses.", Samples: powerSamples,
	}, func(a *graph.Value, n int) *graph.Value { return matrixPower("matrix_power", a, n) })
	MultiDot = define(Op{
		Schema: "linalg_multi_dot(Tensor[] tensors) -> Tensor", Method: "MultiDot", Doc: "The product of matrices, of which the first and the last may be vectors.", Samples: chainSamples,
	}, func(xs []*graph.Value) *graph.Value { return multiDot("linalg_multi_dot", xs) })
	ChainMatMul = define(Op{
		Schema: "chain_matmul(Tensor[] matrices) -> Tensor", Method: "-", Doc: "The product of matrices.", Samples: chainSamples,
	}, func(xs []*graph.Value) *graph.Value { return multiDot("chain_matmul", xs) })
	Vander = define(Op{
		Schema: "linalg_vander(Tensor x, *, SymInt? N=None) -> Tensor", Method: "Vander", Needed: 2, Doc: "The powers of each element along a new last dimension, from 0 on.",
		Samples: func(r *rand.Rand) []Sample {
			return []Sample{call(f32(r, 3)), call(f32(r, 2, 3)).kw("N", 5), call(counts(r, 3))}
		},
	}, vander)
	TensorInv = define(Op{
		Schema: "linalg_tensorinv(Tensor self, int ind=2) -> Tensor", Method: "TensorInv", Doc: "The inverse of a map from the last dimensions to the first ind.",
		Samples: func(r *rand.Rand) []Sample {
			return []Sample{call(regular(r, graph.Float32, 4, 4), 1), call(f32(r, 2, 3, 6)).concrete()}
		},
	}, tensorInv)
	TensorSolve = define(Op{
		Schema: "linalg_tensorsolve(Tensor self, Tensor other, int[]? dims=None) -> Tensor", Method: "TensorSolve", Needed: 3, Doc: "The solution x of self·x = other, where the product sums over the last dimensions of self.",
		Samples: func(r *rand.Rand) []Sample { return []Sample{call(f32(r, 2, 3, 6), f32(r, 2, 3)).concrete()} },
	}, tensorSolve)
	Lstsq = define(Op{
		Schema: "linalg_lstsq(Tensor self, Tensor b, float? rcond=None, *, str? driver=None) -> (Tensor solution, Tensor residuals, Tensor rank, Tensor singular_values)", Method: "Lstsq",
		Doc: "The solution of least squares, of least norm, with the residuals of tall systems, the rank and, of the drivers gelsd and gelss, the singular values.",
		Samples: func(r *rand.Rand) []Sample {
			return []Sample{call(f32(r, 4, 3), f32(r, 4, 2)).concrete(), call(f32(r, 2, 2, 3), f32(r, 2, 2, 1)).kw("driver", "gelsd").concrete()}
		},
	}, lstsq)
)

func powerSamples(r *rand.Rand) []Sample {
	return []Sample{call(regular(r, graph.Float32, 3, 3), 3), call(regular(r, graph.Float64, 2, 3, 3), -2), call(regular(r, graph.Float32, 2, 2), 0), call(f32(r, 3, 3), 1)}
}

func chainSamples(r *rand.Rand) []Sample {
	return []Sample{call([]*graph.Array{f32(r, 2, 3), f32(r, 3, 4)}), call([]*graph.Array{f32(r, 2, 3), f32(r, 3, 5), f32(r, 5, 2)})}
}
