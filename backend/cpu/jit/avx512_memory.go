package jit

import (
	"bytes"

	asm "github.com/flambeau-ml/flambeau/internal/asm/amd64"
)

// loads are the instructions that move vectors of elements of 1, 2, 4 and 8 bytes.
var loads = [...]asm.Op{1: asm.VMOVDQU8, 2: asm.VMOVDQU16, 4: asm.VMOVDQU32, 8: asm.VMOVDQU64}

// loadStream writes a load.
func (g *gen512) loadStream(i int) {
	in := &g.k.Instrs[i]
	s := g.k.Streams[in.N]
	k := asm.Reg(0)
	if g.tail {
		k = tailMask
	}
	if in.Mask != NoArg {
		m := g.in(in.Mask)
		if k != 0 {
			g.emit(g.maskOp(And), tempMask, m, k)
			k = tempMask
		} else {
			k = m
		}
	}
	from := g.address(in.N)
	switch s.Step {
	case Same:
		g.loadSame(i, s, from, in.Mask)
		return
	case Strided:
		g.gather(i, s, from, k)
		return
	}
	b := s.Type.Bytes()
	g.fetchAhead(in.N, from)
	var to asm.Reg
	plain := s.Type != Bool && s.Type.Held() == s.Type
	if plain {
		to = g.fresh(i)
	} else {
		to = g.wide(temp0, b)
	}
	switch {
	case k != 0:
		g.emit(loads[b], to.Mask(k).Zero(), from)
	case g.lanes*b == 8:
		g.emit(asm.VMOVQ, to, from)
	default:
		g.emit(loads[b], to, from)
	}
	if !plain {
		g.widen(i, s.Type, to)
	}
}

// widen makes what instruction i loads of elements as they are in memory.
func (g *gen512) widen(i int, t Type, raw asm.Reg) {
	switch t {
	case Bool:
		g.emit(asm.VPTESTMB, g.fresh(i), raw, raw)
	case F16:
		g.emit(asm.VCVTPH2PS, g.fresh(i), raw)
	case BF16:
		to := g.fresh(i)
		g.emit(asm.VPMOVZXWD, to, raw)
		g.emit(asm.VPSLLD, to, to, asm.Imm(16))
	}
}

// loadSame repeats an element.
func (g *gen512) loadSame(i int, s Stream, from asm.Mem, mask int) {
	b := s.Type.Bytes()
	if s.Type == Bool {
		if mask != NoArg {
			unsupported("a masked bool that is the same everywhere")
		}
		g.emit(asm.MOVZXB, temp.D(), from)
		g.emit(asm.NEG, temp)
		g.emit(asm.KMOVQ, g.fresh(i), temp)
		return
	}
	op := [...]asm.Op{1: asm.VPBROADCASTB, 2: asm.VPBROADCASTW, 4: asm.VPBROADCASTD, 8: asm.VPBROADCASTQ}[b]
	to := g.wide(temp0, b)
	if s.Type.Held() == s.Type {
		to = g.fresh(i)
	}
	if mask != NoArg {
		// Where the mask does not hold nothing may be there.
		m := g.in(mask)
		skip := g.a.Label()
		g.emit(asm.VPXORD, to, to, to)
		g.emit(g.maskTest(), m, m)
		g.emit(asm.JE, skip)
		g.emit(op, to.Mask(m).Zero(), from.Sized(b))
		g.a.Bind(skip)
	} else {
		g.emit(op, to, from.Sized(b))
	}
	if s.Type.Held() != s.Type {
		g.widen(i, s.Type, to)
	}
}

func (g *gen512) maskTest() asm.Op {
	return map[int]asm.Op{8: asm.KORTESTB, 16: asm.KORTESTW, 32: asm.KORTESTD, 64: asm.KORTESTQ}[g.lanes]
}

// gather loads elements at distances.
func (g *gen512) gather(i int, s Stream, from asm.Mem, k asm.Reg) {
	if s.Type.Bytes() < 4 {
		g.gatherSmall(i, s, from, k)
		return
	}
	if k == 0 {
		g.emit(asm.KXNORW, tempMask, tempMask, tempMask)
	} else if k != tempMask {
		g.emit(asm.KMOVQ, tempMask, k)
	}
	in := &g.k.Instrs[i]
	index := g.indexReg(temp0)
	to := g.fresh(i)
	g.emit(asm.VMOVDQU32, index, g.onStack(g.places[-1-in.N]))
	g.emit(asm.VPXORD, to, to, to)
	op := asm.VPGATHERDD
	if s.Type.Bytes() == 8 {
		op = asm.VPGATHERDQ
	}
	g.emit(op, to.Mask(tempMask), from.Idx(index, 1))
}

