package ops

import (
	"fmt"

	"github.com/flambeau-ml/flambeau/graph"
	"github.com/flambeau-ml/flambeau/ops/internal/linalg"
)

// Factorisations and transforms are functions of the host: kernels in Go over float64 and complex128, to which the
// elements of other dtypes are widened, with rules for derivatives that are compositions like any other. What has several
// parts is one array, so that one value has all that a rule needs.

// hostCall applies h.
func hostCall(h *graph.Host, args ...*graph.Value) *graph.Value {
	return graph.Apply(graph.Custom, &graph.Attrs{Host: h}, args...)
}

// hostResult is one of several results of h.
func hostResult(h *graph.Host, index int, args ...*graph.Value) *graph.Value {
	return graph.Apply(graph.Custom, &graph.Attrs{Host: h, Index: index}, args...)
}

type evalFunc = func(in, out []*graph.Array) error

// eval is the kernel for real or for complex operands, whose results it rounds to their dtypes.
func eval(real, complex evalFunc) evalFunc {
	return func(in, out []*graph.Array) error {
		f := real
		if in[0].DType.IsComplex() {
			f = complex
		}
		if err := f(in, out); err != nil {
			return err
		}
		for _, a := range out {
			switch a.DType {
			case graph.Float32:
				for i, x := range a.F {
					a.SetFloat(i, x)
				}
			case graph.Complex64:
				for i, x := range a.C {
					a.SetComplex(i, x)
				}
			}
		}
		return nil
	}
}

// numbers are the elements of a, in its own memory.
func numbers[T linalg.Scalar](a *graph.Array) []T {
	var out []T
	switch p := any(&out).(type) {
	case *[]float64:
		*p = a.F
	case *[]complex128:
		*p = a.C
	}
	return out
}

// members is how many arrays of the given rank a holds.
func members(a *graph.Array, rank int) int {
	n := 1
	for _, d := range a.Dims[:len(a.Dims)-rank] {
		n *= d
	}
	return n
}

// member is array k of those of n elements that lie in x one behind the other.
func member[T any](x []T, k, n int) []T { return x[k*n : k*n+n : k*n+n] }

// sides are the sizes of a's matrices.
func sides(a *graph.Array) (rows, cols int) {
	n := len(a.Dims)
	return a.Dims[n-2], a.Dims[n-1]
}

// withSizes is t with other sizes in the place of its last drop ones.
func withSizes(t graph.Type, drop int, sizes ...graph.Size) graph.Type {
	shape := append(graph.Shape{}, t.Shape[:len(t.Shape)-drop]...)
	return graph.Type{DType: t.DType, Shape: append(shape, sizes...)}
}

// needMatrices checks that x holds matrices of numbers that are factorised.
func needMatrices(op string, xs ...*graph.Value) {
	for _, x := range xs {
		if x.Rank() < 2 {
			graph.Fail(op, "takes matrices, not %s", x.Type)
		}
		needWhole(op, x)
	}
}

// needWhole checks that x is of a dtype that the kernels compute.
func needWhole(op string, x *graph.Value) {
	switch x.DType {
	case graph.Float32, graph.Float64, graph.Complex64, graph.Complex128:
	default:
		graph.Fail(op, "takes float32, float64 and complex numbers, not %s", x.Type)
	}
}

// needSquare checks that x holds square matrices.
func needSquare(op string, xs ...*graph.Value) {
	needMatrices(op, xs...)
	for _, x := range xs {
		if r := x.Rank(); !x.Home.Solver().Same(x.Shape[r-2], x.Shape[r-1]) {
			graph.Fail(op, "takes square matrices, not %s", x.Type)
		}
	}
}

// inferSquare is the type rule of functions of square matrices whose result is of the operand's type.
func inferSquare(s *graph.Solver, in []graph.Type) ([]graph.Type, error) {
	n := len(in[0].Shape)
	if n < 2 || !s.Same(in[0].Shape[n-2], in[0].Shape[n-1]) {
		return nil, fmt.Errorf("takes square matrices, not %s", in[0])
	}
	return in[:1], nil
}

