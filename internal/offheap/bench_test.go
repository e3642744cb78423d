package offheap

import (
	"testing"
)

func BenchmarkHit(b *testing.B) {
	for _, n := range []int64{256, 1 << 20} {
		b.Run(sizeString(n), func(b *testing.B) {
			a := New(Options{})
			freeAll(a, allocAll(b, a, n))
			b.ReportAllocs()
			for b.Loop() {
				p, _ := a.Alloc(n)
				a.Free(p)
			}
			a.Trim()
		})
	}
}

// BenchmarkSplit takes and returns a span that is cut and joined each time.
func BenchmarkSplit(b *testing.B) {
	a := New(Options{})
	freeAll(a, allocAll(b, a, 1<<20))
	b.ReportAllocs()
	for b.Loop() {
		p, _ := a.Alloc(200 << 10)
		a.Free(p)
		a.mu.Lock()
		a.flush()
		a.mu.Unlock()
	}
	a.Trim()
}

func BenchmarkHitParallel(b *testing.B) {
	a := New(Options{})
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			p, _ := a.Alloc(1 << 20)
			a.Free(p)
		}
	})
	a.Trim()
}

// BenchmarkTouch writes to each page of 64 MiB, fresh and kept.
func BenchmarkTouch(b *testing.B) {
	for _, keep := range []bool{false, true} {
		b.Run(map[bool]string{false: "fresh", true: "kept"}[keep], func(b *testing.B) {
			a := New(Options{})
			b.SetBytes(64 << 20)
			for b.Loop() {
				p, err := a.Alloc(64 << 20)
				if err != nil {
					b.Fatal(err)
				}
				for i, m := 0, p.Bytes(); i < len(m); i += 4096 {
					m[i] = 1
				}
				a.Free(p)
				if !keep {
					a.Trim()
				}
			}
			a.Trim()
		})
	}
}
