package micro

import (
	"unsafe"

	"github.com/flambeau-ml/flambeau/internal/asm/amd64"
)

// A Walk is a [Tile] whose A does not go on at one distance along K: AK holds within a stretch, and between two there is
// a leap.
type Walk struct {
	Tile
	Stretches unsafe.Pointer // the first of Count
	Count     int
}

// A Stretch is some elements of K, at least one, and how many bytes A goes on after them, beside the step that follows
// each element.
type Stretch struct{ Count, Leap int }

// MultiplyWalk computes panels of the given rows and of one or two vectors of columns, for all elements of K of w's
// stretches. Depth and Rows have no meaning.
func (k *Kernels) MultiplyWalk(w *Walk, rows, vectors, panels int) {
	k.walks[rows][vectors].Call(unsafe.Pointer(w), 0, panels)
}

// walk emits the micro-kernel of a [Walk], as tile does that of a [Tile].
func (g *generator) walk(a *amd64.Assembler, rows, vectors int) {
	const (
		b, c, row = amd64.R9, amd64.R10, amd64.R11
		stepA     = amd64.RSI
		stretch   = amd64.RBX
		count     = amd64.RCX
		at        = amd64.RAX
		panels    = amd64.RDX
	)
	bases := []amd64.Reg{amd64.R8, amd64.R12, amd64.R13, amd64.R14, amd64.R15}[:(rows+2)/3]
	var w Walk
	var s Stretch
	arg := func(at uintptr) amd64.Mem { return amd64.At(amd64.RDI, int(at)) }
	end := g.registers
	if !g.masks() {
		end--
	}
	first := end - rows*vectors
	sum := func(i, j int) int { return first + i*vectors + j }

	g.mask(a, arg(unsafe.Offsetof(w.Tail)))
	a.Emit(amd64.MOV, b, arg(unsafe.Offsetof(w.B)))
	a.Emit(amd64.MOV, c, arg(unsafe.Offsetof(w.C)))
	a.Emit(amd64.MOV, row, arg(unsafe.Offsetof(w.ARow)))
	a.Emit(amd64.MOV, stepA, arg(unsafe.Offsetof(w.AK)))
	counted(a, panels, func() {
		a.Emit(amd64.MOV, bases[0], arg(unsafe.Offsetof(w.A)))
		for i, base := range bases[1:] {
			a.Emit(amd64.LEA, base, amd64.At(bases[i], 0).Idx(row, 2))
			a.Emit(amd64.ADD, base, row)
		}
		for i := range rows {
			for j := range vectors {
				g.zero(a, sum(i, j))
			}
		}
		a.Emit(amd64.MOV, at, b)
		a.Emit(amd64.MOV, stretch, arg(unsafe.Offsetof(w.Stretches)))
		// How many stretches are left stands where K's depth would.
		a.Emit(amd64.MOV, count, arg(unsafe.Offsetof(w.Count)))
		a.Emit(amd64.MOV, arg(unsafe.Offsetof(w.Depth)), count)
		next := a.Label()
		a.Bind(next)
		a.Emit(amd64.MOV, count, amd64.At(stretch, int(unsafe.Offsetof(s.Count))))
		counted(a, count, func() {
			g.step(a, rows, vectors, amd64.At(at, 0), row, bases, sum)
			for _, base := range bases {
				a.Emit(amd64.ADD, base, stepA)
			}
			a.Emit(amd64.ADD, at, arg(unsafe.Offsetof(w.BK)))
		})
		a.Emit(amd64.MOV, count, amd64.At(stretch, int(unsafe.Offsetof(s.Leap))))
		for _, base := range bases {
			a.Emit(amd64.ADD, base, count)
		}
		a.Emit(amd64.ADD, stretch, amd64.Imm(int(unsafe.Sizeof(s))))
		a.Emit(amd64.DEC, arg(unsafe.Offsetof(w.Depth)).Sized(8))
		a.Emit(amd64.JNE, next)
		g.finish(a, rows, vectors, sum, false)
		a.Emit(amd64.ADD, b, arg(unsafe.Offsetof(w.BPanel)))
		a.Emit(amd64.ADD, c, arg(unsafe.Offsetof(w.CPanel)))
	})
}
