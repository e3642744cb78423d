package cpu

import (
	"flag"
	"testing"

	"github.com/flambeau-ml/flambeau/graph"
	"github.com/flambeau-ml/flambeau/internal/asm/amd64"
	"github.com/flambeau-ml/flambeau/internal/randgraph"
)

var soak = flag.Int("soak", 0, "compare machine code and evaluator on so many random graphs, instead of the usual number")

var soakSeed = flag.Int("soakseed", 0, "the first seed")

// withoutCode is a device that evaluates everything portably, but for contractions.
func withoutCode(threads int) *Device {
	d := New(Options{Threads: threads})
	d.loops, d.expand = nil, false
	return d
}

// TestMachineCode compares machine code with the portable evaluator on random graphs: but for contractions the bits are
// the same.
func TestMachineCode(t *testing.T) {
	for _, level := range []string{"avx512", "avx2"} {
		t.Run(level, func(t *testing.T) { testMachineCode(t, level) })
	}
}

func testMachineCode(t *testing.T, level string) {
	code, portable := New(Options{Threads: 2, CPU: level}), withoutCode(1)
	defer code.Close()
	defer portable.Close()
	if code.loops == nil || level == "avx512" && !code.loops.features.Has(amd64.LevelAVX512) {
		t.Skip("there is no machine code of this level here")
	}
	n := 2000
	if testing.Short() {
		n = 200
	}
	if *soak > 0 {
		n = *soak
	}
	floats := []graph.DType{graph.Float32, graph.Float64, graph.Bool}
	halves := []graph.DType{graph.Float32, graph.Float16, graph.BFloat16, graph.Int32, graph.Bool}
	for seed := *soakSeed; seed < *soakSeed+n; seed++ {
		o := randgraph.Options{Values: 6 + seed%60, Special: seed%3 == 0}
		switch seed % 4 {
		case 1:
			o.DTypes = floats
		case 2:
			o.DTypes = halves
		}
		f, in := randgraph.New(uint64(seed)+1<<40, o)
		if showsNaNs(f) {
			continue
		}
		what := func(f *graph.Func, in []*graph.Array) string {
			return mismatch(t, f, in, code, portable, true, true)
		}
		if m := what(f, in); m != "" {
			f, in = randgraph.Shrink(f, in, func(f *graph.Func, in []*graph.Array) bool { return what(f, in) != "" })
			t.Fatalf("seed %d: %s\n%s\nof %v", seed, what(f, in), f, in)
		}
	}
	made, refused := 0, 0
	for _, c := range code.loops.codes {
		if made++; c == nil {
			made, refused = made-1, refused+1
		}
	}
	t.Logf("%d graphs, %d pieces of code, %d kernels refused", n, made, refused)
	if refused > made/4 {
		t.Errorf("%d kernels have machine code, and %d have none", made, refused)
	}
}
