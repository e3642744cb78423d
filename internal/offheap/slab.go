package offheap

import "unsafe"

// A slab is a span cut into blocks of one small class.
type slab struct {
	span *Block
	used int // blocks that are handed out
}

// addSlab puts the blocks of a new slab into the list of a class.
func (a *Allocator) addSlab(class int) error {
	span, err := a.takeSpan(classOf(slabSize(class)))
	if err != nil {
		return err
	}
	span.state = carved
	s := &slab{span: span}
	size := classSize(class)
	blocks := make([]Block, span.size/size)
	for i := len(blocks) - 1; i >= 0; i-- { // the lowest address is used first
		b := &blocks[i]
		b.ptr = unsafe.Add(span.ptr, int64(i)*size)
		b.size = size
		b.class = int16(class)
		b.state = cached
		b.region = span.region
		b.slab = s
		b.next = a.cached[class]
		a.cached[class] = b
	}
	return nil
}

// dropSlabs turns slabs whose blocks are all free into warm spans. Their
// headers are left to the collector.
func (a *Allocator) dropSlabs() {
	for c := range numSmall {
		link := &a.cached[c]
		for b := *link; b != nil; b = *link {
			s := b.slab
			if s.used > 0 {
				link = &b.next
				continue
			}
			if s.span != nil {
				s.span.region.used -= s.span.size
				a.join(s.span, warm)
				s.span = nil
			}
			*link = b.next
			*b = Block{}
		}
	}
}
