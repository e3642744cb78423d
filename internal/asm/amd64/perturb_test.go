package amd64

import (
	"encoding/hex"
	"math/rand/v2"
	"testing"
)

// TestPerturbed gives instructions operands that mostly do not fit. Nothing panics, and what is accepted all the same is
// what GNU as makes of it.
func TestPerturbed(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	other := func() Arg {
		switch rng.IntN(12) {
		case 0:
			return R(rng.IntN(16)).as(class8+rng.IntN(4), true)
		case 1:
			return X(rng.IntN(32))
		case 2:
			return Y(rng.IntN(32))
		case 3:
			return Z(rng.IntN(34))
		case 4:
			return K(rng.IntN(8))
		case 5:
			return Imm(rng.IntN(300) - 150)
		case 6:
			return Reg(rng.Uint32())
		case 7:
			return Mem{Base: Reg(rng.Uint32()), Index: Reg(rng.Uint32()), Scale: uint8(rng.IntN(10))}
		case 8:
			return At(R(rng.IntN(16)), rng.IntN(1000)-500).Sized(1 << rng.IntN(8)).Broadcast()
		case 9:
			return At(R(rng.IntN(16)), 0).Idx(makeReg(classX+rng.IntN(3), rng.IntN(32), 32), 4).Mask(K(rng.IntN(8)))
		case 10:
			return Rounding(rng.IntN(8))
		}
		return Z(rng.IntN(32)).Mask(K(rng.IntN(8))).Zero()
	}
	a := new(Assembler)
	var text string
	a.Trace = func(_ int, s string) { text = s }
	var lines, codes []string
	for round := range 12 {
		for s := range samples(uint64(100+round), 2) {
			switch n := len(s.args); {
			case rng.IntN(8) == 0:
				s.args = append(s.args, other())
			case n > 0 && rng.IntN(8) == 0:
				s.args = s.args[:n-1]
			case n > 0:
				s.args[rng.IntN(n)] = other()
			}
			a.Reset()
			a.Emit(s.op, s.args...)
			if code, err := a.Finish(); err == nil {
				lines, codes = append(lines, text), append(codes, hex.EncodeToString(code))
			} else if len(a.code) != 0 {
				t.Errorf("%v left %d bytes", err, len(a.code))
			}
		}
	}
	t.Logf("%d instructions are accepted", len(lines))
	for i, want := range gas(t, lines) {
		if got := padded(codes[i]); got != want {
			t.Errorf("%s: %s, as says %s", lines[i], codes[i], want)
		}
	}
}
