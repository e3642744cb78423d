package jit

import (
	"encoding/binary"

	asm "github.com/flambeau-ml/flambeau/internal/asm/amd64"
)

// gen256 writes instructions of AVX2, FMA, F16C and BMI2. A Bool is a whole vector of 0 and −1, as wide as the widest
// type of the kernel. y14 and y15 are for the instruction at hand.
type gen256 struct {
	*gen
	lasting int // slots with the mask of the last vector of a row, as a Bool and as the bits of a word
}

const low0, low1 = 14, 15

func (g *gen256) of(x *gen) writer { return &gen256{x, g.lasting} }

func (g *gen256) begin(o int)          {}
func (g *gen256) end(o int, r asm.Reg) {}

func (g *gen256) pairs() bool            { return false }
func (g *gen256) beginTile(int)          {}
func (g *gen256) endTile(int, asm.Label) {}

func (g *gen256) merge(in *Instr, to, x, y asm.Reg) { g.combine(in.Op, in.Type, to, x, y) }

func (g *gen256) prepare() { g.lasting = g.slots(2) }

func (g *gen256) bytes(in *Instr) int {
	if in.Op == Index || in.Op == Inside {
		return 4 // places are of 32 bits
	}
	return 0
}

func (g *gen256) class(t Type) class { return vectors }

// boolBytes is how wide the elements of a Bool are.
func (g *gen256) boolBytes() int { return g.width / g.lanes }

func (g *gen256) value(n int, t Type) asm.Reg {
	if t == Bool {
		return asm.Y(n)
	}
	return g.wide(n, t.Held().Bytes())
}

// The instructions on integers of b bytes, by b.
var (
	broadcast256 = [...]asm.Op{1: asm.VPBROADCASTB, 2: asm.VPBROADCASTW, 4: asm.VPBROADCASTD, 8: asm.VPBROADCASTQ}
	equal256     = [...]asm.Op{1: asm.VPCMPEQB, 2: asm.VPCMPEQW, 4: asm.VPCMPEQD, 8: asm.VPCMPEQQ}
	greater256   = [...]asm.Op{1: asm.VPCMPGTB, 2: asm.VPCMPGTW, 4: asm.VPCMPGTD, 8: asm.VPCMPGTQ}
	maskMoves    = [...]asm.Op{4: asm.VPMASKMOVD, 8: asm.VPMASKMOVQ}
)

func (g *gen256) mask(r asm.Reg) {
	b := g.boolBytes()
	v := asm.Y(low0)
	g.emit(asm.VMOVD, v.X(), r.D())
	g.emit(broadcast256[b], v, v.X())
	g.emit(greater256[b], v, v, g.counting(b))
	g.stash(g.onStack(g.lasting), v)
	g.emit(asm.MOV, second, asm.Imm(-1))
	g.emit(asm.BZHI, r, second, r)
	g.emit(asm.MOV, g.onStack(g.lasting+1), r)
}

func (g *gen256) none(r asm.Reg, to asm.Label) {
	g.emit(asm.VPTEST, r, r)
	g.emit(asm.JE, to)
}

func (g *gen256) move(to, from asm.Reg) {
	if to != from {
		g.emit(asm.VMOVDQA, to, from)
	}
}

func (g *gen256) fetch(to asm.Reg, from asm.Mem) { g.emit(asm.VMOVDQU, to, from) }
func (g *gen256) stash(to asm.Mem, from asm.Reg) { g.emit(asm.VMOVDQU, to, from) }
func (g *gen256) upper(to, from asm.Reg)         { g.emit(asm.VEXTRACTI128, to, from, asm.Imm(1)) }

func (g *gen256) join128(r, upper asm.Reg) { g.emit(asm.VINSERTI128, r, r, upper, asm.Imm(1)) }

func (g *gen256) zero(r asm.Reg) { g.emit(asm.VPXOR, r, r, r) }
func (g *gen256) ones(r asm.Reg) { g.emit(asm.VPCMPEQD, r, r, r) }

func (g *gen256) set(r asm.Reg, t Type, bits uint64) {
	switch {
	case bits == 0:
		g.zero(r)
	case t.Held().Bytes() == 8:
		g.emit(asm.VPBROADCASTQ, r, g.constant(t, bits))
	default:
		g.emit(asm.VPBROADCASTD, r, g.constant(t, bits))
	}
}

