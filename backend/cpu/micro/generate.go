package micro

import (
	"unsafe"

	"github.com/flambeau-ml/flambeau/internal/asm/amd64"
)

// A generator emits the routines for one element type at one level.
type generator struct {
	level     amd64.Features
	reg       func(int) amd64.Reg
	bytes     int // of a register
	registers int
	size      int // of an element
	ops       ops
}

// ops are the instructions for an element type.
type ops struct {
	load, maskLoad, broadcast, scalar, add, fma, clear amd64.Op
}

var operations = map[int]ops{
	4: {amd64.VMOVUPS, amd64.VMASKMOVPS, amd64.VBROADCASTSS, amd64.VMOVSS, amd64.VADDPS, amd64.VFMADD231PS, amd64.VXORPS},
	8: {amd64.VMOVUPD, amd64.VMASKMOVPD, amd64.VBROADCASTSD, amd64.VMOVSD, amd64.VADDPD, amd64.VFMADD231PD, amd64.VXORPD},
}

// masks says that any register and memory can be masked, for nothing.
func (g *generator) masks() bool { return g.level.Has(amd64.AVX512F) }

// mask makes the mask of the first elements of a vector, as many as count says: K1, or the last register.
func (g *generator) mask(a *amd64.Assembler, count amd64.Arg) {
	if g.masks() {
		a.Emit(amd64.MOV, amd64.RCX, count)
		a.Emit(amd64.MOV, amd64.EAX, amd64.Imm(-1))
		a.Emit(amd64.BZHI, amd64.EAX, amd64.EAX, amd64.ECX)
		a.Emit(amd64.KMOVW, amd64.K1, amd64.EAX)
		return
	}
	// A window into a register of ones followed by one of zeros.
	ramp := make([]byte, 2*g.bytes)
	for i := range g.bytes {
		ramp[i] = 0xff
	}
	a.Emit(amd64.LEA, amd64.RAX, a.Const(ramp).Plus(g.bytes))
	a.Emit(amd64.MOV, amd64.RCX, count)
	a.Emit(amd64.NEG, amd64.RCX)
	a.Emit(amd64.VMOVUPS, g.reg(g.registers-1), amd64.At(amd64.RAX, 0).Idx(amd64.RCX, g.size))
}

// loadMasked loads the elements that the mask selects, and zeros.
func (g *generator) loadMasked(a *amd64.Assembler, to int, from amd64.Mem) {
	if g.masks() {
		a.Emit(g.ops.load, g.reg(to).Mask(amd64.K1).Zero(), from)
		return
	}
	a.Emit(g.ops.maskLoad, g.reg(to), g.reg(g.registers-1), from)
}

func (g *generator) storeMasked(a *amd64.Assembler, to amd64.Mem, from int) {
	if g.masks() {
		a.Emit(g.ops.load, to.Mask(amd64.K1), g.reg(from))
		return
	}
	a.Emit(g.ops.maskLoad, to, g.reg(g.registers-1), g.reg(from))
}

func (g *generator) zero(a *amd64.Assembler, r int) {
	if r >= 16 {
		a.Emit(amd64.VPXORD, g.reg(r), g.reg(r), g.reg(r))
		return
	}
	x := g.reg(r).X()
	a.Emit(g.ops.clear, x, x, x)
}

// counted emits body in a loop that runs as often as n, a register that is positive, says.
func counted(a *amd64.Assembler, n amd64.Reg, body func()) {
	loop := a.Label()
	a.Align(32)
	a.Bind(loop)
	body()
	a.Emit(amd64.DEC, n)
	a.Emit(amd64.JNE, loop)
}

