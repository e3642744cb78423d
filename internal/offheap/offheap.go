// Package offheap is a caching allocator for buffers that live outside Go's
// heap.
//
// Memory is mapped from the operating system in large regions, cut into spans,
// and kept when it is freed: on most machines touching a page for the first
// time costs far more than anything a kernel does with it afterwards. Blocks
// are handed out in size classes of eight steps to the doubling. A freed block
// goes to the list of its class, where the next allocation of that class finds
// it; when a class runs dry, the spans of all lists are joined with their
// neighbours and cut anew before any untouched memory is taken.
//
// The collector sees neither the buffers nor references to them. Who allocates
// a block must free it, once.
//
// On systems without such mappings, and under the race build tag, regions are
// Go slices and everything else is the same.
package offheap

import (
	"errors"
	"math"
	"sync"
	"time"
	"unsafe"
)

// Options configure an Allocator.
type Options struct {
	// Limit is the most memory, in bytes, that the allocator may hold, counting
	// what it handed out and what it keeps for reuse. Zero means no limit.
	Limit int64
}

// An Allocator hands out blocks of memory. It is safe for concurrent use.
type Allocator struct {
	// OnPressure, when not nil, is called when an allocation is about to fail.
	// It should make the owners of blocks free them, for example by forcing a
	// garbage collection and waiting for the cleanups, and report whether a
	// second try is worth while. It is called with no lock held, on the
	// goroutine that allocates, and must be set before the first allocation.
	OnPressure func() bool

	mu         sync.Mutex
	cached     [numClasses]*Block // free blocks ready to be handed out again
	cachedSpan int64              // bytes in the lists of classes that are spans
	warm, cold bins               // free spans: touched, and not (yet) backed by memory
	regions    map[*region]struct{}
	regionSize int64
	spare      *Block // headers without memory
	epoch      uint32 // how often MarkCollect was called
	stats      Stats
	record     func(Event)
}

// Stats are counters of an Allocator. All sizes are in bytes; those of blocks
// are the sizes of their classes.
type Stats struct {
	Live      int64 // in blocks that are handed out
	Peak      int64 // the most Live has been since ResetPeak
	Committed int64 // backed by memory: live, or kept for reuse
	Reserved  int64 // mapped, with memory behind it or not
	Fresh     int64 // ever taken from the operating system for the first touch
	Limit     int64 // the most Committed may become; 0 if there is no limit

	Allocs int64 // blocks handed out
	Frees  int64 // blocks returned
	Hits   int64 // blocks handed out that took no fresh memory

	// HandedOut is the size of the blocks handed out since MarkCollect and not
	// returned; LiveAtCollect is what Live was then.
	HandedOut     int64
	LiveAtCollect int64
}

// New returns an empty allocator.
func New(opts Options) *Allocator {
	a := &Allocator{regionSize: defaultRegionSize, regions: make(map[*region]struct{})}
	a.stats.Limit = max(opts.Limit, 0)
	return a
}

// Alloc returns a block of at least the given number of bytes, aligned to 64.
// Its contents are arbitrary. The error is a *LimitError if the limit would be
// passed, and otherwise wraps the system's. Alloc panics if bytes is negative.
func (a *Allocator) Alloc(bytes int64) (*Block, error) {
	return a.AllocTagged(bytes, "")
}

