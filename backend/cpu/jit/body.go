package jit

import (
	asm "github.com/flambeau-ml/flambeau/internal/asm/amd64"
)

// body writes the instructions of the kernel once, with the given vector registers.
func (g *gen) body(free []int) {
	l := &g.alloc
	l.remade = g.constantValue
	l.spill = func(v, reg, slot int) {
		t := g.k.Instrs[v].Type
		g.writer.stash(g.onStack(g.stack+slot), g.whole(reg, t))
	}
	l.begin(g.k, free, sequence(2, 5-len(g.nans)))
	rest := g.regions
	for i := 0; i < len(g.k.Instrs); i++ {
		if len(rest) > 0 && rest[0].from == i {
			g.skipped(&rest[0])
			i, rest = rest[0].to-1, rest[1:]
			continue
		}
		if g.direct(i) {
			continue
		}
		l.at = i
		in := &g.k.Instrs[i]
		for _, x := range in.Args { // none of them makes room for another
			if x != NoArg {
				l.pin(x)
			}
		}
		if in.Op == Load && in.Mask != NoArg {
			l.pin(in.Mask)
		}
		g.writer.instr(i)
		l.done(g.class)
		if len(l.uses[i]) == 0 && l.reg[i] >= 0 {
			l.drop(g.class(i), i)
		}
	}
}

// direct reports whether v is a load that is not written, since the one instruction that needs it, a reduction, takes the
// memory itself.
func (g *gen) direct(v int) bool {
	in := &g.k.Instrs[v]
	if g.paired && in.Op == Load && (g.tiling || g.k.Form == Rows) {
		return !g.tail
	}
	if in.Op != Load || in.Mask != NoArg || in.Rare > 0 || g.tail || g.kept != nil || len(g.alloc.uses[v]) != 1 || in.N >= len(addressRegs) {
		return false
	}
	s, user := g.k.Streams[in.N], &g.k.Instrs[g.alloc.uses[v][0]]
	if s.Step != Next || s.Type != in.Type || g.lanes*s.Type.Bytes() < 16 || !user.Op.reduces() || user.Rare > 0 || g.writer.single(user.Op, user.Type) == 0 {
		return false
	}
	for i := v + 1; i < g.alloc.uses[v][0]; i++ {
		if g.k.Instrs[i].Op == Store {
			return false // perhaps to this memory
		}
	}
	return true
}

// reduced is what reduction i takes: a register, or memory where a single instruction does it.
func (g *gen) reduced(i int) asm.Arg {
	v := g.k.Instrs[i].Args[0]
	if g.direct(v) {
		return g.address(g.k.Instrs[v].N)
	}
	return g.in(v)
}

// fold takes x into the partial result acc.
func (g *gen) fold(in *Instr, acc asm.Reg, x asm.Arg) {
	if op := g.writer.single(in.Op, in.Type); op != 0 {
		g.emit(op, acc, acc, x)
		return
	}
	g.writer.combine(in.Op, in.Type, acc, acc, x.(asm.Reg))
}

// addTo takes x into the partial results of a run, which lie where the results go: to those in a register if several
// rows are at hand, that the first of them brings and the last takes back.
func (g *gen) addTo(i int, x asm.Arg, load, store func(at asm.Mem, acc asm.Reg)) {
	in := &g.k.Instrs[i]
	b := in.Type.Bytes()
	if g.tiling {
		g.fold(in, g.wide(g.accumulator(in.N), b), x)
		return
	}
	first, last := g.row == 0, g.row == g.beside-1
	var at asm.Mem
	if first || last {
		at = g.result(in.N, b)
	}
	var acc asm.Reg
	if g.acc != nil {
		acc = g.wide(g.acc[in.N][0], b)
	} else {
		acc = g.fresh(i)
	}
	if first {
		load(at, acc)
	}
	g.fold(in, acc, x)
	if last {
		store(at, acc)
	}
}

func (g *gen) constantValue(v int) bool {
	op := g.k.Instrs[v].Op
	return op == Const || op == Uniform
}

func (g *gen) class(v int) class { return g.writer.class(g.k.Instrs[v].Type) }

// whole is all of register n, for values of type t.
func (g *gen) whole(n int, t Type) asm.Reg {
	switch {
	case g.writer.class(t) == masks:
		return asm.K(n)
	case g.width == 64:
		return asm.Z(n)
	}
	return asm.Y(n)
}

// in is a register with value v.
func (g *gen) in(v int) asm.Reg {
	in := &g.k.Instrs[v]
	l := &g.alloc
	l.pin(v)
	if r, ok := g.hoisted[v]; ok {
		return g.writer.value(r, in.Type)
	}
	if l.reg[v] < 0 {
		r := l.take(g.class(v), v)
		if l.slot[v] >= 0 {
			g.writer.fetch(g.whole(r, in.Type), g.onStack(g.stack+l.slot[v]))
		} else {
			g.writer.broadcast(v, r)
		}
	}
	return g.writer.value(l.reg[v], in.Type)
}

