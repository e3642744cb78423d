package cpu

import (
	"sync"

	"github.com/flambeau-ml/flambeau/internal/workpool"
)

// number is what contractions compute in: float32 for half precision as well, int64 for every integer.
type number interface{ float32 | float64 | int64 }

// kBlock is the length of the blocks in which a contraction sums over K. It is part of the bit contract: element
// (i, j) is ((S₀ + S₁) + S₂) + …, where S_q sums the products of block q one after the other, each product rounded
// before it is added. Tiles, threads and padding with zeros leave that sequence as it is (no sum that begins with +0
// ever is −0, so that adding a product of zeros changes nothing).
const kBlock = 256

const (
	tileMax  = 128     // rows and columns of the largest tile of the result
	thinMax  = 1024    // elements of the largest tile where one side of the result is 1
	splitMax = 1 << 14 // elements of the largest result whose blocks of K are summed in parallel
	workMin  = 1 << 17 // products that are worth handing to another thread
)

// product computes C[b, i, j] = Σ_k A[b, i, k] · B[b, k, j].
type product[T number] struct {
	batch, m, n, k int
	a, b           lines[T] // of i by k, and of j by k

	// write takes finished elements of C: those from the flat index at on, in row-major order, at most thinMax at a
	// time. It may change acc. It is called by several goroutines, with the worker they have from the pool.
	write func(worker, at int, acc []T)
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
	least := 16
	if c.thin() {
		t.rows, t.cols, least = min(thinMax, c.m), min(thinMax, c.n), 64
	}
	for {
		t.mt, t.nt = ceilDiv(c.m, t.rows), ceilDiv(c.n, t.cols)
		work := t.rows * t.cols * max(c.k, 1)
		t.grain = max(1, workMin/work)
		if threads == 1 || c.batch*t.mt*t.nt >= 3*threads || work < 2*workMin || max(t.rows, t.cols) < 2*least {
			return t
		}
		if t.rows >= t.cols { // keep whole registers
			t.rows = (t.rows/2 + 3) &^ 3
		} else {
			t.cols = (t.cols/2 + 3) &^ 3
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
func (c *product[T]) run(pool *workpool.Pool) {
	if c.batch*c.m*c.n == 0 {
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
	pool.For(tiles, t.grain, func(worker, lo, hi int) {
		s := borrow[T]()
		for u := lo; u < hi; u++ {
			p := c.tile(&t, u)
			if c.k == 0 {
				s.ld = p.cols
				clear(s.acc)
			}
			for k := 0; k < c.k; k += kBlock {
				c.block(worker, s, p, k, k > 0)
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
			s := borrow[T]()
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
	a, b  []T // packed panels of four lines
	acc   []T // the tile of C, rows of ld elements
	ld    int
	sums  []T    // of one block, for thin tiles
	lines [4][]T // buffers of the functions that hand out lines
	zero  []T    // a line of zeros
}

var scratch32, scratch64, scratchInt sync.Pool
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

func borrow[T number]() *scratch[T] {
	if s, ok := poolOf[T](&scratch32, &scratch64, &scratchInt).Get().(*scratch[T]); ok {
		return s
	}
	const panels = tileMax*kBlock + 4 // the second half of the last panel is read from an offset of 2
	mem := make([]T, 2*panels+tileMax*tileMax+6*thinMax)
	take := func(n int) []T {
		part := mem[:n:n]
		mem = mem[n:]
		return part
	}
	s := &scratch[T]{a: take(panels), b: take(panels), acc: take(tileMax * tileMax), sums: take(thinMax), zero: take(thinMax)}
	for i := range s.lines {
		s.lines[i] = take(thinMax)
	}
	return s
}

func (s *scratch[T]) giveBack() { poolOf[T](&scratch32, &scratch64, &scratchInt).Put(s) }

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
