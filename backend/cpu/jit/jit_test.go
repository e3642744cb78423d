//go:build amd64 && unix

package jit

import (
	"flag"
	"math"
	"math/rand/v2"
	"testing"
	"unsafe"

	asm "github.com/flambeau-ml/flambeau/internal/asm/amd64"
	"github.com/flambeau-ml/flambeau/internal/asm/exec"
)

var heap = exec.NewHeap(exec.Options{})

// levels are the processor levels that there is code for and that this machine has, by name.
func levels(t testing.TB) map[string]asm.Features {
	t.Helper()
	if err := exec.Available(); err != nil {
		t.Skip(err)
	}
	out := map[string]asm.Features{}
	for name, need := range map[string]asm.Features{"avx512": asm.LevelAVX512, "avx2": asm.LevelAVX2} {
		f, err := asm.Detect().Restrict(name)
		if err != nil {
			t.Fatal(err)
		}
		if f.Has(need) {
			out[name] = f
		}
	}
	if len(out) == 0 {
		t.Skip("the processor has neither AVX2 nor AVX-512")
	}
	return out
}

// perLevel runs a test for each level.
func perLevel(t *testing.T, f func(t *testing.T, features asm.Features)) {
	for name, features := range levels(t) {
		t.Run(name, func(t *testing.T) { f(t, features) })
	}
}

