package cpu

import (
	"math"
	"sync/atomic"

	"github.com/flambeau-ml/flambeau/graph"
)

// specials are the kernels of the primitives that are neither loop nests nor contractions.
var specials = map[*graph.Primitive]special{
	graph.Gather:        gather,
	graph.ScatterAdd:    scatterAdd,
	graph.Scatter:       scatter,
	graph.ScatterMul:    scatterMul,
	graph.ScatterMax:    scatterMax,
	graph.ScatterMin:    scatterMin,
	graph.CumSum:        cumSum,
	graph.CumProd:       cumProd,
	graph.CumArgMax:     cumArgMax,
	graph.CumArgMin:     cumArgMin,
	graph.Recurrence:    recurrence,
	graph.ArgSort:       argSort,
	graph.DynamicSlice:  dynamicSlice,
	graph.DynamicUpdate: dynamicUpdate,
	graph.Bitcast:       bitcast,
	graph.RandomBits:    randomBits,
	graph.ArgMax:        argMax,
	graph.ArgMin:        argMin,
	graph.WindowArgMax:  windowArgMax,
	graph.WindowGather:  windowGather,
	graph.WindowScatter: windowScatter,
	graph.WindowSum:     windowSum,
	graph.WindowSpread:  windowSpread,
	firstInOrder:        firstSorted,
	rowSum:              sumRows,
	rowMove:             moveRows,
}

// overFirst are those that may write their result over their first operand, which they do once nothing can fail.
var overFirst = map[*graph.Primitive]bool{
	graph.ScatterAdd: true, graph.Scatter: true, graph.ScatterMul: true, graph.ScatterMax: true, graph.ScatterMin: true,
	graph.DynamicUpdate: true, rowMove: true,
}

// count is the number of elements of an array of sizes ns.
func count(ns []int) int {
	p := 1
	for _, n := range ns {
		p *= n
	}
	return p
}

// grainOf is how many pieces of the given work, in elements, are worth handing to another thread.
func grainOf(work int) int { return max(1, 1<<14/max(work, 1)) }

// firstOutside is the first of indices that is not below n, or less than 0; ok is false where there is none.
func firstOutside(e *env, indices []int64, n int) (index int64, ok bool) {
	var first atomic.Int64
	first.Store(math.MaxInt64)
	e.pool.For(len(indices), 1<<15, func(_, lo, hi int) {
		for i, at := range indices[lo:hi] {
			if uint64(at) < uint64(n) {
				continue
			}
			for {
				old := first.Load()
				if int64(lo+i) >= old || first.CompareAndSwap(old, int64(lo+i)) {
					return
				}
			}
		}
	})
	if i := first.Load(); i < math.MaxInt64 {
		return indices[i], true
	}
	return 0, false
}