// lastSize is the size of an axis counted from the end, 1 the last.
func lastSize(x *graph.Value, fromEnd int) graph.Size { return x.Shape[x.Rank()-fromEnd] }

// noMore reports whether x has at most as many rows as columns; what is wider and what is taller are computed in
// different ways, so that it has to be known.
func noMore(op string, x *graph.Value) bool {
	m, n := lastSize(x, 2), lastSize(x, 1)
	if x.Home.Solver() != nil && m.Equal(n) {
		return true
	}
	a, ok1 := m.Int()
	b, ok2 := n.Int()
	if !ok1 || !ok2 {
		graph.Fail(op, "cannot tell whether %s is wide or tall: its sizes must be numbers", x.Type)
	}
	return a <= b
}

// shorter is the smaller of the sizes of x's matrices.
func shorter(op string, x *graph.Value) graph.Size {
	if noMore(op, x) {
		return lastSize(x, 2)
	}
	return lastSize(x, 1)
}

// cut takes n elements from start on, along an axis counted from the end.
func cut(x *graph.Value, fromEnd int, start, n graph.Size) *graph.Value {
	return x.SliceAxis(x.Rank()-fromEnd, start, n, 1)
}

// columnAt is column at of matrices, as vectors.
func columnAt(x *graph.Value, at graph.Size) *graph.Value {
	return dropAxis(cut(x, 1, at, graph.N(1)), x.Rank()-1)
}

// rowAt is row at of matrices, as vectors.
func rowAt(x *graph.Value, at graph.Size) *graph.Value {
	return dropAxis(cut(x, 2, at, graph.N(1)), x.Rank()-2)
}

// under and beside join matrices.
func under(xs ...*graph.Value) *graph.Value  { return graph.ConcatValues(xs[0].Rank()-2, xs...) }
func beside(xs ...*graph.Value) *graph.Value { return graph.ConcatValues(xs[0].Rank()-1, xs...) }

func mT(x *graph.Value) *graph.Value { return x.SwapAxes(x.Rank()-2, x.Rank()-1) }
func mH(x *graph.Value) *graph.Value { return mT(x).Conj() }

// mm is the product of matrices whose leading sizes are the same.
func mm(x, y *graph.Value) *graph.Value { return matmul("matmul", x, y) }

// identityLike are identity matrices of the sizes of x, which are square.
func identityLike(x *graph.Value) *graph.Value {
	n := lastSize(x, 1)
	return onDiagonals(x.Home, n, n, 0).Where(x.Like(1), x.Like(0)).Expand(x.Shape...)
}

// mainDiagonal are the diagonals of square matrices.
func mainDiagonal(x *graph.Value) *graph.Value {
	n := lastSize(x, 1)
	return onDiagonals(x.Home, n, n, 0).Where(x, x.Like(0)).ReduceSum(x.Rank() - 1)
}

// withoutDiagonal are square matrices with zeros on the diagonal.
func withoutDiagonal(x *graph.Value) *graph.Value {
	n := lastSize(x, 1)
	return onDiagonals(x.Home, n, n, 0).Where(x.Like(0), x)
}

// overColumns multiplies column j of matrices by element j of vectors.
func overColumns(x, v *graph.Value) *graph.Value {
	return x.Mul(v.Unsqueeze(v.Rank() - 1).Cast(x.DType))
}

// zerosOf are matrices of zeros with x's leading sizes.
func zerosOf(x *graph.Value, rows, cols graph.Size) *graph.Value {
	return graph.Zeros(x.Home, withSizes(x.Type, 2, rows, cols))
}

// derivative makes a function whose result is its last operand, and whose derivative is the rule's: of what was computed
// from the operands before it in a way that one does not want to differentiate.
func derivative(name string, jvp func(out *graph.Value, tan []*graph.Value) *graph.Value) *graph.Host {
	return &graph.Host{
		Name: name, Leading: true, JVP: jvp,
		Infer: func(_ *graph.Solver, in []graph.Type) ([]graph.Type, error) { return in[len(in)-1:], nil },
		Eval: func(in, out []*graph.Array) error {
			x := in[len(in)-1]
			copy(out[0].F, x.F)
			copy(out[0].C, x.C)
			return nil
		},
	}
}