// tile emits the micro-kernel of rows and vectors: for each panel the sums over Depth, added to C or stored.
//
// The sums are in the last registers. The addresses of the rows of A are those of every third row, and one and two
// distances from there. Where B is scattered, a table says how far each row of it is from the panel.
func (g *generator) tile(a *amd64.Assembler, rows, vectors int, scattered bool) {
	const (
		b, c, row = amd64.R9, amd64.R10, amd64.R11
		stepA     = amd64.RSI
		stepB     = amd64.RBX
		count     = amd64.RCX
		temp      = amd64.RAX
		panels    = amd64.RDX
	)
	bases := []amd64.Reg{amd64.R8, amd64.R12, amd64.R13, amd64.R14, amd64.R15}[:(rows+2)/3]
	var t Tile
	arg := func(at uintptr) amd64.Mem { return amd64.At(amd64.RDI, int(at)) }
	depth := arg(unsafe.Offsetof(t.Depth))

	// Register 0 and those after it hold the vectors of B where several rows read them, then come elements of A; the
	// last but for the mask are the sums.
	end := g.registers
	if !g.masks() {
		end--
	}
	first := end - rows*vectors
	sum := func(i, j int) int { return first + i*vectors + j }

	g.mask(a, arg(unsafe.Offsetof(t.Tail)))
	a.Emit(amd64.MOV, b, arg(unsafe.Offsetof(t.B)))
	a.Emit(amd64.MOV, c, arg(unsafe.Offsetof(t.C)))
	a.Emit(amd64.MOV, row, arg(unsafe.Offsetof(t.ARow)))
	a.Emit(amd64.MOV, stepA, arg(unsafe.Offsetof(t.AK)))
	if !scattered {
		a.Emit(amd64.MOV, stepB, arg(unsafe.Offsetof(t.BK)))
	}
	counted(a, panels, func() {
		a.Emit(amd64.MOV, bases[0], arg(unsafe.Offsetof(t.A)))
		for i, base := range bases[1:] {
			a.Emit(amd64.LEA, base, amd64.At(bases[i], 0).Idx(row, 2))
			a.Emit(amd64.ADD, base, row)
		}
		if rows > 1 {
			a.Emit(amd64.MOV, count, arg(unsafe.Offsetof(t.CRow)))
			a.Emit(amd64.MOV, temp, c)
		}
		for i := range rows {
			for j := range vectors {
				g.zero(a, sum(i, j))
			}
			if rows > 1 { // C is there when it is wanted
				a.Emit(amd64.PREFETCHW, amd64.At(temp, 0))
				a.Emit(amd64.PREFETCHW, amd64.At(temp, vectors*g.bytes-1))
				a.Emit(amd64.ADD, temp, count)
			}
		}
		a.Emit(amd64.MOV, count, depth)
		at := amd64.At(temp, 0)
		if scattered {
			a.Emit(amd64.MOV, stepB, arg(unsafe.Offsetof(t.Rows)))
			at = amd64.At(b, 0).Idx(temp, 1)
		} else {
			a.Emit(amd64.MOV, temp, b)
		}
		counted(a, count, func() {
			if scattered {
				a.Emit(amd64.MOV, temp, amd64.At(stepB, 0))
				a.Emit(amd64.ADD, stepB, amd64.Imm(8))
			}
			g.step(a, rows, vectors, at, row, bases, sum)
			for _, base := range bases {
				a.Emit(amd64.ADD, base, stepA)
			}
			if !scattered {
				a.Emit(amd64.ADD, temp, stepB)
			}
		})
		g.finish(a, rows, vectors, sum, false)
		a.Emit(amd64.MOV, temp, arg(unsafe.Offsetof(t.APanel)))
		a.Emit(amd64.ADD, arg(unsafe.Offsetof(t.A)), temp)
		a.Emit(amd64.ADD, b, arg(unsafe.Offsetof(t.BPanel)))
		a.Emit(amd64.ADD, c, arg(unsafe.Offsetof(t.CPanel)))
	})
}

// step adds the products of one element of K to the sums. b is where its row of B begins.
func (g *generator) step(a *amd64.Assembler, rows, vectors int, b amd64.Mem, row amd64.Reg, bases []amd64.Reg, sum func(i, j int) int) {
	last := vectors - 1
	if rows == 1 { // each vector of B is used once
		a.Emit(g.ops.broadcast, g.reg(0), amd64.At(bases[0], 0))
		for j := range last {
			a.Emit(g.ops.fma, g.reg(sum(0, j)), g.reg(0), b.Plus(j*g.bytes))
		}
		g.loadMasked(a, 1, b.Plus(last*g.bytes))
		a.Emit(g.ops.fma, g.reg(sum(0, last)), g.reg(0), g.reg(1))
		return
	}
	for j := range last {
		a.Emit(g.ops.load, g.reg(j), b.Plus(j*g.bytes))
	}
	g.loadMasked(a, last, b.Plus(last*g.bytes))
	for i := range rows {
		from := amd64.At(bases[i/3], 0)
		if i%3 > 0 {
			from = from.Idx(row, i%3)
		}
		element := vectors
		if g.masks() {
			element += i % 2
		}
		a.Emit(g.ops.broadcast, g.reg(element), from)
		for j := range vectors {
			a.Emit(g.ops.fma, g.reg(sum(i, j)), g.reg(element), g.reg(j))
		}
	}
}

