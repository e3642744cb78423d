package offheap

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"runtime"
	"sort"
	"sync"
	"testing"
	"unsafe"
)

// check walks all regions and lists and compares them with the counters.
func check(t *testing.T, a *Allocator) {
	t.Helper()
	a.mu.Lock()
	defer a.mu.Unlock()
	var reserved, committed, liveBytes, cachedSpan int64
	binned := map[*Block]bool{}
	for _, s := range []*bins{&a.warm, &a.cold} {
		for c := range s.head {
			if (s.head[c] != nil) != (s.full[c/64]>>(c%64)&1 == 1) {
				t.Fatalf("bin %d: bit is wrong", c)
			}
			for b := s.head[c]; b != nil; b = b.next {
				if binOf(b.size) != c || (b.state == warm) != (s == &a.warm) {
					t.Fatalf("span of %d bytes in state %d is in bin %d", b.size, b.state, c)
				}
				binned[b] = true
			}
		}
	}
	listed := map[*Block]bool{}
	slabs := map[*slab]bool{}
	for c, b := range a.cached {
		for ; b != nil; b = b.next {
			if b.state != cached || int(b.class) != c || listed[b] {
				t.Fatalf("block in list %d: class %d, state %d", c, b.class, b.state)
			}
			listed[b] = true
			if b.slab != nil {
				slabs[b.slab] = true
			} else {
				cachedSpan += b.size
			}
		}
	}
	for r := range a.regions {
		reserved += r.size
		var size, used int64
		for b := r.first; b != nil; b = b.right {
			if b.region != r || (b.right != nil && b.right.left != b) {
				t.Fatal("broken chain of spans")
			}
			if b.ptr != unsafe.Add(r.first.ptr, size) {
				t.Fatal("hole between spans")
			}
			size += b.size
			if b.state != cold {
				committed += b.size
			}
			switch b.state {
			case warm, cold:
				if !binned[b] {
					t.Fatal("free span is in no bin")
				}
				delete(binned, b)
				if b.right != nil && b.right.state == b.state {
					t.Fatal("neighbours were not joined")
				}
			case live:
				liveBytes += b.size
				used += b.size
			case cached:
				if !listed[b] {
					t.Fatal("cached span is in no list")
				}
				used += b.size
			case carved:
				used += b.size
			default:
				t.Fatalf("span in state %d", b.state)
			}
		}
		if size != r.size || used != r.used {
			t.Fatalf("region of %d bytes has %d; %d used, counted %d", r.size, size, r.used, used)
		}
	}
	if len(binned) > 0 {
		t.Fatalf("%d spans in bins are in no region", len(binned))
	}
	s := a.stats
	if reserved != s.Reserved || committed != s.Committed || cachedSpan != a.cachedSpan || liveBytes > s.Live {
		t.Fatalf("reserved %d committed %d cached %d live spans %d; counted %+v, cached %d",
			reserved, committed, cachedSpan, liveBytes, s, a.cachedSpan)
	}
	if s.Limit > 0 && s.Committed > s.Limit && s.Live < s.Limit/2 && canDecommit {
		t.Fatalf("limit passed: %+v", s)
	}
}

// fill marks both ends of a block, and checkFill sees whether they are intact.
func fill(b *Block, v byte) {
	p := b.Bytes()
	for i := 0; i < len(p) && i < 256; i++ {
		p[i], p[len(p)-1-i] = v, v
	}
}

func checkFill(t *testing.T, b *Block, v byte) {
	t.Helper()
	p := b.Bytes()
	for i := 0; i < len(p) && i < 256; i++ {
		if p[i] != v || p[len(p)-1-i] != v {
			t.Fatalf("block of %d bytes was overwritten", len(p))
		}
	}
}

func randomSize(r *rand.Rand) int64 {
	switch r.IntN(10) {
	case 0:
		return 0
	case 1, 2, 3, 4:
		return r.Int64N(2 << 10)
	case 5, 6, 7:
		return r.Int64N(100 << 10)
	case 8:
		return r.Int64N(1 << 20)
	}
	return r.Int64N(5 << 20)
}

