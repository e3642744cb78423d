package cpu

import (
	"fmt"
	"sync"
	"unsafe"

	"github.com/flambeau-ml/flambeau/internal/asm/amd64"
	"github.com/flambeau-ml/flambeau/internal/asm/exec"
)

// rowOp is what machine code does with lines and the rows of a table that indices name.
type rowOp int

const (
	noRows      rowOp = iota // there is no machine code for it
	rowTake                  // the row becomes the line
	rowTakePast              // likewise, past the caches: whole cache lines only
	rowPut                   // the line becomes the row
	rowAdd8                  // the line is added to the row: integers of so many bits …
	rowAdd16
	rowAdd32
	rowAdd64
	rowAddF32 // … and floats
	rowAddF64
	rowMaxF32 // the larger of the line and the row becomes the row; NaN where one is
	rowMaxF64
	rowMinF32 // or the smaller
	rowMinF64
	rowOps
)

// Sums of rows have code of their own for each number of vectors.
const sumVectors = 8

// rowCode is the machine code of the kernels that go by index. A nil *rowCode has none.
type rowCode struct {
	rows [rowOps][2]*exec.Code     // of lines one after the other, and of those that a list names
	sums [2][sumVectors]*exec.Code // of float32 and float64, by the vectors of a row less one
}

// rowCodes is made once: code is never changed, so that devices may share it.
var rowCodes = sync.OnceValue(func() *rowCode {
	c, heap := &rowCode{}, exec.NewHeap(exec.Options{})
	a := amd64.New(amd64.Detect())
	add := func(name string, emit func(*amd64.Assembler)) *exec.Code {
		a.Reset()
		emit(a)
		code, err := a.Finish()
		if err != nil {
			panic(fmt.Sprintf("cpu: the code of %s: %v", name, err))
		}
		k, err := heap.Add(name, code)
		if err != nil {
			return nil
		}
		return k
	}
	for op := rowTake; op < rowOps; op++ {
		for listed := range 2 {
			k := add(fmt.Sprintf("rows.%d.%d", op, listed), func(a *amd64.Assembler) { op.emit(a, listed == 1) })
			if c.rows[op][listed] = k; k == nil {
				return nil
			}
		}
	}
	for i, op := range []amd64.Op{amd64.VADDPS, amd64.VADDPD} {
		for v := range sumVectors {
			k := add(fmt.Sprintf("rows.sum.%d", v+1), func(a *amd64.Assembler) { emitRowSum(a, op, 4<<i, v+1) })
			if c.sums[i][v] = k; k == nil {
				return nil
			}
		}
	}
	return c
})

// rowArgs are the arguments of the code that goes by index.
type rowArgs struct {
	index, last uintptr // of int64; the last one that the call goes to
	count       int     // indices
	table       uintptr
	pitch       int // bytes from row to row of the table
	line        uintptr
	step        int     // bytes from line to line
	lead        int     // bytes from a line to the one that is fetched ahead; where lines are listed, from the indices to their numbers
	whole, part int     // vectors of a row, and bytes of one more
	ahead       [3]int  // where in a row, beside its beginning, it is fetched ahead of its use
	mask        uintptr // elements of the last vector of sums, as a mask
	runs        int     // lines of sums
}

// How many indices ahead of their use rows are fetched: fewer where they are written, and lines are fetched besides.
const (
	readAhead  = 40
	writeAhead = 24
)

// fetchAhead are the places of a row of so many bytes where it is fetched ahead: its first lines.
func fetchAhead(width int) (at [3]int) {
	for i := range at {
		at[i] = min(64*(i+1), width-1)
	}
	return at
}

func rowArg(at uintptr) amd64.Mem { return amd64.At(amd64.RDI, int(at)) }

// emitFetch fetches the row that the index so many places after the one at RSI names. RAX and RCX are changed.
func emitFetch(a *amd64.Assembler, ahead int) {
	var r rowArgs
	a.Emit(amd64.LEA, amd64.RAX, amd64.At(amd64.RSI, 8*ahead))
	a.Emit(amd64.CMP, amd64.RAX, rowArg(unsafe.Offsetof(r.last)))
	a.Emit(amd64.CMOVA, amd64.RAX, rowArg(unsafe.Offsetof(r.last)))
	a.Emit(amd64.MOV, amd64.RAX, amd64.At(amd64.RAX, 0))
	a.Emit(amd64.IMUL, amd64.RAX, amd64.R11)
	a.Emit(amd64.ADD, amd64.RAX, amd64.R10)
	emitFetchRow(a, amd64.PREFETCHT0)
}

