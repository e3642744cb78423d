//go:build !race

package offheap

import "golang.org/x/sys/unix"

const (
	mapFlags   = unix.MAP_NORESERVE
	dropAdvice = unix.MADV_DONTNEED
)

// adviseHuge asks for huge pages, which cost one fault where small ones cost
// 512. Kernels without them say so, and need no answer.
func adviseHuge(m []byte) { _ = unix.Madvise(m, unix.MADV_HUGEPAGE) }
