package declare_test

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/flambeau-ml/flambeau/backend/cpu"
	"github.com/flambeau-ml/flambeau/declare"
	"github.com/flambeau-ml/flambeau/tensor"
)

// TestDigitsMemoryIsFlat trains the example for 2 and for 20 epochs, each on a device of its own: the most bytes in use
// at any time are the same, give or take when the collector ran.
func TestDigitsMemoryIsFlat(t *testing.T) {
	old := tensor.Default()
	defer tensor.SetDefault(old)
	peak := func(epochs string) int64 {
		d := tensor.NewDevice(cpu.New(cpu.Options{Threads: 2}))
		tensor.SetDefault(d)
		c, err := declare.Load(filepath.Join("..", "examples", "digits.yaml"), "trainer.epochs="+epochs)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := declare.Train(context.Background(), c, declare.TrainOptions{Dir: t.TempDir()}); err != nil {
			t.Fatal(err)
		}
		return d.Memory().Peak
	}
	few, many := peak("2"), peak("20")
	t.Logf("peak %d bytes in 2 epochs, %d in 20", few, many)
	if many > few+few/2+(2<<20) {
		t.Errorf("peak %d bytes in 2 epochs, %d in 20", few, many)
	}
}
