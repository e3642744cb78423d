package cpu

import (
	"cmp"

	"github.com/flambeau-ml/flambeau/graph"
)

// cumulativeBlock is the length of the blocks that cumulative sums and products are cut into: graph/prim_cumulative.go
// has their written order.
const cumulativeBlock = 4096

// lineWidth is how many lines are gone along side by side where they do not lie in one piece.
const lineWidth = 128

func cumSum(e *env, a *graph.Attrs, in []array, out array) error {
	return cumulative(e, a.Axes[0], in[0], out, false)
}

func cumProd(e *env, a *graph.Attrs, in []array, out array) error {
	return cumulative(e, a.Axes[0], in[0], out, true)
}

func cumulative(e *env, axis int, x, out array, product bool) error {
	switch d := x.dtype; {
	case d == graph.Complex64:
		cumulateComplex[float32](e, axis, x, out, product)
	case d == graph.Complex128:
		cumulateComplex[float64](e, axis, x, out, product)
	case d == graph.Float64:
		cumulate[float64](e, axis, x, out, product)
	case d.IsFloat():
		cumulate[float32](e, axis, x, out, product)
	default:
		cumulate[int64](e, axis, x, out, product)
	}
	return nil
}

func cumulate[T number](e *env, axis int, x, out array, product bool) {
	src, done := dense[T](e, operand{x, rowMajor(x.dims)})
	defer done()
	dst, write := resultOf[T](e, out)
	defer write()
	outer, n, inner := count(x.dims[:axis]), x.dims[axis], count(x.dims[axis+1:])
	if inner == 1 {
		cumulateRows(e, src, dst, outer, n, product)
		return
	}
	across := ceilDiv(inner, lineWidth)
	e.pool.For(outer*across, grainOf(n*min(inner, lineWidth)), func(_, lo, hi int) {
		var sums, offsets [lineWidth]T
		for u := lo; u < hi; u++ {
			at := u/across*n*inner + u%across*lineWidth
			width := min(lineWidth, inner-u%across*lineWidth)
			cumulateColumns(src, dst, at, n, inner, sums[:width], offsets[:width], product)
		}
	})
}

// resultOf is memory for a result that is computed in T; write puts it where it belongs.
func resultOf[T number](e *env, out array) (dst []T, write func()) {
	if computesIn[T](out.dtype) {
		return elements[T](out), func() {}
	}
	mem := borrowSlice[T](out.len())
	return *mem, func() {
		put := writer[T](out, nil)
		e.pool.For(len(*mem), 1<<12, func(worker, lo, hi int) { put(worker, lo, (*mem)[lo:hi]) })
		giveBackSlice(mem)
	}
}

// cumulateRows goes along lines that lie in one piece: first within blocks, then the blocks' offsets are joined in.
func cumulateRows[T number](e *env, src, dst []T, outer, n int, product bool) {
	blocks := ceilDiv(n, cumulativeBlock)
	if outer*n == 0 {
		return
	}
	part := func(u int) (lo, hi int) {
		lo = u/blocks*n + u%blocks*cumulativeBlock
		return lo, min(lo+cumulativeBlock, (u/blocks+1)*n)
	}
	e.pool.For(outer*blocks, grainOf(min(n, cumulativeBlock)), func(_, first, end int) {
		for u := first; u < end; u++ {
			lo, hi := part(u)
			if !product && u+4 <= end {
				if at, n := fourParts(part, u); n > 0 {
					sumFour(src, dst, at, n)
					u += 3
					continue
				}
			}
			x, y := src[lo:hi], dst[lo:hi]
			if product {
				p := T(1)
				for i, v := range x {
					p *= v
					y[i] = p
				}
				continue
			}
			var s T
			for i, v := range x {
				s += v
				y[i] = s
			}
		}
	})
	if blocks == 1 {
		return
	}
	mem := borrowSlice[T](outer * blocks)
	defer giveBackSlice(mem)
	offsets := *mem
	for u := range offsets {
		if u%blocks == 0 {
			offsets[u] = 0
			if product {
				offsets[u] = 1
			}
			continue
		}
		if _, hi := part(u - 1); product {
			offsets[u] = offsets[u-1] * dst[hi-1]
		} else {
			offsets[u] = offsets[u-1] + dst[hi-1]
		}
	}
	e.pool.For(outer*blocks, grainOf(cumulativeBlock), func(_, first, end int) {
		for u := first; u < end; u++ {
			lo, hi := part(u)
			y, o := dst[lo:hi], offsets[u]
			if product {
				for i := range y {
					y[i] *= o
				}
				continue
			}
			for i := range y {
				y[i] += o
			}
		}
	})
}

// fourParts are where parts u to u+3 begin, and their length n; 0 where they have not all the same.
func fourParts(part func(u int) (lo, hi int), u int) (at [4]int, n int) {
	for k := range at {
		lo, hi := part(u + k)
		if at[k] = lo; k == 0 {
			n = hi - lo
		} else if hi-lo != n {
			return at, 0
		}
	}
	return at, n
}

