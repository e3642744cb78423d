package micro

import (
	"math"
	"math/rand/v2"
	"testing"
	"unsafe"

	"github.com/flambeau-ml/flambeau/internal/asm/amd64"
	"github.com/flambeau-ml/flambeau/internal/asm/exec"
)

// near fails unless got is want, to a few units of float32 relative to the larger of it and 1.
func near(t *testing.T, what string, at int, got float32, want float64) {
	t.Helper()
	if !(math.Abs(float64(got)-want) <= 1e-6*max(1, math.Abs(want))) {
		t.Fatalf("%s: element %d is %v, want %v", what, at, got, want)
	}
}

func TestAttentionRoutines(t *testing.T) {
	levels(t, func(t *testing.T, heap *exec.Heap, features amd64.Features) {
		k := kernels(t, heap, features, 4)
		for range 20 {
			rows, vectors, wide := 1+rand.IntN(5), 1+rand.IntN(9), 1+rand.IntN(5)
			n, ld, out := vectors*k.Vector, (vectors+1)*k.Vector, wide*k.Vector
			scores, sums := random[float32](rows*ld), random[float32](rows*out)
			tops, totals := random[float32](rows), random[float32](rows)
			tops[0] = float32(math.Inf(-1)) // nothing so far
			for i := range n {
				if rand.IntN(3) == 0 {
					scores[i] = float32(math.Inf(-1))
				}
			}
			old, oldSums, oldTops, oldTotals := append([]float32(nil), scores...), append([]float32(nil), sums...), append([]float32(nil), tops...), append([]float32(nil), totals...)
			s := Softening{Scores: ptr(scores, 0), Row: 4 * ld, Vectors: vectors, Max: ptr(tops, 0), Sum: ptr(totals, 0), Out: ptr(sums, 0), OutRow: 4 * out, OutVectors: wide, Scale: 1.5}
			k.Soften(&s, rows)
			for r := range rows {
				top := float64(oldTops[r])
				for _, x := range old[r*ld:][:n] {
					top = max(top, 1.5*float64(x))
				}
				near(t, "largest", r, tops[r], top)
				change := math.Exp2(float64(oldTops[r]) - top)
				total := float64(oldTotals[r]) * change
				for i, x := range old[r*ld:][:n] {
					p := math.Exp2(1.5*float64(x) - top)
					near(t, "weight", i, scores[r*ld+i], p)
					total += p
				}
				near(t, "sum", r, totals[r], total)
				for i, x := range oldSums[r*out:][:out] {
					near(t, "sum of values", i, sums[r*out+i], float64(x)*change)
				}
			}

			weights, cts := random[float32](rows*ld), random[float32](rows*ld)
			old, oldCts := append([]float32(nil), weights...), append([]float32(nil), cts...)
			logs, means := random[float32](rows), random[float32](rows)
			k.Weigh(&Weighing{Scores: ptr(weights, 0), Cotangents: ptr(cts, 0), Row: 4 * ld, Vectors: vectors, Log: ptr(logs, 0), Mean: ptr(means, 0), Scale: 2, Factor: 3}, rows)
			for r := range rows {
				for i := r * ld; i < r*ld+n; i++ {
					p := math.Exp2(2*float64(old[i]) - float64(logs[r]))
					near(t, "weight", i, weights[i], p)
					near(t, "cotangent", i, cts[i], p*(3*float64(oldCts[i])-float64(means[r])))
				}
			}

			tail := 1 + rand.IntN(k.Vector)
			bias := random[float32](rows * n)[:(rows-1)*n+n-k.Vector+tail]
			old = append([]float32(nil), weights...)
			k.Bias(&Biasing{Scores: ptr(weights, 0), Row: 4 * ld, Bias: ptr(bias, 0), BiasRow: 4 * n, Vectors: vectors, Tail: tail, Scale: 0.5}, rows)
			for r := range rows {
				for i := range n - k.Vector + tail {
					near(t, "score", i, weights[r*ld+i], 0.5*float64(old[r*ld+i])+math.Log2E*float64(bias[r*n+i]))
				}
			}

			by := random[float32](rows)
			by[rand.IntN(rows)] = 0
			to := make([]float32, rows*out)
			k.Divide(&Dividing{From: ptr(sums, 0), FromRow: 4 * out, To: unsafe.Pointer(&to[0]), ToRow: 4 * out, By: ptr(by, 0), Vectors: wide, Tail: tail}, rows)
			for r := range rows {
				for i := range out {
					want := float64(sums[r*out+i]) / float64(by[r])
					if by[r] == 0 || i >= out-k.Vector+tail {
						want = 0
					}
					near(t, "quotient", i, to[r*out+i], want)
				}
			}
		}
	})
}
