package cpu

import "github.com/flambeau-ml/flambeau/graph"

// operand is an array as a contraction reads it: the axes of its logical shape with their distances in memory, as the
// movement operations in front of it leave them. Distances are not negative, and data begins at the element of index 0.
type operand struct {
	array
	axes axes
}

// epilogue takes the finished elements of a contraction: those from the flat index at on, in row-major order of the
// result, in the type in which it computes; for half precision and narrow integers they are not yet rounded or wrapped.
// It may change acc. Each element comes once, in runs as long as the template has them at hand. The function for the type
// in which the contraction computes is called.
type epilogue struct {
	// rows takes several runs of float32 at once. It may be nil, and reports whether it took them.
	rows func(worker int, r runs, acc []float32) bool

	f32 func(worker, at int, acc []float32)
	f64 func(worker, at int, acc []float64)
	i64 func(worker, at int, acc []int64)
}

// runs are count runs of n elements each. They begin step elements of the result after one another, the first at its
// element at, and ld elements after one another in memory.
type runs struct{ at, step, n, count, ld int }

// contractionKernel computes out from its operands, or hands its elements to ep where that is not nil; out then has no
// data. The table contractions, beside the kernels, has one for dot and each convolution.
type contractionKernel func(e *env, a *graph.Attrs, in []operand, out array, ep *epilogue)
