//go:build unix && !linux && !aix && !solaris && !race

package offheap

import "golang.org/x/sys/unix"

const (
	mapFlags   = 0
	dropAdvice = unix.MADV_FREE
)

// adviseHuge does nothing: these systems promote pages by themselves.
func adviseHuge([]byte) {}