// emitFetchRow fetches the beginning of the row or line at RAX. RCX is changed.
func emitFetchRow(a *amd64.Assembler, op amd64.Op) {
	var r rowArgs
	a.Emit(op, amd64.At(amd64.RAX, 0))
	for i := range r.ahead {
		a.Emit(amd64.MOV, amd64.RCX, rowArg(unsafe.Offsetof(r.ahead)+8*uintptr(i)))
		a.Emit(op, amd64.At(amd64.RAX, 0).Idx(amd64.RCX, 1))
	}
}

// emit writes the code of op: RSI goes along the indices, R12 along the lines unless these are listed.
func (op rowOp) emit(a *amd64.Assembler, listed bool) {
	var r rowArgs
	const count, row, line, left = amd64.R9, amd64.RDX, amd64.RBX, amd64.R8
	toLine := op == rowTake || op == rowTakePast
	add, adds := map[rowOp]amd64.Op{
		rowAdd8: amd64.VPADDB, rowAdd16: amd64.VPADDW, rowAdd32: amd64.VPADDD, rowAdd64: amd64.VPADDQ, rowAddF32: amd64.VADDPS, rowAddF64: amd64.VADDPD,
	}[op]
	most, compares := map[rowOp]extremes{
		rowMaxF32: {amd64.VMAXPS, amd64.VPANDD, amd64.VCMPPS, amd64.VADDPS}, rowMaxF64: {amd64.VMAXPD, amd64.VPANDD, amd64.VCMPPD, amd64.VADDPD},
		rowMinF32: {amd64.VMINPS, amd64.VPORD, amd64.VCMPPS, amd64.VADDPS}, rowMinF64: {amd64.VMINPD, amd64.VPORD, amd64.VCMPPD, amd64.VADDPD},
	}[op]
	a.Emit(amd64.MOV, amd64.RSI, rowArg(unsafe.Offsetof(r.index)))
	a.Emit(amd64.MOV, count, rowArg(unsafe.Offsetof(r.count)))
	a.Emit(amd64.MOV, amd64.R10, rowArg(unsafe.Offsetof(r.table)))
	a.Emit(amd64.MOV, amd64.R11, rowArg(unsafe.Offsetof(r.pitch)))
	a.Emit(amd64.MOV, amd64.R12, rowArg(unsafe.Offsetof(r.line)))
	a.Emit(amd64.MOV, amd64.R13, rowArg(unsafe.Offsetof(r.step)))
	a.Emit(amd64.MOV, amd64.R14, rowArg(unsafe.Offsetof(r.lead)))
	a.Emit(amd64.MOV, amd64.RCX, rowArg(unsafe.Offsetof(r.part)))
	a.Emit(amd64.MOV, amd64.RAX, amd64.Imm(-1))
	a.Emit(amd64.BZHI, amd64.RAX, amd64.RAX, amd64.RCX)
	a.Emit(amd64.KMOVQ, amd64.K1, amd64.RAX)

	// vectors moves or adds n vectors.
	vectors := func(n int) {
		for i := range n {
			from, to := amd64.At(line, 64*i), amd64.At(row, 64*i)
			if toLine {
				from, to = to, from
			}
			a.Emit(amd64.VMOVUPS, amd64.Z(i), from)
			if adds {
				a.Emit(add, amd64.Z(i), amd64.Z(i), to)
			}
			if compares {
				a.Emit(amd64.VMOVUPS, amd64.Z(8), to)
				most.emit(a, amd64.Z(i), amd64.Z(8))
			}
			if op == rowTakePast {
				a.Emit(amd64.VMOVNTPS, to, amd64.Z(i))
			} else {
				a.Emit(amd64.VMOVUPS, to, amd64.Z(i))
			}
		}
		a.Emit(amd64.ADD, line, amd64.Imm(64*n))
		a.Emit(amd64.ADD, row, amd64.Imm(64*n))
	}
	next, ones, single, tail, done := a.Label(), a.Label(), a.Label(), a.Label(), a.Label()
	a.Align(32)
	a.Bind(next)
	if toLine {
		emitFetch(a, readAhead)
	} else {
		emitFetch(a, writeAhead)
		lines := amd64.PREFETCHNTA // each is used once: the table needs the caches
		if listed {
			lines = amd64.PREFETCHT0
			a.Emit(amd64.LEA, amd64.RAX, amd64.At(amd64.RSI, 8*writeAhead))
			a.Emit(amd64.CMP, amd64.RAX, rowArg(unsafe.Offsetof(r.last)))
			a.Emit(amd64.CMOVA, amd64.RAX, rowArg(unsafe.Offsetof(r.last)))
			a.Emit(amd64.MOV, amd64.RAX, amd64.At(amd64.RAX, 0).Idx(amd64.R14, 1))
			a.Emit(amd64.IMUL, amd64.RAX, amd64.R13)
			a.Emit(amd64.ADD, amd64.RAX, amd64.R12)
		} else {
			a.Emit(amd64.LEA, amd64.RAX, amd64.At(amd64.R12, 0).Idx(amd64.R14, 1))
		}
		emitFetchRow(a, lines)
	}
	a.Emit(amd64.MOV, row, amd64.At(amd64.RSI, 0))
	a.Emit(amd64.IMUL, row, amd64.R11)
	a.Emit(amd64.ADD, row, amd64.R10)
	if listed {
		a.Emit(amd64.MOV, line, amd64.At(amd64.RSI, 0).Idx(amd64.R14, 1))
		a.Emit(amd64.IMUL, line, amd64.R13)
		a.Emit(amd64.ADD, line, amd64.R12)
	} else {
		a.Emit(amd64.MOV, line, amd64.R12)
	}
	a.Emit(amd64.MOV, left, rowArg(unsafe.Offsetof(r.whole)))
	fours := a.Label()
	a.Bind(fours)
	a.Emit(amd64.CMP, left, amd64.Imm(4))
	a.Emit(amd64.JL, ones)
	vectors(4)
	a.Emit(amd64.SUB, left, amd64.Imm(4))
	a.Emit(amd64.JMP, fours)
	a.Bind(ones)
	a.Emit(amd64.TEST, left, left)
	a.Emit(amd64.JE, tail)
	a.Bind(single)
	vectors(1)
	a.Emit(amd64.DEC, left)
	a.Emit(amd64.JNE, single)
	a.Bind(tail)
	a.Emit(amd64.CMP, rowArg(unsafe.Offsetof(r.part)).Sized(8), amd64.Imm(0))
	a.Emit(amd64.JE, done)
	from, to := amd64.At(line, 0), amd64.At(row, 0)
	if toLine {
		from, to = to, from
	}
	a.Emit(amd64.VMOVDQU8, amd64.Z(0).Mask(amd64.K1).Zero(), from)
	if adds {
		a.Emit(amd64.VMOVDQU8, amd64.Z(1).Mask(amd64.K1).Zero(), to)
		a.Emit(add, amd64.Z(0), amd64.Z(0), amd64.Z(1))
	}
	if compares {
		a.Emit(amd64.VMOVDQU8, amd64.Z(8).Mask(amd64.K1).Zero(), to)
		most.emit(a, amd64.Z(0), amd64.Z(8))
	}
	a.Emit(amd64.VMOVDQU8, to.Mask(amd64.K1), amd64.Z(0))
	a.Bind(done)
	if !listed {
		a.Emit(amd64.ADD, amd64.R12, amd64.R13)
	}
	a.Emit(amd64.ADD, amd64.RSI, amd64.Imm(8))
	a.Emit(amd64.DEC, count)
	a.Emit(amd64.JNE, next)
	if op == rowTakePast {
		a.Emit(amd64.SFENCE)
	}
	a.Emit(amd64.VZEROUPPER)
	a.Emit(amd64.RET)
}

