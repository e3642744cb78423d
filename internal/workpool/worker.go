package workpool

import (
	"runtime"
	"sync/atomic"
	"time"
)

// A worker is a goroutine of a pool.
type worker struct {
	crew   *crew
	id     int
	parked atomic.Bool   // it sleeps, or is about to; who clears this wakes it
	wake   chan struct{} // holds one token
	_      [cacheLine]byte
}

// work joins the loops that are posted until the pool is closed.
func (w *worker) work() {
	c := w.crew
	closed := false
	defer func() {
		if closed {
			c.done.Done()
		} else {
			go w.work() // the body of a loop ended this goroutine
		}
	}()
	wanted := func() bool { return c.posted.Load() != nil || c.closed.Load() }
	patience := spinMost
	for {
		if !wanted() {
			start := time.Now()
			c.seeking.Add(1)
			found := spin(min(patience, c.spinTime()), wanted)
			c.seeking.Add(-1)
			if found {
				patience = spinMost
			} else {
				// A worker that spins in vain does so for less time, until
				// it was woken so soon that it should have gone on.
				w.park(wanted)
				patience = max(patience/2, spinLeast)
				if time.Since(start) < 2*spinMost {
					patience = spinMost
				}
			}
		}
		if c.closed.Load() {
			closed = true
			return
		}
		if l := c.posted.Load(); l != nil {
			l.joined.Add(1)
			if c.posted.Load() == l {
				l.help(c, w.id)
			} else {
				l.leave()
			}
		}
	}
}

// park sleeps until rouse wakes the worker, unless it is wanted already. Who
// posts a loop looks for sleepers afterwards, so that one of the two sees the
// other.
func (w *worker) park(wanted func() bool) {
	w.crew.asleep.Add(1)
	w.parked.Store(true)
	if wanted() && w.parked.CompareAndSwap(true, false) {
		w.crew.asleep.Add(-1)
		return
	}
	<-w.wake
}

// rouse wakes up to k workers that are parked.
func (c *crew) rouse(k int) {
	for i := 0; k > 0 && i < len(c.workers) && c.asleep.Load() > 0; i++ {
		w := &c.workers[i]
		if w.parked.Load() && w.parked.CompareAndSwap(true, false) {
			c.asleep.Add(-1)
			w.wake <- struct{}{}
			k--
		}
	}
}

// How long to spin before going to sleep. Waking a thread costs 5 to 50 µs;
// what is lost by spinning, when another program wants the core, should not be
// more than that.
const (
	spinMost  = 50 * time.Microsecond
	spinLeast = 5 * time.Microsecond
)

// look finds out whether the threads of the pool can all run at once.
func (c *crew) look() {
	c.crowded.Store(runtime.GOMAXPROCS(0) <= len(c.workers))
}

// spinTime returns how long it makes sense to spin. Where the threads of the
// pool cannot all run at once, a thread that spins is in the way of one that
// works.
func (c *crew) spinTime() time.Duration {
	if c.crowded.Load() {
		return 0
	}
	return spinMost
}

// spin waits until ready says so, or for about the given time, and reports
// whether it is. It lets other goroutines run meanwhile.
func spin(limit time.Duration, ready func() bool) bool {
	if limit <= 0 {
		return ready()
	}
	start := time.Now()
	for round := 1; ; round++ {
		for range 16 { // 1 to 2 µs
			if ready() {
				return true
			}
			pause()
		}
		if time.Since(start) >= limit {
			return ready()
		}
		if round%4 == 0 {
			runtime.Gosched()
		}
	}
}
