package cpu

import (
	"math/bits"
	"unsafe"
)

// reduction is what a frame has for each reduction of a loop.
type reduction struct {
	partial unsafe.Pointer // of a block: 32 elements
	acc     unsafe.Pointer // of a run: an element for each output of a block
	tree    sumTree
}

// sumTree adds vectors of k elements as a tree of neighbours while they come: those that wait for a neighbour lie on
// a stack.
type sumTree struct {
	r        reducer
	mem      unsafe.Pointer
	k, width int
	depth    int // of the stack
	count    int // vectors that came
	combiner *combiner
	args     [combinerWords]uint64
}

func (t *sumTree) begin(k int) { t.k, t.depth, t.count = k, 0, 0 }

func (t *sumTree) at(i int) unsafe.Pointer { return unsafe.Add(t.mem, i*t.k*t.width) }

func (t *sumTree) push(x unsafe.Pointer) {
	move(t.next(), x, t.width, t.k)
	t.pushed()
}

// next is where the next vector goes; pushed says that it is there.
func (t *sumTree) next() unsafe.Pointer { return t.at(t.depth) }

func (t *sumTree) pushed() {
	t.depth++
	t.count++
	for c := t.count; c&1 == 0; c >>= 1 {
		t.join()
	}
}

func (t *sumTree) join() {
	t.depth--
	if t.combiner != nil && t.k >= combinedLeast {
		t.combiner.run(t.args[:], t.at(t.depth-1), t.at(t.depth), t.k)
		return
	}
	t.r.run(t.at(t.depth-1), t.at(t.depth), 1, t.k)
}

// sum is the tree of all vectors; it is valid until the next begin.
func (t *sumTree) sum() unsafe.Pointer {
	if t.depth == 0 {
		t.r.clear(t.mem, t.k)
		t.depth = 1
	}
	for t.depth > 1 {
		t.join()
	}
	return t.mem
}

// vectors is the most elements of a vector of a tree, and depth the most vectors that wait.
func (e *evaluation) vectors() (elements, depth int) {
	elements = 1
	if len(e.trailing) == 0 {
		elements = min(block, e.k)
	}
	return elements, bits.Len(uint(max(e.u, e.t))) + 2
}

const reductionAlign = 64

// reductionBytes is the memory that the reductions of a frame need.
func (e *evaluation) reductionBytes() int {
	elements, depth := e.vectors()
	n := 0
	for _, i := range e.reduces {
		n += e.instrs[i].width*(lanes+elements+elements*depth) + 3*reductionAlign
	}
	return n
}

func (e *evaluation) prepareReductions(f *frame, mem unsafe.Pointer) {
	f.reductions = f.reductions[:0]
	elements, depth := e.vectors()
	for _, i := range e.reduces {
		in := &e.instrs[i]
		take := func(n int) unsafe.Pointer {
			p := mem
			mem = unsafe.Add(mem, (n*in.width+reductionAlign-1)&^(reductionAlign-1))
			return p
		}
		f.reductions = append(f.reductions, reduction{take(lanes), take(elements),
			sumTree{r: in.reduce, mem: take(elements * depth), width: in.width, combiner: e.combinerOf(len(f.reductions))}})
	}
}

// reduceAll evaluates a loop with reductions.
func (e *evaluation) reduceAll() {
	switch {
	case len(e.trailing) == 0:
		e.reduceRuns()
	case e.u == 1:
		e.reduceRows()
	default:
		e.reduceBoth()
	}
}

// kept executes level kept for n outputs from lo on.
func (e *evaluation) kept(f *frame, lo, n int) {
	if e.machine && e.after != nil {
		e.after.begin(e, f, lo).flat(lo, lo+n)
		return
	}
	e.block(f, levelKept, lo, n)
}

// worth is how much work, in instructions on elements, is worth another worker: about 20 µs.
func (e *evaluation) worth() int {
	if e.machine {
		return 1 << 19
	}
	return 1 << 15
}

// scratchFor is memory for n elements of each reduction. Calls with different slots do not share it; it is kept for the
// next evaluation.
func (e *evaluation) scratchFor(slot, n int) []unsafe.Pointer {
	s := &e.scratch[slot]
	s.at = s.at[:0]
	for r, i := range e.reduces {
		if r == len(s.mem) {
			s.mem = append(s.mem, nil)
		}
		if words := (n*e.instrs[i].width+7)/8 + 1; len(s.mem[r]) < words {
			s.mem[r] = make([]uint64, words)
		}
		s.at = append(s.at, unsafe.Pointer(unsafe.SliceData(s.mem[r])))
	}
	return s.at
}

