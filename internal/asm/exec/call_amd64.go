//go:build unix && !aix && !solaris

package exec

import "unsafe"

// Scratch is how many bytes of stack code may use, at the address that it finds in RCX.
const Scratch = 4096

// probe is code that returns.
var probe = []byte{0xc3}

// invoke calls code at an address; the package's page says how.
//
//go:noescape
func invoke(entry uintptr, args unsafe.Pointer, lo, hi int)
