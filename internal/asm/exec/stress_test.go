//go:build amd64

package exec

import (
	"flag"
	"io"
	"math/rand/v2"
	"runtime"
	"runtime/pprof"
	"sync"
	"sync/atomic"
	"testing"
	"time"
	"unsafe"

	"github.com/flambeau-ml/flambeau/internal/asm/amd64"
)

var stress = flag.Duration("stress", 2*time.Second, "how long TestStress goes on")

// deep calls f with a stack that had to grow.
func deep(n int, f func()) byte {
	var pad [512]byte
	if n == 0 {
		f()
		return pad[0]
	}
	pad[n&511] = deep(n-1, f)
	return pad[0]
}

// TestStress runs kernels from many goroutines while others are added and released, the collector runs, stacks grow and
// a CPU profile is taken.
func TestStress(t *testing.T) {
	levels(t, func(t *testing.T, level amd64.Features) {
		duration := *stress / 2
		if testing.Short() {
			duration = 200 * time.Millisecond
		}
		if err := pprof.StartCPUProfile(io.Discard); err == nil {
			defer pprof.StopCPUProfile()
		}
		h := NewHeap(Options{Budget: 1 << 20})
		fmaCode, sumCode := fma(t, level), sum(t, level)
		width, _ := lanes(level)
		shared := add(t, h, "shared", fmaCode)
		end := time.Now().Add(duration)
		var calls, added atomic.Int64
		var failed atomic.Bool
		var wg sync.WaitGroup
		for range 32 {
			wg.Go(func() {
				const n = 512
				for time.Now().Before(end) && !failed.Load() {
					deep(rand.IntN(200), func() {
						var x, y, out [n]float32 // on the stack, where it is not too large for Go's taste
						for i := range x {
							x[i], y[i] = float32(i), float32(2*i)
						}
						b := block{unsafe.Pointer(&x), unsafe.Pointer(&y), unsafe.Pointer(&out), 3}
						if !shared.Acquire() {
							failed.Store(true)
							return
						}
						shared.Call(unsafe.Pointer(&b), 0, n)
						shared.Release()
						for i := range out {
							if out[i] != float32(5*i) {
								failed.Store(true)
							}
						}
						c, err := h.Add("own", sumCode)
						if err != nil {
							failed.Store(true)
							return
						}
						c.Call(unsafe.Pointer(&b), 0, n)
						c.Release()
						if out[0] != sumGo(x[:], width) {
							failed.Store(true)
						}
						runtime.KeepAlive(&y)
						calls.Add(2)
						added.Add(1)
					})
				}
			})
		}
		wg.Go(func() {
			for time.Now().Before(end) {
				runtime.GC()
			}
		})
		wg.Wait()
		if failed.Load() {
			t.Error("a kernel gave a wrong result, or there was none")
		}
		shared.Release()
		if err := h.Close(); err != nil {
			t.Error(err)
		}
		t.Logf("%d calls, %d kernels added", calls.Load(), added.Load())
	})
}
