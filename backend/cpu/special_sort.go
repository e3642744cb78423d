package cpu

import (
	"math"
	"math/bits"
	"slices"
	"sync"

	"github.com/flambeau-ml/flambeau/graph"
)

// argSort sorts lines by keys: words that as unsigned numbers are in the order of the elements. Lines are shared among
// threads, and where they are fewer than these the work on each line is.
func argSort(e *env, a *graph.Attrs, in []array, out array) error {
	return sortLines(e, a, in[0], out, in[0].dims[a.Axes[0]])
}

// sortLines writes the indices of the first k elements of each line in order.
func sortLines(e *env, a *graph.Attrs, x, out array, k int) error {
	axis := a.Axes[0]
	n, inner := x.dims[axis], count(x.dims[axis+1:])
	keys, done := sortKeys(e, x, a.Step[0] < 0)
	defer done()
	to, lines := elements[int64](out), count(x.dims[:axis])*inner
	look := lookerOf(x, k, a.Step[0] < 0)
	one := func(pool *env, l int, s *sorter) {
		at := l/inner*n*inner + l%inner
		put := to[l/inner*k*inner+l%inner:]
		if look != nil && inner == 1 && fewest(n, k) {
			look(pool, &s.best, at, n, put[:k])
			return
		}
		if few(n, k) && keys.bits <= 32 {
			for i, w := range s.least(pool, &keys, at, inner, n, k) {
				put[i*inner] = int64(uint32(w))
			}
			return
		}
		s.sort(pool, &keys, at, inner, n)
		switch {
		case s.mask == 0:
			for i, p := range s.order[:k] {
				put[i*inner] = p
			}
		case inner == 1:
			put := put[:k]
			for i, w := range s.words[:k] {
				put[i] = int64(w & s.mask)
			}
		default:
			for i, w := range s.words[:k] {
				put[i*inner] = int64(w & s.mask)
			}
		}
	}
	if k == 0 {
		return nil
	}
	if lines < e.pool.Threads() && n >= 1<<15 {
		s := sorters.Get().(*sorter)
		defer sorters.Put(s)
		for l := range lines {
			one(e, l, s)
		}
		return nil
	}
	e.pool.For(lines, grainOf(8*n), func(_, lo, hi int) {
		s := sorters.Get().(*sorter)
		defer sorters.Put(s)
		for l := lo; l < hi; l++ {
			one(nil, l, s)
		}
	})
	return nil
}

// lineKeys are the keys of elements: words of so many bits, equal for equal elements.
type lineKeys struct {
	bits int
	fill func(dst []uint64, at, step int) // with those of elements at, at+step, …
}

// sortKeys makes the keys of x: largest for NaN, and in the other order where down says so.
func sortKeys(e *env, x array, down bool) (k lineKeys, done func()) {
	done = func() {}
	k.bits = 32
	if x.dtype.Bytes() > 4 {
		k.bits = 64
	}
	var turned uint64
	if down {
		turned = math.MaxUint64 >> (64 - k.bits)
	}
	switch d := x.dtype; {
	case d == graph.Float64:
		mem := elements[float64](x)
		k.fill = func(dst []uint64, at, step int) {
			for i := range dst {
				dst[i] = key64(mem[at+i*step]) ^ turned
			}
		}
	case d.IsFloat():
		var mem []float32
		mem, done = dense[float32](e, operand{x, rowMajor(x.dims)})
		k.fill = func(dst []uint64, at, step int) {
			if step == 1 {
				for i, f := range mem[at:][:len(dst)] {
					dst[i] = key32(f) ^ turned
				}
				return
			}
			for i := range dst {
				dst[i] = key32(mem[at+i*step]) ^ turned
			}
		}
	case d == graph.Bool:
		mem := elements[uint8](x)
		k.fill = func(dst []uint64, at, step int) {
			for i := range dst {
				dst[i] = uint64(mem[at+i*step]) ^ turned
			}
		}
	default:
		var mem []int64
		mem, done = dense[int64](e, operand{x, rowMajor(x.dims)})
		var low uint64
		if d.IsSigned() {
			low = 1 << (k.bits - 1)
		}
		k.fill = func(dst []uint64, at, step int) {
			for i := range dst {
				dst[i] = (uint64(mem[at+i*step]) + low) ^ turned
			}
		}
	}
	return k, done
}

func key64(f float64) uint64 {
	b := math.Float64bits(f + 0) // −0 becomes 0
	b ^= uint64(int64(b)>>63) | 1<<63
	if f != f {
		b = math.MaxUint64
	}
	return b
}

func key32(f float32) uint64 {
	b := math.Float32bits(f + 0) // −0 becomes 0
	b ^= uint32(int32(b)>>31) | 1<<31
	if f != f {
		b = math.MaxUint32
	}
	return uint64(b)
}

// sorter is the memory of lines that are being sorted.
type sorter struct {
	words, spare []uint64
	keyed        []keyed
	places       []int64
	counts       []int32
	best         best

	mask  uint64 // of a word of the line that was sorted, what tells the place; 0: the places are in order
	order []int64
}

var sorters = sync.Pool{New: func() any { return new(sorter) }}

