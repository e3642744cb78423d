package cpu

import (
	"math"
	"unsafe"

	"github.com/flambeau-ml/flambeau/graph"
)

// The written order of sums. The axes that a sum runs over are counted through in their order, the last one fastest.
//
//   - Trailing axes, those after which no axis is kept, as one index t: blocks of 4,096; in each block 32 partial sums,
//     element t in partial t mod 32; the partials are added as a tree (partial i and i+16, then i and i+8, …), the
//     blocks' sums as a tree of neighbours.
//   - The other axes, as one index u: runs of 64, one element after the other; the runs' sums as a tree of neighbours.
//   - Where both are there, the sums over t are the elements of the sum over u.
//
// Every partial sum and run begins with +0. In a tree of neighbours sums 0 and 1, 2 and 3, … are added, and so on until
// one is left; an odd last one goes to the next round as it is. Half precision is summed in float32 and rounded once.
// Which axes are trailing is a matter of the operand's shape in the graph, not of sizes; threads, fusion and blocks
// change nothing. Products are multiplied in the same order, and begin with 1. Extrema do not depend on an order: NaN wins, and +0 is larger than −0.
const (
	lanes      = 32
	blockTerms = 4096
	runTerms   = 64
)

// reducer adds up (or finds the extremum of) elements of one type.
type reducer interface {
	// clear makes n elements that of the empty reduction.
	clear(p unsafe.Pointer, n int)
	// rows reduces each of rows stretches of n elements, at most a block, as trailing elements.
	rows(dst, src unsafe.Pointer, rows, n int)
	// lanes adds n elements to the 32 partial results at p, the first to partial 0; tree leaves their tree in p[0].
	lanes(p, src unsafe.Pointer, n int)
	tree(p unsafe.Pointer)
	// run adds rows stretches of k elements to the k elements at acc, one after the other.
	run(acc, src unsafe.Pointer, rows, k int)
}

// reducerOf is the reducer for p on dtype d; nil where there is none.
func reducerOf(p *graph.Primitive, d graph.DType) reducer {
	switch held(d) {
	case graph.Uint8:
		if d == graph.Bool {
			return reducerFor[uint8](p, 0, 1)
		}
		return reducerFor[uint8](p, 0, math.MaxUint8)
	case graph.Uint16:
		return reducerFor[uint16](p, 0, math.MaxUint16)
	case graph.Uint32:
		return reducerFor[uint32](p, 0, math.MaxUint32)
	case graph.Uint64:
		return reducerFor[uint64](p, 0, math.MaxUint64)
	case graph.Int8:
		return reducerFor[int8](p, math.MinInt8, math.MaxInt8)
	case graph.Int16:
		return reducerFor[int16](p, math.MinInt16, math.MaxInt16)
	case graph.Int32:
		return reducerFor[int32](p, math.MinInt32, math.MaxInt32)
	case graph.Int64:
		return reducerFor[int64](p, math.MinInt64, math.MaxInt64)
	case graph.Float32:
		return reducerFor(p, float32(math.Inf(-1)), float32(math.Inf(1)))
	case graph.Float64:
		return reducerFor(p, math.Inf(-1), math.Inf(1))
	case graph.Complex64:
		return complexReducer[float32, complex64](p)
	case graph.Complex128:
		return complexReducer[float64, complex128](p)
	}
	return nil
}

func reducerFor[T integer | floating](p *graph.Primitive, least, most T) reducer {
	switch p {
	case graph.ReduceSum:
		return sums[T]{}
	case graph.ReduceProd:
		return products[T]{}
	case graph.ReduceMax:
		return maxima[T]{least}
	case graph.ReduceMin:
		return minima[T]{most}
	}
	return nil
}

// summand is what sums add: complex numbers part by part.
type summand interface{ integer | floating | complexes }

type sums[T summand] struct{}

func (sums[T]) clear(p unsafe.Pointer, n int) { clear(vec[T](p, n)) }

func (s sums[T]) rows(dst, src unsafe.Pointer, rows, n int) {
	out, all := vec[T](dst, rows), vec[T](src, rows*n)
	for i := range out {
		x := all[i*n:][:n]
		var p [lanes]T
		addLanes(&p, x)
		half := lanes / 2
		for half >= n && half > 0 { // adding zeros changes nothing: no partial sum is −0
			half /= 2
		}
		for ; half > 0; half /= 2 {
			for k := range p[:half] {
				p[k] += p[k+half]
			}
		}
		out[i] = p[0]
	}
}

func (sums[T]) lanes(p, src unsafe.Pointer, n int) { addLanes((*[lanes]T)(p), vec[T](src, n)) }

