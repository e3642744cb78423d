package cpu

import (
	"bytes"
	"flag"
	"io"
	"runtime"
	"runtime/pprof"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/flambeau-ml/flambeau/backend"
	"github.com/flambeau-ml/flambeau/graph"
	"github.com/flambeau-ml/flambeau/internal/randgraph"
)

var stress = flag.Duration("stress", 2*time.Second, "how long TestStress runs programs")

// TestStress runs random programs from many goroutines at once while memory is collected all the time, stacks grow and a
// profiler interrupts: machine code goes on, and what it computes stays the same.
func TestStress(t *testing.T) {
	d := New(Options{Threads: 2})
	defer d.Close()
	type job struct {
		f    *graph.Func
		p    backend.Program
		in   []*graph.Array
		want []*graph.Array
	}
	var jobs []job
	for seed := range uint64(40) {
		f, in := randgraph.New(seed+1<<41, randgraph.Options{Values: 30})
		p, err := d.Compile(f, backend.Options{})
		if err != nil {
			t.Fatal(err)
		}
		want, _ := launch(t, d, f, p, in)
		jobs = append(jobs, job{f, p, in, want})
	}
	if err := pprof.StartCPUProfile(io.Discard); err == nil {
		defer pprof.StopCPUProfile()
	}
	const crowd = 2000
	var stop atomic.Bool
	var runs, wrong atomic.Int64
	var all sync.WaitGroup
	gate := make(chan struct{}, 64) // so many at a time; the others wait and grow their stacks in turn
	for g := range crowd {
		all.Go(func() {
			for k := g; !stop.Load(); k += 7 {
				gate <- struct{}{}
				j := jobs[k%len(jobs)]
				got := deep(20, func() []*graph.Array { out, _ := launch(t, d, j.f, j.p, j.in); return out })
				for i := range got {
					if (got[i] == nil) != (j.want[i] == nil) || got[i] != nil && !bytes.Equal(got[i].Bytes(), j.want[i].Bytes()) {
						wrong.Add(1)
					}
				}
				runs.Add(1)
				<-gate
			}
		})
	}
	for begin := time.Now(); time.Since(begin) < *stress; {
		runtime.GC()
	}
	stop.Store(true)
	all.Wait()
	if n := wrong.Load(); n > 0 || runs.Load() == 0 {
		t.Errorf("%d wrong results in %d runs", n, runs.Load())
	}
	t.Logf("%d runs", runs.Load())
}

// deep calls f from a stack that has grown.
func deep(n int, f func() []*graph.Array) []*graph.Array {
	var pad [512]byte
	if n == 0 {
		return f()
	}
	out := deep(n-1, f)
	runtime.KeepAlive(&pad)
	return out
}