// compiled is the code of k, for the caller to release.
func compiled(t *testing.T, k *Kernel, features asm.Features) *exec.Code {
	t.Helper()
	code, err := Compile(&asm.Assembler{}, k, features)
	if err != nil {
		t.Fatalf("%v\n%s", err, k)
	}
	c, err := heap.Add(k.Name, code)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func nan(t Type, v val) bool { return t.Float() && v.float(t) != v.float(t) }

var soak = flag.Int("soak", 0, "compare machine code and interpretation of so many random kernels, instead of the usual number")

// TestRandomKernels compares machine code with an interpretation of the same kernel, for random kernels, sizes and steps.
func TestRandomKernels(t *testing.T) {
	n := 4000
	if testing.Short() {
		n = 300
	}
	if *soak > 0 {
		n = *soak
	}
	perLevel(t, func(t *testing.T, features asm.Features) {
		refused := map[string]int{}
		share := 0
		for seed := range uint64(n) {
			r := rand.New(rand.NewPCG(seed, 1))
			k := randomKernel(r, Form(seed%3))
			if _, err := Compile(&asm.Assembler{}, k, features); err != nil {
				if _, ok := err.(*Unsupported); !ok {
					t.Fatalf("seed %d: %v\n%s", seed, err, k)
				}
				refused[err.Error()]++
				share++
				continue
			}
			if !checkKernel(t, r, k, features) {
				t.Fatalf("seed %d\n%s", seed, k)
			}
		}
		if share > n/20 {
			t.Errorf("%d of %d kernels are refused: %v", share, n, refused)
		}
		t.Logf("%d kernels, %d refused: %v", n, share, refused)
	})
}

func checkKernel(t *testing.T, r *rand.Rand, k *Kernel, features asm.Features) bool {
	t.Helper()
	code := compiled(t, k, features)
	defer code.Release()
	sizes := []int{0, 1, 3, 7, 8, 9, 15, 16, 17, 31, 32, 33, 64, 65, 100, 128, 129, 256}
	for range 3 {
		rows, n := r.IntN(11), sizes[r.IntN(len(sizes))]
		m := &machine{k: k, row: make([]int, len(k.Streams)), step: make([]int, len(k.Streams))}
		args := make(Args, k.Words())
		args.SetRows(rows, n)
		var mine [][]byte
		for s, x := range k.Streams {
			b := x.Type.Bytes()
			gap := 1 + r.IntN(3)
			m.step[s] = b * gap
			length := n * b
			switch x.Step {
			case Same:
				length = b
			case Strided:
				length = n * m.step[s]
			}
			m.row[s] = length + b*r.IntN(3)
			if r.IntN(4) == 0 && k.Form == Map && x.Step != Next && !stored(k, s) { // a row that does not move
				m.row[s] = 0
			}
			data := make([]byte, max(rows, 1)*m.row[s]+length+8)
			for at := 0; at+b <= len(data); at += b {
				v := interesting(r, x.Type)
				for q := range b {
					data[at+q] = byte(v >> (8 * q))
				}
			}
			own := append(make([]byte, 0, len(data)+64), data...)
			m.memory, mine = append(m.memory, data), append(mine, own)
			args.SetStream(k, s, uintptr(unsafe.Pointer(&own[0])), m.row[s], m.step[s])
		}
		for p := range k.Positions {
			m.at = append(m.at, [4]int{r.IntN(9) - 4, r.IntN(5) - 2, r.IntN(5) - 2, 1 + r.IntN(20)})
			args.SetPosition(k, p, m.at[p][0], m.at[p][1], m.at[p][2], m.at[p][3])
		}
		for u := range k.Uniforms {
			typ := None
			for i := range k.Instrs {
				if in := &k.Instrs[i]; in.Op == Uniform && in.N == u {
					typ = in.Type
				}
			}
			m.unif = append(m.unif, interesting(r, typ))
			args.SetUniform(k, u, m.unif[u])
		}
		outs := make([][]uint64, k.Outputs)
		for o := range outs {
			outs[o] = make([]uint64, max(rows, n)+16)
			fillIdentity(k, o, outs[o])
			args.SetOutput(k, o, uintptr(unsafe.Pointer(&outs[o][0])))
		}
		want := m.run(rows, n)
		code.Call(unsafe.Pointer(unsafe.SliceData(args)), 0, 0)
		for s, x := range k.Streams {
			b := x.Type.Bytes()
			for at := 0; at+b <= len(mine[s]); at += b {
				var got, exp uint64
				for q := b - 1; q >= 0; q-- {
					got, exp = got<<8|uint64(mine[s][at+q]), exp<<8|uint64(m.memory[s][at+q])
				}
				held := x.Type
				switch held {
				case BF16:
					held, got, exp = F32, got<<16, exp<<16
				case F16:
					held = F32
					got, exp = uint64(math.Float32bits(halfValue(uint16(got)))), uint64(math.Float32bits(halfValue(uint16(exp))))
				}
				if got != exp && !(nan(held, val(got)) && nan(held, val(exp))) {
					t.Errorf("%d rows of %d: byte %d of stream %d, %s, is %#x, want %#x", rows, n, at, s, x.Type, got, exp)
					return false
				}
			}
		}
		for o, list := range want {
			var typ Type
			for i := range k.Instrs {
				if in := &k.Instrs[i]; in.Op.reduces() && in.N == o {
					typ = in.Type
				}
			}
			p := unsafe.Slice((*byte)(unsafe.Pointer(&outs[o][0])), len(outs[o])*8)
			for i, w := range list {
				var got uint64
				for q := typ.Bytes() - 1; q >= 0; q-- {
					got = got<<8 | uint64(p[i*typ.Bytes()+q])
				}
				if val(got) != w && !(nan(typ, val(got)) && nan(typ, w)) {
					t.Errorf("%d rows of %d: result %d of output %d, %s, is %#x, want %#x", rows, n, i, o, typ, got, w)
					return false
				}
			}
		}
	}
	return true
}

// stored reports whether k writes stream s.
func stored(k *Kernel, s int) bool {
	for i := range k.Instrs {
		if in := &k.Instrs[i]; in.Op == Store && in.N == s {
			return true
		}
	}
	return false
}

// fillIdentity makes partial results those of nothing.
func fillIdentity(k *Kernel, o int, out []uint64) {
	for i := range k.Instrs {
		if in := &k.Instrs[i]; in.Op.reduces() && in.N == o {
			id, b := identity(in.Op, in.Type), in.Type.Bytes()
			p := unsafe.Slice((*byte)(unsafe.Pointer(&out[0])), len(out)*8)
			for at := range len(p) / b {
				for q := range b {
					p[at*b+q] = byte(id >> (8 * q))
				}
			}
		}
	}
}

// chain is gelu(x·a + b) + x by the tanh form, without its exponential: enough operations to be like it.
func chain() *Kernel {
	k := &Kernel{Name: "chain", Uniforms: 2, Streams: []Stream{{Type: F32}, {Type: F32}}}
	add := func(op Op, args ...int) int {
		in := Instr{Op: op, Type: F32, Args: [3]int{NoArg, NoArg, NoArg}, Mask: NoArg}
		copy(in.Args[:], args)
		k.Instrs = append(k.Instrs, in)
		return len(k.Instrs) - 1
	}
	x := add(Load)
	a, b := add(Uniform), add(Uniform)
	k.Instrs[b].N = 1
	y := add(FMA, x, a, b)
	for range 12 {
		y = add(FMA, y, x, a)
	}
	z := add(Add, y, x)
	add(Store, z)
	k.Instrs[len(k.Instrs)-1].N = 1
	return k
}

func BenchmarkCompile(b *testing.B) {
	for name, features := range levels(b) {
		b.Run(name, func(b *testing.B) {
			a, k := &asm.Assembler{}, chain()
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Compile(a, k, features); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkChain(b *testing.B) {
	for name, features := range levels(b) {
		b.Run(name, func(b *testing.B) {
			k := chain()
			code, err := Compile(&asm.Assembler{}, k, features)
			if err != nil {
				b.Fatal(err)
			}
			c, err := heap.Add("chain", code)
			if err != nil {
				b.Fatal(err)
			}
			const n = 4096
			x, y := make([]float32, n), make([]float32, n)
			args := make(Args, k.Words())
			for b.Loop() {
				args.SetRows(1, n)
				args.SetStream(k, 0, uintptr(unsafe.Pointer(&x[0])), 0, 4)
				args.SetStream(k, 1, uintptr(unsafe.Pointer(&y[0])), 0, 4)
				c.Call(unsafe.Pointer(&args[0]), 0, 0)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n*1000, "ps/element")
		})
	}
}
