package cpu

import (
	"runtime"
	"unsafe"

	"github.com/flambeau-ml/flambeau/graph"
	"github.com/flambeau-ml/flambeau/internal/asm/amd64"
	"github.com/flambeau-ml/flambeau/internal/asm/exec"
)

// windowArgs are the arguments of the code that searches the windows of a plane of float32.
type windowArgs struct {
	from  uintptr // the plane
	out   uintptr // where indices go, of 64 bits
	table uintptr // what the first element of each window reads, as numbers of 32 bits
	pitch int     // bytes from there to what the next element of each window reads
	more  int     // elements of a window but one
	count int     // vectors of windows
}

// windowTable says what each element of the windows reads: for each element a line of numbers of elements of a plane, one
// for each window, filled up with zeros to whole vectors. In the padding stands the nearest element that the window has
// in the plane: which is the first largest remains the same. ok is false where a window has none, or where the table would
// be larger than a cache.
func windowTable(w *graph.Window, in, out []int, lanes int) (table []int32, pitch int, ok bool) {
	const most = 1 << 16
	positions, window := count(out), count(w.Size)
	pitch = ceilDiv(positions, lanes) * lanes
	if positions == 0 || pitch*window > most || count(in) > 1<<28 {
		return nil, 0, false
	}
	table = make([]int32, pitch*window)
	outer, each := 1, positions // windows by the axes before d, and those with one number there
	stride := count(in)
	elements := window // that share a number of the element along the axes up to d
	for d, n := range out {
		stride /= in[d]
		each /= n
		elements /= w.Size[d]
		for p := range n {
			first := p*w.Stride[d] - w.Low[d]
			low := max(0, ceilDiv(-first, w.Dilation[d]))
			high := min(w.Size[d]-1, (in[d]-1-first)/w.Dilation[d])
			if in[d]-1-first < 0 || low > high {
				return nil, 0, false
			}
			for k := range window {
				at := int32((first + min(max(k/elements%w.Size[d], low), high)*w.Dilation[d]) * stride)
				line := table[k*pitch:][:positions]
				for o := range outer {
					part := line[(o*n+p)*each:][:each]
					for i := range part {
						part[i] += at
					}
				}
			}
		}
		outer *= n
	}
	return table, pitch, true
}

// searchByMachine is searchWindows by machine code. It reports false where there is none for such windows.
func searchByMachine(e *env, w *graph.Window, planes int, x []float32, in []int, to []int64, out []int) bool {
	if e.loops == nil {
		return false
	}
	lanes := 8
	if e.loops.features.Has(amd64.LevelAVX512) {
		lanes = 16
	}
	table, pitch, ok := windowTable(w, in, out, lanes)
	if !ok {
		return false
	}
	code := e.loops.codeOf("window_argmax", "window_argmax", func(a *amd64.Assembler) ([]byte, error) {
		a.Reset()
		a.Target = e.loops.features
		if lanes == 16 {
			emitWindows512(a)
		} else {
			emitWindows(a)
		}
		return a.Finish()
	})
	if code == nil {
		return false
	}
	defer code.Release()
	positions, plane := count(out), count(in)
	e.pool.For(planes, grainOf(pitch*count(w.Size)), func(_, lo, hi int) {
		beyond := make([]int64, pitch)
		for p := lo; p < hi; p++ {
			// Vectors are written as a whole. What is too much is overwritten by the next planes, if there are any.
			own, last := to[p*positions:], p*positions+pitch > hi*positions
			if last {
				own = beyond
			}
			searchPlane(code, x[p*plane:], own, table, pitch, count(w.Size), lanes)
			if last {
				copy(to[p*positions:][:positions], own)
			}
		}
	})
	return true
}

// searchPlane finds the elements of one plane.
func searchPlane(code *exec.Code, x []float32, to []int64, table []int32, pitch, window, lanes int) {
	a := windowArgs{from: uintptr(unsafe.Pointer(&x[0])), pitch: 4 * pitch, more: window - 1}
	step := max(1, 1<<13/window/lanes) * lanes // of a call: tens of microseconds
	for i := 0; i < pitch; i += step {
		a.out, a.table, a.count = uintptr(unsafe.Pointer(&to[i])), uintptr(unsafe.Pointer(&table[i])), min(step, pitch-i)/lanes
		code.Call(unsafe.Pointer(&a), 0, 0)
	}
	runtime.KeepAlive(to)
	runtime.KeepAlive(table)
}

// The registers of the code that searches windows: vectors 0 and 1 hold the best elements so far and their numbers, 2 and
// 3 those that are compared with them.
const (
	windowFrom, windowOut, windowLine = amd64.RSI, amd64.RDX, amd64.R8
	windowPitch, windowMore           = amd64.R9, amd64.R10
	windowCount                       = amd64.RCX
	windowAt, windowLeft              = amd64.RAX, amd64.R11
	notLessEqual                      = amd64.Imm(0x16) // greater, or one of them is NaN
)

