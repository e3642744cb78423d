package cpu

import (
	"sync"

	"github.com/flambeau-ml/flambeau/backend/cpu/micro"
	"github.com/flambeau-ml/flambeau/internal/workpool"
)

// number is what contractions compute in: float32 for half precision as well, int64 for every integer.
type number interface{ float32 | float64 | int64 }

// kBlock is the length of the blocks in which a contraction sums over K. It is part of the bit contract: element
// (i, j) is ((S₀ + S₁) + S₂) + …, where S_q sums the products of block q one after the other. Machine code adds a
// product in one rounding, Go rounds the product before it adds it: a device does one or the other, always. Sizes other
// than K, tiles and threads leave that sequence as it is. (So does padding with zeros in Go: no sum of rounded products
// that begins with +0 ever is −0.)
//
// The gradients of filters that machine code computes are the exception: conv_filter.go and conv_lags.go say their order.
const kBlock = 256

const (
	tileMax  = 128     // rows and columns of the largest tile of the result
	thinMax  = 1024    // elements of the largest tile where one side of the result is 1
	splitMax = 1 << 14 // elements of the largest result whose blocks of K are summed in parallel
	workMin  = 1 << 17 // products that are worth handing to another thread, in Go

	machineRows = 168     // rows of the largest tile for machine code: whole micro-kernels of 14 and of 6 rows
	machineCols = 256     // and its columns
	machineMin  = 1 << 21 // products that are worth handing to another thread, by machine code
)

// product computes C[b, i, j] = Σ_k A[b, i, k] · B[b, k, j].
type product[T number] struct {
	batch, m, n, k int
	a, b           lines[T] // of i by k, and of j by k

	// out, where it is not nil, is where the elements of C belong, in row-major order. Then write takes none of them if
	// machine code computes.
	out []T

	// write takes finished elements of C: those from the flat index at on, in row-major order, at most thinMax at a
	// time. It may change acc. It is called by several goroutines, with the worker they have from the pool.
	write func(worker, at int, acc []T)

	machine *micro.Kernels // that compute, or nil
}

// tiling is how C is cut. It depends on sizes and threads, and no bit of C depends on it.
type tiling struct {
	rows, cols int // of a tile
	mt, nt     int // tiles of a matrix along i and j
	kt         int // blocks of K
	grain      int // tiles that are worth handing to another thread
}

func ceilDiv(a, b int) int { return (a + b - 1) / b }

func (c *product[T]) thin() bool { return c.m == 1 || c.n == 1 }

func (c *product[T]) tiling(threads int) tiling {
	t := tiling{rows: min(tileMax, c.m), cols: min(tileMax, c.n), kt: ceilDiv(c.k, kBlock)}
	least, unitM, unitN, enough := 16, 4, 4, workMin // units are whole registers
	if c.machine != nil {
		t.rows, t.cols = min(machineRows, c.m), min(machineCols, c.n)
		least, unitM, unitN = 32, c.machine.Rows, c.machine.Width()
		enough = min(machineMin, c.m*machineMin/16) // few rows are as fast as memory is
	}
	if c.thin() {
		t.rows, t.cols, least = min(thinMax, c.m), min(thinMax, c.n), 64
	}
	if c.inDots(c.m) { // the lines of a tile are read from one end to the other
		t.rows, t.cols = c.m, min(4*c.machine.Vector, c.n)
	}
	for {
		t.mt, t.nt = ceilDiv(c.m, t.rows), ceilDiv(c.n, t.cols)
		work := t.rows * t.cols * max(c.k, 1)
		t.grain = max(1, enough/work)
		if threads == 1 || c.batch*t.mt*t.nt >= 3*threads || work < 2*enough || max(t.rows, t.cols) < 2*least {
			return t
		}
		if t.rows >= t.cols {
			t.rows = min(t.rows, ceilDiv(t.rows/2, unitM)*unitM)
		} else {
			t.cols = min(t.cols, ceilDiv(t.cols/2, unitN)*unitN)
		}
	}
}

// tile is a part of one matrix of C.
type tile struct{ batch, i, rows, j, cols int }

