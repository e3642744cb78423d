//go:build unix && !aix && !solaris

#include "textflag.h"

// The frame is the code's scratch space, up to 63 bytes to align it, and R14. Go keeps the goroutine in R14 and zero in
// X15; the frame pointer is saved and restored by the prologue and epilogue that the assembler adds.

// func invoke(entry uintptr, args unsafe.Pointer, lo, hi int)
TEXT ·invoke(SB), 0, $4168-32
	MOVQ entry+0(FP), AX
	MOVQ args+8(FP), DI
	MOVQ lo+16(FP), SI
	MOVQ hi+24(FP), DX
	LEAQ 63(SP), CX
	ANDQ $~63, CX
	MOVQ R14, 4160(SP)
	CALL AX
	MOVQ 4160(SP), R14
	XORPS X15, X15
	RET
