package tensor

import "testing"

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