func (c *product[T]) tile(t *tiling, u int) tile {
	b, u := u/(t.mt*t.nt), u%(t.mt*t.nt)
	i, j := u/t.nt*t.rows, u%t.nt*t.cols
	return tile{b, i, min(t.rows, c.m-i), j, min(t.cols, c.n-j)}
}

// run computes C.
func (c *product[T]) run(e *env) {
	pool := e.pool
	if c.batch*c.m*c.n == 0 {
		return
	}
	if c.k > 0 && e.engine != nil {
		c.machine = kernelsOf[T](e.engine)
	}
	if c.machine != nil && c.n == 1 { // one way of being thin is enough
		c.m, c.n, c.a, c.b = c.n, c.m, c.b, c.a
	}
	if c.isSmall() {
		c.runSmall(pool)
		return
	}
	if c.isShallow() {
		c.runShallow(e)
		return
	}
	threads := pool.Threads()
	t := c.tiling(1)
	tiles := c.batch * t.mt * t.nt
	if threads > 1 && tiles < 3*threads {
		if t.kt >= 2*threads && c.batch*c.m*c.n <= splitMax {
			c.split(pool, &t, tiles)
			return
		}
		t = c.tiling(threads)
		tiles = c.batch * t.mt * t.nt
	}
	if c.machine != nil && t.mt > 1 && t.nt > 1 {
		c.runPacked(pool)
		return
	}
	pool.For(tiles, t.grain, func(worker, lo, hi int) {
		s := borrow[T](c.machine)
		for u := lo; u < hi; u++ {
			p := c.tile(&t, u)
			if c.machine != nil && c.out != nil {
				c.inPlace(worker, s, p)
				continue
			}
			switch {
			case c.k == 0:
				s.ld = p.cols
				clear(s.acc)
			case c.inDots(p.rows):
				s.ld = p.cols
				s.dots(c, worker, p, 0, c.k, false)
			default:
				for k := 0; k < c.k; k += kBlock {
					c.block(worker, s, p, k, k > 0)
				}
			}
			c.rows(s, p, func(at int, acc []T) { c.write(worker, at, acc) })
		}
		s.giveBack()
	})
}

// rows calls f with the flat index in C and the elements of each stretch of tile p, which lies in s.acc.
func (c *product[T]) rows(s *scratch[T], p tile, f func(at int, acc []T)) {
	at := (p.batch*c.m+p.i)*c.n + p.j
	if c.thin() {
		f(at, s.acc[:p.rows*p.cols])
		return
	}
	if p.cols == c.n && s.ld == c.n {
		for all := s.acc[:p.rows*p.cols]; len(all) > 0; {
			n := min(len(all), thinMax)
			f(at, all[:n])
			at, all = at+n, all[n:]
		}
		return
	}
	for i := range p.rows {
		f(at+i*c.n, s.acc[i*s.ld:][:p.cols])
	}
}

// split computes a C that is too small to occupy the threads: they sum different blocks of K at the same time, and
// the sums are then added in the order in which one thread adds them.
func (c *product[T]) split(pool *workpool.Pool, t *tiling, tiles int) {
	size := c.batch * c.m * c.n
	wave := min(t.kt, max(pool.Threads(), 4*splitMax/size))
	mem := borrowSlice[T]((wave + 1) * size)
	total, sums := (*mem)[:size], (*mem)[size:]
	for kb := 0; kb < t.kt; kb += wave {
		wave = min(wave, t.kt-kb)
		pool.For(wave*tiles, t.grain, func(worker, lo, hi int) {
			s := borrow[T](c.machine)
			for u := lo; u < hi; u++ {
				p := c.tile(t, u%tiles)
				c.block(worker, s, p, (kb+u/tiles)*kBlock, false)
				to := sums[u/tiles*size:][:size]
				c.rows(s, p, func(at int, acc []T) { copy(to[at:], acc) })
			}
			s.giveBack()
		})
		last := kb+wave == t.kt
		pool.For(size, thinMax, func(worker, lo, hi int) {
			acc := total[lo:hi]
			for w := range wave {
				from := sums[w*size+lo:][:len(acc)]
				if kb+w == 0 {
					copy(acc, from)
					continue
				}
				for i, x := range from {
					acc[i] += x
				}
			}
			if last {
				c.write(worker, lo, acc)
			}
		})
		if last {
			break
		}
	}
	giveBackSlice(mem)
}

