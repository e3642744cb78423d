// Package amd64 assembles machine code for x86-64 at run time: general-purpose instructions, AVX2 and AVX-512.
//
//	a := amd64.New(amd64.Detect())
//	loop := a.Label()
//	a.Bind(loop)
//	a.Emit(amd64.VMOVUPS, amd64.Z(0), amd64.At(amd64.RSI, 0).Idx(amd64.RAX, 4))
//	a.Emit(amd64.VFMADD231PS, amd64.Z(1).Mask(amd64.K1), amd64.Z(0), amd64.At(amd64.RDI, 8).Broadcast())
//	a.Emit(amd64.ADD, amd64.RAX, amd64.Imm(16))
//	a.Emit(amd64.CMP, amd64.RAX, amd64.RCX)
//	a.Emit(amd64.JL, loop)
//	a.Emit(amd64.RET)
//	code, err := a.Finish()
//
// Instructions and the order of operands are Intel's, as in its manual. MOVZX and MOVSX from memory do not tell the size,
// so these are MOVZXB, MOVZXW, MOVSXB, MOVSXW. Everything else that an operand leaves open, [Mem.Sized] says.
//
// Instructions stand in a table, ops.txt, one row for each form; genops turns it into Go. The assembler takes the first
// row that fits the operands, and in it the shorter encoding, VEX, where that can say the same: where no register is
// above 15, no mask is given and no memory repeated. To add an instruction, add its rows and run go generate; the tests
// compare every row with GNU as where it is installed, and with what it said elsewhere (testdata).
//
// Where the code will run is package exec's business.
package amd64
