package workpool

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// eventually waits until a condition holds.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); !ok(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("not in 10 s: %s", what)
		}
	}
}

// workers counts the goroutines of all pools.
func workers() int {
	buf := make([]byte, 1<<20)
	return strings.Count(string(buf[:runtime.Stack(buf, true)]), "workpool.(*worker).work(")
}

// loopOnce runs one loop and checks what For promises.
func loopOnce(p *Pool, n, grain int) error {
	seen := make([]atomic.Int32, max(n, 0))
	busy := make([]atomic.Bool, p.Threads())
	var bad atomic.Pointer[string]
	complain := func(format string, args ...any) {
		s := fmt.Sprintf("n %d, grain %d, threads %d: ", n, grain, p.Threads()) + fmt.Sprintf(format, args...)
		bad.CompareAndSwap(nil, &s)
	}
	p.For(n, grain, func(worker, lo, hi int) {
		if worker < 0 || worker >= p.Threads() || !busy[worker].CompareAndSwap(false, true) {
			complain("worker %d is out of range or at work already", worker)
			return
		}
		g := max(grain, 1)
		if lo%g != 0 || (hi-lo != g && hi != n) || lo >= hi || hi > n {
			complain("part [%d, %d)", lo, hi)
		}
		for i := lo; i < hi && i < n; i++ {
			seen[i].Add(1)
		}
		if n <= g && worker != 0 {
			complain("one part, but worker %d", worker)
		}
		busy[worker].Store(false)
	})
	for i := range seen {
		if c := seen[i].Load(); c != 1 {
			complain("index %d came %d times", i, c)
		}
	}
	if s := bad.Load(); s != nil {
		return errors.New(*s)
	}
	return nil
}

func TestEachIndexOnce(t *testing.T) {
	for _, threads := range []int{-1, 0, 1, 2, 3, 8} {
		p := New(threads)
		if got, want := p.Threads(), max(threads, 1); got != want {
			t.Fatalf("Threads() = %d, want %d", got, want)
		}
		for _, n := range []int{-1, 0, 1, 2, 3, 7, 64, 1000, 4097} {
			for _, grain := range []int{-1, 0, 1, 2, 5, 64, 1000, 5000} {
				for range 3 {
					if err := loopOnce(p, n, grain); err != nil {
						t.Fatal(err)
					}
				}
			}
		}
		p.Close()
	}
}

func TestLongRange(t *testing.T) {
	const n, grain = int(^uint(0) >> 1), int(^uint(0)>>1) / 5 * 3 // lo+grain overflows
	for _, threads := range []int{1, 3} {
		p := New(threads)
		var sum atomic.Uint64
		p.For(n, grain, func(_, lo, hi int) { sum.Add(uint64(hi - lo)) })
		if sum.Load() != uint64(n) {
			t.Errorf("%d threads: parts add up to %d, want %d", threads, sum.Load(), n)
		}
		p.Close()
	}
}

// All threads take part when each part waits for the others.
func TestWorkersHelp(t *testing.T) {
	const threads = 4
	p := New(threads)
	defer p.Close()
	for range 50 {
		var in atomic.Int32
		var used [threads]atomic.Bool
		p.For(threads, 1, func(worker, _, _ int) {
			used[worker].Store(true)
			in.Add(1)
			for in.Load() < threads {
				runtime.Gosched()
			}
		})
		for w := range used {
			if !used[w].Load() {
				t.Fatalf("worker %d was not used", w)
			}
		}
	}
}

