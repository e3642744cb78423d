package cpu

import (
	"runtime"
	"unsafe"

	"github.com/flambeau-ml/flambeau/backend/cpu/jit"
	"github.com/flambeau-ml/flambeau/internal/asm/exec"
)

// combiner is machine code that combines vectors of partial results: one in memory with another.
type combiner struct {
	code   *exec.Code
	kernel *jit.Kernel
}

const combinedLeast = 16 // elements of a vector for which a call is worth its while

// findCombiners makes machine code that combines the vectors of each reduction, where there is any.
func (y *layout) findCombiners(e *loopCompiler) {
	y.combiners = nil
	for _, i := range y.reduces {
		y.combiners = append(y.combiners, e.combiner(&y.instrs[i]))
	}
}

// combiner is that of a reduction; nil where there is none.
func (e *loopCompiler) combiner(in *codeInstr) *combiner {
	t, ok := typeOf(held2(in.dtype))
	op, known := nativeReductions[in.prim]
	if !ok || !known {
		return nil
	}
	if t == jit.Bool {
		t = jit.U8
	}
	k := &jit.Kernel{Name: "join", Form: jit.Runs, Outputs: 1, Streams: []jit.Stream{{Type: t}},
		Instrs: []jit.Instr{instrOf(jit.Load, t), instrOf(op, t, 0)}}
	j := &combiner{code: e.code(k), kernel: k}
	if j.code == nil || k.Words() != combinerWords {
		return nil
	}
	runtime.AddCleanup(j, func(c *exec.Code) { c.Release() }, j.code)
	return j
}

// combinerOf is that of the reduction with a number.
func (y *layout) combinerOf(r int) *combiner {
	if r >= len(y.combiners) {
		return nil
	}
	return y.combiners[r]
}

// combinerWords are those of the argument block of a combiner.
const combinerWords = 6

// run takes k elements at src into those at dst.
func (j *combiner) run(args jit.Args, dst, src unsafe.Pointer, k int) {
	args.SetStream(j.kernel, 0, uintptr(src), 0, 0)
	args.SetOutput(j.kernel, 0, uintptr(dst))
	args.SetRows(1, k)
	j.code.Call(unsafe.Pointer(unsafe.SliceData(args)), 0, 0)
}