// block sums the products of one block of K for tile p into s.acc, or adds that sum to what is there.
func (c *product[T]) block(worker int, s *scratch[T], p tile, k int, add bool) {
	depth := min(kBlock, c.k-k)
	switch {
	case c.machine != nil:
		s.ld = p.cols
		s.multiply(c, worker, p, k, depth, add)
		return
	case c.m == 1:
		s.thinBlock(worker, &c.a, &c.b, p.batch, p.j, p.cols, k, depth, add)
		return
	case c.n == 1:
		s.thinBlock(worker, &c.b, &c.a, p.batch, p.i, p.rows, k, depth, add)
		return
	}
	s.ld = (p.cols + 3) &^ 3
	s.pack(s.a, &c.a, worker, p.batch, p.i, p.rows, k, depth)
	s.pack(s.b, &c.b, worker, p.batch, p.j, p.cols, k, depth)
	deep := (depth + 3) &^ 3
	for j := 0; j < p.cols; j += 4 {
		b := s.b[j*deep:][:4*deep]
		for i := 0; i < p.rows; i += 4 {
			a := s.a[i*deep:]
			kernel(a[:4*deep], b, s.acc[i*s.ld+j:], s.ld, add)
			if i+2 < p.rows {
				kernel(a[2:][:4*deep], b, s.acc[(i+2)*s.ld+j:], s.ld, add)
			}
		}
	}
}

// scratch is what one worker needs to compute tiles.
type scratch[T number] struct {
	a, b  []T // packed panels
	acc   []T // the tile of C, rows of ld elements
	ld    int
	sums  []T              // of one block, for thin tiles in Go
	lines [micro.Lines][]T // buffers of the functions that hand out lines
	zero  []T              // a line of zeros
	home  *sync.Pool
}

var scratch32, scratch64, scratchInt, machine32, machine64 sync.Pool
var slices32, slices64, slicesInt sync.Pool

func poolOf[T number](f32, f64, i64 *sync.Pool) *sync.Pool {
	switch any(T(0)).(type) {
	case float32:
		return f32
	case float64:
		return f64
	}
	return i64
}

// borrow is scratch for Go, or for machine code where that is not nil.
func borrow[T number](machine *micro.Kernels) *scratch[T] {
	home := poolOf[T](&scratch32, &scratch64, &scratchInt)
	if machine != nil {
		home = poolOf[T](&machine32, &machine64, nil)
	}
	if s, ok := home.Get().(*scratch[T]); ok {
		return s
	}
	s := &scratch[T]{home: home}
	const panels = tileMax*kBlock + 4 // the second half of the last panel is read from an offset of 2
	a, b, acc, lines, line := panels, panels, tileMax*tileMax, 4, thinMax
	if machine != nil {
		a, b, acc, lines, line = machinePanels, machineCols*kBlock, machineRows*machineCols, micro.Lines, kBlock
	}
	mem := ownPanels[scratch[T], T](s, a+b+acc+lines*line+2*thinMax)
	take := func(n int) []T {
		part := mem[:n:n]
		mem = mem[n:]
		return part
	}
	s.a, s.b, s.acc, s.sums, s.zero = take(a), take(b), take(acc), take(thinMax), take(thinMax)
	clear(s.zero)
	for i := range lines {
		s.lines[i] = take(line)
	}
	return s
}

func (s *scratch[T]) giveBack() { s.home.Put(s) }

// borrowSlice is a slice of n elements, of any value, for as long as an operation lasts.
func borrowSlice[T number](n int) *[]T {
	p, ok := poolOf[T](&slices32, &slices64, &slicesInt).Get().(*[]T)
	if !ok {
		p = new([]T)
	}
	if cap(*p) < n {
		*p = make([]T, n)
	}
	*p = (*p)[:n]
	return p
}

func giveBackSlice[T number](p *[]T) { poolOf[T](&slices32, &slices64, &slicesInt).Put(p) }
