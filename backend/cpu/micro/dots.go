package micro

import (
	"unsafe"

	"github.com/flambeau-ml/flambeau/internal/asm/amd64"
)

// Dots are the products of some rows of A with groups of Vector lines along K. Distances are in bytes.
type Dots struct {
	From  [4 * Lines]unsafe.Pointer // the lines; of the deep kind of product, Vector of them
	At    int                       // where the stretch of K begins in them
	X     unsafe.Pointer            // the rows of A, from there on
	XRow  int                       // between them
	C     unsafe.Pointer            // one element for each line
	CRow  int                       // between its rows
	Count int                       // elements of a line, at least 1
	Tail  int                       // elements of a row of C from the last group
	Add   int                       // 0: C = A·B, 1: C = C + A·B
	Ahead int                       // from what is read of the lines to what is brought near
}

// DotBlock is how many elements of K a group of the deep kind of product has.
const DotBlock = 256

// DotRows is how many rows [Kernels.Dots] takes at most.
const DotRows = 8

// DotGroups is how many groups of lines it takes at most for so many rows; 0 means that there is no such routine.
func (k *Kernels) DotGroups(rows int) int {
	if rows >= len(k.dots) {
		return 0
	}
	return len(k.dots[rows]) - 1
}

// Dots computes the products.
func (k *Kernels) Dots(d *Dots, rows, groups int) { k.dots[rows][groups].Call(unsafe.Pointer(d), 0, 0) }

// DeepDots computes the products with one group of lines, groups blocks of DotBlock elements of K one after
// the other. Count is the elements of each, DotBlock if there are several. The sums of blocks are added in their order.
func (k *Kernels) DeepDots(d *Dots, rows, groups int) {
	k.deep[rows][groups].Call(unsafe.Pointer(d), 0, 0)
}

// dotGroups is how many groups of lines there are registers for, and use: four hide what an addition takes.
func dotGroups(rows int) int { return min(4, 15/rows) }

// dots emits the routine that multiplies groups of lines with rows. Square pieces of the lines are transposed in
// registers, so that the sum of each line is one chain, as in any other product. If it is deep, groups are blocks of K of
// the same lines, not more lines.
func (g *generator) dots(a *amd64.Assembler, rows, groups int, deep bool) {
	var d Dots
	const count, at, line, left, row = amd64.RCX, amd64.RSI, amd64.R8, amd64.R9, amd64.RBX
	const ahead = amd64.RAX
	bases := []amd64.Reg{amd64.RDX, amd64.R10, amd64.R11}[:(rows+2)/3]
	lines := g.bytes / g.size
	sum := func(i, group int) int { return g.registers - 1 - i*groups - group }
	arg := func(at uintptr) amd64.Mem { return amd64.At(amd64.RDI, int(at)) }
	for i := range rows {
		for group := range groups {
			g.zero(a, sum(i, group))
		}
	}
	a.Emit(amd64.MOV, row, arg(unsafe.Offsetof(d.XRow)))
	a.Emit(amd64.MOV, bases[0], arg(unsafe.Offsetof(d.X)))
	for i, base := range bases[1:] {
		a.Emit(amd64.LEA, base, amd64.At(bases[i], 0).Idx(row, 2))
		a.Emit(amd64.ADD, base, row)
	}
	a.Emit(amd64.MOV, count, arg(unsafe.Offsetof(d.Count)))
	a.Emit(amd64.MOV, at, arg(unsafe.Offsetof(d.At)))
	a.Emit(amd64.MOV, ahead, at)
	a.Emit(amd64.ADD, ahead, arg(unsafe.Offsetof(d.Ahead)))
	beyond := func(group int) int { // the first of the lines' elements that belong to a group
		if deep {
			return group * DotBlock * g.size
		}
		return 0
	}
	from := func(group, i int) amd64.Mem {
		if deep {
			a.Emit(amd64.MOV, line, arg(unsafe.Offsetof(d.From)+uintptr(8*i)))
			return amd64.At(line, beyond(group)).Idx(at, 1)
		}
		a.Emit(amd64.MOV, line, arg(unsafe.Offsetof(d.From)+uintptr(8*(group*lines+i))))
		return amd64.At(line, 0).Idx(at, 1)
	}
	multiply := func(group, k, r int) {
		for i := range rows {
			x := amd64.At(bases[i/3], k*g.size+beyond(group))
			if i%3 > 0 {
				x = x.Idx(row, i%3)
			}
			a.Emit(g.ops.fma, g.reg(sum(i, group)), g.reg(r), x.Broadcast())
		}
	}
	loop, tail, done := a.Label(), a.Label(), a.Label()
	a.Align(32)
	a.Bind(loop)
	a.Emit(amd64.CMP, count, amd64.Imm(lines))
	a.Emit(amd64.JL, tail)
	for group := range groups {
		for i := range lines {
			a.Emit(g.ops.load, g.reg(i), from(group, i))
			a.Emit(amd64.PREFETCHT0, amd64.At(line, beyond(group)).Idx(ahead, 1))
		}
		for k, r := range g.transposeSquare(a) {
			multiply(group, k, r)
		}
	}
	a.Emit(amd64.ADD, at, amd64.Imm(g.bytes))
	a.Emit(amd64.ADD, ahead, amd64.Imm(g.bytes))
	for _, base := range bases {
		a.Emit(amd64.ADD, base, amd64.Imm(g.bytes))
	}
	a.Emit(amd64.SUB, count, amd64.Imm(lines))
	a.Emit(amd64.JMP, loop)

	// What is left of the lines is fewer elements than a register has.
	a.Bind(tail)
	a.Emit(amd64.TEST, count, count)
	a.Emit(amd64.JE, done)
	a.Emit(amd64.MOV, left, count)
	g.mask(a, left) // in count
	for group := range groups {
		next := a.Label()
		for i := range lines {
			g.loadMasked(a, i, from(group, i))
		}
		a.Emit(amd64.MOV, left, count)
		for k, r := range g.transposeSquare(a) {
			multiply(group, k, r)
			a.Emit(amd64.DEC, left)
			a.Emit(amd64.JE, next)
		}
		a.Bind(next)
	}
	a.Bind(done)

	const to = amd64.RSI
	g.mask(a, arg(unsafe.Offsetof(d.Tail)))
	a.Emit(amd64.MOV, to, arg(unsafe.Offsetof(d.C)))
	a.Emit(amd64.MOV, row, arg(unsafe.Offsetof(d.CRow)))
	store, end := a.Label(), a.Label()
	a.Emit(amd64.CMP, arg(unsafe.Offsetof(d.Add)).Sized(8), amd64.Imm(0))
	a.Emit(amd64.JE, store)
	for _, add := range []bool{true, false} {
		for i := range rows {
			results := groups
			if deep {
				results = 1
			}
			for group := range results {
				c, s := amd64.At(to, group*g.bytes), sum(i, group)
				last := group == results-1
				switch {
				case add && last:
					g.loadMasked(a, 0, c)
					a.Emit(g.ops.add, g.reg(s), g.reg(s), g.reg(0))
				case add:
					a.Emit(g.ops.add, g.reg(s), g.reg(s), c)
				}
				for block := 1; deep && block < groups; block++ {
					a.Emit(g.ops.add, g.reg(s), g.reg(s), g.reg(sum(i, block)))
				}
				if last {
					g.storeMasked(a, c, s)
				} else {
					a.Emit(g.ops.load, c, g.reg(s))
				}
			}
			if i < rows-1 {
				a.Emit(amd64.ADD, to, row)
			}
		}
		if add {
			a.Emit(amd64.JMP, end)
			a.Bind(store)
		}
	}
	a.Bind(end)
}

