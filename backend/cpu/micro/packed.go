package micro

import (
	"unsafe"

	"github.com/flambeau-ml/flambeau/internal/asm/amd64"
)

// unrolled is how many elements of K a packed micro-kernel takes in one round of its loop.
const unrolled = 4

// packed emits the micro-kernel of rows and vectors for packed operands: all distances along K are known.
func (g *generator) packed(a *amd64.Assembler, rows, vectors int) {
	const (
		b, c, row = amd64.R9, amd64.R10, amd64.R11
		atA, atB  = amd64.R8, amd64.RAX
		count     = amd64.RCX
		temp      = amd64.RAX
		panels    = amd64.RDX
		ahead     = amd64.RBX
		next      = amd64.RSI
	)
	var t Tile
	arg := func(at uintptr) amd64.Mem { return amd64.At(amd64.RDI, int(at)) }
	end := g.registers
	if !g.masks() {
		end--
	}
	first := end - rows*vectors
	sum := func(i, j int) int { return first + i*vectors + j }
	const width = 2 // vectors from one element of K to the next in B
	steps := func(n int) {
		for u := range n {
			g.packedStep(a, rows, vectors, amd64.At(atB, u*width*g.bytes), amd64.At(atA, u*rows*g.size), sum)
		}
		a.Emit(amd64.ADD, atA, amd64.Imm(n*rows*g.size))
		a.Emit(amd64.ADD, atB, amd64.Imm(n*width*g.bytes))
	}

	g.mask(a, arg(unsafe.Offsetof(t.Tail)))
	a.Emit(amd64.MOV, b, arg(unsafe.Offsetof(t.B)))
	a.Emit(amd64.MOV, c, arg(unsafe.Offsetof(t.C)))
	a.Emit(amd64.MOV, row, arg(unsafe.Offsetof(t.CRow)))
	a.Emit(amd64.MOV, ahead, arg(unsafe.Offsetof(t.Ahead)))
	a.Emit(amd64.MOV, next, arg(unsafe.Offsetof(t.Next)))
	counted(a, panels, func() {
		a.Emit(amd64.MOV, temp, c)
		for i := range rows {
			for j := range vectors {
				g.zero(a, sum(i, j))
			}
			// C is there when it is wanted.
			a.Emit(amd64.PREFETCHW, amd64.At(temp, 0))
			a.Emit(amd64.PREFETCHW, amd64.At(temp, vectors*g.bytes-1))
			a.Emit(amd64.ADD, temp, row)
		}
		a.Emit(amd64.MOV, atA, arg(unsafe.Offsetof(t.A)))
		a.Emit(amd64.MOV, atB, b)
		a.Emit(amd64.MOV, count, arg(unsafe.Offsetof(t.Depth)))
		a.Emit(amd64.SHR, count, amd64.Imm(2))
		rest, done := a.Label(), a.Label()
		a.Emit(amd64.JE, rest)
		counted(a, count, func() {
			a.Emit(amd64.PREFETCHT1, amd64.At(ahead, 0))
			a.Emit(amd64.PREFETCHT1, amd64.At(ahead, 0).Idx(next, 1))
			a.Emit(amd64.LEA, ahead, amd64.At(ahead, 0).Idx(next, 2))
			steps(unrolled)
		})
		a.Bind(rest)
		a.Emit(amd64.MOV, count, arg(unsafe.Offsetof(t.Depth)))
		a.Emit(amd64.AND, count, amd64.Imm(unrolled-1))
		a.Emit(amd64.JE, done)
		counted(a, count, func() { steps(1) })
		a.Bind(done)
		g.finish(a, rows, vectors, sum, true)
		a.Emit(amd64.MOV, temp, arg(unsafe.Offsetof(t.SumPanel)))
		a.Emit(amd64.ADD, arg(unsafe.Offsetof(t.Sum)), temp)
		a.Emit(amd64.ADD, b, arg(unsafe.Offsetof(t.BPanel)))
		a.Emit(amd64.ADD, c, arg(unsafe.Offsetof(t.CPanel)))
	})
}

// packedStep adds the products of one element of K to the sums.
func (g *generator) packedStep(a *amd64.Assembler, rows, vectors int, b, from amd64.Mem, sum func(i, j int) int) {
	if rows == 1 { // each vector of B is used once
		a.Emit(g.ops.broadcast, g.reg(0), from)
		for j := range vectors {
			a.Emit(g.ops.fma, g.reg(sum(0, j)), g.reg(0), b.Plus(j*g.bytes))
		}
		return
	}
	for j := range vectors {
		a.Emit(g.ops.load, g.reg(j), b.Plus(j*g.bytes))
	}
	for i := range rows {
		element := vectors
		if g.masks() {
			element += i % 2
		}
		a.Emit(g.ops.broadcast, g.reg(element), from.Plus(i*g.size))
		for j := range vectors {
			a.Emit(g.ops.fma, g.reg(sum(i, j)), g.reg(element), g.reg(j))
		}
	}
}
