// Package micro makes the machine code of the contraction template: the micro-kernel that multiplies a few rows of one
// matrix with a few columns of another and keeps the sums in registers, and the routines that lay out what it reads.
//
// Every sum is one chain of fused multiply-adds over K that begins with zero, whatever the level of the processor, the
// number of rows and columns, and where the operands lie: an element has the same bits in a product of any size.
package micro

import (
	"fmt"
	"unsafe"

	"github.com/flambeau-ml/flambeau/internal/asm/amd64"
	"github.com/flambeau-ml/flambeau/internal/asm/exec"
)

// Kernels are the routines for one element type on one processor. They are safe for concurrent use and are kept as long
// as the process lives.
type Kernels struct {
	// Rows is how many rows a micro-kernel has at most, Vector how many elements a register. A micro-kernel of more than
	// one row has up to two vectors of columns, one of a single row up to Wide.
	Rows, Vector, Wide int

	size      int                        // of an element in bytes
	tiles     [][]*exec.Code             // by rows and vectors
	scattered [][]*exec.Code             // the same for scattered rows of B
	packed    [][]*exec.Code             // the same for panels of both
	walks     [][]*exec.Code             // the same for an A in stretches
	lags      [LagsMost + 1]*exec.Code   // by their number
	outer     [OuterDepth + 1]*exec.Code // by the elements of K
	transpose *exec.Code
	copies    [3]*exec.Code  // by vectors
	lines     [3]*exec.Code  // the same for lines at one distance
	dots      [][]*exec.Code // by rows and groups; empty where there are none
	deep      [][]*exec.Code // the same for groups along K
	winograd  winogradCodes
	stencils  map[StencilShape]*exec.Code
	seconds   *exec.Code
	peak      *exec.Code
	attention attention // of float32
}

// Width is how many columns a panel of the right operand has.
func (k *Kernels) Width() int { return 2 * k.Vector }

// New makes the kernels for elements of 4 or 8 bytes, float32 or float64, on a processor with the given features. It is
// an error if the processor lacks what they need, or code cannot be executed here.
func New(heap *exec.Heap, features amd64.Features, size int) (*Kernels, error) {
	if size != 4 && size != 8 {
		return nil, fmt.Errorf("micro-kernels for elements of %d bytes: want 4 or 8", size)
	}
	g := generator{size: size}
	switch {
	case features.Has(amd64.LevelAVX512):
		g.level, g.reg, g.bytes, g.registers = amd64.LevelAVX512, amd64.Z, 64, 32
	case features.Has(amd64.LevelAVX2):
		g.level, g.reg, g.bytes, g.registers = amd64.LevelAVX2, amd64.Y, 32, 16
	default:
		return nil, fmt.Errorf("micro-kernels need AVX2 and FMA; the processor has %v", features)
	}
	g.ops = operations[size]
	k := &Kernels{Rows: (g.registers - 4) / 2, Vector: g.bytes / size, Wide: g.registers / 2, size: size}
	add := func(name string, emit func(*amd64.Assembler)) (*exec.Code, error) {
		a := amd64.New(g.level)
		emit(a)
		a.Emit(amd64.VZEROUPPER)
		a.Emit(amd64.RET)
		code, err := a.Finish()
		if err != nil {
			return nil, fmt.Errorf("making %s: %w", name, err)
		}
		return heap.Add(fmt.Sprintf("%s.f%d", name, 8*size), code)
	}
	tiles := func(kind string, widest int, emit func(a *amd64.Assembler, rows, vectors int)) ([][]*exec.Code, error) {
		all := make([][]*exec.Code, k.Rows+1)
		for r := 1; r <= k.Rows; r++ {
			wide := 2
			if r == 1 {
				wide = widest
			}
			all[r] = make([]*exec.Code, wide+1)
			for v := 1; v <= wide; v++ {
				name := fmt.Sprintf("%s.%dx%d", kind, r, v*k.Vector)
				var err error
				if all[r][v], err = add(name, func(a *amd64.Assembler) { emit(a, r, v) }); err != nil {
					return nil, err
				}
			}
		}
		return all, nil
	}
	var err error
	if k.tiles, err = tiles("product", k.Wide, func(a *amd64.Assembler, r, v int) { g.tile(a, r, v, false) }); err != nil {
		return nil, err
	}
	if k.scattered, err = tiles("scattered", k.Wide, func(a *amd64.Assembler, r, v int) { g.tile(a, r, v, true) }); err != nil {
		return nil, err
	}
	if k.walks, err = tiles("walk", 2, g.walk); err != nil {
		return nil, err
	}
	for n := 1; n <= LagsMost; n++ {
		if k.lags[n], err = add(fmt.Sprintf("lags.%d", n), func(a *amd64.Assembler) { g.lag(a, n) }); err != nil {
			return nil, err
		}
	}
	if k.packed, err = tiles("packed", 2, g.packed); err != nil {
		return nil, err
	}
	if k.outer, err = g.outers(add); err != nil {
		return nil, err
	}
	if k.transpose, err = add("transpose", g.transpose); err != nil {
		return nil, err
	}
	for v := 1; v <= 2; v++ {
		if k.copies[v], err = add(fmt.Sprintf("copy.%d", v), func(a *amd64.Assembler) { g.copy(a, v) }); err != nil {
			return nil, err
		}
		if k.lines[v], err = add(fmt.Sprintf("lines.%d", v), func(a *amd64.Assembler) { g.copyLines(a, v) }); err != nil {
			return nil, err
		}
	}
	if g.masks() {
		for _, kind := range []struct {
			name string
			deep bool
			all  *[][]*exec.Code
		}{{"dots", false, &k.dots}, {"deep", true, &k.deep}} {
			*kind.all = make([][]*exec.Code, DotRows+1)
			for r := 1; r <= DotRows; r++ {
				codes := make([]*exec.Code, dotGroups(r)+1)
				for n := 1; n <= dotGroups(r); n++ {
					if codes[n], err = add(fmt.Sprintf("%s.%dx%d", kind.name, r, n), func(a *amd64.Assembler) { g.dots(a, r, n, kind.deep) }); err != nil {
						return nil, err
					}
				}
				(*kind.all)[r] = codes
			}
		}
	}
	if g.masks() && size == 4 {
		if k.stencils, err = makeStencils(add); err != nil {
			return nil, err
		}
		if k.seconds, err = add("seconds", everySecond); err != nil {
			return nil, err
		}
		if k.winograd.input, err = add("winograd.input", winogradInput); err != nil {
			return nil, err
		}
		if k.winograd.output, err = add("winograd.output", winogradOutput); err != nil {
			return nil, err
		}
		if k.winograd.filter, err = add("winograd.filter", winogradFilter); err != nil {
			return nil, err
		}
	}
	if size == 4 {
		if k.attention, err = g.attend(add); err != nil {
			return nil, err
		}
	}
	k.peak, err = add("peak", g.peak)
	return k, err
}

