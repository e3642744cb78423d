package amd64

import "strconv"

// A Reg is a register: a general-purpose register by one of its names for 8 to 64 bits, a vector register by one of its
// names for 128 to 512 bits, or a mask register. As a destination it may carry a mask. The zero Reg is none.
type Reg uint16

// The classes of registers, above the five bits of the number.
const (
	class8 = iota + 1
	class16
	class32
	class64
	classX
	classY
	classZ
	classK
	classRIP
	classBad // a number that no register has

	classShift = 5
	maskShift  = 9
	zeroBit    = 1 << 12
	maskedBit  = 1 << 13
	badMaskBit = 1 << 14
)

// The general-purpose registers, and the address of the next instruction as a base.
const (
	AL Reg = class8<<classShift + iota
	CL
	DL
	BL
	SPL
	BPL
	SIL
	DIL
	R8B
	R9B
	R10B
	R11B
	R12B
	R13B
	R14B
	R15B
)
const (
	AX Reg = class16<<classShift + iota
	CX
	DX
	BX
	SP
	BP
	SI
	DI
	R8W
	R9W
	R10W
	R11W
	R12W
	R13W
	R14W
	R15W
)
const (
	EAX Reg = class32<<classShift + iota
	ECX
	EDX
	EBX
	ESP
	EBP
	ESI
	EDI
	R8D
	R9D
	R10D
	R11D
	R12D
	R13D
	R14D
	R15D
)
const (
	RAX Reg = class64<<classShift + iota
	RCX
	RDX
	RBX
	RSP
	RBP
	RSI
	RDI
	R8
	R9
	R10
	R11
	R12
	R13
	R14
	R15
)

// RIP is the address of the next instruction, a base of memory operands only.
const RIP Reg = classRIP << classShift

// The mask registers. K0 means no mask, and is an error where a mask is given.
const (
	K0 Reg = classK<<classShift + iota
	K1
	K2
	K3
	K4
	K5
	K6
	K7
)

func makeReg(class, n, limit int) Reg {
	if uint(n) >= uint(limit) {
		return classBad << classShift
	}
	return Reg(class<<classShift | n)
}

// X returns the n-th vector register, 0 to 31, as 128 bits. A number out of range is an error when it is used.
func X(n int) Reg { return makeReg(classX, n, 32) }

// Y returns the n-th vector register, 0 to 31, as 256 bits.
func Y(n int) Reg { return makeReg(classY, n, 32) }

// Z returns the n-th vector register, 0 to 31, as 512 bits.
func Z(n int) Reg { return makeReg(classZ, n, 32) }

// K returns the n-th mask register, 0 to 7.
func K(n int) Reg { return makeReg(classK, n, 8) }

// R returns the n-th general-purpose register, 0 to 15, as 64 bits: RAX, RCX, RDX, RBX, RSP, RBP, RSI, RDI, R8 …
func R(n int) Reg { return makeReg(class64, n, 16) }

func (r Reg) class() int      { return int(r>>classShift) & 15 }
func (r Reg) isGeneral() bool { return r.class() >= class8 && r.class() <= class64 }
func (r Reg) isVector() bool  { return r.class() >= classX && r.class() <= classZ }
func (r Reg) bare() Reg       { return r & (1<<maskShift - 1) }

// registersOf is how many registers there are of each class. RIP is a base only, and not counted.
var registersOf = [16]Reg{0, 16, 16, 16, 16, 32, 32, 32, 8}

// exists says whether the number is one of the class's.
func (r Reg) exists() bool { return r&31 < registersOf[r.class()] }

// as returns the register of the same number in another class of the same kind.
func (r Reg) as(class int, ok bool) Reg {
	if !ok {
		return classBad << classShift
	}
	return r&^(15<<classShift) | Reg(class<<classShift)
}

// Num returns the register's number in its class.
func (r Reg) Num() int { return int(r & 31) }

// Bits returns how many bits the register has, 64 for a mask.
func (r Reg) Bits() int {
	return [16]int{0, 8, 16, 32, 64, 128, 256, 512, 64, 64}[r.class()]
}

// X returns the low 128 bits of a vector register, Y the low 256, Z all 512.
func (r Reg) X() Reg { return r.as(classX, r.isVector()) }

// Y returns the low 256 bits of a vector register.
func (r Reg) Y() Reg { return r.as(classY, r.isVector()) }

// Z returns all 512 bits of a vector register.
func (r Reg) Z() Reg { return r.as(classZ, r.isVector()) }

// B returns the low 8 bits of a general-purpose register.
func (r Reg) B() Reg { return r.as(class8, r.isGeneral()) }

// W returns the low 16 bits of a general-purpose register.
func (r Reg) W() Reg { return r.as(class16, r.isGeneral()) }

// D returns the low 32 bits of a general-purpose register.
func (r Reg) D() Reg { return r.as(class32, r.isGeneral()) }

// Q returns all 64 bits of a general-purpose register.
func (r Reg) Q() Reg { return r.as(class64, r.isGeneral()) }

// Mask returns the register as a destination of which only the elements that k selects are written. The others stay.
func (r Reg) Mask(k Reg) Reg {
	if k.bare() != k || k.class() != classK {
		return r | maskedBit | badMaskBit
	}
	return r&^(7<<maskShift) | maskedBit | k&7<<maskShift
}

// Zero returns a masked register of which the elements that the mask leaves out become zero.
func (r Reg) Zero() Reg { return r | zeroBit }

var generalNames = [16]string{"ax", "cx", "dx", "bx", "sp", "bp", "si", "di", "8", "9", "10", "11", "12", "13", "14", "15"}

// String returns the register's name as Intel writes it, with its mask.
func (r Reg) String() string {
	n := r.Num()
	num := strconv.Itoa(n)
	var s string
	switch r.class() {
	case class8, class16, class32, class64:
		s = generalNames[n&15]
		suffix := [...]string{"b", "w", "d", ""}[r.class()-class8]
		switch {
		case n >= 8:
			s = "r" + s + suffix
		case r.class() == class8 && n < 4:
			s = s[:1] + "l"
		case r.class() == class8:
			s += "l"
		default:
			s = [...]string{"", "e", "r"}[r.class()-class16] + s
		}
	case classX:
		s = "xmm" + num
	case classY:
		s = "ymm" + num
	case classZ:
		s = "zmm" + num
	case classK:
		s = "k" + num
	case classRIP:
		s = "rip"
	case 0:
		s = "no register"
	default:
		s = "a register that does not exist"
	}
	return s + maskText(r)
}

func maskText(r Reg) string {
	s := ""
	if r&badMaskBit != 0 {
		s = "{not a mask}"
	} else if r&maskedBit != 0 {
		s = "{k" + strconv.Itoa(int(r>>maskShift&7)) + "}"
	}
	if r&zeroBit != 0 {
		s += "{z}"
	}
	return s
}
