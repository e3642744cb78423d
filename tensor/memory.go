package tensor

import (
	"runtime"
	"runtime/metrics"
	"sync"
	"sync/atomic"
	"time"

	"github.com/flambeau-ml/flambeau/backend"
)

// value is a materialised buffer, or the error that took its place. refs counts the nodes and runs that hold it; at
// zero the buffer returns at once. When holders die uncounted, as handles do, the collector returns it.
type value struct {
	dev  *Device
	buf  backend.Buffer
	err  error
	refs atomic.Int32
	lost *lost // nil: nothing to return
}

// lost returns the buffer that it names when the collector finds it: with the value that holds it. Most values return
// their buffers themselves; then another one takes it over, since making one is dear.
type lost struct{ buf *lostBuffer }

type lostBuffer struct {
	dev *Device
	buf backend.Buffer // nil: nobody holds the lost
}

// spares are those that no value holds.
var spares = sync.Pool{New: func() any {
	l := &lost{&lostBuffer{}}
	runtime.AddCleanup(l, func(b *lostBuffer) {
		if b.buf != nil {
			b.dev.giveBack(b.buf)
		}
	}, l.buf)
	return l
}}

// watchOver returns buf when the collector finds what holds the result.
func (d *Device) watchOver(buf backend.Buffer) *lost {
	l := spares.Get().(*lost)
	l.buf.dev, l.buf.buf = d, buf
	return l
}

// forget ends that.
func (l *lost) forget() {
	l.buf.dev, l.buf.buf = nil, nil
	spares.Put(l) // and so alive until here
}

// account is what a device knows of the buffers it handed out: enough to decide when a collection pays.
type account struct {
	mu       sync.Mutex   // one collection at a time
	since    atomic.Int64 // bytes handed out since the last collection and not returned
	live     atomic.Int64
	floor    atomic.Int64 // live after the last collection
	collects atomic.Int64
	spent    atomic.Int64 // nanoseconds in forced collections
}

// minLimbo is how many bytes may be handed out and not returned before a collection is forced, at least.
const minLimbo = 64 << 20

// newValue takes over buf.
func (d *Device) newValue(buf backend.Buffer) *value {
	v := &value{}
	d.initValue(v, buf)
	return v
}

func (d *Device) initValue(v *value, buf backend.Buffer) {
	v.dev, v.buf = d, buf
	v.refs.Store(1)
	d.acct.since.Add(buf.Size())
	d.acct.live.Add(buf.Size())
	v.lost = d.watchOver(buf)
}

func (d *Device) giveBack(buf backend.Buffer) {
	d.acct.since.Add(-buf.Size())
	d.acct.live.Add(-buf.Size())
	buf.Free()
}

func failedValue(d *Device, err error) *value {
	v := &value{dev: d, err: err}
	v.refs.Store(1)
	return v
}

func (v *value) retain() *value { v.refs.Add(1); return v }

func (v *value) release() {
	if v.refs.Add(-1) == 0 && v.buf != nil {
		v.lost.forget()
		v.dev.giveBack(v.buf)
		v.buf, v.lost = nil, nil
	}
}

// disown gives v's buffer away: to a run that overwrote it or handed it on.
func (v *value) disown() {
	v.lost.forget()
	v.dev.acct.since.Add(-v.buf.Size())
	v.dev.acct.live.Add(-v.buf.Size())
	v.buf, v.lost = nil, nil
}

// maybeCollect forces a collection when what was handed out and not returned exactly has grown large beside what
// lived, and collections have not cost more than 2% of the time.
func (d *Device) maybeCollect() {
	a := &d.acct
	if a.since.Load() <= max(minLimbo, a.floor.Load()/4) {
		return
	}
	if elapsed := time.Since(d.start).Nanoseconds(); a.spent.Load()*50 > elapsed && a.collects.Load() > 0 {
		return
	}
	d.collect()
}

// awaitCleanups waits until what the collection before it queued is done, at most for so long: cleanups run in the
// background, several at a time and in no order. done is closed by one of them: queues are not counted at once.
func awaitCleanups(done chan struct{}, most time.Duration) {
	select {
	case <-done:
	case <-time.After(most):
	}
	counts := []metrics.Sample{{Name: "/gc/cleanups/queued:cleanups"}, {Name: "/gc/cleanups/executed:cleanups"}}
	metrics.Read(counts)
	queued := counts[0].Value.Uint64()
	for from := time.Now(); counts[1].Value.Uint64() < queued && time.Since(from) < most; metrics.Read(counts[1:]) {
		time.Sleep(20 * time.Microsecond)
	}
}

// collect forces a collection, waits for the cleanups it queued, and looks at what it found alive.
func (d *Device) collect() {
	a := &d.acct
	before := a.collects.Load()
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.collects.Load() != before {
		return // somebody else collected while this waited
	}
	from := time.Now()
	done := make(chan struct{})
	runtime.AddCleanup(new([16]byte), func(c chan struct{}) { close(c) }, done)
	runtime.GC()
	awaitCleanups(done, 100*time.Millisecond)
	d.inspect()
	a.collects.Add(1)
	a.floor.Store(a.live.Load())
	a.since.Store(0)
	a.spent.Add(time.Since(from).Nanoseconds())
}
