package cpu

import (
	"runtime"
	"unsafe"

	"github.com/flambeau-ml/flambeau/backend/cpu/micro"
)

// Convolutions with windows of 3×3 and steps of 1 go by Winograd's F(4×4, 3×3) where that is less work, which sizes
// alone decide. The products of a place are summed over channels in blocks of kBlock, as in any contraction, and the
// transforms have a fixed order, so that bits depend neither on threads nor on how tiles are cut. The error of an element
// is larger than that of the sum of products: 4 to 11 times in the mean, some 40 times at most (TestConvWinograd).
const (
	winogradLeast    = 1 << 26 // products by the definition: below that the smaller error is worth more than parts of a millisecond
	winogradChannels = 16      // of a group, and filters
	winogradMost     = 1 << 18 // elements of what a worker transforms at a time
	winogradAround   = 28      // channels whose filters are transformed at a time: 9 times that many are within kBlock
)

// winograd is a convolution by transformed tiles.
type winograd struct {
	machine           *micro.Kernels
	src               []float32
	images, channels  int // of src
	per, rows, groups int // channels and filters of a group
	height, width     int // of src
	low               [2]int
	backwards         [2]bool // the first element of a window reads the last place
	out               [2]int  // positions
	tiles             [2]int  // of an image
	filters           cut     // panels
	slot, place       int     // elements of a panel of transformed filters, and of all of a place
	transformed       []float32
	block             int // tiles of a block
	split             int // parts of the filters that a block is computed for one after the other
	to                []float32
	zeros             []float32
}

// byWinograd computes the products of filters with patches, as overImages does, in that way, if it is the better one.
func byWinograd[T number](e *env, src []T, x operand, per int, rs []reach, filters matrix, to sink[T]) bool {
	source, ok := any(src).([]float32)
	if !ok || e.engine == nil || e.engine.f32 == nil || !e.engine.f32.HasWinograd() || len(rs) != 2 {
		return false
	}
	w := &winograd{machine: e.engine.f32, src: source, images: x.axes[0].size, channels: x.axes[1].size, per: per,
		rows: filters.rows.len(), groups: filters.batch.len(), height: rs[0].source, width: rs[1].source}
	for d, r := range rs {
		if r.step != 1 || len(r.offset) != 3 || r.target == 0 || r.source == 0 {
			return false
		}
		switch step := r.offset[1] - r.offset[0]; {
		case r.offset[2]-r.offset[1] != step || step != 1 && step != -1:
			return false
		case step == 1:
			w.low[d] = -r.offset[0]
		default:
			w.low[d], w.backwards[d] = -r.offset[2], true
		}
		w.out[d], w.tiles[d] = r.target, ceilDiv(r.target, micro.WinogradTile)
	}
	if !w.pays() {
		return false
	}
	w.run(e, linesOf[T](filters), to)
	return true
}

func (w *winograd) count() int { return w.images * w.tiles[0] * w.tiles[1] }

// pays compares the work: products by the definition, and those of tiles, to which transforming filters adds as much as
// some tiles, and transforming what is read and computed as much as some channels.
func (w *winograd) pays() bool {
	const filterTiles, transformChannels = 24, 12
	positions := w.images * w.out[0] * w.out[1]
	if w.per < winogradChannels || w.rows < winogradChannels || 9*w.per*w.rows*positions < winogradLeast {
		return false
	}
	across := ceilDiv(w.tiles[1], micro.WinogradLanes) * micro.WinogradLanes * w.tiles[0] * w.images // lanes of transforms
	tiles := ceilDiv(w.count(), micro.WinogradLanes) * micro.WinogradLanes
	work := micro.WinogradPlaces * (w.per*w.rows*(tiles+filterTiles) + transformChannels*(w.per+w.rows)*across)
	return work < 9*w.per*w.rows*positions
}

