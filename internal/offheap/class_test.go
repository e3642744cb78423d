package offheap

import "testing"

func TestClasses(t *testing.T) {
	for c := range numClasses {
		size := classSize(c)
		if size%align != 0 {
			t.Fatalf("class %d: size %d is not aligned", c, size)
		}
		if got := classOf(size); got != c {
			t.Fatalf("classOf(%d) = %d, want %d", size, got, c)
		}
		if c >= numSmall && size%4096 != 0 {
			t.Fatalf("class %d: size %d is not a multiple of a page", c, size)
		}
		if got := binOf(size); got != c {
			t.Fatalf("binOf(%d) = %d, want %d", size, got, c)
		}
		if c+1 == numClasses {
			break
		}
		next := classSize(c + 1)
		if got := classOf(size + 1); got != c+1 {
			t.Fatalf("classOf(%d) = %d, want %d", size+1, got, c+1)
		}
		if got := binOf(next - align); next-align > size && got != c {
			t.Fatalf("binOf(%d) = %d, want %d", next-align, got, c)
		}
		// Waste is at most an eighth, or a cache line.
		if waste := next - (size + 1); waste > max(next/8, align-1) {
			t.Fatalf("%d bytes in a block of %d", size+1, next)
		}
	}
	if got := classSize(numClasses - 1); got != maxClassSize {
		t.Errorf("largest class is %d, want %d", got, int64(maxClassSize))
	}
	if got := classSize(numSmall - 1); got != maxSmallSize {
		t.Errorf("largest small class is %d, want %d", got, maxSmallSize)
	}
	if got := classOf(0); got != 0 {
		t.Errorf("classOf(0) = %d", got)
	}
	for c := range numSmall {
		n := slabSize(c)
		if classSize(classOf(n)) != n || n%4096 != 0 || n < 8*classSize(c) {
			t.Errorf("slabs of class %d have %d bytes", c, n)
		}
	}
}
