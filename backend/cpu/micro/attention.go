package micro

import (
	"encoding/binary"
	"math"
	"unsafe"

	"github.com/flambeau-ml/flambeau/internal/asm/amd64"
	"github.com/flambeau-ml/flambeau/internal/asm/exec"
)

// attention are the routines that attention needs besides products. They work on rows of float32, in whole vectors, and
// count in powers of two: an exponent is the natural one times log₂e.
type attention struct{ soften, divide, weigh, bias *exec.Code }

// Softening goes on with the softmax of some rows of scores by one more stretch of them. Distances are in bytes.
//
// The scores times Scale become their powers of two relative to the largest so far, which Max has and gets, and are added
// to Sum; what was added up before, there and in Out, is brought to the new largest first. A row of which all scores
// are −∞ so far gets zeros.
type Softening struct {
	Scores     unsafe.Pointer
	Row        int // between their rows
	Vectors    int // of a row, at least 1
	Max, Sum   unsafe.Pointer
	Out        unsafe.Pointer
	OutRow     int
	OutVectors int // 0: there is nothing yet
	Scale      float32
}

// Dividing writes rows divided by a number each; by 0 gives 0. Distances are in bytes.
type Dividing struct {
	From    unsafe.Pointer
	FromRow int
	To      unsafe.Pointer
	ToRow   int
	By      unsafe.Pointer
	Vectors int // of a row, at least 1
	Tail    int // elements of the last one that are written
}

// Weighing makes of scores the weights P = 2^(scores·Scale − Log), and of the cotangents of weights, which lie like the
// scores, those of scores P·(cotangents·Factor − Mean). Distances are in bytes.
type Weighing struct {
	Scores, Cotangents unsafe.Pointer
	Row                int
	Vectors            int // of a row, at least 1
	Log, Mean          unsafe.Pointer
	Scale, Factor      float32
}

// Biasing makes of scores scores·Scale + bias·log₂e. Distances are in bytes.
type Biasing struct {
	Scores  unsafe.Pointer
	Row     int
	Bias    unsafe.Pointer
	BiasRow int
	Vectors int // of a row, at least 1
	Tail    int // elements of the last one that there is a bias for
	Scale   float32
}

// Soften works on the given number of rows, at least 1, as do the others. They are routines of float32.
func (k *Kernels) Soften(s *Softening, rows int) { k.attention.soften.Call(unsafe.Pointer(s), 0, rows) }

// Divide divides rows.
func (k *Kernels) Divide(d *Dividing, rows int) { k.attention.divide.Call(unsafe.Pointer(d), 0, rows) }

// Weigh makes weights and cotangents of rows.
func (k *Kernels) Weigh(w *Weighing, rows int) { k.attention.weigh.Call(unsafe.Pointer(w), 0, rows) }

// Bias adds to rows.
func (k *Kernels) Bias(b *Biasing, rows int) { k.attention.bias.Call(unsafe.Pointer(b), 0, rows) }

// attend makes the routines by add.
func (g *generator) attend(add func(name string, emit func(*amd64.Assembler)) (*exec.Code, error)) (at attention, err error) {
	for _, r := range []struct {
		name string
		emit func(*amd64.Assembler)
		to   **exec.Code
	}{{"soften", g.soften, &at.soften}, {"divide", g.divide, &at.divide}, {"weigh", g.weigh, &at.weigh}, {"bias", g.bias, &at.bias}} {
		if *r.to, err = add(r.name, r.emit); err != nil {
			return at, err
		}
	}
	return at, nil
}

// fill is a constant in every element of a vector.
func (g *generator) fill(a *amd64.Assembler, x float32) amd64.Mem {
	var b []byte
	for range g.bytes / 4 {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(x))
	}
	return a.Const(b)
}

// keep leaves of register x what compares with y as predicate says, and zeros; mask is a register that it may change.
func (g *generator) keep(a *amd64.Assembler, to, x, compared int, y amd64.Arg, predicate amd64.Imm, mask int) {
	if g.masks() {
		a.Emit(amd64.VCMPPS, amd64.K2, g.reg(compared), y, predicate)
		a.Emit(amd64.VMOVAPS, g.reg(to).Mask(amd64.K2).Zero(), g.reg(x))
		return
	}
	a.Emit(amd64.VCMPPS, g.reg(mask), g.reg(compared), y, predicate)
	a.Emit(amd64.VANDPS, g.reg(to), g.reg(x), g.reg(mask))
}