func TestConcurrentAndNested(t *testing.T) {
	p := New(3)
	defer p.Close()
	var wg sync.WaitGroup
	for g := range 6 {
		wg.Go(func() {
			r := rand.New(rand.NewPCG(uint64(g), 3))
			for range 200 {
				if r.IntN(4) == 0 {
					p.For(5, 1, func(_, _, _ int) {
						if err := loopOnce(p, 20, 3); err != nil {
							t.Error(err)
						}
						p.For(4, 1, func(_, _, _ int) { p.For(3, 1, func(_, _, _ int) {}) })
					})
				} else if err := loopOnce(p, r.IntN(300), r.IntN(20)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
}

// A loop whose workers are all held up elsewhere is done by its caller.
func TestBusyWorkers(t *testing.T) {
	p := New(3)
	defer p.Close()
	var in atomic.Int32
	hold := make(chan struct{})
	done := make(chan struct{})
	go func() {
		defer close(done)
		p.For(3, 1, func(_, _, _ int) { in.Add(1); <-hold })
	}()
	eventually(t, "all workers are held", func() bool { return in.Load() == 3 })
	if err := loopOnce(p, 100, 3); err != nil {
		t.Error(err)
	}
	close(hold)
	<-done
}

func TestPanic(t *testing.T) {
	p := New(4)
	defer p.Close()
	want := errors.New("bad element")
	for at := range 20 {
		var running atomic.Int32
		func() {
			defer func() {
				if got := recover(); got != any(want) {
					t.Errorf("panic %v, want %v", got, want)
				}
				if running.Load() != 0 {
					t.Error("body was still running")
				}
			}()
			p.For(20, 1, func(_, lo, _ int) {
				running.Add(1)
				defer running.Add(-1)
				if lo == at {
					panic(want)
				}
				time.Sleep(10 * time.Microsecond)
			})
			t.Error("no panic")
		}()
		if err := loopOnce(p, 100, 3); err != nil {
			t.Fatal(err)
		}
	}
}

// Each thread panics; the caller sees its own.
func TestPanicOnAll(t *testing.T) {
	p := New(3)
	defer p.Close()
	var in atomic.Int32
	defer func() {
		if got := recover(); got != 0 {
			t.Errorf("panic %v, want 0", got)
		}
	}()
	p.For(3, 1, func(worker, _, _ int) {
		for in.Add(1); in.Load() < 3; {
			runtime.Gosched()
		}
		panic(worker)
	})
}

func TestGoexit(t *testing.T) {
	p := New(2)
	defer p.Close()
	// On a worker it becomes a panic, and the worker is replaced.
	for range 3 {
		func() {
			defer func() {
				if got := recover(); got != errGoexit {
					t.Errorf("panic %v, want %q", got, errGoexit)
				}
			}()
			var in atomic.Int32
			p.For(2, 1, func(worker, _, _ int) {
				for in.Add(1); in.Load() < 2; {
					runtime.Gosched()
				}
				if worker == 1 {
					runtime.Goexit()
				}
			})
		}()
	}
	// On the caller it goes on.
	done := make(chan struct{})
	go func() {
		defer close(done)
		p.For(100, 1, func(worker, _, _ int) {
			if worker == 0 {
				runtime.Goexit()
			}
		})
		t.Error("For returned")
	}()
	<-done
	if err := loopOnce(p, 100, 3); err != nil {
		t.Error(err)
	}
}

func TestClose(t *testing.T) {
	before := workers()
	p := New(4)
	if err := loopOnce(p, 100, 3); err != nil {
		t.Error(err)
	}
	p.Close()
	p.Close()
	eventually(t, "workers end", func() bool { return workers() == before })
	if err := loopOnce(p, 100, 3); err != nil {
		t.Error(err)
	}
	for range 100 { // while a loop runs
		p := New(3)
		done := make(chan error)
		go func() { done <- loopOnce(p, 50, 1) }()
		p.Close()
		if err := <-done; err != nil {
			t.Fatal(err)
		}
	}
}

func TestForgottenPoolStops(t *testing.T) {
	before := workers()
	New(4).For(100, 1, func(_, _, _ int) {})
	eventually(t, "workers of a forgotten pool end", func() bool {
		runtime.GC()
		return workers() <= before
	})
}

func TestIdleWorkersSleep(t *testing.T) {
	p := New(4)
	defer p.Close()
	for range 5 {
		if err := loopOnce(p, 100, 3); err != nil {
			t.Error(err)
		}
		eventually(t, "all workers sleep", func() bool {
			return p.c.asleep.Load() == 3 && p.c.seeking.Load() == 0
		})
	}
}

func TestNoSpinWhenCrowded(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(2))
	if runtime.GOMAXPROCS(0) < 2 {
		t.Skip("the system has one thread")
	}
	p := New(3)
	defer p.Close()
	if d := p.c.spinTime(); d != 0 {
		t.Errorf("3 threads on 2 processors spin for %v", d)
	}
	q := New(2)
	defer q.Close()
	if d := q.c.spinTime(); d != spinMost {
		t.Errorf("2 threads on 2 processors spin for %v", d)
	}
	runtime.GOMAXPROCS(1)
	q.For(2, 1, func(_, _, _ int) {})
	if d := q.c.spinTime(); d != 0 {
		t.Errorf("2 threads on 1 processor spin for %v", d)
	}
	if err := loopOnce(q, 100, 3); err != nil {
		t.Error(err)
	}
}

func TestSpinEnds(t *testing.T) {
	start := time.Now()
	if spin(spinMost, func() bool { return false }) {
		t.Error("spin found what is not there")
	}
	if d := time.Since(start); d < spinMost {
		t.Errorf("spun for %v", d)
	}
	n := 0
	if !spin(time.Hour, func() bool { n++; return n == 1000 }) {
		t.Error("spin did not find what is there")
	}
}

func TestForMakesNoGarbage(t *testing.T) {
	p := New(2)
	defer p.Close()
	var sum atomic.Int64
	body := func(_, lo, hi int) { sum.Add(int64(hi - lo)) }
	// The collector may empty the store of loops in between.
	if got := testing.AllocsPerRun(1000, func() { p.For(16, 1, body) }); got > 0 && !raceEnabled {
		t.Errorf("%v Go allocations", got)
	}
}
