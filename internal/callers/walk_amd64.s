//go:build !race

#include "go_asm.h"
#include "textflag.h"

// A frame pointer points at the caller's frame pointer, saved just below the return address.

// func walk(pcs *[depth]uintptr, skip int) (hash uint64)
TEXT ·walk(SB), NOSPLIT|NOFRAME, $0-24
	MOVQ pcs+0(FP), DI
	MOVQ skip+8(FP), CX
	MOVQ (TLS), R8                  // the goroutine, which begins with the bounds of its stack: low, high
	MOVQ 8(R8), R9
	SUBQ $16, R9                    // the highest frame that has room for a return address
	MOVQ SP, R10                    // the frame before
	MOVQ BP, SI                     // this frame
	XORL AX, AX                     // the hash
	MOVQ $const_multiplier, R11
	XORL DX, DX                     // how many were stored

next:
	CMPQ SI, R10
	JLS  done
	CMPQ SI, R9
	JHI  done
	TESTQ $7, SI
	JNE  done
	MOVQ SI, R10
	MOVQ 8(SI), BX
	MOVQ (SI), SI
	TESTQ BX, BX
	JEQ  done
	SUBQ $1, CX
	JGE  next                       // skipped
	XORQ BX, AX
	IMULQ R11, AX
	MOVQ BX, (DI)(DX*8)
	INCQ DX
	CMPQ DX, $const_depth
	JLT  next

done:
	MOVQ AX, hash+16(FP)
	RET
