package micro

import (
	"fmt"
	"unsafe"

	"github.com/flambeau-ml/flambeau/internal/asm/amd64"
	"github.com/flambeau-ml/flambeau/internal/asm/exec"
)

// A StencilShape says which elements of a plane a stencil sums for a position: of a square window, at consecutive places,
// with a step from one position to the next. Backwards, the first element of the window meets the last place.
type StencilShape struct {
	Size, Step int
	Backwards  bool
}

// stencilShapes are those for which there is code: of float32 by AVX-512.
var stencilShapes = []StencilShape{{3, 1, false}, {3, 2, false}, {3, 1, true}, {5, 1, false}, {5, 2, false}, {5, 1, true}}

// StencilLanes is how many positions of a row are computed at a time.
const StencilLanes = 16

// A Stencil is planes of rows of positions, each the sum of the products of a window's weights, in the order of the window,
// with what it sees. The planes lie one after the other, and so do the weights of each.
type Stencil struct {
	// Rows points at the addresses of the rows that are read, one after the other: where the first place that the first
	// position reads is, which may be in front of the row since masks leave that out. There are whole vectors of them.
	// From one plane to the next they are increased by the numbers that Steps points at.
	Rows, Steps unsafe.Pointer
	// Masks points, for each vector of positions, at the masks of what each place of a window reads, Step of them for a
	// place, and at that of the positions.
	Masks   unsafe.Pointer
	Weights unsafe.Pointer
	To      unsafe.Pointer
	Row     int // bytes between the rows of To
	Count   int // rows of a plane, at least 1
	Vectors int // of a row of positions
	Planes  int // at least 1
	Reading int // bytes of the addresses, whole vectors; 0: they stay
}

// MasksOf is how many masks a vector of positions has.
func (s StencilShape) MasksOf() int { return s.Size*s.Step + 1 }

// HasStencil says whether there is code for the shape.
func (k *Kernels) HasStencil(s StencilShape) bool { return k.stencils[s] != nil }

// Sum computes the rows of s.
func (k *Kernels) Sum(shape StencilShape, s *Stencil) {
	k.stencils[shape].Call(unsafe.Pointer(s), 0, 0)
}

// makeStencils makes the code of all shapes.
func makeStencils(add func(name string, emit func(*amd64.Assembler)) (*exec.Code, error)) (map[StencilShape]*exec.Code, error) {
	codes := map[StencilShape]*exec.Code{}
	for _, s := range stencilShapes {
		name := fmt.Sprintf("stencil.%dx%d.%d", s.Size, s.Size, s.Step)
		if s.Backwards {
			name += ".back"
		}
		code, err := add(name, s.emit)
		if err != nil {
			return nil, err
		}
		codes[s] = code
	}
	return codes, nil
}

// stencilAhead is how far in front of what is read memory is asked for, in bytes.
const stencilAhead = 8192

