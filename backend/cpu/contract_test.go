package cpu

import (
	"bytes"
	"fmt"
	"math"
	"math/cmplx"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"unsafe"

	"github.com/flambeau-ml/flambeau/graph"
	"github.com/flambeau-ml/flambeau/internal/workpool"
)

// testEngines are the engines that this process can have.
var testEngines = sync.OnceValue(func() []*engine {
	out := []*engine{portable}
	for _, name := range []string{"avx2", "avx512"} {
		if e, err := engines[name](); err == nil {
			out = append(out, e)
		}
	}
	return out
})

var testPools = sync.OnceValue(func() []*workpool.Pool {
	return []*workpool.Pool{workpool.New(1), workpool.New(2), workpool.New(7)}
})

// arrayOf copies a reference array into memory as kernels see it.
func arrayOf(a *graph.Array) array {
	return array{dtype: a.DType, dims: a.Dims, data: align(a.Bytes())}
}

// align copies b to memory that holds any element.
func align(b []byte) []byte {
	words := make([]uint64, (len(b)+7)/8+1)
	out := unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(words))), len(b))
	copy(out, b)
	return out
}

func newArray(d graph.DType, dims []int) array {
	a := array{dtype: d, dims: dims}
	a.data = align(bytes.Repeat([]byte{0xa5}, a.len()*d.Bytes())) // kernels write every element
	return a
}