// sumFour sums along four parts of n elements side by side: no sum waits for another.
func sumFour[T number](src, dst []T, at [4]int, n int) {
	x0, y0 := src[at[0]:][:n], dst[at[0]:][:n]
	x1, y1 := src[at[1]:][:n], dst[at[1]:][:n]
	x2, y2 := src[at[2]:][:n], dst[at[2]:][:n]
	x3, y3 := src[at[3]:][:n], dst[at[3]:][:n]
	var a, b, c, d T
	for i := range n {
		a += x0[i]
		b += x1[i]
		c += x2[i]
		d += x3[i]
		y0[i], y1[i], y2[i], y3[i] = a, b, c, d
	}
}

// cumulateColumns goes along len(sums) lines side by side, of n elements step apart, from element at on.
func cumulateColumns[T number](src, dst []T, at, n, step int, sums, offsets []T, product bool) {
	var identity T
	if product {
		identity = 1
	}
	fillWith(sums, identity)
	fillWith(offsets, identity)
	offsets = offsets[:len(sums)]
	for k := range n {
		x, y := src[at+k*step:][:len(sums)], dst[at+k*step:][:len(sums)]
		if k > 0 && k%cumulativeBlock == 0 {
			for i, s := range sums {
				if product {
					offsets[i] *= s
				} else {
					offsets[i] += s
				}
			}
			fillWith(sums, identity)
		}
		if product {
			for i, v := range x {
				sums[i] *= v
				y[i] = offsets[i] * sums[i]
			}
			continue
		}
		for i, v := range x {
			sums[i] += v
			y[i] = offsets[i] + sums[i]
		}
	}
}

func recurrence(e *env, a *graph.Attrs, in []array, out array) error {
	switch out.dtype {
	case graph.Complex64:
		recurComplex[float32](e, a.Axes[0], in, out)
	case graph.Complex128:
		recurComplex[float64](e, a.Axes[0], in, out)
	case graph.Float64:
		recur[float64](e, a.Axes[0], in, out)
	default:
		recur[float32](e, a.Axes[0], in, out)
	}
	return nil
}

func recur[T floating](e *env, axis int, in []array, out array) {
	f, done := dense[T](e, operand{in[0], rowMajor(out.dims)})
	defer done()
	x, done := dense[T](e, operand{in[1], rowMajor(out.dims)})
	defer done()
	dst, write := resultOf[T](e, out)
	defer write()
	n, inner := out.dims[axis], count(out.dims[axis+1:])
	if n == 0 {
		return
	}
	across := ceilDiv(inner, lineWidth)
	e.pool.For(count(out.dims[:axis])*across, grainOf(n*min(inner, lineWidth)), func(_, lo, hi int) {
		for u := lo; u < hi; u++ {
			at := u/across*n*inner + u%across*lineWidth
			width := min(lineWidth, inner-u%across*lineWidth)
			copy(dst[at:][:width], x[at:])
			for k := 1; k < n; k++ {
				was := dst[at:][:width]
				at += inner
				y, f, x := dst[at:][:width], f[at:][:width], x[at:][:width]
				for i, v := range was {
					y[i] = T(f[i]*v) + x[i]
				}
			}
		}
	})
}

func cumArgMax(e *env, a *graph.Attrs, in []array, out array) error {
	return cumulativeArg(e, a, in[0], out, false)
}

func cumArgMin(e *env, a *graph.Attrs, in []array, out array) error {
	return cumulativeArg(e, a, in[0], out, true)
}

func cumulativeArg(e *env, a *graph.Attrs, x array, out array, least bool) error {
	axis := a.Axes[0]
	s := search{count(x.dims[:axis]), x.dims[axis], count(x.dims[axis+1:]), least, elements[int64](out)}
	switch d := x.dtype; {
	case d == graph.Uint64:
		searchUpTo(e, &s, elements[uint64](x))
	case d == graph.Float64:
		searchUpTo(e, &s, elements[float64](x))
	case d.IsFloat():
		mem, done := dense[float32](e, operand{x, rowMajor(x.dims)})
		defer done()
		searchUpTo(e, &s, mem)
	case d == graph.Bool:
		searchUpTo(e, &s, elements[uint8](x))
	default:
		mem, done := dense[int64](e, operand{x, rowMajor(x.dims)})
		defer done()
		searchUpTo(e, &s, mem)
	}
	return nil
}

// searchUpTo finds the last of the best elements up to each; of NaN, which is better than all else, the last.
func searchUpTo[T cmp.Ordered](e *env, s *search, x []T) {
	if s.n == 0 {
		return
	}
	e.pool.For(s.outer*s.inner, grainOf(s.n), func(_, lo, hi int) {
		for line := lo; line < hi; line++ {
			at := line/s.inner*s.n*s.inner + line%s.inner
			best, index := x[at], int64(0)
			for k := range s.n {
				v := x[at+k*s.inner]
				if v != v || best == best && (s.least && v <= best || !s.least && v >= best) {
					best, index = v, int64(k)
				}
				s.out[at+k*s.inner] = index
			}
		}
	})
}
