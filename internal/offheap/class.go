package offheap

import "math/bits"

// Size classes are multiples of 64 bytes up to 512, and from there on eight
// equal steps to each doubling, so that at most an eighth of a block is lost
// to rounding (but for the last cache line of a small one).
const (
	align = 64 // of every block; a cache line, and the widest vector register

	numClasses   = 8 + 8*37
	maxClassSize = align << 40

	// Blocks of classes below numSmall are cut from slabs, those from
	// numSmall on are spans. A span's size is thus a multiple of 4 KiB.
	numSmall     = 8 + 8*6
	maxSmallSize = 32 << 10
)

// classOf returns the smallest class that holds the given bytes, which are not
// more than maxClassSize.
func classOf(bytes int64) int {
	u := max(uint64(bytes)+align-1, align) / align
	if u <= 8 {
		return int(u) - 1
	}
	k := bits.Len64(u-1) - 4 // u is in (8<<k, 16<<k]
	q := (u + 1<<k - 1) >> k // in steps of 1<<k: 9 to 16
	return 8 + 8*k + int(q) - 9
}

// classSize returns the size of the blocks of a class.
func classSize(class int) int64 {
	if class < 8 {
		return int64(class+1) * align
	}
	k, step := (class-8)/8, (class-8)%8
	return int64(9+step) << k * align
}

// slabSize returns the size of the slabs of a small class: at least eight
// blocks, and enough of them that making a slab is rare.
func slabSize(class int) int64 {
	return max(16<<10, int64(1)<<bits.Len64(uint64(8*classSize(class)-1)))
}

// bins hold free spans by size, to find one that is large enough in a few
// steps: bin c holds spans that are as large as class c but not c+1.
type bins struct {
	head [numClasses]*Block
	full [(numClasses + 63) / 64]uint64 // a bit for each bin that is not empty
}

// binOf returns the largest class that a span of the given size can serve.
func binOf(size int64) int {
	c := classOf(size)
	if classSize(c) > size {
		c--
	}
	return c
}

func (s *bins) add(b *Block) {
	c := binOf(b.size)
	b.prev, b.next = nil, s.head[c]
	if b.next != nil {
		b.next.prev = b
	}
	s.head[c] = b
	s.full[c/64] |= 1 << (c % 64)
}

func (s *bins) remove(b *Block) {
	if b.next != nil {
		b.next.prev = b.prev
	}
	if b.prev != nil {
		b.prev.next = b.next
	} else {
		c := binOf(b.size)
		s.head[c] = b.next
		if b.next == nil {
			s.full[c/64] &^= 1 << (c % 64)
		}
	}
	b.prev, b.next = nil, nil
}

// from returns the first bin at or after c that is not empty, or -1.
func (s *bins) from(c int) int {
	for w := c / 64; w < len(s.full); w++ {
		m := s.full[w]
		if w == c/64 {
			m &= ^uint64(0) << (c % 64)
		}
		if m != 0 {
			return w*64 + bits.TrailingZeros64(m)
		}
	}
	return -1
}

// largest returns a span of the last bin that is not empty, or nil.
func (s *bins) largest() *Block {
	for w := len(s.full) - 1; w >= 0; w-- {
		if m := s.full[w]; m != 0 {
			return s.head[w*64+bits.Len64(m)-1]
		}
	}
	return nil
}
