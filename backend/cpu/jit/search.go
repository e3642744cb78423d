package jit

import (
	"fmt"

	asm "github.com/flambeau-ml/flambeau/internal/asm/amd64"
)

// Search is the argument block of the code that [CompileSearch] writes.
type Search struct {
	From  uintptr // the first element
	Pitch int     // bytes from line to line, or from row to row
	Bytes int     // of a line, or of a row's part: at least a vector
	Count int     // lines, or rows
	Out   uintptr // where indices go, of 64 bits
	Best  uintptr // of columns: the best elements so far
	First int     // of columns: the index of the first row
}

// The words of the argument block.
const (
	searchFrom = 8 * iota
	searchPitch
	searchBytes
	searchCount
	searchOut
	searchBest
	searchFirst
)

// CompileSearch writes code that finds the first largest or least elements; the first NaN wins over all. Along lines,
// it finds that of each of Count lines. Across columns, it goes through Count rows and notes at Best what is better, and
// at Out its row. The bytes are the assembler's; the error is an *Unsupported where there is no code for a type.
func CompileSearch(a *asm.Assembler, t Type, least, columns bool, f asm.Features) (code []byte, err error) {
	defer func() {
		if e := recover(); e != nil {
			u, ok := e.(*Unsupported)
			if !ok {
				panic(e)
			}
			err = u
		}
	}()
	a.Reset()
	a.Target = f
	s := &search{a: a, t: t, least: least, width: 32}
	if f.Has(asm.LevelAVX512) {
		s.width = 64
	}
	if columns {
		s.columns()
	} else {
		s.lines()
	}
	if code, err = a.Finish(); err != nil {
		return nil, fmt.Errorf("jit: a search of %s: %w", t, err)
	}
	return code, nil
}

// search writes the code. The line or row is at R8, RAX counts its bytes.
type search struct {
	a     *asm.Assembler
	t     Type
	least bool
	width int
}

func (s *search) emit(op asm.Op, xs ...asm.Arg) { s.a.Emit(op, xs...) }

func (s *search) reg(n int) asm.Reg {
	if s.width == 64 {
		return asm.Z(n)
	}
	return asm.Y(n)
}

func (s *search) word(at int) asm.Mem { return asm.At(args, at) }

// The registers of a search along lines: what is best of each of a few vectors, as many vectors, the identity, and where
// NaNs were; the first two serve the second pass as well.
const (
	searchTurns = 4
	searchEmpty = 8
	searchNaNs  = 9
)

var searchMask, searchNaNMask = asm.K2, asm.K3

// lines finds the best element of each line, whether there is a NaN, and then where it comes first.
func (s *search) lines() {
	line, whole, single, wholes, singles, combine := s.a.Label(), s.a.Label(), s.a.Label(), s.a.Label(), s.a.Label(), s.a.Label()
	from, out, left, bytes, end := asm.R8, asm.R9, asm.R10, asm.R11, asm.RDX
	s.emit(asm.MOV, from, s.word(searchFrom))
	s.emit(asm.MOV, out, s.word(searchOut))
	s.emit(asm.MOV, left, s.word(searchCount))
	s.emit(asm.MOV, bytes, s.word(searchBytes))
	op := asm.VPBROADCASTQ
	if s.t.Bytes() < 8 {
		op = asm.VPBROADCASTD
	}
	o := Maximum
	if s.least {
		o = Minimum
	}
	s.emit(op, s.reg(searchEmpty), s.repeated(identity(o, s.t)))
	s.a.Bind(line)
	for i := range searchTurns {
		s.emit(s.moves(), s.reg(i), s.reg(searchEmpty))
	}
	s.forgetNaNs()
	s.emit(asm.XOR, asm.RAX.D(), asm.RAX.D())
	s.emit(asm.LEA, end, asm.At(bytes, -searchTurns*s.width))
	s.emit(asm.CMP, asm.RAX, end)
	s.emit(asm.JG, singles)
	s.a.Align(32)
	s.a.Bind(whole)
	s.better(searchTurns)
	s.emit(asm.CMP, asm.RAX, end)
	s.emit(asm.JLE, whole)
	s.a.Bind(singles)
	s.emit(asm.LEA, end, asm.At(bytes, -s.width))
	s.emit(asm.CMP, asm.RAX, end)
	s.emit(asm.JG, wholes)
	s.a.Bind(single)
	s.better(1)
	s.emit(asm.CMP, asm.RAX, end)
	s.emit(asm.JLE, single)
	s.a.Bind(wholes)
	s.emit(asm.CMP, asm.RAX, bytes)
	s.emit(asm.JE, combine)
	s.emit(asm.MOV, asm.RAX, end) // the last vector, some of which was seen
	s.better(1)
	s.a.Bind(combine)
	s.across()
	number, found := s.a.Label(), s.a.Label()
	if s.t.Float() {
		s.testNaNs(number)
		s.find(found, func(x asm.Reg) { s.unordered(x, x) })
	}
	s.a.Bind(number)
	s.find(found, func(x asm.Reg) { s.equal(x, s.reg(0)) })
	s.a.Bind(found) // RAX: the element
	s.emit(asm.MOV, asm.At(out, 0), asm.RAX)
	s.emit(asm.ADD, out, asm.Imm(8))
	s.emit(asm.ADD, from, s.word(searchPitch))
	s.emit(asm.DEC, left)
	s.emit(asm.JNE, line)
	s.emit(asm.VZEROUPPER)
	s.emit(asm.RET)
}

