package micro

import (
	"encoding/binary"
	"unsafe"

	"github.com/flambeau-ml/flambeau/internal/asm/amd64"
	"github.com/flambeau-ml/flambeau/internal/asm/exec"
)

// Winograd's F(4×4, 3×3): a tile of 4×4 positions reads 6×6 elements; transformed, these are multiplied element by element
// with a transformed filter and summed over channels, and the sums are transformed back. That takes 36 products where the
// definition takes 144. The points are 0, 1, −1, 2, −2 and infinity.
const (
	WinogradTile   = 4                           // positions of a tile along an axis
	WinogradRead   = WinogradTile + 2            // elements that it reads along an axis
	WinogradPlaces = WinogradRead * WinogradRead // products for a tile
	WinogradLanes  = 16                          // tiles side by side
)

// winogradScratch is the bytes that the transforms keep what they are at in.
const winogradScratch = WinogradRead * 5 * 64

// winogradCodes are the transforms, for float32 by AVX-512; elsewhere there are none.
type winogradCodes struct{ input, output, filter *exec.Code }

// HasWinograd says whether the kernels have the transforms.
func (k *Kernels) HasWinograd() bool { return k.winograd.input != nil }

// A WinogradRow is where a row of elements begins that tiles read, in some channels: the address of what the first tile
// reads first, which may be in front of the row since masks leave that out, and bytes from one channel to the next.
type WinogradRow struct {
	At   uintptr
	Step int
}

// A WinogradInput transforms what up to WinogradLanes tiles side by side read in Count channels. Distances are in bytes.
type WinogradInput struct {
	Rows    [WinogradRead]WinogradRow // changed
	To      unsafe.Pointer            // for each place a vector of tiles
	Place   int                       // between the places
	Channel int                       // between the channels of To
	Count   int                       // of channels
	Vectors int                       // that have an element which a tile reads
	Masks   [5]uint16                 // of elements of each vector that are not padding
	Store   uint16                    // of tiles
	Scratch [winogradScratch]byte
}

// A WinogradOutput transforms the sums of up to WinogradLanes tiles side by side of Count filters back. Distances are in
// bytes.
type WinogradOutput struct {
	From     unsafe.Pointer // for each place a vector of tiles
	Place    int            // between the places
	Filter   int            // between the filters in From
	To       unsafe.Pointer // the first position of the first tile
	Row      int            // between the rows of To
	Plane    int            // between the filters in To
	RowCount int            // rows of positions, 1 to WinogradTile
	Count    int            // of filters
	Masks    [WinogradTile]uint16
	Scratch  [winogradScratch]byte
}

// A WinogradFilter transforms Count times the windows of some filters that lie side by side. Distances are in bytes.
type WinogradFilter struct {
	From    unsafe.Pointer // the element of the window that the first position reads
	Down    int            // to the next element along the first axis
	Right   int            // and the second one
	Next    int            // to the next windows
	To      unsafe.Pointer
	Place   int // between the places in To
	Channel int // between what is next in To
	Count   int
	Filters int // at most WinogradLanes
}

// TransformInput performs w.
func (k *Kernels) TransformInput(w *WinogradInput) {
	k.winograd.input.Call(unsafe.Pointer(w), 0, 0)
}

// TransformOutput performs w.
func (k *Kernels) TransformOutput(w *WinogradOutput) {
	k.winograd.output.Call(unsafe.Pointer(w), 0, 0)
}

// TransformFilter performs w.
func (k *Kernels) TransformFilter(w *WinogradFilter) {
	k.winograd.filter.Call(unsafe.Pointer(w), 0, 0)
}

// indices is a constant of 16 numbers of lanes.
func indices(a *amd64.Assembler, lane func(i int) int) amd64.Mem {
	b := make([]byte, 64)
	for i := range 16 {
		binary.LittleEndian.PutUint32(b[4*i:], uint32(lane(i)))
	}
	return a.Const(b)
}

// The constants of the transforms.
const (
	winTwo, winFour, winFive = 31, 30, 29
)

