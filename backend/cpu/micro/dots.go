package micro

import (
	"unsafe"

	"github.com/flambeau-ml/flambeau/internal/asm/amd64"
)

// Dots are the products of a vector with Vector lines along K.
type Dots struct {
	From  [Lines]unsafe.Pointer // the lines
	X     unsafe.Pointer        // the vector
	C     unsafe.Pointer        // one element for each line
	Count int                   // elements of a line, at least 1
	Tail  int                   // elements of C
	Add   int                   // 0: C = A·x, 1: C = C + A·x
}

// HasDots says whether there is a routine for [Kernels.Dots].
func (k *Kernels) HasDots() bool { return k.dots != nil }

// Dots computes the products.
func (k *Kernels) Dots(d *Dots) { k.dots.Call(unsafe.Pointer(d), 0, 0) }

// dots emits the routine that multiplies lines with a vector. Square pieces of the lines are transposed in registers, so
// that the sum of each line is one chain, as in any other product.
func (g *generator) dots(a *amd64.Assembler) {
	var d Dots
	const count, at, x, line, left = amd64.RCX, amd64.RSI, amd64.RDX, amd64.R8, amd64.R9
	rows := g.bytes / g.size
	sum := g.reg(g.registers - 1)
	arg := func(at uintptr) amd64.Mem { return amd64.At(amd64.RDI, int(at)) }
	g.zero(a, g.registers-1)
	a.Emit(amd64.MOV, x, arg(unsafe.Offsetof(d.X)))
	a.Emit(amd64.MOV, count, arg(unsafe.Offsetof(d.Count)))
	a.Emit(amd64.XOR, at.D(), at.D())
	loop, tail, done := a.Label(), a.Label(), a.Label()
	a.Align(32)
	a.Bind(loop)
	a.Emit(amd64.CMP, count, amd64.Imm(rows))
	a.Emit(amd64.JL, tail)
	for i := range rows {
		a.Emit(amd64.MOV, line, arg(unsafe.Offsetof(d.From)+uintptr(8*i)))
		a.Emit(g.ops.load, g.reg(i), amd64.At(line, 0).Idx(at, 1))
	}
	for k, r := range g.transposeSquare(a) {
		a.Emit(g.ops.fma, sum, g.reg(r), amd64.At(x, k*g.size).Idx(at, 1).Broadcast())
	}
	a.Emit(amd64.ADD, at, amd64.Imm(g.bytes))
	a.Emit(amd64.SUB, count, amd64.Imm(rows))
	a.Emit(amd64.JMP, loop)

	// What is left of the lines is fewer elements than a register has.
	a.Bind(tail)
	a.Emit(amd64.TEST, count, count)
	a.Emit(amd64.JE, done)
	a.Emit(amd64.MOV, left, count)
	g.mask(a, left)
	for i := range rows {
		a.Emit(amd64.MOV, line, arg(unsafe.Offsetof(d.From)+uintptr(8*i)))
		g.loadMasked(a, i, amd64.At(line, 0).Idx(at, 1))
	}
	for k, r := range g.transposeSquare(a) {
		a.Emit(g.ops.fma, sum, g.reg(r), amd64.At(x, k*g.size).Idx(at, 1).Broadcast())
		a.Emit(amd64.DEC, left)
		a.Emit(amd64.JE, done)
	}
	a.Bind(done)

	g.mask(a, arg(unsafe.Offsetof(d.Tail)))
	c, store := amd64.At(at, 0), a.Label()
	a.Emit(amd64.MOV, at, arg(unsafe.Offsetof(d.C)))
	a.Emit(amd64.CMP, arg(unsafe.Offsetof(d.Add)).Sized(8), amd64.Imm(0))
	a.Emit(amd64.JE, store)
	g.loadMasked(a, 0, c)
	a.Emit(g.ops.add, sum, sum, g.reg(0))
	a.Bind(store)
	g.storeMasked(a, c, g.registers-1)
}

// transposeSquare transposes the registers from 0 on, as many as they have elements, of 512 bits each, by way of the one
// after them, and returns where each element of K is then.
func (g *generator) transposeSquare(a *amd64.Assembler) []int {
	n := 16 / g.size // elements of a part of 128 bits
	rows := 4 * n
	at, spare := make([]int, rows), rows
	for i := range at {
		at[i] = i
	}
	// pair replaces what i and j stand for by what two instructions make of them.
	pair := func(i, j int, op func(to, x, y int, high bool)) {
		x, y := at[i], at[j]
		op(spare, x, y, false)
		op(y, x, y, true)
		at[i], at[j], spare = spare, y, x
	}
	unpack := func(low, high amd64.Op) func(to, x, y int, up bool) {
		return func(to, x, y int, up bool) {
			op := low
			if up {
				op = high
			}
			a.Emit(op, g.reg(to), g.reg(x), g.reg(y))
		}
	}
	// even and odd parts of two registers
	parts := func(to, x, y int, odd bool) {
		pick := amd64.Imm(0x88)
		if odd {
			pick = 0xdd
		}
		a.Emit(amd64.VSHUFF64X2, g.reg(to), g.reg(x), g.reg(y), pick)
	}
	if g.size == 4 {
		for i := 0; i < rows; i += 2 {
			pair(i, i+1, unpack(amd64.VUNPCKLPS, amd64.VUNPCKHPS))
		}
		for i := 0; i < rows; i += 4 {
			pair(i, i+2, unpack(amd64.VUNPCKLPD, amd64.VUNPCKHPD))
			pair(i+1, i+3, unpack(amd64.VUNPCKLPD, amd64.VUNPCKHPD))
			at[i+1], at[i+2] = at[i+2], at[i+1]
		}
	} else {
		for i := 0; i < rows; i += 2 {
			pair(i, i+1, unpack(amd64.VUNPCKLPD, amd64.VUNPCKHPD))
		}
	}
	for c := range n {
		for _, i := range []int{0, 2 * n} {
			pair(i+c, i+n+c, parts)
		}
		for _, i := range []int{0, n} {
			pair(i+c, i+2*n+c, parts)
		}
	}
	out := make([]int, rows)
	for c := range n {
		// Even parts of even parts are part 0, odd of even part 2, even of odd part 1, odd of odd part 3.
		out[0*n+c], out[2*n+c], out[1*n+c], out[3*n+c] = at[c], at[2*n+c], at[n+c], at[3*n+c]
	}
	return out
}
