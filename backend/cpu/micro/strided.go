package micro

import (
	"unsafe"

	"github.com/flambeau-ml/flambeau/internal/asm/amd64"
)

// seconds is what the routine of [Kernels.Seconds] takes. Distances are in bytes.
type seconds struct {
	to, from        unsafe.Pointer
	toRow, fromRow  int
	rows, whole     int // rows, and vectors of each before the last one
	low, high, last int // masks of what the last one reads, and of what it writes
}

// HasSeconds says whether there is code for [Kernels.Seconds]: for float32 by AVX-512.
func (k *Kernels) HasSeconds() bool { return k.seconds != nil }

// Seconds copies n elements, at least 1, of each of some rows, at least 1: every second one of those that lie at from. Rows
// are toRow and fromRow bytes apart.
func (k *Kernels) Seconds(to, from unsafe.Pointer, toRow, fromRow, rows, n int) {
	whole := (n - 1) / k.Vector
	last := n - whole*k.Vector
	read := uint64(1)<<(2*last-1) - 1
	s := seconds{to, from, toRow, fromRow, rows, whole, int(read & 0xffff), int(read >> 16), 1<<last - 1}
	k.seconds.Call(unsafe.Pointer(&s), 0, 0)
}

// everySecond emits the routine.
func everySecond(a *amd64.Assembler) {
	const to, from, rows, whole, dst, src = amd64.R8, amd64.R9, amd64.RDX, amd64.RCX, amd64.RAX, amd64.RSI
	const first, other, even = 0, 1, 2
	var s seconds
	arg := func(at uintptr) amd64.Mem { return amd64.At(amd64.RDI, int(at)) }
	z := amd64.Z
	a.Emit(amd64.VMOVUPS, z(even), indices(a, func(i int) int { return 2 * i }))
	a.Emit(amd64.MOV, to, arg(unsafe.Offsetof(s.to)))
	a.Emit(amd64.MOV, from, arg(unsafe.Offsetof(s.from)))
	a.Emit(amd64.MOV, rows, arg(unsafe.Offsetof(s.rows)))
	a.Emit(amd64.KMOVW, amd64.K1, arg(unsafe.Offsetof(s.low)).Sized(2))
	a.Emit(amd64.KMOVW, amd64.K2, arg(unsafe.Offsetof(s.high)).Sized(2))
	a.Emit(amd64.KMOVW, amd64.K3, arg(unsafe.Offsetof(s.last)).Sized(2))
	counted(a, rows, func() {
		tail := a.Label()
		a.Emit(amd64.MOV, dst, to)
		a.Emit(amd64.MOV, src, from)
		a.Emit(amd64.MOV, whole, arg(unsafe.Offsetof(s.whole)))
		a.Emit(amd64.TEST, whole, whole)
		a.Emit(amd64.JE, tail)
		counted(a, whole, func() {
			a.Emit(amd64.VMOVUPS, z(first), amd64.At(src, 0))
			a.Emit(amd64.VPERMT2PS, z(first), z(even), amd64.At(src, 64))
			a.Emit(amd64.VMOVUPS, amd64.At(dst, 0), z(first))
			a.Emit(amd64.ADD, src, amd64.Imm(128))
			a.Emit(amd64.ADD, dst, amd64.Imm(64))
		})
		a.Bind(tail)
		a.Emit(amd64.VMOVUPS, z(first).Mask(amd64.K1).Zero(), amd64.At(src, 0))
		a.Emit(amd64.VMOVUPS, z(other).Mask(amd64.K2).Zero(), amd64.At(src, 64))
		a.Emit(amd64.VPERMT2PS, z(first), z(even), z(other))
		a.Emit(amd64.VMOVUPS, amd64.At(dst, 0).Mask(amd64.K3), z(first))
		a.Emit(amd64.ADD, to, arg(unsafe.Offsetof(s.toRow)))
		a.Emit(amd64.ADD, from, arg(unsafe.Offsetof(s.fromRow)))
	})
}
