//go:build amd64

package exec

import (
	"math"
	"math/rand/v2"
	"testing"
	"unsafe"

	"github.com/flambeau-ml/flambeau/internal/asm/amd64"
)

// The kernels read their operands from a block of three pointers and a number, and go over elements lo to hi.
type block struct {
	x, y, out unsafe.Pointer
	a         float32
}

var (
	ptrX   = amd64.At(amd64.RDI, int(unsafe.Offsetof(block{}.x)))
	ptrY   = amd64.At(amd64.RDI, int(unsafe.Offsetof(block{}.y)))
	ptrOut = amd64.At(amd64.RDI, int(unsafe.Offsetof(block{}.out)))
	numA   = amd64.At(amd64.RDI, int(unsafe.Offsetof(block{}.a)))
)

// lanes of float32 at a level, and its n-th register.
func lanes(level amd64.Features) (int, func(int) amd64.Reg) {
	if level.Has(amd64.AVX512F) {
		return 16, amd64.Z
	}
	return 8, amd64.Y
}

// emitLoop emits a loop over whole vectors and one over what is left, element by element. body gets the width in
// elements; R8, R9 and R10 hold x, y and out, RSI the element.
func emitLoop(a *amd64.Assembler, width int, body func(width int)) {
	a.Emit(amd64.MOV, amd64.R8, ptrX)
	a.Emit(amd64.MOV, amd64.R9, ptrY)
	a.Emit(amd64.MOV, amd64.R10, ptrOut)
	for _, w := range []int{width, 1} {
		loop, done := a.Label(), a.Label()
		a.Bind(loop)
		a.Emit(amd64.LEA, amd64.RAX, amd64.At(amd64.RSI, w))
		a.Emit(amd64.CMP, amd64.RAX, amd64.RDX)
		a.Emit(amd64.JG, done)
		body(w)
		a.Emit(amd64.MOV, amd64.RSI, amd64.RAX)
		a.Emit(amd64.JMP, loop)
		a.Bind(done)
	}
}

func at(base amd64.Reg) amd64.Mem { return amd64.At(base, 0).Idx(amd64.RSI, 4) }

func finish(t testing.TB, a *amd64.Assembler) []byte {
	t.Helper()
	a.Emit(amd64.VZEROUPPER)
	a.Emit(amd64.RET)
	code, err := a.Finish()
	if err != nil {
		t.Fatal(err)
	}
	return code
}

// fma makes out = x·a + y.
func fma(t testing.TB, level amd64.Features) []byte {
	a := amd64.New(level)
	width, reg := lanes(level)
	a.Emit(amd64.VBROADCASTSS, reg(0), numA)
	emitLoop(a, width, func(w int) {
		if w == 1 {
			a.Emit(amd64.VMOVSS, amd64.X(1), at(amd64.R8))
			a.Emit(amd64.VFMADD213SS, amd64.X(1), amd64.X(0), at(amd64.R9))
			a.Emit(amd64.VMOVSS, at(amd64.R10), amd64.X(1))
			return
		}
		a.Emit(amd64.VMOVUPS, reg(1), at(amd64.R8))
		a.Emit(amd64.VFMADD213PS, reg(1), reg(0), at(amd64.R9))
		a.Emit(amd64.VMOVUPS, at(amd64.R10), reg(1))
	})
	return finish(t, a)
}

// maskedCopy makes out = x for elements lo to hi, at most one vector of them, by a mask.
func maskedCopy(t testing.TB, level amd64.Features) []byte {
	a := amd64.New(level)
	a.Emit(amd64.MOV, amd64.R8, ptrX)
	a.Emit(amd64.MOV, amd64.R10, ptrOut)
	a.Emit(amd64.SUB, amd64.RDX, amd64.RSI)
	if level.Has(amd64.AVX512F) {
		a.Emit(amd64.MOV, amd64.EAX, amd64.Imm(-1))
		a.Emit(amd64.BZHI, amd64.EAX, amd64.EAX, amd64.EDX)
		a.Emit(amd64.KMOVW, amd64.K1, amd64.EAX)
		a.Emit(amd64.VMOVUPS, amd64.Z(17).Mask(amd64.K1).Zero(), at(amd64.R8))
		a.Emit(amd64.VMOVUPS, at(amd64.R10).Mask(amd64.K1), amd64.Z(17))
		return finish(t, a)
	}
	// A window into eight words of ones followed by eight of zeros.
	ramp := make([]byte, 64)
	for i := range 32 {
		ramp[i] = 0xff
	}
	a.Emit(amd64.LEA, amd64.RCX, a.Const(ramp).Plus(32))
	a.Emit(amd64.NEG, amd64.RDX)
	a.Emit(amd64.VMOVUPS, amd64.Y(9), amd64.At(amd64.RCX, 0).Idx(amd64.RDX, 4))
	a.Emit(amd64.VMASKMOVPS, amd64.Y(10), amd64.Y(9), at(amd64.R8))
	a.Emit(amd64.VMASKMOVPS, at(amd64.R10), amd64.Y(9), amd64.Y(10))
	return finish(t, a)
}

