package jit

import (
	asm "github.com/flambeau-ml/flambeau/internal/asm/amd64"
)

// binary256 are the operations that are one instruction.
var binary256 = map[Op]ops{
	Add:     same(asm.VADDPS, asm.VADDPD, asm.VPADDB, asm.VPADDW, asm.VPADDD, asm.VPADDQ),
	Sub:     same(asm.VSUBPS, asm.VSUBPD, asm.VPSUBB, asm.VPSUBW, asm.VPSUBD, asm.VPSUBQ),
	Mul:     same(asm.VMULPS, asm.VMULPD, 0, asm.VPMULLW, asm.VPMULLD, 0),
	Div:     {f32: asm.VDIVPS, f64: asm.VDIVPD},
	Lesser:  {f32: asm.VMINPS, f64: asm.VMINPD},
	Greater: {f32: asm.VMAXPS, f64: asm.VMAXPD},
	Max:     {0, 0, asm.VPMAXSB, asm.VPMAXSW, asm.VPMAXSD, 0, asm.VPMAXUB, asm.VPMAXUW, asm.VPMAXUD, 0},
	Min:     {0, 0, asm.VPMINSB, asm.VPMINSW, asm.VPMINSD, 0, asm.VPMINUB, asm.VPMINUW, asm.VPMINUD, 0},
	And:     same(asm.VANDPS, asm.VANDPD, asm.VPAND, asm.VPAND, asm.VPAND, asm.VPAND),
	Or:      same(asm.VORPS, asm.VORPD, asm.VPOR, asm.VPOR, asm.VPOR, asm.VPOR),
	Xor:     same(asm.VXORPS, asm.VXORPD, asm.VPXOR, asm.VPXOR, asm.VPXOR, asm.VPXOR),
}

// single256 is the instruction for o on t; 0 where it takes several.
func single256(o Op, t Type) asm.Op {
	x := binary256[o]
	return x.of(t)
}

// instr writes instruction i.
func (g *gen256) instr(i int) {
	in := &g.k.Instrs[i]
	a := in.Args
	switch in.Op {
	case Const, Uniform: // made where they are needed
	case Load:
		g.loadStream(i)
	case Store:
		g.storeStream(i)
	case Index, Inside:
		g.place(i)
	case Add, Sub, Mul, Div, Lesser, Greater, Max, Min, And, Or, Xor:
		g.binary(i)
	case Scale:
		g.scale(i)
	case FMA:
		g.fma(i)
	case Not:
		x := g.in(a[0])
		ones := like(x, low0)
		g.ones(ones)
		g.emit(asm.VPXOR, g.out(i), x, ones)
	case Shl, Shr:
		g.shift(i)
	case Neg, Abs, Sign:
		g.sign(i)
	case Sqrt:
		x := g.operand(a[0])
		g.emit(pick(in.Type, asm.VSQRTPS, asm.VSQRTPD), g.out(i), x)
	case Floor, Ceil, Round:
		x := g.operand(a[0])
		mode := map[Op]asm.Imm{Floor: asm.ToFloor, Ceil: asm.ToCeil, Round: asm.ToNearest}[in.Op]
		g.emit(pick(in.Type, asm.VROUNDPS, asm.VROUNDPD), g.out(i), x, mode)
	case Eq, Lt, Le:
		g.compare(i)
	case Select:
		g.choose(i)
	case Cast:
		g.cast(i)
	case Half:
		g.half(i)
	case Bits:
		x := g.in(a[0])
		if in.Type == Bool || g.k.Instrs[a[0]].Type == Bool {
			unsupported("the bits of a bool")
		}
		g.move(g.out(i), x)
	case Lookup:
		g.lookup(i)
	case recall:
		g.recall(i)
	case retain:
		g.retain(i)
	case Sum, Product, Maximum, Minimum:
		g.reduce(i)
	default:
		unsupported("%s", in.Op)
	}
}