// transposeSquare transposes the registers from 0 on, as many as they have elements, of 512 bits each, by way of the one
// after them, and returns where each element of K is then.
func (g *generator) transposeSquare(a *amd64.Assembler) []int {
	n := 16 / g.size // elements of a part of 128 bits
	rows := 4 * n
	at, spare := make([]int, rows), rows
	for i := range at {
		at[i] = i
	}
	// pair replaces what i and j stand for by what two instructions make of them.
	pair := func(i, j int, op func(to, x, y int, high bool)) {
		x, y := at[i], at[j]
		op(spare, x, y, false)
		op(y, x, y, true)
		at[i], at[j], spare = spare, y, x
	}
	unpack := func(low, high amd64.Op) func(to, x, y int, up bool) {
		return func(to, x, y int, up bool) {
			op := low
			if up {
				op = high
			}
			a.Emit(op, g.reg(to), g.reg(x), g.reg(y))
		}
	}
	// even and odd parts of two registers
	parts := func(to, x, y int, odd bool) {
		pick := amd64.Imm(0x88)
		if odd {
			pick = 0xdd
		}
		a.Emit(amd64.VSHUFF64X2, g.reg(to), g.reg(x), g.reg(y), pick)
	}
	if g.size == 4 {
		for i := 0; i < rows; i += 2 {
			pair(i, i+1, unpack(amd64.VUNPCKLPS, amd64.VUNPCKHPS))
		}
		for i := 0; i < rows; i += 4 {
			pair(i, i+2, unpack(amd64.VUNPCKLPD, amd64.VUNPCKHPD))
			pair(i+1, i+3, unpack(amd64.VUNPCKLPD, amd64.VUNPCKHPD))
			at[i+1], at[i+2] = at[i+2], at[i+1]
		}
	} else {
		for i := 0; i < rows; i += 2 {
			pair(i, i+1, unpack(amd64.VUNPCKLPD, amd64.VUNPCKHPD))
		}
	}
	for c := range n {
		for _, i := range []int{0, 2 * n} {
			pair(i+c, i+n+c, parts)
		}
		for _, i := range []int{0, n} {
			pair(i+c, i+2*n+c, parts)
		}
	}
	out := make([]int, rows)
	for c := range n {
		// Even parts of even parts are part 0, odd of even part 2, even of odd part 1, odd of odd part 3.
		out[0*n+c], out[2*n+c], out[1*n+c], out[3*n+c] = at[c], at[2*n+c], at[n+c], at[3*n+c]
	}
	return out
}