// repeated is memory with an element repeated.
func (s *search) repeated(bits uint64) asm.Mem {
	switch s.t.Bytes() {
	case 1:
		bits = bits & 0xff * 0x01010101
	case 2:
		bits = bits & 0xffff * 0x00010001
	case 8:
		return s.a.Const64(bits)
	}
	return s.a.Const32(uint32(bits))
}

func (s *search) moves() asm.Op {
	if s.width == 64 {
		return asm.VMOVDQA64
	}
	return asm.VMOVDQA
}

// extremum is the operation that finds the better of two: of a NaN and anything else the last operand.
func (s *search) extremum() asm.Op {
	o := ops{asm.VMAXPS, asm.VMAXPD, asm.VPMAXSB, asm.VPMAXSW, asm.VPMAXSD, asm.VPMAXSQ, asm.VPMAXUB, asm.VPMAXUW, asm.VPMAXUD, asm.VPMAXUQ}
	if s.least {
		o = ops{asm.VMINPS, asm.VMINPD, asm.VPMINSB, asm.VPMINSW, asm.VPMINSD, asm.VPMINSQ, asm.VPMINUB, asm.VPMINUW, asm.VPMINUD, asm.VPMINUQ}
	}
	op := o.of(s.t)
	if op == 0 || s.width == 32 && (s.t == I64 || s.t == U64) {
		unsupported("a search of %s", s.t)
	}
	return op
}

// better takes the next n vectors of a line.
func (s *search) better(n int) {
	for i := range n {
		s.emit(asm.VMOVUPS, s.reg(searchTurns+i), asm.At(asm.R8, i*s.width).Idx(asm.RAX, 1))
	}
	s.emit(asm.ADD, asm.RAX, asm.Imm(n*s.width))
	for i := range n {
		s.emit(s.extremum(), s.reg(i), s.reg(searchTurns+i), s.reg(i))
	}
	if !s.t.Float() {
		return
	}
	for i := 0; i < n; i += 2 { // a NaN in either of two
		x := s.reg(searchTurns + i)
		s.unordered(x, s.reg(searchTurns+min(i+1, n-1)))
		if s.width == 64 {
			s.emit(asm.KORW, searchNaNMask, searchNaNMask, searchMask)
		} else {
			s.emit(asm.VPOR, s.reg(searchNaNs), s.reg(searchNaNs), asm.Y(searchNaNs+1))
		}
	}
}

func (s *search) forgetNaNs() {
	switch {
	case !s.t.Float():
	case s.width == 64:
		s.emit(asm.KXORW, searchNaNMask, searchNaNMask, searchNaNMask)
	default:
		s.emit(asm.VPXOR, s.reg(searchNaNs), s.reg(searchNaNs), s.reg(searchNaNs))
	}
}

// testNaNs jumps where there was none.
func (s *search) testNaNs(none asm.Label) {
	if s.width == 64 {
		s.emit(asm.KORTESTW, searchNaNMask, searchNaNMask)
	} else {
		s.emit(asm.VPTEST, s.reg(searchNaNs), s.reg(searchNaNs))
	}
	s.emit(asm.JE, none)
}

