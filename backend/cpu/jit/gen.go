package jit

import (
	"slices"

	asm "github.com/flambeau-ml/flambeau/internal/asm/amd64"
)

// gen writes the code of a kernel: loops over rows and elements, addresses, and which value has which register. What
// differs between levels of the processor is its writer's. A value of a type of b bytes has lanes elements in lanes·b
// bytes of a register. Registers with a purpose:
//
//	RDI   the argument block        RCX  memory on the stack
//	RAX   the element               RDX  how many elements there are
//	RBX   rows that are left        RSI, R14  for the instruction at hand
//	R8…   addresses of streams      the last two vector registers: for the instruction at hand
type gen struct {
	a      *asm.Assembler
	k      *Kernel
	writer writer
	width  int // bytes of a vector register
	file   int // vector registers that values may have
	lanes  int
	alloc  allocator

	hoisted map[int]int // constants and uniforms that have a register everywhere
	acc     [][]int     // of each output: registers of partial results, of one row after the other; of runs, one
	outputs []asm.Reg   // of the first outputs: registers of their addresses, those that streams leave
	nans    map[int]int // of outputs that are extrema of floats in rows: the mask of lanes in which a NaN came
	kept    []int       // of each output, where partial results are on the stack: its first slot there
	places  map[int]int // of each position, and of each strided stream (−1 − stream): the stack with what its lanes add
	regions []region    // instructions that are skipped where nothing needs them
	stack   int         // slots of the stack that are taken before the body's
	tail    bool        // lanes that are no elements are left out
	offset  int         // elements between RAX and the vector at hand
	part    int         // which partial result the vector at hand belongs to
	most    int         // rows that are gone along at a time, where there are so many
	beside  int         // rows that are at hand
	row     int         // which of them is
	tiles   int         // vectors of a run that registers hold while all rows go by; 0: none
	tiling  bool        // they do
	paired  bool        // extrema of floats from memory look for NaNs in two vectors at once
	frame   *frame      // of the code of a region
}

// writer writes instructions for a level of the processor.
type writer interface {
	// of is the writer of this level for g.
	of(g *gen) writer

	// bytes is how wide the lanes must be for an instruction, beyond its result.
	bytes(in *Instr) int

	// prepare takes what code at this level needs everywhere.
	prepare()

	// class is the kind of register that values of type t have, value the n-th such register.
	class(t Type) class
	value(n int, t Type) asm.Reg

	// instr writes instruction i, broadcast makes register n the constant or uniform v, and set all elements of r the
	// number whose bits are given.
	instr(i int)
	broadcast(v, n int)
	set(r asm.Reg, t Type, bits uint64)

	// operand is value v as the last operand of an instruction: memory where it has no register and memory will do.
	operand(v int) asm.Arg

	// move copies a register, unless it is the same. fetch and stash move a whole register from and to memory.
	move(to, from asm.Reg)
	fetch(to asm.Reg, from asm.Mem)
	stash(to asm.Mem, from asm.Reg)

	// mask prepares what leaves lanes out in the last vector of a row: r, which is lost, says how many stay.
	mask(r asm.Reg)

	// none jumps to a label if the Bool r holds nowhere.
	none(r asm.Reg, to asm.Label)

	// combine is two partial results as one; single is the instruction for that, 0 where it takes several.
	combine(o Op, t Type, to, x, y asm.Reg)
	single(o Op, t Type) asm.Op

	// upper is the upper half of a register, and join128 gives r, of 256 bits, such an upper half.
	upper(to, from asm.Reg)
	join128(r, upper asm.Reg)

	// begin and end are around a row for output o, which is in r at the end; merge is combine between them.
	begin(o int)
	merge(in *Instr, to, x, y asm.Reg)
	end(o int, r asm.Reg)

	// pairs reports whether the kernel is an extremum of floats in memory and nothing else, and there is code for that.
	pairs() bool

	// beginTile and endTile are around the rows of a run whose n vectors of partial results are in registers; where these
	// may be wrong endTile jumps to code that begins again.
	beginTile(n int)
	endTile(n int, again asm.Label)

	// get and put move n bytes, at most a register.
	get(to asm.Reg, from asm.Mem, n int)
	put(to asm.Mem, from asm.Reg, n int)
}