// extremes are the instructions that find the larger or the smaller of two vectors: which of equal elements the first
// takes, and what it makes of NaN, goes by the order of its operands.
type extremes struct{ pick, join, compare, add amd64.Op }

// emit makes x the larger or the smaller of x and y. Z9 and K2 are changed.
func (e extremes) emit(a *amd64.Assembler, x, y amd64.Reg) {
	a.Emit(e.compare, amd64.K2, x, y, amd64.CmpUnordered)
	a.Emit(e.pick, amd64.Z(9), x, y)
	a.Emit(e.pick, amd64.Z(10), y, x)
	a.Emit(e.join, amd64.Z(9), amd64.Z(9), amd64.Z(10)) // of zeros whose signs differ
	a.Emit(e.add, amd64.Z(9).Mask(amd64.K2), x, y)      // NaN
	a.Emit(amd64.VMOVAPS, x, amd64.Z(9))
}

// emitRowSum writes the code that makes each line the sum of the rows that count indices name, of so many vectors, the
// last one masked. Sums begin with 0.
func emitRowSum(a *amd64.Assembler, add amd64.Op, size, vectors int) {
	var r rowArgs
	const count, runs = amd64.R9, amd64.R8
	a.Emit(amd64.MOV, amd64.RSI, rowArg(unsafe.Offsetof(r.index)))
	a.Emit(amd64.MOV, runs, rowArg(unsafe.Offsetof(r.runs)))
	a.Emit(amd64.MOV, amd64.R10, rowArg(unsafe.Offsetof(r.table)))
	a.Emit(amd64.MOV, amd64.R11, rowArg(unsafe.Offsetof(r.pitch)))
	a.Emit(amd64.MOV, amd64.R12, rowArg(unsafe.Offsetof(r.line)))
	a.Emit(amd64.MOV, amd64.RAX, rowArg(unsafe.Offsetof(r.mask)))
	a.Emit(amd64.KMOVW, amd64.K1, amd64.RAX.D())
	load := amd64.VMOVUPS
	if size == 8 {
		load = amd64.VMOVUPD
	}
	line, next := a.Label(), a.Label()
	a.Align(32)
	a.Bind(line)
	for v := range vectors {
		a.Emit(amd64.VPXORD, amd64.Z(v), amd64.Z(v), amd64.Z(v))
	}
	a.Emit(amd64.MOV, count, rowArg(unsafe.Offsetof(r.count)))
	a.Bind(next)
	emitFetch(a, readAhead)
	a.Emit(amd64.MOV, amd64.RDX, amd64.At(amd64.RSI, 0))
	a.Emit(amd64.IMUL, amd64.RDX, amd64.R11)
	a.Emit(amd64.ADD, amd64.RDX, amd64.R10)
	for v := range vectors - 1 {
		a.Emit(add, amd64.Z(v), amd64.Z(v), amd64.At(amd64.RDX, 64*v))
	}
	last := amd64.Z(vectors - 1)
	a.Emit(load, amd64.Z(31).Mask(amd64.K1).Zero(), amd64.At(amd64.RDX, 64*(vectors-1)))
	a.Emit(add, last, last, amd64.Z(31))
	a.Emit(amd64.ADD, amd64.RSI, amd64.Imm(8))
	a.Emit(amd64.DEC, count)
	a.Emit(amd64.JNE, next)
	for v := range vectors - 1 {
		a.Emit(load, amd64.At(amd64.R12, 64*v), amd64.Z(v))
	}
	a.Emit(load, amd64.At(amd64.R12, 64*(vectors-1)).Mask(amd64.K1), last)
	a.Emit(amd64.ADD, amd64.R12, rowArg(unsafe.Offsetof(r.step)))
	a.Emit(amd64.DEC, runs)
	a.Emit(amd64.JNE, line)
	a.Emit(amd64.VZEROUPPER)
	a.Emit(amd64.RET)
}