func TestAgainstModel(t *testing.T) {
	for seed := range uint64(8) {
		r := rand.New(rand.NewPCG(seed, 1))
		a := New(Options{})
		a.regionSize = 4 << 20 // so that regions fill up and come and go
		type item struct {
			b     *Block
			v     byte
			size  int64
			epoch int
		}
		var items []item
		var want Stats
		epoch := 0
		drop := func(i int) {
			it := items[i]
			checkFill(t, it.b, it.v)
			a.Free(it.b)
			want.Live -= it.size
			want.Frees++
			if it.epoch == epoch {
				want.HandedOut -= it.size
			}
			items[i] = items[len(items)-1]
			items = items[:len(items)-1]
		}
		for step := range 3000 {
			switch k := r.IntN(1000); {
			case k == 0:
				a.Trim()
			case k == 1:
				epoch++
				a.MarkCollect()
				want.HandedOut, want.LiveAtCollect = 0, want.Live
			case k == 2:
				a.ResetPeak()
				want.Peak = want.Live
			case k < 500+10*min(len(items)/10, 8) && len(items) > 0:
				drop(r.IntN(len(items)))
			default:
				n := randomSize(r)
				b, err := a.Alloc(n)
				if err != nil {
					t.Fatal(err)
				}
				if int64(len(b.Bytes())) != n || b.Size() < n || uintptr(b.Ptr())%align != 0 || b.Ptr() == nil {
					t.Fatalf("Alloc(%d): %d bytes at %p, size %d", n, len(b.Bytes()), b.Ptr(), b.Size())
				}
				v := byte(r.Uint32())
				fill(b, v)
				items = append(items, item{b, v, b.Size(), epoch})
				want.Live += b.Size()
				want.Peak = max(want.Peak, want.Live)
				want.HandedOut += b.Size()
				want.Allocs++
			}
			if step%100 == 0 {
				check(t, a)
				sorted := append([]item(nil), items...)
				sort.Slice(sorted, func(i, j int) bool { return uintptr(sorted[i].b.ptr) < uintptr(sorted[j].b.ptr) })
				for i := range len(sorted) - 1 {
					if p := sorted[i].b; uintptr(p.ptr)+uintptr(p.size) > uintptr(sorted[i+1].b.ptr) {
						t.Fatal("blocks overlap")
					}
				}
			}
			got := a.Stats()
			got.Committed, got.Reserved, got.Fresh, got.Hits = 0, 0, 0, 0
			if got != want {
				t.Fatalf("step %d: got %+v, want %+v", step, got, want)
			}
		}
		for len(items) > 0 {
			drop(len(items) - 1)
		}
		check(t, a)
		a.Trim()
		check(t, a)
		if s := a.Stats(); s.Live != 0 || s.Committed != 0 || s.Reserved != 0 || s.Allocs != s.Frees {
			t.Fatalf("after the last free: %+v", s)
		}
	}
}

// allocAll allocates the given sizes, and fails the test if it cannot.
func allocAll(t testing.TB, a *Allocator, sizes ...int64) []*Block {
	t.Helper()
	var list []*Block
	for _, n := range sizes {
		b, err := a.Alloc(n)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, b)
	}
	return list
}

func freeAll(a *Allocator, list []*Block) {
	for _, b := range list {
		a.Free(b)
	}
}

func TestReuse(t *testing.T) {
	a := New(Options{})
	sizes := []int64{0, 1, 64, 100, 1000, 5000, 32 << 10, 33 << 10, 1 << 20, 3<<20 + 1, 40 << 20, 1000}
	freeAll(a, allocAll(t, a, sizes...))
	first := a.Stats()
	freeAll(a, allocAll(t, a, sizes...))
	second := a.Stats()
	if second.Fresh != first.Fresh || second.Reserved != first.Reserved {
		t.Errorf("second round took memory: %+v, then %+v", first, second)
	}
	if got := second.Hits - first.Hits; got != int64(len(sizes)) {
		t.Errorf("%d hits in the second round, want %d", got, len(sizes))
	}
	a.Trim()
	freeAll(a, allocAll(t, a, sizes...))
	if got := a.Stats().Fresh; got != 2*first.Fresh {
		t.Errorf("fresh memory after Trim: %d, want %d", got, 2*first.Fresh)
	}
	a.Trim()
	check(t, a)
}

// Memory freed in one class serves the others: a value that grows a little
// each time does not leave a trail of dead blocks.
func TestJoining(t *testing.T) {
	a := New(Options{})
	a.regionSize = 64 << 20
	list := make([]int64, 64)
	for i := range list {
		list[i] = 512 << 10
	}
	freeAll(a, allocAll(t, a, list...)) // 32 MiB
	fresh := a.Stats().Fresh
	for n := int64(600 << 10); n < 16<<20; n += n / 7 {
		freeAll(a, allocAll(t, a, n))
	}
	if got := a.Stats().Fresh; got != fresh {
		t.Errorf("took %d fresh bytes with 32 MiB free", got-fresh)
	}
	check(t, a)
	a.Trim()
}

// A small block is not cut out of a large mapping that was just freed.
func TestLargeMappingKept(t *testing.T) {
	a := New(Options{})
	a.regionSize = 1 << 20
	freeAll(a, allocAll(t, a, 100<<20))
	a.mu.Lock()
	a.flush()
	a.mu.Unlock()
	small := allocAll(t, a, 64<<10)
	before := a.Stats()
	freeAll(a, allocAll(t, a, 100<<20))
	if after := a.Stats(); after.Fresh != before.Fresh || after.Reserved != before.Reserved {
		t.Errorf("the large mapping was not reused: %+v, then %+v", before, after)
	}
	freeAll(a, small)
	a.Trim()
	check(t, a)
}

