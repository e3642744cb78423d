package jit

import (
	"fmt"
	"math/bits"

	asm "github.com/flambeau-ml/flambeau/internal/asm/amd64"
)

// tileBytes is the length of the rows of a tile, before and after: a line of the cache.
const tileBytes = 64

// tilesAhead is how many tiles ahead along a row they are fetched from memory.
const tilesAhead = 2

// TileSide is how many rows, and as many columns, a tile has of elements of so many bytes.
func TileSide(bytes int) int { return tileBytes / bytes }

// Tiles is the argument block of the code that [CompileTiles] writes. It transposes tiles of TileSide elements a side:
// Rows rows of Columns tiles each. Steps are in bytes.
type Tiles struct {
	From, To           uintptr // the first tile's first element
	FromPitch, ToPitch int     // from row to row within a tile
	FromStep, ToStep   int     // from tile to tile
	FromRow, ToRow     int     // from one row of tiles to the next
	Rows, Columns      int     // at least one of each
}

// CompileTiles writes code that transposes tiles of elements of 1, 2, 4 or 8 bytes. With past, results go past the
// caches: To, its pitch and steps are multiples of 64 then. The bytes are the assembler's.
func CompileTiles(a *asm.Assembler, size int, past bool, f asm.Features) ([]byte, error) {
	a.Reset()
	a.Target = f
	t := &tiles{a: a, size: size, past: past, width: 32, file: 16}
	if f.Has(asm.LevelAVX512) {
		t.width, t.file = 64, 32
	}
	t.write()
	code, err := a.Finish()
	if err != nil {
		return nil, fmt.Errorf("jit: tiles of %d bytes: %w", size, err)
	}
	return code, nil
}

// tiles writes the code: R8 and R9 are the tile's places, R10 and R11 the pitches, RDX and RBX count.
type tiles struct {
	a           *asm.Assembler
	size        int
	past        bool
	width, file int // of vector registers
}

// The words of the argument block.
const (
	tileFrom = 8 * iota
	tileTo
	tileFromPitch
	tileToPitch
	tileFromStep
	tileToStep
	tileFromRow
	tileToRow
	tileRows
	tileColumns
)

func (t *tiles) write() {
	emit, word := t.a.Emit, func(at int) asm.Mem { return asm.At(args, at) }
	from, to, left, right := asm.R8, asm.R9, asm.RDX, asm.RBX
	emit(asm.MOV, asm.R10, word(tileFromPitch))
	emit(asm.MOV, asm.R11, word(tileToPitch))
	emit(asm.MOV, left, word(tileRows))
	row, tile := t.a.Label(), t.a.Label()
	t.a.Bind(row)
	emit(asm.MOV, from, word(tileFrom))
	emit(asm.MOV, to, word(tileTo))
	emit(asm.MOV, right, word(tileColumns))
	t.a.Align(32)
	t.a.Bind(tile)
	t.copy(from)
	t.turn(to)
	emit(asm.ADD, from, word(tileFromStep))
	emit(asm.ADD, to, word(tileToStep))
	emit(asm.DEC, right)
	emit(asm.JNE, tile)
	for _, x := range [][2]int{{tileFrom, tileFromRow}, {tileTo, tileToRow}} {
		emit(asm.MOV, asm.RAX, word(x[1]))
		emit(asm.ADD, word(x[0]), asm.RAX)
	}
	emit(asm.DEC, left)
	emit(asm.JNE, row)
	if t.past {
		emit(asm.SFENCE)
	}
	emit(asm.VZEROUPPER)
	emit(asm.RET)
}

func (t *tiles) reg(n int) asm.Reg {
	if t.width == 64 {
		return asm.Z(n)
	}
	return asm.Y(n)
}

