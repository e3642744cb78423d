package cpu

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/flambeau-ml/flambeau/backend"
	"github.com/flambeau-ml/flambeau/graph"
)

// network is a function of symbolic sizes with all kinds of kernels in it.
func network() *graph.Func {
	f := graph.NewFunc("network")
	n, c := graph.Sym("N"), graph.Sym("C")
	x := f.Param("x", graph.Type{DType: graph.Float32, Shape: graph.Shape{n, c}})
	w := f.Param("w", graph.Type{DType: graph.Float32, Shape: graph.Shape{c, graph.N(5)}})
	h := x.Dot(w, graph.Dot{LContract: []int{1}, RContract: []int{0}})
	h = h.Add(graph.NewSize(f, graph.Float32, n)).Tanh()
	e := h.Sub(h.Mean(1)).Exp()
	p := e.Div(e.Sum(1))
	both := graph.ConcatValues(0, p, p.Reverse(0).Scale(2))
	flat := both.Reshape(n.Mul(graph.N(10)))
	f.Return(p, flat, x.ReduceSum(0), p.SliceAxis(0, n.Div(graph.N(2)), n.Sub(n.Div(graph.N(2))), 1), x.SwapAxes(0, 1))
	f.Settle()
	return f
}

func TestSymbolicSizes(t *testing.T) {
	d := New(Options{Threads: 2})
	r := rand.New(rand.NewPCG(5, 6))
	for _, unfused := range []bool{false, true} {
		f := network()
		p, err := d.Compile(f, backend.Options{Unfused: unfused})
		if err != nil {
			t.Fatal(err)
		}
		for _, size := range [][2]int{{3, 4}, {3, 4}, {1, 1}, {0, 3}, {2, 0}, {700, 33}, {3, 4}, {5, 129}} {
			in := []*graph.Array{graph.Uniform(r, graph.Float32, -1, 1, size[0], size[1]), graph.Uniform(r, graph.Float32, -1, 1, size[1], 5)}
			want, err := graph.Eval(f, nil, in)
			if err != nil {
				t.Fatal(err)
			}
			got, _ := launch(t, d, f, p, in)
			for i := range got {
				if at, ok := same(got[i], want[i], 2e-5); !ok {
					differs(t, f.String(), got[i], want[i], at)
				}
			}
		}
	}
}

// TestSizesThatDoNotFit runs programs on sizes that the type rules could not refuse.
func TestSizesThatDoNotFit(t *testing.T) {
	d := New(Options{Threads: 1})
	for name, body := range map[string]func(x *graph.Value, n graph.Size) *graph.Value{
		"slice": func(x *graph.Value, n graph.Size) *graph.Value {
			return x.SliceAxis(0, graph.N(3), graph.N(4), 1)
		},
		"maximum": func(x *graph.Value, n graph.Size) *graph.Value {
			return x.SliceAxis(0, graph.N(0), n.Sub(graph.N(6)), 1).ReduceMax(0)
		},
		"reshape": func(x *graph.Value, n graph.Size) *graph.Value {
			return x.Reshape(graph.N(2), n.Div(graph.N(2)))
		},
	} {
		f := graph.NewFunc(name)
		n := graph.Sym("N")
		f.Return(body(f.Param("x", graph.Type{DType: graph.Float32, Shape: graph.Shape{n}}), n))
		f.Settle()
		p, err := d.Compile(f, backend.Options{})
		if err != nil {
			t.Fatal(err)
		}
		for _, size := range []int{8, 5} {
			in := upload(t, d, graph.NewArray(graph.Float32, size))
			l := &backend.Launch{Sizes: []int64{int64(size)}, Inputs: []backend.Buffer{in}}
			if err := p.Run(context.Background(), l); (err == nil) != (size == 8) {
				t.Errorf("%s of %d: %v", name, size, err)
			}
			for _, o := range l.Outputs {
				o.Buffer.Free()
			}
			in.Free()
		}
	}
	if n := d.Memory().Live; n != 0 {
		t.Errorf("%d bytes are still live", n)
	}
}

// step is an optimiser's step with a result of its own besides.
func step() *graph.Func {
	f := graph.NewFunc("step")
	w, m, g := f.Param("w", graph.T(graph.Float32, 3000)), f.Param("m", graph.T(graph.Float32, 3000)), f.Param("g", graph.T(graph.Float32, 3000))
	m2 := m.Scale(0.9).Add(g)
	f.Return(w.Sub(m2.Mul(graph.NewNumber(f, graph.Float32, graph.FloatOf(0.1)))), m2, w.Exp().ReduceSum(0), g)
	return f
}