// run computes all groups and hands the result on.
func (w *winograd) run(e *env, filters any, to any) {
	l, sink := filters.(lines[float32]), to.(sink[float32])
	w.to = sink.mem
	plane := w.out[0] * w.out[1]
	if w.to == nil {
		mem := borrowSlice[float32](w.images * w.groups * w.rows * plane)
		defer giveBackSlice(mem)
		w.to = *mem
	}
	w.filters = evenly(w.rows, w.machine.Rows)
	w.slot = w.per*ceilDiv(w.rows, w.filters.count) + slack
	w.place = w.filters.count*w.slot + slack
	mem := borrowPanels[float32](micro.WinogradPlaces * w.place)
	defer mem.giveBack()
	w.transformed = mem.mem
	zeros := borrowSlice[float32](w.width + 128)
	defer giveBackSlice(zeros)
	clear(*zeros)
	w.zeros = *zeros

	w.cut(e.pool.Threads())
	for g := range w.groups {
		w.transformFilters(e, &l, g)
		w.runGroup(e, g)
	}
	if sink.mem == nil {
		e.pool.For(len(w.to), thinMax, func(worker, lo, hi int) { sink.write(worker, lo, w.to[lo:hi]) })
	}
	runtime.KeepAlive(w)
}

// transformFilters transforms the filters of a group: panels of them, as they are multiplied with.
func (w *winograd) transformFilters(e *env, l *lines[float32], g int) {
	m := w.machine
	parts := ceilDiv(w.per, winogradAround)
	e.pool.For(w.filters.count*parts, 8, func(worker, lo, hi int) {
		s := borrow[float32](m)
		for u := lo; u < hi; u++ {
			i, c := u/parts, u%parts*winogradAround
			n, rows := min(winogradAround, w.per-c), w.filters.size(i)
			s.packPanels(m, l, worker, g, 0, w.filters, i, i+1, 9*c, 9*n, s.a, w.slot)
			f := micro.WinogradFilter{Down: 3 * rows * 4, Right: rows * 4, Next: 9 * rows * 4, Place: w.place * 4, Channel: rows * 4, Count: n, Filters: rows}
			first := 0
			if w.backwards[0] {
				first, f.Down = first+6, -f.Down
			}
			if w.backwards[1] {
				first, f.Right = first+2, -f.Right
			}
			f.From, f.To = unsafe.Pointer(&s.a[first*rows]), unsafe.Pointer(&w.transformed[i*w.slot+c*rows])
			m.TransformFilter(&f)
		}
		s.giveBack()
	})
}

// winogradRun is what a worker needs to compute tiles.
type winogradRun struct {
	*winograd
	input         *micro.WinogradInput
	output        *micro.WinogradOutput
	read, summed  []float32 // places by channels, or filters, by tiles
	readAt, sumAt int       // elements of a place
}

func (w *winograd) worker(mem []float32) *winogradRun {
	r := &winogradRun{winograd: w, input: new(micro.WinogradInput), output: new(micro.WinogradOutput)}
	r.readAt, r.sumAt = w.per*w.block+slack, w.rows*w.block+slack // places fall on different lines of a cache
	r.read, r.summed = mem[:micro.WinogradPlaces*r.readAt], mem[micro.WinogradPlaces*r.readAt:]
	return r
}

func (w *winograd) memory() int {
	return micro.WinogradPlaces * ((w.per+w.rows)*w.block + 2*slack)
}

// cut chooses blocks of as many tiles as a cache holds, fewer where there is too little to do for all threads. Where that is
// not enough, a block is computed for some of the filters at a time, each of which transforms what it reads again.
func (w *winograd) cut(threads int) {
	most := max(2, winogradMost/(micro.WinogradPlaces*(w.per+w.rows))/micro.WinogradLanes)
	vectors := ceilDiv(w.count(), micro.WinogradLanes)
	w.split = 1
	if threads > 1 {
		most = min(most, max(2, ceilDiv(vectors, 4*threads)))
	}
	blocks := ceilDiv(vectors, most)
	for threads > 1 && blocks*w.split < 3*threads && 4*w.split <= w.filters.count {
		w.split *= 2
	}
	w.block = ceilDiv(vectors, blocks) * micro.WinogradLanes
}

// runGroup computes the blocks of a group.
func (w *winograd) runGroup(e *env, g int) {
	e.pool.For(ceilDiv(w.count(), w.block)*w.split, 1, func(_, lo, hi int) {
		mem := borrowPanels[float32](w.memory())
		defer mem.giveBack()
		r := w.worker(mem.mem)
		for u := lo; u < hi; u++ {
			b, part := u/w.split, u%w.split
			if part == 0 || u == lo {
				r.readTiles(g, b, 0, w.per)
			}
			i, end := w.filters.count*part/w.split, w.filters.count*(part+1)/w.split
			r.multiply(b, i, end)
			r.writeTiles(g, b, w.filters.start(i), w.filters.start(end))
		}
	})
}