func hostOf(t testing.TB, a array) *graph.Array {
	h, err := graph.FromBytes(a.dtype, a.dims, a.data)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// runSpecial runs the kernel of op with several numbers of threads, whose results must have the same bits.
func runSpecial(t testing.TB, op *graph.Primitive, a *graph.Attrs, in []array) (array, error) {
	t.Helper()
	return runOn(t, portable, op, a, in)
}

// enginesOf are the engines that op may run on.
func enginesOf(op *graph.Primitive) []*engine {
	if contractions[op] == nil {
		return []*engine{portable}
	}
	return testEngines()
}

// runOn is runSpecial on an engine.
func runOn(t testing.TB, machine *engine, op *graph.Primitive, a *graph.Attrs, in []array) (array, error) {
	t.Helper()
	types := make([]graph.Type, len(in))
	for i, x := range in {
		types[i] = graph.T(x.dtype, x.dims...)
	}
	typ, err := op.Infer(nil, a, types...)
	if err != nil {
		t.Fatal(err)
	}
	dims, _ := typ.Shape.Ints()
	var first array
	var firstErr error
	for i, pool := range testPools() {
		out := newArray(typ.DType, dims)
		err := compute(&env{pool: pool, engine: machine}, op, a, in, out)
		switch {
		case i == 0:
			first, firstErr = out, err
		case fmt.Sprint(err) != fmt.Sprint(firstErr):
			t.Fatalf("%s: error %v with one thread, %v with %d", op, firstErr, err, pool.Threads())
		case err == nil && !bytes.Equal(out.data, first.data):
			t.Fatalf("%s %v: one thread and %d give different bits", op, dims, pool.Threads())
		}
	}
	return first, firstErr
}

// compute runs the kernel of op.
func compute(e *env, op *graph.Primitive, a *graph.Attrs, in []array, out array) error {
	contract, ok := contractions[op]
	if !ok {
		return specials[op](e, a, in, out)
	}
	operands := make([]operand, len(in))
	for i, x := range in {
		operands[i] = operand{x, rowMajor(x.dims)}
	}
	contract(e, a, operands, out, nil)
	return nil
}

// tolerance is how far a sum of n terms about as large as scale may be from the reference, for each element type.
func tolerance(d graph.DType, n int) float64 {
	eps := map[graph.DType]float64{graph.Float64: 0x1p-52, graph.Float32: 0x1p-23, graph.Float16: 0x1p-10, graph.BFloat16: 0x1p-7, graph.Complex64: 0x1p-23, graph.Complex128: 0x1p-52}[d]
	if d == graph.Float16 || d == graph.BFloat16 {
		return eps + 8*float64(n)*0x1p-23
	}
	return 8 * eps * float64(n+1)
}

// compare checks got against the reference: bit for bit where exact, else within tol of the larger magnitude.
func compare(t testing.TB, what string, got, want *graph.Array, exact bool, tol float64) {
	t.Helper()
	if exact || got.I != nil {
		if !bytes.Equal(got.Bytes(), want.Bytes()) {
			t.Fatalf("%s: got %v %v %v, want %v %v %v", what, got.I, got.F, got.C, want.I, want.F, want.C)
		}
		return
	}
	for i, x := range got.C {
		if w := want.C[i]; x != w && !(cmplx.Abs(x-w) <= tol*max(1, cmplx.Abs(w))) {
			t.Fatalf("%s: element %d is %g, want %g", what, i, x, w)
		}
	}
	for i, x := range got.F {
		w := want.F[i]
		if x != w && !(math.Abs(x-w) <= tol*math.Max(1, math.Abs(w))) && !(x != x && w != w) {
			t.Fatalf("%s: element %d is %g, want %g", what, i, x, w)
		}
	}
}

// againstReference runs op's kernel and compares it with op's reference evaluation.
func againstReference(t testing.TB, op *graph.Primitive, a *graph.Attrs, in []*graph.Array, terms int) {
	t.Helper()
	arrays := make([]array, len(in))
	for i, x := range in {
		arrays[i] = arrayOf(x)
	}
	for _, machine := range enginesOf(op) {
		out, err := runOn(t, machine, op, a, arrays)
		want := graph.NewArray(out.dtype, out.dims...)
		if wantErr := op.Eval(a, in, want); fmt.Sprint(err) != fmt.Sprint(wantErr) {
			t.Fatalf("%s: error %v, want %v", op, err, wantErr)
		}
		if err != nil {
			continue
		}
		what := fmt.Sprintf("%s: %s %+v of %v", machine.name, op, a, dimsOf(in))
		compare(t, what, hostOf(t, out), want, op.Exact, tolerance(out.dtype, terms)*16)
	}
}

func dimsOf(in []*graph.Array) (out [][]int) {
	for _, x := range in {
		out = append(out, x.Dims)
	}
	return out
}

func TestSpecialSamples(t *testing.T) {
	for _, op := range graph.Primitives() {
		if specials[op] == nil && contractions[op] == nil {
			continue
		}
		if op.Samples == nil {
			t.Errorf("%s has no samples", op)
			continue
		}
		for _, s := range op.Samples(rand.New(rand.NewPCG(1, 2))) {
			if contractions[op] != nil && s.In[0].DType.IsComplex() { // which a pass makes real ones of
				continue
			}
			againstReference(t, op, s.Attrs, s.In, 64)
		}
	}
}

// writtenOrder is the definition of an element of a contraction: blocks of K summed from zero, added in order. Machine
// code adds a product in one rounding.
func writtenOrder[T float32 | float64](machine *engine, k int, a, b func(k int) T) T {
	var c T
	const block = 256
	for lo := 0; lo < k; lo += block {
		var s T
		for i := lo; i < min(k, lo+block); i++ {
			if machine == portable {
				p := a(i) * b(i)
				s += T(p)
			} else {
				s = roundedOnce(a(i), b(i), s)
			}
		}
		c += s
	}
	return c
}

// roundedOnce is x·y + z rounded once.
func roundedOnce[T float32 | float64](x, y, z T) T {
	if unsafe.Sizeof(x) == 8 {
		return T(math.FMA(float64(x), float64(y), float64(z)))
	}
	// The product is exact, and the sum is made odd where it is not, so that rounding it twice does no harm.
	p, c := float64(x)*float64(y), float64(z)
	s := p + c
	b := s - p
	if err := (p - (s - b)) + (c - b); err != 0 && math.Float64bits(s)&1 == 0 {
		step := int64(-1)
		if (err > 0) == (s > 0) {
			step = 1
		}
		s = math.Float64frombits(math.Float64bits(s) + uint64(step))
	}
	return T(s)
}

var contractionSizes = [][4]int{
	{1, 1, 1, 1}, {1, 1, 1, 3000}, {1, 1, 5, 700}, {1, 7, 1, 513}, {3, 1, 1030, 9}, {2, 1500, 1, 257}, {1, 2, 3, 5},
	{1, 3, 130, 256}, {2, 5, 7, 300}, {1, 129, 131, 65}, {1, 33, 257, 2}, {4, 17, 18, 0}, {1, 9, 10, 4100}, {1, 90, 91, 3700}, {2, 20, 3, 9001}, {1, 64, 64, 64},
	{0, 3, 3, 3}, {2, 0, 4, 4}, {2, 4, 0, 4}, {5, 4, 4, 4}, {1, 2, 300, 1000}, {1, 300, 2, 1000},
	{1, 200, 300, 300}, {2, 340, 300, 17}, {1, 1, 1500, 600}, {1, 1100, 1, 70}, {3, 14, 32, 40}, {1, 15, 33, 257}, {7, 6, 16, 8}, {1, 169, 257, 1},
}

// layouts of a batch of matrices [b, r, k], as the axes are ordered in memory.
var layouts = [][3]int{{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {2, 1, 0}, {1, 2, 0}, {2, 0, 1}}

func randomView(r *rand.Rand, d graph.DType, order [3]int, sizes [3]int) (matrix, func(b, i, k int) float64) {
	dims := []int{sizes[order[0]], sizes[order[1]], sizes[order[2]]}
	var strides [3]int
	n := 1
	for i := 2; i >= 0; i-- {
		strides[order[i]] = n
		n *= dims[i]
	}
	h := graph.Uniform(r, d, -2, 2, dims...)
	x := arrayOf(h)
	all := axes{{sizes[0], strides[0]}, {sizes[1], strides[1]}, {sizes[2], strides[2]}}
	return matrix{x, all[:1], all[1:2], all[2:]}, func(b, i, k int) float64 {
		at := b*strides[0] + i*strides[1] + k*strides[2]
		if h.F != nil {
			return h.F[at]
		}
		return float64(h.I[at])
	}
}

func multiply[T number](e *env, a, b matrix, out array) {
	p := productOf[T](a, b)
	to := sinkOf[T](out, nil)
	p.write, p.out = to.write, to.mem
	p.run(e)
}

func testWrittenOrder[T float32 | float64](t *testing.T, d graph.DType) {
	r := rand.New(rand.NewPCG(3, 4))
	for si, s := range contractionSizes {
		va, a := randomView(r, d, layouts[si%6], [3]int{s[0], s[1], s[3]})
		vb, b := randomView(r, d, layouts[(si/2)%6], [3]int{s[0], s[2], s[3]})
		dims := []int{s[0], s[1], s[2]}
		for _, machine := range testEngines() {
			want := make([]float64, count(dims))
			for e := range want {
				at := unravel(e, dims)
				f := writtenOrder(machine, s[3], func(k int) T { return T(a(at[0], at[1], k)) }, func(k int) T { return T(b(at[0], at[2], k)) })
				want[e] = graph.RoundFloat(d, float64(f))
			}
			for _, pool := range testPools() {
				out := newArray(d, dims)
				multiply[T](&env{pool: pool, engine: machine}, va, vb, out)
				for e, x := range hostOf(t, out).F {
					if x != want[e] {
						t.Fatalf("%s, %s %v, %d threads: element %v is %g, want %g", machine.name, d, s, pool.Threads(), unravel(e, dims), x, want[e])
					}
				}
			}
		}
	}
}

func TestContractionWrittenOrder(t *testing.T) {
	testWrittenOrder[float32](t, graph.Float32)
	testWrittenOrder[float64](t, graph.Float64)
	testWrittenOrder[float32](t, graph.BFloat16)
	testWrittenOrder[float32](t, graph.Float16)
}

// A view may count through several axes as one, and repeat elements.
func TestContractionSeveralAxes(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for _, d := range []graph.DType{graph.Float32, graph.Float64, graph.BFloat16, graph.Int8, graph.Uint8, graph.Int16, graph.Uint16, graph.Int32, graph.Uint32, graph.Int64, graph.Uint64} {
		for range 12 {
			dim := func() int { return 1 + r.IntN(5) }
			sizes := [6]int{dim(), dim(), dim(), dim(), dim(), dim()} // two each of batch, contracted, free
			xo, yo := r.Perm(6), r.Perm(6)
			free := [2]int{dim(), dim()}
			shape := func(order []int, own [2]int) []int {
				out := make([]int, 6)
				for at, a := range order {
					out[at] = sizes[a]
					if a >= 4 {
						out[at] = own[a-4]
					}
				}
				return out
			}
			at := func(order []int, axes ...int) []int {
				out := make([]int, len(axes))
				for i, a := range axes {
					out[i] = slices.Index(order, a)
				}
				return out
			}
			x := graph.Uniform(r, d, 0, 9, shape(xo, [2]int{sizes[4], sizes[5]})...)
			y := graph.Uniform(r, d, 0, 9, shape(yo, free)...)
			dot := &graph.Dot{LBatch: at(xo, 0, 1), RBatch: at(yo, 0, 1), LContract: at(xo, 3, 2), RContract: at(yo, 3, 2)}
			againstReference(t, graph.DotGeneral, &graph.Attrs{Dot: dot}, []*graph.Array{x, y}, sizes[2]*sizes[3])
		}
	}
}

func TestContractionBroadcast(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	x, y := graph.Uniform(r, graph.Float32, -1, 1, 6, 10), graph.Uniform(r, graph.Float32, -1, 1, 3, 10, 7)
	vx := matrix{arrayOf(x), axes{{3, 0}}, axes{{2, 0}, {6, 10}}, axes{{10, 1}}}
	vy := matrix{arrayOf(y), axes{{3, 70}}, axes{{7, 1}}, axes{{10, 7}}}
	for _, machine := range testEngines() {
		out := newArray(graph.Float32, []int{3, 12, 7})
		multiply[float32](&env{pool: testPools()[0], engine: machine}, vx, vy, out)
		got := hostOf(t, out)
		for i := range got.F {
			b, row, col := i/84, i/7%12%6, i%7
			want := writtenOrder(machine, 10, func(k int) float32 { return float32(x.F[row*10+k]) }, func(k int) float32 { return float32(y.F[b*70+k*7+col]) })
			if got.F[i] != float64(want) {
				t.Fatalf("%s: element %d is %g, want %g", machine.name, i, got.F[i], want)
			}
		}
	}
}

// Finished elements are each handed out once, and the hook may change and keep them as it likes.
func TestContractionWrite(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	for _, s := range append(contractionSizes, [4]int{1, 171, 260, 2*packedDepth + 40}) {
		va, _ := randomView(r, graph.Float32, layouts[0], [3]int{s[0], s[1], s[3]})
		vb, _ := randomView(r, graph.Float32, layouts[0], [3]int{s[0], s[2], s[3]})
		for _, machine := range testEngines() {
			plain := newArray(graph.Float32, []int{s[0], s[1], s[2]})
			multiply[float32](&env{pool: testPools()[0], engine: machine}, va, vb, plain)
			for _, pool := range testPools() {
				c := productOf[float32](va, vb)
				got := make([]float32, plain.len())
				seen := make([]int32, len(got))
				c.write = func(worker, at int, acc []float32) {
					if worker < 0 || worker >= pool.Threads() || len(acc) > thinMax {
						t.Errorf("worker %d, %d elements", worker, len(acc))
					}
					for i, x := range acc {
						got[at+i] = max(x+1, 0)
						seen[at+i]++
						acc[i] = float32(math.NaN())
					}
				}
				c.run(&env{pool: pool, engine: machine})
				for i, x := range elements[float32](plain) {
					if seen[i] != 1 || got[i] != max(x+1, 0) {
						t.Fatalf("%s %v: element %d was written %d times, last %g for %g", machine.name, s, i, seen[i], got[i], max(x+1, 0))
					}
				}
			}
		}
	}
}

func TestContractionNonFinite(t *testing.T) {
	inf := math.Inf(1)
	x, y := graph.NewArray(graph.Float32, 5, 3), graph.NewArray(graph.Float32, 3, 6)
	for i := range x.F {
		x.F[i] = 1
	}
	y.F[0], y.F[7], y.F[13] = inf, math.NaN(), -inf
	againstReference(t, graph.DotGeneral, &graph.Attrs{Dot: &graph.Dot{LContract: []int{1}, RContract: []int{0}}}, []*graph.Array{x, y}, 3)
}

func TestContractionHalf(t *testing.T) {
	for i := range 1 << 16 {
		f := float16(i).float32()
		if want := graph.HalfToFloat(uint16(i)); float64(f) != want && f == f || f != f && want == want {
			t.Fatalf("float16 %#04x is %g, want %g", i, f, want)
		}
		if f == f && toFloat16(f) != float16(i) {
			t.Fatalf("float16 %#04x turns into %#04x", i, toFloat16(f))
		}
		if f := bfloat16(i).float32(); f == f && toBFloat16(f) != bfloat16(i) {
			t.Fatalf("bfloat16 %#04x turns into %#04x", i, toBFloat16(f))
		}
	}
	r := rand.New(rand.NewPCG(1, 1))
	for i := range 1 << 20 {
		b := r.Uint32()
		if i%2 == 0 { // near ties
			b = b&^0xffff | uint32(1<<(r.IntN(16))) + uint32(r.IntN(3)) - 1
		}
		f := math.Float32frombits(b)
		if got, want := toFloat16(f), graph.FloatToHalf(float64(f)); uint16(got) != want {
			t.Fatalf("%g is float16 %#04x, want %#04x", f, got, want)
		}
		if got, want := toBFloat16(f), graph.FloatToBFloat16(float64(f)); uint16(got) != want {
			t.Fatalf("%g is bfloat16 %#04x, want %#04x", f, got, want)
		}
	}
}
