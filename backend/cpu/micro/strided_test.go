package micro

import (
	"testing"
	"unsafe"

	"github.com/flambeau-ml/flambeau/internal/asm/amd64"
	"github.com/flambeau-ml/flambeau/internal/asm/exec"
)

func TestSeconds(t *testing.T) {
	k := kernels(t, exec.NewHeap(exec.Options{}), amd64.Detect(), 4)
	if !k.HasSeconds() {
		t.Skip("the processor has neither AVX2 nor AVX-512")
	}
	for n := 1; n < 70; n++ {
		const rows, pitch, apart = 3, 80, 150
		from, to := make([]float32, (rows-1)*apart+2*n-1), make([]float32, rows*pitch)
		for i := range from {
			from[i] = float32(i + 1)
		}
		k.Seconds(unsafe.Pointer(&to[0]), unsafe.Pointer(&from[0]), 4*pitch, 4*apart, rows, n)
		for i, got := range to {
			want := float32(0)
			if i%pitch < n {
				want = float32(i/pitch*apart + 2*(i%pitch) + 1)
			}
			if got != want {
				t.Fatalf("%d elements: element %d is %g, want %g", n, i, got, want)
			}
		}
	}
}