// across makes all elements of the first register the best of all that were seen.
func (s *search) across() {
	op := s.extremum()
	for n := searchTurns / 2; n > 0; n /= 2 {
		for i := range n {
			s.emit(op, s.reg(i), s.reg(i+n), s.reg(i))
		}
	}
	x, y := s.reg(0), s.reg(1)
	if s.width == 64 {
		s.emit(asm.VEXTRACTF64X4, y.Y(), x, asm.Imm(1))
		s.emit(op, x.Y(), y.Y(), x.Y())
	}
	if s.width == 64 {
		s.emit(asm.VEXTRACTF32X4, y.X(), x.Y(), asm.Imm(1))
	} else {
		s.emit(asm.VEXTRACTF128, y.X(), x.Y(), asm.Imm(1))
	}
	s.emit(op, x.X(), y.X(), x.X())
	for b := 8; b >= s.t.Bytes(); b /= 2 {
		s.emit(asm.VPSRLDQ, y.X(), x.X(), asm.Imm(b))
		s.emit(op, x.X(), y.X(), x.X())
	}
	s.emit([...]asm.Op{1: asm.VPBROADCASTB, 2: asm.VPBROADCASTW, 4: asm.VPBROADCASTD, 8: asm.VPBROADCASTQ}[s.t.Bytes()], x, x.X())
}

// unordered compares floats: the mask, or the register after that of NaNs, is where either is a NaN.
func (s *search) unordered(x, y asm.Reg) {
	op := pick(s.t, asm.VCMPPS, asm.VCMPPD)
	if s.width == 64 {
		s.emit(op, searchMask, x, y, asm.CmpUnordered)
	} else {
		s.emit(op, asm.Y(searchNaNs+1), x, y, asm.CmpUnordered)
	}
}

// equal is unordered for elements that are equal.
func (s *search) equal(x, y asm.Reg) {
	to := asm.Y(searchNaNs + 1)
	if s.width == 64 {
		to = searchMask
	}
	switch {
	case s.t.Float():
		s.emit(pick(s.t, asm.VCMPPS, asm.VCMPPD), to, x, y, asm.CmpEQ)
	case s.width == 64:
		s.emit([...]asm.Op{1: asm.VPCMPB, 2: asm.VPCMPW, 4: asm.VPCMPD, 8: asm.VPCMPQ}[s.t.Bytes()], to, x, y, asm.IntEQ)
	default:
		s.emit(equal256[s.t.Bytes()], to, x, y)
	}
}

// find looks for the first element of a line that there is, by compare. RAX becomes its number.
func (s *search) find(found asm.Label, compare func(x asm.Reg)) {
	next, last, here := s.a.Label(), s.a.Label(), s.a.Label()
	x := s.reg(1)
	test := func() { // RCX: a bit for each element, or for each byte
		s.emit(asm.VMOVUPS, x, asm.At(asm.R8, 0).Idx(asm.RAX, 1))
		compare(x)
		if s.width == 64 {
			s.emit(asm.KMOVQ, asm.RCX, searchMask)
		} else {
			s.emit(asm.VPMOVMSKB, asm.RCX.D(), asm.Y(searchNaNs+1))
		}
		s.emit(asm.TEST, asm.RCX, asm.RCX)
	}
	s.emit(asm.XOR, asm.RAX.D(), asm.RAX.D())
	s.a.Align(32)
	s.a.Bind(next)
	s.emit(asm.CMP, asm.RAX, asm.RDX)
	s.emit(asm.JG, last)
	test()
	s.emit(asm.JNE, here)
	s.emit(asm.ADD, asm.RAX, asm.Imm(s.width))
	s.emit(asm.JMP, next)
	s.a.Bind(last)
	s.emit(asm.MOV, asm.RAX, asm.RDX)
	test()
	s.a.Bind(here)
	s.emit(asm.TZCNT, asm.RCX, asm.RCX)
	shift := map[int]int{1: 0, 2: 1, 4: 2, 8: 3}[s.t.Bytes()]
	if s.width == 64 {
		s.emit(asm.SHR, asm.RAX, asm.Imm(shift))
		s.emit(asm.ADD, asm.RAX, asm.RCX)
	} else {
		s.emit(asm.ADD, asm.RAX, asm.RCX)
		s.emit(asm.SHR, asm.RAX, asm.Imm(shift))
	}
	s.emit(asm.JMP, found)
}

