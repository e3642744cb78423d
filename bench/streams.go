package bench

import (
	"errors"
	"fmt"
	"sync/atomic"
	"unsafe"

	"github.com/flambeau-ml/flambeau/internal/asm/amd64"
	"github.com/flambeau-ml/flambeau/internal/asm/exec"
)

// sink keeps what loops compute from being removed.
var sink atomic.Int32

// streams is machine code that does nothing but arithmetic, or nothing but memory traffic.
type streams struct {
	heap                              *exec.Heap
	multiply, plain, streaming, touch *exec.Code
	flops                             int // of one step of multiply
	width                             int // bytes of one step of the others
}

// span is what the loops over memory go through.
type span struct{ dst, src unsafe.Pointer }

// accumulators is how many sums the arithmetic has at a time: more than a processor can begin before one is done.
const accumulators = 12

// newStreams makes the code for this processor; the error says why there is none.
func newStreams() (s *streams, err error) {
	level, bytes, reg := amd64.LevelAVX512, 64, amd64.Z
	switch f := amd64.Detect(); {
	case f.Has(amd64.LevelAVX512):
	case f.Has(amd64.LevelAVX2):
		level, bytes, reg = amd64.LevelAVX2, 32, amd64.Y
	default:
		return nil, errors.New("the processor has neither AVX-512 nor AVX2")
	}
	s = &streams{heap: exec.NewHeap(exec.Options{}), flops: 2 * 2 * accumulators * bytes / 4, width: 4 * bytes}
	defer func() {
		if err != nil {
			s.close()
		}
	}()
	add := func(name string, emit func(a *amd64.Assembler)) *exec.Code {
		if err != nil {
			return nil
		}
		a := amd64.New(level)
		var code []byte
		emitLoop(a, emit)
		if code, err = a.Finish(); err != nil {
			err = fmt.Errorf("bench: assembling %s: %w", name, err)
			return nil
		}
		var c *exec.Code
		c, err = s.heap.Add(name, code)
		return c
	}
	s.multiply = add("peak-fma", func(a *amd64.Assembler) {
		for range 2 {
			for i := range accumulators {
				a.Emit(amd64.VFMADD231PS, reg(i), reg(14), reg(15))
			}
		}
		a.Emit(amd64.ADD, amd64.RSI, amd64.Imm(1))
	})
	through := func(store amd64.Op) func(a *amd64.Assembler) {
		return func(a *amd64.Assembler) {
			for i := range 4 {
				a.Emit(amd64.VMOVUPS, reg(i), amd64.At(amd64.R9, bytes*i).Idx(amd64.RSI, 1))
			}
			for i := range 4 {
				if store != 0 {
					a.Emit(store, amd64.At(amd64.R8, bytes*i).Idx(amd64.RSI, 1), reg(i))
				}
			}
			a.Emit(amd64.ADD, amd64.RSI, amd64.Imm(4*bytes))
		}
	}
	s.plain, s.streaming, s.touch = add("peak-copy", through(amd64.VMOVUPS)), add("peak-copy-nt", through(amd64.VMOVNTPS)), add("peak-read", through(0))
	return s, err
}

// emitLoop emits a loop round body, which moves RSI on until it is RDX. R8 and R9 hold the addresses of a span; all vectors are
// zero at first, so that no arithmetic is slow for what its numbers are.
func emitLoop(a *amd64.Assembler, body func(a *amd64.Assembler)) {
	a.Emit(amd64.MOV, amd64.R8, amd64.At(amd64.RDI, int(unsafe.Offsetof(span{}.dst))))
	a.Emit(amd64.MOV, amd64.R9, amd64.At(amd64.RDI, int(unsafe.Offsetof(span{}.src))))
	for i := range 16 {
		a.Emit(amd64.VXORPS, amd64.X(i), amd64.X(i), amd64.X(i))
	}
	loop := a.Label()
	a.Align(64)
	a.Bind(loop)
	body(a)
	a.Emit(amd64.CMP, amd64.RSI, amd64.RDX)
	a.Emit(amd64.JL, loop)
	a.Emit(amd64.SFENCE)
	a.Emit(amd64.VZEROUPPER)
	a.Emit(amd64.RET)
}

func (s *streams) close() { s.heap.Close() }

// fma does so many steps of arithmetic.
func (s *streams) fma(steps int) {
	var none span
	s.multiply.Call(unsafe.Pointer(&none), 0, steps)
}

func (s *streams) copyPlain(dst, src []byte)     { s.through(s.plain, dst, src) }
func (s *streams) copyStreaming(dst, src []byte) { s.through(s.streaming, dst, src) }
func (s *streams) read(src []byte)               { s.through(s.touch, src, src) }

// through runs code on whole steps of memory, whose beginning is aligned, and leaves the rest: less than one step.
func (s *streams) through(code *exec.Code, dst, src []byte) {
	if n := len(src) / s.width * s.width; n > 0 {
		b := span{unsafe.Pointer(unsafe.SliceData(dst)), unsafe.Pointer(unsafe.SliceData(src))}
		code.Call(unsafe.Pointer(&b), 0, n)
	}
}