// AllocTagged is Alloc with a tag that appears in the block's events.
func (a *Allocator) AllocTagged(bytes int64, tag string) (*Block, error) {
	if bytes < 0 {
		panic("offheap: negative size")
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if bytes > maxClassSize {
		return nil, a.tooLarge(bytes)
	}
	class := classOf(bytes)
	fresh := a.stats.Fresh
	b, err := a.take(class)
	if err != nil {
		if b, err = a.takeUnderPressure(class, err); err != nil {
			return nil, err
		}
	}

	b.state = live
	b.n = bytes
	b.epoch = a.epoch
	b.tag = tag
	if b.slab != nil {
		b.slab.used++
	}
	s := &a.stats
	s.Live += b.size
	s.Peak = max(s.Peak, s.Live)
	s.HandedOut += b.size
	s.Allocs++
	if s.Fresh == fresh {
		s.Hits++
	}
	if a.record != nil {
		a.record(Event{Op: OpAlloc, Addr: uintptr(b.ptr), Size: b.size, Tag: tag, Time: time.Now()})
	}
	return b, nil
}

// take finds memory for a block of a class: in the list of the class, or by
// cutting a span.
func (a *Allocator) take(class int) (*Block, error) {
	size := classSize(class)
	// Live alone may pass a limit that was lowered after the memory was taken.
	if a.stats.Limit > 0 && a.stats.Live+size > a.stats.Limit {
		return nil, a.limitError(size)
	}
	if a.cached[class] == nil {
		if class >= numSmall {
			return a.takeSpan(class)
		}
		if err := a.addSlab(class); err != nil {
			return nil, err
		}
	}
	b := a.cached[class]
	a.cached[class] = b.next
	b.next = nil
	if class >= numSmall {
		a.cachedSpan -= b.size
	}
	return b, nil
}

// takeUnderPressure tries again after take failed: first with everything that
// is cached given back to the system, then once OnPressure made room.
func (a *Allocator) takeUnderPressure(class int, err error) (*Block, error) {
	// For a limit take has released what it needed to already.
	if _, limited := errors.AsType[*LimitError](err); !limited && a.trim() > 0 {
		if b, err := a.take(class); err == nil {
			return b, nil
		}
	}
	if a.OnPressure == nil || !a.pressure() {
		return nil, err
	}
	return a.take(class)
}

// pressure calls the hook without the lock, so that blocks can be freed.
func (a *Allocator) pressure() bool {
	a.mu.Unlock()
	defer a.mu.Lock() // even if the hook panics, for the caller unlocks
	return a.OnPressure()
}

// Free returns a block to the allocator, which keeps the memory for reuse. The
// block and its bytes must not be used afterwards. Free panics if the block is
// free already; a block that was handed out again in the meantime cannot be
// told from one that never was.
func (a *Allocator) Free(b *Block) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if b.state != live {
		panic("offheap: block freed twice")
	}
	if b.region.owner != a {
		panic("offheap: block freed to another allocator")
	}
	if a.record != nil {
		a.record(Event{Op: OpFree, Addr: uintptr(b.ptr), Size: b.size, Tag: b.tag, Time: time.Now()})
	}
	s := &a.stats
	s.Live -= b.size
	s.Frees++
	if b.epoch == a.epoch {
		s.HandedOut -= b.size
	}
	b.state = cached
	b.n = 0 // what uses the block after its end sees no bytes
	b.tag = ""
	if b.slab != nil {
		b.slab.used--
	} else {
		a.cachedSpan += b.size
	}
	b.next = a.cached[b.class]
	a.cached[b.class] = b
	if a.over(0) { // the limit was lowered while the block was out
		a.shrink()
	}
}

// Stats returns the counters as they are now.
func (a *Allocator) Stats() Stats {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.stats
}

// ResetPeak sets the peak to what is live now.
func (a *Allocator) ResetPeak() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.stats.Peak = a.stats.Live
}

// MarkCollect says that a garbage collection has just ended: HandedOut counts
// from zero again, and blocks handed out before no longer count when they are
// freed.
func (a *Allocator) MarkCollect() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.epoch++
	a.stats.HandedOut = 0
	a.stats.LiveAtCollect = a.stats.Live
}

// SetLimit changes the limit; zero removes it. Memory kept for reuse beyond a
// lower limit is released at once; blocks that are handed out stay.
func (a *Allocator) SetLimit(limit int64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.stats.Limit = max(limit, 0)
	if a.over(0) {
		a.shrink()
	}
}

// shrink releases as much as is kept beyond the limit.
func (a *Allocator) shrink() {
	a.reclaim()
	a.release(a.stats.Committed - a.stats.Limit)
}

// Trim gives all memory that is kept for reuse back to the operating system,
// where the system lets parts of a mapping go; otherwise whole mappings. It
// returns the number of bytes.
func (a *Allocator) Trim() int64 {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.trim()
}

func (a *Allocator) trim() int64 {
	a.reclaim()
	return a.release(math.MaxInt64)
}

// Record calls f for each event from now on; nil stops it. f runs under the
// allocator's lock, so that events arrive in order: it must be quick and must
// not use the allocator.
func (a *Allocator) Record(f func(Event)) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.record = f
}

// A Block is a piece of memory outside Go's heap.
type Block struct {
	ptr    unsafe.Pointer
	n      int64 // bytes asked for
	size   int64
	tag    string
	class  int16 // of a block that is handed out or cached
	state  state
	epoch  uint32 // the allocator's when it was handed out
	region *region
	slab   *slab // for a small block

	next, prev  *Block // in a list of free blocks; prev in bins only
	left, right *Block // of a span: its neighbours in the region
}

// state says where a block is.
type state uint8

const (
	dead   state = iota // a header without memory
	live                // handed out
	cached              // in the list of its class
	warm                // a free span, backed by memory
	cold                // a free span, not backed by memory
	carved              // a span that holds the blocks of a slab
)

// Bytes returns the block's memory, as long as was asked for.
func (b *Block) Bytes() []byte { return unsafe.Slice((*byte)(b.ptr), b.n) }

// Ptr returns the address of the block's first byte. It is not nil, even for a
// block of zero bytes.
func (b *Block) Ptr() unsafe.Pointer { return b.ptr }

// Size returns the number of bytes that the block occupies, which is that of
// its size class.
func (b *Block) Size() int64 { return b.size }
