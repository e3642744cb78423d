// Package jit turns loops over arrays into machine code.
//
// A [Kernel] is the body of a loop nest in SSA form: typed operations on what streams of memory hold at one index. It
// says nothing of registers, vectors or instructions; [Compile] chooses these for a processor. The nest has two levels:
// elements, n of them, lie along the inner one, rows along the outer; whoever calls splits everything else. Sizes,
// addresses and steps are arguments of a call ([Args]), so that one piece of code serves all sizes.
//
// Every operation gives the bits that the portable evaluator of package cpu gives: where Go and the processor differ (NaN
// and signed zeros in extrema, shifts, conversions) the code does as Go does. NaNs are NaNs, with any bits.
//
// Files of each processor level write instructions (avx512*.go, avx2*.go); the loops, addresses and registers are shared
// (gen.go, loops.go, body.go, alloc.go, rare.go). What a level cannot express is an [Unsupported] error, and the
// caller evaluates the loop portably.
package jit
