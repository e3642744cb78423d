package cpu

import (
	"sync"
	"unsafe"

	"github.com/flambeau-ml/flambeau/graph"
	"github.com/flambeau-ml/flambeau/internal/asm/amd64"
	"github.com/flambeau-ml/flambeau/internal/asm/exec"
)

// philoxGroup is how many blocks machine code draws side by side, of four words each.
const philoxGroup = 8

// philoxCall is how many blocks a call draws at most, so that it takes less than 50 µs.
const philoxCall = 1 << 12

// randomBits draws blocks of four words.
func randomBits(e *env, _ *graph.Attrs, in []array, out array) error {
	state, words := elements[uint64](in[0]), elements[uint32](out)
	key, counter := state[0], state[1]
	var code *exec.Code
	if e.rows != nil {
		code = philoxCode()
	}
	e.pool.For(ceilDiv(len(words), 4), 1<<12, func(_, lo, hi int) {
		for whole := min(hi, len(words)/4) - lo; code != nil && whole >= philoxGroup; {
			n := min(whole, philoxCall) &^ (philoxGroup - 1)
			drawBlocks(code, key, counter+uint64(lo), words[4*lo:4*(lo+n)])
			lo, whole = lo+n, whole-n
		}
		for i := lo; i < hi; i++ {
			block := graph.Philox(key, counter+uint64(i))
			copy(words[4*i:], block[:])
		}
	})
	return nil
}

// philoxArgs are the arguments of the code: it writes groups of blocks.
type philoxArgs struct {
	to       uintptr
	groups   int
	counters [philoxGroup]uint64 // of the first group
	keys     [20]uint64          // two for each round
}

func drawBlocks(code *exec.Code, key, counter uint64, words []uint32) {
	a := philoxArgs{to: uintptr(unsafe.Pointer(&words[0])), groups: len(words) / (4 * philoxGroup)}
	for i := range a.counters {
		a.counters[i] = counter + uint64(i)
	}
	k0, k1 := uint32(key), uint32(key>>32)
	for i := 0; i < len(a.keys); i += 2 {
		a.keys[i], a.keys[i+1] = uint64(k0), uint64(k1)
		k0, k1 = k0+0x9E3779B9, k1+0xBB67AE85
	}
	code.Call(unsafe.Pointer(&a), 0, 0)
}

// philoxCode is the code for graph.Philox on AVX-512; nil where there is no room for it.
var philoxCode = sync.OnceValue(func() *exec.Code {
	a := amd64.New(amd64.Detect())
	emitPhilox(a)
	code, err := a.Finish()
	if err != nil {
		panic("cpu: the code of philox: " + err.Error())
	}
	k, err := exec.NewHeap(exec.Options{}).Add("philox", code)
	if err != nil {
		return nil
	}
	return k
})

// emitPhilox writes the code. Each of the four words of eight blocks is a register of 64-bit lanes, of which the lower
// half counts: multiplication does not look at the upper one.
func emitPhilox(a *amd64.Assembler) {
	var p philoxArgs
	const (
		counter, step, m0, m1 = 16, 17, 18, 19
		h0, h1                = 4, 5
	)
	z := amd64.Z
	arg := func(at uintptr) amd64.Mem { return amd64.At(amd64.RDI, int(at)) }
	a.Emit(amd64.MOV, amd64.RSI, arg(unsafe.Offsetof(p.to)))
	a.Emit(amd64.MOV, amd64.RDX, arg(unsafe.Offsetof(p.groups)))
	a.Emit(amd64.VMOVDQU64, z(counter), arg(unsafe.Offsetof(p.counters)))
	for i, x := range []uint64{philoxGroup, 0xD2511F53, 0xCD9E8D57} {
		a.Emit(amd64.MOV, amd64.RAX, amd64.Imm(x))
		a.Emit(amd64.VPBROADCASTQ, z(step+i), amd64.RAX)
	}
	next := a.Label()
	a.Align(32)
	a.Bind(next)
	a.Emit(amd64.VMOVDQA64, z(0), z(counter))
	a.Emit(amd64.VPSRLQ, z(1), z(counter), amd64.Imm(32))
	a.Emit(amd64.VPXORQ, z(2), z(2), z(2))
	a.Emit(amd64.VPXORQ, z(3), z(3), z(3))
	c := [4]int{0, 1, 2, 3}
	l := [2]int{6, 7}
	for round := range 10 {
		key := func(i int) amd64.Mem {
			return arg(unsafe.Offsetof(p.keys) + 8*uintptr(2*round+i)).Broadcast()
		}
		a.Emit(amd64.VPMULUDQ, z(l[0]), z(c[0]), z(m0))
		a.Emit(amd64.VPMULUDQ, z(l[1]), z(c[2]), z(m1))
		a.Emit(amd64.VPSRLQ, z(h0), z(l[0]), amd64.Imm(32))
		a.Emit(amd64.VPSRLQ, z(h1), z(l[1]), amd64.Imm(32))
		const xor3 = 0x96
		a.Emit(amd64.VPTERNLOGQ, z(c[1]), z(h1), key(0), amd64.Imm(xor3))
		a.Emit(amd64.VPTERNLOGQ, z(c[3]), z(h0), key(1), amd64.Imm(xor3))
		c, l = [4]int{c[1], l[1], c[3], l[0]}, [2]int{c[0], c[2]}
	}
	// Words 0 and 1, and 2 and 3, of each block become a lane of 64 bits: the lower halves.
	for i := 0; i < 4; i += 2 {
		lo, hi := z(c[i]), z(c[i+1])
		a.Emit(amd64.VPSLLQ, lo, lo, amd64.Imm(32))
		a.Emit(amd64.VPSRLQ, lo, lo, amd64.Imm(32))
		a.Emit(amd64.VPSLLQ, hi, hi, amd64.Imm(32))
		a.Emit(amd64.VPORQ, lo, lo, hi)
	}
	a.Emit(amd64.VPUNPCKLQDQ, z(h0), z(c[0]), z(c[2]))
	a.Emit(amd64.VPUNPCKHQDQ, z(h1), z(c[0]), z(c[2]))
	for i := range 4 {
		a.Emit(amd64.VEXTRACTI64X2, amd64.At(amd64.RSI, 32*i), z(h0), amd64.Imm(i))
		a.Emit(amd64.VEXTRACTI64X2, amd64.At(amd64.RSI, 32*i+16), z(h1), amd64.Imm(i))
	}
	a.Emit(amd64.VPADDQ, z(counter), z(counter), z(step))
	a.Emit(amd64.ADD, amd64.RSI, amd64.Imm(16*philoxGroup))
	a.Emit(amd64.DEC, amd64.RDX)
	a.Emit(amd64.JNE, next)
	a.Emit(amd64.VZEROUPPER)
	a.Emit(amd64.RET)
}