// reductionScratch is memory for each reduction of a loop.
type reductionScratch struct {
	mem [][]uint64
	at  []unsafe.Pointer
}

// outputs are the registers of the reductions' results.
func (e *evaluation) outputs(f *frame) []unsafe.Pointer {
	f.out = f.out[:0]
	for _, i := range e.reduces {
		f.reg[i] = unsafe.Add(unsafe.Pointer(unsafe.SliceData(f.mem)), e.instrs[i].slot)
		f.out = append(f.out, f.reg[i])
	}
	return f.out
}

// pieces is how many parts of n, each a power of two times unit, are enough for all workers when there are tasks
// already.
func (e *evaluation) pieces(n, unit, tasks, work int) (parts, size int) {
	units := (n + unit - 1) / unit
	want := 4 * e.pool.Threads()
	if tasks >= want || e.pool.Threads() == 1 || units < 2 || work < 2*e.worth() {
		return 1, n
	}
	per := 1
	for per*want < units*max(tasks, 1) {
		per *= 2
	}
	size = per * unit
	return (n + size - 1) / size, size
}

// runWidth is how many kept elements are reduced side by side. Machine code has those that lie in one piece, so that it
// goes through memory from its beginning to its end.
func (e *evaluation) runWidth() int {
	threads := e.pool.Threads()
	if e.machine {
		if inner := e.whole.dims[len(e.whole.dims)-1]; inner >= 64 && inner <= block && (inner < e.k || e.u >= 4*threads*runTerms) {
			return inner
		}
	}
	width := min(e.k, block)
	if e.k >= 128 && e.k < 2*block*threads { // narrower blocks for more workers
		width = min(width, max(64, (e.k/(2*threads)+63)&^63))
	}
	return width
}

// reduceRuns is a loop whose reduced axes are all folded: u runs outside, the kept axes k inside.
func (e *evaluation) reduceRuns() {
	width := e.runWidth()
	blocks := (e.k + width - 1) / width
	work := e.k * e.u * max(e.work, 1)
	parts, size := e.pieces(e.u, runTerms, blocks, work)
	grain := max(1, blocks*parts*e.worth()/max(work, 1))
	if parts == 1 {
		e.pool.For(blocks, grain, func(worker, lo, hi int) {
			f := e.frame(worker)
			for b := lo; b < hi; b++ {
				k0 := b * width
				n := min(width, e.k-k0)
				e.runs(f, k0, n, 0, e.u, e.outputs(f), 0)
				e.kept(f, k0, n)
			}
		})
		return
	}
	sums := e.scratchFor(0, parts*e.k)
	e.pool.For(blocks*parts, grain, func(worker, lo, hi int) {
		f := e.frame(worker)
		for b := lo; b < hi; b++ {
			part, k0 := b/blocks, b%blocks*width
			u0 := part * size
			e.runs(f, k0, min(width, e.k-k0), u0, min(u0+size, e.u), sums, part*e.k+k0)
		}
	})
	e.pool.For(blocks, grain, func(worker, lo, hi int) {
		f := e.frame(worker)
		for b := lo; b < hi; b++ {
			k0 := b * width
			n := min(width, e.k-k0)
			for r, out := range e.outputs(f) {
				t := &f.reductions[r].tree
				t.begin(n)
				for part := range parts {
					t.push(unsafe.Add(sums[r], (part*e.k+k0)*t.width))
				}
				move(out, t.sum(), t.width, n)
			}
			e.kept(f, k0, n)
		}
	})
}

