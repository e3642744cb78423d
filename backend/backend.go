// Package backend is the contract between tensors and the devices that compute them: a device compiles a graph to a
// program, and allocates, copies and runs. Implementations live in folders of this one; nothing here computes.
package backend

import (
	"context"
	"fmt"

	"github.com/flambeau-ml/flambeau/graph"
)

// Device compiles and runs graphs. Its methods are safe for concurrent use.
type Device interface {
	// Name says which device it is, with the engine that runs its code: "cpu (portable, 2 threads)".
	Name() string
	// Compile makes a program of f, which is settled and verified. It does not keep f's values alive longer than it
	// needs, and never changes f.
	Compile(f *graph.Func, opts Options) (Program, error)
	// Alloc hands out a buffer whose contents are undefined. Its error is a *LimitError when the memory limit set by
	// the user would be passed.
	Alloc(bytes int64) (Buffer, error)
	// Write copies src into the beginning of dst; Read copies the beginning of src out.
	Write(dst Buffer, src []byte) error
	Read(dst []byte, src Buffer) error
	// Memory reports what the device's allocator counts.
	Memory() Memory
	// SetMemoryLimit bounds the live bytes; 0 takes the bound away.
	SetMemoryLimit(bytes int64)
}

// Buffer is memory of a device. Who holds it frees it, once.
type Buffer interface {
	Size() int64
	// Host is the buffer's memory where the host can address it, else nil. It is valid until Free.
	Host() []byte
	Free()
}

// Options say how a program is compiled. They never change a bit of its results.
type Options struct {
	Name    string // for dumps and profiles
	Unfused bool   // one kernel for each primitive: less to compile, for programs that run once
}

// Program is a compiled graph. Run is safe for concurrent use.
type Program interface {
	// Run computes the results. An error means that nothing was computed and no input was touched: cancellation
	// before the first overwrite of an input, or memory that could not be had. Errors that depend on values do not
	// end a run: they stand in the outputs that depend on them.
	Run(ctx context.Context, l *Launch) error
}

// Launch is what one run takes and gives.
type Launch struct {
	Sizes   []int64        // of f.Symbols(), in order
	Numbers []graph.Scalar // of f.Numbers(), in order
	Inputs  []Buffer       // of f.Params, in order: row-major, contiguous
	Donate  []bool         // inputs that the program may overwrite, or hand back as an output; nil: none
	Needed  []int          // for each input, the result that it must outlive if that one is faulty, or −1; nil: none
	Trace   func(Kernel)   // called after each kernel, by the goroutine that runs the program; nil: nobody looks

	Outputs []Output // of f.Results, in order: filled in by Run; the caller owns the buffers, each its own
	Taken   []bool   // donated inputs that were overwritten or handed back: the caller no longer owns them
}

// Output is one result of a run: a buffer, or the error that took its place.
type Output struct {
	Buffer Buffer
	Fault  *Fault
}

// Fault is an error that depends on values: an index out of range, an integer divided by zero. A result that depends
// on a faulty value carries its fault; an input is not overwritten on its account.
type Fault struct {
	Op  string // the primitive
	Pos int    // graph.Value.Pos of the value whose computation failed
	Msg string
}

func (f *Fault) Error() string { return f.Op + ": " + f.Msg }

// Memory is a device's account of its memory, in bytes.
type Memory struct {
	Live     int64 // handed out and not freed
	Peak     int64 // the most that was live
	Reserved int64 // taken from the system
	Fresh    int64 // ever taken from the system
	Written  int64 // stored by programs and copied in, ever
	Limit    int64 // set by the user; 0: none
}

// LimitError says that an allocation would pass the memory limit that the user set.
type LimitError struct{ Want, Live, Limit int64 }

func (e *LimitError) Error() string {
	return fmt.Sprintf("out of memory: %d bytes wanted with %d in use would pass the limit of %d set by the user", e.Want, e.Live, e.Limit)
}