const notLess = amd64.Imm(0x15) // or one of them is NaN

// powers2 are coefficients of 2^x for x between −½ and ½, the highest first.
var powers2 = []float32{1.535336188319500e-4, 1.339887440266574e-3, 9.618437357674640e-3, 5.550332471162809e-2, 2.402264791363012e-1, 6.931472028550421e-1, 1}

// lowest is the exponent below which a power of two counts as 0.
const lowest = -126

// exp2 makes the powers of two of the registers at[i][0] in at[i][2]; at[i][1], and at[i][3] on AVX2, are changed. They
// must not be above 127. NaN stays.
func (g *generator) exp2(a *amd64.Assembler, at [][4]int) {
	each := func(f func(x, n, p amd64.Reg)) {
		for _, r := range at {
			f(g.reg(r[0]), g.reg(r[1]), g.reg(r[2]))
		}
	}
	each(func(x, n, _ amd64.Reg) { a.Emit(amd64.VCVTPS2DQ, n, x) })
	each(func(_, n, p amd64.Reg) { a.Emit(amd64.VCVTDQ2PS, p, n) })
	low := g.fill(a, lowest)
	for i, r := range at {
		if g.masks() {
			a.Emit(amd64.VCMPPS, amd64.K2+amd64.Reg(i), g.reg(r[0]), low, notLess)
		} else {
			a.Emit(amd64.VCMPPS, g.reg(r[3]), g.reg(r[0]), low, notLess)
		}
	}
	each(func(x, _, p amd64.Reg) { a.Emit(amd64.VSUBPS, x, x, p) })
	first := g.fill(a, powers2[0])
	each(func(_, _, p amd64.Reg) { a.Emit(amd64.VMOVUPS, p, first) })
	for _, c := range powers2[1:] {
		c := g.fill(a, c)
		each(func(x, _, p amd64.Reg) { a.Emit(amd64.VFMADD213PS, p, x, c) })
	}
	each(func(_, n, _ amd64.Reg) { a.Emit(amd64.VPSLLD, n, n, amd64.Imm(23)) })
	for i, r := range at {
		n, p := g.reg(r[1]), g.reg(r[2])
		if g.masks() {
			a.Emit(amd64.VPADDD, p.Mask(amd64.K2+amd64.Reg(i)).Zero(), p, n)
		} else {
			a.Emit(amd64.VPADDD, p, p, n)
			a.Emit(amd64.VANDPS, p, p, g.reg(r[3]))
		}
	}
}

// across makes every element of r what op makes of all of them.
func (g *generator) across(a *amd64.Assembler, op amd64.Op, r, temp int) {
	x, t := g.reg(r), g.reg(temp)
	if g.masks() {
		for _, swap := range []amd64.Imm{0x4e, 0xb1} {
			a.Emit(amd64.VSHUFF64X2, t, x, x, swap)
			a.Emit(op, x, x, t)
		}
	} else {
		a.Emit(amd64.VPERM2F128, t, x, x, amd64.Imm(1))
		a.Emit(op, x, x, t)
	}
	for _, swap := range []amd64.Imm{0x4e, 0xb1} {
		a.Emit(amd64.VPERMILPS, t, x, swap)
		a.Emit(op, x, x, t)
	}
}

// stretches emits body for so many vectors at a time as unroll says as long as there are, and then for one: count holds
// how many there are, and at, with what else moves, is moved on.
func (g *generator) stretches(a *amd64.Assembler, count amd64.Reg, unroll int, move []amd64.Reg, body func(n int)) {
	for _, n := range []int{unroll, 1} {
		loop, done := a.Label(), a.Label()
		a.Align(32)
		a.Bind(loop)
		a.Emit(amd64.CMP, count, amd64.Imm(n))
		a.Emit(amd64.JL, done)
		body(n)
		for _, r := range move {
			a.Emit(amd64.ADD, r, amd64.Imm(n*g.bytes))
		}
		a.Emit(amd64.SUB, count, amd64.Imm(n))
		a.Emit(amd64.JMP, loop)
		a.Bind(done)
	}
}

