package rewrite

import (
	"math"

	"github.com/flambeau-ml/flambeau/graph"
)

// Fold computes what is known when the program is built: elementwise primitives of constants, and constants that are
// moved about. Only primitives whose result every engine rounds alike are folded, by their reference evaluation, and
// nothing of which the result is NaN, whose bits engines choose. Sizes and numbers are parameters, not constants.
func Fold(f *graph.Func) (*graph.Func, error) { return rebuild(f, fold) }

func fold(v *graph.Value) *graph.Value {
	if len(v.Args) == 0 || !v.Op.Exact {
		return v
	}
	if movesConst(v) {
		return spread(v, v.Args[0])
	}
	if !v.Op.Elementwise() || v.Op == graph.Stop {
		return v
	}
	in := make([]*graph.Array, len(v.Args))
	for i, x := range v.Args {
		s, ok := graph.ConstOf(x)
		if !ok {
			return v
		}
		var err error
		if in[i], err = graph.EvalOp(graph.Const, &graph.Attrs{DType: x.DType, Value: s}); err != nil {
			return v
		}
	}
	out, err := graph.EvalOp(v.Op, v.Attrs, in...)
	if err != nil { // an error of the value, for whoever runs the program
		return v
	}
	var s graph.Scalar
	switch {
	case v.DType.IsFloat():
		if math.IsNaN(out.F[0]) {
			return v
		}
		s = graph.FloatOf(out.F[0])
	case v.DType.IsComplex():
		if c := out.C[0]; math.IsNaN(real(c)) || math.IsNaN(imag(c)) {
			return v
		}
		s = graph.ComplexOf(out.C[0])
	case v.DType == graph.Bool:
		s = graph.BoolOf(out.I[0] != 0)
	default:
		s = graph.IntOf(out.I[0])
	}
	return graph.Full(v.Home, v.Type, s)
}

// movesConst reports whether v moves a constant about, and is not itself the plain form of a constant array: the scalar
// broadcast once along all axes.
func movesConst(v *graph.Value) bool {
	switch v.Op {
	case graph.Broadcast, graph.Reshape, graph.Permute, graph.Reverse, graph.Slice:
	default:
		return false
	}
	if _, ok := graph.ConstOf(v.Args[0]); !ok {
		return false
	}
	return v.Op != graph.Broadcast || v.Args[0].Op != graph.Const || len(v.Attrs.Axes) == 0
}

// spread is the constant that all elements of x are, as an array of v's type.
func spread(v, x *graph.Value) *graph.Value {
	for x.Op != graph.Const {
		x = x.Args[0]
	}
	return x.Expand(v.Shape...)
}
