package offheap

import (
	"fmt"
	"time"
)

// Op says what an Event reports.
type Op uint8

// The operations an Event can report.
const (
	OpAlloc Op = iota + 1
	OpFree
)

// String returns "alloc" or "free".
func (op Op) String() string {
	switch op {
	case OpAlloc:
		return "alloc"
	case OpFree:
		return "free"
	}
	return fmt.Sprintf("Op(%d)", uint8(op))
}

// An Event is one allocation or one release of a block.
type Event struct {
	Op   Op
	Addr uintptr
	Size int64 // of the block's class
	Tag  string
	Time time.Time
}

// A LimitError says that an allocation would have passed the limit.
type LimitError struct {
	Want  int64 // bytes that were to be taken
	Live  int64 // bytes handed out at the time
	Limit int64
}

func (e *LimitError) Error() string {
	return fmt.Sprintf("offheap: allocating %s would pass the limit of %s (%s in use)",
		sizeString(e.Want), sizeString(e.Limit), sizeString(e.Live))
}

// sizeString writes a size for people, in binary units.
func sizeString(n int64) string {
	if n < 1<<10 {
		return fmt.Sprintf("%d B", n)
	}
	f, i := float64(n)/(1<<10), 0
	for ; f >= 1<<10; i++ {
		f /= 1 << 10
	}
	return fmt.Sprintf("%.4g %ciB", f, "KMGTPE"[i])
}

// limitError describes the failure to take a block of the given size.
func (a *Allocator) limitError(size int64) error {
	return &LimitError{Want: size, Live: a.stats.Live, Limit: a.stats.Limit}
}

// tooLarge describes the failure to take more bytes than any system gives.
func (a *Allocator) tooLarge(bytes int64) error {
	if a.stats.Limit > 0 {
		return a.limitError(bytes)
	}
	return fmt.Errorf("offheap: mapping %s: %w", sizeString(bytes), errNoMemory)
}