func (g *gen256) binary(i int) {
	in := &g.k.Instrs[i]
	x, y := in.Args[0], in.Args[1]
	if in.Op.commutes() && g.constantValue(x) && !g.constantValue(y) {
		x, y = y, x
	}
	if in.Type == Bool {
		op, ok := map[Op]asm.Op{And: asm.VPAND, Min: asm.VPAND, Or: asm.VPOR, Max: asm.VPOR, Xor: asm.VPXOR}[in.Op]
		if !ok {
			unsupported("%s of bool", in.Op)
		}
		a, b := g.in(x), g.in(y)
		g.emit(op, g.out(i), a, b)
		return
	}
	if op := single256(in.Op, in.Type); op != 0 {
		a := g.in(x)
		b := g.operand(y)
		g.emit(op, g.out(i), a, b)
		return
	}
	a, b := g.in(x), g.in(y)
	g.several(in.Op, in.Type, g.out(i), a, b)
}

// several writes an operation that takes several instructions. to may be one of the operands; these are not y14 or y15.
func (g *gen256) several(o Op, t Type, to, x, y asm.Reg) {
	r, s := like(to, low0), like(to, low1)
	switch {
	case o == Max && t.Float(): // +0 where one is, NaN where one is
		op := pick(t, asm.VMAXPS, asm.VMAXPD)
		g.emit(op, r, x, y)
		g.emit(op, s, y, x)
		g.emit(asm.VANDPS, r, r, s)
		g.emit(pick(t, asm.VCMPPS, asm.VCMPPD), s, x, y, asm.CmpUnordered)
		g.emit(asm.VORPS, to, r, s)
	case o == Min && t.Float(): // −0 where one is; NaN or anything is NaN
		op := pick(t, asm.VMINPS, asm.VMINPD)
		g.emit(op, r, x, y)
		g.emit(op, s, y, x)
		g.emit(asm.VORPS, to, r, s)
	case (o == Max || o == Min) && t == I64:
		if o == Min {
			x, y = y, x
		}
		g.emit(asm.VPCMPGTQ, r, x, y)
		if o == Min {
			x, y = y, x // x where y is greater
		}
		g.emit(asm.VBLENDVPD, to, y, x, r)
	case (o == Max || o == Min) && t == U64:
		flip := g.all(8, 1<<63)
		g.emit(asm.VPXOR, r, x, flip)
		g.emit(asm.VPXOR, s, y, flip)
		if o == Max {
			g.emit(asm.VPCMPGTQ, r, r, s)
		} else {
			g.emit(asm.VPCMPGTQ, r, s, r)
		}
		g.emit(asm.VBLENDVPD, to, y, x, r)
	case o == Mul && t.Bytes() == 8: // the parts of 32 bits
		g.emit(asm.VPSRLQ, r, x, asm.Imm(32))
		g.emit(asm.VPMULUDQ, r, r, y)
		g.emit(asm.VPSRLQ, s, y, asm.Imm(32))
		g.emit(asm.VPMULUDQ, s, s, x)
		g.emit(asm.VPADDQ, r, r, s)
		g.emit(asm.VPSLLQ, r, r, asm.Imm(32))
		g.emit(asm.VPMULUDQ, s, x, y)
		g.emit(asm.VPADDQ, to, r, s)
	case o == Mul && t.Bytes() == 1: // even and odd bytes, as 16 bits
		g.emit(asm.VPSRLW, r, x, asm.Imm(8))
		g.emit(asm.VPSRLW, s, y, asm.Imm(8))
		g.emit(asm.VPMULLW, r, r, s)
		g.emit(asm.VPSLLW, r, r, asm.Imm(8))
		g.emit(asm.VPMULLW, s, x, y)
		g.emit(asm.VPAND, s, s, g.lowBytes())
		g.emit(asm.VPOR, to, r, s)
	default:
		unsupported("%s of %s", o, t)
	}
}

