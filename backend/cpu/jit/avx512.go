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
		if (g.k.Form == Rows || g.paired) && in.Type.Float() && (in.Op == Maximum || in.Op == Minimum) && len(g.nans) < 2 {
			g.nans[o] = 6 - len(g.nans)
		}
	}
}

func (g *gen512) pairs() bool {
	if len(g.k.Instrs) != 2 {
		return false
	}
	x, in := &g.k.Instrs[0], &g.k.Instrs[1]
	return x.Op == Load && x.Mask == NoArg && x.Rare == 0 && g.k.Streams[x.N].Type == in.Type && g.k.Streams[x.N].Step == Next && x.N < len(addressRegs) &&
		in.Type.Float() && (in.Op == Maximum || in.Op == Minimum) && in.Rare == 0 && g.lanes*in.Type.Bytes() == 64
}

// ordered is the mask of lanes in which no NaN came for output o. Pairs have several, of rows at hand or of vectors of a
// tile: none waits long for the one before.
func (g *gen512) ordered(o int) (k asm.Reg, ok bool) {
	n, ok := g.nans[o]
	switch {
	case ok && g.tiling:
		n -= g.part / 2 % pairMasks
	case ok && g.paired:
		n -= g.row
	}
	return asm.K(n), ok
}

const pairMasks = 4

func (g *gen512) begin(o int) {
	if k, ok := g.ordered(o); ok {
		g.emit(asm.KXNORQ, k, k, k)
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
	k, ok := g.ordered(o)
	if !ok {
		return
	}
	none := g.a.Label()
	g.emit(g.maskTest(), k, k)
	g.emit(asm.JB, none)
	g.emit(asm.VPTERNLOGD, r, r, r, asm.Imm(0xff)) // all ones: a NaN
	g.a.Bind(none)
}

func (g *gen512) beginTile(n int) {
	if !g.paired {
		return
	}
	for g.part = 0; g.part < n; g.part += 2 {
		k, _ := g.ordered(0)
		if g.part/2 < pairMasks {
			g.begin(0)
		}
		g.emit(pick(g.reduction(0).Type, asm.VCMPPS, asm.VCMPPD), k.Mask(k), asm.Z(g.acc[0][g.part]), asm.Z(g.acc[0][g.part+1]), asm.CmpOrdered)
	}
}

// endTile begins again where there is a NaN.
func (g *gen512) endTile(n int, again asm.Label) {
	if !g.paired {
		return
	}
	for g.part = 0; g.part < min(n, 2*pairMasks); g.part += 2 {
		k, _ := g.ordered(0)
		g.emit(g.maskTest(), k, k)
		g.emit(asm.JAE, again)
	}
}

// pair takes a vector of memory into an extremum of floats. Every second one is looked at for NaNs together with the one
// before, which is in a register still.
func (g *gen512) pair(in *Instr) {
	x, at := asm.Z(g.row), g.address(g.k.Instrs[0].N) // a register of the body, which has no other use for it
	acc := asm.Z(g.accumulator(0))
	if g.part%2 == 0 {
		g.emit(loads[in.Type.Bytes()], x, at)
		g.emit(pick(in.Type, asm.VRANGEPS, asm.VRANGEPD), acc, acc, x, rangeMode(in.Op))
		return
	}
	k, _ := g.ordered(0)
	g.emit(pick(in.Type, asm.VCMPPS, asm.VCMPPD), k.Mask(k), x, at, asm.CmpOrdered)
	g.emit(pick(in.Type, asm.VRANGEPS, asm.VRANGEPD), acc, acc, at, rangeMode(in.Op))
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

func (g *gen512) get(to asm.Reg, from asm.Mem, n int) {
	if n == 8 {
		g.emit(asm.VMOVQ, to, from)
		return
	}
	g.emit(asm.VMOVDQU64, to, from)
}

func (g *gen512) put(to asm.Mem, from asm.Reg, n int) {
	if n == 8 {
		g.emit(asm.VMOVQ, to, from)
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