func mustPanic(t *testing.T, want string, f func()) {
	t.Helper()
	defer func() {
		t.Helper()
		if got := recover(); got != want {
			t.Errorf("panic %v, want %q", got, want)
		}
	}()
	f()
}

func TestMisuse(t *testing.T) {
	a, other := New(Options{}), New(Options{})
	for _, n := range []int64{10, 1 << 20} {
		b := allocAll(t, a, n)[0]
		mustPanic(t, "offheap: block freed to another allocator", func() { other.Free(b) })
		a.Free(b)
		if len(b.Bytes()) != 0 {
			t.Error("a freed block has bytes")
		}
		mustPanic(t, "offheap: block freed twice", func() { a.Free(b) })
		a.Trim()
		mustPanic(t, "offheap: block freed twice", func() { a.Free(b) })
	}
	mustPanic(t, "offheap: negative size", func() { a.Alloc(-1) })
	check(t, a)
}

func TestRecord(t *testing.T) {
	a := New(Options{})
	var events []Event
	a.Record(func(e Event) { events = append(events, e) })
	b, err := a.AllocTagged(1000, "weights")
	if err != nil {
		t.Fatal(err)
	}
	addr := uintptr(b.Ptr())
	a.Free(b)
	a.Record(nil)
	freeAll(a, allocAll(t, a, 10))
	if len(events) != 2 {
		t.Fatalf("%d events, want 2", len(events))
	}
	for i, op := range []Op{OpAlloc, OpFree} {
		e := events[i]
		if e.Op != op || e.Addr != addr || e.Size != 1024 || e.Tag != "weights" || e.Time.IsZero() {
			t.Errorf("event %d is %+v", i, e)
		}
	}
	if s := OpAlloc.String() + OpFree.String() + Op(9).String(); s != "allocfreeOp(9)" {
		t.Errorf("operations print as %q", s)
	}
	a.Trim()
}

func TestConcurrent(t *testing.T) {
	a := New(Options{Limit: 48 << 20})
	a.regionSize = 4 << 20
	var failed sync.Map
	a.OnPressure = func() bool { runtime.Gosched(); return true }
	exchange := make(chan *Block, 16)
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			r := rand.New(rand.NewPCG(uint64(g), 2))
			var mine []*Block
			for i := range 1500 {
				switch k := r.IntN(100); {
				case k == 0 && i%10 == 0:
					a.Trim()
				case k < 50 && len(mine) > 0:
					b := mine[len(mine)-1]
					mine = mine[:len(mine)-1]
					if p := b.Bytes(); len(p) > 0 && p[0] != byte(b.Size()>>6) {
						failed.Store(g, "overwritten")
					}
					// Freed by another goroutine than it was made by.
					select {
					case exchange <- b:
					case other := <-exchange:
						a.Free(other)
						a.Free(b)
					}
				default:
					b, err := a.Alloc(randomSize(r))
					if err != nil {
						if _, ok := errors.AsType[*LimitError](err); !ok {
							failed.Store(g, err)
						}
						freeAll(a, mine)
						mine = mine[:0]
						continue
					}
					p := b.Bytes()
					if len(p) > 0 {
						p[len(p)-1] = byte(b.Size() >> 6)
						p[0] = byte(b.Size() >> 6)
					}
					mine = append(mine, b)
				}
			}
			freeAll(a, mine)
		})
	}
	wg.Wait()
	close(exchange)
	for b := range exchange {
		a.Free(b)
	}
	failed.Range(func(g, what any) bool { t.Errorf("goroutine %v: %v", g, what); return true })
	check(t, a)
	if s := a.Stats(); s.Live != 0 || s.Allocs != s.Frees || s.Peak > s.Limit {
		t.Errorf("got %+v", s)
	}
	a.Trim()
}

func TestHitMakesNoGarbage(t *testing.T) {
	a := New(Options{})
	for _, n := range []int64{100, 1 << 20} {
		freeAll(a, allocAll(t, a, n))
		if got := testing.AllocsPerRun(100, func() {
			b, _ := a.AllocTagged(n, "tag")
			a.Free(b)
		}); got != 0 {
			t.Errorf("%v Go allocations for a block of %d bytes", got, n)
		}
	}
	// Cutting and joining spans uses the headers again, too.
	if got := testing.AllocsPerRun(100, func() {
		for n := int64(64 << 10); n < 256<<10; n += 32 << 10 {
			b, _ := a.Alloc(n)
			a.Free(b)
		}
		a.mu.Lock()
		a.flush()
		a.mu.Unlock()
	}); got != 0 {
		t.Errorf("%v Go allocations for cutting spans", got)
	}
	a.Trim()
}

func TestWritable(t *testing.T) {
	a := New(Options{})
	b := allocAll(t, a, 3<<20+5)[0]
	p := b.Bytes()
	for i := range p {
		p[i] = byte(i)
	}
	if !bytes.Equal(p[256:512], p[:256]) || &p[0] != (*byte)(b.Ptr()) {
		t.Error("memory does not hold what was written")
	}
	a.Free(b)
	a.Trim()
}