// winogradForward emits the transform of d's six elements into to's, of registers that differ. Registers from temp on, two,
// are changed.
func winogradForward(a *amd64.Assembler, d, to [6]int, temp int) {
	z := amd64.Z
	two, four, five := z(winTwo), z(winFour), z(winFive)
	s, t := z(temp), z(temp+1)
	a.Emit(amd64.VMULPS, z(to[0]), z(d[0]), four)
	a.Emit(amd64.VFNMADD231PS, z(to[0]), z(d[2]), five)
	a.Emit(amd64.VADDPS, z(to[0]), z(to[0]), z(d[4]))
	a.Emit(amd64.VMULPS, z(to[5]), z(d[1]), four)
	a.Emit(amd64.VFNMADD231PS, z(to[5]), z(d[3]), five)
	a.Emit(amd64.VADDPS, z(to[5]), z(to[5]), z(d[5]))
	a.Emit(amd64.VMOVAPS, s, z(d[4]))
	a.Emit(amd64.VFNMADD231PS, s, z(d[2]), four)
	a.Emit(amd64.VMOVAPS, t, z(d[3]))
	a.Emit(amd64.VFNMADD231PS, t, z(d[1]), four)
	a.Emit(amd64.VADDPS, z(to[1]), s, t)
	a.Emit(amd64.VSUBPS, z(to[2]), s, t)
	a.Emit(amd64.VSUBPS, s, z(d[4]), z(d[2]))
	a.Emit(amd64.VSUBPS, t, z(d[3]), z(d[1]))
	a.Emit(amd64.VMOVAPS, z(to[3]), s)
	a.Emit(amd64.VFMADD231PS, z(to[3]), t, two)
	a.Emit(amd64.VMOVAPS, z(to[4]), s)
	a.Emit(amd64.VFNMADD231PS, z(to[4]), t, two)
}