func TestDonation(t *testing.T) {
	d := New(Options{Threads: 2})
	r := rand.New(rand.NewPCG(7, 8))
	f := step()
	in := []*graph.Array{graph.Uniform(r, graph.Float32, -1, 1, 3000), graph.Uniform(r, graph.Float32, -1, 1, 3000), graph.Uniform(r, graph.Float32, -1, 1, 3000)}
	for _, o := range []backend.Options{{}, {Unfused: true}} {
		p, err := d.Compile(f, o)
		if err != nil {
			t.Fatal(err)
		}
		want, _ := launch(t, d, f, p, in)
		for donate := range 8 {
			l := &backend.Launch{Numbers: numbersOf(f), Donate: []bool{donate&1 != 0, donate&2 != 0, donate&4 != 0}}
			for _, a := range in {
				l.Inputs = append(l.Inputs, upload(t, d, a))
			}
			if err := p.Run(context.Background(), l); err != nil {
				t.Fatal(err)
			}
			taken := 0
			for i, b := range l.Inputs {
				if !l.Taken[i] {
					if at, ok := same(download(t, d, graph.Float32, in[i].Dims, b), in[i], 0); !ok {
						t.Errorf("input %d was changed at %d", i, at)
					}
					b.Free()
					continue
				}
				taken++
				if !l.Donate[i] {
					t.Errorf("input %d was taken", i)
				}
			}
			if !o.Unfused && donate == 7 && taken != 3 {
				t.Errorf("%d of 3 inputs were used again", taken)
			}
			for i, out := range l.Outputs {
				if at, ok := same(download(t, d, graph.Float32, want[i].Dims, out.Buffer), want[i], 0); !ok {
					t.Errorf("donated %03b: result %d differs at %d", donate, i, at)
				}
				out.Buffer.Free()
			}
		}
	}
	if n := d.Memory().Live; n != 0 {
		t.Errorf("%d bytes are still live", n)
	}
}

func TestMemoryLimit(t *testing.T) {
	d := New(Options{Threads: 1})
	f := step()
	p, err := d.Compile(f, backend.Options{})
	if err != nil {
		t.Fatal(err)
	}
	l := &backend.Launch{Numbers: numbersOf(f), Donate: []bool{true, false, false}}
	for range 3 {
		l.Inputs = append(l.Inputs, upload(t, d, graph.NewArray(graph.Float32, 3000)))
	}
	live := d.Memory().Live
	d.SetMemoryLimit(live + 1000)
	var limit *backend.LimitError
	if err := p.Run(context.Background(), l); !errors.As(err, &limit) {
		t.Fatalf("got %v", err)
	}
	if limit.Limit != live+1000 || l.Outputs != nil || d.Memory().Live != live {
		t.Errorf("after %+v: %d live of %d, outputs %v", limit, d.Memory().Live, live, l.Outputs)
	}
	if _, err := d.Alloc(1 << 20); !errors.As(err, &limit) {
		t.Errorf("got %v", err)
	}
	d.SetMemoryLimit(0)
	if err := p.Run(context.Background(), l); err != nil {
		t.Fatal(err)
	}
}

// countdown is a context that is cancelled at its nth question.
type countdown struct {
	context.Context
	n int
}

func (c *countdown) Err() error {
	if c.n--; c.n < 0 {
		return context.Canceled
	}
	return nil
}

func TestCancel(t *testing.T) {
	d := New(Options{Threads: 1})
	f := graph.NewFunc("long")
	x := f.Param("x", graph.T(graph.Float32, 100))
	y := x
	for range 5 {
		y = y.Sub(y.Sum(0).Scale(0.01)).Tanh()
	}
	f.Return(y, x.Shift(1))
	for _, donate := range []bool{false, true} {
		p, err := d.Compile(f, backend.Options{Unfused: true})
		if err != nil {
			t.Fatal(err)
		}
		finished := 0
		for n := range 100 {
			l := &backend.Launch{Inputs: []backend.Buffer{upload(t, d, graph.NewArray(graph.Float32, 100))}, Donate: []bool{donate}}
			err := p.Run(&countdown{context.Background(), n}, l)
			switch {
			case err == nil:
				finished++
				l.Outputs[0].Buffer.Free()
				l.Outputs[1].Buffer.Free()
				if !l.Taken[0] {
					l.Inputs[0].Free()
				}
			case !errors.Is(err, context.Canceled):
				t.Fatal(err)
			case l.Outputs != nil:
				t.Error("a cancelled run has outputs")
			default:
				l.Inputs[0].Free()
			}
			if live := d.Memory().Live; live != 0 {
				t.Fatalf("cancelled at %d: %d bytes are still live", n, live)
			}
		}
		if finished == 0 || finished == 100 {
			t.Errorf("%d of 100 runs finished", finished)
		}
	}
}

