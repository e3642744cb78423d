package amd64

// Predicates of VCMPPS and its kin. Those with Q raise no exception for quiet NaNs, as Go's comparisons; of NaN, EQ, LT, LE,
// GE, GT and Ordered are false, NE and Unordered true.
const (
	CmpEQ        Imm = 0x00
	CmpLTQ       Imm = 0x11
	CmpLEQ       Imm = 0x12
	CmpUnordered Imm = 0x03
	CmpNE        Imm = 0x04
	CmpGEQ       Imm = 0x1d
	CmpGTQ       Imm = 0x1e
	CmpOrdered   Imm = 0x07
)

// Predicates of VPCMPD and its kin.
const (
	IntEQ Imm = iota
	IntLT
	IntLE
	_
	IntNE
	IntGE
	IntGT
)

// How VROUNDPS, VRNDSCALEPS (to integers) and their kin round, without an exception for what is lost.
const (
	ToNearest Imm = 8 + iota // halves to even
	ToFloor
	ToCeil
	ToZero
)