// unroll is how many vectors exponentials are made of at a time, and temporaries their registers.
func (g *generator) unroll() int {
	if g.masks() {
		return 4
	}
	return 2
}

func (g *generator) temporaries(first int) [][4]int {
	out := make([][4]int, g.unroll())
	for i := range out {
		for k := range out[i] {
			out[i][k] = first
			if k < 3 || !g.masks() {
				first++
			}
		}
	}
	return out
}

func (g *generator) soften(a *amd64.Assembler) {
	var s Softening
	const at, row, rows, most, sum, out, count = amd64.RSI, amd64.R8, amd64.RDX, amd64.R9, amd64.R10, amd64.R11, amd64.RCX
	const place = amd64.RAX
	const scale, top, change, sums = 0, 1, 2, 3
	arg := func(at uintptr) amd64.Mem { return amd64.At(amd64.RDI, int(at)) }
	a.Emit(amd64.MOV, row, arg(unsafe.Offsetof(s.Scores)))
	a.Emit(amd64.MOV, most, arg(unsafe.Offsetof(s.Max)))
	a.Emit(amd64.MOV, sum, arg(unsafe.Offsetof(s.Sum)))
	a.Emit(amd64.MOV, out, arg(unsafe.Offsetof(s.Out)))
	a.Emit(amd64.VBROADCASTSS, g.reg(scale), arg(unsafe.Offsetof(s.Scale)))
	u := g.unroll()
	temps := g.temporaries(sums + u)
	old := temps[0][0]
	never := g.fill(a, float32(math.Inf(-1)))
	counted(a, rows, func() {
		for i := range u {
			a.Emit(amd64.VMOVUPS, g.reg(sums+i), never)
		}
		a.Emit(amd64.MOV, at, row)
		a.Emit(amd64.MOV, count, arg(unsafe.Offsetof(s.Vectors)))
		g.stretches(a, count, u, []amd64.Reg{at}, func(n int) {
			for i := range n {
				a.Emit(amd64.VMAXPS, g.reg(sums+i), g.reg(sums+i), amd64.At(at, i*g.bytes))
			}
		})
		for i := range u - 1 {
			a.Emit(amd64.VMAXPS, g.reg(sums), g.reg(sums), g.reg(sums+i+1))
		}
		g.across(a, amd64.VMAXPS, sums, temps[0][1])
		a.Emit(amd64.VMULPS, g.reg(sums), g.reg(sums), g.reg(scale))
		a.Emit(amd64.VBROADCASTSS, g.reg(old), amd64.At(most, 0))
		a.Emit(amd64.VMAXPS, g.reg(top), g.reg(old), g.reg(sums))
		a.Emit(amd64.VMOVSS, amd64.At(most, 0), g.reg(top).X())
		g.keep(a, top, top, top, never, amd64.CmpNE, temps[0][1])
		a.Emit(amd64.VSUBPS, g.reg(old), g.reg(old), g.reg(top))
		g.exp2(a, temps[:1])
		a.Emit(amd64.VMOVAPS, g.reg(change), g.reg(temps[0][2]))

		for i := range u {
			g.zero(a, sums+i)
		}
		a.Emit(amd64.MOV, at, row)
		a.Emit(amd64.MOV, count, arg(unsafe.Offsetof(s.Vectors)))
		g.stretches(a, count, u, []amd64.Reg{at}, func(n int) {
			for i, r := range temps[:n] {
				a.Emit(amd64.VMOVUPS, g.reg(r[0]), amd64.At(at, i*g.bytes))
			}
			for _, r := range temps[:n] {
				a.Emit(amd64.VFMSUB213PS, g.reg(r[0]), g.reg(scale), g.reg(top))
			}
			g.exp2(a, temps[:n])
			for i, r := range temps[:n] {
				a.Emit(amd64.VMOVUPS, amd64.At(at, i*g.bytes), g.reg(r[2]))
				a.Emit(amd64.VADDPS, g.reg(sums+i), g.reg(sums+i), g.reg(r[2]))
			}
		})
		for i := range u - 1 {
			a.Emit(amd64.VADDPS, g.reg(sums), g.reg(sums), g.reg(sums+i+1))
		}
		g.across(a, amd64.VADDPS, sums, temps[0][1])
		a.Emit(amd64.VBROADCASTSS, g.reg(old), amd64.At(sum, 0))
		a.Emit(amd64.VFMADD213PS, g.reg(old), g.reg(change), g.reg(sums))
		a.Emit(amd64.VMOVSS, amd64.At(sum, 0), g.reg(old).X())

		a.Emit(amd64.MOV, place, out)
		a.Emit(amd64.MOV, count, arg(unsafe.Offsetof(s.OutVectors)))
		g.stretches(a, count, u, []amd64.Reg{place}, func(n int) {
			for i := range n {
				a.Emit(amd64.VMULPS, g.reg(sums+i), g.reg(change), amd64.At(place, i*g.bytes))
				a.Emit(amd64.VMOVUPS, amd64.At(place, i*g.bytes), g.reg(sums+i))
			}
		})
		a.Emit(amd64.ADD, row, arg(unsafe.Offsetof(s.Row)))
		a.Emit(amd64.ADD, out, arg(unsafe.Offsetof(s.OutRow)))
		a.Emit(amd64.ADD, most, amd64.Imm(4))
		a.Emit(amd64.ADD, sum, amd64.Imm(4))
	})
}

