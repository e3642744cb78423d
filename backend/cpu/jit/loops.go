package jit

import (
	"slices"

	asm "github.com/flambeau-ml/flambeau/internal/asm/amd64"
)

// mapRows executes the body for all elements of all rows, each row from its beginning to its end, as memory likes it.
func (g *gen) mapRows() {
	done := g.a.Label()
	for n := g.tiles; n > 1; n /= 2 {
		g.tile(n, done)
	}
	g.eachRow(func() {
		g.vectors(g.unroll())
		if g.unroll() > 1 {
			g.vectors(1)
		}
		g.last(func() { g.vector(0) })
	})
	g.a.Bind(done)
}

// tile does all rows of a run, if each is n vectors: partial results are in registers meanwhile, and memory is read from
// its beginning to its end.
func (g *gen) tile(n int, done asm.Label) {
	not, row := g.a.Label(), g.a.Label()
	g.emit(asm.MOV, count, arg(argN))
	g.emit(asm.CMP, count, asm.Imm(n*g.lanes))
	g.emit(asm.JNE, not)
	g.emit(asm.MOV, rows, arg(argRows))
	g.emit(asm.TEST, rows, rows)
	g.emit(asm.JLE, done)
	most := g.most
	g.most, g.tiling = 1, true
	g.loadAddresses()
	g.emit(asm.XOR, element.D(), element.D())
	each := func(f func(in *Instr, acc asm.Reg, at asm.Mem)) {
		for o := range g.k.Outputs {
			in := g.reduction(o)
			b := in.Type.Bytes()
			for g.part = range n {
				g.offset = g.part * g.lanes
				f(in, g.wide(g.acc[o][g.part], b), g.result(o, b))
			}
		}
	}
	each(func(in *Instr, acc asm.Reg, at asm.Mem) { g.writer.get(acc, at, g.lanes*in.Type.Bytes()) })
	g.writer.beginTile(n)
	g.a.Align(32)
	g.a.Bind(row)
	for g.part = range n {
		g.vector(g.part * g.lanes)
	}
	g.nextRow()
	g.emit(asm.DEC, rows)
	g.emit(asm.JNE, row)
	g.writer.endTile(n, not)
	each(func(in *Instr, acc asm.Reg, at asm.Mem) { g.writer.put(at, acc, g.lanes*in.Type.Bytes()) })
	g.emit(asm.JMP, done)
	g.most, g.tiling = most, false
	g.a.Bind(not)
}

// eachRow does f for all rows, several at a time as long as there are that many.
func (g *gen) eachRow(f func()) {
	row, done := g.a.Label(), g.a.Label()
	g.emit(asm.MOV, rows, arg(argRows))
	g.emit(asm.MOV, count, arg(argN))
	g.loadAddresses()
	if g.most > 1 {
		several, rest := g.a.Label(), g.a.Label()
		g.beside = g.most
		g.emit(asm.CMP, rows, asm.Imm(g.beside))
		g.emit(asm.JL, rest)
		g.a.Bind(several)
		g.emit(asm.XOR, element.D(), element.D())
		f()
		g.nextRow()
		g.emit(asm.SUB, rows, asm.Imm(g.beside))
		g.emit(asm.CMP, rows, asm.Imm(g.beside))
		g.emit(asm.JGE, several)
		g.a.Bind(rest)
		g.beside = 1
	}
	g.emit(asm.TEST, rows, rows)
	g.emit(asm.JLE, done)
	g.a.Bind(row)
	g.emit(asm.XOR, element.D(), element.D())
	f()
	g.nextRow()
	g.emit(asm.DEC, rows)
	g.emit(asm.JNE, row)
	g.a.Bind(done)
	if slices.ContainsFunc(g.k.Streams, func(s Stream) bool { return s.Past }) {
		g.emit(asm.SFENCE)
	}
}

// rowsAtHand does f for each of the rows at hand.
func (g *gen) rowsAtHand(f func()) {
	for g.row = range g.beside {
		f()
	}
	g.row = 0
}