// lowBytes is a vector of 0x00ff.
func (g *gen256) lowBytes() asm.Mem {
	data := make([]byte, g.width)
	for i := 0; i < len(data); i += 2 {
		data[i] = 0xff
	}
	return g.a.Const(data)
}

// scale multiplies by two powers of 2, of which the first loses nothing.
func (g *gen256) scale(i int) {
	in := &g.k.Instrs[i]
	x, n := g.in(in.Args[0]), g.in(in.Args[1])
	if in.Type == F32 {
		first, rest := like(x, low0), like(x, low1)
		bias := g.all(4, 127)
		g.emit(asm.VCVTPS2DQ, rest, n)
		g.emit(asm.VPSRAD, first, rest, asm.Imm(1))
		g.emit(asm.VPSUBD, rest, rest, first)
		for _, r := range []asm.Reg{first, rest} {
			g.emit(asm.VPADDD, r, r, bias)
			g.emit(asm.VPSLLD, r, r, asm.Imm(23))
		}
		g.emit(asm.VMULPS, first, x, first)
		g.emit(asm.VMULPS, g.out(i), first, rest)
		return
	}
	first, rest := asm.X(low0), asm.X(low1)
	bias := g.all(8, 1023)
	g.emit(asm.VCVTPD2DQ, rest, n)
	g.emit(asm.VPSRAD, first, rest, asm.Imm(1))
	g.emit(asm.VPSUBD, rest, rest, first)
	for _, r := range []asm.Reg{first, rest} {
		g.emit(asm.VPMOVSXDQ, r.Y(), r)
		g.emit(asm.VPADDQ, r.Y(), r.Y(), bias)
		g.emit(asm.VPSLLQ, r.Y(), r.Y(), asm.Imm(52))
	}
	g.emit(asm.VMULPD, first.Y(), x, first.Y())
	g.emit(asm.VMULPD, g.out(i), first.Y(), rest.Y())
}

func (g *gen256) shift(i int) {
	in := &g.k.Instrs[i]
	x := g.in(in.Args[0])
	bits := 8 * in.Type.Bytes()
	n := in.N
	if n >= bits {
		if in.Op == Shl || !in.Type.Signed() {
			g.zero(g.out(i))
			return
		}
		n = bits - 1
	}
	if in.Op == Shr && in.Type == I64 { // there is no such instruction
		sign := like(x, low0)
		g.zero(sign)
		g.emit(asm.VPCMPGTQ, sign, sign, x)
		rest := like(x, low1)
		g.emit(asm.VPSRLQ, rest, x, asm.Imm(n))
		if n > 0 {
			g.emit(asm.VPSLLQ, sign, sign, asm.Imm(64-n))
			g.emit(asm.VPOR, rest, rest, sign)
		}
		g.move(g.out(i), rest)
		return
	}
	o := same(0, 0, 0, asm.VPSLLW, asm.VPSLLD, asm.VPSLLQ)
	if in.Op == Shr {
		o = ops{i16: asm.VPSRAW, i32: asm.VPSRAD, u16: asm.VPSRLW, u32: asm.VPSRLD, u64: asm.VPSRLQ}
	}
	op := o.of(in.Type)
	if op == 0 {
		unsupported("a shift of %s", in.Type)
	}
	g.emit(op, g.out(i), x, asm.Imm(n))
}

