package cpu

import (
	"bytes"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/flambeau-ml/flambeau/backend"
	"github.com/flambeau-ml/flambeau/graph"
	"github.com/flambeau-ml/flambeau/internal/asm/exec"
	"github.com/flambeau-ml/flambeau/internal/randgraph"
)

// TestEviction compiles more kernels than there is room for, while others run on goroutines: the code that they run stays, new
// code takes the place of what nobody holds, and results are right wherever there is none.
func TestEviction(t *testing.T) {
	const budget, running, passing = 64 << 10, 4, 150
	d := New(Options{Threads: 2})
	defer d.Close()
	if d.loops == nil {
		t.Skip("the processor has neither AVX2 nor AVX-512, or the system forbids pages of code: there is no machine code to test")
	}
	d.loops.heap = exec.NewHeap(exec.Options{Budget: budget})
	roomy := New(Options{Threads: 1})
	defer roomy.Close()
	type job struct {
		f        *graph.Func
		p        backend.Program
		in, want []*graph.Array
	}
	newJob := func(seed uint64) job {
		f, in := randgraph.New(seed+1<<42, randgraph.Options{Values: 12})
		p, err := d.Compile(f, backend.Options{})
		if err != nil {
			t.Fatal(err)
		}
		q, err := roomy.Compile(f, backend.Options{})
		if err != nil {
			t.Fatal(err)
		}
		want, _ := launch(t, roomy, f, q, in)
		return job{f, p, in, want}
	}
	right := func(j *job) bool {
		got, _ := launch(t, d, j.f, j.p, j.in)
		for i := range got {
			if (got[i] == nil) != (j.want[i] == nil) || got[i] != nil && !bytes.Equal(got[i].Bytes(), j.want[i].Bytes()) {
				return false
			}
		}
		return true
	}
	// held is the code that a program's last layout runs.
	held := func(j *job) (all []*exec.Code) {
		for _, y := range j.p.(*program).last.Load().layouts {
			if y != nil {
				for _, c := range y.codes() {
					all = append(all, c)
				}
			}
		}
		return all
	}
	var stay []job
	for seed := range uint64(running) {
		stay = append(stay, newJob(seed))
		if !right(&stay[seed]) {
			t.Fatalf("program %d is wrong before anything is evicted", seed)
		}
	}
	var stop atomic.Bool
	var runs, wrong atomic.Int64
	var all sync.WaitGroup
	for i := range stay {
		all.Go(func() {
			for !stop.Load() {
				if !right(&stay[i]) {
					wrong.Add(1)
				}
				runs.Add(1)
			}
		})
	}
	pieces, bytesMade := map[*exec.Code]bool{}, 0
	for seed := range uint64(passing) {
		j := newJob(100 + seed)
		if !right(&j) {
			t.Errorf("program %d is wrong", seed)
		}
		for _, c := range held(&j) {
			if !pieces[c] {
				pieces[c], bytesMade = true, bytesMade+c.Size()
			}
		}
		if s := d.loops.heap.Stats(); s.Mapped > budget {
			t.Fatalf("%d bytes are mapped, the budget is %d", s.Mapped, budget)
		}
		if seed%10 == 9 {
			runtime.GC() // programs that nobody has any more let go of their code
		}
	}
	stop.Store(true)
	all.Wait()
	if n := wrong.Load(); n > 0 || runs.Load() == 0 {
		t.Errorf("%d wrong results in %d runs", n, runs.Load())
	}
	if bytesMade < 2*budget {
		t.Errorf("the programs had %d bytes of code in all: too little to evict any from %d", bytesMade, budget)
	}
	for i := range stay {
		for _, c := range held(&stay[i]) {
			if d.loops.heap.Lookup(c.Entry()) != c {
				t.Errorf("code of %s went while program %d held it", c.Name(), i)
			}
		}
	}
	runtime.KeepAlive(stay)
	t.Logf("%d pieces of code, %d bytes, %d runs beside", len(pieces), bytesMade, runs.Load())
}
