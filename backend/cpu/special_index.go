package cpu

import (
	"fmt"
	"slices"

	"github.com/flambeau-ml/flambeau/graph"
)

// indexing is the geometry of gather and scatter_add: an array [batch, pre, axis, post] is read or written at
// per indices for each element of the batch; what is there is [batch, pre, per, post].
type indexing struct {
	batch, pre, per, axis, post int
	at                          []int64 // [batch, per]
}

// indexingOf is the geometry of x indexed by idx. Its indices have been checked; done gives their copy back.
func indexingOf(e *env, a *graph.Attrs, x, idx array) (ix indexing, done func(), err error) {
	axis, nb := a.Axes[0], a.Batch
	ix = indexing{count(x.dims[:nb]), count(x.dims[nb:axis]), count(idx.dims[nb:]), x.dims[axis], count(x.dims[axis+1:]), nil}
	ix.at, done = dense[int64](e, operand{idx, rowMajor(idx.dims)})
	if i, bad := firstOutside(e, ix.at, ix.axis); bad && ix.pre > 0 {
		done()
		return ix, nil, fmt.Errorf("index %d is out of range for an axis of %d", i, ix.axis)
	}
	return ix, done, nil
}

// gather moves elements by their size alone.
func gather(e *env, a *graph.Attrs, in []array, out array) error {
	ix, done, err := indexingOf(e, a, in[0], in[1])
	if err != nil {
		return err
	}
	defer done()
	ix.gather(e, in[0], out)
	return nil
}

func (ix *indexing) gather(e *env, x, out array) {
	switch x.dtype.Bytes() {
	case 1:
		gatherElements[uint8](e, ix, x, out)
	case 2:
		gatherElements[uint16](e, ix, x, out)
	case 4:
		gatherElements[uint32](e, ix, x, out)
	case 8:
		gatherElements[uint64](e, ix, x, out)
	case 16:
		gatherElements[[2]uint64](e, ix, x, out)
	}
}

// largeBytes is what a result has that no cache holds until it is read.
const largeBytes = 16 << 20

func gatherElements[T any](e *env, ix *indexing, from, to array) {
	src, dst, post := elements[T](from), elements[T](to), ix.post
	if len(dst) == 0 {
		return
	}
	row, op := post*from.dtype.Bytes(), rowTake
	if len(to.data) >= largeBytes {
		op = rowTakePast
	}
	e.pool.For(ix.batch*ix.pre*ix.per, grainOf(post), func(_, lo, hi int) {
		for lo < hi { // as far as one list of indices goes
			outer, k := lo/ix.per, lo%ix.per
			at := ix.at[outer/ix.pre*ix.per:][k:min(ix.per, k+hi-lo)]
			x, y := src[outer*ix.axis*post:][:ix.axis*post], dst[lo*post:][:len(at)*post]
			switch {
			case post == 1:
				for i, j := range at {
					y[i] = x[j]
				}
			case row >= lineBytes && e.rows.call(op, at, nil, from.data[outer*ix.axis*row:], row, to.data[lo*row:], row, row):
			default:
				for i, j := range at {
					copy(y[i*post:][:post], x[int(j)*post:])
				}
			}
			lo += len(at)
		}
	})
}

// stripeBytes is a stretch of each row that is worth a thread of its own: lines that processors fetch together.
const stripeBytes = 128

// lineBytes is a line of the cache, which threads should not share.
const lineBytes = 64

