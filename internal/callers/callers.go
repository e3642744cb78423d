// Package callers names the line of user code that made something, at a price that every operation can pay.
//
// [Here] walks the frame pointers of the calling goroutine, ten to fifteen nanoseconds in all, and interns the
// program counters it finds: equal stacks get equal IDs, and a stack seen before costs no allocation. What the
// counters mean, files and lines, inlined calls and all, is looked up only when somebody asks an [ID] for it: in an
// error, a trace or a profile.
package callers

import "runtime"

// depth is how many callers an ID remembers: enough for the deepest way through the library's own rooms from a line
// of user code, few enough that most of the cost of [Here] is not theirs.
const depth = 12

// An ID stands for a stack of callers. IDs are small, comparable and valid for the life of the process; they mean
// nothing to another process. The zero ID stands for no callers at all.
type ID uint32

// stacks is where [Here] interns. Its limit bounds the memory of a process that never stops finding new stacks: at
// 112 bytes each, 7 MiB, and a table of 1 MiB.
var stacks = table{limit: 1 << 16}

// Here returns the ID of the callers of the function that calls it, innermost first, less the first skip of them. The
// calling function itself is the first: Here(0) begins at the line of the call, Here(1) at the line that called the
// function that called Here.
//
// skip counts frames of the machine's stack, in which a function that the compiler inlined has none of its own, so a
// function may be skipped only if it and the functions it is called through are marked go:noinline. When in doubt
// skip nothing: [ID.User] passes over the library's frames anyhow.
//
// Here returns 0 if the process has interned its limit of different stacks, or if nothing is left after skip.
//
//go:noinline
func Here(skip int) ID {
	var pcs [depth]uintptr
	var hash uint64
	if framePointers {
		hash = walk(&pcs, skip+above)
	} else {
		hash = unwind(&pcs, skip+3)
	}
	if pcs[0] == 0 {
		return 0
	}
	return stacks.intern(&pcs, hash)
}

// multiplier is the odd constant of the hash that [walk] and [unwind] compute: 2^64 over the golden ratio. Its upper
// bits are the well mixed ones.
const multiplier = 0x9e3779b97f4a7c15

// unwind does what walk does by the runtime's own unwinder, at ten times the price and more. Its skip is that of
// [runtime.Callers].
func unwind(pcs *[depth]uintptr, skip int) (hash uint64) {
	n := runtime.Callers(skip, pcs[:])
	for _, pc := range pcs[:n] {
		hash = (hash ^ uint64(pc)) * multiplier
	}
	return hash
}
