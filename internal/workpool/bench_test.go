package workpool

import (
	"fmt"
	"runtime"
	"sync/atomic"
	"testing"
	"time"
)

var sink atomic.Int64

// work is arithmetic that no compiler removes, under a nanosecond an index.
func work(lo, hi int) {
	var s int64
	for i := lo; i < hi; i++ {
		s = s*31 + int64(i)
	}
	if s == 42 {
		sink.Add(s)
	}
}

// BenchmarkForkJoin runs a loop on two threads, over and over, and with pauses
// in which the workers go to sleep. The body does nothing, so this is the cost
// of the fork and the join; the caller often does both parts.
func BenchmarkForkJoin(b *testing.B) {
	p := New(2)
	defer p.Close()
	b.ReportAllocs()
	for b.Loop() {
		p.For(2, 1, func(_, _, _ int) {})
	}
}

// BenchmarkMeet has the two threads wait for each other: the full round trip.
func BenchmarkMeet(b *testing.B) {
	for _, gap := range []time.Duration{0, 20 * time.Microsecond, 500 * time.Microsecond} {
		b.Run(gap.String(), func(b *testing.B) {
			p := New(2)
			defer p.Close()
			var in atomic.Int32
			var spent time.Duration
			for b.Loop() {
				for start := time.Now(); time.Since(start) < gap; {
					pause()
				}
				in.Store(0)
				start := time.Now()
				p.For(2, 1, func(_, _, _ int) {
					for in.Add(1); in.Load() < 2; {
						pause()
					}
				})
				spent += time.Since(start)
			}
			b.ReportMetric(float64(spent.Nanoseconds())/float64(b.N), "ns/meet")
		})
	}
}

// BenchmarkLoop is a loop of some 20 and 200 µs of arithmetic.
func BenchmarkLoop(b *testing.B) {
	for _, n := range []int{20_000, 200_000} {
		for _, threads := range []int{1, 2} {
			b.Run(fmt.Sprintf("n=%d/threads=%d", n, threads), func(b *testing.B) {
				p := New(threads)
				defer p.Close()
				for b.Loop() {
					p.For(n, n/8, func(_, lo, hi int) { work(lo, hi) })
				}
			})
		}
	}
}

// BenchmarkLoopCrowded is the same while other goroutines want the cores.
func BenchmarkLoopCrowded(b *testing.B) {
	var stop atomic.Bool
	defer stop.Store(true)
	for range runtime.GOMAXPROCS(0) {
		go func() {
			for !stop.Load() {
				work(0, 10_000)
			}
		}()
	}
	for _, threads := range []int{1, 2} {
		b.Run(fmt.Sprintf("threads=%d", threads), func(b *testing.B) {
			p := New(threads)
			defer p.Close()
			for b.Loop() {
				p.For(200_000, 25_000, func(_, lo, hi int) { work(lo, hi) })
			}
		})
	}
}
