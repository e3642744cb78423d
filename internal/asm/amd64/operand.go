package amd64

import (
	"fmt"
	"strings"
)

// An Arg is an operand of an instruction: a Reg, Mem, Imm, Label or Rounding.
type Arg interface{ isArg() }

func (Reg) isArg()      {}
func (Mem) isArg()      {}
func (Imm) isArg()      {}
func (Label) isArg()    {}
func (Rounding) isArg() {}

// An Imm is a number inside an instruction. It must fit the instruction's field, as a signed number or, where nothing is
// extended, as an unsigned one.
type Imm int64

// A Label is a place in the code, made by [Assembler.Label].
type Label int32

// A Rounding is the last operand of a 512-bit or scalar instruction on registers: how this one instruction rounds, with
// exceptions suppressed.
type Rounding uint8

// The ways to round. SuppressExceptions is for instructions that do not round.
const (
	RoundNearest Rounding = iota + 1
	RoundDown
	RoundUp
	RoundToZero
	SuppressExceptions
)

func (r Rounding) String() string {
	if r < RoundNearest || r > SuppressExceptions {
		return "{unknown rounding}"
	}
	return [...]string{"{rn-sae}", "{rd-sae}", "{ru-sae}", "{rz-sae}", "{sae}"}[r-1]
}

// A Mem is memory: Base + Index·Scale + Disp. Gathers and scatters take a vector register as Index.
type Mem struct {
	Base, Index Reg   // 64-bit registers, or none
	Scale       uint8 // of Index: 1, 2, 4 or 8; zero means 1
	repeated    bool
	mask        Reg // the bits of a Reg that belong to its mask

	// Bytes is the size of what is accessed, or zero where the other operands tell. Repeated memory counts as much as
	// the vector that is made of it.
	Bytes int32
	label Label // positive: of the assembler; negative: -1 less an offset in the pool

	Disp int // what fits in 32 bits, with its sign
}

// At returns the memory at base + disp.
func At(base Reg, disp int) Mem { return Mem{Base: base, Disp: disp} }

// Rel returns the memory at a label.
func Rel(l Label) Mem { return Mem{Base: RIP, label: l} }

// Idx returns m with an index, which counts in units of 1, 2, 4 or 8 bytes.
func (m Mem) Idx(index Reg, scale int) Mem {
	if scale < 1 || scale > 8 {
		scale = 3 // as wrong as any
	}
	m.Index, m.Scale = index, uint8(scale)
	return m
}

// Plus returns the memory disp bytes further.
func (m Mem) Plus(disp int) Mem {
	m.Disp += disp
	return m
}

// Sized returns m with its size in bytes, for instructions whose other operands do not tell.
func (m Mem) Sized(bytes int) Mem {
	m.Bytes = int32(bytes)
	return m
}

// Broadcast returns m as one element, of the size that the instruction works in, repeated to a whole vector.
func (m Mem) Broadcast() Mem {
	m.repeated = true
	return m
}

// Mask returns m as a destination of which only the elements that k selects are written. What is not selected is not
// touched, and no fault comes of it.
func (m Mem) Mask(k Reg) Mem {
	m.mask = Reg(0).Mask(k)
	return m
}

// Zero is an error when it is used: memory that is left out cannot be zeroed.
func (m Mem) Zero() Mem {
	m.mask |= zeroBit
	return m
}

// String returns the address as Intel writes it.
func (m Mem) String() string {
	var b strings.Builder
	if m.Bytes != 0 {
		fmt.Fprintf(&b, "%d bytes at ", m.Bytes)
	}
	m.address(&b)
	if m.repeated {
		b.WriteString("{1to…}")
	}
	b.WriteString(maskText(m.mask))
	return b.String()
}

// address writes [base+index*scale+disp].
func (m *Mem) address(b *strings.Builder) {
	if m.Base == 0 && m.Index == 0 {
		b.WriteString("ds:") // so that other assemblers see memory
	}
	b.WriteByte('[')
	sep := ""
	if m.Base != 0 {
		b.WriteString(m.Base.String())
		sep = "+"
	}
	if m.Index != 0 {
		fmt.Fprintf(b, "%s%v*%d", sep, m.Index, max(m.Scale, 1))
		sep = "+"
	}
	switch {
	case m.label != 0:
		fmt.Fprintf(b, "%sL%d%+d", sep, m.label, m.Disp)
	case m.Disp != 0 && sep != "":
		fmt.Fprintf(b, "%+d", m.Disp)
	case sep == "":
		fmt.Fprintf(b, "%d", m.Disp)
	}
	b.WriteByte(']')
}

// argText returns an operand for a message. It copies what it prints, so that operands need not live on the heap.
func argText(arg Arg) string {
	switch arg := arg.(type) {
	case Reg:
		return arg.String()
	case Mem:
		return arg.String()
	case Imm:
		return fmt.Sprint(int64(arg))
	case Label:
		return fmt.Sprintf("L%d", int32(arg))
	case Rounding:
		return arg.String()
	}
	return "nothing"
}
