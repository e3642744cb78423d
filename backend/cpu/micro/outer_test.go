package micro

import (
	"fmt"
	"testing"
	"unsafe"

	"github.com/flambeau-ml/flambeau/internal/asm/amd64"
	"github.com/flambeau-ml/flambeau/internal/asm/exec"
)

func testOuter[T real](t *testing.T, k *Kernels) {
	size := int(unsafe.Sizeof(T(0)))
	for depth := 1; depth <= OuterDepth; depth++ {
		for _, vectors := range []int{1, 3, 8} {
			const rows, gap = 5, 2
			n := vectors * k.Vector
			a, b := random[T](rows*(depth+gap)), random[T](depth*(n+gap))
			b[0] = 0 // times a negative number it is −0, and the sum +0
			block := make([]T, (rows+1)*(n+k.Vector)+64/size)
			c := block[(64-int(uintptr(unsafe.Pointer(&block[0])))%64)%64/size:]
			pitch := n + k.Vector
			o := Outer{
				A: unsafe.Pointer(&a[0]), B: unsafe.Pointer(&b[0]), C: unsafe.Pointer(&c[0]),
				ARow: (depth + gap) * size, AK: size, BK: (n + gap) * size, CRow: pitch * size, Bytes: n * size,
			}
			k.Outer(&o, rows, depth)
			for i := range rows {
				for j := range pitch {
					var want T
					for q := 0; q < depth && j < n; q++ {
						want = fma(a[i*(depth+gap)+q], b[q*(n+gap)+j], want)
					}
					if got := c[i*pitch+j]; got != want || 1/got != 1/want {
						t.Fatalf("depth %d, %d vectors: element %d, %d is %v, want %v", depth, vectors, i, j, got, want)
					}
				}
			}
		}
	}
}

// TestOuter computes products of few elements of K whose rows go past the caches.
func TestOuter(t *testing.T) {
	levels(t, func(t *testing.T, heap *exec.Heap, features amd64.Features) {
		for _, size := range []int{4, 8} {
			t.Run(fmt.Sprintf("f%d", 8*size), func(t *testing.T) {
				k := kernels(t, heap, features, size)
				if size == 4 {
					testOuter[float32](t, k)
				} else {
					testOuter[float64](t, k)
				}
			})
		}
	})
}
