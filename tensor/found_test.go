package tensor

import (
	"context"
	"testing"

	"github.com/flambeau-ml/flambeau/backend/cpu"
)

// TestFoundAlive has nodes that a collection found alive and that cannot be computed, or died meanwhile: no error of
// whoever evaluates next.
func TestFoundAlive(t *testing.T) {
	old := Default()
	defer SetDefault(old)
	d := NewDevice(cpu.New(cpu.Options{Threads: 1}))
	SetDefault(d)
	large := Ones(1 << 20).AddScalar(1).Exp()
	freed := Ones(4).AddScalar(1)
	n := freed.st.node.Load()
	freed.Free()
	d.rescue = append(d.rescue, large.st.node.Load(), n)
	d.SetMemoryLimit(d.Memory().Live + 1<<16)
	x := Ones(8).AddScalar(2)
	if err := Eval(context.Background(), x); err != nil {
		t.Error(err)
	}
	d.SetMemoryLimit(0)
	if got := large.Float32s()[0]; got < 7 || got > 8 {
		t.Errorf("what was found is %v", got)
	}
}
