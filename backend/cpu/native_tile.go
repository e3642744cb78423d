package cpu

import (
	"fmt"
	"runtime"
	"unsafe"

	"github.com/flambeau-ml/flambeau/backend/cpu/jit"
	"github.com/flambeau-ml/flambeau/internal/asm/amd64"
	"github.com/flambeau-ml/flambeau/internal/asm/exec"
)

// turning is how a map goes over its space where streams that it reads lie along another axis than the one it writes
// along: in blocks of both axes, of which such streams are first transposed into memory of the worker's. A map that does
// nothing but copy has them transposed to where they go. The axis that they lie along is the last but one.
type turning struct {
	code         [2]*exec.Code // that transposes tiles: to the caches, and past them
	size, side   int           // of an element in bytes, of a tile in elements
	streams      []int         // those that are transposed
	copies       bool          // there is nothing else to do: the other stream is where results go
	past         bool          // which go past the caches
	down, across int           // elements of a block along the last axis but one, and along the last one
	units        int           // blocks
}

const (
	tileRows    = 16      // tiles of a block that is copied, along the axis that is read
	tileBlock   = 1 << 18 // bytes of such a block
	stagedLines = 4       // cache lines of a row of a block that is transposed for a kernel
	stagedWidth = 64      // and its elements along the last axis
)

// tile decides whether the map goes in blocks, in which case the axis that most of its strided loads lie along becomes
// the last but one. Elements of other sizes, and streams along other axes, stay as they are.
func (w *lowering) tile(axes []joinedAxis) *turning {
	last := len(axes) - 1
	if w.k.Form != jit.Map || last < 1 {
		return nil
	}
	for i := range w.n.streams {
		if w.n.streams[i].buf == ownReg {
			return nil
		}
	}
	var best *turning
	along := 0
	for d := range last {
		for size := 1; size <= 8; size *= 2 {
			t := &turning{size: size, side: jit.TileSide(size)}
			if axes[d].size < t.side || axes[last].size < t.side {
				continue
			}
			for i := range w.k.Instrs {
				if in := &w.k.Instrs[i]; in.Op == jit.Load && in.Mask == jit.NoArg && w.k.Streams[in.N].Type.Bytes() == size && w.across(axes, d, in.N) {
					t.streams = append(t.streams, in.N)
				}
			}
			if len(t.streams) > 0 && (best == nil || len(t.streams)*size > len(best.streams)*best.size) {
				best, along = t, d
			}
		}
	}
	if best == nil {
		return nil
	}
	a := axes[along]
	copy(axes[along:], axes[along+1:last])
	axes[last-1] = a
	return best
}

// across reports whether stream s lies along axis d, and has distances along the last one. What may be written in place
// is none of these.
func (w *lowering) across(axes []joinedAxis, d, s int) bool {
	last := len(axes) - 1
	if step := axes[last].steps[s]; axes[d].steps[s] != 1 || step == 0 || step == 1 {
		return false
	}
	for i := range w.k.Instrs {
		in := &w.k.Instrs[i]
		if in.Op != jit.Store {
			continue
		}
		same := true
		for _, a := range axes {
			same = same && a.steps[s] == a.steps[in.N]
		}
		if same {
			return false
		}
	}
	return true
}

// lay decides on blocks, once steps are known.
func (t *turning) lay(w *lowering, large int) {
	n := w.n
	last := len(n.dims) - 1
	t.down, t.across = stagedLines*t.side, max(stagedWidth, t.side)
	if k := w.k; len(k.Instrs) == 2 && k.Instrs[0].Op == jit.Load && k.Instrs[1].Op == jit.Store && k.Streams[0].Type == k.Streams[1].Type {
		to := &n.streams[k.Instrs[1].N]
		if t.copies = to.last == t.size; t.copies {
			t.down = tileRows * t.side
			t.across = tileBlock / (t.down * t.size) / t.side * t.side
			bytes := t.size
			t.past = to.off%alignment == 0 && n.dims[last]%t.side == 0
			for d, size := range n.dims {
				bytes *= size
				t.past = t.past && (d == last || to.steps[d]%alignment == 0)
			}
			t.past = t.past && bytes >= large
		}
	}
	t.units = ceilDiv(n.dims[last], t.across) * ceilDiv(n.dims[last-1], t.down)
	for _, size := range n.dims[:last-1] {
		t.units *= size
	}
}

