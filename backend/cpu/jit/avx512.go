package jit

import (
	"slices"

	asm "github.com/flambeau-ml/flambeau/internal/asm/amd64"
)

// gen512 writes AVX-512 code. A value of a type of b bytes has lanes elements in lanes·b bytes of a register; a Bool is a
// mask register. Registers with a purpose:
//
//	RDI   the argument block        RCX  memory on the stack
//	RAX   the element               RDX  how many elements there are
//	RBX   rows that are left        RSI  for addresses at hand
//	R8…   addresses of streams      z30, z31, k7  for the instruction at hand
//	k1    in the last vector of a row, the lanes that are elements
type gen512 struct {
	a     *asm.Assembler
	k     *Kernel
	lanes int
	alloc allocator

	hoisted map[int]int // constants and uniforms that have a register everywhere
	acc     [][]int     // of each output: registers of partial results
	nans    map[int]int // of outputs that are extrema of floats in rows: the mask of lanes in which a NaN came
	places  map[int]int // of each position, and of each strided stream (−1 − stream): the stack with what its lanes add
	stack   int         // 64-byte slots of the stack that are taken before the body's
	tail    bool        // lanes that are no elements are left out
	offset  int         // elements between RAX and the vector at hand
	part    int         // which partial result the vector at hand belongs to
	dry     bool
}

const scratchSlots = 4096 / 64

var (
	addressRegs = []asm.Reg{asm.R8, asm.R9, asm.R10, asm.R11, asm.R12, asm.R13, asm.R15}
	args        = asm.RDI
	scratch     = asm.RCX
	element     = asm.RAX
	count       = asm.RDX
	rows        = asm.RBX
	temp        = asm.RSI
	tailMask    = asm.K1
	tempMask    = asm.K7
)

const temp0, temp1 = 30, 31

func arg(word int) asm.Mem { return asm.At(args, 8*word) }

// reg is register n as wide as values of type t are.
func (g *gen512) reg(n int, t Type) asm.Reg { return g.wide(n, t.Held().Bytes()) }

func (g *gen512) wide(n, bytes int) asm.Reg {
	switch g.lanes * bytes {
	case 64:
		return asm.Z(n)
	case 32:
		return asm.Y(n)
	}
	return asm.X(n)
}

func (g *gen512) emit(op asm.Op, xs ...asm.Arg) { g.a.Emit(op, xs...) }

// write writes the kernel.
func (g *gen512) write() {
	for _, s := range g.k.Streams {
		if s.Step == Strided && s.Type.Bytes() < 4 {
			unsupported("a stream of %s with distances", s.Type)
		}
	}
	g.plan()
	g.prologue()
	switch g.k.Form {
	case Map:
		g.mapRows()
	case Rows:
		g.reduceRows()
	case Runs:
		g.reduceRuns()
	}
	g.emit(asm.VZEROUPPER)
	g.emit(asm.RET)
}

