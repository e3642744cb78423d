//go:build amd64 && unix

package jit

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"
	"unsafe"

	asm "github.com/flambeau-ml/flambeau/internal/asm/amd64"
	"github.com/flambeau-ml/flambeau/internal/asm/exec"
)

// tileCode is the code that transposes, by level, size and whether it goes past the caches.
func tileCode(t testing.TB, heap *exec.Heap, level string, size int, past bool) *exec.Code {
	f, err := asm.Detect().Restrict(level)
	want := map[string]asm.Features{"avx512": asm.LevelAVX512, "avx2": asm.LevelAVX2}[level]
	if err != nil || !f.Has(want) || exec.Available() != nil {
		t.Skipf("no %s here", level)
	}
	var a asm.Assembler
	b, err := CompileTiles(&a, size, past, f)
	if err != nil {
		t.Fatal(err)
	}
	c, err := heap.Add("tiles", b)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// aligned is n bytes at a multiple of 64.
func aligned(n int) []byte {
	b := make([]byte, n+63)
	at := -uintptr(unsafe.Pointer(unsafe.SliceData(b))) & 63
	return b[at:][:n]
}

func TestTiles(t *testing.T) {
	heap := exec.NewHeap(exec.Options{})
	rnd := rand.New(rand.NewPCG(1, 2))
	for _, level := range []string{"avx512", "avx2"} {
		for _, size := range []int{1, 2, 4, 8} {
			for _, past := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s/%d/%t", level, size, past), func(t *testing.T) {
					code := tileCode(t, heap, level, size, past)
					side := TileSide(size)
					down, across := 3, 2                   // tiles of the operand
					rows, cols := down*side, across*side+5 // 5 more columns, which stay
					back := rows*size + 64                 // pitch of the result
					from, to := aligned(rows*cols*size), aligned(across*side*back)
					for i := range from {
						from[i] = byte(rnd.Uint32())
					}
					for i := range to {
						to[i] = 0x55
					}
					want := bytes.Clone(to)
					for i := range rows {
						for j := range across * side {
							copy(want[j*back+i*size:][:size], from[(i*cols+j)*size:])
						}
					}
					args := Tiles{
						From: uintptr(unsafe.Pointer(&from[0])), To: uintptr(unsafe.Pointer(&to[0])),
						FromPitch: cols * size, ToPitch: back,
						FromStep: 64, ToStep: side * back, Columns: across,
						FromRow: side * cols * size, ToRow: 64, Rows: down,
					}
					code.Call(unsafe.Pointer(&args), 0, 0)
					runtime.KeepAlive(from)
					if !bytes.Equal(to, want) {
						t.Error("the transpose is another")
					}
				})
			}
		}
	}
}
