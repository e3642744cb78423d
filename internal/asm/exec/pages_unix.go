//go:build amd64 && unix && !aix && !solaris

package exec

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

var pageSize = os.Getpagesize()

// mapOnce makes a region of pages that hold code. They are writable first, then executable.
func mapOnce(size int, code []byte) (*region, error) {
	m, err := unix.Mmap(-1, 0, size, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANON)
	if err != nil {
		return nil, fmt.Errorf("mapping %d bytes: %w", size, err)
	}
	for i := copy(m, code); i < size; i++ {
		m[i] = breakpoint
	}
	if err := unix.Mprotect(m, unix.PROT_READ|unix.PROT_EXEC); err != nil {
		_ = unix.Munmap(m)
		return nil, fmt.Errorf("making pages executable: %w", err)
	}
	return &region{run: m}, nil
}

// unmap ends the region's mappings. Nobody runs code in it.
func (r *region) unmap() {
	for _, m := range [][]byte{r.run, r.write} {
		if m == nil {
			continue
		}
		if err := unix.Munmap(m); err != nil {
			panic("exec: unmapping machine code: " + err.Error())
		}
	}
}