// copy brings the tile's rows to the stack, one after the other. There they do not fight for the same places of the
// cache, as rows at a distance of a power of two do.
func (t *tiles) copy(from asm.Reg) {
	const turns = 8 // registers that take turns
	t.a.Emit(asm.MOV, asm.RAX, from)
	for row := range TileSide(t.size) {
		t.a.Emit(asm.PREFETCHT0, asm.At(asm.RAX, tilesAhead*tileBytes))
		for at := 0; at < tileBytes; at += t.width {
			r := t.reg((row*tileBytes + at) / t.width % turns)
			t.a.Emit(asm.VMOVUPS, r, asm.At(asm.RAX, at))
			t.a.Emit(asm.VMOVUPS, asm.At(scratch, row*tileBytes+at), r)
		}
		t.a.Emit(asm.ADD, asm.RAX, asm.R10)
	}
}

// turn writes the tile on the stack transposed. Sixteen bytes of a row are side elements, which become parts of as many
// rows: those of rows k, k+side, k+2·side … stand side by side in register k, and each 128 bits are transposed alike.
func (t *tiles) turn(to asm.Reg) {
	side := 16 / t.size
	t.a.Emit(asm.MOV, asm.RAX, to)
	for column := 0; column < tileBytes; column += 16 {
		for part := 0; part < tileBytes; part += t.width {
			if part > 0 {
				for range side { // back to the first of these rows
					t.a.Emit(asm.SUB, asm.RAX, asm.R11)
				}
			}
			for _, r := range t.transposed(column, part/t.size) {
				t.store(asm.At(asm.RAX, part), r)
				t.a.Emit(asm.ADD, asm.RAX, asm.R11)
			}
		}
	}
}

// transposed are registers with the transpose of the 16 bytes from column on of the rows from first on.
func (t *tiles) transposed(column, first int) []asm.Reg {
	side := 16 / t.size
	low := [...]asm.Op{1: asm.VPUNPCKLBW, 2: asm.VPUNPCKLWD, 4: asm.VPUNPCKLDQ, 8: asm.VPUNPCKLQDQ}[t.size]
	high := [...]asm.Op{1: asm.VPUNPCKHBW, 2: asm.VPUNPCKHWD, 4: asm.VPUNPCKHDQ, 8: asm.VPUNPCKHQDQ}[t.size]
	rows := make([]asm.Reg, side)
	for k := range rows {
		rows[k] = t.reg(k)
		t.gather(rows[k], column, first+k)
	}
	free := t.reg(t.file - 1)
	// Interleaving the halves takes an index (row, column) around by a bit: half of all bits is the transpose.
	for range bits.Len(uint(side)) - 1 {
		next := make([]asm.Reg, 0, side)
		for k := range side / 2 {
			x, y := rows[k], rows[k+side/2]
			if side < t.file {
				t.a.Emit(low, free, x, y)
				t.a.Emit(high, y, x, y)
				next = append(next, free, y)
				free = x
				continue
			}
			// There is no other register.
			kept := asm.At(asm.RSP, -tileBytes) // code may use what lies below its stack
			t.a.Emit(asm.VMOVUPS, kept, y)
			t.a.Emit(low, y, x, y)
			t.a.Emit(high, x, x, kept)
			next = append(next, y, x)
		}
		rows = next
	}
	return rows
}

// gather loads the 16 bytes at column of row k, and of each side-th row after it.
func (t *tiles) gather(r asm.Reg, column, k int) {
	side := 16 / t.size
	at := func(q int) asm.Mem { return asm.At(scratch, (k+q*side)*tileBytes+column) }
	t.a.Emit(asm.VMOVUPS, r.X(), at(0))
	if t.width == 32 {
		t.a.Emit(asm.VINSERTI128, r, r, at(1), asm.Imm(1))
		return
	}
	t.a.Emit(asm.VINSERTI32X4, r.Y(), r.Y(), at(1), asm.Imm(1))
	for q := 2; q < 4; q++ {
		t.a.Emit(asm.VINSERTI32X4, r, r, at(q), asm.Imm(q))
	}
}

func (t *tiles) store(to asm.Mem, r asm.Reg) {
	if t.past {
		t.a.Emit(asm.VMOVNTDQ, to, r)
		return
	}
	t.a.Emit(asm.VMOVUPS, to, r)
}
