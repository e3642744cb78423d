package cpu

import (
	"unsafe"

	"github.com/flambeau-ml/flambeau/backend/cpu/micro"
	"github.com/flambeau-ml/flambeau/internal/workpool"
)

// smallMost is how many products a small matrix takes at most.
const smallMost = 1 << 18

// isSmall reports whether each matrix is best computed as a whole by one thread.
func (c *product[T]) isSmall() bool {
	return c.machine != nil && c.m <= machineRows && c.m*c.n*c.k <= smallMost && c.m*c.n <= machineRows*machineCols
}

// runSmall computes small matrices, several of them one after the other.
func (c *product[T]) runSmall(pool *workpool.Pool) {
	// Beside its products a matrix costs about as much as some thousand.
	grain := max(1, machineMin/4/(c.m*c.n*c.k+1<<12))
	tiny := c.m <= c.machine.Rows && c.n <= c.machine.Width() && c.k <= kBlock
	tiny = tiny && c.a.plain != nil && c.b.plain != nil && !c.b.alongK && len(c.a.plain.batch) == 1 && len(c.b.plain.batch) == 1
	if tiny {
		grain = max(1, machineMin/(c.m*c.k*c.machine.Width()+1<<11))
	}
	if pool.Threads() == 1 || c.batch <= grain {
		c.smalls(0, tiny, 0, c.batch)
		return
	}
	pool.For(c.batch, grain, func(worker, lo, hi int) { c.smalls(worker, tiny, lo, hi) })
}

// smalls computes matrices lo to hi of the batch.
func (c *product[T]) smalls(worker int, tiny bool, lo, hi int) {
	s, size := borrow[T](c.machine), c.m*c.n
	for each := len(s.acc) / size; lo < hi; lo += each {
		n := min(each, hi-lo)
		acc := s.acc
		if c.out != nil {
			n = hi - lo
			s.acc = c.out[lo*size:]
		}
		if tiny {
			c.tiny(s.acc, lo, n)
		} else {
			s.ld = c.n
			for b := range n {
				whole := s.acc
				s.acc = whole[b*size:]
				if p := (tile{batch: lo + b, rows: c.m, cols: c.n}); c.inDots(c.m) {
					s.dots(c, worker, p, 0, c.k, false)
					s.acc = whole
					continue
				}
				for k := 0; k < c.k; k += kBlock {
					s.multiply(c, worker, tile{batch: lo + b, rows: c.m, cols: c.n}, k, min(kBlock, c.k-k), k > 0)
				}
				s.acc = whole
			}
		}
		if s.acc = acc; c.out != nil {
			break
		}
		for at, all := lo*size, acc[:n*size]; len(all) > 0; {
			n := min(len(all), thinMax)
			c.write(worker, at, all[:n])
			at, all = at+n, all[n:]
		}
	}
	s.giveBack()
}

// tiny computes n matrices from number b on that are one micro-kernel each.
func (c *product[T]) tiny(to []T, b, n int) {
	x, y, size := c.a.plain, c.b.plain, c.bytes()
	vectors := ceilDiv(c.n, c.machine.Vector)
	t := micro.Tile{
		A: x.at(c.a.alongK, b, 0, 0), ARow: size, AK: x.stride * size, APanel: x.batch[0].stride * size,
		B: y.at(false, b, 0, 0), BK: y.stride * size, BPanel: y.batch[0].stride * size,
		C: unsafe.Pointer(&to[0]), CRow: c.n * size, CPanel: c.m * c.n * size,
		Depth: c.k, Tail: c.n - (vectors-1)*c.machine.Vector,
	}
	if c.a.alongK {
		t.ARow, t.AK = t.AK, t.ARow
	}
	c.machine.Multiply(&t, c.m, vectors, n)
}

// shallowMost is how many elements K has in a product whose time is that of writing the result.
const shallowMost = micro.OuterDepth

// isShallow reports whether rows of the result are best written one after the other, each from the first element to the
// last.
func (c *product[T]) isShallow() bool {
	return c.machine != nil && c.out != nil && c.k <= shallowMost && c.m > 1 && c.n >= c.machine.Width() && c.a.plain != nil && c.b.plain != nil && !c.b.alongK
}

func (c *product[T]) runShallow(e *env) {
	past := c.goesPast(e.loops)
	e.pool.For(c.batch*c.m, max(1, machineRows*machineCols/c.n), func(_, lo, hi int) {
		for lo < hi {
			b, i := lo/c.m, lo%c.m
			n := min(hi-lo, c.m-i)
			if past {
				c.outer(b, i, n)
			} else {
				c.shallow(b, i, n)
			}
			lo += n
		}
	})
}

// goesPast reports whether the result is larger than the caches and its rows are whole lines of these.
func (c *product[T]) goesPast(loops *loopCompiler) bool {
	size := c.bytes()
	return loops != nil && c.batch*c.m*c.n*size >= loops.large && c.n*size%alignment == 0 && uintptr(unsafe.Pointer(&c.out[0]))%alignment == 0
}

// outer is shallow for a result that goes past the caches.
func (c *product[T]) outer(b, i, n int) {
	x, y, size := c.a.plain, c.b.plain, c.bytes()
	o := micro.Outer{
		A: x.at(c.a.alongK, b, i, 0), ARow: size, AK: x.stride * size,
		B: y.at(false, b, 0, 0), BK: y.stride * size,
		C: unsafe.Pointer(&c.out[(b*c.m+i)*c.n]), CRow: c.n * size, Bytes: c.n * size,
	}
	if c.a.alongK {
		o.ARow, o.AK = o.AK, o.ARow
	}
	c.machine.Outer(&o, n, c.k)
}

// shallow computes n rows of matrix b from row i on.
func (c *product[T]) shallow(b, i, n int) {
	m, x, y, size := c.machine, c.a.plain, c.b.plain, c.bytes()
	t := micro.Tile{AK: x.stride * size, APanel: size, BK: y.stride * size, CPanel: c.n * size, Depth: c.k}
	if c.a.alongK {
		t.AK, t.APanel = t.APanel, t.AK
	}
	wide := m.Wide * m.Vector
	for j := 0; j < c.n; j += wide {
		cols := min(wide, c.n-j)
		vectors := ceilDiv(cols, m.Vector)
		t.Tail = cols - (vectors-1)*m.Vector
		t.A, t.B, t.C = x.at(c.a.alongK, b, i, 0), y.at(false, b, j, 0), unsafe.Pointer(&c.out[(b*c.m+i)*c.n+j])
		m.Multiply(&t, 1, vectors, n)
	}
}
