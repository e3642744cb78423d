package amd64

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"math/bits"
)

// A pool is the constants of a piece of code, which follow it. Each stands there once, at an address that is a multiple
// of its size.
type pool struct {
	data    []byte
	entries []poolEntry
}

type poolEntry struct{ at, size int32 }

func (p *pool) reset() { p.data, p.entries = p.data[:0], p.entries[:0] }

// add returns the offset of a constant. Kernels have few, so that looking at each is the fastest way to find one.
func (p *pool) add(data []byte) int {
	for _, e := range p.entries {
		if int(e.size) == len(data) && bytes.Equal(p.data[e.at:e.at+e.size], data) {
			return int(e.at)
		}
	}
	align := 1 << bits.Len(uint(len(data)-1))
	for len(p.data)&(min(align, codeAlign)-1) != 0 {
		p.data = append(p.data, 0)
	}
	at := len(p.data)
	p.data = append(p.data, data...)
	p.entries = append(p.entries, poolEntry{int32(at), int32(len(data))})
	return at
}

// Const returns memory with the given bytes, up to 4,096 of them. It stands after the code, once however often it is
// asked for, at a multiple of its size rounded up to a power of two, or of 64.
func (a *Assembler) Const(data []byte) Mem {
	if len(data) == 0 || len(data) > 4096 {
		a.fail(fmt.Errorf("a constant of %d bytes", len(data)))
		return Mem{}
	}
	at := a.pool.add(data)
	return Mem{Base: RIP, label: Label(-1 - at)}
}

// Const32 returns memory with a number of 4 bytes.
func (a *Assembler) Const32(x uint32) Mem {
	var b [4]byte
	binary.LittleEndian.PutUint32(b[:], x)
	return a.Const(b[:])
}

// Const64 returns memory with a number of 8 bytes.
func (a *Assembler) Const64(x uint64) Mem {
	var b [8]byte
	binary.LittleEndian.PutUint64(b[:], x)
	return a.Const(b[:])
}

// Float32 returns memory with a float32.
func (a *Assembler) Float32(x float32) Mem { return a.Const32(math.Float32bits(x)) }

// Float64 returns memory with a float64.
func (a *Assembler) Float64(x float64) Mem { return a.Const64(math.Float64bits(x)) }
