package cpu

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/flambeau-ml/flambeau/graph"
	"github.com/flambeau-ml/flambeau/internal/workpool"
)

// shapesOfKeys are ways in which the elements of a line may lie.
var shapesOfKeys = map[string]func(r *rand.Rand, i int) float64{
	"few":    func(r *rand.Rand, _ int) float64 { return float64(r.IntN(5)) },
	"normal": func(r *rand.Rand, _ int) float64 { return r.NormFloat64() },
	"an outlier": func(r *rand.Rand, i int) float64 {
		if i == 77 {
			return 1e300
		}
		return 1 + float64(r.IntN(1000))*0x1p-52
	},
	"scales":  func(r *rand.Rand, _ int) float64 { return math.Ldexp(r.NormFloat64(), r.IntN(2000)-1000) },
	"rising":  func(_ *rand.Rand, i int) float64 { return float64(i) * 0x1p-30 },
	"falling": func(_ *rand.Rand, i int) float64 { return -float64(i) * 1e9 },
	"close":   func(r *rand.Rand, _ int) float64 { return 1e15 + float64(r.IntN(1<<20)) },
	"not numbers": func(r *rand.Rand, i int) float64 {
		return []float64{math.NaN(), 0, math.Copysign(0, -1), math.Inf(1), math.Inf(-1), r.Float64()}[r.IntN(6)]
	},
}

// TestSortedLines sorts lines of all lengths, on one thread and on several, both ways, whole and their beginning.
func TestSortedLines(t *testing.T) {
	r := rand.New(rand.NewPCG(91, 92))
	for name, shape := range shapesOfKeys {
		for _, n := range []int{1, 20, 100, 700, 3000, 40_000} {
			for _, d := range []graph.DType{graph.Float64, graph.Float32, graph.Int64, graph.Int32, graph.BFloat16, graph.Uint8} {
				x := graph.NewArray(d, n)
				for i := range n {
					switch f := shape(r, i); {
					case d == graph.Int64 && name == "scales":
						x.SetInt(i, int64(r.Uint64()))
					case d.IsFloat():
						x.SetFloat(i, f)
					case f != f || math.Abs(f) > 1e9:
						x.SetInt(i, int64(r.IntN(100)))
					default:
						x.SetInt(i, int64(f*100)&127)
					}
				}
				for _, step := range []int{1, -1} {
					a := &graph.Attrs{Axes: []int{0}, Step: []int{step}}
					exactly(t, graph.ArgSort, a, x)
					want := graph.NewArray(graph.Int64, n)
					if err := graph.ArgSort.Eval(a, []*graph.Array{x}, want); err != nil {
						t.Fatal(err)
					}
					for _, k := range []int{1, 3, 60, 128, 300} {
						if k > n {
							continue
						}
						for _, threads := range []int{1, 3} {
							got := firstOf(t, threads, a, x, k)
							for i, at := range got {
								if at != want.I[i] {
									t.Fatalf("%s, %d of %d of %s by %d on %d threads: place %d is %d, want %d", name, k, n, d, step, threads, i, at, want.I[i])
								}
							}
						}
					}
				}
			}
		}
	}
}

// firstOf is the first k places of a line in order.
func firstOf(t *testing.T, threads int, a *graph.Attrs, x *graph.Array, k int) []int64 {
	t.Helper()
	pool := workpool.New(threads)
	defer pool.Close()
	out := arrayOf(graph.NewArray(graph.Int64, k))
	if err := firstSorted(&env{pool: pool, rows: rowCodes()}, a, []array{arrayOf(x)}, out); err != nil {
		t.Fatal(err)
	}
	return elements[int64](out)
}