// emitSearch writes the loops: begin takes the first elements of some windows, better compares with the next ones, and
// store writes the numbers, of so many windows.
func emitSearch(a *amd64.Assembler, lanes int, begin, better, store func()) {
	var w windowArgs
	a.Emit(amd64.MOV, windowFrom, rowArg(unsafe.Offsetof(w.from)))
	a.Emit(amd64.MOV, windowOut, rowArg(unsafe.Offsetof(w.out)))
	a.Emit(amd64.MOV, windowLine, rowArg(unsafe.Offsetof(w.table)))
	a.Emit(amd64.MOV, windowPitch, rowArg(unsafe.Offsetof(w.pitch)))
	a.Emit(amd64.MOV, windowMore, rowArg(unsafe.Offsetof(w.more)))
	a.Emit(amd64.MOV, windowCount, rowArg(unsafe.Offsetof(w.count)))
	next, more, done := a.Label(), a.Label(), a.Label()
	a.Align(32)
	a.Bind(next)
	a.Emit(amd64.MOV, windowAt, windowLine)
	begin()
	a.Emit(amd64.MOV, windowLeft, windowMore)
	a.Emit(amd64.TEST, windowLeft, windowLeft)
	a.Emit(amd64.JE, done)
	a.Bind(more)
	a.Emit(amd64.ADD, windowAt, windowPitch)
	better()
	a.Emit(amd64.DEC, windowLeft)
	a.Emit(amd64.JNE, more)
	a.Bind(done)
	store()
	a.Emit(amd64.ADD, windowOut, amd64.Imm(8*lanes))
	a.Emit(amd64.ADD, windowLine, amd64.Imm(4*lanes))
	a.Emit(amd64.DEC, windowCount)
	a.Emit(amd64.JNE, next)
	a.Emit(amd64.VZEROUPPER)
	a.Emit(amd64.RET)
}

func emitWindows512(a *amd64.Assembler) {
	z := amd64.Z
	gather := func(value, index int) {
		a.Emit(amd64.VMOVDQU32, z(index), amd64.At(windowAt, 0))
		a.Emit(amd64.KXNORW, amd64.K1, amd64.K1, amd64.K1)
		a.Emit(amd64.VPXORD, z(value), z(value), z(value))
		a.Emit(amd64.VGATHERDPS, z(value).Mask(amd64.K1), amd64.At(windowFrom, 0).Idx(z(index), 4))
	}
	emitSearch(a, 16, func() { gather(0, 1) }, func() {
		gather(2, 3)
		a.Emit(amd64.VCMPPS, amd64.K2, z(2), z(0), notLessEqual)
		a.Emit(amd64.VCMPPS, amd64.K2.Mask(amd64.K2), z(0), z(0), amd64.CmpOrdered) // the first NaN stays
		a.Emit(amd64.VMOVAPS, z(0).Mask(amd64.K2), z(2))
		a.Emit(amd64.VMOVDQA32, z(1).Mask(amd64.K2), z(3))
	}, func() {
		a.Emit(amd64.VPMOVSXDQ, z(4), amd64.Y(1))
		a.Emit(amd64.VEXTRACTI64X4, amd64.Y(5), z(1), amd64.Imm(1))
		a.Emit(amd64.VPMOVSXDQ, z(5), amd64.Y(5))
		a.Emit(amd64.VMOVDQU64, amd64.At(windowOut, 0), z(4))
		a.Emit(amd64.VMOVDQU64, amd64.At(windowOut, 64), z(5))
	})
}

func emitWindows(a *amd64.Assembler) {
	y := amd64.Y
	gather := func(value, index int) {
		a.Emit(amd64.VMOVDQU, y(index), amd64.At(windowAt, 0))
		a.Emit(amd64.VPCMPEQD, y(4), y(4), y(4))
		a.Emit(amd64.VPXOR, y(value), y(value), y(value))
		a.Emit(amd64.VGATHERDPS, y(value), amd64.At(windowFrom, 0).Idx(y(index), 4), y(4))
	}
	emitSearch(a, 8, func() { gather(0, 1) }, func() {
		gather(2, 3)
		a.Emit(amd64.VCMPPS, y(4), y(2), y(0), notLessEqual)
		a.Emit(amd64.VCMPPS, y(5), y(0), y(0), amd64.CmpOrdered) // the first NaN stays
		a.Emit(amd64.VANDPS, y(4), y(4), y(5))
		a.Emit(amd64.VBLENDVPS, y(0), y(0), y(2), y(4))
		a.Emit(amd64.VBLENDVPS, y(1), y(1), y(3), y(4))
	}, func() {
		a.Emit(amd64.VPMOVSXDQ, y(4), amd64.X(1))
		a.Emit(amd64.VEXTRACTI128, amd64.X(5), y(1), amd64.Imm(1))
		a.Emit(amd64.VPMOVSXDQ, y(5), amd64.X(5))
		a.Emit(amd64.VMOVDQU, amd64.At(windowOut, 0), y(4))
		a.Emit(amd64.VMOVDQU, amd64.At(windowOut, 32), y(5))
	})
}
