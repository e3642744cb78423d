package micro

import (
	"unsafe"

	"github.com/flambeau-ml/flambeau/internal/asm/amd64"
	"github.com/flambeau-ml/flambeau/internal/asm/exec"
)

// OuterDepth is how many elements of K [Kernels.Outer] takes at most.
const OuterDepth = 4

// An Outer is a product of few elements of K, whose rows go past the caches. Distances are in bytes.
type Outer struct {
	A, B, C  unsafe.Pointer // C and its rows are aligned as vectors are
	ARow, AK int            // between the rows of A, and along K
	BK       int            // along K; a row of B lies together
	CRow     int
	Bytes    int // of a row of C, whole vectors
}

// Outer computes rows of C, each from its first element to its last.
func (k *Kernels) Outer(o *Outer, rows, depth int) { k.outer[depth].Call(unsafe.Pointer(o), 0, rows) }

// outers makes the routines for all depths.
func (g *generator) outers(add func(string, func(*amd64.Assembler)) (*exec.Code, error)) (codes [OuterDepth + 1]*exec.Code, err error) {
	for depth := 1; depth <= OuterDepth; depth++ {
		name := "outer." + string(rune('0'+depth))
		if codes[depth], err = add(name, func(a *amd64.Assembler) { g.outerRows(a, depth) }); err != nil {
			return codes, err
		}
	}
	return codes, nil
}

// outerRows emits the routine for one depth. The sums begin with zero, as in any other product.
func (g *generator) outerRows(a *amd64.Assembler, depth int) {
	var o Outer
	const rows, from, to, at, count = amd64.RDX, amd64.R8, amd64.R9, amd64.RSI, amd64.RCX
	lines := []amd64.Reg{amd64.R12, amd64.R13, amd64.R14, amd64.R15}[:depth]
	arg := func(at uintptr) amd64.Mem { return amd64.At(amd64.RDI, int(at)) }
	store := map[int]amd64.Op{4: amd64.VMOVNTPS, 8: amd64.VMOVNTPD}[g.size]

	a.Emit(amd64.MOV, from, arg(unsafe.Offsetof(o.A)))
	a.Emit(amd64.MOV, to, arg(unsafe.Offsetof(o.C)))
	a.Emit(amd64.MOV, lines[0], arg(unsafe.Offsetof(o.B)))
	for i, line := range lines[1:] {
		a.Emit(amd64.MOV, line, lines[i])
		a.Emit(amd64.ADD, line, arg(unsafe.Offsetof(o.BK)))
	}
	counted(a, rows, func() {
		a.Emit(amd64.MOV, count, from)
		for i := range depth {
			a.Emit(g.ops.broadcast, g.reg(1+i), amd64.At(count, 0))
			a.Emit(amd64.ADD, count, arg(unsafe.Offsetof(o.AK)))
		}
		a.Emit(amd64.XOR, at.D(), at.D())
		loop := a.Label()
		a.Align(32)
		a.Bind(loop)
		g.zero(a, 0)
		for i, line := range lines {
			a.Emit(g.ops.fma, g.reg(0), g.reg(1+i), amd64.At(line, 0).Idx(at, 1))
		}
		a.Emit(store, amd64.At(to, 0).Idx(at, 1), g.reg(0))
		a.Emit(amd64.ADD, at, amd64.Imm(g.bytes))
		a.Emit(amd64.CMP, at, arg(unsafe.Offsetof(o.Bytes)))
		a.Emit(amd64.JNE, loop)
		a.Emit(amd64.ADD, from, arg(unsafe.Offsetof(o.ARow)))
		a.Emit(amd64.ADD, to, arg(unsafe.Offsetof(o.CRow)))
	})
	a.Emit(amd64.SFENCE)
}