// runs sums elements u0 to u1 of the outputs k0 to k0+n to element at of dst.
func (e *evaluation) runs(f *frame, k0, n, u0, u1 int, dst []unsafe.Pointer, at int) {
	for r := range f.reductions {
		f.reductions[r].tree.begin(n)
	}
	batch := 1 // u that are computed at once
	if n == e.k {
		if batch = block / n; batch >= runTerms {
			batch &^= runTerms - 1
		}
	}
	if e.machine {
		c := e.whole.begin(e, f, 0)
		accs := f.accs()
		for u := u0; u < u1; u += runTerms {
			for r := range f.reductions {
				t := &f.reductions[r].tree
				accs[r] = t.next()
				t.r.clear(accs[r], n)
			}
			c.run(k0, n, u, min(u+runTerms, u1), accs)
			for r := range f.reductions {
				f.reductions[r].tree.pushed()
			}
		}
		u0 = u1
	}
	for u := u0; u < u1; {
		rows := min(batch, u1-u)
		e.block(f, levelFull, u*e.k+k0, rows*n)
		for r, i := range e.reduces {
			e.addRuns(&f.reductions[r], f.reg[e.instrs[i].args[0]], u-u0, rows, n, u+rows == u1)
		}
		u += rows
	}
	for r := range f.reductions {
		t := &f.reductions[r].tree
		move(unsafe.Add(dst[r], at*t.width), t.sum(), t.width, n)
	}
}

// addRuns adds rows vectors of n elements, the first of which is number u, to their runs.
func (e *evaluation) addRuns(d *reduction, src unsafe.Pointer, u, rows, n int, last bool) {
	t := &d.tree
	for rows > 0 {
		if u%runTerms == 0 {
			t.r.clear(d.acc, n)
		}
		m := min(rows, runTerms-u%runTerms)
		t.r.run(d.acc, src, m, n)
		src = unsafe.Add(src, m*n*t.width)
		u, rows = u+m, rows-m
		if u%runTerms == 0 || last && rows == 0 {
			t.push(d.acc)
		}
	}
}

// reduceRows is a loop whose reduced axes are all trailing: rows of t elements, one for each output.
func (e *evaluation) reduceRows() {
	work := e.k * e.t * max(e.work, 1)
	parts, size := e.pieces(e.t, blockTerms, e.k, work)
	if parts == 1 {
		e.pool.For(e.k, max(1, e.k*e.worth()/max(work, 1)), e.wholeRows)
		return
	}
	sums := e.scratchFor(0, parts*e.k)
	e.pool.For(parts*e.k, 1, func(worker, lo, hi int) {
		f := e.frame(worker)
		for b := lo; b < hi; b++ {
			k, t0 := b/parts, b%parts*size
			e.row(f, k, t0, min(t0+size, e.t), sums, b)
		}
	})
	e.pool.For(e.k, block, func(worker, lo, hi int) {
		f := e.frame(worker)
		for r, out := range e.outputs(f) {
			for k := lo; k < hi; k++ {
				e.treeOf(f, r, unsafe.Add(sums[r], k*parts*f.reductions[r].tree.width), parts, unsafe.Add(out, (k-lo)*f.reductions[r].tree.width))
			}
		}
		e.kept(f, lo, hi-lo)
	})
}

// accs are where runs of machine code go.
func (f *frame) accs() []unsafe.Pointer {
	f.parts = f.parts[:0]
	for r := range f.reductions {
		f.parts = append(f.parts, f.reductions[r].acc)
	}
	return f.parts
}

// blockSums is memory for n sums of each reduction.
func (f *frame) blockSums(n int) []unsafe.Pointer {
	f.parts = f.parts[:0]
	for r := range f.reductions {
		if r == len(f.sums) {
			f.sums = append(f.sums, nil)
		}
		if len(f.sums[r]) < n {
			f.sums[r] = make([]uint64, n)
		}
		f.parts = append(f.parts, unsafe.Pointer(unsafe.SliceData(f.sums[r])))
	}
	return f.parts
}

// treeOf adds n elements as a tree of neighbours.
func (e *evaluation) treeOf(f *frame, r int, src unsafe.Pointer, n int, dst unsafe.Pointer) {
	t := &f.reductions[r].tree
	t.begin(1)
	for i := range n {
		t.push(unsafe.Add(src, i*t.width))
	}
	move(dst, t.sum(), t.width, 1)
}

// rows sums the trailing elements of n rows from row on to elements at and following of dst.
func (e *evaluation) rows(f *frame, row, n int, dst []unsafe.Pointer, at int) {
	switch {
	case e.t == 0:
		for r := range f.reductions {
			t := &f.reductions[r].tree
			t.r.clear(unsafe.Add(dst[r], at*t.width), n)
		}
	case e.machine && e.t <= blockTerms:
		e.whole.begin(e, f, 0).rows(row, n, dst, at)
	case e.t > block:
		for i := range n {
			e.row(f, row+i, 0, e.t, dst, at+i)
		}
	default:
		for done := 0; done < n; {
			m := min(block/e.t, n-done)
			e.block(f, levelFull, (row+done)*e.t, m*e.t)
			for r, i := range e.reduces {
				t := &f.reductions[r].tree
				t.r.rows(unsafe.Add(dst[r], (at+done)*t.width), f.reg[e.instrs[i].args[0]], m, e.t)
			}
			done += m
		}
	}
}