// scatterAdd adds the updates in the order of their indices, those of half precision to float32 that is rounded once.
// It is parallel over what is independent: the axes before the indexed one, stretches of those after it, and where these
// are short stretches of the indexed one.
func scatterAdd(e *env, a *graph.Attrs, in []array, out array) error {
	ix, done, err := indexingOf(e, a, in[0], in[1])
	if err != nil {
		return err
	}
	defer done()
	base, upd := in[0], in[2]
	switch out.dtype {
	case graph.Float32:
		scatterElements(e, &ix, base, upd, out, rowAddF32, joiner[float32]{add[float32], addEach[float32]})
	case graph.Float64:
		scatterElements(e, &ix, base, upd, out, rowAddF64, joiner[float64]{add[float64], addEach[float64]})
	case graph.Complex64:
		scatterElements(e, &ix, base, upd, out, rowAddF32, joiner[complex64]{add[complex64], addEach[complex64]})
	case graph.Complex128:
		scatterElements(e, &ix, base, upd, out, rowAddF64, joiner[complex128]{add[complex128], addEach[complex128]})
	case graph.Float16, graph.BFloat16:
		scatterHalf(e, &ix, base, upd, out, add[float32])
	case graph.Bool:
		scatterElements(e, &ix, base, upd, out, noRows, joiner[bool]{line: or})
	default:
		switch out.dtype.Bytes() {
		case 1:
			scatterElements(e, &ix, base, upd, out, rowAdd8, joiner[uint8]{add[uint8], addEach[uint8]})
		case 2:
			scatterElements(e, &ix, base, upd, out, rowAdd16, joiner[uint16]{add[uint16], addEach[uint16]})
		case 4:
			scatterElements(e, &ix, base, upd, out, rowAdd32, joiner[uint32]{add[uint32], addEach[uint32]})
		case 8:
			scatterElements(e, &ix, base, upd, out, rowAdd64, joiner[uint64]{add[uint64], addEach[uint64]})
		}
	}
	return nil
}

// scatterPart is an independent part of a scatter: at an index of the outer axes, n of the inner elements from q on, in
// the rows lo to hi of the indexed axis, by the indices from first to end.
type scatterPart struct{ outer, q, n, lo, hi, first, end int }

// parts calls body for each independent part of a scatter of elements of size bytes. Where threads share what one list of
// indices scatters, they go through the updates in step, a piece at a time, so that these come from memory once.
func (ix *indexing) parts(e *env, size int, body func(p *scatterPart)) {
	outer, width, rows, piece := ix.batch*ix.pre, ix.post, ix.axis, ix.per
	if outer*width*rows == 0 {
		return
	}
	if threads := e.pool.Threads(); outer < threads {
		if outer == 1 && ix.per > 1 && slices.IsSorted(ix.at) {
			ix.sortedParts(e, size, body)
			return
		}
		each, stripe := ceilDiv(threads, outer), stripeBytes/size
		if n := min(each, width/stripe); n > 1 {
			width = ceilDiv(ceilDiv(width, n), stripe) * stripe
			each = ceilDiv(each, ceilDiv(ix.post, width))
		}
		if each > 1 && width*size >= 16 { // for less, a thread would spend its time on the search for the rows that are its own
			line := max(lineBytes/(size*width), 1)
			rows = ceilDiv(ceilDiv(rows, each), line) * line
			piece = max(pieceBytes/(size*width), 1)
		}
	}
	across, down := ceilDiv(ix.post, width), ceilDiv(ix.axis, rows)
	for k := 0; k < ix.per; k += piece {
		end := min(k+piece, ix.per)
		e.pool.For(outer*across*down, grainOf((rows+(end-k)/down)*width), func(_, i, n int) {
			for u := i; u < n; u++ {
				q, lo := u/down%across*width, u%down*rows
				body(&scatterPart{u / down / across, q, min(width, ix.post-q), lo, min(lo+rows, ix.axis), k, end})
			}
		})
	}
}

// sortedParts is parts where indices are in order, so that stretches of them go to different rows.
func (ix *indexing) sortedParts(e *env, size int, body func(p *scatterPart)) {
	stretch := max(sortedBytes/(size*ix.post), 1)
	begin := func(u int) int { // no row is in two stretches
		i := min(u*stretch, ix.per)
		if i > 0 {
			k, _ := slices.BinarySearch(ix.at[i:], ix.at[i-1]+1)
			i += k
		}
		return i
	}
	e.pool.For(ceilDiv(ix.per, stretch), 1, func(_, lo, hi int) {
		first, end := begin(lo), begin(hi)
		if first < end {
			body(&scatterPart{0, 0, ix.post, 0, ix.axis, first, end})
		}
	})
}

// sortedBytes are updates that are worth handing to another thread.
const sortedBytes = 1 << 16

// pieceBytes are updates that stay in a cache until every thread has seen them.
const pieceBytes = 1 << 20

// listedRows is how many rows of a part are listed at a time.
const listedRows = 4096

