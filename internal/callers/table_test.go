package callers

import (
	"sync"
	"testing"
)

// key returns made-up counters, and a hash that many of them share.
func key(i int) (*[depth]uintptr, uint64) {
	return &[depth]uintptr{uintptr(i) + 1, 7}, uint64(i%5) * multiplier
}

func TestTableGrowsAndStops(t *testing.T) {
	const limit = 3 * firstSlots
	table := table{limit: limit}
	for i := range limit {
		pcs, hash := key(i)
		if id := table.intern(pcs, hash); id != ID(i+1) {
			t.Fatalf("stack %d has ID %d", i, id)
		}
	}
	for i := range limit + 10 {
		pcs, hash := key(i)
		want := ID(i + 1)
		if i >= limit {
			want = 0
		}
		if id := table.intern(pcs, hash); id != want {
			t.Fatalf("at the limit stack %d has ID %d, want %d", i, id, want)
		}
		if s := table.stack(want); want != 0 && s.pcs != *pcs {
			t.Fatalf("ID %d stands for %v, want %v", want, s.pcs, *pcs)
		}
	}
	if len(table.stacks) != limit {
		t.Errorf("%d stacks are kept, want %d", len(table.stacks), limit)
	}
}

func TestTableFromManyGoroutines(t *testing.T) {
	const n = 2 * firstSlots
	table := table{limit: n / 2}
	var ids [8][n]ID
	var wg sync.WaitGroup
	for g := range ids {
		wg.Go(func() {
			for i := range n {
				pcs, hash := key((i * (2*g + 1)) % n) // each in an order of its own
				ids[g][(i*(2*g+1))%n] = table.intern(pcs, hash)
			}
		})
	}
	wg.Wait()
	given := map[ID]int{}
	for i := range n {
		var id ID
		for g := range ids {
			switch got := ids[g][i]; {
			case got == 0: // the table was full
			case id == 0:
				id = got
			case got != id:
				t.Fatalf("stack %d has IDs %d and %d", i, id, got)
			}
		}
		if id == 0 {
			continue
		}
		if other, ok := given[id]; ok {
			t.Fatalf("stacks %d and %d share ID %d", other, i, id)
		}
		given[id] = i
	}
	if len(given) != n/2 {
		t.Errorf("%d IDs were given, want %d", len(given), n/2)
	}
}