// finish stores the sums to C, or adds them to what is there, or in another place. C is in R10. It may change R8 and R12.
func (g *generator) finish(a *amd64.Assembler, rows, vectors int, sum func(i, j int) int, elsewhere bool) {
	var t Tile
	arg := func(at uintptr) amd64.Mem { return amd64.At(amd64.RDI, int(at)) }
	const to, row, from, fromRow = amd64.RAX, amd64.RCX, amd64.R8, amd64.R12
	const store, add, addTo = 0, 1, 2 // as Tile.Add says
	last := vectors - 1
	done := a.Label()
	a.Emit(amd64.MOV, to, amd64.R10)
	a.Emit(amd64.MOV, row, arg(unsafe.Offsetof(t.CRow)))
	modes := []int{store, add}
	if elsewhere {
		modes = []int{store, add, addTo}
	}
	// AVX2 has masks at a price that whole vectors need not pay.
	ways := []bool{false, true}
	if g.masks() {
		ways = ways[1:]
	}
	for _, masked := range ways {
		partial := a.Label()
		if !masked {
			a.Emit(amd64.CMP, arg(unsafe.Offsetof(t.Tail)).Sized(8), amd64.Imm(g.bytes/g.size))
			a.Emit(amd64.JNE, partial)
		}
		for i, mode := range modes {
			next := a.Label()
			if i < len(modes)-1 {
				a.Emit(amd64.CMP, arg(unsafe.Offsetof(t.Add)).Sized(8), amd64.Imm(mode))
				a.Emit(amd64.JNE, next)
			}
			term := to
			if mode == addTo {
				term = from
				a.Emit(amd64.MOV, from, arg(unsafe.Offsetof(t.Sum)))
				a.Emit(amd64.MOV, fromRow, arg(unsafe.Offsetof(t.SumRow)))
			}
			for i := range rows {
				for j := range vectors {
					s := sum(i, j)
					tail := masked && j == last
					switch {
					case mode == store:
					case tail:
						g.loadMasked(a, 0, amd64.At(term, j*g.bytes))
						a.Emit(g.ops.add, g.reg(s), g.reg(s), g.reg(0))
					default:
						a.Emit(g.ops.add, g.reg(s), g.reg(s), amd64.At(term, j*g.bytes))
					}
					if at := amd64.At(to, j*g.bytes); tail {
						g.storeMasked(a, at, s)
					} else {
						a.Emit(g.ops.load, at, g.reg(s))
					}
				}
				if i < rows-1 {
					a.Emit(amd64.ADD, to, row)
					if mode == addTo {
						a.Emit(amd64.ADD, from, fromRow)
					}
				}
			}
			a.Emit(amd64.JMP, done)
			a.Bind(next)
		}
		a.Bind(partial)
	}
	a.Bind(done)
}