// callBytes is what one call of machine code goes through, so that it takes less than 50 µs.
const callBytes = 1 << 17

// call applies op to the rows of width bytes of a table that the indices name, pitch apart, and to lines that are step
// apart: one after the other, or where numbers is not nil those of these numbers. It reports false where there is no
// code for that.
func (c *rowCode) call(op rowOp, index, numbers []int64, table []byte, pitch int, lines []byte, step, width int) bool {
	if c == nil || op == noRows {
		return false
	}
	if width == 0 || len(index) == 0 {
		return true
	}
	line := uintptr(unsafe.Pointer(unsafe.SliceData(lines)))
	if op == rowTakePast && (line|uintptr(step)|uintptr(width))%64 != 0 {
		op = rowTake
	}
	r := rowArgs{table: uintptr(unsafe.Pointer(unsafe.SliceData(table))), pitch: pitch, step: step, lead: writeAhead * step, whole: width / 64, part: width % 64, ahead: fetchAhead(width)}
	code := c.rows[op][0]
	r.last = uintptr(unsafe.Pointer(&index[len(index)-1]))
	if numbers != nil {
		code, step = c.rows[op][1], 0
		r.lead = int(uintptr(unsafe.Pointer(&numbers[:len(index)][0])) - uintptr(unsafe.Pointer(&index[0])))
	}
	for i, n := 0, max(callBytes/width, 1); i < len(index); i += n {
		r.index, r.count, r.line = uintptr(unsafe.Pointer(&index[i])), min(n, len(index)-i), line+uintptr(i*step)
		code.Call(unsafe.Pointer(&r), 0, 0)
	}
	return true
}

// sum makes each of the lines, step bytes apart, the sum of the rows of width bytes that the next count indices name,
// one after the other. Elements are of size bytes.
func (c *rowCode) sum(size int, index []int64, count int, table []byte, pitch int, lines []byte, step, width int) {
	const most = 64 * sumVectors
	runs := len(index) / count
	if runs == 0 || width == 0 {
		return
	}
	_, _ = table[width-1], lines[(runs-1)*step+width-1]
	for at := 0; at < width; at += most {
		w := min(most, width-at)
		v := ceilDiv(w, 64)
		r := rowArgs{table: uintptr(unsafe.Pointer(&table[at])), pitch: pitch, step: step, count: count, ahead: fetchAhead(w)}
		r.mask = 1<<((w-64*(v-1))/size) - 1
		r.last = uintptr(unsafe.Pointer(&index[len(index)-1]))
		n := max(callBytes/(w*count), 1)
		for i := 0; i < runs; i += n {
			r.index, r.runs, r.line = uintptr(unsafe.Pointer(&index[i*count])), min(n, runs-i), uintptr(unsafe.Pointer(&lines[i*step+at]))
			c.sums[size/8][v-1].Call(unsafe.Pointer(&r), 0, 0)
		}
	}
}
