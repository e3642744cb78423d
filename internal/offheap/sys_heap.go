//go:build race || !(unix || windows) || aix || solaris

package offheap

import (
	"errors"
	"math"
	"unsafe"
)

// Regions are Go slices here: the race detector watches nothing else, and some
// systems have nothing else. They are smaller than elsewhere, because Go may
// clear them, and whole ones are left to the collector.
const (
	defaultRegionSize = 4 << 20
	canDecommit       = false
)

var errNoMemory = errors.New("out of memory")

// A mapping is a slice that the pointers into it keep alive.
type mapping struct{}

// mapMemory makes a slice and returns its first aligned address.
func mapMemory(size int64) (_ mapping, p unsafe.Pointer, err error) {
	if size > math.MaxInt-align {
		return mapping{}, nil, errNoMemory
	}
	// make panics if the size is more than there are addresses.
	defer func() {
		if recover() != nil {
			err = errNoMemory
		}
	}()
	s := make([]byte, size+align)
	p = unsafe.Pointer(unsafe.SliceData(s))
	return mapping{}, unsafe.Add(p, -uintptr(p)&(align-1)), nil
}

func (mapping) commit(unsafe.Pointer, int64) error { return nil }

func (mapping) decommit(unsafe.Pointer, int64) {}

func (mapping) unmap() {}
