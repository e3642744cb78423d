package ops

import (
	"math/rand/v2"
	"slices"

	"github.com/flambeau-ml/flambeau/graph"
)

// lowRank are the leading q singular values and vectors of x, found by products with q random vectors (Halko,
// Martinsson and Tropp 2009).
func lowRank(op string, x, state *graph.Value, q, iterations int) (u, s, v, next *graph.Value) {
	needMatrices(op, x)
	n := lastSize(x, 1)
	least, ok := shorter(op, x).Int()
	if q < 0 || ok && q > least {
		graph.Fail(op, "cannot find %d singular values of %s", q, x.Type)
	}
	sizes := append(slices.Clone(x.Shape[:x.Rank()-2]), n, graph.N(q))
	random, next := normal(op)(sizes, state, x.DType)
	basis := func(y *graph.Value) *graph.Value { b, _ := qr(op, y, false); return b }
	b := basis(mm(x, random))
	for range iterations {
		b = basis(mm(x, basis(mm(mH(x), b))))
	}
	d := decomposed(op, mm(mH(b), x))
	return mm(b, d.u), d.s, d.v, next
}

func lowRankSamples(r *rand.Rand) []Sample {
	return []Sample{call(f32(r, 5, 4)).kw("q", 2).kw("generator", seed(r)).concrete(), call(f32(r, 2, 3, 6)).kw("q", 3).kw("generator", seed(r)).concrete()}
}

// Decompositions by random directions.
var (
	SVDLowRank = define(Op{
		Schema: "svd_lowrank(Tensor A, int q=6, int niter=2, Tensor? M=None, *, Generator? generator=None) -> (Tensor U, Tensor S, Tensor V)", Method: "SVDLowRank",
		Doc: "The leading q singular values and vectors of A, or of A less M, found by random directions.", Samples: lowRankSamples,
	}, func(x *graph.Value, q, iterations int, m, state *graph.Value) (u, s, v, next *graph.Value) {
		if m != nil {
			x = x.Sub(m.Expand(x.Shape...))
		}
		return lowRank("svd_lowrank", x, state, q, iterations)
	})
	PCALowRank = define(Op{
		Schema: "pca_lowrank(Tensor A, int? q=None, bool center=True, int niter=2, *, Generator? generator=None) -> (Tensor U, Tensor S, Tensor V)", Method: "PCALowRank",
		Doc: "The leading q principal components of the rows of A, found by random directions: 6 at most where q is absent.", Samples: lowRankSamples,
	}, func(x *graph.Value, q *int, center bool, iterations int, state *graph.Value) (u, s, v, next *graph.Value) {
		const op = "pca_lowrank"
		needMatrices(op, x)
		k := 6
		if q != nil {
			k = *q
		} else if n, ok := shorter(op, x).Int(); ok {
			k = min(k, n)
		}
		if center {
			x = x.Sub(x.Mean(x.Rank() - 2))
		}
		return lowRank(op, x, state, k, iterations)
	})
)