// grown is a slice of n elements, in the memory of s where that is enough.
func grown[T any](s *[]T, n int) []T {
	if cap(*s) < n {
		*s = make([]T, n)
	}
	return (*s)[:n]
}

// sort puts a line in order, in words or order. e is nil on a single thread.
func (s *sorter) sort(e *env, keys *lineKeys, at, step, n int) {
	words := grown(&s.words, n)
	keys.fillAll(e, words, at, step)
	lo, hi := uint64(math.MaxUint64), uint64(0)
	for _, k := range words {
		lo, hi = min(lo, k), max(hi, k)
	}
	if n == 0 {
		s.mask, s.order = 0, nil
		return
	}
	width, places := bits.Len64(hi-lo), bits.Len(uint(n-1))
	if width+places > 64 { // a key and its place do not fit in a word
		s.mask, s.order = 0, s.sortWide(e, words, lo, width)
		return
	}
	for i, k := range words {
		words[i] = (k-lo)<<places | uint64(i)
	}
	s.mask, s.words = uint64(1)<<max(places, 1)-1, s.sortWords(e, words, places, width)
}

// fillAll fills dst on all threads.
func (k *lineKeys) fillAll(e *env, dst []uint64, at, step int) {
	if e == nil {
		k.fill(dst, at, step)
		return
	}
	e.pool.For(len(dst), 1<<14, func(_, lo, hi int) { k.fill(dst[lo:hi], at+lo*step, step) })
}

// sortWords sorts words that all differ, of which those with the same bits from shift on are in order already; the
// result is the words or as much memory. Long lines are sorted digit by digit from the lowest.
func (s *sorter) sortWords(e *env, words []uint64, shift, width int) []uint64 {
	if len(words) < 512 {
		slices.Sort(words)
		return words
	}
	return s.sortDigits(e, words, shift, width)
}

// sortDigits is sortWords without the choice.
func (s *sorter) sortDigits(e *env, words []uint64, shift, width int) []uint64 {
	n, most := len(words), 8
	if n >= 1<<14 {
		most = 11
	}
	passes := ceilDiv(width, most)
	digit := ceilDiv(width, max(passes, 1))
	threads := 1
	if e != nil {
		threads = e.pool.Threads()
	}
	chunk := ceilDiv(n, threads)
	each := func(f func(t int, part []uint64)) {
		if threads == 1 {
			f(0, words)
			return
		}
		e.pool.For(threads, 1, func(_, lo, hi int) {
			for t := lo; t < hi; t++ {
				f(t, words[min(t*chunk, n):min((t+1)*chunk, n)])
			}
		})
	}
	spare, counts := grown(&s.spare, n), grown(&s.counts, threads<<digit)
	size, mask := 1<<digit, uint64(1)<<digit-1
	for range passes {
		each(func(t int, part []uint64) {
			c := counts[t*size:][:size]
			clear(c)
			for _, w := range part {
				c[w>>shift&mask]++
			}
		})
		var sum int32
		for d := range size {
			for t := range threads {
				c := &counts[t*size+d]
				*c, sum = sum, sum+*c
			}
		}
		each(func(t int, part []uint64) {
			c := counts[t*size:][:size]
			for _, w := range part {
				p := &c[w>>shift&mask]
				spare[*p] = w
				*p++
			}
		})
		words, spare = spare, words
		shift += digit
	}
	s.spare = spare
	return words
}

// few reports whether k elements of n are better looked for than sorted out.
func few(n, k int) bool { return n >= 1024 && 16*k <= n && n <= math.MaxUint32 }

// least are the k least words of key and place, in order, of a line whose keys have 32 bits.
func (s *sorter) least(e *env, keys *lineKeys, at, step, n, k int) []uint64 {
	if e == nil {
		s.words = pick(s.words[:0], keys, at, step, 0, n, k)
		return s.words
	}
	threads := e.pool.Threads()
	chunk := ceilDiv(n, threads)
	parts := make([][]uint64, threads)
	e.pool.For(threads, 1, func(_, lo, hi int) {
		for t := lo; t < hi; t++ {
			parts[t] = pick(nil, keys, at, step, min(t*chunk, n), min((t+1)*chunk, n), k)
		}
	})
	s.words = append(s.words[:0], slices.Concat(parts...)...)
	slices.Sort(s.words)
	s.words = s.words[:k]
	return s.words
}

// pick is the k least words, or all there are, of the elements lo to hi of a line, in order: it collects what is less
// than the k-th of those seen so far.
func pick(found []uint64, keys *lineKeys, at, step, lo, hi, k int) []uint64 {
	var block [1024]uint64
	room := max(2*k, 32)
	limit := uint64(math.MaxUint64) // keys from here on are not among the least
	cut := func() {
		slices.Sort(found)
		if len(found) >= k {
			found = found[:k]
			limit = found[k-1] >> 32
		}
	}
	for ; lo < hi; lo += len(block) {
		part := block[:min(len(block), hi-lo)]
		keys.fill(part, at+lo*step, step)
		for i, key := range part {
			if key < limit {
				if found = append(found, key<<32|uint64(lo+i)); len(found) >= room {
					cut()
				}
			}
		}
	}
	cut()
	return found
}