// winogradInput emits TransformInput: first all along the columns of elements, then along the rows of each tile.
func winogradInput(a *amd64.Assembler) {
	const (
		rows, to, place, at = amd64.R8, amd64.R9, amd64.R10, amd64.RAX
		count, left, masks  = amd64.R11, amd64.RCX, amd64.RSI
		scratch, base, off  = amd64.RBX, amd64.R12, amd64.RDX
	)
	const even, odd, fifth, sixth = 28, 27, 26, 25
	var w WinogradInput
	arg := func(at uintptr) amd64.Mem { return amd64.At(amd64.RDI, int(at)) }
	z := amd64.Z
	winogradNumber(a, winTwo, 2)
	winogradNumber(a, winFour, 4)
	winogradNumber(a, winFive, 5)
	a.Emit(amd64.VMOVUPS, z(even), indices(a, func(i int) int { return 2 * i }))
	a.Emit(amd64.VMOVUPS, z(odd), indices(a, func(i int) int { return 2*i + 1 }))
	a.Emit(amd64.VMOVUPS, z(fifth), indices(a, func(i int) int { return i + 1 }))
	a.Emit(amd64.VMOVUPS, z(sixth), indices(a, func(i int) int { return i + 1 + i/15 }))
	a.Emit(amd64.MOV, to, arg(unsafe.Offsetof(w.To)))
	a.Emit(amd64.MOV, place, arg(unsafe.Offsetof(w.Place)))
	a.Emit(amd64.MOV, count, arg(unsafe.Offsetof(w.Count)))
	a.Emit(amd64.KMOVW, amd64.K2, arg(unsafe.Offsetof(w.Store)).Sized(2))
	counted(a, count, func() {
		a.Emit(amd64.LEA, masks, arg(unsafe.Offsetof(w.Masks)))
		a.Emit(amd64.LEA, scratch, arg(unsafe.Offsetof(w.Scratch)))
		a.Emit(amd64.MOV, left, arg(unsafe.Offsetof(w.Vectors)))
		a.Emit(amd64.XOR, off.D(), off.D())
		d, t := [6]int{0, 1, 2, 3, 4, 5}, [6]int{6, 7, 8, 9, 10, 11}
		counted(a, left, func() {
			a.Emit(amd64.KMOVW, amd64.K1, amd64.At(masks, 0).Sized(2))
			for i := range WinogradRead {
				a.Emit(amd64.MOV, base, arg(unsafe.Offsetof(w.Rows)+uintptr(i)*unsafe.Sizeof(w.Rows[0])))
				a.Emit(amd64.VMOVUPS, z(d[i]).Mask(amd64.K1).Zero(), amd64.At(base, 0).Idx(off, 1))
			}
			winogradForward(a, d, t, 12)
			for i := range WinogradRead {
				a.Emit(amd64.VMOVUPS, amd64.At(scratch, i*5*64), z(t[i]))
			}
			a.Emit(amd64.ADD, masks, amd64.Imm(2))
			a.Emit(amd64.ADD, scratch, amd64.Imm(64))
			a.Emit(amd64.ADD, off, amd64.Imm(64))
		})
		a.Emit(amd64.LEA, scratch, arg(unsafe.Offsetof(w.Scratch)))
		a.Emit(amd64.MOV, at, to)
		for i := range WinogradRead {
			line := func(v int) amd64.Mem { return amd64.At(scratch, (i*5+v)*64) }
			permute := func(to, index int, with amd64.Arg) { a.Emit(amd64.VPERMT2PS, z(to), z(index), with) }
			for half := range 2 {
				a.Emit(amd64.VMOVUPS, z(12+2*half), line(2*half))
				a.Emit(amd64.VMOVAPS, z(13+2*half), z(12+2*half))
				permute(12+2*half, even, line(2*half+1))
				permute(13+2*half, odd, line(2*half+1))
			}
			a.Emit(amd64.VMOVAPS, z(0), z(12))
			a.Emit(amd64.VMOVAPS, z(2), z(12))
			a.Emit(amd64.VMOVAPS, z(1), z(13))
			a.Emit(amd64.VMOVAPS, z(3), z(13))
			permute(0, even, z(14))
			permute(2, odd, z(14))
			permute(1, even, z(15))
			permute(3, odd, z(15))
			a.Emit(amd64.VMOVAPS, z(4), z(0))
			a.Emit(amd64.VMOVAPS, z(5), z(1))
			permute(4, fifth, line(4))
			permute(5, sixth, line(4))
			winogradForward(a, d, t, 12)
			for j := range WinogradRead {
				a.Emit(amd64.VMOVUPS, amd64.At(at, 0).Mask(amd64.K2), z(t[j]))
				a.Emit(amd64.ADD, at, place)
			}
		}
		for i := range WinogradRead {
			row := unsafe.Offsetof(w.Rows) + uintptr(i)*unsafe.Sizeof(w.Rows[0])
			a.Emit(amd64.MOV, base, arg(row+unsafe.Offsetof(w.Rows[0].Step)))
			a.Emit(amd64.ADD, arg(row), base)
		}
		a.Emit(amd64.ADD, to, arg(unsafe.Offsetof(w.Channel)))
	})
}

func winogradNumber(a *amd64.Assembler, r int, x float32) {
	a.Emit(amd64.VBROADCASTSS, amd64.Z(r), a.Float32(x))
}