// gather makes out[i] = x[y[i]] for whole vectors.
func gather(t testing.TB, level amd64.Features) []byte {
	a := amd64.New(level)
	width, reg := lanes(level)
	emitLoop(a, width, func(w int) {
		if w == 1 {
			a.Emit(amd64.MOVSXD, amd64.R11, at(amd64.R9))
			a.Emit(amd64.MOV, amd64.ECX, amd64.At(amd64.R8, 0).Idx(amd64.R11, 4))
			a.Emit(amd64.MOV, at(amd64.R10), amd64.ECX)
			return
		}
		a.Emit(amd64.VMOVDQU, amd64.Y(1), at(amd64.R9))
		if level.Has(amd64.AVX512F) {
			a.Emit(amd64.VMOVDQU32, amd64.Z(1), at(amd64.R9))
			a.Emit(amd64.KXNORW, amd64.K2, amd64.K2, amd64.K2)
			a.Emit(amd64.VGATHERDPS, reg(2).Mask(amd64.K2), amd64.At(amd64.R8, 0).Idx(reg(1), 4))
		} else {
			a.Emit(amd64.VPCMPEQD, reg(3), reg(3), reg(3))
			a.Emit(amd64.VGATHERDPS, reg(2), amd64.At(amd64.R8, 0).Idx(reg(1), 4), reg(3))
		}
		a.Emit(amd64.VMOVUPS, at(amd64.R10), reg(2))
	})
	return finish(t, a)
}

// sum makes out[0] = the sum of x over whole vectors, lane by lane and then the lanes in pairs. It keeps a partial sum
// in its scratch space.
func sum(t testing.TB, level amd64.Features) []byte {
	a := amd64.New(level)
	width, reg := lanes(level)
	a.Emit(amd64.VXORPS, amd64.X(0), amd64.X(0), amd64.X(0))
	a.Emit(amd64.VMOVAPS, amd64.At(amd64.RCX, Scratch-64), reg(0))
	emitLoop(a, width, func(w int) {
		if w == 1 {
			a.Emit(amd64.UD2)
			return
		}
		a.Emit(amd64.VMOVAPS, reg(0), amd64.At(amd64.RCX, Scratch-64))
		a.Emit(amd64.VADDPS, reg(0), reg(0), at(amd64.R8))
		a.Emit(amd64.VMOVAPS, amd64.At(amd64.RCX, Scratch-64), reg(0))
	})
	if width == 16 {
		a.Emit(amd64.VEXTRACTF64X4, amd64.Y(1), amd64.Z(0), amd64.Imm(1))
		a.Emit(amd64.VADDPS, amd64.Y(0), amd64.Y(0), amd64.Y(1))
	}
	a.Emit(amd64.VEXTRACTF128, amd64.X(1), amd64.Y(0), amd64.Imm(1))
	a.Emit(amd64.VADDPS, amd64.X(0), amd64.X(0), amd64.X(1))
	a.Emit(amd64.VMOVHLPS, amd64.X(1), amd64.X(1), amd64.X(0))
	a.Emit(amd64.VADDPS, amd64.X(0), amd64.X(0), amd64.X(1))
	a.Emit(amd64.VMOVSHDUP, amd64.X(1), amd64.X(0))
	a.Emit(amd64.VADDSS, amd64.X(0), amd64.X(0), amd64.X(1))
	a.Emit(amd64.VMOVSS, amd64.At(amd64.R10, 0), amd64.X(0))
	return finish(t, a)
}

// available skips a test where code cannot run.
func available(t testing.TB) {
	t.Helper()
	if err := Available(); err != nil {
		t.Skip(err)
	}
}

// levels runs a test for each level that the machine has.
func levels(t *testing.T, run func(t *testing.T, level amd64.Features)) {
	available(t)
	for _, level := range []struct {
		name string
		need amd64.Features
	}{{"avx2", amd64.LevelAVX2}, {"avx512", amd64.LevelAVX512}} {
		t.Run(level.name, func(t *testing.T) {
			if !amd64.Detect().Has(level.need) {
				t.Skip("the processor lacks it")
			}
			run(t, level.need)
		})
	}
}

func add(t testing.TB, h *Heap, name string, code []byte) *Code {
	t.Helper()
	c, err := h.Add(name, code)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func random(n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = rand.Float32() - 0.5
	}
	return x
}

