package cpu

import (
	"slices"

	"github.com/flambeau-ml/flambeau/graph"
)

// contractions are the kernels of dot and the convolutions. The bits of a result depend on the operands' elements and
// sizes alone: not on their distances in memory, on the epilogue, or on the number of threads.
var contractions = map[*graph.Primitive]contractionKernel{
	graph.DotGeneral: byType(dot[float32], dot[float64], dot[int64]),
	graph.Conv:       byType(conv[float32], conv[float64], conv[int64]),
	graph.ConvInput:  byType(convInput[float32], convInput[float64], convInput[int64]),
	graph.ConvFilter: byType(convFilter[float32], convFilter[float64], convFilter[int64]),
}

// contractionIn is a contraction that computes in T, and hands what is finished to a sink.
type contractionIn[T number] func(e *env, a *graph.Attrs, in []operand, dims []int, to sink[T])

func byType(f32 contractionIn[float32], f64 contractionIn[float64], i64 contractionIn[int64]) contractionKernel {
	return func(e *env, a *graph.Attrs, in []operand, out array, ep *epilogue) {
		switch d := out.dtype; {
		case d == graph.Float64:
			f64(e, a, in, out.dims, sinkOf[float64](out, ep))
		case d.IsFloat():
			f32(e, a, in, out.dims, sinkOf[float32](out, ep))
		default:
			i64(e, a, in, out.dims, sinkOf[int64](out, ep))
		}
	}
}

// dot contracts two operands as a says.
func dot[T number](e *env, a *graph.Attrs, in []operand, _ []int, to sink[T]) {
	x, y := dotMatrices(a.Dot, in[0], in[1])
	p := productOf[T](x, y)
	p.write, p.out = to.write, to.mem
	p.run(e)
}

// dotMatrices are the operands of a contraction as matrices.
func dotMatrices(d *graph.Dot, x, y operand) (a, b matrix) {
	free := func(x axes, batch, contract []int) axes {
		var out axes
		for i, s := range x {
			if !slices.Contains(batch, i) && !slices.Contains(contract, i) {
				out = append(out, s)
			}
		}
		return out
	}
	return matrix{x.array, x.axes.at(d.LBatch), free(x.axes, d.LBatch, d.LContract), x.axes.at(d.LContract)},
		matrix{y.array, y.axes.at(d.RBatch), free(y.axes, d.RBatch, d.RContract), y.axes.at(d.RContract)}
}

// productOf is the product of two operands whose sizes fit. Its write is not set.
func productOf[T number](a, b matrix) *product[T] {
	return &product[T]{batch: a.batch.len(), m: a.rows.len(), n: b.rows.len(), k: a.k.len(), a: linesOf[T](a), b: linesOf[T](b)}
}
