package cpu

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/flambeau-ml/flambeau/graph"
	"github.com/flambeau-ml/flambeau/internal/workpool"
)

// BenchmarkPeak performs multiply-adds on registers: what contractions are measured against.
func BenchmarkPeak(b *testing.B) {
	for _, e := range testEngines() {
		if e == portable {
			continue
		}
		for _, threads := range []int{1, 2} {
			b.Run(fmt.Sprintf("%s/threads=%d", e.name, threads), func(b *testing.B) {
				pool := workpool.New(threads)
				defer pool.Close()
				const parts, rounds = 16, 2000
				for b.Loop() {
					pool.For(parts, 1, func(_, lo, hi int) { e.f32.Peak(rounds * (hi - lo)) })
				}
				reportFLOPS(b, 2*parts*rounds*e.f32.Peak(1))
			})
		}
	}
}

func reportFLOPS(b *testing.B, each int) {
	b.ReportMetric(float64(each)*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
}

// BenchmarkContraction multiplies [batch, m, k] by [batch, k, n]. A letter t stands for an operand whose last axes lie
// the other way round, as weights do.
func BenchmarkContraction(b *testing.B) {
	type size struct {
		batch, m, n, k int
		a, b           bool // transposed
	}
	type cases struct {
		d     graph.DType
		sizes []size
	}
	square := func(n int) size { return size{1, n, n, n, false, false} }
	for _, c := range []cases{
		{graph.Float32, []size{
			square(16), square(64), square(128), square(256), square(512), square(1024), square(2048),
			{1, 64, 512, 784, false, true}, {1, 64, 784, 512, false, false}, {1, 512, 784, 64, true, false}, // forward and backward of a layer, batch 64
			{1, 512, 512, 784, false, true}, {1, 512, 784, 512, false, false}, {1, 512, 784, 512, true, false},
			{1, 64, 10, 512, false, true}, {1, 10, 512, 64, true, false},
			{1, 1, 4096, 4096, false, false}, {1, 1, 4096, 4096, false, true}, {1, 1, 512, 512, false, false}, {1, 1, 512, 512, false, true},
			{1024, 4, 4, 4, false, false}, {1024, 16, 16, 16, false, false}, {96, 128, 128, 64, false, true}, {96, 128, 64, 128, false, false},
		}},
		{graph.Float64, []size{square(512)}},
		{graph.BFloat16, []size{square(512)}},
		{graph.Int32, []size{square(64)}},
	} {
		for _, s := range c.sizes {
			name := fmt.Sprintf("%s/%dx%dx%d", c.d, s.m, s.n, s.k)
			if s.batch > 1 {
				name = fmt.Sprintf("%s/%d·%dx%dx%d", c.d, s.batch, s.m, s.n, s.k)
			}
			r := rand.New(rand.NewPCG(1, 2))
			dims := [2][]int{{s.batch, s.m, s.k}, {s.batch, s.k, s.n}}
			dot := &graph.Dot{LBatch: []int{0}, RBatch: []int{0}, LContract: []int{2}, RContract: []int{1}}
			if s.a {
				name, dims[0], dot.LContract = name+"/ta", []int{s.batch, s.k, s.m}, []int{1}
			}
			if s.b {
				name, dims[1], dot.RContract = name+"/tb", []int{s.batch, s.n, s.k}, []int{2}
			}
			in := []array{arrayOf(graph.Uniform(r, c.d, -2, 2, dims[0]...)), arrayOf(graph.Uniform(r, c.d, -2, 2, dims[1]...))}
			out := newArray(c.d, []int{s.batch, s.m, s.n})
			for _, e := range testEngines() {
				for _, threads := range []int{1, 2} {
					b.Run(fmt.Sprintf("%s/threads=%d/%s", e.name, threads, name), func(b *testing.B) {
						pool := workpool.New(threads)
						defer pool.Close()
						b.ReportAllocs()
						for b.Loop() {
							if err := compute(&env{pool: pool, engine: e}, graph.DotGeneral, &graph.Attrs{Dot: dot}, in, out); err != nil {
								b.Fatal(err)
							}
						}
						reportFLOPS(b, 2*s.batch*s.m*s.n*s.k)
					})
				}
			}
		}
	}
}