// out is a register for the result of instruction i, whose operands have been asked for already. Operands that die
// there may have the same one: they are read before it is written.
func (g *gen) out(i int) asm.Reg {
	in := &g.k.Instrs[i]
	for _, x := range in.Args {
		if x != NoArg {
			g.alloc.release(g.class(x), x)
		}
	}
	return g.fresh(i)
}

// fresh is out where the result is written before all operands are read.
func (g *gen) fresh(i int) asm.Reg {
	in := &g.k.Instrs[i]
	r := g.alloc.take(g.class(i), i)
	g.alloc.pin(i)
	return g.writer.value(r, in.Type)
}

// overwrite gives the register of v, which dies, to the result of instruction i, which f writes there.
func (g *gen) overwrite(i, v int, f func(to asm.Reg)) {
	l := &g.alloc
	r := l.reg[v]
	if r < 0 || !l.dies(v) {
		panic("jit: a value that is needed is overwritten")
	}
	l.reg[v] = -1
	l.own[vectors][r], l.reg[i] = i, r
	l.pin(i)
	f(g.writer.value(r, g.k.Instrs[i].Type))
}

// inRegister reports whether v has a register of its own, or one everywhere.
func (g *gen) inRegister(v int) bool {
	_, hoisted := g.hoisted[v]
	return hoisted || g.alloc.reg[v] >= 0
}

// fma picks the form of the instruction by which operand dies, and which is memory.
func (g *gen) fma(i int) {
	in := &g.k.Instrs[i]
	x, y, z := in.Args[0], in.Args[1], in.Args[2]
	dying := func(v int) bool {
		_, hoisted := g.hoisted[v]
		return !hoisted && g.alloc.reg[v] >= 0 && g.alloc.dies(v)
	}
	memory := func(v int) bool { return !g.inRegister(v) }
	op := func(single, double asm.Op) asm.Op { return pick(in.Type, single, double) }
	if memory(x) && !memory(y) || dying(y) && !dying(x) {
		x, y = y, x
	}
	switch {
	case dying(z) && !(memory(x) && memory(y)): // z += x·y
		a := g.in(x)
		b := g.writer.operand(y)
		g.in(z)
		g.overwrite(i, z, func(to asm.Reg) { g.emit(op(asm.VFMADD231PS, asm.VFMADD231PD), to, a, b) })
	case dying(x) && memory(y) && !memory(z): // x = x·y + z
		g.in(x)
		b := g.writer.operand(y)
		c := g.in(z)
		g.overwrite(i, x, func(to asm.Reg) { g.emit(op(asm.VFMADD132PS, asm.VFMADD132PD), to, c, b) })
	case dying(x): // x = y·x + z
		g.in(x)
		b := g.in(y)
		c := g.writer.operand(z)
		g.overwrite(i, x, func(to asm.Reg) { g.emit(op(asm.VFMADD213PS, asm.VFMADD213PD), to, b, c) })
	default:
		a := g.in(x)
		b := g.in(y)
		c := g.writer.operand(z)
		to := g.fresh(i)
		g.writer.move(to, a)
		g.emit(op(asm.VFMADD213PS, asm.VFMADD213PD), to, b, c)
	}
}

// ops are the instructions of an operation on floats and on integers of 1, 2, 4 and 8 bytes; 0: there is none.
type ops struct{ f32, f64, i8, i16, i32, i64, u8, u16, u32, u64 asm.Op }

func (o *ops) of(t Type) asm.Op {
	return [...]asm.Op{I8: o.i8, U8: o.u8, I16: o.i16, U16: o.u16, I32: o.i32, U32: o.u32, I64: o.i64, U64: o.u64, F32: o.f32, F64: o.f64}[t]
}

func same(f32, f64, b, w, d, q asm.Op) ops { return ops{f32, f64, b, w, d, q, b, w, d, q} }

// commutes reports whether the operands of o may change places.
func (o Op) commutes() bool {
	return o == Add || o == Mul || o == And || o == Or || o == Xor || o == Eq
}

func pick(t Type, single, double asm.Op) asm.Op {
	switch t {
	case F32:
		return single
	case F64:
		return double
	}
	unsupported("a float operation on %s", t)
	return 0
}

// constant is memory with the number whose bits are given, at least 4 bytes of it.
func (g *gen) constant(t Type, bits uint64) asm.Mem {
	if t.Held().Bytes() == 8 {
		return g.a.Const64(bits)
	}
	switch t.Held().Bytes() {
	case 1:
		bits = bits & 0xff * 0x01010101
	case 2:
		bits = bits & 0xffff * 0x00010001
	}
	return g.a.Const32(uint32(bits))
}

// oneOf is the bits of 1.
func oneOf(t Type) uint64 {
	switch t {
	case F32:
		return 0x3f800000
	case F64:
		return 0x3ff0000000000000
	}
	return 1
}
