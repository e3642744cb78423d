#include "textflag.h"

// func pause()
// YIELD takes a cycle or two where it is no more than a hint.
TEXT ·pause(SB), NOSPLIT, $0-0
	MOVD $60, R0
again:
	YIELD
	SUBS $1, R0, R0
	BNE  again
	RET