// winogradOutput emits TransformOutput.
func winogradOutput(a *amd64.Assembler) {
	const (
		from, to, place, at  = amd64.R8, amd64.R9, amd64.R10, amd64.RAX
		count, row, plane, n = amd64.R11, amd64.R12, amd64.R13, amd64.RDX
		scratch              = amd64.RBX
	)
	const eight = 29
	const low, high, lowPairs, highPairs = 28, 27, 26, 25
	var w WinogradOutput
	arg := func(at uintptr) amd64.Mem { return amd64.At(amd64.RDI, int(at)) }
	z := amd64.Z
	winogradNumber(a, winTwo, 2)
	winogradNumber(a, winFour, 4)
	winogradNumber(a, eight, 8)
	for half := range 2 {
		a.Emit(amd64.VMOVUPS, z(low-half), indices(a, func(i int) int { return i/2 + 8*half + i%2*16 }))
		a.Emit(amd64.VMOVUPS, z(lowPairs-half), indices(a, func(i int) int { return i/4*2 + i%2 + 8*half + i/2%2*16 }))
	}
	a.Emit(amd64.MOV, from, arg(unsafe.Offsetof(w.From)))
	a.Emit(amd64.MOV, to, arg(unsafe.Offsetof(w.To)))
	a.Emit(amd64.MOV, place, arg(unsafe.Offsetof(w.Place)))
	a.Emit(amd64.MOV, row, arg(unsafe.Offsetof(w.Row)))
	a.Emit(amd64.MOV, plane, arg(unsafe.Offsetof(w.Plane)))
	a.Emit(amd64.MOV, count, arg(unsafe.Offsetof(w.Count)))
	a.Emit(amd64.LEA, scratch, arg(unsafe.Offsetof(w.Scratch)))
	masks := []amd64.Reg{amd64.K1, amd64.K2, amd64.K3, amd64.K4}
	for v, k := range masks {
		a.Emit(amd64.KMOVW, k, arg(unsafe.Offsetof(w.Masks)+2*uintptr(v)).Sized(2))
	}
	// back transforms the six elements that load gives to registers 6 to 9.
	back := func(load func(to, i int)) {
		for i := range WinogradRead {
			load(i, i)
		}
		a.Emit(amd64.VADDPS, z(10), z(1), z(2))
		a.Emit(amd64.VSUBPS, z(11), z(1), z(2))
		a.Emit(amd64.VADDPS, z(12), z(3), z(4))
		a.Emit(amd64.VSUBPS, z(13), z(3), z(4))
		a.Emit(amd64.VADDPS, z(6), z(10), z(12))
		a.Emit(amd64.VADDPS, z(6), z(6), z(0))
		a.Emit(amd64.VMOVAPS, z(7), z(11))
		a.Emit(amd64.VFMADD231PS, z(7), z(13), z(winTwo))
		a.Emit(amd64.VMOVAPS, z(8), z(10))
		a.Emit(amd64.VFMADD231PS, z(8), z(12), z(winFour))
		a.Emit(amd64.VADDPS, z(9), z(11), z(5))
		a.Emit(amd64.VFMADD231PS, z(9), z(13), z(eight))
	}
	counted(a, count, func() {
		// Along the columns: element j of the rows of places is at j, j+6 ….
		const pitch = WinogradRead * 64
		for j := range WinogradRead {
			a.Emit(amd64.MOV, at, from)
			back(func(to, i int) {
				a.Emit(amd64.VMOVUPS, z(to), amd64.At(at, 0))
				if i < WinogradRead-1 { // six places on
					a.Emit(amd64.LEA, at, amd64.At(at, 0).Idx(place, 2))
					a.Emit(amd64.LEA, at, amd64.At(at, 0).Idx(place, 4))
				}
			})
			for i := range WinogradTile {
				a.Emit(amd64.VMOVUPS, amd64.At(scratch, i*pitch+j*64), z(6+i))
			}
			a.Emit(amd64.ADD, from, place)
		}
		a.Emit(amd64.MOV, at, to)
		a.Emit(amd64.MOV, n, arg(unsafe.Offsetof(w.RowCount)))
		done := a.Label()
		for i := range WinogradTile {
			back(func(to, j int) { a.Emit(amd64.VMOVUPS, z(to), amd64.At(scratch, i*pitch+j*64)) })
			// Positions j of all tiles come between one another: 6 and 7, 8 and 9, then pairs of pairs.
			interleave := func(to, index, x, y int) {
				a.Emit(amd64.VMOVAPS, z(to), z(x))
				a.Emit(amd64.VPERMT2PS, z(to), z(index), z(y))
			}
			interleave(0, low, 6, 7)
			interleave(1, high, 6, 7)
			interleave(2, low, 8, 9)
			interleave(3, high, 8, 9)
			interleave(10, lowPairs, 0, 2)
			interleave(11, highPairs, 0, 2)
			interleave(12, lowPairs, 1, 3)
			interleave(13, highPairs, 1, 3)
			for v, k := range masks {
				a.Emit(amd64.VMOVUPS, amd64.At(at, 64*v).Mask(k), z(10+v))
			}
			if i < WinogradTile-1 {
				a.Emit(amd64.DEC, n)
				a.Emit(amd64.JE, done)
				a.Emit(amd64.ADD, at, row)
			}
		}
		a.Bind(done)
		for range WinogradRead {
			a.Emit(amd64.SUB, from, place)
		}
		a.Emit(amd64.ADD, from, arg(unsafe.Offsetof(w.Filter)))
		a.Emit(amd64.ADD, to, plane)
	})
}