func (g *generator) divide(a *amd64.Assembler) {
	var d Dividing
	const from, to, by, rows, count, src, dst = amd64.R8, amd64.R9, amd64.R10, amd64.RDX, amd64.RCX, amd64.RSI, amd64.RAX
	arg := func(at uintptr) amd64.Mem { return amd64.At(amd64.RDI, int(at)) }
	g.mask(a, arg(unsafe.Offsetof(d.Tail)))
	a.Emit(amd64.MOV, from, arg(unsafe.Offsetof(d.From)))
	a.Emit(amd64.MOV, to, arg(unsafe.Offsetof(d.To)))
	a.Emit(amd64.MOV, by, arg(unsafe.Offsetof(d.By)))
	g.zero(a, 1)
	counted(a, rows, func() {
		a.Emit(amd64.VBROADCASTSS, g.reg(0), amd64.At(by, 0))
		a.Emit(amd64.MOV, src, from)
		a.Emit(amd64.MOV, dst, to)
		a.Emit(amd64.MOV, count, arg(unsafe.Offsetof(d.Vectors)))
		a.Emit(amd64.DEC, count)
		quotient := func(i int) {
			a.Emit(amd64.VMOVUPS, g.reg(2), amd64.At(src, i*g.bytes))
			a.Emit(amd64.VDIVPS, g.reg(2), g.reg(2), g.reg(0))
			g.keep(a, 2, 2, 0, g.reg(1), amd64.CmpNE, 3)
		}
		g.stretches(a, count, 2, []amd64.Reg{src, dst}, func(n int) {
			for i := range n {
				quotient(i)
				a.Emit(amd64.VMOVUPS, amd64.At(dst, i*g.bytes), g.reg(2))
			}
		})
		quotient(0)
		g.storeMasked(a, amd64.At(dst, 0), 2)
		a.Emit(amd64.ADD, from, arg(unsafe.Offsetof(d.FromRow)))
		a.Emit(amd64.ADD, to, arg(unsafe.Offsetof(d.ToRow)))
		a.Emit(amd64.ADD, by, amd64.Imm(4))
	})
}