// tiles is code that transposes tiles of elements of so many bytes, held for the caller; nil where there is none.
func (e *loopCompiler) tiles(size int, past bool) *exec.Code {
	name := fmt.Sprintf("tiles %d %t", size, past)
	return e.codeOf(name, name, func(a *amd64.Assembler) ([]byte, error) { return jit.CompileTiles(a, size, past, e.features) })
}

// turn transposes an array of down elements in a row and across rows, each at least a tile's.
func (t *turning) turn(from, to uintptr, pitch, toPitch, down, across int, past bool) {
	code := t.code[0]
	if past {
		code = t.code[1]
	}
	args := jit.Tiles{
		FromPitch: pitch, FromStep: t.side * t.size, FromRow: t.side * pitch,
		ToPitch: toPitch, ToStep: t.side * toPitch, ToRow: t.side * t.size,
	}
	part := func(d, a, columns, rows int) {
		args.From, args.To = from+uintptr(d*t.size+a*pitch), to+uintptr(d*toPitch+a*t.size)
		args.Columns, args.Rows = columns, rows
		code.Call(unsafe.Pointer(&args), 0, 0)
	}
	// What is left at the ends is in tiles that begin within others.
	columns, rows := down/t.side, across/t.side
	part(0, 0, columns, rows)
	if down%t.side > 0 {
		part(down-t.side, 0, 1, rows)
	}
	if across%t.side > 0 {
		part(0, across-t.side, columns, 1)
	}
	if down%t.side > 0 && across%t.side > 0 {
		part(down-t.side, across-t.side, 1, 1)
	}
}

// tiles executes the map for blocks lo to hi.
func (c *call) tiles(lo, hi int) {
	t := c.turning
	last := len(c.dims) - 1
	idx := c.index(0)
	perRow, perColumn := ceilDiv(c.dims[last-1], t.down), ceilDiv(c.dims[last], t.across)
	for u := lo; u < hi; u++ {
		idx[last-1], idx[last] = u%perRow*t.down, u/perRow%perColumn*t.across
		for d, at := last-2, u/perRow/perColumn; d >= 0; d-- {
			idx[d], at = at%c.dims[d], at/c.dims[d]
		}
		c.tile(idx, min(t.down, c.dims[last-1]-idx[last-1]), min(t.across, c.dims[last]-idx[last]))
	}
}

// tile executes the map for a block of rows of elements from the indices idx on.
func (c *call) tile(idx []int, rows, elements int) {
	t := c.turning
	last := len(c.dims) - 1
	// A block is a tile at least, if need be one that begins before it.
	down, across := idx[last-1], idx[last]
	idx[last-1], idx[last] = min(down, c.dims[last-1]-t.side), min(across, c.dims[last]-t.side)
	n, m := rows+down-idx[last-1], elements+across-idx[last]
	place := func(s int) uintptr {
		at := c.base[s]
		for d, i := range idx {
			at += uintptr(i * c.streams[s].steps[d])
		}
		return at
	}
	if t.copies {
		from, to := c.kernel.Instrs[0].N, c.kernel.Instrs[1].N
		t.turn(place(from), place(to), c.streams[from].last, c.streams[to].steps[last-1], n, m, t.past)
		runtime.KeepAlive(c.f)
		return
	}
	pitch := (t.across + t.side) * t.size // a block, and what comes before it
	each := (t.down + t.side) * pitch
	if words := (len(t.streams)*each + alignment) / 8; len(c.f.staged) < words {
		c.f.staged = make([]uint64, words)
	}
	at := uintptr(unsafe.Pointer(unsafe.SliceData(c.f.staged)))
	at += -at & (alignment - 1)
	c.staged = c.staged[:0]
	for _, s := range t.streams {
		t.turn(place(s), at, c.streams[s].last, pitch, n, m, false)
		c.staged = append(c.staged, stagedStream{s, at + uintptr((down-idx[last-1])*pitch+(across-idx[last])*t.size), pitch})
		at += uintptr(each)
	}
	idx[last-1], idx[last] = down, across
	c.invoke(idx, rows, elements)
	c.staged = c.staged[:0]
}

// stagedStream is where a stream lies for the block at hand: its first element, and the bytes from row to row.
type stagedStream struct {
	stream int
	at     uintptr
	row    int
}
