package micro

import (
	"math/rand/v2"
	"runtime"
	"testing"
	"unsafe"

	"github.com/flambeau-ml/flambeau/internal/asm/amd64"
	"github.com/flambeau-ml/flambeau/internal/asm/exec"
)

// A packed product stores, adds to what is there, or to what is elsewhere.
func testPacked[T real](t *testing.T, k *Kernels) {
	size := int(unsafe.Sizeof(T(0)))
	for r := 1; r <= k.Rows; r++ {
		for v := 1; v <= 2; v++ {
			for add := range 3 {
				depth, panels, tail := 1+rand.IntN(20), 1+rand.IntN(3), 1+rand.IntN(k.Vector)
				cols, width := (v-1)*k.Vector+tail, k.Width()
				cs, ss := panels*width+rand.IntN(9), panels*width+rand.IntN(9)
				x, y := random[T](r*depth), random[T](panels*depth*width)
				got, sums := random[T](r*cs), random[T](r*ss)
				want := append([]T(nil), got...)
				for i := range r {
					for p := range panels {
						for j := range cols {
							var s T
							for q := range depth {
								s = fma(x[q*r+i], y[(p*depth+q)*width+j], s)
							}
							at := i*cs + p*width + j
							switch add {
							case 1:
								s += want[at]
							case 2:
								s += sums[i*ss+p*width+j]
							}
							want[at] = s
						}
					}
				}
				k.MultiplyPacked(&Tile{A: ptr(x, 0), B: ptr(y, 0), C: ptr(got, 0), BPanel: depth * width * size, CRow: cs * size, CPanel: width * size,
					Depth: depth, Tail: tail, Add: add, Sum: uintptr(ptr(sums, 0)), SumRow: ss * size, SumPanel: width * size, Next: 64}, r, v, panels)
				runtime.KeepAlive(sums)
				for i := range got {
					if got[i] != want[i] {
						t.Fatalf("%dx%d, depth %d, tail %d, %d panels, adding %d: element %d is %v, want %v", r, v, depth, tail, panels, add, i, got[i], want[i])
					}
				}
			}
		}
	}
}

// The left operand may move on with the panels, as it does in a batch of small products.
func testBatch[T real](t *testing.T, k *Kernels) {
	const rows, depth, n, batch = 3, 5, 4, 7
	size := int(unsafe.Sizeof(T(0)))
	x, y, got := random[T](batch*rows*depth), random[T](batch*depth*n), random[T](batch*rows*n)
	k.Multiply(&Tile{A: ptr(x, 0), ARow: depth * size, AK: size, APanel: rows * depth * size, B: ptr(y, 0), BK: n * size, BPanel: depth * n * size,
		C: ptr(got, 0), CRow: n * size, CPanel: rows * n * size, Depth: depth, Tail: n}, rows, ceilDiv(n, k.Vector), batch)
	for b := range batch {
		for i := range rows {
			for j := range n {
				var s T
				for q := range depth {
					s = fma(x[(b*rows+i)*depth+q], y[(b*depth+q)*n+j], s)
				}
				if g := got[(b*rows+i)*n+j]; g != s {
					t.Fatalf("matrix %d, element %d %d is %v, want %v", b, i, j, g, s)
				}
			}
		}
	}
}

func testCopyLines[T real](t *testing.T, k *Kernels) {
	size := int(unsafe.Sizeof(T(0)))
	for vectors := 1; vectors <= 2; vectors++ {
		for range 20 {
			lines, panels, tail := 1+rand.IntN(40), 1+rand.IntN(3), 1+rand.IntN(k.Vector)
			width := vectors * k.Vector
			cols := (panels-1)*width + (vectors-1)*k.Vector + tail
			line := cols + rand.IntN(5)
			x, got := random[T](lines*line), make([]T, panels*lines*width)
			if panels > 1 { // every panel has the same last vector
				tail, cols = k.Vector, panels*width
				line = cols
				x = random[T](lines * line)
			}
			k.CopyLines(&Copying{From: ptr(x, 0), To: ptr(got, 0), Line: line * size, Pitch: width * size, Panel: lines * width * size, Count: lines, Tail: tail, Ahead: line * size}, vectors, panels)
			for p := range panels {
				for i := range lines {
					for j := range min(width, cols-p*width) {
						if g, w := got[(p*lines+i)*width+j], x[i*line+p*width+j]; g != w {
							t.Fatalf("%d lines, %d panels: element %d %d %d is %v, want %v", lines, panels, p, i, j, g, w)
						}
					}
				}
			}
		}
	}
}

func ceilDiv(a, b int) int { return (a + b - 1) / b }

func TestPackedKernels(t *testing.T) {
	levels(t, func(t *testing.T, heap *exec.Heap, features amd64.Features) {
		k32, k64 := kernels(t, heap, features, 4), kernels(t, heap, features, 8)
		testPacked[float32](t, k32)
		testPacked[float64](t, k64)
		testBatch[float32](t, k32)
		testBatch[float64](t, k64)
		testCopyLines[float32](t, k32)
		testCopyLines[float64](t, k64)
	})
}
