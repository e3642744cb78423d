//go:build unix && !aix && !solaris && !race

package offheap

import (
	"math"
	"os"
	"unsafe"

	"golang.org/x/sys/unix"
)

const (
	defaultRegionSize = 64 << 20
	canDecommit       = true
)

var errNoMemory error = unix.ENOMEM

var pageSize = uintptr(os.Getpagesize())

// A mapping is memory as the system gave it.
type mapping []byte

// mapMemory maps size bytes and returns their address, which is that of a huge
// page. No memory stands behind them until they are touched.
func mapMemory(size int64) (mapping, unsafe.Pointer, error) {
	const huge = 2 << 20
	if size > math.MaxInt-huge {
		return nil, nil, errNoMemory
	}
	m, err := unix.Mmap(-1, 0, int(size)+huge, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE|mapFlags)
	if err != nil {
		return nil, nil, err
	}
	p := unsafe.Pointer(unsafe.SliceData(m))
	p = unsafe.Add(p, -uintptr(p)&(huge-1))
	adviseHuge(m)
	return m, p, nil
}

// commit does nothing: the system commits what is touched.
func (m mapping) commit(unsafe.Pointer, int64) error { return nil }

// decommit lets the whole pages of a span go. That it may fail is of no
// consequence: the memory is then swapped, if it comes to that, not dropped.
func (m mapping) decommit(p unsafe.Pointer, size int64) {
	skip := -uintptr(p) & (pageSize - 1)
	if uintptr(size) < skip+pageSize {
		return
	}
	n := (uintptr(size) - skip) &^ (pageSize - 1)
	_ = unix.Madvise(unsafe.Slice((*byte)(unsafe.Add(p, skip)), n), dropAdvice)
}

// unmap ends the mapping.
func (m mapping) unmap() {
	if err := unix.Munmap(m); err != nil {
		panic("offheap: unmapping a region: " + err.Error())
	}
}