// vectors goes through the row, n vectors at a time, as long as there are that many.
func (g *gen) vectors(n int) {
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
func (g *gen) last(f func()) {
	done := g.a.Label()
	g.emit(asm.MOV, temp, count)
	g.emit(asm.SUB, temp, element)
	g.emit(asm.JLE, done)
	g.writer.mask(temp)
	g.tail = true
	f()
	g.tail = false
	g.a.Bind(done)
}

// vector executes the body for the vector at offset elements from the one at hand, of each row at hand.
func (g *gen) vector(offset int) {
	g.offset = offset
	g.rowsAtHand(func() { g.body(sequence(0, g.alloc.most)) })
}

// accumulator is the register of the partial result of output o that the vector at hand belongs to.
func (g *gen) accumulator(o int) int {
	if g.tiling {
		return g.acc[o][g.part]
	}
	return g.acc[o][g.row*(32/g.lanes)+g.part]
}

// reduceRows reduces each row.
func (g *gen) reduceRows() {
	g.eachRow(func() {
		g.rowsAtHand(func() { g.clear(32 / g.lanes) })
		if g.kept != nil {
			g.vectors(1)
			g.last(func() { g.vector(0) })
		} else {
			g.parts()
		}
		g.rowsAtHand(g.finishRow)
	})
}

// parts goes through a row, 32 elements at a time: a vector for each register of partial results.
func (g *gen) parts() {
	parts := 32 / g.lanes
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
		g.emit(asm.MOV, second, asm.Imm(g.lanes))
		g.emit(asm.CMP, temp, second)
		g.emit(asm.CMOVG, temp, second)
		g.writer.mask(temp)
		g.tail = true
		g.vector(i * g.lanes)
		g.tail = false
	}
	g.a.Bind(rest)
}

// reduction is the instruction of output o.
func (g *gen) reduction(o int) *Instr {
	for i := range g.k.Instrs {
		if in := &g.k.Instrs[i]; in.Op.reduces() && in.N == o {
			return in
		}
	}
	panic("jit: an output without a reduction")
}

// clear makes n partial results of each output those of nothing.
func (g *gen) clear(n int) {
	for o := range g.k.Outputs {
		in := g.reduction(o)
		t := in.Type
		g.writer.begin(o)
		if g.kept != nil {
			r := g.wide(g.file, t.Bytes())
			g.writer.set(r, t, identity(in.Op, t))
			for i := range n {
				g.writer.stash(g.onStack(g.kept[o]+i), r)
			}
			continue
		}
		for i := range n {
			g.part = i
			g.writer.set(g.wide(g.accumulator(o), t.Bytes()), t, identity(in.Op, t))
		}
	}
}

// finishRow combines the partial results of a row and stores them.
func (g *gen) finishRow() {
	for o := range g.k.Outputs {
		in := g.reduction(o)
		t := in.Type
		first, free := 0, 1 // registers of the body, which is not at work
		if g.kept == nil {
			g.part = 0
			first, free = g.accumulator(o), 0
		}
		for n := 32 / g.lanes / 2; n > 0; n /= 2 {
			for i := range n {
				g.join(in, i, i+n)
			}
		}
		if g.kept != nil {
			g.writer.fetch(g.wide(first, t.Bytes()), g.onStack(g.kept[o]))
		}
		g.across(in, first, free)
		g.writer.end(o, asm.X(first))
		at := g.output(o)
		x := asm.X(first)
		switch t.Bytes() {
		case 1:
			g.emit(asm.VPEXTRB, asm.At(at, 0), x, asm.Imm(0))
		case 2:
			g.emit(asm.VPEXTRW, asm.At(at, 0), x, asm.Imm(0))
		case 4:
			g.emit(asm.VMOVD, asm.At(at, 0), x)
		default:
			g.emit(asm.VMOVQ, asm.At(at, 0), x)
		}
		g.emit(asm.ADD, at, asm.Imm(t.Bytes()))
		if at == temp {
			g.emit(asm.MOV, arg(g.k.output(o)), temp)
		}
	}
}

// join combines partial results i and j of a reduction, to i.
func (g *gen) join(in *Instr, i, j int) {
	o, b := in.N, in.Type.Bytes()
	if g.kept == nil {
		g.part = i
		to := g.wide(g.accumulator(o), b)
		g.part = j
		g.writer.merge(in, to, to, g.wide(g.accumulator(o), b))
		return
	}
	x, y := g.wide(0, b), g.wide(1, b) // of the body
	g.writer.fetch(x, g.onStack(g.kept[o]+i))
	g.writer.fetch(y, g.onStack(g.kept[o]+j))
	g.writer.merge(in, x, x, y)
	g.writer.stash(g.onStack(g.kept[o]+i), x)
}

// across combines the elements of register n, the lower half with the upper half again and again. It needs another one.
func (g *gen) across(in *Instr, n, free int) {
	b := in.Type.Bytes()
	for bytes := g.lanes * b; bytes > b; bytes /= 2 {
		to, half := asm.X(n), asm.X(free)
		switch bytes {
		case 64:
			to, half = asm.Y(n), asm.Y(free)
			g.writer.upper(half, asm.Z(n))
		case 32:
			g.writer.upper(half, asm.Y(n))
		case 16:
			g.emit(asm.VPSHUFD, half, to, asm.Imm(0x4e))
		case 8:
			g.emit(asm.VPSHUFD, half, to, asm.Imm(0xb1))
		case 4:
			g.emit(asm.VPSRLD, half, to, asm.Imm(16))
		case 2:
			g.emit(asm.VPSRLW, half, to, asm.Imm(8))
		}
		g.writer.merge(in, to, to, half)
	}
}
