package cpu

import (
	"sync/atomic"
	"unsafe"

	"github.com/flambeau-ml/flambeau/graph"
	"github.com/flambeau-ml/flambeau/internal/workpool"
)

type unsafePointer = unsafe.Pointer

// frame is what one worker has while it evaluates loops: registers, and memory for their elements.
type frame struct {
	run int64 // which evaluation it is prepared for
	reg []unsafe.Pointer
	mem []uint64
	tmp [block]uint64

	reductions []reduction
	out        []unsafe.Pointer // of the reductions
	sums       [][]uint64       // of blocks
	parts      []unsafe.Pointer // of the reductions: where parts of them go
	call       call
	local      []localBase // buffers that are elsewhere for this frame
	staged     []uint64    // blocks of streams, transposed
}

// localBase is the address of a buffer's first element.
type localBase struct {
	buf  int
	base uintptr
}

// memory is at least one byte more than asked for, so that its end is an address in it.
func (f *frame) memory(bytes int) unsafe.Pointer {
	bytes++
	if len(f.mem)*8 < bytes {
		f.mem = make([]uint64, (bytes+7)/8)
	}
	return unsafe.Pointer(unsafe.SliceData(f.mem))
}

// evaluation is one execution of a loop, and after it the next one's.
type evaluation struct {
	*layout
	id      int64
	pool    *workpool.Pool
	frames  []frame // one for each worker
	uniform *frame  // of level uniform
	base    []unsafe.Pointer
	skip    []bool // stores that are not done
	numbers []graph.Scalar
	failed  atomic.Pointer[error]
	machine bool // level full runs as machine code
	scratch [2]reductionScratch
	runSums []unsafe.Pointer // of a group's stage that reduces over its rows

	elementwise func(worker, lo, hi int) // the body of a loop that reduces nothing
	wholeRows   func(worker, lo, hi int) // of one that reduces rows, each in one piece
	finish      epilogue                 // the loop, for elements of a contraction as they come
}

func newEvaluation(pool *workpool.Pool, threads int) *evaluation {
	e := &evaluation{pool: pool, frames: make([]frame, threads), uniform: new(frame)}
	e.elementwise = func(worker, lo, hi int) {
		f := e.frame(worker)
		if e.machine {
			c := e.whole.begin(e, f, 0)
			if c.turning != nil {
				c.tiles(lo, hi)
			} else {
				c.flat(lo, hi)
			}
			return
		}
		for ; lo < hi; lo += block {
			e.block(f, levelFull, lo, min(block, hi-lo))
		}
	}
	e.wholeRows = func(worker, lo, hi int) {
		f := e.frame(worker)
		for ; lo < hi; lo += block {
			n := min(block, hi-lo)
			e.rows(f, lo, n, e.outputs(f), 0)
			e.kept(f, lo, n)
		}
	}
	e.finish = epilogue{rows: e.finishRows, f32: finish[float32](e), f64: finish[float64](e), i64: finish[int64](e)}
	return e
}

// begin computes what is the same for all indices.
func (e *evaluation) begin() {
	e.machine = e.whole != nil
	for _, skip := range e.skip {
		e.machine = e.machine && !skip
	}
	f := e.uniform
	if len(f.reg) < len(e.instrs) {
		f.reg = make([]unsafe.Pointer, len(e.instrs))
	}
	p := f.memory(16 * len(e.instrs))
	for i := range e.instrs {
		f.reg[i] = unsafe.Add(p, 16*i)
	}
	e.block(f, levelUniform, 0, 1)
}

// frame is worker's frame, prepared for this evaluation.
func (e *evaluation) frame(worker int) *frame {
	f := &e.frames[worker]
	if f.run == e.id {
		return f
	}
	f.run = e.id
	if len(f.reg) < len(e.instrs) {
		f.reg = make([]unsafe.Pointer, len(e.instrs))
	}
	mem := f.memory(e.slots + e.reductionBytes())
	for i := range e.instrs {
		f.reg[i] = unsafe.Add(mem, e.instrs[i].slot)
	}
	if n := min(block, max(e.n, e.k)); !e.machine || len(e.reduces) > 0 && e.after == nil {
		for _, i := range e.filled {
			fill(f.reg[i], e.uniform.reg[i], e.instrs[i].width, n)
		}
	}
	e.prepareReductions(f, unsafe.Add(mem, e.slots))
	return f
}

func (e *evaluation) fail(err error) { e.failed.CompareAndSwap(nil, &err) }

