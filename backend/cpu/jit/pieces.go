package jit

import (
	asm "github.com/flambeau-ml/flambeau/internal/asm/amd64"
)

// The instructions that move one element of b bytes into and out of 128 bits, by b.
var (
	inserts  = [...]asm.Op{1: asm.VPINSRB, 2: asm.VPINSRW}
	extracts = [...]asm.Op{1: asm.VPEXTRB, 2: asm.VPEXTRW, 4: asm.VPEXTRD, 8: asm.VPEXTRQ}
)

// assemble loads elements of one or two bytes to the first of the registers for the instruction at hand, from stream n
// with distances, or from one place after the other where n is negative: those of all lanes, or of those whose bits are
// set in R14. The others are zero.
func (g *gen) assemble(n int, from asm.Mem, b int, some bool) {
	lower, upper := asm.X(g.file), asm.X(g.file+1)
	for _, r := range []asm.Reg{lower, upper} {
		g.writer.set(r, U8, 0)
	}
	g.oneByOne(n, some, from, b, func(j int, at asm.Mem) {
		r := lower
		if j*b >= 16 {
			r = upper
		}
		g.emit(inserts[b], r, r, at, asm.Imm(j%(16/b)))
	})
	if g.lanes*b > 16 {
		g.writer.join128(lower.Y(), upper)
	}
}

// pieces stores the elements of x one by one, to stream n with distances, or one after the other where n is negative: in
// the last vector of a row those whose bits are set in R14.
func (g *gen) pieces(n int, to asm.Mem, x asm.Reg, b int) {
	upper := asm.X(g.file + 1)
	if g.lanes*b > 16 {
		g.writer.upper(upper, x.Y())
	}
	g.oneByOne(n, g.tail, to, b, func(j int, at asm.Mem) {
		r := x.X()
		if j*b >= 16 {
			r = upper
		}
		g.emit(extracts[b], at, r, asm.Imm(j%(16/b)))
	})
}

// oneByOne does f for each lane, or for those whose bits are set in R14, and the place of its element of b bytes: of
// stream n with distances, for which the address goes on in RSI, or one after the other where n is negative.
func (g *gen) oneByOne(n int, some bool, first asm.Mem, b int, f func(j int, at asm.Mem)) {
	for j := range g.lanes {
		skip, at := g.a.Label(), first
		if some {
			g.emit(asm.SHR, second, asm.Imm(1))
			g.emit(asm.JAE, skip)
		}
		if n < 0 {
			at = first.Plus(j * b)
		}
		f(j, at)
		g.a.Bind(skip)
		if n >= 0 {
			g.emit(asm.ADD, temp, arg(g.k.stream(n)+2))
		}
	}
}