func TestFaults(t *testing.T) {
	d := New(Options{Threads: 2})
	for _, unfused := range []bool{false, true} {
		f := graph.NewFunc("faults")
		x, y := f.Param("x", graph.T(graph.Int32, 2000)), f.Param("y", graph.T(graph.Int32, 2000))
		table, w := f.Param("table", graph.T(graph.Float32, 4, 2000)), f.Param("w", graph.T(graph.Float32, 2000))
		q := x.Div(y)
		at := f.Param("at", graph.T(graph.Int64, 2))
		row := table.Gather(at, 0, 0)
		bad := q.Cast(graph.Float32).Add(w)
		good := w.Scale(2)
		// bad2 and good have one index space; the new w depends on a fault.
		f.Return(bad, good, row.ReduceSum(0), w.Sub(row.ReduceSum(0)), q.ReduceSum(0), x.Add(y))
		p, err := d.Compile(f, backend.Options{Unfused: unfused})
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			divisor, index int64
			want           [6]string
		}{
			{1, 3, [6]string{}},
			{0, 3, [6]string{0: "div", 4: "div"}},
			{1, 4, [6]string{2: "gather", 3: "gather"}},
			{0, -1, [6]string{0: "div", 2: "gather", 3: "gather", 4: "div"}},
		} {
			in := []*graph.Array{graph.NewArray(graph.Int32, 2000), graph.NewArray(graph.Int32, 2000), graph.NewArray(graph.Float32, 4, 2000),
				graph.NewArray(graph.Float32, 2000), graph.NewArray(graph.Int64, 2)}
			for i := range in[0].I {
				in[0].I[i], in[1].I[i] = int64(i), 1
			}
			in[1].I[1700], in[4].I[1] = c.divisor, c.index
			l := &backend.Launch{Donate: []bool{true, true, false, true, false}}
			for _, a := range in {
				l.Inputs = append(l.Inputs, upload(t, d, a))
			}
			if err := p.Run(context.Background(), l); err != nil {
				t.Fatal(err)
			}
			for i, o := range l.Outputs {
				got := ""
				if o.Fault != nil {
					got = o.Fault.Op
					if o.Fault.Pos != map[string]*graph.Value{"div": q, "gather": row}[got].Pos || o.Fault.Msg == "" {
						t.Errorf("fault %+v", o.Fault)
					}
				} else {
					o.Buffer.Free()
				}
				if got != c.want[i] || (o.Buffer == nil) != (o.Fault != nil) {
					t.Errorf("unfused %v, divisor %d, index %d: result %d has fault %q, want %q", unfused, c.divisor, c.index, i, got, c.want[i])
				}
			}
			for i, b := range l.Inputs {
				if l.Taken[i] {
					continue
				}
				if at, ok := same(download(t, d, in[i].DType, in[i].Dims, b), in[i], 0); !ok {
					t.Errorf("input %d was changed at %d", i, at)
				}
				b.Free()
			}
		}
	}
	if n := d.Memory().Live; n != 0 {
		t.Errorf("%d bytes are still live", n)
	}
}

