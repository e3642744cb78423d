#include "textflag.h"

// func pause()
// One PAUSE takes 40 to 140 cycles.
TEXT ·pause(SB), NOSPLIT, $0-0
	PAUSE
	PAUSE
	PAUSE
	PAUSE
	RET