// row sums trailing elements t0 to t1 of a row to element at of dst. t0 begins a block.
func (e *evaluation) row(f *frame, row, t0, t1 int, dst []unsafe.Pointer, at int) {
	for r := range f.reductions {
		f.reductions[r].tree.begin(1)
	}
	if e.machine {
		blocks := (t1 - t0 + blockTerms - 1) / blockTerms
		sums := f.blockSums(blocks)
		e.whole.begin(e, f, 0).blocks(row, t0, t1, sums)
		for r := range f.reductions {
			t := &f.reductions[r].tree
			for b := range blocks {
				t.push(unsafe.Add(sums[r], b*t.width))
			}
		}
		t0 = t1
	}
	for ; t0 < t1; t0 += blockTerms {
		for r := range f.reductions {
			f.reductions[r].tree.r.clear(f.reductions[r].partial, lanes)
		}
		end := min(t0+blockTerms, t1)
		for t := t0; t < end; t += block {
			n := min(block, end-t)
			e.block(f, levelFull, row*e.t+t, n)
			for r, i := range e.reduces {
				d := &f.reductions[r]
				d.tree.r.lanes(d.partial, f.reg[e.instrs[i].args[0]], n)
			}
		}
		for r := range f.reductions {
			d := &f.reductions[r]
			d.tree.r.tree(d.partial)
			d.tree.push(d.partial)
		}
	}
	for r := range f.reductions {
		t := &f.reductions[r].tree
		move(unsafe.Add(dst[r], at*t.width), t.sum(), t.width, 1)
	}
}

// maxRows is the most rows whose sums are kept before the folded axes are summed. It is a power of two times runTerms.
const maxRows = 1 << 16

// reduceBoth is a loop with folded and trailing axes: first the rows' sums, then these over u, for as many outputs at
// a time as maxRows allows.
func (e *evaluation) reduceBoth() {
	if e.u == 0 {
		e.pool.For(e.k, block, func(worker, lo, hi int) {
			f := e.frame(worker)
			for r, out := range e.outputs(f) {
				f.reductions[r].tree.r.clear(out, hi-lo)
			}
			e.kept(f, lo, hi-lo)
		})
		return
	}
	outs, part := min(e.k, max(1, maxRows/e.u)), min(e.u, maxRows)
	parts := (e.u + part - 1) / part
	sums, partial := e.scratchFor(0, outs*part), e.scratchFor(1, outs*parts)
	grain := max(1, e.worth()/max(1, e.t*max(e.work, 1)))
	for k0 := 0; k0 < e.k; k0 += outs {
		n := min(outs, e.k-k0)
		for p := range parts {
			u0 := p * part
			m := min(part, e.u-u0)
			e.pool.For(n*m, grain, func(worker, lo, hi int) {
				e.rows(e.frame(worker), k0*e.u+u0+lo, hi-lo, sums, lo) // n is 1 where there are parts
			})
			e.pool.For(n, max(1, (1<<15)/m), func(worker, lo, hi int) {
				f := e.frame(worker)
				for r := range f.reductions {
					d := &f.reductions[r]
					for k := lo; k < hi; k++ {
						d.tree.begin(1)
						e.addRuns(d, unsafe.Add(sums[r], k*m*d.tree.width), 0, m, 1, true)
						move(unsafe.Add(partial[r], (k*parts+p)*d.tree.width), d.tree.sum(), d.tree.width, 1)
					}
				}
			})
		}
		e.pool.For(n, block, func(worker, lo, hi int) {
			f := e.frame(worker)
			for r, out := range e.outputs(f) {
				w := f.reductions[r].tree.width
				for k := lo; k < hi; k++ {
					e.treeOf(f, r, unsafe.Add(partial[r], k*parts*w), parts, unsafe.Add(out, (k-lo)*w))
				}
			}
			e.kept(f, k0+lo, hi-lo)
		})
	}
}
