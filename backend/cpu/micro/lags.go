package micro

import (
	"unsafe"

	"github.com/flambeau-ml/flambeau/internal/asm/amd64"
)

// LagsMost is how many lags [Kernels.MultiplyLags] takes at most, and LagsBytes how many bytes of elements lie side by
// side in its sums.
const (
	LagsMost  = 12
	LagsBytes = 64
)

// Lags are sums of the products of rows of Y with rows of X that begin at some distances from X. The products of element j
// of each row belong to sum j mod n, of the n elements that LagsBytes hold. Distances are in bytes.
type Lags struct {
	Y, X, C    unsafe.Pointer // C: for each lag n sums, which are added to
	Distances  unsafe.Pointer // of each lag
	YRow, XRow int            // between rows
	Rows       int            // at least 1
	Whole      int            // vectors of a row
	Tail       int            // elements of one more, which may be none
}

// MultiplyLags adds the products of rows of so many elements to the sums.
func (k *Kernels) MultiplyLags(l *Lags, lags, elements int) {
	n := LagsBytes / k.size
	part := *l
	for at := 0; at < n; at += k.Vector { // of a processor with smaller registers
		left := elements%n - at
		part.Whole, part.Tail = elements/n, max(left, 0)
		if left >= k.Vector {
			part.Whole, part.Tail = part.Whole+1, 0
		}
		offset := at * k.size
		part.Y, part.X, part.C = unsafe.Add(l.Y, offset), unsafe.Add(l.X, offset), unsafe.Add(l.C, offset)
		if part.Whole+part.Tail > 0 {
			k.lags[lags].Call(unsafe.Pointer(&part), 0, 0)
		}
	}
}

// lag emits the routine for so many lags.
func (g *generator) lag(a *amd64.Assembler, lags int) {
	const (
		y, x, rows       = amd64.RSI, amd64.RDX, amd64.R8
		whole, table     = amd64.R9, amd64.RBX
		at, from, sums   = amd64.R12, amd64.RAX, amd64.R13
		left             = amd64.RCX
		factor, operand  = 0, 1
		firstSum         = 2
		step             = LagsBytes
		distance         = 8
		tailFlag, xPitch = amd64.R14, amd64.R10
	)
	var l Lags
	arg := func(at uintptr) amd64.Mem { return amd64.At(amd64.RDI, int(at)) }
	g.mask(a, arg(unsafe.Offsetof(l.Tail)))
	a.Emit(amd64.MOV, y, arg(unsafe.Offsetof(l.Y)))
	a.Emit(amd64.MOV, x, arg(unsafe.Offsetof(l.X)))
	a.Emit(amd64.MOV, sums, arg(unsafe.Offsetof(l.C)))
	a.Emit(amd64.MOV, table, arg(unsafe.Offsetof(l.Distances)))
	a.Emit(amd64.MOV, rows, arg(unsafe.Offsetof(l.Rows)))
	a.Emit(amd64.MOV, whole, arg(unsafe.Offsetof(l.Whole)))
	a.Emit(amd64.MOV, tailFlag, arg(unsafe.Offsetof(l.Tail)))
	a.Emit(amd64.MOV, xPitch, arg(unsafe.Offsetof(l.XRow)))
	for t := range lags {
		a.Emit(g.ops.load, g.reg(firstSum+t), amd64.At(sums, t*step))
	}
	counted(a, rows, func() {
		tail, next := a.Label(), a.Label()
		a.Emit(amd64.XOR, at.D(), at.D())
		a.Emit(amd64.MOV, left, whole)
		a.Emit(amd64.TEST, left, left)
		a.Emit(amd64.JE, tail)
		counted(a, left, func() {
			a.Emit(g.ops.load, g.reg(factor), amd64.At(y, 0).Idx(at, 1))
			for t := range lags {
				a.Emit(amd64.MOV, from, amd64.At(table, t*distance))
				a.Emit(amd64.ADD, from, x)
				a.Emit(g.ops.fma, g.reg(firstSum+t), g.reg(factor), amd64.At(from, 0).Idx(at, 1))
			}
			a.Emit(amd64.ADD, at, amd64.Imm(step))
		})
		a.Bind(tail)
		a.Emit(amd64.TEST, tailFlag, tailFlag)
		a.Emit(amd64.JE, next)
		g.loadMasked(a, factor, amd64.At(y, 0).Idx(at, 1))
		for t := range lags {
			a.Emit(amd64.MOV, from, amd64.At(table, t*distance))
			a.Emit(amd64.ADD, from, x)
			g.loadMasked(a, operand, amd64.At(from, 0).Idx(at, 1))
			a.Emit(g.ops.fma, g.reg(firstSum+t), g.reg(factor), g.reg(operand))
		}
		a.Bind(next)
		a.Emit(amd64.ADD, y, arg(unsafe.Offsetof(l.YRow)))
		a.Emit(amd64.ADD, x, xPitch)
	})
	for t := range lags {
		a.Emit(g.ops.load, amd64.At(sums, t*step), g.reg(firstSum+t))
	}
}
