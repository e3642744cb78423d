package jit

import (
	asm "github.com/flambeau-ml/flambeau/internal/asm/amd64"
)

// gen512 writes AVX-512 instructions. A Bool is a mask register. More registers with a purpose:
//
//	z30, z31, k7  for the instruction at hand
//	k1            in the last vector of a row, the lanes that are elements
type gen512 struct{ *gen }

const temp0, temp1 = 30, 31

var tailMask, tempMask = asm.K1, asm.K7

func (g *gen512) of(x *gen) writer { return &gen512{x} }

func (g *gen512) prepare() {
	g.nans = map[int]int{}
	for o := range g.acc {
		in := g.reduction(o)
		if g.k.Form == Rows && in.Type.Float() && (in.Op == Maximum || in.Op == Minimum) && len(g.nans) < 2 {
			g.nans[o] = 6 - len(g.nans)
		}
	}
}

func (g *gen512) begin(o int) {
	if n, ok := g.nans[o]; ok {
		g.emit(asm.KXORQ, asm.K(n), asm.K(n), asm.K(n))
	}
}

func (g *gen512) merge(in *Instr, to, x, y asm.Reg) {
	if _, ok := g.nans[in.N]; ok {
		g.emit(pick(in.Type, asm.VRANGEPS, asm.VRANGEPD), to, x, y, rangeMode(in.Op))
		return
	}
	g.combine(in.Op, in.Type, to, x, y)
}

func (g *gen512) end(o int, r asm.Reg) {
	n, ok := g.nans[o]
	if !ok {
		return
	}
	none := g.a.Label()
	g.emit(asm.KORTESTQ, asm.K(n), asm.K(n))
	g.emit(asm.JE, none)
	g.emit(asm.VPTERNLOGD, r, r, r, asm.Imm(0xff)) // all ones: a NaN
	g.a.Bind(none)
}

func (g *gen512) bytes(in *Instr) int {
	switch {
	case in.Op == Index || in.Op == Inside:
		return 4 // places are of 32 bits
	case in.Op == Cast && in.From.Float() && !in.Type.Float() && in.Type != Bool, in.Op == Cast && in.From == U32 && in.Type.Float():
		return 8 // by way of 64 bits
	}
	return 0
}

func (g *gen512) class(t Type) class {
	if t == Bool {
		return masks
	}
	return vectors
}

// reg is register n as wide as values of type t are.
func (g *gen512) reg(n int, t Type) asm.Reg { return g.wide(n, t.Held().Bytes()) }

func (g *gen512) value(n int, t Type) asm.Reg {
	if t == Bool {
		return asm.K(n)
	}
	return g.reg(n, t)
}

func (g *gen512) mask(r asm.Reg) {
	g.emit(asm.MOV, second, asm.Imm(-1))
	g.emit(asm.BZHI, r, second, r)
	g.emit(asm.KMOVQ, tailMask, r)
}

func (g *gen512) none(r asm.Reg, to asm.Label) {
	g.emit(g.maskTest(), r, r)
	g.emit(asm.JE, to)
}

func (g *gen512) move(to, from asm.Reg) {
	if to != from {
		g.emit(asm.VMOVDQA64, to, from)
	}
}

func isMask(r asm.Reg) bool { return r == asm.K(r.Num()&7) }

func (g *gen512) fetch(to asm.Reg, from asm.Mem) {
	if isMask(to) {
		g.emit(asm.KMOVQ, to, from.Sized(8))
		return
	}
	g.emit(asm.VMOVDQU64, to, from)
}

func (g *gen512) stash(to asm.Mem, from asm.Reg) {
	if isMask(from) {
		g.emit(asm.KMOVQ, to.Sized(8), from)
		return
	}
	g.emit(asm.VMOVDQU64, to, from)
}

func (g *gen512) upper(to, from asm.Reg) {
	if from.Bits() == 512 {
		g.emit(asm.VEXTRACTF64X4, to, from, asm.Imm(1))
		return
	}
	g.emit(asm.VEXTRACTF32X4, to, from, asm.Imm(1))
}

func (g *gen512) join128(r, upper asm.Reg) { g.emit(asm.VINSERTI32X4, r, r, upper, asm.Imm(1)) }

// set makes all elements of r the number whose bits are given.
func (g *gen512) set(r asm.Reg, t Type, bits uint64) {
	if bits == 0 {
		g.emit(asm.VPXORD, r, r, r)
		return
	}
	g.emit(broadcastOp(t), r, g.constant(t, bits))
}

// broadcastOp repeats an element of t; those of less than 32 bits are repeated to that many already.
func broadcastOp(t Type) asm.Op {
	if t.Held().Bytes() == 8 {
		return asm.VPBROADCASTQ
	}
	return asm.VPBROADCASTD
}

func (g *gen512) broadcast(v, r int) {
	in := &g.k.Instrs[v]
	if in.Type == Bool {
		if in.Op == Const {
			g.emit(asm.MOV, temp, asm.Imm(-int64(in.Bits&1)))
		} else {
			g.emit(asm.MOVZXB, temp.D(), arg(g.k.uniform(in.N)))
			g.emit(asm.NEG, temp)
		}
		g.emit(asm.KMOVQ, asm.K(r), temp)
		return
	}
	to := g.reg(r, in.Type)
	if in.Op == Const {
		g.set(to, in.Type, in.Bits)
		return
	}
	op := [...]asm.Op{1: asm.VPBROADCASTB, 2: asm.VPBROADCASTW, 4: asm.VPBROADCASTD, 8: asm.VPBROADCASTQ}[in.Type.Bytes()]
	g.emit(op, to, arg(g.k.uniform(in.N)).Sized(in.Type.Bytes()))
}

func (g *gen512) operand(v int) asm.Arg {
	in := &g.k.Instrs[v]
	if g.inRegister(v) || in.Type == Bool || in.Type.Bytes() < 4 {
		return g.in(v)
	}
	g.alloc.pin(v)
	switch in.Op {
	case Const:
		return g.constant(in.Type, in.Bits).Broadcast()
	case Uniform:
		return arg(g.k.uniform(in.N)).Broadcast()
	}
	return g.onStack(g.stack + g.alloc.slot[v])
}
