package rewrite

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/flambeau-ml/flambeau/graph"
	"github.com/flambeau-ml/flambeau/internal/randgraph"
)

// sameBits reports whether x and y are the same arrays bit for bit; a NaN is a NaN.
func sameBits(x, y []*graph.Array) bool {
	for i, a := range x {
		b := y[i]
		if !a.Type().Equal(b.Type()) {
			return false
		}
		for k := range a.F {
			if !sameFloat(a.F[k], b.F[k]) {
				return false
			}
		}
		for k := range a.I {
			if a.I[k] != b.I[k] {
				return false
			}
		}
		for k := range a.C {
			if !sameFloat(real(a.C[k]), real(b.C[k])) || !sameFloat(imag(a.C[k]), imag(b.C[k])) {
				return false
			}
		}
	}
	return len(x) == len(y)
}

func sameFloat(x, y float64) bool {
	return math.Float64bits(x) == math.Float64bits(y) || math.IsNaN(x) && math.IsNaN(y)
}

// TestPassesKeepBits runs the passes on random graphs.
func TestPassesKeepBits(t *testing.T) {
	n, changed := uint64(2500), map[string]int{}
	if testing.Short() {
		n = 200
	}
	for seed := range n {
		o := randgraph.Options{Values: 30, Special: seed%3 > 0}
		if seed%5 == 4 {
			o.DTypes = []graph.DType{graph.Float32, graph.Float64, graph.Complex64, graph.Complex128, graph.Bool}
		}
		f, in := randgraph.New(seed, o)
		breaks := func(f *graph.Func, in []*graph.Array) bool {
			want := eval(t, f, in...)
			text := f.String()
			bad := false
			_, err := Run(f, Final, func(pass string, before, after *graph.Func) {
				changed[pass]++
				bad = bad || after.Verify() != nil || !sameBits(want, eval(t, after, in...)) || len(after.Numbers()) != len(f.Numbers())
			})
			return err != nil || bad || f.String() != text
		}
		if breaks(f, in) {
			f, _ = randgraph.Shrink(f, in, breaks)
			g, err := Run(f, Final, func(pass string, before, after *graph.Func) { t.Logf("%s: %s → %s", pass, before, after) })
			t.Fatalf("seed %d: %v\n%s\nbecomes\n%s", seed, err, f, g)
		}
	}
	for _, p := range Final {
		if p.Name == "share-scans" {
			continue // random graphs have no loops; see TestShareScans
		}
		if changed[p.Name] == 0 && !testing.Short() {
			t.Errorf("no graph was changed by %s", p.Name)
		}
	}
}

func TestPassesAreDone(t *testing.T) {
	for seed := range uint64(300) {
		f, _ := randgraph.New(seed, randgraph.Options{Values: 30})
		once := must(t)(Run(f, Final, nil))
		again := 0
		for range 8 {
			changed := false
			once = must(t)(Run(once, Final, func(string, *graph.Func, *graph.Func) { changed = true }))
			if !changed {
				break
			}
			again++
		}
		if again > 3 {
			t.Errorf("seed %d: the passes changed the graph %d times more", seed, again)
		}
	}
}

func TestDumpDir(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "b")
	dump, err := DumpDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	f := graph.NewFunc("odd/name")
	x := f.Param("x", graph.T(graph.Float32, 2))
	x.Exp()
	f.Return(x.Neg().Neg(), x.Sin())
	must(t)(Run(f, Standard, dump))
	files, err := os.ReadDir(dir)
	if err != nil || len(files) != 4 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for i, want := range []string{"odd_name-dead-code-after.txt", "odd_name-dead-code-before.txt", "odd_name-simplify-after.txt", "odd_name-simplify-before.txt"} {
		text, err := os.ReadFile(filepath.Join(dir, files[i].Name()))
		if err != nil || !strings.HasSuffix(files[i].Name(), want) || !strings.HasPrefix(string(text), "func odd/name") && !strings.HasPrefix(string(text), "func \"odd/name\"") {
			t.Errorf("%s: %s %v", files[i].Name(), text, err)
		}
		if exp := strings.Contains(string(text), "exp("); exp != (i == 1) {
			t.Errorf("%s: %s", files[i].Name(), text)
		}
	}
	if _, err := DumpDir(filepath.Join(dir, files[0].Name(), "x")); err == nil {
		t.Error("no error for a directory below a file")
	}
}

// BenchmarkPasses is the time for the gradient of a hundred layers.
func BenchmarkPasses(b *testing.B) {
	f := graph.NewFunc("deep")
	h := f.Param("x", graph.Type{DType: graph.Float32, Shape: graph.Shape{graph.Sym("B"), graph.N(8)}})
	for range 100 {
		h = linear(h, f.Param("w", graph.T(graph.Float32, 8, 8)), f.Param("b", graph.T(graph.Float32, 8))).Tanh()
	}
	f.Return(h.ReduceSum(0, 1))
	f.Settle()
	grad, err := Grad(f, nil)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := Run(grad, Final, nil); err != nil {
			b.Fatal(err)
		}
	}
}
