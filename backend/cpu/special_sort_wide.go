package cpu

import (
	"math"
	"math/bits"
	"slices"
)

// keyed is an element's key and where it stood.
type keyed struct {
	key uint64
	at  int64
}

// wideDigit is by how many bits a long line of wide keys is divided at a time.
const wideDigit = 10

// insertionKeys is how many keys are put in order one by one.
const insertionKeys = 24

// sortWide gives the places of keys in order, which are from lo on and differ in so many bits that a key and its place do
// not fit in a word. It divides them by their highest bits until they do. e is nil on a single thread.
func (s *sorter) sortWide(e *env, keys []uint64, lo uint64, width int) []int64 {
	n, threads := len(keys), 1
	if e != nil {
		threads = e.pool.Threads()
	}
	places := grown(&s.places, n)
	s.places = places
	digit := min(max(bits.Len(uint(n))-7, 1), wideDigit)
	size, shift, chunk := 1<<digit, max(width-digit, 0), ceilDiv(n, threads)
	all := grown(&s.keyed, 2*n)
	s.keyed = all
	line, spare := all[:n:n], all[n:2*n]
	if n <= insertionKeys {
		for i, k := range keys {
			line[i] = keyed{k, int64(i)}
		}
		s.sortKeyed(line, spare, places)
		return places
	}
	counts := grown(&s.counts, (threads+1)*size+1)
	s.counts = counts
	each := func(f func(c []int32, from int, part []uint64)) {
		one := func(_, lo, hi int) {
			for t := lo; t < hi; t++ {
				from, end := min(t*chunk, n), min((t+1)*chunk, n)
				f(counts[t*size:][:size], from, keys[from:end])
			}
		}
		if threads == 1 {
			one(0, 0, 1)
			return
		}
		e.pool.For(threads, 1, one)
	}
	each(func(c []int32, _ int, part []uint64) {
		clear(c)
		for _, k := range part {
			c[(k-lo)>>shift]++
		}
	})
	starts, sum := counts[threads*size:], int32(0)
	for d := range size {
		starts[d] = sum
		for t := range threads {
			c := &counts[t*size+d]
			*c, sum = sum, sum+*c
		}
	}
	starts[size] = sum
	each(func(c []int32, from int, part []uint64) {
		for i, k := range part {
			p := &c[(k-lo)>>shift]
			line[*p] = keyed{k, int64(from + i)}
			*p++
		}
	})
	parts := func(s *sorter, lo, hi int) {
		for d := lo; d < hi; d++ {
			a, b := starts[d], starts[d+1]
			s.sortKeyed(line[a:b], spare[a:b], places[a:b])
		}
	}
	if threads == 1 {
		own := sorters.Get().(*sorter) // s has the keys in its words
		defer sorters.Put(own)
		parts(own, 0, size)
		return places
	}
	e.pool.For(size, max(size/(16*threads), 1), func(_, lo, hi int) {
		own := sorters.Get().(*sorter)
		defer sorters.Put(own)
		parts(own, lo, hi)
	})
	return places
}

// sortKeyed writes the places of a line's elements, by their keys, equal ones in their order. line and spare are changed.
func (s *sorter) sortKeyed(line, spare []keyed, places []int64) {
	n := len(line)
	if n <= insertionKeys {
		for i, x := range line {
			for ; i > 0 && line[i-1].key > x.key; i-- {
				line[i] = line[i-1]
			}
			line[i] = x
		}
		for i, x := range line {
			places[i] = x.at
		}
		return
	}
	lo, hi := uint64(math.MaxUint64), uint64(0)
	for _, x := range line {
		lo, hi = min(lo, x.key), max(hi, x.key)
	}
	width, bitsOf := bits.Len64(hi-lo), bits.Len(uint(n-1))
	if width+bitsOf <= 64 {
		words := grown(&s.words, n)
		for i, x := range line {
			words[i] = (x.key-lo)<<bitsOf | uint64(i)
		}
		words = s.sortTop(words, bitsOf, width)
		mask := uint64(1)<<bitsOf - 1
		for i, w := range words {
			places[i] = line[w&mask].at
		}
		s.words = words
		return
	}
	digit := min(max(bitsOf-6, 1), wideDigit)
	shift := width - digit
	var starts [1<<wideDigit + 1]int32
	next := starts[1:]
	for _, x := range line {
		next[(x.key-lo)>>shift]++
	}
	for d := range 1 << digit {
		next[d] += starts[d]
	}
	at := starts
	for _, x := range line {
		p := &at[(x.key-lo)>>shift]
		spare[*p] = x
		*p++
	}
	for d := range 1 << digit {
		a, b := starts[d], starts[d+1]
		s.sortKeyed(spare[a:b], line[a:b], places[a:b])
	}
}

// sortTop is sortWords for words of which a few of the highest bits tell most apart: it sorts by these, and moves what is
// not in its place then. Where that is much the words are sorted as others are.
func (s *sorter) sortTop(words []uint64, shift, width int) []uint64 {
	n := len(words)
	top := bits.Len(uint(n)) + 6
	if n < 64 || top+8 >= width {
		return s.sortWords(nil, words, shift, width)
	}
	s.words = words
	words = s.sortDigits(nil, words, shift+width-top, top)
	moves := 8 * n
	for i, w := range words {
		k := i
		for ; k > 0 && words[k-1] > w; k-- {
			words[k] = words[k-1]
		}
		words[k] = w
		if moves -= i - k; moves < 0 {
			slices.Sort(words)
			break
		}
	}
	return words
}
