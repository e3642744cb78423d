package callers

import (
	"math/bits"
	"sync"
	"sync/atomic"
)

// A stack is an interned list of callers. It never changes once it is in a table.
type stack struct {
	hash uint64
	pcs  [depth]uintptr // ends at the first zero, if there is one
	id   ID
}

// A table gives equal stacks equal IDs. Its zero value, with a limit, is ready for use. Finding a stack that is there
// takes no lock; adding one does.
type table struct {
	limit int // at most this many stacks are kept
	index atomic.Pointer[index]
	full  atomic.Bool // the limit is reached

	mu     sync.Mutex
	stacks []*stack // stacks[i] has ID i+1
}

// An index is an open hash table, at most half full so that every probe ends. Stacks are added in place; one that is
// too small is replaced, and whoever still reads the old one misses only what came later.
type index struct {
	shift int // a hash's home is its upper bits: hash >> shift
	slots []atomic.Pointer[stack]
}

// firstSlots is the size of the first index, a power of two.
const firstSlots = 1 << 10

// newIndex returns an empty index of the given size, a power of two.
func newIndex(slots int) *index {
	return &index{
		shift: 64 - bits.TrailingZeros(uint(slots)),
		slots: make([]atomic.Pointer[stack], slots),
	}
}

// find returns the stack with the given counters, or nil and the slot where it belongs.
func (x *index) find(pcs *[depth]uintptr, hash uint64) (*stack, int) {
	mask := len(x.slots) - 1
	for i := int(hash >> x.shift); ; i++ {
		i &= mask
		s := x.slots[i].Load()
		if s == nil {
			return nil, i
		}
		if s.hash == hash && s.pcs == *pcs {
			return s, i
		}
	}
}

// intern returns the ID of the stack with the given counters, adding it if it is new. It returns 0 for a new stack
// when the table is at its limit.
func (t *table) intern(pcs *[depth]uintptr, hash uint64) ID {
	full := t.full.Load() // before the index: a full table's index is the last one, so a miss in it is final
	if x := t.index.Load(); x != nil {
		if s, _ := x.find(pcs, hash); s != nil {
			return s.id
		}
	}
	if full {
		return 0
	}
	return t.add(pcs, hash)
}

// add interns a stack that intern has not found.
func (t *table) add(pcs *[depth]uintptr, hash uint64) ID {
	t.mu.Lock()
	defer t.mu.Unlock()
	x := t.index.Load()
	if x == nil {
		x = newIndex(firstSlots)
		t.index.Store(x)
	}
	s, at := x.find(pcs, hash)
	if s != nil {
		return s.id // somebody else was here first
	}
	if len(t.stacks) == t.limit {
		return 0
	}
	s = &stack{hash: hash, pcs: *pcs, id: ID(len(t.stacks) + 1)}
	t.stacks = append(t.stacks, s)
	if 2*len(t.stacks) <= len(x.slots) {
		x.slots[at].Store(s)
	} else {
		t.index.Store(t.bigger(x))
	}
	t.full.Store(len(t.stacks) == t.limit)
	return s.id
}

// bigger returns an index of every stack in the table, of twice the size of x.
func (t *table) bigger(x *index) *index {
	x = newIndex(2 * len(x.slots))
	for _, s := range t.stacks {
		_, at := x.find(&s.pcs, s.hash)
		x.slots[at].Store(s)
	}
	return x
}

// stack returns the stack with the given ID, or nil if there is none.
func (t *table) stack(id ID) *stack {
	t.mu.Lock()
	defer t.mu.Unlock()
	if id == 0 || int64(id) > int64(len(t.stacks)) {
		return nil
	}
	return t.stacks[id-1]
}
