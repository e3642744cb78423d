package jit

import (
	"math"

	asm "github.com/flambeau-ml/flambeau/internal/asm/amd64"
)

// binary512 are the operations that are one instruction.
var binary512 = map[Op]ops{
	Add:     same(asm.VADDPS, asm.VADDPD, asm.VPADDB, asm.VPADDW, asm.VPADDD, asm.VPADDQ),
	Sub:     same(asm.VSUBPS, asm.VSUBPD, asm.VPSUBB, asm.VPSUBW, asm.VPSUBD, asm.VPSUBQ),
	Mul:     same(asm.VMULPS, asm.VMULPD, 0, asm.VPMULLW, asm.VPMULLD, asm.VPMULLQ),
	Div:     {f32: asm.VDIVPS, f64: asm.VDIVPD},
	Lesser:  {f32: asm.VMINPS, f64: asm.VMINPD},
	Greater: {f32: asm.VMAXPS, f64: asm.VMAXPD},
	Scale:   {f32: asm.VSCALEFPS, f64: asm.VSCALEFPD},
	Max:     {0, 0, asm.VPMAXSB, asm.VPMAXSW, asm.VPMAXSD, asm.VPMAXSQ, asm.VPMAXUB, asm.VPMAXUW, asm.VPMAXUD, asm.VPMAXUQ},
	Min:     {0, 0, asm.VPMINSB, asm.VPMINSW, asm.VPMINSD, asm.VPMINSQ, asm.VPMINUB, asm.VPMINUW, asm.VPMINUD, asm.VPMINUQ},
	And:     same(asm.VPANDD, asm.VPANDQ, asm.VPANDD, asm.VPANDD, asm.VPANDD, asm.VPANDQ),
	Or:      same(asm.VPORD, asm.VPORQ, asm.VPORD, asm.VPORD, asm.VPORD, asm.VPORQ),
	Xor:     same(asm.VPXORD, asm.VPXORQ, asm.VPXORD, asm.VPXORD, asm.VPXORD, asm.VPXORQ),
}

// maskOps are the operations on masks of 8, 16, 32 and 64 lanes.
var maskOps = map[Op][4]asm.Op{
	And: {asm.KANDB, asm.KANDW, asm.KANDD, asm.KANDQ},
	Or:  {asm.KORB, asm.KORW, asm.KORD, asm.KORQ},
	Xor: {asm.KXORB, asm.KXORW, asm.KXORD, asm.KXORQ},
	Not: {asm.KNOTB, asm.KNOTW, asm.KNOTD, asm.KNOTQ},
	Eq:  {asm.KXNORB, asm.KXNORW, asm.KXNORD, asm.KXNORQ},
	Sub: {asm.KANDNB, asm.KANDNW, asm.KANDND, asm.KANDNQ}, // not the first, and the second
}

func (g *gen512) maskOp(o Op) asm.Op {
	return maskOps[o][map[int]int{8: 0, 16: 1, 32: 2, 64: 3}[g.lanes]]
}