// plan decides which constants have registers: as many of those that are used most as the body leaves room for.
func (g *gen512) plan() {
	parts := 1
	switch g.k.Form {
	case Rows:
		parts = 32 / g.lanes
		if g.lanes > 32 {
			unsupported("a reduction of %d lanes", g.lanes)
		}
	case Runs:
		parts = g.unroll()
	}
	next := 29
	g.acc = make([][]int, g.k.Outputs)
	for o := range g.acc {
		for range parts {
			if next < 8 {
				unsupported("a kernel with %d reductions", g.k.Outputs)
			}
			g.acc[o] = append(g.acc[o], next)
			next--
		}
	}
	g.nans = map[int]int{}
	for o := range g.acc {
		in := g.reduction(o)
		if g.k.Form == Rows && in.Type.Float() && (in.Op == Maximum || in.Op == Minimum) && len(g.nans) < 2 {
			g.nans[o] = 6 - len(g.nans)
		}
	}
	g.hoisted = map[int]int{}
	g.places = map[int]int{}
	for p := range g.k.Positions {
		g.places[p] = g.stack
		g.stack++
	}
	for s, x := range g.k.Streams {
		if x.Step == Strided {
			g.places[-1-s] = g.stack
			g.stack++
		}
	}
	free := sequence(0, next+1)
	// A body written to nowhere says how many registers it needs.
	trial := &gen512{a: asm.New(g.a.Target), k: g.k, lanes: g.lanes, acc: g.acc, nans: g.nans, places: g.places, stack: g.stack, hoisted: g.hoisted, dry: true}
	trial.body(free)
	spare := len(free) - trial.alloc.most
	type candidate struct{ v, uses int }
	var all []candidate
	for i := range g.k.Instrs {
		if in := &g.k.Instrs[i]; (in.Op == Const || in.Op == Uniform) && in.Type != Bool {
			all = append(all, candidate{i, len(trial.alloc.uses[i])})
		}
	}
	slices.SortStableFunc(all, func(x, y candidate) int { return y.uses - x.uses })
	for _, c := range all {
		if spare <= 1 {
			break
		}
		g.hoisted[c.v] = next
		next, spare = next-1, spare-1
	}
	g.alloc.uses, g.alloc.reg, g.alloc.slot = trial.alloc.uses, trial.alloc.reg, trial.alloc.slot
	g.alloc.most = next + 1 // from now on: the registers that are the body's
}

func sequence(from, n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = from + i
	}
	return out
}

// unroll is how many vectors a round of the inner loop takes.
func (g *gen512) unroll() int {
	n := 0
	for i := range g.k.Instrs {
		if op := g.k.Instrs[i].Op; op != Const && op != Uniform {
			n++
		}
	}
	switch {
	case n <= 8:
		return 4
	case n <= 24:
		return 2
	}
	return 1
}

// prologue prepares what is the same everywhere.
func (g *gen512) prologue() {
	for i := range g.k.Instrs {
		if r, ok := g.hoisted[i]; ok {
			g.broadcast(i, r)
		}
	}
	for key, slot := range g.places {
		step := arg(g.k.position(key) + 2)
		if key < 0 {
			step = arg(g.k.stream(-1-key) + 2)
		}
		v := g.wide(temp0, 4)
		if key < 0 && g.k.Streams[-1-key].Type.Bytes() == 8 && g.lanes == 8 {
			v = asm.Y(temp0)
		}
		g.emit(asm.VPBROADCASTD, v, step.Sized(4))
		g.emit(asm.VPMULLD, v, v, g.counting())
		g.emit(asm.VMOVDQU32, g.onStack(slot), v)
	}
}

// counting is memory with 0, 1, 2 … as 32-bit integers.
func (g *gen512) counting() asm.Mem {
	b := make([]byte, 64)
	for i := range 16 {
		b[4*i] = byte(i)
	}
	return g.a.Const(b)
}

func (g *gen512) onStack(slot int) asm.Mem {
	if slot >= scratchSlots {
		unsupported("a kernel that needs %d vectors of the stack", slot)
	}
	return asm.At(scratch, 64*slot)
}

// address is the memory of the vector at hand in stream s.
func (g *gen512) address(s int) asm.Mem {
	x := g.k.Streams[s]
	base := g.base(s)
	switch x.Step {
	case Same:
		return asm.At(base, 0)
	case Strided:
		if base != temp {
			g.emit(asm.MOV, temp, base)
		}
		// temp += (element + offset)·step
		g.emit(asm.LEA, asm.R14, asm.At(element, g.offset))
		g.emit(asm.IMUL, asm.R14, arg(g.k.stream(s)+2))
		g.emit(asm.ADD, temp, asm.R14)
		return asm.At(temp, 0)
	}
	return asm.At(base, g.offset*x.Type.Bytes()).Idx(element, x.Type.Bytes())
}

// base is a register with the address of stream s in the row at hand.
func (g *gen512) base(s int) asm.Reg {
	if s < len(addressRegs) {
		return addressRegs[s]
	}
	g.emit(asm.MOV, temp, g.kept(s))
	return temp
}