// transpose emits the routine that writes Vector lines side by side. A register has several parts of 128 bits, each of
// them n elements of one line; n registers of n·parts lines are transposed within their parts.
func (g *generator) transpose(a *amd64.Assembler) {
	var l Layout
	const to, pitch, pitch3, count, at, line, ahead, later = amd64.R8, amd64.R9, amd64.R10, amd64.R11, amd64.RSI, amd64.RAX, amd64.RDX, amd64.RBX
	n, parts := 16/g.size, g.bytes/16
	a.Emit(amd64.MOV, to, amd64.At(amd64.RDI, int(unsafe.Offsetof(l.To))))
	a.Emit(amd64.MOV, pitch, amd64.At(amd64.RDI, int(unsafe.Offsetof(l.Pitch))))
	a.Emit(amd64.MOV, count, amd64.At(amd64.RDI, int(unsafe.Offsetof(l.Count))))
	a.Emit(amd64.MOV, ahead, amd64.At(amd64.RDI, int(unsafe.Offsetof(l.Ahead))))
	a.Emit(amd64.LEA, pitch3, amd64.At(pitch, 0).Idx(pitch, 2))
	a.Emit(amd64.XOR, at.D(), at.D())
	done := a.Label()
	groups := g.registers / 2 / n // at a time, first as many as registers take, then one by one
	for _, groups := range []int{groups, 1} {
		loop, left := a.Label(), a.Label()
		a.Align(32)
		a.Bind(loop)
		a.Emit(amd64.CMP, count, amd64.Imm(groups*n))
		a.Emit(amd64.JL, left)
		a.Emit(amd64.LEA, later, amd64.At(at, 0).Idx(ahead, 1))
		for i := range n {
			for part := range parts {
				a.Emit(amd64.MOV, line, amd64.At(amd64.RDI, int(unsafe.Offsetof(l.From))+8*(i+n*part)))
				for at := 0; at < 16*groups && groups > 1; at += 64 {
					a.Emit(amd64.PREFETCHT0, amd64.At(line, at).Idx(later, 1))
				}
				for q := range groups {
					r, from := g.reg(q*n+i), amd64.At(line, 16*q).Idx(at, 1)
					switch {
					case part == 0:
						a.Emit(amd64.VMOVUPS, r.X(), from)
					case g.masks():
						a.Emit(amd64.VINSERTF32X4, r, r, from, amd64.Imm(part))
					default:
						a.Emit(amd64.VINSERTF128, r, r, from, amd64.Imm(part))
					}
				}
			}
		}
		for q := range groups {
			for k, r := range g.transposeParts(a, q*n) {
				place := amd64.At(to, 0)
				switch k {
				case 1:
					place = place.Idx(pitch, 1)
				case 2:
					place = place.Idx(pitch, 2)
				case 3:
					place = place.Idx(pitch3, 1)
				}
				a.Emit(g.ops.load, place, g.reg(r))
			}
			a.Emit(amd64.LEA, to, amd64.At(to, 0).Idx(pitch, n))
		}
		a.Emit(amd64.ADD, at, amd64.Imm(groups*16))
		a.Emit(amd64.SUB, count, amd64.Imm(groups*n))
		a.Emit(amd64.JMP, loop)
		a.Bind(left)
	}
	a.Bind(done)
}

// transposeParts transposes the parts of 128 bits of n registers from first on, by way of the upper registers, and
// returns the registers of the results.
func (g *generator) transposeParts(a *amd64.Assembler, first int) []int {
	r := func(i int) amd64.Reg { return g.reg(first + i) }
	up := g.registers / 2
	t := func(i int) amd64.Reg { return g.reg(up + i) }
	if g.size == 8 {
		a.Emit(amd64.VUNPCKLPD, t(0), r(0), r(1))
		a.Emit(amd64.VUNPCKHPD, t(1), r(0), r(1))
		return []int{up, up + 1}
	}
	a.Emit(amd64.VUNPCKLPS, t(0), r(0), r(1))
	a.Emit(amd64.VUNPCKHPS, t(1), r(0), r(1))
	a.Emit(amd64.VUNPCKLPS, t(2), r(2), r(3))
	a.Emit(amd64.VUNPCKHPS, t(3), r(2), r(3))
	a.Emit(amd64.VUNPCKLPD, r(0), t(0), t(2))
	a.Emit(amd64.VUNPCKHPD, r(1), t(0), t(2))
	a.Emit(amd64.VUNPCKLPD, r(2), t(1), t(3))
	a.Emit(amd64.VUNPCKHPD, r(3), t(1), t(3))
	return []int{first, first + 1, first + 2, first + 3}
}