// columns goes through rows. Elements that are better become the best, which is seldom after the first rows.
func (s *search) columns() {
	row, vector, last, done := s.a.Label(), s.a.Label(), s.a.Label(), s.a.Label()
	from, best, out, left, number, end := asm.R8, asm.R9, asm.R10, asm.RBX, asm.R11, asm.RDX
	s.emit(asm.MOV, from, s.word(searchFrom))
	s.emit(asm.MOV, best, s.word(searchBest))
	s.emit(asm.MOV, out, s.word(searchOut))
	s.emit(asm.MOV, left, s.word(searchCount))
	s.emit(asm.MOV, number, s.word(searchFirst))
	s.emit(asm.MOV, end, s.word(searchBytes))
	s.emit(asm.SUB, end, asm.Imm(s.width))
	s.a.Bind(row)
	s.emit(asm.VMOVQ, asm.X(searchEmpty), number)
	s.emit(asm.VPBROADCASTQ, s.reg(searchEmpty), asm.X(searchEmpty))
	s.emit(asm.XOR, asm.RAX.D(), asm.RAX.D())
	s.a.Align(32)
	s.a.Bind(vector)
	s.emit(asm.CMP, asm.RAX, end)
	s.emit(asm.JG, last)
	s.column(best, out)
	s.emit(asm.ADD, asm.RAX, asm.Imm(s.width))
	s.emit(asm.JMP, vector)
	s.a.Bind(last) // the last vector, some of which was seen: it is no better than itself
	s.emit(asm.LEA, asm.RCX, asm.At(end, s.width))
	s.emit(asm.CMP, asm.RAX, asm.RCX)
	s.emit(asm.JE, done)
	s.emit(asm.MOV, asm.RAX, end)
	s.column(best, out)
	s.a.Bind(done)
	s.emit(asm.ADD, from, s.word(searchPitch))
	s.emit(asm.INC, number)
	s.emit(asm.DEC, left)
	s.emit(asm.JNE, row)
	s.emit(asm.VZEROUPPER)
	s.emit(asm.RET)
}

// notLess and notGreater are true of NaNs, too.
const (
	notLessEqual    asm.Imm = 0x16
	notGreaterEqual asm.Imm = 0x19
)

// column is the vector at RAX of a row.
func (s *search) column(best, out asm.Reg) {
	worse := s.a.Label()
	x, b := s.reg(0), s.reg(1)
	at := asm.At(best, 0).Idx(asm.RAX, 1)
	s.emit(asm.VMOVUPS, x, asm.At(asm.R8, 0).Idx(asm.RAX, 1))
	s.emit(asm.VMOVUPS, b, at)
	wins := notLessEqual
	if s.least {
		wins = notGreaterEqual
	}
	size := s.t.Bytes()
	place := func(h int) asm.Mem { return asm.At(out, h*s.width).Idx(asm.RAX, 8/size) }
	if s.width == 64 {
		k := searchMask
		if s.t.Float() { // a NaN that is the best stays
			op := pick(s.t, asm.VCMPPS, asm.VCMPPD)
			s.emit(op, searchNaNMask, b, b, asm.CmpOrdered)
			s.emit(op, k.Mask(searchNaNMask), x, b, wins)
		} else {
			o := ops{0, 0, asm.VPCMPB, asm.VPCMPW, asm.VPCMPD, asm.VPCMPQ, asm.VPCMPUB, asm.VPCMPUW, asm.VPCMPUD, asm.VPCMPUQ}
			s.emit(o.of(s.t), k, x, b, map[bool]asm.Imm{false: asm.IntGT, true: asm.IntLT}[s.least])
		}
		s.emit(asm.KORTESTQ, k, k)
		s.emit(asm.JE, worse)
		s.emit(loads[size], at.Mask(k), x)
		for h := range 8 / size {
			if h > 0 {
				s.emit(asm.KSHIFTRQ, k, k, asm.Imm(8))
			}
			s.emit(asm.VMOVDQU64, place(h).Mask(k), s.reg(searchEmpty))
		}
		s.a.Bind(worse)
		return
	}
	m, n := asm.Y(2), asm.Y(3)
	switch {
	case s.t.Float():
		op := pick(s.t, asm.VCMPPS, asm.VCMPPD)
		s.emit(op, m, x, b, wins)
		s.emit(op, n, b, b, asm.CmpOrdered)
		s.emit(asm.VPAND, m, m, n)
	case (s.t == I32 || s.t == I64) && s.least:
		s.emit(greater256[size], m, b, x)
	case s.t == I32 || s.t == I64:
		s.emit(greater256[size], m, x, b)
	default:
		unsupported("a search across columns of %s", s.t)
	}
	s.emit(asm.VPTEST, m, m)
	s.emit(asm.JE, worse)
	s.emit(maskMoves[size], at, m, x)
	if size == 8 {
		s.emit(asm.VPMASKMOVQ, place(0), m, s.reg(searchEmpty))
	} else {
		s.emit(asm.VPMOVSXDQ, n, m.X())
		s.emit(asm.VPMASKMOVQ, place(0), n, s.reg(searchEmpty))
		s.emit(asm.VEXTRACTI128, m.X(), m, asm.Imm(1))
		s.emit(asm.VPMOVSXDQ, n, m.X())
		s.emit(asm.VPMASKMOVQ, place(1), n, s.reg(searchEmpty))
	}
	s.a.Bind(worse)
}
