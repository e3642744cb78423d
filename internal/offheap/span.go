package offheap

import (
	"fmt"
	"unsafe"
)

// A region is one mapping of the operating system, cut into spans that lie
// side by side. A new region is one cold span.
type region struct {
	owner *Allocator
	mem   mapping
	size  int64
	used  int64  // bytes in spans that are not free: live, cached or carved
	first *Block // the span at the lowest address
	own   bool   // made for one large request
}

// releaseUnit is the granularity in which parts of a span are given back. It
// is the usual size of a huge page.
const releaseUnit = 2 << 20

// over reports whether taking size more bytes of memory would pass the limit.
func (a *Allocator) over(size int64) bool {
	return a.stats.Limit > 0 && a.stats.Committed+size > a.stats.Limit
}

// takeSpan cuts a span of the given class. Memory that was touched before
// comes first, then memory that was mapped before, then a new mapping.
func (a *Allocator) takeSpan(class int) (*Block, error) {
	size := classSize(class)
	b := a.warm.find(class, false)
	if b == nil && a.cachedSpan >= size {
		a.flush()
		b = a.warm.find(class, false)
	}
	if b == nil && a.over(size) {
		a.reclaim()
		if b = a.warm.find(class, true); b == nil {
			a.release(a.stats.Committed + size - a.stats.Limit)
			if a.over(size) {
				return nil, a.limitError(size)
			}
		}
	}
	if b != nil {
		a.warm.remove(b)
		a.split(b, size, &a.warm)
	} else {
		if b = a.cold.find(class, true); b == nil {
			var err error
			if b, err = a.addRegion(size); err != nil {
				return nil, err
			}
		}
		a.cold.remove(b)
		a.split(b, size, &a.cold)
		if err := b.region.mem.commit(b.ptr, size); err != nil {
			a.join(b, cold)
			return nil, fmt.Errorf("offheap: committing %s: %w", sizeString(size), err)
		}
		a.stats.Committed += size
		a.stats.Fresh += size
	}
	b.region.used += size
	b.class = int16(class)
	return b, nil
}

// find returns a span that can serve a class, or nil. A small request does not
// cut up the mapping of a large one, which is likely to come again, unless it
// has to.
func (s *bins) find(class int, anySpan bool) *Block {
	size := classSize(class)
	for c := s.from(class); c >= 0; c = s.from(c + 1) {
		for b := s.head[c]; b != nil; b = b.next {
			if anySpan || !b.region.own || size >= b.size/8 {
				return b
			}
		}
	}
	return nil
}

// addRegion maps a region that has room for a span of the given size, and
// returns it as one cold span.
func (a *Allocator) addRegion(size int64) (*Block, error) {
	r := &region{owner: a, size: a.regionSize}
	if size > a.regionSize/2 {
		r.size, r.own = size, true
	}
	mem, ptr, err := mapMemory(r.size)
	if err != nil {
		return nil, fmt.Errorf("offheap: mapping %s: %w", sizeString(r.size), err)
	}
	r.mem = mem
	b := a.header()
	b.ptr, b.size, b.region, b.state = ptr, r.size, r, cold
	r.first = b
	a.cold.add(b)
	a.regions[r] = struct{}{}
	a.stats.Reserved += r.size
	return b, nil
}

// split shortens a span that is in no bin to size bytes and puts the rest, if
// there is one, into a bin in the span's state.
func (a *Allocator) split(b *Block, size int64, to *bins) *Block {
	if b.size == size {
		return nil
	}
	rest := a.header()
	rest.ptr = unsafe.Add(b.ptr, size)
	rest.size = b.size - size
	rest.region = b.region
	rest.state = b.state
	rest.left, rest.right = b, b.right
	if rest.right != nil {
		rest.right.left = rest
	}
	b.right = rest
	b.size = size
	if to != nil {
		to.add(rest)
	}
	return rest
}

// join makes a span free, in the given state, together with the neighbours
// that are in the same state.
func (a *Allocator) join(b *Block, s state) {
	to := &a.warm
	if s == cold {
		to = &a.cold
	}
	b.state = s
	if l := b.left; l != nil && l.state == s {
		to.remove(l)
		a.absorb(l, b)
		b = l
	}
	if r := b.right; r != nil && r.state == s {
		to.remove(r)
		a.absorb(b, r)
	}
	to.add(b)
}

// absorb lengthens a span by its right neighbour.
func (a *Allocator) absorb(b, right *Block) {
	b.size += right.size
	b.right = right.right
	if b.right != nil {
		b.right.left = b
	}
	a.discard(right)
}

// flush joins the spans in the lists of their classes with their neighbours.
func (a *Allocator) flush() {
	for c := numSmall; c < numClasses; c++ {
		for b := a.cached[c]; b != nil; {
			next := b.next
			b.next = nil
			b.region.used -= b.size
			a.join(b, warm)
			b = next
		}
		a.cached[c] = nil
	}
	a.cachedSpan = 0
}

// reclaim turns all that is cached into warm spans.
func (a *Allocator) reclaim() {
	a.dropSlabs()
	a.flush()
}

// release gives want bytes of warm spans back to the system, or as many as
// there are, and returns their number: whole regions first, then parts.
func (a *Allocator) release(want int64) int64 {
	before := a.stats.Committed
	rest := func() int64 { return want - (before - a.stats.Committed) }
	for r := range a.regions {
		if rest() <= 0 {
			break
		}
		if r.used == 0 {
			a.dropRegion(r)
		}
	}
	for canDecommit && rest() > 0 {
		b := a.warm.largest()
		if b == nil {
			break
		}
		a.warm.remove(b)
		// A limit asks for a few bytes at a time; the rest of a long span is
		// better kept.
		if n := rest(); n < b.size-releaseUnit {
			n = (n + releaseUnit - 1) &^ (releaseUnit - 1)
			if head := b; n < head.size {
				b = a.split(head, head.size-n, nil)
				a.warm.add(head)
			}
		}
		b.region.mem.decommit(b.ptr, b.size)
		a.stats.Committed -= b.size
		r := b.region
		a.join(b, cold)
		if r.used == 0 && r.first.state == cold && r.first.right == nil {
			a.dropRegion(r)
		}
	}
	return before - a.stats.Committed
}

// dropRegion unmaps a region whose spans are all free.
func (a *Allocator) dropRegion(r *region) {
	for b := r.first; b != nil; {
		next := b.right
		if b.state == warm {
			a.warm.remove(b)
			a.stats.Committed -= b.size
		} else {
			a.cold.remove(b)
		}
		a.discard(b)
		b = next
	}
	r.first = nil
	delete(a.regions, r)
	a.stats.Reserved -= r.size
	r.mem.unmap()
}

// header returns an unused block header.
func (a *Allocator) header() *Block {
	b := a.spare
	if b == nil {
		return new(Block)
	}
	a.spare = b.next
	b.next = nil
	return b
}

// discard keeps the header of a span that is no more. The pointers go: memory
// of Go's own may come to lie at the same address.
func (a *Allocator) discard(b *Block) {
	*b = Block{next: a.spare}
	a.spare = b
}