// each calls f with the rows of p that indices name, one after the other, in pieces: rows and the numbers of the
// indices, counted from the first of p; numbers is nil where these are all of them.
func (p *scatterPart) each(ix *indexing, f func(rows, numbers []int64)) {
	at := ix.at[p.outer/ix.pre*ix.per:][p.first:p.end]
	if p.lo == 0 && p.hi == ix.axis {
		f(at, nil)
		return
	}
	const piece = listedRows
	mem := borrowSlice[int64](2 * piece)
	defer giveBackSlice(mem)
	rows, numbers := (*[piece]int64)((*mem)[:piece]), (*[piece]int64)((*mem)[piece:])
	lo, n := int64(p.lo), uint64(p.hi-p.lo)
	for first := 0; first < len(at); first += piece {
		k := 0
		for i, row := range at[first:min(first+piece, len(at))] { // without a branch that nobody could foresee
			rows[k&(piece-1)], numbers[k&(piece-1)] = row, int64(first+i)
			mine := 0
			if uint64(row-lo) < n {
				mine = 1
			}
			k += mine
		}
		if k > 0 {
			f(rows[:k], numbers[:k])
		}
	}
}

type addable interface {
	float32 | float64 | complex64 | complex128 | uint8 | uint16 | uint32 | uint64
}

func add[T addable](y, x []T) {
	x = x[:len(y)]
	for i := range y {
		y[i] += x[i]
	}
}

// addEach adds x to the elements of y at places, one after the other.
func addEach[T addable](y []T, at []int64, x []T) {
	x = x[:len(at)]
	for i, k := range at {
		y[k] += x[i]
	}
}

// joiner joins the elements of x to those of y: a line to a line, and where each is not nil single elements to those at
// places.
type joiner[T any] struct {
	line func(y, x []T)
	each func(y []T, at []int64, x []T)
}

func or(y, x []bool) {
	for i := range y {
		y[i] = y[i] || x[i]
	}
}

// scatterElements joins updates to a copy of the base, or to the base where it lies; op is machine code for join.
func scatterElements[T any](e *env, ix *indexing, base, upd, out array, op rowOp, join joiner[T]) {
	u, to, post := elements[T](upd), elements[T](out), ix.post
	if len(to) == 0 {
		return
	}
	copyBytes(e, out.data, base.data)
	if len(u) == 0 {
		return
	}
	size := out.dtype.Bytes()
	row := post * size
	ix.parts(e, size, func(p *scatterPart) {
		table, lines := p.outer*ix.axis*post+p.q, (p.outer*ix.per+p.first)*post+p.q
		p.each(ix, func(rows, numbers []int64) {
			switch {
			case row >= lineBytes && e.rows.call(op, rows, numbers, out.data[table*size:], row, upd.data[lines*size:], row, p.n*size):
			case post == 1 && numbers == nil && join.each != nil:
				join.each(to[table:][:ix.axis], rows, u[lines:])
			default:
				for i, r := range rows {
					if numbers != nil {
						i = int(numbers[i])
					}
					join.line(to[table+int(r)*post:][:p.n], u[lines+i*post:][:p.n])
				}
			}
		})
	})
}

// scatterHalf joins to a copy of the base in float32 that is rounded in the end.
func scatterHalf(e *env, ix *indexing, base, upd, out array, join func(y, x []float32)) {
	wide, done := dense[float32](e, operand{base, rowMajor(base.dims)})
	defer done()
	u, post := linesOf[float32](flat(upd)), ix.post
	ix.parts(e, out.dtype.Bytes(), func(p *scatterPart) {
		mem := borrowSlice[float32](p.n)
		defer giveBackSlice(mem)
		table, lines := p.outer*ix.axis*post+p.q, (p.outer*ix.per+p.first)*post+p.q
		p.each(ix, func(rows, numbers []int64) {
			for i, r := range rows {
				if numbers != nil {
					i = int(numbers[i])
				}
				join(wide[table+int(r)*post:][:p.n], u.get(0, 0, 0, lines+i*post, p.n, *mem))
			}
		})
	})
	write := writer[float32](out, nil)
	e.pool.For(len(wide), 1<<12, func(worker, lo, hi int) { write(worker, lo, wide[lo:hi]) })
}

// flat is an array as one row.
func flat(a array) matrix { return matrix{a, nil, nil, axes{{a.len(), 1}}} }
