//go:build amd64

package exec

import (
	"errors"
	"fmt"
	"sync"

	"golang.org/x/sys/unix"
)

// mapTwice makes a region with two mappings of the same memory: one is written, the other runs.
func mapTwice(size int) (*region, error) {
	fd, err := unix.MemfdCreate("flambeau-code", unix.MFD_CLOEXEC|unix.MFD_EXEC)
	if errors.Is(err, unix.EINVAL) { // before Linux 6.3
		fd, err = unix.MemfdCreate("flambeau-code", unix.MFD_CLOEXEC)
	}
	if err != nil {
		return nil, fmt.Errorf("making memory to map twice: %w", err)
	}
	defer unix.Close(fd)
	if err := unix.Ftruncate(fd, int64(size)); err != nil {
		return nil, fmt.Errorf("making %d bytes to map twice: %w", size, err)
	}
	write, err := unix.Mmap(fd, 0, size, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	if err != nil {
		return nil, fmt.Errorf("mapping memory for writing: %w", err)
	}
	run, err := unix.Mmap(fd, 0, size, unix.PROT_READ|unix.PROT_EXEC, unix.MAP_SHARED)
	if err != nil {
		_ = unix.Munmap(write)
		return nil, fmt.Errorf("mapping memory for execution: %w", err)
	}
	return &region{run: run, write: write, free: []span{{0, size}}}, nil
}

// The commands of the system call membarrier that make every processor which runs this process forget what it has read
// ahead. The first asks for the second to be allowed; that may take milliseconds.
const (
	registerSyncCore = 1 << 6
	syncCore         = 1 << 5
)

var register = sync.OnceFunc(func() { _, _, _ = unix.Syscall(unix.SYS_MEMBARRIER, registerSyncCore, 0, 0) })

// serialize makes every processor read code anew. Where the system has no call for that, the way from one processor to
// another that the code's address takes is long enough in practice.
func serialize() {
	register()
	_, _, _ = unix.Syscall(unix.SYS_MEMBARRIER, syncCore, 0, 0)
}
