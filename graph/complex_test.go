package graph

import (
	"math"
	"math/cmplx"
	"testing"
)

func TestComplexPowOfZero(t *testing.T) {
	for _, y := range []complex128{complex(math.NaN(), 0), complex(math.NaN(), math.Inf(1))} {
		if z := complexPow(0, y); !cmplx.IsNaN(z) {
			t.Errorf("0 to the power of %v is %v, want NaN", y, z)
		}
	}
}