func (sums[T]) tree(p unsafe.Pointer) {
	x := (*[lanes]T)(p)
	for half := lanes / 2; half > 0; half /= 2 {
		for k := range x[:half] {
			x[k] += x[k+half]
		}
	}
}

// addLanes adds element i of x to p[i mod 32], eight partial sums at a time, which stay in registers.
func addLanes[T summand](p *[lanes]T, x []T) {
	whole := len(x) &^ (lanes - 1)
	if whole > 0 {
		for g := 0; g < lanes; g += 8 {
			a, b, c, d, e, f, h, l := p[g], p[g+1], p[g+2], p[g+3], p[g+4], p[g+5], p[g+6], p[g+7]
			for i := g; i+8 <= whole; i += lanes {
				y := (*[8]T)(x[i:])
				a += y[0]
				b += y[1]
				c += y[2]
				d += y[3]
				e += y[4]
				f += y[5]
				h += y[6]
				l += y[7]
			}
			p[g], p[g+1], p[g+2], p[g+3], p[g+4], p[g+5], p[g+6], p[g+7] = a, b, c, d, e, f, h, l
		}
	}
	for i, y := range x[whole:] {
		p[i] += y
	}
}

func (sums[T]) run(acc, src unsafe.Pointer, rows, k int) {
	a, all := vec[T](acc, k), vec[T](src, rows*k)
	if k == 1 {
		sum := a[0]
		for _, x := range all {
			sum += x
		}
		a[0] = sum
		return
	}
	for ; len(all) >= k && len(all) > 0; all = all[k:] {
		x := all[:len(a)]
		for j := range a {
			a[j] += x[j]
		}
	}
}

type maxima[T integer | floating] struct{ least T }

func (m maxima[T]) clear(p unsafe.Pointer, n int) { fillWith(vec[T](p, n), m.least) }

func (m maxima[T]) rows(dst, src unsafe.Pointer, rows, n int) {
	all := vec[T](src, rows*n)
	for i := range rows {
		vec[T](dst, rows)[i] = maxOf(m.least, all[i*n:][:n])
	}
}

// maxOf has four chains of comparisons, which do not wait for each other.
func maxOf[T integer | floating](first T, x []T) T {
	a, b, c, d := first, first, first, first
	for ; len(x) >= 4; x = x[4:] {
		a, b, c, d = max(a, x[0]), max(b, x[1]), max(c, x[2]), max(d, x[3])
	}
	for _, y := range x {
		a = max(a, y)
	}
	return max(a, b, c, d)
}

func (m maxima[T]) lanes(p, src unsafe.Pointer, n int) { *(*T)(p) = maxOf(*(*T)(p), vec[T](src, n)) }

func (maxima[T]) tree(unsafe.Pointer) {}

func (maxima[T]) run(acc, src unsafe.Pointer, rows, k int) {
	a, all := vec[T](acc, k), vec[T](src, rows*k)
	if k == 1 {
		a[0] = maxOf(a[0], all)
		return
	}
	for ; len(all) >= k && len(all) > 0; all = all[k:] {
		x := all[:len(a)]
		for j := range a {
			a[j] = max(a[j], x[j])
		}
	}
}

type minima[T integer | floating] struct{ most T }

func (m minima[T]) clear(p unsafe.Pointer, n int) { fillWith(vec[T](p, n), m.most) }

func (m minima[T]) rows(dst, src unsafe.Pointer, rows, n int) {
	all := vec[T](src, rows*n)
	for i := range rows {
		vec[T](dst, rows)[i] = minOf(m.most, all[i*n:][:n])
	}
}

func minOf[T integer | floating](first T, x []T) T {
	a, b, c, d := first, first, first, first
	for ; len(x) >= 4; x = x[4:] {
		a, b, c, d = min(a, x[0]), min(b, x[1]), min(c, x[2]), min(d, x[3])
	}
	for _, y := range x {
		a = min(a, y)
	}
	return min(a, b, c, d)
}

func (m minima[T]) lanes(p, src unsafe.Pointer, n int) { *(*T)(p) = minOf(*(*T)(p), vec[T](src, n)) }

func (minima[T]) tree(unsafe.Pointer) {}

func (minima[T]) run(acc, src unsafe.Pointer, rows, k int) {
	a, all := vec[T](acc, k), vec[T](src, rows*k)
	if k == 1 {
		a[0] = minOf(a[0], all)
		return
	}
	for ; len(all) >= k && len(all) > 0; all = all[k:] {
		x := all[:len(a)]
		for j := range a {
			a[j] = min(a[j], x[j])
		}
	}
}
