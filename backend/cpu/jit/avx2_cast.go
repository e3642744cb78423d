package jit

import (
	"math"

	asm "github.com/flambeau-ml/flambeau/internal/asm/amd64"
)

// resize makes integers of b bytes of those of t. It needs y14 and y15, of which x and to may be one.
func (g *gen256) resize(to, x asm.Reg, t Type, b int) {
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
		g.narrow(to, x, from, b)
	}
}

// cast converts.
func (g *gen256) cast(i int) {
	in := &g.k.Instrs[i]
	from, to := in.From, in.Type
	x := g.in(in.Args[0])
	switch {
	case from == to:
		g.move(g.out(i), x)
	case from == Bool:
		m := g.maskFor(x, to.Bytes(), low0)
		g.emit(asm.VPAND, g.out(i), m, g.all(to.Bytes(), oneOf(to)))
	case to == Bool && from.Float():
		r := like(x, low0)
		g.emit(pick(from, asm.VCMPPS, asm.VCMPPD), r, x, g.all(from.Bytes(), 0), asm.CmpNE)
		g.boolOf(g.out(i), r, from.Bytes())
	case to == Bool:
		r, ones := like(x, low0), like(x, low1)
		g.emit(equal256[from.Bytes()], r, x, g.all(from.Bytes(), 0))
		g.ones(ones)
		g.emit(asm.VPXOR, r, r, ones)
		g.boolOf(g.out(i), r, from.Bytes())
	case from == F32 && to == F64:
		g.emit(asm.VCVTPS2PD, g.out(i), x)
	case from == F64 && to == F32:
		g.emit(asm.VCVTPD2PS, g.out(i), x)
	case from.Float() && (from == F64 || to.Bytes() == 8):
		g.truncate64(i, x)
	case from.Float():
		g.truncate32(i, x)
	case to.Float():
		g.floatOf(i, x)
	default:
		g.resize(g.out(i), x, from, to.Bytes())
	}
}

// truncate32 makes integers of up to 32 bits of f32, as if by way of 64 bits: what these do not hold gives 0.
func (g *gen256) truncate32(i int, x asm.Reg) {
	in := &g.k.Instrs[i]
	const large = 0x4effffff // the bits of the last number below 2³¹
	s := like(x, g.alloc.borrow())
	r, m := like(x, low0), like(x, low1)
	done := g.a.Label()
	g.emit(asm.VPAND, m, x, g.all(4, math.MaxInt32))
	g.emit(asm.VPCMPGTD, m, m, g.all(4, large))
	g.emit(asm.VCVTTPS2DQ, r, x)
	g.none(m, done)
	// The low 32 bits of the mantissa times a power of 2.
	g.emit(asm.VPSLLD, s, x, asm.Imm(1))
	g.emit(asm.VPSRLD, s, s, asm.Imm(24))
	g.emit(asm.VPSUBD, s, s, g.all(4, 127+23))
	g.emit(asm.VPAND, r, x, g.all(4, 1<<23-1))
	g.emit(asm.VPOR, r, r, g.all(4, 1<<23))
	g.emit(asm.VPSLLVD, r, r, s)
	g.emit(asm.VPSRAD, s, x, asm.Imm(31))
	g.emit(asm.VPXOR, r, r, s)
	g.emit(asm.VPSUBD, r, r, s)
	g.emit(asm.VCVTTPS2DQ, s, x)
	g.emit(asm.VBLENDVPS, r, s, r, m)
	g.a.Bind(done)
	g.resize(g.out(i), r, I32, in.Type.Bytes())
}

// truncate64 makes integers of floats by way of 64 bits, as Go does: what does not fit is the lowest number, cut off.
func (g *gen256) truncate64(i int, x asm.Reg) {
	in := &g.k.Instrs[i]
	s, e := asm.Y(g.alloc.borrow()), asm.Y(g.alloc.borrow())
	if in.From == F32 {
		wide := asm.Y(g.alloc.borrow())
		g.emit(asm.VCVTPS2PD, wide, x)
		x = wide
	}
	r, q := asm.Y(low0), asm.Y(low1)
	g.emit(asm.VPSLLQ, e, x, asm.Imm(1))
	g.emit(asm.VPSRLQ, e, e, asm.Imm(53))
	g.emit(asm.VPAND, r, x, g.all(8, 1<<52-1))
	g.emit(asm.VPOR, r, r, g.all(8, 1<<52))
	g.fetch(q, g.all(8, 1023+52))
	g.emit(asm.VPSUBQ, q, q, e)
	g.emit(asm.VPSRLVQ, s, r, q) // 0 where the distance is none
	g.emit(asm.VPSUBQ, e, e, g.all(8, 1023+52))
	g.emit(asm.VPSLLVQ, r, r, e)
	g.emit(asm.VPOR, r, r, s)
	g.zero(s)
	g.emit(asm.VPCMPGTQ, s, s, x)
	g.emit(asm.VPXOR, r, r, s)
	g.emit(asm.VPSUBQ, r, r, s)
	// What is beyond 64 bits.
	g.emit(asm.VPAND, q, x, g.all(8, math.MaxInt64))
	g.emit(asm.VPCMPGTQ, q, q, g.all(8, math.Float64bits(1<<63)-1))
	if in.Type == U64 {
		g.emit(asm.VPAND, q, q, s)
		g.emit(asm.VPCMPGTQ, s, x, g.all(8, math.Float64bits(1<<64)-1))
		g.emit(asm.VPOR, q, q, s)
	}
	g.fetch(s, g.all(8, 1<<63))
	g.emit(asm.VBLENDVPD, r, r, s, q)
	g.resize(g.out(i), r, I64, in.Type.Bytes())
}

