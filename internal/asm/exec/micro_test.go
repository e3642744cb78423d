//go:build amd64

package exec

import (
	"math"
	"testing"
	"unsafe"

	"github.com/flambeau-ml/flambeau/internal/asm/amd64"
)

// product makes out[8][32] = Σ x[k][8]·y[k][32] over k from lo to hi, with 16 accumulators in the registers above 15, two
// loads of y and eight repeated elements of x in each step.
func product(t testing.TB) []byte {
	a := amd64.New(amd64.LevelAVX512)
	a.Emit(amd64.MOV, amd64.R8, ptrX)
	a.Emit(amd64.MOV, amd64.R9, ptrY)
	a.Emit(amd64.MOV, amd64.R10, ptrOut)
	a.Emit(amd64.SUB, amd64.RDX, amd64.RSI)
	for r := range 16 {
		a.Emit(amd64.VPXORD, amd64.Z(16+r), amd64.Z(16+r), amd64.Z(16+r))
	}
	loop := a.Label()
	a.Align(64)
	a.Bind(loop)
	for half := range 2 {
		a.Emit(amd64.VMOVUPS, amd64.Z(half), amd64.At(amd64.R9, 64*half))
	}
	for r := range 8 {
		x := amd64.At(amd64.R8, 4*r).Broadcast()
		a.Emit(amd64.VFMADD231PS, amd64.Z(16+2*r), amd64.Z(0), x)
		a.Emit(amd64.VFMADD231PS, amd64.Z(17+2*r), amd64.Z(1), x)
	}
	a.Emit(amd64.ADD, amd64.R8, amd64.Imm(32))
	a.Emit(amd64.ADD, amd64.R9, amd64.Imm(128))
	a.Emit(amd64.DEC, amd64.RDX)
	a.Emit(amd64.JNE, loop)
	for r := range 16 {
		a.Emit(amd64.VMOVUPS, amd64.At(amd64.R10, 64*r), amd64.Z(16+r))
	}
	return finish(t, a)
}

func TestProduct(t *testing.T) {
	available(t)
	if !amd64.Detect().Has(amd64.LevelAVX512) {
		t.Skip("the processor lacks AVX-512")
	}
	const depth = 77
	h := NewHeap(Options{})
	c := add(t, h, "product", product(t))
	defer c.Release()
	x, y, out := random(8*depth), random(32*depth), make([]float32, 8*32)
	b := &block{unsafe.Pointer(&x[0]), unsafe.Pointer(&y[0]), unsafe.Pointer(&out[0]), 0}
	c.Call(unsafe.Pointer(b), 0, depth)
	for i := range 8 {
		for j := range 32 {
			want := 0.0
			for k := range depth {
				want += float64(x[8*k+i]) * float64(y[32*k+j])
			}
			// 77 products below 1/4 are added with an error of half a unit each.
			if got := out[32*i+j]; math.Abs(float64(got)-want) > depth*0x1p-22 {
				t.Fatalf("element %d, %d is %v, want %v", i, j, got, want)
			}
		}
	}
}

func BenchmarkProduct(b *testing.B) {
	available(b)
	if !amd64.Detect().Has(amd64.LevelAVX512) {
		b.Skip("the processor lacks AVX-512")
	}
	const depth = 256
	h := NewHeap(Options{})
	c := add(b, h, "product", product(b))
	defer c.Release()
	x, y, out := random(8*depth), random(32*depth), make([]float32, 8*32)
	args := &block{unsafe.Pointer(&x[0]), unsafe.Pointer(&y[0]), unsafe.Pointer(&out[0]), 0}
	for b.Loop() {
		c.Call(unsafe.Pointer(args), 0, depth)
	}
	b.ReportMetric(2*8*32*depth*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
}