// emit writes the code: up to eight rows of positions at a time, so that what is read serves all of them.
func (s StencilShape) emit(a *amd64.Assembler) {
	const (
		rows, to, row, count  = amd64.R8, amd64.R9, amd64.R10, amd64.R11
		masks, in, out        = amd64.RSI, amd64.RDX, amd64.RBX
		vectors, base, at     = amd64.RCX, amd64.RAX, amd64.R12
		weights, ahead, plane = amd64.R13, amd64.R14, amd64.R15
	)
	// The weights are in the first registers, then come the sums; windows of 5 × 5 have four of those and keep nothing.
	const kept, odd, other, value, even = 27, 28, 29, 30, 31
	var x Stencil
	arg := func(at uintptr) amd64.Mem { return amd64.At(amd64.RDI, int(at)) }
	z := amd64.Z
	window := s.Size * s.Size
	share := s.Step == 2 && window+8 < kept // two places of a window read the same
	if s.Step == 2 {
		a.Emit(amd64.VMOVUPS, z(even), indices(a, func(i int) int { return 2 * i }))
		if share {
			a.Emit(amd64.VMOVUPS, z(odd), indices(a, func(i int) int { return 2*i + 1 }))
		}
	}
	a.Emit(amd64.MOV, weights, arg(unsafe.Offsetof(x.Weights)))
	a.Emit(amd64.MOV, to, arg(unsafe.Offsetof(x.To)))
	a.Emit(amd64.MOV, row, arg(unsafe.Offsetof(x.Row)))
	a.Emit(amd64.MOV, plane, arg(unsafe.Offsetof(x.Planes)))
	counted(a, plane, func() {
		for i := range window {
			a.Emit(amd64.VBROADCASTSS, z(i), amd64.At(weights, 4*i))
		}
		a.Emit(amd64.ADD, weights, amd64.Imm(4*window))
		a.Emit(amd64.MOV, rows, arg(unsafe.Offsetof(x.Rows)))
		a.Emit(amd64.MOV, count, arg(unsafe.Offsetof(x.Count)))
		for _, together := range []int{8, 7, 4, 2, 1} {
			if sums := kept - window; together > 4 && together > sums {
				continue
			}
			loop, next := a.Label(), a.Label()
			a.Align(32)
			a.Bind(loop)
			a.Emit(amd64.CMP, count, amd64.Imm(together))
			a.Emit(amd64.JL, next)
			a.Emit(amd64.MOV, masks, arg(unsafe.Offsetof(x.Masks)))
			a.Emit(amd64.MOV, vectors, arg(unsafe.Offsetof(x.Vectors)))
			a.Emit(amd64.XOR, in.D(), in.D())
			a.Emit(amd64.XOR, out.D(), out.D())
			a.Emit(amd64.MOV, ahead, amd64.At(rows, 8*(s.Size-1)))
			counted(a, vectors, func() {
				s.sum(a, together, share, [6]int{window, kept, other, value, odd, even}, rows, masks, in, base)
				lines := together * s.Step * s.Step
				for i := range lines {
					a.Emit(amd64.PREFETCHT0, amd64.At(ahead, stencilAhead+64*i))
				}
				a.Emit(amd64.ADD, ahead, amd64.Imm(64*lines))
				a.Emit(amd64.KMOVW, amd64.K7, amd64.At(masks, 2*(s.MasksOf()-1)).Sized(2))
				a.Emit(amd64.MOV, at, to)
				for r := range together {
					a.Emit(amd64.VMOVUPS, amd64.At(at, 0).Idx(out, 1).Mask(amd64.K7), z(window+r))
					a.Emit(amd64.ADD, at, row)
				}
				a.Emit(amd64.ADD, masks, amd64.Imm(2*s.MasksOf()))
				a.Emit(amd64.ADD, out, amd64.Imm(4*StencilLanes))
				a.Emit(amd64.ADD, in, amd64.Imm(4*StencilLanes*s.Step))
			})
			a.Emit(amd64.ADD, rows, amd64.Imm(8*together*s.Step))
			for range together {
				a.Emit(amd64.ADD, to, row)
			}
			a.Emit(amd64.SUB, count, amd64.Imm(together))
			a.Emit(amd64.JMP, loop)
			a.Bind(next)
		}
		a.Emit(amd64.MOV, rows, arg(unsafe.Offsetof(x.Rows)))
		a.Emit(amd64.MOV, base, arg(unsafe.Offsetof(x.Steps)))
		a.Emit(amd64.XOR, in.D(), in.D())
		loop, done := a.Label(), a.Label()
		a.Bind(loop)
		a.Emit(amd64.CMP, in, arg(unsafe.Offsetof(x.Reading)))
		a.Emit(amd64.JE, done)
		a.Emit(amd64.VMOVDQU64, z(value), amd64.At(rows, 0).Idx(in, 1))
		a.Emit(amd64.VPADDQ, z(value), z(value), amd64.At(base, 0).Idx(in, 1))
		a.Emit(amd64.VMOVDQU64, amd64.At(rows, 0).Idx(in, 1), z(value))
		a.Emit(amd64.ADD, in, amd64.Imm(64))
		a.Emit(amd64.JMP, loop)
		a.Bind(done)
	})
}

// sum emits the sums of a vector of positions in each of some rows.
func (s StencilShape) sum(a *amd64.Assembler, together int, share bool, regs [6]int, rows, masks, in, base amd64.Reg) {
	sums, kept, other, value, odd, even := regs[0], regs[1], regs[2], regs[3], regs[4], regs[5]
	z := amd64.Z
	known := []amd64.Reg{amd64.K1, amd64.K2, amd64.K3, amd64.K4, amd64.K5, amd64.K6}
	all := s.MasksOf() - 1
	if all <= len(known) {
		for i := range all {
			a.Emit(amd64.KMOVW, known[i], amd64.At(masks, 2*i).Sized(2))
		}
	}
	mask := func(i int) amd64.Reg {
		if all <= len(known) {
			return known[i]
		}
		k := known[i%2]
		a.Emit(amd64.KMOVW, k, amd64.At(masks, 2*i).Sized(2))
		return k
	}
	for r := range together {
		a.Emit(amd64.VPXORD, z(sums+r), z(sums+r), z(sums+r))
	}
	read := (together-1)*s.Step + s.Size
	for i := range read {
		if s.Backwards {
			i = read - 1 - i
		}
		a.Emit(amd64.MOV, base, amd64.At(rows, 8*i))
		for k := range s.Size {
			place := s.place(k)
			from := amd64.At(base, 4*place).Idx(in, 1)
			switch {
			case s.Step == 1:
				a.Emit(amd64.VMOVUPS, z(value).Mask(mask(place)).Zero(), from)
			case share && place%2 == 1: // what the place before it has read
				a.Emit(amd64.VMOVUPS, z(value), z(kept))
				a.Emit(amd64.VPERMT2PS, z(value), z(odd), z(other))
			default:
				a.Emit(amd64.VMOVUPS, z(value).Mask(mask(place*2)).Zero(), from)
				a.Emit(amd64.VMOVUPS, z(other).Mask(mask(place*2+1)).Zero(), from.Plus(64))
				if share {
					a.Emit(amd64.VMOVUPS, z(kept), z(value))
				}
				a.Emit(amd64.VPERMT2PS, z(value), z(even), z(other))
			}
			for r := range together {
				if d := i - r*s.Step; d >= 0 && d < s.Size {
					a.Emit(amd64.VFMADD231PS, z(sums+r), z(value), z(s.place(d)*s.Size+k))
				}
			}
		}
	}
}

// place is where element k of a window along an axis stands, and the other way round.
func (s StencilShape) place(k int) int {
	if s.Backwards {
		return s.Size - 1 - k
	}
	return k
}