func (g *gen256) broadcast(v, n int) {
	in := &g.k.Instrs[v]
	to := g.value(n, in.Type)
	switch {
	case in.Type == Bool && in.Op == Const && in.Bits&1 == 0:
		g.zero(to)
	case in.Type == Bool && in.Op == Const:
		g.ones(to)
	case in.Type == Bool:
		g.broadcastBool(to, arg(g.k.uniform(in.N)))
	case in.Op == Const:
		g.set(to, in.Type, in.Bits)
	default:
		b := in.Type.Bytes()
		g.emit(broadcast256[b], to, arg(g.k.uniform(in.N)).Sized(b))
	}
}

// broadcastBool makes a Bool of a byte.
func (g *gen256) broadcastBool(to asm.Reg, from asm.Mem) {
	g.emit(asm.MOVZXB, temp.D(), from)
	g.emit(asm.NEG, temp)
	g.emit(asm.VMOVQ, to.X(), temp)
	g.emit(asm.VPBROADCASTQ, to, to.X())
}

func (g *gen256) operand(v int) asm.Arg {
	in := &g.k.Instrs[v]
	if g.inRegister(v) || in.Type == Bool || in.Op == Uniform {
		return g.in(v)
	}
	g.alloc.pin(v)
	if in.Op == Const {
		return g.all(in.Type.Bytes(), in.Bits)
	}
	return g.onStack(g.stack + g.alloc.slot[v])
}

// all is memory with a vector of the number of b bytes.
func (g *gen256) all(b int, bits uint64) asm.Mem {
	data := make([]byte, max(16, g.lanes*b))
	var one [8]byte
	binary.LittleEndian.PutUint64(one[:], bits)
	for i := range data {
		data[i] = one[i%b]
	}
	return g.a.Const(data)
}

// narrow keeps the low b bytes of each of the elements of x, which have from bytes. It needs y14 and y15, of which x and
// to may be one.
func (g *gen256) narrow(to, x asm.Reg, from, b int) {
	n := 16 / from // elements in 128 bits
	pattern := make([]byte, 16)
	for i := range pattern {
		pattern[i] = 0x80
		if i < n*b {
			pattern[i] = byte(i/b*from + i%b)
		}
	}
	if g.lanes*from <= 16 {
		g.emit(asm.VPSHUFB, to.X(), x.X(), g.a.Const(pattern))
		return
	}
	lower, upper := asm.Y(low0), asm.Y(low1)
	g.emit(asm.VPSHUFB, lower, x, g.a.Const(append(pattern, pattern...)))
	g.upper(upper.X(), lower)
	op := map[int]asm.Op{2: asm.VPUNPCKLWD, 4: asm.VPUNPCKLDQ, 8: asm.VPUNPCKLQDQ}[n*b]
	g.emit(op, to.X(), lower.X(), upper.X())
}

// maskFor is the Bool m for elements of b bytes: m itself, or register n with it. It needs y14 and y15.
func (g *gen256) maskFor(m asm.Reg, b, n int) asm.Reg {
	if b == g.boolBytes() {
		return m
	}
	g.narrow(asm.X(n), m, g.boolBytes(), b)
	return g.wide(n, b)
}

// boolOf makes a Bool of x, 0 and −1 in elements of b bytes.
func (g *gen256) boolOf(to, x asm.Reg, b int) {
	if b == g.boolBytes() {
		g.move(to, x)
		return
	}
	g.emit(widening[[2]int{b, g.boolBytes()}][1], to, x)
}

// bits makes a word of bits of a Bool. It needs y14 and y15.
func (g *gen256) bitsOf(to asm.Reg, m asm.Reg) {
	switch g.boolBytes() {
	case 8:
		g.emit(asm.VMOVMSKPD, to.D(), m)
	case 4:
		g.emit(asm.VMOVMSKPS, to.D(), m)
	case 2:
		g.narrow(asm.X(low0), m, 2, 1)
		g.emit(asm.VPMOVMSKB, to.D(), asm.X(low0))
	default:
		g.emit(asm.VPMOVMSKB, to.D(), m)
	}
}