func (g *gen256) sign(i int) {
	in := &g.k.Instrs[i]
	t := in.Type
	b := t.Bytes()
	x := g.in(in.Args[0])
	r, s := like(x, low0), like(x, low1)
	if t.Float() {
		signBit := uint64(1) << (8*b - 1)
		switch in.Op {
		case Neg:
			g.emit(asm.VXORPS, g.out(i), x, g.all(b, signBit))
		case Abs:
			g.emit(asm.VANDPS, g.out(i), x, g.all(b, signBit-1))
		case Sign: // ±1 with the sign of x; 0 where x is 0, NaN where it is
			g.emit(asm.VANDPS, r, x, g.all(b, signBit))
			g.emit(asm.VORPS, r, r, g.all(b, oneOf(t)))
			cmp := pick(t, asm.VCMPPS, asm.VCMPPD)
			g.emit(cmp, s, x, g.all(b, 0), asm.CmpEQ)
			g.emit(asm.VANDNPS, r, s, r)
			g.emit(cmp, s, x, x, asm.CmpUnordered)
			g.emit(asm.VORPS, g.out(i), r, s)
		}
		return
	}
	switch {
	case in.Op == Neg:
		g.zero(r)
		g.emit(single256(Sub, t), g.out(i), r, x)
	case in.Op == Abs && !t.Signed():
		g.move(g.out(i), x)
	case in.Op == Abs && t == I64:
		g.zero(s)
		g.emit(asm.VPCMPGTQ, s, s, x)
		g.emit(asm.VPXOR, r, x, s)
		g.emit(asm.VPSUBQ, g.out(i), r, s)
	case in.Op == Abs:
		abs := ops{i8: asm.VPABSB, i16: asm.VPABSW, i32: asm.VPABSD}
		g.emit(abs.of(t), g.out(i), x)
	default:
		unsupported("the sign of %s", t)
	}
}

func (g *gen256) compare(i int) {
	in := &g.k.Instrs[i]
	t := in.From
	if t == Bool {
		x, y := g.in(in.Args[0]), g.in(in.Args[1])
		r, ones := asm.Y(low0), asm.Y(low1)
		g.ones(ones)
		switch in.Op {
		case Eq:
			g.emit(asm.VPXOR, r, x, y)
			g.emit(asm.VPXOR, g.out(i), r, ones)
		case Lt: // not the first, and the second
			g.emit(asm.VPANDN, g.out(i), x, y)
		case Le: // not the first, or the second
			g.emit(asm.VPXOR, r, x, ones)
			g.emit(asm.VPOR, g.out(i), r, y)
		}
		return
	}
	b := t.Bytes()
	x := g.in(in.Args[0])
	r, s := like(x, low0), like(x, low1)
	if t.Float() {
		y := g.operand(in.Args[1])
		mode := map[Op]asm.Imm{Eq: asm.CmpEQ, Lt: asm.CmpLTQ, Le: asm.CmpLEQ}[in.Op]
		if b == g.boolBytes() {
			g.emit(pick(t, asm.VCMPPS, asm.VCMPPD), g.out(i), x, y, mode)
			return
		}
		g.emit(pick(t, asm.VCMPPS, asm.VCMPPD), r, x, y, mode)
		g.boolOf(g.out(i), r, b)
		return
	}
	y := g.in(in.Args[1])
	switch {
	case in.Op == Eq:
		g.emit(equal256[b], r, x, y)
	case t.Signed() && in.Op == Lt:
		g.emit(greater256[b], r, y, x)
	case t.Signed():
		g.emit(greater256[b], r, x, y)
	case t == U64:
		flip := g.all(8, 1<<63)
		g.emit(asm.VPXOR, r, x, flip)
		g.emit(asm.VPXOR, s, y, flip)
		if in.Op == Lt {
			g.emit(asm.VPCMPGTQ, r, s, r)
		} else {
			g.emit(asm.VPCMPGTQ, r, r, s)
		}
	case in.Op == Lt: // the greater is not x
		g.emit(single256(Max, t), r, x, y)
		g.emit(equal256[b], r, r, x)
	default: // the less is x
		g.emit(single256(Min, t), r, x, y)
		g.emit(equal256[b], r, r, x)
	}
	if in.Op == Le && (t.Signed() || t == U64) || in.Op == Lt && !t.Signed() && t != U64 {
		g.ones(s)
		g.emit(asm.VPXOR, r, r, s)
	}
	g.boolOf(g.out(i), r, b)
}