// instr writes instruction i.
func (g *gen512) instr(i int) {
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
	case Add, Sub, Mul, Div, Lesser, Greater, Scale, Max, Min, And, Or, Xor:
		g.binary(i)
	case FMA:
		g.fma(i)
	case Not:
		if in.Type == Bool {
			x := g.in(a[0])
			g.emit(g.maskOp(Not), g.out(i), x)
			return
		}
		x := g.in(a[0])
		g.emit(asm.VPXORD, g.out(i), x, g.a.Const32(math.MaxUint32).Broadcast())
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
		g.emit(pick(in.Type, asm.VRNDSCALEPS, asm.VRNDSCALEPD), g.out(i), x, mode)
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

func (g *gen512) binary(i int) {
	in := &g.k.Instrs[i]
	x, y := in.Args[0], in.Args[1]
	if in.Type == Bool {
		switch in.Op {
		case And, Or, Xor:
			a, b := g.in(x), g.in(y)
			g.emit(g.maskOp(in.Op), g.out(i), a, b)
		case Max, Min:
			a, b := g.in(x), g.in(y)
			g.emit(g.maskOp(map[Op]Op{Max: Or, Min: And}[in.Op]), g.out(i), a, b)
		default:
			unsupported("%s of bool", in.Op)
		}
		return
	}
	if in.Type.Float() && (in.Op == Max || in.Op == Min) {
		a, b := g.in(x), g.in(y)
		g.extremum(in.Op, in.Type, g.out(i), a, b)
		return
	}
	if in.Op == Mul && in.Type.Bytes() == 1 {
		a, b := g.in(x), g.in(y)
		g.multiplyBytes(g.out(i), a, b)
		return
	}
	o := binary512[in.Op]
	op := o.of(in.Type)
	if op == 0 {
		unsupported("%s of %s", in.Op, in.Type)
	}
	if in.Op.commutes() && g.constantValue(x) && !g.constantValue(y) {
		x, y = y, x
	}
	a := g.in(x)
	b := g.operand(y)
	g.emit(op, g.out(i), a, b)
}

// multiplyBytes multiplies even and odd bytes, as 16 bits.
func (g *gen512) multiplyBytes(to, x, y asm.Reg) {
	r, s := like(to, temp0), like(to, temp1)
	g.emit(asm.VPSRLW, r, x, asm.Imm(8))
	g.emit(asm.VPSRLW, s, y, asm.Imm(8))
	g.emit(asm.VPMULLW, r, r, s)
	g.emit(asm.VPSLLW, r, r, asm.Imm(8))
	g.emit(asm.VPMULLW, s, x, y)
	g.emit(asm.VPANDD, s, s, g.a.Const32(0x00ff00ff).Broadcast())
	g.emit(asm.VPORD, to, r, s)
}

// extremum is the greater or less of floats, as Go has it. to may be one of the operands.
func (g *gen512) extremum(o Op, t Type, to, x, y asm.Reg) {
	mode := rangeMode(o)
	r := g.reg(temp1, t)
	g.emit(pick(t, asm.VCMPPS, asm.VCMPPD), tempMask, x, y, asm.CmpUnordered)
	g.emit(pick(t, asm.VRANGEPS, asm.VRANGEPD), r, x, y, mode)
	g.emit(pick(t, asm.VADDPS, asm.VADDPD), r.Mask(tempMask), x, y)
	g.move(to, r)
}

// rangeMode is the immediate of VRANGEPS for the greater or the less of two numbers, −0 being less than 0.
func rangeMode(o Op) asm.Imm {
	if o == Min || o == Minimum {
		return 4
	}
	return 5
}

func (g *gen512) shift(i int) {
	in := &g.k.Instrs[i]
	x := g.in(in.Args[0])
	bits := 8 * in.Type.Bytes()
	n := in.N
	to := func() asm.Reg { return g.out(i) }
	if n >= bits {
		if in.Op == Shr && in.Type.Signed() {
			n = bits - 1
		} else {
			r := to()
			g.emit(asm.VPXORD, r, r, r)
			return
		}
	}
	var o ops
	if in.Op == Shl {
		o = same(0, 0, 0, asm.VPSLLW, asm.VPSLLD, asm.VPSLLQ)
	} else {
		o = ops{i16: asm.VPSRAW, i32: asm.VPSRAD, i64: asm.VPSRAQ, u16: asm.VPSRLW, u32: asm.VPSRLD, u64: asm.VPSRLQ}
	}
	op := o.of(in.Type)
	if op == 0 {
		unsupported("a shift of %s", in.Type)
	}
	g.emit(op, to(), x, asm.Imm(n))
}

func (g *gen512) sign(i int) {
	in := &g.k.Instrs[i]
	t := in.Type
	x := g.in(in.Args[0])
	if !t.Float() {
		switch in.Op {
		case Neg:
			sub := binary512[Sub]
			z := g.reg(temp0, t)
			g.emit(asm.VPXORD, z, z, z)
			g.emit(sub.of(t), g.out(i), z, x)
		case Abs:
			if !t.Signed() {
				g.move(g.out(i), x)
				return
			}
			abs := ops{i8: asm.VPABSB, i16: asm.VPABSW, i32: asm.VPABSD, i64: asm.VPABSQ}
			g.emit(abs.of(t), g.out(i), x)
		default:
			unsupported("the sign of %s", t)
		}
		return
	}
	signBit := uint64(1) << (8*t.Bytes() - 1)
	wide := func(d, q asm.Op) asm.Op { return pick(t, d, q) }
	switch in.Op {
	case Neg:
		g.emit(wide(asm.VPXORD, asm.VPXORQ), g.out(i), x, g.constant(t, signBit).Broadcast())
	case Abs:
		g.emit(wide(asm.VPANDD, asm.VPANDQ), g.out(i), x, g.constant(t, signBit-1).Broadcast())
	case Sign:
		one := math.Float64bits(1)
		if t == F32 {
			one = uint64(math.Float32bits(1))
		}
		r := g.reg(temp0, t)
		// ±1 with the sign of x; 0 where x is 0, x where it is no number
		g.emit(wide(asm.VPANDD, asm.VPANDQ), r, x, g.constant(t, signBit).Broadcast())
		g.emit(wide(asm.VPORD, asm.VPORQ), r, r, g.constant(t, one).Broadcast())
		z := g.reg(temp1, t)
		g.emit(asm.VPXORD, z, z, z)
		g.emit(wide(asm.VCMPPS, asm.VCMPPD), tempMask, x, z, asm.CmpEQ)
		g.emit(wide(asm.VMOVAPS, asm.VMOVAPD), r.Mask(tempMask), z)
		g.emit(wide(asm.VCMPPS, asm.VCMPPD), tempMask, x, x, asm.CmpUnordered)
		g.emit(wide(asm.VMOVAPS, asm.VMOVAPD), r.Mask(tempMask), x)
		g.move(g.out(i), r)
	}
}

func (g *gen512) compare(i int) {
	in := &g.k.Instrs[i]
	t := in.From
	if t == Bool {
		a, b := g.in(in.Args[0]), g.in(in.Args[1])
		switch in.Op {
		case Eq:
			g.emit(g.maskOp(Eq), g.out(i), a, b)
		case Lt: // not a, and b
			g.emit(g.maskOp(Sub), g.out(i), a, b)
		case Le: // not (a, and not b)
			g.emit(g.maskOp(Sub), tempMask, b, a)
			g.emit(g.maskOp(Not), g.out(i), tempMask)
		}
		return
	}
	a := g.in(in.Args[0])
	b := g.operand(in.Args[1])
	if t.Float() {
		g.emit(pick(t, asm.VCMPPS, asm.VCMPPD), g.out(i), a, b, map[Op]asm.Imm{Eq: asm.CmpEQ, Lt: asm.CmpLTQ, Le: asm.CmpLEQ}[in.Op])
		return
	}
	o := ops{0, 0, asm.VPCMPB, asm.VPCMPW, asm.VPCMPD, asm.VPCMPQ, asm.VPCMPUB, asm.VPCMPUW, asm.VPCMPUD, asm.VPCMPUQ}
	g.emit(o.of(t), g.out(i), a, b, map[Op]asm.Imm{Eq: asm.IntEQ, Lt: asm.IntLT, Le: asm.IntLE}[in.Op])
}

func (g *gen512) choose(i int) {
	in := &g.k.Instrs[i]
	k := g.in(in.Args[0])
	if in.Type == Bool {
		x, y := g.in(in.Args[1]), g.in(in.Args[2])
		g.emit(g.maskOp(Sub), tempMask, k, y) // y where k is not
		to := g.out(i)
		g.emit(g.maskOp(And), to, k, x)
		g.emit(g.maskOp(Or), to, to, tempMask)
		return
	}
	y := g.in(in.Args[2])
	x := g.operand(in.Args[1])
	o := ops{asm.VBLENDMPS, asm.VBLENDMPD, asm.VPBLENDMB, asm.VPBLENDMW, asm.VPBLENDMD, asm.VPBLENDMQ, asm.VPBLENDMB, asm.VPBLENDMW, asm.VPBLENDMD, asm.VPBLENDMQ}
	g.emit(o.of(in.Type), g.out(i).Mask(k), y, x)
}

// reduce adds the value at hand to a partial result.
func (g *gen512) reduce(i int) {
	in := &g.k.Instrs[i]
	t := in.Type
	if t == Bool {
		unsupported("a reduction of bool")
	}
	if g.paired && g.direct(in.Args[0]) {
		g.pair(in)
		return
	}
	if g.k.Form == Runs {
		g.accumulate(i)
		return
	}
	if g.direct(in.Args[0]) {
		g.fold(in, g.reg(g.accumulator(in.N), t), g.reduced(i))
		return
	}
	x := g.in(in.Args[0])
	var acc asm.Reg
	if g.kept != nil {
		at := g.partial(in.N)
		acc = g.fresh(i)
		g.fetch(acc, at)
		defer g.stash(at, acc)
	} else {
		acc = g.reg(g.accumulator(in.N), t)
	}
	if k, ok := g.ordered(in.N); ok {
		if g.tail {
			g.emit(pick(t, asm.VCMPPS, asm.VCMPPD), tempMask.Mask(tailMask), x, x, asm.CmpUnordered)
			g.emit(asm.KANDNQ, k, tempMask, k)
			acc = acc.Mask(tailMask)
		} else {
			g.emit(pick(t, asm.VCMPPS, asm.VCMPPD), k.Mask(k), x, x, asm.CmpOrdered)
		}
		g.emit(pick(t, asm.VRANGEPS, asm.VRANGEPD), acc, g.reg(g.accumulator(in.N), t), x, rangeMode(in.Op))
		return
	}
	if !g.tail {
		g.combine(in.Op, t, acc, acc, x)
		return
	}
	r := g.reg(temp1, t)
	if o, ok := reductions[in.Op]; ok && o.of(t) != 0 {
		g.emit(o.of(t), acc.Mask(tailMask), acc, x)
		return
	}
	g.combine(in.Op, t, r, acc, x)
	g.emit(loads[t.Bytes()], acc.Mask(tailMask), r)
}

// accumulate adds a value to the partial result of a run.
func (g *gen512) accumulate(i int) {
	b := g.k.Instrs[i].Type.Bytes()
	g.addTo(i, g.reduced(i), func(at asm.Mem, acc asm.Reg) {
		switch {
		case g.tail:
			g.emit(loads[b], acc.Mask(tailMask).Zero(), at)
		case g.lanes*b == 8:
			g.emit(asm.VMOVQ, acc, at)
		default:
			g.emit(loads[b], acc, at)
		}
	}, func(at asm.Mem, acc asm.Reg) { g.store(at, acc, b, false) })
}

func (g *gen512) single(o Op, t Type) asm.Op {
	r := reductions[o]
	return r.of(t)
}

// reductions are those that are one instruction.
var reductions = map[Op]ops{Sum: binary512[Add], Product: binary512[Mul], Maximum: binary512[Max], Minimum: binary512[Min]}

// combine is two partial results as one.
func (g *gen512) combine(o Op, t Type, to, x, y asm.Reg) {
	if op := g.single(o, t); op != 0 {
		g.emit(op, to, x, y)
		return
	}
	if o == Product && t.Bytes() == 1 {
		g.multiplyBytes(to, x, y)
		return
	}
	if !t.Float() {
		unsupported("a %s of %s", o, t)
	}
	// extremum, for registers narrower than those of t as well
	mode := rangeMode(o)
	v := like(to, temp1)
	g.emit(pick(t, asm.VCMPPS, asm.VCMPPD), tempMask, x, y, asm.CmpUnordered)
	g.emit(pick(t, asm.VRANGEPS, asm.VRANGEPD), v, x, y, mode)
	g.emit(pick(t, asm.VADDPS, asm.VADDPD), v.Mask(tempMask), x, y)
	g.move(to, v)
}

// identity is the bits of what a reduction of nothing gives.
func identity(o Op, t Type) uint64 {
	bits := 8 * t.Bytes()
	switch {
	case o == Sum:
		return 0
	case t == F32:
		return uint64(math.Float32bits(float32(map[Op]float64{Product: 1, Maximum: math.Inf(-1), Minimum: math.Inf(1)}[o])))
	case t == F64:
		return math.Float64bits(map[Op]float64{Product: 1, Maximum: math.Inf(-1), Minimum: math.Inf(1)}[o])
	case o == Product:
		return 1
	case o == Maximum && t.Signed():
		return 1 << (bits - 1)
	case o == Maximum:
		return 0
	case t.Signed():
		return 1<<(bits-1) - 1
	}
	return math.MaxUint64 >> (64 - bits)
}

// lookup gathers elements of a table.
func (g *gen512) lookup(i int) {
	in := &g.k.Instrs[i]
	at := g.in(in.Args[0])
	g.emit(asm.KXNORB, tempMask, tempMask, tempMask)
	g.emit(asm.MOV, temp, arg(g.k.table(in.N)))
	to := g.fresh(i)
	if g.lanes != 8 {
		unsupported("a table in a kernel of %d lanes", g.lanes)
	}
	switch in.From.Bytes() {
	case 4:
		g.emit(asm.VGATHERDPD, to.Mask(tempMask), asm.At(temp, 0).Idx(at, 8))
	case 8:
		g.emit(asm.VGATHERQPD, to.Mask(tempMask), asm.At(temp, 0).Idx(at, 8))
	default:
		unsupported("an index of %s", in.From)
	}
}