// floatOf makes floats of integers, rounded once.
func (g *gen256) floatOf(i int, x asm.Reg) {
	in := &g.k.Instrs[i]
	t := in.From
	if t.Bytes() == 8 {
		g.floatOf64(i, x)
		return
	}
	r, s := g.wide(low0, 4), g.wide(low1, 4)
	if t.Bytes() < 4 {
		g.resize(r, x, t, 4)
		x, t = r, I32
	}
	switch {
	case t == I32:
		g.emit(pick(in.Type, asm.VCVTDQ2PS, asm.VCVTDQ2PD), g.out(i), x)
	case in.Type == F64:
		wide := asm.Y(low0)
		g.emit(asm.VPMOVZXDQ, wide, x)
		g.emit(asm.VPOR, wide, wide, g.all(8, math.Float64bits(1<<52)))
		g.emit(asm.VSUBPD, g.out(i), wide, g.all(8, math.Float64bits(1<<52)))
	default: // the upper half times 2¹⁶, plus the lower
		g.emit(asm.VPSRLD, r, x, asm.Imm(16))
		g.emit(asm.VCVTDQ2PS, r, r)
		g.emit(asm.VPAND, s, x, g.all(4, 0xffff))
		g.emit(asm.VCVTDQ2PS, s, s)
		g.emit(asm.VFMADD132PS, r, s, g.all(4, uint64(math.Float32bits(1<<16))))
		g.move(g.out(i), r)
	}
}

// floatOf64 makes floats of integers of 64 bits.
func (g *gen256) floatOf64(i int, x asm.Reg) {
	in := &g.k.Instrs[i]
	signed := in.From == I64
	r, s := asm.Y(low0), asm.Y(low1)
	if in.Type == F32 {
		// f64 does not hold all. Where a number has more than 53 bits the last 11 become 0, and the one before them 1 if they
		// were not: then to round twice is to round once.
		exact := asm.Y(g.alloc.borrow())
		odd := asm.Y(g.alloc.borrow())
		g.emit(asm.VPAND, odd, x, g.all(8, 0x7ff))
		g.emit(asm.VPADDQ, odd, odd, g.all(8, 0x7ff))
		g.emit(asm.VPOR, odd, odd, x)
		g.emit(asm.VPAND, odd, odd, g.all(8, math.MaxUint64&^0x7ff))
		if signed {
			g.emit(asm.VPADDQ, exact, x, g.all(8, 1<<53))
			g.emit(asm.VPSRLQ, exact, exact, asm.Imm(54))
		} else {
			g.emit(asm.VPSRLQ, exact, x, asm.Imm(53))
		}
		g.emit(asm.VPCMPEQQ, exact, exact, g.all(8, 0))
		g.emit(asm.VBLENDVPD, odd, odd, x, exact)
		x = odd
	}
	// The upper half and the lower half as numbers of which the bits above are the exponent.
	upper, lower := math.Float64bits(1<<84), math.Float64bits(1<<52)
	bias := float64(1<<84 + 1<<52)
	if signed {
		upper |= 1 << 31
		bias = float64(1<<84 + 1<<63 + 1<<52)
	}
	g.emit(asm.VPSRLQ, r, x, asm.Imm(32))
	g.emit(asm.VPXOR, r, r, g.all(8, upper))
	g.emit(asm.VSUBPD, r, r, g.all(8, math.Float64bits(bias)))
	g.emit(asm.VPBLENDD, s, x, g.all(8, lower), asm.Imm(0xaa))
	if in.Type == F64 {
		g.emit(asm.VADDPD, g.out(i), r, s)
		return
	}
	g.emit(asm.VADDPD, r, r, s)
	g.emit(asm.VCVTPD2PS, g.out(i), r)
}

// half rounds to half precision; the result is of F32 again.
func (g *gen256) half(i int) {
	in := &g.k.Instrs[i]
	x := g.in(in.Args[0])
	if in.From == F16 {
		r := asm.X(low0)
		g.emit(asm.VCVTPS2PH, r, x, asm.Imm(0))
		g.emit(asm.VCVTPH2PS, g.out(i), r)
		return
	}
	// The bits, plus 0x7fff and the lowest bit that stays; NaN stays as it is but for what is cut off.
	r, s := like(x, low0), like(x, low1)
	g.emit(asm.VPSRLD, s, x, asm.Imm(16))
	g.emit(asm.VPAND, s, s, g.all(4, 1))
	g.emit(asm.VPADDD, r, x, g.all(4, 0x7fff))
	g.emit(asm.VPADDD, r, r, s)
	g.emit(asm.VCMPPS, s, x, x, asm.CmpUnordered)
	to := g.out(i)
	g.emit(asm.VPOR, to, x, g.all(4, 0x400000))
	g.emit(asm.VBLENDVPS, to, r, to, s)
	g.emit(asm.VPAND, to, to, g.all(4, 0xffff0000))
}