// TestConcurrentRuns runs one program from several goroutines, on different sizes.
func TestConcurrentRuns(t *testing.T) {
	d := New(Options{Threads: 2})
	f := network()
	p, err := d.Compile(f, backend.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for g := range 4 {
		wg.Go(func() {
			r := rand.New(rand.NewPCG(9, uint64(g)))
			in := []*graph.Array{graph.Uniform(r, graph.Float32, -1, 1, 50+g, 40), graph.Uniform(r, graph.Float32, -1, 1, 40, 5)}
			first, _ := launch(t, d, f, p, in)
			for range 20 {
				again, _ := launch(t, d, f, p, in)
				for i := range first {
					if at, ok := same(again[i], first[i], 0); !ok {
						t.Errorf("result %d differs at %d", i, at)
					}
				}
			}
		})
	}
	wg.Wait()
}

// TestResultsAreTheirOwn returns one value several times, a parameter, and reshapes of both.
func TestResultsAreTheirOwn(t *testing.T) {
	d := New(Options{Threads: 1})
	f := graph.NewFunc("own")
	x := f.Param("x", graph.T(graph.Float32, 2, 3))
	y := x.Exp()
	f.Return(y, y, x, x.Reshape(graph.N(6)), y.Reshape(graph.N(3), graph.N(2)), graph.Zeros(f, graph.T(graph.Float32, 2)), graph.Zeros(f, graph.T(graph.Float32, 2)))
	in := []*graph.Array{graph.Uniform(rand.New(rand.NewPCG(1, 1)), graph.Float32, -1, 1, 2, 3)}
	want, err := graph.Eval(f, nil, in)
	if err != nil {
		t.Fatal(err)
	}
	got, _ := evaluateOn(t, d, f, backend.Options{}, in)
	for i := range got {
		if at, ok := same(got[i], want[i], 1e-6); !ok {
			differs(t, f.String(), got[i], want[i], at)
		}
	}
	if n := d.Memory().Live; n != 0 { // a buffer that is freed twice panics
		t.Errorf("%d bytes are still live", n)
	}
}

func TestDump(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("FLAMBEAU_DUMP", dir)
	d := New(Options{Threads: 1})
	f := network()
	r := rand.New(rand.NewPCG(1, 1))
	evaluateOn(t, d, f, backend.Options{Name: "a/b"}, []*graph.Array{graph.Uniform(r, graph.Float32, -1, 1, 3, 4), graph.Uniform(r, graph.Float32, -1, 1, 4, 5)})
	files, err := filepath.Glob(filepath.Join(dir, "program*-a_b.txt"))
	if err != nil || len(files) != 1 {
		t.Fatalf("%v, %v", files, err)
	}
	text, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{"func network(", "contraction dot", "accumulator", "reduce_sum", "a run, of 1; ", "of the roof"} {
		if !strings.Contains(string(text), part) {
			t.Errorf("no %q in\n%s", part, text)
		}
	}
	if d.loops == nil {
		return
	}
	pieces := regexp.MustCompile(`machine code of [^,]+, (\d+) bytes: objdump -D -b binary -m i386:x86-64 .*--adjust-vma=0x[0-9a-f]+ (\S+\.bin)\n`).FindAllStringSubmatch(string(text), -1)
	if len(pieces) == 0 {
		t.Fatalf("no machine code in\n%s", text)
	}
	for _, p := range pieces {
		code, err := os.ReadFile(filepath.Join(dir, p[2]))
		if err != nil || strconv.Itoa(len(code)) != p[1] || !bytes.Contains(code, []byte{0xc5, 0xf8, 0x77}) { // VZEROUPPER, before the end
			t.Errorf("%s has %d bytes, want %s, which end as code does: %v", p[2], len(code), p[1], err)
		}
	}
}

// TestContractionFlops has contractions cost as much as their terms are.
func TestContractionFlops(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	param := func(f *graph.Func, name string, sizes []int) *graph.Value {
		return f.Param(name, graph.Type{DType: graph.Float32, Shape: graph.Ns(sizes...)})
	}
	for range 50 {
		c := randomConv(r)
		want := 2.0 * float64(c.f[1]) // of each result: as many channels, and the window
		for _, n := range slices.Concat(c.y, c.f[2:]) {
			want *= float64(n)
		}
		c.each(func(op *graph.Primitive, a *graph.Attrs, in [2][]int, _ []int) {
			f := graph.NewFunc("f")
			if got := contractionFlops(graph.Apply(op, a, param(f, "a", in[0]), param(f, "b", in[1])), nil); got != want {
				t.Errorf("%s of %v and %v has %g, want %g", op, in[0], in[1], got, want)
			}
		})
	}
	f := graph.NewFunc("f")
	y := param(f, "a", []int{7, 2, 3, 5}).Dot(param(f, "b", []int{7, 3, 5, 11}), graph.Dot{LBatch: []int{0}, RBatch: []int{0}, LContract: []int{2, 3}, RContract: []int{1, 2}})
	if got, want := contractionFlops(y, nil), 2.0*7*2*11*15; got != want {
		t.Errorf("a product has %g, want %g", got, want)
	}
}
