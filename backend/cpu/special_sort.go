package cpu

import (
	"cmp"
	"math"
	"slices"
	"sync"

	"github.com/flambeau-ml/flambeau/graph"
)

// argSort sorts lines, each on one thread, by keys: words that as unsigned numbers are in the order of the elements.
func argSort(e *env, a *graph.Attrs, in []array, out array) error {
	x, axis := in[0], a.Axes[0]
	n, inner := x.dims[axis], count(x.dims[axis+1:])
	key, done := sortKeys(e, x)
	defer done()
	var turned uint64
	if a.Step[0] < 0 {
		turned = math.MaxUint64
	}
	to := elements[int64](out)
	e.pool.For(count(x.dims[:axis])*inner, grainOf(8*n), func(_, lo, hi int) {
		mem := keyedLines.Get().(*[]keyed)
		defer keyedLines.Put(mem)
		if cap(*mem) < 2*n {
			*mem = make([]keyed, 2*n)
		}
		line, spare := (*mem)[:n:n], (*mem)[n:2*n]
		for l := lo; l < hi; l++ {
			at := l/inner*n*inner + l%inner
			for k := range line {
				line[k] = keyed{key(at+k*inner) ^ turned, int64(k)}
			}
			for k, p := range sortLine(line, spare) {
				to[at+k*inner] = p.at
			}
		}
	})
	return nil
}

// keyed is an element's key and where it stood.
type keyed struct {
	key uint64
	at  int64
}

// keyedLines are the memory of lines that are not being sorted.
var keyedLines = sync.Pool{New: func() any { return new([]keyed) }}

// sortKeys is the key of each element of x: equal for equal elements, and largest for NaN.
func sortKeys(e *env, x array) (key func(i int) uint64, done func()) {
	done = func() {}
	switch d := x.dtype; {
	case d == graph.Float64:
		mem := elements[float64](x)
		key = func(i int) uint64 {
			f := mem[i]
			if f != f {
				return math.MaxUint64
			}
			b := math.Float64bits(f + 0) // −0 becomes 0
			return b ^ (uint64(int64(b)>>63) | 1<<63)
		}
	case d.IsFloat():
		var mem []float32
		mem, done = dense[float32](e, operand{x, rowMajor(x.dims)})
		key = func(i int) uint64 {
			f := mem[i]
			if f != f {
				return math.MaxUint32
			}
			b := math.Float32bits(f + 0)
			return uint64(b ^ (uint32(int32(b)>>31) | 1<<31))
		}
	case d == graph.Bool:
		mem := elements[uint8](x)
		key = func(i int) uint64 { return uint64(mem[i]) }
	default:
		var mem []int64
		mem, done = dense[int64](e, operand{x, rowMajor(x.dims)})
		var low uint64
		if d.IsSigned() {
			low = 1 << 63
		}
		key = func(i int) uint64 { return uint64(mem[i]) ^ low }
	}
	return key, done
}

// sortLine sorts x, equal keys in their order, with the help of as much memory; the result is one of the two. Long
// lines are sorted byte by byte from the lowest, but for bytes that all keys share.
func sortLine(x, spare []keyed) []keyed {
	if len(x) < 256 {
		slices.SortFunc(x, func(a, b keyed) int {
			if a.key != b.key {
				return cmp.Compare(a.key, b.key)
			}
			return int(a.at - b.at)
		})
		return x
	}
	var counts [8][256]int
	for _, p := range x {
		for b := range counts {
			counts[b][p.key>>(8*b)&0xff]++
		}
	}
	for b := range counts {
		c := &counts[b]
		if c[x[0].key>>(8*b)&0xff] == len(x) {
			continue
		}
		sum := 0
		for i, n := range c {
			c[i] = sum
			sum += n
		}
		for _, p := range x {
			k := p.key >> (8 * b) & 0xff
			spare[c[k]] = p
			c[k]++
		}
		x, spare = spare, x
	}
	return x
}