var (
	addressRegs = []asm.Reg{asm.R8, asm.R9, asm.R10, asm.R11, asm.R12, asm.R13, asm.R15}
	args        = asm.RDI
	scratch     = asm.RCX
	element     = asm.RAX
	count       = asm.RDX
	rows        = asm.RBX
	temp        = asm.RSI
	second      = asm.R14
)

func arg(word int) asm.Mem { return asm.At(args, 8*word) }

func (g *gen) emit(op asm.Op, xs ...asm.Arg) { g.a.Emit(op, xs...) }

// wide is register n as wide as lanes elements of so many bytes, at least 128 bits.
func (g *gen) wide(n, bytes int) asm.Reg {
	switch g.lanes * bytes {
	case 64:
		return asm.Z(n)
	case 32:
		return asm.Y(n)
	}
	return asm.X(n)
}

// like is register n as wide as r.
func like(r asm.Reg, n int) asm.Reg {
	switch r.Bits() {
	case 512:
		return asm.Z(n)
	case 256:
		return asm.Y(n)
	}
	return asm.X(n)
}

// mostLanes is how many elements a register has of the widest type that there is, or less where the kernel asks for it.
func (g *gen) mostLanes() int {
	w := 1
	if g.k.Form == Rows { // a partial result has a lane to itself
		w = g.width / 32
	}
	for _, s := range g.k.Streams {
		if b := s.Type.Bytes(); s.Step == Strided && b < 4 { // two registers of 128 bits hold what was assembled
			w = max(w, g.width*b/32)
		}
	}
	for i := range g.k.Instrs {
		in := &g.k.Instrs[i]
		if slices.ContainsFunc(g.regions, func(r region) bool { return r.within(i) }) {
			continue
		}
		w = max(w, in.Type.Held().Bytes(), g.writer.bytes(in))
		if in.Op == Load || in.Op == Store {
			w = max(w, g.k.Streams[in.N].Type.Held().Bytes())
		}
	}
	return g.width / w
}

// write writes the kernel.
func (g *gen) write() {
	g.plan()
	g.prologue()
	if g.k.Form == Rows {
		g.reduceRows()
	} else {
		g.mapRows()
	}
	g.emit(asm.VZEROUPPER)
	g.emit(asm.RET)
}

// plan gives reductions, positions and distances their places, and decides which constants have registers: as many of
// those that are used most as the body leaves room for.
func (g *gen) plan() {
	next := g.planReductions()
	g.writer.prepare()
	g.hoisted = map[int]int{}
	g.places = map[int]int{}
	for p := range g.k.Positions {
		g.places[p] = g.slots(1)
	}
	for s, x := range g.k.Streams {
		if x.Step == Strided && x.Type.Bytes() >= 4 {
			g.places[-1-s] = g.slots(1)
		}
	}
	free := sequence(0, next+1)
	// A body written to nowhere says how many registers it needs.
	trial := *g
	trial.a = asm.New(g.a.Target)
	trial.writer = g.writer.of(&trial)
	trial.body(free)
	spare := len(free) - trial.alloc.most
	type candidate struct{ v, uses int }
	var all []candidate
	for i := range g.k.Instrs {
		if in := &g.k.Instrs[i]; (in.Op == Const || in.Op == Uniform) && in.Type != Bool {
			all = append(all, candidate{i, g.usesOf(trial.alloc.uses[i])})
		}
	}
	slices.SortStableFunc(all, func(x, y candidate) int { return y.uses - x.uses })
	for _, c := range all {
		if spare <= 1 || c.uses == 0 {
			break
		}
		g.hoisted[c.v] = next
		next, spare = next-1, spare-1
	}
	g.alloc.uses, g.alloc.reg, g.alloc.slot = trial.alloc.uses, trial.alloc.reg, trial.alloc.slot
	g.alloc.most = next + 1 // from now on: the registers that are the body's
}

