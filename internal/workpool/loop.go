package workpool

import "sync/atomic"

// A loop is one call of For that workers may join. Loops are used again: a
// worker may hold a pointer to one that has ended, so it counts itself in
// before it looks whether the loop is still posted.
type loop struct {
	n, grain int
	chunks   int64
	body     func(worker, lo, hi int)
	failure  atomic.Pointer[failure]
	waiting  atomic.Bool   // the caller is about to sleep
	wake     chan struct{} // wakes it; holds one token
	_        [cacheLine]byte
	next     atomic.Int64 // the first chunk that nobody took
	_        [cacheLine]byte
	joined   atomic.Int32 // workers that may be calling body
	_        [cacheLine]byte
}

// A failure is how a call of body ended that did not return.
type failure struct{ value any }

// errGoexit is the panic of For when body ended a worker's goroutine.
const errGoexit = "workpool: body called runtime.Goexit (or testing's FailNow)"

func (l *loop) begin(n, grain int, body func(worker, lo, hi int)) {
	l.n, l.grain, l.body = n, grain, body
	l.chunks = int64((n-1)/grain) + 1
	l.next.Store(0)
}

// take returns the next chunk, if there is one.
func (l *loop) take() (lo, hi int, ok bool) {
	i := l.next.Add(1) - 1
	if i >= l.chunks {
		return 0, 0, false
	}
	lo = int(i) * l.grain
	return lo, lo + min(l.grain, l.n-lo), true
}

// stop lets no chunk be taken any more.
func (l *loop) stop() { l.next.Store(l.chunks) }

// lead is the caller's part: it posts the loop as soon as no other is posted,
// and takes chunks until there are none.
func (l *loop) lead(c *crew) {
	posted, returned := false, false
	defer func() {
		failed := l.join(c)
		// A panic of body on this goroutine goes on by itself, with its stack.
		if returned && failed != nil {
			panic(failed.value)
		}
	}()
	for {
		lo, hi, ok := l.take()
		if !ok {
			break
		}
		// Nobody is called for the last chunk.
		if !posted && hi < l.n && c.posted.Load() == nil && c.posted.CompareAndSwap(nil, l) {
			posted = true
			c.look()
			// Those who look for a loop will see this one.
			left := l.chunks - l.next.Load()
			c.rouse(int(min(left, int64(len(c.workers)))) - int(c.seeking.Load()))
		}
		l.body(0, lo, hi)
	}
	returned = true
}

// join waits until no worker is in the loop, ends the loop, and returns how the
// body failed on a worker, if it did.
func (l *loop) join(c *crew) *failure {
	l.stop()
	c.posted.CompareAndSwap(l, nil)
	// From here on no worker joins: it would see that the loop is not posted.
	empty := func() bool { return l.joined.Load() == 0 }
	if !empty() && !spin(c.spinTime(), empty) {
		l.waiting.Store(true)
		// The token may be one that an earlier wait did not need.
		for !empty() {
			<-l.wake
		}
		l.waiting.Store(false)
	}
	failed := l.failure.Swap(nil)
	l.body = nil
	c.loops.Put(l)
	return failed
}

// leave counts a worker out of the loop.
func (l *loop) leave() {
	if l.joined.Add(-1) == 0 && l.waiting.Load() {
		select {
		case l.wake <- struct{}{}:
		default:
		}
	}
}

// help is a worker's part: it takes chunks until there are none. The worker is
// counted in.
func (l *loop) help(c *crew, worker int) {
	returned := false
	defer func() {
		if !returned {
			v := recover()
			if v == nil { // the goroutine is ending; see worker.work
				v = errGoexit
			}
			l.failure.CompareAndSwap(nil, &failure{v})
			l.stop()
		}
		c.posted.CompareAndSwap(l, nil)
		l.leave()
	}()
	for {
		lo, hi, ok := l.take()
		if !ok {
			break
		}
		l.body(worker, lo, hi)
	}
	returned = true
}