// kept is where the address of a stream stands that has no register.
func (g *gen512) kept(s int) asm.Mem {
	if g.k.Form == Runs {
		return asm.At(scratch, 4096-8*(s+1)) // it goes back for each vector
	}
	return arg(g.k.stream(s))
}

// loadAddresses gives the streams their registers.
func (g *gen512) loadAddresses() {
	for s := range g.k.Streams {
		switch {
		case s < len(addressRegs):
			g.emit(asm.MOV, addressRegs[s], arg(g.k.stream(s)))
		case g.k.Form == Runs:
			g.emit(asm.MOV, temp, arg(g.k.stream(s)))
			g.emit(asm.MOV, g.kept(s), temp)
		}
	}
}

// nextRow moves streams and positions one row on.
func (g *gen512) nextRow() {
	for s := range g.k.Streams {
		row := arg(g.k.stream(s) + 1)
		if s < len(addressRegs) {
			g.emit(asm.ADD, addressRegs[s], row)
			continue
		}
		g.emit(asm.MOV, temp, row)
		g.emit(asm.ADD, g.kept(s), temp)
	}
	for p := range g.k.Positions {
		at := g.k.position(p)
		g.emit(asm.MOV, temp, arg(at+1))
		g.emit(asm.ADD, arg(at), temp)
	}
}

// mapRows executes the body for all elements of all rows.
func (g *gen512) mapRows() {
	row, done := g.a.Label(), g.a.Label()
	g.emit(asm.MOV, rows, arg(argRows))
	g.emit(asm.MOV, count, arg(argN))
	g.loadAddresses()
	g.emit(asm.TEST, rows, rows)
	g.emit(asm.JLE, done)
	g.a.Bind(row)
	g.emit(asm.XOR, element.D(), element.D())
	g.vectors(g.unroll())
	if g.unroll() > 1 {
		g.vectors(1)
	}
	g.last(func() { g.vector(0) })
	g.nextRow()
	g.emit(asm.DEC, rows)
	g.emit(asm.JNE, row)
	g.a.Bind(done)
	if g.k.Bypass {
		g.emit(asm.SFENCE)
	}
}

// vectors goes through the row, n vectors at a time, as long as there are that many.
func (g *gen512) vectors(n int) {
	loop, done := g.a.Label(), g.a.Label()
	g.emit(asm.SUB, count, asm.Imm(n*g.lanes))
	g.emit(asm.CMP, element, count)
	g.emit(asm.JG, done)
	g.a.Align(32)
	g.a.Bind(loop)
	for i := range n {
		g.part = i
		g.vector(i * g.lanes)
	}
	g.emit(asm.ADD, element, asm.Imm(n*g.lanes))
	g.emit(asm.CMP, element, count)
	g.emit(asm.JLE, loop)
	g.a.Bind(done)
	g.emit(asm.ADD, count, asm.Imm(n*g.lanes))
}

// last does f for what is left of the row, less than a vector, if there is any.
func (g *gen512) last(f func()) {
	done := g.a.Label()
	g.emit(asm.MOV, temp, count)
	g.emit(asm.SUB, temp, element)
	g.emit(asm.JLE, done)
	g.maskOf(temp)
	g.tail = true
	f()
	g.tail = false
	g.a.Bind(done)
}

// maskOf makes the mask of the first lanes, as many as r says; r is lost.
func (g *gen512) maskOf(r asm.Reg) {
	g.emit(asm.MOV, asm.R14, asm.Imm(-1))
	g.emit(asm.BZHI, r, asm.R14, r)
	g.emit(asm.KMOVQ, tailMask, r)
}

// vector executes the body for the vector at offset elements from the one at hand.
func (g *gen512) vector(offset int) {
	g.offset = offset
	g.body(sequence(0, g.alloc.most))
}