func (g *generator) weigh(a *amd64.Assembler) {
	var w Weighing
	const at, ct, row, rows, log, mean, count = amd64.RSI, amd64.RAX, amd64.R8, amd64.RDX, amd64.R9, amd64.R10, amd64.RCX
	const cts = amd64.R11
	const scale, factor, top, mid = 0, 1, 2, 3
	arg := func(at uintptr) amd64.Mem { return amd64.At(amd64.RDI, int(at)) }
	a.Emit(amd64.MOV, row, arg(unsafe.Offsetof(w.Scores)))
	a.Emit(amd64.MOV, cts, arg(unsafe.Offsetof(w.Cotangents)))
	a.Emit(amd64.MOV, log, arg(unsafe.Offsetof(w.Log)))
	a.Emit(amd64.MOV, mean, arg(unsafe.Offsetof(w.Mean)))
	a.Emit(amd64.VBROADCASTSS, g.reg(scale), arg(unsafe.Offsetof(w.Scale)))
	a.Emit(amd64.VBROADCASTSS, g.reg(factor), arg(unsafe.Offsetof(w.Factor)))
	temps := g.temporaries(mid + 1)
	counted(a, rows, func() {
		a.Emit(amd64.VBROADCASTSS, g.reg(top), amd64.At(log, 0))
		a.Emit(amd64.VBROADCASTSS, g.reg(mid), amd64.At(mean, 0))
		a.Emit(amd64.MOV, at, row)
		a.Emit(amd64.MOV, ct, cts)
		a.Emit(amd64.MOV, count, arg(unsafe.Offsetof(w.Vectors)))
		g.stretches(a, count, g.unroll(), []amd64.Reg{at, ct}, func(n int) {
			for i, r := range temps[:n] {
				a.Emit(amd64.VMOVUPS, g.reg(r[0]), amd64.At(at, i*g.bytes))
			}
			for _, r := range temps[:n] {
				a.Emit(amd64.VFMSUB213PS, g.reg(r[0]), g.reg(scale), g.reg(top))
			}
			g.exp2(a, temps[:n])
			for i, r := range temps[:n] {
				x, p := g.reg(r[0]), g.reg(r[2])
				a.Emit(amd64.VMOVUPS, amd64.At(at, i*g.bytes), p)
				a.Emit(amd64.VMOVUPS, x, amd64.At(ct, i*g.bytes))
				a.Emit(amd64.VFMSUB213PS, x, g.reg(factor), g.reg(mid))
				a.Emit(amd64.VMULPS, x, x, p)
				a.Emit(amd64.VMOVUPS, amd64.At(ct, i*g.bytes), x)
			}
		})
		a.Emit(amd64.ADD, row, arg(unsafe.Offsetof(w.Row)))
		a.Emit(amd64.ADD, cts, arg(unsafe.Offsetof(w.Row)))
		a.Emit(amd64.ADD, log, amd64.Imm(4))
		a.Emit(amd64.ADD, mean, amd64.Imm(4))
	})
}

func (g *generator) bias(a *amd64.Assembler) {
	var b Biasing
	const at, from, row, bias, rows, count = amd64.RSI, amd64.RAX, amd64.R8, amd64.R9, amd64.RDX, amd64.RCX
	arg := func(at uintptr) amd64.Mem { return amd64.At(amd64.RDI, int(at)) }
	g.mask(a, arg(unsafe.Offsetof(b.Tail)))
	a.Emit(amd64.MOV, row, arg(unsafe.Offsetof(b.Scores)))
	a.Emit(amd64.MOV, bias, arg(unsafe.Offsetof(b.Bias)))
	a.Emit(amd64.VBROADCASTSS, g.reg(0), arg(unsafe.Offsetof(b.Scale)))
	a.Emit(amd64.VMOVUPS, g.reg(1), g.fill(a, math.Log2E))
	counted(a, rows, func() {
		a.Emit(amd64.MOV, at, row)
		a.Emit(amd64.MOV, from, bias)
		a.Emit(amd64.MOV, count, arg(unsafe.Offsetof(b.Vectors)))
		a.Emit(amd64.DEC, count)
		add := func(r, i int) {
			a.Emit(amd64.VMULPS, g.reg(r), g.reg(r), g.reg(1))
			a.Emit(amd64.VMOVUPS, g.reg(r+1), amd64.At(at, i*g.bytes))
			a.Emit(amd64.VFMADD213PS, g.reg(r+1), g.reg(0), g.reg(r))
			a.Emit(amd64.VMOVUPS, amd64.At(at, i*g.bytes), g.reg(r+1))
		}
		g.stretches(a, count, 4, []amd64.Reg{at, from}, func(n int) {
			for i := range n {
				a.Emit(amd64.VMOVUPS, g.reg(2+2*i), amd64.At(from, i*g.bytes))
				add(2+2*i, i)
			}
		})
		g.loadMasked(a, 2, amd64.At(from, 0))
		add(2, 0)
		a.Emit(amd64.ADD, row, arg(unsafe.Offsetof(b.Row)))
		a.Emit(amd64.ADD, bias, arg(unsafe.Offsetof(b.BiasRow)))
	})
}
