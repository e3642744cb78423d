package tensor

import (
	"fmt"
	"sync"

	"github.com/flambeau-ml/flambeau/internal/callers"
)

// witness is what a call of a function that is to be frozen read and wrote, so that a later call can do the same without
// the function. Go does not say which goroutine asks, so what others do at the same time is in it as well: that can only
// keep the function from being frozen until a call that nobody disturbs.
type witness struct {
	start uint64

	mu      sync.Mutex
	homes   map[*node]*storage // where what has a value was read
	same    map[*node]*node    // what has the value of another node from the start
	writes  []write
	written map[*storage]bool // those, and whether they are older than the call
	leaves  []gradBefore
	known   map[*leaf]bool // those
	guards  []guard
	counts  []count
	cells   []*use
	why     string // it cannot be frozen
}

// write is the first write to a storage.
type write struct {
	st    *storage
	older bool // it is older than the call
	where callers.ID
}

// guard says whether what a function read of Go's world is what it was.
type guard struct {
	holds func() bool
	where callers.ID
}

// count is a number of Go's that counts the writes of a tensor.
type count struct {
	st *storage
	n  *int
}

// spoil says why the call cannot be frozen.
func (w *witness) spoil(format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.spoiled(format, args...)
}

func (w *witness) spoiled(format string, args ...any) {
	if w.why == "" {
		w.why = fmt.Sprintf(format, args...)
	}
}

// took notes that n was read from st.
func (w *witness) took(st *storage, n *node) {
	if n.val.Load() == nil && n.id > w.start {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.homes[n] == nil {
		w.homes[n] = st
	}
}

// equals notes that n was given the value of old.
func (w *witness) equals(n, old *node) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.same[n] = old
}

// wrote notes that st, which held old, is written.
func (w *witness) wrote(st *storage, old *node, where callers.ID) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if _, ok := w.written[st]; !ok {
		older := old.id <= w.start
		w.written[st] = older
		w.writes = append(w.writes, write{st, older, where})
	}
}

// seen notes that the gradient of l is read or set. Under l.mu.
func (l *leaf) seen(c *capture) {
	if c != nil {
		c.grades(l)
	}
	if w := l.dev.witness.Load(); w != nil {
		w.mu.Lock()
		defer w.mu.Unlock()
		if !w.known[l] {
			w.known[l] = true
			w.leaves = append(w.leaves, gradBefore{l, l.grad})
		}
	}
}

// reads notes that the value of n is read.
func (r *recorder) reads(n *node) {
	if c := n.capture(); c != nil {
		c.split(r)
	}
	if w := n.dev.witness.Load(); w != nil {
		w.spoil("a value is read at %s", r.where)
	}
}

// Watch tells a frozen function that x is read, which may change between its calls: a mode, an option. A call that finds
// another value runs the function again. Elsewhere it does nothing.
func Watch[T comparable](x *T) {
	if w := Default().witness.Load(); w != nil {
		was := *x
		w.guard(func() bool { return *x == was })
	}
}

// WatchFunc is Watch of what key gives.
func WatchFunc[T comparable](key func() T) {
	if w := Default().witness.Load(); w != nil {
		was := key()
		w.guard(func() bool { return key() == was })
	}
}

func (w *witness) guard(holds func() bool) {
	where := callers.Here(0)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.guards = append(w.guards, guard{holds, where})
}

// Count adds 1 to n, which counts how often the function at work writes t: a frozen function goes on counting.
func Count(t *Tensor, n *int) {
	*n++
	if w := t.Device().witness.Load(); w != nil {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.counts = append(w.counts, count{t.st, n})
	}
}