// block executes the instructions of a level for the n indices from lo on.
func (e *evaluation) block(f *frame, lv level, lo, n int) {
	for _, i := range e.lists[lv] {
		in := &e.instrs[i]
		dst := f.reg[i]
		if lv != levelUniform && in.op != opAcc && in.op != opStore {
			dst = unsafe.Add(unsafe.Pointer(unsafe.SliceData(f.mem)), in.slot)
			f.reg[i] = dst
		}
		switch in.op {
		case opConst:
			setScalar(dst, in.dtype, in.value)
		case opNumber:
			setScalar(dst, in.dtype, e.numbers[in.index])
		case opSize:
			setScalar(dst, in.dtype, graph.IntOf(int64(e.sizes[in.size])))
		case opIndex:
			tmp := unsafe.Pointer(&f.tmp)
			e.walks[i].index(vec[int64](tmp, n), lo, n)
			in.fn(dst, tmp, nil, nil, n)
		case opMask:
			e.walks[i].mask(dst, lo, n)
		case opLoad:
			e.load(f, i, lo, n)
		case opCompute, opFMA, opLesser, opGreater, opScale, opBits, opLookup:
			if s := e.into[i]; s >= 0 && !e.skip[s] {
				dst = unsafe.Add(e.base[e.instrs[s].buf], (e.walks[s].off+lo)*in.width)
				f.reg[i] = dst
			}
			var a [3]unsafe.Pointer
			for k, x := range in.args {
				if x >= 0 {
					a[k] = f.reg[x]
				}
			}
			in.fn(dst, a[0], a[1], a[2], n)
			if in.round != nil {
				in.round(dst, n)
			}
			if in.check != nil {
				if err := in.check(a[1], n); err != nil {
					e.fail(err)
				}
			}
		case opAcc:
			if in.fn != nil {
				to := unsafe.Add(unsafe.Pointer(unsafe.SliceData(f.mem)), in.slot)
				in.fn(to, dst, nil, nil, n)
				f.reg[i] = to
			}
			if in.round != nil {
				in.round(dst, n)
			}
		case opReduce:
			if in.round != nil {
				in.round(dst, n)
			}
		case opStore:
			if !e.skip[i] && !e.stored[i] {
				e.store(f, i, lo, n)
			}
		}
	}
}

// load makes register i the elements that lie in memory, where that is possible; else it copies them.
func (e *evaluation) load(f *frame, i, lo, n int) {
	in, w := &e.instrs[i], &e.walks[i]
	p := e.base[in.buf]
	at, direct := w.direct(lo, n)
	switch {
	case direct && in.half():
		widen(in.dtype, f.reg[i], unsafe.Add(p, at*in.memory), n)
	case direct:
		f.reg[i] = unsafe.Add(p, at*in.memory)
	case in.half():
		tmp := unsafe.Pointer(&f.tmp)
		w.load(tmp, p, in.memory, lo, n)
		widen(in.dtype, f.reg[i], tmp, n)
	default:
		w.load(f.reg[i], p, in.memory, lo, n)
	}
}

func (e *evaluation) store(f *frame, i, lo, n int) {
	in, w := &e.instrs[i], &e.walks[i]
	p, src := e.base[in.buf], f.reg[in.args[0]]
	at, direct := w.direct(lo, n)
	switch {
	case direct && in.half():
		narrowTo(in.dtype, unsafe.Add(p, at*in.memory), src, n)
	case direct:
		move(unsafe.Add(p, at*in.memory), src, in.memory, n)
	case in.half():
		tmp := unsafe.Pointer(&f.tmp)
		narrowTo(in.dtype, tmp, src, n)
		w.store(p, tmp, in.memory, lo, n)
	default:
		w.store(p, src, in.memory, lo, n)
	}
}

// chunk is how many indices are worth handing to another worker, a multiple of block.
func (e *evaluation) chunk() int {
	if e.machine {
		return e.whole.chunk
	}
	const worth = 1 << 15 // instructions on elements, about 20 µs
	return (worth/max(e.work, 1) + block) &^ (block - 1)
}

// execute evaluates the loop. Its error depends on values.
func (e *evaluation) execute() error {
	if e.n == 0 && len(e.reduces) == 0 || e.k == 0 {
		return nil
	}
	e.begin()
	if len(e.reduces) > 0 {
		e.reduceAll()
	} else if e.machine && e.whole.turning != nil {
		e.pool.For(e.whole.turning.units, 1, e.elementwise)
	} else {
		e.pool.For(e.n, e.chunk(), e.elementwise)
	}
	if err := e.failed.Load(); err != nil {
		return *err
	}
	return nil
}

// epilogue evaluates the loop for elements of a contraction as they come.
func (e *evaluation) epilogue() *epilogue {
	e.begin()
	return &e.finish
}

// finishRows evaluates the loop for several runs, if machine code takes them at once.
func (e *evaluation) finishRows(worker int, r runs, acc []float32) bool {
	if !e.machine || e.whole.turning != nil {
		return false
	}
	f := e.frame(worker)
	f.reg[e.acc] = unsafe.Pointer(unsafe.SliceData(acc))
	return e.whole.begin(e, f, r.at).runs(r)
}

func finish[T number](e *evaluation) func(worker, at int, acc []T) {
	return func(worker, at int, acc []T) {
		f := e.frame(worker)
		for len(acc) > 0 {
			n := min(block, len(acc))
			f.reg[e.acc] = unsafe.Pointer(unsafe.SliceData(acc))
			if e.machine {
				e.whole.begin(e, f, at).flat(at, at+n)
				acc, at = acc[n:], at+n
				continue
			}
			e.block(f, levelFull, at, n)
			acc, at = acc[n:], at+n
		}
	}
}