// A Tile is the product of a few rows of A and some panels of columns of B, over one stretch of K. Distances are in
// bytes.
type Tile struct {
	A, B, C      unsafe.Pointer
	ARow, AK     int // between the rows of A, and along K
	BK           int // along K; the columns of a panel lie together
	APanel       int // between what the panels of B are multiplied with: 0 where it is the same
	BPanel       int // between the panels of B
	CRow, CPanel int // between the rows of C, and its panels
	Depth        int // of K, at least 1

	// Rows, where it is not nil, points at the distances of the rows of B from a panel, in bytes. BK has no meaning then.
	Rows unsafe.Pointer

	Tail int // elements of each panel's last vector, 1 to Vector
	Add  int // 0: C = A·B, 1: C = C + A·B; in MultiplyPacked 2: C = Sum + A·B

	// What MultiplyPacked adds to, with its distances, and memory from Ahead on that it brings near meanwhile, as many
	// bytes as Next says for every second element of K. They are addresses, since they need not be those of anything
	// when there is nothing to add or to bring near; MultiplyPacked moves Sum on. The caller keeps alive what is there.
	Sum              uintptr
	SumRow, SumPanel int
	Ahead            uintptr
	Next             int
}

// Multiply computes panels of the given rows and vectors of columns.
func (k *Kernels) Multiply(t *Tile, rows, vectors, panels int) {
	tiles := k.tiles
	if t.Rows != nil {
		tiles = k.scattered
	}
	tiles[rows][vectors].Call(unsafe.Pointer(t), 0, panels)
}

// MultiplyPacked is Multiply where the elements of A and of B with the same index of K lie together, those of a panel of
// B as far apart as Width says. ARow, AK, APanel, BK and Rows have no meaning.
func (k *Kernels) MultiplyPacked(t *Tile, rows, vectors, panels int) {
	k.packed[rows][vectors].Call(unsafe.Pointer(t), 0, panels)
}

// Lines is how many lines at a time are copied; at most that many are transposed.
const Lines = 16

// A Layout says how lines become panels. Distances are in bytes.
type Layout struct {
	From  [Lines]unsafe.Pointer
	To    unsafe.Pointer
	Pitch int // between the elements of K in To
	Panel int // between the panels
	Step  int // between what consecutive panels read of a line
	Count int // of lines, or of elements of K
	Tail  int // elements of the last vector that are read
	Ahead int // from what Transpose reads to what is read next, which it brings near
}

// A Copying says how lines at one distance become panels. Distances are in bytes.
type Copying struct {
	From, To unsafe.Pointer
	Line     int // between the lines
	Pitch    int // between the elements of K in To
	Panel    int // between the panels
	Count    int // of lines
	Tail     int // elements of the last vector that are read
	Ahead    int // from what is read to what is read later, which is brought near
}

// Group is how many elements of K Transpose takes at a time.
func (k *Kernels) Group() int { return 16 / k.size }

// Transpose writes the first Count elements, a multiple of Group, of Vector lines to To, so that elements of the same
// index lie together: one vector for each, Pitch apart and in that order.
func (k *Kernels) Transpose(l *Layout) {
	k.transpose.Call(unsafe.Pointer(l), 0, 0)
}

// Copy writes one or two vectors of each of Count lines to each of some panels, line after line. A vector is written
// as a whole, also where only a part of it is read.
func (k *Kernels) Copy(l *Layout, vectors, panels int) {
	k.copies[vectors].Call(unsafe.Pointer(l), 0, panels)
}

// CopyLines writes one or two vectors of each line to each of some panels, which stand side by side in it.
func (k *Kernels) CopyLines(c *Copying, vectors, panels int) {
	k.lines[vectors].Call(unsafe.Pointer(c), 0, panels)
}

// Peak performs n times as many fused multiply-adds as it returns, on registers, as fast as they can be.
func (k *Kernels) Peak(n int) (each int) {
	k.peak.Call(nil, 0, n)
	return peakChains * k.Vector
}