func TestKernels(t *testing.T) {
	levels(t, func(t *testing.T, level amd64.Features) {
		h := NewHeap(Options{})
		kernels := map[string]*Code{}
		for name, code := range map[string][]byte{
			"fma": fma(t, level), "copy": maskedCopy(t, level), "gather": gather(t, level), "sum": sum(t, level),
		} {
			kernels[name] = add(t, h, name, code)
		}
		const n = 1003
		x, y, out := random(n), random(n), make([]float32, n+1)
		b := &block{unsafe.Pointer(&x[0]), unsafe.Pointer(&y[0]), unsafe.Pointer(&out[0]), 1.25}

		kernels["fma"].Call(unsafe.Pointer(b), 3, n-2)
		for i := range out {
			want := float32(0)
			if i >= 3 && i < n-2 {
				// The product of two float32 is exact in float64, and so is the sum of numbers of this size but for
				// double rounding, which these numbers do not meet.
				want = float32(math.FMA(float64(x[i]), 1.25, float64(y[i])))
			}
			if out[i] != want {
				t.Fatalf("fma: element %d is %v, want %v", i, out[i], want)
			}
		}

		width, _ := lanes(level)
		for count := range width + 1 {
			clear(out)
			kernels["copy"].Call(unsafe.Pointer(b), 5, 5+count)
			for i := range out {
				want := float32(0)
				if i >= 5 && i < 5+count {
					want = x[i]
				}
				if out[i] != want {
					t.Fatalf("copy of %d: element %d is %v, want %v", count, i, out[i], want)
				}
			}
		}

		index := make([]int32, n)
		for i := range index {
			index[i] = rand.Int32N(n)
		}
		b.y = unsafe.Pointer(&index[0])
		kernels["gather"].Call(unsafe.Pointer(b), 0, n)
		for i := range index {
			if out[i] != x[index[i]] {
				t.Fatalf("gather: element %d is %v, want %v", i, out[i], x[index[i]])
			}
		}

		kernels["sum"].Call(unsafe.Pointer(b), 0, 960)
		if want := sumGo(x[:960], width); out[0] != want {
			t.Errorf("sum is %v, want %v", out[0], want)
		}
		for _, c := range kernels {
			c.Release()
		}
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	})
}

func sumGo(x []float32, width int) float32 {
	acc := make([]float32, width)
	for i, v := range x {
		acc[i%width] += v
	}
	for n := width / 2; n > 0; n /= 2 {
		for i := range n {
			acc[i] += acc[i+n]
		}
	}
	return acc[0]
}

// TestRegisters checks that code may change every register but RSP and RBP.
func TestRegisters(t *testing.T) {
	levels(t, func(t *testing.T, level amd64.Features) {
		a := amd64.New(level)
		for n := range 16 {
			if r := amd64.R(n); r != amd64.RSP && r != amd64.RBP {
				a.Emit(amd64.MOV, r.D(), amd64.Imm(-1))
			}
		}
		count, reg := 16, amd64.Y
		if level.Has(amd64.AVX512F) {
			count, reg = 32, amd64.Z
		}
		for n := range count {
			if n < 16 {
				a.Emit(amd64.VPCMPEQD, amd64.Y(n), amd64.Y(n), amd64.Y(n))
			} else {
				a.Emit(amd64.VPTERNLOGD, reg(n), reg(n), reg(n), amd64.Imm(0x7f))
			}
		}
		h := NewHeap(Options{})
		c := add(t, h, "registers", finish(t, a))
		for i := range 1000 {
			c.Call(nil, 0, 0)
			// Go stores zeros out of X15, and finds the goroutine by R14.
			var zeros [16]uint64
			s := make([]string, i%7+1)
			if zeros != [16]uint64{} || s[0] != "" {
				t.Fatal("Go's registers are not what they were")
			}
		}
		c.Release()
	})
}

func BenchmarkCall(b *testing.B) {
	available(b)
	h := NewHeap(Options{})
	c := add(b, h, "ret", probe)
	defer c.Release()
	b.Run("Call", func(b *testing.B) {
		for b.Loop() {
			c.Call(nil, 0, 0)
		}
	})
	b.Run("Try", func(b *testing.B) {
		for b.Loop() {
			if err := c.Try(nil, 0, 0); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("Hold", func(b *testing.B) {
		for b.Loop() {
			c.Acquire()
			c.Call(nil, 0, 0)
			c.Release()
		}
	})
}

func BenchmarkAdd(b *testing.B) {
	available(b)
	h := NewHeap(Options{})
	code := make([]byte, 700)
	keep := add(b, h, "keep", code)
	defer keep.Release()
	for b.Loop() {
		add(b, h, "code", code).Release()
	}
}
