//go:build (amd64 || arm64) && !race

package callers

import (
	"runtime"
	"slices"
)

// walk fills pcs with the return addresses on the calling goroutine's stack, innermost first, less the first skip of
// them, by following frame pointers, and returns their hash. The first return address is that of walk's caller, or one
// more where the compiler puts a wrapper around a function in assembly; [above] knows.
//
// It reads nothing but words of the stack it runs on: each frame must lie above the one before and below the stack's
// end, or the walk stops there. The start of a goroutine, whose frame pointer is zero, ends it in the same way.
//
//go:noescape
func walk(pcs *[depth]uintptr, skip int) (hash uint64)

// above is how many return addresses walk finds before that of its caller, and framePointers says whether it finds
// that one at all. It does with every Go this package was tested with; a build that keeps frame pointers in another
// way is served by the runtime's unwinder, slower and as right.
var above, framePointers = calibrate()

// calibrate holds walk against the runtime.
//
//go:noinline
func calibrate() (above int, ok bool) {
	var got, want [depth]uintptr
	walk(&got, 0)
	runtime.Callers(2, want[:])
	if want[0] == 0 {
		return 0, false
	}
	above = slices.Index(got[:2], want[0])
	return above, above >= 0
}