// winogradFilter emits TransformFilter.
func winogradFilter(a *amd64.Assembler) {
	const (
		from, to, place, at = amd64.R8, amd64.R9, amd64.R10, amd64.RAX
		count, down, right  = amd64.R11, amd64.R12, amd64.R13
	)
	const quarter, sixth, twelfth, least = 31, 30, 29, 28 // least is 1/24, and the sixth is negative
	var w WinogradFilter
	arg := func(at uintptr) amd64.Mem { return amd64.At(amd64.RDI, int(at)) }
	z := amd64.Z
	winogradNumber(a, quarter, 1./4)
	winogradNumber(a, sixth, -1./6)
	winogradNumber(a, twelfth, 1./12)
	winogradNumber(a, least, 1./24)
	(&generator{level: amd64.LevelAVX512}).mask(a, arg(unsafe.Offsetof(w.Filters)))
	a.Emit(amd64.MOV, from, arg(unsafe.Offsetof(w.From)))
	a.Emit(amd64.MOV, to, arg(unsafe.Offsetof(w.To)))
	a.Emit(amd64.MOV, place, arg(unsafe.Offsetof(w.Place)))
	a.Emit(amd64.MOV, down, arg(unsafe.Offsetof(w.Down)))
	a.Emit(amd64.MOV, right, arg(unsafe.Offsetof(w.Right)))
	a.Emit(amd64.MOV, count, arg(unsafe.Offsetof(w.Count)))
	// forward transforms three elements to six, the last of which is the third itself, and hands each on. It changes
	// registers 21 to 25.
	forward := func(g0, g1, g2 int, out func(i, r int)) {
		const s, t, u = 21, 22, 23
		a.Emit(amd64.VMULPS, z(s), z(g0), z(quarter))
		out(0, s)
		a.Emit(amd64.VADDPS, z(s), z(g0), z(g2))
		a.Emit(amd64.VADDPS, z(t), z(s), z(g1))
		a.Emit(amd64.VMULPS, z(t), z(t), z(sixth))
		out(1, t)
		a.Emit(amd64.VSUBPS, z(t), z(s), z(g1))
		a.Emit(amd64.VMULPS, z(t), z(t), z(sixth))
		out(2, t)
		a.Emit(amd64.VMULPS, z(s), z(g0), z(least))
		a.Emit(amd64.VFNMADD231PS, z(s), z(g2), z(sixth))
		a.Emit(amd64.VMOVAPS, z(t), z(s))
		a.Emit(amd64.VFMADD231PS, z(t), z(g1), z(twelfth))
		out(3, t)
		a.Emit(amd64.VMOVAPS, z(u), z(s))
		a.Emit(amd64.VFNMADD231PS, z(u), z(g1), z(twelfth))
		out(4, u)
		out(5, g2)
	}
	counted(a, count, func() {
		a.Emit(amd64.MOV, at, from)
		for x := range 3 {
			const g = 24
			a.Emit(amd64.VMOVUPS, z(g).Mask(amd64.K1).Zero(), amd64.At(at, 0))
			a.Emit(amd64.VMOVUPS, z(g+1).Mask(amd64.K1).Zero(), amd64.At(at, 0).Idx(down, 1))
			a.Emit(amd64.VMOVUPS, z(g+2).Mask(amd64.K1).Zero(), amd64.At(at, 0).Idx(down, 2))
			forward(g, g+1, g+2, func(i, r int) { a.Emit(amd64.VMOVAPS, z(3*i+x), z(r)) })
			a.Emit(amd64.ADD, at, right)
		}
		a.Emit(amd64.MOV, at, to)
		for i := range WinogradRead {
			forward(3*i, 3*i+1, 3*i+2, func(_, r int) {
				a.Emit(amd64.VMOVUPS, amd64.At(at, 0).Mask(amd64.K1), z(r))
				a.Emit(amd64.ADD, at, place)
			})
		}
		a.Emit(amd64.ADD, from, arg(unsafe.Offsetof(w.Next)))
		a.Emit(amd64.ADD, to, arg(unsafe.Offsetof(w.Channel)))
	})
}
