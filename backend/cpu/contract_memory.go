package cpu

import (
	"runtime"
	"unsafe"

	"github.com/flambeau-ml/flambeau/internal/offheap"
)

// panelMemory is where contractions keep packed operands: in large pages that are not given back, since a page that was
// never touched costs more than what is written there.
var panelMemory = offheap.New(offheap.Options{})

// panels are elements of any value, aligned as vectors are, for as long as an operation lasts.
type panels[T number] struct {
	mem   []T
	block *offheap.Block // nil: on Go's heap
}

func borrowPanels[T number](n int) panels[T] {
	block, err := panelMemory.Alloc(int64(n) * int64(unsafe.Sizeof(T(0))))
	if err != nil { // the system's limit: Go may know more
		return panels[T]{mem: make([]T, n)}
	}
	return panels[T]{unsafe.Slice((*T)(unsafe.Pointer(unsafe.SliceData(block.Bytes()))), n), block}
}

func (p *panels[T]) giveBack() {
	if p.block != nil {
		panelMemory.Free(p.block)
	}
}

// ownPanels are panels that are given back when owner is collected.
func ownPanels[O any, T number](owner *O, n int) []T {
	p := borrowPanels[T](n)
	if p.block != nil {
		runtime.AddCleanup(owner, panelMemory.Free, p.block)
	}
	return p.mem
}