// gatherSmall loads elements of one or two bytes one by one.
func (g *gen512) gatherSmall(i int, s Stream, from asm.Mem, k asm.Reg) {
	in := &g.k.Instrs[i]
	b := s.Type.Bytes()
	if k != 0 {
		g.emit(asm.KMOVQ, second, k)
	}
	g.assemble(in.N, from, b, k != 0)
	raw := g.wide(temp0, b)
	if s.Type.Held() != s.Type || s.Type == Bool {
		g.widen(i, s.Type, raw)
		return
	}
	g.move(g.fresh(i), raw)
}

// storeStream writes a store.
func (g *gen512) storeStream(i int) {
	in := &g.k.Instrs[i]
	s := g.k.Streams[in.N]
	b := s.Type.Bytes()
	x := g.in(in.Args[0])
	switch s.Type {
	case Bool:
		ones := g.a.Const(bytes.Repeat([]byte{1}, max(16, g.lanes)))
		r := g.wide(temp0, 1)
		g.emit(asm.VMOVDQU8, r.Mask(x).Zero(), ones)
		x = r
	case F16: // of values that are rounded already
		r := g.wide(temp0, 2)
		g.emit(asm.VCVTPS2PH, r, x, asm.Imm(0))
		x = r
	case BF16:
		r := g.wide(temp0, 2)
		wide := g.reg(temp0, F32)
		g.emit(asm.VPSRLD, wide, x, asm.Imm(16))
		g.emit(asm.VPMOVDW, r, wide)
		x = r
	}
	to := g.address(in.N)
	switch {
	case s.Step == Strided && b < 4:
		if g.tail {
			g.emit(asm.KMOVQ, second, tailMask)
		}
		g.pieces(in.N, to, x, b)
	case s.Step == Strided:
		if k := tempMask; g.tail {
			g.emit(asm.KMOVQ, k, tailMask)
		} else {
			g.emit(asm.KXNORW, k, k, k)
		}
		index := g.indexReg(temp0)
		g.emit(asm.VMOVDQU32, index, g.onStack(g.places[-1-in.N]))
		op := asm.VPSCATTERDD
		if b == 8 {
			op = asm.VPSCATTERDQ
		}
		g.emit(op, to.Idx(index, 1).Mask(tempMask), x)
	case s.Step == Same:
		unsupported("a store to one place")
	default:
		g.store(to, x, b, s.Past)
	}
}

// store moves a vector of elements of b bytes to memory, past the caches where it is a whole one.
func (g *gen512) store(to asm.Mem, x asm.Reg, b int, past bool) {
	switch {
	case g.tail:
		g.emit(loads[b], to.Mask(tailMask), x)
	case g.lanes*b == 8:
		g.emit(asm.VMOVQ, to, x)
	case past && g.lanes*b == 64:
		g.emit(asm.VMOVNTDQ, to, x)
	default:
		g.emit(loads[b], to, x)
	}
}

// place writes the place of a position, or whether it is inside.
func (g *gen512) place(i int) {
	in := &g.k.Instrs[i]
	at := g.k.position(in.N)
	g.emit(asm.LEA, temp, asm.At(element, g.offset))
	g.emit(asm.IMUL, temp, arg(at+2))
	g.emit(asm.ADD, temp, arg(at))
	r := g.indexReg(temp0)
	if g.lanes > 16 {
		unsupported("places in a kernel of %d lanes", g.lanes)
	}
	g.emit(asm.VPBROADCASTD, r, temp.D())
	g.emit(asm.VPADDD, r, r, g.onStack(g.places[in.N]))
	if in.Op == Inside {
		g.emit(asm.VPCMPUD, g.fresh(i), r, arg(at+3).Broadcast(), asm.IntLT)
		return
	}
	switch in.Type {
	case I32, U32:
		g.move(g.fresh(i), r)
	case I64, U64:
		g.emit(asm.VPMOVSXDQ, g.fresh(i), r)
	case F32:
		g.emit(asm.VCVTDQ2PS, g.fresh(i), r)
	case F64:
		g.emit(asm.VCVTDQ2PD, g.fresh(i), r)
	case I16, U16:
		g.emit(asm.VPMOVDW, g.fresh(i), r)
	case I8, U8:
		g.emit(asm.VPMOVDB, g.fresh(i), r)
	default:
		unsupported("a place as %s", in.Type)
	}
}

// recall loads what the code of a region needs, retain stores what it gives.
func (g *gen512) recall(i int) {
	in := &g.k.Instrs[i]
	if b := in.Type.Bytes(); g.lanes*b == 8 {
		g.emit(asm.VMOVQ, g.fresh(i), g.framed(in))
	} else {
		g.emit(loads[b], g.fresh(i), g.framed(in))
	}
}

func (g *gen512) retain(i int) {
	in := &g.k.Instrs[i]
	x := g.in(in.Args[0])
	if b := in.Type.Bytes(); g.lanes*b == 8 {
		g.emit(asm.VMOVQ, g.framed(in), x)
	} else {
		g.emit(loads[b], g.framed(in), x)
	}
}
