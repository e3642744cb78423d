package cpu

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

	"github.com/flambeau-ml/flambeau/graph"
)

func TestEngineLevels(t *testing.T) {
	if e := engineFor("none"); e != portable {
		t.Errorf("none is %s", e.name)
	}
	best := testEngines()[len(testEngines())-1]
	for _, level := range []string{"", "avx512"} {
		if e := engineFor(level); e != best {
			t.Errorf("%q is %s, not %s", level, e.name, best.name)
		}
	}
	if e := engineFor("avx2"); e.name == "avx512" {
		t.Error("avx2 is avx512")
	}
	t.Setenv("FLAMBEAU_CPU", "none")
	for level, want := range map[string]string{"": "portable", "avx512": best.name} {
		d := New(Options{Threads: 1, CPU: level})
		if !strings.Contains(d.Name(), want) {
			t.Errorf("Options.CPU %q where the environment says none: %s, not %s", level, d.Name(), want)
		}
		d.Close()
	}
	defer func() {
		if r := recover(); r == nil || !strings.Contains(fmt.Sprint(r), "neon") {
			t.Errorf("an unknown level: %v", r)
		}
	}()
	New(Options{CPU: "neon"})
}

// Machine code gives an element the same bits at any level, and whatever else is computed with it: the rows of a product
// are the products of the rows.
func TestEngineBits(t *testing.T) {
	engines := testEngines()[1:]
	if len(engines) == 0 {
		t.Skip("the processor has neither AVX2 nor AVX-512, or the system forbids pages of code: there is no machine code to test")
	}
	r := rand.New(rand.NewPCG(21, 22))
	for i := range 60 {
		d := []graph.DType{graph.Float32, graph.Float64, graph.BFloat16}[i%3]
		s := [3]int{1 + r.IntN(40), 1 + r.IntN(300), 1 + r.IntN(900)}
		if i < 6 { // packed as a whole, and in parts
			s = [3]int{machineRows + 2*i, machineCols + 4*i + 1, packedDepth - 100 + 50*i}
		}
		a, _ := randomView(r, d, layouts[r.IntN(6)], [3]int{1, s[0], s[2]})
		b, _ := randomView(r, d, layouts[r.IntN(6)], [3]int{1, s[1], s[2]})
		product := func(e *env, a matrix) []byte {
			out := newArray(d, []int{1, a.rows.len(), s[1]})
			if d == graph.Float64 {
				multiply[float64](e, a, b, out)
			} else {
				multiply[float32](e, a, b, out)
			}
			return out.data
		}
		first := product(&env{pool: testPools()[0], engine: engines[0]}, a)
		for _, e := range engines {
			env := &env{pool: testPools()[1], engine: e}
			if !bytes.Equal(product(env, a), first) {
				t.Fatalf("%s %v: %s and %s give different bits", d, s, engines[0].name, e.name)
			}
			row := r.IntN(s[0])
			one := a
			one.data = one.data[row*one.rows[0].stride*d.Bytes():]
			one.rows = axes{{1, 1}}
			n := s[1] * d.Bytes()
			if !bytes.Equal(product(env, one), first[row*n:][:n]) {
				t.Fatalf("%s %v, %s: row %d has other bits on its own", d, s, e.name, row)
			}
		}
	}
}

// Products run on all engines and from many goroutines at once.
func TestEngineConcurrent(t *testing.T) {
	r := rand.New(rand.NewPCG(23, 24))
	s := [4]int{2, 180, 270, 300}
	a, _ := randomView(r, graph.Float32, layouts[0], [3]int{s[0], s[1], s[3]})
	b, _ := randomView(r, graph.Float32, layouts[1], [3]int{s[0], s[2], s[3]})
	var wg sync.WaitGroup
	for _, machine := range testEngines() {
		want := newArray(graph.Float32, []int{s[0], s[1], s[2]})
		multiply[float32](&env{pool: testPools()[0], engine: machine}, a, b, want)
		for range 4 {
			wg.Go(func() {
				for i := range 3 {
					out := newArray(graph.Float32, want.dims)
					multiply[float32](&env{pool: testPools()[i], engine: machine}, a, b, out)
					if !bytes.Equal(out.data, want.data) {
						t.Errorf("%s: different bits when others compute", machine.name)
					}
				}
			})
		}
	}
	wg.Wait()
}