// reduceRows reduces each row.
func (g *gen512) reduceRows() {
	parts := 32 / g.lanes
	row, done := g.a.Label(), g.a.Label()
	g.emit(asm.MOV, rows, arg(argRows))
	g.emit(asm.MOV, count, arg(argN))
	g.loadAddresses()
	g.emit(asm.TEST, rows, rows)
	g.emit(asm.JLE, done)
	g.a.Bind(row)
	g.emit(asm.XOR, element.D(), element.D())
	g.clear()
	g.vectors(parts)
	rest := g.a.Label()
	for i := range parts { // the last vectors, which may be whole
		g.part = i
		g.emit(asm.MOV, temp, count)
		g.emit(asm.SUB, temp, element)
		if i > 0 {
			g.emit(asm.SUB, temp, asm.Imm(i*g.lanes))
		}
		g.emit(asm.JLE, rest)
		g.emit(asm.MOV, asm.R14, asm.Imm(g.lanes))
		g.emit(asm.CMP, temp, asm.R14)
		g.emit(asm.CMOVG, temp, asm.R14)
		g.maskOf(temp)
		g.tail = true
		g.vector(i * g.lanes)
		g.tail = false
	}
	g.a.Bind(rest)
	g.finishRows()
	g.nextRow()
	g.emit(asm.DEC, rows)
	g.emit(asm.JNE, row)
	g.a.Bind(done)
}

// reduction is the instruction of output o.
func (g *gen512) reduction(o int) *Instr {
	for i := range g.k.Instrs {
		if in := &g.k.Instrs[i]; in.Op.reduces() && in.N == o {
			return in
		}
	}
	panic("jit: an output without a reduction")
}

// clear makes the partial results those of nothing.
func (g *gen512) clear() {
	for o, regs := range g.acc {
		in := g.reduction(o)
		if n, ok := g.nans[o]; ok {
			g.emit(asm.KXORQ, asm.K(n), asm.K(n), asm.K(n))
		}
		for _, r := range regs {
			g.load(g.reg(r, in.Type), in.Type, identity(in.Op, in.Type))
		}
	}
}

// load makes all elements of r the number whose bits are given.
func (g *gen512) load(r asm.Reg, t Type, bits uint64) {
	if bits == 0 {
		g.emit(asm.VPXORD, r, r, r)
		return
	}
	g.emit(broadcastOp(t), r, g.constant(t, bits))
}

