// Package workpool runs the iterations of a kernel's loop on several
// goroutines: a fork and a join, made cheap enough for loops of some tens of
// microseconds.
//
// The calling goroutine always works itself and never depends on a worker that
// has not begun: where the workers are busy, or the machine took their cores
// away, a loop is slower but does not stand still. Workers that find nothing
// to do spin for a moment, because the next loop of a program follows soon,
// and then sleep.
package workpool

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// A Pool is a set of worker goroutines. It is safe for concurrent use: several
// goroutines may call For at the same time, and the body of a loop may.
type Pool struct {
	c *crew
}

// A crew is what the workers of a pool share. It does not point at the pool,
// so that a pool which is forgotten is collected and its workers stop.
type crew struct {
	// posted is the loop that workers should join. It is nil once all of the
	// loop's chunks are taken, so that another loop can be posted while the
	// last chunks of the first still run.
	posted  atomic.Pointer[loop]
	_       [cacheLine]byte
	asleep  atomic.Int32 // workers that are parked, or about to
	seeking atomic.Int32 // workers that are awake and look for a loop
	crowded atomic.Bool  // there are more threads than may run at once
	closed  atomic.Bool
	workers []worker
	loops   sync.Pool // of *loop
	done    sync.WaitGroup
}

const cacheLine = 64

// New returns a pool for loops on the given number of threads, the caller's
// among them; with one (or fewer) there are no workers. Close stops the
// workers; so does the collector when the pool is no longer reachable.
func New(threads int) *Pool {
	c := &crew{workers: make([]worker, max(threads-1, 0))}
	c.loops.New = func() any { return &loop{wake: make(chan struct{}, 1)} }
	c.look()
	for i := range c.workers {
		w := &c.workers[i]
		w.crew, w.id = c, i+1
		w.wake = make(chan struct{}, 1)
		c.done.Add(1)
		go w.work()
	}
	p := &Pool{c}
	runtime.AddCleanup(p, (*crew).stop, c)
	return p
}

// Threads returns the number of threads of the pool, the caller's among them.
func (p *Pool) Threads() int { return len(p.c.workers) + 1 }

// Close stops the workers and waits for them; loops that are running are
// completed. Loops begun later run on the caller alone. Close must not be
// called from the body of a loop.
func (p *Pool) Close() {
	p.c.stop()
	p.c.done.Wait()
}

// stop tells the workers to end.
func (c *crew) stop() {
	c.closed.Store(true)
	c.rouse(len(c.workers))
}

// For calls body for the parts [lo, hi) of [0, n), and returns when all calls
// have. The parts begin at the multiples of grain, whatever the number of
// threads, and are as long, but for the last. A grain below one counts as one.
//
// The calls are made by the caller and by workers that have nothing else to
// do, in any order and at the same time. worker is in [0, Threads()), and no
// two calls of body that run at the same time for the same For have the same
// one. If n is not more than grain there is one call, by the caller.
//
// If a call of body panics, no further calls are begun, and For panics with
// the same value once those that run have ended.
func (p *Pool) For(n, grain int, body func(worker, lo, hi int)) {
	if n <= 0 {
		return
	}
	grain = max(grain, 1)
	if n <= grain {
		body(0, 0, n)
		return
	}
	c := p.c
	if len(c.workers) == 0 || c.closed.Load() {
		for lo := 0; ; lo += grain {
			if n-lo <= grain { // lo+grain may overflow
				body(0, lo, n)
				return
			}
			body(0, lo, lo+grain)
		}
	}
	l := c.loops.Get().(*loop)
	l.begin(n, grain, body)
	l.lead(c)
	runtime.KeepAlive(p)
}