func (g *gen256) choose(i int) {
	in := &g.k.Instrs[i]
	m := g.in(in.Args[0])
	y := g.in(in.Args[2])
	if in.Type == Bool {
		x := g.in(in.Args[1])
		g.emit(asm.VPBLENDVB, g.out(i), y, x, m)
		return
	}
	x := g.operand(in.Args[1])
	m = g.maskFor(m, in.Type.Bytes(), low0)
	g.blend(in.Type, g.out(i), y, x, m)
}

// blend is x where m holds, else y.
func (g *gen256) blend(t Type, to, y asm.Reg, x asm.Arg, m asm.Reg) {
	op := asm.VPBLENDVB
	switch t {
	case F32:
		op = asm.VBLENDVPS
	case F64:
		op = asm.VBLENDVPD
	}
	g.emit(op, to, y, x, m)
}

// reduce takes the element at hand into a partial result.
func (g *gen256) reduce(i int) {
	in := &g.k.Instrs[i]
	t := in.Type
	if t == Bool {
		unsupported("a reduction of bool")
	}
	if g.k.Form == Runs {
		g.accumulate(i)
		return
	}
	if g.direct(in.Args[0]) {
		g.fold(in, g.wide(g.accumulator(in.N), t.Bytes()), g.reduced(i))
		return
	}
	x := g.in(in.Args[0])
	if g.tail { // with what changes nothing in lanes that are no elements
		y := like(x, g.alloc.borrow())
		g.fetch(asm.Y(low1), g.onStack(g.lasting))
		m := g.maskFor(asm.Y(low1), t.Bytes(), low1)
		g.set(y, t, identity(in.Op, t))
		g.blend(t, y, y, x, m)
		x = y
	}
	if g.kept == nil {
		acc := like(x, g.accumulator(in.N))
		g.combine(in.Op, t, acc, acc, x)
		return
	}
	acc := g.fresh(i)
	at := g.partial(in.N)
	g.fetch(acc, at)
	g.combine(in.Op, t, acc, acc, x)
	g.stash(at, acc)
}

// accumulate adds a value to the partial result of a run.
func (g *gen256) accumulate(i int) {
	b := g.k.Instrs[i].Type.Bytes()
	g.addTo(i, g.reduced(i), func(at asm.Mem, acc asm.Reg) {
		switch {
		case g.tail && b >= 4:
			m := asm.Y(low1)
			g.fetch(m, g.onStack(g.lasting))
			g.emit(maskMoves[b], acc, g.maskFor(m, b, low1), at)
		case g.tail:
			g.emit(asm.MOV, second, g.onStack(g.lasting+1))
			g.assemble(-1, at, b, true)
			g.move(acc, like(acc, low0))
		default:
			g.get(acc, at, g.lanes*b)
		}
	}, func(at asm.Mem, acc asm.Reg) { g.store(at, acc, b, false) })
}

// reductions256 are the operations that combine partial results.
var reductions256 = map[Op]Op{Sum: Add, Product: Mul, Maximum: Max, Minimum: Min}

func (g *gen256) single(o Op, t Type) asm.Op { return single256(reductions256[o], t) }

func (g *gen256) combine(o Op, t Type, to, x, y asm.Reg) {
	if op := g.single(o, t); op != 0 {
		g.emit(op, to, x, y)
		return
	}
	g.several(reductions256[o], t, to, x, y)
}

// lookup gathers elements of a table.
func (g *gen256) lookup(i int) {
	in := &g.k.Instrs[i]
	at := g.in(in.Args[0])
	if g.lanes != 4 {
		unsupported("a table in a kernel of %d lanes", g.lanes)
	}
	every := asm.Y(low0)
	g.ones(every)
	g.emit(asm.MOV, temp, arg(g.k.table(in.N)))
	to := g.fresh(i)
	g.zero(to)
	switch in.From.Bytes() {
	case 4:
		g.emit(asm.VGATHERDPD, to, asm.At(temp, 0).Idx(at, 8), every)
	case 8:
		g.emit(asm.VGATHERQPD, to, asm.At(temp, 0).Idx(at, 8), every)
	default:
		unsupported("an index of %s", in.From)
	}
}