func (g *gen512) constant(t Type, bits uint64) asm.Mem {
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

// broadcastOp repeats an element of t; those of less than 32 bits are repeated to that many already.
func broadcastOp(t Type) asm.Op {
	if t.Held().Bytes() == 8 {
		return asm.VPBROADCASTQ
	}
	return asm.VPBROADCASTD
}

// finishRows combines the partial results of a row and stores them.
func (g *gen512) finishRows() {
	for o, regs := range g.acc {
		in := g.reduction(o)
		t := in.Type
		nan, tracked := g.nans[o]
		combine := func(to, x, y asm.Reg) {
			if tracked {
				g.emit(pick(t, asm.VRANGEPS, asm.VRANGEPD), to, x, y, rangeMode(in.Op))
				return
			}
			g.combine(in.Op, t, to, x, y)
		}
		for n := len(regs) / 2; n > 0; n /= 2 {
			for i := range n {
				combine(g.reg(regs[i], t), g.reg(regs[i], t), g.reg(regs[i+n], t))
			}
		}
		r := regs[0]
		for bytes := g.lanes * t.Bytes(); bytes > t.Bytes(); bytes /= 2 {
			a, b := asm.X(r), asm.X(temp0)
			switch bytes {
			case 64:
				g.emit(asm.VEXTRACTF64X4, asm.Y(temp0), asm.Z(r), asm.Imm(1))
				a, b = asm.Y(r), asm.Y(temp0)
			case 32:
				g.emit(asm.VEXTRACTF32X4, b, asm.Y(r), asm.Imm(1))
			case 16:
				g.emit(asm.VPSHUFD, b, a, asm.Imm(0x4e))
			case 8:
				g.emit(asm.VPSHUFD, b, a, asm.Imm(0xb1))
			case 4:
				g.emit(asm.VPSRLD, b, a, asm.Imm(16))
			case 2:
				g.emit(asm.VPSRLW, b, a, asm.Imm(8))
			}
			combine(a, a, b)
		}
		if tracked {
			none := g.a.Label()
			g.emit(asm.KORTESTQ, asm.K(nan), asm.K(nan))
			g.emit(asm.JE, none)
			g.emit(asm.VPTERNLOGD, asm.X(r), asm.X(r), asm.X(r), asm.Imm(0xff)) // all ones: a NaN
			g.a.Bind(none)
		}
		g.emit(asm.MOV, temp, arg(g.k.output(o)))
		switch t.Bytes() {
		case 1:
			g.emit(asm.VPEXTRB, asm.At(temp, 0), asm.X(r), asm.Imm(0))
		case 2:
			g.emit(asm.VPEXTRW, asm.At(temp, 0), asm.X(r), asm.Imm(0))
		case 4:
			g.emit(asm.VMOVD, asm.At(temp, 0), asm.X(r))
		default:
			g.emit(asm.VMOVQ, asm.At(temp, 0), asm.X(r))
		}
		g.emit(asm.ADD, temp, asm.Imm(t.Bytes()))
		g.emit(asm.MOV, arg(g.k.output(o)), temp)
	}
}

// reduceRuns reduces over rows, for some vectors of elements at a time.
func (g *gen512) reduceRuns() {
	done := g.a.Label()
	g.emit(asm.MOV, count, arg(argN))
	g.emit(asm.XOR, element.D(), element.D())
	n := g.unroll()
	loop, single := g.a.Label(), g.a.Label()
	if n > 1 {
		g.emit(asm.SUB, count, asm.Imm(n*g.lanes))
		g.a.Bind(loop)
		g.emit(asm.CMP, element, count)
		g.emit(asm.JG, single)
		g.run(n)
		g.emit(asm.ADD, element, asm.Imm(n*g.lanes))
		g.emit(asm.JMP, loop)
		g.a.Bind(single)
		g.emit(asm.ADD, count, asm.Imm(n*g.lanes))
	}
	rest := g.a.Label()
	g.a.Bind(rest)
	g.emit(asm.MOV, temp, count)
	g.emit(asm.SUB, temp, element)
	g.emit(asm.JLE, done)
	g.emit(asm.MOV, asm.R14, asm.Imm(g.lanes))
	g.emit(asm.CMP, temp, asm.R14)
	g.emit(asm.CMOVG, temp, asm.R14)
	g.maskOf(temp)
	g.tail = true
	g.run(1)
	g.tail = false
	g.emit(asm.ADD, element, asm.Imm(g.lanes))
	g.emit(asm.JMP, rest)
	g.a.Bind(done)
}

// run reduces over all rows for n vectors, and stores the results.
func (g *gen512) run(n int) {
	row, done := g.a.Label(), g.a.Label()
	for o := range g.acc {
		in := g.reduction(o)
		for i := range n {
			g.load(g.reg(g.acc[o][i], in.Type), in.Type, identity(in.Op, in.Type))
		}
	}
	g.loadAddresses()
	if g.k.Positions > 0 {
		unsupported("positions in a reduction over rows")
	}
	g.emit(asm.MOV, rows, arg(argRows))
	g.emit(asm.TEST, rows, rows)
	g.emit(asm.JLE, done)
	g.a.Align(32)
	g.a.Bind(row)
	for i := range n {
		g.part = i
		g.vector(i * g.lanes)
	}
	g.nextRow()
	g.emit(asm.DEC, rows)
	g.emit(asm.JNE, row)
	g.a.Bind(done)
	for o := range g.acc {
		t := g.reduction(o).Type
		g.emit(asm.MOV, temp, arg(g.k.output(o)))
		for i := range n {
			g.store(asm.At(temp, i*g.lanes*t.Bytes()).Idx(element, t.Bytes()), g.reg(g.acc[o][i], t), t.Bytes())
		}
	}
}