// copy emits the routine that copies vectors of lines to panels.
func (g *generator) copy(a *amd64.Assembler, vectors int) {
	var l Layout
	const to, pitch, at, line, count, from, dst, panels = amd64.R8, amd64.R9, amd64.RSI, amd64.R10, amd64.R11, amd64.RAX, amd64.RBX, amd64.RDX
	arg := func(at uintptr) amd64.Mem { return amd64.At(amd64.RDI, int(at)) }
	g.mask(a, arg(unsafe.Offsetof(l.Tail)))
	a.Emit(amd64.MOV, to, arg(unsafe.Offsetof(l.To)))
	a.Emit(amd64.MOV, pitch, arg(unsafe.Offsetof(l.Pitch)))
	a.Emit(amd64.XOR, at.D(), at.D())
	counted(a, panels, func() {
		a.Emit(amd64.LEA, line, arg(unsafe.Offsetof(l.From)))
		a.Emit(amd64.MOV, count, arg(unsafe.Offsetof(l.Count)))
		a.Emit(amd64.MOV, dst, to)
		counted(a, count, func() {
			a.Emit(amd64.MOV, from, amd64.At(line, 0))
			for j := range vectors {
				place := amd64.At(from, j*g.bytes).Idx(at, 1)
				if j == vectors-1 {
					g.loadMasked(a, j, place)
				} else {
					a.Emit(g.ops.load, g.reg(j), place)
				}
			}
			for j := range vectors {
				a.Emit(g.ops.load, amd64.At(dst, j*g.bytes), g.reg(j))
			}
			a.Emit(amd64.ADD, line, amd64.Imm(8))
			a.Emit(amd64.ADD, dst, pitch)
		})
		a.Emit(amd64.ADD, at, arg(unsafe.Offsetof(l.Step)))
		a.Emit(amd64.ADD, to, arg(unsafe.Offsetof(l.Panel)))
	})
}

// copyLines emits the routine that copies vectors of lines at one distance to panels.
func (g *generator) copyLines(a *amd64.Assembler, vectors int) {
	var c Copying
	const to, from, line, pitch, panel, ahead = amd64.R8, amd64.R9, amd64.R10, amd64.R11, amd64.RBX, amd64.R12
	const count, left, src, dst, panels = amd64.R13, amd64.RSI, amd64.RAX, amd64.R14, amd64.RDX
	arg := func(at uintptr) amd64.Mem { return amd64.At(amd64.RDI, int(at)) }
	g.mask(a, arg(unsafe.Offsetof(c.Tail)))
	a.Emit(amd64.MOV, to, arg(unsafe.Offsetof(c.To)))
	a.Emit(amd64.MOV, from, arg(unsafe.Offsetof(c.From)))
	a.Emit(amd64.MOV, line, arg(unsafe.Offsetof(c.Line)))
	a.Emit(amd64.MOV, pitch, arg(unsafe.Offsetof(c.Pitch)))
	a.Emit(amd64.MOV, panel, arg(unsafe.Offsetof(c.Panel)))
	a.Emit(amd64.MOV, ahead, arg(unsafe.Offsetof(c.Ahead)))
	a.Emit(amd64.MOV, count, arg(unsafe.Offsetof(c.Count)))
	counted(a, count, func() {
		a.Emit(amd64.MOV, src, from)
		a.Emit(amd64.MOV, dst, to)
		a.Emit(amd64.MOV, left, panels)
		counted(a, left, func() {
			for at := 0; at < vectors*g.bytes; at += 64 {
				a.Emit(amd64.PREFETCHT0, amd64.At(src, at).Idx(ahead, 1))
			}
			for j := range vectors {
				if place := amd64.At(src, j*g.bytes); j == vectors-1 {
					g.loadMasked(a, j, place)
				} else {
					a.Emit(g.ops.load, g.reg(j), place)
				}
			}
			for j := range vectors {
				a.Emit(g.ops.load, amd64.At(dst, j*g.bytes), g.reg(j))
			}
			a.Emit(amd64.ADD, src, amd64.Imm(vectors*g.bytes))
			a.Emit(amd64.ADD, dst, panel)
		})
		a.Emit(amd64.ADD, from, line)
		a.Emit(amd64.ADD, to, pitch)
	})
}

// peakChains is how many sums go on side by side in the routine that measures the processor's limit.
const peakChains = 12

// peak emits RDX rounds of multiply-adds that depend on nothing but their own sums.
func (g *generator) peak(a *amd64.Assembler) {
	for i := range peakChains + 2 {
		g.zero(a, i)
	}
	counted(a, amd64.RDX, func() {
		for i := range peakChains {
			a.Emit(g.ops.fma, g.reg(2+i), g.reg(0), g.reg(1))
		}
	})
}
