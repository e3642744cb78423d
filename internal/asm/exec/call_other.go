//go:build !amd64 || !unix || aix || solaris

package exec

import "unsafe"

// Scratch is how many bytes of stack code may use.
const Scratch = 4096

// probe is code that nobody runs.
var probe = []byte{0}

// invoke is never reached: there is no code.
func invoke(entry uintptr, args unsafe.Pointer, lo, hi int) { panic(ErrUnavailable) }