// usesOf is how many of the given instructions are executed in any case.
func (g *gen) usesOf(list []int) int {
	n := 0
	for _, i := range list {
		if !slices.ContainsFunc(g.regions, func(r region) bool { return r.within(i) }) {
			n++
		}
	}
	return n
}

// planReductions gives partial results of rows registers, or the stack where there are too few. It returns the last
// register that is left.
func (g *gen) planReductions() (last int) {
	last = g.file - 1
	g.most, g.beside = 1, 1
	g.paired = g.k.Form != Map && g.writer.pairs()
	defer g.planOutputs()
	switch g.k.Form {
	case Map:
		return last
	case Runs: // partial results are in memory but while several rows are added to them, or all rows to few of them
		if g.most = g.atATime(1); g.most == 1 {
			g.paired = false
			return last
		}
		g.tiles = 1
		if g.unroll() == 4 {
			for g.tiles = 16; g.tiles > 1 && g.tiles*g.k.Outputs > g.file-8; {
				g.tiles /= 2
			}
		}
		for range g.k.Outputs {
			var acc []int
			for range g.tiles {
				acc = append(acc, last)
				last--
			}
			g.acc = append(g.acc, acc)
		}
		return last
	}
	parts := 32 / g.lanes
	few := g.file < 20
	n := parts * g.k.Outputs
	if few && (n > g.file-6 || parts > 4 && g.unroll() == 1) || n > g.file-8 {
		for range g.k.Outputs {
			g.kept = append(g.kept, g.slots(parts))
		}
		g.paired = false
		return last
	}
	g.most = g.atATime(n)
	parts *= g.most
	g.acc = make([][]int, g.k.Outputs)
	for o := range g.acc {
		for range parts {
			g.acc[o] = append(g.acc[o], last)
			last--
		}
	}
	return last
}

// planOutputs gives addresses of results the registers that are left.
func (g *gen) planOutputs() {
	for r := len(addressRegs) - 1; len(g.outputs) < g.k.Outputs && r >= len(g.k.Streams)*g.most; r-- {
		g.outputs = append(g.outputs, addressRegs[r])
	}
}

// atATime is how many rows a kernel goes along at a time whose partial results of a row have so many registers: more are
// on their way from memory then, and none waits for the last. It is for kernels that do little, sums most of all; of
// the extrema of floats in rows, those that are looked at for NaNs in pairs.
func (g *gen) atATime(registers int) int {
	if g.k.Positions > 0 || len(g.regions) > 0 || len(g.k.Streams) == 0 {
		return 1
	}
	n, masks, extrema := 0, false, false
	for i := range g.k.Instrs {
		in := &g.k.Instrs[i]
		if in.Op != Const && in.Op != Uniform {
			n++
		}
		if in.Type == Bool || in.From == Bool {
			masks = true
		}
		extrema = extrema || g.k.Form == Rows && !g.paired && in.Type.Float() && (in.Op == Maximum || in.Op == Minimum)
	}
	if n > 16 || extrema {
		return 1
	}
	most := 4
	if n > 8 || masks {
		most = 2
	}
	for most > 1 && (most*len(g.k.Streams) > len(addressRegs) || most*registers > g.file/2+1) {
		most /= 2
	}
	return most
}

// slots takes n slots of the stack, each as wide as a register, for good.
func (g *gen) slots(n int) int {
	g.stack += n
	return g.stack - n
}

func sequence(from, n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = from + i
	}
	return out
}

