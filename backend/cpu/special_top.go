package cpu

import (
	"math"

	"github.com/flambeau-ml/flambeau/graph"
)

// fewest reports whether k elements of n are so few that they are kept in order while the others go by.
func fewest(n, k int) bool { return k <= 128 && n >= 8*k }

// best is the first elements of a line in order, as far as it was seen.
type best []keyed

// put takes an element in, behind those that it is equal to; of more than k the last goes.
func (b *best) put(k int, x keyed) {
	s := *b
	if len(s) < k {
		s = append(s, x)
	} else if x.key >= s[k-1].key {
		return
	}
	i := len(s) - 1
	for ; i > 0 && s[i-1].key > x.key; i-- {
		s[i] = s[i-1]
	}
	s[i] = x
	*b = s
}

// looker finds the places of the first elements, as many as put has, in the line of n elements that begins at at. e is
// nil on a single thread.
type looker func(e *env, b *best, at, n int, put []int64)

// lookerOf is that of lines of x whose elements are one after the other; nil where the type has none.
func lookerOf(x array, k int, down bool) looker {
	switch x.dtype {
	case graph.Float32:
		return lookIn(elements[float32](x), k, down, key32, math.MaxUint32)
	case graph.Float64:
		return lookIn(elements[float64](x), k, down, key64, math.MaxUint64)
	case graph.Int32:
		return lookIn(elements[int32](x), k, down, keyInt[int32], math.MaxUint64)
	case graph.Int64:
		return lookIn(elements[int64](x), k, down, keyInt[int64], math.MaxUint64)
	}
	return nil
}

func keyInt[T int32 | int64](x T) uint64 { return uint64(x) ^ 1<<63 }

// lookIn compares elements with the last of the best, in their own type, and makes keys of those alone that may be better.
func lookIn[T float32 | float64 | int32 | int64](mem []T, k int, down bool, key func(T) uint64, last uint64) looker {
	var turned uint64
	if down {
		turned = last
	}
	in := func(b *best, from, lo, hi int) {
		*b = grown((*[]keyed)(b), k)[:0]
		x := mem[from:][:hi]
		for ; lo < hi && len(*b) < k; lo++ {
			b.put(k, keyed{key(x[lo]) ^ turned, int64(lo)})
		}
		for lo < hi {
			limit := x[(*b)[k-1].at]
			if down {
				lo += firstAbove(x[lo:], limit)
			} else {
				lo += firstBelow(x[lo:], limit)
			}
			if lo < hi {
				b.put(k, keyed{key(x[lo]) ^ turned, int64(lo)})
				lo++
			}
		}
	}
	return func(e *env, b *best, at, n int, put []int64) {
		if e == nil {
			in(b, at, 0, n)
		} else {
			threads := e.pool.Threads()
			chunk := max(ceilDiv(n, threads), k)
			parts := make([]best, ceilDiv(n, chunk))
			e.pool.For(len(parts), 1, func(_, lo, hi int) {
				for t := lo; t < hi; t++ {
					in(&parts[t], at, t*chunk, min((t+1)*chunk, n))
				}
			})
			*b = (*b)[:0]
			for _, part := range parts {
				for _, x := range part {
					b.put(k, x)
				}
			}
		}
		for i, x := range *b {
			put[i] = x.at
		}
	}
}

// firstAbove is the place of the first element of x that is not at most limit; len(x) where there is none.
func firstAbove[T float32 | float64 | int32 | int64](x []T, limit T) int {
	for i, v := range x {
		if !(v <= limit) {
			return i
		}
	}
	return len(x)
}

// firstBelow is the place of the first element of x that is not at least limit; len(x) where there is none.
func firstBelow[T float32 | float64 | int32 | int64](x []T, limit T) int {
	for i, v := range x {
		if !(v >= limit) {
			return i
		}
	}
	return len(x)
}
