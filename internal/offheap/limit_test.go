package offheap

import (
	"errors"
	"strings"
	"testing"
	"unsafe"
)

func TestLimit(t *testing.T) {
	a := New(Options{Limit: 32 << 20})
	a.regionSize = 1 << 20
	list := allocAll(t, a, 10<<20, 10<<20)
	b, err := a.Alloc(14 << 20)
	var limit *LimitError
	if !errors.As(err, &limit) || b != nil {
		t.Fatalf("got %v, %v, want a *LimitError", b, err)
	}
	if *limit != (LimitError{Want: 14 << 20, Live: 20 << 20, Limit: 32 << 20}) {
		t.Errorf("got %+v", *limit)
	}
	if got, want := err.Error(), "offheap: allocating 14 MiB would pass the limit of 32 MiB (20 MiB in use)"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	// What is cached goes back to the system to make room.
	freeAll(a, list)
	big := allocAll(t, a, 28<<20)
	check(t, a)
	if s := a.Stats(); s.Committed > s.Limit {
		t.Errorf("limit passed: %+v", s)
	}
	freeAll(a, big)

	// The hook is called once, and what it frees is found.
	list = allocAll(t, a, 16<<20)
	calls := 0
	a.OnPressure = func() bool {
		calls++
		freeAll(a, list)
		list = nil
		return calls == 1
	}
	big = allocAll(t, a, 28<<20)
	if calls != 1 {
		t.Errorf("hook was called %d times", calls)
	}
	if _, err := a.Alloc(8 << 20); !errors.As(err, &limit) || calls != 2 {
		t.Errorf("got %v after %d calls", err, calls)
	}
	if _, err := a.Alloc(maxClassSize + 1); !errors.As(err, &limit) {
		t.Errorf("got %v", err)
	}
	freeAll(a, big)
	check(t, a)
	a.Trim()
}

func TestLimitSmallBlocks(t *testing.T) {
	a := New(Options{Limit: 1 << 20})
	a.regionSize = 1 << 20
	var list []*Block
	for {
		b, err := a.Alloc(64)
		if err != nil {
			break
		}
		list = append(list, b)
	}
	if len(list) != 1<<20/64 {
		t.Errorf("%d blocks of 64 bytes in 1 MiB", len(list))
	}
	// A slab that is empty serves other classes.
	freeAll(a, list)
	freeAll(a, allocAll(t, a, 1000, 10000, 100000))
	check(t, a)
	a.Trim()
	check(t, a)
}

func TestSetLimit(t *testing.T) {
	a := New(Options{})
	a.regionSize = 1 << 20
	list := allocAll(t, a, 8<<20, 8<<20)
	freeAll(a, list[:1])
	a.SetLimit(12 << 20)
	if s := a.Stats(); s.Committed > s.Limit {
		t.Errorf("cached memory was kept beyond the limit: %+v", s)
	}
	a.SetLimit(4 << 20)
	if _, err := a.Alloc(64); err == nil {
		t.Error("allocated beyond the limit")
	}
	freeAll(a, list[1:])
	if s := a.Stats(); s.Committed > s.Limit {
		t.Errorf("freed memory was kept beyond the limit: %+v", s)
	}
	a.SetLimit(0)
	freeAll(a, allocAll(t, a, 20<<20))
	check(t, a)
	a.Trim()
}

// A limit between one live block and the region around it lets parts go.
func TestPartialRelease(t *testing.T) {
	if !canDecommit {
		t.Skip("mappings cannot be released in parts")
	}
	a := New(Options{})
	list := allocAll(t, a, 1<<20, 40<<10, 20<<20, 40<<10)
	fill(list[1], 7)
	freeAll(a, []*Block{list[0], list[2]})
	a.SetLimit(a.Stats().Committed - 1000)
	check(t, a)
	if s := a.Stats(); s.Committed < 15<<20 {
		t.Errorf("released far more than was asked for: %+v", s)
	}
	a.SetLimit(1 << 20)
	check(t, a)
	if s := a.Stats(); s.Committed > 1<<20 || s.Reserved != 64<<20 {
		t.Errorf("got %+v", s)
	}
	checkFill(t, list[1], 7)
	a.SetLimit(0)
	again := allocAll(t, a, 30<<20)
	fill(again[0], 9)
	checkFill(t, list[1], 7)
	freeAll(a, again)
	freeAll(a, []*Block{list[1], list[3]})
	a.Trim()
	if s := a.Stats(); s.Reserved != 0 || s.Committed != 0 {
		t.Errorf("got %+v", s)
	}
}

func TestSystemError(t *testing.T) {
	a := New(Options{})
	if _, err := a.Alloc(maxClassSize + 1); !errors.Is(err, errNoMemory) {
		t.Errorf("got %v", err)
	}
	if !canDecommit || unsafe.Sizeof(uintptr(0)) < 8 {
		return // Go's heap does not return from a failure
	}
	freeAll(a, allocAll(t, a, 1<<20))
	calls := 0
	a.OnPressure = func() bool { calls++; return true }
	var list []*Block
	for range 8 { // 512 TiB
		b, err := a.Alloc(maxClassSize)
		if err != nil {
			if !strings.HasPrefix(err.Error(), "offheap: mapping 64 TiB: ") || errors.Unwrap(err) == nil {
				t.Errorf("got %v", err)
			}
			break
		}
		list = append(list, b)
	}
	if calls != 1 {
		t.Errorf("the hook was called %d times", calls)
	}
	if got, want := a.Stats().Committed, int64(len(list))*maxClassSize; got != want {
		t.Errorf("%d bytes committed, want %d: the cache was not released", got, want)
	}
	freeAll(a, list)
	a.Trim()
	check(t, a)
}
