package graph

import "testing"

// TestPhilox checks the known answers that the authors' library Random123 publishes for philox4x32 with 10 rounds.
func TestPhilox(t *testing.T) {
	for _, c := range []struct {
		low, high, key uint64
		want           [4]uint32
	}{
		{0, 0, 0, [4]uint32{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
		{^uint64(0), ^uint64(0), ^uint64(0), [4]uint32{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
		{0x85a308d3_243f6a88, 0x03707344_13198a2e, 0x299f31d0_a4093822, [4]uint32{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
	} {
		if got := philox(c.key, c.low, c.high); got != c.want {
			t.Errorf("key %#x, counter %#x %#x: %#x, want %#x", c.key, c.low, c.high, got, c.want)
		}
	}
	if got, want := Philox(0, 0), philox(0, 0, 0); got != want {
		t.Errorf("Philox(0, 0) = %#x, want %#x", got, want)
	}
	if Philox(5, 1<<40) != philox(5, 1<<40, 0) {
		t.Error("Philox is not the block with a high half of 0")
	}
}

// TestRandomBits checks how words of blocks become elements, and that a draw goes on where the one before it ended.
func TestRandomBits(t *testing.T) {
	state := func(counter int64) *Array {
		a := NewArray(Uint64, 2)
		a.I[0], a.I[1] = 42, counter
		return a
	}
	all, err := EvalOp(RandomBits, &Attrs{Shape: Ns(5, 2)}, state(7))
	if err != nil {
		t.Fatal(err)
	}
	for i, got := range all.I {
		if want := Philox(42, 7+uint64(i/4))[i%4]; got != int64(want) {
			t.Errorf("element %d is %#x, want %#x", i, got, want)
		}
	}
	rest, err := EvalOp(RandomBits, &Attrs{Shape: Ns(2)}, state(9))
	if err != nil {
		t.Fatal(err)
	}
	if rest.I[0] != all.I[8] || rest.I[1] != all.I[9] {
		t.Error("a draw two counters later does not go on at element 8")
	}
}