// each calls f for the tiles of a block that lie side by side: n of them in an image from a row and a column of tiles on,
// the first of which is tile number at of the block.
func (w *winograd) each(block int, f func(image, row, col, at, n int)) {
	end := min((block+1)*w.block, w.count())
	for t := block * w.block; t < end; {
		across := w.tiles[1]
		col := t % across
		n := min(end-t, across-col, micro.WinogradLanes)
		f(t/across/w.tiles[0], t/across%w.tiles[0], col, t-block*w.block, n)
		t += n
	}
}

// laneMask is ones from bit number first to end, as far as these are among the lowest 16.
func laneMask(first, end int) uint16 {
	first, end = max(first, 0), min(end, 16)
	if first >= end {
		return 0
	}
	return uint16(1<<end - 1<<first)
}

// readTiles transforms what a block reads in channels c to end of a group.
func (r *winogradRun) readTiles(g, block, c, end int) {
	in := r.input
	in.Place, in.Channel, in.Count = r.readAt*4, r.block*4, end-c
	r.each(block, func(image, row, col, at, n int) {
		y, x := row*micro.WinogradTile-r.low[0], col*micro.WinogradTile-r.low[1]
		base := (image*r.channels + g*r.per + c) * r.height * r.width
		for i := range in.Rows {
			if y := y + i; y >= 0 && y < r.height {
				in.Rows[i] = micro.WinogradRow{At: addressAfter(r.src, (base+y*r.width+x)*4), Step: r.height * r.width * 4}
			} else {
				in.Rows[i] = micro.WinogradRow{At: addressAfter(r.zeros, 0)}
			}
		}
		in.Vectors = ceilDiv(n*micro.WinogradTile+2, 16)
		for v := range in.Masks {
			in.Masks[v] = laneMask(-x-16*v, min(r.width-x, n*micro.WinogradTile+2)-16*v)
		}
		in.Store = laneMask(0, n)
		in.To = unsafe.Pointer(&r.read[c*r.block+at])
		r.machine.TransformInput(in)
	})
}

// multiply computes the sums of all places for panels i to end of the filters.
func (r *winogradRun) multiply(block, i, end int) {
	m := r.machine
	tiles := ceilDiv(min(r.block, r.count()-block*r.block), micro.WinogradLanes) * micro.WinogradLanes
	cols := intoWidth(tiles, m.Width())
	t := micro.Tile{ARow: 4, BK: r.block * 4, BPanel: m.Width() * 4, CRow: r.block * 4, CPanel: m.Width() * 4}
	for p := range micro.WinogradPlaces {
		for i := i; i < end; i++ {
			rows := r.filters.size(i)
			t.AK = rows * 4
			for c := 0; c < r.per; c += kBlock {
				t.Depth = min(kBlock, r.per-c)
				if t.Add = 0; c > 0 {
					t.Add = 1
				}
				t.A = unsafe.Pointer(&r.transformed[p*r.place+i*r.slot+c*rows])
				t.B = unsafe.Pointer(&r.read[p*r.readAt+c*r.block])
				multiplyPanels(m, &t, rows, &cols, 0, cols.count, unsafe.Pointer(&r.summed[p*r.sumAt+r.filters.start(i)*r.block]))
			}
		}
	}
}

// writeTiles transforms the sums of filters f to end of a group back.
func (r *winogradRun) writeTiles(g, block, f, end int) {
	out, plane := r.output, r.out[0]*r.out[1]
	out.Place, out.Filter, out.Count = r.sumAt*4, r.block*4, end-f
	out.Row, out.Plane = r.out[1]*4, plane*4
	r.each(block, func(image, row, col, at, n int) {
		y, x := row*micro.WinogradTile, col*micro.WinogradTile
		out.RowCount = min(micro.WinogradTile, r.out[0]-y)
		for v := range out.Masks {
			out.Masks[v] = laneMask(0, min(r.out[1]-x, n*micro.WinogradTile)-16*v)
		}
		out.From = unsafe.Pointer(&r.summed[f*r.block+at])
		out.To = unsafe.Pointer(&r.to[((image*r.groups+g)*r.rows+f)*plane+y*r.out[1]+x])
		r.machine.TransformOutput(out)
	})
}
