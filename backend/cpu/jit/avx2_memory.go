package jit

import (
	asm "github.com/flambeau-ml/flambeau/internal/asm/amd64"
)

// get and put move n bytes between memory and a register.
func (g *gen256) get(to asm.Reg, from asm.Mem, n int) {
	switch n {
	case 32:
		g.emit(asm.VMOVDQU, to.Y(), from)
	case 16:
		g.emit(asm.VMOVDQU, to.X(), from)
	case 8:
		g.emit(asm.VMOVQ, to.X(), from)
	case 4:
		g.emit(asm.VMOVD, to.X(), from)
	default:
		unsupported("a vector of %d bytes", n)
	}
}

func (g *gen256) put(to asm.Mem, x asm.Reg, n int) {
	switch n {
	case 32:
		g.emit(asm.VMOVDQU, to, x.Y())
	case 16:
		g.emit(asm.VMOVDQU, to, x.X())
	case 8:
		g.emit(asm.VMOVQ, to, x.X())
	case 4:
		g.emit(asm.VMOVD, to, x.X())
	default:
		unsupported("a vector of %d bytes", n)
	}
}

// loadStream writes a load.
func (g *gen256) loadStream(i int) {
	in := &g.k.Instrs[i]
	s := g.k.Streams[in.N]
	b := s.Type.Bytes()
	var m asm.Reg // a Bool: which elements there are
	if in.Mask != NoArg {
		m = g.in(in.Mask)
	}
	if s.Step == Same {
		g.loadSame(i, s, m)
		return
	}
	if b < 4 {
		g.loadSmall(i, s, m)
		return
	}
	from := g.address(in.N)
	g.fetchAhead(in.N, from)
	if g.tail {
		r := asm.Y(low1)
		if m == 0 {
			g.fetch(r, g.onStack(g.lasting))
		} else {
			g.emit(asm.VPAND, r, m, g.onStack(g.lasting))
		}
		m = r
	}
	if m != 0 {
		m = g.maskFor(m, b, low1)
	}
	to := g.fresh(i)
	switch {
	case s.Step == Strided:
		every := g.wide(low1, b)
		if m == 0 {
			g.ones(every)
		} else {
			g.move(every, m)
		}
		index := g.indexReg(low0)
		g.fetch(index, g.onStack(g.places[-1-in.N]))
		g.zero(to)
		op := asm.VPGATHERDD
		if b == 8 {
			op = asm.VPGATHERDQ
		}
		g.emit(op, to, from.Idx(index, 1), every)
	case m != 0:
		g.emit(maskMoves[b], to, m, from)
	default:
		g.get(to, from, g.lanes*b)
	}
}

// loadSmall loads elements of one or two bytes, which cannot be masked: where some are left out the others come one by
// one.
func (g *gen256) loadSmall(i int, s Stream, m asm.Reg) {
	in := &g.k.Instrs[i]
	b := s.Type.Bytes()
	raw := asm.Y(low0)
	some := g.tail || m != 0
	if !some && s.Step == Next {
		from := g.address(in.N)
		g.get(raw, from, g.lanes*b)
		g.widen(i, s.Type)
		return
	}
	done := g.a.Label()
	from := g.address(in.N)
	if m != 0 {
		g.bitsOf(second, m)
		if g.tail {
			g.emit(asm.AND, second, g.onStack(g.lasting+1))
		}
	} else if g.tail {
		g.emit(asm.MOV, second, g.onStack(g.lasting+1))
	}
	if s.Step == Next && !g.tail {
		piecemeal := g.a.Label()
		g.emit(asm.CMP, second.D(), asm.Imm(int32(uint32(1<<g.lanes-1))))
		g.emit(asm.JNE, piecemeal)
		g.get(raw, from, g.lanes*b)
		g.emit(asm.JMP, done)
		g.a.Bind(piecemeal)
	}
	if s.Step == Next {
		g.assemble(-1, from, b, some)
	} else {
		g.assemble(in.N, from, b, some)
	}
	g.a.Bind(done)
	g.widen(i, s.Type)
}

// widen makes what instruction i loads of elements as they are in memory, in y14.
func (g *gen256) widen(i int, t Type) {
	to := g.fresh(i)
	switch t {
	case Bool:
		raw, zero := g.wide(low0, 1), g.wide(low1, 1)
		g.zero(zero)
		g.emit(asm.VPSUBB, raw, zero, raw)
		g.boolOf(to, raw, 1)
	case F16:
		g.emit(asm.VCVTPH2PS, to, asm.X(low0))
	case BF16:
		g.emit(asm.VPMOVZXWD, to, asm.X(low0))
		g.emit(asm.VPSLLD, to, to, asm.Imm(16))
	default:
		g.move(to, g.wide(low0, t.Bytes()))
	}
}

