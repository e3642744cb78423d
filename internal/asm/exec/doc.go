// Package exec holds machine code made at run time in executable memory, and calls it.
//
// No page is writable and executable at once. On Linux a [Heap] maps each region of memory twice, once to write and once
// to run, so that many small kernels share a page and one can be added while others on the same page are running.
// Where the system refuses that, every kernel gets pages of its own, which are written, then made executable. Where it
// refuses that too, and on systems and processors that this package does not know, [Available] and [Heap.Add] say so
// by [ErrUnavailable], and the caller goes on without generated code.
//
// # What code may rely on, on amd64
//
// [Code.Call] enters with the pointer to its arguments in RDI, the two integers in RSI and RDX, and in RCX the address
// of [Scratch] bytes of stack, a multiple of 64, that are the code's own. The code returns by RET with RSP as it was. It
// may change every register but RSP and RBP, all flags but the direction flag, and no control register (MXCSR). After use of the
// upper halves of vector registers it runs VZEROUPPER. It may push up to 256 bytes, but see below.
//
// Go cannot interrupt such code: while it runs, a collection waits for it. A call should take less than about 50 µs.
// Profiles show it as external code; [Options.Map] makes a file from which perf tells the kernels.
//
// Another processor needs a trampoline beside call_amd64.s, its name in the build constraints of the pages, and, where
// its caches do not see new code by themselves as arm64's, a flush in Heap.Add.
//
// # Faults
//
// A fault in generated code looks to Go as if the trampoline had called a bad function, as long as the word at RSP is the
// return address: that is, while the code has pushed nothing. Then:
//   - an access to an address that is not mapped, or an integer division by zero, becomes a panic, which [Code.Try]
//     turns into an error that names the kernel. [Code.Call] does not ask for that: the process ends with "unexpected
//     fault address" for addresses above the first page, and panics for those in it and for divisions.
//   - an illegal instruction, a breakpoint (freed code is full of them) or a fault after a push ends the process,
//     whatever is asked for. Go prints the program counter; [Heap.Lookup], or the file that [Options.Map] wrote,
//     tells the kernel. No Go code runs between such a fault and the end of the process, so the name itself cannot be
//     printed there.
package exec
