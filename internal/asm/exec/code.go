package exec

import (
	"fmt"
	"io"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync/atomic"
	"unsafe"
)

// Code is a kernel in executable memory.
type Code struct {
	heap   *Heap
	name   string
	region *region
	span   span
	size   int
	entry  uintptr
	holds  atomic.Int64
}

// Name returns the name that the kernel was added under.
func (c *Code) Name() string { return c.name }

// Size returns how many bytes the kernel has.
func (c *Code) Size() int { return c.size }

// Bytes returns a copy of the kernel, which must be held.
func (c *Code) Bytes() []byte { return slices.Clone(c.region.run[c.span.at:][:c.size]) }

// Entry returns the kernel's address.
func (c *Code) Entry() uintptr { return c.entry }

// Acquire holds the code once more, and reports whether it could: code that nobody held any longer is gone for good.
func (c *Code) Acquire() bool {
	for {
		n := c.holds.Load()
		if n <= 0 {
			return false
		}
		if c.holds.CompareAndSwap(n, n+1) {
			return true
		}
	}
}

// Release lets go of the code. When nobody holds it any longer, its memory is used for other code. It panics when the
// code was not held.
func (c *Code) Release() {
	switch n := c.holds.Add(-1); {
	case n == 0:
		c.heap.release(c)
	case n < 0:
		panic("exec: machine code of " + c.name + " is released more often than it was held")
	}
}

// Call runs the code, which must be held, with a pointer to a block of arguments and two integers. The block may lie on
// the stack. What it points at on Go's heap must be kept alive by the caller until Call returns.
func (c *Code) Call(args unsafe.Pointer, lo, hi int) {
	invoke(c.entry, args, lo, hi)
}

// A Fault is a fault in generated code, as far as Go lets a program go on after one.
type Fault struct {
	Kernel string
	Err    error // what Go makes of it
}

func (f *Fault) Error() string {
	return fmt.Sprintf("a fault in machine code of %s: %v", f.Kernel, f.Err)
}

// Unwrap returns what Go makes of the fault.
func (f *Fault) Unwrap() error { return f.Err }

// Address returns the address that could not be accessed, if Go knows it.
func (f *Fault) Address() (uintptr, bool) {
	if e, ok := f.Err.(interface{ Addr() uintptr }); ok {
		return e.Addr(), true
	}
	return 0, false
}

// Try runs the code as Call does, and returns a [*Fault] when it accesses memory that is not there or divides by zero.
// What it had written until then stays. The package's page says which faults cannot be caught. It takes a few
// nanoseconds longer than Call.
func (c *Code) Try(args unsafe.Pointer, lo, hi int) (err error) {
	old := debug.SetPanicOnFault(true)
	defer func() {
		debug.SetPanicOnFault(old)
		if r := recover(); r != nil {
			e, ok := r.(runtime.Error)
			if !ok {
				panic(r)
			}
			err = &Fault{c.name, e}
		}
	}()
	invoke(c.entry, args, lo, hi)
	return nil
}

// writeLine writes the code's line of a map.
func (c *Code) writeLine(w io.Writer) error {
	name := strings.Map(func(r rune) rune {
		if r < ' ' {
			return '_'
		}
		return r
	}, c.name)
	_, err := fmt.Fprintf(w, "%x %x %s\n", c.entry, c.size, name)
	return err
}