// loadSame repeats an element. Where the mask holds nowhere nothing may be there.
func (g *gen256) loadSame(i int, s Stream, m asm.Reg) {
	in := &g.k.Instrs[i]
	b := s.Type.Bytes()
	from := g.address(in.N)
	done := g.a.Label()
	to := g.fresh(i)
	if m != 0 {
		g.zero(to)
		g.none(m, done)
	}
	raw := to
	switch {
	case s.Type == Bool:
		g.broadcastBool(to, from)
	case s.Type.Held() == s.Type:
		g.emit(broadcast256[b], to, from.Sized(b))
	default:
		raw = asm.X(low0)
		g.emit(broadcast256[b], raw, from.Sized(b))
	}
	switch s.Type {
	case F16:
		g.emit(asm.VCVTPH2PS, to, raw)
	case BF16:
		g.emit(asm.VPMOVZXWD, to, raw)
		g.emit(asm.VPSLLD, to, to, asm.Imm(16))
	}
	if m != 0 {
		lane := in.Type.Bytes()
		if in.Type == Bool {
			lane = g.boolBytes()
		}
		g.emit(asm.VPAND, to, to, g.maskFor(m, lane, low0))
	}
	g.a.Bind(done)
}

// storeStream writes a store.
func (g *gen256) storeStream(i int) {
	in := &g.k.Instrs[i]
	s := g.k.Streams[in.N]
	b := s.Type.Bytes()
	x := g.in(in.Args[0])
	raw := g.wide(low0, b)
	switch s.Type {
	case Bool:
		x = g.maskFor(x, 1, low0)
		g.emit(asm.VPABSB, raw, x)
		x = raw
	case F16: // of values that are rounded already
		g.emit(asm.VCVTPS2PH, raw, x, asm.Imm(0))
		x = raw
	case BF16:
		wide := g.wide(low0, 4)
		g.emit(asm.VPSRLD, wide, x, asm.Imm(16))
		g.narrow(raw, wide, 4, 2)
		x = raw
	}
	switch s.Step {
	case Same:
		unsupported("a store to one place")
	case Strided:
		to := g.address(in.N)
		if g.tail {
			g.emit(asm.MOV, second, g.onStack(g.lasting+1))
		}
		g.pieces(in.N, to, x, b)
	default:
		g.store(g.address(in.N), x, b, s.Past)
	}
}

func (g *gen256) store(to asm.Mem, x asm.Reg, b int, past bool) {
	switch {
	case g.tail && b >= 4:
		g.fetch(asm.Y(low1), g.onStack(g.lasting))
		g.emit(maskMoves[b], to, g.maskFor(asm.Y(low1), b, low1), x)
	case g.tail:
		g.emit(asm.MOV, second, g.onStack(g.lasting+1))
		g.pieces(-1, to, x, b)
	case past && g.lanes*b == 32:
		g.emit(asm.VMOVNTDQ, to, x)
	default:
		g.put(to, x, g.lanes*b)
	}
}

// place writes the place of a position, or whether it is inside.
func (g *gen256) place(i int) {
	in := &g.k.Instrs[i]
	at := g.k.position(in.N)
	g.emit(asm.LEA, temp, asm.At(element, g.offset))
	g.emit(asm.IMUL, temp, arg(at+2))
	g.emit(asm.ADD, temp, arg(at))
	r := g.indexReg(low0)
	g.emit(asm.VMOVD, r.X(), temp.D())
	g.emit(asm.VPBROADCASTD, r, r.X())
	g.emit(asm.VPADDD, r, r, g.onStack(g.places[in.N]))
	if in.Op == Inside {
		below := g.indexReg(low1)
		g.emit(asm.VPBROADCASTD, below, arg(at+3).Sized(4))
		g.emit(asm.VPCMPGTD, below, below, r)
		g.emit(asm.VPSRAD, r, r, asm.Imm(31))
		g.emit(asm.VPANDN, r, r, below)
		g.boolOf(g.fresh(i), r, 4)
		return
	}
	switch in.Type {
	case F32:
		g.emit(asm.VCVTDQ2PS, g.fresh(i), r)
	case F64:
		g.emit(asm.VCVTDQ2PD, g.fresh(i), r)
	case Bool:
		unsupported("a place as %s", in.Type)
	default:
		g.resize(g.fresh(i), r, I32, in.Type.Bytes())
	}
}

// recall loads what the code of a region needs, retain stores what it gives.
func (g *gen256) recall(i int) {
	in := &g.k.Instrs[i]
	g.get(g.fresh(i), g.framed(in), g.lanes*in.Type.Bytes())
}

func (g *gen256) retain(i int) {
	in := &g.k.Instrs[i]
	g.put(g.framed(in), g.in(in.Args[0]), g.lanes*in.Type.Bytes())
}
