package tensor

import (
	"strconv"
	"testing"
)

// BenchmarkRecord records one operator: shapes, node, counts, caller's line, handle.
func BenchmarkRecord(b *testing.B) {
	x := New([]float32{1, 2, 3, 4})
	b.ReportAllocs()
	y := x
	for i := 0; b.Loop(); i++ {
		if i%1000 == 0 {
			y = x
		}
		y = y.Neg()
	}
}

// BenchmarkEval records, looks up, runs and reads 1, 10 and 100 operators on 16 numbers; figures are of the whole.
func BenchmarkEval(b *testing.B) {
	for _, n := range []int{1, 10, 100} {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			x := New(make([]float32, 16))
			b.ReportAllocs()
			for b.Loop() {
				y := x
				for range n {
					y = y.Neg()
				}
				Read(y, func([]float32) {})
				y.Free()
			}
		})
	}
}
