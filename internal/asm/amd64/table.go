package amd64

//go:generate go run ./internal/genops

// An Op is an instruction.
type Op uint16

// String returns the instruction's name.
func (op Op) String() string {
	if int(op) >= len(opNames) || op == 0 {
		return "unknown instruction"
	}
	return opNames[op]
}

// A spec is what a form takes as one operand: the two letters that ops.txt explains.
type spec struct{ kind, size byte }

// A form is one row of ops.txt: one way to encode an instruction.
type form struct {
	args        [4]spec
	nargs       uint8
	prefix      uint8 // 0 none, 1 66, 2 F3, 3 F2
	opmap       uint8 // 0 one byte, 1 0F, 2 0F38, 3 0F3A
	op          uint8
	digit       int8  // in ModRM.reg; or one of:
	fixed       uint8 // ModRM, where it is constant
	w           byte  // REX.W: '0', '1', 'v'
	vexW, evexW byte  // the same, or '-' where there is no such encoding
	lens        uint8 // the lengths it takes, bits of length128 …; zero where the length is ignored
	repeat      uint8 // the size of an element of memory that may be repeated
	scale       uint8 // what displacements count in, where it is not the size of the memory operand
	flags       uint8
	needVEX     Features
	needEVEX    Features
	asm         string // the name of other assemblers, where it differs
}

// Values of form.digit that are no digit.
const (
	noDigit = -1
	plusReg = -2 // the register is part of the opcode
	fixedRM = -3 // ModRM is form.fixed
	noModRM = -4
	toLabel = -5
)

// Values of form.flags.
const (
	takesRounding = 1 << iota
	takesSAE
	noMask
	mustMask
	anyLength // needs no AVX512VL at 128 bits
)

// Variants of a form: vector lengths, or the sizes of general-purpose operands. A form's operands must agree on one.
const (
	length128, size16 = 1, 1
	length256, size32 = 2, 2
	length512, size64 = 4, 4
)

// vectorOf[size] is the variants at which a vector operand of that size is a register of class X, Y, Z.
var vectorOf = [128][3]uint8{
	'x': {1, 2, 4}, 'h': {3, 4, 0}, 'q': {7, 0, 0}, 'e': {7, 0, 0},
	'o': {7, 0, 0}, 'y': {0, 7, 0}, 'z': {0, 0, 7},
	's': {7, 0, 0}, 'd': {7, 0, 0}, 'w': {7, 0, 0}, 'b': {7, 0, 0}, 'u': {1, 2, 4},
}

// vectorBytes[size] is how many bytes of memory that operand is, by variant (see index).
var vectorBytes = [128][3]uint8{
	'x': {16, 32, 64}, 'h': {8, 16, 32}, 'q': {4, 8, 16}, 'e': {2, 4, 8},
	'o': {16, 16, 16}, 'y': {32, 32, 32}, 'z': {64, 64, 64},
	's': {4, 4, 4}, 'd': {8, 8, 8}, 'w': {2, 2, 2}, 'b': {1, 1, 1}, 'u': {8, 32, 64},
}

// generalOf[size] is the variants at which a general-purpose operand of that size is a register of 8, 16, 32, 64 bits.
var generalOf = [128][4]uint8{
	'b': {7, 0, 0, 0}, 'w': {0, 7, 0, 0}, 'd': {0, 0, 7, 0}, 'q': {0, 0, 0, 7},
	'v': {0, 1, 2, 4}, 'y': {0, 0, 2, 4},
}

// generalBytes is the same as vectorBytes for general-purpose operands.
var generalBytes = [128][3]uint8{
	'b': {1, 1, 1}, 'w': {2, 2, 2}, 'd': {4, 4, 4}, 'q': {8, 8, 8}, 'v': {2, 4, 8}, 'y': {0, 4, 8},
}

// index returns a variant's place in a table: 0, 1, 2.
func index(variant uint8) int { return int(variant >> 1) }

// bytes returns the size in memory of an operand that may be memory, zero where the instruction does not care.
func (f *form) bytes(s spec, variant uint8) int {
	switch s.kind {
	case 'W', 'M':
		return int(vectorBytes[s.size][index(variant)])
	case 'E', 'X', 'Q':
		return int(generalBytes[s.size][index(variant)])
	case 'S':
		return int(f.scale)
	}
	return 0
}