// unroll is how many vectors a round of the inner loop takes.
func (g *gen) unroll() int {
	if g.kept != nil {
		return 1
	}
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
func (g *gen) prologue() {
	for i := range g.k.Instrs {
		if r, ok := g.hoisted[i]; ok {
			g.writer.broadcast(i, r)
		}
	}
	for key := -len(g.k.Streams); key < g.k.Positions; key++ {
		slot, ok := g.places[key]
		if !ok {
			continue
		}
		step := arg(g.k.position(key) + 2)
		if key < 0 {
			step = arg(g.k.stream(-1-key) + 2)
		}
		v := g.indexReg(g.file)
		g.emit(asm.VPBROADCASTD, v, step.Sized(4))
		g.emit(asm.VPMULLD, v, v, g.counting(4))
		g.writer.stash(g.onStack(slot), v)
	}
}

// indexReg is register n with a number of 32 bits for each lane.
func (g *gen) indexReg(n int) asm.Reg { return g.wide(n, 4) }

// counting is memory with 0, 1, 2 … as integers of b bytes.
func (g *gen) counting(b int) asm.Mem {
	data := make([]byte, g.width)
	for i := 0; i*b < len(data); i++ {
		data[b*i] = byte(i)
	}
	return g.a.Const(data)
}

func (g *gen) onStack(slot int) asm.Mem {
	if (slot+1)*g.width > 4096 {
		unsupported("a kernel that needs %d vectors of the stack", slot)
	}
	return asm.At(scratch, g.width*slot)
}

// partial is the memory of the partial results of output o that the vector at hand belongs to.
func (g *gen) partial(o int) asm.Mem {
	g.emit(asm.MOV, second, element)
	g.emit(asm.AND, second, asm.Imm(31))
	return g.onStack(g.kept[o]).Idx(second, g.width/g.lanes)
}

// result is the memory of the results of output o for the vector at hand, in a reduction over rows.
func (g *gen) result(o, bytes int) asm.Mem {
	return asm.At(g.output(o), g.offset*bytes).Idx(element, bytes)
}

// output is a register with the address of output o.
func (g *gen) output(o int) asm.Reg {
	if o < len(g.outputs) {
		return g.outputs[o]
	}
	g.emit(asm.MOV, temp, arg(g.k.output(o)))
	return temp
}

// address is the memory of the vector at hand in stream s.
func (g *gen) address(s int) asm.Mem {
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
		g.emit(asm.LEA, second, asm.At(element, g.offset))
		g.emit(asm.IMUL, second, arg(g.k.stream(s)+2))
		g.emit(asm.ADD, temp, second)
		return asm.At(temp, 0)
	}
	return asm.At(base, g.offset*x.Type.Bytes()).Idx(element, x.Type.Bytes())
}

// fetchAhead asks for memory that a later call reads.
func (g *gen) fetchAhead(s int, at asm.Mem) {
	if n := g.k.Streams[s].Ahead; n > 0 && !g.tail {
		g.emit(asm.PREFETCHT1, at.Plus(n))
	}
}

// base is a register with the address of stream s in the row at hand.
func (g *gen) base(s int) asm.Reg {
	if s < len(addressRegs) {
		return addressRegs[s*g.most+g.row]
	}
	g.emit(asm.MOV, temp, arg(g.k.stream(s)))
	return temp
}

// loadAddresses gives the streams their registers.
func (g *gen) loadAddresses() {
	for s := range g.k.Streams {
		if s < len(addressRegs) {
			g.emit(asm.MOV, addressRegs[s*g.most], arg(g.k.stream(s)))
		}
		for i := 1; i < g.most; i++ {
			to := addressRegs[s*g.most+i]
			g.emit(asm.MOV, to, addressRegs[s*g.most+i-1])
			g.emit(asm.ADD, to, arg(g.k.stream(s)+1))
		}
	}
	for o, r := range g.outputs {
		g.emit(asm.MOV, r, arg(g.k.output(o)))
	}
}

// nextRow moves streams and positions on, past the rows at hand.
func (g *gen) nextRow() {
	for s := range g.k.Streams {
		row := arg(g.k.stream(s) + 1)
		if g.beside > 1 {
			g.emit(asm.MOV, temp, row)
			g.emit(asm.IMUL, temp, temp, asm.Imm(g.beside))
			for i := range g.beside {
				g.emit(asm.ADD, addressRegs[s*g.most+i], temp)
			}
			continue
		}
		if s < len(addressRegs) {
			g.emit(asm.ADD, addressRegs[s*g.most], row)
			continue
		}
		g.emit(asm.MOV, temp, row)
		g.emit(asm.ADD, arg(g.k.stream(s)), temp)
	}
	for p := range g.k.Positions {
		at := g.k.position(p)
		g.emit(asm.MOV, temp, arg(at+1))
		g.emit(asm.ADD, arg(at), temp)
	}
}
