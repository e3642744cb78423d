//go:build !race

#include "go_asm.h"
#include "textflag.h"

// A frame pointer points at the caller's frame pointer, saved just below the return address.

// func walk(pcs *[depth]uintptr, skip int) (hash uint64)
TEXT ·walk(SB), NOSPLIT|NOFRAME, $0-24
	MOVD pcs+0(FP), R0
	MOVD skip+8(FP), R1
	MOVD 8(g), R2                   // the goroutine begins with the bounds of its stack: low, high
	SUB  $16, R2                    // the highest frame that has room for a return address
	MOVD RSP, R3
	SUB  $16, R3                    // the frame before: Go keeps the first frame pointer one word below the stack's
	MOVD R29, R4                    // this frame
	MOVD ZR, R5                     // the hash
	MOVD $const_multiplier, R6
	MOVD ZR, R7                     // how many were stored

next:
	CMP  R3, R4
	BLS  done
	CMP  R2, R4
	BHI  done
	TST  $7, R4
	BNE  done
	MOVD R4, R3
	MOVD 8(R4), R8
	MOVD (R4), R4
	CBZ  R8, done
	SUBS $1, R1
	BGE  next                       // skipped
	EOR  R8, R5
	MUL  R6, R5
	MOVD R8, (R0)(R7<<3)
	ADD  $1, R7
	CMP  $const_depth, R7
	BLT  next

done:
	MOVD R5, hash+16(FP)
	RET
