package jit

import (
	"math"

	asm "github.com/flambeau-ml/flambeau/internal/asm/amd64"
)

// widening are the instructions that make integers wider, by the bytes from and to; the first of zeros, the second of
// signs.
var widening = map[[2]int][2]asm.Op{
	{1, 2}: {asm.VPMOVZXBW, asm.VPMOVSXBW}, {1, 4}: {asm.VPMOVZXBD, asm.VPMOVSXBD}, {1, 8}: {asm.VPMOVZXBQ, asm.VPMOVSXBQ},
	{2, 4}: {asm.VPMOVZXWD, asm.VPMOVSXWD}, {2, 8}: {asm.VPMOVZXWQ, asm.VPMOVSXWQ}, {4, 8}: {asm.VPMOVZXDQ, asm.VPMOVSXDQ},
}

// narrowing are the instructions that cut integers off.
var narrowing = map[[2]int]asm.Op{
	{2, 1}: asm.VPMOVWB, {4, 1}: asm.VPMOVDB, {8, 1}: asm.VPMOVQB, {4, 2}: asm.VPMOVDW, {8, 2}: asm.VPMOVQW, {8, 4}: asm.VPMOVQD,
}

// resize makes integers of b bytes of those of t.
func (g *gen512) resize(to, x asm.Reg, t Type, b int) {
	from := t.Bytes()
	switch {
	case from == b:
		g.move(to, x)
	case from < b:
		op := widening[[2]int{from, b}]
		if t.Signed() {
			g.emit(op[1], to, x)
		} else {
			g.emit(op[0], to, x)
		}
	default:
		g.emit(narrowing[[2]int{from, b}], to, x)
	}
}

// cast converts.
func (g *gen512) cast(i int) {
	in := &g.k.Instrs[i]
	from, to := in.From, in.Type
	x := g.in(in.Args[0])
	switch {
	case from == to:
		if to == Bool {
			g.emit(asm.KMOVQ, g.out(i), x)
			return
		}
		g.move(g.out(i), x)
	case from == Bool:
		g.castBool(i, x)
	case to == Bool && from.Float():
		z := g.reg(temp0, from)
		g.emit(asm.VPXORD, z, z, z)
		g.emit(pick(from, asm.VCMPPS, asm.VCMPPD), g.out(i), x, z, asm.CmpNE)
	case to == Bool:
		test := ops{0, 0, asm.VPTESTMB, asm.VPTESTMW, asm.VPTESTMD, asm.VPTESTMQ, asm.VPTESTMB, asm.VPTESTMW, asm.VPTESTMD, asm.VPTESTMQ}
		g.emit(test.of(from), g.out(i), x, x)
	case from == F32 && to == F64:
		g.emit(asm.VCVTPS2PD, g.out(i), x)
	case from == F64 && to == F32:
		g.emit(asm.VCVTPD2PS, g.out(i), x)
	case from.Float():
		g.truncate(i, x)
	case to.Float():
		g.floatOf(i, x)
	default:
		g.resize(g.out(i), x, from, to.Bytes())
	}
}

// castBool makes 0 and 1 of a mask.
func (g *gen512) castBool(i int, k asm.Reg) {
	in := &g.k.Instrs[i]
	one := oneOf(in.Type)
	to := g.fresh(i)
	switch b := in.Type.Bytes(); b {
	case 8:
		g.emit(asm.VPBROADCASTQ, to.Mask(k).Zero(), g.a.Const64(one))
	case 4:
		g.emit(asm.VPBROADCASTD, to.Mask(k).Zero(), g.a.Const32(uint32(one)))
	case 2:
		g.emit(asm.VPBROADCASTW, to.Mask(k).Zero(), g.a.Const32(1).Sized(2))
	default:
		g.emit(asm.VPBROADCASTB, to.Mask(k).Zero(), g.a.Const32(1).Sized(1))
	}
}

// truncate makes integers of floats by way of 64 bits, as Go does: what does not fit is the lowest number, cut off.
func (g *gen512) truncate(i int, x asm.Reg) {
	in := &g.k.Instrs[i]
	wide := g.reg(temp0, I64)
	g.emit(pick(in.From, asm.VCVTTPS2QQ, asm.VCVTTPD2QQ), wide, x)
	if in.Type == U64 { // numbers from 2⁶³ to 2⁶⁴ fit
		lo, hi := uint64(math.Float32bits(1<<63)), uint64(math.Float32bits(1<<64))
		if in.From == F64 {
			lo, hi = math.Float64bits(1<<63), math.Float64bits(1<<64)
		}
		cmp := pick(in.From, asm.VCMPPS, asm.VCMPPD)
		g.emit(cmp, tempMask, x, g.constant(in.From, lo).Broadcast(), asm.CmpGEQ)
		g.emit(cmp, tempMask.Mask(tempMask), x, g.constant(in.From, hi).Broadcast(), asm.CmpLTQ)
		g.emit(pick(in.From, asm.VCVTTPS2UQQ, asm.VCVTTPD2UQQ), wide.Mask(tempMask), x)
	}
	g.resize(g.out(i), wide, I64, in.Type.Bytes())
}

// floatOf makes floats of integers, rounded once.
func (g *gen512) floatOf(i int, x asm.Reg) {
	in := &g.k.Instrs[i]
	t := in.From
	if t.Bytes() < 4 {
		wide := g.reg(temp0, I32)
		g.resize(wide, x, t, 4)
		x, t = wide, I32
	}
	var op asm.Op
	switch {
	case t == I32:
		op = pick(in.Type, asm.VCVTDQ2PS, asm.VCVTDQ2PD)
	case t == U32:
		op = pick(in.Type, asm.VCVTUDQ2PS, asm.VCVTUDQ2PD)
	case t == I64:
		op = pick(in.Type, asm.VCVTQQ2PS, asm.VCVTQQ2PD)
	default:
		op = pick(in.Type, asm.VCVTUQQ2PS, asm.VCVTUQQ2PD)
	}
	g.emit(op, g.out(i), x)
}

// half rounds to half precision; the result is of F32 again.
func (g *gen512) half(i int) {
	in := &g.k.Instrs[i]
	x := g.in(in.Args[0])
	if in.From == F16 {
		r := g.wide(temp0, 2)
		g.emit(asm.VCVTPS2PH, r, x, asm.Imm(0))
		g.emit(asm.VCVTPH2PS, g.out(i), r)
		return
	}
	// The bits, plus 0x7fff and the lowest bit that stays; NaN stays as it is but for what is cut off.
	r, odd := g.reg(temp0, F32), g.reg(temp1, F32)
	g.emit(asm.VPSRLD, odd, x, asm.Imm(16))
	g.emit(asm.VPANDD, odd, odd, g.a.Const32(1).Broadcast())
	g.emit(asm.VPADDD, r, x, g.a.Const32(0x7fff).Broadcast())
	g.emit(asm.VPADDD, r, r, odd)
	g.emit(asm.VCMPPS, tempMask, x, x, asm.CmpUnordered)
	g.emit(asm.VPORD, r.Mask(tempMask), x, g.a.Const32(0x400000).Broadcast())
	g.emit(asm.VPANDD, g.out(i), r, g.a.Const32(0xffff0000).Broadcast())
}
