package bench

import (
	"os"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/flambeau-ml/flambeau/backend/cpu"
	"github.com/flambeau-ml/flambeau/tensor"
)

// longRun is what a call of a case takes once it has been called often.
type longRun struct {
	objects, bytes float64 // of Go's heap, a call
	fresh          int64   // bytes that the device took from the system, in all
	resident       int64   // bytes by which the process has grown
}

// settled calls a case so many times with as many threads as there are processors, after a tenth as many that do not count.
func settled(t testing.TB, name string, calls int) (s longRun) {
	t.Helper()
	c := Select(Cases(), regexp.MustCompile("^"+name+"$"), false)
	if len(c) != 1 {
		t.Fatalf("%d cases are called %s", len(c), name)
	}
	on(tensor.NewDevice(cpu.New(cpu.Options{})), func() {
		in := NewInputs(false)
		defer in.Free()
		step := c[0].Make(in)
		call := func(n int) {
			for range n {
				out, err := compute(t.Context(), step)
				if err != nil {
					t.Fatal(err)
				}
				for _, x := range out {
					x.Free()
				}
			}
		}
		call(max(20, calls/10))
		runtime.GC()
		var before, after runtime.MemStats
		fresh, grown := tensor.Default().Memory().Fresh, resident()
		runtime.ReadMemStats(&before)
		call(calls)
		runtime.ReadMemStats(&after)
		s.objects = float64(after.Mallocs-before.Mallocs) / float64(calls)
		s.bytes = float64(after.TotalAlloc-before.TotalAlloc) / float64(calls)
		s.fresh, s.resident = tensor.Default().Memory().Fresh-fresh, resident()-grown
	})
	return s
}

// resident is the bytes of memory that this process has, 0 where the system does not say.
func resident() int64 {
	b, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0
	}
	f := strings.Fields(string(b))
	n, _ := strconv.ParseInt(f[1], 10, 64)
	return n * int64(os.Getpagesize())
}

// TestSteadyState has a frozen call make a handful of small objects, and a recorded operator few bytes. Two objects are the
// case's own: lists of what it calls with, and of what it returns.
func TestSteadyState(t *testing.T) {
	calls := 2000
	if testing.Short() {
		calls = 300
	}
	for _, c := range []struct {
		name           string
		objects, bytes float64 // at most, a call; 0: any number
	}{
		{"tiny_add_chain100_nograd_frozen", 4 + 2.5, 1024},
		{"tiny_add_chain100_grad_fwdbwd_frozen", 16, 2048},
		{"tiny_add_chain100_nograd", 0, 256 * 100},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := settled(t, c.name, calls)
			t.Logf("a call: %.1f objects, %.0f bytes; fresh: %d bytes; grown by %d KB", s.objects, s.bytes, s.fresh, s.resident>>10)
			if c.objects > 0 && s.objects > c.objects {
				t.Errorf("a call makes %.1f objects, want %g at most", s.objects, c.objects)
			}
			if s.bytes > c.bytes {
				t.Errorf("a call makes objects of %.0f bytes, want %g at most", s.bytes, c.bytes)
			}
			if s.fresh > 1<<20 {
				t.Errorf("the device took %d fresh bytes", s.fresh)
			}
		})
	}
}

// BenchmarkSteadyState reports what a call takes in the long run: -benchtime 10000x.
func BenchmarkSteadyState(b *testing.B) {
	for _, name := range []string{
		"tiny_add_chain100_nograd", "tiny_add_chain100_nograd_frozen", "tiny_add_chain100_grad_fwdbwd", "tiny_add_chain100_grad_fwdbwd_frozen",
		"mlp_train_adam_b64", "mlp_train_adam_b64_frozen",
	} {
		b.Run(name, func(b *testing.B) {
			s := settled(b, name, b.N)
			b.ReportMetric(s.objects, "objects/call")
			b.ReportMetric(s.bytes, "bytes/call")
			b.ReportMetric(float64(s.fresh), "fresh-bytes")
			b.ReportMetric(float64(s.resident)/1024, "grown-KB")
		})
	}
}
